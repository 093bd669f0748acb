//! Profit: the sector–industry mapping, industries' growth against the sector's, fits with their parts, and the forecasts by stream.

use crate::draw::{Bar, BarGroup, Chart, LineChart, Mark, Panel, Series, Span, Tone, Unit};
use rotor_factor::{Date, EntityKind, Signal};
use rotor_stats::pearson;

use super::{GROWTH, Stream, aligned, by_heading, by_stream, dots, figure, under};
use crate::note::columns::Columns;
use crate::note::context::NoteContext;
use crate::note::factors::r_squared;
use crate::page::{Block, Column, Figure, Table};
use crate::terms::Term;
use crate::words::{Lang, fixed, name, or_none, period, say};

/// Reports that a correlation needs to say anything.
const FEWEST_REPORTS: usize = 8;

/// The model of one sector, as the tables of the factor have it.
struct SectorModel {
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
pub(crate) fn figures(context: &NoteContext<'_>, signal: &Signal, sectors: &[usize]) -> Vec<Block> {
    let models = models(context, signal, sectors).unwrap_or_default();
    let streams = by_stream(context, sectors);
    let mut blocks = forecasts(context, &models, &streams);
    blocks.extend(correlations(context, &models));
    blocks.extend(fits(context, &models, &streams));
    blocks.extend(industries(context, &models));
    blocks.extend(mapping(context, signal, &streams));
    blocks
}

fn models(context: &NoteContext<'_>, signal: &Signal, sectors: &[usize]) -> Option<Vec<SectorModel>> {
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
        let code = context.code(*sector);
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
        SectorModel {
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
fn forecasts(context: &NoteContext<'_>, models: &[SectorModel], streams: &[Stream]) -> Vec<Block> {
    let lang = context.lang;
    let mut figures = Vec::new();
    for stream in streams {
        let mut rows: Vec<&SectorModel> = models
            .iter()
            .filter(|model| stream.sectors.contains(&model.sector) && model.base.is_some())
            .collect();
        let change = |model: &SectorModel| Some(model.path.last()?.1 - model.base?);
        rows.sort_by(|a, b| {
            let change = |model: &SectorModel| change(model).unwrap_or(f64::NEG_INFINITY);
            change(b).total_cmp(&change(a))
        });
        let value = |value: Option<f64>| value.map(|value| Bar { value, interval: None });
        let group = |name: &str, tone: Tone, of: &dyn Fn(&SectorModel) -> Option<f64>| BarGroup {
            name: name.into(),
            tone,
            values: rows.iter().map(|model| value(of(model))).collect(),
        };
        let between = |model: &SectorModel, step: usize| {
            let between = model.path.split_last().map(|(_, between)| between)?;
            between.get(step).map(|(_, value)| *value)
        };
        let n_between = rows.iter().map(|model| model.path.len().saturating_sub(1)).max().unwrap_or(0);
        let mut groups =
            vec![group(lang.of("base, as reported", "基期（已公布）"), Tone::Second, &|model| {
                model.base
            })];
        for step in 0..n_between {
            let nth = step + 1;
            let name = match n_between {
                1 => lang.of("month between", "期间月").to_owned(),
                _ => say!(lang, "month between, {nth}", "期间月（{nth}）"),
            };
            groups.push(group(&name, Tone::Muted, &|model| between(model, step)));
        }
        let target = lang.of("forecast", "预测");
        groups.push(group(target, Tone::First, &|model| model.path.last().map(|(_, value)| *value)));
        let mut spans: Vec<String> = rows
            .iter()
            .filter_map(|model| {
                let (from, to) = (period(model.base_end?), period(model.path.last()?.0));
                Some(say!(lang, "{from} to {to}", "{from} 至 {to}"))
            })
            .collect();
        spans.sort();
        spans.dedup();
        let categories = rows.iter().map(|model| context.names[model.sector].clone()).collect();
        let chart = dots(
            lang.of("cumulative net profit, YoY, %", "归母净利润累计同比，%"),
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
        "Sectors are sorted by the forecast change. A forecast is no better than its model on the test set; see below.",
        "按预测变化由高到低排列。预测的可信度取决于模型在测试集上的表现，见下。",
    );
    under(lang.of("Profit growth: base and forecast", "利润增速：基期与预测"), about.into(), figures)
        .into_iter()
        .collect()
}

/// How closely fitted follows actual growth, and industries' growth the sector's.
fn correlations(context: &NoteContext<'_>, models: &[SectorModel]) -> Option<Block> {
    let lang = context.lang;
    let mut rows: Vec<&SectorModel> = models.iter().filter(|model| model.correlation.is_some()).collect();
    rows.sort_by(|a, b| b.correlation.unwrap_or(-1.0).total_cmp(&a.correlation.unwrap_or(-1.0)));
    let group = |name: &str, tone: Tone, of: &dyn Fn(&SectorModel) -> Option<f64>| BarGroup {
        name: name.into(),
        tone,
        values: rows.iter().map(|model| of(model).map(|value| Bar { value, interval: None })).collect(),
    };
    let groups = vec![
        group(lang.of("fitted and actual growth", "拟合与实际增速"), Tone::First, &|model| {
            model.correlation
        }),
        group(
            lang.of("industrial profits and reported growth", "工业利润增速与财报增速"),
            Tone::Second,
            &|model| with_reports(model).map(|(correlation, _)| correlation),
        ),
    ];
    let categories = rows.iter().map(|model| context.names[model.sector].clone()).collect();
    let chart = dots(lang.of("correlation", "相关系数"), Unit::plain(2), categories, groups);
    let about = lang.of(
        "The correlation of fitted and actual growth is in-sample, and most of its months are interpolated between reports: pure noise reaches about 0.6 there (R² of one third). Industrial profits and reported growth are compared at quarter-ends only.",
        "拟合与实际增速的相关系数为样本内结果，且多数月份为财报间插值：纯噪声也可达约 0.6（R² 约三分之一）。工业利润增速与财报增速仅在季末比较。",
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
fn with_reports(model: &SectorModel) -> Option<(f64, usize)> {
    let pairs =
        reports(model).filter_map(|(date, y)| Some((model.x.iter().find(|(other, _)| *other == date)?.1, y)));
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    if x.len() < FEWEST_REPORTS {
        return None;
    }
    Some((pearson(&x, &y).ok()?, x.len()))
}

/// The growth of the sector at the ends of quarters: the months between are interpolated.
fn reports(model: &SectorModel) -> impl Iterator<Item = (Date, f64)> {
    let is_report = |(date, ..): &&(Date, &str, f64, f64)| date.quarter().last_day() == *date;
    model.fits.iter().filter(is_report).map(|(date, _, actual, _)| (*date, *actual))
}

/// Actual and fitted growth by month, with the parts of the split shaded.
fn fits(context: &NoteContext<'_>, models: &[SectorModel], streams: &[Stream]) -> Option<Block> {
    let lang = context.lang;
    let about = lang.of(
        "Fitted values come from the model that makes the forecast, re-estimated on all rows: on the shaded test set they are not out-of-sample. The test errors in the table come from a model estimated without the test set. Actual growth is interpolated between reports; the dots at the end are the forecast path.",
        "拟合值来自用于预测的模型（全样本重新估计），在阴影所示测试集内并非样本外预测；表中测试集误差由未使用测试集的模型得出。财报之间的实际增速为插值；末端圆点为预测路径。",
    );
    let of_stream = |stream: &Stream| {
        let of_stream = models.iter().filter(|model| stream.sectors.contains(&model.sector));
        (stream.title, of_stream.filter_map(|model| fit(context, model)).collect())
    };
    let heading = lang.of("Actual and fitted growth", "实际与拟合增速");
    by_heading(lang, heading, about, streams.iter().map(of_stream).collect())
}

fn fit(context: &NoteContext<'_>, model: &SectorModel) -> Option<Figure> {
    let lang = context.lang;
    let last = model.fits.last()?.0;
    let ahead = model.path.iter().filter(|(date, _)| *date > last);
    let dates: Vec<Date> =
        model.fits.iter().map(|(date, ..)| *date).chain(ahead.map(|(date, _)| *date)).collect();
    let actual: Vec<(Date, f64)> = model.fits.iter().map(|(date, _, actual, _)| (*date, *actual)).collect();
    let fitted: Vec<(Date, f64)> = model.fits.iter().map(|(date, _, _, fitted)| (*date, *fitted)).collect();
    let spans = model.fits.chunk_by(|a, b| a.1 == b.1).filter_map(|rows| span(lang, rows)).collect();
    let about = say!(
        lang,
        "correlation {correlation}, test R² {r2}",
        "相关系数 {correlation}，测试集 R² {r2}",
        correlation = or_none(model.correlation, |it| fixed(it, 2)),
        r2 = or_none(model.r2_test, r_squared)
    );
    let lines = [
        (lang.of("actual", "实际"), Tone::First, Mark::Line, actual.as_slice()),
        (lang.of("fitted", "拟合"), Tone::Second, Mark::Dashed, &fitted),
        (lang.of("forecast", "预测"), Tone::Third, Mark::Dots, &model.path),
    ];
    let chart = growth_lines(lang, dates, &lines, spans);
    Some(figure(format!("profit-fit-{}", model.sector), context.names[model.sector].clone(), about, chart))
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
    Chart::Lines(LineChart { dates, panels: vec![panel], spans, is_small: true, ..LineChart::default() })
}

/// The part of the split that some rows are; those of the training stay unshaded.
fn span(lang: Lang, rows: &[(Date, &str, f64, f64)]) -> Option<Span> {
    let (first, last) = (rows.first()?, rows.last()?);
    let name = match first.1 {
        "test" => Term::TestSet.of(lang),
        "embargo" => Term::Embargo.of(lang),
        _ => return None,
    };
    Some(Span { from: first.0.month().first_day(), to: last.0, name: name.into() })
}

/// The growth of a sector's industries against what the sector reported.
fn industries(context: &NoteContext<'_>, models: &[SectorModel]) -> Option<Block> {
    let lang = context.lang;
    let of = |model: &SectorModel| {
        if model.x.is_empty() {
            return None;
        }
        let reported: Vec<(Date, f64)> = reports(model).collect();
        let mut dates: Vec<Date> = model.x.iter().chain(&reported).map(|(date, _)| *date).collect();
        dates.sort_unstable();
        dates.dedup();
        let lines = [
            (lang.of("industrial profits, x", "工业利润 x"), Tone::Second, Mark::Line, model.x.as_slice()),
            (lang.of("reported, y", "财报 y"), Tone::First, Mark::Dots, &reported),
        ];
        let about = match with_reports(model) {
            Some((correlation, n)) => say!(
                lang,
                "correlation {correlation} over {n} quarter-ends",
                "相关系数 {correlation}（{n} 个季末）",
                correlation = fixed(correlation, 2)
            ),
            None => say!(lang, "fewer than {FEWEST_REPORTS} quarter-ends", "季末不足 {FEWEST_REPORTS} 个"),
        };
        let chart = growth_lines(lang, dates, &lines, Vec::new());
        Some(figure(
            format!("profit-growth-{}", model.sector),
            context.names[model.sector].clone(),
            about,
            chart,
        ))
    };
    let about = lang.of(
        "x is the cumulative YoY growth of a sector's industrial profits, weighted by the sector–industry mapping; y is the growth that its listed companies reported at quarter-ends; both are winsorised at the bounds of the factor. Cumulative growth overlaps with itself and reports are few: the correlation is no evidence, and no 95% CI is given.",
        "x 为按行业映射权重汇总的工业企业利润累计同比；y 为上市公司财报增速（仅季末）；两者均按因子设定缩尾。累计增速彼此重叠，样本又少，相关系数不构成证据，故不给置信区间。",
    );
    let heading = lang.of("Growth of industrial profits and of the sector", "工业企业利润增速与行业利润增速");
    under(heading, about.into(), models.iter().filter_map(of).collect())
}

/// The sector–industry mapping: of which industries a sector's assets are, by stream.
fn mapping(context: &NoteContext<'_>, signal: &Signal, streams: &[Stream]) -> Option<Block> {
    let lang = context.lang;
    let mapping = Columns::find(signal, "bridge", &["sector", "industry"], &[], &["weight", "is_public"])?;
    let mut blocks = vec![
        Block::Heading(Term::Mapping.heading(lang)),
        lang.of(
            "Weights of industries in the total assets of a sector, largest first; coverage is their sum. x is computed from the covered part only.",
            "各工业行业占该行业总资产的权重，由高到低；覆盖率为其合计，x 仅由覆盖部分计算。",
        )
        .to_owned()
        .into(),
    ];
    let mut is_early = false;
    for stream in streams {
        let mut table = Table::new([
            Column::name(stream.title),
            Column::number(lang.of("coverage %", "覆盖率 %")),
            Column::word(lang.of("industries and weights, %", "工业行业及权重 %")),
        ]);
        for sector in &stream.sectors {
            let mut rows = mapping.rows_of("sector", context.code(*sector));
            let weight = |row: &usize| mapping.number("weight", *row).unwrap_or(0.0);
            rows.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
            let coverage: f64 = rows.iter().map(weight).sum();
            let parts: Vec<String> = rows
                .iter()
                .map(|row| {
                    let industry = industry(context, mapping.text("industry", *row));
                    format!("{industry} {}", fixed(100.0 * weight(row), 1))
                })
                .collect();
            let is_public = rows.iter().all(|row| mapping.number("is_public", *row) == Some(1.0));
            is_early |= !is_public;
            let mark = if is_public { "" } else { " *" };
            if !rows.is_empty() {
                let name = format!("{}{mark}", context.names[*sector]);
                table.row([name, fixed(100.0 * coverage, 1), parts.join(lang.between())]);
            }
        }
        if !table.rows.is_empty() {
            blocks.push(table.into());
        }
    }
    if is_early {
        let text = lang.of(
            "*: weights that were not public yet on the day; the earliest published ones are used.",
            "*：当日权重尚未公布，以最早公布的一期代替。",
        );
        blocks.push(Block::Warning(text.into()));
    }
    (blocks.len() > 2).then_some(Block::AroundFigures(blocks))
}

/// The name of an industry with its code.
fn industry(context: &NoteContext<'_>, code: &str) -> String {
    let note = context.note;
    let known = note.find_entity(code).filter(|at| note.entities[*at].kind == EntityKind::Industry);
    known.map_or_else(|| name(code), |at| context.entity(at as u32))
}
