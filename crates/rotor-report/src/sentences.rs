//! The sentences of reasons, caveats and warnings, English and Chinese side by side.
//!
//! The run folder holds codes with parameters; here alone they become sentences, when a page is drawn. Every match is exhaustive,
//! so that a new variant does not compile without both languages.

use rotor_factor::{Date, Scale};
use rotor_run::metrics::{Caveat, Reason};
use rotor_run::{ProcessPart, ReportLanguage, Warning};

use crate::page::Block;
use crate::say;
use crate::words::{self, Lang, counted, sentence, signed};

/// Why a number is missing, as a part of a sentence.
#[must_use]
pub fn reason(lang: Lang, reason: &Reason) -> String {
    match reason {
        Reason::TooFew { n, needed } => {
            say!(lang, "{n} values where {needed} are needed", "仅有{n}个值，至少需要{needed}个")
        }
        Reason::NoVariation => lang.of("all values are equal", "各值相等").into(),
        Reason::NoSlowVariation => lang
            .of(
                "the series changes sign too fast for the error of its mean to be estimated",
                "序列波动过快，无法估计均值误差",
            )
            .into(),
        Reason::Unscored => lang.of("the factor scores no sector", "因子对所有行业均无得分").into(),
        Reason::NoLiveMonth => {
            lang.of("no month in which every factor scores a sector", "没有全部因子均有得分的月份").into()
        }
        Reason::NoMonths => lang.of("the run has no months", "回测不含任何月份").into(),
        Reason::OneDecides => lang.of("a single month decides", "结果由单个月份决定").into(),
        Reason::NoChangeIsExact => {
            lang.of("the naive forecast of no change is never wrong", "“无变化”预测从未出错").into()
        }
        Reason::MeanIsExact => {
            lang.of("the forecast of the historical mean is never wrong", "历史均值预测从未出错").into()
        }
        Reason::BeyondTotalLoss => lang.of("a return is below -100%", "有收益低于-100%").into(),
        Reason::BenchmarkLostAll => lang.of("the benchmark has lost everything", "基准净值归零").into(),
        Reason::NothingHeld => lang.of("nothing is held in these months", "这些月份无持仓").into(),
        Reason::NoVariance => {
            lang.of("the estimated variance is not above zero", "方差估计值不大于零").into()
        }
        Reason::OutOfRange => {
            lang.of("the result exceeds the range of a 64-bit number", "结果超出64位浮点数范围").into()
        }
        Reason::NoRisklessRate => {
            lang.of("the riskless rate is not known in one of the months", "部分月份的无风险利率未知").into()
        }
        Reason::NoLoss => lang.of("no month is below the riskless return", "没有低于无风险收益的月份").into(),
        Reason::NoDrawdown => lang.of("there is no drawdown", "没有回撤").into(),
        Reason::BeginsLater => lang.of("the net value begins later", "净值起点更晚").into(),
        Reason::NotInFormat => lang
            .of(
                "the run folder is of an earlier format, which does not have it",
                "该回测目录为早期格式，不含此项",
            )
            .into(),
        Reason::Text { text } => sentence(text),
    }
}

/// Why a number is missing, where the reason itself may be missing as well.
#[must_use]
pub fn reason_or_none(lang: Lang, found: Option<&Reason>) -> String {
    found.map_or_else(|| lang.of("no reason given", "未说明原因").into(), |found| reason(lang, found))
}

/// Why a number of a sweep is missing, where the folder has none and no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SweepGap {
    /// The trial has no result.
    Failed,
    /// There is no trial to take it from.
    NoTrial,
    /// The trial is not among those that are judged against each other.
    NotJudged,
    /// No trial that differs by one step has the number.
    NoNeighbour,
    /// The months of the trial do not give it.
    NotGiven,
    /// The months in which the choice was held are too few.
    TooFewMonths,
    /// The trials do not vary, or there is one value alone.
    NoVariance,
    /// The sweep has an error that the folder does not explain.
    NoError,
}

