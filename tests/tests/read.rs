//! A run folder that is read is the run that was written, and a folder that was touched is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use rotor_data::Dataset;
use rotor_engine::{Member, backtest};
use rotor_factor::{ColumnValues, Date, Table};
use rotor_plugin::Plugin;
use rotor_run::metrics::{ByName, Caveat, Reason};
use rotor_run::{
    Change, Config, ConfigRecord, DatasetRecord, Destination, EngineRecord, FactorTable, Metrics, Run,
    RunError, RunFolder, RunRecord, ScoreReason, Warning, check_files, read, write,
};
use rotor_tests::runs::made_up_run;
use rotor_tests::{FOUR_FACTORS, demo};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn record(run: &Run) -> RunRecord {
    let engine = EngineRecord { name: "test".into(), version: "0".into() };
    RunRecord::new(engine, Config::default(), DatasetRecord::default(), run)
}

/// The metrics of a run without months.
fn metrics() -> Metrics {
    rotor_eval::evaluate(&Run::default(), &Config::default())
}

fn written(run: &Run) -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let text = metrics().to_json().to_string();
    let documents = [("metrics.json", text.as_str()), ("report.html", "<html></html>\n")];
    write(run, &record(run), &documents, &Destination::New(place.clone())).unwrap();
    (parent, place)
}

/// The facts with every bit and with texts in place of their positions, a line each.
fn lines(run: &Run) -> Vec<String> {
    let mut lines = vec![format!("{:?} {:?} {:?}", run.entities, run.factors, run.portfolios)];
    lines.extend(run.executions.iter().map(|row| format!("{row:?}")));
    lines.extend(run.scores.iter().map(|row| {
        let reason = row.reason.map(|reason| run.reasons.get(reason));
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        let (score, raw) = (bits(row.score), bits(row.raw));
        format!("score {} {} {} {score:?} {raw:?} {reason:?}", row.execution, row.factor, row.sector)
    }));
    lines.extend(run.forecasts.iter().map(|row| format!("{} {row:?}", run.texts.get(row.target))));
    lines.extend(run.diagnostics.iter().map(|row| {
        let name = run.texts.get(row.name);
        let value = row.value.to_bits();
        format!("diagnostic {} {} {} {name} {value:x}", row.execution, row.factor, row.entity)
    }));
    lines.extend(run.ranking.iter().map(|row| format!("{row:?}")));
    lines.extend(run.returns.iter().map(|row| format!("{row:?}")));
    lines.extend(run.turnover.iter().map(|row| format!("{row:?}")));
    // The folder keeps tables in the order of execution, factor and name.
    let mut tables: Vec<&FactorTable> = run.tables.iter().collect();
    tables.sort_by_key(|row| (row.execution, row.factor, row.table.name().to_owned()));
    lines.extend(tables.iter().map(|row| format!("{row:?}")));
    // Texts have other positions where they were met in another order; they are compared above.
    lines.iter().map(|line| line.replace('\n', " ")).map(without_text_ids).collect()
}

fn without_text_ids(line: String) -> String {
    let Some(start) = line.find("TextId(") else { return line };
    let end = start + line[start..].find(')').unwrap();
    format!("{}{}", &line[..start], &line[end..])
}

