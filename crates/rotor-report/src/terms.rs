//! The field's terms, each once, in both languages.
//!
//! Every page (terminal, HTML, Markdown), whatever its language, takes the word for a concept from here, so that one thing has
//! one name. [`REFUSED`] are the words that readers must never meet again; a test looks for them in pages, help and documents.

use crate::words::{Lang, capitalised};

/// Declares the terms: a variant, its English and its Chinese.
macro_rules! terms {
    ($($(#[$doc:meta])* $variant:ident = $en:literal, $zh:literal;)+) => {
        /// A concept with a name in each language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Term { $($(#[$doc])* $variant,)+ }

        impl Term {
            /// Every term, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the English term, in lower case unless it is a proper name.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// Returns the Chinese term.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }
        }
    };
}

terms! {
    /// Compound return a year.
    AnnualisedReturn = "annualised return", "年化收益率";
    /// Annual standard deviation of returns.
    Volatility = "volatility", "年化波动率";
    /// Largest fall of the net value from a peak.
    MaxDrawdown = "max drawdown", "最大回撤";
    /// The underwater curve.
    Drawdown = "drawdown", "回撤";
    /// Return over a benchmark.
    ExcessReturn = "excess return", "超额收益";
    /// Annual deviation of the excess return.
    TrackingError = "tracking error", "跟踪误差";
    /// Excess return over tracking error.
    InformationRatio = "information ratio", "信息比率";
    /// Fraction of months above the benchmark, or above zero.
    HitRate = "hit rate", "月胜率";
    /// Before costs.
    Gross = "gross", "费前";
    /// After costs.
    Net = "net", "费后";
    /// Five groups of sectors by score.
    Quintiles = "quintiles", "五分位组";
    /// Best quintile less the worst.
    QuintileSpread = "Q1−Q5 spread", "多空收益差";
    /// What is held, and since when.
    Holdings = "holdings", "持仓";
    /// The sectors that the ranking selects.
    SelectedSectors = "selected sectors", "入选行业";
    /// Portfolio weight.
    Weight = "weight", "权重";
    /// Equal weight of all sectors.
    EqualWeight = "equal weight", "全行业等权";
    /// Equal weight of the sectors that could be selected.
    EligibleSectors = "eligible sectors", "可选行业等权";
    /// Mean of the monthly Spearman rank correlations of score and forward return.
    MeanRankIc = "mean RankIC", "RankIC 均值";
    /// A 95% confidence interval.
    ConfidenceInterval = "95% CI", "95% 置信区间";
    /// The same without saying which, where the table has one column of intervals.
    NotSignificantShort = "not significant", "不显著";
    /// The interval contains zero.
    NotSignificant = "not significant (95% CI includes zero)", "不显著（95% 置信区间含零）";
    /// The true value that a test at 5% finds in four cases of five.
    MinimumDetectable = "minimum detectable effect (80% power)", "最小可检测值（功效 80%）";
    /// The same as the title of a column.
    MinimumDetectableShort = "MDE (80% power)", "最小可检测值";
    /// Excess return after costs.
    NetExcess = "excess return (net)", "超额收益（费后）";
    /// Excess return before costs.
    GrossExcess = "excess return (gross)", "超额收益（费前）";
    /// Whether a confidence interval excludes zero.
    Significance = "significance", "显著性";
    /// The Sharpe ratio of a portfolio.
    SharpeRatio = "Sharpe ratio", "夏普比率";
    /// Mean excess return over the deviation of losses.
    SortinoRatio = "Sortino ratio", "索提诺比率";
    /// Annualised return over the size of the max drawdown.
    CalmarRatio = "Calmar ratio", "卡玛比率";
    /// The fourth standardised moment less 3.
    ExcessKurtosis = "excess kurtosis", "超额峰度";
    /// A factor of the run.
    Factor = "factor", "因子";
    /// A sector of the universe.
    Sector = "sector", "行业";
    /// A portfolio or benchmark.
    Portfolio = "portfolio", "组合";
    /// A number of months.
    Months = "months", "月数";
    /// Out-of-sample R² against the rule of no change.
    R2Naive = "OOS R² vs naive", "样本外 R²（对无变化）";
    /// Out-of-sample R² against the mean of the past.
    R2History = "OOS R² vs historical mean", "样本外 R²（对历史均值）";
    /// Deflated Sharpe ratio.
    DeflatedSharpe = "DSR", "DSR（校正多次试验的夏普比率）";
    /// Probability of backtest overfitting by combinatorially symmetric cross-validation.
    Overfitting = "PBO (CSCV)", "过拟合概率 PBO";
    /// One factor at a time.
    SingleFactor = "single-factor", "单因子";
    /// All factors but one.
    LeaveOneOut = "leave-one-out", "剔除该因子";
    /// Excess return without a riskless asset.
    ZeroRiskFree = "rf = 0", "无风险利率取 0";
    /// Annual return that costs took.
    CostDrag = "annualised cost drag", "年化费用拖累";
    /// Part of the excess return that a sector or factor brought.
    Contribution = "contribution to excess return", "超额收益贡献";
    /// Values that depend on earlier values.
    Autocorrelated = "autocorrelated", "自相关";
    /// Half the sum of absolute weight changes.
    Turnover = "one-way turnover", "单边换手率";
    /// What was public before a day.
    DataCutoff = "data published before this date", "数据截至（仅用此前已公布）";
    /// New in the selection.
    Added = "added", "新进";
    /// No longer in the selection.
    Dropped = "dropped", "调出";
    /// Still in the selection.
    Retained = "retained", "保留";
    /// The highest score of a factor that foretells a direction.
    Up = "up", "上行";
    /// Its middle score.
    Flat = "flat", "持平";
    /// Its lowest score.
    Down = "down", "下行";
    /// Price score 3.
    Benefits = "benefits", "受益";
    /// The middle score.
    Neutral = "neutral", "中性";
    /// Price score 1.
    Hurt = "hurt", "受损";
    /// Heat score 3.
    Opportunity = "opportunity", "机会";
    /// Heat score 1.
    PullBackRisk = "pull-back risk", "回撤风险";
    /// A sector without a score; the reason stands beside it.
    NotScored = "not scored", "未评分";
    /// Rows on which a forecast is checked.
    TestSet = "test set", "测试集";
    /// Rows left out between training and test.
    Embargo = "embargo", "隔离期";
    /// How equal totals are ordered.
    TieBreak = "tie broken by average factor percentile", "同分按因子分位均值排序";
    /// A limit that a statistic must pass.
    Threshold = "threshold", "阈值";
    /// Weights of industries in sectors.
    Mapping = "sector–industry mapping", "行业映射";
    /// Against the same period of the year before.
    YearOnYear = "YoY", "同比";
    /// Against the month before.
    MonthOnMonth = "MoM", "环比";
    /// Against the week before.
    WeekOnWeek = "WoW", "周环比";
    /// Since January.
    YearToDate = "YTD", "累计";
    /// What returns are held against.
    Benchmark = "benchmark", "基准";
    /// The position of a value among others, in percent of them.
    Percentile = "percentile", "分位";
    /// Price over the earnings of the last twelve months.
    PriceToEarnings = "PE (TTM)", "市盈率（TTM）";
    /// Price over book value.
    PriceToBook = "PB", "市净率";
    /// Profit over revenue.
    Margin = "profit margin", "利润率";
    /// What a part adds to the growth of the whole, in percentage points.
    GrowthContribution = "contribution to growth", "拉动";
    /// The companies that have reported both periods.
    ComparableSample = "comparable sample", "可比样本";
    /// The part of all assets that companies of a sample have.
    Coverage = "coverage of assets", "资产覆盖率";
    /// What may not be compared with the columns beside it.
    NotComparable = "not comparable", "不可比";
    /// A single quarter of a year.
    SingleQuarter = "single quarter", "单季";
    /// A logarithmic axis.
    LogScale = "log scale", "对数坐标";
    /// A point beyond the whiskers of a box plot.
    Outlier = "outlier", "异常值";
    /// The end of a box plot.
    Whisker = "whisker", "上下边缘";
    /// A run checked by its hashes and run again.
    Verify = "verify: checksums and reproduction", "校验与复现";
    /// A strategy that was tried: one setting of a sweep.
    Trial = "trial", "试验";
    /// How many independent trials are as many as the correlated ones of a sweep.
    EffectiveTrials = "effective trials", "有效试验数";
    /// The p-value of a trial after a step-down over all trials.
    AdjustedPValue = "adjusted p", "校正后p值";
    /// The trials that differ by one step of one axis.
    NeighboursMedian = "neighbours' median", "相邻试验中位数";
    /// A key of the configuration with the values that are tried.
    SweepAxis = "axis", "参数轴";
    /// Settings under which every trial is judged.
    Condition = "condition", "情景";
    /// The last months, which no trial sees.
    HoldOut = "hold-out", "封存期";
    /// Parameters chosen again and again on the past alone.
    WalkForward = "walk forward", "滚动前推";
    /// How often the choice of the best loses against the benchmark out of sample.
    LossProbability = "probability of loss", "样本外亏损概率";
    /// The t-value that a new factor must pass, after Harvey, Liu and Zhu.
    Hurdle = "hurdle |t| = 3.0", "门槛 |t| = 3.0";
    /// A fault of the program.
    InternalError = "internal error", "内部错误";
}

impl Term {
    /// Returns the term in a language.
    #[must_use]
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en(),
            Lang::Zh => self.zh(),
        }
    }

    /// Returns the term as a heading: in English with a capital letter.
    #[must_use]
    pub fn heading(self, lang: Lang) -> String {
        capitalised(self.of(lang))
    }
}

