//! Whom texts mean: codes and names of classifications that are shipped, and patterns that cut codes out of texts.

use regex::Regex;

use super::find::is_code;
use crate::shipped;

/// A Chinese code in a text, such as `801010.SI` or `sh.000300`.
pub(super) const CHINESE_CODE: &str = r"(\d{6})";
/// What surrounds codes and names.
const PATTERNS: &[Option<&str>] = &[None, Some(CHINESE_CODE), Some(r"^(.+?)\s*[(（]申万[)）]$")];

/// What the texts of codes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    /// The pattern with one group that finds the code.
    pub(super) pattern: Option<&'static str>,
    /// The classification that is shipped and knows most of them.
    pub(super) shipped: Option<&'static str>,
    /// Others that know as many.
    pub(super) also: Vec<&'static str>,
    /// Whether texts are names, or some are unknown, so that they must be looked up.
    pub(super) by_name: bool,
    pub(super) n_known: usize,
    pub(super) n: usize,
    /// Whether each has the six digits of a Chinese code.
    pub(super) are_chinese_codes: bool,
}

/// Looks at texts of codes.
pub(super) fn codes<'t>(texts: impl Iterator<Item = &'t str>) -> Codes {
    let texts: Vec<&str> = texts.filter(|text| !text.trim().is_empty()).collect();
    let mut best = Codes {
        pattern: None,
        shipped: None,
        also: Vec::new(),
        by_name: false,
        n_known: 0,
        n: texts.len(),
        are_chinese_codes: false,
    };
    let inner = |pattern: Option<&str>| cut(&texts, pattern);
    best.are_chinese_codes =
        !texts.is_empty() && inner(Some(CHINESE_CODE)).iter().flatten().count() == texts.len();
    if best.are_chinese_codes && !texts.iter().all(|text| is_code(text)) {
        best.pattern = Some(CHINESE_CODE);
    }
    for pattern in PATTERNS {
        let found: Vec<&str> = inner(*pattern).into_iter().flatten().collect();
        for name in shipped::SHIPPED {
            let names = shipped::names(name).unwrap_or_default();
            let n_known = found.iter().filter(|text| names.contains_key(**text)).count();
            if 2 * n_known < texts.len() || n_known == 0 {
                continue;
            }
            if n_known > best.n_known {
                let are_codes = found.iter().all(|text| names.get(*text).is_some_and(|code| code == text));
                best.pattern = *pattern;
                best.shipped = Some(name);
                best.also.clear();
                best.by_name = !are_codes || n_known < texts.len();
                best.n_known = n_known;
            } else if n_known == best.n_known && best.pattern == *pattern {
                best.also.push(name);
            }
        }
    }
    best
}

fn cut<'t>(texts: &[&'t str], pattern: Option<&str>) -> Vec<Option<&'t str>> {
    let pattern = pattern.map(|pattern| Regex::new(pattern).expect("a pattern of ours is sound"));
    let of = |text: &&'t str| match &pattern {
        None => Some(text.trim()),
        Some(pattern) => Some(pattern.captures(text.trim())?.get(1)?.as_str()),
    };
    texts.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_of_classifications_are_known() {
        let of = |texts: &[&str]| {
            let codes = codes(texts.iter().copied());
            (codes.pattern, codes.shipped, codes.by_name, codes.n_known)
        };
        assert_eq!(of(&["801010.SI", "801030.SI"]), (Some(CHINESE_CODE), Some("sw2021"), false, 2));
        assert_eq!(of(&["801010", "801020"]), (None, Some("sw2014"), false, 2));
        assert_eq!(of(&["农林牧渔", "钢铁", "银行"]), (None, Some("sw2021"), true, 3));
        assert_eq!(
            of(&["农林牧渔(申万)", "钢铁(申万)"]),
            (Some(PATTERNS[2].unwrap()), Some("sw2021"), true, 2)
        );
        assert_eq!(of(&["801010", "801030", "999999"]), (None, Some("sw2021"), true, 2));
        assert_eq!(of(&["sh.000300"]), (Some(CHINESE_CODE), Some("cn_benchmarks"), false, 1));
        assert_eq!(of(&["sh.600000"]), (Some(CHINESE_CODE), None, false, 0));
        assert_eq!(of(&["XLE", "XLK"]), (None, Some("us_sectors"), false, 2));
        assert_eq!(of(&["Agric", "Food"]), (None, None, false, 0));
    }
}
