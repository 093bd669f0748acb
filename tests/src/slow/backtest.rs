//! The replay, month by month (sections 6.0, 6.5 and 6.9 of the method).
//!
//! Every question about a day goes back to the raw rows: which days are trading days, what a sector cost, what was said.
//! There are no metrics here, only what the run folder's tables hold.

use std::collections::BTreeMap;

use rotor_factor::{Date, EntityKind, Month};

use super::{Answer, EntityRow, Facts, Forecast, Scale, before};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The calendar month of the first execution day.
    pub start: Month,
    /// The calendar month of the last execution day, if bounded.
    pub end: Option<Month>,
    /// How many sectors are picked.
    pub top: usize,
    /// How the picks are weighted.
    pub weights: Weights,
    /// What counts in the place of a score that is missing.
    pub missing: Missing,
    /// Who is picked of sectors that have the same total.
    pub ties: Ties,
    /// The fewest factors that must score a pick.
    pub min_factors: usize,
    /// What it costs to trade the whole portfolio one way, in basis points.
    pub cost_bp: f64,
    /// Which day of a month is its execution day.
    pub rebalance: Rebalance,
    /// At which close the trade takes place.
    pub execution: ExecutionClose,
    /// The codes of sectors that nobody is shown and nobody holds.
    pub exclude: Vec<String>,
    /// The weights of the factors in their order; those that are not there are 1.
    pub factor_weights: Vec<f64>,
}

/// How the picks are weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All alike.
    Equal,
    /// The better the place, the more: of five picks 5, 4, 3, 2 and 1 fifteenths.
    Rank,
}

/// What counts in the place of a score that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A 2.
    Neutral,
    /// The mean of the scores that are there.
    Average,
}

/// Who is picked of sectors that have the same total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The one with the higher raw values; each of them, in part, if these are equal too.
    Percentile,
    /// Each of them, in part, whatever the raw values.
    Fractional,
}

/// Which day of a month is its execution day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebalance {
    /// The first trading day.
    MonthStart,
    /// The first trading day after consumer and producer prices came out, or the last one if they did not.
    AfterCpi,
}

/// At which close the trade takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionClose {
    /// That of the execution day.
    Close,
    /// That of the trading day after it.
    NextClose,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            start: Month::new(2015, 1).expect("it is a month"),
            end: None,
            top: 5,
            weights: Weights::Equal,
            missing: Missing::Neutral,
            ties: Ties::Percentile,
            min_factors: 2,
            cost_bp: 15.0,
            rebalance: Rebalance::MonthStart,
            execution: ExecutionClose::Close,
            exclude: Vec::new(),
            factor_weights: Vec::new(),
        }
    }
}

/// A factor: what it says of some facts on an execution day.
pub type Factor<'a> = &'a dyn Fn(&Facts, Date) -> Answer;

/// A replay.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// Every execution, oldest first, those that were skipped too.
    pub days: Vec<DayResult>,
    /// What one invested in each portfolio or benchmark has become, by name and day; nothing with month-end closes.
    pub net_values: BTreeMap<(String, Date), f64>,
}

/// An execution.
#[derive(Clone, Debug)]
pub struct DayResult {
    /// The execution day E.
    pub execution: Date,
    /// The day at whose close the picks are bought.
    pub bought: Date,
    /// The day on which what was bought is sold.
    pub exit: Date,
    /// The last complete month at E.
    pub month: Month,
    /// What each factor says.
    pub answers: Vec<Answer>,
    /// For each factor and each of its forecasts what came true and when, if anything did.
    pub realized: Vec<Vec<Option<(f64, Date)>>>,
    /// What was held; `None` before the first month in which a factor is live.
    pub kept: Option<Kept>,
}

/// What was held from an execution to its exit.
#[derive(Clone, Debug)]
pub struct Kept {
    /// By its code, where each sector of the cross-section stands.
    pub ranking: BTreeMap<String, Place>,
    /// The weights of each portfolio of sectors, before costs, by its name.
    pub weights: BTreeMap<&'static str, BTreeMap<String, f64>>,
    /// The return of each portfolio, by its name.
    pub returns: BTreeMap<String, f64>,
    /// Whether sectors outside the places held are equal to the last one inside, and share its weight.
    pub shares_last_place: bool,
    /// Half the sum of the absolute changes of weights.
    pub turnover: f64,
    /// What the trade costs, as a part of the portfolio.
    pub cost: f64,
}

/// Where a sector stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The sum of its scores.
    pub total: f64,
    /// The mean of its percentiles.
    pub tie_break: f64,
    /// Its position in the order, from 1.
    pub rank: usize,
    /// Its part of the portfolio.
    pub weight: f64,
}

/// When something is decided, bought and sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The execution day E, before which all that counts was public.
    pub day: Date,
    /// The day at whose close the picks are bought.
    pub bought: Date,
    /// The day at whose close they are sold.
    pub exit: Date,
}

