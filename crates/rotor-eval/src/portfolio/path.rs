//! Net values from value to value, and the returns between their days.
//!
//! Where a run follows net values from day to day a path has a value for each trading day, else one for each exit. What lies between
//! two months that do not follow each other in a section is cut out, and the rest is put end to end.

use rotor_factor::{Date, Month};
use rotor_run::metrics::{Basis, CalendarMonth, LastMonths, Metric, Reason, SpanReturn, YearValue};
use rotor_run::{Execution, Run};

use super::series::{Series, both, relative_value};
use crate::metric::{MetricOf, at_least};

/// The numbers of last months whose return is given.
const LAST_MONTHS: [usize; 4] = [1, 3, 12, 36];

/// What 1 becomes, day by day or exit by exit.
pub(super) struct Path {
    /// The days, ascending, with the value on each: finite, and not below 0.
    points: Vec<(Date, f64)>,
    /// Why there is no net value on these days.
    fault: Option<Reason>,
}

/// A portfolio and a benchmark on the same days.
pub(super) struct PairOfPaths {
    pub(super) basis: Basis,
    pub(super) ours: Path,
    pub(super) theirs: Path,
    /// Ours in units of theirs.
    pub(super) relative: Path,
}

/// The day on which the holdings of a month are bought: that on which those of the month before are sold, which is later than the
/// execution day where the next close is traded.
fn entry(executions: &[Execution], month: usize) -> Date {
    let as_of = executions[month].as_of;
    month.checked_sub(1).map_or(as_of, |before| executions[before].exit.max(as_of))
}

/// The first and the last day of each stretch of months that follow each other.
fn stretches(executions: &[Execution], months: &[usize]) -> Vec<(Date, Date)> {
    let of = |stretch: &[usize]| (entry(executions, stretch[0]), executions[stretch[stretch.len() - 1]].exit);
    months.chunk_by(|month, next| month + 1 == *next).map(of).collect()
}

/// Puts the growths of several stretches end to end: each is followed from its first value on.
fn chained<'v>(stretches: impl Iterator<Item = &'v [(Date, f64)]>) -> Path {
    let mut points: Vec<(Date, f64)> = Vec::new();
    for stretch in stretches {
        let Some((first, base)) = stretch.first() else { continue };
        let level = points.last().map_or(1.0, |(_, level)| *level);
        // The first value of a later stretch is that of the end of the one before.
        if points.is_empty() {
            points.push((*first, level));
        }
        let value = |value: f64| if level == 0.0 { 0.0 } else { level * (value / base) };
        points.extend(stretch[1..].iter().map(|(day, on_day)| (*day, value(*on_day))));
    }
    Path::new(points)
}

/// Returns the values of the days from the first to the last, both among them.
fn within(values: &[(Date, f64)], (first, last): (Date, Date)) -> &[(Date, f64)] {
    let from = values.partition_point(|(day, _)| *day < first);
    let to = values.partition_point(|(day, _)| *day <= last);
    &values[from..to.max(from)]
}

/// Returns what 1 becomes over months with these growths, exit by exit.
fn at_exits(executions: &[Execution], months: &[usize], growths: impl Iterator<Item = f64>) -> Path {
    let Some(first) = months.first() else { return Path::new(Vec::new()) };
    let mut points = vec![(entry(executions, *first), 1.0)];
    let (mut level, mut is_below) = (1.0, false);
    for (month, growth) in months.iter().zip(growths) {
        level *= growth;
        is_below |= growth < 0.0;
        points.push((executions[*month].exit, level));
    }
    // Growths below 0 must not make up for each other.
    let path = Path::new(points);
    if is_below { path.with_fault(Reason::BeyondTotalLoss) } else { path }
}

/// Follows a portfolio over the months of a section.
pub(super) fn path(run: &Run, series: &Series<'_>, included: &[usize]) -> (Basis, Path) {
    if series.nav.is_empty() {
        let held = included.iter().filter_map(|month| Some((*month, 1.0 + series.returns[*month]?)));
        let (months, growths): (Vec<usize>, Vec<f64>) = held.unzip();
        return (Basis::PeriodEnds, at_exits(&run.executions, &months, growths.into_iter()));
    }
    let stretches = stretches(&run.executions, included);
    (Basis::Daily, chained(stretches.iter().map(|stretch| within(&series.nav, *stretch))))
}

