//! What the factors that a run has to ask for are worth: nothing where nothing was planted, and what their sheets say of each world.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread;

use rotor::{Catalogue, Dataset, LedgerChoice, Run, Session, Unwatched, default_config, set_keys};
use rotor_data::model::{Event, EventKind, Filing, FilingKind, Tables};
use rotor_data::{Format, write_dataset};
use rotor_factor::{Date, Month, Released};
use rotor_plugin::Plugin;
use rotor_run::metrics::Estimate;
use rotor_synthetic::{Synthetic, World};
use rotor_tests::messy::Dice;
use rotor_tests::{OPT_IN_FACTORS, demo, real_data, workspace};

/// The seed of the demo, and of the null world beside it.
const SEED: u64 = 20_150_105;
/// The seeds of the demo world over which chance is counted.
const N_SEEDS: u64 = 20;

fn names() -> Vec<String> {
    OPT_IN_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().name().to_owned()).collect()
}

/// Makes a world, changes its tables, and opens it.
fn made(world: World, seed: u64, change: impl FnOnce(&mut Tables)) -> Dataset {
    let Synthetic { manifest, mut tables, .. } = rotor_synthetic::generate(world, seed).unwrap();
    change(&mut tables);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("world");
    write_dataset(&place, &manifest, &tables, Format::Parquet, &[]).unwrap();
    Dataset::open(&place).unwrap()
}

/// A session of these factors with the defaults but for some keys.
fn session(dataset: impl Into<Arc<Dataset>>, factors: &[String], keys: &[(&str, &str)]) -> Session {
    let mut config = default_config();
    config.factors = factors.to_vec();
    set_keys(&mut config, keys.iter().copied()).unwrap();
    let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
    Session::new(dataset, config, factors, &LedgerChoice::Off).unwrap()
}

