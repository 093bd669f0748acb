//! What forecasts turned out to be, and what was known of their targets before.
//!
//! A target that the factor computes itself is realized at the first later day on which it says so; a published series by its
//! first vintage that is released on the execution day or later, as published.

use rotor_data::Dataset;
use rotor_factor::{Date, ReferencePeriod};
use rotor_run::{History, Realized};
use rotor_stats::clip;

/// The series whose values a mean takes cut, and where they are cut: growth over a base near zero is no number to average.
const CUT: (&str, f64) = ("net_profit_ytd_yoy", 200.0);

/// The values of one series, in the order in which they are looked up.
pub(crate) struct Published {
    /// Position of the entity, last day of the period, release, value; ascending.
    rows: Vec<(u32, Date, Date, f64)>,
    /// The size at which values are cut before they are averaged.
    cut: f64,
}

impl Published {
    /// Takes the values of a series; `None` if the dataset has no series of this name.
    pub(crate) fn of(dataset: &Dataset, series: &str) -> Option<Self> {
        let cut = if series == CUT.0 { CUT.1 } else { f64::MAX };
        let series = dataset.find_series(series)?;
        let vintages = dataset.archive().vintages(series);
        let mut rows: Vec<(u32, Date, Date, f64)> = vintages
            .map(|vintage| (vintage.entity as u32, vintage.period.end(), vintage.released.0, vintage.value))
            .collect();
        rows.sort_by_key(|(entity, period, released, _)| (*entity, *period, *released));
        Some(Self { rows, cut })
    }

    /// Returns what was public of an entity before `execution`: of each period the latest vintage.
    pub(crate) fn history(&self, entity: u32, execution: Date) -> Option<History> {
        let from = self.rows.partition_point(|row| row.0 < entity);
        let of_entity = self.rows[from..].iter().take_while(|row| row.0 == entity);
        let public =
            of_entity.filter(|(_, period, released, _)| *released < execution && *period < execution);
        history(public.map(|(_, period, _, value)| (*period, clip(*value, -self.cut, self.cut))))
    }

    /// Finds the first vintage released on `execution` or later.
    pub(crate) fn find(&self, entity: u32, period: ReferencePeriod, execution: Date) -> Option<Realized> {
        let key = (entity, period.end());
        let position = self.rows.partition_point(|(entity, period, released, _)| {
            ((*entity, *period), *released) < (key, execution)
        });
        let (found, of, released, value) = *self.rows.get(position)?;
        ((found, of) == key).then_some(Realized { value, released })
    }
}

/// What a factor said of its own targets, in the order in which it is looked up.
#[derive(Default)]
pub(crate) struct Computed {
    targets: Vec<String>,
    /// Position of the target, position of the entity, last day of the period, day, value; ascending.
    rows: Vec<(usize, u32, Date, Date, f64)>,
}

impl Computed {
    pub(crate) fn push(&mut self, target: &str, entity: u32, period: ReferencePeriod, day: Date, value: f64) {
        let known = self.targets.iter().position(|known| known == target);
        let target = known.unwrap_or_else(|| {
            self.targets.push(target.to_owned());
            self.targets.len() - 1
        });
        self.rows.push((target, entity, period.end(), day, value));
    }

    /// Makes the rows ready to be looked up.
    pub(crate) fn sorted(mut self) -> Self {
        self.rows.sort_by_key(|(target, entity, period, day, _)| (*target, *entity, *period, *day));
        self
    }

    /// Finds what was said first after `execution`.
    pub(crate) fn find(
        &self,
        target: &str,
        entity: u32,
        period: ReferencePeriod,
        execution: Date,
    ) -> Option<Realized> {
        let target = self.targets.iter().position(|known| known == target)?;
        let key = (target, entity, period.end());
        let position = self.rows.partition_point(|(target, entity, period, day, _)| {
            ((*target, *entity, *period), *day) <= (key, execution)
        });
        let (target, entity, of, released, value) = *self.rows.get(position)?;
        ((target, entity, of) == key).then_some(Realized { value, released })
    }

