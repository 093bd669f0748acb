//! Growth of those who have reported, against what the same companies grew by a quarter before.
//!
//! Companies report one after the other, and the early ones are not like the late ones. Whoever compares the growth of those who have
//! reported with that of all companies in the quarter before compares two sets. Here it is one: the companies with a profit and a
//! base for the quarter *and* for the quarter before it.
//!
//! Factors do not see filings. They see five series that are made of them, for each sector and for the market, with a vintage for
//! each day on which a value changed. A vintage of day D comes from the filings that were released on D or before and from the
//! companies valid on D, so that whatever is released on a day is seen the day after, as with every other series.
//!
//! *Invariant:* what a quarter says on a day depends on nothing that is released later. Sums run over companies in the order of
//! their codes.

mod members;
mod quarter;
#[cfg(test)]
mod tests;

use std::array::from_fn;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rotor_factor::{Date, EntityKind, Frequency, Measure, Quarter};

use crate::archive::Publication;
use crate::load::company_positions;
use crate::model::{Accumulation, Company, Entity, Filing, FilingKind, ReleaseDays, Series};
pub use members::{ComparableMember, comparable_growth};
use quarter::QuarterSample;

/// The series that are made of filings, in the order of their names.
pub(crate) const SERIES: [&str; 5] = [
    "comparable_coverage",
    "comparable_n",
    "comparable_quarter_yoy",
    "comparable_ytd_yoy",
    "comparable_ytd_yoy_before",
];

/// Growth is never told beyond this, in percent.
const CLIP: f64 = 200.0;
/// A sum of bases this small beside the sum of their sizes is no base.
const LEAST_BASE: f64 = 0.02;
/// What a threshold is meant to in decimals.
const TOLERANCE: f64 = 1e-9;

/// Returns the rows of `series` of what is made of filings.
pub(crate) fn series() -> Vec<Series> {
    let row = |name: &str, [unit, unit_zh]: [&str; 2], [title, title_zh]: [&str; 2]| Series {
        name: name.into(),
        frequency: Frequency::Quarterly,
        unit: unit.into(),
        title: title.into(),
        title_zh: Some(title_zh.into()),
        source: Some("`companies`, `filings`".into()),
        measure: None,
        unit_zh: Some(unit_zh.into()),
        accumulation: None,
        chain: None,
        chain_zh: None,
        // The days of the filings are the days of the values.
        release: Some(ReleaseDays::Published),
    };
    let growth = |name, accumulation, titles| Series {
        measure: Some(Measure::Growth),
        accumulation: Some(accumulation),
        ..row(name, ["percent", "%"], titles)
    };
    let [coverage, n, quarter, ytd, before] = SERIES;
    let shares = ["Share of total assets that has reported", "已披露公司总资产占比"];
    vec![
        Series { measure: Some(Measure::Rate), ..row(coverage, ["fraction", "比例"], shares) },
        row(n, ["companies", "家"], ["Companies of the comparable sample", "可比样本公司数"]),
        growth(
            quarter,
            Accumulation::Single,
            ["Net profit of the comparable sample, single quarter, growth", "可比样本归母净利润单季同比"],
        ),
        growth(
            ytd,
            Accumulation::YearToDate,
            ["Net profit of the comparable sample, year to date, growth", "可比样本归母净利润累计同比"],
        ),
        growth(
            before,
            Accumulation::YearToDate,
            [
                "Net profit of the same companies a quarter before, year to date, growth",
                "同一样本上一报告期归母净利润累计同比",
            ],
        ),
    ]
}

/// What the comparable series are made of.
pub(crate) struct Reports {
    /// Where each company belongs, and from when to when, by position of the company; its rows by validity.
    homes: Vec<Vec<Home>>,
    /// What was filed of each quarter, counted from the first of 1970: the filings of a company together, in the order of companies.
    filed: BTreeMap<i32, Vec<Filed>>,
    /// Total assets of each company, each with the day from which they are the latest.
    assets: Vec<Vec<(i32, f64)>>,
}

/// A sector that a company belongs to for some time.
#[derive(Clone, Copy)]
struct Home {
    sector: u32,
    /// Days since 1970, both included.
    first: i32,
    last: i32,
}

/// A filing with its release as a number.
#[derive(Clone, Copy)]
struct Filed {
    company: u32,
    released: i32,
    kind: FilingKind,
    profit: f64,
    prior: Option<f64>,
}

