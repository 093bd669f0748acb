//! Small datasets on each of which a program once gave a wrong or flattering number without a word.
//!
//! Each is made up here in full: sectors that move a little from day to day, a benchmark that rises exactly one percent a month, and
//! the one thing that is wrong with the data. What a backtest of it is to say stands in the tests below, as the slow replay says it.

use std::fmt::Write as _;

use rotor_data::Manifest;
use rotor_factor::{Date, Month};

use crate::{Folder, MANIFEST};

/// A dataset with the backtest that is tried on it.
#[derive(Debug)]
pub struct Case {
    /// What is the matter with it.
    pub name: &'static str,
    /// The dataset.
    pub folder: Folder,
    /// The flags of the backtest.
    pub flags: &'static str,
}

const MOMENTUM: &str = "--factors momentum --set momentum.lookback=3 --top 2 --start 2019-01";

/// Makes all of them.
#[must_use]
pub fn all() -> Vec<Case> {
    vec![
        after_cpi_gap(),
        benchmark_gap(),
        benchmark_late(),
        half_late(),
        all_held(),
        mixed_stamps(),
        negative_base(),
        stale_sector(),
        stale_series(),
        unpriced_sectors(),
    ]
}

/// Six figures of producer prices were never published.
#[must_use]
pub fn after_cpi_gap() -> Case {
    let mut world = World::new(4);
    world.close_daily(|_, _| true);
    world.series("cpi_yoy");
    world.series("ppi_yoy");
    for (number, month) in months().enumerate() {
        world.publish("cpi_yoy", month, 2.0);
        if ![9, 12, 13, 17, 20, 24].contains(&number) {
            world.publish("ppi_yoy", month, 1.0);
        }
    }
    let flags = "--rebalance after_cpi --factors momentum --set momentum.lookback=3 --top 2 --start 2019-01";
    world.case("after_cpi_gap", flags)
}

/// The benchmark has no close from mid-May to early November 2019.
#[must_use]
pub fn benchmark_gap() -> Case {
    let mut world = World::new(6);
    world.close_daily(|code, day| code != "B01" || day < date("2019-05-15") || day > date("2019-11-04"));
    world.case("benchmark_gap", MOMENTUM)
}

/// The benchmark begins in October 2020.
#[must_use]
pub fn benchmark_late() -> Case {
    let mut world = World::new(6);
    world.close_daily(|code, day| code != "B01" || day > date("2020-10-01"));
    world.case("benchmark_late", MOMENTUM)
}

/// More than half of the sectors begin in December 2019, and nothing but their closes says so.
#[must_use]
pub fn half_late() -> Case {
    let mut world = World::new(11);
    world.close_daily(|code, day| code <= "S05" || day >= date("2019-12-02"));
    world.case("half_late", MOMENTUM)
}

/// All sectors are held: nothing is gained by choosing.
#[must_use]
pub fn all_held() -> Case {
    let mut world = World::new(3);
    world.close_daily(|_, _| true);
    world.case("all_held", "--factors momentum --set momentum.lookback=3 --top 3 --start 2019-01")
}

/// Month-end closes: one sector is stamped with the last day of the calendar month, the others with the last weekday. It rises by half
/// in June 2019.
///
/// # Panics
///
/// Never: its days are days of the calendar.
#[must_use]
pub fn mixed_stamps() -> Case {
    let mut world = World::new(6);
    world.is_month_end = true;
    for (number, month) in months().enumerate() {
        let last_weekday = days(month.first_day(), month.last_day()).last().expect("months have weekdays");
        for code in ["B01", "S01", "S02", "S03", "S04", "S05", "S06"] {
            let jump =
                if code == "S01" && month >= Month::new(2019, 6).expect("a month") { 1.5 } else { 1.0 };
            let day = if code == "S01" { month.last_day() } else { last_weekday };
            world.close(code, day, 100.0 * 1.01_f64.powi(number as i32) * jump);
        }
    }
    world.case("mixed_stamps", "--factors momentum --set momentum.lookback=3 --top 2 --start 2019-01")
}

