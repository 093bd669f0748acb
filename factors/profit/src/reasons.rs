//! Why a sector has no score.

use rotor_factor::{Explanation, Reason};
use rotor_stats::StatsError;

pub(crate) const NO_INDUSTRY: Reason =
    Reason::new("no_industry", "no industry has a weight in it").zh("无工业行业与之对应");
pub(crate) const BRIDGE_NOT_PUBLIC: Reason =
    Reason::new("bridge_not_public", "no weights of industries in it are public yet")
        .zh("行业映射权重尚未公布");
pub(crate) const LOW_COVERAGE: Reason =
    Reason::new("low_coverage", "industries cover less than `min_coverage` of its assets")
        .zh("对应工业行业的资产占比低于`min_coverage`");
pub(crate) const NO_REPORT: Reason =
    Reason::new("no_report", "no growth of its net profit is public").zh("净利润增速尚未公布");
pub(crate) const NO_INDUSTRY_GROWTH: Reason =
    Reason::new("no_industry_growth", "no growth of its industries is public")
        .zh("对应工业行业的利润增速尚未公布");
pub(crate) const NO_TARGET: Reason =
    Reason::new("no_target", "no target after the base quarter").zh("基期季度之后无预测目标");
pub(crate) const TOO_FEW_MONTHS: Reason =
    Reason::new("too_few_months", "{n} of its months have all regressors; {needed} are needed")
        .zh("回归变量齐全的月份仅{n}个，至少需要{needed}个");
pub(crate) const NO_TEST_ROWS: Reason =
    Reason::new("no_test_rows", "there are no test rows").zh("测试集无样本");
pub(crate) const MISSING_REGRESSOR: Reason =
    Reason::new("missing_regressor", "a regressor of its target {target} is missing or not public yet")
        .zh("预测目标{target}的回归变量缺失或尚未公布");
pub(crate) const NO_FITTED_BASE: Reason =
    Reason::new("no_fitted_base", "its base quarter has no fitted value").zh("基期季度无拟合值");
pub(crate) const LOW_TEST_R2: Reason =
    Reason::new("low_test_r2", "the R² of its test rows is undefined or below `min_test_r2`")
        .zh("测试集R²无法计算或低于`min_test_r2`");
const DEPENDENT_REGRESSORS: Reason = Reason::new(
    "dependent_regressors",
    "its regression cannot be computed: only {rank} of the {n} regressors are linearly independent",
)
.zh("回归无法计算：{n}个回归变量中仅{rank}个线性无关");
const OVERFLOW: Reason = Reason::new(
    "overflow",
    "its regression cannot be computed: the result exceeds the range of a 64-bit number",
)
.zh("回归无法计算：结果超出64位浮点数范围");
const NO_REGRESSION: Reason =
    Reason::new("no_regression", "its regression cannot be computed: {error}").zh("回归无法计算：{error}");

/// Every reason that the factor gives.
pub(crate) const ALL: &[Reason] = &[
    NO_INDUSTRY,
    BRIDGE_NOT_PUBLIC,
    LOW_COVERAGE,
    NO_REPORT,
    NO_INDUSTRY_GROWTH,
    NO_TARGET,
    TOO_FEW_MONTHS,
    NO_TEST_ROWS,
    MISSING_REGRESSOR,
    NO_FITTED_BASE,
    LOW_TEST_R2,
    DEPENDENT_REGRESSORS,
    OVERFLOW,
    NO_REGRESSION,
];

/// Returns the reason for a regression that fails.
pub(crate) fn no_regression(error: &StatsError) -> Explanation {
    match error {
        StatsError::RankDeficient { rank, n_columns } => {
            DEPENDENT_REGRESSORS.with(&[("rank", rank), ("n", n_columns)])
        }
        StatsError::Overflow => OVERFLOW.into(),
        other => NO_REGRESSION.with(&[("error", other)]),
    }
}
