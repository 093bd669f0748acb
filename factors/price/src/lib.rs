//! Price: the effect of current changes of consumer and producer prices on a sector's gross margin.
//!
//! | | |
//! |---|---|
//! | Input | `gross_margin` of the sector, single quarter; `cpi_yoy` and `ppi_yoy` of the market, monthly, averaged over the three months of a quarter |
//! | Formula | `GM = b₀ + b_c CPI + b_p PPI + e` by least squares over 20 quarters; `θ = d_c b_c + d_p b_p`, `t = θ / √(d_c² V_cc + d_p² V_pp + 2 d_c d_p V_cp)`, with d the signs of the three-month changes of CPI and PPI |
//! | Unit | margin in percent, CPI and PPI in percent, b and θ in percentage points of margin per percentage point of price |
//! | Direction | higher is better: t above the critical value of the two-sided 10% test scores 3 (benefits), below its negative 1 (hurt), else 2 (neutral); d = (0, 0) scores 2 |
//! | Publication lag | as published: B is the quarter of the sector's last public margin; CPI and PPI each end with their own last public month |
//! | Missing | a quarter without the margin, or without a month of CPI or PPI, is dropped; no score with fewer than 12 quarters, or if CPI and PPI do not vary independently. Banks have no margin |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (margin on CPI and PPI, effect of one unit each, scores 1, 2, 3); test and scenario are this project's |
//!
//! The two coefficients are tested jointly, so the variance of θ includes `V_cp`. `scenario = "fixed"` is the report's view of
//! July 2022, CPI up and PPI down; applied to earlier years it would be hindsight.

mod model;
mod presentation;
mod reasons;
mod scenario;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, EntityRef, Factor, FactorError, Frequency, Input,
    Parameter, Parameters, ReferencePeriod, Scale, Signal, Spec, Table,
};
use rotor_stats::{Workspace, less_than, student_quantile};

use model::{Effect, Model, Quarters};
use presentation::presentation;
use scenario::Scenario;

/// The joint effect of CPI and PPI on a sector's gross margin.
///
/// The example has four quarters and can be checked by hand: CPI and PPI are uncorrelated, and the margin is
/// 30 + CPI - PPI / 2 plus or minus 0.1. CPI up and PPI down give θ = 1.5; s² = 4 · 0.1² / (4 - 3), each coefficient has the
/// variance s² / 4, and t is 1.5 / √0.02 = 10.6. With one degree of freedom the critical value is 6.3.
///
/// ```
/// use factor_price::Price;
/// use rotor_factor::testing;
///
/// let quarters = [("2020Q1", 1.0, 2.0, 30.1), ("2020Q2", 3.0, 2.0, 31.9), ("2020Q3", 1.0, 4.0, 28.9), ("2020Q4", 3.0, 4.0, 31.1)];
/// let (mut cpi, mut ppi, mut margins) = ("[cpi]\nCN\n".to_owned(), "[ppi]\nCN\n".to_owned(), "[margin]\nfood\n".to_owned());
/// for (idx, (quarter, consumer, producer, margin)) in quarters.iter().enumerate() {
///     for month in 3 * idx + 1..3 * idx + 4 {
///         cpi += &format!("2020-{month:02} 2021-01-16 {consumer}\n");
///         ppi += &format!("2020-{month:02} 2021-01-16 {producer}\n");
///     }
///     margins += &format!("{quarter} 2021-04-30 {margin}\n");
/// }
/// let data = [cpi, ppi, margins].concat();
/// let price: Price = testing::make([("min_quarters", 4.into()), ("scenario", "fixed".into())]);
/// assert_eq!(testing::raws(&price, "2021-05-06", &data), "food 10.6066");
/// assert_eq!(testing::scores(&price, "2021-05-06", &data), "food 3");
/// ```
#[derive(Clone, Debug)]
pub struct Price {
    model: Model,
    /// Whether d follows CPI and PPI; if not it is (+1, -1).
    is_adaptive: bool,
    scenario: scenario::Options,
    /// The critical value of t for each of the model's degrees of freedom.
    critical: Vec<f64>,
    /// The level of the test.
    alpha: f64,
    market: String,
    cpi: String,
    ppi: String,
    margin: String,
}

rotor_factor::export_factor!(Price);

/// Forty years: margins and prices are used however old they are.
const N_MONTHS: usize = 480;

