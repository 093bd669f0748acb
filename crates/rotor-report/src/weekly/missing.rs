//! What is not on the page, and why.

use rotor_run::{MissingPart, MissingReason, WeeklyPart};

use super::context::WeeklyContext;
use super::money;
use crate::page::{Block, Section};
use crate::words::{Lang, capitalised, name, say};

pub(super) fn section(context: WeeklyContext<'_>) -> Section {
    let (lang, missing) = (context.lang, &context.weekly.missing);
    let block = if missing.is_empty() {
        Block::Paragraph(lang.of("No part of the page lacks its data.", "各部分均有数据。").into())
    } else {
        Block::List(missing.iter().map(|missing| sentence(lang, missing)).collect())
    };
    Section {
        id: "missing".into(),
        heading: lang.of("What is missing, and why", "缺失内容及原因").into(),
        blocks: vec![block],
    }
}

fn sentence(lang: Lang, missing: &MissingPart) -> String {
    let (part, reason) = (capitalised(part(lang, missing.part)), reason(lang, &missing.reason));
    say!(lang, "{part}: {reason}.", "{part}：{reason}。")
}

fn part(lang: Lang, part: WeeklyPart) -> &'static str {
    match part {
        WeeklyPart::Returns => lang.of("Week review", "一周市场回顾"),
        WeeklyPart::Tracking => lang.of("Tracking of industries", "行业景气跟踪"),
        WeeklyPart::Profits => lang.of("Profits of industrial enterprises", "工业企业利润"),
        WeeklyPart::Samples => lang.of("Reports so far, comparable sample", "一致可比口径业绩"),
        WeeklyPart::Flow(kind) => money::title(lang, kind),
        WeeklyPart::Events => lang.of("Events", "事件与催化"),
        WeeklyPart::Valuation => lang.of("Valuation", "估值"),
    }
}

fn reason(lang: Lang, reason: &MissingReason) -> String {
    match reason {
        MissingReason::NotInDataset(names) => {
            let names: Vec<String> = names.iter().map(|one| format!("`{}`", name(one))).collect();
            let names = names.join(lang.of(", ", "、"));
            say!(lang, "the dataset has no {names}", "数据集没有{names}")
        }
        MissingReason::NoDailyCloses => {
            lang.of("the dataset has month-end closes only", "数据集只有月末收盘价").into()
        }
        MissingReason::NotPublic => {
            lang.of("nothing of it had been published before this date", "截至该日尚无已公布的数据").into()
        }
        MissingReason::NoOpenQuarter => lang
            .of(
                "of no quarter whose deadline is still to come have enough companies reported",
                "没有披露期内且已披露公司足够多的报告期",
            )
            .into(),
        MissingReason::NoneInSpan => lang
            .of(
                "the dataset has events, but none that was known falls into this week or the next",
                "数据集有事件，但本周与下周没有已知事件",
            )
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use rotor_run::FlowKind;

    use super::*;

    #[test]
    fn each_missing_part_is_a_sentence() {
        let missing = |part, reason| MissingPart { part, reason };
        let northbound = missing(
            WeeklyPart::Flow(FlowKind::Northbound),
            MissingReason::NotInDataset(vec!["northbound_net_buy".into()]),
        );
        assert_eq!(
            [sentence(Lang::En, &northbound), sentence(Lang::Zh, &northbound)],
            [
                "Northbound net purchases: the dataset has no `northbound_net_buy`.",
                "北向资金净买入：数据集没有`northbound_net_buy`。"
            ]
        );
        let closes = missing(WeeklyPart::Returns, MissingReason::NoDailyCloses);
        assert_eq!(sentence(Lang::Zh, &closes), "一周市场回顾：数据集只有月末收盘价。");
    }
}
