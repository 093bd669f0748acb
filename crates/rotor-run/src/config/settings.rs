//! The settings of a configuration as people name them, and what they would be had nobody set them.

use std::path::Path;

use serde_json::Value;

use super::Config;

/// A key with its value and what it would be had nobody set it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// The key as flags write it, such as `top`, `heat.weight` or `heat.window`.
    pub key: String,
    /// Its value; of a library the name of its file.
    pub value: String,
    /// `None` if it is not known, as that of a parameter of a library.
    pub default: Option<String>,
}

impl Setting {
    /// Tells whether the value is another than the default, or the default is not known.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.default.as_ref() != Some(&self.value)
    }
}

impl Config {
    /// Returns the settings that make two configurations different: those of [`settings`] that are changed, without the number of
    /// trials and what pages alone show.
    #[must_use]
    pub fn changes_from(&self, defaults: &Self) -> Vec<Setting> {
        let is_of_results =
            |key: &str| key != "trials" && !key.starts_with("note.") && !key.starts_with("weekly.");
        let is_told = |setting: &Setting| setting.is_changed() && is_of_results(&setting.key);
        settings(&self.to_json(), defaults).into_iter().filter(is_told).collect()
    }
}

/// Returns every setting of the document of a configuration but the place of the dataset, which says nothing of what is in it.
#[must_use]
pub fn settings(config: &Value, defaults: &Config) -> Vec<Setting> {
    let defaults = defaults.to_json();
    let mut settings = Vec::new();
    for (key, value) in config.as_object().into_iter().flatten() {
        let default = defaults.get(key);
        match (key.as_str(), value) {
            ("dataset", _) => {}
            ("factor", Value::Object(_)) => nested("", value, default, &mut settings),
            _ => settings.push(setting(key.clone(), key, value, default)),
        }
    }
    settings
}

/// The settings of factors.
fn nested(prefix: &str, value: &Value, default: Option<&Value>, settings: &mut Vec<Setting>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let default = default.and_then(|default| default.get(key));
        match value {
            // As the flags write them.
            Value::Object(_) if key == "parameters" => nested(prefix, value, default, settings),
            Value::Object(_) => nested(&format!("{prefix}{key}."), value, default, settings),
            _ => settings.push(setting(format!("{prefix}{key}"), key, value, default)),
        }
    }
}

fn setting(name: String, key: &str, value: &Value, default: Option<&Value>) -> Setting {
    Setting { key: name, value: written(key, value), default: default.map(|default| written(key, default)) }
}

fn written(key: &str, value: &Value) -> String {
    match value {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_named_as_flags_name_it() {
        let mut config = Config { factors: vec!["heat".into()], ..Config::default() };
        let defaults = config.clone();
        assert_eq!(config.changes_from(&defaults), []);
        for (key, value) in [
            ("dataset", toml::Value::from("elsewhere")),
            ("top", 8.into()),
            ("trials", 7.into()),
            ("note.box_start", "2012-01".into()),
            ("idea.library", "lib/libidea.so".into()),
            ("idea.window", 3.into()),
            ("heat.weight", 0.5.into()),
        ] {
            config.set(key, &value).unwrap();
        }
        let changes: Vec<String> = config
            .changes_from(&defaults)
            .into_iter()
            .filter(|setting| !setting.key.starts_with("idea.") || setting.key == "idea.window")
            .map(|setting| format!("{} = {}", setting.key, setting.value))
            .collect();
        assert_eq!(changes, ["top = 8", "heat.weight = 0.5", "idea.window = 3"]);
        let library =
            config.changes_from(&defaults).into_iter().find(|setting| setting.key == "idea.library");
        assert_eq!(library.unwrap().value, "libidea.so");
    }
}
