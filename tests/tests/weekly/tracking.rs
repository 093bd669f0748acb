//! Series of production chains.

use rotor_run::{SeasonalPosition, Tracked, TrackedKind, Weekly};

use crate::made::{Made, assert_near, date};

fn made() -> Made {
    Made::new("2024-07-01", "2024-07-31")
}

/// Declares a series of the chain of ships.
fn declare(made: &mut Made, name: &str, frequency: &str, measure: &str, accumulation: &str) {
    made.row("series", &format!("{name},{frequency},index,Title,{measure},{accumulation},ships"));
}

/// Tells values of months, each two weeks after its end.
fn months(made: &mut Made, name: &str, values: &[(&str, f64)]) {
    for (month, value) in values {
        let period = month.parse::<rotor_factor::Month>().unwrap().last_day();
        let released = period.plus_days(14).unwrap().to_string();
        made.tell(name, "CN", &period.to_string(), &released, *value);
    }
}

fn row<'w>(weekly: &'w Weekly, name: &str) -> &'w Tracked {
    weekly.tracking.iter().find(|row| row.series.code == name).unwrap_or_else(|| panic!("no row of {name}"))
}

const PRINTED: [(&str, f64); 4] =
    [("2023-05", 315.8), ("2023-06", 260.9), ("2024-05", 401.0), ("2024-06", 344.0)];

#[test]
fn a_month_is_that_of_the_example() {
    let mut made = made();
    declare(&mut made, "orders", "M", "price", "");
    months(&mut made, "orders", &PRINTED);
    let weekly = made.weekly("2024-07-29");
    let row = row(&weekly, "orders");
    assert_eq!((row.kind, row.chain.as_ref().unwrap().code.as_str()), (TrackedKind::Level, "ships"));
    assert_eq!((row.last, row.last_day), (344.0, date("2024-06-30")));
    assert_eq!(row.month.unwrap().to_string(), "2024-06");
    assert_near(row.value, 344.0);
    assert_near(row.month_on_month, -14.214_463_840_4);
    assert_near(row.year_on_year.now, 31.851_284_016_9);
    assert_near(row.year_on_year.before, 26.979_100_696_6);
    assert_near(row.year_on_year.change, 4.872_183_320_2);
    // Months have neither a week ago nor a month so far.
    assert_eq!((row.week_on_week, row.month_to_date, row.position), (None, None, None));
    assert_eq!(row.since_january, None);
}

#[test]
fn rates_and_surveys_change_by_points_and_growth_is_itself_one() {
    let mut made = made();
    for (name, measure) in [("rate", "rate"), ("survey", "survey")] {
        declare(&mut made, name, "M", measure, "");
        months(
            &mut made,
            name,
            &[("2023-05", 51.0), ("2023-06", 50.0), ("2024-05", 49.0), ("2024-06", 50.5)],
        );
    }
    made.row("series", "growth,M,percent,Title,growth,,ships");
    months(&mut made, "growth", &[("2023-06", 1.0), ("2024-05", 4.0), ("2024-06", 2.5)]);
    let weekly = made.weekly("2024-07-29");
    for name in ["rate", "survey"] {
        let row = row(&weekly, name);
        assert_eq!(row.kind, TrackedKind::Points);
        assert_near(row.month_on_month, 1.5);
        assert_near(row.year_on_year.now, 0.5);
        assert_near(row.year_on_year.before, -2.0);
        assert_near(row.year_on_year.change, 2.5);
    }
    let row = row(&weekly, "growth");
    assert_eq!(row.kind, TrackedKind::Growth);
    assert_near(row.year_on_year.now, 2.5);
    assert_near(row.year_on_year.before, 4.0);
    assert_near(row.year_on_year.change, -1.5);
}

#[test]
fn an_index_of_growth_has_100_where_nothing_grows() {
    let mut made = made();
    declare(&mut made, "index", "M", "growth", "");
    months(&mut made, "index", &[("2024-05", 98.0), ("2024-06", 101.5)]);
    let weekly = made.weekly("2024-07-29");
    let row = row(&weekly, "index");
    assert_near(row.year_on_year.now, 1.5);
    assert_near(row.year_on_year.before, -2.0);
    assert_near(row.year_on_year.change, 3.5);
}

#[test]
fn a_fall_of_a_negative_value_is_a_fall() {
    let mut made = made();
    declare(&mut made, "spread", "M", "price", "");
    months(&mut made, "spread", &[("2023-06", -10.0), ("2024-05", -20.0), ("2024-06", -25.0)]);
    let weekly = made.weekly("2024-07-29");
    let row = row(&weekly, "spread");
    assert_near(row.month_on_month, -25.0);
    assert_near(row.year_on_year.now, -150.0);
    assert_eq!((row.year_on_year.before, row.year_on_year.change), (None, None));
}

