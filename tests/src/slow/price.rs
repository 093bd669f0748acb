//! Price, sector by sector (section 6.2 of the method).

use std::collections::BTreeMap;

use rotor_factor::{Date, Month, Quarter};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::regression::Ordinary;
use super::{Answer, EPSILON, EntityRow, Facts, Forecast, Marks, before, is_constant, mean};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the change of the margin over the year is explained, not the margin.
    pub is_yoy_change: bool,
    /// Whether each quarter of the year has a constant of its own.
    pub quarter_dummies: bool,
    /// The lag of Newey and West, if theirs are the standard errors.
    pub newey_west_lag: Option<usize>,
    /// Whether consumer prices rise and producer prices fall, whatever they did of late.
    pub is_fixed_scenario: bool,
    /// The level of the two-sided test.
    pub alpha: f64,
    /// Quarters in the window.
    pub quarters: i32,
    /// The fewest rows.
    pub min_quarters: usize,
    /// The change, in percentage points, below which prices stand still.
    pub scenario_band: f64,
    /// The months over which prices change.
    pub scenario_months: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_yoy_change: false,
            quarter_dummies: false,
            newey_west_lag: None,
            is_fixed_scenario: false,
            alpha: 0.1,
            quarters: 20,
            min_quarters: 12,
            scenario_band: 0.1,
            scenario_months: 3,
        }
    }
}

/// Consumer and producer prices as known at E, by month.
struct Prices {
    cpi: BTreeMap<Month, f64>,
    ppi: BTreeMap<Month, f64>,
}

/// Returns what price says at E.
///
/// # Panics
///
/// If `alpha` is not a level.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    let known = |series: &str| match facts.market() {
        Some(market) => facts.known_months(series, market, e),
        None => BTreeMap::new(),
    };
    let prices = Prices { cpi: known("cpi_yoy"), ppi: known("ppi_yoy") };
    for sector in facts.cross_section(e) {
        let margins = facts.known_quarters("gross_margin", &sector.code, e);
        let marks = mark(&mut answer, sector, &margins, &prices, options);
        answer.sectors.insert(sector.code.clone(), marks.unwrap_or_default());
    }
    answer
}

