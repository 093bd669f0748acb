//! Breadth: how many of a sector's industries earn more than a year ago.
//!
//! | | |
//! |---|---|
//! | Input | `profit_ytd` and `profit_ytd_yoy` of industries, `bridge` (the sector–industry mapping); optional `profit_month_yoy` of industries, the growth of single months |
//! | Formula | B = Σ w h over industries with h = 1 if S > Sᵇ, ½ if they are equal, else 0; S the profit of the three months up to t, Sᵇ its comparable base, w the weights of the industries that have both, t the latest month with a public profit |
//! | Unit | share of the covered assets, from 0 to 1 |
//! | Direction | higher is better: B ≥ ⅔ scores 3, B ≤ ⅓ scores 1, else 2 |
//! | Publication lag | as published, about four weeks after the month; t may lie up to `max_age` = 3 months before the last complete one |
//! | Missing | an industry without a profit or a base is left out; no score for a sector whose industries cover less than half of its assets, or where one industry stands for it: 1/Σ w² below 1.5 |
//! | Source | a broker's strategy weekly of 2024 (share of industries whose profits grow); weights and scores are this project's |
//!
//! Whether an industry earns more is a difference and no growth, so bases below zero need no rule. The three months are those of rolling profit: March is its own sum since
//! January, February the lump of January and February with the December before, April half of that lump with March and April.

mod presentation;
mod report;

use rotor_factor::{
    AsOfView, CrossSection, EntityKind, Explanation, Factor, FactorError, Frequency, Input, Month, Panel,
    Parameter, Parameters, Reason, Scale, SectorBridge, Signal, Spec,
};
use rotor_stats::{ThreeMonths, comparable_base, equal, less_than, three_months};

use presentation::presentation;

/// The share of a sector's industries that earn more than a year ago.
///
/// In the example two of three industries do, and weigh as much.
///
/// ```
/// use factor_breadth::Breadth;
/// use rotor_factor::testing;
///
/// let data = "
///     [bridge]
///     metals B09 0.3 2012-04-30
///     metals C32 0.3 2012-04-30
///     metals C33 0.3 2012-04-30
///     [profit]
///                        B09  C32  C33
///     2022-03 2022-04-27  11  105   -3
///     [profit_growth]
///                        B09  C32  C33
///     2022-03 2022-04-27  10    5    -
///     [profit]
///                        B09  C32  C33
///     2021-03 2021-04-27   -    -   -2
/// ";
/// let factor = testing::make::<Breadth>([]);
/// assert_eq!(testing::raws(&factor, "2022-05-05", data), "metals 0.6667");
/// assert_eq!(testing::scores(&factor, "2022-05-05", data), "metals 3");
/// ```
#[derive(Clone, Debug)]
pub struct Breadth {
    min_coverage: f64,
    /// Whether weights that are not public yet are left alone.
    needs_public_bridge: bool,
    /// The fewest industries of equal weight that a sector may stand for.
    min_effective: f64,
    // In months.
    max_age: i32,
    profit: String,
    profit_growth: String,
    month_growth: String,
}

rotor_factor::export_factor!(Breadth);

/// A window reaches back so far, and its bases another year.
const N_BEFORE: i32 = 4 + 12;
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
const NO_WINDOW: Reason = Reason::new(
    "no_window",
    "none of its industries has a profit and a base of the three months up to {month}",
)
.zh("截至{month}的三个月，对应工业行业均缺少利润或基数");
const ONE_INDUSTRY: Reason =
    Reason::new("one_industry", "one industry stands for it").zh("单一工业行业占比过高");

/// The industries of a sector, and how many of them earn more.
struct Breadths {
    /// The last month of the window.
    month: i32,
    /// Industry, weight among those that count, profit and base.
    industries: Vec<(usize, f64, ThreeMonths)>,
    breadth: f64,
    n_effective: f64,
}

