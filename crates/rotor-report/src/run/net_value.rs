//! Net value of the portfolio and its benchmarks, with drawdowns.

use rotor_factor::Date;

use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use super::{months, performance, risk};
use crate::draw::{Chart, LineChart, Mark, Panel, Series, Span, Tone, Unit};
use crate::page::{Block, Figure, Section};
use crate::say;
use crate::terms::Term;

/// More benchmarks than these would hide each other; the tables have all.
const MOST_BENCHMARKS: usize = 4;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks: Vec<Block> = Vec::new();
    if context.kept().is_empty() {
        blocks.push(lang.of("No holding period has ended.", "尚无已结束的持有期。").to_owned().into());
    } else {
        blocks.push(relative(context).into());
    }
    blocks.extend(performance::blocks(context));
    blocks.push(Block::Heading(lang.of("Months and years", "分月与分年度").into()));
    blocks.extend(months::blocks(context));
    blocks.push(Block::Heading(lang.of("Risk over time", "风险与分布").into()));
    blocks.extend(risk::blocks(context));
    blocks.extend(performance::costs(context));
    Section {
        id: "net-value".into(),
        heading: lang.of("Net value and excess return", "净值与超额收益").into(),
        blocks,
    }
}

/// Net values from day to day where the run has them, else at the ends of holding periods.
struct NetValues<'a> {
    context: &'a Context<'a>,
    /// Ascending; the first is the first execution.
    dates: Vec<Date>,
    is_daily: bool,
}

impl<'a> NetValues<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let nav = &context.facts.run.nav;
        let dates = if nav.is_empty() {
            let kept = context.kept();
            let start = kept.first().map(|(_, first)| first.as_of);
            start.into_iter().chain(kept.iter().map(|(_, execution)| execution.exit)).collect()
        } else {
            // Its rows are in the order of days.
            nav.chunk_by(|row, next| row.date == next.date).map(|day| day[0].date).collect()
        };
        Self { context, dates, is_daily: !nav.is_empty() }
    }

    /// What a portfolio has become, one a date.
    fn of(&self, portfolio: &str) -> Vec<Option<f64>> {
        if !self.is_daily {
            return net_values(&self.context.returns(portfolio));
        }
        let run = self.context.facts.run;
        let position = run.portfolios.iter().position(|known| known == portfolio);
        let mut values = vec![None; self.dates.len()];
        let own = run.nav.iter().filter(|row| Some(row.portfolio as usize) == position);
        for row in own.filter(|row| row.value > 0.0 && row.value.is_finite()) {
            if let Ok(day) = self.dates.binary_search(&row.date) {
                values[day] = Some(row.value);
            }
        }
        values
    }

    fn chart(&self, panels: Vec<Panel>, spans: Vec<Span>) -> Chart {
        Chart::Lines(LineChart {
            dates: self.dates.clone(),
            panels,
            spans,
            is_listed_by_month: self.is_daily,
            ..LineChart::default()
        })
    }
}

/// What one has become: 1 before the first return, nothing before that and in a period without a return, nor once all is lost.
fn net_values(returns: &[Option<f64>]) -> Vec<Option<f64>> {
    let first = returns.iter().position(Option::is_some);
    let mut wealth = 1.0;
    let mut values = vec![(first == Some(0)).then_some(1.0)];
    for (period, change) in returns.iter().enumerate() {
        if let Some(change) = change {
            wealth *= 1.0 + change;
        }
        let begins = first == Some(period + 1);
        let is_known = (change.is_some() || begins) && wealth > 0.0 && wealth.is_finite();
        values.push(is_known.then_some(wealth));
    }
    values
}

/// How far a value lies below the highest so far.
fn drawdowns(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut peak: f64 = 0.0;
    let drawdown = |value: &Option<f64>| {
        let value = (*value)?;
        peak = peak.max(value);
        Some(value / peak - 1.0)
    };
    values.iter().map(drawdown).collect()
}

/// One value over another where both are known.
pub(super) fn over(values: &[Option<f64>], others: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().zip(others).map(|(value, other)| Some((*value)? / (*other)?)).collect()
}

fn line(name: String, tone: Tone, mark: Mark, values: Vec<Option<f64>>) -> Series {
    Series { name, tone, mark, values }
}

fn panel(
    axis: &str,
    unit: Unit,
    is_log: bool,
    baseline: Option<f64>,
    height: f64,
    series: Vec<Series>,
) -> Panel {
    Panel { axis: axis.into(), unit, is_log, baseline, height, series, bands: Vec::new() }
}