fn assert_same(expected: &Run, found: &Run) {
    let (expected, found) = (lines(expected), lines(found));
    if let Some(at) = (0..expected.len().max(found.len())).find(|at| expected.get(*at) != found.get(*at)) {
        panic!("row {at}:\nwritten {:?}\nread    {:?}", expected.get(at), found.get(at));
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    let mut run = made_up_run(40);
    // Skipped months stand first: no ranking, no returns, no turnover.
    let kept = |execution: u32| execution >= 2;
    (run.executions[0].is_kept, run.executions[1].is_kept) = (false, false);
    run.ranking.retain(|row| kept(row.execution));
    run.turnover.retain(|row| kept(row.execution));
    // A benchmark begins late, and stands where the run has it.
    run.returns.retain(|row| kept(row.execution) && (row.portfolio != 1 || row.execution > 9));
    run.forecasts[7].realized = None;
    run.scores[9].raw = Some(-0.0);
    run.entities[3].valid_from = Some("2015-06-01".parse().unwrap());
    run.entities[4].group = Some("tmt".parse().unwrap());
    run.entities[5].name_zh = None;
    run.entities[6].name = "<script>\u{202e}\"'".into();
    let (_parent, place) = written(&run);
    let folder = read(&place).unwrap();
    assert_same(&run, &folder.run);
    assert_eq!(folder.metrics, metrics());
    assert_eq!(folder.record.engine.name, "test");
    assert_eq!(folder.record.files.get("report.html").unwrap().bytes, 14);
    assert_eq!(RunRecord { files: ByName::default(), ..folder.record }, record(&run));
}

#[test]
fn a_replay_of_the_demo_is_read_as_it_was_made() {
    let factors = FOUR_FACTORS.map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap());
    // Months are skipped until the one that counts is live.
    let mut weights = [1.0, 0.0, 0.0, 0.0].into_iter();
    let members =
        factors.each_ref().map(|instance| Member { instance, weight: weights.next().unwrap_or_default() });
    let mut config = Config::default();
    // The tables of every day have columns that come and go.
    for (key, value) in [("start", "2010-10"), ("end", "2012-06"), ("tables", "all")] {
        config.set(key, &value.into()).unwrap();
    }
    let dataset = Dataset::open(&demo()).unwrap();
    let mut run = backtest(&dataset, &config, &members, &[], &rotor_engine::Unwatched).unwrap().run;
    assert!(run.executions.iter().any(|execution| !execution.is_kept), "some months are skipped");
    // What is no part of a folder, as its documentation says.
    run.sector_returns.clear();
    run.forecasts.iter_mut().for_each(|forecast| forecast.history = None);
    let ends: Vec<Date> = run.executions.iter().skip(1).map(|execution| execution.as_of).collect();
    for (execution, next) in run.executions.iter_mut().zip(ends).filter(|(execution, _)| !execution.is_kept) {
        execution.exit = next;
    }
    let (_parent, place) = written(&run);
    let found = read(&place).unwrap().run;
    let tables = std::mem::take(&mut run.tables);
    assert_same(&run, &Run { tables: Vec::new(), ..found.clone() });
    // Of tables every cell: what is read may have empty columns of numbers that another day has.
    let mut sorted: Vec<&FactorTable> = tables.iter().filter(|row| row.table.n_rows() > 0).collect();
    sorted.sort_by_key(|row| (row.execution, row.factor, row.table.name().to_owned()));
    assert_eq!(sorted.len(), found.tables.len());
    for (written, read) in sorted.into_iter().zip(&found.tables) {
        assert_eq!((written.execution, written.factor), (read.execution, read.factor));
        assert_eq!(written.table.is_matrix(), read.table.is_matrix());
        for column in written.table.columns() {
            let values = read.table.find(&column.name);
            assert_eq!(format!("{values:?}"), format!("{:?}", Some(&column.values)), "{}", column.name);
        }
    }
}

#[test]
fn a_run_without_rows_is_read() {
    let (_parent, place) = written(&Run::default());
    assert_same(&Run::default(), &read(&place).unwrap().run);
}

