//! Writing the run folder: Parquet files of facts and tables, documents, and `run.json` with their hashes.
//!
//! Equal runs give equal bytes in every file: there is no time stamp, and nothing depends on the number of threads.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use rotor_fs::{FsError, NewFolder, Written, from_start, read_regular};
use serde::Deserialize;

use crate::error::RunError;
use crate::record::{FileRecord, RunRecord};
use crate::rows::Run;
use crate::sheets::{Known, SHEETS, Sheet};
use crate::tables::{IS_MATRIX, TableFile};

/// Rows of a row group: several of them let a reader use several cores, and a writer holds no more than one.
pub(crate) const ROW_GROUP_ROWS: usize = 1 << 16;

/// The file that comes last.
pub(crate) const RUN_FILE: &str = "run.json";
/// It is a few kilobytes; what is longer is something else.
pub(crate) const LONGEST_RUN_FILE: u64 = 64 << 20;

/// Where a run folder goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To this place, where there must be nothing.
    New(PathBuf),
    /// To this place; a run folder that is there is replaced.
    Replace(PathBuf),
    /// To this place, or to the first free one with `-2`, `-3` and so on behind its name.
    Numbered(PathBuf),
}

impl Destination {
    /// Returns where a folder would go now. Of a numbered one another writer may still take the place.
    #[must_use]
    pub fn expected(&self) -> PathBuf {
        let (Self::New(place) | Self::Replace(place) | Self::Numbered(place)) = self;
        let is_free = |place: &Path| from_start(place).symlink_metadata().is_err();
        if !matches!(self, Self::Numbered(_)) || is_free(place) {
            return place.clone();
        }
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let numbered = |number: u64| place.with_file_name(format!("{name}-{number}"));
        (2..=u64::MAX).map(numbered).find(|place| is_free(place)).unwrap_or_else(|| place.clone())
    }
}

/// Looks whether a run folder could go to a place, for those who want to know before the work; [`write()`] asks again.
///
/// # Errors
///
/// [`RunError::Folder`] if there is anything at the place of a [`Destination::New`]; [`RunError::NotARun`] if what is at that of
/// a [`Destination::Replace`] is neither an empty folder nor a run folder, [`RunError::Link`] if it is a link; [`RunError::Foreign`] if a run folder holds a file
/// that no run wrote.
pub fn check_destination(destination: &Destination) -> Result<(), RunError> {
    let (place, is_replaced) = match destination {
        Destination::Numbered(_) => return Ok(()),
        Destination::New(place) => (place, false),
        Destination::Replace(place) => (place, true),
    };
    let Ok(found) = from_start(place).symlink_metadata() else { return Ok(()) };
    if !is_replaced {
        return Err(FsError::Exists { path: place.clone() }.into());
    }
    if found.is_symlink() {
        return Err(RunError::Link { path: place.clone() });
    }
    if !found.is_dir() {
        return Err(RunError::NotARun { path: place.clone() });
    }
    let failed = |source| FsError::Write { path: place.clone(), source };
    let files = files_below(place).map_err(failed)?;
    if files.is_empty() {
        return Ok(());
    }
    // Many a tool writes a `run.json`; ours names the files of a run.
    let named = || -> Option<Named> {
        serde_json::from_slice(&read_regular(&place.join(RUN_FILE), LONGEST_RUN_FILE).ok()?).ok()
    };
    let written = named().map(|named| named.files).unwrap_or_default();
    if !written.contains_key(SHEETS[0].file) {
        return Err(RunError::NotARun { path: place.clone() });
    }
    match files.into_iter().find(|file| file != RUN_FILE && !written.contains_key(file)) {
        Some(file) => Err(RunError::Foreign { place: place.clone(), file }),
        None => Ok(()),
    }
}

/// The files that a `run.json` names, whatever else it says.
#[derive(Deserialize)]
struct Named {
    files: serde_json::Map<String, serde_json::Value>,
}

