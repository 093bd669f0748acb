//! Net purchases by hand, months without trades, floats that are not there.

use std::fmt::Write as _;

use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
use rotor_factor::{Month, Value};

use super::*;

const BUYS: [f64; 8] = [2.0, 1.0, 0.0, 3.0, 1.0, 0.5, 4.0, 2.5];
const SELLS: [f64; 8] = [6.0, 5.0, 4.0, 9.0, 7.0, 3.5, 5.0, 1.5];
const CAPS: [f64; 6] = [1000.0, 1020.0, 1010.0, 990.0, 1005.0, 1015.0];

/// The month u, of which the eighth is June 2022.
fn month(u: i32) -> Month {
    Month::new(2022, 6).unwrap().plus(u - 8).unwrap()
}

/// Trades of each month in two parts, a week apart; none where there is no value.
fn trades(input: &str, first: i32, values: &[Option<f64>]) -> String {
    let mut text = format!("[{input} W]\nbanks\n");
    for (u, value) in (first..).zip(values) {
        let Some(value) = value else { continue };
        for (day, part) in [(8, 0.25), (15, 0.75)] {
            let day = month(u).first_day().plus_days(day).unwrap();
            writeln!(text, "{day} {day} {}", part * value).unwrap();
        }
    }
    text
}

fn caps(first: i32, values: &[f64]) -> String {
    let mut text = "[float_cap M]\nbanks\n".to_owned();
    for (u, cap) in (first..).zip(values) {
        writeln!(text, "{} {} {cap}", month(u), month(u).last_day()).unwrap();
    }
    text
}

