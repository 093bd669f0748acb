//! Companies and their filings: rows that hold more than one value.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rotor_data::model::{Company, Filing, FilingKind};
use rotor_factor::{Date, Released};

use crate::block::{Block, moment};
use crate::fault::{FaultKind, Faults, Place};
use crate::key::{Key, Keys};
use crate::number::{Changed, Number, number};
use crate::plan::{ColumnName, CompanyPlan, DatePlan, DocumentKind, FilingPlan};
use crate::read::{At, Headers, Reader, Table, each_sheet};
use crate::release::TradingDays;
use crate::source::{Row, Sheet};

/// A company in a sector, by codes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) code: String,
    pub(super) sector: String,
    name: String,
    name_zh: Option<String>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    /// The table of the plan.
    table: usize,
}

/// A filing of a company, by its code.
pub(super) struct Filed {
    pub(super) company: String,
    pub(super) filing: Filing,
    /// Which of several rows of a document counts: the lowest.
    rank: usize,
    pub(super) table: usize,
    pub(super) at: At,
}

/// The rows of one file on their way.
struct Rows<'a> {
    reader: &'a Reader<'a>,
    headers: Headers,
    file: usize,
}

impl<'a> Rows<'a> {
    /// Notes a file in the report of its table.
    fn new(reader: &'a Reader<'a>, sheet: &Sheet, block: &Block<'_>, table: &mut Table) -> Self {
        let file = table.add_file(sheet, block);
        Self { reader, headers: table.files[file].clone(), file }
    }

    fn at(&self, row: &Row, column: usize) -> At {
        At { file: self.file, row: row.number, column }
    }

    fn fault(&self, row: &Row, column: usize, kind: FaultKind, faults: &mut Faults) {
        let place = self.headers.place(self.at(row, column), Some(row.cell(column).text()));
        faults.add(Some(self.reader.position() + 1), Some(place), row.wrong(column, kind));
    }

    /// The day in a cell; `Err` where it is none.
    fn day(row: &Row, column: Option<usize>, plan: &DatePlan) -> Result<Option<Date>, usize> {
        let Some(column) = column.filter(|column| !row.cell(*column).is_empty()) else { return Ok(None) };
        moment(row.cell(column), plan).map(|moment| Some(moment.day())).ok_or(column)
    }
}

/// Whose rows of a file are: a column, or one company for all of it.
enum Whose {
    Column(usize),
    All(String),
}

fn whose(reader: &Reader<'_>, sheet: &Sheet, block: &Block<'_>) -> Result<Whose, FaultKind> {
    if let Some(column) = &reader.plan().entity.column {
        return Ok(Whose::Column(block.column(column)?));
    }
    let missing = FaultKind::MissingKey { key: "entity", why: "say whose rows they are" };
    reader.code_of_file(sheet)?.map(Whose::All).ok_or(missing)
}

/// The code of a company of a row; `None` where it is left out or at fault.
fn company(
    rows: &Rows<'_>,
    whose: &Whose,
    row: &Row,
    table: &mut Table,
    faults: &mut Faults,
) -> Option<String> {
    let column = match whose {
        Whose::All(code) => return Some(code.clone()),
        Whose::Column(column) => *column,
    };
    match rows.reader.keys().code(&row.cell(column).text()) {
        Ok(Key::Code(code)) => Some(code),
        Ok(Key::LeftOut) => {
            table.report.leave_out("rows of codes that the plan does not name", 1);
            None
        }
        Err(kind) => {
            rows.fault(row, column, kind, faults);
            None
        }
    }
}

