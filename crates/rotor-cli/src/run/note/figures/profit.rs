//! Profit: the bridge, industries' growth against the sector's, fits with their parts, and the forecasts by stream.

use rotor_factor::{Date, EntityKind, Signal};
use rotor_report::draw::{Bar, BarGroup, Chart, LineChart, Mark, Panel, Series, Span, Tone, Unit};
use rotor_stats::pearson;

use super::{GROWTH, Stream, aligned, by_heading, by_stream, dots, figure, under};
use crate::run::note::columns::Columns;
use crate::run::note::factors::r_squared;
use crate::run::note::facts::Teller;
use crate::run::note::page::{Block, Column, Figure, Table};
use crate::run::note::words::{Lang, fixed, name, or_none, period, say};

/// Reports that a correlation needs to say anything.
const FEWEST_REPORTS: usize = 8;

/// What the tables of the factor hold of one sector.
struct Told {
    sector: usize,
    /// The rows of the fit: month, part of the split, actual and fitted growth.
    fits: Vec<(Date, &'static str, f64, f64)>,
    /// The growth of its industries by month.
    x: Vec<(Date, f64)>,
    /// The path from the base to the target.
    path: Vec<(Date, f64)>,
    base: Option<f64>,
    base_end: Option<Date>,
    correlation: Option<f64>,
    r2_test: Option<f64>,
}

/// The figures, of the given sectors.
pub(crate) fn figures(teller: &Teller<'_>, signal: &Signal, sectors: &[usize]) -> Vec<Block> {
    let told = told(teller, signal, sectors).unwrap_or_default();
    let streams = by_stream(teller, sectors);
    let mut blocks = forecasts(teller, &told, &streams);
    blocks.extend(correlations(teller, &told));
    blocks.extend(fits(teller, &told, &streams));
    blocks.extend(industries(teller, &told));
    blocks.extend(bridge(teller, signal, &streams));
    blocks
}

fn told(teller: &Teller<'_>, signal: &Signal, sectors: &[usize]) -> Option<Vec<Told>> {
    let fits = Columns::find(signal, "fits", &["sector", "part"], &["month"], &["actual", "fitted"])?;
    let growth = Columns::find(signal, "growth", &["sector"], &["month"], &["x"])?;
    let forecasts = Columns::find(signal, "forecasts", &["sector"], &["month"], &["forecast", "base"])?;
    let models = Columns::find(signal, "models", &["sector"], &["base"], &["correlation", "r2_test"])?;
    let dated = |table: Columns<'_>, rows: &[usize], column: &str| -> Vec<(Date, f64)> {
        rows.iter()
            .filter_map(|row| Some((table.date("month", *row)?, table.number(column, *row)?)))
            .collect()
    };
    let of = |sector: &usize| {
        let code = teller.code(*sector);
        let fit = |row: &usize| {
            let part = match fits.text("part", *row) {
                "train" => "train",
                "test" => "test",
                _ => "embargo",
            };
            let (actual, fitted) = (fits.number("actual", *row)?, fits.number("fitted", *row)?);
            Some((fits.date("month", *row)?, part, actual, fitted))
        };
        let path = forecasts.rows_of("sector", code);
        let model = models.rows_of("sector", code).first().copied();
        Told {
            sector: *sector,
            fits: fits.rows_of("sector", code).iter().filter_map(fit).collect(),
            x: dated(growth, &growth.rows_of("sector", code), "x"),
            path: dated(forecasts, &path, "forecast"),
            base: path.first().and_then(|row| forecasts.number("base", *row)),
            base_end: model.and_then(|model| models.date("base", model)),
            correlation: model.and_then(|model| models.number("correlation", model)),
            r2_test: model.and_then(|model| models.number("r2_test", model)),
        }
    };
    Some(sectors.iter().map(of).collect())
}

