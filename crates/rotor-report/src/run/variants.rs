//! How far the result depends on choices, and what luck can do: ablations, settings, groups, spans, trials.

use serde_json::Value;

use super::cells::{DIFFERENCE, Notes, PERCENT, RATIO, SHARE, p_value};
use super::factors::bar;
use super::metrics::Node;
use super::teller::{EQUAL_WEIGHT, TOP_NET, Teller};
use super::told::told;
use crate::draw::{BarChart, BarGroup, Chart, Columns, Matrix, Shades, Tone, Unit};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::say;
use crate::words::{fixed, name, plain};

/// Factors whose ablations are drawn.
const MOST_DRAWN: usize = 16;

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let all = teller.metrics.at(&["portfolio", "all"]);
    let mut blocks = vec![Block::Heading(lang.of("Each factor alone and left out", "单因子与剔除").into())];
    blocks.extend(forest(teller, all).map(Block::from));
    blocks.extend(ablations(teller, all));
    blocks.push(Block::Heading(lang.of("Other settings", "其他设定").into()));
    blocks.extend(settings(teller, all));
    blocks.push(Block::Heading(lang.of("Within groups", "分组选择").into()));
    blocks.extend(groups(teller, all));
    blocks.push(Block::Heading(lang.of("By years and by quarter", "分时段与分季度").into()));
    blocks.extend(regimes(teller, all));
    blocks.push(Block::Heading(lang.of("Luck of many trials", "多次尝试与运气").into()));
    blocks.extend(trials(teller, all));
    Section {
        id: "robustness".into(),
        heading: lang.of("Ablations, sensitivity, luck", "消融、敏感性与运气").into(),
        blocks,
    }
}

