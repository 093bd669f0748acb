//! Profits of industrial enterprises: the total, its sections, groups and classes, and what each adds to the growth of the whole.

use rotor_factor::Month;
use rotor_run::{IndustrialProfits, ProfitRow, ProfitRowKind, ProfitSign, SingleMonth};

use super::context::{FINE, GROWTH, PART, WeeklyContext, cell, percent};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Tone, Unit};
use crate::page::{Block, Cell, Column, Section, Table};
use crate::parts::dates;
use crate::parts::figures::figure;
use crate::terms::Term;
use crate::words::{Lang, fixed, say};

/// The section; of a month that was published before the week one line, with the tables folded below it.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let profits = context.weekly.profits.as_ref()?;
    let headline = headline(context, profits);
    let released = profits.released;
    let blocks = if profits.is_in_week {
        let details = details(context, profits);
        let text = context.clauses(&[vec![headline], details].concat());
        let text = say!(lang, "{text}. Published on {released}.", "{text}。公布于{released}。");
        [vec![Block::Paragraph(text)], tables(context, profits)].concat()
    } else {
        let text = say!(
            lang,
            "Nothing new in the week. {headline}; published on {released}.",
            "本周无新数据。{headline}，公布于{released}。"
        );
        let title = lang.of("The last month in tables", "最近一期明细").into();
        vec![Block::Paragraph(text), Block::Folded { title, blocks: tables(context, profits) }]
    };
    Some(Section {
        id: "profits".into(),
        heading: lang.of("Profits of industrial enterprises", "工业企业利润").into(),
        blocks,
    })
}

/// The growth of the total in a sentence.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let profits = context.weekly.profits.as_ref()?;
    let (headline, released) = (headline(context, profits), profits.released);
    Some(if profits.is_in_week {
        say!(context.lang, "{headline}.", "{headline}。")
    } else {
        say!(
            context.lang,
            "{headline}, published on {released}, before the week.",
            "{headline}（公布于{released}，本周无新数据）。"
        )
    })
}

fn of_kind(profits: &IndustrialProfits, kind: ProfitRowKind) -> impl Iterator<Item = &ProfitRow> {
    profits.rows.iter().filter(move |row| row.kind == kind)
}

/// Level and growth of the total; without it how many classes grow.
fn headline(context: WeeklyContext<'_>, profits: &IndustrialProfits) -> String {
    let lang = context.lang;
    let months = dates::since_january(lang, profits.month);
    let mut parts = Vec::new();
    if let Some(total) = of_kind(profits, ProfitRowKind::Total).next() {
        parts.extend(total.profit.map(|profit| {
            let profit = fixed(profit, 1);
            say!(lang, "{profit} (CNY 100m)", "{profit}亿元")
        }));
        parts.extend(total.since_january.now.map(|growth| {
            let growth = percent(growth, 1);
            let before = total.since_january.before.zip(total.since_january.change);
            let before = before.map_or(String::new(), |(before, change)| {
                let (before, change) = (percent(before, 1), context.points(change, 1));
                let months = dates::since_january(lang, profits.month_before);
                say!(lang, " ({months}: {before}, change {change})", "（{months}为{before}，变动{change}）")
            });
            say!(lang, "YoY {growth}{before}", "同比{growth}{before}")
        }));
    }
    if parts.is_empty() {
        parts.push(breadth(lang, profits));
    }
    let parts = parts.join(lang.of(", ", "，"));
    say!(lang, "Industrial profits of {months}: {parts}", "{months}工业企业利润总额{parts}")
}

fn breadth(lang: Lang, profits: &IndustrialProfits) -> String {
    let (n, of) = (profits.n_growing, profits.n_known);
    let part = profits.breadth().map_or(String::new(), |part| {
        let part = fixed(part, 1);
        say!(lang, " ({part}%)", "（{part}%）")
    });
    say!(
        lang,
        "{n} of {of} classes earn more than a year before{part}",
        "{of}个行业中{n}个高于上年同期{part}"
    )
}

/// What else the total says.
fn details(context: WeeklyContext<'_>, profits: &IndustrialProfits) -> Vec<String> {
    let lang = context.lang;
    let mut clauses = Vec::new();
    if let Some(total) = of_kind(profits, ProfitRowKind::Total).next() {
        let single = |single: SingleMonth| {
            let growth = single.growth.map(|growth| percent(growth, 1))?;
            let mark = if single.is_derived { lang.of(" (derived)", "（推算）") } else { "" };
            Some(growth + mark)
        };
        clauses.extend(single(total.month).map(|growth| {
            let month = single_month(lang, profits.month);
            let before = single(total.month_before).map_or(String::new(), |before| {
                let month = single_month(lang, profits.month_before);
                say!(lang, " ({month}: {before})", "（{month}{before}）")
            });
            say!(lang, "{month} YoY {growth}{before}", "{month}同比{growth}{before}")
        }));
        clauses.extend(total.three_months.now.map(|growth| {
            let growth = percent(growth, 1);
            let before = total.three_months.before.map_or(String::new(), |before| {
                let before = percent(before, 1);
                say!(lang, " (a month before {before})", "（上月为{before}）")
            });
            say!(lang, "three months YoY {growth}{before}", "近三个月同比{growth}{before}")
        }));
        clauses.extend(total.revenue_growth.map(|growth| {
            let growth = percent(growth, 1);
            say!(lang, "revenue since January YoY {growth}", "营业收入累计同比{growth}")
        }));
        clauses.extend(total.margin.map(|margin| {
            let margin = fixed(margin, 2);
            let change = total.margin_change.map_or(String::new(), |change| {
                let change = context.points(change, 2);
                say!(lang, " ({change} against the year before)", "（较上年同期{change}）")
            });
            let name = Term::Margin.of(lang);
            say!(lang, "{name} {margin}%{change}", "{name}{margin}%{change}")
        }));
        if profits.n_known > 0 {
            clauses.push(breadth(lang, profits));
        }
    }
    clauses
}

