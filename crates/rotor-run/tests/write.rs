//! A small run, written and read back: every column of every file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rotor_data::model::Entity;
use rotor_data::schema;
use rotor_factor::{ColumnValues, Date, EntityKind, Group, Month, Table};
use rotor_fs::FsError;
use rotor_run::{
    Config, DatasetRecord, Destination, Diagnostic, EngineRecord, Execution, FactorTable, FileRecord,
    Forecast, RankingRow, Realized, Return, Run, RunError, RunRecord, Score, ScoreReason, TableFault,
    Turnover, write,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn entity(code: &str, kind: EntityKind, name: &str) -> Entity {
    Entity {
        code: code.into(),
        kind,
        name: name.into(),
        name_zh: None,
        group: None,
        valid_from: None,
        valid_to: None,
    }
}

/// Two executions, two factors, two sectors and a benchmark.
fn small_run() -> Run {
    let execution =
        |as_of, month, exit, is_kept| Execution { as_of: day(as_of), month, exit: day(exit), is_kept };
    let month = |number| Month::new(2020, number).unwrap();
    let mut run = Run {
        entities: vec![
            Entity {
                name_zh: Some("煤炭".into()),
                group: Some(Group::Upstream),
                ..entity("801", EntityKind::Sector, "Coal")
            },
            Entity {
                valid_from: Some(day("2014-02-21")),
                valid_to: Some(day("2021-12-10")),
                ..entity("802", EntityKind::Sector, "Banks")
            },
            entity("HS300", EntityKind::Benchmark, "CSI 300"),
        ],
        factors: vec!["profit".into(), "heat".into()],
        executions: vec![
            execution("2020-03-02", month(2), "2020-04-01", false),
            execution("2020-04-01", month(3), "2020-05-06", true),
        ],
        portfolios: vec!["top".into(), "HS300".into()],
        ..Run::default()
    };
    let (growth, r2) = (run.texts.id("growth"), run.texts.id("r2_train"));
    let short = run.reasons.id(ScoreReason {
        code: Some("short".into()),
        text: "too short, \"3\" months".into(),
        text_zh: Some("太短".into()),
    });
    let bare = run.reasons.id(ScoreReason { code: None, text: "no close".into(), text_zh: None });
    run.scores = vec![
        Score { execution: 0, factor: 0, sector: 0, score: Some(3.0), raw: Some(-0.0), reason: None },
        Score { execution: 1, factor: 1, sector: 1, score: None, raw: None, reason: Some(short) },
        Score { execution: 1, factor: 1, sector: 1, score: None, raw: None, reason: Some(bare) },
    ];
    run.forecasts = vec![
        Forecast {
            execution: 0,
            factor: 0,
            target: growth,
            entity: 1,
            period: day("2020-03-31"),
            forecast: 0.1,
            naive: 0.2,
            history: None,
            realized: Some(Realized { value: 5e-324, released: day("2020-04-27") }),
        },
        Forecast {
            execution: 1,
            factor: 0,
            target: growth,
            entity: 0,
            period: day("2020-06-30"),
            forecast: 1.5,
            naive: -1.5,
            history: None,
            realized: None,
        },
    ];
    run.diagnostics = vec![Diagnostic { execution: 1, factor: 0, entity: 2, name: r2, value: 0.25 }];
    run.ranking = vec![
        RankingRow { execution: 1, sector: 1, total: 5.0, tie_break: 0.5, rank: 1, weight: 1.0 },
        RankingRow { execution: 1, sector: 0, total: 4.0, tie_break: 0.25, rank: 2, weight: 0.0 },
    ];
    run.returns = vec![
        Return { execution: 1, portfolio: 0, value: 0.05 },
        Return { execution: 1, portfolio: 1, value: -0.05 },
    ];
    run.turnover = vec![Turnover { execution: 1, turnover: 0.5, cost: 0.001 }];
    run
}

fn with_tables(tables: Vec<(u32, Table)>) -> Run {
    let tables = tables.into_iter().map(|(execution, table)| FactorTable { execution, factor: 1, table });
    Run { tables: tables.collect(), ..small_run() }
}

fn record(run: &Run) -> RunRecord {
    let engine = EngineRecord { name: "rotor".into(), version: "0.1.0".into() };
    let mut record = RunRecord::new(engine, Config::default(), DatasetRecord::default(), run);
    // What stands there before is replaced.
    record.files = [("old".to_owned(), FileRecord { sha256: String::new(), bytes: 0 })].into_iter().collect();
    record
}

const DOCUMENTS: &[(&str, &str)] = &[("report.html", "<p>煤炭</p>"), ("metrics.json", "{}\n")];

fn written(run: &Run) -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let place = write(run, &record(run), DOCUMENTS, &Destination::New(parent.path().join("run"))).unwrap();
    (parent, place)
}

