//! Other strategies on the same scores: single factors, fewer factors, groups of sectors, other numbers of picks, other parameters of
//! the factors.

use rayon::prelude::*;
use rotor_factor::Group;
use rotor_run::metrics::{
    AlternativeVariant, ByName, Estimate, Metric, Reason, Sensitivity, Variant, Variants,
};
use rotor_run::{Config, Run};
use rotor_strategy::{
    Alternative, CrossSections, Holdings, RankedSector, ScoredSectors, eligible, net_of_cost, select,
};

use super::drawdown::Drawdowns;
use super::path::path_of_returns;
use super::series::{annual, annual_ratio, net_value};
use crate::metric::{EstimateOf, MetricOf, YEAR};
use crate::trials::Tried;

/// The numbers of picks that are tried.
const TOPS: [usize; 5] = [3, 5, 6, 8, 10];

/// The numbers of live factors asked of a pick that are tried.
const MIN_FACTORS: [usize; 3] = [1, 2, 3];

/// The costs that are tried, in basis points.
const COSTS: [f64; 4] = [0.0, 10.0, 15.0, 30.0];

/// Weights this near to each other are equal.
const SAME_WEIGHT: f64 = 1e-12;

/// What a strategy held, month by month, and the returns that it is held against.
struct Strategy {
    held: Holdings,
    /// The equal weight of all sectors, or of its group.
    equal_weight: Vec<Option<f64>>,
    /// The equal weight of the sectors that it could have selected.
    eligible: Vec<Option<f64>>,
}

/// Every strategy, over all months.
pub(super) struct Strategies<'a> {
    run: &'a Run,
    cost_bp: f64,
    base: Strategy,
    /// Month by month whether the run could have selected a sector that it did not hold as it held the others.
    chooses: Vec<bool>,
    /// Month by month whether equals at the cut of the run shared their places.
    shares: Vec<bool>,
    alone: Vec<(String, Strategy)>,
    without: Vec<(String, Strategy)>,
    groups: Vec<(String, Strategy)>,
    // By number of picks, then by number of factors.
    settings: Vec<(usize, usize, Strategy)>,
    alternatives: Vec<(&'a Alternative, Strategy)>,
    is_run: (usize, usize),
}

impl<'a> Strategies<'a> {
    pub(super) fn new(
        run: &'a Run,
        cross_sections: &CrossSections,
        alternatives: &'a [Alternative],
        config: &Config,
    ) -> Self {
        let weights: Vec<f64> = run.factors.iter().map(|name| config.of_factor(name).weight).collect();
        let n_factors = run.factors.len();
        let rankings = cross_sections.rank(&weights, config.missing);
        let with_weights = |weights: &[f64]| -> Strategy {
            Strategy::new(cross_sections, &cross_sections.rank(weights, config.missing), config)
        };
        let named = |of: &(dyn Fn(usize) -> Option<Vec<f64>> + Sync)| -> Vec<(String, Strategy)> {
            let chosen: Vec<(usize, Vec<f64>)> =
                (0..n_factors).filter_map(|factor| Some((factor, of(factor)?))).collect();
            chosen
                .par_iter()
                .map(|(factor, weights)| (run.factors[*factor].clone(), with_weights(weights)))
                .collect()
        };
        let only = |factor: usize| {
            Some((0..n_factors).map(|other| if other == factor { 1.0 } else { 0.0 }).collect())
        };
        let all_but = |factor: usize| {
            let mut others = weights.clone();
            others[factor] = 0.0;
            others.iter().any(|weight| *weight > 0.0).then_some(others)
        };
        let is_run = (config.top, config.min_factors);
        let settings: Vec<(usize, usize)> = with(&TOPS, is_run.0)
            .into_iter()
            .flat_map(|top| {
                let known = MIN_FACTORS.iter().copied().filter(|min| *min <= n_factors.max(1));
                with(&known.collect::<Vec<_>>(), is_run.1).into_iter().map(move |min| (top, min))
            })
            .collect();
        let with_settings = |(top, min_factors): &(usize, usize)| {
            let changed = Config { top: *top, min_factors: *min_factors, ..config.clone() };
            (*top, *min_factors, Strategy::new(cross_sections, &rankings, &changed))
        };
        let with_alternative = |alternative: &'a Alternative| {
            let mut changed = cross_sections.clone();
            for (day, scores) in changed.days.iter_mut().zip(&alternative.scores) {
                day.factors[alternative.factor] = scores.clone();
            }
            let rankings = changed.rank(&weights, config.missing);
            (alternative, Strategy::new(&changed, &rankings, config))
        };
        let base = Strategy::new(cross_sections, &rankings, config);
        let chooses =
            rankings.iter().zip(&base.held.weights).map(|(ranking, held)| chooses(ranking, held, config));
        Self {
            run,
            cost_bp: config.cost_bp,
            chooses: chooses.collect(),
            shares: rankings.iter().map(|ranking| select(ranking, config).shares_places).collect(),
            base,
            alone: named(&only),
            without: named(&all_but),
            groups: groups(run, cross_sections, &rankings, config),
            settings: settings.par_iter().map(with_settings).collect(),
            alternatives: alternatives.par_iter().map(with_alternative).collect(),
            is_run,
        }
    }

    /// Returns the net excess over equal weight of the run's strategy, and of all that are tried, itself among them, as far as they
    /// hold something in every month in which it does.
    pub(super) fn tried(&self, included: &[usize]) -> Tried {
        let named = self.alone.iter().chain(&self.without).map(|(_, strategy)| strategy);
        let all = self.settings.iter().map(|(.., strategy)| strategy).chain(named);
        let excess = |strategy: &Strategy, month: usize| {
            Some(strategy.net(month, self.cost_bp)? - strategy.equal_weight[month]?)
        };
        let over = |strategy: &Strategy, months: &[usize]| -> Vec<f64> {
            months.iter().filter_map(|month| excess(strategy, *month)).collect()
        };
        let own = over(&self.base, included);
        let all = all.map(|strategy| over(strategy, included)).filter(|months| months.len() == own.len());
        Tried { all: all.collect(), own }
    }

    /// Returns in how many months the run holds something.
    pub(super) fn held_months(&self, included: &[usize]) -> usize {
        included.iter().filter(|month| self.base.held.gross[**month].is_some()).count()
    }

    /// Returns in how many months equals at the cut shared their places.
    pub(super) fn shared_months(&self, included: &[usize]) -> usize {
        included.iter().filter(|month| self.shares[**month]).count()
    }

    /// Whether the run held all that it could select, equally, in every month in which it held something.
    pub(super) fn tells_nothing_apart(&self, included: &[usize]) -> bool {
        self.held_months(included) > 0 && !included.iter().any(|month| self.chooses[*month])
    }
}

