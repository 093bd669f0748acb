//! Dates along an axis, at their real distances.

use rotor_factor::{Date, Month};

use super::measure::width;

/// A date axis between two coordinates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    // Invariant: first <= last.
    first: Date,
    last: Date,
    from: f64,
    to: f64,
    /// Whether months are named without their year.
    is_seasonal: bool,
}

/// The first day of a period, with its name.
#[derive(Debug, PartialEq)]
pub(super) struct DateTick {
    pub(super) date: Date,
    pub(super) x: f64,
    pub(super) label: String,
}

/// Steps of the axis in months, with how their first months are named.
const STEPS: [(i32, Naming); 11] = [
    (1, Naming::Month),
    (3, Naming::Quarter),
    (6, Naming::Quarter),
    (12, Naming::Year),
    (24, Naming::Year),
    (60, Naming::Year),
    (120, Naming::Year),
    (240, Naming::Year),
    (600, Naming::Year),
    (1200, Naming::Year),
    (2400, Naming::Year),
];

#[derive(Clone, Copy, Debug)]
enum Naming {
    Month,
    Quarter,
    Year,
}

impl Calendar {
    pub(super) fn new(first: Date, last: Date, from: f64, to: f64) -> Self {
        Self { first: first.min(last), last: first.max(last), from, to, is_seasonal: false }
    }

    /// The same axis; a seasonal one names months without their year.
    pub(super) fn seasonal(self, is_seasonal: bool) -> Self {
        Self { is_seasonal, ..self }
    }

    /// The coordinate of a date; a single date is in the middle.
    pub(super) fn place(&self, date: Date) -> f64 {
        self.place_of_day(date.days())
    }

    fn place_of_day(&self, day: i32) -> f64 {
        let (first, last) = (self.first.days(), self.last.days());
        if first == last {
            return f64::midpoint(self.from, self.to);
        }
        let share = f64::from(day - first) / f64::from(last - first);
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// Beginnings of years, quarters or months, as many as fit beside each other; dates where there is less than a few months.
    pub(super) fn ticks(&self) -> Vec<DateTick> {
        const BETWEEN: f64 = 16.0;
        let per_day = (self.to - self.from) / f64::from((self.last.days() - self.first.days()).max(1));
        for (step, naming) in STEPS {
            let label = if self.is_seasonal {
                "12"
            } else if matches!(naming, Naming::Year) {
                "2020"
            } else {
                "2020-09"
            };
            if per_day * 28.0 * f64::from(step) < width(label) + BETWEEN {
                continue;
            }
            let ticks = self.every(step, naming);
            return if ticks.len() < 2 { self.ends() } else { ticks };
        }
        self.ends()
    }

    fn every(&self, step: i32, naming: Naming) -> Vec<DateTick> {
        // Steps of years count from 2000, so that they fall on round ones.
        const ORIGIN: i32 = 360;
        let first = self.first.month().index();
        let start = first + (ORIGIN - first).rem_euclid(step);
        let months = (start..=self.last.month().index()).step_by(step as usize).filter_map(Month::from_index);
        months
            .filter(|month| (self.first..=self.last).contains(&month.first_day()))
            .map(|month| DateTick {
                date: month.first_day(),
                x: self.place(month.first_day()),
                label: match naming {
                    _ if self.is_seasonal => month.number().to_string(),
                    Naming::Month => month.to_string(),
                    Naming::Quarter => month.quarter().to_string(),
                    Naming::Year => month.year().to_string(),
                },
            })
            .collect()
    }

    /// The first and the last date where both fit, else the last.
    fn ends(&self) -> Vec<DateTick> {
        let tick = |date: Date| DateTick { date, x: self.place(date), label: date.to_string() };
        let (first, last) = (tick(self.first), tick(self.last));
        if last.x - first.x < width(&last.label) + 16.0 { vec![last] } else { vec![first, last] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(first: &str, last: &str, room: f64) -> String {
        let calendar = Calendar::new(first.parse().unwrap(), last.parse().unwrap(), 0.0, room);
        let ticks = calendar.ticks().into_iter().map(|tick| format!("{} {:.0}", tick.label, tick.x));
        ticks.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn dates_stand_where_the_calendar_has_them() {
        assert_eq!(ticks("2019-01-31", "2021-12-31", 365.0), "2020 115, 2021 240");
        assert_eq!(ticks("2020-01-01", "2020-12-31", 365.0), "2020Q1 0, 2020Q2 91, 2020Q3 182, 2020Q4 274");
        assert_eq!(
            ticks("2020-01-01", "2020-04-30", 365.0),
            "2020-01 0, 2020-02 94, 2020-03 182, 2020-04 277"
        );
        assert_eq!(ticks("1990-01-01", "2030-12-31", 300.0), "1990 0, 2000 73, 2010 146, 2020 220, 2030 293");
        assert_eq!(ticks("2020-03-02", "2020-03-20", 300.0), "2020-03-02 0, 2020-03-20 300");
        assert_eq!(ticks("2020-03-02", "2020-03-02", 300.0), "2020-03-02 150");
        assert_eq!(ticks("1900-01-01", "2199-12-31", 150.0), "1900 0, 2000 50, 2100 100");
        assert_eq!(ticks("1900-01-01", "2199-12-31", 60.0), "2199-12-31 60");
    }
}
