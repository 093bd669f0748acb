//! Closes of the sectors and benchmarks.
//!
//! A log return is the sector's share in the market's, that of its group, and its own part. All three have fat
//! tails and volatility that comes in clusters. The own part also has the one planted drift: over the holding
//! period that begins at the first trading day of month m + 1, `tilt` for every unit of prosperity in month m.

use libm::{exp, sqrt};
use rotor_data::model::Price;
use rotor_factor::{Date, Group, Month};

use crate::Plan;
use crate::calendar::{day, execution_day, is_trading_day, later, month_later, trading_days};
use crate::catalogue::{BENCHMARKS, CHINEXT, N_SECTORS, SECTORS, TRAITS, sector_position};
use crate::economy::Economy;
use crate::random::{Clusters, Stream, rounded, standardize};
use crate::releases::Recorder;

/// Mean log return of the market a year.
pub(crate) const MARKET_DRIFT: f64 = 0.04;
/// Drift of a sector's own part over a month for one standard deviation of prosperity.
pub(crate) const TILT: f64 = 0.006;
/// Trading days of an average year.
const TRADING_DAYS_PER_YEAR: f64 = 243.0;
/// A day's limit in log return, as for mainland shares.
const DAILY_LIMIT: f64 = 0.095;

/// Closes that are missing: sector, first missing trading day, how many. The second spans an execution day.
pub(crate) const GAPS: [(&str, [u32; 3], usize); 3] =
    [("801230", [2013, 6, 13], 4), ("801960", [2018, 10, 30], 3), ("801210", [2015, 7, 8], 5)];

/// How much returns vary, as standard deviations of log returns.
#[derive(Clone, Copy)]
pub(crate) struct Volatility {
    /// The market, a year.
    pub(crate) market: f64,
    /// Each group, a year.
    pub(crate) group: f64,
    /// The own part of a sector, a month: the least and the most over sectors.
    pub(crate) own_monthly: [f64; 2],
}

/// The closes of a world, as logarithms before rounding.
pub(crate) struct Prices {
    /// The days of the closes, oldest first.
    pub(crate) days: Vec<Date>,
    /// Log closes by sector and day.
    pub(crate) sectors: Vec<Vec<f64>>,
    /// The same without the planted drift. Prosperity lasts, so the drift of the past tells something of the drift to come; what
    /// is to say nothing of returns is made of these.
    pub(crate) undrifted: Vec<Vec<f64>>,
    /// Log closes by benchmark and day.
    pub(crate) benchmarks: Vec<Vec<f64>>,
    /// Log return of each sector's own part by holding period, in the order of `holdings`.
    pub(crate) own_returns: Vec<Vec<f64>>,
    /// The complete holding periods.
    pub(crate) holdings: Vec<Holding>,
}

/// A period over which a portfolio is held, from the close of one execution day to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    /// The last complete month before it, whose prosperity tilts it.
    pub(crate) informed_by: Month,
    /// Position of its first close in `days`.
    pub(crate) entry: usize,
    /// Position of its last close.
    pub(crate) exit: usize,
}

impl Prices {
    /// Draws the closes of a world.
    pub(crate) fn new(plan: &Plan, economy: &Economy) -> Self {
        let daily = plan.world.has_daily_closes();
        let days =
            if daily { trading_days(plan.first_day(), plan.last.last_day()) } else { plan.month_ends() };
        let per_year = if daily { TRADING_DAYS_PER_YEAR } else { 12.0 };
        let informed_by: Vec<Month> = days.iter().map(|day| informing_month(*day, daily)).collect();
        let own_parts = own_parts(plan, economy, &informed_by, per_year);
        let (market, groups) = common_parts(plan, days.len(), per_year);

        let paths = |own: fn(&OwnPart) -> &[f64]| -> Vec<Vec<f64>> {
            let path = |(part, template): (&OwnPart, &usize)| {
                let (traits, group) = (&TRAITS[*template], &groups[SECTORS[*template].group as usize]);
                let returns = (0..days.len()).map(|i| traits.beta * market[i] + group[i] + own(part)[i]);
                log_path(traits.level, returns, daily)
            };
            own_parts.iter().zip(&plan.templates).map(path).collect()
        };
        let (sectors, undrifted) = (paths(|own| &own.returns), paths(|own| &own.undrifted));
        let benchmarks = benchmark_paths(plan, &sectors, &market, &days, per_year);
        let holdings = holdings(&informed_by, daily);
        let own_returns = own_parts
            .iter()
            .map(|own| {
                holdings
                    .iter()
                    .map(|period| own.returns[period.entry + 1..=period.exit].iter().sum())
                    .collect()
            })
            .collect();
        Self { days, sectors, undrifted, benchmarks, own_returns, holdings }
    }

