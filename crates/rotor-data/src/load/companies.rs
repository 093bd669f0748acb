//! Companies and their filings.
//!
//! Companies are a small table. Filings can be many: a sound row costs a few comparisons, and only a row that fails one of them is
//! looked at again to say what is wrong with it.

use std::array::from_fn;
use std::collections::BTreeMap;

use arrow_array::types::Float64Type;
use arrow_array::{Array, PrimitiveArray};
use rotor_factor::{Date, EntityKind, Frequency, ReferencePeriod, Released, UnknownWord};

use super::large::{
    Repetitions, UNKNOWN, day, explain_code, explain_date, explain_empty, period_index, positions,
};
use super::small::{rows, unique};
use super::{Codes, EntityCodes, one_after_the_other};
use crate::fault::{Fault, FaultKind, FaultReport, shown, shown_number};
use crate::model::{Company, Filing, FilingKind};
use crate::read::{Batch, TableSource, is_missing_mark};

/// The codes of companies. Nothing more is known of them here: a company can be in several sectors, one after the other.
pub(crate) type CompanyCodes = Codes<()>;

/// Reads `companies`; the rows come in the order of codes and validity. No codes if some could not be read.
pub(crate) fn load_companies(
    source: &TableSource,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> (Vec<Company>, Option<CompanyCodes>) {
    let rows = rows(source, faults, |row| {
        let before = row.faults.total();
        let code = row.code("company");
        let name = row.name("name");
        let name_zh = row.optional_name("name_zh");
        let sector = row.entity("sector", EntityKind::Sector, entities);
        let (valid_from, valid_to) = row.validity();
        let is_sound = row.faults.total() == before;
        let code = code?;
        let company = match (is_sound, name, sector) {
            (true, Some(name), Some(sector)) => {
                Some(Company { code: code.clone(), name, name_zh, sector, valid_from, valid_to })
            }
            _ => None,
        };
        Some((row.number(), (code.clone(), valid_from), Some((row.number(), code, company))))
    });
    let is_complete = rows.as_ref().is_some_and(|rows| rows.iter().all(Option::is_some));
    let known = unique(source, rows, faults, |(code, valid_from): &(String, Option<Date>)| {
        let from = valid_from.map_or_else(|| "no `valid_from`".into(), |date| date.to_string());
        format!("`{}`, {from}", shown(code))
    });
    let codes = Codes::new(known.iter().map(|(_, code, _)| (code.clone(), None)));
    let mut companies: Vec<(u64, Company)> =
        known.into_iter().filter_map(|(row, _, company)| Some((row, company?))).collect();
    companies.sort_by(|(_, a), (_, b)| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)));
    check_overlaps(source, &companies, faults);
    (companies.into_iter().map(|(_, company)| company).collect(), is_complete.then_some(codes))
}

/// Reports rows of one company that are valid on the same day. The rows are in the order of codes and validity.
fn check_overlaps(source: &TableSource, companies: &[(u64, Company)], faults: &mut FaultReport) {
    let mut overlaps = FaultReport::default();
    for rows in companies.chunk_by(|(_, a), (_, b)| a.code == b.code) {
        // The row that reaches furthest so far.
        let mut furthest = &rows[0];
        for row in &rows[1..] {
            let reaches = |until: Option<Date>| until.is_none_or(|last| Some(last) >= row.1.valid_from);
            if reaches(furthest.1.valid_to) {
                let company = shown(&row.1.code);
                let kind = FaultKind::OverlappingValidity { company, other_row: furthest.0 };
                let column = Some("valid_from".to_owned());
                overlaps.push(Fault { row: Some(row.0), column, ..source.fault(kind) });
            }
            let ends = |company: &Company| company.valid_to.unwrap_or(Date::MAX);
            if ends(&row.1) > ends(&furthest.1) {
                furthest = row;
            }
        }
    }
    faults.merge(overlaps);
}

/// The columns of a batch of `filings`.
struct Columns<'a> {
    batch: &'a Batch<'a>,
    companies: Option<&'a CompanyCodes>,
}

/// The numbers of a filing, in the order of the columns; each may be missing.
const NUMBERS: [&str; 5] = ["net_profit_ytd", "low", "high", "net_profit_ytd_prior", "total_assets"];

