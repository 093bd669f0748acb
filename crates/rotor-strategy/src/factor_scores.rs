//! What one factor says of the sectors of a day.

use rotor_factor::Signal;
use rotor_stats::{percentiles, round9};

/// The scores of one factor for the sectors of a day, and the percentiles of its raw values.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorScores {
    /// One score a sector.
    scores: Vec<Option<f64>>,
    /// The percentile of each raw value among those there are; 0.5 without one.
    percentiles: Vec<f64>,
}

impl FactorScores {
    /// Takes one score and one raw value a sector, larger for better; a sector without a raw value is in the middle of a tie.
    ///
    /// # Panics
    ///
    /// If there are not as many raw values as scores, or one of either is not finite.
    #[must_use]
    pub fn new(scores: Vec<Option<f64>>, raws: &[Option<f64>]) -> Self {
        assert_eq!(scores.len(), raws.len(), "one score and one raw value a sector");
        assert!(scores.iter().flatten().all(|score| score.is_finite()), "scores are finite");
        let present: Vec<f64> = raws.iter().flatten().map(|raw| round9(*raw)).collect();
        let mut of_present = percentiles(&present).expect("raw values are finite").into_iter();
        let percentile = |raw: &Option<f64>| raw.and_then(|_| of_present.next()).unwrap_or(0.5);
        Self { percentiles: raws.iter().map(percentile).collect(), scores }
    }

    /// Takes the scores and raw values of a signal.
    #[must_use]
    pub fn of(signal: &Signal) -> Self {
        let sectors = 0..signal.n_sectors();
        let raws: Vec<Option<f64>> = sectors.clone().map(|sector| signal.raw_of(sector)).collect();
        Self::new(sectors.map(|sector| signal.score_of(sector).ok()).collect(), &raws)
    }

    /// The scores of a factor that failed: none for any sector.
    #[must_use]
    pub fn none(n_sectors: usize) -> Self {
        Self { scores: vec![None; n_sectors], percentiles: vec![0.5; n_sectors] }
    }

    /// Returns the scores, one a sector.
    #[must_use]
    pub fn scores(&self) -> &[Option<f64>] {
        &self.scores
    }

    /// Returns the percentile of each raw value, 0 to 1, one a sector.
    pub(crate) fn percentiles(&self) -> &[f64] {
        &self.percentiles
    }

    /// Whether any sector has a score.
    #[must_use]
    pub fn has_score(&self) -> bool {
        self.scores.iter().any(Option::is_some)
    }
}
