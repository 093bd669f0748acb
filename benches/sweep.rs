//! What does it cost to know what was known?
//!
//! Ten series of 31 sectors, 240 execution days, windows of 60 months, with revisions: the sweep against filtering
//! a long table at every date, which is what a data frame does. Both must give the same bits.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rotor_benches::{on_disk, tables};
use rotor_data::model::Observation;
use rotor_data::{Dataset, Input, Sweep, WindowRequest};
use rotor_factor::{AsOf, EntityKind, Month};

const N_SERIES: usize = 10;
const N_SECTORS: usize = 31;
const N_PERIODS: usize = 60;
const N_DATES: i32 = 240;

fn bench(criterion: &mut Criterion) {
    let table = tables(N_SERIES as u32, N_SECTORS as u32, 300, 4);
    let (_guard, folder) = on_disk(&table);
    let dataset = Dataset::open(&folder).expect("the dataset is sound");
    let start = Month::new(2006, 1).expect("it exists");
    let dates: Vec<AsOf> =
        (0..N_DATES).map(|month| AsOf(start.plus(month).expect("before 2200").last_day())).collect();
    let requests: Vec<_> = (0..N_SERIES)
        .map(|series| WindowRequest {
            input: Input::Series(series),
            kind: EntityKind::Sector,
            n_periods: N_PERIODS,
        })
        .collect();

    let mut by_filter = vec![f64::NAN; N_SERIES * N_SECTORS * N_PERIODS];
    let mut sweep = Sweep::new(&dataset, &requests, dates[0], dates[dates.len() - 1]).expect("it fits");
    for as_of in &dates {
        filter(&table.observations, *as_of, &mut by_filter);
        let windows = sweep.advance(*as_of).expect("dates ascend");
        for (row, expected) in by_filter.chunks_exact(N_PERIODS).enumerate() {
            let window = windows.panel(row / N_SECTORS).row(row % N_SECTORS);
            assert!(
                window.iter().map(|value| value.to_bits()).eq(expected.iter().map(|value| value.to_bits()))
            );
        }
    }

    assert!(table.observations.len() > 200_000, "{} observations", table.observations.len());
    let mut group = criterion.benchmark_group("310 series x 240 dates x 60 months");
    group.sample_size(20);
    group.bench_function("sweep", |bencher| {
        bencher.iter(|| {
            let mut sweep =
                Sweep::new(&dataset, &requests, dates[0], dates[dates.len() - 1]).expect("it fits");
            let mut seen = 0.0;
            for as_of in &dates {
                let windows = sweep.advance(*as_of).expect("dates ascend");
                for request in 0..N_SERIES {
                    let panel = windows.panel(request);
                    for sector in 0..N_SECTORS {
                        let window = panel.row(sector);
                        seen += window[0] + window[N_PERIODS - 1];
                    }
                }
            }
            seen
        });
    });
    group.sample_size(10);
    group.bench_function("filter a long table at every date", |bencher| {
        bencher.iter(|| {
            for as_of in &dates {
                filter(&table.observations, *as_of, &mut by_filter);
                black_box(&by_filter);
            }
        });
    });
    group.bench_function("floor: copy the log once", |bencher| {
        bencher.iter(|| black_box(table.observations.clone()).len());
    });
    group.finish();
}

/// The latest vintage of each period of the window that was released before the date.
fn filter(observations: &[Observation], as_of: AsOf, windows: &mut [f64]) {
    windows.fill(f64::NAN);
    let mut latest = vec![i32::MIN; windows.len()];
    let last = as_of.0.month().index();
    for observation in observations {
        let lag = last - observation.period.month().index();
        if observation.released.is_public(as_of) && (0..N_PERIODS as i32).contains(&lag) {
            let row = observation.series as usize * N_SECTORS + observation.entity as usize;
            let slot = row * N_PERIODS + N_PERIODS - 1 - lag as usize;
            if observation.released.0.days() > latest[slot] {
                latest[slot] = observation.released.0.days();
                windows[slot] = observation.value;
            }
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
