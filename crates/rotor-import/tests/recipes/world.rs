//! Vendors' workbooks and sources of other markets.

use std::fs;
use std::path::{Path, PathBuf};

use rotor_data::PriceFrequency;
use rotor_factor::EntityKind;
use rotor_import::{ImportError, Imported, Plan, import};
use tempfile::TempDir;

use crate::workbooks::{Edb, functions};

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

/// The observations of a series: period, day of release, value; and how well the days are known.
fn observations(imported: &Imported, series: &str) -> (Vec<String>, &'static str) {
    let tables = &imported.tables;
    let at = tables.series.iter().position(|known| known.name == series);
    let at = at.unwrap_or_else(|| panic!("no series `{series}`: {:?}", names(imported)));
    let rows = tables.observations.iter().filter(|row| row.series as usize == at);
    let rows = rows.map(|row| format!("{} {} {:.3}", row.period, row.released.0, row.value)).collect();
    (rows, tables.series[at].release.map_or("", rotor_data::model::ReleaseDays::word))
}

fn names(imported: &Imported) -> Vec<&str> {
    imported.tables.series.iter().map(|series| series.name.as_str()).collect()
}

/// Imports the fixtures of a recipe of figures, beside closes.
#[track_caller]
fn beside_closes(recipe: &str, files: &str, keys: &str) -> Imported {
    let own =
        "currency = \"USD\"\n[[table]]\nrecipe = \"wide.levels\"\nfile = \"../wide.levels/levels.csv\"\n";
    let plan = format!("{HEAD}{own}[[table]]\nrecipe = \"{recipe}\"\nfile = \"{files}\"\n{keys}\n");
    import_plan(&fixtures(recipe), &plan).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn months_of_fred_end_with_their_last_day() {
    let files = beside_closes("fred.series", "fredgraph.csv", "");
    assert_eq!(names(&files), ["CPIAUCSL", "UMCSENT", "UNRATE", "cpi_yoy"]);
    let (unrate, known) = observations(&files, "UNRATE");
    assert_eq!((unrate[0].as_str(), known), ("2017-01-31 2017-04-03 4.900", "assumed"));
    let (growth, _) = observations(&files, "cpi_yoy");
    assert_eq!(growth[0], "2017-01-31 2017-02-16 1.949");
    // The last sentiment is a dot.
    assert_eq!(observations(&files, "UMCSENT").0.len(), 83);
}

#[test]
fn days_and_quarters_of_fred() {
    let days = beside_closes("fred.daily", "fredgraph.csv", "");
    let (oil, _) = observations(&days, "brent_spot");
    assert_eq!(oil[0], "2022-01-03 2022-01-11 80.840");
    assert_eq!((oil.len(), observations(&days, "DGS10").0.len()), (125, 125));
    let quarters = beside_closes("fred.quarterly", "fredgraph.csv", "");
    let (output, _) = observations(&quarters, "GDPC1");
    assert_eq!(output[0], "2019-03-31 2019-07-01 20027.703");
}

#[test]
fn days_in_a_file_of_months_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("d.csv"), "observation_date,DGS10\n2024-01-02,3.9\n2024-01-03,4.0\n")
        .unwrap();
    let error = import_from(folder.path(), "fred.series", "d.csv", "").unwrap_err().to_string();
    assert!(error.contains("two values for 2024-01-31"), "{error}");
}

#[test]
fn releases_of_alfred_are_vintages() {
    let files = beside_closes("alfred.releases", "*.csv", "");
    let (rows, known) = observations(&files, "CPIAUCSL");
    assert_eq!(rows[..2], ["2019-01-31 2019-02-10 250.539", "2019-02-28 2019-03-12 251.142"]);
    assert_eq!(rows[3..5], ["2019-04-30 2019-05-11 252.179", "2019-04-30 2020-02-12 252.306"]);
    assert_eq!(known, "published");
}

