//! What the gate counts: fixed pieces of work, each without what has to be done before it.
//!
//! A workload prepares what it needs, then does its work inside `measured`, and only that is counted: the evaluation without the backtest
//! before it, a factor without the loading. So ten percent more work in one place are ten percent more of one number. Where two pieces of work
//! cannot be told apart from inside (a call and what the factor does in it), a workload names others, and counts beyond theirs.

use std::fmt::Write as _;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;

use rotor::{Catalogue, default_config};
use rotor_data::{Dataset, Input, Sweep, WindowRequest};
use rotor_engine::{Backtest, Member, Plan, Views, backtest, executions};
use rotor_factor::{AsOf, Date, EntityKind, ExportedFactor, Month, Value};
use rotor_import::Plan as ImportPlan;
use rotor_plugin::{Instance, Plugin};
use rotor_report::page;
use rotor_report::run::Facts;
use rotor_report::words::Lang;
use rotor_run::{Config, DatasetRecord, Destination, EngineRecord, Run, RunRecord};
use rotor_sweep::{Runner, Shard, SweepSpec};

use crate::sweeps::{Likeness, Shape, without_skill};
use crate::{demo, tables, with_market};

/// A fixed piece of work.
#[derive(Debug)]
pub struct Workload {
    /// What it is called in the baseline.
    pub name: &'static str,
    /// The workloads whose counts are taken off its own.
    pub beyond: &'static [&'static str],
    work: fn(),
}

/// How callgrind finds `measured`, whichever way the compiler writes names.
pub const MEASURED: &str = "*workloads*measured*";

/// The four factors of the method, as workloads and as they are linked.
const FACTORS: [&str; 4] = ["factor_profit", "factor_price", "factor_prosperity", "factor_heat"];

/// Enough calls to make one of them count.
const N_CALLS: usize = 100_000;

/// Everything that is counted, in the order of a run.
pub const WORKLOADS: [Workload; 20] = [
    Workload::of("load", load),
    Workload::of("sweep", sweep),
    Workload::of("walk", walk),
    Workload::of("factor_profit", || factor(&factor_profit::FACTOR)),
    Workload::of("factor_price", || factor(&factor_price::FACTOR)),
    Workload::of("factor_prosperity", || factor(&factor_prosperity::FACTOR)),
    Workload::of("factor_heat", || factor(&factor_heat::FACTOR)),
    Workload::of("factor_momentum", || factor(&factor_momentum::FACTOR)),
    Workload::of("heat_of_5000", heat_of_5000),
    Workload::of("own_work", || calls(1, N_CALLS)),
    // So many calls that do the same work as the one call above: what is left are the calls.
    Workload { name: "plugin_call", beyond: &["own_work"], work: || calls(N_CALLS, 1) },
    Workload { name: "replay", beyond: &FACTORS, work: replay },
    Workload::of("evaluate", evaluate),
    Workload::of("write_run", write_run),
    Workload::of("report", report),
    Workload::of("sweep_trials", sweep_trials),
    Workload::of("step_down", step_down),
    Workload::of("import_texts", import_texts),
    Workload::of("import_workbook", import_workbook),
    Workload::of("made_up", made_up),
];

impl Workload {
    const fn of(name: &'static str, work: fn()) -> Self {
        Self { name, beyond: &[], work }
    }

    /// Does the work, on one thread.
    ///
    /// # Panics
    ///
    /// If it does not come out as it should.
    pub fn run(&self) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        pool.expect("the first pool of a process").install(self.work);
    }
}

/// Does the part of a workload that is counted.
#[inline(never)]
fn measured<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

fn open_demo() -> Dataset {
    Dataset::open(&demo()).expect("the demo is sound")
}

/// The execution days of the demo from 2015 on.
fn days_of(dataset: &Dataset) -> Vec<AsOf> {
    let start = Month::new(2015, 1).expect("it exists");
    executions(dataset, start, None).iter().map(|execution| execution.as_of).collect()
}

fn load() {
    let dataset = measured(open_demo);
    assert!(dataset.archive().len() > 100_000);
}

/// Every series of the demo and its closes over 119 months, windows of 60 periods.
fn sweep() {
    let dataset = open_demo();
    let series = (0..dataset.series().len()).map(Input::Series);
    let mut requests: Vec<WindowRequest> = Vec::new();
    for input in series.chain([Input::MonthlyClose, Input::DailyClose]) {
        for kind in [EntityKind::Sector, EntityKind::Industry, EntityKind::Market] {
            requests.push(WindowRequest { input, kind, n_periods: 60 });
        }
    }
    let days = days_of(&dataset);
    let n_values = measured(|| {
        let mut sweep = Sweep::new(&dataset, &requests, days[0], days[days.len() - 1]).expect("it fits");
        let mut n_values = 0;
        for as_of in &days {
            let windows = sweep.advance(*as_of).expect("days ascend");
            for request in 0..requests.len() {
                let panel = windows.panel(request);
                n_values += (0..panel.n_entities()).filter(|entity| panel.latest(*entity).is_some()).count();
            }
        }
        n_values
    });
    assert!(n_values > 10_000, "{n_values} windows have a value");
}

