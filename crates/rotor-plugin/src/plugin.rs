//! One interface for factors that are linked, loaded, or in a separate process.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use rotor_factor::host::ViewData;
use rotor_factor::{ExportedFactor, Parameter, Signal, Spec, Value, abi};
use rotor_fs::from_start;

use crate::call::{Functions, Made};
use crate::file::{FactorHeader, LibraryFile};
use crate::isolate::{Child, Isolation, Opened};
use crate::load::{LoadOptions, checked_linked, open};
use crate::mark::Culprit;
use crate::{Breach, CallError, LoadError, ProcessPart, ProcessState, spec};

/// A kind of factor, from which instances with parameters are created.
#[derive(Debug)]
pub struct Plugin {
    build: Build,
    origin: Origin,
    parameters: &'static [Parameter],
    /// With the defaults of the parameters.
    spec: Spec,
    door: Door,
    /// What its library changed of the process while it was loaded.
    changed: Vec<ProcessPart>,
}

/// The build of a factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Crate and version, kit, compiler and target, for people.
    pub text: String,
    /// The major version of the boundary.
    pub abi_major: u32,
    /// The minor version of the boundary.
    pub abi_minor: u32,
    /// Whether it was built with debug assertions, hence slow.
    pub is_debug: bool,
}

/// Where a factor comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The factor is part of this program.
    Linked,
    /// The factor comes from a library.
    Loaded {
        /// The path as it was given.
        path: PathBuf,
        /// The SHA-256 of the file in lower-case hexadecimal digits.
        sha256: String,
        /// Whether it runs in a separate process.
        is_isolated: bool,
        /// Whether that process is sealed.
        is_sealed: bool,
    },
}

/// A library that is not loaded, with every reason that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The path as it was given.
    pub path: PathBuf,
    /// The reasons; at least one.
    pub reasons: Vec<LoadError>,
}

#[derive(Debug)]
enum Door {
    Here(Functions),
    Isolated { isolation: Isolation, place: Place },
}

/// Where a child process finds a factor.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) home: Home,
    /// Which of the factors that are there.
    pub(crate) position: usize,
}

/// What a child process is to open.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    /// The factors that are part of the program.
    Program,
    /// A library.
    Library { path: PathBuf, options: LoadOptions },
}

/// A factor with its parameters, ready to evaluate days.
#[derive(Debug)]
pub struct Instance {
    spec: Spec,
    inside: Inside,
    changed: Vec<ProcessPart>,
    /// The library that it comes from, as it was named.
    library: Option<PathBuf>,
}

#[derive(Debug)]
enum Inside {
    Here(Made),
    Isolated(Mutex<Child>),
}

impl Plugin {
    /// Takes a factor that is part of this program.
    ///
    /// # Errors
    ///
    /// If its header is incomplete or it does not start.
    pub fn linked(factor: &'static ExportedFactor) -> Result<Self, LoadError> {
        let (header, vtable) = checked_linked(factor)?;
        Self::here(&header, vtable, Origin::Linked, None)
    }

    /// Opens a library and loads its factors into this process.
    ///
    /// What they do to the process as a whole (`abort`, `exit`, using all memory, an endless loop) cannot be contained
    /// here; see [`Plugin::isolated`] and [`explain_fatal_calls`](crate::explain_fatal_calls).
    ///
    /// # Errors
    ///
    /// Every reason to refuse the file, found before any of it was run; or the first that opening it shows.
    pub fn load(path: &Path, options: &LoadOptions) -> Result<Vec<Self>, Refused> {
        let file = LibraryFile::look_at(path, options);
        let state = ProcessState::now();
        let mut plugins = Vec::new();
        for ((_, vtable), header) in open(&file, options.time_limit)?.into_iter().zip(&file.factors) {
            let (path, sha256) = (path.into(), file.sha256.clone());
            let origin = Origin::Loaded { path, sha256, is_isolated: false, is_sealed: false };
            let plugin = Self::here(header, vtable, origin, options.time_limit);
            let refused = |error| Refused { path: file.path.clone(), reasons: vec![error] };
            plugins.push(plugin.map_err(refused)?);
        }
        let changed = state.restore_all();
        for plugin in &mut plugins {
            plugin.changed.clone_from(&changed);
        }
        distinct(path, plugins)
    }

