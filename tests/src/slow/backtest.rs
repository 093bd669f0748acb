//! The replay, month by month (sections 6.0, 6.5 and 6.9 of the method).
//!
//! Every question about a day goes back to the raw rows: which days are trading days, what a sector cost, what was said.
//! There are no metrics here, only what the run folder's tables hold.

use std::collections::BTreeMap;

use rotor_factor::{Date, EntityKind, Month};

use super::{Answer, EntityRow, Facts, Forecast, before};

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
    /// The one with the higher raw values.
    Percentile,
    /// Each of them, in part.
    Fractional,
}

/// Which day of a month is its execution day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebalance {
    /// The first trading day.
    MonthStart,
    /// The first trading day after consumer and producer prices came out.
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
}

/// An execution.
#[derive(Clone, Debug)]
pub struct DayResult {
    /// The execution day E.
    pub execution: Date,
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
    /// The return of each portfolio, by its name.
    pub returns: BTreeMap<String, f64>,
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
            exit: execution.exit,
            month: facts.month(execution.day),
            answers: now.clone(),
            realized: (0..factors.len()).map(realize).collect(),
            kept,
        });
    }
    Backtest { days }
}

/// Returns the executions of a replay, oldest first: those that have an exit.
///
/// # Panics
///
/// If month-end closes are to be traded on any day but the month-end.
#[must_use]
pub fn executions(facts: &Facts, options: &Options) -> Vec<Execution> {
    let is_usual = options.rebalance == Rebalance::MonthStart && options.execution == ExecutionClose::Close;
    assert!(is_usual || !facts.is_month_end, "month-end closes are traded at the month-end");
    let calendar = trading_days(facts);
    let mut days: BTreeMap<Month, Date> = BTreeMap::new();
    for month in calendar.iter().map(|day| day.month()) {
        if let Some(day) = execution_day(facts, &calendar, month, options.rebalance) {
            days.insert(month, day);
        }
    }
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
    days.iter().filter(|(month, _)| is_inside(month)).filter_map(execution).collect()
}

/// The days on which at least half of the sectors alive have a close.
fn trading_days(facts: &Facts) -> Vec<Date> {
    let sectors = || facts.entities.iter().filter(|entity| entity.kind == EntityKind::Sector);
    let mut n_closes: BTreeMap<Date, usize> = BTreeMap::new();
    for sector in sectors() {
        for (date, _) in facts.closes[&sector.code].iter().filter(|(date, _)| is_alive(sector, *date)) {
            *n_closes.entry(*date).or_default() += 1;
        }
    }
    let n_alive = |date: Date| sectors().filter(|sector| is_alive(sector, date)).count();
    n_closes.into_iter().filter(|(date, n)| 2 * n >= n_alive(*date)).map(|(date, _)| date).collect()
}

/// Tells whether a day is in the life of a sector, both its bounds included.
fn is_alive(sector: &EntityRow, day: Date) -> bool {
    sector.valid_from.is_none_or(|from| from <= day) && sector.valid_to.is_none_or(|to| day <= to)
}

fn first_after(calendar: &[Date], day: Date) -> Option<Date> {
    calendar.iter().copied().find(|later| *later > day)
}

/// The day of a month on which the portfolio is decided, if there is one.
fn execution_day(facts: &Facts, calendar: &[Date], month: Month, rebalance: Rebalance) -> Option<Date> {
    let mut of_month = calendar.iter().copied().filter(|day| day.month() == month);
    match rebalance {
        Rebalance::MonthStart if facts.is_month_end => of_month.next_back(),
        Rebalance::MonthStart => of_month.next(),
        Rebalance::AfterCpi => {
            let day = first_after(calendar, prices_known(facts, before(month, 1))?)?;
            (day.month() == month).then_some(day)
        }
    }
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
    let ranking = rank(&codes, counting, options);
    let returns: BTreeMap<&str, f64> = sectors
        .iter()
        .map(|sector| (sector.code.as_str(), sector_return(facts, sector, execution)))
        .collect();

    let weight = |code: &str| ranking.get(code).map_or(0.0, |place| place.weight);
    let old = held.iter().map(|(code, old)| (weight(code) - old).abs());
    let new = codes.iter().filter(|code| !held.contains_key(**code)).map(|code| weight(code));
    let change: f64 = old.chain(new).sum();
    let cost = options.cost_bp / 10_000.0 * change;

    let gross: f64 = codes.iter().map(|code| weight(code) * returns[code]).sum();
    let drifted = |code: &&str| ((*code).to_owned(), weight(code) * (1.0 + returns[code]) / (1.0 + gross));
    *held = codes.iter().filter(|code| weight(code) > 0.0).map(drifted).collect();

    let mut portfolios: BTreeMap<String, f64> = BTreeMap::new();
    portfolios.insert("top".to_owned(), gross);
    portfolios.insert("top_net".to_owned(), (1.0 - cost) * (1.0 + gross) - 1.0);
    // Sectors held alike, by the positions that they have in the order, from 0.
    let mut add_alike = |name: &str, is_in: &dyn Fn(usize) -> bool| {
        let inside = codes.iter().filter(|code| is_in(ranking[**code].rank - 1));
        let returns: Vec<f64> = inside.map(|code| returns[code]).collect();
        if !returns.is_empty() {
            let mean = returns.iter().sum::<f64>() / returns.len() as f64;
            portfolios.insert(name.to_owned(), mean);
        }
    };
    let n = codes.len();
    add_alike("equal_weight", &|_| true);
    add_alike("bottom", &|position| position + options.top >= n);
    for quantile in 0..5 {
        add_alike(&format!("quantile_{}", quantile + 1), &|position| 5 * position / n == quantile);
    }
    for benchmark in facts.entities.iter().filter(|entity| entity.kind == EntityKind::Benchmark) {
        if let Some(value) = benchmark_return(facts, &benchmark.code, execution) {
            portfolios.insert(benchmark.code.clone(), value);
        }
    }
    Kept { ranking, returns: portfolios, turnover: change / 2.0, cost }
}

