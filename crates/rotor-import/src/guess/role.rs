//! What a table holds, by its headers and numbers.

use super::codes::{Codes, codes};
use super::column::Column;
use super::seen::Seen;
use super::words;

/// What a table holds.
#[derive(Debug)]
pub(super) enum Role<'s> {
    /// Closes, in one column.
    Closes(&'s Column),
    /// Closes, in a column or row an entity; of a header of several lines those that a pattern names.
    Entities { pattern: Option<String>, codes: Codes, why: &'static str },
    /// Versions of one series, in a column each; what its headers have before the day.
    Vintages { name: String },
    /// Series, in a column or row each.
    Series,
    /// Closes of entities or series: nobody can tell.
    Unknown,
}

impl Role<'_> {
    /// The columns that hold it.
    pub(super) fn columns<'s>(&self, seen: &'s Seen) -> Vec<&'s Column> {
        let pattern = match self {
            Self::Entities { pattern: Some(pattern), .. } => regex::Regex::new(pattern).ok(),
            _ => None,
        };
        let is_meant = |column: &&Column| match (self, &pattern) {
            (Self::Closes(closes), _) => closes.at == column.at,
            (Self::Vintages { name }, _) => {
                column.header.rsplit_once('_').is_some_and(|(series, _)| series == name)
            }
            (_, Some(pattern)) => pattern.is_match(&column.header),
            _ => true,
        };
        seen.numbers().filter(is_meant).collect()
    }
}

/// Says what a table holds; of vintages there may be several series.
pub(super) fn roles(seen: &Seen) -> Vec<Role<'_>> {
    let names = vintages(seen);
    if !names.is_empty() {
        return names.into_iter().map(|name| Role::Vintages { name }).collect();
    }
    vec![role(seen)]
}

fn role(seen: &Seen) -> Role<'_> {
    if let Some(pattern) = field_pattern(seen) {
        let own = codes(std::iter::empty());
        return Role::Entities { pattern: Some(pattern), codes: own, why: "the header names closes" };
    }
    if !seen.is_transposed()
        && let Some(column) = closes(seen)
    {
        return Role::Closes(column);
    }
    let codes = codes(seen.numbers().map(|column| column.header.as_str()));
    let entities = |why| Role::Entities { pattern: None, codes: codes.clone(), why };
    if seen.key().is_none() {
        if codes.shipped.is_some_and(|name| name != "nbs") {
            return entities("the headers are codes or names of sectors");
        }
        if codes.are_chinese_codes {
            return entities("the headers are codes");
        }
    }
    let has_names = seen.header.first_cell.as_deref().is_some_and(words::is_names);
    let says_series = |column: &Column| words::is_of_series(&column.header);
    let has_about = !seen.about.is_empty() || seen.numbers().any(|column| column.unit_word.is_some());
    let n = seen.numbers().count();
    if seen.key().is_some()
        || has_names
        || has_about
        || n == 1
        || seen.numbers().any(says_series)
        || seen.are_months && words::is_chinese(&seen.date_header)
    {
        return Role::Series;
    }
    let titles = seen.section.iter().chain(&seen.preamble).chain(&seen.files);
    let are_small = seen.numbers().any(|column| column.numbers.may_be_returns());
    if are_small && titles.clone().any(|title| words::is_of_returns(title)) {
        return entities("small numbers under a title that speaks of returns");
    }
    Role::Unknown
}

/// The column of closes, by the word that says most.
fn closes(seen: &Seen) -> Option<&Column> {
    let ranked = seen.numbers().filter_map(|column| Some((words::close_rank(&column.header)?, column)));
    ranked.min_by_key(|(rank, column)| (*rank, column.at)).map(|(_, column)| column)
}

/// The pattern of the entity, where one line of the header has fields such as `Close` and another entities.
fn field_pattern(seen: &Seen) -> Option<String> {
    if seen.header.n_rows < 2 {
        return None;
    }
    let texts_of =
        |line: usize| seen.numbers().map(move |column| (line, seen.header.lines[line][column.at].clone()));
    let lines = 0..seen.header.n_rows;
    let (line, field) = lines
        .flat_map(texts_of)
        .filter_map(|(line, text)| Some((words::close_rank(&text)?, line, text)))
        .min()
        .map(|(_, line, text)| (line, text))?;
    let field = regex::escape(&field);
    Some(if line == 0 { format!("^{field} (.+)$") } else { format!("^(.+) {field}$") })
}

/// The series whose versions stand in columns, if all columns have the day of one in their headers.
fn vintages(seen: &Seen) -> Vec<String> {
    let mut names = Vec::new();
    for column in seen.numbers() {
        let Some((name, day)) = column.header.rsplit_once('_') else { return Vec::new() };
        if day.len() != 8 || crate::date::usual(day).is_none() {
            return Vec::new();
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