/// Follows returns of months, exit by exit.
pub(super) fn path_of_returns(executions: &[Execution], months: &[usize], returns: &[f64]) -> Path {
    at_exits(executions, months, returns.iter().map(|value| 1.0 + value))
}

/// Follows a portfolio and a benchmark over the days of a section on which both have a value.
pub(super) fn pair(run: &Run, ours: &Series<'_>, theirs: &Series<'_>, included: &[usize]) -> PairOfPaths {
    if ours.nav.is_empty() || theirs.nav.is_empty() {
        let (months, ours, theirs) = both(ours, theirs, included);
        let growths = ours.iter().zip(&theirs).map(|(ours, theirs)| (1.0 + ours) / (1.0 + theirs));
        let relative = at_exits(&run.executions, &months, growths);
        let relative = match relative_value(&ours, &theirs) {
            Err(reason) => relative.with_fault(reason),
            Ok(_) => relative,
        };
        return PairOfPaths {
            basis: Basis::PeriodEnds,
            ours: path_of_returns(&run.executions, &months, &ours),
            theirs: path_of_returns(&run.executions, &months, &theirs),
            relative,
        };
    }
    let mut common: [Vec<Vec<(Date, f64)>>; 3] = Default::default();
    for stretch in stretches(&run.executions, included) {
        let mut theirs = within(&theirs.nav, stretch).iter().peekable();
        let mut of_stretch: [Vec<(Date, f64)>; 3] = Default::default();
        for (day, ours) in within(&ours.nav, stretch) {
            while theirs.next_if(|(other, _)| other < day).is_some() {}
            let Some((_, theirs)) = theirs.next_if(|(other, _)| other == day) else { continue };
            for (values, value) in of_stretch.iter_mut().zip([*ours, *theirs, ours / theirs]) {
                values.push((*day, value));
            }
        }
        for (all, one) in common.iter_mut().zip(of_stretch) {
            all.push(one);
        }
    }
    let has_lost_all = common[1].iter().flatten().any(|(_, value)| *value == 0.0);
    let [ours, theirs, relative] =
        common.map(|stretches| chained(stretches.iter().map(std::vec::Vec::as_slice)));
    let relative = if has_lost_all { relative.with_fault(Reason::BenchmarkLostAll) } else { relative };
    PairOfPaths { basis: Basis::Daily, ours, theirs, relative }
}

/// The places of the first and the last value of a return.
type Ends = (usize, usize);

impl Path {
    fn new(points: Vec<(Date, f64)>) -> Self {
        let fault = if points.iter().any(|(_, value)| *value < 0.0) {
            Some(Reason::BeyondTotalLoss)
        } else if points.iter().any(|(_, value)| !value.is_finite()) {
            Some(Reason::OutOfRange)
        } else {
            None
        };
        Self { points, fault }
    }

    fn with_fault(self, reason: Reason) -> Self {
        Self { fault: Some(reason), ..self }
    }

    /// Returns days and values, or why there are none.
    pub(super) fn points(&self) -> Result<&[(Date, f64)], Reason> {
        match &self.fault {
            Some(reason) => Err(reason.clone()),
            None => at_least(1, self.n()).map(|()| self.points.as_slice()),
        }
    }

    /// Returns how many values follow the first.
    pub(super) fn n(&self) -> usize {
        self.points.len().saturating_sub(1)
    }

    /// Returns the ends of the parts of the path that share a key, each from the last value before it, the first from the first value.
    fn parts<K: PartialEq>(&self, key: impl Fn(Date) -> K) -> Vec<(K, Ends)> {
        let mut parts = Vec::new();
        let mut start: usize = 0;
        for part in self.points.chunk_by(|(day, _), (next, _)| key(*day) == key(*next)) {
            let ends = (start.saturating_sub(1), start + part.len() - 1);
            if ends.1 > ends.0 {
                parts.push((key(part[0].0), ends));
            }
            start += part.len();
        }
        parts
    }

    /// Returns the place of the last value on or before a day.
    fn on_or_before(&self, day: Date) -> Option<usize> {
        self.points.partition_point(|(known, _)| *known <= day).checked_sub(1)
    }

