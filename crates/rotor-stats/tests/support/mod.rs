//! Numbers of some 32 digits and least squares with them: slow, obvious, and far more accurate than what it checks.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate and uses its part")]

use std::ops::{Add, Div, Mul, Neg, Sub};

use rotor_stats::{Columns, StandardisedRows, StatsError, Workspace};

/// The unevaluated sum of two numbers of which the second is below the last bit of the first.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Double(pub f64, pub f64);

impl Double {
    pub const ZERO: Self = Self(0.0, 0.0);

    pub fn value(self) -> f64 {
        self.0 + self.1
    }

    pub fn abs(self) -> Self {
        if self.0 < 0.0 { -self } else { self }
    }

    pub fn sqrt(self) -> Self {
        if self.0 <= 0.0 {
            return Self::ZERO;
        }
        let root = self.0.sqrt();
        let rest = self - product(root, root);
        Self(root, 0.0) + Self(rest.0 / (2.0 * root), 0.0)
    }
}

impl From<f64> for Double {
    fn from(value: f64) -> Self {
        Self(value, 0.0)
    }
}

/// Knuth's exact sum.
fn sum(left: f64, right: f64) -> Double {
    let total = left + right;
    let part = total - left;
    Double(total, (left - (total - part)) + (right - part))
}

/// Exact product.
fn product(left: f64, right: f64) -> Double {
    let rounded = left * right;
    Double(rounded, left.mul_add(right, -rounded))
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let high = sum(self.0, other.0);
        let low = sum(self.1, other.1);
        let first = sum(high.0, high.1 + low.0);
        sum(first.0, first.1 + low.1)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let high = product(self.0, other.0);
        sum(high.0, high.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * Self(first, 0.0);
        let second = rest.0 / other.0;
        let rest = rest - other * Self(second, 0.0);
        sum(first, second) + Self(rest.0 / other.0, 0.0)
    }
}

/// What the normal equations say.
pub struct Reference {
    pub coefficients: Vec<f64>,
    pub residual_sum_of_squares: f64,
    /// (X'X)⁻¹, row after row.
    pub inverse: Vec<f64>,
    /// The condition number, at most too small by the number of columns.
    pub condition: f64,
    /// The Frobenius norm of X.
    pub norm: f64,
}

/// Solves the normal equations by Gauss and Jordan with pivots; `x` is column after column.
pub fn least_squares(x: &[Double], y: &[Double]) -> Reference {
    let n = y.len();
    let p = x.len() / n;
    let dot = |left: &[Double], right: &[Double]| {
        left.iter().zip(right).fold(Double::ZERO, |sum, (left, right)| sum + *left * *right)
    };
    // [X'X | X'y | I]
    let width = 2 * p + 1;
    let mut rows: Vec<Vec<Double>> = Vec::new();
    for i in 0..p {
        let column = &x[i * n..][..n];
        let mut row: Vec<Double> = (0..p).map(|j| dot(column, &x[j * n..][..n])).collect();
        row.push(dot(column, y));
        row.extend((0..p).map(|j| Double::from(f64::from(u8::from(i == j)))));
        rows.push(row);
    }
    let trace = (0..p).fold(Double::ZERO, |sum, i| sum + rows[i][i]);
    for i in 0..p {
        let best = (i..p).max_by(|a, b| rows[*a][i].abs().partial_cmp(&rows[*b][i].abs()).unwrap()).unwrap();
        rows.swap(i, best);
        let pivot = rows[i][i];
        for value in &mut rows[i] {
            *value = *value / pivot;
        }
        let scaled = rows[i].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i];
            for k in 0..width {
                row[k] = row[k] - factor * scaled[k];
            }
        }
    }
    let solved: Vec<Double> = rows.iter().map(|row| row[p]).collect();
    let residual = (0..n).fold(Double::ZERO, |sum, t| {
        let gap = (0..p).fold(y[t], |gap, j| gap - x[j * n + t] * solved[j]);
        sum + gap * gap
    });
    let inverse_trace = (0..p).fold(Double::ZERO, |sum, i| sum + rows[i][p + 1 + i]);
    Reference {
        coefficients: solved.iter().map(|value| value.value()).collect(),
        residual_sum_of_squares: residual.value(),
        inverse: rows.iter().flat_map(|row| row[p + 1..].iter().map(|value| value.value())).collect(),
        condition: (trace * inverse_trace).sqrt().value() / p as f64,
        norm: trace.sqrt().value(),
    }
}