/// A series below zero rises every month, another one falls; so do two above zero.
#[must_use]
pub fn negative_base() -> Case {
    let mut world = World::new(6);
    world.close_daily(|_, _| true);
    for (sector, series, start, step) in [
        ("S01", "better", -40.0, 1.0),
        ("S02", "worse", -1.0, -1.0),
        ("S03", "up", 100.0, 1.0),
        ("S04", "down", 100.0, -1.0),
    ] {
        world.series(series);
        world.link(sector, series);
        for (number, month) in months().enumerate() {
            world.publish(series, month, start + step * number as f64);
        }
    }
    world.case("negative_base", "--factors prosperity --top 2 --start 2019-12")
}

/// The closes of a sector end in April 2019, and nothing says that it has ended.
#[must_use]
pub fn stale_sector() -> Case {
    let mut world = World::new(6);
    world.close_daily(|code, day| code != "S03" || day <= date("2019-04-15"));
    world.series("orders");
    world.link("S03", "orders");
    for (number, month) in months().enumerate() {
        world.publish("orders", month, 100.0 + 2.0 * number as f64);
    }
    let flags =
        "--factors momentum,prosperity --set momentum.lookback=3 --top 2 --min-factors 1 --start 2019-01";
    world.case("stale_sector", flags)
}

/// A series ends with March 2019.
///
/// # Panics
///
/// Never: its days are days of the calendar.
#[must_use]
pub fn stale_series() -> Case {
    let mut world = World::new(6);
    world.close_daily(|_, _| true);
    for series in ["orders_a", "orders_b"] {
        world.series(series);
        for (number, month) in months().enumerate() {
            if series == "orders_b" || month <= Month::new(2019, 3).expect("a month") {
                world.publish(series, month, 100.0 + 3.0 * number as f64);
            }
        }
    }
    for code in ["S01", "S02", "S03", "S04", "S05", "S06"] {
        world.link(code, if code == "S01" { "orders_a" } else { "orders_b" });
    }
    world.case("stale_series", "--factors prosperity --top 2 --start 2019-06")
}

/// More sectors are listed than have closes.
#[must_use]
pub fn unpriced_sectors() -> Case {
    let mut world = World::new(9);
    world.close_daily(|code, _| code == "B01" || code <= "S04");
    world.case("unpriced_sectors", MOMENTUM)
}

/// A dataset in the making.
struct World {
    is_month_end: bool,
    n_sectors: usize,
    prices: String,
    series: String,
    observations: String,
    links: String,
}

impl World {
    fn new(n_sectors: usize) -> Self {
        Self {
            is_month_end: false,
            n_sectors,
            prices: "entity,date,close\n".into(),
            series: "series,frequency,unit,title\n".into(),
            observations: "series,entity,period,released,value\n".into(),
            links: "sector,series,polarity,weight\n".into(),
        }
    }

    fn sectors(&self) -> Vec<String> {
        (1..=self.n_sectors).map(|number| format!("S{number:02}")).collect()
    }

    /// Closes on every weekday on which there is to be one.
    fn close_daily(&mut self, is_there: impl Fn(&str, Date) -> bool) {
        for (number, code) in self.sectors().into_iter().enumerate() {
            // Every sector has a drift and a swing of its own.
            let (mut close, mut step) = (100.0, number);
            for day in days(date("2018-07-02"), date("2020-12-14")) {
                step = (step * 13 + 7 * number + 5) % 41;
                close *= 1.0 + (step as f64 - 20.0) / 2000.0 + 0.0001 * number as f64;
                if is_there(&code, day) {
                    self.close(&code, day, (close * 100.0_f64).round() / 100.0);
                }
            }
        }
        for day in days(date("2018-07-02"), date("2020-12-14")) {
            let n_months = day.month().index() - date("2018-07-02").month().index();
            // It rises on the first of the month, so that any day of a month is one percent above that of the month before.
            if is_there("B01", day) {
                self.close("B01", day, 1000.0 * 1.01_f64.powi(n_months));
            }
        }
    }

