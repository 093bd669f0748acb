//! What does the boundary cost?
//!
//! One call of a linked, a loaded, an isolated and a sealed factor beside its own work, and a whole replay of the momentum factor
//! over the demo dataset, linked against loaded. Inputs are borrowed, so their size does not matter; what a call has
//! to do is build four structures, copy 31 scores and raw values, and mark the thread. All doors must give the same bits.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use rotor_benches::{demo, library, rotor_program};
use rotor_data::Dataset;
use rotor_engine::{Plan, TableDays, Views, executions, replay};
use rotor_factor::{AsOf, Month, Value};
use rotor_plugin::{Instance, Isolation, LoadOptions, Plugin};

fn loaded(package: &str) -> Plugin {
    Plugin::load(&library(package), &LoadOptions::default()).expect("it is sound").remove(0)
}

fn isolated(path: &Path, is_sealed: bool) -> Plugin {
    let isolation = Isolation { is_sealed, ..Isolation::new(rotor_program()) };
    Plugin::isolated(path, &LoadOptions::default(), &isolation).expect("it is sound").remove(0)
}

fn days(dataset: &Dataset) -> Vec<AsOf> {
    let start = Month::new(2015, 1).expect("it exists");
    executions(dataset, start, None).iter().map(|execution| execution.as_of).collect()
}

fn bench(criterion: &mut Criterion) {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let days = days(&dataset);

    let linked = Plugin::linked(&bench_repeats::FACTOR).expect("it starts");
    let doors = [
        ("linked", linked),
        ("loaded", loaded("bench-repeats")),
        ("isolated", isolated(&library("bench-repeats"), false)),
        ("sealed", isolated(&library("bench-repeats"), true)),
    ];
    let mut group =
        criterion.benchmark_group("a call: one round of work, a thousand, in a view of 31 sectors");
    for (door, plugin) in &doors {
        for rounds in [1, 1001] {
            let factor =
                plugin.create([("rounds".to_owned(), Value::Integer(rounds))]).expect("rounds are allowed");
            let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
            let mut views = Views::new(&dataset, &plan, days[100], days[100]).expect("it fits");
            let day = views.advance(days[100]).expect("it is in range");
            let view = day.view(0, false);
            assert_eq!(factor.evaluate(&view).expect("it scores").score_of(0), Ok(2.0));
            group.bench_function(format!("{door}, {rounds}"), |bencher| {
                bencher.iter(|| black_box(&factor).evaluate(black_box(&view)));
            });
        }
    }
    group.finish();

    let linked = Plugin::linked(&factor_momentum::FACTOR).expect("it starts").create([]).expect("defaults");
    let loaded = loaded("factor-momentum").create([]).expect("defaults");
    let run = |factor: &Instance| {
        let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor");
        replay(&dataset, &plan, &[factor], &days, TableDays::Last).expect("it fits")
    };
    assert_eq!(format!("{:?}", run(&linked)), format!("{:?}", run(&loaded)), "the same bits");
    let mut group = criterion.benchmark_group(format!("replay of momentum over {} days", days.len()));
    group.bench_function("linked", |bencher| bencher.iter(|| run(black_box(&linked))));
    group.bench_function("loaded", |bencher| bencher.iter(|| run(black_box(&loaded))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