/// Replays some factors.
///
/// # Panics
///
/// If month-end closes are to be traded on any day but the month-end.
#[must_use]
pub fn backtest(facts: &Facts, factors: &[Factor<'_>], options: &Options) -> Backtest {
    let executions = executions(facts, options);
    let facts = &facts.without(&options.exclude);
    let ask = |day: Date| factors.iter().map(|factor| factor(facts, day)).collect::<Vec<Answer>>();

    let mut answers: Vec<(Date, Vec<Answer>)> =
        executions.iter().map(|execution| (execution.day, ask(execution.day))).collect();
    // What was forecast last comes true after the last execution day.
    answers.extend(executions.last().map(|last| (last.exit, ask(last.exit))));

    let mut days = Vec::new();
    // The weights as the returns since the last trade have left them.
    let mut held: BTreeMap<String, f64> = BTreeMap::new();
    let mut has_begun = false;
    for (position, execution) in executions.iter().enumerate() {
        let (now, later) = (&answers[position].1, &answers[position + 1..]);
        let realize = |factor: usize| {
            let forecasts = now[factor].forecasts.iter();
            forecasts.map(|forecast| realized(facts, factor, forecast, execution.day, later)).collect()
        };
        let counting = counting(now, options);
        has_begun |=
            counting.iter().any(|(_, answer)| answer.sectors.values().any(|marks| marks.score.is_some()));
        let kept = has_begun.then(|| keep(facts, &counting, execution, &mut held, options));
        days.push(DayResult {
            execution: execution.day,
            bought: execution.bought,
            exit: execution.exit,
            month: facts.month(execution.day),
            answers: now.clone(),
            realized: (0..factors.len()).map(realize).collect(),
            kept,
        });
    }
    let net_values = if facts.is_month_end { BTreeMap::new() } else { net_values(facts, &days) };
    Backtest { days, net_values }
}

/// Returns the executions of a replay, oldest first: those that have an exit, and on which most of the data have not ended.
///
/// # Panics
///
/// If month-end closes are to be traded on any day but the month-end.
#[must_use]
pub fn executions(facts: &Facts, options: &Options) -> Vec<Execution> {
    let is_usual = options.rebalance == Rebalance::MonthStart && options.execution == ExecutionClose::Close;
    assert!(is_usual || !facts.is_month_end, "month-end closes are traded at the month-end");
    let calendar = facts.trading_days();
    let mut days: BTreeMap<Month, Date> = BTreeMap::new();
    for month in calendar.iter().map(|day| day.month()) {
        if let Some(day) = execution_day(facts, &calendar, month, options.rebalance) {
            days.insert(month, day);
        }
    }
    let shown = facts.without(&options.exclude);
    let ended = ended(&shown, days.values().copied());
    let traded = |day: Date| match options.execution {
        ExecutionClose::Close => Some(day),
        ExecutionClose::NextClose => first_after(&calendar, day),
    };
    let execution = |(month, day): (&Month, &Date)| {
        let next = match options.rebalance {
            Rebalance::MonthStart => days.get(&before(*month, -1)),
            Rebalance::AfterCpi => days.values().find(|later| *later > day),
        };
        Some(Execution { day: *day, bought: traded(*day)?, exit: traded(*next?)? })
    };
    let is_inside = |month: &Month| *month >= options.start && options.end.is_none_or(|end| *month <= end);
    let is_replayed = |(month, day): &(&Month, &Date)| is_inside(month) && !ended.contains(day);
    days.iter().filter(is_replayed).filter_map(execution).collect()
}

/// The days, of those given, on which the cross-section has fewer than half of the living sectors that had a fresh close on one of
/// the three days before; days that are among these do not count for later ones.
fn ended(facts: &Facts, days: impl Iterator<Item = Date>) -> Vec<Date> {
    let (mut ended, mut counted): (Vec<Date>, Vec<Date>) = (Vec::new(), Vec::new());
    for day in days {
        let before = &counted[counted.len().saturating_sub(3)..];
        let was_there = |sector: &&EntityRow| {
            let is_shown = !facts.excluded.contains(&sector.code) && sector.is_alive(day);
            is_shown && before.iter().any(|day| facts.fresh_close(&sector.code, *day).is_some())
        };
        let known: Vec<&EntityRow> = facts.sectors().filter(was_there).collect();
        let is_left = |sector: &&&EntityRow| facts.fresh_close(&sector.code, day).is_some();
        if 2 * known.iter().filter(is_left).count() < known.len() {
            ended.push(day);
        } else {
            counted.push(day);
        }
    }
    ended
}

fn first_after(calendar: &[Date], day: Date) -> Option<Date> {
    calendar.iter().copied().find(|later| *later > day)
}

/// The day of a month on which the portfolio is decided, if there is one.
fn execution_day(facts: &Facts, calendar: &[Date], month: Month, rebalance: Rebalance) -> Option<Date> {
    let of_month: Vec<Date> = calendar.iter().copied().filter(|day| day.month() == month).collect();
    if rebalance == Rebalance::MonthStart {
        return of_month.first().copied();
    }
    let known = prices_known(facts, before(month, 1));
    let after = known.and_then(|known| of_month.iter().copied().find(|day| *day > known));
    after.or_else(|| {
        // Until the month is over they may still come out in it.
        let mut rest = (facts.last.days() + 1..=month.last_day().days()).filter_map(Date::from_days);
        let is_over = !rest.any(|day| day.weekday() <= 5);
        if is_over { of_month.last().copied() } else { None }
    })
}

/// The day on which both consumer and producer prices of a month were out for the first time; one of them does, if the
/// dataset has nothing of the other.
fn prices_known(facts: &Facts, month: Month) -> Option<Date> {
    let market = facts.market()?;
    let first = |series: &str| {
        let rows = facts.observations.get(&(series.to_owned(), market.to_owned()));
        let of_month = rows.into_iter().flatten().filter(|row| row.period == month.last_day());
        of_month.map(|row| row.released).min()
    };
    let known = ["cpi_yoy", "ppi_yoy"].into_iter().filter(|series| {
        facts
            .observations
            .get(&((*series).to_owned(), market.to_owned()))
            .is_some_and(|rows| !rows.is_empty())
    });
    // Without either they are never known.
    known.map(first).collect::<Option<Vec<Date>>>()?.into_iter().max()
}

/// The factors that count, with their weights; one of weight 0 counts in nothing.
fn counting<'a>(answers: &'a [Answer], options: &Options) -> Vec<(f64, &'a Answer)> {
    let weight = |factor: usize| options.factor_weights.get(factor).copied().unwrap_or(1.0);
    let weighted = answers.iter().enumerate().map(|(factor, answer)| (weight(factor), answer));
    weighted.filter(|(weight, _)| *weight != 0.0).collect()
}

/// What came true of a forecast: what the factor itself says on the first later day on which it says anything, or else
/// what was published first, on E or later.
fn realized(
    facts: &Facts,
    factor: usize,
    forecast: &Forecast,
    e: Date,
    later: &[(Date, Vec<Answer>)],
) -> Option<(f64, Date)> {
    for (day, answers) in later {
        for said in &answers[factor].realized {
            let is_same = said.target == forecast.target
                && said.sector == forecast.sector
                && said.period == forecast.period;
            if is_same {
                return Some((said.value, *day));
            }
        }
    }
    let rows = facts.observations.get(&(forecast.target.clone(), forecast.sector.clone()));
    let after = rows.into_iter().flatten().filter(|row| row.period == forecast.period && row.released >= e);
    after.min_by_key(|row| row.released).map(|row| (row.value, row.released))
}

/// Ranks the sectors, buys the picks and sells them; `held` is what is held before the trade and what that has become.
fn keep(
    facts: &Facts,
    counting: &[(f64, &Answer)],
    execution: &Execution,
    held: &mut BTreeMap<String, f64>,
    options: &Options,
) -> Kept {
    let sectors = facts.cross_section(execution.day);
    let codes: Vec<&str> = sectors.iter().map(|sector| sector.code.as_str()).collect();
    let Ranked { order, weights, shares_last_place } = rank(&codes, counting, options);
    let returns: BTreeMap<&str, f64> = sectors
        .iter()
        .map(|sector| (sector.code.as_str(), growth(facts, sector, execution.bought, execution.exit) - 1.0))
        .collect();

    let top = &weights["top"];
    let weight = |code: &str| top.get(code).copied().unwrap_or(0.0);
    let old = held.iter().map(|(code, old)| (weight(code) - old).abs());
    let new = codes.iter().filter(|code| !held.contains_key(**code)).map(|code| weight(code));
    let change: f64 = old.chain(new).sum();
    let cost = options.cost_bp / 10_000.0 * change;

    let earned = |weights: &BTreeMap<String, f64>| -> f64 {
        weights.iter().map(|(code, weight)| weight * returns[code.as_str()]).sum()
    };
    let gross = earned(top);
    let drifted = |(code, weight): (&String, &f64)| {
        (code.clone(), weight * (1.0 + returns[code.as_str()]) / (1.0 + gross))
    };
    *held = top.iter().map(drifted).collect();

    let mut portfolios: BTreeMap<String, f64> =
        weights.iter().map(|(name, weights)| ((*name).to_owned(), earned(weights))).collect();
    portfolios.insert("top_net".to_owned(), (1.0 - cost) * (1.0 + gross) - 1.0);
    for benchmark in facts.entities.iter().filter(|entity| entity.kind == EntityKind::Benchmark) {
        if let Some(value) = benchmark_return(facts, &benchmark.code, execution) {
            portfolios.insert(benchmark.code.clone(), value);
        }
    }
    let place = |(position, standing): (usize, &Standing<'_>)| {
        let (code, total, tie_break) = (standing.code, standing.total, standing.tie_break);
        (code.to_owned(), Place { total, tie_break, rank: position + 1, weight: weight(code) })
    };
    let ranking = order.iter().enumerate().map(place).collect();
    Kept { ranking, weights, returns: portfolios, shares_last_place, turnover: change / 2.0, cost }
}

/// A sector in the order of the cross-section.
#[derive(Clone, Copy, Debug)]
struct Standing<'a> {
    code: &'a str,
    total: f64,
    tie_break: f64,
    is_eligible: bool,
}

