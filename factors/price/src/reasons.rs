//! Why a sector has no score.

use rotor_factor::{Explanation, Reason};
use rotor_stats::StatsError;

pub(crate) const NO_MARGIN: Reason =
    Reason::new("no_margin", "it has no public gross margin").zh("无已公布的毛利率");
pub(crate) const TOO_FEW_QUARTERS: Reason = Reason::new(
    "too_few_quarters",
    "{n} quarters of its window have a margin, CPI and PPI; {needed} are needed",
)
.zh("窗口内毛利率、CPI、PPI齐全的季度仅{n}个，至少需要{needed}个");
pub(crate) const DEPENDENT_PRICES: Reason =
    Reason::new("dependent_prices", "CPI and PPI do not vary independently over its quarters")
        .zh("各季度的CPI与PPI线性相关");
pub(crate) const DEPENDENT_QUARTERS: Reason = Reason::new(
    "dependent_quarters",
    "CPI, PPI and the quarters do not vary independently over its quarters",
)
.zh("各季度的CPI、PPI与季度虚拟变量线性相关");
pub(crate) const EXACT_FIT: Reason =
    Reason::new("exact_fit", "the joint effect has no variance: the regression fits exactly")
        .zh("回归完全拟合，联合效应的方差为零");
const OVERFLOW: Reason = Reason::new(
    "overflow",
    "its regression cannot be computed: the result exceeds the range of a 64-bit number",
)
.zh("回归无法计算：结果超出64位浮点数范围");
const NO_REGRESSION: Reason =
    Reason::new("no_regression", "its regression cannot be computed: {error}").zh("回归无法计算：{error}");

/// Every reason that the factor gives.
pub(crate) const ALL: &[Reason] =
    &[NO_MARGIN, TOO_FEW_QUARTERS, DEPENDENT_PRICES, DEPENDENT_QUARTERS, EXACT_FIT, OVERFLOW, NO_REGRESSION];

/// Returns the reason for a regression that fails.
pub(crate) fn no_regression(error: &StatsError) -> Explanation {
    match error {
        StatsError::Overflow => OVERFLOW.into(),
        other => NO_REGRESSION.with(&[("error", other)]),
    }
}
