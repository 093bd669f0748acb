//! A factor that says how it is shown: its sentences, tables and figures, made from its declarations and the tables of its signal.

use rotor_factor::{ColumnFormat, ColumnSpec, ColumnValues, RowText, Table, TableSpec, Text};

use super::{FactorSection, figures};
use crate::declared::{cell, long_text, text, unit, with_unit};
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::page::{self, Block, Cell, Column};
use crate::words::{Lang, NONE, sentence};

/// Sentences about more rows than these are left to the table.
const MOST_SENTENCES: usize = 24;

/// A table of a signal with its declaration, read in the language of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredTable<'a> {
    context: &'a NoteContext<'a>,
    pub(crate) spec: &'a TableSpec,
    pub(crate) table: &'a Table,
}

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> FactorSection {
    let lang = context.lang;
    let presentation = result.factor.spec.presentation();
    let main = presentation.sector_sentence();
    let mut section =
        FactorSection { grounds: vec![String::new(); context.names.len()], ..Default::default() };
    let mut pieces = Vec::new();
    for spec in presentation.declared_tables() {
        let Some(table) = DeclaredTable::find(context, result, spec) else { continue };
        section.blocks.extend(table.row_texts().map(Block::from));
        let is_main = main.is_some_and(|(main, _)| main == spec.name());
        let mut blocks = Vec::new();
        if spec.is_listed() {
            let rows = if is_main { table.sector_rows(result) } else { table.listed_rows() };
            let listed = table.listed(result, &rows, is_main);
            if !listed.rows.is_empty() {
                blocks.extend((!is_main).then(|| Block::Heading(text(lang, spec.title()))));
                blocks.extend(spec.text_about().map(|about| Block::Paragraph(long_text(lang, about))));
                blocks.push(listed.into());
            }
        }
        if let Some((_, sentence)) = main.filter(|_| is_main) {
            for row in table.sector_rows(result) {
                let Some(sector) = table.sector(row) else { continue };
                section.grounds[sector] = table.filled(sentence, row);
            }
        }
        blocks.extend(figures::of_declared(&table, result));
        let has_any = !blocks.is_empty();
        blocks
            .extend(spec.text_of_caution().filter(|_| has_any).map(|it| Block::Warning(long_text(lang, it))));
        pieces.extend(blocks);
    }
    section.blocks.extend(by_group(context, result).map(Block::from));
    if !pieces.is_empty() {
        section
            .blocks
            .extend(presentation.text_about_scores().map(|it| Block::Paragraph(long_text(lang, it))));
    }
    section.blocks.extend(pieces);
    section
}

