//! Listed companies and what they file: forecasts, figures in brief, reports.
//!
//! The companies of a sector together earn what its `net_profit_ytd_yoy` says, to the last digit, once all of them have reported. Until then
//! the early ones speak for all, and they are worse than the others: whoever takes them for the sector is misled. In a null world they are
//! not; that the parts add up to the whole is true in every world, for it is a matter of counting.

use libm::{exp, sqrt};
use rotor_data::model::{Company, Filing, FilingKind};
use rotor_factor::{Date, Quarter, Released};

use crate::Plan;
use crate::calendar::{day, later};
use crate::catalogue::{SECTORS, TRAITS};
use crate::random::{Stream, rounded};
use crate::releases::{Recorder, report_deadline};

/// Companies of each sector.
pub(crate) const COMPANIES: usize = 12;
/// The first year for which companies file.
pub(crate) const FIRST_YEAR: i32 = 2014;
/// Share of the filings that come ahead of a report.
pub(crate) const EARLY_SHARE: f64 = 0.3;
/// Half the width of a forecast's range, as a share of its middle.
pub(crate) const RANGE: f64 = 0.1;
/// Standard deviation of the growth of companies about that of their sector, in percent.
pub(crate) const SPREAD: f64 = 20.0;
/// Correlation of a company's growth with how late it reports.
pub(crate) const SELECTION: f64 = 0.6;

/// Days over which reports are spread, up to the deadline.
const REPORT_DAYS: i32 = 42;
/// Profit from January to the end of each quarter, as a share of the year's.
const SEASON: [f64; 4] = [0.22, 0.49, 0.74, 1.0];

/// A company of a sector: when it is listed, and how large it is.
struct Member {
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    /// Its share of the profit of the sector.
    share: f64,
    /// Total assets at the beginning of [`FIRST_YEAR`], in `cny_100m`.
    assets: f64,
}

/// What a company earned in the months of a report, and in those of the year before.
struct Result {
    profit: f64,
    prior: f64,
}

/// Writes down `companies` and `filings`, sector by sector.
pub(crate) fn publish(plan: &Plan, recorder: &mut Recorder) {
    let quarters: Vec<Quarter> = (Quarter::new(FIRST_YEAR, 1).expect("a constant").index()..)
        .map_while(Quarter::from_index)
        .take_while(|quarter| quarter.last_month() <= plan.last)
        .collect();
    for sector in 0..plan.n_sectors() {
        let names = &SECTORS[plan.templates[sector]];
        let members = members(plan, sector);
        for (number, member) in members.iter().enumerate() {
            recorder.tables.companies.push(Company {
                code: format!("{}{:02}", names.code, number + 1),
                name: format!("{} {}", names.name, number + 1),
                name_zh: Some(format!("{}{}号", names.name_zh, number + 1)),
                sector: plan.sector(sector),
                valid_from: member.valid_from,
                valid_to: member.valid_to,
            });
        }
        let growth = growth(plan, sector, recorder);
        let mut streams: Vec<Stream> = (0..COMPANIES)
            .map(|number| Stream::new(plan.seed, "filings", sector * COMPANIES + number))
            .collect();
        let mut of_sector: Vec<Vec<Filing>> = vec![Vec::new(); COMPANIES];
        for (quarter, growth) in quarters.iter().filter_map(|quarter| Some((quarter, growth(*quarter)?))) {
            file(plan, sector, *quarter, growth, &members, &mut streams, &mut of_sector);
        }
        recorder.tables.filings.extend(of_sector.into_iter().flatten());
    }
}

