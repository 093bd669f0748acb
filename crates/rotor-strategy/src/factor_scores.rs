//! What one factor says of the sectors of a day.

use rotor_factor::{Scale, Signal};
use rotor_stats::{percentiles, round9};

/// The scores of one factor for the sectors of a day, and the percentiles of its raw values.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorScores {
    /// One score a sector.
    scores: Vec<Option<f64>>,
    /// What counts in the total where there is a score; `None` if that is the score itself.
    points: Option<Vec<Option<f64>>>,
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
        let percentiles = present_percentiles(raws).map(|percentile| percentile.unwrap_or(0.5)).collect();
        Self { scores, points: None, percentiles }
    }

    /// Reads the scores on the scale of their factor, points unless this is called.
    ///
    /// A continuous score counts in the total as 1 + 2 · its percentile among the scores of the day: from 1 to 3, in the middle 2.
    #[must_use]
    pub fn on_scale(mut self, scale: Scale) -> Self {
        self.points = (scale == Scale::Continuous).then(|| {
            let points = present_percentiles(&self.scores);
            points.map(|percentile| Some(1.0 + 2.0 * percentile?)).collect()
        });
        self
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
        Self { scores: vec![None; n_sectors], points: None, percentiles: vec![0.5; n_sectors] }
    }

    /// Returns the scores, one a sector.
    #[must_use]
    pub fn scores(&self) -> &[Option<f64>] {
        &self.scores
    }

    /// Returns what each sector counts in the total, from 1 to 3.
    #[must_use]
    pub fn points(&self) -> &[Option<f64>] {
        self.points.as_deref().unwrap_or(&self.scores)
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

/// The percentile of each value among those there are, compared to nine decimals; `None` without a value.
fn present_percentiles(values: &[Option<f64>]) -> impl Iterator<Item = Option<f64>> {
    let present: Vec<f64> = values.iter().flatten().map(|value| round9(*value)).collect();
    let mut of_present = percentiles(&present).expect("values are finite").into_iter();
    values.iter().map(move |value| value.and_then(|_| of_present.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continuous_score_counts_by_its_percentile() {
        let scores = vec![Some(-7.0), None, Some(0.4), Some(100.0), Some(0.4)];
        let points = FactorScores::new(scores.clone(), &scores).on_scale(Scale::Continuous);
        assert_eq!(points.points(), [Some(1.25), None, Some(2.0), Some(2.75), Some(2.0)]);
        assert_eq!(points.scores(), scores);
        let alone = FactorScores::new(vec![Some(9.0)], &[None]).on_scale(Scale::Continuous);
        assert_eq!(alone.points(), [Some(2.0)]);
        let thirds = FactorScores::new(vec![Some(3.0), Some(1.0)], &[None; 2]).on_scale(Scale::Points);
        assert_eq!(thirds.points(), [Some(3.0), Some(1.0)]);
    }
}
