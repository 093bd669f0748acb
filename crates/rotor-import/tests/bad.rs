//! Files as they should not be: each is refused with its place and a remedy, or read right. Nothing is silently wrong.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use rotor_data::model::Price;
use rotor_import::{ImportError, Plan, import};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use support::{Folder, HEAD};

const CLOSES: &str = r#"
[[table]]
to = "prices"
file = "*.csv"
date = { column = "day" }
entity = { column = "code", kind = "sector" }
value = { column = "close" }
"#;

const FIGURES: &str = r#"
[[table]]
to = "prices"
file = "closes.csv"
date = { column = "day" }
entity = { column = "code", kind = "sector" }
value = { column = "close" }
[[entity]]
code = "CN"
kind = "market"
name = "China"
[[table]]
to = "observations"
file = "figures.csv"
date = { column = "month" }
entity = { constant = "CN" }
released = { days = 16 }
[[table.series]]
column = "cpi"
series = "cpi_yoy"
frequency = "M"
unit = "percent"
title = "Consumer prices, year on year"
measure = "growth"
"#;

impl Folder {
    /// What is told of a plan, a line a fault; closes where it is none.
    fn told(&self, plan: &str) -> String {
        match self.import(plan) {
            Ok(imported) => {
                let tables = &imported.tables;
                let code = |entity: u32| &tables.entities[entity as usize].code;
                let line = |row: &Price| format!("{} {} {}\n", code(row.entity), row.date, row.close);
                tables.prices.iter().map(line).collect()
            }
            Err(ImportError::Faulty(faults)) => faults.to_string(),
            Err(error) => error.to_string(),
        }
    }

    fn refused(&self, plan: &str, expected: &[&str]) {
        let told = self.told(plan);
        for expected in expected {
            assert!(told.contains(expected), "`{expected}` is not in\n{told}");
        }
        assert!(told.ends_with("fault") || told.ends_with("faults") || told.contains("stand here"), "{told}");
    }
}

fn with_closes() -> Folder {
    Folder::new().with("closes.csv", "day,code,close\n2022-05-31,A,1\n2022-06-30,A,2\n")
}

fn closes_of(text: impl AsRef<[u8]>) -> Folder {
    Folder::new().with("a.csv", text)
}

#[test]
fn months_stamped_on_their_first_day_want_a_roll() {
    let folder = with_closes().with("figures.csv", "month,cpi\n2022-05-01,2.1\n2022-06-01,2.5\n");
    folder.refused(FIGURES, &["figures.csv row 2, column `cpi`", "roll = \"month_end\""]);
    let rolled = FIGURES.replace("{ column = \"month\" }", "{ column = \"month\", roll = \"month_end\" }");
    assert!(folder.told(&rolled).starts_with("A 2022-05-31 1"), "{}", folder.told(&rolled));
}

