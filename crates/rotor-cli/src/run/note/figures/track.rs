//! The track record: net values, values relative to equal weight, and what is sure of the difference.

use rotor_engine::Backtest;
use rotor_factor::Date;
use rotor_report::draw::{Bar, BarGroup, Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use rotor_run::Execution;
use rotor_run::Metrics;
use rotor_run::metrics::Estimate;
use rotor_run::portfolio::{EQUAL_WEIGHT, TOP_NET};

use super::{dots, figure, tone};
use crate::run::note::facts::Teller;
use crate::run::note::page::{Block, Figure};
use crate::run::note::track::portfolio;
use crate::run::note::words::say;

/// Percent a year.
const A_YEAR: Unit = Unit::fraction(1).signed();

/// The kept months of a track record, and what each portfolio gained in them.
struct Months<'a> {
    kept: Vec<(usize, &'a Execution)>,
    track: &'a Backtest,
}

impl<'a> Months<'a> {
    fn of(track: &'a Backtest) -> Self {
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

/// The picks in units of all sectors alike, from 1 on; `None` without both.
pub(crate) fn relative_values(track: &Backtest) -> Option<Vec<Option<f64>>> {
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
pub(crate) fn figures(teller: &Teller<'_>, track: &Backtest, evaluation: &Metrics) -> Vec<Block> {
    let mut figures = Vec::new();
    figures.extend(net_values(teller, track).map(Block::from));
    let forests: Vec<Figure> =
        [excess(teller, evaluation), rank_ic(teller, evaluation)].into_iter().flatten().collect();
    if !forests.is_empty() {
        figures.push(Block::Figures(forests));
    }
    figures
}

/// Net values of the picks, of all sectors alike and of the benchmarks; below, the picks against all sectors alike.
fn net_values(teller: &Teller<'_>, track: &Backtest) -> Option<Figure> {
    let lang = teller.lang;
    let months = Months::of(track);
    let ours = months.values(TOP_NET)?;
    let config = teller.facts.config;
    let mut series = vec![Series {
        name: say!(lang, "top {top}, net", "前{top}名（成本后）", top = config.top),
        tone: Tone::First,
        mark: Mark::Line,
        values: ours.clone(),
    }];
    let benchmarks = track.run.portfolios.iter().filter(|name| teller.is_benchmark(name));
    for (position, name) in [EQUAL_WEIGHT].into_iter().chain(benchmarks.map(String::as_str)).enumerate() {
        let Some(values) = months.values(name) else { continue };
        let mark = if position == 0 { Mark::Dashed } else { Mark::Line };
        series.push(Series { name: portfolio(teller, name), tone: tone(position + 1), mark, values });
    }
    let mut panels = vec![Panel {
        axis: lang.of("net value, log scale", "净值（对数轴）").into(),
        unit: Unit::plain(2),
        is_log: series.iter().flat_map(|one| &one.values).flatten().all(|value| *value > 0.0),
        baseline: Some(1.0),
        height: 1.6,
        series,
        bands: Vec::new(),
    }];
    if let Some(theirs) = months.values(EQUAL_WEIGHT) {
        panels.push(Panel {
            axis: lang.of("picks / equal weight", "组合/等权").into(),
            unit: Unit::plain(3),
            is_log: false,
            baseline: Some(1.0),
            height: 1.0,
            series: vec![Series {
                name: lang.of("picks relative to equal weight", "组合相对等权").into(),
                tone: Tone::First,
                mark: Mark::Area,
                values: ratio(&ours, &theirs),
            }],
            bands: Vec::new(),
        });
    }
    let about = lang.of(
        "Values at the end of each holding period, the picks after costs. A benchmark that begins later begins at 1.",
        "每个持有期末的净值，组合为成本后。起点较晚的基准自1起算。",
    );
    let chart = Chart::Lines(LineChart { dates: months.dates(), panels, spans: Vec::new(), is_small: false });
    Some(figure("track-value", lang.of("Picks and benchmarks", "组合与基准净值"), about, chart))
}

/// The mean excess over each benchmark with its interval.
fn excess(teller: &Teller<'_>, evaluation: &Metrics) -> Option<Figure> {
    let lang = teller.lang;
    let all = evaluation.portfolio.all.excess.get(TOP_NET)?;
    let rows: Vec<(String, Option<Bar>)> =
        all.iter().map(|(name, excess)| (portfolio(teller, name), bar(&excess.arithmetic))).collect();
    let n = all.get(EQUAL_WEIGHT).map_or(0, |excess| excess.arithmetic.value.n);
    let about = say!(
        lang,
        "Twelve times the mean monthly difference, net of cost, with its 95% interval; {n} months against equal weight. One that holds zero decides nothing.",
        "月均差额的12倍（成本后）及95%区间；相对等权共{n}个月。区间含零即无结论。"
    );
    forest(
        "track-excess",
        lang.of("Excess over benchmarks", "相对基准的超额收益"),
        about,
        lang.of("a year", "年化"),
        A_YEAR,
        rows,
    )
}

/// The mean `RankIC` of each factor with its interval.
fn rank_ic(teller: &Teller<'_>, evaluation: &Metrics) -> Option<Figure> {
    let lang = teller.lang;
    let factors = teller.facts.chosen.iter().zip(evaluation.factor.sections.all.iter());
    let rows: Vec<(String, Option<Bar>)> =
        factors.map(|(chosen, (_, factor))| (teller.factor(chosen), bar(&factor.rank_ic.mean))).collect();
    let about = lang.of(
        "Mean monthly rank correlation of scores and the returns that follow, with its 95% interval.",
        "得分与随后收益的月度秩相关均值及95%区间。",
    );
    let unit = Unit::plain(3).signed();
    forest(
        "track-rank-ic",
        lang.of("RankIC of the factors", "各因子RankIC"),
        about.into(),
        "RankIC",
        unit,
        rows,
    )
}

fn bar(estimate: &Estimate) -> Option<Bar> {
    Some(Bar { value: estimate.get()?, interval: estimate.interval() })
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
    Some(figure(id, title, about, dots(axis, unit, categories, vec![group])))
}
