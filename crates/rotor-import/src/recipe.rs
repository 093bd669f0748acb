//! Plans of usual sources, shipped as data: tables without files, to which a plan or a command line adds them.
//!
//! A recipe is a TOML file of the same keys as a plan, with `[recipe]` at its head for readers. A table of a plan that names one takes
//! its tables and replaces the keys that it has itself.

use serde::Deserialize;
use toml::{Table, Value};

use crate::fault::FaultKind;

/// A plan that is shipped.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Its name, such as `akshare.index_hist_sw`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What a recipe says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// One line for readers.
    pub title: String,
    /// Where the files come from.
    pub source: String,
    /// Which files it reads.
    pub files: String,
}

macro_rules! recipes {
    ($($name:literal),* $(,)?) => {
        &[$(Recipe { name: $name, text: include_str!(concat!("../recipes/", $name, ".toml")) }),*]
    };
}

/// Every recipe, in the order of their names.
pub const RECIPES: &[Recipe] = recipes![
    "akshare.fund_etf_scale",
    "akshare.index_analysis_daily_sw",
    "akshare.index_analysis_monthly_sw",
    "akshare.index_hist_sw",
    "akshare.macro_china_cpi",
    "akshare.macro_china_market_margin",
    "akshare.macro_china_ppi",
    "akshare.stock_hsgt_hist_em",
    "akshare.stock_zh_index_daily",
    "akshare.stock_zh_index_hist_csindex",
    "alfred.releases",
    "alfred.vintages",
    "baostock.query_history_k_data_plus",
    "choice.edb",
    "fred.daily",
    "fred.quarterly",
    "fred.series",
    "fredmd.current",
    "fredmd.vintages",
    "ifind.edb",
    "jin10.macro_china_cpi_yearly",
    "jin10.macro_china_ppi_yearly",
    "joinquant.get_price",
    "joinquant.mac_cpi_month",
    "joinquant.sw1_daily_price",
    "joinquant.sw1_daily_valuation",
    "ken_french.industries",
    "mysteel.series",
    "stooq.bulk",
    "stooq.daily",
    "tushare.cn_cpi",
    "tushare.cn_ppi",
    "tushare.fina_indicator",
    "tushare.fund_share",
    "tushare.fut_daily",
    "tushare.index_daily",
    "tushare.index_member_all",
    "tushare.margin",
    "tushare.moneyflow_hsgt",
    "tushare.sw_daily",
    "wide.levels",
    "wide.returns_decimal",
    "wide.returns_percent",
    "wind.edb",
    "wind.sector_pb",
    "wind.sector_pe",
    "wind.wide_codes",
    "yfinance.download",
    "yfinance.history",
];

impl Recipe {
    /// Finds a recipe by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        RECIPES.iter().find(|recipe| recipe.name == name).copied()
    }

    /// What it says of itself.
    ///
    /// # Panics
    ///
    /// If a recipe that is shipped is none, which a test excludes.
    #[must_use]
    pub fn about(&self) -> About {
        let about = self.table().remove(ABOUT).expect("a recipe that is shipped says what it is");
        about.try_into().expect("what a recipe that is shipped says of itself is sound")
    }

    /// Tells whether it says the currency of the closes.
    #[must_use]
    pub fn has_currency(&self) -> bool {
        self.table().get("dataset").is_some_and(|dataset| dataset.get("currency").is_some())
    }

    /// The recipe whose name is most like one that none has, if any is like it.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static str> {
        rotor_factor::nearest(name, RECIPES.iter().map(|recipe| recipe.name))
    }

    fn table(&self) -> Table {
        self.text.parse().expect("a recipe that is shipped is TOML")
    }
}

/// The key of what a recipe says of itself.
const ABOUT: &str = "recipe";

/// Tells whether a table of a plan, or the plan itself, names recipes.
pub(crate) fn are_named(plan: &Table) -> bool {
    let tables = plan.get("table").and_then(Value::as_array);
    tables.is_some_and(|tables| tables.iter().any(|table| table.get(ABOUT).is_some()))
}