/// The order of a cross-section, and what is held by it.
struct Ranked<'a> {
    /// The sectors, best first.
    order: Vec<Standing<'a>>,
    /// The weights of each portfolio, above 0.
    weights: BTreeMap<&'static str, BTreeMap<String, f64>>,
    /// Whether sectors outside the places held are equal to the last one inside.
    shares_last_place: bool,
}

/// Puts the sectors in order and says how much of each is in each portfolio.
fn rank<'a>(codes: &[&'a str], counting: &[(f64, &Answer)], options: &Options) -> Ranked<'a> {
    let raw = |answer: &Answer, code: &str| {
        let marks = answer.sectors[code];
        // On a continuous scale the score is its own raw value, unless there is another one.
        if answer.scale == Scale::Continuous { marks.raw.or(marks.score) } else { marks.raw }
    };
    let by_raw: Vec<(f64, BTreeMap<&str, Option<f64>>)> = counting
        .iter()
        .map(|(weight, answer)| (*weight, percentiles(codes, &|code: &str| raw(answer, code))))
        .collect();
    let sum_of_weights: f64 = counting.iter().map(|(weight, _)| weight).sum();
    let tie_break = |code: &str| {
        by_raw.iter().map(|(weight, of)| weight * of[code].unwrap_or(0.5)).sum::<f64>() / sum_of_weights
    };
    let n_live =
        |code: &str| counting.iter().filter(|(_, answer)| answer.sectors[code].score.is_some()).count();
    let most_live = codes.iter().map(|code| n_live(code)).max().unwrap_or(0);
    let least = options.min_factors.min(most_live);
    let totals = totals(codes, counting, options);
    let mut order: Vec<Standing<'_>> = codes
        .iter()
        .map(|code| Standing {
            code,
            total: totals[code],
            tie_break: tie_break(code),
            is_eligible: n_live(code) >= least,
        })
        .collect();
    order.sort_by(|a, b| {
        let by_total = nine_decimals(b.total).total_cmp(&nine_decimals(a.total));
        let by_tie_break = nine_decimals(b.tie_break).total_cmp(&nine_decimals(a.tie_break));
        by_total.then(by_tie_break).then(a.code.cmp(b.code))
    });
    let eligible: Vec<Standing<'_>> = order.iter().copied().filter(|standing| standing.is_eligible).collect();

    let (n, n_eligible, k) = (order.len(), eligible.len(), options.top);
    let mut weights = BTreeMap::new();
    let mut add = |name: &'static str, order: &[Standing<'_>], of_place: &dyn Fn(usize) -> f64| {
        let weigh = |(place, standing): (usize, &Standing<'_>)| {
            (standing.code.to_owned(), shared(order, place, of_place, options.ties))
        };
        let held: BTreeMap<String, f64> =
            order.iter().enumerate().map(weigh).filter(|(_, weight)| *weight > 0.0).collect();
        if !held.is_empty() {
            weights.insert(name, held);
        }
    };
    add("top", &eligible, &|place: usize| match options.weights {
        _ if n_eligible < k => 1.0 / n_eligible as f64,
        _ if place >= k => 0.0,
        Weights::Equal => 1.0 / k as f64,
        Weights::Rank => (k - place) as f64 / ((k * (k + 1)) as f64 / 2.0),
    });
    add("equal_weight", &order, &|_| 1.0 / n as f64);
    add("eligible", &eligible, &|_| 1.0 / n_eligible as f64);
    let n_bottom = k.min(n);
    add("bottom", &order, &|place| if place + n_bottom >= n { 1.0 / n_bottom as f64 } else { 0.0 });
    for (quantile, name) in QUANTILES.into_iter().enumerate() {
        let is_in = |place: usize| 5 * place / n == quantile;
        let size = (0..n).filter(|place| is_in(*place)).count();
        add(name, &order, &|place| if is_in(place) { 1.0 / size as f64 } else { 0.0 });
    }
    let shares_last_place = n_eligible > k && are_equal(&eligible[k - 1], &eligible[k], options.ties);
    Ranked { order, weights, shares_last_place }
}

/// The names of the quantiles, the best first.
const QUANTILES: [&str; 5] = ["quantile_1", "quantile_2", "quantile_3", "quantile_4", "quantile_5"];

/// Tells whether nothing but the code tells two sectors apart.
fn are_equal(a: &Standing<'_>, b: &Standing<'_>, ties: Ties) -> bool {
    let is_same = |a: f64, b: f64| nine_decimals(a) == nine_decimals(b);
    is_same(a.total, b.total) && (ties == Ties::Fractional || is_same(a.tie_break, b.tie_break))
}

/// What the sector at a place gets: the mean weight of the places of all that equal it.
fn shared(order: &[Standing<'_>], place: usize, of_place: &dyn Fn(usize) -> f64, ties: Ties) -> f64 {
    let equals = (0..order.len()).filter(|other| are_equal(&order[*other], &order[place], ties));
    let weights: Vec<f64> = equals.map(of_place).collect();
    weights.iter().sum::<f64>() / weights.len() as f64
}

/// The sum of each sector's scores, each times the weight of its factor.
fn totals<'a>(codes: &[&'a str], counting: &[(f64, &Answer)], options: &Options) -> BTreeMap<&'a str, f64> {
    // What a score counts: itself, or on a continuous scale its place among the others, from 1 to 3.
    let points: Vec<(f64, BTreeMap<&str, Option<f64>>)> = counting
        .iter()
        .map(|(weight, answer)| {
            let score = |code: &str| answer.sectors[code].score;
            let points = match answer.scale {
                Scale::Points => codes.iter().map(|code| (*code, score(code))).collect(),
                Scale::Continuous => percentiles(codes, &score)
                    .into_iter()
                    .map(|(code, percentile)| (code, percentile.map(|percentile| 1.0 + 2.0 * percentile)))
                    .collect(),
            };
            (*weight, points)
        })
        .collect();
    let total = |code: &str| {
        let scores: Vec<(f64, Option<f64>)> = points.iter().map(|(weight, of)| (*weight, of[code])).collect();
        total(&scores, options)
    };
    codes.iter().map(|code| (*code, total(code))).collect()
}

/// The sum of a sector's points, each times its weight.
fn total(points: &[(f64, Option<f64>)], options: &Options) -> f64 {
    match options.missing {
        Missing::Neutral => points.iter().map(|(weight, points)| weight * points.unwrap_or(2.0)).sum(),
        Missing::Average => {
            let live: Vec<(f64, f64)> =
                points.iter().filter_map(|(weight, points)| Some((*weight, (*points)?))).collect();
            let sum: f64 = live.iter().map(|(weight, points)| weight * points).sum();
            let weight_of_live: f64 = live.iter().map(|(weight, _)| weight).sum();
            let weight_of_all: f64 = points.iter().map(|(weight, _)| weight).sum();
            if live.is_empty() { 2.0 * weight_of_all } else { sum / weight_of_live * weight_of_all }
        }
    }
}

/// Where the value of each sector lies among those of the others, from 0 to 1.
fn percentiles<'a>(codes: &[&'a str], value: &dyn Fn(&str) -> Option<f64>) -> BTreeMap<&'a str, Option<f64>> {
    let value = |code: &str| value(code).map(nine_decimals);
    let present: Vec<f64> = codes.iter().filter_map(|code| value(code)).collect();
    let percentile = |value: f64| {
        let n_below = present.iter().filter(|other| **other < value).count();
        let n_equal = present.iter().filter(|other| **other == value).count();
        let rank = n_below as f64 + f64::midpoint(n_equal as f64, 1.0);
        (rank - 0.5) / present.len() as f64
    };
    codes.iter().map(|code| (*code, value(code).map(percentile))).collect()
}

