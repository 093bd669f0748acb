//! The benchmark gate: counts instructions and compares them with the committed baseline.
//!
//! Seconds say nothing on a shared machine; the number of instructions of a fixed workload on one thread is the
//! same every time. `gate` runs each workload under valgrind's callgrind and fails if one takes more than three percent
//! more or fewer than `benches/instructions.toml` says; fewer also fails, so that a gain is written down before it
//! can be lost. `gate --accept` writes the file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use rotor_benches::{demo, tables, with_market};
use rotor_data::{Dataset, Input, Sweep, WindowRequest};
use rotor_engine::{Backtest, Config, Member, Plan, TableDays, Views, backtest, executions, replay};
use rotor_factor::{AsOf, Date, EntityKind, ExportedFactor, Month, Value};
use rotor_plugin::{Instance, Plugin};
use rotor_run::Destination;

const TOLERANCE: f64 = 0.03;

/// What is counted: a name and the work. The first one is the price of starting a process.
const WORKLOADS: [(&str, fn()); 15] = [
    ("start", || ()),
    ("load_demo", load_demo),
    ("sweep_demo", sweep_demo),
    ("rounds", || ask_repeats(1, N_CALLS)),
    ("calls", || ask_repeats(N_CALLS, 1)),
    ("replay_demo", || replay_demo(&factor_momentum::FACTOR)),
    ("replay_profit", || replay_demo(&factor_profit::FACTOR)),
    ("replay_price", || replay_demo(&factor_price::FACTOR)),
    ("replay_prosperity", || replay_demo(&factor_prosperity::FACTOR)),
    ("replay_heat", || replay_demo(&factor_heat::FACTOR)),
    ("large_heat", large_heat),
    ("backtest_demo", || drop(backtest_demo())),
    ("evaluate_demo", || {
        assert!(rotor_eval::evaluate(&backtest_demo().run, &Config::default()).n_live == 119);
    }),
    ("write_run", || write_run(&backtest_demo())),
    ("make_tables", make_tables),
];

/// Enough calls to make loading the demo small beside them.
const N_CALLS: usize = 100_000;

fn load_demo() {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    assert!(dataset.archive().len() > 100_000);
}

/// Every series of the demo and its closes over 120 months, and the loading without which there is nothing to sweep.
fn sweep_demo() {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let series = (0..dataset.series().len()).map(Input::Series);
    let mut requests: Vec<WindowRequest> = Vec::new();
    for input in series.chain([Input::MonthlyClose, Input::DailyClose]) {
        for kind in [EntityKind::Sector, EntityKind::Industry, EntityKind::Market] {
            requests.push(WindowRequest { input, kind, n_periods: 60 });
        }
    }
    let days = dataset.calendar().days();
    let firsts = days.windows(2).filter(|pair| pair[0].month() != pair[1].month()).map(|pair| AsOf(pair[1]));
    let start = AsOf(Date::new(2015, 1, 1).expect("it exists"));
    let executions: Vec<AsOf> = firsts.filter(|day| *day >= start).take(119).collect();
    let mut sweep = Sweep::new(&dataset, &requests, executions[0], executions[118]).expect("it fits");
    let mut n_values = 0;
    for as_of in executions {
        let windows = sweep.advance(as_of).expect("days ascend");
        for request in 0..requests.len() {
            let panel = windows.panel(request);
            n_values += (0..panel.n_entities()).filter(|entity| panel.latest(*entity).is_some()).count();
        }
    }
    assert!(n_values > 10_000, "{n_values} windows have a value");
}

/// Asks a linked factor so often to do so much work: the difference between many calls and many rounds is what calls cost.
fn ask_repeats(n_calls: usize, n_rounds: usize) {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let plugin = Plugin::linked(&bench_repeats::FACTOR).expect("it starts");
    let rounds = Value::Integer(n_rounds as i64);
    let factor = plugin.create([("rounds".to_owned(), rounds)]).expect("rounds are allowed");
    let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
    let day = AsOf(Date::new(2020, 1, 2).expect("it exists"));
    let mut views = Views::new(&dataset, &plan, day, day).expect("it fits");
    let day = views.advance(day).expect("it is in range");
    let view = day.view(0, false);
    for _ in 0..n_calls {
        assert!(factor.evaluate(&view).is_ok());
    }
}

/// A factor over every month of the demo since 2015, and the loading before it.
fn replay_demo(factor: &'static ExportedFactor) {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let factor = Plugin::linked(factor).expect("it starts").create([]).expect("defaults");
    let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
    let start = Month::new(2015, 1).expect("it exists");
    let days: Vec<AsOf> = executions(&dataset, start, None).iter().map(|execution| execution.as_of).collect();
    let said = replay(&dataset, &plan, &[&factor], &days, TableDays::Last).expect("it fits");
    assert_eq!(said.outcomes[0].iter().filter(|outcome| outcome.is_ok()).count(), 119);
}

