//! Whether the statistics of a sweep keep what they promise: worlds of many trials without skill, alike or not, with light tails or
//! heavy ones, independent from month to month or not; and worlds in which some have skill.

use rayon::prelude::*;
use rotor_eval::{
    Excesses, FAMILY_LEVEL, FactorEvidence, across_factors, deflated_sharpe, step_down,
    superior_predictive_ability,
};
use rotor_stats::{
    deviation, expected_maximum_sharpe, kurtosis, mean, mean_interval, probabilistic_sharpe, skewness,
};

use crate::worlds::Numbers;

/// The months before the first, in which a series forgets where it began.
const N_BEFORE: usize = 12;

/// The most trials for which the test of Hansen is tried: its time grows with trials, months and samples.
const MOST_FOR_SUPERIOR: usize = 24;

/// How alike the trials of a world are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    /// Not at all.
    Independent,
    /// All have this correlation with each other.
    One(f64),
    /// Four families, with this correlation within a family and none between.
    Families(f64),
}

impl Likeness {
    /// Returns what it is called in the table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Independent => "independent".into(),
            Self::One(correlation) => format!("all ρ = {correlation}"),
            Self::Families(correlation) => format!("4 families, ρ = {correlation} within"),
        }
    }
}

/// What the months of a world are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The normal distribution.
    Normal,
    /// Student's t with five degrees of freedom.
    Heavy,
    /// A gamma distribution of skewness 1, mirrored: losses have the long tail.
    LongLosses,
    /// The same not mirrored.
    LongGains,
}

impl Shape {
    /// Returns what it is called in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Heavy => "t, 5 d.f.",
            Self::LongLosses => "skewness −1",
            Self::LongGains => "skewness +1",
        }
    }

    /// Draws a number of mean 0; its size does not matter.
    fn draw(self, numbers: &mut Numbers) -> f64 {
        let mut exponential = || -libm::log(1.0 - numbers.uniform());
        match self {
            Self::Normal => numbers.normal(),
            Self::Heavy => {
                let square = 2.0 * (exponential() + exponential());
                let (above, below) = (numbers.normal(), numbers.normal());
                above / ((square + below * below) / 5.0).sqrt()
            }
            Self::LongGains => exponential() + exponential() + exponential() + exponential() - 4.0,
            Self::LongLosses => -Self::LongGains.draw(numbers),
        }
    }
}

/// A world of many trials.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// The number of trials.
    pub n_trials: usize,
    /// The number of months.
    pub n_months: usize,
    /// How alike they are.
    pub likeness: Likeness,
    /// What their months are drawn from.
    pub shape: Shape,
    /// The autocorrelation of a month with the next.
    pub autocorrelation: f64,
    /// The autocorrelation of every second trial and of its share in the common factor's place, if it is another one.
    pub other_autocorrelation: Option<f64>,
    /// The true monthly ratio of mean to deviation of the first trials.
    pub sharpe: f64,
    /// How many trials have it.
    pub n_skilled: usize,
}