    /// Opens a library in a child process, one for each instance, and returns its factors.
    ///
    /// Whatever a factor does there affects only its own scores.
    ///
    /// # Errors
    ///
    /// As [`Plugin::load`], and if the child cannot be started.
    pub fn isolated(path: &Path, options: &LoadOptions, isolation: &Isolation) -> Result<Vec<Self>, Refused> {
        let refused = |reasons| Refused { path: path.into(), reasons };
        let file = LibraryFile::look_at(path, options);
        if !file.refusals.is_empty() {
            return Err(refused(file.refusals));
        }
        // The child opens the bytes that were looked at here, or nothing.
        let options = LoadOptions { sha256: Some(file.sha256.clone()), ..options.clone() };
        let home = Home::Library { path: from_start(path), options };
        let opened = Child::open(isolation, &home).map_err(refused)?;
        let mut plugins = Vec::new();
        for (position, (opened, header)) in opened.iter().zip(&file.factors).enumerate() {
            let Opened { parameters, spec } = opened;
            let start = |breach| refused(vec![LoadError::Start(CallError::Broke(breach))]);
            let (path, sha256) = (path.into(), file.sha256.clone());
            let is_sealed = isolation.is_sealed;
            let origin = Origin::Loaded { path, sha256, is_isolated: true, is_sealed };
            plugins.push(Self {
                build: Build::of(header),
                origin,
                parameters: spec::read_parameters(parameters).map_err(start)?,
                spec: spec::read_spec(spec).map_err(start)?,
                door: Door::Isolated {
                    isolation: isolation.clone(),
                    place: Place { home: home.clone(), position },
                },
                changed: Vec::new(),
            });
        }
        distinct(path, plugins)
    }

    /// Returns the same factor for processes of its own, one for each instance: nothing that this process holds is there.
    ///
    /// # Errors
    ///
    /// If the child cannot be started, or does not have the factor: its library is another now.
    pub fn apart(&self, isolation: &Isolation) -> Result<Self, CallError> {
        let home = match &self.origin {
            Origin::Linked => Home::Program,
            // It has been taken already, and its hash says that it is the same.
            Origin::Loaded { path, sha256, .. } => Home::Library {
                path: from_start(path),
                options: LoadOptions {
                    sha256: Some(sha256.clone()),
                    allow_world_writable: true,
                    time_limit: None,
                },
            },
        };
        let not_started = |reason: String| CallError::NotStarted { reason };
        let opened = Child::open(isolation, &home).map_err(|mut reasons| match reasons.pop() {
            Some(LoadError::Start(error)) => error,
            reason => not_started(reason.map_or_else(String::new, |reason| reason.to_string())),
        })?;
        for (position, Opened { spec, .. }) in opened.iter().enumerate() {
            if spec::read_spec(spec).map_err(CallError::Broke)? == self.spec {
                return Ok(Self {
                    build: self.build.clone(),
                    origin: self.origin.clone(),
                    parameters: self.parameters,
                    spec: self.spec.clone(),
                    door: Door::Isolated { isolation: isolation.clone(), place: Place { home, position } },
                    changed: Vec::new(),
                });
            }
        }
        Err(not_started(format!("the process has no factor `{}` like the one here", self.name())))
    }

    fn here(
        header: &FactorHeader,
        vtable: &'static abi::VTable,
        origin: Origin,
        time_limit: Option<Duration>,
    ) -> Result<Self, LoadError> {
        let path = origin.path();
        let culprit = Culprit::new(&header.build, path, time_limit);
        let functions = Functions::start(vtable, culprit).map_err(LoadError::Start)?;
        let json = functions.parameters_json().map_err(LoadError::Start)?;
        let parameters =
            spec::read_parameters(&json).map_err(|breach| LoadError::Start(CallError::Broke(breach)))?;
        let spec = functions.create(parameters, []).map_err(LoadError::Start)?.spec().clone();
        Ok(Self {
            build: Build::of(header),
            origin,
            parameters,
            spec,
            door: Door::Here(functions),
            changed: Vec::new(),
        })
    }

