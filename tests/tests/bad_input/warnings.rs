//! What is sound and looks wrong: each warning on a dataset that has nothing else.

use std::fmt::Write as _;

use rotor_data::{Dataset, WarningCode};
use rotor_factor::Date;
use rotor_tests::Folder;

const FIRST: &str = "2020-01-01";

fn day(offset: i32) -> Date {
    FIRST.parse::<Date>().unwrap().plus_days(offset).unwrap()
}

fn is_weekday(date: Date) -> bool {
    date.weekday() < 6
}

/// Three sectors and a benchmark with a close on every weekday of two years, unless `change` says otherwise.
fn priced(change: impl Fn(&str, Date, f64) -> Option<(Date, f64)>) -> Folder {
    let mut prices = String::from("entity,date,close\n");
    for code in ["A", "B", "C", "X"] {
        for date in (0..730).map(day).filter(|date| is_weekday(*date)) {
            if let Some((date, close)) = change(code, date, 100.0 + f64::from(date.days() % 7)) {
                writeln!(prices, "{code},{date},{close}").unwrap();
            }
        }
    }
    let entities =
        "entity,kind,name\nA,sector,A\nB,sector,B\nC,sector,C\nI,industry,I\nX,benchmark,X\nCN,market,CN\n";
    Folder::new().with("entities.csv", entities).with("prices.csv", prices)
}

fn plain() -> Folder {
    priced(|_, date, close| Some((date, close)))
}

/// `code: entity series from..to count`, of the first place, and the number of places.
fn found(folder: &Folder) -> Vec<(WarningCode, String, usize)> {
    let dataset = Dataset::open(folder.path()).unwrap();
    let warnings = dataset.warnings();
    let shown = warnings.iter().map(|warning| {
        let place = &warning.places[0];
        let of = [place.series.as_deref(), place.entity.as_deref()];
        let of: Vec<&str> = of.into_iter().flatten().collect();
        let text = format!("{} {} to {}, {}", of.join(" of "), place.from, place.to, place.count);
        (warning.code, text, warning.places.len())
    });
    shown.collect()
}

fn one(folder: &Folder, code: WarningCode, text: &str, n_places: usize) {
    assert_eq!(found(folder), [(code, text.to_owned(), n_places)]);
}

#[test]
fn a_plain_dataset_has_no_warning() {
    assert_eq!(found(&plain()), []);
}

#[test]
fn closes_that_stop_start_or_pause_are_named() {
    let (early, late) = (day(100), day(600));
    let ends = priced(|code, date, close| (code != "A" || date <= early).then_some((date, close)));
    one(&ends, WarningCode::ClosesEnd, "A 2020-04-10 to 2021-12-30, 1", 1);
    let begins =
        priced(|code, date, close| (code == "C" || code == "X" || date >= early).then_some((date, close)));
    one(&begins, WarningCode::BeginsLate, "A 2020-01-01 to 2020-04-10, 1", 2);
    let pauses =
        priced(|code, date, close| (code != "X" || date < early || date > late).then_some((date, close)));
    one(&pauses, WarningCode::Gap, "X 2020-04-09 to 2021-08-24, 1", 1);
    let none = priced(|code, date, close| (code != "B").then_some((date, close)));
    one(&none, WarningCode::NoCloses, "B 2020-01-01 to 2022-12-31, 1", 1);
}

#[test]
fn jumps_are_told_from_slips_of_the_pen() {
    let strange = day(201);
    let slips = priced(|code, date, close| {
        Some((date, if code == "B" && date == strange { 100.0 * close } else { close }))
    });
    one(&slips, WarningCode::JumpReverts, "B 2020-07-20 to 2020-07-20, 1", 1);
    let moves = priced(|code, date, close| {
        Some((date, if code == "B" && date >= strange { 2.0 * close } else { close }))
    });
    one(&moves, WarningCode::Jump, "B 2020-07-17 to 2020-07-20, 1", 1);
}

