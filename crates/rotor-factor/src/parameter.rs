//! Parameters of a factor: declared once, resolved from a configuration.

use std::fmt;

use crate::FactorError;
use crate::json;

/// The most alternatives of a parameter.
const MOST_ALTERNATIVES: usize = 16;

/// A parameter that a user can set: name, type with a range, default and meaning.
///
/// ```
/// use rotor_factor::Parameter;
/// const PARAMETERS: &[Parameter] = &[
///     Parameter::integer("lookback", 12, 1, 120, "months in the look-back window").zh("回看月数"),
///     Parameter::choice("direction", "reversal", &["reversal", "momentum"], "which end scores high").zh("方向"),
/// ];
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// The key in the configuration, such as `lookback`.
    pub name: &'static str,
    /// Its type, with what is allowed.
    pub kind: ParameterKind,
    /// The meaning and the unit, in English.
    pub about: &'static str,
    /// The same in Chinese, if there is a text.
    pub about_zh: Option<&'static str>,
    /// Other values that are worth trying, see [`Parameter::with_alternatives`].
    pub alternatives: &'static [Alternative],
}

/// Another value of a parameter that is worth trying: what a constant can hold of a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alternative {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(&'static str),
}

/// The type of a parameter, with its default and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// `true` or `false`.
    Flag {
        /// The value when none is given.
        default: bool,
    },
    /// A whole number between two bounds, both allowed.
    Integer {
        /// The value when none is given.
        default: i64,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// A finite number between two bounds, both allowed.
    Number {
        /// The value when none is given.
        default: f64,
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
    },
    /// A text.
    Text {
        /// The value when none is given.
        default: &'static str,
        /// What is allowed; empty means anything.
        choices: &'static [&'static str],
    },
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A value for each parameter that a factor declares, in the order of the declarations.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    values: Vec<(&'static str, Value)>,
}

impl Parameter {
    /// Declares a whole number from `min` to `max`.
    #[must_use]
    pub const fn integer(name: &'static str, default: i64, min: i64, max: i64, about: &'static str) -> Self {
        Self::of(name, ParameterKind::Integer { default, min, max }, about)
    }

    /// Declares a finite number from `min` to `max`.
    #[must_use]
    pub const fn number(name: &'static str, default: f64, min: f64, max: f64, about: &'static str) -> Self {
        Self::of(name, ParameterKind::Number { default, min, max }, about)
    }

    /// Declares a parameter that is `true` or `false`.
    #[must_use]
    pub const fn flag(name: &'static str, default: bool, about: &'static str) -> Self {
        Self::of(name, ParameterKind::Flag { default }, about)
    }