    /// Writes down the closes, sector by sector and then the benchmarks.
    pub(crate) fn publish(&self, plan: &Plan, recorder: &mut Recorder) {
        let gaps = if plan.world.has_gaps() { &GAPS[..] } else { &[] };
        let benchmarks = (0..BENCHMARKS.len()).map(|b| plan.benchmark(b));
        let entities = (0..plan.n_sectors()).map(|s| plan.sector(s)).chain(benchmarks);
        let prices = &mut recorder.tables.prices;
        prices.reserve(self.days.len() * (self.sectors.len() + self.benchmarks.len()));
        for (entity, path) in entities.zip(self.sectors.iter().chain(&self.benchmarks)) {
            let code = recorder.tables.entities[entity as usize].code.as_str();
            let missing = |date: Date| {
                gaps.iter().any(|(sector, first, n)| *sector == code && gap_days(*first, *n).contains(&date))
            };
            let begins = first_day_of(code);
            for (date, log_close) in self.days.iter().zip(path) {
                if *date >= begins && !missing(*date) {
                    // A close of zero after rounding cannot be; an index stops at its smallest step.
                    let close = rounded(exp(*log_close), 2).max(0.01);
                    prices.push(Price { entity, date: *date, close });
                }
            }
        }
    }

    /// Returns the position of the last close on or before a date.
    pub(crate) fn last_on(&self, date: Date) -> Option<usize> {
        self.days.partition_point(|day| *day <= date).checked_sub(1)
    }
}

/// Returns the trading days of a gap.
pub(crate) fn gap_days([year, month, number]: [u32; 3], n_days: usize) -> Vec<Date> {
    let first = day(year as i32, month, number);
    (0..).map(|days| later(first, days)).filter(|date| is_trading_day(*date)).take(n_days).collect()
}

/// Returns the day before which an entity has no close, whatever the world.
pub(crate) fn first_day_of(code: &str) -> Date {
    if code == CHINEXT { day(2010, 6, 1) } else { Date::MIN }
}

/// Returns the month whose prosperity tilts the return that ends on a day.
///
/// A return up to and including an execution day still belongs to the period that began a month before it. With
/// month-end closes the period begins at the end of the month that informs it.
fn informing_month(date: Date, daily: bool) -> Month {
    let opens_a_period = daily && date == execution_day(date.month());
    month_later(date.month(), if opens_a_period { -2 } else { -1 })
}

/// Returns the market's log returns, and those of each group.
fn common_parts(plan: &Plan, n: usize, per_year: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let volatility = plan.world.volatility();
    // Centred, so that fifteen years come out near the planted drift; a leaky world wants independence instead.
    let centre = !plan.world.leaks();
    let part = |purpose, index, annual: f64, drift: f64| {
        let mut shocks = clusters(plan).shocks(&mut Stream::new(plan.seed, purpose, index), n);
        standardize(&mut shocks, centre);
        let scale = annual / sqrt(per_year);
        shocks.iter().map(|shock| drift / per_year + scale * shock).collect::<Vec<f64>>()
    };
    let groups = (0..Group::ALL.len()).map(|group| part("groups", group, volatility.group, 0.0)).collect();
    (part("market", 0, volatility.market, MARKET_DRIFT), groups)
}

/// The log returns of a sector's own part, by day.
struct OwnPart {
    returns: Vec<f64>,
    /// Without the planted drift.
    undrifted: Vec<f64>,
}

