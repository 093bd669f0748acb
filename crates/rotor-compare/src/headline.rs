//! How the headline moved, held against its own uncertainty.

use std::collections::BTreeMap;

use rotor_factor::Month;
use rotor_run::Run;
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_stats::mean_interval;
use serde::Serialize;

/// Months of a year, for annual figures.
const MONTHS: f64 = 12.0;

/// The headline of two runs and how it moved.
#[derive(Clone, Debug, Serialize)]
pub struct Headline {
    /// Return a year of the picks net of cost, of the picks before cost, of all sectors and of those that could be
    /// selected in equal parts: Π(1 + r)^(12/n) − 1.
    pub levels: Vec<Level>,
    /// Twelve times the mean monthly difference of the picks net of cost and all sectors in equal parts, in each run.
    pub excess: (Moved, Moved),
    /// The same over the sectors that could be selected, in equal parts: what choosing among them added. Without a month for runs of
    /// formats that do not have it.
    pub excess_eligible: (Moved, Moved),
    /// Twelve times the mean monthly difference of the two net returns, second less first, in the months of both.
    pub difference: Moved,
}

/// A figure in two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    /// The portfolio.
    pub portfolio: String,
    /// In the first run; `None` if it has no return there.
    pub before: Option<f64>,
    /// In the second run.
    pub after: Option<f64>,
}

/// An estimate of a mean, with its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Moved {
    /// The number of months.
    pub n: usize,
    /// The estimate, a year; `None` without a month.
    pub value: Option<f64>,
    /// Its 95% interval; `None` if there are too few months, or nothing varies.
    pub interval: Option<(f64, f64)>,
}

impl Headline {
    pub(crate) fn of(before: &Run, after: &Run) -> Self {
        let level = |portfolio: &str| Level {
            portfolio: portfolio.to_owned(),
            before: a_year(&returns(before, portfolio)),
            after: a_year(&returns(after, portfolio)),
        };
        let excess =
            |run: &Run, benchmark: &str| difference(&returns(run, benchmark), &returns(run, TOP_NET));
        let of_both = |benchmark: &str| (excess(before, benchmark), excess(after, benchmark));
        Self {
            levels: [TOP_NET, TOP, EQUAL_WEIGHT, ELIGIBLE].map(level).to_vec(),
            excess: of_both(EQUAL_WEIGHT),
            excess_eligible: of_both(ELIGIBLE),
            difference: difference(&returns(before, TOP_NET), &returns(after, TOP_NET)),
        }
    }
}

/// The returns of a portfolio by the last complete month on the execution day.
fn returns(run: &Run, portfolio: &str) -> BTreeMap<Month, f64> {
    let Some(position) = run.portfolios.iter().position(|name| name == portfolio) else {
        return BTreeMap::new();
    };
    let rows = run.returns.iter().filter(|row| row.portfolio as usize == position);
    rows.map(|row| (run.executions[row.execution as usize].month, row.value)).collect()
}

fn a_year(returns: &BTreeMap<Month, f64>) -> Option<f64> {
    let grown = returns.values().fold(1.0, |grown, value| grown * (1.0 + value));
    // `powf` of the standard library may differ between machines; nobody reads the last bits of a headline.
    (!returns.is_empty()).then(|| f64::powf(grown, MONTHS / returns.len() as f64) - 1.0)
}

/// Twelve times the mean of second less first in the months of both.
fn difference(first: &BTreeMap<Month, f64>, second: &BTreeMap<Month, f64>) -> Moved {
    let paired = second.iter().filter_map(|(month, value)| Some(value - first.get(month)?));
    let paired: Vec<f64> = paired.collect();
    let n = paired.len();
    if n == 0 {
        return Moved::default();
    }
    let mean = paired.iter().sum::<f64>() / n as f64;
    let estimate = mean_interval(&paired, 1).ok().and_then(|estimate| estimate.uncertainty);
    let interval = estimate.map(|uncertainty| {
        let (low, high) = uncertainty.interval;
        (MONTHS * low, MONTHS * high)
    });
    Moved { n, value: Some(MONTHS * mean), interval }
}
