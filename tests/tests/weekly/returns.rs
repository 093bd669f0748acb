//! The week and what it gained; events.

use rotor_factor::Date;

use crate::made::{Made, assert_near, date, days, weekdays, weekly};

/// Three sectors and two benchmarks with the closes of two Fridays.
fn three_sectors() -> Made {
    let mut made = Made::bare();
    for (code, closes) in [("801010", [100.0, 97.3]), ("801030", [50.0, 50.6]), ("801040", [20.0, 19.08])] {
        made.row("entities", &format!("{code},sector,Sector {code},,"));
        made.closes(code, &[(date("2024-07-19"), closes[0]), (date("2024-07-26"), closes[1])]);
    }
    for (code, closes) in [("000016", [1000.0, 990.0]), ("000300", [3000.0, 3060.0])] {
        made.row("entities", &format!("{code},benchmark,Benchmark {code},,"));
        made.closes(code, &[(date("2024-07-19"), closes[0]), (date("2024-07-26"), closes[1])]);
    }
    made
}

#[test]
fn returns_of_a_week_are_those_of_the_example() {
    let dataset = three_sectors().dataset();
    let page = weekly(&dataset, Some(date("2024-07-29")), &[]);
    let week = &page.week;
    assert_eq!((week.monday, week.sunday), (date("2024-07-22"), date("2024-07-28")));
    assert_eq!((week.days.as_slice(), week.before), (&[date("2024-07-26")][..], Some(date("2024-07-19"))));
    assert!(!week.is_partial);
    let returns = page.returns.unwrap();
    let sectors: Vec<&str> = returns.sectors.iter().map(|row| row.entity.code.as_str()).collect();
    assert_eq!(sectors, ["801030", "801010", "801040"]);
    for (row, expected) in returns.sectors.iter().zip([1.2, -2.7, -4.6]) {
        assert_near(Some(row.value), expected);
        // The first benchmark by code lost one per cent.
        assert_near(row.excess, expected + 1.0);
        assert_eq!((row.percentile, row.n_weeks), (None, 1));
    }
    assert_eq!((returns.n_up, returns.n_flat, returns.n_down), (1, 0, 2));
    assert_near(returns.median, -2.7);
    assert_near(returns.equal_weight, -2.033_333_333_333_333);

    let page = weekly(&dataset, Some(date("2024-07-29")), &[("benchmarks", "000300,000016")]);
    let returns = page.returns.unwrap();
    let benchmarks: Vec<&str> = returns.benchmarks.iter().map(|row| row.entity.code.as_str()).collect();
    assert_eq!(benchmarks, ["000300", "000016"], "they stand as the configuration has them");
    assert_near(returns.benchmarks[1].excess, -3.0);
    assert_near(returns.sectors[0].excess, 1.2 - 2.0);
}

#[test]
fn the_default_day_follows_the_last_trading_day() {
    let dataset = three_sectors().dataset();
    let page = weekly(&dataset, None, &[]);
    assert_eq!((page.as_of, page.is_default_day), (date("2024-07-27"), true));
    assert!(!weekly(&dataset, Some(date("2024-07-27")), &[]).is_default_day);
}

#[test]
fn a_week_is_partial_up_to_its_friday() {
    let dataset = Made::new("2024-07-01", "2024-08-30").dataset();
    let is_partial = |day: &str| weekly(&dataset, Some(date(day)), &[]).week.is_partial;
    // On a Monday the week is the one that is over.
    assert!(!is_partial("2024-07-29"));
    for day in ["2024-07-23", "2024-07-24", "2024-07-25", "2024-07-26"] {
        assert!(is_partial(day), "{day}");
    }
    for day in ["2024-07-27", "2024-07-28"] {
        assert!(!is_partial(day), "{day}");
    }
    let page = weekly(&dataset, Some(date("2024-07-26")), &[]);
    assert_eq!(page.week.days, days("2024-07-22", "2024-07-25").collect::<Vec<Date>>());
}

#[test]
fn equal_gains_are_ranked_by_code_and_who_did_not_close_has_no_row() {
    let mut made = Made::bare();
    for code in ["801010", "801030", "801040", "801050", "801080"] {
        made.row("entities", &format!("{code},sector,Sector {code},,"));
    }
    made.row("entities", "801110,sector,Ended,,2024-07-24");
    made.row("entities", "000300,benchmark,CSI 300,,");
    let (friday, next) = (date("2024-07-19"), date("2024-07-26"));
    // Two gain the same to the bit, from and to other closes; one stays.
    made.closes("801010", &[(friday, 100.0), (next, 100.0)]);
    made.closes("801050", &[(friday, 10.0), (next, 11.0)]);
    made.closes("801030", &[(friday, 40.0), (next, 44.0)]);
    // A close of the week on another day counts; none in the week, or none before it, do not.
    made.closes("801040", &[(friday, 50.0), (date("2024-07-24"), 45.0)]);
    made.closes("801080", &[(next, 50.0)]);
    made.closes("801110", &[(friday, 10.0), (date("2024-07-24"), 11.0)]);
    made.closes("000300", &[(date("2024-07-18"), 10.0)]);
    let page = made.weekly("2024-07-29");
    let returns = page.returns.unwrap();
    let sectors: Vec<(&str, f64)> =
        returns.sectors.iter().map(|row| (row.entity.code.as_str(), row.value)).collect();
    let codes: Vec<&str> = sectors.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["801030", "801050", "801010", "801040"], "{sectors:?}");
    assert_eq!((returns.n_up, returns.n_flat, returns.n_down), (2, 1, 1));
    assert!(returns.benchmarks.is_empty());
    assert_near(returns.median, 5.0);
    assert!(returns.sectors.iter().all(|row| row.excess.is_none()));
}

