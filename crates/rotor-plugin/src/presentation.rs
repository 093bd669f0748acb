//! How a factor says that it is shown, read from the document of its spec.
//!
//! What a newer kit can say and this host does not know is left out: it costs a figure, not the factor.

use rotor_factor::{ColumnFormat, ColumnSpec, FigureKind, FigureSpec, Presentation, Shade, TableSpec, Text};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct PresentationDocument {
    #[serde(default)]
    title: Option<TextDocument>,
    #[serde(default)]
    score_words: Option<[TextDocument; 3]>,
    #[serde(default)]
    about_scores: Option<TextDocument>,
    #[serde(default)]
    risk: Option<TextDocument>,
    #[serde(default)]
    sentence: Option<SentenceDocument>,
    #[serde(default)]
    tables: Vec<TableDocument>,
}

#[derive(Deserialize)]
struct TextDocument {
    en: String,
    #[serde(default)]
    zh: Option<String>,
}

#[derive(Deserialize)]
struct SentenceDocument {
    table: String,
    text: TextDocument,
}

#[derive(Deserialize)]
struct TableDocument {
    name: String,
    title: TextDocument,
    #[serde(default)]
    about: Option<TextDocument>,
    #[serde(default)]
    caution: Option<TextDocument>,
    #[serde(default)]
    last_rows: Option<usize>,
    #[serde(default = "yes")]
    is_listed: bool,
    #[serde(default)]
    columns: Vec<ColumnDocument>,
    #[serde(default)]
    row_texts: Vec<RowTextDocument>,
    #[serde(default)]
    figure: Option<FigureDocument>,
}

#[derive(Deserialize)]
struct ColumnDocument {
    name: String,
    title: TextDocument,
    format: String,
    #[serde(default)]
    unit: Option<TextDocument>,
    #[serde(default)]
    decimals: u8,
    #[serde(default)]
    is_signed: bool,
    #[serde(default)]
    is_fraction: bool,
    #[serde(default)]
    is_detail: bool,
    #[serde(default)]
    least: Option<f64>,
    #[serde(default)]
    words: Vec<WordDocument>,
    #[serde(default)]
    period: Option<String>,
}

#[derive(Deserialize)]
struct WordDocument {
    is: f64,
    text: TextDocument,
}

#[derive(Deserialize)]
struct RowTextDocument {
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    is: f64,
    text: TextDocument,
}

#[derive(Deserialize)]
struct FigureDocument {
    kind: String,
    #[serde(default)]
    title: Option<TextDocument>,
    #[serde(default)]
    about: Option<TextDocument>,
    #[serde(default)]
    axis: Option<TextDocument>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    sorted_by: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    below: Vec<String>,
    #[serde(default)]
    is_by_group: bool,
    #[serde(default)]
    extent: Option<f64>,
    #[serde(default)]
    printed: Option<u8>,
    #[serde(default)]
    row_sums: bool,
    #[serde(default)]
    shade: Option<ShadeDocument>,
}

#[derive(Deserialize)]
struct ShadeDocument {
    table: String,
    first: String,
    last: String,
    title: TextDocument,
    #[serde(default)]
    months: u32,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    column: Option<String>,
}

fn yes() -> bool {
    true
}

impl From<TextDocument> for Text {
    fn from(TextDocument { en, zh }: TextDocument) -> Self {
        Self::both(en, zh.unwrap_or_default())
    }
}

impl From<PresentationDocument> for Presentation {
    fn from(document: PresentationDocument) -> Self {
        let PresentationDocument { title, score_words, about_scores, risk, sentence, tables } = document;
        let mut presentation = title.map_or_else(Self::default, Self::titled);
        if let Some([high, middle, low]) = score_words {
            presentation = presentation.score_words(high, middle, low);
        }
        if let Some(text) = about_scores {
            presentation = presentation.about_scores(text);
        }
        if let Some(text) = risk {
            presentation = presentation.risk(text);
        }
        if let Some(SentenceDocument { table, text }) = sentence {
            presentation = presentation.sentence(table, text);
        }
        presentation.tables(tables.into_iter().map(TableSpec::from))
    }
}

impl From<TableDocument> for TableSpec {
    fn from(document: TableDocument) -> Self {
        let TableDocument { name, title, about, caution, last_rows, is_listed, columns, row_texts, figure } =
            document;
        let mut table = Self::new(name, title).columns(columns.into_iter().map(ColumnSpec::from));
        if let Some(text) = about {
            table = table.about(text);
        }
        if let Some(text) = caution {
            table = table.caution(text);
        }
        if let Some(n) = last_rows {
            table = table.last_rows(n);
        }
        if !is_listed {
            table = table.unlisted();
        }
        for RowTextDocument { column, is, text } in row_texts {
            table = match column {
                Some(column) => table.row_text_when(column, is, text),
                None => table.row_text(text),
            };
        }
        match figure.and_then(figure_of) {
            Some(figure) => table.figure(figure),
            None => table,
        }
    }
}

