//! What money did in the week: through Hong Kong, on margin, in funds, and what major shareholders bought and sold.

use rotor_run::{EntityFlow, Flow, FlowKind, FlowSpan, FlowSum};

use super::context::{WeeklyContext, cell, ends};
use crate::draw::Unit;
use crate::page::{Block, Cell, Column, Section, Table};
use crate::parts::dates;
use crate::parts::units::{unit, with_unit};
use crate::terms::Term;
use crate::words::{Lang, NONE, capitalised, counted, say, signed};

/// The sectors with the largest and with the smallest sums that are named.
const N_NAMED: usize = 3;
const DECIMALS: usize = 1;

/// The section; nothing where no flow is known.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let (lang, flows) = (context.lang, &context.weekly.flows);
    let net = net(context);
    if flows.is_empty() && net.is_none() {
        return None;
    }
    let mut blocks: Vec<Block> = Vec::new();
    let overview = overview(context);
    if !overview.rows.is_empty() {
        blocks.push(overview.into());
    }
    let (of_insiders, others): (Vec<&Flow>, Vec<&Flow>) = flows.iter().partition(|flow| is_of_insiders(flow));
    for flow in others {
        blocks.push(Block::Heading(capitalised(title(lang, flow.kind))));
        blocks.push(sentence(context, flow).into());
        blocks.extend(tables(context, flow));
    }
    if !of_insiders.is_empty() || net.is_some() {
        blocks.push(Block::Heading(lang.of("Major shareholders", "重要股东增减持").into()));
        let sentences = of_insiders.iter().map(|flow| sentence(context, flow)).chain(net);
        blocks.push(Block::List(sentences.collect()));
        blocks.extend(of_insiders.iter().flat_map(|flow| tables(context, flow)));
    }
    Some(Section { id: "money".into(), heading: lang.of("Money flows", "资金流向").into(), blocks })
}

/// The sums of the week; nothing where no flow has one.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let clauses: Vec<String> = context
        .weekly
        .flows
        .iter()
        .filter(|flow| !is_of_insiders(flow))
        .filter_map(|flow| {
            let sum = flow.market?;
            is_known(flow.span).then(|| of_whole(context, flow, sum, false))
        })
        .chain(context.weekly.insiders.map(|sum| {
            let value = insider_amount(context, sum.value);
            say!(lang, "major shareholders net {value}", "重要股东净增持{value}")
        }))
        .collect();
    let clauses_text = context.clauses(&clauses);
    (!clauses.is_empty()).then(|| capitalised(&say!(lang, "{clauses_text}.", "{clauses_text}。")))
}

fn is_of_insiders(flow: &Flow) -> bool {
    matches!(flow.kind, FlowKind::InsiderBuy | FlowKind::InsiderSell | FlowKind::InsiderPlanned)
}

/// Whether a span has sums.
fn is_known(span: FlowSpan) -> bool {
    matches!(span, FlowSpan::Week | FlowSpan::FirstDays { .. } | FlowSpan::Month { .. })
}

/// What flows.
pub(super) fn title(lang: Lang, kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Northbound => lang.of("northbound net purchases", "北向资金净买入"),
        FlowKind::Margin => lang.of("net purchases on margin", "融资净买入"),
        FlowKind::EtfUnits => lang.of("ETF net subscriptions, units", "ETF净申购份额"),
        FlowKind::Etf => lang.of("ETF net subscriptions", "ETF净申购金额"),
        FlowKind::NewFunds => lang.of("new equity funds", "新成立权益基金份额"),
        FlowKind::InsiderBuy => lang.of("purchases of major shareholders", "重要股东增持"),
        FlowKind::InsiderSell => lang.of("sales of major shareholders", "重要股东减持"),
        FlowKind::InsiderPlanned => lang.of("announced sales of major shareholders", "重要股东拟减持"),
    }
}

/// Sums that cannot be below zero have no sign.
fn written(kind: FlowKind) -> Unit {
    let unit = Unit::plain(DECIMALS);
    match kind {
        FlowKind::Northbound | FlowKind::Margin | FlowKind::EtfUnits | FlowKind::Etf => unit.signed(),
        _ => unit,
    }
}

fn unit_of(lang: Lang, flow: &Flow) -> String {
    unit(lang, &flow.unit, flow.unit_zh.as_deref())
}

/// What a sum is of, where that is not the whole week, in brackets; nothing for the week.
fn span(lang: Lang, span: FlowSpan) -> String {
    let FlowSpan::FirstDays { n_days, .. } = span else {
        return match span {
            FlowSpan::Month { month } => {
                let month = dates::month(lang, month);
                say!(lang, " ({month}, monthly data)", "（{month}，月度数据）")
            }
            _ => String::new(),
        };
    };
    match lang {
        Lang::En if n_days == 1 => " (first trading day)".into(),
        Lang::Zh if n_days == 1 => "（首个交易日）".into(),
        Lang::En => format!(" (first {} trading days)", numeral(n_days, ["two", "three", "four", "five"])),
        Lang::Zh => format!("（前{}个交易日）", numeral(n_days, ["两", "三", "四", "五"])),
    }
}