/// Reads `filings`; the rows come in the order of company, period, release and kind.
pub(crate) fn load_filings(
    source: &TableSource,
    companies: Option<&CompanyCodes>,
    faults: &mut FaultReport,
) -> Vec<Filing> {
    let parts = source.fold(faults, Vec::with_capacity, |filings: &mut Vec<(u32, Filing)>, batch, faults| {
        let (Some(codes), Some(periods), Some(releases), Some(kinds)) =
            (batch.text("company"), batch.dates("period"), batch.dates("released"), batch.text("kind"))
        else {
            return;
        };
        let known = positions(&codes, companies);
        let kind_of = |word: Option<&str>| word.and_then(|word| word.parse::<FilingKind>().ok());
        let words: Vec<Option<FilingKind>> = kinds.words().map(kind_of).collect();
        let numbers = NUMBERS.map(|name| batch.numbers(name));
        let columns = Columns { batch, companies };
        for row in 0..batch.n_rows() {
            let company = codes.key(row).map_or(UNKNOWN, |key| known[key]);
            let kind = kinds.key(row).and_then(|key| words[key]);
            let (period, released) = (day(periods, row), day(releases, row));
            let filing = kind.filter(|_| company != UNKNOWN).and_then(|kind| {
                let [net_profit_ytd, low, high, net_profit_ytd_prior, total_assets] =
                    from_fn(|column| number(numbers[column], row));
                let period = Date::from_days(period)?;
                period_index(Frequency::Quarterly, period.days())?;
                let filing = Filing {
                    company,
                    period,
                    released: Released(Date::from_days(released)?),
                    kind,
                    net_profit_ytd,
                    low,
                    high,
                    net_profit_ytd_prior,
                    total_assets,
                };
                is_sound(&filing).then_some(filing)
            });
            match filing {
                Some(filing) => filings.push((batch.row_number(row) as u32, filing)),
                None => columns.explain(row, faults),
            }
        }
    });
    let mut filings: Vec<(u32, Filing)> = parts.map(one_after_the_other).unwrap_or_default();
    let key = |filing: &Filing| (filing.company, filing.period, filing.released, filing.kind);
    if !filings.is_sorted_by_key(|(row, filing)| (key(filing), *row)) {
        filings.sort_by_key(|(row, filing)| (key(filing), *row));
    }
    let mut repeated = Repetitions::default();
    for same in filings.chunk_by(|(_, a), (_, b)| key(a) == key(b)) {
        for again in &same[1..] {
            repeated.add(again.0, (same[0].0, again.1));
        }
    }
    repeated.report(source, faults, |(first_row, again)| {
        let company = shown(companies.map_or("", |codes| codes.code(again.company as usize)));
        let key = format!("`{company}`, {}, {}, {}", again.period, again.released.0, again.kind);
        FaultKind::DuplicateKey { key, first_row: u64::from(*first_row) }
    });
    filings.into_iter().map(|(_, filing)| filing).collect()
}

/// Returns the number in a row, if there is one.
fn number(cells: Option<&PrimitiveArray<Float64Type>>, row: usize) -> Option<f64> {
    cells.filter(|cells| cells.is_valid(row)).map(|cells| cells.value(row))
}

/// Tells whether the numbers of a filing are what they may be.
fn is_sound(filing: &Filing) -> bool {
    let numbers =
        [filing.net_profit_ytd, filing.low, filing.high, filing.net_profit_ytd_prior, filing.total_assets];
    let has_range = filing.low.is_some() || filing.high.is_some();
    let is_in_order = !matches!((filing.low, filing.high), (Some(low), Some(high)) if low > high);
    numbers.into_iter().flatten().all(f64::is_finite)
        && filing.net_profit_ytd.is_some() != has_range
        && is_in_order
        && filing.total_assets.is_none_or(|assets| assets >= 0.0)
}

impl Columns<'_> {
    #[cold]
    fn explain(&self, row: usize, faults: &mut FaultReport) {
        let batch = self.batch;
        explain_code(batch, row, "company", self.companies, unknown_company, faults);
        if let Some(period) = explain_date(batch, row, "period", faults)
            && ReferencePeriod::ending(Frequency::Quarterly, period).is_none()
        {
            let kind = FaultKind::NotPeriodEnd { period, frequency: Frequency::Quarterly };
            faults.push(batch.fault(row, Some("period"), kind));
        }
        explain_date(batch, row, "released", faults);
        self.explain_kind(row, faults);
        let [net_profit_ytd, low, high, _, assets] = NUMBERS.map(|name| {
            let number = number(batch.numbers(name), row);
            if let Some(number) = number.filter(|number| !number.is_finite()) {
                let value = shown_number(number);
                faults.push(batch.fault(row, Some(name), FaultKind::NotFinite { value }));
            }
            number
        });
        let is_damaged = ["net_profit_ytd", "low", "high"].iter().any(|name| batch.is_damaged(row, name));
        match (net_profit_ytd, low.or(high)) {
            (None, None) if !is_damaged => faults.push(batch.fault(row, None, FaultKind::NoProfit)),
            (Some(_), Some(_)) => faults.push(batch.fault(row, None, FaultKind::FigureAndRange)),
            _ => {}
        }
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            let kind = FaultKind::RangeReversed { low: shown_number(low), high: shown_number(high) };
            faults.push(batch.fault(row, Some("high"), kind));
        }
        if let Some(assets) = assets.filter(|assets| *assets < 0.0 && assets.is_finite()) {
            let kind = FaultKind::OutsideRange { value: shown_number(assets), range: "[0, ∞)" };
            faults.push(batch.fault(row, Some("total_assets"), kind));
        }
    }

    fn explain_kind(&self, row: usize, faults: &mut FaultReport) {
        let batch = self.batch;
        let Some(word) = batch.text("kind").and_then(|text| text.get(row)) else {
            return explain_empty(batch, row, "kind", faults);
        };
        if let Err(UnknownWord { known }) = word.parse::<FilingKind>() {
            let value = shown(word);
            let kind = if is_missing_mark(word) {
                FaultKind::MissingMark { value }
            } else {
                FaultKind::UnknownWord { value, known }
            };
            faults.push(batch.fault(row, Some("kind"), kind));
        }
    }
}

fn unknown_company(code: &str, companies: &CompanyCodes) -> FaultKind {
    FaultKind::UnknownCompany { value: shown(code), nearest: companies.nearest(code) }
}

/// Returns for each row of `companies` the position of its company among the distinct codes.
pub(crate) fn company_positions(companies: &[Company]) -> Vec<u32> {
    let codes: BTreeMap<&str, u32> = companies.iter().map(|company| (company.code.as_str(), 0)).collect();
    let places: BTreeMap<&str, u32> = codes.into_keys().zip(0..).collect();
    companies.iter().map(|company| places[company.code.as_str()]).collect()
}
