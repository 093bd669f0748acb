//! The worst months, and the years.

use rotor_run::Run;
use rotor_run::metrics::{Metric, MonthValue, Reason, YearValue};

use super::series::net_value;
use crate::metric::MetricOf;
use crate::months::Months;

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

/// Returns a number for each year that has months, by the positions of its months.
pub(super) fn years(
    months: &Months<'_>,
    included: &[usize],
    of: impl Fn(std::ops::Range<usize>) -> Result<f64, Reason>,
) -> Vec<YearValue> {
    let mut years = Vec::new();
    let mut from = 0;
    for of_year in included.chunk_by(|left, right| months.year(*left) == months.year(*right)) {
        let to = from + of_year.len();
        let value = Metric::new(of_year.len(), of(from..to));
        years.push(YearValue { year: months.year(of_year[0]), value });
        from = to;
    }
    years
}

/// Returns Π(1 + r) - 1.
pub(super) fn total_return(returns: &[f64]) -> Result<f64, Reason> {
    Ok(net_value(returns)? - 1.0)
}