fn refused(run: &Run, documents: &[(&str, &str)]) -> RunError {
    let parent = tempfile::tempdir().unwrap();
    let error =
        write(run, &record(run), documents, &Destination::New(parent.path().join("a/run"))).unwrap_err();
    let left = fs::read_dir(parent.path().join("a")).into_iter().flatten().count();
    assert_eq!(
        (left, fs::read_dir(parent.path()).unwrap().count() < 2),
        (0, true),
        "something is left behind"
    );
    error
}

/// Every file of a folder by its name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The schema of a file and its rows, as text.
fn read(file: &Path) -> String {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
    let title = |field: &arrow_schema::FieldRef| {
        let cells = match field.data_type() {
            DataType::Utf8 => "str",
            DataType::Date32 => "date",
            DataType::Float64 => "f64",
            DataType::Int32 => "i32",
            other => panic!("{other} has no place in a run folder"),
        };
        format!("{} {cells}{}", field.name(), if field.is_nullable() { "?" } else { "" })
    };
    let titles: Vec<_> = reader.schema().fields().iter().map(title).collect();
    let mut lines = vec![titles.join(" · ")];
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let cells: Vec<_> = (0..batch.num_columns()).map(|column| cell(&batch, column, row)).collect();
            lines.push(cells.join(" · "));
        }
    }
    lines.join("\n")
}

fn cell(batch: &RecordBatch, column: usize, row: usize) -> String {
    let array = batch.column(column);
    if array.is_null(row) {
        return "-".into();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Date32 => {
            Date::from_days(array.as_primitive::<Date32Type>().value(row)).unwrap().to_string()
        }
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        _ => array.as_primitive::<Int32Type>().value(row).to_string(),
    }
}

#[test]
fn every_column_is_read_back() {
    let (_parent, place) = written(&small_run());
    let expected = [
        (
            "scores",
            "execution date · month date · factor str · sector str · score f64? · raw f64? · note str? · \
             reason_code str? · reason_zh str?\n\
             2020-03-02 · 2020-02-29 · profit · 801 · 3.0 · -0.0 · - · - · -\n\
             2020-04-01 · 2020-03-31 · heat · 802 · - · - · too short, \"3\" months · short · 太短\n\
             2020-04-01 · 2020-03-31 · heat · 802 · - · - · no close · - · -",
        ),
        (
            "forecasts",
            "execution date · factor str · target str · entity str · period date · forecast f64 · naive f64 · \
             realized f64? · realized_released date?\n\
             2020-03-02 · profit · growth · 802 · 2020-03-31 · 0.1 · 0.2 · 5e-324 · 2020-04-27\n\
             2020-04-01 · profit · growth · 801 · 2020-06-30 · 1.5 · -1.5 · - · -",
        ),
        (
            "diagnostics",
            "execution date · factor str · entity str · name str · value f64\n\
             2020-04-01 · profit · HS300 · r2_train · 0.25",
        ),
        (
            "ranking",
            "execution date · sector str · total f64 · tie_break f64 · rank i32 · weight f64\n\
             2020-04-01 · 802 · 5.0 · 0.5 · 1 · 1.0\n\
             2020-04-01 · 801 · 4.0 · 0.25 · 2 · 0.0",
        ),
        (
            "returns",
            "execution date · exit date · portfolio str · value f64\n\
             2020-04-01 · 2020-05-06 · top · 0.05\n\
             2020-04-01 · 2020-05-06 · HS300 · -0.05",
        ),
        ("turnover", "execution date · turnover f64 · cost f64\n2020-04-01 · 0.5 · 0.001"),
        (
            "entities",
            "entity str · kind str · name str · name_zh str? · group str? · valid_from date? · valid_to date?\n\
             801 · sector · Coal · 煤炭 · upstream · - · -\n\
             802 · sector · Banks · - · - · 2014-02-21 · 2021-12-10\n\
             HS300 · benchmark · CSI 300 · - · - · - · -",
        ),
    ];
    for (file, text) in expected {
        assert_eq!(read(&place.join(format!("{file}.parquet"))), text, "{file}");
    }
    let names: Vec<_> = files(&place).into_keys().collect();
    assert_eq!(names.len(), expected.len() + 3);
}

