//! One day: which sectors now, and what the same strategy has been worth so far.
//!
//! Everything is made from a dataset in which what was not public on the day is dropped, so that the track record knows no
//! more than the day did.

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{AsOf, Date, EntityKind, Month, Scale};
use rotor_plugin::Instance;
use rotor_run::Config;
use rotor_strategy::{FactorScores, RankedSector, rank, select};

use crate::backtest::{
    Backtest, BacktestError, Member, backtest_until, checked_plan, culprit, scale_of, stop_at_failure,
    stop_without_inputs,
};
use crate::replay::{Outcome, TableDays, replay};
use crate::watch::Watch;

/// What is known on a day, and what was known a month before.
#[derive(Debug)]
pub struct Note {
    /// The day.
    pub day: NoteDay,
    /// The same day of the month before; `None` if there was no sector yet.
    pub before: Option<NoteDay>,
    /// The same configuration over every holding period that had ended by the day, on what was public then.
    pub track: Result<Backtest, BacktestError>,
}

/// What factors say on a day, and what follows from it.
#[derive(Debug)]
pub struct NoteDay {
    /// The day; what was released before it is known.
    pub as_of: AsOf,
    /// The last complete month.
    pub month: Month,
    /// The sectors that can be chosen, by position among the entities of the dataset, ascending.
    pub sectors: Vec<u32>,
    /// What each factor says, in the order of the run.
    pub outcomes: Vec<Outcome>,
    /// The rank of each of the sectors, and what it follows from.
    pub ranking: Vec<RankedSector>,
    /// The weight of each of the sectors, 0 if it is not selected.
    pub weights: Vec<f64>,
}

/// Answers "which sectors now?" for any day.
///
/// Tables of factors are there for the day itself. `watch` hears of each day of the track record that is done.
///
/// # Errors
///
/// If the configuration does not fit the dataset, or no sector is alive on the day. That no factor has a score is no error, nor
/// is a track record that cannot be made. [`BacktestError::Stopped`] if the watcher stops it.
pub fn note(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    as_of: AsOf,
    watch: &dyn Watch,
) -> Result<Note, BacktestError> {
    let known = dataset.known_on(as_of);
    let plan = checked_plan(&known, config, members)?;
    stop_without_inputs(dataset, config, members, &plan)?;
    let instances: Vec<&Instance> = members.iter().map(|member| member.instance).collect();
    let days: Vec<AsOf> = month_earlier(as_of.0).map(AsOf).into_iter().chain([as_of]).collect();
    let said = replay(&known, &plan, &instances, &days, TableDays::Last)
        .map_err(|error| culprit(&known, members, &days, error))?;
    stop_at_failure(config, members, &plan, &said, &days)?;
    let track = match track(&known, config, members, as_of, watch) {
        Err(BacktestError::Stopped) => return Err(BacktestError::Stopped),
        track => track,
    };
    // A factor that does not say so is on the scale that the track record and the note tell of.
    let scale = |(factor, member): (usize, &Member<'_>)| {
        let here = scale_of(member.instance.spec(), &said.outcomes[factor]);
        let before = track.as_ref().ok().and_then(|track| track.run.scales.get(factor).copied());
        if here == Scale::Continuous { here } else { before.unwrap_or(here) }
    };
    let scales: Vec<Scale> = members.iter().enumerate().map(scale).collect();
    let of_kind = known.of_kind(EntityKind::Sector);
    let mut outcomes: Vec<_> = said.outcomes.into_iter().map(Vec::into_iter).collect();
    let mut note_days: Vec<NoteDay> = Vec::new();
    for (as_of, rows) in days.iter().zip(&said.sectors) {
        let sectors = rows.iter().map(|row| of_kind[*row as usize] as u32).collect();
        let outcomes = outcomes.iter_mut().filter_map(Iterator::next).collect();
        note_days.push(NoteDay::of(&known, config, members, &scales, *as_of, sectors, outcomes));
    }
    let Some(day) = note_days.pop().filter(|day| !day.sectors.is_empty()) else {
        let days = dataset.calendar().days();
        return Err(BacktestError::NobodyAlive {
            dataset: dataset.manifest().name.clone(),
            as_of: as_of.0,
            days: days.first().copied().zip(days.last().copied()),
        });
    };
    let before = note_days.pop().filter(|before| !before.sectors.is_empty());
    Ok(Note { day, before, track })
}

/// Replays a strategy over every holding period that had ended by a day. `known` is the dataset that somebody had on it,
/// [`Dataset::known_on`].
///
/// # Errors
///
/// As a backtest.
pub fn track(
    known: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    as_of: AsOf,
    watch: &dyn Watch,
) -> Result<Backtest, BacktestError> {
    let until = match known.manifest().price_frequency {
        // The close of the day itself is not known yet.
        PriceFrequency::Daily => as_of.0.plus_days(-1).unwrap_or(Date::MIN),
        PriceFrequency::MonthEnd => as_of.0,
    };
    backtest_until(known, config, members, &[], until, watch)
}

impl NoteDay {
    fn of(
        dataset: &Dataset,
        config: &Config,
        members: &[Member<'_>],
        scales: &[Scale],
        as_of: AsOf,
        sectors: Vec<u32>,
        outcomes: Vec<Outcome>,
    ) -> Self {
        let scores = |(outcome, scale): (&Outcome, &Scale)| match outcome {
            Ok(signal) => FactorScores::of(signal).on_scale(*scale),
            Err(_) => FactorScores::none(sectors.len()),
        };
        let factors: Vec<FactorScores> = outcomes.iter().zip(scales).map(scores).collect();
        let factor_weights: Vec<f64> = members.iter().map(|member| member.weight).collect();
        let ranking = rank(sectors.len(), &factors, &factor_weights, config.missing);
        let weights = select(&ranking, config).weights;
        let month = dataset.last_complete_month(as_of).unwrap_or(Month::MIN);
        Self { as_of, month, sectors, outcomes, ranking, weights }
    }
}

/// The same day of the month before, or its last day.
fn month_earlier(day: Date) -> Option<Date> {
    let month = day.month().plus(-1)?;
    let (_, _, day_of_month) = day.ymd();
    Some(month.first_day().plus_days(day_of_month as i32 - 1)?.min(month.last_day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_earlier_is_the_same_day_or_the_last() {
        let earlier = |day: &str| month_earlier(day.parse().unwrap()).unwrap().to_string();
        assert_eq!(earlier("2021-12-10"), "2021-11-10");
        assert_eq!(earlier("2021-03-31"), "2021-02-28");
        assert_eq!(earlier("2020-03-30"), "2020-02-29");
        assert_eq!(earlier("2021-01-01"), "2020-12-01");
        assert_eq!(month_earlier(Date::MIN), None);
    }
}
