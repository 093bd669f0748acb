//! Small words of messages, and how long the texts are that are read whole.

use rotor_fs::shown;

/// Nobody writes a text of a golden backtest, or a document of a run folder, longer than this.
pub(crate) const LONGEST_TEXT: u64 = 256 << 20;

/// Names in backticks with commas.
pub(crate) fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ")
}
