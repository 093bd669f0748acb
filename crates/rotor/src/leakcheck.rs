//! Look-ahead looked for: in every factor of a session, and in its dataset.

use rotor_data::Dataset;
use rotor_engine::{
    Audit, BacktestError, CheckError, Execution, LeakReport, Makers, MissingInput, Watch, audit, executions,
    leakcheck as check, plan_of, schedule, universe,
};
use rotor_factor::Month;
use rotor_plugin::{CallError, Isolation, Origin, Plugin};
use rotor_run::Config;

use crate::assumed_days::assumed_series;
use crate::factors::{Catalogue, FactorError, Loading, RunFactor};
use crate::session::Session;

/// What was found of the factors and the dataset of a session.
#[derive(Debug)]
pub struct LeakFindings {
    /// The days of the session's schedule.
    pub executions: Vec<Execution>,
    /// What the dataset knows that nobody could know.
    pub audit: Audit,
    /// The series that the session reads and whose release days are assumed, which no check can prove right.
    pub assumed: Vec<String>,
    /// For each factor of the session, in its order, what was found; `None` for one whose inputs the dataset lacks.
    pub factors: Vec<Option<LeakReport>>,
}

impl LeakFindings {
    /// Tells whether every factor that was tried keeps its promises and the dataset knows nothing too early.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.audit.passed() && self.factors.iter().flatten().all(LeakReport::passed)
    }
}

/// Looks for look-ahead in the factors of a session and in its dataset.
///
/// Every factor is also asked in child processes, so that the catalogue must name a program for
/// [isolation](Catalogue::isolating_in). `watch` hears of what is done and can stop it.
///
/// # Errors
///
/// [`LeakcheckError`]: no execution day, no factor with its inputs, a factor that cannot be made, or the watcher stops the check.
pub fn leakcheck(
    session: &Session,
    catalogue: &Catalogue,
    watch: &dyn Watch,
) -> Result<LeakFindings, LeakcheckError> {
    let (dataset, config) = (session.dataset(), session.config());
    let days =
        schedule(dataset, config, &universe(dataset, config)?).map_err(BacktestError::from)?.executions;
    if days.is_empty() {
        let dataset = dataset.manifest().name.clone();
        return Err(LeakcheckError::NoDays { dataset, start: config.start, end: config.end });
    }
    if session.is_refused() {
        let MissingInput { factor, reason, .. } = session.missing_inputs()[0].clone();
        return Err(LeakcheckError::MissingInputs {
            factor,
            dataset: dataset.manifest().name.clone(),
            reason,
        });
    }
    let is_tried =
        |factor: &RunFactor| session.missing_inputs().iter().all(|missing| missing.factor != factor.name());
    let of_factor = |factor: &RunFactor| -> Result<Option<LeakReport>, LeakcheckError> {
        if !is_tried(factor) {
            return Ok(None);
        }
        check_factor(dataset, config, &days, factor, catalogue, watch).map(Some)
    };
    let factors = session.factors().iter().map(of_factor).collect::<Result<_, _>>()?;
    // What a dataset knows does not depend on the months of a run.
    let audit = audit(dataset, &executions(dataset, Month::MIN, None));
    let specs = session.factors().iter().map(|factor| factor.instance.spec());
    let assumed = assumed_series(dataset, config, specs);
    Ok(LeakFindings { executions: days, audit, assumed, factors })
}

fn check_factor(
    dataset: &Dataset,
    config: &Config,
    days: &[Execution],
    factor: &RunFactor,
    catalogue: &Catalogue,
    watch: &dyn Watch,
) -> Result<LeakReport, LeakcheckError> {
    let plugin = &factor.plugin;
    let failed = |error: CallError| FactorError::Call { factor: plugin.name().into(), error };
    let settings = config.of_factor(plugin.name());
    let isolation = catalogue.isolation(&Loading::of(&settings))?;
    let make = |plugin: &Plugin| plugin.create(settings.parameters.clone());
    let apart = plugin.apart(&isolation).map_err(failed)?;
    let without_files = Isolation { may_open_files: false, ..isolation };
    let makers = Makers {
        here: &|| make(plugin),
        apart: &|| make(&apart),
        without_files: &|| make(&plugin.apart(&without_files)?),
    };
    let plan = plan_of(dataset, config, &factor.instance)?;
    Ok(check(dataset, &plan, makers, days, watch)?)
}

/// Says what is known of a sealed factor without a test, and what is not; `None` of any other.
#[must_use]
pub fn sealed_note(factor: &RunFactor) -> Option<String> {
    let is_sealed = matches!(factor.plugin.origin(), Origin::Loaded { is_sealed: true, .. });
    is_sealed.then(|| {
        format!(
            "factor `{}` is sealed: it cannot read a file, not even one that never changes; data may still be compiled \
             into its library",
            factor.name()
        )
    })
}

/// Why look-ahead cannot be looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeakcheckError {
    /// The dataset has no day to ask about.
    #[error("dataset `{dataset}` has no execution day from {start} {}", end.map_or("on".into(), |end| format!("to {end}")))]
    NoDays {
        /// The name of the dataset.
        dataset: String,
        /// The first month.
        start: Month,
        /// The last month.
        end: Option<Month>,
    },
    /// The dataset lacks what a factor needs.
    #[error("factor `{factor}` cannot have a score on dataset `{dataset}`: {reason}")]
    MissingInputs {
        /// The factor.
        factor: String,
        /// The name of the dataset.
        dataset: String,
        /// What it lacks.
        reason: String,
    },
    /// A factor cannot be made.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The configuration does not fit the dataset.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// A factor cannot be checked, or the watcher stopped the check.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl LeakcheckError {
    /// Returns how to mend it, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoDays { .. } => vec!["`rotor dataset describe` says which days there are".into()],
            Self::MissingInputs { .. } => vec![
                "give a dataset that has it by `--dataset`, or change the input in the factor's `spec`"
                    .into(),
            ],
            Self::Factor(error) => error.hints(),
            Self::Backtest(error) => error.hint().into_iter().collect(),
            Self::Check(_) => Vec::new(),
        }
    }
}
