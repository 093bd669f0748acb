//! Rolling profit: whether the profits of a sector's industries accelerate, free of the overlap of sums since January.
//!
//! | | |
//! |---|---|
//! | Input | `profit_ytd` and `profit_ytd_yoy` of industries, `bridge` (the sector–industry mapping); optional `profit_month_yoy` of industries, the growth of single months |
//! | Formula | `R3(t) = 100 (X - Xᵇ) / Xᵇ` with X = Σ w S over industries, S the profit of the three months up to t and Xᵇ the same sum of their comparable bases; raw = R3(t) - R3(t-3), t the latest month with a public profit |
//! | Unit | growth in percent, clipped at ±200; raw in percentage points |
//! | Direction | higher is better: more than 5 points scores 3, less than -5 points scores 1, else 2 |
//! | Publication lag | as published, about four weeks after the month; t may lie up to `max_age` = 3 months before the last complete one |
//! | Missing | an industry without a profit or a base of either window is left out; no score for a sector whose industries cover less than half of its assets, or whose bases are not positive (below 2% of their sizes) |
//! | Source | a broker's strategy weekly of 2024 (three-month growth); National Bureau of Statistics for the comparable basis; weights, band and scores are this project's |
//!
//! March is its own sum since January. February is the lump of January and February with the December before, April half of that lump with March and April; t is
//! never a January. The two windows do not overlap: before an April it is the December that is compared. Growth that is published with one decimal leaves about half a point of
//! noise in R3; the band was chosen after looking at real data, where two points were inside the noise.

mod presentation;
mod report;
mod rolling;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, Explanation, Factor, FactorError, Frequency, Input,
    Month, Parameter, Parameters, Reason, Scale, SectorBridge, Signal, Spec,
};
use rotor_stats::less_than;

use presentation::presentation;
use rolling::{Industries, Rolling};

/// By how much the growth of three months exceeds that of the three months before.
///
/// In the example the second quarter exceeds the year before by 20%, the first by 5%.
///
/// ```
/// use factor_rolling_profit::RollingProfit;
/// use rotor_factor::testing;
///
/// let data = "
///     [bridge]
///     steel C31 0.9 2012-04-30
///     [profit]
///                          C31
///     2022-03 2022-04-27  31.5
///     2022-06 2022-07-27  67.5
///     [profit_growth]
///                          C31
///     2022-03 2022-04-27     5
///     2022-06 2022-07-27  12.5
/// ";
/// let factor = testing::make::<RollingProfit>([]);
/// // From 31.5 / 1.05 = 30 and 67.5 / 1.125 = 60: 36 over 30, after 31.5 over 30.
/// assert_eq!(testing::raws(&factor, "2022-08-01", data), "steel 15.0000");
/// assert_eq!(testing::scores(&factor, "2022-08-01", data), "steel 3");
/// ```
#[derive(Clone, Debug)]
pub struct RollingProfit {
    min_coverage: f64,
    /// Whether weights that are not public yet are left alone.
    needs_public_bridge: bool,
    // In percentage points and percent.
    band: f64,
    clip: f64,
    // In months.
    max_age: i32,
    profit: String,
    profit_growth: String,
    month_growth: String,
}

rotor_factor::export_factor!(RollingProfit);

/// The months that the table shows.
const N_SHOWN: i32 = 36;
/// A window with the one before it reaches back so far, and its bases another year.
const N_BEFORE: i32 = 7 + 12;
/// The longest age.
const MOST_MONTHS: i64 = 240;

const NO_INDUSTRY: Reason =
    Reason::new("no_industry", "no industry has a weight in it").zh("无工业行业与之对应");
const BRIDGE_NOT_PUBLIC: Reason =
    Reason::new("bridge_not_public", "no weights of industries in it are public yet")
        .zh("行业映射权重尚未公布");
const LOW_COVERAGE: Reason =
    Reason::new("low_coverage", "industries cover less than `min_coverage` of its assets")
        .zh("对应工业行业的资产占比低于`min_coverage`");
const NOT_REPORTED: Reason =
    Reason::new("not_reported", "its industries have not reported").zh("对应工业行业尚未公布利润");
const NO_WINDOWS: Reason =
    Reason::new("no_windows", "none of its industries has profits and bases of both windows up to {month}")
        .zh("截至{month}，对应工业行业均缺少两个窗口的利润或基数");
const NO_BASE: Reason =
    Reason::new("no_base", "the profits of its base are not positive").zh("基期利润不为正");