/// Puts the tables of recipes in the place of those that name them.
pub(crate) fn filled(mut plan: Table) -> Result<Table, FaultKind> {
    let Some(Value::Array(tables)) = plan.remove("table") else { return Ok(plan) };
    let mut all = Vec::new();
    for table in tables {
        match table {
            Value::Table(mut own) => match own.remove(ABOUT) {
                Some(Value::String(name)) => {
                    let recipe = Recipe::find(&name).ok_or_else(|| unknown(&name))?;
                    let mut given = recipe.table();
                    given.remove(ABOUT);
                    let of_recipe = given.remove("table");
                    add(&mut plan, given);
                    for table in of_recipe.as_ref().and_then(Value::as_array).into_iter().flatten() {
                        let mut table = table.as_table().cloned().unwrap_or_default();
                        table.extend(own.clone());
                        all.push(Value::Table(table));
                    }
                }
                Some(other) => return Err(unknown(&other.to_string())),
                None => all.push(Value::Table(own)),
            },
            other => all.push(other),
        }
    }
    plan.insert("table".into(), Value::Array(all));
    Ok(plan)
}

fn unknown(name: &str) -> FaultKind {
    FaultKind::NoRecipe { name: name.into(), nearest: Recipe::nearest(name).map(Into::into) }
}

/// Adds what a recipe says beside its tables: lists are joined, entities that the plan declares itself stay as they are, and of
/// everything else the plan comes first.
fn add(plan: &mut Table, given: Table) {
    for (key, value) in given {
        match (plan.get_mut(&key), value) {
            (None, value) => {
                plan.insert(key, value);
            }
            (Some(Value::Array(own)), Value::Array(given)) => {
                for value in given {
                    let is_known = own.iter().any(|known| {
                        *known == value
                            || value.get("code").is_some_and(|code| known.get("code") == Some(code))
                    });
                    if !is_known {
                        own.push(value);
                    }
                }
            }
            (Some(Value::Table(own)), Value::Table(given)) => {
                for (key, value) in given {
                    own.entry(key).or_insert(value);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Plan;

    #[test]
    fn every_recipe_is_listed_and_makes_a_plan() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/recipes");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
            .collect();
        files.sort();
        assert_eq!(files, RECIPES.iter().map(|recipe| recipe.name).collect::<Vec<_>>());
        for recipe in RECIPES {
            let about = recipe.about();
            assert!(!about.title.is_empty() && !about.source.is_empty() && !about.files.is_empty());
            let text = format!(
                "[dataset]\nname = \"x\"\ntitle = \"x\"\ncurrency = \"CNY\"\nsource = \"x\"\n[[table]]\nrecipe = \"{}\"\nfile = \"x.csv\"\n",
                recipe.name
            );
            let plan = Plan::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", recipe.name));
            assert!(!plan.tables.is_empty(), "{}", recipe.name);
        }
    }

    #[test]
    fn a_plan_comes_before_its_recipe() {
        let text = r#"
with = ["nbs"]
[dataset]
name = "x"
title = "x"
currency = "USD"
source = "x"
[[entity]]
code = "CN"
kind = "market"
name = "Own name"
[[table]]
recipe = "akshare.macro_china_ppi"
file = "a.csv"
released = { days = 20 }
[[table]]
recipe = "akshare.index_hist_sw"
file = "b.csv"
"#;
        let plan = Plan::parse(text).unwrap();
        assert_eq!(plan.with, ["nbs", "sw2021"]);
        assert_eq!((plan.dataset.currency.as_str(), plan.entities[0].name.as_str()), ("USD", "Own name"));
        assert_eq!((plan.entities.len(), plan.tables.len()), (1, 2));
        assert_eq!(plan.tables[0].released.as_ref().unwrap().days, Some(20));
        let error = Plan::parse(&text.replace("china_ppi", "china_pqi")).unwrap_err();
        assert!(error.to_string().contains("akshare.macro_china_ppi"), "{error}");
    }
}
