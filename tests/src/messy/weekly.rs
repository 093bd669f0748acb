//! The inputs of the weekly as messy as the rest: weeks without figures, earnings below zero, series that begin late or end, companies that
//! change their sector, file late, file twice, or file nothing.
//!
//! They are drawn from a die of their own, so that all other tables are as they were.

use std::fmt::Write as _;

use rotor_factor::Date;

use super::{Care, Dice, Mess, days, months, rounded};

impl Mess {
    /// Adds multiples, money, insiders, companies and filings.
    pub(super) fn weekly(&mut self, seed: u64) {
        let usual = std::mem::replace(&mut self.dice, Dice::new(seed ^ 0x3EE1_57A7));
        self.multiples();
        self.money();
        self.listed();
        self.dice = usual;
    }

    fn multiples(&mut self) {
        let frequency = self.dice.pick(&["D", "M"]);
        for name in ["pe_ttm", "pb"] {
            self.declare(name, frequency, "multiple");
        }
        let kinds =
            ["plain", "plain", "plain", "losses", "losses", "no pb", "no pe", "ends", "constant", "young"];
        for code in self.sectors.clone().into_iter().chain(["000300"]) {
            let kind = self.dice.pick(&kinds);
            let (mut pe, mut pb) = (20.0, 2.0);
            let from = if kind == "young" { (2018, 1) } else { (2013, 1) };
            let to = if kind == "ends" { (2019, 6) } else { (2022, 6) };
            for month in months(from, to) {
                if kind != "constant" {
                    pe = (pe * (1.0 + 0.08 * self.dice.around_zero())).clamp(3.0, 200.0);
                    pb = (pb * (1.0 + 0.05 * self.dice.around_zero())).clamp(0.3, 20.0);
                }
                let is_loss = kind == "losses" && self.dice.chance(0.3);
                let weekdays: Vec<Date> = days(month).into_iter().filter(|day| day.weekday() <= 5).collect();
                let stamps = if frequency == "M" { vec![month.last_day()] } else { weekdays };
                for day in stamps {
                    // Two of three days are enough, and are as many as a reader of texts can stand.
                    if frequency == "D" && self.dice.chance(0.6) {
                        continue;
                    }
                    let shown = if is_loss { -pe } else { pe };
                    if kind != "no pe" {
                        self.note("pe_ttm", code, day, day, format!("{shown:.1}"));
                    }
                    if kind != "no pb" {
                        self.note("pb", code, day, day, format!("{pb:.1}"));
                    }
                }
            }
        }
    }

    fn money(&mut self) {
        let flows = [
            ("northbound_net_buy", "W", 1),
            ("margin_net_buy", "W", 3),
            ("etf_net_subscription", "M", 1),
            ("insider_buy", "W", 0),
            ("insider_sell", "W", 0),
        ];
        self.declare("float_cap", "Q", "cny_100m");
        for (name, frequency, _) in flows {
            self.declare(name, frequency, "cny_100m");
        }
        for code in self.sectors.clone() {
            let begins = 2013 + self.dice.below(4) as i32;
            let care = Care { lag: 0, missing: 0.03, slips: 0.02, revised: 0.0, n_decimals: 1 };
            let mut cap = 1000.0;
            for month in
                months((begins, 3), (2022, 6)).into_iter().filter(|month| month.number().is_multiple_of(3))
            {
                cap = (cap * (1.0 + 0.1 * self.dice.around_zero())).max(100.0);
                self.publish("float_cap", code, month.last_day(), cap, care);
            }
            for (name, frequency, lag) in flows {
                // Some weeks are lost, in some sectors most of them; what ended ends for all.
                let missing = self.dice.pick(&[0.0, 0.05, 0.2, 0.6]);
                let end = if name == "northbound_net_buy" { (2020, 8) } else { (2022, 6) };
                let begins = 2013 + self.dice.below(5) as i32;
                for month in months((begins, 1), end) {
                    let fridays = days(month).into_iter().filter(|day| day.weekday() == 5).collect();
                    let stamps = if frequency == "W" { fridays } else { vec![month.last_day()] };
                    for day in stamps {
                        let value = self.dice.around_zero() * 5.0;
                        let value = if name.starts_with("insider") { value.max(0.0) } else { value };
                        let late = if self.dice.chance(0.02) { 40 } else { lag };
                        if !self.dice.chance(missing) {
                            let released = day.plus_days(late).expect("it is near");
                            self.note(name, code, day, released, format!("{value:.1}"));
                        }
                    }
                }
            }
        }
    }

