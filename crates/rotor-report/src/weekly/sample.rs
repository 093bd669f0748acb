//! Those who have reported so far, held against the same companies a quarter before.

use rotor_run::{SampleRow, SampleRowKind, SampleTable};

use super::context::{GROWTH, WeeklyContext, cell, percent};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Tone, Unit};
use crate::page::{Block, Cell, Column, Section, Table};
use crate::parts::figures::figure;
use crate::terms::Term;
use crate::words::{counted, plain, say};

/// A fraction of the assets.
const COVERAGE: Unit = Unit { suffix: "", ..Unit::fraction(1) };

/// The section; nothing where of no quarter enough have reported.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let tables: Vec<&SampleTable> =
        context.weekly.samples.iter().filter(|sample| !sample.rows.is_empty()).collect();
    if tables.is_empty() {
        return None;
    }
    let about = lang.of(
        "Net profit of the companies that have reported so far, growth on the same period of the year before. Only the same companies a quarter before are a comparison; a forecast given as a range counts with its middle. \"Before\" is a quarter before: of the same companies, and of all of them.",
        "已披露公司的归母净利润同比。只与同一批公司上一报告期比较；以区间给出的业绩预告取中值。",
    );
    let mut blocks = vec![Block::Paragraph(about.into())];
    blocks.extend(tables.into_iter().flat_map(|sample| quarter(context, sample)));
    Some(Section {
        id: "sample".into(),
        heading: lang.of("Reports so far, comparable sample", "一致可比口径业绩").into(),
        blocks,
    })
}

/// The growth of those who have reported the latest quarter.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let sample = context.weekly.samples.iter().find(|sample| !sample.rows.is_empty())?;
    let sentence = sentence(context, sample, whole(sample)?)?;
    Some(say!(context.lang, "{sentence}.", "{sentence}。"))
}

fn whole(sample: &SampleTable) -> Option<&SampleRow> {
    sample.rows.iter().find(|row| row.kind == SampleRowKind::Market)
}

fn sentence(context: WeeklyContext<'_>, sample: &SampleTable, row: &SampleRow) -> Option<String> {
    let lang = context.lang;
    let (quarter, now) = (sample.quarter, percent(row.since_january?, 1));
    let n = counted(lang, row.n, ["company", "companies"], "家公司");
    let coverage = COVERAGE.write(row.coverage);
    let name = Term::Coverage.of(lang);
    let before = row.before.zip(row.change).map_or(String::new(), |(before, change)| {
        let (before, change) = (percent(before, 1), context.points(change, 1));
        say!(
            lang,
            ", the same companies a quarter before {before}, difference {change}",
            "，同一批公司上一报告期{before}，变动{change}"
        )
    });
    Some(say!(
        lang,
        "{quarter}: {n} have reported ({name} {coverage}%), profit YoY {now}{before}",
        "{quarter}已披露{n}（{name}{coverage}%），净利润同比{now}{before}"
    ))
}

fn quarter(context: WeeklyContext<'_>, sample: &SampleTable) -> Vec<Block> {
    let lang = context.lang;
    let (quarter, deadline) = (sample.quarter, sample.deadline);
    let mut blocks = vec![Block::Heading(say!(
        lang,
        "{quarter} (deadline {deadline})",
        "{quarter}（披露截止{deadline}）"
    ))];
    blocks.extend(
        whole(sample)
            .and_then(|row| sentence(context, sample, row))
            .map(|text| say!(lang, "{text}.", "{text}。").into()),
    );
    blocks.push(table(context, &sample.rows).into());
    if quarter.number() == 1 {
        let text = lang.of(
            "The quarter before is the annual figure of the year before: a sum over four quarters, held against a single one.",
            "上一报告期为上年年报：累计口径不同（全年对单季）。",
        );
        blocks.push(Block::Paragraph(text.into()));
    }
    if let Some(n) = sample.n_without_assets.filter(|n| *n > 0) {
        let n = counted(lang, n, ["member", "members"], "家成分公司");
        blocks.push(Block::Paragraph(say!(
            lang,
            "The total assets of {n} are not known; they count 0 in the coverage.",
            "{n}总资产未知，在覆盖率中按0计。"
        )));
    }
    blocks.push(Block::Warning(warning(context, sample)));
    if !sample.without_losses.is_empty() {
        let names: Vec<String> = sample.large_losses.iter().map(|company| context.name(company)).collect();
        let (loss, names) = (plain(sample.loss.abs()), names.join(lang.between()));
        blocks.push(Block::Paragraph(say!(
            lang,
            "The same without companies that lose more than {loss} (CNY 100m): {names}.",
            "剔除亏损超过{loss}亿元的公司（{names}）后："
        )));
        blocks.push(table(context, &sample.without_losses).into());
    }
    blocks.extend(chart(context, sample));
    blocks
}

