//! The sentences of what looks wrong in a dataset, English and Chinese side by side.
//!
//! One cause is one sentence: how many it concerns, one example, and in a second sentence what to do. Every match is exhaustive, so
//! that a new code does not compile without both languages.

use rotor_data::{DatasetWarning, Place, WarningCode};

use crate::say;
use crate::words::{Lang, counted, name};

/// What looks wrong, without a stop.
#[must_use]
#[allow(clippy::too_many_lines, reason = "one sentence a code; splitting the list would only hide it")]
pub fn warning(lang: Lang, warning: &DatasetWarning) -> String {
    let Some(place) = warning.places.first() else { return String::new() };
    let n = warning.places.len();
    let (entity, series) = (named(place.entity.as_deref()), named(place.series.as_deref()));
    let (from, to, count) = (place.from, place.to, place.count);
    let total: u64 = warning.places.iter().map(|place| place.count).sum();
    let entities = counted(lang, n, ["entity", "entities"], "个代码");
    let pairs = counted(lang, n, ["series of an entity", "series of entities"], "个序列");
    let value = |idx: usize| number(place.values.get(idx).copied());
    let total_values: f64 = warning.places.iter().filter_map(|place| place.values.first()).sum();
    match warning.code {
        WarningCode::NoCloses => say!(
            lang,
            "{entities} without any close, such as {entity}",
            "{entities}没有任何收盘价，例如{entity}"
        ),
        WarningCode::ClosesEnd => say!(
            lang,
            "closes of {entities} stop before those of the others: {entity} on {from}, the others on {to}",
            "{entities}的收盘价早于其他代码终止：{entity}止于{from}，其他止于{to}"
        ),
        WarningCode::BeginsLate => say!(
            lang,
            "closes of {entities} begin after those of the others: {entity} on {to}, the others on {from}",
            "{entities}的收盘价晚于其他代码开始：{entity}始于{to}，其他始于{from}"
        ),
        WarningCode::Gap => say!(
            lang,
            "closes of {entities} are missing for longer than any holiday: {entity} has none between {from} and {to}",
            "{entities}的收盘价缺失时间长于任何假期：{entity}在{from}与{to}之间没有收盘价"
        ),
        WarningCode::Jump => {
            let (before, after) = (value(0), value(1));
            say!(
                lang,
                "closes of {entities} are far from the one before ({total} in all): {entity} is {before} on {from} and {after} on {to}",
                "{entities}共{total}个收盘价与前一个相差悬殊：{entity}在{from}为{before}，在{to}为{after}"
            )
        }
        WarningCode::JumpReverts => {
            let (before, strange, after) = (value(0), value(1), value(2));
            say!(
                lang,
                "closes of {entities} jump and come back ({total} in all): {entity} is {before}, on {from} {strange}, and then {after}",
                "{entities}共{total}处收盘价跳变后复原：{entity}由{before}变为{from}的{strange}，随后为{after}"
            )
        }
        WarningCode::WeekendCloses => {
            let share = number(Some((1000.0 * total as f64 / total_values.max(1.0)).round() / 10.0));
            say!(
                lang,
                "closes of {entities} are dated on weekends ({total} in all, {share}% of theirs), such as {entity} on {from}",
                "{entities}共{total}个收盘价（占其{share}%）的日期在周末，例如{entity}的{from}"
            )
        }
        WarningCode::MixedStamps => say!(
            lang,
            "month-end closes of {entities} carry other days than most: {entity} has {from} where the others have {to}, in {count} months",
            "{entities}的月末收盘价日期与多数不同：{entity}为{from}，其他为{to}，共{count}个月"
        ),
        WarningCode::MonthlyCalledDaily => say!(
            lang,
            "the manifest says daily closes, but there is one a month ({total} closes of {entities})",
            "清单声明为日度收盘价，实际每月只有一个（{entities}共{total}个）"
        ),
        WarningCode::UnitChange => {
            let (before, after) = (value(0), value(1));
            say!(
                lang,
                "the level of {pairs} changes by a factor of 100 to 10000: {series} of {entity} is {before} at {from} and {after} at {to}",
                "{pairs}的水平变化100至10000倍：{entity}的{series}在{from}为{before}，在{to}为{after}"
            )
        }
        WarningCode::Constant => {
            let only = value(0);
            say!(
                lang,
                "{pairs} never change: {series} of {entity} is {only} in all {count} periods",
                "{pairs}从不变化：{entity}的{series}在全部{count}期均为{only}"
            )
        }
        WarningCode::ManyZeros => {
            let all = value(0);
            say!(
                lang,
                "zeros of {pairs} may stand for `none`: {series} of {entity} is 0 in {count} of {all} periods",
                "{pairs}的零值可能表示“无”：{entity}的{series}在{all}期中有{count}期为0"
            )
        }
        WarningCode::SameDayReleases => {
            let all = value(0);
            say!(
                lang,
                "values of {pairs} are released on the last day of their period: {series} of {entity}, {count} of {all}",
                "{pairs}的公布日等于所属期末日：{entity}的{series}，{all}个中有{count}个"
            )
        }
        WarningCode::SharesBelowOne => {
            let sum = value(0);
            say!(
                lang,
                "shares of {entities} in the sector–industry mapping (`bridge`) sum to less than 1: those of {entity} to {sum}",
                "{entities}在行业映射（`bridge`）中的份额之和小于1：{entity}为{sum}"
            )
        }
        WarningCode::LinkElsewhere if place.entity.is_none() => say!(
            lang,
            "{n} series named in `links` have no value of the market, such as {series}, which has no value at all",
            "`links`所列的{n}个序列没有市场的取值，例如{series}没有任何取值"
        ),
        WarningCode::LinkElsewhere => say!(
            lang,
            "{n} series named in `links` have no value of the market, such as {series}, which is filed under {entity}",
            "`links`所列的{n}个序列没有市场的取值，例如{series}归在{entity}之下"
        ),
        WarningCode::LinkQuarterly => say!(
            lang,
            "{n} series named in `links` are quarterly, such as {series}: no prosperity is made of them",
            "`links`所列的{n}个序列为季度频率，例如{series}，不参与景气度计算"
        ),
        WarningCode::Overdue => overdue(lang, warning, place),
    }
}

