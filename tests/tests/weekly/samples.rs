//! Those who have reported: the example of the specification, and when there is a sample at all.

use rotor_run::{SampleRow, SampleRowKind, Weekly};

use crate::made::{Made, assert_near, date, weekly};

/// Six companies of a sector; the fifth has not filed for the half year.
fn six(sector: &str) -> Made {
    let mut made = Made::new("2024-03-01", "2024-08-30");
    made.row("entities", "801780,sector,Banks,,");
    let assets = [900.0, 700.0, 200.0, 150.0, 1500.0, 50.0];
    let now = [(52.0, 50.0), (-60.0, 20.0), (0.0, 0.0), (7.5, 10.0), (0.0, 0.0), (2.0, -1.0)];
    let before = [(24.0, 22.0), (-35.0, 8.0), (9.0, 8.0), (3.0, 4.5), (40.0, 38.0), (0.5, -0.8)];
    for company in 0..6 {
        let code = format!("60000{}", company + 1);
        made.row("companies", &format!("{code},Company {code},{sector},,"));
        let (profit, prior) = before[company];
        let own = assets[company];
        made.row("filings", &format!("{code},2024-03-31,2024-04-25,report,{profit},,,{prior},{own}"));
        let (profit, prior) = now[company];
        match company {
            2 => made.row("filings", &format!("{code},2024-06-30,2024-07-10,forecast,,16,20,15,")),
            4 => {}
            _ => {
                made.row("filings", &format!("{code},2024-06-30,2024-07-24,report,{profit},,,{prior},{own}"));
            }
        }
    }
    made
}

fn row<'w>(rows: &'w [SampleRow], code: &str) -> &'w SampleRow {
    let is_meant = |row: &&SampleRow| match row.kind {
        SampleRowKind::Market => code == "market",
        SampleRowKind::WithoutFinancials => code == "without financials",
        SampleRowKind::Sector => row.name.code == code,
    };
    rows.iter().find(is_meant).unwrap_or_else(|| panic!("no row of {code}"))
}

fn assert_is_the_example(row: &SampleRow) {
    assert_eq!(row.n, 5);
    assert_near(Some(row.coverage), 0.571_428_571_428_571);
    assert_near(row.since_january, -79.255_319_148_9);
    assert_near(row.before, -96.402_877_697_8);
    assert_near(row.quarter, -65.583_173_996_2);
    assert_near(row.change, 17.147_558_548_9);
    assert_near(row.before_of_all, -47.929_736_511_9);
}

#[test]
fn a_sample_is_that_of_the_example() {
    let weekly = six("801080").weekly("2024-07-29");
    let [sample] = &weekly.samples[..] else { panic!("{} samples", weekly.samples.len()) };
    assert_eq!(sample.quarter.to_string(), "2024Q2");
    assert_eq!(sample.deadline, date("2024-08-31"));
    assert_eq!(sample.n_without_assets, Some(0));
    for code in ["market", "without financials", "801080"] {
        assert_is_the_example(row(&sample.rows, code));
    }
    assert!(sample.rows.iter().all(|row| row.name.code != "801010"), "a sector of nobody has no row");
    assert_near(Some(sample.loss), 50.0);
    let names: Vec<&str> = sample.large_losses.iter().map(|company| company.code.as_str()).collect();
    assert_eq!(names, ["600002"]);
    let without = row(&sample.without_losses, "market");
    assert_eq!(without.n, 4);
    assert_near(without.since_january, 7.432_432_432_4);
    assert_near(without.before, 8.308_605_341_2);
    assert_near(without.quarter, 6.699_751_861_0);
    assert_near(without.change, -0.876_172_908_8);
}

#[test]
fn financials_are_left_out_of_a_row_and_losses_by_the_configuration() {
    let mut made = six("801780");
    // One company that is none of them; its profit doubled, as it did a quarter before.
    made.row("companies", "700000,Company,801010,,");
    made.row("filings", "700000,2024-03-31,2024-04-25,report,10,,,5,100");
    made.row("filings", "700000,2024-06-30,2024-07-24,report,40,,,20,100");
    let weekly = made.weekly("2024-07-29");
    let sample = &weekly.samples[0];
    assert_is_the_example(row(&sample.rows, "801780"));
    let others = row(&sample.rows, "without financials");
    assert_eq!((others.n, others.coverage), (1, 1.0));
    assert_near(others.since_january, 100.0);
    assert_near(others.quarter, 100.0);
    assert_near(others.change, 0.0);
    assert_eq!(row(&sample.rows, "market").n, 6);

    let dataset = made.dataset();
    let keys = [("weekly.exclude_loss", "60"), ("weekly.financials", "801010")];
    let weekly = weekly_with(&dataset, &keys);
    let sample = &weekly.samples[0];
    assert!(
        sample.large_losses.is_empty() && sample.without_losses.is_empty(),
        "a loss of 60 is not beyond it"
    );
    assert_is_the_example(row(&sample.rows, "without financials"));
}

