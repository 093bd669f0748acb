//! What does it cost to try another setting?
//!
//! Settings of the portfolio are ranked already: what is left is to choose, hold and judge. The floor of one of 119 months × 31 sectors
//! with daily closes: 119 choices of 6 among 31 (4 000 comparisons), 2 500 days × 6 holdings followed (15 000 multiplications and
//! additions, 120 kB of growths from the second cache), 40 cosines of 119 months for two intervals (10 000). That is about 30 000
//! operations, 8 µs on one core at four a nanosecond: 250 000 settings a second on two.
//!
//! Settings of factors need the factors asked, once for each: what a sweep adds to that has to stay below 10%.
//!
//! At the end a sweep of 10 692 trials with all statistics and its page, beside `rotor backtest` as a process for each trial
//! (`target/release/rotor`) and beside numpy, which has the totals and the returns given, holds the best k of each month for all settings
//! at once, and computes return, cost, Sharpe ratio and drawdown of month-ends. What is not there is said to be skipped.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use rotor::{Catalogue, Dataset, Lang, LedgerChoice, Session, Unwatched, default_config};
use rotor_benches::demo;
use rotor_engine::{Ground, answers};
use rotor_plugin::Instance;
use rotor_sweep::{Runner, Shard, SweepSpec, plan};

const LIMIT: u64 = 100_000;
/// The settings of the portfolio, in this many batches of equal rankings.
const PORTFOLIO: &str = "[axes]\ntop = { from = 2, to = 16 }\nweights = [\"equal\", \"rank\"]\nties = [\"percentile\", \"fractional\"]\n\
                         min_factors = [1, 2, 3, 4]\n";
const COSTS: &str = "cost_bp = { from = 1, to = 50 }\n";
const WINDOWS: &str = "[axes]\nfactors = [[\"profit\", \"price\"]]\n\"profit.window\" = { from = 49, to = 70 }\n\
                       \"price.weight\" = [1.0, 2.0]\n";
const WHOLE: &str = "[axes]\ntop = { from = 2, to = 12 }\nmin_factors = [1, 2, 3]\nweights = [\"equal\", \"rank\"]\n\
                     missing = [\"neutral\", \"average\"]\n\"heat.weight\" = { from = 0.0, to = 2.0, step = 0.25 }\n\
                     \"price.weight\" = { from = 0.0, to = 2.0, step = 0.25 }\n[conditions]\ncost_bp = [15, 10, 30]\n\
                     [holdout]\nmonths = 24\n";
/// How much longer a setting of the portfolio may take than its floor.
const MOST_GAP: f64 = 12.0;
/// What 10 000 trials may take.
const MOST_BYTES: usize = 500_000_000;
const MOST_SECONDS: f64 = 60.0;
/// How many backtests are run as processes.
const N_PROCESSES: usize = 20;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("whole") {
        return whole();
    }
    let dataset = Arc::new(Dataset::open(&demo()).expect("the demo is sound"));
    let own = portfolio(&dataset);
    numpy(&dataset, own);
    factors(&dataset);
    let of_sweep = in_a_child();
    processes(of_sweep);
}

fn runner(text: &str, dataset: &Arc<Dataset>) -> Runner {
    let spec = SweepSpec::parse(text, "sweep.toml").expect("it is one");
    let catalogue = Catalogue::built_in();
    plan(&spec, default_config(), Arc::clone(dataset), &catalogue, "sweep.toml", LIMIT)
        .expect("its keys exist")
        .into()
}

/// The seconds of all parts of a sweep, and the number of its trials.
fn seconds(text: &str, dataset: &Arc<Dataset>) -> (f64, usize) {
    let runner = runner(text, dataset);
    let folder = tempfile::tempdir().expect("there is room");
    let start = Instant::now();
    runner.run(folder.path(), Shard::WHOLE, &|_| ControlFlow::Continue(())).expect("there is room");
    (start.elapsed().as_secs_f64(), runner.plan().n_trials())
}

/// Settings of the portfolio a second; the factors, which a small sweep has asked as well, are taken off.
fn portfolio(dataset: &Arc<Dataset>) -> f64 {
    let (few, n_few) = seconds(PORTFOLIO, dataset);
    let (many, n_many) = seconds(&format!("{PORTFOLIO}{COSTS}"), dataset);
    let rate = (n_many - n_few) as f64 / (many - few);
    let gap = floor() / rate;
    println!(
        "settings of the portfolio: {rate:.0} a second ({n_many} in {many:.2} s, {n_few} in {few:.2} s), {gap:.0} times the floor"
    );
    assert!(gap <= MOST_GAP, "further from the floor than {MOST_GAP} times");
    rate
}

