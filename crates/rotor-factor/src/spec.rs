//! Name, version and inputs of a factor.

use std::ops::RangeInclusive;

use crate::entity::words;
use crate::reason::MOST_REASONS;
use crate::{EntityKind, Frequency, LONGEST_FACTOR_NAME, Parameter, Presentation, Reason, json};

/// Name, version and inputs of a factor. The engine reads it before the first month and supplies exactly these inputs.
///
/// ```
/// use rotor_factor::{EntityKind, Frequency, Input, Spec};
/// let spec = Spec::new("momentum", "0.1.0", "Trailing return of a sector")
///     .zh("板块动量")
///     .input(Input::close(EntityKind::Sector, Frequency::Monthly, 13));
/// assert_eq!(spec.inputs()[0].name(), "close");
/// assert_eq!(spec.score_range(), &(1.0..=3.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    name: String,
    version: String,
    about: String,
    about_zh: Option<String>,
    inputs: Vec<Input>,
    reasons: Vec<Reason>,
    scale: Option<Scale>,
    /// `None` if the factor declares none: then it follows from the scale.
    score_range: Option<RangeInclusive<f64>>,
    presentation: Box<Presentation>,
}

words! {
    /// What kind of scores a factor gives.
    Scale {
        /// Points: 1 (least attractive), 2 (neutral) or 3.
        Points = "points",
        /// Numbers of a scale of their own, of which the order alone counts.
        Continuous = "continuous",
    }
}

/// The range of points.
static POINTS: RangeInclusive<f64> = 1.0..=3.0;
/// The range of continuous scores: every finite number.
static ANY: RangeInclusive<f64> = f64::MIN..=f64::MAX;

/// One input of a factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    name: String,
    source: Source,
    is_optional: bool,
}

/// The source of an input and the length of its window.
///
/// A window is counted in days for daily and weekly values (a weekly value lies on the date of its week), in months for
/// monthly and in quarters for quarterly ones. It ends with the last complete month, quarter or day before the execution day,
/// whether or not its value is public.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The closes of every entity of a kind, each day or at the end of each month.
    Close {
        /// Whose closes.
        kind: EntityKind,
        /// Daily or monthly.
        frequency: Frequency,
        /// The length of the window.
        n_periods: usize,
    },
    /// A series of the dataset.
    Series {
        /// Its name in the dataset.
        series: String,
        /// Whose values.
        kind: EntityKind,
        /// How often it has a value.
        frequency: Frequency,
        /// The length of the window.
        n_periods: usize,
    },
    /// A series of the dataset at whichever frequency the dataset has it; the panel says which.
    SeriesOfAnyFrequency {
        /// Its name in the dataset.
        series: String,
        /// Whose values.
        kind: EntityKind,
        /// The window if it is daily or weekly.
        n_days: usize,
        /// The window if it is monthly or quarterly, in months.
        n_months: usize,
    },
    /// The weights of industries in sectors.
    Bridge,
    /// The series that the dataset links to sectors.
    Links {
        /// The window of linked daily and weekly series.
        n_days: usize,
        /// The window of linked monthly and quarterly series, in months.
        n_months: usize,
    },
}