/// Why a number of a sweep is missing, as a part of a sentence.
#[must_use]
pub fn sweep_gap(lang: Lang, gap: SweepGap) -> String {
    let text = match gap {
        SweepGap::Failed => ("the trial has no result", "该试验无结果"),
        SweepGap::NoTrial => ("no trial has it", "没有可用的试验"),
        SweepGap::NotJudged => (
            "the trial is not judged against the others: it failed, holds something in too few months, or its excess returns do not vary",
            "该试验未参与相互比较：无结果、持仓月份过少，或超额收益不变",
        ),
        SweepGap::NoNeighbour => ("no neighbouring trial has a result", "没有相邻试验有结果"),
        SweepGap::NotGiven => ("the months of the trial do not give it", "该试验的月份不足以给出此数"),
        SweepGap::TooFewMonths => ("held in too few months", "持有月份过少"),
        SweepGap::NoVariance => {
            ("the trials do not vary, or only one value was tried", "各试验无差异，或仅试过一个取值")
        }
        SweepGap::NoError => ("the mean has no standard error", "均值没有标准误"),
    };
    lang.of(text.0, text.1).into()
}

/// What a reader of some numbers must know, without a stop.
#[must_use]
pub fn caveat(lang: Lang, caveat: &Caveat) -> String {
    let percent = |value: f64| signed(100.0 * value, 1);
    match caveat {
        Caveat::ZeroInInterval => lang
            .of(
                "A 95% CI that includes zero does not prove that there is no effect; the minimum detectable effect shows what these months could have found",
                "95% 置信区间含零并不证明没有效应；最小可检测值说明这些月份所能识别的幅度",
            )
            .into(),
        Caveat::ClassicalForComparison => lang
            .of(
                "The naive and Newey-West t are for comparison only: on overlapping months, at a nominal 5%, they reject a true mean of 0 in up to a half and a sixth of cases",
                "朴素t与Newey-West t仅供对照：月份重叠时，名义5%水平下对真实均值0的误拒率分别可达约一半与六分之一",
            )
            .into(),
        Caveat::RepeatedForecasts { n_rows, n_values } => say!(
            lang,
            "The {n_rows} rows of `every` forecast only {n_values} values, so that each value is counted several times",
            "`every`的{n_rows}行只是对{n_values}个值的预测：同一个值被重复计数"
        ),
        Caveat::MeanBeatsNoChange => lang
            .of(
                "The historical mean beats the naive forecast as well, so that a positive OOS R² vs naive is no evidence of skill; the OOS R² vs historical mean is",
                "历史均值同样优于“无变化”预测，因此样本外 R²（对无变化）为正并非能力；应看样本外 R²（对历史均值）",
            )
            .into(),
        Caveat::DependsOnSettings { low, high } => {
            let (low, high) = (percent(*low), percent(*high));
            say!(
                lang,
                "The result depends on the settings: other numbers of holdings, costs, `min_factors` and parameters of factors give an annualised excess return (net) over equal weight of {low}% to {high}%; count each setting that was tried as a trial",
                "结果取决于设定：改变持有数、费用、`min_factors`与因子参数，相对等权的年化超额收益（费后）为{low}%至{high}%；每种试过的设定都应计入试验次数"
            )
        }
        Caveat::SingleTrial { n_strategies } => say!(
            lang,
            "`trials` is 1: if several strategies were tried and one of them is shown, all must be counted; `metrics.json` alone holds {n_strategies}",
            "`trials`为1：若试过多个策略而只展示其一，须全部计入；仅`metrics.json`就有{n_strategies}个"
        ),
        Caveat::NothingToldApart { n_months } => say!(
            lang,
            "In all {n_months} months every sector that could be selected was held: nothing was told apart, so that the excess return says nothing of the scores",
            "全部{n_months}个月均持有所有可选行业：行业之间没有任何区分，超额收益与得分无关"
        ),
        Caveat::SharedPlaces { n_shared, n_months } => say!(
            lang,
            "In {n_shared} of {n_months} months sectors that nothing told apart shared the last places held",
            "{n_months}个月中有{n_shared}个月，无法区分的行业平分最后的持仓名额"
        ),
        Caveat::FewerMonths { portfolio, n, n_months } => {
            let portfolio = sentence(portfolio);
            say!(
                lang,
                "`{portfolio}` has returns in {n} of {n_months} months: its numbers are those of these months",
                "`{portfolio}`仅在{n_months}个月中的{n}个月有收益：其数字只代表这些月份"
            )
        }
        Caveat::Text { text } => sentence(text),
    }
}

