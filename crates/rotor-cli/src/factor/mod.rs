//! `rotor factor`: list, inspect, new, check and bench.

mod bench;
mod check;
mod inspect;
mod list;
mod new;
mod windows;

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use rotor_factor::{Parameter, ParameterKind, Scale, Source, Spec, Value};
use rotor_fs::shown_path;
use rotor_plugin::{Origin, Plugin};
use rotor_run::Isolate;
use serde_json::json;

use crate::{CliError, Outcome, catalogue};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the linked factors, and those of the given libraries
    List(list::List),
    /// Show a factor's inputs and parameters, or every reason why its library is refused
    ///
    /// Exit code 0 if it can be loaded, 1 if it is refused.
    Inspect(inspect::Inspect),
    /// Create a crate with a working factor as a starting point
    New(new::New),
    /// Test a factor's contract on real windows: repetition, order, threads, look-ahead, missing inputs
    ///
    /// Exit code 0 if every promise is kept, 1 if one is broken, 2 if the factor cannot be tested.
    Check(check::Check),
    /// Measure what one call costs, and check its instruction count against a baseline
    ///
    /// Exit code 0 if the count has moved by 3% or less, 1 if by more, 2 if it cannot be counted.
    Bench(bench::Bench),
}

/// How a library is loaded.
#[derive(Debug, Args)]
pub(crate) struct Loading {
    /// Run the library in a separate process, so that it cannot crash this one
    #[arg(long)]
    isolate: bool,
    /// Run the library in a sealed process: no files, no network, no other processes (Linux)
    #[arg(long)]
    sealed: bool,
    /// Time limit of one call, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    time_limit: u64,
    /// Memory limit of an isolated factor, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(64..=1_048_576))]
    memory_limit: u64,
    /// Refuse the library unless its SHA-256 is HEX
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    sha256: Option<String>,
    /// Load the library even if any user of the machine can change it
    #[arg(long)]
    allow_world_writable: bool,
}

pub(crate) fn run(command: Command) -> Result<Outcome, CliError> {
    match command {
        Command::List(arguments) => list::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

impl Command {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        let (loading, is_library) = match self {
            Self::List(arguments) => (&arguments.loading, !arguments.libraries.is_empty()),
            Self::Check(check::Check { asked }) => (&asked.loading, rotor::is_library(&asked.factor)),
            // What only asks, to be counted from outside, is one process.
            Self::Bench(arguments) => {
                let asked = &arguments.asked;
                (&asked.loading, arguments.calls.is_none() && rotor::is_library(&asked.factor))
            }
            // A library is inspected in a process of its own.
            Self::Inspect(_) | Self::New(_) => return false,
        };
        is_library && !loading.isolate && !loading.sealed
    }
}

impl Loading {
    /// As the library takes it.
    fn of_library(&self) -> rotor::Loading {
        rotor::Loading {
            isolate: match (self.sealed, self.isolate) {
                (true, _) => Isolate::Sealed,
                (false, true) => Isolate::Yes,
                (false, false) => Isolate::No,
            },
            time_limit: Duration::from_secs(self.time_limit),
            memory_limit: self.memory_limit << 20,
            sha256: self.sha256.clone(),
            allow_world_writable: self.allow_world_writable,
        }
    }

    /// Loads a library as it was asked for.
    fn load(&self, path: &Path) -> Result<Vec<Plugin>, CliError> {
        Ok(catalogue()?.load(path, &self.of_library())?)
    }

    /// Finds a factor by the path of a library, or by the name of a linked one.
    fn find(&self, factor: &str, name: Option<&str>) -> Result<Plugin, CliError> {
        Ok(catalogue()?.find(factor, name, &self.of_library())?)
    }
}

fn sha256(text: &str) -> Result<String, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("64 hexadecimal digits are expected".into())
    }
}

/// Reads `key=value`, the value as TOML writes it; a word without quotation marks is a text.
fn key_value(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("key=value is expected")?;
    let parsed = format!("value = {value}").parse::<toml::Table>();
    let value = match parsed.ok().and_then(|mut table| table.remove("value")) {
        None => Value::Text(value.into()),
        Some(toml::Value::Boolean(value)) => Value::Flag(value),
        Some(toml::Value::Integer(value)) => Value::Integer(value),
        Some(toml::Value::Float(value)) => Value::Number(value),
        Some(toml::Value::String(value)) => Value::Text(value),
        Some(_) => return Err("a number, true, false or a text is expected".into()),
    };
    Ok((key.trim().into(), value))
}

/// Where a factor comes from, in a few words.
fn origin(plugin: &Plugin) -> String {
    match plugin.origin() {
        Origin::Linked => "linked".into(),
        Origin::Loaded { path, is_isolated: false, .. } => shown_path(path),
        Origin::Loaded { path, is_sealed: true, .. } => format!("{}, sealed", shown_path(path)),
        Origin::Loaded { path, is_isolated: true, .. } => format!("{}, isolated", shown_path(path)),
    }
}