/// The mean RankIC of each factor over one world after another of the demo's kind, by factor and seed.
///
/// Few threads, each with a world of its own, so that memory holds few worlds.
static OVER_SEEDS: LazyLock<Vec<Vec<Estimate>>> = LazyLock::new(|| {
    const N_THREADS: u64 = 3;
    let names = names();
    let of_seed = |seed: u64| -> Vec<Estimate> {
        let dataset = made(World::AShare, seed, |_| {});
        let run = session(dataset, &names, &[]).backtest(&Unwatched).unwrap();
        names.iter().map(|name| rank_ic(&run, name).clone()).collect()
    };
    let of_thread =
        |first: u64| (first..=N_SEEDS).step_by(N_THREADS as usize).map(|seed| (seed, of_seed(seed)));
    let mut found: Vec<(u64, Vec<Estimate>)> = thread::scope(|scope| {
        let threads: Vec<_> =
            (1..=N_THREADS).map(|first| scope.spawn(move || of_thread(first).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    found.sort_by_key(|(seed, _)| *seed);
    (0..names.len()).map(|factor| found.iter().map(|(_, row)| row[factor].clone()).collect()).collect()
});

fn rank_ic<'r>(run: &'r Run, factor: &str) -> &'r Estimate {
    &run.metrics.factor.sections.all.get(factor).unwrap().rank_ic.mean
}

fn excludes_zero(estimate: &Estimate) -> bool {
    let (lower, upper) = estimate.interval().expect("ten years have an interval");
    lower > 0.0 || upper < 0.0
}

/// In the demo world nothing tells of returns to come but prosperity, so intervals of 95% exclude zero about as often as one in twenty.
#[test]
fn over_seeds_few_intervals_exclude_zero() {
    let mut table = String::new();
    let mut counts = Vec::new();
    for (name, estimates) in names().iter().zip(&*OVER_SEEDS) {
        assert_eq!(estimates.len(), N_SEEDS as usize);
        counts.push(estimates.iter().filter(|estimate| excludes_zero(estimate)).count());
        write!(table, "\n{name}: {} of {N_SEEDS}", counts[counts.len() - 1]).unwrap();
        for (seed, estimate) in (1..).zip(estimates) {
            let mark = if excludes_zero(estimate) { "  <" } else { "" };
            let (value, (lower, upper)) = (estimate.get().unwrap(), estimate.interval().unwrap());
            write!(table, "\n  seed {seed:2}  {value:+.3} [{lower:+.3}, {upper:+.3}]{mark}").unwrap();
        }
    }
    assert_eq!(counts.len(), 6);
    let n_all: usize = counts.iter().sum();
    assert!(n_all <= 12 && counts.iter().all(|n| *n <= 4), "{n_all} of {}{table}", 6 * N_SEEDS);
}

/// The words under a table none of whose intervals excludes zero.
const NOTHING: &str = "No interval excludes zero: none of this can be told from chance.";

/// The sheets print what comes out. `ROTOR_BLESS=1` writes the rows anew; the row of real data is looked at where they are.
#[test]
fn the_sheets_say_what_the_factors_are_worth() {
    let null = made(World::Null, SEED, |_| {});
    let mut worlds = vec![("demo", Arc::new(Dataset::open(&demo()).unwrap())), ("null", Arc::new(null))];
    if let Some(folder) = real_data("the_sheets_say_what_the_factors_are_worth") {
        worlds.push(("real", Arc::new(Dataset::open(&folder).unwrap())));
    }
    let names = names();
    let runs: Vec<(&str, Run)> = worlds
        .iter()
        .map(|(world, dataset)| {
            (*world, session(Arc::clone(dataset), &names, &[]).backtest(&Unwatched).unwrap())
        })
        .collect();
    // Others beside a factor do not touch what it is worth.
    let linked: Vec<String> =
        Catalogue::built_in().linked().iter().map(|factor| factor.name().to_owned()).collect();
    let beside = session(Arc::clone(&worlds[0].1), &linked, &[]).backtest(&Unwatched).unwrap();

    for (factor, name) in names.iter().enumerate() {
        let of = |run: &Run| run.metrics.factor.sections.all.get(name).unwrap().clone();
        assert!(of(&runs[0].1) == of(&beside), "{name} beside {linked:?}");

        let path: PathBuf = workspace().join("factors").join(name).join("SHEET.md");
        let n_excluding = OVER_SEEDS[factor].iter().filter(|estimate| excludes_zero(estimate)).count();
        let seeds = format!("Over the seeds 1 to {N_SEEDS} of the demo world ");
        let mut lines = vec![(
            seeds.clone(),
            format!("{seeds}{n_excluding} of {N_SEEDS} intervals of the mean RankIC exclude zero."),
        )];
        for (world, run) in &runs {
            lines.push((format!("| {world} |"), worth(run, name, world)));
        }
        hold(&path, &lines);
        let sheet = fs::read_to_string(&path).unwrap();
        let printed = runs.iter().flat_map(|(_, run)| estimates(run, name));
        let finds = printed.filter(|estimate| estimate.interval().is_some()).any(excludes_zero);
        assert_eq!(sheet.contains(NOTHING), !finds, "{}: {NOTHING}", path.display());
    }
}

/// What a sheet prints with an interval: mean RankIC, and the excess of the strategy on the factor alone over all sectors and over those
/// that it could select.
fn estimates<'r>(run: &'r Run, name: &str) -> [&'r Estimate; 3] {
    let alone = run.metrics.portfolio.all.variants.alone.get(name).unwrap();
    [rank_ic(run, name), &alone.excess, &alone.excess_eligible]
}

/// The row of a factor in a world.
fn worth(run: &Run, name: &str, world: &str) -> String {
    let factor = run.rows.factors.iter().position(|known| known == name).unwrap() as u32;
    let scored = run.rows.scores.iter().filter(|row| row.factor == factor && row.score.is_some());
    let mut executions: Vec<u32> = scored.clone().map(|row| row.execution).collect();
    executions.dedup();
    let [rank_ic, excess, eligible] = estimates(run, name);
    let Some((lower, upper)) = rank_ic.interval() else {
        assert!(executions.is_empty(), "{name} has scores in {world}");
        return format!("| {world} | 0 | | | | | | | |");
    };
    let n_scored = scored.count() as f64 / executions.len() as f64;
    let value = rank_ic.get().unwrap();
    let percent = |estimate: &Estimate| {
        let (value, (lower, upper)) = (estimate.get().unwrap(), estimate.interval().unwrap());
        format!("{:+.1}% | [{:+.1}%, {:+.1}%]", 100.0 * value, 100.0 * lower, 100.0 * upper)
    };
    format!(
        "| {world} | {} | {n_scored:.1} | {value:+.3} | [{lower:+.3}, {upper:+.3}] | {} | {} |",
        rank_ic.value.n,
        percent(excess),
        percent(eligible)
    )
}

/// Holds lines against the one line of a file that starts as each; with `ROTOR_BLESS=1` writes them there.
fn hold(path: &Path, lines: &[(String, String)]) {
    let mut text = fs::read_to_string(path).unwrap();
    for (start, line) in lines {
        let found: Vec<&str> = text.lines().filter(|known| known.starts_with(start)).collect();
        let [known] = found[..] else { panic!("{} has one line `{start}`: {found:?}", path.display()) };
        let known = known.to_owned();
        if std::env::var_os("ROTOR_BLESS").is_some() {
            text = text.replace(&known, line);
            fs::write(path, &text).unwrap();
        } else {
            assert_eq!(
                known,
                *line,
                "{} is not what comes out: run this test with ROTOR_BLESS=1, read the difference, then do so with `architecture`",
                path.display()
            );
        }
    }
}

/// What `comparable` says, execution by execution.
fn said(run: &Run) -> Vec<String> {
    let of = |execution: u32| {
        let rows = run.rows.scores.iter().filter(move |row| row.execution == execution);
        let said: Vec<_> = rows.map(|row| (row.sector, row.score, row.raw)).collect();
        format!("{said:?}")
    };
    (0..run.rows.executions.len() as u32).map(of).collect()
}

/// The last quarter-ends before a day, the latest first.
fn quarter_ends(day: Date) -> impl Iterator<Item = Date> {
    let months = (1..).filter_map(move |before| day.month().plus(-before));
    months.filter(|month| month.number() % 3 == 0).map(Month::last_day)
}

/// A filing that comes out on a day is not known at its close. One of the day before is.
#[test]
fn a_filing_of_the_day_changes_nothing() {
    let keys = [("start", "2018-06"), ("end", "2020-05")];
    let replayed =
        |dataset: Dataset| session(dataset, &["comparable".to_owned()], &keys).backtest(&Unwatched).unwrap();
    let plain = replayed(made(World::AShare, 7, |_| {}));
    let expected = said(&plain);
    let days: Vec<Date> = plain.rows.executions.iter().map(|execution| execution.as_of).collect();
    for (day, seed) in [(1, 1), (6, 2), (11, 3), (16, 4), (22, 5)] {
        let planted = |released: Date| {
            replayed(made(World::AShare, 7, |tables| plant(tables, days[day], Released(released), seed)))
        };
        let of_the_day = said(&planted(days[day]));
        assert_eq!(of_the_day[..=day], expected[..=day], "released on {}", days[day]);
        assert_ne!(of_the_day[day + 1], expected[day + 1], "it counts a month later");
        let of_the_day_before = said(&planted(days[day].plus_days(-1).unwrap()));
        assert_eq!(of_the_day_before[..day], expected[..day]);
        assert_ne!(of_the_day_before[day], expected[day], "released the day before {}", days[day]);
    }
}

/// Files any figures for two companies of three, of the last two quarters before a day, with a release of its own.
fn plant(tables: &mut Tables, day: Date, released: Released, seed: u64) {
    let mut dice = Dice::new(seed);
    let n_companies = tables.filings.iter().map(|row| row.company).max().unwrap() + 1;
    for company in (0..n_companies).filter(|company| company % 3 > 0) {
        for period in quarter_ends(day).take(2) {
            let mut any = || Some(dice.below(4_001) as f64 / 10.0 - 100.0);
            let kind = FilingKind::Report;
            let (net_profit_ytd, net_profit_ytd_prior) = (any(), any());
            let filing = Filing {
                company,
                period,
                released,
                kind,
                net_profit_ytd,
                low: None,
                high: None,
                net_profit_ytd_prior,
                total_assets: Some(5_000.0),
            };
            let key = |row: &Filing| (row.company, row.period, row.released, row.kind);
            tables.filings.retain(|row| key(row) != key(&filing));
            tables.filings.push(filing);
        }
    }
}

/// An event that becomes known on a day is not in the calendar of that day's note. One of the day before is. No factor reads events.
#[test]
fn an_event_of_the_day_is_not_in_the_note() {
    let day = Date::new(2019, 9, 2).unwrap();
    let note = |known: Option<Date>| {
        let dataset = made(World::AShare, 7, |tables| {
            tables.events.extend(known.map(|known| Event {
                date: day.plus_days(5).unwrap(),
                title: "Planted".into(),
                importance: 3,
                sectors: Vec::new(),
                title_zh: None,
                known: Some(known),
                kind: Some(EventKind::Release),
                theme: None,
                theme_zh: None,
            }));
        });
        let session = session(dataset, &names(), &[("start", "2018-06")]);
        session.note(Some(day), &Unwatched).unwrap().facts
    };
    let plain = note(None);
    let on_the_day = note(Some(day));
    assert_eq!(on_the_day.releases, plain.releases);
    assert_eq!(on_the_day.day.ranking, plain.day.ranking);
    let before = note(Some(day.plus_days(-1).unwrap()));
    assert!(before.releases.announced.iter().any(|release| release.title == "Planted"));
}
