//! Method, configuration, coverage and provenance: what it takes to believe or to repeat the run.

use serde_json::Value;

use super::teller::Teller;
use super::{config, coverage, tables};
use crate::page::{Block, Column, Section, Table};
use crate::say;
use crate::words::{NONE, name, plain, sentence};

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let mut blocks = vec![Block::Heading(lang.of("Method in short", "方法概要").into()), method(teller)];
    blocks.push(Block::Heading(lang.of("Configuration", "配置").into()));
    blocks.extend(config::blocks(teller));
    blocks.push(Block::Heading(lang.of("Data coverage", "数据覆盖").into()));
    blocks.extend(coverage::blocks(teller));
    blocks.push(Block::Heading(lang.of("Tables of the factors", "因子表格").into()));
    blocks.extend(tables::blocks(teller));
    blocks.push(Block::Heading(lang.of("Provenance", "来源与校验").into()));
    blocks.extend(provenance(teller));
    Section {
        id: "method".into(),
        heading: lang.of("Method, data, provenance", "方法、数据与来源").into(),
        blocks,
    }
}

fn method(teller: &Teller<'_>) -> Block {
    let lang = teller.lang;
    let word = |key: &str| teller.config(key).and_then(Value::as_str).unwrap_or_default();
    let when = match word("rebalance") {
        "after_cpi" => {
            lang.of("the first trading day after CPI and PPI are out", "CPI与PPI公布后的首个交易日")
        }
        _ => lang.of("the first trading day of each month", "每月首个交易日"),
    };
    let close = match word("execution") {
        "next_close" => lang.of("the close of the next trading day", "次一交易日收盘价"),
        _ => lang.of("the close of that day", "当日收盘价"),
    };
    let (top, least, cost) =
        (teller.top(), teller.config_number("min_factors"), teller.config_number("cost_bp"));
    let weights = teller.facts.run.factors.iter().map(|factor| {
        let weight = teller.config("factor").and_then(|all| all.get(factor)?.get("weight")?.as_f64());
        let title = teller.factor(factor);
        match weight {
            Some(weight) => format!("{title} × {}", plain(weight)),
            None => title,
        }
    });
    let weights = weights.collect::<Vec<_>>().join(lang.between());
    Block::List(vec![
        say!(
            lang,
            "Sectors are chosen on {when}, on what was released before it alone, and traded at {close}.",
            "于{when}选择行业，仅用此前已公布的数据，按{close}成交。"
        ),
        say!(
            lang,
            "The scores of the factors are added up ({weights}); equal totals are settled by the mean percentile of the raw values, then by code.",
            "各因子得分加总（{weights}）；总分相同时依原始值的平均百分位、再依代码排序。"
        ),
        say!(
            lang,
            "Held are the first {top} with at least {least} live factors until the next execution; costs are {cost} bp of what is bought and sold.",
            "持有排名前{top}且至少有{least}个因子得分的行业至下一调仓日；买卖成本各{cost}bp。"
        ),
        lang.of(
            "Equal weight holds all sectors of the day alike, without costs; a forecast is held against the first value released after it was made.",
            "等权为当日全部行业平均持有，不计成本；预测与其后首次公布的值比较。",
        )
        .into(),
        lang.of(
            "Intervals are at 95%, by equal-weighted cosines with Student's t, which hold in trials on made-up worlds; `docs/src/reference/metrics.md` has every formula.",
            "区间均为95%，采用等权余弦（EWC）与t分布，已在模拟世界中检验；全部公式见`docs/src/reference/metrics.md`。",
        )
        .into(),
    ])
}

fn provenance(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let entries = teller.facts.provenance;
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => sentence(text),
        Some(Value::Null) | None => NONE.into(),
        Some(other) => sentence(&other.to_string()),
    };
    let of = |part: &str, key: &str| text(entries.get(part).and_then(|part| part.get(key)));
    let mut run = Table::new([Column::word(""), Column::word("")]);
    let engine = format!("{} {}", of("engine", "name"), of("engine", "version"));
    run.row([lang.of("engine", "引擎").to_owned(), engine]);
    run.row([lang.of("dataset", "数据集").to_owned(), of("dataset", "name")]);
    run.row([lang.of("title", "名称").to_owned(), of("dataset", "title")]);
    let made_up = if teller.is_synthetic() { lang.of("yes", "是") } else { lang.of("no", "否") };
    run.row([lang.of("synthetic", "模拟数据").to_owned(), made_up.to_owned()]);
    let closes = match teller.dataset("price_frequency").and_then(Value::as_str) {
        Some("D") => lang.of("daily", "日频").to_owned(),
        Some("M") => lang.of("month-end", "月末").to_owned(),
        other => other.map_or(NONE.into(), name),
    };
    run.row([lang.of("closes", "收盘价").to_owned(), closes]);
    let (first, last) = (of("executions", "first"), of("executions", "last"));
    run.row([lang.of("executions", "调仓日").to_owned(), say!(lang, "{first} to {last}", "{first}至{last}")]);
    let mut hashes =
        Table::new([Column::word(lang.of("table of the dataset", "数据表")), Column::word("SHA-256")]);
    let files = teller.dataset("sha256").and_then(Value::as_object);
    for (file, hash) in files.into_iter().flatten() {
        hashes.row([name(file), text(Some(hash)).chars().take(64).collect()]);
    }
    let mut factors = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::word(lang.of("version", "版本")),
        Column::word("ABI"),
        Column::number(lang.of("weight", "权重")),
        Column::word(lang.of("origin", "来源")),
        Column::word("SHA-256"),
        Column::word(lang.of("built by", "构建")).detail(),
    ]);
    for factor in entries.get("factors").and_then(Value::as_array).into_iter().flatten() {
        let is_linked = factor.get("library").is_none_or(Value::is_null);
        let is_isolated = factor.get("isolated").and_then(Value::as_bool).unwrap_or(false);
        let origin = match (is_linked, is_isolated) {
            (true, _) => lang.of("part of the program", "程序内置"),
            (false, false) => lang.of("library", "动态库"),
            (false, true) => lang.of("library, in a process of its own", "动态库（独立进程）"),
        };
        factors.row([
            text(factor.get("name")),
            text(factor.get("version")),
            text(factor.get("abi")),
            text(factor.get("weight")),
            origin.to_owned(),
            text(factor.get("sha256")),
            text(factor.get("build")),
        ]);
    }
    let shown = [run, factors, hashes].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from);
    let mut blocks: Vec<Block> = shown.collect();
    let closing = lang.of(
        "The run folder holds every number of this page; `run.json` has the SHA-256 of each of its files, this page included.",
        "回测文件夹含有本页全部数字；`run.json`记录其中每个文件（含本页）的SHA-256。",
    );
    blocks.push(closing.to_owned().into());
    blocks
}
