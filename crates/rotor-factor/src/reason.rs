//! Why there is no score: the reasons that a factor declares, and what it says of one sector.
//!
//! A declared reason has an identifier that programs can count by and a sentence in each language that the factor knows.
//! The sentences may have named places, such as `{n}`; their values are given with the reason. A text without a
//! declaration does as well: it then has no identifier, and a page in another language shows it as it is.

use std::borrow::Cow;
use std::fmt;

use crate::json;

/// The most reasons that a spec declares.
pub(crate) const MOST_REASONS: usize = 256;
/// The most places in a sentence.
const MOST_PLACES: usize = 16;
/// The longest identifier, and the longest name of a place, in bytes.
const LONGEST_NAME: usize = 64;
/// The longest sentence in bytes.
const LONGEST_TEXT: usize = 1000;

/// Why a sector has no score, as [`Spec::reasons`](crate::Spec::reasons) declares it: an identifier and a sentence.
///
/// ```
/// use rotor_factor::Reason;
/// const TOO_FEW: Reason = Reason::new("too_few", "{n} months have a close; {needed} are needed")
///     .zh("有收盘价的月份仅{n}个，至少需要{needed}个");
/// let reason = TOO_FEW.with(&[("n", &7), ("needed", &12)]);
/// assert_eq!(reason.code(), Some("too_few"));
/// assert_eq!(reason.text(), "7 months have a close; 12 are needed");
/// assert_eq!(reason.text_zh().as_deref(), Some("有收盘价的月份仅7个，至少需要12个"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    id: &'static str,
    text: &'static str,
    text_zh: Option<&'static str>,
}

/// Why there is no score: a declared [`Reason`] with the values of its places, or a text.
///
/// ```
/// use rotor_factor::Explanation;
/// let reason = Explanation::from("a close is missing");
/// assert_eq!((reason.code(), reason.text_zh()), (None, None));
/// assert_eq!(reason.text(), "a close is missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation(Content);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(Cow<'static, str>),
    /// The values are in the order of [`Reason::places`].
    Declared(Reason, Vec<String>),
}

impl Reason {
    /// Declares a reason: its identifier (lower-case letters, digits and `_`, beginning with a letter) and a sentence in
    /// English, lower-case and without a full stop. Words in braces are places; a sentence has no other braces.
    #[must_use]
    pub const fn new(id: &'static str, text: &'static str) -> Self {
        Self { id, text, text_zh: None }
    }

    /// Adds the sentence in Chinese, which has the same places.
    #[must_use]
    pub const fn zh(self, text_zh: &'static str) -> Self {
        Self { text_zh: Some(text_zh), ..self }
    }

    /// Gives the reason with the values of its places.
    ///
    /// # Panics
    ///
    /// If the names are not those of its places.
    #[must_use]
    pub fn with(self, values: &[(&str, &dyn fmt::Display)]) -> Explanation {
        let places = self.places();
        let has_place = |name: &&str| places.contains(name);
        assert!(
            values.iter().all(|(name, _)| has_place(name)),
            "reason `{}` has the places {places:?}",
            self.id
        );
        let value = |place: &&str| {
            let found = values.iter().find(|(name, _)| name == place);
            found.unwrap_or_else(|| panic!("reason `{}` lacks a value of `{place}`", self.id)).1.to_string()
        };
        Explanation(Content::Declared(self, places.iter().map(value).collect()))
    }

