//! Lines of TOML, each with what was seen beside it. Whatever texts files hold, the lines can be parsed.

use std::fmt::Write as _;

use rotor_fs::shown;

use crate::plan::TO_FILL_IN;

/// Lines of a plan.
#[derive(Debug, Default)]
pub(super) struct Lines(pub(super) String);

impl Lines {
    /// A key with its value, which is TOML, and a comment.
    pub(super) fn key(&mut self, key: &str, value: &str, comment: &str) {
        let _ = write!(self.0, "{key} = {value}");
        if !comment.is_empty() {
            let _ = write!(self.0, "  # {}", told(comment));
        }
        self.0.push('\n');
    }

    /// A key that the user must fill in before the plan is read.
    pub(super) fn ask(&mut self, key: &str, comment: &str) {
        self.key(key, &quoted(TO_FILL_IN), comment);
    }

    pub(super) fn comment(&mut self, text: &str) {
        let _ = writeln!(self.0, "# {}", told(text));
    }

    pub(super) fn heading(&mut self, heading: &str) {
        let _ = write!(self.0, "\n{heading}\n");
    }
}

/// A comment: on one line, and not endless.
fn told(text: &str) -> String {
    const LONGEST: usize = 600;
    let text = shown(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

/// A text of a file in a comment.
pub(super) fn named(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("`{} …`", &text[..at]),
        None => format!("`{text}`"),
    }
}

/// The first of several texts of files in a comment, and how many more there are.
pub(super) fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    const MOST: usize = 8;
    let texts: Vec<&str> = texts.collect();
    let first = texts.iter().take(MOST).map(|text| named(text)).collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(MOST) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// A text as TOML has it: as it stands where it has backslashes, as patterns do.
pub(super) fn quoted(text: &str) -> String {
    let may_stand = !text.contains('\'') && !text.chars().any(rotor_fs::is_obeyed);
    if text.contains('\\') && may_stand {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if rotor_fs::is_obeyed(letter) => {
                let _ = write!(quoted, "\\U{:08X}", letter as u32);
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of texts.
pub(super) fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A table on one line.
pub(super) fn inline(parts: &[(&str, String)]) -> String {
    let parts: Vec<String> = parts.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_toml() {
        for text in
            ["a", "", "\"", "\\", "'\\'", "\u{0}\u{1b}[2J\n\r\t", "收盘", r"(\d{6})", "\u{2028}\u{feff}"]
        {
            let mut lines = Lines::default();
            lines.key("key", &quoted(text), text);
            lines.comment(text);
            let table: toml::Table = lines.0.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(table["key"].as_str(), Some(text));
        }
    }
}
