//! Drawdowns of a net value.

use rotor_run::metrics::{Drawdown, Metric, Reason};

use super::path::Path;
use crate::metric::MetricOf;

/// How many of the largest drawdowns are kept.
const N_DEEPEST: usize = 5;

/// The falls of a net value.
pub(super) struct Drawdowns {
    pub(super) deepest: Drawdown,
    /// The deepest ones, from a peak to its recovery each, the deepest first.
    pub(super) list: Vec<Drawdown>,
}

impl Drawdowns {
    /// Follows a net value from its first day on.
    pub(super) fn of(path: &Path) -> Self {
        let n = path.n();
        let points = match path.points() {
            Ok(points) => points,
            Err(reason) => {
                let deepest =
                    Drawdown { depth: Metric::new(n, Err::<f64, _>(reason)), days: None, recovery: None };
                return Self { deepest, list: Vec::new() };
            }
        };
        let (first, start) = points[0];
        let mut peak = (start, first);
        let mut falls: Vec<(f64, Drawdown)> = Vec::new();
        let mut is_falling = false;
        for (day, value) in &points[1..] {
            if *value >= peak.0 {
                if let Some((_, fall)) = falls.last_mut().filter(|_| is_falling) {
                    fall.recovery = Some(*day);
                }
                is_falling = false;
                if *value > peak.0 {
                    peak = (*value, *day);
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
                *fall = Drawdown { days: Some((peak.1, *day)), ..drawdown(n, depth) };
            }
        }
        // Stable: of equal falls the first comes first.
        falls.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        // Below the last digit a fall is none.
        let list = falls.into_iter().map(|(_, fall)| fall).filter(|fall| fall.days.is_some());
        let list: Vec<Drawdown> = list.take(N_DEEPEST).collect();
        Self { deepest: list.first().cloned().unwrap_or_else(|| drawdown(n, 0.0)), list }
    }
}

/// Returns the depth of the deepest fall of a net value, at most 0, as [`Drawdowns::of`] finds it; `None` where there is no drawdown.
pub(crate) fn deepest(values: &[f64]) -> Option<f64> {
    let (first, later) = values.split_first().filter(|(_, later)| !later.is_empty())?;
    if !values.iter().all(|value| value.is_finite() && *value >= 0.0) {
        return None;
    }
    let (mut peak, mut deepest) = (*first, 0.0);
    for value in later {
        if *value >= peak {
            peak = *value;
        } else {
            deepest = f64::min(deepest, value / peak - 1.0);
        }
    }
    Some(deepest)
}

fn drawdown(n: usize, depth: f64) -> Drawdown {
    Drawdown { depth: Metric::new(n, Ok::<f64, Reason>(depth)), days: None, recovery: None }
}
