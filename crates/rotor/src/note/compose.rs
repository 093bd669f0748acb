//! The note as a value, composed of the dataset, the configuration, the factors and the engine's note.

use rotor_data::{Dataset, PriceFrequency};
use rotor_engine::{Backtest, BacktestError};
use rotor_factor::{AsOf, Date, Month};
use rotor_plugin::CallError;
use rotor_run::{
    Config, NoSignal, NoTrack, Note, NoteDataset, NoteDay, NoteFactor, NoteSector, Track, Warning,
};
use rotor_strategy::{has_score, required_factors};

use super::history::read_history;
use crate::assumed_days;
use crate::dataset_warnings::{Reach, touching};
use crate::factors::{FactorSet, RunFactor};
use crate::releases::{releases, series_read};

/// The months of returns that are shown where the configuration does not say from when.
const RETURNS_MONTHS: usize = 60;
/// The most that are.
const MOST_RETURNS_MONTHS: usize = 600;

/// Composes the note of a day; `factors` are those of the run, in its order.
pub(crate) fn compose(
    dataset: &Dataset,
    config: &Config,
    factors: &FactorSet,
    found: rotor_engine::Note,
    is_default_day: bool,
) -> Note {
    let day = note_day(found.day, config);
    // Windows that begin before the calendar have nothing to show, and figures of them are left out.
    let history = read_history(dataset, &day, returns_months(config, day.month)).unwrap_or_default();
    let read = series_read(dataset, factors.iter().map(|factor| factor.instance.spec()));
    let releases = releases(dataset, day.as_of, &read);
    let manifest = dataset.manifest();
    let warnings = warnings_of(dataset, config, factors, &day, found.track.as_ref().ok());
    Note {
        warnings,
        last_close: last_close(dataset, day.as_of),
        before: found.before.map(|before| note_day(before, config)),
        is_default_day,
        dataset: NoteDataset {
            name: manifest.name.clone(),
            title: manifest.title.clone(),
            synthetic: manifest.synthetic,
            price_frequency: manifest.price_frequency,
        },
        config: config.clone(),
        entities: dataset.entities().to_vec(),
        series: dataset.series().to_vec(),
        factors: factors.iter().map(note_factor).collect(),
        history,
        releases,
        track: found.track.map(|found| track(found, config)).map_err(|error| no_track(&error)),
        day,
    }
}

/// Which release days are assumed, and what looks wrong in the data that the day and its track record read, as far as they were known
/// on the day.
fn warnings_of(
    dataset: &Dataset,
    config: &Config,
    factors: &FactorSet,
    day: &NoteDay,
    track: Option<&Backtest>,
) -> Vec<Warning> {
    let of_day = (day.as_of.0, day.month);
    let executions = track.map_or(&[][..], |track| &track.run.executions);
    let (first, first_month) = executions.first().map_or(of_day, |first| (first.as_of, first.month));
    let benchmarks = track.map_or(&[][..], |track| &track.run.portfolios);
    let reach = Reach { first_month, first, last: day.as_of.0, benchmarks };
    let specs = || factors.iter().map(|factor| factor.instance.spec());
    let known = dataset.known_on(day.as_of);
    let assumed = assumed_days::warning(&known, config, specs());
    assumed.into_iter().chain(touching(&known, &reach, specs())).collect()
}

/// How many months of returns are shown; a window that would begin after the last month has that month alone.
fn returns_months(config: &Config, last: Month) -> usize {
    let from_start = |start: Month| {
        let n_months = usize::try_from(last.index() - start.index() + 1);
        n_months.map_or(1, |n_months| n_months.clamp(1, MOST_RETURNS_MONTHS))
    };
    config.box_start.map_or(RETURNS_MONTHS, from_start)
}

pub(crate) fn note_factor(factor: &RunFactor) -> NoteFactor {
    let sha256 = factor.sha256().map(str::to_owned);
    NoteFactor { spec: factor.plugin.spec().clone(), weight: factor.weight, sha256 }
}

fn note_day(day: rotor_engine::NoteDay, config: &Config) -> NoteDay {
    let ranking = day.ranking.iter().zip(&day.weights).map(|(sector, weight)| NoteSector {
        total: sector.total,
        tie_break: sector.tie_break,
        rank: sector.rank,
        n_live: sector.n_live,
        weight: *weight,
    });
    let outcomes = day.outcomes.into_iter().map(|outcome| outcome.map_err(|error| no_signal(&error)));
    NoteDay {
        as_of: day.as_of,
        month: day.month,
        has_score: has_score(&day.ranking),
        required_factors: required_factors(&day.ranking, config),
        ranking: ranking.collect(),
        outcomes: outcomes.collect(),
        sectors: day.sectors,
    }
}

fn no_signal(error: &CallError) -> NoSignal {
    NoSignal { text: error.to_string(), text_zh: error.text_zh() }
}

fn track(track: Backtest, config: &Config) -> Track {
    let metrics = rotor_eval::evaluate_with(&track.run, &track.cross_sections, &[], config);
    Track { run: track.run, metrics, warnings: track.warnings }
}

pub(crate) fn no_track(error: &BacktestError) -> NoTrack {
    // The hint of `NoExecutions` names the last day of the dataset, which was not known on the day.
    let names_later_days = matches!(error, BacktestError::NoExecutions { .. });
    NoTrack {
        text: error.to_string(),
        text_zh: error.text_zh(),
        hint: error.hint().filter(|_| !names_later_days),
        hint_zh: error.hint_zh(),
    }
}

/// The last trading day of which the closes are known on a day.
fn last_close(dataset: &Dataset, as_of: AsOf) -> Option<Date> {
    let is_monthly = dataset.manifest().price_frequency == PriceFrequency::MonthEnd;
    let is_known = |day: &&Date| **day < as_of.0 || is_monthly && **day == as_of.0;
    dataset.calendar().days().iter().rev().find(is_known).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Chinese page has no English word of ours; names in backticks are the user's.
    fn assert_chinese(text: &str) {
        let unquoted: String = text.split('`').step_by(2).collect();
        let is_word = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        assert!(!unquoted.split(' ').any(is_word), "{text}");
    }

    #[test]
    fn a_missing_track_record_has_a_chinese_reason() {
        let (start, end) = (Month::new(2020, 1).unwrap(), Month::new(2019, 1).unwrap());
        let (dataset, code) = (String::from("demo"), String::from("x"));
        let as_of = "2020-01-02".parse().unwrap();
        for error in [
            BacktestError::Reversed { start, end },
            BacktestError::NoExecutions { dataset: dataset.clone(), start, end: None, days: None },
            BacktestError::NoExecutions { dataset: dataset.clone(), start, end: Some(end), days: None },
            BacktestError::NeverLive { reasons: vec![(code.clone(), "没有数据".into())] },
            BacktestError::FactorFailed { factor: code, as_of, reason: "没有数据".into(), hint: None },
            BacktestError::NobodyAlive { dataset, as_of, days: None },
        ] {
            let missing = no_track(&error);
            assert_chinese(&missing.text_zh.unwrap());
            assert_eq!(missing.hint.is_some(), missing.hint_zh.is_some(), "{error}");
            assert_chinese(missing.hint_zh.as_deref().unwrap_or_default());
        }
    }
}
