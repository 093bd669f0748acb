//! The factors of a run: which there are, how a configuration chooses them, and how libraries are loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rotor_engine::Member;
use rotor_factor::{ExportedFactor, Value, nearest};
use rotor_fs::{from_start, shown, shown_path};
use rotor_plugin::{
    CallError, Instance, Isolation, LoadOptions, Origin, Plugin, Refused, explain_fatal_calls,
};
use rotor_run::{Config, FactorConfig, FactorRecord, Isolate};

use crate::record::factor_record;
use crate::text::listed;

/// The factors that are part of this library by the names of their folders. The build script makes the list; adding one is a folder
/// under `factors` and a dependency in `Cargo.toml`.
const BUILT_IN: &[(&str, &ExportedFactor)] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// The factors of a run that names none, in their order: those of the method.
const DEFAULT_FACTORS: [&str; 4] = ["profit", "price", "prosperity", "heat"];

/// Returns the configuration before anything is set: the defaults of the method with its four factors.
#[must_use]
pub fn default_config() -> Config {
    Config { factors: DEFAULT_FACTORS.iter().map(|name| (*name).to_owned()).collect(), ..Config::default() }
}

/// Where factors come from: those that are linked into the program, and how libraries are loaded.
///
/// Nothing here touches the process unless it is asked to: signal handlers that name a crashing library are installed only
/// after [`explaining_crashes`](Self::explaining_crashes), and child processes are started only of the program that
/// [`isolating_in`](Self::isolating_in) names.
#[derive(Clone, Debug)]
pub struct Catalogue {
    linked: Vec<&'static ExportedFactor>,
    isolation_program: Option<PathBuf>,
    explains_crashes: bool,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Catalogue {
    /// The factors of the method, then every other that is part of this library in the order of their names.
    #[must_use]
    pub fn built_in() -> Self {
        let place = |name: &str| DEFAULT_FACTORS.iter().position(|known| *known == name);
        let mut factors = BUILT_IN.to_vec();
        factors.sort_by_key(|(name, _)| place(name).unwrap_or(DEFAULT_FACTORS.len()));
        let linked = factors.into_iter().map(|(_, factor)| factor).collect();
        Self { linked, isolation_program: None, explains_crashes: false }
    }

    /// Adds a factor that is linked into the program, of the name that its header gives.
    #[must_use]
    pub fn with(mut self, factor: &'static ExportedFactor) -> Self {
        self.linked.push(factor);
        self
    }

    /// Names the program that runs isolated factors in a child process. Its `main` must begin with [`serve_isolated`].
    #[must_use]
    pub fn isolating_in(mut self, program: impl Into<PathBuf>) -> Self {
        self.isolation_program = Some(program.into());
        self
    }

    /// Installs signal and exit handlers in this process before a library is loaded, which name the factor that takes the
    /// process down, and a watchdog that ends the process if a call takes longer than the factor's time limit.
    #[must_use]
    pub fn explaining_crashes(mut self) -> Self {
        self.explains_crashes = true;
        self
    }

    /// Starts every linked factor.
    ///
    /// # Panics
    ///
    /// If one of them does not start, which is a mistake in its crate.
    #[must_use]
    pub fn linked(&self) -> Vec<Plugin> {
        let start =
            |factor: &&'static ExportedFactor| Plugin::linked(factor).expect("a linked factor starts");
        self.linked.iter().map(start).collect()
    }

    fn linked_names(&self) -> Vec<String> {
        self.linked().iter().map(|plugin| plugin.name().to_owned()).collect()
    }

    /// Returns the configuration nobody has changed, with every parameter of the linked factors.
    #[must_use]
    pub fn defaults(&self) -> Config {
        let mut config = default_config();
        for plugin in self.linked() {
            let parameters = plugin.parameters().iter();
            let parameters = parameters.map(|parameter| (parameter.name.to_owned(), parameter.default()));
            let settings =
                FactorConfig { parameters: parameters.collect(), ..config.of_factor(plugin.name()) };
            config.factor.insert(plugin.name().to_owned(), settings);
        }
        config
    }

    /// Loads every factor of a library into this process, or into a child process of its own.
    ///
    /// # Errors
    ///
    /// [`FactorError::Refused`] with every reason, [`FactorError::NoProgram`] if it is to be isolated and no program is named.
    pub fn load(&self, library: &Path, loading: &Loading) -> Result<Vec<Plugin>, FactorError> {
        let path = library_path(library);
        if loading.isolate != Isolate::No {
            return Ok(Plugin::isolated(&path, &loading.options(), &self.isolation(loading)?)?);
        }
        if self.explains_crashes {
            explain_fatal_calls().map_err(FactorError::Watchdog)?;
        }
        Ok(Plugin::load(&path, &loading.options())?)
    }

    /// Finds a factor by the path of a library, or by the name of a linked one. `name` chooses among the factors of a library.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load); [`FactorError::Unknown`], [`FactorError::Several`] and [`FactorError::NotALibrary`].
    pub fn find(&self, factor: &str, name: Option<&str>, loading: &Loading) -> Result<Plugin, FactorError> {
        let is_library = is_library(factor);
        let mut factors = if is_library { self.load(Path::new(factor), loading)? } else { self.linked() };
        let wanted = if is_library { name } else { Some(factor) };
        let is_wanted = |position: &usize| wanted.is_none_or(|name| factors[*position].name() == name);
        let found: Vec<usize> = (0..factors.len()).filter(is_wanted).collect();
        if let [position] = found[..] {
            if !is_library && loading.is_of_library() {
                return Err(FactorError::NotALibrary { name: factor.into() });
            }
            return Ok(factors.swap_remove(position));
        }
        let known: Vec<String> = factors.iter().map(|factor| factor.name().to_owned()).collect();
        match wanted {
            None => Err(FactorError::Several { path: library_path(Path::new(factor)), known }),
            Some(name) => Err(FactorError::unknown(name, known, is_library)),
        }
    }

    /// Makes the factors that a configuration names, and those of `added`: names of linked factors, or paths of libraries, whose
    /// factors are all added. The configuration then says of each factor everything that was decided, every parameter included.
    ///
    /// A factor of a library takes the place of a linked one of its name only where the configuration gives a library for that name.
    ///
    /// # Errors
    ///
    /// If a name is not known or is there twice, a library is refused or has a factor of a linked one's name that was not asked for,
    /// or a factor refuses its parameters.
    pub fn select(&self, config: &mut Config, added: &[String]) -> Result<FactorSet, FactorError> {
        self.add(config, added)?;
        let mut linked = self.linked();
        let linked_names = self.linked_names();
        let known: Vec<String> = linked_names.iter().cloned().chain(config.factors.iter().cloned()).collect();
        if let Some(name) = config.factor.keys().find(|name| !known.contains(name)) {
            let nearest = nearest(name, known.iter().map(String::as_str)).map(Into::into);
            return Err(FactorError::Unknown {
                name: name.clone(),
                nearest,
                known: linked_names,
                is_library: false,
            });
        }
        let mut factors: Vec<RunFactor> = Vec::new();
        for name in &config.factors {
            if factors.iter().any(|other| other.name() == name) {
                return Err(FactorError::Twice { name: name.clone() });
            }
            factors.push(self.make(name, &config.of_factor(name), &mut linked)?);
        }
        config.factor =
            factors.iter().map(|factor| (factor.name().to_owned(), factor.settings(config))).collect();
        Ok(FactorSet { factors })
    }

    /// Adds factors to the list of a configuration, with their libraries.
    fn add(&self, config: &mut Config, added: &[String]) -> Result<(), FactorError> {
        let mut from_libraries: Vec<String> = Vec::new();
        let linked = self.linked_names();
        let list = |config: &mut Config, name: &str| {
            if !config.factors.iter().any(|known| known == name) {
                config.factors.push(name.into());
            }
        };
        for factor in added {
            if !is_library(factor) {
                list(config, factor);
                continue;
            }
            // Which of the settings are its own is known when its names are.
            let allow_world_writable = config.factor.values().any(|settings| settings.allow_world_writable);
            let loading = Loading { allow_world_writable, ..self.limits_before_names(config) };
            for name in self.names_in(factor, &loading, may_be_sealed(config))? {
                if from_libraries.contains(&name) {
                    return Err(FactorError::Twice { name });
                }
                let settings = config.of_factor(&name);
                // A flag that adds a factor is not to replace another one by the way.
                if settings.library.is_none() && linked.contains(&name) {
                    return Err(FactorError::NameOfLinked { name, library: factor.clone() });
                }
                let settings = FactorConfig { library: Some(factor.clone()), ..settings };
                config.factor.insert(name.clone(), settings);
                list(config, &name);
                from_libraries.push(name);
            }
        }
        Ok(())
    }

    /// The limits of a library that is asked for the names of its factors: the widest of those that are set for factors of libraries.
    fn limits_before_names(&self, config: &Config) -> Loading {
        let linked = self.linked_names();
        let of_libraries =
            || config.factor.iter().filter(|(name, _)| !linked.contains(name)).map(|(_, settings)| settings);
        let usual = FactorConfig::default();
        Loading::of(&FactorConfig {
            time_limit: of_libraries().map(|settings| settings.time_limit).max().unwrap_or(usual.time_limit),
            memory_limit: of_libraries()
                .map(|settings| settings.memory_limit)
                .max()
                .unwrap_or(usual.memory_limit),
            ..usual
        })
    }

    /// Makes one factor as its settings say, of its library or of the linked ones, from which it is taken.
    pub(crate) fn make(
        &self,
        name: &str,
        settings: &FactorConfig,
        linked: &mut Vec<Plugin>,
    ) -> Result<RunFactor, FactorError> {
        let plugin = if let Some(library) = &settings.library {
            if settings.isolate == Isolate::No
                && settings.memory_limit != FactorConfig::default().memory_limit
            {
                return Err(FactorError::NoSuchLimit { name: name.into(), key: "memory_limit" });
            }
            let mut plugins = self.load(Path::new(library), &Loading::of(settings))?;
            let Some(position) = plugins.iter().position(|plugin| plugin.name() == name) else {
                let known = plugins.iter().map(|plugin| plugin.name().to_owned()).collect();
                return Err(FactorError::unknown(name, known, true));
            };
            plugins.swap_remove(position)
        } else {
            if settings.isolate != Isolate::No || settings.sha256.is_some() || settings.allow_world_writable {
                return Err(FactorError::NotALibrary { name: name.into() });
            }
            let usual = FactorConfig::default();
            for (key, is_set) in [
                ("time_limit", settings.time_limit != usual.time_limit),
                ("memory_limit", settings.memory_limit != usual.memory_limit),
            ] {
                if is_set {
                    return Err(FactorError::NoSuchLimit { name: name.into(), key });
                }
            }
            let Some(position) = linked.iter().position(|plugin| plugin.name() == name) else {
                return Err(FactorError::unknown(name, self.linked_names(), false));
            };
            linked.swap_remove(position)
        };
        let instance = plugin
            .create(settings.parameters.clone())
            .map_err(|error| FactorError::Call { factor: name.into(), error })?;
        Ok(RunFactor { plugin, instance, weight: settings.weight })
    }

    /// Returns the names of the factors in a library. They are asked for in a child process where there is a program for it: how
    /// the library is to be loaded may depend on them.
    pub(crate) fn names_in(
        &self,
        library: &str,
        loading: &Loading,
        is_sealed: bool,
    ) -> Result<Vec<String>, FactorError> {
        let isolate = match self.isolation_program {
            _ if is_sealed => Isolate::Sealed,
            Some(_) => Isolate::Yes,
            None => Isolate::No,
        };
        let loading = Loading { isolate, ..loading.clone() };
        let plugins = self.load(Path::new(library), &loading)?;
        Ok(plugins.iter().map(|plugin| plugin.name().to_owned()).collect())
    }

    /// Returns how a child process is started and limited.
    ///
    /// # Errors
    ///
    /// [`FactorError::NoProgram`] if no program is named.
    pub fn isolation(&self, loading: &Loading) -> Result<Isolation, FactorError> {
        let program = self.isolation_program.clone().ok_or(FactorError::NoProgram)?;
        Ok(Isolation {
            time_limit: loading.time_limit,
            memory_limit: loading.memory_limit,
            is_sealed: loading.isolate == Isolate::Sealed,
            ..Isolation::new(program)
        })
    }
}

/// Tells whether a factor of a configuration is sealed. A library that may hold it runs in no other way then, not even to be
/// asked for its names.
pub(crate) fn may_be_sealed(config: &Config) -> bool {
    config.factor.values().any(|settings| settings.isolate == Isolate::Sealed)
}

/// How a library is loaded.
#[derive(Clone, Debug)]
pub struct Loading {
    /// Whether it runs in a child process, and whether that is sealed.
    pub isolate: Isolate,
    /// How long one call may take.
    pub time_limit: Duration,
    /// How much memory an isolated factor may have, in bytes.
    pub memory_limit: u64,
    /// The SHA-256 that the library must have.
    pub sha256: Option<String>,
    /// Whether it is loaded although any user of the machine can change it.
    pub allow_world_writable: bool,
}

impl Default for Loading {
    fn default() -> Self {
        Self::of(&FactorConfig::default())
    }
}

impl Loading {
    /// As the settings of a factor say.
    #[must_use]
    pub fn of(settings: &FactorConfig) -> Self {
        Self {
            isolate: settings.isolate,
            time_limit: Duration::from_secs(settings.time_limit),
            memory_limit: settings.memory_limit << 20,
            sha256: settings.sha256.clone(),
            allow_world_writable: settings.allow_world_writable,
        }
    }

