//! The flags that choose the ledger of trials.

use std::path::PathBuf;

use clap::Args;
use rotor::LedgerChoice;

/// Which ledger is meant.
#[derive(Debug, Args)]
pub(crate) struct LedgerFlags {
    /// The ledger of trials [default: `$ROTOR_LEDGER`, else rotor/trials.jsonl in the user's data folder]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Do not use the ledger: neither count its trials nor add this one; the run records this
    #[arg(long, conflicts_with = "ledger")]
    no_ledger: bool,
}

impl LedgerFlags {
    pub(crate) fn choice(&self) -> LedgerChoice {
        if self.no_ledger {
            LedgerChoice::Off
        } else {
            LedgerChoice::from_environment(self.ledger.as_deref())
        }
    }
}
