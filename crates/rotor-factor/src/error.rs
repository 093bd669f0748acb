//! Why a factor gives no signal.

use std::borrow::Cow;
use std::fmt;

use crate::{AsOf, Explanation, Frequency};

/// Why a factor cannot be created or has no signal on a day.
///
/// `Display` says what is wrong, [`FactorError::hint`] how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactorError {
    /// A parameter that the factor does not have.
    UnknownParameter {
        /// The name given.
        given: String,
        /// The known name nearest to it.
        nearest: Option<String>,
        /// Every known name, in the order in which they are declared.
        known: Vec<String>,
    },
    /// A parameter whose value is of the wrong type.
    ParameterType {
        /// The name of the parameter.
        name: String,
        /// The type it has, such as `integer`.
        expected: &'static str,
        /// What was given.
        given: String,
    },
    /// A parameter whose value breaks a rule.
    Parameter {
        /// The name of the parameter.
        name: String,
        /// What was given.
        given: String,
        /// What it has to be, such as ``less than `lookback` (12)``.
        rule: String,
    },
    /// An input that the factor asks the view for without having declared it.
    UndeclaredInput {
        /// The name asked for.
        asked: String,
        /// The declared name nearest to it.
        nearest: Option<String>,
        /// The declared names.
        declared: Vec<String>,
    },
    /// A declared input that the dataset does not have.
    MissingInput {
        /// The name of the input.
        input: String,
    },
    /// More of an input than the factor has declared.
    BeyondWindow {
        /// The name of the input.
        input: String,
        /// Periods declared.
        declared: usize,
        /// Periods asked for.
        asked: usize,
        /// How long a period is.
        frequency: Frequency,
    },
    /// An input whose history is shorter than the factor needs.
    TooShort {
        /// The name of the input.
        input: String,
        /// The execution day.
        as_of: AsOf,
        /// Periods from the oldest public value to the end of the window.
        available: usize,
        /// Periods needed.
        needed: usize,
        /// How long a period is.
        frequency: Frequency,
    },
    /// An error of the factor's own.
    Refused {
        /// What is wrong.
        reason: Explanation,
        /// How to fix it.
        hint: Option<Cow<'static, str>>,
    },
}

impl FactorError {
    /// Returns an error of the factor's own, lower-case and without a full stop: a text, or a [`Reason`](crate::Reason).
    ///
    /// ```
    /// use rotor_factor::FactorError;
    /// let error = FactorError::because("the weights sum to zero").with_hint("give one weight above zero");
    /// assert_eq!(error.to_string(), "the weights sum to zero");
    /// assert_eq!(error.hint().as_deref(), Some("give one weight above zero"));
    /// ```
    pub fn because(reason: impl Into<Explanation>) -> Self {
        Self::Refused { reason: reason.into(), hint: None }
    }

    /// Returns an error about the value of a parameter that is known and of the right type.
    ///
    /// ```
    /// use rotor_factor::FactorError;
    /// let error = FactorError::parameter("skip", 12, "less than `lookback` (12)");
    /// assert_eq!(error.to_string(), "parameter `skip` is 12; it must be less than `lookback` (12)");
    /// ```
    pub fn parameter(name: &str, given: impl fmt::Display, rule: impl Into<String>) -> Self {
        Self::Parameter { name: name.into(), given: given.to_string(), rule: rule.into() }
    }

    /// Adds a hint to an error of the factor's own; the other variants have their own hints.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        match self {
            Self::Refused { reason, .. } => Self::Refused { reason, hint: Some(hint.into()) },
            other => other,
        }
    }

    /// Returns the identifier of what is wrong, for programs; `None` if the factor gave a text.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::ParameterType { .. } => "parameter_type",
            Self::Parameter { .. } => "parameter",
            Self::UndeclaredInput { .. } => "undeclared_input",
            Self::MissingInput { .. } => "missing_input",
            Self::BeyondWindow { .. } => "beyond_window",
            Self::TooShort { .. } => "short_history",
            Self::Refused { reason, .. } => return reason.code(),
        })
    }

    /// Returns in Chinese what is wrong, where it is about the data; mistakes in a factor or in its parameters are told in
    /// English alone.
    #[must_use]
    pub fn text_zh(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::MissingInput { input } => Some(format!("数据集缺少输入`{input}`").into()),
            Self::TooShort { input, as_of, available, needed, frequency } => {
                let period = period_zh(*frequency);
                let (day, available) = (as_of.0, format!("{available}{period}"));
                Some(
                    format!("输入`{input}`截至{day}的历史不足：已公布{available}，至少需要{needed}{period}")
                        .into(),
                )
            }
            Self::Refused { reason, .. } => reason.text_zh(),
            _ => None,
        }
    }

    /// Returns how to fix it, if there is a general answer.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::UnknownParameter { nearest: Some(nearest), .. }
            | Self::UndeclaredInput { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?").into()
            }
            Self::UnknownParameter { known, .. } if known.is_empty() => "the factor has no parameters".into(),
            Self::UnknownParameter { known, .. } => format!("it has {}", list(known)).into(),
            Self::ParameterType { name, expected, .. } => format!("give `{name}` {expected}").into(),
            Self::Parameter { .. } => return None,
            Self::UndeclaredInput { declared, .. } if declared.is_empty() => "declare it in `spec`".into(),
            Self::UndeclaredInput { declared, .. } => {
                format!("declare it in `spec`; declared are {}", list(declared)).into()
            }
            Self::MissingInput { input } => format!("add `{input}` to the dataset").into(),
            Self::BeyondWindow { asked, .. } => format!("declare {asked} in `spec`").into(),
            Self::TooShort { available, needed, frequency, .. } => {
                let n_more = needed.saturating_sub(*available);
                format!("start the run {} later or shorten the look-back", count(n_more, *frequency)).into()
            }
            Self::Refused { hint, .. } => return hint.clone(),
        })
    }
}

impl fmt::Display for FactorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownParameter { given, .. } => write!(f, "there is no parameter `{given}`"),
            Self::ParameterType { name, expected, given } => {
                write!(f, "parameter `{name}` is {given}; it must be {expected}")
            }
            Self::Parameter { name, given, rule } => {
                write!(f, "parameter `{name}` is {given}; it must be {rule}")
            }
            Self::UndeclaredInput { asked, .. } => write!(f, "input `{asked}` is not declared"),
            Self::MissingInput { input } => write!(f, "the dataset has no input `{input}`"),
            Self::BeyondWindow { input, declared, asked, frequency } => write!(
                f,
                "input `{input}` is declared with {} and the factor asks for {asked}",
                count(*declared, *frequency)
            ),
            Self::TooShort { input, as_of, available, needed, frequency } => write!(
                f,
                "input `{input}` as of {} is too short: {} released, {needed} needed",
                as_of.0,
                count(*available, *frequency)
            ),
            Self::Refused { reason, .. } => write!(f, "{reason}"),
        }
    }
}

impl std::error::Error for FactorError {}

fn count(n: usize, frequency: Frequency) -> String {
    let unit = frequency.calendar().unit();
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

/// A period with its measure word.
fn period_zh(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Daily | Frequency::Weekly => "天",
        Frequency::Monthly => "个月",
        Frequency::Quarterly => "个季度",
    }
}

/// Names in backticks with commas.
pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