/// METHOD's panels: from the base to the forecast, the months between, by stream.
fn forecasts(teller: &Teller<'_>, told: &[Told], streams: &[Stream]) -> Vec<Block> {
    let lang = teller.lang;
    let mut figures = Vec::new();
    for stream in streams {
        let mut rows: Vec<&Told> =
            told.iter().filter(|told| stream.sectors.contains(&told.sector) && told.base.is_some()).collect();
        let change = |told: &Told| Some(told.path.last()?.1 - told.base?);
        rows.sort_by(|a, b| {
            let change = |told: &Told| change(told).unwrap_or(f64::NEG_INFINITY);
            change(b).total_cmp(&change(a))
        });
        let value = |value: Option<f64>| value.map(|value| Bar { value, interval: None });
        let group = |name: &str, tone: Tone, of: &dyn Fn(&Told) -> Option<f64>| BarGroup {
            name: name.into(),
            tone,
            values: rows.iter().map(|told| value(of(told))).collect(),
        };
        let between = |told: &Told, step: usize| {
            let between = told.path.split_last().map(|(_, between)| between)?;
            between.get(step).map(|(_, value)| *value)
        };
        let n_between = rows.iter().map(|told| told.path.len().saturating_sub(1)).max().unwrap_or(0);
        let mut groups =
            vec![group(lang.of("base, as reported", "基期（已公布）"), Tone::Second, &|told| {
                told.base
            })];
        for step in 0..n_between {
            let nth = step + 1;
            let name = match n_between {
                1 => lang.of("month between", "期间月").to_owned(),
                _ => say!(lang, "month between, {nth}", "期间月（{nth}）"),
            };
            groups.push(group(&name, Tone::Muted, &|told| between(told, step)));
        }
        let target = lang.of("forecast", "预测");
        groups.push(group(target, Tone::First, &|told| told.path.last().map(|(_, value)| *value)));
        let mut spans: Vec<String> = rows
            .iter()
            .filter_map(|told| {
                let (from, to) = (period(told.base_end?), period(told.path.last()?.0));
                Some(say!(lang, "{from} to {to}", "{from}至{to}"))
            })
            .collect();
        spans.sort();
        spans.dedup();
        let categories = rows.iter().map(|told| teller.names[told.sector].clone()).collect();
        let chart = dots(
            lang.of("growth of net profit, cumulative, %", "归母净利润累计同比，%"),
            GROWTH,
            categories,
            groups,
        );
        if !rows.is_empty() {
            let id = format!("profit-forecast-{}", stream.id);
            figures.push(figure(id, stream.title, spans.join(lang.between()), chart));
        }
    }
    let about = lang.of(
        "The sectors whose growth is to rise most stand on top. A forecast is no better than its model was in the test: see below.",
        "按预测变化由高到低排列。预测的可信度取决于模型在检验样本上的表现，见下。",
    );
    under(lang.of("Growth, from the base to the forecast", "利润增速：基期与预测"), about.into(), figures)
        .into_iter()
        .collect()
}

/// How closely fitted follows actual growth, and industries' growth the sector's.
fn correlations(teller: &Teller<'_>, told: &[Told]) -> Option<Block> {
    let lang = teller.lang;
    let mut rows: Vec<&Told> = told.iter().filter(|told| told.correlation.is_some()).collect();
    rows.sort_by(|a, b| b.correlation.unwrap_or(-1.0).total_cmp(&a.correlation.unwrap_or(-1.0)));
    let group = |name: &str, tone: Tone, of: &dyn Fn(&Told) -> Option<f64>| BarGroup {
        name: name.into(),
        tone,
        values: rows.iter().map(|told| of(told).map(|value| Bar { value, interval: None })).collect(),
    };
    let groups = vec![
        group(lang.of("fitted with actual growth", "拟合与实际增速"), Tone::First, &|told| {
            told.correlation
        }),
        group(
            lang.of("industries' growth with reports", "工业利润增速与财报增速"),
            Tone::Second,
            &|told| with_reports(told).map(|(correlation, _)| correlation),
        ),
    ];
    let categories = rows.iter().map(|told| teller.names[told.sector].clone()).collect();
    let chart = dots(lang.of("correlation", "相关系数"), Unit::plain(2), categories, groups);
    let about = lang.of(
        "Fitted and actual growth correlate on the rows that the model was fitted to, most of them interpolated between reports: noise gives about 0.6 there, an R² of a third. Industries' growth and the sector's are held against each other at quarter-ends alone.",
        "拟合与实际增速的相关系数在样本内计算，且多数月份为财报间插值：纯噪声在此也有约0.6（R²约三分之一）。工业利润增速与行业增速仅在季末比较。",
    );
    let figure = figure("profit-correlation", lang.of("By sector", "分行业"), "", chart);
    let figures = if rows.is_empty() { Vec::new() } else { vec![figure] };
    under(
        lang.of("Correlation of actual and fitted growth", "实际与拟合增速的相关系数"),
        about.into(),
        figures,
    )
}

/// The correlation of industries' growth with the sector's at the ends of quarters, and how many there are.
fn with_reports(told: &Told) -> Option<(f64, usize)> {
    let pairs =
        reports(told).filter_map(|(date, y)| Some((told.x.iter().find(|(other, _)| *other == date)?.1, y)));
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    if x.len() < FEWEST_REPORTS {
        return None;
    }
    Some((pearson(&x, &y).ok()?, x.len()))
}

