//! The accepted counts, the acceptances that led to them, and the comparison with new counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rotor_fs::{FileDestination, read_text};
use serde::{Deserialize, Serialize};

use crate::GateError;

/// A baseline is a few kilobytes.
const LONGEST: u64 = 16 << 20;

/// How far a count may move, either way, before somebody has to accept it.
///
/// Fewer instructions are also refused, so that a gain is written down before it can be lost. Small moves add up: they are all
/// measured from the last accepted count.
pub const TOLERANCE: f64 = 0.03;

/// A committed file of counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// What the counted program was compiled by. Counts of two compilers are not compared.
    pub compiler: String,
    /// The instructions of each workload, without what it needs to be done before.
    pub counts: BTreeMap<String, u64>,
    /// What was accepted, oldest first.
    #[serde(default)]
    pub accepted: Vec<Acceptance>,
}

/// Which workloads were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All there are: one that was not counted is gone.
    All,
    /// Some: nothing is said about the others.
    Some,
}

/// One acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Why the counts may change.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// The compiler from here on.
    pub compiler: String,
    /// The workloads that changed.
    pub changes: BTreeMap<String, Change>,
}

/// The count of one workload before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `None`: the workload is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// `None`: the workload is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// What came of holding counts against a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// A table of all workloads, then what is to be done, for a person.
    pub text: String,
    /// Whether every count stands within the tolerance, or cannot be judged because another compiler made it.
    pub passed: bool,
}

impl Baseline {
    /// Reads a baseline; where there is no file, one without counts.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or understood, or a count differs from its last accepted entry.
    pub fn read(path: &Path) -> Result<Self, GateError> {
        let text = match read_text(path, LONGEST) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(GateError::Read { path: path.into(), error }),
            Ok(text) => text,
        };
        let baseline: Self = toml::from_str(&text)
            .map_err(|error| GateError::Format { path: path.into(), problem: error.message().into() })?;
        baseline.check()?;
        Ok(baseline)
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn write(&self, path: &Path) -> Result<(), GateError> {
        let body = toml::to_string(self)
            .map_err(|error| GateError::Format { path: path.into(), problem: error.to_string() })?;
        let text = format!(
            "# Instructions of each workload under callgrind, one thread. Counts change by acceptance alone: the gate checks\n\
             # that those that stand are those that were last accepted.\n{body}"
        );
        Ok(FileDestination::replacing(path)?.write(text.as_bytes())?)
    }

    /// Follows the acceptances from the first to the last: each begins where the one before ended, and the counts that stand
    /// are where the last ended.
    fn check(&self) -> Result<(), GateError> {
        let mut accepted: BTreeMap<&str, u64> = BTreeMap::new();
        let said = |count: Option<u64>| count.map_or("nothing".to_owned(), |count| count.to_string());
        let refuse =
            |workload: &str, problem: String| GateError::NotAccepted { workload: workload.into(), problem };
        for (position, acceptance) in self.accepted.iter().enumerate() {
            if acceptance.reason.trim().is_empty() || acceptance.by.trim().is_empty() {
                return Err(GateError::NoReason);
            }
            for (workload, change) in &acceptance.changes {
                let before = accepted.get(workload.as_str()).copied();
                if change.before != before {
                    let (given, before) = (said(change.before), said(before));
                    let problem =
                        format!("acceptance {} begins at {given}, {before} stood then", position + 1);
                    return Err(refuse(workload, problem));
                }
                match change.after {
                    Some(count) => accepted.insert(workload, count),
                    None => accepted.remove(workload.as_str()),
                };
            }
        }
        let workloads: BTreeSet<&str> =
            self.counts.keys().map(String::as_str).chain(accepted.keys().copied()).collect();
        for workload in workloads {
            let (stands, last) = (self.counts.get(workload).copied(), accepted.get(workload).copied());
            if stands != last {
                let problem = format!("{} stands, {} was accepted last", said(stands), said(last));
                return Err(refuse(workload, problem));
            }
        }
        let compiler = self.accepted.last().map_or("", |acceptance| acceptance.compiler.as_str());
        if compiler != self.compiler {
            let problem = format!("`{}` stands, `{compiler}` was accepted last", self.compiler);
            return Err(refuse("compiler", problem));
        }
        Ok(())
    }

