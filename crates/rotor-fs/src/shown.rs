//! Texts from outside, made safe to show: names of files, and whatever else a message repeats.
//!
//! A terminal obeys some characters instead of showing them: it moves, erases, renames its window, turns the direction of a line.
//! A name that holds them could make a message say something else than it says.

use std::path::Path;

/// Returns a text in which every character that a terminal would obey stands as `\u{1b}`, line feeds and tabs as `\n` and `\t`.
///
/// ```
/// assert_eq!(rotor_fs::shown("a\u{1b}[2J\nerror: b"), "a\\u{1b}[2J\\nerror: b");
/// assert_eq!(rotor_fs::shown("行业 é"), "行业 é");
/// ```
#[must_use]
pub fn shown(text: &str) -> String {
    escaped(text, false)
}

/// As [`shown`], of a text whose line feeds and tabs are ours.
#[must_use]
pub fn shown_lines(text: &str) -> String {
    escaped(text, true)
}

/// As [`shown`], of a path.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// Tells whether a terminal would obey a character or turn the text around it: the control characters of ASCII and Latin-1, the
/// separators of lines and paragraphs, and the marks of Unicode that set the direction of writing.
#[must_use]
pub fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Tells whether a text has nothing but the letters of ASCII that a terminal shows, and line feeds. It looks at all of them, by
/// vectors: a text that is not plain may still be safe.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let is_usual = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    text.bytes().fold(true, |is_plain, byte| is_plain & is_usual(byte))
}

fn escaped(text: &str, keeps_lines: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        // Almost every line is copied: of a hundred megabytes, looking at each letter takes longer than making them.
        if keeps_lines && is_plain(line) {
            escaped.push_str(line);
            continue;
        }
        for letter in line.chars() {
            match letter {
                '\n' | '\t' if keeps_lines => escaped.push(letter),
                '\n' | '\t' | '\r' => escaped.extend(letter.escape_default()),
                _ if is_obeyed(letter) => escaped.extend(letter.escape_unicode()),
                _ => escaped.push(letter),
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_text() {
        for (letter, expected) in [
            ('\u{0}', "\\u{0}"),
            ('\u{1b}', "\\u{1b}"),
            ('\u{7f}', "\\u{7f}"),
            ('\u{9b}', "\\u{9b}"),
            ('\u{202e}', "\\u{202e}"),
            ('\u{2066}', "\\u{2066}"),
            ('\u{2028}', "\\u{2028}"),
            ('\r', "\\r"),
        ] {
            assert_eq!(shown(&letter.to_string()), expected);
            assert_eq!(shown_lines(&letter.to_string()), expected);
        }
        assert_eq!(shown_lines("a\n\tb\u{8}"), "a\n\tb\\u{8}");
        assert_eq!(shown_lines("plain\n\u{7f}\nplain"), "plain\n\\u{7f}\nplain");
        for (text, expected) in [("", true), ("a ~\n", true), ("a\t", false), ("\u{7f}", false), ("é", false)]
        {
            assert_eq!(is_plain(text), expected, "{text:?}");
        }
        assert_eq!(shown("‰ 中文 \\ \" ü"), "‰ 中文 \\ \" ü");
    }
}
