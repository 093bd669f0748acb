//! What a plan leaves to be filled in: the text `?` in the place of a value.

use toml::de::{DeTable, DeValue};

use crate::fault::{Fault, FaultKind, Faults};

/// What stands where a value is still to be filled in.
pub(crate) const TO_FILL_IN: &str = "?";

/// Texts of files, in which a question mark is one.
const OF_FILES: &[&str] = &["missing", "map", "drop_rows"];

/// Every value of a plan that is still to be filled in, with table, key and line.
///
/// # Errors
///
/// What the parser says if the text is no TOML.
pub(super) fn unfilled(text: &str) -> Result<Faults, toml::de::Error> {
    let plan = DeTable::parse(text)?;
    let mut found = Found { text, faults: Faults::default() };
    for (key, value) in plan.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("table", DeValue::Array(tables)) => {
                for (position, table) in tables.iter().enumerate() {
                    found.look(Some(position + 1), "", table.get_ref(), table.span().start);
                }
            }
            (key, inner) => found.look(None, key, inner, value.span().start),
        }
    }
    // Tables of a parsed plan are in the order of their keys.
    found.faults.faults.sort_by_key(|fault| match fault.kind {
        FaultKind::Unfilled { line, .. } => line,
        _ => 0,
    });
    Ok(found.faults)
}

struct Found<'t> {
    text: &'t str,
    faults: Faults,
}

impl Found<'_> {
    fn look(&mut self, table: Option<usize>, path: &str, value: &DeValue<'_>, at: usize) {
        match value {
            DeValue::String(text) if text == TO_FILL_IN => {
                let line = self.text[..at].matches('\n').count() + 1;
                let kind = FaultKind::Unfilled { key: path.into(), line };
                self.faults.faults.push(Fault { place: None, table, kind, count: 1 });
            }
            DeValue::Array(values) => {
                for value in values {
                    self.look(table, path, value.get_ref(), value.span().start);
                }
            }
            DeValue::Table(values) => {
                for (key, value) in values {
                    let key = key.get_ref().as_ref();
                    if OF_FILES.contains(&key) {
                        continue;
                    }
                    let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                    self.look(table, &path, value.get_ref(), value.span().start);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{ImportError, Plan};

    #[test]
    fn everything_to_be_filled_in_is_told_at_once_and_first() {
        let text = r#"
[dataset]
name = "mine"
currency = "?"
[[table]]
to = "observations"
file = "?.csv"
missing = ["?"]
released = "?"
[[table.series]]
series = "a"
zero = "?"
[[table.series]]
value = { returns = "?" }
"#;
        let Err(ImportError::Faulty(faults)) = Plan::parse(text) else { panic!("it is a plan") };
        let told: Vec<String> = faults.faults.iter().map(ToString::to_string).collect();
        let told: Vec<&str> = told.iter().map(|fault| fault.split(" => ").next().unwrap()).collect();
        assert_eq!(
            told,
            [
                "the plan: line 4, `dataset.currency` is still to be filled in",
                "table 1 of the plan: line 9, `released` is still to be filled in",
                "table 1 of the plan: line 12, `series.zero` is still to be filled in",
                "table 1 of the plan: line 14, `series.value.returns` is still to be filled in",
            ]
        );
    }
}