/// A single month in a sentence; February stands for the first two.
fn single_month(lang: Lang, month: Month) -> String {
    match month.number() {
        2 => dates::since_january(lang, month),
        _ => say!(lang, "single month {month}", "{month}单月", month = dates::month(lang, month)),
    }
}

fn tables(context: WeeklyContext<'_>, profits: &IndustrialProfits) -> Vec<Block> {
    let lang = context.lang;
    let (upper, classes): (Vec<&ProfitRow>, Vec<&ProfitRow>) =
        profits.rows.iter().partition(|row| row.kind != ProfitRowKind::Class);
    let mut blocks = Vec::new();
    for (heading, rows) in [
        (lang.of("Total, sections and groups", "总额、三大门类与分组"), &upper),
        (lang.of("Classes", "分行业"), &classes),
    ] {
        if rows.is_empty() {
            continue;
        }
        blocks.push(Block::Heading(heading.into()));
        blocks.push(growth_table(context, rows).into());
        let is_derived = |row: &&&ProfitRow| row.month.is_derived || row.month_before.is_derived;
        if rows.iter().any(|row| is_derived(&row)) {
            blocks.push(Block::Paragraph(
                lang.of(
                    "* Derived from sums since January, no better than about half a point.",
                    "* 由累计值推算，误差约半个百分点。",
                )
                .into(),
            ));
        }
        let is_february = profits.month.number() == 2 || profits.month_before.number() == 2;
        if is_february {
            let text = lang
                .of("A single February stands for January and February together.", "2月单月为1—2月合计。");
            blocks.push(Block::Paragraph(text.into()));
        }
    }
    blocks.extend(chart(context, profits));
    let mut parts: Vec<&ProfitRow> =
        upper.iter().copied().filter(|row| row.kind != ProfitRowKind::Total).collect();
    let mut sorted = classes.clone();
    let key = |row: &ProfitRow| row.contribution.unwrap_or(f64::NEG_INFINITY);
    sorted.sort_by(|one, other| key(other).total_cmp(&key(one)));
    parts.extend(sorted);
    parts.retain(|row| row.contribution.is_some() || row.share.is_some());
    if !parts.is_empty() {
        blocks.push(Block::Heading(Term::GrowthContribution.heading(lang)));
        blocks.push(Block::Paragraph(
            lang.of(
                "What a part adds to the growth of the total since January, in percentage points and as a part of that growth; its part of the total in the base period and now. Classes by what they add.",
                "各部分对利润总额累计增速的拉动（百分点）与贡献率，以及基期与当期占比；分行业按拉动排序。",
            )
            .into(),
        ));
        blocks.push(contribution_table(context, &parts).into());
    }
    let with_margin: Vec<&ProfitRow> =
        profits.rows.iter().filter(|row| row.margin.is_some() || row.revenue_growth.is_some()).collect();
    if !with_margin.is_empty() {
        blocks.push(Block::Heading(lang.of("Revenue and margin", "营业收入与利润率").into()));
        blocks.push(margin_table(context, &with_margin).into());
    }
    blocks
}

fn growth_table(context: WeeklyContext<'_>, rows: &[&ProfitRow]) -> Table {
    let lang = context.lang;
    let ytd = Term::YearToDate.of(lang);
    let has_members = rows.iter().any(|row| row.kind != ProfitRowKind::Class);
    let mut columns = vec![
        Column::name(if has_members { lang.of("part", "部分") } else { lang.of("class", "行业") }),
        Column::number(lang.of("profit, CNY 100m", "利润（亿元）")),
        Column::number(say!(lang, "{ytd} YoY %", "{ytd}同比 %")),
        Column::number(lang.of("before %", "上月 %")),
        Column::number(lang.of("change, pp", "变动（百分点）")),
        Column::word(lang.of("profit or loss", "盈亏")).detail(),
        Column::number(lang.of("month YoY %", "单月同比 %")),
        Column::number(lang.of("month before %", "上月单月 %")).detail(),
        Column::number(lang.of("3 months YoY %", "近三个月同比 %")).detail(),
        Column::number(lang.of("3 months before %", "上月近三个月 %")).detail(),
        Column::number(lang.of("% of total", "占比 %")).detail(),
    ];
    if has_members {
        columns.push(Column::word(lang.of("growth from", "增速口径")).detail());
    }
    let mut table = Table::new(columns);
    for row in rows {
        let mut cells: Vec<Cell> = vec![
            context.name(&row.name).into(),
            cell(row.profit, PART),
            cell(row.since_january.now, GROWTH),
            cell(row.since_january.before, GROWTH),
            cell(row.since_january.change, GROWTH),
            row.sign.map_or("", |sign| sign_word(lang, sign)).into(),
            single_cell(row.month),
            single_cell(row.month_before),
            cell(row.three_months.now, GROWTH),
            cell(row.three_months.before, GROWTH),
            cell(row.share, PART),
        ];
        if has_members {
            let (n, of) = (row.n_known, row.n_members);
            cells.push(if row.is_published {
                lang.of("published", "公布").into()
            } else {
                say!(lang, "{n} of {of} classes", "{n}/{of}个行业").into()
            });
        }
        table.row(cells);
    }
    table
}