/// How often a second this machine, as busy as it is, follows six holdings over 119 months of 21 days.
fn floor() -> f64 {
    const N: usize = 20_000;
    let growths: Vec<f64> = (0..119 * 21 * 31).map(|place| 1.0 + f64::from(place % 97) * 1e-4).collect();
    let start = Instant::now();
    let deepest = (0..N).into_par_iter().map(|setting| {
        let (mut value, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 0.0_f64);
        for month in 0..119 {
            let at_entry = value;
            for day in 0..21 {
                let row = &growths[(month * 21 + day) * 31..][..31];
                let sum: f64 = (0..6).map(|place| row[(setting + 5 * place) % 31] / 6.0).sum();
                value = at_entry * sum;
                peak = peak.max(value);
                deepest = deepest.min(value / peak - 1.0);
            }
        }
        deepest
    });
    let sum: f64 = deepest.sum();
    assert!(sum <= 0.0, "drawdowns are at most 0");
    N as f64 / start.elapsed().as_secs_f64()
}

/// Settings of a factor, beside the factors alone.
fn factors(dataset: &Arc<Dataset>) {
    let catalogue = Catalogue::built_in();
    let mut config = default_config();
    config.factors = ["profit", "price"].map(String::from).into();
    let factors = catalogue.select(&mut config, &[]).expect("they are built in");
    let make = |name: &str, window: Option<i64>| -> Instance {
        let plugin = &factors.find(name).expect("it is built in").plugin;
        let parameters = window.map(|window| ("window".to_owned(), rotor_factor::Value::Integer(window)));
        plugin.create(parameters).expect("it can be made")
    };
    let instances: Vec<Instance> =
        (49..=70).map(|window| make("profit", Some(window))).chain([make("price", None)]).collect();
    let ground = Ground::new(dataset, &config).expect("it fits");
    let days: Vec<_> = ground.executions.iter().map(|execution| execution.as_of).collect();
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        for batch in instances.chunks(8) {
            let asked: Vec<&Instance> = batch.iter().collect();
            answers(dataset, &config, &days, &asked, &rotor_engine::Unwatched).expect("they answer");
        }
        let alone = start.elapsed().as_secs_f64();
        let (all, n) = seconds(WINDOWS, dataset);
        println!(
            "settings of factors: {} settings of factors alone {alone:.2} s, a sweep of {n} trials on them {all:.2} s",
            instances.len()
        );
        ratios.push(all / alone);
    }
    let least = ratios.into_iter().fold(f64::INFINITY, f64::min);
    println!("a sweep takes {least:.2} times its factors");
    assert!(least <= 1.1, "more than a tenth on top");
}

/// The whole sweep in a process of its own, whose largest size it is.
fn in_a_child() -> f64 {
    let this = std::env::current_exe().expect("a running program has a file");
    let child = Command::new(this).arg("whole").output().expect("it starts");
    print!("{}", String::from_utf8_lossy(&child.stdout));
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let text = String::from_utf8_lossy(&child.stdout);
    text.split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .expect("the child begins with seconds a trial")
}

fn whole() {
    let start = Instant::now();
    let dataset = Arc::new(Dataset::open(&demo()).expect("the demo is sound"));
    let runner = runner(WHOLE, &dataset);
    let folder = tempfile::tempdir().expect("there is room");
    runner.run(folder.path(), Shard::WHOLE, &|_| ControlFlow::Continue(())).expect("there is room");
    let computed = start.elapsed().as_secs_f64();
    let merged =
        runner.merge(folder.path(), &LedgerChoice::Off, Some(Lang::En), None).expect("all are there");
    let (seconds, n) = (start.elapsed().as_secs_f64(), merged.sweep.plan.n_trials());
    let bytes = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |found| found.len());
    let peak = peak();
    println!(
        "{:.6} seconds a trial of {n}: {computed:.1} s computed, {seconds:.1} s judged and drawn; peak {} MB; page {} kB, tables {} MB",
        seconds / n as f64,
        peak / 1_000_000,
        bytes("report.html") / 1000,
        (bytes("trials.parquet") + bytes("returns.parquet")) / 1_000_000
    );
    assert!(n >= 10_000 && bytes("report.html") < 2_000_000);
    assert!(peak <= MOST_BYTES && seconds <= MOST_SECONDS, "{peak} bytes, {seconds} s");
}

fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.expect("Linux tells") * 1024
}

