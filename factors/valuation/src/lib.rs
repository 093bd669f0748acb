//! Valuation: where the multiple of a sector stands in the sector's own history.
//!
//! | | |
//! |---|---|
//! | Input | `pe_ttm` and `pb` of the sector, daily or monthly, each optional |
//! | Formula | `p = 100 (#{v < v₀} + ½ #{v = v₀}) / n` over the n multiples above 0 of the last 120 months, v₀ the latest of them; PB for the sectors of `pb_sectors` and where earnings are negative, else PE; raw = -p |
//! | Unit | percentile from 0 to 100, neither of them reached |
//! | Direction | lower is cheaper: p ≤ 30 scores 3, p ≥ 70 scores 1, else 2; `momentum` reverses this |
//! | Publication lag | as published, usually the evening of the day; the latest multiple must lie in the last complete month, the one before or later |
//! | Missing | multiples of 0 and below are left out; no score with fewer than 36 months of multiples, if the latest is older than a month, or if earnings are negative and there is no PB |
//! | Source | a broker's strategy weekly of 2024 (percentiles); window, scores and the list of `pb_sectors` are this project's |
//!
//! Earnings are negative if the current PE is 0 or below, or if more than a fifth of the window's are. The window of the source is not stated: of several
//! lengths ten years fit its published percentiles best, and `percentile_all` shows beside it what all the public history says.

mod multiple;
mod presentation;
mod report;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, Explanation, Factor, FactorError, Input, Month, Panel,
    Parameter, Parameters, Reason, Scale, Signal, Spec,
};
use rotor_stats::less_than;

use multiple::{Standing, standing};
use presentation::presentation;

/// The percentile of a sector's multiple in its own history.
///
/// In the example one of four values lies below the latest one, and one more equals it: p = 100 (1 + ½ 2) / 4.
///
/// ```
/// use factor_valuation::Valuation;
/// use rotor_factor::testing;
///
/// let multiples = "
///     [pe_ttm M]
///                        banks
///     2022-03 2022-03-31  12.0
///     2022-04 2022-04-30  18.0
///     2022-05 2022-05-31  10.0
///     2022-06 2022-06-30  12.0
/// ";
/// let factor = testing::make::<Valuation>([("window", 12.into()), ("min_months", 4.into())]);
/// assert_eq!(testing::raws(&factor, "2022-07-01", multiples), "banks -50.0000");
/// assert_eq!(testing::scores(&factor, "2022-07-01", multiples), "banks 2");
/// ```
#[derive(Clone, Debug)]
pub struct Valuation {
    // In months.
    window: i32,
    min_months: usize,
    // Percentiles. Invariant: low <= high.
    low: f64,
    high: f64,
    is_momentum: bool,
    /// The sectors whose assets say more than their earnings.
    pb_sectors: Vec<String>,
    /// From 0 to 1.
    negative_share: f64,
}

rotor_factor::export_factor!(Valuation);

/// Forty years: all of the public history is looked at.
const N_MONTHS: usize = 480;
const N_DAYS: usize = 366 * N_MONTHS / 12;

const NO_MULTIPLE: Reason = Reason::new("no_multiple", "no multiple of it is public").zh("估值尚未公布");
const NEGATIVE_EARNINGS: Reason =
    Reason::new("negative_earnings", "its earnings are negative").zh("盈利为负，市盈率不适用");
const NEGATIVE_BOOK: Reason =
    Reason::new("negative_book", "its latest price-to-book ratio is not positive").zh("最新市净率不为正");
const OLD_MULTIPLE: Reason =
    Reason::new("old_multiple", "its last multiple is older than a month").zh("最新估值距今超过一个月");
const TOO_FEW_MONTHS: Reason =
    Reason::new("too_few_months", "{n} months of its window have a multiple; {needed} are needed")
        .zh("窗口内有估值的月份仅{n}个，至少需要{needed}个");

