//! Forecasts: the latest for each value, held against what it turned out to be.

use std::collections::BTreeMap;

use rotor_run::Forecast;

use super::teller::Teller;
use super::{accuracy, panels};
use crate::page::{Block, Section};

/// The forecasts of one target by one factor.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The position of the factor.
    pub(super) factor: u32,
    /// What is forecast.
    pub(super) name: &'a str,
    /// By entity, in the order of codes, the last forecast for each period, in the order of periods.
    pub(super) entities: Vec<(u32, Vec<&'a Forecast>)>,
}

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let targets = targets(teller);
    let mut blocks: Vec<Block> = Vec::new();
    if targets.is_empty() {
        blocks.push(
            lang.of("No factor of this run foresees a value.", "本次回测的因子均不作预测。")
                .to_owned()
                .into(),
        );
    } else {
        blocks.extend(accuracy::blocks(teller));
    }
    for (position, target) in targets.iter().enumerate() {
        blocks.push(Block::Heading(title(teller, target)));
        blocks.extend(panels::blocks(teller, position, target, targets.len()));
        blocks.extend(accuracy::by_entity(teller, target));
    }
    for factor in 0..teller.facts.run.factors.len() as u32 {
        // Factors that measure their fits without foreseeing anything.
        if !targets.iter().any(|target| target.factor == factor) {
            blocks.extend(accuracy::fits_alone(teller, factor));
        }
    }
    Section { id: "forecasts".into(), heading: lang.of("Forecasts", "预测").into(), blocks }
}

/// What is forecast, and by which factor.
pub(super) fn title(teller: &Teller<'_>, target: &Target<'_>) -> String {
    let (factor, name) = (teller.factor_at(target.factor), crate::words::name(target.name));
    format!("{factor}{}{name}", teller.lang.of(": ", "："))
}

/// The last forecast of each entity and period.
type Latest<'a> = BTreeMap<u32, BTreeMap<i32, &'a Forecast>>;

/// The forecasts by factor and target; targets in the order of their names.
fn targets<'a>(teller: &Teller<'a>) -> Vec<Target<'a>> {
    let run = teller.facts.run;
    let mut found: BTreeMap<(u32, &str), Latest<'_>> = BTreeMap::new();
    for row in &run.forecasts {
        let of_target = found.entry((row.factor, run.texts.get(row.target))).or_default();
        // Executions come in order, so that the last one stays.
        of_target.entry(row.entity).or_default().insert(row.period.days(), row);
    }
    let in_order = |entities: Latest<'a>| {
        entities.into_iter().map(|(entity, rows)| (entity, rows.into_values().collect())).collect()
    };
    found
        .into_iter()
        .map(|((factor, name), entities)| Target { factor, name, entities: in_order(entities) })
        .collect()
}
