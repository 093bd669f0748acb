//! Plans that are guessed: for each shape of file a guess, what is to be filled in, and what the import makes of it.

mod support;

use std::path::Path;

use encoding_rs::GB18030;
use rotor_import::{ImportError, Imported, Plan, Recipe, guess, import};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use support::{Folder, closes, observations};

impl Folder {
    /// The guess at all files.
    fn guess(&self) -> Guess<'_> {
        let text = guess(&self.paths(), &recipes()).unwrap_or_else(|error| panic!("{error}"));
        text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}\n{text}"));
        Guess { text: text.replace(&format!("{}/", self.path().display()), ""), folder: self.path() }
    }

    /// What is wrong with the files.
    fn faults_of_guess(&self) -> String {
        guess(&self.paths(), &recipes()).unwrap_err().to_string()
    }
}

/// Few enough that most files are guessed at column by column.
fn recipes() -> Vec<Recipe> {
    ["akshare.index_hist_sw", "akshare.macro_china_ppi"].into_iter().filter_map(Recipe::find).collect()
}

struct Guess<'f> {
    text: String,
    folder: &'f Path,
}

impl Guess<'_> {
    /// Writes the answer to one question: `find` is the key with its `?`.
    fn fill(mut self, question: &str, answer: &str) -> Self {
        assert!(self.text.contains(question), "no question `{question}`\n{}", self.text);
        self.text = self.text.replace(question, answer);
        self
    }

    fn says(self, expected: &str) -> Self {
        assert!(self.text.contains(expected), "`{expected}` is not in\n{}", self.text);
        self
    }

    /// The keys that are still to be filled in.
    fn open(&self) -> Vec<String> {
        match Plan::parse(&self.text) {
            Err(ImportError::Faulty(faults)) => faults
                .faults
                .iter()
                .map(|fault| fault.kind.to_string())
                .map(|told| told.split('`').nth(1).unwrap_or(&told).to_owned())
                .collect(),
            Ok(_) => Vec::new(),
            Err(error) => panic!("{error}\n{}", self.text),
        }
    }

    /// How many keys it has, and how many of them are to be filled in.
    fn counted(&self) -> [usize; 2] {
        let keys = self.text.lines().filter(|line| !line.starts_with('#') && line.contains(" = "));
        [keys.count(), self.open().len()]
    }

    fn import(&self) -> Imported {
        let plan = Plan::parse(&self.text).unwrap_or_else(|error| panic!("{error}\n{}", self.text));
        import(&plan, self.folder).unwrap_or_else(|error| panic!("{error}\n{}", self.text))
    }
}

const SOURCE: (&str, &str) = ("source = \"?\"", "source = \"made up\"");
const CURRENCY: (&str, &str) = ("currency = \"?\"", "currency = \"USD\"");

/// Closes of a sector that is shipped, so that tables of figures make a dataset; of other words than those of recipes.
fn with_closes() -> Folder {
    Folder::new().with(
        "801010.csv",
        "trade_date,close\n2022-05-31,100\n2022-06-01,101\n2022-06-30,102\n2022-07-01,103\n",
    )
}

#[test]
fn one_file_a_sector_in_gbk_with_an_index_column() {
    let text = |code: &str, close: &str| {
        let text = format!(
            ",指数代码,交易日期,收盘价,开盘价\n0,{code}.SI,2022-07-01,{close},1\n1,{code}.SI,2022-07-04,11.5,1\n"
        );
        GB18030.encode(&text).0.into_owned()
    };
    let folder = Folder::new()
        .with("sw_801010.csv", text("801010", "10.5"))
        .with("sw_801030.csv", text("801030", "20"));
    let guess = folder
        .guess()
        .says("file = \"sw_*.csv\"  # 2 files with the same header, GB18030")
        .says("entity = { column = \"指数代码\", pattern = '(\\d{6})' }")
        .says("4 of 4 rows read in a usual form")
        .says("with = [\"sw2021\"]");
    assert_eq!(guess.open(), ["dataset.source"]);
    let imported = guess.fill(SOURCE.0, SOURCE.1).import();
    assert_eq!(
        closes(&imported),
        [
            "801010 2022-07-01 10.5000",
            "801010 2022-07-04 11.5000",
            "801030 2022-07-01 20.0000",
            "801030 2022-07-04 11.5000"
        ]
    );
    assert_eq!(imported.manifest.taxonomy, "sw2021");
}