/// Where the multiple of a sector stands.
struct Valued {
    is_pb: bool,
    multiple: f64,
    in_window: Standing,
    in_history: Standing,
}

impl Factor for Valuation {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("window", 120, 1, N_MONTHS as i64, "months in the window").zh("窗口的月数"),
        Parameter::integer("min_months", 36, 1, N_MONTHS as i64, "minimum months that have a multiple")
            .zh("有估值的最少月数"),
        Parameter::number("low", 30.0, 0.0, 100.0, "percentile up to which a sector is cheap")
            .zh("低估分位上限"),
        Parameter::number("high", 70.0, 0.0, 100.0, "percentile from which on it is expensive")
            .zh("高估分位下限"),
        Parameter::choice(
            "direction",
            "value",
            &["value", "momentum"],
            "value favours cheap sectors, momentum favours expensive ones",
        )
        .zh("方向：低估或高估占优")
        .with_alternatives(&[Alternative::Text("momentum")]),
        Parameter::text(
            "pb_sectors",
            "801010,801030,801040,801050,801710,801950,801960,801180,801780,801790",
            "codes of sectors that are valued by PB, separated by commas",
        )
        .zh("以市净率估值的行业代码，逗号分隔"),
        Parameter::number(
            "negative_share",
            0.2,
            0.0,
            1.0,
            "share of a window's PE at or below zero up to which PE is used",
        )
        .zh("市盈率不为正的占比上限"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let (window, min_months) = (parameters.count("window"), parameters.count("min_months"));
        if min_months > window {
            return Err(FactorError::parameter(
                "min_months",
                min_months,
                format!("at most `window` ({window})"),
            ));
        }
        let (low, high) = (parameters.number("low"), parameters.number("high"));
        if low > high {
            return Err(FactorError::parameter("low", low, format!("at most `high` ({high})")));
        }
        let codes = parameters.text("pb_sectors").split(',').map(str::trim);
        Ok(Self {
            window: window as i32,
            min_months,
            low,
            high,
            is_momentum: parameters.text("direction") == "momentum",
            pb_sectors: codes.filter(|code| !code.is_empty()).map(Into::into).collect(),
            negative_share: parameters.number("negative_share"),
        })
    }

