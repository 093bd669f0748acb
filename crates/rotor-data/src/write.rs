//! Writing dataset folders, completely or not at all.
//!
//! An existing folder is never changed.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Date32Array, Float64Array, Int8Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use rotor_factor::Date;
use rotor_fs::{FileWriter, FsError, NewFolder, Written, from_start};

use crate::dataset::{DataError, Dataset};
use crate::fault::FaultReport;
use crate::manifest::Manifest;
use crate::model::{Accumulation, EventKind, ReleaseDays, Tables};
use crate::read::{Batch, Format, TableSource};
use crate::schema::{CellType, Column, Table};

/// Rows of a row group: several of them let a reader use several cores.
const ROW_GROUP_ROWS: usize = 1 << 16;

/// Writes a dataset made in memory to a new folder, with the hashes of its files in the manifest. `extra` files
/// (name and text) go beside the tables.
///
/// # Errors
///
/// [`DataError::Write`] if there is something at `folder` or the disk refuses.
pub fn write_dataset(
    folder: &Path,
    manifest: &Manifest,
    tables: &Tables,
    format: Format,
    extra: &[(&str, &str)],
) -> Result<(), DataError> {
    let new = NewFolder::create(folder)?;
    write_tables(&new, manifest, tables, format)?;
    for (name, text) in extra {
        write_text(&new, name, text)?;
    }
    new.finish()?;
    Ok(())
}