    /// Returns the identifier.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the sentence in English, with its places in braces.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Returns the sentence in Chinese, with its places in braces.
    #[must_use]
    pub const fn text_zh(&self) -> Option<&'static str> {
        self.text_zh
    }

    /// Returns the names of the places, in the order in which they first stand in the English sentence.
    #[must_use]
    pub fn places(&self) -> Vec<&'static str> {
        places(self.text)
    }

    /// Says what is wrong with the declaration; `None` if nothing is.
    pub(crate) fn fault(&self) -> Option<String> {
        if !is_name(self.id) {
            let id: String = self.id.chars().take(LONGEST_NAME).collect();
            return Some(format!(
                "the reason {id:?} is not named by at most {LONGEST_NAME} lower-case letters, digits and `_`, beginning with a letter"
            ));
        }
        let fault = |what: &str| Some(format!("reason `{}`: {what}", self.id));
        let texts = [("English", Some(self.text)), ("Chinese", self.text_zh)];
        for (language, text) in texts.iter().filter_map(|(language, text)| Some((language, (*text)?))) {
            if text.trim().is_empty() || text.len() > LONGEST_TEXT {
                return fault(&format!("its {language} text is empty or longer than {LONGEST_TEXT} bytes"));
            }
            let rest: String = pieces(text).filter(|(_, is_place)| !is_place).map(|(part, _)| part).collect();
            if rest.contains(['{', '}']) || !places(text).iter().all(|place| is_name(place)) {
                return fault(&format!(
                    "braces in its {language} text hold something else than a name of lower-case letters, digits and `_`"
                ));
            }
            if places(text).len() > MOST_PLACES {
                return fault(&format!("its {language} text has more than {MOST_PLACES} places"));
            }
        }
        let (places, mut places_zh) = (self.places(), self.text_zh.map_or_else(|| self.places(), places));
        if let Some(unknown) = places_zh.iter().find(|place| !places.contains(place)) {
            return fault(&format!("its Chinese text has a place `{unknown}`, its English text has not"));
        }
        places_zh.sort_unstable();
        let missing = places.iter().find(|place| places_zh.binary_search(place).is_err());
        missing.and_then(|place| fault(&format!("its Chinese text lacks the place `{place}`")))
    }

    /// Writes the declaration as JSON.
    pub(crate) fn to_json(self) -> String {
        let text_zh =
            self.text_zh.map_or(String::new(), |text| format!(r#","text_zh":{}"#, json::text(text)));
        format!(r#"{{"id":{},"text":{}{text_zh}}}"#, json::text(self.id), json::text(self.text))
    }
}

impl Explanation {
    /// Says nothing.
    pub(crate) const NONE: Self = Self(Content::Text(Cow::Borrowed("")));

    /// Returns the reason with values in the order of its places.
    pub(crate) fn of(reason: Reason, values: Vec<String>) -> Self {
        Self(Content::Declared(reason, values))
    }

    /// Returns the identifier of the reason; `None` for a text without a declaration.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.declared().map(|(reason, _)| reason.id)
    }

    /// Returns the sentence in English, or the text as it was given.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Content::Text(text) => Cow::Borrowed(text),
            Content::Declared(reason, values) => filled(reason.text, &reason.places(), values),
        }
    }

    /// Tells whether there is no text; a declared reason has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Content::Text(text) => text.is_empty(),
            Content::Declared(..) => false,
        }
    }

    /// Returns the sentence in Chinese, if there is one.
    #[must_use]
    pub fn text_zh(&self) -> Option<Cow<'_, str>> {
        let (reason, values) = self.declared()?;
        Some(filled(reason.text_zh?, &reason.places(), values))
    }

    /// Returns the declared reason, with a value for each of its [places](Reason::places) if it was given rightly.
    #[must_use]
    pub fn declared(&self) -> Option<(Reason, &[String])> {
        match &self.0 {
            Content::Text(_) => None,
            Content::Declared(reason, values) => Some((*reason, values)),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// For a reason without places.
impl From<Reason> for Explanation {
    fn from(reason: Reason) -> Self {
        Self(Content::Declared(reason, Vec::new()))
    }
}

impl From<Cow<'static, str>> for Explanation {
    fn from(text: Cow<'static, str>) -> Self {
        Self(Content::Text(text))
    }
}

impl From<&'static str> for Explanation {
    fn from(text: &'static str) -> Self {
        Self(Content::Text(text.into()))
    }
}

impl From<String> for Explanation {
    fn from(text: String) -> Self {
        Self(Content::Text(text.into()))
    }
}

/// Cuts a sentence at its places; the names of these come without braces.
pub(crate) fn pieces(sentence: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = sentence;
    let mut place = None;
    std::iter::from_fn(move || {
        if let Some(name) = place.take() {
            return Some((name, true));
        }
        if rest.is_empty() {
            return None;
        }
        let found = rest.split_once('{').and_then(|(before, after)| {
            let (name, after) = after.split_once('}')?;
            Some((before, name, after))
        });
        let (before, name, after) =
            found.map_or((rest, None, ""), |(before, name, after)| (before, Some(name), after));
        (rest, place) = (after, name);
        Some((before, false))
    })
}

