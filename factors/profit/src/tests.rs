//! The rules of the method, tried on industries and sectors made for them.

use std::fmt::Write;

use rotor_factor::testing::{check_contract, evaluate, make, reasons, scores};
use rotor_factor::{ColumnValues, Value};

use super::*;

/// Monthly industrial profits and quarterly reports since January 2010, as a factor's fixture.
#[derive(Clone)]
struct Economy {
    industries: Vec<(String, Vec<Option<Figure>>)>,
    /// Code and growth of each quarter.
    sectors: Vec<(String, Vec<Option<f64>>)>,
    bridge: String,
}

/// Profit from January to a month, and the growth published with it.
type Figure = (f64, Option<f64>);

/// 2010-01, where every series begins.
const FIRST: i32 = 40 * 12;

/// Numbers from -1 to 1 that look like noise and are the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

impl Economy {
    /// Noise without a link: sectors s0, s1 …, each with an industry of its own, i0, i1 ….
    fn noise(n_sectors: usize, n_months: usize, seed: u64) -> Self {
        let mut noise = Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut economy = Self { industries: Vec::new(), sectors: Vec::new(), bridge: "[bridge]\n".into() };
        for idx in 0..n_sectors {
            let profits =
                (0..n_months).map(|_| Some((500.0 + 100.0 * noise.next(), Some(20.0 * noise.next()))));
            economy.industries.push((format!("i{idx}"), profits.collect()));
            let mut growth = 0.0;
            let reports = (0..n_months / 3).map(|_| {
                growth = 0.6 * growth + 10.0 * noise.next();
                Some(growth)
            });
            economy.sectors.push((format!("s{idx}"), reports.collect()));
            writeln!(economy.bridge, "s{idx} i{idx} 0.8 2010-04-30").unwrap();
        }
        economy
    }

    /// As text, released 28 days after a month's end and 30 after a quarter's; there are no Januaries.
    fn text(&self) -> String {
        let mut text = self.bridge.clone();
        let names = |codes: Vec<&str>| codes.join(" ");
        let industries = names(self.industries.iter().map(|(code, _)| code.as_str()).collect());
        for (input, is_growth) in [("profit", false), ("profit_growth", true)] {
            writeln!(text, "[{input}]\n{industries}").unwrap();
            let n_months = self.industries[0].1.len();
            for month in (0..n_months).filter(|month| month % 12 != 0) {
                let period = Month::from_index(FIRST + month as i32).unwrap();
                write!(text, "{period} {}", period.last_day().plus_days(28).unwrap()).unwrap();
                for (_, profits) in &self.industries {
                    let value = profits[month]
                        .and_then(|(profit, growth)| if is_growth { growth } else { Some(profit) });
                    write!(text, " {}", value.map_or("-".into(), |value| value.to_string())).unwrap();
                }
                text += "\n";
            }
        }
        let sectors = names(self.sectors.iter().map(|(code, _)| code.as_str()).collect());
        writeln!(text, "[own_growth]\n{sectors}").unwrap();
        for quarter in 0..self.sectors[0].1.len() {
            let period =
                ReferencePeriod::from_index(Frequency::Quarterly, FIRST / 3 + quarter as i32).unwrap();
            write!(text, "{period} {}", period.end().plus_days(30).unwrap()).unwrap();
            for (_, reports) in &self.sectors {
                write!(text, " {}", reports[quarter].map_or("-".into(), |value| value.to_string())).unwrap();
            }
            text += "\n";
        }
        text
    }
}

/// The first day on which all of `n_months` months and their quarters are public.
fn day(n_months: usize) -> String {
    Month::from_index(FIRST + n_months as i32).unwrap().last_day().plus_days(5).unwrap().to_string()
}

