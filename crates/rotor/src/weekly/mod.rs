//! The weekly: what became public in a week, what moved, and where things stand.
//!
//! Everything is made from the dataset that somebody had on the day, a file a section; the page is made of the value by
//! `rotor-report`.

mod events;
mod flows;
mod groups;
mod known;
mod profits;
mod returns;
mod samples;
mod tracking;
mod valuation;
mod week;

use std::collections::BTreeSet;

use rotor_data::model::Entity;
use rotor_data::{Dataset, PriceFrequency};
use rotor_engine::{BacktestError, Watch, track};
use rotor_factor::{AsOf, Date, EntityKind, Frequency};
use rotor_report::page::Page;
use rotor_report::weekly::{self as pages, WeeklyDocument};
use rotor_report::words::Lang;
use rotor_run::{
    Config, Flow, IndustrialProfits, Metrics, MissingPart, MissingReason, Named, NoTrack, NoteDataset,
    NoteFactor, Releases, SampleTable, Tracked, ValuationRow, Warning, Week, WeekReturns, WeeklyEvent,
    WeeklyPart,
};

use crate::assumed_days;
use crate::dataset_warnings::{Reach, touching};
use crate::note::{last_day, no_track, note_factor};
use crate::releases::{deadline, releases};
use crate::session::Session;
use known::Known;

/// The page of a week, ready to be shown.
#[derive(Clone, Debug)]
pub struct Weekly {
    /// Everything that the page says, as plain values.
    pub facts: rotor_run::Weekly,
}

impl Weekly {
    /// Returns the page in a language, for [HTML, Markdown or a terminal](rotor_report::page).
    #[must_use]
    pub fn page(&self, lang: Lang) -> Page {
        pages::page(&self.facts, lang)
    }

    /// Returns the page as a document with every number in full.
    #[must_use]
    pub fn document(&self) -> WeeklyDocument<'_> {
        pages::document(&self.facts)
    }
}

/// The series of the next releases, beside the monthly ones that are linked to sectors.
const AWAITED: [&str; 3] = ["cpi_yoy", "ppi_yoy", "profit_ytd"];

impl Session {
    /// Makes the page of the week of the last trading day before a day, of what was published before it; without a day of that after
    /// the last trading day.
    ///
    /// `watch` hears of each day of the track record and can stop the work. No ledger hears of it.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Stopped`] if the watcher stops it. That there is no track record, or that the dataset lacks what a section is
    /// made of, is no error: the page says so.
    pub fn weekly(&self, as_of: Option<Date>, watch: &dyn Watch) -> Result<Weekly, BacktestError> {
        let last = last_day(&self.dataset);
        let day = AsOf(as_of.unwrap_or_else(|| last.plus_days(1).unwrap_or(last)));
        let known = self.dataset.known_on(day);
        // Neither needs the other.
        let (evidence, sections) =
            rayon::join(|| self.evidence(&known, day, watch), || Sections::of(&known, &self.config, day));
        Ok(Weekly { facts: compose(&known, &self.config, day, as_of.is_none(), evidence?, sections) })
    }

    /// What the strategy of the configuration has been worth, on the dataset of the day.
    fn evidence(&self, known: &Dataset, day: AsOf, watch: &dyn Watch) -> Result<Evidence, BacktestError> {
        let track = match track(known, &self.config, &self.factors.members(), day, watch) {
            Err(BacktestError::Stopped) => return Err(BacktestError::Stopped),
            track => track,
        };
        let reach = Reach {
            first_month: day.0.month(),
            first: day.0,
            last: day.0,
            benchmarks: track.as_ref().map_or(&[], |track| track.run.portfolios.as_slice()),
        };
        let specs = || self.factors.iter().map(|factor| factor.instance.spec());
        let assumed = assumed_days::warning(known, &self.config, specs());
        let warnings = assumed.into_iter().chain(touching(known, &reach, specs())).collect();
        let track = track
            .map(|found| rotor_eval::evaluate_with(&found.run, &found.cross_sections, &[], &self.config))
            .map_err(|error| no_track(&error));
        Ok(Evidence { factors: self.factors.iter().map(note_factor).collect(), track, warnings })
    }
}

/// What the strategy of the configuration says to the page.
struct Evidence {
    factors: Vec<NoteFactor>,
    track: Result<Metrics, NoTrack>,
    warnings: Vec<Warning>,
}

/// What the dataset says to the page.
struct Sections {
    week: Week,
    returns: Option<WeekReturns>,
    tracking: Vec<Tracked>,
    profits: Option<IndustrialProfits>,
    samples: Vec<SampleTable>,
    flows: Vec<Flow>,
    events: Vec<WeeklyEvent>,
    valuation: Vec<ValuationRow>,
}

impl Sections {
    /// Computes every section from the dataset that was known on the day.
    fn of(dataset: &Dataset, config: &Config, day: AsOf) -> Self {
        let known = Known::new(dataset, day);
        let week = week::week(&known);
        Self {
            returns: returns::returns(&known, &week, config),
            tracking: tracking::tracking(&known),
            profits: profits::profits(&known, &week, config),
            samples: samples::samples(&known, config),
            flows: flows::flows(&known, &week),
            events: events::events(dataset, day, &week),
            valuation: valuation::valuation(&known),
            week,
        }
    }
}

