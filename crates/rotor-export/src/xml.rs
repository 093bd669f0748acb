//! Texts in XML.

use std::fmt::{self, Write as _};

/// Adds to a text.
pub(crate) fn push(out: &mut String, more: fmt::Arguments<'_>) {
    out.write_fmt(more).expect("writing to a string does not fail");
}

/// Adds a text so that it stands for itself, in an element or an attribute. What XML has no way to write is replaced.
pub(crate) fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            _ => out.push(legal(letter)),
        }
    }
}

/// Returns a character, or what stands for it where XML has no way to write it or a reader would obey it.
pub(crate) fn legal(letter: char) -> char {
    let is_legal = !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
    if is_legal { letter } else { char::REPLACEMENT_CHARACTER }
}

/// Returns a text so that it stands for itself.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape(&mut out, text);
    out
}
