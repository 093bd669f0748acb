//! Data for the benchmarks, made up in memory with plain arithmetic, and a few measuring tools.

pub mod calibration;
pub mod sweeps;
pub mod workloads;
pub mod worlds;

use std::path::PathBuf;

use rotor_data::model::{Entity, Observation, Price, Series, Tables};
use rotor_data::{Format, Manifest, PriceFrequency};
use rotor_factor::host::{EntityTable, ViewData};
use rotor_factor::{AsOf, Date, EntityKind, Frequency, Month, Panel, ReferencePeriod, Released};

/// A generator of numbers that look random enough to keep compression honest (splitmix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Returns a manifest for made-up tables.
///
/// # Panics
///
/// Never: the dates in it exist.
#[must_use]
pub fn manifest() -> Manifest {
    Manifest {
        name: "benchmark".into(),
        title: "Made up for a benchmark".into(),
        title_zh: None,
        synthetic: true,
        taxonomy: "none".into(),
        currency: "CNY".into(),
        price_frequency: PriceFrequency::MonthEnd,
        first: Date::new(1990, 1, 1).expect("it exists"),
        last: Date::new(2030, 12, 31).expect("it exists"),
        licence: "CC0-1.0".into(),
        source: "a benchmark".into(),
        lineage: None,
        sha256: std::collections::BTreeMap::default(),
    }
}

/// Makes `n_series` monthly series of `n_entities` sectors over `n_months` from 2001 on. Values have two decimals;
/// most periods have one vintage, some up to four, the way official figures are revised.
///
/// # Panics
///
/// If the months reach beyond 2199.
#[must_use]
pub fn tables(n_series: u32, n_entities: u32, n_months: u32, revisions: u64) -> Tables {
    let first = Month::new(2001, 1).expect("it exists");
    let month_end = |month: u32| first.plus(month as i32).expect("before 2200").last_day();
    let mut numbers = Numbers::new(20_150_105);
    let mut tables = Tables::default();
    for entity in 0..n_entities {
        tables.entities.push(Entity {
            code: format!("S{entity:05}"),
            kind: EntityKind::Sector,
            name: format!("Sector {entity}"),
            name_zh: None,
            group: None,
            valid_from: None,
            valid_to: None,
        });
        let closes = (0..n_months).map(|month| Price {
            entity,
            date: month_end(month),
            close: 1000.0 + numbers.below(100_000) as f64 / 100.0,
        });
        tables.prices.extend(closes);
    }
    for series in 0..n_series {
        tables.series.push(Series {
            name: format!("series_{series:03}"),
            frequency: Frequency::Monthly,
            unit: "percent".into(),
            title: format!("Series {series}"),
            title_zh: None,
            source: None,
            measure: None,
            unit_zh: None,
            accumulation: None,
            chain: None,
            chain_zh: None,
            release: None,
        });
        for entity in 0..n_entities {
            for month in 0..n_months {
                let period = month_end(month);
                let mut released = period.plus_days(8 + numbers.below(40) as i32).expect("before 2200");
                for _ in 0..=numbers.below(revisions) {
                    let value = numbers.below(20_000) as f64 / 100.0 - 100.0;
                    tables.observations.push(Observation {
                        series,
                        entity,
                        period,
                        released: Released(released),
                        value,
                    });
                    released = released.plus_days(25 + numbers.below(200) as i32).expect("before 2200");
                }
            }
        }
    }
    tables
}

/// Writes tables to a folder that goes with the returned guard.
///
/// # Panics
///
/// If the disk refuses.
#[must_use]
pub fn on_disk(tables: &Tables) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let folder = directory.path().join("dataset");
    rotor_data::write_dataset(&folder, &manifest(), tables, Format::Parquet, &[]).expect("the disk has room");
    (directory, folder)
}

/// Writes a dataset of sectors with month-end closes from 2001 on, which goes with the returned guard.
///
/// # Panics
///
/// If the disk refuses, or the months reach beyond 2199.
#[must_use]
pub fn market_dataset(n_sectors: u32, n_months: u32) -> (tempfile::TempDir, PathBuf) {
    on_disk(&tables(1, n_sectors, n_months, 1))
}

/// Returns the demo dataset.
#[must_use]
pub fn demo() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/demo"))
}

/// Builds a package of the workspace in release mode and returns its shared library.
///
/// # Panics
///
/// If it does not build.
#[must_use]
pub fn library(package: &str) -> PathBuf {
    built(&["-p", package], |file| file.ends_with(std::env::consts::DLL_SUFFIX))
}

/// Builds the command `rotor` in release mode and returns it.
///
/// # Panics
///
/// If it does not build.
#[must_use]
pub fn rotor_program() -> PathBuf {
    built(&["-p", "rotor-cli", "--bin", "rotor"], |file| file.ends_with("/rotor"))
}

fn built(selection: &[&str], is_wanted: impl Fn(&str) -> bool) -> PathBuf {
    let mut build = std::process::Command::new(env!("CARGO"));
    build.args(["build", "--release", "--quiet", "--message-format", "json"]).args(selection);
    let output =
        build.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo has built this program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let own = messages.lines().rfind(|line| line.contains("\"reason\":\"compiler-artifact\""));
    let files = own.expect("cargo names what it has built").split('"').filter(|text| is_wanted(text));
    PathBuf::from(files.last().expect("it has built what was asked for"))
}

/// Shows a day of a market of `n_sectors` with month-end closes of `n_months`.
///
/// # Panics
///
/// Never: the day exists.
pub fn with_market(n_sectors: usize, n_months: usize, see: impl FnOnce(&ViewData<'_>)) {
    let codes: Vec<String> = (0..n_sectors).map(|sector| format!("{sector:04}")).collect();
    let sectors = EntityTable::new(codes.iter().map(|code| (code.as_str(), None)));
    let others = EntityTable::default();
    let month = Month::new(2020, 6).expect("it exists");
    let last = ReferencePeriod::from_index(Frequency::Monthly, month.index()).expect("it exists");
    let mut numbers = Numbers::new(5000);
    let mut closes = Vec::with_capacity(n_months * n_sectors);
    for _ in 0..n_sectors {
        let mut close = 1000.0;
        for _ in 0..n_months {
            close *= 0.95 + numbers.below(1_000_000) as f64 / 1e7;
            closes.push(close);
        }
    }
    let panel = Panel::new(&closes, n_months, n_months, last).expect("it fills the shape");
    see(&ViewData {
        as_of: AsOf(Date::new(2020, 7, 1).expect("it exists")),
        month,
        is_month_end: false,
        wants_tables: false,
        entities: [&sectors, &others, &others, &others],
        inputs: vec![Some((EntityKind::Sector, panel))],
        bridge: None,
        links: None,
    });
}