fn forest(teller: &Teller<'_>, all: Node<'_>) -> Option<Figure> {
    let lang = teller.lang;
    let of = |kind: &str| -> Vec<(&str, Node<'_>)> { all.at(&[kind]).entries().take(MOST_DRAWN).collect() };
    let (alone, without) = (of("alone"), of("without"));
    let mut categories = vec![lang.of("the run", "本策略").to_owned()];
    let mut values = vec![bar(all.estimate(&["excess", TOP_NET, EQUAL_WEIGHT, "arithmetic"]))];
    let titles: [fn(&Teller<'_>, String) -> String; 2] = [
        |teller, factor| say!(teller.lang, "{factor} alone", "仅{factor}"),
        |teller, factor| say!(teller.lang, "without {factor}", "剔除{factor}"),
    ];
    for (variants, title) in [alone, without].into_iter().zip(titles) {
        for (factor, variant) in variants {
            categories.push(title(teller, teller.factor(factor)));
            values.push(bar(variant.estimate(&["excess"])));
        }
    }
    values.iter().flatten().next()?;
    Some(Figure {
        id: "ablations".into(),
        title: lang.of("Net excess over equal weight, a year", "成本后相对等权年化超额").into(),
        about: lang
            .of(
                "The run, each factor alone, and all but one, with 95% intervals.",
                "本策略、仅用单个因子、剔除单个因子，附95%区间。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("net excess a year", "成本后年化超额").into(),
            unit: DIFFERENCE,
            baseline: 0.0,
            categories,
            is_horizontal: true,
            is_dots: true,
            is_small: false,
            groups: vec![BarGroup {
                name: lang.of("net excess a year", "成本后年化超额").into(),
                tone: Tone::First,
                values,
            }],
        }),
    })
}

fn variant_columns(teller: &Teller<'_>, first: Vec<Column>, has_difference: bool) -> Vec<Column> {
    let lang = teller.lang;
    let mut columns = first;
    columns.extend([
        Column::number(lang.of("net, a year", "成本后年化")),
        Column::number(lang.of("excess", "超额")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p"),
    ]);
    if has_difference {
        columns.push(Column::number(lang.of("minus the run", "较本策略")));
        columns.push(Column::number(lang.of("95% interval", "95%区间")));
    }
    columns.extend([
        Column::number(lang.of("information ratio", "信息比率")).detail(),
        Column::number(lang.of("worst fall", "最大回撤")).detail(),
        Column::number(lang.of("turnover", "换手")).detail(),
        Column::number(lang.of("months", "月数")),
    ]);
    columns
}

fn variant_row(
    notes: &mut Notes,
    first: Vec<String>,
    variant: Node<'_>,
    has_difference: bool,
) -> Vec<String> {
    let excess = variant.estimate(&["excess"]);
    let mut row = first;
    row.extend([
        notes.figure(variant.figure(&["annual_return"]), PERCENT),
        notes.figure(excess.figure, DIFFERENCE),
        notes.interval(excess, DIFFERENCE),
        notes.p_value(excess),
    ]);
    if has_difference {
        let difference = variant.estimate(&["difference"]);
        row.push(notes.figure(difference.figure, DIFFERENCE));
        row.push(notes.interval(difference, DIFFERENCE));
    }
    row.extend([
        notes.figure(variant.figure(&["information_ratio"]), RATIO),
        notes.figure(variant.figure(&["max_drawdown"]), PERCENT),
        notes.figure(variant.figure(&["turnover"]), SHARE),
        excess.figure.n.to_string(),
    ]);
    row
}

fn ablations(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table =
        Table::new(variant_columns(teller, vec![Column::name(lang.of("strategy", "策略"))], true));
    let mut notes = Notes::new(teller);
    for (kind, is_alone) in [("alone", true), ("without", false)] {
        for (factor, variant) in all.at(&[kind]).entries() {
            let factor = teller.factor(factor);
            let title = if is_alone {
                say!(lang, "{factor} alone", "仅{factor}")
            } else {
                say!(lang, "without {factor}", "剔除{factor}")
            };
            table.row(variant_row(&mut notes, vec![title], variant, true));
        }
    }
    notes.under(table)
}

/// A setting of the sensitivity.
struct Setting<'a> {
    top: u64,
    min_factors: u64,
    cost_bp: f64,
    is_run: bool,
    variant: Node<'a>,
}

fn settings(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let all: Vec<Setting<'_>> = all
        .at(&["sensitivity"])
        .items()
        .map(|variant| Setting {
            top: variant.count(&["top"]),
            min_factors: variant.count(&["min_factors"]),
            cost_bp: variant.number(&["cost_bp"]).unwrap_or(0.0),
            is_run: variant.flag("is_run").unwrap_or(false),
            variant,
        })
        .collect();
    let Some(run) = all.iter().find(|setting| setting.is_run) else {
        let reason = lang.of("No other settings were tried.", "未尝试其他设定。");
        return vec![reason.to_owned().into()];
    };
    let mut blocks: Vec<Block> = matrix(teller, &all, run).map(Block::from).into_iter().collect();
    let columns = |first| Table::new(variant_columns(teller, first, true));
    let costs = || all.iter().filter(|one| one.top == run.top && one.min_factors == run.min_factors);
    let mut table = columns(vec![Column::number(lang.of("cost, bp", "成本bp"))]);
    let mut notes = Notes::new(teller);
    for setting in costs() {
        table.row(variant_row(&mut notes, vec![plain(setting.cost_bp)], setting.variant, true));
    }
    blocks.extend(notes.under(table));
    let mut table = columns(vec![
        Column::number("top"),
        Column::number("min_factors"),
        Column::number("cost_bp"),
        Column::word(""),
    ]);
    let mut notes = Notes::new(teller);
    for setting in &all {
        let mark = if setting.is_run { lang.of("the run", "本策略") } else { "" };
        let first = vec![
            setting.top.to_string(),
            setting.min_factors.to_string(),
            plain(setting.cost_bp),
            mark.to_owned(),
        ];
        table.row(variant_row(&mut notes, first, setting.variant, true));
    }
    let n = all.len();
    let title = say!(lang, "All {n} settings", "全部{n}种设定");
    blocks.push(Block::Folded { title, blocks: notes.under(table) });
    let warning = lang.of(
        "Each of these settings is a trial: whoever picks the best of them must count them all.",
        "每种设定都是一次尝试：若选用其中最好者，须将全部计入尝试次数。",
    );
    blocks.push(Block::Warning(warning.into()));
    blocks
}

fn matrix(teller: &Teller<'_>, all: &[Setting<'_>], run: &Setting<'_>) -> Option<Figure> {
    let lang = teller.lang;
    let values = |of: fn(&Setting<'_>) -> u64| {
        let mut values: Vec<u64> = all.iter().map(of).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let (tops, least) = (values(|one| one.top), values(|one| one.min_factors));
    let find = |top: u64, min_factors: u64| {
        let is_it = |one: &&Setting<'_>| {
            one.top == top && one.min_factors == min_factors && one.cost_bp == run.cost_bp
        };
        all.iter().find(is_it)?.variant.number(&["excess", "value"])
    };
    let cells: Vec<Vec<Option<f64>>> =
        tops.iter().map(|top| least.iter().map(|min_factors| find(*top, *min_factors)).collect()).collect();
    cells.iter().flatten().flatten().next()?;
    let (top, min_factors, cost) = (run.top, run.min_factors, plain(run.cost_bp));
    let about = say!(
        lang,
        "At the cost of the run ({cost} bp); the run (marked *) is top {top}, min_factors {min_factors}. Neighbours of an excess that is real look like it.",
        "按本策略成本（{cost}bp）；本策略（带*）为前{top}名、最少因子数{min_factors}。若超额真实，相邻设定应与之相近。"
    );
    let mark =
        |value: u64, of_run: u64| if value == of_run { format!("{value} *") } else { value.to_string() };
    Some(Figure {
        id: "sensitivity".into(),
        title: lang
            .of(
                "Net excess a year by number of picks and least number of live factors",
                "不同入选数与最少因子数下的年化超额",
            )
            .into(),
        about,
        chart: Chart::Matrix(Matrix {
            rows: tops.iter().map(|value| mark(*value, top)).collect(),
            row_axis: lang.of("top", "入选数").into(),
            columns: Columns::Names(least.iter().map(|value| mark(*value, min_factors)).collect()),
            column_axis: lang.of("min_factors", "最少因子数").into(),
            measure: lang.of("excess", "超额").into(),
            cells,
            unit: Unit::fraction(1).signed(),
            shades: Shades::Diverging { middle: 0.0, extent: None },
            has_numbers: true,
        }),
    })
}