/// Replaces the dataset in a folder, whole or not at all: until the new one is complete, the old one stays. Files that are not part of
/// a dataset are taken over.
///
/// # Errors
///
/// [`DataError::Write`] if `folder` is no dataset or has folders in it, or the disk refuses.
pub fn replace_dataset(
    folder: &Path,
    manifest: &Manifest,
    tables: &Tables,
    format: Format,
) -> Result<(), DataError> {
    let new = NewFolder::replacing(folder, Manifest::FILE)?;
    let failed = |source| FsError::Write { path: folder.into(), source };
    let is_part = |name: &str| {
        let is_table = |table: &Table| name == format!("{table}.csv") || name == format!("{table}.parquet");
        name == Manifest::FILE || Table::ALL.iter().any(is_table)
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(from_start(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            let reason = format!("it has a folder in it, `{}`", entry.file_name().display());
            return Err(failed(io::Error::other(reason)).into());
        }
        names.push(entry.file_name());
    }
    names.sort();
    for name in names {
        let text = name.to_str().ok_or_else(|| failed(io::Error::other("a name in it is not UTF-8")))?;
        if !is_part(text) {
            let mut old = std::fs::File::open(from_start(&folder.join(&name))).map_err(failed)?;
            new.write_file(text, |file| io::copy(&mut old, file).map(|_| ()))?;
        }
    }
    write_tables(&new, manifest, tables, format)?;
    new.finish()?;
    Ok(())
}

/// Writes the tables that have rows, and the manifest with their hashes.
fn write_tables(
    new: &NewFolder,
    manifest: &Manifest,
    tables: &Tables,
    format: Format,
) -> Result<(), DataError> {
    let mut manifest = Manifest { sha256: std::collections::BTreeMap::new(), ..manifest.clone() };
    for (table, columns) in columns_of(tables) {
        if columns.first().is_some_and(|(_, array)| !array.is_empty()) {
            let (name, written) = write_table(new, table, format, &[columns])?;
            manifest.sha256.insert(name, written.sha256);
        }
    }
    write_text(new, Manifest::FILE, &manifest.to_toml())
}

impl Dataset {
    /// Makes a dataset of tables as plain values, by the rules of a folder; rows of faults are those of the tables.
    ///
    /// # Errors
    ///
    /// [`DataError::FaultyTables`] with every fault.
    ///
    /// # Panics
    ///
    /// If a row refers to an entity or a series that the tables do not have.
    pub fn from_tables(manifest: Manifest, tables: &Tables) -> Result<Self, DataError> {
        let batch = |columns: &Columns| {
            let field = |(column, array): &(&Column, ArrayRef)| {
                Field::new(column.name, array.data_type().clone(), column.optional)
            };
            let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
            let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
            RecordBatch::try_new(Arc::new(schema), arrays).expect("columns of one table have one length")
        };
        let filled = columns_of(tables)
            .into_iter()
            .filter(|(_, columns)| columns.first().is_some_and(|(_, array)| !array.is_empty()));
        Self::from_batches(manifest, filled.map(|(table, columns)| (table, vec![batch(&columns)])).collect())
    }
}

/// Writes the dataset in `from` to the new folder `to` in another format.
///
/// Values stay equal to the bit and rows keep their order; columns come in the order of the documentation. Hashes in the
/// manifest are recomputed if there were any. Files that are not part of a dataset are not copied.
///
/// # Errors
///
/// [`DataError::Faulty`] if `from` is not a sound dataset, else as [`write_dataset`].
pub fn convert(from: &Path, to: &Path, format: Format) -> Result<(), DataError> {
    let dataset = Dataset::open(from)?;
    let new = NewFolder::create(to)?;
    let mut manifest = dataset.manifest().clone();
    let is_hashed = !manifest.sha256.is_empty();
    manifest.sha256.clear();
    for file in dataset.files() {
        let mut faults = FaultReport::default();
        let source = TableSource::find(&from_start(from), file.table, &mut faults)
            .map_err(|source| DataError::Folder { path: from.into(), source })?
            .filter(|source| source.name == file.name);
        let read = |source: &TableSource| {
            source.fold(&mut faults, |_| Vec::new(), |batches, batch, _| batches.push(columns_read(batch)))
        };
        let parts = source.as_ref().and_then(read);
        let batches: Vec<Columns> = parts.into_iter().flatten().flatten().collect();
        let is_unchanged = source.and_then(|source| source.sha256()).is_some_and(|hash| hash == file.sha256);
        if !faults.is_empty() || !is_unchanged {
            let reason = io::Error::other("it changed while it was being converted");
            return Err(FsError::Write { path: from.join(&file.name), source: reason }.into());
        }
        let (name, written) = write_table(&new, file.table, format, &batches)?;
        if is_hashed {
            manifest.sha256.insert(name, written.sha256);
        }
    }
    write_text(&new, Manifest::FILE, &manifest.to_toml())?;
    new.finish()?;
    Ok(())
}

/// Columns of one table on their way to a file: text, `date32`, `double` or `int8`.
type Columns = Vec<(&'static Column, ArrayRef)>;

fn write_table(
    new: &NewFolder,
    table: Table,
    format: Format,
    batches: &[Columns],
) -> Result<(String, Written), DataError> {
    let name = format!("{table}.{}", format.extension());
    let written = new.write_file(&name, |file| match format {
        Format::Csv => write_csv(file, table, batches),
        Format::Parquet => write_parquet(file, table, batches),
    })?;
    Ok((name, written))
}

fn write_text(new: &NewFolder, name: &str, text: &str) -> Result<(), DataError> {
    new.write_file(name, |file| file.write_all(text.as_bytes()))?;
    Ok(())
}

/// Returns the columns of a batch that are there, in the types in which they are written.
fn columns_read(batch: &Batch<'_>) -> Columns {
    batch
        .present()
        .map(|(column, array)| {
            let array: ArrayRef = match column.cells {
                CellType::Text => {
                    let text = batch.text(column.name).expect("the column is there");
                    Arc::new((0..batch.n_rows()).map(|row| text.get(row)).collect::<StringArray>())
                }
                CellType::Date | CellType::Number => Arc::clone(array),
                CellType::Integer => {
                    let integers = array.as_primitive::<Int64Type>().iter();
                    Arc::new(
                        integers.map(|integer| integer.map(|integer| integer as i8)).collect::<Int8Array>(),
                    )
                }
            };
            (column, array)
        })
        .collect()
}

#[allow(clippy::too_many_lines, reason = "one line a column; splitting the list would only hide it")]
fn columns_of(tables: &Tables) -> [(Table, Columns); 9] {
    fn texts<'a>(cells: impl Iterator<Item = &'a str>) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(cells))
    }
    fn texts_or_none<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
        Arc::new(cells.collect::<StringArray>())
    }
    fn dates(cells: impl Iterator<Item = Date>) -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(cells.map(Date::days)))
    }
    fn dates_or_none(cells: impl Iterator<Item = Option<Date>>) -> ArrayRef {
        Arc::new(cells.map(|date| date.map(Date::days)).collect::<Date32Array>())
    }
    fn numbers(cells: impl Iterator<Item = f64>) -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(cells))
    }
    fn numbers_or_none(cells: impl Iterator<Item = Option<f64>>) -> ArrayRef {
        Arc::new(cells.collect::<Float64Array>())
    }
    fn integers(cells: impl Iterator<Item = i8>) -> ArrayRef {
        Arc::new(Int8Array::from_iter_values(cells))
    }
    let code = |entity: u32| tables.entities[entity as usize].code.as_str();
    let name = |series: u32| tables.series[series as usize].name.as_str();
    let (entities, series) = (|| tables.entities.iter(), || tables.series.iter());
    let (bridge, links, events) = (|| tables.bridge.iter(), || tables.links.iter(), || tables.events.iter());
    let sectors: Vec<String> = events()
        .map(|event| event.sectors.iter().map(|sector| code(*sector)).collect::<Vec<_>>().join(";"))
        .collect();
    let (companies, filings) = (|| tables.companies.iter(), || tables.filings.iter());
    let company_codes: BTreeSet<&str> = companies().map(|company| company.code.as_str()).collect();
    let company_codes: Vec<&str> = company_codes.into_iter().collect();
    let with_columns =
        |table: Table, arrays: Vec<ArrayRef>| (table, table.columns().iter().zip(arrays).collect());
    [
        with_columns(
            Table::Entities,
            vec![
                texts(entities().map(|entity| entity.code.as_str())),
                texts(entities().map(|entity| entity.kind.word())),
                texts(entities().map(|entity| entity.name.as_str())),
                texts_or_none(entities().map(|entity| entity.name_zh.as_deref())),
                texts_or_none(entities().map(|entity| entity.group.map(rotor_factor::Group::word))),
                dates_or_none(entities().map(|entity| entity.valid_from)),
                dates_or_none(entities().map(|entity| entity.valid_to)),
            ],
        ),
        with_columns(
            Table::Series,
            vec![
                texts(series().map(|series| series.name.as_str())),
                texts(series().map(|series| series.frequency.word())),
                texts(series().map(|series| series.unit.as_str())),
                texts(series().map(|series| series.title.as_str())),
                texts_or_none(series().map(|series| series.title_zh.as_deref())),
                texts_or_none(series().map(|series| series.source.as_deref())),
                texts_or_none(series().map(|series| series.measure.map(rotor_factor::Measure::word))),
                texts_or_none(series().map(|series| series.unit_zh.as_deref())),
                texts_or_none(series().map(|series| series.accumulation.map(Accumulation::word))),
                texts_or_none(series().map(|series| series.chain.as_deref())),
                texts_or_none(series().map(|series| series.chain_zh.as_deref())),
                texts_or_none(series().map(|series| series.release.map(ReleaseDays::word))),
            ],
        ),
        with_columns(
            Table::Prices,
            vec![
                texts(tables.prices.iter().map(|price| code(price.entity))),
                dates(tables.prices.iter().map(|price| price.date)),
                numbers(tables.prices.iter().map(|price| price.close)),
            ],
        ),
        with_columns(
            Table::Observations,
            vec![
                texts(tables.observations.iter().map(|observation| name(observation.series))),
                texts(tables.observations.iter().map(|observation| code(observation.entity))),
                dates(tables.observations.iter().map(|observation| observation.period)),
                dates(tables.observations.iter().map(|observation| observation.released.0)),
                numbers(tables.observations.iter().map(|observation| observation.value)),
            ],
        ),
        with_columns(
            Table::Bridge,
            vec![
                texts(bridge().map(|weight| code(weight.sector))),
                texts(bridge().map(|weight| code(weight.industry))),
                numbers(bridge().map(|weight| weight.weight)),
                dates(bridge().map(|weight| weight.released.0)),
            ],
        ),
        with_columns(
            Table::Links,
            vec![
                texts(links().map(|link| code(link.sector))),
                texts(links().map(|link| name(link.series))),
                integers(links().map(|link| link.polarity)),
                numbers(links().map(|link| link.weight)),
            ],
        ),
        with_columns(
            Table::Events,
            vec![
                dates(events().map(|event| event.date)),
                texts(events().map(|event| event.title.as_str())),
                integers(events().map(|event| event.importance as i8)),
                texts_or_none(
                    sectors.iter().map(|sectors| Some(sectors.as_str()).filter(|text| !text.is_empty())),
                ),
                texts_or_none(events().map(|event| event.title_zh.as_deref())),
                dates_or_none(events().map(|event| event.known)),
                texts_or_none(events().map(|event| event.kind.map(EventKind::word))),
                texts_or_none(events().map(|event| event.theme.as_deref())),
                texts_or_none(events().map(|event| event.theme_zh.as_deref())),
            ],
        ),
        with_columns(
            Table::Companies,
            vec![
                texts(companies().map(|company| company.code.as_str())),
                texts(companies().map(|company| company.name.as_str())),
                texts_or_none(companies().map(|company| company.name_zh.as_deref())),
                texts(companies().map(|company| code(company.sector))),
                dates_or_none(companies().map(|company| company.valid_from)),
                dates_or_none(companies().map(|company| company.valid_to)),
            ],
        ),
        with_columns(
            Table::Filings,
            vec![
                texts(filings().map(|filing| company_codes[filing.company as usize])),
                dates(filings().map(|filing| filing.period)),
                dates(filings().map(|filing| filing.released.0)),
                texts(filings().map(|filing| filing.kind.word())),
                numbers_or_none(filings().map(|filing| filing.net_profit_ytd)),
                numbers_or_none(filings().map(|filing| filing.low)),
                numbers_or_none(filings().map(|filing| filing.high)),
                numbers_or_none(filings().map(|filing| filing.net_profit_ytd_prior)),
                numbers_or_none(filings().map(|filing| filing.total_assets)),
            ],
        ),
    ]
}