/// A number from two to five as a word.
fn numeral(n: usize, words: [&str; 4]) -> String {
    let word = n.checked_sub(2).and_then(|position| words.get(position));
    word.map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// The whole and, if asked for, what it is against the one before.
fn of_whole(context: WeeklyContext<'_>, flow: &Flow, sum: FlowSum, has_before: bool) -> String {
    let lang = context.lang;
    let unit = unit_of(lang, flow);
    let amount = |value: f64| with_unit(lang, &written(flow.kind).write(value), &unit);
    let (title, span) = (title(lang, flow.kind), span(lang, flow.span));
    let by = flow.n_summed.map(|n| {
        let n = counted(lang, n, ["sector", "sectors"], "个行业");
        say!(lang, "sum of {n}", "（{n}之和）")
    });
    let value = match (by, lang) {
        (None, _) => amount(sum.value),
        (Some(by), Lang::En) => format!("{} ({unit}, {by})", written(flow.kind).write(sum.value)),
        (Some(by), Lang::Zh) => amount(sum.value) + &by,
    };
    let before = sum.before.zip(sum.change()).filter(|_| has_before);
    let before = before.map_or(String::new(), |(before, change)| {
        let (before, change) = (written(flow.kind).write(before), signed(change, DECIMALS));
        // That before is over, whatever is known of this one.
        let is_part = context.weekly.week.is_partial || matches!(flow.span, FlowSpan::FirstDays { .. });
        let is_month = matches!(flow.span, FlowSpan::Month { .. });
        match lang {
            Lang::En => {
                let span = match (is_month, is_part) {
                    (true, _) => "month",
                    (false, true) => "whole week",
                    (false, false) => "week",
                };
                format!(", the {span} before {before}, change {change}")
            }
            Lang::Zh => {
                let span = match (is_month, is_part) {
                    (true, _) => "上月",
                    (false, true) => "上周全周",
                    (false, false) => "上周",
                };
                let [before, change] = [before, change].map(|number| with_unit(lang, &number, &unit));
                format!("，{span}{before}，变动{change}")
            }
        }
    });
    say!(lang, "{title}{span}: {value}{before}", "{title}{span}{value}{before}")
}

/// What is known of a flow.
fn sentence(context: WeeklyContext<'_>, flow: &Flow) -> String {
    let lang = context.lang;
    let title = capitalised(title(lang, flow.kind));
    match flow.span {
        FlowSpan::Nothing { last } => say!(
            lang,
            "{title}: nothing of this week is public yet; the last day is {last}.",
            "{title}：本周数据尚未公布，最新为{last}。"
        ),
        FlowSpan::Ended { last } => say!(
            lang,
            "{title}: the series has ended; its last day is {last}.",
            "{title}：该数据已停止公布，最后一日为{last}。"
        ),
        FlowSpan::Week | FlowSpan::FirstDays { .. } | FlowSpan::Month { .. } => {
            let mut clauses: Vec<String> = match flow.market {
                Some(sum) => vec![of_whole(context, flow, sum, true)],
                None => vec![of_benchmarks(context, flow)],
            };
            clauses.extend(largest_and_smallest(context, flow));
            let clauses = context.clauses(&clauses);
            capitalised(&say!(lang, "{clauses}.", "{clauses}。"))
        }
    }
}

/// The benchmarks of a flow that has no whole.
fn of_benchmarks(context: WeeklyContext<'_>, flow: &Flow) -> String {
    let lang = context.lang;
    let (title, span) = (title(lang, flow.kind), span(lang, flow.span));
    let unit = written(flow.kind);
    let benchmarks = flow.benchmarks.iter().map(|one| (&one.entity, unit.write(one.value)));
    let benchmarks = context.listed(benchmarks);
    if benchmarks.is_empty() {
        return say!(lang, "{title}{span}, without a sum of the market", "{title}{span}无全市场合计");
    }
    say!(lang, "{title}{span}: {benchmarks}", "{title}{span}：{benchmarks}")
}

fn largest_and_smallest(context: WeeklyContext<'_>, flow: &Flow) -> Vec<String> {
    let lang = context.lang;
    let named = |items: Vec<&EntityFlow>| {
        let unit = written(flow.kind);
        let items: Vec<_> = items.into_iter().map(|one| (&one.entity, unit.write(one.value))).collect();
        context.listed(items)
    };
    let (largest, smallest) = ends(&flow.sectors, N_NAMED);
    let mut clauses = Vec::new();
    if !largest.is_empty() {
        let largest = named(largest);
        clauses.push(say!(lang, "largest sectors: {largest}", "行业中最多：{largest}"));
    }
    if !smallest.is_empty() {
        let smallest = named(smallest);
        clauses.push(say!(lang, "smallest: {smallest}", "最少：{smallest}"));
    }
    clauses
}

fn insider_amount(context: WeeklyContext<'_>, value: f64) -> String {
    let lang = context.lang;
    let flows = || context.weekly.flows.iter();
    let unit = flows().find(|flow| is_of_insiders(flow)).map_or(String::new(), |flow| unit_of(lang, flow));
    if unit.is_empty() { signed(value, DECIMALS) } else { with_unit(lang, &signed(value, DECIMALS), &unit) }
}

/// Purchases less sales, and whether their sign has changed.
fn net(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let sum = context.weekly.insiders?;
    let value = insider_amount(context, sum.value);
    let before = sum.before.map_or(String::new(), |before| {
        let sign = match (before, sum.value) {
            (before, now) if before < 0.0 && now > 0.0 => {
                lang.of("turned from net sales to net purchases", "由净减持转为净增持")
            }
            (before, now) if before > 0.0 && now < 0.0 => {
                lang.of("turned from net purchases to net sales", "由净增持转为净减持")
            }
            _ => lang.of("sign unchanged", "方向未变"),
        };
        let before = match lang {
            Lang::En => signed(before, DECIMALS),
            Lang::Zh => insider_amount(context, before),
        };
        say!(lang, ", the week before {before}: {sign}", "，上周{before}，{sign}")
    });
    Some(say!(lang, "Purchases less sales: {value}{before}.", "净增持{value}{before}。"))
}

/// The wholes of all flows that have one.
fn overview(context: WeeklyContext<'_>) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("flow", "项目")),
        Column::number(lang.of("sum", "合计")),
        Column::number(lang.of("before", "上期")),
        Column::number(lang.of("change", "变动")),
        Column::word(lang.of("unit", "单位")),
        Column::word(lang.of("of", "口径")).detail(),
    ]);
    for flow in &context.weekly.flows {
        let Some(sum) = flow.market.filter(|_| is_known(flow.span)) else { continue };
        let unit = written(flow.kind);
        let by = flow.n_summed.map_or_else(
            || lang.of("market", "全市场").to_owned(),
            |n| say!(lang, "sum of {n} sectors", "{n}个行业之和"),
        );
        table.row([
            Cell::from(capitalised(title(lang, flow.kind)) + &span(lang, flow.span)),
            Cell::number(sum.value, unit),
            cell(sum.before, unit),
            cell(sum.change(), Unit::plain(DECIMALS).signed()),
            unit_of(lang, flow).into(),
            by.into(),
        ]);
    }
    if let Some(sum) = context.weekly.insiders {
        let unit = Unit::plain(DECIMALS).signed();
        let flow = context.weekly.flows.iter().find(|flow| is_of_insiders(flow));
        table.row([
            Cell::from(lang.of("Major shareholders, purchases less sales", "重要股东净增持")),
            Cell::number(sum.value, unit),
            cell(sum.before, unit),
            cell(sum.change(), unit),
            flow.map_or_else(|| NONE.into(), |flow| unit_of(lang, flow)).into(),
            NONE.into(),
        ]);
    }
    table
}

