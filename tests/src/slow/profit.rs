//! Profit, sector by sector (section 6.1 of the method).

use std::collections::BTreeMap;

use rotor_factor::{Date, Month, Quarter};

use super::regression::Standardised;
use super::{Answer, BridgeRow, EPSILON, Facts, Forecast, Marks, before, is_constant, mean};

/// How many lags of the industries' growth explain a month.
const INDUSTRY_LAGS: i32 = 6;
/// How many lags of the sector's own growth do.
const OWN_LAGS: i32 = 4;
/// The part of the sum of absolute bases below which a sum of bases is none.
const SMALLEST_BASE: f64 = 0.02;

/// What can be set.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the factor")]
pub struct Options {
    /// Months in the window of rows.
    pub window: i32,
    /// The fewest rows.
    pub min_months: usize,
    /// The least share of a sector's assets that the bridge must cover.
    pub min_coverage: f64,
    /// Whether growths are weighted, not levels.
    pub is_growth_bridge: bool,
    /// Whether 2021 is compared with 2019.
    pub is_two_year: bool,
    /// The penalty on the squared coefficients.
    pub ridge: f64,
    /// Whether forecasts are compared with the fit at the base, not with the report.
    pub is_fitted_base: bool,
    /// The least R² over the test rows.
    pub min_test_r2: Option<f64>,
    /// The dead band of the score, in percentage points.
    pub dead_band: f64,
    /// The last rows, on which the fit is tested.
    pub test_rows: usize,
    /// The rows before them that are left out.
    pub embargo: usize,
    /// The largest growth, in percent.
    pub clip: f64,
    /// The first lag of the sector's own growth, in months.
    pub first_own_lag: i32,
    /// Whether a bridge counts from its release on only.
    pub is_public_bridge: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window: 60,
            min_months: 36,
            min_coverage: 0.5,
            is_growth_bridge: false,
            is_two_year: false,
            ridge: 0.0,
            is_fitted_base: false,
            min_test_r2: None,
            dead_band: 1.0,
            test_rows: 12,
            embargo: 3,
            clip: 200.0,
            first_own_lag: 6,
            is_public_bridge: false,
        }
    }
}

/// An industry in a month: its profit of the year so far, and that of the year before on the same basis.
#[derive(Clone, Copy, Debug)]
struct Class {
    weight: f64,
    level: f64,
    base: f64,
}

/// A month whose growth can be explained.
#[derive(Clone, Debug)]
struct Row {
    month: Month,
    regressors: Vec<f64>,
    value: f64,
}

/// What is known of a sector.
struct History {
    /// The growth of its industries, by month.
    x: BTreeMap<Month, f64>,
    /// Its own growth, by month.
    y: BTreeMap<Month, f64>,
}

/// Returns what profit says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    for sector in facts.cross_section(e) {
        let marks = mark(&mut answer, facts, e, &sector.code, options);
        answer.sectors.insert(sector.code.clone(), marks.unwrap_or_default());
    }
    answer
}

/// Marks a sector; `None` is `na`.
fn mark(answer: &mut Answer, facts: &Facts, e: Date, code: &str, options: &Options) -> Option<Marks> {
    let bridge = facts.bridge_in_force(e, code, options.is_public_bridge);
    let coverage: f64 = bridge.iter().map(|row| row.weight).sum();
    if bridge.is_empty() || coverage < options.min_coverage - EPSILON {
        return None;
    }
    let quarters = facts.known_quarters("net_profit_ytd_yoy", code, e);
    let quarters: BTreeMap<Quarter, f64> = quarters
        .into_iter()
        .map(|(quarter, growth)| (quarter, growth.clamp(-options.clip, options.clip)))
        .collect();
    let history = History { x: industrial_growth(facts, e, &bridge, options), y: interpolated(&quarters) };
    let base = quarters.keys().last()?.last_month();
    let next = before(*history.x.keys().last()?, -1);
    if next <= base {
        return None;
    }
    let target = target(base, next);

    let window = (0..options.window).rev().map(|lag| before(base, lag));
    let rows: Vec<Row> = window.filter_map(|month| history.row(month, options)).collect();
    if rows.len() < options.min_months || rows.len() < 2 {
        return None;
    }
    let fit = fit(&rows, options);
    diagnose_all_rows(answer, code, &rows, &fit);
    let tested = diagnose_test_rows(answer, code, &rows, options);

    let reported = history.y[&base];
    let forecast = |month: Month| Some(fit.at(&history.regressors(month, options)?));
    let intermediates: Vec<Month> = [2, 1]
        .map(|lag| before(target, lag))
        .into_iter()
        .filter(|month| *month > base && month.number() != 1)
        .collect();
    for month in intermediates.iter().chain([&target]) {
        if let Some(value) = forecast(*month) {
            answer.forecasts.push(Forecast {
                target: "net_profit_ytd_yoy".to_owned(),
                sector: code.to_owned(),
                period: month.last_day(),
                value,
                naive: reported,
            });
        }
    }

    if let Some(least) = options.min_test_r2
        && tested.r2.is_none_or(|r2| r2 < least - EPSILON)
    {
        return None;
    }
    let compared_with = if options.is_fitted_base { forecast(base)? } else { reported };
    let change = forecast(target)? - compared_with;
    let all = |is_confirming: &dyn Fn(f64) -> bool| {
        intermediates.iter().all(|month| forecast(*month).is_some_and(|f| is_confirming(f - compared_with)))
    };
    let score = if change > options.dead_band + EPSILON && all(&|change| change > EPSILON) {
        3.0
    } else if change < -options.dead_band - EPSILON && all(&|change| change < -EPSILON) {
        1.0
    } else {
        2.0
    };
    let rmse = tested.mse.map(f64::sqrt).filter(|rmse| *rmse > EPSILON);
    Some(Marks { score: Some(score), raw: rmse.map(|rmse| change / rmse) })
}

