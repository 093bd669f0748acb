//! The eleven linear data sets of NIST with certified values: how many digits come out.
//!
//! The files in `tests/nist` hold data and certified values as published; an exact solution in rational arithmetic
//! agrees with each certified value to its last digit but one.

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use rotor_stats::{Columns, Fit, RANK_CUTOFF, StatsError, Workspace, least_squares, refined_least_squares};

/// One data set.
struct Certified {
    /// Columns one after the other, the constant first where there is one.
    x: Vec<f64>,
    y: Vec<f64>,
    coefficients: Vec<f64>,
    standard_deviations: Vec<f64>,
    residual_sum_of_squares: f64,
}

impl Certified {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nist").join(format!("{name}.txt"));
        let text = fs::read_to_string(path).unwrap();
        let number = |word: &str| word.parse::<f64>().unwrap();
        let mut model = (String::new(), 0);
        let (mut coefficients, mut standard_deviations, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut residual_sum_of_squares = f64::NAN;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[0] {
                "model" => {
                    model = (
                        words[1].to_owned(),
                        words.get(2).map_or(0, |degree| degree.parse::<usize>().unwrap()),
                    );
                }
                "certified" => {
                    coefficients.push(number(words[1]));
                    standard_deviations.push(number(words[2]));
                }
                "residual-sum-of-squares" => residual_sum_of_squares = number(words[1]),
                _ => rows.push(words.into_iter().map(number).collect::<Vec<f64>>()),
            }
        }
        let y = rows.iter().map(|row| row[0]).collect();
        let column = |value: &dyn Fn(&[f64]) -> f64| rows.iter().map(|row| value(row)).collect::<Vec<f64>>();
        let x = match model.0.as_str() {
            // By repeated multiplication: the rounding of `powi` is nobody's promise.
            "polynomial" => (0..=model.1)
                .flat_map(|power| column(&|row| (0..power).fold(1.0, |product, _| product * row[1])))
                .collect(),
            "origin" => column(&|row| row[1]),
            _ => std::iter::once(column(&|_| 1.0))
                .chain((1..rows[0].len()).map(|idx| column(&|row| row[idx])))
                .flatten()
                .collect(),
        };
        Self { x, y, coefficients, standard_deviations, residual_sum_of_squares }
    }

    fn columns(&self) -> Columns<'_> {
        Columns::new(&self.x, self.y.len(), self.coefficients.len()).unwrap()
    }
}

/// The number of digits that agree, at most 15; of a certified 0, the digits before the first one wrong.
fn digits(found: &[f64], certified: &[f64]) -> f64 {
    let digits = found.iter().zip(certified).map(|(found, certified)| {
        let error = (found - certified).abs() / if *certified == 0.0 { 1.0 } else { certified.abs() };
        -error.max(1e-15).log10()
    });
    digits.fold(15.0, f64::min)
}

