//! Tables of other makers: read where nothing in them is open, else one line that says what they are.

use std::fs;
use std::sync::Arc;

use arrow_array::{Float64Array, Int64Array, TimestampMicrosecondArray, TimestampNanosecondArray};
use rotor_data::Dataset;
use rotor_tests::Folder;

use crate::parquet::{DAY, numbers, parquet, texts};
use crate::{adding, check, faults};

const PER_DAY: i64 = 86_400_000_000;

/// The days on which steel has closes, as the reader has them.
fn days(folder: &Folder) -> Vec<String> {
    let dataset = Dataset::open(folder.path()).unwrap();
    let steel = dataset.find_entity("801040").unwrap();
    dataset.closes().of(steel).map(|(date, _)| date.to_string()).collect()
}

fn with_prices(content: &str) -> Folder {
    Folder::small().with("prices.csv", content)
}

fn with_dates(date: arrow_array::ArrayRef) -> Folder {
    let n_rows = date.len();
    let columns = [
        ("entity", texts(&vec![Some("801040"); n_rows])),
        ("date", date),
        ("close", numbers(&vec![Some(1.0); n_rows])),
    ];
    Folder::small().without("prices.csv").with("prices.parquet", parquet(&columns, 1000))
}

#[test]
fn ways_of_writing_a_day_mean_the_same_day() {
    let expected = ["2020-01-02", "2020-01-03"];
    for [first, second] in [
        ["2020-01-02", "2020-01-03"],
        ["20200102", "20200103"],
        ["2020/1/2", "2020/01/03"],
        ["2020-01-02 00:00:00", "2020-01-03T00:00:00.000"],
    ] {
        let rows = format!("\u{feff}entity,date,close\n801040,{first},1\n801040,{second},2\n");
        assert_eq!(days(&with_prices(&rows)), expected, "{first}");
    }
    let day = i64::from(DAY);
    let micro = TimestampMicrosecondArray::from(vec![day * PER_DAY, (day + 1) * PER_DAY]);
    assert_eq!(days(&with_dates(Arc::new(micro))), expected);
    let nano = TimestampNanosecondArray::from(vec![day * PER_DAY * 1000, (day + 1) * PER_DAY * 1000]);
    assert_eq!(days(&with_dates(Arc::new(nano))), expected);
}

#[test]
fn a_time_of_day_and_a_zone_are_refused_with_a_remedy_that_keeps_the_day() {
    let evening = i64::from(DAY) * PER_DAY - 8 * 3_600_000_000;
    let zoned = TimestampMicrosecondArray::from(vec![evening]).with_timezone("UTC");
    let plain = TimestampMicrosecondArray::from(vec![evening, evening + PER_DAY]);
    check(vec![
        (
            with_dates(Arc::new(zoned)),
            vec![
                "prices.parquet, `date`: the column has the type `Timestamp(µs, \"UTC\")`, a date is needed => two steps keep the day: convert to the time zone of the market, then drop the zone and the time (in pandas `.dt.tz_convert(\"Asia/Shanghai\").dt.tz_localize(None).dt.normalize()`)",
            ],
        ),
        (
            with_dates(Arc::new(plain)),
            vec![
                "prices.parquet row 1 and 1 more row, `date`: `2020-01-01 16:00:00` has a time of day => if these are times of the market's own zone, drop the time (in pandas `.dt.normalize()`); if they are UTC, that would shift days: convert first (`.dt.tz_localize(\"UTC\").dt.tz_convert(\"Asia/Shanghai\").dt.tz_localize(None).dt.normalize()`)",
            ],
        ),
        (
            adding("prices.csv", "801040,2020-02-04 16:00:00,1\n"),
            vec![
                "prices.csv row 10 (line 11), `date`: `2020-02-04 16:00:00` is not a date of the form YYYY-MM-DD",
            ],
        ),
    ]);
}