fn groups(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new(variant_columns(teller, vec![Column::name(lang.of("group", "分组"))], false));
    let mut notes = Notes::new(teller);
    for (group, variant) in all.at(&["groups"]).entries() {
        table.row(variant_row(&mut notes, vec![teller.group(group)], variant, false));
    }
    let mut blocks = notes.under(table);
    let text = if blocks.is_empty() {
        lang.of("No sector has a group.", "行业未分组。")
    } else {
        lang.of(
            "The same share of each group's sectors, best by the run's ranking, over all of the group.",
            "各组内按本策略排名取相同比例的行业，相对组内全部行业。",
        )
    };
    blocks.push(text.to_owned().into());
    blocks
}

fn regimes(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("executions in", "调仓时段")),
        Column::number(lang.of("net excess a year", "成本后年化超额")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p"),
        Column::word(lang.of("reading", "判断")),
        Column::number(lang.of("months", "月数")),
    ]);
    let mut notes = Notes::new(teller);
    for (part, of) in ["spans", "quarters"].into_iter().flat_map(|kind| all.at(&[kind]).entries()) {
        let excess = of.estimate(&["excess"]);
        table.row([
            name(part),
            notes.figure(excess.figure, DIFFERENCE),
            notes.interval(excess, DIFFERENCE),
            notes.p_value(excess),
            notes.reading(excess),
            excess.figure.n.to_string(),
        ]);
    }
    let n = table.rows.len();
    let mut blocks = notes.under(table);
    if n > 0 {
        let by_chance = fixed(0.05 * n as f64, 1);
        let text = say!(
            lang,
            "Of {n} intervals about {by_chance} exclude zero by chance alone.",
            "{n}个区间中约有{by_chance}个仅凭偶然不含零。"
        );
        blocks.push(text.into());
    }
    blocks
}

