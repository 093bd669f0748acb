//! The track record: net values, values relative to equal weight, and what is sure of the difference.

use rotor_factor::Date;
use rotor_run::metrics::Estimate;
use rotor_run::portfolio::{EQUAL_WEIGHT, TOP_NET};
use rotor_run::{Execution, Metrics, Track};

use super::{figure, tone};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use crate::note::context::NoteContext;
use crate::note::track::portfolio;
use crate::page::{Block, Figure};
use crate::words::say;

/// Annualised percent.
const ANNUALISED: Unit = Unit::fraction(1).signed();

/// The kept months of a track record, and what each portfolio gained in them.
struct Months<'a> {
    kept: Vec<(usize, &'a Execution)>,
    track: &'a Track,
}

impl<'a> Months<'a> {
    fn of(track: &'a Track) -> Self {
        let executions = track.run.executions.iter().enumerate();
        Self { kept: executions.filter(|(_, execution)| execution.is_kept).collect(), track }
    }

    /// The first execution and all exits.
    fn dates(&self) -> Vec<Date> {
        let first = self.kept.first().map(|(_, execution)| execution.as_of);
        first.into_iter().chain(self.kept.iter().map(|(_, execution)| execution.exit)).collect()
    }

    /// What 1 became, from where the portfolio has its first return to where one is missing.
    fn values(&self, name: &str) -> Option<Vec<Option<f64>>> {
        let position = self.track.run.portfolios.iter().position(|known| known == name)? as u32;
        let mut returns = vec![None; self.track.run.executions.len()];
        for row in self.track.run.returns.iter().filter(|row| row.portfolio == position) {
            returns[row.execution as usize] = Some(row.value);
        }
        let mut values = vec![None; self.kept.len() + 1];
        let first = self.kept.iter().position(|(month, _)| returns[*month].is_some())?;
        let mut value = 1.0;
        values[first] = Some(value);
        for (place, (month, _)) in self.kept.iter().enumerate().skip(first) {
            let Some(gain) = returns[*month] else { break };
            value *= 1.0 + gain;
            values[place + 1] = Some(value);
        }
        Some(values)
    }
}

/// The net value of the strategy relative to equal weight, from 1 on; `None` without both.
pub(crate) fn relative_values(track: &Track) -> Option<Vec<Option<f64>>> {
    let months = Months::of(track);
    Some(ratio(&months.values(TOP_NET)?, &months.values(EQUAL_WEIGHT)?))
}

fn ratio(ours: &[Option<f64>], theirs: &[Option<f64>]) -> Vec<Option<f64>> {
    let ratio = |(ours, theirs): (&Option<f64>, &Option<f64>)| {
        let ratio = (*ours)? / (*theirs)?;
        ratio.is_finite().then_some(ratio)
    };
    ours.iter().zip(theirs).map(ratio).collect()
}

/// The figures.
pub(crate) fn figures(context: &NoteContext<'_>, track: &Track) -> Vec<Block> {
    let mut figures = Vec::new();
    figures.extend(net_values(context, track).map(Block::from));
    let forests: Vec<Figure> =
        [excess(context, &track.metrics), rank_ic(context, &track.metrics)].into_iter().flatten().collect();
    if !forests.is_empty() {
        figures.push(Block::Figures(forests));
    }
    figures
}

