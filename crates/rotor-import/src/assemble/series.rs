//! Series and their observations, each with the day on which it became public.

use std::collections::{BTreeMap, BTreeSet};

use rotor_data::model::{ReleaseDays, Series};
use rotor_factor::Date;

use super::entities::Entities;
use super::sound::{changes, grouped, sound};
use crate::fault::{FaultKind, Faults};
use crate::number::Changed;
use crate::plan::SeriesPlan;
use crate::read::{Reader, Table};
use crate::release::{DatedBy, TradingDays};

/// The series of a dataset by name.
#[derive(Default)]
pub(super) struct SeriesTable(pub(super) BTreeMap<String, Series>);

impl SeriesTable {
    /// Notes a series of a table; `false` if another table says something else of it.
    fn note(&mut self, plan: &SeriesPlan) -> bool {
        let series = Series {
            name: plan.series.clone(),
            frequency: plan.frequency,
            unit: plan.unit.clone(),
            title: plan.title.clone(),
            title_zh: plan.title_zh.clone(),
            source: None,
            measure: plan.measure,
            unit_zh: plan.unit_zh.clone(),
            accumulation: plan.accumulation,
            chain: plan.chain.clone(),
            chain_zh: plan.chain_zh.clone(),
            release: None,
        };
        match self.0.get_mut(&plan.series) {
            None => {
                self.0.insert(plan.series.clone(), series);
                true
            }
            Some(known) => Series { release: None, ..known.clone() } == series,
        }
    }

    /// Notes how well a day of release is known: the weakest of its rows speaks for a series.
    fn weaken(&mut self, name: &str, release: ReleaseDays) {
        if let Some(series) = self.0.get_mut(name) {
            series.release = series.release.max(Some(release));
        }
    }
}

/// An observation.
pub(super) struct Found {
    pub(super) series: String,
    pub(super) entity: String,
    pub(super) period: Date,
    pub(super) released: Date,
    pub(super) value: f64,
    pub(super) table: usize,
    pub(super) at: crate::read::At,
    pub(super) dated: DatedBy,
}

/// The observations of a table.
pub(super) fn observations(
    reader: &Reader<'_>,
    position: usize,
    table: &mut Table,
    entities: &mut Entities,
    series_table: &mut SeriesTable,
    trading: &TradingDays<'_>,
    faults: &mut Faults,
) -> Vec<Found> {
    let plan = reader.plan();
    let groups = grouped(plan, position, table, entities, faults);
    let with_values: BTreeSet<usize> = groups.keys().map(|(series, _)| *series).collect();
    for (series_at, series) in plan.series.iter().enumerate() {
        let is_there = !series.optional || with_values.contains(&series_at);
        if is_there && !series_table.note(series) {
            faults.add(Some(position + 1), None, FaultKind::TwoSeries { series: series.series.clone() });
        }
    }
    let mut found = Vec::new();
    for ((series_at, entity), group) in groups {
        let series = &plan.series[series_at];
        let changed = Changed::new(&plan.value, series.minus, series.scale);
        let what = format!("`{}` of `{entity}`", series.series);
        let mut kept = sound(plan, position, Some(series), &what, group, table, faults);
        if series.change {
            let n = kept.len();
            kept = changes(kept);
            table.report.leave_out("values without one before, which have no change", n - kept.len());
        }
        if changed.is_any() {
            table.report.n_changed += kept.len();
        }
        // The value of each period as it was known last, to leave out vintages that change nothing.
        let mut last: Option<(Date, Date, f64)> = None;
        for raw in kept {
            let rule = &reader.rules()[series_at];
            let place = || table.files[raw.at.file].place(raw.at, Some(raw.value.to_string()));
            let (released, known) = match rule.released(raw.period, raw.written_release, raw.vintage, trading)
            {
                Ok(known) => known,
                Err(kind) => {
                    faults.add(Some(position + 1), Some(place()), kind);
                    continue;
                }
            };
            if released < raw.period {
                let kind = FaultKind::ReleasedEarly {
                    released: released.to_string(),
                    period: raw.period.to_string(),
                };
                faults.add(Some(position + 1), Some(place()), kind);
                continue;
            }
            let value = changed.of(raw.value);
            match last.filter(|(period, ..)| *period == raw.period) {
                Some((_, _, before)) if before.to_bits() == value.to_bits() => {
                    table.report.leave_out("vintages that change nothing", 1);
                    continue;
                }
                Some((_, day, before)) if day == released => {
                    let kind = FaultKind::TwoValues {
                        what: what.clone(),
                        period: raw.period.to_string(),
                        one: before,
                        other: value,
                    };
                    faults.add(Some(position + 1), Some(place()), kind);
                    continue;
                }
                _ => {}
            }
            last = Some((raw.period, released, value));
            series_table.weaken(&series.series, known);
            table.report.n_assumed += usize::from(known == ReleaseDays::Assumed);
            table.report.n_kept += 1;
            found.push(Found {
                series: series.series.clone(),
                entity: entity.clone(),
                period: raw.period,
                released,
                value,
                table: position,
                at: raw.at,
                dated: rule.dated(),
            });
        }
    }
    found
}
