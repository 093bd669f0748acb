//! The page of a week, slow and obvious: every number a cell with a name, made of plain rows that are filtered afresh.

mod flows;
pub mod profits;
mod samples;
mod tracking;
mod valuation;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rotor_data::Dataset;
use rotor_data::model::{Accumulation, Event, FilingKind};
use rotor_factor::{Date, EntityKind, Frequency, Measure, Month};

use super::{EPSILON, EntityRow, Facts};

/// A dataset as plain rows, with those that the page alone reads.
#[derive(Clone, Debug)]
pub struct Rows {
    facts: Facts,
    trading_days: Vec<Date>,
    series: Vec<TrackedRow>,
    companies: Vec<CompanyRow>,
    /// By company.
    filings: BTreeMap<String, Vec<FilingRow>>,
    events: Vec<Event>,
    codes: Vec<String>,
}

#[derive(Clone, Debug)]
struct TrackedRow {
    name: String,
    frequency: Frequency,
    measure: Option<Measure>,
    is_ytd: bool,
    is_index: bool,
    chain: Option<String>,
}

#[derive(Clone, Debug)]
struct CompanyRow {
    code: String,
    sector: String,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
}

#[derive(Clone, Debug)]
struct FilingRow {
    period: Date,
    released: Date,
    /// 0 for a report, 1 for the figures in brief, 2 for what is expected.
    rank: u8,
    profit: f64,
    prior: Option<f64>,
    assets: Option<f64>,
}

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The benchmarks in their order; none means all, by code.
    pub benchmarks: Vec<String>,
    /// The financial sectors.
    pub financials: Vec<String>,
    /// The loss beyond which a company is left out of the second sample.
    pub exclude_loss: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            benchmarks: Vec::new(),
            financials: vec!["801780".into(), "801790".into()],
            exclude_loss: 50.0,
        }
    }
}

/// A number or a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number, compared to nine digits.
    Number(f64),
    /// A word, a day, a count or an order of codes.
    Word(String),
}

/// The cells of a page, by name. What could not be computed has none.
#[derive(Clone, Debug, Default)]
pub struct Page {
    cells: BTreeMap<String, Cell>,
    open: BTreeSet<String>,
}

impl Page {
    /// Puts a number, if there is one.
    pub fn number(&mut self, name: impl Display, value: Option<f64>) {
        if let Some(value) = value {
            self.put(name, Cell::Number(value));
        }
    }

    /// Puts a word, if there is one.
    pub fn word(&mut self, name: impl Display, value: Option<impl Display>) {
        if let Some(value) = value {
            self.put(name, Cell::Word(value.to_string()));
        }
    }

    /// Leaves everything open that begins so: the method does not say what it is.
    pub fn leave_open(&mut self, start: impl Display) {
        self.open.insert(start.to_string());
    }

    fn put(&mut self, name: impl Display, cell: Cell) {
        let again = self.cells.insert(name.to_string(), cell);
        assert!(again.is_none(), "`{name}` comes twice");
    }

    /// Returns how many cells there are that are not left open, by the first part of their names.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for name in self.cells.keys().filter(|name| !self.is_open(name)) {
            *counts.entry(name.split('/').next().unwrap_or_default()).or_default() += 1;
        }
        counts
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|start| name.starts_with(start.as_str()))
    }

    /// Returns the cells in which another page differs, with what both have.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.cells.keys().chain(other.cells.keys()).collect();
        let mut differences = Vec::new();
        for name in names.into_iter().filter(|name| !self.is_open(name) && !other.is_open(name)) {
            let (one, two) = (self.cells.get(name), other.cells.get(name));
            let is_same = match (one, two) {
                (Some(Cell::Number(one)), Some(Cell::Number(two))) => super::are_near(Some(*one), Some(*two)),
                _ => one == two,
            };
            if !is_same {
                differences.push(format!("{name}: slow {one:?}, fast {two:?}"));
            }
        }
        differences
    }
}

