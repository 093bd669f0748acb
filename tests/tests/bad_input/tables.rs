//! What cells and rows may say, table by table.

use std::fs;

use rotor_tests::Folder;

use crate::{adding, check, editing, report};

#[test]
fn the_small_folder_is_sound() {
    check(vec![(Folder::small(), vec![])]);
}

#[test]
fn entities_are_checked() {
    let add = |line: &str| adding("entities.csv", line);
    check(vec![
        (
            add(",sector,A,,,,\n"),
            vec![
                "entities.csv row 6 (line 7), `entity`: the cell is empty => fill it; only columns marked `?` may be empty",
            ],
        ),
        (add("X,,A,,,,\n"), vec!["entities.csv row 6 (line 7), `kind`: the cell is empty"]),
        (add("X,sector,,,,,\n"), vec!["entities.csv row 6 (line 7), `name`: the cell is empty"]),
        (add("X,sector,\"\",,,,\n"), vec!["entities.csv row 6 (line 7), `name`: the cell is empty"]),
        (
            add("X,Sector,A,,,,\n"),
            vec![
                "entities.csv row 6 (line 7), `kind`: `Sector` is not one of sector, industry, benchmark, market => use one of these words",
            ],
        ),
        (
            add("X,sector,A,,mining,,\n"),
            vec![
                "entities.csv row 6 (line 7), `group`: `mining` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
        (
            add("X,sector,A,,,2020-13-01,\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_from`: `2020-13-01` is no such day in the calendar => correct the date",
            ],
        ),
        (
            add("X,sector,A,,,,01/02/2020\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_to`: `01/02/2020` is not a date of the form YYYY-MM-DD => write it as YYYY-MM-DD",
            ],
        ),
        (
            add("X,sector,A,,,2020-01-02,2020-01-01\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_to`: 2020-01-01 is before `valid_from`, which is 2020-01-02 => swap the two, or leave one empty",
            ],
        ),
        (add("X,sector,A,,,2020-01-02,2020-01-02\n"), vec![]),
        (add("X,industry,A,,other,,2199-12-31\n"), vec![]),
        (
            add("801040,sector,A,,,,\n"),
            vec!["entities.csv row 6: repeats the key `801040` of row 1 => remove one of the two rows"],
        ),
        // Every fault of one row, in the order of the columns.
        (
            add(",x,,,y,z,1899-12-31\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_from`: `z` is not a date of the form YYYY-MM-DD",
                "entities.csv row 6 (line 7), `valid_to`: `1899-12-31` is a date outside 1900-01-01 to 2199-12-31",
                "entities.csv row 6 (line 7), `entity`: the cell is empty",
                "entities.csv row 6 (line 7), `kind`: `x` is not one of sector, industry, benchmark, market",
                "entities.csv row 6 (line 7), `name`: the cell is empty",
                "entities.csv row 6 (line 7), `group`: `y` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
    ]);
}

#[test]
fn prices_are_checked() {
    let close = |cell: &str| adding("prices.csv", format!("801040,2020-02-04,{cell}\n"));
    let date = |cell: &str| adding("prices.csv", format!("801040,{cell},1\n"));
    let entity = |cell: &str| adding("prices.csv", format!("{cell},2020-02-04,1\n"));
    check(vec![
        (
            close("0"),
            vec![
                "prices.csv row 10 (line 11), `close`: `0` is outside [1e-6, 1e9] => give a value in [1e-6, 1e9]",
            ],
        ),
        (close("-1.5"), vec!["prices.csv row 10 (line 11), `close`: `-1.5` is outside [1e-6, 1e9]"]),
        (close("-0.0"), vec!["prices.csv row 10 (line 11), `close`: `-0` is outside [1e-6, 1e9]"]),
        (close("0.000001"), vec![]),
        (close("1e9"), vec![]),
        (close("9.99e-7"), vec!["prices.csv row 10 (line 11), `close`: `9.99e-7` is outside [1e-6, 1e9]"]),
        (
            close("1000000000.1"),
            vec!["prices.csv row 10 (line 11), `close`: `1000000000.1` is outside [1e-6, 1e9]"],
        ),
        (close(""), vec!["prices.csv row 10 (line 11), `close`: the cell is empty"]),
        (
            close("nan"),
            vec![
                "prices.csv row 10 (line 11), `close`: `nan` is not finite => leave the row out if there is no value",
            ],
        ),
        (close("NaN"), vec!["prices.csv row 10 (line 11), `close`: `NaN` is not finite"]),
        (close("inf"), vec!["prices.csv row 10 (line 11), `close`: `inf` is not finite"]),
        (close("-Infinity"), vec!["prices.csv row 10 (line 11), `close`: `-Infinity` is not finite"]),
        (close("1e309"), vec!["prices.csv row 10 (line 11), `close`: `1e309` is not finite"]),
        (
            close("\"1,234.5\""),
            vec![
                "prices.csv row 10 (line 11), `close`: `1,234.5` is not a number => write it without thousands separators and with a decimal point",
            ],
        ),
        (
            close("1,234.5"),
            vec![
                "prices.csv row 10 (line 11): the row has 4 fields, the header has 3 => give every row one field a column; quote fields with commas",
            ],
        ),
        (
            close("12.5%"),
            vec![
                "prices.csv row 10 (line 11), `close`: `12.5%` is not a number => write digits with a decimal point, nothing else",
            ],
        ),
        (close("1 000"), vec!["prices.csv row 10 (line 11), `close`: `1 000` is not a number"]),
        (close(" 1"), vec!["prices.csv row 10 (line 11), `close`: ` 1` is not a number"]),
        (close("１２"), vec!["prices.csv row 10 (line 11), `close`: `１２` is not a number"]),
        (close("0x1F"), vec!["prices.csv row 10 (line 11), `close`: `0x1F` is not a number"]),
        (close("n/a"), vec!["prices.csv row 10 (line 11), `close`: `n/a` stands for a missing value"]),
        (close("2020-01-01"), vec!["prices.csv row 10 (line 11), `close`: `2020-01-01` is not a number"]),
        (close("true"), vec!["prices.csv row 10 (line 11), `close`: `true` is not a number"]),
        (date(""), vec!["prices.csv row 10 (line 11), `date`: the cell is empty"]),
        (date("20200204"), vec![]),
        (
            date("2020-2-4"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-2-4` is not a date of the form YYYY-MM-DD"],
        ),
        (date("2020-02-04T00:00:00"), vec![]),
        (
            date("2021-02-29"),
            vec!["prices.csv row 10 (line 11), `date`: `2021-02-29` is no such day in the calendar"],
        ),
        (
            date("2020-04-31"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-04-31` is no such day in the calendar"],
        ),
        (
            date("2020-00-10"),
            vec!["prices.csv row 10 (line 11), `date`: `2020-00-10` is no such day in the calendar"],
        ),
        (
            date("1899-12-31"),
            vec![
                "prices.csv row 10 (line 11), `date`: `1899-12-31` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date("2200-01-01"),
            vec![
                "prices.csv row 10 (line 11), `date`: `2200-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date("2019-12-31"),
            vec![
                "prices.csv row 10 (line 11), `date`: 2019-12-31 is outside the manifest's 2020-01-01 to 2022-12-31 => correct the date, or `first` and `last` in `dataset.toml`",
            ],
        ),
        (
            date("2023-01-01"),
            vec![
                "prices.csv row 10 (line 11), `date`: 2023-01-01 is outside the manifest's 2020-01-01 to 2022-12-31",
            ],
        ),
        (date("2020-01-01"), vec![]),
        (date("2022-12-31"), vec![]),
        (
            entity("801041"),
            vec![
                "prices.csv row 10 (line 11), `entity`: there is no entity `801041` => did you mean `801040`?",
            ],
        ),
        (
            entity("Q"),
            vec![
                "prices.csv row 10 (line 11), `entity`: there is no entity `Q` => add it to `entities`, or remove the row",
            ],
        ),
        (
            entity("c31"),
            vec!["prices.csv row 10 (line 11), `entity`: there is no entity `c31` => did you mean `C31`?"],
        ),
        (
            adding("prices.csv", "801040,2020-01-02,7\n"),
            vec![
                "prices.csv row 10: repeats the key `801040`, 2020-01-02 of row 1 => remove one of the two rows",
            ],
        ),
        (
            adding("prices.csv", "801040,2020-01-02,7\n801040,2020-01-02,8\n"),
            vec!["prices.csv row 10 and 1 more row: repeats the key `801040`, 2020-01-02 of row 1"],
        ),
        (
            adding("prices.csv", "Q,x,y\n"),
            vec![
                "prices.csv row 10 (line 11), `date`: `x` is not a date of the form YYYY-MM-DD",
                "prices.csv row 10 (line 11), `close`: `y` is not a number",
                "prices.csv row 10 (line 11), `entity`: there is no entity `Q`",
            ],
        ),
    ]);
}

#[test]
fn a_month_end_dataset_has_one_close_a_month() {
    let folder = || editing("dataset.toml", "price_frequency = \"D\"", "price_frequency = \"M\"");
    check(vec![
        (
            folder(),
            vec![
                "prices.csv row 1 and 8 more rows: 2020-01-02 is before the 20th, but the manifest says month-end closes only => stamp a close with a day near the end of the month that it closes, or write `price_frequency = \"D\"`",
                "prices.csv row 2 and 2 more rows: 2020-01-03 and 2020-01-02 are closes of the same month, but the manifest says month-end closes only => keep the last close of the month, or write `price_frequency = \"D\"`",
            ],
        ),
        (
            folder().with(
                "prices.csv",
                "entity,date,close\n801040,2020-01-23,1\n801040,2021-01-29,1\n801040,2020-02-28,1\n",
            ),
            vec![],
        ),
    ]);
}

#[test]
fn series_are_checked() {
    let add = |line: &str| adding("series.csv", line);
    check(vec![
        (add(",M,percent,T,,\n"), vec!["series.csv row 5 (line 6), `series`: the cell is empty"]),
        (add("x,,percent,T,,\n"), vec!["series.csv row 5 (line 6), `frequency`: the cell is empty"]),
        (add("x,M,,T,,\n"), vec!["series.csv row 5 (line 6), `unit`: the cell is empty"]),
        (add("x,M,percent,,,\n"), vec!["series.csv row 5 (line 6), `title`: the cell is empty"]),
        (
            add("x,m,percent,T,,\n"),
            vec!["series.csv row 5 (line 6), `frequency`: `m` is not one of D, W, M, Q"],
        ),
        (
            add("x,A,percent,T,,\n"),
            vec!["series.csv row 5 (line 6), `frequency`: `A` is not one of D, W, M, Q"],
        ),
        (add("cpi_yoy,M,percent,T,,\n"), vec!["series.csv row 5: repeats the key `cpi_yoy` of row 1"]),
    ]);
    let measured = |measure: &str| {
        let series = fs::read_to_string(Folder::small().path().join("series.csv")).unwrap();
        let series = series.replacen("source\n", "source,measure\n", 1).replace(",,\n", ",,,\n");
        Folder::small().with("series.csv", series.replacen(",,,\n", &format!(",,,{measure}\n"), 1))
    };
    check(vec![
        (measured("growth"), vec![]),
        (measured(""), vec![]),
        (
            measured("growths"),
            vec![
                "series.csv row 1 (line 2), `measure`: `growths` is not one of price, volume, stock, rate, survey, flow, growth",
            ],
        ),
    ]);
}

#[test]
fn observations_are_checked() {
    let add = |line: &str| adding("observations.csv", format!("{line}\n"));
    let weekly = |line: &str| {
        let series = fs::read_to_string(Folder::small().path().join("series.csv")).unwrap();
        add(line).with("series.csv", series + "weekly,W,index,Weekly,,\n")
    };
    check(vec![
        (add("cpi_yoy,CN,2020-01-31,2020-04-10,1"), vec![]),
        (
            add("cpi_yoi,CN,2020-02-29,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `series`: there is no series `cpi_yoi` => did you mean `cpi_yoy`?",
            ],
        ),
        (
            add("nope,CN,2020-02-29,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `series`: there is no series `nope` => add it to `series`, or remove the row",
            ],
        ),
        (
            add("cpi_yoy,XX,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `entity`: there is no entity `XX`"],
        ),
        (
            add(",CN,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `series`: the cell is empty"],
        ),
        (
            add("cpi_yoy,,2020-02-29,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `entity`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,,2020-03-10,1"),
            vec!["observations.csv row 6 (line 7), `period`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,,1"),
            vec!["observations.csv row 6 (line 7), `released`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,2020-03-10,"),
            vec!["observations.csv row 6 (line 7), `value`: the cell is empty"],
        ),
        (
            add("cpi_yoy,CN,2020-02-29,2020-03-10,NaN"),
            vec!["observations.csv row 6 (line 7), `value`: `NaN` is not finite"],
        ),
        (
            add("cpi_yoy,CN,2020-02-28,2020-03-10,1"),
            vec![
                "observations.csv row 6 (line 7), `period`: 2020-02-28 is not the last day of a month => stamp the period with its last calendar day",
            ],
        ),
        (add("cpi_yoy,CN,2021-02-28,2021-03-10,1"), vec![]),
        (add("cpi_yoy,CN,2000-02-29,2000-03-10,1"), vec![]),
        (add("cpi_yoy,CN,1900-02-28,1900-03-10,1"), vec![]),
        (
            add("cpi_yoy,CN,1900-02-29,1900-03-10,1"),
            vec!["observations.csv row 6 (line 7), `period`: `1900-02-29` is no such day in the calendar"],
        ),
        (
            add("gross_margin,801040,2020-04-30,2020-05-30,1"),
            vec!["observations.csv row 6 (line 7), `period`: 2020-04-30 is not the last day of a quarter"],
        ),
        (
            add("gross_margin,801040,2020-06-29,2020-07-30,1"),
            vec!["observations.csv row 6 (line 7), `period`: 2020-06-29 is not the last day of a quarter"],
        ),
        (add("gross_margin,801040,2199-12-31,2199-12-31,1"), vec![]),
        (add("rebar_futures,CN,2020-01-04,2020-01-04,1"), vec![]),
        (weekly("weekly,CN,2020-01-05,2020-01-07,1"), vec![]),
        (weekly("weekly,CN,2020-01-08,2020-01-08,1"), vec![]),
        // The last day of the period is early enough, the day before is not.
        (add("cpi_yoy,CN,2020-02-29,2020-02-29,1"), vec![]),
        (
            add("cpi_yoy,CN,2020-02-29,2020-02-28,1"),
            vec![
                "observations.csv row 6 (line 7), `released`: 2020-02-28 is before the end of the period, 2020-02-29 => correct `released`: a value is public once its period is over",
            ],
        ),
        (
            weekly("weekly,CN,2020-01-08,2020-01-07,1"),
            vec![
                "observations.csv row 6 (line 7), `released`: 2020-01-07 is before the end of the period, 2020-01-08",
            ],
        ),
        (
            add("cpi_yoy,CN,2020-01-31,2020-02-10,9"),
            vec!["observations.csv row 6: repeats the key `cpi_yoy`, `CN`, 2020-01-31, 2020-02-10 of row 1"],
        ),
        // Observations may lie outside of the manifest's bounds, and belong to any kind of entity.
        (add("cpi_yoy,000300,2010-01-31,2030-02-10,9"), vec![]),
        (
            add("no,ne,no,ne,no"),
            vec![
                "observations.csv row 6 (line 7), `period`: `no` is not a date of the form YYYY-MM-DD",
                "observations.csv row 6 (line 7), `released`: `ne` is not a date of the form YYYY-MM-DD",
                "observations.csv row 6 (line 7), `value`: `no` is not a number",
                "observations.csv row 6 (line 7), `series`: there is no series `no`",
                "observations.csv row 6 (line 7), `entity`: there is no entity `ne`",
            ],
        ),
    ]);
}

#[test]
fn the_bridge_is_checked() {
    let add = |line: &str| adding("bridge.csv", format!("{line}\n"));
    check(vec![
        (add("801080,C31,1,2010-01-01"), vec![]),
        (add("801080,C31,0.1,"), vec!["bridge.csv row 2 (line 3), `released`: the cell is empty"]),
        (add("801080,,0.1,2020-01-01"), vec!["bridge.csv row 2 (line 3), `industry`: the cell is empty"]),
        (
            add("801080,C31,0,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `0` is outside (0, 1] => give a value in (0, 1]"],
        ),
        (
            add("801080,C31,95.6,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `95.6` is outside (0, 1]"],
        ),
        (
            add("801080,C31,-0.1,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `weight`: `-0.1` is outside (0, 1]"],
        ),
        (add("801080,C31,nan,2020-01-01"), vec!["bridge.csv row 2 (line 3), `weight`: `nan` is not finite"]),
        (
            add("000300,C31,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `sector`: `000300` is a benchmark, a sector is needed => name a sector",
            ],
        ),
        (
            add("801080,CN,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `industry`: `CN` is a market, an industry is needed => name an industry",
            ],
        ),
        (
            add("C31,801080,0.1,2020-01-01"),
            vec![
                "bridge.csv row 2 (line 3), `sector`: `C31` is an industry, a sector is needed",
                "bridge.csv row 2 (line 3), `industry`: `801080` is a sector, an industry is needed",
            ],
        ),
        (
            add("801081,C31,0.1,2020-01-01"),
            vec!["bridge.csv row 2 (line 3), `sector`: there is no entity `801081`"],
        ),
        (
            add("801040,C31,0.5,2020-04-30"),
            vec!["bridge.csv row 2: repeats the key `801040`, `C31`, 2020-04-30 of row 1"],
        ),
    ]);
}

#[test]
fn links_are_checked() {
    let add = |line: &str| adding("links.csv", format!("{line}\n"));
    check(vec![
        (add("801080,rebar_futures,-1,0.5"), vec![]),
        (
            add("801080,rebar_futures,2,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `2` is outside {-1, +1} => give a value in {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,0,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `0` is outside {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,127,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `127` is outside {-1, +1}"],
        ),
        (
            add("801080,rebar_futures,up,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `up` is not a whole number"],
        ),
        (
            add("801080,rebar_futures,1.0,1"),
            vec!["links.csv row 2 (line 3), `polarity`: `1.0` is not a whole number"],
        ),
        (add("801080,rebar_futures,,1"), vec!["links.csv row 2 (line 3), `polarity`: the cell is empty"]),
        (add("801080,rebar_futures,1,0"), vec!["links.csv row 2 (line 3), `weight`: `0` is outside (0, ∞)"]),
        (add("801080,rebar_futures,1,inf"), vec!["links.csv row 2 (line 3), `weight`: `inf` is not finite"]),
        (
            add("CN,rebar_futures,1,1"),
            vec!["links.csv row 2 (line 3), `sector`: `CN` is a market, a sector is needed"],
        ),
        (add("801080,rebar,1,1"), vec!["links.csv row 2 (line 3), `series`: there is no series `rebar`"]),
        (
            add("801040,rebar_futures,-1,1"),
            vec!["links.csv row 2: repeats the key `801040`, `rebar_futures` of row 1"],
        ),
    ]);
}

/// The magnitude of the smallest `i64` is not an `i64`; taking it panics where overflow is checked.
#[test]
fn the_smallest_integer_is_no_polarity() {
    check(vec![
        (
            adding("links.csv", "801080,rebar_futures,-9223372036854775808,1\n"),
            vec!["links.csv row 2 (line 3), `polarity`: `-9223372036854775808` is outside {-1, +1}"],
        ),
        (
            adding("events.csv", "2020-01-10,T,-9223372036854775808,\n"),
            vec!["events.csv row 2 (line 3), `importance`: `-9223372036854775808` is outside {1, 2, 3}"],
        ),
    ]);
}

/// `DATASET.md` writes the polarity as «−1 or +1», and so do the message and its hint.
#[test]
fn a_polarity_may_be_written_as_the_contract_writes_it() {
    check(vec![(adding("links.csv", "801080,rebar_futures,+1,1\n"), vec![])]);
}

/// A hint that speaks of decimal points sends the reader of a whole number the wrong way.
#[test]
fn the_hint_for_a_whole_number_asks_for_a_whole_number() {
    let folder = adding("links.csv", "801080,rebar_futures,1.0,1\n");
    let report = report(folder.path());
    let hint = report.faults()[0].kind.hint();
    assert!(!hint.contains("decimal point"), "{hint}");
}

#[test]
fn events_are_checked() {
    let add = |line: &str| adding("events.csv", format!("{line}\n"));
    check(vec![
        (add("1900-01-01,T,3,"), vec![]),
        // An event has no key: the same line twice is two events.
        (add("2020-01-10,\"Prices, released\",2,801040;801080"), vec![]),
        (add(",T,1,"), vec!["events.csv row 2 (line 3), `date`: the cell is empty"]),
        (add("2020-01-10,,1,"), vec!["events.csv row 2 (line 3), `title`: the cell is empty"]),
        (add("2020-01-10,T,,"), vec!["events.csv row 2 (line 3), `importance`: the cell is empty"]),
        (add("2020-01-10,T,0,"), vec!["events.csv row 2 (line 3), `importance`: `0` is outside {1, 2, 3}"]),
        (
            add("2020-01-10,T,4,"),
            vec![
                "events.csv row 2 (line 3), `importance`: `4` is outside {1, 2, 3} => give a value in {1, 2, 3}",
            ],
        ),
        (
            add("2020-01-10,T,1,801040;CN"),
            vec!["events.csv row 2 (line 3), `sectors`: `CN` is a market, a sector is needed"],
        ),
        (
            add("2020-01-10,T,1,801040; 801080"),
            vec![
                "events.csv row 2 (line 3), `sectors`: there is no entity ` 801080` => did you mean `801080`?",
            ],
        ),
        (add("2020-01-10,T,1,801040;"), vec!["events.csv row 2 (line 3), `sectors`: there is no entity ``"]),
        (
            add("2020-01-10,T,1,\"801040,801080\""),
            vec!["events.csv row 2 (line 3), `sectors`: there is no entity `801040,801080`"],
        ),
    ]);
}