/// Composes the page of a day from the dataset that was known on it.
fn compose(
    dataset: &Dataset,
    config: &Config,
    day: AsOf,
    is_default_day: bool,
    evidence: Evidence,
    sections: Sections,
) -> rotor_run::Weekly {
    let manifest = dataset.manifest();
    let Sections { week, returns, tracking, profits, samples, flows, events, valuation } = sections;
    let mut weekly = rotor_run::Weekly {
        as_of: day.0,
        is_default_day,
        dataset: NoteDataset {
            name: manifest.name.clone(),
            title: manifest.title.clone(),
            synthetic: manifest.synthetic,
            price_frequency: manifest.price_frequency,
        },
        config: config.clone(),
        insiders: flows::net(&flows),
        releases: next_releases(dataset, config, day),
        missing: Vec::new(),
        series: dataset.series().to_vec(),
        factors: evidence.factors,
        track: evidence.track,
        warnings: evidence.warnings,
        week,
        returns,
        tracking,
        profits,
        samples,
        flows,
        events,
        valuation,
    };
    weekly.missing = missing(dataset, &weekly);
    weekly
}

/// When the series of the page are published next, and the next day by which companies must have reported.
fn next_releases(dataset: &Dataset, config: &Config, day: AsOf) -> Releases {
    let names = &config.weekly.releases;
    let read: BTreeSet<usize> = if names.is_empty() {
        let is_monthly = |series: &usize| dataset.series()[*series].frequency == Frequency::Monthly;
        let linked = dataset.links().iter().map(|link| link.series as usize).filter(is_monthly);
        AWAITED.iter().filter_map(|name| dataset.find_series(name)).chain(linked).collect()
    } else {
        names.iter().filter_map(|name| dataset.find_series(name)).collect()
    };
    Releases { reports: deadline(day.0), ..releases(dataset, day, &read) }
}

/// What is not on the page, and why.
fn missing(dataset: &Dataset, weekly: &rotor_run::Weekly) -> Vec<MissingPart> {
    let mut missing = Vec::new();
    let mut lacks = |part: WeeklyPart, reason: MissingReason| missing.push(MissingPart { part, reason });
    let has = |series: &str| dataset.find_series(series).is_some();
    let absent = |series: &[&str]| {
        let names: Vec<String> =
            series.iter().filter(|name| !has(name)).map(|name| (*name).to_owned()).collect();
        if names.len() == series.len() {
            MissingReason::NotInDataset(names)
        } else {
            MissingReason::NotPublic
        }
    };
    if weekly.returns.is_none() {
        let is_daily = dataset.manifest().price_frequency == PriceFrequency::Daily;
        let reason = if is_daily { MissingReason::NotPublic } else { MissingReason::NoDailyCloses };
        lacks(WeeklyPart::Returns, reason);
    }
    if weekly.tracking.is_empty() {
        let is_told = tracking::tracked(dataset).next().is_some();
        let not_told = || MissingReason::NotInDataset(vec!["links".into()]);
        lacks(WeeklyPart::Tracking, if is_told { MissingReason::NotPublic } else { not_told() });
    }
    if weekly.profits.is_none() {
        lacks(WeeklyPart::Profits, absent(&[profits::PROFIT]));
    }
    if weekly.samples.is_empty() {
        let lacking: Vec<&str> = samples::SERIES.into_iter().filter(|name| !has(name)).collect();
        let names =
            if lacking.len() == samples::SERIES.len() { vec!["companies", "filings"] } else { lacking };
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let is_told = names.is_empty();
        let reason = if is_told { MissingReason::NoOpenQuarter } else { MissingReason::NotInDataset(names) };
        lacks(WeeklyPart::Samples, reason);
    }
    for (kind, series) in flows::SERIES {
        if weekly.flows.iter().all(|flow| flow.kind != kind) {
            lacks(WeeklyPart::Flow(kind), absent(&[series]));
        }
    }
    if weekly.events.is_empty() {
        let not_told = || MissingReason::NotInDataset(vec!["events".into()]);
        let is_told = !dataset.events().is_empty();
        lacks(WeeklyPart::Events, if is_told { MissingReason::NoneInSpan } else { not_told() });
    }
    if weekly.valuation.is_empty() {
        lacks(WeeklyPart::Valuation, absent(&[valuation::PE, valuation::PB]));
    }
    missing
}

/// The names of an entity.
fn named(entity: &Entity) -> Named {
    Named { code: entity.code.clone(), name: entity.name.clone(), name_zh: entity.name_zh.clone() }
}

/// The entities of a kind, by position, in the order of their codes.
fn of_kind(dataset: &Dataset, kind: EntityKind) -> impl Iterator<Item = (usize, &Entity)> {
    dataset.of_kind(kind).iter().map(|position| (*position, &dataset.entities()[*position]))
}
