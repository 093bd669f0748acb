//! Linked series month by month, the years over each other.

use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use rotor_factor::{Date, Month};

use super::{decimals, figure};
use crate::note::context::NoteContext;
use crate::note::indicators::Indicator;
use crate::page::Figure;

/// How many years lie over each other.
const N_YEARS: i32 = 4;

/// The figure of a series; nothing if none of its years has a value.
pub(crate) fn seasons(context: &NoteContext<'_>, indicator: &Indicator<'_>, place: usize) -> Option<Figure> {
    let lang = context.lang;
    let history = indicator.history;
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
        axis: indicator.unit.clone(),
        unit: Unit::plain(decimals(known())),
        is_log: false,
        baseline: indicator.is_growth().then_some(0.0),
        height: 1.4,
        series: series.clone(),
        bands: Vec::new(),
    };
    let chart =
        LineChart { dates, panels: vec![panel], is_small: true, is_seasonal: true, ..LineChart::default() };
    let title = indicator.title_with_chain(lang);
    Some(figure(format!("indicator-{place}"), title, indicator.sectors(context), Chart::Lines(chart)))
}
