//! Changing the format of a dataset, with everything in it that a format can get wrong.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rotor_data::DataError;
use rotor_data::Dataset;
use rotor_data::Format;
use rotor_data::Manifest;
use rotor_data::convert;
use rotor_fs::FsError;
use rotor_tests::MANIFEST;
use rotor_tests::{Folder, files_of};

use crate::{adding, editing, faults};

/// The small folder with everything in it that a format can get wrong.
fn tricky() -> Folder {
    adding(
        "entities.csv",
        "007,industry,\"He said \"\"no\"\", and\nleft\",\"煤炭,\r\n石油\",other,1900-01-01,2199-12-31\n\
         0070,sector,  spaces  ,’ü\u{301}\u{1F600},,,\n\
         \"#8\",industry,Furs,,,,\n",
    )
    .with(
        "prices.csv",
        "entity,date,close\n0070,2020-01-02,1e-6\n0070,2020-01-03,999999999.9999999\n\
         0070,2020-01-06,0.1\n0070,2020-01-07,0.30000000000000004\n",
    )
    .with(
        "observations.csv",
        "series,entity,period,released,value\ncpi_yoy,CN,2020-01-31,2020-02-10,-0.0\n\
         cpi_yoy,CN,2020-02-29,2020-03-10,-1.7976931348623157e308\ncpi_yoy,CN,1900-01-31,2199-12-31,-5e-324\n\
         cpi_yoy,CN,2020-03-31,2020-04-10,2.2250738585072014e-308\n",
    )
}

#[test]
fn a_dataset_survives_a_change_of_format() {
    let (source, target) = (tricky(), Folder::new());
    let at = |name: &str| target.path().join(name);
    convert(source.path(), &at("csv"), Format::Csv).unwrap();
    convert(&at("csv"), &at("parquet"), Format::Parquet).unwrap();
    convert(&at("parquet"), &at("csv2"), Format::Csv).unwrap();
    convert(&at("csv2"), &at("parquet2"), Format::Parquet).unwrap();
    assert_eq!(files_of(&at("csv")), files_of(&at("csv2")));
    assert_eq!(files_of(&at("parquet")), files_of(&at("parquet2")));
    // Tables whose text is in the form that is written come out as they went in.
    for name in ["entities.csv", "series.csv", "observations.csv", "prices.csv", "bridge.csv", "events.csv"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read(&at("csv2")), read(source.path()), "{name}");
    }
    let read = |folder: &Path| Dataset::open(folder).unwrap();
    let (first, last) = (read(source.path()), read(&at("parquet2")));
    assert_eq!(first.entities(), last.entities());
    assert_eq!(first.series(), last.series());
    assert_eq!(first.bridge(), last.bridge());
    assert_eq!(first.links(), last.links());
    assert_eq!(first.events(), last.events());
    assert_eq!(first.manifest(), last.manifest());
    let bits = |data: &Dataset| -> Vec<(String, u64)> {
        let entities = 0..data.entities().len();
        entities
            .flat_map(|idx| data.closes().of(idx).collect::<Vec<_>>())
            .map(|(date, close)| (date.to_string(), close.to_bits()))
            .collect()
    };
    assert_eq!(bits(&first), bits(&last));
    assert_eq!(bits(&first).len(), 4);
    assert_eq!(first.archive().len(), last.archive().len());
}

#[test]
fn hashes_follow_a_change_of_format() {
    let (source, target) = (Folder::small(), Folder::new());
    let hash = Dataset::open(source.path()).unwrap().files()[0].sha256.clone();
    let source =
        source.with("dataset.toml", format!("{MANIFEST}\n[sha256]\n\"entities.csv\" = \"{hash}\"\n"));
    let place = target.path().join("new");
    convert(source.path(), &place, Format::Parquet).unwrap();
    let data = Dataset::open(&place).unwrap();
    assert_eq!(data.manifest().sha256.len(), 7);
    fs::write(place.join("events.parquet"), fs::read(place.join("bridge.parquet")).unwrap()).unwrap();
    let found = faults(&place);
    assert!(found.iter().any(|line| line.starts_with("events.parquet: its SHA-256 is ")), "{found:#?}");
}

#[test]
fn a_conversion_leaves_nothing_behind_when_it_fails() {
    let names = |folder: &Path| -> Vec<String> { files_and_folders(folder) };
    let source = Folder::small();
    let target = Folder::new();
    for (name, make) in [("file", true), ("folder", false)] {
        let place = target.path().join(name);
        if make {
            fs::write(&place, "kept").unwrap();
        } else {
            fs::create_dir(&place).unwrap();
        }
        let before = names(target.path());
        let error = convert(source.path(), &place, Format::Parquet).unwrap_err();
        assert!(matches!(error, DataError::Write(FsError::Exists { .. })), "{error}");
        assert_eq!(error.hint(), Some("choose a name that does not exist yet"));
        assert_eq!(names(target.path()), before);
    }
    symlink("nowhere", target.path().join("link")).unwrap();
    let error = convert(source.path(), &target.path().join("link"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Write(FsError::Exists { .. })), "{error}");
    let before = names(target.path());
    let faulty = editing("links.csv", ",1,1", ",7,1");
    let error = convert(faulty.path(), &target.path().join("new"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Faulty { .. }), "{error}");
    // A parent that is a file cannot hold a folder.
    let error = convert(source.path(), &target.path().join("file/new"), Format::Parquet).unwrap_err();
    assert!(matches!(error, DataError::Write(FsError::Write { .. })), "{error}");
    assert_eq!(names(target.path()), before);
    assert_eq!(fs::read_to_string(target.path().join("file")).unwrap(), "kept");
    assert!(target.path().join(Manifest::FILE).is_file());
}

fn files_and_folders(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