impl Spec {
    /// Returns the spec of a factor without inputs: its name (lower-case letters, digits and `_`; it names the factor in
    /// configurations and results), its version and a line about it in English.
    pub fn new(name: impl Into<String>, version: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            about: about.into(),
            about_zh: None,
            inputs: Vec::new(),
            reasons: Vec::new(),
            scale: None,
            score_range: None,
            presentation: Box::default(),
        }
    }

    /// Adds the line about it in Chinese.
    #[must_use]
    pub fn zh(mut self, about_zh: impl Into<String>) -> Self {
        self.about_zh = Some(about_zh.into());
        self
    }

    /// Declares reasons why a sector has no score, for [`Signal::withhold`](crate::Signal::withhold).
    #[must_use]
    pub fn with_reasons(mut self, reasons: &[Reason]) -> Self {
        self.reasons.extend_from_slice(reasons);
        self
    }

    /// Adds an input.
    #[must_use]
    pub fn input(mut self, input: Input) -> Self {
        self.inputs.push(input);
        self
    }

    /// Declares what kind of scores it gives. A score of a factor of points that is not 1, 2 or 3 is refused.
    ///
    /// A factor that does not say is one of points if all its scores turn out to be.
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// Declares the lowest and the highest score; scores outside are refused. Without a declaration the range is 1 (least
    /// attractive) to 3, and for a factor of continuous scores every finite number.
    #[must_use]
    pub fn scores_in(mut self, range: RangeInclusive<f64>) -> Self {
        self.score_range = Some(range);
        self
    }

    /// Declares how it is shown: titles, words, tables, figures.
    #[must_use]
    pub fn shown(mut self, presentation: Presentation) -> Self {
        self.presentation = Box::new(presentation);
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version of the factor.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns a line about the factor in English.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns a line about the factor in Chinese, if there is one.
    #[must_use]
    pub fn about_zh(&self) -> Option<&str> {
        self.about_zh.as_deref()
    }

    /// Returns the reasons in the order in which they were declared.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Returns the inputs in the order in which they were declared.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Returns what kind of scores it declares; `None` if it does not say.
    #[must_use]
    pub fn declared_scale(&self) -> Option<Scale> {
        self.scale
    }

    /// Returns the least and the greatest score.
    #[must_use]
    pub fn score_range(&self) -> &RangeInclusive<f64> {
        match (&self.score_range, self.scale) {
            (Some(range), _) => range,
            (None, Some(Scale::Continuous)) => &ANY,
            (None, _) => &POINTS,
        }
    }

    /// Returns how it is shown; empty if it does not say.
    #[must_use]
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Returns what is wrong with the spec, or `None` if it is valid.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= LONGEST_FACTOR_NAME
                && name.bytes().all(|b| is_name_byte(b, b"_"))
        };
        if !is_name(&self.name) || !self.name.as_bytes()[0].is_ascii_lowercase() {
            return Some(format!(
                "the name {:?} is not made of lower-case letters, digits and `_`, beginning with a letter",
                shortened(&self.name)
            ));
        }
        if self.version.is_empty() || self.version.len() > 64 {
            return Some("the version is empty or longer than 64 bytes".into());
        }
        let (least, greatest) = (*self.score_range().start(), *self.score_range().end());
        if self.scale == Some(Scale::Points) && *self.score_range() != POINTS {
            return Some(format!(
                "points go from 1 to 3, and its range of scores from {least} to {greatest}"
            ));
        }
        if !(least.is_finite() && greatest.is_finite() && least < greatest) {
            return Some(format!("the range of scores, {least} to {greatest}, is none"));
        }
        if self.reasons.len() > MOST_REASONS {
            return Some(format!("it declares {} reasons, more than {MOST_REASONS}", self.reasons.len()));
        }
        for (position, reason) in self.reasons.iter().enumerate() {
            if self.reasons[..position].iter().any(|other| other.id() == reason.id()) {
                return Some(format!("two reasons are named `{}`", reason.id()));
            }
            if let Some(fault) = reason.fault() {
                return Some(fault);
            }
        }
        for (position, input) in self.inputs.iter().enumerate() {
            if self.inputs[..position].iter().any(|other| other.name == input.name) {
                return Some(format!("two inputs are named `{}`; rename one by `Input::named`", input.name));
            }
            let is_single = |source: &Source| matches!(source, Source::Bridge | Source::Links { .. });
            let is_same = |other: &Input| {
                std::mem::discriminant(&other.source) == std::mem::discriminant(&input.source)
            };
            if is_single(&input.source) && self.inputs[..position].iter().any(is_same) {
                return Some(format!("input `{}` is asked for twice", input.name));
            }
            let windows = match &input.source {
                Source::Close { frequency, .. }
                    if !matches!(frequency, Frequency::Daily | Frequency::Monthly) =>
                {
                    return Some(format!("input `{}`: closes are daily (D) or monthly (M)", input.name));
                }
                Source::Close { n_periods, .. } | Source::Series { n_periods, .. } => [*n_periods; 2],
                Source::SeriesOfAnyFrequency { n_days, n_months, .. }
                | Source::Links { n_days, n_months } => [*n_days, *n_months],
                Source::Bridge => [1; 2],
            };
            if windows.iter().any(|n| *n == 0 || *n > 100_000) {
                return Some(format!("input `{}`: a window of {} periods", input.name, windows[0]));
            }
        }
        self.presentation.fault()
    }

    /// Writes the spec as the JSON document that crosses the plug-in boundary.
    #[must_use]
    pub(crate) fn to_json(&self) -> String {
        let inputs: Vec<String> = self.inputs.iter().map(Input::to_json).collect();
        let about_zh = self.about_zh.as_deref();
        let about_zh = about_zh.map_or(String::new(), |text| format!(r#""about_zh":{},"#, json::text(text)));
        let reasons: Vec<String> = self.reasons.iter().map(|reason| reason.to_json()).collect();
        let scale = self.scale.map_or(String::new(), |scale| format!(r#""scale":"{scale}","#));
        let shown = if self.presentation.is_empty() {
            String::new()
        } else {
            format!(r#","presentation":{}"#, self.presentation.to_json())
        };
        format!(
            r#"{{"name":{},"version":{},"about":{},{about_zh}{scale}"score_min":{},"score_max":{},"inputs":[{}],"reasons":[{}]{shown}}}"#,
            json::text(&self.name),
            json::text(&self.version),
            json::text(&self.about),
            json::number(*self.score_range().start()),
            json::number(*self.score_range().end()),
            inputs.join(","),
            reasons.join(",")
        )
    }
}

/// Writes the declarations of parameters as the JSON document that crosses the plug-in boundary.
pub(crate) fn parameters_to_json(parameters: &[Parameter]) -> String {
    let parameters: Vec<String> = parameters.iter().map(|parameter| parameter.to_json()).collect();
    format!(r#"{{"parameters":[{}]}}"#, parameters.join(","))
}

impl Input {
    /// Asks for closes, one row an entity of `kind`; `frequency` is daily or monthly (the last close dated inside each
    /// calendar month). Its name is `close`.
    #[must_use]
    pub fn close(kind: EntityKind, frequency: Frequency, n_periods: usize) -> Self {
        Self::new("close", Source::Close { kind, frequency, n_periods })
    }

    /// Asks for a series of the dataset, one row an entity of `kind`. Its name is that of the series.
    pub fn series(
        series: impl Into<String>,
        kind: EntityKind,
        frequency: Frequency,
        n_periods: usize,
    ) -> Self {
        let series = series.into();
        Self::new(series.clone(), Source::Series { series, kind, frequency, n_periods })
    }

    /// Asks for a series of the dataset at whichever frequency the dataset has it, over `n_days` if that is daily or weekly and
    /// over `n_months` else; one row an entity of `kind`. Its name is that of the series.
    ///
    /// A host older than 1.4 of the boundary refuses it.
    pub fn series_of_any_frequency(
        series: impl Into<String>,
        kind: EntityKind,
        n_days: usize,
        n_months: usize,
    ) -> Self {
        let series = series.into();
        Self::new(series.clone(), Source::SeriesOfAnyFrequency { series, kind, n_days, n_months })
    }

    /// Asks for the weights of industries in sectors. Its name is `bridge`.
    #[must_use]
    pub fn bridge() -> Self {
        Self::new("bridge", Source::Bridge)
    }

    /// Asks for every series that the dataset links to a sector, those of days and weeks over `n_days`, those of months
    /// and quarters over `n_months`. Its name is `links`.
    #[must_use]
    pub fn links(n_days: usize, n_months: usize) -> Self {
        Self::new("links", Source::Links { n_days, n_months })
    }

    fn new(name: impl Into<String>, source: Source) -> Self {
        Self { name: name.into(), source, is_optional: false }
    }

    /// Gives the input another name for use in the view.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes the input optional: the factor is called even if the dataset does not have it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// Returns the name by which the view knows it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where it comes from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Returns whether the input is optional.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    fn to_json(&self) -> String {
        let panel = |kind: EntityKind, frequency: Frequency, n_periods: usize| {
            format!(r#","entity":"{kind}","frequency":"{frequency}","window":{n_periods}"#)
        };
        let source = match &self.source {
            Source::Close { kind, frequency, n_periods } => {
                format!(r#""source":"close"{}"#, panel(*kind, *frequency, *n_periods))
            }
            Source::Series { series, kind, frequency, n_periods } => format!(
                r#""source":"series","series":{}{}"#,
                json::text(series),
                panel(*kind, *frequency, *n_periods)
            ),
            Source::SeriesOfAnyFrequency { series, kind, n_days, n_months } => format!(
                r#""source":"series","series":{},"entity":"{kind}","days":{n_days},"months":{n_months}"#,
                json::text(series)
            ),
            Source::Bridge => r#""source":"bridge""#.into(),
            Source::Links { n_days, n_months } => {
                format!(r#""source":"links","days":{n_days},"months":{n_months}"#)
            }
        };
        format!(r#"{{"name":{},{source},"optional":{}}}"#, json::text(&self.name), self.is_optional)
    }
}

fn is_name_byte(byte: u8, also: &[u8]) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || also.contains(&byte)
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(spec: &Spec) -> String {
        spec.fault().unwrap_or_default()
    }

    #[test]
    fn specs_that_cannot_be_are_told_so() {
        let close = || Input::close(EntityKind::Sector, Frequency::Monthly, 13);
        let good = Spec::new("heat", "1", "").input(close());
        assert_eq!(fault(&good), "");
        assert_eq!(
            fault(&good.clone().input(close())),
            "two inputs are named `close`; rename one by `Input::named`"
        );
        assert_eq!(fault(&good.clone().input(close().named("benchmark_close"))), "");
        assert!(fault(&good.clone().scores_in(3.0..=1.0)).starts_with("the range of scores"));
        assert_eq!(fault(&good.clone().scale(Scale::Points)), "");
        assert_eq!(fault(&good.clone().scale(Scale::Continuous)), "");
        assert_eq!(
            fault(&good.clone().scale(Scale::Points).scores_in(0.0..=1.0)),
            "points go from 1 to 3, and its range of scores from 0 to 1"
        );
        assert!(fault(&Spec::new("Heat!", "1", "")).starts_with("the name \"Heat!\""));
        let weekly = Input::close(EntityKind::Sector, Frequency::Weekly, 1).named("weekly");
        assert!(fault(&good.clone().input(weekly)).ends_with("closes are daily (D) or monthly (M)"));
        let reason = Reason::new("none", "no value");
        assert_eq!(fault(&good.clone().with_reasons(&[reason])), "");
        assert_eq!(
            fault(&good.clone().with_reasons(&[reason, reason.zh("无")])),
            "two reasons are named `none`"
        );
        assert!(fault(&good.clone().with_reasons(&[Reason::new("none", "")])).starts_with("reason `none`"));
        assert!(fault(&good.clone().with_reasons(&[reason; 257])).starts_with("it declares 257 reasons"));
        let multiples = |n_days| Input::series_of_any_frequency("pe_ttm", EntityKind::Sector, n_days, 12);
        assert_eq!(fault(&good.clone().input(multiples(366))), "");
        assert_eq!(fault(&good.clone().input(multiples(0))), "input `pe_ttm`: a window of 0 periods");
        assert_eq!(fault(&good.input(Input::links(0, 1))), "input `links`: a window of 0 periods");
    }

    #[test]
    fn the_range_follows_from_the_scale() {
        let spec = || Spec::new("a", "1", "");
        assert_eq!((spec().declared_scale(), spec().score_range()), (None, &(1.0..=3.0)));
        assert_eq!(spec().scale(Scale::Points).score_range(), &(1.0..=3.0));
        let continuous = spec().scale(Scale::Continuous);
        assert_eq!(continuous.score_range(), &(f64::MIN..=f64::MAX));
        assert!(continuous.to_json().contains(r#""scale":"continuous","score_min":-1.797"#));
        assert_eq!(continuous.scores_in(0.0..=1.0).score_range(), &(0.0..=1.0));
    }

    #[test]
    fn the_document_names_everything() {
        let cpi = Input::series("cpi_yoy", EntityKind::Market, Frequency::Monthly, 60);
        let spec = Spec::new("a", "1", "one \"idea\"")
            .zh("想法")
            .with_reasons(&[Reason::new("none", "no value")])
            .input(cpi.named("cpi").optional());
        assert_eq!(
            spec.to_json(),
            r#"{"name":"a","version":"1","about":"one \"idea\"","about_zh":"想法","score_min":1.0,"score_max":3.0,"inputs":[{"name":"cpi","source":"series","series":"cpi_yoy","entity":"market","frequency":"M","window":60,"optional":true}],"reasons":[{"id":"none","text":"no value"}]}"#
        );
        let any = Input::series_of_any_frequency("pe_ttm", EntityKind::Sector, 366, 12);
        assert_eq!(
            any.to_json(),
            r#"{"name":"pe_ttm","source":"series","series":"pe_ttm","entity":"sector","days":366,"months":12,"optional":false}"#
        );
    }
}
