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
    pub cause: MissingCause,
    /// Whether the factor can do without it.
    pub is_optional: bool,
}

/// Why an input is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MissingCause {
    /// There are no weights of industries.
    #[error("the dataset has no `bridge`")]
    NoBridge,
    /// No series is linked to a sector.
    #[error("the dataset has no `links`")]
    NoLinks,
    /// There is no market, whose values linked series have.
    #[error("the dataset has no market")]
    NoMarket,
    /// There is no entity of a kind.
    #[error("the dataset has no entity of kind `{kind}`")]
    NoEntity {
        /// The kind.
        kind: EntityKind,
    },
    /// There are entities of a kind, without closes.
    #[error("no entity of kind `{kind}` has closes")]
    NoCloses {
        /// The kind.
        kind: EntityKind,
    },
    /// Daily closes are wanted.
    #[error("the dataset has month-end closes only")]
    MonthEndOnly,
    /// There is no such series.
    #[error("the dataset has no series `{series}`{}", did_you_mean(nearest.as_deref()))]
    NoSeries {
        /// The series.
        series: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// The series has values at another frequency.
    #[error("series `{series}` has frequency {found}, the factor wants {wanted}")]
    OtherFrequency {
        /// The series.
        series: String,
        /// Its frequency.
        found: Frequency,
        /// The frequency that the factor declares.
        wanted: Frequency,
    },
    /// The series has no values.
    #[error("series `{series}` has no observations")]
    NoObservations {
        /// The series.
        series: String,
    },
    /// The series has values of other entities.
    #[error("series `{series}` has values of kind `{found}`, the factor wants `{wanted}`")]
    OtherKind {
        /// The series.
        series: String,
        /// The kind of an entity that has values.
        found: EntityKind,
        /// The kind that the factor declares.
        wanted: EntityKind,
    },
    /// The source is one of a newer contract.
    #[error("this Rotor does not know where it comes from")]
    UnknownSource,
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

impl MissingCause {
    /// Returns the cause in Chinese.
    #[must_use]
    pub fn text_zh(&self) -> String {
        match self {
            Self::NoBridge => "数据集没有行业映射（`bridge`）".into(),
            Self::NoLinks => "数据集没有高频指标与行业的对应关系（`links`）".into(),
            Self::NoMarket => "数据集没有市场实体".into(),
            Self::NoEntity { kind } => format!("数据集没有类型为`{kind}`的实体"),
            Self::NoCloses { kind } => format!("类型为`{kind}`的实体均无收盘价"),
            Self::MonthEndOnly => "数据集只有月末收盘价".into(),
            Self::NoSeries { series, nearest } => {
                let nearest = nearest.as_ref().map_or(String::new(), |near| format!("；是否为`{near}`？"));
                format!("数据集没有序列`{series}`{nearest}")
            }
            Self::OtherFrequency { series, found, wanted } => {
                format!("序列`{series}`的频率为{found}，因子需要{wanted}")
            }
            Self::NoObservations { series } => format!("序列`{series}`没有观测值"),
            Self::OtherKind { series, found, wanted } => {
                format!("序列`{series}`的实体类型为`{found}`，因子需要`{wanted}`")
            }
            Self::UnknownSource => "当前版本的 Rotor 不支持其数据来源".into(),
        }
    }
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
        write!(f, "input `{}`: {}", self.input, self.cause)
    }
}

impl Missing {
    /// Returns in Chinese which input is missing, and why.
    #[must_use]
    pub fn text_zh(&self) -> String {
        format!("输入`{}`：{}", self.input, self.cause.text_zh())
    }
}

impl Plan {
    /// Finds the inputs of factors in a dataset.
    ///
    /// # Errors
    ///
    /// If two factors have one name. What a dataset lacks is no error; see [`Plan::missing`].
    pub fn new(dataset: &Dataset, specs: &[&Spec]) -> Result<Self, PlanError> {
        for (position, spec) in specs.iter().enumerate() {
            if specs[..position].iter().any(|other| other.name() == spec.name()) {
                return Err(PlanError::DuplicateFactor { name: spec.name().into() });
            }
        }
        let mut plan = Self {
            requests: Vec::new(),
            bindings: Vec::new(),
            linked: Vec::new(),
            missing: Vec::new(),
            universe: Vec::new(),
        };
        plan.bind_all(dataset, specs.iter().copied());
        Ok(plan)
    }