    /// Returns what is looked at before a library is opened.
    #[must_use]
    pub fn options(&self) -> LoadOptions {
        LoadOptions {
            sha256: self.sha256.clone(),
            allow_world_writable: self.allow_world_writable,
            time_limit: Some(self.time_limit),
        }
    }

    /// Whether something is asked for that only a library can have.
    fn is_of_library(&self) -> bool {
        self.isolate != Isolate::No || self.sha256.is_some() || self.allow_world_writable
    }
}

/// The factors of a run, in its order.
#[derive(Debug)]
pub struct FactorSet {
    factors: Vec<RunFactor>,
}

impl FactorSet {
    pub(crate) fn new(factors: Vec<RunFactor>) -> Self {
        Self { factors }
    }

    /// Returns the factors in the order of the run.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &RunFactor> + Clone {
        self.factors.iter()
    }

    /// Returns the factor of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&RunFactor> {
        self.factors.iter().find(|factor| factor.name() == name)
    }

    /// Returns what `run.json` says of each factor.
    #[must_use]
    pub fn records(&self) -> Vec<FactorRecord> {
        self.factors.iter().map(factor_record).collect()
    }

    pub(crate) fn members(&self) -> Vec<Member<'_>> {
        self.factors.iter().map(RunFactor::member).collect()
    }

    /// The settings of each factor with every parameter.
    pub(crate) fn settings(&self, config: &Config) -> BTreeMap<String, FactorConfig> {
        self.factors.iter().map(|factor| (factor.name().to_owned(), factor.settings(config))).collect()
    }
}

