//! Finds out why a factor gives two answers for one day.
//!
//! A view cannot show the future, so a factor that knows it must have it from elsewhere: from days that it was shown before,
//! from a clock, from the number of its calls. Each cause is tested separately with a fresh factor. If the factor remembers, it
//! is shown later days in which the future of only one part of the data differs: the parts that change its answer are those
//! that it kept.

use std::fmt;

use rotor_data::{Dataset, Future, Part};
use rotor_factor::{AsOf, Source};
use rotor_plugin::Instance;

use super::asking::{Days, is_same, spread};
use super::{CheckError, Make};
use crate::plan::Plan;
use crate::replay::Outcome;

/// Why a factor gives two answers for one day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Two equal factors, asked about this day only, disagree: a clock, random numbers, addresses.
    Start,
    /// Asked twice in a row about one day, it gives two answers: it counts its calls, or keeps its last answer.
    Calls,
    /// After it was shown later days it answers differently, and these parts of their data change the answer: it keeps
    /// them.
    Later(Vec<String>),
    /// As `Later`, but no single part of the data changes its answer.
    LaterDays,
    /// The answer depends on values of these parts of the data that became public on the day or later.
    Future(Vec<String>),
    /// It opens files.
    Files,
}

/// Finds out why a factor gives two answers for a day. `make` makes a fresh one.
pub(super) fn of_memory(
    asked: Days<'_>,
    make: Make<'_>,
    position: usize,
) -> Result<Option<Cause>, CheckError> {
    let factor = make()?;
    let first = asked.alone(&factor, position)?;
    if !is_same(&asked.alone(&make()?, position)?, &first) {
        return Ok(Some(Cause::Start));
    }
    if !is_same(&asked.alone(&factor, position)?, &first) {
        return Ok(Some(Cause::Calls));
    }
    let after_later_days = |dataset: &Dataset| {
        let factor = make()?;
        let asked = asked.of(dataset);
        let n_later = asked.days.len() - position - 1;
        asked
            .one_by_one(&factor, spread(n_later, MOST_LATER).into_iter().map(|later| position + 1 + later))?;
        Ok::<_, CheckError>(asked.alone(&factor, position)?)
    };
    let told = after_later_days(asked.dataset)?;
    if is_same(&told, &first) {
        return Ok(None);
    }
    let day = asked.days[position];
    let changes = |part: Part| {
        let changed = asked.dataset.with_future_of(part, day, Future::Noise(0x5EED));
        Ok(!is_same(&after_later_days(&changed)?, &told))
    };
    let kept = those(asked, changes)?;
    Ok(Some(if kept.is_empty() { Cause::LaterDays } else { Cause::Later(kept) }))
}

/// Finds the parts whose future alone, from a day on, changes what a factor says of a day.
pub(super) fn of_future(
    asked: Days<'_>,
    factor: &Instance,
    position: usize,
    (from, future): (AsOf, Future),
    expected: &Outcome,
) -> Result<Option<Cause>, CheckError> {
    let changes = |part: Part| {
        let changed = asked.dataset.with_future_of(part, from, future);
        Ok(!is_same(&asked.of(&changed).alone(factor, position)?, expected))
    };
    let parts = those(asked, changes)?;
    Ok((!parts.is_empty()).then_some(Cause::Future(parts)))
}

/// Later days that a factor is shown; more of them teach it little.
const MOST_LATER: usize = 6;

/// The names of the parts of the data, among those that the factor is shown, for which something holds.
fn those(
    asked: Days<'_>,
    mut holds: impl FnMut(Part) -> Result<bool, CheckError>,
) -> Result<Vec<String>, CheckError> {
    let mut names = Vec::new();
    for part in asked.plan.parts(asked.dataset) {
        if holds(part)? {
            names.push(name_of(asked.dataset, part));
        }
    }
    Ok(names)
}

fn name_of(dataset: &Dataset, part: Part) -> String {
    match part {
        Part::Closes => "closes".into(),
        Part::Bridge => "bridge".into(),
        Part::Series(series) => dataset.series()[series].name.clone(),
    }
}

impl Plan {
    /// Returns the parts of a dataset that the factors of the plan are shown, each once: closes, series, bridge.
    pub(super) fn parts(&self, dataset: &Dataset) -> Vec<Part> {
        let mut parts = Vec::new();
        for request in &self.requests {
            let part = match request.input {
                rotor_data::Input::Series(series) => Part::Series(series),
                _ => Part::Closes,
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if self.bindings.iter().any(|binding| binding.has_bridge) && !dataset.bridge().is_empty() {
            parts.push(Part::Bridge);
        }
        parts
    }
}

/// Tells whether any input of a factor becomes public by a release.
pub(super) fn has_releases(factor: &Instance) -> bool {
    factor.spec().inputs().iter().any(|input| !matches!(input.source(), Source::Close { .. }))
}

impl Cause {
    /// Returns the parts of the data that it is about.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        match self {
            Self::Later(parts) | Self::Future(parts) => parts,
            _ => &[],
        }
    }

