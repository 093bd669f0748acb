//! Multiples and money: price-earnings and price-book ratios, northbound and margin buying, fund subscriptions, float, insiders.
//!
//! All of them look back: money follows the returns of the days just past, multiples follow the closes. In a null
//! world the money follows nothing; a multiple follows its closes in every world, since it is made of them.
//!
//! None of them says anything of returns to come: those of sectors are made of closes without the planted drift. With it a
//! sector that has become dear has had good years behind it that last, and whoever buys what is cheap loses by rule.

use libm::{exp, sqrt};
use rotor_factor::{Date, Frequency, Month};

use crate::Plan;
use crate::calendar::{day, later, trading_day_from};
use crate::catalogue::{BENCHMARKS, TRAITS};
use crate::prices::{Prices, first_day_of};
use crate::random::{Stream, rounded};
use crate::releases::{Recorder, Subject};

/// Months over which the trend behind a multiple forgets.
const TREND_MEMORY: f64 = 48.0;
/// Standard deviation of what moves a multiple besides its closes, as a logarithm.
const MULTIPLE_NOISE: f64 = 0.07;
/// How much of that is left after a month.
const MULTIPLE_PERSISTENCE: f64 = 0.9;

/// A multiple: its series, and how far it follows the closes away from their trend.
type Multiple = (&'static str, [&'static str; 2], f64);

const MULTIPLES: [Multiple; 2] = [
    ("pe_ttm", ["Price-earnings ratio, trailing twelve months", "市盈率TTM"], 0.8),
    ("pb", ["Price-book ratio", "市净率"], 0.9),
];

/// Writes down `pe_ttm` and `pb` of the sectors and of the benchmarks, each on the evening of its day.
pub(crate) fn publish_multiples(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let daily = plan.world.has_daily_closes();
    let (frequency, steps) = if daily { (Frequency::Daily, 20.25) } else { (Frequency::Monthly, 1.0) };
    let persistence = libm::pow(MULTIPLE_PERSISTENCE, 1.0 / steps);
    let innovation = MULTIPLE_NOISE * sqrt(1.0 - persistence * persistence);
    for (m, (name, titles, follows)) in MULTIPLES.into_iter().enumerate() {
        let series = recorder.declare(name, frequency, "multiple", titles);
        let of_benchmarks = BENCHMARKS.iter().zip(&prices.benchmarks).enumerate().map(|(b, (row, path))| {
            let stream = Stream::new(plan.seed, &format!("{name} of benchmarks"), row.stream);
            (plan.benchmark(b), row.multiples[m], path, first_day_of(row.code), stream)
        });
        let of_sectors = prices.undrifted.iter().enumerate().map(|(sector, path)| {
            let usual = TRAITS[plan.templates[sector]].multiples[m];
            let stream = Stream::new(plan.seed, &format!("{name} of sectors"), sector);
            (plan.sector(sector), usual, path, Date::MIN, stream)
        });
        let mut paths: Vec<(u32, Vec<(Date, f64)>)> = Vec::new();
        for (entity, usual, path, begins, mut stream) in of_benchmarks.chain(of_sectors) {
            let (mut trend, mut noise) = (path[0], MULTIPLE_NOISE * stream.normal());
            let value = |(day, log_close): (&Date, &f64)| {
                trend += (log_close - trend) / (TREND_MEMORY * steps);
                noise = persistence * noise + innovation * stream.normal();
                let value = rounded(usual * exp(follows * (log_close - trend) + noise), 2).max(0.1);
                (if daily { *day } else { day.month().last_day() }, value)
            };
            let values = prices.days.iter().zip(path).map(value);
            paths.push((entity, values.filter(|(period, _)| *period >= begins).collect()));
        }
        // Day by day and code by code, which is the order of their release.
        for day in &prices.days {
            let period = if daily { *day } else { day.month().last_day() };
            for (entity, values) in &paths {
                if let Ok(place) = values.binary_search_by_key(&period, |(period, _)| *period) {
                    recorder.publish(Subject { series, entity: *entity }, period, period, values[place].1);
                }
            }
        }
    }
}

