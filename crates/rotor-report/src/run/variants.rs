//! How far the result depends on choices, and what luck can do: ablations, settings, groups, spans, trials.

use rotor_run::metrics::{Basis, ByName, Metric, PortfolioMetrics, Sensitivity, Variant};

use super::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO, p_value};
use super::context::{Context, EQUAL_WEIGHT, TOP_NET};
use super::factors::bar;
use super::performance;
use crate::draw::{BarChart, BarGroup, BarMark, Chart, Columns, Matrix, Shades, Tone, Unit};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{Lang, fixed, name, plain};

/// Factors whose ablations are drawn.
const MOST_DRAWN: usize = 16;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let all = context.portfolios();
    let mut blocks =
        vec![Block::Heading(lang.of("Single-factor and leave-one-out", "单因子与剔除该因子").into())];
    blocks.extend(forest(context, all).map(Block::from));
    blocks.extend(ablations(context, all));
    blocks.push(Block::Heading(lang.of("Other settings", "其他设定").into()));
    blocks.extend(settings(context, all));
    blocks.push(Block::Heading(lang.of("Parameters of factors", "因子参数").into()));
    blocks.extend(alternatives(context, all));
    blocks.push(Block::Heading(lang.of("Within groups", "分组选择").into()));
    blocks.extend(groups(context, all));
    blocks.push(Block::Heading(lang.of("By years and by quarter", "分时段与分季度").into()));
    blocks.extend(regimes(context, all));
    blocks.push(Block::Heading(lang.of("Multiple trials", "多次试验").into()));
    blocks.extend(trials(context, all));
    Section {
        id: "robustness".into(),
        heading: lang.of("Ablations, sensitivity, multiple trials", "消融、敏感性与多次试验").into(),
        blocks,
    }
}

/// The title of a strategy of one factor only.
fn single_factor(lang: Lang, factor: &str) -> String {
    say!(lang, "single-factor: {factor}", "单因子：{factor}")
}

/// The title of a strategy of all factors but one.
fn leave_one_out(lang: Lang, factor: &str) -> String {
    say!(lang, "leave-one-out: {factor}", "剔除该因子：{factor}")
}

fn forest(context: &Context<'_>, all: &PortfolioMetrics) -> Option<Figure> {
    let lang = context.lang;
    let run = all.excess.get(TOP_NET).and_then(|benchmarks| benchmarks.get(EQUAL_WEIGHT));
    let mut categories = vec![lang.of("the run", "本策略").to_owned()];
    let mut values = vec![run.and_then(|excess| bar(&excess.arithmetic))];
    let titles: [fn(Lang, &str) -> String; 2] = [single_factor, leave_one_out];
    for (variants, title) in [&all.variants.alone, &all.variants.without].into_iter().zip(titles) {
        for (factor, variant) in variants.iter().take(MOST_DRAWN) {
            categories.push(title(lang, &context.factor(factor)));
            values.push(bar(&variant.excess));
        }
    }
    values.iter().flatten().next()?;
    Some(Figure {
        id: "ablations".into(),
        title: lang
            .of("Annualised excess return (net) over equal weight", "相对等权的年化超额收益（费后）")
            .into(),
        about: lang
            .of(
                "The run, single-factor strategies and leave-one-out strategies, with 95% CIs.",
                "本策略、单因子策略与剔除单个因子的策略，附 95% 置信区间。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("annualised excess return (net)", "年化超额收益（费后）").into(),
            unit: DIFFERENCE,
            baseline: 0.0,
            categories,
            is_horizontal: true,
            mark: BarMark::Dots,
            is_small: false,
            guides: Vec::new(),
            groups: vec![BarGroup { name: Term::NetExcess.of(lang).into(), tone: Tone::First, values }],
        }),
    })
}

