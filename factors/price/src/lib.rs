//! Price: what the present move of consumer and producer prices does to a sector's gross margin.
//!
//! | | |
//! |---|---|
//! | Input | `gross_margin` of the sector, single quarter; `cpi_yoy` and `ppi_yoy` of the market, monthly, of which a quarter takes the mean of its three months |
//! | Formula | `GM = b₀ + b_c CPI + b_p PPI + e` by least squares over 20 quarters; `θ = d_c b_c + d_p b_p`, `t = θ / √(d_c² V_cc + d_p² V_pp + 2 d_c d_p V_cp)`, with d the signs of the three-month changes of CPI and PPI |
//! | Unit | margin in percent, CPI and PPI in percent, b and θ in percentage points of margin for one of price |
//! | Direction | higher is better: t beyond the two-sided 10% quantile scores 3, below its negative 1, else 2; d = (0, 0) scores 2 |
//! | Publication lag | as published: B is the sector's last public margin, CPI and PPI each have their own last public month |
//! | Missing | a quarter without the margin, or without a month of CPI or PPI, is dropped; fewer than 12 quarters, or CPI and PPI that do not vary apart: no score. Banks have no margin |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (margin on CPI and PPI, effect of one unit each, scores 1, 2, 3); test and scenario are this project's |
//!
//! The two coefficients are tested together: `V_cp` belongs to the variance of their sum. `scenario = "fixed"` is the report's
//! own view of July 2022, CPI up and PPI down; as a rule for all years it would be a later opinion.

mod model;
mod scenario;

use rotor_factor::{
    AsOfView, CrossSection, EntityKind, EntityRef, Factor, FactorError, Frequency, Input, Panel, Parameter,
    Parameters, ReferencePeriod, Signal, Spec, Table,
};
use rotor_stats::{Workspace, less_than, student_quantile};

use model::{Effect, Model, Quarters};
use scenario::Scenario;

/// The joint effect of CPI and PPI on a sector's gross margin.
#[derive(Clone, Debug)]
pub struct Price {
    model: Model,
    /// Whether d follows CPI and PPI; if not it is (+1, -1).
    is_adaptive: bool,
    scenario: scenario::Options,
    /// The critical value of t by degrees of freedom.
    critical: Vec<f64>,
    market: String,
    cpi: String,
    ppi: String,
    margin: String,
}

rotor_factor::export_factor!(Price);

/// Margins and prices have no limit of age; forty years are none in practice.
const N_MONTHS: usize = 480;

impl Factor for Price {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("quarters", 20, 4, 100, "quarters in the window", "窗口的季度数"),
        Parameter::integer(
            "min_quarters",
            12,
            4,
            100,
            "quarters that a regression needs",
            "回归所需的最少季度数",
        ),
        Parameter::choice(
            "margin",
            "level",
            &["level", "yoy_change"],
            "explain the margin, or its change on the year",
            "毛利率水平或同比变化",
        ),
        Parameter::flag("quarter_dummies", false, "a level of its own for each quarter", "加入季度虚拟变量"),
        Parameter::choice(
            "standard_errors",
            "classic",
            &["classic", "newey_west"],
            "covariance of the coefficients",
            "协方差估计方法",
        ),
        Parameter::integer(
            "newey_west_lag",
            4,
            0,
            99,
            "quarters over which residuals may correlate",
            "滞后阶数",
        ),
        Parameter::choice(
            "scenario",
            "adaptive",
            &["adaptive", "fixed"],
            "follow CPI and PPI, or take CPI up and PPI down",
            "情景:自适应或固定",
        ),
        Parameter::integer(
            "scenario_months",
            3,
            1,
            24,
            "months over which CPI and PPI change",
            "情景变化的月数",
        ),
        Parameter::number(
            "scenario_band",
            0.1,
            0.0,
            100.0,
            "a change below it is none, percentage points",
            "情景死区,百分点",
        ),
        Parameter::number("alpha", 0.10, 1e-6, 0.999, "level of the two-sided test", "显著性水平"),
        Parameter::text("market", "CN", "the market of CPI and PPI, if there are several", "市场代码"),
        Parameter::text("cpi_series", "cpi_yoy", "series of consumer prices", "CPI 序列名"),
        Parameter::text("ppi_series", "ppi_yoy", "series of producer prices", "PPI 序列名"),
        Parameter::text("margin_series", "gross_margin", "series of margins", "毛利率序列名"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let model = Model::new(parameters)?;
        let alpha = parameters.number("alpha");
        let critical = (0..=model.n_quarters).map(|freedom| {
            // Without degrees of freedom nothing is significant, and no regression gets here.
            student_quantile(1.0 - alpha / 2.0, freedom as f64).unwrap_or(f64::INFINITY)
        });
        Ok(Self {
            critical: critical.collect(),
            model,
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
        Spec::new("price", env!("CARGO_PKG_VERSION"), "Effect of CPI and PPI on margins", "价格")
            .input(Input::series(&self.margin, EntityKind::Sector, Frequency::Quarterly, N_MONTHS / 3))
            .input(prices(&self.cpi).named("cpi"))
            .input(prices(&self.ppi).named("ppi"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let market = view.the_only(EntityKind::Market, &self.market)?.position;
        let (cpi, ppi) = (view.panel("cpi")?, view.panel("ppi")?);
        let margins = view.panel(&self.margin)?;
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
        if view.wants_tables() {
            signal.table(self.table(view, &effects));
            signal.table(scenario.table());
            signal.table(scenario.episodes());
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
            return signal.withhold(sector, "the joint effect has no variance: the regression fits exactly");
        };
        let critical = self.critical[effect.degrees_of_freedom];
        let score = if less_than(critical, joint.t) {
            3.0
        } else if less_than(joint.t, -critical) {
            1.0
        } else {
            2.0
        };
        signal.score(sector, score, joint.t);
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
        let critical = |(_, effect): &(usize, &Effect)| Some(self.critical[effect.degrees_of_freedom]);
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
            .numbers("margin", numbers(|effect| Some(effect.base)))
            .numbers("forecast", numbers(|effect| effect.forecast))
    }
}

impl Default for Price {
    fn default() -> Self {
        let parameters = Parameters::resolve(Self::PARAMETERS, []).expect("defaults are allowed");
        Self::from_parameters(&parameters).expect("defaults go together")
    }
}

/// Returns the value of a period by its position on the calendar, if the window has it.
fn at(panel: &Panel<'_>, entity: usize, index: i32) -> Option<f64> {
    panel.get(entity, usize::try_from(panel.last().index() - index).ok()?)
}
