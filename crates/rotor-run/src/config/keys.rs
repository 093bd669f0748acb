//! The keys of a configuration: what each means, how it is set and written.

use std::collections::BTreeMap;

use rotor_factor::{Group, Month, Value, nearest};
use toml::Value as Toml;

use super::fault::{ConfigFault, FaultKind};
use super::{
    Config, FactorConfig, Isolate, KeptTables, MissingScore, OnError, OnMissingInput, Rebalance, RiskFree,
    Ties, TradeDay, Weights,
};

/// A key of a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The name; those of a factor's settings stand under `factor.NAME`.
    pub name: &'static str,
    /// What it means and may be.
    pub about: &'static str,
    put: fn(&mut Config, &Toml) -> Result<(), FaultKind>,
    get: fn(&Config) -> Toml,
}

/// A key of the settings of a factor.
struct FactorKey {
    name: &'static str,
    put: fn(&mut FactorConfig, &Toml) -> Result<(), FaultKind>,
    get: fn(&FactorConfig) -> Option<Toml>,
}

/// Every key, in the order in which configurations are written.
pub const KEYS: &[Key] = &[
    Key {
        name: "dataset",
        about: "the dataset folder",
        put: |config, value| put(&mut config.dataset, text(value)),
        get: |config| config.dataset.as_str().into(),
    },
    Key {
        name: "start",
        about: "the month of the first execution day, YYYY-MM",
        put: |config, value| put(&mut config.start, month(value)),
        get: |config| config.start.to_string().into(),
    },
    Key {
        name: "end",
        about: "the month of the last execution day; empty: the last month that has an exit",
        put: |config, value| put(&mut config.end, open_month(value)),
        get: |config| config.end.map_or(String::new(), |end| end.to_string()).into(),
    },
    Key {
        name: "rebalance",
        about: "the execution day: month_start (the first trading day) or after_cpi (the first one after CPI and PPI are published)",
        put: |config, value| put(&mut config.rebalance, word(value, Rebalance::WORDS, Rebalance::of_word)),
        get: |config| config.rebalance.word().into(),
    },
    Key {
        name: "execution",
        about: "the close that is traded: close (of the execution day) or next_close (one trading day later)",
        put: |config, value| put(&mut config.execution, word(value, TradeDay::WORDS, TradeDay::of_word)),
        get: |config| config.execution.word().into(),
    },
    Key {
        name: "exclude",
        about: "codes of sectors to exclude",
        put: |config, value| put(&mut config.exclude, texts(value)),
        get: |config| list(&config.exclude),
    },
    Key {
        name: "groups",
        about: "groups of sectors to include (upstream, midstream, downstream, services, financial, tmt, other); none: all sectors",
        put: |config, value| put(&mut config.groups, groups(value)),
        get: |config| config.groups.iter().map(|group| Toml::from(group.word())).collect::<Vec<_>>().into(),
    },
    Key {
        name: "factors",
        about: "names of the factors; a factor from a library needs `library` under [factor.NAME]",
        put: |config, value| put(&mut config.factors, texts(value)),
        get: |config| list(&config.factors),
    },
    Key {
        name: "missing",
        about: "the value of a missing score: neutral (2) or average (of the sector's other scores)",
        put: |config, value| {
            put(&mut config.missing, word(value, MissingScore::WORDS, MissingScore::of_word))
        },
        get: |config| config.missing.word().into(),
    },
    Key {
        name: "ties",
        about: "how ties are broken: percentile (by the average factor percentile; sectors still equal at the cut share the last places) or fractional (sectors of equal total share them)",
        put: |config, value| put(&mut config.ties, word(value, Ties::WORDS, Ties::of_word)),
        get: |config| config.ties.word().into(),
    },
    Key {
        name: "min_factors",
        about: "scores a sector needs to be selected (or as many as the best-covered sector has, if that is fewer)",
        put: |config, value| {
            put(&mut config.min_factors, whole(value, 0, 1_000, "from 0 to 1000").map(|n| n as usize))
        },
        get: |config| (config.min_factors as i64).into(),
    },
    Key {
        name: "top",
        about: "how many sectors are held",
        put: |config, value| {
            put(&mut config.top, whole(value, 1, 1_000_000, "from 1 to 1000000").map(|n| n as usize))
        },
        get: |config| (config.top as i64).into(),
    },
    Key {
        name: "weights",
        about: "portfolio weights: equal, or rank (in proportion to top + 1 - rank)",
        put: |config, value| put(&mut config.weights, word(value, Weights::WORDS, Weights::of_word)),
        get: |config| config.weights.word().into(),
    },
    Key {
        name: "cost_bp",
        about: "one-way transaction cost, in basis points of the traded amount",
        put: |config, value| put(&mut config.cost_bp, number(value, 0.0..=5_000.0, "from 0 to 5000")),
        get: |config| config.cost_bp.into(),
    },
    Key {
        name: "benchmarks",
        about: "codes of the benchmarks; none: all benchmarks of the dataset",
        put: |config, value| put(&mut config.benchmarks, texts(value)),
        get: |config| list(&config.benchmarks),
    },
    Key {
        name: "risk_free",
        about: "the riskless rate of Sharpe and Sortino ratios: percent a year, or the name of a market series in percent",
        put: |config, value| {
            let rate = || number(value, -100.0..=1_000.0, "from -100 to 1000, or the name of a series");
            let series =
                value.as_str().filter(|name| !name.is_empty()).map(|name| RiskFree::Series(name.into()));
            put(&mut config.risk_free, series.map_or_else(|| rate().map(RiskFree::Rate), Ok))
        },
        get: |config| match &config.risk_free {
            RiskFree::Rate(rate) => (*rate).into(),
            RiskFree::Series(name) => name.as_str().into(),
        },
    },
    Key {
        name: "on_error",
        about: "if a factor fails on a day: skip (its scores are missing, with the reason) or stop",
        put: |config, value| put(&mut config.on_error, word(value, OnError::WORDS, OnError::of_word)),
        get: |config| config.on_error.word().into(),
    },
    Key {
        name: "on_missing_input",
        about: "if the dataset lacks a factor's inputs: warn (the factor has no scores) or stop",
        put: |config, value| {
            put(&mut config.on_missing_input, word(value, OnMissingInput::WORDS, OnMissingInput::of_word))
        },
        get: |config| config.on_missing_input.word().into(),
    },
    Key {
        name: "tables",
        about: "factor tables to keep: those of the last month (last) or of every month (all)",
        put: |config, value| put(&mut config.tables, word(value, KeptTables::WORDS, KeptTables::of_word)),
        get: |config| config.tables.word().into(),
    },
    Key {
        name: "trials",
        about: "number of strategies tried on this dataset, including this one; ledger: the number in the ledger of trials",
        put: |config, value| {
            let is_left_open = value.as_str() == Some("ledger");
            let number = || whole(value, 1, i64::MAX, "1 or more").map(|n| Some(n as u64));
            put(&mut config.trials, if is_left_open { Ok(None) } else { number() })
        },
        get: |config| config.trials.map_or("ledger".into(), |n| (n as i64).into()),
    },
    Key {
        name: "seed",
        about: "seed of the bootstrap samples in the evaluation",
        put: |config, value| put(&mut config.seed, whole(value, 0, i64::MAX, "0 or more").map(|n| n as u64)),
        get: |config| (config.seed as i64).into(),
    },
    Key {
        name: "note.box_start",
        about: "the first month of the box plots of a note, YYYY-MM; empty: the last 60 months",
        put: |config, value| put(&mut config.box_start, open_month(value)),
        get: |config| config.box_start.map_or(String::new(), |start| start.to_string()).into(),
    },
    Key {
        name: "weekly.releases",
        about: "series whose next release the weekly tells; none: CPI, PPI, industrial profits and the monthly series linked to sectors",
        put: |config, value| put(&mut config.weekly.releases, texts(value)),
        get: |config| list(&config.weekly.releases),
    },
    Key {
        name: "weekly.financials",
        about: "codes of the financial sectors, which the second row of the weekly's comparable sample leaves out",
        put: |config, value| put(&mut config.weekly.financials, texts(value)),
        get: |config| list(&config.weekly.financials),
    },
    Key {
        name: "weekly.exclude_loss",
        about: "loss from which on the weekly shows the comparable sample without a company as well, in the unit of the filings",
        put: |config, value| put(&mut config.weekly.exclude_loss, number(value, 0.0..=1e9, "from 0 to 1e9")),
        get: |config| config.weekly.exclude_loss.into(),
    },
    Key {
        name: "weekly.groups",
        about: "groups of industrial classes that the weekly shows, such as {cars = [\"C36\"]}; none: its own",
        put: |config, value| put(&mut config.weekly.groups, named_lists(value)),
        get: |config| {
            let groups = config.weekly.groups.iter();
            Toml::Table(groups.map(|(name, codes)| (name.clone(), list(codes))).collect())
        },
    },
];

