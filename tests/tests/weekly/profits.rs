//! Industrial profits: single months, sign words, groups, contribution, breadth, margins, three months.

use rotor_run::{ProfitRowKind, ProfitSign, Weekly};
use rotor_tests::slow::weekly::profits::groups;

use crate::made::{Made, assert_near, date, profit_row, weekly};

const CLASSES: [&str; 41] = [
    "B06", "B07", "B08", "B09", "B10", "B11", "B12", "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20",
    "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28", "C29", "C30", "C31", "C32", "C33", "C34", "C35",
    "C36", "C37", "C38", "C39", "C40", "C41", "C42", "C43", "D44", "D45", "D46",
];

fn made(classes: &[&str]) -> Made {
    let mut made = Made::new("2024-07-01", "2024-07-31");
    for class in classes {
        made.row("entities", &format!("{class},industry,Class {class},,"));
    }
    made.series("profit_ytd", "M", "cny_100m");
    made.series("profit_ytd_yoy", "M", "percent");
    made.series("profit_month_yoy", "M", "percent");
    made.series("revenue_ytd", "M", "cny_100m");
    made.series("revenue_ytd_yoy", "M", "percent");
    made
}

/// Tells profit and growth of an entity at the end of a month.
fn tell(made: &mut Made, entity: &str, period: &str, profit: f64, growth: impl Into<Option<f64>>) {
    let released = date(period).plus_days(27).unwrap().to_string();
    made.tell("profit_ytd", entity, period, &released, profit);
    if let Some(growth) = growth.into() {
        made.tell("profit_ytd_yoy", entity, period, &released, growth);
    }
}

/// The market in May and June, as the weekly prints it.
fn market(made: &mut Made) {
    tell(made, "CN", "2024-05-31", 27_543.8, 3.4);
    tell(made, "CN", "2024-06-30", 35_110.3, 3.5);
}

fn page(made: &Made) -> Weekly {
    made.weekly("2024-07-29")
}

#[test]
fn a_single_month_follows_from_sums_unless_it_is_published() {
    let mut made = made(&[]);
    market(&mut made);
    let weekly = page(&made);
    let profits = weekly.profits.as_ref().unwrap();
    assert_eq!(profits.month.to_string(), "2024-06");
    assert_eq!(profits.month_before.to_string(), "2024-05");
    assert_eq!((profits.released, profits.is_in_week), (date("2024-07-27"), true));
    let row = profit_row(&weekly, "total");
    assert_eq!(row.kind, ProfitRowKind::Total);
    assert!(row.is_published && row.month.is_derived);
    assert_near(row.profit, 35_110.3);
    assert_near(row.month.growth, 3.865_662_375_3);
    assert_eq!(row.month_before.growth, None, "April is not known");
    assert_near(row.since_january.now, 3.5);
    assert_near(row.since_january.before, 3.4);
    assert_near(row.since_january.change, 0.1);
    assert_near(row.share, 100.0);
    assert_near(row.contribution, 3.5);
    assert_near(row.contribution_rate, 100.0);

    made.tell("profit_month_yoy", "CN", "2024-06-30", "2024-07-27", 3.6);
    let weekly = page(&made);
    let row = profit_row(&weekly, "total");
    assert!(!row.month.is_derived);
    assert_near(row.month.growth, 3.6);
}

#[test]
fn what_is_released_on_the_day_is_not_known_and_what_came_before_the_week_is_not_of_it() {
    let mut made = made(&[]);
    market(&mut made);
    let month = |day: &str| {
        let profits = made.weekly(day).profits.unwrap();
        (profits.month.to_string(), profits.is_in_week)
    };
    assert_eq!(month("2024-07-27"), ("2024-05".into(), false));
    assert_eq!(month("2024-07-28"), ("2024-06".into(), true));
    assert_eq!(month("2024-08-05"), ("2024-06".into(), false));
}

