//! The tables of the report.

use rotor_factor::{AsOfView, Month, Panel, Table};
use rotor_stats::less_than;

use crate::Valued;

/// The sectors that have a percentile, with where they stand.
fn valued(all: &[Option<Valued>]) -> impl Iterator<Item = (usize, &Valued)> {
    all.iter().enumerate().filter_map(|(sector, valued)| Some((sector, valued.as_ref()?)))
}

/// The multiple of each sector with its percentiles.
pub(crate) fn valuation(view: &AsOfView<'_>, all: &[Option<Valued>]) -> Table {
    let numbers = |of: fn(&Valued) -> f64| valued(all).map(|(_, valued)| Some(of(valued))).collect();
    Table::new("valuation")
        .text("sector", valued(all).map(|(sector, _)| view.sectors().code(sector).into()).collect())
        .numbers("is_pb", numbers(|valued| f64::from(u8::from(valued.is_pb))))
        .numbers("multiple", numbers(|valued| valued.multiple))
        .numbers("percentile", numbers(|valued| valued.in_window.percentile()))
        .numbers("percentile_all", numbers(|valued| valued.in_history.percentile()))
        .numbers("n", numbers(|valued| f64::from(valued.in_window.n)))
}

/// The last multiple of each month of the window that is above zero.
pub(crate) fn history(
    view: &AsOfView<'_>,
    all: &[Option<Valued>],
    pe: Option<Panel<'_>>,
    pb: Option<Panel<'_>>,
    first: Month,
) -> Table {
    let last = view.as_of().0.month();
    let (mut sectors, mut months, mut is_pb, mut multiples) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (sector, valued) in valued(all) {
        let Some(panel) = (if valued.is_pb { pb } else { pe }) else { continue };
        for month in (first.index()..=last.index()).filter_map(Month::from_index) {
            let values = panel.of_month(sector, month).iter();
            let Some(multiple) = values.rev().copied().find(|value| less_than(0.0, *value)) else { continue };
            sectors.push(view.sectors().code(sector).to_owned());
            months.push(month.last_day());
            is_pb.push(Some(f64::from(u8::from(valued.is_pb))));
            multiples.push(Some(multiple));
        }
    }
    Table::new("history")
        .text("sector", sectors)
        .dates("month", months)
        .numbers("is_pb", is_pb)
        .numbers("multiple", multiples)
}
