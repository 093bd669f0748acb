//! The inputs of factors, held against a dataset before the first day.

use std::fmt;

use rotor_data::{Dataset, Input as SweepInput, WindowRequest};
use rotor_factor::{EntityKind, Frequency, Source, Spec};

/// What a set of factors needs of a dataset.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Every window, once.
    pub(crate) requests: Vec<WindowRequest>,
    pub(crate) bindings: Vec<Binding>,
    /// The linked series in the order of their names: position in the dataset, position in the requests.
    pub(crate) linked: Vec<(usize, usize)>,
    pub(crate) missing: Vec<Vec<Missing>>,
    /// For each sector of the dataset whether it takes part; empty if all do.
    pub(crate) universe: Vec<bool>,
}

/// Where one factor finds its inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding {
    /// For each declared input the window that shows it.
    pub(crate) windows: Vec<Option<Window>>,
    pub(crate) has_bridge: bool,
    /// The windows of linked series, in days and in months.
    pub(crate) links: Option<(usize, usize)>,
}

/// A part of a window that has been asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) request: usize,
    pub(crate) kind: EntityKind,
    pub(crate) n_periods: usize,
}

/// An input that the dataset does not have, or not as the factor wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The name of the input.
    pub input: String,
    /// Why it is not there.
    pub reason: String,
    /// Whether the factor can do without it.
    pub is_optional: bool,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Two factors of one name: their results could not be told apart.
    #[error("two factors are named `{name}`")]
    DuplicateFactor {
        /// The name.
        name: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "input `{}`: {}", self.input, self.reason)
    }
}

impl Plan {
    /// Finds the inputs of factors in a dataset.
    ///
    /// # Errors
    ///
    /// If two factors have one name. What a dataset lacks is no error; see [`Plan::missing`].
    pub fn new(dataset: &Dataset, specs: &[&Spec]) -> Result<Self, PlanError> {
        let mut plan = Self {
            requests: Vec::new(),
            bindings: Vec::new(),
            linked: Vec::new(),
            missing: Vec::new(),
            universe: Vec::new(),
        };
        for (position, spec) in specs.iter().enumerate() {
            if specs[..position].iter().any(|other| other.name() == spec.name()) {
                return Err(PlanError::DuplicateFactor { name: spec.name().into() });
            }
            let (mut binding, mut missing) = (Binding::default(), Vec::new());
            for input in spec.inputs() {
                let window = plan.bind(dataset, input.source(), &mut binding);
                binding.windows.push(window.as_ref().ok().copied().flatten());
                if let Err(reason) = window {
                    let (input, is_optional) = (input.name().into(), input.is_optional());
                    missing.push(Missing { input, reason, is_optional });
                }
            }
            plan.bindings.push(binding);
            plan.missing.push(missing);
        }
        Ok(plan)
    }

    /// Leaves sectors out: those whose place in `takes_part`, in the order of the dataset's sectors, is false.
    ///
    /// Neither factors nor ranking see them; the trading calendar stays that of the dataset.
    #[must_use]
    pub fn with_universe(mut self, takes_part: Vec<bool>) -> Self {
        self.universe = takes_part;
        self
    }

    /// Returns what the dataset lacks of the inputs of a factor, by its position.
    ///
    /// # Panics
    ///
    /// If there is no factor at this position.
    #[must_use]
    pub fn missing(&self, factor: usize) -> &[Missing] {
        &self.missing[factor]
    }

    /// Returns why a factor cannot have a score on any day, or `None` if it can be asked.
    ///
    /// # Panics
    ///
    /// If there is no factor at this position.
    #[must_use]
    pub fn refusal(&self, factor: usize) -> Option<String> {
        let needed: Vec<String> =
            self.missing[factor].iter().filter(|input| !input.is_optional).map(ToString::to_string).collect();
        (!needed.is_empty()).then(|| needed.join("; "))
    }