impl Factor for Price {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("quarters", 20, 4, 100, "quarters in the estimation window").zh("窗口的季度数"),
        Parameter::integer("min_quarters", 12, 4, 100, "minimum quarters for a regression")
            .zh("回归所需的最少季度数"),
        Parameter::choice(
            "margin",
            "level",
            &["level", "yoy_change"],
            "what is explained: the margin, or its year-on-year change",
        )
        .zh("毛利率水平或同比变化")
        .with_alternatives(&[Alternative::Text("yoy_change")]),
        Parameter::flag("quarter_dummies", false, "add quarter dummies to the regression")
            .zh("加入季度虚拟变量"),
        Parameter::choice(
            "standard_errors",
            "classic",
            &["classic", "newey_west"],
            "covariance estimator of the coefficients",
        )
        .zh("协方差估计方法"),
        Parameter::integer(
            "newey_west_lag",
            4,
            0,
            99,
            "Newey-West lag in rows; dropped quarters are not counted",
        )
        .zh("滞后阶数"),
        Parameter::choice(
            "scenario",
            "adaptive",
            &["adaptive", "fixed"],
            "directions as observed, or fixed: CPI up and PPI down",
        )
        .zh("情景：自适应或固定")
        .with_alternatives(&[Alternative::Text("fixed")]),
        Parameter::integer(
            "scenario_months",
            3,
            1,
            24,
            "months over which the change of CPI and PPI is taken",
        )
        .zh("情景变化的月数"),
        Parameter::number(
            "scenario_band",
            0.1,
            0.0,
            100.0,
            "changes below this count as none, percentage points",
        )
        .zh("情景死区，百分点"),
        Parameter::number("alpha", 0.10, 1e-6, 0.999, "significance level of the two-sided test")
            .zh("显著性水平"),
        Parameter::text("market", "CN", "market of CPI and PPI, if the dataset has several").zh("市场代码"),
        Parameter::text("cpi_series", "cpi_yoy", "name of the series of consumer prices").zh("CPI 序列名"),
        Parameter::text("ppi_series", "ppi_yoy", "name of the series of producer prices").zh("PPI 序列名"),
        Parameter::text("margin_series", "gross_margin", "name of the series of margins").zh("毛利率序列名"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let model = Model::new(parameters)?;
        let alpha = parameters.number("alpha");
        let critical = model.degrees_of_freedom().map(|freedom| {
            student_quantile(1.0 - alpha / 2.0, freedom as f64)
                .map_err(|error| FactorError::parameter("alpha", alpha, error.to_string()))
        });
        Ok(Self {
            critical: critical.collect::<Result<_, _>>()?,
            model,
            alpha,
            is_adaptive: parameters.text("scenario") == "adaptive",
            scenario: scenario::Options {
                n_months: parameters.count("scenario_months"),
                band: parameters.number("scenario_band"),
            },
            market: parameters.text("market").into(),
            cpi: parameters.text("cpi_series").into(),
            ppi: parameters.text("ppi_series").into(),
            margin: parameters.text("margin_series").into(),
        })
    }

