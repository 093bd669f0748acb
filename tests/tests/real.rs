//! The four factors on real data, where they are there: nothing breaks, and every silence has a reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rotor_data::Dataset;
use rotor_engine::{Plan, TableDays, executions, replay};
use rotor_factor::{EntityKind, Month, Signal};
use rotor_plugin::{Instance, Plugin};
use rotor_tests::{FOUR_FACTORS, OPT_IN_FACTORS, real_data};

/// Prints the last month with `cargo test --package rotor-tests --test real -- --nocapture`.
#[test]
fn four_factors_speak_about_every_month_of_the_real_data() {
    let Some(folder) = real_data("four_factors_speak_about_every_month_of_the_real_data") else { return };
    let dataset = Dataset::open(&folder).unwrap();
    let factors = FOUR_FACTORS.map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap());
    let instances: Vec<&Instance> = factors.iter().collect();
    let specs: Vec<_> = factors.iter().map(Instance::spec).collect();
    let plan = Plan::new(&dataset, &specs).unwrap();
    let days: Vec<_> = executions(&dataset, Month::new(2015, 1).unwrap(), None)
        .iter()
        .map(|execution| execution.as_of)
        .collect();
    assert_eq!(days.len(), 83);
    let replay = replay(&dataset, &plan, &instances, &days, TableDays::All).unwrap();

    for (spec, outcomes) in specs.iter().zip(&replay.outcomes) {
        let mut n_scores = BTreeMap::new();
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for outcome in outcomes {
            let signal = outcome.as_ref().unwrap_or_else(|error| panic!("{}: {error}", spec.name()));
            assert_eq!(signal.n_sectors(), 31);
            for sector in 0..31 {
                match signal.score_of(sector) {
                    Ok(score) => *n_scores.entry(score as i32).or_insert(0) += 1,
                    Err(reason) => *reasons.entry(reason.text().into_owned()).or_insert(0) += 1,
                }
            }
        }
        println!("\n{}: scores {n_scores:?}, withheld {reasons:?}", spec.name());
        assert!(n_scores.len() == 3, "{}: each score is given", spec.name());
        let last = outcomes.last().unwrap().as_ref().unwrap();
        println!("{}", last_month(&dataset, last));
    }
    // Banks, brokers and others have no bridge, no margin and no series; heat knows everybody.
    let scored = |factor: usize| {
        let last = replay.outcomes[factor].last().unwrap().as_ref().unwrap();
        (0..31).filter(|sector| last.score_of(*sector).is_ok()).count()
    };
    assert_eq!([0, 1, 2, 3].map(scored), [18, 18, 19, 31]);
}

/// Every sector has a score or a reason in every month. What the real data do not have is said; the numbers of July 2022 are those of an implementation of its own.
#[test]
fn factors_that_a_run_asks_for_speak_about_the_real_data() {
    let name = "factors_that_a_run_asks_for_speak_about_the_real_data";
    let Some(folder) = real_data(name) else { return };
    let dataset = Dataset::open(&folder).unwrap();
    let factors: Vec<Instance> =
        OPT_IN_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap()).collect();
    let instances: Vec<&Instance> = factors.iter().collect();
    let specs: Vec<_> = factors.iter().map(Instance::spec).collect();
    let plan = Plan::new(&dataset, &specs).unwrap();
    let executions = executions(&dataset, Month::new(2015, 1).unwrap(), None);
    let days: Vec<_> = executions.iter().map(|execution| execution.as_of).collect();
    let replay = replay(&dataset, &plan, &instances, &days, TableDays::Last).unwrap();
    for (factor, (spec, outcomes)) in specs.iter().zip(&replay.outcomes).enumerate() {
        if let Some(refusal) = plan.refusal(factor) {
            println!("skipped: {}: {refusal}", spec.name());
            continue;
        }
        let mut n_scores = BTreeMap::new();
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for outcome in outcomes {
            let signal = outcome.as_ref().unwrap_or_else(|error| panic!("{}: {error}", spec.name()));
            for sector in 0..signal.n_sectors() {
                match signal.score_of(sector) {
                    Ok(score) => *n_scores.entry(score as i32).or_insert(0) += 1,
                    Err(reason) => *reasons.entry(reason.text().into_owned()).or_insert(0) += 1,
                }
            }
        }
        println!("\n{}: scores {n_scores:?}, withheld {reasons:?}", spec.name());
        println!("{}", last_month(&dataset, outcomes.last().unwrap().as_ref().unwrap()));
    }

    let expected = [
        ("valuation", "percentile", [("801050", 0.4), ("801120", 75.2), ("801880", 95.4)]),
        ("rolling_profit", "r3", [("801950", 39.8), ("801880", -67.7), ("801730", 3.6)]),
    ];
    let Some(day) = days.iter().position(|day| day.0.month() == Month::new(2022, 7).unwrap()) else {
        println!("skipped: the numbers of July 2022 need data up to then");
        return;
    };
    for (name, diagnostic, expected) in expected {
        let factor = specs.iter().position(|spec| spec.name() == name).unwrap();
        let signal = replay.outcomes[factor][day].as_ref().unwrap();
        let values = signal.find_diagnostic(diagnostic).unwrap();
        for (code, expected) in expected {
            let of_code = |entity: &usize| dataset.entities()[*entity].code == code;
            let sector = dataset.of_kind(EntityKind::Sector).iter().position(of_code).unwrap();
            let got = values.get(replay.sectors[day].iter().position(|row| *row as usize == sector).unwrap());
            assert_eq!(got.map(|got| format!("{got:.1}")), Some(format!("{expected:.1}")), "{name}, {code}");
        }
    }
}

/// Scores, raw values and diagnostics by sector.
fn last_month(dataset: &Dataset, signal: &Signal) -> String {
    let diagnostics = signal.diagnostics().iter().filter(|diagnostic| diagnostic.kind == EntityKind::Sector);
    let mut text = format!("{:8}{:>6}{:>10}", "sector", "score", "raw");
    for diagnostic in diagnostics.clone() {
        write!(text, "{:>12}", diagnostic.name.chars().take(11).collect::<String>()).unwrap();
    }
    for (sector, entity) in dataset.of_kind(EntityKind::Sector).iter().enumerate() {
        let Ok(score) = signal.score_of(sector) else { continue };
        let cell = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
        write!(text, "\n{:8}{score:>6}{:>10}", dataset.entities()[*entity].code, cell(signal.raw_of(sector)))
            .unwrap();
        for diagnostic in diagnostics.clone() {
            write!(text, "{:>12}", cell(diagnostic.values.get(sector))).unwrap();
        }
    }
    text
}
