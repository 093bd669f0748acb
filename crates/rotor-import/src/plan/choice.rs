//! Words and days of a plan.

use std::fmt::Display;
use std::str::FromStr;

use rotor_factor::Date;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a word of the dataset format.
pub(super) fn word<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| D::Error::custom(format!("`{text}` {error}")))
}

/// The same, where it may be left out.
pub(super) fn optional_word<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    word(deserializer).map(Some)
}

/// A day, as a date of TOML or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Written(toml::value::Datetime),
    Text(String),
}

impl Day {
    fn date<E: Error>(self) -> Result<Date, E> {
        let text = match self {
            Self::Written(day) => day.to_string(),
            Self::Text(text) => text,
        };
        text.parse().map_err(|error| E::custom(format!("`{text}`: {error}")))
    }
}

/// Reads a day.
pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    Day::deserialize(deserializer)?.date().map(Some)
}

/// Reads a list of days.
pub(super) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
    Vec::<Day>::deserialize(deserializer)?.into_iter().map(Day::date).collect()
}
