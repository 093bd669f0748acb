//! Those who have reported a quarter.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Date, Quarter};

use super::super::EPSILON;
use super::{FilingRow, Options, Page, Rows, later, list};

/// Profits of a company: of the quarter and of the one before, each with its base.
#[derive(Clone, Copy)]
struct Profits {
    now: (f64, f64),
    before: (f64, f64),
}

pub(super) fn add(page: &mut Page, rows: &Rows, day: Date, options: &Options) {
    if rows.companies.is_empty() {
        // What stands in the place of the market's row where the sectors' series are given alone is not said.
        page.leave_open("samples");
        return;
    }
    for lag in 0..3 {
        let Some(quarter) = day.quarter().plus(-lag) else { continue };
        let deadline = deadline(quarter);
        if day == deadline || day == later(deadline, 1) {
            // Whether a deadline is inside, and what came on it, is not said.
            page.leave_open(format!("samples/{quarter}"));
        }
        if quarter.last_day() < day && day <= deadline {
            add_quarter(page, rows, later(day, -1), quarter, options);
        }
    }
}

fn deadline(quarter: Quarter) -> Date {
    let day = |year, month, day| Date::new(year, month, day).expect("it is a day");
    match quarter.number() {
        1 => day(quarter.year(), 4, 30),
        2 => day(quarter.year(), 8, 31),
        3 => day(quarter.year(), 10, 31),
        _ => day(quarter.year() + 1, 4, 30),
    }
}

fn add_quarter(page: &mut Page, rows: &Rows, day: Date, quarter: Quarter, options: &Options) {
    let members: BTreeMap<&str, &str> = rows
        .companies
        .iter()
        .filter(|row| {
            row.valid_from.is_none_or(|from| from <= day) && row.valid_to.is_none_or(|to| day <= to)
        })
        .map(|row| (row.code.as_str(), row.sector.as_str()))
        .collect();
    let start = format!("samples/{quarter}");
    let all: Vec<&str> = members.keys().copied().collect();
    let market = row(rows, &all, day, quarter);
    if market.coverage < 0.05 - EPSILON {
        if market.now.is_none() || market.before.is_none() {
            page.leave_open(&start);
        }
        return;
    }
    page.word(format!("{start}/deadline"), Some(deadline(quarter)));
    let without = all.iter().filter(|code| assets(rows, code, day).is_none()).count();
    page.word(format!("{start}/n_without_assets"), Some(without));
    let groups = |all: &[&str]| {
        let of = |is_meant: &dyn Fn(&str) -> bool| -> Vec<String> {
            all.iter().filter(|code| is_meant(members[**code])).map(ToString::to_string).collect()
        };
        let is_financial = |sector: &str| options.financials.iter().any(|code| code == sector);
        let mut groups = BTreeMap::from([("market".to_owned(), of(&|_| true))]);
        // Without financial sectors there is nothing to leave out.
        if rows.codes.iter().any(|code| is_financial(code)) {
            groups.insert("financials".to_owned(), of(&|sector| !is_financial(sector)));
        }
        let sectors: BTreeSet<&str> = members.values().copied().collect();
        for sector in sectors {
            groups.insert(sector.to_owned(), of(&|own| own == sector));
        }
        groups
    };
    for (name, companies) in groups(&all) {
        let companies: Vec<&str> = companies.iter().map(String::as_str).collect();
        let row = row(rows, &companies, day, quarter);
        let start = format!("{start}/rows/{name}");
        let is_whole = name == "market" || name == "financials";
        if row.now.is_none() || row.before.is_none() {
            // The series of such a day has a coverage of 0.
            page.leave_open(format!("{start}/"));
        } else if is_whole || row.coverage >= 0.05 - EPSILON {
            row.put(page, &start);
            page.number(format!("{start}/coverage"), Some(row.coverage));
            page.number(format!("{start}/before_of_all"), row.before_of_all);
        }
    }
    let is_large = |code: &&str| {
        let of_sample = sample(rows, code, day, quarter).is_some();
        of_sample
            && sample(rows, code, day, quarter).is_some_and(|own| own.now.0 < -options.exclude_loss - EPSILON)
    };
    let large: Vec<&str> = all.iter().filter(|code| is_large(code)).copied().collect();
    let of_nobody = |code: &&str| {
        let filed = counted(rows, code, quarter, day);
        filed.is_some_and(|filing| filing.profit < -options.exclude_loss - EPSILON) && !large.contains(code)
    };
    if all.iter().any(of_nobody) {
        // A loss of a company outside the sample.
        page.leave_open(format!("{start}/large_losses"));
        page.leave_open(format!("{start}/without_losses"));
    }
    page.word(format!("{start}/large_losses"), Some(list(&large)));
    let rest: Vec<&str> = all.iter().filter(|code| !large.contains(code)).copied().collect();
    for (name, companies) in groups(&rest) {
        let companies: Vec<&str> = companies.iter().map(String::as_str).collect();
        let start = format!("{start}/without_losses/{name}");
        if large.is_empty() {
            continue;
        }
        if name == "market" {
            row(rows, &companies, day, quarter).put(page, &start);
        } else {
            page.leave_open(format!("{start}/"));
        }
    }
}

