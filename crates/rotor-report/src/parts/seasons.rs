//! Series month by month, the years over each other.

use rotor_factor::{Date, Month};
use rotor_run::SeriesHistory;

use super::figures::{decimals, figure};
use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use crate::page::Figure;

/// How many years lie over each other.
const N_YEARS: i32 = 4;

/// A series whose years are drawn.
#[derive(Debug)]
pub(crate) struct Seasons<'a> {
    /// The identifier of the figure.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What stands below the figure; may be empty.
    pub(crate) about: String,
    /// The unit in the language of the page.
    pub(crate) unit: &'a str,
    /// Whether the values are growth, so that the figure has a line at zero.
    pub(crate) is_growth: bool,
    pub(crate) history: &'a SeriesHistory,
}

/// The figure of a series; nothing if none of its years has a value.
pub(crate) fn seasons(shown: Seasons<'_>) -> Option<Figure> {
    let history = shown.history;
    let this_year = history.months.last()?.year();
    let months: Vec<Month> = (1..=12).filter_map(|number| Month::new(this_year, number)).collect();
    let dates: Vec<Date> = months.iter().map(|month| month.first_day()).collect();
    let value = |month: Month| {
        let position = history.months.iter().position(|known| *known == month)?;
        history.values[position]
    };
    let series: Vec<Series> = (0..N_YEARS)
        .map(|back| {
            let year = this_year - back;
            let (tone, mark) = match back {
                0 => (Tone::First, Mark::Line),
                1 => (Tone::Second, Mark::Dashed),
                2 => (Tone::Third, Mark::Line),
                _ => (Tone::Muted, Mark::Line),
            };
            let of_month = |number: u32| Month::new(year, number).and_then(value);
            Series { name: year.to_string(), tone, mark, values: (1..=12).map(of_month).collect() }
        })
        .filter(|series| series.values.iter().any(Option::is_some))
        .collect();
    if series.is_empty() {
        return None;
    }
    let known = || series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let panel = Panel {
        axis: shown.unit.to_owned(),
        unit: Unit::plain(decimals(known())),
        is_log: false,
        baseline: shown.is_growth.then_some(0.0),
        height: 1.4,
        series: series.clone(),
        bands: Vec::new(),
    };
    let chart =
        LineChart { dates, panels: vec![panel], is_small: true, is_seasonal: true, ..LineChart::default() };
    Some(figure(shown.id, shown.title, shown.about, Chart::Lines(chart)))
}
