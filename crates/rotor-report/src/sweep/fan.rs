//! The cumulated excess returns of all trials, as a fan.

use super::context::Context;
use crate::draw::{Band, Chart, LineChart, Mark, Panel, Series, Tone};
use crate::page::{Figure, Section};
use crate::run::cells::FRACTION;

/// Returns the section; `None` without months.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let lang = context.lang;
    let months = &context.facts.statistics.fan;
    if months.is_empty() {
        return None;
    }
    let quantile = |at: usize| months.iter().map(move |month| month.quantiles[at]);
    let band = |name: &str, low: usize, high: usize| Band {
        name: name.into(),
        tone: Tone::First,
        ranges: quantile(low).zip(quantile(high)).map(Some).collect(),
    };
    let chart = Chart::Lines(LineChart {
        dates: months.iter().map(|month| month.execution.0).collect(),
        panels: vec![Panel {
            axis: lang.of("cumulated excess return", "累计超额收益").into(),
            unit: FRACTION.signed(),
            is_log: false,
            baseline: Some(0.0),
            height: 1.0,
            series: vec![
                Series {
                    name: lang.of("median", "中位数").into(),
                    tone: Tone::First,
                    mark: Mark::Line,
                    values: quantile(2).map(Some).collect(),
                },
                Series {
                    name: lang.of("best trial", "最优试验").into(),
                    tone: Tone::Second,
                    mark: Mark::Dashed,
                    values: months.iter().map(|month| Some(month.best)).collect(),
                },
            ],
            bands: vec![
                band(lang.of("5% to 95%", "5%至95%"), 0, 4),
                band(lang.of("25% to 75%", "25%至75%"), 1, 3),
            ],
        }],
        has_last_values: true,
        ..LineChart::default()
    });
    let figure = Figure {
        id: "fan-months".into(),
        title: lang.of("Cumulated excess return (net) over equal weight", "相对等权的累计超额收益（费后）").into(),
        about: lang
            .of(
                "At each execution the quantiles of all trials, and the trial that is best in hindsight; 0 is equal weight.",
                "各调仓日全部试验的分位数，以及事后最优的试验；0为等权。",
            )
            .into(),
        chart,
    };
    Some(Section {
        id: "fan".into(),
        heading: lang.of("Fan of the trials", "试验扇形图").into(),
        blocks: vec![figure.into()],
    })
}
