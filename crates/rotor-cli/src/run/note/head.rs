//! What a reader needs first: the day, the month, the dataset and the picks.

use rotor_data::PriceFrequency;
use rotor_factor::Date;

use super::facts::{Teller, score_number};
use super::words::{NONE, name, say, sentence};

pub(super) fn title(teller: &Teller<'_>) -> String {
    let day = teller.day().as_of.0;
    say!(teller.lang, "Which sectors now? {day}", "行业配置提示：截至{day}")
}

/// The mark of data that are made up.
pub(super) fn mark(teller: &Teller<'_>) -> Option<String> {
    let is_synthetic = teller.facts.dataset.manifest().synthetic;
    is_synthetic.then(|| synthetic(teller).to_owned())
}

fn synthetic(teller: &Teller<'_>) -> &'static str {
    teller.lang.of("SYNTHETIC DATA", "模拟数据")
}

pub(super) fn facts(teller: &Teller<'_>) -> Vec<(String, String)> {
    let (lang, day) = (teller.lang, teller.day());
    let as_of = day.as_of.0;
    let is_monthly = teller.facts.dataset.manifest().price_frequency == PriceFrequency::MonthEnd;
    let days = teller.facts.dataset.calendar().days();
    let is_known = |day: &&Date| **day < as_of || is_monthly && **day == as_of;
    let last = days.iter().rev().find(is_known).map_or(NONE.into(), Date::to_string);
    let mut known = if is_monthly {
        say!(
            lang,
            "{as_of}; known is what was published before it, and closes to {last}",
            "{as_of}（仅用此日之前已公布的数据，收盘价截至{last}）"
        )
    } else {
        say!(
            lang,
            "{as_of}; known is what was public before it, closes to {last}",
            "{as_of}（仅用此日之前已公开的数据，收盘价截至{last}）"
        )
    };
    if teller.facts.is_default_day {
        known += match (is_monthly, lang) {
            (false, super::Lang::En) => {
                "; the day after the last trading day of the dataset, as none was named"
            }
            (false, super::Lang::Zh) => "；未指定日期，取数据集最后交易日的次日",
            (true, super::Lang::En) => "; the last trading day of the dataset, as none was named",
            (true, super::Lang::Zh) => "；未指定日期，取数据集最后交易日",
        };
    }
    let month = day.month;
    let manifest = teller.facts.dataset.manifest();
    let (short, title) = (name(&manifest.name), sentence(&manifest.title));
    let mut dataset = say!(lang, "{short}: {title}", "{short}：{title}");
    if manifest.synthetic {
        dataset = format!("{dataset} ({})", synthetic(teller));
    }
    let picks: Vec<String> = teller
        .picks()
        .into_iter()
        .map(|sector| format!("{} {}", teller.names[sector], score_number(day.ranking[sector].total)))
        .collect();
    let picks = if picks.is_empty() {
        lang.of("none", "无").to_owned()
    } else {
        say!(lang, "{picks} (with totals)", "{picks}（含总分）", picks = picks.join(lang.between()))
    };
    vec![
        (lang.of("as of", "截至").into(), known),
        (lang.of("last complete month", "最近完整月份").into(), month.to_string()),
        (lang.of("dataset", "数据集").into(), dataset),
        (lang.of("picks", "入选行业").into(), picks),
    ]
}