/// What a reader of a run must know, without a stop.
#[must_use]
pub fn warning(lang: Lang, warning: &Warning) -> String {
    match warning {
        Warning::MissingInput { factor, reason, reason_zh } => {
            missing_input(lang, &sentence(factor), &words::reason(lang, reason, reason_zh.as_deref()))
        }
        Warning::FactorFailed { factor, n_days, first, reason, reason_zh } => {
            let reason = words::reason(lang, reason, reason_zh.as_deref());
            factor_failed(lang, &sentence(factor), *n_days, *first, &reason)
        }
        Warning::Skipped { n_days, first_kept } => {
            let months = if *n_days == 1 { "month" } else { "months" };
            say!(
                lang,
                "{n_days} {months} before {first_kept} skipped: no factor had a score yet",
                "有{n_days}个月（{first_kept}之前）尚无任何因子得分，未计入"
            )
        }
        Warning::NothingLive { days } => {
            let n = days.len();
            let first = days.first().map_or(String::new(), ToString::to_string);
            say!(
                lang,
                "no factor had a score in {n} months, first on {first}: all sectors were held at equal weight",
                "{n}个月内所有因子均无得分（首次为{first}），等权持有全部行业"
            )
        }
        Warning::FewerPicks { n_days, top } => say!(
            lang,
            "fewer than {top} sectors could be selected in {n_days} months; all of them were held at equal weight",
            "可选行业不足{top}个的月份有{n_days}个，等权持有全部可选行业"
        ),
        Warning::SharedClose => lang
            .of(
                "the dataset has month-end closes only: the signal uses the close at which is traded",
                "数据集只有月末收盘价：信号与成交使用同一收盘价",
            )
            .into(),
        Warning::EarlyMapping { n_days } => say!(
            lang,
            "look-ahead in {n_days} months: the sector–industry mapping of some sectors was used before its release; `bridge = \"public\"` of the factor waits for it",
            "{n_days}个月存在前视：部分行业的行业映射在公布之前已被使用；因子参数`bridge = \"public\"`则等待其公布"
        ),
        Warning::LateStart { start, first, first_trading_day } => say!(
            lang,
            "the run starts on {first}, not in {start}: the first trading day of the dataset is {first_trading_day}",
            "回测自{first}开始，而非{start}：数据集首个交易日为{first_trading_day}"
        ),
        Warning::MonthsWithoutCloses { months } => {
            let (n, all) = (n_months(lang, months.len()), listed(months));
            say!(lang, "{n} left out, for closes are missing: {all}", "因缺少收盘价，{n}未计入：{all}")
        }
        Warning::DataEnded { days } => {
            let (n, all) = (n_months(lang, days.len()), listed(days));
            say!(
                lang,
                "{n} left out, for most of the sectors have no recent close any more: {all}",
                "因多数行业已无近期收盘价，{n}未计入：{all}"
            )
        }
        Warning::NotReleased { days } => {
            let (n, all) = (n_months(lang, days.len()), listed(days));
            say!(
                lang,
                "CPI or PPI was not released in time in {n}: the execution is on the last trading day of the month, with what was known then: {all}",
                "{n}内CPI或PPI未及时公布，改在当月最后一个交易日按当时已知数据调仓：{all}"
            )
        }
        Warning::NotFresh { entity, last_close, n_days } => {
            let entity = sentence(entity);
            say!(
                lang,
                "`{entity}` was left out on {n_days} days, for it has no recent close; its last close before is of {last_close}",
                "`{entity}`在{n_days}个日期因无近期收盘价未计入，此前最后收盘日为{last_close}"
            )
        }
        Warning::SharedPlaces { n_days, n_of } => say!(
            lang,
            "in {n_days} of {n_of} months more sectors were equal than there were places left: they shared the weight in equal parts",
            "{n_of}个月中有{n_days}个月末位同分行业多于剩余名额，由其平分权重"
        ),
        Warning::ProcessChanged { factors, parts } => process_changed(lang, factors, parts),
        Warning::AssumedScale { factor, scale } => assumed_scale(lang, &sentence(factor), *scale),
        Warning::AssumedReleases { series } => assumed_releases(lang, series),
        Warning::Dataset { found } => {
            let text = crate::dataset::warning(lang, found);
            say!(lang, "dataset: {text}", "数据集：{text}")
        }
        Warning::Text { text } => sentence(text),
    }
}

