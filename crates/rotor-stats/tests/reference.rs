//! Regressions against a slow obvious version in double-double arithmetic.

mod support;

use proptest::prelude::*;
use rotor_stats::{Columns, RANK_CUTOFF, Restriction, StatsError, Workspace, least_squares};
use support::{Double, Numbers, Reference, length, relative};

/// A constant and columns that differ from each other by about 1 / `condition`; y is a sum of them with noise.
fn problem(n: usize, p: usize, condition: f64, noise: f64, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut numbers = Numbers(seed);
    let common: Vec<f64> = (0..n).map(|_| numbers.next()).collect();
    let mut x = vec![1.0; n];
    for _ in 1..p {
        x.extend(common.iter().map(|value| value + 3.0 / condition * numbers.next()));
    }
    let y = (0..n)
        .map(|row| {
            (0..p).map(|idx| 0.1 * idx as f64 * x[idx * n + row]).sum::<f64>() + noise * numbers.next()
        })
        .collect();
    (x, y)
}

fn exact(values: &[f64]) -> Vec<Double> {
    values.iter().copied().map(Double::from).collect()
}

/// 100 κ ε, and κ² where residuals are large: the sensitivity of the problem itself (Wedin 1973).
fn allowed(reference: &Reference) -> f64 {
    let leverage =
        reference.residual_sum_of_squares.sqrt() / (reference.norm * length(&reference.coefficients));
    100.0 * f64::EPSILON * reference.condition * (1.0 + reference.condition * leverage)
}

