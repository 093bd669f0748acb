//! What each factor has to say: the four of the method in columns of their own, any other in those that all have.

mod generic;
mod heat;
mod price;
mod profit;
mod prosperity;

use super::facts::{Answer, Teller};
use super::figures;
use super::page::Block;

pub(super) use price::alpha;
pub(super) use profit::r_squared;

/// What there is to tell of a factor.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// The section.
    pub(super) blocks: Vec<Block>,
    /// For each sector of the day the number behind its score in a few words; may be empty.
    pub(super) whys: Vec<String>,
}

/// Tells of a factor that answered.
pub(super) fn tell(teller: &Teller<'_>, answer: Answer<'_>) -> Told {
    // A library may bring a factor of the same name; its tables decide.
    let tailored = match answer.chosen.plugin.name() {
        "profit" => profit::tell(teller, answer),
        "price" => price::tell(teller, answer),
        "prosperity" => prosperity::tell(teller, answer),
        "heat" => heat::tell(teller, answer),
        _ => None,
    };
    tailored.unwrap_or_else(|| generic::tell(teller, answer))
}
