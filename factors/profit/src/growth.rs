//! The growth of industrial profits as a sector sees it.

use rotor_factor::{Panel, SectorBridge};
use rotor_stats::{clip, less_than};

use crate::target::is_january;

/// How x is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Growth beyond it is cut, in percent.
    pub(crate) clip: f64,
    pub(crate) mode: BridgeMode,
    pub(crate) adjustment: BaseAdjustment,
}

/// What is weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BridgeMode {
    /// Profits: a large industry counts for more than its weight.
    Level,
    /// Growths.
    Growth,
}

/// What is done about the low base of 2020.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseAdjustment {
    None,
    /// In 2021 the geometric mean of two years' growth.
    TwoYear,
}

/// Months that are looked at, as positions on the calendar, January 1970 being 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

/// Values by month; NaN where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    first: i32,
    values: Vec<f64>,
}

/// Profits of every industry with their bases, over a span of months.
#[derive(Clone, Debug)]
pub(crate) struct Industries {
    span: Span,
    /// Industry by industry, month by month: profit and base. The profit is NaN where either is missing.
    profits: Vec<f64>,
    bases: Vec<f64>,
}

/// A sum of bases this small beside the sum of their sizes is no base.
const LEAST_BASE: f64 = 0.02;

impl Span {
    pub(crate) fn len(self) -> usize {
        usize::try_from(self.last - self.first + 1).unwrap_or(0)
    }
}

impl Path {
    pub(crate) fn new(first: i32, values: Vec<f64>) -> Self {
        Self { first, values }
    }

    /// Returns the value of a month, if there is one.
    pub(crate) fn get(&self, month: i32) -> Option<f64> {
        let value = *self.values.get(usize::try_from(month - self.first).ok()?)?;
        (!value.is_nan()).then_some(value)
    }

    /// Returns the months that have a value, with it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i32, f64)> {
        let months = (self.first..).zip(&self.values);
        months.filter(|(_, value)| !value.is_nan()).map(|(month, value)| (month, *value))
    }

    /// Returns the values of `n` months from `first` on, with NaN for none, if the path has them all.
    pub(crate) fn part(&self, first: i32, n: i32) -> Option<&[f64]> {
        let start = usize::try_from(first - self.first).ok()?;
        self.values.get(start..start + usize::try_from(n).ok()?)
    }

    fn set(&mut self, month: i32, value: Option<f64>) {
        self.values[(month - self.first) as usize] = value.unwrap_or(f64::NAN);
    }

    /// Returns the last month with a value.
    pub(crate) fn last(&self) -> Option<i32> {
        let position = self.values.iter().rposition(|value| !value.is_nan())?;
        Some(self.first + position as i32)
    }
}

impl Industries {
    /// Takes profits and published growths.
    ///
    /// The base of a profit is implied by the growth published with it, which compares the same enterprises; profits of
    /// two years do not. Without a meaningful growth it is the profit published for the month a year before.
    pub(crate) fn new(profits: Panel<'_>, growths: Panel<'_>, span: Span) -> Self {
        let n_values = span.len() * profits.n_entities();
        let mut industries =
            Self { span, profits: vec![f64::NAN; n_values], bases: vec![f64::NAN; n_values] };
        let n = span.len();
        let rows = industries.profits.chunks_exact_mut(n).zip(industries.bases.chunks_exact_mut(n));
        // A year longer, for the profits of the year before.
        let longer = Span { first: span.first - 12, ..span };
        let (mut profit_path, mut growth_path) = (Vec::new(), Vec::new());
        for (industry, (profit_row, base_row)) in rows.enumerate() {
            take(&profits, industry, longer, &mut profit_path);
            take(&growths, industry, span, &mut growth_path);
            let figures = profit_path[12..].iter().zip(&profit_path).zip(&growth_path);
            for (((profit, before), growth), to) in figures.zip(profit_row.iter_mut().zip(base_row)) {
                let is_comparable = less_than(-100.0, *growth) && less_than(0.0, *profit);
                let base = if is_comparable { profit / (1.0 + growth / 100.0) } else { *before };
                if profit.is_finite() && base.is_finite() {
                    (*to.0, *to.1) = (*profit, base);
                }
            }
            // What is published for a January is no figure of the source.
            let first_january = (12 - span.first.rem_euclid(12)) % 12;
            profit_row
                .iter_mut()
                .skip(first_january as usize)
                .step_by(12)
                .for_each(|profit| *profit = f64::NAN);
        }
        industries
    }

