//! Plans for files of the shapes that programs write, with made-up numbers.

mod support;

use std::path::Path;

use encoding_rs::GB18030;
use rotor_data::model::ReleaseDays;
use rotor_factor::Date;
use rotor_import::{FaultKind, ImportError, Plan, import};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use support::{Folder, HEAD, closes, observations};

/// Closes of one sector, so that a table of figures makes a dataset.
const CLOSES: &str = "日期,收盘\n2022-05-31,100\n2022-06-01,101\n2022-06-30,102\n2022-07-01,103\n";
const OF_CLOSES: &str = r#"
[[table]]
to = "prices"
file = "closes.csv"
date = { column = "日期" }
entity = { constant = "801010", kind = "sector" }
value = { column = "收盘" }
[[entity]]
code = "CN"
kind = "market"
name = "China"
"#;

fn with_closes() -> Folder {
    Folder::new().with("closes.csv", CLOSES)
}

/// The plan of a table of figures behind that of the closes.
fn plan(table: &str) -> String {
    format!("{OF_CLOSES}{table}")
}

#[test]
fn one_csv_a_sector_in_gbk_with_an_index_column() {
    let text = |code: &str, close: &str| {
        let text =
            format!(",代码,日期,收盘,开盘\n0,{code},2022-07-01,{close},1\n1,{code},2022-07-04,11.5,1\n");
        GB18030.encode(&text).0.into_owned()
    };
    let folder = Folder::new()
        .with("sw_801010.csv", text("801010", "10.5"))
        .with("sw_801030.csv", text("801030", "20"));
    let imported = folder
        .import(
            r#"
[[table]]
to = "prices"
file = "sw_*.csv"
shape = "long"
date = { column = "日期" }
entity = { column = "代码", pattern = '(\d{6})', kind = "sector" }
value = { column = "收盘" }
"#,
        )
        .unwrap();
    assert_eq!(
        closes(&imported),
        [
            "801010 2022-07-01 10.5000",
            "801010 2022-07-04 11.5000",
            "801030 2022-07-01 20.0000",
            "801030 2022-07-04 11.5000"
        ]
    );
    let report = &imported.reports[0];
    assert_eq!((report.n_files, report.n_rows, report.n_kept), (2, 4, 4));
    assert!(report.encodings.contains("GB18030"));
}

/// A sheet as a vendor's plug-in writes it: a formula, names, rows of meta data, days newest first, zeros before the first value, a footer.
fn vendor_workbook(folder: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("PPI").unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (row, cells) in
        [["Wind", ""], ["指标名称", "中国:PPI:当月同比"], ["频率", "月"], ["单位", "%"]].iter().enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    for (row, (date, value)) in
        [((2022, 7, 29), 4.2), ((2022, 6, 30), 6.1), ((2022, 5, 31), 0.0)].iter().enumerate()
    {
        let date = ExcelDateTime::from_ymd(date.0, date.1, date.2).unwrap();
        sheet.write_with_format(row as u32 + 4, 0, date, &day).unwrap();
        sheet.write(row as u32 + 4, 1, *value).unwrap();
    }
    sheet.write(7, 0, "数据来源：Wind").unwrap();
    book.save(folder.join("edb.xlsx")).unwrap();
}

const OF_WORKBOOK: &str = r#"
[[table]]
to = "observations"
file = "edb.xlsx"
sheet = "PPI"
header = { first_cell = "指标名称" }
drop_rows = { first_cell = "数据来源" }
shape = "wide"
zero = "missing_at_start"
date = { column = "指标名称", roll = "month_end" }
entity = { constant = "CN" }
released = { calendar = "cn_ppi", else_days = 16 }
[[table.series]]
column = "中国:PPI:当月同比"
series = "ppi_yoy"
frequency = "M"
unit = "percent"
title = "Producer prices, year on year"
measure = "growth"
"#;