/// Reads tables of companies.
pub(super) fn companies(
    reader: &Reader<'_>,
    folder: &Path,
    table: &mut Table,
    faults: &mut Faults,
) -> Vec<Member> {
    let plan = reader.plan();
    let Some(columns) = &plan.company else { return Vec::new() };
    let mut members = Vec::new();
    let sectors = match Keys::new(&columns.sector) {
        Ok(sectors) => sectors,
        Err(kind) => {
            faults.add(Some(reader.position() + 1), None, kind);
            return members;
        }
    };
    each_sheet(plan, reader.position(), folder, faults, |sheet, faults| {
        if let Err(kind) = companies_of(reader, columns, &sectors, sheet, table, &mut members, faults) {
            faults.add(Some(reader.position() + 1), Some(sheet.place()), kind);
        }
    });
    let key =
        |member: &Member| (member.code.clone(), member.valid_from, member.valid_to, member.sector.clone());
    members.sort_by_key(key);
    let n = members.len();
    members.dedup();
    table.report.n_kept += members.len();
    table.report.leave_out("rows that say the same again", n - members.len());
    members
}

fn companies_of(
    reader: &Reader<'_>,
    columns: &CompanyPlan,
    sectors: &Keys,
    sheet: &Sheet,
    table: &mut Table,
    members: &mut Vec<Member>,
    faults: &mut Faults,
) -> Result<(), FaultKind> {
    let plan = reader.plan();
    // Companies have no date of their own, so every row is one.
    let block = Block::find(sheet, plan)?;
    let optional = |name: &Option<ColumnName>| name.as_ref().map(|name| block.column(name)).transpose();
    let (name, name_zh) = (optional(&columns.name)?, optional(&columns.name_zh)?);
    let (from, to) = (optional(&columns.valid_from)?, optional(&columns.valid_to)?);
    let sector = match (&columns.sector.constant, &columns.sector.column) {
        (Some(_), _) => None,
        (None, Some(column)) => Some(block.column(column)?),
        (None, None) => {
            return Err(FaultKind::MissingKey { key: "sector", why: "write `sector = { column = … }`" });
        }
    };
    let whose = whose(reader, sheet, &block)?;
    let rows = Rows::new(reader, sheet, &block, table);
    for row in &block.rows {
        let Some(code) = company(&rows, &whose, row, table, faults) else { continue };
        let sector = match (sector, &columns.sector.constant) {
            (Some(column), _) => match sectors.code(&row.cell(column).text()) {
                Ok(Key::Code(sector)) => sector,
                Ok(Key::LeftOut) => {
                    table.report.leave_out("companies of sectors that the plan does not name", 1);
                    continue;
                }
                Err(kind) => {
                    rows.fault(row, column, kind, faults);
                    continue;
                }
            },
            (None, constant) => constant.clone().unwrap_or_default(),
        };
        let days =
            Rows::day(row, from, &plan.date).and_then(|from| Ok((from, Rows::day(row, to, &plan.date)?)));
        let (valid_from, valid_to) = match days {
            Ok(days) => days,
            Err(column) => {
                rows.fault(row, column, FaultKind::NotADate, faults);
                continue;
            }
        };
        let text = |column: Option<usize>| {
            column.map(|column| row.cell(column).text()).filter(|text| !text.is_empty())
        };
        let name_zh = text(name_zh);
        let name = text(name).or_else(|| name_zh.clone()).unwrap_or_else(|| code.clone());
        let table = reader.position();
        members.push(Member { code, sector, name, name_zh, valid_from, valid_to, table });
    }
    Ok(())
}

/// Reads tables of filings.
pub(super) fn filings(
    reader: &Reader<'_>,
    folder: &Path,
    trading: &TradingDays<'_>,
    table: &mut Table,
    faults: &mut Faults,
) -> Vec<Filed> {
    let plan = reader.plan();
    let Some(columns) = &plan.filing else { return Vec::new() };
    let mut filed = Vec::new();
    each_sheet(plan, reader.position(), folder, faults, |sheet, faults| {
        let of_file = OfFile { reader, columns, trading };
        if let Err(kind) = of_file.read(sheet, table, &mut filed, faults) {
            faults.add(Some(reader.position() + 1), Some(sheet.place()), kind);
        }
    });
    one_a_document(filed, table, faults)
}

