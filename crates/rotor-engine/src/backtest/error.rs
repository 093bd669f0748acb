//! Why there is no backtest.

use std::path::PathBuf;

use rotor_data::SweepError;
use rotor_factor::{Date, EntityKind, Month};

use crate::plan::PlanError;
use crate::schedule::ScheduleError;

/// Why there is no backtest.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// The run would end before it begins.
    #[error("the run starts in {start}, after its end in {end}")]
    Reversed {
        /// The first month.
        start: Month,
        /// The last month.
        end: Month,
    },
    /// There is no day on which to choose sectors.
    #[error("dataset `{dataset}` has no execution day with an exit from {start} {}", end.map_or("on".into(), |end| format!("to {end}")))]
    NoExecutions {
        /// The name of the dataset.
        dataset: String,
        /// The first month.
        start: Month,
        /// The last month.
        end: Option<Month>,
        /// The first and last trading day, if there are any.
        days: Option<(Date, Date)>,
    },
    /// The dataset has not what the rule of the schedule needs.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The factors do not go together.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// There is no factor, or none that counts.
    #[error("the run has no factor with a weight above 0")]
    NoFactors,
    /// A code is not that of a sector or benchmark.
    #[error("`{key}`: dataset `{dataset}` has no {kind} `{code}`")]
    UnknownEntity {
        /// The key of the configuration.
        key: &'static str,
        /// What the entity should be.
        kind: EntityKind,
        /// The name of the dataset.
        dataset: String,
        /// The code.
        code: String,
        /// The known code that is written most like it.
        nearest: Option<String>,
        /// The known codes.
        known: Vec<String>,
    },
    /// `exclude` and `groups` leave no sector.
    #[error("`exclude` and `groups` leave no sector of dataset `{dataset}`")]
    NoSectors {
        /// The name of the dataset.
        dataset: String,
    },
    /// The series of the riskless rate is not there.
    #[error("`risk_free`: dataset `{dataset}` has no series `{series}` of the market")]
    NoRiskFree {
        /// The name of the dataset.
        dataset: String,
        /// The series.
        series: String,
        /// The known name nearest to it.
        nearest: Option<String>,
    },
    /// A benchmark is called like a portfolio of every run.
    #[error("benchmark `{code}` of dataset `{dataset}` has the name of a portfolio")]
    ReservedCode {
        /// The name of the dataset.
        dataset: String,
        /// The code.
        code: String,
    },
    /// No sector is there to be chosen.
    #[error("dataset `{dataset}` has no sector with a recent close on {as_of}")]
    NobodyAlive {
        /// The name of the dataset.
        dataset: String,
        /// The day.
        as_of: Date,
        /// The first and last trading day, if there are any.
        days: Option<(Date, Date)>,
    },
    /// The dataset lacks inputs, and the run is to stop then.
    #[error("dataset `{dataset}` lacks inputs{}", each_on_a_line(missing))]
    MissingInputs {
        /// The name of the dataset.
        dataset: String,
        /// Factors with what they lack.
        missing: Vec<(String, String)>,
    },
    /// No factor has a score in any month.
    #[error("no factor has a score in any month{}", each_on_a_line(reasons))]
    NeverLive {
        /// Factors with the reason that they give most often.
        reasons: Vec<(String, String)>,
    },
    /// A factor failed, and the run is to stop then.
    #[error("factor `{factor}` failed on {as_of}: {reason}")]
    FactorFailed {
        /// The factor.
        factor: String,
        /// The day.
        as_of: Date,
        /// What it said.
        reason: String,
        /// How to mend it.
        hint: Option<String>,
    },
    /// A factor in this process has written to what all factors are shown.
    #[error("`{factor}` wrote to its inputs, which others read, while it was asked about {as_of}: {}", library.display())]
    WroteInputs {
        /// The factor.
        factor: String,
        /// The library that it comes from.
        library: PathBuf,
        /// The day.
        as_of: Date,
    },
    /// A factor refuses a value of its own that it declares worth trying.
    #[error("factor `{factor}` refuses one of the alternatives that it declares: {reason}")]
    AlternativeFailed {
        /// The factor.
        factor: String,
        /// What it said.
        reason: String,
    },
    /// The windows of a factor do not fit.
    #[error("the windows of factor `{factor}` do not fit: {error}")]
    Window {
        /// The factor.
        factor: String,
        /// Why.
        #[source]
        error: SweepError,
    },
    /// The watcher stopped the run.
    #[error("stopped")]
    Stopped,
}

