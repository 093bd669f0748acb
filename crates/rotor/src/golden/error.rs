//! Why golden backtests cannot be used.

use std::io;
use std::path::PathBuf;

use rotor_data::DataError;
use rotor_engine::BacktestError;
use rotor_fs::{FsError, shown, shown_path};
use rotor_run::RunError;
use rotor_synthetic::SyntheticError;

use crate::config::ConfigError;
use crate::factors::FactorError;
use crate::text::listed;

/// Why golden backtests cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// The folder has no cases.
    #[error("there are no golden backtests in {}", shown_path(folder))]
    NoCases {
        /// The folder.
        folder: PathBuf,
    },
    /// No case has this name.
    #[error("there is no golden backtest `{}` in {}", shown(name), shown_path(folder))]
    UnknownCase {
        /// The name.
        name: String,
        /// The folder.
        folder: PathBuf,
        /// The names of the cases.
        known: Vec<String>,
    },
    /// A file of a case cannot be read.
    #[error("cannot read {}: {}", shown_path(path), shown(reason))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of a case cannot be written.
    #[error(transparent)]
    Write(FsError),
    /// A case needs what a command makes first.
    #[error("golden backtest `{}` needs {}, which is not there yet", shown(case), shown_path(path))]
    NotMade {
        /// The case.
        case: String,
        /// What it needs.
        path: PathBuf,
        /// The command.
        made_by: String,
    },
    /// A key is of a factor that no case runs.
    #[error(
        "`--set {}`: no golden backtest in {} runs a factor `{}`",
        shown(key),
        shown_path(folder),
        shown(factor)
    )]
    UnknownFactor {
        /// The key.
        key: String,
        /// The factor.
        factor: String,
        /// The folder of the cases.
        folder: PathBuf,
        /// The factors that they run.
        known: Vec<String>,
    },
    /// An acceptance has no name or no reason.
    #[error("an acceptance needs {what}")]
    Unsigned {
        /// What it lacks.
        what: &'static str,
    },
    /// The configuration of a case is faulty.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A factor of a case is not to be had.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The dataset of a case cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The synthetic world of a case cannot be made.
    #[error(transparent)]
    World(#[from] SyntheticError),
    /// A case cannot be replayed.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// The run folder of a case cannot be written or read.
    #[error(transparent)]
    Folder(#[from] RunError),
    /// No temporary folder can be made.
    #[error("cannot make a temporary folder: {0}")]
    Temporary(io::Error),
}

impl GoldenError {
    /// Returns how to mend it, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NoCases { .. } => {
                Some("make a folder in it with a `case.toml`, or name another place by `--dir`".into())
            }
            Self::UnknownFactor { factor, known, .. } => {
                Some(match rotor_factor::nearest(factor, known.iter().map(String::as_str)) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("they run {}", listed(known)),
                })
            }
            Self::UnknownCase { known, .. } => Some(format!("there are {}", listed(known))),
            Self::NotMade { made_by, .. } => Some(format!("`{made_by}` makes it")),
            Self::Unsigned { .. } => Some("say why by `--reason` and who by `--by`, in words".into()),
            Self::Config(error) => error.hint().map(Into::into),
            Self::Factor(error) => return error.hints(),
            Self::Data(error) => error.hint().map(Into::into),
            Self::World(error) => Some(error.hint().into()),
            Self::Backtest(error) => error.hint(),
            Self::Folder(error) => error.hint().map(Into::into),
            Self::Write(error) => error.hint().map(Into::into),
            Self::Read { .. } | Self::Temporary(_) => None,
        };
        hint.into_iter().collect()
    }
}