    /// Binds one input; the reason why it is not there, if it is not.
    fn bind(
        &mut self,
        dataset: &Dataset,
        source: &Source,
        binding: &mut Binding,
    ) -> Result<Option<Window>, String> {
        let (input, kind, n_periods) = match source {
            Source::Bridge if dataset.bridge().is_empty() => return Err("the dataset has no `bridge`".into()),
            Source::Bridge => {
                binding.has_bridge = true;
                return Ok(None);
            }
            Source::Links { n_days, n_months } => {
                return self.bind_links(dataset, *n_days, *n_months, binding).map(|()| None);
            }
            Source::Close { kind, frequency, n_periods } => {
                let has_closes = |entity: &usize| dataset.closes().of(*entity).len() > 0;
                if !dataset.of_kind(*kind).iter().any(has_closes) {
                    return Err(format!("no entity of kind `{kind}` has closes"));
                }
                let is_daily = dataset.manifest().price_frequency == rotor_data::PriceFrequency::Daily;
                match frequency {
                    Frequency::Daily if !is_daily => {
                        return Err("the dataset has month-end closes only".into());
                    }
                    Frequency::Daily => (SweepInput::DailyClose, *kind, *n_periods),
                    _ => (SweepInput::MonthlyClose, *kind, *n_periods),
                }
            }
            Source::Series { series, kind, frequency, n_periods } => {
                let position = dataset.find_series(series).ok_or_else(|| {
                    let names = dataset.series().iter().map(|series| series.name.as_str());
                    match rotor_factor::nearest(series, names) {
                        Some(near) => format!("the dataset has no series `{series}`; did you mean `{near}`?"),
                        None => format!("the dataset has no series `{series}`"),
                    }
                })?;
                let found = dataset.series()[position].frequency;
                if found != *frequency {
                    return Err(format!(
                        "series `{series}` has frequency {found}, the factor wants {frequency}"
                    ));
                }
                if dataset.of_kind(*kind).is_empty() {
                    return Err(format!("the dataset has no entity of kind `{kind}`"));
                }
                let mut vintages = dataset.archive().vintages(position);
                let Some(first) = vintages.next() else {
                    return Err(format!("series `{series}` has no observations"));
                };
                let is_of_kind = |entity: usize| dataset.entities()[entity].kind == *kind;
                if !is_of_kind(first.entity) && !vintages.any(|vintage| is_of_kind(vintage.entity)) {
                    let found = dataset.entities()[first.entity].kind;
                    return Err(format!(
                        "series `{series}` has values of kind `{found}`, the factor wants `{kind}`"
                    ));
                }
                (SweepInput::Series(position), *kind, *n_periods)
            }
            _ => return Err("this Rotor does not know where it comes from".into()),
        };
        Ok(Some(Window { request: self.request(input, kind, n_periods), kind, n_periods }))
    }

    fn bind_links(
        &mut self,
        dataset: &Dataset,
        n_days: usize,
        n_months: usize,
        binding: &mut Binding,
    ) -> Result<(), String> {
        if dataset.of_kind(EntityKind::Market).is_empty() {
            return Err("the dataset has no market".into());
        }
        let mut linked: Vec<usize> = dataset.links().iter().map(|link| link.series as usize).collect();
        linked.sort_unstable();
        linked.dedup();
        if linked.is_empty() {
            return Err("the dataset has no `links`".into());
        }
        // Two factors with links share the series, each with windows of its own length.
        self.linked.clear();
        for series in linked {
            let n_periods = dataset.series()[series].frequency.calendar().n_periods(n_days, n_months);
            let request = self.request(SweepInput::Series(series), EntityKind::Market, n_periods);
            self.linked.push((series, request));
        }
        binding.links = Some((n_days, n_months));
        Ok(())
    }

    /// Asks for a window, or for more of one that is asked for already.
    fn request(&mut self, input: SweepInput, kind: EntityKind, n_periods: usize) -> usize {
        let known = self.requests.iter().position(|request| (request.input, request.kind) == (input, kind));
        let request = known.unwrap_or_else(|| {
            self.requests.push(WindowRequest { input, kind, n_periods });
            self.requests.len() - 1
        });
        self.requests[request].n_periods = self.requests[request].n_periods.max(n_periods);
        request
    }
}
