//! Student's t, F and normal probabilities and quantiles.
//!
//! Quantiles start from `statrs`: the normal one everywhere, Student's for 1 to 1000 degrees of freedom and tails
//! from 1e-6 to a half, where it answered 400 000 times and was off by at most 1.3e-8 of the quantile (of 0.01 near the
//! median). Beyond that `statrs` 0.18 cannot be asked: at 1e5 degrees of freedom it is off by 2e-5, at 1e9, and at a
//! thousand with a tail of 1e-100, it never returns, and below one degree or far out in the tail it stops at a bound
//! or panics. There the search begins at 1.
//!
//! Probabilities stay our own, on `libm`. `statrs` calls the exponential and the logarithm of the C library, whose
//! last bits depend on the processor, and a score can hang on whether a t exceeds its quantile; and its relative errors
//! are 1e-10 (normal), 1e-6 (t near 0, or a billion degrees of freedom) and 6e-10 (F with a million) where ours are
//! 1e-12 up to a thousand degrees of freedom and 1e-10 up to a million (the tests compare with closed forms and
//! published tables). With them Newton's method gives every quantile the same accuracy and the same bits everywhere.
//! Densities and non-central forms are left out.

use std::f64::consts::{PI, SQRT_2};

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::StatsError;

/// Returns the probability that a standard normal value is at most `z`; 0 and 1 for infinities.
///
/// # Errors
///
/// [`StatsError::NotFinite`] for NaN.
///
/// ```
/// use rotor_stats::normal_cdf;
/// assert!((normal_cdf(1.96)? - 0.975_002_104_851_779_6).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn normal_cdf(z: f64) -> Result<f64, StatsError> {
    not_nan(z)?;
    Ok(0.5 * libm::erfc(-z / SQRT_2))
}

/// Returns the value that a standard normal value stays below with this probability.
///
/// # Errors
///
/// [`StatsError::Parameter`] unless the probability is above 0 and below 1.
///
/// ```
/// use rotor_stats::normal_quantile;
/// assert!((normal_quantile(0.975)? - 1.959_963_984_540_054).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn normal_quantile(probability: f64) -> Result<f64, StatsError> {
    let density = |z: f64| libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt();
    let start = |wanted: f64| -Normal::standard().inverse_cdf(wanted);
    symmetric_quantile(probability, start, |z| 0.5 * libm::erfc(z / SQRT_2), density)
}

/// Returns the two-sided p-value of a t statistic: the probability of one at least as far from 0.
///
/// Degrees of freedom need not be whole. A `t` beyond 1e150 has the p-value 0.
///
/// # Errors
///
/// [`StatsError::NotFinite`] if `t` is NaN, [`StatsError::Parameter`] unless the degrees of freedom are above 0
/// and at most 1e9.
///
/// ```
/// use rotor_stats::student_p_value;
/// // With one degree of freedom 1 is the quartile.
/// assert!((student_p_value(-1.0, 1.0)? - 0.5).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn student_p_value(t: f64, degrees_of_freedom: f64) -> Result<f64, StatsError> {
    not_nan(t)?;
    check_freedom(degrees_of_freedom)?;
    Ok(t_tails(t, degrees_of_freedom))
}

/// Returns the probability that Student's t exceeds `t`: the p-value of a one-sided test for a gain.
///
/// # Errors
///
/// As for [`student_p_value`].
///
/// ```
/// use rotor_stats::student_upper_tail;
/// // With one degree of freedom 1 is the quartile.
/// assert!((student_upper_tail(1.0, 1.0)? - 0.25).abs() < 1e-15);
/// assert!((student_upper_tail(-1.0, 1.0)? - 0.75).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn student_upper_tail(t: f64, degrees_of_freedom: f64) -> Result<f64, StatsError> {
    let half = 0.5 * student_p_value(t, degrees_of_freedom)?;
    Ok(if t < 0.0 { 1.0 - half } else { half })
}

/// Returns the value that Student's t stays below with this probability.
///
/// The critical value of a two-sided test at level α is the quantile of 1 - α/2.
///
/// # Errors
///
/// [`StatsError::Parameter`] unless the probability is above 0 and below 1 and the degrees of freedom are above
/// 0 and at most 1e9; [`StatsError::Overflow`] if the quantile exceeds 1e150, as it may below
/// one degree of freedom.
///
/// ```
/// use rotor_stats::student_quantile;
/// assert!((student_quantile(0.95, 7.0)? - 1.894_578_605_090_006_8).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn student_quantile(probability: f64, degrees_of_freedom: f64) -> Result<f64, StatsError> {
    check_freedom(degrees_of_freedom)?;
    let ln_beta = ln_beta(0.5 * degrees_of_freedom, 0.5);
    let density = |t: f64| {
        let ln_kernel = -0.5 * (degrees_of_freedom + 1.0) * libm::log1p(t * t / degrees_of_freedom);
        libm::exp(ln_kernel - ln_beta) / degrees_of_freedom.sqrt()
    };
    let start = |wanted: f64| {
        if wanted < 1e-6 || !(1.0..=1000.0).contains(&degrees_of_freedom) {
            return 1.0;
        }
        StudentsT::new(0.0, 1.0, degrees_of_freedom).map_or(1.0, |student| -student.inverse_cdf(wanted))
    };
    symmetric_quantile(probability, start, |t| 0.5 * t_tails(t, degrees_of_freedom), density)
}