/// Returns the first vintages of `net_profit_ytd_yoy` of a sector.
fn growth(plan: &Plan, sector: usize, recorder: &Recorder) -> impl Fn(Quarter) -> Option<f64> + use<> {
    let tables = &recorder.tables;
    let series = tables.series.iter().position(|series| series.name == "net_profit_ytd_yoy");
    let series = series.map(|position| position as u32);
    let entity = plan.sector(sector);
    let of_sector =
        tables.observations.iter().filter(|row| Some(row.series) == series && row.entity == entity);
    let rows: Vec<(Date, f64)> = of_sector.map(|row| (row.period, row.value)).collect();
    // The first vintage of a period stands before the others.
    move |quarter| rows.iter().find(|(period, _)| *period == quarter.last_day()).map(|(_, value)| *value)
}

/// Draws the companies of a sector. The last but one leaves the exchange on some day, the last comes to it.
fn members(plan: &Plan, sector: usize) -> Vec<Member> {
    let mut stream = Stream::new(plan.seed, "companies", sector);
    let sizes: Vec<f64> = (0..COMPANIES).map(|_| exp(0.9 * stream.normal())).collect();
    let earning: Vec<f64> = sizes.iter().map(|size| size * exp(0.3 * stream.normal())).collect();
    let total: f64 = earning.iter().sum();
    // Between two seasons of reports, so that the members of a quarter are the same on every day of its season.
    let some_day = |stream: &mut Stream| {
        let year = stream.whole(FIRST_YEAR + 1, FIRST_YEAR + 9);
        later(day(year, 5, 10), stream.whole(0, 60))
    };
    let (leaves, comes) = (some_day(&mut stream), some_day(&mut stream));
    let of_sector = TRAITS[plan.templates[sector]].float_cap / 12.0;
    let member = |(number, (size, earning)): (usize, (f64, f64))| Member {
        valid_from: (number == COMPANIES - 1).then_some(comes),
        valid_to: (number == COMPANIES - 2).then_some(leaves),
        share: earning / total,
        assets: of_sector * size,
    };
    sizes.into_iter().zip(earning).enumerate().map(member).collect()
}

/// Files a quarter of a sector.
fn file(
    plan: &Plan,
    sector: usize,
    quarter: Quarter,
    growth: f64,
    members: &[Member],
    streams: &mut [Stream],
    of_sector: &mut [Vec<Filing>],
) {
    let deadline = report_deadline(quarter);
    let earliest = later(quarter.last_day(), 10);
    let first = later(deadline, -REPORT_DAYS).max(earliest);
    let days = deadline.days() - first.days();
    // By company: how late in the time for reports, and what it grows by against its sector.
    let lateness: Vec<f64> = streams.iter_mut().map(Stream::uniform).collect();
    let selection = if plan.world.is_related() { SELECTION } else { 0.0 };
    let own_share = sqrt(1.0 - selection * selection);
    let own: Vec<f64> = streams
        .iter_mut()
        .zip(&lateness)
        // A uniform number has a standard deviation of 0.289.
        .map(|(stream, late)| SPREAD * (selection * (late - 0.5) / 0.289 + own_share * stream.normal()))
        .collect();
    let released: Vec<Date> = lateness
        .iter()
        .zip(&*of_sector)
        .map(|(late, filed)| {
            let drawn = filing_day(later(first, (late * f64::from(days + 1)) as i32)).min(deadline);
            // Nobody reports the first quarter before the year that it follows.
            filed.last().map_or(drawn, |before| drawn.max(before.released.0))
        })
        .collect();
    // A company files until it leaves, and the one that comes has filed before.
    let files = |number: usize| members[number].valid_to.is_none_or(|last| deadline <= last);
    let is_member =
        |number: usize| files(number) && members[number].valid_from.is_none_or(|first| first <= deadline);
    let results = results(plan, sector, quarter, growth, members, &own, is_member);
    for (number, result) in results.iter().enumerate() {
        // All numbers are drawn, so that one company that leaves moves no other.
        let stream = &mut streams[number];
        let (is_early, is_forecast) = (stream.chance(EARLY_SHARE), stream.chance(0.5));
        let [ahead, shift] = [stream.whole(3, 50), stream.whole(-25, 15)];
        let guess = stream.normal();
        let has_prior = stream.chance(0.5);
        if !files(number) {
            continue;
        }
        let report = Filing {
            company: (sector * COMPANIES + number) as u32,
            period: quarter.last_day(),
            released: Released(released[number]),
            kind: FilingKind::Report,
            net_profit_ytd: Some(result.profit),
            low: None,
            high: None,
            net_profit_ytd_prior: Some(result.prior),
            total_assets: Some(assets(&members[number], quarter)),
        };
        if is_early && is_forecast {
            let middle = result.profit * (1.0 + 0.05 * guess);
            let before = filing_day(later(quarter.last_day(), shift)).min(later(released[number], -1));
            of_sector[number].push(Filing {
                released: Released(before),
                kind: FilingKind::Forecast,
                net_profit_ytd: None,
                low: Some(rounded(middle - RANGE * middle.abs(), 2)),
                high: Some(rounded(middle + RANGE * middle.abs(), 2)),
                net_profit_ytd_prior: report.net_profit_ytd_prior.filter(|_| has_prior),
                total_assets: None,
                ..report
            });
        } else if is_early {
            let before = filing_day(later(released[number], -ahead).max(later(quarter.last_day(), 5)));
            let before = before.min(later(released[number], -1));
            of_sector[number].push(Filing {
                released: Released(before),
                kind: FilingKind::Express,
                net_profit_ytd: Some(rounded(result.profit * (1.0 + 0.01 * guess), 2)),
                total_assets: None,
                ..report
            });
        }
        of_sector[number].push(report);
    }
}

