//! `sweep.toml`: what is tried, as its writer says it.

use std::fmt;
use std::path::{Path, PathBuf};

use rotor_factor::nearest;
use rotor_fs::{read_text, shown, shown_path};
use rotor_run::sweep::{PickRule, WalkForwardRule};
use rotor_run::{KEYS, plain_toml};
use serde_json::Value as Json;
use toml::Value as Toml;
use toml::de::{DeTable, DeValue};

use crate::rule::Rule;

/// Nobody writes a longer one.
const LONGEST: u64 = 1 << 22;
/// The most values of one axis.
const MOST_VALUES: usize = 100_000;
/// The most factors of which all subsets are taken.
const MOST_FACTORS: usize = 16;
/// How many settings [`SweepSpec`] has unless it says otherwise, and how many months a walk forward looks back before it begins.
const FIRST_MONTHS: usize = 36;

/// Keys that may be conditions: under what a trial is judged, rather than what it is.
pub(crate) const CONDITIONS: &[&str] =
    &["start", "end", "rebalance", "execution", "exclude", "groups", "cost_bp", "risk_free"];

/// Keys that change nothing that is held, so that trying their values tries nothing.
const NO_AXES: &[&str] =
    &["dataset", "benchmarks", "risk_free", "on_error", "on_missing_input", "tables", "trials", "seed"];

/// What is tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepSpec {
    /// The configuration that trials change: a file, from where the sweep's file lies.
    pub base: Option<PathBuf>,
    /// Keys that are set on top of it, for all trials.
    pub config: Vec<(String, Toml)>,
    /// The axes in their order, each with its values.
    pub axes: Vec<(String, Vec<Json>)>,
    /// The conditions in their order, each with its values.
    pub conditions: Vec<(String, Vec<Json>)>,
    pub(crate) rules: Vec<Rule>,
    /// How many settings are drawn at random, and by which seed; the whole grid if there is no sample.
    pub sample: Option<(u64, u64)>,
    /// How many of the last months no trial sees.
    pub holdout: Option<usize>,
    /// The choice of parameters on the past alone.
    pub walk_forward: Option<WalkForwardRule>,
}

/// A fault of a sweep's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecFault {
    /// The key, such as `axes.top`; empty if the text is not TOML.
    pub key: String,
    /// Line and column, from 1; none of what is found after reading.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub problem: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// Every fault of a sweep's file; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecFaults {
    /// The file.
    pub source: String,
    /// The faults.
    pub faults: Vec<SpecFault>,
}

