//! Codes from what files write.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;

use crate::fault::FaultKind;
use crate::plan::KeyPlan;
use crate::shipped;

/// A rule for the code of something, ready to be used.
pub(crate) struct Keys {
    pattern: Option<Regex>,
    upper: bool,
    map: Option<BTreeMap<String, String>>,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Code(String),
    /// Another thing than those that the plan names.
    LeftOut,
}

impl Keys {
    pub(crate) fn new(plan: &KeyPlan) -> Result<Self, FaultKind> {
        let pattern = plan.pattern.as_deref().map(one_group).transpose()?;
        let mut map = plan.map.clone();
        if let Some(name) = &plan.names {
            let names = shipped::names(name)?;
            map.get_or_insert_default().extend(names);
        }
        Ok(Self { pattern, upper: plan.upper, map })
    }

    /// Returns the code of a text.
    pub(crate) fn code(&self, text: &str) -> Result<Key, FaultKind> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FaultKind::EmptyKey);
        }
        let found = match &self.pattern {
            None => text,
            Some(pattern) => {
                let captured = pattern.captures(text).and_then(|found| found.get(1));
                captured.ok_or_else(|| FaultKind::NotAsPattern { text: text.into() })?.as_str()
            }
        };
        let found = if self.upper { found.to_uppercase() } else { found.to_owned() };
        Ok(match &self.map {
            None => Key::Code(found),
            Some(map) => map.get(&found).map_or(Key::LeftOut, |code| Key::Code(code.clone())),
        })
    }
}

/// Reads a pattern, which has one group.
pub(crate) fn one_group(pattern: &str) -> Result<Regex, FaultKind> {
    /// Nobody's pattern needs more.
    const LARGEST: usize = 1 << 20;
    let failed = |reason: String| FaultKind::Pattern { pattern: pattern.into(), reason };
    let found = regex::RegexBuilder::new(pattern)
        .size_limit(LARGEST)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    match found.captures_len() {
        2 => Ok(found),
        n => Err(failed(format!("it has {} groups in brackets, and one is the code", n - 1))),
    }
}

/// What a pattern finds in the name of a file.
pub(crate) fn of_file_name(path: &Path, pattern: &str) -> Result<String, FaultKind> {
    let pattern = one_group(pattern)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = pattern.captures(&name).and_then(|found| found.get(1)).map(|found| found.as_str().to_owned());
    found.ok_or(FaultKind::NotAsPattern { text: name })
}