#[test]
fn a_vendor_workbook_with_meta_rows_zeros_and_a_footer() {
    let folder = with_closes();
    vendor_workbook(folder.path());
    let imported = folder.import(&plan(OF_WORKBOOK)).unwrap();
    assert_eq!(
        observations(&imported),
        ["ppi_yoy CN 2022-06-30 2022-07-09 6.1000", "ppi_yoy CN 2022-07-31 2022-08-16 4.2000"]
    );
    // The weakest of its rows speaks for a series.
    assert_eq!(imported.tables.series[0].release, Some(ReleaseDays::Assumed));
    let report = &imported.reports[1];
    assert_eq!(report.left_out["zeros that stand for no value"], 1);
    assert_eq!(
        (report.left_out["rows above the first date"], report.left_out["rows that the plan drops"]),
        (2, 1)
    );
    assert_eq!((report.n_moved, report.n_assumed), (1, 1));
}

#[test]
fn zeros_that_nobody_speaks_of_are_refused_with_their_share() {
    let folder = with_closes();
    vendor_workbook(folder.path());
    let faults = folder.faults(&plan(&OF_WORKBOOK.replace("zero = \"missing_at_start\"\n", "")));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with(
            "edb.xlsx sheet `PPI` row 7, column `中国:PPI:当月同比`, `0`: 33.3% of the values of"
        ),
        "{faults:?}"
    );
    assert!(faults[0].contains("missing_at_start"), "{faults:?}");
}

#[test]
fn a_table_of_figures_without_a_rule_of_release_is_refused() {
    let folder = with_closes();
    vendor_workbook(folder.path());
    let text = OF_WORKBOOK.replace("released = { calendar = \"cn_ppi\", else_days = 16 }\n", "");
    assert!(matches!(
        folder.import(&plan(&text)),
        Err(ImportError::Faulty(faults)) if faults.faults[0].kind == FaultKind::NoRelease
    ));
    let text = OF_WORKBOOK.replace(", else_days = 16", "");
    let faults = folder.faults(&plan(&text));
    assert!(faults[0].contains("the calendar `cn_ppi` does not have 2022-07-31"), "{faults:?}");
}

#[test]
fn one_file_of_a_vintage_with_a_row_of_transformations() {
    let folder = with_closes().with(
        "fredmd.csv",
        "sasdate,RPI,CPIAUCSL\nTransform:,5,6\n1/1/2024,1.5,300\n2/1/2024,1.6,301\n3/1/2024,,\n",
    );
    let table = r#"
[[table]]
to = "observations"
file = "fredmd.csv"
drop_rows = { first_cell = "Transform:" }
shape = "wide"
date = { column = "sasdate", format = "%m/%d/%Y", roll = "month_end" }
entity = { constant = "CN" }
released = { days = 31, vintage = "2024-03-15" }
[[table.series]]
column = "CPIAUCSL"
series = "cpi"
frequency = "M"
unit = "index"
title = "Consumer price index"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    // What stands in the file of a day was public by then.
    assert_eq!(
        observations(&imported),
        ["cpi CN 2024-01-31 2024-03-02 300.0000", "cpi CN 2024-02-29 2024-03-15 301.0000"]
    );
}

#[test]
fn a_section_of_several_with_returns_in_percent() {
    let text = "This file was created by CMPT_IND_RETS\r\n\r\n  Average Value Weighted Returns -- Monthly\r\n,Agric,Food \r\n202401,   1.00,  -99.99\r\n202402,  10.00,   2.00\r\n202403,  -5.00,   0.00\r\n\r\n  Average Equal Weighted Returns -- Monthly\r\n,Agric,Food \r\n202401,   9.00,   9.00\r\n";
    let folder = Folder::new().with("industries.CSV", text);
    let table = r#"
[[table]]
to = "prices"
file = "industries.CSV"
section = { title = "Average Value Weighted Returns -- Monthly", ends = "blank" }
shape = "wide"
missing = ["-99.99", "-999"]
date = { column = 0, format = "%Y%m", roll = "month_end" }
entity = { header = true, kind = "sector" }
value = { returns = "percent", base = 100.0 }
"#;
    let imported = folder.import(table).unwrap();
    assert_eq!(
        closes(&imported),
        [
            "Agric 2023-12-31 100.0000",
            "Agric 2024-01-31 101.0000",
            "Agric 2024-02-29 111.1000",
            "Agric 2024-03-31 105.5450",
            "Food 2024-01-31 100.0000",
            "Food 2024-02-29 102.0000",
            "Food 2024-03-31 102.0000",
        ]
    );
    assert_eq!(imported.manifest.price_frequency, rotor_data::PriceFrequency::MonthEnd);
    assert_eq!(imported.reports[0].left_out["cells without a value"], 1);
}