/// Standardises columns with their mean and n - 1 deviation; also returns these two per column.
pub fn standardise(x: &[f64], n: usize) -> (Vec<Double>, Vec<(Double, Double)>) {
    let mut standardised = Vec::new();
    let mut moments = Vec::new();
    for column in x.chunks_exact(n) {
        let count = Double::from(n as f64);
        let mean = column.iter().fold(Double::ZERO, |sum, value| sum + Double::from(*value)) / count;
        let gaps: Vec<Double> = column.iter().map(|value| Double::from(*value) - mean).collect();
        let squares = gaps.iter().fold(Double::ZERO, |sum, gap| sum + *gap * *gap);
        let deviation = (squares / (count - Double::from(1.0))).sqrt();
        standardised.extend(gaps.iter().map(|gap| *gap / deviation));
        moments.push((mean, deviation));
    }
    (standardised, moments)
}

/// Numbers between -1 and 1 from a seed (splitmix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// The Euclidean length of a vector.
pub fn length(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// The distance of two vectors relative to the second.
pub fn relative(found: &[f64], expected: &[f64]) -> f64 {
    let gaps: Vec<f64> = found.iter().zip(expected).map(|(found, expected)| found - expected).collect();
    length(&gaps) / length(expected)
}

/// What a regression on standardised regressors says; fitted values come from `predict`.
#[derive(Debug)]
pub struct Standardised {
    intercept: f64,
    coefficients: Vec<f64>,
    standardised: Vec<f64>,
    fitted: Vec<f64>,
    rank: usize,
    residual_sum_of_squares: f64,
    total_sum_of_squares: f64,
    r_squared: Option<f64>,
}

impl Standardised {
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    pub fn standardised_coefficients(&self) -> &[f64] {
        &self.standardised
    }

    pub fn fitted(&self) -> &[f64] {
        &self.fitted
    }

    pub fn rank(&self) -> usize {
        self.rank
    }

    pub fn residual_sum_of_squares(&self) -> f64 {
        self.residual_sum_of_squares
    }

    pub fn total_sum_of_squares(&self) -> f64 {
        self.total_sum_of_squares
    }

    pub fn r_squared(&self) -> Option<f64> {
        self.r_squared
    }
}

/// Fits rows that come in two parts, the first of them a third.
pub fn standardised(x: Columns<'_>, y: &[f64], ridge: f64, cutoff: f64) -> Result<Standardised, StatsError> {
    let (n, p) = (x.n_rows(), x.n_columns());
    let mut rows = StandardisedRows::new(p);
    for part in [0..n / 3, n / 3..n].into_iter().filter(|part| !part.is_empty()) {
        let values: Vec<f64> = (0..p).flat_map(|column| &x.column(column)[part.clone()]).copied().collect();
        rows.add(Columns::new(&values, part.len(), p)?, &y[part])?;
    }
    let mut workspace = Workspace::new();
    let fit = rows.fit(ridge, cutoff, 0.0, &mut workspace)?;
    let row = |row: usize| (0..p).map(|column| x.column(column)[row]).collect::<Vec<_>>();
    Ok(Standardised {
        intercept: fit.intercept(),
        coefficients: fit.coefficients().to_vec(),
        standardised: fit.standardised_coefficients().to_vec(),
        fitted: (0..n).map(|idx| fit.predict(&row(idx))).collect::<Result<_, _>>()?,
        rank: fit.rank(),
        residual_sum_of_squares: fit.residual_sum_of_squares(),
        total_sum_of_squares: fit.total_sum_of_squares(),
        r_squared: fit.r_squared(),
    })
}
