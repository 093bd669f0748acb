//! Run folders of format 1, which release 0.1 wrote: reasons, caveats and warnings are sentences there.

use serde_json::{Value, json};

/// The number of the format.
pub(super) const FORMAT_1: u32 = 1;

/// Gives the sentences of `metrics.json` and `run.json` the form that they have today: a code `text` with the sentence.
pub(super) fn with_codes(document: Value) -> Value {
    match document {
        Value::Object(entries) => {
            let coded = |(key, value): (String, Value)| {
                let value = match (key.as_str(), value) {
                    ("reason", Value::String(text)) => sentence(&text),
                    ("caveats" | "warnings", Value::Array(texts)) => {
                        texts.into_iter().map(sentence_or_other).collect()
                    }
                    (_, value) => with_codes(value),
                };
                (key, value)
            };
            Value::Object(entries.into_iter().map(coded).collect())
        }
        Value::Array(values) => values.into_iter().map(with_codes).collect(),
        other => other,
    }
}

fn sentence(text: &str) -> Value {
    json!({ "code": "text", "text": text })
}

fn sentence_or_other(value: Value) -> Value {
    match value {
        Value::String(text) => sentence(&text),
        other => with_codes(other),
    }
}