const FACTOR_KEYS: &[FactorKey] = &[
    FactorKey {
        name: "library",
        put: |config, value| put(&mut config.library, text(value).map(Some)),
        get: |config| config.library.as_deref().map(Toml::from),
    },
    FactorKey {
        name: "weight",
        put: |config, value| put(&mut config.weight, number(value, 0.0..=1e6, "from 0 to 1000000")),
        get: |config| Some(config.weight.into()),
    },
    FactorKey {
        name: "isolate",
        put: |config, value| put(&mut config.isolate, isolate(value)),
        get: |config| {
            config.library.as_ref().map(|_| match config.isolate {
                Isolate::No => false.into(),
                Isolate::Yes => true.into(),
                Isolate::Sealed => Isolate::Sealed.word().into(),
            })
        },
    },
    FactorKey {
        name: "sha256",
        put: |config, value| put(&mut config.sha256, sha256(value).map(Some)),
        get: |config| config.sha256.as_deref().map(Toml::from),
    },
    FactorKey {
        name: "time_limit",
        put: |config, value| {
            put(&mut config.time_limit, whole(value, 1, 86_400, "from 1 to 86400 seconds").map(|n| n as u64))
        },
        get: |config| config.library.as_ref().map(|_| (config.time_limit as i64).into()),
    },
    FactorKey {
        name: "memory_limit",
        put: |config, value| {
            put(
                &mut config.memory_limit,
                whole(value, 64, 1 << 20, "from 64 to 1048576 MiB").map(|n| n as u64),
            )
        },
        get: |config| config.library.as_ref().map(|_| (config.memory_limit as i64).into()),
    },
    FactorKey {
        name: "allow_world_writable",
        put: |config, value| put(&mut config.allow_world_writable, flag(value)),
        get: |config| config.library.as_ref().map(|_| config.allow_world_writable.into()),
    },
];

