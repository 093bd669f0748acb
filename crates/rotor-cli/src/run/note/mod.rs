//! `rotor note`: which sectors to select, with the numbers behind them.
//!
//! The engine's note, the dataset and the evaluation are composed to a [`rotor_run::Note`], of which `rotor-report` makes the page
//! or the document.

mod command;
mod compose;
mod history;

pub(crate) use command::{NoteCommand, run};