/// The walk over the days with the windows of the four factors, without asking any.
fn walk() {
    let dataset = open_demo();
    let factors = four_factors();
    let specs: Vec<_> = factors.iter().map(Instance::spec).collect();
    let plan = Plan::new(&dataset, &specs).expect("four names");
    let days = days_of(&dataset);
    measured(|| {
        let mut views = Views::new(&dataset, &plan, days[0], days[days.len() - 1]).expect("it fits");
        for as_of in &days {
            let day = views.advance(*as_of).expect("it is in range");
            for factor in 0..factors.len() {
                black_box(&day.view(factor, false));
            }
        }
    });
}

/// A factor on every day of the demo, asked as a replay asks it, tables of the last day included.
fn factor(factor: &'static ExportedFactor) {
    let dataset = open_demo();
    let factor = Plugin::linked(factor).expect("it starts").create([]).expect("defaults");
    let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
    let days = days_of(&dataset);
    let mut views = Views::new(&dataset, &plan, days[0], days[days.len() - 1]).expect("it fits");
    let mut n_signals = 0;
    for as_of in &days {
        let day = views.advance(*as_of).expect("it is in range");
        let view = day.view(0, as_of == days.last().expect("there are days"));
        n_signals += usize::from(measured(|| factor.evaluate(&view)).is_ok());
    }
    assert_eq!(n_signals, 119);
}

/// Heat asked about a market of 5000 sectors.
fn heat_of_5000() {
    let heat = Plugin::linked(&factor_heat::FACTOR).expect("it starts").create([]).expect("defaults");
    with_market(5000, 63, |view| {
        let signal = measured(|| heat.evaluate(view)).expect("it scores");
        assert!(signal.score_of(0).is_ok());
    });
}

/// Asks a linked factor so often to do so much work.
fn calls(n_calls: usize, n_rounds: usize) {
    let dataset = open_demo();
    let plugin = Plugin::linked(&bench_repeats::FACTOR).expect("it starts");
    let rounds = Value::Integer(n_rounds as i64);
    let factor = plugin.create([("rounds".to_owned(), rounds)]).expect("rounds are allowed");
    let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
    let day = AsOf(Date::new(2020, 1, 2).expect("it exists"));
    let mut views = Views::new(&dataset, &plan, day, day).expect("it fits");
    let day = views.advance(day).expect("it is in range");
    let view = day.view(0, false);
    measured(|| {
        for _ in 0..n_calls {
            assert!(factor.evaluate(&view).is_ok());
        }
    });
}

fn four_factors() -> Vec<Instance> {
    let linked =
        [&factor_profit::FACTOR, &factor_price::FACTOR, &factor_prosperity::FACTOR, &factor_heat::FACTOR];
    linked
        .iter()
        .map(|factor| Plugin::linked(factor).expect("it starts").create([]).expect("defaults"))
        .collect()
}

fn backtest_of(dataset: &Dataset) -> Backtest {
    let factors = four_factors();
    let members: Vec<Member<'_>> = factors.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
    backtest(dataset, &Config::default(), &members, &[], &rotor_engine::Unwatched).expect("it fits")
}

/// A finished backtest, for the workloads that come after one.
fn demo_run() -> Backtest {
    backtest_of(&open_demo())
}

/// The four factors, the ranking and the portfolio over every month of the demo; what is left without the factors is the replay.
fn replay() {
    let dataset = open_demo();
    let result = measured(|| backtest_of(&dataset));
    assert_eq!(result.run.executions.len(), 119);
}

fn evaluate() {
    let result = demo_run();
    let evaluation = measured(|| rotor_eval::evaluate(&result.run, &Config::default()));
    assert!(evaluation.n_live == 119);
}

/// The twenty files of a run folder, hashed and renamed.
fn write_run() {
    let result = demo_run();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Destination::New(folder.path().join("run"));
    measured(|| rotor_run::write(&result.run, &record(&result.run), &[], &place)).expect("the disk has room");
}

/// A record of nothing but the run.
fn record(run: &Run) -> RunRecord {
    RunRecord::new(EngineRecord::default(), Config::default(), DatasetRecord::default(), run)
}

/// The report of a run as one page, from its rows and its metrics.
fn report() {
    let config = Config::default();
    let result = demo_run();
    let metrics = rotor_eval::evaluate(&result.run, &config);
    let record = record(&result.run);
    let facts = Facts { run: &result.run, metrics: &metrics, record: &record, defaults: &config };
    let page = measured(|| page::html(&rotor_report::run::report(facts, Lang::En)));
    assert!(page.contains("<svg") && page.len() > 100_000, "{} bytes", page.len());
}

