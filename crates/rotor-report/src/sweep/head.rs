//! What stands above every section: what was tried, on which data and months.

use super::context::Context;
use crate::say;
use crate::terms::Term;
use crate::words::{counted, name, sentence};

/// How many axes the head names.
const MOST_AXES: usize = 6;

pub(super) fn title(context: &Context<'_>) -> String {
    let short = name(&context.facts.plan.dataset.name);
    let n = context.n_trials();
    let trials = counted(context.lang, n, ["trial", "trials"], "次试验");
    say!(context.lang, "Sweep of {trials} on {short}", "参数扫描报告：{short}，{trials}")
}

/// The mark of data that are made up.
pub(super) fn mark(context: &Context<'_>) -> Option<String> {
    context.facts.plan.dataset.synthetic.then(|| {
        let mark = context.lang.of(
            "SYNTHETIC DATA: no number in this report describes a real market",
            "模拟数据：本报告的任何数字均不反映真实市场",
        );
        mark.to_owned()
    })
}

pub(super) fn facts(context: &Context<'_>) -> Vec<(String, String)> {
    let (lang, plan, statistics) = (context.lang, context.facts.plan, context.facts.statistics);
    let mut facts = vec![(lang.of("dataset", "数据集").to_owned(), sentence(&plan.dataset.title))];
    let mut axes: Vec<String> = plan
        .axes
        .iter()
        .take(MOST_AXES)
        .map(|axis| {
            let (key, n) = (name(&axis.key), axis.values.len());
            say!(lang, "`{key}` ({n})", "`{key}`（{n}）")
        })
        .collect();
    if let Some(n) = plan.axes.len().checked_sub(MOST_AXES).filter(|n| *n > 0) {
        axes.push(say!(lang, "{n} more", "另外{n}个"));
    }
    let axes = axes.join(lang.between());
    let axes = if axes.is_empty() { lang.of("none", "无").to_owned() } else { axes };
    facts.push((lang.of("axes (values)", "参数轴（取值数）").to_owned(), axes));
    let months = &statistics.months;
    let text = match (months.first, months.last) {
        (Some(first), Some(last)) => {
            let (n, first, last) = (months.n, first.0, last.0);
            say!(
                lang,
                "{n} months that all judged trials share, executions {first} to {last}",
                "全部参评试验共有的{n}个月，调仓日{first}至{last}"
            )
        }
        _ => lang.of("none that all trials share", "没有全部试验共有的月份").into(),
    };
    facts.push((lang.of("months", "月份").to_owned(), text));
    let n = plan.conditions.len();
    if n > 1 {
        let text = say!(
            lang,
            "{n}, the first for every number not said to be of another",
            "{n}种；未另行说明的数字均属第一种"
        );
        facts.push((lang.of("conditions", "情景").to_owned(), text));
    }
    if let Some(holdout) = &plan.holdout {
        let (n, first) = (holdout.months, holdout.first.0);
        let text =
            say!(lang, "{n} months from {first}, which no trial saw", "自{first}起{n}个月，任何试验均未使用");
        facts.push((Term::HoldOut.of(lang).to_owned(), text));
    }
    facts
}
