//! Distributions against closed forms, published tables, forty-digit arithmetic and another library.

use rotor_stats::{StatsError, f_p_value, normal_cdf, normal_quantile, student_p_value, student_quantile};
use statrs::distribution::{ContinuousCDF, FisherSnedecor, Normal, StudentsT};

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{found:e} is not {expected:e}");
}

#[test]
fn quantiles_of_printed_tables() {
    // Fisher and Yates, Statistical Tables, table III, by degrees of freedom: 0.95, 0.975, 0.995.
    let table = [
        (1.0, [6.314, 12.706, 63.657]),
        (2.0, [2.920, 4.303, 9.925]),
        (5.0, [2.015, 2.571, 4.032]),
        (7.0, [1.895, 2.365, 3.499]),
        (10.0, [1.812, 2.228, 3.169]),
        (17.0, [1.740, 2.110, 2.898]),
        (30.0, [1.697, 2.042, 2.750]),
        (60.0, [1.671, 2.000, 2.660]),
        (120.0, [1.658, 1.980, 2.617]),
    ];
    for (freedom, values) in table {
        for (probability, value) in [0.95, 0.975, 0.995].into_iter().zip(values) {
            assert!((student_quantile(probability, freedom).unwrap() - value).abs() <= 5.001e-4);
            assert!((student_quantile(1.0 - probability, freedom).unwrap() + value).abs() <= 5.001e-4);
        }
    }
    for (probability, value) in [(0.9, 1.281_552), (0.95, 1.644_854), (0.99, 2.326_348), (0.995, 2.575_829)] {
        assert!((normal_quantile(probability).unwrap() - value).abs() <= 5.001e-7);
    }
}

#[test]
fn values_of_forty_digits() {
    // Computed with mpmath at 40 digits for exactly these binary arguments.
    for (probability, freedom, expected, tolerance) in [
        (0.975, 1.0, 12.706_204_736_174_692, 1e-14),
        (0.975, 2.0, 4.302_652_729_749_462, 1e-14),
        (0.95, 7.0, 1.894_578_605_090_006_9, 1e-14),
        (0.995, 30.0, 2.749_995_653_567_225, 1e-14),
        (0.9, 49.0, 1.299_068_784_747_75, 1e-14),
        (0.8, 13.0, 0.870_151_533_968_173_9, 1e-14),
        (0.9995, 5.0, 6.868_826_625_881_275, 1e-14),
        (0.975, 1000.0, 1.962_339_080_826_408, 1e-14),
        (0.975, 100_000.0, 1.959_987_707_534_609_3, 1e-12),
    ] {
        assert_near(student_quantile(probability, freedom).unwrap(), expected, tolerance);
    }
    for (t, freedom, expected, tolerance) in [
        (0.001, 5.0, 0.999_240_786_772_197_7, 1e-14),
        (2.0, 10.0, 0.073_388_034_770_740_37, 1e-14),
        (7.154_170_9, 7.0, 1.846_858_243_377_999_2e-4, 1e-13),
        (-3.3, 57.0, 1.670_869_973_861_610_9e-3, 1e-13),
        (12.0, 300.0, 2.319_124_753_616_133e-27, 1e-13),
        (2.0, 1000.0, 0.045_770_346_493_251_64, 1e-13),
        (2.0, 1e6, 0.045_500_533_851_319_21, 1e-10),
        (1.96, 2.5, 0.162_947_564_472_814, 1e-14),
    ] {
        assert_near(student_p_value(t, freedom).unwrap(), expected, tolerance);
    }
    for (f, numerator, denominator, expected) in [
        (4.0, 2.0, 20.0, 0.034_571_613_033_607_77),
        (330.285_339_234_588, 6.0, 9.0, 4.984_030_528_724_81e-10),
        (0.2, 10.0, 71.0, 0.995_674_519_964_299_9),
        (1.2, 400.0, 600.0, 0.022_049_330_552_790_847),
        (3.0, 0.5, 1.5, 0.219_450_073_830_409_93),
    ] {
        assert_near(f_p_value(f, numerator, denominator).unwrap(), expected, 5e-13);
    }
    for (z, expected) in [(-8.0, 6.220_960_574_271_784e-16), (-1.96, 0.024_997_895_148_220_435)] {
        assert_near(normal_cdf(z).unwrap(), expected, 1e-14);
    }
    for (probability, expected) in [
        (1e-300, -37.047_096_299_361_2),
        (1e-10, -6.361_340_902_404_056),
        (0.4, -0.253_347_103_135_799_7),
        (0.999_999, 4.753_424_308_817_088),
    ] {
        assert_near(normal_quantile(probability).unwrap(), expected, 1e-14);
    }
}

