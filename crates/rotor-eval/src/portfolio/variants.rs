//! Other strategies on the same scores: single factors, fewer factors, groups of sectors, other numbers of picks.

use rayon::prelude::*;
use rotor_factor::Group;
use rotor_run::metrics::{ByName, Estimate, Metric, Reason, Sensitivity, Variant, Variants};
use rotor_run::{Config, Run};
use rotor_strategy::{CrossSections, Holdings, RankedSector, ScoredSectors, net_of_cost, select};

use super::drawdown::Drawdowns;
use super::series::{annual, annual_ratio, net_value};
use crate::metric::{EstimateOf, MetricOf, YEAR};
use crate::trials::Tried;

/// The numbers of picks that are tried.
const TOPS: [usize; 5] = [3, 5, 6, 8, 10];

/// The numbers of live factors asked of a pick that are tried.
const MIN_FACTORS: [usize; 3] = [1, 2, 3];

/// The costs that are tried, in basis points.
const COSTS: [f64; 4] = [0.0, 10.0, 15.0, 30.0];

/// What a strategy held, month by month, and the equal weight that it is held against.
struct Strategy<'s> {
    held: &'s Holdings,
    equal_weight: &'s [Option<f64>],
}

/// Every strategy, over all months.
pub(super) struct Strategies<'a> {
    run: &'a Run,
    cost_bp: f64,
    base: Holdings,
    equal_weight: Vec<Option<f64>>,
    alone: Vec<(String, Holdings)>,
    without: Vec<(String, Holdings)>,
    groups: Vec<(String, Holdings, Vec<Option<f64>>)>,
    // By number of picks, then by number of factors.
    settings: Vec<(usize, usize, Holdings)>,
    is_run: (usize, usize),
}

impl<'a> Strategies<'a> {
    pub(super) fn new(run: &'a Run, cross_sections: &CrossSections, config: &Config) -> Self {
        let weights: Vec<f64> = run.factors.iter().map(|name| config.of_factor(name).weight).collect();
        let n_factors = run.factors.len();
        let rankings = cross_sections.rank(&weights, config.missing);
        let hold = |rankings: &[Vec<RankedSector>], config: &Config| {
            cross_sections.hold(rankings.iter().map(|ranking| select(ranking, config).weights).collect())
        };
        let with_weights =
            |weights: &[f64]| -> Holdings { hold(&cross_sections.rank(weights, config.missing), config) };
        let named = |of: &(dyn Fn(usize) -> Option<Vec<f64>> + Sync)| -> Vec<(String, Holdings)> {
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
            (*top, *min_factors, hold(&rankings, &changed))
        };
        Self {
            run,
            cost_bp: config.cost_bp,
            base: hold(&rankings, config),
            equal_weight: mean_returns(cross_sections, &rankings, |_| true),
            alone: named(&only),
            without: named(&all_but),
            groups: groups(run, cross_sections, &rankings, config),
            settings: settings.par_iter().map(with_settings).collect(),
            is_run,
        }
    }

    /// Returns the net excess over equal weight of the run's strategy, and of all that are tried, itself among them, as far as they
    /// hold something in every month in which it does.
    pub(super) fn tried(&self, included: &[usize]) -> Tried {
        let named = self.alone.iter().chain(&self.without).map(|(_, held)| held);
        let all: Vec<&Holdings> = self.settings.iter().map(|(.., held)| held).chain(named).collect();
        let excess = |held: &Holdings, month: usize| {
            let net = net_of_cost(held.gross[month]?, held.traded[month], self.cost_bp);
            Some(net - self.equal_weight[month]?)
        };
        let over = |held: &Holdings, months: &[usize]| -> Vec<f64> {
            months.iter().filter_map(|month| excess(held, *month)).collect()
        };
        let own = over(&self.base, included);
        let all = all.into_iter().map(|held| over(held, included)).filter(|months| months.len() == own.len());
        Tried { all: all.collect(), own }
    }

    fn base(&self) -> Strategy<'_> {
        Strategy { held: &self.base, equal_weight: &self.equal_weight }
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
    belongs: impl Fn(u32) -> bool,
) -> Vec<Option<f64>> {
    let of_day = |(day, ranking): (&ScoredSectors, &Vec<RankedSector>)| {
        let rows = day.sectors.iter().zip(&day.returns).filter(|(sector, _)| belongs(**sector));
        let returns: Vec<f64> = rows.map(|(_, value)| *value).collect();
        (!ranking.is_empty() && !returns.is_empty())
            .then(|| returns.iter().sum::<f64>() / returns.len() as f64)
    };
    cross_sections.days.iter().zip(rankings).map(of_day).collect()
}

