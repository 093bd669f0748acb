//! Configurations in files: read with the place of every fault, written with the meaning of every key.

use std::fmt::Write as _;

use serde_json::Value as Json;
use toml::Value as Toml;
use toml::de::{DeTable, DeValue};

use super::fault::{ConfigFault, ConfigFaults, FaultKind};
use super::keys::{KEYS, is_table};
use super::{Config, FactorConfig};

/// Reads a configuration in TOML on top of another one, usually the defaults; `source` names it in messages.
///
/// # Errors
///
/// Every fault of the text, each with its line and column.
pub fn read_config(text: &str, source: &str, mut config: Config) -> Result<Config, ConfigFaults> {
    let mut faults = Vec::new();
    let place = |offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let kind = FaultKind::NotToml { reason: error.message().into() };
        faults.push(ConfigFault {
            key: String::new(),
            place: error.span().map(|span| place(span.start)),
            kind,
        });
    }
    if faults.is_empty() {
        walk(table.get_ref(), "", &mut |key, offset, value| {
            let set = match value {
                Found::Value(value) => config.set(key, &value),
                Found::Factor => {
                    // Also without a single setting, so that an unknown name is found out.
                    config.factor.entry(key.trim_start_matches("factor.").into()).or_default();
                    Ok(())
                }
                Found::NoTable(found) => {
                    let kind = FaultKind::Type {
                        expected: "a table",
                        found: format!("a value of the type {found}"),
                    };
                    Err(ConfigFault { key: key.into(), place: None, kind })
                }
            };
            faults.extend(set.err().map(|fault| ConfigFault { place: Some(place(offset)), ..fault }));
        });
    }
    // Of one table after another, by place and not by name.
    faults.sort_by_key(|fault| fault.place);
    if faults.is_empty() { Ok(config) } else { Err(ConfigFaults { source: source.into(), faults }) }
}

/// What stands at a place of a file.
enum Found {
    Value(Toml),
    /// The table of a factor's settings.
    Factor,
    /// A value, by its type, where there is to be a table.
    NoTable(&'static str),
}

/// Visits the values of a table with their paths and places. Tables of factors are gone through; others are values.
fn walk(table: &DeTable<'_>, path: &str, visit: &mut impl FnMut(&str, usize, Found)) {
    for (key, value) in table {
        let name = key.get_ref();
        let path_here = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        let is_factor = path == "factor";
        let is_setting = path.starts_with("factor.") && !path.ends_with(".parameters");
        let is_of_keys = path.is_empty() && is_table(name);
        let holds_more =
            path_here == "factor" || is_of_keys || is_factor || (is_setting && name == "parameters");
        let offset = key.span().start;
        match value.get_ref() {
            DeValue::Table(inner) if holds_more => {
                if is_factor {
                    visit(&path_here, offset, Found::Factor);
                }
                walk(inner, &path_here, visit);
            }
            found if holds_more => visit(&path_here, offset, Found::NoTable(found.type_str())),
            found => visit(&path_here, offset, Found::Value(plain_toml(found))),
        }
    }
}

/// Returns a value of a file without its places.
#[must_use]
pub fn plain_toml(value: &DeValue<'_>) -> Toml {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(integer) => integer.into(),
            // Beyond 64 bits: no key takes it, and the message shows it.
            Err(_) => digits.to_string().into(),
        },
        DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
            Ok(float) => float.into(),
            Err(_) => digits.to_string().into(),
        },
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(datetime) => datetime.to_string().into(),
        DeValue::Array(values) => {
            values.iter().map(|value| plain_toml(value.get_ref())).collect::<Vec<_>>().into()
        }
        DeValue::Table(table) => {
            let entry =
                |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
                    (key.get_ref().to_string(), plain_toml(value.get_ref()))
                };
            Toml::Table(table.iter().map(entry).collect())
        }
    }
}

/// Reads the configuration that [`Config::to_json`] wrote; `source` names it in messages.
///
/// # Errors
///
/// Every fault.
pub fn config_from_json(json: &Json, source: &str) -> Result<Config, ConfigFaults> {
    let mut config = Config::default();
    let mut faults = Vec::new();
    let mut set = |key: String, value: &Json| {
        let value = Toml::try_from(value).unwrap_or_else(|_| value.to_string().into());
        faults.extend(config.set(&key, &value).err());
    };
    for (key, value) in json.as_object().into_iter().flatten() {
        let of_factors = if key == "factor" { value.as_object() } else { None };
        for (factor, settings) in of_factors.into_iter().flatten() {
            for (setting, value) in settings.as_object().into_iter().flatten() {
                let parameters = if setting == "parameters" { value.as_object() } else { None };
                for (parameter, value) in parameters.into_iter().flatten() {
                    set(format!("factor.{factor}.parameters.{parameter}"), value);
                }
                if parameters.is_none() {
                    set(format!("factor.{factor}.{setting}"), value);
                }
            }
        }
        if of_factors.is_none() {
            set(key.clone(), value);
        }
    }
    if faults.is_empty() { Ok(config) } else { Err(ConfigFaults { source: source.into(), faults }) }
}

