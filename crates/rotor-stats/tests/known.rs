//! Results that can be found elsewhere: a golden regression of METHOD, closed forms, rank deficiency, the ridge.

mod support;

use rotor_stats::{
    Columns, Fit, RANK_CUTOFF, Restriction, StatsError, Workspace, least_squares, student_quantile,
};

const CPI: [f64; 10] = [1.0, 1.4, 1.6, 1.8, 2.2, 2.1, 1.8, 2.3, 2.2, 1.8];
const PPI: [f64; 10] = [7.4, 5.8, 6.2, 5.9, 3.7, 4.1, 4.1, 2.3, 0.2, 0.5];
const MARGIN: [f64; 10] = [24.1, 24.9, 25.0, 25.3, 26.2, 25.7, 25.6, 26.9, 27.3, 26.6];

fn prices() -> Vec<f64> {
    [[1.0; 10], CPI, PPI].concat()
}

/// Fits the gross margin on a constant and both price indices.
fn with_price_fit(check: impl Fn(Fit<'_>)) {
    let x = prices();
    let mut workspace = Workspace::new();
    let columns = Columns::new(&x, 10, 3).unwrap();
    check(least_squares(columns, &MARGIN, RANK_CUTOFF, &mut workspace).unwrap());
}

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn joint_price_effect() {
    with_price_fit(|fit| {
        for (found, expected) in fit.coefficients().iter().zip([25.146_660_4, 0.946_832_9, -0.276_093_6]) {
            assert_near(*found, expected, 5e-8);
        }
        let covariance = fit.covariance().unwrap();
        assert_near(covariance.get(1, 1), 0.037_054_349_7, 5e-11);
        assert_near(covariance.get(2, 2), 0.001_047_176_0, 5e-11);
        assert_near(covariance.get(1, 2), 0.004_440_698_1, 5e-11);
        assert_eq!(covariance.get(1, 2), covariance.get(2, 1));
        let effect = covariance.effect(fit.coefficients(), &[0.0, 1.0, -1.0]).unwrap();
        assert_near(effect.estimate, 1.222_926_6, 5e-8);
        assert_near(effect.standard_error(), 0.170_939_0, 5e-8);
        let t = effect.t().unwrap();
        assert_near(t, 7.154_170_9, 5e-8);
        assert_eq!(effect.degrees_of_freedom, 7);
        assert!(t > student_quantile(0.95, 7.0).unwrap());
        assert_near(effect.p_value().unwrap(), 1.846_858_2e-4, 5e-11);
        // One restriction: F is the square of t.
        let weights = [0.0, 1.0, -1.0];
        let test =
            covariance.f_test(fit.coefficients(), &[Restriction { weights: &weights, value: 0.0 }]).unwrap();
        assert_near(test.statistic, t * t, 1e-11);
        assert_near(test.p_value, effect.p_value().unwrap(), 1e-16);
    });
}

#[test]
fn f_test_compares_two_fits() {
    // F of "neither price matters" is the fall of the residual sum of squares, per restriction, over s².
    with_price_fit(|fit| {
        let mean = MARGIN.iter().sum::<f64>() / 10.0;
        let total: f64 = MARGIN.iter().map(|y| (y - mean) * (y - mean)).sum();
        let residual = fit.residual_sum_of_squares();
        let expected = (total - residual) / 2.0 / (residual / 7.0);
        let weights = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]];
        let restrictions = weights.each_ref().map(|weights| Restriction { weights, value: 0.0 });
        let covariance = fit.covariance().unwrap();
        let test = covariance.f_test(fit.coefficients(), &restrictions[..2]).unwrap();
        assert_near(test.statistic, expected, 1e-9 * expected);
        let dependent = covariance.f_test(fit.coefficients(), &restrictions);
        assert_eq!(dependent, Err(StatsError::DependentRestrictions));
        assert_eq!(covariance.f_test(fit.coefficients(), &[]), Err(StatsError::TooFew { n: 0, needed: 1 }));
    });
}