impl Rows {
    /// Copies the rows of a dataset.
    ///
    /// # Panics
    ///
    /// Never: the rows of a dataset refer to each other.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let facts = Facts::of(dataset);
        let code = |position: u32| dataset.entities()[position as usize].code.clone();
        let series = dataset.series().iter().map(|series| TrackedRow {
            name: series.name.clone(),
            frequency: series.frequency,
            measure: series.measure,
            is_ytd: series.accumulation == Some(Accumulation::YearToDate),
            is_index: series.unit == "index",
            chain: series.chain.clone(),
        });
        let companies = dataset.companies().iter().map(|row| CompanyRow {
            code: row.code.clone(),
            sector: code(row.sector),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        });
        let companies: Vec<CompanyRow> = companies.collect();
        let listed: BTreeSet<&String> = companies.iter().map(|row| &row.code).collect();
        let listed: Vec<&String> = listed.into_iter().collect();
        let filing = |row: &rotor_data::model::Filing| FilingRow {
            period: row.period,
            released: row.released.0,
            rank: match row.kind {
                FilingKind::Report => 0,
                FilingKind::Express => 1,
                FilingKind::Forecast => 2,
            },
            profit: match (row.net_profit_ytd, row.low, row.high) {
                (Some(profit), ..) => profit,
                (None, Some(low), Some(high)) => f64::midpoint(low, high),
                (None, Some(bound), None) | (None, None, Some(bound)) => bound,
                (None, None, None) => panic!("a filing has a profit"),
            },
            prior: row.net_profit_ytd_prior,
            assets: row.total_assets,
        };
        let mut filings: BTreeMap<String, Vec<FilingRow>> = BTreeMap::new();
        for row in dataset.filings() {
            filings.entry(listed[row.company as usize].clone()).or_default().push(filing(row));
        }
        Self {
            trading_days: facts.trading_days(),
            series: series.collect(),
            filings,
            companies,
            events: dataset.events().to_vec(),
            codes: dataset.entities().iter().map(|entity| entity.code.clone()).collect(),
            facts,
        }
    }

    fn of_kind(&self, kind: EntityKind) -> impl Iterator<Item = &EntityRow> {
        self.facts.entities.iter().filter(move |entity| entity.kind == kind)
    }

    fn series(&self, name: &str) -> Option<&TrackedRow> {
        self.series.iter().find(|series| series.name == name)
    }

    /// The days of trading from one to another that are before the day of the page.
    fn days(&self, from: Date, to: Date, day: Date) -> Vec<Date> {
        let is_meant = |date: &&Date| from <= **date && **date <= to && **date < day;
        self.trading_days.iter().filter(is_meant).copied().collect()
    }
}

/// The week of a page.
#[derive(Clone, Debug)]
struct Week {
    monday: Date,
    sunday: Date,
    days: Vec<Date>,
    before: Option<Date>,
}

/// Returns the page of a day.
#[must_use]
pub fn page(rows: &Rows, day: Date, options: &Options) -> Page {
    let mut page = Page::default();
    let Some(week) = week(rows, day) else {
        page.leave_open("");
        return page;
    };
    page.word("week/monday", Some(week.monday));
    page.word("week/sunday", Some(week.sunday));
    page.word("week/days", Some(list(&week.days)));
    page.word("week/before", week.before);
    page.word("week/is_partial", Some(day <= later(week.monday, 4)));
    returns(&mut page, rows, day, &week, options);
    tracking::add(&mut page, rows, day);
    profits::add(&mut page, rows, day, &week);
    samples::add(&mut page, rows, day, options);
    flows::add(&mut page, rows, day, &week);
    events(&mut page, rows, day, &week);
    valuation::add(&mut page, rows, day);
    page
}

fn week(rows: &Rows, day: Date) -> Option<Week> {
    if rows.facts.is_month_end {
        return None;
    }
    let last = rows.trading_days.iter().copied().filter(|date| *date < day).max()?;
    let monday = later(last, 1 - last.weekday() as i32);
    let sunday = later(monday, 6);
    Some(Week {
        monday,
        sunday,
        days: rows.days(monday, sunday, day),
        before: rows.trading_days.iter().copied().filter(|date| *date < monday).max(),
    })
}

/// The gain of an entity over the week of a Monday, of what is before the day.
fn gain(rows: &Rows, code: &str, monday: Date, day: Date) -> Option<f64> {
    let d1 = *rows.days(monday, later(monday, 6), day).last()?;
    let d0 = rows.trading_days.iter().copied().filter(|date| *date < monday).max()?;
    let (dated, now) = rows.facts.last_close(code, d1)?;
    let (_, then) = rows.facts.last_close(code, d0)?;
    (dated > d0).then(|| 100.0 * (now / then - 1.0))
}

