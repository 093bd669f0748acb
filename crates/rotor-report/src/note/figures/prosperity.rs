//! Prosperity: the linked series by month, each once, under the part of the economy of which they speak.

use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use rotor_factor::{Measure, Value};
use rotor_run::SeriesHistory;

use super::{GROWTH, by_heading, by_stream, decimals, figure};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext};
use crate::note::units::unit;
use crate::page::{Block, Figure};
use crate::words::{or_none, plain, say, signed};

/// The last months are drawn: of these the year before is there too.
const DRAWN_MONTHS: usize = 36;
/// More series than these are left to the table.
const MOST_SHOWN: usize = 80;

/// The series of the given sectors.
pub(crate) fn figures(
    context: &NoteContext<'_>,
    result: FactorResult<'_>,
    sectors: &[usize],
) -> Option<Block> {
    let lang = context.lang;
    let numbers = ["value", "mom", "yoy", "yoy_change", "mark"];
    let marks = Columns::find(result.signal, "marks", &["series", "unit"], &["month"], &numbers)?;
    let links = Columns::find(result.signal, "sectors", &["sector", "series"], &[], &["polarity"])?;
    let about = lang.of(
        "Each series is shown once, with the sectors that it is linked to (- where more is worse). Values are calendar-month means of the data published before this date; the lower panel is the YoY growth, whose change the factor scores. A series that is itself a YoY growth has one panel.",
        "每个指标仅列一次，并注明对应行业（- 为负向）。数值为此前已公布数据的自然月均值；下图为同比，因子以其变化打分；本身即为同比的指标只有一图。",
    );
    let mut seen: Vec<&str> = Vec::new();
    let mut streams = Vec::new();
    for stream in by_stream(context, sectors) {
        let mut figures = Vec::new();
        for sector in stream.sectors {
            for row in links.rows_of("sector", context.code(sector)) {
                let series = links.text("series", row);
                if seen.contains(&series) || seen.len() == MOST_SHOWN {
                    continue;
                }
                seen.push(series);
                figures.extend(one(context, result, marks, links, series, seen.len()));
            }
        }
        streams.push((stream.title, figures));
    }
    by_heading(lang, lang.of("Linked series by month", "各指标月度走势"), about, streams)
}

/// One series: its value and its growth over the year before, unless the value is that itself.
fn one(
    context: &NoteContext<'_>,
    result: FactorResult<'_>,
    marks: Columns<'_>,
    links: Columns<'_>,
    series: &str,
    place: usize,
) -> Option<Figure> {
    let lang = context.lang;
    let history = history_of(context, result, series)?;
    let drawn = history.months.len().saturating_sub(DRAWN_MONTHS)..history.months.len();
    let values: Vec<Option<f64>> = history.values[drawn.clone()].to_vec();
    let growth: Vec<Option<f64>> = drawn.clone().map(|position| history.yoy(position)).collect();
    if values.iter().all(Option::is_none) {
        return None;
    }
    let unit = unit(context, series, &context.note.series[history.series].unit);
    let panel = |axis: String, unit, name: &str, tone, mark, height, values| Panel {
        axis,
        unit,
        is_log: false,
        baseline: (mark == Mark::Bars).then_some(0.0),
        height,
        series: vec![Series { name: name.into(), tone, mark, values }],
        bands: Vec::new(),
    };
    let plain_unit = Unit::plain(decimals(values.iter().flatten().copied()));
    let is_growth = context.note.series[history.series].measure == Some(Measure::Growth);
    let title = if is_growth { lang.of("YoY", "同比") } else { lang.of("value", "数值") };
    let mut panels = vec![panel(unit, plain_unit, title, Tone::First, Mark::Line, 1.2, values)];
    if !is_growth {
        let (axis, title) = (lang.of("YoY, %", "同比，%").into(), lang.of("YoY", "同比"));
        panels.push(panel(axis, GROWTH, title, Tone::Second, Mark::Bars, 1.2, growth));
    }
    let dates = history.months[drawn].iter().map(|month| month.last_day()).collect();
    let chart = Chart::Lines(LineChart { dates, panels, is_small: true, ..LineChart::default() });
    let about = about(context, marks, links, series);
    Some(figure(format!("prosperity-series-{place}"), context.series(series), about, chart))
}

/// The months of a series of the market that the factor looks at.
fn history_of<'a>(
    context: &'a NoteContext<'_>,
    result: FactorResult<'_>,
    series: &str,
) -> Option<&'a SeriesHistory> {
    let position = context.note.find_series(series)?;
    let of_series = || context.note.history.series.iter().filter(|one| one.series == position);
    let settings = context.note.config.of_factor(result.factor.spec.name());
    let of_market = |one: &&SeriesHistory| match settings.parameters.get("market") {
        Some(Value::Text(market)) => context.note.entities[one.market].code == *market,
        _ => false,
    };
    // As the factor does: the market that is named, if there are several.
    if of_series().count() == 1 { of_series().next() } else { of_series().find(of_market) }
}

/// What the factor says of the series, and to which sectors it speaks.
fn about(context: &NoteContext<'_>, marks: Columns<'_>, links: Columns<'_>, series: &str) -> String {
    let lang = context.lang;
    let sectors: Vec<String> = (0..context.names.len())
        .filter_map(|sector| {
            let of_sector = links.rows_of("sector", context.code(sector));
            let row = of_sector.into_iter().find(|row| links.text("series", *row) == series)?;
            let sign = if links.number("polarity", row).is_some_and(|it| it < 0.0) { "-" } else { "+" };
            Some(say!(lang, "{name} ({sign})", "{name}（{sign}）", name = context.names[sector]))
        })
        .collect();
    let sectors = sectors.join(lang.between());
    let Some(row) = marks.rows_of("series", series).first().copied() else {
        return say!(lang, "{sectors}. No mark.", "{sectors}。无标记。");
    };
    let number = |column: &str, unit| or_none(marks.number(column, row), |it| signed(it, 1) + unit);
    let month = marks.date("month", row).map_or(String::new(), |day| day.month().to_string());
    let value = or_none(marks.number("value", row), plain);
    say!(
        lang,
        "{month}: {value}; MoM {mom}, YoY {yoy} (change {change}); mark {mark}. {sectors}.",
        "{month}：{value}；环比 {mom}，同比 {yoy}（变化 {change}）；标记 {mark}。{sectors}。",
        mom = number("mom", "%"),
        yoy = number("yoy", "%"),
        change = number("yoy_change", " pp"),
        mark = or_none(marks.number("mark", row), |it| signed(it, 2)),
    )
}
