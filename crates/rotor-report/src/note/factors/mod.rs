//! The section of each factor: from what it declares, or from what every factor has.

mod declared;
mod generic;

use super::context::{FactorResult, NoteContext};
use super::figures;
use crate::page::Block;

pub(super) use declared::DeclaredTable;

/// What the page shows of a factor.
#[derive(Clone, Debug, Default)]
pub(super) struct FactorSection {
    /// The pieces of its section.
    pub(super) blocks: Vec<Block>,
    /// For each sector of the day the numbers behind its score in a few words; may be empty.
    pub(super) grounds: Vec<String>,
}

/// Makes the section of a factor that has a signal.
pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> FactorSection {
    if result.factor.spec.presentation().declared_tables().is_empty() {
        generic::section(context, result)
    } else {
        declared::section(context, result)
    }
}
