//! The configuration of a command: defaults, then the file, then flags. Every key has a flag, by construction.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use rotor::{LedgerChoice, ResolvedConfig, Session, default_config, resolve_config};
use rotor_run::KEYS;
use toml::Value as Toml;

use crate::dataset::open_or_demo;
use crate::{CliError, catalogue};

/// Flags that say what a run is made of.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Read the configuration from a file such as `rotor init` writes
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Add a factor: the path of a library or the name of a linked factor
    #[arg(long, value_name = "LIB|NAME")]
    factor: Vec<String>,
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
            let default = default_config().get(key.name);
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
            let flag = key.name.replace(['_', '.'], "-");
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
    /// Whether a library may be loaded into this process: a flag names one, or there is a file that may.
    pub(super) fn may_load(&self) -> bool {
        self.config.is_some()
            || self.factor.iter().any(|factor| rotor::is_library(factor))
            || self.set.iter().any(|(key, value)| key.contains("library") || value.contains("library"))
    }

    /// Returns the dataset folder, where it is the only flag that is given; else the name of another one.
    pub(super) fn only_dataset(&self) -> Result<Option<&str>, String> {
        let other = self.keys.0.iter().find(|(key, _)| *key != "dataset").map(|(key, _)| (*key).to_owned());
        let other = other
            .or_else(|| self.config.as_ref().map(|_| "config".into()))
            .or_else(|| self.factor.first().map(|_| "factor".into()))
            .or_else(|| self.set.first().map(|(key, _)| key.clone()));
        match other {
            Some(other) => Err(other),
            None => Ok(self.keys.0.first().map(|(_, folder)| folder.as_str())),
        }
    }

    /// Returns what the file and the flags say.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a key is unknown or has a value that it cannot have.
    pub(super) fn resolve(&self) -> Result<ResolvedConfig, CliError> {
        let keys = self.keys.0.iter().map(|(key, text)| (*key, text.as_str()));
        let set = self.set.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        Ok(resolve_config(self.config.as_deref(), keys.chain(set))?)
    }

    /// Opens the dataset, makes the factors and counts the trials.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve); if the dataset cannot be read, a factor is not to be had, or the three do not fit.
    pub(super) fn session(&self, ledger: &LedgerChoice) -> Result<Session, CliError> {
        self.session_of(self.resolve()?, ledger)
    }

    /// As [`session`](Self::session), of a configuration that is resolved already.
    pub(super) fn session_of(
        &self,
        resolved: ResolvedConfig,
        ledger: &LedgerChoice,
    ) -> Result<Session, CliError> {
        let folder = resolved.dataset().map(Path::to_owned);
        let mut config = resolved.config;
        let factors = catalogue()?.select(&mut config, &self.factor)?;
        let dataset = open_or_demo(folder.as_deref())?;
        Ok(Session::new(dataset, config, factors, ledger)?)
    }
}

pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("key=value is expected")?;
    Ok((key.trim().into(), value.into()))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What stands for the value of a key in the help.
fn value_name(key: &str) -> &'static str {
    match key {
        "dataset" => "DIR",
        "start" | "end" | "note.box_start" => "YYYY-MM",
        "exclude" | "benchmarks" | "weekly.financials" => "CODE,…",
        "weekly.groups" => "TABLE",
        "groups" | "factors" | "weekly.releases" => "NAME,…",
        "min_factors" | "top" | "cost_bp" | "trials" | "seed" | "weekly.exclude_loss" => "N",
        _ => "WORD",
    }
}
