//! Datasets made of Arrow record batches in memory: equal to those of a folder, with the same faults.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch,
    StringArray, StringViewArray, TimestampNanosecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rotor_data::schema::Table;
use rotor_data::{Dataset, Fault, Format, Manifest, convert};
use rotor_fs::hexadecimal;
use rotor_tests::{Folder, demo};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

type Tables = BTreeMap<Table, Vec<RecordBatch>>;

/// The tables of a folder, read by the library alone.
fn batches_of(folder: &Path) -> Tables {
    let table = |table: Table| {
        let file = File::open(folder.join(format!("{table}.parquet"))).ok()?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).unwrap();
        Some((table, reader.build().unwrap().map(Result::unwrap).collect()))
    };
    Table::ALL.into_iter().filter_map(table).collect()
}

fn manifest_of(folder: &Path) -> Manifest {
    Manifest::parse(&std::fs::read_to_string(folder.join(Manifest::FILE)).unwrap()).unwrap()
}

/// The small folder in Parquet.
fn small() -> (TempDir, Manifest, Tables) {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("small");
    convert(Folder::small().path(), &folder, Format::Parquet).unwrap();
    let (manifest, tables) = (manifest_of(&folder), batches_of(&folder));
    (parent, manifest, tables)
}

/// Everything that a replay reads is equal. Numbers of rows are those of the files.
fn assert_equal(memory: &Dataset, folder: &Dataset) {
    assert_eq!(memory.entities(), folder.entities());
    assert_eq!(memory.series(), folder.series());
    assert_eq!(memory.calendar(), folder.calendar());
    assert_eq!(memory.bridge(), folder.bridge());
    assert_eq!(memory.links(), folder.links());
    assert_eq!(memory.events(), folder.events());
    assert_eq!(memory.companies(), folder.companies());
    assert_eq!(memory.filings(), folder.filings());
    for entity in 0..folder.entities().len() {
        assert!(memory.closes().of(entity).eq(folder.closes().of(entity)), "closes of {entity}");
    }
    for series in 0..folder.series().len() {
        assert!(memory.archive().vintages(series).eq(folder.archive().vintages(series)), "series {series}");
    }
    assert_eq!(
        (memory.closes().len(), memory.archive().len()),
        (folder.closes().len(), folder.archive().len())
    );
}

/// Cuts every batch into pieces of so many rows.
fn cut(tables: &Tables, n_rows: usize) -> Tables {
    let pieces = |batch: &RecordBatch| {
        let starts = (0..batch.num_rows()).step_by(n_rows);
        starts.map(|start| batch.slice(start, n_rows.min(batch.num_rows() - start))).collect::<Vec<_>>()
    };
    tables.iter().map(|(table, batches)| (*table, batches.iter().flat_map(pieces).collect())).collect()
}

#[test]
fn the_demo_from_memory_is_the_demo_from_its_folder() {
    let (folder, tables) = (Dataset::open(&demo()).unwrap(), batches_of(&demo()));
    let memory = Dataset::from_batches(manifest_of(&demo()), tables.clone()).unwrap();
    assert_equal(&memory, &folder);
    let names: Vec<&str> = memory.files().iter().map(|file| file.name.as_str()).collect();
    let expected = Table::ALL.map(|table| format!("{table} (in memory)"));
    assert_eq!(names, expected);
    assert!(memory.files().iter().all(|file| file.format.is_none() && file.sha256.len() == 64));
    let pieces = Dataset::from_batches(manifest_of(&demo()), cut(&tables, 1_237)).unwrap();
    assert_equal(&pieces, &folder);
    assert_eq!(pieces.files(), memory.files());
}

/// The batch with columns in another order, text as dictionaries and whole numbers in 64 bits.
fn in_other_types(batch: &RecordBatch) -> RecordBatch {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).rev().map(|(field, array)| {
        let array: ArrayRef = match field.data_type() {
            DataType::Utf8 => {
                let mut builder = StringDictionaryBuilder::<Int32Type>::new();
                array.as_string::<i32>().iter().for_each(|text| builder.append_option(text));
                Arc::new(builder.finish())
            }
            DataType::Int8 => {
                let integers = array.as_primitive::<arrow_array::types::Int8Type>();
                Arc::new(integers.iter().map(|integer| integer.map(i64::from)).collect::<Int64Array>())
            }
            _ => Arc::clone(array),
        };
        (field.name().clone(), array)
    });
    RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap()
}