/// Net values of the strategy, of equal weight and of the benchmarks; below, the strategy relative to equal weight.
fn net_values(context: &NoteContext<'_>, track: &Track) -> Option<Figure> {
    let lang = context.lang;
    let months = Months::of(track);
    let ours = months.values(TOP_NET)?;
    let config = &context.note.config;
    let mut series = vec![Series {
        name: say!(lang, "top {top}, net", "前 {top} 名（费后）", top = config.top),
        tone: Tone::First,
        mark: Mark::Line,
        values: ours.clone(),
    }];
    let benchmarks = track.run.portfolios.iter().filter(|name| context.is_benchmark(name));
    for (position, name) in [EQUAL_WEIGHT].into_iter().chain(benchmarks.map(String::as_str)).enumerate() {
        let Some(values) = months.values(name) else { continue };
        let mark = if position == 0 { Mark::Dashed } else { Mark::Line };
        series.push(Series { name: portfolio(context, name), tone: tone(position + 1), mark, values });
    }
    let mut panels = vec![Panel {
        axis: lang.of("net value, log scale", "净值（对数坐标）").into(),
        unit: Unit::plain(2),
        is_log: series.iter().flat_map(|one| &one.values).flatten().all(|value| *value > 0.0),
        baseline: Some(1.0),
        height: 1.6,
        series,
        bands: Vec::new(),
    }];
    if let Some(theirs) = months.values(EQUAL_WEIGHT) {
        panels.push(Panel {
            axis: lang.of("relative to equal weight", "相对全行业等权").into(),
            unit: Unit::plain(3),
            is_log: false,
            baseline: Some(1.0),
            height: 1.0,
            series: vec![Series {
                name: lang.of("relative net value", "相对净值").into(),
                tone: Tone::First,
                mark: Mark::Area,
                values: ratio(&ours, &theirs),
            }],
            bands: Vec::new(),
        });
    }
    let about = lang.of(
        "Net value at the end of each holding period; the strategy is net of costs. A benchmark with a later start begins at 1.",
        "各持有期末的净值，组合为费后。起点较晚的基准自 1 起算。",
    );
    let chart = Chart::Lines(LineChart { dates: months.dates(), panels, ..LineChart::default() });
    Some(figure("track-value", lang.of("Strategy and benchmarks", "组合与基准净值"), about, chart))
}

/// The mean excess over each benchmark with its interval.
fn excess(context: &NoteContext<'_>, metrics: &Metrics) -> Option<Figure> {
    let lang = context.lang;
    let all = metrics.portfolio.all.excess.get(TOP_NET)?;
    let rows: Vec<(String, Option<Bar>)> =
        all.iter().map(|(name, excess)| (portfolio(context, name), bar(&excess.arithmetic))).collect();
    let n = all.get(EQUAL_WEIGHT).map_or(0, |excess| excess.arithmetic.value.n);
    let about = say!(
        lang,
        "Twelve times the mean monthly excess return (net) with its 95% CI; {n} months over equal weight. A 95% CI that includes zero is not significant.",
        "月均超额收益（费后）的 12 倍及 95% 置信区间；相对全行业等权共 {n} 个月。置信区间含零即不显著。"
    );
    forest(
        "track-excess",
        lang.of("Excess return over benchmarks", "相对基准的超额收益"),
        about,
        lang.of("annualised", "年化"),
        ANNUALISED,
        rows,
    )
}

/// The mean `RankIC` of each factor with its interval.
fn rank_ic(context: &NoteContext<'_>, metrics: &Metrics) -> Option<Figure> {
    let lang = context.lang;
    let factors = context.note.factors.iter().zip(metrics.factor.sections.all.iter());
    let rows: Vec<(String, Option<Bar>)> = factors
        .map(|(factor, (_, evaluated))| (context.factor(factor), bar(&evaluated.rank_ic.mean)))
        .collect();
    let about = lang.of(
        "Mean monthly rank correlation of scores and forward returns, with its 95% CI.",
        "得分与下期收益的月度秩相关均值及 95% 置信区间。",
    );
    let unit = Unit::plain(3).signed();
    forest("track-rank-ic", lang.of("RankIC by factor", "各因子 RankIC"), about.into(), "RankIC", unit, rows)
}

fn bar(estimate: &Estimate) -> Option<Bar> {
    let interval = estimate.uncertainty.as_ref().ok().map(|found| found.interval);
    Some(Bar { value: *estimate.value.value.as_ref().ok()?, interval })
}

fn forest(
    id: &str,
    title: &str,
    about: String,
    axis: &str,
    unit: Unit,
    rows: Vec<(String, Option<Bar>)>,
) -> Option<Figure> {
    if rows.iter().all(|(_, bar)| bar.is_none()) {
        return None;
    }
    let (categories, values) = rows.into_iter().unzip();
    let group = BarGroup { name: title.into(), tone: Tone::First, values };
    let chart = Chart::Bars(BarChart {
        axis: axis.into(),
        unit,
        baseline: 0.0,
        categories,
        is_horizontal: true,
        mark: BarMark::Dots,
        is_small: false,
        guides: Vec::new(),
        groups: vec![group],
    });
    Some(figure(id, title, about, chart))
}
