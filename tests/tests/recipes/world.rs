//! Vendors' workbooks and sources of other markets.

use std::path::{Path, PathBuf};

use rotor_factor::Date;
use rotor_tests::{run_rotor, workspace};
use tempfile::TempDir;

use crate::workbooks::{Edb, functions};

/// The fixtures of a recipe that are files in the repository, in the order of their names.
fn fixtures(recipe: &str) -> Vec<String> {
    let folder = workspace().join("crates/rotor-import/fixtures").join(recipe);
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = entries.map(|path| path.display().to_string()).collect();
    files.sort();
    files
}

/// A recipe and its files, as they are typed.
fn typed(recipe: &str, files: Vec<String>) -> Vec<String> {
    [vec![recipe.to_owned()], files].concat()
}

/// Runs the program and returns what it prints, if it ends well.
#[track_caller]
fn run(arguments: &[&str]) -> String {
    let (code, output, errors) = run_rotor(arguments);
    assert_eq!(code, 0, "{arguments:?}\n{output}\n{errors}");
    output
}

/// Where runs begin, if not elsewhere.
const START: &str = "2018-01";

/// Types the commands from raw files to the first table of a backtest.
#[track_caller]
fn from_files_to_a_table(sources: &[Vec<String>], start: &str) -> TempDir {
    table_of(sources, start, "momentum")
}

/// The same with other factors, each of which has a row in the table.
#[track_caller]
fn table_of(sources: &[Vec<String>], start: &str, factors: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let [data, run_folder] = ["data", "run"].map(|name| folder.path().join(name).display().to_string());
    let sources = sources.concat();
    let sources = sources.iter().map(String::as_str);
    let arguments: Vec<&str> = ["import"].into_iter().chain(sources).chain(["--out", &data]).collect();
    run(&arguments);
    run(&["dataset", "check", &data]);
    let table = run(&[
        "backtest",
        "--dataset",
        &data,
        "--factors",
        factors,
        "--start",
        start,
        "--top",
        "2",
        "--out",
        &run_folder,
    ]);
    for factor in factors.split(',') {
        // Behind the name and the number of months stand figures, if anything was scored.
        let has_figures = |line: &str| {
            let row = line.strip_prefix(factor).filter(|rest| rest.starts_with(' '));
            row.is_some_and(|row| row.split_whitespace().skip(1).any(|cell| cell.contains(char::is_numeric)))
        };
        assert!(table.contains("RankIC") && table.lines().any(has_figures), "{factor}\n{table}");
    }
    folder
}

#[test]
fn industries_of_kenneth_french() {
    from_files_to_a_table(&[typed("ken_french.industries", fixtures("ken_french.industries"))], "1970-01");
}

#[test]
fn funds_of_yfinance() {
    from_files_to_a_table(&[typed("yfinance.download", fixtures("yfinance.download"))], START);
    from_files_to_a_table(&[typed("yfinance.history", fixtures("yfinance.history"))], START);
}

#[test]
fn funds_of_stooq() {
    from_files_to_a_table(&[typed("stooq.daily", fixtures("stooq.daily"))], START);
    from_files_to_a_table(&[typed("stooq.bulk", fixtures("stooq.bulk"))], START);
}

#[test]
fn wide_tables() {
    // No file says in which currency its numbers are.
    let currency = || ["--currency", "USD"].map(str::to_owned).to_vec();
    for recipe in ["wide.levels", "wide.returns_percent", "wide.returns_decimal"] {
        from_files_to_a_table(&[typed(recipe, fixtures(recipe)), currency()], "2017-01");
    }
}

#[test]
fn series_of_the_federal_reserve() {
    let closes = || typed("wide.levels", fixtures("wide.levels"));
    for recipe in [
        "fred.series",
        "fred.quarterly",
        "alfred.releases",
        "alfred.vintages",
        "fredmd.current",
        "fredmd.vintages",
    ] {
        from_files_to_a_table(&[closes(), typed(recipe, fixtures(recipe))], START);
    }
    // Days need closes of days: the next trading day is among them.
    let funds = typed("yfinance.download", fixtures("yfinance.download"));
    from_files_to_a_table(&[funds, typed("fred.daily", fixtures("fred.daily"))], START);
}

/// The last days of months, beginning with one.
fn month_ends(first: &str, n: usize) -> Vec<Date> {
    let first: Date = first.parse().unwrap();
    (0..n).map(|later| first.month().plus(later as i32).unwrap().last_day()).collect()
}

/// The days of the week of a first one, one a week.
fn weeks(first: &str, n: usize) -> Vec<Date> {
    let first: Date = first.parse().unwrap();
    (0..n).map(|later| first.plus_days(7 * later as i32).unwrap()).collect()
}

/// A made-up level of something on the n-th day: it rises, stays or falls by the seed, and swings.
fn level(base: f64, seed: usize, n: usize) -> f64 {
    let phase = (seed * 37 % 11) as f64;
    let swing = 0.08 * ((n as f64) / 5.0 + phase).sin() + 0.03 * ((n * (seed + 3)) as f64 * 1.7).sin();
    let drift = 0.002 * (1.0 - (seed % 3) as f64);
    (100.0 * base * (1.0 + drift * n as f64 + swing)).round() / 100.0
}

