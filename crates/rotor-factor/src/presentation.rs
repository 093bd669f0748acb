//! How a factor is shown: its title, the words of its scores, its tables, their figures, and sentences.
//!
//! Declared, not drawn: pages are made from the declarations and the tables of a signal alone, so that a stranger's factor looks
//! as ours do. Texts come in English and, where given, in Chinese. A factor that declares nothing is shown with what every
//! factor has: scores, raw values, numbers by sector.

use crate::entity::words;
use crate::json;

/// The most tables that a factor declares.
const MOST_TABLES: usize = 32;
/// The most columns of a table, and texts chosen by a number.
const MOST_PARTS: usize = 64;
/// The longest text in bytes.
const LONGEST_TEXT: usize = 2000;
/// The most decimals of a number.
const MOST_DECIMALS: u8 = 9;

/// A text in English and, where there is one, in Chinese.
///
/// ```
/// use rotor_factor::Text;
/// assert_eq!(Text::from(("benefits", "受益")).zh(), Some("受益"));
/// assert_eq!(Text::from("benefits").zh(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    en: String,
    zh: Option<String>,
}

/// How a factor is shown.
///
/// ```
/// use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};
/// let shown = Presentation::titled(("Momentum", "动量"))
///     .sentence("returns", ("return {return}", "涨跌幅 {return}"))
///     .table(
///         TableSpec::new("returns", ("Returns of the window", "窗口涨跌幅"))
///             .column(ColumnSpec::code("sector", ("sector", "行业")))
///             .column(ColumnSpec::number("return", ("return", "涨跌幅"), 1).fraction().signed())
///             .figure(FigureSpec::bars("sector", &["return"])),
///     );
/// assert_eq!(shown.fault(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presentation {
    title: Option<Text>,
    score_words: Option<[Text; 3]>,
    about_scores: Option<Text>,
    risk: Option<Text>,
    sentence: Option<Sentence>,
    tables: Vec<TableSpec>,
}

/// A sentence about each sector that has a row in a table: columns in braces, such as `{forecast}`, stand for their cell of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sentence {
    table: String,
    text: Text,
}

/// How one of the tables of a factor is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSpec {
    name: String,
    title: Text,
    about: Option<Text>,
    caution: Option<Text>,
    columns: Vec<ColumnSpec>,
    n_last: Option<usize>,
    is_listed: bool,
    row_texts: Vec<RowText>,
    figure: Option<FigureSpec>,
}

/// A text for each row of a table, or for those rows that hold a number in a column.
#[derive(Clone, Debug, PartialEq)]
pub struct RowText {
    /// The column and its number; `None` for every row.
    when: Option<(String, f64)>,
    text: Text,
}

/// How a column of a table is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnSpec {
    name: String,
    title: Text,
    format: ColumnFormat,
    unit: Option<Text>,
    decimals: u8,
    is_signed: bool,
    is_fraction: bool,
    is_detail: bool,
    least: Option<f64>,
    words: Vec<(f64, Text)>,
    period: Option<String>,
}

words! {
    /// What the cells of a column are.
    ColumnFormat {
        /// Numbers.
        Number = "number",
        /// Texts, shown as they are.
        Text = "text",
        /// Codes of entities or names of series of the dataset, shown by their titles.
        Code = "code",
        /// Days, shown as days.
        Day = "day",
        /// Days, shown as their months.
        Month = "month",
        /// Ends of quarters, shown as quarters; another day is shown as its month.
        Quarter = "quarter",
    }
}

words! {
    /// What kind of figure is drawn of a table.
    FigureKind {
        /// Numbers by day.
        Line = "line",
        /// Bars of categories.
        Bars = "bars",
        /// Dots of categories, joined from the first number to the last.
        Dots = "dots",
        /// The cells of a matrix as shades.
        HeatMap = "heat_map",
        /// Quartiles, whiskers and outliers of the numbers of each category.
        Box = "box",
        /// Numbers by day, a small figure for each category.
        SmallMultiples = "small_multiples",
    }
}

/// Which figure is drawn of a table, and what its columns are for.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureSpec {
    kind: FigureKind,
    title: Option<Text>,
    about: Option<Text>,
    axis: Option<Text>,
    category: Option<String>,
    time: Option<String>,
    values: Vec<String>,
    below: Vec<String>,
    sorted_by: Option<String>,
    is_by_group: bool,
    extent: Option<f64>,
    numbers: Option<u8>,
    has_sums: bool,
    shade: Option<Shade>,
}

/// Stretches of time that are shaded behind a figure: the rows of another table of the factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shade {
    table: String,
    /// The columns with the first and the last day.
    days: [String; 2],
    /// Stretches of fewer months are left out.
    n_months: u32,
    title: Text,
    /// The column of the category to which a stretch belongs; `None` if to all.
    category: Option<String>,
    /// The column with what the stretch is; its words are the titles.
    kind: Option<String>,
}

impl Text {
    /// Returns a text in English.
    pub fn new(en: impl Into<String>) -> Self {
        Self { en: en.into(), zh: None }
    }