/// The growth of a sector's industries, month by month, January filled.
fn industrial_growth(
    facts: &Facts,
    e: Date,
    bridge: &[&BridgeRow],
    options: &Options,
) -> BTreeMap<Month, f64> {
    let mut classes: BTreeMap<Month, Vec<Class>> = BTreeMap::new();
    for row in bridge {
        let levels = facts.known_months("profit_ytd", &row.industry, e);
        let growths = facts.known_months("profit_ytd_yoy", &row.industry, e);
        for (month, level) in levels.iter().filter(|(month, _)| month.number() != 1) {
            let growth = growths.get(month).filter(|growth| *level > 0.0 && **growth > -100.0);
            let base = match growth {
                Some(growth) => Some(level / (1.0 + growth / 100.0)),
                None => levels.get(&before(*month, 12)).copied(),
            };
            if let Some(base) = base {
                classes.entry(*month).or_default().push(Class { weight: row.weight, level: *level, base });
            }
        }
    }
    let growth = |classes: &Vec<Class>| {
        if options.is_growth_bridge { mean_growth(classes) } else { level_growth(classes) }
    };
    let plain: BTreeMap<Month, f64> =
        classes.iter().filter_map(|(month, classes)| Some((*month, growth(classes)?))).collect();

    let mut x = plain.clone();
    if options.is_two_year {
        for month in plain.keys().filter(|month| month.year() == 2021) {
            let both = [Some(&plain[month]), plain.get(&before(*month, 12))];
            match both {
                [Some(now), Some(then)] if *now > -100.0 + EPSILON && *then > -100.0 + EPSILON => {
                    let product = (1.0 + now / 100.0) * (1.0 + then / 100.0);
                    x.insert(*month, 100.0 * (product.sqrt() - 1.0));
                }
                _ => {
                    x.remove(month);
                }
            }
        }
    }
    for growth in x.values_mut() {
        *growth = growth.clamp(-options.clip, options.clip);
    }
    let februaries: Vec<Month> = x.keys().copied().filter(|month| month.number() == 2).collect();
    for february in februaries {
        if let Some(december) = x.get(&before(february, 2)) {
            let january = (december + x[&february]) / 2.0;
            x.insert(before(february, 1), january);
        }
    }
    x
}

/// The growth of the weighted levels, in percent.
fn level_growth(classes: &[Class]) -> Option<f64> {
    let sum = |value: &dyn Fn(&Class) -> f64| classes.iter().map(|class| class.weight * value(class)).sum();
    let (level, base, size): (f64, f64, f64) =
        (sum(&|class| class.level), sum(&|class| class.base), sum(&|class| class.base.abs()));
    if base == 0.0 || base.abs() / size < SMALLEST_BASE - EPSILON {
        return None;
    }
    Some(100.0 * (level - base) / base.abs())
}

/// The weighted mean of the growths, in percent.
fn mean_growth(classes: &[Class]) -> Option<f64> {
    let (mut sum, mut sum_of_weights) = (0.0, 0.0);
    for class in classes.iter().filter(|class| class.base != 0.0) {
        sum += class.weight * 100.0 * (class.level - class.base) / class.base.abs();
        sum_of_weights += class.weight;
    }
    (sum_of_weights > 0.0).then(|| sum / sum_of_weights)
}