/// Returns each sector's own part.
fn own_parts(plan: &Plan, economy: &Economy, informed_by: &[Month], per_year: f64) -> Vec<OwnPart> {
    let [least, most] = plan.world.volatility().own_monthly;
    let tilt = plan.world.tilt();
    let positions: Vec<usize> = informed_by.iter().map(|month| plan.axis.position(*month)).collect();
    let mut steps = vec![0.0; plan.axis.len()];
    for position in &positions {
        steps[*position] += 1.0;
    }
    (0..plan.n_sectors())
        .map(|sector| {
            let mut stream = Stream::new(plan.seed, "own returns", sector);
            let scale = stream.between(least, most) * sqrt(12.0 / per_year);
            let mut shocks = clusters(plan).shocks(&mut stream, positions.len());
            standardize(&mut shocks, false);
            let prosperity = &economy.prosperity[plan.templates[sector]];
            let drift = |position: usize| tilt * prosperity[position] / steps[position];
            let undrifted: Vec<f64> = shocks.iter().map(|shock| scale * shock).collect();
            let returns = undrifted.iter().zip(&positions).map(|(own, position)| own + drift(*position));
            OwnPart { returns: returns.collect(), undrifted }
        })
        .collect()
}

/// Returns the log closes of the benchmarks: blends of sectors with noise of their own.
///
/// Only the first sector of each kind counts, so that a benchmark of a large world is the same blend. If a world
/// is too small to hold one of them, the market stands in.
fn benchmark_paths(
    plan: &Plan,
    sectors: &[Vec<f64>],
    market: &[f64],
    days: &[Date],
    per_year: f64,
) -> Vec<Vec<f64>> {
    let change = |path: &[f64], i: usize| if i == 0 { 0.0 } else { path[i] - path[i - 1] };
    let of_benchmark = |benchmark: &super::catalogue::Benchmark| {
        let mut stream = Stream::new(plan.seed, "benchmark noise", benchmark.stream);
        let blend: Vec<_> =
            benchmark.blend.iter().map(|(code, share)| (sector_position(code), *share)).collect();
        let complete = sectors.len() >= N_SECTORS;
        let returns = (0..days.len()).map(|i| {
            let blended = blend.iter().map(|(sector, share)| {
                share * if complete { change(&sectors[*sector], i) } else { market[i] }
            });
            blended.sum::<f64>() + 0.015 / sqrt(per_year) * stream.normal()
        });
        let mut path = log_path(benchmark.level, returns, false);
        if benchmark.code == CHINEXT {
            // Its level is that of its own first day.
            let first = days.partition_point(|day| *day < first_day_of(CHINEXT)).min(days.len() - 1);
            let shift = libm::log(benchmark.level) - path[first];
            for log_close in &mut path {
                *log_close += shift;
            }
        }
        path
    };
    BENCHMARKS.iter().map(of_benchmark).collect()
}

/// Returns log closes that begin at `level`; the return of the first day is that level's own history and is left out.
fn log_path(level: f64, returns: impl Iterator<Item = f64>, limited: bool) -> Vec<f64> {
    let limit = if limited { DAILY_LIMIT } else { f64::INFINITY };
    let mut path: Vec<f64> = returns.map(|change| change.clamp(-limit, limit)).collect();
    path[0] = libm::log(level);
    for i in 1..path.len() {
        path[i] += path[i - 1];
    }
    path
}

/// Returns the holding periods that begin and end inside the closes.
fn holdings(informed_by: &[Month], daily: bool) -> Vec<Holding> {
    // A period ends with the last return that one month informs, and the next begins with the same close.
    let ends: Vec<usize> = (0..informed_by.len())
        .filter(|i| informed_by.get(i + 1).is_none_or(|next| *next != informed_by[*i]))
        // With daily closes the period that the last day lies in has no exit yet.
        .filter(|i| !daily || i + 1 < informed_by.len())
        .collect();
    ends.windows(2)
        .map(|pair| Holding { informed_by: informed_by[pair[1]], entry: pair[0], exit: pair[1] })
        .collect()
}

fn clusters(plan: &Plan) -> Clusters {
    if plan.world.has_daily_closes() && !plan.world.leaks() { Clusters::DAILY } else { Clusters::NONE }
}