/// Benchmarks, and all sectors folded.
fn tables(context: WeeklyContext<'_>, flow: &Flow) -> Vec<Block> {
    let lang = context.lang;
    let unit = unit_of(lang, flow);
    let table = |of: &str, rows: &[EntityFlow]| {
        let sum = lang.of("sum", "合计");
        let mut table =
            Table::new([Column::name(of), Column::number(say!(lang, "{sum}, {unit}", "{sum}（{unit}）"))]);
        for one in rows {
            table.row([Cell::from(context.name(&one.entity)), Cell::number(one.value, written(flow.kind))]);
        }
        table
    };
    let mut blocks = Vec::new();
    if !is_known(flow.span) {
        return blocks;
    }
    if !flow.benchmarks.is_empty() {
        blocks.push(table(Term::Benchmark.of(lang), &flow.benchmarks).into());
    }
    if !flow.sectors.is_empty() {
        let title = capitalised(title(lang, flow.kind));
        blocks.push(Block::Folded {
            title: say!(lang, "{title} by sector", "{title}：分行业"),
            blocks: vec![table(Term::Sector.of(lang), &flow.sectors).into()],
        });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_weeks_say_of_how_many_days_they_are() {
        let of = |lang, n_days| span(lang, FlowSpan::FirstDays { n_days, n_trading_days: 5 });
        assert_eq!(of(Lang::Zh, 4), "（前四个交易日）");
        assert_eq!([of(Lang::Zh, 2), of(Lang::Zh, 1)], ["（前两个交易日）", "（首个交易日）"]);
        assert_eq!(of(Lang::En, 4), " (first four trading days)");
        assert_eq!([of(Lang::En, 6), of(Lang::En, 1)], [" (first 6 trading days)", " (first trading day)"]);
    }
}
