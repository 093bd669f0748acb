//! How values are written.

use crate::words::{fixed, signed};

/// How values are written: a multiple with so many decimals and a unit behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What values are multiplied by; 100 makes percent of fractions.
    pub factor: f64,
    /// Decimals.
    pub decimals: usize,
    /// Whether what is above zero has its sign.
    pub is_signed: bool,
    /// What stands behind the number, such as `%`.
    pub suffix: &'static str,
}

impl Unit {
    /// Numbers as they are.
    #[must_use]
    pub const fn plain(decimals: usize) -> Self {
        Self { factor: 1.0, decimals, is_signed: false, suffix: "" }
    }

    /// Fractions as percent: 0.05 is 5%.
    #[must_use]
    pub const fn fraction(decimals: usize) -> Self {
        Self { factor: 100.0, decimals, is_signed: false, suffix: "%" }
    }

    /// Numbers that are percent already: 5 is 5%.
    #[must_use]
    pub const fn percent(decimals: usize) -> Self {
        Self { factor: 1.0, decimals, is_signed: false, suffix: "%" }
    }

    /// The same unit with the sign also of what is above zero.
    #[must_use]
    pub const fn signed(self) -> Self {
        Self { is_signed: true, ..self }
    }

    /// Writes a value; one that would be very long, with its power of ten.
    #[must_use]
    pub fn write(&self, value: f64) -> String {
        const LONG: f64 = 1e12;
        let value = value * self.factor;
        if value.abs() >= LONG {
            return format!("{value:.3e}{}", self.suffix);
        }
        let number = if self.is_signed { signed(value, self.decimals) } else { fixed(value, self.decimals) };
        number + self.suffix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_with_their_unit() {
        assert_eq!(Unit::fraction(1).write(0.0512), "5.1%");
        assert_eq!(Unit::percent(1).signed().write(2.5), "+2.5%");
        assert_eq!(Unit::plain(3).write(-0.0001), "0.000");
        assert_eq!(Unit::plain(3).write(-1e300), "-1.000e300");
    }
}
