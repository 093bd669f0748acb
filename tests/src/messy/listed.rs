//! Companies and their filings as messy as the rest: they change their sector, file late, file twice, or file nothing.

use std::fmt::Write as _;

use rotor_factor::Date;

use super::{Mess, months, rounded};

impl Mess {
    /// Companies and what they file from 2014 on.
    pub(super) fn listed(&mut self) {
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
}
