//! What stands above every section: what was run, over which months, and which sectors are selected now.

use super::context::{Context, score_number};
use crate::say;
use crate::terms::Term;
use crate::words::{name, sentence};

pub(super) fn title(context: &Context<'_>) -> String {
    let short = name(&context.facts.record.dataset.name);
    say!(context.lang, "Sector rotation backtest on {short}", "行业轮动回测报告：{short}")
}

/// The mark of data that are made up.
pub(super) fn mark(context: &Context<'_>) -> Option<String> {
    context.is_synthetic().then(|| {
        let mark = context.lang.of(
            "SYNTHETIC DATA: no number in this report describes a real market",
            "模拟数据：本报告的任何数字均不反映真实市场",
        );
        mark.to_owned()
    })
}

pub(super) fn facts(context: &Context<'_>) -> Vec<(String, String)> {
    let (lang, run) = (context.lang, context.facts.run);
    let title = sentence(&context.facts.record.dataset.title);
    let mut facts = vec![(lang.of("dataset", "数据集").to_owned(), title)];
    let kept = context.kept();
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
    let (top, cost) = (context.top(), context.cost_bp());
    let rule = say!(
        lang,
        "the {top} sectors with the highest totals each month, net of {cost} bp one way",
        "每月持有总分前{top}名行业，单边费用{cost}bp"
    );
    facts.push((lang.of("strategy", "策略").into(), rule));
    let factors: Vec<String> = run.factors.iter().map(|factor| context.factor(factor)).collect();
    facts.push((lang.of("factors", "因子").into(), factors.join(lang.between())));
    if let Some((at, last)) = kept.last() {
        let selected: Vec<String> = context
            .places(*at)
            .into_iter()
            .filter(|place| place.weight > 0.0)
            .take(20)
            .map(|place| format!("{} {}", context.entity(place.sector), score_number(place.total)))
            .collect();
        let (day, selected) = (last.as_of, selected.join(lang.between()));
        let text = say!(lang, "{day}: {selected} (with totals)", "{day}：{selected}（含总分）");
        facts.push((Term::SelectedSectors.of(lang).into(), text));
    }
    facts
}