    /// Returns x, the growth of a sector's industries in percent.
    pub(crate) fn growth(&self, weights: &SectorBridge<'_>, options: &Options) -> Path {
        let mut growth = match options.mode {
            BridgeMode::Level => self.growth_of_levels(weights),
            BridgeMode::Growth => self.mean_growth(weights),
        };
        if options.adjustment == BaseAdjustment::TwoYear {
            growth = self.over_two_years(&growth);
        }
        for value in &mut growth.values {
            *value = clip(*value, -options.clip, options.clip);
        }
        // A January lies between its neighbours, once February is public.
        for january in (self.span.first..=self.span.last).filter(|month| is_january(*month)) {
            let around = growth.get(january - 1).zip(growth.get(january + 1));
            growth.set(january, around.map(|(before, after)| f64::midpoint(before, after)));
        }
        growth
    }

    /// Weighs profits: 100 (X - Xᵇ) / |Xᵇ|. Industries without a figure are left out on both sides.
    fn growth_of_levels(&self, weights: &SectorBridge<'_>) -> Path {
        let n = self.span.len();
        let (mut sums, mut bases, mut sizes) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for (industry, weight) in weights.iter() {
            let (profits, own_bases) = self.of(industry);
            let sums = sums.iter_mut().zip(&mut bases).zip(&mut sizes);
            for (((sum, total), size), (profit, base)) in sums.zip(profits.iter().zip(own_bases)) {
                let (profit, base) = if profit.is_nan() { (0.0, 0.0) } else { (*profit, *base) };
                *sum += weight * profit;
                *total += weight * base;
                *size += weight * base.abs();
            }
        }
        let growth = sums.iter().zip(&bases).zip(&sizes).map(|((sum, base), size)| {
            let growth = 100.0 * (sum - base) / base.abs();
            // Without any industry this is 0 / 0, which is not less than anything.
            let has_base = *base != 0.0 && !less_than(base.abs() / size, LEAST_BASE);
            if has_base && !growth.is_nan() { growth } else { f64::NAN }
        });
        Path::new(self.span.first, growth.collect())
    }

    /// Weighs growths; industries without one are left out.
    fn mean_growth(&self, weights: &SectorBridge<'_>) -> Path {
        let n = self.span.len();
        let (mut sums, mut totals) = (vec![0.0; n], vec![0.0; n]);
        for (industry, weight) in weights.iter() {
            let (profits, bases) = self.of(industry);
            for position in 0..n {
                let growth = 100.0 * (profits[position] - bases[position]) / bases[position].abs();
                if growth.is_finite() {
                    sums[position] += weight * growth;
                    totals[position] += weight;
                }
            }
        }
        let growth = sums.iter().zip(&totals).map(|(sum, total)| sum / total);
        Path::new(self.span.first, growth.collect())
    }

    /// Takes the geometric mean of this and last year's growth in 2021; both must be above -100%.
    fn over_two_years(&self, growth: &Path) -> Path {
        const JANUARY_2021: i32 = 51 * 12;
        let mut adjusted = growth.clone();
        for month in (JANUARY_2021..JANUARY_2021 + 12)
            .filter(|month| (self.span.first..=self.span.last).contains(month))
        {
            let both = growth.get(month).zip(growth.get(month - 12));
            let mean = both
                .filter(|(this, last)| less_than(-100.0, *this) && less_than(-100.0, *last))
                .map(|(this, last)| 100.0 * (((1.0 + this / 100.0) * (1.0 + last / 100.0)).sqrt() - 1.0));
            adjusted.set(month, mean);
        }
        adjusted
    }

    /// Returns profits and bases of an industry; a profit that is NaN has no base.
    fn of(&self, industry: usize) -> (&[f64], &[f64]) {
        let n = self.span.len();
        let part = industry * n..(industry + 1) * n;
        (&self.profits[part.clone()], &self.bases[part])
    }
}

/// Writes the values of an entity over a span of months, NaN where the window does not have one.
fn take(panel: &Panel<'_>, entity: usize, span: Span, path: &mut Vec<f64>) {
    let row = panel.row(entity);
    let oldest = panel.last().index() + 1 - row.len() as i32;
    let is_there = |month: i32| (month - oldest).clamp(0, row.len() as i32) as usize;
    path.clear();
    path.resize((oldest - span.first).clamp(0, span.len() as i32) as usize, f64::NAN);
    path.extend_from_slice(&row[is_there(span.first)..is_there(span.last + 1)]);
    path.resize(span.len(), f64::NAN);
}
