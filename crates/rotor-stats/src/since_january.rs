//! Figures that are published as sums since January: what they compare with, and what they say of single months.
//!
//! A month is a number, 0 for the January of some year and 12 for the next. The first two months of a year are one lump: nothing
//! here asks for a January. What is missing is `None`, from the caller and to the caller.

use crate::decimal::less_than;

/// A sum over three months beside the same sum a year before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreeMonths {
    /// The sum.
    pub value: f64,
    /// The sum a year before, on the comparable basis.
    pub base: f64,
}

/// What a part adds to the growth of a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// In percentage points; those of all parts sum to the growth of the whole.
    pub points: f64,
    /// As a share of that growth, in percent; `None` where the growth is below 0.1% in size.
    pub rate: Option<f64>,
    /// The share of the part in the whole a year before, in percent.
    pub base_share: f64,
    /// The change of that share since, in percentage points; `None` if the whole is not positive now.
    pub share_change: Option<f64>,
}

/// Returns the comparable value of a year before: the one that the published `growth` in percent implies, which compares the same
/// enterprises; without a meaningful growth what was published a year `before`.
///
/// ```
/// use rotor_stats::comparable_base;
/// assert_eq!(comparable_base(150.0, Some(50.0), Some(95.0)), Some(100.0));
/// assert_eq!(comparable_base(-3.0, Some(10.0), Some(5.0)), Some(5.0)); // a loss has no growth
/// ```
#[must_use]
pub fn comparable_base(value: f64, growth: Option<f64>, before: Option<f64>) -> Option<f64> {
    let growth = growth.filter(|growth| less_than(-100.0, *growth) && less_than(0.0, value));
    let base = growth.map_or(before, |growth| Some(value / (1.0 + growth / 100.0)));
    base.filter(|base| base.is_finite())
}

/// Returns the sum of the three months up to `month` of figures whose sums since January are `sum`, with comparable `base`s.
///
/// From May on that is the difference of two sums. March is its own sum. February is the lump of January and February with the
/// December before; April half of that lump with March and April; January is what its December is. Where the growth of every single month
/// of the three is published (`month_growth`, in percent), and each of them is positive, the bases of these months come from it.
///
/// ```
/// use rotor_stats::three_months;
/// let sums = [None, Some(40.0), Some(60.0), Some(80.0), Some(100.0)];
/// let sum = |month: i32| sums[month as usize];
/// let base = |month: i32| Some(sum(month)? / 2.0);
/// let april = three_months(3, sum, base, |_| None).unwrap();
/// assert_eq!((april.value, april.base), (60.0, 30.0));
/// let may = three_months(4, sum, base, |_| Some(25.0)).unwrap();
/// assert_eq!((may.value, may.base), (60.0, 48.0));
/// ```
#[must_use]
pub fn three_months(
    month: i32,
    sum: impl Fn(i32) -> Option<f64>,
    base: impl Fn(i32) -> Option<f64>,
    month_growth: impl Fn(i32) -> Option<f64>,
) -> Option<ThreeMonths> {
    let month = if month.rem_euclid(12) == 0 { month - 1 } else { month };
    let number = month.rem_euclid(12) + 1;
    let february = month - number + 2;
    // Single months, and how much of the lump.
    let (singles, lump) = match number {
        2 => (month - 2..=month - 2, 1.0),
        3 => (month..=month, 1.0),
        4 => (month - 1..=month, 0.5),
        _ => (month - 2..=month, 0.0),
    };
    let total = |of: &dyn Fn(i32) -> Option<f64>| {
        Some(match number {
            2 => of(month)? + of(month - 2)? - of(month - 3)?,
            3 => of(month)?,
            4 => of(month)? - 0.5 * of(february)?,
            _ => of(month)? - of(month - 3)?,
        })
    };
    let value = total(&sum)?;
    let implied = singles.map(|single| {
        let alone = sum(single)? - sum(single - 1)?;
        let growth = month_growth(single).filter(|growth| less_than(-100.0, *growth))?;
        less_than(0.0, alone).then(|| alone / (1.0 + growth / 100.0))
    });
    let implied = implied.sum::<Option<f64>>();
    let base = match implied {
        Some(singles) if lump > 0.0 => singles + lump * base(february)?,
        Some(singles) => singles,
        None => total(&base)?,
    };
    (value.is_finite() && base.is_finite()).then_some(ThreeMonths { value, base })
}