fn trials(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let trials = all.at(&["trials"]);
    let mut table = Table::new([
        Column::word(lang.of("question", "问题")),
        Column::number(lang.of("answer", "结果")),
        Column::number("n"),
    ]);
    let mut notes = Notes::new(teller);
    let (n_trials, n_strategies) =
        (trials.count(&["n_trials"]), trials.count(&["overfitting", "n_strategies"]));
    let deflated = trials.at(&["deflated_sharpe"]);
    let percent = |notes: &mut Notes, figure: super::metrics::Figure<'_>| notes.figure(figure, SHARE);
    let figure = deflated.figure(&[]);
    table.row([
        match n_trials {
            1 => lang
                .of(
                    "probability that the excess exceeds luck, as the only trial (deflated Sharpe ratio)",
                    "作为唯一一次尝试，超额好于运气的概率（折减夏普比率）",
                )
                .into(),
            _ => say!(
                lang,
                "probability that the excess exceeds that of the luckiest of {n_trials} trials without skill (deflated Sharpe ratio)",
                "超额好于{n_trials}次无能力尝试中最走运者的概率（折减夏普比率）"
            ),
        },
        percent(&mut notes, figure),
        figure.n.to_string(),
    ]);
    for (key, en, zh) in [
        ("sharpe", "monthly ratio of mean excess to its deviation", "月度超额均值与标准差之比"),
        ("threshold", "the same of the luckiest without skill", "最走运的无能力策略的同一比率"),
    ] {
        let figure = deflated.figure(&[key]);
        table.row([lang.of(en, zh).to_owned(), notes.figure(figure, Unit::plain(3)), figure.n.to_string()]);
    }
    let figure = trials.figure(&["overfitting"]);
    table.row([
        say!(
            lang,
            "how often the best of {n_strategies} strategies in half of the months is at or below the median in the rest (probability of overfitting)",
            "{n_strategies}个策略中，一半月份的最优者在另一半月份不高于中位数的频率（过拟合概率）"
        ),
        percent(&mut notes, figure),
        figure.n.to_string(),
    ]);
    for (key, en, zh) in [
        (
            "best_excess",
            "p-value of the best excess among them, were there none in any",
            "若均无超额，其中最好超额的p值",
        ),
        ("superior_predictive_ability", "the same by Hansen, for comparison *", "同上（Hansen），仅供对照 *"),
        ("reality_check", "the same by White, for comparison *", "同上（White），仅供对照 *"),
    ] {
        let figure = trials.figure(&[key]);
        let p = figure.value.map_or_else(|| notes.missing(figure.reason), p_value);
        table.row([lang.of(en, zh).to_owned(), p, figure.n.to_string()]);
    }
    let mut blocks = notes.under(table);
    let warning = lang.of(
        "* These two reject a true null more often than they say.",
        "* 这两项对真实零假设的误拒多于其名义水平。",
    );
    blocks.push(Block::Warning(warning.into()));
    let n_recorded = teller.config("trials").and_then(Value::as_u64);
    if n_recorded == Some(1) {
        let text = told(lang, "`trials` is 1");
        let text = say!(
            lang,
            "{text}: every number on this page is that of a single, honest trial only if no other was made on these data.",
            "{text}：仅当在这些数据上未作其他尝试时，本页数字才是单次尝试的结果。"
        );
        blocks.push(text.into());
    }
    blocks
}