    /// Returns what was said of an entity by `execution`: of each period what was said last.
    pub(crate) fn history(&self, target: &str, entity: u32, execution: Date) -> Option<History> {
        let target = self.targets.iter().position(|known| known == target)?;
        let from = self.rows.partition_point(|row| (row.0, row.1) < (target, entity));
        let of_entity = self.rows[from..].iter().take_while(|row| (row.0, row.1) == (target, entity));
        let said = of_entity.filter(|row| row.3 <= execution);
        history(said.map(|row| (row.2, row.4)))
    }
}

/// Summarises values by period, ascending; of one period the last counts.
fn history(values: impl Iterator<Item = (Date, f64)>) -> Option<History> {
    let mut last: Option<(Date, f64)> = None;
    let mut before_last = None;
    let (mut n_before, mut sum_before) = (0, 0.0);
    for (period, value) in values {
        match &mut last {
            Some(last) if last.0 == period => last.1 = value,
            Some(last) => {
                (n_before, sum_before) = (n_before + 1, sum_before + last.1);
                before_last = Some(last.1);
                *last = (period, value);
            }
            None => last = Some((period, value)),
        }
    }
    let (_, last) = last?;
    Some(History { mean: (sum_before + last) / f64::from(n_before + 1), before_last })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_history_takes_the_latest_vintage_of_each_period() {
        let known =
            |values: &[(&str, f64)]| history(values.iter().map(|(period, value)| (day(period), *value)));
        assert_eq!(known(&[]), None);
        assert_eq!(known(&[("2020-03-31", 4.0)]), Some(History { mean: 4.0, before_last: None }));
        let revised = [("2020-03-31", 4.0), ("2020-06-30", 9.0), ("2020-06-30", 6.0), ("2020-12-31", 8.0)];
        assert_eq!(known(&revised), Some(History { mean: 6.0, before_last: Some(6.0) }));
    }

    #[test]
    fn what_is_released_on_the_day_is_not_known_and_extremes_are_cut() {
        let row = |period: &str, released: &str, value: f64| (3, day(period), day(released), value);
        let published = Published {
            rows: vec![
                row("2020-03-31", "2020-04-30", 250.0),
                row("2020-03-31", "2020-05-04", 50.0),
                row("2020-06-30", "2020-08-31", -1000.0),
                (4, day("2020-03-31"), day("2020-04-30"), 7.0),
            ],
            cut: 200.0,
        };
        let mean =
            |entity, execution: &str| published.history(entity, day(execution)).map(|known| known.mean);
        assert_eq!(mean(3, "2020-04-30"), None);
        assert_eq!(mean(3, "2020-05-01"), Some(200.0));
        assert_eq!(mean(3, "2020-05-05"), Some(50.0));
        assert_eq!(mean(3, "2020-09-01"), Some(-75.0));
        assert_eq!((mean(4, "2020-09-01"), mean(5, "2020-09-01")), (Some(7.0), None));
    }

    #[test]
    fn what_a_factor_says_is_known_on_the_day() {
        let mut computed = Computed::default();
        for (month, said, value) in [(1, "2020-02-03", 10.0), (2, "2020-03-02", 20.0)] {
            let end = rotor_factor::Month::new(2020, month).unwrap().last_day();
            let period = ReferencePeriod::ending(rotor_factor::Frequency::Monthly, end).unwrap();
            computed.push("heat", 2, period, day(said), value);
        }
        let computed = computed.sorted();
        let known = |execution: &str| computed.history("heat", 2, day(execution));
        assert_eq!(known("2020-02-02"), None);
        assert_eq!(known("2020-03-02"), Some(History { mean: 15.0, before_last: Some(10.0) }));
        assert_eq!(computed.history("cold", 2, day("2020-03-02")), None);
    }
}
