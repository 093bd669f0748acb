//! How well the scores of a factor order the sectors by what they gain next.

mod forward;
mod month;
mod summary;

use rayon::prelude::*;
use rotor_factor::{Date, Group};
use rotor_run::Run;
use rotor_strategy::CrossSections;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::evaluation::Sections;
use crate::figure::{Estimate, Figure, Reason};
use crate::months::Months;
use crate::named::{ByName, day};
use crate::quantiles::QuantileFigures;
use forward::Forward;
use month::FactorMonth;

/// The horizons at which scores are held against returns, in months.
pub const HORIZONS: [usize; 4] = [1, 3, 6, 12];

/// The most months by which a single month's return lies after the score.
pub const LONGEST_LAG: usize = 12;

/// What the scores are worth, factor by factor in the order of the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactorPart {
    /// Over all months, and over the live ones.
    #[serde(flatten)]
    pub sections: Sections<ByName<FactorEvaluation>>,
    /// Factor by factor one entry a month, oldest first.
    pub monthly: ByName<Vec<MonthlyCoefficients>>,
}

/// What the scores of a factor are worth.
///
/// `n_months` = n of the means + `n_constant` + `n_unscored`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactorEvaluation {
    /// The months looked at.
    pub n_months: usize,
    /// Those in which the factor scores no sector at all.
    pub n_unscored: usize,
    /// Those in which it scores sectors, but fewer than three that have a return, or all alike; or all gain the same. They have no
    /// coefficient, which is not a coefficient of 0.
    pub n_constant: usize,
    /// The rank correlation of Spearman of scores (to nine decimals) and returns.
    pub rank_ic: CoefficientSummary,
    /// The correlation of Pearson.
    pub ic: CoefficientSummary,
    /// Both at longer horizons.
    pub horizons: Vec<HorizonEvaluation>,
    /// The rank correlation with the return of each later month alone.
    pub decay: Vec<Lag>,
    /// The regression of returns on scores, month by month (Fama and `MacBeth` 1973).
    pub slope: Slope,
    /// How slowly scores change.
    pub persistence: Persistence,
    /// What fifths of the sectors gain, by score; sectors of equal score share their places equally.
    pub quantiles: QuantileFigures,
    /// Within groups of sectors.
    pub groups: ByName<WithinGroup>,
    /// In spans of three calendar years.
    pub spans: ByName<InRegime>,
    /// In the quarters of the year.
    pub quarters: ByName<InRegime>,
    /// What a reader of these numbers must know.
    pub caveats: Vec<&'static str>,
}

/// A monthly coefficient over the months that have one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoefficientSummary {
    /// The mean, -1 to 1, with its interval.
    pub mean: Estimate,
    /// The n - 1 deviation of the monthly values.
    pub deviation: Figure,
    /// Mean over deviation, ICIR, of a month: it is not annualised.
    pub ratio: Figure,
    /// The share of months above zero, 0 to 1.
    pub share_positive: Figure,
}

/// How scores go together with the return of several months.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HorizonEvaluation {
    /// The number of months.
    pub horizon: usize,
    /// The mean rank correlation over all months.
    pub rank_ic: Estimate,
    /// The mean correlation of Pearson.
    pub ic: Estimate,
    /// The mean rank correlation over months so far apart that their returns do not overlap.
    pub non_overlapping: Estimate,
}

/// How scores go together with the return of a single later month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lag {
    /// 1 is the month after the score.
    pub lag: usize,
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// The regression of returns on scores, month by month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slope {
    /// The mean slope: return of a month per point of score.
    pub mean: Estimate,
    /// The mean R² of the months.
    pub r2: Figure,
    /// The mean over months of the mean squared residual.
    pub mse: Figure,
}

/// How slowly scores change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Persistence {
    /// The mean rank correlation of the scores of successive months.
    pub autocorrelation: Figure,
    /// The mean one-way turnover, 0 to 1, of the best fifth.
    pub turnover: Figure,
}

/// The coefficient among the sectors of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WithinGroup {
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// The coefficient in a part of the calendar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InRegime {
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// How scores and returns of one month go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthlyCoefficients {
    /// The execution day.
    pub execution: Date,
    /// Whether every factor of the run scores a sector in this month.
    pub is_live: bool,
    /// The sectors with a score and a return.
    pub n_sectors: usize,
    /// The coefficients, or why there are none.
    pub value: Result<Coefficients, Reason>,
}

/// Two correlations, -1 to 1, of the scores and the returns of the sectors in one month, and the line through them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Spearman's.
    pub rank_ic: f64,
    /// Pearson's.
    pub ic: f64,
    /// The slope of the return on the score, or why there is none.
    pub slope: Result<f64, Reason>,
    /// The mean squared residual of that line, or why there is none.
    pub mse: Result<f64, Reason>,
}

impl Serialize for MonthlyCoefficients {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Day(#[serde(serialize_with = "day")] Date);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("execution", &Day(self.execution))?;
        map.serialize_entry("is_live", &self.is_live)?;
        map.serialize_entry("n", &self.n_sectors)?;
        map.serialize_entry("rank_ic", &self.value.ok().map(|value| value.rank_ic))?;
        map.serialize_entry("ic", &self.value.ok().map(|value| value.ic))?;
        if let Err(reason) = self.value {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

/// Evaluates the scores of each factor.
pub(crate) fn evaluate(run: &Run, cross_sections: &CrossSections, months: &Months<'_>) -> FactorPart {
    let forward = Forward::new(run, cross_sections);
    let groups = groups(run, cross_sections);
    let n_months = run.executions.len();
    let facts: Vec<Vec<FactorMonth>> = (0..run.factors.len())
        .map(|factor| {
            let of_month = |month| FactorMonth::new(cross_sections, &forward, &groups, month, factor);
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
            value: fact.value,
        };
        facts.iter().enumerate().map(row).collect()
    };
    FactorPart {
        sections: Sections::of(months, of_section),
        monthly: run.factors.iter().cloned().zip(facts.iter().map(monthly)).collect(),
    }
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