/// What one invested in a sector on the day on which it is bought has become on a later day. It has left at its last close, if
/// its life has ended by then.
fn growth(facts: &Facts, sector: &EntityRow, bought: Date, day: Date) -> f64 {
    let alive = |day: Date| sector.valid_to.map_or(day, |to| day.min(to));
    let close = |day: Date| {
        let (_, close) = facts.last_close(&sector.code, day).expect("the cross-section has closes by E");
        close
    };
    if !facts.is_month_end {
        // A sector that ends between E and the next close is bought and sold at one price: it earns nothing.
        return close(alive(day)) / close(alive(bought));
    }
    let end = match sector.valid_to {
        // The close of the month in which it was bought is traded at, also one dated after its life.
        Some(to) if to < day => {
            let closes = facts.closes[&sector.code].iter().rev();
            let last = closes.copied().find(|(date, _)| *date <= to && date.month() > facts.month(bought));
            last.map_or_else(|| close(bought), |(_, close)| close)
        }
        _ => close(day),
    };
    end / close(bought)
}

/// What a benchmark earns, if its closes on the day of the purchase and at the exit are fresh and one of them is dated after the
/// purchase.
fn benchmark_return(facts: &Facts, code: &str, execution: &Execution) -> Option<f64> {
    let start = facts.fresh_close(code, execution.bought)?;
    let end = facts.fresh_close(code, execution.exit)?;
    let (day, _) = facts.last_close(code, execution.exit)?;
    (day > execution.bought || facts.is_month_end).then(|| end / start - 1.0)
}

/// What one invested on the first day has become, day by day, in each portfolio and benchmark.
fn net_values(facts: &Facts, days: &[DayResult]) -> BTreeMap<(String, Date), f64> {
    let calendar = facts.trading_days();
    let mut net_values = BTreeMap::new();
    // The value of each portfolio at its last exit.
    let mut reached: BTreeMap<&str, f64> = BTreeMap::new();
    let kept: Vec<(&DayResult, &Kept)> =
        days.iter().filter_map(|day| Some((day, day.kept.as_ref()?))).collect();
    for (day, kept) in &kept {
        let sectors = facts.cross_section(day.execution);
        let gross = kept.weights.iter().map(|(name, weights)| (*name, weights, 0.0));
        let portfolios: Vec<(&str, &BTreeMap<String, f64>, f64)> =
            gross.chain([("top_net", &kept.weights["top"], kept.cost)]).collect();
        let start: BTreeMap<&str, f64> = portfolios
            .iter()
            .map(|(name, _, _)| (*name, reached.get(name).copied().unwrap_or(1.0)))
            .collect();
        for (name, value) in &start {
            net_values.insert(((*name).to_owned(), day.bought), *value);
        }
        for date in calendar.iter().copied().filter(|date| *date > day.bought && *date <= day.exit) {
            let growth: BTreeMap<&str, f64> = sectors
                .iter()
                .map(|sector| (sector.code.as_str(), growth(facts, sector, day.bought, date)))
                .collect();
            for (name, weights, cost) in &portfolios {
                let grown: f64 = weights.iter().map(|(code, weight)| weight * growth[code.as_str()]).sum();
                let value = start[name] * (1.0 - cost) * grown;
                net_values.insert(((*name).to_owned(), date), value);
                reached.insert(name, value);
            }
        }
    }
    let Some(last) = kept.last().map(|(day, _)| day.exit) else { return net_values };
    for benchmark in facts.entities.iter().filter(|entity| entity.kind == EntityKind::Benchmark) {
        let first = kept.iter().map(|(day, _)| day.bought);
        let mut first = first.filter_map(|day| Some((day, facts.fresh_close(&benchmark.code, day)?)));
        let Some((first, base)) = first.next() else { continue };
        for date in calendar.iter().copied().filter(|date| *date >= first && *date <= last) {
            if let Some(close) = facts.fresh_close(&benchmark.code, date) {
                net_values.insert((benchmark.code.clone(), date), close / base);
            }
        }
    }
    net_values
}