    fn spec(&self) -> Spec {
        let multiple = |series: &str| {
            Input::series_of_any_frequency(series, EntityKind::Sector, N_DAYS, N_MONTHS).optional()
        };
        Spec::new("valuation", env!("CARGO_PKG_VERSION"), "Percentile of the multiple in its own history")
            .zh("估值分位")
            .scale(Scale::Points)
            .shown(presentation(self.is_momentum))
            .with_reasons(&[NO_MULTIPLE, NEGATIVE_EARNINGS, NEGATIVE_BOOK, OLD_MULTIPLE, TOO_FEW_MONTHS])
            .input(multiple("pe_ttm"))
            .input(multiple("pb"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let (pe, pb) = (view.panel("pe_ttm").ok(), view.panel("pb").ok());
        let mut signal = Signal::new(view);
        let mut all: Vec<Option<Valued>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            let valued = self.value(view, pe, pb, sector);
            match &valued {
                Ok(valued) => {
                    let percentile = valued.in_window.percentile();
                    let (score, raw) = (self.score(percentile), -percentile);
                    if self.is_momentum {
                        signal.score(sector, 4.0 - score, -raw);
                    } else {
                        signal.score(sector, score, raw);
                    }
                }
                Err(reason) => signal.withhold(sector, reason.clone()),
            }
            all.push(valued.ok());
        }
        let mut number = |name: &'static str, of: fn(&Valued) -> f64| {
            let values = all.iter().map(|valued| valued.as_ref().map(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("multiple", |valued| valued.multiple);
        number("percentile", |valued| valued.in_window.percentile());
        number("percentile_all", |valued| valued.in_history.percentile());
        number("n", |valued| f64::from(valued.in_window.n));
        number("is_pb", |valued| f64::from(u8::from(valued.is_pb)));
        if view.wants_tables() {
            signal.table(report::valuation(view, &all));
            signal.table(report::history(view, &all, pe, pb, self.first_month(view)));
        }
        Ok(signal)
    }
}

impl Valuation {
    /// Returns where the multiple of a sector stands, or why it stands nowhere.
    fn value(
        &self,
        view: &AsOfView<'_>,
        pe: Option<Panel<'_>>,
        pb: Option<Panel<'_>>,
        sector: usize,
    ) -> Result<Valued, Explanation> {
        // 1. The measure and its latest value, however old.
        let is_listed = self.pb_sectors.iter().any(|code| code == view.sectors().code(sector));
        let by_book = pb.filter(|pb| pb.latest(sector).is_some());
        let first = self.first_month(view).first_day();
        let (panel, is_pb) = match by_book {
            Some(pb) if is_listed => (pb, true),
            _ => {
                let pe = pe.filter(|pe| pe.latest(sector).is_some()).ok_or(NO_MULTIPLE)?;
                if self.is_at_a_loss(&pe, sector, first) {
                    (by_book.ok_or(NEGATIVE_EARNINGS)?, true)
                } else {
                    (pe, false)
                }
            }
        };
        let (lag, multiple) = panel.latest(sector).ok_or(NO_MULTIPLE)?;
        if !less_than(0.0, multiple) {
            return Err(NEGATIVE_BOOK.into());
        }
        // 2, 3. It is recent, and there are enough months to compare it with.
        let month = panel.period(lag).ok_or(NO_MULTIPLE)?.end().month();
        if month.index() < view.month().index() - 1 {
            return Err(OLD_MULTIPLE.into());
        }
        let n_months = self.n_months(view, &panel, sector);
        if n_months < self.min_months {
            return Err(TOO_FEW_MONTHS.with(&[("n", &n_months), ("needed", &self.min_months)]));
        }
        // 4. Its place among the values of the window, and among all.
        let window = panel.since(sector, first);
        let row = panel.row(sector);
        let in_window = standing(multiple, window);
        let older = standing(multiple, &row[..row.len() - window.len()]);
        Ok(Valued { is_pb, multiple, in_window, in_history: in_window.and(older) })
    }

    /// Returns whether earnings say nothing: the latest PE is not positive, or too many of the window's are not.
    fn is_at_a_loss(&self, pe: &Panel<'_>, sector: usize, first: rotor_factor::Date) -> bool {
        let is_positive = |value: f64| less_than(0.0, value);
        let (mut n, mut n_negative) = (0.0, 0.0);
        for value in pe.since(sector, first).iter().filter(|value| !value.is_nan()) {
            n += 1.0;
            n_negative += f64::from(u8::from(!is_positive(*value)));
        }
        // A window without values has no share, which exceeds nothing.
        less_than(self.negative_share, n_negative / n)
            || pe.latest(sector).is_some_and(|(_, value)| !is_positive(value))
    }

    /// Returns how many months of the window have a multiple that is used, up to as many as are needed.
    fn n_months(&self, view: &AsOfView<'_>, panel: &Panel<'_>, sector: usize) -> usize {
        let (first, last) = (self.first_month(view).index(), view.as_of().0.month().index());
        let months = (first..=last).filter_map(Month::from_index);
        let is_used =
            |month: &Month| panel.of_month(sector, *month).iter().any(|value| less_than(0.0, *value));
        months.filter(is_used).take(self.min_months).count()
    }

    /// Returns the first month of the window.
    fn first_month(&self, view: &AsOfView<'_>) -> Month {
        view.month().plus(1 - self.window).unwrap_or(Month::MIN)
    }

    /// 5. The bounds are inside.
    fn score(&self, percentile: f64) -> f64 {
        if !less_than(self.low, percentile) {
            3.0
        } else if !less_than(percentile, self.high) {
            1.0
        } else {
            2.0
        }
    }
}

#[cfg(test)]
mod tests;
