//! What looks wrong in series, their releases and the links to them.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Calendar, Date, EntityKind, Frequency};

use super::{Found, Place, WarningCode};
use crate::archive::Vintage;
use crate::dataset::Dataset;
use crate::model::{ReleaseDays, Series};
use crate::overdue::late;

/// The first vintages of one series and entity, oldest period first.
struct Firsts<'a> {
    dataset: &'a Dataset,
    series: &'a Series,
    entity: usize,
    vintages: Vec<Vintage>,
}

pub(super) fn look(dataset: &Dataset, reads: &dyn Fn(&str) -> bool, found: &mut Found) {
    let mut by_code: BTreeMap<WarningCode, Vec<Place>> = BTreeMap::new();
    let end = dataset.calendar().days().last().copied().unwrap_or(dataset.manifest().last);
    for (position, series) in dataset.series().iter().enumerate() {
        // What the reader makes of filings has the faults of the filings.
        if dataset.is_derived(position) || !reads(&series.name) {
            continue;
        }
        let mut vintages: Vec<Vintage> = dataset.archive().vintages(position).collect();
        vintages.sort_by_key(|vintage| (vintage.entity, vintage.period.index(), vintage.released));
        for of_entity in vintages.chunk_by(|a, b| a.entity == b.entity) {
            let mut firsts = of_entity.to_vec();
            firsts.dedup_by_key(|vintage| vintage.period);
            let firsts = Firsts { dataset, series, entity: of_entity[0].entity, vintages: firsts };
            for (code, place) in [
                (WarningCode::UnitChange, firsts.unit_change()),
                (WarningCode::Constant, firsts.constant()),
                (WarningCode::ManyZeros, firsts.many_zeros()),
                (WarningCode::SameDayReleases, firsts.same_day_releases()),
                (WarningCode::Overdue, firsts.overdue(end)),
            ] {
                by_code.entry(code).or_default().extend(place);
            }
        }
    }
    links(dataset, &mut by_code);
    for (code, places) in by_code {
        found.add(code, places);
    }
}

impl Firsts<'_> {
    fn place(&self, from: Date, to: Date, count: u64, values: Vec<f64>) -> Place {
        let entity = self.dataset.entities()[self.entity].code.clone();
        Place { entity: Some(entity), series: Some(self.series.name.clone()), from, to, count, values }
    }

    /// Returns a place that spans all periods.
    fn whole(&self, count: usize, value: f64) -> Option<Place> {
        let (first, last) = (self.vintages.first()?, self.vintages.last()?);
        Some(self.place(first.period.end(), last.period.end(), count as u64, vec![value]))
    }

    /// Finds the first two neighbours between which the level changes: all values after are far above (or below) all before.
    fn unit_change(&self) -> Option<Place> {
        const AROUND: usize = 4;
        const APART: f64 = 30.0;
        let sizes: Vec<f64> = self.vintages.iter().map(|vintage| vintage.value.abs()).collect();
        let least = |sizes: &[f64]| sizes.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |sizes: &[f64]| sizes.iter().copied().fold(0.0, f64::max);
        let is_change = |before: &[f64], after: &[f64]| {
            let (low, high) = if most(before) < least(after) { (before, after) } else { (after, before) };
            let ratio = (middle(high) / middle(low)).log10();
            most(low) > 0.0 && least(high) >= APART * most(low) && (1.7..=4.3).contains(&ratio)
        };
        let at = (AROUND..(sizes.len() + 1).saturating_sub(AROUND))
            .find(|at| is_change(&sizes[at - AROUND..*at], &sizes[*at..at + AROUND]))?;
        let (before, after) = (&self.vintages[at - 1], &self.vintages[at]);
        Some(self.place(before.period.end(), after.period.end(), 1, vec![before.value, after.value]))
    }

    fn constant(&self) -> Option<Place> {
        const FEWEST: usize = 8;
        let first = self.vintages.first()?.value;
        let is_constant = self.vintages.len() >= FEWEST
            && self.vintages.iter().all(|vintage| vintage.value.to_bits() == first.to_bits());
        is_constant.then(|| self.whole(self.vintages.len(), first)).flatten()
    }

    /// Finds zeros that stand out: rounded values are zero about as often as they are any other small number.
    fn many_zeros(&self) -> Option<Place> {
        const FEWEST: usize = 20;
        const SHARE: f64 = 0.05;
        const STANDS_OUT: usize = 3;
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for vintage in &self.vintages {
            *counts.entry(vintage.value.abs().to_bits()).or_default() += 1;
        }
        let n_zeros = counts.remove(&0).unwrap_or(0);
        let n_values = self.vintages.len();
        let most_common = counts.into_values().max()?;
        let stands_out = n_values >= FEWEST
            && n_zeros as f64 > SHARE * n_values as f64
            && n_zeros > STANDS_OUT * most_common;
        stands_out.then(|| self.whole(n_zeros, n_values as f64)).flatten()
    }

    /// Finds releases that repeat the period. Multiples and capitalisations are known on the day; so is what the dataset says was
    /// published then.
    fn same_day_releases(&self) -> Option<Place> {
        const FEWEST: usize = 4;
        const SHARE: f64 = 0.2;
        let is_of_the_day = matches!(self.series.name.as_str(), "pe_ttm" | "pb" | "float_cap");
        if self.series.frequency.calendar() == Calendar::Days
            || is_of_the_day
            || self.series.release == Some(ReleaseDays::Published)
        {
            return None;
        }
        let is_same = |vintage: &&Vintage| vintage.released.0 == vintage.period.end();
        let (n_same, n_values) = (self.vintages.iter().filter(is_same).count(), self.vintages.len());
        let is_habit = n_same >= FEWEST && n_same as f64 >= SHARE * n_values as f64;
        is_habit.then(|| self.whole(n_same, n_values as f64)).flatten()
    }

    /// Finds values that should be public at the end of the dataset by what was usual, and are not.
    fn overdue(&self, end: Date) -> Option<Place> {
        let valid_to = self.dataset.entities()[self.entity].valid_to;
        let late = late(self.series.frequency, &self.vintages, valid_to, end)?;
        Some(self.place(late.next, late.expected, late.n_periods, vec![f64::from(late.lag)]))
    }
}

fn middle(sizes: &[f64]) -> f64 {
    let mut sorted = sizes.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn links(dataset: &Dataset, by_code: &mut BTreeMap<WarningCode, Vec<Place>>) {
    let manifest = dataset.manifest();
    let linked: BTreeSet<u32> = dataset.links().iter().map(|link| link.series).collect();
    for position in linked {
        let series = &dataset.series()[position as usize];
        let entities: BTreeSet<usize> =
            dataset.archive().vintages(position as usize).map(|vintage| vintage.entity).collect();
        let place = |entity: Option<usize>| Place {
            entity: entity.map(|entity| dataset.entities()[entity].code.clone()),
            series: Some(series.name.clone()),
            from: manifest.first,
            to: manifest.last,
            count: 1,
            values: Vec::new(),
        };
        let is_market = |entity: &usize| dataset.entities()[*entity].kind == EntityKind::Market;
        if !entities.iter().any(is_market) {
            by_code.entry(WarningCode::LinkElsewhere).or_default().push(place(entities.first().copied()));
        }
        if series.frequency == Frequency::Quarterly {
            by_code.entry(WarningCode::LinkQuarterly).or_default().push(place(None));
        }
    }
}
