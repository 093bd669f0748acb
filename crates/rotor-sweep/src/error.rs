//! Why a sweep cannot be planned, run, merged or picked from.

use std::path::PathBuf;

use rotor_fs::{FsError, shown, shown_path};
use rotor_run::sweep::{PartError, SweepFolderError};

use crate::spec::{SpecError, SpecFaults};

/// Why a sweep cannot be planned, run, merged or picked from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The sweep's file cannot be read or has faults.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// Dataset, configuration or factors are at fault.
    #[error(transparent)]
    Library(#[from] rotor::Error),
    /// The folder of the sweep cannot be read or written.
    #[error(transparent)]
    Folder(#[from] SweepFolderError),
    /// A part cannot be read or written.
    #[error(transparent)]
    Part(#[from] PartError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FsError),
    /// There are more trials than anybody wants by mistake.
    #[error("the sweep has {n} settings, more than {limit}")]
    TooMany {
        /// How many there are.
        n: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// No setting keeps the rules.
    #[error("no setting of the axes keeps the rules: all {n} are refused, {n_by_rule} by `{}`", shown(rule))]
    NothingLeft {
        /// How many there are.
        n: u64,
        /// The rule that refuses most.
        rule: String,
        /// How many it refuses.
        n_by_rule: u64,
    },
    /// There are not enough months to hold some out.
    #[error("{months} months cannot be held out: the sweep has {n}")]
    NoMonthsLeft {
        /// How many are to be held out.
        months: usize,
        /// How many there are.
        n: usize,
    },
    /// The dataset is another than that of the plan.
    #[error("the dataset has changed since the plan was made: {}", what.join(", "))]
    OtherDataset {
        /// The tables that differ.
        what: Vec<String>,
    },
    /// A factor is another than that of the plan.
    #[error("factor `{}` is another than that of the plan: {what}", shown(factor))]
    OtherFactor {
        /// The factor.
        factor: String,
        /// What differs.
        what: String,
    },
    /// The plan was made by another version.
    #[error("the plan was made by rotor {found}, and this is {here}")]
    OtherVersion {
        /// The version of the plan.
        found: String,
        /// That of this program.
        here: String,
    },
    /// A shard cannot be what was asked for.
    #[error("there is no shard {shard} of {n}")]
    NoShard {
        /// Its number.
        shard: usize,
        /// Of how many.
        n: usize,
    },
    /// Parts are missing.
    #[error("{n} of {of} parts are missing: {missing}")]
    Missing {
        /// How many are missing.
        n: usize,
        /// How many there are.
        of: usize,
        /// Their numbers, or those of shards, as `sbatch --array` takes them.
        missing: String,
        /// The number of shards that these are numbers of.
        n_shards: usize,
    },
    /// The folder has the plan of another sweep.
    #[error("`{}` holds another sweep", shown_path(place))]
    OtherSweep {
        /// The folder.
        place: PathBuf,
    },
    /// No trial can be picked.
    #[error("no trial of the sweep can be picked by `{rule}`: {reason}")]
    NothingToPick {
        /// The rule.
        rule: &'static str,
        /// Why not.
        reason: String,
    },
    /// The hold-out was opened before, for another trial.
    #[error("the hold-out of this sweep was opened on {when} for trial {trial}")]
    Opened {
        /// When.
        when: String,
        /// For which trial.
        trial: String,
    },
    /// There is no trial of this identifier.
    #[error("the sweep in `{}` has no trial `{}`", shown_path(place), shown(id))]
    NoTrial {
        /// The folder.
        place: PathBuf,
        /// The identifier as it was given.
        id: String,
    },
    /// Several trials have identifiers that begin so.
    #[error("{n} trials of the sweep begin with `{}`", shown(id))]
    SeveralTrials {
        /// The beginning.
        id: String,
        /// How many.
        n: usize,
    },
    /// The backtest of a trial gives something else than its row.
    #[error("the backtest of trial `{}` is not what its row in `{}` says", &id[..12.min(id.len())], shown_path(place))]
    OtherResult {
        /// The folder of the sweep.
        place: PathBuf,
        /// The trial.
        id: String,
    },
    /// The work was stopped by its watcher.
    #[error("stopped")]
    Stopped,
}

impl From<SpecFaults> for SweepError {
    fn from(faults: SpecFaults) -> Self {
        Self::Spec(faults.into())
    }
}

/// Errors of the library's doors.
macro_rules! library_errors {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for SweepError {
            fn from(error: $error) -> Self {
                Self::Library(error.into())
            }
        })+
    };
}

library_errors!(
    rotor::BacktestError,
    rotor::ConfigError,
    rotor::DataError,
    rotor::FactorError,
    rotor::RunError,
    rotor::trial_ledger::LedgerError,
);

impl SweepError {
    /// Returns how to mend it, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Spec(SpecError::File { .. }) => Some("`rotor sweep --help` shows what a sweep's file holds".into()),
            Self::Spec(SpecError::Faults(_)) | Self::Stopped | Self::NothingToPick { .. } => None,
            Self::Library(error) => return error.hints(),
            Self::Folder(error) => error.hint().map(Into::into),
            Self::Part(error) => error.hint(),
            Self::File(error) => error.hint().map(Into::into),
            Self::TooMany { .. } => {
                Some("draw some of them by `[sample]`, or allow more by `--limit N`".into())
            }
            Self::NothingLeft { .. } => Some("look at the rules under `[require]`".into()),
            Self::NoMonthsLeft { .. } => Some("hold fewer months out".into()),
            Self::OtherDataset { .. } => Some("plan again for these data, or give those of the plan by `--dataset DIR`".into()),
            Self::OtherFactor { .. } => Some("plan again, or use the library that the plan names".into()),
            Self::OtherVersion { .. } => Some("plan again, or use that version".into()),
            Self::NoShard { .. } => Some("shards are counted from 0: `--shard 0/4` to `--shard 3/4`".into()),
            Self::Missing { missing, n_shards, .. } => Some(format!(
                "run them by `--shard I/{n_shards}`, on a cluster by `sbatch --array={missing}`; or all that are missing by `rotor sweep run`"
            )),
            Self::OtherSweep { .. } => Some("give each sweep a folder of its own by `--out`".into()),
            Self::Opened { .. } => {
                Some("a hold-out that is opened for a second trial is no hold-out; hold other months out in a new sweep".into())
            }
            Self::OtherResult { .. } => {
                Some("a factor does not repeat its answers, see `rotor factor check`; or the dataset has changed".into())
            }
            Self::NoTrial { .. } => Some("`trials.parquet` and the report have the identifiers; trials have numbers from 0 as well".into()),
            Self::SeveralTrials { .. } => Some("give more digits".into()),
        };
        hint.into_iter().collect()
    }
}