fn returns(page: &mut Page, rows: &Rows, day: Date, week: &Week, options: &Options) {
    let d1 = week.days[week.days.len() - 1];
    let own = |code: &str| gain(rows, code, week.monday, day);
    let benchmarks: Vec<&EntityRow> =
        rows.of_kind(EntityKind::Benchmark).filter(|entity| entity.is_alive(d1)).collect();
    let in_order: Vec<&String> = if options.benchmarks.is_empty() {
        benchmarks.iter().map(|entity| &entity.code).collect()
    } else {
        options
            .benchmarks
            .iter()
            .filter(|code| benchmarks.iter().any(|entity| entity.code == **code))
            .collect()
    };
    let first = in_order.first().and_then(|code| own(code));
    if first.is_none() {
        page.leave_open("returns/excess");
    }
    let sectors: Vec<&EntityRow> =
        rows.of_kind(EntityKind::Sector).filter(|entity| entity.is_alive(d1)).collect();
    let mut gains: Vec<(&str, f64)> =
        sectors.iter().filter_map(|sector| Some((sector.code.as_str(), own(&sector.code)?))).collect();
    let shown = in_order.iter().filter_map(|code| Some((code.as_str(), own(code)?)));
    let shown: Vec<(&str, f64)> = shown.collect();
    page.word("returns/benchmarks", Some(list(&codes(&shown))));
    for (code, gain_of_week) in shown.iter().chain(&gains) {
        page.number(format!("returns/value/{code}"), Some(*gain_of_week));
        page.number(format!("returns/excess/{code}"), first.map(|first| gain_of_week - first));
        let weeks = (0..260).map(|lag| later(week.monday, -7 * lag));
        let weeks: Vec<f64> = weeks.filter_map(|monday| gain(rows, code, monday, day)).collect();
        page.word(format!("returns/n_weeks/{code}"), Some(weeks.len()));
        let percentile = (weeks.len() >= 104).then(|| percentile(*gain_of_week, &weeks));
        page.number(format!("returns/percentile/{code}"), percentile);
    }
    let count = |is_meant: &dyn Fn(f64) -> bool| gains.iter().filter(|(_, gain)| is_meant(*gain)).count();
    page.word("returns/n_up", Some(count(&|gain| gain > EPSILON)));
    page.word("returns/n_down", Some(count(&|gain| gain < -EPSILON)));
    page.word("returns/n_flat", Some(count(&|gain| gain.abs() <= EPSILON)));
    gains.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(two.0)));
    page.word("returns/sectors", Some(list(&codes(&gains))));
    let n = gains.len();
    if n > 0 {
        page.number("returns/median", Some(f64::midpoint(gains[(n - 1) / 2].1, gains[n / 2].1)));
        page.number("returns/mean", Some(gains.iter().map(|(_, gain)| gain).sum::<f64>() / n as f64));
    }
}

fn events(page: &mut Page, rows: &Rows, day: Date, week: &Week) {
    let is_meant = |event: &&Event| {
        let known = event.known.unwrap_or(event.date);
        known < day && week.monday <= event.date && event.date <= later(week.sunday, 7)
    };
    let mut shown: Vec<&Event> = rows.events.iter().filter(is_meant).collect();
    shown.sort_by(|one, two| {
        let by_stars = two.importance.cmp(&one.importance);
        by_stars.then(one.date.cmp(&two.date)).then(one.title.as_bytes().cmp(two.title.as_bytes()))
    });
    for (place, event) in shown.iter().enumerate() {
        let sectors: Vec<&str> =
            event.sectors.iter().map(|sector| rows.codes[*sector as usize].as_str()).collect();
        let text = format!("{} {} {} {}", event.date, event.importance, event.title, list(&sectors));
        page.word(format!("events/{place:02}"), Some(text));
    }
}

/// How many per cent lie below, half of the equal ones among them.
fn percentile(current: f64, values: &[f64]) -> f64 {
    let n_equal = values.iter().filter(|value| (**value - current).abs() <= EPSILON).count();
    let n_below = values.iter().filter(|value| **value < current - EPSILON).count();
    100.0 * (n_below as f64 + 0.5 * n_equal as f64) / values.len() as f64
}

fn codes<'a>(gains: &[(&'a str, f64)]) -> Vec<&'a str> {
    gains.iter().map(|(code, _)| *code).collect()
}

/// Things one after another.
#[must_use]
pub fn list(things: &[impl Display]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn later(day: Date, n: i32) -> Date {
    day.plus_days(n).expect("it is near")
}

/// The month before the one of a day.
fn last_complete_month(day: Date) -> Month {
    super::before(day.month(), 1)
}