#[test]
fn a_header_of_three_lines_and_days_with_a_zone() {
    let text = "Price,Close,Close\nTicker,XLE,XLK\nDate,,\n2024-01-02 00:00:00-05:00,80.5,190\n2024-01-03 00:00:00-05:00,81,189.5\n";
    let folder = Folder::new().with("yf.csv", text);
    let table = r#"
[[table]]
to = "prices"
file = "yf.csv"
header = { row = 1, rows = 3 }
shape = "wide"
date = { column = 0 }
entity = { header = true, pattern = '^Close (\w+)$', kind = "sector" }
"#;
    let imported = folder.import(table).unwrap();
    assert_eq!(closes(&imported)[..2], ["XLE 2024-01-02 80.5000", "XLE 2024-01-03 81.0000"]);
}

#[test]
fn a_column_a_vintage() {
    let folder = with_closes().with(
        "alfred.csv",
        "observation_date,CPI_20240213,CPI_20240312\n2024-01-01,300.5,300.5\n2024-02-01,.,301\n2023-12-01,299,299.2\n",
    );
    let table = r#"
[[table]]
to = "observations"
file = "alfred.csv"
shape = "vintages"
missing = ["."]
date = { column = "observation_date", roll = "month_end" }
entity = { constant = "CN" }
released = { vintage = { header = '_(\d{8})$' } }
[[table.series]]
series = "cpi"
frequency = "M"
unit = "index"
title = "Consumer price index"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(
        observations(&imported),
        [
            "cpi CN 2023-12-31 2024-02-13 299.0000",
            "cpi CN 2023-12-31 2024-03-12 299.2000",
            "cpi CN 2024-01-31 2024-02-13 300.5000",
            "cpi CN 2024-02-29 2024-03-12 301.0000",
        ]
    );
    assert_eq!(imported.reports[1].left_out["vintages that change nothing"], 1);
    assert_eq!(imported.tables.series[0].release, Some(ReleaseDays::Published));
}

#[test]
fn periods_as_columns() {
    let folder = with_closes().with(
        "nbs.csv",
        "指标,2023年6月,2023年5月\n利润总额_累计值(亿元),33884.6,26688.9\n营业收入_累计值(亿元),1,2\n",
    );
    let table = r#"
[[table]]
to = "observations"
file = "nbs.csv"
shape = "transposed"
date = {}
entity = { constant = "CN" }
released = { calendar = "cn_profits", else_days = 28 }
[[table.series]]
column = "利润总额_累计值(亿元)"
series = "profit_ytd"
frequency = "M"
unit = "cny_100m"
title = "Total profit, year to date"
accumulation = "ytd"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(
        observations(&imported),
        ["profit_ytd CN 2023-05-31 2023-06-28 26688.9000", "profit_ytd CN 2023-06-30 2023-07-28 33884.6000"]
    );
    assert_eq!(imported.reports[1].left_out["rows that the plan does not name"], 1);
}

#[test]
fn an_index_of_growth_and_months_as_chinese_text() {
    let folder = with_closes().with("cpi.csv", "月份,全国-当月\n2022年10月份,102.1\n2022年09月份,102.8\n");
    let table = r#"
[[table]]
to = "observations"
file = "cpi.csv"
date = { column = "月份" }
entity = { constant = "CN" }
value = { minus = 100.0 }
released = { calendar = "cn_cpi", else_days = 16 }
[[table.series]]
column = "全国-当月"
series = "cpi_yoy"
frequency = "M"
unit = "percent"
title = "Consumer prices, year on year"
measure = "growth"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(
        observations(&imported),
        ["cpi_yoy CN 2022-09-30 2022-10-16 2.8000", "cpi_yoy CN 2022-10-31 2022-11-16 2.1000"]
    );
    assert_eq!(imported.reports[1].n_changed, 2);
}