impl Factor for Breadth {
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
        Parameter::number(
            "min_effective",
            1.5,
            1.0,
            100.0,
            "minimum effective number of industries, 1/Σ w²",
        )
        .zh("有效工业行业数下限"),
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
            min_effective: parameters.number("min_effective"),
            max_age: parameters.count("max_age") as i32,
            profit: parameters.text("profit_series").into(),
            profit_growth: parameters.text("growth_series").into(),
            month_growth: parameters.text("month_growth_series").into(),
        })
    }

    fn spec(&self) -> Spec {
        let n_months = (self.max_age + N_BEFORE) as usize;
        let of_industries =
            |series: &str| Input::series(series, EntityKind::Industry, Frequency::Monthly, n_months);
        Spec::new("breadth", env!("CARGO_PKG_VERSION"), "Share of industries that earn more than a year ago")
            .zh("利润增长面")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[
                NO_INDUSTRY,
                BRIDGE_NOT_PUBLIC,
                LOW_COVERAGE,
                NOT_REPORTED,
                NO_WINDOW,
                ONE_INDUSTRY,
            ])
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
        let mut all: Vec<Option<Breadths>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            let breadths = self.breadths(&industries, &bridge.of(sector), view.month());
            match &breadths {
                Ok(breadths) => signal.score(sector, score(breadths.breadth), breadths.breadth),
                Err(reason) => signal.withhold(sector, reason.clone()),
            }
            all.push(breadths.ok());
        }
        let mut number = |name: &'static str, of: fn(&Breadths) -> f64| {
            let values = all.iter().map(|breadths| breadths.as_ref().map(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("n_classes", |breadths| breadths.industries.len() as f64);
        number("n_effective", |breadths| breadths.n_effective);
        if view.wants_tables() {
            signal.table(report::breadth(view, &all));
            signal.table(report::industries(view, &all));
        }
        Ok(signal)
    }
}

impl Breadth {
    /// Returns the industries of a sector with their breadth, or why it has none.
    fn breadths(
        &self,
        industries: &Industries<'_>,
        weights: &SectorBridge<'_>,
        month: Month,
    ) -> Result<Breadths, Explanation> {
        if weights.iter().len() == 0 {
            return Err(NO_INDUSTRY.into());
        }
        if self.needs_public_bridge && !weights.is_public() {
            return Err(BRIDGE_NOT_PUBLIC.into());
        }
        if less_than(weights.coverage(), self.min_coverage) {
            return Err(LOW_COVERAGE.into());
        }
        // 1. The last month that any of its industries has reported, no January.
        let is_reported = |month: &i32| {
            weights.iter().any(|(industry, _)| industries.profits.at(industry, *month).is_some())
        };
        let months = month.index() - self.max_age..=month.index();
        let last = months.rev().filter(|month| month.rem_euclid(12) != 0).find(is_reported);
        let last = last.ok_or(NOT_REPORTED)?;
        // 2. Those that have a profit and a base.
        let figures = |(industry, weight)| Some((industry, weight, industries.three_months(industry, last)?));
        let mut there: Vec<(usize, f64, ThreeMonths)> = weights.iter().filter_map(figures).collect();
        let total = there.iter().fold(0.0, |sum, (_, weight, _)| sum + weight);
        if total <= 0.0 {
            let month = Month::from_index(last).unwrap_or(month);
            return Err(NO_WINDOW.with(&[("month", &month)]));
        }
        for (_, weight, _) in &mut there {
            *weight /= total;
        }
        let breadth = there.iter().fold(0.0, |sum, (_, weight, window)| sum + weight * mark(window));
        // 3. Several industries, not one.
        let n_effective = 1.0 / there.iter().fold(0.0, |sum, (_, weight, _)| sum + weight * weight);
        if less_than(n_effective, self.min_effective) {
            return Err(ONE_INDUSTRY.into());
        }
        Ok(Breadths { month: last, industries: there, breadth, n_effective })
    }
}

/// Whether an industry earns more than a year ago; half if it earns the same.
fn mark(window: &ThreeMonths) -> f64 {
    if equal(window.value, window.base) {
        0.5
    } else if window.base < window.value {
        1.0
    } else {
        0.0
    }
}

/// 4. The bounds are inside.
fn score(breadth: f64) -> f64 {
    if !less_than(breadth, 2.0 / 3.0) {
        3.0
    } else if !less_than(1.0 / 3.0, breadth) {
        1.0
    } else {
        2.0
    }
}

/// What industries have published.
struct Industries<'a> {
    /// Since January.
    profits: Panel<'a>,
    growths: Panel<'a>,
    /// Of single months.
    month_growths: Option<Panel<'a>>,
}

impl Industries<'_> {
    /// Returns the profit of the three months up to a month with its comparable base.
    fn three_months(&self, industry: usize, month: i32) -> Option<ThreeMonths> {
        let profit = |month: i32| self.profits.at(industry, month);
        let base = |month: i32| {
            comparable_base(profit(month)?, self.growths.at(industry, month), profit(month - 12))
        };
        three_months(month, profit, base, |month| self.month_growths?.at(industry, month))
    }
}

#[cfg(test)]
mod tests;
