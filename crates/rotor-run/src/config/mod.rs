//! The configuration of a run: one value that a file, flags and the record of a run all set in the same way.
//!
//! [`Config::set`] takes a key and a value; [`read_config`] goes through a TOML file with it and reports every fault with
//! its line; [`Config::to_json`] and [`Config::to_toml`] write every key. Settings that change no result (threads, the place of
//! the run folder) are not part of it.

mod fault;
mod file;
mod keys;
mod settings;
mod strategy;

use std::collections::BTreeMap;
use std::fmt;

use rotor_factor::{Group, Month, Value};

pub use fault::{ConfigFault, ConfigFaults, FaultKind};
pub use file::{config_from_json, plain_toml, read_config};
pub use keys::{KEYS, Key};
pub use settings::{Setting, settings};

/// The configuration of a run. The defaults are those of the method.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The dataset folder.
    pub dataset: String,
    /// The month of the first execution day.
    pub start: Month,
    /// The month of the last execution day; `None` is the last month that has an exit.
    pub end: Option<Month>,
    /// The rule for the execution day.
    pub rebalance: Rebalance,
    /// The close at which sectors are bought and sold.
    pub execution: TradeDay,
    /// The codes of excluded sectors.
    pub exclude: Vec<String>,
    /// The groups whose sectors are included; none means all sectors.
    pub groups: Vec<Group>,
    /// The names of the factors, in the order of the run.
    pub factors: Vec<String>,
    /// The value of a missing score.
    pub missing: MissingScore,
    /// How ties of the total are broken.
    pub ties: Ties,
    /// How many factor scores a sector needs to be selected.
    pub min_factors: usize,
    /// How many sectors are held.
    pub top: usize,
    /// The weights of the held sectors.
    pub weights: Weights,
    /// One-way transaction cost, in basis points of the traded amount.
    pub cost_bp: f64,
    /// The codes of the benchmarks; none means all benchmarks of the dataset.
    pub benchmarks: Vec<String>,
    /// The riskless rate of Sharpe and Sortino ratios.
    pub risk_free: RiskFree,
    /// What a factor that fails on a day does to the run.
    pub on_error: OnError,
    /// What a dataset without a factor's inputs does to the run.
    pub on_missing_input: OnMissingInput,
    /// The months of which factor tables are kept.
    pub tables: KeptTables,
    /// The number of strategies tried on the dataset, including this one. `None` is the number in the ledger of trials, or 1
    /// without a ledger.
    pub trials: Option<u64>,
    /// The seed of the random numbers.
    pub seed: u64,
    /// The first month of the box plots of a note; `None` is the last sixty months.
    pub box_start: Option<Month>,
    /// What the page of a week shows.
    pub weekly: WeeklySettings,
    /// Settings of single factors, by name.
    pub factor: BTreeMap<String, FactorConfig>,
}

/// What the page of a week shows.
#[derive(Clone, Debug, PartialEq)]
pub struct WeeklySettings {
    /// Groups of industrial classes, by name, each with the codes of its classes; none means those of the page.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The series whose next release is told; none means CPI, PPI, industrial profits and the monthly series that are linked to
    /// sectors.
    pub releases: Vec<String>,
    /// The codes of the financial sectors.
    pub financials: Vec<String>,
    /// The loss from which on a company is left out of the second comparable sample, in the unit of the filings.
    pub exclude_loss: f64,
}

impl Default for WeeklySettings {
    fn default() -> Self {
        Self {
            groups: BTreeMap::new(),
            releases: Vec::new(),
            financials: ["801780", "801790"].map(Into::into).into(),
            exclude_loss: 50.0,
        }
    }
}

/// The settings of one factor.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorConfig {
    /// The path of its library; a linked factor has none.
    pub library: Option<String>,
    /// Its weight in the total.
    pub weight: f64,
    /// How far the library is kept apart.
    pub isolate: Isolate,
    /// The SHA-256 that the library must have.
    pub sha256: Option<String>,
    /// The time limit of one call, in seconds.
    pub time_limit: u64,
    /// The memory limit of an isolated factor, in MiB.
    pub memory_limit: u64,
    /// Whether the library is loaded even if any user can change it.
    pub allow_world_writable: bool,
    /// Its parameters; those not given have their defaults.
    pub parameters: BTreeMap<String, Value>,
}

