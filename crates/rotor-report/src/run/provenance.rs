//! Method, configuration, coverage and provenance: what it takes to believe or to repeat the run.

use rotor_run::{Rebalance, TradeDay};

use super::context::Context;
use super::{config, coverage, tables};
use crate::page::{Block, Column, Section, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{NONE, name, plain, sentence};

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Heading(lang.of("Method in short", "方法概要").into()), method(context)];
    blocks.push(Block::Heading(lang.of("Configuration", "配置").into()));
    blocks.extend(config::blocks(context));
    blocks.push(Block::Heading(lang.of("Data coverage", "数据覆盖").into()));
    blocks.extend(coverage::blocks(context));
    blocks.push(Block::Heading(lang.of("Tables of the factors", "因子表格").into()));
    blocks.extend(tables::blocks(context));
    blocks.push(Block::Heading(lang.of("Provenance", "来源与校验").into()));
    blocks.extend(provenance(context));
    Section {
        id: "method".into(),
        heading: lang.of("Method, data, provenance", "方法、数据与来源").into(),
        blocks,
    }
}

fn method(context: &Context<'_>) -> Block {
    let lang = context.lang;
    let config = context.config();
    let when = match config.map(|config| config.rebalance) {
        Some(Rebalance::AfterCpi) => {
            lang.of("the first trading day after CPI and PPI are published", "CPI与PPI公布后的首个交易日")
        }
        Some(Rebalance::MonthStart) => lang.of("the first trading day of each month", "每月首个交易日"),
        None => NONE,
    };
    let close = match config.map(|config| config.execution) {
        Some(TradeDay::NextClose) => lang.of("the close of the next trading day", "次一交易日收盘价"),
        Some(TradeDay::Close) => lang.of("the close of that day", "当日收盘价"),
        None => NONE,
    };
    let least = config.map_or(NONE.into(), |config| config.min_factors.to_string());
    let (top, cost) = (context.top(), context.cost_bp());
    let weights = context.facts.run.factors.iter().map(|factor| {
        let weight = config.map(|config| config.of_factor(factor).weight);
        let title = context.factor(factor);
        match weight {
            Some(weight) => format!("{title} × {}", plain(weight)),
            None => title,
        }
    });
    let weights = weights.collect::<Vec<_>>().join(lang.between());
    Block::List(vec![
        say!(
            lang,
            "Sectors are selected on {when}, from data published before this date only, and traded at {close}.",
            "于{when}选择行业，仅用此前已公布的数据，按{close}成交。"
        ),
        say!(
            lang,
            "The scores of the factors are added up ({weights}); a tie is broken by the average factor percentile, and sectors still equal at the last place share its weight.",
            "各因子得分加总（{weights}）；同分按因子分位均值排序，末位仍相同者平分权重。"
        ),
        say!(
            lang,
            "Holdings: the first {top} sectors that at least {least} factors score, until the next execution; costs are {cost} bp of what is bought and sold.",
            "持有排名前{top}且至少有{least}个因子得分的行业至下一调仓日；买卖费用各{cost}bp。"
        ),
        lang.of(
            "Equal weight holds all sectors of the day at equal weight, without costs; a forecast is compared with the first value published after it.",
            "等权为当日全部行业平均持有，不计费用；预测与其后首次公布的值比较。",
        )
        .into(),
        lang.of(
            "95% CIs by equal-weighted cosines with Student's t, whose coverage was tested on synthetic data; `docs/src/reference/metrics.md` has every formula.",
            "95% 置信区间采用等权余弦（EWC）与t分布，其覆盖率已在模拟数据上验证；全部公式见`docs/src/reference/metrics.md`。",
        )
        .into(),
    ])
}

fn provenance(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let record = context.facts.record;
    let text = |text: Option<&String>| text.map_or_else(|| NONE.into(), |text| sentence(text));
    let mut run = Table::new([Column::word(""), Column::word("")]);
    let engine = format!("{} {}", sentence(&record.engine.name), sentence(&record.engine.version));
    run.row([lang.of("engine", "引擎").to_owned(), engine]);
    run.row([lang.of("dataset", "数据集").to_owned(), sentence(&record.dataset.name)]);
    run.row([lang.of("title", "名称").to_owned(), sentence(&record.dataset.title)]);
    let synthetic = if record.dataset.synthetic { lang.of("yes", "是") } else { lang.of("no", "否") };
    run.row([lang.of("synthetic", "模拟数据").to_owned(), synthetic.to_owned()]);
    let closes = match record.dataset.price_frequency.as_str() {
        "D" => lang.of("daily", "日频").to_owned(),
        "M" => lang.of("month-end", "月末").to_owned(),
        other => name(other),
    };
    run.row([lang.of("closes", "收盘价").to_owned(), closes]);
    let day = |day: Option<rotor_factor::Date>| day.map_or_else(|| NONE.into(), |day| day.to_string());
    let (first, last) = (day(record.executions.first), day(record.executions.last));
    run.row([lang.of("executions", "调仓日").to_owned(), say!(lang, "{first} to {last}", "{first}至{last}")]);
    let mut hashes =
        Table::new([Column::word(lang.of("table of the dataset", "数据表")), Column::word("SHA-256")]);
    for (file, hash) in record.dataset.sha256.iter() {
        hashes.row([name(file), sentence(hash).chars().take(64).collect()]);
    }
    let mut factors = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::word(lang.of("version", "版本")),
        Column::word("ABI"),
        Column::number(Term::Weight.of(lang)),
        Column::word(lang.of("origin", "来源")),
    ]);
    let mut builds = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::word("SHA-256"),
        Column::word(lang.of("built by", "构建")),
    ]);
    for factor in &record.factors {
        let origin = match (&factor.library, factor.isolated, factor.sealed) {
            (None, ..) => lang.of("part of the program", "程序内置"),
            (Some(_), _, true) => lang.of("library, in a sealed process", "动态库（封闭进程）"),
            (Some(_), false, _) => lang.of("library", "动态库"),
            (Some(_), true, _) => lang.of("library, in a process of its own", "动态库（独立进程）"),
        };
        factors.row([
            sentence(&factor.name),
            sentence(&factor.version),
            sentence(&factor.abi),
            plain(factor.weight),
            origin.to_owned(),
        ]);
        builds.row([sentence(&factor.name), text(factor.sha256.as_ref()), sentence(&factor.build)]);
    }
    let shown = [run, factors].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from);
    let mut blocks: Vec<Block> = shown.collect();
    let tables = [builds, hashes].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from);
    let tables: Vec<Block> = tables.collect();
    if !tables.is_empty() {
        let title = lang.of("SHA-256 and builds", "SHA-256 与构建").into();
        blocks.push(Block::Appendix { title, blocks: tables });
    }
    let closing = lang.of(
        "The run folder holds every number of this page; `run.json` has the SHA-256 of each of its files, this page included.",
        "回测文件夹含有本页全部数字；`run.json`记录其中每个文件（含本页）的SHA-256。",
    );
    blocks.push(closing.to_owned().into());
    blocks
}