/// Rounds to nine decimals, as all that is put in order is.
fn nine_decimals(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::{Marks, Observation, Realized};
    use super::*;

    /// Three sectors and a benchmark, bought on the first trading day of a month.
    const CLOSES: &str = "
                      a    b    c  INDEX
        2020-01-02  100  100  100    200
        2020-01-31  104   95  101      -
        2020-02-03  110   90  100      -
        2020-02-04  120   90  100    208
        2020-03-02  110   99  120    210
        2020-03-03  132   99  110    210
    ";

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The facts of a table of closes; a column with a capital name is a benchmark.
    fn facts(table: &str) -> Facts {
        let mut rows = table.lines().map(str::trim).filter(|row| !row.is_empty());
        let mut codes: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
        let mut closes: BTreeMap<String, Vec<(Date, f64)>> = BTreeMap::new();
        for row in rows {
            let mut cells = row.split_whitespace();
            let day = date(cells.next().unwrap());
            for (code, cell) in codes.iter().zip(cells).filter(|(_, cell)| *cell != "-") {
                closes.entry((*code).to_owned()).or_default().push((day, cell.parse().unwrap()));
            }
        }
        codes.push("CN");
        closes.insert("CN".to_owned(), Vec::new());
        codes.sort_unstable();
        let kind = |code: &str| match code {
            "CN" => EntityKind::Market,
            _ if code == code.to_uppercase() => EntityKind::Benchmark,
            _ => EntityKind::Sector,
        };
        let last = closes.values().filter_map(|closes| Some(closes.last()?.0)).max().unwrap();
        let entity = |code: &&str| EntityRow {
            code: (*code).to_owned(),
            kind: kind(code),
            group: None,
            valid_from: None,
            valid_to: None,
        };
        Facts {
            entities: codes.iter().map(entity).collect(),
            series: Vec::new(),
            closes,
            observations: BTreeMap::new(),
            bridge: Vec::new(),
            links: Vec::new(),
            is_month_end: false,
            last,
            excluded: Vec::new(),
        }
    }

    /// Bounds the life of a sector.
    fn living(mut facts: Facts, code: &str, from: Option<&str>, to: Option<&str>) -> Facts {
        let entity = facts.entities.iter_mut().find(|entity| entity.code == code).unwrap();
        (entity.valid_from, entity.valid_to) = (from.map(date), to.map(date));
        facts
    }

    /// Publishes values: a row is a period, a release and a value.
    fn publishing(mut facts: Facts, series: &str, entity: &str, rows: &[(&str, &str, f64)]) -> Facts {
        let rows = rows.iter().map(|(period, released, value)| Observation {
            period: date(period),
            released: date(released),
            value: *value,
        });
        facts.observations.insert((series.to_owned(), entity.to_owned()), rows.collect());
        facts
    }

    /// A factor that says the same every month, by sector `score` or `score:raw`; those that it does not name are `na`.
    fn says(marks: &str) -> impl Fn(&Facts, Date) -> Answer + use<> {
        says_by_month(&[("", marks)])
    }

    /// A factor that says the marks of the first row whose month E begins with.
    fn says_by_month(months: &[(&str, &str)]) -> impl Fn(&Facts, Date) -> Answer + use<> {
        let months: Vec<(String, String)> =
            months.iter().map(|(month, marks)| ((*month).to_owned(), (*marks).to_owned())).collect();
        move |facts, e| {
            let marks = months.iter().find(|(month, _)| e.to_string().starts_with(month));
            let mut answer = Answer::default();
            for sector in facts.cross_section(e) {
                let words = marks.map_or("", |(_, marks)| marks).split_whitespace();
                let words: Vec<&str> = words.collect();
                let named = words.chunks(2).find(|words| words[0] == sector.code);
                let marks = named.map_or_else(Marks::default, |words| {
                    let (score, raw) = words[1].split_once(':').unwrap_or((words[1], "-"));
                    Marks { score: score.parse().ok(), raw: raw.parse().ok() }
                });
                answer.sectors.insert(sector.code.clone(), marks);
            }
            answer
        }
    }

    fn options() -> Options {
        Options { start: Month::new(2020, 1).unwrap(), top: 2, min_factors: 1, ..Options::default() }
    }

    fn number(value: f64) -> String {
        let text = format!("{value:.7}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// One line a day: when it is bought and sold, and what `describe` says.
    fn lines(backtest: &Backtest, describe: impl Fn(&Kept) -> String) -> String {
        let line = |day: &DayResult| {
            let text = day.kept.as_ref().map_or_else(|| "skipped".to_owned(), &describe);
            format!("{} {} {text}", day.execution, day.exit)
        };
        backtest.days.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The sectors in their order, with their weights.
    fn weights(backtest: &Backtest) -> String {
        places(backtest, |place| number(place.weight))
    }

    fn places(backtest: &Backtest, describe: impl Fn(&Place) -> String) -> String {
        lines(backtest, |kept| {
            let mut places: Vec<(&String, &Place)> = kept.ranking.iter().collect();
            places.sort_by_key(|(_, place)| place.rank);
            let words: Vec<String> =
                places.into_iter().map(|(code, place)| format!("{code} {}", describe(place))).collect();
            words.join(" ")
        })
    }

    fn returns(backtest: &Backtest, names: &str) -> String {
        lines(backtest, |kept| {
            let mut text = String::new();
            for name in names.split(' ') {
                let value = kept.returns.get(name).map_or("-".to_owned(), |value| number(*value));
                write!(text, "{name} {value} ").unwrap();
            }
            text.trim_end().to_owned()
        })
    }

    fn trades(backtest: &Backtest) -> String {
        lines(backtest, |kept| format!("{} {}", number(kept.turnover), number(kept.cost)))
    }

    #[test]
    fn weights_drift_before_they_are_traded() {
        let factor = says_by_month(&[("2020-01", "a 3 b 2 c 1"), ("2020-02", "a 1 b 2 c 3")]);
        let backtest = backtest(&facts(CLOSES), &[&factor], &options());
        assert_eq!(
            weights(&backtest),
            "2020-01-02 2020-02-03 a 0.5 b 0.5 c 0\n\
             2020-02-03 2020-03-02 c 0.5 b 0.5 a 0"
        );
        // a has become 0.55 and is sold, b has become 0.45: the changes are 0.55, 0.05 and 0.5.
        assert_eq!(
            trades(&backtest),
            "2020-01-02 2020-02-03 0.5 0.0015\n\
             2020-02-03 2020-03-02 0.55 0.00165"
        );
        // b gains 0.1 and c 0.2 in the second month; 0.99835 · 1.15 = 1.1481025.
        assert_eq!(
            returns(&backtest, "top top_net equal_weight bottom"),
            "2020-01-02 2020-02-03 top 0 top_net -0.0015 equal_weight 0 bottom -0.05\n\
             2020-02-03 2020-03-02 top 0.15 top_net 0.1481025 equal_weight 0.1 bottom 0.05"
        );
    }

    /// Of three sectors the positions 0, 1 and 2 belong to the quantiles 1, 2 and 4.
    #[test]
    fn an_empty_quantile_and_a_benchmark_without_a_fresh_close_have_no_row() {
        let backtest = backtest(&facts(CLOSES), &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            returns(&backtest, "quantile_1 quantile_2 quantile_3 quantile_4 quantile_5 INDEX"),
            "2020-01-02 2020-02-03 quantile_1 0.1 quantile_2 -0.1 quantile_3 - quantile_4 0 quantile_5 - INDEX -\n\
             2020-02-03 2020-03-02 quantile_1 0 quantile_2 0.1 quantile_3 - quantile_4 0.2 quantile_5 - INDEX -"
        );
    }

    /// b lives until a day without a close: it leaves at 95, is worth 0.475 of 1.025, and nobody sees it in February.
    #[test]
    fn a_sector_that_ends_leaves_at_its_last_close() {
        let facts = living(facts(CLOSES), "b", None, Some("2020-02-02"));
        let backtest = backtest(&facts, &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            weights(&backtest),
            "2020-01-02 2020-02-03 a 0.5 b 0.5 c 0\n\
             2020-02-03 2020-03-02 a 0.5 c 0.5"
        );
        assert_eq!(
            returns(&backtest, "top equal_weight"),
            "2020-01-02 2020-02-03 top 0.025 equal_weight 0.0166667\n\
             2020-02-03 2020-03-02 top 0.1 equal_weight 0.1"
        );
        // 0.55/1.025 − 0.5, 0.475/1.025 and 0.5.
        assert_eq!(
            trades(&backtest),
            "2020-01-02 2020-02-03 0.5 0.0015\n\
             2020-02-03 2020-03-02 0.5 0.0015"
        );
    }

    #[test]
    fn both_bounds_of_a_life_are_inside() {
        let facts = living(facts(CLOSES), "b", Some("2020-02-03"), Some("2020-02-03"));
        let backtest = backtest(&facts, &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            weights(&backtest),
            "2020-01-02 2020-02-03 a 0.5 c 0.5\n\
             2020-02-03 2020-03-02 a 0.5 b 0.5 c 0"
        );
        assert_eq!(
            returns(&backtest, "quantile_1 quantile_2"),
            "2020-01-02 2020-02-03 quantile_1 0.1 quantile_2 -\n\
             2020-02-03 2020-03-02 quantile_1 0 quantile_2 0"
        );
    }

    #[test]
    fn months_before_the_first_score_are_skipped_and_later_ones_are_not() {
        let late = says_by_month(&[("2020-02", "b 1")]);
        assert_eq!(
            weights(&backtest(&facts(CLOSES), &[&late], &options())),
            "2020-01-02 2020-02-03 skipped\n\
             2020-02-03 2020-03-02 a 0 c 0 b 1"
        );
        let early = says_by_month(&[("2020-01", "b 1")]);
        assert_eq!(
            weights(&backtest(&facts(CLOSES), &[&early], &options())),
            "2020-01-02 2020-02-03 a 0 c 0 b 1\n\
             2020-02-03 2020-03-02 a 0.3333333 b 0.3333333 c 0.3333333"
        );
    }

    #[test]
    fn a_factor_of_weight_zero_counts_in_nothing() {
        let (late, always) = (says_by_month(&[("2020-02", "a 1 b 2 c 2:1")]), says("a 3:9 b 3:9 c 1:1"));
        let options = Options { factor_weights: vec![2.0, 0.0], min_factors: 2, ..options() };
        let backtest = backtest(&facts(CLOSES), &[&late, &always], &options);
        assert_eq!(
            places(&backtest, |place| format!("{} {}", number(place.total), number(place.tie_break))),
            "2020-01-02 2020-02-03 skipped\n\
             2020-02-03 2020-03-02 b 4 0.5 c 4 0.5 a 2 0.5"
        );
        assert_eq!(backtest.days[0].answers[1].sectors["a"].score, Some(3.0));
    }

    /// Equal raw values share their ranks: of 5, 5 and 7 the percentiles are 1/3, 1/3 and 5/6.
    #[test]
    fn raw_values_settle_equal_totals_and_codes_settle_only_the_order() {
        let (one, two) = (says("a 2:5 b 2:5 c 2:7"), says("a 3 b 3:1 c -"));
        let backtest =
            backtest(&facts(CLOSES), &[&one, &two], &Options { end: Month::new(2020, 1), ..options() });
        assert_eq!(
            places(&backtest, |place| format!("{} {}", number(place.total), number(place.tie_break))),
            "2020-01-02 2020-02-03 a 5 0.4166667 b 5 0.4166667 c 4 0.6666667"
        );
    }

    #[test]
    fn missing_scores_are_neutral_or_the_mean_of_the_others() {
        let (one, two, three) = (says("a 3 b 1 c -"), says("a 3 b 2 c -"), says("a - b 3 c -"));
        let totals = |missing| {
            let options =
                Options { missing, end: Month::new(2020, 1), factor_weights: vec![1.0, 3.0], ..options() };
            let backtest = backtest(&facts(CLOSES), &[&one, &two, &three], &options);
            places(&backtest, |place| number(place.total))
        };
        assert_eq!(totals(Missing::Neutral), "2020-01-02 2020-02-03 a 14 b 10 c 10");
        assert_eq!(totals(Missing::Average), "2020-01-02 2020-02-03 a 15 b 10 c 10");
    }

    #[test]
    fn picks_have_enough_factors_or_as_many_as_anybody_has() {
        let (one, two) = (says("a 3 b 1 c 1"), says("b 2"));
        let of = |min_factors: usize, factors: &[Factor<'_>]| {
            let options = Options { min_factors, end: Month::new(2020, 1), ..options() };
            weights(&backtest(&facts(CLOSES), factors, &options))
        };
        assert_eq!(of(1, &[&one, &two]), "2020-01-02 2020-02-03 a 0.5 b 0.25 c 0.25");
        assert_eq!(of(2, &[&one, &two]), "2020-01-02 2020-02-03 a 0 b 1 c 0");
        assert_eq!(of(4, &[&one, &two]), "2020-01-02 2020-02-03 a 0 b 1 c 0");
        assert_eq!(of(4, &[&one]), "2020-01-02 2020-02-03 a 0.5 b 0.25 c 0.25");
    }

    #[test]
    fn equal_totals_may_share_the_last_places() {
        let of = |weights_of: Weights, ties: Ties, top: usize, marks: &str| {
            let options = Options { weights: weights_of, ties, top, end: Month::new(2020, 1), ..options() };
            let line = weights(&backtest(&facts(CLOSES), &[&says(marks)], &options));
            line.trim_start_matches("2020-01-02 2020-02-03 ").to_owned()
        };
        let (equal, rank, whole, shared) =
            (Weights::Equal, Weights::Rank, Ties::Percentile, Ties::Fractional);
        for ties in [whole, shared] {
            assert_eq!(of(equal, ties, 2, "a 3 b 2 c 2"), "a 0.5 b 0.25 c 0.25");
            assert_eq!(of(equal, ties, 1, "a 2 b 2 c 2"), "a 0.3333333 b 0.3333333 c 0.3333333");
            assert_eq!(of(equal, ties, 2, "a 2:1 b 2:1 c 2:1"), "a 0.3333333 b 0.3333333 c 0.3333333");
            assert_eq!(of(rank, ties, 2, "a 3 b 2 c 2"), "a 0.6666667 b 0.1666667 c 0.1666667");
            assert_eq!(of(rank, ties, 2, "a 3 b 3 c 2"), "a 0.5 b 0.5 c 0");
            assert_eq!(of(rank, ties, 3, "a 3 b 2 c 2"), "a 0.5 b 0.25 c 0.25");
        }
        assert_eq!(of(equal, whole, 2, "a 3 b 2:1 c 2:2"), "a 0.5 c 0.5 b 0");
        assert_eq!(of(equal, shared, 2, "a 3 b 2:1 c 2:2"), "a 0.5 c 0.25 b 0.25");
        assert_eq!(of(rank, whole, 2, "a 3 b 2:1 c 2:2"), "a 0.6666667 c 0.3333333 b 0");
        assert_eq!(of(rank, shared, 2, "a 3 b 2:1 c 2:2"), "a 0.6666667 c 0.1666667 b 0.1666667");
        // Fewer than are to be picked: all alike.
        assert_eq!(of(rank, shared, 3, "a 3 b 2"), "a 0.5 b 0.5 c 0");
        assert_eq!(of(rank, whole, 4, "a 3 b 2 c 2"), "a 0.3333333 b 0.3333333 c 0.3333333");
    }

    /// Four sectors of which the last three have the same total; two places.
    #[test]
    fn codes_decide_no_money() {
        let closes = "
                          a    b    c    d
            2020-01-02  100  100  100  100
            2020-02-03  110  120  100   80
        ";
        let of = |ties: Ties, marks: &str| {
            let backtest = backtest(&facts(closes), &[&says(marks)], &Options { ties, ..options() });
            let kept = backtest.days[0].kept.clone().unwrap();
            let names = "top bottom quantile_1 quantile_2 quantile_3 quantile_4 quantile_5";
            let line = format!("{} {}", weights(&backtest), returns(&backtest, names));
            (line.replace("2020-01-02 2020-02-03 ", ""), kept.shares_last_place)
        };
        // Percentiles of b and c are 5/6, that of d is 1/2, and of a 1/6, which has a score of its own.
        let some = "a 3:0 b 2:2 c 2:2 d 2:1";
        // top ½·0.1 + ¼·0.2; bottom (c or b, half each): ½·0.1 − ½·0.2; the places of quintiles are 1, 2, 3 and 4.
        assert_eq!(
            of(Ties::Percentile, some),
            (
                "a 0.5 b 0.25 c 0.25 d 0 top 0.1 bottom -0.05 \
                 quantile_1 0.1 quantile_2 0.1 quantile_3 0.1 quantile_4 -0.2 quantile_5 -"
                    .to_owned(),
                true
            )
        );
        let all = "top 0.05 bottom 0 quantile_1 0.1 quantile_2 0 quantile_3 0 quantile_4 0 quantile_5 -";
        let sixths = "a 0.5 b 0.1666667 c 0.1666667 d 0.1666667";
        assert_eq!(of(Ties::Percentile, "a 3 b 2 c 2 d 2"), (format!("{sixths} {all}"), true));
        assert_eq!(of(Ties::Fractional, some), (format!("{sixths} {all}"), true));
        assert!(!of(Ties::Percentile, "a 3 b 3 c 2 d 2").1, "both places are taken");
    }

    /// Of the scores 10, 20 and 20 the percentiles are 1/6, 2/3 and 2/3: 1 + 2/6 and 1 + 4/3 points.
    #[test]
    fn a_continuous_score_counts_by_its_place_among_the_others() {
        let continuous = |marks: &str| {
            let say = says(marks);
            move |facts: &Facts, e: Date| Answer { scale: Scale::Continuous, ..say(facts, e) }
        };
        let of = |factor: Factor<'_>, missing: Missing| {
            let options = Options { missing, end: Month::new(2020, 1), ..options() };
            let backtest = backtest(&facts(CLOSES), &[factor, &says("a 3 b 2 c 1")], &options);
            places(&backtest, |place| format!("{} {}", number(place.total), number(place.tie_break)))
                .replace("2020-01-02 2020-02-03 ", "")
        };
        // The raw value of a sector that has none of its own is the score.
        assert_eq!(
            of(&continuous("a 10 b 20 c 20"), Missing::Neutral),
            "a 4.3333333 0.3333333 b 4.3333333 0.5833333 c 3.3333333 0.5833333".replace(
                "a 4.3333333 0.3333333 b 4.3333333 0.5833333",
                "b 4.3333333 0.5833333 a 4.3333333 0.3333333"
            )
        );
        // Of two percentiles the middle is 2 as well; `na` is 2, or what the other factor says.
        assert_eq!(
            of(&continuous("a - b -7:1 c 0.5:0"), Missing::Neutral),
            "a 5 0.5 b 3.5 0.625 c 3.5 0.375"
        );
        assert_eq!(
            of(&continuous("a - b -7:1 c 0.5:0"), Missing::Average),
            "a 6 0.5 b 3.5 0.625 c 3.5 0.375"
        );
    }

    /// Weekdays on which every sector that has not ended closes at 100 plus what it has risen.
    fn weekdays(from: &str, to: &str, close: impl Fn(&str, Date) -> Option<f64>) -> Facts {
        let mut table = "  a  b  c  INDEX\n".to_owned();
        for days in date(from).days()..=date(to).days() {
            let day = Date::from_days(days).unwrap();
            if day.weekday() <= 5 {
                let cell = |code| close(code, day).map_or("-".to_owned(), |close| close.to_string());
                let cells = ["a", "b", "c", "INDEX"].map(cell);
                writeln!(table, "{day} {}", cells.join(" ")).unwrap();
            }
        }
        facts(&table)
    }

    /// The last close of b is fourteen days old on 3 February, or seventeen.
    #[test]
    fn a_stale_sector_leaves_the_cross_section() {
        let until = |last: &'static str| {
            weekdays("2020-01-01", "2020-03-31", move |code, day| {
                let rises = f64::from(day.days() - date("2020-01-01").days());
                (code != "b" || day <= date(last)).then_some(if code == "b" { 100.0 + rises } else { 100.0 })
            })
        };
        let show = |last: &'static str| {
            let backtest = backtest(&until(last), &[&says("a 2 b 3 c 1")], &options());
            format!("{}\n{}\n{}", weights(&backtest), returns(&backtest, "top bottom"), trades(&backtest))
        };
        // b rises from 100 to 119: it becomes 0.595 of 1.095.
        assert_eq!(
            show("2020-01-20"),
            "2020-01-01 2020-02-03 b 0.5 a 0.5 c 0\n\
             2020-02-03 2020-03-02 b 0.5 a 0.5 c 0\n\
             2020-01-01 2020-02-03 top 0.095 bottom 0\n\
             2020-02-03 2020-03-02 top 0 bottom 0\n\
             2020-01-01 2020-02-03 0.5 0.0015\n\
             2020-02-03 2020-03-02 0.043379 0.0001301"
        );
        assert_eq!(
            show("2020-01-17"),
            "2020-01-01 2020-02-03 b 0.5 a 0.5 c 0\n\
             2020-02-03 2020-03-02 a 0.5 c 0.5\n\
             2020-01-01 2020-02-03 top 0.08 bottom 0\n\
             2020-02-03 2020-03-02 top 0 bottom 0\n\
             2020-01-01 2020-02-03 0.5 0.0015\n\
             2020-02-03 2020-03-02 0.537037 0.0016111"
        );
    }

    /// b and c end in January. Of three sectors one is left, which is fewer than half: in February most of the data have ended, and
    /// so they have in March, for what was left out does not count.
    #[test]
    fn a_run_ends_with_most_of_its_data() {
        let facts = weekdays("2020-01-01", "2020-05-29", |code, day| {
            (code != "b" && code != "c" || day < date("2020-01-17")).then_some(100.0)
        });
        let show =
            |facts: &Facts| lines(&backtest(facts, &[&says("a 3 b 2 c 1")], &options()), |_| String::new());
        assert_eq!(show(&facts), "2020-01-01 2020-02-03 ");
        // Half is enough; and a sector that is known to have ended is not missed.
        let facts = living(facts, "c", None, Some("2020-01-16"));
        assert_eq!(
            show(&facts),
            "2020-01-01 2020-02-03 \n2020-02-03 2020-03-02 \n2020-03-02 2020-04-01 \n2020-04-01 2020-05-01 "
        );
    }

    #[test]
    fn sectors_that_begin_later_do_not_hide_trading_days() {
        let facts = weekdays("2020-01-01", "2020-03-31", |code, day| {
            (code == "a" || code == "INDEX" || day >= date("2020-02-10")).then_some(100.0)
        });
        assert_eq!(facts.trading_days().first(), Some(&date("2020-01-01")));
        assert_eq!(facts.trading_days().len(), 65);
        let days: Vec<Date> = executions(&facts, &options()).iter().map(|execution| execution.day).collect();
        assert_eq!(days, [date("2020-01-01"), date("2020-02-03")]);
    }

    /// The index has no close from 20 January to 20 February: neither the exit nor the purchase of 3 February is fresh.
    #[test]
    fn a_benchmark_with_a_gap_has_no_row() {
        let facts = weekdays("2020-01-01", "2020-04-30", |code, day| {
            let is_there = code != "INDEX" || day < date("2020-01-20") || day > date("2020-02-20");
            is_there.then_some(f64::from(day.days() - date("2020-01-01").days() + 100))
        });
        let backtest = backtest(&facts, &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            returns(&backtest, "INDEX"),
            "2020-01-01 2020-02-03 INDEX -\n\
             2020-02-03 2020-03-02 INDEX -\n\
             2020-03-02 2020-04-01 INDEX 0.1863354"
        );
        // From its last close before the gap on it is worth what it was for fourteen days.
        let value =
            |day: &str| backtest.net_values.get(&("INDEX".to_owned(), date(day))).map(|value| number(*value));
        assert_eq!(value("2020-01-31"), Some("1.16".to_owned()));
        assert_eq!(value("2020-02-03"), None);
        assert_eq!(value("2020-02-21"), Some("1.51".to_owned()));
        assert_eq!(value("2020-04-01"), Some("1.91".to_owned()));
        assert_eq!(value("2020-04-02"), None);
    }

    #[test]
    fn net_values_meet_the_returns_at_every_exit() {
        let factor = says_by_month(&[("2020-01", "a 3 b 2 c 1"), ("2020-02", "a 1 b 2 c 3")]);
        let backtest = backtest(&facts(CLOSES), &[&factor], &options());
        let of = |name: &str| {
            let of_name = backtest.net_values.iter().filter(|((other, _), _)| other == name);
            of_name.map(|((_, day), value)| format!("{day} {}", number(*value))).collect::<Vec<_>>().join(" ")
        };
        // 0.9985 and 0.99835 times the halves: 1.04 and 0.95, 1.1 and 0.9; then b at 90 and c at 100, and at 99 and 120.
        assert_eq!(
            of("top_net"),
            "2020-01-02 1 2020-01-31 0.9935075 2020-02-03 0.9985 2020-02-04 0.9968525 2020-03-02 1.1463803"
        );
        assert_eq!(of("top"), "2020-01-02 1 2020-01-31 0.995 2020-02-03 1 2020-02-04 1 2020-03-02 1.15");
        assert_eq!(of("quantile_3"), "");
        assert_eq!(of("INDEX"), "2020-01-02 1 2020-02-04 1.04 2020-03-02 1.05");
    }

    #[test]
    fn excluded_sectors_are_not_there_but_make_trading_days() {
        let closes = CLOSES.replace("2020-02-03  110   90  100", "2020-02-03  110    -    -");
        let options = Options { exclude: vec!["b".to_owned()], ..options() };
        let backtest = backtest(&facts(&closes), &[&says("a 3 b 2 c 1")], &options);
        // Without b the third would be one: half of the others have a close.
        assert_eq!(
            returns(&backtest, "top equal_weight bottom"),
            "2020-01-02 2020-02-04 top 0.1 equal_weight 0.1 bottom 0.1\n\
             2020-02-04 2020-03-02 top 0.0583333 equal_weight 0.0583333 bottom 0.0583333"
        );
        assert!(!backtest.days[0].answers[0].sectors.contains_key("b"));
    }

    #[test]
    fn half_of_those_alive_make_a_trading_day() {
        let closes = CLOSES.replace("2020-02-03  110   90  100", "2020-02-03  110    -    -");
        let days = |facts: &Facts| {
            let executions = executions(facts, &options());
            executions.iter().map(|execution| execution.day.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(days(&facts(&closes)), "2020-01-02 2020-02-04");
        let ended = living(facts(&closes), "b", None, Some("2020-01-31"));
        assert_eq!(days(&ended), "2020-01-02 2020-02-03");
    }

    #[test]
    fn month_end_closes_are_traded_at_the_last_of_a_month() {
        let mut facts = facts(CLOSES);
        facts.is_month_end = true;
        let backtest = backtest(&facts, &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            returns(&backtest, "top INDEX"),
            "2020-01-31 2020-02-04 top 0.0506073 INDEX 0.04\n\
             2020-02-04 2020-03-03 top 0.1 INDEX 0.0096154"
        );
        assert_eq!(backtest.days[0].month, Month::new(2020, 1).unwrap());
    }

    #[test]
    fn the_next_close_is_a_trading_day_later() {
        let options = Options { execution: ExecutionClose::NextClose, ..options() };
        // a: 104 to 120 and 120 to 132; b: 95 to 90 and 90 to 99; c: 101 to 100 and 100 to 110.
        let backtest = backtest(&facts(CLOSES), &[&says("a 3 b 2 c 1")], &options);
        assert_eq!(
            returns(&backtest, "quantile_1 quantile_2 quantile_4 INDEX"),
            "2020-01-02 2020-02-04 quantile_1 0.1538462 quantile_2 -0.0526316 quantile_4 -0.009901 INDEX -\n\
             2020-02-03 2020-03-03 quantile_1 0.1 quantile_2 0.1 quantile_4 0.1 INDEX 0.0096154"
        );
    }

    #[test]
    fn an_execution_without_a_sale_is_not_replayed() {
        let short = CLOSES.replace("2020-03-03  132   99  110    210", "");
        let options = Options { execution: ExecutionClose::NextClose, ..options() };
        assert_eq!(
            weights(&backtest(&facts(&short), &[&says("a 3 b 2 c 1")], &options)),
            "2020-01-02 2020-02-04 a 0.5 b 0.5 c 0"
        );
    }

    /// Days are weekdays; the prices of December are out on the 9th and the 10th, those of January on the 10th (consumer
    /// prices only), those of February too late for March, those of March on the 9th, and those of April never.
    #[test]
    fn after_prices_are_out() {
        let mut closes = "  a  b\n".to_owned();
        for days in date("2020-01-01").days()..=date("2020-05-29").days() {
            let day = Date::from_days(days).unwrap();
            if day.weekday() <= 5 {
                writeln!(closes, "{day} {} 100", days - 18_000).unwrap();
            }
        }
        let facts = publishing(
            facts(&closes),
            "cpi_yoy",
            "CN",
            &[
                ("2019-12-31", "2020-01-09", 4.5),
                ("2019-12-31", "2020-02-20", 4.6),
                ("2020-01-31", "2020-02-10", 5.4),
                ("2020-02-29", "2020-03-10", 5.2),
                ("2020-03-31", "2020-04-09", 4.3),
            ],
        );
        let ppi = [
            ("2019-12-31", "2020-01-10", -0.5),
            ("2020-02-29", "2020-03-31", -0.4),
            ("2020-03-31", "2020-04-09", -1.5),
        ];
        let facts = publishing(facts, "ppi_yoy", "CN", &ppi);
        let after = Options { rebalance: Rebalance::AfterCpi, ..options() };
        let show = |options: &Options| weights(&backtest(&facts, &[&says("a 3 b 2")], options));
        assert_eq!(
            show(&after),
            "2020-01-13 2020-02-28 a 0.5 b 0.5\n\
             2020-02-28 2020-03-31 a 0.5 b 0.5\n\
             2020-03-31 2020-04-10 a 0.5 b 0.5\n\
             2020-04-10 2020-05-29 a 0.5 b 0.5"
        );
        assert_eq!(
            show(&Options {
                execution: ExecutionClose::NextClose,
                end: Month::new(2020, 2),
                ..after.clone()
            }),
            "2020-01-13 2020-03-02 a 0.5 b 0.5\n\
             2020-02-28 2020-04-01 a 0.5 b 0.5"
        );
        // With a Friday to come the figures of April may still come out in May.
        let mut unfinished = facts.clone();
        for closes in unfinished.closes.values_mut() {
            closes.retain(|(day, _)| *day < date("2020-05-29"));
        }
        unfinished.last = date("2020-05-28");
        let last = |facts: &Facts| executions(facts, &after).last().unwrap().exit.to_string();
        assert_eq!((last(&unfinished).as_str(), last(&facts).as_str()), ("2020-04-10", "2020-05-29"));
    }

    /// The factor forecasts its own `warmth` of the month in which it speaks, which it knows a month later, and a figure.
    #[test]
    fn forecasts_come_true_later() {
        let factor = |facts: &Facts, e: Date| {
            let forecast = |target: &str, period: Date| Forecast {
                target: target.to_owned(),
                sector: "a".to_owned(),
                period,
                value: 0.0,
                naive: 0.0,
            };
            let mut answer = says("a 3 b 2 c 1")(facts, e);
            answer.forecasts.push(forecast("warmth", e.month().last_day()));
            answer.forecasts.push(forecast("gross_margin", date("2019-12-31")));
            answer.realized.push(Realized {
                target: "warmth".to_owned(),
                sector: "a".to_owned(),
                period: facts.month(e).last_day(),
                value: f64::from(facts.month(e).number()),
            });
            answer
        };
        let facts = publishing(
            facts(CLOSES),
            "gross_margin",
            "a",
            &[
                ("2019-12-31", "2020-04-30", 8.0),
                ("2019-12-31", "2020-02-02", 6.0),
                ("2019-12-31", "2020-02-03", 7.0),
                ("2019-09-30", "2020-02-03", 9.0),
            ],
        );
        let realized = |options: &Options| {
            let days = backtest(&facts, &[&factor], options).days;
            days.iter().map(|day| format!("{:?}", day.realized[0])).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            realized(&options()),
            "[Some((1.0, 2020-02-03)), Some((6.0, 2020-02-02))]\n\
             [Some((2.0, 2020-03-02)), Some((7.0, 2020-02-03))]"
        );
        assert_eq!(
            realized(&Options { end: Month::new(2020, 1), ..options() }),
            "[Some((1.0, 2020-02-03)), Some((6.0, 2020-02-02))]"
        );
    }
}
