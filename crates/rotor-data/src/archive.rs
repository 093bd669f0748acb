//! The publication log: every value with the day on which it became public.
//!
//! An archive keeps the observations of each series in the order of their release. What was known on a day is the part
//! of the log before that day. A replay needs nothing else, so there is no index by date and nothing is stored twice;
//! [`crate::sweep`] reads it.
//!
//! *Invariant:* within a series the log is sorted by release, entity, period; no two entries share all three. The
//! order does not depend on the order of the rows in the file.

use rayon::prelude::*;
use rotor_factor::{Date, Frequency, ReferencePeriod, Released};

use crate::load::Repetitions;

/// One entry of the log, 24 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Publication {
    /// Position of the series times the number of entities, plus the position of the entity.
    pub(crate) key: u32,
    /// Position of the reference period on the calendar of its frequency.
    pub(crate) index: i32,
    /// The first day on which it was public, in days since 1970.
    pub(crate) released: i32,
    /// The row of the table, counted from 1.
    pub(crate) row: u32,
    pub(crate) value: f64,
}

impl Publication {
    /// What orders the log within a series; the row settles nothing but the order of faults.
    fn order(&self) -> u128 {
        // Flipping the sign bit orders negative numbers before positive ones.
        let ascending = |number: i32| u128::from(number as u32 ^ (1 << 31));
        ascending(self.released) << 96
            | u128::from(self.key) << 64
            | ascending(self.index) << 32
            | u128::from(self.row)
    }

    /// Tells whether an entry stands before another in a log, and not because of its row.
    fn precedes(&self, other: &Self) -> bool {
        self.released < other.released
            || (self.released == other.released && (self.key, self.index) < (other.key, other.index))
    }

    /// Tells whether two entries say something of the same period and were released on the same day.
    fn collides(&self, other: &Self) -> bool {
        (self.key, self.index, self.released) == (other.key, other.index, other.released)
    }
}

/// Every observation of a dataset, ordered by release.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    n_entities: u32,
    /// One log a series.
    logs: Vec<Vec<Publication>>,
    frequencies: Vec<Frequency>,
}

/// Entries that say twice what a period was, released on one day.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// The archive with all of them in it.
    pub(crate) archive: Archive,
    /// The first entry of each key and the one that repeats it.
    pub(crate) rows: Repetitions<(Publication, Publication)>,
}

/// One value of an archive with its series, entity, period and release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vintage {
    /// Position of the series in the dataset.
    pub series: usize,
    /// Position of the entity in the dataset.
    pub entity: usize,
    /// The period that the value describes.
    pub period: ReferencePeriod,
    /// The first day on which it was public.
    pub released: Released,
    /// The value, in the unit of the series.
    pub value: f64,
    /// The row of `observations`, counted from 1; 0 of a value that the reader makes of filings.
    pub row: u32,
}

impl Archive {
    /// The most pairs of series and entity there can be.
    pub(crate) const MOST_KEYS: u64 = u32::MAX as u64;

    /// Builds the archive from parts of the table, in any order, and the frequency of each series.
    ///
    /// # Errors
    ///
    /// If two entries share series, entity, period and release.
    pub(crate) fn build(
        parts: Vec<Vec<Publication>>,
        n_entities: usize,
        frequencies: Vec<Frequency>,
    ) -> Result<Self, Repeated> {
        let n_entities = (n_entities as u32).max(1);
        let runs = runs_by_series(&parts, n_entities, frequencies.len());
        // One at a time, for a few series have most of the entries and may lie side by side.
        let sorted: Vec<_> = runs.par_iter().with_max_len(1).map(sorted_log).collect();
        drop(runs);
        drop(parts);
        let (logs, repeated): (_, Vec<_>) = sorted.into_iter().unzip();
        let archive = Self { n_entities, logs, frequencies };
        let rows = repeated.into_iter().fold(Repetitions::default(), Repetitions::merged);
        if rows.is_empty() { Ok(archive) } else { Err(Repeated { archive, rows }) }
    }

