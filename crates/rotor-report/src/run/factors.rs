//! How well scores order what sectors gain next.

use rotor_factor::Date;

use super::cells::{CORRELATION, DIFFERENCE, Notes, RATIO, SHARE, written};
use super::correlation;
use super::metrics::{Estimate, Node};
use super::teller::{Teller, id_part};
use super::told::{told, warning};
use crate::draw::{
    Band, Bar, BarChart, BarGroup, Chart, Columns, LineChart, Mark, Matrix, Panel, Series, Shades, Tone, Unit,
};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::say;
use crate::words::name;

/// Factors that are drawn one by one; the tables have all.
const MOST_DRAWN: usize = 10;

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let all = teller.metrics.at(&["factor", "all"]);
    let factors: Vec<(&str, Node<'_>)> = all.entries().collect();
    let mut blocks = summary(teller, &factors);
    let mut caveats: Vec<&str> = Vec::new();
    for caveat in factors.iter().flat_map(|(_, factor)| factor.texts(&["caveats"])) {
        if !caveats.contains(&caveat) {
            caveats.push(caveat);
        }
    }
    blocks.extend(caveats.into_iter().map(|caveat| warning(lang, caveat)));
    let overview: Vec<Figure> =
        forest(teller, &factors).into_iter().chain(correlation::figure(teller)).collect();
    if !overview.is_empty() {
        blocks.push(Block::Figures(overview));
    }
    for (position, (factor, of)) in factors.iter().enumerate().take(MOST_DRAWN) {
        blocks.push(Block::Heading(teller.factor(factor)));
        blocks.extend(of_factor(teller, position, factor, *of));
    }
    if factors.len() > MOST_DRAWN {
        let n = factors.len() - MOST_DRAWN;
        blocks.push(
            say!(
                lang,
                "{n} more factors are in the tables alone; `metrics.json` has their months.",
                "另有{n}个因子仅列于表中，逐月数值见`metrics.json`。"
            )
            .into(),
        );
    }
    blocks.push(Block::Heading(lang.of("Horizons", "不同持有期").into()));
    blocks.extend(horizons(teller, &factors));
    let parts = parts(teller, &factors);
    if !parts.is_empty() {
        let title = lang.of("Within groups, by years and by quarter", "分组、分时段与分季度");
        blocks.push(Block::Folded { title: title.into(), blocks: parts });
    }
    Section { id: "factors".into(), heading: lang.of("Factors", "因子").into(), blocks }
}

fn summary(teller: &Teller<'_>, factors: &[(&str, Node<'_>)]) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::number(lang.of("mean RankIC", "RankIC均值")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p"),
        Column::number(lang.of("detectable", "可识别下限")),
        Column::word(lang.of("reading", "判断")),
        Column::number("ICIR").detail(),
        Column::number(lang.of("share above 0", "为正占比")).detail(),
        Column::number(lang.of("mean IC", "IC均值")).detail(),
        Column::number(lang.of("Fama-MacBeth slope", "Fama-MacBeth斜率")).detail(),
        Column::number(lang.of("p of the slope", "斜率p值")).detail(),
        Column::number(lang.of("autocorrelation of scores", "得分自相关")).detail(),
        Column::number(lang.of("turnover of the best fifth", "最优组换手")).detail(),
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("without score", "无得分月")).detail(),
        Column::number(lang.of("constant", "无差异月")).detail(),
    ]);
    let mut notes = Notes::new(teller);
    for (factor, of) in factors {
        let (rank_ic, slope) = (of.estimate(&["rank_ic", "mean"]), of.estimate(&["slope", "mean"]));
        table.row([
            teller.factor(factor),
            notes.figure(rank_ic.figure, CORRELATION),
            notes.interval(rank_ic, CORRELATION),
            notes.p_value(rank_ic),
            notes.detectable(rank_ic, CORRELATION),
            notes.reading(rank_ic),
            notes.figure(of.figure(&["rank_ic", "ratio"]), RATIO),
            notes.figure(of.figure(&["rank_ic", "share_positive"]), SHARE),
            notes.figure(of.figure(&["ic", "mean"]), CORRELATION),
            notes.figure(slope.figure, Unit { decimals: 2, ..DIFFERENCE }),
            notes.p_value(slope),
            notes.figure(of.figure(&["persistence", "autocorrelation"]), RATIO),
            notes.figure(of.figure(&["persistence", "turnover"]), SHARE),
            rank_ic.figure.n.to_string(),
            of.count(&["n_unscored"]).to_string(),
            of.count(&["n_constant"]).to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "RankIC: rank correlation across sectors of the scores of a day and the returns until the next; months without score or with equal scores have none and are not counted as 0. The slope is the return of a month for one point of score.",
        "RankIC：某日各行业得分与至下一调仓日收益的截面秩相关；无得分或得分全同的月份不计为0，而是不计入。斜率为得分高1分对应的月收益。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

/// A bar of an estimate, if there is a number.
pub(super) fn bar(estimate: Estimate<'_>) -> Option<Bar> {
    Some(Bar { value: estimate.figure.value?, interval: estimate.interval })
}

fn forest(teller: &Teller<'_>, factors: &[(&str, Node<'_>)]) -> Option<Figure> {
    let lang = teller.lang;
    let values: Vec<Option<Bar>> =
        factors.iter().map(|(_, of)| bar(of.estimate(&["rank_ic", "mean"]))).collect();
    values.iter().flatten().next()?;
    Some(Figure {
        id: "rank-ic-means".into(),
        title: lang.of("Mean RankIC", "RankIC均值").into(),
        about: lang
            .of(
                "With 95% intervals; one that crosses zero decides nothing.",
                "附95%区间；跨越零的区间不能说明任何方向。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("mean RankIC", "RankIC均值").into(),
            unit: CORRELATION,
            baseline: 0.0,
            categories: factors.iter().map(|(factor, _)| teller.factor(factor)).collect(),
            is_horizontal: true,
            is_dots: true,
            is_small: true,
            groups: vec![BarGroup { name: "RankIC".into(), tone: Tone::First, values }],
        }),
    })
}

