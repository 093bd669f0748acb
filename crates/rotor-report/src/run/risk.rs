//! How returns are spread and how risk moved: rolling figures, the distribution of months, the worst drawdowns, quintiles.

use rotor_factor::Date;
use rotor_run::metrics::{Drawdown, Metric, RollingYear};

use super::cells::{DIFFERENCE, PERCENT};
use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use super::distribution::histogram;
use super::performance::{basis, basis_label, day};
use super::quintiles;
use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use crate::page::{Block, Column, Figure, Table};
use crate::say;
use crate::terms::Term;
use crate::words::NONE;

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let small: Vec<Figure> = rolling_return(context)
        .into_iter()
        .chain(rolling(context))
        .chain(distributions(context))
        .chain(quintiles::of_ranking(context))
        .collect();
    let mut blocks = Vec::new();
    if !small.is_empty() {
        blocks.push(Block::Figures(small));
    }
    let (drawdowns, months) = (drawdowns(context), worst_months(context));
    if !drawdowns.rows.is_empty() || !months.rows.is_empty() {
        blocks.push(Block::Heading(lang.of("Worst drawdowns and months", "最大的几次回撤与最差月份").into()));
        let column = |table: Table| -> Vec<Block> {
            Some(table).filter(|table| !table.rows.is_empty()).map(Block::from).into_iter().collect()
        };
        blocks.push(Block::Columns(vec![column(drawdowns), column(months)]));
        let text = lang.of(
            "Days are calendar days from the peak to the recovery, or to the last day if there is none yet. The relative net value is that of the portfolio (net) over equal weight.",
            "天数为自高点至收复（尚未收复者至最后一日）的自然日数。相对净值为组合（费后）净值除以全行业等权净值。",
        );
        blocks.push(text.to_owned().into());
    }
    blocks
}

/// A small chart of lines by day.
pub(super) fn small(
    dates: Vec<Date>,
    axis: &str,
    unit: Unit,
    baseline: Option<f64>,
    series: Vec<Series>,
) -> Chart {
    Chart::Lines(LineChart {
        dates,
        panels: vec![Panel {
            axis: axis.into(),
            unit,
            is_log: false,
            baseline,
            height: 1.0,
            series,
            bands: Vec::new(),
        }],
        is_small: true,
        ..LineChart::default()
    })
}

/// The return of twelve months, by the last of them.
fn rolling_return(context: &Context<'_>) -> Option<Figure> {
    let lang = context.lang;
    let all = context.portfolios();
    let net = all.performance.get(TOP_NET).filter(|net| net.rolling_years.len() > 1)?;
    let looks = [
        (TOP_NET, Tone::First, Mark::Line),
        (EQUAL_WEIGHT, Tone::Second, Mark::Line),
        (ELIGIBLE, Tone::Second, Mark::Dashed),
    ];
    let series = looks.into_iter().filter_map(|(portfolio, tone, mark)| {
        let of = all.performance.get(portfolio)?;
        let value = |month| of.rolling_years.iter().find(|one| one.month == month)?.value.get();
        let values: Vec<Option<f64>> = net.rolling_years.iter().map(|one| value(one.month)).collect();
        values.iter().any(Option::is_some).then(|| Series {
            name: context.portfolio(portfolio),
            tone,
            mark,
            values,
        })
    });
    let series: Vec<Series> = series.collect();
    if series.is_empty() {
        return None;
    }
    let label = basis_label(lang, net.basis);
    Some(Figure {
        id: "rolling-years".into(),
        title: lang.of("Rolling 12-month return", "滚动12个月收益").into(),
        about: say!(
            lang,
            "Return of the twelve calendar months that end with each ({label}); neighbouring values share eleven months.",
            "截至各月的12个自然月收益（{label}）；相邻数值有11个月重叠。"
        ),
        chart: Chart::Lines(LineChart {
            dates: net.rolling_years.iter().map(|one| one.month.last_day()).collect(),
            panels: vec![Panel {
                axis: lang.of("return of twelve months", "12个月收益").into(),
                unit: Unit::fraction(1),
                is_log: false,
                baseline: Some(0.0),
                height: 1.0,
                series,
                bands: Vec::new(),
            }],
            is_small: true,
            ..LineChart::default()
        }),
    })
}

