//! Figures that know returns which nobody could know.
//!
//! Each first vintage is held against the return of the sectors it speaks of: a sector's own figure, a series linked to a
//! sector, an industry's figure and the sector in which it weighs most. Once against the return of the holding period in
//! which it is published, if its own period had ended before that began; once against that of the next, which whoever
//! reads it could still earn. Levels and changes are tried. Ranks are taken within each pair of figure and sector, so that
//! neither units nor trends of size count, and pooled over the pairs.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rotor_data::{Dataset, Vintage};
use rotor_factor::EntityKind;
use rotor_stats::{pearson, percentiles};

use super::early::first_vintages;
use crate::returns::sector_return;
use crate::schedule::Execution;

/// A series and how well it knows returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Foresight {
    /// Its name.
    pub series: String,
    /// Which returns.
    pub when: When,
    /// What of its figures.
    pub form: Form,
    /// The rank correlation, pooled over sectors, -1 to 1.
    pub correlation: f64,
    /// Pairs of a figure and a return.
    pub n: usize,
    /// Holding periods.
    pub n_periods: usize,
}

/// Which returns a figure knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Those of the holding period in which it is published, though its own period was over before.
    AsPublished,
    /// Those of the next one.
    OncePublished,
}

/// What of a figure is held against returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The figure itself.
    Level,
    /// Its change against the period before.
    Change,
}

/// The least rank correlation that no honest figure has.
const LEAST: f64 = 0.5;
/// How many standard errors it must be away from none; there are some hundred series, each tried in four ways.
const ERRORS: f64 = 5.0;
/// The fewest figures of one pair that have ranks.
const FEWEST: usize = 12;
/// The fewest holding periods that tell a closest series from an accident.
const FEWEST_PERIODS: usize = 24;

impl Foresight {
    /// Tells whether it is more than an honest figure can know.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.correlation.abs() >= LEAST && self.errors() >= ERRORS
    }

    /// How many standard errors it is away from none, counting each holding period once: sectors move together.
    fn errors(&self) -> f64 {
        self.correlation.abs() * (self.n_periods.saturating_sub(1) as f64).sqrt()
    }
}

/// Finds the series that know returns, each in the way in which it knows most, and the one that comes closest.
pub(super) fn find(dataset: &Dataset, executions: &[Execution]) -> (Vec<Foresight>, Option<Foresight>) {
    let gains: Vec<BTreeMap<usize, f64>> = executions
        .par_iter()
        .map(|execution| {
            let gain = |sector: &usize| {
                Some((*sector, sector_return(dataset, *sector, execution.entry, execution.exit)?))
            };
            dataset.of_kind(EntityKind::Sector).iter().filter_map(gain).collect()
        })
        .collect();
    let found: Vec<Foresight> = (0..dataset.series().len())
        .into_par_iter()
        .filter_map(|series| of_series(dataset, executions, &gains, series))
        .collect();
    let tried = found.iter().filter(|found| found.n_periods >= FEWEST_PERIODS);
    // By errors: a large correlation over few periods is an accident.
    let closest = tried.max_by(|a, b| a.errors().total_cmp(&b.errors())).cloned();
    (found.into_iter().filter(Foresight::is_certain).collect(), closest)
}

/// The way in which a series knows most.
fn of_series(
    dataset: &Dataset,
    executions: &[Execution],
    gains: &[BTreeMap<usize, f64>],
    series: usize,
) -> Option<Foresight> {
    let firsts = first_vintages(dataset, series);
    let mut ways: Vec<Foresight> = Vec::new();
    for form in [Form::Level, Form::Change] {
        let figures = figures(&firsts, form);
        for when in [When::AsPublished, When::OncePublished] {
            // By figure's entity and sector, the last figure of each holding period with the return.
            let mut pairs: Pairs = BTreeMap::new();
            for (vintage, value) in &figures {
                let Some(period) = holding_period(executions, vintage, when) else { continue };
                for (sector, sign) in sectors_of(dataset, series, vintage.entity) {
                    if let Some(gain) = gains[period].get(&sector) {
                        let of_pair = pairs.entry((vintage.entity, sector)).or_default();
                        of_pair.insert(period, (sign * value, *gain));
                    }
                }
            }
            ways.extend(pooled(&pairs).map(|(correlation, n, n_periods)| Foresight {
                series: dataset.series()[series].name.clone(),
                when,
                form,
                correlation,
                n,
                n_periods,
            }));
        }
    }
    ways.into_iter().max_by(|a, b| a.errors().total_cmp(&b.errors()))
}

/// The figures, or their changes: relative ones where all are above zero.
fn figures(firsts: &[Vintage], form: Form) -> Vec<(Vintage, f64)> {
    if form == Form::Level {
        return firsts.iter().map(|vintage| (*vintage, vintage.value)).collect();
    }
    let is_positive = firsts.iter().all(|vintage| vintage.value > 0.0);
    let change = |pair: &[Vintage]| {
        let (before, now) = (pair[0], pair[1]);
        let change = if is_positive { now.value / before.value - 1.0 } else { now.value - before.value };
        (before.entity == now.entity && change.is_finite()).then_some((now, change))
    };
    firsts.windows(2).filter_map(change).collect()
}

/// The holding period whose return a figure is held against.
fn holding_period(executions: &[Execution], vintage: &Vintage, when: When) -> Option<usize> {
    // A figure that is released on an execution day is not known then.
    let published = executions.partition_point(|execution| execution.as_of.0 <= vintage.released.0);
    match when {
        When::AsPublished => {
            let period = published.checked_sub(1)?;
            (vintage.period.end() < executions[period].as_of.0
                && vintage.released.0 < executions[period].exit)
                .then_some(period)
        }
        When::OncePublished => (published > 0 && published < executions.len()).then_some(published),
    }
}

/// The sectors that a figure speaks of, with the sign it speaks with.
fn sectors_of(dataset: &Dataset, series: usize, entity: usize) -> Vec<(usize, f64)> {
    match dataset.entities()[entity].kind {
        EntityKind::Sector => vec![(entity, 1.0)],
        EntityKind::Market => {
            let of_series = dataset.links().iter().filter(|link| link.series as usize == series);
            of_series.map(|link| (link.sector as usize, f64::from(link.polarity))).collect()
        }
        EntityKind::Industry => {
            let of_industry = dataset.bridge().iter().filter(|row| row.industry as usize == entity);
            let most = of_industry.max_by(|a, b| a.weight.total_cmp(&b.weight));
            most.map(|row| (row.sector as usize, 1.0)).into_iter().collect()
        }
        EntityKind::Benchmark => Vec::new(),
    }
}

/// A value and a gain by holding period, for each sector and what speaks of it.
type Pairs = BTreeMap<(usize, usize), BTreeMap<usize, (f64, f64)>>;

/// The correlation of ranks within the pairs, over all of them, with the number of values and of holding periods.
fn pooled(pairs: &Pairs) -> Option<(f64, usize, usize)> {
    let (mut values, mut gains, mut periods) = (Vec::new(), Vec::new(), Vec::new());
    for of_pair in pairs.values().filter(|of_pair| of_pair.len() >= FEWEST) {
        let (of_value, of_gain): (Vec<f64>, Vec<f64>) = of_pair.values().copied().unzip();
        values.extend(percentiles(&of_value).ok()?);
        gains.extend(percentiles(&of_gain).ok()?);
        periods.extend(of_pair.keys().copied());
    }
    periods.sort_unstable();
    periods.dedup();
    let correlation = pearson(&values, &gains).ok()?;
    Some((correlation, values.len(), periods.len()))
}
