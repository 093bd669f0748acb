//! The means of a factor's months.

use rotor_stats::{deviation, mean};

use super::month::FactorMonth;
use super::{
    CoefficientSummary, FactorEvaluation, HORIZONS, HorizonEvaluation, InRegime, LONGEST_LAG, Lag,
    Persistence, Slope, WithinGroup,
};
use crate::figure::{Estimate, Figure, mean_over_deviation};
use crate::months::Months;
use crate::named::ByName;
use crate::quantiles::{QuantileFigures, QuantileMonth};

const CLASSICAL: &str = "naive and Newey-West t are for comparison: on overlapping months at a nominal 5% they reject a true mean of 0 in up to a half and a sixth of cases";
const UNDECIDED: &str = "a mean of 0 within the interval is no proof that there is nothing; the minimum detectable mean says what these months could have shown";

pub(super) fn of_factor(
    facts: &[FactorMonth],
    months: &Months<'_>,
    group_names: &[&str],
    is_live: bool,
) -> FactorEvaluation {
    let included: Vec<usize> = (0..facts.len()).filter(|month| months.is_in(*month, is_live)).collect();
    let of = |value: &dyn Fn(&FactorMonth) -> Option<f64>| -> Vec<f64> {
        included.iter().filter_map(|month| value(&facts[*month])).collect()
    };
    let n_unscored = included.iter().filter(|month| facts[**month].is_unscored).count();
    let rank_ics = of(&|fact| fact.value.ok().map(|value| value.rank_ic));
    let group =
        |position: usize| WithinGroup { rank_ic: Estimate::of(&of(&|fact| fact.groups[position]), 1) };
    let [spans, quarters] = months.regimes().map(|regimes| -> ByName<InRegime> {
        let rank_ic = |month: &usize| facts[*month].value.ok().map(|value| value.rank_ic);
        let of_regime = |of: Vec<usize>| {
            let of_section = of.iter().filter(|month| months.is_in(**month, is_live));
            InRegime { rank_ic: Estimate::of(&of_section.filter_map(rank_ic).collect::<Vec<_>>(), 1) }
        };
        regimes.into_iter().map(|(name, of)| (name, of_regime(of))).collect()
    });
    // Both months of a pair belong to the section.
    let follows = |month: &&usize| **month > 0 && months.is_in(**month - 1, is_live);
    let change = |value: fn(&FactorMonth) -> Option<f64>| {
        let values: Vec<f64> =
            included.iter().filter(follows).filter_map(|month| value(&facts[*month])).collect();
        Figure::new(values.len(), mean(&values))
    };
    let fifths: Vec<QuantileMonth> = included.iter().filter_map(|month| facts[*month].quantiles).collect();
    FactorEvaluation {
        n_months: included.len(),
        n_unscored,
        n_constant: included.len() - n_unscored - rank_ics.len(),
        ic: CoefficientSummary::of(&of(&|fact| fact.value.ok().map(|value| value.ic))),
        rank_ic: CoefficientSummary::of(&rank_ics),
        horizons: (0..HORIZONS.len()).map(|position| horizon(facts, &included, position)).collect(),
        decay: (1..=LONGEST_LAG)
            .map(|lag| Lag { lag, rank_ic: Estimate::of(&of(&|fact| fact.lags[lag - 1]), 1) })
            .collect(),
        slope: Slope {
            mean: Estimate::of(&of(&|fact| fact.value.ok()?.slope.ok()), 1),
            r2: {
                let r2 = of(&|fact| fact.value.ok().map(|value| value.ic * value.ic));
                Figure::new(r2.len(), mean(&r2))
            },
            mse: {
                let mse = of(&|fact| fact.value.ok()?.mse.ok());
                Figure::new(mse.len(), mean(&mse))
            },
        },
        persistence: Persistence {
            autocorrelation: change(|fact| fact.autocorrelation),
            turnover: change(|fact| fact.turnover),
        },
        quantiles: QuantileFigures::of(&fifths, None),
        groups: group_names
            .iter()
            .enumerate()
            .map(|(position, name)| ((*name).to_owned(), group(position)))
            .collect(),
        spans,
        quarters,
        caveats: vec![UNDECIDED, CLASSICAL],
    }
}

fn horizon(facts: &[FactorMonth], included: &[usize], position: usize) -> HorizonEvaluation {
    let horizon = HORIZONS[position];
    let found: Vec<(usize, (f64, f64))> =
        included.iter().filter_map(|month| Some((*month, facts[*month].horizons[position]?))).collect();
    let (rank_ics, ics): (Vec<f64>, Vec<f64>) = found.iter().map(|(_, both)| *both).unzip();
    let first = found.first().map_or(0, |(month, _)| *month);
    let apart = found.iter().filter(|(month, _)| (month - first).is_multiple_of(horizon));
    let apart: Vec<f64> = apart.map(|(_, (rank_ic, _))| *rank_ic).collect();
    HorizonEvaluation {
        horizon,
        rank_ic: Estimate::with_classical(&rank_ics, horizon),
        ic: Estimate::with_classical(&ics, horizon),
        non_overlapping: Estimate::plain(&apart, horizon),
    }
}

impl CoefficientSummary {
    fn of(values: &[f64]) -> Self {
        let n = values.len();
        Self {
            mean: Estimate::with_classical(values, 1),
            deviation: Figure::new(n, deviation(values)),
            ratio: Figure::new(n, mean_over_deviation(values)),
            share_positive: Figure::share(values.iter().filter(|value| **value > 0.0).count(), n),
        }
    }
}