fn profit(given: impl IntoIterator<Item = (&'static str, Value)>) -> Profit {
    make(given)
}

fn values(signal: &Signal, name: &str) -> Vec<f64> {
    signal.find_diagnostic(name).unwrap().iter().flatten().collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// x of an industry from the table, with the month of each value.
fn growth_of(signal: &Signal, sector: &str) -> Vec<(String, f64)> {
    let table = signal.find_table("growth").unwrap();
    let (
        Some(ColumnValues::Texts(sectors)),
        Some(ColumnValues::Dates(months)),
        Some(ColumnValues::Numbers(values)),
    ) = (table.find("sector"), table.find("month"), table.find("x"))
    else {
        panic!("the table has sectors, months and x");
    };
    let rows = sectors.iter().zip(months).zip(values).filter(|((code, _), _)| *code == sector);
    rows.map(|((_, month), value)| (month.month().to_string(), *value)).collect()
}

/// Nothing can be foreseen here. Own lags that reach into the quarter to be forecast foresee nearly all of it, because an
/// interpolated month is made of the quarter's end; the lags that are public at the time foresee nothing.
#[test]
fn near_lags_foresee_noise_and_public_ones_do_not() {
    let mut economy = Economy::noise(40, 120, 7);
    // The report of the last quarter is not out yet: it is the target.
    economy.sectors.iter_mut().for_each(|(_, reports)| reports[39] = None);
    let text = economy.text();
    let leaky = evaluate(&profit([("first_own_lag", 1.into())]), &day(120), &text).unwrap();
    let honest = evaluate(&profit([]), &day(120), &text).unwrap();
    let medians = |signal: &Signal| (median(values(signal, "r2_train")), median(values(signal, "r2_test")));
    let ((leaky_train, leaky_test), (train, test)) = (medians(&leaky), medians(&honest));
    assert!(leaky_train > 0.9 && leaky_test > 0.85, "leaky: {leaky_train:.2}, {leaky_test:.2}");
    assert!(train > 0.3 && test < 0.0, "honest: {train:.2}, {test:.2}");
    // What was never public cannot be used: the leak would pass a test and could not be traded.
    assert!(
        (0..40).all(|sector| leaky
            .score_of(sector)
            .is_err_and(|reason| reason.text().contains("not public yet")))
    );
}

#[test]
fn an_industry_alone_has_the_growth_that_is_published() {
    let economy = Economy::noise(1, 72, 3);
    let signal = evaluate(&profit([]), &day(72), &economy.text()).unwrap();
    for (month, x) in growth_of(&signal, "s0") {
        let position = (month.parse::<Month>().unwrap().index() - FIRST) as usize;
        let published = |position: usize| economy.industries[0].1[position].unwrap().1.unwrap();
        let expected = match position % 12 {
            0 => f64::midpoint(published(position - 1), published(position + 1)),
            _ => published(position),
        };
        assert!((x - expected).abs() < 1e-9, "{month}: {x}, published {expected}");
    }
}

#[test]
fn the_unit_of_profits_changes_nothing() {
    let economy = Economy::noise(3, 72, 4);
    let mut in_dollars = economy.clone();
    for (profit, _) in in_dollars.industries.iter_mut().flat_map(|(_, profits)| profits.iter_mut().flatten())
    {
        *profit *= 0.140_625;
    }
    let raws = |economy: &Economy| {
        let signal = evaluate(&profit([]), &day(72), &economy.text()).unwrap();
        (0..3).map(|sector| signal.raw_of(sector).unwrap()).collect::<Vec<_>>()
    };
    for (a, b) in raws(&economy).iter().zip(raws(&in_dollars)) {
        assert!((a - b).abs() < 1e-9);
    }
}

/// Where growth is not published the profit of a year before is the base, and a base that nearly cancels is none.
#[test]
fn bases_that_are_lost_negative_or_nearly_zero() {
    let x = |profits: [(f64, Option<f64>); 3], before: [f64; 3]| {
        let mut economy = Economy::noise(1, 72, 5);
        economy.bridge =
            "[bridge]\ns0 i0 0.5 2010-04-30\ns0 i1 0.3 2010-04-30\ns0 i2 0.2 2010-04-30\n".into();
        economy.industries = (0..3)
            .map(|idx| {
                let mut path = economy.industries[0].1.clone();
                path[58] = (!before[idx].is_nan()).then_some((before[idx], None));
                path[70] = Some(profits[idx]);
                (format!("i{idx}"), path)
            })
            .collect();
        let signal = evaluate(&profit([]), &day(72), &economy.text()).unwrap();
        growth_of(&signal, "s0").into_iter().find(|(month, _)| month == "2015-11").map(|(_, x)| x)
    };
    // Growths of 25%, -50% and 100% imply bases of 161, 90 and 25.
    let published = [(161.0 * 1.25, Some(25.0)), (45.0, Some(-50.0)), (50.0, Some(100.0))];
    let (sum, base) = (0.5 * 201.25 + 0.3 * 45.0 + 0.2 * 50.0, 0.5 * 161.0 + 0.3 * 90.0 + 0.2 * 25.0);
    assert!((x(published, [1.0; 3]).unwrap() - 100.0 * (sum - base) / base).abs() < 1e-9);
    // A loss has no meaningful growth: its base is what was published a year before, here a larger loss.
    let loss = [(100.0, Some(25.0)), (-30.0, None), (50.0, Some(100.0))];
    let (sum, base) = (0.5 * 100.0 - 0.3 * 30.0 + 0.2 * 50.0, 0.5 * 80.0 - 0.3 * 60.0 + 0.2 * 25.0);
    assert!((x(loss, [1.0, -60.0, 1.0]).unwrap() - 100.0 * (sum - base) / base).abs() < 1e-9);
    // Bases of 40 and -40 cancel but for 5; beside 85 that is more than 2%, and growth is cut at 200%.
    let large = [(100.0, Some(25.0)), (30.0, None), (50.0, Some(100.0))];
    assert_eq!(x(large, [1.0, -40.0 / 0.3, 1.0]), Some(200.0));
    assert_eq!(x(large, [1.0, -44.0 / 0.3, 1.0]), None, "1 beside 89 is no base");
    // An industry without a base is left out on both sides: 62 of 100 and 60, over 50 of 80 and 50.
    let alone = [(100.0, Some(25.0)), (70.0, None), (60.0, Some(20.0))];
    assert!((x(alone, [1.0, f64::NAN, 1.0]).unwrap() - 24.0).abs() < 1e-9);
}

/// y is x of the month before, a line that the regression finds; industries rise and the forecast with them.
fn foreseeable(slope: f64) -> Economy {
    let mut economy = Economy::noise(2, 88, 6);
    for sector in 0..2 {
        let sign = if sector == 0 { slope } else { -slope };
        let own: Vec<f64> =
            (0..88_i32).map(|month| sign * f64::from((month - 80).max(0)) + f64::from(month % 7)).collect();
        for (month, value) in own.iter().enumerate() {
            economy.industries[sector].1[month] = Some((100.0 + value, Some(*value)));
        }
        for quarter in 0..29 {
            let end = 3 * quarter + 2;
            economy.sectors[sector].1[quarter] = Some(own[end - 1]);
        }
        // The last reports are not out yet.
        economy.sectors[sector].1[27..].fill(None);
    }
    economy
}

#[test]
fn a_rise_that_is_confirmed_scores_three_and_a_fall_one() {
    let says = |slope: f64| scores(&profit([]), &day(88), &foreseeable(slope).text());
    assert_eq!(says(20.0), "s0 3, s1 1");
    let wide = profit([("dead_band", 400.0.into())]);
    assert_eq!(scores(&wide, &day(88), &foreseeable(20.0).text()), "s0 2, s1 2");
}

/// A sector whose forecasts are what a test says, base and target a quarter apart.
fn judged(forecast: f64, between: [Option<f64>; 2]) -> String {
    use crate::model::{Quality, Tested};
    use crate::target::Target;

    let quality = Quality { mse: 4.0, r_squared: None };
    let tested = Tested { train: quality, test: quality, quarter_ends: None };
    let base = FIRST + 62;
    let fitted = Fitted {
        target: Target::new(base, base + 3).unwrap(),
        reported: 10.0,
        base: Some(10.0),
        forecast: Some(forecast),
        between: [(base + 1, between[0]), (base + 2, between[1])].map(Some),
        n: 60,
        tested,
        beside: tested,
        correlation: None,
        rows: Vec::new(),
        n_train: 45,
        n_test: 12,
        x: crate::growth::Path::new(0, Vec::new()),
    };
    let mut signal = evaluate(&profit([]), &day(66), &Economy::noise(1, 66, 1).text()).unwrap();
    profit([]).score(&mut signal, 0, &fitted);
    format!("{} {:?}", signal.score_of(0).unwrap(), signal.raw_of(0).unwrap())
}

#[test]
fn a_score_needs_the_band_to_be_left_and_every_month_between_to_agree() {
    assert_eq!(judged(12.0, [Some(10.5), Some(11.0)]), "3 1.0", "2 points in a test error of 2");
    assert_eq!(judged(11.0, [Some(10.5), Some(11.0)]), "2 0.5", "the border belongs to the band");
    assert_eq!(judged(12.0, [Some(10.0), Some(11.0)]), "2 1.0", "no change does not confirm");
    assert_eq!(judged(12.0, [None, Some(11.0)]), "2 1.0", "what is missing does not confirm");
    assert_eq!(judged(8.0, [Some(9.5), Some(9.0)]), "1 -1.0");
    assert_eq!(judged(9.0, [Some(9.5), Some(9.0)]), "2 -0.5");
    assert_eq!(judged(8.0, [Some(9.5), Some(12.0)]), "2 -1.0");
}

#[test]
fn months_between_quarters_are_thirds_of_the_way() {
    let mut economy = Economy::noise(1, 72, 12);
    // 2015: 30, 60, then no third quarter, 45 and a growth beyond the bound.
    for (quarter, value) in (20..24).zip([Some(30.0), Some(60.0), None, Some(450.0)]) {
        economy.sectors[0].1[quarter] = value;
    }
    let signal = evaluate(&profit([]), &day(72), &economy.text()).unwrap();
    let table = signal.find_table("fits").unwrap();
    let (Some(ColumnValues::Dates(months)), Some(actual)) =
        (table.find("month"), table.find("actual").and_then(ColumnValues::as_numbers))
    else {
        panic!("the table has months and actual values");
    };
    let of_2015: Vec<String> = months
        .iter()
        .zip(actual)
        .filter(|(month, _)| month.month().year() == 2015 && month.month().number() > 2)
        .map(|(month, actual)| format!("{}: {actual}", month.month().number()))
        .collect();
    assert_eq!(of_2015, ["3: 30", "4: 40", "5: 50", "6: 60", "12: 200"]);
}

#[test]
fn a_published_january_is_none() {
    let mut economy = Economy::noise(1, 72, 13);
    let text = economy.text();
    let x = |text: &str| growth_of(&evaluate(&profit([]), &day(72), text).unwrap(), "s0");
    let january = text.replacen("[profit]\ni0\n", "[profit]\ni0\n2015-01 2015-02-20 9999\n", 1);
    assert!(january.len() > text.len());
    assert_eq!(x(&january), x(&text));
    // Without February there is no January.
    economy.industries[0].1[61] = None;
    let months: Vec<String> = x(&economy.text()).into_iter().map(|(month, _)| month).collect();
    assert!(!months.contains(&"2015-01".to_owned()) && months.contains(&"2014-01".to_owned()));
}

#[test]
fn every_sector_without_a_score_has_a_reason() {
    let mut economy = Economy::noise(9, 72, 8);
    economy.sectors[1].1.fill(None);
    economy.industries[2].1.fill(None);
    economy.sectors[3].1[..16].fill(None);
    for half in [4, 5] {
        let old = format!("s{half} i{half} 0.8");
        let weights =
            if half == 4 { "s4 i4 0.3 2010-04-30\ns4 i0 0.2" } else { "s5 i5 0.3 2010-04-30\ns5 i0 0.1999" };
        economy.bridge = economy.bridge.replace(&old, weights);
    }
    economy.bridge = economy.bridge.replace("s6 i6 0.8 2010-04-30\n", "");
    // Industrial figures slipped behind the reports.
    economy.industries[7].1[65..].fill(None);
    // One observation, and growth beyond all measure.
    economy.sectors[8].1[..23].fill(None);
    for (_, growth) in economy.industries[0].1.iter_mut().flatten() {
        *growth = Some(1e12);
    }
    let text = economy.text();
    let says: Vec<String> = reasons(&profit([]), &day(72), &text).split(", s").map(String::from).collect();
    let reason = |sector: usize| {
        let says = says.iter().map(|says| says.trim_start_matches('s'));
        says.into_iter().find(|says| says.starts_with(&sector.to_string())).unwrap().to_owned()
    };
    assert!(!reason(0).contains('('), "cut at 200%, x is constant and y is fitted by itself: {}", reason(0));
    assert_eq!(reason(1), "1 - (no growth of its net profit is public)");
    assert_eq!(reason(2), "2 - (no growth of its industries is public)");
    assert_eq!(reason(3), "3 - (13 of its months have all regressors; 36 are needed)");
    assert!(!reason(4).contains('('), "0.5 is covered: {}", reason(4));
    assert_eq!(reason(5), "5 - (industries cover less than `min_coverage` of its assets)");
    assert_eq!(reason(6), "6 - (no industry has a weight in it)");
    assert_eq!(reason(7), "7 - (no target after the base quarter)");
    assert_eq!(reason(8), "8 - (0 of its months have all regressors; 36 are needed)");
}

#[test]
fn weights_that_are_not_public_are_used_or_waited_for() {
    let mut economy = Economy::noise(2, 72, 7);
    let text = economy.text();
    // The first sector's weights are first published on the day itself.
    economy.bridge = economy.bridge.replace("s0 i0 0.8 2010-04-30", &format!("s0 i0 0.8 {}", day(72)));
    let late = economy.text();
    let public = profit([("bridge", "public".into())]);
    assert_eq!(scores(&profit([]), &day(72), &late), scores(&profit([]), &day(72), &text));
    assert_eq!(scores(&public, &day(72), &text), scores(&profit([]), &day(72), &text));
    let said = reasons(&public, &day(72), &late);
    assert!(said.starts_with("s0 - (no weights of industries in it are public yet), s1 "), "{said}");
    assert!(!said.contains("s1 -"), "{said}");
}

#[test]
fn options_change_what_they_say() {
    let text = Economy::noise(6, 90, 9).text();
    let n_months = 88;
    let plain = evaluate(&profit([]), &day(n_months), &text).unwrap();
    let with =
        |name: &'static str, value: Value| evaluate(&profit([(name, value)]), &day(n_months), &text).unwrap();
    let raws = |signal: &Signal| (0..6).map(|sector| signal.raw_of(sector)).collect::<Vec<_>>();
    // The ridge beside is the ridge that the model would be.
    let ridge = with("ridge", 10.0.into());
    assert_ne!(raws(&ridge), raws(&plain));
    assert_eq!(values(&ridge, "mse_test"), values(&plain, "mse_test_ridge"));
    assert!(
        values(&ridge, "mse_train")
            .iter()
            .zip(values(&plain, "mse_train"))
            .all(|(ridge, plain)| *ridge > plain)
    );
    // With one industry a sector, growth and level weights are the same.
    for (level, growth) in raws(&plain).iter().zip(raws(&with("bridge_mode", "growth".into()))) {
        assert!((level.unwrap() - growth.unwrap()).abs() < 1e-9);
    }
    assert_ne!(raws(&with("base", "fitted".into())), raws(&plain));
    let gated = with("min_test_r2", 1.0.into());
    assert!((0..6).all(|sector| {
        gated.score_of(sector).is_err_and(|reason| {
            reason.text() == "the R² of its test rows is undefined or below `min_test_r2`"
        })
    }));
    assert_eq!(values(&gated, "r2_test"), values(&plain, "r2_test"));
    assert_eq!(gated.forecasts(), plain.forecasts());
}

#[test]
fn two_years_are_averaged_in_2021() {
    let mut economy = Economy::noise(1, 144, 10);
    for month in 0..144 {
        let growth = match month {
            120..132 => -19.0,
            132..144 => 44.0,
            _ => 10.0,
        };
        economy.industries[0].1[month] = Some((100.0, Some(growth)));
    }
    let adjusted =
        evaluate(&profit([("base_adjust", "two_year".into())]), &day(144), &economy.text()).unwrap();
    for (month, x) in growth_of(&adjusted, "s0") {
        let expected = match month.as_str() {
            // √(1.44 · 0.81) = 1.08
            "2021-01" => f64::midpoint(-19.0, 8.0),
            month if month.starts_with("2021") => 8.0,
            "2020-01" => f64::midpoint(10.0, -19.0),
            month if month.starts_with("2020") => -19.0,
            _ => 10.0,
        };
        assert!((x - expected).abs() < 1e-9, "{month}: {x}");
    }
}

#[test]
fn options_that_cannot_be_are_refused() {
    let refusal = |name: &str, value: i64| {
        let parameters = Parameters::resolve(Profit::PARAMETERS, [(name.to_owned(), value.into())]).unwrap();
        Profit::from_parameters(&parameters).unwrap_err().to_string()
    };
    assert_eq!(refusal("window", 30), "parameter `min_months` is 36; it must be at most `window` (30)");
    let rule = "it must be at least 42: 12 to train, and the rows of `embargo` and `test_rows`";
    assert_eq!(refusal("test_rows", 27), format!("parameter `min_months` is 36; {rule}"));
}

#[test]
fn keeps_the_factor_contract() {
    check_contract(&profit([]), &day(66), &Economy::noise(3, 66, 11).text());
}
