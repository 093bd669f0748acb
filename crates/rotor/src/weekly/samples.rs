//! Those who have reported a quarter, against the same companies a quarter before.

use rotor_data::{ComparableMember, comparable_growth};
use rotor_factor::{EntityKind, Quarter};
use rotor_run::{Config, Named, SampleRow, SampleRowKind, SampleTable};
use rotor_stats::less_than;

use super::known::{Known, Values};
use super::{named, of_kind};
use crate::releases::report_deadline;

/// The series of comparable samples: coverage, number of companies, growth since January, that of the quarter before, of the quarter alone.
pub(super) const SERIES: [&str; 5] = [
    "comparable_coverage",
    "comparable_n",
    "comparable_ytd_yoy",
    "comparable_ytd_yoy_before",
    "comparable_quarter_yoy",
];
/// The coverage from which on a row is shown.
const LEAST_COVERAGE: f64 = 0.05;

/// The quarters of which enough have reported and of which the deadline has not passed, the latest first.
pub(super) fn samples(known: &Known<'_>, config: &Config) -> Vec<SampleTable> {
    let Some(series) = SampleSeries::of(known) else { return Vec::new() };
    let last = known.as_of.0.quarter().plus(-1);
    // The annual report and that of the first quarter have one deadline.
    let quarters = [last, last.and_then(|quarter| quarter.plus(-1))];
    let is_open = |quarter: &Quarter| report_deadline(*quarter).is_some_and(|day| known.as_of.0 <= day);
    let open = quarters.into_iter().flatten().filter(is_open);
    open.filter_map(|quarter| sample(known, config, &series, quarter)).collect()
}

/// The series of comparable samples.
struct SampleSeries {
    coverage: Values,
    n: Values,
    since_january: Values,
    before: Values,
    quarter: Values,
}

impl SampleSeries {
    fn of(known: &Known<'_>) -> Option<Self> {
        let [coverage, n, since_january, before, quarter] = SERIES;
        Some(Self {
            coverage: known.values(coverage)?,
            n: known.values(n)?,
            since_january: known.values(since_january)?,
            before: known.values(before)?,
            quarter: known.values(quarter)?,
        })
    }

    /// The row of an entity, of which nothing but the series is known.
    fn row(&self, kind: SampleRowKind, name: Named, entity: usize, quarter: Quarter) -> Option<SampleRow> {
        let at = |values: &Values| values.at(entity, quarter.index());
        let (since_january, before) = (at(&self.since_january), at(&self.before));
        Some(SampleRow {
            kind,
            name,
            n: at(&self.n).unwrap_or(0.0) as usize,
            coverage: at(&self.coverage)?,
            since_january,
            quarter: at(&self.quarter),
            before,
            change: since_january.zip(before).map(|(now, before)| now - before),
            before_of_all: None,
        })
    }
}

