//! Flows of the week, and multiples.

use rotor_factor::Date;
use rotor_run::{Flow, FlowKind, FlowSpan, ValuationRow, Weekly};

use crate::made::{Made, assert_near, date, weekdays};

fn flow(weekly: &Weekly, kind: FlowKind) -> &Flow {
    weekly.flows.iter().find(|flow| flow.kind == kind).unwrap_or_else(|| panic!("no {kind:?}"))
}

/// The next weekday.
fn next(day: Date) -> Date {
    let next = day.plus_days(1).unwrap();
    if next.weekday() <= 5 { next } else { next.plus_days(8 - next.weekday() as i32).unwrap() }
}

/// Net purchases on margin of the market on every weekday: 1 in the first week, 2 in the second; known the weekday after.
fn margin(made: &mut Made, entity: &str, times: f64) {
    for day in weekdays("2024-07-15", "2024-07-26") {
        let value = if day < date("2024-07-22") { 1.0 } else { 2.0 };
        made.tell("margin_net_buy", entity, &day.to_string(), &next(day).to_string(), times * value);
    }
}

#[test]
fn a_sum_of_fewer_days_than_the_week_had_says_so() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    made.series("margin_net_buy", "D", "cny_100m");
    margin(&mut made, "CN", 1.0);
    let of = |day: &str| {
        let weekly = made.weekly(day);
        let flow = flow(&weekly, FlowKind::Margin);
        let market = flow.market.unwrap();
        assert_eq!(flow.n_summed, None);
        (flow.span, market.value, market.before, market.change())
    };
    // Friday's is known on Monday, and on Monday not yet.
    let first_four = FlowSpan::FirstDays { n_days: 4, n_trading_days: 5 };
    assert_eq!(of("2024-07-27"), (first_four, 8.0, Some(5.0), Some(3.0)));
    assert_eq!(of("2024-07-29"), (first_four, 8.0, Some(5.0), Some(3.0)));
    // Up to Wednesday on a Friday, when the week has had four days.
    let three_of_four = FlowSpan::FirstDays { n_days: 3, n_trading_days: 4 };
    assert_eq!(of("2024-07-26"), (three_of_four, 6.0, Some(5.0), Some(1.0)));
}

#[test]
fn a_whole_week_is_summed_without_a_word() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    made.series("northbound_net_buy", "D", "cny_100m");
    for (number, day) in weekdays("2024-07-15", "2024-07-26").enumerate() {
        made.tell("northbound_net_buy", "CN", &day.to_string(), &day.to_string(), number as f64);
    }
    let weekly = made.weekly("2024-07-27");
    let northbound = flow(&weekly, FlowKind::Northbound);
    assert_eq!(northbound.span, FlowSpan::Week);
    assert_eq!(northbound.market.map(|sum| (sum.value, sum.before)), Some((35.0, Some(10.0))));
}

#[test]
fn without_a_series_of_the_market_sectors_are_summed_and_counted() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    made.row("entities", "000300,benchmark,CSI 300,,");
    made.series("etf_net_subscription", "W", "cny_100m");
    for (entity, values) in [("801010", [3.0, -1.0]), ("801080", [-5.0, 4.0]), ("000300", [100.0, 200.0])] {
        for (day, value) in ["2024-07-19", "2024-07-26"].iter().zip(values) {
            made.tell("etf_net_subscription", entity, day, day, value);
        }
    }
    let weekly = made.weekly("2024-07-29");
    let etf = flow(&weekly, FlowKind::Etf);
    assert_eq!((etf.span, etf.n_summed), (FlowSpan::Week, Some(2)));
    assert_eq!(etf.market.map(|sum| (sum.value, sum.before)), Some((3.0, Some(-2.0))));
    let sectors: Vec<(&str, f64)> =
        etf.sectors.iter().map(|flow| (flow.entity.code.as_str(), flow.value)).collect();
    assert_eq!(sectors, [("801080", 4.0), ("801010", -1.0)]);
    assert_eq!(etf.benchmarks.iter().map(|flow| flow.value).collect::<Vec<_>>(), [200.0]);
    // A series of the market of its own takes the place of the sum.
    made.tell("etf_net_subscription", "CN", "2024-07-26", "2024-07-28", 77.0);
    let weekly = made.weekly("2024-07-29");
    let etf = flow(&weekly, FlowKind::Etf);
    assert_eq!((etf.market.map(|sum| (sum.value, sum.before)), etf.n_summed), (Some((77.0, None)), None));
}