fn weekly_with(dataset: &std::sync::Arc<rotor::Dataset>, keys: &[(&str, &str)]) -> Weekly {
    weekly(dataset, Some(date("2024-07-29")), keys)
}

#[test]
fn a_sample_grows_with_what_is_filed_before_the_day_until_the_deadline() {
    let made = six("801080");
    let quarters = |day: &str| -> Vec<(String, usize)> {
        let samples = made.weekly(day).samples;
        samples.iter().map(|sample| (sample.quarter.to_string(), sample.rows[0].n)).collect()
    };
    // The reports of the first quarter have no quarter before them.
    assert!(quarters("2024-04-27").is_empty());
    assert!(quarters("2024-07-10").is_empty(), "what is filed on the day is not known");
    assert_eq!(quarters("2024-07-11"), [("2024Q2".into(), 1)]);
    assert_eq!(quarters("2024-07-24"), [("2024Q2".into(), 1)]);
    assert_eq!(quarters("2024-07-25"), [("2024Q2".into(), 5)]);
    assert_eq!(quarters("2024-08-30"), [("2024Q2".into(), 5)]);
    assert!(quarters("2024-09-02").is_empty());
}

#[test]
fn a_sample_begins_with_a_twentieth_of_the_assets() {
    let n_samples = |assets: f64| {
        let mut made = Made::new("2024-03-01", "2024-07-31");
        for (code, assets) in [("600001", assets), ("600002", 100.0 - assets)] {
            made.row("companies", &format!("{code},Company,801080,,"));
            made.row("filings", &format!("{code},2024-03-31,2024-04-25,report,10,,,8,{assets}"));
        }
        made.row("filings", "600001,2024-06-30,2024-07-10,report,10,,,8,");
        made.weekly("2024-07-15").samples.len()
    };
    assert_eq!(n_samples(4.9), 0);
    assert_eq!(n_samples(5.0), 1, "the twentieth itself is enough");
}

#[test]
fn series_alone_make_a_sample_of_what_they_say() {
    let mut made = Made::new("2024-03-01", "2024-08-30");
    for (name, values) in [
        ("comparable_ytd_yoy", [-38.7, 12.0]),
        ("comparable_ytd_yoy_before", [-35.0, 9.5]),
        ("comparable_quarter_yoy", [-41.0, 14.0]),
        ("comparable_coverage", [0.31, 0.04]),
        ("comparable_n", [1679.0, 3.0]),
    ] {
        made.series(name, "Q", "percent");
        made.tell(name, "CN", "2024-06-30", "2024-07-20", values[0]);
        made.tell(name, "801080", "2024-06-30", "2024-07-20", values[1]);
    }
    let weekly = made.weekly("2024-07-29");
    let sample = &weekly.samples[0];
    let [row] = &sample.rows[..] else { panic!("a sector of less than a twentieth has no row") };
    assert_eq!((row.kind, row.n, row.coverage), (SampleRowKind::Market, 1679, 0.31));
    assert_near(row.since_january, -38.7);
    assert_near(row.before, -35.0);
    assert_near(row.quarter, -41.0);
    assert_near(row.change, -3.7);
    assert_eq!(row.before_of_all, None);
    assert_eq!((sample.n_without_assets, sample.large_losses.len()), (None, 0));
}

#[test]
fn a_single_quarter_that_no_longer_has_a_base_is_not_that_of_an_older_sample() {
    let mut made = Made::new("2024-03-01", "2024-08-30");
    for (code, released, quarter, prior) in
        [("600001", "2024-07-10", [4.0, 10.0], [2.0, 6.0]), ("600002", "2024-07-20", [4.0, 3.0], [6.0, 2.0])]
    {
        made.row("companies", &format!("{code},Company,801080,,"));
        let ([first, half], [first_prior, half_prior]) = (quarter, prior);
        made.row("filings", &format!("{code},2024-03-31,2024-04-25,report,{first},,,{first_prior},100"));
        made.row("filings", &format!("{code},2024-06-30,{released},report,{half},,,{half_prior},100"));
    }
    let of = |day: &str| {
        let weekly = made.weekly(day);
        let row = row(&weekly.samples[0].rows, "market").clone();
        (row.n, row.quarter, row.since_january)
    };
    // The one earned 6 in the quarter, 4 a year ago; the other lost 1 and 4: together nothing a year ago.
    assert_eq!(of("2024-07-15"), (1, Some(50.0), Some(100.0 * (10.0 - 6.0) / 6.0)));
    assert_eq!(of("2024-07-25"), (2, None, Some(100.0 * (13.0 - 8.0) / 8.0)));
}
