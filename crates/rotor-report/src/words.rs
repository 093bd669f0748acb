//! Words and numbers of a page, in its language.

use rotor_factor::Date;

use crate::text::fit;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Lang {
    /// Chooses between two texts of the same meaning.
    #[must_use]
    pub const fn of<'t>(self, en: &'t str, zh: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// What stands between the names of a list; English names have commas of their own.
    #[must_use]
    pub const fn between(self) -> &'static str {
        self.of("; ", "、")
    }
}

/// A sentence in the language of a page: the same values in an English and a Chinese pattern.
#[macro_export]
macro_rules! say {
    ($lang:expr, $en:literal, $zh:literal $(, $name:ident = $value:expr)* $(,)?) => {
        match $lang {
            $crate::words::Lang::En => format!($en $(, $name = $value)*),
            $crate::words::Lang::Zh => format!($zh $(, $name = $value)*),
        }
    };
}
#[doc(inline)]
pub use crate::say;

/// What stands for a value that is not there.
pub const NONE: &str = "—";

/// A text that is longer than this is cut; no table of a page is wider than a few of them.
const LONGEST: usize = 60;

/// A name of the data, on one line and made safe to show.
#[must_use]
pub fn name(text: &str) -> String {
    fit(&one_line(text), LONGEST)
}

/// A sentence of a factor or an error, on one line and made safe to show.
#[must_use]
pub fn sentence(text: &str) -> String {
    const LONGEST: usize = 300;
    fit(&one_line(text), LONGEST)
}

/// A paragraph of a factor, made safe to show.
#[must_use]
pub fn paragraph(text: &str) -> String {
    const LONGEST: usize = 2000;
    fit(&one_line(text), LONGEST)
}

/// How many of something: in English with its name for one or for several, in Chinese with its measure word.
pub(crate) fn counted(lang: Lang, n: usize, [one, many]: [&str; 2], zh: &str) -> String {
    match lang {
        Lang::En => format!("{n} {}", if n == 1 { one } else { many }),
        Lang::Zh => format!("{n}{zh}"),
    }
}

/// Why there is no score: in Chinese where there is such a sentence, else as it was given.
#[must_use]
pub fn reason(lang: Lang, text: &str, text_zh: Option<&str>) -> String {
    if text.trim().is_empty() {
        return lang.of("no reason given", "未说明原因").into();
    }
    sentence(text_zh.filter(|_| lang == Lang::Zh).unwrap_or(text))
}

/// A text with a capital letter at its start.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Also without the line breaks that are no control characters.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number with so many decimals; what rounds to zero has no sign.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
    if is_zero { text.trim_start_matches('-').into() } else { text }
}

/// As [`fixed`], with the sign also of what is above zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let is_zero = text.bytes().all(|byte| b"0.".contains(&byte));
    if is_zero || text.starts_with('-') { text } else { format!("+{text}") }
}

/// A number of unknown size with about four digits.
#[must_use]
pub fn plain(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if value.fract() == 0.0 && size < 1e9 => fixed(value, 0),
        _ if !(1e-3..1e9).contains(&size) => format!("{value:.2e}"),
        _ if size >= 1000.0 => fixed(value, 0),
        _ if size >= 100.0 => fixed(value, 1),
        _ if size >= 10.0 => fixed(value, 2),
        _ if size >= 1.0 => fixed(value, 3),
        _ => fixed(value, 4),
    }
}

/// A value that may be missing.
#[must_use]
pub fn or_none(value: Option<f64>, write: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.into(), write)
}

/// The quarter that a day ends, else its month.
#[must_use]
pub fn period(end: Date) -> String {
    let quarter = end.quarter();
    if quarter.last_day() == end { quarter.to_string() } else { end.month().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_sensible_digits_and_no_negative_zero() {
        assert_eq!([fixed(-0.04, 1), signed(-0.04, 1), signed(0.25, 1)], ["0.0", "0.0", "+0.2"]);
        assert_eq!(
            [plain(12345.678), plain(0.123_456), plain(3.0), plain(-1e-7)],
            ["12346", "0.1235", "3", "-1.00e-7"]
        );
        assert_eq!(or_none(None, plain), "—");
    }

    #[test]
    fn sentences_are_one_line() {
        assert_eq!(name(" a\u{2028}b\t"), "a b");
        assert_eq!(sentence("it failed:\n  \u{1b}[31mwhy"), "it failed: \u{fffd}[31mwhy");
    }
}