/// Least digits of the coefficients, of their standard deviations and of the residual sum of squares.
type Expected = [(&'static str, [f64; 3])];

/// Without refinement and without a rank check. The Wampler sets have residuals up to twenty million times the
/// coefficients, Filip a condition number of 1e15.
const PLAIN: &Expected = &[
    ("norris", [12.0, 13.0, 13.0]),
    ("pontius", [13.0, 13.0, 12.5]),
    ("noint1", [14.0, 14.0, 14.0]),
    ("noint2", [14.0, 14.0, 14.0]),
    ("filip", [7.0, 7.0, 7.5]),
    ("longley", [12.5, 13.5, 13.0]),
    ("wampler1", [9.0, 9.5, 14.0]),
    ("wampler2", [12.0, 14.0, 14.0]),
    ("wampler3", [9.0, 13.0, 13.0]),
    ("wampler4", [8.0, 13.5, 14.0]),
    ("wampler5", [6.0, 13.5, 14.0]),
];

/// With refinement. The powers of Filip's x are rounded before the fit sees them, which no fit can undo.
const REFINED: &Expected = &[
    ("norris", [12.0, 13.0, 13.0]),
    ("pontius", [13.0, 13.0, 12.5]),
    ("noint1", [14.0, 14.0, 14.0]),
    ("noint2", [14.0, 14.0, 14.0]),
    ("filip", [7.0, 7.0, 7.5]),
    ("longley", [12.5, 13.5, 13.0]),
    ("wampler1", [14.0, 14.0, 14.0]),
    ("wampler2", [12.0, 14.0, 14.0]),
    ("wampler3", [14.0, 13.0, 13.0]),
    ("wampler4", [14.0, 13.5, 14.0]),
    ("wampler5", [14.0, 13.5, 14.0]),
];

/// Fits all sets and compares digits with what is expected.
fn check(
    expected: &Expected,
    fit: impl for<'a> Fn(Columns<'a>, &'a [f64], &'a mut Workspace) -> Result<Fit<'a>, StatsError>,
) {
    let mut workspace = Workspace::new();
    let mut report = String::new();
    let mut is_good = true;
    for &(name, expected) in expected {
        let certified = Certified::read(name);
        let fit = fit(certified.columns(), &certified.y, &mut workspace).unwrap();
        let covariance = fit.covariance().unwrap();
        let deviations: Vec<f64> =
            (0..fit.coefficients().len()).map(|idx| covariance.get(idx, idx).sqrt()).collect();
        let found = [
            digits(fit.coefficients(), &certified.coefficients),
            digits(&deviations, &certified.standard_deviations),
            digits(&[fit.residual_sum_of_squares()], &[certified.residual_sum_of_squares]),
        ];
        is_good &= found.iter().zip(expected).all(|(found, expected)| *found >= expected);
        writeln!(report, "{name:10} {:5.1} {:5.1} {:5.1}", found[0], found[1], found[2]).unwrap();
    }
    assert!(is_good, "{report}");
}

#[test]
fn certified_values_come_out() {
    check(PLAIN, |x, y, workspace| least_squares(x, y, 0.0, workspace));
}

#[test]
fn refinement_brings_the_last_digits() {
    check(REFINED, |x, y, workspace| refined_least_squares(x, y, 0.0, workspace));
}

#[test]
fn filip_is_solved_to_the_digits_of_its_input() {
    // The exact solution, in rational arithmetic, for the powers of x as `f64` rounds them.
    let exact = [
        -1_467.489_631_388_771_4,
        -2_772.179_624_261_931_6,
        -2_316.371_108_609_359,
        -1_127.973_954_149_751_8,
        -354.478_237_855_230_8,
        -75.124_202_624_351_74,
        -10.875_318_164_699_452,
        -1.062_214_998_640_484_3,
        -0.067_019_116_274_456_24,
        -0.002_467_810_813_235_648,
        -4.029_625_301_456_807e-5,
    ];
    let certified = Certified::read("filip");
    let mut workspace = Workspace::new();
    let fit = refined_least_squares(certified.columns(), &certified.y, 0.0, &mut workspace).unwrap();
    assert!(digits(fit.coefficients(), &exact) > 13.0, "{:?}", fit.coefficients());
    assert!(digits(&exact, &certified.coefficients) < 8.0);
}

#[test]
fn the_rank_check_is_about_columns_as_they_are() {
    // Columns of 1 and of 1e13 count as dependent, as polynomials of a high degree do.
    let mut workspace = Workspace::new();
    for &(name, _) in PLAIN {
        let certified = Certified::read(name);
        let with = |cutoff, workspace: &mut Workspace| {
            let fit = least_squares(certified.columns(), &certified.y, cutoff, workspace).unwrap();
            (fit.rank(), fit.coefficients().to_vec())
        };
        let checked = with(RANK_CUTOFF, &mut workspace);
        let unchecked = with(0.0, &mut workspace);
        assert_eq!(checked == unchecked, !["filip", "pontius"].contains(&name), "{name}");
    }
    // Standardised, Pontius is harmless.
    let certified = Certified::read("pontius");
    let regressors = Columns::new(&certified.x[40..], 40, 2).unwrap();
    let fit = support::standardised(regressors, &certified.y, 0.0, RANK_CUTOFF).unwrap();
    assert!(digits(fit.coefficients(), &certified.coefficients[1..]) > 11.0);
}

#[test]
fn standardising_helps_longley() {
    let certified = Certified::read("longley");
    let regressors = Columns::new(&certified.x[16..], 16, 6).unwrap();
    let _workspace = Workspace::new();
    let fit = support::standardised(regressors, &certified.y, 0.0, RANK_CUTOFF).unwrap();
    let found: Vec<f64> =
        std::iter::once(fit.intercept()).chain(fit.coefficients().iter().copied()).collect();
    assert!(digits(&found, &certified.coefficients) > 11.0);
    assert!(digits(&[fit.residual_sum_of_squares()], &[certified.residual_sum_of_squares]) > 12.0);
}
