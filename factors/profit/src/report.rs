//! The tables of the report.

use rotor_factor::{AsOfView, Bridge, Date, EntityKind, Month, Table};

use crate::model::{Fitted, Tested};

/// The weights in force, as they are and normalised to the part that industries cover.
pub(crate) fn bridge(view: &AsOfView<'_>, bridge: &Bridge<'_>) -> Table {
    let industries = view.entities(EntityKind::Industry);
    let of =
        |sector: usize| bridge.of(sector).iter().map(move |(industry, weight)| (sector, industry, weight));
    let rows: Vec<(usize, usize, f64)> = (0..view.n_sectors()).flat_map(of).collect();
    let normalised = |(sector, _, weight): &(usize, usize, f64)| Some(weight / bridge.of(*sector).coverage());
    let is_public =
        |(sector, ..): &(usize, usize, f64)| Some(f64::from(u8::from(bridge.of(*sector).is_public())));
    Table::new("bridge")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .text("industry", rows.iter().map(|(_, industry, _)| industries.code(*industry).into()).collect())
        .numbers("weight", rows.iter().map(|(.., weight)| Some(*weight)).collect())
        .numbers("normalised_weight", rows.iter().map(normalised).collect())
        .numbers("is_public", rows.iter().map(is_public).collect())
}

/// The growth of each sector's industries.
pub(crate) fn growth(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let of = |(sector, fitted): (usize, &'_ Fitted)| {
        fitted.x.iter().map(|(month, value)| (sector, month, value)).collect::<Vec<_>>()
    };
    let rows: Vec<_> = present(all).flat_map(of).collect();
    Table::new("growth")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, month, _)| last_day(*month)).collect())
        .numbers("x", rows.iter().map(|(.., value)| Some(*value)).collect())
}

/// Actual and fitted growth of each row, with its part of the split.
pub(crate) fn fits(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let of = |(sector, fitted): (usize, &'_ Fitted)| {
        let part = |row: usize| match row {
            _ if row < fitted.n_train => "train",
            _ if row >= fitted.n - fitted.n_test => "test",
            _ => "embargo",
        };
        let row = |(row, (month, actual, value)): (usize, &(i32, f64, f64))| {
            (sector, part(row), *month, *actual, *value)
        };
        fitted.rows.iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<_> = present(all).flat_map(of).collect();
    Table::new("fits")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, _, month, ..)| last_day(*month)).collect())
        .text("part", rows.iter().map(|(_, part, ..)| (*part).into()).collect())
        .numbers("actual", rows.iter().map(|(.., actual, _)| Some(*actual)).collect())
        .numbers("fitted", rows.iter().map(|(.., value)| Some(*value)).collect())
}

/// The path from the base quarter to the target. A month between confirms if it lies on the target's side of the base.
pub(crate) fn forecasts(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let of = |(sector, fitted): (usize, &Fitted)| {
        let between = fitted.between.iter().flatten().map(|(month, value)| {
            (sector, *month, *value, fitted.base, value.and_then(|value| fitted.confirms(value)))
        });
        between.chain([(sector, fitted.target.month, fitted.forecast, fitted.base, None)]).collect::<Vec<_>>()
    };
    let rows: Vec<_> = present(all).flat_map(of).collect();
    let confirms = |confirms: &Option<bool>| confirms.map(|confirms| f64::from(u8::from(confirms)));
    Table::new("forecasts")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, month, ..)| last_day(*month)).collect())
        .numbers("forecast", rows.iter().map(|(_, _, value, ..)| *value).collect())
        .numbers("base", rows.iter().map(|(_, _, _, base, _)| *base).collect())
        .numbers("confirms", rows.iter().map(|(.., value)| confirms(value)).collect())
}

/// How well each sector is fitted and foreseen, with the ridge beside.
pub(crate) fn models(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let fitted: Vec<(usize, &Fitted)> = present(all).collect();
    let mut table = Table::new("models")
        .text("sector", fitted.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .dates("base", fitted.iter().map(|(_, fitted)| last_day(fitted.target.base)).collect())
        .dates("target", fitted.iter().map(|(_, fitted)| last_day(fitted.target.month)).collect())
        .numbers("n", fitted.iter().map(|(_, fitted)| Some(fitted.n as f64)).collect())
        .numbers("correlation", fitted.iter().map(|(_, fitted)| fitted.correlation).collect());
    for (suffix, is_beside) in [("", false), ("_ridge", true)] {
        let numbers = |of: fn(&Tested) -> Option<f64>| -> Vec<Option<f64>> {
            let tested =
                fitted.iter().map(|(_, fitted)| if is_beside { &fitted.beside } else { &fitted.tested });
            tested.map(of).collect()
        };
        table = table
            .numbers(format!("mse_train{suffix}"), numbers(|tested| Some(tested.train.mse)))
            .numbers(format!("mse_test{suffix}"), numbers(|tested| Some(tested.test.mse)))
            .numbers(format!("r2_train{suffix}"), numbers(|tested| tested.train.r_squared))
            .numbers(format!("r2_test{suffix}"), numbers(|tested| tested.test.r_squared));
    }
    table
}

/// Returns the sectors that were fitted.
fn present(all: &[Option<Fitted>]) -> impl Iterator<Item = (usize, &Fitted)> {
    all.iter().enumerate().filter_map(|(sector, fitted)| Some((sector, fitted.as_ref()?)))
}

fn last_day(month: i32) -> Date {
    Month::from_index(month).map_or(Date::MIN, Month::last_day)
}