/// The filings of a file.
struct OfFile<'a> {
    reader: &'a Reader<'a>,
    columns: &'a FilingPlan,
    trading: &'a TradingDays<'a>,
}

impl OfFile<'_> {
    fn read(
        &self,
        sheet: &Sheet,
        table: &mut Table,
        filed: &mut Vec<Filed>,
        faults: &mut Faults,
    ) -> Result<(), FaultKind> {
        let (reader, columns) = (self.reader, self.columns);
        let plan = reader.plan();
        let block = Block::find(sheet, plan)?;
        let optional = |name: &Option<ColumnName>| name.as_ref().map(|name| block.column(name)).transpose();
        let money = [
            optional(&columns.net_profit_ytd)?,
            optional(&columns.low)?,
            optional(&columns.high)?,
            optional(&columns.net_profit_ytd_prior)?,
            optional(&columns.total_assets)?,
        ];
        let missing = FaultKind::MissingKey { key: "date", why: "write `date = { column = … }`" };
        let date = block.column(plan.date.column.as_ref().ok_or(missing)?)?;
        let kind_column = match &columns.kind {
            DocumentKind::Constant(_) => None,
            DocumentKind::Column { column, .. } => Some(block.column(column)?),
        };
        let prefer = columns.prefer.as_ref();
        let prefer =
            prefer.map(|prefer| block.column(&prefer.column).map(|at| (at, &prefer.order))).transpose()?;
        let rule = &reader.rules()[0];
        let release = rule.plan().column.as_ref().map(|name| block.column(name)).transpose()?;
        let release_form = DatePlan { format: rule.plan().format.clone(), ..DatePlan::default() };
        let vintage = rule.vintage_of_file(&sheet.path)?;
        let whose = whose(reader, sheet, &block)?;
        let rows = Rows::new(reader, sheet, &block, table);
        let changed = Changed::new(&plan.value, None, None);
        for row in &block.rows {
            let Some(company) = company(&rows, &whose, row, table, faults) else { continue };
            let period = moment(row.cell(date), &plan.date)
                .and_then(|moment| moment.rolled(plan.date.shift, plan.date.roll));
            let Some(period) = period else {
                rows.fault(row, date, FaultKind::NotADate, faults);
                continue;
            };
            if plan.is_outside(period) {
                table.report.leave_out("rows outside `first` and `last`", 1);
                continue;
            }
            let Some(kind) = self.kind(row, kind_column) else {
                table.report.leave_out("documents of other kinds", 1);
                continue;
            };
            let written = match Rows::day(row, release, &release_form) {
                Ok(written) => written,
                Err(column) => {
                    rows.fault(row, column, FaultKind::NotADate, faults);
                    continue;
                }
            };
            let (released, known) = match rule.released(period, written, vintage, self.trading) {
                Ok(known) => known,
                Err(kind) => {
                    rows.fault(row, release.unwrap_or(date), kind, faults);
                    continue;
                }
            };
            let Some(values) = numbers(&rows, row, &money, &plan.missing, changed, faults) else { continue };
            let [net_profit_ytd, low, high, net_profit_ytd_prior, total_assets] = values;
            if net_profit_ytd.or(low).or(high).is_none() {
                table.report.leave_out("documents without a profit", 1);
                continue;
            }
            table.report.n_assumed += usize::from(known == rotor_data::model::ReleaseDays::Assumed);
            let at = rows.at(row, money.iter().flatten().next().copied().unwrap_or(date));
            let filing = Filing {
                company: 0,
                period,
                released: Released(released),
                kind,
                net_profit_ytd,
                low,
                high,
                net_profit_ytd_prior,
                total_assets,
            };
            let rank = prefer.map_or(0, |(column, order)| {
                let text = row.cell(column).text();
                order.iter().position(|known| *known == text).unwrap_or(order.len())
            });
            filed.push(Filed { company, filing, rank, table: reader.position(), at });
        }
        Ok(())
    }

    fn kind(&self, row: &Row, column: Option<usize>) -> Option<FilingKind> {
        match (&self.columns.kind, column) {
            (DocumentKind::Constant(kind), _) => Some(*kind),
            (DocumentKind::Column { map, .. }, Some(column)) => {
                map.get(&row.cell(column).text()).and_then(|kind| kind.parse().ok())
            }
            _ => None,
        }
    }
}

