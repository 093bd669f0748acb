//! Returns by the calendar: month by month, year by year, and up to the last day.

use rotor_run::metrics::{Basis, CalendarMonth, LastMonths, PortfolioMetrics, SpanReturn, YearValue};

use super::cells::{DIFFERENCE, Footnotes, PERCENT};
use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use super::performance::{basis, basis_label, day};
use crate::draw::{Chart, Columns, Matrix, Shades, Unit};
use crate::page::{Block, Column, Figure, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{Lang, NONE};

/// No run is longer.
const MOST_YEARS: i32 = 400;

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let all = context.portfolios();
    let mut blocks: Vec<Block> = matrices(context).into_iter().map(Block::from).collect();
    blocks.extend(recent(context, all));
    blocks.extend(years(context, all));
    blocks
}

/// The returns of the portfolio in each calendar month, and those in excess of equal weight, each with those of the years.
fn matrices(context: &Context<'_>) -> Vec<Figure> {
    let lang = context.lang;
    let portfolio = context.portfolio(TOP_NET);
    let mut figures = Vec::new();
    if let Some(of) = context.portfolios().performance.get(TOP_NET) {
        let title = say!(lang, "Returns by month and year: {portfolio}", "分月与分年度收益：{portfolio}");
        figures.extend(matrix(context, "calendar-months", title, (&of.months, &of.years), MOST_YEARS));
    }
    if let Some(of) = context.net_excess(EQUAL_WEIGHT) {
        let title = lang.of(
            "Excess returns over all sectors by month and year (net)",
            "相对全行业等权的分月与分年度超额收益（费后）",
        );
        figures.extend(matrix(context, "calendar-excess", title.into(), (&of.months, &of.years), MOST_YEARS));
    }
    figures
}

/// Months beside each other and their year behind them, of the last years; shades are those of months.
pub(super) fn matrix(
    context: &Context<'_>,
    id: &str,
    title: String,
    (months, years): (&[CalendarMonth], &[YearValue]),
    n_years: i32,
) -> Option<Figure> {
    let lang = context.lang;
    let all = || months.iter().map(|one| one.month.year());
    let last = all().max()?;
    let first = all().min()?.max(last.saturating_sub(n_years - 1));
    let mut cells = vec![vec![None; 13]; (last - first + 1) as usize];
    for one in months.iter().filter(|one| one.month.year() >= first) {
        cells[(one.month.year() - first) as usize][one.month.number() as usize - 1] = one.value.get();
    }
    let extent = cells.iter().flatten().flatten().map(|value| value.abs()).fold(0.0, f64::max);
    for one in years.iter().filter(|one| (first..=last).contains(&one.year)) {
        cells[(one.year - first) as usize][12] = one.span.value.get();
    }
    let label = basis_label(lang, basis(context.portfolios()));
    let to = years.last().and_then(|year| year.span.to);
    let to = day(to, NONE);
    let names = (1..=12).map(|month| month.to_string());
    Some(Figure {
        id: id.into(),
        title,
        about: say!(
            lang,
            "In percent ({label}); the first month begins with the first execution, the last ends on {to}. The year is from the last value of the year before to its own last one.",
            "单位：%（{label}）；首月自首个调仓日起，末月截至{to}。年度自上年最后一个净值至当年最后一个净值。"
        ),
        chart: Chart::Matrix(Matrix {
            rows: (first..=last).map(|year| year.to_string()).collect(),
            row_axis: lang.of("year", "年份").into(),
            columns: Columns::Names(names.chain([lang.of("year", "全年").to_owned()]).collect()),
            column_axis: lang.of("month", "月份").into(),
            measure: lang.of("return, %", "收益，%").into(),
            cells,
            unit: Unit { suffix: "", ..DIFFERENCE },
            shades: Shades::Diverging { middle: 0.0, extent: Some(extent) },
            has_numbers: true,
            missing: String::new(),
        }),
    })
}

/// The name of the last months.
fn period(lang: Lang, n_months: usize) -> String {
    match n_months {
        1 => lang.of("1 month", "近1月").into(),
        12 => lang.of("1 year", "近1年").into(),
        n if n % 12 == 0 => {
            let n = n / 12;
            say!(lang, "{n} years", "近{n}年")
        }
        n => say!(lang, "{n} months", "近{n}月"),
    }
}