/// `rotor backtest`, a process for each trial.
fn processes(of_sweep: f64) {
    let this = std::env::current_exe().expect("a running program has a file");
    let rotor: Option<PathBuf> =
        this.ancestors().map(|folder| folder.join("rotor")).find(|rotor| rotor.is_file());
    let Some(rotor) = rotor else {
        return println!("backtests as processes: skipped, there is no `rotor` beside this");
    };
    let folder = tempfile::tempdir().expect("there is room");
    let start = Instant::now();
    for trial in 0..N_PROCESSES {
        let out = folder.path().join(trial.to_string());
        let done = Command::new(&rotor)
            .args([
                "backtest",
                "--no-ledger",
                "--no-report",
                "--top",
                &(2 + trial % 15).to_string(),
                "--dataset",
            ])
            .arg(demo())
            .arg("--out")
            .arg(out)
            .output()
            .expect("it starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let each = start.elapsed().as_secs_f64() / N_PROCESSES as f64;
    println!(
        "backtests as processes: {each:.3} s each, {:.0} times a trial of the sweep; 200 of them are {:.0} s, 200 trials {:.2} s",
        each / of_sweep,
        200.0 * each,
        200.0 * of_sweep
    );
}

const NUMPY: &str = r#"
import sys, time
import numpy as np
folder, n_months, n_sectors = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
read = lambda name: np.fromfile(f"{folder}/{name}", dtype="<f8").reshape(n_months, n_sectors)
totals, returns = read("totals"), read("returns")
tops, costs = np.arange(2, 17), np.arange(1, 51) / 1e4
start = time.perf_counter()
order = np.argsort(np.argsort(-totals, axis=1, kind="stable"), axis=1, kind="stable")
weights = (order[None] < tops[:, None, None]) / tops[:, None, None]
gross = (weights * returns[None]).sum(axis=2)
grown = weights * (1 + returns[None]) / (1 + gross)[:, :, None]
before = np.concatenate([np.zeros_like(weights[:, :1]), grown[:, :-1]], axis=1)
traded = np.abs(weights - before).sum(axis=2)
net = ((1 + gross)[:, None] * (1 - traded[:, None] * costs[None, :, None]) - 1).reshape(-1, n_months)
excess = net - returns.mean(axis=1)
sharpe = excess.mean(axis=1) / excess.std(axis=1, ddof=1) * 12 ** 0.5
value = np.cumprod(1 + net, axis=1)
drawdown = (value / np.maximum.accumulate(value, axis=1) - 1).min(axis=1)
seconds = time.perf_counter() - start
print(len(net), seconds, sharpe.max(), drawdown.min())
"#;

/// The same portfolios by numpy, for all settings at once.
fn numpy(dataset: &Arc<Dataset>, own: f64) {
    let mut config = default_config();
    let factors = Catalogue::built_in().select(&mut config, &[]).expect("they are built in");
    let session = Session::new(Arc::clone(dataset), config, factors, &LedgerChoice::Off).expect("it fits");
    let rows = session.backtest(&Unwatched).expect("it runs").rows;
    let (n_months, n_sectors) = (rows.executions.len(), rows.ranking.len() / rows.executions.len());
    let mut totals = rows.ranking.iter().collect::<Vec<_>>();
    totals.sort_by_key(|row| (row.execution, row.sector));
    let mut returns = rows.sector_returns.iter().collect::<Vec<_>>();
    returns.sort_by_key(|row| (row.execution, row.sector));
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, values: Vec<f64>| {
        assert_eq!(values.len(), n_months * n_sectors, "a table without gaps");
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(folder.path().join(name), bytes).expect("there is room");
    };
    write("totals", totals.iter().map(|row| row.total).collect());
    write("returns", returns.iter().map(|row| row.value).collect());
    let Some((n, seconds)) = by_numpy(folder.path(), n_months, n_sectors) else {
        return println!("numpy: skipped, python3 with numpy is not here");
    };
    let rate = n / seconds;
    println!(
        "numpy: {rate:.0} a second without days, intervals and equal ranks; a sweep has {:.2} times as many",
        own / rate
    );
}

fn by_numpy(folder: &Path, n_months: usize, n_sectors: usize) -> Option<(f64, f64)> {
    let python = Command::new("python3")
        .args(["-c", NUMPY])
        .arg(folder)
        .args([n_months.to_string(), n_sectors.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&python.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|text| text.parse().ok()).collect();
    let [n, seconds, sharpe, drawdown] = numbers[..] else { return None };
    assert!(sharpe > 0.0 && drawdown < 0.0, "{text}");
    Some((n, seconds))
}
