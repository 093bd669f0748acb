//! What can be wrong with a configuration.

use std::fmt;

use rotor_factor::nearest;
use rotor_fs::shown;

/// A fault of a configuration, with its place where it comes from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The key, such as `top` or `factor.heat.weight`; empty if the text is not TOML.
    pub key: String,
    /// Line and column of the file, from 1.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The text is not TOML.
    NotToml {
        /// What the parser says.
        reason: String,
    },
    /// There is no such key.
    UnknownKey {
        /// The known key that is written most like it.
        nearest: Option<String>,
    },
    /// There is no such setting of a factor, which may be meant as one of its parameters.
    UnknownSetting {
        /// The factor.
        factor: String,
    },
    /// The value is of another type.
    Type {
        /// What is expected.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The word is none of those that are known.
    Word {
        /// What was given.
        found: String,
        /// What is known.
        known: &'static [&'static str],
    },
    /// The value is not allowed.
    Range {
        /// What was given.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
}

/// Every fault of a configuration; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults {
    /// The file, or what else the configuration comes from.
    pub source: String,
    /// The faults.
    pub faults: Vec<ConfigFault>,
}

impl FaultKind {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotToml { .. } | Self::Type { .. } | Self::Range { .. } => None,
            Self::UnknownKey { nearest: Some(near) } => Some(format!("did you mean `{near}`?")),
            Self::UnknownKey { nearest: None } => {
                Some("`rotor init` writes every key with its meaning".into())
            }
            Self::UnknownSetting { factor } => {
                let factor = shown(factor);
                Some(format!("a parameter of the factor stands under `[factor.{factor}.parameters]`"))
            }
            Self::Word { found, known } => {
                let near = nearest(found, known.iter().copied())?;
                Some(format!("did you mean `{near}`?"))
            }
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotToml { reason } => write!(f, "the file is not TOML: {}", shown(reason)),
            Self::UnknownKey { .. } | Self::UnknownSetting { .. } => f.write_str("there is no such key"),
            Self::Type { expected, found } => write!(f, "{expected} is expected, not {}", shown(found)),
            Self::Word { found, known } => write!(f, "`{}` is not one of {}", shown(found), known.join(", ")),
            Self::Range { found, allowed } => write!(f, "{} is not {allowed}", shown(found)),
        }
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}`: ", shown(&self.key))?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration in {} has faults", shown(&self.source))?;
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
            if let Some(hint) = fault.kind.hint() {
                write!(f, "\n    hint: {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}
