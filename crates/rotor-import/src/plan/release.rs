//! Since when a value was known.

use rotor_factor::Date;
use serde::Deserialize;

use super::ColumnName;
use super::choice::optional_day;

/// The rule for the day on which a value became public.
///
/// One of `column`, `calendar`, `days`, `trading_day`, `deadline`, `same_day`, `next_trading_day` and `vintage`; `else_days` belongs to
/// `calendar` and `column`, and a `vintage` beside another rule is the day before which nothing of the file can have been known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasePlan {
    /// The column with the day.
    pub column: Option<ColumnName>,
    /// How the day is written there; the usual forms are known without it.
    pub format: Option<String>,
    /// A calendar of releases: one that is shipped, such as `cn_cpi`, or a CSV file with `period` and `released`.
    pub calendar: Option<String>,
    /// Days after the period, for periods that the calendar does not have and cells that are empty.
    pub else_days: Option<u16>,
    /// Days after the end of the period.
    pub days: Option<u16>,
    /// The trading day of the month after the period, 1 for the first.
    pub trading_day: Option<u8>,
    /// A statutory deadline, `cn.report`.
    pub deadline: Option<String>,
    /// The period itself: closes, and what exchanges publish in the evening.
    #[serde(default)]
    pub same_day: bool,
    /// The trading day after it.
    #[serde(default)]
    pub next_trading_day: bool,
    /// The day of the vintage.
    pub vintage: Option<VintageOf>,
}

/// Where the day of a vintage stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum VintageOf {
    /// In the plan.
    Day(#[serde(deserialize_with = "required_day")] Date),
    /// A pattern with one group.
    Pattern {
        /// In the header of the column.
        header: Option<String>,
        /// In the name of the file.
        file: Option<String>,
        /// How the day is written.
        format: Option<String>,
    },
}

fn required_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    use serde::de::Error;
    optional_day(deserializer)?.ok_or_else(|| D::Error::custom("a day is expected"))
}

impl ReleasePlan {
    /// How many rules it has, of which there must be one; a vintage beside another counts as none.
    pub(crate) fn n_rules(&self) -> usize {
        let rules = [
            self.column.is_some(),
            self.calendar.is_some(),
            self.days.is_some(),
            self.trading_day.is_some(),
            self.deadline.is_some(),
            self.same_day,
            self.next_trading_day,
        ];
        let n = rules.iter().filter(|is_there| **is_there).count();
        n.max(usize::from(self.vintage.is_some()))
    }
}
