//! Percentiles by hand, the choice between PE and PB, windows, reasons.

use std::fmt::Write as _;

use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
use rotor_factor::{Date, Month, Value};

use super::*;

/// Month-end values from a month on, one column a sector.
fn monthly(series: &str, codes: &str, first: &str, values: &[&str]) -> String {
    let first: Month = first.parse().unwrap();
    let mut text = format!("[{series} M]\n{codes}\n");
    for (n, cells) in values.iter().enumerate() {
        let month = first.plus(n as i32).unwrap();
        writeln!(text, "{month} {} {cells}", month.last_day()).unwrap();
    }
    text
}

fn short<const N: usize>(given: [(&'static str, Value); N]) -> Valuation {
    let window = [("window", 12.into()), ("min_months", 11.into())];
    make(window.into_iter().chain(given))
}

/// A year of multiples of a bank, which ends with June 2022.
fn year(last: &str) -> String {
    let values = ["20", "22", "18", "25", "30", "28", "-5", "18", "24", "26", "21", last];
    monthly("pe_ttm", "banks", "2021-07", &values)
}

#[test]
fn percentiles_of_a_year() {
    for (last, percentile, score) in [
        ("21", 36.363_636_363_6, 2.0),
        ("18", 13.636_363_636_4, 3.0),
        ("27", 77.272_727_272_7, 1.0),
        ("20.5", 31.818_181_818_2, 2.0),
    ] {
        let signal = evaluate(&short([]), "2022-07-01", &year(last)).unwrap();
        assert!((signal.raw_of(0).unwrap() + percentile).abs() < 1e-9, "{last}: {:?}", signal.raw_of(0));
        assert_eq!(signal.score_of(0), Ok(score), "{last}");
        let diagnostic = |name: &str| signal.find_diagnostic(name).unwrap().get(0).unwrap();
        assert_eq!((diagnostic("n"), diagnostic("is_pb")), (11.0, 0.0));
        assert_eq!(diagnostic("percentile"), diagnostic("percentile_all"));
        assert_eq!(diagnostic("multiple").to_string(), last);
    }
}

#[test]
fn a_bound_is_inside() {
    let values = ["11", "12", "13.5", "14", "14", "18", "19", "20", "21", "13.5"];
    let text = monthly("pe_ttm", "banks", "2021-09", &values);
    let factor = make::<Valuation>([("window", 10.into()), ("min_months", 10.into())]);
    assert_eq!(raws(&factor, "2022-07-01", &text), "banks -30.0000");
    assert_eq!(scores(&factor, "2022-07-01", &text), "banks 3");
    let momentum = make::<Valuation>([
        ("window", 10.into()),
        ("min_months", 10.into()),
        ("direction", "momentum".into()),
    ]);
    assert_eq!(raws(&momentum, "2022-07-01", &text), "banks 30.0000");
    assert_eq!(scores(&momentum, "2022-07-01", &text), "banks 1");
}

#[test]
fn book_values_stand_in_for_earnings() {
    // Eleven months are enough; the twelfth value of the multiples in question is the last.
    let months = |last: &str| {
        let mut values = vec!["1.0"; 11];
        values.push(last);
        values.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let of = |series: &str, codes: &str, values: &[String]| {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        monthly(series, codes, "2021-07", &values)
    };
    let negative = |n: usize, last: &str| {
        let mut values = months(last);
        values[..n].fill("-3".into());
        values
    };
    let pb = of("pb", "801780", &months("2.0"));
    let pe = of("pe_ttm", "801780", &months("9.0"));
    let is_pb = |text: &str| {
        let signal = evaluate(&short([]), "2022-07-01", text).unwrap();
        signal.find_diagnostic("is_pb").unwrap().get(0)
    };
    assert_eq!(is_pb(&format!("{pe}{pb}")), Some(1.0), "a bank is valued by its book");
    assert_eq!(is_pb(&pe), Some(0.0), "which it need not have");
    let other = |pe: &[String]| {
        let text = of("pe_ttm", "801080", pe);
        (format!("{text}{}", of("pb", "801080", &months("2.0"))), text)
    };
    let (both, alone) = other(&months("9.0"));
    assert_eq!((is_pb(&both), is_pb(&alone)), (Some(0.0), Some(0.0)));
    let (both, alone) = other(&months("-9.0"));
    assert_eq!(is_pb(&both), Some(1.0), "a loss");
    assert_eq!(reasons(&short([]), "2022-07-01", &alone), "801080 - (its earnings are negative)");
    // Two of twelve are no more than a fifth, three are.
    let fewer = make::<Valuation>([("window", 12.into()), ("min_months", 9.into())]);
    assert_eq!(raws(&fewer, "2022-07-01", &other(&negative(2, "1.0")).1), "801080 -50.0000");
    let reason = reasons(&fewer, "2022-07-01", &other(&negative(3, "1.0")).1);
    assert_eq!(reason, "801080 - (its earnings are negative)");
    // Without earnings, or with a book of nothing, there is no way.
    let reason = |text: &str| reasons(&short([]), "2022-07-01", text);
    assert_eq!(reason(&of("pb", "801080", &months("2.0"))), "801080 - (no multiple of it is public)");
    assert_eq!(
        reason(&format!("{pe}{}", of("pb", "801780", &months("-2.0")))),
        "801780 - (its latest price-to-book ratio is not positive)"
    );
    // A listed sector whose book is old has no way back to earnings.
    let recent = monthly("pe_ttm", "801780", "2021-09", &["9"; 12]);
    assert_eq!(scores(&short([]), "2022-09-01", &recent), "801780 2");
    assert_eq!(
        reasons(&short([]), "2022-09-01", &format!("{pb}{recent}")),
        "801780 - (its last multiple is older than a month)"
    );
}

#[test]
fn multiples_that_are_old_or_few() {
    let text = year("21");
    let fewer = short([("min_months", 10.into())]);
    assert_eq!(scores(&fewer, "2022-08-01", &text), "banks 3", "the month before the last complete one");
    let old = "banks - (its last multiple is older than a month)";
    assert_eq!(reasons(&short([]), "2022-09-01", &text), old);
    let few = "banks - (10 months of its window have a multiple; 11 are needed)";
    assert_eq!(reasons(&short([]), "2022-08-01", &text), few);
}

/// The days of a month count each, and those of the month that has begun count as well.
#[test]
fn daily_values_count_one_by_one() {
    let mut text = "[pe_ttm D]\nbanks\n".to_owned();
    let first = Date::new(2021, 7, 1).unwrap();
    for n in 0..370 {
        let day = first.plus_days(n).unwrap();
        if day.weekday() <= 5 {
            writeln!(text, "{day} {day} {}", 100 + n).unwrap();
        }
    }
    let signal = evaluate(&short([]), "2022-07-04", &text).unwrap();
    // 261 weekdays from 1 July 2021 to 30 June 2022, and 1 July.
    let n = signal.find_diagnostic("n").unwrap().get(0).unwrap();
    assert_eq!(n, 262.0);
    assert!((signal.raw_of(0).unwrap() + 100.0 * (n - 0.5) / n).abs() < 1e-9);
    // In August the first July has left the window, not the history.
    let later = evaluate(&short([]), "2022-08-01", &text).unwrap();
    let (n, percentile, all) = ("n", "percentile", "percentile_all");
    let diagnostic = |name: &str| later.find_diagnostic(name).unwrap().get(0).unwrap();
    assert_eq!(diagnostic(n), 262.0 + 1.0 + 1.0 - 22.0);
    assert!(diagnostic(percentile) < diagnostic(all));
}

#[test]
fn money_has_no_say() {
    let text = year("21");
    let scaled = ["40", "44", "36", "50", "60", "56", "-10", "36", "48", "52", "42", "42"];
    let scaled = monthly("pe_ttm", "banks", "2021-07", &scaled);
    assert_eq!(raws(&short([]), "2022-07-01", &text), raws(&short([]), "2022-07-01", &scaled));
}

#[test]
fn options_that_cannot_be_are_refused() {
    let refusal = |name: &str, value: Value| {
        let parameters = Parameters::resolve(Valuation::PARAMETERS, [(name.to_owned(), value)]).unwrap();
        Valuation::from_parameters(&parameters).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("min_months", 121.into()),
        "parameter `min_months` is 121; it must be at most `window` (120)"
    );
    assert_eq!(refusal("low", 80.0.into()), "parameter `low` is 80; it must be at most `high` (70)");
}

#[test]
fn keeps_the_factor_contract() {
    let two = |values: &[&str]| values.iter().map(|value| format!("{value} 7{value}")).collect::<Vec<_>>();
    let values = two(&["20", "22", "18", "25", "30", "28", "26", "18", "24", "26", "21", "23"]);
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let text = monthly("pe_ttm", "801080 801780", "2021-07", &values)
        + &monthly("pb", "801080 801780", "2021-07", &values);
    check_contract(&short([]), "2022-07-01", &text);
}
