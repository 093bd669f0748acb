//! The tables of the report.

use std::ops::RangeInclusive;

use rotor_factor::{AsOfView, Bridge, Date, EntityKind, Month, Table};
use rotor_stats::pearson;

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

/// The growth of each sector's industries, and what the sector reported at the ends of quarters.
pub(crate) fn growth(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let of = |(sector, fitted): (usize, &'_ Fitted)| {
        let row = |(month, value)| (sector, month, value, report(fitted, month));
        fitted.x.iter().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<_> = present(all).flat_map(of).collect();
    Table::new("growth")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, month, ..)| last_day(*month)).collect())
        .numbers("x", rows.iter().map(|(_, _, value, _)| Some(*value)).collect())
        .numbers("reported", rows.iter().map(|(.., reported)| *reported).collect())
}

/// What the sector reported at the end of a quarter: the months between are interpolated.
fn report(fitted: &Fitted, month: i32) -> Option<f64> {
    let is_quarter_end = (month + 1).rem_euclid(3) == 0;
    let row = fitted.rows.iter().find(|(of, ..)| is_quarter_end && *of == month)?;
    Some(row.1)
}

/// The correlation of the growth of a sector's industries with what it reported.
fn correlation_with_reports(fitted: &Fitted) -> Option<f64> {
    /// Fewer reports say nothing.
    const FEWEST_REPORTS: usize = 8;
    let pairs = fitted.x.iter().filter_map(|(month, x)| Some((x, report(fitted, month)?)));
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    if x.len() < FEWEST_REPORTS { None } else { pearson(&x, &y).ok() }
}

/// The months between the base and the target, and the target, with their forecasts.
fn path(fitted: &Fitted) -> impl Iterator<Item = (i32, Option<f64>)> {
    fitted.between.iter().flatten().copied().chain([(fitted.target.month, fitted.forecast)])
}

/// Actual and fitted growth of each row, with its part of the split; and the path of the forecast.
pub(crate) fn fits(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    struct Row {
        sector: usize,
        month: i32,
        part: &'static str,
        actual: Option<f64>,
        fitted: Option<f64>,
        forecast: Option<f64>,
    }
    let of = |(sector, fitted): (usize, &'_ Fitted)| {
        let part = |row: usize| match row {
            _ if row < fitted.n_train => "train",
            _ if row >= fitted.n - fitted.n_test => "test",
            _ => "embargo",
        };
        let forecast = |month: i32| path(fitted).find(|(of, _)| *of == month)?.1;
        let row = |(row, (month, actual, value)): (usize, &(i32, f64, f64))| Row {
            sector,
            month: *month,
            part: part(row),
            actual: Some(*actual),
            fitted: Some(*value),
            forecast: forecast(*month),
        };
        let mut rows: Vec<Row> = fitted.rows.iter().enumerate().map(row).collect();
        let last = rows.last().map_or(i32::MIN, |row| row.month);
        let ahead = path(fitted).filter(|(month, _)| *month > last).map(|(month, forecast)| Row {
            sector,
            month,
            part: "forecast",
            actual: None,
            fitted: None,
            forecast,
        });
        rows.extend(ahead);
        rows
    };
    let rows: Vec<Row> = present(all).flat_map(of).collect();
    Table::new("fits")
        .text("sector", rows.iter().map(|row| view.sectors().code(row.sector).into()).collect())
        .dates("month", rows.iter().map(|row| last_day(row.month)).collect())
        .text("part", rows.iter().map(|row| row.part.into()).collect())
        .numbers("actual", rows.iter().map(|row| row.actual).collect())
        .numbers("fitted", rows.iter().map(|row| row.fitted).collect())
        .numbers("forecast", rows.iter().map(|row| row.forecast).collect())
}

/// The months of the embargo (1) and of the test set (2) of each sector.
pub(crate) fn split(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let of = |(sector, fitted): (usize, &'_ Fitted)| {
        let first_test = fitted.n - fitted.n_test;
        let part = move |rows: RangeInclusive<usize>, part: f64| {
            let (first, last) = (fitted.rows.get(*rows.start())?, fitted.rows.get(*rows.end())?);
            (!rows.is_empty()).then_some((sector, first.0, last.0, part))
        };
        let embargo = first_test.checked_sub(1).and_then(|last| part(fitted.n_train..=last, 1.0));
        let test = fitted.n.checked_sub(1).and_then(|last| part(first_test..=last, 2.0));
        [embargo, test].into_iter().flatten()
    };
    let rows: Vec<_> = present(all).flat_map(of).collect();
    Table::new("split")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("first", rows.iter().map(|(_, first, ..)| last_day(*first)).collect())
        .dates("last", rows.iter().map(|(_, _, last, _)| last_day(*last)).collect())
        .numbers("part", rows.iter().map(|(.., part)| Some(*part)).collect())
}

