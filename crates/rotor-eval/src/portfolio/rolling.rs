//! Twelve holding periods at a time.

use rotor_run::Run;
use rotor_run::metrics::{Metric, RollingYear};
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use rotor_stats::mean;

use super::find;
use super::series::{Series, annual_deviation, annual_ratio, differences, over_riskless};
use crate::metric::{MetricOf, YEAR, at_least};

/// How many holding periods are looked at together.
const WINDOW: usize = 12;

/// Follows the portfolio after costs over every twelve months of a section that follow each other.
pub(super) fn rolling(run: &Run, all: &[Series<'_>], included: &[usize]) -> Vec<RollingYear> {
    let Some(net) = find(all, TOP_NET) else { return Vec::new() };
    let own: Vec<usize> = included.iter().copied().filter(|month| net.returns[*month].is_some()).collect();
    let follow = |window: &&[usize]| window[WINDOW - 1] - window[0] == WINDOW - 1;
    let of_window = |window: &[usize]| {
        let returns: Vec<f64> = window.iter().filter_map(|month| net.returns[*month]).collect();
        RollingYear {
            exit: run.executions[window[WINDOW - 1]].exit,
            excess: excess(net, find(all, EQUAL_WEIGHT), window),
            excess_eligible: excess(net, find(all, ELIGIBLE), window),
            volatility: annual_deviation(&returns),
            sharpe: match over_riskless(&run.risk_free, window, &returns) {
                Ok(over) => annual_ratio(&over),
                Err(reason) => Metric { n: WINDOW, value: Err(reason) },
            },
        }
    };
    own.windows(WINDOW).filter(follow).map(of_window).collect()
}

/// Returns twelve times the mean difference over the months, of which none may be missing.
fn excess(ours: &Series<'_>, theirs: Option<&Series<'_>>, window: &[usize]) -> Metric {
    let values = theirs.map(|theirs| differences(ours, theirs, window)).unwrap_or_default();
    let n = values.len();
    match at_least(WINDOW, n) {
        Ok(()) => Metric::new(n, mean(&values)).times(YEAR),
        Err(reason) => Metric { n, value: Err(reason) },
    }
}