/// A factor of a run: where it comes from, its instance and its weight.
#[derive(Debug)]
pub struct RunFactor {
    /// The factor as it was linked or loaded.
    pub plugin: Plugin,
    /// It, made with its parameters.
    pub instance: Instance,
    /// Its weight in the total, 0 or more.
    pub weight: f64,
}

/// A factor with one of its parameters changed.
#[derive(Debug)]
pub(crate) struct Alternative {
    pub(crate) parameter: String,
    pub(crate) value: Value,
    pub(crate) instance: Instance,
}

impl RunFactor {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.plugin.name()
    }

    /// Returns the SHA-256 of the library that it comes from; `None` for a linked one.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        match self.plugin.origin() {
            Origin::Linked => None,
            Origin::Loaded { sha256, .. } => Some(sha256),
        }
    }

    /// Makes the factor anew for each value that it declares worth trying, one parameter changed at a time.
    ///
    /// # Errors
    ///
    /// If the factor refuses one of its own values.
    pub(crate) fn alternatives(&self, settings: &FactorConfig) -> Result<Vec<Alternative>, CallError> {
        let mut alternatives = Vec::new();
        for parameter in self.plugin.parameters() {
            let current = settings.parameters.get(parameter.name);
            for value in parameter.alternatives().filter(|value| current != Some(value)) {
                let mut parameters = settings.parameters.clone();
                parameters.insert(parameter.name.into(), value.clone());
                let instance = self.plugin.create(parameters)?;
                alternatives.push(Alternative { parameter: parameter.name.into(), value, instance });
            }
        }
        Ok(alternatives)
    }

    pub(crate) fn member(&self) -> Member<'_> {
        Member { instance: &self.instance, weight: self.weight }
    }

    /// Its settings with every parameter, those that were not given as well.
    fn settings(&self, config: &Config) -> FactorConfig {
        let mut settings = config.of_factor(self.name());
        for parameter in self.plugin.parameters() {
            settings.parameters.entry(parameter.name.to_owned()).or_insert_with(|| parameter.default());
        }
        settings
    }
}