/// Returns the day on which something is filed that is ready on another: companies file on the evenings of Tuesdays and Fridays.
fn filing_day(ready: Date) -> Date {
    let days = (0..7).map(|days| later(ready, days));
    days.clone().find(|day| matches!(day.weekday(), 2 | 5)).unwrap_or(ready)
}

/// Returns total assets at the end of a quarter: they grow by 6% a year.
fn assets(member: &Member, quarter: Quarter) -> f64 {
    let years = f64::from(quarter.index() - (FIRST_YEAR - 1970) * 4) / 4.0;
    rounded(member.assets * exp(0.06 * years), 0).max(1.0)
}

/// Draws what the companies of a sector earned, so that the members together grew by what the sector publishes.
fn results(
    plan: &Plan,
    sector: usize,
    quarter: Quarter,
    growth: f64,
    members: &[Member],
    own: &[f64],
    is_member: impl Fn(usize) -> bool,
) -> Vec<Result> {
    let traits = &TRAITS[plan.templates[sector]];
    let years = f64::from(quarter.year() - FIRST_YEAR);
    let of_sector = 3.0 * traits.float_cap / traits.multiples[0] * exp(0.05 * years);
    let base = of_sector * SEASON[quarter.number() as usize - 1];
    let prior = |number: usize| rounded(base * members[number].share, 4);
    let mut results: Vec<Result> = (0..COMPANIES)
        .map(|number| {
            let prior = prior(number);
            Result { profit: rounded(prior * (1.0 + (growth + own[number]) / 100.0), 4), prior }
        })
        .collect();
    let of_members = || (0..COMPANIES).filter(|number| is_member(*number));
    let before: f64 = of_members().map(|number| results[number].prior).sum();
    let now: f64 = of_members().map(|number| results[number].profit).sum();
    // What is missing is spread over the members by their size; the largest takes what rounding leaves.
    let missing = before * (1.0 + growth / 100.0) - now;
    for number in of_members() {
        results[number].profit =
            rounded(results[number].profit + missing * results[number].prior / before, 4);
    }
    let now: f64 = of_members().map(|number| results[number].profit).sum();
    if let Some(largest) = of_members().max_by(|a, b| results[*a].prior.total_cmp(&results[*b].prior)) {
        let left = before * (1.0 + growth / 100.0) - now;
        results[largest].profit = rounded(results[largest].profit + left, 4);
    }
    results
}