/// Puts the sectors in order and says how much of each is bought.
fn rank(codes: &[&str], counting: &[(f64, &Answer)], options: &Options) -> BTreeMap<String, Place> {
    let percentiles: Vec<(f64, BTreeMap<&str, f64>)> =
        counting.iter().map(|(weight, answer)| (*weight, percentiles(codes, answer))).collect();
    let sum_of_weights: f64 = counting.iter().map(|(weight, _)| weight).sum();
    let tie_break =
        |code: &str| percentiles.iter().map(|(weight, of)| weight * of[code]).sum::<f64>() / sum_of_weights;
    let mut order: Vec<(&str, f64, f64)> =
        codes.iter().map(|code| (*code, total(code, counting, options), tie_break(code))).collect();
    order.sort_by(|(code_a, total_a, tie_break_a), (code_b, total_b, tie_break_b)| {
        let by_total = nine_decimals(*total_b).total_cmp(&nine_decimals(*total_a));
        let by_tie_break = nine_decimals(*tie_break_b).total_cmp(&nine_decimals(*tie_break_a));
        by_total.then(by_tie_break).then(code_a.cmp(code_b))
    });

    let n_live =
        |code: &str| counting.iter().filter(|(_, answer)| answer.sectors[code].score.is_some()).count();
    let most_live = codes.iter().map(|code| n_live(code)).max().unwrap_or(0);
    let least = options.min_factors.min(most_live);
    let eligible: Vec<(&str, f64)> = order
        .iter()
        .filter(|(code, _, _)| n_live(code) >= least)
        .map(|(code, total, _)| (*code, nine_decimals(*total)))
        .collect();
    let weights = weigh(&eligible, options);

    let places = order.into_iter().enumerate().map(|(position, (code, total, tie_break))| {
        let weight = weights.get(code).copied().unwrap_or(0.0);
        (code.to_owned(), Place { total, tie_break, rank: position + 1, weight })
    });
    places.collect()
}

/// The sum of a sector's scores, each times the weight of its factor.
fn total(code: &str, counting: &[(f64, &Answer)], options: &Options) -> f64 {
    let scores = || counting.iter().map(|(weight, answer)| (*weight, answer.sectors[code].score));
    match options.missing {
        Missing::Neutral => scores().map(|(weight, score)| weight * score.unwrap_or(2.0)).sum(),
        Missing::Average => {
            let live: Vec<(f64, f64)> =
                scores().filter_map(|(weight, score)| Some((weight, score?))).collect();
            let sum: f64 = live.iter().map(|(weight, score)| weight * score).sum();
            let weight_of_live: f64 = live.iter().map(|(weight, _)| weight).sum();
            let weight_of_all: f64 = counting.iter().map(|(weight, _)| weight).sum();
            if live.is_empty() { 2.0 * weight_of_all } else { sum / weight_of_live * weight_of_all }
        }
    }
}

/// Where the raw value of each sector lies among those of the others, from 0 to 1; ½ if it has none.
fn percentiles<'a>(codes: &[&'a str], answer: &Answer) -> BTreeMap<&'a str, f64> {
    let raw = |code: &str| answer.sectors[code].raw.map(nine_decimals);
    let present: Vec<f64> = codes.iter().filter_map(|code| raw(code)).collect();
    let percentile = |raw: f64| {
        let n_below = present.iter().filter(|other| **other < raw).count();
        let n_equal = present.iter().filter(|other| **other == raw).count();
        let rank = n_below as f64 + f64::midpoint(n_equal as f64, 1.0);
        (rank - 0.5) / present.len() as f64
    };
    codes.iter().map(|code| (*code, raw(code).map_or(0.5, percentile))).collect()
}