#[test]
fn tables_of_every_kind_are_read() {
    let mut run = made_up_run(3);
    run.tables.clear();
    let days: Vec<Date> = ["2015-01-05", "2015-02-06"].iter().map(|day| day.parse().unwrap()).collect();
    let texts = |texts: [&str; 2]| texts.map(String::from).to_vec();
    let table = |name: &str| Table::new(name);
    let matrix =
        || Table::matrix("z", &["a", "b"], &["a", "b"], &[vec![None, Some(1.5)], vec![Some(-1.5), None]]);
    let of = |execution, factor, table| FactorTable { execution, factor, table };
    let all = table("all")
        .dates("day", days.clone())
        .numbers("n", vec![Some(-0.0), None])
        .text("t", texts(["", "钢"]));
    run.tables = vec![
        of(0, 3, matrix()),
        of(1, 0, all.clone()),
        of(1, 0, table("only_text").text("t", texts(["x", "y"]))),
        of(1, 3, matrix()),
        of(2, 0, all),
        // Columns come and go from day to day.
        of(2, 0, table("only_text").text("t", texts(["x", "z"])).dates("day", days)),
        of(2, 1, table("wide").numbers("execution_time", vec![Some(1.0)])),
    ];
    let (_parent, place) = written(&run);
    let found = read(&place).unwrap().run;
    assert_same(&run, &found);
    assert!(found.tables[0].table.is_matrix() && !found.tables[1].table.is_matrix());

    // What a folder cannot keep, as its documentation says.
    run.tables = vec![
        of(0, 0, table("mixed").numbers("a", vec![Some(0.1), None])),
        of(1, 0, table("mixed").text("a", texts(["x", "y"])).numbers("late", vec![Some(1.0), None])),
        of(2, 0, table("mixed").numbers("execution", vec![Some(2.0)])),
        of(2, 1, table("empty").numbers("a", vec![])),
    ];
    let (_parent, place) = written(&run);
    let found = read(&place).unwrap().run.tables;
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].table.find("a"), Some(&ColumnValues::Texts(texts(["0.1", ""]))));
    let Some(ColumnValues::Numbers(late)) = found[0].table.find("late") else { panic!("{found:?}") };
    assert!(late.iter().all(|number| number.is_nan()));
    assert_eq!(found[2].table.find("execution_2"), Some(&ColumnValues::Numbers(vec![2.0])));
    assert_eq!(found[2].table.find("a"), None);
}

#[test]
fn a_touched_folder_is_an_error_that_names_every_file() {
    let (_parent, place) = written(&made_up_run(3));
    let bytes = fs::read(place.join("scores.parquet")).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    fs::write(place.join("scores.parquet"), flipped).unwrap();
    fs::write(place.join("metrics.json"), "{}").unwrap();
    fs::remove_file(place.join("turnover.parquet")).unwrap();
    fs::write(place.join("tables/notes.txt"), "mine").unwrap();
    let check = check_files(&place).unwrap();
    let changes: Vec<(&str, bool)> =
        check.changed.iter().map(|file| (file.file.as_str(), file.change == Change::Missing)).collect();
    let expected = ["metrics.json", "scores.parquet", "tables/notes.txt", "turnover.parquet"];
    assert_eq!(changes, expected.map(|file| (file, file == "turnover.parquet")));
    let error = read(&place).unwrap_err();
    let said = error.to_string();
    for part in [
        "was changed: `metrics.json` has 2 bytes in place of ",
        "`scores.parquet` has the SHA-256 ",
        "`tables/notes.txt` is not named in `run.json`; `turnover.parquet` is missing",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(error.hint(), Some("restore the folder as it was written, or repeat the run"));
}

#[test]
fn what_is_no_run_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let said = || {
        let error = read(folder.path()).unwrap_err();
        format!("{error} / {}", error.hint().unwrap()).replace(folder.path().to_str().unwrap(), "DIR")
    };
    let none = "`DIR` is not a run folder: it has no `run.json` that lists the files of a run / \
                name a folder that `rotor backtest` wrote";
    assert_eq!(said(), none);
    let run = |text: &str| fs::write(folder.path().join("run.json"), text).unwrap();
    run("{\"colour\": \"red\"}");
    assert_eq!(said(), none);
    run("{\"format\": 4, \"files\": {}}");
    assert!(
        said().starts_with("`run.json` in `DIR` is of format 4; this version reads formats 1 to 3 / "),
        "{}",
        said()
    );
    run("{\"format\": 1");
    let unreadable = "cannot read `DIR/run.json`: it is not the record of a run: ";
    assert!(said().starts_with(unreadable), "{}", said());
    run("{\"format\": 1}");
    assert!(said().starts_with(&format!("{unreadable}missing field `engine`")), "{}", said());
    let mut record = record(&Run::default()).to_json();
    run(&json!(record).to_string());
    assert!(said().starts_with("`run.json` in `DIR` does not name `diagnostics.parquet`"), "{}", said());
    // A name that leads out of the folder is not followed.
    record["files"] = json!({ "../../etc/passwd": { "sha256": "", "bytes": 0 } });
    run(&json!(record).to_string());
    assert!(said().contains("`../../etc/passwd` is missing"), "{}", said());
}

