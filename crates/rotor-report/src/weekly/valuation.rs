//! Multiples of benchmarks and sectors, and where they stand in their own history.

use rotor_run::ValuationRow;

use super::context::{FINE, PART, WeeklyContext, cell};
use crate::draw::{BoxChart, BoxRow, Chart, Unit};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::parts::figures::figure;
use crate::terms::Term;
use crate::words::{NONE, fixed, say, signed};

/// The largest rises and falls that are named, and the highest multiples.
const N_CHANGES: usize = 3;
const N_HIGHEST: usize = 5;
const MULTIPLE: Unit = Unit::plain(2);

/// The section; nothing without multiples.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let (lang, rows) = (context.lang, &context.weekly.valuation);
    if rows.is_empty() {
        return None;
    }
    let mut blocks: Vec<Block> = Vec::new();
    let of_benchmarks: Vec<String> =
        rows.iter().filter(|row| row.is_benchmark).map(|row| level(context, row)).collect();
    if !of_benchmarks.is_empty() {
        blocks.push(Block::List(of_benchmarks));
    }
    let sentences = of_sectors(context);
    if !sentences.is_empty() {
        blocks.push(context.joined(&sentences).into());
    }
    blocks.push(Block::Paragraph(
        lang.of(
            "Percentiles among the multiples above zero of ten years and of all history, the current one included; \"—\" with fewer than three years. Changes are against the last multiple a week or more before. Rank 1 is the lowest percentile of its kind.",
            "分位为当前值在近十年及全部历史正值中的位置（含当前值），不足三年者记“—”；变动相对至少一周前的最近值；排名1为同类中分位最低。",
        )
        .into(),
    ));
    blocks.push(table(context).into());
    let charts: Vec<Figure> = [false, true].into_iter().filter_map(|is_pb| chart(context, is_pb)).collect();
    blocks.extend(charts.into_iter().map(Block::from));
    Some(Section { id: "valuation".into(), heading: lang.of("Valuation", "估值").into(), blocks })
}

/// The first benchmark, and the sectors with the lowest and the highest percentile.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let rows = &context.weekly.valuation;
    let mut clauses: Vec<String> = Vec::new();
    clauses.extend(rows.iter().find(|row| row.is_benchmark).map(|row| clause(context, row)));
    let ranked = || rows.iter().filter(|row| !row.is_benchmark && row.percentile.is_some());
    let by_percentile = |one: &&ValuationRow, other: &&ValuationRow| {
        one.percentile.unwrap_or(f64::NAN).total_cmp(&other.percentile.unwrap_or(f64::NAN))
    };
    if let (Some(lowest), Some(highest)) = (ranked().min_by(by_percentile), ranked().max_by(by_percentile)) {
        let written = |row: &ValuationRow| {
            let percentile = row.percentile.map_or(String::new(), |it| fixed(it, 1) + "%");
            context.listed([(&row.entity, percentile)])
        };
        let (lowest, highest) = (written(lowest), written(highest));
        clauses.push(say!(
            lang,
            "sectors stand between percentile {lowest} and {highest} of ten years",
            "行业近十年分位最低为{lowest}，最高为{highest}"
        ));
    }
    let text = context.clauses(&clauses);
    (!clauses.is_empty()).then(|| say!(lang, "{text}.", "{text}。"))
}

fn measure(row: &ValuationRow) -> Term {
    if row.is_pb { Term::PriceToBook } else { Term::PriceToEarnings }
}

/// A multiple with its change and its percentiles.
fn level(context: WeeklyContext<'_>, row: &ValuationRow) -> String {
    let clause = clause(context, row);
    say!(context.lang, "{clause}.", "{clause}。")
}

fn clause(context: WeeklyContext<'_>, row: &ValuationRow) -> String {
    let lang = context.lang;
    let (name, measure, multiple) =
        (context.name(&row.entity), measure(row).of(lang), fixed(row.multiple, 2));
    let change = row.change.map_or(String::new(), |change| {
        let change = signed(change, 2);
        say!(lang, " ({change})", "（{change}）")
    });
    let percentile = row.percentile.map_or(String::new(), |percentile| {
        let percentile = fixed(percentile, 1);
        let of_all = row.percentile_of_all.map_or(String::new(), |of_all| {
            let of_all = fixed(of_all, 1);
            say!(lang, ", of all history {of_all}%", "，全部历史{of_all}%")
        });
        say!(lang, ", percentile {percentile}% of ten years{of_all}", "，近十年{percentile}%分位{of_all}")
    });
    say!(
        lang,
        "{name} {measure} {multiple}{change}{percentile}",
        "{name}{measure}{multiple}倍{change}{percentile}"
    )
}