#[test]
fn newey_west_of_a_mean_is_its_long_run_variance() {
    let y = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0];
    let ones = [1.0; 6];
    let mut workspace = Workspace::new();
    let fit = least_squares(Columns::new(&ones, 6, 1).unwrap(), &y, RANK_CUTOFF, &mut workspace).unwrap();
    let gaps = y.map(|value| value - 22.0 / 6.0);
    let gamma = |lag: usize| gaps[lag..].iter().zip(&gaps).map(|(late, early)| late * early).sum::<f64>();
    let expected = (gamma(0) + 2.0 * (2.0 / 3.0 * gamma(1) + 1.0 / 3.0 * gamma(2))) / 36.0;
    assert_near(fit.newey_west(2).unwrap().get(0, 0), expected, 1e-15);
    assert_near(fit.newey_west(0).unwrap().get(0, 0), gamma(0) / 36.0, 1e-15);
    assert!(fit.newey_west(5).is_ok() && fit.newey_west(6).is_err());
}

#[test]
fn newey_west_is_a_sandwich() {
    // (X'X)⁻¹ S (X'X)⁻¹ written out, with S the weighted autocovariances of x e.
    with_price_fit(|fit| {
        let x = prices();
        let residuals = fit.residuals().unwrap();
        let classic = fit.covariance().unwrap();
        let variance = fit.residual_sum_of_squares() / 7.0;
        let bread = |i: usize, j: usize| classic.get(i, j) / variance;
        let score = |row: usize, idx: usize| x[idx * 10 + row] * residuals[row];
        let meat = |i: usize, j: usize| {
            let gamma = |lag: usize, i: usize, j: usize| {
                (lag..10).map(|row| score(row, i) * score(row - lag, j)).sum::<f64>()
            };
            let lagged = (1..4)
                .map(|lag| (1.0 - lag as f64 / 4.0) * (gamma(lag, i, j) + gamma(lag, j, i)))
                .sum::<f64>();
            gamma(0, i, j) + lagged
        };
        let found = fit.newey_west(3).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let mut expected = 0.0;
                for k in 0..3 {
                    for l in 0..3 {
                        expected += bread(i, k) * meat(k, l) * bread(l, j);
                    }
                }
                assert_near(found.get(i, j), expected, 1e-11 * expected.abs().max(1e-3));
                assert_eq!(found.get(i, j), found.get(j, i));
            }
        }
    });
}

#[test]
fn a_straight_line_in_closed_form() {
    let x = [[1.0; 10], CPI].concat();
    let mut workspace = Workspace::new();
    let fit = least_squares(Columns::new(&x, 10, 2).unwrap(), &MARGIN, RANK_CUTOFF, &mut workspace).unwrap();
    let (mean_x, mean_y) = (CPI.iter().sum::<f64>() / 10.0, MARGIN.iter().sum::<f64>() / 10.0);
    let cross: f64 = CPI.iter().zip(&MARGIN).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let square: f64 = CPI.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    assert_near(fit.coefficients()[1], cross / square, 1e-13);
    assert_near(fit.coefficients()[0], mean_y - cross / square * mean_x, 1e-12);
    let variance = fit.residual_sum_of_squares() / 8.0;
    assert_near(fit.covariance().unwrap().get(1, 1), variance / square, 1e-13);
    assert_near(fit.predict(&[1.0, 2.0]).unwrap(), fit.coefficients()[0] + 2.0 * fit.coefficients()[1], 0.0);
    assert_eq!(fit.degrees_of_freedom(), 8);
}

#[test]
fn standardising_changes_coefficients_in_no_way_but_rounding() {
    with_price_fit(|fit| {
        let _workspace = Workspace::new();
        let x = prices();
        let regressors = Columns::new(&x[10..], 10, 2).unwrap();
        let other = support::standardised(regressors, &MARGIN, 0.0, RANK_CUTOFF).unwrap();
        assert_near(other.intercept(), fit.coefficients()[0], 1e-13);
        for (found, expected) in other.coefficients().iter().zip(&fit.coefficients()[1..]) {
            assert_near(*found, *expected, 1e-14);
        }
        assert_near(other.residual_sum_of_squares(), fit.residual_sum_of_squares(), 1e-13);
        let r_squared = 1.0 - other.residual_sum_of_squares() / other.total_sum_of_squares();
        assert_eq!(other.r_squared(), Some(r_squared));
        for (found, expected) in other.fitted().iter().zip(fit.fitted().unwrap()) {
            assert_near(*found, expected, 1e-13);
        }
    });
}