    fn gain(&self, (from, to): Ends) -> Result<f64, Reason> {
        if let Some(reason) = &self.fault {
            return Err(reason.clone());
        }
        let (before, after) = (self.points[from].1, self.points[to].1);
        if before == 0.0 { Err(Reason::NothingHeld) } else { Ok(after / before - 1.0) }
    }
}

/// Returns the return between two places of a path, or of a path less another one.
type GainOf<'g> = &'g dyn Fn(Ends) -> Result<f64, Reason>;

/// The returns of a path by the calendar.
pub(super) struct CalendarReturns {
    pub(super) years: Vec<YearValue>,
    pub(super) months: Vec<CalendarMonth>,
    pub(super) rolling_years: Vec<CalendarMonth>,
    pub(super) year_to_date: SpanReturn,
    pub(super) last_months: Vec<LastMonths>,
    pub(super) since_start: SpanReturn,
}

impl CalendarReturns {
    /// Of one path.
    pub(super) fn of(path: &Path) -> Self {
        Self::new(path, &|ends| path.gain(ends))
    }

    /// Of one less the other; both have the same days.
    pub(super) fn of_difference(ours: &Path, theirs: &Path) -> Self {
        Self::new(ours, &|ends| Ok(ours.gain(ends)? - theirs.gain(ends)?))
    }

    fn new(path: &Path, gain: GainOf<'_>) -> Self {
        let n = path.n();
        let metric = |(from, to): Ends| Metric::new(to - from, gain((from, to)));
        let span = |ends: Ends| SpanReturn {
            from: Some(path.points[ends.0].0),
            to: Some(path.points[ends.1].0),
            value: metric(ends),
        };
        let none = |reason: Reason| SpanReturn {
            from: None,
            to: None,
            value: Metric::new(0, Err::<f64, _>(reason)),
        };
        let years: Vec<YearValue> = path
            .parts(|day| day.month().year())
            .into_iter()
            .map(|(year, ends)| YearValue { year, span: span(ends) })
            .collect();
        let of_months = path.parts(Date::month);
        let rolling = |twelve: &[(Month, Ends)]| {
            let ((first, (from, _)), (last, (_, to))) = (twelve[0], twelve[11]);
            let follow = last.index() - first.index() == 11;
            follow.then(|| CalendarMonth { month: last, value: metric((from, to)) })
        };
        let too_few = at_least(1, n).err();
        let last = |n_months: usize| {
            let span = match &too_few {
                Some(reason) => none(reason.clone()),
                None => match path.before_last(n_months) {
                    Some(from) => span((from, n)),
                    None => none(Reason::BeginsLater),
                },
            };
            LastMonths { n_months, span }
        };
        Self {
            since_start: match &too_few {
                Some(reason) => none(reason.clone()),
                None => span((0, n)),
            },
            year_to_date: match (years.last(), &too_few) {
                (Some(year), _) => year.span.clone(),
                (None, reason) => none(reason.clone().unwrap_or(Reason::BeginsLater)),
            },
            rolling_years: of_months.windows(12).filter_map(rolling).collect(),
            months: of_months
                .iter()
                .map(|(month, ends)| CalendarMonth { month: *month, value: metric(*ends) })
                .collect(),
            last_months: LAST_MONTHS.map(last).into(),
            years,
        }
    }
}

