//! Windows, growth and contributions of three industries by hand, and what bases and releases do to them.

use std::fmt::Write as _;

use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
use rotor_factor::{ColumnValues, Month, Value};

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

fn month(n: i32) -> Month {
    Month::new(2022, 1).unwrap().plus(n).unwrap()
}

/// A line of a block, released on the 27th of the month after.
fn line(n: i32, cells: &str) -> String {
    format!("{} {}-27 {cells}\n", month(n), month(n + 1))
}

/// The example, with the growth of A up to May, and what is published of its single months.
fn example(last_growth: f64, single: &[(i32, f64)]) -> String {
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
        let growth = if n == 4 { last_growth } else { a.1 };
        text += &line(n, &format!("{growth} {}", b.1));
    }
    if !single.is_empty() {
        text += "[month_growth]\nA\n";
        for (n, growth) in single {
            text += &line(*n, &growth.to_string());
        }
    }
    text
}

fn near(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-9, "{got}, expected {expected}");
}

fn diagnostics(signal: &Signal) -> [f64; 3] {
    ["r3", "r3_before", "n_classes"].map(|name| signal.find_diagnostic(name).unwrap().get(0).unwrap())
}

/// Profit and base of an industry in a month, as the table says.
fn window(signal: &Signal, industry: &str, n: i32) -> (f64, f64) {
    let table = signal.find_table("industries").unwrap();
    let (Some(ColumnValues::Texts(codes)), Some(ColumnValues::Dates(months))) =
        (table.find("industry"), table.find("month"))
    else {
        panic!("the table has industries and months");
    };
    let row = (0..table.n_rows()).find(|row| codes[*row] == industry && months[*row] == month(n).last_day());
    let number = |column: &str| table.find(column).unwrap().as_numbers().unwrap()[row.unwrap()];
    (number("profit"), number("base"))
}

#[test]
fn windows_of_three_industries() {
    let signal = evaluate(&make::<RollingProfit>([]), "2022-07-01", &example(12.0, &[])).unwrap();
    for (n, [a, b, c], x, base) in [
        (
            -2,
            [(160.0, 148.717_948_717_9), (32.0, 30.204_081_632_7), (2.0, 5.0)],
            109.684_210_526_3,
            102.401_883_830_5,
        ),
        (
            -1,
            [(165.0, 149.498_961_812_8), (31.0, 28.712_871_287_1), (2.0, 4.0)],
            112.578_947_368_4,
            102.397_468_325_7,
        ),
        (
            1,
            [(160.0, 142.481_417_953_1), (28.0, 28.712_871_287_1), (3.0, 1.0)],
            108.736_842_105_3,
            97.649_545_888_1,
        ),
        (
            2,
            [(160.0, 144.144_144_144_1), (30.0, 32.608_695_652_2), (4.0, -2.0)],
            109.368_421_052_6,
            99.409_116_210_0,
        ),
        (
            3,
            [(165.0, 147.370_566_653_1), (33.0, 34.210_526_315_8), (5.0, -1.5)],
            113.421_052_631_6,
            101.921_022_706_1,
        ),
        (
            4,
            [(180.0, 159.090_909_090_9), (38.0, 37.142_857_142_9), (7.0, -2.0)],
            124.421_052_631_6,
            110.042_378_674_0,
        ),
    ] {
        let (mut sum, mut sum_of_bases) = (0.0, 0.0);
        for ((industry, weight), expected) in
            [("A", 0.60), ("B", 0.25), ("C", 0.10)].into_iter().zip([a, b, c])
        {
            let (profit, own_base) = window(&signal, industry, n);
            near(profit, expected.0);
            near(own_base, expected.1);
            sum += weight / 0.95 * profit;
            sum_of_bases += weight / 0.95 * own_base;
        }
        near(sum, x);
        near(sum_of_bases, base);
    }
}

#[test]
fn growth_month_by_month() {
    let factor = make::<RollingProfit>([]);
    let (november, december, february) = (7.111_516_334_9, 9.943_096_454_6, 11.354_170_791_5);
    for (day, r3, before, change) in [
        ("2022-07-01", 13.066_487_775_8, february, 1.712_316_984_3),
        ("2022-06-01", 11.283_275_638_5, december, 1.340_179_183_9),
        ("2022-05-05", 10.018_502_550_2, december, 0.075_406_095_6),
        ("2022-04-01", february, november, 4.242_654_456_6),
    ] {
        let signal = evaluate(&factor, day, &example(12.0, &[])).unwrap();
        let [got, got_before, n] = diagnostics(&signal);
        near(got, r3);
        near(got_before, before);
        near(signal.raw_of(0).unwrap(), change);
        assert_eq!((signal.score_of(0), n), (Ok(2.0), 3.0), "{day}");
    }
    let signal = evaluate(&factor, "2022-07-01", &example(18.0, &[])).unwrap();
    near(diagnostics(&signal)[0], 21.964_883_877_5);
    near(signal.raw_of(0).unwrap(), 10.610_713_086_0);
    assert_eq!(signal.score_of(0), Ok(3.0));
}