/// The batch with text and days as other libraries keep them: large text, views of text, timestamps at midnight.
fn in_types_of_others(batch: &RecordBatch) -> RecordBatch {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).enumerate().map(|(idx, (field, array))| {
        let array: ArrayRef = match field.data_type() {
            DataType::Utf8 if idx % 2 == 0 => {
                Arc::new(array.as_string::<i32>().iter().collect::<LargeStringArray>())
            }
            DataType::Utf8 => Arc::new(array.as_string::<i32>().iter().collect::<StringViewArray>()),
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>();
                let midnight = |day: i32| i64::from(day) * 86_400_000_000_000;
                Arc::new(days.iter().map(|day| day.map(midnight)).collect::<TimestampNanosecondArray>())
            }
            _ => Arc::clone(array),
        };
        (field.name().clone(), array)
    });
    RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap()
}

#[test]
fn types_and_order_of_columns_make_no_difference_and_a_cell_does() {
    let (_parent, manifest, tables) = small();
    let hashes = |tables: Tables| -> BTreeMap<Table, String> {
        let dataset = Dataset::from_batches(manifest.clone(), tables).unwrap();
        dataset.files().iter().map(|file| (file.table, file.sha256.clone())).collect()
    };
    let expected = hashes(tables.clone());
    let other = |(table, batches): (&Table, &Vec<RecordBatch>)| {
        (*table, batches.iter().map(in_other_types).collect::<Vec<_>>())
    };
    assert_eq!(hashes(tables.iter().map(other).collect()), expected);
    let foreign = |(table, batches): (&Table, &Vec<RecordBatch>)| {
        (*table, batches.iter().map(in_types_of_others).collect::<Vec<_>>())
    };
    assert_eq!(hashes(tables.iter().map(foreign).collect()), expected);
    // An optional column that is absent, or without a value of any type, is one of empty cells.
    let links = &tables[&Table::Links][0];
    let entities = &tables[&Table::Entities][0];
    let without = |name: &str| with_column(entities, name, None);
    let empty: ArrayRef = Arc::new(StringArray::new_null(entities.num_rows()));
    let null: ArrayRef = Arc::new(NullArray::new(entities.num_rows()));
    let float: ArrayRef = Arc::new(Float64Array::new_null(entities.num_rows()));
    let variants = [
        without("name_zh"),
        with_column(entities, "name_zh", Some(float)),
        with_column(entities, "name_zh", Some(empty)),
        with_column(entities, "name_zh", Some(null)),
    ]
    .map(|batch| hashes(replaced(&tables, Table::Entities, batch)));
    assert_eq!(variants[0], variants[1]);
    assert_eq!(variants[0], variants[2]);
    assert_eq!(variants[0], variants[3]);
    assert_ne!(variants[0][&Table::Entities], expected[&Table::Entities]);
    let weight: ArrayRef = Arc::new(Float64Array::from(vec![0.5]));
    let heavier = hashes(replaced(&tables, Table::Links, with_column(links, "weight", Some(weight))));
    let differing: Vec<Table> =
        Table::ALL.into_iter().filter(|table| heavier.get(table) != expected.get(table)).collect();
    assert_eq!(differing, [Table::Links]);
}

