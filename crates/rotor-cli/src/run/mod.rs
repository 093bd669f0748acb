//! `rotor backtest`, `rotor note` and `rotor init`: what they share, a configuration and its factors.

pub(crate) mod backtest;
pub(crate) mod init;
mod language;
mod members;
pub(crate) mod note;
mod progress;
mod provenance;
mod settings;
mod summary;