#[test]
fn stamps_that_cannot_be_trading_days_are_counted() {
    let early = priced(|_, date, close| {
        Some((date.plus_days(-1).unwrap().max(day(0)), close)).filter(|_| date > day(0))
    });
    let found = found(&early);
    assert_eq!((found.len(), found[0].0, found[0].2), (1, WarningCode::WeekendCloses, 4));
    let monthly =
        priced(|_, date, close| (date.month() != date.plus_days(1)?.month()).then_some((date, close)));
    let shown = self::found(&monthly);
    assert_eq!(shown[0].0, WarningCode::MonthlyCalledDaily, "{shown:?}");
    let month_end = monthly.replacing("dataset.toml", "price_frequency = \"D\"", "price_frequency = \"M\"");
    assert_eq!(
        self::found(&month_end).iter().filter(|(code, ..)| *code == WarningCode::MonthlyCalledDaily).count(),
        0
    );
}

/// Monthly values of 2020 and 2021 of the market, released ten days after their month.
fn monthly(value: impl Fn(i32) -> Option<f64>, lag: i32, release: &str) -> Folder {
    let mut rows = String::from("series,entity,period,released,value\n");
    for month in 0..24 {
        let end = day(0).month().plus(month).unwrap().last_day();
        if let Some(value) = value(month) {
            writeln!(rows, "s,CN,{end},{},{value}", end.plus_days(lag).unwrap()).unwrap();
        }
    }
    plain()
        .with("series.csv", format!("series,frequency,unit,title,release\ns,M,index,S,{release}\n"))
        .with("observations.csv", rows)
}

#[test]
fn series_that_look_wrong_are_named() {
    let usual = |month: i32| 100.0 + f64::from(month % 5);
    assert_eq!(found(&monthly(|month| Some(usual(month)), 10, "")), []);
    let unit = monthly(|month| Some(if month < 12 { usual(month) } else { usual(month) * 1e4 }), 10, "");
    one(&unit, WarningCode::UnitChange, "s of CN 2020-12-31 to 2021-01-31, 1", 1);
    one(&monthly(|_| Some(3.0), 10, ""), WarningCode::Constant, "s of CN 2020-01-31 to 2021-12-31, 24", 1);
    let zeros = monthly(|month| Some(if month % 4 == 0 { 0.0 } else { 1.5 * f64::from(month) }), 10, "");
    one(&zeros, WarningCode::ManyZeros, "s of CN 2020-01-31 to 2021-12-31, 6", 1);
    one(
        &monthly(|month| Some(usual(month)), 0, ""),
        WarningCode::SameDayReleases,
        "s of CN 2020-01-31 to 2021-12-31, 24",
        1,
    );
    assert_eq!(found(&monthly(|month| Some(usual(month)), 0, "published")), []);
    let stops = monthly(|month| (month < 20).then(|| usual(month)), 10, "");
    one(&stops, WarningCode::Overdue, "s of CN 2021-09-30 to 2021-10-10, 3", 1);
}

#[test]
fn links_and_shares_that_say_little_are_named() {
    let linked = monthly(|month| Some(100.0 + f64::from(month % 5)), 10, "")
        .with("links.csv", "sector,series,polarity,weight\nA,s,1,1\n");
    assert_eq!(found(&linked), []);
    let text = std::fs::read_to_string(linked.path().join("observations.csv")).unwrap();
    let elsewhere = linked.with("observations.csv", text.replace(",CN,", ",A,"));
    one(&elsewhere, WarningCode::LinkElsewhere, "s of A 2020-01-01 to 2022-12-31, 1", 1);
    let bridge = plain().with("bridge.csv", "sector,industry,weight,released\nA,I,0.4,2020-04-30\n");
    one(&bridge, WarningCode::SharesBelowOne, "A 2020-04-30 to 2020-04-30, 1", 1);
}

#[test]
fn a_warning_can_be_cut_down_to_what_a_run_touches() {
    let early = day(100);
    let folder = priced(|code, date, close| (code == "C" || date >= early).then_some((date, close)));
    let warnings = Dataset::open(folder.path()).unwrap().warnings();
    assert_eq!(warnings[0].places.len(), 3);
    let of = |code: &str| warnings[0].within(|place| place.entity.as_deref() == Some(code));
    assert_eq!(of("B").map(|warning| warning.places.len()), Some(1));
    assert_eq!(of("C"), None);
}
