//! The configuration: what was changed first, then every key.

use std::path::Path;

use serde_json::Value;

use super::context::Context;
use crate::page::{Block, Column, Table};
use crate::words::sentence;

/// A key with its value and what it would be had nobody set it.
struct Setting {
    key: String,
    value: String,
    /// `None` if it is not known.
    default: Option<String>,
}

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let settings = settings(context);
    let columns = || {
        Table::new([
            Column::word(lang.of("key", "键")),
            Column::word(lang.of("value", "值")),
            Column::word(lang.of("default", "默认值")),
        ])
    };
    let (mut changed, mut all) = (columns(), columns());
    for setting in settings {
        let unknown = lang.of("not known", "未知");
        let row = [
            setting.key,
            setting.value.clone(),
            setting.default.clone().unwrap_or_else(|| unknown.to_owned()),
        ];
        if setting.default.is_none_or(|default| default != setting.value) {
            changed.row(row.clone());
        }
        all.row(row);
    }
    let mut blocks: Vec<Block> = Vec::new();
    if changed.rows.is_empty() {
        let text = lang.of("Every key has its default.", "所有键均为默认值。");
        blocks.push(text.to_owned().into());
    } else {
        blocks.push(lang.of("Other than the defaults:", "与默认值不同的键：").to_owned().into());
        blocks.push(changed.into());
    }
    blocks
        .push(Block::Appendix { title: lang.of("Every key", "全部键").into(), blocks: vec![all.into()] });
    blocks
}

fn settings(context: &Context<'_>) -> Vec<Setting> {
    let config = context.facts.record.config.to_json();
    let defaults = context.facts.defaults.to_json();
    let mut settings = Vec::new();
    for (key, value) in config.as_object().into_iter().flatten() {
        let default = defaults.get(key);
        match (key.as_str(), value) {
            // Where the dataset lies says nothing of what is in it, and something of whoever ran this.
            ("dataset", _) => {}
            ("factor", Value::Object(_)) => nested("", value, default, &mut settings),
            _ => settings.push(Setting {
                key: sentence(key),
                value: written(key, value),
                default: default.map(|default| written(key, default)),
            }),
        }
    }
    settings
}

/// The settings of factors, as `heat.weight` and `heat.window`.
fn nested(prefix: &str, value: &Value, default: Option<&Value>, settings: &mut Vec<Setting>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let default = default.and_then(|default| default.get(key));
        match value {
            // As the flags write them.
            Value::Object(_) if key == "parameters" => nested(prefix, value, default, settings),
            Value::Object(_) => nested(&format!("{prefix}{key}."), value, default, settings),
            _ => settings.push(Setting {
                key: sentence(&format!("{prefix}{key}")),
                value: written(key, value),
                default: default.map(|default| written(key, default)),
            }),
        }
    }
}

fn written(key: &str, value: &Value) -> String {
    let text = match value {
        Value::String(path) if key == "library" => Path::new(path)
            .file_name()
            .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(key, item)).collect();
            items.join(", ")
        }
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => other.to_string(),
    };
    sentence(&text)
}