impl Reports {
    /// Takes companies in the order of codes and validity, and filings with the positions of their companies.
    pub(crate) fn new(companies: &[Company], filings: &[Filing]) -> Self {
        let positions = company_positions(companies);
        let n_companies = positions.last().map_or(0, |last| *last as usize + 1);
        let mut homes = vec![Vec::new(); n_companies];
        for (company, position) in companies.iter().zip(positions) {
            homes[position as usize].push(Home {
                sector: company.sector,
                first: company.valid_from.unwrap_or(Date::MIN).days(),
                last: company.valid_to.unwrap_or(Date::MAX).days(),
            });
        }
        let mut with_assets = vec![Vec::new(); n_companies];
        let mut filed: BTreeMap<i32, Vec<Filed>> = BTreeMap::new();
        for filing in filings {
            let Some(profit) = filing.profit() else { continue };
            if let Some(assets) = filing.total_assets {
                with_assets[filing.company as usize].push((filing, assets));
            }
            filed.entry(filing.period.quarter().index()).or_default().push(Filed {
                company: filing.company,
                released: filing.released.0.days(),
                kind: filing.kind,
                profit,
                prior: filing.net_profit_ytd_prior,
            });
        }
        for filed in filed.values_mut() {
            // As filings lie in a dataset, these are in order.
            if !filed.is_sorted_by_key(|filed| filed.company) {
                filed.sort_by_key(|filed| filed.company);
            }
        }
        let assets = with_assets.into_iter().map(latest_assets).collect();
        Self { homes, filed, assets }
    }

    /// Returns the sector that a company belongs to on a day.
    fn home(&self, company: u32, day: i32) -> Option<u32> {
        let homes = &self.homes[company as usize];
        homes.iter().find(|home| (home.first..=home.last).contains(&day)).map(|home| home.sector)
    }

    /// Returns what each company filed that a quarter is made of.
    fn documents(&self, quarter: i32) -> Vec<Documents<'_>> {
        let mut documents = vec![Documents::default(); self.homes.len()];
        for (place, quarter) in [quarter, quarter - 1, quarter - 4, quarter - 5].into_iter().enumerate() {
            let filed = self.filed.get(&quarter).map_or(&[][..], Vec::as_slice);
            for of_company in filed.chunk_by(|a, b| a.company == b.company) {
                documents[of_company[0].company as usize].0[place] = of_company;
            }
        }
        documents
    }

    /// Returns the total assets of the latest filing, by period and then by release, that has them on a day.
    fn assets(&self, company: u32, day: i32) -> Option<f64> {
        let steps = &self.assets[company as usize];
        let place = steps.partition_point(|(from, _)| *from <= day).checked_sub(1)?;
        Some(steps[place].1)
    }

    /// Returns the first and the last day on which a quarter has values: from its end to the day before the second quarter-end after it.
    fn days_of(quarter: i32) -> Option<(i32, i32)> {
        let end = |quarter| Quarter::from_index(quarter).map(|quarter| quarter.last_day().days());
        Some((end(quarter)?, end(quarter + 2)? - 1))
    }
}

/// What a company filed of a quarter, of the quarter before, and of these two a year before, in this order.
#[derive(Clone, Copy, Default)]
struct Documents<'a>([&'a [Filed]; 4]);

impl Documents<'_> {
    /// Returns the filing that counts on a day: the report before the express before the forecast, among equals the latest.
    fn counting(filed: &[Filed], day: i32) -> Option<&Filed> {
        let public = filed.iter().filter(|filed| filed.released <= day);
        public.min_by_key(|filed| (filed.kind, std::cmp::Reverse(filed.released)))
    }

    /// Returns profit and base of a quarter as they were known on a day. The base is the comparative of the same document, else what the
    /// company filed a year before.
    fn profit_and_base(filed: &[Filed], year_before: &[Filed], day: i32) -> Option<(f64, f64)> {
        let filed = Self::counting(filed, day)?;
        let own = || Self::counting(year_before, day).map(|filed| filed.profit);
        Some((filed.profit, filed.prior.or_else(own)?))
    }

    /// Returns profit and base of the quarter.
    fn now(&self, day: i32) -> Option<(f64, f64)> {
        let [quarter, _, year_before, _] = self.0;
        Self::profit_and_base(quarter, year_before, day)
    }

    /// Returns profit and base of the quarter before.
    fn before(&self, day: i32) -> Option<(f64, f64)> {
        let [_, before, _, year_before_that] = self.0;
        Self::profit_and_base(before, year_before_that, day)
    }

    /// Returns the profits of the company if it is in the sample of the quarter on a day.
    fn profits(&self, day: i32) -> Option<Profits> {
        let ((now, base), (before, base_before)) = (self.now(day)?, self.before(day)?);
        Some(Profits { now, base, before, base_before })
    }
}

/// Returns the total assets of a company that are the latest from some day on: those of the latest period, and of its latest filing, among
/// what is released by then.
fn latest_assets(mut filings: Vec<(&Filing, f64)>) -> Vec<(i32, f64)> {
    let rank = |filing: &Filing| (filing.period, filing.released, std::cmp::Reverse(filing.kind));
    filings.sort_by_key(|(filing, _)| (filing.released, rank(filing)));
    let (mut steps, mut latest): (Vec<(i32, f64)>, Option<&Filing>) = (Vec::new(), None);
    for (filing, assets) in filings {
        if latest.is_none_or(|latest| rank(latest) < rank(filing)) {
            let released = filing.released.0.days();
            if steps.last().is_some_and(|(from, _)| *from == released) {
                steps.pop();
            }
            latest = Some(filing);
            steps.push((released, assets));
        }
    }
    steps
}