/// The four factors, the ranking and the portfolio over every month of the demo, and the loading before it.
fn backtest_demo() -> Backtest {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let factors: Vec<Instance> =
        [&factor_profit::FACTOR, &factor_price::FACTOR, &factor_prosperity::FACTOR, &factor_heat::FACTOR]
            .iter()
            .map(|factor| Plugin::linked(factor).expect("it starts").create([]).expect("defaults"))
            .collect();
    let members: Vec<Member<'_>> = factors.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
    let result = backtest(&dataset, &Config::default(), &members, &|| ()).expect("it fits");
    assert_eq!(result.run.executions.len(), 119);
    result
}

/// What a run folder costs: the difference to `backtest_demo`.
fn write_run(backtest: &Backtest) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Destination::New(folder.path().join("run"));
    rotor_run::write(&backtest.run, &serde_json::Map::new(), &[], &place).expect("the disk has room");
}

/// Heat asked five times about a market of 5000 sectors.
fn large_heat() {
    let heat = Plugin::linked(&factor_heat::FACTOR).expect("it starts").create([]).expect("defaults");
    with_market(5000, 63, |view| {
        for _ in 0..5 {
            assert!(heat.evaluate(view).expect("it scores").score_of(0).is_ok());
        }
    });
}

/// A workload that touches none of our code: if its count moves, the compiler or the machine has changed.
fn make_tables() {
    assert!(tables(4, 31, 120, 4).observations.len() > 14_000);
}

fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    if let Some((_, work)) = WORKLOADS.iter().find(|(name, _)| Some(*name) == argument.as_deref()) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        pool.expect("the first pool of a process").install(work);
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("benchmark gate skipped: valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let counts: BTreeMap<&str, u64> = WORKLOADS.iter().map(|(name, _)| (*name, count(name))).collect();
    if argument.as_deref() == Some("--accept") {
        accept(&counts);
        return ExitCode::SUCCESS;
    }
    compare(&counts)
}

/// Returns the number of instructions of a workload, less those of starting a process.
fn count(name: &str) -> u64 {
    let this = std::env::current_exe().expect("a running program has a file");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .arg(name)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("valgrind starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "workload {name} failed:\n{text}");
    let collected =
        text.lines().find_map(|line| line.split_once("Collected : ")).expect("callgrind says a number");
    collected.1.trim().parse().expect("callgrind says a number")
}

fn baseline_file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml"))
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc has built this program");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn accept(counts: &BTreeMap<&str, u64>) {
    let mut table = toml::Table::new();
    table.insert("compiler".into(), compiler().into());
    for (name, count) in counts {
        table.insert((*name).into(), i64::try_from(*count).expect("fewer than 2^63").into());
    }
    let text = format!(
        "# Instructions of each workload under callgrind, one thread; written by `gate --accept`.\n{table}"
    );
    std::fs::write(baseline_file(), text).expect("the folder can be written");
    println!("baseline written");
}

fn compare(counts: &BTreeMap<&str, u64>) -> ExitCode {
    let text = std::fs::read_to_string(baseline_file()).expect("the baseline is committed");
    let baseline: toml::Table = text.parse().expect("the baseline is TOML");
    let same_compiler = baseline["compiler"].as_str() == Some(compiler().as_str());
    let start =
        |counts: &dyn Fn(&str) -> u64, name: &str| counts(name).saturating_sub(counts("start")) as f64;
    let before =
        |name: &str| baseline[name].as_integer().and_then(|count| count.try_into().ok()).unwrap_or(0);
    let now = |name: &str| counts[name];
    let mut passed = true;
    for (name, _) in &WORKLOADS[1..] {
        let (before, now) = (start(&before, name), start(&now, name));
        let change = now / before - 1.0;
        let verdict = if change.abs() <= TOLERANCE { "ok" } else { "CHANGED" };
        println!("{name:<12} {before:>12.0} -> {now:>12.0} instructions  {:+.2}%  {verdict}", change * 100.0);
        passed &= change.abs() <= TOLERANCE;
    }
    if !same_compiler {
        println!(
            "benchmark gate not judged: the baseline was counted with another compiler ({})",
            baseline["compiler"]
        );
        return ExitCode::SUCCESS;
    }
    if !passed {
        println!(
            "hint: if the change is meant, run `cargo run --release -p rotor-benches --bin gate -- --accept`"
        );
    }
    ExitCode::from(u8::from(!passed))
}