#[test]
fn vintages_of_alfred_side_by_side() {
    let files = beside_closes("alfred.vintages", "CPIAUCSL.csv", "");
    let (rows, known) = observations(&files, "CPIAUCSL");
    assert_eq!(
        rows[2..],
        [
            "2023-12-31 2024-02-13 308.400",
            "2023-12-31 2024-03-12 308.600",
            "2024-01-31 2024-02-13 309.700",
            "2024-02-29 2024-03-12 311.000",
            "2024-03-31 2024-04-10 312.200",
        ]
    );
    assert_eq!(known, "published");
}

#[test]
fn one_file_of_fred_md_and_a_folder_of_them() {
    let one = beside_closes("fredmd.current", "current.csv", "");
    assert_eq!(names(&one), ["AAAFFM", "CMRMTSPLx", "CPIAUCSL", "FEDFUNDS", "RPI", "S&P 500", "UNRATE"]);
    assert_eq!(observations(&one, "RPI").0[0], "2019-01-31 2019-04-03 15034.262");
    assert_eq!(observations(&one, "CPIAUCSL").0[0], "2019-01-31 2019-02-16 240.256");
    assert_eq!(observations(&one, "CMRMTSPLx").0.len(), 59);
    assert_eq!(one.reports[1].left_out["rows that the plan drops"], 1);
    let folder = beside_closes("fredmd.vintages", "20*.csv", "");
    let (rows, known) = observations(&folder, "CMRMTSPLx");
    assert_eq!(rows.last().unwrap(), "2023-11-30 2024-01-31 1240031.100");
    assert_eq!(known, "published");
    let (income, _) = observations(&folder, "RPI");
    // The latest months were revised from one file to the next.
    let revised: Vec<&String> = income.iter().filter(|row| row.starts_with("2023-10-31")).collect();
    assert_eq!(
        revised,
        [
            "2023-10-31 2023-11-30 15963.796",
            "2023-10-31 2023-12-31 15979.759",
            "2023-10-31 2024-01-31 15995.723",
        ]
    );
}

fn day(text: &str) -> rotor_factor::Date {
    text.parse().unwrap()
}

/// A folder with closes on some days of July 2022.
fn july() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = "day,801040,801950\n2022-06-30,100,200\n2022-07-01,101,199\n2022-07-04,102,198\n2022-07-05,103,199\n2022-08-01,104,202\n";
    fs::write(folder.path().join("closes.csv"), text).unwrap();
    folder
}

/// Imports a workbook of a folder beside its closes.
fn workbook(folder: &TempDir, recipe: &str, keys: &str) -> Result<Imported, ImportError> {
    let own = "[[table]]\nrecipe = \"wide.levels\"\nfile = \"closes.csv\"\n";
    let plan = format!("{HEAD}{own}[[table]]\nrecipe = \"{recipe}\"\nfile = \"book.xlsx\"\n{keys}\n");
    import_plan(folder.path(), &plan)
}

