//! The page against its slow twin, cell by cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use rotor_data::Dataset;
use rotor_factor::Date;
use rotor_tests::demo;
use rotor_tests::slow::weekly::{Options, Rows, page};

use crate::flat::flat;
use crate::laws::rich;
use crate::made::{date, weekly};

/// Holds the pages of some days against the slow ones. `parts` are those of which there must be something to compare.
fn compare(label: &str, dataset: &Arc<Dataset>, days: &[Date], parts: &[&str]) {
    let rows = Rows::of(dataset);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    for day in days {
        let slow = page(&rows, *day, &Options::default());
        let fast = flat(&weekly(dataset, Some(*day), &[]));
        for (part, n) in slow.counts() {
            *counts.entry(part.to_owned()).or_default() += n;
        }
        differences.extend(slow.differences(&fast).into_iter().map(|text| format!("{label}, {day}, {text}")));
    }
    println!("{label}: {counts:?}");
    for part in parts {
        assert!(counts.get(*part).is_some_and(|n| *n > 0), "{label}: nothing of `{part}` is compared");
    }
    let shown: Vec<&String> = differences.iter().take(60).collect();
    assert!(differences.is_empty(), "{} differences\n{shown:#?}", differences.len());
}

#[test]
fn the_demo_is_the_same() {
    let dataset = Arc::new(Dataset::open(&demo()).unwrap());
    let days = [
        "2012-03-28",
        "2015-04-20",
        "2017-02-04",
        "2018-10-01",
        "2019-10-08",
        "2020-08-14",
        "2021-01-28",
        "2022-04-27",
        "2023-07-07",
        "2024-07-27",
        "2024-08-20",
        "2025-01-01",
    ];
    let parts =
        ["week", "returns", "tracking", "profits", "samples", "flows", "insiders", "events", "valuation"];
    compare("demo", &dataset, &days.map(date), &parts);
}

/// Datasets with daily closes, two with companies, one with series of those who have reported.
#[test]
fn messy_worlds_are_the_same() {
    let parts = ["week", "returns", "tracking", "profits", "flows", "insiders", "events", "valuation"];
    for seed in DAILY_SEEDS {
        let folder = rich(seed);
        let dataset = Arc::new(Dataset::open(folder.path()).unwrap());
        let days = [
            "2014-05-09",
            "2015-08-17",
            "2016-04-21",
            "2017-03-29",
            "2018-01-06",
            "2018-10-24",
            "2019-08-02",
            "2020-04-15",
            "2021-02-26",
            "2022-05-31",
        ];
        compare(&format!("seed {seed}"), &dataset, &days.map(date), &parts);
    }
}

const DAILY_SEEDS: [u64; 3] = [705, 714, 729];