/// The columns of strategies; those that are set beside the run have its months unless their name says otherwise.
fn variant_columns(context: &Context<'_>, first: Column, has_difference: bool) -> Vec<Column> {
    let lang = context.lang;
    let mut columns =
        vec![first, Column::number(lang.of("excess return, 95% CI", "超额收益及 95% 置信区间"))];
    if has_difference {
        columns.push(Column::number(lang.of("difference to the run, 95% CI", "较本策略及 95% 置信区间")));
        let eligible = lang.of("over eligible sectors, 95% CI", "相对可选行业等权及 95% 置信区间");
        columns.push(Column::number(eligible).detail());
    }
    columns.extend([
        Column::number(lang.of("annualised return (net)", "年化收益率（费后）")).detail(),
        Column::number(Term::InformationRatio.of(lang)).detail(),
        Column::number(performance::max_drawdown(lang, Basis::PeriodEnds)).detail(),
    ]);
    if !has_difference {
        columns.push(Column::number(Term::Turnover.of(lang)).detail());
        columns.push(Column::number(Term::Months.of(lang)));
    }
    columns
}

fn variant_row(notes: &mut Footnotes, first: String, variant: &Variant, has_difference: bool) -> Vec<String> {
    let excess = &variant.excess;
    let mut row = vec![first, notes.with_interval(excess, DIFFERENCE)];
    if has_difference {
        row.push(match &variant.difference {
            Some(difference) => notes.with_interval(difference, DIFFERENCE),
            None => notes.missing(None),
        });
        row.push(notes.with_interval(&variant.excess_eligible, DIFFERENCE));
    }
    row.extend([
        notes.metric(&variant.annual_return, PERCENT),
        notes.metric(&variant.information_ratio, RATIO),
        notes.metric(&variant.max_drawdown, PERCENT),
    ]);
    if !has_difference {
        row.push(notes.metric(&variant.turnover, FRACTION));
        row.push(excess.value.n.to_string());
    }
    row
}

fn ablations(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new(variant_columns(context, Column::name(lang.of("strategy", "策略")), true));
    let mut notes = Footnotes::new(context);
    let mut rows = |variants: &ByName<Variant>, title: fn(Lang, &str) -> String| {
        for (factor, variant) in variants.iter() {
            let title = title(lang, &context.factor(factor));
            let title = notes.of_months(title, variant.excess.value.n, all.n_months);
            table.row(variant_row(&mut notes, title, variant, true));
        }
    };
    rows(&all.variants.alone, single_factor);
    rows(&all.variants.without, leave_one_out);
    notes.under(table)
}

fn settings(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let n_months = all.n_months;
    let all = &all.variants.sensitivity;
    let Some(run) = all.iter().find(|setting| setting.is_run) else {
        let reason = lang.of("No other settings were tried.", "未尝试其他设定。");
        return vec![reason.to_owned().into()];
    };
    let mut blocks: Vec<Block> = matrix(context, all, run).map(Block::from).into_iter().collect();
    let columns = |first| Table::new(variant_columns(context, first, true));
    let costs = || all.iter().filter(|one| one.top == run.top && one.min_factors == run.min_factors);
    let mut table = columns(Column::number(lang.of("cost (bp)", "费用（bp）")));
    let mut notes = Footnotes::new(context);
    for setting in costs() {
        let cost = notes.of_months(plain(setting.cost_bp), setting.variant.excess.value.n, n_months);
        table.row(variant_row(&mut notes, cost, &setting.variant, true));
    }
    blocks.extend(notes.under(table));
    let mut table =
        columns(Column::name(lang.of("top, min_factors, cost (bp)", "持有数、最少因子数、费用（bp）")));
    let mut notes = Footnotes::new(context);
    for setting in all {
        let mark = if setting.is_run { lang.of(" (the run)", "（本策略）") } else { "" };
        let (top, min_factors, cost) = (setting.top, setting.min_factors, plain(setting.cost_bp));
        let first = format!("{top}, {min_factors}, {cost}{mark}");
        let first = notes.of_months(first, setting.variant.excess.value.n, n_months);
        table.row(variant_row(&mut notes, first, &setting.variant, true));
    }
    let n = all.len();
    let title = say!(lang, "All {n} settings", "全部{n}种设定");
    blocks.push(Block::Appendix { title, blocks: notes.under(table) });
    let warning = lang.of(
        "Each of these settings is a trial: if the best of them is selected, all must be counted.",
        "每种设定都是一次试验：若选用其中最好者，须将全部计入试验次数。",
    );
    blocks.push(Block::Warning(warning.into()));
    blocks
}