#[test]
fn separators_and_encodings_are_named_in_one_line() {
    let gbk = b"entity,kind,name\n801040,sector,\xb8\xd6\xcc\xfa\n801080,sector,\xb5\xe7\xd7\xd3\n";
    check(vec![
        (
            with_prices("entity;date;close\n801040;2020-01-02;1000,5\n"),
            vec![
                "prices.csv line 1: the columns are separated by `;`; a comma is needed => in pandas `pd.read_csv(\"prices.csv\", sep=\";\", decimal=\",\", dtype={\"entity\": str}, na_filter=False).to_csv(\"prices.csv\", index=False)`",
            ],
        ),
        (
            with_prices("entity\tdate\tclose\n801040\t2020-01-02\t1000.5\n"),
            vec!["prices.csv line 1: the columns are separated by tabs; a comma is needed"],
        ),
        (
            Folder::small().with("entities.csv", gbk),
            vec![
                "entities.csv line 2: the text is not UTF-8 but GBK (GB 18030) => in pandas `pd.read_csv(\"entities.csv\", encoding=\"gb18030\", dtype=str, na_filter=False).to_csv(\"entities.csv\", index=False)`",
            ],
        ),
    ]);
}

#[test]
fn wide_tables_and_indices_are_recognised() {
    check(vec![
        (
            with_prices("day,801040,801080,000300\n2020-01-02,1,2,3\n"),
            vec![
                "prices.csv: is a wide table: 3 of its columns are codes of entities, such as `801040` => let `rotor import guess prices.csv > plan.toml` write a plan that imports it, or make a row of each cell (in pandas `pd.read_csv(\"prices.csv\").rename(columns={\"day\": \"date\"}).melt(id_vars=\"date\", var_name=\"entity\", value_name=\"close\").dropna().to_csv(\"prices.csv\", index=False)`)",
            ],
        ),
        (
            with_prices(",钢铁,电子\n2020-01-02,1,2\n"),
            vec![
                "prices.csv: is a wide table: 2 of its columns are names of entities, such as `钢铁` => let `rotor import guess prices.csv > plan.toml` write a plan that imports it, or make a row of each cell (in pandas `pd.read_csv(\"prices.csv\").rename(columns={\"Unnamed: 0\": \"date\"}).melt(id_vars=\"date\", var_name=\"entity\", value_name=\"close\").dropna().to_csv(\"prices.csv\", index=False)`); then put codes in the place of the names",
            ],
        ),
        (
            with_prices("entity,2020-01-02,2020-01-03\n801040,1,2\n"),
            vec!["prices.csv: is a wide table: 2 of its columns are days, such as `2020-01-02`"],
        ),
        (
            with_prices("Unnamed: 0,entity,date,close\n0,801040,2020-01-02,1\n"),
            vec![
                "prices.csv line 1, `Unnamed: 0`: is the index of a data frame => write the table without it (in pandas `index=False`)",
            ],
        ),
        (
            with_prices("__index_level_0__,entity,close\n2020-01-02,801040,1\n"),
            vec![
                "prices.csv line 1, `__index_level_0__`: is the index of a data frame => if it holds `date`, make it a column first (in pandas `df.rename_axis(\"date\").reset_index()`); write the table with `index=False`",
                "prices.csv line 1, `date`: the column is missing",
            ],
        ),
    ]);
}

#[test]
fn folders_of_parts_and_other_formats_are_recognised() {
    let parts = Folder::small().without("prices.csv");
    fs::create_dir(parts.path().join("prices.parquet")).unwrap();
    fs::write(parts.path().join("prices.parquet/part-00000.snappy.parquet"), "").unwrap();
    check(vec![
        (
            parts,
            vec![
                "prices.parquet: is a folder of part files, as Spark and Dask write it => join the parts into one file: in pandas `df = pd.read_parquet(\"prices.parquet\")`, remove the folder, `df.to_parquet(\"prices.parquet\", index=False)`",
            ],
        ),
        (
            Folder::small().without("prices.csv").with("prices.xlsx", ""),
            vec![
                "prices.xlsx: is of a format that is not read => write it as CSV or Parquet (in pandas `pd.read_excel(\"prices.xlsx\", dtype={\"entity\": str}).to_csv(\"prices.csv\", index=False)`)",
            ],
        ),
        // Beside a table it is somebody's own copy.
        (Folder::small().with("prices.xlsx", ""), vec![]),
    ]);
}

