//! Sums over long runs of numbers in a fixed order that still lets a compiler use vector registers.
//!
//! A sum is taken in eight interleaved parts that are joined in one fixed way, so its bits depend on the
//! values alone, not on the width of the registers. Nothing here fuses a multiplication with an addition.

/// The number of interleaved parts; runs are padded with zeros to a multiple of it.
pub(crate) const LANES: usize = 8;

/// Returns the least multiple of [`LANES`] that is not below `n`.
pub(crate) const fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// Joins the parts of a sum.
fn join(parts: [f64; LANES]) -> f64 {
    ((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7]))
}

/// Returns the sum of the products of two runs of the same padded length.
#[inline]
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut parts = [0.0; LANES];
    for (left, right) in left.as_chunks::<LANES>().0.iter().zip(right.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            parts[lane] += left[lane] * right[lane];
        }
    }
    join(parts)
}

/// Returns the sum of a run of padded length.
pub(crate) fn sum(values: &[f64]) -> f64 {
    let mut parts = [0.0; LANES];
    for values in values.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            parts[lane] += values[lane];
        }
    }
    join(parts)
}

/// Subtracts `factor` times `values` from `target`; both have the same padded length.
pub(crate) fn subtract(target: &mut [f64], factor: f64, values: &[f64]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target -= factor * value;
    }
}

/// Returns a power of two that brings the largest of the values between 1/2 and 4, 1 if all are zero, or
/// `None` if one is NaN or infinite.
///
/// Multiplying by it is exact but for values some 300 digits below the largest, so scaled data give the same
/// bits as data in their own units wherever the latter would neither overflow nor underflow.
pub(crate) fn scale(values: &[f64]) -> Option<f64> {
    let mut largest = [0.0_f64; LANES];
    // Zero times a number is zero unless the number is NaN or infinite.
    let mut poison = [0.0_f64; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            largest[lane] = larger(chunk[lane].abs(), largest[lane]);
            poison[lane] += chunk[lane] * 0.0;
        }
    }
    for (lane, value) in rest.iter().enumerate() {
        largest[lane] = larger(value.abs(), largest[lane]);
        poison[lane] += value * 0.0;
    }
    if join(poison) != 0.0 {
        return None;
    }
    Some(power_of_two_for(largest.into_iter().fold(0.0, larger)))
}

/// Returns the larger of two numbers: `f64::max` without its care for NaN, which costs time.
fn larger(left: f64, right: f64) -> f64 {
    if left > right { left } else { right }
}

/// Returns the power of two that brings a finite size between 1/2 and 4, or 1 for zero.
fn power_of_two_for(size: f64) -> f64 {
    if size == 0.0 {
        return 1.0;
    }
    // For 1 <= m < 2 and m * 2^e the power is 2^(-e - 1); its biased exponent stays that of a normal number.
    let exponent = (size.to_bits() >> 52) & 0x7FF;
    f64::from_bits(2045_u64.saturating_sub(exponent).max(1) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_brings_every_size_near_one() {
        for value in [5e-324, 1e-310, 2e-308, 1e-3, 0.5, 1.0, 3.0, 1e12, 1e300, f64::MAX] {
            let scaled = scale(&[0.0, -value, value / 3.0]).unwrap() * value;
            let is_tiny = value < 1e-307;
            assert!((0.5..4.0).contains(&scaled) || is_tiny && scaled > 0.0, "{value} -> {scaled}");
        }
        assert_eq!(scale(&[0.0; 9]), Some(1.0));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for position in 0..11 {
                let mut values = [1.0; 11];
                values[position] = bad;
                assert_eq!(scale(&values), None, "{bad} at {position}");
            }
        }
    }

    #[test]
    fn sums_are_those_of_arithmetic() {
        let left: Vec<f64> = (0..16).map(f64::from).collect();
        assert_eq!(dot(&left, &left), 1240.0);
        assert_eq!(sum(&left), 120.0);
        let mut target = [1.0; 16];
        subtract(&mut target, 2.0, &left);
        assert_eq!(target[15], -29.0);
        assert_eq!([padded(0), padded(1), padded(8), padded(9)], [0, 8, 8, 16]);
    }
}