    /// Returns a text in both languages; an empty one in Chinese is none.
    pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Self {
        let zh = zh.into();
        Self { en: en.into(), zh: Some(zh).filter(|zh| !zh.trim().is_empty()) }
    }

    /// Returns the text in English.
    #[must_use]
    pub fn en(&self) -> &str {
        &self.en
    }

    /// Returns the text in Chinese, if there is one.
    #[must_use]
    pub fn zh(&self) -> Option<&str> {
        self.zh.as_deref()
    }

    /// Returns the text in a language, with the words in braces replaced by what `value` says of them.
    #[must_use]
    pub fn filled(&self, is_chinese: bool, mut value: impl FnMut(&str) -> String) -> String {
        let text = self.zh.as_deref().filter(|_| is_chinese).unwrap_or(&self.en);
        let pieces = crate::reason::pieces(text);
        pieces.map(|(piece, is_place)| if is_place { value(piece) } else { piece.to_owned() }).collect()
    }

    fn fault(&self, what: &str) -> Option<String> {
        let is_wrong = |text: &str| text.trim().is_empty() || text.len() > LONGEST_TEXT;
        let is_any = is_wrong(&self.en) || self.zh.as_deref().is_some_and(is_wrong);
        is_any.then(|| format!("{what} is empty or longer than {LONGEST_TEXT} bytes"))
    }

