//! What does a backtest cost?
//!
//! The compute of `rotor backtest` without files: four factors over 91 months of the demo's 31 sectors, ranking, returns,
//! forecasts held against what came out, and the basic evaluation. Beside it heat and momentum over 60 months of 31, 310
//! and 3100 sectors with month-end closes: the cost is to grow in proportion.
//!
//! Floor of the first: that of the factors (`benches/factors.rs`), as the rest is small: 91 × 31 × 4 scores, 3 sorts of 31 numbers
//! a month, 8 000 forecasts and 50 000 diagnostics of 32 bytes: 2 MB written once, 0.2 ms.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rotor_benches::{demo, market_dataset};
use rotor_data::Dataset;
use rotor_engine::{Backtest, Member, backtest};
use rotor_factor::ExportedFactor;
use rotor_plugin::{Instance, Plugin};
use rotor_run::Config;

const FOUR: [&ExportedFactor; 4] =
    [&factor_profit::FACTOR, &factor_price::FACTOR, &factor_prosperity::FACTOR, &factor_heat::FACTOR];

fn make(factors: &[&'static ExportedFactor]) -> Vec<Instance> {
    let make = |factor: &&'static ExportedFactor| {
        Plugin::linked(factor).expect("it starts").create([]).expect("defaults")
    };
    factors.iter().map(make).collect()
}

fn run(dataset: &Dataset, config: &Config, factors: &[Instance]) -> Backtest {
    let members: Vec<Member<'_>> = factors.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
    backtest(dataset, config, &members, &[], &rotor_engine::Unwatched).expect("it fits")
}

fn bench_demo(criterion: &mut Criterion) {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let config = Config { end: Some("2022-07".parse().expect("a month")), ..Config::default() };
    let factors = make(&FOUR);
    assert_eq!(run(&dataset, &config, &factors).run.executions.len(), 91);
    let mut group = criterion.benchmark_group("91 months x 31 sectors x 4 factors");
    group.bench_function("backtest", |bencher| bencher.iter(|| run(black_box(&dataset), &config, &factors)));
    let result = run(&dataset, &config, &factors);
    group.bench_function("evaluate", |bencher| {
        bencher.iter(|| rotor_eval::evaluate(black_box(&result.run), &config));
    });
    group.finish();
}

fn bench_sectors(criterion: &mut Criterion) {
    let factors = make(&[&factor_heat::FACTOR, &factor_momentum::FACTOR]);
    let mut group = criterion.benchmark_group("60 months, heat and momentum");
    group.sample_size(10);
    for n_sectors in [31, 310, 3100] {
        let (_guard, folder) = market_dataset(n_sectors, 124);
        let dataset = Dataset::open(&folder).expect("it is sound");
        let config = Config {
            start: "2006-03".parse().expect("a month"),
            end: Some("2011-02".parse().expect("a month")),
            ..Config::default()
        };
        assert_eq!(run(&dataset, &config, &factors).run.executions.len(), 60);
        group.throughput(Throughput::Elements(u64::from(n_sectors) * 60));
        group.bench_function(BenchmarkId::from_parameter(n_sectors), |bencher| {
            bencher.iter(|| run(black_box(&dataset), &config, &factors));
        });
    }
    group.finish();
}

criterion_group!(benches, bench_demo, bench_sectors);
criterion_main!(benches);
