//! Warnings: a dataset that is sound and looks wrong.
//!
//! A fault is something that cannot be meant; a warning is something that is seldom meant: a close that stops, a unit that
//! changes, a release that is overdue. Warnings are looked for on demand and never change a number. Each is a code with the
//! places where it was seen; sentences are made where a page is drawn.

mod prices;
mod series;

use rotor_factor::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::dataset::Dataset;

/// What looks wrong.
// Exhaustive on purpose: a new code must not compile without its sentence in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// A sector or benchmark has no close at all.
    NoCloses,
    /// Closes stop before those of the others, and nothing says that the entity ended. `from` is the last close, `to` the last
    /// day of the others.
    ClosesEnd,
    /// Closes begin after those of the others, and nothing says that the entity began. `from` is the first day of the others,
    /// `to` the first close.
    BeginsLate,
    /// Closes are missing for longer than any holiday: `count` gaps; `from` and `to` are the closes around the first.
    Gap,
    /// A close is more than 50% away from the one before (month-end closes: a fifth or five times of it): `count` of them. `from`
    /// and `to` are the first two closes, `values` what they are.
    Jump,
    /// A close jumps and comes back, as with a lost decimal point: `count` of them; `from` and `to` are the first and the last
    /// strange close, `values` the close before, the strange one, and the one after.
    JumpReverts,
    /// `count` closes are dated on weekends; `values` holds the number of all closes.
    WeekendCloses,
    /// Month-end closes carry another day than most others in `count` months; `from` is the first such day, `to` the day of the
    /// others in that month.
    MixedStamps,
    /// The manifest says daily closes, but there is one a month: `count` closes.
    MonthlyCalledDaily,
    /// The level of a series changes by a factor of 10² to 10⁴ between two periods; `values` are those of the two.
    UnitChange,
    /// All `count` values of a series are equal; `values` holds the value.
    Constant,
    /// `count` values of a series are zero, which may stand for "none"; `values` holds the number of all values.
    ManyZeros,
    /// `count` values were released on the last day of their period; `values` holds the number of all values.
    SameDayReleases,
    /// The shares of a sector in the bridge sum to less than the whole, at the latest release; `values` holds the sum.
    SharesBelowOne,
    /// A series named in `links` has no value of the market; it is filed under `entity` (none: it has no value at all).
    LinkElsewhere,
    /// A series named in `links` is quarterly, which no prosperity is made of.
    LinkQuarterly,
    /// Values are overdue at the end of the dataset. `from` is the end of the first period that is missing, `to` the day by which
    /// it should have been public, `count` the number of such periods (1 for daily and weekly series), `values` the usual lag in
    /// days.
    Overdue,
}

/// Where something was seen.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The code of the entity that it touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The name of the series that it touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The first day that it touches.
    #[serde(serialize_with = "day", deserialize_with = "from_day")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub from: Date,
    /// The last day that it touches.
    #[serde(serialize_with = "day", deserialize_with = "from_day")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub to: Date,
    /// How often, as the code says.
    pub count: u64,
    /// Numbers, as the code says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
}

/// Something that looks wrong in a dataset, with every place of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatasetWarning {
    /// What looks wrong.
    pub code: WarningCode,
    /// Where, in the order of the series and entities; at least one.
    pub places: Vec<Place>,
}

impl DatasetWarning {
    /// Returns the warning with those places alone that `touches` chooses; `None` if it chooses none.
    #[must_use]
    pub fn within(&self, touches: impl Fn(&Place) -> bool) -> Option<Self> {
        let places: Vec<Place> = self.places.iter().filter(|place| touches(place)).cloned().collect();
        (!places.is_empty()).then_some(Self { code: self.code, places })
    }
}

impl Place {
    fn of_entity(entity: &str, from: Date, to: Date) -> Self {
        Self { entity: Some(entity.to_owned()), series: None, from, to, count: 1, values: Vec::new() }
    }
}

impl Dataset {
    /// Looks for what is sound and looks wrong, code by code, what may mislead most first; none of it keeps a dataset from being
    /// used.
    ///
    /// It walks every close and every value, which takes about as long as reading them.
    #[must_use]
    pub fn warnings(&self) -> Vec<DatasetWarning> {
        self.warnings_reading(|_| true)
    }

    /// As [`warnings`](Self::warnings), without looking at the values of series that are not read; `reads` is asked by name.
    #[must_use]
    pub fn warnings_reading(&self, reads: impl Fn(&str) -> bool) -> Vec<DatasetWarning> {
        let mut found = Found::default();
        prices::look(self, &mut found);
        series::look(self, &reads, &mut found);
        found.warnings.sort_by_key(|warning| warning.code.order());
        found.warnings
    }
}

impl WarningCode {
    /// Where it stands among others, by how much it may mislead: closes and levels that are most likely wrong; values that were hardly
    /// known then, or say nothing; what is not there; links and dates to look at; what is usual.
    const fn order(self) -> u8 {
        match self {
            Self::JumpReverts
            | Self::Jump
            | Self::UnitChange
            | Self::WeekendCloses
            | Self::MonthlyCalledDaily => 0,
            Self::SameDayReleases | Self::ManyZeros | Self::Constant => 1,
            Self::NoCloses | Self::ClosesEnd | Self::BeginsLate | Self::Gap | Self::MixedStamps => 2,
            Self::LinkElsewhere | Self::LinkQuarterly | Self::Overdue => 3,
            Self::SharesBelowOne => 4,
        }
    }
}

/// The warnings so far, one a code.
#[derive(Default)]
struct Found {
    warnings: Vec<DatasetWarning>,
}

impl Found {
    fn add(&mut self, code: WarningCode, places: Vec<Place>) {
        if !places.is_empty() {
            self.warnings.push(DatasetWarning { code, places });
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn day<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn from_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}