#[test]
fn the_code_in_the_name_of_the_file() {
    let guess = with_closes().guess().text;
    assert!(guess.contains("entity = { file = '(\\d{6})' }"), "{guess}");
}

/// A sheet as a vendor's plug-in writes it.
fn vendor_workbook(folder: &Folder) {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("目录").unwrap().write(0, 0, "只有文字").unwrap();
    let sheet = book.add_worksheet().set_name("PPI").unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let texts = [["Wind", ""], ["指标名称", "中国:PPI:当月同比"], ["频率", "月"], ["单位", "%"]];
    for (row, cells) in texts.iter().enumerate() {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    let rows = [((2022, 7, 29), 4.2), ((2022, 6, 30), 6.1), ((2022, 5, 31), 0.0)];
    for (row, (date, value)) in rows.iter().enumerate() {
        let date = ExcelDateTime::from_ymd(date.0, date.1, date.2).unwrap();
        sheet.write_with_format(row as u32 + 4, 0, date, &day).unwrap();
        sheet.write(row as u32 + 4, 1, *value).unwrap();
    }
    sheet.write(7, 0, "数据来源：某数据商").unwrap();
    book.save(folder.path().join("edb.xlsx")).unwrap();
}

#[test]
fn a_vendor_workbook_with_meta_rows_zeros_and_a_footer() {
    let folder = with_closes();
    vendor_workbook(&folder);
    let guess = folder
        .guess()
        .says("sheet = \"PPI\"")
        .says("`目录`: no row has a day")
        .says("header = { first_cell = \"指标名称\" }")
        .says("drop_rows = { first_cell = [\"数据来源\"] }")
        .says("roll = \"month_end\"")
        .says("frequency = \"M\"  # the file says `月`")
        .says("unit = \"percent\"  # the file says `%`")
        .says("33.3% of the values are zero, all of them before the first other value")
        .says("source = \"某数据商\"");
    assert_eq!(guess.open(), ["released", "series.zero"]);
    let imported = guess
        .fill("released = \"?\"", "released = { calendar = \"cn_ppi\", else_days = 16 }")
        .fill("zero = \"?\"", "zero = \"missing_at_start\"")
        .import();
    assert_eq!(
        observations(&imported),
        ["ppi_yoy CN 2022-06-30 2022-07-09 6.1000", "ppi_yoy CN 2022-07-31 2022-08-16 4.2000"]
    );
}

#[test]
fn days_that_may_be_read_in_two_forms_are_asked_about() {
    let folder = with_closes().with(
        "md.csv",
        "sasdate,RPI,CPIAUCSL\nTransform:,5,6\n1/1/2024,1.5,300\n2/1/2024,1.6,301\n3/1/2024,,\n",
    );
    let guess = folder
        .guess()
        .says("in each of these forms: [\"%m/%d/%Y\", \"%d/%m/%Y\"]; as %m/%d/%Y one would follow the other by a month")
        .says("drop_rows = { first_cell = [\"Transform:\"] }");
    assert_eq!(
        guess.open(),
        ["dataset.source", "date.format", "entity.constant", "released", "series.unit", "series.unit"]
    );
    let imported = guess
        .fill("format = \"?\"", "format = \"%m/%d/%Y\"")
        .fill("constant = \"?\"", "constant = \"US\"")
        .fill("released = \"?\"", "released = { days = 31, vintage = \"2024-03-15\" }")
        .fill("unit = \"?\"", "unit = \"index\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(observations(&imported)[0], "cpiaucsl US 2024-01-31 2024-03-02 300.0000");
    assert_eq!(observations(&imported).len(), 4);
}

#[test]
fn days_that_only_one_form_reads_are_not() {
    let folder = Folder::new().with("x.csv", "Date,Close\n01/30/2024,10\n01/31/2024,11\n");
    let guess = folder.guess().says("format = \"%m/%d/%Y\"").says("as %m/%d/%Y and in no other form");
    assert_eq!(guess.open(), ["dataset.currency", "dataset.source", "entity.constant"]);
}

#[test]
fn a_section_of_several_with_returns() {
    let text = "This file was created by hand\r\n\r\n  Average Value Weighted Returns -- Monthly\r\n,Agric,Food \r\n202401,   1.00,  -99.99\r\n202402,  10.00,   2.00\r\n202403,  -5.00,   0.00\r\n\r\n  Average Equal Weighted Returns -- Monthly\r\n,Agric,Food \r\n202401,   9.00,   9.00\r\n\r\n Copyright 2024\r\n";
    let folder = Folder::new().with("industries.CSV", text);
    let guess = folder
        .guess()
        .says("section = { title = \"Average Value Weighted Returns -- Monthly\" }")
        .says("other sections: `Average Equal Weighted Returns -- Monthly`")
        .says("missing = [\"-99.99\"]  # `-99.99` in 1 cell(s)")
        .says("1 of 5 numbers are below 0")
        .says("\"percent\" seems right");
    assert_eq!(guess.open(), ["dataset.currency", "dataset.source", "value.returns"]);
    let imported = guess
        .fill("returns = \"?\"", "returns = \"percent\"")
        .fill(CURRENCY.0, CURRENCY.1)
        .fill(SOURCE.0, SOURCE.1)
        .import();
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
}

#[test]
fn a_header_of_three_lines_and_days_with_a_zone() {
    let text = "Price,Close,Close,Volume\nTicker,XLE,XLK,XLE\nDate,,,\n2024-01-02 00:00:00-05:00,80.5,190,7\n2024-01-03 00:00:00-05:00,81,189.5,8\n";
    let folder = Folder::new().with("yf.csv", text);
    let guess = folder
        .guess()
        .says("header = { row = 1, rows = 3 }")
        .says("entity = { header = true, pattern = \"^Close (.+)$\", kind = \"sector\" }");
    assert_eq!(guess.open(), ["dataset.currency", "dataset.source"]);
    let imported = guess.fill(CURRENCY.0, CURRENCY.1).fill(SOURCE.0, SOURCE.1).import();
    assert_eq!(
        closes(&imported),
        [
            "XLE 2024-01-02 80.5000",
            "XLE 2024-01-03 81.0000",
            "XLK 2024-01-02 190.0000",
            "XLK 2024-01-03 189.5000"
        ]
    );
}

#[test]
fn a_column_a_vintage() {
    let folder = with_closes().with(
        "alfred.csv",
        "observation_date,CPI_20240213,CPI_20240312\n2024-01-01,300.5,300.5\n2024-02-01,.,301\n2023-12-01,299,299.2\n",
    );
    let guess = folder.guess().says("shape = \"vintages\"").says("missing = [\".\"]");
    assert_eq!(guess.open(), ["dataset.source", "entity.constant", "series.unit"]);
    let imported = guess
        .fill("constant = \"?\"", "constant = \"US\"")
        .fill("unit = \"?\"", "unit = \"index\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(
        observations(&imported),
        [
            "cpi US 2023-12-31 2024-02-13 299.0000",
            "cpi US 2023-12-31 2024-03-12 299.2000",
            "cpi US 2024-01-31 2024-02-13 300.5000",
            "cpi US 2024-02-29 2024-03-12 301.0000",
        ]
    );
}

#[test]
fn periods_as_columns() {
    let folder = with_closes().with(
        "nbs.csv",
        "指标,2023年6月,2023年5月\n利润总额_累计值(亿元),33884.6,26688.9\n营业收入_累计值(亿元),1.5,1.4\n",
    );
    let guess = folder
        .guess()
        .says("shape = \"transposed\"")
        .says("unit = \"cny_100m\"")
        .says("accumulation = \"ytd\"");
    assert_eq!(guess.open(), ["dataset.source", "released"]);
    let imported = guess
        .fill("released = \"?\"", "released = { calendar = \"cn_profits\", else_days = 28 }")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(
        observations(&imported)[..2],
        ["profit_ytd CN 2023-05-31 2023-06-28 26688.9000", "profit_ytd CN 2023-06-30 2023-07-28 33884.6000"]
    );
    assert_eq!(observations(&imported).len(), 4);
}

#[test]
fn months_as_chinese_text() {
    let folder = with_closes()
        .with("cpi.csv", "月份,全国-当月,全国-同比增长\n2022年10月份,102.1,2.1\n2022年09月份,102.8,2.8\n");
    let guess = folder.guess().says("2 of 2 rows read as months").says("column = \"全国-同比增长\"");
    assert_eq!(guess.open(), ["dataset.source", "released", "series.unit"]);
    let imported = guess
        .fill("released = \"?\"", "released = { calendar = \"cn_cpi\", else_days = 16 }")
        .fill("unit = \"?\"", "unit = \"index\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(
        observations(&imported)[..2],
        ["series_1 CN 2022-09-30 2022-10-16 102.8000", "series_1 CN 2022-10-31 2022-11-16 102.1000"]
    );
}

#[test]
fn a_unit_that_changes_is_asked_about() {
    let rows = "2024-01-01,10\n2024-01-02,10\n2024-01-03,10\n2024-01-04,100000\n2024-01-05,100000\n";
    let folder = with_closes().with("etf.csv", format!("日期,份额\n{rows}"));
    let guess = folder.guess().says("a value jumps from 10 to 100000 and stays there");
    assert_eq!(guess.open(), ["dataset.source", "allow_jumps", "released", "series.unit"]);
    let imported = guess
        .fill("allow_jumps = \"?\"", "allow_jumps = true")
        .fill("released = \"?\"", "released = { next_trading_day = true }")
        .fill("unit = \"?\"", "unit = \"100m_units\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(observations(&imported).len(), 5);
}

#[test]
fn names_of_sectors_as_headers() {
    let folder = Folder::new().with(
        "levels.csv",
        "日期,农林牧渔(申万),银行(申万),备注\n2022-07-01,3000,4000,a\n2022-07-04,3010,3990,b\n",
    );
    let guess = folder.guess().says("names = \"sw2021\"");
    assert_eq!(guess.open(), ["dataset.source"]);
    let imported = guess.fill(SOURCE.0, SOURCE.1).import();
    assert_eq!(closes(&imported)[2..], ["801780 2022-07-01 4000.0000", "801780 2022-07-04 3990.0000"]);
}

#[test]
fn a_wide_table_of_which_nobody_can_tell_what_it_holds() {
    let folder = Folder::new()
        .with("levels.csv", "date,Tech,Energy,note\n2022-07-01,3000,4000,a\n2022-07-04,3010,3990,b\n");
    let guess = folder.guess().says("map = { \"Energy\" = \"Energy\", \"Tech\" = \"Tech\" }");
    assert_eq!(guess.open(), ["dataset.currency", "dataset.source", "to"]);
    let imported = guess
        .fill("to = \"?\"", "to = \"prices\"")
        .fill(CURRENCY.0, CURRENCY.1)
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(closes(&imported).len(), 4);
}

#[test]
fn entities_and_figures_in_long_tables() {
    let folder = with_closes().with(
        "reports.csv",
        "ts_code,ann_date,end_date,grossprofit_margin\n801010.SI,20220430,20220331,21.5\n801010.SI,20220831,20220630,22.5\n801030.SI,20220429,20220331,11\n801030.SI,20220830,20220630,12\n",
    );
    let guess = folder
        .guess()
        .says("date = { column = \"end_date\" }")
        .says("entity = { column = \"ts_code\", pattern = '(\\d{6})' }")
        .says("if one of `ann_date` has the day of the first release");
    let imported = guess
        .fill("released = \"?\"", "released = { column = \"ann_date\" }")
        .fill("unit = \"?\"", "unit = \"percent\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(observations(&imported)[0], "grossprofit_margin 801010 2022-03-31 2022-04-30 21.5000");
}

#[test]
fn a_recipe_that_reads_the_files_is_named() {
    let text = |code: &str| {
        format!(",代码,日期,收盘,开盘\n0,{code},2022-07-01,10.5,1\n1,{code},2022-07-04,11.5,1\n")
    };
    let folder = Folder::new().with("sw_801010.csv", text("801010")).with("sw_801030.csv", text("801030"));
    let guess = folder.guess().says("recipe = \"akshare.index_hist_sw\"").says("reads 4 values");
    assert!(guess.open().is_empty(), "{}", guess.text);
    assert_eq!(closes(&guess.import()).len(), 4);
}

#[test]
fn whatever_files_hold_the_plan_can_be_parsed() {
    let headers: Vec<String> = (0..10_000).map(|column| format!("c{column}_yoy")).collect();
    let mut wide = format!("date,{}\n2022-07-31", headers.join(","));
    wide.push_str(&",1.5".repeat(10_000));
    wide.push('\n');
    let folder = Folder::new()
        .with("a'b\"c.csv", "date,\"x\n\u{1b}[2J\",\"a\\b'\"\"\"\n2022-07-01,1,2\n2022-07-04,2,3\n")
        .with("wide.csv", &wide)
        .with("numbers.csv", "2022-07-01,1\n2022-07-04,2\n");
    let guess =
        folder.guess().says("9850 more columns of numbers are not listed").says("header = { rows = 0 }");
    assert!(guess.text.len() < 100_000);
}

#[test]
fn broken_files_have_the_faults_of_the_import() {
    let folder = Folder::new()
        .with("old.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        .with("none.csv", "Exceeded the daily hits limit\n")
        .with("other.csv", [0xFF, 0x00, 0xFF]);
    let faults = folder.faults_of_guess();
    for expected in ["an .xls workbook of before 2007", "no row has a date", "is not UTF-8 or GB18030"] {
        assert!(faults.contains(expected), "{faults}");
    }
    assert!(guess(&[], &[]).is_err());
}

#[test]
fn the_same_files_give_the_same_plan() {
    let folder = with_closes();
    vendor_workbook(&folder);
    let mut paths = folder.paths();
    let first = guess(&paths, &recipes()).unwrap();
    paths.reverse();
    assert_eq!(guess(&paths, &recipes()).unwrap(), first);
}

/// Of each shape the keys of the guessed plan, and how many of them the user has to fill in.
#[test]
fn most_of_a_guess_stands_unchanged() {
    let workbook = with_closes();
    vendor_workbook(&workbook);
    let of = |name: &str, text: &str| Folder::new().with(name, text).guess().counted();
    let long =
        "ts_code,trade_date,close\n801010.SI,20220701,10\n801030.SI,20220701,20\n801010.SI,20220704,11\n";
    let found = [
        of("sw.csv", long),
        of("801010.csv", "date,close\n2022-07-01,1000\n2022-07-04,1010\n"),
        of("w.csv", "date,801010,801030\n2022-07-01,10,20\n2022-07-04,11,21\n"),
        workbook.guess().counted(),
    ];
    assert_eq!(found, [[11, 1], [11, 1], [11, 1], [31, 2]]);
}

#[test]
fn returns_of_which_no_title_speaks_are_two_questions() {
    let folder = Folder::new().with("x.csv", "date,A,B\n2024-01-31,0.01,-0.02\n2024-02-29,0.03,0.01\n");
    let guess = folder.guess().says("\"decimal\" seems right");
    assert_eq!(guess.open(), ["dataset.currency", "dataset.source", "to", "value.returns"]);
    let imported = guess
        .fill("to = \"?\"", "to = \"prices\"")
        .fill("returns = \"?\"", "returns = \"decimal\"")
        .fill(CURRENCY.0, CURRENCY.1)
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(closes(&imported)[..2], ["A 2023-12-31 100.0000", "A 2024-01-31 101.0000"]);
}

#[test]
fn the_day_in_the_name_of_the_file() {
    let rows = "行业代码,行业名称,市盈率\n801010.SI,农林牧渔,20\n801030.SI,基础化工,30\n";
    let folder = with_closes().with("pe_20220630.csv", rows).with("pe_20220701.csv", rows);
    let guess = folder.guess().says("date = { file = '(\\d{8})' }").says("file = \"pe_*.csv\"");
    let imported = guess
        .fill("released = \"?\"", "released = { same_day = true }")
        .fill("frequency = \"?\"", "frequency = \"D\"")
        .fill("unit = \"?\"", "unit = \"times\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(observations(&imported)[0], "pe 801010 2022-06-30 2022-06-30 20.0000");
    assert_eq!(observations(&imported).len(), 4);
}

#[test]
fn a_vendor_sheet_of_codes_and_names() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in
        [["证券代码", "801010.SI", "801030.SI"], ["证券简称", "农林牧渔(申万)", "基础化工(申万)"]]
            .iter()
            .enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (row, (month, day_of)) in [(6, 29), (7, 28)].iter().enumerate() {
        let date = ExcelDateTime::from_ymd(2022, *month, *day_of).unwrap();
        sheet.write_with_format(row as u32 + 2, 0, date, &day).unwrap();
        sheet.write(row as u32 + 2, 1, 3000.0 + row as f64).unwrap();
        sheet.write(row as u32 + 2, 2, 4000.0).unwrap();
    }
    let folder = Folder::new();
    book.save(folder.path().join("codes.xlsx")).unwrap();
    let guess = folder.guess();
    assert_eq!(guess.open(), ["dataset.source"]);
    assert_eq!(closes(&guess.fill(SOURCE.0, SOURCE.1).import())[0], "801010 2022-06-29 3000.0000");
}

#[test]
fn a_file_in_an_archive_and_rows_above_the_header() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("closes.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive
        .write_all("made by hand\nin June\nDate;Close\n2022-07-01;1000\n2022-07-04;1010\n".as_bytes())
        .unwrap();
    let folder = Folder::new().with("801010.zip", archive.finish().unwrap().into_inner());
    let guess = folder.guess().says("header = { first_cell = \"Date\" }  # row 3");
    assert_eq!(closes(&guess.fill(SOURCE.0, SOURCE.1).import()).len(), 2);
}

#[test]
fn versions_in_rows_are_told_by_the_column_that_differs() {
    let folder = with_closes().with(
        "releases.csv",
        ",realtime_start,date,value\n0,2022-02-10 00:00:00,2022-01-01 00:00:00,250.5\n1,2022-03-12 00:00:00,2022-02-01 00:00:00,251.1\n2,2022-03-12 00:00:00,2022-01-01 00:00:00,250.6\n",
    );
    let guess =
        folder.guess().says("released = { column = \"realtime_start\" }  # rows of one period differ by it");
    let imported = guess
        .fill("constant = \"?\"", "constant = \"US\"")
        .fill("unit = \"?\"", "unit = \"index\"")
        .fill(SOURCE.0, SOURCE.1)
        .import();
    assert_eq!(observations(&imported)[1], "value US 2022-01-31 2022-03-12 250.6000");
}