/// Holds the best of each group, as many of its sectors as the run holds of all.
fn groups(
    run: &Run,
    cross_sections: &CrossSections,
    rankings: &[Vec<RankedSector>],
    config: &Config,
) -> Vec<(String, Holdings, Vec<Option<f64>>)> {
    let of_group = |group: &Group| {
        let belongs = |sector: u32| run.entities[sector as usize].group == Some(*group);
        let equal_weight = mean_returns(cross_sections, rankings, belongs);
        equal_weight.iter().any(Option::is_some).then_some(())?;
        let weights = |(day, ranking): (&ScoredSectors, &Vec<RankedSector>)| {
            let of_group: Vec<usize> =
                (0..ranking.len()).filter(|position| belongs(day.sectors[*position])).collect();
            let n = config.top * of_group.len();
            let top = ((2 * n + ranking.len()) / (2 * ranking.len().max(1))).max(1);
            let members: Vec<RankedSector> = of_group.iter().map(|position| ranking[*position]).collect();
            let mut weights = vec![0.0; ranking.len()];
            let selected = select(&members, &Config { top, ..config.clone() }).weights;
            of_group.iter().zip(selected).for_each(|(position, weight)| weights[*position] = weight);
            weights
        };
        let held = cross_sections.hold(cross_sections.days.iter().zip(rankings).map(weights).collect());
        Some((group.word().to_owned(), held, equal_weight))
    };
    Group::ALL.par_iter().filter_map(of_group).collect()
}

/// Evaluates every strategy over some months.
pub(super) fn of_section(strategies: &Strategies<'_>, included: &[usize]) -> Variants {
    let base = strategies.base();
    let variant = |held: &Holdings, cost_bp: f64| {
        let strategy = Strategy { held, equal_weight: &strategies.equal_weight };
        strategy.evaluate(strategies, included, cost_bp, Some(&base))
    };
    let named = |list: &[(String, Holdings)]| -> ByName<Variant> {
        let all: Vec<_> =
            list.par_iter().map(|(name, held)| (name.clone(), variant(held, strategies.cost_bp))).collect();
        all.into_iter().collect()
    };
    let mut costs: Vec<f64> = COSTS.into_iter().chain([strategies.cost_bp]).collect();
    costs.sort_by(f64::total_cmp);
    costs.dedup();
    let cells: Vec<(&(usize, usize, Holdings), f64)> =
        strategies.settings.iter().flat_map(|one| costs.iter().map(move |cost| (one, *cost))).collect();
    let sensitivity = |((top, min_factors, held), cost_bp): &(&(usize, usize, Holdings), f64)| Sensitivity {
        top: *top,
        min_factors: *min_factors,
        cost_bp: *cost_bp,
        is_run: (*top, *min_factors) == strategies.is_run && *cost_bp == strategies.cost_bp,
        variant: variant(held, *cost_bp),
    };
    let group = |(name, held, equal_weight): &(String, Holdings, Vec<Option<f64>>)| {
        let strategy = Strategy { held, equal_weight };
        (name.clone(), strategy.evaluate(strategies, included, strategies.cost_bp, None))
    };
    Variants {
        alone: named(&strategies.alone),
        without: named(&strategies.without),
        groups: strategies.groups.iter().map(group).collect(),
        sensitivity: cells.par_iter().map(sensitivity).collect(),
    }
}

impl Strategy<'_> {
    fn net(&self, month: usize, cost_bp: f64) -> Option<f64> {
        Some(net_of_cost(self.held.gross[month]?, self.held.traded[month], cost_bp))
    }

    fn evaluate(
        &self,
        strategies: &Strategies<'_>,
        included: &[usize],
        cost_bp: f64,
        base: Option<&Strategy<'_>>,
    ) -> Variant {
        let held: Vec<(usize, f64)> =
            included.iter().filter_map(|month| Some((*month, self.net(*month, cost_bp)?))).collect();
        let (months, returns): (Vec<usize>, Vec<f64>) = held.iter().copied().unzip();
        let n = months.len();
        let net_value = if n == 0 { Err(Reason::NothingHeld) } else { net_value(&returns) };
        let excess = held.iter().filter_map(|(month, net)| Some(net - self.equal_weight[*month]?));
        let excess: Vec<f64> = excess.collect();
        let growths = returns.iter().map(|value| 1.0 + value);
        let turnovers: Vec<f64> = months.iter().map(|month| 0.5 * self.held.traded[*month]).collect();
        let difference = |base: &Strategy<'_>| {
            let pairs =
                held.iter().filter_map(|(month, net)| Some(net - base.net(*month, strategies.cost_bp)?));
            Estimate::of(&pairs.collect::<Vec<f64>>(), 1).times(YEAR)
        };
        Variant {
            annual_return: Metric::new(n, net_value.map(|value| annual(value, n))),
            excess: Estimate::of(&excess, 1).times(YEAR),
            information_ratio: annual_ratio(&excess),
            max_drawdown: Drawdowns::of(&strategies.run.executions, &months, growths).deepest.depth,
            turnover: Metric::new(n, rotor_stats::mean(&turnovers)),
            difference: base.map(difference),
        }
    }
}
