//! What sectors gain over several months after an execution, and in a single later one.

use rotor_run::Run;
use rotor_strategy::CrossSections;

use super::{HORIZONS, LONGEST_LAG};

/// Returns of the sectors of each month, in the order of its cross-section; `None` where a month is missing.
pub(super) struct Forward {
    /// By month and place in [`HORIZONS`].
    horizons: Vec<[Vec<Option<f64>>; HORIZONS.len()]>,
    /// By month and lag less one.
    lags: Vec<Vec<Vec<Option<f64>>>>,
}

impl Forward {
    pub(super) fn new(run: &Run, cross_sections: &CrossSections) -> Self {
        let n_months = cross_sections.days.len();
        // Month by month the returns by entity.
        let by_entity: Vec<Vec<Option<f64>>> = cross_sections
            .days
            .iter()
            .map(|day| {
                let mut gains = vec![None; run.entities.len()];
                for (sector, gain) in day.sectors.iter().zip(&day.returns) {
                    gains[*sector as usize] = Some(*gain);
                }
                gains
            })
            .collect();
        let gain = |month: usize, sector: u32| by_entity.get(month).and_then(|gains| gains[sector as usize]);
        let over = |month: usize, horizon: usize| {
            if month + horizon > n_months {
                return vec![None; cross_sections.days[month].sectors.len()];
            }
            let of_sector = |sector: &u32| {
                let growths = (month..month + horizon).map(|month| Some(1.0 + gain(month, *sector)?));
                Some(growths.product::<Option<f64>>()? - 1.0)
            };
            // The return of one month as it is, not after a detour through a growth.
            let of_one = |sector: &u32| if horizon == 1 { gain(month, *sector) } else { of_sector(sector) };
            cross_sections.days[month].sectors.iter().map(of_one).collect()
        };
        let at = |month: usize, lag: usize| {
            cross_sections.days[month].sectors.iter().map(|sector| gain(month + lag - 1, *sector)).collect()
        };
        Self {
            horizons: (0..n_months).map(|month| HORIZONS.map(|horizon| over(month, horizon))).collect(),
            lags: (0..n_months).map(|month| (1..=LONGEST_LAG).map(|lag| at(month, lag)).collect()).collect(),
        }
    }

    /// Returns what the sectors of a month gain over the months of the horizon at this place of [`HORIZONS`].
    pub(super) fn over(&self, month: usize, position: usize) -> &[Option<f64>] {
        &self.horizons[month][position]
    }

    /// Returns what they gain in the single month `lag` months after the score.
    pub(super) fn at(&self, month: usize, lag: usize) -> &[Option<f64>] {
        &self.lags[month][lag - 1]
    }
}
