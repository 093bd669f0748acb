//! How values are spread: quartiles, whiskers, mean.

use super::BoxRow;

/// The numbers of a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The furthest values within one and a half interquartile ranges of the quartiles.
    pub whiskers: (f64, f64),
    /// The lower and the upper quartile, linear between neighbours (Hyndman and Fan 1996, type 7, as in most programs).
    pub quartiles: (f64, f64),
    /// The median.
    pub median: f64,
    /// The mean.
    pub mean: f64,
}

impl BoxRow {
    /// Returns how the values are spread; `None` without values.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let place = share * (sorted.len() - 1) as f64;
            let below = place.floor() as usize;
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
        };
        if sorted.is_empty() {
            return None;
        }
        let quartiles = (quantile(0.25), quantile(0.75));
        let reach = 1.5 * (quartiles.1 - quartiles.0);
        let low = sorted.iter().find(|value| **value >= quartiles.0 - reach);
        let high = sorted.iter().rfind(|value| **value <= quartiles.1 + reach);
        Some(Spread {
            whiskers: (*low.unwrap_or(&quartiles.0), *high.unwrap_or(&quartiles.1)),
            quartiles,
            median: quantile(0.5),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: `boxplot.stats` with type 7 quartiles, `quantile(c(1:9, 30))`.
    #[test]
    fn outliers_lie_beyond_the_whiskers() {
        let values = [30.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let row = BoxRow { name: String::new(), values: values.into(), current: None };
        let spread = row.spread().unwrap();
        assert_eq!(
            (spread.quartiles, spread.median, spread.whiskers, spread.mean),
            ((3.25, 7.75), 5.5, (1.0, 9.0), 7.5)
        );
        assert_eq!(BoxRow { values: Vec::new(), ..row }.spread(), None);
    }
}