/// Where the riskless rate comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum RiskFree {
    /// A constant rate, in percent a year.
    Rate(f64),
    /// A series of the market, in percent a year.
    Series(String),
}

/// Declares an enumeration with a word for each variant, as configurations write it.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// The words, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// Returns the word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the word.
            #[must_use]
            pub fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

choice! {
    /// How far the library of a factor is kept apart.
    Isolate {
        /// It runs in the process of Rotor.
        No = "false",
        /// It runs in a process of its own.
        Yes = "true",
        /// It runs in a process of its own, without files, network and other processes.
        Sealed = "sealed",
    }
}

choice! {
    /// On which days sectors are chosen.
    Rebalance {
        /// The first trading day of a month (the last, where there are month-end closes only).
        MonthStart = "month_start",
        /// The first trading day after consumer and producer prices of the month before are published.
        AfterCpi = "after_cpi",
    }
}

choice! {
    /// At which close sectors are bought and sold.
    TradeDay {
        /// The close of the execution day.
        Close = "close",
        /// The close of the trading day after it.
        NextClose = "next_close",
    }
}

choice! {
    /// The value of a missing score.
    MissingScore {
        /// The middle of the scale, 2.
        Neutral = "neutral",
        /// The mean of the sector's live scores.
        Average = "average",
    }
}

choice! {
    /// How ties of the total are broken.
    Ties {
        /// The mean percentile of the raw values; sectors that are still equal share the places that they take together.
        Percentile = "percentile",
        /// The sectors of equal total share the places that they take together.
        Fractional = "fractional",
    }
}

choice! {
    /// The weights of the held sectors.
    Weights {
        /// Equally.
        Equal = "equal",
        /// In proportion to k + 1 − place.
        Rank = "rank",
    }
}

choice! {
    /// What a factor that fails on a day does to the run.
    OnError {
        /// Its sectors have no score that day, with the reason.
        Skip = "skip",
        /// The run ends with the reason.
        Stop = "stop",
    }
}

choice! {
    /// What a dataset without a factor's inputs does to the run.
    OnMissingInput {
        /// The factor has no score in any month; a warning says so.
        Warn = "warn",
        /// The run is refused, with everything that is missing.
        Stop = "stop",
    }
}

choice! {
    /// The months of which factor tables are kept.
    KeptTables {
        /// The last one.
        Last = "last",
        /// All.
        All = "all",
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: "datasets/demo".into(),
            start: Month::new(2015, 1).expect("a month of the calendar"),
            end: None,
            rebalance: Rebalance::MonthStart,
            execution: TradeDay::Close,
            exclude: Vec::new(),
            groups: Vec::new(),
            factors: Vec::new(),
            missing: MissingScore::Neutral,
            ties: Ties::Percentile,
            min_factors: 2,
            top: 5,
            weights: Weights::Equal,
            cost_bp: 15.0,
            benchmarks: Vec::new(),
            risk_free: RiskFree::Rate(0.0),
            on_error: OnError::Skip,
            on_missing_input: OnMissingInput::Warn,
            tables: KeptTables::Last,
            trials: None,
            seed: 1,
            box_start: None,
            weekly: WeeklySettings::default(),
            factor: BTreeMap::new(),
        }
    }
}

impl Default for FactorConfig {
    fn default() -> Self {
        Self {
            library: None,
            weight: 1.0,
            isolate: Isolate::No,
            sha256: None,
            time_limit: 10,
            memory_limit: 2048,
            allow_world_writable: false,
            parameters: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Returns the settings of a factor; the defaults, if nothing was set.
    #[must_use]
    pub fn of_factor(&self, name: &str) -> FactorConfig {
        self.factor.get(name).cloned().unwrap_or_default()
    }
}
