//! The JSON Schemas of `metrics.json` and `run.json`, and the tables of their keys in the documentation, are those of the types.
//!
//! `ROTOR_BLESS=1 cargo test --workspace --test schema` writes them.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use rotor_run::{Metrics, RunRecord};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

fn reference(file: &str) -> PathBuf {
    rotor_tests::workspace().join("docs/src/reference").join(file)
}

/// Compares a file with what it should be, or writes it.
fn check(file: &str, expected: &str) {
    let path = reference(file);
    if std::env::var_os("ROTOR_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let how = "run this test with ROTOR_BLESS=1 and read the difference";
    assert!(found == expected, "docs/src/reference/{file} is not what the types say: {how}");
}

/// The schema of a document; what is null has a reason, and no other keys exist.
fn schema<T: JsonSchema>(title: &str) -> Value {
    let generator = SchemaGenerator::from(SchemaSettings::draft2020_12().for_serialize());
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    schema["title"] = title.into();
    close(&mut schema);
    for definition in schema["$defs"].as_object_mut().unwrap().values_mut() {
        close(definition);
    }
    schema
}

fn close(definition: &mut Value) {
    let Some(properties) = definition.get("properties").and_then(Value::as_object) else { return };
    let has_reason = properties.contains_key("reason");
    let nullable = properties.iter().filter(|(key, value)| *key != "reason" && is_nullable(value));
    let required = definition.get("required").cloned().unwrap_or_default();
    let is_required = |key: &str| required.as_array().is_some_and(|keys| keys.iter().any(|one| one == key));
    let rules = nullable.filter(|(key, _)| is_required(key)).map(|(key, _)| {
        let mut is_null = Map::new();
        is_null.insert(key.clone(), json!({ "type": "null" }));
        json!({ "if": { "properties": is_null }, "then": { "required": ["reason"] } })
    });
    let rules: Vec<Value> = rules.collect();
    definition["additionalProperties"] = false.into();
    if has_reason && !rules.is_empty() {
        definition["allOf"] = rules.into();
    }
}

fn is_nullable(value: &Value) -> bool {
    let is_null = |value: &Value| value["type"] == "null";
    value["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"))
        || ["anyOf", "oneOf"]
            .iter()
            .any(|key| value[key].as_array().is_some_and(|all| all.iter().any(is_null)))
}

/// The tables of a schema: of the document itself, then of each type in the order in which keys first name it.
fn tables(schema: &Value, file: &str) -> String {
    let definitions = &schema["$defs"];
    let mut text = table(&format!("`{file}`"), schema);
    let (mut known, mut at): (Vec<String>, usize) = (named(schema), 0);
    known.dedup();
    while let Some(name) = known.get(at).cloned() {
        let definition = &definitions[&name];
        text.push('\n');
        text += &table(&heading(&name), definition);
        for name in named(definition) {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        at += 1;
    }
    text
}

/// The names of the types to which a schema refers, in order.
fn named(value: &Value) -> Vec<String> {
    fn below(key: &str, value: &Value, names: &mut Vec<String>) {
        match value {
            Value::String(path) if key == "$ref" => {
                let name = path.trim_start_matches("#/$defs/").to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Value::Object(entries) => {
                let entries = entries.iter().filter(|(key, _)| *key != "$defs");
                entries.for_each(|(key, value)| below(key, value, names));
            }
            Value::Array(values) => values.iter().for_each(|value| below("", value, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    below("", value, &mut names);
    names
}

/// A type as the title of its table: the same types over all and over live months have names that only a program needs.
fn heading(name: &str) -> String {
    match name.split_once("_of_") {
        Some(("Sections", of)) => format!("Sections of {}", of.replace("ByName_of_", "").replace('_', " ")),
        _ => name.to_owned(),
    }
}

fn table(title: &str, definition: &Value) -> String {
    let mut text = format!("### {title}\n\n");
    if let Some(about) = definition["description"].as_str() {
        writeln!(text, "{}\n", one_line(about)).unwrap();
    }
    if let Some(variants) = definition["oneOf"].as_array() {
        text += "| value | parameters | is |\n|---|---|---|\n";
        for variant in variants {
            let properties = variant["properties"].as_object();
            let tag = properties.and_then(|properties| properties.get("code")).unwrap_or(variant);
            let parameters = properties.into_iter().flatten().filter(|(key, _)| *key != "code");
            let parameters: Vec<String> = parameters
                .map(|(key, value)| {
                    format!("`{key}`: {}", one_line(value["description"].as_str().unwrap_or("")))
                })
                .collect();
            let about = one_line(variant["description"].as_str().unwrap_or(""));
            let word = tag["const"].as_str().unwrap_or_default();
            writeln!(text, "| `{word}` | {} | {about} |", parameters.join("; ")).unwrap();
        }
        return text;
    }
    text += "| key | holds | is |\n|---|---|---|\n";
    for (key, value) in definition["properties"].as_object().into_iter().flatten() {
        let about = one_line(value["description"].as_str().unwrap_or(""));
        writeln!(text, "| `{key}` | {} | {about} |", holds(value)).unwrap();
    }
    text
}

/// A paragraph in one line of a table.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// What a key holds, in words.
fn holds(value: &Value) -> String {
    if let Some(path) = value["$ref"].as_str() {
        return heading(path.trim_start_matches("#/$defs/"));
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(variants) = value[key].as_array() {
            let kinds: Vec<String> = variants.iter().map(holds).collect();
            return kinds.join(" or ");
        }
    }
    if let Some(items) = value["prefixItems"].as_array() {
        return format!("{} numbers{}", items.len(), if is_nullable(value) { " or null" } else { "" });
    }
    if value["items"].is_object() {
        return format!("list of {}", holds(&value["items"]));
    }
    if value["additionalProperties"].is_object() {
        let or_null = if is_nullable(value) { " or null" } else { "" };
        return format!("by name: {}{or_null}", holds(&value["additionalProperties"]));
    }
    match &value["type"] {
        Value::Array(types) => {
            let types: Vec<&str> = types.iter().filter_map(Value::as_str).map(word).collect();
            let types = types.join(" or ");
            if value["pattern"].is_string() { types.replace("text", "day") } else { types }
        }
        Value::String(kind) => word(if value["pattern"].is_string() { "day" } else { kind }).to_owned(),
        _ => String::new(),
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "integer" => "count",
        "string" => "text",
        "boolean" => "true or false",
        other => other,
    }
}

/// A page with the tables between its markers.
fn page(file: &str, tables: &str) -> String {
    const BEGIN: &str = "<!-- keys: generated from the types -->\n";
    const END: &str = "<!-- end of keys -->";
    let text = fs::read_to_string(reference(file)).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap_or_else(|| panic!("{file} has no `{BEGIN}`"));
    let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{file} has no `{END}`"));
    format!("{before}{BEGIN}\n{tables}\n{END}{after}")
}

fn checked<T: JsonSchema>(document: &str, schema_file: &str, page_file: &str) {
    let schema = schema::<T>(&format!("{document} of a Rotor run"));
    check(schema_file, &(serde_json::to_string_pretty(&schema).unwrap() + "\n"));
    check(page_file, &page(page_file, &tables(&schema, document)));
}

#[test]
fn the_documents_of_metrics_are_those_of_their_types() {
    checked::<Metrics>("metrics.json", "metrics.schema.json", "metrics.md");
}

#[test]
fn the_documents_of_the_record_are_those_of_its_types() {
    checked::<RunRecord>("run.json", "run.schema.json", "run-folder.md");
}
