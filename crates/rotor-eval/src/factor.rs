//! How well the scores of a factor order the sectors by what they gain next.

use rayon::prelude::*;
use rotor_factor::Date;
use rotor_run::{Run, Score, SectorReturn};
use rotor_stats::{deviation, pearson, round9, spearman};

use crate::evaluation::Sections;
use crate::figure::{Estimate, Figure, Reason, at_least, mean_over_deviation};
use crate::months::Months;

/// The fewest sectors of which a correlation is taken; fewer count as a constant cross-section.
const FEWEST_SECTORS: usize = 3;

/// What the scores are worth, factor by factor in the order of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorPart {
    /// Over all months, and over the live ones.
    pub sections: Sections<Vec<FactorEvaluation>>,
    /// Factor by factor one entry a month, oldest first.
    pub monthly: Vec<Vec<MonthlyCoefficients>>,
}

/// What the scores of a factor are worth.
///
/// `n_months` = n of the means + `n_constant` + `n_unscored`.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorEvaluation {
    /// The months looked at.
    pub n_months: usize,
    /// Those in which the factor scores no sector at all.
    pub n_unscored: usize,
    /// Those in which it scores sectors, but fewer than three that have a return, or all alike; or all gain the same. They have no
    /// coefficient, which is not a coefficient of 0.
    pub n_constant: usize,
    /// The rank correlation of Spearman of scores (to nine decimals) and returns.
    pub rank_ic: CoefficientSummary,
    /// The correlation of Pearson.
    pub ic: CoefficientSummary,
}

/// A monthly coefficient over the months that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct CoefficientSummary {
    /// The mean, -1 to 1, with its interval.
    pub mean: Estimate,
    /// The n - 1 deviation of the monthly values.
    pub deviation: Figure,
    /// Mean over deviation, ICIR, of a month: it is not annualised.
    pub ratio: Figure,
    /// The share of months above zero, 0 to 1.
    pub share_positive: Figure,
}

/// How scores and returns of one month go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthlyCoefficients {
    /// The execution day.
    pub execution: Date,
    /// Whether every factor of the run scores a sector in this month.
    pub is_live: bool,
    /// The sectors with a score and a return.
    pub n_sectors: usize,
    /// The coefficients, or why there are none.
    pub value: Result<Coefficients, Reason>,
}

/// Two correlations, -1 to 1, of the scores and the returns of the sectors in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Spearman's.
    pub rank_ic: f64,
    /// Pearson's.
    pub ic: f64,
}

/// Evaluates the scores of each factor.
pub(crate) fn evaluate(run: &Run, months: &Months<'_>) -> FactorPart {
    let monthly: Vec<Vec<MonthlyCoefficients>> = (0..run.factors.len())
        .into_par_iter()
        .map(|factor| (0..run.executions.len()).map(|month| of_month(run, months, month, factor)).collect())
        .collect();
    let all = monthly.par_iter().map(|series| summary(series.iter())).collect();
    let live = months.is_live.contains(&true).then(|| {
        monthly.par_iter().map(|series| summary(series.iter().filter(|month| month.is_live))).collect()
    });
    FactorPart { sections: Sections { all, live: live.ok_or(Reason::NoLiveMonth) }, monthly }
}

fn of_month(run: &Run, months: &Months<'_>, month: usize, factor: usize) -> MonthlyCoefficients {
    let rows = months.scores(month, factor);
    let (scores, returns) = pairs(rows, months.sector_returns(month));
    let is_unscored = rows.iter().all(|row| row.score.is_none());
    MonthlyCoefficients {
        execution: run.executions[month].as_of,
        is_live: months.is_live[month],
        n_sectors: scores.len(),
        value: if is_unscored { Err(Reason::Unscored) } else { correlate(&scores, &returns) },
    }
}

/// Returns score and return of the sectors that have both, in the order of codes.
fn pairs(scores: &[Score], returns: &[SectorReturn]) -> (Vec<f64>, Vec<f64>) {
    let mut returns = returns.iter().peekable();
    let both = |row: &Score| {
        while returns.next_if(|other| other.sector < row.sector).is_some() {}
        let found = returns.next_if(|other| other.sector == row.sector)?;
        Some((row.score?, found.value))
    };
    scores.iter().filter_map(both).unzip()
}

fn correlate(scores: &[f64], returns: &[f64]) -> Result<Coefficients, Reason> {
    at_least(FEWEST_SECTORS, scores.len())?;
    // Scores that are the same number to a reader do not order the sectors by their last bits.
    let rounded: Vec<f64> = scores.iter().map(|score| round9(*score)).collect();
    if rounded.iter().all(|score| *score == rounded[0]) {
        return Err(Reason::NoVariation);
    }
    Ok(Coefficients { rank_ic: spearman(&rounded, returns)?, ic: pearson(scores, returns)? })
}

fn summary<'a>(months: impl Iterator<Item = &'a MonthlyCoefficients> + Clone) -> FactorEvaluation {
    let found: Vec<Coefficients> = months.clone().filter_map(|month| month.value.ok()).collect();
    let n_months = months.clone().count();
    let n_unscored = months.filter(|month| month.value == Err(Reason::Unscored)).count();
    FactorEvaluation {
        n_months,
        n_unscored,
        n_constant: n_months - n_unscored - found.len(),
        rank_ic: CoefficientSummary::of(&found.iter().map(|month| month.rank_ic).collect::<Vec<_>>()),
        ic: CoefficientSummary::of(&found.iter().map(|month| month.ic).collect::<Vec<_>>()),
    }
}

impl CoefficientSummary {
    fn of(values: &[f64]) -> Self {
        let n = values.len();
        Self {
            mean: Estimate::of(values),
            deviation: Figure::new(n, deviation(values)),
            ratio: Figure::new(n, mean_over_deviation(values)),
            share_positive: Figure::share(values.iter().filter(|value| **value > 0.0).count(), n),
        }
    }
}