#[test]
fn the_entities_have_the_columns_of_a_dataset() {
    let (_parent, place) = written(&small_run());
    let text = read(&place.join("entities.parquet"));
    let columns = schema::Table::Entities.columns().iter().map(|column| {
        let cells = if column.cells == schema::CellType::Date { "date" } else { "str" };
        format!("{} {cells}{}", column.name, if column.optional { "?" } else { "" })
    });
    assert_eq!(text.lines().next().unwrap(), columns.collect::<Vec<_>>().join(" · "));
}

#[test]
fn run_json_vouches_for_every_other_file() {
    let (_parent, place) =
        written(&with_tables(vec![(1, Table::new("marks").numbers("a", vec![Some(1.0)]))]));
    let mut files = files(&place);
    let text = String::from_utf8(files.remove("run.json").unwrap()).unwrap();
    assert!(text.starts_with("{\n  \"format\": 3,\n  \"engine\": {\n    \"name\": \"rotor\","), "{text}");
    assert!(text.ends_with("}\n"));
    let json: Value = serde_json::from_str(&text).unwrap();
    let listed = json["files"].as_object().unwrap();
    assert_eq!(listed.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    for (name, bytes) in &files {
        let digits = Sha256::digest(bytes);
        let sha256 = digits.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(listed[name], json!({ "sha256": sha256, "bytes": bytes.len() }), "{name}");
    }
    assert_eq!(files["report.html"], "<p>煤炭</p>".as_bytes());
}

#[test]
fn equal_runs_give_equal_bytes_on_any_number_of_threads() {
    let mut run = small_run();
    // More than one row group.
    run.diagnostics = (0..150_000)
        .map(|row| Diagnostic { value: f64::from(row).sqrt(), entity: row % 3, ..run.diagnostics[0] })
        .collect();
    for table in 0..20 {
        let numbers = (0..50).map(|row| (row % 7 != 0).then_some(f64::from(row * table))).collect();
        let table = Table::new(format!("t{table}")).numbers("a", numbers);
        run.tables.push(FactorTable { execution: 0, factor: 0, table: table.clone() });
        run.tables.push(FactorTable { execution: 1, factor: 0, table });
    }
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let (_parent, place) = pool.install(|| written(&run));
        files(&place)
    };
    let first = on(1);
    assert_eq!(first.len(), 7 + 20 + 3);
    assert!(first == on(1) && first == on(8));
}

#[test]
fn a_run_without_facts_is_a_folder_too() {
    let (_parent, place) = written(&Run::default());
    assert_eq!(read(&place.join("turnover.parquet")), "execution date · turnover f64 · cost f64");
}

#[test]
fn a_table_of_several_days_is_one_file() {
    let column = |table: Table, name: &str, values| table.column(name, values);
    let first =
        Table::new("path").numbers("a", vec![Some(1.0), None]).text("b", vec!["x".into(), "y".into()]);
    let second = Table::new("path")
        .dates("c", vec![day("2020-02-29")])
        .text("b", vec!["z".into()])
        .numbers("execution", vec![Some(7.0)]);
    let third = column(Table::new("path"), "c", ColumnValues::Dates(Vec::new()));
    let (_parent, place) = written(&with_tables(vec![(0, first), (1, second), (1, third)]));
    assert_eq!(
        read(&place.join("tables/heat.path.parquet")),
        "execution date · a f64? · b str? · c date? · execution_2 f64?\n\
         2020-03-02 · 1.0 · x · - · -\n\
         2020-03-02 · - · y · - · -\n\
         2020-04-01 · - · z · 2020-02-29 · 7.0"
    );
}

