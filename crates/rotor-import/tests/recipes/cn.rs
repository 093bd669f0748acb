//! Python clients of Chinese data.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rotor_data::model::Observation;
use rotor_import::{ImportError, Imported, Plan, import};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A plan of recipes and their files, from the folder of fixtures.
fn plan(tables: &[(&str, &str)]) -> String {
    let mut text = String::from("[dataset]\nname = \"mine\"\ntitle = \"Made up\"\nsource = \"made up\"\n");
    for (recipe, file) in tables {
        let _ = write!(text, "[[table]]\nrecipe = \"{recipe}\"\nfile = \"{file}\"\n");
    }
    text
}

fn imported(tables: &[(&str, &str)]) -> Imported {
    let plan = Plan::parse(&plan(tables)).unwrap();
    import(&plan, &fixtures()).unwrap_or_else(|error| panic!("{error}"))
}

/// With closes of four sectors, for sources that have none.
fn with_closes(recipe: &str, file: &str) -> Imported {
    imported(&[("wide.levels", "cn/closes.csv"), (recipe, file)])
}

/// The close of an entity on a day.
fn close(imported: &Imported, entity: &str, day: &str) -> Option<f64> {
    let tables = &imported.tables;
    let mut rows = tables.prices.iter();
    let row =
        rows.find(|row| tables.entities[row.entity as usize].code == entity && row.date.to_string() == day);
    row.map(|row| row.close)
}

/// The vintages of a period: day of release and value.
fn values(imported: &Imported, series: &str, entity: &str, period: &str) -> Vec<(String, f64)> {
    let tables = &imported.tables;
    let is_it = |row: &&Observation| {
        tables.series[row.series as usize].name == series
            && tables.entities[row.entity as usize].code == entity
            && row.period.to_string() == period
    };
    tables.observations.iter().filter(is_it).map(|row| (row.released.0.to_string(), row.value)).collect()
}

#[track_caller]
fn assert_value(imported: &Imported, of: [&str; 3], released: &str, value: f64) {
    let [series, entity, period] = of;
    let found = values(imported, series, entity, period);
    let [(day, number)] = &found[..] else { panic!("{of:?}: {found:?}") };
    assert_eq!(day, released, "{of:?}");
    assert!((number - value).abs() <= 1e-9 * value.abs().max(1.0), "{of:?}: {number} instead of {value}");
}

/// How well the days of release of a series are known, in one word.
fn release(imported: &Imported, series: &str) -> &'static str {
    let found = imported.tables.series.iter().find(|row| row.name == series).unwrap();
    found.release.unwrap().word()
}

/// What is written in a cell of a fixture: the row, 1 below the header, and the column.
fn cell(file: &str, row: usize, column: &str) -> String {
    let text = std::fs::read_to_string(fixtures().join(file)).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let at = lines.next().unwrap().split(',').position(|header| header == column).unwrap();
    lines.nth(row - 1).unwrap().split(',').nth(at).unwrap().to_owned()
}

#[test]
fn closes_of_akshare_in_several_encodings() {
    let imported = imported(&[("akshare.index_hist_sw", "akshare.index_hist_sw/sw_*.csv")]);
    assert_eq!(close(&imported, "801010", "2020-01-10"), Some(1966.63));
    assert_eq!(imported.tables.entities.len(), 4);
    let encodings: Vec<&str> = imported.reports[0].encodings.iter().copied().collect();
    assert_eq!(encodings, ["GB18030", "UTF-8 with a mark"]);
    assert_eq!(imported.manifest.taxonomy, "sw2021");
}

#[test]
fn closes_and_multiples_of_akshare_from_the_same_files() {
    let recipe = "akshare.index_analysis_daily_sw";
    let imported = imported(&[(recipe, "akshare.index_analysis_daily_sw/daily_*.csv")]);
    assert_eq!(close(&imported, "801040", "2021-01-08"), Some(2715.70));
    assert_value(&imported, ["pe_ttm", "801040", "2021-01-08"], "2021-01-08", 24.0);
    assert_value(&imported, ["pb", "801010", "2021-01-15"], "2021-01-15", 1.76);
    assert_value(&imported, ["float_cap", "801010", "2021-01-15"], "2021-01-15", 9578.05);
    // A cell is empty.
    assert_eq!(values(&imported, "pe_ttm", "801010", "2021-01-29"), []);
    assert_eq!(imported.reports[1].left_out["cells without a value"], 1);
    assert_eq!(release(&imported, "pe_ttm"), "published");
}