    fn json(&self) -> String {
        let zh = self.zh.as_deref().map_or(String::new(), |zh| format!(r#","zh":{}"#, json::text(zh)));
        format!(r#"{{"en":{}{zh}}}"#, json::text(&self.en))
    }
}

impl From<&str> for Text {
    fn from(en: &str) -> Self {
        Self::new(en)
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<(&str, &str)> for Text {
    fn from((en, zh): (&str, &str)) -> Self {
        Self::both(en, zh)
    }
}

impl Presentation {
    /// Returns a presentation with a title and nothing else.
    pub fn titled(title: impl Into<Text>) -> Self {
        Self { title: Some(title.into()), ..Self::default() }
    }

    /// Gives the words of the scores: the high ones (3 of points), the middle and the low.
    #[must_use]
    pub fn score_words(
        mut self,
        high: impl Into<Text>,
        middle: impl Into<Text>,
        low: impl Into<Text>,
    ) -> Self {
        self.score_words = Some([high.into(), middle.into(), low.into()]);
        self
    }

    /// Says in a paragraph how scores follow from the numbers.
    #[must_use]
    pub fn about_scores(mut self, text: impl Into<Text>) -> Self {
        self.about_scores = Some(text.into());
        self
    }

    /// Says what a reader may not rely on, for the risk notice of a note.
    #[must_use]
    pub fn risk(mut self, text: impl Into<Text>) -> Self {
        self.risk = Some(text.into());
        self
    }

    /// Gives a sentence about each sector from its row of a declared table, whose first column holds the codes of sectors. Columns in
    /// braces stand for their cells; `{sector}` for the name.
    #[must_use]
    pub fn sentence(mut self, table: impl Into<String>, text: impl Into<Text>) -> Self {
        self.sentence = Some(Sentence { table: table.into(), text: text.into() });
        self
    }

    /// Adds a table; tables and their figures are shown in this order.
    #[must_use]
    pub fn table(mut self, table: TableSpec) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds tables; as [`Self::table`].
    #[must_use]
    pub fn tables(mut self, tables: impl IntoIterator<Item = TableSpec>) -> Self {
        self.tables.extend(tables);
        self
    }

    /// Returns the title, if there is one.
    #[must_use]
    pub fn title(&self) -> Option<&Text> {
        self.title.as_ref()
    }

    /// Returns the words of high, middle and low scores.
    #[must_use]
    pub fn words_of_scores(&self) -> Option<&[Text; 3]> {
        self.score_words.as_ref()
    }

    /// Returns how scores follow from the numbers.
    #[must_use]
    pub fn text_about_scores(&self) -> Option<&Text> {
        self.about_scores.as_ref()
    }

    /// Returns what a reader may not rely on.
    #[must_use]
    pub fn text_of_risk(&self) -> Option<&Text> {
        self.risk.as_ref()
    }

    /// Returns the table and the text of the sentence about a sector.
    #[must_use]
    pub fn sector_sentence(&self) -> Option<(&str, &Text)> {
        self.sentence.as_ref().map(|sentence| (sentence.table.as_str(), &sentence.text))
    }

    /// Returns the declared tables.
    #[must_use]
    pub fn declared_tables(&self) -> &[TableSpec] {
        &self.tables
    }

    /// Returns whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what is wrong with the declarations, or `None` if they are valid.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let texts = [
            (self.title.as_ref(), "its title"),
            (self.about_scores.as_ref(), "what it says about its scores"),
            (self.risk.as_ref(), "its risk notice"),
        ];
        let texts = texts.into_iter().filter_map(|(text, what)| Some((text?, what)));
        let words = self.score_words.iter().flatten().map(|word| (word, "a word of its scores"));
        if let Some(fault) = texts.chain(words).find_map(|(text, what)| text.fault(what)) {
            return Some(fault);
        }
        if self.tables.len() > MOST_TABLES {
            return Some(format!("it declares {} tables, more than {MOST_TABLES}", self.tables.len()));
        }
        for (position, table) in self.tables.iter().enumerate() {
            if self.tables[..position].iter().any(|other| other.name == table.name) {
                return Some(format!("table `{}` is declared twice", table.name));
            }
            if let Some(fault) = table.fault(&self.tables) {
                return Some(format!("table `{}`: {fault}", table.name));
            }
        }
        let Sentence { table, text } = self.sentence.as_ref()?;
        let Some(of) = self.tables.iter().find(|known| known.name == *table) else {
            return Some(format!("its sentence is about the table `{table}`, which it does not declare"));
        };
        let has_sectors = of.columns.first().is_some_and(|column| column.format == ColumnFormat::Code);
        if !has_sectors {
            return Some(format!("the first column of `{table}` does not hold codes of sectors"));
        }
        text.fault("its sentence").or_else(|| of.fault_of_places(text, "its sentence", true))
    }

    pub(crate) fn to_json(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.title.as_ref().map(|text| format!(r#""title":{}"#, text.json())));
        parts.extend(
            self.score_words
                .as_ref()
                .map(|words| format!(r#""score_words":[{}]"#, list(words.iter().map(Text::json)))),
        );
        parts.extend(self.about_scores.as_ref().map(|text| format!(r#""about_scores":{}"#, text.json())));
        parts.extend(self.risk.as_ref().map(|text| format!(r#""risk":{}"#, text.json())));
        parts.extend(self.sentence.as_ref().map(|Sentence { table, text }| {
            format!(r#""sentence":{{"table":{},"text":{}}}"#, json::text(table), text.json())
        }));
        if !self.tables.is_empty() {
            parts.push(format!(r#""tables":[{}]"#, list(self.tables.iter().map(TableSpec::json))));
        }
        format!("{{{}}}", parts.join(","))
    }
}

impl TableSpec {
    /// Declares a table by its name in the signal, with a title.
    pub fn new(name: impl Into<String>, title: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            about: None,
            caution: None,
            columns: Vec::new(),
            n_last: None,
            is_listed: true,
            row_texts: Vec::new(),
            figure: None,
        }
    }

    /// Says in a paragraph above the table how to read it.
    #[must_use]
    pub fn about(mut self, text: impl Into<Text>) -> Self {
        self.about = Some(text.into());
        self
    }

    /// Says below the table what a reader must not conclude from it.
    #[must_use]
    pub fn caution(mut self, text: impl Into<Text>) -> Self {
        self.caution = Some(text.into());
        self
    }

    /// Adds a column; columns of the signal's table that are not declared are not shown.
    #[must_use]
    pub fn column(mut self, column: ColumnSpec) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds columns; as [`Self::column`].
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = ColumnSpec>) -> Self {
        self.columns.extend(columns);
        self
    }

    /// Lists only the last rows, the newest first; the figure has all of them.
    #[must_use]
    pub fn last_rows(mut self, n: usize) -> Self {
        self.n_last = Some(n);
        self
    }

    /// Lists no rows: the table is there for its figure or for texts.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.is_listed = false;
        self
    }

    /// Adds a sentence for each row, before the table; columns in braces stand for their cells.
    #[must_use]
    pub fn row_text(mut self, text: impl Into<Text>) -> Self {
        self.row_texts.push(RowText { when: None, text: text.into() });
        self
    }

    /// Adds a sentence for the rows that hold a number in a column. The first one that suits a row is used.
    #[must_use]
    pub fn row_text_when(mut self, column: impl Into<String>, is: f64, text: impl Into<Text>) -> Self {
        self.row_texts.push(RowText { when: Some((column.into(), is)), text: text.into() });
        self
    }

    /// Gives the table a figure.
    #[must_use]
    pub fn figure(mut self, figure: FigureSpec) -> Self {
        self.figure = Some(figure);
        self
    }

    /// Returns the name of the table in the signal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the title.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// Returns how to read it.
    #[must_use]
    pub fn text_about(&self) -> Option<&Text> {
        self.about.as_ref()
    }

    /// Returns what must not be concluded from it.
    #[must_use]
    pub fn text_of_caution(&self) -> Option<&Text> {
        self.caution.as_ref()
    }

    /// Returns the declared columns in order.
    #[must_use]
    pub fn declared_columns(&self) -> &[ColumnSpec] {
        &self.columns
    }

    /// Returns a declared column by its name.
    #[must_use]
    pub fn find(&self, column: &str) -> Option<&ColumnSpec> {
        self.columns.iter().find(|known| known.name == column)
    }

    /// Returns how many of the last rows are listed; `None` for all.
    #[must_use]
    pub fn n_last_rows(&self) -> Option<usize> {
        self.n_last
    }

    /// Returns whether rows are listed.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Returns the texts of rows, in the order in which they are tried.
    #[must_use]
    pub fn row_texts(&self) -> &[RowText] {
        &self.row_texts
    }

    /// Returns the figure, if there is one.
    #[must_use]
    pub fn declared_figure(&self) -> Option<&FigureSpec> {
        self.figure.as_ref()
    }

    fn has(&self, column: &str, is_kind: impl Fn(ColumnFormat) -> bool) -> bool {
        self.find(column).is_some_and(|column| is_kind(column.format))
    }

    fn fault(&self, all: &[Self]) -> Option<String> {
        let texts = [
            (Some(&self.title), "its title"),
            (self.about.as_ref(), "what is said about it"),
            (self.caution.as_ref(), "its caution"),
        ];
        let texts = texts.into_iter().filter_map(|(text, what)| Some((text?, what)));
        let fault = texts.chain(self.row_texts.iter().map(|row| (&row.text, "a text of its rows")));
        if let Some(fault) = fault.into_iter().find_map(|(text, what)| text.fault(what)) {
            return Some(fault);
        }
        if self.name.is_empty() || self.name.len() > crate::LONGEST_NAME {
            return Some(format!("its name is empty or longer than {} bytes", crate::LONGEST_NAME));
        }
        if self.columns.len() > MOST_PARTS || self.row_texts.len() > MOST_PARTS {
            return Some(format!("more than {MOST_PARTS} columns or texts of rows"));
        }
        for (position, column) in self.columns.iter().enumerate() {
            if self.columns[..position].iter().any(|other| other.name == column.name) {
                return Some(format!("column `{}` is declared twice", column.name));
            }
            if let Some(fault) = column.fault() {
                return Some(format!("column `{}`: {fault}", column.name));
            }
        }
        for RowText { when, text } in &self.row_texts {
            if let Some((column, number)) = when
                && !(self.has(column, |format| format == ColumnFormat::Number) && number.is_finite())
            {
                return Some(format!(
                    "a text of its rows depends on `{column}`, which is no column of numbers"
                ));
            }
            if let Some(fault) = self.fault_of_places(text, "a text of its rows", false) {
                return Some(fault);
            }
        }
        self.figure.as_ref()?.fault(self, all).map(|fault| format!("its figure: {fault}"))
    }

    fn fault_of_places(&self, text: &Text, what: &str, has_sector: bool) -> Option<String> {
        let texts = [Some(&text.en), text.zh.as_ref()];
        let unknown = texts.into_iter().flatten().find_map(|text| {
            let is_known = |place: &&str| (has_sector && *place == "sector") || self.find(place).is_some();
            crate::reason::places(text).into_iter().find(|place| !is_known(place)).map(str::to_owned)
        });
        unknown.map(|place| format!("{what} has a place `{place}`, which is no declared column"))
    }

    fn json(&self) -> String {
        let mut parts = vec![
            format!(r#""name":{}"#, json::text(&self.name)),
            format!(r#""title":{}"#, self.title.json()),
        ];
        parts.extend(self.about.as_ref().map(|text| format!(r#""about":{}"#, text.json())));
        parts.extend(self.caution.as_ref().map(|text| format!(r#""caution":{}"#, text.json())));
        parts.extend(self.n_last.map(|n| format!(r#""last_rows":{n}"#)));
        if !self.is_listed {
            parts.push(r#""is_listed":false"#.into());
        }
        if !self.columns.is_empty() {
            parts.push(format!(r#""columns":[{}]"#, list(self.columns.iter().map(ColumnSpec::json))));
        }
        if !self.row_texts.is_empty() {
            let row = |RowText { when, text }: &RowText| {
                let when = when.as_ref().map_or(String::new(), |(column, is)| {
                    format!(r#""column":{},"is":{},"#, json::text(column), json::number(*is))
                });
                format!(r#"{{{when}"text":{}}}"#, text.json())
            };
            parts.push(format!(r#""row_texts":[{}]"#, list(self.row_texts.iter().map(row))));
        }
        parts.extend(self.figure.as_ref().map(|figure| format!(r#""figure":{}"#, figure.json())));
        format!("{{{}}}", parts.join(","))
    }
}

impl RowText {
    /// Returns the column and the number for which the text stands; `None` if it suits every row.
    #[must_use]
    pub fn when(&self) -> Option<(&str, f64)> {
        self.when.as_ref().map(|(column, is)| (column.as_str(), *is))
    }

    /// Returns the text, with columns in braces.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }
}

impl ColumnSpec {
    /// Declares a column of a format.
    pub fn new(name: impl Into<String>, title: impl Into<Text>, format: ColumnFormat) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            format,
            unit: None,
            decimals: 2,
            is_signed: false,
            is_fraction: false,
            is_detail: false,
            least: None,
            words: Vec::new(),
            period: None,
        }
    }

    /// Declares a column of numbers with so many decimals.
    pub fn number(name: impl Into<String>, title: impl Into<Text>, decimals: u8) -> Self {
        Self { decimals, ..Self::new(name, title, ColumnFormat::Number) }
    }

    /// Declares a column of texts.
    pub fn text(name: impl Into<String>, title: impl Into<Text>) -> Self {
        Self::new(name, title, ColumnFormat::Text)
    }

    /// Declares a column of codes of entities, or of names of series.
    pub fn code(name: impl Into<String>, title: impl Into<Text>) -> Self {
        Self::new(name, title, ColumnFormat::Code)
    }

    /// Declares a column of days that are shown as months.
    pub fn month(name: impl Into<String>, title: impl Into<Text>) -> Self {
        Self::new(name, title, ColumnFormat::Month)
    }

    /// Declares a column of ends of quarters.
    pub fn quarter(name: impl Into<String>, title: impl Into<Text>) -> Self {
        Self::new(name, title, ColumnFormat::Quarter)
    }

    /// Gives the unit, which stands behind the title, and behind a number in a sentence.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<Text>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Writes the sign of numbers above zero as well.
    #[must_use]
    pub fn signed(mut self) -> Self {
        self.is_signed = true;
        self
    }

    /// Says that numbers are fractions, shown as percentages: 0.05 as 5%.
    #[must_use]
    pub fn fraction(mut self) -> Self {
        self.is_fraction = true;
        if self.unit.is_none() {
            self.unit = Some(Text::new("%"));
        }
        self
    }

    /// Says that a narrow page may leave the column out.
    #[must_use]
    pub fn detail(mut self) -> Self {
        self.is_detail = true;
        self
    }

    /// Numbers below this one are shown as below it: how far says nothing more.
    #[must_use]
    pub fn at_least(mut self, least: f64) -> Self {
        self.least = Some(least);
        self
    }

    /// Shows a word instead of a number.
    #[must_use]
    pub fn word(mut self, number: f64, word: impl Into<Text>) -> Self {
        self.words.push((number, word.into()));
        self
    }

    /// Says which column of days has the period of the numbers, so that a figure can name it where all rows share it.
    #[must_use]
    pub fn of_period(mut self, column: &str) -> Self {
        self.period = Some(column.into());
        self
    }

    /// Returns the name of the column in the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the column that has the period of the numbers.
    #[must_use]
    pub fn period(&self) -> Option<&str> {
        self.period.as_deref()
    }

    /// Returns the title, without the unit.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// Returns what its cells are.
    #[must_use]
    pub fn format(&self) -> ColumnFormat {
        self.format
    }

    /// Returns the unit, if there is one.
    #[must_use]
    pub fn declared_unit(&self) -> Option<&Text> {
        self.unit.as_ref()
    }

    /// Returns the number of decimals.
    #[must_use]
    pub fn decimals(&self) -> usize {
        usize::from(self.decimals)
    }

    /// Returns whether numbers above zero have their sign.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// Returns whether numbers are fractions.
    #[must_use]
    pub fn is_fraction(&self) -> bool {
        self.is_fraction
    }

    /// Returns whether a narrow page may leave it out.
    #[must_use]
    pub fn is_detail(&self) -> bool {
        self.is_detail
    }

    /// Returns the number below which numbers are not told apart.
    #[must_use]
    pub fn least(&self) -> Option<f64> {
        self.least
    }

    /// Returns the words that stand for numbers.
    #[must_use]
    pub fn words(&self) -> &[(f64, Text)] {
        &self.words
    }

    fn fault(&self) -> Option<String> {
        if self.name.is_empty() || self.name.len() > crate::LONGEST_NAME {
            return Some(format!("its name is empty or longer than {} bytes", crate::LONGEST_NAME));
        }
        let texts = [(Some(&self.title), "its title"), (self.unit.as_ref(), "its unit")];
        let texts = texts.into_iter().filter_map(|(text, what)| Some((text?, what)));
        let words = self.words.iter().map(|(_, word)| (word, "a word of its numbers"));
        if let Some(fault) = texts.chain(words).find_map(|(text, what)| text.fault(what)) {
            return Some(fault);
        }
        if self.words.len() > MOST_PARTS || self.decimals > MOST_DECIMALS {
            return Some(format!("more than {MOST_PARTS} words or {MOST_DECIMALS} decimals"));
        }
        let is_wrong =
            self.least.into_iter().chain(self.words.iter().map(|(at, _)| *at)).any(|at| !at.is_finite());
        is_wrong.then(|| "a number of its declaration is not finite".into())
    }

    fn json(&self) -> String {
        let mut parts = vec![
            format!(r#""name":{}"#, json::text(&self.name)),
            format!(r#""title":{}"#, self.title.json()),
            format!(r#""format":"{}""#, self.format),
        ];
        parts.extend(self.unit.as_ref().map(|text| format!(r#""unit":{}"#, text.json())));
        if self.format == ColumnFormat::Number {
            parts.push(format!(r#""decimals":{}"#, self.decimals));
        }
        let flags =
            [("is_signed", self.is_signed), ("is_fraction", self.is_fraction), ("is_detail", self.is_detail)];
        parts.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| format!(r#""{name}":true"#)));
        parts.extend(self.least.map(|least| format!(r#""least":{}"#, json::number(least))));
        if !self.words.is_empty() {
            let word = |(at, word): &(f64, Text)| {
                format!(r#"{{"is":{},"text":{}}}"#, json::number(*at), word.json())
            };
            parts.push(format!(r#""words":[{}]"#, list(self.words.iter().map(word))));
        }
        parts.extend(self.period.as_ref().map(|column| format!(r#""period":{}"#, json::text(column))));
        format!("{{{}}}", parts.join(","))
    }
}

impl FigureSpec {
    fn new(kind: FigureKind, values: &[&str]) -> Self {
        Self {
            kind,
            title: None,
            about: None,
            axis: None,
            category: None,
            time: None,
            values: values.iter().map(|name| (*name).into()).collect(),
            below: Vec::new(),
            sorted_by: None,
            is_by_group: false,
            extent: None,
            numbers: None,
            has_sums: false,
            shade: None,
        }
    }

    /// Draws columns of numbers over a column of days, in one panel.
    #[must_use]
    pub fn line(time: &str, values: &[&str]) -> Self {
        Self { time: Some(time.into()), ..Self::new(FigureKind::Line, values) }
    }

    /// Draws bars: a category a row, a bar for each column of numbers.
    #[must_use]
    pub fn bars(category: &str, values: &[&str]) -> Self {
        Self { category: Some(category.into()), ..Self::new(FigureKind::Bars, values) }
    }

    /// Draws dots: a category a row, a dot for each column of numbers, joined from the first to the last.
    #[must_use]
    pub fn dots(category: &str, values: &[&str]) -> Self {
        Self { category: Some(category.into()), ..Self::new(FigureKind::Dots, values) }
    }

    /// Draws the cells of a [matrix](crate::Table::matrix).
    #[must_use]
    pub fn heat_map() -> Self {
        Self::new(FigureKind::HeatMap, &[])
    }

    /// Draws the spread of the numbers of each category; the last one of each is marked.
    #[must_use]
    pub fn boxes(category: &str, value: &str) -> Self {
        Self { category: Some(category.into()), ..Self::new(FigureKind::Box, &[value]) }
    }

    /// Draws columns of numbers over a column of days, in a small figure for each category.
    #[must_use]
    pub fn small_multiples(category: &str, time: &str, values: &[&str]) -> Self {
        Self {
            category: Some(category.into()),
            time: Some(time.into()),
            ..Self::new(FigureKind::SmallMultiples, values)
        }
    }

    /// Gives a title other than that of the table.
    #[must_use]
    pub fn titled(mut self, title: impl Into<Text>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Says how to read it.
    #[must_use]
    pub fn about(mut self, text: impl Into<Text>) -> Self {
        self.about = Some(text.into());
        self
    }

    /// Says what the values are, with their unit.
    #[must_use]
    pub fn axis(mut self, text: impl Into<Text>) -> Self {
        self.axis = Some(text.into());
        self
    }

    /// Draws more columns over the same days in a panel below.
    #[must_use]
    pub fn below(mut self, values: &[&str]) -> Self {
        self.below = values.iter().map(|name| (*name).into()).collect();
        self
    }

    /// Sorts categories by a column of numbers, the largest first.
    #[must_use]
    pub fn sorted_by(mut self, column: &str) -> Self {
        self.sorted_by = Some(column.into());
        self
    }

    /// Draws a figure for each group of sectors: upstream, midstream, downstream and so on.
    #[must_use]
    pub fn by_group(mut self) -> Self {
        self.is_by_group = true;
        self
    }

    /// Sets the distance from 0 that has the full shade of a heat map.
    #[must_use]
    pub fn extent(mut self, extent: f64) -> Self {
        self.extent = Some(extent);
        self
    }

    /// Prints the numbers into the cells of a heat map, with so many decimals.
    #[must_use]
    pub fn printed(mut self, decimals: u8) -> Self {
        self.numbers = Some(decimals);
        self
    }

    /// Prints the sum of each row of a heat map beside its name.
    #[must_use]
    pub fn row_sums(mut self) -> Self {
        self.has_sums = true;
        self
    }

    /// Shades stretches of time.
    #[must_use]
    pub fn shaded(mut self, shade: Shade) -> Self {
        self.shade = Some(shade);
        self
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> FigureKind {
        self.kind
    }

    /// Returns the title, if it is not that of the table.
    #[must_use]
    pub fn title(&self) -> Option<&Text> {
        self.title.as_ref()
    }

    /// Returns how to read it.
    #[must_use]
    pub fn text_about(&self) -> Option<&Text> {
        self.about.as_ref()
    }

    /// Returns what the values are.
    #[must_use]
    pub fn text_of_axis(&self) -> Option<&Text> {
        self.axis.as_ref()
    }

    /// Returns the column of categories; a heat map and a line have none.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.category.as_deref()
    }

    /// Returns the column of days.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// Returns the columns of numbers.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Returns the columns of numbers of the panel below.
    #[must_use]
    pub fn values_below(&self) -> &[String] {
        &self.below
    }

    /// Returns the column by which categories are sorted.
    #[must_use]
    pub fn order(&self) -> Option<&str> {
        self.sorted_by.as_deref()
    }

    /// Returns whether there is a figure for each group of sectors.
    #[must_use]
    pub fn is_by_group(&self) -> bool {
        self.is_by_group
    }

    /// Returns the distance from 0 that has the full shade.
    #[must_use]
    pub fn full_shade(&self) -> Option<f64> {
        self.extent
    }

    /// Returns with how many decimals the cells of a heat map are printed; `None` if they are not, unless they are few.
    #[must_use]
    pub fn printed_decimals(&self) -> Option<usize> {
        self.numbers.map(usize::from)
    }

    /// Returns whether the rows of a heat map have their sums.
    #[must_use]
    pub fn has_row_sums(&self) -> bool {
        self.has_sums
    }

    /// Returns the stretches of time that are shaded.
    #[must_use]
    pub fn shade(&self) -> Option<&Shade> {
        self.shade.as_ref()
    }

    fn fault(&self, table: &TableSpec, all: &[TableSpec]) -> Option<String> {
        let texts = [
            (self.title.as_ref(), "its title"),
            (self.about.as_ref(), "what is said about it"),
            (self.axis.as_ref(), "its axis"),
            (self.shade.as_ref().map(|shade| &shade.title), "the title of what is shaded"),
        ];
        let texts = texts.into_iter().filter_map(|(text, what)| Some((text?, what)));
        if let Some(fault) = { texts }.find_map(|(text, what)| text.fault(what)) {
            return Some(fault);
        }
        if self.values.len() + self.below.len() > MOST_PARTS {
            return Some(format!("more than {MOST_PARTS} columns"));
        }
        if self.kind == FigureKind::HeatMap {
            let is_wrong = self.extent.is_some_and(|extent| !(extent.is_finite() && extent > 0.0));
            let is_long = self.numbers.is_some_and(|decimals| decimals > MOST_DECIMALS);
            return match (is_wrong, is_long) {
                (true, _) => Some("the distance with the full shade is not above 0".into()),
                (_, true) => Some(format!("more than {MOST_DECIMALS} decimals")),
                _ => None,
            };
        }
        if self.values.is_empty() {
            return Some("no column of numbers".into());
        }
        let is_number = |format| format == ColumnFormat::Number;
        let is_text = |format| matches!(format, ColumnFormat::Text | ColumnFormat::Code);
        let is_day =
            |format| matches!(format, ColumnFormat::Day | ColumnFormat::Month | ColumnFormat::Quarter);
        let numbers = self.values.iter().chain(&self.below).chain(&self.sorted_by);
        if let Some(column) = { numbers }.find(|column| !table.has(column, is_number)) {
            return Some(format!("`{column}` is no declared column of numbers"));
        }
        if let Some(column) = self.category.as_deref().filter(|column| !table.has(column, is_text)) {
            return Some(format!("`{column}` is no declared column of texts or codes"));
        }
        if let Some(column) = self.time.as_deref().filter(|column| !table.has(column, is_day)) {
            return Some(format!("`{column}` is no declared column of days"));
        }
        let shade = self.shade.as_ref()?;
        let Some(of) = all.iter().find(|known| known.name == shade.table) else {
            return Some(format!("what is shaded is in the table `{}`, which is not declared", shade.table));
        };
        let is_wrong = shade.days.iter().any(|column| !of.has(column, is_day))
            || shade.category.as_deref().is_some_and(|column| !of.has(column, is_text))
            || shade.kind.as_deref().is_some_and(|column| !of.has(column, is_number));
        is_wrong
            .then(|| format!("the columns of what is shaded are not declared in the table `{}`", shade.table))
    }

    fn json(&self) -> String {
        let mut parts = vec![format!(r#""kind":"{}""#, self.kind)];
        let texts = [("title", &self.title), ("about", &self.about), ("axis", &self.axis)];
        for (name, text) in texts {
            parts.extend(text.as_ref().map(|text| format!(r#""{name}":{}"#, text.json())));
        }
        let names = [("category", &self.category), ("time", &self.time), ("sorted_by", &self.sorted_by)];
        for (name, column) in names {
            parts.extend(column.as_ref().map(|column| format!(r#""{name}":{}"#, json::text(column))));
        }
        for (name, columns) in [("values", &self.values), ("below", &self.below)] {
            if !columns.is_empty() {
                parts
                    .push(format!(r#""{name}":[{}]"#, list(columns.iter().map(|column| json::text(column)))));
            }
        }
        if self.is_by_group {
            parts.push(r#""is_by_group":true"#.into());
        }
        parts.extend(self.extent.map(|extent| format!(r#""extent":{}"#, json::number(extent))));
        parts.extend(self.numbers.map(|decimals| format!(r#""printed":{decimals}"#)));
        if self.has_sums {
            parts.push(r#""row_sums":true"#.into());
        }
        parts.extend(self.shade.as_ref().map(|shade| format!(r#""shade":{}"#, shade.json())));
        format!("{{{}}}", parts.join(","))
    }
}

impl Shade {
    /// Shades the rows of a declared table, each from the day in the column `first` to that in `last`.
    pub fn rows_of(table: impl Into<String>, first: &str, last: &str, title: impl Into<Text>) -> Self {
        Self {
            table: table.into(),
            days: [first.into(), last.into()],
            n_months: 0,
            title: title.into(),
            category: None,
            kind: None,
        }
    }

    /// Leaves out stretches of fewer months.
    #[must_use]
    pub fn at_least_months(mut self, n_months: u32) -> Self {
        self.n_months = n_months;
        self
    }

    /// Says in which column a stretch names the category to which it belongs.
    #[must_use]
    pub fn of(mut self, category: &str) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Says in which column of numbers a stretch says what it is, by its words.
    #[must_use]
    pub fn kinds(mut self, column: &str) -> Self {
        self.kind = Some(column.into());
        self
    }

    /// Returns the name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Returns the columns with the first and the last day.
    #[must_use]
    pub fn days(&self) -> [&str; 2] {
        [&self.days[0], &self.days[1]]
    }

    /// Returns how many months a stretch has at least.
    #[must_use]
    pub fn fewest_months(&self) -> u32 {
        self.n_months
    }

    /// Returns what the stretches are.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// Returns the column with the category of a stretch.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.category.as_deref()
    }

    /// Returns the column that says what a stretch is.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    fn json(&self) -> String {
        let [first, last] = self.days();
        let mut parts = vec![
            format!(r#""table":{}"#, json::text(&self.table)),
            format!(r#""first":{},"last":{}"#, json::text(first), json::text(last)),
            format!(r#""title":{}"#, self.title.json()),
        ];
        if self.n_months > 0 {
            parts.push(format!(r#""months":{}"#, self.n_months));
        }
        for (name, column) in [("category", &self.category), ("column", &self.kind)] {
            parts.extend(column.as_ref().map(|column| format!(r#""{name}":{}"#, json::text(column))));
        }
        format!("{{{}}}", parts.join(","))
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TableSpec {
        TableSpec::new("t", ("Title", "标题"))
            .column(ColumnSpec::code("sector", "sector"))
            .column(ColumnSpec::month("month", "month"))
            .column(ColumnSpec::number("a", ("a", "甲"), 1).signed().unit("pp").word(0.0, "none"))
            .column(ColumnSpec::number("b", "b", 0).at_least(-10.0).detail())
    }

    fn fault(presentation: &Presentation) -> String {
        presentation.fault().unwrap_or_default()
    }

    #[test]
    fn declarations_that_cannot_be_are_told_so() {
        let shown = || Presentation::titled("Title");
        assert_eq!(fault(&shown().table(table())), "");
        assert_eq!(fault(&Presentation::titled(" ")), "its title is empty or longer than 2000 bytes");
        assert_eq!(fault(&shown().table(table()).table(table())), "table `t` is declared twice");
        let twice = table().column(ColumnSpec::text("a", "a"));
        assert_eq!(fault(&shown().table(twice)), "table `t`: column `a` is declared twice");
        let figure = |figure: FigureSpec| fault(&shown().table(table().figure(figure)));
        assert_eq!(figure(FigureSpec::dots("sector", &["a", "b"]).sorted_by("a").by_group()), "");
        assert_eq!(figure(FigureSpec::heat_map().extent(2.0)), "");
        assert_eq!(
            figure(FigureSpec::line("a", &["b"])),
            "table `t`: its figure: `a` is no declared column of days"
        );
        assert_eq!(
            figure(FigureSpec::bars("sector", &["c"])),
            "table `t`: its figure: `c` is no declared column of numbers"
        );
        assert_eq!(
            figure(FigureSpec::bars("month", &["a"])),
            "table `t`: its figure: `month` is no declared column of texts or codes"
        );
        let shade = Shade::rows_of("u", "first", "last", "s");
        assert!(
            figure(FigureSpec::line("month", &["a"]).shaded(shade)).ends_with("`u`, which is not declared")
        );
        let text = |text: &str| fault(&shown().table(table().row_text(text)));
        assert_eq!(text("{a} of {month}"), "");
        assert_eq!(
            text("{sector} {x}"),
            "table `t`: a text of its rows has a place `x`, which is no declared column"
        );
        let sentence = |of: &str, text: &str| fault(&shown().table(table()).sentence(of, text));
        assert_eq!(sentence("t", "{sector}: {a}"), "");
        assert_eq!(sentence("u", "{a}"), "its sentence is about the table `u`, which it does not declare");
        assert_eq!(sentence("t", "{c}"), "its sentence has a place `c`, which is no declared column");
        let when = table().row_text_when("sector", 1.0, "a");
        assert!(fault(&shown().table(when)).ends_with("depends on `sector`, which is no column of numbers"));
    }

    #[test]
    fn the_document_leaves_out_what_there_is_not() {
        assert_eq!(Presentation::titled("a").to_json(), r#"{"title":{"en":"a"}}"#);
        let figure = FigureSpec::dots("sector", &["a"]).by_group();
        let json = Presentation::default().table(table().unlisted().figure(figure)).to_json();
        assert_eq!(
            json,
            r#"{"tables":[{"name":"t","title":{"en":"Title","zh":"标题"},"is_listed":false,"columns":[{"name":"sector","title":{"en":"sector"},"format":"code"},{"name":"month","title":{"en":"month"},"format":"month"},{"name":"a","title":{"en":"a","zh":"甲"},"format":"number","unit":{"en":"pp"},"decimals":1,"is_signed":true,"words":[{"is":0.0,"text":{"en":"none"}}]},{"name":"b","title":{"en":"b"},"format":"number","decimals":0,"is_detail":true,"least":-10.0}],"figure":{"kind":"dots","category":"sector","values":["a"],"is_by_group":true}}]}"#
        );
    }
}