/// Tells the path of a library from the name of a factor: a name has neither slash nor dot, and a path without them would
/// need a file of that name.
#[must_use]
pub fn is_library(factor: &str) -> bool {
    factor.contains(['/', '.']) || from_start(Path::new(factor)).is_file()
}

/// Returns the file of a library: as it is named, or as the platform calls it (`libNAME.so`), so that one name is for all
/// platforms.
#[must_use]
pub fn library_path(named: &Path) -> PathBuf {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let Some(name) = named.file_name().and_then(|name| name.to_str()) else { return named.to_path_buf() };
    let platform = named.with_file_name(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    if !from_start(named).exists() && from_start(&platform).is_file() {
        platform
    } else {
        named.to_path_buf()
    }
}

/// Serves an isolated factor if this process was started for it, and then returns the exit code of the process; `None` in any
/// other process. A program that [`Catalogue::isolating_in`] names calls it first in its `main`.
#[must_use]
pub fn serve_isolated(catalogue: &Catalogue) -> Option<u8> {
    let is_child =
        std::env::args_os().nth(1).is_some_and(|argument| argument == rotor_plugin::CHILD_ARGUMENT);
    is_child.then(|| {
        // The child ends with this call.
        let linked: &'static [&'static ExportedFactor] =
            Box::leak(catalogue.linked.clone().into_boxed_slice());
        if rotor_plugin::serve(linked).is_ok() { 0 } else { 3 }
    })
}

