//! Several factors, each with a p-value of its own, among all that were tried.
//!
//! Settings of one strategy are alike and belong to [`step_down`](super::step_down()), which sees how alike. Factors come with
//! p-values alone; what holds for any dependence between them is given here.

use std::f64::consts::EULER_GAMMA;

use rotor_run::metrics::Reason;

use crate::metric::{at_least, finite};

/// The t-value, in size, that Harvey, Liu and Zhu (2016) ask of a new factor.
pub const HURDLE_T: f64 = 3.0;

/// Up to here the harmonic number is added up; beyond, the series of it has all the digits.
const SUMMED: u64 = 1_000_000;

/// What is known of a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorEvidence {
    /// The p-value of its own test, from 0 to 1; two-sided or one-sided, the same for all.
    pub p_value: f64,
    /// The t-value of the same test.
    pub t: f64,
}

/// What remains of it among so many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorVerdict {
    /// The adjusted p-value of Holm: to reject at α what is at most α keeps the probability of one false rejection or more at α.
    pub holm: f64,
    /// That of Benjamini and Yekutieli: to reject what is at most α keeps the expected share of false ones among the rejected at α.
    pub benjamini_yekutieli: f64,
    /// Whether the t-value is beyond [`HURDLE_T`] in size.
    pub clears_hurdle: bool,
}

/// Returns for each factor, in the order given, what remains of it if `n_tried` were tried.
///
/// Those tried and not shown count with a p-value of 1. That is valid: 1 is never below their own p-value, so that it is the p-value
/// of a test as well, which never rejects; and both methods hold for any dependence, that by a choice of what is shown included.
///
/// # Errors
///
/// [`Reason::TooFew`] if fewer were tried than are shown; [`Reason::OutOfRange`] for a p-value outside 0 to 1 or a t-value that is not
/// finite.
///
/// # Source
///
/// Holm (1979), Scandinavian Journal of Statistics 6(2), 65–70; Benjamini and Yekutieli (2001), Annals of Statistics 29(4), 1165–1188;
/// Harvey, Liu and Zhu (2016), Review of Financial Studies 29(1), 5–68.
///
/// ```
/// use rotor_eval::{FactorEvidence, across_factors};
/// let found = across_factors(&[FactorEvidence { p_value: 0.01, t: 2.6 }], 4)?;
/// assert_eq!(found[0].holm, 0.04);
/// assert!((found[0].benjamini_yekutieli - 0.04 * (1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)).abs() < 1e-15);
/// assert!(!found[0].clears_hurdle);
/// # Ok::<(), rotor_run::metrics::Reason>(())
/// ```
pub fn across_factors(factors: &[FactorEvidence], n_tried: u64) -> Result<Vec<FactorVerdict>, Reason> {
    at_least(factors.len(), usize::try_from(n_tried).unwrap_or(usize::MAX))?;
    for one in factors {
        finite(one.t)?;
        if !(0.0..=1.0).contains(&one.p_value) {
            return Err(Reason::OutOfRange);
        }
    }
    let mut order: Vec<usize> = (0..factors.len()).collect();
    order.sort_by(|left, right| factors[*left].p_value.total_cmp(&factors[*right].p_value));
    let hurdle = |one: &FactorEvidence| one.t.abs() > HURDLE_T;
    let verdict = |one| FactorVerdict { holm: 1.0, benjamini_yekutieli: 1.0, clears_hurdle: hurdle(one) };
    let mut found: Vec<FactorVerdict> = factors.iter().map(verdict).collect();
    let tried = n_tried as f64;
    let mut largest = 0.0_f64;
    for (rank, one) in order.iter().enumerate() {
        largest = largest.max((tried - rank as f64) * factors[*one].p_value).min(1.0);
        found[*one].holm = largest;
    }
    // Those with a p-value of 1 come last, and theirs is 1 as well.
    let harmonic = harmonic(n_tried);
    let mut least = 1.0_f64;
    for (rank, one) in order.iter().enumerate().rev() {
        least = least.min(factors[*one].p_value * tried * harmonic / (rank + 1) as f64);
        found[*one].benjamini_yekutieli = least;
    }
    Ok(found)
}

/// Returns 1 + 1/2 + … + 1/n.
fn harmonic(n: u64) -> f64 {
    if n <= SUMMED {
        return (1..=n).map(|one| 1.0 / one as f64).sum();
    }
    let n = n as f64;
    libm::log(n) + EULER_GAMMA + 0.5 / n - 1.0 / (12.0 * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(p_value: f64) -> FactorEvidence {
        FactorEvidence { p_value, t: 0.0 }
    }

    #[test]
    fn the_harmonic_number_has_no_seam() {
        let step = harmonic(SUMMED + 1) - harmonic(SUMMED);
        assert!((step - 1.0 / (SUMMED + 1) as f64).abs() < 1e-12, "{step}");
    }

    #[test]
    fn those_not_shown_count_as_if_they_were_shown_with_one() {
        let shown: Vec<FactorEvidence> = [0.004, 0.2, 0.004, 0.03].map(evidence).to_vec();
        let all: Vec<FactorEvidence> = shown.iter().copied().chain([evidence(1.0); 7]).collect();
        assert_eq!(across_factors(&shown, 11).unwrap(), across_factors(&all, 11).unwrap()[..4]);
    }

    #[test]
    fn what_cannot_be_judged_has_a_reason() {
        assert_eq!(across_factors(&[evidence(0.5); 3], 2), Err(Reason::TooFew { n: 2, needed: 3 }));
        assert_eq!(across_factors(&[evidence(1.5)], 2), Err(Reason::OutOfRange));
        assert_eq!(across_factors(&[evidence(f64::NAN)], 2), Err(Reason::OutOfRange));
        assert_eq!(
            across_factors(&[FactorEvidence { p_value: 0.5, t: f64::NAN }], 2),
            Err(Reason::OutOfRange)
        );
        assert_eq!(across_factors(&[], 0), Ok(Vec::new()));
    }

    #[test]
    fn the_hurdle_is_for_both_signs() {
        let of =
            |t: f64| across_factors(&[FactorEvidence { p_value: 0.001, t }], 1).unwrap()[0].clears_hurdle;
        assert_eq!([of(-3.1), of(3.0), of(3.1)], [true, false, true]);
    }
}
