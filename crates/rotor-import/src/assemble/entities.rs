//! The entities of a dataset: those that the plan declares, those that are shipped, those that files name.

use std::collections::{BTreeMap, BTreeSet};

use rotor_data::Dataset;
use rotor_data::model::Entity;

use crate::fault::{FaultKind, Faults};
use crate::plan::{Plan, TablePlan};
use crate::read::Raw;
use crate::shipped;

/// The entities of a dataset by code.
#[derive(Default)]
pub(super) struct Entities {
    pub(super) known: BTreeMap<String, Entity>,
    /// Those that a value or the plan itself speaks of.
    pub(super) used: BTreeSet<String>,
}

impl Entities {
    pub(super) fn new(plan: &Plan, base: Option<&Dataset>, faults: &mut Faults) -> Self {
        let mut entities = Self { known: BTreeMap::new(), used: BTreeSet::new() };
        for name in &plan.with {
            match shipped::entities(name) {
                Ok(shipped) => {
                    entities.known.extend(shipped.into_iter().map(|entity| (entity.code.clone(), entity)));
                }
                Err(kind) => faults.add(None, None, kind),
            }
        }
        for own in &plan.entities {
            if entities.used.contains(&own.code) {
                faults.add(None, None, FaultKind::RepeatedEntity { code: own.code.clone() });
            }
            let entity = Entity {
                code: own.code.clone(),
                kind: own.kind,
                name: own.name.clone(),
                name_zh: own.name_zh.clone(),
                group: own.group,
                valid_from: own.valid_from,
                valid_to: own.valid_to,
            };
            entities.used.insert(own.code.clone());
            entities.known.insert(own.code.clone(), entity);
        }
        for entity in base.into_iter().flat_map(Dataset::entities) {
            entities.known.entry(entity.code.clone()).or_insert_with(|| entity.clone());
        }
        entities
    }

    /// Notes that a value speaks of an entity; adds one that the plan declares by its kind alone.
    pub(super) fn note(&mut self, raw: &Raw, plan: &TablePlan) -> bool {
        if !self.known.contains_key(&raw.entity) {
            let Some(kind) = plan.entity.kind else { return false };
            let name = raw.written_entity.clone().unwrap_or_else(|| raw.entity.clone());
            let entity = Entity {
                code: raw.entity.clone(),
                kind,
                name,
                name_zh: None,
                group: None,
                valid_from: None,
                valid_to: None,
            };
            self.known.insert(raw.entity.clone(), entity);
        }
        if !self.used.contains(&raw.entity) {
            self.used.insert(raw.entity.clone());
        }
        true
    }
}