/// The growth of the sector at the ends of quarters: the months between are interpolated.
fn reports(told: &Told) -> impl Iterator<Item = (Date, f64)> {
    let is_report = |(date, ..): &&(Date, &str, f64, f64)| date.quarter().last_day() == *date;
    told.fits.iter().filter(is_report).map(|(date, _, actual, _)| (*date, *actual))
}

/// Actual and fitted growth by month, with the parts of the split shaded.
fn fits(teller: &Teller<'_>, told: &[Told], streams: &[Stream]) -> Option<Block> {
    let lang = teller.lang;
    let about = lang.of(
        "Fitted values are those of the model that forecasts, refitted on all rows: in the shaded test they are no forecasts. The errors of the table come from a model that had not seen the test rows. Actual growth is interpolated between reports; the marks at the end are the forecast path.",
        "拟合值来自用于预测的模型（全样本重新估计），阴影所示检验期内并非样本外预测；检验误差由未使用检验样本的模型得出。财报之间的实际增速为插值；末端标记为预测路径。",
    );
    let of_stream = |stream: &Stream| {
        let of_stream = told.iter().filter(|told| stream.sectors.contains(&told.sector));
        (stream.title, of_stream.filter_map(|told| fit(teller, told)).collect())
    };
    let heading = lang.of("Actual and fitted growth", "实际与拟合增速");
    by_heading(lang, heading, about, streams.iter().map(of_stream).collect())
}

fn fit(teller: &Teller<'_>, told: &Told) -> Option<Figure> {
    let lang = teller.lang;
    let last = told.fits.last()?.0;
    let ahead = told.path.iter().filter(|(date, _)| *date > last);
    let dates: Vec<Date> =
        told.fits.iter().map(|(date, ..)| *date).chain(ahead.map(|(date, _)| *date)).collect();
    let actual: Vec<(Date, f64)> = told.fits.iter().map(|(date, _, actual, _)| (*date, *actual)).collect();
    let fitted: Vec<(Date, f64)> = told.fits.iter().map(|(date, _, _, fitted)| (*date, *fitted)).collect();
    let spans = told.fits.chunk_by(|a, b| a.1 == b.1).filter_map(|rows| span(lang, rows)).collect();
    let about = say!(
        lang,
        "correlation {correlation}, test R² {r2}",
        "相关系数{correlation}，检验R² {r2}",
        correlation = or_none(told.correlation, |it| fixed(it, 2)),
        r2 = or_none(told.r2_test, r_squared)
    );
    let lines = [
        (lang.of("actual", "实际"), Tone::First, Mark::Line, actual.as_slice()),
        (lang.of("fitted", "拟合"), Tone::Second, Mark::Dashed, &fitted),
        (lang.of("forecast", "预测"), Tone::Third, Mark::Dots, &told.path),
    ];
    let chart = growth_lines(lang, dates, &lines, spans);
    Some(figure(format!("profit-fit-{}", told.sector), teller.names[told.sector].clone(), about, chart))
}

/// A name, how it looks, and its values by month.
type Line<'a> = (&'a str, Tone, Mark, &'a [(Date, f64)]);

/// Growth by month, one line or row of marks for each of some series.
fn growth_lines(lang: Lang, dates: Vec<Date>, lines: &[Line<'_>], spans: Vec<Span>) -> Chart {
    let series = |(name, tone, mark, values): &Line<'_>| Series {
        name: (*name).into(),
        tone: *tone,
        mark: *mark,
        values: aligned(&dates, values),
    };
    let panel = Panel {
        axis: lang.of("growth, %", "增速，%").into(),
        unit: GROWTH,
        is_log: false,
        baseline: Some(0.0),
        height: 1.0,
        series: lines.iter().map(series).collect(),
        bands: Vec::new(),
    };
    Chart::Lines(LineChart { dates, panels: vec![panel], spans, is_small: true })
}

/// The part of the split that some rows are; those of the training stay unshaded.
fn span(lang: Lang, rows: &[(Date, &str, f64, f64)]) -> Option<Span> {
    let (first, last) = (rows.first()?, rows.last()?);
    let name = match first.1 {
        "test" => lang.of("test", "检验"),
        "embargo" => lang.of("embargo", "隔离"),
        _ => return None,
    };
    Some(Span { from: first.0.month().first_day(), to: last.0, name: name.into() })
}

