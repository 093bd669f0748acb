//! The means of a factor's months.

use rotor_run::metrics::{
    ByName, Caveat, CoefficientSummary, Coefficients, Estimate, FactorMetrics, HorizonMetrics, LagMetrics,
    Metric, Persistence, QuintilePersistence, RegimeRankIc, Slope, WithinGroup,
};
use rotor_run::portfolio::N_QUANTILES;
use rotor_stats::{deviation, mean};

use super::month::FactorMonth;
use super::{HORIZONS, LONGEST_LAG};
use crate::metric::{EstimateOf, MetricOf, mean_over_deviation};
use crate::months::Months;
use crate::quantiles::QuantileMonth;

pub(super) fn of_factor(
    facts: &[FactorMonth],
    months: &Months<'_>,
    group_names: &[&str],
    is_live: bool,
) -> FactorMetrics {
    let included: Vec<usize> = (0..facts.len()).filter(|month| months.is_in(*month, is_live)).collect();
    let of = |value: &dyn Fn(&FactorMonth) -> Option<f64>| -> Vec<f64> {
        included.iter().filter_map(|month| value(&facts[*month])).collect()
    };
    let n_unscored = included.iter().filter(|month| facts[**month].is_unscored).count();
    let rank_ics = of(&|fact| coefficients(fact).map(|value| value.rank_ic));
    let group =
        |position: usize| WithinGroup { rank_ic: Estimate::of(&of(&|fact| fact.groups[position]), 1) };
    let [spans, quarters] = months.regimes().map(|regimes| -> ByName<RegimeRankIc> {
        let rank_ic = |month: &usize| coefficients(&facts[*month]).map(|value| value.rank_ic);
        let of_regime = |of: Vec<usize>| {
            let of_section = of.iter().filter(|month| months.is_in(**month, is_live));
            RegimeRankIc { rank_ic: Estimate::of(&of_section.filter_map(rank_ic).collect::<Vec<_>>(), 1) }
        };
        regimes.into_iter().map(|(name, of)| (name, of_regime(of))).collect()
    });
    // Both months of a pair belong to the section.
    let follows = |month: &&usize| **month > 0 && months.is_in(**month - 1, is_live);
    let change = |value: &dyn Fn(&FactorMonth) -> Option<f64>| {
        let values: Vec<f64> =
            included.iter().filter(follows).filter_map(|month| value(&facts[*month])).collect();
        Metric::new(values.len(), mean(&values))
    };
    let quintiles: Vec<QuantileMonth> = included.iter().filter_map(|month| facts[*month].quantiles).collect();
    FactorMetrics {
        n_months: included.len(),
        n_unscored,
        n_constant: included.len() - n_unscored - rank_ics.len(),
        ic: summary(&of(&|fact| coefficients(fact).map(|value| value.ic))),
        raw_rank_ic: summary(&of(&|fact| fact.raw_rank_ic)),
        raw_gain: Estimate::of(&of(&|fact| Some(fact.raw_rank_ic? - coefficients(fact)?.rank_ic)), 1),
        rank_ic: summary(&rank_ics),
        horizons: (0..HORIZONS.len()).map(|position| horizon(facts, &included, position)).collect(),
        decay: (1..=LONGEST_LAG)
            .map(|lag| LagMetrics { lag, rank_ic: Estimate::of(&of(&|fact| fact.lags[lag - 1]), 1) })
            .collect(),
        slope: Slope {
            mean: Estimate::of(&of(&|fact| fact.value.as_ref().ok()?.slope.clone().ok()), 1),
            r2: {
                let r2 = of(&|fact| coefficients(fact).map(|value| value.ic * value.ic));
                Metric::new(r2.len(), mean(&r2))
            },
            mse: {
                let mse = of(&|fact| fact.value.as_ref().ok()?.mse.clone().ok());
                Metric::new(mse.len(), mean(&mse))
            },
        },
        persistence: Persistence {
            autocorrelation: change(&|fact| fact.autocorrelation),
            turnover: change(&|fact| fact.changes.map(|changes| changes[0].turnover)),
            quintiles: (0..N_QUANTILES)
                .map(|quintile| QuintilePersistence {
                    turnover: change(&|fact| Some(fact.changes?[quintile].turnover)),
                    autocorrelation: change(&|fact| fact.changes?[quintile].autocorrelation),
                })
                .collect(),
        },
        quantiles: QuantileMonth::summary(&quintiles, None),
        groups: group_names
            .iter()
            .enumerate()
            .map(|(position, name)| ((*name).to_owned(), group(position)))
            .collect(),
        spans,
        quarters,
        caveats: vec![Caveat::ZeroInInterval, Caveat::ClassicalForComparison],
    }
}

fn horizon(facts: &[FactorMonth], included: &[usize], position: usize) -> HorizonMetrics {
    let horizon = HORIZONS[position];
    let found: Vec<(usize, (f64, f64))> =
        included.iter().filter_map(|month| Some((*month, facts[*month].horizons[position]?))).collect();
    let (rank_ics, ics): (Vec<f64>, Vec<f64>) = found.iter().map(|(_, both)| *both).unzip();
    let first = found.first().map_or(0, |(month, _)| *month);
    let apart = found.iter().filter(|(month, _)| (month - first).is_multiple_of(horizon));
    let apart: Vec<f64> = apart.map(|(_, (rank_ic, _))| *rank_ic).collect();
    HorizonMetrics {
        horizon,
        rank_ic: Estimate::with_classical(&rank_ics, horizon),
        ic: Estimate::with_classical(&ics, horizon),
        non_overlapping: Estimate::plain(&apart, horizon),
    }
}

fn coefficients(fact: &FactorMonth) -> Option<Coefficients> {
    fact.value.as_ref().ok().map(|line| line.coefficients)
}

fn summary(values: &[f64]) -> CoefficientSummary {
    let n = values.len();
    CoefficientSummary {
        mean: Estimate::with_classical(values, 1),
        deviation: Metric::new(n, deviation(values)),
        ratio: Metric::new(n, mean_over_deviation(values)),
        share_positive: Metric::share(values.iter().filter(|value| **value > 0.0).count(), n),
    }
}