#[test]
fn margins_are_compared_with_those_of_implied_bases() {
    let mut made = made(&["C26"]);
    market(&mut made);
    // A margin of 5.41%, and growth of revenue by 2.9%; a class of a third of the whole likewise.
    made.tell("revenue_ytd", "CN", "2024-06-30", "2024-07-27", 35_110.3 / 0.0541);
    made.tell("revenue_ytd_yoy", "CN", "2024-06-30", "2024-07-27", 2.9);
    tell(&mut made, "C26", "2024-06-30", 100.0, 25.0);
    made.tell("revenue_ytd", "C26", "2024-06-30", "2024-07-27", 2000.0);
    made.tell("revenue_ytd_yoy", "C26", "2024-06-30", "2024-07-27", 0.0);
    let weekly = page(&made);
    let row = profit_row(&weekly, "total");
    assert_near(row.revenue_growth, 2.9);
    assert_near(row.margin, 5.41);
    assert_near(row.margin_change, 0.031_362_318_8);
    let row = profit_row(&weekly, "C26");
    assert_near(row.margin, 5.0);
    assert_near(row.margin_change, 1.0);
}

#[test]
fn losses_have_words() {
    let mut made = made(&["C13", "C14", "C15", "C17", "C18", "C19"]);
    // Now, and a year ago.
    for (class, now, then) in [
        ("C13", 5.0, -3.0),
        ("C14", -2.0, 4.0),
        ("C15", -1.0, -4.0),
        ("C17", -4.0, -1.0),
        ("C18", 5.0, 4.0),
        ("C19", 5.0, 0.0),
    ] {
        tell(&mut made, class, "2023-06-30", then, None);
        tell(&mut made, class, "2024-06-30", now, None);
    }
    let weekly = page(&made);
    let sign = |class: &str| profit_row(&weekly, class).sign;
    assert_eq!(sign("C13"), Some(ProfitSign::TurnedToProfit));
    assert_eq!(sign("C14"), Some(ProfitSign::TurnedToLoss));
    assert_eq!(sign("C15"), Some(ProfitSign::SmallerLoss));
    assert_eq!(sign("C17"), Some(ProfitSign::LargerLoss));
    assert_eq!(sign("C18"), None);
    assert_eq!(sign("C19"), Some(ProfitSign::TurnedToProfit), "a base of nothing was no profit");
    let row = profit_row(&weekly, "C18");
    assert!(!row.is_published);
    assert_near(row.since_january.now, 25.0);
    assert_eq!(profit_row(&weekly, "C15").since_january.now, None);
    // All of them without a published total: 8 over 0 a year ago.
    let row = profit_row(&weekly, "total");
    assert_near(row.profit, 8.0);
    assert_eq!((row.n_known, row.share_change, row.contribution), (6, None, None));
    let profits = weekly.profits.as_ref().unwrap();
    assert_eq!((profits.n_known, profits.n_growing), (6, 4));
}

#[test]
fn breadth_is_that_of_the_weekly() {
    let mut made = made(&CLASSES);
    for (position, class) in CLASSES.iter().enumerate() {
        // Nine of 41 do not grow, one of them not at all.
        let growth = if position < 8 { -1.0 - position as f64 } else { (position as f64 - 8.0) / 2.0 };
        tell(&mut made, class, "2024-06-30", 100.0 + position as f64, growth);
    }
    let profits = page(&made).profits.unwrap();
    assert_eq!((profits.n_known, profits.n_growing), (41, 32));
    assert_near(Some(100.0 * profits.n_growing as f64 / profits.n_known as f64), 78.048_780_487_8);
}

#[test]
fn a_contribution_is_that_of_the_weekly() {
    let mut made = made(&["C34", "C39", "C13"]);
    market(&mut made);
    // Equipment has 35% of the whole and grows by 6.6%.
    tell(&mut made, "C34", "2024-06-30", 0.15 * 35_110.3, 6.6);
    tell(&mut made, "C39", "2024-06-30", 0.20 * 35_110.3, 6.6);
    tell(&mut made, "C13", "2024-06-30", 0.10 * 35_110.3, -2.0);
    let weekly = page(&made);
    let row = profit_row(&weekly, "equipment");
    assert_eq!((row.n_members, row.n_known, row.is_published), (2, 2, false));
    assert_near(row.since_january.now, 6.6);
    assert_near(row.share, 35.0);
    assert_near(row.base_share, 33.982_176_360_2);
    assert_near(row.share_change, 35.0 - 33.982_176_360_2);
    assert_near(row.contribution, 2.242_823_639_8);
    assert_near(row.contribution_rate, 64.080_675_422_1);
}

