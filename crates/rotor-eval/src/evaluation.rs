//! The evaluation of a run, part by part.

use rotor_factor::Date;
use rotor_run::{Config, Run};
use rotor_strategy::CrossSections;
use serde::Serialize;
use serde_json::Value;

use crate::factor::{self, FactorPart};
use crate::figure::Reason;
use crate::forecast::{self, ForecastEvaluation};
use crate::months::Months;
use crate::named::{ByName, day_or_null};
use crate::portfolio::{self, PortfolioEvaluation};

/// What a run is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// The execution days of the run, skipped ones included.
    pub n_months: usize,
    /// Those on which every factor scores at least one sector.
    pub n_live: usize,
    /// Those on which no sectors were picked.
    pub n_skipped: usize,
    /// The first execution day; `None` for a run without months.
    #[serde(serialize_with = "day_or_null")]
    pub first_execution: Option<Date>,
    /// The last execution day; `None` for a run without months.
    #[serde(serialize_with = "day_or_null")]
    pub last_execution: Option<Date>,
    /// Why there are no days.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What is forecast, by factor, then by target. Forecasts of skipped months are part of it.
    pub forecast: Sections<ByName<ByName<ForecastEvaluation>>>,
    /// What the scores are worth. Scores of skipped months are part of it.
    pub factor: FactorPart,
    /// What the portfolios gained in the months that were not skipped.
    pub portfolio: Sections<PortfolioEvaluation>,
}

/// The same over all months and over those in which every factor is live.
#[derive(Clone, Debug, PartialEq)]
pub struct Sections<T> {
    /// Over all months.
    pub all: T,
    /// Over the live months, or why there are none.
    pub live: Result<T, Reason>,
}

impl<T> Sections<T> {
    /// Makes both; the argument says whether it is the live one.
    pub(crate) fn of(months: &Months<'_>, make: impl Fn(bool) -> T + Sync) -> Self
    where
        T: Clone + Send,
    {
        if !months.is_live.is_empty() && !months.is_live.contains(&false) {
            let all = make(false);
            return Self { live: Ok(all.clone()), all };
        }
        let has_live = months.is_live.contains(&true);
        let (all, live) = rayon::join(|| make(false), || has_live.then(|| make(true)));
        Self { all, live: live.ok_or(Reason::NoLiveMonth) }
    }
}

impl Evaluation {
    /// Returns the evaluation as `metrics.json` holds it.
    ///
    /// Keys are in a fixed order, days in ISO form. An object in which something is null says why under `reason`.
    ///
    /// # Panics
    ///
    /// Never: everything in it can stand in a document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("names are texts and numbers are finite")
    }
}

/// Evaluates a run that was made with a configuration: how sectors were picked, what trading cost, how much each factor counted, how
/// many strategies were tried.
///
/// Takes time in proportion to the rows of the run, and gives the same bits on any number of threads (it uses those of rayon's
/// current pool). Numbers that cannot be given are [`Reason`]s: there is no error, and no number is NaN or infinite.
///
/// # Panics
///
/// If a row refers to an execution, factor, entity, portfolio or text that the run does not have, or a score is not finite.
///
/// ```
/// use rotor_run::Config;
/// use rotor_eval::{Reason, evaluate};
/// use rotor_run::Run;
///
/// let evaluation = evaluate(&Run::default(), &Config::default());
/// assert_eq!(evaluation.n_months, 0);
/// assert_eq!(evaluation.portfolio.live, Err(Reason::NoLiveMonth));
/// assert_eq!(evaluation.to_json()["reason"], "the run has no months");
/// ```
#[must_use]
pub fn evaluate(run: &Run, config: &Config) -> Evaluation {
    evaluate_with(run, &CrossSections::new(run), config)
}

/// As [`evaluate`], of the cross-sections that follow from the run, where they are made already, as by a backtest.
///
/// # Panics
///
/// As [`evaluate`], or if the cross-sections are those of another run.
#[must_use]
pub fn evaluate_with(run: &Run, cross_sections: &CrossSections, config: &Config) -> Evaluation {
    let months = Months::new(run, cross_sections);
    let (forecast, (factor, portfolio)) = rayon::join(
        || forecast::evaluate(run, &months),
        || {
            rayon::join(
                || factor::evaluate(run, cross_sections, &months),
                || portfolio::evaluate(run, cross_sections, &months, config),
            )
        },
    );
    Evaluation {
        n_months: run.executions.len(),
        n_live: months.is_live.iter().filter(|is_live| **is_live).count(),
        n_skipped: run.executions.iter().filter(|execution| !execution.is_kept).count(),
        first_execution: run.executions.first().map(|execution| execution.as_of),
        last_execution: run.executions.last().map(|execution| execution.as_of),
        reason: run.executions.is_empty().then_some("the run has no months"),
        forecast,
        factor,
        portfolio,
    }
}
