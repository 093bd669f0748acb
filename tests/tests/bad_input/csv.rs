//! The form of CSV: RFC 4180 and nothing else.

use std::fs;

use rotor_data::FaultReport;
use rotor_tests::Folder;

use crate::parquet::{DAY, dates, numbers, parquet, texts};
use crate::{adding, check, editing, faults, report};

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
            vec!["prices.csv line 1, `close`: the column appears twice => remove one of the two"],
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
            vec!["events.csv line 1: the file is empty, without a header => write the column names on the first line"],
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
                "events.csv line 1: the columns are separated by `;`; a comma is needed => in pandas `pd.read_csv(\"events.csv\", sep=\";\", dtype=str, na_filter=False).to_csv(\"events.csv\", index=False)`",
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
                "prices.csv row 10 (line 11) and 2 more rows: the row has 2 fields, the header has 3 => give every row one field a column; quote fields with commas",
            ],
        ),
        // An empty line is no row: the rows after it count on, its line is named.
        (
            adding("prices.csv", "\n801040,2020-02-06,0\n\n"),
            vec![
                "prices.csv line 11 and 1 more line: the line is empty => remove the line",
                "prices.csv row 10 (line 12), `close`: `0` is outside [1e-6, 1e9]",
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
        (with(format!("\u{feff}{prices}")), vec![]),
        (
            with(prices.replace('\n', "\r")),
            vec![
                "prices.csv line 1: a carriage return has no line feed after it => end every line the same way, with LF or with CR LF",
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
            vec!["prices.csv line 11: a carriage return has no line feed after it"],
        ),
        (
            with(prices.clone() + "801040,2020-02\0-06,1\n"),
            vec!["prices.csv line 11: the text contains a NUL byte => save the file as plain UTF-8 text"],
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
            vec!["entities.csv line 7: the text is not UTF-8 => save the file as UTF-8"],
        ),
        (
            adding("entities.csv", b"X,sector,A,\xE9\x92,,,\n"),
            vec!["entities.csv line 7: the text is not UTF-8"],
        ),
        (
            adding("prices.csv", b"801040,2020-02-04,\xFF\n"),
            vec!["prices.csv line 11: the text is not UTF-8"],
        ),
        (
            adding("prices.csv", b"801040,2020-02-0\xED\xA0\x80,1\n"),
            vec!["prices.csv line 11: the text is not UTF-8"],
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

/// A code is text like any other: it may hold control characters, and one that is too long is not repeated whole.
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
    assert_eq!(found.len(), 4, "{}", found.len());
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
        vec!["prices.csv row 10 (line 11), `close`: `-1e300` is outside [1e-6, 1e9]"],
    )]);
}
