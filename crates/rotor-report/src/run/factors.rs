//! How well scores order the later returns of sectors.

use rotor_run::metrics::{
    ByName, Caveat, Estimate, FactorMetrics, MonthlyCoefficients, Reason, RegimeRankIc,
};

use super::cells::{CORRELATION, DIFFERENCE, FRACTION, Footnotes, RATIO, interval_text};
use super::context::{Context, id_part};
use super::risk::small;
use super::{correlation, distribution, quintiles};
use crate::draw::{
    Band, Bar, BarChart, BarGroup, BarMark, Chart, Columns, LineChart, Mark, Matrix, Panel, Series, Shades,
    Tone, Unit,
};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::say;
use crate::sentences::{caveat_block, reason_or_none};
use crate::terms::Term;

/// Factors that are drawn one by one; the tables have all.
const MOST_DRAWN: usize = 10;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let factors = &context.metrics.factor.sections.all;
    let mut blocks = summary(context, factors);
    let mut caveats: Vec<&Caveat> = Vec::new();
    for caveat in factors.iter().flat_map(|(_, factor)| &factor.caveats) {
        if !caveats.contains(&caveat) {
            caveats.push(caveat);
        }
    }
    blocks.extend(caveats.into_iter().map(|caveat| caveat_block(lang, caveat)));
    blocks.push(Block::Heading(lang.of("Scores and raw values", "得分与原始值").into()));
    blocks.extend(raw_values(context, factors));
    blocks.extend(overview(context, factors));
    for (position, (factor, of)) in factors.iter().enumerate().take(MOST_DRAWN) {
        blocks.push(Block::Heading(context.factor(factor)));
        blocks.extend(of_factor(context, position, factor, of));
    }
    if factors.len() > MOST_DRAWN {
        let n = factors.len() - MOST_DRAWN;
        blocks.push(
            say!(
                lang,
                "{n} more factors are in the tables only; `metrics.json` has their months.",
                "另有{n}个因子仅列于表中，逐月数值见`metrics.json`。"
            )
            .into(),
        );
    }
    blocks.push(Block::Heading(lang.of("Horizons", "不同持有期").into()));
    blocks.extend(horizons(context, factors));
    let parts = parts(context, factors);
    if !parts.is_empty() {
        let title = lang.of("Within groups, by years and by quarter", "分组、分时段与分季度");
        blocks.push(Block::Folded { title: title.into(), blocks: parts });
    }
    Section { id: "factors".into(), heading: lang.of("Factors", "因子").into(), blocks }
}

