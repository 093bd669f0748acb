//! Whether intervals hold what they promise: how often a true null is rejected, and how often an effect of the size that is said to
//! be detectable is found.

use rayon::prelude::*;
use rotor_eval::evaluate;
use rotor_run::Metrics;
use rotor_run::metrics::Estimate;
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP};

use crate::worlds::{HORIZONS, SHARPE, World};

/// A p-value or an interval that is printed.
pub struct Statistic {
    /// What it is.
    pub name: &'static str,
    /// The months or periods that a value looks ahead.
    pub horizon: usize,
    /// Whether it is given for comparison only.
    pub is_classical: bool,
    /// The p-value of a null that is true in null worlds.
    pub p_value: PValue,
}

/// Takes a p-value from an metrics, if it has one.
type PValue = Box<dyn Fn(&Metrics) -> Option<f64> + Sync + Send>;

/// How often a statistic rejects.
#[derive(Clone, Debug)]
pub struct Rejections {
    /// What it is.
    pub name: &'static str,
    /// The months or periods that a value looks ahead.
    pub horizon: usize,
    /// Whether it is given for comparison only.
    pub is_classical: bool,
    /// The number of worlds in which it could be given.
    pub n: usize,
    /// In how many of them p is below 0.05.
    pub n_rejected: usize,
}

impl Rejections {
    /// Returns the share of worlds, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.n_rejected as f64 / self.n as f64
    }
}

/// The power of a test against an effect of the printed size.
#[derive(Clone, Debug)]
pub struct Power {
    /// What is tested.
    pub name: &'static str,
    /// The months that a value looks ahead.
    pub horizon: usize,
    /// The mean of the printed minimum detectable effects.
    pub detectable: f64,
    /// The mean effect in the planted worlds.
    pub planted: f64,
    /// The share of worlds in which it was found.
    pub share: f64,
}

fn p_value(estimate: &Estimate) -> Option<f64> {
    estimate.p_value()
}

/// Returns the p-value of another null than 0.
fn p_against(estimate: &Estimate, truth: f64) -> Option<f64> {
    let found = estimate.uncertainty.as_ref().ok()?;
    let t = (estimate.get()? - truth) / found.standard_error;
    rotor_stats::student_p_value(t, found.degrees_of_freedom as f64).ok()
}

/// Returns the p-value that a t-value would have if it were what it says.
fn normal_p(t: Option<f64>) -> Option<f64> {
    Some(2.0 * (1.0 - rotor_stats::normal_cdf(t?.abs()).ok()?))
}

/// Statistics, as they are added.
#[derive(Default)]
struct Statistics(Vec<Statistic>);

impl Statistics {
    fn add(&mut self, name: &'static str, horizon: usize, is_classical: bool, p_value: PValue) {
        self.0.push(Statistic { name, horizon, is_classical, p_value });
    }
}

/// The excess over the eligible sectors: where all are eligible it is that over equal weight once more.
const ELIGIBLE_EXCESS: &str = "excess over the eligible sectors";

/// The rank correlation of raw values.
const RAW: &str = "RankIC of raw values";

/// By how much it differs from that of the scores.
const RAW_GAIN: &str = "RankIC of raw values less that of scores";

/// What is tried in worlds of which some sectors have no scores and cannot be selected.
const OF_PARTIAL_WORLDS: [&str; 3] = [ELIGIBLE_EXCESS, RAW, RAW_GAIN];

/// How many of the sectors cannot be selected there.
const N_UNSCORED: usize = 8;

/// Returns every statistic whose null is true in null worlds.
#[must_use]
pub fn statistics() -> Vec<Statistic> {
    let mut all = Statistics::default();
    add_coefficients(&mut all);
    add_forecasts(&mut all);
    add_factors(&mut all);
    add_portfolios(&mut all);
    add_trials(&mut all);
    all.0
}

/// Rank correlations by horizon.
fn add_coefficients(all: &mut Statistics) {
    let mut add =
        |name, horizon, is_classical, p_value: PValue| all.add(name, horizon, is_classical, p_value);
    for (position, horizon) in HORIZONS.into_iter().enumerate() {
        let of = move |metrics: &Metrics, factor: &str| {
            metrics.factor.sections.all.get(factor).map(|factor| factor.horizons[position].clone())
        };
        add(
            "RankIC, persistent scores",
            horizon,
            false,
            Box::new(move |e| p_value(&of(e, "continuous")?.rank_ic)),
        );
        add("RankIC, scores 1, 2, 3", horizon, false, Box::new(move |e| p_value(&of(e, "points")?.rank_ic)));
        add("IC", horizon, false, Box::new(move |e| p_value(&of(e, "continuous")?.ic)));
        add(
            "RankIC, months apart, t",
            horizon,
            false,
            Box::new(move |e| p_value(&of(e, "continuous")?.non_overlapping)),
        );
        add(
            "naive t of the RankIC",
            horizon,
            true,
            Box::new(move |e| {
                normal_p(of(e, "continuous")?.rank_ic.classical.as_ref()?.naive_t.clone().ok())
            }),
        );
        add(
            "Newey-West t of the RankIC",
            horizon,
            true,
            Box::new(move |e| {
                normal_p(of(e, "continuous")?.rank_ic.classical.as_ref()?.newey_west_t.clone().ok())
            }),
        );
    }
}