/// Codes and names of the sectors in the workbooks.
const SECTORS: [(&str, &str); 4] = [
    ("801040.SI", "钢铁(申万)"),
    ("801050.SI", "有色金属(申万)"),
    ("801710.SI", "建筑材料(申万)"),
    ("801950.SI", "煤炭(申万)"),
];

/// A workbook of functions with a level of each sector, one a week.
fn sector_workbook(path: &Path, function: &str, base: f64) {
    let values: Vec<(Date, Vec<String>)> = weeks("2018-01-05", 200)
        .into_iter()
        .enumerate()
        .map(|(n, day)| (day, (0..SECTORS.len()).map(|seed| level(base, seed, n).to_string()).collect()))
        .collect();
    let rows: Vec<(Date, Vec<&str>)> =
        values.iter().map(|(day, cells)| (*day, cells.iter().map(String::as_str).collect())).collect();
    functions(path, &SECTORS, function, &rows);
}

/// A workbook of indicators: four daily ones with a value on Fridays, a weekly and a monthly one; and what stands where there is no value.
fn indicator_workbook(
    path: &Path,
    first: &str,
    head: Vec<Vec<&str>>,
    footer: Option<&str>,
    none: Option<f64>,
) {
    let mut rows: Vec<(Date, Vec<Option<f64>>)> = Vec::new();
    for (n, day) in weeks("2018-01-05", 200).into_iter().enumerate() {
        let mut values: Vec<Option<f64>> = (4..9).map(|seed| Some(level(4000.0, seed, n))).collect();
        values.push(none);
        rows.push((day, values));
    }
    for (n, day) in month_ends("2018-01-31", 46).into_iter().enumerate() {
        let value = Some(level(3.0, 9, n));
        match rows.iter_mut().find(|(known, _)| *known == day) {
            Some((_, values)) => values[5] = value,
            None => rows.push((day, vec![none, none, none, none, none, value])),
        }
    }
    Edb { formula: None, first: Some(first), head, rows, footer }.save(path);
}

#[test]
fn workbooks_of_vendors() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| -> PathBuf { folder.path().join(name) };
    for (name, function, base) in
        [("closes", "s_dq_close", 3000.0), ("pe", "s_val_pe_ttm", 20.0), ("pb", "s_val_pb_lf", 2.0)]
    {
        sector_workbook(&place(&format!("{name}.xlsx")), function, base);
    }
    let book = |recipe: &str, name: &str| typed(recipe, vec![place(name).display().to_string()]);
    let closes = || book("wind.wide_codes", "closes.xlsx");
    let multiples = [closes(), book("wind.sector_pe", "pe.xlsx"), book("wind.sector_pb", "pb.xlsx")];
    table_of(&multiples, START, "momentum,valuation");

    let names = vec![
        "指标名称",
        "期货结算价(活跃合约):螺纹钢",
        "期货结算价(活跃合约):阴极铜",
        "中国:期货结算价(活跃合约):玻璃",
        "期货结算价(活跃合约):焦煤",
        "库存:主要钢材品种:合计",
        "中国:PPI:全部工业品:当月同比",
    ];
    let meta = |label: &'static str, cells: [&'static str; 6]| [&[label], &cells[..]].concat();
    let often = meta("频率", ["日", "日", "日", "日", "周", "月"]);
    let units = meta("单位", ["元/吨", "元/吨", "元/吨", "元/吨", "万吨", "%"]);
    let ids = meta("指标ID", ["S01", "S02", "S03", "S04", "S05", "M01"]);
    let known = "momentum,prosperity";
    let all = [names.clone(), often.clone(), units.clone(), ids];
    let of_choice = vec![names, often, units.clone(), meta("来源", ["交易所"; 6])];
    let of_mysteel = vec![
        vec![
            "指标名称",
            "螺纹钢：HRB400E：市场价：上海（日）",
            "热轧板卷：市场价：上海（日）",
            "线材：市场价：上海（日）",
            "冷轧板卷：市场价：上海（日）",
            "247家钢铁企业：高炉开工率：中国（周）",
            "钢材：产量：中国（月）",
        ],
        units,
        meta("更新时间", ["2022-07-04"; 6]),
    ];
    for (recipe, first, head, footer, none, factors) in [
        ("wind.edb", "Wind", all.to_vec(), Some("数据来源：Wind"), Some(0.0), known),
        ("ifind.edb", "同花顺iFinD", all.to_vec(), None, None, known),
        ("choice.edb", "宏观数据", of_choice, Some("数据来源：东方财富Choice数据"), None, known),
        ("mysteel.series", "钢联数据", of_mysteel, None, None, "momentum"),
    ] {
        indicator_workbook(&place("edb.xlsx"), first, head, footer, none);
        table_of(&[closes(), book(recipe, "edb.xlsx")], START, factors);
    }
}
