//! The three parts by hand, months that are not defined, parts that end.

use std::fmt::Write as _;

use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
use rotor_factor::{Date, Month, Value};

use super::*;

const NORTHBOUND: [&[f64]; 4] = [
    &[1.0, -0.5, 0.5, 0.2],
    &[0.4, 0.0, -0.8, 1.2, 0.7],
    &[-1.5, -0.5, -1.0, -0.2],
    &[2.0, 1.0, 0.5, 0.9, 1.6],
];
const MARGIN: [&[f64]; 4] =
    [&[3.0, -1.0, 0.0, 2.0], &[1.0, 1.0, -2.0, 0.5, 0.0], &[-4.0, -1.0, -2.0, -1.0], &[0.5, 1.0, -0.3]];
const ETF: [&[f64]; 4] = [&[6.0], &[-2.0], &[4.0], &[-3.0]];
const CAPS: [&[f64]; 4] = [&[1000.0], &[1050.0], &[980.0], &[1000.0]];

/// The month `n` months after March 2022.
fn month(n: i32) -> Month {
    Month::new(2022, 3).unwrap().plus(n).unwrap()
}

/// A series that has several values in each month, a week apart from the third on.
fn weekly(input: &str, months: &[&[f64]]) -> String {
    let mut text = format!("[{input} W]\nbanks\n");
    for (n, values) in (0..).zip(months) {
        for (week, value) in (0..).zip(*values) {
            let day = month(n).first_day().plus_days(2 + 6 * week).unwrap();
            writeln!(text, "{day} {} {value}", day.plus_days(1).unwrap()).unwrap();
        }
    }
    text
}

/// A series of a value a month, the first of which belongs to the month `first` months after March 2022.
fn monthly(input: &str, first: i32, months: &[&[f64]]) -> String {
    let mut text = format!("[{input} M]\nbanks\n");
    for (n, values) in (first..).zip(months) {
        writeln!(text, "{} {} {}", month(n), month(n).last_day(), values[0]).unwrap();
    }
    text
}

fn caps() -> String {
    monthly("float_cap", -1, &CAPS)
}