/// Tells whether keys stand in a table of this name, such as `note`.
pub(super) fn is_table(name: &str) -> bool {
    KEYS.iter().filter_map(|key| key.name.split_once('.')).any(|(table, _)| table == name)
}

impl Config {
    /// Sets a key.
    ///
    /// Beside the [keys](KEYS) there are those of factors, `factor.NAME.weight` and the like and
    /// `factor.NAME.parameters.PARAMETER`, or in short `NAME.weight` and `NAME.PARAMETER`. A list may be given as a text with
    /// commas.
    ///
    /// ```
    /// let mut config = rotor_run::Config::default();
    /// config.set("top", &8.into())?;
    /// config.set("heat.weight", &0.5.into())?;
    /// config.set("heat.direction", &"momentum".into())?;
    /// assert_eq!((config.top, config.of_factor("heat").weight), (8, 0.5));
    /// assert!(config.set("topp", &8.into()).is_err());
    /// # Ok::<(), rotor_run::ConfigFault>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such key, or the value is not one of its values. Whether a factor has a parameter of this name is found
    /// out when it is made.
    pub fn set(&mut self, key: &str, value: &Toml) -> Result<(), ConfigFault> {
        let fault = |kind| ConfigFault { key: key.into(), place: None, kind };
        if let Some(known) = KEYS.iter().find(|known| known.name == key) {
            return (known.put)(self, value).map_err(fault);
        }
        if key.split_once('.').is_some_and(|(table, _)| is_table(table)) {
            return Err(fault(unknown(key, KEYS.iter().map(|key| key.name))));
        }
        let path = key.strip_prefix("factor.").unwrap_or(key);
        let (factor, setting) = match path.rsplit_once(".parameters.") {
            Some((factor, parameter)) => (factor, Err(parameter)),
            None => match path.rsplit_once('.') {
                Some((factor, setting)) => (factor, Ok(setting)),
                None => return Err(fault(unknown(key, KEYS.iter().map(|key| key.name)))),
            },
        };
        let mut settings = self.of_factor(factor);
        let of_setting = setting.ok().and_then(|name| FACTOR_KEYS.iter().find(|known| known.name == name));
        match (of_setting, setting) {
            (Some(known), _) => (known.put)(&mut settings, value).map_err(fault)?,
            // Inside `[factor.NAME]` of a file a parameter stands in a table of its own.
            (None, Ok(name)) if key.starts_with("factor.") => {
                let known = FACTOR_KEYS.iter().map(|known| known.name).chain(["parameters"]);
                return Err(fault(match unknown(name, known) {
                    FaultKind::UnknownKey { nearest: None } => {
                        FaultKind::UnknownSetting { factor: factor.into() }
                    }
                    near => near,
                }));
            }
            (None, Ok(parameter) | Err(parameter)) => {
                settings.parameters.insert(parameter.into(), parameter_value(value).map_err(fault)?);
            }
        }
        self.factor.insert(factor.into(), settings);
        Ok(())
    }

