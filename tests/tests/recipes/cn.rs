//! Python clients of Chinese data.

use rotor_tests::{run_rotor, workspace};

/// The fixtures of a recipe, in the order of their names.
fn fixtures(recipe: &str) -> Vec<String> {
    let folder = workspace().join("crates/rotor-import/fixtures").join(recipe);
    let mut files: Vec<String> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    files
}

/// Runs the program and returns what it prints, if it ends well.
#[track_caller]
fn run(arguments: &[&str]) -> String {
    let (code, output, errors) = run_rotor(arguments);
    assert_eq!(code, 0, "{arguments:?}\n{output}\n{errors}");
    output
}

/// Types the commands from the files of some recipes to the first table of a backtest; returns what the dataset is described as.
#[track_caller]
fn from_files_to_a_table(recipes: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [data, table] = ["data", "run"].map(|name| folder.path().join(name).display().to_string());
    let typed: Vec<String> = recipes
        .iter()
        .flat_map(|recipe| {
            // Closes for sources that have none.
            let of = if *recipe == "wide.levels" { "cn" } else { recipe };
            [vec![(*recipe).to_owned()], fixtures(of)].concat()
        })
        .collect();
    let arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
    run(&[&["import"], &arguments[..], &["--out", &data]].concat());
    run(&["dataset", "check", &data]);
    let backtest = ["backtest", "--dataset", &data, "--factors", "momentum", "--top", "2", "--out", &table];
    let page = run(&backtest);
    assert!(page.contains("momentum") && page.contains("RankIC"), "{recipes:?}\n{page}");
    run(&["dataset", "describe", &data, "--json"])
}

#[test]
fn closes_of_sectors() {
    for recipe in [
        "akshare.index_hist_sw",
        "akshare.index_analysis_daily_sw",
        "akshare.index_analysis_monthly_sw",
        "tushare.sw_daily",
        "joinquant.sw1_daily_price",
    ] {
        from_files_to_a_table(&[recipe]);
    }
}

#[test]
fn figures_beside_closes() {
    for recipe in [
        "akshare.fund_etf_scale",
        "akshare.macro_china_cpi",
        "akshare.macro_china_market_margin",
        "akshare.macro_china_ppi",
        "akshare.stock_hsgt_hist_em",
        "akshare.stock_zh_index_daily",
        "akshare.stock_zh_index_hist_csindex",
        "baostock.query_history_k_data_plus",
        "jin10.macro_china_cpi_yearly",
        "jin10.macro_china_ppi_yearly",
        "joinquant.get_price",
        "joinquant.mac_cpi_month",
        "joinquant.sw1_daily_valuation",
        "tushare.cn_cpi",
        "tushare.cn_ppi",
        "tushare.fund_share",
        "tushare.fut_daily",
        "tushare.index_daily",
        "tushare.margin",
        "tushare.moneyflow_hsgt",
    ] {
        from_files_to_a_table(&["wide.levels", recipe]);
    }
}

#[test]
fn a_source_as_its_page_types_it() {
    let described = from_files_to_a_table(&[
        "akshare.index_analysis_daily_sw",
        "akshare.stock_zh_index_daily",
        "jin10.macro_china_cpi_yearly",
        "jin10.macro_china_ppi_yearly",
        "akshare.stock_hsgt_hist_em",
        "akshare.macro_china_market_margin",
    ]);
    for series in ["cpi_yoy", "margin_net_buy", "northbound_net_buy", "pb", "pe_ttm", "ppi_yoy"] {
        assert!(described.contains(series), "{series}\n{described}");
    }
    let described = from_files_to_a_table(&[
        "tushare.sw_daily",
        "tushare.index_daily",
        "tushare.cn_cpi",
        "tushare.cn_ppi",
        "tushare.moneyflow_hsgt",
        "tushare.margin",
        "tushare.fut_daily",
    ]);
    assert!(described.contains("rebar_futures"), "{described}");
}

#[test]
fn companies_and_their_reports() {
    from_files_to_a_table(&["tushare.sw_daily", "tushare.index_member_all", "tushare.fina_indicator"]);
}
