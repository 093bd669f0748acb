//! The statistics of many trials against numpy, scipy, statsmodels and arch, and against the laws that they keep.

use rotor_eval::{
    Excesses, FactorEvidence, GRID, N_HALVES, StepDown, across_factors, deflated_sharpe, effective_trials,
    luckiest_of_effective, overfitting, step_down,
};
use rotor_run::metrics::Reason;
use serde_json::Value;

/// What `tests/fixtures/many.py` has written.
fn fixtures(key: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/many.json");
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    document[key].as_array().unwrap().clone()
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn excesses(case: &Value) -> Excesses {
    let trials: Vec<Vec<f64>> = case["trials"].as_array().unwrap().iter().map(numbers).collect();
    Excesses::new(trials.concat(), trials[0].len()).unwrap()
}

#[track_caller]
fn near(found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} is not {expected}");
}

/// Numbers about 0 that are the same on every run: a month is the sum of four uniform ones.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    (0..n).map(|_| 0.02 * (uniform() + uniform() + uniform() + uniform())).collect()
}

fn family(n_trials: usize, n_months: usize) -> Vec<Vec<f64>> {
    let common = noise(n_months, 999);
    let of_trial = |trial: usize| {
        noise(n_months, trial as u64).iter().zip(&common).map(|(own, common)| own + common).collect()
    };
    (0..n_trials).map(of_trial).collect()
}

fn tested(trials: &[Vec<f64>], seed: u64, n_samples: usize) -> StepDown {
    step_down(&Excesses::new(trials.concat(), trials[0].len()).unwrap(), seed, n_samples).unwrap()
}

#[test]
fn the_step_down_test_is_that_of_numpy_and_near_that_of_arch() {
    for case in fixtures("step_down") {
        // As many samples as there; the difference of two shares of 20 000 has a deviation of at most half a point.
        let n_samples = case["n_samples"].as_u64().unwrap() as usize;
        let found = step_down(&excesses(&case), 1, n_samples).unwrap();
        near(found.autocorrelation, &case["autocorrelation"], 1e-9);
        for (position, trial) in found.trials.iter().enumerate() {
            let trial = trial.as_ref().unwrap();
            near(trial.t, &case["t"][position], 1e-9);
            near(trial.p_value, &case["p_value"][position], 0.02);
            // The stationary bootstrap of plain t-values is another way to samples.
            near(trial.p_value, &case["p_bootstrap"][position], 0.08);
        }
        // In arch the bound is that of a deviation that samples do not make again: whoever stands out here does so there.
        let superior: Vec<usize> = numbers(&case["superior"]).iter().map(|trial| *trial as usize).collect();
        for (position, trial) in found.trials.iter().enumerate() {
            assert!(trial.as_ref().unwrap().p_value > 0.05 || superior.contains(&position), "{position}");
        }
    }
}

#[test]
fn effective_trials_are_those_of_numpy() {
    for case in fixtures("effective") {
        near(effective_trials(&excesses(&case)).unwrap(), &case["value"], 1e-7);
    }
}

#[test]
fn the_deflated_sharpe_ratio_is_that_of_scipy() {
    for case in fixtures("deflated") {
        let excesses = excesses(&case);
        let found = deflated_sharpe(&excesses, 1).unwrap();
        assert_eq!(found.trial as u64, case["trial"].as_u64().unwrap());
        near(found.sharpe, &case["sharpe"], 1e-12);
        assert_eq!(found.of_all.n_trials, excesses.n_trials() as f64);
        near(found.of_effective.n_trials, &case["n_effective"], 1e-7);
        for (found, key) in [(found.of_all, "of_all"), (found.of_effective, "of_effective")] {
            near(found.threshold, &case[key]["threshold"], 1e-7);
            near(found.probability, &case[key]["probability"], 1e-7);
        }
    }
    for case in fixtures("maximum") {
        let (n_trials, n_months) =
            (case["n_trials"].as_f64().unwrap(), case["n_months"].as_u64().unwrap() as usize);
        near(luckiest_of_effective(n_trials, n_months).unwrap(), &case["value"], 1e-12);
    }
    assert_eq!(luckiest_of_effective(0.5, 60), Err(Reason::OutOfRange));
    assert_eq!(luckiest_of_effective(2.0, 1), Err(Reason::TooFew { n: 1, needed: 2 }));
}

#[test]
fn halves_are_those_of_itertools() {
    for case in fixtures("overfitting") {
        let found = overfitting(&excesses(&case)).unwrap();
        near(found.probability, &case["probability"], 0.0);
        near(found.loss, &case["loss"], 0.0);
        let line = found.degradation.clone().unwrap();
        near(line.slope, &case["slope"], 1e-9);
        near(line.intercept, &case["intercept"], 1e-9);
        for (range, key) in [(found.points.inside, "inside"), (found.points.outside, "outside")] {
            near(range.0, &case[key][0], 1e-12);
            near(range.1, &case[key][1], 1e-12);
        }
        assert_eq!(found.points.counts.len(), GRID * GRID);
        assert_eq!(found.points.counts.iter().sum::<u32>() as usize, N_HALVES);
    }
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    for case in fixtures("across") {
        let evidence = |p_value: f64| FactorEvidence { p_value, t: 0.0 };
        let factors: Vec<FactorEvidence> = numbers(&case["p_values"]).into_iter().map(evidence).collect();
        let found = across_factors(&factors, case["n_tried"].as_u64().unwrap()).unwrap();
        for (position, one) in found.iter().enumerate() {
            near(one.holm, &case["holm"][position], 1e-12);
            near(one.benjamini_yekutieli, &case["fdr_by"][position], 1e-12);
        }
    }
}