fn sample(
    known: &Known<'_>,
    config: &Config,
    series: &SampleSeries,
    quarter: Quarter,
) -> Option<SampleTable> {
    let dataset = known.dataset;
    let members = dataset.comparable_members(known.as_of, quarter);
    // A growth that no longer exists leaves its last vintage in a series: where there are companies, they are asked.
    let row = |kind: SampleRowKind, name: Named, sector: Option<usize>| {
        let row = if members.is_empty() {
            series.row(kind, name, sector.or_else(|| dataset.market())?, quarter)?
        } else {
            let own = members.iter().filter(|member| sector.is_none_or(|sector| member.sector == sector));
            of_members(kind, name, &own.collect::<Vec<_>>(), quarter)
        };
        (!less_than(row.coverage, LEAST_COVERAGE)).then_some(row)
    };
    let all = row(SampleRowKind::Market, Named::word("market", ["All companies", "全部A股"]), None)?;
    let sectors: Vec<(usize, Named)> =
        of_kind(dataset, EntityKind::Sector).map(|(position, sector)| (position, named(sector))).collect();
    let is_financial = |sector: usize| config.weekly.financials.contains(&dataset.entities()[sector].code);
    let mut rows = vec![all];
    if !members.is_empty() && sectors.iter().any(|(sector, _)| is_financial(*sector)) {
        let others: Vec<&ComparableMember> =
            members.iter().filter(|member| !is_financial(member.sector)).collect();
        rows.push(of_members(SampleRowKind::WithoutFinancials, without_financials(), &others, quarter));
    }
    rows.extend(
        sectors.iter().filter_map(|(sector, name)| row(SampleRowKind::Sector, name.clone(), Some(*sector))),
    );
    // Whoever lost as much moves the sum of all.
    let loss = config.weekly.exclude_loss;
    let is_large =
        |member: &&ComparableMember| member.now.is_some_and(|(profit, _)| less_than(profit, -loss));
    let large: Vec<&ComparableMember> = members.iter().filter(is_large).collect();
    let without_losses = if large.is_empty() {
        Vec::new()
    } else {
        let kept: Vec<&ComparableMember> = members.iter().filter(|member| !is_large(member)).collect();
        let only = |is_in: &dyn Fn(usize) -> bool| -> Vec<&ComparableMember> {
            kept.iter().filter(|member| is_in(member.sector)).copied().collect()
        };
        let row = |row: &SampleRow| {
            let of = match row.kind {
                SampleRowKind::Market => kept.clone(),
                SampleRowKind::WithoutFinancials => only(&|sector| !is_financial(sector)),
                SampleRowKind::Sector => {
                    let sector = dataset.find_entity(&row.name.code)?;
                    if !large.iter().any(|member| member.sector == sector) {
                        return None;
                    }
                    only(&|other| other == sector)
                }
            };
            Some(of_members(row.kind, row.name.clone(), &of, quarter))
        };
        rows.iter().filter_map(row).collect()
    };
    let company = |member: &&ComparableMember| {
        let company = &dataset.companies()[member.company];
        Named { code: company.code.clone(), name: company.name.clone(), name_zh: company.name_zh.clone() }
    };
    Some(SampleTable {
        quarter,
        deadline: report_deadline(quarter)?,
        rows,
        without_losses,
        large_losses: large.iter().map(company).collect(),
        loss,
        n_without_assets: (!members.is_empty())
            .then(|| members.iter().filter(|member| member.assets.is_none()).count()),
    })
}

fn without_financials() -> Named {
    Named::word("without_financials", ["Without financials", "剔除金融"])
}

/// The row of any set of companies, by the rules of the series.
fn of_members(
    kind: SampleRowKind,
    name: Named,
    members: &[&ComparableMember],
    quarter: Quarter,
) -> SampleRow {
    let sample: Vec<((f64, f64), (f64, f64))> =
        members.iter().filter_map(|member| member.now.zip(member.before)).collect();
    let assets = |is_counted: &dyn Fn(&ComparableMember) -> bool| -> f64 {
        let counted = members.iter().filter(|member| is_counted(member));
        counted.map(|member| member.assets.unwrap_or(0.0)).sum()
    };
    let since_january = comparable_growth(sample.iter().map(|(now, _)| *now));
    let before = comparable_growth(sample.iter().map(|(_, before)| *before));
    // In the first quarter the year to date is the quarter.
    let single = sample.iter().map(|(now, before)| match quarter.number() {
        1 => *now,
        _ => (now.0 - before.0, now.1 - before.1),
    });
    let coverage = assets(&ComparableMember::is_in_sample) / assets(&|_| true);
    let is_told = since_january.is_some() && before.is_some() && coverage.is_finite();
    SampleRow {
        kind,
        name,
        n: sample.len(),
        coverage: if is_told { coverage } else { 0.0 },
        since_january,
        quarter: comparable_growth(single),
        before,
        change: since_january.zip(before).map(|(now, before)| now - before),
        before_of_all: comparable_growth(members.iter().filter_map(|member| member.before)),
    }
}