/// Returns the p-value of an F statistic: the probability of one at least as large.
///
/// # Errors
///
/// [`StatsError::NotFinite`] if `f` is NaN, [`StatsError::Parameter`] unless both degrees of freedom are above 0
/// and at most 1e9.
///
/// ```
/// use rotor_stats::{f_p_value, student_p_value};
/// // The square of a t is an F with one degree of freedom above.
/// assert!((f_p_value(4.0, 1.0, 10.0)? - student_p_value(2.0, 10.0)?).abs() < 1e-16);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn f_p_value(f: f64, numerator: f64, denominator: f64) -> Result<f64, StatsError> {
    not_nan(f)?;
    check_freedom(numerator)?;
    check_freedom(denominator)?;
    if f <= 0.0 {
        return Ok(1.0);
    }
    Ok(beta_tail(f * (numerator / denominator), 0.5 * denominator, 0.5 * numerator))
}

/// Returns the probability that |T| is at least |t|.
fn t_tails(t: f64, degrees_of_freedom: f64) -> f64 {
    let ratio = t / degrees_of_freedom.sqrt();
    beta_tail(ratio * ratio, 0.5 * degrees_of_freedom, 0.5)
}

fn not_nan(value: f64) -> Result<(), StatsError> {
    if value.is_nan() { Err(StatsError::NotFinite { position: 0 }) } else { Ok(()) }
}

fn check_freedom(value: f64) -> Result<(), StatsError> {
    if value > 0.0 && value <= 1e9 {
        return Ok(());
    }
    Err(StatsError::Parameter { name: "degrees of freedom", value, rule: "above 0 and at most 1e9" })
}

/// Returns the quantile of a distribution symmetric about 0 from a first guess, its upper tail and its density.
///
/// Newton's method on the logarithm of the tail, kept between bounds that close in on the solution.
fn symmetric_quantile(
    probability: f64,
    start: impl Fn(f64) -> f64,
    tail: impl Fn(f64) -> f64,
    density: impl Fn(f64) -> f64,
) -> Result<f64, StatsError> {
    if !(probability > 0.0 && probability < 1.0) {
        let rule = "above 0 and below 1";
        return Err(StatsError::Parameter { name: "probability", value: probability, rule });
    }
    let wanted = probability.min(1.0 - probability);
    if wanted == 0.5 {
        return Ok(0.0);
    }
    let (mut low, mut high) = (0.0, f64::INFINITY);
    // Cut to seven digits, so that it does not matter in which of the last ones processors differ.
    let mut found = f64::from(start(wanted) as f32);
    // Doubling takes a thousand steps to the end of the numbers, halving as many more.
    for _ in 0..4096 {
        let reached = tail(found);
        if reached > wanted {
            low = found;
        } else {
            high = found;
        }
        let step = libm::log(reached / wanted) * reached / density(found);
        let mut next = found + step;
        // A step that is not a number is not between the bounds either.
        if !(next >= low && next <= high && next.is_finite()) {
            next = if high.is_finite() { low + 0.5 * (high - low) } else { 2.0 * found };
        }
        if (next - found).abs() <= f64::EPSILON * next {
            found = next;
            break;
        }
        found = next;
    }
    // Beyond this the square of t overflows and its tail reads 0.
    if found > 1e150 {
        return Err(StatsError::Overflow);
    }
    Ok(if probability < 0.5 { -found } else { found })
}

/// Returns the probability that a beta(a, b) variable is at most 1 / (1 + ratio), for a ratio of at least 0.
///
/// That is the regularised incomplete beta function, by its continued fraction. Source: DLMF 8.17.22, evaluated
/// by the method of Lentz (Press et al., Numerical Recipes, third edition (2007), section 6.4).
fn beta_tail(ratio: f64, a: f64, b: f64) -> f64 {
    if ratio == 0.0 {
        return 1.0;
    }
    if ratio == f64::INFINITY {
        return 0.0;
    }
    // ln x = -ln(1 + ratio) and ln(1 - x) = -ln(1 + 1 / ratio) lose nothing at either end.
    let ln_front = -a * libm::log1p(ratio) - b * libm::log1p(1.0 / ratio) - ln_beta(a, b);
    let (x, y) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
    if x <= (a + 1.0) / (a + b + 2.0) {
        (libm::exp(ln_front) / a * beta_fraction(a, b, x)).min(1.0)
    } else {
        (1.0 - libm::exp(ln_front) / b * beta_fraction(b, a, y)).max(0.0)
    }
}

/// Returns the continued fraction of the incomplete beta function for x below its mean.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    // Keeps a denominator that happens to vanish from being divided by.
    let nonzero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut numerator = 1.0;
    let mut denominator = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = denominator;
    // About √max(a, b) terms are needed, 32 000 at the largest degrees of freedom allowed.
    for term in 1..200_000 {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            denominator = 1.0 / nonzero(1.0 + coefficient * denominator);
            numerator = nonzero(1.0 + coefficient / numerator);
            change = numerator * denominator;
            fraction *= change;
        }
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    fraction
}

/// Returns the logarithm of the beta function.
///
/// The difference of the logarithms of two large gamma functions is taken analytically (Stirling's series,
/// DLMF 5.11.1), for it would cancel most of the digits.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < 20.0 {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(small + large);
    }
    let sum = small + large;
    let gamma_ratio = -(large - 0.5) * libm::log1p(small / large) - small * libm::log(sum) + small;
    libm::lgamma(small) + gamma_ratio + (stirling_rest(large) - stirling_rest(sum))
}

/// Returns what Stirling's formula lacks of the logarithm of the gamma function, for values of at least 20.
fn stirling_rest(value: f64) -> f64 {
    let square = value * value;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / value
}
