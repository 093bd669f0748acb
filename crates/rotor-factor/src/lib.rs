//! The contract between Rotor and a factor: the words both sides use for time, entities and data.
//!
//! A factor crate depends on this crate alone, so it has no dependencies of its own and compiles in a
//! second. Today it holds the vocabulary that datasets need: [`Date`], [`Month`], [`Quarter`],
//! [`ReferencePeriod`], the two kinds of day that must not be mixed up ([`Released`] and [`AsOf`]), the kinds
//! of entity, and the [`Panel`], a borrowed window of values. It reads no file and knows no clock.

mod entity;
mod panel;
mod time;

pub use entity::{EntityKind, Group};
pub use panel::{Panel, PanelError};
pub use time::{AsOf, Date, DateError, Frequency, Month, Quarter, ReferencePeriod, Released};

/// A word that is not one of a fixed list, with the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// The words that are allowed, in the order the documentation gives them.
    pub known: &'static [&'static str],
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not one of {}", self.known.join(", "))
    }
}

impl std::error::Error for UnknownWord {}