#[test]
fn hashes_are_those_of_the_documentation() {
    let (_parent, manifest, tables) = small();
    let dataset = Dataset::from_batches(manifest, tables).unwrap();
    let text = |text: &str| [&[1], &(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let links = [
        b"links\nsector\nseries\npolarity\nweight\n".to_vec(),
        text("801040"),
        text("rebar_futures"),
        [&[1], &1_i64.to_le_bytes()[..]].concat(),
        [&[1], &1_f64.to_le_bytes()[..]].concat(),
    ];
    let day = 18_271_i32; // 2020-01-10
    let events = [
        b"events\ndate\ntitle\nimportance\nsectors\ntitle_zh\nknown\nkind\ntheme\ntheme_zh\n".to_vec(),
        [&[1], &day.to_le_bytes()[..]].concat(),
        text("Prices, released"),
        [&[1], &2_i64.to_le_bytes()[..]].concat(),
        text("801040;801080"),
        vec![0; 5],
    ];
    for (table, bytes) in [(Table::Links, links.concat()), (Table::Events, events.concat())] {
        let file = dataset.files().iter().find(|file| file.table == table).unwrap();
        assert_eq!(file.sha256, hexadecimal(&Sha256::digest(&bytes)), "{table}");
    }
}

/// The tables with one batch in the place of another.
fn replaced(tables: &Tables, table: Table, batch: RecordBatch) -> Tables {
    let mut tables = tables.clone();
    tables.insert(table, vec![batch]);
    tables
}

/// The batch with another array for a column, or without the column.
#[expect(clippy::needless_pass_by_value, reason = "callers make the array for this")]
fn with_column(batch: &RecordBatch, name: &str, array: Option<ArrayRef>) -> RecordBatch {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let columns = names.zip(batch.columns()).filter_map(|(found, column)| {
        let column = if found == name { array.clone()? } else { Arc::clone(column) };
        Some((Field::new(found, column.data_type().clone(), true), column))
    });
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The batch with its first row once more at the end.
fn repeating(batch: &RecordBatch) -> RecordBatch {
    let columns = batch.columns().iter().map(|column| {
        let array: ArrayRef = match column.data_type() {
            DataType::Utf8 => {
                let cells = column.as_string::<i32>();
                Arc::new(cells.iter().chain([cells.iter().next().unwrap()]).collect::<StringArray>())
            }
            DataType::Date32 => {
                let cells = column.as_primitive::<Date32Type>();
                Arc::new(cells.iter().chain([Some(cells.value(0))]).collect::<Date32Array>())
            }
            _ => {
                let cells = column.as_primitive::<Float64Type>();
                Arc::new(cells.iter().chain([Some(cells.value(0))]).collect::<Float64Array>())
            }
        };
        array
    });
    RecordBatch::try_new(batch.schema(), columns.collect()).unwrap()
}

fn faults_in_memory(manifest: &Manifest, tables: Tables) -> Vec<Fault> {
    let error = Dataset::from_batches(manifest.clone(), tables).unwrap_err();
    assert_eq!(error.to_string(), "the dataset `test` has faults");
    error.faults().unwrap().faults().to_vec()
}

#[test]
fn faults_in_memory_are_those_of_a_folder() {
    let (parent, manifest, tables) = small();
    let (prices, links) = (&tables[&Table::Prices][0], &tables[&Table::Links][0]);
    let observations = &tables[&Table::Observations][0];
    let edited = |batch: &RecordBatch, column: &str, cell: usize, value: f64| {
        let mut cells = batch.column_by_name(column).unwrap().as_primitive::<Float64Type>().values().to_vec();
        cells[cell] = value;
        with_column(batch, column, Some(Arc::new(Float64Array::from(cells))))
    };
    let mut codes: Vec<&str> = prices.column(0).as_string::<i32>().iter().flatten().collect();
    codes[4] = "801081";
    let unknown: ArrayRef = Arc::new(StringArray::from(codes));
    let dates = prices.column(1).as_primitive::<Date32Type>();
    let early: Date32Array =
        dates.iter().enumerate().map(|(row, day)| if row == 2 { None } else { day }).collect();
    let wide: ArrayRef = Arc::new(UInt64Array::from(vec![1]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["1"; prices.num_rows()]));
    let cases: Vec<(Table, RecordBatch, &str)> = vec![
        (
            Table::Prices,
            with_column(prices, "entity", Some(unknown)),
            " row 5, `entity`: there is no entity `801081`",
        ),
        (Table::Prices, repeating(prices), " row 10: repeats the key `801040`, 2020-01-02 of row 1"),
        (Table::Prices, edited(prices, "close", 3, f64::INFINITY), " row 4, `close`: `inf` is not finite"),
        (Table::Prices, edited(prices, "close", 3, -1.0), " row 4, `close`: `-1` is outside [1e-6, 1e9]"),
        (
            Table::Prices,
            with_column(prices, "date", Some(Arc::new(early))),
            " row 3, `date`: the cell is empty",
        ),
        (Table::Prices, with_column(prices, "close", None), ", `close`: the column is missing"),
        (
            Table::Prices,
            with_column(prices, "close", Some(texts)),
            ", `close`: the column has the type `Utf8`, a number is needed",
        ),
        (
            Table::Links,
            with_column(links, "polarity", Some(wide)),
            ", `polarity`: the column has the type `UInt64`, a whole number is needed",
        ),
        (
            Table::Observations,
            edited(observations, "value", 1, f64::NAN),
            " row 2, `value`: `NaN` is not finite",
        ),
        (
            Table::Observations,
            repeating(observations),
            " row 6: repeats the key `cpi_yoy`, `CN`, 2020-01-31, 2020-02-10 of row 1",
        ),
    ];
    for (table, batch, expected) in cases {
        let in_memory = faults_in_memory(&manifest, replaced(&tables, table, batch.clone()));
        assert_eq!(in_memory[0].to_string(), format!("{table} (in memory){expected}"));
        // The same rows in a file.
        let folder = parent.path().join("faulty");
        convert(&parent.path().join("small"), &folder, Format::Parquet).unwrap();
        let file = File::create(folder.join(format!("{table}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let error = Dataset::open(&folder).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        let place =
            |fault: &Fault| (fault.table, fault.row, fault.line, fault.column.clone(), fault.kind.clone());
        let in_file = error.faults().unwrap().faults();
        let is_equal = in_file.iter().map(place).eq(in_memory.iter().map(place));
        assert!(is_equal, "{in_file:#?} and {in_memory:#?}");
        // Rows are counted through, whatever the batches.
        if in_memory[0].row.is_some() {
            let pieces = cut(&replaced(&tables, table, batch), 2);
            assert_eq!(faults_in_memory(&manifest, pieces), in_memory);
        }
    }
}

#[test]
fn missing_tables_and_impossible_manifests_are_faults() {
    let (_parent, manifest, mut tables) = small();
    tables.insert(Table::Prices, Vec::new());
    tables.remove(&Table::Series);
    let said = |faults: Vec<Fault>| -> Vec<String> {
        faults.iter().map(|fault| format!("{fault} => {}", fault.kind.hint())).collect()
    };
    let found = said(faults_in_memory(&manifest, tables.clone()));
    assert_eq!(
        found[0],
        "series (in memory): the table is missing => add it; `observations` and `links` need it"
    );
    assert_eq!(found[1], "prices (in memory): the table is missing => add it; every dataset needs it");
    let (_parent, _, tables) = small();
    let reversed = Manifest { first: manifest.last, last: manifest.first, ..manifest.clone() };
    let found = said(faults_in_memory(&reversed, tables));
    assert!(found[0].starts_with("manifest (in memory), `first`: `2022-12-31` is after `last`"), "{found:?}");
}

#[test]
fn batches_of_one_table_may_differ_in_their_schema_and_each_is_looked_at() {
    let (_parent, manifest, tables) = small();
    let pieces = cut(&tables, 4);
    let mut mixed = pieces.clone();
    let prices = mixed.get_mut(&Table::Prices).unwrap();
    prices[1] = in_other_types(&prices[1]);
    let whole = Dataset::from_batches(manifest.clone(), tables.clone()).unwrap();
    let memory = Dataset::from_batches(manifest.clone(), mixed).unwrap();
    assert_equal(&memory, &whole);
    assert_eq!(memory.files(), whole.files());
    let mut faulty = pieces;
    let prices = faulty.get_mut(&Table::Prices).unwrap();
    prices[2] = with_column(&prices[2], "close", None);
    let found = faults_in_memory(&manifest, faulty);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "prices (in memory), `close`: the column is missing");
}