/// The numbers of some cells of a row; `None` where one is at fault.
fn numbers<const N: usize>(
    rows: &Rows<'_>,
    row: &Row,
    columns: &[Option<usize>; N],
    missing: &[String],
    changed: Changed,
    faults: &mut Faults,
) -> Option<[Option<f64>; N]> {
    let mut values = [None; N];
    for (value, column) in values.iter_mut().zip(columns) {
        let Some(column) = *column else { continue };
        match number(row.cell(column), missing) {
            Ok(Number::Value(number)) => *value = Some(changed.of(number)),
            Ok(Number::Missing) => {}
            Err(kind) => {
                rows.fault(row, column, kind, faults);
                return None;
            }
        }
    }
    Some(values)
}

/// One filing a company, period, day and kind: equal ones once, and a fault where two differ.
fn one_a_document(mut filed: Vec<Filed>, table: &mut Table, faults: &mut Faults) -> Vec<Filed> {
    filed.sort_by(|one, other| {
        let key = |it: &Filed| (it.filing.period, it.filing.released.0, it.filing.kind.word(), it.rank);
        (&one.company, key(one)).cmp(&(&other.company, key(other)))
    });
    let mut kept: Vec<Filed> = Vec::with_capacity(filed.len());
    for it in filed {
        let key = |it: &Filed| (it.company.clone(), it.filing.period, it.filing.released, it.filing.kind);
        match kept.last().filter(|last| key(last) == key(&it)) {
            None => kept.push(it),
            Some(before) if before.filing == it.filing => {
                table.report.leave_out("rows that say the same again", 1);
            }
            Some(before) if before.rank < it.rank => {
                table.report.leave_out("rows of a document that another row stands for", 1);
            }
            Some(before) => {
                let place: Place = table.files[it.at.file].place(it.at, None);
                let kind = FaultKind::TwoValues {
                    what: format!("the {} of `{}`", it.filing.kind, it.company),
                    period: it.filing.period.to_string(),
                    one: before.filing.profit().unwrap_or(f64::NAN),
                    other: it.filing.profit().unwrap_or(f64::NAN),
                };
                faults.add(Some(it.table + 1), Some(place), kind);
            }
        }
    }
    table.report.n_kept += kept.len();
    kept
}

/// Numbers companies and filings; those of sectors or companies that the dataset does not have are left out and counted.
pub(super) fn numbered(
    members: Vec<Member>,
    filed: &[Filed],
    sector: impl Fn(&str) -> Option<u32>,
    read: &mut [Table],
) -> (Vec<Company>, Vec<Filing>) {
    let mut left_out = |table: usize, reason| {
        let report = &mut read[table].report;
        report.leave_out(reason, 1);
        report.n_kept -= 1;
    };
    let mut companies: Vec<Company> = Vec::with_capacity(members.len());
    for member in members {
        match sector(&member.sector) {
            None => left_out(member.table, "companies of sectors that the dataset does not have"),
            Some(sector) => companies.push(Company {
                sector,
                code: member.code,
                name: member.name,
                name_zh: member.name_zh,
                valid_from: member.valid_from,
                valid_to: member.valid_to,
            }),
        }
    }
    let codes: BTreeSet<&str> = companies.iter().map(|company| company.code.as_str()).collect();
    let numbers: BTreeMap<&str, u32> = codes.into_iter().zip(0..).collect();
    let mut filings: Vec<Filing> = Vec::with_capacity(filed.len());
    for it in filed {
        match numbers.get(it.company.as_str()) {
            None => left_out(it.table, "filings of companies that the dataset does not have"),
            Some(company) => filings.push(Filing { company: *company, ..it.filing }),
        }
    }
    (companies, filings)
}
