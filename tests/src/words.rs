//! Looks for the wordings of [`REFUSED`] in what users read: documents, help texts, rendered pages.
//!
//! A [`Reading`] is what a reader sees of a page: its running text, in which phrases are refused, and its labels (headers, cells,
//! titles, legends), which may not be one of the everyday words either. Code, links and markup are not part of it.

use std::fmt;
use std::mem;

use rotor_report::terms::{REFUSED, Refused};

/// The text and the labels of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Paragraphs, rows and titles, each in one piece.
    pub text: Vec<String>,
    /// Short texts that stand by themselves.
    pub labels: Vec<String>,
}

/// A refused wording, and where it stands.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The wording.
    pub refused: &'static Refused,
    /// The text around it.
    pub context: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in \"{}\": write {}", self.refused.words, self.context, self.refused.instead)
    }
}

impl Reading {
    /// Reads Markdown. Labels are headings and the headers of tables.
    #[must_use]
    pub fn of_markdown(page: &str) -> Self {
        let mut reading = Self::default();
        let (mut paragraph, mut is_code) = (String::new(), false);
        let lines: Vec<&str> = page.lines().map(str::trim).collect();
        for (position, &line) in lines.iter().enumerate() {
            if line.starts_with("```") {
                is_code = !is_code;
            }
            let starts_anew = is_code || line.is_empty() || line.starts_with(['|', '#', '-', '*', '<', '`']);
            if starts_anew {
                reading.text.push(mem::take(&mut paragraph));
            }
            if is_code || line.starts_with("```") {
                continue;
            }
            let seen = without_markup(line);
            let is_header = lines
                .get(position + 1)
                .is_some_and(|next| next.starts_with("|--") || next.starts_with("|:-"));
            if line.starts_with('|') && is_header {
                reading.labels.extend(cells(&seen, "|"));
            }
            if line.starts_with('#') {
                reading.labels.push(seen.trim_start_matches('#').trim().to_owned());
            }
            paragraph.extend([" ", &seen]);
        }
        reading.text.push(paragraph);
        reading
    }

    /// Reads text as a terminal shows it. Labels are whole lines, and the cells of lines that have several, two spaces apart.
    #[must_use]
    pub fn of_terminal(page: &str) -> Self {
        let mut reading = Self::default();
        for paragraph in page.split("\n\n") {
            reading.text.push(on_one_line(paragraph));
            reading.labels.extend(paragraph.lines().flat_map(|line| cells(line, "  ")));
        }
        reading
    }

    /// Reads HTML, SVG inside it included. Labels are the texts between two tags, and the titles of attributes.
    #[must_use]
    pub fn of_html(page: &str) -> Self {
        const INLINE: &[&str] =
            &["a", "b", "strong", "em", "i", "small", "sub", "sup", "span", "abbr", "tspan", "code"];
        const PASSED_OVER: &[&str] = &["script", "style", "code", "pre", "kbd"];
        let mut reading = Self::default();
        let (mut block, mut rest) = (String::new(), page);
        while let Some(start) = rest.find('<') {
            let piece = unescaped(&rest[..start]);
            reading.labels.push(on_one_line(&piece));
            block.push_str(&piece);
            rest = &rest[start + 1..];
            let end = rest.find('>').unwrap_or(rest.len());
            let tag = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
            for attribute in ["aria-label", "title", "alt"] {
                let marked = format!(" {attribute}=\"");
                if let Some(value) = tag.split_once(&marked).and_then(|(_, value)| value.split('"').next()) {
                    let value = on_one_line(&unescaped(value));
                    reading.labels.push(value.clone());
                    reading.text.push(value);
                }
            }
            if !INLINE.contains(&name) {
                reading.text.push(on_one_line(&mem::take(&mut block)));
            }
            if PASSED_OVER.contains(&name) && !tag.starts_with('/') && !tag.ends_with('/') {
                rest = &rest[rest.find(&format!("</{name}")).unwrap_or(rest.len())..];
            }
        }
        reading.text.push(on_one_line(&block));
        reading
    }

    /// Returns the refused wordings of the page.
    ///
    /// A phrase is found anywhere, in letters of any size, between word boundaries; in Chinese, which has none, wherever it stands.
    /// An everyday word is found where it is a whole label, or what stands before or after a comma, colon or bracket of a short one.
    #[must_use]
    pub fn refused(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for refused in REFUSED {
            let found = if refused.only_as_label {
                let labels = self.labels.iter().filter(|label| is_label(label, refused.words));
                labels.cloned().collect::<Vec<_>>()
            } else {
                self.text.iter().filter_map(|text| around(text, refused.words)).collect()
            };
            findings.extend(found.into_iter().map(|context| Finding { refused, context }));
        }
        findings
    }
}