fn all(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn short<const N: usize>(given: [(&'static str, Value); N]) -> Insider {
    make([("window", 6.into()), ("min_months", 6.into())].into_iter().chain(given))
}

fn example(buys: &[Option<f64>], sells: &[Option<f64>]) -> String {
    caps(0, &CAPS) + &trades("buy", 1, buys) + &trades("sell", 1, sells)
}

#[test]
fn fewer_sales_than_usual_are_good_news() {
    let signal = evaluate(&short([]), "2022-07-01", &example(&all(&BUYS), &all(&SELLS))).unwrap();
    assert!((signal.raw_of(0).unwrap() - 1.821_401_134_1).abs() < 1e-9, "{:?}", signal.raw_of(0));
    assert_eq!(signal.score_of(0), Ok(3.0));
    let expected = [
        -120.0,
        -137.254_901_960_8,
        -158.415_841_584_2,
        -151.515_151_515_2,
        -99.502_487_562_2,
        -29.556_650_246_3,
    ];
    let net = signal.find_table("months").unwrap().find("net").unwrap().as_numbers().unwrap();
    assert_eq!(net.len(), 6);
    for (got, expected) in net.iter().zip(expected) {
        assert!((got - expected).abs() < 1e-9, "{got}, expected {expected}");
    }
    assert_eq!(signal.find_diagnostic("net").unwrap().get(0), net.last().copied());
    assert_eq!(signal.find_diagnostic("n").unwrap().get(0), Some(6.0));
}

#[test]
fn a_month_without_trades_is_none_or_nothing() {
    let raw = |buys: &[Option<f64>]| raws(&short([]), "2022-07-01", &example(buys, &all(&SELLS)));
    let reason = |buys: &[Option<f64>]| reasons(&short([]), "2022-07-01", &example(buys, &all(&SELLS)));
    // The third month has no purchases: that is a zero, for the series has begun.
    let mut without = all(&BUYS);
    without[2] = None;
    assert_eq!(raw(&without), raw(&all(&BUYS)));
    // Before the series begins nothing is known, nor after it has ended.
    let mut late = all(&BUYS);
    late[0] = None;
    assert_eq!(reason(&late), "banks - (5 months of its window have net purchases; 6 are needed)");
    let mut ended = all(&BUYS);
    ended[7] = None;
    assert_eq!(
        reason(&ended),
        "banks - (the trades of 2022-06 or the months before it, or the float, are not public)"
    );
    // Unless another sector has a value in that month or later.
    let text = example(&ended, &all(&SELLS));
    let goes_on =
        text.replace("[buy W]\nbanks\n", "[buy W]\nsteel\n2022-06-28 2022-06-28 1\n[buy W]\nbanks\n");
    let mut zero = all(&BUYS);
    zero[7] = Some(0.0);
    assert_eq!(raws(&short([]), "2022-07-01", &goes_on), format!("{}, steel -", raw(&zero)));
    let silent =
        goes_on.replace("[sell W]\nbanks\n", "[sell W]\nsteel\n2022-06-28 2022-06-28 1\n[sell W]\nbanks\n");
    assert!(reasons(&short([]), "2022-07-01", &silent).contains("steel - (the trades of 2022-06"));
}

#[test]
fn a_float_is_needed_before_the_trades() {
    let text = |caps: String| caps + &trades("buy", 1, &all(&BUYS)) + &trades("sell", 1, &all(&SELLS));
    let factor = short([]);
    let late = text(caps(1, &CAPS[1..]));
    assert_eq!(
        reasons(&factor, "2022-07-01", &late),
        "banks - (5 months of its window have net purchases; 6 are needed)"
    );
    let never = text(caps(0, &[0.0]));
    assert!(reasons(&factor, "2022-07-01", &never).contains("or the float, are not public"));
    let other = text(caps(0, &CAPS)).replace("[float_cap M]\nbanks\n", "[float_cap M]\nsteel banks\n");
    let other = other.lines().map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [month, day, cap] if month.len() == 7 => format!("{month} {day} 1 {cap}\n"),
        _ => format!("{line}\n"),
    });
    let said = reasons(&factor, "2022-07-01", &other.collect::<String>());
    assert!(said.starts_with("steel - (no trades of its large holders are public), banks 3"), "{said}");
}

#[test]
fn sums_of_another_length() {
    let text = example(&all(&BUYS), &all(&SELLS));
    let one = short([("months", 1.into())]);
    // Net of the months 3 to 8, over floats of the months 2 to 5, of which the last is the latest.
    let nets = [-4.0 / 1010.0, -6.0 / 990.0, -6.0 / 1005.0, -3.0 / 1015.0, -1.0 / 1015.0, 1.0 / 1015.0];
    let mean = nets.iter().sum::<f64>() / 6.0;
    let sd = (nets.iter().map(|net| (net - mean).powi(2)).sum::<f64>() / 5.0).sqrt();
    assert_eq!(raws(&one, "2022-07-01", &text), format!("banks {:.4}", (nets[5] - mean) / sd));
    assert_eq!(scores(&short([("threshold", 2.0.into())]), "2022-07-01", &text), "banks 2");
    let parameters =
        Parameters::resolve(Insider::PARAMETERS, [("min_months".to_owned(), 25.into())]).unwrap();
    let refusal = Insider::from_parameters(&parameters).unwrap_err().to_string();
    assert_eq!(refusal, "parameter `min_months` is 25; it must be at most `window` (24)");
}

#[test]
fn trades_that_never_change_are_no_news() {
    let text = caps(0, &[1000.0]) + &trades("buy", 1, &all(&[1.0; 8])) + &trades("sell", 1, &all(&[3.0; 8]));
    assert_eq!(raws(&short([]), "2022-07-01", &text), "banks 0.0000");
}

#[test]
fn keeps_the_factor_contract() {
    let text = "
        [float_cap Q]
        banks steel
        2021Q4 2021-12-31 1000 300
        [buy D]
        banks steel
        2022-03-03 2022-03-03 1 -
        2022-04-04 2022-04-04 - 2
        2022-05-05 2022-05-05 3 1
        2022-06-06 2022-06-06 2 -
        [sell D]
        banks steel
        2022-03-03 2022-03-03 5 4
        2022-04-04 2022-04-04 4 2
        2022-05-05 2022-05-05 - 1
        2022-06-06 2022-06-06 2 3
    ";
    let given = [("window", 3.into()), ("min_months", 2.into()), ("months", 1.into())];
    check_contract(&make::<Insider>(given), "2022-07-01", text);
}