/// Release 0.1 wrote sentences in place of codes; a configuration of another version is kept as it stands.
#[test]
fn folders_of_format_1_are_read() {
    let (_parent, place) = written(&made_up_run(3));
    let edit = |file: &str, edit: &dyn Fn(&mut Value)| {
        let mut document: Value = serde_json::from_slice(&fs::read(place.join(file)).unwrap()).unwrap();
        edit(&mut document);
        document.to_string()
    };
    let metrics = edit("metrics.json", &|document| {
        document["reason"] = "the run has no months".into();
        document["portfolio"]["reason"] = "no month is live".into();
        document["portfolio"]["all"]["caveats"] = json!(["`trials` is 1"]);
    });
    doctor(&place, "metrics.json", metrics.as_bytes());
    let record = edit("run.json", &|document| {
        document["format"] = 1.into();
        document["warnings"] = json!(["closes are shared"]);
        document["config"]["tpo"] = 5.into();
        document["colour"] = "red".into();
    });
    fs::write(place.join("run.json"), &record).unwrap();
    let folder = read(&place).unwrap();
    let text = |text: &str| Reason::Text { text: text.into() };
    assert_eq!(folder.metrics.reason, Some(text("the run has no months")));
    assert_eq!(folder.metrics.portfolio.live.as_ref().unwrap_err(), &text("no month is live"));
    let portfolio = &folder.metrics.portfolio.all;
    assert_eq!(portfolio.caveats, [Caveat::Text { text: "`trials` is 1".into() }]);
    assert_eq!(folder.record.warnings, [Warning::Text { text: "closes are shared".into() }]);
    let ConfigRecord::Unreadable { document, faults } = &folder.record.config else {
        panic!("the configuration has a key that no version knows")
    };
    assert_eq!(document["tpo"], 5);
    assert!(faults.to_string().contains("`tpo`: there is no such key"), "{faults}");
    assert_eq!(folder.record.unknown["colour"], "red");
}

/// Takes from metrics what formats 1 and 2 do not have.
fn as_of_format_2(value: &mut Value) {
    const LATER: [&str; 19] = [
        "n_missing",
        "sortino",
        "calmar",
        "value_at_risk",
        "conditional_value_at_risk",
        "since_start",
        "rolling",
        "quintiles",
        "basis",
        "months",
        "rolling_years",
        "year_to_date",
        "last_months",
        "n_shared_months",
        "excess_eligible",
        "alternatives",
        "raw_rank_ic",
        "raw_gain",
        "from",
    ];
    match value {
        Value::Object(entries) => {
            entries.retain(|key, _| !LATER.contains(&key.as_str()) && key != "to");
            if let Some(kurtosis) = entries.get_mut("kurtosis").and_then(|metric| metric.get_mut("value")) {
                *kurtosis = kurtosis.as_f64().map_or(Value::Null, |value| json!(value + 3.0));
            }
            entries.values_mut().for_each(as_of_format_2);
        }
        Value::Array(values) => values.iter_mut().for_each(as_of_format_2),
        _ => {}
    }
}

