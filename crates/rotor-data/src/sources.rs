//! Where the tables of a dataset come from: the files of a folder, or record batches in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use rayon::prelude::*;
use rotor_factor::nearest;
use rotor_fs::{open_regular, sha256_of_file};

use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::manifest::Manifest;
use crate::read::{Format, TableSource, remedy_of_format};
use crate::schema::Table;

/// A table of a dataset with the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The name of the file in the folder; `prices (in memory)` of a table that was never a file.
    pub name: String,
    /// The format of the file; `None` of a table in memory.
    pub format: Option<Format>,
    /// The table it holds.
    pub table: Table,
    /// SHA-256 in lower-case hexadecimal digits: of the bytes of a file, of the cells of a table in memory
    /// ([`Dataset::from_batches`](crate::Dataset::from_batches) says how).
    pub sha256: String,
}

/// The tables that there are, in the order of [`Table::ALL`].
pub(crate) struct Sources {
    tables: Vec<TableSource>,
    /// Where the files are that the manifest vouches for.
    folder: Option<PathBuf>,
}

impl Sources {
    /// Finds the files of a folder. Tables that are missing or there twice are reported, and so are files that look like tables.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub(crate) fn in_folder(
        folder: &Path,
        manifest: Option<&Manifest>,
        faults: &mut FaultReport,
    ) -> io::Result<Self> {
        let listing = list(folder)?;
        report_unknown_files(&listing, faults);
        let (mut tables, mut reports) = (Vec::new(), Vec::new());
        for table in Table::ALL {
            let mut report = FaultReport::default();
            tables.extend(TableSource::find(folder, table, &mut report)?);
            reports.push(report);
        }
        let sources = Self { tables, folder: Some(folder.into()) };
        for (table, report) in Table::ALL.into_iter().zip(reports) {
            faults.append(report);
            let other = || listing.iter().find_map(|name| Some((name, remedy_of_format(table, name)?)));
            if sources.get(table).is_none()
                && let Some((name, remedy)) = other()
            {
                let kind = FaultKind::OtherFormat { remedy };
                let file = shown(name);
                faults.push(Fault::of_file(Some(table), file, kind));
            } else if let Some(required_by) = sources.missing(table) {
                let file = format!("{table}.csv or {table}.parquet");
                let kind = FaultKind::MissingFile { required_by };
                faults.push(Fault::of_file(Some(table), file, kind));
            }
        }
        for name in manifest.iter().flat_map(|manifest| manifest.sha256.keys()) {
            if !is_plain(name) || !folder.join(name).is_file() {
                let kind = FaultKind::MissingFile { required_by: "the manifest gives its SHA-256" };
                faults.push(Fault::of_file(None, shown(name), kind));
            }
        }
        Ok(sources)
    }

    /// Takes tables in memory. A table without a batch is absent; those that are missing are reported.
    pub(crate) fn in_memory(mut tables: BTreeMap<Table, Vec<RecordBatch>>, faults: &mut FaultReport) -> Self {
        tables.retain(|_, batches| !batches.is_empty());
        let source = |table| Some(TableSource::in_memory(table, tables.remove(&table)?));
        let sources = Self { tables: Table::ALL.into_iter().filter_map(source).collect(), folder: None };
        for table in Table::ALL {
            if let Some(required_by) = sources.missing(table) {
                let absent = TableSource::in_memory(table, Vec::new());
                faults.push(absent.fault(FaultKind::MissingTable { required_by }));
            }
        }
        sources
    }

    /// Says who needs a table that is not there.
    fn missing(&self, table: Table) -> Option<&'static str> {
        let has = |table| self.get(table).is_some();
        match table {
            _ if has(table) => None,
            Table::Companies => has(Table::Filings).then_some("`filings` needs it"),
            Table::Series => (has(Table::Observations) || has(Table::Links))
                .then_some("`observations` and `links` need it"),
            _ => table.is_required().then_some("every dataset needs it"),
        }
    }

    pub(crate) fn get(&self, table: Table) -> Option<&TableSource> {
        self.tables.iter().find(|source| source.table == table)
    }

    pub(crate) fn load<T>(
        &self,
        table: Table,
        faults: &mut FaultReport,
        read: impl FnOnce(&TableSource, &mut FaultReport) -> T,
    ) -> Option<T> {
        let mut report = FaultReport::default();
        let loaded = self.get(table).map(|source| read(source, &mut report));
        faults.append(report);
        loaded
    }

    /// Returns the hashes of the tables, which have been read before, and of whatever else the manifest vouches for.
    pub(crate) fn hashes(&self, manifest: Option<&Manifest>) -> (Vec<DataFile>, FaultReport) {
        let vouched = manifest.iter().flat_map(|manifest| manifest.sha256.keys()).map(String::as_str);
        let is_table = |name: &str| self.tables.iter().any(|source| source.name == name);
        let others = vouched.filter(|name| is_plain(name) && !is_table(name));
        let others =
            self.folder.iter().flat_map(|folder| others.clone().map(|name| (name, folder.join(name))));
        let tables = self.tables.iter().map(|source| (source.name.as_str(), HashSource::Table(source)));
        let contents: Vec<_> =
            tables.chain(others.map(|(name, path)| (name, HashSource::Other(path)))).collect();
        let hashes: Vec<Option<String>> = contents.par_iter().map(|(_, content)| content.sha256()).collect();
        let (mut files, mut faults) = (Vec::new(), FaultReport::default());
        for ((name, content), found) in contents.into_iter().zip(hashes) {
            // What cannot be read has been reported by its reader.
            let Some(found) = found else { continue };
            let expected = manifest.and_then(|manifest| manifest.sha256.get(name));
            if let Some(expected) = expected.filter(|expected| **expected != found) {
                let kind = FaultKind::HashMismatch { expected: expected.clone(), found: found.clone() };
                let table = content.table().map(|source| source.table);
                faults.push(Fault {
                    table,
                    file: shown(name),
                    row: None,
                    line: None,
                    column: None,
                    kind,
                    count: 1,
                });
            }
            if let Some(source) = content.table() {
                let (name, format) = (source.name.clone(), source.format());
                files.push(DataFile { name, format, table: source.table, sha256: found });
            }
        }
        (files, faults)
    }
}