/// Why a factor of a run is not to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactorError {
    /// The library is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A library has several factors, and none of them was chosen.
    #[error("the library {} has several factors", shown_path(path))]
    Several {
        /// The library.
        path: PathBuf,
        /// The names of its factors.
        known: Vec<String>,
    },
    /// No factor has this name.
    #[error("there is no factor `{}` {}", shown(name), if *is_library { "in the library" } else { "in this program" })]
    Unknown {
        /// The name.
        name: String,
        /// The known name that is written most like it.
        nearest: Option<String>,
        /// The known names.
        known: Vec<String>,
        /// Whether it was looked for in a library.
        is_library: bool,
    },
    /// A linked factor cannot be loaded in a special way.
    #[error("factor `{}` is part of this program: it cannot be isolated, pinned or allowed", shown(name))]
    NotALibrary {
        /// The factor.
        name: String,
    },
    /// A limit is set where nothing can hold it.
    #[error(
        "`{key}` of factor `{name}` means nothing: {}",
        if *key == "memory_limit" { "the memory of a factor in this process has no limit of its own" } else { "it is part of this program, and nobody watches it" }
    )]
    NoSuchLimit {
        /// The factor.
        name: String,
        /// The key of the configuration.
        key: &'static str,
    },
    /// A factor is named twice.
    #[error("factor `{}` is in the run twice", shown(name))]
    Twice {
        /// The factor.
        name: String,
    },
    /// A library that a flag adds has a factor of a linked one's name.
    #[error(
        "the library {} has a factor `{}`, and one of that name is part of this program",
        shown(library),
        shown(name)
    )]
    NameOfLinked {
        /// The factor.
        name: String,
        /// The library, as it was named.
        library: String,
    },
    /// The factor refuses its parameters, or cannot be started.
    #[error("factor `{}` cannot be made: {error}", shown(factor))]
    Call {
        /// The factor.
        factor: String,
        /// Why.
        error: CallError,
    },
    /// A factor is to run in a child process, and no program is named for it.
    #[error("a factor cannot be isolated: no program is named that runs it")]
    NoProgram,
    /// The thread that watches time limits cannot be started.
    #[error("the thread that watches time limits cannot be started: {0}")]
    Watchdog(#[source] std::io::Error),
}

impl FactorError {
    fn unknown(name: &str, known: Vec<String>, is_library: bool) -> Self {
        let nearest = nearest(name, known.iter().map(String::as_str)).map(Into::into);
        Self::Unknown { name: name.into(), nearest, known, is_library }
    }

    /// Returns how to mend it, a line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Refused(refused) => {
                return refused.reasons.iter().filter_map(rotor_plugin::LoadError::hint).collect();
            }
            Self::Unknown { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{}`?", shown(nearest)))
            }
            Self::NameOfLinked { name, .. } => Some(format!(
                "give the factor a name of its own; to put it in the place of the linked one, ask for it by `library` under `[factor.{name}]` (or `--set {name}.library=PATH`)"
            )),
            Self::Unknown { known, is_library, .. } => {
                let path = if *is_library {
                    ""
                } else {
                    "; a factor of a library is named by a path, with a `/` (`--factor PATH` in a run)"
                };
                Some(format!("there are {}{path}", listed(known)))
            }
            Self::Several { known, .. } => Some(format!("choose one by `--name`: {}", listed(known))),
            Self::NoSuchLimit { key, .. } => {
                Some(format!("leave `{key}` out, or name a library and isolate it (`isolate = true`)"))
            }
            Self::NotALibrary { .. } => Some("leave these flags out, or give the path of a library".into()),
            Self::Call { error, .. } => error.hint(),
            Self::Twice { .. } => Some("name it once; two versions of one factor need two names".into()),
            Self::Watchdog(_) => None,
            Self::NoProgram => Some("name one by `Catalogue::isolating_in`".into()),
        };
        hint.into_iter().collect()
    }
}
