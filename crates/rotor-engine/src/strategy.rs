//! What a strategy holds and gains, from what factors said and what sectors gained.
//!
//! The facts of a run suffice: neither a dataset nor a factor is asked again, so that another number of picks or the same
//! factors without one of them costs next to nothing. A backtest holds its own picks by this code too.

use rotor_run::Run;

use crate::portfolio::Portfolio;
use crate::ranking::{Opinion, Place, rank};
use rotor_run::Config;

/// What every factor said of the sectors and what they gained, execution by execution.
#[derive(Clone, Debug)]
pub struct Scored<'a> {
    /// One entry an execution of the run, oldest first.
    pub days: Vec<ScoredDay<'a>>,
}

/// The cross-section of an execution.
#[derive(Clone, Debug)]
pub struct ScoredDay<'a> {
    /// The sectors by position among the entities, ascending.
    pub sectors: Vec<u32>,
    /// Their codes.
    pub codes: Vec<&'a str>,
    /// What each gains up to the exit.
    pub gains: Vec<f64>,
    /// What each factor says of them, in the order of the run.
    pub opinions: Vec<Opinion>,
}

/// What a strategy held and gained; one entry an execution in each list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// The shares of the sectors of the day; empty before the strategy begins.
    pub shares: Vec<Vec<f64>>,
    /// Σ|Δw| of the change, 0 to 2.
    pub traded: Vec<f64>,
    /// The gain before costs; `None` where nothing is held.
    pub gross: Vec<Option<f64>>,
}

impl<'a> Scored<'a> {
    /// Takes the scores and the sectors' returns of a run.
    ///
    /// # Panics
    ///
    /// If a row refers to an execution, factor or entity that the run does not have, rows are not in the order that [`Run`] promises,
    /// or a score or raw value is not finite.
    #[must_use]
    pub fn new(run: &'a Run) -> Self {
        let mut returns = run.sector_returns.chunk_by(|a, b| a.execution == b.execution).peekable();
        let mut scores = run.scores.chunk_by(|a, b| a.execution == b.execution).peekable();
        let day = |execution: u32| {
            let gains = returns.next_if(|rows| rows[0].execution == execution).unwrap_or_default();
            let scores = scores.next_if(|rows| rows[0].execution == execution).unwrap_or_default();
            let sectors: Vec<u32> = gains.iter().map(|row| row.sector).collect();
            let mut said = vec![(vec![None; sectors.len()], vec![None; sectors.len()]); run.factors.len()];
            for row in scores {
                if let Ok(position) = sectors.binary_search(&row.sector) {
                    let (scores, raws) = &mut said[row.factor as usize];
                    (scores[position], raws[position]) = (row.score, row.raw);
                }
            }
            ScoredDay {
                codes: sectors.iter().map(|sector| run.entities[*sector as usize].code.as_str()).collect(),
                gains: gains.iter().map(|row| row.value).collect(),
                opinions: said.into_iter().map(|(scores, raws)| Opinion::new(scores, &raws)).collect(),
                sectors,
            }
        };
        Self { days: (0..run.executions.len() as u32).map(day).collect() }
    }

    /// Returns the first execution on which a factor of a weight above 0 scores a sector.
    #[must_use]
    pub fn first_live(&self, weights: &[f64]) -> Option<usize> {
        let is_live = |day: &ScoredDay<'_>| {
            day.opinions.iter().zip(weights).any(|(opinion, weight)| *weight > 0.0 && opinion.has_score())
        };
        self.days.iter().position(is_live)
    }

    /// Ranks the sectors of every execution from the first live one on; before it there are no places.
    #[must_use]
    pub fn rank(&self, weights: &[f64], config: &Config) -> Vec<Vec<Place>> {
        let first = self.first_live(weights).unwrap_or(self.days.len());
        let ranked = |(position, day): (usize, &ScoredDay<'_>)| {
            if position < first {
                return Vec::new();
            }
            rank(&day.codes, &day.opinions, weights, config.missing)
        };
        self.days.iter().enumerate().map(ranked).collect()
    }

    /// Holds what is picked on each execution for which there are shares, and lets it drift in between.
    ///
    /// # Panics
    ///
    /// If there are shares, but not one a sector.
    #[must_use]
    pub fn hold(&self, shares: Vec<Vec<f64>>) -> Held {
        let mut portfolio = Portfolio::default();
        let mut held = Held::default();
        let first = shares.iter().position(|shares| !shares.is_empty()).unwrap_or(shares.len());
        for (position, (day, shares)) in self.days.iter().zip(&shares).enumerate() {
            if position < first {
                held.traded.push(0.0);
                held.gross.push(None);
                continue;
            }
            assert_eq!(shares.len(), day.sectors.len(), "one share a sector");
            let wanted = day.sectors.iter().zip(shares).filter(|(_, share)| **share > 0.0);
            // Everything is sold and bought at most; the last bits of a sum could say more.
            held.traded.push(
                portfolio.rebalance(wanted.map(|(sector, share)| (*sector, *share)).collect()).min(2.0),
            );
            held.gross.push(portfolio.hold(|sector| {
                day.gains[day.sectors.binary_search(&sector).expect("what is held is in the cross-section")]
            }));
        }
        Held { shares, ..held }
    }
}

/// Returns a gain after the cost of the change before it, `cost_bp` basis points of what is traded.
#[must_use]
pub fn net_of_cost(gross: f64, traded: f64, cost_bp: f64) -> f64 {
    (1.0 - cost(traded, cost_bp)) * (1.0 + gross) - 1.0
}

/// Returns the cost of a change as a fraction of the portfolio.
#[must_use]
pub fn cost(traded: f64, cost_bp: f64) -> f64 {
    cost_bp / 10_000.0 * traded
}
