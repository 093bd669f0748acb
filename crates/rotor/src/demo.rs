//! The demo dataset, or the same data made anew where the folder is not at hand.

use std::io;
use std::path::{Path, PathBuf};

use rotor_data::{DataError, Dataset, Format, write_dataset};
use rotor_fs::from_start;
use rotor_synthetic::{SyntheticError, World};
use tempfile::TempDir;

/// Where the demo lies in a clone of the project.
pub const DEMO_FOLDER: &str = "datasets/demo";

const SEED: u64 = 20_150_105;

/// A dataset folder that is there for as long as this value lives.
#[derive(Debug)]
pub struct DatasetFolder {
    path: PathBuf,
    /// Removes the folder if it was made here.
    made: Option<TempDir>,
}

impl DatasetFolder {
    /// Takes a folder; without one the demo, which is made anew, to the same bits, where the working directory has no
    /// [`DEMO_FOLDER`].
    ///
    /// # Errors
    ///
    /// If the demo cannot be made. Whether a folder is a dataset is not looked at.
    pub fn or_demo(folder: Option<&Path>) -> Result<Self, DemoError> {
        let demo = Path::new(DEMO_FOLDER);
        if let Some(folder) = folder.or_else(|| from_start(demo).is_dir().then_some(demo)) {
            return Ok(Self { path: folder.into(), made: None });
        }
        let made = tempfile::tempdir().map_err(DemoError::Temporary)?;
        let path = made.path().join("world");
        let mut world = rotor_synthetic::generate(World::AShare, SEED)?;
        world.manifest.name = "demo".into();
        write_dataset(&path, &world.manifest, &world.tables, Format::Parquet, &[])?;
        Ok(Self { path, made: Some(made) })
    }

    /// Returns the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether the data were made anew.
    #[must_use]
    pub fn is_made_anew(&self) -> bool {
        self.made.is_some()
    }

    /// Reads the dataset.
    ///
    /// # Errors
    ///
    /// As [`Dataset::open`].
    pub fn open(&self) -> Result<Dataset, DataError> {
        Dataset::open(&self.path)
    }
}

/// Why there is no demo dataset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// No temporary folder can be made.
    #[error("cannot make a temporary folder: {0}")]
    Temporary(io::Error),
    /// The world cannot be made.
    #[error(transparent)]
    World(#[from] SyntheticError),
    /// It cannot be written.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl DemoError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Temporary(_) => Some("name a folder with free space by TMPDIR"),
            Self::World(error) => Some(error.hint()),
            Self::Data(error) => error.hint(),
        }
    }
}