impl Sweep {
    /// Makes the world of a number.
    ///
    /// # Panics
    ///
    /// Never: its numbers are finite.
    #[must_use]
    pub fn excesses(&self, seed: u64, number: u64) -> Excesses {
        let mut numbers = Numbers::new(seed, number);
        let (n_factors, share) = match self.likeness {
            Likeness::Independent => (0, 0.0),
            Likeness::One(correlation) => (1, correlation),
            Likeness::Families(correlation) => (4, correlation),
        };
        let series = |numbers: &mut Numbers, autocorrelation: f64| -> Vec<f64> {
            let scale = (1.0 - autocorrelation * autocorrelation).sqrt();
            let mut last = 0.0;
            let mut next = || {
                last = autocorrelation * last + scale * self.shape.draw(numbers);
                last
            };
            for _ in 0..N_BEFORE {
                next();
            }
            (0..self.n_months).map(|_| next()).collect()
        };
        let factors: Vec<Vec<f64>> =
            (0..n_factors).map(|_| series(&mut numbers, self.autocorrelation)).collect();
        // The deviation of one month, which only planted means have to know.
        let size = match self.shape {
            Shape::Normal => 1.0,
            Shape::Heavy => (5.0_f64 / 3.0).sqrt(),
            Shape::LongLosses | Shape::LongGains => 2.0,
        };
        let mut values = Vec::with_capacity(self.n_trials * self.n_months);
        for trial in 0..self.n_trials {
            let other = self.other_autocorrelation.filter(|_| trial % 2 == 1);
            let own = series(&mut numbers, other.unwrap_or(self.autocorrelation));
            let planted = if trial < self.n_skilled { self.sharpe * size } else { 0.0 };
            let common = factors.get(trial % n_factors.max(1));
            values.extend((0..self.n_months).map(|month| {
                let shared = common.map_or(0.0, |common| share.sqrt() * common[month]);
                0.01 * (planted + shared + (1.0 - share).sqrt() * own[month])
            }));
        }
        Excesses::new(values, self.n_months).expect("the numbers are finite")
    }
}

/// How often the best of a world, or any of its trials, is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// The number of worlds.
    pub n: usize,
    /// Any trial survives the step-down test.
    pub step_down: usize,
    /// Any trial without skill survives it.
    pub false_survivor: usize,
    /// The deflated Sharpe ratio against all trials is above 95%.
    pub deflated_all: usize,
    /// That against the effective number.
    pub deflated_effective: usize,
    /// That with the variance of the ratios across the trials, as the paper has it.
    pub deflated_paper: usize,
    /// Hansen's test rejects; not tried for many trials.
    pub superior: Option<usize>,
}

/// Makes so many worlds and counts what is found in them.
///
/// # Panics
///
/// If the world has fewer than two trials or 32 months, or there are fewer than 19 samples.
#[must_use]
pub fn found(sweep: Sweep, n_worlds: u64, n_samples: usize, seed: u64) -> Found {
    let has_superior = sweep.n_trials <= MOST_FOR_SUPERIOR;
    let of_world = |number: u64| -> [bool; 6] {
        let excesses = sweep.excesses(seed, number);
        let tested = step_down(&excesses, number, n_samples).expect("trials vary");
        let survives = |(_, tested): &(usize, &Result<rotor_eval::Tested, _>)| {
            tested.as_ref().is_ok_and(|tested| tested.p_value <= FAMILY_LEVEL)
        };
        let is_false = tested.trials.iter().enumerate().skip(sweep.n_skilled).any(|one| survives(&one));
        let best = deflated_sharpe(&excesses, 1).expect("trials vary");
        let ratios: Vec<f64> = (0..sweep.n_trials)
            .map(|trial| {
                let values = excesses.trial(trial).expect("it is there");
                mean(values).expect("finite") / deviation(values).expect("finite")
            })
            .collect();
        let spread = deviation(&ratios).expect("there are several");
        let values = excesses.trial(best.trial).expect("it is there");
        let paper = expected_maximum_sharpe(sweep.n_trials as u64, spread * spread).and_then(|threshold| {
            let (skewness, kurtosis) = (skewness(values)?, kurtosis(values)?);
            probabilistic_sharpe(best.sharpe, threshold, sweep.n_months, skewness, kurtosis)
        });
        let superior = has_superior
            && superior_predictive_ability(&excesses, number).expect("trials vary") < FAMILY_LEVEL;
        [
            tested.n_survivors > 0,
            is_false,
            best.of_all.probability > 1.0 - FAMILY_LEVEL,
            best.of_effective.probability > 1.0 - FAMILY_LEVEL,
            paper.is_ok_and(|probability| probability > 1.0 - FAMILY_LEVEL),
            superior,
        ]
    };
    let all: Vec<[bool; 6]> = (0..n_worlds).into_par_iter().map(of_world).collect();
    let count = |which: usize| all.iter().filter(|one| one[which]).count();
    Found {
        n: all.len(),
        step_down: count(0),
        false_survivor: count(1),
        deflated_all: count(2),
        deflated_effective: count(3),
        deflated_paper: count(4),
        superior: has_superior.then(|| count(5)),
    }
}

