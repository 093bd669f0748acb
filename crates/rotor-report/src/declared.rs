//! Cells, titles and texts as factors declare them, in the language of a page.

use rotor_factor::{ColumnFormat, ColumnSpec, ColumnValues, Text};

use crate::draw::Unit;
use crate::words::{Lang, name, paragraph, period};

/// A short text of a factor in the language of a page, safe to show.
pub(crate) fn text(lang: Lang, text: &Text) -> String {
    name(text.zh().filter(|_| lang == Lang::Zh).unwrap_or(text.en()))
}

/// The same of a paragraph.
pub(crate) fn long_text(lang: Lang, text: &Text) -> String {
    paragraph(text.zh().filter(|_| lang == Lang::Zh).unwrap_or(text.en()))
}

/// The title of a column with its unit.
pub(crate) fn titled(lang: Lang, column: &ColumnSpec) -> String {
    with_unit(lang, text(lang, column.title()), column)
}

pub(crate) fn with_unit(lang: Lang, title: String, column: &ColumnSpec) -> String {
    match column.declared_unit().map(|unit| text(lang, unit)) {
        None => title,
        Some(unit) if unit == "%" || lang == Lang::Zh => format!("{title} {unit}"),
        Some(unit) => format!("{title}, {unit}"),
    }
}

/// A cell as a page shows it, without its unit; `None` if it is empty. `named` gives the name behind a code.
pub(crate) fn cell(
    lang: Lang,
    column: &ColumnSpec,
    values: &ColumnValues,
    row: usize,
    named: &dyn Fn(&str) -> String,
) -> Option<String> {
    let date = || match values {
        ColumnValues::Dates(values) => values.get(row).copied(),
        _ => None,
    };
    let given = || match values {
        ColumnValues::Texts(values) => values.get(row).map(String::as_str),
        _ => None,
    };
    match column.format() {
        ColumnFormat::Number => {
            let value = values.as_numbers()?.get(row).copied().filter(|value| value.is_finite())?;
            let word = column.words().iter().find(|(number, _)| (number - value).abs() < 1e-9);
            Some(word.map_or_else(|| written(column, value), |(_, word)| text(lang, word)))
        }
        ColumnFormat::Day => Some(date()?.to_string()),
        ColumnFormat::Month => Some(date()?.month().to_string()),
        ColumnFormat::Quarter => Some(period(date()?)),
        ColumnFormat::Text => Some(name(given()?)).filter(|text| !text.is_empty()),
        ColumnFormat::Code => {
            let codes = given()?.split(';').filter(|code| !code.is_empty());
            let names: Vec<String> = codes.map(named).collect();
            (!names.is_empty()).then(|| names.join(lang.between()))
        }
    }
}

/// How the numbers of a column are written; the unit stands in its title.
pub(crate) fn unit(column: &ColumnSpec) -> Unit {
    let factor = if column.is_fraction() { 100.0 } else { 1.0 };
    Unit { factor, decimals: column.decimals(), is_signed: column.is_signed(), suffix: "" }
}

/// A number of a column.
fn written(column: &ColumnSpec, value: f64) -> String {
    let unit = unit(column);
    match column.least().filter(|least| value < *least) {
        Some(least) => {
            let decimals = if least.fract() == 0.0 { 0 } else { unit.decimals };
            format!("< {}", Unit { decimals, is_signed: false, ..unit }.write(least))
        }
        None => unit.write(value),
    }
}
