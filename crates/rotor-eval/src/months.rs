//! Which months are live, and what sectors gained in the months after each.

use rotor_factor::Month;
use rotor_run::Run;
use rotor_strategy::{CrossSections, ScoredSectors};

/// The months of a run.
pub(crate) struct Months<'a> {
    run: &'a Run,
    /// Month by month whether every factor scores at least one sector.
    pub(crate) is_live: Vec<bool>,
}

/// The length of a span, in years.
const SPAN: i32 = 3;

impl<'a> Months<'a> {
    pub(crate) fn new(run: &'a Run, cross_sections: &CrossSections) -> Self {
        let is_live = cross_sections.days.iter().map(ScoredSectors::is_live).collect();
        Self { run, is_live }
    }

    /// Whether a month belongs to a section.
    pub(crate) fn is_in(&self, month: usize, is_live: bool) -> bool {
        !is_live || self.is_live[month]
    }

    fn of(&self, month: usize) -> Month {
        self.run.executions[month].as_of.month()
    }

    /// Returns the calendar year of a month.
    pub(crate) fn year(&self, month: usize) -> i32 {
        self.of(month).year()
    }

    /// Returns the calendar regimes: spans of three years from the first one on, and the quarters of the year.
    pub(crate) fn regimes(&self) -> [Vec<(String, Vec<usize>)>; 2] {
        let n_months = self.run.executions.len();
        let Some(first) = (n_months > 0).then(|| self.year(0)) else { return [Vec::new(), Vec::new()] };
        let span = |month: usize| (self.year(month) - first) / SPAN;
        let name = |span: i32| format!("{}-{}", first + SPAN * span, first + SPAN * span + SPAN - 1);
        let spans = (0..=span(n_months - 1))
            .map(|number| (name(number), (0..n_months).filter(|month| span(*month) == number).collect()));
        let quarter = |month: usize| (self.of(month).number() as usize - 1) / 3;
        let quarters = (0..4).map(|number| {
            (format!("Q{}", number + 1), (0..n_months).filter(|month| quarter(*month) == number).collect())
        });
        [spans.collect(), quarters.collect()]
    }
}