/// Comparisons of forecasts by horizon.
fn add_forecasts(all: &mut Statistics) {
    let mut add =
        |name, horizon, is_classical, p_value: PValue| all.add(name, horizon, is_classical, p_value);
    for horizon in HORIZONS {
        let tests = move |metrics: &Metrics, name: &str| {
            let target = format!("{name}_{horizon}");
            let found = metrics.forecast.all.get("continuous")?.get(&target)?.tests.clone();
            assert_eq!(found.horizon, horizon, "{target}");
            Some(found)
        };
        add(
            "gain over an equally good rule",
            horizon,
            false,
            Box::new(move |e| p_value(&tests(e, "equal")?.gain_no_change.estimate)),
        );
        add(
            "Clark-West, regression on noise",
            horizon,
            true,
            Box::new(move |e| p_value(&tests(e, "nested")?.clark_west.0)),
        );
        add(
            "Diebold-Mariano (HLN)",
            horizon,
            true,
            Box::new(move |e| {
                Some(tests(e, "equal")?.gain_no_change.diebold_mariano.0.as_ref().ok()?.p_value)
            }),
        );
    }
}

/// What else is said of scores.
fn add_factors(all: &mut Statistics) {
    let mut add =
        |name, horizon, is_classical, p_value: PValue| all.add(name, horizon, is_classical, p_value);
    add(
        "decay, lag 12",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("continuous")?.decay[11].rank_ic)),
    );
    add(
        "Fama-MacBeth slope",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("continuous")?.slope.mean)),
    );
    add(RAW, 1, false, Box::new(|e| p_value(&e.factor.sections.all.get("points")?.raw_rank_ic.mean)));
    add(RAW_GAIN, 1, false, Box::new(|e| p_value(&e.factor.sections.all.get("points")?.raw_gain)));
    add(
        "quintiles: Q1−Q5 spread",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("continuous")?.quantiles.top_minus_bottom)),
    );
    add(
        "quintiles: trend",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("points")?.quantiles.trend)),
    );
    add(
        "RankIC within a group",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("continuous")?.groups.get("upstream")?.rank_ic)),
    );
    add(
        "RankIC of a quarter of the year",
        1,
        false,
        Box::new(|e| p_value(&e.factor.sections.all.get("continuous")?.quarters.get("Q2")?.rank_ic)),
    );
}

/// What is said of portfolios.
fn add_portfolios(all: &mut Statistics) {
    let mut add =
        |name, horizon, is_classical, p_value: PValue| all.add(name, horizon, is_classical, p_value);
    let excess = |e: &Metrics, benchmark: &str| e.portfolio.all.excess.get(TOP)?.get(benchmark).cloned();
    add(
        "excess over equal weight",
        1,
        false,
        Box::new(move |e| p_value(&excess(e, EQUAL_WEIGHT)?.arithmetic)),
    );
    add(ELIGIBLE_EXCESS, 1, false, Box::new(move |e| p_value(&excess(e, ELIGIBLE)?.arithmetic)));
    add("excess over a benchmark", 1, false, Box::new(move |e| p_value(&excess(e, "99999")?.arithmetic)));
    add("alpha", 1, false, Box::new(move |e| p_value(&excess(e, EQUAL_WEIGHT)?.alpha)));
    add("beta of 1", 1, false, Box::new(move |e| p_against(&excess(e, EQUAL_WEIGHT)?.beta, 1.0)));
    add(
        "Sharpe ratio of the benchmark",
        1,
        false,
        Box::new(|e| p_against(&e.portfolio.all.performance.get("99999")?.sharpe, SHARPE * 12.0_f64.sqrt())),
    );
    add(
        "top minus bottom portfolio",
        1,
        false,
        Box::new(|e| p_value(&e.portfolio.all.quantiles.top_minus_bottom)),
    );
    add(
        "a factor's contribution to excess return",
        1,
        false,
        Box::new(|e| p_value(&e.portfolio.all.contributions.factors.get("points")?.active)),
    );
    add(
        "single-factor, difference to the run",
        1,
        false,
        Box::new(|e| p_value(e.portfolio.all.variants.alone.get("points")?.difference.as_ref()?)),
    );
    add(
        "excess within a group",
        1,
        false,
        Box::new(|e| p_value(&e.portfolio.all.variants.groups.get("upstream")?.excess)),
    );
    add(
        "excess in three years",
        1,
        false,
        Box::new(|e| p_value(&e.portfolio.all.spans.get("2018-2020")?.excess)),
    );
}