#[test]
fn benchmarks_of_another_time_have_no_row() {
    let mut made = three_sectors();
    for (code, life) in
        [("000001", "2024-07-29,"), ("000002", ",2024-07-25"), ("000003", "2024-07-26,2024-07-26")]
    {
        made.row("entities", &format!("{code},benchmark,Benchmark {code},{life}"));
        made.closes(code, &[(date("2024-07-19"), 10.0), (date("2024-07-25"), 11.0)]);
    }
    let returns = made.weekly("2024-07-29").returns.unwrap();
    let benchmarks: Vec<&str> = returns.benchmarks.iter().map(|row| row.entity.code.as_str()).collect();
    assert_eq!(benchmarks, ["000003", "000016", "000300"]);
    assert_near(returns.sectors[0].excess, 1.2 - 10.0);
}

#[test]
fn a_gain_stands_among_the_own_weeks_of_five_years() {
    let first = "2018-01-01";
    let fridays: Vec<Date> = weekdays(first, "2024-07-26").filter(|day| day.weekday() == 5).collect();
    // So many weeks, the last of which gains less than all, as much as one and more than the rest.
    let made = |n_weeks: usize| {
        let mut made = Made::bare();
        made.row("entities", "801010,sector,Sector,,");
        let fridays = &fridays[fridays.len() - 1 - n_weeks..];
        let mut closes = vec![(fridays[0], 1000.0)];
        for (week, friday) in fridays[1..].iter().enumerate() {
            let is_last = week + 1 == n_weeks;
            let gain = if is_last { 0.0 } else { 0.001 * ((week % 3) as f64 + 1.0) };
            closes.push((*friday, closes[week].1 * (1.0 + gain)));
        }
        made.closes("801010", &closes);
        made.weekly("2024-07-29").returns.unwrap().sectors[0].clone()
    };
    let row = made(103);
    assert_eq!((row.n_weeks, row.percentile), (103, None));
    let row = made(104);
    assert_eq!(row.n_weeks, 104);
    assert_near(row.percentile, 100.0 * 0.5 / 104.0);
    let row = made(300);
    assert_eq!(row.n_weeks, 260, "no more than five years");
    assert_near(row.percentile, 100.0 * 0.5 / 260.0);
}

#[test]
fn a_release_is_expected_after_the_median_lag_of_a_year() {
    let mut made = Made::new("2024-07-01", "2024-07-31");
    made.series("cpi_yoy", "M", "percent");
    let last: rotor_factor::Month = "2024-06".parse().unwrap();
    for before in 0..20 {
        let period = last.plus(-before).unwrap().last_day();
        // Of the last twelve six came after 9 days and six after 12; those before them do not count, nor do revisions.
        let lag = if before >= 12 { 40 } else { 9 + 3 * (before % 2) };
        let released = |lag: i32| period.plus_days(lag).unwrap().to_string();
        made.tell("cpi_yoy", "CN", &period.to_string(), &released(lag), 1.0);
        made.tell("cpi_yoy", "CN", &period.to_string(), &released(lag + 2), 1.1);
    }
    let weekly = made.weekly("2024-07-29");
    let next: Vec<String> = weekly
        .releases
        .next
        .iter()
        .map(|next| format!("{} {} {}", weekly.series[next.series].name, next.period, next.expected))
        .collect();
    assert_eq!(next, ["cpi_yoy 2024-07 2024-08-12"]);
}

#[test]
fn events_are_those_of_the_example() {
    let mut made = Made::new("2024-07-01", "2024-07-31");
    for (day, title, stars, known) in [
        ("2024-07-25", "b", 3, "2024-07-25"),
        ("2024-07-27", "a", 2, "2024-06-30"),
        ("2024-08-05", "c", 2, "2024-07-20"),
        ("2024-08-01", "e", 2, "2024-07-30"),
        ("2024-07-31", "d", 2, "2024-06-30"),
        ("2024-07-26", "a", 3, "2024-07-26"),
        ("2024-07-21", "z", 3, "2024-07-21"),
        // Known on the day itself, and without a day on which it was known: both are still to come.
        ("2024-07-30", "f", 3, "2024-07-29"),
        ("2024-07-29", "g", 3, ""),
        ("2024-07-22", "h", 1, ""),
        ("2024-08-04", "i", 1, "2024-07-28"),
    ] {
        made.row("events", &format!("{day},{title},{stars},801080,{known}"));
    }
    let page = made.weekly("2024-07-29");
    let shown: Vec<String> = page
        .events
        .iter()
        .map(|event| format!("{} {} {} {}", event.title, event.date, event.importance, event.sectors[0].code))
        .collect();
    assert_eq!(
        shown,
        [
            "b 2024-07-25 3 801080",
            "a 2024-07-26 3 801080",
            "a 2024-07-27 2 801080",
            "d 2024-07-31 2 801080",
            "h 2024-07-22 1 801080",
            "i 2024-08-04 1 801080",
        ]
    );
}
