//! What differs between two saved weeklies, number by number.
//!
//! A weekly is compared as it was sent, from its document (`weekly.json`). Rows of its tables are matched by their codes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::facts::Datum;
use crate::inputs::{Input, InputChange, Part, changed, put};
use crate::is_close;

/// The parts of a document that say something of the week, in the order of the page.
const PARTS: [&str; 12] = [
    "week",
    "returns",
    "tracking",
    "profits",
    "samples",
    "flows",
    "insiders",
    "events",
    "releases",
    "valuation",
    "missing",
    "track",
];

/// A weekly as it was saved.
#[derive(Clone, Debug)]
pub struct SavedWeekly {
    as_of: String,
    document: Map<String, Value>,
}

/// What differs between two weeklies.
#[derive(Clone, Debug, Serialize)]
pub struct WeeklyComparison {
    /// Whether all that they say is the same, as far as `tolerance` cares. What they were made of may still differ.
    pub is_same: bool,
    /// As that of [`Comparison`](crate::Comparison).
    pub tolerance: f64,
    /// The days of the two.
    pub days: (String, String),
    /// The dataset and the configuration, as far as they differ.
    pub inputs: Vec<InputChange>,
    /// What the two say and differs, in the order of the page.
    pub changes: Vec<WeeklyChange>,
}

/// A number or text that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeeklyChange {
    /// The part of the page, a key of the document.
    pub part: &'static str,
    /// Where in it, such as `rows.C36.since_january.now`.
    pub what: String,
    /// What the first says; nothing if it does not have it.
    pub before: Datum,
    /// What the second says.
    pub after: Datum,
}

impl SavedWeekly {
    /// Reads the document of a weekly.
    ///
    /// # Errors
    ///
    /// If it is no JSON, or not the document of a weekly.
    pub fn parse(document: &str) -> Result<Self, serde_json::Error> {
        let document: Map<String, Value> = serde_json::from_str(document)?;
        let missing = |key: &str| serde::de::Error::custom(format!("it has no `{key}`"));
        for key in ["week", "dataset", "config"] {
            if !document.contains_key(key) {
                return Err(missing(key));
            }
        }
        let as_of = document.get("as_of").and_then(Value::as_str).ok_or_else(|| missing("as_of"))?.to_owned();
        Ok(Self { as_of, document })
    }

    fn inputs(&self) -> Vec<Input> {
        let mut inputs: Vec<Input> = vec![((Part::Data, "as_of".into()), Value::from(self.as_of.as_str()))];
        put(Part::Data, &self.document["dataset"], "", &mut inputs);
        put(Part::Configuration, &self.document["config"], "factor.", &mut inputs);
        inputs
    }

    /// What a part says, by place.
    fn part(&self, part: &str) -> Vec<(String, Datum)> {
        let mut found = Vec::new();
        if let Some(value) = self.document.get(part) {
            walk("", value, &mut found);
        }
        found
    }
}

/// Compares two saved weeklies.
#[must_use]
pub fn compare_weeklies(before: &SavedWeekly, after: &SavedWeekly, tolerance: f64) -> WeeklyComparison {
    let mut changes = Vec::new();
    for part in PARTS {
        let (one, other) = (before.part(part), after.part(part));
        let mut later: BTreeMap<&str, &Datum> = other.iter().map(|(what, datum)| (&**what, datum)).collect();
        for (what, before) in &one {
            let after = later.remove(&**what).unwrap_or(&Datum::Empty);
            if !is_same(before, after, tolerance) {
                let (before, after) = (before.clone(), after.clone());
                changes.push(WeeklyChange { part, what: what.clone(), before, after });
            }
        }
        let new = other.iter().filter(|(what, datum)| later.contains_key(&**what) && *datum != Datum::Empty);
        changes.extend(new.map(|(what, after)| WeeklyChange {
            part,
            what: what.clone(),
            before: Datum::Empty,
            after: after.clone(),
        }));
    }
    WeeklyComparison {
        is_same: changes.is_empty(),
        tolerance,
        days: (before.as_of.clone(), after.as_of.clone()),
        inputs: changed(&before.inputs(), &after.inputs()),
        changes,
    }
}