/// Year to date, the last months and years, and the whole, up to the last value.
fn recent(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let Some((_, first)) = all.performance.iter().next() else { return Vec::new() };
    let mut columns =
        vec![Column::name(Term::Portfolio.of(lang)), Column::number(lang.of("year to date", "今年以来"))];
    columns.extend(first.last_months.iter().map(|last| Column::number(period(lang, last.n_months))));
    columns.push(Column::number(lang.of("since start", "成立以来")));
    columns.push(Column::word(lang.of("to", "截至")).detail());
    let mut table = Table::new(columns);
    let mut notes = Footnotes::new(context);
    let mut row = |title: String, to_date: &SpanReturn, last: &[LastMonths], whole: &SpanReturn, unit| {
        let spans = std::iter::once(to_date).chain(last.iter().map(|last| &last.span)).chain([whole]);
        let mut row = vec![title];
        row.extend(spans.map(|span| notes.metric(&span.value, unit)));
        row.push(day(to_date.to, NONE));
        // Folders of earlier formats have none of these.
        if row.len() == first.last_months.len() + 4 && to_date.to.is_some() {
            table.row(row);
        }
    };
    for (portfolio, of) in all.performance.iter() {
        row(context.portfolio(portfolio), &of.year_to_date, &of.last_months, &of.since_start, PERCENT);
    }
    for benchmark in [EQUAL_WEIGHT, ELIGIBLE] {
        let Some(of) = context.net_excess(benchmark) else { continue };
        let over = context.portfolio(benchmark);
        let title = say!(lang, "excess return (net) over {over}", "相对{over}超额（费后）");
        row(title, &of.year_to_date, &of.last_months, &of.since_start, DIFFERENCE);
    }
    let label = basis_label(lang, basis(all));
    let mut blocks = notes.under(table);
    if !blocks.is_empty() {
        blocks.push(
            say!(
                lang,
                "Up to the last value of each ({label}), not annualised; so few months are not significant.",
                "截至各自最后一个净值（{label}），未年化；如此短的区间不具统计显著性。"
            )
            .into(),
        );
    }
    blocks
}

/// Portfolios of the table of years: more columns have no room on a page.
const MOST_PORTFOLIOS: usize = 9;

fn years(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let Some((_, first)) = all.performance.iter().next() else { return Vec::new() };
    let mut notes = Footnotes::new(context);
    let mut columns = vec![
        Column::word(lang.of("year", "年份")),
        Column::number(match basis(all) {
            Basis::Daily => lang.of("trading days", "交易日数"),
            Basis::PeriodEnds => Term::Months.of(lang),
        }),
        Column::number(lang.of("excess return (net) over equal weight", "相对全行业等权超额（费后）")),
        Column::number(lang.of("over eligible sectors", "相对可选行业等权超额")),
    ];
    let shown: Vec<_> = all.performance.iter().take(MOST_PORTFOLIOS).collect();
    columns.extend(shown.iter().map(|(portfolio, of)| {
        let title = context.portfolio(portfolio);
        Column::number(notes.of_months(title, of.annual_return.n, all.n_months))
    }));
    let mut table = Table::new(columns);
    let excess = [EQUAL_WEIGHT, ELIGIBLE].map(|benchmark| context.net_excess(benchmark));
    for year in &first.years {
        let mut row = vec![year.year.to_string(), year.span.value.n.to_string()];
        let mut cell = |years: Option<&[YearValue]>, unit| {
            let found = years.and_then(|years| years.iter().find(|one| one.year == year.year));
            row.push(found.map_or_else(|| NONE.to_owned(), |found| notes.metric(&found.span.value, unit)));
        };
        for excess in excess {
            cell(excess.map(|excess| excess.years.as_slice()), DIFFERENCE);
        }
        for (_, of) in &shown {
            cell(Some(&of.years), PERCENT);
        }
        table.row(row);
    }
    let mut blocks = notes.under(table);
    let n_more = all.performance.iter().count() - shown.len();
    if n_more > 0 {
        let text = say!(
            lang,
            "{n_more} more benchmarks have no room here; `metrics.json` has their years.",
            "另有{n_more}个基准未列出，其年度收益见`metrics.json`。"
        );
        blocks.push(text.into());
    }
    let values = match basis(all) {
        Basis::Daily => lang.of(
            "Daily: from the last close of the year before, or the first execution, to the last close of the year",
            "按日：自上年最后收盘（首年自首个调仓日）至当年最后收盘",
        ),
        Basis::PeriodEnds => lang.of(
            "At period ends: from the last exit in the year before, or the first execution, to the last exit in the year",
            "按期末：自上年最后一个期末（首年自首个调仓日）至当年最后一个期末",
        ),
    };
    blocks.push(
        say!(
            lang,
            "{values}; the excess return is the difference of the returns. No single year is significant.",
            "{values}；年度超额为收益之差。单独一年的数字不具统计显著性。"
        )
        .into(),
    );
    blocks
}