/// Excess return, volatility and Sharpe ratio of twelve holding periods at a time.
fn rolling(context: &Context<'_>) -> Vec<Figure> {
    let lang = context.lang;
    let all = &context.portfolios().rolling;
    if all.len() < 2 {
        return Vec::new();
    }
    let dates: Vec<Date> = all.iter().map(|one| one.exit).collect();
    let series = |name: String, tone, mark, of: fn(&RollingYear) -> &Metric| Series {
        name,
        tone,
        mark,
        values: all.iter().map(|one| of(one).get()).collect(),
    };
    let about = lang.of(
        "Twelve holding periods up to each exit, net; neighbouring values share eleven.",
        "截至各卖出日的12个持有期，费后；相邻数值有11期重叠。",
    );
    let figure = |id: &str, title: &str, axis: &str, unit, baseline, series: Vec<Series>| {
        let is_known = series.iter().any(|series| series.values.iter().any(Option::is_some));
        is_known.then(|| Figure {
            id: id.into(),
            title: title.into(),
            about: about.into(),
            chart: small(dates.clone(), axis, unit, baseline, series),
        })
    };
    let (first, second) = (Tone::First, Tone::Second);
    let line = Mark::Line;
    [
        figure(
            "rolling-excess",
            lang.of("Rolling 12-month excess return", "滚动12个月超额收益"),
            Term::ExcessReturn.of(lang),
            Unit::fraction(0).signed(),
            Some(0.0),
            vec![
                series(context.portfolio(EQUAL_WEIGHT), first, line, |one| &one.excess),
                series(context.portfolio(ELIGIBLE), second, Mark::Dashed, |one| &one.excess_eligible),
            ],
        ),
        figure(
            "rolling-volatility",
            lang.of("Rolling 12-month volatility", "滚动12个月波动率"),
            Term::Volatility.of(lang),
            Unit::fraction(0),
            None,
            vec![series(String::new(), first, line, |one| &one.volatility)],
        ),
        figure(
            "rolling-sharpe",
            lang.of("Rolling 12-month Sharpe ratio", "滚动12个月夏普比率"),
            Term::SharpeRatio.of(lang),
            Unit::plain(1),
            Some(0.0),
            vec![series(String::new(), first, line, |one| &one.sharpe)],
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How the months are spread, and those in excess of equal weight.
fn distributions(context: &Context<'_>) -> Vec<Figure> {
    let lang = context.lang;
    let net = context.returns(TOP_NET);
    let equal = context.returns(EQUAL_WEIGHT);
    let excess = net.iter().zip(&equal).filter_map(|(ours, theirs)| Some((*ours)? - (*theirs)?));
    let percent = Unit::fraction(0).signed();
    let excess =
        histogram(context, "excess-distribution", &excess.collect::<Vec<_>>(), percent).map(|figure| {
            Figure {
                title: lang.of("Distribution of monthly excess returns", "月度超额收益分布").into(),
                ..figure
            }
        });
    let own = histogram(context, "distribution", &net.into_iter().flatten().collect::<Vec<_>>(), percent)
        .map(|figure| Figure {
            title: lang.of("Distribution of monthly returns", "月度收益分布").into(),
            ..figure
        });
    own.into_iter().chain(excess).collect()
}

/// The five deepest drawdowns of the portfolio and of its relative net value.
fn drawdowns(context: &Context<'_>) -> Table {
    let lang = context.lang;
    let all = context.portfolios();
    let (drawdown, label) = (Term::Drawdown.of(lang), basis_label(lang, basis(all)));
    let mut table = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(say!(lang, "{drawdown} ({label})", "{drawdown}（{label}）")),
        Column::number(lang.of("peak", "高点")),
        Column::number(lang.of("trough", "低点")),
        Column::number(lang.of("recovery", "收复")),
        Column::number(lang.of("days", "天数")),
    ]);
    let mut rows = |title: &str, deepest: &[Drawdown], last: Option<Date>| {
        for drawdown in deepest {
            let (peak, trough) = drawdown.days.unzip();
            let days = peak.zip(drawdown.recovery.or(last)).map(|(from, to)| to.days() - from.days());
            table.row([
                title.to_owned(),
                drawdown.depth.get().map_or(NONE.into(), |value| PERCENT.write(value)),
                day(peak, NONE),
                day(trough, NONE),
                day(drawdown.recovery, lang.of("not yet", "尚未")),
                days.map_or(NONE.into(), |days| days.to_string()),
            ]);
        }
    };
    if let Some(net) = all.performance.get(TOP_NET) {
        rows(&context.portfolio(TOP_NET), &net.drawdowns, net.since_start.to);
    }
    if let Some(excess) = context.net_excess(EQUAL_WEIGHT) {
        rows(lang.of("relative net value", "相对净值"), &excess.drawdowns, excess.since_start.to);
    }
    table
}

/// The five worst months of the portfolio and of its excess return.
fn worst_months(context: &Context<'_>) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(lang.of("return", "当月收益")),
        Column::number(lang.of("execution", "调仓日")),
        Column::number(lang.of("exit", "卖出日")),
    ]);
    let net = context.portfolios().performance.get(TOP_NET).map(|net| &net.worst_months);
    let excess = context.net_excess(EQUAL_WEIGHT).map(|excess| &excess.worst_months);
    let titles = [context.portfolio(TOP_NET), lang.of("excess return (net)", "超额收益（费后）").to_owned()];
    for (title, months) in titles.iter().zip([net, excess]) {
        for month in months.into_iter().flatten() {
            table.row([
                title.clone(),
                month.value.get().map_or(NONE.into(), |value| DIFFERENCE.write(value)),
                month.execution.to_string(),
                month.exit.to_string(),
            ]);
        }
    }
    table
}
