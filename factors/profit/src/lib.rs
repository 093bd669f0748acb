//! Profit expectation: a forecast of the next report of a sector's listed companies from the profits of industries.
//!
//! | | |
//! |---|---|
//! | Input | `profit_ytd` and `profit_ytd_yoy` of industries, `bridge` (the sector–industry mapping: weights of industries in a sector's assets), `net_profit_ytd_yoy` of the sector |
//! | Formula | y(t) on x(t-1..t-6) and y(t-6..t-9) by least squares over 60 months, f its forecast; x = 100 (X - Xᵇ)/abs(Xᵇ), X = Σ w L over industries, Xᵇ the same sum of the bases L/(1 + g/100); y interpolated linearly between public quarter-ends; raw = (f(T) - y(B)) / RMSE on the test set |
//! | Unit | growth in percent, clipped at ±200; differences in percentage points; raw in units of the test RMSE |
//! | Direction | higher is better: 3 if f(T) and every month between B and T are more than 1 point above the base, 1 if they are as far below it, else 2 |
//! | Publication lag | as published: B is the sector's last public quarter, F the month after the last public x; T is the latest quarter-end after B up to F, else F |
//! | Missing | no score for a sector whose industries cover less than half of its assets, which has no target after B, fewer than 36 complete rows, or a missing regressor of T |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (regressors, direction rule); National Bureau of Statistics for the comparable basis |
//!
//! Own lags start six months back. That is the nearest lag at which an interpolated month rests on published quarters,
//! whenever T is forecast. With nearer lags even noise looks predictable (see `first_own_lag`).

mod growth;
mod model;
mod presentation;
mod reasons;
mod report;
mod target;

use std::borrow::Cow;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, EntityRef, Factor, FactorError, Frequency, Input, Month,
    Parameter, Parameters, ReferencePeriod, Scale, Signal, Spec,
};
use rotor_stats::less_than;

use growth::{BaseAdjustment, BridgeMode, Industries};
use model::{Fitted, Model, Scratch};
use presentation::presentation;

/// The expected growth of a sector's profits, compared with its last report.
///
/// In the example the growth of one industry rises by one point a month, and the growth of the sector's companies follows it
/// one month later. In July 2017 the base is the first quarter with growth of 49, and May is the last industrial month: the
/// forecast for June is 52.
///
/// ```
/// use factor_profit::Profit;
/// use rotor_factor::testing;
///
/// let mut data = "[bridge]\nsteel C31 0.956 2013-04-30\n".to_owned();
/// for input in ["profit", "profit_growth"] {
///     data += &format!("[{input}]\nC31\n");
///     for month in (0..54).filter(|month| month % 12 != 0 && *month < 53) {
///         let value = if input == "profit" { 100 } else { month };
///         data += &format!("{}-{:02} 2017-06-27 {value}\n", 2013 + month / 12, month % 12 + 1);
///     }
/// }
/// data += "[own_growth]\nsteel\n";
/// for quarter in 0..17 {
///     data += &format!("{}Q{} 2017-04-30 {}\n", 2013 + quarter / 4, quarter % 4 + 1, 3 * quarter + 1);
/// }
/// let profit: Profit = testing::make([]);
/// let signal = testing::evaluate(&profit, "2017-07-03", &data)?;
/// let june = signal.forecasts().last().expect("June is forecast");
/// assert_eq!((june.period.to_string(), june.naive), ("2017-06".to_owned(), 49.0));
/// assert!((june.value - 52.0).abs() < 1e-9);
/// assert_eq!(testing::scores(&profit, "2017-07-03", &data), "steel 3");
/// # Ok::<(), rotor_factor::FactorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Profit {
    model: Model,
    min_coverage: f64,
    /// Whether weights that are not public yet are left alone.
    needs_public_bridge: bool,
    growth: growth::Options,
    dead_band: f64,
    /// `None` if every fit passes.
    min_test_r2: Option<f64>,
    profit: String,
    profit_growth: String,
    target: Cow<'static, str>,
}

rotor_factor::export_factor!(Profit);

/// Forty years: reports are used however old they are.
const N_MONTHS: usize = 480;

/// What is forecast.
const TARGET: &str = "net_profit_ytd_yoy";

/// The value of `min_test_r2` at which every fit passes.
const ANY_R2: f64 = -1e6;

