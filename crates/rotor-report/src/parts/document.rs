//! What the documents of pages share: the dataset, the configuration, the calendar of the data.

use rotor_data::model::Series;
use rotor_run::{Awaited, Config, NoteDataset, Releases};
use serde::Serialize;

/// The dataset of a page.
#[derive(Debug, Serialize)]
pub(crate) struct DatasetEntry<'a> {
    name: &'a str,
    title: &'a str,
    synthetic: bool,
    price_frequency: &'static str,
}

/// When the data of a page come next.
#[derive(Debug, Serialize)]
pub(crate) struct ReleasesEntry<'a> {
    next: Vec<NextEntry<'a>>,
    overdue: Vec<OverdueEntry<'a>>,
    announced: Vec<AnnouncedEntry<'a>>,
    reports: Option<DeadlineEntry>,
}

#[derive(Debug, Serialize)]
struct NextEntry<'a> {
    series: &'a str,
    period: String,
    expected: String,
    is_announced: bool,
}

#[derive(Debug, Serialize)]
struct OverdueEntry<'a> {
    series: &'a str,
    last: String,
    released: String,
    /// Of months and quarters.
    awaited: Option<String>,
    latest: Option<String>,
    /// Of days and weeks.
    n_days: Option<i32>,
    longest: Option<i32>,
}

#[derive(Debug, Serialize)]
struct AnnouncedEntry<'a> {
    date: String,
    title: &'a str,
    title_zh: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct DeadlineEntry {
    date: String,
    quarter: String,
}

impl<'a> DatasetEntry<'a> {
    pub(crate) fn new(dataset: &'a NoteDataset) -> Self {
        Self {
            name: &dataset.name,
            title: &dataset.title,
            synthetic: dataset.synthetic,
            price_frequency: dataset.price_frequency.letter(),
        }
    }
}

/// The configuration without where the dataset lies, which is no part of what is known.
pub(crate) fn config(config: &Config) -> serde_json::Value {
    let mut config = config.to_json();
    if let Some(config) = config.as_object_mut() {
        config.remove("dataset");
    }
    config
}

impl<'a> ReleasesEntry<'a> {
    pub(crate) fn new(releases: &'a Releases, all: &'a [Series]) -> Self {
        let series = |position: usize| all[position].name.as_str();
        let next = releases.next.iter().map(|release| NextEntry {
            series: series(release.series),
            period: release.period.to_string(),
            expected: release.expected.to_string(),
            is_announced: release.is_announced,
        });
        let overdue = releases.overdue.iter().map(|overdue| {
            let (period, days) = match overdue.awaited {
                Awaited::Period { period, latest } => (Some((period, latest)), None),
                Awaited::Days { n_days, longest } => (None, Some((n_days, longest))),
            };
            OverdueEntry {
                series: series(overdue.series),
                last: overdue.last.to_string(),
                released: overdue.released.to_string(),
                awaited: period.map(|(period, _)| period.to_string()),
                latest: period.map(|(_, latest)| latest.to_string()),
                n_days: days.map(|(n_days, _)| n_days),
                longest: days.map(|(_, longest)| longest),
            }
        });
        let announced = releases.announced.iter().map(|release| AnnouncedEntry {
            date: release.date.to_string(),
            title: &release.title,
            title_zh: release.title_zh.as_deref(),
        });
        let deadline = releases.reports.map(|deadline| DeadlineEntry {
            date: deadline.date.to_string(),
            quarter: deadline.quarter.to_string(),
        });
        Self {
            next: next.collect(),
            overdue: overdue.collect(),
            announced: announced.collect(),
            reports: deadline,
        }
    }
}
