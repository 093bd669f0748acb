//! What of a configuration makes a strategy: two that agree in it are one trial, however they are written.

use serde_json::Value as Json;

use super::Config;

/// Keys that change nothing that is held: the place of the data, what is written down and compared, what ends a run, and what only
/// the evaluation needs.
const NOT_OF_STRATEGY: &[&str] = &[
    "dataset",
    "benchmarks",
    "risk_free",
    "on_error",
    "on_missing_input",
    "tables",
    "trials",
    "seed",
    "note.box_start",
    "weekly.releases",
    "weekly.financials",
    "weekly.exclude_loss",
    "weekly.groups",
];

/// Keys of lists whose order says nothing.
const SETS: &[&str] = &["exclude", "groups", "factors"];

/// The same of a factor: how it is loaded. What is loaded is told by the library's hash.
const NOT_OF_FACTOR: &[&str] =
    &["library", "isolate", "sha256", "time_limit", "memory_limit", "allow_world_writable"];

impl Config {
    /// Returns what of the configuration makes a strategy. `library` gives the SHA-256 of the library of a factor by the factor's
    /// name, `None` for a linked one.
    #[must_use]
    pub fn strategy<'h>(&self, library: impl Fn(&str) -> Option<&'h str>) -> Json {
        let mut strategy = self.to_json();
        let Some(keys) = strategy.as_object_mut() else { return strategy };
        for key in NOT_OF_STRATEGY {
            keys.remove(*key);
        }
        for key in SETS {
            if let Some(Json::Array(values)) = keys.get_mut(*key) {
                values.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
                values.dedup();
            }
        }
        for (name, settings) in keys.get_mut("factor").and_then(Json::as_object_mut).into_iter().flatten() {
            let Some(settings) = settings.as_object_mut() else { continue };
            for key in NOT_OF_FACTOR {
                settings.remove(*key);
            }
            if let Some(sha256) = library(name) {
                settings.insert("library".into(), sha256.into());
            }
        }
        strategy
    }
}

#[cfg(test)]
mod tests {
    use toml::Value as Toml;

    use super::*;
    use crate::config::KEYS;

    fn config(settings: &[(&str, Toml)]) -> Config {
        let mut config = Config { factors: vec!["heat".into(), "idea".into()], ..Config::default() };
        let library = ("idea.library", Toml::from("lib/a.so"));
        for (key, value) in [&[library][..], settings].concat() {
            config.set(key, &value).unwrap();
        }
        config
    }

    fn strategy(settings: &[(&str, Toml)]) -> Json {
        config(settings).strategy(|name| (name == "idea").then_some("cafe"))
    }

    #[test]
    fn what_changes_no_pick_is_no_part_of_a_strategy() {
        let plain = strategy(&[]);
        assert_eq!(plain["factor"]["idea"]["library"], "cafe");
        for key in NOT_OF_STRATEGY.iter().chain(SETS) {
            assert!(KEYS.iter().any(|known| known.name == *key), "{key}");
        }
        for (key, value) in [
            ("dataset", Toml::from("elsewhere")),
            ("trials", 7.into()),
            ("seed", 2.into()),
            ("tables", "all".into()),
            ("benchmarks", "000300".into()),
            ("note.box_start", "2012-01".into()),
            ("weekly.releases", "cpi_yoy".into()),
            ("weekly.exclude_loss", 20.into()),
            ("factors", "idea, heat".into()),
            ("idea.library", "lib/b.so".into()),
            ("idea.isolate", true.into()),
            ("idea.isolate", "sealed".into()),
            ("idea.sha256", "0".repeat(64).into()),
        ] {
            assert_eq!(strategy(&[(key, value)]), plain, "{key}");
        }
    }

    #[test]
    fn what_changes_picks_or_what_they_cost_is_a_strategy_of_its_own() {
        let plain = strategy(&[]);
        for (key, value) in [
            ("start", Toml::from("2016-01")),
            ("end", "2020-01".into()),
            ("top", 6.into()),
            ("cost_bp", 10.into()),
            ("exclude", "801040".into()),
            ("factors", "heat".into()),
            ("missing", "average".into()),
            ("heat.weight", 0.5.into()),
            ("idea.lookback", 3.into()),
        ] {
            assert_ne!(strategy(&[(key, value)]), plain, "{key}");
        }
        assert_ne!(config(&[]).strategy(|_| Some("beef")), plain);
        assert_ne!(config(&[]).strategy(|_| None), plain);
    }
}