#[test]
fn a_column_of_two_types_is_text() {
    let days = vec![
        (
            0,
            Table::new("t")
                .numbers("a", vec![Some(0.1), None, Some(1e300)])
                .dates("execution_2", vec![day("2020-01-01"); 3]),
        ),
        (1, Table::new("t").dates("a", vec![day("2020-02-29")]).text("execution", vec!["mine".into()])),
        (1, Table::new("t").text("a", vec!["0.10".into()])),
    ];
    let (_parent, place) = written(&with_tables(days));
    assert_eq!(
        read(&place.join("tables/heat.t.parquet")),
        "execution date · a str? · execution_2 date? · execution_3 str?\n\
         2020-03-02 · 0.1 · 2020-01-01 · -\n\
         2020-03-02 · - · 2020-01-01 · -\n\
         2020-03-02 · 1e300 · 2020-01-01 · -\n\
         2020-04-01 · 2020-02-29 · - · mine\n\
         2020-04-01 · 0.10 · - · -"
    );
}

#[test]
fn a_table_may_have_no_rows_and_no_columns() {
    let days = vec![(0, Table::new("none")), (1, Table::new("empty").numbers("a.b", Vec::new()))];
    let (_parent, place) = written(&with_tables(days));
    assert_eq!(read(&place.join("tables/heat.none.parquet")), "execution date");
    assert_eq!(read(&place.join("tables/heat.empty.parquet")), "execution date · a.b f64?");
}

#[test]
fn a_name_that_could_leave_the_folder_is_refused() {
    for name in ["../x", "a/b", "", "/etc", "..", ".", "a\0", "A", "a.b", "煤", &"x".repeat(300)] {
        let mut run = with_tables(vec![(0, Table::new(name))]);
        let error = refused(&run, &[]);
        assert!(matches!(&error, RunError::Name { what: "table", .. }), "{name:?}: {error}");
        assert!(error.to_string().len() < 250);
        assert_eq!(error.hint(), Some("use a short name of lower-case letters, digits and `_`"));
        run.tables[0].table = Table::new("t");
        run.factors[1] = name.into();
        let error = refused(&run, &[]);
        assert!(matches!(&error, RunError::Name { what: "factor", .. }), "{name:?}: {error}");
    }
    let long = "x".repeat(300);
    for name in ["../x", "", "/tmp/x", "..", &long, "a\0"] {
        let error = refused(&small_run(), &[(name, "")]);
        assert!(matches!(error, RunError::Folder(FsError::Write { .. })), "{name:?}: {error}");
    }
    for name in ["run.json", "scores.parquet"] {
        let error = refused(&small_run(), &[(name, "")]);
        assert!(error.to_string().ends_with("File exists (os error 17)"), "{error}");
    }
}

#[test]
fn columns_that_do_not_fit_together_are_refused() {
    let fault = |table| match refused(&with_tables(vec![(0, table)]), &[]) {
        RunError::Table { fault, .. } => fault,
        error => panic!("{error}"),
    };
    let unequal = Table::new("t").numbers("a", vec![None]).numbers("b", vec![]);
    assert_eq!(fault(unequal), TableFault::UnequalColumns { column: "b".into() });
    for name in ["a", ""] {
        let repeated = Table::new("t").numbers("a", vec![None]).numbers(name, vec![None]);
        assert_eq!(fault(repeated), TableFault::RepeatedColumn { column: name.into() });
    }
}

#[test]
fn a_destination_says_what_becomes_of_what_is_there() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let write = |destination: &Destination| write(&small_run(), &record(&small_run()), &[], destination);
    assert_eq!(write(&Destination::New(place.clone())).unwrap(), place);
    let error = write(&Destination::New(place.clone())).unwrap_err();
    assert!(matches!(error, RunError::Folder(FsError::Exists { .. })), "{error}");
    assert_eq!(write(&Destination::Numbered(place.clone())).unwrap(), parent.path().join("run-2"));
    fs::write(place.join("turnover.parquet"), "damaged").unwrap();
    assert_eq!(write(&Destination::Replace(place.clone())).unwrap(), place);
    assert_ne!(fs::read(place.join("turnover.parquet")).unwrap(), b"damaged");
    // What somebody has put there would be lost.
    fs::write(place.join("notes.txt"), "").unwrap();
    let error = write(&Destination::Replace(place.clone())).unwrap_err();
    assert!(matches!(&error, RunError::Foreign { file, .. } if file == "notes.txt"), "{error}");
    assert!(place.join("notes.txt").exists());
    let error = write(&Destination::Replace(parent.path().into())).unwrap_err();
    assert!(matches!(error, RunError::NotARun { .. }), "{error}");
}
