//! Events of the week and the next.

use rotor_data::Dataset;
use rotor_data::model::Event;
use rotor_factor::AsOf;
use rotor_run::{Week, WeeklyEvent};

use super::named;

/// The events of the week and the one after it that were known on the day: by stars, then by date, then by title.
pub(super) fn events(dataset: &Dataset, day: AsOf, week: &Week) -> Vec<WeeklyEvent> {
    let last = week.sunday.plus_days(7).unwrap_or(week.sunday);
    let is_shown = |event: &&Event| event.known_from() < day.0 && (week.monday..=last).contains(&event.date);
    let mut events: Vec<&Event> = dataset.events().iter().filter(is_shown).collect();
    let key = |event: &Event| (std::cmp::Reverse(event.importance), event.date);
    events.sort_by(|one, other| {
        key(one).cmp(&key(other)).then_with(|| one.title.as_bytes().cmp(other.title.as_bytes()))
    });
    let shown = |event: &Event| WeeklyEvent {
        date: event.date,
        title: event.title.clone(),
        title_zh: event.title_zh.clone(),
        importance: event.importance,
        sectors: event.sectors.iter().map(|sector| named(&dataset.entities()[*sector as usize])).collect(),
    };
    events.into_iter().map(shown).collect()
}
