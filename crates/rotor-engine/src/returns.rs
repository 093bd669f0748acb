//! Returns of sectors and benchmarks from one close to another.

use rotor_data::Dataset;
use rotor_factor::Date;

/// Returns what a sector gains from the close of `entry` to the close of `exit`.
///
/// Without a close on a day the last one before it counts, however old; a sector that ends in between leaves at its last close.
/// `None` without any close by `entry`.
pub(crate) fn sector_return(dataset: &Dataset, sector: usize, entry: Date, exit: Date) -> Option<f64> {
    let last_day = dataset.entities()[sector].valid_to.unwrap_or(Date::MAX);
    let close = |day: Date| dataset.closes().on_or_before(sector, day.min(last_day));
    let (_, bought) = close(entry)?;
    let (_, sold) = close(exit)?;
    Some(sold / bought - 1.0)
}

/// Returns what a benchmark gains; `None` without a close by `entry`, or without one after it up to `exit`.
pub(crate) fn benchmark_return(dataset: &Dataset, benchmark: usize, entry: Date, exit: Date) -> Option<f64> {
    let (_, bought) = dataset.closes().on_or_before(benchmark, entry)?;
    let (day, sold) = dataset.closes().on_or_before(benchmark, exit)?;
    (day > entry).then_some(sold / bought - 1.0)
}