/// The net value of the portfolio and of what it is held against; `None` without a month.
pub(super) fn levels(context: &Context<'_>) -> Option<Figure> {
    let lang = context.lang;
    if context.kept().is_empty() {
        return None;
    }
    let all = NetValues::new(context);
    let net_of = |portfolio: &str| all.of(portfolio);
    let mut series = vec![
        line(context.portfolio(TOP_NET), Tone::First, Mark::Line, net_of(TOP_NET)),
        line(context.portfolio(EQUAL_WEIGHT), Tone::Second, Mark::Line, net_of(EQUAL_WEIGHT)),
        line(context.portfolio(TOP), Tone::First, Mark::Dashed, net_of(TOP)),
    ];
    let eligible = net_of(ELIGIBLE);
    if eligible.iter().any(Option::is_some) {
        series.push(line(context.portfolio(ELIGIBLE), Tone::Second, Mark::Dashed, eligible));
    }
    let benchmarks = context.benchmarks();
    // Each has a colour and a stroke of its own.
    let tones = [Tone::Third, Tone::Fourth, Tone::Fifth, Tone::Sixth];
    for (code, tone) in benchmarks.iter().take(MOST_BENCHMARKS).zip(tones) {
        series.push(line(context.portfolio(code), tone, Mark::Line, net_of(code)));
    }
    let more = benchmarks.len().saturating_sub(MOST_BENCHMARKS);
    let left_out = match more {
        0 => String::new(),
        n => say!(lang, " {n} more benchmarks stand in the tables.", "另有{n}个基准见下表。"),
    };
    let axis = lang.of("net value, first day = 1", "净值（首日=1）");
    Some(Figure {
        id: "net-value-levels".into(),
        title: lang.of("Net value", "净值").into(),
        about: if all.is_daily {
            lang.of(
                "Daily, log scale; a benchmark that begins later starts at 1 there.",
                "按日，对数坐标；较晚开始的基准自其首日由1起算。",
            )
        } else {
            lang.of(
                "At the ends of holding periods, log scale; a benchmark that begins later starts at 1 there.",
                "按各持有期末，对数坐标；较晚开始的基准自其首日由1起算。",
            )
        }
        .to_owned()
            + &left_out,
        chart: all.chart(vec![panel(axis, Unit::plain(2), true, Some(1.0), 1.45, series)], Vec::new()),
    })
}

/// The net value in units of that of equal weight, and the underwater chart.
fn relative(context: &Context<'_>) -> Figure {
    let lang = context.lang;
    let all = NetValues::new(context);
    let (net, equal) = (all.of(TOP_NET), all.of(EQUAL_WEIGHT));
    let relative = over(&net, &equal);
    let to_equal = lang.of("portfolio (net) over equal weight", "组合（费后）/等权");
    let below_peak = Term::Drawdown.of(lang);
    let of_relative = lang.of("relative net value", "相对净值");
    let percent = Unit::fraction(0);
    Figure {
        id: "net-value-relative".into(),
        title: lang.of("Relative net value and drawdown (underwater)", "相对净值与回撤").into(),
        about: if all.is_daily {
            lang.of(
                "Above: net value of the portfolio (net) over that of equal weight, daily, log scale; it rises when the excess return is positive. Shaded: its max drawdown up to the recovery, with the days of the table. Below: drawdown of each from its own peak.",
                "上：组合（费后）净值相对全行业等权，按日，对数坐标，上升表示超额收益为正；阴影为最大回撤至收复，日期与表中一致。下：各自相对前期高点的回撤。",
            )
        } else {
            lang.of(
                "Above: net value of the portfolio (net) over that of equal weight at the ends of holding periods, log scale; it rises when the excess return is positive. Shaded: its max drawdown up to the recovery, with the days of the table. Below: drawdown of each from its own peak at these ends; the table has the max drawdown by its own values.",
                "上：各持有期末组合（费后）净值相对全行业等权，对数坐标，上升表示超额收益为正；阴影为最大回撤至收复，日期与表中一致。下：按持有期末计的各自回撤；表中最大回撤按其所注口径。",
            )
        }
        .into(),
        chart: all.chart(
            vec![
                panel(to_equal, Unit::plain(2), true, Some(1.0), 0.9, vec![line(
                    of_relative.into(),
                    Tone::First,
                    Mark::Line,
                    relative.clone(),
                )]),
                panel(below_peak, percent, false, Some(0.0), 0.65, vec![
                    line(of_relative.into(), Tone::First, Mark::Area, drawdowns(&relative)),
                    line(context.portfolio(TOP_NET), Tone::Second, Mark::Line, drawdowns(&net)),
                    line(context.portfolio(EQUAL_WEIGHT), Tone::Muted, Mark::Dashed, drawdowns(&equal)),
                ]),
            ],
            max_drawdown(context).into_iter().collect(),
        ),
    }
}

/// The max drawdown of the relative net value.
fn max_drawdown(context: &Context<'_>) -> Option<Span> {
    let excess = context.portfolios().excess.get(TOP_NET)?.get(EQUAL_WEIGHT)?;
    let (from, _) = excess.max_drawdown.days?;
    let to = excess.max_drawdown.recovery.or_else(|| Some(context.kept().last()?.1.exit))?;
    let name = context.lang.of("relative max drawdown", "最大相对回撤").into();
    (from <= to).then_some(Span { from, to, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_values_begin_at_one_and_leave_gaps() {
        let returns = [None, Some(0.5), None, Some(-0.5)];
        assert_eq!(net_values(&returns), [None, Some(1.0), Some(1.5), None, Some(0.75)]);
        assert_eq!(net_values(&[Some(-1.0), Some(0.5)]), [Some(1.0), None, None]);
        assert_eq!(net_values(&[]), [None]);
        assert_eq!(
            drawdowns(&[Some(1.0), Some(2.0), None, Some(1.5)]),
            [Some(0.0), Some(0.0), None, Some(-0.25)]
        );
    }
}
