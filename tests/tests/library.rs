//! The library `rotor` as another program uses it: in memory, stopped, shared, without handlers or child processes.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rotor::{
    BacktestError, Catalogue, Config, Dataset, Destination, Error, FactorError, Lang, LedgerChoice, Progress,
    Run, Session, Unwatched, VerifyOptions, compare, default_config, leakcheck, set_keys, verify,
};
use rotor_tests::{demo, files_of, workspace};

/// Two years of the demo.
fn config() -> Config {
    let mut config = default_config();
    set_keys(&mut config, [("start", "2018-06"), ("end", "2020-05")]).unwrap();
    config.dataset = demo().display().to_string();
    config
}

fn session_on(dataset: Arc<Dataset>, ledger: &LedgerChoice) -> Session {
    let mut config = config();
    let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
    Session::new(dataset, config, factors, ledger).unwrap()
}

fn open_demo() -> Arc<Dataset> {
    Arc::new(Dataset::open(&demo()).unwrap())
}

#[test]
fn a_run_in_memory_is_the_run_of_its_folder() {
    let parent = tempfile::tempdir().unwrap();
    let run = session_on(open_demo(), &LedgerChoice::Off).backtest(&Unwatched).unwrap();
    assert!(fs::read_dir(parent.path()).unwrap().next().is_none(), "a run in memory writes nothing");
    let place = run.save(&Destination::New(parent.path().join("run"))).unwrap();
    let read = Run::read(&place).unwrap();
    assert_eq!(read.metrics, run.metrics);
    assert_eq!(format!("{:?}", read.rows.scores), format!("{:?}", run.rows.scores));
    // The folder names its files; everything else is the record of the run.
    assert_eq!(read.record.config, run.record.config);
    assert_eq!(read.record.warnings, run.record.warnings);
    assert_eq!(read.report(Lang::Zh), run.report(Lang::Zh));
    assert_eq!(fs::read_to_string(place.join("report.html")).unwrap(), run.report(Lang::En));

    let found = verify(&place, &VerifyOptions::default(), &Catalogue::built_in(), &Unwatched).unwrap();
    assert!(found.passed(), "{}", found.verdict());
    let folder = rotor_run::read(&place).unwrap();
    assert!(compare(&folder, &folder, 0.0).is_same);
}

#[test]
fn a_stopped_run_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let ledger = parent.path().join("trials.jsonl");
    let session = session_on(open_demo(), &LedgerChoice::At(ledger.clone()));
    for n_threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let most_done = AtomicUsize::new(0);
        let stop = |progress: Progress| {
            most_done.fetch_max(progress.n_done, Ordering::Relaxed);
            assert_eq!(progress.n_days, Some(25), "24 months and the last exit");
            if progress.n_done >= 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = pool.install(|| session.backtest_for(Some(&parent.path().join("run")), &stop));
        assert!(matches!(stopped, Err(BacktestError::Stopped)), "{stopped:?}");
        let most_done = most_done.into_inner();
        assert!(most_done < 3 + n_threads, "{most_done} days are done on {n_threads} threads");
    }
    assert_eq!(files_of(parent.path()), [], "neither a folder nor a line of the ledger");
    // The same session goes on, and now counts.
    session.backtest(&Unwatched).unwrap();
    assert_eq!(fs::read_to_string(ledger).unwrap().lines().count(), 1);
}

#[test]
fn sessions_share_a_dataset_and_count_as_trials() {
    let parent = tempfile::tempdir().unwrap();
    let ledger = LedgerChoice::At(parent.path().join("trials.jsonl"));
    let dataset = open_demo();
    let mut trials = Vec::new();
    for top in [3, 5, 5, 8] {
        let mut config = Config { top, ..config() };
        let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
        let session = Session::new(Arc::clone(&dataset), config, factors, &ledger).unwrap();
        let run = session.backtest(&Unwatched).unwrap();
        trials.push((session.n_trials(), run.metrics.portfolio.all.trials.n_trials));
    }
    // The strategy with five sectors was tried twice and is one trial.
    assert_eq!(trials, [(1, 1), (2, 2), (2, 2), (3, 3)]);
}

#[test]
fn nothing_is_isolated_without_a_program_for_it() {
    let session = session_on(open_demo(), &LedgerChoice::Off);
    let error = leakcheck(&session, &Catalogue::built_in(), &Unwatched).unwrap_err();
    let error = Error::from(error);
    assert!(error.to_string().contains("no program is named"), "{error}");
    assert_eq!(error.hints(), ["name one by `Catalogue::isolating_in`"]);
}

#[test]
fn errors_say_how_to_mend_them() {
    let mut config = config();
    let error = Catalogue::built_in().select(&mut config, &["momentun".into()]).unwrap_err();
    assert!(matches!(error, FactorError::Unknown { .. }), "{error}");
    assert_eq!(error.hints(), ["did you mean `momentum`?"]);
    let error = set_keys(&mut config, [("tops", "3"), ("top", "no")]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`tops`") && text.contains("`top`"), "{text}");
    let error = Error::from(Run::read(Path::new("nowhere")).unwrap_err());
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn the_front_page_has_a_first_run_of_twenty_lines() {
    let source = fs::read_to_string(workspace().join("crates/rotor/examples/first_run.rs")).unwrap();
    let n_lines = source.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(n_lines <= 24, "{n_lines} lines");
    // `cargo test` builds examples beside the tests; a single test that is built alone has none.
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples/first_run");
    if !example.is_file() {
        println!("skipped: the example is not built; `cargo test --workspace` builds it");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("datasets")).unwrap();
    std::os::unix::fs::symlink(demo(), place.path().join("datasets/demo")).unwrap();
    let output = Command::new(example).current_dir(place.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("annualised excess return ") && text.contains("95% CI ["), "{text}");
    Run::read(&place.path().join("runs/first")).unwrap();
}