    fn close(&mut self, code: &str, day: Date, close: f64) {
        writeln!(self.prices, "{code},{day},{close}").expect("it is a string");
    }

    fn series(&mut self, name: &str) {
        writeln!(self.series, "{name},M,index,{name}").expect("it is a string");
    }

    /// Publishes the value of a month on the ninth of the next.
    fn publish(&mut self, series: &str, month: Month, value: f64) {
        let released = month.last_day().plus_days(9).expect("it is near");
        writeln!(self.observations, "{series},CN,{},{released},{value}", month.last_day())
            .expect("it is a string");
    }

    fn link(&mut self, sector: &str, series: &str) {
        writeln!(self.links, "{sector},{series},1,1").expect("it is a string");
    }

    fn case(self, name: &'static str, flags: &'static str) -> Case {
        let mut entities = "entity,kind,name\nB01,benchmark,Benchmark\nCN,market,Market\n".to_owned();
        for code in self.sectors() {
            writeln!(entities, "{code},sector,Sector {code}").expect("it is a string");
        }
        let manifest = MANIFEST.replace("2020-01-01", "2018-07-02").replace("2022-12-31", "2020-12-31");
        let frequency = if self.is_month_end { "\"M\"" } else { "\"D\"" };
        let last = if self.is_month_end { "2020-12-31" } else { "2020-12-14" };
        let manifest = manifest.replace("\"D\"", frequency).replace("2020-12-31", last);
        let folder = Folder::new()
            .with(Manifest::FILE, manifest)
            .with("entities.csv", entities)
            .with("prices.csv", self.prices)
            .with("series.csv", self.series)
            .with("observations.csv", self.observations)
            .with("links.csv", self.links);
        Case { name, folder, flags }
    }
}

fn date(text: &str) -> Date {
    text.parse().expect("it is a date")
}

/// The months from July 2018 to December 2020.
fn months() -> impl Iterator<Item = Month> {
    let index = |text: &str| date(text).month().index();
    (index("2018-07-02")..=index("2020-12-31")).filter_map(Month::from_index)
}

/// The weekdays from one day to another, both included.
fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    (from.days()..=to.days()).filter_map(Date::from_days).filter(|day| day.weekday() <= 5)
}

#[cfg(test)]
mod tests {
    use rotor_data::Dataset;

    use super::*;
    use crate::slow::backtest::{Backtest, Factor, Options, Rebalance, backtest};
    use crate::slow::{Answer, Facts, momentum, prosperity};