impl BacktestError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Reversed { .. } => "set `start`, which is 2015-01 unless it is given, or `end`".into(),
            Self::NoExecutions { days: Some((first, last)), .. } => {
                format!("its trading days reach from {first} to {last}, and the last month has no exit")
            }
            Self::NoExecutions { days: None, .. } | Self::NobodyAlive { days: None, .. } => "it has no sector closes".into(),
            Self::Schedule(ScheduleError::NeedsDays { key, .. }) => format!("leave `{key}` out"),
            Self::Schedule(ScheduleError::NeedsPrices { .. }) => "use `rebalance = \"month_start\"`".into(),
            Self::UnknownEntity { nearest: Some(near), .. } | Self::NoRiskFree { nearest: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::UnknownEntity { known, kind, .. } if known.is_empty() => format!("it has no entity of kind `{kind}`"),
            Self::UnknownEntity { known, .. } => {
                let shown: Vec<String> = known.iter().take(40).map(|code| format!("`{code}`")).collect();
                format!("there are {}{}", shown.join(", "), if known.len() > 40 { " and others" } else { "" })
            }
            Self::MissingInputs { .. } => {
                "give a dataset that has them, leave these factors out, or set `on_missing_input = \"warn\"`".into()
            }
            Self::NeverLive { .. } => {
                "factors need their inputs, and years of history before the first month; `rotor dataset describe` says what there is".into()
            }
            Self::FactorFailed { hint: Some(hint), .. } => hint.clone(),
            Self::FactorFailed { .. } => "fix the factor, or set `on_error = \"skip\"`".into(),
            Self::Window { .. } => "shorten its windows, or start later".into(),
            Self::NoRiskFree { nearest: None, .. } => {
                "give a rate in percent a year, or a series of the market in percent".into()
            }
            Self::NoFactors => "name factors in `factors`, and give one of them a weight above 0".into(),
            Self::ReservedCode { .. } => "rename it in the dataset, or name the other `benchmarks`".into(),
            Self::NobodyAlive { days: Some((first, last)), .. } => format!(
                "its trading days reach from {first} to {last}; a close is used in the 15 days up to the day, or in its month with month-end closes"
            ),
            Self::AlternativeFailed { .. } => "mend its declaration".into(),
            Self::WroteInputs { .. } => {
                "copy what is to be changed; isolated (`isolate = true`) it costs the factor alone".into()
            }
            Self::Plan(_) | Self::NoSectors { .. } | Self::Stopped => return None,
        })
    }
}

impl BacktestError {
    /// Returns the error in Chinese; `None` for one that no note shows.
    #[must_use]
    pub fn text_zh(&self) -> Option<String> {
        Some(match self {
            Self::Reversed { start, end } => format!("起始月{start}晚于结束月{end}"),
            Self::NoExecutions { dataset, start, end: Some(end), .. } => {
                format!("数据集`{dataset}`在{start}至{end}之间没有可平仓的调仓日")
            }
            Self::NoExecutions { dataset, start, end: None, .. } => {
                format!("数据集`{dataset}`自{start}起没有可平仓的调仓日")
            }
            Self::NeverLive { .. } => "所有月份均无因子评分".into(),
            Self::WroteInputs { factor, as_of, .. } => {
                format!("因子`{factor}`在{as_of}改写了其他因子也要读取的输入数据")
            }
            Self::FactorFailed { factor, as_of, reason, .. } => {
                format!("因子`{factor}`于{as_of}出错：{reason}")
            }
            Self::NobodyAlive { dataset, as_of, .. } => {
                format!("数据集`{dataset}`在{as_of}没有任何行业有近期收盘价")
            }
            _ => return None,
        })
    }

    /// Returns in Chinese how to mend it; `None` for an error that no note shows.
    #[must_use]
    pub fn hint_zh(&self) -> Option<String> {
        Some(match self {
            Self::Reversed { .. } => "请设置`start`（默认2015-01）或`end`".into(),
            Self::NeverLive { .. } => {
                "因子需要输入数据及首月之前数年的历史；可用`rotor dataset describe`查看现有数据".into()
            }
            Self::FactorFailed { hint: None, .. } => "请修正因子，或设置`on_error = \"skip\"`".into(),
            Self::WroteInputs { .. } => {
                "请让因子先复制再修改；隔离运行（`isolate = true`）时只影响该因子".into()
            }
            Self::NobodyAlive { .. } => "可用`rotor dataset describe`查看有哪些交易日".into(),
            _ => return None,
        })
    }
}

/// Pairs of a name and a text, each on a line of its own.
fn each_on_a_line(pairs: &[(String, String)]) -> String {
    pairs.iter().fold(String::new(), |lines, (name, text)| lines + "\n  `" + name + "`: " + text)
}