/// The growth of a sector's industries against what the sector reported.
fn industries(teller: &Teller<'_>, told: &[Told]) -> Option<Block> {
    let lang = teller.lang;
    let of = |told: &Told| {
        if told.x.is_empty() {
            return None;
        }
        let reported: Vec<(Date, f64)> = reports(told).collect();
        let mut dates: Vec<Date> = told.x.iter().chain(&reported).map(|(date, _)| *date).collect();
        dates.sort_unstable();
        dates.dedup();
        let lines = [
            (lang.of("industries, x", "工业利润 x"), Tone::Second, Mark::Line, told.x.as_slice()),
            (lang.of("reported, y", "财报 y"), Tone::First, Mark::Dots, &reported),
        ];
        let about = match with_reports(told) {
            Some((correlation, n)) => say!(
                lang,
                "correlation {correlation} over {n} quarter-ends",
                "相关系数{correlation}（{n}个季末）",
                correlation = fixed(correlation, 2)
            ),
            None => say!(lang, "fewer than {FEWEST_REPORTS} quarter-ends", "季末不足{FEWEST_REPORTS}个"),
        };
        let chart = growth_lines(lang, dates, &lines, Vec::new());
        Some(figure(
            format!("profit-growth-{}", told.sector),
            teller.names[told.sector].clone(),
            about,
            chart,
        ))
    };
    let about = lang.of(
        "x is the growth of a sector's industrial profits by the bridge, cumulative on the year; y is what its listed companies reported, at quarter-ends, both cut at the bounds of the factor. Cumulative growth contains its own past: correlations of so few reports are no evidence, and no interval is given.",
        "x为按桥接权重汇总的工业企业利润累计同比；y为上市公司财报增速（仅季末），两者均按因子设定截尾。累计增速彼此重叠，样本又少，相关系数不构成证据，故不给区间。",
    );
    let heading = lang.of("Growth of industrial profits and of the sector", "工业企业利润增速与行业利润增速");
    under(heading, about.into(), told.iter().filter_map(of).collect())
}

/// The bridge: of which industries a sector's assets are, by stream.
fn bridge(teller: &Teller<'_>, signal: &Signal, streams: &[Stream]) -> Option<Block> {
    let lang = teller.lang;
    let bridge = Columns::find(signal, "bridge", &["sector", "industry"], &[], &["weight", "is_public"])?;
    let mut blocks = vec![
        Block::Heading(lang.of("Bridge from industries to sectors", "工业行业与申万行业的桥接").into()),
        lang.of(
            "Shares of a sector's total assets by industry, largest first; coverage is their sum. x is made of what is covered.",
            "各工业行业占该行业总资产的比重，由高到低；覆盖率为其合计，x仅由覆盖部分构成。",
        )
        .to_owned()
        .into(),
    ];
    let mut is_early = false;
    for stream in streams {
        let mut table = Table::new([
            Column::name(stream.title),
            Column::number(lang.of("coverage %", "覆盖率%")),
            Column::word(lang.of("industries, share in %", "工业行业及比重%")),
        ]);
        for sector in &stream.sectors {
            let mut rows = bridge.rows_of("sector", teller.code(*sector));
            let weight = |row: &usize| bridge.number("weight", *row).unwrap_or(0.0);
            rows.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
            let coverage: f64 = rows.iter().map(weight).sum();
            let parts: Vec<String> = rows
                .iter()
                .map(|row| {
                    let industry = industry(teller, bridge.text("industry", *row));
                    format!("{industry} {}", fixed(100.0 * weight(row), 1))
                })
                .collect();
            let is_public = rows.iter().all(|row| bridge.number("is_public", *row) == Some(1.0));
            is_early |= !is_public;
            let mark = if is_public { "" } else { " *" };
            if !rows.is_empty() {
                let name = format!("{}{mark}", teller.names[*sector]);
                table.row([name, fixed(100.0 * coverage, 1), parts.join(lang.between())]);
            }
        }
        if !table.rows.is_empty() {
            blocks.push(table.into());
        }
    }
    if is_early {
        let text = lang.of(
            "*: these weights were not public yet; the earliest ones stand in.",
            "*：当日权重尚未公开，以最早一期代替。",
        );
        blocks.push(Block::Warning(text.into()));
    }
    (blocks.len() > 2).then_some(Block::AroundFigures(blocks))
}

/// The name of an industry with its code.
fn industry(teller: &Teller<'_>, code: &str) -> String {
    let dataset = teller.facts.dataset;
    let known = dataset.find_entity(code).filter(|at| dataset.entities()[*at].kind == EntityKind::Industry);
    known.map_or_else(|| name(code), |at| teller.entity(at as u32))
}