/// The value of a period that should be public by now.
fn overdue(lang: Lang, warning: &DatasetWarning, place: &Place) -> String {
    let n = warning.places.len();
    let (entity, series) = (named(place.entity.as_deref()), named(place.series.as_deref()));
    let (from, to) = (place.from, place.to);
    let lag = number(place.values.first().copied());
    let pairs = counted(lang, n, ["series of an entity", "series of entities"], "个序列");
    let verb = if n == 1 { "is" } else { "are" };
    match lang {
        Lang::En => format!(
            "{pairs} {verb} overdue at the end of the dataset: {series} of {entity} for {from}, usually out by day {lag} ({to})"
        ),
        Lang::Zh => format!(
            "{pairs}在数据集末日尚未更新：{entity}的{series}（{from}），通常在第{lag}日前公布（{to}）"
        ),
    }
}

/// What to do about it, without a stop.
#[must_use]
pub fn remedy(lang: Lang, code: WarningCode) -> &'static str {
    match code {
        WarningCode::NoCloses => {
            lang.of("give it closes, or take it out of `entities`", "补充收盘价，或将其移出`entities`")
        }
        WarningCode::ClosesEnd => lang.of(
            "add the closes that are missing, or give `valid_to` if it ended",
            "补充缺失的收盘价；若已终止则填写`valid_to`",
        ),
        WarningCode::BeginsLate => lang.of(
            "add the earlier closes, or give `valid_from` if it began then",
            "补充更早的收盘价；若此时才开始则填写`valid_from`",
        ),
        WarningCode::Gap => lang.of(
            "add the closes; a comparison with it leaves those periods out",
            "补充收盘价；与其比较时将略去这些区间",
        ),
        WarningCode::Jump => lang.of(
            "look the closes up; a change of base or of currency must be carried back",
            "核对收盘价；若更换基期或货币，须回溯调整",
        ),
        WarningCode::JumpReverts => {
            lang.of("look the closes up; a decimal point may be lost", "核对收盘价，可能遗漏小数点")
        }
        WarningCode::WeekendCloses => lang.of(
            "no exchange trades then; if the share is about a fifth, every date is a day early, for it was turned into UTC",
            "交易所周末休市；若占比约五分之一，则全部日期提前了一天（曾被转换为UTC）",
        ),
        WarningCode::MixedStamps => lang.of(
            "nothing, if each is the close of its month; the run takes closes by month",
            "若均为当月收盘价则无需处理，回测按月份取收盘价",
        ),
        WarningCode::MonthlyCalledDaily => lang.of(
            "write `price_frequency = \"M\"` in `dataset.toml`",
            "在`dataset.toml`中写入`price_frequency = \"M\"`",
        ),
        WarningCode::UnitChange => {
            lang.of("bring all values to one unit", "将全部数值统一为同一单位")
        }
        WarningCode::Constant => {
            lang.of("check the source; such a series says nothing", "核对来源；该序列不含信息")
        }
        WarningCode::ManyZeros => lang.of(
            "remove the rows that have no value; what has none has no row",
            "删除没有取值的行：没有取值就没有行",
        ),
        WarningCode::SameDayReleases => lang.of(
            "give the day on which the value was public; if that is the day, write `published` in the column `release` of `series`",
            "填写实际公布日；若确为当日公布，在`series`的`release`列写入`published`",
        ),
        WarningCode::SharesBelowOne => lang.of(
            "nothing, if the rest of its assets is in no industry; else add the shares that are missing",
            "若其余资产不属于任何工业行业则无需处理，否则补充缺失的份额",
        ),
        WarningCode::LinkElsewhere => lang.of(
            "file the observations under the entity of kind `market`",
            "将观测值归在`market`类代码之下",
        ),
        WarningCode::LinkQuarterly => {
            lang.of("link a daily, weekly or monthly series", "改用日度、周度或月度序列")
        }
        WarningCode::Overdue => lang.of(
            "add the values that are public by then; nothing, if the series has ended",
            "补充当时已公布的数值；若序列已停更则无需处理",
        ),
    }
}