/// How much of each eligible sector is bought, given them with their totals, best first.
fn weigh<'a>(eligible: &[(&'a str, f64)], options: &Options) -> BTreeMap<&'a str, f64> {
    let (n, k) = (eligible.len(), options.top);
    if n < k {
        return eligible.iter().map(|(code, _)| (*code, 1.0 / n as f64)).collect();
    }
    // The weight of each place, from 0.
    let of_place = |place: usize| match options.weights {
        _ if place >= k => 0.0,
        Weights::Equal => 1.0 / k as f64,
        Weights::Rank => (k - place) as f64 / ((k * (k + 1)) as f64 / 2.0),
    };
    let weight = |place: usize| match options.ties {
        Ties::Percentile => of_place(place),
        Ties::Fractional => {
            let shared: Vec<f64> =
                (0..n).filter(|other| eligible[*other].1 == eligible[place].1).map(of_place).collect();
            shared.iter().sum::<f64>() / shared.len() as f64
        }
    };
    (0..n).map(|place| (eligible[place].0, weight(place))).collect()
}

/// What a sector earns from the day on which it is bought to the exit, or to the end of its life.
fn sector_return(facts: &Facts, sector: &EntityRow, execution: &Execution) -> f64 {
    // A sector that ends between E and the next close is bought and sold at one price: it earns nothing.
    let alive = |day: Date| sector.valid_to.map_or(day, |to| day.min(to));
    let close = |day: Date| {
        let (_, close) = last_close(facts, &sector.code, day).expect("the cross-section has closes by E");
        close
    };
    close(alive(execution.exit)) / close(alive(execution.bought)) - 1.0
}

/// What a benchmark earns, if it has a close by the day of the purchase and another one by the exit.
fn benchmark_return(facts: &Facts, code: &str, execution: &Execution) -> Option<f64> {
    let (_, start) = last_close(facts, code, execution.bought)?;
    let (day, end) = last_close(facts, code, execution.exit)?;
    (day > execution.bought).then(|| end / start - 1.0)
}

/// The last close on a day or before it, however old.
fn last_close(facts: &Facts, code: &str, day: Date) -> Option<(Date, f64)> {
    facts.closes[code].iter().copied().rfind(|(date, _)| *date <= day)
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
    fn an_empty_quantile_and_a_benchmark_without_a_later_close_have_no_row() {
        let backtest = backtest(&facts(CLOSES), &[&says("a 3 b 2 c 1")], &options());
        assert_eq!(
            returns(&backtest, "quantile_1 quantile_2 quantile_3 quantile_4 quantile_5 INDEX"),
            "2020-01-02 2020-02-03 quantile_1 0.1 quantile_2 -0.1 quantile_3 - quantile_4 0 quantile_5 - INDEX -\n\
             2020-02-03 2020-03-02 quantile_1 0 quantile_2 0.1 quantile_3 - quantile_4 0.2 quantile_5 - INDEX 0.05"
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
             2020-02-03 2020-03-02 a 0.5 b 0.5 c 0"
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
    fn raw_values_settle_equal_totals_and_codes_settle_the_rest() {
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
        assert_eq!(of(1, &[&one, &two]), "2020-01-02 2020-02-03 a 0.5 b 0.5 c 0");
        assert_eq!(of(2, &[&one, &two]), "2020-01-02 2020-02-03 a 0 b 1 c 0");
        assert_eq!(of(4, &[&one, &two]), "2020-01-02 2020-02-03 a 0 b 1 c 0");
        assert_eq!(of(4, &[&one]), "2020-01-02 2020-02-03 a 0.5 b 0.5 c 0");
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
        assert_eq!(of(equal, whole, 2, "a 3 b 2 c 2"), "a 0.5 b 0.5 c 0");
        assert_eq!(of(equal, shared, 2, "a 3 b 2 c 2"), "a 0.5 b 0.25 c 0.25");
        assert_eq!(of(equal, shared, 2, "a 3 b 2:1 c 2:2"), "a 0.5 c 0.25 b 0.25");
        assert_eq!(of(equal, shared, 1, "a 2 b 2 c 2"), "a 0.3333333 b 0.3333333 c 0.3333333");
        assert_eq!(of(rank, whole, 2, "a 3 b 2 c 2"), "a 0.6666667 b 0.3333333 c 0");
        assert_eq!(of(rank, shared, 2, "a 3 b 2 c 2"), "a 0.6666667 b 0.1666667 c 0.1666667");
        assert_eq!(of(rank, shared, 2, "a 3 b 3 c 2"), "a 0.5 b 0.5 c 0");
        assert_eq!(of(rank, shared, 3, "a 3 b 2 c 2"), "a 0.5 b 0.25 c 0.25");
        // Fewer than are to be picked: all alike.
        assert_eq!(of(rank, shared, 3, "a 3 b 2"), "a 0.5 b 0.5 c 0");
        assert_eq!(of(rank, whole, 4, "a 3 b 2 c 2"), "a 0.3333333 b 0.3333333 c 0.3333333");
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
            "2020-01-02 2020-02-04 quantile_1 0.1538462 quantile_2 -0.0526316 quantile_4 -0.009901 INDEX 0.04\n\
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
    /// prices only), those of February too late for March, and those of March on the 9th.
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
        assert_eq!(show(&after), "2020-01-13 2020-04-10 a 0.5 b 0.5");
        assert_eq!(
            show(&Options { execution: ExecutionClose::NextClose, end: Month::new(2020, 2), ..after }),
            "2020-01-13 2020-04-13 a 0.5 b 0.5"
        );
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
