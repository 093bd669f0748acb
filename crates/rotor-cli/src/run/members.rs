//! The factors of a configuration, linked and loaded, made of their parameters.

use std::path::Path;
use std::time::Duration;

use rotor_engine::Member;
use rotor_factor::nearest;
use rotor_plugin::{Instance, Isolation, LoadOptions, Plugin, explain_fatal_calls};
use rotor_run::{Config, FactorConfig};

use crate::CliError;
use crate::factor::{is_library, library_path};
use crate::linked::linked;

/// A factor of a run, with where it comes from.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(super) plugin: Plugin,
    pub(super) instance: Instance,
    pub(super) weight: f64,
}

impl Chosen {
    pub(super) fn name(&self) -> &str {
        self.plugin.name()
    }

    pub(super) fn member(&self) -> Member<'_> {
        Member { instance: &self.instance, weight: self.weight }
    }
}

/// Adds the factors of `--factor` (`factors`) to a configuration, loads what is to be loaded as their settings say, and makes every factor
/// of the run. The configuration then says of each factor of the run everything that was decided.
pub(crate) fn choose(config: &mut Config, factors: &[String]) -> Result<Vec<Chosen>, CliError> {
    let mut linked: Vec<Plugin> = linked();
    let linked_names: Vec<String> = linked.iter().map(|plugin| plugin.name().to_owned()).collect();
    let mut given: Vec<String> = Vec::new();
    for factor in factors {
        if !is_library(factor) {
            add(config, factor);
            continue;
        }
        // Which of the settings are its own is known when its names are.
        let may_be_writable = config.factor.values().any(|settings| settings.allow_world_writable);
        for name in names_in(factor, may_be_writable)? {
            if given.contains(&name) {
                return Err(CliError::TwiceInRun { name });
            }
            let of_factor = FactorConfig { library: Some(factor.clone()), ..config.of_factor(&name) };
            config.factor.insert(name.clone(), of_factor);
            add(config, &name);
            given.push(name);
        }
    }
    let known: Vec<String> = linked_names.iter().cloned().chain(config.factors.iter().cloned()).collect();
    if let Some(name) = config.factor.keys().find(|name| !known.contains(name)) {
        let nearest = nearest(name, known.iter().map(String::as_str)).map(Into::into);
        return Err(CliError::UnknownFactor {
            name: name.clone(),
            nearest,
            known: linked_names,
            is_library: false,
        });
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    for name in &config.factors {
        if chosen.iter().any(|other| other.plugin.name() == name) {
            return Err(CliError::TwiceInRun { name: name.clone() });
        }
        chosen.push(make(name, &config.of_factor(name), &mut linked)?);
    }
    config.factor =
        chosen.iter().map(|chosen| (chosen.plugin.name().into(), decided(config, chosen))).collect();
    Ok(chosen)
}

/// Makes a factor as its settings say, of a library or of the linked ones, from which it is taken.
pub(super) fn make(
    name: &str,
    settings: &FactorConfig,
    linked: &mut Vec<Plugin>,
) -> Result<Chosen, CliError> {
    let plugin = if let Some(library) = &settings.library {
        from_library(name, library, settings)?
    } else {
        if settings.isolate || settings.sha256.is_some() || settings.allow_world_writable {
            return Err(CliError::NotALibrary { name: name.into() });
        }
        let Some(position) = linked.iter().position(|plugin| plugin.name() == name) else {
            let known: Vec<String> =
                crate::linked::linked().iter().map(|plugin| plugin.name().to_owned()).collect();
            let nearest = nearest(name, known.iter().map(String::as_str)).map(Into::into);
            return Err(CliError::UnknownFactor { name: name.into(), nearest, known, is_library: false });
        };
        linked.swap_remove(position)
    };
    let instance = plugin
        .create(settings.parameters.clone())
        .map_err(|error| CliError::Call { factor: name.into(), error })?;
    Ok(Chosen { plugin, instance, weight: settings.weight })
}

/// The settings of a factor with every parameter, those that were not given as well.
pub(super) fn decided(config: &Config, chosen: &Chosen) -> FactorConfig {
    let mut settings = config.of_factor(chosen.plugin.name());
    for parameter in chosen.plugin.parameters() {
        settings.parameters.entry(parameter.name.to_owned()).or_insert_with(|| parameter.default());
    }
    settings
}

/// The names of the factors in a library, asked of it in a process of its own: how it is to be loaded may depend on them.
pub(super) fn names_in(library: &str, allow_world_writable: bool) -> Result<Vec<String>, CliError> {
    let options = LoadOptions { sha256: None, allow_world_writable };
    let program = std::env::current_exe().map_err(CliError::Program)?;
    let plugins = Plugin::isolated(&library_path(Path::new(library)), &options, &Isolation::new(program))?;
    Ok(plugins.iter().map(|plugin| plugin.name().to_owned()).collect())
}

fn add(config: &mut Config, name: &str) {
    if !config.factors.iter().any(|known| known == name) {
        config.factors.push(name.into());
    }
}

/// Loads the factor of this name from its library, as its settings say.
fn from_library(name: &str, library: &str, settings: &FactorConfig) -> Result<Plugin, CliError> {
    let path = library_path(Path::new(library));
    let options =
        LoadOptions { sha256: settings.sha256.clone(), allow_world_writable: settings.allow_world_writable };
    let time_limit = Duration::from_secs(settings.time_limit);
    let mut plugins = if settings.isolate {
        let program = std::env::current_exe().map_err(CliError::Program)?;
        let memory_limit = settings.memory_limit << 20;
        Plugin::isolated(&path, &options, &Isolation { time_limit, memory_limit, ..Isolation::new(program) })?
    } else {
        explain_fatal_calls(time_limit);
        Plugin::load(&path, &options)?
    };
    let Some(position) = plugins.iter().position(|plugin| plugin.name() == name) else {
        let known: Vec<String> = plugins.iter().map(|plugin| plugin.name().to_owned()).collect();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(Into::into);
        return Err(CliError::UnknownFactor { name: name.into(), nearest, known, is_library: true });
    };
    Ok(plugins.swap_remove(position))
}
