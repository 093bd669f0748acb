//! Writing JSON: a spec crosses the plug-in boundary as a document, so that old and new sides understand each other.

use std::fmt::Write as _;

/// Writes a text with its quotation marks.
pub(crate) fn text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control < ' ' => {
                write!(json, "\\u{:04x}", control as u32).expect("writing to a string does not fail");
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

/// Writes a number in the shortest form that reads back as the same; an infinite bound becomes the largest number.
pub(crate) fn number(number: f64) -> String {
    format!("{:?}", number.clamp(f64::MIN, f64::MAX))
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(super::text("a\"b\\c\n月"), "\"a\\\"b\\\\c\\u000a月\"");
        assert_eq!(super::number(f64::INFINITY), "1.7976931348623157e308");
    }
}