#[test]
fn a_unit_that_changes_between_two_days_is_refused() {
    let rows = "2024-01-01,10\n2024-01-02,10\n2024-01-03,10\n2024-01-04,100000\n2024-01-05,100000\n";
    let folder = with_closes().with("etf.csv", format!("日期,份额\n{rows}"));
    let table = r#"
[[table]]
to = "observations"
file = "etf.csv"
date = { column = "日期" }
entity = { constant = "CN" }
released = { next_trading_day = true }
[[table.series]]
column = "份额"
series = "etf_units"
frequency = "D"
unit = "100m_units"
title = "Units"
"#;
    let faults = folder.faults(&plan(table));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with(
            "etf.csv row 5, column `份额`, `100000`: the value of `etf_units` of `CN` jumps from 10 to 100000"
        ),
        "{faults:?}"
    );
}

#[test]
fn every_fault_has_its_place() {
    let rows = "日期,代码,收盘\n2022-07-01,801010,ten\n2022-07-04,801010,#NAME?\n2022-07-05,999999,1\n2022-07-06,801010,5\n2022-07-06,801010,6\nlater,801010,7\n";
    let folder = Folder::new().with("closes.csv", rows);
    let table = r#"
[[table]]
to = "prices"
file = "closes.csv"
date = { column = "日期" }
entity = { column = "代码" }
value = { column = "收盘" }
[[entity]]
code = "801010"
kind = "sector"
name = "x"
"#;
    let faults = folder.faults(table);
    for expected in [
        "closes.csv row 2, column `收盘`, `ten`: it is not a number => name it under `missing` if it stands for no value",
        "closes.csv row 3, column `收盘`, `#NAME?`: a formula has no value",
        "closes.csv row 4, column `收盘`, `999999`: no entity `999999` is declared",
        "closes.csv row 7, column `日期`, `later`: it is not a date",
        "closes.csv row 6, column `收盘`, `6`: `801010` has two values for 2022-07-06: 5 and 6",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(expected)), "{expected}\n{faults:#?}");
    }
    assert_eq!(faults.len(), 5);
    // A column that is not there, with the one that was meant.
    let faults = folder.faults(&table.replace("\"收盘\" }", "\"收盘价\" }"));
    assert!(faults[0].contains("there is no column `收盘价`") && faults[0].contains("收盘"), "{faults:?}");
}

#[test]
fn what_the_dataset_refuses_is_told_by_its_place_in_the_files() {
    let folder = Folder::new().with("closes.csv", CLOSES.replace("102", "-102"));
    let faults = folder.faults(OF_CLOSES);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("closes.csv row 4, column `收盘`"), "{faults:?}");
}

#[test]
fn workbooks_are_bounded_whatever_they_claim() {
    let folder = with_closes();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "指标名称").unwrap();
    sheet.write(1_048_575, 16_383, 1.0).unwrap();
    book.save(folder.path().join("edb.xlsx")).unwrap();
    let faults = folder.faults(&plan(&OF_WORKBOOK.replace("sheet = \"PPI\"\n", "")));
    // The last cell of the sheet costs as many cells as its row is long, and no more.
    assert!(faults[0].contains("no row has a date"), "{faults:?}");
    let folder = folder.with("edb.xlsx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    let faults = folder.faults(&plan(OF_WORKBOOK));
    assert!(faults[0].contains("save it as .xlsx"), "{faults:?}");
}

#[test]
fn a_dataset_is_written_that_opens() {
    let folder = with_closes();
    vendor_workbook(folder.path());
    let imported = folder.import(&plan(OF_WORKBOOK)).unwrap();
    let place = folder.path().join("out");
    imported.write(&place).unwrap();
    let dataset = rotor_data::Dataset::open(&place).unwrap();
    assert_eq!(dataset.manifest().first, "2022-05-31".parse::<Date>().unwrap());
    assert!(imported.write(&place).is_err());
}