impl Config {
    /// Returns every key with its value, `factor` last; [`config_from_json`] reads it back.
    ///
    /// # Panics
    ///
    /// Never: values of TOML are values of JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let json = |value: Toml| serde_json::to_value(value).expect("values of TOML are values of JSON");
        let mut map: serde_json::Map<String, Json> =
            KEYS.iter().map(|key| (key.name.to_owned(), json(self.get(key.name)))).collect();
        let factors =
            self.factor.iter().map(|(name, settings)| (name.clone(), json(Toml::Table(settings.to_table()))));
        map.insert("factor".into(), Json::Object(factors.collect()));
        Json::Object(map)
    }

    /// Returns the configuration as a TOML file in which a comment explains each key.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# A run of Rotor. Every key has a flag (`rotor backtest --help`); missing keys have their defaults.\n",
        );
        let mut line = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        for key in KEYS {
            line(format!("\n# {}", key.about));
            line(format!("{} = {}", key.name, self.get(key.name)));
        }
        line(String::from(
            "\n# Settings of single factors: weight in the total; for a library its path (library), isolate, time_limit (seconds),\n\
             # memory_limit (MiB) and sha256; parameters, which `rotor factor inspect NAME` lists.",
        ));
        for name in &self.factors {
            line(section(name, &self.of_factor(name)));
        }
        text
    }
}

/// The settings of one factor as a section of a file.
fn section(name: &str, settings: &FactorConfig) -> String {
    let is_bare = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let quoted = |name: &str| if is_bare(name) { name.to_owned() } else { Toml::from(name).to_string() };
    let mut text = format!("[factor.{}]\n", quoted(name));
    let table = settings.to_table();
    for (key, value) in table.iter().filter(|(key, _)| *key != "parameters") {
        writeln!(text, "{key} = {value}").expect("writing to a string does not fail");
    }
    if let Some(parameters) = table.get("parameters").and_then(Toml::as_table) {
        writeln!(text, "[factor.{}.parameters]", quoted(name)).expect("writing to a string does not fail");
        for (key, value) in parameters {
            writeln!(text, "{} = {value}", quoted(key)).expect("writing to a string does not fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use rotor_factor::Value;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut config = Config { factors: vec!["heat".into(), "my_idea".into()], ..Config::default() };
        for (key, value) in [
            ("end", Toml::from("2022-07")),
            ("exclude", "801230, 801780".into()),
            ("groups", "upstream".into()),
            ("cost_bp", 0.into()),
            ("note.box_start", "2010-01".into()),
            ("my_idea.library", "target/lib.so".into()),
            ("my_idea.lookback", 3.into()),
            ("heat.weight", 0.5.into()),
            ("heat.direction", "momentum".into()),
        ] {
            config.set(key, &value).unwrap();
        }
        assert_eq!(read_config(&config.to_toml(), "here", Config::default()).unwrap(), config);
        assert_eq!(config_from_json(&config.to_json(), "here").unwrap(), config);
        assert_eq!(config.of_factor("my_idea").parameters["lookback"], Value::Integer(3));
    }

    #[test]
    fn every_fault_is_reported_with_its_place() {
        let text =
            "start = 2015\ntpo = 5\nweights = \"ranks\"\ntop = 0\n\n[factor.heat]\nwieght = 1\nweight = -1\n";
        let faults = read_config(text, "rotor.toml", Config::default()).unwrap_err();
        assert_eq!(
            faults.to_string(),
            "the configuration in rotor.toml has faults\n  \
             line 1, column 1: `start`: a month as YYYY-MM is expected, not `2015`\n  \
             line 2, column 1: `tpo`: there is no such key\n    hint: did you mean `top`?\n  \
             line 3, column 1: `weights`: `ranks` is not one of equal, rank\n    hint: did you mean `rank`?\n  \
             line 4, column 1: `top`: 0 is not from 1 to 1000000\n  \
             line 7, column 1: `factor.heat.wieght`: there is no such key\n    hint: did you mean `weight`?\n  \
             line 8, column 1: `factor.heat.weight`: -1 is not from 0 to 1000000"
        );
    }

    #[test]
    fn text_that_is_not_toml_is_refused_with_its_place() {
        let text = "[factor.heat]\nparameters = 3\n[factor]\nprofit = 1\n";
        let faults = read_config(text, "rotor.toml", Config::default()).unwrap_err().to_string();
        assert!(
            faults.contains("line 2, column 1: `factor.heat.parameters`: a table is expected"),
            "{faults}"
        );
        let direct = read_config("[factor.price]\nscenario = \"fixed\"\n", "rotor.toml", Config::default());
        let faults = direct.unwrap_err().to_string();
        assert!(
            faults.contains("hint: a parameter of the factor stands under `[factor.price.parameters]`"),
            "{faults}"
        );
        let empty = read_config("[factor.heta]\n", "rotor.toml", Config::default()).unwrap();
        assert!(empty.factor.contains_key("heta"), "an unknown name is found out later");
        let faults = read_config("top = 5\nend = \n", "rotor.toml", Config::default()).unwrap_err();
        assert_eq!(faults.faults[0].place.map(|(line, _)| line), Some(2), "{faults}");
        let tables = read_config("[note]\nbox_start = \"2012-01\"\n", "here", Config::default()).unwrap();
        assert_eq!(tables.get("note.box_start"), Toml::from("2012-01"));
        let faults = read_config("[note]\nbox_strat = 1\n", "rotor.toml", Config::default()).unwrap_err();
        assert!(faults.to_string().contains("did you mean `note.box_start`?"), "{faults}");
        for text in [
            "top = 5\ntop = 6",
            "note = 3",
            "top = 99999999999999999999",
            "a = [1, {b = 2}]",
            "[top]",
            "factor = 1",
        ] {
            assert!(read_config(text, "rotor.toml", Config::default()).is_err(), "{text}");
        }
    }
}
