//! Closes and returns of sectors and benchmarks while they are held.

use rotor_data::Dataset;
use rotor_factor::Date;

/// Returns the close at which a sector stands on a day of a holding period that began on `entry`; `None` without a close to buy at.
///
/// Without a close on a day the last one before it counts. A sector that ends in between leaves at its last close on or before its
/// last day, and stays at it.
pub(crate) fn held_close(dataset: &Dataset, sector: usize, entry: Date, day: Date) -> Option<f64> {
    let last_day = dataset.entities()[sector].valid_to.unwrap_or(Date::MAX);
    let (bought, price) = dataset.last_close(sector, entry.min(last_day))?;
    let (dated, close) = dataset.last_close(sector, day)?;
    if dated <= last_day || day <= last_day {
        return Some(close);
    }
    // A month-end close may be dated after the last day, and the sector was bought at it.
    let (dated, close) = dataset.closes().on_or_before(sector, last_day)?;
    Some(if dated >= bought { close } else { price })
}

/// Returns what a sector gains from the close of `entry` to the close of `exit`; `None` without any close by `entry`.
pub(crate) fn sector_return(dataset: &Dataset, sector: usize, entry: Date, exit: Date) -> Option<f64> {
    let bought = held_close(dataset, sector, entry, entry)?;
    Some(held_close(dataset, sector, entry, exit)? / bought - 1.0)
}

/// Returns what a benchmark gains; `None` unless its closes are fresh on both days and the second is later than `entry`, or of a
/// later month where there are month-end closes only.
pub(crate) fn benchmark_return(dataset: &Dataset, benchmark: usize, entry: Date, exit: Date) -> Option<f64> {
    let (bought_on, bought) = dataset.fresh_close(benchmark, entry)?;
    let (sold_on, sold) = dataset.fresh_close(benchmark, exit)?;
    (sold_on > entry.max(bought_on)).then_some(sold / bought - 1.0)
}
