//! Figures that were public implausibly early for their series.

use rotor_data::{Dataset, Vintage};
use rotor_factor::{Calendar, ReferencePeriod};

use super::{EarlyFigure, EarlySeries, SameDaySeries};

/// A figure is early if it takes no more than this part of the usual time.
const EARLY: i32 = 10;
/// Where the usual lag is shorter there is no early: daily and weekly figures, and some monthly ones.
const SHORTEST: i32 = 10;
/// The fewest figures that tell what is usual.
const FEWEST: usize = 8;

/// Finds series with early figures, and those that are public the day their periods end.
pub(super) fn find(dataset: &Dataset) -> (Vec<EarlySeries>, Vec<SameDaySeries>) {
    // The first of a sector's companies reports long before the others, and nothing is early about it.
    let first_vintages =
        |series| if dataset.is_derived(series) { Vec::new() } else { first_vintages(dataset, series) };
    let firsts: Vec<Vec<Vintage>> = (0..dataset.series().len()).map(first_vintages).collect();
    let early = firsts.iter().enumerate().filter_map(|(series, firsts)| early(dataset, series, firsts));
    let same_day = (0..firsts.len()).filter_map(|series| same_day(dataset, series, &firsts));
    (early.collect(), same_day.collect())
}

/// The first vintage of each period, by entity and period.
pub(super) fn first_vintages(dataset: &Dataset, series: usize) -> Vec<Vintage> {
    let mut vintages: Vec<Vintage> = dataset.archive().vintages(series).collect();
    vintages.sort_by_key(|vintage| (vintage.entity, vintage.period.index(), vintage.released));
    vintages.dedup_by_key(|vintage| (vintage.entity, vintage.period.index()));
    vintages
}

fn lag(vintage: &Vintage) -> i32 {
    vintage.released.0.days() - vintage.period.end().days()
}

/// The month of the year, or the quarter: an annual report takes longer than one of a quarter.
fn season(period: ReferencePeriod) -> u32 {
    if period.frequency().calendar() == Calendar::Days { 0 } else { period.end().month().number() }
}

fn early(dataset: &Dataset, series: usize, firsts: &[Vintage]) -> Option<EarlySeries> {
    let mut seasons: Vec<u32> = firsts.iter().map(|vintage| season(vintage.period)).collect();
    seasons.sort_unstable();
    seasons.dedup();
    let mut found: Vec<(i32, &Vintage)> = Vec::new();
    for wanted in seasons {
        let of_season: Vec<&Vintage> =
            firsts.iter().filter(|vintage| season(vintage.period) == wanted).collect();
        // Above the middle: history that was filled in with the ends of periods may well be more than half.
        let usual = quantile(of_season.iter().map(|vintage| lag(vintage)), 3, 4)?;
        if of_season.len() >= FEWEST && usual >= SHORTEST {
            let is_early = |vintage: &&Vintage| EARLY * lag(vintage) <= usual;
            found.extend(of_season.into_iter().filter(is_early).map(|vintage| (usual, vintage)));
        }
    }
    let (usual_lag, example) =
        *found.iter().min_by_key(|(usual, vintage)| (lag(vintage) - usual, vintage.row))?;
    let declared = &dataset.series()[series];
    Some(EarlySeries {
        series: declared.name.clone(),
        frequency: declared.frequency,
        n: firsts.len(),
        n_early: found.len(),
        example: EarlyFigure {
            row: example.row,
            entity: dataset.entities()[example.entity].code.clone(),
            period_end: example.period.end(),
            released: example.released.0,
            lag: lag(example),
            usual_lag,
        },
    })
}

fn same_day(dataset: &Dataset, series: usize, firsts: &[Vec<Vintage>]) -> Option<SameDaySeries> {
    let declared = &dataset.series()[series];
    let is_slow = declared.frequency.calendar() != Calendar::Days;
    let of_series = &firsts[series];
    let n_same_day = of_series.iter().filter(|vintage| lag(vintage) == 0).count();
    if !is_slow || of_series.len() < FEWEST || 4 * n_same_day < 3 * of_series.len() {
        return None;
    }
    let is_other =
        |other: &usize| *other != series && dataset.series()[*other].frequency == declared.frequency;
    let others = (0..firsts.len()).filter(is_other);
    let medians = others.filter_map(|other| quantile(firsts[other].iter().map(lag), 1, 2));
    Some(SameDaySeries {
        series: declared.name.clone(),
        frequency: declared.frequency,
        n: of_series.len(),
        n_same_day,
        usual_of_others: quantile(medians, 1, 2),
    })
}

/// Returns the least value that this share of the values do not exceed.
fn quantile(values: impl Iterator<Item = i32>, numerator: usize, denominator: usize) -> Option<i32> {
    let mut values: Vec<i32> = values.collect();
    values.sort_unstable();
    values.get((values.len() * numerator).div_ceil(denominator).saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let of = |values: &[i32]| quantile(values.iter().copied(), 3, 4);
        assert_eq!(of(&[4, 1, 3, 2]), Some(3));
        assert_eq!(of(&[5]), Some(5));
        assert_eq!(of(&[]), None);
    }
}