/// Marks a sector; `None` is `na`.
fn mark(
    answer: &mut Answer,
    sector: &EntityRow,
    margins: &BTreeMap<Quarter, f64>,
    prices: &Prices,
    options: &Options,
) -> Option<Marks> {
    let base = *margins.keys().last()?;
    let year_before = |quarter: Quarter| margins.get(&quarter_before(quarter, 4)).copied();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for lag in (0..options.quarters).rev() {
        let quarter = quarter_before(base, lag);
        let Some(margin) = margins.get(&quarter) else { continue };
        let change = year_before(quarter).map(|before| margin - before);
        let Some(value) = (if options.is_yoy_change { change } else { Some(*margin) }) else { continue };
        let (Some(cpi), Some(ppi)) =
            (whole_quarter(&prices.cpi, quarter), whole_quarter(&prices.ppi, quarter))
        else {
            continue;
        };
        rows.push(regressors(quarter, cpi, ppi, options));
        values.push(value);
    }
    if rows.len() < options.min_quarters || rows.is_empty() {
        return None;
    }
    let fit = Ordinary::fit(&rows, &values)?;
    let code = &sector.code;
    answer.diagnose("n", code, rows.len() as f64);
    if !is_constant(&values) {
        let center = mean(&values);
        let tss: f64 = values.iter().map(|value| (value - center) * (value - center)).sum();
        answer.diagnose("r2", code, 1.0 - fit.rss() / tss);
    }
    let (b_cpi, b_ppi) = (fit.coefficients[1], fit.coefficients[2]);
    answer.diagnose("b_cpi", code, b_cpi);
    answer.diagnose("b_ppi", code, b_ppi);

    let next = quarter_before(base, -1);
    if let (Some(cpi), Some(ppi)) = (quarter_so_far(&prices.cpi, next), quarter_so_far(&prices.ppi, next)) {
        let row = regressors(next, cpi, ppi, options);
        let fitted: f64 = row.iter().zip(&fit.coefficients).map(|(x, b)| x * b).sum();
        let forecast = if options.is_yoy_change {
            year_before(next).map(|before| fitted + before)
        } else {
            Some(fitted)
        };
        if let Some(value) = forecast {
            answer.forecasts.push(Forecast {
                target: "gross_margin".to_owned(),
                sector: code.clone(),
                period: next.last_day(),
                value,
                naive: margins[&base],
            });
        }
    }

    let d_cpi = if options.is_fixed_scenario { 1.0 } else { direction(&prices.cpi, options) };
    let d_ppi = if options.is_fixed_scenario { -1.0 } else { direction(&prices.ppi, options) };
    if d_cpi == 0.0 && d_ppi == 0.0 {
        return Some(Marks { score: Some(2.0), raw: None });
    }
    let theta = d_cpi * b_cpi + d_ppi * b_ppi;
    let mut combination = vec![0.0; rows[0].len()];
    (combination[1], combination[2]) = (d_cpi, d_ppi);
    let variance = match options.newey_west_lag {
        None => fit.classic_variance(&combination),
        Some(lag) => fit.newey_west_variance(&combination, lag),
    };
    let is_zero = variance.is_nan() || variance <= 0.0 || variance.sqrt() <= EPSILON;
    if is_zero {
        return None;
    }
    let t = theta / variance.sqrt();
    answer.diagnose("theta", code, theta);
    answer.diagnose("t", code, t);
    let distribution = StudentsT::new(0.0, 1.0, fit.degrees_of_freedom()).expect("more rows than columns");
    let critical = distribution.inverse_cdf(1.0 - options.alpha / 2.0);
    let score = if t > critical + EPSILON {
        3.0
    } else if t < -critical - EPSILON {
        1.0
    } else {
        2.0
    };
    Some(Marks { score: Some(score), raw: Some(t) })
}

/// One row of X.
fn regressors(quarter: Quarter, cpi: f64, ppi: f64, options: &Options) -> Vec<f64> {
    let mut row = vec![1.0, cpi, ppi];
    if options.quarter_dummies {
        row.extend([2, 3, 4].map(|number| f64::from(u8::from(quarter.number() == number))));
    }
    row
}

/// The mean of the three months of a quarter, if all are known.
fn whole_quarter(months: &BTreeMap<Month, f64>, quarter: Quarter) -> Option<f64> {
    let values = known_of(months, quarter);
    (values.len() == 3).then(|| mean(&values))
}

/// The mean of the known months of a quarter, if any is.
fn quarter_so_far(months: &BTreeMap<Month, f64>, quarter: Quarter) -> Option<f64> {
    let values = known_of(months, quarter);
    (!values.is_empty()).then(|| mean(&values))
}

fn known_of(months: &BTreeMap<Month, f64>, quarter: Quarter) -> Vec<f64> {
    let of_quarter = [2, 1, 0].map(|lag| before(quarter.last_month(), lag));
    of_quarter.iter().filter_map(|month| months.get(month).copied()).collect()
}

/// Where prices went of late: +1, −1, or 0 for nowhere and for unknown.
fn direction(months: &BTreeMap<Month, f64>, options: &Options) -> f64 {
    let change = || {
        let (last, value) = months.iter().last()?;
        Some(value - months.get(&before(*last, options.scenario_months))?)
    };
    match change() {
        Some(change) if change.abs() >= options.scenario_band - EPSILON && change.abs() > EPSILON => {
            change.signum()
        }
        _ => 0.0,
    }
}

fn quarter_before(quarter: Quarter, n: i32) -> Quarter {
    quarter.plus(-n).expect("no dataset reaches back to 1900")
}
