//! The evaluation of a run, part by part.

use rotor_run::metrics::{Reason, Sections};
use rotor_run::{Config, Metrics, Run};
use rotor_strategy::{Alternative, CrossSections};

use crate::months::Months;
use crate::{factor, forecast, portfolio};

/// Makes a part over all months and over the live ones; the argument says whether it is the live one.
pub(crate) fn sections<T>(months: &Months<'_>, make: impl Fn(bool) -> T + Sync) -> Sections<T>
where
    T: Clone + Send,
{
    if !months.is_live.is_empty() && !months.is_live.contains(&false) {
        let all = make(false);
        return Sections { live: Ok(all.clone()), all };
    }
    let has_live = months.is_live.contains(&true);
    let (all, live) = rayon::join(|| make(false), || has_live.then(|| make(true)));
    Sections { all, live: live.ok_or(Reason::NoLiveMonth) }
}

/// Evaluates a run that was made with a configuration: how sectors were selected, what trading cost, how much each factor counted,
/// how many strategies were tried.
///
/// Takes time in proportion to the rows of the run, and gives the same bits on any number of threads (it uses those of rayon's
/// current pool). Numbers that cannot be given are [`Reason`]s: there is no error, and no number is NaN or infinite.
///
/// # Panics
///
/// If a row refers to an execution, factor, entity, portfolio or text that the run does not have, or a score is not finite.
///
/// ```
/// use rotor_eval::evaluate;
/// use rotor_run::metrics::Reason;
/// use rotor_run::{Config, Run};
///
/// let metrics = evaluate(&Run::default(), &Config::default());
/// assert_eq!(metrics.n_months, 0);
/// assert_eq!(metrics.reason, Some(Reason::NoMonths));
/// assert_eq!(metrics.portfolio.live, Err(Reason::NoLiveMonth));
/// ```
#[must_use]
pub fn evaluate(run: &Run, config: &Config) -> Metrics {
    evaluate_with(run, &CrossSections::new(run), &[], config)
}

/// As [`evaluate`], of the cross-sections that follow from the run, where they are made already, as by a backtest, and with what its
/// factors say under the values that they declare worth trying: these strategies count among those that are tried.
///
/// # Panics
///
/// As [`evaluate`], or if the cross-sections or the alternatives are those of another run.
#[must_use]
pub fn evaluate_with(
    run: &Run,
    cross_sections: &CrossSections,
    alternatives: &[Alternative],
    config: &Config,
) -> Metrics {
    let months = Months::new(run, cross_sections);
    let (forecast, (factor, portfolio)) = rayon::join(
        || forecast::evaluate(run, &months),
        || {
            rayon::join(
                || factor::evaluate(run, cross_sections, &months),
                || portfolio::evaluate(run, cross_sections, alternatives, &months, config),
            )
        },
    );
    Metrics {
        n_months: run.executions.len(),
        n_live: months.is_live.iter().filter(|is_live| **is_live).count(),
        n_skipped: run.executions.iter().filter(|execution| !execution.is_kept).count(),
        first_execution: run.executions.first().map(|execution| execution.as_of),
        last_execution: run.executions.last().map(|execution| execution.as_of),
        reason: run.executions.is_empty().then_some(Reason::NoMonths),
        forecast,
        factor,
        portfolio,
    }
}