/// A month of a factor.
struct Month {
    day: Date,
    rank_ic: Option<f64>,
}

fn months_of(teller: &Teller<'_>, factor: &str) -> Vec<Month> {
    let monthly = teller.metrics.at(&["factor", "monthly", factor]).items();
    let month = |item: Node<'_>| {
        let day = item.text(&["execution"])?.parse().ok()?;
        Some(Month { day, rank_ic: item.number(&["rank_ic"]) })
    };
    monthly.filter_map(month).collect()
}

fn of_factor(teller: &Teller<'_>, position: usize, factor: &str, of: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let id = id_part(position, factor);
    let months = months_of(teller, factor);
    if months.iter().all(|month| month.rank_ic.is_none()) {
        let reason = told(lang, of.figure(&["rank_ic", "mean"]).reason);
        return vec![
            say!(lang, "No month has a RankIC: {reason}.", "没有任何月份的RankIC：{reason}。").into(),
        ];
    }
    let small: Vec<Figure> =
        [decay(teller, &id, of), fifths(teller, &id, of)].into_iter().flatten().collect();
    let mut blocks = vec![by_month(teller, &id, &months, of).into()];
    if !small.is_empty() {
        blocks.push(Block::Figures(small));
    }
    blocks.push(calendar(teller, &id, &months).into());
    blocks
}

fn by_month(teller: &Teller<'_>, id: &str, months: &[Month], of: Node<'_>) -> Figure {
    let lang = teller.lang;
    let mean = of.estimate(&["rank_ic", "mean"]);
    let mut sum = 0.0;
    let cumulative = months.iter().map(|month| {
        sum += month.rank_ic.unwrap_or(0.0);
        month.rank_ic.map(|_| sum)
    });
    let cumulative = cumulative.collect();
    let n = mean.figure.n;
    let about = if let (Some(value), Some(interval)) = (mean.figure.value, mean.interval) {
        let (value, interval) = (CORRELATION.write(value), written(lang, interval, CORRELATION));
        say!(
            lang,
            "Mean {value} over {n} months; the band is its 95% interval, {interval}.",
            "{n}个月均值{value}；阴影带为其95%区间{interval}。"
        )
    } else {
        let reason = told(lang, mean.figure.reason);
        say!(lang, "The mean has no interval: {reason}.", "均值无区间：{reason}。")
    };
    let band = mean.interval.map(|interval| Band {
        name: lang.of("95% interval of the mean", "均值的95%区间").into(),
        tone: Tone::Second,
        ranges: vec![Some(interval); months.len()],
    });
    let mean_line = mean.figure.value.map(|value| Series {
        name: lang.of("mean", "均值").into(),
        tone: Tone::Second,
        mark: Mark::Line,
        values: vec![Some(value); months.len()],
    });
    let bars = Series {
        name: "RankIC".into(),
        tone: Tone::First,
        mark: Mark::Bars,
        values: months.iter().map(|month| month.rank_ic).collect(),
    };
    let sums = Series {
        name: lang.of("cumulative", "累计").into(),
        tone: Tone::First,
        mark: Mark::Line,
        values: cumulative,
    };
    let unit = Unit { decimals: 2, ..CORRELATION };
    Figure {
        id: format!("rank-ic-{id}"),
        title: lang.of("RankIC by month, and its sum", "逐月RankIC及其累计").into(),
        about,
        chart: Chart::Lines(LineChart {
            dates: months.iter().map(|month| month.day).collect(),
            panels: vec![
                Panel {
                    axis: "RankIC".into(),
                    unit,
                    is_log: false,
                    baseline: Some(0.0),
                    height: 1.0,
                    series: std::iter::once(bars).chain(mean_line).collect(),
                    bands: band.into_iter().collect(),
                },
                Panel {
                    axis: lang.of("cumulative RankIC", "累计RankIC").into(),
                    unit,
                    is_log: false,
                    baseline: Some(0.0),
                    height: 0.7,
                    series: vec![sums],
                    bands: Vec::new(),
                },
            ],
            spans: Vec::new(),
            is_small: false,
        }),
    }
}