#[test]
fn codes_that_were_taken_for_numbers_are_recognised() {
    check(vec![
        (
            adding("prices.csv", "300,2020-02-04,1\n300,2020-02-05,1\n801040.0,2020-02-04,1\n"),
            vec![
                "prices.csv row 10 (line 11) and 1 more row, `entity`: there is no entity `300` => did you mean `000300`? Codes are text: read them as such from the start (in pandas `dtype={\"entity\": str}`)",
                "prices.csv row 12 (line 13), `entity`: there is no entity `801040.0` => did you mean `801040`? Codes are text: read them as such from the start (in pandas `dtype={\"entity\": str}`)",
            ],
        ),
        (
            adding("prices.csv", "801040,2020-02-04,\n801040,2020-02-05,\n"),
            vec![
                "prices.csv row 10 (line 11) and 1 more row, `close`: the cell is empty => remove the row; what has no value has no row",
            ],
        ),
    ]);
    let prices = |entity| {
        let table = parquet(
            &[
                ("entity", entity),
                ("date", crate::parquet::dates(&[Some(DAY)])),
                ("close", numbers(&[Some(1.0)])),
            ],
            10,
        );
        faults(Folder::small().without("prices.csv").with("prices.parquet", table).path())
    };
    let whole = prices(Arc::new(Int64Array::from(vec![300])));
    assert!(whole.len() == 1 && whole[0].contains("zfill"), "{whole:?}");
    let decimal = prices(Arc::new(Float64Array::from(vec![801_040.0])));
    assert!(decimal.len() == 1 && decimal[0].contains("astype(\"Int64\")"), "{decimal:?}");
}

#[test]
fn shares_of_one_release_are_at_most_the_whole() {
    let bridge = |rows: &str| {
        let industries = "C32,industry,Metals,,,,\nC33,industry,Products,,,,\n";
        adding("entities.csv", industries)
            .with("bridge.csv", format!("sector,industry,weight,released\n{rows}"))
    };
    check(vec![
        (
            bridge("801040,C31,0.6,2020-04-30\n801040,C32,0.41,2020-04-30\n801040,C33,0.6,2021-04-30\n"),
            vec![],
        ),
        (
            bridge("801040,C31,0.6,2020-04-30\n801040,C32,0.42,2020-04-30\n"),
            vec![
                "bridge.csv: the shares of `801040` released on 2020-04-30 sum to 1.02 => give shares of the sector's total assets; together they are at most 1",
            ],
        ),
    ]);
}

#[test]
fn words_of_series_and_events_are_checked() {
    let series = "series,frequency,unit,title,measure,accumulation,release\n\
                  cpi_yoy,M,percent,C,growth,single,published\ngross_margin,Q,percent,G,,,\n\
                  profit_ytd,M,cny_100m,I,flow,ytd,assumed\nrebar_futures,D,cny_per_tonne,R,price,,\n";
    let events = "date,title,importance,title_zh,known,kind,theme,theme_zh\n2020-01-10,T,2,题,2020-01-05,meeting,x,主题\n";
    let sound = || Folder::small().with("series.csv", series).with("events.csv", events);
    check(vec![
        (sound(), vec![]),
        (
            sound().replacing("series.csv", "flow,ytd", "flow,yearly"),
            vec!["series.csv row 3 (line 4), `accumulation`: `yearly` is not one of single, ytd"],
        ),
        (
            sound().replacing("series.csv", "assumed", "guessed"),
            vec![
                "series.csv row 3 (line 4), `release`: `guessed` is not one of published, calendar, assumed",
            ],
        ),
        (
            sound().replacing("events.csv", "meeting", "party"),
            vec![
                "events.csv row 1 (line 2), `kind`: `party` is not one of release, deadline, meeting, theme",
            ],
        ),
    ]);
    let dataset = Dataset::open(sound().path()).unwrap();
    let event = &dataset.events()[0];
    assert_eq!(
        (event.title_zh.as_deref(), event.known_from().to_string()),
        (Some("题"), "2020-01-05".into())
    );
}
