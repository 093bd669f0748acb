//! What do the four factors cost?
//!
//! Profit, price, prosperity and heat over 91 months of the demo's 31 sectors, as a replay asks them on as many threads as
//! the machine has, together and alone, beside the walk that only shows them their windows. And heat over 90 months of 5000
//! sectors, whose pairs would be 12.5 million a month.
//!
//! Floor: of 31 sectors 18 have a bridge, and each takes a fit of 45 rows, one of 60 and a ridge of 45 and 10 rows by 10
//! columns: 37 000 additions and multiplications, 18 µs at two a nanosecond, 1640 times in 91 months: 30 ms of one core if
//! each fit began anew. Heat divides 62 closes a sector and month, 28 million in all, and sorts three times 5000 numbers.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rayon::prelude::*;
use rotor_benches::{demo, with_market};
use rotor_data::Dataset;
use rotor_engine::{Plan, Replay, TableDays, Views, executions, replay};
use rotor_factor::{AsOf, ExportedFactor, Month};
use rotor_plugin::{Instance, Plugin};

const FOUR: [(&str, &ExportedFactor); 4] = [
    ("profit", &factor_profit::FACTOR),
    ("price", &factor_price::FACTOR),
    ("prosperity", &factor_prosperity::FACTOR),
    ("heat", &factor_heat::FACTOR),
];

fn make(factor: &'static ExportedFactor) -> Instance {
    Plugin::linked(factor).expect("it starts").create([]).expect("defaults")
}

fn days(dataset: &Dataset, start: Month, n: usize) -> Vec<AsOf> {
    let days: Vec<AsOf> =
        executions(dataset, start, None).iter().map(|execution| execution.as_of).take(n).collect();
    assert_eq!(days.len(), n);
    days
}

fn run(dataset: &Dataset, factors: &[&Instance], days: &[AsOf]) -> Replay {
    let specs: Vec<_> = factors.iter().map(|factor| factor.spec()).collect();
    let plan = Plan::new(dataset, &specs).expect("their names differ");
    replay(dataset, &plan, factors, days, TableDays::Last).expect("it fits")
}

/// The days without asking anybody.
fn walk(dataset: &Dataset, factors: &[&Instance], days: &[AsOf]) -> usize {
    let specs: Vec<_> = factors.iter().map(|factor| factor.spec()).collect();
    let plan = Plan::new(dataset, &specs).expect("their names differ");
    let mut views = Views::new(dataset, &plan, days[0], days[days.len() - 1]).expect("it fits");
    days.iter().map(|day| views.advance(*day).expect("it is in range").sectors().len()).sum()
}

fn bench_four(criterion: &mut Criterion) {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let days = days(&dataset, Month::new(2015, 1).expect("it exists"), 91);
    let factors = FOUR.map(|(name, factor)| (name, make(factor)));
    let all: Vec<&Instance> = factors.iter().map(|(_, factor)| factor).collect();
    let replay = run(&dataset, &all, &days);
    assert!(replay.outcomes.iter().flatten().all(Result::is_ok));

    let mut group = criterion.benchmark_group("91 months x 31 sectors");
    group.bench_function("four factors", |bencher| bencher.iter(|| run(black_box(&dataset), &all, &days)));
    for (name, factor) in &factors {
        group.bench_function(*name, |bencher| bencher.iter(|| run(black_box(&dataset), &[factor], &days)));
    }
    group.bench_function("only the walk", |bencher| bencher.iter(|| walk(black_box(&dataset), &all, &days)));
    group.finish();
}

fn bench_heat(criterion: &mut Criterion) {
    let heat = make(&factor_heat::FACTOR);
    let mut group = criterion.benchmark_group("5000 sectors");
    group.sample_size(20);
    with_market(5000, 63, |view| {
        assert!(heat.evaluate(view).expect("it scores").score_of(0).is_ok());
        group.bench_function("heat, asked 90 times in parallel", |bencher| {
            bencher.iter(|| {
                let ask = |_| heat.evaluate(black_box(view)).expect("it scores").raw_of(0).is_some();
                assert_eq!((0..90).into_par_iter().map(ask).filter(|is_there| *is_there).count(), 90);
            });
        });
    });
    group.finish();
}

criterion_group!(benches, bench_four, bench_heat);
criterion_main!(benches);