fn decay(teller: &Teller<'_>, id: &str, of: Node<'_>) -> Option<Figure> {
    let lang = teller.lang;
    let lags: Vec<(u64, Option<Bar>)> =
        of.at(&["decay"]).items().map(|lag| (lag.count(&["lag"]), bar(lag.estimate(&["rank_ic"])))).collect();
    lags.iter().find_map(|(_, bar)| *bar)?;
    Some(Figure {
        id: format!("decay-{id}"),
        title: lang.of("Decay", "衰减").into(),
        about: lang
            .of(
                "Mean RankIC of the scores with the returns of one month only, that many months on, with 95% intervals.",
                "得分与其后第n个月单月收益的RankIC均值，附95%区间。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("mean RankIC, months on", "RankIC均值（其后第n月）").into(),
            unit: CORRELATION,
            baseline: 0.0,
            categories: lags.iter().map(|(lag, _)| lag.to_string()).collect(),
            is_horizontal: false,
            is_dots: true,
            is_small: true,
            groups: vec![BarGroup {
                name: "RankIC".into(),
                tone: Tone::First,
                values: lags.into_iter().map(|(_, bar)| bar).collect(),
            }],
        }),
    })
}

fn fifths(teller: &Teller<'_>, id: &str, of: Node<'_>) -> Option<Figure> {
    let lang = teller.lang;
    let quantiles = of.at(&["quantiles"]);
    let values: Vec<Option<Bar>> =
        quantiles.at(&["excess"]).items().map(|fifth| bar(fifth.estimate(&[]))).collect();
    values.iter().flatten().next()?;
    let spread = quantiles.estimate(&["top_minus_bottom"]);
    let about = if let (Some(value), Some(interval)) = (spread.figure.value, spread.interval) {
        let (value, interval) = (DIFFERENCE.write(value), written(lang, interval, DIFFERENCE));
        say!(
            lang,
            "Return a year of each fifth over all scored sectors, best scores first, with 95% intervals. First less fifth: {value}, {interval}.",
            "按得分由高到低五等分，各组相对全部有得分行业的年化超额，附95%区间。第一组减第五组：{value}，区间{interval}。"
        )
    } else {
        let reason = told(lang, spread.figure.reason);
        say!(
            lang,
            "Return a year of each fifth over all scored sectors, best scores first. No interval: {reason}.",
            "按得分由高到低五等分，各组相对全部有得分行业的年化超额。无区间：{reason}。"
        )
    };
    Some(Figure {
        id: format!("fifths-{id}"),
        title: lang.of("Fifths", "五分组").into(),
        about,
        chart: Chart::Bars(BarChart {
            axis: lang.of("excess a year", "年化超额").into(),
            unit: DIFFERENCE,
            baseline: 0.0,
            categories: (1..=values.len()).map(|fifth| fifth.to_string()).collect(),
            is_horizontal: false,
            is_dots: false,
            is_small: true,
            groups: vec![BarGroup {
                name: lang.of("excess a year", "年化超额").into(),
                tone: Tone::First,
                values,
            }],
        }),
    })
}