    fn bind_all<'s>(&mut self, dataset: &Dataset, specs: impl Iterator<Item = &'s Spec>) {
        for spec in specs {
            let (mut binding, mut missing) = (Binding::default(), Vec::new());
            for input in spec.inputs() {
                let window = self.bind(dataset, input.source(), &mut binding);
                binding.windows.push(window.as_ref().ok().copied().flatten());
                if let Err(cause) = window {
                    let (input, is_optional) = (input.name().into(), input.is_optional());
                    missing.push(Missing { input, cause, is_optional });
                }
            }
            self.bindings.push(binding);
            self.missing.push(missing);
        }
    }

    /// Adds the inputs of further factors, in their order; one may stand there again with other parameters.
    pub(crate) fn and<'s>(&self, dataset: &Dataset, specs: impl Iterator<Item = &'s Spec>) -> Self {
        let mut plan = self.clone();
        plan.bind_all(dataset, specs);
        plan
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
        let needed: Vec<String> = self.needed(factor).map(ToString::to_string).collect();
        (!needed.is_empty()).then(|| needed.join("; "))
    }

    /// As [`Plan::refusal`], in Chinese.
    ///
    /// # Panics
    ///
    /// If there is no factor at this position.
    #[must_use]
    pub fn refusal_zh(&self, factor: usize) -> Option<String> {
        let needed: Vec<String> = self.needed(factor).map(Missing::text_zh).collect();
        (!needed.is_empty()).then(|| needed.join("；"))
    }

    /// The inputs that the factor cannot do without and the dataset does not have.
    fn needed(&self, factor: usize) -> impl Iterator<Item = &Missing> {
        self.missing[factor].iter().filter(|input| !input.is_optional)
    }

    /// Binds one input; the reason why it is not there, if it is not.
    fn bind(
        &mut self,
        dataset: &Dataset,
        source: &Source,
        binding: &mut Binding,
    ) -> Result<Option<Window>, MissingCause> {
        let (input, kind, n_periods) = match source {
            Source::Bridge if dataset.bridge().is_empty() => return Err(MissingCause::NoBridge),
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
                    return Err(MissingCause::NoCloses { kind: *kind });
                }
                let is_daily = dataset.manifest().price_frequency == rotor_data::PriceFrequency::Daily;
                match frequency {
                    Frequency::Daily if !is_daily => {
                        return Err(MissingCause::MonthEndOnly);
                    }
                    Frequency::Daily => (SweepInput::DailyClose, *kind, *n_periods),
                    _ => (SweepInput::MonthlyClose, *kind, *n_periods),
                }
            }
            Source::Series { series, kind, frequency, n_periods } => {
                let position = series_of(dataset, series, *kind, Some(*frequency))?;
                (SweepInput::Series(position), *kind, *n_periods)
            }
            Source::SeriesOfAnyFrequency { series, kind, n_days, n_months } => {
                let position = series_of(dataset, series, *kind, None)?;
                let calendar = dataset.series()[position].frequency.calendar();
                (SweepInput::Series(position), *kind, calendar.n_periods(*n_days, *n_months))
            }
            _ => return Err(MissingCause::UnknownSource),
        };
        Ok(Some(Window { request: self.request(input, kind, n_periods), kind, n_periods }))
    }

    fn bind_links(
        &mut self,
        dataset: &Dataset,
        n_days: usize,
        n_months: usize,
        binding: &mut Binding,
    ) -> Result<(), MissingCause> {
        if dataset.of_kind(EntityKind::Market).is_empty() {
            return Err(MissingCause::NoMarket);
        }
        let mut linked: Vec<usize> = dataset.links().iter().map(|link| link.series as usize).collect();
        linked.sort_unstable();
        linked.dedup();
        if linked.is_empty() {
            return Err(MissingCause::NoLinks);
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

/// Finds a series that has values of a kind, of a frequency if one is wanted, or why there is none.
fn series_of(
    dataset: &Dataset,
    name: &str,
    kind: EntityKind,
    wanted: Option<Frequency>,
) -> Result<usize, MissingCause> {
    let position = dataset.find_series(name).ok_or_else(|| {
        let names = dataset.series().iter().map(|series| series.name.as_str());
        let nearest = rotor_factor::nearest(name, names).map(Into::into);
        MissingCause::NoSeries { series: name.into(), nearest }
    })?;
    let found = dataset.series()[position].frequency;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Err(MissingCause::OtherFrequency { series: name.into(), found, wanted });
    }
    if dataset.of_kind(kind).is_empty() {
        return Err(MissingCause::NoEntity { kind });
    }
    let mut vintages = dataset.archive().vintages(position);
    let Some(first) = vintages.next() else {
        return Err(MissingCause::NoObservations { series: name.into() });
    };
    let is_of_kind = |entity: usize| dataset.entities()[entity].kind == kind;
    if !is_of_kind(first.entity) && !vintages.any(|vintage| is_of_kind(vintage.entity)) {
        let found = dataset.entities()[first.entity].kind;
        return Err(MissingCause::OtherKind { series: name.into(), found, wanted: kind });
    }
    Ok(position)
}
