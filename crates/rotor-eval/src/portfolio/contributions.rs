//! Contributions of sectors and factors to the gross return and excess return.

use rayon::prelude::*;
use rotor_run::metrics::{ByName, Contributions, Estimate, FactorContribution, Metric, SectorContribution};
use rotor_run::{RankingRow, Run};
use rotor_stats::{Columns, RANK_CUTOFF, StandardisedRows, Workspace, mean};
use rotor_strategy::{CrossSections, NEUTRAL};

use crate::metric::{EstimateOf, MetricOf, YEAR};

/// What each factor gave in a month, then what none explains; `None` where nothing is held or there are too few sectors.
pub(super) type FactorParts = Vec<Option<Vec<f64>>>;

/// Returns the ranking of each month; empty where nothing is selected.
fn rankings(run: &Run) -> Vec<&[RankingRow]> {
    let mut rankings: Vec<&[RankingRow]> = vec![&[]; run.executions.len()];
    for rows in run.ranking.chunk_by(|a, b| a.execution == b.execution) {
        rankings[rows[0].execution as usize] = rows;
    }
    rankings
}

/// Divides the active return of every month among the factors.
pub(super) fn factor_parts(run: &Run, cross_sections: &CrossSections) -> FactorParts {
    let rankings = rankings(run);
    let of_month = |month: usize| {
        let (day, ranking) = (&cross_sections.days[month], rankings[month]);
        let (n, n_factors) = (day.sectors.len(), run.factors.len());
        if ranking.len() != n || n < n_factors + 2 || ranking.iter().all(|row| row.weight == 0.0) {
            return None;
        }
        let mut scores = Vec::with_capacity(n * n_factors);
        for factor in &day.factors {
            scores.extend(factor.points().iter().map(|points| points.unwrap_or(NEUTRAL)));
        }
        let columns = Columns::new(&scores, n, n_factors).ok()?;
        let mut rows = StandardisedRows::new(n_factors);
        rows.add(columns, &day.returns).ok()?;
        let mut workspace = Workspace::new();
        let fit = rows.fit(0.0, RANK_CUTOFF, 0.0, &mut workspace).ok()?;
        let active = |position: usize| ranking[position].weight - 1.0 / n as f64;
        let exposure = |factor: usize| {
            let column = columns.column(factor);
            (0..n).map(|position| active(position) * column[position]).sum::<f64>()
        };
        let mut parts: Vec<f64> =
            fit.coefficients().iter().enumerate().map(|(factor, slope)| slope * exposure(factor)).collect();
        let total: f64 = (0..n).map(|position| active(position) * day.returns[position]).sum();
        let explained: f64 = parts.iter().sum();
        parts.push(total - explained);
        Some(parts)
    };
    (0..run.executions.len()).into_par_iter().map(of_month).collect()
}

/// Summarises the contributions over some months.
pub(super) fn contributions(
    run: &Run,
    cross_sections: &CrossSections,
    parts: &FactorParts,
    included: &[usize],
) -> Contributions {
    let of_factor = |factor: usize| {
        let months: Vec<f64> =
            included.iter().filter_map(|month| Some(parts[*month].as_ref()?[factor])).collect();
        FactorContribution { active: Estimate::of(&months, 1).times(YEAR) }
    };
    let named = run.factors.iter().cloned().enumerate();
    Contributions {
        sectors: sectors(run, cross_sections, included),
        factors: named.map(|(factor, name)| (name, of_factor(factor))).collect(),
        specific: of_factor(run.factors.len()),
    }
}

/// What a sector gave, month by month.
#[derive(Clone, Default)]
struct OfSector {
    is_known: bool,
    n_held: usize,
    weights: Vec<f64>,
    gross: Vec<f64>,
    active: Vec<f64>,
}

fn sectors(run: &Run, cross_sections: &CrossSections, included: &[usize]) -> ByName<SectorContribution> {
    let rankings = rankings(run);
    let mut of_sectors = vec![OfSector::default(); run.entities.len()];
    let held: Vec<usize> = included
        .iter()
        .copied()
        .filter(|month| rankings[*month].iter().any(|row| row.weight > 0.0))
        .collect();
    for month in &held {
        let day = &cross_sections.days[*month];
        let equal = 1.0 / day.sectors.len() as f64;
        for row in rankings[*month] {
            let Ok(position) = day.sectors.binary_search(&row.sector) else { continue };
            let (of_sector, gain) = (&mut of_sectors[row.sector as usize], day.returns[position]);
            of_sector.is_known = true;
            of_sector.n_held += usize::from(row.weight > 0.0);
            of_sector.weights.push(row.weight);
            of_sector.gross.push(row.weight * gain);
            of_sector.active.push((row.weight - equal) * gain);
        }
    }
    // Months in which a sector did not exist count as nothing.
    let n = held.len();
    let mean_over_all = |values: &[f64]| {
        let sum = mean(values).map(|mean| mean * values.len() as f64);
        Metric::new(n, sum.map(|sum| sum / n as f64))
    };
    let contribution = |one: OfSector| SectorContribution {
        n_held: one.n_held,
        mean_weight: mean_over_all(&one.weights),
        gross: mean_over_all(&one.gross).times(YEAR),
        active: mean_over_all(&one.active).times(YEAR),
    };
    let known = run.entities.iter().zip(of_sectors).filter(|(_, one)| one.is_known);
    known.map(|(entity, one)| (entity.code.clone(), contribution(one))).collect()
}
