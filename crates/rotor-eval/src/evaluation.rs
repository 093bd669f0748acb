//! The evaluation of a run, part by part.

use rotor_factor::Date;
use rotor_run::Run;

use crate::factor::{self, FactorPart};
use crate::figure::Reason;
use crate::forecast::{self, ForecastEvaluation};
use crate::months::Months;
use crate::portfolio::{self, PortfolioEvaluation};

/// What a run is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The names of the factors, in the order of the run; the parts refer to them by position.
    pub factors: Vec<String>,
    /// The execution days of the run, skipped ones included.
    pub n_months: usize,
    /// Those on which every factor scores at least one sector.
    pub n_live: usize,
    /// Those on which no sectors were picked.
    pub n_skipped: usize,
    /// The first execution day; `None` for a run without months.
    pub first_execution: Option<Date>,
    /// The last execution day; `None` for a run without months.
    pub last_execution: Option<Date>,
    /// What is forecast, ordered by factor, then by target. Forecasts of skipped months are part of it.
    pub forecast: Sections<Vec<ForecastEvaluation>>,
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

/// Evaluates a run.
///
/// Takes time in proportion to the rows of the run, and gives the same bits on any number of threads (it uses those of rayon's
/// current pool). Numbers that cannot be given are [`Reason`]s: there is no error, and no number is NaN or infinite.
///
/// # Panics
///
/// If a row refers to an execution, factor, entity, portfolio or text that the run does not have.
///
/// ```
/// use rotor_eval::{Reason, evaluate};
/// use rotor_run::Run;
///
/// let evaluation = evaluate(&Run::default());
/// assert_eq!(evaluation.n_months, 0);
/// assert_eq!(evaluation.portfolio.live, Err(Reason::NoLiveMonth));
/// assert_eq!(evaluation.to_json()["reason"], "the run has no months");
/// ```
#[must_use]
pub fn evaluate(run: &Run) -> Evaluation {
    let months = Months::new(run);
    let (forecast, (factor, portfolio)) = rayon::join(
        || forecast::evaluate(run, &months),
        || rayon::join(|| factor::evaluate(run, &months), || portfolio::evaluate(run, &months)),
    );
    Evaluation {
        factors: run.factors.clone(),
        n_months: run.executions.len(),
        n_live: months.is_live.iter().filter(|is_live| **is_live).count(),
        n_skipped: run.executions.iter().filter(|execution| !execution.is_kept).count(),
        first_execution: run.executions.first().map(|execution| execution.as_of),
        last_execution: run.executions.last().map(|execution| execution.as_of),
        forecast,
        factor,
        portfolio,
    }
}
