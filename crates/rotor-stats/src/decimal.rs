//! Thresholds and ties that hold in the sense of decimal arithmetic.
//!
//! Inputs have one or two decimals, so exact ties and exact boundary values are common, and binary fractions
//! would decide them by the last bit. Values are rounded before they are ranked, never before they are stored.

/// The distance up to which two numbers count as equal.
pub const TOLERANCE: f64 = 1e-9;

/// Returns the value rounded to nine decimals, halves away from zero, without a negative zero.
///
/// For ranking only. From 2⁵³ / 10⁹ (some nine million) on in size, where an `f64` has hardly nine decimals, the
/// value comes back as it is; so do infinities and NaN.
///
/// ```
/// use rotor_stats::round9;
/// assert_eq!(round9(0.1 + 0.2), round9(0.3));
/// assert_eq!(round9(1e300), 1e300);
/// ```
#[must_use]
pub fn round9(value: f64) -> f64 {
    const UNITS: f64 = 1e9;
    const LIMIT: f64 = 9_007_199_254_740_992.0 / UNITS;
    if value.abs() < LIMIT { (value * UNITS).round() / UNITS + 0.0 } else { value }
}

/// Says whether `left` is less than `right` by more than [`TOLERANCE`]; `false` if either is NaN.
///
/// ```
/// use rotor_stats::less_than;
/// assert!(!less_than(0.3 - 0.2, 0.1)); // the difference is a little below 0.1
/// assert!(less_than(0.099, 0.1));
/// ```
#[must_use]
pub fn less_than(left: f64, right: f64) -> bool {
    right - left > TOLERANCE
}

/// Says whether two numbers differ by at most [`TOLERANCE`]; `false` if either is NaN.
///
/// ```
/// use rotor_stats::equal;
/// assert!(equal(0.1 + 0.2, 0.3) && !equal(0.3, 0.300_001));
/// ```
#[must_use]
pub fn equal(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= TOLERANCE
}

/// Tells whether all values are the same in decimal arithmetic: whether the largest exceeds the least by no more than
/// [`TOLERANCE`]. No values are; NaN is the same as nothing.
///
/// ```
/// use rotor_stats::is_constant;
/// assert!(is_constant(&[0.3, 0.1 + 0.2]) && !is_constant(&[0.3, 0.31]));
/// ```
#[must_use]
pub fn is_constant(values: &[f64]) -> bool {
    let Some(first) = values.first() else { return true };
    // Most are not, which the first few values tell; NaN is not near anything.
    let is_near = |value: &f64| (value - first).abs() <= TOLERANCE;
    if !values.iter().all(is_near) {
        return false;
    }
    let (low, high) =
        values.iter().fold((*first, *first), |(low, high), value| (low.min(*value), high.max(*value)));
    high - low <= TOLERANCE
}

/// Returns the value, or the bound that it is beyond. NaN stays NaN; `low` is not above `high`.
///
/// ```
/// use rotor_stats::clip;
/// assert_eq!(clip(250.0, -200.0, 200.0), 200.0);
/// ```
#[must_use]
pub fn clip(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_loses_nothing_large_and_nothing_twice() {
        for value in [0.0, 1.25, -3.142_592_654, 9_007_198.123_456_7, 9e6, 1e7, 1e15, -1e300, f64::INFINITY] {
            let rounded = round9(value);
            assert!((rounded - value).abs() <= 2e-9 || rounded == value, "{value}");
            assert_eq!(round9(rounded), rounded);
            assert_eq!(round9(-value).to_bits(), (0.0 - rounded).to_bits());
        }
        assert!(round9(f64::NAN).is_nan());
        assert_eq!(round9(-1e-12).to_bits(), 0.0_f64.to_bits());
        assert_eq!(round9(2.5e-9), 3e-9);
    }

    #[test]
    fn a_boundary_belongs_to_neither_side() {
        assert!(!less_than(0.25, 0.75 / 3.0) && !less_than(0.75 / 3.0, 0.25));
        assert!(less_than(f64::NEG_INFINITY, f64::INFINITY) && !less_than(f64::INFINITY, f64::INFINITY));
        assert!(!less_than(f64::NAN, 1.0) && !equal(f64::NAN, f64::NAN));
        assert!(equal(f64::INFINITY, f64::INFINITY) && !equal(f64::INFINITY, 1.0));
        assert!(less_than(1e12, 1e12 + 1.0));
        assert_eq!((clip(-9.0, -1.0, 1.0), clip(0.5, -1.0, 1.0)), (-1.0, 0.5));
        assert!(clip(f64::NAN, -1.0, 1.0).is_nan());
        assert!(is_constant(&[]) && is_constant(&[1e-10, 0.0]) && !is_constant(&[f64::NAN, f64::NAN]));
        assert!(!is_constant(&[f64::INFINITY, f64::INFINITY]) && !is_constant(&[f64::MIN, f64::MAX]));
    }
}
