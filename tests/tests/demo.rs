//! The datasets that a reader meets first: the demo is what its seed makes it, and says what its page says.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rotor_data::{Dataset, Format, Manifest, describe};
use rotor_engine::{Plan, TableDays, executions, replay};
use rotor_factor::{Date, EntityKind, Month, Signal};
use rotor_plugin::Plugin;
use rotor_synthetic::World;
use rotor_tests::{FOUR_FACTORS, assert_golden, demo, real_data, run_rotor};

#[test]
fn the_demo_is_what_its_seed_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let again = folder.path().join("demo");
    let manifest = Manifest::parse(&fs::read_to_string(demo().join(Manifest::FILE)).unwrap()).unwrap();
    // The command that the manifest names is the one that makes it.
    let command: Vec<&str> = manifest.source.split(' ').skip(1).collect();
    let out = again.to_str().unwrap();
    let (code, _, errors) = run_rotor(&[&command[..], &["--out", out]].concat());
    assert_eq!((code, errors.as_str()), (0, ""));
    let names = |folder: &Path| {
        let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&demo()), names(&again));
    let mut n_bytes = 0;
    for name in names(&demo()) {
        let (kept, made) = (fs::read(demo().join(&name)).unwrap(), fs::read(again.join(&name)).unwrap());
        assert!(kept == made, "{} is not what the seed makes", name.display());
        n_bytes += kept.len();
    }
    assert!(n_bytes < 4 << 20, "the demo has {n_bytes} bytes");
}