#[test]
fn shares_of_classes_without_a_base_are_shares_of_the_same_whole() {
    let mut made = made(&["C34", "C39", "D44"]);
    tell(&mut made, "C34", "2024-06-30", 30.0, 20.0);
    tell(&mut made, "D44", "2024-06-30", 50.0, 25.0);
    // Its growth is not published, nor its profit of a year ago.
    tell(&mut made, "C39", "2024-06-30", 20.0, None);
    let weekly = page(&made);
    for (code, n_known, share) in
        [("total", 2, 100.0), ("C34", 1, 30.0), ("equipment", 1, 50.0), ("D", 1, 50.0)]
    {
        let row = profit_row(&weekly, code);
        assert_eq!(row.n_known, n_known, "{code}");
        assert_near(row.share, share);
    }
    // Growth is that of the two that have a base: 80 over 25 and 40.
    assert_near(profit_row(&weekly, "total").since_january.now, 100.0 * (80.0 / 65.0 - 1.0));
}

#[test]
fn growth_of_the_whole_near_nothing_is_not_shared_out() {
    let rate = |growth: f64| {
        let mut made = made(&["C39"]);
        tell(&mut made, "CN", "2024-06-30", 1000.0, growth);
        tell(&mut made, "C39", "2024-06-30", 110.0, 10.0);
        profit_row(&page(&made), "C39").contribution_rate
    };
    assert_eq!(rate(0.09), None);
    assert_eq!(rate(-0.09), None);
    assert_near(rate(0.1), 100.0 * 10.0 / 1000.0 * 1.001 * 100.0 / 0.1);
    assert!(rate(-0.1).is_some());
}