/// Names the first of many series; the run folder has all of them.
fn assumed_releases(lang: Lang, series: &[String]) -> String {
    const MOST: usize = 8;
    let mut names: Vec<String> =
        series.iter().take(MOST).map(|series| format!("`{}`", words::name(series))).collect();
    let n_more = series.len().saturating_sub(MOST);
    let last = match n_more {
        0 => names.pop().unwrap_or_default(),
        _ => say!(lang, "{n_more} more", "另外{n_more}个序列"),
    };
    let (first, joint) = (names.join(lang.of(", ", "、")), lang.of(" and ", "和"));
    let all = if first.is_empty() { last } else { first + joint + &last };
    say!(
        lang,
        "release days of {all} are assumed by a rule, not known; a value may have been known later than the backtest believes",
        "{all}的公布日按规则假定，并非实际公布日；其数值的实际公布可能晚于回测所假定的日期"
    )
}

fn missing_input(lang: Lang, factor: &str, reason: &str) -> String {
    say!(lang, "factor `{factor}` has no scores: {reason}", "因子`{factor}`无得分：{reason}")
}

fn factor_failed(lang: Lang, factor: &str, n_days: usize, first: Date, reason: &str) -> String {
    let days = if n_days == 1 { "day" } else { "days" };
    say!(
        lang,
        "factor `{factor}` failed on {n_days} {days}, first on {first}: {reason}",
        "因子`{factor}`有{n_days}日出错，首次为{first}：{reason}"
    )
}

fn process_changed(lang: Lang, factors: &[String], parts: &[ProcessPart]) -> String {
    let part = |part: &ProcessPart| match part {
        ProcessPart::WorkingDirectory => lang.of("the working directory", "工作目录"),
        ProcessPart::Umask => lang.of("the file mode mask (umask)", "文件权限掩码（umask）"),
        ProcessPart::Locale => lang.of("the locale", "区域设置（locale）"),
        ProcessPart::SignalHandlers => lang.of("signal handlers", "信号处理函数"),
        ProcessPart::ResourceLimits => lang.of("resource limits", "资源限制"),
        _ => lang.of("something else", "其他"),
    };
    let parts: Vec<&str> = parts.iter().map(part).collect();
    let parts = parts.join(lang.of(", ", "、"));
    let names: Vec<String> = factors.iter().map(|factor| format!("`{}`", sentence(factor))).collect();
    let names = names.join(lang.of(", ", "、"));
    if factors.len() == 1 {
        say!(
            lang,
            "factor {names} changed {parts} of the whole process, which was undone as far as possible; run it isolated",
            "因子{names}改变了整个进程的{parts}，已尽可能恢复；请隔离运行"
        )
    } else {
        say!(
            lang,
            "one of the factors {names} changed {parts} of the whole process, which was undone as far as possible; run them isolated",
            "因子{names}之一改变了整个进程的{parts}，已尽可能恢复；请隔离运行"
        )
    }
}

fn assumed_scale(lang: Lang, factor: &str, scale: Scale) -> String {
    match scale {
        Scale::Points => say!(
            lang,
            "factor `{factor}` does not declare the scale of its scores: all are 1, 2 or 3 and were read as points",
            "因子`{factor}`未声明得分尺度：得分均为1、2、3，按分值计"
        ),
        Scale::Continuous => say!(
            lang,
            "factor `{factor}` does not declare the scale of its scores: they were read as continuous, by their percentile",
            "因子`{factor}`未声明得分尺度：按连续得分的分位数计"
        ),
    }
}

/// How many months.
fn n_months(lang: Lang, n: usize) -> String {
    counted(lang, n, ["month", "months"], "个月")
}

/// The first few of several days or months.
fn listed<T: ToString>(all: &[T]) -> String {
    const N_SHOWN: usize = 6;
    let shown: Vec<String> = all.iter().take(N_SHOWN).map(ToString::to_string).collect();
    shown.join(", ") + if all.len() > N_SHOWN { ", …" } else { "" }
}

/// A caveat as a block of a page.
pub(crate) fn caveat_block(lang: Lang, found: &Caveat) -> Block {
    Block::Warning(capital(&caveat(lang, found)))
}

/// A warning as a block of a page.
pub(crate) fn warning_block(lang: Lang, found: &Warning) -> Block {
    Block::Warning(capital(&warning(lang, found)))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

impl From<ReportLanguage> for Lang {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::En => Self::En,
            ReportLanguage::Zh => Self::Zh,
        }
    }
}

impl From<Lang> for ReportLanguage {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::REFUSED;

