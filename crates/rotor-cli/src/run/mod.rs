//! `rotor backtest`, `rotor verify`, `rotor note`, `rotor weekly`, `rotor leakcheck` and `rotor init`: what they share, a configuration and
//! its factors.

pub(crate) mod backtest;
pub(crate) mod init;
pub(crate) mod language;
pub(crate) mod leakcheck;
pub(crate) mod ledger;
pub(crate) mod note;
mod output;
pub(crate) mod progress;
pub(crate) mod settings;
mod summary;
pub(crate) mod verify;
pub(crate) mod weekly;