#[test]
fn groups_have_the_classes_of_the_method() {
    let mut made = made(&CLASSES);
    let profit = |class: usize| (1_u64 << class) as f64;
    for (position, class) in CLASSES.iter().enumerate() {
        tell(&mut made, class, "2024-06-30", profit(position), 10.0);
    }
    // The sum of powers of two tells which classes were added.
    let sum_of = |starts: &[&str]| -> f64 {
        let is_member = |class: &str| starts.iter().any(|start| class.starts_with(start));
        (0..CLASSES.len()).filter(|class| is_member(CLASSES[*class])).map(profit).sum()
    };
    let weekly = page(&made);
    let rows = &weekly.profits.as_ref().unwrap().rows;
    let found = |kinds: &[ProfitRowKind]| -> Vec<(u64, usize)> {
        let rows = rows.iter().filter(|row| kinds.contains(&row.kind));
        let mut found: Vec<(u64, usize)> =
            rows.map(|row| (row.profit.unwrap() as u64, row.n_members)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let mut expected: Vec<(u64, usize)> = groups()
        .iter()
        .map(|(_, starts)| (sum_of(starts) as u64, sum_of(starts) as u64))
        .map(|(sum, classes)| (sum, classes.count_ones() as usize))
        .collect();
    expected.sort_unstable();
    assert_eq!(found(&[ProfitRowKind::Section, ProfitRowKind::Group]), expected);
    assert_eq!(found(&[ProfitRowKind::Class]).len(), 41);
    assert_near(profit_row(&weekly, "total").profit, (1_u64 << 41) as f64 - 1.0);

    // Groups of the configuration stand in their place; the sections stay.
    let keys = [("weekly.groups", "{cars = [\"C36\", \"C37\"], power = [\"D44\"]}")];
    let weekly = weekly_with(&made, &keys);
    let groups: Vec<(&str, f64)> = weekly
        .profits
        .as_ref()
        .unwrap()
        .rows
        .iter()
        .filter(|row| row.kind == ProfitRowKind::Group)
        .map(|row| (row.name.code.as_str(), row.profit.unwrap()))
        .collect();
    assert_eq!(groups, [("cars", sum_of(&["C36", "C37"])), ("power", sum_of(&["D44"]))]);
    let sections = weekly.profits.unwrap().rows.into_iter().filter(|row| row.kind == ProfitRowKind::Section);
    assert_eq!(sections.count(), 3);
}

fn weekly_with(made: &Made, keys: &[(&str, &str)]) -> Weekly {
    weekly(&made.dataset(), Some(date("2024-07-29")), keys)
}

/// A class and its sums since January: of last August, September, November, December, and of February to May.
fn three_months_of(made: &mut Made, class: &str, levels: [f64; 8], growth: [f64; 8]) {
    let periods = [
        "2023-08-31",
        "2023-09-30",
        "2023-11-30",
        "2023-12-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
    ];
    for (position, period) in periods.iter().enumerate() {
        tell(made, class, period, levels[position], growth[position]);
    }
}

#[test]
fn three_months_are_those_of_the_example() {
    let mut made = made(&["C34", "C35"]);
    let levels = [400.0, 455.0, 560.0, 620.0, 100.0, 160.0, 215.0, 280.0];
    three_months_of(&mut made, "C34", levels, [4.0, 4.5, 5.0, 6.0, 10.0, 11.0, 11.5, 12.0]);
    let levels = [88.0, 99.0, 120.0, 130.0, 18.0, 30.0, 42.0, 56.0];
    three_months_of(&mut made, "C35", levels, [-2.0, -1.0, 0.0, 1.0, -10.0, -8.0, -5.0, -2.0]);
    let growth = |s: f64, base: f64| 100.0 * (s / base - 1.0);
    // S and its base of both, by month; the page of a day a month later shows each.
    let windows = [
        ("2023-12-31", (165.0, 149.498_961_812_8), (31.0, 28.712_871_287_1)),
        ("2024-02-29", (160.0, 142.481_417_953_1), (28.0, 28.712_871_287_1)),
        ("2024-03-31", (160.0, 144.144_144_144_1), (30.0, 32.608_695_652_2)),
        ("2024-04-30", (165.0, 147.370_566_653_1), (33.0, 34.210_526_315_8)),
        ("2024-05-31", (180.0, 159.090_909_090_9), (38.0, 37.142_857_142_9)),
    ];
    let mut before: Option<f64> = None;
    for (period, one, two) in windows {
        let day = date(period).plus_days(28).unwrap();
        let weekly = made.weekly(&day.to_string());
        let now = |code: &str| profit_row(&weekly, code).three_months.now;
        assert_near_to(now("C34"), growth(one.0, one.1));
        assert_near_to(now("C35"), growth(two.0, two.1));
        let sum = growth(one.0 + two.0, one.1 + two.1);
        assert_near_to(now("midstream_equipment"), sum);
        if let Some(before) = before.filter(|_| period > "2024-02-29") {
            assert_near_to(profit_row(&weekly, "midstream_equipment").three_months.before, before);
        }
        before = Some(sum);
    }
    // Growth of single months in the place of sums.
    for (period, growth) in
        [("2023-12-31", 9.0), ("2024-03-31", 12.5), ("2024-04-30", 13.0), ("2024-05-31", 14.0)]
    {
        made.tell("profit_month_yoy", "C34", period, "2024-06-20", growth);
    }
    let weekly = made.weekly("2024-06-29");
    let row = profit_row(&weekly, "C34");
    assert_near_to(row.three_months.now, growth(180.0, 159.023_443_564_7));
    assert_near_to(row.three_months.before, growth(165.0, 147.460_445_159_6));
    assert_near_to(
        row.three_months.change,
        growth(180.0, 159.023_443_564_7) - growth(165.0, 147.460_445_159_6),
    );
}

/// Near to what follows from bases of ten decimals.
#[track_caller]
fn assert_near_to(found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("nothing in the place of {expected}"));
    assert!((found - expected).abs() < 2e-9, "{found} is not {expected}");
}

#[test]
fn the_first_months_are_one_and_are_compared_with_december() {
    let mut made = made(&["C34"]);
    tell(&mut made, "C34", "2023-11-30", 560.0, 5.0);
    tell(&mut made, "C34", "2023-12-31", 620.0, 6.0);
    // A January by itself is ignored.
    tell(&mut made, "C34", "2024-01-31", 40.0, 70.0);
    tell(&mut made, "C34", "2024-02-29", 100.0, 10.0);
    let weekly = made.weekly("2024-03-02");
    assert_eq!(weekly.profits.unwrap().month.to_string(), "2023-12");
    let weekly = made.weekly("2024-03-29");
    let profits = weekly.profits.as_ref().unwrap();
    assert_eq!(
        (profits.month.to_string().as_str(), profits.month_before.to_string().as_str()),
        ("2024-02", "2023-12")
    );
    let row = profit_row(&weekly, "C34");
    assert_near(row.since_january.now, 10.0);
    assert_near(row.since_january.before, 6.0);
    assert_near(row.month.growth, 10.0);
    assert_near(row.month_before.growth, 100.0 * (60.0 / (620.0 / 1.06 - 560.0 / 1.05) - 1.0));
}