impl From<ColumnDocument> for ColumnSpec {
    fn from(document: ColumnDocument) -> Self {
        let ColumnDocument { name, title, format, unit, decimals, .. } = document;
        // Whatever a newer kit means, its cells can be shown as they are.
        let format = format.parse().unwrap_or(ColumnFormat::Text);
        let mut column = match format {
            ColumnFormat::Number => Self::number(name, title, decimals),
            format => Self::new(name, title, format),
        };
        if document.is_fraction {
            column = column.fraction();
        }
        if let Some(unit) = unit {
            column = column.unit(unit);
        }
        if document.is_signed {
            column = column.signed();
        }
        if document.is_detail {
            column = column.detail();
        }
        if let Some(least) = document.least {
            column = column.at_least(least);
        }
        if let Some(period) = &document.period {
            column = column.of_period(period);
        }
        document.words.into_iter().fold(column, |column, WordDocument { is, text }| column.word(is, text))
    }
}

/// `None` for a kind that this host cannot draw.
fn figure_of(document: FigureDocument) -> Option<FigureSpec> {
    let FigureDocument { kind, title, about, axis, category, time, sorted_by, values, below, .. } = document;
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let category = || category.as_deref().unwrap_or_default();
    let time = || time.as_deref().unwrap_or_default();
    let mut figure = match kind.parse().ok()? {
        FigureKind::Line => FigureSpec::line(time(), &values),
        FigureKind::Bars => FigureSpec::bars(category(), &values),
        FigureKind::Dots => FigureSpec::dots(category(), &values),
        FigureKind::HeatMap => FigureSpec::heat_map(),
        FigureKind::Box => FigureSpec::boxes(category(), values.first()?),
        FigureKind::SmallMultiples => FigureSpec::small_multiples(category(), time(), &values),
    };
    if let Some(text) = title {
        figure = figure.titled(text);
    }
    if let Some(text) = about {
        figure = figure.about(text);
    }
    if let Some(text) = axis {
        figure = figure.axis(text);
    }
    if !below.is_empty() {
        figure = figure.below(&below.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if let Some(column) = sorted_by {
        figure = figure.sorted_by(&column);
    }
    if document.is_by_group {
        figure = figure.by_group();
    }
    if let Some(extent) = document.extent {
        figure = figure.extent(extent);
    }
    if let Some(decimals) = document.printed {
        figure = figure.printed(decimals);
    }
    if document.row_sums {
        figure = figure.row_sums();
    }
    Some(match document.shade {
        Some(shade) => figure.shaded(shade.into()),
        None => figure,
    })
}

impl From<ShadeDocument> for Shade {
    fn from(document: ShadeDocument) -> Self {
        let ShadeDocument { table, first, last, title, months, category, column } = document;
        let mut shade = Self::rows_of(table, &first, &last, title).at_least_months(months);
        if let Some(category) = category {
            shade = shade.of(&category);
        }
        if let Some(column) = column {
            shade = shade.kinds(&column);
        }
        shade
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::read_spec;

    /// The spec of a factor with a presentation, as a newer kit might write it.
    fn read(presentation: &str) -> Presentation {
        let spec = format!(r#"{{"name":"a","version":"1","inputs":[],"presentation":{presentation}}}"#);
        read_spec(&spec).map(|spec| spec.presentation().clone()).expect("a spec")
    }

    #[test]
    fn what_is_not_known_costs_a_figure_and_not_the_factor() {
        let read = read(
            r#"{"title":{"en":"A","fr":"B"},"later":1,"tables":[{"name":"t","title":{"en":"T"},
                "columns":[{"name":"x","title":{"en":"X"},"format":"later"}],"figure":{"kind":"pie"}}]}"#,
        );
        let expected = TableSpec::new("t", "T").column(ColumnSpec::text("x", "X"));
        assert_eq!(read, Presentation::titled("A").table(expected));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let spec = r#"{"name":"a","version":"1","inputs":[],"presentation":{"sentence":{"table":"t","text":{"en":"x"}}}}"#;
        let breach = read_spec(spec).expect_err("there is no such table");
        assert!(breach.to_string().contains("its sentence is about the table `t`"), "{breach}");
    }
}
