//! How long does it take until a dataset can be asked?
//!
//! From files in the page cache to the archive: hashing, decoding, every check, ordering by release. The floor is
//! what cannot be left out: hashing the bytes once, and decoding the columns with the library alone.

use std::fs::File;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use rotor_benches::{demo, on_disk, tables};
use rotor_data::Dataset;
use sha2::{Digest, Sha256};

fn bench(criterion: &mut Criterion) {
    load(criterion, "demo", &demo(), 125_000);
    let big = tables(8, 5208, 240, 1);
    let (n_rows, (_guard, folder)) = (big.observations.len(), on_disk(&big));
    drop(big);
    load(criterion, "10 million observations", &folder, n_rows);
}

fn load(criterion: &mut Criterion, name: &str, folder: &Path, at_least: usize) {
    let mut group = criterion.benchmark_group(name);
    let dataset = Dataset::open(folder).expect("the dataset is sound");
    let n_rows = dataset.archive().len();
    assert!(n_rows >= at_least, "{n_rows} observations");
    let observations = folder.join("observations.parquet");
    assert_eq!(decode(&observations), n_rows);
    group.sample_size(10).throughput(Throughput::Elements(n_rows as u64));
    group.bench_function("load", |bencher| {
        bencher.iter(|| {
            let dataset = Dataset::open(folder).expect("the dataset is sound");
            assert_eq!(dataset.archive().len(), n_rows);
            dataset
        });
    });
    group.bench_function("floor: hash the files", |bencher| bencher.iter(|| hash(folder)));
    group.bench_function("floor: decode the observations", |bencher| bencher.iter(|| decode(&observations)));
    group.finish();
}

fn hash(folder: &Path) -> usize {
    let files = folder.read_dir().expect("it is there").map(|entry| entry.expect("it is there").path());
    let digest = |path: std::path::PathBuf| Sha256::digest(std::fs::read(path).expect("it can be read"))[0];
    files.collect::<Vec<_>>().into_par_iter().map(digest).map(usize::from).sum()
}

/// Decodes all columns, row groups in parallel, and looks at nothing.
fn decode(path: &Path) -> usize {
    let builder =
        || ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("it is there")).expect("sound");
    let groups = builder().metadata().num_row_groups();
    let rows = (0..groups).into_par_iter().map(|group| {
        let reader = builder().with_row_groups(vec![group]).with_batch_size(1 << 15).build().expect("sound");
        reader.map(|batch| batch.expect("sound").num_rows()).sum::<usize>()
    });
    rows.sum()
}

criterion_group!(benches, bench);
criterion_main!(benches);
