//! Files that others exchange or overwrite while a dataset is read: the hash that is recorded is that of the rows that were read.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rotor_data::{Dataset, Format, convert};
use rotor_factor::Date;
use rotor_fs::sha256;
use rotor_tests::Folder;

const N_READINGS: usize = 200;
const N_SECTORS: usize = 40;
const N_DAYS: i32 = 400;

/// The closes of a dataset as the file of the test has them.
fn as_csv<'a>(closes: impl Iterator<Item = (String, Vec<(Date, f64)>)> + 'a) -> String {
    let mut text = String::from("entity,date,close\n");
    for (code, closes) in closes {
        for (date, close) in closes {
            writeln!(text, "{code},{date},{close:.2}").unwrap();
        }
    }
    text
}

/// A file in which every close is the same, so that each of its bytes tells which version it is of.
fn version(close: f64) -> String {
    let first: Date = "2020-01-02".parse().unwrap();
    let closes: Vec<(Date, f64)> = (0..N_DAYS).map(|day| (first.plus_days(day).unwrap(), close)).collect();
    as_csv((0..N_SECTORS).map(|sector| (format!("8{sector:05}"), closes.clone())))
}

fn folder(prices: &str) -> Folder {
    let mut entities = String::from("entity,kind,name\n");
    (0..N_SECTORS).for_each(|sector| writeln!(entities, "8{sector:05},sector,Sector {sector}").unwrap());
    Folder::new().with("entities.csv", entities).with("prices.csv", prices)
}

/// Reads a dataset again and again while `disturb` is called with the number of the disturbance, and returns those that were
/// accepted.
fn read_while(folder: &Path, disturb: impl Fn(usize) + Sync) -> Vec<Dataset> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while !is_over.load(Ordering::Relaxed) {
                disturb(n);
                n += 1;
            }
        });
        let accepted = (0..N_READINGS).filter_map(|_| Dataset::open(folder).ok()).collect();
        is_over.store(true, Ordering::Relaxed);
        accepted
    })
}

fn recorded(dataset: &Dataset) -> &str {
    let prices = dataset.files().iter().find(|file| file.name.starts_with("prices"));
    &prices.expect("every dataset has prices").sha256
}

/// The closes that were read, written as the test writes its files.
fn read_back(dataset: &Dataset) -> String {
    let entities = dataset.entities().iter().enumerate();
    as_csv(entities.map(|(idx, entity)| (entity.code.clone(), dataset.closes().of(idx).collect())))
}

#[test]
fn a_file_of_text_that_is_exchanged_or_overwritten_is_hashed_as_it_was_read() {
    let versions = [version(1.0), version(2.0)];
    let folder = folder(&versions[0]);
    let (path, aside) = (folder.path().join("prices.csv"), folder.path().join("aside"));
    let accepted = read_while(folder.path(), |n| {
        let text = &versions[n % 2];
        if n % 4 < 2 {
            fs::write(&aside, text).unwrap();
            fs::rename(&aside, &path).unwrap();
        } else {
            // In place, and of the same length: what is read then is a part of each.
            OpenOptions::new().write(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
        }
    });
    let n_wrong =
        accepted.iter().filter(|dataset| recorded(dataset) != sha256(read_back(dataset).as_bytes())).count();
    println!("{n_wrong} of {} hashes are wrong", accepted.len());
    assert!(accepted.len() > N_READINGS / 2, "only {} datasets were accepted", accepted.len());
    assert_eq!(n_wrong, 0, "of {}", accepted.len());
}

#[test]
fn a_parquet_file_that_is_exchanged_is_hashed_as_it_was_read() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("dataset");
    let versions = [1.0, 2.0].map(|close| {
        let to = parent.path().join(format!("version {close}"));
        convert(folder(&version(close)).path(), &to, Format::Parquet).unwrap();
        fs::read(to.join("prices.parquet")).unwrap()
    });
    convert(folder(&version(1.0)).path(), &place, Format::Parquet).unwrap();
    let (path, aside) = (place.join("prices.parquet"), place.join("aside"));
    let accepted = read_while(&place, |n| {
        fs::write(&aside, &versions[n % 2]).unwrap();
        fs::rename(&aside, &path).unwrap();
    });
    let hashes = [sha256(&versions[0]), sha256(&versions[1])];
    let is_wrong = |dataset: &&Dataset| {
        let is_second = dataset.closes().of(0).all(|(_, close)| close == 2.0);
        recorded(dataset) != hashes[usize::from(is_second)]
    };
    let n_wrong = accepted.iter().filter(is_wrong).count();
    let n_second = accepted.iter().filter(|dataset| recorded(dataset) == hashes[1]).count();
    println!("{n_wrong} of {} hashes are wrong, {n_second} are of the second version", accepted.len());
    assert_eq!(accepted.len(), N_READINGS);
    assert!((1..N_READINGS).contains(&n_second), "the files were not exchanged");
    assert_eq!(n_wrong, 0, "of {}", accepted.len());
}
