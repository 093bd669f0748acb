//! The configuration of a run: defaults, then a file, then keys that are set one by one.

use std::io;
use std::path::{Path, PathBuf};

use rotor_fs::{read_text, shown_path};
use rotor_run::{Config, ConfigFault, ConfigFaults, FaultKind, KEYS, read_config};
use toml::Value as Toml;

use crate::factors::default_config;

/// Nobody writes a configuration longer than this.
const LONGEST: u64 = 1 << 20;

/// Reads a configuration file, as `rotor init` writes it. Relative paths in it are meant from where it lies; keys that it does not
/// have keep the values of [`default_config`].
///
/// # Errors
///
/// [`ConfigError::File`] if it cannot be read, [`ConfigError::Faults`] with every fault in it and its line.
pub fn read_config_file(path: &Path) -> Result<Config, ConfigError> {
    resolve_config(Some(path), []).map(|resolved| resolved.config)
}

/// A configuration with what was said of the dataset.
#[derive(Clone, Debug)]
pub struct ResolvedConfig {
    /// The configuration.
    pub config: Config,
    /// Whether the file or a key names a dataset. Without one the demo is meant.
    pub names_dataset: bool,
}

impl ResolvedConfig {
    /// The folder of the dataset, if one is named.
    #[must_use]
    pub fn dataset(&self) -> Option<&Path> {
        self.names_dataset.then_some(Path::new(&self.config.dataset))
    }
}

/// Resolves a configuration: the defaults, then a file, then keys with the texts that a command line gives them.
///
/// # Errors
///
/// As [`read_config_file`]; all faults of the keys at once.
pub fn resolve_config<'a>(
    file: Option<&Path>,
    keys: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<ResolvedConfig, ConfigError> {
    let mut config = default_config();
    let default_dataset = std::mem::take(&mut config.dataset);
    if let Some(path) = file {
        let text =
            read_text(path, LONGEST).map_err(|error| ConfigError::File { path: path.to_owned(), error })?;
        let source = path.display().to_string();
        config = read_config(&text, &source, config).map_err(ConfigError::Faults)?;
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
    set_keys(&mut config, keys)?;
    let names_dataset = !config.dataset.is_empty();
    if !names_dataset {
        config.dataset = default_dataset;
    }
    Ok(ResolvedConfig { config, names_dataset })
}

/// Sets keys to texts as a command line gives them: `top` to `8`, `heat.direction` to `momentum`.
///
/// Keys of texts take the text as it stands, so that `1.10` stays a folder of that name; all others read it as TOML writes values,
/// and what is none is a text.
///
/// # Errors
///
/// [`ConfigError::Faults`] with every fault; the configuration then has the keys that were sound.
pub fn set_keys<'a>(
    config: &mut Config,
    keys: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), ConfigError> {
    let faults: Vec<ConfigFault> =
        keys.into_iter().filter_map(|(key, text)| set_key(config, key, text).err()).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ConfigError::Faults(ConfigFaults { source: "the flags".into(), faults }))
    }
}

fn set_key(config: &mut Config, key: &str, text: &str) -> Result<(), ConfigFault> {
    let is_of_run = KEYS.iter().any(|known| known.name == key);
    if is_of_run && !text.starts_with(['[', '"', '\'']) {
        match config.set(key, &text.into()) {
            Err(ConfigFault { kind: FaultKind::Type { .. }, .. }) => {}
            set => return set,
        }
    }
    config.set(key, &toml_value(text))
}

/// Reads a value as TOML writes it; whatever else is a text.
fn toml_value(text: &str) -> Toml {
    let parsed = format!("value = {text}").parse::<toml::Table>();
    parsed.ok().and_then(|mut table| table.remove("value")).unwrap_or_else(|| text.into())
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {error}", shown_path(path))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Keys are unknown or have values that they cannot have.
    #[error(transparent)]
    Faults(ConfigFaults),
}

impl ConfigError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::File { .. } => Some("`rotor init` writes one"),
            Self::Faults(_) => None,
        }
    }
}