/// The largest changes and the highest multiples of the sectors with a price over earnings.
fn of_sectors(context: WeeklyContext<'_>) -> Vec<String> {
    let lang = context.lang;
    let rows: Vec<&ValuationRow> =
        context.weekly.valuation.iter().filter(|row| !row.is_benchmark && !row.is_pb).collect();
    let named = |mut rows: Vec<(&ValuationRow, f64)>, n: usize| {
        rows.sort_by(|(_, one), (_, other)| other.abs().total_cmp(&one.abs()));
        let items = rows.into_iter().take(n).map(|(row, _)| {
            let multiple = fixed(row.multiple, 2);
            let change = row.change.map_or(NONE.into(), |change| signed(change, 2));
            (&row.entity, say!(lang, "{multiple} ({change})", "{multiple}倍（{change}）"))
        });
        context.listed(items)
    };
    let with_change = |is_it: fn(f64) -> bool| -> Vec<(&ValuationRow, f64)> {
        let changes = rows.iter().filter_map(|row| Some((*row, row.change?)));
        changes.filter(|(_, change)| is_it(*change)).collect()
    };
    let (up, down) = (with_change(|change| change > 0.0), with_change(|change| change < 0.0));
    let mut sentences = Vec::new();
    if !up.is_empty() {
        let up = named(up, N_CHANGES);
        sentences.push(say!(lang, "Largest rises of PE: {up}.", "市盈率上升最多：{up}。"));
    }
    if !down.is_empty() {
        let down = named(down, N_CHANGES);
        sentences.push(say!(lang, "Largest falls of PE: {down}.", "市盈率下降最多：{down}。"));
    }
    let highest: Vec<(&ValuationRow, f64)> = rows.iter().map(|row| (*row, row.multiple)).collect();
    if !highest.is_empty() {
        let highest = named(highest, N_HIGHEST);
        sentences.push(say!(lang, "Highest PE: {highest}.", "市盈率最高：{highest}。"));
    }
    sentences
}

fn table(context: WeeklyContext<'_>) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("benchmark or sector", "基准与行业")),
        Column::word(lang.of("multiple", "指标")),
        Column::number(lang.of("times", "倍数")),
        Column::number(lang.of("change", "变动")),
        Column::number(lang.of("percentile of 10 years, %", "近十年分位 %")),
        Column::number(lang.of("rank", "排名")),
        Column::number(lang.of("of all history, %", "全部历史分位 %")).detail(),
        Column::word(lang.of("day", "日期")).detail(),
    ]);
    for row in &context.weekly.valuation {
        table.row([
            context.name(&row.entity).into(),
            measure(row).of(lang).into(),
            Cell::number(row.multiple, MULTIPLE),
            cell(row.change, FINE),
            cell(row.percentile, PART),
            row.rank.map_or_else(|| NONE.into(), Cell::count),
            cell(row.percentile_of_all, PART),
            Cell::from(row.day),
        ]);
    }
    table
}

/// The window of each multiple with the current one; nothing where none has a window.
fn chart(context: WeeklyContext<'_>, is_pb: bool) -> Option<Figure> {
    let lang = context.lang;
    let rows: Vec<BoxRow> = context
        .weekly
        .valuation
        .iter()
        .filter(|row| row.is_pb == is_pb && !row.months.is_empty())
        .map(|row| BoxRow {
            name: context.name(&row.entity),
            values: row.months.clone(),
            current: Some(row.multiple),
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let measure = if is_pb { Term::PriceToBook } else { Term::PriceToEarnings }.of(lang);
    let title = say!(lang, "{measure}, ten years and now", "{measure}：近十年与当前");
    let about = lang.of("Month-end multiples above zero of the window.", "窗口内各月末正值的分布。");
    let id = if is_pb { "valuation-pb" } else { "valuation-pe" };
    let unit = Unit::plain(1);
    Some(figure(id, title, about, Chart::Boxes(BoxChart { axis: measure.into(), unit, rows })))
}