    /// Returns the number of observations, all vintages counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.logs.iter().map(Vec::len).sum()
    }

    /// Tells whether there are no observations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how often a series has a value.
    ///
    /// # Panics
    ///
    /// If the dataset has no series at this position.
    #[must_use]
    pub fn frequency(&self, series: usize) -> Frequency {
        self.frequencies[series]
    }

    /// Returns everything that was ever published of a series, in the order of release.
    ///
    /// # Panics
    ///
    /// If the dataset has no series at this position.
    #[must_use]
    pub fn vintages(&self, series: usize) -> impl ExactSizeIterator<Item = Vintage> {
        self.log(series).iter().map(|publication| self.vintage(publication))
    }

    /// Returns the archive with the values that `change` gives, which is asked for each entry, or for each of one series.
    pub(crate) fn changed(&self, only: Option<usize>, change: impl Fn(&Publication) -> Option<f64>) -> Self {
        let logs = self.logs.iter().enumerate().map(|(series, log)| {
            if only.is_some_and(|only| only != series) {
                return log.clone();
            }
            let changed = |entry: &Publication| Some(Publication { value: change(entry)?, ..*entry });
            log.iter().filter_map(changed).collect()
        });
        Self { logs: logs.collect(), n_entities: self.n_entities, frequencies: self.frequencies.clone() }
    }

    /// Returns the archive with every release some days later, which leaves the order of the log as it is.
    pub(crate) fn released_later(&self, n_days: i32) -> Self {
        let mut archive = self.clone();
        for entry in archive.logs.iter_mut().flatten() {
            entry.released += n_days;
        }
        archive
    }

    /// Spells an entry of the log out.
    pub(crate) fn vintage(&self, publication: &Publication) -> Vintage {
        let series = (publication.key / self.n_entities) as usize;
        let period = ReferencePeriod::from_index(self.frequencies[series], publication.index);
        let released = Date::from_days(publication.released);
        Vintage {
            series,
            entity: (publication.key % self.n_entities) as usize,
            period: period.expect("periods are checked when they are read"),
            released: Released(released.expect("releases are checked when they are read")),
            value: publication.value,
            row: publication.row,
        }
    }

    /// Returns the log of one series.
    pub(crate) fn log(&self, series: usize) -> &[Publication] {
        &self.logs[series]
    }
}

/// The entries of one series as they lie in the parts of the table: slices of neighbouring rows.
type Runs<'a> = Vec<&'a [Publication]>;

/// Finds the rows of each series. Files are usually sorted by series, so that the runs are few and long.
fn runs_by_series(parts: &[Vec<Publication>], n_entities: u32, n_series: usize) -> Vec<Runs<'_>> {
    let runs: Vec<Runs<'_>> = parts.par_iter().map(|part| runs_of(part, n_entities)).collect();
    let mut by_series = vec![Runs::new(); n_series];
    for run in runs.into_iter().flatten() {
        by_series[(run[0].key / n_entities) as usize].push(run);
    }
    by_series
}

/// Cuts a part where another series begins. The keys of a series lie together, so that one division a run is enough.
fn runs_of(mut part: &[Publication], n_entities: u32) -> Runs<'_> {
    let mut runs = Runs::new();
    while let Some(first) = part.first() {
        let least = first.key - first.key % n_entities;
        let is_other = |publication: &Publication| publication.key.wrapping_sub(least) >= n_entities;
        let (run, rest) = part.split_at(part.iter().position(is_other).unwrap_or(part.len()));
        runs.push(run);
        part = rest;
    }
    runs
}

/// Puts the entries of one series into the order of the log, and finds those that say again what an earlier one says.
///
/// Releases span a few thousand days at most, so one pass counts how many entries each day has and a second one puts
/// every entry at its day. What remains is to order the entries of a day, which usually are in order.
fn sorted_log(runs: &Runs<'_>) -> (Vec<Publication>, Repetitions<(Publication, Publication)>) {
    let n_publications = runs.iter().map(|run| run.len()).sum::<usize>();
    // A file that is sorted by release needs no more than a look. Where each entry precedes the next, none is there twice.
    if runs.iter().copied().flatten().is_sorted_by(|a, b| a.precedes(b)) {
        return (runs.concat(), Repetitions::default());
    }
    let (mut first, mut last) = (i32::MAX, i32::MIN);
    for run in runs {
        for publication in *run {
            (first, last) = (first.min(publication.released), last.max(publication.released));
        }
    }
    let mut log = if (i64::from(last) - i64::from(first)) as usize > 4 * n_publications {
        let mut log = runs.concat();
        log.sort_unstable_by_key(Publication::order);
        log
    } else {
        by_day(runs, n_publications, first, last)
    };
    if log.is_sorted_by(Publication::precedes) {
        return (log, Repetitions::default());
    }
    log.par_chunk_by_mut(|a, b| a.released == b.released).for_each(|day| {
        if !day.is_sorted_by(Publication::precedes) {
            day.sort_unstable_by_key(Publication::order);
        }
    });
    let mut repeated = Repetitions::default();
    for same in log.chunk_by(Publication::collides) {
        for again in &same[1..] {
            repeated.add(again.row, (same[0], *again));
        }
    }
    (log, repeated)
}

/// Puts the entries of each day together, in the order in which they lie. All days are between `first` and `last`.
fn by_day(runs: &Runs<'_>, n_publications: usize, first: i32, last: i32) -> Vec<Publication> {
    let mut starts = vec![0; (last - first) as usize + 2];
    for run in runs {
        for publication in *run {
            starts[(publication.released - first) as usize + 1] += 1;
        }
    }
    for day in 1..starts.len() {
        starts[day] += starts[day - 1];
    }
    let mut log = vec![Publication::default(); n_publications];
    for run in runs {
        for publication in *run {
            let place = &mut starts[(publication.released - first) as usize];
            log[*place] = *publication;
            *place += 1;
        }
    }
    log
}