#[test]
fn every_column_a_series_by_its_meta_rows() {
    let folder = with_closes().with(
        "edb.csv",
        "指标名称,螺纹钢价格,粗钢产量,年产能,中国:CPI:当月同比\n频率,日,月,年,月\n单位,元/吨,万吨,万吨,%\n指标ID,S1,S2,S3,M1\n2022-06-30,4000,8900,1,2.5\n2022-07-01,4010,,,\n数据来源：某,,,,\n",
    );
    let table = r#"
[[table]]
to = "observations"
file = "edb.csv"
header = { first_cell = "指标名称" }
drop_rows = { first_cell = "数据来源" }
shape = "wide"
date = { column = "指标名称" }
entity = { constant = "CN" }
released = { days = 10 }
[table.columns]
name = { row = "指标ID" }
frequency = { row = "频率" }
unit = { row = "单位" }
released = { D = { next_trading_day = true } }
[[table.series]]
column = "中国:CPI:当月同比"
series = "cpi_yoy"
frequency = "M"
unit = "percent"
title = "Consumer prices, year on year"
optional = true
[[table.series]]
column = "中国:PPI:当月同比"
series = "ppi_yoy"
frequency = "M"
unit = "percent"
title = "Producer prices, year on year"
optional = true
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(
        observations(&imported),
        [
            "S1 CN 2022-06-30 2022-07-01 4000.0000",
            "S1 CN 2022-07-01 2022-07-04 4010.0000",
            "S2 CN 2022-06-30 2022-07-10 8900.0000",
            "cpi_yoy CN 2022-06-30 2022-07-10 2.5000",
        ]
    );
    let series: Vec<_> =
        imported.tables.series.iter().map(|it| (it.name.as_str(), it.unit.as_str())).collect();
    assert_eq!(series, [("S1", "元/吨"), ("S2", "万吨"), ("cpi_yoy", "percent")]);
}

#[test]
fn two_exchanges_are_added_and_a_day_that_lacks_one_is_left_out() {
    let folder = with_closes()
        .with("margin.csv", "日期,交易所,余额\n2022-06-30,SSE,10\n2022-06-30,SZSE,5\n2022-07-01,SSE,11\n");
    let table = r#"
[[table]]
to = "observations"
file = "margin.csv"
combine = "sum"
date = { column = "日期" }
entity = { constant = "CN" }
value = { scale = 0.1 }
released = { next_trading_day = true }
[[table.series]]
column = "余额"
series = "margin_balance"
frequency = "D"
unit = "cny_100m"
title = "Margin balance"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(observations(&imported), ["margin_balance CN 2022-06-30 2022-07-01 1.5000"]);
    assert_eq!(imported.reports[1].left_out["periods that lack a part of the sum"], 1);
}

#[test]
fn companies_and_their_filings() {
    let folder = with_closes()
        .with(
            "companies.csv",
            "ts_code,name,l1_code,in_date,out_date\n600001.SH,甲,801010.SI,20150101,\n600002.SH,乙,801010.SI,20150101,20211231\n600003.SH,丙,801999.SI,,\n",
        )
        .with(
            "fina.csv",
            "ts_code,ann_date,end_date,profit\n600001.SH,20220429,20220331,15000\n600001.SH,20220830,20220630,\n600002.SH,20220430,20220331,2e4\n600009.SH,20220430,20220331,1\n",
        );
    let table = r#"
[[table]]
to = "companies"
file = "companies.csv"
entity = { column = "ts_code", pattern = '^(\d{6})' }
[table.company]
name_zh = "name"
sector = { column = "l1_code", pattern = '^(\d{6})' }
valid_from = "in_date"
valid_to = "out_date"
[[table]]
to = "filings"
file = "fina.csv"
date = { column = "end_date" }
entity = { column = "ts_code", pattern = '^(\d{6})' }
value = { scale = 0.0001 }
released = { column = "ann_date" }
[table.filing]
kind = "report"
net_profit_ytd = "profit"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    let tables = &imported.tables;
    let companies: Vec<_> = tables
        .companies
        .iter()
        .map(|it| format!("{} {} {:?}", it.code, it.name, it.valid_to.map(|day| day.to_string())))
        .collect();
    assert_eq!(companies, ["600001 甲 None", "600002 乙 Some(\"2021-12-31\")"]);
    let filings: Vec<_> = tables
        .filings
        .iter()
        .map(|it| {
            format!("{} {} {} {} {:?}", it.company, it.period, it.released.0, it.kind, it.net_profit_ytd)
        })
        .collect();
    assert_eq!(
        filings,
        ["0 2022-03-31 2022-04-29 report Some(1.5)", "1 2022-03-31 2022-04-30 report Some(2.0)"]
    );
    assert_eq!(imported.reports[1].left_out["companies of sectors that the dataset does not have"], 1);
    assert_eq!(imported.reports[2].left_out["filings of companies that the dataset does not have"], 1);
    assert_eq!(imported.reports[2].left_out["documents without a profit"], 1);
}

