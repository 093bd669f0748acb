//! Which trials are one: hashes of what was tried and of the data it was tried on.

use std::fmt::Write as _;

use rotor_fs::sha256;
use serde_json::{Number, Value};

/// Returns the SHA-256 of a document, whatever the order of its keys and however its numbers are written: 5 is 5.0.
#[must_use]
pub fn strategy_hash(document: &Value) -> String {
    let mut text = String::new();
    write_canonical(&mut text, document);
    sha256(text.as_bytes())
}

fn write_canonical(text: &mut String, value: &Value) {
    let mut separator = "";
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in entries {
                write!(text, "{separator}{}:", Value::from(key.as_str()))
                    .expect("writing to a string does not fail");
                write_canonical(text, value);
                separator = ",";
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for value in values {
                text.push_str(separator);
                write_canonical(text, value);
                separator = ",";
            }
            text.push(']');
        }
        Value::Number(number) => text.push_str(&canonical_number(number)),
        plain => write!(text, "{plain}").expect("writing to a string does not fail"),
    }
}

fn canonical_number(number: &Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            (float as i64).to_string()
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn how_a_document_is_written_does_not_matter() {
        let one: Value =
            serde_json::from_str(r#"{"b": [1, {"d": 2.5, "c": null}], "a": {"x": 15.0, "é": -0.0}}"#)
                .unwrap();
        let other: Value =
            serde_json::from_str(r#"{"a":{"é":0,"x":15},"b":[1.0,{"c":null,"d":25e-1}]}"#).unwrap();
        assert_eq!(strategy_hash(&one), strategy_hash(&other));
        // `printf '%s' '{"a":{"x":15,"é":0},"b":[1,{"c":null,"d":2.5}]}' | sha256sum`
        let expected = "61124afc12f5ddd8ea676dccd8ef149a0d4fc13824b88e7b34553b2036071b62";
        assert_eq!(strategy_hash(&one), expected);
        assert_ne!(strategy_hash(&json!([1, 2])), strategy_hash(&json!([2, 1])));
        assert_ne!(strategy_hash(&json!("1")), strategy_hash(&json!(1)));
    }
}
