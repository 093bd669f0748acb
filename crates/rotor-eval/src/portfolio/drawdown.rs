//! Falls of a net value.

use rotor_factor::Date;
use rotor_run::Execution;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::figure::{Figure, Reason, at_least};

/// How many of the deepest falls are told.
const N_DEEPEST: usize = 5;

/// A fall of a net value from its highest level so far; the level of 1 before the first month counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// -1 (everything) to 0 (never below an earlier level).
    pub depth: Figure,
    /// The days of the highest level and of the lowest after it: the first execution for the starting value, the exit of a
    /// month otherwise. `None` if there is no fall. Of equal falls the first.
    pub days: Option<(Date, Date)>,
    /// The first exit at which the highest level is reached again; `None` if it is not.
    pub recovery: Option<Date>,
}

impl Serialize for Drawdown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.depth.value.ok())?;
        map.serialize_entry("n", &self.depth.n)?;
        if let Some((peak, trough)) = self.days {
            map.serialize_entry("peak", &peak.to_string())?;
            map.serialize_entry("trough", &trough.to_string())?;
        }
        if let Some(recovery) = self.recovery {
            map.serialize_entry("recovery", &recovery.to_string())?;
        }
        if let Err(reason) = self.depth.value {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

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
                falls.push((0.0, Drawdown::new(n, 0.0)));
            }
            if let Some((deepest, fall)) = falls.last_mut().filter(|(deepest, _)| depth < *deepest) {
                *deepest = depth;
                *fall = Drawdown { days: Some((peak.1, exit)), ..Drawdown::new(n, depth) };
            }
        }
        // Stable: of equal falls the first comes first.
        falls.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        // Below the last digit a fall is none.
        let list = falls.into_iter().map(|(_, fall)| fall).filter(|fall| fall.days.is_some());
        let list: Vec<Drawdown> = list.take(N_DEEPEST).collect();
        Self { deepest: list.first().copied().unwrap_or(Drawdown::new(n, 0.0)), list }
    }

    pub(super) fn none(n: usize, depth: Result<f64, Reason>) -> Self {
        let deepest = Drawdown { depth: Figure::new(n, depth), days: None, recovery: None };
        Self { deepest, list: Vec::new() }
    }
}

impl Drawdown {
    fn new(n: usize, depth: f64) -> Self {
        Self { depth: Figure::new(n, Ok::<f64, Reason>(depth)), days: None, recovery: None }
    }
}