impl Factor for RollingProfit {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number(
            "min_coverage",
            0.5,
            0.0,
            1.0,
            "minimum share of a sector's assets that industries cover",
        )
        .zh("行业覆盖率下限"),
        Parameter::choice(
            "bridge",
            "earliest",
            &["earliest", "public"],
            "weights before the first release: the earliest ones, which look ahead, or no score until some are public",
        )
        .zh("首次发布前的行业映射权重：取最早一期（前视），或在公布前不评分"),
        Parameter::number("band", 5.0, 0.0, 400.0, "changes up to this count as none, percentage points")
            .zh("死区，百分点")
            .with_alternatives(&[Alternative::Number(2.0)]),
        Parameter::number("clip", 200.0, 1.0, 1e6, "growth is clipped at plus and minus this, percent")
            .zh("增速截断，百分比"),
        Parameter::integer(
            "max_age",
            3,
            0,
            MOST_MONTHS,
            "months by which the last month with a profit may lie before the last complete one",
        )
        .zh("最新利润月份距最近完整月份的上限，月"),
        Parameter::text("profit_series", "profit_ytd", "name of the series of industrial profits")
            .zh("行业利润序列名"),
        Parameter::text("growth_series", "profit_ytd_yoy", "name of the series of their growth")
            .zh("行业利润增速序列名"),
        Parameter::text(
            "month_growth_series",
            "profit_month_yoy",
            "name of the series of the growth of single months",
        )
        .zh("行业单月利润增速序列名"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self {
            min_coverage: parameters.number("min_coverage"),
            needs_public_bridge: parameters.text("bridge") == "public",
            band: parameters.number("band"),
            clip: parameters.number("clip"),
            max_age: parameters.count("max_age") as i32,
            profit: parameters.text("profit_series").into(),
            profit_growth: parameters.text("growth_series").into(),
            month_growth: parameters.text("month_growth_series").into(),
        })
    }

    fn spec(&self) -> Spec {
        let n_months = (self.max_age.max(N_SHOWN) + N_BEFORE) as usize;
        let of_industries =
            |series: &str| Input::series(series, EntityKind::Industry, Frequency::Monthly, n_months);
        Spec::new("rolling_profit", env!("CARGO_PKG_VERSION"), "Acceleration of three-month profits")
            .zh("三个月滚动利润增速")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[NO_INDUSTRY, BRIDGE_NOT_PUBLIC, LOW_COVERAGE, NOT_REPORTED, NO_WINDOWS, NO_BASE])
            .input(Input::bridge())
            .input(of_industries(&self.profit).named("profit"))
            .input(of_industries(&self.profit_growth).named("profit_growth"))
            .input(of_industries(&self.month_growth).named("month_growth").optional())
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let bridge = view.bridge()?;
        let industries = Industries {
            profits: view.panel("profit")?,
            growths: view.panel("profit_growth")?,
            month_growths: view.panel("month_growth").ok(),
        };
        let mut signal = Signal::new(view);
        let mut all: Vec<Option<Rolling>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            let rolling = self.rolling(&industries, &bridge.of(sector), view.month());
            match &rolling {
                Ok(rolling) => signal.score(sector, self.score(rolling.change()), rolling.change()),
                Err(reason) => signal.withhold(sector, reason.clone()),
            }
            all.push(rolling.ok());
        }
        let mut number = |name: &'static str, of: fn(&Rolling) -> f64| {
            let values = all.iter().map(|rolling| rolling.as_ref().map(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("r3", |rolling| rolling.r3);
        number("r3_before", |rolling| rolling.r3_before);
        number("n_classes", |rolling| rolling.n_industries as f64);
        if view.wants_tables() {
            signal.table(report::change(view, &all));
            signal.table(report::rolling(view, &bridge, &industries, self.clip));
            signal.table(report::industries(view, &bridge, &industries, self.clip));
            let months = |sector: usize| self.month(&industries, &bridge.of(sector), view.month()).ok();
            let months: Vec<Option<i32>> = (0..view.n_sectors()).map(months).collect();
            signal.table(report::contribution(view, &bridge, &industries, &months));
        }
        Ok(signal)
    }
}

impl RollingProfit {
    /// Returns the last month that the industries of an eligible sector have reported, or why there is none.
    fn month(
        &self,
        industries: &Industries<'_>,
        weights: &SectorBridge<'_>,
        month: Month,
    ) -> Result<i32, Explanation> {
        if weights.iter().len() == 0 {
            return Err(NO_INDUSTRY.into());
        }
        if self.needs_public_bridge && !weights.is_public() {
            return Err(BRIDGE_NOT_PUBLIC.into());
        }
        if less_than(weights.coverage(), self.min_coverage) {
            return Err(LOW_COVERAGE.into());
        }
        // 3. The last month that any of its industries has reported.
        let first = month.index() - self.max_age;
        Ok(industries.last_month(weights, first, month.index()).ok_or(NOT_REPORTED)?)
    }

    /// Returns the growth of both windows of a sector, or why there is none.
    fn rolling(
        &self,
        industries: &Industries<'_>,
        weights: &SectorBridge<'_>,
        month: Month,
    ) -> Result<Rolling, Explanation> {
        let last = self.month(industries, weights, month)?;
        // 4, 5. Growth over the industries that have both windows.
        let windows = industries.windows(weights, last);
        if windows.n_industries == 0 {
            let month = Month::from_index(last).unwrap_or(month);
            return Err(NO_WINDOWS.with(&[("month", &month)]));
        }
        windows.rolling(last, self.clip).ok_or_else(|| NO_BASE.into())
    }

    /// The boundary of the band is inside it.
    fn score(&self, change: f64) -> f64 {
        if less_than(self.band, change) {
            3.0
        } else if less_than(change, -self.band) {
            1.0
        } else {
            2.0
        }
    }
}

#[cfg(test)]
mod tests;