/// That who reports early is no random choice, with the size of that choice.
fn warning(context: WeeklyContext<'_>, sample: &SampleTable) -> String {
    let lang = context.lang;
    let size = whole(sample).and_then(|row| Some((row.before?, row.before_of_all?, row.selection()?)));
    let size = size.map_or(String::new(), |(before, of_all, selection)| {
        let (before, of_all) = (percent(before, 1), percent(of_all, 1));
        let selection = context.points(selection, 1);
        say!(
            lang,
            " A quarter before, these companies stood at {before}, all of them at {of_all}: {selection} are selection, not change.",
            "上一报告期该批公司为{before}，全部公司为{of_all}：{selection}来自样本选择而非变化。"
        )
    });
    let has_all = sample.rows.iter().any(|row| row.before_of_all.is_some());
    let column = if has_all {
        lang.of(" What all companies did before is no comparison.", "全部公司上期一列不可比。")
    } else {
        ""
    };
    say!(lang, "Who reports early is selected.{size}{column}", "先披露的公司并非随机样本。{size}{column}")
}

fn table(context: WeeklyContext<'_>, rows: &[SampleRow]) -> Table {
    let lang = context.lang;
    let has_all = rows.iter().any(|row| row.before_of_all.is_some());
    let mut columns = vec![
        Column::name(lang.of("companies of", "范围")),
        Column::number(lang.of("companies", "家数")),
        Column::number(lang.of("coverage %", "资产覆盖率 %")),
        Column::number(say!(lang, "{ytd} YoY %", "{ytd}同比 %", ytd = Term::YearToDate.of(lang))),
        Column::number(say!(
            lang,
            "{quarter} YoY %",
            "{quarter}同比 %",
            quarter = Term::SingleQuarter.of(lang)
        ))
        .detail(),
        Column::number(lang.of("same before %", "同一批公司上期 %")),
        Column::number(lang.of("difference, pp", "变动（百分点）")),
    ];
    if has_all {
        let mark = Term::NotComparable.of(lang);
        let title = say!(lang, "all before % ({mark})", "全部公司上期 %（{mark}）");
        columns.push(Column::number(title).detail());
    }
    let mut table = Table::new(columns);
    for row in rows {
        let mut cells: Vec<Cell> = vec![
            context.name(&row.name).into(),
            Cell::count(row.n),
            Cell::number(row.coverage, COVERAGE),
            cell(row.since_january, GROWTH),
            cell(row.quarter, GROWTH),
            cell(row.before, GROWTH),
            cell(row.change, GROWTH),
        ];
        cells.extend(has_all.then(|| cell(row.before_of_all, GROWTH)));
        table.row(cells);
    }
    table
}

/// The differences of the sectors, the largest first; nothing where none is known.
fn chart(context: WeeklyContext<'_>, sample: &SampleTable) -> Option<Block> {
    let lang = context.lang;
    let mut rows: Vec<(&SampleRow, f64)> = sample
        .rows
        .iter()
        .filter(|row| row.kind == SampleRowKind::Sector)
        .filter_map(|row| Some((row, row.change?)))
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let quarter = sample.quarter;
    let axis = lang.of(
        "growth less that of the same companies a quarter before, pp",
        "增速较同一批公司上期变动，百分点",
    );
    let chart = BarChart {
        axis: axis.into(),
        unit: GROWTH,
        baseline: 0.0,
        categories: rows.iter().map(|(row, _)| context.name(&row.name)).collect(),
        is_horizontal: true,
        mark: BarMark::Bars,
        is_small: false,
        guides: Vec::new(),
        groups: vec![BarGroup {
            name: axis.into(),
            tone: Tone::First,
            values: rows.iter().map(|(_, value)| Some(Bar { value: *value, interval: None })).collect(),
        }],
    };
    let id = format!("sample-{}", quarter.to_string().to_lowercase());
    let title = say!(lang, "Change by sector, {quarter}", "{quarter}各行业增速变动");
    Some(figure(id, title, "", Chart::Bars(chart)).into())
}
