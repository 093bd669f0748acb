//! The section of each factor: the four of the method with columns of their own, any other with those that all have.

mod generic;
mod heat;
mod price;
mod profit;
mod prosperity;

use super::context::{FactorResult, NoteContext};
use super::figures;
use crate::page::Block;

pub(super) use price::alpha;
pub(super) use profit::r_squared;

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
    // A library may bring a factor of the same name; its tables decide.
    let tailored = match result.factor.spec.name() {
        "profit" => profit::section(context, result),
        "price" => price::section(context, result),
        "prosperity" => prosperity::section(context, result),
        "heat" => heat::section(context, result),
        _ => None,
    };
    tailored.unwrap_or_else(|| generic::section(context, result))
}
