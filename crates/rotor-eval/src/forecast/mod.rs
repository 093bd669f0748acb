//! How near forecasts came to what was published later, and whether they beat simple rules.
//!
//! The plain R² of pooled forecasts is left out on purpose: where entities differ in level, as gross margins do, it is 0.997 on
//! noise. What is given instead is held against no change, against the mean of the past, or against each entity's own mean.

mod comparison;
mod errors;
mod fits;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rotor_run::metrics::{
    ByName, Caveat, EntityForecasts, FitSummary, ForecastErrors, ForecastMetrics, Sections,
};
use rotor_run::{Forecast, Run, TextId};

use crate::evaluation::sections;
use crate::months::Months;
use comparison::comparison;
use errors::errors;

/// Forecasts entity by entity, each in the order of executions.
pub(crate) type ByEntity<'a> = Vec<Vec<&'a Forecast>>;

/// Evaluates the forecasts of each factor, in the order of the run, then by the name of the target.
pub(crate) fn evaluate(run: &Run, months: &Months<'_>) -> Sections<ByName<ByName<ForecastMetrics>>> {
    let mut groups: BTreeMap<(u32, TextId), Vec<&Forecast>> = BTreeMap::new();
    for row in &run.forecasts {
        groups.entry((row.factor, row.target)).or_default().push(row);
    }
    let mut groups: Vec<((u32, TextId), Vec<&Forecast>)> = groups.into_iter().collect();
    groups.sort_by_key(|((factor, target), _)| (*factor, run.texts.get(*target)));
    let of_section = |is_live: bool| {
        let is_included = |execution: u32| months.is_in(execution as usize, is_live);
        let fits: Vec<ByName<FitSummary>> = fits::of_run(run, &is_included);
        let of_group = |((factor, _), rows): &((u32, TextId), Vec<&Forecast>)| {
            let mut by_entity: ByEntity<'_> = vec![Vec::new(); run.entities.len()];
            for row in rows.iter().filter(|row| is_included(row.execution)) {
                by_entity[row.entity as usize].push(*row);
            }
            of_target(run, by_entity, fits[*factor as usize].clone())
        };
        let evaluated: Vec<ForecastMetrics> = groups.par_iter().map(of_group).collect();
        let of_factor = |factor: usize| {
            let targets = groups.iter().zip(&evaluated).filter(|(((of, _), _), _)| *of as usize == factor);
            targets.map(|(((_, target), _), one)| (run.texts.get(*target).to_owned(), one.clone())).collect()
        };
        run.factors.iter().enumerate().map(|(factor, name)| (name.clone(), of_factor(factor))).collect()
    };
    sections(months, of_section)
}

fn of_target(run: &Run, by_entity: ByEntity<'_>, fits: ByName<FitSummary>) -> ForecastMetrics {
    let every = errors(&by_entity);
    let by_entity = latest(by_entity);
    let latest = errors(&by_entity);
    let entity = |(position, rows): (usize, &Vec<&Forecast>)| {
        let found = errors(std::slice::from_ref(rows));
        let ForecastErrors { mse, r2_no_change, r2_history, hit_rate, .. } = found;
        (run.entities[position].code.clone(), EntityForecasts { mse, r2_no_change, r2_history, hit_rate })
    };
    let known = by_entity.iter().enumerate().filter(|(_, rows)| !rows.is_empty());
    ForecastMetrics {
        entities: known.map(entity).collect(),
        tests: comparison(run, &by_entity),
        caveats: caveats(&every, &latest),
        every,
        latest,
        fits,
    }
}

/// Keeps the latest forecast for each entity and period.
fn latest(mut by_entity: ByEntity<'_>) -> ByEntity<'_> {
    for rows in &mut by_entity {
        // Stable, so that executions stay in order within a period; periods mostly are in order already.
        rows.sort_by_key(|row| row.period);
        *rows = rows
            .chunk_by(|left, right| left.period == right.period)
            .filter_map(|same| same.last().copied())
            .collect();
    }
    by_entity
}

fn caveats(every: &ForecastErrors, latest: &ForecastErrors) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    if every.mse.n > latest.mse.n {
        caveats.push(Caveat::RepeatedForecasts { n_rows: every.mse.n, n_values: latest.mse.n });
    }
    if let (Some(history), Some(no_change)) = (latest.mse_history.get(), latest.mse_no_change.get())
        && history < no_change
    {
        // Of numbers independent from month to month, the mean of three beats no change by a third.
        caveats.push(Caveat::MeanBeatsNoChange);
    }
    caveats
}