#[test]
fn equal_regressors_share_their_coefficient_whatever_their_units() {
    let x = [CPI, CPI.map(|value| 1e6 * value + 3.0), PPI, [7.0; 10]].concat();
    let mut workspace = Workspace::new();
    let columns = Columns::new(&x, 10, 4).unwrap();
    let fit = support::standardised(columns, &MARGIN, 0.0, RANK_CUTOFF).unwrap();
    let standard = fit.standardised_coefficients();
    assert_eq!(fit.rank(), 2);
    assert_near(standard[0], standard[1], 1e-9);
    assert_eq!((standard[3], fit.coefficients()[3]), (0.0, 0.0));
    with_price_fit(|both| {
        assert_near(fit.residual_sum_of_squares(), both.residual_sum_of_squares(), 1e-9);
        assert_near(fit.coefficients()[0] * 2.0, both.coefficients()[1], 1e-8);
    });
    assert!(least_squares(columns, &MARGIN, RANK_CUTOFF, &mut workspace).unwrap().covariance().is_err());
}

#[test]
fn ridge_solves_its_own_normal_equations() {
    // (Z'Z + λI) b = Z'y with the gradient written out: Z'(y - Zb) = λ b.
    let _workspace = Workspace::new();
    let x = [CPI, PPI].concat();
    let regressors = Columns::new(&x, 10, 2).unwrap();
    for ridge in [1e-6, 0.5, 9.0, 1e4] {
        let fit = support::standardised(regressors, &MARGIN, ridge, RANK_CUTOFF).unwrap();
        for (idx, column) in [CPI, PPI].iter().enumerate() {
            let mean = column.iter().sum::<f64>() / 10.0;
            let deviation =
                (column.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 9.0).sqrt();
            let gradient: f64 =
                (0..10).map(|row| (column[row] - mean) / deviation * (MARGIN[row] - fit.fitted()[row])).sum();
            assert_near(gradient, ridge * fit.standardised_coefficients()[idx], 1e-11);
        }
        let mean = MARGIN.iter().sum::<f64>() / 10.0;
        assert_near(fit.fitted().iter().sum::<f64>() / 10.0, mean, 1e-13);
        let residual: f64 =
            fit.fitted().iter().zip(&MARGIN).map(|(fitted, y)| (y - fitted) * (y - fitted)).sum();
        assert_near(fit.residual_sum_of_squares(), residual, 1e-12);
    }
    let fit = support::standardised(regressors, &MARGIN, 1e12, RANK_CUTOFF).unwrap();
    assert!(fit.coefficients().iter().all(|coefficient| coefficient.abs() < 1e-10));
}

#[test]
fn a_constant_target_and_constant_regressors() {
    let _workspace = Workspace::new();
    let x = [CPI, [0.3; 10]].concat();
    let fit = support::standardised(Columns::new(&x, 10, 2).unwrap(), &[0.1; 10], 0.0, RANK_CUTOFF).unwrap();
    assert_eq!((fit.intercept(), fit.coefficients()), (0.1, &[0.0, 0.0][..]));
    assert_eq!((fit.total_sum_of_squares(), fit.r_squared()), (0.0, None));
    let fit =
        support::standardised(Columns::new(&[0.3; 10], 10, 1).unwrap(), &CPI, 2.0, RANK_CUTOFF).unwrap();
    assert_eq!((fit.rank(), fit.coefficients()), (0, &[0.0][..]));
    assert_near(fit.intercept(), 1.82, 1e-15);
    let too_short = support::standardised(Columns::new(&[1.0, 2.0], 1, 2).unwrap(), &[1.0], 0.0, 0.0);
    assert_eq!(too_short.unwrap_err(), StatsError::TooFew { n: 1, needed: 3 });
}