#[test]
fn metrics_of_format_2_lack_what_came_later_and_say_so() {
    let run = made_up_run(30);
    let (_parent, place) = written(&run);
    let today = rotor_eval::evaluate(&run, &Config::default());
    let mut earlier = today.to_json();
    as_of_format_2(&mut earlier);
    doctor(&place, "metrics.json", earlier.to_string().as_bytes());
    for format in [1, 2] {
        let mut record: Value = serde_json::from_slice(&fs::read(place.join("run.json")).unwrap()).unwrap();
        record["format"] = format.into();
        fs::write(place.join("run.json"), record.to_string()).unwrap();
        let found = read(&place).unwrap().metrics;
        let (top, of_today) = (
            found.portfolio.all.performance.get("top").unwrap(),
            today.portfolio.all.performance.get("top").unwrap(),
        );
        assert_eq!(top.sortino.value, Err(Reason::NotInFormat));
        assert_eq!(top.year_to_date.value.value, Err(Reason::NotInFormat));
        assert_eq!((top.n_missing, &top.sharpe), (0, &of_today.sharpe));
        assert!((top.kurtosis.get().unwrap() - of_today.kurtosis.get().unwrap()).abs() < 1e-12);
        assert_eq!(top.years.len(), of_today.years.len());
        let excess = found.portfolio.all.excess.get("top").unwrap().get("equal_weight").unwrap();
        assert_eq!((excess.n_missing, excess.last_months.len(), excess.months.len()), (0, 0, 0));
        assert_eq!(top.calmar.value, Err(Reason::NotInFormat));
        assert_eq!(top.since_start.value.value, Err(Reason::NotInFormat));
        assert!(found.portfolio.all.rolling.is_empty());
        assert_eq!(found.portfolio.all.trading.n_shared_months.value, Err(Reason::NotInFormat));
        let cell = &found.portfolio.all.variants.sensitivity[0].variant;
        assert_eq!(cell.excess_eligible.value.value, Err(Reason::NotInFormat));
        let heat = found.factor.sections.all.get("heat").unwrap();
        assert_eq!(heat.raw_gain.reason(), Some(&Reason::NotInFormat));
        assert_eq!(heat.raw_rank_ic.ratio.value, Err(Reason::NotInFormat));
        assert!(heat.persistence.quintiles.is_empty());
        assert!(found.portfolio.all.variants.alternatives.is_empty());
    }
    // A folder of today has everything.
    let mut record: Value = serde_json::from_slice(&fs::read(place.join("run.json")).unwrap()).unwrap();
    record["format"] = rotor_run::FORMAT.into();
    fs::write(place.join("run.json"), record.to_string()).unwrap();
    assert!(read(&place).unwrap_err().to_string().contains("missing field"));
}

/// Puts other bytes into a file of a run folder and makes `run.json` agree with them.
fn doctor(place: &Path, file: &str, bytes: &[u8]) {
    let mut run: Value = serde_json::from_slice(&fs::read(place.join("run.json")).unwrap()).unwrap();
    let hash = Sha256::digest(bytes);
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
    let sha256: String = digits.collect();
    run["files"][file] = json!({ "sha256": sha256, "bytes": bytes.len() });
    fs::write(place.join(file), bytes).unwrap();
    fs::write(place.join("run.json"), run.to_string()).unwrap();
}

/// What reading says of a folder with other bytes in a file, which is then as before.
fn doctored(place: &Path, file: &str, bytes: &[u8]) -> String {
    read_doctored(place, file, bytes).map_or_else(|error| error.to_string(), |_| "read".to_owned())
}

fn read_doctored(place: &Path, file: &str, bytes: &[u8]) -> Result<RunFolder, RunError> {
    let before = (fs::read(place.join(file)).unwrap(), fs::read(place.join("run.json")).unwrap());
    doctor(place, file, bytes);
    let outcome = read(place);
    fs::write(place.join(file), before.0).unwrap();
    fs::write(place.join("run.json"), before.1).unwrap();
    outcome
}