    fn replay(case: &Case, options: &Options, factors: &[Factor<'_>]) -> Backtest {
        let facts = Facts::of(&Dataset::open(case.folder.path()).unwrap());
        backtest(&facts, factors, options)
    }

    fn options() -> Options {
        Options { start: Month::new(2019, 1).unwrap(), top: 2, ..Options::default() }
    }

    fn momentum_of_three(facts: &Facts, e: Date) -> Answer {
        momentum::answer(facts, e, &momentum::Options { lookback: 3, skip: 1 })
    }

    fn prosperity(facts: &Facts, e: Date) -> Answer {
        prosperity::answer(facts, e, &prosperity::Options::default())
    }

    /// The returns of a portfolio or benchmark, by the month of the execution.
    fn returns(backtest: &Backtest, name: &str) -> Vec<(Month, f64)> {
        let kept = backtest.days.iter().filter_map(|day| Some((day.execution.month(), day.kept.as_ref()?)));
        kept.filter_map(|(month, kept)| Some((month, *kept.returns.get(name)?))).collect()
    }

    /// Tells whether a benchmark rises by one percent in each of so many periods.
    fn rises_by_one_percent(backtest: &Backtest, n_periods: usize) {
        let returns = returns(backtest, "B01");
        assert_eq!(returns.len(), n_periods, "{returns:?}");
        assert!(returns.iter().all(|(_, value)| (value - 0.01).abs() < 1e-12), "{returns:?}");
    }

    #[test]
    fn a_month_without_a_release_has_its_execution_on_its_last_day() {
        let options = Options { rebalance: Rebalance::AfterCpi, ..options() };
        let backtest = replay(&after_cpi_gap(), &options, &[&momentum_of_three]);
        rises_by_one_percent(&backtest, 23);
        let days: Vec<String> = backtest.days.iter().map(|day| day.execution.to_string()).collect();
        // The producer prices of April and of July 2019 never came.
        assert_eq!(days[3..8], ["2019-04-10", "2019-05-31", "2019-06-10", "2019-07-10", "2019-08-30"]);
    }

    #[test]
    fn a_benchmark_earns_nothing_over_a_gap() {
        let backtest = replay(&benchmark_gap(), &options(), &[&momentum_of_three]);
        rises_by_one_percent(&backtest, 16);
        let months: Vec<String> =
            returns(&backtest, "B01").iter().map(|(month, _)| month.to_string()).collect();
        // The period of May ends, and that of November begins, in the gap.
        assert_eq!(months[3..6], ["2019-04", "2019-12", "2020-01"]);
        rises_by_one_percent(&replay(&benchmark_late(), &options(), &[&momentum_of_three]), 1);
    }

    #[test]
    fn sectors_without_closes_do_not_delay_a_run() {
        for case in [half_late(), unpriced_sectors()] {
            let backtest = replay(&case, &options(), &[&momentum_of_three]);
            assert_eq!(
                (backtest.days.len(), backtest.days[0].execution.to_string().as_str()),
                (23, "2019-01-01")
            );
            assert_eq!(
                backtest.days[0].answers[0].sectors.len(),
                if case.name == "half_late" { 5 } else { 4 }
            );
        }
    }

    #[test]
    fn a_close_of_a_month_is_that_of_its_month_whatever_its_day() {
        let backtest = replay(&mixed_stamps(), &options(), &[&momentum_of_three]);
        let day = backtest.days.iter().find(|day| day.execution == date("2019-05-31")).unwrap();
        assert_eq!((day.exit, day.month), (date("2019-06-28"), Month::new(2019, 5).unwrap()));
        let of = |number: u32| {
            let month = Month::new(2019, number).unwrap();
            returns(&backtest, "equal_weight").into_iter().find(|(other, _)| *other == month).unwrap().1
        };
        // 5/6 · 0.01 + 1/6 · 0.515.
        assert!((of(5) - 0.565 / 6.0).abs() < 1e-12 && (of(6) - 0.01).abs() < 1e-12);
    }

    #[test]
    fn a_rise_below_zero_is_a_rise() {
        let options = Options { start: Month::new(2019, 12).unwrap(), ..options() };
        let backtest = replay(&negative_base(), &options, &[&prosperity]);
        for day in &backtest.days {
            let score = |code: &str| day.answers[0].sectors[code].score;
            assert_eq!((score("S01"), score("S02")), (Some(3.0), Some(1.0)), "{}", day.execution);
            assert_eq!((score("S03"), score("S04")), (Some(3.0), Some(1.0)), "{}", day.execution);
        }
    }

    #[test]
    fn a_sector_whose_closes_stop_is_left_at_the_last_one() {
        let options = Options { min_factors: 1, ..options() };
        let backtest = replay(&stale_sector(), &options, &[&momentum_of_three, &prosperity]);
        let n_sectors = |position: usize| backtest.days[position].kept.as_ref().unwrap().ranking.len();
        // April is held to its middle; May begins without the sector.
        assert_eq!((n_sectors(3), n_sectors(4)), (6, 5));
        let last = backtest.days.last().unwrap();
        assert!(last.kept.as_ref().unwrap().ranking.values().all(|place| place.rank <= 5));
    }

    #[test]
    fn a_series_counts_for_three_months() {
        let options = Options { start: Month::new(2019, 6).unwrap(), ..options() };
        let backtest = replay(&stale_series(), &options, &[&prosperity]);
        let scored: Vec<Month> = backtest
            .days
            .iter()
            .filter(|day| day.answers[0].sectors["S01"].score.is_some())
            .map(|day| day.month)
            .collect();
        assert_eq!(scored, [Month::new(2019, 5).unwrap(), Month::new(2019, 6).unwrap()]);
    }
}