/// The names of the places of a sentence, each once.
pub(crate) fn places(sentence: &str) -> Vec<&str> {
    // Most reasons have none.
    if !sentence.contains('{') {
        return Vec::new();
    }
    let mut names = Vec::new();
    for (name, _) in pieces(sentence).filter(|(_, is_place)| *is_place) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Puts values at the places of a sentence; a place without one stays as it is.
fn filled(sentence: &'static str, places: &[&str], values: &[String]) -> Cow<'static, str> {
    if values.is_empty() {
        return Cow::Borrowed(sentence);
    }
    let mut text = String::with_capacity(sentence.len() + 16);
    for (piece, is_place) in pieces(sentence) {
        let position = places.iter().position(|place| is_place && *place == piece);
        match position.and_then(|position| values.get(position)) {
            Some(value) => text += value,
            None if is_place => text.extend(["{", piece, "}"]),
            None => text += piece,
        }
    }
    text.into()
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= LONGEST_NAME
        && name.bytes().all(is_plain)
        && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Reason = Reason::new("short", "{n} of {n_all} rows, {needed} are needed")
        .zh("需{needed}行，{n_all}行中仅{n}行");

    #[test]
    fn values_stand_at_the_places_of_both_languages() {
        let reason = SHORT.with(&[("needed", &3), ("n_all", &2.5), ("n", &"one")]);
        assert_eq!(reason.to_string(), "one of 2.5 rows, 3 are needed");
        assert_eq!(reason.text_zh().as_deref(), Some("需3行，2.5行中仅one行"));
        assert_eq!(reason.declared().map(|(_, values)| values.join(" ")).as_deref(), Some("one 2.5 3"));
    }

    #[test]
    fn a_value_with_braces_is_no_place() {
        let reason = Reason::new("a", "{x} and {y}").with(&[("x", &"{y}"), ("y", &1)]);
        assert_eq!(reason.text(), "{y} and 1");
    }

    #[test]
    #[should_panic(expected = "reason `short` lacks a value of `n_all`")]
    fn a_value_that_is_missing_is_a_mistake() {
        let _ = SHORT.with(&[("needed", &3), ("n", &1)]);
    }

    #[test]
    #[should_panic(expected = "reason `short` has the places")]
    fn a_value_without_a_place_is_a_mistake() {
        let _ = SHORT.with(&[("needed", &3), ("n", &1), ("n_all", &1), ("m", &1)]);
    }

    #[test]
    fn declarations_that_cannot_be_are_told_so() {
        let fault = |reason: Reason| reason.fault().unwrap_or_default();
        assert_eq!(fault(SHORT), "");
        assert!(fault(Reason::new("No!", "no")).starts_with("the reason \"No!\" is not named by"));
        assert!(fault(Reason::new("no", " ")).starts_with("reason `no`: its English text is empty"));
        assert!(fault(Reason::new("no", "no").zh("")).starts_with("reason `no`: its Chinese text is empty"));
        for text in ["a {b", "a b}", "{}", "{A}", "{{b}}"] {
            assert!(
                fault(Reason::new("no", text)).starts_with("reason `no`: braces in its English text"),
                "{text}"
            );
        }
        assert_eq!(
            fault(Reason::new("no", "{a}").zh("{a}{b}")),
            "reason `no`: its Chinese text has a place `b`, its English text has not"
        );
        assert_eq!(
            fault(Reason::new("no", "{a} {b}").zh("{b}")),
            "reason `no`: its Chinese text lacks the place `a`"
        );
        let many = (0..17).fold(String::new(), |text, place| text + "{p" + &place.to_string() + "}");
        assert_eq!(
            fault(Reason::new("no", many.leak())),
            "reason `no`: its English text has more than 16 places"
        );
    }

    #[test]
    fn the_document_leaves_out_what_there_is_not() {
        assert_eq!(Reason::new("a", "b").to_json(), r#"{"id":"a","text":"b"}"#);
        assert_eq!(Reason::new("a", "b").zh("甲").to_json(), r#"{"id":"a","text":"b","text_zh":"甲"}"#);
    }
}