    /// Returns the value of a key of [`KEYS`].
    ///
    /// # Panics
    ///
    /// If there is no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Toml {
        let known = KEYS.iter().find(|known| known.name == key).expect("a key of `KEYS`");
        (known.get)(self)
    }
}

impl FactorConfig {
    /// Returns the settings that there are, by key; `parameters` is a table.
    #[must_use]
    pub fn to_table(&self) -> toml::Table {
        let values = FACTOR_KEYS.iter().filter_map(|key| Some((key.name.to_owned(), (key.get)(self)?)));
        let mut table: toml::Table = values.collect();
        if !self.parameters.is_empty() {
            let parameters = self.parameters.iter().map(|(name, value)| {
                let value = match value {
                    Value::Flag(value) => (*value).into(),
                    Value::Integer(value) => (*value).into(),
                    Value::Number(value) => (*value).into(),
                    Value::Text(value) => value.as_str().into(),
                };
                (name.clone(), value)
            });
            table.insert("parameters".into(), Toml::Table(parameters.collect()));
        }
        table
    }
}

fn put<T>(place: &mut T, value: Result<T, FaultKind>) -> Result<(), FaultKind> {
    *place = value?;
    Ok(())
}

fn list(texts: &[String]) -> Toml {
    texts.iter().map(|text| Toml::from(text.as_str())).collect::<Vec<_>>().into()
}

fn unknown<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> FaultKind {
    FaultKind::UnknownKey { nearest: nearest(name, known).map(Into::into) }
}

fn type_fault(expected: &'static str, found: &Toml) -> FaultKind {
    let found = match found {
        Toml::String(text) => format!("the text {text:?}"),
        Toml::Array(_) => "a list".into(),
        Toml::Table(_) => "a table".into(),
        other => format!("`{other}`"),
    };
    FaultKind::Type { expected, found }
}

fn text(value: &Toml) -> Result<String, FaultKind> {
    match value.as_str() {
        Some("") => Err(FaultKind::Range { found: "an empty text".into(), allowed: "allowed" }),
        Some(text) => Ok(text.into()),
        None => Err(type_fault("a text", value)),
    }
}