struct Row {
    n: usize,
    coverage: f64,
    now: Option<f64>,
    before: Option<f64>,
    quarter: Option<f64>,
    before_of_all: Option<f64>,
}

impl Row {
    fn put(&self, page: &mut Page, start: &str) {
        page.word(format!("{start}/n"), Some(self.n));
        page.number(format!("{start}/since_january"), self.now);
        page.number(format!("{start}/before"), self.before);
        page.number(format!("{start}/quarter"), self.quarter);
        page.number(format!("{start}/change"), self.now.zip(self.before).map(|(now, before)| now - before));
    }
}

fn row(rows: &Rows, members: &[&str], day: Date, quarter: Quarter) -> Row {
    let samples: Vec<(&str, Profits)> =
        members.iter().filter_map(|code| Some((*code, sample(rows, code, day, quarter)?))).collect();
    let of = |pair: &dyn Fn(&Profits) -> (f64, f64)| {
        growth(&samples.iter().map(|(_, profits)| pair(profits)).collect::<Vec<_>>())
    };
    let all_assets: f64 = members.iter().filter_map(|code| assets(rows, code, day)).sum();
    let own_assets: f64 = samples.iter().filter_map(|(code, _)| assets(rows, code, day)).sum();
    let earlier = quarter.plus(-1).expect("it is near");
    let of_all: Vec<(f64, f64)> =
        members.iter().filter_map(|code| profits(rows, code, day, earlier)).collect();
    Row {
        n: samples.len(),
        coverage: if all_assets > 0.0 { own_assets / all_assets } else { 0.0 },
        now: of(&|own| own.now),
        before: of(&|own| own.before),
        quarter: if quarter.number() == 1 {
            of(&|own| own.now)
        } else {
            of(&|own| (own.now.0 - own.before.0, own.now.1 - own.before.1))
        },
        before_of_all: growth(&of_all),
    }
}

fn growth(pairs: &[(f64, f64)]) -> Option<f64> {
    let sum: f64 = pairs.iter().map(|(profit, _)| profit).sum();
    let base: f64 = pairs.iter().map(|(_, base)| base).sum();
    let size: f64 = pairs.iter().map(|(_, base)| base.abs()).sum();
    if size <= EPSILON || base.abs() / size < 0.02 - EPSILON {
        return None;
    }
    Some((100.0 * (sum - base) / base.abs()).clamp(-200.0, 200.0))
}

/// What a company has filed by a day.
fn filings<'a>(rows: &'a Rows, code: &str, day: Date) -> impl Iterator<Item = &'a FilingRow> {
    rows.filings.get(code).into_iter().flatten().filter(move |row| row.released <= day)
}

/// The filing that counts.
fn counted<'a>(rows: &'a Rows, code: &str, quarter: Quarter, day: Date) -> Option<&'a FilingRow> {
    filings(rows, code, day)
        .filter(|row| row.period == quarter.last_day())
        .min_by_key(|row| (row.rank, std::cmp::Reverse(row.released)))
}

/// Profit and base of a quarter.
fn profits(rows: &Rows, code: &str, day: Date, quarter: Quarter) -> Option<(f64, f64)> {
    let filing = counted(rows, code, quarter, day)?;
    let year_before = || Some(counted(rows, code, quarter.plus(-4)?, day)?.profit);
    Some((filing.profit, filing.prior.or_else(year_before)?))
}

fn sample(rows: &Rows, code: &str, day: Date, quarter: Quarter) -> Option<Profits> {
    Some(Profits {
        now: profits(rows, code, day, quarter)?,
        before: profits(rows, code, day, quarter.plus(-1)?)?,
    })
}

/// The total assets that a company has told last.
fn assets(rows: &Rows, code: &str, day: Date) -> Option<f64> {
    filings(rows, code, day)
        .filter(|row| row.assets.is_some())
        .max_by_key(|row| (row.period, row.released))?
        .assets
}
