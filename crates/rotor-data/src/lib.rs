//! The dataset folder of Rotor: point-in-time data with their release dates.
//!
//! [`Dataset::open`] reads a folder (a manifest and up to nine tables, in Parquet or CSV), [`Dataset::from_batches`] takes the
//! tables from memory; either reports every fault at once or gives the data. Its [`Archive`] is the publication log; a
//! [`Sweep`] walks it forward over execution days and lays out what was known at each as dense windows. [`describe()`]
//! summarises a dataset, [`convert`] changes its format.
//!
//! The crate reads and writes dataset folders and does nothing else: no factor, no schedule, no printing.

mod archive;
mod censor;
mod closes;
mod comparable;
mod dataset;
mod describe;
mod fault;
mod load;
mod manifest;
pub mod model;
mod overdue;
mod read;
pub mod schema;
mod shelter;
mod sources;
mod sweep;
mod units;
mod warning;
mod write;

pub use archive::{Archive, Vintage};
pub use censor::{Future, Part};
pub use closes::{Closes, TradingCalendar};
pub use comparable::{ComparableMember, comparable_growth};
pub use dataset::{DataError, Dataset};
pub use describe::{
    BridgeDescription, Description, EntityDescription, OverdueDescription, SeriesDescription, describe,
    describe_as_of,
};
pub use fault::{Fault, FaultKind, FaultReport};
pub use manifest::{Manifest, PriceFrequency};
pub use read::{Format, ParquetFile};
pub use sources::DataFile;
pub use sweep::{AsOfWindows, Input, Sweep, SweepError, WindowRequest};
pub use units::{unit_en, unit_zh};
pub use warning::{DatasetWarning, Place, WarningCode};
pub use write::{convert, replace_dataset, write_dataset};