fn short<const N: usize>(given: [(&'static str, Value); N]) -> Flow {
    make([("window", 4.into()), ("min_months", 3.into())].into_iter().chain(given))
}

fn diagnostic(signal: &Signal, name: &str) -> Option<f64> {
    signal.find_diagnostic(name).unwrap().get(0)
}

fn near(got: Option<f64>, expected: f64) {
    assert!(got.is_some_and(|got| (got - expected).abs() < 1e-9), "{got:?}, expected {expected}");
}

#[test]
fn three_parts_are_one_number() {
    let text =
        caps() + &weekly("northbound", &NORTHBOUND) + &weekly("margin", &MARGIN) + &monthly("etf", 0, &ETF);
    let signal = evaluate(&short([]), "2022-07-04", &text).unwrap();
    near(diagnostic(&signal, "z_northbound"), 1.160_445_389_2);
    near(diagnostic(&signal, "z_margin"), 0.405_106_434_1);
    near(diagnostic(&signal, "z_etf"), -0.971_719_505_5);
    near(signal.raw_of(0), 0.197_944_105_9);
    assert_eq!((signal.score_of(0), diagnostic(&signal, "n_parts")), (Ok(2.0), Some(3.0)));
    let months = signal.find_table("months").unwrap();
    for (channel, expected) in [
        ("northbound", [3.0, 2.857_142_857_1, -8.163_265_306_1, 12.0]),
        ("margin", [10.0, 0.952_380_952_4, -20.408_163_265_3, 4.0]),
        ("etf", [60.0, -19.047_619_047_6, 40.816_326_530_6, -30.0]),
    ] {
        let flows = months.find(channel).unwrap().as_numbers().unwrap();
        flows.iter().zip(expected).for_each(|(flow, expected)| near(Some(*flow), expected));
    }

    let fewer: [&[f64]; 4] = [MARGIN[0], MARGIN[1], MARGIN[2], &MARGIN[3][..2]];
    let text =
        caps() + &weekly("northbound", &NORTHBOUND) + &weekly("margin", &fewer) + &monthly("etf", 0, &ETF);
    let signal = evaluate(&short([]), "2022-07-04", &text).unwrap();
    near(signal.raw_of(0), 0.094_362_941_8);
    assert_eq!(diagnostic(&signal, "z_margin"), None, "two values of five are no month");
    assert_eq!((signal.score_of(0), diagnostic(&signal, "n_parts")), (Ok(2.0), Some(2.0)));
}

#[test]
fn weights_and_direction() {
    let text = caps() + &weekly("northbound", &NORTHBOUND) + &monthly("etf", 0, &ETF);
    let of = |given: &[(&'static str, Value)]| {
        let mut all = vec![("window", 4.into()), ("min_months", 3.into())];
        all.extend_from_slice(given);
        let factor = make::<Flow>(all);
        (raws(&factor, "2022-07-04", &text), scores(&factor, "2022-07-04", &text))
    };
    let only = [("etf_weight", 0.into())];
    assert_eq!(of(&only), ("banks 1.1604".into(), "banks 3".into()));
    let fade = [("etf_weight", 0.into()), ("direction", "fade".into())];
    assert_eq!(of(&fade), ("banks -1.1604".into(), "banks 1".into()));
    assert_eq!(of(&[("northbound_weight", 0.into())]), ("banks -0.9717".into(), "banks 1".into()));
    let uneven = (3.0 * 1.160_445_389_2 - 0.971_719_505_5) / 4.0;
    assert_eq!(of(&[("northbound_weight", 3.into())]).0, format!("banks {uneven:.4}"));
    let parameters =
        ["northbound_weight", "margin_weight", "etf_weight"].map(|name| (name.to_owned(), 0.into()));
    let parameters = Parameters::resolve(Flow::PARAMETERS, parameters).unwrap();
    let refusal = Flow::from_parameters(&parameters).unwrap_err().to_string();
    assert_eq!(refusal, "parameter `etf_weight` is 0; it must be above 0 where the other two weights are 0");
}

/// A fifth week with the mean of the month changes nothing.
#[test]
fn the_number_of_weeks_has_no_say() {
    let mean = NORTHBOUND[2].iter().sum::<f64>() / 4.0;
    let longer = [NORTHBOUND[2], &[mean]].concat();
    let with: [&[f64]; 4] = [NORTHBOUND[0], NORTHBOUND[1], &longer, NORTHBOUND[3]];
    let raw = |months: &[&[f64]]| {
        let text = caps() + &weekly("northbound", months);
        evaluate(&short([]), "2022-07-04", &text).unwrap().raw_of(0)
    };
    near(raw(&with), raw(&NORTHBOUND).unwrap());
}

#[test]
fn the_currency_has_no_say() {
    let in_dollars = |months: &[&[f64]; 4]| {
        months.map(|values| values.iter().map(|value| value * 0.14).collect::<Vec<_>>())
    };
    let slices = |months: &[Vec<f64>; 4]| months.clone().map(|values| -> &'static [f64] { values.leak() });
    let raw = |caps: &[&[f64]; 4], flows: &[&[f64]; 4]| {
        let text = monthly("float_cap", -1, caps) + &weekly("northbound", flows);
        evaluate(&short([]), "2022-07-04", &text).unwrap().raw_of(0).unwrap()
    };
    let dollars = raw(&slices(&in_dollars(&CAPS)), &slices(&in_dollars(&NORTHBOUND)));
    near(Some(dollars), raw(&CAPS, &NORTHBOUND));
}

#[test]
fn a_monthly_part_may_end_a_month_earlier() {
    let text = caps() + &monthly("etf", 0, &ETF);
    assert_eq!(raws(&short([]), "2022-07-04", &text), "banks -0.9717");
    assert_eq!(raws(&short([]), "2022-08-01", &text), "banks -0.9717", "July is not there yet");
    let none = "banks - (no flow of its own is public)";
    assert_eq!(reasons(&short([]), "2022-09-01", &text), none);
    // One of days has no such grace.
    let text = caps() + &weekly("northbound", &NORTHBOUND);
    assert_eq!(reasons(&short([]), "2022-08-01", &text), none);
}

#[test]
fn months_that_are_not_defined() {
    let none = "banks - (no flow of its own is public)";
    // Without a float before it a month has none: April to June are left.
    let text = |first: i32, caps: &[&[f64]]| monthly("float_cap", first, caps) + &monthly("etf", 0, &ETF);
    let late = text(0, &CAPS[1..]);
    assert_eq!(raws(&short([]), "2022-07-04", &late), "banks -0.7150");
    assert_eq!(reasons(&short([("min_months", 4.into())]), "2022-07-04", &late), none);
    // A float that is not positive is none, nor is an older one behind it.
    assert_eq!(
        reasons(&short([]), "2022-07-04", &text(-1, &[&[1000.0], &[1000.0], &[1000.0], &[0.0]])),
        none
    );
    // A float is used however old it is.
    let factor = short([]);
    assert_eq!(
        raws(&factor, "2022-07-04", &text(-1, &CAPS[..1])),
        raws(&factor, "2022-07-04", &text(-300, &CAPS[..1]))
    );
    // Money that comes evenly is no news.
    let even = monthly("float_cap", -1, &[&[1000.0], &[1100.0], &[1200.0], &[1300.0]])
        + &monthly("etf", 0, &[&[1.0], &[1.1], &[1.2], &[1.3]]);
    assert_eq!(raws(&factor, "2022-07-04", &even), "banks 0.0000");
    assert_eq!(reasons(&factor, "2022-07-04", &caps()), none);
}

/// The northbound series ends on 16 August 2024: three Fridays of five still make a month, and nothing comes after.
#[test]
fn a_part_that_has_ended_drops_out() {
    let mut text = "[float_cap Q]\nbanks\n2022Q4 2022-12-31 1000\n[northbound W]\nbanks\n".to_owned();
    let mut day = Date::new(2023, 1, 6).unwrap();
    let last = Date::new(2024, 8, 16).unwrap();
    while day <= last {
        writeln!(text, "{day} {} {}", day.plus_days(1).unwrap(), day.ymd().2).unwrap();
        day = day.plus_days(7).unwrap();
    }
    let factor = make::<Flow>([]);
    assert!(!scores(&factor, "2024-09-02", &text).ends_with('-'));
    assert_eq!(reasons(&factor, "2024-10-08", &text), "banks - (no flow of its own is public)");
    let signal = evaluate(&factor, "2024-10-08", &text).unwrap();
    let parts = signal.find_table("parts").unwrap();
    assert_eq!(format!("{:?}", parts.find("last").unwrap()), "Dates([2024-08-16])");
    assert_eq!(parts.find("n_sectors").unwrap().as_numbers(), Some(&[0.0][..]));
}

#[test]
fn keeps_the_factor_contract() {
    let second = |text: String| {
        let two = text.lines().map(|line| match line.split_once(' ') {
            _ if line == "banks" => "banks steel".to_owned(),
            Some(_) if !line.starts_with('[') => {
                let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
                format!("{line} {}", 3.0 * value + f64::from(line.as_bytes()[6] - b'0'))
            }
            _ => line.to_owned(),
        });
        two.map(|line| line + "\n").collect::<String>()
    };
    let text =
        second(caps()) + &second(weekly("northbound", &NORTHBOUND)) + &second(weekly("margin", &MARGIN));
    check_contract(&short([]), "2022-07-04", &(text + &second(monthly("etf", 0, &ETF))));
}