    /// Companies and what they file from 2014 on.
    fn listed(&mut self) {
        let quarters: Vec<Date> = months((2014, 3), (2022, 3))
            .into_iter()
            .filter(|month| month.number().is_multiple_of(3))
            .map(rotor_factor::Month::last_day)
            .collect();
        for number in 0..4 * self.sectors.len() {
            let code = format!("6{number:05}");
            self.company(&code);
            let is_lazy = self.dice.chance(0.2);
            for period in &quarters {
                if self.dice.chance(if is_lazy { 0.5 } else { 0.05 }) {
                    continue;
                }
                let before = self.dice.pick(&["express", "forecast", "forecast", "", "", "", ""]);
                let profit = rounded(20.0 * self.dice.around_zero() + 15.0, 1);
                let prior = rounded(20.0 * self.dice.around_zero() + 15.0, 1);
                let prior = if self.dice.chance(0.7) { prior.to_string() } else { String::new() };
                let assets = if self.dice.chance(0.8) {
                    (100 + self.dice.below(900)).to_string()
                } else {
                    String::new()
                };
                let lag = 10 + self.dice.below(50) as i32 + if self.dice.chance(0.03) { 90 } else { 0 };
                let on = |lag: i32| period.plus_days(lag).expect("it is near");
                let (early, report) = (on(lag - 5 - self.dice.below(20) as i32), on(lag));
                match before {
                    "express" => {
                        self.file(&format!("{code},{period},{early},express,{profit},,,{prior},"));
                    }
                    "forecast" => {
                        let (low, high) = (profit - 3.0, profit + 5.0);
                        let low = if self.dice.chance(0.8) { low.to_string() } else { String::new() };
                        self.file(&format!("{code},{period},{early},forecast,,{low},{high},,"));
                    }
                    _ => {}
                }
                self.file(&format!("{code},{period},{report},report,{profit},,,{prior},{assets}"));
                if self.dice.chance(0.03) {
                    // Corrected in a second report.
                    let again = on(lag + 30);
                    self.file(&format!("{code},{period},{again},report,{},,,{prior},{assets}", profit - 1.0));
                }
            }
        }
    }

    fn company(&mut self, code: &str) {
        let sectors = self.dice.shuffled(&self.sectors.clone());
        let day = Date::new(2015, 1, 1)
            .expect("it is a day")
            .plus_days(self.dice.below(2400) as i32)
            .expect("it is near");
        let mut row = |sector: &str, from: &str, to: &str| {
            writeln!(self.companies, "{code},Company {code},,{sector},{from},{to}").expect("it is a string");
        };
        match self.dice.below(6) {
            // It changes its sector, at once or after a while in none.
            0 => {
                row(sectors[0], "", &day.to_string());
                let again = day.plus_days(1 + self.dice.pick(&[0, 0, 200])).expect("it is near");
                row(sectors[1], &again.to_string(), "");
            }
            1 => row(sectors[0], &day.to_string(), ""),
            2 => row(sectors[0], "", &day.to_string()),
            _ => row(sectors[0], "", ""),
        }
    }

    fn file(&mut self, row: &str) {
        writeln!(self.filings, "{row}").expect("it is a string");
    }

    /// Writes a value down with the day of its release.
    fn note(&mut self, series: &str, entity: &str, period: Date, released: Date, value: String) {
        self.observations.insert((series.to_owned(), entity.to_owned(), period, released), value);
    }
}
