//! What is `na`, and why.

use super::facts::Teller;
use super::page::{Block, Section};
use super::words::{Lang, say, sentence};

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let mut items = Vec::new();
    for (chosen, outcome) in teller.facts.chosen.iter().zip(&teller.day().outcomes) {
        let factor = teller.factor(chosen);
        let signal = match outcome {
            Ok(signal) => signal,
            Err(error) => {
                let error = sentence(&error.to_string());
                items.push(say!(lang, "{factor}, every sector: {error}", "{factor}（全部行业）：{error}"));
                continue;
            }
        };
        // Reasons in the order in which they first occur.
        let mut by_reason: Vec<(&str, Vec<usize>)> = Vec::new();
        for sector in 0..signal.n_sectors() {
            if let Err(reason) = signal.score_of(sector) {
                match by_reason.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, sectors)) => sectors.push(sector),
                    None => by_reason.push((reason, vec![sector])),
                }
            }
        }
        for (reason, sectors) in by_reason {
            let names: Vec<&str> = sectors.iter().map(|sector| teller.names[*sector].as_str()).collect();
            let (names, reason) = (names.join(lang.between()), told_reason(lang, reason));
            let n = sectors.len();
            items.push(say!(
                lang,
                "{factor}: {reason} ({n}): {names}",
                "{factor}：{reason}（{n}个）：{names}"
            ));
        }
    }
    let block = if items.is_empty() {
        Block::Paragraph(
            lang.of("Nothing: every factor scores every sector.", "无：各因子对全部行业均有得分。").into(),
        )
    } else {
        Block::List(items)
    };
    Section {
        id: "missing".into(),
        heading: lang.of("Missing (na), and why", "缺失（na）及原因").into(),
        blocks: vec![block],
    }
}

/// The reasons of the factors of the method, in Chinese. What is not here stays as it is.
const REASONS: &[(&str, &str)] = &[
    ("no industry has a weight in it", "无工业行业与之对应"),
    ("industries cover less than `min_coverage` of its assets", "对应工业行业占其资产比重低于`min_coverage`"),
    ("no growth of its net profit is public", "净利润增速尚未公布"),
    ("no growth of its industries is public", "对应工业行业利润增速尚未公布"),
    ("no target after the base quarter", "基期季度之后无预测目标"),
    ("it has no public gross margin", "无已公布的毛利率"),
    ("its base quarter has no fitted value", "基期季度无拟合值"),
    ("the R² of its test rows is undefined or below `min_test_r2`", "检验R²无法计算或低于`min_test_r2`"),
    ("the joint effect has no variance: the regression fits exactly", "回归完全拟合，联合效应无方差"),
    ("no series is linked to it", "无对应的高频指标"),
    (
        "none of its series can be marked: a value of the month or of the one before is missing or zero",
        "对应指标当月或上月数值缺失或为零，无法标记",
    ),
    (
        "no heat in one of the last three months: no other sector shares `min_months` returns with it",
        "近三个月中有月份热度缺失：与其他行业共有的收益月数不足`min_months`",
    ),
];

fn told_reason(lang: Lang, reason: &str) -> String {
    if reason.is_empty() {
        return lang.of("no reason given", "未说明原因").into();
    }
    let in_chinese = REASONS.iter().find(|(known, _)| *known == reason).filter(|_| lang == Lang::Zh);
    sentence(in_chinese.map_or(reason, |(_, zh)| *zh))
}
