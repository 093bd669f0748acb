//! Testing a factor: tables of text in, a line of text out.
//!
//! A *fixture* is the data as a person would write it down. Each input is a block: its name in brackets, a line with the
//! entities, then one line per release with the period, the day on which it became public and the values, `-` for none.
//!
//! ```text
//! [close]
//!                      energy  banks
//! 2020-01 2020-01-31    100.0   50.0
//! 2020-02 2020-02-29    110.0      -
//! [cpi_yoy]
//!                          CN
//! 2020-01 2020-02-10      5.4
//! 2020-01 2020-03-10      5.3
//! [bridge]
//! energy B06 0.9 2019-04-30
//! [links]
//! energy coal_price +1 1.0
//! [coal_price D]
//!                          CN
//! 2020-01-15 2020-01-16 560.0
//! ```
//!
//! The block of an input that has any frequency gives it: `[pe_ttm M]`. Periods are months (`2020-01`), quarters (`2020Q1`) or days. Two lines of one period are vintages. `[bridge]` has lines of
//! sector, industry, weight and release; `[links]` of sector, series, polarity and weight, and every linked series has a block
//! that gives its frequency and, if it likes, what it measures (`[orders M growth]`); `[groups]` of sector and group. Lines before any name in brackets are those of the first input that a factor declares. Sectors keep
//! the order in which they are first named.
//!
//! The factor sees the values released before the day, and closes up to the day before. On the last day of a month it also sees
//! the closes of that day, as in a dataset of month-end closes, and that month is the last complete one.

mod contract;
mod fixture;

pub use contract::check_contract;

use crate::{AsOfView, Factor, FactorError, Parameters, Signal, Spec, Value};
use fixture::Fixture;

/// Makes a factor from the parameters that differ from their defaults, as a configuration does.
/// A parameter that is given twice has the last value.
///
/// # Panics
///
/// With the error of the factor if it refuses them.
#[must_use]
pub fn make<F: Factor>(given: impl IntoIterator<Item = (&'static str, Value)>) -> F {
    let given = given.into_iter().map(|(name, value)| (name.to_owned(), value));
    let made =
        Parameters::resolve(F::PARAMETERS, given).and_then(|parameters| F::from_parameters(&parameters));
    made.unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the scores as a line, such as `energy 3, banks -`, or the error as text.
///
/// # Panics
///
/// As every function here, if the day or the fixture cannot be read, with the line.
pub fn scores<F: Factor>(factor: &F, as_of: &str, fixture: &str) -> String {
    line(factor, as_of, fixture, |signal, sector| match signal.score_of(sector) {
        Ok(score) => score.to_string(),
        Err(_) => "-".into(),
    })
}

/// Returns the raw values with four decimals as a line, such as `energy 0.1000, banks -`, or the error as text.
pub fn raws<F: Factor>(factor: &F, as_of: &str, fixture: &str) -> String {
    line(factor, as_of, fixture, |signal, sector| {
        signal.raw_of(sector).map_or("-".into(), |raw| format!("{raw:.4}"))
    })
}

/// Returns for each sector its score or the reason why it has none, or the error as text.
pub fn reasons<F: Factor>(factor: &F, as_of: &str, fixture: &str) -> String {
    line(factor, as_of, fixture, |signal, sector| match signal.score_of(sector) {
        Ok(score) => score.to_string(),
        Err(reason) => format!("- ({reason})"),
    })
}

/// Returns the whole signal of a day.
///
/// # Errors
///
/// What the factor says.
pub fn evaluate<F: Factor>(factor: &F, as_of: &str, fixture: &str) -> Result<Signal, FactorError> {
    let spec = factor.spec();
    Fixture::parse(fixture, &spec).with_view(&spec, day(as_of), |view| settled(factor, &spec, view))
}

/// Returns the signal as it leaves the factor's side of the boundary.
fn settled<F: Factor>(factor: &F, spec: &Spec, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = factor.evaluate(view)?;
    signal.settle(spec);
    Ok(signal)
}

fn line<F: Factor>(
    factor: &F,
    as_of: &str,
    fixture: &str,
    show: impl Fn(&Signal, usize) -> String,
) -> String {
    let spec = factor.spec();
    let fixture = Fixture::parse(fixture, &spec);
    match fixture.with_view(&spec, day(as_of), |view| settled(factor, &spec, view)) {
        Err(error) => error.to_string(),
        Ok(signal) => {
            let cells = fixture.sectors().iter().enumerate();
            cells
                .map(|(sector, code)| format!("{code} {}", show(&signal, sector)))
                .collect::<Vec<_>>()
                .join(", ")
        }
    }
}

fn day(text: &str) -> crate::AsOf {
    crate::AsOf(text.parse().unwrap_or_else(|error| panic!("{text:?} is {error}")))
}