    /// Declares one of several words.
    #[must_use]
    pub const fn choice(
        name: &'static str,
        default: &'static str,
        choices: &'static [&'static str],
        about: &'static str,
    ) -> Self {
        Self::of(name, ParameterKind::Text { default, choices }, about)
    }

    /// Declares a text, such as the name of a series.
    #[must_use]
    pub const fn text(name: &'static str, default: &'static str, about: &'static str) -> Self {
        Self::of(name, ParameterKind::Text { default, choices: &[] }, about)
    }

    const fn of(name: &'static str, kind: ParameterKind, about: &'static str) -> Self {
        Self { name, kind, about, about_zh: None, alternatives: &[] }
    }

    /// Declares other values that are worth trying: how a result changes under each of them, one at a time, says how much it
    /// depends on the choice of the default.
    ///
    /// ```
    /// use rotor_factor::{Alternative, Parameter, Value};
    /// const RIDGE: Parameter =
    ///     Parameter::number("ridge", 0.0, 0.0, 1e9, "penalty").with_alternatives(&[Alternative::Number(10.0)]);
    /// assert_eq!(RIDGE.alternatives().collect::<Vec<_>>(), [Value::Number(10.0)]);
    /// ```
    #[must_use]
    pub const fn with_alternatives(self, alternatives: &'static [Alternative]) -> Self {
        Self { alternatives, ..self }
    }

    /// Adds the meaning and the unit in Chinese.
    #[must_use]
    pub const fn zh(self, about_zh: &'static str) -> Self {
        Self { about_zh: Some(about_zh), ..self }
    }

    /// Returns the default value.
    #[must_use]
    pub fn default(&self) -> Value {
        match self.kind {
            ParameterKind::Flag { default } => Value::Flag(default),
            ParameterKind::Integer { default, .. } => Value::Integer(default),
            ParameterKind::Number { default, .. } => Value::Number(default),
            ParameterKind::Text { default, .. } => Value::Text(default.into()),
        }
    }

    /// Returns the other values that are worth trying, in the order of their declaration.
    #[must_use]
    pub fn alternatives(&self) -> impl ExactSizeIterator<Item = Value> {
        self.alternatives.iter().map(|alternative| Value::from(*alternative))
    }

    /// Returns what is wrong with the alternatives, or `None` if nothing is: each is allowed, none is the default or named
    /// twice.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.alternatives.len() > MOST_ALTERNATIVES {
            let n = self.alternatives.len();
            return Some(format!(
                "parameter `{}` has {n} alternatives, more than {MOST_ALTERNATIVES}",
                self.name
            ));
        }
        let mut known = vec![self.default()];
        for given in self.alternatives() {
            let shown = given.to_string();
            match self.accept(given) {
                Err(error) => return Some(format!("an alternative is not allowed: {error}")),
                Ok(value) if known.contains(&value) => {
                    return Some(format!(
                        "the alternative {shown} of the parameter `{}` is its default or named twice",
                        self.name
                    ));
                }
                Ok(value) => known.push(value),
            }
        }
        None
    }

    /// Checks a value; a whole number is accepted where a number is declared.
    fn accept(&self, given: Value) -> Result<Value, FactorError> {
        let wrong_type = |expected, given: &Value| FactorError::ParameterType {
            name: self.name.into(),
            expected,
            given: given.to_string(),
        };
        let rule = |given: &dyn fmt::Display, rule: String| FactorError::parameter(self.name, given, rule);
        match (self.kind, given) {
            (ParameterKind::Flag { .. }, given @ Value::Flag(_)) => Ok(given),
            (ParameterKind::Flag { .. }, given) => Err(wrong_type("true or false", &given)),
            (ParameterKind::Integer { min, max, .. }, Value::Integer(given)) => {
                if (min..=max).contains(&given) {
                    Ok(Value::Integer(given))
                } else {
                    Err(rule(&given, format!("from {min} to {max}")))
                }
            }
            (ParameterKind::Integer { .. }, given) => Err(wrong_type("a whole number", &given)),
            (ParameterKind::Number { min, max, .. }, given) => {
                let number = match given {
                    Value::Number(given) => given,
                    Value::Integer(given) => given as f64,
                    _ => return Err(wrong_type("a number", &given)),
                };
                if (min..=max).contains(&number) {
                    Ok(Value::Number(number))
                } else {
                    Err(rule(&Value::Number(number), format!("from {min:?} to {max:?}")))
                }
            }
            (ParameterKind::Text { choices, .. }, Value::Text(given)) => {
                if choices.is_empty() || choices.contains(&given.as_str()) {
                    Ok(Value::Text(given))
                } else {
                    let words: Vec<String> = choices.iter().map(|word| format!("{word:?}")).collect();
                    Err(rule(&format!("{given:?}"), format!("one of {}", words.join(", "))))
                }
            }
            (ParameterKind::Text { .. }, given) => Err(wrong_type("a text", &given)),
        }
    }

    /// Writes the declaration as JSON.
    pub(crate) fn to_json(self) -> String {
        let (kind, default, range) = match self.kind {
            ParameterKind::Flag { default } => ("flag", default.to_string(), String::new()),
            ParameterKind::Integer { default, min, max } => {
                ("integer", default.to_string(), format!(r#","min":{min},"max":{max}"#))
            }
            ParameterKind::Number { default, min, max } => (
                "number",
                json::number(default),
                format!(r#","min":{},"max":{}"#, json::number(min), json::number(max)),
            ),
            ParameterKind::Text { default, choices } => {
                let choices: Vec<String> = choices.iter().map(|word| json::text(word)).collect();
                ("text", json::text(default), format!(r#","choices":[{}]"#, choices.join(",")))
            }
        };
        let about_zh =
            self.about_zh.map_or(String::new(), |text| format!(r#","about_zh":{}"#, json::text(text)));
        let alternatives: Vec<String> = self.alternatives.iter().map(|value| value.to_json()).collect();
        let alternatives = match alternatives.as_slice() {
            [] => String::new(),
            some => format!(r#","alternatives":[{}]"#, some.join(",")),
        };
        format!(
            r#"{{"name":{},"type":"{kind}","default":{default}{range},"about":{}{about_zh}{alternatives}}}"#,
            json::text(self.name),
            json::text(self.about)
        )
    }
}

impl Alternative {
    fn to_json(self) -> String {
        match self {
            Self::Flag(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => json::number(value),
            Self::Text(value) => json::text(value),
        }
    }
}

impl From<Alternative> for Value {
    fn from(alternative: Alternative) -> Self {
        match alternative {
            Alternative::Flag(value) => Self::Flag(value),
            Alternative::Integer(value) => Self::Integer(value),
            Alternative::Number(value) => Self::Number(value),
            Alternative::Text(value) => Self::Text(value.into()),
        }
    }
}

impl Parameters {
    /// Checks the given values against the declarations and fills in the defaults.
    ///
    /// ```
    /// use rotor_factor::{Parameter, Parameters, Value};
    /// const DECLARED: &[Parameter] = &[Parameter::integer("lookback", 12, 1, 120, "months")];
    /// let given = Parameters::resolve(DECLARED, [("lookback".into(), Value::Integer(6))])?;
    /// assert_eq!(given.integer("lookback"), 6);
    /// let error = Parameters::resolve(DECLARED, [("lokback".into(), Value::Integer(6))]).unwrap_err();
    /// assert_eq!(error.to_string(), "there is no parameter `lokback`");
    /// assert_eq!(error.hint().as_deref(), Some("did you mean `lookback`?"));
    /// # Ok::<(), rotor_factor::FactorError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// At the first name that is not declared, and the first value of the wrong type or outside its range.
    pub fn resolve(
        declared: &[Parameter],
        given: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Self, FactorError> {
        let mut values: Vec<_> =
            declared.iter().map(|parameter| (parameter.name, parameter.default())).collect();
        for (name, value) in given {
            let position = declared.iter().position(|parameter| parameter.name == name);
            let Some(position) = position else {
                let known = || declared.iter().map(|parameter| parameter.name);
                return Err(FactorError::UnknownParameter {
                    nearest: crate::nearest(&name, known()).map(Into::into),
                    known: known().map(Into::into).collect(),
                    given: name,
                });
            };
            values[position].1 = declared[position].accept(value)?;
        }
        Ok(Self { values })
    }

    /// Returns the value of a whole number.
    ///
    /// # Panics
    ///
    /// As the other accessors, if the factor declares no such parameter or declares it with another type.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        match self.get(name) {
            Value::Integer(value) => *value,
            other => mistaken(name, "an integer", other),
        }
    }

    /// Returns the value of a whole number that is not negative, such as a count of months.
    ///
    /// # Panics
    ///
    /// Also if its range allows negative values and the value is one.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        usize::try_from(self.integer(name)).unwrap_or_else(|_| panic!("parameter `{name}` may be negative"))
    }

    /// Returns the value of a number.
    ///
    /// # Panics
    ///
    /// See [`Parameters::integer`].
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Value::Number(value) => *value,
            other => mistaken(name, "a number", other),
        }
    }

    /// Returns the value of a parameter that is `true` or `false`.
    ///
    /// # Panics
    ///
    /// See [`Parameters::integer`].
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Value::Flag(value) => *value,
            other => mistaken(name, "a flag", other),
        }
    }

    /// Returns the value of a text.
    ///
    /// # Panics
    ///
    /// See [`Parameters::integer`].
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Value::Text(value) => value,
            other => mistaken(name, "a text", other),
        }
    }

    /// Returns the names and values in the order of the declarations.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }

    fn get(&self, name: &str) -> &Value {
        let value = self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        value.unwrap_or_else(|| panic!("parameter `{name}` is not in `Factor::PARAMETERS`"))
    }
}

