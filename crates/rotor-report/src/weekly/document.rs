//! The page of a week as a document: every number of it, in full.

use rotor_run::metrics::Reason;
use rotor_run::{NoteFactor, Weekly};
use serde::Serialize;

use crate::parts::document::{DatasetEntry, ReleasesEntry, config};

/// The version of the document's keys.
const FORMAT: u32 = 1;

/// The page of a week as a document. Keys are stable, days in ISO form, missing numbers null.
#[derive(Debug, Serialize)]
pub struct WeeklyDocument<'a> {
    format: u32,
    dataset: DatasetEntry<'a>,
    config: serde_json::Value,
    #[serde(flatten)]
    weekly: &'a Weekly,
    releases: ReleasesEntry<'a>,
    track: TrackEntry<'a>,
}

/// What the factors have been worth, or why that is not known.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum TrackEntry<'a> {
    Missing { error: &'a str },
    Record { factors: Vec<FactorEntry<'a>> },
}

#[derive(Debug, Serialize)]
struct FactorEntry<'a> {
    name: &'a str,
    /// Null for a factor that was not evaluated.
    mean_rank_ic: Option<RankIcEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct RankIcEntry<'a> {
    value: Option<f64>,
    n: usize,
    interval: Option<[f64; 2]>,
    /// Why the value or the interval is null.
    reason: Option<&'a Reason>,
}

/// Makes the document of a week.
#[must_use]
pub fn document(weekly: &Weekly) -> WeeklyDocument<'_> {
    WeeklyDocument {
        format: FORMAT,
        dataset: DatasetEntry::new(&weekly.dataset),
        config: config(&weekly.config),
        weekly,
        releases: ReleasesEntry::new(&weekly.releases, &weekly.series),
        track: match &weekly.track {
            Ok(_) => {
                TrackEntry::Record { factors: weekly.factors.iter().map(|it| factor(weekly, it)).collect() }
            }
            Err(missing) => TrackEntry::Missing { error: &missing.text },
        },
    }
}

fn factor<'a>(weekly: &'a Weekly, factor: &'a NoteFactor) -> FactorEntry<'a> {
    let name = factor.spec.name();
    let evaluated = weekly.track.as_ref().ok().and_then(|metrics| metrics.factor.sections.all.get(name));
    let mean_rank_ic = evaluated.map(|evaluated| {
        let mean = &evaluated.rank_ic.mean;
        RankIcEntry {
            value: mean.value.value.as_ref().ok().copied(),
            n: mean.value.n,
            interval: mean.uncertainty.as_ref().ok().map(|found| [found.interval.0, found.interval.1]),
            reason: mean.value.value.as_ref().err().or(mean.uncertainty.as_ref().err()),
        }
    });
    FactorEntry { name, mean_rank_ic }
}
