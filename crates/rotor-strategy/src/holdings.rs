//! What a strategy holds and gains.
//!
//! Weights drift with returns between two executions; a change is paid for by its distance from where they drifted to. Sums run in the
//! order of sector codes.

/// What a strategy held and gained; one entry an execution in each list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holdings {
    /// The weights of the sectors of the day after the rebalance; empty before the strategy begins.
    pub weights: Vec<Vec<f64>>,
    /// Σ|Δw| of the rebalance, 0 to 2.
    pub traded: Vec<f64>,
    /// The return before costs; `None` where nothing is held.
    pub gross: Vec<Option<f64>>,
}

/// Returns a return after the cost of the rebalance before it, `cost_bp` basis points of what is traded.
#[must_use]
pub fn net_of_cost(gross: f64, traded: f64, cost_bp: f64) -> f64 {
    (1.0 - cost(traded, cost_bp)) * (1.0 + gross) - 1.0
}

/// Returns the cost of a rebalance as a fraction of the portfolio.
#[must_use]
pub fn cost(traded: f64, cost_bp: f64) -> f64 {
    cost_bp / 10_000.0 * traded
}

/// The current weights, by position of the sector among the entities, ascending.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    weights: Vec<(u32, f64)>,
}

impl Positions {
    /// Returns what is held now, by sector.
    #[must_use]
    pub fn weights(&self) -> &[(u32, f64)] {
        &self.weights
    }

    /// Sells everything without a word: the strategy begins anew.
    pub fn clear(&mut self) {
        self.weights.clear();
    }

    /// Changes to these weights, which ascend by sector, and returns Σ|Δw|: everything is sold and bought at most, 2.
    pub fn rebalance(&mut self, targets: impl IntoIterator<Item = (u32, f64)> + Clone) -> f64 {
        let mut traded = 0.0;
        let mut old = self.weights.iter().peekable();
        for (sector, weight) in targets.clone() {
            while let Some((_, sold)) = old.next_if(|(held, _)| *held < sector) {
                traded += sold;
            }
            let before = old.next_if(|(held, _)| *held == sector).map_or(0.0, |(_, weight)| *weight);
            traded += (weight - before).abs();
        }
        for (_, sold) in old {
            traded += sold;
        }
        self.weights.clear();
        self.weights.extend(targets);
        // The last bits of a sum could say more.
        traded.min(2.0)
    }

    /// Holds to the exit: returns the return, and lets the weights drift; `None` if nothing is held.
    ///
    /// `returns` are those of the held sectors, in their order.
    pub fn hold(&mut self, returns: impl Iterator<Item = f64> + Clone) -> Option<f64> {
        if self.weights.is_empty() {
            return None;
        }
        let gross: f64 =
            self.weights.iter().zip(returns.clone()).map(|((_, weight), value)| weight * value).sum();
        for ((_, weight), value) in self.weights.iter_mut().zip(returns) {
            *weight *= (1.0 + value) / (1.0 + gross);
        }
        Some(gross)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_drift_and_what_is_traded_is_the_distance_from_there() {
        let mut positions = Positions::default();
        assert_eq!(positions.rebalance(vec![(1, 0.5), (4, 0.5)]), 1.0);
        // One doubles, the other stays: 2/3 and 1/3.
        assert_eq!(positions.hold([0.0, 1.0].into_iter()), Some(0.5));
        let traded = positions.rebalance(vec![(2, 0.5), (4, 0.5)]);
        assert!((traded - (1.0 / 3.0 + 0.5 + 1.0 / 6.0)).abs() < 1e-15, "{traded}");
        assert_eq!(positions.rebalance(Vec::new()), 1.0);
        assert_eq!(positions.hold(std::iter::empty()), None);
    }
}