/// Profits of a company, year to date, and what they are compared with, of a quarter and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Profits {
    now: f64,
    base: f64,
    before: f64,
    base_before: f64,
}

/// A sum of profits, of their bases, and of the sizes of the bases.
#[derive(Clone, Copy, Default)]
struct Growth {
    now: f64,
    base: f64,
    size: f64,
}

impl Growth {
    fn of(now: f64, base: f64) -> Self {
        Self { now, base, size: base.abs() }
    }

    fn add(&mut self, other: &Self) {
        self.now += other.now;
        self.base += other.base;
        self.size += other.size;
    }

    /// Returns the growth in percent; none if gains and losses of the bases cancel out.
    fn percent(self) -> Option<f64> {
        let has_base = self.base != 0.0 && LEAST_BASE * self.size - self.base.abs() <= TOLERANCE;
        let growth = 100.0 * (self.now - self.base) / self.base.abs();
        (has_base && growth.is_finite()).then(|| growth.clamp(-CLIP, CLIP))
    }
}

/// Growth and coverage of the companies that have reported a quarter, as known on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ComparableSample {
    /// How many companies there are in the sample.
    pub(crate) n: usize,
    /// Their share of the total assets of all members, 0…1; 0 where one of the growths is missing.
    pub(crate) coverage: f64,
    /// Growth of their net profit, year to date, in percent.
    pub(crate) ytd_yoy: Option<f64>,
    /// The same growth of the same companies in the quarter before.
    pub(crate) ytd_yoy_before: Option<f64>,
    /// Growth of their net profit in the single quarter, in percent.
    pub(crate) quarter_yoy: Option<f64>,
}

/// Sums over the members of a sector or of the market, or what one member brings to them.
///
/// A company that is not in the sample brings zeros, which change no bit of a sum: adding needs no branch.
#[derive(Clone, Copy, Default)]
struct Sums {
    ytd: Growth,
    before: Growth,
    single: Growth,
    assets: f64,
    assets_of_all: f64,
    /// How many are in the sample. A number like the others, so that all twelve are added alike.
    n: f64,
}

impl Sums {
    /// Returns what a member brings: its profits if it is in the sample, and its assets if they are known. `is_first` says of the first
    /// quarter, in which the year to date is the quarter.
    fn of(profits: Option<&Profits>, assets: Option<f64>, is_first: bool) -> Self {
        let assets = assets.unwrap_or(0.0);
        let Some(profits) = profits else { return Self { assets_of_all: assets, ..Self::default() } };
        let Profits { now, base, before, base_before } = *profits;
        let ytd = Growth::of(now, base);
        Self {
            ytd,
            before: Growth::of(before, base_before),
            single: if is_first { ytd } else { Growth::of(now - before, base - base_before) },
            assets,
            assets_of_all: assets,
            n: 1.0,
        }
    }

    fn add(&mut self, other: &Self) {
        self.ytd.add(&other.ytd);
        self.before.add(&other.before);
        self.single.add(&other.single);
        self.assets += other.assets;
        self.assets_of_all += other.assets_of_all;
        self.n += other.n;
    }

    fn sample(&self) -> ComparableSample {
        let (ytd_yoy, ytd_yoy_before) = (self.ytd.percent(), self.before.percent());
        let share = self.assets / self.assets_of_all;
        let is_told = ytd_yoy.is_some() && ytd_yoy_before.is_some() && share.is_finite();
        ComparableSample {
            n: self.n as usize,
            coverage: if is_told { share } else { 0.0 },
            ytd_yoy,
            ytd_yoy_before,
            quarter_yoy: self.single.percent(),
        }
    }
}

/// The entity that stands for the market as a whole: the only one of its kind, or the one called `CN`.
fn market(entities: &[Entity]) -> Option<usize> {
    let markets = || entities.iter().enumerate().filter(|(_, entity)| entity.kind == EntityKind::Market);
    match markets().count() {
        1 => markets().next(),
        _ => markets().find(|(_, entity)| entity.code == "CN"),
    }
    .map(|(position, _)| position)
}

/// Makes the values of the comparable series. `positions` are those of [`SERIES`] in the dataset.
pub(crate) fn publications(
    entities: &[Entity],
    reports: &Reports,
    positions: [u32; SERIES.len()],
) -> Vec<Vec<Publication>> {
    let market = market(entities);
    let quarters: Vec<i32> = reports.filed.keys().copied().collect();
    let of_quarter = |quarter: &i32| {
        let mut publications: [Vec<Publication>; SERIES.len()] = from_fn(|_| Vec::with_capacity(512));
        if let Some(sample) = QuarterSample::new(reports, *quarter, entities.len(), market) {
            sample.walk(|series, entity, released, value| {
                publications[series].push(Publication {
                    key: positions[series] * entities.len() as u32 + entity,
                    index: *quarter,
                    released,
                    // It is no row of any table.
                    row: 0,
                    value,
                });
            });
        }
        publications
    };
    // A part a series, for the archive takes runs of one series at once.
    quarters.par_iter().with_max_len(1).flat_map_iter(of_quarter).collect()
}