fn parquet(columns: &[(&str, ArrayRef, bool)]) -> Vec<u8> {
    let columns = columns.iter().map(|(name, array, is_optional)| (*name, Arc::clone(array), *is_optional));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn wrong_columns_are_named_with_their_file() {
    let (_parent, place) = written(&made_up_run(3));
    let day: ArrayRef = Arc::new(Date32Array::from(vec![16467]));
    let number: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let empty: ArrayRef = Arc::new(Float64Array::from(vec![None]));
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let turnover =
        |columns: &[(&str, ArrayRef, bool)]| doctored(&place, "turnover.parquet", &parquet(columns));
    let execution = ("execution", Arc::clone(&day), false);
    let cost = ("cost", Arc::clone(&number), false);
    assert_eq!(
        turnover(&[execution.clone(), cost.clone()]),
        "column `turnover` of `turnover.parquet` is missing"
    );
    assert_eq!(
        turnover(&[execution.clone(), ("turnover", text("a"), false), cost.clone()]),
        "column `turnover` of `turnover.parquet` holds Dictionary(Int32, Utf8) where numbers belong"
    );
    assert_eq!(
        turnover(&[execution.clone(), ("turnover", empty, true), cost.clone()]),
        "column `turnover` of `turnover.parquet` has an empty cell"
    );
    let extra = ("colour", text("red"), false);
    assert_eq!(
        turnover(&[execution.clone(), ("turnover", Arc::clone(&number), false), cost.clone(), extra]),
        "column `colour` of `turnover.parquet` is not part of the format, or appears twice"
    );
    // The order of columns is nothing to a reader.
    assert_eq!(turnover(&[cost, ("turnover", Arc::clone(&number), false), execution.clone()]), "read");
    let returns = |exit: i32, portfolio: &str| {
        let exit: ArrayRef = Arc::new(Date32Array::from(vec![exit]));
        let columns = [
            execution.clone(),
            ("exit", exit, false),
            ("portfolio", text(portfolio), false),
            ("value", Arc::clone(&number), false),
        ];
        doctored(&place, "returns.parquet", &parquet(&columns))
    };
    assert_eq!(returns(16495, "top"), "read");
    assert_eq!(
        returns(i32::MAX, "top"),
        "column `exit` of `returns.parquet` has 2147483647 days since 1970, which is not a date of the calendar"
    );
    let ranking = |sector: &str| {
        let rank: ArrayRef = Arc::new(arrow_array::Int32Array::from(vec![1]));
        let value = |name| (name, Arc::clone(&number), false);
        let columns = [
            execution.clone(),
            ("sector", text(sector), false),
            value("total"),
            value("tie_break"),
            ("rank", rank, false),
            value("weight"),
        ];
        doctored(&place, "ranking.parquet", &parquet(&columns))
    };
    assert_eq!(ranking("801001"), "read");
    assert_eq!(ranking("999999"), "column `sector` of `ranking.parquet` has the unknown value \"999999\"");
}

#[test]
fn scores_of_an_earlier_format_have_reasons_without_code_and_chinese() {
    let (_parent, place) = written(&made_up_run(3));
    let day: ArrayRef = Arc::new(Date32Array::from(vec![16467; 2]));
    let numbers = |numbers: [Option<f64>; 2]| -> ArrayRef { Arc::new(Float64Array::from(numbers.to_vec())) };
    let texts = |texts: [Option<&str>; 2]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let columns = [
        ("execution", Arc::clone(&day), false),
        ("month", day, false),
        ("factor", texts([Some("heat"); 2]), false),
        ("sector", texts([Some("801001"), Some("801002")]), false),
        ("score", numbers([Some(3.0), None]), true),
        ("raw", numbers([None; 2]), true),
        ("note", texts([None, Some("no close")]), true),
    ];
    let run = read_doctored(&place, "scores.parquet", &parquet(&columns)).unwrap().run;
    let reason = |row: usize| run.scores[row].reason.map(|reason| run.reasons.get(reason).clone());
    let bare = ScoreReason { code: None, text: "no close".into(), text_zh: None };
    assert_eq!([reason(0), reason(1)], [None, Some(bare)]);
}

#[test]
fn damaged_files_are_errors_whatever_the_decoder_does() {
    let (_parent, place) = written(&made_up_run(3));
    for file in ["scores.parquet", "entities.parquet", "tables/profit.t0.parquet"] {
        let bytes = fs::read(place.join(file)).unwrap();
        for length in [0, 4, 100, bytes.len() - 1] {
            let said = doctored(&place, file, &bytes[..length]);
            assert!(said.starts_with(&format!("cannot read `{file}`: ")), "{said}");
        }
        // Every answer is one, none a panic; many flips change a value and can be read.
        let mut state = 7_u64;
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut flipped = bytes.clone();
            flipped[(state >> 33) as usize % bytes.len()] ^= 1 << (state % 8);
            let said = doctored(&place, file, &flipped);
            assert!(said == "read" || said.contains(file) || said.contains("column `"), "{said}");
        }
    }
}