/// What many trials do to the best of them.
fn add_trials(all: &mut Statistics) {
    let mut add =
        |name, horizon, is_classical, p_value: PValue| all.add(name, horizon, is_classical, p_value);
    add(
        "deflated Sharpe ratio, one trial",
        1,
        false,
        Box::new(|e| Some(1.0 - e.portfolio.all.trials.deflated_sharpe.probability.get()?)),
    );
    add(
        "superior predictive ability",
        1,
        true,
        Box::new(|e| e.portfolio.all.trials.superior_predictive_ability.get()),
    );
    add(
        "best excess return of 23 strategies",
        1,
        false,
        Box::new(|e| e.portfolio.all.trials.best_excess.get()),
    );
    add("reality check", 1, true, Box::new(|e| e.portfolio.all.trials.reality_check.get()));
}

/// Evaluates so many null worlds and counts rejections at 5%.
#[must_use]
pub fn rejections(world: World, n_worlds: u64, seed: u64) -> Vec<Rejections> {
    let statistics = statistics();
    let none = || vec![(0, 0); statistics.len()];
    let of_world = |mut counts: Vec<(usize, usize)>, number: u64| {
        let metrics = evaluate(&world.run(seed, number), &World::config());
        let partial = World { n_unscored: N_UNSCORED, ..world };
        let of_partial = evaluate(&partial.run(seed, number), &World::config());
        for (count, statistic) in counts.iter_mut().zip(&statistics) {
            let metrics = if OF_PARTIAL_WORLDS.contains(&statistic.name) { &of_partial } else { &metrics };
            if let Some(p) = (statistic.p_value)(metrics) {
                *count = (count.0 + 1, count.1 + usize::from(p < 0.05));
            }
        }
        counts
    };
    let add = |left: Vec<(usize, usize)>, right: Vec<(usize, usize)>| {
        left.iter().zip(right).map(|(left, right)| (left.0 + right.0, left.1 + right.1)).collect()
    };
    let counts: Vec<(usize, usize)> = (0..n_worlds).into_par_iter().fold(none, of_world).reduce(none, add);
    let named = statistics.iter().zip(counts);
    named
        .map(|(statistic, (n, n_rejected))| {
            let Statistic { name, horizon, is_classical, .. } = *statistic;
            Rejections { name, horizon, is_classical, n, n_rejected }
        })
        .collect()
}

/// Plants an effect of the size that null worlds are said to detect, and counts how often it is found.
///
/// # Panics
///
/// If the world has too few months for an interval at the longest horizon.
#[must_use]
pub fn powers(world: World, n_worlds: u64, seed: u64) -> Vec<Power> {
    type Of = Box<dyn Fn(&Metrics) -> Estimate + Sync>;
    let excess = |e: &Metrics| {
        let of_top = e.portfolio.all.excess.get(TOP).and_then(|all| all.get(EQUAL_WEIGHT));
        of_top.expect("it is held").arithmetic.clone()
    };
    let mut tried: Vec<(&'static str, usize, Of)> = Vec::new();
    for (position, horizon) in HORIZONS.into_iter().enumerate() {
        let of = move |e: &Metrics| {
            e.factor.sections.all.get("continuous").expect("it scores").horizons[position].rank_ic.clone()
        };
        tried.push(("RankIC", horizon, Box::new(of)));
    }
    tried.push(("excess over equal weight", 1, Box::new(excess)));
    let means = |effect: f64, n_worlds: u64, of: &Of| -> (f64, f64, f64) {
        let world = World { effect, ..world };
        let of_world = |number: u64| {
            let estimate = of(&evaluate(&world.run(seed, number), &World::config()));
            let found = estimate.uncertainty.as_ref().expect("there are months enough");
            let value = estimate.get().expect("there are months");
            (value, found.detectable, f64::from(u8::from(found.p_value < 0.05)))
        };
        let all: Vec<(f64, f64, f64)> = (0..n_worlds).into_par_iter().map(of_world).collect();
        let n = n_worlds as f64;
        let mean = |value: &dyn Fn(&(f64, f64, f64)) -> f64| all.iter().map(value).sum::<f64>() / n;
        (mean(&|one| one.0), mean(&|one| one.1), mean(&|one| one.2))
    };
    let of_statistic = |(name, horizon, of): (&'static str, usize, Of)| {
        let n_search = (n_worlds / 10).max(50);
        // The effect grows with what is planted: halve the bracket until it is that which is said to be detectable.
        let (mut low, mut high) = (0.0, 0.05);
        for _ in 0..8 {
            let middle = 0.5 * (low + high);
            let (effect, detectable, _) = means(middle, n_search, &of);
            if effect < detectable { low = middle } else { high = middle }
        }
        let (planted, detectable, share) = means(0.5 * (low + high), n_worlds, &of);
        Power { name, horizon, detectable, planted, share }
    };
    tried.into_iter().map(of_statistic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 200 worlds 5% are 10, with a deviation of 3.1.
    #[test]
    fn what_is_printed_rejects_a_true_null_about_as_often_as_it_says() {
        for found in rejections(World::default(), 200, 20_150_105) {
            assert!(found.n >= 190, "{found:?}");
            if !found.is_classical {
                assert!((1..=21).contains(&found.n_rejected), "{found:?}");
            }
        }
    }
}