fn calendar(teller: &Teller<'_>, id: &str, months: &[Month]) -> Figure {
    let lang = teller.lang;
    let years = || months.iter().map(|month| month.day.month().year());
    let (first, last) = (years().min().unwrap_or(0), years().max().unwrap_or(-1));
    let mut cells = vec![vec![None; 12]; (last - first + 1).max(0) as usize];
    for month in months {
        let of = month.day.month();
        cells[(of.year() - first) as usize][of.number() as usize - 1] = month.rank_ic;
    }
    Figure {
        id: format!("calendar-{id}"),
        title: lang.of("RankIC by year and month", "RankIC年月热力图").into(),
        about: String::new(),
        chart: Chart::Matrix(Matrix {
            rows: (first..=last).map(|year| year.to_string()).collect(),
            row_axis: lang.of("year", "年份").into(),
            columns: Columns::Names((1..=12).map(|month| month.to_string()).collect()),
            column_axis: lang.of("month of the execution", "调仓月份").into(),
            measure: "RankIC".into(),
            cells,
            unit: Unit { decimals: 2, ..CORRELATION },
            shades: Shades::Diverging { middle: 0.0, extent: None },
            has_numbers: true,
        }),
    }
}

fn horizons(teller: &Teller<'_>, factors: &[(&str, Node<'_>)]) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::number(lang.of("months held", "持有月数")),
        Column::number(lang.of("mean RankIC", "RankIC均值")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p (EWC)"),
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("not overlapping", "不重叠均值")),
        Column::number("p (t)"),
        Column::number("n"),
        Column::number(lang.of("naive t*", "朴素t*")).detail(),
        Column::number(lang.of("Newey-West t*", "Newey-West t*")).detail(),
    ]);
    let mut notes = Notes::new(teller);
    for (factor, of) in factors {
        for horizon in of.at(&["horizons"]).items() {
            let (mean, apart) = (horizon.estimate(&["rank_ic"]), horizon.estimate(&["non_overlapping"]));
            let classical = horizon.at(&["rank_ic", "classical"]);
            let mut t = |key: &str| match classical.number(&[key]) {
                Some(value) => RATIO.write(value),
                None => notes.missing(classical.text(&["reason"]).unwrap_or("no reason given")),
            };
            let (naive, newey_west) = (t("naive_t"), t("newey_west_t"));
            table.row([
                teller.factor(factor),
                horizon.count(&["horizon"]).to_string(),
                notes.figure(mean.figure, CORRELATION),
                notes.interval(mean, CORRELATION),
                notes.p_value(mean),
                mean.figure.n.to_string(),
                notes.figure(apart.figure, CORRELATION),
                notes.p_value(apart),
                apart.figure.n.to_string(),
                naive,
                newey_west,
            ]);
        }
    }
    let mut blocks = notes.under(table);
    let warning = lang.of(
        "* For comparison with other tools only, and therefore without p-values. On returns of 3, 6 and 12 overlapping months the naive t rejects a true null at a nominal 5% in 24, 40 and 56 of 100 cases, Newey and West's in 10, 13 and 17; EWC in 5 to 6.",
        "* 仅供与其他工具对照，故不列p值。在重叠的3、6、12个月收益上，名义5%水平下朴素t对真实零假设的误拒率为24%、40%、56%，Newey-West为10%、13%、17%；EWC为5%至6%。",
    );
    blocks.push(Block::Warning(warning.into()));
    blocks
}

/// RankIC within groups of sectors, in spans of years and in quarters.
fn parts(teller: &Teller<'_>, factors: &[(&str, Node<'_>)]) -> Vec<Block> {
    let lang = teller.lang;
    let mut blocks = Vec::new();
    let kinds = [
        ("groups", lang.of("within the group", "组内")),
        ("spans", lang.of("years", "时段")),
        ("quarters", lang.of("quarter of the year", "季度")),
    ];
    for (key, title) in kinds {
        let mut table = Table::new([
            Column::name(lang.of("factor", "因子")),
            Column::word(title),
            Column::number(lang.of("mean RankIC", "RankIC均值")),
            Column::number(lang.of("95% interval", "95%区间")),
            Column::number("p"),
            Column::word(lang.of("reading", "判断")),
            Column::number(lang.of("months", "月数")),
        ]);
        let mut notes = Notes::new(teller);
        for (factor, of) in factors {
            for (part, node) in of.at(&[key]).entries() {
                let mean = node.estimate(&["rank_ic"]);
                table.row([
                    teller.factor(factor),
                    if key == "groups" { teller.group(part) } else { name(part) },
                    notes.figure(mean.figure, CORRELATION),
                    notes.interval(mean, CORRELATION),
                    notes.p_value(mean),
                    notes.reading(mean),
                    mean.figure.n.to_string(),
                ]);
            }
        }
        blocks.extend(notes.under(table));
    }
    if !blocks.is_empty() {
        let n = factors.len();
        let text = say!(
            lang,
            "Many parts of {n} factors are looked at here: one interval in twenty excludes zero by chance.",
            "此处对{n}个因子考察了许多部分：每二十个区间中约有一个仅凭偶然不含零。"
        );
        blocks.push(Block::Warning(text));
    }
    blocks
}