impl Factor for Profit {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("window", 60, 12, 240, "months in the estimation window").zh("窗口的月数"),
        Parameter::integer("min_months", 36, 12, 240, "minimum complete rows for a regression")
            .zh("回归所需的最少行数"),
        Parameter::number(
            "min_coverage",
            0.5,
            0.0,
            1.0,
            "minimum share of a sector's assets that industries cover",
        )
        .zh("行业覆盖率下限"),
        Parameter::choice(
            "bridge_mode",
            "level",
            &["level", "growth"],
            "what is weighted: profits, or their growth",
        )
        .zh("按利润水平或按增速加权")
        .with_alternatives(&[Alternative::Text("growth")]),
        Parameter::choice(
            "bridge",
            "earliest",
            &["earliest", "public"],
            "weights before the first release: the earliest ones, which look ahead, or no score until some are public",
        )
        .zh("映射首次公布之前：采用最早的权重（使用了未来信息），或在公布之前不评分"),
        Parameter::choice(
            "base_adjust",
            "none",
            &["none", "two_year"],
            "two_year: x in 2021 is the two-year average growth",
        )
        .zh("基数调整：2021 年两年平均"),
        Parameter::number("ridge", 0.0, 0.0, 1e9, "penalty on the standardised coefficients")
            .zh("岭回归惩罚")
            .with_alternatives(&[Alternative::Number(10.0)]),
        Parameter::number(
            "ridge_beside",
            10.0,
            0.0,
            1e9,
            "penalty of the ridge regression reported for comparison",
        )
        .zh("对照岭回归惩罚"),
        Parameter::choice(
            "base",
            "reported",
            &["reported", "fitted"],
            "what the forecast is compared with: the report, or its fitted value",
        )
        .zh("比较基准：报告值或拟合值")
        .with_alternatives(&[Alternative::Text("fitted")]),
        Parameter::number(
            "dead_band",
            1.0,
            0.0,
            400.0,
            "changes up to this count as none, percentage points",
        )
        .zh("死区，百分点"),
        Parameter::number("min_test_r2", ANY_R2, ANY_R2, 1.0, "minimum test R²; -1000000 accepts any")
            .zh("测试集 R² 下限"),
        Parameter::integer("test_rows", 12, 1, 120, "rows in the test set, the latest ones").zh("测试集行数"),
        Parameter::integer("embargo", 3, 0, 60, "embargo: rows left out between training and test set")
            .zh("测试集前的隔离期行数"),
        Parameter::number("clip", 200.0, 1.0, 1e6, "growth is clipped at plus and minus this, percent")
            .zh("增速截断，百分比"),
        Parameter::integer(
            "first_own_lag",
            6,
            1,
            24,
            "first of the four own lags, months; below 6 those of T are not always public",
        )
        .zh("自身滞后的起点，月"),
        Parameter::text("profit_series", "profit_ytd", "name of the series of industrial profits")
            .zh("行业利润序列名"),
        Parameter::text("growth_series", "profit_ytd_yoy", "name of the series of their growth")
            .zh("行业利润增速序列名"),
        Parameter::text("target_series", TARGET, "name of the series of the sector's profit growth")
            .zh("目标序列名"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self {
            model: Model::new(parameters)?,
            min_coverage: parameters.number("min_coverage"),
            needs_public_bridge: parameters.text("bridge") == "public",
            growth: growth::Options {
                clip: parameters.number("clip"),
                mode: match parameters.text("bridge_mode") {
                    "growth" => BridgeMode::Growth,
                    _ => BridgeMode::Level,
                },
                adjustment: match parameters.text("base_adjust") {
                    "two_year" => BaseAdjustment::TwoYear,
                    _ => BaseAdjustment::None,
                },
            },
            dead_band: parameters.number("dead_band"),
            min_test_r2: Some(parameters.number("min_test_r2")).filter(|least| *least > ANY_R2),
            profit: parameters.text("profit_series").into(),
            profit_growth: parameters.text("growth_series").into(),
            // Without copying the name for every forecast, where it is the usual one.
            target: match parameters.text("target_series") {
                TARGET => TARGET.into(),
                other => other.to_owned().into(),
            },
        })
    }

    fn spec(&self) -> Spec {
        let of_industries =
            |series: &str| Input::series(series, EntityKind::Industry, Frequency::Monthly, N_MONTHS);
        Spec::new("profit", env!("CARGO_PKG_VERSION"), "Expected growth of profits")
            .zh("盈利预期")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(reasons::ALL)
            .input(Input::bridge())
            .input(of_industries(&self.profit).named("profit"))
            .input(of_industries(&self.profit_growth).named("profit_growth"))
            .input(
                Input::series(&*self.target, EntityKind::Sector, Frequency::Quarterly, N_MONTHS / 3)
                    .named("own_growth"),
            )
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let bridge = view.bridge()?;
        let reports = view.panel("own_growth")?;
        let span = self.model.span(&reports, view.month());
        // 2. Profits of industries with their comparable bases.
        let industries = Industries::new(view.panel("profit")?, view.panel("profit_growth")?, span);

        let mut signal = Signal::new(view);
        let mut scratch = Scratch::new();
        let mut all: Vec<Option<Fitted>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 1-3. Eligible sectors and their industrial growth x.
            let weights = bridge.of(sector);
            let fitted = if weights.iter().len() == 0 {
                Err(reasons::NO_INDUSTRY.into())
            } else if self.needs_public_bridge && !weights.is_public() {
                Err(reasons::BRIDGE_NOT_PUBLIC.into())
            } else if less_than(weights.coverage(), self.min_coverage) {
                Err(reasons::LOW_COVERAGE.into())
            } else {
                let x = industries.growth(&weights, &self.growth);
                // 4-8. Own growth y, the target, the rows, the fits and their tests.
                self.model.fit(&reports, sector, x, self.growth.clip, &mut scratch)
            };
            match fitted {
                Ok(fitted) => {
                    // 9, 10. Forecasts, held against the base.
                    self.forecast(&mut signal, sector, &fitted);
                    self.score(&mut signal, sector, &fitted);
                    all.push(Some(fitted));
                }
                Err(reason) => {
                    signal.withhold(sector, reason);
                    all.push(None);
                }
            }
        }
        diagnose(&mut signal, &all);
        if view.wants_tables() {
            signal.table(report::bridge(view, &bridge));
            signal.table(report::growth(view, &all));
            signal.table(report::fits(view, &all));
            signal.table(report::forecasts(view, &all));
            signal.table(report::models(view, &all));
            signal.table(report::outlook(view, &all));
            signal.table(report::split(view, &all));
            signal.table(report::mapping(view, &bridge));
        }
        Ok(signal)
    }
}

