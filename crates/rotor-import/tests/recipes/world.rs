//! Vendors' workbooks and sources of other markets.

use std::fs;
use std::path::{Path, PathBuf};

use rotor_data::PriceFrequency;
use rotor_factor::EntityKind;
use rotor_import::{ImportError, Imported, Plan, import};

const HEAD: &str = "[dataset]\nname = \"x\"\ntitle = \"x\"\nsource = \"made up\"\n";

fn fixtures(recipe: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(recipe)
}

/// Imports the files of a recipe that lie in a folder, with keys of its table that differ.
fn import_from(folder: &Path, recipe: &str, files: &str, keys: &str) -> Result<Imported, ImportError> {
    import_plan(folder, &format!("{HEAD}[[table]]\nrecipe = \"{recipe}\"\nfile = \"{files}\"\n{keys}\n"))
}

fn import_plan(folder: &Path, plan: &str) -> Result<Imported, ImportError> {
    import(&Plan::parse(plan)?, folder)
}

/// Imports the fixtures of a recipe.
#[track_caller]
fn imported(recipe: &str, files: &str, keys: &str) -> Imported {
    import_from(&fixtures(recipe), recipe, files, keys).unwrap_or_else(|error| panic!("{error}"))
}

/// The closes of an entity on days that begin so.
fn closes(imported: &Imported, code: &str, day: &str) -> Vec<String> {
    let tables = &imported.tables;
    let rows = tables.prices.iter().filter(|row| tables.entities[row.entity as usize].code == code);
    let rows = rows.map(|row| format!("{} {:.4}", row.date, row.close));
    rows.filter(|row| row.starts_with(day)).collect()
}

/// Codes of the sectors, in their order.
fn sectors(imported: &Imported) -> Vec<&str> {
    let sectors = imported.tables.entities.iter().filter(|entity| entity.kind == EntityKind::Sector);
    sectors.map(|entity| entity.code.as_str()).collect()
}

#[test]
fn industries_of_kenneth_french_begin_when_all_of_them_exist() {
    let files = imported("ken_french.industries", "12_Industry_Portfolios.CSV", "");
    assert_eq!(files.manifest.price_frequency, PriceFrequency::MonthEnd);
    assert_eq!(files.manifest.currency, "USD");
    assert_eq!(files.manifest.first.to_string(), "1969-06-30");
    assert_eq!(files.manifest.last.to_string(), "1974-12-31");
    // Headers are padded.
    assert_eq!(sectors(&files).len(), 12);
    assert!(sectors(&files).contains(&"Hlth"));
    // The first two returns are 5.05% and -4.02%.
    assert_eq!(
        closes(&files, "Hlth", "1969")[..3],
        ["1969-06-30 100.0000", "1969-07-31 105.0500", "1969-08-31 100.8270"]
    );
    assert_eq!(files.reports[0].left_out["rows outside `first` and `last`"], 42);
    // The sections below are no data.
    assert_eq!(files.reports[0].n_rows, 108);
}

#[test]
fn industries_of_kenneth_french_in_their_archive() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(fixtures("ken_french.industries").join("12_Industry_Portfolios.CSV")).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(folder.path().join("f.zip")).unwrap());
    archive.start_file("12_Industry_Portfolios.CSV", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, &bytes).unwrap();
    archive.finish().unwrap();
    let packed = import_from(folder.path(), "ken_french.industries", "f.zip", "").unwrap();
    let plain = imported("ken_french.industries", "12_Industry_Portfolios.CSV", "");
    assert_eq!(packed.tables.prices, plain.tables.prices);
}

#[test]
fn closes_of_yfinance_are_those_that_are_not_adjusted() {
    let files = imported("yfinance.download", "prices.csv", "");
    assert_eq!(sectors(&files), ["XLE", "XLF", "XLK"]);
    assert_eq!(files.tables.entities[0].code, "SPY");
    assert_eq!(files.tables.entities[0].kind, EntityKind::Benchmark);
    assert_eq!(closes(&files, "XLE", "2021-01-06"), ["2021-01-06 248.1300"]);
    // 20 columns of other prices and the volume.
    assert_eq!(files.reports[0].left_out["columns that the plan does not name"], 20);
    let adjusted = imported(
        "yfinance.download",
        "prices.csv",
        r#"entity = { header = true, pattern = '^Adj Close (\S+)$', kind = "sector" }"#,
    );
    assert_eq!(closes(&adjusted, "XLE", "2021-01-06"), ["2021-01-06 230.7700"]);
}

#[test]
fn yfinance_by_ticker_has_the_same_closes() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Ticker,XLE,XLE,XLK,XLK\nPrice,Open,Close,Open,Close\nDate,,,,\n2024-01-02,80,80.5,189,190\n2024-01-03,81,81,189,189.5\n";
    fs::write(folder.path().join("p.csv"), text).unwrap();
    let files = import_from(folder.path(), "yfinance.download", "p.csv", "").unwrap();
    assert_eq!(closes(&files, "XLK", ""), ["2024-01-02 190.0000", "2024-01-03 189.5000"]);
    assert_eq!(sectors(&files), ["XLE", "XLK"]);
}

#[test]
fn one_file_a_ticker_with_days_that_have_a_zone() {
    let files = imported("yfinance.history", "*.csv", "");
    assert_eq!(sectors(&files), ["XLE", "XLF", "XLK"]);
    assert_eq!(closes(&files, "XLE", "2021-01")[..2], ["2021-01-06 42.4266", "2021-01-13 44.0803"]);
    assert_eq!(files.manifest.price_frequency, PriceFrequency::Daily);
}

#[test]
fn stooq_by_ticker_and_from_an_archive() {
    let daily = imported("stooq.daily", "*.csv", "");
    let bulk = imported("stooq.bulk", "*.txt", "");
    assert_eq!(sectors(&daily), ["XLE", "XLF", "XLK"]);
    assert_eq!(daily.tables.prices, bulk.tables.prices);
    assert_eq!(closes(&daily, "XLE", "2021-01")[..2], ["2021-01-06 39.8439", "2021-01-13 40.3024"]);
}

#[test]
fn what_stooq_writes_after_too_many_requests_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("xle_us_d.csv"), "Exceeded the daily hits limit").unwrap();
    let error = import_from(folder.path(), "stooq.daily", "xle_us_d.csv", "").unwrap_err().to_string();
    assert!(error.contains("xle_us_d.csv") && error.contains("no column `Date`"), "{error}");
}

#[test]
fn wide_tables_of_levels_and_returns_agree() {
    let of = |recipe: &str, file: &str| {
        let plan = format!("{HEAD}currency = \"USD\"\n[[table]]\nrecipe = \"{recipe}\"\nfile = \"{file}\"\n");
        import_plan(&fixtures(recipe), &plan).unwrap()
    };
    let levels = of("wide.levels", "levels.csv");
    let percent = of("wide.returns_percent", "returns.csv");
    let decimal = of("wide.returns_decimal", "returns.csv");
    assert_eq!(sectors(&levels), ["Energy", "Financials", "Health", "Technology", "Utilities"]);
    assert_eq!(closes(&levels, "Energy", "2017-02"), ["2017-02-28 98.2426"]);
    assert_eq!(percent.tables.prices.len(), levels.tables.prices.len() + 5);
    assert_eq!(percent.manifest.first.to_string(), "2016-12-31");
    // The levels are written with four decimals.
    for code in sectors(&levels) {
        assert_eq!(closes(&percent, code, "2017-03"), closes(&decimal, code, "2017-03"));
        assert_eq!(closes(&percent, code, "2017-03"), closes(&levels, code, "2017-03"));
    }
}
