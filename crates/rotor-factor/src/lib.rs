//! The contract between Rotor and a factor.
//!
//! A factor is a pure function from *what was public on a day* to *one score per sector*. A factor crate implements [`Factor`],
//! exports it with [`export_factor!`] and tests it with [`testing`]. It depends on this crate only, so it compiles in seconds, and
//! it can be linked into Rotor or loaded as a library without changes.
//!
//! - Time: [`Date`], [`Month`], [`Quarter`], [`ReferencePeriod`], and the two kinds of day that must not be mixed up,
//!   [`Released`] and [`AsOf`].
//! - What a factor sees: [`AsOfView`] with [`Panel`]s, [`Bridge`] and [`Links`], as its [`Spec`] declares them.
//! - What it returns: a [`Signal`], made of [`CrossSection`]s and [`Reason`]s, or a [`FactorError`].
//! - How it is shown: a [`Presentation`] with titles, words, tables and figures.
//! - What crosses the boundary to a host, and in other languages: [`abi`], [`host`].
//!
//! The crate reads no files and no clock.

pub mod abi;
mod arrow;
mod bridge;
mod cross_section;
mod entity;
mod error;
mod export;
mod factor;
pub mod host;
mod json;
mod links;
mod names;
mod nearest;
mod panel;
mod parameter;
mod presentation;
mod reason;
mod signal;
mod spec;
mod table;
pub mod testing;
mod time;
mod view;

pub use arrow::{ArrowArray, ArrowSchema};
pub use bridge::{Bridge, SectorBridge};
pub use cross_section::CrossSection;
pub use entity::{EntityKind, Group, Measure};
pub use error::FactorError;
pub use export::ExportedFactor;
pub use factor::Factor;
pub use links::{Link, LinkedSeries, Links};
pub use names::{LONGEST_FACTOR_NAME, LONGEST_NAME};
pub use nearest::nearest;
pub use panel::{Panel, PanelError};
pub use parameter::{Alternative, Parameter, ParameterKind, Parameters, Value};
pub use presentation::{
    ColumnFormat, ColumnSpec, FigureKind, FigureSpec, Presentation, RowText, Shade, TableSpec, Text,
};
pub use reason::{Explanation, Reason};
pub use signal::{Diagnostic, EntityRef, Forecast, Realized, Signal};
pub use spec::{Input, Scale, Source, Spec};
pub use table::{Column, ColumnValues, Table};
pub use time::{AsOf, Calendar, Date, DateError, Frequency, Month, Quarter, ReferencePeriod, Released};
pub use view::{AsOfView, Entities};

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
