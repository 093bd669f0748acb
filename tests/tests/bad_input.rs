//! Every rule of the dataset folder, broken on purpose: what the report says, and where.
//!
//! The expectations are written from the contract of the dataset folder, not from the reader. A case is a folder and
//! the lines of its report; behind ` => ` stands the hint where it matters.

#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "the inputs are built for reading, and a list of cases is as long as it is"
)]

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Float32Array, Float64Array, Int8Array,
    Int32Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray, StructArray,
    TimestampMillisecondArray, UInt8Array, UInt64Array,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use rotor_data::{DataError, Dataset, FaultReport, Format, Manifest, convert};
use rotor_tests::{Folder, MANIFEST};

/// A folder and the lines that its report is to have.
type Case = (Folder, Vec<&'static str>);

/// Opens a folder and returns its report; an empty one if nothing is wrong.
fn report(folder: &Path) -> FaultReport {
    match Dataset::open(folder) {
        Ok(_) => FaultReport::default(),
        Err(DataError::Faulty { report, .. }) => report,
        Err(error) => panic!("{error}"),
    }
}

/// Returns the faults of a folder, each with its hint behind ` => `.
fn faults(folder: &Path) -> Vec<String> {
    report(folder).faults().iter().map(|fault| format!("{fault} => {}", fault.kind.hint())).collect()
}

/// Checks every case and only then says which ones fail.
fn check(cases: Vec<Case>) {
    let mut failures = String::new();
    for (folder, expected) in cases {
        let found = faults(folder.path());
        let agrees = |(found, expected): (&String, &&str)| {
            found == expected || !expected.contains(" => ") && found.starts_with(&format!("{expected} => "))
        };
        if found.len() != expected.len() || !found.iter().zip(&expected).all(agrees) {
            failures +=
                &format!("\nexpected:\n  {}\nfound:\n  {}\n", expected.join("\n  "), found.join("\n  "));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The small folder with lines added to the end of one file.
fn adding(file: &str, lines: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::small();
    let mut content = fs::read(folder.path().join(file)).unwrap();
    content.extend_from_slice(lines.as_ref());
    folder.with(file, content)
}

fn editing(file: &str, from: &str, to: &str) -> Folder {
    Folder::small().replacing(file, from, to)
}

// ---------------------------------------------------------------------------------------------------------------
// Cells and rows, table by table.

#[test]
fn the_small_folder_is_sound() {
    check(vec![(Folder::small(), vec![])]);
}

#[test]
fn entities_are_checked() {
    let add = |line: &str| adding("entities.csv", line);
    check(vec![
        (
            add(",sector,A,,,,\n"),
            vec![
                "entities.csv row 6 (line 7), `entity`: the cell is empty => fill it; only columns marked `?` may be empty",
            ],
        ),
        (add("X,,A,,,,\n"), vec!["entities.csv row 6 (line 7), `kind`: the cell is empty"]),
        (add("X,sector,,,,,\n"), vec!["entities.csv row 6 (line 7), `name`: the cell is empty"]),
        (add("X,sector,\"\",,,,\n"), vec!["entities.csv row 6 (line 7), `name`: the cell is empty"]),
        (
            add("X,Sector,A,,,,\n"),
            vec![
                "entities.csv row 6 (line 7), `kind`: `Sector` is not one of sector, industry, benchmark, market => use one of these words",
            ],
        ),
        (
            add("X,sector,A,,mining,,\n"),
            vec![
                "entities.csv row 6 (line 7), `group`: `mining` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
        (
            add("X,sector,A,,,2020-13-01,\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_from`: `2020-13-01` is no such day in the calendar => correct the date",
            ],
        ),
        (
            add("X,sector,A,,,,01/02/2020\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_to`: `01/02/2020` is not a date of the form YYYY-MM-DD => write it as 2022-07-01",
            ],
        ),
        (
            add("X,sector,A,,,2020-01-02,2020-01-01\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_to`: 2020-01-01 is before `valid_from`, which is 2020-01-02 => exchange the two, or leave one empty",
            ],
        ),
        (add("X,sector,A,,,2020-01-02,2020-01-02\n"), vec![]),
        (add("X,industry,A,,other,,2199-12-31\n"), vec![]),
        (
            add("801040,sector,A,,,,\n"),
            vec!["entities.csv row 6: repeats the key `801040` of row 1 => remove one of the two rows"],
        ),
        // Every fault of one row, in the order of the columns.
        (
            add(",x,,,y,z,1899-12-31\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_from`: `z` is not a date of the form YYYY-MM-DD",
                "entities.csv row 6 (line 7), `valid_to`: `1899-12-31` is a date outside 1900-01-01 to 2199-12-31",
                "entities.csv row 6 (line 7), `entity`: the cell is empty",
                "entities.csv row 6 (line 7), `kind`: `x` is not one of sector, industry, benchmark, market",
                "entities.csv row 6 (line 7), `name`: the cell is empty",
                "entities.csv row 6 (line 7), `group`: `y` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
    ]);
}

#[test]
fn prices_are_checked() {
    let close = |cell: &str| adding("prices.csv", format!("801040,2020-02-04,{cell}\n"));
    let date = |cell: &str| adding("prices.csv", format!("801040,{cell},1\n"));
    let entity = |cell: &str| adding("prices.csv", format!("{cell},2020-02-04,1\n"));
    check(vec![
        (
            close("0"),
            vec!["prices.csv row 10 (line 11), `close`: `0` is outside (0, ∞) => give a value in (0, ∞)"],
        ),
        (close("-1.5"), vec!["prices.csv row 10 (line 11), `close`: `-1.5` is outside (0, ∞)"]),
        (close("-0.0"), vec!["prices.csv row 10 (line 11), `close`: `-0` is outside (0, ∞)"]),
        (close("5e-324"), vec![]),
        (close("1.7976931348623157e308"), vec![]),
        (close(""), vec!["prices.csv row 10 (line 11), `close`: the cell is empty"]),
        (
            close("nan"),
            vec![
                "prices.csv row 10 (line 11), `close`: `nan` is not finite => leave the row out if there is no value",
            ],
        ),
        (close("NaN"), vec!["prices.csv row 10 (line 11), `close`: `NaN` is not finite"]),
        (close("inf"), vec!["prices.csv row 10 (line 11), `close`: `inf` is not finite"]),
        (close("-Infinity"), vec!["prices.csv row 10 (line 11), `close`: `-Infinity` is not finite"]),
        (close("1e309"), vec!["prices.csv row 10 (line 11), `close`: `1e309` is not finite"]),
        (
            close("\"1,234.5\""),
            vec![
                "prices.csv row 10 (line 11), `close`: `1,234.5` is not a number => write it without thousands separators and with a decimal point",
            ],
        ),
        (
            close("1,234.5"),
            vec![
                "prices.csv row 10 (line 11): the row has 4 fields, the header has 3 => give every row one field a column; quote fields with commas",
            ],
        ),
        (
            close("12.5%"),
            vec![
                "prices.csv row 10 (line 11), `close`: `12.5%` is not a number => write digits with a decimal point, nothing else",
            ],
        ),
        (close("1 000"), vec!["prices.csv row 10 (line 11), `close`: `1 000` is not a number"]),
        (close(" 1"), vec!["prices.csv row 10 (line 11), `close`: ` 1` is not a number"]),
        (close("１２"), vec!["prices.csv row 10 (line 11), `close`: `１２` is not a number"]),
        (close("0x1F"), vec!["prices.csv row 10 (line 11), `close`: `0x1F` is not a number"]),
        (close("n/a"), vec!["prices.csv row 10 (line 11), `close`: `n/a` is not a number"]),
        (close("2020-01-01"), vec!["prices.csv row 10 (line 11), `close`: `2020-01-01` is not a number"]),
        (close("true"), vec!["prices.csv row 10 (line 11), `close`: `true` is not a number"]),
        (date(""), vec!["prices.csv row 10 (line 11), `date`: the cell is empty"]),
        (
            date("20200204"),
            vec!["prices.csv row 10 (line 11), `date`: `20200204` is not a date of the form YYYY-MM-DD"],
        ),
        (
            date("2020-2-4"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-2-4` is not a date of the form YYYY-MM-DD"],
        ),
        (
            date("2020-02-04T00:00:00"),
            vec![
                "prices.csv row 10 (line 11), `date`: `2020-02-04T00:00:00` is not a date of the form YYYY-MM-DD",
            ],
        ),
        (
            date("2021-02-29"),
            vec!["prices.csv row 10 (line 11), `date`: `2021-02-29` is no such day in the calendar"],
        ),
        (
            date("2020-04-31"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-04-31` is no such day in the calendar"],
        ),
        (
            date("2020-00-10"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-00-10` is no such day in the calendar"],
        ),
        (
            date("1899-12-31"),
            vec![
                "prices.csv row 10 (line 11), `date`: `1899-12-31` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date("2200-01-01"),
            vec![
                "prices.csv row 10 (line 11), `date`: `2200-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date("2019-12-31"),
            vec![
                "prices.csv row 10 (line 11), `date`: 2019-12-31 is outside the manifest's 2020-01-01 to 2022-12-31 => correct the date, or `first` and `last` in `dataset.toml`",
            ],
        ),
        (
            date("2023-01-01"),
            vec![
                "prices.csv row 10 (line 11), `date`: 2023-01-01 is outside the manifest's 2020-01-01 to 2022-12-31",
            ],
        ),
        (date("2020-01-01"), vec![]),
        (date("2022-12-31"), vec![]),
        (
            entity("801041"),
            vec![
                "prices.csv row 10 (line 11), `entity`: there is no entity `801041` => did you mean `801040`?",
            ],
        ),
        (
            entity("Q"),
            vec![
                "prices.csv row 10 (line 11), `entity`: there is no entity `Q` => add it to `entities`, or remove the row",
            ],
        ),
        (
            entity("c31"),
            vec!["prices.csv row 10 (line 11), `entity`: there is no entity `c31` => did you mean `C31`?"],
        ),
        (
            adding("prices.csv", "801040,2020-01-02,7\n"),
            vec![
                "prices.csv row 10: repeats the key `801040`, 2020-01-02 of row 1 => remove one of the two rows",
            ],
        ),
        (
            adding("prices.csv", "801040,2020-01-02,7\n801040,2020-01-02,8\n"),
            vec![
                "prices.csv row 10: repeats the key `801040`, 2020-01-02 of row 1",
                "prices.csv row 11: repeats the key `801040`, 2020-01-02 of row 1",
            ],
        ),
        (
            adding("prices.csv", "Q,x,y\n"),
            vec![
                "prices.csv row 10 (line 11), `date`: `x` is not a date of the form YYYY-MM-DD",
                "prices.csv row 10 (line 11), `close`: `y` is not a number",
                "prices.csv row 10 (line 11), `entity`: there is no entity `Q`",
            ],
        ),
    ]);
}

#[test]
fn a_month_end_dataset_has_one_close_a_month() {
    let folder = || editing("dataset.toml", "price_frequency = \"D\"", "price_frequency = \"M\"");
    check(vec![
        (
            folder(),
            vec![
                "prices.csv row 2: 2020-01-03 and 2020-01-02 are closes of one month, and the manifest says month-end closes only => keep the last close of the month, or write `price_frequency = \"D\"`",
                "prices.csv row 5: 2020-01-03 and 2020-01-02 are closes of one month, and the manifest says month-end closes only",
                "prices.csv row 8: 2020-01-03 and 2020-01-02 are closes of one month, and the manifest says month-end closes only",
            ],
        ),
        (
            folder().with(
                "prices.csv",
                "entity,date,close\n801040,2020-01-23,1\n801040,2021-01-29,1\n801040,2020-02-28,1\n",
            ),
            vec![],
        ),
    ]);
}

#[test]
fn series_are_checked() {
    let add = |line: &str| adding("series.csv", line);
    check(vec![
        (add(",M,percent,T,,\n"), vec!["series.csv row 5 (line 6), `series`: the cell is empty"]),
        (add("x,,percent,T,,\n"), vec!["series.csv row 5 (line 6), `frequency`: the cell is empty"]),
        (add("x,M,,T,,\n"), vec!["series.csv row 5 (line 6), `unit`: the cell is empty"]),
        (add("x,M,percent,,,\n"), vec!["series.csv row 5 (line 6), `title`: the cell is empty"]),
        (
            add("x,m,percent,T,,\n"),
            vec!["series.csv row 5 (line 6), `frequency`: `m` is not one of D, W, M, Q"],
        ),
        (
            add("x,A,percent,T,,\n"),
            vec!["series.csv row 5 (line 6), `frequency`: `A` is not one of D, W, M, Q"],
        ),
        (add("cpi_yoy,M,percent,T,,\n"), vec!["series.csv row 5: repeats the key `cpi_yoy` of row 1"]),
    ]);
}

#[test]
fn observations_are_checked() {
    let add = |line: &str| adding("observations.csv", format!("{line}\n"));
    let weekly = |line: &str| {
        let series = fs::read_to_string(Folder::small().path().join("series.csv")).unwrap();
        add(line).with("series.csv", series + "weekly,W,index,Weekly,,\n")
    };
    check(vec![
        (add("cpi_yoy,CN,2020-01-31,2020-04-10,1"), vec![]),
        (
            add("cpi_yoi,CN,2020-02-29,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `series`: there is no series `cpi_yoi` => did you mean `cpi_yoy`?",
            ],
        ),
        (
            add("nope,CN,2020-02-29,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `series`: there is no series `nope` => add it to `series`, or remove the row",
            ],
        ),
        (
            add("cpi_yoy,XX,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `entity`: there is no entity `XX`"],
        ),
        (
            add(",CN,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `series`: the cell is empty"],
        ),
        (
            add("cpi_yoy,,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `entity`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `period`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,,1"),
            vec!["observations.csv row 6 (line 7), `released`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,2020-03-10,"),
            vec!["observations.csv row 6 (line 7), `value`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,2020-03-10,NaN"),
            vec!["observations.csv row 6 (line 7), `value`: `NaN` is not finite"],
        ),
        (
            add("cpi_yoy,CN,2020-02-28,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `period`: 2020-02-28 is not the last day of a month => stamp the period with its last calendar day",
            ],
        ),
        (add("cpi_yoy,CN,2021-02-28,2021-03-10,1"), vec![]),
        (add("cpi_yoy,CN,2000-02-29,2000-03-10,1"), vec![]),
        (add("cpi_yoy,CN,1900-02-28,1900-03-10,1"), vec![]),
        (
            add("cpi_yoy,CN,1900-02-29,1900-03-10,1"),
            vec!["observations.csv row 6 (line 7), `period`: `1900-02-29` is no such day in the calendar"],
        ),
        (
            add("gross_margin,801040,2020-04-30,2020-05-30,1"),
            vec!["observations.csv row 6 (line 7), `period`: 2020-04-30 is not the last day of a quarter"],
        ),
        (
            add("gross_margin,801040,2020-06-29,2020-07-30,1"),
            vec!["observations.csv row 6 (line 7), `period`: 2020-06-29 is not the last day of a quarter"],
        ),
        (add("gross_margin,801040,2199-12-31,2199-12-31,1"), vec![]),
        (add("rebar_futures,CN,2020-01-04,2020-01-04,1"), vec![]),
        (weekly("weekly,CN,2020-01-05,2020-01-07,1"), vec![]),
        (weekly("weekly,CN,2020-01-08,2020-01-08,1"), vec![]),
        // The last day of the period is early enough, the day before is not.
        (add("cpi_yoy,CN,2020-02-29,2020-02-29,1"), vec![]),
        (
            add("cpi_yoy,CN,2020-02-29,2020-02-28,1"),
            vec![
                "observations.csv row 6 (line 7), `released`: 2020-02-28 is before the end of the period, 2020-02-29 => correct `released`: a value is public once its period is over",
            ],
        ),
        (
            weekly("weekly,CN,2020-01-08,2020-01-07,1"),
            vec![
                "observations.csv row 6 (line 7), `released`: 2020-01-07 is before the end of the period, 2020-01-08",
            ],
        ),
        (
            add("cpi_yoy,CN,2020-01-31,2020-02-10,9"),
            vec!["observations.csv row 6: repeats the key `cpi_yoy`, `CN`, 2020-01-31, 2020-02-10 of row 1"],
        ),
        // Observations may lie outside of the manifest's bounds, and belong to any kind of entity.
        (add("cpi_yoy,000300,2010-01-31,2030-02-10,9"), vec![]),
        (
            add("no,ne,no,ne,no"),
            vec![
                "observations.csv row 6 (line 7), `period`: `no` is not a date of the form YYYY-MM-DD",
                "observations.csv row 6 (line 7), `released`: `ne` is not a date of the form YYYY-MM-DD",
                "observations.csv row 6 (line 7), `value`: `no` is not a number",
                "observations.csv row 6 (line 7), `series`: there is no series `no`",
                "observations.csv row 6 (line 7), `entity`: there is no entity `ne`",
            ],
        ),
    ]);
}

#[test]
fn the_bridge_is_checked() {
    let add = |line: &str| adding("bridge.csv", format!("{line}\n"));
    check(vec![
        (add("801080,C31,1,2010-01-01"), vec![]),
        (add("801080,C31,0.1,"), vec!["bridge.csv row 2 (line 3), `released`: the cell is empty"]),
        (add("801080,,0.1,2020-01-01"), vec!["bridge.csv row 2 (line 3), `industry`: the cell is empty"]),
        (
            add("801080,C31,0,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `0` is outside (0, 1] => give a value in (0, 1]"],
        ),
        (
            add("801080,C31,95.6,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `95.6` is outside (0, 1]"],
        ),
        (
            add("801080,C31,-0.1,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `-0.1` is outside (0, 1]"],
        ),
        (add("801080,C31,nan,2020-01-01"), vec!["bridge.csv row 2 (line 3), `weight`: `nan` is not finite"]),
        (
            add("000300,C31,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `sector`: `000300` is a benchmark, a sector is needed => name a sector",
            ],
        ),
        (
            add("801080,CN,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `industry`: `CN` is a market, an industry is needed => name an industry",
            ],
        ),
        (
            add("C31,801080,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `sector`: `C31` is an industry, a sector is needed",
                "bridge.csv row 2 (line 3), `industry`: `801080` is a sector, an industry is needed",
            ],
        ),
        (
            add("801081,C31,0.1,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `sector`: there is no entity `801081`"],
        ),
        (
            add("801040,C31,0.5,2020-04-30"),
            vec!["bridge.csv row 2: repeats the key `801040`, `C31`, 2020-04-30 of row 1"],
        ),
    ]);
}

#[test]
fn links_are_checked() {
    let add = |line: &str| adding("links.csv", format!("{line}\n"));
    check(vec![
        (add("801080,rebar_futures,-1,0.5"), vec![]),
        (
            add("801080,rebar_futures,2,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `2` is outside {-1, +1} => give a value in {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,0,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `0` is outside {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,127,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `127` is outside {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,up,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `up` is not a whole number"],
        ),
        (
            add("801080,rebar_futures,1.0,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `1.0` is not a whole number"],
        ),
        (add("801080,rebar_futures,,1"), vec!["links.csv row 2 (line 3), `polarity`: the cell is empty"]),
        (add("801080,rebar_futures,1,0"), vec!["links.csv row 2 (line 3), `weight`: `0` is outside (0, ∞)"]),
        (add("801080,rebar_futures,1,inf"), vec!["links.csv row 2 (line 3), `weight`: `inf` is not finite"]),
        (
            add("CN,rebar_futures,1,1"),
            vec!["links.csv row 2 (line 3), `sector`: `CN` is a market, a sector is needed"],
        ),
        (add("801080,rebar,1,1"), vec!["links.csv row 2 (line 3), `series`: there is no series `rebar`"]),
        (
            add("801040,rebar_futures,-1,1"),
            vec!["links.csv row 2: repeats the key `801040`, `rebar_futures` of row 1"],
        ),
    ]);
}

/// The magnitude of the smallest `i64` is not an `i64`; taking it panics where overflow is checked.
#[test]
fn the_smallest_integer_is_no_polarity() {
    check(vec![
        (
            adding("links.csv", "801080,rebar_futures,-9223372036854775808,1\n"),
            vec!["links.csv row 2 (line 3), `polarity`: `-9223372036854775808` is outside {-1, +1}"],
        ),
        (
            adding("events.csv", "2020-01-10,T,-9223372036854775808,\n"),
            vec!["events.csv row 2 (line 3), `importance`: `-9223372036854775808` is outside {1, 2, 3}"],
        ),
    ]);
}

/// `DATASET.md` writes the polarity as «−1 or +1», and so do the message and its hint.
#[test]
fn a_polarity_may_be_written_as_the_contract_writes_it() {
    check(vec![(adding("links.csv", "801080,rebar_futures,+1,1\n"), vec![])]);
}

/// A hint that speaks of decimal points sends the reader of a whole number the wrong way.
#[test]
fn the_hint_for_a_whole_number_asks_for_a_whole_number() {
    let folder = adding("links.csv", "801080,rebar_futures,1.0,1\n");
    let report = report(folder.path());
    let hint = report.faults()[0].kind.hint();
    assert!(!hint.contains("decimal point"), "{hint}");
}

#[test]
fn events_are_checked() {
    let add = |line: &str| adding("events.csv", format!("{line}\n"));
    check(vec![
        (add("1900-01-01,T,3,"), vec![]),
        // An event has no key: the same line twice is two events.
        (add("2020-01-10,\"Prices, released\",2,801040;801080"), vec![]),
        (add(",T,1,"), vec!["events.csv row 2 (line 3), `date`: the cell is empty"]),
        (add("2020-01-10,,1,"), vec!["events.csv row 2 (line 3), `title`: the cell is empty"]),
        (add("2020-01-10,T,,"), vec!["events.csv row 2 (line 3), `importance`: the cell is empty"]),
        (add("2020-01-10,T,0,"), vec!["events.csv row 2 (line 3), `importance`: `0` is outside {1, 2, 3}"]),
        (
            add("2020-01-10,T,4,"),
            vec![
                "events.csv row 2 (line 3), `importance`: `4` is outside {1, 2, 3} => give a value in {1, 2, 3}",
            ],
        ),
        (
            add("2020-01-10,T,1,801040;CN"),
            vec!["events.csv row 2 (line 3), `sectors`: `CN` is a market, a sector is needed"],
        ),
        (
            add("2020-01-10,T,1,801040; 801080"),
            vec![
                "events.csv row 2 (line 3), `sectors`: there is no entity ` 801080` => did you mean `801080`?",
            ],
        ),
        (add("2020-01-10,T,1,801040;"), vec!["events.csv row 2 (line 3), `sectors`: there is no entity ``"]),
        (
            add("2020-01-10,T,1,\"801040,801080\""),
            vec!["events.csv row 2 (line 3), `sectors`: there is no entity `801040,801080`"],
        ),
    ]);
}

// ---------------------------------------------------------------------------------------------------------------
// The form of CSV.

#[test]
fn headers_are_checked() {
    let header = |to: &str| editing("prices.csv", "entity,date,close\n", to);
    check(vec![
        (
            header("entity,date,colse\n"),
            vec![
                "prices.csv line 1, `colse`: unknown column => did you mean `close`?",
                "prices.csv line 1, `close`: the column is missing => add the column",
            ],
        ),
        (
            header("entity,date,close,volume\n"),
            vec!["prices.csv line 1, `volume`: unknown column => remove it"],
        ),
        (header("Entity,date,close\n"), vec![
            "prices.csv line 1, `Entity`: unknown column => did you mean `entity`?",
            "prices.csv line 1, `entity`: the column is missing",
        ]),
        (header("entity,date, close\n"), vec![
            "prices.csv line 1, ` close`: unknown column => did you mean `close`?",
            "prices.csv line 1, `close`: the column is missing",
        ]),
        (
            header("entity,date,close,close\n"),
            vec!["prices.csv line 1, `close`: the column is there twice => remove one of the two"],
        ),
        (
            header("entity,date,close,\n"),
            vec!["prices.csv line 1, ``: unknown column => remove it"],
        ),
        (
            Folder::small().with("prices.csv", "\"entity\",\"date\",\"close\"\n\"801040\",\"2020-01-02\",\"1.5\"\n"),
            vec![],
        ),
        // The columns may come in any order; those that are optional may be absent.
        (Folder::small().with("prices.csv", "close,entity,date\n1.5,801040,2020-01-02\n"), vec![]),
        (
            Folder::small().with("series.csv", "series,frequency,unit,title\ncpi_yoy,M,percent,C\ngross_margin,Q,percent,G\nprofit_ytd,M,cny_100m,I\nrebar_futures,D,cny_per_tonne,R\n"),
            vec![],
        ),
        // A header alone is a table without rows.
        (
            Folder::small().with("events.csv", "date,title,importance\n").with("links.csv", "sector,series,polarity,weight"),
            vec![],
        ),
        (
            Folder::small().with("events.csv", ""),
            vec!["events.csv line 1: the file is empty; not even a header is there => write the column names on the first line"],
        ),
        (
            Folder::small().with("events.csv", "2020-01-10,T,1,801040\n"),
            vec![
                "events.csv line 1, `2020-01-10`: unknown column",
                "events.csv line 1, `T`: unknown column",
                "events.csv line 1, `1`: unknown column",
                "events.csv line 1, `801040`: unknown column",
                "events.csv line 1, `date`: the column is missing",
                "events.csv line 1, `title`: the column is missing",
                "events.csv line 1, `importance`: the column is missing",
            ],
        ),
        (
            Folder::small().with("events.csv", "date;title;importance\n2020-01-10;T;1\n"),
            vec![
                "events.csv line 1, `date;title;importance`: unknown column",
                "events.csv line 1, `date`: the column is missing",
                "events.csv line 1, `title`: the column is missing",
                "events.csv line 1, `importance`: the column is missing",
            ],
        ),
    ]);
}

#[test]
fn a_header_that_is_not_on_the_first_line_is_found_where_it_is() {
    check(vec![(
        editing("prices.csv", "entity,date,close\n", "\nentity,date,colse\n"),
        vec![
            "prices.csv line 1: the line is empty",
            "prices.csv line 2, `colse`: unknown column",
            "prices.csv line 2, `close`: the column is missing",
        ],
    )]);
}

#[test]
fn a_file_of_empty_lines_has_no_header() {
    let found = faults(Folder::small().with("events.csv", "\n\n").path());
    assert!(found.iter().any(|line| line.contains("empty")), "{found:#?}");
}

#[test]
fn a_header_that_is_not_utf8_is_called_so() {
    let mut content = b"date,title,importance,".to_vec();
    content.extend([0xB0, 0xE5, 0xBF, 0xE9, b'\n']);
    let found = faults(Folder::small().with("events.csv", content).path());
    assert!(found[0].contains("not UTF-8"), "{found:#?}");
}

#[test]
fn rows_have_as_many_fields_as_the_header() {
    check(vec![
        (
            adding("prices.csv", "801040,2020-02-04\n801040,2020-02-05,1,\n \n801040,2020-02-06,1\n"),
            vec![
                "prices.csv row 10 (line 11): the row has 2 fields, the header has 3 => give every row one field a column; quote fields with commas",
                "prices.csv row 11 (line 12): the row has 4 fields, the header has 3",
                "prices.csv row 12 (line 13): the row has 1 fields, the header has 3",
            ],
        ),
        // An empty line is no row: the rows after it count on, its line is named.
        (
            adding("prices.csv", "\n801040,2020-02-06,0\n\n"),
            vec![
                "prices.csv line 11: the line is empty => remove the line",
                "prices.csv row 10 (line 12), `close`: `0` is outside (0, ∞)",
                "prices.csv line 13: the line is empty",
            ],
        ),
        // A field over several lines moves the lines apart from the rows.
        (
            adding("events.csv", "2020-01-10,\"a\nb\nc\",1,\n2020-01-11,T,9,\n"),
            vec!["events.csv row 3 (line 6), `importance`: `9` is outside {1, 2, 3}"],
        ),
    ]);
}

#[test]
fn only_rfc_4180_is_read() {
    let prices = fs::read_to_string(Folder::small().path().join("prices.csv")).unwrap();
    let with = |content: String| Folder::small().with("prices.csv", content);
    check(vec![
        (with(prices.replace('\n', "\r\n")), vec![]),
        (with(prices.trim_end().to_owned()), vec![]),
        (
            with(format!("\u{feff}{prices}")),
            vec![
                "prices.csv line 1: begins with a byte order mark => save the file as UTF-8 without a byte order mark",
            ],
        ),
        (
            with(prices.replace('\n', "\r")),
            vec![
                "prices.csv line 1: a carriage return stands alone, without a line feed after it => end every line the same way, with LF or with CR LF",
            ],
        ),
        (
            with(prices.clone() + "801040,2020-02-06,1\r\n"),
            vec!["prices.csv line 11: this line ends with CR LF, the lines above with LF"],
        ),
        (
            with(prices.replace('\n', "\r\n") + "801040,2020-02-06,1\n"),
            vec!["prices.csv line 11: this line ends with LF, the lines above with CR LF"],
        ),
        (
            with(prices.clone() + "801040,2020-02-06,1\r"),
            vec!["prices.csv line 11: a carriage return stands alone, without a line feed after it"],
        ),
        (
            with(prices.clone() + "801040,2020-02\0-06,1\n"),
            vec!["prices.csv line 11: a NUL byte stands in the text => save the file as plain UTF-8 text"],
        ),
        (
            with(prices.clone() + "8010\"40,2020-02-06,1\n"),
            vec!["prices.csv line 11: a quotation mark stands inside a field that is not quoted"],
        ),
        (
            with(prices.clone() + "\"801040\"0,2020-02-06,1\n"),
            vec![
                "prices.csv line 11: text follows the closing quotation mark of a field => put the whole field in quotation marks and double those inside",
            ],
        ),
        (
            with(prices.clone() + "\"801040,2020-02-06,1\n801040,2020-02-07,1\n"),
            vec![
                "prices.csv line 11: the quotation mark that opens here is never closed => close it; the rest of the file was not read",
            ],
        ),
    ]);
}

#[test]
fn text_is_utf8_in_every_column() {
    check(vec![
        (
            adding("entities.csv", b"X,sector,\xB8\xD6\xCC\xFA,,,,\n"),
            vec!["entities.csv row 6 (line 7), `name`: the text is not UTF-8 => save the file as UTF-8"],
        ),
        (
            adding("entities.csv", b"X,sector,A,\xE9\x92,,,\n"),
            vec!["entities.csv row 6 (line 7), `name_zh`: the text is not UTF-8"],
        ),
        (
            adding("prices.csv", b"801040,2020-02-04,\xFF\n"),
            vec!["prices.csv row 10 (line 11), `close`: the text is not UTF-8"],
        ),
        (
            adding("prices.csv", b"801040,2020-02-0\xED\xA0\x80,1\n"),
            vec!["prices.csv row 10 (line 11), `date`: the text is not UTF-8"],
        ),
    ]);
    let utf16: Vec<u8> = "\u{feff}entity,date,close\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = faults(Folder::small().with("prices.csv", utf16).path());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("UTF-8"), "{found:#?}");
}

#[test]
fn absurdly_long_rows_are_refused() {
    let long = "x".repeat(2 << 20);
    check(vec![
        (
            adding("events.csv", format!("2020-01-11,{long},1,\n")),
            vec![
                "events.csv line 3: the row is longer than 1048576 bytes => look for a quotation mark that is not closed",
            ],
        ),
        (
            adding("events.csv", format!("2020-01-11,\"{long}\",1,\n")),
            vec!["events.csv line 3: the row is longer than 1048576 bytes"],
        ),
        (adding("events.csv", format!("2020-01-11,{},1,\n", &long[..1_000_000])), vec![]),
    ]);
    let columns: Vec<String> = (0..10_000).map(|idx| format!("column_{idx}")).collect();
    let folder = Folder::small().with("prices.csv", columns.join(",") + "\n");
    let report = report(folder.path());
    assert_eq!(report.total(), 10_003);
    assert_eq!(report.faults().len(), FaultReport::KEPT);
    assert_eq!(report.faults()[49].to_string(), "prices.csv line 1, `column_49`: unknown column");
}

#[test]
fn values_are_shown_escaped_and_cut() {
    let long = "9".repeat(500_000);
    let cut = "9".repeat(60) + "…";
    let shown = |folder: Folder| faults(folder.path()).join("\n");
    assert_eq!(
        shown(adding("prices.csv", format!("801040,2020-02-04,{long}x\n"))),
        format!(
            "prices.csv row 10 (line 11), `close`: `{cut}` is not a number => write digits with a decimal point, nothing else"
        )
    );
    assert_eq!(
        shown(adding("prices.csv", "801040,2020-02-04,\"\x1b[31m\n\t\u{202e}1\"\n")),
        "prices.csv row 10 (line 11), `close`: `\\u{1b}[31m\\n\\t\\u{202e}1` is not a number => write digits with a decimal point, nothing else"
    );
    assert_eq!(
        shown(adding("series.csv", "x,\x07,percent,T,,\n")),
        "series.csv row 5 (line 6), `frequency`: `\\u{7}` is not one of D, W, M, Q => use one of these words"
    );
    let header = shown(Folder::small().with("prices.csv", format!("entity,date,close,\x1b{long}\n")));
    assert!(header.len() < 500 && header.contains("`\\u{1b}999"), "{}", &header[..500]);
}

/// A code is text like any other: it may be long and it may hold control characters.
#[test]
fn codes_in_messages_are_shown_escaped_and_cut() {
    let code = format!("\x1b[2J{}", "8".repeat(3000));
    let near = format!("{code}9");
    let folder = adding("entities.csv", format!("\"{code}\",sector,A,,,,\n"));
    let prices = fs::read_to_string(folder.path().join("prices.csv")).unwrap();
    let observations = fs::read_to_string(folder.path().join("observations.csv")).unwrap();
    let repeated = format!("cpi_yoy,{code},2020-01-31,2020-02-10,1\n");
    let folder = folder
        .with(
            "prices.csv",
            format!("{prices}{code},2020-01-02,1\n{code},2020-01-02,1\n{near},2020-01-02,1\n"),
        )
        .with("observations.csv", format!("{observations}{repeated}{repeated}"));
    let found = faults(folder.path());
    assert_eq!(found.len(), 3, "{}", found.len());
    for line in found {
        assert!(
            line.chars().count() < 300 && !line.contains('\x1b'),
            "{} characters: {line:.200?}",
            line.len()
        );
    }
}

/// A reason that is cut in the middle of its first words is no reason.
#[test]
fn reasons_are_told_to_their_end() {
    let table = parquet(
        &[
            ("entity", texts(&[Some("801040")])),
            ("date", dates(&[Some(DAY)])),
            ("close", numbers(&[Some(1.0)])),
        ],
        9,
    );
    let place = table.windows(6).position(|window| window == b"801040").expect("the code stands in the file");
    let mut damaged = table;
    damaged[place] = 0xFF;
    let found = faults(Folder::small().without("prices.csv").with("prices.parquet", damaged).path());
    assert!(found.len() == 1 && found[0].contains("UTF-8") && !found[0].contains('…'), "{found:#?}");
}

#[test]
fn a_format_of_many_digits_is_cut() {
    let found =
        faults(editing("dataset.toml", "format = 1", &format!("format = {}", "9".repeat(3000))).path());
    assert!(found.len() == 1 && found[0].len() < 300, "{} characters", found[0].len());
}

#[test]
fn numbers_are_shown_as_they_stand_in_the_file() {
    check(vec![(
        adding("prices.csv", "801040,2020-02-04,-1e300\n"),
        vec!["prices.csv row 10 (line 11), `close`: `-1e300` is outside (0, ∞)"],
    )]);
}

// ---------------------------------------------------------------------------------------------------------------
// The whole folder at once.

#[test]
fn ten_faults_in_ten_places_come_in_one_report() {
    let folder = adding("entities.csv", "X1,sector,A,,mining,,\n801040,sector,Again,,,,\n")
        .replacing("series.csv", "profit_ytd,M,", "profit_ytd,Y,")
        .replacing("prices.csv", "801040,2020-02-03,990", "801040,2020-02-03,-990")
        .replacing("prices.csv", "000300,2020-02-03,3900", "000300,2020-01-03,3900")
        .replacing("observations.csv", "2020-01-31,2020-03-10", "2020-01-31,2020-01-10")
        .replacing("observations.csv", "rebar_futures", "rebar_future")
        .replacing("bridge.csv", "0.956", "95.6")
        .replacing("links.csv", "rebar_futures,1,1", "rebar_futures,3,1")
        .replacing("events.csv", "released\",2,", "released\",5,");
    check(vec![(
        folder,
        vec![
            "entities.csv row 6 (line 7), `group`: `mining` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            "entities.csv row 7: repeats the key `801040` of row 1",
            "series.csv row 3 (line 4), `frequency`: `Y` is not one of D, W, M, Q",
            "prices.csv row 3 (line 4), `close`: `-990` is outside (0, ∞)",
            "prices.csv row 9: repeats the key `000300`, 2020-01-03 of row 8",
            "observations.csv row 2 (line 3), `released`: 2020-01-10 is before the end of the period, 2020-01-31",
            "observations.csv row 5 (line 6), `series`: there is no series `rebar_future` => did you mean `rebar_futures`?",
            "bridge.csv row 1 (line 2), `weight`: `95.6` is outside (0, 1]",
            "links.csv row 1 (line 2), `polarity`: `3` is outside {-1, +1}",
            "events.csv row 1 (line 2), `importance`: `5` is outside {1, 2, 3}",
        ],
    )]);
}

#[test]
fn the_manifest_and_every_table_are_reported_together() {
    let folder = editing("dataset.toml", "currency", "curency")
        .replacing("entities.csv", "CN,market", "CN,markt")
        .replacing("events.csv", ",2,", ",,");
    check(vec![(
        folder,
        vec![
            "dataset.toml line 6, `curency`: unknown key => did you mean `currency`?",
            "dataset.toml, `currency`: the key is missing => add a line such as `currency = \"CNY\"`",
            "entities.csv row 5 (line 6), `kind`: `markt` is not one of sector, industry, benchmark, market",
            "events.csv row 1 (line 2), `importance`: the cell is empty",
        ],
    )]);
}

/// What cannot be told from a table that could not be read is not held against the other tables.
#[test]
fn a_table_that_cannot_be_read_does_not_accuse_the_others() {
    check(vec![
        (
            editing("entities.csv", "valid_from", "valid_form"),
            vec!["entities.csv line 1, `valid_form`: unknown column => did you mean `valid_from`?"],
        ),
        (
            editing("series.csv", "title_zh", "title_cn"),
            vec!["series.csv line 1, `title_cn`: unknown column"],
        ),
        (
            Folder::small().with("entities.csv", ""),
            vec!["entities.csv line 1: the file is empty; not even a header is there"],
        ),
        (
            editing("entities.csv", "801080,sector,Electronics", "801080,sector,\"Electronics"),
            vec!["entities.csv line 3: the quotation mark that opens here is never closed"],
        ),
        (
            editing("series.csv", "gross_margin,Q", "gross\"margin,Q"),
            vec!["series.csv line 3: a quotation mark stands inside a field that is not quoted"],
        ),
        (
            Folder::small().without("entities.csv").with("entities.parquet", "nonsense"),
            vec!["entities.parquet: cannot be read: it does not end like a Parquet file"],
        ),
    ]);
}

#[test]
fn more_than_fifty_faults_are_counted() {
    let rows: String =
        (0..70).map(|idx| format!("801040,2020-03-01,{}\n", if idx < 40 { "0" } else { "1" })).collect();
    let report = report(adding("prices.csv", rows).path());
    // Forty closes of zero, and thirty rows of one key, of which the first is sound.
    assert_eq!(report.total(), 69);
    let rows: Vec<u64> = report.faults().iter().map(|fault| fault.row.unwrap()).collect();
    let expected: Vec<u64> = (10..50).chain(51..61).collect();
    assert_eq!(rows, expected);
    assert!(report.to_string().ends_with("69 faults, of which the first 50 are shown"));
    assert_eq!(
        report.faults()[49].to_string(),
        "prices.csv row 60: repeats the key `801040`, 2020-03-01 of row 50"
    );
}

#[test]
fn the_first_fifty_are_those_of_the_first_tables() {
    let entities: String = (0..45).map(|idx| format!("X{idx},sector,A,,nope,,\n")).collect();
    let series: String = (0..45).map(|idx| format!("x{idx},Z,percent,T,,\n")).collect();
    let folder = adding("entities.csv", entities + "801040,sector,Again,,,,\n");
    let text = fs::read_to_string(folder.path().join("series.csv")).unwrap();
    let folder = folder.with("series.csv", text + &series + "cpi_yoy,M,percent,T,,\n").replacing(
        "links.csv",
        ",1,1",
        ",1,0",
    );
    let report = report(folder.path());
    assert_eq!(report.total(), 45 + 1 + 45 + 1 + 1);
    let places: Vec<(String, u64)> =
        report.faults().iter().map(|fault| (fault.file.clone(), fault.row.unwrap())).collect();
    let entities = (6..52).map(|row| ("entities.csv".to_owned(), row));
    let series = (5..9).map(|row| ("series.csv".to_owned(), row));
    let expected: Vec<_> = entities.chain(series).collect();
    assert_eq!(places, expected);
}

#[test]
fn faults_of_several_row_groups_come_in_the_order_of_the_rows() {
    let n_rows = 200;
    let row = |idx: usize| match idx {
        // A key of the first row group again, in the third.
        25 => (18_300, 1.0),
        idx if idx % 2 == 1 => (18_300 + idx as i32, -1.0),
        idx => (18_300 + idx as i32, 1.0),
    };
    let (days, closes): (Vec<i32>, Vec<f64>) = (0..n_rows).map(row).unzip();
    let table = parquet(
        &[
            ("entity", texts(&vec![Some("801040"); n_rows])),
            ("date", Arc::new(Date32Array::from(days))),
            ("close", Arc::new(Float64Array::from(closes))),
        ],
        10,
    );
    let folder = Folder::small().without("prices.csv").with("prices.parquet", table);
    let report = report(folder.path());
    assert_eq!(report.total(), 100);
    let rows: Vec<u64> = report.faults().iter().map(|fault| fault.row.unwrap()).collect();
    assert_eq!(rows, (0..50).map(|idx| 2 * idx + 2).collect::<Vec<u64>>());
    assert_eq!(report.faults()[0].to_string(), "prices.parquet row 2, `close`: `-1` is outside (0, ∞)");
    assert_eq!(
        report.faults()[12].to_string(),
        "prices.parquet row 26: repeats the key `801040`, 2020-02-08 of row 1"
    );
}

#[test]
fn missing_and_doubled_files_are_reported() {
    let prices = || parquet(&[("entity", texts(&[])), ("date", dates(&[])), ("close", numbers(&[]))], 10);
    check(vec![
        (
            Folder::small().without("entities.csv"),
            vec!["entities.csv or entities.parquet: there is no such file => add it; every dataset needs it"],
        ),
        (Folder::small().without("prices.csv"), vec!["prices.csv or prices.parquet: there is no such file"]),
        (
            Folder::small().without("series.csv"),
            vec![
                "series.csv or series.parquet: there is no such file => add it; `observations` and `links` need it",
            ],
        ),
        (Folder::small().without("series.csv").without("observations.csv").without("links.csv"), vec![]),
        (
            Folder::small()
                .without("observations.csv")
                .without("bridge.csv")
                .without("links.csv")
                .without("events.csv"),
            vec![],
        ),
        (
            Folder::small().without("dataset.toml"),
            vec!["dataset.toml: there is no such file => add it; it says what the dataset is"],
        ),
        (
            Folder::small().with("prices.parquet", prices()),
            vec![
                "prices.parquet: the table is given twice, as `prices.csv` and as `prices.parquet` => keep one of `prices.csv` and `prices.parquet`",
            ],
        ),
        // All faults of a folder in one go.
        (
            Folder::small().with("prices.parquet", prices()).without("entities.csv"),
            vec![
                "entities.csv or entities.parquet: there is no such file",
                "prices.parquet: the table is given twice, as `prices.csv` and as `prices.parquet`",
            ],
        ),
    ]);
}

#[test]
fn a_folder_that_is_not_there_is_no_dataset() {
    let folder = Folder::small();
    for path in ["nowhere", "prices.csv"] {
        let error = Dataset::open(&folder.path().join(path)).unwrap_err();
        assert!(matches!(error, DataError::Folder { .. }), "{error}");
        assert_eq!(error.hint(), Some("name a folder with a `dataset.toml`"));
    }
}

#[test]
fn misspelled_file_names_are_noticed() {
    let rename = |from: &str, to: &str| {
        let folder = Folder::small();
        fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
        folder
    };
    check(vec![
        (
            rename("prices.csv", "price.csv"),
            vec![
                "price.csv: `price.csv` is not a table of a dataset => call it `prices.csv` if it is that table, else move it",
                "prices.csv or prices.parquet: there is no such file",
            ],
        ),
        (rename("events.csv", "event.csv"), vec!["event.csv: `event.csv` is not a table of a dataset"]),
        (rename("events.csv", "Events.csv"), vec!["Events.csv: `Events.csv` is not a table of a dataset"]),
        (Folder::small().with("README.md", "text").with("notes.csv", "whatever\n"), vec![]),
    ]);
    // The name is right and the ending is not, so the hint has to name the ending.
    let found = faults(rename("events.csv", "events.CSV").path());
    assert!(found.len() == 1 && found[0].contains("`events.csv`"), "{found:#?}");
}

// ---------------------------------------------------------------------------------------------------------------
// The manifest.

#[test]
fn manifests_are_checked() {
    let with = |from: &str, to: &str| editing("dataset.toml", from, to);
    check(vec![
        (
            with("format = 1", "format = 2"),
            vec![
                "dataset.toml line 1, `format`: format 2 is not known to this version, which reads format 1 => write `format = 1`, or use a newer version of rotor",
            ],
        ),
        (
            with("format = 1", "format = \"1\""),
            vec!["dataset.toml line 1, `format`: the value has the type string, a whole number is needed"],
        ),
        (
            with("format = 1\n", ""),
            vec!["dataset.toml, `format`: the key is missing => add a line such as `format = 1`"],
        ),
        (
            with("synthetic = true", "synthetic = \"true\""),
            vec!["dataset.toml line 4, `synthetic`: the value has the type string, true or false is needed"],
        ),
        (
            with("first = \"2020-01-01\"", "first = 2020-01-01"),
            vec!["dataset.toml line 8, `first`: the value has the type datetime, a string is needed"],
        ),
        (
            with("first = \"2020-01-01\"", "first = \"2020-1-1\""),
            vec![
                "dataset.toml line 8, `first`: `2020-1-1` is not a date of the form YYYY-MM-DD => write it as 2022-07-01",
            ],
        ),
        (
            with("first = \"2020-01-01\"", "first = \"2022-12-31\"").replacing(
                "dataset.toml",
                "last = \"2022-12-31\"",
                "last = \"2020-01-01\"",
            ),
            vec![
                "dataset.toml line 8, `first`: `2022-12-31` is after `last`, which is 2020-01-01 => exchange the two",
            ],
        ),
        (
            with("price_frequency = \"D\"", "price_frequency = \"d\""),
            vec!["dataset.toml line 7, `price_frequency`: `d` is not one of D, M"],
        ),
        (
            with("licence = ", "license = "),
            vec![
                "dataset.toml line 10, `license`: unknown key => did you mean `licence`?",
                "dataset.toml, `licence`: the key is missing",
            ],
        ),
        (
            with("source = \"a test\"\n", "source = \"a test\"\nname = \"again\"\n"),
            vec!["dataset.toml line 12: is not TOML: duplicate key"],
        ),
        (
            with("title = \"A dataset of a test\"", "title = \"A dataset of a test"),
            vec!["dataset.toml line 3: is not TOML: invalid basic string, expected `\"`"],
        ),
        (
            Folder::small().with("dataset.toml", format!("\u{feff}{MANIFEST}")),
            vec!["dataset.toml: begins with a byte order mark"],
        ),
        (
            Folder::small().with("dataset.toml", b"name = \"\xFF\"\n"),
            vec!["dataset.toml: the text is not UTF-8"],
        ),
        (Folder::small().with("dataset.toml", MANIFEST.replace('\n', "\r\n")), vec![]),
        (
            Folder::small().with("dataset.toml", format!("{MANIFEST}#{}\n", "x".repeat(1 << 20))),
            vec!["dataset.toml: cannot be read: it is longer than 65536 bytes"],
        ),
    ]);
}

#[test]
fn a_manifest_that_is_empty_names_every_key() {
    let report = report(Folder::small().with("dataset.toml", "").path());
    assert_eq!(report.total(), 11, "{report}");
    assert!(
        report.faults().iter().all(|fault| fault.kind.hint().starts_with("add a line such as")),
        "{report}"
    );
}

/// The hint for an empty cell speaks of columns marked `?`; a manifest has none.
#[test]
fn an_empty_value_of_the_manifest_is_explained_in_its_own_words() {
    let found = faults(editing("dataset.toml", "name = \"test\"", "name = \"\"").path());
    assert!(found.len() == 1 && found[0].starts_with("dataset.toml line 2, `name`: "), "{found:#?}");
    assert!(!found[0].contains("column") && !found[0].contains("cell"), "{found:#?}");
}

const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn hashes_are_checked() {
    let with = |lines: &str| Folder::small().with("dataset.toml", format!("{MANIFEST}\n[sha256]\n{lines}\n"));
    let folder = with(&format!("\"prices.csv\" = \"{NO_HASH}\""));
    let report = report(folder.path());
    assert_eq!(report.total(), 1, "{report}");
    let line = report.faults()[0].to_string();
    let (before, after) = line.split_once("its SHA-256 is `").unwrap();
    assert_eq!(before, "prices.csv: ");
    assert_eq!(&after[64..], format!("` and the manifest says `{NO_HASH}`"));
    let found = &after[..64];
    check(vec![
        (with(&format!("\"prices.csv\" = \"{found}\"")), vec![]),
        (with(&format!("\"prices.csv\" = \"{}\"", found.to_uppercase())), vec![]),
        (
            with(&format!("\"gone.csv\" = \"{NO_HASH}\"")),
            vec!["gone.csv: there is no such file => add it; the manifest gives its SHA-256"],
        ),
        (
            with("\"prices.csv\" = \"abc\""),
            vec![
                "dataset.toml line 14, `sha256.prices.csv`: `abc` is not a SHA-256 of 64 hexadecimal digits => write what `sha256sum` prints",
            ],
        ),
        (
            Folder::small().with("dataset.toml", format!("sha256 = \"x\"\n{MANIFEST}")),
            vec![
                "dataset.toml line 1, `sha256`: the value has the type string, a table of file names is needed",
            ],
        ),
    ]);
}

/// Without quotation marks TOML takes the dot of a file name for a table in a table, the most likely slip there is.
#[test]
fn a_file_name_without_quotation_marks_is_explained() {
    let manifest = format!("{MANIFEST}\n[sha256]\nprices.csv = \"{NO_HASH}\"\n");
    let found = faults(Folder::small().with("dataset.toml", manifest).path());
    assert!(found.len() == 1 && found[0].starts_with("dataset.toml line 14, `sha256.prices"), "{found:#?}");
    assert!(found[0].contains("quotation marks"), "{found:#?}");
}

#[test]
fn the_manifest_reaches_no_file_outside_of_the_folder() {
    let outside = tempfile_with("secret");
    let names =
        ["../secret.txt", "/etc/hostname", "sub/../prices.csv", "./prices.csv", "", ".", "..", "a\\u0000b"];
    let absolute = outside.path().join("dataset.toml");
    for name in names.into_iter().chain([absolute.to_str().unwrap()]) {
        let manifest = format!("{MANIFEST}\n[sha256]\n\"{name}\" = \"{NO_HASH}\"\n");
        let folder = Folder::small().with("dataset.toml", manifest);
        let found = faults(folder.path());
        assert_eq!(found.len(), 1, "`{name}` gives {found:#?}");
        assert!(!found[0].contains("its SHA-256 is"), "`{name}` was read: {found:#?}");
    }
}

fn tempfile_with(text: &str) -> Folder {
    Folder::new().with("secret.txt", text)
}

// ---------------------------------------------------------------------------------------------------------------
// Things that are not files.

#[test]
fn things_that_are_not_files_are_refused() {
    let directory = |name: &str| {
        let folder = Folder::small().without(name);
        fs::create_dir(folder.path().join(name)).unwrap();
        folder
    };
    let link = |name: &str, to: &str| {
        let folder = Folder::small().without(name);
        symlink(to, folder.path().join(name)).unwrap();
        folder
    };
    check(vec![
        (directory("prices.csv"), vec!["prices.csv: cannot be read: not a regular file"]),
        (directory("dataset.toml"), vec!["dataset.toml: cannot be read: not a regular file"]),
        (
            link("events.csv", "nowhere"),
            vec!["events.csv: cannot be read: No such file or directory (os error 2)"],
        ),
        (
            link("events.csv", "events.csv"),
            vec!["events.csv: cannot be read: Too many levels of symbolic links (os error 40)"],
        ),
        (link("events.csv", "/dev/null"), vec!["events.csv: cannot be read: not a regular file"]),
    ]);
    // A link to a sound file is as good as the file.
    let elsewhere = Folder::small();
    let folder = Folder::small().without("prices.csv");
    symlink(elsewhere.path().join("prices.csv"), folder.path().join("prices.csv")).unwrap();
    check(vec![(folder, vec![])]);
}

#[test]
fn files_that_may_not_be_read_are_reported() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::small();
    let path = folder.path().join("prices.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    check(vec![(folder, vec!["prices.csv: cannot be read: Permission denied (os error 13)"])]);
}

/// Opens the folder that the environment names; for tests that have to survive a reader that does not come back.
#[test]
#[ignore = "other tests run it in a process of its own"]
fn open_in_a_process_of_its_own() {
    let folder = std::env::var_os("ROTOR_TEST_FOLDER").expect("another test says which folder");
    println!("the report:\n{}", faults(Path::new(&folder)).join("\n"));
}

/// Opens a folder in another process and returns what it prints, or says that it did not come back in time.
fn opened_apart(folder: &Path) -> String {
    let child = Command::new("timeout")
        .arg("4")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "open_in_a_process_of_its_own", "--ignored", "--nocapture"])
        .env("ROTOR_TEST_FOLDER", folder)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("coreutils are there");
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    if status.code() == Some(124) { "it does not come back".into() } else { text }
}

#[test]
fn pipes_and_endless_devices_do_not_hold_the_reader_up() {
    let replaced = |name: &str, make: &dyn Fn(&Path)| {
        let folder = Folder::small().without(name);
        make(&folder.path().join(name));
        folder
    };
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let zero = |path: &Path| symlink("/dev/zero", path).unwrap();
    let vouched = |name: &str| {
        Folder::small().with("dataset.toml", format!("{MANIFEST}\n[sha256]\n\"{name}\" = \"{NO_HASH}\"\n"))
    };
    let mut failures = String::new();
    for (what, folder, expected) in [
        ("prices.csv is a pipe", replaced("prices.csv", &pipe), "prices.csv: cannot be read"),
        ("events.csv is a pipe", replaced("events.csv", &pipe), "events.csv: cannot be read"),
        ("dataset.toml is a pipe", replaced("dataset.toml", &pipe), "dataset.toml: cannot be read"),
        ("prices.csv is /dev/zero", replaced("prices.csv", &zero), "prices.csv: cannot be read"),
        ("dataset.toml is /dev/zero", replaced("dataset.toml", &zero), "dataset.toml: cannot be read"),
        ("the manifest vouches for /dev/zero", vouched("/dev/zero"), "/dev/zero: "),
    ] {
        let found = opened_apart(folder.path());
        if !found.contains(expected) {
            failures += &format!("\n{what}: {found}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

// ---------------------------------------------------------------------------------------------------------------
// Parquet.

fn parquet(columns: &[(&str, ArrayRef)], rows_of_a_group: usize) -> Vec<u8> {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_of_a_group)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn texts(cells: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(cells.to_vec()))
}

fn dates(cells: &[Option<i32>]) -> ArrayRef {
    Arc::new(Date32Array::from(cells.to_vec()))
}

fn numbers(cells: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(cells.to_vec()))
}

/// 2020-01-02 in days since 1970.
const DAY: i32 = 18_263;

/// The small folder with a table of one or more rows in Parquet in place of its CSV.
fn in_parquet(table: &str, columns: &[(&str, ArrayRef)]) -> Folder {
    Folder::small().without(&format!("{table}.csv")).with(&format!("{table}.parquet"), parquet(columns, 1000))
}

fn prices_of(entity: ArrayRef, date: ArrayRef, close: ArrayRef) -> Folder {
    in_parquet("prices", &[("entity", entity), ("date", date), ("close", close)])
}

#[test]
fn the_types_of_parquet_columns_are_checked() {
    let entity = || texts(&[Some("801040")]);
    let date = || dates(&[Some(DAY)]);
    let close = || numbers(&[Some(1.0)]);
    let with_date = |array: ArrayRef| prices_of(entity(), array, close());
    let with_close = |array: ArrayRef| prices_of(entity(), date(), array);
    let with_entity = |array: ArrayRef| prices_of(array, date(), close());
    let mut list = ListBuilder::new(Int32Builder::new());
    list.values().append_value(1);
    list.append(true);
    let inner: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let structure =
        StructArray::from(vec![(Arc::new(Field::new("x", inner.data_type().clone(), true)), inner)]);
    check(vec![
        (prices_of(entity(), date(), close()), vec![]),
        (with_entity(Arc::new(LargeStringArray::from(vec!["801040"]))), vec![]),
        (
            with_entity(Arc::new(BinaryArray::from(vec![b"801040".as_slice()]))),
            vec![
                "prices.parquet, `entity`: the column has the type `Binary`, text is needed => write the column as string",
            ],
        ),
        (
            with_entity(Arc::new(Int64Array::from(vec![801_040]))),
            vec!["prices.parquet, `entity`: the column has the type `Int64`, text is needed"],
        ),
        (
            with_date(Arc::new(TimestampMillisecondArray::from(vec![0]))),
            vec![
                "prices.parquet, `date`: the column has the type `Timestamp(ms)`, a date is needed => write the column as date32, without time of day",
            ],
        ),
        (
            with_date(texts(&[Some("2020-01-02")])),
            vec!["prices.parquet, `date`: the column has the type `Utf8`, a date is needed"],
        ),
        (
            with_date(Arc::new(Int32Array::from(vec![DAY]))),
            vec!["prices.parquet, `date`: the column has the type `Int32`, a date is needed"],
        ),
        (
            with_close(Arc::new(Int64Array::from(vec![1]))),
            vec![
                "prices.parquet, `close`: the column has the type `Int64`, a number is needed => write the column as double",
            ],
        ),
        (
            with_close(Arc::new(Float32Array::from(vec![1.0]))),
            vec!["prices.parquet, `close`: the column has the type `Float32`, a number is needed"],
        ),
        (
            with_close(texts(&[Some("1")])),
            vec!["prices.parquet, `close`: the column has the type `Utf8`, a number is needed"],
        ),
        (
            with_close(Arc::new(BooleanArray::from(vec![true]))),
            vec!["prices.parquet, `close`: the column has the type `Boolean`, a number is needed"],
        ),
        (
            with_close(Arc::new(NullArray::new(1))),
            vec!["prices.parquet, `close`: the column has the type `Null`, a number is needed"],
        ),
        (
            with_close(Arc::new(list.finish())),
            vec!["prices.parquet, `close`: the column has the type `List(Int32)`, a number is needed"],
        ),
        (
            with_close(Arc::new(structure)),
            vec![
                "prices.parquet, `close`: the column has the type `Struct(\"x\": Int32)`, a number is needed",
            ],
        ),
        // Every column that has the wrong type, in one go.
        (
            prices_of(date(), close(), entity()),
            vec![
                "prices.parquet, `entity`: the column has the type `Date32`, text is needed",
                "prices.parquet, `date`: the column has the type `Float64`, a date is needed",
                "prices.parquet, `close`: the column has the type `Utf8`, a number is needed",
            ],
        ),
    ]);
    // Date64 is a timestamp by another name; whichever way it is stored, it is not a day.
    let found = faults(with_date(Arc::new(Date64Array::from(vec![0]))).path());
    assert!(found.is_empty() || found.len() == 1 && found[0].contains("a date is needed"), "{found:#?}");
}

#[test]
fn parquet_headers_are_checked() {
    let (entity, date, close) =
        (|| texts(&[Some("801040")]), || dates(&[Some(DAY)]), || numbers(&[Some(1.0)]));
    check(vec![
        (
            in_parquet("prices", &[("entity", entity()), ("date", date()), ("clsoe", close())]),
            vec![
                "prices.parquet, `clsoe`: unknown column => did you mean `close`?",
                "prices.parquet, `close`: the column is missing",
            ],
        ),
        (
            in_parquet(
                "prices",
                &[("entity", entity()), ("date", date()), ("close", close()), ("close", close())],
            ),
            vec!["prices.parquet, `close`: the column is there twice"],
        ),
        (in_parquet("prices", &[("close", close()), ("date", date()), ("entity", entity())]), vec![]),
        (
            in_parquet(
                "prices",
                &[("entity", entity()), ("date", date()), ("close", close()), ("\x1b[31m", close())],
            ),
            vec!["prices.parquet, `\\u{1b}[31m`: unknown column"],
        ),
    ]);
}

#[test]
fn cells_of_parquet_are_checked() {
    let entity =
        |cell| prices_of(texts(&[Some("000300"), cell]), dates(&[Some(DAY); 2]), numbers(&[Some(1.0); 2]));
    let date =
        |cell| prices_of(texts(&[Some("801040"); 2]), dates(&[Some(DAY), cell]), numbers(&[Some(1.0); 2]));
    let close = |cell| {
        prices_of(
            texts(&[Some("801040"); 2]),
            dates(&[Some(DAY), Some(DAY + 1)]),
            numbers(&[Some(1.0), cell]),
        )
    };
    check(vec![
        (
            entity(None),
            vec![
                "prices.parquet row 2, `entity`: the cell is empty => fill it; only columns marked `?` may be empty",
            ],
        ),
        (entity(Some("")), vec!["prices.parquet row 2, `entity`: the cell is empty"]),
        (entity(Some("801041")), vec!["prices.parquet row 2, `entity`: there is no entity `801041`"]),
        (date(None), vec!["prices.parquet row 2, `date`: the cell is empty"]),
        (close(None), vec!["prices.parquet row 2, `close`: the cell is empty"]),
        (
            close(Some(f64::NAN)),
            vec![
                "prices.parquet row 2, `close`: `NaN` is not finite => leave the row out if there is no value",
            ],
        ),
        (close(Some(f64::INFINITY)), vec!["prices.parquet row 2, `close`: `inf` is not finite"]),
        (close(Some(f64::NEG_INFINITY)), vec!["prices.parquet row 2, `close`: `-inf` is not finite"]),
        (close(Some(0.0)), vec!["prices.parquet row 2, `close`: `0` is outside (0, ∞)"]),
        (date(Some(DAY)), vec!["prices.parquet row 2: repeats the key `801040`, 2020-01-02 of row 1"]),
        (
            date(Some(-25_568)),
            vec![
                "prices.parquet row 2, `date`: `day -25568 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31 => correct the date",
            ],
        ),
        (
            date(Some(84_006)),
            vec![
                "prices.parquet row 2, `date`: `day 84006 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(i32::MIN)),
            vec![
                "prices.parquet row 2, `date`: `day -2147483648 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(i32::MAX)),
            vec![
                "prices.parquet row 2, `date`: `day 2147483647 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(0)),
            vec![
                "prices.parquet row 2, `date`: 1970-01-01 is outside the manifest's 2020-01-01 to 2022-12-31",
            ],
        ),
    ]);
}

#[test]
fn optional_columns_of_parquet_may_be_absent_or_empty() {
    let codes = ["000300", "801040", "801080", "C31", "CN"];
    let kinds = ["benchmark", "sector", "sector", "industry", "market"];
    let column = |cells: [&str; 5]| -> ArrayRef { Arc::new(StringArray::from(cells.to_vec())) };
    let with = |optional: Vec<(&'static str, ArrayRef)>| {
        let mut columns = vec![("entity", column(codes)), ("kind", column(kinds)), ("name", column(codes))];
        columns.extend(optional);
        in_parquet("entities", &columns)
    };
    let nulls = || -> ArrayRef { Arc::new(NullArray::new(5)) };
    let group = |cell| texts(&[None, None, None, None, cell]);
    let last = |cell| dates(&[None, None, None, None, cell]);
    check(vec![
        (with(vec![]), vec![]),
        (
            with(vec![
                ("name_zh", nulls()),
                ("group", nulls()),
                ("valid_from", nulls()),
                ("valid_to", nulls()),
            ]),
            vec![],
        ),
        (with(vec![("name_zh", texts(&[None; 5])), ("valid_to", dates(&[None; 5]))]), vec![]),
        (with(vec![("name_zh", column([""; 5])), ("group", column([""; 5]))]), vec![]),
        (
            with(vec![("group", group(Some("x")))]),
            vec![
                "entities.parquet row 5, `group`: `x` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
        (
            with(vec![("valid_from", last(Some(DAY))), ("valid_to", last(Some(DAY - 1)))]),
            vec![
                "entities.parquet row 5, `valid_to`: 2020-01-01 is before `valid_from`, which is 2020-01-02",
            ],
        ),
        (
            with(vec![("valid_from", last(Some(i32::MIN)))]),
            vec![
                "entities.parquet row 5, `valid_from`: `day -2147483648 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            with(vec![("valid_from", texts(&[None; 5]))]),
            vec!["entities.parquet, `valid_from`: the column has the type `Utf8`, a date is needed"],
        ),
    ]);
}

#[test]
fn whole_numbers_of_parquet_may_have_any_width() {
    let with = |polarity: ArrayRef| {
        in_parquet(
            "links",
            &[
                ("sector", texts(&[Some("801040")])),
                ("series", texts(&[Some("rebar_futures")])),
                ("polarity", polarity),
                ("weight", numbers(&[Some(1.0)])),
            ],
        )
    };
    check(vec![
        (with(Arc::new(Int8Array::from(vec![-1]))), vec![]),
        (with(Arc::new(Int64Array::from(vec![-1]))), vec![]),
        (with(Arc::new(UInt8Array::from(vec![1]))), vec![]),
        (
            with(Arc::new(Int64Array::from(vec![2]))),
            vec!["links.parquet row 1, `polarity`: `2` is outside {-1, +1}"],
        ),
        // 257 and 1 are the same byte.
        (
            with(Arc::new(Int64Array::from(vec![257]))),
            vec!["links.parquet row 1, `polarity`: `257` is outside {-1, +1}"],
        ),
        (
            with(Arc::new(UInt8Array::from(vec![255]))),
            vec!["links.parquet row 1, `polarity`: `255` is outside {-1, +1}"],
        ),
        (
            with(Arc::new(UInt64Array::from(vec![1]))),
            vec![
                "links.parquet, `polarity`: the column has the type `UInt64`, a whole number is needed => write the column as int8",
            ],
        ),
        (
            with(numbers(&[Some(1.0)])),
            vec!["links.parquet, `polarity`: the column has the type `Float64`, a whole number is needed"],
        ),
        (
            with(Arc::new(Int8Array::from(vec![None]))),
            vec!["links.parquet row 1, `polarity`: the cell is empty"],
        ),
        (
            with(Arc::new(Int64Array::from(vec![i64::MIN]))),
            vec!["links.parquet row 1, `polarity`: `-9223372036854775808` is outside {-1, +1}"],
        ),
    ]);
}

#[test]
fn files_that_are_no_parquet_are_refused() {
    let sound = || {
        parquet(
            &[
                ("entity", texts(&[Some("801040")])),
                ("date", dates(&[Some(DAY)])),
                ("close", numbers(&[Some(1.0)])),
            ],
            9,
        )
    };
    let with = |content: Vec<u8>| Folder::small().without("prices.csv").with("prices.parquet", content);
    let mut half = sound();
    half.truncate(half.len() / 2);
    let mut headless = sound();
    headless[..4].copy_from_slice(b"XXXX");
    for (what, content) in [
        ("nothing", Vec::new()),
        ("a magic word", b"PAR1".to_vec()),
        ("CSV", b"entity,date,close\n801040,2020-01-02,1\n".to_vec()),
        ("half a file", half),
        ("zeros", vec![0; 1000]),
        ("an encrypted footer", [vec![0; 1000], b"PARE".to_vec()].concat()),
    ] {
        let found = faults(with(content).path());
        assert_eq!(found.len(), 1, "{what}: {found:#?}");
        assert!(
            found[0].starts_with("prices.parquet: cannot be read: ")
                && found[0].ends_with(" => check that the file is whole and may be read"),
            "{what}: {found:#?}"
        );
    }
}

#[test]
fn codecs_that_are_not_built_in_are_named() {
    let table = parquet(
        &[
            ("entity", texts(&[Some("801040")])),
            ("date", dates(&[Some(DAY)])),
            ("close", numbers(&[Some(1.0)])),
        ],
        9,
    );
    // In the footer the path of a column is followed by its codec: a list of one text, then a small integer.
    let path = b"\x19\x18\x05close\x15\x00";
    let place =
        table.windows(path.len()).rposition(|window| window == path).expect("the writer writes it so");
    for (codec, name) in [(2, "gzip"), (3, "lzo"), (4, "brotli"), (5, "lz4"), (7, "lz4")] {
        let mut content = table.clone();
        content[place + path.len() - 1] = 2 * codec;
        let found = faults(Folder::small().without("prices.csv").with("prices.parquet", content).path());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].starts_with("prices.parquet, `close`: is compressed with ")
                && found[0].to_lowercase().contains(name)
                && found[0].contains("zstd, snappy or no compression"),
            "{found:#?}"
        );
        // The file is whole; to say otherwise sends the reader the wrong way.
        assert!(!found[0].contains("whole"), "{found:#?}");
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Changing the format.

/// The small folder with everything in it that a format can get wrong.
fn tricky() -> Folder {
    adding(
        "entities.csv",
        "007,industry,\"He said \"\"no\"\", and\nleft\",\"煤炭,\r\n石油\",other,1900-01-01,2199-12-31\n\
         0070,sector,  spaces  ,’ü\u{301}\u{1F600},,,\n",
    )
    .with(
        "prices.csv",
        "entity,date,close\n0070,2020-01-02,5e-324\n0070,2020-01-03,1.7976931348623157e308\n\
         0070,2020-01-06,0.1\n0070,2020-01-07,0.30000000000000004\n",
    )
    .with(
        "observations.csv",
        "series,entity,period,released,value\ncpi_yoy,CN,2020-01-31,2020-02-10,-0.0\n\
         cpi_yoy,CN,2020-02-29,2020-03-10,-1.7976931348623157e308\ncpi_yoy,CN,1900-01-31,2199-12-31,-5e-324\n\
         cpi_yoy,CN,2020-03-31,2020-04-10,2.2250738585072014e-308\n",
    )
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_dataset_survives_a_change_of_format() {
    let (source, target) = (tricky(), Folder::new());
    let at = |name: &str| target.path().join(name);
    convert(source.path(), &at("csv"), Format::Csv).unwrap();
    convert(&at("csv"), &at("parquet"), Format::Parquet).unwrap();
    convert(&at("parquet"), &at("csv2"), Format::Csv).unwrap();
    convert(&at("csv2"), &at("parquet2"), Format::Parquet).unwrap();
    assert_eq!(files(&at("csv")), files(&at("csv2")));
    assert_eq!(files(&at("parquet")), files(&at("parquet2")));
    // Tables whose text is in the form that is written come out as they went in.
    for name in ["entities.csv", "series.csv", "observations.csv", "prices.csv", "bridge.csv", "events.csv"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read(&at("csv2")), read(source.path()), "{name}");
    }
    let read = |folder: &Path| Dataset::open(folder).unwrap();
    let (first, last) = (read(source.path()), read(&at("parquet2")));
    assert_eq!(first.entities(), last.entities());
    assert_eq!(first.series(), last.series());
    assert_eq!(first.bridge(), last.bridge());
    assert_eq!(first.links(), last.links());
    assert_eq!(first.events(), last.events());
    assert_eq!(first.manifest(), last.manifest());
    let bits = |data: &Dataset| -> Vec<(String, u64)> {
        let entities = 0..data.entities().len();
        entities
            .flat_map(|idx| data.closes().of(idx).collect::<Vec<_>>())
            .map(|(date, close)| (date.to_string(), close.to_bits()))
            .collect()
    };
    assert_eq!(bits(&first), bits(&last));
    assert_eq!(bits(&first).len(), 4);
    assert_eq!(first.archive().len(), last.archive().len());
}

#[test]
fn hashes_follow_a_change_of_format() {
    let (source, target) = (Folder::small(), Folder::new());
    let hash = Dataset::open(source.path()).unwrap().files()[0].sha256.clone();
    let source =
        source.with("dataset.toml", format!("{MANIFEST}\n[sha256]\n\"entities.csv\" = \"{hash}\"\n"));
    let place = target.path().join("new");
    convert(source.path(), &place, Format::Parquet).unwrap();
    let data = Dataset::open(&place).unwrap();
    assert_eq!(data.manifest().sha256.len(), 7);
    fs::write(place.join("events.parquet"), fs::read(place.join("bridge.parquet")).unwrap()).unwrap();
    let found = faults(&place);
    assert!(found.iter().any(|line| line.starts_with("events.parquet: its SHA-256 is ")), "{found:#?}");
}

#[test]
fn a_conversion_leaves_nothing_behind_when_it_fails() {
    let names = |folder: &Path| -> Vec<String> { files_and_folders(folder) };
    let source = Folder::small();
    let target = Folder::new();
    for (name, make) in [("file", true), ("folder", false)] {
        let place = target.path().join(name);
        if make {
            fs::write(&place, "kept").unwrap();
        } else {
            fs::create_dir(&place).unwrap();
        }
        let before = names(target.path());
        let error = convert(source.path(), &place, Format::Parquet).unwrap_err();
        assert!(matches!(error, DataError::Exists { .. }), "{error}");
        assert_eq!(error.hint(), Some("name a folder that does not exist yet"));
        assert_eq!(names(target.path()), before);
    }
    symlink("nowhere", target.path().join("link")).unwrap();
    let error = convert(source.path(), &target.path().join("link"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Exists { .. }), "{error}");
    let before = names(target.path());
    let faulty = editing("links.csv", ",1,1", ",7,1");
    let error = convert(faulty.path(), &target.path().join("new"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Faulty { .. }), "{error}");
    // A parent that is a file cannot hold a folder.
    let error = convert(source.path(), &target.path().join("file/new"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Write { .. }), "{error}");
    assert_eq!(names(target.path()), before);
    assert_eq!(fs::read_to_string(target.path().join("file")).unwrap(), "kept");
    assert!(target.path().join(Manifest::FILE).is_file());
}

fn files_and_folders(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