#[test]
fn one_and_two_degrees_of_freedom_in_closed_form() {
    for step in 1..200 {
        let probability = f64::from(step) / 200.0;
        let cauchy = (std::f64::consts::PI * (probability - 0.5)).tan();
        assert!((student_quantile(probability, 1.0).unwrap() - cauchy).abs() <= 1e-13 * (1.0 + cauchy.abs()));
        let centred = 2.0 * probability - 1.0;
        let two = centred * (2.0 / (1.0 - centred * centred)).sqrt();
        assert!((student_quantile(probability, 2.0).unwrap() - two).abs() <= 1e-13 * (1.0 + two.abs()));
    }
}

#[test]
fn quantiles_undo_probabilities() {
    for freedom in [0.7, 1.0, 3.5, 11.0, 54.0, 1000.0, 1e6] {
        for t in [0.01, 0.4, 1.3, 2.6, 5.0, 11.0] {
            let tail = 0.5 * student_p_value(t, freedom).unwrap();
            // Rounding of a probability near 1/2 moves the quantile by about as much.
            assert!(
                (student_quantile(tail, freedom).unwrap() + t).abs() <= 1e-10 * t.max(1.0),
                "{freedom} {t}"
            );
        }
    }
}

#[test]
fn another_library_says_the_same() {
    let normal = Normal::new(0.0, 1.0).unwrap();
    for step in -30..=30 {
        let value = f64::from(step) / 5.0;
        assert!((normal_cdf(value).unwrap() - normal.cdf(value)).abs() < 1e-10);
        for freedom in [1.0, 4.0, 9.5, 33.0, 120.0] {
            let student = StudentsT::new(0.0, 1.0, freedom).unwrap();
            let expected = 2.0 * student.cdf(-value.abs());
            assert!((student_p_value(value, freedom).unwrap() - expected).abs() < 1e-11);
            if step > 0 {
                let f = FisherSnedecor::new(freedom, 12.0).unwrap();
                assert!((f_p_value(value, freedom, 12.0).unwrap() - f.sf(value)).abs() < 1e-11);
            }
        }
    }
}

#[test]
fn ends_and_bad_arguments() {
    assert_eq!(student_quantile(0.5, 3.0), Ok(0.0));
    assert_eq!(student_p_value(0.0, 3.0), Ok(1.0));
    assert_eq!(student_p_value(f64::INFINITY, 3.0), Ok(0.0));
    assert_eq!((f_p_value(0.0, 1.0, 1.0), f_p_value(f64::INFINITY, 2.0, 3.0)), (Ok(1.0), Ok(0.0)));
    assert_eq!((normal_cdf(f64::NEG_INFINITY), normal_cdf(f64::INFINITY)), (Ok(0.0), Ok(1.0)));
    assert_eq!(student_p_value(f64::NAN, 3.0), Err(StatsError::NotFinite { position: 0 }));
    assert_eq!(student_quantile(1e-200, 1.0), Err(StatsError::Overflow));
    for bad in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(normal_quantile(bad).is_err() && student_quantile(bad, 5.0).is_err());
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(student_quantile(0.9, bad).is_err() && f_p_value(1.0, bad, 1.0).is_err());
    }
}