#[test]
fn a_workbook_of_the_wind_database_feeds_the_factors() {
    let folder = july();
    Edb {
        formula: Some("=[1]!edb()"),
        first: Some("Wind"),
        head: vec![
            vec![
                "指标名称",
                "中国:CPI:当月同比",
                "中国:PPI:全部工业品:当月同比",
                "期货结算价(活跃合约):螺纹钢",
                "库存:主要钢材品种:合计",
                "中国:制造业PMI",
            ],
            vec!["频率", "月", "月", "日", "周", "月"],
            vec!["单位", "%", "%", "元/吨", "万吨", "%"],
            vec!["指标ID", "M0000612", "M0001227", "S0181392", "S0181750", "M0017126"],
        ],
        // Where another column has a value, the program writes 0.
        rows: vec![
            (day("2022-06-30"), [2.6, 6.2, 0.0, 0.0, 50.3].map(Some).to_vec()),
            (day("2022-07-01"), [0.0, 0.0, 4310.0, 1210.5, 0.0].map(Some).to_vec()),
            (day("2022-07-04"), [0.0, 0.0, 4260.0, 0.0, 0.0].map(Some).to_vec()),
            (day("2022-07-31"), [2.8, 4.3, 0.0, 0.0, 49.1].map(Some).to_vec()),
        ],
        footer: Some("数据来源：Wind"),
    }
    .save(&folder.path().join("book.xlsx"));
    let files = workbook(&folder, "wind.edb", "").unwrap();
    assert_eq!(names(&files), ["M0017126", "cpi_yoy", "ppi_yoy", "rebar_futures", "steel_stock"]);
    let (prices, known) = observations(&files, "ppi_yoy");
    assert_eq!(prices, ["2022-06-30 2022-07-09 6.200", "2022-07-31 2022-08-16 4.300"]);
    assert_eq!(known, "assumed");
    let (rebar, known) = observations(&files, "rebar_futures");
    assert_eq!(rebar, ["2022-07-01 2022-07-04 4310.000", "2022-07-04 2022-07-05 4260.000"]);
    assert_eq!(known, "published");
    assert_eq!(observations(&files, "steel_stock").0, ["2022-07-01 2022-07-08 1210.500"]);
    let survey = &files.tables.series[0];
    assert_eq!((survey.title.as_str(), survey.unit.as_str()), ("中国:制造业PMI", "%"));
    assert_eq!(observations(&files, "M0017126").0[1], "2022-07-31 2022-08-31 49.100");
    assert_eq!(files.reports[1].left_out["zeros that stand for no value"], 11);
    // Rebar and its stock tell of steel, one with the other sign.
    let links = files.tables.links.iter().map(|link| (link.sector, link.series, link.polarity));
    assert_eq!(links.collect::<Vec<_>>(), [(0, 3, 1), (0, 4, -1)]);
}

#[test]
fn a_workbook_of_the_plug_in_without_meta_rows_says_what_is_missing() {
    let folder = july();
    let rows = vec![
        (day("2022-06-30"), vec![Some(6.2), Some(50.3)]),
        (day("2022-07-31"), vec![Some(4.3), Some(49.1)]),
    ];
    let head = vec![vec!["指标名称", "中国:PPI:当月同比", "中国:制造业PMI"]];
    let book = Edb { formula: Some("=[1]!edb()"), first: Some("0"), head, rows, footer: None };
    book.save(&folder.path().join("book.xlsx"));
    let error = workbook(&folder, "wind.edb", "").unwrap_err().to_string();
    assert!(error.contains("指标ID") || error.contains("频率"), "{error}");
    let columns = "columns = { frequency = \"M\", unit = \"percent\", released = { M = { days = 1 } } }";
    let files = workbook(&folder, "wind.edb", columns).unwrap();
    assert_eq!(names(&files), ["ppi_yoy", "中国:制造业PMI"]);
    assert_eq!(observations(&files, "中国:制造业PMI").0[0], "2022-06-30 2022-07-01 50.300");
}

