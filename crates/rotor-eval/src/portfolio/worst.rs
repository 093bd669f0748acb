//! The worst months.

use rotor_run::Run;
use rotor_run::metrics::{Metric, MonthValue, Reason};

use crate::metric::MetricOf;

/// How many of the worst months are kept.
const N_WORST: usize = 5;

/// Returns the months of the lowest values, the lowest first; of equal ones the earlier.
pub(super) fn worst_months(run: &Run, months: &[usize], values: &[f64]) -> Vec<MonthValue> {
    let mut rows: Vec<(usize, f64)> = months.iter().copied().zip(values.iter().copied()).collect();
    rows.sort_by(|(_, left), (_, right)| left.total_cmp(right));
    let row = |(month, value): (usize, f64)| MonthValue {
        execution: run.executions[month].as_of,
        exit: run.executions[month].exit,
        value: Metric::new(1, Ok::<f64, Reason>(value)),
    };
    rows.into_iter().take(N_WORST).map(row).collect()
}