fn cells(line: &str, between: &str) -> Vec<String> {
    line.split(between).map(str::trim).filter(|cell| !cell.is_empty()).map(ToOwned::to_owned).collect()
}

/// A line of Markdown without inline code, targets of links, comments and emphasis.
fn without_markup(line: &str) -> String {
    let prose: Vec<&str> = line.split('`').step_by(2).collect();
    let mut text = prose.join("`");
    for (open, close) in [("](", ")"), ("<!--", "-->")] {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |end| start + end + close.len());
            text.replace_range(start..end, "");
        }
    }
    text.replace(['*', '['], "")
}

fn unescaped(text: &str) -> String {
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// A text with one space between words.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_label(label: &str, words: &str) -> bool {
    /// Longer texts are sentences.
    const LONGEST: usize = 40;
    let label = label.to_lowercase();
    let is_short = label.chars().count() <= LONGEST;
    let mut parts = label.split([',', ':', ';', '(', ')', '·', '，', '：', '（', '）']).map(str::trim);
    label.trim() == words || is_short && parts.any(|part| part == words)
}

/// The words around the first place of a phrase.
fn around(text: &str, phrase: &str) -> Option<String> {
    const BESIDE: usize = 40;
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let wanted: Vec<char> = phrase.chars().collect();
    let joins = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric());
    let has_boundaries = phrase.is_ascii() || !wanted.iter().any(|letter| is_han(*letter));
    let start = (0..letters.len()).find(|&start| {
        let end = start + wanted.len();
        letters[start..].starts_with(&wanted)
            && !(has_boundaries && (joins(letters[..start].last()) || joins(letters.get(end))))
    })?;
    let end = (start + wanted.len() + BESIDE).min(letters.len());
    Some(letters[start.saturating_sub(BESIDE)..end].iter().collect())
}

const fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(reading: &Reading) -> Vec<&'static str> {
        reading.refused().iter().map(|finding| finding.refused.words).collect()
    }

    #[test]
    fn markdown_is_read_as_it_is_seen() {
        let page = "# Alone\n\n`worst fall` is a key, a [worst](of-the-worst-fall.md)\nfall is one.\n\n```\nnet excess\n```\n\
                    | factor | share |\n|---|---|\n| without | Worst Fall |\n";
        assert_eq!(words(&Reading::of_markdown(page)), ["worst fall", "worst fall", "share", "alone"]);
        let fine = "The share of months; without it, alone. Aftercosts, the worst falls.\n\n| weight |\n|---|\n| share |\n";
        assert_eq!(words(&Reading::of_markdown(fine)), [""; 0]);
    }

    #[test]
    fn text_is_read_across_lines_and_in_columns() {
        let page = "portfolio     a year  volatility\ntop 5           9.4%       23.3%\n\nIt is the net of the worst\nfall.\n";
        assert_eq!(words(&Reading::of_terminal(page)), ["a year", "worst fall"]);
        assert_eq!(words(&Reading::of_terminal("three times a year\n  without trading\n")), [""; 0]);
        assert_eq!(words(&Reading::of_terminal("Came: Steel, Coal\n")), ["came"]);
    }

    #[test]
    fn html_is_read_without_its_code() {
        let page = "<p>Below the <b>highest</b> before</p><script>worst fall</script><code>share</code>\
                    <th class=\"l\">Share</th><svg aria-label=\"Net excess\"><title>一</title><text>检验</text></svg><td>成本前收益</td>";
        assert_eq!(
            words(&Reading::of_html(page)),
            ["below the highest before", "net excess", "成本前", "share", "检验"]
        );
        let fine = "<p>Its share of the assets</p><p>worst</p><p>fall</p><p>统计检验</p>";
        assert_eq!(words(&Reading::of_html(fine)), [""; 0]);
    }

    #[test]
    fn a_finding_says_what_to_write() {
        let reading = Reading { text: vec!["The WORST FALL of ten years".into()], labels: Vec::new() };
        let found: Vec<String> = reading.refused().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["`worst fall` in \"the worst fall of ten years\": write max drawdown"]);
    }
}