    /// Holds counts, in the order in which they are to be shown, against those that stand.
    ///
    /// `how` is the command that accepts them.
    #[must_use]
    pub fn judge(&self, counts: &[(String, u64)], scope: Scope, compiler: &str, how: &str) -> Verdict {
        let mut text = String::new();
        let mut moved = Vec::new();
        let width = counts.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max("workload".len());
        macro_rules! line {
            ($($argument:tt)*) => { writeln!(text, $($argument)*).expect("writing to a string does not fail") };
        }
        line!("{:<width$}  {:>15}  {:>15}  {:>8}", "workload", "accepted", "now", "change");
        for (name, now) in counts {
            let Some(before) = self.counts.get(name).copied() else {
                line!("{name:<width$}  {:>15}  {:>15}  {:>8}  NEW", "-", grouped(*now), "-");
                moved.push(format!("`{name}` is new"));
                continue;
            };
            let change = relative(before, *now);
            let verdict = match change {
                change if change.abs() <= TOLERANCE => "ok",
                change if change > 0.0 => "MORE",
                _ => "FEWER",
            };
            let percent = format!("{:+.2}%", change * 100.0);
            line!("{name:<width$}  {:>15}  {:>15}  {percent:>8}  {verdict}", grouped(before), grouped(*now));
            if verdict != "ok" {
                let direction = if change > 0.0 { "more" } else { "fewer" };
                moved.push(format!("`{name}` takes {:.1}% {direction} instructions", change.abs() * 100.0));
            }
        }
        for gone in self.gone(counts, scope) {
            line!("{gone:<width$}  {:>15}  {:>15}  {:>8}  GONE", grouped(self.counts[&gone]), "-", "-");
            moved.push(format!("`{gone}` is no longer counted"));
        }
        let other_compiler = !self.counts.is_empty() && self.compiler != compiler;
        let passed = moved.is_empty() || other_compiler;
        if moved.is_empty() {
            line!("every count is within {:.0}% of what was accepted", TOLERANCE * 100.0);
        } else if other_compiler {
            line!("NOT JUDGED: the counts that stand are those of `{}`, this is `{compiler}`", self.compiler);
            line!("hint: use that compiler, or accept the counts of this one: {how}");
        } else {
            line!("the gate is red: {} (allowed: {:.0}% either way)", moved.join(", "), TOLERANCE * 100.0);
            line!("hint: mend it, or, if it is meant, accept it: {how}");
        }
        Verdict { text, passed }
    }

    /// The workloads that stand and are no longer counted.
    fn gone(&self, counts: &[(String, u64)], scope: Scope) -> Vec<String> {
        let is_gone =
            |name: &&String| scope == Scope::All && !counts.iter().any(|(counted, _)| counted == *name);
        self.counts.keys().filter(is_gone).cloned().collect()
    }

    /// Accepts counts: those beyond the tolerance, new and gone ones; all of them if the compiler is another.
    ///
    /// Returns the entry that was appended, or `None` if there is nothing to accept.
    ///
    /// # Errors
    ///
    /// If the reason or the name is empty.
    pub fn accept(
        &mut self,
        counts: &[(String, u64)],
        scope: Scope,
        compiler: &str,
        reason: &str,
        by: &str,
    ) -> Result<Option<&Acceptance>, GateError> {
        let (reason, by) = (reason.trim().to_owned(), by.trim().to_owned());
        if reason.is_empty() || by.is_empty() {
            return Err(GateError::NoReason);
        }
        let other_compiler = self.compiler != compiler;
        let mut changes = BTreeMap::new();
        for (name, now) in counts {
            let before = self.counts.get(name).copied();
            if other_compiler || before.is_none_or(|before| relative(before, *now).abs() > TOLERANCE) {
                changes.insert(name.clone(), Change { before, after: Some(*now) });
                self.counts.insert(name.clone(), *now);
            }
        }
        for name in self.gone(counts, scope) {
            let before = self.counts.remove(&name);
            changes.insert(name, Change { before, after: None });
        }
        if changes.is_empty() {
            return Ok(None);
        }
        compiler.clone_into(&mut self.compiler);
        self.accepted.push(Acceptance { reason, by, compiler: compiler.into(), changes });
        Ok(self.accepted.last())
    }
}

/// By which part of `before` a count has moved; from nothing to something it is everything.
fn relative(before: u64, now: u64) -> f64 {
    match (before, now) {
        (0, 0) => 0.0,
        (0, _) => f64::INFINITY,
        (before, now) => now as f64 / before as f64 - 1.0,
    }
}

