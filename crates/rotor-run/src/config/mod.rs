//! What a run is made of: one value, which a file, flags and the record of a run all set through one door.
//!
//! [`Config::set`] takes a key and a value; [`read_config`] goes through a TOML file with it and reports every fault with
//! its line; [`Config::to_json`] and [`Config::to_toml`] write every key. What changes no result (threads, where the folder
//! goes) is no part of it.

mod fault;
mod file;
mod keys;
mod strategy;

use std::collections::BTreeMap;
use std::fmt;

use rotor_factor::{Group, Month, Value};

pub use fault::{ConfigFault, ConfigFaults, FaultKind};
pub use file::{config_from_json, read_config};
pub use keys::{KEYS, Key};

/// The configuration of a run. The defaults are those of the method.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The dataset folder.
    pub dataset: String,
    /// The month of the first execution day.
    pub start: Month,
    /// The month of the last execution day; `None` is the last that has an exit.
    pub end: Option<Month>,
    /// On which days sectors are chosen.
    pub rebalance: Rebalance,
    /// At which close they are bought and sold.
    pub execution: TradeDay,
    /// The codes of sectors that are left out.
    pub exclude: Vec<String>,
    /// The groups whose sectors take part; none means all.
    pub groups: Vec<Group>,
    /// The names of the factors, in the order of the run.
    pub factors: Vec<String>,
    /// What a missing score counts.
    pub missing: MissingScore,
    /// What settles equal totals at the last place.
    pub ties: Ties,
    /// How many factors must be live for a sector to be picked.
    pub min_factors: usize,
    /// How many sectors are held.
    pub top: usize,
    /// How the held sectors share the portfolio.
    pub weights: Weights,
    /// Cost of trading one way, in basis points of what is traded.
    pub cost_bp: f64,
    /// The codes of the benchmarks; none means all of the dataset.
    pub benchmarks: Vec<String>,
    /// What a factor that fails on a day does to the run.
    pub on_error: OnError,
    /// What a dataset without a factor's inputs does to the run.
    pub on_missing_input: OnMissingInput,
    /// Of which months the tables of factors are kept.
    pub tables: KeptTables,
    /// How many strategies were tried on the dataset, this one included: the best of many looks better than it is. `None` is as
    /// many as the ledger of trials has, and this one where there is no ledger.
    pub trials: Option<u64>,
    /// The seed of whatever is random.
    pub seed: u64,
    /// Settings of single factors, by name.
    pub factor: BTreeMap<String, FactorConfig>,
}

/// The settings of one factor.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorConfig {
    /// The path of its library; a linked factor has none.
    pub library: Option<String>,
    /// Its weight in the total.
    pub weight: f64,
    /// Whether the library runs in a process of its own.
    pub isolate: bool,
    /// The SHA-256 that the library must have.
    pub sha256: Option<String>,
    /// How long one call may take, in seconds.
    pub time_limit: u64,
    /// How much memory an isolated factor may have, in MiB.
    pub memory_limit: u64,
    /// Whether the library is loaded although any user can change it.
    pub allow_world_writable: bool,
    /// Its parameters; what is not given has its default.
    pub parameters: BTreeMap<String, Value>,
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
    /// What a missing score counts.
    MissingScore {
        /// The middle of the scale, 2.
        Neutral = "neutral",
        /// The mean of the sector's live scores.
        Average = "average",
    }
}

choice! {
    /// What settles equal totals at the last place.
    Ties {
        /// The mean percentile of the raw values, then the code.
        Percentile = "percentile",
        /// The sectors of equal total share the places that they take together.
        Fractional = "fractional",
    }
}

choice! {
    /// How the held sectors share the portfolio.
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
    /// Of which months the tables of factors are kept.
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
            on_error: OnError::Skip,
            on_missing_input: OnMissingInput::Warn,
            tables: KeptTables::Last,
            trials: None,
            seed: 1,
            factor: BTreeMap::new(),
        }
    }
}

impl Default for FactorConfig {
    fn default() -> Self {
        Self {
            library: None,
            weight: 1.0,
            isolate: false,
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