/// 240 settings of the portfolio under two costs, on the scores of two factors: part by part, without what judges them.
fn sweep_trials() {
    let text = "[axes]\nfactors = [[\"heat\", \"momentum\"]]\ntop = { from = 2, to = 16 }\nweights = [\"equal\", \"rank\"]\n\
                ties = [\"percentile\", \"fractional\"]\nmin_factors = [1, 2]\nmissing = [\"neutral\", \"average\"]\n\
                [conditions]\ncost_bp = [15, 30]\n";
    let spec = SweepSpec::parse(text, "sweep.toml").expect("it is one");
    let (catalogue, dataset) = (Catalogue::built_in(), Arc::new(open_demo()));
    let planned = rotor_sweep::plan(&spec, default_config(), dataset, &catalogue, "sweep.toml", 1000);
    let runner: Runner = planned.expect("its keys exist").into();
    let folder = tempfile::tempdir().expect("a temporary folder");
    measured(|| runner.run(folder.path(), Shard::WHOLE, &|_| ControlFlow::Continue(())))
        .expect("there is room");
    assert_eq!(runner.plan().n_trials(), 240);
}

/// The step-down of 480 trials of 120 months in 1000 samples.
fn step_down() {
    let excesses = without_skill(480, 120, Likeness::One(0.6), Shape::Normal, 0.1).excesses(20_150_105, 0);
    let tested = measured(|| rotor_eval::step_down(&excesses, 1, 1000)).expect("there are enough months");
    assert_eq!(tested.trials.len(), 480);
}

/// The plan of closes in files.
fn closes_plan(table: &str) -> ImportPlan {
    let head =
        "[dataset]\nname = \"made_up\"\ntitle = \"Made up\"\ncurrency = \"CNY\"\nsource = \"made up\"\n";
    ImportPlan::parse(&format!("{head}[[table]]\nto = \"prices\"\n{table}")).expect("the plan is one")
}

/// A file of eight columns for each of 31 sectors, 800 days each, as a client writes them.
fn import_texts() {
    let folder = tempfile::tempdir().expect("there is room");
    for sector in 0..31_u32 {
        let mut text = String::from(",代码,日期,收盘,开盘,最高,最低,成交量\n");
        let days = (10_000..).filter_map(Date::from_days).filter(|day| day.weekday() <= 5).take(800);
        for (row, day) in (0_u32..).zip(days) {
            let level = 1_000.0 + f64::from((row * 7_919 + sector * 31) % 1_000);
            let (code, low, high) = (801_010 + 10 * sector, level - 1.0, level + 1.0);
            writeln!(
                text,
                "{row},{code},{day},{level:.2},{level:.2},{high:.2},{low:.2},{:.4}",
                level * 123.0
            )
            .expect("writing to a string does not fail");
        }
        std::fs::write(folder.path().join(format!("sw_{sector:02}.csv")), text).expect("there is room");
    }
    let plan = closes_plan(
        "file = \"sw_*.csv\"\ndate = { column = \"日期\" }\nentity = { column = \"代码\", pattern = '(\\d{6})', kind = \"sector\" }\nvalue = { column = \"收盘\" }\n",
    );
    let imported = measured(|| rotor_import::import(&plan, folder.path())).expect("the files are sound");
    assert_eq!(imported.tables.prices.len(), 31 * 800);
}

/// A sheet of 30 000 cells, a sector a column.
fn import_workbook() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for column in 1..100_u16 {
        sheet.write(0, column, format!("S{column:02}")).expect("there is room");
    }
    sheet.write(0, 0, "day").expect("there is room");
    let days = (10_000..).filter_map(Date::from_days).filter(|day| day.weekday() <= 5).take(300);
    for (row, day) in (1_u32..).zip(days) {
        sheet.write(row, 0, day.to_string()).expect("there is room");
        for column in 1..100_u16 {
            let level = 100.0 + f64::from((row * 31 + u32::from(column) * 7) % 997) / 13.0;
            sheet.write(row, column, level).expect("there is room");
        }
    }
    book.save(folder.path().join("wide.xlsx")).expect("there is room");
    let plan = closes_plan(
        "file = \"wide.xlsx\"\nshape = \"wide\"\ndate = { column = 0 }\nentity = { header = true, kind = \"sector\" }\n",
    );
    let imported = measured(|| rotor_import::import(&plan, folder.path())).expect("the file is sound");
    assert_eq!(imported.tables.prices.len(), 99 * 300);
}

/// Touches none of our code: if its count moves, the compiler or the machine has changed.
fn made_up() {
    let tables = measured(|| tables(4, 31, 120, 4));
    assert!(tables.observations.len() > 14_000);
}