/// A number with a space before every three digits.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn counts(of: &[(&str, u64)]) -> Vec<(String, u64)> {
        of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    fn accepted() -> Baseline {
        let mut baseline = Baseline::default();
        let first = counts(&[("load", 1_000_000), ("evaluate", 200_000)]);
        baseline.accept(&first, Scope::All, "rustc 1", "the first counts", "a person").unwrap();
        baseline
    }

    #[test]
    fn a_tenth_more_turns_the_gate_red_and_a_fortieth_does_not() {
        let judge = |load, evaluate| {
            accepted().judge(
                &counts(&[("load", load), ("evaluate", evaluate)]),
                Scope::All,
                "rustc 1",
                "gate --accept",
            )
        };
        assert!(judge(1_025_000, 200_000).passed);
        let red = judge(1_000_000, 220_000);
        assert!(!red.passed);
        let expected = "\
            workload         accepted              now    change\n\
            load            1 000 000        1 000 000    +0.00%  ok\n\
            evaluate          200 000          220 000   +10.00%  MORE\n\
            the gate is red: `evaluate` takes 10.0% more instructions (allowed: 3% either way)\n\
            hint: mend it, or, if it is meant, accept it: gate --accept\n";
        assert_eq!(red.text, expected);
        let gain = judge(1_000_000, 180_000);
        assert!(!gain.passed && gain.text.contains("10.0% fewer"), "{}", gain.text);
    }

    #[test]
    fn new_and_lost_workloads_are_red() {
        let verdict = accepted().judge(
            &counts(&[("load", 1_000_000), ("report", 5)]),
            Scope::All,
            "rustc 1",
            "gate --accept",
        );
        assert!(!verdict.passed);
        assert!(
            verdict.text.contains("`report` is new, `evaluate` is no longer counted"),
            "{}",
            verdict.text
        );
        assert!(!Baseline::default().judge(&counts(&[("load", 1)]), Scope::All, "rustc 1", "").passed);
    }

    #[test]
    fn of_some_workloads_the_others_stand() {
        let mut baseline = accepted();
        let now = counts(&[("load", 1_000_000), ("report", 5)]);
        let verdict = baseline.judge(&now, Scope::Some, "rustc 1", "gate --accept");
        assert!(!verdict.passed && verdict.text.contains("`report` is new"), "{}", verdict.text);
        assert!(!verdict.text.contains("evaluate"), "{}", verdict.text);
        baseline.accept(&now, Scope::Some, "rustc 1", "another dataset", "a person").unwrap();
        assert_eq!(baseline.counts.len(), 3);
        baseline.check().unwrap();
        assert!(baseline.judge(&now, Scope::Some, "rustc 1", "").passed);
    }

    #[test]
    fn another_compiler_is_not_judged_and_says_so() {
        let now = counts(&[("load", 2_000_000), ("evaluate", 200_000)]);
        let verdict = accepted().judge(&now, Scope::All, "rustc 2", "gate --accept");
        assert!(verdict.passed && verdict.text.contains("NOT JUDGED"), "{}", verdict.text);
        let mut baseline = accepted();
        let acceptance =
            baseline.accept(&now, Scope::All, "rustc 2", "rustc 2", "a person").unwrap().unwrap();
        assert_eq!(acceptance.changes.len(), 2, "also what hardly moved");
        baseline.check().unwrap();
    }

    #[test]
    fn acceptances_form_a_chain_that_survives_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instructions.toml");
        assert_eq!(Baseline::read(&path).unwrap(), Baseline::default());
        let mut baseline = accepted();
        let now = counts(&[("load", 1_010_000), ("evaluate", 220_000)]);
        let acceptance =
            baseline.accept(&now, Scope::All, "rustc 1", "intervals that hold", "a person").unwrap().unwrap();
        let change = Change { before: Some(200_000), after: Some(220_000) };
        // The one percent of `load` is not accepted with it: it would be the first step of many.
        assert_eq!(acceptance.changes, BTreeMap::from([("evaluate".to_owned(), change)]));
        assert_eq!(baseline.counts["load"], 1_000_000);
        assert!(baseline.accept(&now, Scope::All, "rustc 1", "again", "a person").unwrap().is_none());
        baseline.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), baseline);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing half-made");
    }

    #[test]
    fn a_count_edited_by_hand_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instructions.toml");
        let refuse = |edit: fn(&mut Baseline)| {
            let mut baseline = accepted();
            edit(&mut baseline);
            baseline.write(&path).unwrap();
            Baseline::read(&path).unwrap_err().to_string()
        };
        let edited = refuse(|baseline| *baseline.counts.get_mut("evaluate").unwrap() = 220_000);
        assert_eq!(
            edited,
            "`evaluate` differs from its accepted entry: 220000 stands, 200000 was accepted last"
        );
        let removed = refuse(|baseline| {
            baseline.counts.remove("load");
        });
        assert!(removed.contains("nothing stands, 1000000 was accepted last"), "{removed}");
        let invented = refuse(|baseline| {
            baseline.accepted[0].changes.get_mut("load").unwrap().before = Some(7);
        });
        assert!(invented.contains("acceptance 1 begins at 7, nothing stood then"), "{invented}");
        let compiler = refuse(|baseline| baseline.compiler = "rustc 0".into());
        assert!(compiler.starts_with("`compiler` differs from its accepted entry"), "{compiler}");
        let nameless = refuse(|baseline| baseline.accepted[0].by = " ".into());
        assert_eq!(nameless, "an acceptance needs a reason and a name");
        fs::write(&path, "compiler = \"rustc 1\"\ncounts = 7\n").unwrap();
        assert!(Baseline::read(&path).unwrap_err().to_string().contains("cannot be understood"));
    }

    #[test]
    fn nothing_is_accepted_without_a_reason_and_a_name() {
        for (reason, by) in [("", "a person"), ("because", " ")] {
            let mut baseline = Baseline::default();
            let refused = baseline.accept(&counts(&[("load", 1)]), Scope::All, "rustc 1", reason, by);
            assert!(matches!(refused, Err(GateError::NoReason)));
        }
    }
}
