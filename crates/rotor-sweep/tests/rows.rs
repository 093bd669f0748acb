//! Every trial's row is what its own backtest gives, to the bit; and a sweep is the same however it is divided.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use rotor::{Catalogue, Dataset, LedgerChoice, Session, Unwatched, default_config};
use rotor_eval::trial_metrics_of_run;
use rotor_run::Config;
use rotor_run::ledger::strategy_hash;
use rotor_run::sweep::Sweep;
use rotor_sweep::{LIMIT, Runner, Shard, SweepSpec, config_of, plan};

fn demo() -> Arc<Dataset> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/demo");
    Arc::new(Dataset::open(&folder).expect("the demo can be read"))
}

fn runner(text: &str, config: Config, dataset: &Arc<Dataset>) -> Runner {
    let spec = SweepSpec::parse(text, "sweep.toml").unwrap();
    plan(&spec, config, Arc::clone(dataset), &Catalogue::built_in(), "sweep.toml", LIMIT).unwrap().into()
}

fn whole(runner: &Runner, folder: &Path) -> Sweep {
    runner.run(folder, Shard::WHOLE, &|_| ControlFlow::Continue(())).unwrap();
    runner.merge(folder, &LedgerChoice::Off, None, None).unwrap().sweep
}

/// Holds every `step`-th trial under every condition against its own backtest.
fn check_rows(runner: &Runner, sweep: &Sweep, dataset: &Arc<Dataset>, step: usize) {
    for trial in (0..sweep.plan.n_trials()).step_by(step) {
        for condition in 0..sweep.plan.conditions.len() {
            let mut config = config_of(runner.plan(), trial, condition);
            let row = match condition {
                0 => &sweep.trials[trial].result,
                other => &sweep.conditions[trial][other - 1],
            };
            let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
            let library = |name: &str| factors.find(name).and_then(rotor::RunFactor::sha256);
            if condition == 0 {
                assert_eq!(strategy_hash(&config.strategy(library)), sweep.plan.trials[trial].id);
            }
            let session = Session::new(Arc::clone(dataset), config, factors, &LedgerChoice::Off).unwrap();
            let run = session.backtest(&Unwatched).unwrap();
            let own = trial_metrics_of_run(&run.rows, &run.metrics);
            assert!(own.excess.is_some() && own.rank_ic.is_some() && own.max_drawdown.is_some(), "{own:?}");
            assert_eq!(row.as_ref().unwrap(), &own, "trial {trial}, condition {condition}");
        }
    }
}

#[test]
fn a_row_is_what_the_backtest_of_its_trial_gives() {
    let dataset = demo();
    let text = r#"
        [axes]
        factors = { subsets_of = ["price", "heat", "momentum"], at_least = 1, at_most = 2 }
        "momentum.lookback" = [6, 12]
        "heat.weight" = [0.5, 1.0]
        top = [3, 6]
        weights = ["equal", "rank"]
        ties = ["percentile", "fractional"]
        min_factors = [1, 2]
        missing = ["neutral", "average"]
        [conditions]
        cost_bp = [10, 15]
        start = ["2015-01", "2018-03"]
    "#;
    let runner = runner(text, default_config(), &dataset);
    let folder = tempfile::tempdir().unwrap();
    let sweep = whole(&runner, folder.path());
    assert_eq!(sweep.plan.n_grid, 6 * 2 * 2 * 32);
    // `momentum.lookback` makes no difference without momentum, nor `heat.weight` without heat.
    assert_eq!(sweep.plan.n_trials(), 32 * (1 + 2 + 2 + 2 + 2 + 4));
    assert_eq!(sweep.plan.conditions[0].label(), "cost_bp = 15, start = 2015-01");
    check_rows(&runner, &sweep, &dataset, 29);
}

#[test]
fn other_universes_schedules_and_the_riskless_rate_are_those_of_the_backtest() {
    let dataset = demo();
    let text = r#"
        [axes]
        rebalance = ["month_start", "after_cpi"]
        execution = ["close", "next_close"]
        groups = [["midstream", "downstream"], []]
        factors = [["profit", "heat"], ["prosperity", "heat", "price"]]
        [conditions]
        risk_free = [2.0]
        [holdout]
        months = 24
    "#;
    let runner = runner(text, default_config(), &dataset);
    let folder = tempfile::tempdir().unwrap();
    let sweep = whole(&runner, folder.path());
    let last = sweep.trials.iter().filter_map(|trial| trial.result.as_ref().ok()?.last).max().unwrap();
    let holdout = sweep.plan.holdout.as_ref().unwrap();
    assert!(last.month() < holdout.first.0, "{last} is held out");
    // Trials of both schedules are judged against each other, month by month.
    assert_eq!((sweep.statistics.months.n, sweep.statistics.months.n_judged), (95, 16));
    check_rows(&runner, &sweep, &dataset, 3);
}

#[test]
fn a_sweep_has_the_same_bytes_however_it_is_divided() {
    let dataset = demo();
    let text = "[axes]\ntop = { from = 2, to = 12 }\nmin_factors = [1, 2, 3]\nweights = [\"equal\", \"rank\"]\n\
                \"heat.weight\" = { from = 0.0, to = 2.0, step = 0.1 }\n\"momentum.lookback\" = [3, 6]\n\
                factors = [[\"price\", \"heat\"], [\"heat\", \"momentum\"]]\n";
    let runner = runner(text, default_config(), &dataset);
    let n_parts = runner.plan().parts.len();
    assert!(n_parts >= 4, "{n_parts}");
    let files = |folder: &Path| {
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
            })
            .collect();
        files.sort();
        files
    };
    let one = tempfile::tempdir().unwrap();
    whole(&runner, one.path());
    for n in [2, 3, 7] {
        let other = tempfile::tempdir().unwrap();
        for number in (0..n).rev() {
            let missing = runner.merge(other.path(), &LedgerChoice::Off, None, None);
            assert!(missing.is_err(), "{missing:?}");
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1 + number % 3).build().unwrap();
            pool.install(|| {
                runner.run(other.path(), Shard::new(number, n).unwrap(), &|_| ControlFlow::Continue(()))
            })
            .unwrap();
        }
        runner.merge(other.path(), &LedgerChoice::Off, None, None).unwrap();
        assert_eq!(files(one.path()), files(other.path()), "{n} shards");
    }
}
