//! Drawdowns of a net value.

use rotor_run::Execution;
use rotor_run::metrics::{Drawdown, Metric, Reason};

use crate::metric::{MetricOf, at_least};

/// How many of the largest drawdowns are kept.
const N_DEEPEST: usize = 5;

/// The falls of a net value.
pub(super) struct Drawdowns {
    pub(super) deepest: Drawdown,
    /// The deepest ones, from a peak to its recovery each, the deepest first.
    pub(super) list: Vec<Drawdown>,
}

impl Drawdowns {
    /// Follows a net value from 1 on; a growth is 1 plus the return of a month.
    pub(super) fn of(executions: &[Execution], months: &[usize], growths: impl Iterator<Item = f64>) -> Self {
        let n = months.len();
        let Some(first) = months.first() else { return Self::none(n, at_least(1, n).map(|()| 0.0)) };
        let mut value = 1.0;
        let mut peak = (1.0, executions[*first].as_of);
        let mut falls: Vec<(f64, Drawdown)> = Vec::new();
        let mut is_falling = false;
        for (month, growth) in months.iter().zip(growths) {
            if growth < 0.0 {
                return Self::none(n, Err(Reason::BeyondTotalLoss));
            }
            value *= growth;
            let exit = executions[*month].exit;
            if value >= peak.0 {
                if let Some((_, fall)) = falls.last_mut().filter(|_| is_falling) {
                    fall.recovery = Some(exit);
                }
                is_falling = false;
                if value > peak.0 {
                    peak = (value, exit);
                }
                continue;
            }
            let depth = value / peak.0 - 1.0;
            if !is_falling {
                is_falling = true;
                falls.push((0.0, drawdown(n, 0.0)));
            }
            if let Some((deepest, fall)) = falls.last_mut().filter(|(deepest, _)| depth < *deepest) {
                *deepest = depth;
                *fall = Drawdown { days: Some((peak.1, exit)), ..drawdown(n, depth) };
            }
        }
        // Stable: of equal falls the first comes first.
        falls.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        // Below the last digit a fall is none.
        let list = falls.into_iter().map(|(_, fall)| fall).filter(|fall| fall.days.is_some());
        let list: Vec<Drawdown> = list.take(N_DEEPEST).collect();
        Self { deepest: list.first().cloned().unwrap_or_else(|| drawdown(n, 0.0)), list }
    }

    pub(super) fn none(n: usize, depth: Result<f64, Reason>) -> Self {
        let deepest = Drawdown { depth: Metric::new(n, depth), days: None, recovery: None };
        Self { deepest, list: Vec::new() }
    }
}

fn drawdown(n: usize, depth: f64) -> Drawdown {
    Drawdown { depth: Metric::new(n, Ok::<f64, Reason>(depth)), days: None, recovery: None }
}