fn is_same(before: &Datum, after: &Datum, tolerance: f64) -> bool {
    match (before, after) {
        (Datum::Number(before), Datum::Number(after)) => is_close(*before, *after, tolerance),
        _ => before == after,
    }
}

/// Adds the numbers and texts of a value by their places; names of what has a code are left out.
fn walk(place: &str, value: &Value, found: &mut Vec<(String, Datum)>) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match value {
        Value::Object(entries) => {
            let has_code = entries.contains_key("code");
            for (key, value) in entries {
                if !(has_code && (key == "name" || key == "name_zh")) {
                    walk(&below(key), value, found);
                }
            }
        }
        Value::Array(values) => {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for (position, value) in values.iter().enumerate() {
                let name = identity(value).unwrap_or_else(|| position.to_string());
                let n = seen.entry(name.clone()).and_modify(|n| *n += 1).or_insert(1);
                let name = if *n == 1 { name } else { format!("{name}#{n}") };
                walk(&below(&name), value, found);
            }
        }
        Value::Null => found.push((place.into(), Datum::Empty)),
        Value::Number(number) => {
            found.push((place.into(), number.as_f64().map_or(Datum::Empty, Datum::Number)));
        }
        Value::String(text) => found.push((place.into(), Datum::Text(text.clone()))),
        Value::Bool(flag) => found.push((place.into(), Datum::Text(flag.to_string()))),
    }
}

/// What tells a row from the others: the code of what it is about, else a text that names it.
fn identity(row: &Value) -> Option<String> {
    let row = row.as_object()?;
    let code = |key: &str| row.get(key)?.get("code")?.as_str();
    let text = |key: &str| row.get(key)?.as_str();
    let coded = ["series", "entity", "name"].iter().find_map(|key| code(key));
    let named = || ["code", "factor", "series", "quarter", "title", "kind"].iter().find_map(|key| text(key));
    let found = coded.or_else(named)?;
    // Events and flows of one name differ by their day or kind.
    let more = text("date").or_else(|| text("kind").filter(|kind| coded.is_some() && *kind != found));
    Some(more.map_or_else(|| found.to_owned(), |more| format!("{found} ({more})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(text: &str) -> SavedWeekly {
        SavedWeekly::parse(text).unwrap()
    }

    #[test]
    fn rows_are_matched_by_their_codes() {
        let of = |first: f64, order: &str| {
            let one = format!(r#"{{"entity": {{"code": "A", "name": "a"}}, "value": {first}}}"#);
            let other = r#"{"entity": {"code": "B", "name": "b"}, "value": 2.0}"#;
            let rows = if order == "AB" { format!("{one}, {other}") } else { format!("{other}, {one}") };
            saved(&format!(
                r#"{{"as_of": "2024-07-29", "week": {{}}, "dataset": {{}}, "config": {{"top": 5}},
                   "returns": {{"sectors": [{rows}]}}}}"#
            ))
        };
        assert!(compare_weeklies(&of(1.0, "AB"), &of(1.0, "BA"), 0.0).is_same);
        let found = compare_weeklies(&of(1.0, "AB"), &of(1.5, "BA"), 0.0);
        let change = WeeklyChange {
            part: "returns",
            what: "sectors.A.value".into(),
            before: Datum::Number(1.0),
            after: Datum::Number(1.5),
        };
        assert_eq!(found.changes, [change]);
        assert!(compare_weeklies(&of(1.0, "AB"), &of(1.0 + 1e-12, "AB"), 1e-9).is_same);
    }

    #[test]
    fn what_one_does_not_have_differs_from_nothing() {
        let of = |events: &str| {
            saved(&format!(
                r#"{{"as_of": "2024-07-29", "week": {{}}, "dataset": {{}}, "config": {{}}, "events": {events}}}"#
            ))
        };
        let found = compare_weeklies(&of("[]"), &of(r#"[{"title": "x", "date": "2024-08-01"}]"#), 0.0);
        let what: Vec<&str> = found.changes.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(what, ["x (2024-08-01).title", "x (2024-08-01).date"]);
        assert!(SavedWeekly::parse("{}").is_err());
    }
}