/// An input in one line.
fn input_line(input: &rotor_factor::Input) -> String {
    let optional = if input.is_optional() { ", optional" } else { "" };
    let panel = |kind: rotor_factor::EntityKind, frequency: rotor_factor::Frequency, n: usize| {
        format!("by {kind}, {frequency}, {n} {}s", frequency.calendar().unit())
    };
    match input.source() {
        Source::Close { kind, frequency, n_periods } => {
            format!("closes {}{optional}", panel(*kind, *frequency, *n_periods))
        }
        Source::Series { series, kind, frequency, n_periods } => {
            format!("series `{series}` {}{optional}", panel(*kind, *frequency, *n_periods))
        }
        Source::SeriesOfAnyFrequency { series, kind, n_days, n_months } => {
            format!(
                "series `{series}` by {kind}, any frequency, {n_days} days or {n_months} months{optional}"
            )
        }
        Source::Bridge => format!("the weights of industries in sectors{optional}"),
        Source::Links { n_days, n_months } => {
            format!("the series linked to sectors, {n_days} days or {n_months} months{optional}")
        }
        _ => "something this Rotor does not know".into(),
    }
}

/// The type, default and range of a parameter in a few words.
fn parameter_words(parameter: &Parameter) -> (&'static str, String, String) {
    match parameter.kind {
        ParameterKind::Flag { default } => ("flag", default.to_string(), String::new()),
        ParameterKind::Integer { default, min, max } => {
            let range = match (min, max) {
                (i64::MIN, i64::MAX) => String::new(),
                _ => format!("{min} to {max}"),
            };
            ("integer", default.to_string(), range)
        }
        ParameterKind::Number { default, min, max } => {
            let bound = |bound: f64, none: &str| {
                if bound.abs() == f64::MAX { none.to_owned() } else { bound.to_string() }
            };
            ("number", default.to_string(), format!("{} to {}", bound(min, "-∞"), bound(max, "∞")))
        }
        ParameterKind::Text { default, choices } => ("text", format!("{default:?}"), choices.join(", ")),
        _ => ("unknown", String::new(), String::new()),
    }
}

fn value_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Flag(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(value) => json!(value),
    }
}

/// What a factor is, for programs.
fn factor_json(plugin: &Plugin) -> serde_json::Value {
    let spec: &Spec = plugin.spec();
    let (path, sha256) = match plugin.origin() {
        Origin::Linked => (None, None),
        Origin::Loaded { path, sha256, .. } => (Some(path.display().to_string()), Some(sha256)),
    };
    let inputs = spec.inputs().iter().map(
        |input| json!({ "name": input.name(), "what": input_line(input), "optional": input.is_optional() }),
    );
    let parameters = plugin.parameters().iter().map(|parameter| {
        let (kind, _, _) = parameter_words(parameter);
        let default = value_json(&parameter.default());
        let mut parameter_json = json!({
            "name": parameter.name, "type": kind, "default": default,
            "about": parameter.about, "about_zh": parameter.about_zh,
        });
        match parameter.kind {
            ParameterKind::Integer { min, max, .. } => {
                (parameter_json["min"], parameter_json["max"]) = (json!(min), json!(max));
            }
            ParameterKind::Number { min, max, .. } => {
                (parameter_json["min"], parameter_json["max"]) = (json!(min), json!(max));
            }
            ParameterKind::Text { choices, .. } if !choices.is_empty() => {
                parameter_json["choices"] = json!(choices);
            }
            _ => {}
        }
        let alternatives: Vec<serde_json::Value> =
            parameter.alternatives().map(|it| value_json(&it)).collect();
        if !alternatives.is_empty() {
            parameter_json["alternatives"] = json!(alternatives);
        }
        parameter_json
    });
    let reasons = spec
        .reasons()
        .iter()
        .map(|reason| json!({ "id": reason.id(), "text": reason.text(), "text_zh": reason.text_zh() }));
    json!({
        "name": spec.name(),
        "version": spec.version(),
        "about": spec.about(),
        "about_zh": spec.about_zh(),
        "path": path,
        "sha256": sha256,
        "build": plugin.build().text,
        "abi": [plugin.build().abi_major, plugin.build().abi_minor],
        "debug": plugin.build().is_debug,
        "scale": spec.declared_scale().map(Scale::word),
        "score_min": spec.score_range().start(),
        "score_max": spec.score_range().end(),
        "inputs": inputs.collect::<Vec<_>>(),
        "parameters": parameters.collect::<Vec<_>>(),
        "reasons": reasons.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_toml_writes_them() {
        let value = |text: &str| key_value(text).map(|(_, value)| value);
        assert_eq!(value("k=12"), Ok(Value::Integer(12)));
        assert_eq!(value("k=0.5"), Ok(Value::Number(0.5)));
        assert_eq!(value("k=true"), Ok(Value::Flag(true)));
        assert_eq!(value("k=momentum"), Ok(Value::Text("momentum".into())));
        assert_eq!(value("k=\"12\""), Ok(Value::Text("12".into())));
        assert!(value("k=[1]").is_err());
        assert!(value("k").is_err());
    }
}
