//! What a sweep is about to take, from a sample of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::compute::Workshop;
use crate::error::SweepError;
use crate::planner::Planned;
use crate::trials::config_of;

/// How many trials of the sample have factors asked.
const ASKED: usize = 3;
/// How many trials are computed on the scores of the first.
const COMPUTED: usize = 64;
/// Longer than this the sample does not take, where its first trial does not.
const LONGEST: Duration = Duration::from_secs(2);
/// What a thread takes to judge a month of a trial, in 1000 samples of the step-down and 12 870 halves, in seconds: 10 692 trials of 95
/// months took 3.2 on two threads.
const JUDGED: f64 = 6.3e-6;
/// The bytes of a trial's month in the tables: two numbers that hardly compress, and one that does.
const MONTH: u64 = 18;
/// Those of its figures under one condition.
const FIGURES: u64 = 260;
/// Those of the score of a sector on a day.
const SCORE: u64 = 9;

/// What a sweep is about to take on this machine, by a sample: a guess, not a promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepEstimate {
    /// How many distinct settings of single factors there are to ask.
    pub n_factor_settings: usize,
    /// The time on all threads, in seconds: factors asked, trials computed and judged.
    pub seconds: f64,
    /// What the folder takes while the sweep runs; half of it or less remains.
    pub bytes: u64,
}

impl Planned {
    /// Takes a sample of the sweep, and guesses what all of it takes.
    ///
    /// # Errors
    ///
    /// If a factor breaks a rule that ends a run.
    pub fn estimate(&self) -> Result<SweepEstimate, SweepError> {
        let plan = &self.plan;
        let n_trials = plan.n_trials();
        let workshop = Workshop::new(plan, &self.dataset, &self.factors, None);
        let mut settings = BTreeSet::new();
        for trial in (0..n_trials).filter(|trial| *trial == 0 || !workshop.share_scores(trial - 1, *trial)) {
            let config = config_of(plan, trial, 0);
            for name in &config.factors {
                settings.insert((name.clone(), format!("{:?}", config.of_factor(name).parameters)));
            }
        }
        let start = Instant::now();
        let sample: BTreeSet<usize> = (0..ASKED).map(|one| one * n_trials / ASKED).collect();
        for trial in sample {
            if trial == 0 || start.elapsed() < LONGEST {
                workshop.ask(&[trial])?;
            }
        }
        let n_asked = workshop.scores.n_known().max(1);
        let asking = start.elapsed().as_secs_f64() / n_asked as f64;
        let of_first: Vec<usize> =
            (0..n_trials.min(COMPUTED)).take_while(|trial| workshop.share_scores(0, *trial)).collect();
        let start = Instant::now();
        workshop.rows(&of_first);
        let computing = start.elapsed().as_secs_f64() / of_first.len().max(1) as f64;
        let (n_months, n_sectors) = workshop.grounds.size();
        let judging = JUDGED * n_months as f64 / rayon::current_num_threads() as f64;
        let n_settings = settings.len();
        let tables = n_trials as u64 * (n_months as u64 * MONTH + FIGURES * plan.conditions.len() as u64);
        Ok(SweepEstimate {
            n_factor_settings: n_settings,
            seconds: n_settings as f64 * asking + n_trials as f64 * (computing + judging),
            bytes: 2 * tables + n_settings as u64 * n_months as u64 * n_sectors as u64 * SCORE,
        })
    }
}