#[test]
fn links_that_are_shipped_and_own_ones() {
    let folder = Folder::new()
        .with("closes.csv", "日期,收盘\n2022-05-31,100\n2022-06-30,101\n")
        .with("steel.csv", "日期,rb,x\n2022-06-30,4000,1\n2022-07-01,4010,2\n");
    let table = r#"
links = "cn_default"
[[link]]
sector = "801040"
series = "x"
polarity = -1
[[entity]]
code = "801040"
kind = "sector"
name = "Steel"
[[entity]]
code = "CN"
kind = "market"
name = "China"
[[table]]
to = "prices"
file = "closes.csv"
date = { column = "日期" }
entity = { constant = "801040" }
value = { column = "收盘" }
[[table]]
to = "observations"
file = "steel.csv"
date = { column = "日期" }
entity = { constant = "CN" }
released = { next_trading_day = true }
[[table.series]]
column = "rb"
series = "rebar_futures"
frequency = "D"
unit = "cny_per_tonne"
title = "Rebar"
[[table.series]]
column = "x"
series = "x"
frequency = "D"
unit = "index"
title = "x"
"#;
    let plan = |text: &str| {
        import(
            &Plan::parse(
                &text.replace("links = \"cn_default\"\n", &format!("links = \"cn_default\"\n{HEAD}")),
            )?,
            folder.path(),
        )
    };
    let imported = plan(table).unwrap();
    let links: Vec<_> = imported
        .tables
        .links
        .iter()
        .map(|it| (imported.tables.series[it.series as usize].name.as_str(), it.polarity))
        .collect();
    assert_eq!(links, [("rebar_futures", 1), ("x", -1)]);
    let error = plan(&table.replace("series = \"x\"\npolarity", "series = \"y\"\npolarity")).unwrap_err();
    assert!(error.to_string().contains("a link is of `801040` and `y`"), "{error}");
}

#[test]
fn rows_that_say_which_series_they_are_of() {
    let folder = with_closes().with(
        "long.csv",
        "which,day,value\na,2022-06-01,10\na,2022-06-02,12\nb,2022-06-01,1\nc,2022-06-01,7\n",
    );
    let table = r#"
[[table]]
to = "observations"
file = "long.csv"
date = { column = "day" }
entity = { constant = "CN" }
key = { column = "which" }
value = { column = "value" }
released = { same_day = true }
[[table.series]]
key = "a"
series = "change_of_a"
frequency = "D"
unit = "number"
title = "A"
change = true
[[table.series]]
key = "b"
series = "b"
frequency = "D"
unit = "number"
title = "B"
"#;
    let imported = folder.import(&plan(table)).unwrap();
    assert_eq!(
        observations(&imported),
        ["b CN 2022-06-01 2022-06-01 1.0000", "change_of_a CN 2022-06-02 2022-06-02 2.0000"]
    );
    assert_eq!(imported.reports[1].left_out["rows of series that the plan does not name"], 1);
    let faults = folder.faults(&plan(&table.replace("key = \"b\"\n", "")));
    assert!(faults[0].contains("`key` is missing"), "{faults:?}");
}