#[test]
fn the_week_before_is_summed_over_whoever_told_it() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    made.series("insider_buy", "W", "cny_100m");
    made.tell("insider_buy", "801010", "2024-07-19", "2024-07-19", 3.0);
    made.tell("insider_buy", "801080", "2024-07-19", "2024-07-19", 5.0);
    made.tell("insider_buy", "801010", "2024-07-26", "2024-07-26", 4.0);
    let sum =
        |day: &str| flow(&made.weekly(day), FlowKind::InsiderBuy).market.map(|sum| (sum.value, sum.before));
    assert_eq!(sum("2024-07-22"), Some((8.0, None)));
    assert_eq!(sum("2024-07-29"), Some((4.0, Some(8.0))), "what the page of that week said");
}

#[test]
fn months_are_shown_as_months() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    made.series("new_fund_units", "M", "100m_units");
    made.tell("new_fund_units", "CN", "2024-05-31", "2024-06-03", 20.0);
    made.tell("new_fund_units", "CN", "2024-06-30", "2024-07-03", 24.8);
    let weekly = made.weekly("2024-07-29");
    let funds = flow(&weekly, FlowKind::NewFunds);
    assert_eq!(funds.span, FlowSpan::Month { month: "2024-06".parse().unwrap() });
    let market = funds.market.unwrap();
    assert_near(Some(market.value), 24.8);
    assert_near(market.change(), 4.8);
}

#[test]
fn a_series_that_has_ended_says_when() {
    let mut made = Made::new("2023-01-02", "2024-12-31");
    made.series("northbound_net_buy", "D", "cny_100m");
    for day in weekdays("2023-01-02", "2024-08-16") {
        made.tell("northbound_net_buy", "CN", &day.to_string(), &next(day).to_string(), 1.0);
    }
    let last = date("2024-08-16");
    for day in ["2024-12-31", "2025-06-30"] {
        let weekly = made.weekly(day);
        let northbound = flow(&weekly, FlowKind::Northbound);
        assert_eq!((northbound.span, northbound.market), (FlowSpan::Ended { last }, None), "{day}");
    }
    // In the week of its last value it is a flow like any other; Friday's is not known yet.
    let weekly = made.weekly("2024-08-19");
    let northbound = flow(&weekly, FlowKind::Northbound);
    assert_eq!(northbound.span, FlowSpan::FirstDays { n_days: 4, n_trading_days: 5 });
    assert_eq!(northbound.market.map(|sum| sum.value), Some(4.0));
}

#[test]
fn trades_of_large_holders_are_netted() {
    let mut made = Made::new("2024-07-01", "2024-08-30");
    for (name, values) in
        [("insider_buy", [9.0, 7.2]), ("insider_sell", [5.0, 19.0]), ("insider_planned_sale", [50.0, 79.0])]
    {
        made.series(name, "W", "cny_100m");
        for (day, value) in ["2024-07-19", "2024-07-26"].iter().zip(values) {
            made.tell(name, "CN", day, day, value);
        }
    }
    let weekly = made.weekly("2024-07-29");
    let net = weekly.insiders.unwrap();
    assert_near(Some(net.value), -11.8);
    assert_near(net.before, 4.0);
    assert_near(flow(&weekly, FlowKind::InsiderPlanned).market.map(|sum| sum.value), 79.0);
}

/// Multiples of month-ends up to June 2024, the last first.
fn multiples(made: &mut Made, series: &str, entity: &str, values: &[f64]) {
    let last: rotor_factor::Month = "2024-06".parse().unwrap();
    for (lag, value) in values.iter().enumerate() {
        let day = last.plus(-(lag as i32)).unwrap().last_day().to_string();
        made.tell(series, entity, &day, &day, *value);
    }
}

fn valued(code: &str, pe: &[f64], pb: &[f64]) -> Option<ValuationRow> {
    let mut made = Made::new("2024-06-03", "2024-07-31");
    made.row("entities", "801780,sector,Banks,,");
    made.series("pe_ttm", "M", "multiple");
    made.series("pb", "M", "multiple");
    multiples(&mut made, "pe_ttm", code, pe);
    multiples(&mut made, "pb", code, pb);
    made.weekly("2024-07-29").valuation.into_iter().find(|row| row.entity.code == code)
}

/// The values, and before them others until there are so many months.
fn with_others(values: &[f64], other: f64, n_months: usize) -> Vec<f64> {
    let mut all = values.to_vec();
    all.resize(n_months, other);
    all
}

#[test]
fn ties_count_half_on_the_boundary_to_the_digit() {
    // 13.5 among 11, 12, 13.5, 14, 14, 18, 19, 20, 21 and itself: 30, four times over.
    let ten = [13.5, 11.0, 12.0, 13.5, 14.0, 14.0, 18.0, 19.0, 20.0, 21.0];
    let values: Vec<f64> = ten.iter().cycle().take(40).copied().collect();
    let row = valued("801080", &values, &[]).unwrap();
    assert_eq!(row.percentile, Some(30.0));
    assert_eq!(row.percentile_of_all, Some(30.0));
    assert_eq!((row.multiple, row.is_pb, row.rank), (13.5, false, Some(1)));
    assert_near(row.change, 2.5);
}

