//! The rows of a sweep: what each trial came to.

use rotor_factor::Date;

/// What came of a trial: its key figures, or why there are none.
pub type TrialResult = Result<TrialMetrics, String>;

/// The key figures of a trial under a condition: those that the report of its run would have, to the bit.
///
/// A number that cannot be given is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialMetrics {
    /// The months in which the trial holds something.
    pub n_months: u32,
    /// The first execution that is not skipped.
    pub first: Option<Date>,
    /// The last one.
    pub last: Option<Date>,
    /// Annualised return (net), a decimal.
    pub annual_return: Option<f64>,
    /// Annualised excess return (net) over the equal weight of all sectors, a decimal.
    pub excess: Option<f64>,
    /// Its standard error.
    pub excess_se: Option<f64>,
    /// The lower end of its 95% confidence interval.
    pub excess_low: Option<f64>,
    /// The upper end.
    pub excess_high: Option<f64>,
    /// Its two-sided p-value, as if the trial were the only one.
    pub excess_p: Option<f64>,
    /// The information ratio: excess return over its deviation, a year.
    pub information_ratio: Option<f64>,
    /// The Sharpe ratio of the net return, a year.
    pub sharpe: Option<f64>,
    /// Max drawdown of the net value, at most 0.
    pub max_drawdown: Option<f64>,
    /// One-way turnover per rebalance, 1 if everything is exchanged.
    pub turnover: Option<f64>,
    /// The mean RankIC of the total with the return that follows.
    pub rank_ic: Option<f64>,
}

/// A trial of a sweep with what it came to among all others.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepTrial {
    /// Its key figures under the first condition.
    pub result: TrialResult,
    /// The studentised mean excess return on the months that all trials share.
    pub t: Option<f64>,
    /// The p-value of the step-down: how likely the largest of the t-values that are not larger would be, were no trial of any
    /// worth.
    pub adjusted_p: Option<f64>,
    /// The rank by information ratio, 1 for the best.
    pub rank: Option<u32>,
    /// The median information ratio of its neighbours, which differ by one step of one axis.
    pub neighbours: Option<f64>,
}

/// The monthly returns of the trials, under the first condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialReturns {
    /// The execution days of the sweep, ascending.
    pub executions: Vec<Date>,
    /// Trial by trial the months in which it holds something; none of a trial that failed.
    pub trials: Vec<Vec<MonthReturn>>,
}

/// What a trial gained in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthReturn {
    /// The position of the execution.
    pub execution: u32,
    /// The return net of costs.
    pub net: f64,
    /// That of the equal weight of all sectors.
    pub equal_weight: f64,
    /// One-way turnover of the rebalance, 1 if everything is exchanged.
    pub turnover: f64,
}

impl MonthReturn {
    /// Returns the excess return.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.net - self.equal_weight
    }
}
