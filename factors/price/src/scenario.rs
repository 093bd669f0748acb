//! Where CPI and PPI are going, and the gap between them.

use rotor_factor::{Date, Month, Panel, Table};
use rotor_stats::{equal, less_than};

/// How a direction is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Months over which CPI and PPI change.
    pub(crate) n_months: usize,
    /// A change below it is none, in percentage points.
    pub(crate) band: f64,
}

/// CPI and PPI of a market.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario<'a> {
    cpi: Panel<'a>,
    ppi: Panel<'a>,
    market: usize,
    options: Options,
}

/// One month of the table of the gap.
struct Row {
    month: i32,
    cpi: f64,
    ppi: f64,
    /// Whether PPI falls while CPI does not; `None` without values to compare with.
    narrows: Option<bool>,
}

impl Row {
    /// Returns PPI - CPI in percentage points, unless they are beyond all numbers.
    fn gap(&self) -> Option<f64> {
        Some(self.ppi - self.cpi).filter(|gap| gap.is_finite())
    }
}

impl<'a> Scenario<'a> {
    pub(crate) fn new(cpi: Panel<'a>, ppi: Panel<'a>, market: usize, options: Options) -> Self {
        Self { cpi, ppi, market, options }
    }

    /// Returns the signs of the changes of CPI and PPI to their last public months, which may differ.
    pub(crate) fn directions(&self) -> (f64, f64) {
        (self.direction(&self.cpi), self.direction(&self.ppi))
    }

    fn direction(&self, panel: &Panel<'_>) -> f64 {
        let change = panel
            .latest(self.market)
            .and_then(|(lag, value)| Some(value - panel.get(self.market, lag + self.options.n_months)?));
        // A change of just the band counts: 0.1 is not below 0.1.
        match change {
            Some(change) if !less_than(change.abs(), self.options.band) && !equal(change, 0.0) => {
                change.signum()
            }
            _ => 0.0,
        }
    }

    /// The tables of the report: the gap by month, the episodes in which it narrows, and where it stands.
    pub(crate) fn tables(&self, directions: (f64, f64)) -> [Table; 3] {
        let rows = self.rows();
        [gaps(&rows), episodes_table(&rows), stand(&rows, directions)]
    }

    /// The months in which both are public.
    fn rows(&self) -> Vec<Row> {
        let last = self.cpi.last().index();
        let change = |panel: &Panel<'_>, month: i32| {
            Some(
                panel.at(self.market, month)?
                    - panel.at(self.market, month - self.options.n_months as i32)?,
            )
        };
        let row = |month: i32| {
            let narrows = change(&self.cpi, month)
                .zip(change(&self.ppi, month))
                .map(|(cpi, ppi)| less_than(ppi, 0.0) && !less_than(cpi, 0.0));
            let (cpi, ppi) = (self.cpi.at(self.market, month)?, self.ppi.at(self.market, month)?);
            Some(Row { month, cpi, ppi, narrows })
        };
        (last + 1 - self.cpi.n_periods() as i32..=last).filter_map(row).collect()
    }
}

/// The table of CPI, PPI and the gap PPI - CPI by month, in percentage points.
fn gaps(rows: &[Row]) -> Table {
    let number = |of: fn(&Row) -> Option<f64>| rows.iter().map(of).collect();
    Table::new("gap")
        .dates("month", rows.iter().map(|row| last_day(row.month)).collect())
        .numbers("cpi", number(|row| Some(row.cpi)))
        .numbers("ppi", number(|row| Some(row.ppi)))
        .numbers("gap", number(Row::gap))
        .numbers("narrows", number(|row| row.narrows.map(|narrows| f64::from(u8::from(narrows)))))
}

/// The first and the last month of each episode in which the gap narrows: months in a row in which PPI falls while CPI does not.
fn episodes(rows: &[Row]) -> Vec<(&Row, &Row)> {
    let is_one = |a: &Row, b: &Row| a.narrows == b.narrows && b.month == a.month + 1;
    rows.chunk_by(is_one)
        .filter_map(|rows| Some((rows.first()?, rows.last()?)))
        .filter(|(first, _)| first.narrows == Some(true))
        .collect()
}

fn episodes_table(rows: &[Row]) -> Table {
    let episodes = episodes(rows);
    Table::new("episodes")
        .dates("first", episodes.iter().map(|(first, _)| last_day(first.month)).collect())
        .dates("last", episodes.iter().map(|(_, last)| last_day(last.month)).collect())
        .numbers("gap_first", episodes.iter().map(|(first, _)| first.gap()).collect())
        .numbers("gap_last", episodes.iter().map(|(_, last)| last.gap()).collect())
}

/// The table of the last month: the gap against the month before, the scenario, and the last episode of narrowing.
///
/// `kind` is 1 while the gap narrows, 0 where an episode has ended, 2 where there was none, 3 where it cannot be said.
fn stand(rows: &[Row], directions: (f64, f64)) -> Table {
    let last = rows.last();
    let before =
        last.and_then(|last| rows.iter().rev().nth(1).filter(|before| before.month == last.month - 1));
    let episode = episodes(rows).pop();
    let kind = last.map(|last| match (last.narrows, episode) {
        (None, _) => 3.0,
        (Some(true), _) => 1.0,
        (Some(false), Some(_)) => 0.0,
        (Some(false), None) => 2.0,
    });
    // A day is never empty: without an episode it is that of the row, which `kind` then says.
    let day = |of: Option<&Row>| of.or(last).map(|row| last_day(row.month)).into_iter().collect::<Vec<_>>();
    let number = |value: Option<f64>| last.map(|_| value).into_iter().collect::<Vec<_>>();
    Table::new("stand")
        .dates("month", day(last))
        .numbers("cpi", number(last.map(|row| row.cpi)))
        .numbers("ppi", number(last.map(|row| row.ppi)))
        .numbers("gap", number(last.and_then(Row::gap)))
        .numbers("gap_before", number(before.and_then(Row::gap)))
        .numbers("direction_cpi", number(Some(directions.0)))
        .numbers("direction_ppi", number(Some(directions.1)))
        .numbers("kind", number(kind))
        .dates("since", day(episode.map(|(first, _)| first)))
        .dates("until", day(episode.map(|(_, last)| last)))
        .numbers("gap_then", number(episode.and_then(|(first, _)| first.gap())))
        .numbers("gap_end", number(episode.and_then(|(_, last)| last.gap())))
}

fn last_day(month: i32) -> Date {
    Month::from_index(month).map_or(Date::MIN, Month::last_day)
}