/// Growth month by month: the quarters, and between neighbours a straight line.
fn interpolated(quarters: &BTreeMap<Quarter, f64>) -> BTreeMap<Month, f64> {
    let mut months = BTreeMap::new();
    for (quarter, growth) in quarters {
        let end = quarter.last_month();
        months.insert(end, *growth);
        if let Some(next) = quarter.plus(1).and_then(|next| quarters.get(&next)) {
            months.insert(before(end, -1), growth + (next - growth) / 3.0);
            months.insert(before(end, -2), growth + 2.0 * (next - growth) / 3.0);
        }
    }
    months
}

/// The latest end of a quarter after `base` and by `next`; if there is none, `next`.
fn target(base: Month, next: Month) -> Month {
    let mut month = next;
    while month > base {
        if month.number().is_multiple_of(3) {
            return month;
        }
        month = before(month, 1);
    }
    next
}

impl History {
    /// What explains a month, if all of it is known.
    fn regressors(&self, month: Month, options: &Options) -> Option<Vec<f64>> {
        let industry = (1..=INDUSTRY_LAGS).map(|lag| self.x.get(&before(month, lag)));
        let own_lags = options.first_own_lag..options.first_own_lag + OWN_LAGS;
        let own = own_lags.map(|lag| self.y.get(&before(month, lag)));
        industry.chain(own).map(Option::<&f64>::copied).collect()
    }

    fn row(&self, month: Month, options: &Options) -> Option<Row> {
        Some(Row { month, regressors: self.regressors(month, options)?, value: *self.y.get(&month)? })
    }
}

fn fit(rows: &[Row], options: &Options) -> Standardised {
    let regressors: Vec<Vec<f64>> = rows.iter().map(|row| row.regressors.clone()).collect();
    Standardised::fit(&regressors, &values(rows), options.ridge)
}

fn values(rows: &[Row]) -> Vec<f64> {
    rows.iter().map(|row| row.value).collect()
}

fn sum_of_squares(rows: &[Row], from: impl Fn(&Row) -> f64) -> f64 {
    rows.iter().map(|row| (row.value - from(row)) * (row.value - from(row))).sum()
}

/// Writes what is to be said of the fit to all rows.
fn diagnose_all_rows(answer: &mut Answer, code: &str, rows: &[Row], fit: &Standardised) {
    answer.diagnose("n", code, rows.len() as f64);
    let (actual, fitted) =
        (values(rows), rows.iter().map(|row| fit.at(&row.regressors)).collect::<Vec<f64>>());
    if is_constant(&actual) || is_constant(&fitted) {
        return;
    }
    let (mean_actual, mean_fitted) = (mean(&actual), mean(&fitted));
    let sum = |pairs: &dyn Fn(f64, f64) -> f64| -> f64 {
        actual.iter().zip(&fitted).map(|(a, f)| pairs(a - mean_actual, f - mean_fitted)).sum()
    };
    let correlation = sum(&|a, f| a * f) / (sum(&|a, _| a * a) * sum(&|_, f| f * f)).sqrt();
    answer.diagnose("correlation", code, correlation);
}

/// What was found on the test rows.
struct Tested {
    mse: Option<f64>,
    r2: Option<f64>,
}

/// Splits the rows by time, fits the earlier and writes how the fit does on both.
fn diagnose_test_rows(answer: &mut Answer, code: &str, rows: &[Row], options: &Options) -> Tested {
    let n_train = rows.len().saturating_sub(options.test_rows + options.embargo);
    if n_train < 2 {
        return Tested { mse: None, r2: None };
    }
    let (train, test) = (&rows[..n_train], &rows[rows.len() - options.test_rows..]);
    let fit = fit(train, options);
    let center = mean(&values(train));
    // Mean square and R², about the mean of the train rows.
    let judge = |rows: &[Row]| {
        if rows.is_empty() {
            return (None, None);
        }
        let rss = sum_of_squares(rows, |row| fit.at(&row.regressors));
        let involved: Vec<f64> = values(rows).into_iter().chain([center]).collect();
        let r2 = (!is_constant(&involved)).then(|| 1.0 - rss / sum_of_squares(rows, |_| center));
        (Some(rss / rows.len() as f64), r2)
    };
    let (mse_train, r2_train) = judge(train);
    answer.diagnose("mse_train", code, mse_train);
    answer.diagnose("r2_train", code, r2_train);
    let (mse, r2) = judge(test);
    answer.diagnose("mse_test", code, mse);
    answer.diagnose("r2_test", code, r2);
    let at_quarter_ends: Vec<Row> =
        test.iter().filter(|row| row.month.number().is_multiple_of(3)).cloned().collect();
    let (mse_quarters, r2_quarters) = judge(&at_quarter_ends);
    answer.diagnose("mse_test_quarter_ends", code, mse_quarters);
    answer.diagnose("r2_test_quarter_ends", code, r2_quarters);
    Tested { mse, r2 }
}
