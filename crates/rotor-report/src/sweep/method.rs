//! How the sweep was made: what it takes to repeat it.

use rotor_run::{TrialsSource, settings};

use super::conditions::label;
use super::context::{Context, value_label};
use super::walk_forward::rule_in_words;
use crate::page::{Block, Column, Section, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{name, plain, sentence};

/// How many axes, conditions and values of an axis are listed.
const MOST_AXES: usize = 60;
const MOST_VALUES: usize = 40;
const MOST_CONDITIONS: usize = 40;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::from(made(context))];
    blocks.push(Block::Heading(lang.of("Axes", "参数轴").into()));
    blocks.extend(axes(context));
    if context.facts.plan.conditions.len() > 1 {
        blocks.push(Block::Heading(lang.of("Conditions", "情景").into()));
        blocks.extend(conditions(context));
    }
    blocks.push(Block::Heading(lang.of("Base configuration", "基准配置").into()));
    blocks.extend(base(context));
    blocks.extend(factors(context));
    blocks.push(
        lang.of(
            "The folder of the sweep holds every number of this page; `sweep.json` has the SHA-256 of each of its files, this page included.",
            "扫描文件夹含有本页全部数字；`sweep.json`记录其中每个文件（含本页）的SHA-256。",
        )
        .to_owned()
        .into(),
    );
    Section { id: "method".into(), heading: lang.of("How it was made", "生成方式").into(), blocks }
}

fn made(context: &Context<'_>) -> Table {
    let (lang, plan, record) = (context.lang, context.facts.plan, context.facts.record);
    let mut table = Table::new([Column::word(""), Column::word("")]);
    let mut row = |label: &str, text: String| table.row([label.to_owned(), text]);
    row(lang.of("dataset", "数据集"), sentence(&plan.dataset.name));
    row(lang.of("title", "名称"), sentence(&plan.dataset.title));
    row(lang.of("SHA-256 of its tables", "数据表SHA-256"), sentence(&plan.data.sha256));
    row(lang.of("plan", "计划哈希"), sentence(&plan.hash));
    let engine = |engine: &rotor_run::EngineRecord| {
        format!("{} {}", sentence(&engine.name), sentence(&engine.version))
    };
    row(lang.of("planned by", "计划程序"), engine(&plan.engine));
    row(lang.of("merged by", "合并程序"), engine(&record.engine));
    let (grid, refused, equal, n) = (plan.n_grid, plan.n_refused, plan.n_equal, plan.n_trials());
    row(
        lang.of("settings", "设置"),
        say!(
            lang,
            "{grid} on the axes; {refused} break a rule, {equal} are equal to another; {n} are trials",
            "参数轴共{grid}种；{refused}种违反规则，{equal}种与其他相同；{n}种作为试验"
        ),
    );
    let n_parts = plan.parts.len();
    row(lang.of("parts", "分片数"), n_parts.to_string());
    row(lang.of("seed", "随机种子"), plan.seed.to_string());
    let n_tried = context.facts.statistics.n_tried;
    let source = match record.trials.source {
        TrialsSource::Ledger => lang.of("by the ledger of trials", "据试验账本"),
        TrialsSource::Given => lang.of("as given by `trials`", "据`trials`给定"),
        TrialsSource::None => {
            lang.of("those of this sweep alone: there is no ledger", "仅计本次扫描：没有试验账本")
        }
    };
    row(
        lang.of("strategies tried on the dataset", "该数据集上试过的策略数"),
        say!(lang, "{n_tried}, {source}", "{n_tried}，{source}"),
    );
    let holdout = plan.holdout.as_ref().map_or_else(
        || lang.of("none", "无").to_owned(),
        |holdout| {
            let (months, first, end) = (holdout.months, holdout.first.0, holdout.end.0);
            say!(
                lang,
                "{months} months from {first}; the last execution that trials see is in {end}",
                "自{first}起{months}个月；试验所见的最后调仓月为{end}"
            )
        },
    );
    row(Term::HoldOut.of(lang), holdout);
    if let Some(rule) = &plan.walk_forward {
        row(Term::WalkForward.of(lang), rule_in_words(lang, rule.rule).to_owned());
    }
    table
}

fn axes(context: &Context<'_>) -> Vec<Block> {
    let (lang, plan) = (context.lang, context.facts.plan);
    let mut table = Table::new([
        Column::word(Term::SweepAxis.of(lang)),
        Column::number(lang.of("values", "取值数")),
        Column::word(lang.of("which", "取值")),
    ]);
    for axis in plan.axes.iter().take(MOST_AXES) {
        let n = axis.values.len();
        let mut values: Vec<String> = (0..n.min(MOST_VALUES)).map(|value| value_label(axis, value)).collect();
        if n > MOST_VALUES {
            let n_more = n - MOST_VALUES;
            values.push(say!(lang, "{n_more} more", "另外{n_more}个"));
        }
        table.row([name(&axis.key), n.to_string(), values.join(lang.between())]);
    }
    if table.rows.is_empty() {
        return vec![lang.of("None.", "无。").to_owned().into()];
    }
    let mut blocks = vec![Block::from(table)];
    if let Some(n) = plan.axes.len().checked_sub(MOST_AXES).filter(|n| *n > 0) {
        blocks.push(say!(lang, "{n} more are in `plan.json`.", "另有{n}个见`plan.json`。").into());
    }
    blocks
}

fn conditions(context: &Context<'_>) -> Vec<Block> {
    let (lang, plan) = (context.lang, context.facts.plan);
    let all = plan.conditions.iter().take(MOST_CONDITIONS);
    let mut blocks = vec![Block::List(all.map(|condition| label(context, condition)).collect())];
    if let Some(n) = plan.conditions.len().checked_sub(MOST_CONDITIONS).filter(|n| *n > 0) {
        blocks.push(say!(lang, "{n} more are in `plan.json`.", "另有{n}种见`plan.json`。").into());
    }
    blocks
}

/// What of the base configuration is not as nobody has changed it.
fn base(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let all = settings(&context.facts.plan.base.to_json(), context.facts.defaults);
    let of_results = |key: &str| key != "trials" && !key.starts_with("note.") && !key.starts_with("weekly.");
    let mut table = Table::new([
        Column::word(lang.of("key", "键")),
        Column::word(lang.of("value", "值")),
        Column::word(lang.of("default", "默认值")),
    ]);
    for setting in all.iter().filter(|setting| setting.is_changed() && of_results(&setting.key)) {
        let default =
            setting.default.as_deref().map_or_else(|| lang.of("not known", "未知").to_owned(), sentence);
        table.row([sentence(&setting.key), sentence(&setting.value), default]);
    }
    if table.rows.is_empty() {
        return vec![lang.of("Every key has its default.", "所有键均为默认值。").to_owned().into()];
    }
    vec![lang.of("Other than the defaults:", "与默认值不同的键：").to_owned().into(), table.into()]
}

fn factors(context: &Context<'_>) -> Option<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::word(lang.of("version", "版本")),
        Column::number(Term::Weight.of(lang)),
        Column::word("SHA-256"),
    ]);
    for factor in &context.facts.plan.factors {
        let hash = match &factor.sha256 {
            Some(hash) => sentence(hash),
            None => lang.of("part of the program", "程序内置").into(),
        };
        table.row([name(&factor.name), sentence(&factor.version), plain(factor.weight), hash]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}