impl Profit {
    fn forecast(&self, signal: &mut Signal, sector: usize, fitted: &Fitted) {
        let target = Some((fitted.target.month, fitted.forecast));
        for (month, value) in fitted.between.into_iter().chain([target]).flatten() {
            let period = ReferencePeriod::from_index(Frequency::Monthly, month);
            if let (Some(period), Some(value)) = (period, value) {
                signal.forecast(
                    self.target.clone(),
                    EntityRef::sector(sector),
                    period,
                    value,
                    fitted.reported,
                );
            }
        }
    }

    fn score(&self, signal: &mut Signal, sector: usize, fitted: &Fitted) {
        let Some(forecast) = fitted.forecast else {
            let target =
                Month::from_index(fitted.target.month).map_or(String::new(), |month| month.to_string());
            return signal.withhold(sector, reasons::MISSING_REGRESSOR.with(&[("target", &target)]));
        };
        let Some(base) = fitted.base else {
            return signal.withhold(sector, reasons::NO_FITTED_BASE);
        };
        if let Some(least) = self.min_test_r2
            && fitted.tested.test.r_squared.is_none_or(|r_squared| less_than(r_squared, least))
        {
            return signal.withhold(sector, reasons::LOW_TEST_R2);
        }
        let change = forecast - base;
        let confirms = |value: Option<f64>| value.and_then(|value| fitted.confirms(value)) == Some(true);
        let is_confirmed = fitted.between.iter().flatten().all(|(_, value)| confirms(*value));
        let score = match is_confirmed {
            true if less_than(self.dead_band, change) => 3.0,
            true if less_than(change, -self.dead_band) => 1.0,
            _ => 2.0,
        };
        let error = fitted.tested.test.mse.sqrt();
        let raw = change / error;
        // A perfect test leaves an error of rounding, in which nothing can be measured.
        signal.score(sector, score, (less_than(0.0, error) && raw.is_finite()).then_some(raw));
    }
}

/// Adds what is known of every fit.
fn diagnose(signal: &mut Signal, all: &[Option<Fitted>]) {
    let mut number = |name: &'static str, of: fn(&Fitted) -> Option<f64>| {
        let values = all.iter().map(|fitted| fitted.as_ref().and_then(of));
        signal.diagnostic(name, values.collect::<CrossSection>());
    };
    number("n", |fitted| Some(fitted.n as f64));
    number("r2_train", |fitted| fitted.tested.train.r_squared);
    number("r2_test", |fitted| fitted.tested.test.r_squared);
    number("mse_train", |fitted| Some(fitted.tested.train.mse));
    number("mse_test", |fitted| Some(fitted.tested.test.mse));
    number("mse_test_quarter_ends", |fitted| Some(fitted.tested.quarter_ends?.mse));
    number("r2_test_quarter_ends", |fitted| fitted.tested.quarter_ends?.r_squared);
    number("correlation", |fitted| fitted.correlation);
    number("r2_train_ridge", |fitted| fitted.beside.train.r_squared);
    number("r2_test_ridge", |fitted| fitted.beside.test.r_squared);
    number("mse_train_ridge", |fitted| Some(fitted.beside.train.mse));
    number("mse_test_ridge", |fitted| Some(fitted.beside.test.mse));
}

#[cfg(test)]
mod tests;
