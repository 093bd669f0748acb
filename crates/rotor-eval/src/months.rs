//! Which months count where, and where their rows begin.

use std::ops::Range;

use rotor_run::{Run, Score, SectorReturn};

/// The rows of a run by month, and the months that are live.
///
/// *Invariant:* the rows of the run are ordered by execution, then by factor, as [`Run`] promises.
pub(crate) struct Months<'a> {
    run: &'a Run,
    /// Month by month whether every factor scores at least one sector.
    pub(crate) is_live: Vec<bool>,
    // Month by month and factor by factor the first row of `scores`; the last entry is their number.
    scores: Vec<usize>,
    // Month by month the first row of `sector_returns`; the last entry is their number.
    returns: Vec<usize>,
}

impl<'a> Months<'a> {
    /// Finds where the rows of each month begin, in one pass.
    ///
    /// # Panics
    ///
    /// If a row is of an execution or a factor that the run does not have.
    pub(crate) fn new(run: &'a Run) -> Self {
        let n_factors = run.factors.len();
        let cell = |score: &Score| score.execution as usize * n_factors + score.factor as usize;
        let scores = starts(run.executions.len() * n_factors, run.scores.iter().map(cell));
        let months = run.sector_returns.iter().map(|row| row.execution as usize);
        let returns = starts(run.executions.len(), months);
        let mut months = Self { run, is_live: Vec::new(), scores, returns };
        months.is_live = (0..run.executions.len()).map(|month| months.every_factor_scores(month)).collect();
        months
    }

    /// Returns what a factor said of the sectors in a month.
    pub(crate) fn scores(&self, month: usize, factor: usize) -> &'a [Score] {
        &self.run.scores[range(&self.scores, month * self.run.factors.len() + factor)]
    }

    /// Returns what the sectors gained from the execution of a month to its exit.
    pub(crate) fn sector_returns(&self, month: usize) -> &'a [SectorReturn] {
        &self.run.sector_returns[range(&self.returns, month)]
    }

    fn every_factor_scores(&self, month: usize) -> bool {
        let has_score = |factor| self.scores(month, factor).iter().any(|row| row.score.is_some());
        !self.run.factors.is_empty() && (0..self.run.factors.len()).all(has_score)
    }
}

fn range(starts: &[usize], cell: usize) -> Range<usize> {
    starts[cell]..starts[cell + 1]
}

/// Returns the first row of each cell, and the number of rows at the end.
fn starts(n_cells: usize, cells: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut starts = vec![0; n_cells + 1];
    for cell in cells {
        starts[cell + 1] += 1;
    }
    for cell in 0..n_cells {
        starts[cell + 1] += starts[cell];
    }
    starts
}