    /// Returns the name of the factor.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec.name()
    }

    /// Returns the build of the factor.
    #[must_use]
    pub fn build(&self) -> &Build {
        &self.build
    }

    /// Returns where the factor comes from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the declared parameters.
    #[must_use]
    pub fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// Returns the spec that goes with the defaults of the parameters.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Creates a factor; parameters that are not given have their defaults.
    ///
    /// # Errors
    ///
    /// If a parameter is not declared or not allowed, if the factor refuses it, or if it has another name than when it was opened.
    pub fn create(&self, given: impl IntoIterator<Item = (String, Value)>) -> Result<Instance, CallError> {
        let instance = self.create_unchecked(given)?;
        // Scores, settings and weights belong to a name.
        if instance.spec.name() != self.name() {
            let reason =
                format!("it was `{}` when it was opened, and is `{}` now", self.name(), instance.spec.name());
            return Err(CallError::Broke(Breach::BadSpec { reason }));
        }
        Ok(instance)
    }

    fn create_unchecked(
        &self,
        given: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Instance, CallError> {
        match &self.door {
            Door::Here(functions) => {
                let made = functions.create(self.parameters, given)?;
                let changed = self.changed.clone();
                let library = self.origin.path().map(Path::to_path_buf);
                Ok(Instance { spec: made.spec().clone(), inside: Inside::Here(made), changed, library })
            }
            Door::Isolated { isolation, place } => {
                let (child, spec) = Child::create(isolation, place, self.parameters, given)?;
                let library = self.origin.path().map(Path::to_path_buf);
                Ok(Instance {
                    spec,
                    inside: Inside::Isolated(Mutex::new(child)),
                    changed: Vec::new(),
                    library,
                })
            }
        }
    }
}

/// Refuses a library with two factors of one name.
fn distinct(path: &Path, plugins: Vec<Plugin>) -> Result<Vec<Plugin>, Refused> {
    for (position, plugin) in plugins.iter().enumerate() {
        if plugins[..position].iter().any(|other| other.name() == plugin.name()) {
            let reasons = vec![LoadError::DuplicateFactor { name: plugin.name().into() }];
            return Err(Refused { path: path.into(), reasons });
        }
    }
    Ok(plugins)
}

impl Build {
    fn of(header: &FactorHeader) -> Self {
        Self {
            text: header.build.clone(),
            abi_major: header.abi_major,
            abi_minor: header.abi_minor,
            is_debug: header.flags & abi::DEBUG_BUILD != 0,
        }
    }
}

impl Origin {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Linked => None,
            Self::Loaded { path, .. } => Some(path),
        }
    }
}

impl Instance {
    /// Returns the library that the factor comes from, as it was named; `None` for a linked one.
    #[must_use]
    pub fn library(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    /// Returns the spec of the factor with these parameters.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Returns whether the factor runs in a separate process. Its calls are then sequential, and must come in the order of
    /// the days so that runs are reproducible.
    #[must_use]
    pub fn is_isolated(&self) -> bool {
        matches!(self.inside, Inside::Isolated(_))
    }

    /// Returns whether the factor comes from a library that is loaded into this process.
    #[must_use]
    pub fn is_loaded_here(&self) -> bool {
        matches!(&self.inside, Inside::Here(made) if !made.is_linked())
    }

    /// Returns what the factor's library changed of the process as a whole while it was loaded; it was restored as far as it can be.
    #[must_use]
    pub fn changed_process(&self) -> &[ProcessPart] {
        &self.changed
    }

    /// Returns how many deliveries of the factor were refused, for they belonged to no call: they came after its end, or from another
    /// thread. Of an isolated factor its process counts, and nobody here does.
    #[must_use]
    pub fn n_refused_deliveries(&self) -> u64 {
        match &self.inside {
            Inside::Here(made) => made.n_refused_deliveries(),
            Inside::Isolated(_) => 0,
        }
    }

    /// Makes sure that no more than the answers has come from an isolated factor, and returns why the last one does not count. To be asked when all
    /// days are done, before [`condemned`](Self::condemned): during a run the next day shows it.
    #[must_use]
    pub fn settle(&self) -> Option<CallError> {
        match &self.inside {
            Inside::Here(_) => None,
            Inside::Isolated(child) => {
                child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).settle()
            }
        }
    }

    /// Returns why no answer counts that the factor has given: it has delivered outside of its calls, so that it cannot be known
    /// which of its answers are of which day. To be asked when all days are done.
    #[must_use]
    pub fn condemned(&self) -> Option<CallError> {
        match &self.inside {
            Inside::Here(made) => made.condemned(),
            Inside::Isolated(child) => {
                child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).condemned()
            }
        }
    }

    /// Evaluates a day, whose inputs are those of [`Instance::spec`] in their order.
    ///
    /// # Errors
    ///
    /// The factor's own error, a panic, a breach of the contract, or the end of its process.
    pub fn evaluate(&self, view: &ViewData<'_>) -> Result<Signal, CallError> {
        match &self.inside {
            Inside::Here(made) => made.evaluate(view),
            Inside::Isolated(child) => {
                let mut child = child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                child.evaluate(&self.spec, view)
            }
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the library {} is refused", self.path.display())?;
        for reason in &self.reasons {
            write!(f, "\n  {reason}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
