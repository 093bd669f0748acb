//! Breadth of three industries by hand, and of those that weigh alike.

use rotor_factor::Month;
use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};

use super::*;

/// Months since the January of 2022, and what two industries had earned since January with the growth published for it.
const FIGURES: [(i32, [(f64, f64); 2]); 8] = [
    (-5, [(400.0, 4.0), (88.0, -2.0)]),
    (-4, [(455.0, 4.5), (99.0, -1.0)]),
    (-2, [(560.0, 5.0), (120.0, 0.0)]),
    (-1, [(620.0, 6.0), (130.0, 1.0)]),
    (1, [(100.0, 10.0), (18.0, -10.0)]),
    (2, [(160.0, 11.0), (30.0, -8.0)]),
    (3, [(215.0, 11.5), (42.0, -5.0)]),
    (4, [(280.0, 12.0), (56.0, -2.0)]),
];
/// The third publishes no growth: what it had earned, and a year before.
const THIRD: [(f64, f64); 8] = [
    (-6.0, 5.0),
    (-5.0, 8.0),
    (-4.0, 10.0),
    (-3.0, 12.0),
    (2.0, -1.0),
    (4.0, -2.0),
    (6.0, -2.0),
    (9.0, -3.0),
];

fn line(n: i32, cells: &str) -> String {
    let month = |n| Month::new(2022, 1).unwrap().plus(n).unwrap();
    format!("{} {}-27 {cells}\n", month(n), month(n + 1))
}

fn example() -> String {
    let mut text = "[bridge]\ns A 0.60 2012-04-30\ns B 0.25 2012-04-30\ns C 0.10 2012-04-30\n".to_owned();
    text += "[profit]\nA B C\n";
    for (n, before) in FIGURES.iter().map(|(n, _)| *n).zip(THIRD.map(|(_, before)| before)) {
        text += &line(n - 12, &format!("- - {before}"));
    }
    for ((n, [a, b]), (c, _)) in FIGURES.iter().zip(THIRD) {
        text += &line(*n, &format!("{} {} {c}", a.0, b.0));
    }
    text += "[profit_growth]\nA B\n";
    for (n, [a, b]) in FIGURES {
        text += &line(n, &format!("{} {}", a.1, b.1));
    }
    text
}

#[test]
fn three_industries_month_by_month() {
    for (day, breadth) in [
        ("2022-02-01", 0.894_736_842_1),
        ("2022-04-01", 0.736_842_105_3),
        ("2022-05-05", 0.736_842_105_3),
        ("2022-06-01", 0.736_842_105_3),
        ("2022-07-01", 1.0),
    ] {
        let signal = evaluate(&make::<Breadth>([]), day, &example()).unwrap();
        let raw = signal.raw_of(0).unwrap();
        assert!((raw - breadth).abs() < 1e-9, "{day}: {raw}");
        assert_eq!(signal.score_of(0), Ok(3.0));
        let effective = signal.find_diagnostic("n_effective").unwrap().get(0).unwrap();
        assert!((effective - 2.086_705_202_3).abs() < 1e-9, "{effective}");
        assert_eq!(signal.find_diagnostic("n_classes").unwrap().get(0), Some(3.0));
    }
}

/// Industries of equal weight that had earned this by March and a year before, and publish no growth.
fn equals(figures: &[(f64, f64)]) -> String {
    let codes: Vec<String> = (0..figures.len()).map(|n| format!("C{n}")).collect();
    let bridge: Vec<String> = codes.iter().map(|code| format!("s {code} 0.3 2012-04-30\n")).collect();
    let row = |n: i32, of: fn(&(f64, f64)) -> f64| {
        line(n, &figures.iter().map(|figures| of(figures).to_string()).collect::<Vec<_>>().join(" "))
    };
    let (before, now) = (row(-10, |figures| figures.1), row(2, |figures| figures.0));
    let bridge = bridge.concat();
    format!("[bridge]\n{bridge}[profit]\n{}\n{before}{now}[profit_growth]\nC0\n", codes.join(" "))
}

#[test]
fn thirds_are_inside() {
    let says = |figures: &[(f64, f64)]| {
        let text = equals(figures);
        let factor = make::<Breadth>([]);
        format!("{}, {}", raws(&factor, "2022-05-05", &text), scores(&factor, "2022-05-05", &text))
    };
    let (more, less, same) = ((5.0, -1.0), (-2.0, -1.0), (0.3, 0.1 + 0.2));
    assert_eq!(says(&[more, less, less]), "s 0.3333, s 1");
    assert_eq!(says(&[more, more, less]), "s 0.6667, s 3");
    assert_eq!(says(&[more, same, less]), "s 0.5000, s 2");
    assert_eq!(says(&[same, same, less]), "s 0.3333, s 1");
}

#[test]
fn one_industry_is_not_enough() {
    let text = equals(&[(5.0, 1.0), (4.0, 1.0)]);
    let factor = make::<Breadth>([]);
    assert_eq!(scores(&factor, "2022-05-05", &text), "s 3");
    // 0.3 and 0.07: 1.43 in effect.
    let uneven = text.replace("s C1 0.3", "s C1 0.07");
    let factor = make::<Breadth>([("min_coverage", 0.3.into())]);
    assert_eq!(reasons(&factor, "2022-05-05", &uneven), "s - (one industry stands for it)");
    let factor = make::<Breadth>([("min_coverage", 0.3.into()), ("min_effective", 1.4.into())]);
    assert_eq!(scores(&factor, "2022-05-05", &uneven), "s 3");
}

#[test]
fn every_sector_without_a_score_has_a_reason() {
    let text = example().replace(
        "s C 0.10 2012-04-30",
        "s C 0.10 2012-04-30\nhalf A 0.49 2012-04-30\nnone D 1.0 2012-04-30\nearly A 0.9 2030-04-30\nonce E 0.9 2012-04-30",
    );
    let text = format!("{text}[profit]\nD E\n{}[groups]\nother midstream\n", line(4, "- 7"));
    let said = reasons(&make::<Breadth>([("bridge", "public".into())]), "2022-07-01", &text);
    assert_eq!(
        said,
        "s 3, half - (industries cover less than `min_coverage` of its assets), none - (its industries have not reported), \
         early - (no weights of industries in it are public yet), \
         once - (none of its industries has a profit and a base of the three months up to 2022-05), \
         other - (no industry has a weight in it)"
    );
    assert_eq!(
        reasons(&make::<Breadth>([]), "2022-10-10", &example()),
        "s - (its industries have not reported)"
    );
}

#[test]
fn growth_of_single_months_goes_first() {
    // April of B: 33 over 34.2 by the sums; by single months over less.
    let text = example() + "[month_growth]\nB\n" + &line(2, "30") + &line(3, "20");
    assert_eq!(raws(&make::<Breadth>([]), "2022-06-01", &text), "s 1.0000");
}

#[test]
fn keeps_the_factor_contract() {
    let text = example().replace(
        "s C 0.10 2012-04-30",
        "s C 0.10 2012-04-30\nother A 0.2 2012-04-30\nother B 0.4 2012-04-30",
    );
    check_contract(&make::<Breadth>([]), "2022-07-01", &text);
}