fn mistaken(name: &str, asked: &str, is: &Value) -> ! {
    panic!("parameter `{name}` is read as {asked} and declared as something else ({is})")
}

/// As TOML writes it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "{value:?}"),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &[Parameter] = &[
        Parameter::integer("lookback", 12, 1, 120, "months"),
        Parameter::number("band", 0.5, 0.0, 10.0, "percent"),
        Parameter::flag("confirm", false, "wait for a turn"),
        Parameter::choice("direction", "reversal", &["reversal", "momentum"], "which end"),
    ];

    fn resolved(name: &str, value: impl Into<Value>) -> String {
        match Parameters::resolve(DECLARED, [(name.into(), value.into())]) {
            Ok(parameters) => {
                parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn alternatives_are_allowed_values_other_than_the_default() {
        let band = |alternatives| {
            Parameter::number("band", 0.5, 0.0, 10.0, "percent")
                .with_alternatives(alternatives)
                .fault()
                .unwrap_or_default()
        };
        assert_eq!(band(&[Alternative::Number(1.0), Alternative::Integer(2)]), "");
        assert_eq!(
            band(&[Alternative::Number(11.0)]),
            "an alternative is not allowed: parameter `band` is 11.0; it must be from 0.0 to 10.0"
        );
        let twice = "of the parameter `band` is its default or named twice";
        assert_eq!(band(&[Alternative::Number(0.5)]), format!("the alternative 0.5 {twice}"));
        assert_eq!(
            band(&[Alternative::Number(1.0), Alternative::Integer(1)]),
            format!("the alternative 1 {twice}")
        );
        assert!(band(&[Alternative::Flag(true)]).ends_with("it must be a number"));
        assert!(band(&[Alternative::Number(1.0); 17]).ends_with("has 17 alternatives, more than 16"));
        let choice = DECLARED[3].with_alternatives(&[Alternative::Text("momentum")]);
        assert!(choice.to_json().ends_with(r#""about":"which end","alternatives":["momentum"]}"#));
    }

    #[test]
    fn what_is_given_replaces_the_default() {
        let rest = "confirm=false direction=\"reversal\"";
        assert_eq!(resolved("lookback", 6), format!("lookback=6 band=0.5 {rest}"));
        assert_eq!(resolved("band", 2), format!("lookback=12 band=2.0 {rest}"));
    }

    #[test]
    fn what_is_not_allowed_is_refused_with_the_rule() {
        assert_eq!(resolved("lookback", 0), "parameter `lookback` is 0; it must be from 1 to 120");
        assert_eq!(resolved("lookback", 6.0), "parameter `lookback` is 6.0; it must be a whole number");
        assert_eq!(resolved("band", f64::NAN), "parameter `band` is NaN; it must be from 0.0 to 10.0");
        assert_eq!(resolved("confirm", "yes"), "parameter `confirm` is \"yes\"; it must be true or false");
        assert_eq!(
            resolved("direction", "up"),
            "parameter `direction` is \"up\"; it must be one of \"reversal\", \"momentum\""
        );
        assert_eq!(resolved("look", 1), "there is no parameter `look`");
    }
}