#[test]
fn files_that_are_something_else_are_told_as_such() {
    for (text, expected) in [
        ("Exceeded the daily hits limit", "there is no column `day`"),
        ("<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "there is no column `day`"),
        ("", "no row has a date"),
        ("\n\n\n", "no row has a date"),
        ("day,code,close\n", "no row has a date"),
        ("day,code,close\n,,\n", "no row has a date"),
        ("{\"day\": 1}", "there is no column `day`"),
    ] {
        closes_of(text).refused(CLOSES, &["a.csv", expected]);
    }
    closes_of([0xFF, 0x00, 0x81, 0xFF]).refused(CLOSES, &["a.csv", "it is not UTF-8 or GB18030"]);
}

#[test]
fn cells_that_no_one_can_read_have_their_place() {
    for (cell, expected) in [
        ("1e400", "it is not a number"),
        ("NaN", "it is not a number"),
        ("inf", "it is not a number"),
        ("1.234,5", "it is not a number"),
        ("１２", "it is not a number"),
        ("#N/A", "a formula has no value"),
        ("1\u{0}2", "it is not a number"),
    ] {
        closes_of(format!("day,code,close\n2022-06-30,A,\"{cell}\"\n"))
            .refused(CLOSES, &["a.csv row 2, column `close`", expected]);
    }
    for day in ["2022-02-30", "0000-00-00", "44742", "30/06/2022", "6/30/22", "2022", "June"] {
        closes_of(format!("day,code,close\n2022-06-29,A,1\n{day},A,1\n"))
            .refused(CLOSES, &["a.csv row 3, column `day`", day, "it is not a date", "format ="]);
    }
    assert_eq!(closes_of("day,code,close\n2022-06-30,A,\"1,234.5\"\n").told(CLOSES), "A 2022-06-30 1234.5\n");
}

#[test]
fn a_quote_that_is_never_closed_is_no_silent_end() {
    let folder =
        closes_of("day,code,close\n2022-06-29,A,1\n2022-06-30,A,\"2\n2022-07-01,A,3\n2022-07-04,A,4\n");
    folder.refused(CLOSES, &["a.csv: a quote is opened in row 3 and never closed"]);
    // In a column that nobody reads it would swallow the rows without a word.
    let folder = closes_of("day,code,close,note\n2022-06-29,A,1,x\n2022-06-30,A,2,\"x\n2022-07-01,A,3,x\n");
    folder.refused(CLOSES, &["a.csv: a quote is opened in row 3 and never closed"]);
    let folder = closes_of("day,code,close,note\n2022-06-29,A,1,a 5\" pipe\n2022-06-30,A,2,x\n");
    assert_eq!(folder.told(CLOSES), "A 2022-06-29 1\nA 2022-06-30 2\n");
    let folder = closes_of("day,code,close,note\n2022-06-29,A,1,\"two\nlines\"\n2022-06-30,A,2,x\n");
    assert_eq!(folder.told(CLOSES), "A 2022-06-29 1\nA 2022-06-30 2\n");
}

#[test]
fn lines_of_old_macs_have_their_numbers() {
    closes_of("day,code,close\r2022-06-29,A,1\r2022-06-30,A,x\r")
        .refused(CLOSES, &["a.csv row 3, column `close`, `x`"]);
}

#[test]
fn an_entity_is_declared_once() {
    let twice = "[[entity]]\ncode = \"A\"\nkind = \"sector\"\nname = \"one\"\n".repeat(2);
    closes_of("day,code,close\n2022-06-29,A,1\n")
        .refused(&format!("{CLOSES}{twice}"), &["the plan: entity `A` is declared twice"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_of_files_that_are_not_text_are_not_passed_over() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = closes_of("day,code,close\n2022-06-29,A,1\n");
    let name = std::ffi::OsStr::from_bytes(b"b\xFF.csv");
    fs::write(folder.path().join(name), "day,code,close\n").unwrap();
    folder.refused(CLOSES, &["the name of a file that `*.csv` leads to is not UTF-8"]);
}

#[test]
fn rows_with_fewer_cells_have_no_value() {
    let folder = closes_of("day,code,close\n2022-06-29,A,1\n2022-06-30\n2022-07-01,A\n2022-07-04,A,4,5,6\n");
    folder.refused(CLOSES, &["a.csv row 5", "2022-07-04 is before the 20th", "price_frequency = \"D\""]);
    let daily = HEAD.replace("source", "price_frequency = \"D\"\nsource");
    let plan = Plan::parse(&format!("{daily}{CLOSES}")).unwrap();
    let imported = import(&plan, folder.path()).unwrap();
    assert_eq!(imported.tables.prices.len(), 2);
    assert_eq!(imported.reports[0].left_out["cells without a value"], 2);
}

#[test]
fn files_that_overlap_agree_or_are_refused() {
    let folder = closes_of("day,code,close\n2022-06-29,A,1\n2022-06-30,A,2\n");
    let twice = CLOSES.replace("\"*.csv\"", "[\"a.csv\", \"*.csv\"]");
    assert_eq!(folder.told(&twice), "A 2022-06-29 1\nA 2022-06-30 2\n");
    let folder = folder.with("b.csv", "day,code,close\n2022-06-30,A,2.5\n2022-07-01,A,3\n");
    folder.refused(
        CLOSES,
        &["b.csv row 2", "`A` has two values for 2022-06-30: 2 and 2.5", "keep one of them"],
    );
}

#[test]
fn a_code_in_two_names_is_one_and_two_codes_for_a_name_are_not_guessed() {
    let mapped = CLOSES.replace(
        "{ column = \"code\",",
        "{ column = \"code\", map = { \"Steel\" = \"A\", \"钢铁\" = \"A\" },",
    );
    let folder = closes_of("day,code,close\n2022-06-29,Steel,1\n2022-06-30,钢铁,2\n2022-07-01,Other,3\n");
    assert_eq!(folder.told(&mapped), "A 2022-06-29 1\nA 2022-06-30 2\n");
    let folder = closes_of("day,code,close\n2022-06-29,Steel,1\n2022-06-29,钢铁,2\n");
    folder.refused(&mapped, &["`A` has two values for 2022-06-29: 1 and 2"]);
    let other = CLOSES.replace("{ column = \"code\",", "{ column = \"code\", map = { \"X\" = \"A\" },");
    folder.refused(&other, &["2 faults"]);
}

#[test]
fn plans_that_cannot_be_meant() {
    let folder = closes_of("day,code,close\n2022-06-29,A,1\n");
    for (from, to, expected) in [
        ("close\" }", "close\", typo = 1 }", "unknown field `typo`"),
        ("{ column = \"code\",", "{ column = \"code\", pattern = 'A',", "it has 0 groups in brackets"),
        ("{ column = \"code\",", "{ column = \"code\", pattern = '(A',", "cannot be read"),
        (
            "{ column = \"code\",",
            "{ column = \"code\", pattern = '((A{1000}){1000}){1000}',",
            "cannot be read",
        ),
        ("\"*.csv\"", "\"../../*/x.csv\"", "stand in the name of a folder"),
        ("\"*.csv\"", "\"none_*.csv\"", "no file is called `none_*.csv`"),
        ("\"*.csv\"", "\"none.csv\"", "none.csv: it cannot be read"),
        ("\"*.csv\"", "\".\"", "it cannot be read"),
        (
            "{ column = \"day\" }",
            "{ column = \"day\", format = \"%Q\" }",
            "the form `%Q` of a date cannot be read",
        ),
        ("{ column = \"day\" }", "{ column = 99 }", "there is no column 99"),
        ("to = \"prices\"", "to = \"closes\"", "unknown variant `closes`"),
    ] {
        let told = folder.told(&CLOSES.replace(from, to));
        assert!(told.contains(expected), "`{expected}` is not in\n{told}");
    }
}

#[test]
fn long_codes_are_refused_by_the_rules_of_the_dataset() {
    closes_of(format!("day,code,close\n2022-06-29,{},1\n", "A".repeat(200)))
        .refused(CLOSES, &["has 200 bytes; a code or name has at most 128"]);
}

#[test]
fn many_faults_are_counted() {
    let mut text = String::from("day,code,close\n");
    for row in 0..100_000 {
        writeln!(text, "2022-06-29,A,x{row}").unwrap();
    }
    closes_of(text).refused(CLOSES, &["a.csv row 2, column `close`, `x0` and 99999 more", "1 fault"]);
}

#[test]
fn a_row_of_many_columns_is_read() {
    let header: Vec<String> = (0..100_000).map(|column| format!("c{column}")).collect();
    let folder = closes_of(format!("day,code,close,{}\n2022-06-29,A,1\n", header.join(",")));
    assert_eq!(folder.told(CLOSES), "A 2022-06-29 1\n");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("loop.csv", folder.path().join("loop.csv")).unwrap();
    let one = CLOSES.replace("\"*.csv\"", "\"loop.csv\"");
    folder.refused(&one, &["loop.csv: it cannot be read"]);
    fs::create_dir(folder.path().join("dir.csv")).unwrap();
    folder.refused(&CLOSES.replace("\"*.csv\"", "\"dir.csv\""), &["dir.csv: it cannot be read"]);
    let pipe = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    folder.refused(&CLOSES.replace("\"*.csv\"", "\"pipe.csv\""), &["pipe.csv: it cannot be read"]);
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn archives_hold_one_file_of_honest_length() {
    let csv = b"day,code,close\n2022-06-29,A,1\n".as_slice();
    let plan = CLOSES.replace("*.csv", "a.zip");
    let told = |bytes: Vec<u8>| Folder::new().with("a.zip", bytes).told(&plan);
    assert_eq!(told(zipped(&[("a.csv", csv)])), "A 2022-06-29 1\n");
    assert!(told(zipped(&[("a.csv", csv), ("b.csv", csv)])).contains("a zip archive with 2 files"));
    let inner = zipped(&[("a.csv", csv)]);
    assert!(told(zipped(&[("b.zip", &inner)])).contains("it is a zip archive with 1 file"));
    let bomb = zipped(&[("a.csv", &vec![b'0'; 400 << 20])]);
    assert!(bomb.len() < 1 << 20);
    assert!(told(bomb).contains("unpacked it is longer than"), "a bomb");
    let mut cut = zipped(&[("a.csv", csv)]);
    cut.truncate(cut.len() / 2);
    assert!(told(cut).contains("it cannot be read"));
}

/// A workbook of closes with days as a program writes them.
fn workbook(change: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (column, text) in ["day", "code", "close"].iter().enumerate() {
        sheet.write(0, column as u16, *text).unwrap();
    }
    for (row, of_month) in [(1, 27), (2, 28)] {
        let date = ExcelDateTime::from_ymd(2022, 6, of_month).unwrap();
        sheet.write_with_format(row, 0, date, &day).unwrap();
        sheet.write(row, 1, "A").unwrap();
        sheet.write(row, 2, f64::from(of_month)).unwrap();
    }
    change(sheet);
    book.save_to_buffer().unwrap()
}

/// The same workbook with one member changed.
fn changed(bytes: &[u8], member: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut file, &mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        if name == member {
            bytes = change(String::from_utf8(bytes).unwrap()).into_bytes();
        }
        members.push((name, bytes));
    }
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zipped(&members)
}

#[test]
fn workbooks_of_old_macs_count_their_days_from_1904() {
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    let book = workbook(|_| {});
    let folder = Folder::new().with("a.xlsx", &book);
    assert_eq!(folder.told(&plan), "A 2022-06-27 27\nA 2022-06-28 28\n");
    // The same numbers mean days four years and a day later.
    let old =
        changed(&book, "xl/workbook.xml", |xml| xml.replacen("<workbookPr", "<workbookPr date1904=\"1\"", 1));
    let told = Folder::new().with("a.xlsx", old).told(&plan);
    assert_eq!(told, "A 2026-06-28 27\nA 2026-06-29 28\n");
}

#[test]
fn merged_cells_have_their_value_in_the_first() {
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    let merged = |first: (u32, u16), last: (u32, u16)| {
        let book = workbook(|sheet| {
            sheet.merge_range(first.0, first.1, last.0, last.1, "", &Format::new()).unwrap();
            sheet.write(first.0, first.1, if first.1 == 1 { "A" } else { "1" }).unwrap();
        });
        Folder::new().with("a.xlsx", book)
    };
    // A code; and a value, which would be a cell without one.
    for (column, name) in [(1, "code"), (2, "close")] {
        merged((1, column), (2, column)).refused(
            &plan,
            &[
                &format!("a.xlsx sheet `Sheet1` row 3, column `{name}`"),
                "it is merged with a cell before it, which has the value of both",
                "take the merging back",
            ],
        );
    }
    // Beside what is read it does no harm, nor in a title.
    assert_eq!(merged((1, 4), (2, 6)).told(&plan), "A 2022-06-27 27\nA 2022-06-28 28\n");
}

#[test]
fn regions_may_claim_what_they_like() {
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    let book = workbook(|sheet| {
        sheet.merge_range(1, 4, 2, 6, "", &Format::new()).unwrap();
    });
    let claim = |region: &str, times: usize| {
        let regions = format!("<mergeCell ref=\"{region}\"/>").repeat(times);
        changed(&book, "xl/worksheets/sheet1.xml", |xml| {
            xml.replacen("<mergeCell ref=\"E2:G3\"/>", &regions, 1)
        })
    };
    let told = |bytes| Folder::new().with("a.xlsx", bytes).told(&plan);
    assert_eq!(told(claim("E2:XFD1048576", 1)), "A 2022-06-27 27\nA 2022-06-28 28\n");
    assert!(told(claim("E2:XFD1048576", 1000)).contains("cells"), "a thousand regions of all cells");
}

#[test]
fn formulas_count_by_the_values_that_were_saved() {
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    let book = workbook(|sheet| {
        sheet.write_formula(2, 2, rust_xlsxwriter::Formula::new("1+1").set_result("#NAME?")).unwrap();
    });
    Folder::new()
        .with("a.xlsx", book)
        .refused(&plan, &["a.xlsx sheet `Sheet1` row 3, column `close`, `#NAME?`", "a formula has no value"]);
}

#[test]
fn a_workbook_with_a_text_of_a_gigabyte_is_not_unpacked() {
    let book = workbook(|_| {});
    let long = changed(&book, "xl/sharedStrings.xml", |xml| xml.replacen("close", &"x".repeat(400 << 20), 1));
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    Folder::new().with("a.xlsx", long).refused(&plan, &["a.xlsx", "unpacked it is longer than"]);
}

#[test]
fn a_sheet_may_claim_what_it_likes() {
    let book = workbook(|_| {});
    let claims = changed(&book, "xl/worksheets/sheet1.xml", |xml| {
        let end = xml.find("/>").unwrap();
        assert!(xml[..end].contains("dimension"), "{xml}");
        xml.replacen("ref=\"A1:C3\"", "ref=\"A1:XFD1048576\"", 1)
    });
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    assert_eq!(Folder::new().with("a.xlsx", claims).told(&plan), "A 2022-06-27 27\nA 2022-06-28 28\n");
}

#[test]
fn claims_of_texts_are_held_against_the_bytes() {
    let book = workbook(|_| {});
    let plan = CLOSES.replace("*.csv", "a.xlsx");
    for claim in ["uniqueCount=\"1000000000000\"", "uniqueCount = '1000000000000'"] {
        let claims = changed(&book, "xl/sharedStrings.xml", |xml| {
            let start = xml.find("uniqueCount=\"").unwrap();
            let end = start + 13 + xml[start + 13..].find('"').unwrap() + 1;
            format!("{}{claim}{}", &xml[..start], &xml[end..])
        });
        Folder::new()
            .with("a.xlsx", claims)
            .refused(&plan, &["a.xlsx", "it claims 1000000000000 texts in", "save it anew"]);
    }
}
