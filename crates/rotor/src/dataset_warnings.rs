//! What looks wrong in a dataset, as far as a run or a note touches it.

use std::collections::BTreeSet;

use rotor_data::{Dataset, Place, WarningCode};
use rotor_factor::{Calendar, Date, EntityKind, Month, Source, Spec};
use rotor_run::{Run, Warning};

/// What looks at a dataset: a run, or a note.
#[derive(Debug)]
pub(crate) struct Reach<'a> {
    /// The last complete month on the first day that factors are asked about; their windows end with it.
    pub(crate) first_month: Month,
    /// The first day that factors are asked about.
    pub(crate) first: Date,
    /// The last day of which anything is read.
    pub(crate) last: Date,
    /// The benchmarks that results are compared with.
    pub(crate) benchmarks: &'a [String],
}

/// Returns the warnings of a dataset that touch a run: its sectors, its benchmarks, the series that its factors read, in the days
/// from the first window to the last exit.
pub(crate) fn touching_run<'s>(
    dataset: &Dataset,
    run: &Run,
    specs: impl Iterator<Item = &'s Spec>,
) -> Vec<Warning> {
    let (Some(first), Some(last)) = (run.executions.first(), run.executions.last()) else {
        return Vec::new();
    };
    let reach =
        Reach { first_month: first.month, first: first.as_of, last: last.exit, benchmarks: &run.portfolios };
    touching(dataset, &reach, specs)
}

/// Returns the warnings of a dataset about what is in reach.
pub(crate) fn touching<'s>(
    dataset: &Dataset,
    reach: &Reach<'_>,
    specs: impl Iterator<Item = &'s Spec>,
) -> Vec<Warning> {
    let used = Used::by(dataset, specs);
    let from = reach.first_month.plus(1 - used.n_months).unwrap_or(Month::MIN).first_day();
    let is_benchmark = |code: &String| reach.benchmarks.contains(code);
    let is_traded = |code: &String| {
        let kind = dataset.find_entity(code).map(|position| dataset.entities()[position].kind);
        kind == Some(EntityKind::Sector) || is_benchmark(code)
    };
    let touches = |code: WarningCode, place: &Place| {
        let is_used = match (&place.series, &place.entity) {
            (Some(series), _) => used.series.contains(series.as_str()),
            (None, Some(entity)) if code == WarningCode::SharesBelowOne => {
                used.reads_bridge && is_traded(entity)
            }
            (None, Some(entity)) => is_traded(entity),
            (None, None) => true,
        };
        // What a benchmark gained before the first day is in no number.
        let from = if place.entity.as_ref().is_some_and(is_benchmark) { reach.first } else { from };
        is_used && place.from <= reach.last && place.to >= from
    };
    let within = |found: rotor_data::DatasetWarning| {
        let found = found.within(|place| touches(found.code, place))?;
        Some(Warning::Dataset { found })
    };
    let found = dataset.warnings_reading(|series| used.series.contains(series));
    found.into_iter().filter_map(within).collect()
}

/// What factors read of a dataset.
struct Used<'d> {
    series: BTreeSet<&'d str>,
    reads_bridge: bool,
    /// The longest window, in months.
    n_months: i32,
}

impl<'d> Used<'d> {
    fn by<'s>(dataset: &'d Dataset, specs: impl Iterator<Item = &'s Spec>) -> Self {
        let mut used = Self { series: BTreeSet::new(), reads_bridge: false, n_months: 1 };
        for input in specs.flat_map(Spec::inputs) {
            let n_months = match input.source() {
                Source::Close { frequency, n_periods, .. } => months(frequency.calendar(), *n_periods),
                Source::Series { series, frequency, n_periods, .. } => {
                    let position = dataset.find_series(series);
                    used.series.extend(position.map(|position| dataset.series()[position].name.as_str()));
                    months(frequency.calendar(), *n_periods)
                }
                Source::SeriesOfAnyFrequency { series, n_days, n_months, .. } => {
                    let position = dataset.find_series(series);
                    let series = position.map(|position| &dataset.series()[position]);
                    used.series.extend(series.map(|series| series.name.as_str()));
                    let calendar = series.map_or(Calendar::Months, |series| series.frequency.calendar());
                    months(calendar, calendar.n_periods(*n_days, *n_months))
                }
                Source::Links { n_days, n_months } => {
                    let names =
                        dataset.links().iter().map(|link| &dataset.series()[link.series as usize].name);
                    used.series.extend(names.map(String::as_str));
                    months(Calendar::Days, *n_days).max(months(Calendar::Months, *n_months))
                }
                Source::Bridge => {
                    used.reads_bridge = true;
                    1
                }
                _ => 1,
            };
            used.n_months = used.n_months.max(n_months);
        }
        used
    }
}

/// How many months a window reaches back.
fn months(calendar: Calendar, n_periods: usize) -> i32 {
    let n_periods = i32::try_from(n_periods).unwrap_or(i32::MAX);
    match calendar {
        Calendar::Days => n_periods / 28 + 1,
        Calendar::Months => n_periods,
        Calendar::Quarters => n_periods.saturating_mul(3),
    }
}
