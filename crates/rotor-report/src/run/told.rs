//! Sentences of the evaluation, the engine and the factors of the method in Chinese.
//!
//! They are written in English where they arise; here each is known by its pattern. What is not known stays as it is.

use crate::page::Block;
use crate::words::{Lang, sentence};

/// English patterns and their Chinese ones; `{}` in both stands for the same values in the same order.
const KNOWN: &[(&str, &str)] = &[
    // Why a number cannot be given.
    ("{} values where {} are needed", "仅有{}个值，至少需要{}个"),
    ("all values are equal", "各值相等"),
    ("the series turns too fast for the error of its mean to be estimated", "序列波动过快，无法估计均值误差"),
    ("the factor scores no sector", "因子对所有行业均无得分"),
    ("no month in which every factor scores a sector", "没有全部因子均有得分的月份"),
    ("the run has no months", "回测不含任何月份"),
    ("a single month decides", "结果由单个月份决定"),
    ("the rule of no change is never wrong", "“不变”预测从未出错"),
    ("the mean of the past is never wrong", "历史均值预测从未出错"),
    ("a return is below -100%", "有收益低于-100%"),
    ("the benchmark has lost everything", "基准净值归零"),
    ("nothing is held in these months", "这些月份无持仓"),
    ("the estimate of the variance is not above zero", "方差估计值不大于零"),
    ("the result exceeds the range of a 64-bit number", "结果超出64位浮点数范围"),
    ("only {} of the {} regressors are linearly independent", "{}个线性无关（回归变量共{}个）"),
    ("`metrics.json` does not have it", "`metrics.json`中没有此项"),
    ("no reason given", "未说明原因"),
    // What a reader of the evaluation must know.
    (
        "naive and Newey-West t are for comparison: on overlapping months at a nominal 5% they reject a true mean of 0 in up to a half and a sixth of cases",
        "朴素t与Newey-West t仅供对照：月份重叠时，名义5%水平下对真实均值0的误拒率分别可达约一半与六分之一",
    ),
    (
        "a mean of 0 within the interval is no proof that there is nothing; the minimum detectable mean says what these months could have shown",
        "区间包含0并不证明没有效应；最小可识别均值说明这些月份所能识别的幅度",
    ),
    (
        "the {} rows of `every` are forecasts of {} values only: what one value says is counted several times",
        "`every`的{}行只是对{}个值的预测：同一个值被重复计数",
    ),
    (
        "the mean of the past beats no change as well, so that beating no change is no skill: see `r2_history`",
        "历史均值同样优于“不变”预测，因此优于“不变”并非能力：见`r2_history`",
    ),
    (
        "one rule can be the result: with other numbers of picks, costs and `min_factors` the net excess over equal weight is {}% to {}% a year; see `sensitivity`, and count each in the trials",
        "一条规则即可决定结果：改变入选数、成本与`min_factors`，相对等权的净超额为年化{}%至{}%；见敏感性，且每种设定都应计入尝试次数",
    ),
    (
        "`trials` is 1: whoever has tried several strategies and shows one of them must say how many; {} stand in `metrics.json` alone",
        "`trials`为1：若试过多个策略而只展示其一，须说明试过多少；仅`metrics.json`就有{}个",
    ),
    // What a reader of the run must know.
    ("factor `{}` has no scores: {}", "因子`{}`无得分：{}"),
    ("factor `{}` failed on {} days, first on {}: {}", "因子`{}`有{}日出错，首次为{}：{}"),
    ("factor `{}` failed on 1 day, first on {}: {}", "因子`{}`有1日出错，首次为{}：{}"),
    (
        "{} months before {} are skipped: no factor had a score yet",
        "有{}个月（{}之前）尚无任何因子得分，未计入",
    ),
    (
        "no factor had a score in {} months, first on {}: raw values and codes decided there",
        "{}个月内所有因子均无得分（首次为{}），由原始值与代码顺序决定",
    ),
    (
        "fewer than {} sectors could be picked in {} months; all of them were held equally",
        "可选行业不足{}个的月份有{}个，等权持有全部可选行业",
    ),
    (
        "the dataset has month-end closes only: the signal sees the close at which is traded",
        "数据集只有月末收盘价：信号与成交使用同一收盘价",
    ),
    (
        "bridge weights of some sectors were not public yet in {} months: their earliest were used there",
        "{}个月内部分行业的桥接权重尚未公开，使用其最早一期",
    ),
];

/// A sentence of the data in the language of a page, safe to show.
#[must_use]
pub fn told(lang: Lang, text: &str) -> String {
    if text.trim().is_empty() {
        return lang.of("no reason given", "未说明原因").into();
    }
    let known = || KNOWN.iter().find_map(|(en, zh)| Some(filled(zh, &values(en, text)?)));
    let zh = if lang == Lang::Zh { known() } else { None };
    sentence(zh.as_deref().unwrap_or(text))
}

/// A warning of the data, with a capital letter.
pub(super) fn warning(lang: Lang, text: &str) -> Block {
    let text = told(lang, text);
    let mut letters = text.chars();
    let capital = letters.next().into_iter().flat_map(char::to_uppercase);
    Block::Warning(capital.chain(letters).collect())
}

/// The values at the places of a pattern, if a text is made from it.
fn values<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        let end = if is_last { rest.len().checked_sub(part.len())? } else { rest.find(part)? };
        let (value, after) = (rest.get(..end)?, rest.get(end..)?);
        rest = after.strip_prefix(part)?;
        values.push(value);
    }
    rest.is_empty().then_some(values)
}

fn filled(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = pattern.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + values.next().unwrap_or(&"") + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sentences_are_told_in_chinese() {
        assert_eq!(told(Lang::Zh, "3 values where 8 are needed"), "仅有3个值，至少需要8个");
        assert_eq!(
            told(Lang::Zh, "factor `x` failed on 2 days, first on 2020-01-02: it says: no"),
            "因子`x`有2日出错，首次为2020-01-02：it says: no"
        );
        assert_eq!(told(Lang::En, "all values are equal"), "all values are equal");
    }

    #[test]
    fn others_stay_as_they_are_and_are_safe() {
        assert_eq!(told(Lang::Zh, "3 values"), "3 values");
        assert_eq!(told(Lang::Zh, "a\u{202e}\nb"), "a b");
        assert_eq!(told(Lang::En, " "), "no reason given");
    }

    #[test]
    fn patterns_have_as_many_places_in_both_languages() {
        for (en, zh) in KNOWN {
            assert_eq!(en.matches("{}").count(), zh.matches("{}").count(), "{en}");
        }
    }
}