/// The number of factors that were tried.
pub const N_FACTORS: usize = 20;

/// The number of them that are shown: those with the least p-values.
const N_SHOWN: usize = 5;

/// How often any of [`N_FACTORS`] factors without skill, of which the best are shown, is found.
#[derive(Clone, Copy, Debug)]
pub struct FoundFactors {
    /// By its own p-value, as if it were the only one.
    pub alone: usize,
    /// By Holm.
    pub holm: usize,
    /// By Benjamini and Yekutieli.
    pub benjamini_yekutieli: usize,
    /// By the hurdle of 3.
    pub hurdle: usize,
}

/// Makes so many worlds of factors, the best of which are shown, and counts those in which any is found.
///
/// # Panics
///
/// If the world has too few months for an interval.
#[must_use]
pub fn found_factors(sweep: Sweep, n_worlds: u64, seed: u64) -> FoundFactors {
    let sweep = Sweep { n_trials: N_FACTORS, ..sweep };
    let of_world = |number: u64| -> [bool; 4] {
        let excesses = sweep.excesses(seed, number);
        let evidence = |trial: usize| {
            let found = mean_interval(excesses.trial(trial).expect("it is there"), 1).expect("months");
            let uncertainty = found.uncertainty.expect("it varies");
            FactorEvidence { p_value: uncertainty.p_value, t: found.mean / uncertainty.standard_error }
        };
        let mut factors: Vec<FactorEvidence> = (0..N_FACTORS).map(evidence).collect();
        factors.sort_by(|left, right| left.p_value.total_cmp(&right.p_value));
        let verdicts = across_factors(&factors[..N_SHOWN], N_FACTORS as u64).expect("they are shown");
        [
            factors[0].p_value <= FAMILY_LEVEL,
            verdicts.iter().any(|one| one.holm <= FAMILY_LEVEL),
            verdicts.iter().any(|one| one.benjamini_yekutieli <= FAMILY_LEVEL),
            verdicts.iter().any(|one| one.clears_hurdle),
        ]
    };
    let all: Vec<[bool; 4]> = (0..n_worlds).into_par_iter().map(of_world).collect();
    let count = |which: usize| all.iter().filter(|one| one[which]).count();
    FoundFactors { alone: count(0), holm: count(1), benjamini_yekutieli: count(2), hurdle: count(3) }
}

/// A world of trials without skill.
#[must_use]
pub fn without_skill(
    n_trials: usize,
    n_months: usize,
    likeness: Likeness,
    shape: Shape,
    autocorrelation: f64,
) -> Sweep {
    Sweep {
        n_trials,
        n_months,
        likeness,
        shape,
        autocorrelation,
        other_autocorrelation: None,
        sharpe: 0.0,
        n_skilled: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 400 worlds 5% are 20, with a deviation of 4.4.
    #[test]
    fn the_step_down_test_rejects_about_as_often_as_it_says() {
        let worlds = [
            without_skill(24, 60, Likeness::Independent, Shape::Heavy, 0.2),
            without_skill(24, 120, Likeness::One(0.6), Shape::Normal, 0.0),
        ];
        for world in worlds {
            let found = found(world, 400, 199, 20_150_105);
            assert!((8..=33).contains(&found.step_down), "{world:?}: {found:?}");
            assert_eq!(found.step_down, found.false_survivor);
            assert!(found.deflated_all <= 33 && found.deflated_effective <= 33, "{world:?}: {found:?}");
        }
    }
}