/// What has a hash: a table, or another file of the folder.
enum HashSource<'a> {
    Table(&'a TableSource),
    Other(PathBuf),
}

impl<'a> HashSource<'a> {
    fn table(&self) -> Option<&'a TableSource> {
        match self {
            Self::Table(source) => Some(source),
            Self::Other(_) => None,
        }
    }

    fn sha256(&self) -> Option<String> {
        match self {
            Self::Table(source) => source.sha256(),
            Self::Other(path) => open_regular(path).and_then(|file| sha256_of_file(&file)).ok(),
        }
    }
}

/// The names in a folder, sorted.
fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in folder.read_dir()? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Reports files that are meant to be tables and would be passed over in silence.
fn report_unknown_files(listing: &[String], faults: &mut FaultReport) {
    for name in listing {
        let Some((stem, extension)) = name.rsplit_once('.') else { continue };
        let is_table = |known: Table| known.name() == stem && ["csv", "parquet"].contains(&extension);
        if !["csv", "parquet"].contains(&extension.to_ascii_lowercase().as_str())
            || Table::ALL.into_iter().any(is_table)
        {
            continue;
        }
        if let Some(nearest) = nearest(&stem.to_ascii_lowercase(), Table::ALL.map(Table::name)) {
            let nearest = format!("{nearest}.{}", extension.to_ascii_lowercase());
            let kind = FaultKind::UnknownFile { name: shown(name), nearest };
            faults.push(Fault::of_file(None, shown(name), kind));
        }
    }
}

/// Tells whether a name is that of a file in the folder itself.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|plain| plain == name)
}