    fn spec(&self) -> Spec {
        let prices = |series: &str| Input::series(series, EntityKind::Market, Frequency::Monthly, N_MONTHS);
        Spec::new("price", env!("CARGO_PKG_VERSION"), "Effect of CPI and PPI on margins")
            .zh("价格")
            .scale(Scale::Points)
            .shown(presentation(self.alpha))
            .with_reasons(reasons::ALL)
            .input(
                Input::series(&self.margin, EntityKind::Sector, Frequency::Quarterly, N_MONTHS / 3)
                    .named("margin"),
            )
            .input(prices(&self.cpi).named("cpi"))
            .input(prices(&self.ppi).named("ppi"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let market = view.the_only(EntityKind::Market, &self.market)?.position;
        let (cpi, ppi) = (view.panel("cpi")?, view.panel("ppi")?);
        let margins = view.panel("margin")?;
        // 1. Quarters: the margin as it is, CPI and PPI as means of three months.
        let quarters = Quarters::new(cpi, ppi, market);
        // 3. The scenario, the same for all sectors.
        let scenario = Scenario::new(cpi, ppi, market, self.scenario);
        let directions = if self.is_adaptive { scenario.directions() } else { (1.0, -1.0) };

        let mut signal = Signal::new(view);
        let mut workspace = Workspace::new();
        let mut effects = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 2, 4. The regression over the quarters to B, and the joint effect.
            let effect = self.model.effect(&margins, sector, &quarters, directions, &mut workspace);
            let effect = match effect {
                Ok(effect) => effect,
                Err(reason) => {
                    signal.withhold(sector, reason);
                    effects.push(None);
                    continue;
                }
            };
            self.score(&mut signal, sector, &effect, directions);
            self.forecast(&mut signal, sector, &effect);
            effects.push(Some(effect));
        }
        let mut number = |name: &'static str, of: fn(&Effect) -> Option<f64>| {
            let values = effects.iter().map(|effect| effect.as_ref().and_then(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("n", |effect| Some(effect.n as f64));
        number("r2", |effect| effect.r_squared);
        number("b_cpi", |effect| Some(effect.b_cpi));
        number("b_ppi", |effect| Some(effect.b_ppi));
        number("theta", |effect| Some(effect.joint?.theta));
        number("t", |effect| Some(effect.joint?.t));
        let of_market = |value: f64| {
            CrossSection::from_fn(view.entities(EntityKind::Market).len(), |it| {
                (it == market).then_some(value)
            })
        };
        signal.diagnostic_of(EntityKind::Market, "direction_cpi", of_market(directions.0));
        signal.diagnostic_of(EntityKind::Market, "direction_ppi", of_market(directions.1));
        if view.wants_tables() {
            signal.table(self.table(view, &effects));
            scenario.tables(directions).into_iter().for_each(|table| signal.table(table));
        }
        Ok(signal)
    }
}

impl Price {
    /// Scores a sector by its joint effect.
    fn score(&self, signal: &mut Signal, sector: usize, effect: &Effect, directions: (f64, f64)) {
        if directions == (0.0, 0.0) {
            return signal.score(sector, 2.0, None);
        }
        let Some(joint) = effect.joint else {
            return signal.withhold(sector, reasons::EXACT_FIT);
        };
        let critical = self.critical_t(effect);
        let score = if less_than(critical, joint.t) {
            3.0
        } else if less_than(joint.t, -critical) {
            1.0
        } else {
            2.0
        };
        signal.score(sector, score, joint.t);
    }

    fn critical_t(&self, effect: &Effect) -> f64 {
        self.critical[effect.degrees_of_freedom - self.model.degrees_of_freedom().start()]
    }

    /// Forecasts the margin of the quarter after B.
    fn forecast(&self, signal: &mut Signal, sector: usize, effect: &Effect) {
        let next = ReferencePeriod::from_index(Frequency::Quarterly, effect.base_quarter + 1);
        if let (Some(value), Some(next)) = (effect.forecast, next) {
            signal.forecast(self.margin.clone(), EntityRef::sector(sector), next, value, effect.base);
        }
    }

    /// The table of the report: coefficients, joint effect and t of each sector.
    fn table(&self, view: &AsOfView<'_>, effects: &[Option<Effect>]) -> Table {
        let fitted: Vec<(usize, &Effect)> = effects
            .iter()
            .enumerate()
            .filter_map(|(sector, effect)| Some((sector, effect.as_ref()?)))
            .collect();
        let numbers = |of: fn(&Effect) -> Option<f64>| fitted.iter().map(|(_, effect)| of(effect)).collect();
        let critical = |(_, effect): &(usize, &Effect)| Some(self.critical_t(effect));
        let bound = |(_, effect): &(usize, &Effect), sign: f64| {
            let joint = effect.joint?;
            Some(joint.theta + sign * self.critical_t(effect) * joint.standard_error)
        };
        Table::new("regression")
            .text("sector", fitted.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
            .numbers("n", numbers(|effect| Some(effect.n as f64)))
            .numbers("r2", numbers(|effect| effect.r_squared))
            .numbers("b_cpi", numbers(|effect| Some(effect.b_cpi)))
            .numbers("b_ppi", numbers(|effect| Some(effect.b_ppi)))
            .numbers("theta", numbers(|effect| Some(effect.joint?.theta)))
            .numbers("standard_error", numbers(|effect| Some(effect.joint?.standard_error)))
            .numbers("t", numbers(|effect| Some(effect.joint?.t)))
            .numbers("critical_t", fitted.iter().map(critical).collect())
            .numbers("lower", fitted.iter().map(|it| bound(it, -1.0)).collect())
            .numbers("upper", fitted.iter().map(|it| bound(it, 1.0)).collect())
            .numbers("margin", numbers(|effect| Some(effect.base)))
            .numbers("forecast", numbers(|effect| effect.forecast))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
    use rotor_factor::{Month, Quarter, Value};

    use super::*;

    /// Ten quarters from 2017Q1, worked by hand with the joint effect of CPI up and PPI down.
    const CPI: [f64; 10] = [1.0, 1.4, 1.6, 1.8, 2.2, 2.1, 1.8, 2.3, 2.2, 1.8];
    const PPI: [f64; 10] = [7.4, 5.8, 6.2, 5.9, 3.7, 4.1, 4.1, 2.3, 0.2, 0.5];
    const MARGIN: [f64; 10] = [24.1, 24.9, 25.0, 25.3, 26.2, 25.7, 25.6, 26.9, 27.3, 26.6];

    /// A day after everything is public.
    const DAY: &str = "2019-07-31";

    /// Months of one value a quarter, and margins of `sectors`.
    fn fixture(cpi: &[f64], ppi: &[f64], sectors: &[(&str, &[f64])]) -> String {
        let mut text = String::new();
        for (series, values) in [("cpi", cpi), ("ppi", ppi)] {
            writeln!(text, "[{series}]\n CN").unwrap();
            for (quarter, value) in values.iter().enumerate() {
                for month in 3 * quarter..3 * quarter + 3 {
                    let month = Month::new(2017 + month as i32 / 12, month as u32 % 12 + 1).unwrap();
                    writeln!(text, "{month} {} {value}", month.last_day().plus_days(16).unwrap()).unwrap();
                }
            }
        }
        let codes: Vec<&str> = sectors.iter().map(|(code, _)| *code).collect();
        writeln!(text, "[margin]\n {}", codes.join(" ")).unwrap();
        let n_quarters = sectors.iter().map(|(_, margins)| margins.len()).max().unwrap();
        for quarter in 0..n_quarters {
            let cell = |(_, margins): &(&str, &[f64])| {
                margins.get(quarter).map_or("-".into(), |margin: &f64| margin.to_string())
            };
            let cells: Vec<String> = sectors.iter().map(cell).collect();
            let period = Quarter::new(2017 + quarter as i32 / 4, quarter as u32 % 4 + 1).unwrap();
            let released = period.last_day().plus_days(30).unwrap();
            writeln!(text, "{period} {released} {}", cells.join(" ")).unwrap();
        }
        text
    }

    fn golden() -> String {
        fixture(&CPI, &PPI, &[("food", &MARGIN)])
    }

    fn price(given: impl IntoIterator<Item = (&'static str, Value)>) -> Price {
        let worked = [("min_quarters", 10.into()), ("scenario", "fixed".into())];
        make(worked.into_iter().chain(given))
    }

    /// The numbers of the first sector, seven decimals each.
    fn numbers(signal: &Signal, names: &[&str]) -> String {
        let number = |name: &&str| match signal.find_diagnostic(name).and_then(|values| values.get(0)) {
            Some(value) => format!("{name} {value:.7}"),
            None => format!("{name} -"),
        };
        names.iter().map(number).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_worked_example() {
        let signal = evaluate(&price([]), DAY, &golden()).unwrap();
        assert_eq!(
            numbers(&signal, &["n", "b_cpi", "b_ppi"]),
            "n 10.0000000, b_cpi 0.9468329, b_ppi -0.2760936"
        );
        assert_eq!(numbers(&signal, &["theta", "t"]), "theta 1.2229266, t 7.1541709");
        let table = signal.find_table("regression").unwrap();
        let number = |column: &str| table.find(column).unwrap().as_numbers().unwrap()[0];
        // Without the covariance of the two coefficients it would be 0.1951961.
        assert!((number("standard_error") - 0.170_939_0).abs() < 5e-8);
        // t with seven degrees of freedom exceeds it in 5% of cases.
        assert!((number("critical_t") - 1.894_578_605).abs() < 1e-9);
        assert_eq!(signal.score_of(0), Ok(3.0));
    }

    #[test]
    fn the_scenario_turns_the_effect_round() {
        let signal = evaluate(&price([("scenario", "adaptive".into())]), DAY, &golden()).unwrap();
        assert_eq!(numbers(&signal, &["theta"]), "theta -1.2229266", "CPI falls to 1.8, PPI rises to 0.5");
        assert_eq!(signal.score_of(0), Ok(1.0));
    }

    /// CPI and PPI of the months to June 2022: what they were three months before, and the gaps of three months.
    #[test]
    fn gaps_and_directions_of_2022() {
        const PRICES: &str = "
            [cpi]
                                    CN
            2022-02 2022-03-09     0.9
            2022-03 2022-04-11     1.5
            2022-04 2022-05-11     2.1
            2022-05 2022-06-10     2.1
            2022-06 2022-07-09     2.5
            [ppi]
                                    CN
            2022-02 2022-03-09     8.8
            2022-03 2022-04-11     8.3
            2022-04 2022-05-11     8.0
            2022-05 2022-06-10     6.4
            2022-06 2022-07-09     6.1
            [margin]
                                  food
            2022Q1  2022-04-30    30.0
        ";
        let signal = evaluate(&price([]), "2022-07-10", PRICES).unwrap();
        let gaps = signal.find_table("gap").unwrap().find("gap").unwrap().as_numbers().unwrap();
        let last: Vec<String> = gaps.iter().skip(2).map(|gap| format!("{gap:.1}")).collect();
        assert_eq!(last, ["5.9", "4.3", "3.6"]);
        let narrows = signal.find_table("gap").unwrap().find("narrows").unwrap().as_numbers().unwrap();
        assert!(narrows[..3].iter().all(|narrows| narrows.is_nan()) && narrows[3..] == [1.0, 1.0]);
        let episodes = signal.find_table("episodes").unwrap();
        assert_eq!(episodes.find("gap_last").unwrap().as_numbers().map(<[f64]>::len), Some(1));

        for day in ["2022-07-01", "2022-07-10"] {
            let adaptive = price([("scenario", "adaptive".into())]);
            let signal = evaluate(&adaptive, day, PRICES).unwrap();
            let direction = |name: &str| signal.find_diagnostic(name).unwrap().to_string();
            assert_eq!(
                [direction("direction_cpi"), direction("direction_ppi")],
                ["1.0000", "-1.0000"],
                "{day}"
            );
        }
    }

    #[test]
    fn a_change_of_the_band_counts_and_a_smaller_one_does_not() {
        let still = [2.0; 10];
        let mut cpi = CPI;
        (cpi[8], cpi[9]) = (1.9, 1.8);
        let adaptive = price([("scenario", "adaptive".into())]);
        let theta = |cpi: &[f64], ppi: &[f64]| {
            numbers(
                &evaluate(&adaptive, DAY, &fixture(cpi, ppi, &[("food", &MARGIN)])).unwrap(),
                &["theta", "n"],
            )
        };
        let signal = evaluate(&adaptive, DAY, &fixture(&cpi, &PPI, &[("food", &MARGIN)])).unwrap();
        assert_eq!(signal.find_diagnostic("direction_cpi").unwrap().to_string(), "-1.0000", "1.8 less 1.9");
        cpi[8] = 1.85;
        let mut ppi = PPI;
        ppi[9] = ppi[8];
        assert_eq!(theta(&cpi, &ppi), "theta -, n 10.0000000", "nothing moves");
        assert_eq!(scores(&adaptive, DAY, &fixture(&cpi, &ppi, &[("food", &MARGIN)])), "food 2");
        assert_eq!(raws(&adaptive, DAY, &fixture(&cpi, &ppi, &[("food", &MARGIN)])), "food -");
        assert!(
            reasons(&adaptive, DAY, &fixture(&still, &PPI, &[("food", &MARGIN)])).contains("independently")
        );
    }

    #[test]
    fn every_sector_without_a_score_has_a_reason() {
        let constant = [30.0; 10];
        let huge = [1e12; 10];
        let exact: Vec<f64> = CPI.iter().zip(PPI).map(|(cpi, ppi)| 20.0 + cpi - ppi).collect();
        let sectors: [(&str, &[f64]); 5] =
            [("food", &MARGIN), ("bank", &[]), ("flat", &constant), ("young", &[30.0]), ("exact", &exact)];
        assert_eq!(
            reasons(&price([]), DAY, &fixture(&CPI, &PPI, &sectors)),
            "food 3, bank - (it has no public gross margin), \
             flat - (the joint effect has no variance: the regression fits exactly), \
             young - (1 quarters of its window have a margin, CPI and PPI; 10 are needed), \
             exact - (the joint effect has no variance: the regression fits exactly)"
        );
        let vast: Vec<f64> = PPI.iter().map(|ppi| ppi * 1e300).collect();
        let reason = reasons(&price([]), DAY, &fixture(&CPI, &vast, &[("food", &MARGIN)]));
        assert_eq!(reason, "food - (CPI and PPI do not vary independently over its quarters)");
        let flat = "food - (the joint effect has no variance: the regression fits exactly)";
        assert_eq!(reasons(&price([]), DAY, &fixture(&CPI, &PPI, &[("food", &huge)])), flat);
        let no_cpi = fixture(&[], &PPI, &[("food", &MARGIN)]);
        let expected = "food - (0 quarters of its window have a margin, CPI and PPI; 10 are needed)";
        assert_eq!(reasons(&price([]), DAY, &no_cpi), expected);
    }

    #[test]
    fn a_quarter_with_a_month_missing_is_dropped_and_not_replaced() {
        let without_may = golden().replacen("2018-05 2018-06-16 2.1", "", 1);
        let signal = evaluate(&price([("min_quarters", 9.into())]), DAY, &without_may).unwrap();
        assert_eq!(numbers(&signal, &["n"]), "n 9.0000000");
        let nine = price([("min_quarters", 9.into()), ("quarters", 9.into())]);
        assert!(reasons(&nine, DAY, &without_may).contains("8 quarters of its window"));
    }

    #[test]
    fn the_next_quarter_is_forecast_from_the_months_that_are_public() {
        let mut text = golden();
        for series in ["cpi", "ppi"] {
            writeln!(text, "[{series}]\n CN\n2019-07 2019-08-10 1.0").unwrap();
        }
        let forecast = |day: &str, text: &str| {
            let signal = evaluate(&price([]), day, text).unwrap();
            let forecast = signal.forecasts().first().cloned();
            forecast.map(|it| format!("{} {} {:.6} {}", it.target, it.period, it.value, it.naive))
        };
        assert_eq!(forecast("2019-08-01", &text), None, "no month of 2019Q3 is public");
        // b₀ + b_c + b_p
        assert_eq!(forecast("2019-09-02", &text).unwrap(), "gross_margin 2019Q3 25.817400 26.6");
    }

    #[test]
    fn options_change_the_regression() {
        let wide = |given: &[(&'static str, Value)]| {
            let signal = evaluate(&price(given.iter().cloned()), DAY, &golden()).unwrap();
            numbers(&signal, &["n", "theta", "t"])
        };
        let plain = wide(&[]);
        assert_ne!(wide(&[("quarter_dummies", true.into())]), plain);
        let change = wide(&[("margin", "yoy_change".into()), ("min_quarters", 6.into())]);
        assert!(change.starts_with("n 6"), "{change}");
        let robust = wide(&[("standard_errors", "newey_west".into())]);
        let before_t = |numbers: &str| numbers.rsplit_once(", t ").unwrap().0.to_owned();
        assert_eq!(before_t(&robust), before_t(&plain), "only t differs");
        let white = wide(&[("standard_errors", "newey_west".into()), ("newey_west_lag", 0.into())]);
        assert!(robust != plain && robust != white);
    }

    #[test]
    fn options_that_cannot_be_are_refused() {
        let refusal = |given: [(&str, Value); 2]| {
            let given = given.map(|(name, value)| (name.to_owned(), value));
            let parameters = Parameters::resolve(Price::PARAMETERS, given).unwrap();
            Price::from_parameters(&parameters).unwrap_err().to_string()
        };
        assert_eq!(
            refusal([("quarters", 10.into()), ("min_quarters", 12.into())]),
            "parameter `min_quarters` is 12; it must be at most `quarters` (10)"
        );
        assert_eq!(
            refusal([("quarter_dummies", true.into()), ("min_quarters", 6.into())]),
            "parameter `min_quarters` is 6; it must be at least 7, more than there are coefficients and lags"
        );
    }

    #[test]
    fn keeps_the_factor_contract() {
        check_contract(
            &price([]),
            DAY,
            &fixture(&CPI, &PPI, &[("food", &MARGIN), ("bank", &[]), ("steel", &CPI)]),
        );
    }
}