impl Path {
    /// Returns the place of the last value on or before the day of the last one so many calendar months earlier, or that month's last
    /// day.
    fn before_last(&self, n_months: usize) -> Option<usize> {
        let (last, _) = self.points.last()?;
        let (_, _, number) = last.ymd();
        let month = last.month().plus(-(n_months as i32))?;
        let (year, of_year) = (month.year(), month.number());
        self.on_or_before(Date::new(year, of_year, number).unwrap_or(month.last_day()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawdown::Drawdowns;
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Lines of a day and a value.
    fn values(text: &str) -> Vec<(Date, f64)> {
        let row = |line: &str| {
            let (day, value) = line.trim().split_once(' ')?;
            Some((date(day), value.trim().parse().unwrap()))
        };
        text.lines().filter_map(row).collect()
    }

    fn series(nav: Vec<(Date, f64)>, n_months: usize) -> Series<'static> {
        Series { name: "top", is_benchmark: false, returns: vec![None; n_months], nav }
    }

    /// Executions on the given days, each held to the next.
    fn run(days: &[&str]) -> Run {
        let execution = |pair: &[&str]| Execution {
            as_of: date(pair[0]),
            month: date(pair[0]).month().plus(-1).unwrap(),
            exit: date(pair[1]),
            is_kept: true,
        };
        Run { executions: days.windows(2).map(execution).collect(), ..Run::default() }
    }

    fn shown(value: &Metric) -> String {
        match &value.value {
            Ok(number) => format!("{:.4}/{}", number, value.n),
            Err(reason) => format!("{reason:?}"),
        }
    }

    const DAYS: &str = "
        2019-11-01 1.0
        2019-11-29 1.1
        2019-12-02 1.21
        2019-12-31 1.1
        2020-01-02 1.32
        2020-01-31 1.32
        2020-02-03 0.99
    ";

    #[test]
    fn the_calendar_is_that_of_the_closes() {
        let run = run(&["2019-11-01", "2019-12-02", "2020-01-02", "2020-02-03"]);
        let (basis, path) = path(&run, &series(values(DAYS), 3), &[0, 1, 2]);
        assert_eq!(basis, Basis::Daily);
        let found = CalendarReturns::of(&path);
        let years: Vec<String> = found
            .years
            .iter()
            .map(|one| {
                let (from, to) = (one.span.from.unwrap(), one.span.to.unwrap());
                format!("{} {from} {to} {}", one.year, shown(&one.span.value))
            })
            .collect();
        // The first from the first execution, the other from the last close of the year before to its own last close.
        assert_eq!(years, ["2019 2019-11-01 2019-12-31 0.1000/3", "2020 2019-12-31 2020-02-03 -0.1000/3"]);
        let months: Vec<String> =
            found.months.iter().map(|one| format!("{} {}", one.month, shown(&one.value))).collect();
        assert_eq!(months, ["2019-11 0.1000/1", "2019-12 0.0000/2", "2020-01 0.2000/2", "2020-02 -0.2500/1"]);
        assert_eq!(found.year_to_date, found.years[1].span);
        // 3 February less one month is 3 January: the last close by then is that of the 2nd; three months are 3 November.
        let last: Vec<String> = found.last_months.iter().map(|one| shown(&one.span.value)).collect();
        assert_eq!(last, ["-0.2500/2", "-0.0100/6", "BeginsLater", "BeginsLater"]);
        assert_eq!(shown(&found.since_start.value), "-0.0100/6");
        assert!(found.rolling_years.is_empty());
        let falls = Drawdowns::of(&path);
        assert_eq!(falls.deepest.days, Some((date("2020-01-02"), date("2020-02-03"))));
        assert_eq!((falls.deepest.depth.get(), falls.deepest.depth.n), (Some(0.99 / 1.32 - 1.0), 6));
        assert_eq!(falls.list[1].recovery, Some(date("2020-01-02")));
    }

    #[test]
    fn the_day_of_a_shorter_month_is_its_last() {
        let path = Path::new(values(
            "2019-02-28 1.0
             2019-03-01 2.0
             2020-02-28 3.0
             2020-02-29 4.0
             2020-03-31 5.0",
        ));
        let found = CalendarReturns::of(&path);
        let from: Vec<Option<Date>> = found.last_months.iter().map(|one| one.span.from).collect();
        assert_eq!(
            from,
            [Some(date("2020-02-29")), Some(date("2019-03-01")), Some(date("2019-03-01")), None]
        );
        assert!(found.rolling_years.is_empty(), "the months between have no values");
    }

    #[test]
    fn twelve_months_that_follow_each_other_begin_with_the_first() {
        let first = date("2019-01-10");
        let month_ends = (0..14).map(|n| first.month().plus(n).unwrap().last_day());
        let days = [first].into_iter().chain(month_ends).zip((1..).map(f64::from));
        let rolling = CalendarReturns::of(&Path::new(days.collect())).rolling_years;
        let rolling: Vec<String> =
            rolling.iter().map(|one| format!("{} {}", one.month, shown(&one.value))).collect();
        // 13, 14 and 15 over 1, 2 and 3.
        assert_eq!(rolling, ["2019-12 12.0000/12", "2020-01 6.0000/12", "2020-02 4.0000/12"]);
    }

    #[test]
    fn what_lies_between_two_stretches_is_cut_out() {
        let run = run(&["2019-11-01", "2019-12-02", "2020-01-02", "2020-02-03"]);
        let (_, path) = path(&run, &series(values(DAYS), 3), &[0, 2]);
        let days: Vec<String> = path.points.iter().map(|(day, value)| format!("{day} {value:.3}")).collect();
        // From 2 December to 2 January the portfolio rose from 1.21 to 1.32, which is no part of it.
        assert_eq!(
            days,
            [
                "2019-11-01 1.000",
                "2019-11-29 1.100",
                "2019-12-02 1.210",
                "2020-01-31 1.210",
                "2020-02-03 0.907"
            ]
        );
    }

    #[test]
    fn a_ratio_begins_on_the_first_day_that_both_have() {
        let run = run(&["2019-11-01", "2019-12-02", "2020-01-02", "2020-02-03"]);
        let theirs = values(
            "2019-12-02 1.0
             2019-12-30 7.0
             2019-12-31 1.25
             2020-02-03 1.0",
        );
        let pair = pair(&run, &series(values(DAYS), 3), &series(theirs, 3), &[0, 1, 2]);
        let points: Vec<(String, f64)> =
            pair.relative.points.iter().map(|(day, value)| (day.to_string(), *value)).collect();
        assert_eq!(points[0], ("2019-12-02".into(), 1.0));
        assert_eq!(points.len(), 3);
        assert!((points[1].1 - 1.1 / 1.21 / 1.25).abs() < 1e-15 && points[1].0 == "2019-12-31");
        let years = CalendarReturns::of_difference(&pair.ours, &pair.theirs).years;
        assert!((years[0].span.value.get().unwrap() - (1.1 / 1.21 - 1.25)).abs() < 1e-15);
        assert!((years[1].span.value.get().unwrap() - (0.99 / 1.1 - 1.0 / 1.25)).abs() < 1e-15);
    }

    #[test]
    fn without_days_a_path_has_period_ends() {
        let run = run(&["2019-11-29", "2019-12-31", "2020-01-23", "2020-02-28"]);
        let monthly = Series { returns: vec![Some(0.1), Some(-0.5), None], ..series(Vec::new(), 3) };
        let (basis, path) = path(&run, &monthly, &[0, 1, 2]);
        assert_eq!((basis, path.n()), (Basis::PeriodEnds, 2));
        let found = CalendarReturns::of(&path);
        let months: Vec<String> =
            found.months.iter().map(|one| format!("{} {}", one.month, shown(&one.value))).collect();
        assert_eq!(months, ["2019-12 0.1000/1", "2020-01 -0.5000/1"]);
        // 23 January less one month is 23 December: the last period end by then is the first day.
        assert_eq!(shown(&found.last_months[0].span.value), "-0.4500/2");
    }

    #[test]
    fn what_is_below_zero_or_lost_has_a_reason() {
        let lost = Path::new(values("2019-11-01 1.0\n2019-12-31 0.0\n2020-01-02 0.0"));
        let found = CalendarReturns::of(&lost);
        assert_eq!(shown(&found.years[0].span.value), "-1.0000/1");
        assert_eq!(shown(&found.years[1].span.value), "NothingHeld");
        let below = Path::new(values("2019-11-01 1.0\n2019-12-31 -0.1"));
        assert_eq!(CalendarReturns::of(&below).years[0].span.value.value, Err(Reason::BeyondTotalLoss));
        let none = Path::new(Vec::new());
        assert_eq!(
            CalendarReturns::of(&none).year_to_date.value.value,
            Err(Reason::TooFew { n: 0, needed: 1 })
        );
        // A benchmark that has lost all is no unit.
        let run = run(&["2019-11-01", "2020-01-02"]);
        let theirs = values("2019-11-01 1.0\n2019-12-31 0.0\n2020-01-02 0.0");
        let pair = pair(&run, &series(values(DAYS), 1), &series(theirs, 1), &[0]);
        assert_eq!(Drawdowns::of(&pair.relative).deepest.depth.value, Err(Reason::BenchmarkLostAll));
    }
}
