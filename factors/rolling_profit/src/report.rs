//! The tables of the report.

use std::collections::BTreeSet;

use rotor_factor::{AsOfView, Bridge, Date, EntityKind, Month, SectorBridge, Table};
use rotor_stats::{clip, contribution as contribution_of};

use crate::N_SHOWN;
use crate::rolling::{Industries, Rolling};

/// The last months of the table, without Januaries.
fn months(view: &AsOfView<'_>) -> impl Iterator<Item = i32> {
    let last = view.month().index();
    (last + 1 - N_SHOWN..=last).filter(|month| month.rem_euclid(12) != 0)
}

fn last_day(month: i32) -> Date {
    Month::from_index(month).map_or(Date::MIN, Month::last_day)
}

fn sectors<'a>(view: &AsOfView<'_>, bridge: &Bridge<'a>) -> Vec<(usize, SectorBridge<'a>)> {
    let all = (0..view.n_sectors()).map(|sector| (sector, bridge.of(sector)));
    all.filter(|(_, weights)| weights.iter().len() > 0).collect()
}

/// The growth of each sector that has a score.
pub(crate) fn change(view: &AsOfView<'_>, all: &[Option<Rolling>]) -> Table {
    let scored = all.iter().enumerate().filter_map(|(sector, rolling)| Some((sector, (*rolling)?)));
    growths("change", view, &scored.collect::<Vec<_>>())
}

/// The growth of each sector in each of the last months, as the factor measures it.
pub(crate) fn rolling(
    view: &AsOfView<'_>,
    bridge: &Bridge<'_>,
    industries: &Industries<'_>,
    bound: f64,
) -> Table {
    let of = |(sector, weights): (usize, SectorBridge<'_>)| {
        let rolling = |month| industries.windows(&weights, month).rolling(month, bound);
        months(view).filter_map(rolling).map(|rolling| (sector, rolling)).collect::<Vec<_>>()
    };
    let rows: Vec<(usize, Rolling)> = sectors(view, bridge).into_iter().flat_map(of).collect();
    growths("rolling", view, &rows)
}

fn growths(name: &str, view: &AsOfView<'_>, rows: &[(usize, Rolling)]) -> Table {
    let numbers = |of: fn(&Rolling) -> f64| rows.iter().map(|(_, rolling)| Some(of(rolling))).collect();
    Table::new(name)
        .text("sector", rows.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, rolling)| last_day(rolling.month)).collect())
        .numbers("r3", numbers(|rolling| rolling.r3))
        .numbers("r3_before", numbers(|rolling| rolling.r3_before))
        .numbers("change", numbers(Rolling::change))
        .numbers("n_classes", numbers(|rolling| rolling.n_industries as f64))
}

/// The profits of each industry that has a weight anywhere.
pub(crate) fn industries(
    view: &AsOfView<'_>,
    bridge: &Bridge<'_>,
    industries: &Industries<'_>,
    bound: f64,
) -> Table {
    let weighted: BTreeSet<usize> = sectors(view, bridge)
        .iter()
        .flat_map(|(_, weights)| weights.iter().map(|(industry, _)| industry).collect::<Vec<_>>())
        .collect();
    let of = |industry: usize| {
        let window = move |month| Some((industry, month, industries.three_months(industry, month)?));
        months(view).filter_map(window)
    };
    let rows: Vec<_> = weighted.into_iter().flat_map(of).collect();
    let codes = view.entities(EntityKind::Industry);
    let growth = |value: f64, base: f64| {
        let growth = 100.0 * (value - base) / base;
        (base > 0.0 && growth.is_finite()).then(|| clip(growth, -bound, bound))
    };
    Table::new("industries")
        .text("industry", rows.iter().map(|(industry, ..)| codes.code(*industry).into()).collect())
        .dates("month", rows.iter().map(|(_, month, _)| last_day(*month)).collect())
        .numbers("profit", rows.iter().map(|(.., window)| Some(window.value)).collect())
        .numbers("base", rows.iter().map(|(.., window)| Some(window.base)).collect())
        .numbers("r3", rows.iter().map(|(.., window)| growth(window.value, window.base)).collect())
}

/// What each industry adds to the growth of its sector since January up to a month of its own, over the industries that have both profit and
/// base.
pub(crate) fn contribution(
    view: &AsOfView<'_>,
    bridge: &Bridge<'_>,
    industries: &Industries<'_>,
    months: &[Option<i32>],
) -> Table {
    let mut rows = Vec::new();
    for (sector, weights) in sectors(view, bridge) {
        let Some(month) = months[sector] else { continue };
        let figures = |(industry, weight): (usize, f64)| {
            let (profit, base) = (industries.profit(industry, month)?, industries.base(industry, month)?);
            Some((industry, weight * profit, weight * base))
        };
        let parts: Vec<(usize, f64, f64)> = weights.iter().filter_map(figures).collect();
        let whole = parts.iter().fold((0.0, 0.0), |(profit, base), part| (profit + part.1, base + part.2));
        for (industry, profit, base) in parts {
            rows.push((sector, industry, month, contribution_of((profit, base), whole)));
        }
    }
    let codes = view.entities(EntityKind::Industry);
    Table::new("contribution")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .text("industry", rows.iter().map(|(_, industry, ..)| codes.code(*industry).into()).collect())
        .dates("month", rows.iter().map(|(_, _, month, _)| last_day(*month)).collect())
        .numbers("points", rows.iter().map(|(.., part)| Some(part.as_ref()?.points)).collect())
        .numbers("rate", rows.iter().map(|(.., part)| part.as_ref()?.rate).collect())
        .numbers("base_share", rows.iter().map(|(.., part)| Some(part.as_ref()?.base_share)).collect())
        .numbers("share_change", rows.iter().map(|(.., part)| part.as_ref()?.share_change).collect())
}