/// The files below a folder by their path in it, sorted.
pub(crate) fn files_below(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in from_start(&folder.join(&inner)).read_dir()? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.push(path.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a run folder and returns where it is. It appears whole or not at all.
///
/// `record` is what stands in `run.json`; its entry `files` is filled in with SHA-256 and length of every other file.
/// `documents` are names and texts of further files.
///
/// # Errors
///
/// As for [`check_destination`]; [`RunError::Name`] and [`RunError::Table`] before anything is written, [`RunError::Folder`]
/// if the disk refuses.
///
/// # Panics
///
/// If a row refers to an execution, factor, entity, portfolio or text that the run does not have.
pub fn write(
    run: &Run,
    record: &RunRecord,
    documents: &[(&str, &str)],
    destination: &Destination,
) -> Result<PathBuf, RunError> {
    check_destination(destination)?;
    let (known, tables) = (Known::new(run), TableFile::all_of(run)?);
    let new = match destination {
        Destination::New(place) => NewFolder::create(place),
        Destination::Replace(place) => NewFolder::replacing(place, RUN_FILE),
        Destination::Numbered(place) => NewFolder::numbered(place),
    }?;
    let is_written = |sheet: &&'static Sheet| !sheet.may_be_absent || (sheet.n_rows)(run) > 0;
    let sheets = SHEETS.iter().filter(is_written).map(File::Sheet);
    let documents = documents.iter().map(|(name, text)| File::Document(name, text));
    let files: Vec<File<'_>> = sheets.chain(tables.iter().map(File::Table)).chain(documents).collect();
    let written: Vec<_> = files.par_iter().with_max_len(1).map(|file| file.write_to(&new, &known)).collect();
    let mut hashes: Vec<(&str, Written)> = Vec::new();
    for (file, written) in files.iter().zip(written) {
        hashes.push((file.name(), written?));
    }
    hashes.sort_by_key(|(name, _)| *name);
    let files = hashes.into_iter().map(|(name, written)| {
        (name.to_owned(), FileRecord { sha256: written.sha256, bytes: written.n_bytes })
    });
    let record = RunRecord { files: files.collect(), ..record.clone() };
    new.write_file(RUN_FILE, |file| {
        serde_json::to_writer_pretty(&mut *file, &record)?;
        file.write_all(b"\n")
    })?;
    Ok(new.finish()?)
}

/// A file of the folder, `run.json` aside.
enum File<'a> {
    Sheet(&'static Sheet),
    Table(&'a TableFile<'a>),
    Document(&'a str, &'a str),
}

impl File<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Sheet(sheet) => sheet.file,
            Self::Table(table) => &table.name,
            Self::Document(name, _) => name,
        }
    }

    fn write_to(&self, new: &NewFolder, known: &Known<'_>) -> Result<Written, FsError> {
        new.write_file(self.name(), |file| match self {
            Self::Sheet(sheet) => {
                let schema = sheet.schema();
                let batch = |rows| RecordBatch::try_new(schema.clone(), (sheet.arrays)(known, rows));
                let batch = |rows| batch(rows).expect("the columns are those of the schema");
                let n_rows = (sheet.n_rows)(known.run);
                let starts = (0..n_rows).step_by(ROW_GROUP_ROWS);
                let batches = starts.map(|start| batch(start..n_rows.min(start + ROW_GROUP_ROWS)));
                write_parquet(file, &schema, &[], batches)
            }
            Self::Table(table) => {
                let schema = table.schema();
                let remarks = table.is_matrix().then_some((IS_MATRIX, "true"));
                write_parquet(file, &schema, remarks.as_slice(), table.batches(&schema, ROW_GROUP_ROWS))
            }
            Self::Document(_, text) => file.write_all(text.as_bytes()),
        })
    }
}

pub(crate) fn write_parquet(
    file: &mut (impl Write + Send),
    schema: &SchemaRef,
    remarks: &[(&str, &str)],
    batches: impl Iterator<Item = RecordBatch>,
) -> io::Result<()> {
    let remark = |(key, value): &(&str, &str)| KeyValue::new((*key).to_owned(), (*value).to_owned());
    let remarks = (!remarks.is_empty()).then(|| remarks.iter().map(remark).collect());
    let mut properties = WriterProperties::builder()
        // The version of the library would change the bytes, and with them the hashes, at every update.
        .set_created_by("rotor".into())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(remarks)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for field in schema.fields() {
        let column = || ColumnPath::from(field.name().as_str());
        properties = match field.data_type() {
            // Hardly a number stands there twice; looking for it takes longer than writing it.
            DataType::Float64 => properties.set_column_dictionary_enabled(column(), false),
            // The least and the largest text help no reader, and comparing texts takes as long as writing them.
            DataType::Utf8 | DataType::Dictionary(..) => {
                properties.set_column_statistics_enabled(column(), EnabledStatistics::None)
            }
            _ => properties,
        };
    }
    // With the Arrow schema in the file, readers would make categories of our dictionaries.
    let options =
        ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(file, schema.clone(), options)?;
    for batch in batches {
        writer.write(&batch)?;
    }
    writer.close()?;
    Ok(())
}