/// Who scores high and who low, by the part of the economy; nothing for a factor without words for its scores.
fn by_group(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<String> {
    const MOST_NAMES: usize = 12;
    let lang = context.lang;
    let [high, _, low] = result.factor.spec.presentation().words_of_scores()?;
    let (lowest, highest) = result.factor.spec.score_range().clone().into_inner();
    let sectors = scored(result.signal);
    let named = |word: &Text, sectors: &[usize], score: f64| {
        let has =
            |sector: &&usize| result.signal.score_of(**sector).is_ok_and(|it| (it - score).abs() < 1e-9);
        let names: Vec<&str> = sectors.iter().filter(has).map(|at| &*context.names[*at]).collect();
        let n_more = names.len().saturating_sub(MOST_NAMES);
        let more = match n_more {
            0 => String::new(),
            n => crate::say!(
                lang,
                " and {n} more",
                "等{n}个行业",
                n = if lang == Lang::En { n } else { names.len() }
            ),
        };
        let listed = names[..names.len() - n_more].join(lang.between());
        (!names.is_empty()).then(|| {
            crate::say!(lang, "{word}: {listed}{more}", "{word}：{listed}{more}", word = text(lang, word))
        })
    };
    let streams: Vec<String> = figures::by_stream(context, &sectors)
        .iter()
        .filter_map(|stream| {
            let mut low_first = stream.sectors.clone();
            low_first.reverse();
            let parts = [named(high, &stream.sectors, highest), named(low, &low_first, lowest)];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            let parts_ = parts.join(lang.of("; ", "；"));
            let title = stream.title;
            (!parts.is_empty()).then(|| crate::say!(lang, "{title} – {parts_}.", "{title}——{parts_}。"))
        })
        .collect();
    (!streams.is_empty()).then(|| streams.join(lang.of(" ", "")))
}

impl<'a> DeclaredTable<'a> {
    /// Finds the table of a declaration; `None` if the signal has none of its shape.
    pub(crate) fn find(
        context: &'a NoteContext<'a>,
        result: FactorResult<'a>,
        spec: &'a TableSpec,
    ) -> Option<Self> {
        let table = result.signal.find_table(spec.name())?;
        let n = table.n_rows();
        table.columns().iter().all(|column| column.values.len() == n).then_some(Self { context, spec, table })
    }

    pub(crate) fn context(&self) -> &'a NoteContext<'a> {
        self.context
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.table.n_rows()
    }

    /// A number; `None` if the cell is empty or the column holds something else.
    pub(crate) fn number(&self, column: &str, row: usize) -> Option<f64> {
        let values = self.table.find(column)?.as_numbers()?;
        values.get(row).copied().filter(|value| value.is_finite())
    }

    pub(crate) fn date(&self, column: &str, row: usize) -> Option<rotor_factor::Date> {
        match self.table.find(column)? {
            ColumnValues::Dates(values) => values.get(row).copied(),
            _ => None,
        }
    }

    /// A text as the factor gave it.
    pub(crate) fn given(&self, column: &str, row: usize) -> Option<&'a str> {
        match self.table.find(column)? {
            ColumnValues::Texts(values) => values.get(row).map(String::as_str),
            _ => None,
        }
    }

    /// The sector whose code is in the first declared column.
    pub(crate) fn sector(&self, row: usize) -> Option<usize> {
        let first = self.spec.declared_columns().first()?;
        let code = self.given(first.name(), row)?;
        (0..self.context.names.len()).find(|sector| self.context.code(*sector) == code)
    }

    /// A cell as a page shows it, without its unit; `None` if it is empty.
    pub(crate) fn cell(&self, column: &ColumnSpec, row: usize) -> Option<String> {
        let named = |code: &str| self.context.named(code);
        cell(self.context.lang, column, self.table.find(column.name())?, row, &named)
    }

    /// A cell of a table: a number in full where the page shows one.
    fn value(&self, column: &ColumnSpec, row: usize) -> Cell {
        let Some(text) = self.cell(column, row) else { return NONE.into() };
        let number = self.number(column.name(), row).filter(|_| column.format() == ColumnFormat::Number);
        match number.map(|number| Cell::number(number, unit(column))) {
            // A word, or what is only said to lie below a bound, is no number.
            Some(number) if *number == *text => number,
            _ => text.into(),
        }
    }

    /// The same with its unit, for sentences.
    fn in_sentence(&self, column: &ColumnSpec, row: usize) -> String {
        let lang = self.context.lang;
        let Some(cell) = self.cell(column, row) else { return NONE.into() };
        let is_number = column.format() == ColumnFormat::Number
            && cell.bytes().next().is_some_and(|first| first.is_ascii_digit() || b"+-<".contains(&first));
        match column.declared_unit().filter(|_| is_number).map(|unit| text(lang, unit)) {
            None => cell,
            Some(unit) if unit == "%" || lang == Lang::Zh => cell + &unit,
            Some(unit) => format!("{cell} {unit}"),
        }
    }

    /// The period of the numbers of a column, if it is the same in some rows.
    fn shared_period(&self, column: &ColumnSpec, rows: &[usize]) -> Option<String> {
        let of = self.spec.find(column.period()?)?;
        let first = self.cell(of, *rows.first()?)?;
        rows.iter().all(|row| self.cell(of, *row).as_ref() == Some(&first)).then_some(first)
    }

    /// The title of a column, with the period of its numbers where some rows share it.
    pub(crate) fn dated(&self, column: &ColumnSpec, rows: &[usize]) -> String {
        let title = text(self.context.lang, column.title());
        match self.shared_period(column, rows) {
            Some(period) => format!("{title} {period}"),
            None => title,
        }
    }

    /// A text with the cells of a row at its places.
    fn filled(&self, text: &Text, row: usize) -> String {
        let filled = text.filled(self.context.lang == Lang::Zh, |place| {
            let column = self.spec.find(place).map(|column| self.in_sentence(column, row));
            let sector = || self.sector(row).map(|sector| self.context.names[sector].clone());
            column.or_else(sector).unwrap_or_else(|| NONE.into())
        });
        sentence(&filled)
    }

    /// What the factor says of the rows, as one paragraph.
    fn row_texts(&self) -> Option<String> {
        let suits = |text: &&RowText, row: usize| match text.when() {
            None => true,
            Some((column, is)) => self.number(column, row).is_some_and(|value| (value - is).abs() < 1e-9),
        };
        let of_row = |row: usize| {
            let text = self.spec.row_texts().iter().find(|text| suits(text, row))?;
            Some(self.filled(text.text(), row))
        };
        let texts: Vec<String> = (0..self.n_rows()).filter_map(of_row).take(MOST_SENTENCES).collect();
        (!texts.is_empty()).then(|| texts.join(self.context.lang.of(" ", "")))
    }

    /// The rows of the sectors that the factor scores, best first.
    fn sector_rows(&self, result: FactorResult<'_>) -> Vec<usize> {
        let rows: Vec<(Option<usize>, usize)> =
            (0..self.n_rows()).map(|row| (self.sector(row), row)).collect();
        let row_of = |sector: usize| rows.iter().find(|(of, _)| *of == Some(sector)).map(|(_, row)| *row);
        scored(result.signal).into_iter().filter_map(row_of).collect()
    }

    fn listed_rows(&self) -> Vec<usize> {
        match self.spec.n_last_rows() {
            Some(n) => (self.n_rows().saturating_sub(n)..self.n_rows()).rev().collect(),
            None => (0..self.n_rows()).collect(),
        }
    }

    /// The rows as a table of the page, with the scores if it is the one of the sectors.
    fn listed(&self, result: FactorResult<'_>, rows: &[usize], has_scores: bool) -> page::Table {
        let lang = self.context.lang;
        let is_there = |column: &&ColumnSpec| self.table.find(column.name()).is_some();
        // A period that all rows share stands in the titles of its numbers.
        let in_titles: Vec<&str> = self
            .spec
            .declared_columns()
            .iter()
            .filter(|column| is_there(column) && self.shared_period(column, rows).is_some())
            .filter_map(ColumnSpec::period)
            .collect();
        let is_shown = |column: &&ColumnSpec| is_there(column) && !in_titles.contains(&column.name());
        let columns: Vec<&ColumnSpec> = self.spec.declared_columns().iter().filter(is_shown).collect();
        let mut titles: Vec<Column> = columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let title = with_unit(lang, self.dated(column, rows), column);
                let is_word = column.format() != ColumnFormat::Number || !column.words().is_empty();
                let titled = match is_word {
                    true if position == 0 => Column::name(title),
                    true => Column::word(title),
                    false => Column::number(title),
                };
                if column.is_detail() { titled.detail() } else { titled }
            })
            .collect();
        if has_scores {
            titles.insert(1.min(titles.len()), Column::word(lang.of("score", "得分")));
        }
        let mut listed = page::Table::new(titles);
        for row in rows {
            let mut cells: Vec<Cell> = columns.iter().map(|column| self.value(column, *row)).collect();
            if has_scores {
                let score = self.sector(*row).and_then(|sector| result.signal.score_of(sector).ok());
                cells.insert(1.min(cells.len()), self.context.score(result.factor, score).into());
            }
            listed.row(cells);
        }
        listed
    }
}