#[test]
fn months_of_akshare_end_with_their_last_day() {
    let recipe = "akshare.index_analysis_monthly_sw";
    let imported = imported(&[(recipe, "akshare.index_analysis_monthly_sw/monthly.csv")]);
    // The last trading day of the second month is the last Thursday or Friday.
    assert_eq!(close(&imported, "801010", "2019-01-31"), Some(1939.06));
    assert!(close(&imported, "801010", "2019-03-31").is_some());
    assert_value(&imported, ["pe_ttm", "801040", "2019-01-31"], "2019-01-31", 24.0);
    assert_eq!(imported.manifest.price_frequency, rotor_data::PriceFrequency::MonthEnd);
}

#[test]
fn benchmarks() {
    for (recipe, file, decimals) in [
        ("akshare.stock_zh_index_daily", "akshare.stock_zh_index_daily/sh000300.csv", 4076.185),
        ("akshare.stock_zh_index_hist_csindex", "akshare.stock_zh_index_hist_csindex/000300.csv", 4076.19),
        ("tushare.index_daily", "tushare.index_daily/index_000300.csv", 4076.1853),
        ("joinquant.get_price", "joinquant.get_price/000300.XSHG.csv", 4076.19),
        ("baostock.query_history_k_data_plus", "baostock.query_history_k_data_plus/sh.000300.csv", 4076.1853),
    ] {
        let imported = with_closes(recipe, file);
        assert_eq!(close(&imported, "000300", "2020-01-10"), Some(decimals), "{recipe}");
        let index = imported.tables.entities.iter().find(|entity| entity.code == "000300").unwrap();
        assert_eq!((index.name.as_str(), index.kind.word()), ("CSI 300", "benchmark"), "{recipe}");
        // A day that was none, and a close that is an empty text.
        assert_eq!(close(&imported, "000300", "2010-01-01"), None, "{recipe}");
        assert_eq!(close(&imported, "000300", "2020-01-17").is_none(), recipe.starts_with("baostock"));
    }
}

#[test]
fn the_pe_of_a_benchmark_stands_beside_its_close() {
    let recipe = "akshare.stock_zh_index_hist_csindex";
    let imported = with_closes(recipe, "akshare.stock_zh_index_hist_csindex/000300.csv");
    assert_value(&imported, ["pe_ttm", "000300", "2020-01-03"], "2020-01-03", 12.81);
    assert_eq!(values(&imported, "pe_ttm", "000300", "2010-01-01"), []);
    assert_eq!(values(&imported, "pe_ttm", "000300", "2020-01-10"), []);
    assert_eq!(imported.reports[2].left_out["rows that the plan drops"], 1);
}

#[test]
fn prices_of_consumers_and_producers_by_a_calendar_and_a_rule() {
    for (recipe, file, series, june) in [
        ("akshare.macro_china_cpi", "akshare.macro_china_cpi/cpi.csv", "cpi_yoy", 1.8957),
        ("akshare.macro_china_ppi", "akshare.macro_china_ppi/ppi.csv", "ppi_yoy", 10.8),
        ("tushare.cn_cpi", "tushare.cn_cpi/cn_cpi.csv", "cpi_yoy", 1.9),
        ("tushare.cn_ppi", "tushare.cn_ppi/cn_ppi.csv", "ppi_yoy", 10.8),
        ("joinquant.mac_cpi_month", "joinquant.mac_cpi_month/cpi.csv", "cpi_yoy", 1.9),
    ] {
        let imported = with_closes(recipe, file);
        // The calendar has this month, and not the one before.
        assert_value(&imported, [series, "CN", "2022-06-30"], "2022-07-09", june);
        assert_eq!(values(&imported, series, "CN", "2022-05-31")[0].0, "2022-06-16", "{recipe}");
        assert_eq!(release(&imported, series), "assumed");
        assert_eq!(imported.tables.observations.len(), 15, "{recipe}");
    }
    // A growth of zero is a number.
    let imported = with_closes("akshare.macro_china_cpi", "akshare.macro_china_cpi/cpi.csv");
    assert_value(&imported, ["cpi_yoy", "CN", "2022-03-31"], "2022-04-16", 0.0);
    // Another area than the country is left out.
    let imported = with_closes("joinquant.mac_cpi_month", "joinquant.mac_cpi_month/cpi.csv");
    assert_eq!(imported.reports[1].left_out["rows of codes that the plan does not name"], 15);
}

