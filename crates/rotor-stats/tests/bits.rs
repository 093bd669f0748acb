//! The same bits on every processor and at every level of optimisation: a digest that may not change.
//!
//! A change of the digest is a change of results and belongs in the changelog.

mod support;

use rotor_stats::{
    Columns, RANK_CUTOFF, Workspace, f_p_value, least_squares, newey_west_lag, normal_quantile, pearson,
    refined_least_squares, student_p_value, student_quantile,
};
use support::Numbers;

/// Mixes bits into a digest (FNV-1a, a word at a time).
struct Digest(u64);

impl Digest {
    fn add(&mut self, value: f64) {
        self.0 = (self.0 ^ value.to_bits()).wrapping_mul(0x0000_0100_0000_01B3);
    }
}

#[test]
fn the_digest_is_what_it_was() {
    let mut numbers = Numbers(60_11);
    let mut workspace = Workspace::new();
    let mut digest = Digest(0xCBF2_9CE4_8422_2325);
    for problem in 0..200 {
        let (n, p) = (20 + problem % 77, 2 + problem % 11);
        let mut x: Vec<f64> = (0..n * p).map(|_| numbers.next()).collect();
        if problem % 5 == 0 {
            x.copy_within(..n, n);
        }
        let y: Vec<f64> = (0..n).map(|row| x[row] + 100.0 * numbers.next()).collect();
        let columns = Columns::new(&x, n, p).unwrap();
        let fit = refined_least_squares(columns, &y, RANK_CUTOFF, &mut workspace).unwrap();
        fit.coefficients().iter().for_each(|value| digest.add(*value));
        let fit = least_squares(columns, &y, RANK_CUTOFF, &mut workspace).unwrap();
        fit.coefficients().iter().for_each(|value| digest.add(*value));
        digest.add(fit.residual_sum_of_squares());
        for covariance in [fit.covariance(), fit.newey_west(newey_west_lag(n))].into_iter().flatten() {
            let effect = covariance.effect(fit.coefficients(), &vec![1.0; p]).unwrap();
            digest.add(effect.variance);
            digest.add(effect.p_value().unwrap());
        }
        let fit = support::standardised(columns, &y, (problem % 3) as f64, RANK_CUTOFF).unwrap();
        fit.coefficients().iter().chain(fit.fitted()).for_each(|value| digest.add(*value));
        digest.add(pearson(&x[..n], &y).unwrap());
        let probability = 0.5 + 0.499 * numbers.next();
        digest.add(student_quantile(probability, n as f64).unwrap());
        digest.add(normal_quantile(probability).unwrap());
        digest.add(student_p_value(3.0 * probability, p as f64).unwrap());
        digest.add(f_p_value(3.0 * probability, p as f64, n as f64).unwrap());
    }
    assert_eq!(format!("{:016x}", digest.0), "14f762046a7b35cd");
}
