//! The whole folder at once: every fault in one report, in order.

use std::fs;
use std::sync::Arc;

use arrow_array::Date32Array;
use arrow_array::Float64Array;
use rotor_data::DataError;
use rotor_data::Dataset;
use rotor_tests::Folder;

use crate::parquet::{dates, numbers, parquet, texts};
use crate::{adding, check, editing, faults, report};

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
            "prices.csv row 3 (line 4), `close`: `-990` is outside [1e-6, 1e9]",
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
            vec!["entities.csv line 1: the file is empty, without a header"],
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
fn faults_of_one_cause_are_counted() {
    let rows: String =
        (0..70).map(|idx| format!("801040,2020-03-01,{}\n", if idx < 40 { "0" } else { "1" })).collect();
    let report = report(adding("prices.csv", rows).path());
    // Forty closes of zero, and thirty rows of one key, of which the first is sound.
    assert_eq!(report.total(), 69);
    let lines: Vec<String> = report.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "prices.csv row 10 (line 11) and 39 more rows, `close`: `0` is outside [1e-6, 1e9]",
            "prices.csv row 51 and 28 more rows: repeats the key `801040`, 2020-03-01 of row 50",
        ]
    );
    assert!(report.to_string().ends_with("69 faults, 2 causes"));
}

#[test]
fn the_first_fifty_are_those_of_the_first_tables() {
    let entities: String = (0..45).map(|idx| format!("X{idx},sector,A,,nope{idx},,\n")).collect();
    let series: String = (0..45).map(|idx| format!("x{idx},Z{idx},percent,T,,\n")).collect();
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
    let lines: Vec<String> = report.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "prices.parquet row 2 and 98 more rows, `close`: `-1` is outside [1e-6, 1e9]",
            "prices.parquet row 26: repeats the key `801040`, 2020-02-08 of row 1",
        ]
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
