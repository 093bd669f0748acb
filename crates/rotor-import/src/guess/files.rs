//! What the names of files say: a pattern for several, a code, a day.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::codes::CHINESE_CODE;
use crate::date::usual;

/// One text for all files: the only name, or a pattern that leads to these files and no other. `None` if they must be listed.
pub(super) fn pattern(names: &[String]) -> Option<String> {
    let first = names.first()?;
    if names.len() == 1 {
        return Some(first.clone());
    }
    let (folder, _) = split(first);
    let owns: Vec<&str> =
        names.iter().map(|name| split(name)).filter(|(at, _)| *at == folder).map(|it| it.1).collect();
    if owns.len() != names.len() {
        return None;
    }
    let meant: BTreeSet<PathBuf> = names.iter().map(PathBuf::from).collect();
    let tight = around(&owns);
    // `sw_*.csv` says more than `sw_8010*0.csv`, if no other file is called so.
    [whole_words(tight), tight].into_iter().find_map(|(begin, end)| {
        let pattern = format!("{folder}{begin}*{end}");
        let found = crate::source::files(Path::new("."), &pattern).ok()?;
        let found: BTreeSet<PathBuf> = found.into_iter().map(|(_, shown)| shown).collect();
        (found == meant).then_some(pattern)
    })
}

/// The folder with its stroke, and the name.
fn split(name: &str) -> (&str, &str) {
    name.rfind('/').map_or(("", name), |at| name.split_at(at + 1))
}

/// What all names begin and end with; the two do not overlap in any.
fn around<'n>(names: &[&'n str]) -> (&'n str, &'n str) {
    let first = names.first().copied().unwrap_or_default();
    let boundaries = || first.char_indices().map(|(at, _)| at).chain([first.len()]);
    let begin =
        boundaries().filter(|at| names.iter().all(|name| name.starts_with(&first[..*at]))).max().unwrap_or(0);
    let shortest = names.iter().map(|name| name.len()).min().unwrap_or(0);
    let may_end = |at: &usize| first.len() - at <= shortest.saturating_sub(begin) && *at >= begin;
    let end = boundaries()
        .filter(may_end)
        .find(|at| names.iter().all(|name| name.ends_with(&first[*at..])))
        .unwrap_or(first.len());
    (&first[..begin], &first[end..])
}

/// The same without parts of words and numbers.
fn whole_words<'n>((begin, end): (&'n str, &'n str)) -> (&'n str, &'n str) {
    (begin.trim_end_matches(char::is_alphanumeric), end.trim_start_matches(char::is_alphanumeric))
}

/// A pattern for the code of whom a file is about, and the codes: six digits that are no month, or what alone differs between names.
pub(super) fn code(names: &[String]) -> Option<(String, Vec<String>)> {
    let owns: Vec<&str> = names.iter().map(|name| split(name).1).collect();
    let digits = cut(CHINESE_CODE, &owns).filter(|codes| codes.iter().all(|code| usual(code).is_none()));
    if let Some(codes) = digits {
        return Some((CHINESE_CODE.into(), codes));
    }
    let (begin, end) = whole_words(around(&owns));
    if owns.len() < 2 {
        return None;
    }
    let pattern = format!("^{}(.+){}$", regex::escape(begin), regex::escape(end));
    cut(&pattern, &owns).map(|codes| (pattern, codes))
}

/// The pattern of the day in the name of every file, and what it finds in the first.
pub(super) fn day(names: &[String]) -> Option<(&'static str, String)> {
    let owns: Vec<&str> = names.iter().map(|name| split(name).1).collect();
    [r"(\d{4}-\d{2}-\d{2})", r"(\d{8})", r"(\d{4}-\d{2})", r"(\d{6})"].into_iter().find_map(|pattern| {
        let found = all(pattern, &owns)?;
        let are_days = found.iter().all(|text| usual(text).is_some());
        Some((pattern, found.into_iter().next()?)).filter(|_| are_days)
    })
}

/// What a pattern finds in each name, if it finds something in all.
fn all(pattern: &str, names: &[&str]) -> Option<Vec<String>> {
    let pattern = Regex::new(pattern).ok()?;
    names.iter().map(|name| Some(pattern.captures(name)?.get(1)?.as_str().to_owned())).collect()
}

/// The same, if all differ.
fn cut(pattern: &str, names: &[&str]) -> Option<Vec<String>> {
    let found = all(pattern, names)?;
    let different: BTreeSet<&String> = found.iter().collect();
    (different.len() == names.len()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn codes_are_what_differs() {
        let of = |texts: &[&str]| code(&names(texts)).map(|(pattern, codes)| (pattern, codes.join(" ")));
        assert_eq!(of(&["in/sw_801010.csv"]), Some((CHINESE_CODE.into(), "801010".into())));
        assert_eq!(of(&["XLE.us.csv", "XLK.us.csv"]), Some((r"^(.+)\.us\.csv$".into(), "XLE XLK".into())));
        assert_eq!(of(&["closes.csv"]), None);
        assert_eq!(of(&["202401.csv"]), None);
    }

    #[test]
    fn days_stand_in_names() {
        assert_eq!(day(&names(&["pe_20240131.csv"])), Some((r"(\d{8})", "20240131".into())));
        assert_eq!(day(&names(&["2024-01.csv"])), Some((r"(\d{4}-\d{2})", "2024-01".into())));
        assert_eq!(day(&names(&["sw_801010.csv"])), None);
    }
}