#[test]
fn a_planted_trial_survives_and_p_values_fall_with_t() {
    let mut trials = family(101, 96);
    trials[57].iter_mut().for_each(|month| *month += 0.02);
    trials[3] = vec![0.001; 96];
    let found = tested(&trials, 3, 999);
    assert_eq!(found.trials[3], Err(Reason::NoVariation));
    let mut all: Vec<(f64, f64)> =
        found.trials.iter().flatten().map(|trial| (trial.t, trial.p_value)).collect();
    assert_eq!(all.len(), 100);
    all.sort_by(|left, right| right.0.total_cmp(&left.0));
    assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{all:?}");
    assert_eq!(found.trials[57].as_ref().unwrap().p_value, 0.001);
    assert_eq!(found.n_survivors, 1);
    // What is constant counts against none.
    trials.remove(3);
    let without = tested(&trials, 3, 999);
    assert_eq!(
        found.trials.iter().flatten().collect::<Vec<_>>(),
        without.trials.iter().flatten().collect::<Vec<_>>()
    );
}

/// A trial twice is no second trial, and 16 side by side are no boundary.
#[test]
fn copies_cost_nothing() {
    let trials = family(17, 64);
    let found = tested(&trials, 5, 499);
    let twice = tested(&[trials.clone(), trials].concat(), 5, 499);
    for (position, trial) in found.trials.iter().enumerate() {
        let (one, copy) = (trial.as_ref().unwrap(), twice.trials[position + 17].as_ref().unwrap());
        assert!((one.t - copy.t).abs() < 1e-9 && (one.p_value - copy.p_value).abs() <= 0.004, "{position}");
        assert_eq!(twice.trials[position], twice.trials[position + 17]);
    }
}

/// With one trial it is a one-sided test of a mean.
#[test]
fn one_trial_is_a_test_of_its_mean() {
    for seed in 0..12 {
        let values = noise(120, seed);
        let found = tested(std::slice::from_ref(&values), 7, 9999);
        let tail = |values: &[f64]| {
            let t = rotor_stats::naive_t(values).unwrap();
            rotor_stats::student_upper_tail(t, (values.len() - 1) as f64).unwrap()
        };
        let rho = found.autocorrelation;
        let whitened: Vec<f64> = values.windows(2).map(|pair| pair[1] - rho * pair[0]).collect();
        let p_value = found.trials[0].as_ref().unwrap().p_value;
        // Samples in blocks are a little coarser than Student; the first month has none before it and is left out.
        assert!((p_value - tail(&whitened)).abs() < 0.02, "{p_value}, {}", tail(&whitened));
        assert!((p_value - tail(&values)).abs() < 0.12, "{p_value}, {}", tail(&values));
    }
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let trials = family(70, 60);
    let excesses = Excesses::new(trials.concat(), 60).unwrap();
    let all = || {
        (
            step_down(&excesses, 11, 299),
            overfitting(&excesses),
            deflated_sharpe(&excesses, 1),
            effective_trials(&excesses),
        )
    };
    let with = |n: usize| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(all);
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
}

#[test]
fn what_cannot_be_tested_has_a_reason() {
    let of = |n_trials: usize, n_months: usize, n_samples: usize| {
        step_down(&Excesses::new(family(n_trials, n_months).concat(), n_months).unwrap(), 1, n_samples)
    };
    assert_eq!(of(0, 40, 99), Err(Reason::TooFew { n: 0, needed: 1 }));
    assert_eq!(of(2, 31, 99), Err(Reason::TooFew { n: 31, needed: 32 }));
    assert_eq!(of(2, 40, 18), Err(Reason::TooFew { n: 18, needed: 19 }));
    let constant = Excesses::new(vec![0.01; 80], 40).unwrap();
    assert_eq!(step_down(&constant, 1, 99), Err(Reason::NoVariation));
    assert_eq!(deflated_sharpe(&constant, 1), Err(Reason::NoVariation));
    let outcome = overfitting(&Excesses::new(vec![0.0; 80], 40).unwrap()).unwrap();
    assert_eq!(outcome.degradation, Err(Reason::NoVariation));
    // Months of very different size, and a single one that is not 0, are months.
    let mut odd = vec![vec![0.0; 40], noise(40, 1)];
    odd[0][7] = 1e90;
    odd.push((0..40).map(|month| libm::pow(0.5, f64::from(month))).collect());
    let found = tested(&odd, 1, 99);
    assert!(found.trials.iter().flatten().all(|trial| trial.t.is_finite() && trial.p_value <= 1.0));
    assert_eq!(found.trials.iter().flatten().count(), 3);
}
