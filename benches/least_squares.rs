//! How long does one small regression take?
//!
//! 60 rows by 11 columns with the constant, as a factor fits them for every sector and month: plain least squares,
//! the same on standardised regressors, and the fallback for dependent columns, beside QR and SVD of `nalgebra`.
//!
//! Floor: Householder reflections of 60 × 11 with the target take 2(n - k) + 4(n - k)(p - k) additions and
//! multiplications for column k = 0 … 10, 16 170 together. With registers of two numbers, which every 64-bit x86 has, and
//! two such operations a cycle that is 4 040 cycles: 2.0 µs at 2 GHz, 1.2 µs at 3.4 GHz.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use rotor_benches::Numbers;
use rotor_stats::{Columns, RANK_CUTOFF, StandardisedRows, Workspace, least_squares};

const N_ROWS: usize = 60;
const N_COLUMNS: usize = 11;

fn bench(criterion: &mut Criterion) {
    let mut numbers = Numbers::new(60_11);
    let mut values = vec![1.0; N_ROWS];
    values.extend((N_ROWS..N_ROWS * N_COLUMNS).map(|_| numbers.below(20_000) as f64 / 100.0 - 100.0));
    let y: Vec<f64> =
        (0..N_ROWS).map(|row| values[N_ROWS + row] + numbers.below(1000) as f64 / 100.0).collect();
    let mut dependent = values.clone();
    dependent.copy_within(N_ROWS..2 * N_ROWS, 10 * N_ROWS);

    let x = Columns::new(&values, N_ROWS, N_COLUMNS).expect("it fills the shape");
    let regressors = Columns::new(&values[N_ROWS..], N_ROWS, N_COLUMNS - 1).expect("it fills the shape");
    let repeated = Columns::new(&dependent, N_ROWS, N_COLUMNS).expect("it fills the shape");
    let matrix = DMatrix::from_column_slice(N_ROWS, N_COLUMNS, &values);
    let target = DVector::from_column_slice(&y);
    let mut workspace = Workspace::new();

    let by_qr = qr(&matrix, &target);
    let fit = least_squares(x, &y, RANK_CUTOFF, &mut workspace).expect("the data are sound");
    assert_eq!(fit.rank(), N_COLUMNS);
    assert_close(fit.coefficients(), by_qr.as_slice(), 1e-12);
    let mut rows = StandardisedRows::new(N_COLUMNS - 1);
    rows.add(regressors, &y).expect("the data are sound");
    let fit = rows.fit(0.0, RANK_CUTOFF, 0.0, &mut workspace).expect("the data are sound");
    assert_close(fit.coefficients(), &by_qr.as_slice()[1..], 1e-12);
    let by_svd = svd(&DMatrix::from_column_slice(N_ROWS, N_COLUMNS, &dependent), &target);
    let fit = least_squares(repeated, &y, RANK_CUTOFF, &mut workspace).expect("the data are sound");
    assert_eq!(fit.rank(), N_COLUMNS - 1);
    // What is loose here is the other side: on the full columns its SVD is 1e-9 away from its own QR.
    assert_close(fit.coefficients(), by_svd.as_slice(), 1e-8);

    let mut group = criterion.benchmark_group("60 rows x 11 columns");
    group.bench_function("least squares", |bencher| {
        bencher.iter(|| {
            let fit = least_squares(black_box(x), &y, RANK_CUTOFF, &mut workspace).expect("sound");
            fit.coefficients()[0]
        });
    });
    group.bench_function("standardised", |bencher| {
        bencher.iter(|| {
            rows.clear();
            rows.add(black_box(regressors), &y).expect("sound");
            rows.fit(0.0, RANK_CUTOFF, 0.0, &mut workspace).expect("sound").intercept()
        });
    });
    group.bench_function("least squares, dependent columns", |bencher| {
        bencher.iter(|| {
            let fit = least_squares(black_box(repeated), &y, RANK_CUTOFF, &mut workspace).expect("sound");
            fit.coefficients()[0]
        });
    });
    group.bench_function("least squares with covariance", |bencher| {
        bencher.iter(|| {
            let fit = least_squares(black_box(x), &y, RANK_CUTOFF, &mut workspace).expect("sound");
            fit.covariance().expect("full rank").get(0, 0)
        });
    });
    group.bench_function("nalgebra QR", |bencher| bencher.iter(|| qr(black_box(&matrix), &target)[0]));
    group.bench_function("nalgebra SVD", |bencher| bencher.iter(|| svd(black_box(&matrix), &target)[0]));
    group.finish();
}

/// The solution by reflections.
fn qr(matrix: &DMatrix<f64>, target: &DVector<f64>) -> DVector<f64> {
    let qr = matrix.clone().qr();
    let mut right = target.clone();
    qr.q_tr_mul(&mut right);
    qr.r().solve_upper_triangular(&right.rows(0, N_COLUMNS)).expect("full rank")
}

/// The minimum-norm solution by singular values.
fn svd(matrix: &DMatrix<f64>, target: &DVector<f64>) -> DVector<f64> {
    let svd = matrix.clone().svd(true, true);
    let cutoff = RANK_CUTOFF * svd.singular_values.max();
    svd.solve(target, cutoff).expect("both sides were computed")
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance * (1.0 + expected.abs()), "{found} is not {expected}");
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