#[test]
fn days_of_release_of_jin10_are_true_from_december_2010() {
    for (name, series) in [("cpi", "cpi_yoy"), ("ppi", "ppi_yoy")] {
        let recipe = format!("jin10.macro_china_{name}_yearly");
        let file = format!("{recipe}/{name}_yearly.csv");
        let imported = with_closes(&recipe, &file);
        let number = |row: usize| cell(&file, row, "今值").parse::<f64>().unwrap();
        // Before, the first of the month after the period: the release came within three weeks.
        assert_eq!(cell(&file, 11, "日期"), "2010-11-01");
        assert_value(&imported, [series, "CN", "2010-10-31"], "2010-11-20", number(11));
        assert_eq!(cell(&file, 12, "日期"), "2010-12-11");
        assert_value(&imported, [series, "CN", "2010-11-30"], "2010-12-11", number(12));
        assert_value(&imported, [series, "CN", "2010-12-31"], "2011-01-20", number(13));
        // What is still to be released has no value.
        assert_eq!(values(&imported, series, "CN", "2011-08-31"), []);
        assert_eq!(imported.tables.observations.len(), 20);
    }
}

#[test]
fn northbound_money_ends_with_its_publication() {
    for (recipe, file, value) in [
        ("akshare.stock_hsgt_hist_em", "akshare.stock_hsgt_hist_em/north.csv", "当日成交净买额"),
        ("tushare.moneyflow_hsgt", "tushare.moneyflow_hsgt/moneyflow_hsgt.csv", "north_money"),
    ] {
        let imported = with_closes(recipe, file);
        let tables = &imported.tables;
        let last = tables.observations.iter().map(|row| row.period).max().unwrap();
        assert_eq!((tables.observations.len(), last.to_string().as_str()), (15, "2024-08-16"), "{recipe}");
        assert!(tables.observations.iter().all(|row| row.value.abs() < 200.0), "in 亿元: {recipe}");
        let (row, scale) = if recipe.starts_with("tushare") { (25, 0.01) } else { (1, 1.0) };
        let expected = scale * cell(file, row, value).parse::<f64>().unwrap();
        assert_value(&imported, ["northbound_net_buy", "CN", "2024-07-29"], "2024-07-29", expected);
        assert_eq!(release(&imported, "northbound_net_buy"), "published");
    }
}

#[test]
fn sectors_of_tushare() {
    let imported = imported(&[("tushare.sw_daily", "tushare.sw_daily/sw_daily_*.csv")]);
    assert_eq!(close(&imported, "801010", "2022-12-30"), Some(1888.46));
    assert_value(&imported, ["pe_ttm", "801010", "2022-12-30"], "2022-12-30", 18.88);
    assert_value(&imported, ["pb", "801040", "2021-12-31"], "2021-12-31", 2.6);
    // 万元 become 亿元.
    assert_value(&imported, ["float_cap", "801010", "2022-12-30"], "2022-12-30", 7_553.854_099);
    // Level 2, and an index of the whole market.
    assert_eq!(imported.tables.entities.len(), 4);
    assert_eq!(imported.reports[0].left_out["rows of codes that the plan does not name"], 2 * 102);
}

#[test]
fn sectors_of_joinquant() {
    let imported = imported(&[
        ("joinquant.sw1_daily_price", "joinquant.sw1_daily_price/sw1_daily_price.csv"),
        ("joinquant.sw1_daily_valuation", "joinquant.sw1_daily_valuation/sw1_daily_valuation.csv"),
    ]);
    assert_eq!(close(&imported, "801080", "2021-01-08"), Some(2571.05));
    assert_value(&imported, ["pe_ttm", "801080", "2021-01-08"], "2021-01-08", 25.7105);
    assert_value(&imported, ["pb", "801150", "2021-01-08"], "2021-01-08", 2.0167);
}

