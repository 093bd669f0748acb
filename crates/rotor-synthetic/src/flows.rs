//! Multiples and money: price-earnings ratios, northbound and margin buying, fund subscriptions, float.
//!
//! All of them look back: money follows the returns of the days just past, multiples follow the closes. In a null
//! world the money follows nothing; a multiple follows its closes in every world, since it is made of them.

use libm::exp;
use rotor_factor::{Date, Frequency, Month};

use crate::Plan;
use crate::calendar::{day, later, trading_day_from};
use crate::catalogue::{BENCHMARKS, TRAITS};
use crate::prices::{Prices, first_day_of};
use crate::random::{Stream, rounded};
use crate::releases::{Recorder, Subject};

/// Months over which the trend behind a price-earnings multiple forgets.
const TREND_MEMORY: f64 = 48.0;

/// Writes down `pe_ttm` of the sectors and of the benchmarks.
pub(crate) fn publish_multiples(plan: &Plan, prices: &Prices, recorder: &mut Recorder) {
    let titles = ["Price-earnings ratio, trailing twelve months", "市盈率TTM"];
    let series = recorder.declare("pe_ttm", Frequency::Monthly, "multiple", titles);
    let of_sectors = (0..plan.n_sectors())
        .map(|s| (plan.sector(s), TRAITS[plan.templates[s]].pe, prices.sectors[s].as_slice(), Date::MIN));
    let of_benchmarks = BENCHMARKS
        .iter()
        .enumerate()
        .map(|(b, row)| (plan.benchmark(b), row.pe, prices.benchmarks[b].as_slice(), first_day_of(row.code)));
    let month_ends = month_ends(plan, prices);
    for (i, (entity, usual, path, begins)) in of_sectors.chain(of_benchmarks).enumerate() {
        let mut stream = Stream::new(plan.seed, "earnings noise", i);
        let mut trend = path[0];
        let mut noise = 0.0;
        for (month, last) in &month_ends {
            trend += (path[*last] - trend) / TREND_MEMORY;
            noise = 0.9 * noise + 0.03 * stream.normal();
            let value = rounded(usual * exp(0.8 * (path[*last] - trend) + noise), 2).max(0.5);
            let period = month.last_day();
            if period >= begins {
                recorder.publish(Subject { series, entity }, period, later(period, 1), value);
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
        publish_flow(plan, prices, &flow, recorder);
    }
    publish_float(plan, prices, recorder);
}

fn publish_flow(plan: &Plan, prices: &Prices, flow: &Flow, recorder: &mut Recorder) {
    let series = recorder.declare(flow.name, flow.frequency, "cny_100m", flow.titles);
    let follows = if plan.world.is_related() { flow.follows } else { 0.0 };
    let periods = flow_periods(flow);
    // A period's return for one standard deviation: 30% a year.
    let (usual_return, length) = if flow.frequency == Frequency::Weekly { (0.042, 7) } else { (0.087, 30) };
    for sector in 0..plan.n_sectors() {
        let mut stream = Stream::new(plan.seed, flow.name, sector);
        let scale = flow.size * TRAITS[plan.templates[sector]].float_cap;
        let path = &prices.sectors[sector];
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
}

/// Returns the ends of the periods of a flow: Fridays or the ends of months.
fn flow_periods(flow: &Flow) -> Vec<Date> {
    let days = (flow.first.days()..=flow.last.days()).filter_map(Date::from_days);
    match flow.frequency {
        Frequency::Weekly => days.filter(|date| date.weekday() == 5).collect(),
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
        let path = &prices.sectors[sector];
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