#[test]
fn errors_stay_below_a_hundred_times_the_condition_number() {
    let mut workspace = Workspace::new();
    for exponent in 0..=10 {
        for seed in 0..20 {
            let condition = 10.0_f64.powi(exponent);
            let (x, y) = problem(60, 11, condition, 0.0, seed);
            let reference = support::least_squares(&exact(&x), &exact(&y));
            let columns = Columns::new(&x, 60, 11).unwrap();
            let fit = least_squares(columns, &y, 0.0, &mut workspace).unwrap();
            let error = relative(fit.coefficients(), &reference.coefficients);
            let bound = 100.0 * f64::EPSILON * reference.condition;
            assert!(error <= bound, "1e{exponent}, seed {seed}: {error:e} above {bound:e}");

            let (z, moments) = support::standardise(&x[60..], 60);
            let mean =
                y.iter().fold(Double::ZERO, |sum, value| sum + Double::from(*value)) / Double::from(60.0);
            let centred: Vec<Double> = y.iter().map(|value| Double::from(*value) - mean).collect();
            let reference = support::least_squares(&z, &centred);
            let regressors = Columns::new(&x[60..], 60, 10).unwrap();
            let fit = support::standardised(regressors, &y, 0.0, 0.0).unwrap();
            let error = relative(fit.standardised_coefficients(), &reference.coefficients);
            let bound = 100.0 * f64::EPSILON * reference.condition;
            assert!(error <= bound, "standardised, 1e{exponent}, seed {seed}: {error:e} above {bound:e}");
            for ((coefficient, standard), (_, deviation)) in
                fit.coefficients().iter().zip(fit.standardised_coefficients()).zip(&moments)
            {
                assert!((coefficient - standard / deviation.value()).abs() <= 1e-14 * coefficient.abs());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_shape_and_noise(
        (p, extra) in (1_usize..12, 1_usize..80),
        exponent in 0_i32..9,
        noise in prop_oneof![Just(0.0), 1e-6..10.0_f64],
        seed: u64,
    ) {
        let n = p + extra;
        let (x, y) = problem(n, p, 10.0_f64.powi(exponent), noise, seed);
        let reference = support::least_squares(&exact(&x), &exact(&y));
        prop_assume!(reference.condition < 1e10 && length(&reference.coefficients) > 0.0);
        let mut workspace = Workspace::new();
        let columns = Columns::new(&x, n, p).unwrap();
        let fit = least_squares(columns, &y, 0.0, &mut workspace).unwrap();
        let bound = allowed(&reference);
        prop_assert!(relative(fit.coefficients(), &reference.coefficients) <= bound);
        let rss = reference.residual_sum_of_squares;
        let scale = length(&y) + reference.norm * length(&reference.coefficients);
        prop_assert!((fit.residual_sum_of_squares().sqrt() - rss.sqrt()).abs() <= 1e-13 * scale);

        let covariance = fit.covariance().unwrap();
        let variance = fit.residual_sum_of_squares() / extra as f64;
        let expected: Vec<f64> = reference.inverse.iter().map(|value| value * variance).collect();
        let found: Vec<f64> = (0..p * p).map(|idx| covariance.get(idx / p, idx % p)).collect();
        if variance > 0.0 {
            prop_assert!(relative(&found, &expected) <= 1e3 * f64::EPSILON * reference.condition);
        }
    }

    #[test]
    fn a_used_workspace_changes_no_bit(seeds in prop::collection::vec(any::<u64>(), 1..5)) {
        let mut used = Workspace::new();
        for seed in seeds {
            let p = 1 + (seed % 11) as usize;
            let n = p + 1 + (seed / 11 % 50) as usize;
            let (x, y) = problem(n, p, 1e4, 1.0, seed);
            let columns = Columns::new(&x, n, p).unwrap();
            let mut fresh = Workspace::new();
            let expected = least_squares(columns, &y, RANK_CUTOFF, &mut fresh).unwrap().coefficients().to_vec();
            let found = least_squares(columns, &y, RANK_CUTOFF, &mut used).unwrap();
            prop_assert_eq!(found.coefficients(), &expected[..]);
        }
    }

    #[test]
    fn powers_of_two_change_no_digit(seed: u64, exponents in prop::collection::vec(-300_i32..300, 12)) {
        let (x, y) = problem(30, 11, 1e3, 1.0, seed);
        let mut scaled = x.clone();
        for (column, exponent) in scaled.chunks_exact_mut(30).zip(&exponents) {
            for value in column {
                *value *= 2.0_f64.powi(*exponent);
            }
        }
        let mut workspace = Workspace::new();
        let columns = Columns::new(&x, 30, 11).unwrap();
        let plain = least_squares(columns, &y, 0.0, &mut workspace).unwrap().coefficients().to_vec();
        let columns = Columns::new(&scaled, 30, 11).unwrap();
        let fit = least_squares(columns, &y, 0.0, &mut workspace).unwrap();
        for ((found, plain), exponent) in fit.coefficients().iter().zip(plain).zip(exponents) {
            prop_assert_eq!(*found, plain * 2.0_f64.powi(-exponent));
        }
    }

    #[test]
    fn no_input_panics_or_gives_nan(
        values in prop::collection::vec(
            prop_oneof![
                Just(0.0), Just(1.0), Just(1e12), Just(-1e300), Just(1e300), Just(f64::MAX), Just(5e-324),
                Just(1e-300), Just(f64::NAN), Just(f64::INFINITY), -1.0..1.0_f64, any::<f64>(),
            ],
            1..60,
        ),
        p in 1_usize..6,
        cutoff in prop_oneof![Just(0.0), Just(RANK_CUTOFF)],
        ridge in prop_oneof![Just(0.0), Just(1.0), Just(1e100)],
        is_tame: bool,
    ) {
        let values: Vec<f64> =
            if is_tame { values.iter().map(|v| if v.is_finite() { *v } else { 2.0 }).collect() } else { values };
        let n = values.len() / (p + 1);
        prop_assume!(n > 0);
        let x = Columns::new(&values[..n * p], n, p).unwrap();
        let y = &values[n * p..n * (p + 1)];
        let mut workspace = Workspace::new();
        if let Ok(fit) = least_squares(x, y, cutoff, &mut workspace) {
            prop_assert!(fit.coefficients().iter().all(|value| value.is_finite()));
            prop_assert!(fit.residual_sum_of_squares().is_finite() && fit.rank() <= p);
            for covariance in [fit.covariance(), fit.newey_west(0), fit.newey_west(n / 2)].into_iter().flatten() {
                prop_assert!((0..p).all(|i| (0..p).all(|j| covariance.get(i, j).is_finite())));
                if let Ok(effect) = covariance.effect(fit.coefficients(), &vec![1.0; p]) {
                    prop_assert!(effect.t().is_none_or(f64::is_finite) && effect.variance >= 0.0);
                    prop_assert!(effect.p_value().is_none_or(|p| (0.0..=1.0).contains(&p)));
                }
                let restriction = Restriction { weights: &vec![1.0; p], value: 0.0 };
                if let Ok(test) = covariance.f_test(fit.coefficients(), &[restriction]) {
                    prop_assert!(test.statistic.is_finite() && (0.0..=1.0).contains(&test.p_value));
                }
            }
            for values in [fit.fitted(), fit.residuals()].into_iter().flatten() {
                prop_assert!(values.iter().all(|value| value.is_finite()));
            }
        }
        if let Ok(fit) = support::standardised(x, y, ridge, cutoff) {
            prop_assert!(fit.coefficients().iter().all(|value| value.is_finite()));
            prop_assert!(fit.fitted().iter().all(|value| value.is_finite()));
            prop_assert!(fit.intercept().is_finite() && fit.residual_sum_of_squares().is_finite());
            prop_assert!(fit.r_squared().is_none_or(f64::is_finite));
        }
    }
}

#[test]
fn columns_of_any_size_stand_side_by_side_without_the_rank_check() {
    let x = [1e300, 1e300, 1e300, 1e-300, 2e-300, 4e-300, 1.0, 0.0, 0.0];
    let mut workspace = Workspace::new();
    let fit = least_squares(Columns::new(&x, 3, 3).unwrap(), &[3.0, 3.0, 5.0], 0.0, &mut workspace).unwrap();
    for (found, expected) in fit.coefficients().iter().zip([1e-300, 1e300, 1.0]) {
        assert!((found / expected - 1.0).abs() < 1e-14, "{found:e} is not {expected:e}");
    }
    assert!(fit.residual_sum_of_squares() < 1e-28);
}

#[test]
fn bad_input_is_named() {
    let mut workspace = Workspace::new();
    let mut fit = |x: &[f64], p: usize, y: &[f64]| {
        let columns = Columns::new(x, x.len() / p, p)?;
        least_squares(columns, y, RANK_CUTOFF, &mut workspace).map(|fit| fit.rank())
    };
    assert_eq!(fit(&[], 1, &[]), Err(StatsError::Shape { n_values: 0, n_rows: 0, n_columns: 1 }));
    assert_eq!(fit(&[1.0, 2.0], 2, &[1.0]), Err(StatsError::TooFew { n: 1, needed: 2 }));
    assert_eq!(fit(&[1.0, 2.0], 1, &[1.0]), Err(StatsError::Lengths { expected: 2, found: 1 }));
    let bad = StatsError::RegressorNotFinite { column: 1, row: 0 };
    assert_eq!(fit(&[1.0, 2.0, f64::NAN, 3.0], 2, &[1.0, 2.0]), Err(bad));
    assert_eq!(fit(&[1.0, 2.0], 1, &[1.0, f64::INFINITY]), Err(StatsError::NotFinite { position: 1 }));
    // A column of nothing but zeros, in either place.
    assert_eq!(fit(&[0.0, 0.0, 1.0, 2.0], 2, &[1.0, 2.0]), Ok(1));
    assert_eq!(fit(&[1.0, 2.0, 0.0, 0.0], 2, &[1.0, 2.0]), Ok(1));
    assert_eq!(fit(&[0.0; 6], 2, &[1.0; 3]), Ok(0));
    assert_eq!(fit(&[1e-300, 1e-300], 1, &[1e300, 1e300]), Err(StatsError::Overflow));
    assert_eq!(fit(&[1e300, 1e12, 1e300, 1.0], 1, &[1e12, 1.0, 1.0, 3.0]), Ok(1));
    let columns = Columns::new(&[1.0, 2.0], 2, 1).unwrap();
    for cutoff in [-1.0, 1.0, f64::NAN] {
        assert!(least_squares(columns, &[1.0, 2.0], cutoff, &mut Workspace::new()).is_err());
        assert!(support::standardised(columns, &[1.0, 2.0], 0.0, cutoff).is_err());
    }
    for ridge in [-1.0, f64::INFINITY, f64::NAN] {
        assert!(support::standardised(columns, &[1.0, 2.0], ridge, 0.0).is_err());
    }
}
