//! The documents in which a factor describes itself: JSON, so that either side may be the older one.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rotor_factor::{
    Alternative, EntityKind, Frequency, Input, Parameter, ParameterKind, Reason, Scale, Spec,
};
use serde::Deserialize;

use crate::Breach;
use crate::presentation::PresentationDocument;

/// The longest document that is read.
pub(crate) const LONGEST: usize = 1 << 20;

#[derive(Deserialize)]
struct SpecDocument {
    name: String,
    version: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    about_zh: Option<String>,
    #[serde(default)]
    scale: Option<String>,
    #[serde(default)]
    score_min: Option<f64>,
    #[serde(default)]
    score_max: Option<f64>,
    #[serde(default)]
    inputs: Vec<InputDocument>,
    #[serde(default)]
    reasons: Vec<ReasonDocument>,
    #[serde(default)]
    presentation: Option<PresentationDocument>,
}

#[derive(Deserialize)]
struct ReasonDocument {
    id: String,
    text: String,
    #[serde(default)]
    text_zh: Option<String>,
}

#[derive(Deserialize)]
struct InputDocument {
    name: String,
    source: String,
    series: Option<String>,
    entity: Option<String>,
    frequency: Option<String>,
    #[serde(default)]
    window: usize,
    #[serde(default)]
    days: usize,
    #[serde(default)]
    months: usize,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
struct ParametersDocument {
    parameters: Vec<ParameterDocument>,
}

#[derive(Deserialize)]
struct ParameterDocument {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    default: serde_json::Value,
    min: Option<serde_json::Number>,
    max: Option<serde_json::Number>,
    #[serde(default)]
    choices: Vec<String>,
    #[serde(default)]
    alternatives: Vec<serde_json::Value>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    about_zh: Option<String>,
}

#[allow(clippy::needless_pass_by_value, reason = "errors and texts are handed over as they come")]
fn bad(reason: impl ToString) -> Breach {
    Breach::BadSpec { reason: reason.to_string() }
}

/// Reads the spec of a factor.
pub(crate) fn read_spec(json: &str) -> Result<Spec, Breach> {
    let document: SpecDocument = serde_json::from_str(json).map_err(bad)?;
    let SpecDocument { name, version, about, about_zh, scale, score_min, score_max, .. } = document;
    let (inputs, reasons, presentation) = (document.inputs, document.reasons, document.presentation);
    let mut spec = Spec::new(name, version, about);
    if let Some(scale) = scale {
        let known = scale.parse::<Scale>();
        spec = spec.scale(known.map_err(|error| bad(format!("its scale `{scale}` is {error}")))?);
    }
    let range = spec.score_range();
    let range = score_min.unwrap_or(*range.start())..=score_max.unwrap_or(*range.end());
    spec = spec.scores_in(range);
    if let Some(about_zh) = given(about_zh.as_deref()) {
        spec = spec.zh(about_zh);
    }
    for input in inputs {
        spec = spec.input(read_input(input)?);
    }
    let reason = |document: &ReasonDocument| {
        let reason = Reason::new(kept(&document.id), kept(&document.text));
        given(document.text_zh.as_deref()).map_or(reason, |text| reason.zh(kept(text)))
    };
    let mut spec = spec.with_reasons(&reasons.iter().map(reason).collect::<Vec<_>>());
    if let Some(presentation) = presentation {
        spec = spec.shown(presentation.into());
    }
    spec.fault().map_or(Ok(spec), |fault| Err(bad(fault)))
}

fn read_input(document: InputDocument) -> Result<Input, Breach> {
    let InputDocument { name, source, series, entity, frequency, window, days, months, optional } = document;
    let word =
        |word: Option<String>, what: &str| word.ok_or_else(|| bad(format!("input `{name}` has no {what}")));
    let kind = |entity| word(entity, "entity")?.parse::<EntityKind>().map_err(bad);
    let every = |frequency| word(frequency, "frequency")?.parse::<Frequency>().map_err(bad);
    let is_of_any_frequency = frequency.is_none() && window == 0 && (days > 0 || months > 0);
    let input = match source.as_str() {
        "close" => Input::close(kind(entity)?, every(frequency)?, window),
        "series" if is_of_any_frequency => {
            Input::series_of_any_frequency(word(series, "series")?, kind(entity)?, days, months)
        }
        "series" => Input::series(word(series, "series")?, kind(entity)?, every(frequency)?, window),
        "bridge" => Input::bridge(),
        "links" => Input::links(days, months),
        other => {
            return Err(bad(format!("input `{name}` comes from `{other}`, which this Rotor does not know")));
        }
    };
    let input = input.named(name);
    Ok(if optional { input.optional() } else { input })
}

/// Reads the declarations of parameters.
///
/// They are kept for the rest of the process, as the library is that declares them.
pub(crate) fn read_parameters(json: &str) -> Result<&'static [Parameter], Breach> {
    let document: ParametersDocument = serde_json::from_str(json).map_err(bad)?;
    let mut parameters = Vec::new();
    for parameter in document.parameters {
        parameters.push(read_parameter(parameter)?);
    }
    Ok(Vec::leak(parameters))
}