#[test]
fn workbooks_of_ifind_choice_and_mysteel() {
    let folder = july();
    let rows = vec![(day("2022-07-01"), vec![Some(82.1), None]), (day("2022-07-04"), vec![None, Some(0.0)])];
    let path = folder.path().join("book.xlsx");
    let names_of = |first: &str, second: &str| -> Vec<String> {
        vec!["指标名称".into(), first.into(), second.into()]
    };
    let save = |first: &str, head: Vec<Vec<&str>>, footer: Option<&str>| {
        Edb { formula: None, first: Some(first), head, rows: rows.clone(), footer }.save(&path);
    };
    let row = names_of("高炉开工率(247家):全国", "净投放:逆回购");
    let row: Vec<&str> = row.iter().map(String::as_str).collect();
    save(
        "同花顺iFinD",
        vec![
            row.clone(),
            vec!["频率", "周", "日"],
            vec!["单位", "%", "亿元"],
            vec!["指标ID", "S005", "M009"],
        ],
        None,
    );
    let files = workbook(&folder, "ifind.edb", "").unwrap();
    assert_eq!(names(&files), ["M009", "blast_furnace_rate_247"]);
    // An empty cell is no value, so that a zero is one.
    assert_eq!(observations(&files, "M009").0, ["2022-07-04 2022-07-05 0.000"]);
    assert_eq!(observations(&files, "blast_furnace_rate_247").0, ["2022-07-01 2022-07-08 82.100"]);

    save(
        "宏观数据",
        vec![
            row,
            vec!["频率", "周", "日"],
            vec!["单位", "%", "亿元"],
            vec!["来源", "钢联", "央行"],
            vec!["更新时间", "2022-07-04", "2022-07-04"],
        ],
        Some("数据来源：东方财富Choice数据"),
    );
    let files = workbook(&folder, "choice.edb", "");
    let files = files.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(names(&files), ["blast_furnace_rate_247", "净投放:逆回购"]);
    assert_eq!(files.reports[1].n_rows, 2);

    let row = names_of("247家钢铁企业：高炉开工率：中国（周）", "螺纹钢：HRB400E：Φ20：汇总价格：上海（日）");
    let row: Vec<&str> = row.iter().map(String::as_str).collect();
    save(
        "钢联数据",
        vec![row, vec!["单位", "%", "元/吨"], vec!["更新时间", "2022-07-04", "2022-07-04"]],
        None,
    );
    let files = workbook(&folder, "mysteel.series", "").unwrap();
    assert_eq!(names(&files), ["blast_furnace_rate_247", "螺纹钢：HRB400E：Φ20：汇总价格：上海（日）"]);
    assert_eq!(files.tables.series[1].frequency, rotor_factor::Frequency::Daily);
    assert_eq!(files.tables.series[1].unit, "元/吨");
}

#[test]
fn workbooks_of_wind_functions() {
    let folder = tempfile::tempdir().unwrap();
    let columns =
        [("801010.SI", "农林牧渔(申万)"), ("801980.SI", "美容护理(申万)"), ("000300.SH", "沪深300")];
    let days = ["2022-02-28", "2022-03-30", "2022-04-28"].map(day);
    let rows = |values: [[&'static str; 3]; 3]| {
        days.iter().zip(values).map(|(day, values)| (*day, values.to_vec())).collect::<Vec<_>>()
    };
    let closes_of = |last: &'static str| {
        rows([["3100.5", "0", "4500"], ["3150", "7000.25", "4400"], ["2990", last, "4300"]])
    };
    let path = folder.path().join("closes.xlsx");
    functions(&path, &columns, "s_dq_close", &closes_of("6900"));
    functions(
        &folder.path().join("pe.xlsx"),
        &columns,
        "s_val_pe_ttm",
        &rows([["35.5", "0", "12"], ["36", "-40.5", "11.8"], ["34", "41", "11.5"]]),
    );
    let plan = |files: &str| {
        format!("{HEAD}[[table]]\nrecipe = \"wind.wide_codes\"\nfile = \"closes.xlsx\"\n{files}")
    };
    let files =
        import_plan(folder.path(), &plan("[[table]]\nrecipe = \"wind.sector_pe\"\nfile = \"pe.xlsx\"\n"))
            .unwrap();
    assert_eq!(sectors(&files), ["801010", "801980"]);
    assert_eq!(files.tables.entities[0].name, "CSI 300");
    assert_eq!(files.tables.entities[1].name_zh.as_deref(), Some("农林牧渔"));
    // Before a sector exists, the functions write 0.
    assert_eq!(closes(&files, "801980", ""), ["2022-03-30 7000.2500", "2022-04-28 6900.0000"]);
    assert_eq!(files.manifest.price_frequency, PriceFrequency::MonthEnd);
    let (multiples, known) = observations(&files, "pe_ttm");
    assert_eq!(multiples.len(), 8);
    assert_eq!((multiples[0].as_str(), known), ("2022-02-28 2022-02-28 12.000", "published"));
    // Opened where the plug-in does not run.
    functions(&path, &columns, "s_dq_close", &closes_of("#NAME?"));
    let error = import_plan(folder.path(), &plan("")).unwrap_err().to_string();
    assert!(error.contains("row 5, column `801980.SI`, `#NAME?`: a formula has no value"), "{error}");
}