/// The growth of a single month, derived values with a mark.
fn single_cell(single: SingleMonth) -> Cell {
    match single.growth {
        Some(growth) if single.is_derived => Cell::of_number(GROWTH.write(growth) + "*", growth, GROWTH),
        growth => cell(growth, GROWTH),
    }
}

fn sign_word(lang: Lang, sign: ProfitSign) -> &'static str {
    match sign {
        ProfitSign::TurnedToProfit => lang.of("turned to profit", "扭亏"),
        ProfitSign::TurnedToLoss => lang.of("turned to loss", "转亏"),
        ProfitSign::SmallerLoss => lang.of("smaller loss", "减亏"),
        ProfitSign::LargerLoss => lang.of("larger loss", "增亏"),
    }
}

fn contribution_table(context: WeeklyContext<'_>, rows: &[&ProfitRow]) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("part", "部分")),
        Column::number(lang.of("contribution, pp", "拉动（百分点）")),
        Column::number(lang.of("rate %", "贡献率 %")),
        Column::number(lang.of("base %", "基期占比 %")),
        Column::number(lang.of("now %", "当期占比 %")),
        Column::number(lang.of("change, pp", "变动（百分点）")),
    ]);
    for row in rows {
        table.row([
            context.name(&row.name).into(),
            cell(row.contribution, FINE),
            cell(row.contribution_rate, GROWTH),
            cell(row.base_share, PART),
            cell(row.share, PART),
            cell(row.share_change, FINE),
        ]);
    }
    table
}

fn margin_table(context: WeeklyContext<'_>, rows: &[&ProfitRow]) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("part", "部分")),
        Column::number(lang.of("revenue YTD YoY %", "营业收入累计同比 %")),
        Column::number(say!(lang, "{margin} %", "{margin} %", margin = Term::Margin.of(lang))),
        Column::number(lang.of("change, pp", "较上年同期（百分点）")),
    ]);
    for row in rows {
        table.row([
            context.name(&row.name).into(),
            cell(row.revenue_growth, GROWTH),
            cell(row.margin, Unit::plain(2)),
            cell(row.margin_change, FINE),
        ]);
    }
    table
}

/// Growth of sections and groups against the month before; nothing where none is known.
fn chart(context: WeeklyContext<'_>, profits: &IndustrialProfits) -> Option<Block> {
    let lang = context.lang;
    let rows: Vec<&ProfitRow> = profits
        .rows
        .iter()
        .filter(|row| row.kind != ProfitRowKind::Class && row.since_january.now.is_some())
        .collect();
    if rows.is_empty() {
        return None;
    }
    let group = |month: Month, tone: Tone, value: fn(&ProfitRow) -> Option<f64>| BarGroup {
        name: dates::since_january(lang, month),
        tone,
        values: rows.iter().map(|row| value(row).map(|value| Bar { value, interval: None })).collect(),
    };
    let chart = BarChart {
        axis: lang.of("growth since January, YoY %", "累计同比，%").into(),
        unit: GROWTH,
        baseline: 0.0,
        categories: rows.iter().map(|row| context.name(&row.name)).collect(),
        is_horizontal: true,
        mark: BarMark::Joined,
        is_small: false,
        guides: Vec::new(),
        groups: vec![
            group(profits.month_before, Tone::Second, |row| row.since_january.before),
            group(profits.month, Tone::First, |row| row.since_january.now),
        ],
    };
    let title = lang.of("Growth of sections and groups against the month before", "门类与分组累计增速及上月");
    Some(figure("profits-groups", title, "", Chart::Bars(chart)).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::NONE;

    #[test]
    fn derived_growth_is_marked_and_stays_a_number() {
        let derived = single_cell(SingleMonth { growth: Some(3.865_662), is_derived: true });
        assert_eq!(&*derived, "+3.9*");
        assert!(derived.value(&Column::number("")).is_some());
        assert_eq!(&*single_cell(SingleMonth { growth: Some(3.6), is_derived: false }), "+3.6");
        assert_eq!(&*single_cell(SingleMonth::default()), NONE);
    }
}
