//! Forecasts: the latest for each value, held against what it turned out to be.

use std::collections::BTreeMap;

use rotor_run::Forecast;

use super::context::Context;
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

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let targets = targets(context);
    let mut blocks: Vec<Block> = Vec::new();
    if targets.is_empty() {
        blocks.push(
            lang.of("No factor of this run makes forecasts.", "本次回测的因子均不作预测。").to_owned().into(),
        );
    } else {
        blocks.extend(accuracy::blocks(context));
    }
    for (position, target) in targets.iter().enumerate() {
        blocks.push(Block::Heading(title(context, target)));
        blocks.extend(panels::blocks(context, position, target, targets.len()));
        blocks.extend(accuracy::by_entity(context, target));
    }
    for factor in 0..context.facts.run.factors.len() as u32 {
        // Factors with fits and without forecasts.
        if !targets.iter().any(|target| target.factor == factor) {
            blocks.extend(accuracy::fits_alone(context, factor));
        }
    }
    Section { id: "forecasts".into(), heading: lang.of("Forecasts", "预测").into(), blocks }
}

/// What is forecast, and by which factor.
pub(super) fn title(context: &Context<'_>, target: &Target<'_>) -> String {
    let (factor, name) = (context.factor_at(target.factor), crate::words::name(target.name));
    format!("{factor}{}{name}", context.lang.of(": ", "："))
}

/// The last forecast of each entity and period.
type Latest<'a> = BTreeMap<u32, BTreeMap<i32, &'a Forecast>>;

/// The forecasts by factor and target; targets in the order of their names.
fn targets<'a>(context: &Context<'a>) -> Vec<Target<'a>> {
    let run = context.facts.run;
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
