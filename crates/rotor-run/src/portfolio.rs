//! The portfolios that every run has.
//!
//! Returns, metrics and pages call them by these names. The benchmarks of a run come after them, each under its code, so that no
//! benchmark can have one of the names.

/// The number of quantiles: groups of sectors from the best ranked to the worst.
pub const N_QUANTILES: usize = 5;

/// The selected sectors, before costs.
pub const TOP: &str = "top";
/// The selected sectors, after costs.
pub const TOP_NET: &str = "top_net";
/// All sectors, equally weighted.
pub const EQUAL_WEIGHT: &str = "equal_weight";
/// The eligible sectors, those that can be selected on the day, equally weighted.
pub const ELIGIBLE: &str = "eligible";
/// As many of the worst ranked sectors as are selected, equally weighted.
pub const BOTTOM: &str = "bottom";
/// The quantiles, the best first, their sectors equally weighted.
pub const QUANTILES: [&str; N_QUANTILES] =
    ["quantile_1", "quantile_2", "quantile_3", "quantile_4", "quantile_5"];

/// A portfolio that every run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portfolio {
    /// [`TOP`].
    Top,
    /// [`TOP_NET`].
    TopNet,
    /// [`EQUAL_WEIGHT`].
    EqualWeight,
    /// [`ELIGIBLE`].
    Eligible,
    /// [`BOTTOM`].
    Bottom,
    /// One of [`QUANTILES`], counted from 0 for the best.
    Quantile(usize),
}

impl Portfolio {
    /// How many portfolios every run has.
    pub const COUNT: usize = 5 + N_QUANTILES;

    /// Returns every portfolio, in the order in which a run has them.
    pub fn all() -> impl Iterator<Item = Self> {
        let quantiles = (0..N_QUANTILES).map(Self::Quantile);
        let first = [Self::Top, Self::TopNet, Self::EqualWeight, Self::Eligible, Self::Bottom];
        first.into_iter().chain(quantiles)
    }

    /// Returns its position among the portfolios that a backtest writes; runs of other origin may have others.
    #[must_use]
    pub fn position(self) -> u32 {
        match self {
            Self::Top => 0,
            Self::TopNet => 1,
            Self::EqualWeight => 2,
            Self::Eligible => 3,
            Self::Bottom => 4,
            Self::Quantile(quantile) => 5 + quantile as u32,
        }
    }

    /// Returns its name.
    ///
    /// # Panics
    ///
    /// If a quantile is [`N_QUANTILES`] or more.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Top => TOP,
            Self::TopNet => TOP_NET,
            Self::EqualWeight => EQUAL_WEIGHT,
            Self::Eligible => ELIGIBLE,
            Self::Bottom => BOTTOM,
            Self::Quantile(quantile) => QUANTILES[quantile],
        }
    }

    /// Returns the portfolio of a name; `None` if it is that of none, such as the code of a benchmark.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|portfolio| portfolio.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_positions_are_those_of_one_portfolio_each() {
        assert!(Portfolio::all().map(Portfolio::position).eq(0..Portfolio::COUNT as u32));
        for portfolio in Portfolio::all() {
            assert_eq!(Portfolio::from_name(portfolio.name()), Some(portfolio));
        }
        assert_eq!(Portfolio::from_name("HS300"), None);
        for (quantile, name) in QUANTILES.iter().enumerate() {
            assert_eq!(*name, format!("quantile_{}", quantile + 1));
        }
    }
}
