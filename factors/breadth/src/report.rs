//! The tables of the report.

use rotor_factor::{AsOfView, Date, EntityKind, Month, Table};
use rotor_stats::less_than;

use crate::{Breadths, mark};

fn scored(all: &[Option<Breadths>]) -> impl Iterator<Item = (usize, &Breadths)> {
    all.iter().enumerate().filter_map(|(sector, breadths)| Some((sector, breadths.as_ref()?)))
}

/// The breadth of each sector.
pub(crate) fn breadth(view: &AsOfView<'_>, all: &[Option<Breadths>]) -> Table {
    let last_day = |breadths: &Breadths| Month::from_index(breadths.month).map_or(Date::MIN, Month::last_day);
    let numbers = |of: fn(&Breadths) -> f64| scored(all).map(|(_, breadths)| Some(of(breadths))).collect();
    let n_growing = |breadths: &Breadths| {
        breadths.industries.iter().filter(|(.., window)| less_than(0.5, mark(window))).count() as f64
    };
    Table::new("breadth")
        .text("sector", scored(all).map(|(sector, _)| view.sectors().code(sector).into()).collect())
        .dates("month", scored(all).map(|(_, breadths)| last_day(breadths)).collect())
        .numbers("breadth", numbers(|breadths| breadths.breadth))
        .numbers("n_growing", scored(all).map(|(_, breadths)| Some(n_growing(breadths))).collect())
        .numbers("n_classes", numbers(|breadths| breadths.industries.len() as f64))
        .numbers("n_effective", numbers(|breadths| breadths.n_effective))
}

/// What each industry of each sector earns.
pub(crate) fn industries(view: &AsOfView<'_>, all: &[Option<Breadths>]) -> Table {
    let rows: Vec<_> = scored(all)
        .flat_map(|(sector, breadths)| breadths.industries.iter().map(move |industry| (sector, industry)))
        .collect();
    let codes = view.entities(EntityKind::Industry);
    Table::new("industries")
        .text("sector", rows.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .text("industry", rows.iter().map(|(_, (industry, ..))| codes.code(*industry).into()).collect())
        .numbers("weight", rows.iter().map(|(_, (_, weight, _))| Some(*weight)).collect())
        .numbers("profit", rows.iter().map(|(_, (.., window))| Some(window.value)).collect())
        .numbers("base", rows.iter().map(|(_, (.., window))| Some(window.base)).collect())
        .numbers("mark", rows.iter().map(|(_, (.., window))| Some(mark(window))).collect())
}
