//! How wide a text is, about.
//!
//! A drawing does not know the font of its reader, so widths err on the wide side.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// The size of letters in drawings, in the units of their coordinates.
pub(super) const LETTER: f64 = 12.0;

/// Returns the width of a text in the units of a drawing.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(letter_width).sum()
}

/// Returns the text, or its beginning and an ellipsis where it is wider than the room.
pub(super) fn cut(text: &str, room: f64) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut used = letter_width('…');
    for letter in text.chars() {
        used += letter_width(letter);
        if used > room {
            break;
        }
        shown.push(letter);
    }
    shown.truncate(shown.trim_end().len());
    shown.push('…');
    Cow::Owned(shown)
}

fn letter_width(letter: char) -> f64 {
    let share = match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.3,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '…' | '@' => 0.97,
        'A'..='Z' | '&' | '+' | '<' | '>' | '=' => 0.74,
        '\u{20}'..='\u{2af}' => 0.62,
        _ => match letter.width() {
            Some(2) => 1.0,
            Some(0) | None => 0.0,
            Some(_) => 0.7,
        },
    };
    share * LETTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_their_room() {
        assert_eq!(cut("Basic Chemicals", 200.0), "Basic Chemicals");
        assert_eq!(cut("Basic Chemicals", 65.0), "Basic C…");
        assert_eq!(cut("电力设备", 40.0), "电力…");
        assert_eq!(cut("abc", 0.0), "…");
    }
}