/// A number of a fixture by what else its row says.
fn number_where(file: &str, of: &[&str], column: &str) -> f64 {
    let text = std::fs::read_to_string(fixtures().join(file)).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|header| header == column).unwrap();
    let row = lines.find(|line| of.iter().all(|cell| line.split(',').any(|known| known == *cell)));
    row.unwrap().split(',').nth(at).unwrap().parse().unwrap()
}

#[test]
fn margin_of_two_exchanges_is_the_change_of_their_sum() {
    let recipe = "akshare.macro_china_market_margin";
    let imported = with_closes(recipe, "akshare.macro_china_market_margin/margin_*.csv");
    let sum = |day: &str| {
        let of = |name: &str| {
            number_where(&format!("akshare.macro_china_market_margin/margin_{name}.csv"), &[day], "融资余额")
        };
        of("sh") + of("sz")
    };
    // Known on the next trading day, in 亿元.
    let expected = 1e-8 * (sum("2022-06-21") - sum("2022-06-20"));
    assert_value(&imported, ["margin_net_buy", "CN", "2022-06-21"], "2022-06-22", expected);
    // Over a weekend.
    let expected = 1e-8 * (sum("2022-06-24") - sum("2022-06-23"));
    assert_value(&imported, ["margin_net_buy", "CN", "2022-06-24"], "2022-06-27", expected);
    // The day that one exchange lacks, and the change over two days after it.
    assert_eq!(values(&imported, "margin_net_buy", "CN", "2022-06-27"), []);
    let expected = 1e-8 * (sum("2022-06-28") - sum("2022-06-24"));
    assert_value(&imported, ["margin_net_buy", "CN", "2022-06-28"], "2022-06-29", expected);
    let left_out = &imported.reports[1].left_out;
    assert_eq!(left_out["periods that lack a part of the sum"], 1);
    assert_eq!(left_out["values without one before, which have no change"], 1);
}

#[test]
fn an_exchange_that_joins_is_no_net_buying() {
    let (recipe, file) = ("tushare.margin", "tushare.margin/margin.csv");
    let imported = with_closes(recipe, file);
    let of = |day: &str, exchange: &str| number_where(file, &[day, exchange], "rzye");
    let sum = |day: &str| of(day, "SSE") + of(day, "SZSE");
    let expected = 1e-8 * (sum("20220701") - sum("20220630"));
    assert_value(&imported, ["margin_net_buy", "CN", "2022-07-01"], "2022-07-04", expected);
    assert_eq!(values(&imported, "margin_net_buy", "CN", "2022-07-04"), []);
    let with_beijing = |day: &str| sum(day) + of(day, "BSE");
    let expected = 1e-8 * (with_beijing("20220705") - with_beijing("20220704"));
    assert_value(&imported, ["margin_net_buy", "CN", "2022-07-05"], "2022-07-06", expected);
}

#[test]
fn units_of_funds_of_one_index_are_added() {
    let recipe = "akshare.fund_etf_scale";
    let imported = with_closes(recipe, "akshare.fund_etf_scale/etf_*.csv");
    // Two funds of Shanghai and one of Shenzhen, in 份.
    let change = (199.9758 + 168.5837 + 154.5219) - (198.7366 + 167.8521 + 156.1065);
    assert_value(&imported, ["etf_net_units", "000300", "2022-07-04"], "2022-07-05", change);
    assert_eq!(values(&imported, "etf_net_units", "000300", "2022-07-01"), []);
    assert_value(&imported, ["etf_net_units", "399006", "2022-07-04"], "2022-07-05", 254.0653 - 249.3245);
    // Funds of sectors are not in the map of the recipe.
    assert_eq!(imported.reports[1].left_out["rows of codes that the plan does not name"], 12);

    let imported = with_closes("tushare.fund_share", "tushare.fund_share/fund_share.csv");
    assert_value(&imported, ["etf_net_units", "000300", "2022-07-04"], "2022-07-05", change);
}

