//! The series that are linked to sectors.

use crate::{Measure, Panel, abi};

/// The series that a dataset links to sectors, with their values.
#[derive(Clone, Debug)]
pub struct Links<'a> {
    pub(crate) series: Vec<LinkedSeries<'a>>,
    // Invariant: `starts` has one entry more than there are sectors, ascending and inside `links`.
    pub(crate) starts: &'a [u32],
    pub(crate) links: &'a [abi::Link],
}

/// A series that is linked to sectors, one row per market.
#[derive(Clone, Copy, Debug)]
pub struct LinkedSeries<'a> {
    /// Its name in the dataset.
    pub name: &'a str,
    /// Its unit, such as `percent`.
    pub unit: &'a str,
    /// Its values, one row per market. Daily and weekly series have windows of days.
    pub panel: Panel<'a>,
    pub(crate) measure: Option<Measure>,
}

impl LinkedSeries<'_> {
    /// Returns what it measures; `None` if the dataset does not say, or the host is older than the question.
    #[must_use]
    pub fn measure(&self) -> Option<Measure> {
        self.measure
    }
}

/// The link of a series to a sector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The position of the series in [`Links::series`].
    pub series: usize,
    /// +1 if more is better for the sector, −1 if more is worse.
    pub polarity: f64,
    /// The weight among the series of the sector, above zero.
    pub weight: f64,
}

impl<'a> Links<'a> {
    /// Returns the linked series in the order of their names.
    #[must_use]
    pub fn series(&self) -> &[LinkedSeries<'a>] {
        &self.series
    }

    /// Returns the links of a sector, in the order of the series.
    ///
    /// # Panics
    ///
    /// If the view has no sector at this position.
    #[must_use]
    pub fn of(&self, sector: usize) -> impl ExactSizeIterator<Item = Link> + use<'a> {
        let part = self.starts[sector] as usize..self.starts[sector + 1] as usize;
        self.links[part].iter().map(|link| Link {
            series: link.series as usize,
            polarity: f64::from(link.polarity),
            weight: link.weight,
        })
    }
}
