//! What the tests of plans share: a folder of files, and what an import made of it.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fs;
use std::path::{Path, PathBuf};

use rotor_data::model::Observation;
use rotor_import::{ImportError, Imported, Plan, import};
use tempfile::TempDir;

/// The head of a plan.
pub(crate) const HEAD: &str = r#"
[dataset]
name = "mine"
title = "Made up"
currency = "CNY"
source = "made up"
"#;

/// A folder of files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path().join(name), bytes).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Its files in the order of their names.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// What a plan without its head makes of the files.
    pub(crate) fn import(&self, plan: &str) -> Result<Imported, ImportError> {
        import(&Plan::parse(&format!("{HEAD}{plan}"))?, self.path())
    }

    /// What is wrong with the plan or the files, a line a fault.
    pub(crate) fn faults(&self, plan: &str) -> Vec<String> {
        match self.import(plan) {
            Err(ImportError::Faulty(faults)) => faults.faults.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }
}

/// The closes, a line each.
pub(crate) fn closes(imported: &Imported) -> Vec<String> {
    let tables = &imported.tables;
    let code = |entity: u32| &tables.entities[entity as usize].code;
    tables.prices.iter().map(|row| format!("{} {} {:.4}", code(row.entity), row.date, row.close)).collect()
}

/// The observations, a line each.
pub(crate) fn observations(imported: &Imported) -> Vec<String> {
    let tables = &imported.tables;
    let row = |row: &Observation| {
        let (series, entity) =
            (&tables.series[row.series as usize].name, &tables.entities[row.entity as usize].code);
        format!("{series} {entity} {} {} {:.4}", row.period, row.released.0, row.value)
    };
    tables.observations.iter().map(row).collect()
}