/// The forecast of each sector against its base, and how far its model can be believed.
pub(crate) fn outlook(view: &AsOfView<'_>, all: &[Option<Fitted>]) -> Table {
    let fitted: Vec<(usize, &Fitted)> = present(all).collect();
    let numbers = |of: &dyn Fn(&Fitted) -> Option<f64>| -> Vec<Option<f64>> {
        fitted.iter().map(|(_, fitted)| of(fitted)).collect()
    };
    let between =
        |place: usize| numbers(&|fitted: &Fitted| fitted.between[place].and_then(|(_, value)| value));
    let month = |place: usize| {
        let of = |(_, fitted): &(usize, &Fitted)| fitted.between[place].map(|(month, _)| last_day(month));
        let text = |day: Option<Date>| day.map_or(String::new(), |day| day.month().to_string());
        fitted.iter().map(of).map(text).collect::<Vec<_>>()
    };
    let confirmed = |fitted: &Fitted| {
        let between = fitted.between.iter().flatten();
        let n = between.clone().count();
        let n_confirm =
            between.filter(|(_, value)| value.and_then(|it| fitted.confirms(it)) == Some(true)).count();
        if n == 0 { String::new() } else { format!("{n_confirm}/{n}") }
    };
    Table::new("outlook")
        .text("sector", fitted.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .dates("from", fitted.iter().map(|(_, fitted)| last_day(fitted.target.base)).collect())
        .numbers("base", numbers(&|fitted| fitted.base))
        .text("month_1", month(0))
        .numbers("between_1", between(0))
        .text("month_2", month(1))
        .numbers("between_2", between(1))
        .dates("target", fitted.iter().map(|(_, fitted)| last_day(fitted.target.month)).collect())
        .numbers("forecast", numbers(&|fitted| fitted.forecast))
        .numbers("change", numbers(&|fitted| Some(fitted.forecast? - fitted.base?)))
        .text("confirmed", fitted.iter().map(|(_, fitted)| confirmed(fitted)).collect())
        .numbers("rmse_test", numbers(&|fitted| Some(fitted.tested.test.mse.max(0.0).sqrt())))
        .numbers("r2_test", numbers(&|fitted| fitted.tested.test.r_squared))
        .numbers("r2_test_ridge", numbers(&|fitted| fitted.beside.test.r_squared))
        .numbers("n", numbers(&|fitted| Some(fitted.n as f64)))
}

/// The industries of each sector with the largest weights.
pub(crate) fn mapping(view: &AsOfView<'_>, bridge: &Bridge<'_>) -> Table {
    let industries = view.entities(EntityKind::Industry);
    let of = |sector: usize| {
        let mut weights: Vec<(usize, f64)> = bridge.of(sector).iter().collect();
        weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        (sector, weights)
    };
    let rows: Vec<(usize, Vec<(usize, f64)>)> =
        (0..view.n_sectors()).map(of).filter(|(_, weights)| !weights.is_empty()).collect();
    let sum = |weights: &[(usize, f64)]| weights.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut table = Table::new("mapping")
        .text("sector", rows.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .numbers("coverage", rows.iter().map(|(_, weights)| Some(sum(weights))).collect());
    for (place, name) in ["first", "second", "third"].into_iter().enumerate() {
        let at = |weights: &[(usize, f64)]| weights.get(place).copied();
        let code = |weights: &[(usize, f64)]| {
            at(weights).map_or("", |(industry, _)| industries.code(industry)).into()
        };
        table = table.text(name, rows.iter().map(|(_, weights)| code(weights)).collect()).numbers(
            format!("{name}_weight"),
            rows.iter().map(|(_, weights)| Some(at(weights)?.1)).collect(),
        );
    }
    let rest = |weights: &[(usize, f64)]| weights.get(3..).filter(|rest| !rest.is_empty()).map(sum);
    table.numbers("rest", rows.iter().map(|(_, weights)| rest(weights)).collect())
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
        .numbers("correlation", fitted.iter().map(|(_, fitted)| fitted.correlation).collect())
        .numbers(
            "correlation_x",
            fitted.iter().map(|(_, fitted)| correlation_with_reports(fitted)).collect(),
        );
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
