//! A page as a workbook: a sheet a table, and one for the numbers of figures that stand beside each other.
//!
//! Numbers are numbers and days are days, shown as the page shows them; everything else is a text, whatever it begins with. The first
//! sheet says what the others hold.

use std::borrow::Cow;

use rotor_factor::Date;
use rotor_report::page::{Page, Table};
use rotor_report::text::Align;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format as Look, FormatAlign, FormatBorder, Workbook, Worksheet,
};
use unicode_width::UnicodeWidthStr;

use crate::ExportError;
use crate::blocks::{Found, Item, found, marked};
use crate::content::{Content, Format, content};
use crate::xml::legal;

/// A name of a sheet may have so many units of UTF-16.
const LONGEST_NAME: usize = 31;

/// A column is no wider than so many digits.
const WIDEST: usize = 48;

/// A text may have so many characters.
const LONGEST_TEXT: usize = 32_000;

/// Writes a page as a workbook that was made on `day`.
///
/// # Errors
///
/// [`ExportError::Workbook`] if a table does not fit.
pub fn xlsx(page: &Page, day: Date) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let created = match excel_day(day) {
        Some(day) => day,
        None => ExcelDateTime::from_ymd(1980, 1, 1)?,
    };
    let properties =
        DocProperties::new().set_title(text(&page.title)).set_author("Rotor").set_creation_datetime(&created);
    workbook.set_properties(&properties);
    let parts = sheets(page);
    contents(workbook.add_worksheet(), page, &parts)?;
    for sheet in &parts {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        set_up(worksheet);
        write(worksheet, page, sheet)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The tables of a sheet, each with what stands above it.
struct Sheet<'p> {
    name: String,
    found: Found<'p>,
    heading: String,
    tables: Vec<(Option<&'p str>, Cow<'p, Table>)>,
}

fn sheets(page: &Page) -> Vec<Sheet<'_>> {
    let mut sheets = Vec::new();
    for found in found(page) {
        let tables: Vec<(Option<&str>, Cow<'_, Table>)> = match found.item {
            Item::Table(table) => vec![(None, Cow::Borrowed(table))],
            Item::Figures(figures) => figures
                .iter()
                .map(|figure| (figure.title.as_str(), figure.chart.table(page.lang)))
                .filter(|(_, table)| !table.rows.is_empty())
                .map(|(title, table)| (Some(title), Cow::Owned(table)))
                .collect(),
        };
        if tables.is_empty() {
            continue;
        }
        let heading = match (found.item, &tables[..]) {
            (Item::Figures(_), [(Some(title), _)]) => (*title).to_owned(),
            (Item::Figures(_), _) => format!("{} ({})", found.heading, page.lang.of("figures", "图")),
            (Item::Table(_), _) => found.heading.to_owned(),
        };
        sheets.push(Sheet { name: sheet_name(sheets.len() + 1, &heading), found, heading, tables });
    }
    sheets
}

/// A legal name: the number makes it unlike any other.
fn sheet_name(number: usize, heading: &str) -> String {
    let mut name = format!("{number:02} ");
    let mut length = name.len();
    for letter in heading.chars() {
        let letter = if "[]:*?/\\".contains(letter) { '-' } else { legal(letter) };
        length += letter.len_utf16();
        if length > LONGEST_NAME {
            break;
        }
        name.push(letter);
    }
    name.trim_end_matches(['\'', ' ']).to_owned()
}

fn set_up(worksheet: &mut Worksheet) {
    const A4: u8 = 9;
    worksheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
}