fn read_parameter(document: ParameterDocument) -> Result<Parameter, Breach> {
    let ParameterDocument { name, kind, default, min, max, choices, alternatives, about, about_zh } =
        document;
    let wrong = |what: &str| bad(format!("parameter `{name}` has {what}"));
    let kind = match kind.as_str() {
        "flag" => ParameterKind::Flag {
            default: default.as_bool().ok_or_else(|| wrong("no default that is true or false"))?,
        },
        "integer" => ParameterKind::Integer {
            default: default.as_i64().ok_or_else(|| wrong("no whole default"))?,
            min: min.map_or(Some(i64::MIN), |min| min.as_i64()).ok_or_else(|| wrong("no whole minimum"))?,
            max: max.map_or(Some(i64::MAX), |max| max.as_i64()).ok_or_else(|| wrong("no whole maximum"))?,
        },
        "number" => ParameterKind::Number {
            default: default.as_f64().ok_or_else(|| wrong("no default that is a number"))?,
            min: min.and_then(|min| min.as_f64()).unwrap_or(f64::MIN),
            max: max.and_then(|max| max.as_f64()).unwrap_or(f64::MAX),
        },
        "text" => ParameterKind::Text {
            default: kept(default.as_str().ok_or_else(|| wrong("no default that is a text"))?),
            choices: Vec::leak(choices.iter().map(|choice| kept(choice)).collect()),
        },
        other => return Err(wrong(&format!("the type `{other}`, which this Rotor does not know"))),
    };
    let alternatives = alternatives.iter().map(|value| alternative(kind, value));
    let alternatives: Option<Vec<Alternative>> = alternatives.collect();
    let parameter = Parameter {
        name: kept(&name),
        kind,
        about: kept(&about),
        about_zh: given(about_zh.as_deref()).map(kept),
        alternatives: Vec::leak(alternatives.ok_or_else(|| wrong("an alternative of another type"))?),
    };
    parameter.fault().map_or(Ok(parameter), |fault| Err(bad(fault)))
}

/// Reads another value of a parameter of a kind; `None` if it is of another type.
fn alternative(kind: ParameterKind, value: &serde_json::Value) -> Option<Alternative> {
    Some(match kind {
        ParameterKind::Flag { .. } => Alternative::Flag(value.as_bool()?),
        ParameterKind::Integer { .. } => Alternative::Integer(value.as_i64()?),
        ParameterKind::Number { .. } => Alternative::Number(value.as_f64()?),
        ParameterKind::Text { .. } => Alternative::Text(kept(value.as_str()?)),
        _ => return None,
    })
}

/// Returns a text of a document, kept for the rest of the process as the library is that gave it. The documents of a factor
/// are read as often as it is made, so each text is kept once.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.into());
    kept.insert(text);
    text
}

/// A text that is empty is none.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use rotor_factor::Source;

    use super::*;

    fn source(series: &str) -> Result<Source, String> {
        let json =
            format!(r#"{{"name":"a","version":"1","inputs":[{{"name":"pe","source":"series",{series}}}]}}"#);
        let spec = read_spec(&json).map_err(|breach| breach.to_string())?;
        Ok(spec.inputs()[0].source().clone())
    }

    #[test]
    fn a_series_may_leave_its_frequency_to_the_dataset() {
        let (series, kind) = ("pe_ttm".to_owned(), EntityKind::Sector);
        let (n_days, n_months) = (366, 12);
        assert_eq!(
            source(r#""series":"pe_ttm","entity":"sector","days":366,"months":12"#),
            Ok(Source::SeriesOfAnyFrequency { series: series.clone(), kind, n_days, n_months })
        );
        assert_eq!(
            source(r#""series":"pe_ttm","entity":"sector","frequency":"M","window":12"#),
            Ok(Source::Series { series, kind, frequency: Frequency::Monthly, n_periods: 12 })
        );
        let neither = source(r#""series":"pe_ttm","entity":"sector","window":12"#).unwrap_err();
        assert!(neither.contains("input `pe` has no frequency"), "{neither}");
    }
}