#[test]
fn the_demo_is_described_as_ever() {
    let (code, text, errors) = run_rotor(&["dataset", "describe", demo().to_str().unwrap()]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_golden("demo/describe.txt", &text);
}

#[test]
fn every_world_passes_its_own_check() {
    for world in [World::AShare, World::Null, World::Leaky, World::Large { entities: 40, months: 60 }] {
        let folder = tempfile::tempdir().unwrap();
        let (first, again) = (folder.path().join("first"), folder.path().join("again"));
        for place in [&first, &again] {
            let made = rotor_synthetic::generate(world, 7).unwrap();
            let extra = [("truth.toml", made.truth.as_str())];
            rotor_data::write_dataset(place, &made.manifest, &made.tables, Format::Parquet, &extra).unwrap();
        }
        let dataset = Dataset::open(&first).unwrap();
        assert!(dataset.manifest().synthetic);
        assert_eq!(dataset.files(), Dataset::open(&again).unwrap().files(), "{}", world.name());
        let truth: toml::Table = fs::read_to_string(first.join("truth.toml")).unwrap().parse().unwrap();
        assert_eq!(truth["world"].as_str(), Some(world.name()));
    }
}

/// When all companies of a sector have reported, the reader's sample is the sector.
#[test]
fn the_comparable_sample_of_all_companies_grows_as_its_sector_reports() {
    let dataset = Dataset::open(&demo()).unwrap();
    let [reported, growth, coverage] = ["net_profit_ytd_yoy", "comparable_ytd_yoy", "comparable_coverage"]
        .map(|name| dataset.find_series(name).unwrap());
    let mut n_compared = 0;
    for sector in dataset.of_kind(EntityKind::Sector) {
        let of_sector = |series: usize| {
            dataset.archive().vintages(series).filter(move |vintage| vintage.entity == *sector)
        };
        let mut periods: Vec<_> = of_sector(growth).map(|vintage| vintage.period).collect();
        periods.sort_by_key(|period| period.index());
        periods.dedup();
        for period in periods {
            let (year, month, _) = period.end().ymd();
            let deadline = match month {
                3 => Date::new(year, 4, 30),
                6 => Date::new(year, 8, 31),
                9 => Date::new(year, 10, 31),
                _ => Date::new(year + 1, 4, 30),
            }
            .unwrap();
            let at_deadline = |series: usize| {
                let known = of_sector(series).take_while(|vintage| vintage.released.0 <= deadline);
                known.filter(|vintage| vintage.period == period).last().unwrap().value
            };
            let first = of_sector(reported).find(|vintage| vintage.period == period).unwrap();
            let difference = at_deadline(growth) - first.value.clamp(-200.0, 200.0);
            assert!(difference.abs() < 0.005, "{sector}, {}: {difference}", period.end());
            assert!((at_deadline(coverage) - 1.0).abs() < 1e-12, "{sector}, {}", period.end());
            n_compared += 1;
        }
    }
    assert_eq!(n_compared, 31 * 43);
}

#[test]
fn the_real_data_are_what_their_page_says() {
    let Some(folder) = real_data("the_real_data_are_what_their_page_says") else { return };
    let dataset = Dataset::open(&folder).unwrap();
    let count = |kind| dataset.of_kind(kind).len();
    assert_eq!(
        [EntityKind::Sector, EntityKind::Industry, EntityKind::Benchmark, EntityKind::Market].map(count),
        [31, 41, 3, 1]
    );
    let description = describe(&dataset);
    let entity = |code: &str| &description.entities[dataset.find_entity(code).unwrap()];
    let date = |text: &str| Some(text.parse::<Date>().unwrap());
    assert_eq!(entity("399006").first_close, date("2010-05-31"));
    for code in ["000300", "000001", "801010", "801980"] {
        assert_eq!(
            (entity(code).first_close, entity(code).last_close),
            (date("2005-01-04"), date("2021-12-31"))
        );
        assert_eq!((entity(code).valid_from, entity(code).missing_closes), (None, 0));
    }
    let series = |name: &str| &description.series[dataset.find_series(name).unwrap()];
    let profits = dataset.archive().vintages(dataset.find_series("profit_ytd").unwrap());
    assert!(profits.into_iter().all(|vintage| vintage.period.end().month().number() != 1), "no January");
    assert_eq!(series("profit_ytd").entities, 41);
    assert_eq!(series("profit_ytd_yoy").first_period, date("2012-02-29"));
    assert_eq!(
        (series("profit_ytd").lag_days_median, series("profit_ytd").lag_days_max),
        (Some(28.0), Some(34))
    );
    assert_eq!(
        (series("gross_margin").entities, series("gross_margin").last_period),
        (18, date("2021-09-30"))
    );
    assert_eq!((series("net_profit_ytd_yoy").entities, series("net_profit_ytd_yoy").vintages_max), (31, 1));
    assert_eq!((series("cpi_yoy").lag_days_median, series("ppi_yoy").lag_days_max), (Some(16.0), Some(16)));
    assert!(description.series.iter().all(|series| series.last_period <= date("2021-12-31")));
    assert_eq!((description.bridge.sectors, description.bridge.last_released), (23, date("2022-04-30")));
}

/// The last month of the demo in full, and of every month a digest of all numbers.
#[test]
fn the_four_factors_say_what_they_said() {
    let dataset = Dataset::open(&demo()).unwrap();
    let sectors = dataset.of_kind(EntityKind::Sector);
    let days: Vec<_> =
        executions(&dataset, Month::new(2015, 1).unwrap(), None).iter().map(|day| day.as_of).collect();
    let mut text = String::new();
    for factor in FOUR_FACTORS {
        let factor = Plugin::linked(factor).unwrap().create([]).unwrap();
        let plan = Plan::new(&dataset, &[factor.spec()]).unwrap();
        let replay = replay(&dataset, &plan, &[&factor], &days, TableDays::Last).unwrap();
        let signals: Vec<&Signal> =
            replay.outcomes[0].iter().map(|outcome| outcome.as_ref().unwrap()).collect();
        let last = *signals.last().unwrap();
        writeln!(
            text,
            "{} on {}, after {} months",
            factor.spec().name(),
            days.last().unwrap().0,
            days.len() - 1
        )
        .unwrap();
        for (sector, entity) in sectors.iter().enumerate() {
            let code = &dataset.entities()[*entity].code;
            match last.score_of(sector) {
                Ok(score) => {
                    let raw = last.raw_of(sector).map_or("-".into(), |raw| format!("{raw:.9}"));
                    writeln!(text, "  {code} {score} {raw}").unwrap();
                }
                Err(reason) => writeln!(text, "  {code} - {reason}").unwrap(),
            }
        }
        for diagnostic in last.diagnostics() {
            let values: Vec<f64> = diagnostic.values.iter().flatten().collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            writeln!(text, "  mean {} of {}: {mean:.9}", diagnostic.name, values.len()).unwrap();
        }
        for table in last.tables() {
            let columns: Vec<&str> =
                table.columns().iter().map(|column| column.name.as_str()).take(12).collect();
            writeln!(text, "  table {}, {} rows: {}", table.name(), table.n_rows(), columns.join(" "))
                .unwrap();
        }
        writeln!(text, "  {} forecasts, all months {}\n", last.forecasts().len(), digest(&signals)).unwrap();
    }
    assert_golden("demo/factors.txt", &text);
}

/// What the command says of the demo; what was picked and gained month by month is the golden backtest `demo`.
#[test]
fn the_backtest_gives_what_it_gave() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, place) = (demo(), folder.path().join("run"));
    let arguments = ["backtest", "--dataset", demo.to_str().unwrap(), "--out", place.to_str().unwrap()];
    let (code, stdout, stderr) = run_rotor(&arguments);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let text = stdout.replace(place.to_str().unwrap(), "RUN");
    assert_golden("demo/backtest.txt", &text);
}

/// A digest of scores, raw values, forecasts and diagnostics, rounded to nine significant digits.
fn digest(signals: &[&Signal]) -> String {
    let mut numbers = String::new();
    for signal in signals {
        for sector in 0..signal.n_sectors() {
            let score = signal.score_of(sector).unwrap_or(f64::NAN);
            write!(numbers, "{score} {:.8e} ", signal.raw_of(sector).unwrap_or(f64::NAN)).unwrap();
        }
        for forecast in signal.forecasts() {
            write!(numbers, "{} {:.8e} {:.8e} ", forecast.period, forecast.value, forecast.naive).unwrap();
        }
        for value in signal.diagnostics().iter().flat_map(|diagnostic| diagnostic.values.iter()) {
            write!(numbers, "{:.8e} ", value.unwrap_or(f64::NAN)).unwrap();
        }
    }
    let hash = numbers.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("{hash:016x}")
}