fn texts(value: &Toml) -> Result<Vec<String>, FaultKind> {
    match value {
        Toml::String(text) => {
            Ok(text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Into::into).collect())
        }
        Toml::Array(values) => values.iter().map(text).collect(),
        // A single code of digits, given by a flag.
        Toml::Integer(code) => Ok(vec![code.to_string()]),
        _ => Err(type_fault("a list of texts", value)),
    }
}

/// Lists of texts, each under its name.
fn named_lists(value: &Toml) -> Result<BTreeMap<String, Vec<String>>, FaultKind> {
    match value {
        Toml::Table(table) => table.iter().map(|(name, value)| Ok((name.clone(), texts(value)?))).collect(),
        _ => Err(type_fault("a table of lists", value)),
    }
}

fn groups(value: &Toml) -> Result<Vec<Group>, FaultKind> {
    const WORDS: &[&str] = &["upstream", "midstream", "downstream", "services", "financial", "tmt", "other"];
    let group =
        |word: String| word.parse().map_err(|_| FaultKind::Word { found: word.clone(), known: WORDS });
    texts(value)?.into_iter().map(group).collect()
}

fn month(value: &Toml) -> Result<Month, FaultKind> {
    let expected = "a month as YYYY-MM";
    let text = value.as_str().ok_or_else(|| type_fault(expected, value))?;
    text.parse().map_err(|_| type_fault(expected, value))
}

/// A month, or an empty text for none.
fn open_month(value: &Toml) -> Result<Option<Month>, FaultKind> {
    if value.as_str() == Some("") { Ok(None) } else { month(value).map(Some) }
}

fn word<T>(value: &Toml, known: &'static [&'static str], of: fn(&str) -> Option<T>) -> Result<T, FaultKind> {
    let text = value.as_str().ok_or_else(|| type_fault("a word", value))?;
    of(text).ok_or_else(|| FaultKind::Word { found: text.into(), known })
}

fn whole(value: &Toml, min: i64, max: i64, allowed: &'static str) -> Result<i64, FaultKind> {
    let number = value.as_integer().ok_or_else(|| type_fault("a whole number", value))?;
    let range = || FaultKind::Range { found: number.to_string(), allowed };
    (min..=max).contains(&number).then_some(number).ok_or_else(range)
}

fn number(
    value: &Toml,
    range: std::ops::RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<f64, FaultKind> {
    let number = value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64));
    let number = number.ok_or_else(|| type_fault("a number", value))?;
    // A NaN is in no range.
    range.contains(&number).then_some(number).ok_or(FaultKind::Range { found: number.to_string(), allowed })
}

fn flag(value: &Toml) -> Result<bool, FaultKind> {
    value.as_bool().ok_or_else(|| type_fault("true or false", value))
}

fn isolate(value: &Toml) -> Result<Isolate, FaultKind> {
    match value {
        Toml::Boolean(false) => Ok(Isolate::No),
        Toml::Boolean(true) => Ok(Isolate::Yes),
        Toml::String(_) => word(value, Isolate::WORDS, Isolate::of_word),
        _ => Err(type_fault("true, false or `sealed`", value)),
    }
}

fn sha256(value: &Toml) -> Result<String, FaultKind> {
    let digits = text(value)?;
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digits.to_ascii_lowercase());
    }
    Err(FaultKind::Range { found: format!("`{digits}`"), allowed: "64 hexadecimal digits" })
}

fn parameter_value(value: &Toml) -> Result<Value, FaultKind> {
    match value {
        Toml::Boolean(value) => Ok(Value::Flag(*value)),
        Toml::Integer(value) => Ok(Value::Integer(*value)),
        Toml::Float(value) => Ok(Value::Number(*value)),
        Toml::String(value) => Ok(Value::Text(value.clone())),
        _ => Err(type_fault("a number, true, false or a text", value)),
    }
}
