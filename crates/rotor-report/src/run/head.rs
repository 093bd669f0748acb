//! What stands above every section: what was run, over which months, and what is picked now.

use serde_json::Value;

use super::teller::{Teller, score_number};
use crate::say;
use crate::words::{name, sentence};

pub(super) fn title(teller: &Teller<'_>) -> String {
    let short = teller.dataset("name").and_then(Value::as_str).map_or("-".into(), name);
    say!(teller.lang, "Backtest of a sector rotation on {short}", "行业轮动回测报告：{short}")
}

/// The mark of data that are made up.
pub(super) fn mark(teller: &Teller<'_>) -> Option<String> {
    teller.is_synthetic().then(|| {
        let mark = teller.lang.of(
            "SYNTHETIC DATA: a made-up world; no number here speaks of a market",
            "模拟数据：本报告的任何数字均不反映真实市场",
        );
        mark.to_owned()
    })
}

pub(super) fn facts(teller: &Teller<'_>) -> Vec<(String, String)> {
    let (lang, run) = (teller.lang, teller.facts.run);
    let title = teller.dataset("title").and_then(Value::as_str).map_or("-".into(), sentence);
    let mut facts = vec![(lang.of("dataset", "数据集").to_owned(), title)];
    let kept = teller.kept();
    let months = match (kept.first(), kept.last()) {
        (Some((_, first)), Some((_, last))) => {
            let (n, from, to) = (kept.len(), first.as_of, last.exit);
            let n_skipped = run.executions.len() - n;
            let skipped = match n_skipped {
                0 => String::new(),
                n => say!(lang, "; {n} before them skipped", "；此前{n}个月未计入"),
            };
            say!(lang, "{n} months, {from} to {to}{skipped}", "{n}个月，{from}至{to}{skipped}")
        }
        _ => lang.of("none", "无").into(),
    };
    facts.push((lang.of("holding periods", "持有期").into(), months));
    let (top, cost) = (teller.top(), teller.config_number("cost_bp"));
    let rule = say!(
        lang,
        "the top {top} sectors of each month, after costs of {cost} bp one way",
        "每月持有得分前{top}名行业，单边成本{cost}bp"
    );
    facts.push((lang.of("strategy", "策略").into(), rule));
    let factors: Vec<String> = run.factors.iter().map(|factor| teller.factor(factor)).collect();
    facts.push((lang.of("factors", "因子").into(), factors.join(lang.between())));
    if let Some((at, last)) = kept.last() {
        let picks: Vec<String> = teller
            .places(*at)
            .into_iter()
            .filter(|place| place.weight > 0.0)
            .take(20)
            .map(|place| format!("{} {}", teller.entity(place.sector), score_number(place.total)))
            .collect();
        let (day, picks) = (last.as_of, picks.join(lang.between()));
        let picks = say!(lang, "{day}: {picks} (with totals)", "{day}：{picks}（含总分）");
        facts.push((lang.of("last picks", "最近一期入选").into(), picks));
    }
    facts
}