/// Returns what a part adds to the growth of a whole, each with its value and its base; `None` if the base of the whole is not
/// positive.
///
/// ```
/// use rotor_stats::contribution;
/// let half = contribution((66.0, 50.0), (110.0, 100.0)).unwrap();
/// assert_eq!((half.points, half.rate, half.base_share), (16.0, Some(160.0), 50.0));
/// ```
#[must_use]
pub fn contribution(part: (f64, f64), whole: (f64, f64)) -> Option<Contribution> {
    /// Growth below it is too little to be shared out, in percent.
    const LEAST_GROWTH: f64 = 0.1;
    let ((value, base), (total, total_base)) = (part, whole);
    if !less_than(0.0, total_base) {
        return None;
    }
    let points = 100.0 * (value - base) / total_base;
    let growth = 100.0 * (total - total_base) / total_base;
    let base_share = 100.0 * base / total_base;
    let contribution = Contribution {
        points,
        rate: (!less_than(growth.abs(), LEAST_GROWTH)).then(|| 100.0 * points / growth),
        base_share,
        share_change: less_than(0.0, total).then(|| 100.0 * value / total - base_share),
    };
    (points.is_finite() && base_share.is_finite()).then_some(contribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A year of sums and growths, with the December and November before at -1 and -2.
    fn figures(month: i32) -> Option<(f64, f64)> {
        let known =
            [(-2, 560.0, 5.0), (-1, 620.0, 6.0), (1, 100.0, 10.0), (2, 160.0, 11.0), (3, 215.0, 11.5)];
        known.iter().find(|(of, ..)| *of == month).map(|(_, sum, growth)| (*sum, *growth))
    }

    fn of(month: i32, growths: &[(i32, f64)]) -> Option<ThreeMonths> {
        let sum = |month| Some(figures(month)?.0);
        let base = |month| comparable_base(sum(month)?, Some(figures(month)?.1), None);
        let growth = |month| growths.iter().find(|(of, _)| *of == month).map(|(_, growth)| *growth);
        three_months(month, sum, base, growth)
    }

    #[test]
    fn the_first_months_of_a_year_are_a_lump() {
        let (december, november, lump) = (620.0 / 1.06, 560.0 / 1.05, 100.0 / 1.1);
        let near = |got: Option<ThreeMonths>, value: f64, base: f64| {
            let got = got.unwrap();
            assert!((got.value - value).abs() < 1e-9 && (got.base - base).abs() < 1e-9, "{got:?}");
        };
        near(of(1, &[]), 160.0, lump + december - november);
        near(of(2, &[]), 160.0, 160.0 / 1.11);
        near(of(3, &[]), 165.0, 215.0 / 1.115 - lump / 2.0);
        near(of(1, &[(-1, 9.0)]), 160.0, lump + 60.0 / 1.09);
        near(of(2, &[(2, 12.5)]), 160.0, lump + 60.0 / 1.125);
        near(of(3, &[(2, 12.5), (3, 13.0)]), 165.0, lump / 2.0 + 60.0 / 1.125 + 55.0 / 1.13);
        // Without the growth of one of the months, or with one that means nothing, none is used.
        assert_eq!(of(3, &[(2, 12.5)]), of(3, &[]));
        assert_eq!(of(3, &[(2, 12.5), (3, -100.0)]), of(3, &[]));
        // A January is its December, and what is not known is nothing.
        assert_eq!((of(0, &[]), of(4, &[]), of(7, &[])), (of(-1, &[]), None, None));
    }

    #[test]
    fn a_lump_without_a_base_has_no_sum_where_it_is_needed() {
        let sum = |month| Some(figures(month)?.0);
        let base = |month| if month == 1 { None } else { comparable_base(sum(month)?, Some(10.0), None) };
        assert!(three_months(2, sum, base, |_| None).is_some(), "March has a base of its own");
        assert_eq!(three_months(2, sum, base, |_| Some(5.0)), None);
        assert_eq!(three_months(3, sum, base, |_| Some(5.0)), None);
    }

    #[test]
    fn a_group_adds_what_its_share_and_growth_say() {
        // 35% of 35110.3 and a growth of 6.6%, in a whole that grew by 3.5%.
        let total = 35110.3;
        let value = 0.35 * total;
        let group = contribution((value, value / 1.066), (total, total / 1.035)).unwrap();
        assert!((group.base_share - 33.982_176_360_2).abs() < 1e-9, "{group:?}");
        assert!((group.points - 2.242_823_639_8).abs() < 1e-9, "{group:?}");
        assert!((group.rate.unwrap() - 64.080_675_422_1).abs() < 1e-9, "{group:?}");
        assert!((group.share_change.unwrap() - (35.0 - group.base_share)).abs() < 1e-9);
        assert_eq!(contribution((1.0, 1.0), (5.0, 0.0)), None);
        assert_eq!(contribution((1.0, 2.0), (100.0, 100.05)).unwrap().rate, None, "too little growth");
        assert_eq!(contribution((1.0, 2.0), (-1.0, 10.0)).unwrap().share_change, None);
    }
}