/// The first sheet.
fn contents(worksheet: &mut Worksheet, page: &Page, sheets: &[Sheet<'_>]) -> Result<(), ExportError> {
    let of = |en, zh| page.lang.of(en, zh);
    worksheet.set_name(of("Contents", "目录"))?;
    set_up(worksheet);
    let mut row = 0;
    worksheet.write_string_with_format(row, 0, text(&page.title), &title_look())?;
    if let Some(mark) = &page.mark {
        row += 1;
        worksheet.write_string_with_format(row, 0, text(mark), &mark_look())?;
    }
    for (label, fact) in &page.facts {
        row += 1;
        worksheet.write_string_with_format(row, 0, text(label), &soft_look())?;
        worksheet.write_string(row, 1, text(fact))?;
    }
    row += 2;
    for (column, title) in
        [of("sheet", "工作表"), of("section", "章节"), of("content", "内容"), of("rows", "行数")]
            .into_iter()
            .enumerate()
    {
        worksheet.write_string_with_format(row, column as u16, title, &header_look(column == 3))?;
    }
    for sheet in sheets {
        row += 1;
        worksheet.write_string(row, 0, &sheet.name)?;
        worksheet.write_string(row, 1, text(&sheet.found.section.heading))?;
        worksheet.write_string(row, 2, text(&sheet.heading))?;
        let n_rows: usize = sheet.tables.iter().map(|(_, table)| table.rows.len()).sum();
        worksheet.write_number(row, 3, n_rows as f64)?;
    }
    for (column, width) in [34, 40, 48, 8].into_iter().enumerate() {
        worksheet.set_column_width(column as u16, width)?;
    }
    Ok(())
}

fn write(worksheet: &mut Worksheet, page: &Page, sheet: &Sheet<'_>) -> Result<(), ExportError> {
    worksheet.write_string_with_format(0, 0, text(&marked(page, &sheet.heading)), &title_look())?;
    let mut widths: Vec<usize> = Vec::new();
    let mut row = 1;
    for (position, (title, table)) in sheet.tables.iter().enumerate() {
        if let Some(title) = title.filter(|_| sheet.tables.len() > 1) {
            row += u32::from(position > 0);
            worksheet.write_string_with_format(row, 0, text(title), &title_look())?;
            row += 1;
        }
        row = rows(worksheet, row, table, &mut widths)?;
    }
    if let [_] = sheet.tables[..] {
        worksheet.set_freeze_panes(2, 1)?;
        worksheet.set_repeat_rows(0, 1)?;
    }
    for (column, width) in widths.into_iter().enumerate() {
        worksheet.set_column_width(column as u16, (width.clamp(5, WIDEST) + 2) as f64)?;
    }
    Ok(())
}

/// Writes a table from a row on and returns the first row below it.
fn rows(
    worksheet: &mut Worksheet,
    mut row: u32,
    table: &Table,
    widths: &mut Vec<usize>,
) -> Result<u32, ExportError> {
    widths.resize(widths.len().max(table.columns.len()), 0);
    for (column, shown) in table.columns.iter().enumerate() {
        let is_right = shown.align == Align::Right;
        worksheet.write_string_with_format(row, column as u16, text(&shown.title), &header_look(is_right))?;
        // A title may break over lines.
        let longest = shown.title.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
        widths[column] = widths[column].max(longest);
    }
    for cells in &table.rows {
        row += 1;
        for (column, (shown, cell)) in table.columns.iter().zip(cells).enumerate() {
            widths[column] = widths[column].max(cell.width());
            let place = column as u16;
            match content(shown, cell) {
                Content::Empty => {}
                Content::Number(value, format) => {
                    let look = Look::new().set_num_format(number_format(format));
                    worksheet.write_number_with_format(row, place, value, &look)?;
                }
                Content::Day(day) => match excel_day(day) {
                    Some(day) => {
                        let look = Look::new().set_num_format("yyyy-mm-dd");
                        worksheet.write_datetime_with_format(row, place, &day, &look)?;
                    }
                    None => drop(worksheet.write_string(row, place, day.to_string())?),
                },
                Content::Text(words) => {
                    let side = match shown.align {
                        Align::Right => FormatAlign::Right,
                        Align::Left => FormatAlign::Left,
                    };
                    let is_long = words.width() > WIDEST;
                    let look = Look::new().set_align(side).set_align(FormatAlign::Top);
                    let look = if is_long { look.set_text_wrap() } else { look };
                    worksheet.write_string_with_format(row, place, text(words), &look)?;
                }
            }
        }
    }
    Ok(row + 1)
}

/// How a program shows a number as the page does.
fn number_format(format: Format) -> String {
    let decimals =
        if format.decimals > 0 { format!(".{}", "0".repeat(format.decimals)) } else { String::new() };
    let suffix = match (format.is_percent, format.suffix) {
        (true, _) => "%".to_owned(),
        (false, "") => String::new(),
        (false, suffix) => format!("\"{}\"", suffix.replace('"', "")),
    };
    let number = format!("0{decimals}{suffix}");
    if format.is_signed { format!("+{number};-{number};{number}") } else { number }
}

/// A day as programs count it; they know none before 1900.
fn excel_day(day: Date) -> Option<ExcelDateTime> {
    ExcelDateTime::parse_from_str(&day.to_string()).ok()
}

/// A text without what a program may obey, and not longer than it may be.
fn text(words: &str) -> String {
    words.chars().take(LONGEST_TEXT).map(legal).collect()
}

fn title_look() -> Look {
    Look::new().set_bold()
}

fn mark_look() -> Look {
    Look::new().set_bold().set_font_color(Color::RGB(0x7a_35_00)).set_background_color(Color::RGB(0xff_f4_e5))
}

fn soft_look() -> Look {
    Look::new().set_font_color(Color::RGB(0x55_5e_68))
}

fn header_look(is_right: bool) -> Look {
    let side = if is_right { FormatAlign::Right } else { FormatAlign::Left };
    Look::new()
        .set_bold()
        .set_text_wrap()
        .set_align(side)
        .set_align(FormatAlign::Bottom)
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(Color::RGB(0xf5_f7_f9))
}
