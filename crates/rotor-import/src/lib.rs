//! From the files that people have to a point-in-time dataset.
//!
//! A [`Plan`] says what the files hold and since when it was known; [`import`] reads them all and either there is a dataset that obeys
//! every rule, or there is a report of every fault with file, sheet, row, column and value. Nothing is guessed in silence: zeros
//! and days of release must be spoken of, and what is left out or changed is counted.
//!
//! The crate opens no connection and knows no source: what differs between sources stands in plans.

mod assemble;
mod block;
mod date;
mod expand;
mod fault;
mod fetched;
mod grow;
mod guess;
mod key;
mod number;
pub mod plan;
mod read;
mod recipe;
mod release;
mod report;
mod shipped;
mod source;

use std::path::Path;

use rotor_data::model::Tables;
use rotor_data::{DataError, Dataset, Format, Manifest, write_dataset};

use assemble::{Assembled, Places, assemble};
pub use fault::{Fault, FaultKind, Faults, Place};
pub use fetched::fetched_on;
pub use grow::{Grown, Growth, Rewrites};
pub use guess::guess;
pub use plan::Plan;
pub use recipe::{About, RECIPES, Recipe};
use release::DatedBy;
pub use report::TableReport;
pub use shipped::{BRIDGES, CALENDARS, DEADLINES, LINKS, SHIPPED};

/// What files gave.
#[derive(Debug)]
pub struct Imported {
    /// What the manifest says.
    pub manifest: Manifest,
    /// The tables, in the order of their rows.
    pub tables: Tables,
    /// What became of the cells of each table of the plan.
    pub reports: Vec<TableReport>,
    places: Places,
    dated: Vec<DatedBy>,
}

/// Why there is no dataset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The plan is none.
    #[error("the plan cannot be read: {0}")]
    Plan(#[from] toml::de::Error),
    /// Something in the plan or the files is wrong.
    #[error("{0}")]
    Faulty(Faults),
    /// The folder cannot be written.
    #[error(transparent)]
    Write(#[from] DataError),
}

impl ImportError {
    /// Returns how to mend it, where the message does not say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Plan(_) => Some("the page of `rotor import` has every key"),
            Self::Faulty(_) => None,
            Self::Write(error) => error.hint(),
        }
    }
}

/// Reads the files of a plan; their names are meant from `folder`.
///
/// # Errors
///
/// [`ImportError::Faulty`] with every fault of the plan, the files, and of what would come of them.
pub fn import(plan: &Plan, folder: &Path) -> Result<Imported, ImportError> {
    let imported = read(plan, folder, None)?;
    match Dataset::from_tables(imported.manifest.clone(), &imported.tables) {
        Ok(_) => Ok(imported),
        Err(error) => Err(ImportError::Faulty(in_files(&error, &imported.places))),
    }
}

/// Reads the files of a plan that are to be added to a dataset by [`Imported::grow`]; they need not make a dataset of their own.
///
/// # Errors
///
/// [`ImportError::Faulty`] with every fault of the plan and the files.
pub fn import_for(plan: &Plan, folder: &Path, dataset: &Dataset) -> Result<Imported, ImportError> {
    read(plan, folder, Some(dataset))
}

fn read(plan: &Plan, folder: &Path, base: Option<&Dataset>) -> Result<Imported, ImportError> {
    let Assembled { manifest, tables, reports, places, dated } =
        assemble(plan, folder, base).map_err(ImportError::Faulty)?;
    Ok(Imported { manifest, tables, reports, places, dated })
}

/// The faults of a dataset, told by the places in the files that they come from.
fn in_files(error: &DataError, places: &Places) -> Faults {
    let mut faults = Faults::default();
    let Some(report) = error.faults() else {
        faults.add(None, None, FaultKind::Dataset { told: error.to_string(), remedy: None });
        return faults;
    };
    for fault in report.faults() {
        let row = fault.row.and_then(|row| usize::try_from(row).ok()?.checked_sub(1));
        let place = row.and_then(|row| match fault.table {
            Some(rotor_data::schema::Table::Prices) => places.of_price(row),
            Some(rotor_data::schema::Table::Observations) => places.of_observation(row),
            _ => None,
        });
        let told = match place {
            Some(_) => fault.kind.to_string(),
            None => fault.to_string(),
        };
        faults.faults.push(Fault {
            place,
            table: None,
            kind: FaultKind::Dataset { told, remedy: remedy_of(&fault.kind) },
            count: fault.count,
        });
    }
    faults
}

/// What a plan can do about a fault of the dataset that comes of it.
fn remedy_of(kind: &rotor_data::FaultKind) -> Option<&'static str> {
    match kind {
        rotor_data::FaultKind::NotPeriodEnd { .. } => Some(
            "write `roll = \"month_end\"` or `quarter_end` under `date`; or `shift`, if the day is that of another period",
        ),
        rotor_data::FaultKind::EarlyInMonth { .. } => {
            Some("write `roll = \"month_end\"` under `date`, or `price_frequency = \"D\"` under `[dataset]`")
        }
        _ => None,
    }
}

impl Imported {
    /// Writes the dataset to a new folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ImportError::Write`] if there is something at `folder` or the disk refuses.
    pub fn write(&self, folder: &Path) -> Result<(), ImportError> {
        Ok(write_dataset(folder, &self.manifest, &self.tables, Format::Parquet, &[])?)
    }
}