/// Returns the numbers with one more, ascending.
fn with(known: &[usize], one: usize) -> Vec<usize> {
    let mut all: Vec<usize> = known.iter().copied().chain([one]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns the mean return of some sectors from the first ranked month on.
fn mean_returns(
    cross_sections: &CrossSections,
    rankings: &[Vec<RankedSector>],
    belongs: impl Fn(usize, usize) -> bool,
) -> Vec<Option<f64>> {
    let of_day = |(month, (day, ranking)): (usize, (&ScoredSectors, &Vec<RankedSector>))| {
        let rows = (0..ranking.len()).filter(|position| belongs(month, *position));
        let returns: Vec<f64> = rows.map(|position| day.returns[position]).collect();
        (!returns.is_empty()).then(|| returns.iter().sum::<f64>() / returns.len() as f64)
    };
    cross_sections.days.iter().zip(rankings).enumerate().map(of_day).collect()
}

/// Holds the best of each group, as many of its sectors as the run holds of all.
fn groups(
    run: &Run,
    cross_sections: &CrossSections,
    rankings: &[Vec<RankedSector>],
    config: &Config,
) -> Vec<(String, Strategy)> {
    let of_group = |group: &Group| {
        let belongs = |month: usize, position: usize| {
            let sector = cross_sections.days[month].sectors[position];
            run.entities[sector as usize].group == Some(*group)
        };
        let equal_weight = mean_returns(cross_sections, rankings, belongs);
        equal_weight.iter().any(Option::is_some).then_some(())?;
        let members = |month: usize| -> Vec<usize> {
            (0..rankings[month].len()).filter(|position| belongs(month, *position)).collect()
        };
        let weights = |month: usize| {
            let (ranking, of_group) = (&rankings[month], members(month));
            let n = config.top * of_group.len();
            let top = ((2 * n + ranking.len()) / (2 * ranking.len().max(1))).max(1);
            let members: Vec<RankedSector> = of_group.iter().map(|position| ranking[*position]).collect();
            let mut weights = vec![0.0; ranking.len()];
            let selected = select(&members, &Config { top, ..config.clone() }).weights;
            of_group.iter().zip(selected).for_each(|(position, weight)| weights[*position] = weight);
            weights
        };
        let eligible: Vec<Vec<bool>> = (0..rankings.len())
            .map(|month| {
                let of_group = members(month);
                let ranking: Vec<RankedSector> = of_group.iter().map(|one| rankings[month][*one]).collect();
                let mut mask = vec![false; rankings[month].len()];
                of_group.iter().zip(eligible(&ranking, config)).for_each(|(one, is)| mask[*one] = is);
                mask
            })
            .collect();
        let strategy = Strategy {
            held: cross_sections.hold((0..rankings.len()).map(weights).collect()),
            equal_weight,
            eligible: mean_returns(cross_sections, rankings, |month, position| eligible[month][position]),
        };
        Some((group.word().to_owned(), strategy))
    };
    Group::ALL.par_iter().filter_map(of_group).collect()
}

/// Whether some sector that could be selected is not held as the others are.
fn chooses(ranking: &[RankedSector], held: &[f64], config: &Config) -> bool {
    let weights = || held.iter().zip(eligible(ranking, config)).filter(|(_, is)| *is).map(|(held, _)| *held);
    let first = weights().next().unwrap_or(0.0);
    weights().any(|weight| (weight - first).abs() > SAME_WEIGHT)
}

/// Evaluates every strategy over some months.
pub(super) fn of_section(strategies: &Strategies<'_>, included: &[usize]) -> Variants {
    let variant = |strategy: &Strategy, cost_bp: f64| {
        strategy.evaluate(strategies, included, cost_bp, Some(&strategies.base))
    };
    let named = |list: &[(String, Strategy)]| -> ByName<Variant> {
        let all: Vec<_> =
            list.par_iter().map(|(name, held)| (name.clone(), variant(held, strategies.cost_bp))).collect();
        all.into_iter().collect()
    };
    let mut costs: Vec<f64> = COSTS.into_iter().chain([strategies.cost_bp]).collect();
    costs.sort_by(f64::total_cmp);
    costs.dedup();
    let cells: Vec<(&(usize, usize, Strategy), f64)> =
        strategies.settings.iter().flat_map(|one| costs.iter().map(move |cost| (one, *cost))).collect();
    let sensitivity = |((top, min_factors, held), cost_bp): &(&(usize, usize, Strategy), f64)| Sensitivity {
        top: *top,
        min_factors: *min_factors,
        cost_bp: *cost_bp,
        is_run: (*top, *min_factors) == strategies.is_run && *cost_bp == strategies.cost_bp,
        variant: variant(held, *cost_bp),
    };
    let group = |(name, strategy): &(String, Strategy)| {
        (name.clone(), strategy.evaluate(strategies, included, strategies.cost_bp, None))
    };
    let alternative = |(alternative, held): &(&Alternative, Strategy)| AlternativeVariant {
        factor: strategies.run.factors[alternative.factor].clone(),
        parameter: alternative.parameter.clone(),
        setting: alternative.value.clone(),
        variant: variant(held, strategies.cost_bp),
    };
    Variants {
        alone: named(&strategies.alone),
        without: named(&strategies.without),
        groups: strategies.groups.iter().map(group).collect(),
        sensitivity: cells.par_iter().map(sensitivity).collect(),
        alternatives: strategies.alternatives.par_iter().map(alternative).collect(),
    }
}

impl Strategy {
    /// Holds what a configuration selects of each ranking.
    fn new(cross_sections: &CrossSections, rankings: &[Vec<RankedSector>], config: &Config) -> Self {
        let masks: Vec<Vec<bool>> = rankings.iter().map(|ranking| eligible(ranking, config)).collect();
        Self {
            held: cross_sections
                .hold(rankings.iter().map(|ranking| select(ranking, config).weights).collect()),
            equal_weight: mean_returns(cross_sections, rankings, |_, _| true),
            eligible: mean_returns(cross_sections, rankings, |month, position| masks[month][position]),
        }
    }

    fn net(&self, month: usize, cost_bp: f64) -> Option<f64> {
        Some(net_of_cost(self.held.gross[month]?, self.held.traded[month], cost_bp))
    }

    fn evaluate(
        &self,
        strategies: &Strategies<'_>,
        included: &[usize],
        cost_bp: f64,
        base: Option<&Self>,
    ) -> Variant {
        let held: Vec<(usize, f64)> =
            included.iter().filter_map(|month| Some((*month, self.net(*month, cost_bp)?))).collect();
        let (months, returns): (Vec<usize>, Vec<f64>) = held.iter().copied().unzip();
        let n = months.len();
        let net_value = if n == 0 { Err(Reason::NothingHeld) } else { net_value(&returns) };
        let over = |all: &[Option<f64>]| -> Vec<f64> {
            held.iter().filter_map(|(month, net)| Some(net - all[*month]?)).collect()
        };
        let excess = over(&self.equal_weight);
        let turnovers: Vec<f64> = months.iter().map(|month| 0.5 * self.held.traded[*month]).collect();
        let difference = |base: &Self| {
            let pairs =
                held.iter().filter_map(|(month, net)| Some(net - base.net(*month, strategies.cost_bp)?));
            Estimate::of(&pairs.collect::<Vec<f64>>(), 1).times(YEAR)
        };
        let path = path_of_returns(&strategies.run.executions, &months, &returns);
        Variant {
            annual_return: Metric::new(n, net_value.map(|value| annual(value, n))),
            excess: Estimate::of(&excess, 1).times(YEAR),
            excess_eligible: Estimate::of(&over(&self.eligible), 1).times(YEAR),
            information_ratio: annual_ratio(&excess),
            max_drawdown: Drawdowns::of(&path).deepest.depth,
            turnover: Metric::new(n, rotor_stats::mean(&turnovers)),
            difference: base.map(difference),
        }
    }
}
