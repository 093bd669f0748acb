//! Every error of the library as one, for programs that only report it.

use rotor_data::{DataError, FaultReport};
use rotor_engine::BacktestError;
use rotor_run::RunError;
use rotor_run::ledger::LedgerError;

use crate::config::ConfigError;
use crate::demo::DemoError;
use crate::factors::FactorError;
use crate::golden::GoldenError;
use crate::leakcheck::LeakcheckError;
use crate::verify::VerifyError;

/// Any error of the library. Each door has an enum of its own; this one holds them all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A dataset cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is no demo dataset.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A configuration is faulty.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A factor is not to be had.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// A backtest or note cannot be made.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// A run folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] RunError),
    /// The ledger of trials cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Golden backtests cannot be used.
    #[error(transparent)]
    Golden(#[from] GoldenError),
    /// Look-ahead cannot be looked for.
    #[error(transparent)]
    Leakcheck(#[from] LeakcheckError),
    /// A run folder cannot be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl Error {
    /// Returns the faults of a dataset, if those are the reason.
    #[must_use]
    pub fn faults(&self) -> Option<&FaultReport> {
        match self {
            Self::Data(error) | Self::Golden(GoldenError::Data(error)) => error.faults(),
            _ => None,
        }
    }

    /// Returns what is wrong; of a dataset every fault, a line each.
    #[must_use]
    pub fn report(&self) -> String {
        self.faults().map_or_else(|| self.to_string(), |faults| format!("{self}\n{faults}"))
    }

    /// Returns how to mend it, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Data(error) => error.hint().map(Into::into),
            Self::Demo(error) => error.hint().map(Into::into),
            Self::Config(error) => error.hint().map(Into::into),
            Self::Factor(error) => return error.hints(),
            Self::Backtest(error) => error.hint(),
            Self::Folder(error) => error.hint().map(Into::into),
            Self::Ledger(error) => Some(error.hint().into()),
            Self::Golden(error) => return error.hints(),
            Self::Leakcheck(error) => return error.hints(),
            Self::Verify(error) => error.hint().map(Into::into),
        };
        hint.into_iter().collect()
    }
}