/// A warning with what to do about it, as the two lines of a list.
#[must_use]
pub fn lines(lang: Lang, found: &DatasetWarning) -> String {
    let label = lang.of("hint", "建议");
    format!("{}\n  {label}: {}", warning(lang, found), remedy(lang, found.code))
}

fn named(text: Option<&str>) -> String {
    text.map_or(String::new(), |text| format!("`{}`", name(text)))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| crate::words::NONE.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use rotor_factor::Date;

    use super::*;
    use crate::terms::REFUSED;

    const CODES: [WarningCode; 17] = [
        WarningCode::NoCloses,
        WarningCode::ClosesEnd,
        WarningCode::BeginsLate,
        WarningCode::Gap,
        WarningCode::Jump,
        WarningCode::JumpReverts,
        WarningCode::WeekendCloses,
        WarningCode::MixedStamps,
        WarningCode::MonthlyCalledDaily,
        WarningCode::UnitChange,
        WarningCode::Constant,
        WarningCode::ManyZeros,
        WarningCode::SameDayReleases,
        WarningCode::SharesBelowOne,
        WarningCode::LinkElsewhere,
        WarningCode::LinkQuarterly,
        WarningCode::Overdue,
    ];

    #[test]
    fn sentences_are_in_their_language_and_use_the_words_of_the_field() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let place = Place {
            entity: Some("S01".into()),
            series: Some("orders".into()),
            from: day("2020-01-02"),
            to: day("2020-02-03"),
            count: 3,
            values: vec![100.5, 2.0, 101.0],
        };
        for code in CODES {
            let found = DatasetWarning { code, places: vec![place.clone(), place.clone()] };
            let (en, zh) = (lines(Lang::En, &found), lines(Lang::Zh, &found));
            let is_chinese =
                |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            assert!(is_chinese(&zh) && !is_chinese(&en), "{en} / {zh}");
            for refused in REFUSED.iter().filter(|refused| !refused.only_as_label) {
                let found = [&en.to_lowercase(), &zh].iter().any(|text| text.contains(refused.words));
                assert!(!found, "`{}`: {en} / {zh}", refused.words);
            }
        }
        let overdue = DatasetWarning { code: WarningCode::Overdue, places: vec![place] };
        assert_eq!(
            warning(Lang::En, &overdue),
            "1 series of an entity is overdue at the end of the dataset: `orders` of `S01` for 2020-01-02, \
             usually out by day 100.5 (2020-02-03)"
        );
    }
}
