//! Sums and sizes of plain slices, in a fixed order that still lets a compiler use vector registers.
//!
//! A sum is taken in eight interleaved parts that are joined in one fixed way, so its bits depend on the
//! values alone, not on the width of the registers.

/// The number of interleaved parts.
const PARTS: usize = 8;

/// Joins the parts of a sum.
fn join(parts: [f64; PARTS]) -> f64 {
    ((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7]))
}

/// Returns a power of two that brings the largest of the values between 1/2 and 4, 1 if all are zero, or
/// `None` if one is NaN or infinite.
///
/// Multiplying by it is exact but for values some 300 digits below the largest, so scaled data give the same
/// bits as data in their own units wherever the latter would neither overflow nor underflow.
pub(crate) fn scale(values: &[f64]) -> Option<f64> {
    let mut largest = [0.0_f64; PARTS];
    // Zero times a number is zero unless the number is NaN or infinite.
    let mut poison = [0.0_f64; PARTS];
    let (chunks, rest) = values.as_chunks::<PARTS>();
    for chunk in chunks {
        for part in 0..PARTS {
            largest[part] = larger(chunk[part].abs(), largest[part]);
            poison[part] += chunk[part] * 0.0;
        }
    }
    for (part, value) in rest.iter().enumerate() {
        largest[part] = larger(value.abs(), largest[part]);
        poison[part] += value * 0.0;
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
}