#[test]
fn files_that_overlap_count_once_and_units_that_change_are_refused() {
    let day = |units: &str, more: &str| {
        format!("基金代码,统计日期,基金份额\n510300,2022-07-01,{units}\n510310,2022-07-01,7e9\n{more}")
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::copy(fixtures().join("cn/closes.csv"), folder.path().join("closes.csv")).unwrap();
    write("a.csv", &day("5e9", ""));
    write("b.csv", &day("5e9", "510300,2022-07-04,5.5e9\n510310,2022-07-04,7e9\n"));
    let plan = plan(&[("wide.levels", "closes.csv"), ("akshare.fund_etf_scale", "?.csv")]);
    let plan = Plan::parse(&plan).unwrap();
    let imported = import(&plan, folder.path()).unwrap();
    assert_value(&imported, ["etf_net_units", "000300", "2022-07-04"], "2022-07-05", 5.0);
    assert_eq!(imported.reports[1].left_out["rows that say the same again"], 2);

    let faults = |plan: &Plan| match import(plan, folder.path()) {
        Err(ImportError::Faulty(faults)) => faults.to_string(),
        other => panic!("{other:?}"),
    };
    write("a.csv", &day("4e9", ""));
    let told = faults(&plan);
    assert!(told.contains("`510300` has two values for 2022-07-01: 4000000000 and 5000000000"), "{told}");
    // A file of an old version is in 万份.
    write("a.csv", &day("5e9", ""));
    write("b.csv", "基金代码,统计日期,基金份额\n510300,2022-07-04,5.5e5\n510310,2022-07-04,7e5\n");
    let told = faults(&plan);
    assert!(told.contains("jumps from 12000000000 to 1250000"), "{told}");
}

#[test]
fn futures_go_by_their_main_contract_and_are_linked() {
    let (recipe, file) = ("tushare.fut_daily", "tushare.fut_daily/fut_daily.csv");
    let imported = with_closes(recipe, file);
    assert_value(&imported, ["rebar_futures", "CN", "2022-06-24"], "2022-06-24", 4321.4);
    let names: Vec<&str> = imported.tables.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["coking_coal_futures", "copper_futures", "pulp_futures", "rebar_futures"]);
    let left_out = &imported.reports[1].left_out;
    // Gold, and a settlement of 0.0.
    assert_eq!(left_out["rows of series that the plan does not name"], 51);
    assert_eq!(left_out["zeros that stand for no value"], 1);
    let links: Vec<(&str, i8)> = imported
        .tables
        .links
        .iter()
        .map(|link| (imported.tables.entities[link.sector as usize].code.as_str(), link.polarity))
        .collect();
    assert_eq!(links, [("801040", 1)], "the closes have steel, and no coal, metals or paper");
}

#[test]
fn companies_and_their_reports() {
    let imported = imported(&[
        ("tushare.sw_daily", "tushare.sw_daily/sw_daily_*.csv"),
        ("tushare.index_member_all", "tushare.index_member_all/members.csv"),
        ("tushare.fina_indicator", "tushare.fina_indicator/reports.csv"),
    ]);
    let tables = &imported.tables;
    let companies: Vec<String> = tables
        .companies
        .iter()
        .map(|company| {
            let day = |day: Option<rotor_factor::Date>| day.map_or("-".into(), |day| day.to_string());
            let sector = &tables.entities[company.sector as usize].code;
            format!("{} {sector} {} {}", company.code, day(company.valid_from), day(company.valid_to))
        })
        .collect();
    assert!(companies.contains(&"600002.SH 801080 2010-01-04 2014-01-01".to_owned()), "{companies:?}");
    assert!(companies.contains(&"600002.SH 801040 2014-01-02 -".to_owned()), "{companies:?}");
    let filings = |code: &str, period: &str| -> Vec<(String, f64)> {
        let codes: std::collections::BTreeSet<&str> =
            tables.companies.iter().map(|company| company.code.as_str()).collect();
        let number = codes.iter().position(|known| *known == code).unwrap() as u32;
        let rows = tables.filings.iter();
        rows.filter(|row| row.company == number && row.period.to_string() == period)
            .map(|row| (row.released.0.to_string(), row.net_profit_ytd.unwrap()))
            .collect()
    };
    // Of two rows of one day the one that was first published; a correction of a later day is a filing of its own.
    assert_eq!(filings("600001.SH", "2022-06-30"), [("2022-08-26".to_owned(), 1.290_744_218_5)]);
    let of_two_days = filings("000003.SZ", "2022-03-31");
    assert_eq!(
        of_two_days.iter().map(|(day, _)| day.as_str()).collect::<Vec<_>>(),
        ["2022-04-28", "2022-09-30"]
    );
    assert_eq!(imported.reports[3].left_out["rows of a document that another row stands for"], 1);
}
