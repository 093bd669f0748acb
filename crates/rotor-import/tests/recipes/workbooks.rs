//! Workbooks of the shapes that vendors' programs write, with made-up numbers.

use std::path::Path;

use rotor_factor::Date;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

/// A value of a cell, or that it is empty.
pub(crate) type Value = Option<f64>;

/// A sheet with the names of series in a row: what stands above and below them, and a row a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edb<'a> {
    /// What A1 shows: a text, or the last value of a formula.
    pub(crate) first: Option<&'a str>,
    /// The formula of A1, of a plug-in.
    pub(crate) formula: Option<&'a str>,
    /// The rows of names and meta data, each with its label.
    pub(crate) head: Vec<Vec<&'a str>>,
    /// The days with the values of each column.
    pub(crate) rows: Vec<(Date, Vec<Value>)>,
    /// The text below.
    pub(crate) footer: Option<&'a str>,
}

impl Edb<'_> {
    /// Writes it, newest first.
    pub(crate) fn save(&self, path: &Path) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        match (self.formula, self.first) {
            (Some(formula), shown) => {
                let formula = Formula::new(formula).set_result(shown.unwrap_or("0"));
                sheet.write(0, 0, formula).unwrap();
            }
            (None, Some(text)) => {
                sheet.write(0, 0, text).unwrap();
            }
            (None, None) => {}
        }
        let mut row = 1;
        for cells in &self.head {
            for (column, text) in (0..).zip(cells) {
                sheet.write(row, column, *text).unwrap();
            }
            row += 1;
        }
        let mut newest_first = self.rows.clone();
        newest_first.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
        for (day, values) in newest_first {
            write_day(sheet, row, day);
            for (column, value) in (1..).zip(values) {
                if let Some(value) = value {
                    sheet.write(row, column, value).unwrap();
                }
            }
            row += 1;
        }
        if let Some(footer) = self.footer {
            sheet.write(row, 0, footer).unwrap();
        }
        book.save(path).unwrap();
    }
}

fn write_day(sheet: &mut Worksheet, row: u32, day: Date) {
    let form = Format::new().set_num_format("yyyy-mm-dd");
    let (year, month, day) = day.ymd();
    let day = ExcelDateTime::from_ymd(year as u16, month as u8, day as u8).unwrap();
    sheet.write_with_format(row, 0, day, &form).unwrap();
}

/// A sheet of functions: codes and names in two rows, every cell a formula with its last value, oldest first.
pub(crate) fn functions(path: &Path, columns: &[(&str, &str)], function: &str, rows: &[(Date, Vec<&str>)]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "证券代码").unwrap();
    sheet.write(1, 0, "证券简称").unwrap();
    for (column, (code, name)) in (1..).zip(columns) {
        sheet.write(0, column, *code).unwrap();
        let formula = format!("=[1]!s_info_name({code})");
        sheet.write(1, column, Formula::new(formula).set_result(*name)).unwrap();
    }
    for (row, (day, values)) in (2..).zip(rows) {
        write_day(sheet, row, *day);
        for (column, value) in (1..).zip(values) {
            let formula = Formula::new(format!("=[1]!{function}({column},{row})")).set_result(*value);
            sheet.write(row, column, formula).unwrap();
        }
    }
    book.save(path).unwrap();
}
