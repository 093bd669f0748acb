//! The configuration of a command: defaults, then the file, then flags. Every key has a flag, by construction.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use rotor_run::{Config, ConfigFault, ConfigFaults, FaultKind, KEYS, read_config};
use toml::Value as Toml;

use crate::CliError;
use crate::linked::DEFAULT_FACTORS;

/// Flags that say what a run is made of.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Read the configuration from a file such as `rotor init` writes
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Add a factor: the path of a library or the name of a linked factor
    #[arg(long, value_name = "LIB|NAME")]
    pub(super) factor: Vec<String>,
    /// Set a configuration key or a factor's parameter, such as `heat.direction=momentum` or `heat.weight=0`
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    keys: KeyFlags,
}

/// A flag for each key.
#[derive(Debug, Default)]
struct KeyFlags(Vec<(&'static str, String)>);

impl Args for KeyFlags {
    fn augment_args(command: Command) -> Command {
        KEYS.iter().fold(command.next_help_heading("Configuration"), |command, key| {
            let default = Settings::defaults().get(key.name);
            let default = match &default {
                Toml::Array(values) if values.is_empty() => String::new(),
                Toml::Array(values) => {
                    let texts: Vec<&str> = values.iter().filter_map(Toml::as_str).collect();
                    format!(" [default: {}]", texts.join(","))
                }
                Toml::String(text) if text.is_empty() => String::new(),
                Toml::String(text) => format!(" [default: {text}]"),
                other => format!(" [default: {other}]"),
            };
            let flag = key.name.replace('_', "-");
            let help = format!("{}{default}", capitalised(key.about));
            let argument = Arg::new(key.name).long(flag).value_name(value_name(key.name)).help(help);
            // Of a flag that is given twice the last counts, so that a script can end with what its caller says.
            command.arg(argument.action(ArgAction::Set).allow_hyphen_values(true).overrides_with(key.name))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for KeyFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |key: &rotor_run::Key| Some((key.name, matches.get_one::<String>(key.name)?.clone()));
        Ok(Self(KEYS.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Settings {
    /// The configuration before anything is said.
    pub(crate) fn defaults() -> Config {
        Config {
            factors: DEFAULT_FACTORS.iter().map(|name| (*name).to_owned()).collect(),
            ..Config::default()
        }
    }

    /// Returns what the file and the flags say, and whether one of them names a dataset.
    ///
    /// Paths in the file are meant from where it lies.
    pub(super) fn resolve(&self) -> Result<(Config, bool), CliError> {
        let mut config = Self::defaults();
        let default_dataset = std::mem::take(&mut config.dataset);
        if let Some(path) = &self.config {
            let text = read_text(path).map_err(|error| CliError::ConfigFile { path: path.clone(), error })?;
            let source = path.display().to_string();
            config = read_config(&text, &source, config).map_err(CliError::Config)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let from_there = |path: &str| folder.join(path).display().to_string();
            // The default that `rotor init` writes is none: it means the demo, wherever the file lies.
            if config.dataset == default_dataset {
                config.dataset.clear();
            } else if !config.dataset.is_empty() {
                config.dataset = from_there(&config.dataset);
            }
            for settings in config.factor.values_mut() {
                settings.library = settings.library.as_deref().map(from_there);
            }
        }
        let keys = self.keys.0.iter().map(|(key, text)| (*key, text.as_str()));
        let set = self.set.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        put_all(&mut config, keys.chain(set))?;
        let names_dataset = !config.dataset.is_empty();
        if !names_dataset {
            config.dataset = default_dataset;
        }
        Ok((config, names_dataset))
    }
}

/// Reads a file that nobody writes longer than this.
fn read_text(path: &Path) -> io::Result<String> {
    const LONGEST: u64 = 1 << 20;
    let mut text = String::new();
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than a mebibyte"));
    }
    Ok(text)
}

/// Sets keys to what flags say.
///
/// # Errors
///
/// Every fault.
pub(crate) fn put_all<'a>(
    config: &mut Config,
    flags: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), CliError> {
    let faults: Vec<ConfigFault> = flags.filter_map(|(key, text)| put(config, key, text).err()).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(CliError::Config(ConfigFaults { source: "the flags".into(), faults }))
    }
}

/// Sets a key to what a flag says. Keys of texts take it as it stands, so that `1.10` stays a folder of that name; all others as
/// TOML writes values, and what is none is a text.
fn put(config: &mut Config, key: &str, text: &str) -> Result<(), ConfigFault> {
    let is_of_run = KEYS.iter().any(|known| known.name == key);
    if is_of_run && !text.starts_with(['[', '"', '\'']) {
        match config.set(key, &text.into()) {
            Err(ConfigFault { kind: FaultKind::Type { .. }, .. }) => {}
            set => return set,
        }
    }
    config.set(key, &toml_value(text))
}

pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("key=value is expected")?;
    Ok((key.trim().into(), value.into()))
}

/// Reads a value as TOML writes it; whatever else is a text.
fn toml_value(text: &str) -> Toml {
    let parsed = format!("value = {text}").parse::<toml::Table>();
    parsed.ok().and_then(|mut table| table.remove("value")).unwrap_or_else(|| text.into())
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What stands for the value of a key in the help.
fn value_name(key: &str) -> &'static str {
    match key {
        "dataset" => "DIR",
        "start" | "end" => "YYYY-MM",
        "exclude" | "benchmarks" => "CODE,…",
        "groups" | "factors" => "NAME,…",
        "min_factors" | "top" | "cost_bp" | "trials" | "seed" => "N",
        _ => "WORD",
    }
}
