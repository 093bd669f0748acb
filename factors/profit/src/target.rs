//! Which month is forecast, and which months between confirm it.

/// What is forecast from a base quarter; months as positions on the calendar, January 1970 being 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// B, the last month of the last public quarter.
    pub(crate) base: i32,
    /// T.
    pub(crate) month: i32,
    /// M: the two months before T, as far as they lie after B and are no January.
    pub(crate) between: [Option<i32>; 2],
}

impl Target {
    /// Returns the latest quarter-end after the base quarter up to `frontier`, the month after the last public
    /// industrial growth; without one, `frontier` itself. `None` if it does not lie after the base quarter.
    pub(crate) fn new(base: i32, frontier: i32) -> Option<Self> {
        if frontier <= base {
            return None;
        }
        let quarter_end = frontier - (frontier + 1).rem_euclid(3);
        let month = if quarter_end > base { quarter_end } else { frontier };
        let between = [month - 2, month - 1];
        Some(Self {
            base,
            month,
            between: between.map(|month| (month > base && !is_january(month)).then_some(month)),
        })
    }
}

/// There are no January figures of industrial profits.
pub(crate) fn is_january(month: i32) -> bool {
    month.rem_euclid(12) == 0
}

/// Tells whether a month ends a quarter.
pub(crate) fn is_quarter_end(month: i32) -> bool {
    month.rem_euclid(3) == 2
}

#[cfg(test)]
mod tests {
    use rotor_factor::{AsOf, Date, Month, Quarter, Released};

    use super::*;

    /// Industrial profits are out 28 days after the end of the month, those of December 34; none of January.
    fn last_industrial(execution: AsOf) -> i32 {
        let is_public = |month: &Month| {
            let lag = if month.number() == 12 { 34 } else { 28 };
            let released = Released(month.last_day().plus_days(lag).unwrap());
            month.number() != 1 && released.is_public(execution)
        };
        let months = (0..12).filter_map(|lag| execution.0.month().plus(-lag));
        months.filter(is_public).map(Month::index).max().unwrap()
    }

    /// Reports are out by 30 April (of the year and of the first quarter), 31 August and 31 October.
    fn last_quarter(execution: AsOf) -> i32 {
        let deadline = |quarter: &Quarter| {
            let (year, month, day) = match quarter.number() {
                1 => (quarter.year(), 4, 30),
                2 => (quarter.year(), 8, 31),
                3 => (quarter.year(), 10, 31),
                _ => (quarter.year() + 1, 4, 30),
            };
            Released(Date::new(year, month, day).unwrap())
        };
        let quarters = (0..8).filter_map(|lag| execution.0.quarter().plus(-lag));
        quarters
            .filter(|quarter| deadline(quarter).is_public(execution))
            .map(|quarter| quarter.last_month().index())
            .max()
            .unwrap()
    }

    fn name(month: i32) -> &'static str {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            [month.rem_euclid(12) as usize]
    }

    /// Execution, base quarter, target, months between: the same in every year, whichever day trade begins.
    const CALENDAR: &str = "
        Jan Sep Dec Oct,Nov
        Feb Sep Dec Oct,Nov
        Mar Sep Dec Oct,Nov
        Apr Sep Mar Feb
        May Mar Apr -
        Jun Mar May Apr
        Jul Mar Jun Apr,May
        Aug Mar Jun Apr,May
        Sep Jun Aug Jul
        Oct Jun Sep Jul,Aug
        Nov Sep Oct -
        Dec Sep Nov Oct
    ";

    #[test]
    fn the_calendar_is_that_of_every_year() {
        let expected: Vec<&str> = CALENDAR.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        for year in 2011..=2025 {
            for (number, expected) in (1..=12).zip(&expected) {
                for day in 1..=10 {
                    let execution = AsOf(Date::new(year, number, day).unwrap());
                    let base = last_quarter(execution);
                    let target = Target::new(base, last_industrial(execution) + 1).unwrap();
                    let between: Vec<&str> =
                        target.between.iter().flatten().map(|month| name(*month)).collect();
                    let between = if between.is_empty() { "-".into() } else { between.join(",") };
                    let line = [name(number as i32 - 1), name(base), name(target.month), &between].join(" ");
                    assert_eq!(&line, expected, "{year}-{number:02}-{day:02}");
                }
            }
        }
    }

    #[test]
    fn a_frontier_at_the_base_has_no_target() {
        assert_eq!(Target::new(5, 5), None);
        assert_eq!(Target::new(5, 4), None);
        // December public, January next: a January can be the target, and is between nowhere.
        assert_eq!(Target::new(11, 12).map(|target| target.month), Some(12));
        assert_eq!(Target::new(11, 13).map(|target| target.between), Some([None, None]));
    }
}