/// A wording that no reader is to meet.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    /// The words, in lower case.
    pub words: &'static str,
    /// What to write instead.
    pub instead: &'static str,
    /// Whether it is an everyday word that only labels may not use: headers, tiles, legends, help of keys. Phrases are
    /// refused everywhere.
    pub only_as_label: bool,
}

const fn phrase(words: &'static str, instead: &'static str) -> Refused {
    Refused { words, instead, only_as_label: false }
}

const fn label(words: &'static str, instead: &'static str) -> Refused {
    Refused { words, instead, only_as_label: true }
}

/// The wordings that no reader is to meet, English and Chinese.
pub const REFUSED: &[Refused] = &[
    label("a year", "annualised return"),
    phrase("return a year", "annualised return"),
    phrase("worst fall", "max drawdown"),
    phrase("deepest fall", "max drawdown"),
    phrase("below the highest before", "drawdown"),
    label("falls", "drawdown"),
    phrase("net excess", "excess return (net) over …"),
    phrase("gained more than", "excess return over …"),
    phrase("months won", "hit rate"),
    phrase("months above 0", "hit rate"),
    phrase("before costs", "gross"),
    phrase("after costs", "net"),
    phrase("net picks", "net"),
    phrase("成本前", "费前"),
    phrase("成本后", "费后"),
    phrase("fifths", "quintiles"),
    phrase("first less fifth", "Q1−Q5 spread"),
    label("picks", "holdings; selected sectors"),
    label("share", "weight"),
    phrase("interval holds zero", "95% CI includes zero"),
    phrase("cannot be told from no skill", "not significant (95% CI includes zero)"),
    phrase("undecided", "not significant"),
    label("detectable", "minimum detectable effect (80% power)"),
    phrase("found in four cases of five", "80% power"),
    phrase("r² no change", "OOS R² vs naive"),
    phrase("skill beats both", "OOS R² vs naive and vs historical mean"),
    phrase("probability of an excess beyond luck", "DSR (N trials)"),
    phrase("on half the months", "PBO (CSCV, N configurations)"),
    label("alone", "single-factor"),
    label("without", "leave-one-out"),
    phrase("minus the run", "difference to the run"),
    phrase("without a riskless rate", "rf = 0"),
    phrase("that costs took", "annualised cost drag"),
    phrase("where the gross excess came from", "contribution to excess return"),
    phrase("hang together", "autocorrelated"),
    phrase("known is what was public", "data published before this date"),
    phrase("which sectors now", "Sector selection, July 2022"),
    label("came", "added"),
    label("went", "dropped"),
    label("stayed", "retained"),
    label("chance", "opportunity"),
    label("na", "not scored (—)"),
    phrase("foresaw", "test set"),
    label("检验", "测试集"),
    phrase("raw values settled it", "tie broken by average factor percentile"),
    phrase("容忍带", "阈值"),
    phrase("桥接", "行业映射"),
    phrase("on the year", "YoY"),
    phrase("equal distances are equal ratios", "log scale"),
    phrase("须外值", "异常值"),
    phrase("hold a run folder against", "verify: checksums and reproduction"),
    phrase("made again", "reproduced"),
    phrase("rotor has made a mistake", "internal error"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_not_refused_themselves() {
        for term in Term::ALL {
            for refused in REFUSED.iter().filter(|refused| !refused.only_as_label) {
                let (en, zh) = (term.en().to_lowercase(), term.zh());
                assert!(
                    !en.contains(refused.words) && !zh.contains(refused.words),
                    "{term:?}: {}",
                    refused.words
                );
            }
        }
    }
}