fn summary(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(Term::MeanRankIc.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number("p"),
        Column::number(Term::MinimumDetectableShort.of(lang)),
        Column::word(Term::Significance.of(lang)),
        Column::number("ICIR").detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut more = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(lang.of("mean IC", "IC 均值")),
        Column::number(lang.of("Fama-MacBeth slope", "Fama-MacBeth斜率")),
        Column::number(lang.of("p of the slope", "斜率p值")),
        Column::number(lang.of("autocorrelation", "得分自相关")),
        Column::number(lang.of("one-way turnover of Q1", "Q1 单边换手率")),
        Column::number(lang.of("months without score", "无得分月数")),
        Column::number(lang.of("months with equal scores", "得分全同月数")),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, of) in factors.iter() {
        let (rank_ic, slope) = (&of.rank_ic.mean, &of.slope.mean);
        table.row([
            context.factor(factor),
            notes.metric(&rank_ic.value, CORRELATION),
            notes.interval(rank_ic, CORRELATION),
            notes.p_value(rank_ic),
            notes.detectable(rank_ic, CORRELATION),
            notes.significance(rank_ic),
            notes.metric(&of.rank_ic.ratio, RATIO),
            notes.metric(&of.rank_ic.share_positive, FRACTION),
            rank_ic.value.n.to_string(),
        ]);
        more.row([
            context.factor(factor),
            notes.metric(&of.ic.mean.value, CORRELATION),
            notes.metric(&slope.value, Unit { decimals: 2, ..DIFFERENCE }),
            notes.p_value(slope),
            notes.metric(&of.persistence.autocorrelation, RATIO),
            notes.metric(&of.persistence.turnover, FRACTION),
            of.n_unscored.to_string(),
            of.n_constant.to_string(),
        ]);
    }
    let mut blocks = notes.under_both(table, more);
    let legend = lang.of(
        "RankIC: rank correlation across sectors of the scores of a day and the returns until the next execution; months without scores or with equal scores are left out, not counted as 0. The slope is the return of a month for one point of score. MDE: minimum detectable effect, the true mean that a test at 5% finds with 80% power.",
        "RankIC：某日各行业得分与至下一调仓日收益的截面秩相关；无得分或得分全同的月份不计入，也不计为0。斜率为得分高1分对应的月收益。最小可检测值：5%水平下检验功效达80%所需的真实均值。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

/// RankIC of the scores beside that of the raw values from which they are made.
fn raw_values(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(lang.of("RankIC of scores", "得分 RankIC")),
        Column::number(lang.of("RankIC of raw values", "原始值 RankIC")),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number(lang.of("raw values less scores", "原始值减得分")),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::word(Term::Significance.of(lang)).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, of) in factors.iter() {
        let (raw, gain) = (&of.raw_rank_ic.mean, &of.raw_gain);
        table.row([
            context.factor(factor),
            notes.metric(&of.rank_ic.mean.value, CORRELATION),
            notes.metric(&raw.value, CORRELATION),
            notes.interval(raw, CORRELATION),
            notes.metric(&gain.value, CORRELATION),
            notes.interval(gain, CORRELATION),
            notes.significance(gain),
            gain.value.n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Means over months. Scores of three steps keep only part of the order of the raw values: the difference, over the months that have both, is what the steps lose if it is above zero. Raw values are compared over the sectors that have one.",
        "均为月度均值。三档得分只保留原始值排序的一部分：差值（两者均有的月份）若为正，即分档所损失的部分。原始值只在有原始值的行业间比较。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

/// A bar of an estimate, if there is a number.
pub(super) fn bar(estimate: &Estimate) -> Option<Bar> {
    Some(Bar { value: estimate.get()?, interval: estimate.interval() })
}

fn forest(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Option<Figure> {
    let lang = context.lang;
    let values: Vec<Option<Bar>> = factors.iter().map(|(_, of)| bar(&of.rank_ic.mean)).collect();
    values.iter().flatten().next()?;
    Some(Figure {
        id: "rank-ic-means".into(),
        title: Term::MeanRankIc.heading(lang),
        about: lang
            .of(
                "With 95% CIs; one that includes zero is not significant.",
                "附 95% 置信区间；含零的区间不显著。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: Term::MeanRankIc.of(lang).into(),
            unit: CORRELATION,
            baseline: 0.0,
            categories: factors.iter().map(|(factor, _)| context.factor(factor)).collect(),
            is_horizontal: true,
            mark: BarMark::Dots,
            is_small: true,
            guides: Vec::new(),
            groups: vec![BarGroup { name: "RankIC".into(), tone: Tone::First, values }],
        }),
    })
}

/// How alike factors are and what each is worth, beside each other where so few factors leave the room.
fn overview(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Vec<Block> {
    const MOST_BESIDE: usize = 6;
    let (alike, worth) = (correlation::figure(context), forest(context, factors));
    match (alike, worth) {
        (Some(alike), Some(worth)) if factors.len() <= MOST_BESIDE => {
            vec![Block::Columns(vec![vec![alike.into()], vec![worth.into()]])]
        }
        (alike, worth) => worth.into_iter().chain(alike).map(Block::from).collect(),
    }
}

fn rank_ic_of(month: &MonthlyCoefficients) -> Option<f64> {
    month.value.as_ref().ok().map(|value| value.rank_ic)
}

fn of_factor(context: &Context<'_>, position: usize, factor: &str, of: &FactorMetrics) -> Vec<Block> {
    let lang = context.lang;
    let id = id_part(position, factor);
    let months = context.metrics.factor.monthly.get(factor).map(Vec::as_slice).unwrap_or_default();
    if months.iter().all(|month| month.value.is_err()) {
        let reason = reason_or_none(lang, of.rank_ic.mean.reason());
        return vec![
            say!(lang, "No month has a RankIC: {reason}.", "没有任何月份的RankIC：{reason}。").into(),
        ];
    }
    let rank_ics: Vec<f64> = months.iter().filter_map(rank_ic_of).collect();
    let unit = Unit { decimals: 1, ..CORRELATION };
    let spread = distribution::histogram(context, &format!("histogram-{id}"), &rank_ics, unit);
    let spread = spread.map(|figure| Figure {
        title: lang.of("Distribution of the RankIC", "RankIC 分布").into(),
        ..figure
    });
    // How to read what every factor has is said once.
    let is_first = position == 0;
    let said_once =
        |figure: Figure| if is_first { figure } else { Figure { about: String::new(), ..figure } };
    let mut small = vec![by_month(context, &id, months, of), said_once(cumulative(context, &id, months))];
    small.extend(decay(context, &id, of).map(said_once));
    small.extend(quintiles::of_factor(context, &id, months).into_iter().map(said_once));
    let over = lang.of("over all scored sectors", "相对全部有得分行业");
    let best_less_worst = Term::QuintileSpread.of(lang);
    small.extend(quintiles::excess(context, &id, &of.quantiles, is_first.then_some(over), best_less_worst));
    small.extend(spread);
    let against = distribution::against_normal(context, &format!("qq-{id}"), &rank_ics, unit, "RankIC");
    small.extend(against.map(said_once));
    small.extend(quintiles::persistence(context, &id, of).map(said_once));
    vec![Block::Figures(small), calendar(context, &id, months).into()]
}

fn by_month(context: &Context<'_>, id: &str, months: &[MonthlyCoefficients], of: &FactorMetrics) -> Figure {
    let lang = context.lang;
    let mean = &of.rank_ic.mean;
    let n = mean.value.n;
    let about = if let (Some(value), Some(interval)) = (mean.get(), mean.interval()) {
        let (value, interval) = (CORRELATION.write(value), interval_text(interval, CORRELATION));
        say!(
            lang,
            "Mean {value} over {n} months; the band is its 95% CI, {interval}.",
            "{n}个月均值{value}；阴影带为其 95% 置信区间{interval}。"
        )
    } else {
        let reason = reason_or_none(lang, mean.reason());
        say!(lang, "The mean has no CI: {reason}.", "均值无置信区间：{reason}。")
    };
    let band = mean.interval().map(|interval| Band {
        name: lang.of("95% CI of the mean", "均值的 95% 置信区间").into(),
        tone: Tone::Second,
        ranges: vec![Some(interval); months.len()],
    });
    let mean_line = mean.get().map(|value| Series {
        name: lang.of("mean", "均值").into(),
        tone: Tone::Second,
        mark: Mark::Line,
        values: vec![Some(value); months.len()],
    });
    let bars = Series {
        name: "RankIC".into(),
        tone: Tone::First,
        mark: Mark::Bars,
        values: months.iter().map(rank_ic_of).collect(),
    };
    Figure {
        id: format!("rank-ic-{id}"),
        title: lang.of("RankIC by month", "逐月RankIC").into(),
        about,
        chart: Chart::Lines(LineChart {
            dates: months.iter().map(|month| month.execution).collect(),
            panels: vec![Panel {
                axis: "RankIC".into(),
                unit: Unit { decimals: 2, ..CORRELATION },
                is_log: false,
                baseline: Some(0.0),
                height: 1.0,
                series: std::iter::once(bars).chain(mean_line).collect(),
                bands: band.into_iter().collect(),
            }],
            is_small: true,
            ..LineChart::default()
        }),
    }
}

/// The sums of the RankIC of the scores and of the raw values.
fn cumulative(context: &Context<'_>, id: &str, months: &[MonthlyCoefficients]) -> Figure {
    let lang = context.lang;
    let sums = |of: &dyn Fn(&MonthlyCoefficients) -> Option<f64>| {
        let mut sum = 0.0;
        let of_month = |month: &MonthlyCoefficients| {
            sum += of(month)?;
            Some(sum)
        };
        months.iter().map(of_month).collect::<Vec<_>>()
    };
    let mut series = vec![Series {
        name: lang.of("scores", "得分").into(),
        tone: Tone::First,
        mark: Mark::Line,
        values: sums(&rank_ic_of),
    }];
    let raw = sums(&|month| month.raw_rank_ic);
    if raw.iter().any(Option::is_some) {
        let name = lang.of("raw values", "原始值").into();
        series.push(Series { name, tone: Tone::Second, mark: Mark::Dashed, values: raw });
    }
    Figure {
        id: format!("cumulative-{id}"),
        title: lang.of("Cumulative RankIC, scores and raw values", "累计RankIC：得分与原始值").into(),
        about: lang
            .of(
                "Sums of the months; a line that rises all the way is skill in all times.",
                "逐月之和；持续上升说明各时期均有效。",
            )
            .into(),
        chart: small(
            months.iter().map(|month| month.execution).collect(),
            lang.of("sum", "累计"),
            Unit { decimals: 1, ..CORRELATION },
            Some(0.0),
            series,
        ),
    }
}

fn decay(context: &Context<'_>, id: &str, of: &FactorMetrics) -> Option<Figure> {
    let lang = context.lang;
    let lags: Vec<(usize, Option<Bar>)> = of.decay.iter().map(|lag| (lag.lag, bar(&lag.rank_ic))).collect();
    lags.iter().find_map(|(_, bar)| *bar)?;
    Some(Figure {
        id: format!("decay-{id}"),
        title: lang.of("Decay", "衰减").into(),
        about: lang
            .of(
                "Mean RankIC of the scores with the return of the n-th month after them, with 95% CIs.",
                "得分与其后第n个月单月收益的 RankIC 均值，附 95% 置信区间。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("mean RankIC by lag in months", "RankIC 均值（其后第n月）").into(),
            unit: CORRELATION,
            baseline: 0.0,
            categories: lags.iter().map(|(lag, _)| lag.to_string()).collect(),
            is_horizontal: false,
            mark: BarMark::Dots,
            is_small: true,
            guides: Vec::new(),
            groups: vec![BarGroup {
                name: "RankIC".into(),
                tone: Tone::First,
                values: lags.into_iter().map(|(_, bar)| bar).collect(),
            }],
        }),
    })
}

fn calendar(context: &Context<'_>, id: &str, months: &[MonthlyCoefficients]) -> Figure {
    let lang = context.lang;
    let years = || months.iter().map(|month| month.execution.month().year());
    let (first, last) = (years().min().unwrap_or(0), years().max().unwrap_or(-1));
    let mut cells = vec![vec![None; 12]; (last - first + 1).max(0) as usize];
    for month in months {
        let of = month.execution.month();
        cells[(of.year() - first) as usize][of.number() as usize - 1] = rank_ic_of(month);
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
            missing: String::new(),
        }),
    }
}

fn horizons(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(lang.of("months held", "持有月数")),
        Column::number(Term::MeanRankIc.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number("p (EWC)"),
        Column::number(Term::Months.of(lang)),
        Column::number(lang.of("non-overlapping mean", "不重叠均值")),
        Column::number("p (t)"),
        Column::number("n"),
        Column::number(lang.of("naive t*", "朴素t*")).detail(),
        Column::number(lang.of("Newey-West t*", "Newey-West t*")).detail(),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, of) in factors.iter() {
        for horizon in &of.horizons {
            let (mean, apart) = (&horizon.rank_ic, &horizon.non_overlapping);
            let t = mean.classical.as_ref();
            let (naive, newey_west) = (t.map(|t| &t.naive_t), t.map(|t| &t.newey_west_t));
            let mut t = |found: Option<&Result<f64, Reason>>| match found {
                Some(Ok(value)) => RATIO.write(*value),
                Some(Err(reason)) => notes.missing(Some(reason)),
                None => notes.missing(None),
            };
            let (naive, newey_west) = (t(naive), t(newey_west));
            table.row([
                context.factor(factor),
                horizon.horizon.to_string(),
                notes.metric(&mean.value, CORRELATION),
                notes.interval(mean, CORRELATION),
                notes.p_value(mean),
                mean.value.n.to_string(),
                notes.metric(&apart.value, CORRELATION),
                notes.p_value(apart),
                apart.value.n.to_string(),
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
fn parts(context: &Context<'_>, factors: &ByName<FactorMetrics>) -> Vec<Block> {
    type Parts<'p> = &'p dyn Fn(&FactorMetrics) -> Vec<(String, Estimate)>;
    let lang = context.lang;
    let mut blocks = Vec::new();
    let regimes = |parts: &ByName<RegimeRankIc>| -> Vec<(String, Estimate)> {
        parts.iter().map(|(part, of)| (context.span_of_years(part), of.rank_ic.clone())).collect()
    };
    let groups = |of: &FactorMetrics| {
        let groups = of.groups.iter();
        groups.map(|(group, of)| (context.group(group), of.rank_ic.clone())).collect::<Vec<_>>()
    };
    let kinds: [(Parts<'_>, &str); 3] = [
        (&groups, lang.of("within the group", "组内")),
        (&|of| regimes(&of.spans), lang.of("years", "时段")),
        (&|of| regimes(&of.quarters), lang.of("quarter of the year", "季度")),
    ];
    for (parts, title) in kinds {
        let mut columns = vec![Column::word(title)];
        columns.extend(factors.iter().map(|(factor, _)| Column::number(context.factor(factor))));
        let mut table = Table::new(columns);
        let mut notes = Footnotes::new(context);
        let of_factors: Vec<Vec<(String, Estimate)>> = factors.iter().map(|(_, of)| parts(of)).collect();
        // Every factor has the same parts.
        for position in 0..of_factors.first().map_or(0, Vec::len) {
            let mut row = vec![of_factors[0][position].0.clone()];
            row.extend(of_factors.iter().map(|parts| match parts.get(position) {
                Some((_, mean)) => notes.with_interval(mean, CORRELATION),
                None => notes.missing(None),
            }));
            table.row(row);
        }
        blocks.extend(notes.under(table));
    }
    if !blocks.is_empty() {
        let n = factors.len();
        let text = say!(
            lang,
            "Mean RankIC with its 95% CI. Many parts of {n} factors are tested here: about one CI in twenty excludes zero by chance.",
            "RankIC 均值及其 95% 置信区间。此处对{n}个因子检验了许多部分：每二十个置信区间中约有一个仅凭偶然不含零。"
        );
        blocks.push(Block::Warning(text));
    }
    blocks
}