/// A kind of money that flows into sectors.
struct Flow {
    name: &'static str,
    titles: [&'static str; 2],
    frequency: Frequency,
    first: Date,
    last: Date,
    /// Net buying of a sector in an average period, as a share of its float.
    size: f64,
    /// Standard deviations of buying for one of the period's return.
    follows: f64,
}

/// Writes down the three flows and the float that scales them.
pub(crate) fn publish_flows(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let end = plan.last.last_day();
    let flows = [
        Flow {
            name: "northbound_net_buy",
            titles: ["Northbound net buying", "北向资金净买入"],
            frequency: Frequency::Weekly,
            first: day(2016, 12, 5),
            // The exchanges stopped publishing it after this day.
            last: day(2024, 8, 16),
            size: 0.000_6,
            follows: 0.35,
        },
        Flow {
            name: "margin_net_buy",
            titles: ["Margin financing net buying", "融资净买入"],
            frequency: Frequency::Weekly,
            first: day(2012, 1, 1),
            last: end,
            size: 0.001_2,
            follows: 0.60,
        },
        Flow {
            name: "etf_net_subscription",
            titles: ["Net subscription of sector funds", "ETF净申购"],
            frequency: Frequency::Monthly,
            first: day(2013, 1, 1),
            last: end,
            size: 0.001_0,
            // Holders of funds buy what has fallen.
            follows: -0.30,
        },
    ];
    for flow in flows {
        let series = publish_flow(plan, prices, &flow, recorder);
        if flow.name == "etf_net_subscription" {
            publish_index_funds(plan, prices, &flow, series, recorder);
        }
    }
    publish_float(plan, prices, recorder);
    publish_insiders(plan, prices, recorder);
    publish_new_funds(plan, prices, recorder);
}

fn publish_flow(plan: &Plan, prices: &Prices, flow: &Flow, recorder: &mut Recorder) -> u32 {
    let series = recorder.declare(flow.name, flow.frequency, "cny_100m", flow.titles);
    let follows = if plan.world.is_related() { flow.follows } else { 0.0 };
    let periods = flow_periods(flow);
    // A period's return for one standard deviation: 30% a year.
    let (usual_return, length) = if flow.frequency == Frequency::Weekly { (0.042, 7) } else { (0.087, 30) };
    for sector in 0..plan.n_sectors() {
        let mut stream = Stream::new(plan.seed, flow.name, sector);
        let scale = flow.size * TRAITS[plan.templates[sector]].float_cap;
        let path = &prices.undrifted[sector];
        let mut noise = 0.0;
        for period in &periods {
            let at = |date| prices.last_on(date).unwrap_or(0);
            let change = (path[at(*period)] - path[at(later(*period, -length))]) / usual_return;
            noise = 0.3 * noise + stream.normal();
            // The float grows with the closes.
            let size = scale * exp(path[at(*period)] - path[0]).clamp(0.3, 4.0);
            let value = rounded(size * (0.1 + follows * change + noise), 2);
            // Known on the next morning, except that margin balances wait for a trading day.
            let next = later(*period, 1);
            let released = if flow.name == "margin_net_buy" { trading_day_from(next) } else { next };
            recorder.publish(Subject { series, entity: plan.sector(sector) }, *period, released, value);
        }
    }
    series
}

/// Writes down what funds of the benchmarks take in: a good part of the index is held by those who buy what has fallen.
fn publish_index_funds(plan: &Plan, prices: &Prices, flow: &Flow, series: u32, recorder: &mut Recorder) {
    let follows = if plan.world.is_related() { flow.follows } else { 0.0 };
    for (b, (row, path)) in BENCHMARKS.iter().zip(&prices.benchmarks).enumerate() {
        let mut stream = Stream::new(plan.seed, "index funds", row.stream);
        let mut noise = 0.0;
        for period in flow_periods(flow) {
            let at = |date| prices.last_on(date).unwrap_or(0);
            let change = (path[at(period)] - path[at(later(period, -30))]) / 0.087;
            noise = 0.3 * noise + stream.normal();
            // Funds of indices grew by a quarter a year.
            let size = 4.0 * exp(0.22 * f64::from(period.days() - flow.first.days()) / 365.25);
            let value = rounded(size * (0.15 + follows * change + noise), 2);
            let released = trading_day_from(later(period, 1));
            recorder.publish(Subject { series, entity: plan.benchmark(b) }, period, released, value);
        }
    }
}

/// Purchases of insiders in an average week, as a share of the float of a sector.
const INSIDER_PURCHASES: f64 = 0.000_2;
/// Sales for one of purchases.
pub(crate) const INSIDER_SALES: f64 = 3.0;

/// Writes down what large holders and managers bought and sold, and what sales they announced.
///
/// Both rise with what the sector gained in the quarter before; neither says anything of what comes.
fn publish_insiders(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let weeks = fridays(day(2012, 1, 1), plan.last.last_day());
    let is_related = plan.world.is_related();
    let mut sold = vec![0.0; weeks.len()];
    for (name, titles, share, follows) in [
        ("insider_buy", ["Purchases of major shareholders", "重要股东增持"], INSIDER_PURCHASES, 0.15),
        (
            "insider_sell",
            ["Sales of major shareholders", "重要股东减持"],
            INSIDER_SALES * INSIDER_PURCHASES,
            0.35,
        ),
    ] {
        let series = recorder.declare(name, Frequency::Weekly, "cny_100m", titles);
        for (sector, path) in prices.undrifted.iter().enumerate() {
            let mut stream = Stream::new(plan.seed, name, sector);
            let scale = share * TRAITS[plan.templates[sector]].float_cap;
            let mut noise = stream.normal();
            for (week, period) in weeks.iter().enumerate() {
                let at = |date| prices.last_on(date).unwrap_or(0);
                let gain = (path[at(*period)] - path[at(later(*period, -91))]) / 0.15;
                noise = 0.5 * noise + 0.87 * stream.normal();
                let answer = if is_related { follows * gain.clamp(-3.0, 3.0) } else { 0.0 };
                let size = scale * exp(path[at(*period)] - path[0]).clamp(0.3, 4.0);
                let value = rounded(size * exp(answer + 0.6 * noise - 0.18), 2);
                if name == "insider_sell" {
                    sold[week] += value;
                }
                // Disclosed on the day that stamps the week.
                recorder.publish(Subject { series, entity: plan.sector(sector) }, *period, *period, value);
            }
        }
    }
    let titles = ["Sales that major shareholders announce", "重要股东拟减持"];
    let series = recorder.declare("insider_planned_sale", Frequency::Weekly, "cny_100m", titles);
    let mut stream = Stream::new(plan.seed, "insider_planned_sale", 0);
    for (period, sold) in weeks.iter().zip(sold) {
        let value = rounded(sold * exp(0.3 * stream.normal()), 2);
        recorder.publish(Subject { series, entity: plan.market() }, *period, *period, value);
    }
}

/// Writes down the units of new equity funds, which find buyers after the market has risen.
fn publish_new_funds(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let titles = ["Units of new equity funds", "新发权益基金份额"];
    let series = recorder.declare("new_fund_units", Frequency::Weekly, "100m_units", titles);
    let mut stream = Stream::new(plan.seed, "new_fund_units", 0);
    let follows = if plan.world.is_related() { 0.4 } else { 0.0 };
    let path = &prices.benchmarks[0];
    let mut noise = stream.normal();
    for period in fridays(day(2012, 1, 1), plan.last.last_day()) {
        let at = |date| prices.last_on(date).unwrap_or(0);
        let gain = (path[at(period)] - path[at(later(period, -91))]) / 0.12;
        noise = 0.7 * noise + 0.71 * stream.normal();
        let value = rounded(45.0 * exp(follows * gain.clamp(-3.0, 3.0) + 0.5 * noise), 2);
        recorder.publish(Subject { series, entity: plan.market() }, period, later(period, 1), value);
    }
}

/// Returns the Fridays from one day to another.
fn fridays(first: Date, last: Date) -> Vec<Date> {
    let days = (first.days()..=last.days()).filter_map(Date::from_days);
    days.filter(|date| date.weekday() == 5).collect()
}

/// Returns the ends of the periods of a flow: Fridays or the ends of months.
fn flow_periods(flow: &Flow) -> Vec<Date> {
    let days = (flow.first.days()..=flow.last.days()).filter_map(Date::from_days);
    match flow.frequency {
        Frequency::Weekly => fridays(flow.first, flow.last),
        _ => days.filter(|date| *date == date.month().last_day()).collect(),
    }
}

fn publish_float(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let titles = ["Free-float capitalisation", "自由流通市值"];
    let series = recorder.declare("float_cap", Frequency::Quarterly, "cny_100m", titles);
    let quarter_ends: Vec<_> =
        month_ends(plan, prices).into_iter().filter(|(month, _)| month.number() % 3 == 0).collect();
    for sector in 0..plan.n_sectors() {
        let mut stream = Stream::new(plan.seed, "float", sector);
        let path = &prices.undrifted[sector];
        let mut log_shares = 0.0;
        for (month, last) in &quarter_ends {
            // New listings and unlocked shares: about 6% a year.
            log_shares += 0.015 + 0.005 * stream.normal();
            let float_cap = TRAITS[plan.templates[sector]].float_cap;
            let value = rounded(float_cap * exp(log_shares + path[*last] - path[0]), 1).max(1.0);
            let period = month.last_day();
            let subject = Subject { series, entity: plan.sector(sector) };
            recorder.publish(subject, period, later(period, 1), value);
        }
    }
}

/// Returns the months of the closes with the position of the last close of each.
fn month_ends(plan: &Plan, prices: &Prices) -> Vec<(Month, usize)> {
    let (first, last) = (plan.first.index(), plan.last.index());
    let months = (first..=last).filter_map(Month::from_index);
    months.filter_map(|month| prices.last_on(month.last_day()).map(|position| (month, position))).collect()
}
