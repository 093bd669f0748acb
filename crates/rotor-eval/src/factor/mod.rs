//! How well the scores of a factor order the sectors by what they gain next.

mod forward;
mod month;
mod summary;

use rayon::prelude::*;
use rotor_factor::Group;
use rotor_run::Run;
use rotor_run::metrics::{Coefficients, FactorPart, MonthlyCoefficients, Reason};
use rotor_strategy::{CrossSections, ScoredSectors};

use crate::evaluation::sections;
use crate::months::Months;
use forward::Forward;
use month::FactorMonth;

/// The horizons at which scores are held against returns, in months.
pub const HORIZONS: [usize; 4] = [1, 3, 6, 12];

/// The most months by which a single month's return lies after the score.
pub const LONGEST_LAG: usize = 12;

/// Correlations of the scores and the returns of the sectors in one month, and the line through them.
#[derive(Clone, Debug)]
struct MonthlyLine {
    coefficients: Coefficients,
    /// The slope of the return on the score, or why there is none.
    slope: Result<f64, Reason>,
    /// The mean squared residual of that line, or why there is none.
    mse: Result<f64, Reason>,
}

/// Evaluates the scores of each factor.
pub(crate) fn evaluate(run: &Run, cross_sections: &CrossSections, months: &Months<'_>) -> FactorPart {
    let forward = Forward::new(run, cross_sections);
    let raws = raws(run, cross_sections);
    let groups = groups(run, cross_sections);
    let n_months = run.executions.len();
    let facts: Vec<Vec<FactorMonth>> = (0..run.factors.len())
        .map(|factor| {
            let of_month = |month: usize| {
                let raws = &raws[month][factor];
                FactorMonth::new(cross_sections, &forward, &groups, raws, month, factor)
            };
            (0..n_months).into_par_iter().map(of_month).collect()
        })
        .collect();
    let named = |(name, facts): (&String, &Vec<FactorMonth>), is_live| {
        (name.clone(), summary::of_factor(facts, months, &groups.names, is_live))
    };
    let of_section = |is_live| {
        let evaluated: Vec<_> =
            run.factors.par_iter().zip(&facts).map(|factor| named(factor, is_live)).collect();
        evaluated.into_iter().collect()
    };
    let monthly = |facts: &Vec<FactorMonth>| {
        let row = |(month, fact): (usize, &FactorMonth)| MonthlyCoefficients {
            execution: run.executions[month].as_of,
            is_live: months.is_live[month],
            n_sectors: fact.n_sectors,
            value: fact.value.clone().map(|line| line.coefficients),
            raw_rank_ic: fact.raw_rank_ic,
            quintiles: fact.quantiles.map(|quantiles| quantiles.returns),
        };
        facts.iter().enumerate().map(row).collect()
    };
    FactorPart {
        sections: sections(months, of_section),
        monthly: run.factors.iter().cloned().zip(facts.iter().map(monthly)).collect(),
    }
}

/// Returns month by month and factor by factor the raw values of the sectors of the cross-section.
fn raws(run: &Run, cross_sections: &CrossSections) -> Vec<Vec<Vec<Option<f64>>>> {
    let of_day = |day: &ScoredSectors| vec![vec![None; day.sectors.len()]; run.factors.len()];
    let mut raws: Vec<Vec<Vec<Option<f64>>>> = cross_sections.days.iter().map(of_day).collect();
    for row in &run.scores {
        let sectors = &cross_sections.days[row.execution as usize].sectors;
        if let Ok(position) = sectors.binary_search(&row.sector) {
            raws[row.execution as usize][row.factor as usize][position] = row.raw;
        }
    }
    raws
}

/// The groups that the sectors of a run have.
struct Groups {
    names: Vec<&'static str>,
    /// Of each entity the position of its group among the names.
    of_entity: Vec<Option<usize>>,
}

fn groups(run: &Run, cross_sections: &CrossSections) -> Groups {
    let mut is_sector = vec![false; run.entities.len()];
    for sector in cross_sections.days.iter().flat_map(|day| &day.sectors) {
        is_sector[*sector as usize] = true;
    }
    let has_sector = |group: &&Group| {
        run.entities
            .iter()
            .zip(&is_sector)
            .any(|(entity, is_sector)| *is_sector && entity.group == Some(**group))
    };
    let known: Vec<Group> = Group::ALL.iter().filter(has_sector).copied().collect();
    Groups {
        names: known.iter().map(|group| group.word()).collect(),
        of_entity: run
            .entities
            .iter()
            .map(|entity| known.iter().position(|group| Some(*group) == entity.group))
            .collect(),
    }
}
