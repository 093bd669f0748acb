//! The place of a multiple among others.

use rotor_stats::TOLERANCE;

/// How a value stands among others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many there are.
    pub(crate) n: u32,
    n_below: u32,
    n_equal: u32,
}

impl Standing {
    /// Returns the standing among these and others.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            n_below: self.n_below + other.n_below,
            n_equal: self.n_equal + other.n_equal,
        }
    }

    /// Returns the percentile, the value itself being among the others: above 0 and below 100.
    pub(crate) fn percentile(self) -> f64 {
        100.0 * (f64::from(self.n_below) + 0.5 * f64::from(self.n_equal)) / f64::from(self.n)
    }
}

/// Returns how a value stands among those of a window that are above 0. NaN is none.
///
/// A window of years of days is mostly comparisons: this loop has no branches.
pub(crate) fn standing(value: f64, among: &[f64]) -> Standing {
    let mut standing = Standing::default();
    for other in among {
        let is_used = u32::from(*other > TOLERANCE);
        let difference = value - other;
        standing.n += is_used;
        standing.n_below += is_used & u32::from(difference > TOLERANCE);
        standing.n_equal += is_used & u32::from(difference.abs() <= TOLERANCE);
    }
    standing
}
