//! What forecasts turned out to be.
//!
//! A target that the factor computes itself is realized at the first later day on which it says so; a published series by its
//! first vintage that is released on the execution day or later, as published.

use rotor_data::Dataset;
use rotor_factor::{Date, ReferencePeriod};
use rotor_run::Realized;

/// The values of one series, in the order in which they are looked up.
pub(crate) struct Published {
    /// Position of the entity, last day of the period, release, value; ascending.
    rows: Vec<(u32, Date, Date, f64)>,
}

impl Published {
    /// Takes the values of a series; `None` if the dataset has no series of this name.
    pub(crate) fn of(dataset: &Dataset, series: &str) -> Option<Self> {
        let series = dataset.find_series(series)?;
        let vintages = dataset.archive().vintages(series);
        let mut rows: Vec<(u32, Date, Date, f64)> = vintages
            .map(|vintage| (vintage.entity as u32, vintage.period.end(), vintage.released.0, vintage.value))
            .collect();
        rows.sort_by_key(|(entity, period, released, _)| (*entity, *period, *released));
        Some(Self { rows })
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
}