/// The run with one parameter of a factor changed, as the factors declare.
fn alternatives(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let first = Column::name(lang.of("parameter", "参数"));
    let mut table = Table::new(variant_columns(context, first, true));
    let mut notes = Footnotes::new(context);
    for one in &all.variants.alternatives {
        let (factor, setting) =
            (context.factor(&one.factor), name(&format!("{} = {}", one.parameter, one.setting)));
        let setting = say!(lang, "{factor}: {setting}", "{factor}：{setting}");
        let setting = notes.of_months(setting, one.variant.excess.value.n, all.n_months);
        table.row(variant_row(&mut notes, setting, &one.variant, true));
    }
    let mut blocks = notes.under(table);
    let text = if blocks.is_empty() {
        lang.of("No factor of the run declares an alternative.", "本策略的因子均未声明备选参数。")
    } else {
        lang.of(
            "The run with one parameter of one factor changed, as the factors declare; excess returns are net. Each is a trial.",
            "每次只改变一个因子的一个参数（由因子声明）；超额收益为费后。每种都是一次试验。",
        )
    };
    blocks.push(text.to_owned().into());
    blocks
}

fn matrix(context: &Context<'_>, all: &[Sensitivity], run: &Sensitivity) -> Option<Figure> {
    let lang = context.lang;
    let values = |of: fn(&Sensitivity) -> usize| {
        let mut values: Vec<usize> = all.iter().map(of).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let (tops, least) = (values(|one| one.top), values(|one| one.min_factors));
    let find = |top: usize, min_factors: usize| {
        let is_it = |one: &&Sensitivity| {
            one.top == top && one.min_factors == min_factors && one.cost_bp == run.cost_bp
        };
        all.iter().find(is_it)?.variant.excess.get()
    };
    let cells: Vec<Vec<Option<f64>>> =
        tops.iter().map(|top| least.iter().map(|min_factors| find(*top, *min_factors)).collect()).collect();
    cells.iter().flatten().flatten().next()?;
    let (top, min_factors, cost) = (run.top, run.min_factors, plain(run.cost_bp));
    let about = say!(
        lang,
        "At the cost of the run ({cost} bp); the run (marked *) is top {top}, min_factors {min_factors}. If the excess return is real, neighbouring settings have a similar one.",
        "按本策略费用（{cost}bp）；本策略（带*）为前{top}名、最少因子数{min_factors}。若超额收益真实，相邻设定应与之相近。"
    );
    let mark =
        |value: usize, of_run: usize| if value == of_run { format!("{value} *") } else { value.to_string() };
    Some(Figure {
        id: "sensitivity".into(),
        title: lang
            .of(
                "Annualised excess return (net) by number of holdings and least number of factors",
                "不同持有数与最少因子数下的年化超额收益（费后）",
            )
            .into(),
        about,
        chart: Chart::Matrix(Matrix {
            rows: tops.iter().map(|value| mark(*value, top)).collect(),
            row_axis: lang.of("top", "持有数").into(),
            columns: Columns::Names(least.iter().map(|value| mark(*value, min_factors)).collect()),
            column_axis: lang.of("min_factors", "最少因子数").into(),
            measure: Term::ExcessReturn.of(lang).into(),
            cells,
            unit: Unit::fraction(1).signed(),
            shades: Shades::Diverging { middle: 0.0, extent: None },
            has_numbers: true,
            missing: String::new(),
        }),
    })
}

fn groups(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new(variant_columns(context, Column::name(lang.of("group", "分组")), false));
    let mut notes = Footnotes::new(context);
    for (group, variant) in all.variants.groups.iter() {
        table.row(variant_row(&mut notes, context.group(group), variant, false));
    }
    let mut blocks = notes.under(table);
    let text = if blocks.is_empty() {
        lang.of("No sector has a group.", "行业未分组。")
    } else {
        lang.of(
            "In each group the same fraction of its sectors, best by the ranking of the run, over all of the group.",
            "各组内按本策略排名取相同比例的行业，相对组内全部行业。",
        )
    };
    blocks.push(text.to_owned().into());
    blocks
}

fn regimes(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("executions in", "调仓时段")),
        Column::number(Term::NetExcess.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number("p"),
        Column::word(Term::Significance.of(lang)),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    let spans = all.spans.iter().map(|(span, of)| (context.span_of_years(span), of));
    let quarters = all.quarters.iter().map(|(quarter, of)| (name(quarter), of));
    for (part, of) in spans.chain(quarters) {
        let excess = &of.excess;
        table.row([
            part,
            notes.metric(&excess.value, DIFFERENCE),
            notes.interval(excess, DIFFERENCE),
            notes.p_value(excess),
            notes.significance(excess),
            excess.value.n.to_string(),
        ]);
    }
    let n = table.rows.len();
    let mut blocks = notes.under(table);
    if n > 0 {
        let by_chance = fixed(0.05 * n as f64, 1);
        let text = say!(
            lang,
            "Of {n} CIs about {by_chance} exclude zero by chance.",
            "{n}个置信区间中约有{by_chance}个仅凭偶然不含零。"
        );
        blocks.push(text.into());
    }
    blocks
}

fn trials(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let trials = &all.trials;
    let mut table = Table::new([
        Column::word(lang.of("statistic", "统计量")),
        Column::number(lang.of("value", "数值")),
        Column::number("n"),
    ]);
    let mut notes = Footnotes::new(context);
    let (n_trials, n_strategies) = (trials.n_trials, trials.overfitting.n_strategies);
    let deflated = &trials.deflated_sharpe;
    let mut row = |title: String, metric: &Metric, unit: Option<Unit>| {
        let value = match (&metric.value, unit) {
            (Ok(value), Some(unit)) => unit.write(*value),
            (Ok(value), None) => p_value(*value),
            (Err(reason), _) => notes.missing(Some(reason)),
        };
        table.row([title, value, metric.n.to_string()]);
    };
    row(
        match n_trials {
            1 => lang
                .of(
                    "DSR (1 trial): probability that the true Sharpe ratio of the excess return is above zero",
                    "DSR（1 次试验）：超额收益的真实夏普比率大于零的概率",
                )
                .into(),
            _ => say!(
                lang,
                "DSR ({n_trials} trials): probability that the true Sharpe ratio of the excess return is above that of the best of {n_trials} trials without skill",
                "DSR（经 {n_trials} 次试验校正的夏普比率）：超额收益的真实夏普比率高于{n_trials}次无能力试验中最佳者的概率"
            ),
        },
        &deflated.probability,
        Some(FRACTION),
    );
    row(
        lang.of("monthly Sharpe ratio of the excess return", "超额收益的月度夏普比率").into(),
        &deflated.sharpe,
        Some(Unit::plain(3)),
    );
    row(
        lang.of(
            "threshold: expected best monthly Sharpe ratio without skill",
            "阈值：无能力时最佳者的期望月度夏普比率",
        )
        .into(),
        &deflated.threshold,
        Some(Unit::plain(3)),
    );
    row(
        say!(
            lang,
            "PBO (CSCV, {n_strategies} configurations): how often the best in one half of the months is at or below the median in the other",
            "过拟合概率 PBO（CSCV，{n_strategies} 种配置）：一半月份的最优者在另一半不高于中位数的频率"
        ),
        &trials.overfitting.probability,
        Some(FRACTION),
    );
    for (metric, en, zh) in [
        (
            &trials.best_excess,
            "p-value of the best excess return among them, if none had any",
            "若均无超额收益，其中最佳者的p值",
        ),
        (
            &trials.superior_predictive_ability,
            "SPA test (Hansen), for comparison *",
            "SPA 检验（Hansen），仅供对照 *",
        ),
        (
            &trials.reality_check,
            "reality check (White), for comparison *",
            "Reality Check（White），仅供对照 *",
        ),
    ] {
        row(lang.of(en, zh).to_owned(), metric, None);
    }
    let mut blocks = notes.under(table);
    let warning = lang.of(
        "* These two reject a true null more often than their nominal level.",
        "* 这两项对真实零假设的误拒率高于其名义水平。",
    );
    blocks.push(Block::Warning(warning.into()));
    if context.config().and_then(|config| config.trials) == Some(1) {
        let text = lang.of(
            "`trials` is 1: the numbers on this page are those of a single trial only if no other strategy was tried on these data.",
            "`trials`为1：仅当在这些数据上未作其他试验时，本页数字才是单次试验的结果。",
        );
        blocks.push(text.to_owned().into());
    }
    blocks
}
