//! What figures show of the dataset itself: the months behind the numbers of the day.
//!
//! It comes through the same sweep that factors are shown, as of the day, so that nothing later is in it.

use rotor_data::{Dataset, Input, Sweep, SweepError, WindowRequest};
use rotor_factor::{EntityKind, Frequency, Month, Panel};
use rotor_run::{NoteDay, NoteHistory, SeriesHistory};

/// The months of linked series that are kept: four calendar years at least, and the year before, which their growth needs.
const SERIES_MONTHS: usize = 60;

/// Reads the last `n_months` returns of the sectors of the day, and the linked series.
///
/// # Errors
///
/// If the windows begin before the calendar does or are too large.
pub(super) fn read_history(
    dataset: &Dataset,
    day: &NoteDay,
    n_months: usize,
) -> Result<NoteHistory, SweepError> {
    let mut linked: Vec<usize> = dataset.links().iter().map(|link| link.series as usize).collect();
    linked.sort_unstable();
    linked.dedup();
    // Quarters have no months.
    linked.retain(|series| dataset.series()[*series].frequency != Frequency::Quarterly);
    let of_closes =
        WindowRequest { input: Input::MonthlyClose, kind: EntityKind::Sector, n_periods: n_months + 1 };
    let of_series = linked.iter().map(|series| WindowRequest {
        input: Input::Series(*series),
        kind: EntityKind::Market,
        n_periods: n_periods(dataset.series()[*series].frequency),
    });
    let requests: Vec<WindowRequest> = std::iter::once(of_closes).chain(of_series).collect();
    let mut sweep = Sweep::new(dataset, &requests, day.as_of, day.as_of)?;
    let windows = sweep.advance(day.as_of)?;
    let closes = windows.panel(0);
    let of_kind = dataset.of_kind(EntityKind::Sector);
    let row = |sector: &u32| of_kind.binary_search(&(*sector as usize)).ok();
    let returns = |sector: &u32| -> Vec<Option<f64>> {
        (0..n_months).rev().map(|lag| row(sector).and_then(|row| month_return(closes, row, lag))).collect()
    };
    let months = months_until(day.month, n_months);
    let markets = dataset.of_kind(EntityKind::Market);
    let mut series = Vec::new();
    for (position, name) in linked.iter().enumerate() {
        let panel = windows.panel(position + 1);
        for (row, market) in markets.iter().enumerate() {
            let months = months_until(day.month, SERIES_MONTHS);
            let values = months.iter().map(|month| monthly(panel, row, *month)).collect();
            let sectors = sectors_of(dataset, day, *name);
            series.push(SeriesHistory { series: *name, market: *market, months, values, sectors });
        }
    }
    Ok(NoteHistory { returns: day.sectors.iter().map(returns).collect(), months, series })
}

/// The sectors of the day that a series is linked to, with +1 if more of it is better and -1 if more is worse.
fn sectors_of(dataset: &Dataset, day: &NoteDay, series: usize) -> Vec<(usize, i8)> {
    let links = dataset.links().iter().filter(|link| link.series as usize == series);
    let at = |sector: u32| day.sectors.iter().position(|known| *known == sector);
    let mut sectors: Vec<(usize, i8)> =
        links.filter_map(|link| Some((at(link.sector)?, link.polarity))).collect();
    sectors.sort_unstable();
    sectors
}

/// How many periods of a frequency lie in the months that are kept, and in the one that has begun.
fn n_periods(frequency: Frequency) -> usize {
    const MOST_DAYS: usize = 31;
    match frequency {
        Frequency::Daily | Frequency::Weekly => (SERIES_MONTHS + 1) * MOST_DAYS,
        Frequency::Monthly | Frequency::Quarterly => SERIES_MONTHS,
    }
}

fn months_until(last: Month, n: usize) -> Vec<Month> {
    (0..n as i32).rev().filter_map(|before| last.plus(-before)).collect()
}

fn month_return(closes: Panel<'_>, row: usize, lag: usize) -> Option<f64> {
    let (close, before) = (closes.get(row, lag)?, closes.get(row, lag + 1)?);
    Some(close / before - 1.0)
}

/// The value of a month, of a daily or weekly series the mean of those dated in it.
fn monthly(panel: Panel<'_>, row: usize, month: Month) -> Option<f64> {
    if panel.frequency() == Frequency::Monthly {
        return panel.at(row, month.index());
    }
    let (first, last) = (month.first_day().days(), month.last_day().days());
    let values: Vec<f64> = (first..=last).filter_map(|day| panel.at(row, day)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}