fn write_parquet(file: &mut FileWriter, table: Table, batches: &[Columns]) -> io::Result<()> {
    let present =
        |column: &&Column| batches.first().is_none_or(|columns| columns.iter().any(|(c, _)| c == column));
    let fields = table.columns().iter().filter(present).map(|column| {
        let data_type = match column.cells {
            CellType::Text => DataType::Utf8,
            CellType::Date => DataType::Date32,
            CellType::Number => DataType::Float64,
            CellType::Integer => DataType::Int8,
        };
        Field::new(column.name, data_type, column.optional)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut properties = WriterProperties::builder()
        // The version of the library would change the bytes, and with them the hashes, at every update.
        .set_created_by("rotor".into())
        // Half as large again as with zstd, and read in two thirds of the time.
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    // Days follow each other: their steps take a fifth of the room of their numbers in a dictionary.
    for column in table.columns().iter().filter(|column| column.cells == CellType::Date) {
        let path = ColumnPath::from(column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties.build()))?;
    for columns in batches {
        let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(io::Error::other)?;
        writer.write(&batch)?;
    }
    writer.into_inner()?.flush()
}

fn write_csv(file: &mut FileWriter, table: Table, batches: &[Columns]) -> io::Result<()> {
    // A line that begins with `#` would be taken for a remark.
    let mut writer = csv::WriterBuilder::new().comment(Some(b'#')).from_writer(file);
    match batches.first() {
        Some(columns) => writer.write_record(columns.iter().map(|(column, _)| column.name))?,
        None => writer.write_record(table.columns().iter().map(|column| column.name))?,
    }
    for columns in batches {
        let n_rows = columns.first().map_or(0, |(_, array)| array.len());
        for row in 0..n_rows {
            for (column, array) in columns {
                if array.is_null(row) {
                    writer.write_field("")?;
                    continue;
                }
                match column.cells {
                    CellType::Text => writer.write_field(array.as_string::<i32>().value(row))?,
                    CellType::Date => {
                        let days = array.as_primitive::<Date32Type>().value(row);
                        writer.write_field(
                            Date::from_days(days).map_or(String::new(), |date| date.to_string()),
                        )?;
                    }
                    // The shortest text that reads back to the same bits.
                    CellType::Number => {
                        writer
                            .write_field(format!("{:?}", array.as_primitive::<Float64Type>().value(row)))?;
                    }
                    CellType::Integer => {
                        let integer = array.as_primitive::<arrow_array::types::Int8Type>().value(row);
                        writer.write_field(integer.to_string())?;
                    }
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
    }
    writer.flush()
}
