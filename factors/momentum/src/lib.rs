//! Price momentum: sectors that have risen tend to go on rising.
//!
//! | | |
//! |---|---|
//! | Input | `close`: month-end level of the sector's index |
//! | Formula | `close[t - skip] / close[t - lookback] - 1` |
//! | Unit | decimal return over the window (0.05 is five percent), not annualized |
//! | Direction | higher is better; the highest third scores 3, the lowest 1, the others 2 |
//! | Publication lag | none: a close is public the day it is struck |
//! | Missing | a sector without either close has no score |
//! | Source | Moskowitz and Grinblatt (1999), Journal of Finance 54(4), 1249-1290 |
//!
//! Leaving out the latest month is a habit from single stocks, which tend to reverse over a month. Whether it helps
//! sectors is for the evaluation to say, so `skip` may be 0.

use rotor_factor::{
    AsOfView, ColumnSpec, CrossSection, EntityKind, Factor, FactorError, FigureSpec, Frequency, Input,
    Parameter, Parameters, Presentation, Reason, Scale, Signal, Spec, Table, TableSpec,
};

/// Trailing return over a look-back window, leaving out the latest months.
///
/// ```
/// use factor_momentum::Momentum;
/// use rotor_factor::testing;
///
/// let closes = "
///                        energy  banks  steel
///     2020-01 2020-01-31  100.0   50.0   10.0
///     2020-02 2020-02-29  110.0   40.0   10.0
///     2020-03 2020-03-31   99.0   60.0   10.0
/// ";
/// let factor = Momentum::new(2, 1)?;
/// assert_eq!(testing::raws(&factor, "2020-03-31", closes), "energy 0.1000, banks -0.2000, steel 0.0000");
/// assert_eq!(testing::scores(&factor, "2020-03-31", closes), "energy 3, banks 1, steel 2");
/// # Ok::<(), rotor_factor::FactorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Momentum {
    // Invariant: skip < lookback, both in months.
    lookback: usize,
    skip: usize,
}

rotor_factor::export_factor!(Momentum);

impl Momentum {
    /// Takes the look-back window and the months left out at its recent end.
    ///
    /// # Errors
    ///
    /// If `skip` is not less than `lookback`.
    pub fn new(lookback: usize, skip: usize) -> Result<Self, FactorError> {
        if skip >= lookback {
            return Err(FactorError::parameter("skip", skip, format!("less than `lookback` ({lookback})")));
        }
        Ok(Self { lookback, skip })
    }
}

/// Why a sector has no score: an identifier and a sentence, which may be given in Chinese as well.
const NO_CLOSE: Reason = Reason::new("no_close", "a close of the window is missing").zh("窗口内有收盘价缺失");

impl Factor for Momentum {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("lookback", 12, 1, 120, "months in the look-back window").zh("回看窗口的月数"),
        Parameter::integer("skip", 1, 0, 119, "latest months left out").zh("略去的最近月数"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Self::new(parameters.count("lookback"), parameters.count("skip"))
    }

    fn spec(&self) -> Spec {
        // A return over n months needs n + 1 month-ends.
        Spec::new("momentum", env!("CARGO_PKG_VERSION"), "Trailing return of the sector")
            .zh("板块动量")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[NO_CLOSE])
            .input(Input::close(EntityKind::Sector, Frequency::Monthly, self.lookback + 1))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let closes = view.window("close", self.lookback + 1)?;
        let (end, start) = (closes.lag(self.skip), closes.lag(self.lookback));
        let returns = CrossSection::zip_with(&end, &start, |end, start| end / start - 1.0);
        let mut signal = Signal::thirds(view, &returns, NO_CLOSE);
        if view.wants_tables() {
            let sectors = view.sectors().codes().map(String::from).collect();
            signal.table(
                Table::new("returns").text("sector", sectors).numbers("return", returns.iter().collect()),
            );
        }
        Ok(signal)
    }
}

/// How it is shown: a title, and one table with its figure.
fn presentation() -> Presentation {
    Presentation::titled(("Momentum", "动量"))
        .sentence("returns", ("return of the window {return}", "窗口涨跌幅 {return}"))
        .table(
            TableSpec::new("returns", ("Returns of the window", "窗口涨跌幅"))
                .column(ColumnSpec::code("sector", ("sector", "行业")))
                .column(ColumnSpec::number("return", ("return", "涨跌幅"), 1).fraction().signed())
                .figure(FigureSpec::bars("sector", &["return"]).sorted_by("return")),
        )
}

#[cfg(test)]
mod tests {
    use rotor_factor::testing::{check_contract, raws, reasons, scores};

    use super::*;

    const CLOSES: &str = "
                           energy  banks  steel
        2020-01 2020-01-31  100.0   50.0   10.0
        2020-02 2020-02-29  110.0      -   11.0
        2020-03 2020-03-31   99.0   60.0   12.0
        2020-02 2020-04-15  120.0   55.0   11.0
    ";

    #[test]
    fn missing_close_leaves_the_sector_unscored() {
        let factor = Momentum::new(2, 1).unwrap();
        let expected = "energy 2, banks - (a close of the window is missing), steel 2";
        assert_eq!(reasons(&factor, "2020-03-31", CLOSES), expected);
    }

    #[test]
    fn revision_counts_from_the_day_after_its_release() {
        let factor = Momentum::new(2, 1).unwrap();
        assert_eq!(raws(&factor, "2020-04-15", CLOSES), "energy 0.1000, banks -, steel 0.1000");
        assert_eq!(raws(&factor, "2020-04-16", CLOSES), "energy 0.2000, banks 0.1000, steel 0.1000");
    }

    #[test]
    fn short_history_says_how_much_is_needed() {
        let factor = Momentum::new(12, 1).unwrap();
        let expected = "input `close` as of 2020-03-31 is too short: 3 months released, 13 needed";
        assert_eq!(scores(&factor, "2020-03-31", CLOSES), expected);
    }

    #[test]
    fn a_window_that_skips_itself_is_refused() {
        let error = Momentum::new(2, 2).unwrap_err();
        assert_eq!(error.to_string(), "parameter `skip` is 2; it must be less than `lookback` (2)");
    }

    #[test]
    fn keeps_the_factor_contract() {
        check_contract(&Momentum::new(2, 1).unwrap(), "2020-03-31", CLOSES);
    }
}
