//! Laws of the replay, each stated in a sentence: no look-ahead, no dependence on units, order or threads.

use std::fmt::Debug;

use rotor_data::model::Tables;
use rotor_data::{Dataset, Format, Future, write_dataset};
use rotor_engine::{Backtest, Member, backtest};
use rotor_factor::{AsOf, EntityKind, Released};
use rotor_plugin::{Instance, Plugin};
use rotor_run::Config;
use rotor_run::Run;
use rotor_synthetic::{Synthetic, World};
use rotor_tests::{FOUR_FACTORS, Folder, OPT_IN_FACTORS, demo, messy};

/// The factors of the method, with their defaults.
fn four() -> Vec<Instance> {
    FOUR_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap()).collect()
}

/// The factors that a run has to ask for, with their defaults.
fn opt_in() -> Vec<Instance> {
    OPT_IN_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap()).collect()
}

fn opened(folder: &Folder) -> Dataset {
    Dataset::open(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

/// Replays the factors with these weights.
fn weighted(dataset: &Dataset, config: &Config, factors: &[Instance], weights: &[f64]) -> Backtest {
    let members: Vec<Member<'_>> =
        factors.iter().zip(weights).map(|(instance, weight)| Member { instance, weight: *weight }).collect();
    backtest(dataset, config, &members, &[], &rotor_engine::Unwatched)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn replayed(dataset: &Dataset, config: &Config) -> Run {
    weighted(dataset, config, &four(), &[1.0; 4]).run
}

/// A few years, for laws that are the same in all.
fn config() -> Config {
    Config { start: "2018-06".parse().unwrap(), end: Some("2020-05".parse().unwrap()), ..Config::default() }
}

/// The rows of some executions as text that shows every bit.
fn rows<R: Debug>(rows: &[R], execution: impl Fn(&R) -> u32, n_executions: usize) -> String {
    let of: Vec<&R> = rows.iter().filter(|row| (execution(row) as usize) < n_executions).collect();
    format!("{of:#?}")
}

/// What was said and picked on the first executions, without what it turned out to be.
fn said(run: &Run, n_executions: usize) -> Vec<String> {
    let notes: Vec<String> = run
        .scores
        .iter()
        .filter(|score| (score.execution as usize) < n_executions)
        .map(|score| {
            let reason = score.reason.map(|reason| run.reasons.get(reason));
            format!(
                "{} {} {} {:?} {:?} {reason:?}",
                score.execution, score.factor, score.sector, score.score, score.raw
            )
        })
        .collect();
    let forecasts: Vec<String> = run
        .forecasts
        .iter()
        .filter(|forecast| (forecast.execution as usize) < n_executions)
        .map(|row| {
            let target = run.texts.get(row.target);
            format!(
                "{} {target} {} {} {:?} {:?}",
                row.execution, row.entity, row.period, row.forecast, row.naive
            )
        })
        .collect();
    vec![notes.join("\n"), forecasts.join("\n"), rows(&run.ranking, |row| row.execution, n_executions)]
}

/// What was gained over the first executions.
fn gained(run: &Run, n_executions: usize) -> Vec<String> {
    vec![
        rows(&run.returns, |row| row.execution, n_executions),
        rows(&run.turnover, |row| row.execution, n_executions),
        rows(&run.sector_returns, |row| row.execution, n_executions),
    ]
}

#[track_caller]
fn assert_same(law: &str, left: &[String], right: &[String]) {
    assert!(left.iter().any(|text| text.len() > 1000), "{law}: there is something to compare");
    for (left, right) in left.iter().zip(right) {
        let differs = left.lines().zip(right.lines()).find(|(left, right)| left != right);
        assert!(left == right, "{law}: {differs:?}");
    }
}

/// Writes a changed world and opens it.
fn world(change: impl FnOnce(&mut Tables)) -> Dataset {
    let Synthetic { manifest, mut tables, .. } = rotor_synthetic::generate(World::AShare, 7).unwrap();
    change(&mut tables);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("world");
    write_dataset(&place, &manifest, &tables, Format::Parquet, &[]).unwrap();
    Dataset::open(&place).unwrap()
}

/// Dropping or changing what is public only from a day on changes nothing that was said by that day, nor what had been gained.
#[test]
fn another_future_changes_nothing() {
    let dataset = Dataset::open(&demo()).unwrap();
    let expected = replayed(&dataset, &config());
    for day in [2, 11, 23] {
        let as_of = AsOf(expected.executions[day].as_of);
        for future in [Future::Dropped, Future::Noise(3)] {
            let run = replayed(&dataset.with_future(as_of, future), &config());
            assert_same("said", &said(&expected, day + 1), &said(&run, day + 1));
            // The exit of the execution before is the day itself, whose close is not known yet.
            assert_same("gained", &gained(&expected, day - 1), &gained(&run, day - 1));
        }
    }
}

/// A vintage that is released later changes nothing that was said before.
#[test]
fn later_vintages_change_nothing_earlier() {
    let plain = world(|_| {});
    let expected = replayed(&plain, &config());
    let day = 12;
    let from = expected.executions[day].as_of;
    let revised = world(|tables| {
        let mut revisions = tables.observations.clone();
        revisions.retain(|row| row.released.0 < from && row.value.to_bits().is_multiple_of(3));
        for (position, row) in revisions.iter_mut().enumerate() {
            row.value = row.value * 1.5 + 1.0;
            row.released = Released(from.plus_days(position as i32 % 300).unwrap());
        }
        assert!(revisions.len() > 1000, "many values are revised");
        tables.observations.extend(revisions);
    });
    let run = replayed(&revised, &config());
    assert_same("said", &said(&expected, day + 1), &said(&run, day + 1));
    assert_ne!(said(&expected, 24)[0], said(&run, 24)[0], "revisions count from their release on");
}

/// Holding every sector without cost is the equal-weight benchmark.
#[test]
fn all_sectors_held_are_the_equal_weight() {
    let dataset = Dataset::open(&demo()).unwrap();
    let config = Config { top: 31, min_factors: 0, cost_bp: 0.0, ..config() };
    let run = replayed(&dataset, &config);
    let of = |name: &str| {
        let portfolio = run.portfolios.iter().position(|known| known == name).unwrap() as u32;
        let values = run.returns.iter().filter(move |row| row.portfolio == portfolio).map(|row| row.value);
        values.collect::<Vec<f64>>()
    };
    assert_eq!(of("top").len(), 24);
    for (top, (net, equal)) in of("top").iter().zip(of("top_net").iter().zip(of("equal_weight"))) {
        assert!((top - equal).abs() < 1e-15 && (net - equal).abs() < 1e-15, "{top} {net} {equal}");
    }
    assert_eq!(of("bottom"), of("equal_weight"));
}

/// Prices in another unit, each sector in one of its own, change nothing.
#[test]
fn units_of_prices_do_not_matter() {
    let expected = replayed(&world(|_| {}), &config());
    // Powers of two, so that no bit changes.
    let scaled = world(|tables| {
        for price in &mut tables.prices {
            price.close *= f64::from(1_u32 << (price.entity % 7));
        }
    });
    let run = replayed(&scaled, &config());
    assert_same("said", &said(&expected, 24), &said(&run, 24));
    assert_same("gained", &gained(&expected, 24), &gained(&run, 24));
}

/// The order of rows in the files does not matter, nor that of the entities and series that they refer to.
#[test]
fn the_order_of_rows_does_not_matter() {
    let expected = replayed(&world(|_| {}), &config());
    let reversed = world(|tables| {
        let (n_entities, n_series) = (tables.entities.len() as u32, tables.series.len() as u32);
        tables.entities.reverse();
        tables.series.reverse();
        let entity = |position: &mut u32| *position = n_entities - 1 - *position;
        let series = |position: &mut u32| *position = n_series - 1 - *position;
        tables.prices.reverse();
        tables.prices.iter_mut().for_each(|row| entity(&mut row.entity));
        tables.observations.reverse();
        for row in &mut tables.observations {
            entity(&mut row.entity);
            series(&mut row.series);
        }
        tables.bridge.reverse();
        for row in &mut tables.bridge {
            entity(&mut row.sector);
            entity(&mut row.industry);
        }
        tables.links.reverse();
        for row in &mut tables.links {
            entity(&mut row.sector);
            series(&mut row.series);
        }
        tables.events.clear();
        tables.companies.reverse();
        tables.companies.iter_mut().for_each(|row| entity(&mut row.sector));
        tables.filings.reverse();
    });
    let run = replayed(&reversed, &config());
    assert_same("said", &said(&expected, 24), &said(&run, 24));
    assert_same("gained", &gained(&expected, 24), &gained(&run, 24));
}

/// One thread gives the same bits as many.
#[test]
fn threads_do_not_matter() {
    let dataset = Dataset::open(&demo()).unwrap();
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        format!(
            "{:?}",
            pool.install(|| replayed(&dataset, &Config { tables: rotor_run::KeptTables::All, ..config() }))
        )
    };
    let expected = on(1);
    for n_threads in [2, 3, 16] {
        assert!(expected == on(n_threads), "{n_threads} threads");
    }
}

/// A factor of weight 0 is written down and counts in nothing.
#[test]
fn a_factor_of_weight_zero_changes_no_pick() {
    let dataset = Dataset::open(&demo()).unwrap();
    let factors = four();
    for without in 0..4 {
        let mut weights = [1.0; 4];
        weights[without] = 0.0;
        let silent = weighted(&dataset, &config(), &factors, &weights).run;
        let mut others = four();
        others.remove(without);
        let absent = weighted(&dataset, &config(), &others, &[1.0; 3]).run;
        assert_eq!(format!("{:?}", silent.ranking), format!("{:?}", absent.ranking));
        assert_same("gained", &gained(&absent, 24), &gained(&silent, 24));
        assert_eq!(silent.scores.len() * 3, absent.scores.len() * 4);
    }
}

/// Shares are not negative and sum to one, ranks are a permutation, and what is traded is at most everything twice.
#[test]
fn shares_sum_to_one() {
    let dataset = Dataset::open(&demo()).unwrap();
    let n_sectors = dataset.of_kind(EntityKind::Sector).len();
    for (weights, ties) in [
        (rotor_run::Weights::Equal, rotor_run::Ties::Percentile),
        (rotor_run::Weights::Rank, rotor_run::Ties::Percentile),
        (rotor_run::Weights::Equal, rotor_run::Ties::Fractional),
        (rotor_run::Weights::Rank, rotor_run::Ties::Fractional),
    ] {
        let run = replayed(&dataset, &Config { weights, ties, ..config() });
        for of_day in run.ranking.chunk_by(|a, b| a.execution == b.execution) {
            let sum: f64 = of_day.iter().map(|place| place.weight).sum();
            assert!((sum - 1.0).abs() < 1e-12 && of_day.iter().all(|place| place.weight >= 0.0));
            let mut ranks: Vec<u32> = of_day.iter().map(|place| place.rank).collect();
            ranks.sort_unstable();
            assert!(ranks.into_iter().eq(1..=n_sectors as u32));
        }
        assert!(run.turnover.iter().all(|row| (0.0..=1.0).contains(&row.turnover)));
    }
}

/// Another future changes nothing of the factors that a run has to ask for, either.
#[test]
fn another_future_changes_nothing_of_what_is_asked_for() {
    for seed in [701, 702, 703] {
        let folder = messy::weekly(seed);
        let dataset = opened(&folder);
        let replayed = |dataset: &Dataset| weighted(dataset, &config(), &opt_in(), &[1.0; 6]).run;
        let expected = replayed(&dataset);
        for day in [3, 12, 20] {
            let as_of = AsOf(expected.executions[day].as_of);
            for future in [Future::Dropped, Future::Noise(3)] {
                let run = replayed(&dataset.with_future(as_of, future));
                assert_same("said", &said(&expected, day + 1), &said(&run, day + 1));
            }
        }
    }
}

/// Series that the four factors do not read change nothing that they say.
#[test]
fn what_others_read_does_not_matter() {
    for seed in [711, 712] {
        let (without, with) = (messy::folder(seed), messy::weekly(seed));
        let [without, with] = [without, with].map(|folder| replayed(&opened(&folder), &config()));
        assert_same("said", &said(&without, 24), &said(&with, 24));
        assert_same("gained", &gained(&without, 24), &gained(&with, 24));
    }
}

/// Money in another currency changes nothing of the factors that a run has to ask for.
#[test]
fn the_currency_does_not_matter() {
    let is_money = |series: &str| {
        series.ends_with("_net_buy")
            || series.starts_with("insider_")
            || ["etf_net_subscription", "float_cap", "profit_ytd"].contains(&series)
    };
    for seed in [721, 722] {
        let folder = messy::weekly(seed);
        let expected = weighted(&opened(&folder), &config(), &opt_in(), &[1.0; 6]).run;
        let observations = std::fs::read_to_string(folder.path().join("observations.csv")).unwrap();
        let scaled = observations.lines().map(|line| {
            let (start, value) = line.rsplit_once(',').unwrap();
            let is_scaled = is_money(line.split(',').next().unwrap());
            // A power of two, so that no bit changes.
            match value.parse::<f64>() {
                Ok(value) if is_scaled => format!("{start},{}\n", 0.25 * value),
                _ => format!("{line}\n"),
            }
        });
        let scaled = folder.with("observations.csv", scaled.collect::<Vec<_>>().concat());
        let run = weighted(&opened(&scaled), &config(), &opt_in(), &[1.0; 6]).run;
        assert_same("said", &said(&expected, 24), &said(&run, 24));
    }
}