impl fmt::Display for SpecFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sweep in {} has faults", shown(&self.source))?;
        for fault in &self.faults {
            f.write_str("\n  ")?;
            if let Some((line, column)) = fault.place {
                write!(f, "line {line}, column {column}: ")?;
            }
            if !fault.key.is_empty() {
                write!(f, "`{}`: ", shown(&fault.key))?;
            }
            f.write_str(&shown(&fault.problem))?;
            if let Some(hint) = &fault.hint {
                write!(f, "\n    hint: {}", shown(hint))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for SpecFaults {}

/// Why there is no sweep's file.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// It cannot be read.
    #[error("cannot read the sweep {}: {source}", shown_path(path))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It has faults.
    #[error(transparent)]
    Faults(#[from] SpecFaults),
}

impl SweepSpec {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read; every fault in it, with its place.
    pub fn read(path: &Path) -> Result<Self, SpecError> {
        let text =
            read_text(path, LONGEST).map_err(|source| SpecError::File { path: path.into(), source })?;
        let mut spec = Self::parse(&text, &path.display().to_string())?;
        let folder = path.parent().unwrap_or(Path::new(""));
        spec.base = spec.base.map(|base| folder.join(base));
        Ok(spec)
    }

    /// Reads a text; `source` names it in messages.
    ///
    /// # Errors
    ///
    /// Every fault, with its place.
    pub fn parse(text: &str, source: &str) -> Result<Self, SpecFaults> {
        let mut reader = Reader { text, faults: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let place = error.span().map(|span| reader.place(span.start));
            let problem = format!("the file is not TOML: {}", error.message());
            reader.faults.push(SpecFault { key: String::new(), place, problem, hint: None });
        }
        let spec = if reader.faults.is_empty() { reader.spec(table.get_ref()) } else { Self::default() };
        if reader.faults.is_empty() {
            return Ok(spec);
        }
        reader.faults.sort_by_key(|fault| fault.place);
        Err(SpecFaults { source: source.into(), faults: reader.faults })
    }
}

struct Reader<'t> {
    text: &'t str,
    faults: Vec<SpecFault>,
}

/// An entry of a table: its key, where that stands, and its value.
type Entry<'d, 't> = (&'d str, usize, &'d DeValue<'t>);

impl Reader<'_> {
    fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    fn fault(&mut self, key: &str, offset: usize, problem: impl Into<String>, hint: Option<String>) {
        let place = Some(self.place(offset));
        self.faults.push(SpecFault { key: key.into(), place, problem: problem.into(), hint });
    }

    fn spec(&mut self, table: &DeTable<'_>) -> SweepSpec {
        const KNOWN: &[&str] =
            &["base", "config", "axes", "conditions", "require", "sample", "holdout", "walk_forward"];
        let mut spec = SweepSpec::default();
        for (key, offset, value) in entries(table) {
            match (key, value) {
                ("base", DeValue::String(path)) => spec.base = Some(path.as_ref().into()),
                ("base", _) => self.fault(key, offset, "the path of a configuration is expected", None),
                ("config", DeValue::Table(table)) => settings("", table, &mut spec.config),
                ("axes", DeValue::Table(table)) => {
                    for entry in flat(table) {
                        self.axis(&entry, &mut spec.axes);
                    }
                }
                ("conditions", DeValue::Table(table)) => {
                    for entry in flat(table) {
                        self.condition(&entry, &mut spec.conditions);
                    }
                }
                ("require", DeValue::Table(table)) => self.rules(table, &mut spec.rules),
                ("sample", DeValue::Table(table)) => {
                    let [random, seed] = self.wholes(key, table, ["random", "seed"]);
                    match random {
                        Some(random @ 1..) => spec.sample = Some((random, seed.unwrap_or(1))),
                        _ => self.fault(
                            "sample.random",
                            offset,
                            "how many settings are drawn, 1 or more, is missing",
                            None,
                        ),
                    }
                }
                ("holdout", DeValue::Table(table)) => {
                    let [months] = self.wholes(key, table, ["months"]);
                    match months {
                        Some(months @ 1..=1200) => spec.holdout = Some(months as usize),
                        _ => self.fault(
                            "holdout.months",
                            offset,
                            "how many months are held out, from 1 to 1200, is missing",
                            None,
                        ),
                    }
                }
                ("walk_forward", DeValue::Table(table)) => {
                    spec.walk_forward = self.walk_forward(table);
                }
                (known, _) if KNOWN.contains(&known) => self.fault(key, offset, "a table is expected", None),
                _ => {
                    let hint = if KEYS.iter().any(|known| known.name == key) {
                        Some("under `[axes]` its values are tried, under `[config]` it is set".to_owned())
                    } else {
                        nearest(key, KNOWN.iter().copied()).map(|near| format!("did you mean `{near}`?"))
                    };
                    self.fault(key, offset, "there is no such key", hint);
                }
            }
        }
        if spec.axes.is_empty() && self.faults.is_empty() {
            let hint = "name what is tried, such as `top = [3, 5, 8]` under `[axes]`";
            self.faults.push(SpecFault {
                key: "axes".into(),
                place: None,
                problem: "nothing is tried".into(),
                hint: Some(hint.into()),
            });
        }
        for (key, _) in &spec.conditions {
            if spec.axes.iter().any(|(axis, _)| axis == key) {
                let problem = "it is an axis and a condition".to_owned();
                let hint = Some(
                    "what is chosen is an axis; under what every choice is judged is a condition".into(),
                );
                self.faults.push(SpecFault { key: key.clone(), place: None, problem, hint });
            }
        }
        spec
    }

    fn axis(
        &mut self,
        (key, offset, value): &(String, usize, &DeValue<'_>),
        axes: &mut Vec<(String, Vec<Json>)>,
    ) {
        let shown_key = format!("axes.{key}");
        if NO_AXES.contains(&key.as_str()) {
            let hint = CONDITIONS.contains(&key.as_str()).then(|| "it may be a condition".to_owned());
            return self.fault(
                &shown_key,
                *offset,
                "its value changes nothing that is held: there is nothing to try",
                hint,
            );
        }
        if let Some(values) = self.values(&shown_key, *offset, value) {
            axes.push((key.clone(), values));
        }
    }

    fn condition(
        &mut self,
        (key, offset, value): &(String, usize, &DeValue<'_>),
        into: &mut Vec<(String, Vec<Json>)>,
    ) {
        let shown_key = format!("conditions.{key}");
        if !CONDITIONS.contains(&key.as_str()) {
            let near = nearest(key, CONDITIONS.iter().copied());
            let hint = near.map_or_else(
                || format!("conditions are {}; whatever is chosen is an axis", CONDITIONS.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return self.fault(&shown_key, *offset, "it is no condition", Some(hint));
        }
        if let Some(values) = self.values(&shown_key, *offset, value) {
            into.push((key.clone(), values));
        }
    }

    /// The values of an axis or condition: a list, a range, or the subsets of a list.
    fn values(&mut self, key: &str, offset: usize, value: &DeValue<'_>) -> Option<Vec<Json>> {
        let values = match value {
            DeValue::Array(values) => {
                values.iter().map(|value| json(value.get_ref())).collect::<Option<Vec<Json>>>()
            }
            DeValue::Table(table) if entries(table).any(|(key, ..)| key == "subsets_of") => {
                self.subsets(key, offset, table)
            }
            DeValue::Table(table) => self.range(key, offset, table),
            _ => None,
        };
        let Some(values) = values else {
            if self.faults.iter().all(|fault| fault.key != key) {
                let hint = "write `[3, 5, 8]`, `{ from = 3, to = 18, step = 3 }` or, of factors, `{ subsets_of = [\"profit\", \"heat\"] }`";
                self.fault(key, offset, "a list of values or a range is expected", Some(hint.into()));
            }
            return None;
        };
        if values.is_empty() {
            self.fault(
                key,
                offset,
                "it has no values",
                Some("name at least one value, or leave the key away".into()),
            );
            return None;
        }
        if let Some(twice) = (1..values.len()).find(|place| values[..*place].contains(&values[*place])) {
            self.fault(key, offset, format!("the value {} is there twice", values[twice]), None);
            return None;
        }
        Some(values)
    }

    fn range(&mut self, key: &str, offset: usize, table: &DeTable<'_>) -> Option<Vec<Json>> {
        let mut given: [Option<f64>; 3] = [None; 3];
        let mut is_whole = true;
        for (name, at, value) in entries(table) {
            let place = ["from", "to", "step"].iter().position(|known| *known == name);
            let number = match plain_toml(value) {
                Toml::Integer(number) => Some(number as f64),
                Toml::Float(number) => {
                    is_whole = false;
                    Some(number).filter(|number| number.is_finite())
                }
                _ => None,
            };
            match (place, number) {
                (Some(place), Some(number)) => given[place] = Some(number),
                (Some(_), None) => {
                    self.fault(key, at, format!("`{name}` is not a number"), None);
                    return None;
                }
                (None, _) => {
                    self.fault(
                        key,
                        at,
                        format!("a range has `from`, `to` and `step`, and no `{name}`"),
                        None,
                    );
                    return None;
                }
            }
        }
        let [Some(from), Some(to), step] = given else {
            self.fault(key, offset, "a range needs `from` and `to`", None);
            return None;
        };
        let step = step.unwrap_or(if from <= to { 1.0 } else { -1.0 });
        let n = ((to - from) / step + 1e-9).floor();
        if step == 0.0 || n < 0.0 || !n.is_finite() {
            self.fault(key, offset, format!("no step of {step} leads from {from} to {to}"), None);
            return None;
        }
        if n >= MOST_VALUES as f64 {
            self.fault(key, offset, format!("the range has more than {MOST_VALUES} values"), None);
            return None;
        }
        let value = |step_number: usize| {
            let value = rotor_stats::round9(from + step * step_number as f64);
            if is_whole { Json::from(value as i64) } else { Json::from(value) }
        };
        Some((0..=n as usize).map(value).collect())
    }

    fn subsets(&mut self, key: &str, offset: usize, table: &DeTable<'_>) -> Option<Vec<Json>> {
        let mut of: Vec<String> = Vec::new();
        let (mut at_least, mut at_most) = (1, usize::MAX);
        for (name, at, value) in entries(table) {
            match (name, plain_toml(value)) {
                ("subsets_of", Toml::Array(values)) => {
                    of = values.iter().filter_map(Toml::as_str).map(Into::into).collect();
                    if of.len() != values.len() || of.is_empty() {
                        self.fault(key, at, "`subsets_of` is a list of texts", None);
                        return None;
                    }
                }
                ("at_least", Toml::Integer(n @ 0..=1000)) => at_least = n as usize,
                ("at_most", Toml::Integer(n @ 0..=1000)) => at_most = n as usize,
                ("subsets_of" | "at_least" | "at_most", _) => {
                    self.fault(key, at, format!("`{name}` cannot have this value"), None);
                    return None;
                }
                _ => {
                    self.fault(
                        key,
                        at,
                        format!("subsets have `subsets_of`, `at_least` and `at_most`, and no `{name}`"),
                        None,
                    );
                    return None;
                }
            }
        }
        if of.len() > MOST_FACTORS {
            let problem = format!("all subsets of {} are more than can be tried", of.len());
            self.fault(
                key,
                offset,
                problem,
                Some(format!("take at most {MOST_FACTORS}, or list the subsets")),
            );
            return None;
        }
        // By size, then by the order in which they are written.
        let mut sets: Vec<u32> = (0..1_u32 << of.len()).collect();
        sets.retain(|set| (at_least.max(1)..=at_most).contains(&(set.count_ones() as usize)));
        sets.sort_by_key(|set| (set.count_ones(), set.reverse_bits().wrapping_neg()));
        let list = |set: u32| -> Json {
            let members = of.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1);
            members.map(|(_, name)| Json::from(name.as_str())).collect::<Vec<Json>>().into()
        };
        Some(sets.into_iter().map(list).collect())
    }

    fn rules(&mut self, table: &DeTable<'_>, rules: &mut Vec<Rule>) {
        for (key, offset, value) in entries(table) {
            let ("rules", Toml::Array(texts)) = (key, plain_toml(value)) else {
                self.fault(
                    &format!("require.{key}"),
                    offset,
                    "only `rules`, a list of texts, stands here",
                    None,
                );
                continue;
            };
            for text in &texts {
                match text.as_str().map(Rule::parse) {
                    Some(Ok(rule)) => rules.push(rule),
                    Some(Err(fault)) => {
                        let problem = format!("`{}` is no rule: {fault}", text.as_str().unwrap_or_default());
                        self.fault("require.rules", offset, problem, None);
                    }
                    None => self.fault("require.rules", offset, "a rule is a text", None),
                }
            }
        }
    }

    fn walk_forward(&mut self, table: &DeTable<'_>) -> Option<WalkForwardRule> {
        let mut rule = PickRule::Best;
        for (key, at, value) in entries(table) {
            if key == "rule" {
                let found = plain_toml(value);
                let known = PickRule::ALL.into_iter().find(|known| found.as_str() == Some(known.word()));
                let Some(known) = known else {
                    self.fault("walk_forward.rule", at, "a rule is `best`, `one_se` or `plateau`", None);
                    return None;
                };
                rule = known;
            }
        }
        let [window, first, every, _] =
            self.wholes("walk_forward", table, ["window", "first", "every", "rule"]);
        let window = window.map(|window| window as usize);
        let first = first.map_or(window.unwrap_or(FIRST_MONTHS), |first| first as usize);
        Some(WalkForwardRule {
            rule,
            window,
            first: first.max(12),
            every: every.unwrap_or(12).max(1) as usize,
        })
    }

    /// The whole numbers of a table by name; others than these are faults, but for `rule`, which is none.
    fn wholes<const N: usize>(
        &mut self,
        path: &str,
        table: &DeTable<'_>,
        names: [&str; N],
    ) -> [Option<u64>; N] {
        let mut found = [None; N];
        for (key, offset, value) in entries(table) {
            let shown_key = format!("{path}.{key}");
            match (names.iter().position(|name| *name == key), plain_toml(value)) {
                (Some(_), _) if key == "rule" => {}
                (Some(place), Toml::Integer(number @ 0..)) => found[place] = Some(number as u64),
                (Some(_), _) => self.fault(&shown_key, offset, "a whole number is expected", None),
                (None, _) => {
                    let near = nearest(key, names.iter().copied());
                    self.fault(
                        &shown_key,
                        offset,
                        "there is no such key",
                        near.map(|near| format!("did you mean `{near}`?")),
                    );
                }
            }
        }
        found
    }
}

/// The entries of a table as they stand in the file.
fn entries<'d, 't>(table: &'d DeTable<'t>) -> impl Iterator<Item = Entry<'d, 't>> {
    let mut entries: Vec<Entry<'d, 't>> = table
        .iter()
        .map(|(key, value)| (key.get_ref().as_ref(), key.span().start, value.get_ref()))
        .collect();
    entries.sort_by_key(|(_, offset, _)| *offset);
    entries.into_iter()
}

/// The axes of a table: `momentum.lookback` may stand as `"momentum.lookback"`, as a dotted key or in a table of its own.
fn flat<'d, 't>(table: &'d DeTable<'t>) -> Vec<(String, usize, &'d DeValue<'t>)> {
    let mut all = Vec::new();
    for (key, offset, value) in entries(table) {
        let is_values = |table: &DeTable<'_>| {
            entries(table).any(|(key, ..)| key == "from" || key == "to" || key == "subsets_of")
        };
        match value {
            DeValue::Table(inner) if !is_values(inner) => {
                all.extend(
                    flat(inner)
                        .into_iter()
                        .map(|(below, offset, value)| (format!("{key}.{below}"), offset, value)),
                );
            }
            value => all.push((key.to_owned(), offset, value)),
        }
    }
    all
}

/// A value of an axis; `None` if it cannot be one.
fn json(value: &DeValue<'_>) -> Option<Json> {
    fn of(value: Toml) -> Option<Json> {
        match value {
            Toml::String(text) => Some(text.into()),
            Toml::Integer(number) => Some(number.into()),
            Toml::Float(number) => number.is_finite().then(|| number.into()),
            Toml::Boolean(flag) => Some(flag.into()),
            Toml::Array(values) => values.into_iter().map(of).collect::<Option<Vec<Json>>>().map(Json::Array),
            _ => None,
        }
    }
    of(plain_toml(value))
}

/// Keys of the configuration, those of tables by their paths.
fn settings(path: &str, table: &DeTable<'_>, into: &mut Vec<(String, Toml)>) {
    for (key, _, value) in entries(table) {
        let key = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            DeValue::Table(inner) if !KEYS.iter().any(|known| known.name == key) => {
                settings(&key, inner, into);
            }
            value => into.push((key, plain_toml(value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn axes_keep_their_order_and_may_be_lists_ranges_and_subsets() {
        let text = r#"
            base = "rotor.toml"
            [axes]
            top = [3, 5]
            min_factors = [1, 2]
            "momentum.lookback" = { from = 3, to = 9, step = 3 }
            heat.weight = { from = 0.0, to = 0.3, step = 0.1 }
            factors = { subsets_of = ["a", "b", "c"], at_least = 2 }
            [conditions]
            cost_bp = [10, 15]
            [require]
            rules = ["momentum.skip < momentum.lookback"]
            [sample]
            random = 5
            [holdout]
            months = 36
            [walk_forward]
            rule = "one_se"
            window = 60
        "#;
        let spec = SweepSpec::parse(text, "sweep.toml").unwrap();
        let keys: Vec<&str> = spec.axes.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["top", "min_factors", "momentum.lookback", "heat.weight", "factors"]);
        assert_eq!(spec.axes[2].1, [json!(3), json!(6), json!(9)]);
        assert_eq!(spec.axes[3].1, [json!(0.0), json!(0.1), json!(0.2), json!(0.3)]);
        let sets = [json!(["a", "b"]), json!(["a", "c"]), json!(["b", "c"]), json!(["a", "b", "c"])];
        assert_eq!(spec.axes[4].1, sets);
        assert_eq!((spec.sample, spec.holdout), (Some((5, 1)), Some(36)));
        let walk = WalkForwardRule { rule: PickRule::OneSe, window: Some(60), first: 60, every: 12 };
        assert_eq!(spec.walk_forward, Some(walk));
    }

    #[test]
    fn every_fault_has_its_place_and_a_remedy() {
        let text = "[axes]\ntop = []\nseed = [1, 2]\nweights = \"equal\"\n[axis]\n[conditions]\ntop = [3]\n\
                    [require]\nrules = [\"a <\"]\n[sample]\n[walk_forward]\nevry = 3\n";
        let faults = SweepSpec::parse(text, "sweep.toml").unwrap_err();
        let said = faults.to_string();
        for part in [
            "line 2, column 1: `axes.top`: it has no values",
            "line 3, column 1: `axes.seed`: its value changes nothing that is held",
            "line 4, column 1: `axes.weights`: a list of values or a range is expected",
            "line 5, column 2: `axis`: there is no such key\n    hint: did you mean `axes`?",
            "line 7, column 1: `conditions.top`: it is no condition",
            "`require.rules`: `a <` is no rule",
            "`sample.random`: how many settings are drawn",
            "`walk_forward.evry`: there is no such key\n    hint: did you mean `every`?",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        for text in [
            "top = 3",
            "[axes]\ntop = { from = 3 }",
            "[axes]\ntop = { from = 3, to = 9, step = -1 }",
            "[axes]\ntop = { from = 0, to = 1e9 }",
            "[axes]\ntop = [3, 3]",
            "[axes]\nfactors = { subsets_of = [1] }",
            "[axes]\ncost_bp = [1]\n[conditions]\ncost_bp = [2]",
            "[axes",
            "",
        ] {
            assert!(SweepSpec::parse(text, "here").is_err(), "{text}");
        }
    }
}
