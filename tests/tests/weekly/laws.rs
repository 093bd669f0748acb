//! What is known on a day is all that the page of the day hangs on; the order of rows is nothing; and what is missing is said.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use rotor::Dataset;
use rotor_factor::Date;
use rotor_run::{FlowKind, MissingReason, Weekly, WeeklyPart};
use rotor_tests::Folder;
use rotor_tests::messy::{self, Dice};

use crate::made::{Made, date, weekdays, weekly};

const TABLES: [&str; 9] =
    ["entities", "prices", "series", "observations", "bridge", "links", "events", "companies", "filings"];

/// A messy dataset whose linked series belong to chains, with events and published profits of all industry.
pub(crate) fn rich(seed: u64) -> Folder {
    let folder = messy::weekly(seed);
    let mut dice = Dice::new(seed ^ 0xC4A1);
    let mut pick = |choices: &[&'static str]| choices[dice.below(choices.len())];
    let mut series = String::new();
    for (row, line) in read(&folder, "series").lines().enumerate() {
        let is_linked = line.contains(",index,")
            || line.contains("cny_per")
            || line.contains("tonnes")
            || line.contains(",usd");
        let rest = match (row, is_linked) {
            (0, _) => "measure,accumulation,chain",
            (_, false) => ",,",
            _ => pick(&[
                "price,,steel",
                "volume,,coal",
                "volume,,coal",
                "volume,ytd,ships",
                "rate,,steel",
                "survey,,glass",
                "growth,,cement",
                ",,coal",
            ]),
        };
        writeln!(series, "{line},{rest}").unwrap();
    }
    let mut events = String::from("date,title,importance,sectors,known\n");
    for number in 0..900 {
        let day = date("2014-01-01").plus_days(3 * number + dice.below(3) as i32).unwrap();
        let known = match dice.below(3) {
            0 => String::new(),
            1 => day.to_string(),
            _ => day.plus_days(-(dice.below(40) as i32)).unwrap().to_string(),
        };
        let (title, stars) = (dice.below(50), 1 + dice.below(3));
        writeln!(events, "{day},Event {title} {number},{stars},,{known}").unwrap();
    }
    folder.with("series.csv", series).with("events.csv", events)
}

fn read(folder: &Folder, table: &str) -> String {
    fs::read_to_string(folder.path().join(format!("{table}.csv"))).unwrap_or_default()
}

fn open(folder: &Folder) -> Arc<Dataset> {
    let opened = Dataset::open(folder.path());
    Arc::new(opened.unwrap_or_else(|error| match error {
        rotor::DataError::Faulty { report, .. } => panic!("{report}"),
        error => panic!("{error}"),
    }))
}

/// Everything that the page says of the data.
fn said(weekly: &Weekly) -> [String; 10] {
    [
        format!("{:?}", weekly.week),
        format!("{:?}", weekly.returns),
        format!("{:?}", weekly.tracking),
        format!("{:?}", weekly.profits),
        format!("{:?}", weekly.samples),
        format!("{:?} {:?}", weekly.flows, weekly.insiders),
        format!("{:?}", weekly.events),
        format!("{:?}", weekly.valuation),
        format!("{:?}", weekly.releases),
        format!("{:?}", weekly.missing),
    ]
}

/// The folder with every table made anew, line by line.
fn changed(folder: &Folder, change: impl Fn(&str, &[&str], &str) -> Option<String>) -> Folder {
    let mut new = Folder::new().with("dataset.toml", fs::read(folder.path().join("dataset.toml")).unwrap());
    for table in TABLES {
        let text = read(folder, table);
        let Some(header) = text.lines().next() else { continue };
        let columns: Vec<&str> = header.split(',').collect();
        let lines: Vec<String> =
            text.lines().skip(1).filter_map(|line| change(table, &columns, line)).collect();
        if !lines.is_empty() {
            new = new.with(&format!("{table}.csv"), format!("{header}\n{}\n", lines.join("\n")));
        }
    }
    new
}

/// The first day on which a row can be known, by its table. A close is known on the evening of its day.
fn known_from(table: &str, columns: &[&str], cells: &[&str]) -> Option<Date> {
    let cell = |name: &str| {
        let position = columns.iter().position(|column| *column == name)?;
        Some(cells[position]).filter(|cell| !cell.is_empty()).map(date)
    };
    match table {
        "prices" => cell("date"),
        "observations" | "filings" => cell("released"),
        "events" => cell("known").or_else(|| cell("date")),
        _ => None,
    }
}

/// Other values in the place of the row's.
fn shocked(table: &str, columns: &[&str], cells: &[&str]) -> String {
    let cells = columns.iter().zip(cells).map(|(column, cell)| {
        let is_value =
            ["close", "value", "net_profit_ytd", "low", "high", "net_profit_ytd_prior", "total_assets"];
        match *column {
            "title" if table == "events" => format!("{cell} shocked"),
            "importance" => "3".to_owned(),
            // Shares and sums that are not negative stay so.
            column if is_value.contains(&column) && !cell.is_empty() => {
                let value: f64 = cell.parse().unwrap();
                if (0.0..=1.0).contains(&value) {
                    (1.0 - value).to_string()
                } else {
                    (value * 1.7).to_string()
                }
            }
            _ => (*cell).to_owned(),
        }
    });
    cells.collect::<Vec<_>>().join(",")
}

fn assert_same(label: &str, expected: &Weekly, found: &Weekly) {
    for (expected, found) in said(expected).iter().zip(&said(found)) {
        let first = expected.bytes().zip(found.bytes()).position(|(one, two)| one != two).unwrap_or(0);
        let around = |text: &str| {
            String::from_utf8_lossy(
                &text.as_bytes()[first.saturating_sub(200)..(first + 200).min(text.len())],
            )
            .into_owned()
        };
        assert!(expected == found, "{label}\n{}\n{}", around(expected), around(found));
    }
}

#[test]
fn nothing_that_was_not_known_matters() {
    for seed in [702, 705, 709] {
        let folder = rich(seed);
        let dataset = open(&folder);
        for day in ["2016-04-29", "2019-08-15", "2021-03-03"] {
            let day = date(day);
            let is_late = |table: &str, columns: &[&str], line: &str| {
                let cells: Vec<&str> = line.split(',').collect();
                known_from(table, columns, &cells).is_some_and(|known| known >= day)
            };
            let cut = changed(&folder, |table, columns, line| {
                (!is_late(table, columns, line)).then(|| line.to_owned())
            });
            let shock = changed(&folder, |table, columns, line| {
                let cells: Vec<&str> = line.split(',').collect();
                Some(if is_late(table, columns, line) {
                    shocked(table, columns, &cells)
                } else {
                    line.to_owned()
                })
            });
            let page = weekly(&dataset, Some(day), &[]);
            assert_same(&format!("seed {seed}, {day}, cut"), &page, &weekly(&open(&cut), Some(day), &[]));
            assert_same(&format!("seed {seed}, {day}, shock"), &page, &weekly(&open(&shock), Some(day), &[]));
        }
    }
}

#[test]
fn the_order_of_rows_is_nothing() {
    for seed in [705, 714] {
        let folder = rich(seed);
        let mut turned =
            Folder::new().with("dataset.toml", fs::read(folder.path().join("dataset.toml")).unwrap());
        for table in TABLES {
            let text = read(&folder, table);
            let Some(header) = text.lines().next() else { continue };
            let lines: Vec<&str> = text.lines().skip(1).collect();
            let lines: Vec<&str> = lines.into_iter().rev().collect();
            if !lines.is_empty() {
                turned = turned.with(&format!("{table}.csv"), format!("{header}\n{}\n", lines.join("\n")));
            }
        }
        let (dataset, turned) = (open(&folder), open(&turned));
        for day in ["2017-10-20", "2020-04-24"] {
            let day = Some(date(day));
            assert_same(&format!("seed {seed}"), &weekly(&dataset, day, &[]), &weekly(&turned, day, &[]));
        }
    }
}

/// A filing or an event that comes on the day is not known on it; a day earlier it is.
#[test]
fn what_comes_on_the_day_changes_nothing() {
    let made = |released: Option<&str>| {
        let mut made = Made::new("2024-03-01", "2024-07-31");
        for code in ["600001", "600002"] {
            made.row("companies", &format!("{code},Company,801080,,"));
            made.row("filings", &format!("{code},2024-03-31,2024-04-25,report,10,,,8,100"));
        }
        made.row("filings", "600001,2024-06-30,2024-07-10,report,30,,,20,100");
        made.row("events", "2024-07-24,an event,2,,2024-07-01");
        if let Some(released) = released {
            made.row("filings", &format!("600002,2024-06-30,{released},report,5,,,20,500"));
            made.row("events", &format!("2024-07-31,another event,3,,{released}"));
        }
        made.weekly("2024-07-26")
    };
    let without = made(None);
    assert_eq!((without.samples[0].rows[0].n, without.events.len()), (1, 1));
    for released in ["2024-07-26", "2024-07-29"] {
        assert_same(released, &without, &made(Some(released)));
    }
    let with = made(Some("2024-07-25"));
    assert_eq!((with.samples[0].rows[0].n, with.events.len()), (2, 2));
}

fn reason(weekly: &Weekly, part: WeeklyPart) -> Option<&MissingReason> {
    let mut reasons = weekly.missing.iter().filter(|missing| missing.part == part);
    let first = reasons.next();
    assert!(reasons.next().is_none(), "{part:?} is missing twice");
    first.map(|missing| &missing.reason)
}

const FLOWS: [FlowKind; 8] = [
    FlowKind::Northbound,
    FlowKind::Margin,
    FlowKind::EtfUnits,
    FlowKind::Etf,
    FlowKind::NewFunds,
    FlowKind::InsiderBuy,
    FlowKind::InsiderSell,
    FlowKind::InsiderPlanned,
];

fn assert_only_returns(weekly: &Weekly) {
    assert!(weekly.tracking.is_empty() && weekly.profits.is_none() && weekly.samples.is_empty());
    assert!(weekly.flows.is_empty() && weekly.insiders.is_none());
    assert!(weekly.events.is_empty() && weekly.valuation.is_empty());
    for part in [
        WeeklyPart::Tracking,
        WeeklyPart::Profits,
        WeeklyPart::Samples,
        WeeklyPart::Events,
        WeeklyPart::Valuation,
    ]
    .into_iter()
    .chain(FLOWS.map(WeeklyPart::Flow))
    {
        let reason = reason(weekly, part);
        assert!(matches!(reason, Some(MissingReason::NotInDataset(_))), "{part:?}: {reason:?}");
    }
}

#[test]
fn prices_alone_make_a_page_of_returns() {
    let made = Made::new("2024-07-01", "2024-07-31");
    let weekly = made.weekly("2024-07-29");
    assert_eq!(weekly.returns.as_ref().unwrap().n_flat, 2);
    assert_eq!(reason(&weekly, WeeklyPart::Returns), None);
    assert_only_returns(&weekly);
}

#[test]
fn month_end_closes_have_no_week() {
    let mut made = Made::bare();
    made.manifest = made.manifest.replace("price_frequency = \"D\"", "price_frequency = \"M\"");
    made.row("entities", "801010,sector,Sector,,");
    for day in ["2024-04-30", "2024-05-31", "2024-06-28"] {
        made.closes("801010", &[(date(day), 100.0)]);
    }
    for day in ["2024-06-28", "2024-07-01", "2024-07-29"] {
        let weekly = made.weekly(day);
        assert!(weekly.returns.is_none());
        assert_eq!(reason(&weekly, WeeklyPart::Returns), Some(&MissingReason::NoDailyCloses));
        assert_only_returns(&weekly);
    }
    weekly(&made.dataset(), None, &[]);
}

#[test]
fn without_a_market_its_series_have_no_rows() {
    let mut made = Made::bare();
    for code in ["801010", "801080"] {
        made.row("entities", &format!("{code},sector,Sector,,"));
        let closes: Vec<(Date, f64)> = weekdays("2024-03-01", "2024-07-31").map(|day| (day, 100.0)).collect();
        made.closes(code, &closes);
    }
    made.row("entities", "C39,industry,Electronics,,");
    made.series("profit_ytd", "M", "cny_100m");
    made.tell("profit_ytd", "C39", "2024-06-30", "2024-07-27", 100.0);
    made.series("margin_net_buy", "W", "cny_100m");
    made.tell("margin_net_buy", "801010", "2024-07-26", "2024-07-27", 3.0);
    for code in ["600001", "600002"] {
        made.row("companies", &format!("{code},Company,801080,,"));
        made.row("filings", &format!("{code},2024-03-31,2024-04-25,report,10,,,8,100"));
        made.row("filings", &format!("{code},2024-06-30,2024-07-10,report,30,,,20,100"));
    }
    let weekly = made.weekly("2024-07-29");
    assert!(weekly.tracking.is_empty());
    assert_eq!(weekly.samples[0].rows[0].n, 2, "companies need no market");
    assert_eq!(weekly.flows[0].n_summed, Some(1));
    assert_eq!(weekly.profits.unwrap().month.to_string(), "2024-06");
}

#[test]
fn any_day_has_a_page() {
    let folder = rich(705);
    let dataset = open(&folder);
    for day in ["1900-01-01", "1900-01-03", "1999-12-31", "2199-12-31", "2100-02-28"] {
        let page = weekly(&dataset, Some(date(day)), &[]);
        assert_eq!(page.as_of, date(day));
        if day < "2000" {
            assert!(page.returns.is_none() && page.flows.is_empty() && page.events.is_empty());
            assert_eq!(reason(&page, WeeklyPart::Returns), Some(&MissingReason::NotPublic));
            assert_eq!(reason(&page, WeeklyPart::Profits), Some(&MissingReason::NotPublic));
        }
    }
    // Sectors that have not closed before the day.
    let made = Made::new("2024-07-15", "2024-07-31");
    for day in ["2024-07-14", "2024-07-15", "2024-07-16", "2024-07-22"] {
        assert!(made.weekly(day).returns.is_none(), "{day}: there is no close before the week");
    }
    assert!(made.weekly("2024-07-23").returns.is_some());
}
