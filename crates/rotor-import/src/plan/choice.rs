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

/// Reads a day, as a date of TOML or as a text.
pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Written(toml::value::Datetime),
        Text(String),
    }
    let text = match Day::deserialize(deserializer)? {
        Day::Written(day) => day.to_string(),
        Day::Text(text) => text,
    };
    text.parse().map(Some).map_err(|error| D::Error::custom(format!("`{text}`: {error}")))
}