#[test]
fn a_percentile_needs_three_years_and_looks_back_ten() {
    let row = valued("801080", &with_others(&[20.0], 10.0, 35), &[]).unwrap();
    assert_eq!((row.percentile, row.percentile_of_all, row.rank), (None, None, None));
    let row = valued("801080", &with_others(&[20.0], 10.0, 36), &[]).unwrap();
    assert_near(row.percentile, 100.0 * 35.5 / 36.0);
    // Months of losses are none of the three years.
    let row = valued("801080", &with_others(&[20.0, -1.0], 10.0, 36), &[]).unwrap();
    assert_eq!(row.percentile, None);
    // Of 130 months the last 120 up to the last complete one.
    let mut values = with_others(&[20.0], 10.0, 120);
    values.extend([30.0; 10]);
    let row = valued("801080", &values, &[]).unwrap();
    assert_near(row.percentile, 100.0 * 119.5 / 120.0);
    assert_near(row.percentile_of_all, 100.0 * 119.5 / 130.0);
    assert_eq!(row.months.len(), 120);
    assert_eq!(row.months.last(), Some(&20.0));
}

#[test]
fn books_stand_for_earnings_where_the_factor_says_so() {
    let (pe, pb) = (with_others(&[6.0], 5.0, 40), with_others(&[0.6], 0.7, 40));
    // A sector of the list.
    let row = valued("801780", &pe, &pb).unwrap();
    assert_eq!((row.is_pb, row.multiple), (true, 0.6));
    assert_near(row.percentile, 100.0 * 0.5 / 40.0);
    // Without books it is valued by earnings; others always are.
    assert!(!valued("801780", &pe, &[]).unwrap().is_pb);
    assert!(!valued("801080", &pe, &pb).unwrap().is_pb);
    // Earnings that are negative now, or too often: 8 of 40 are a fifth, 9 are more.
    let loss = with_others(&[-6.0], 5.0, 40);
    assert!(valued("801080", &loss, &pb).unwrap().is_pb);
    assert_eq!(valued("801080", &loss, &[]), None, "negative earnings and no books are no multiple");
    let losses = |n: usize| {
        let mut values = pe.clone();
        values[10..10 + n].fill(-5.0);
        values
    };
    assert!(!valued("801080", &losses(8), &pb).unwrap().is_pb);
    assert!(valued("801080", &losses(9), &pb).unwrap().is_pb);
}

#[test]
fn benchmarks_stand_first_and_equals_share_a_rank() {
    let mut made = Made::new("2024-06-03", "2024-07-31");
    made.row("entities", "801030,sector,Chemicals,,");
    made.row("entities", "900001,benchmark,All,,");
    made.series("pe_ttm", "M", "multiple");
    for code in ["801010", "801080"] {
        multiples(&mut made, "pe_ttm", code, &with_others(&[20.0], 10.0, 40));
    }
    multiples(&mut made, "pe_ttm", "801030", &with_others(&[5.0], 10.0, 40));
    multiples(&mut made, "pe_ttm", "900001", &with_others(&[10.0], 10.0, 40));
    let rows = made.weekly("2024-07-29").valuation;
    let found: Vec<(&str, bool, Option<usize>)> =
        rows.iter().map(|row| (row.entity.code.as_str(), row.is_benchmark, row.rank)).collect();
    assert_eq!(
        found,
        [
            ("900001", true, Some(1)),
            ("801010", false, Some(2)),
            ("801030", false, Some(1)),
            ("801080", false, Some(2)),
        ]
    );
    assert_near(rows[0].percentile, 50.0);
}

#[test]
fn a_change_is_that_to_a_week_before_the_multiple_itself() {
    let mut made = Made::new("2024-06-03", "2024-07-31");
    made.series("pe_ttm", "D", "multiple");
    for (day, value) in
        [("2024-07-10", 15.0), ("2024-07-18", 14.0), ("2024-07-19", 13.9), ("2024-07-25", 13.4)]
    {
        made.tell("pe_ttm", "801080", day, day, value);
    }
    let row = &made.weekly("2024-07-29").valuation[0];
    assert_eq!((row.day, row.multiple), (date("2024-07-25"), 13.4));
    assert_near(row.change, -0.6);
    assert_eq!(row.percentile, None);
    let row = &made.weekly("2024-07-25").valuation[0];
    assert_eq!(row.day, date("2024-07-19"));
    assert_near(row.change, -1.1);
}
