//! One rule for the lengths of codes and names: what `dataset check` accepts goes through to the last file of a run.

use std::collections::BTreeMap;
use std::fs;

use rotor::{Catalogue, LedgerChoice, Run, Session, Unwatched, default_config, set_keys};
use rotor_data::{Dataset, Format, convert};
use rotor_factor::LONGEST_NAME;
use rotor_run::Destination;
use rotor_tests::demo;

#[test]
fn the_longest_codes_go_through_to_the_last_table() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("dataset");
    convert(&demo(), &place, Format::Csv).unwrap();
    let known = Dataset::open(&demo()).unwrap();
    // Series keep their names, for factors ask for them.
    let codes = known.entities().iter().map(|entity| entity.code.as_str());
    let longer: BTreeMap<&str, String> =
        codes.map(|code| (code, format!("{code}{}", "x".repeat(LONGEST_NAME - code.len())))).collect();
    for table in ["entities", "prices", "observations", "bridge", "links", "events", "companies", "filings"] {
        let path = place.join(format!("{table}.csv"));
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let mut renamed = String::with_capacity(2 * text.len());
        // Codes stand between commas, semicolons and the ends of lines.
        for part in text.split_inclusive([',', ';', '\n']) {
            let (cell, end) = part.split_at(part.len() - usize::from(part.ends_with([',', ';', '\n'])));
            renamed.push_str(longer.get(cell).map_or(cell, String::as_str));
            renamed.push_str(end);
        }
        fs::write(&path, renamed).unwrap();
    }
    let manifest = fs::read_to_string(place.join("dataset.toml")).unwrap();
    fs::write(place.join("dataset.toml"), manifest.split("\n[sha256]").next().unwrap()).unwrap();
    let long = Dataset::open(&place).unwrap_or_else(|error| panic!("{error}\n{}", error.faults().unwrap()));
    let run = |dataset: Dataset| {
        let mut config = default_config();
        let keys = [("start", "2019-01"), ("end", "2019-06"), ("tables", "all")];
        set_keys(&mut config, keys).unwrap();
        let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
        Session::new(dataset, config, factors, &LedgerChoice::Off).unwrap().backtest(&Unwatched).unwrap()
    };
    let (short, run) = (run(known), run(long));
    let scores =
        |run: &Run| run.rows.scores.iter().map(|row| row.score.map(f64::to_bits)).collect::<Vec<_>>();
    assert_eq!(scores(&run), scores(&short));
    assert!(run.rows.tables.len() >= short.rows.tables.len() && !run.rows.tables.is_empty());
    let saved = run.save(&Destination::New(parent.path().join("run"))).unwrap();
    let read = Run::read(&saved).unwrap();
    assert_eq!(scores(&read), scores(&short));
    assert!(read.rows.tables.iter().any(|table| table.table.is_matrix()), "heat names columns after sectors");
}
