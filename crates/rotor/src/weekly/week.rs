//! The week of a day.

use rotor_data::PriceFrequency;
use rotor_factor::Date;
use rotor_run::Week;

use super::known::Known;

/// The week of the last trading day before the day, Monday to Sunday; without daily closes that of the day before it.
pub(super) fn week(known: &Known<'_>) -> Week {
    let is_daily = known.dataset.manifest().price_frequency == PriceFrequency::Daily;
    let days = if is_daily { known.dataset.calendar().days() } else { &[] };
    // Whether there is a close on the day itself belongs to the question and is no trading day that is over.
    let over = &days[..days.partition_point(|day| *day < known.as_of.0)];
    let last = over.last().copied().unwrap_or(known.yesterday);
    let monday = monday_of(last);
    let sunday = monday.plus_days(6).unwrap_or(last);
    let before = over.partition_point(|day| *day < monday);
    Week {
        monday,
        sunday,
        days: over[before..].to_vec(),
        before: before.checked_sub(1).map(|position| over[position]),
        is_partial: known.as_of.0.days() <= monday.days() + 4,
    }
}

/// The Monday of the week of a day.
pub(super) fn monday_of(day: Date) -> Date {
    day.plus_days(1 - day.weekday() as i32).unwrap_or(day)
}