#[test]
fn growth_of_single_months_goes_first() {
    let single = [(-1, 9.0), (2, 12.5), (3, 13.0), (4, 14.0)];
    let signal = evaluate(&make::<RollingProfit>([]), "2022-07-01", &example(12.0, &single)).unwrap();
    for (n, base) in
        [(1, 145.954_962_468_7), (2, 144.242_424_242_4), (3, 147.460_445_159_6), (4, 159.023_443_564_7)]
    {
        near(window(&signal, "A", n).1, base);
    }
    let [r3, before, _] = diagnostics(&signal);
    near(r3, 13.110_285_514_3);
    near(before, 8.907_430_918_5);
    near(signal.raw_of(0).unwrap(), 4.202_854_595_8);
}

#[test]
fn contributions_sum_to_the_growth() {
    let signal = evaluate(&make::<RollingProfit>([]), "2022-07-01", &example(12.0, &[])).unwrap();
    let table = signal.find_table("contribution").unwrap();
    let numbers = |column: &str| table.find(column).unwrap().as_numbers().unwrap();
    let expected = [10.976_565_903_0, -0.174_231_204_8, 0.731_771_060_2];
    numbers("points").iter().zip(expected).for_each(|(got, expected)| near(*got, expected));
    near(numbers("points").iter().sum(), 11.534_105_758_3);
    near(numbers("rate").iter().sum(), 100.0);
    near(numbers("base_share").iter().sum(), 100.0);
    near(numbers("share_change").iter().sum(), 0.0);
}

/// The sum of March is that of its three months.
#[test]
fn march_grows_as_published() {
    let text = example(12.0, &[]);
    let text = text.replace("s B 0.25 2012-04-30\ns C 0.10 2012-04-30\n", "");
    let signal = evaluate(&make::<RollingProfit>([]), "2022-05-05", &text).unwrap();
    near(diagnostics(&signal)[0], 11.0);
}

#[test]
fn a_month_is_old_some_day() {
    let factor = make::<RollingProfit>([]);
    let text = example(12.0, &[]);
    assert_eq!(scores(&factor, "2022-09-01", &text), "s 2", "May is three months old in August");
    assert_eq!(reasons(&factor, "2022-10-10", &text), "s - (its industries have not reported)");
    // A January says nothing, even if it is published.
    let january = text.replacen("2022-02 2022-03-27", "2022-01 2022-02-20 7 7 7\n2022-02 2022-03-27", 1);
    assert_eq!(raws(&factor, "2022-03-01", &january), raws(&factor, "2022-03-01", &text));
    assert_eq!(raws(&factor, "2022-07-01", &january), raws(&factor, "2022-07-01", &text));
}

#[test]
fn bases_that_are_not_positive() {
    let factor = make::<RollingProfit>([]);
    let only = "[bridge]\ns C 1.0 2012-04-30\n";
    let text = example(12.0, &[]);
    let text = format!("{only}{}", &text[text.find("[profit]").unwrap()..]);
    assert_eq!(reasons(&factor, "2022-07-01", &text), "s - (the profits of its base are not positive)");
    // Growth is cut: 5 over 1 in the second window of three.
    let february = text.replace("2021-11 2021-12-27 560 120 -4", "2021-11 2021-12-27 560 120 -6");
    assert_eq!(reasons(&factor, "2022-04-01", &february), "s 3");
    let signal = evaluate(&factor, "2022-04-01", &february).unwrap();
    assert_eq!(diagnostics(&signal)[..2], [200.0, -100.0]);
}

#[test]
fn every_sector_without_a_score_has_a_reason() {
    let mut text = example(12.0, &[]).replace("s C 0.10 2012-04-30", "s C 0.10 2012-04-30\nhalf A 0.49 2012-04-30\nnone D 1.0 2012-04-30\nearly A 0.9 2030-04-30\nonce E 0.9 2012-04-30");
    text += "[profit]\nD E\n";
    text += &line(4, "- 7");
    write!(text, "[groups]\nother midstream\n").unwrap();
    let said = reasons(&make::<RollingProfit>([("bridge", "public".into())]), "2022-07-01", &text);
    assert_eq!(
        said,
        "s 2, half - (industries cover less than `min_coverage` of its assets), none - (its industries have not reported), \
         early - (no weights of industries in it are public yet), \
         once - (none of its industries has profits and bases of both windows up to 2022-05), other - (no industry has a weight in it)"
    );
}

#[test]
fn options_change_what_they_say() {
    let says = |name: &'static str, value: Value| {
        let factor = make::<RollingProfit>([(name, value)]);
        (scores(&factor, "2022-07-01", &example(12.0, &[])), raws(&factor, "2022-07-01", &example(12.0, &[])))
    };
    assert_eq!(says("band", 1.5.into()).0, "s 3");
    assert_eq!(says("clip", 12.0.into()).1, "s 0.6458");
    assert_eq!(says("max_age", 0.into()).0, "s -");
    assert_eq!(says("min_coverage", 0.96.into()).0, "s -");
}

#[test]
fn keeps_the_factor_contract() {
    let text = example(12.0, &[(2, 12.5), (3, 13.0), (4, 14.0)]);
    let text = text.replace(
        "s C 0.10 2012-04-30",
        "s C 0.10 2012-04-30\nother A 0.2 2012-04-30\nother B 0.4 2012-04-30",
    );
    check_contract(&make::<RollingProfit>([]), "2022-07-01", &text);
}