    /// Returns the cause in one word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Calls => "calls",
            Self::Later(_) | Self::LaterDays => "memory",
            Self::Future(_) => "future",
            Self::Files => "files",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |parts: &[String]| parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Start => {
                f.write_str("its answer differs from process to process: a clock, or random numbers")
            }
            Self::Calls => f.write_str("asked twice in a row, it gives two answers: it counts its calls"),
            Self::Later(parts) => {
                write!(
                    f,
                    "it remembers days that it was shown: later values of {} change its answer",
                    named(parts)
                )
            }
            Self::LaterDays => f.write_str("it remembers later days that it was shown"),
            Self::Future(parts) => write!(f, "the future of {} alone changes its answer", named(parts)),
            Self::Files => f.write_str("it reads files: its answer changes where it may not open any"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rotor_factor::{
        AsOfView, CrossSection, EntityKind, ExportedFactor, Factor, FactorError, Frequency, Input, Parameter,
        Parameters, Signal, Spec,
    };
    use rotor_plugin::Plugin;

    use super::*;
    use crate::schedule::executions;

    /// Momentum, with the latest consumer prices in its raw values; spoilt as its parameter says.
    struct Doctored {
        how: String,
        /// The latest consumer prices that it was ever shown.
        latest: Mutex<(i32, f64)>,
        n_calls: AtomicU32,
        n_made: u32,
    }

    static N_MADE: AtomicU32 = AtomicU32::new(0);

    impl Factor for Doctored {
        const PARAMETERS: &'static [Parameter] = &[Parameter::choice(
            "how",
            "honest",
            &["honest", "remembers", "counts", "starts"],
            "what is wrong with it",
        )];

        fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
            Ok(Self {
                how: parameters.text("how").to_owned(),
                latest: Mutex::new((i32::MIN, 0.0)),
                n_calls: AtomicU32::new(0),
                n_made: N_MADE.fetch_add(1, Ordering::Relaxed),
            })
        }

        fn spec(&self) -> Spec {
            Spec::new("doctored", "0.1.0", "A factor of a test")
                .input(Input::close(EntityKind::Sector, Frequency::Monthly, 13))
                .input(Input::series("cpi_yoy", EntityKind::Market, Frequency::Monthly, 13))
                .input(Input::series("ppi_yoy", EntityKind::Market, Frequency::Monthly, 13))
        }

        fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
            let closes = view.window("close", 13)?;
            let prices = view.window("cpi_yoy", 13)?;
            let now = (0..13).find_map(|lag| prices.get(0, lag)).unwrap_or(0.0);
            let mut latest = self.latest.lock().unwrap();
            if latest.0 <= view.month().index() {
                *latest = (view.month().index(), now);
            }
            let added = match self.how.as_str() {
                "remembers" => latest.1,
                "counts" => f64::from(self.n_calls.fetch_add(1, Ordering::Relaxed)),
                "starts" => f64::from(self.n_made),
                _ => now,
            };
            let raw = CrossSection::from_fn(view.n_sectors(), |sector| {
                Some(closes.get(sector, 0)? / closes.get(sector, 12)? + added)
            });
            Ok(Signal::thirds(view, &raw, "a close is missing"))
        }
    }

    static DOCTORED: ExportedFactor = ExportedFactor::of::<Doctored>("a factor of a test", true, false);

    /// Finds the cause for a factor that is spoilt in this way.
    fn cause(how: &str, find: impl FnOnce(Days<'_>, Make<'_>) -> Option<Cause>) -> Option<Cause> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/demo");
        let dataset = Dataset::open(&folder).unwrap();
        let plugin = Plugin::linked(&DOCTORED).unwrap();
        let make = || plugin.create([("how".to_owned(), how.into())]);
        let plan = Plan::new(&dataset, &[plugin.spec()]).unwrap();
        let days = executions(&dataset, "2018-01".parse().unwrap(), Some("2019-06".parse().unwrap()));
        let days: Vec<AsOf> = days.iter().map(|execution| execution.as_of).collect();
        find(Days { dataset: &dataset, plan: &plan, days: &days }, &make)
    }

    #[test]
    fn what_a_factor_remembers_is_found_part_by_part() {
        let of_first = |asked: Days<'_>, make: Make<'_>| of_memory(asked, make, 0).unwrap();
        assert_eq!(cause("remembers", of_first), Some(Cause::Later(vec!["cpi_yoy".into()])));
        assert_eq!(cause("counts", of_first), Some(Cause::Calls));
        assert_eq!(cause("starts", of_first), Some(Cause::Start));
        assert_eq!(cause("honest", of_first), None);
    }

    /// A wall that stands a year too late lets through what the factor uses, and that alone is named.
    #[test]
    fn what_came_through_a_wall_is_named() {
        let through = |n_days: i32| {
            cause("honest", |asked, make| {
                let (factor, position) = (make().unwrap(), asked.days.len() - 1);
                let expected = asked.alone(&factor, position).unwrap();
                let from = AsOf(asked.days[position].0.plus_days(-n_days).unwrap());
                of_future(asked, &factor, position, (from, Future::NotNumbers), &expected).unwrap()
            })
        };
        let used = vec!["closes".to_owned(), "cpi_yoy".to_owned()];
        assert_eq!(through(365), Some(Cause::Future(used)));
        assert_eq!(through(0), None);
    }
}
