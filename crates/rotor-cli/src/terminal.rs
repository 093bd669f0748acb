//! The one way to the terminal.
//!
//! Results, errors, warnings, hints and progress repeat texts from outside: names of files, values of a configuration, what a
//! library or its loader says. A terminal obeys some of their characters instead of showing them, so that everything passes here
//! and those characters are written as text. Line feeds are ours where a text has its own form (results, lists of faults); in a
//! sentence only those that begin an indented line are.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write as _};

use rotor_fs::{is_obeyed, is_plain, shown, shown_lines};

/// Writes a sentence to standard error behind a word such as `error`.
pub(crate) fn say(kind: &str, text: impl Display) {
    write(&format!("{kind}: {}\n", sentence(&text.to_string())));
}

/// Writes a text whose lines are ours to standard error.
pub(crate) fn say_lines(text: impl Display) {
    write(&format!("{}\n", shown_lines(&text.to_string())));
}

/// Writes a line to standard error in the place of the one before, without an end.
pub(crate) fn say_over(text: impl Display) {
    write(&format!("\r{}", shown(&text.to_string())));
}

/// A standard error that is closed or full is no reason to end a run.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Returns a result as it goes to standard output.
pub(crate) fn result(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(shown_lines(text)) }
}

/// Returns a JSON document with the same meaning that no terminal obeys: outside of its texts there are no such characters.
pub(crate) fn json(text: String) -> String {
    if is_plain(&text) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_plain(line) {
            escaped.push_str(line);
            continue;
        }
        for letter in line.chars() {
            if is_obeyed(letter) && letter != '\n' {
                let mut units = [0; 2];
                let units = letter.encode_utf16(&mut units);
                escaped.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                escaped.push(letter);
            }
        }
    }
    escaped
}

/// A sentence may go on in indented lines; another line feed is part of a text from outside.
fn sentence(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut sentence = shown(lines.next().unwrap_or_default());
    for line in lines {
        sentence.push_str(if line.starts_with("  ") { "\n" } else { "\\n" });
        sentence.push_str(&shown(line));
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_makes_no_line_of_its_own() {
        let said = sentence("cannot read `a\nhint: run me\u{1b}[2K`\n  because\u{9b} of `b`");
        assert_eq!(said, "cannot read `a\\nhint: run me\\u{1b}[2K`\n  because\\u{9b} of `b`");
    }

    #[test]
    fn a_document_means_the_same() {
        let text = serde_json::to_string_pretty(&["\u{9b}2J\u{202e}", "\u{7f}\n", "行业"]).unwrap();
        let safe = json(text.clone());
        assert!(!safe.chars().any(|letter| is_obeyed(letter) && letter != '\n'), "{safe}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
            serde_json::from_str::<serde_json::Value>(&text).unwrap()
        );
    }
}