    #[test]
    fn sentences_are_in_their_language_and_use_the_words_of_the_field() {
        let day = "2020-01-02".parse().unwrap();
        let (factor, cause) = (String::from("x"), String::from("y"));
        let reasons = [
            Reason::TooFew { n: 3, needed: 8 },
            Reason::NoVariation,
            Reason::NoSlowVariation,
            Reason::Unscored,
            Reason::NoLiveMonth,
            Reason::NoMonths,
            Reason::OneDecides,
            Reason::NoChangeIsExact,
            Reason::MeanIsExact,
            Reason::BeyondTotalLoss,
            Reason::BenchmarkLostAll,
            Reason::NothingHeld,
            Reason::NoVariance,
            Reason::OutOfRange,
            Reason::NoRisklessRate,
            Reason::NoLoss,
            Reason::NoDrawdown,
            Reason::BeginsLater,
            Reason::NotInFormat,
        ];
        let gaps = [
            SweepGap::Failed,
            SweepGap::NoTrial,
            SweepGap::NotJudged,
            SweepGap::NoNeighbour,
            SweepGap::NotGiven,
            SweepGap::TooFewMonths,
            SweepGap::NoVariance,
            SweepGap::NoError,
        ];
        let caveats = [
            Caveat::ZeroInInterval,
            Caveat::ClassicalForComparison,
            Caveat::RepeatedForecasts { n_rows: 9, n_values: 3 },
            Caveat::MeanBeatsNoChange,
            Caveat::DependsOnSettings { low: -0.02, high: 0.03 },
            Caveat::SingleTrial { n_strategies: 7 },
            Caveat::NothingToldApart { n_months: 9 },
            Caveat::SharedPlaces { n_shared: 3, n_months: 9 },
            Caveat::FewerMonths { portfolio: "x".into(), n: 2, n_months: 9 },
        ];
        let warnings = [
            Warning::MissingInput {
                factor: factor.clone(),
                reason: cause.clone(),
                reason_zh: Some(cause.clone()),
            },
            Warning::FactorFailed {
                factor,
                n_days: 2,
                first: day,
                reason: cause.clone(),
                reason_zh: Some(cause),
            },
            Warning::Skipped { n_days: 3, first_kept: day },
            Warning::NothingLive { days: vec![day] },
            Warning::FewerPicks { n_days: 3, top: 5 },
            Warning::SharedClose,
            Warning::EarlyMapping { n_days: 3 },
            Warning::AssumedReleases { series: vec!["ppi_yoy".into(), "profit_ytd".into()] },
            Warning::LateStart { start: "2019-01".parse().unwrap(), first: day, first_trading_day: day },
            Warning::MonthsWithoutCloses { months: vec!["2019-01".parse().unwrap(); 7] },
            Warning::DataEnded { days: vec![day] },
            Warning::NotReleased { days: vec![day] },
            Warning::ProcessChanged { factors: vec!["x".into()], parts: vec![ProcessPart::Umask] },
            Warning::NotFresh { entity: "801010".into(), last_close: day, n_days: 3 },
            Warning::SharedPlaces { n_days: 3, n_of: 9 },
            Warning::AssumedScale { factor: "x".into(), scale: Scale::Points },
            Warning::AssumedScale { factor: "x".into(), scale: Scale::Continuous },
        ];
        let in_language = |lang| {
            let reasons = reasons.iter().map(|one| reason(lang, one));
            let caveats = caveats.iter().map(|one| caveat(lang, one));
            let reasons = reasons.chain(gaps.iter().map(|gap| sweep_gap(lang, *gap)));
            reasons.chain(caveats).chain(warnings.iter().map(|one| warning(lang, one))).collect::<Vec<_>>()
        };
        for (en, zh) in in_language(Lang::En).iter().zip(in_language(Lang::Zh)) {
            let is_chinese =
                |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            assert!(is_chinese(&zh) && !is_chinese(en), "{en} / {zh}");
            for refused in REFUSED.iter().filter(|refused| !refused.only_as_label) {
                let found = [&en.to_lowercase(), &zh].iter().any(|text| text.contains(refused.words));
                assert!(!found, "`{}`: {en} / {zh}", refused.words);
            }
        }
        assert_eq!(reason(Lang::Zh, &reasons[0]), "仅有3个值，至少需要8个");
        assert_eq!(reason(Lang::Zh, &Reason::Text { text: "a\u{202e}\nb".into() }), "a b");
    }
}