#[test]
fn a_mean_that_cancels_out_is_no_base() {
    let mut made = made();
    declare(&mut made, "spread", "W", "price", "");
    // Their sum is nothing but for its last digits.
    for (day, value) in [("2024-05-10", 0.1), ("2024-05-17", 0.2), ("2024-05-24", -0.3), ("2024-06-14", 1.0)]
    {
        made.tell("spread", "CN", day, day, value);
    }
    let weekly = made.weekly("2024-07-29");
    let row = row(&weekly, "spread");
    assert_eq!((row.value, row.month_on_month), (Some(1.0), None));
}

#[test]
fn sums_since_january_are_those_of_the_example() {
    let mut made = made();
    declare(&mut made, "ships", "M", "volume", "");
    let years = [
        ("2023", [540.0, 560.0, 640.0, 590.0, 710.0, 727.0]),
        ("2024", [900.0, 820.0, 1100.0, 990.0, 870.0, 742.0]),
    ];
    let mut sums = Vec::new();
    for (year, values) in years {
        let mut sum = 0.0;
        for (month, value) in values.iter().enumerate() {
            let month = format!("{year}-{:02}", month + 1);
            months(&mut made, "ships", &[(&month, *value)]);
            sum += value;
            sums.push((month, sum));
        }
    }
    // The same as a series of sums.
    declare(&mut made, "ships_ytd", "M", "volume", "ytd");
    for (month, sum) in &sums {
        months(&mut made, "ships_ytd", &[(month, *sum)]);
    }
    let weekly = made.weekly("2024-07-29");
    for name in ["ships", "ships_ytd"] {
        let sums = row(&weekly, name).since_january.unwrap();
        assert_near(sums.now, 43.934_165_118_1);
        assert_near(sums.before, 53.947_368_421_1);
        assert_near(sums.change, -10.013_203_302_9);
    }
}

#[test]
fn days_are_held_against_a_week_ago_and_the_month_before() {
    let mut made = made();
    for name in ["days", "points"] {
        declare(&mut made, name, "D", if name == "days" { "price" } else { "rate" }, "");
        for (day, value) in [
            ("2024-06-03", 6400.0),
            ("2024-06-28", 6600.0),
            ("2024-07-01", 6500.0),
            ("2024-07-17", 6540.0),
            ("2024-07-18", 6650.0),
            ("2024-07-19", 6700.0),
            ("2024-07-25", 6610.0),
        ] {
            made.tell(name, "CN", day, day, value);
        }
    }
    let weekly = made.weekly("2024-07-26");
    let days = row(&weekly, "days");
    assert_eq!((days.last, days.last_day), (6610.0, date("2024-07-25")));
    assert_near(days.week_on_week, -0.601_503_759_4);
    assert_near(days.value, 6500.0);
    assert_near(days.month_to_date, 100.0 * (6600.0 / 6500.0 - 1.0));
    let points = row(&weekly, "points");
    assert_near(points.week_on_week, -40.0);
    assert_near(points.month_to_date, 100.0);
    // On the day of a value it is not known; the last is then that of the 19th.
    let weekly = made.weekly("2024-07-25");
    let days = row(&weekly, "days");
    assert_eq!(days.last_day, date("2024-07-19"));
    assert_near(days.week_on_week, 100.0 * (6700.0 / 6500.0 - 1.0));
}

#[test]
fn a_month_stands_above_within_or_below_the_years_before() {
    let position = |now: f64, years: &[(&str, f64)]| {
        let mut made = made();
        declare(&mut made, "price", "M", "price", "");
        months(&mut made, "price", years);
        months(&mut made, "price", &[("2024-06", now)]);
        row(&made.weekly("2024-07-29"), "price").position
    };
    let years = [("2019-06", 90.0), ("2021-06", 110.0), ("2023-06", 100.0)];
    assert_eq!(position(110.1, &years), Some(SeasonalPosition::Above));
    assert_eq!(
        position(110.0, &years),
        Some(SeasonalPosition::Within),
        "equal to the highest is not above it"
    );
    assert_eq!(position(90.0, &years), Some(SeasonalPosition::Within));
    assert_eq!(position(89.9, &years), Some(SeasonalPosition::Below));
    // Two years are too few, and the sixth does not count.
    assert_eq!(position(110.1, &years[1..]), None);
    assert_eq!(position(110.1, &[("2018-06", 90.0), years[1], years[2]]), None);
    assert_eq!(
        position(105.0, &[("2018-06", 200.0), years[0], ("2020-06", 95.0), years[2]]),
        Some(SeasonalPosition::Above)
    );
}

#[test]
fn series_stand_by_chain_then_by_name() {
    let mut made = made();
    for (name, chain) in [("b", "coal"), ("a", "steel"), ("c", "coal"), ("d", "steel")] {
        made.row("series", &format!("{name},M,index,Title,price,,{chain}"));
        months(&mut made, name, &[("2024-06", 1.0)]);
    }
    let weekly = made.weekly("2024-07-29");
    let names: Vec<&str> = weekly.tracking.iter().map(|row| row.series.code.as_str()).collect();
    assert_eq!(names, ["b", "c", "a", "d"]);
}
