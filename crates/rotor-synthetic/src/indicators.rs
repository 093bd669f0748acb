//! The high-frequency series: prices, stocks, operating rates, sales and orders that tell of a sector's prosperity.
//!
//! The change of a series over a month is the prosperity of its sectors in that month, times the polarity, plus
//! noise of about the same size. Daily and weekly values reach the month's level in its first third. In a leaky
//! world all series are monthly and their changes are returns that are not known yet.

use libm::{exp, log};
use rotor_data::model::Link;
use rotor_factor::{Date, Frequency};

use crate::Plan;
use crate::calendar::{is_trading_day, later, month, new_year_month};
use crate::catalogue::sector_position;
use crate::economy::Economy;
use crate::leak::Leak;
use crate::random::{Stream, logistic, rounded};
use crate::releases::{Recorder, Subject};

/// How often a series is published, and stamped with which day.
#[derive(Clone, Copy)]
enum Cadence {
    /// Every trading day.
    Daily,
    /// Every week, on this day of it.
    Weekly(u32),
    /// Every month.
    Monthly,
}

/// What a series measures, which decides how it moves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Price,
    Stock,
    Volume,
    /// Percent of capacity.
    Rate,
    /// Percent of answers.
    Survey,
}

/// How a kind of series moves; logarithms for levels, log odds for percentages.
struct Motion {
    /// Change over a month for one standard deviation of prosperity.
    swing: f64,
    /// What remains of a deviation after a month.
    memory: f64,
    /// Shift in the month of the New Year.
    new_year: f64,
    /// Standard deviation of the noise of single values.
    jitter: f64,
}

impl Kind {
    const fn motion(self) -> Motion {
        let (swing, memory, new_year, jitter) = match self {
            Self::Price => (0.018, 0.97, 0.0, 0.004),
            Self::Stock => (0.020, 0.95, 0.06, 0.010),
            Self::Volume => (0.025, 0.96, -0.20, 0.020),
            Self::Rate => (0.070, 0.93, -0.35, 0.030),
            Self::Survey => (0.030, 0.90, -0.04, 0.015),
        };
        Motion { swing, memory, new_year, jitter }
    }

    const fn is_percentage(self) -> bool {
        matches!(self, Self::Rate | Self::Survey)
    }
}

/// A series of the catalogue.
struct Indicator {
    name: &'static str,
    title: &'static str,
    title_zh: &'static str,
    unit: &'static str,
    kind: Kind,
    cadence: Cadence,
    base: f64,
    /// First year and month.
    start: (i32, u32),
    /// Days from the end of the period to the release.
    lag: i32,
    /// Sectors it tells of, with polarity.
    links: &'static [(&'static str, i8)],
}

const fn indicator(
    name: &'static str,
    [title, title_zh, unit]: [&'static str; 3],
    (kind, base, start): (Kind, f64, (i32, u32)),
    (cadence, lag): (Cadence, i32),
    links: &'static [(&'static str, i8)],
) -> Indicator {
    Indicator { name, title, title_zh, unit, kind, cadence, base, start, lag, links }
}

use Cadence::{Daily, Monthly, Weekly};
use Kind::{Price, Rate, Stock, Survey, Volume};

const THURSDAY: u32 = 4;
const FRIDAY: u32 = 5;

/// The number of series.
pub(crate) const N_INDICATORS: usize = 42;

/// The series in the order of the sectors they tell of.
#[rustfmt::skip]
const INDICATORS: [Indicator; N_INDICATORS] = [
    indicator("coking_coal_futures", ["Coking coal futures, settlement", "焦煤期货结算价", "cny_per_tonne"], (Price, 1_180.0, (2011, 3)), (Daily, 1), &[("801950", 1)]),
    indicator("coke_futures", ["Coke futures, settlement", "焦炭期货结算价", "cny_per_tonne"], (Price, 1_860.0, (2011, 4)), (Daily, 1), &[("801950", 1)]),
    indicator("thermal_coal_futures", ["Thermal coal futures, settlement", "动力煤期货结算价", "cny_per_tonne"], (Price, 620.0, (2011, 9)), (Daily, 1), &[("801950", 1), ("801160", -1)]),
    indicator("port_coal_stock", ["Coal stock at Qinhuangdao port", "秦皇岛港煤炭库存", "10k_tonnes"], (Stock, 580.0, (2009, 6)), (Daily, 2), &[("801950", -1)]),
    indicator("rebar_futures", ["Rebar futures, settlement", "螺纹钢期货结算价", "cny_per_tonne"], (Price, 3_900.0, (2009, 4)), (Daily, 1), &[("801040", 1)]),
    indicator("hot_rolled_coil_futures", ["Hot-rolled coil futures, settlement", "热轧卷板期货结算价", "cny_per_tonne"], (Price, 3_950.0, (2012, 3)), (Daily, 1), &[("801040", 1)]),
    indicator("wire_rod_price", ["Wire rod price", "线材价格", "cny_per_tonne"], (Price, 4_050.0, (2009, 1)), (Weekly(FRIDAY), 1), &[("801040", 1)]),
    indicator("cold_rolled_price", ["Cold-rolled coil price", "冷轧板卷价格", "cny_per_tonne"], (Price, 4_700.0, (2009, 1)), (Weekly(FRIDAY), 1), &[("801040", 1)]),
    indicator("steel_stock", ["Social stock of steel", "钢材社会库存", "10k_tonnes"], (Stock, 1_320.0, (2009, 7)), (Weekly(THURSDAY), 2), &[("801040", -1)]),
    indicator("blast_furnace_rate_247", ["Blast-furnace operating rate of 247 mills", "247家钢厂高炉开工率", "percent"], (Rate, 82.0, (2012, 8)), (Weekly(FRIDAY), 1), &[("801040", 1)]),
    indicator("cement_price_index", ["National cement price index", "全国水泥价格指数", "index"], (Price, 128.0, (2009, 9)), (Weekly(FRIDAY), 1), &[("801710", 1)]),
    indicator("cement_silo_ratio", ["Cement silo ratio", "水泥库容比", "percent"], (Rate, 62.0, (2010, 1)), (Weekly(FRIDAY), 3), &[("801710", -1)]),
    indicator("glass_futures", ["Glass futures, settlement", "玻璃期货结算价", "cny_per_tonne"], (Price, 1_450.0, (2012, 12)), (Daily, 1), &[("801710", 1)]),
    indicator("wti_futures", ["WTI crude oil futures", "WTI原油期货结算价", "usd_per_barrel"], (Price, 72.0, (2009, 1)), (Daily, 1), &[("801960", 1)]),
    indicator("brent_spot", ["Dated Brent, spot", "布伦特原油现货价", "usd_per_barrel"], (Price, 76.0, (2009, 1)), (Daily, 1), &[("801960", 1)]),
    indicator("pta_spot", ["PTA, East China spot", "PTA华东现货价", "cny_per_tonne"], (Price, 6_400.0, (2009, 1)), (Weekly(FRIDAY), 1), &[("801030", 1)]),
    indicator("polyester_chip_price", ["Polyester chip price", "聚酯切片价格", "cny_per_tonne"], (Price, 7_900.0, (2009, 1)), (Weekly(FRIDAY), 1), &[("801030", 1)]),
    indicator("polyester_filament_rate", ["Operating rate of polyester filament", "涤纶长丝开工率", "percent"], (Rate, 78.0, (2011, 1)), (Weekly(THURSDAY), 1), &[("801130", 1)]),
    indicator("loom_rate", ["Operating rate of looms in Jiangsu and Zhejiang", "江浙织机开工率", "percent"], (Rate, 66.0, (2011, 1)), (Weekly(THURSDAY), 1), &[("801130", 1)]),
    indicator("car_wholesale_daily", ["Passenger cars, wholesale a day", "乘用车日均批发销量", "units"], (Volume, 54_000.0, (2012, 1)), (Weekly(FRIDAY), 5), &[("801880", 1)]),
    indicator("car_retail_daily", ["Passenger cars, retail a day", "乘用车日均零售销量", "units"], (Volume, 52_000.0, (2012, 1)), (Weekly(FRIDAY), 5), &[("801880", 1)]),
    indicator("tyre_rate_all_steel", ["Operating rate of all-steel tyres", "全钢胎开工率", "percent"], (Rate, 66.0, (2012, 6)), (Weekly(THURSDAY), 1), &[("801880", 1)]),
    indicator("tyre_rate_semi_steel", ["Operating rate of semi-steel tyres", "半钢胎开工率", "percent"], (Rate, 68.0, (2012, 6)), (Weekly(THURSDAY), 1), &[("801880", 1)]),
    indicator("pv_composite_index", ["Photovoltaic composite price index", "光伏综合价格指数", "index"], (Price, 58.0, (2011, 10)), (Weekly(FRIDAY), 3), &[("801730", 1)]),
    indicator("polysilicon_price", ["Polysilicon price", "多晶硅价格", "cny_per_kg"], (Price, 120.0, (2011, 10)), (Weekly(FRIDAY), 5), &[("801730", 1)]),
    indicator("copper_futures", ["Copper futures, settlement", "沪铜期货结算价", "cny_per_tonne"], (Price, 52_000.0, (2009, 1)), (Daily, 1), &[("801050", 1)]),
    indicator("aluminium_futures", ["Aluminium futures, settlement", "沪铝期货结算价", "cny_per_tonne"], (Price, 15_200.0, (2009, 1)), (Daily, 1), &[("801050", 1)]),
    indicator("power_output", ["Output of electric power", "发电量", "100m_kwh"], (Volume, 4_900.0, (2009, 1)), (Monthly, 18), &[("801160", 1)]),
    indicator("excavator_sales", ["Sales of excavators", "挖掘机销量", "units"], (Volume, 14_000.0, (2010, 1)), (Monthly, 12), &[("801890", 1)]),
    indicator("equipment_pmi", ["Purchasing managers' index of equipment makers", "装备制造业PMI", "percent"], (Survey, 50.8, (2012, 1)), (Monthly, 1), &[("801890", 1)]),
    indicator("panel_price", ["Price of LCD television panels", "液晶电视面板价格", "usd"], (Price, 72.0, (2010, 6)), (Monthly, 5), &[("801080", 1)]),
    indicator("semi_equipment_sales", ["Sales of Japanese semiconductor equipment", "日本半导体设备销售额", "jpy_bn"], (Volume, 150.0, (2010, 1)), (Monthly, 27), &[("801080", 1)]),
    indicator("ship_orders", ["New ship orders", "新接船舶订单", "10k_dwt"], (Volume, 420.0, (2010, 1)), (Monthly, 15), &[("801740", 1)]),
    indicator("liquor_price", ["Wholesale price of liquor", "白酒批发价格", "cny_per_bottle"], (Price, 820.0, (2012, 1)), (Monthly, 4), &[("801120", 1)]),
    indicator("milk_price", ["Price of raw milk", "生鲜乳价格", "cny_per_kg"], (Price, 35.0, (2010, 1)), (Weekly(THURSDAY), 6), &[("801120", 1)]),
    indicator("herb_index", ["Index of herbal medicine prices", "中药材价格指数", "index"], (Price, 210.0, (2011, 1)), (Weekly(FRIDAY), 2), &[("801150", 1)]),
    indicator("appliance_output", ["Output of household appliances", "家电产量指数", "index"], (Volume, 118.0, (2010, 1)), (Monthly, 18), &[("801110", 1)]),
    indicator("appliance_cost_index", ["Cost of steel and copper for appliances", "家电原材料成本指数", "index"], (Price, 104.0, (2010, 1)), (Monthly, 3), &[("801110", -1)]),
    indicator("cosmetics_retail", ["Retail sales of cosmetics", "化妆品零售额", "cny_100m"], (Volume, 205.0, (2011, 1)), (Monthly, 17), &[("801980", 1)]),
    indicator("pork_price", ["Wholesale price of pork", "猪肉批发价格", "cny_per_kg"], (Price, 22.5, (2009, 1)), (Weekly(FRIDAY), 4), &[("801010", 1)]),
    indicator("pulp_futures", ["Pulp futures, settlement", "纸浆期货结算价", "cny_per_tonne"], (Price, 5_200.0, (2013, 5)), (Daily, 1), &[("801140", -1)]),
    indicator("furniture_export", ["Exports of furniture", "家具出口金额", "usd_100m"], (Volume, 46.0, (2010, 1)), (Monthly, 12), &[("801140", 1)]),
];

/// Writes down all series and their links.
pub(crate) fn publish(plan: &Plan, economy: &Economy, leak: Option<&Leak>, recorder: &mut Recorder) {
    let mut linked: Vec<Vec<(u32, i8)>> = vec![Vec::new(); super::catalogue::N_SECTORS];
    for (i, indicator) in INDICATORS.iter().enumerate() {
        let frequency = match (leak, indicator.cadence) {
            (Some(_), _) | (None, Monthly) => Frequency::Monthly,
            (None, Daily) => Frequency::Daily,
            (None, Weekly(_)) => Frequency::Weekly,
        };
        let titles = [indicator.title, indicator.title_zh];
        let series = recorder.declare(indicator.name, frequency, indicator.unit, titles);
        // A series can carry one return, so in a leaky world it tells of its first sector only.
        let told = if leak.is_some() { &indicator.links[..1] } else { indicator.links };
        for (code, polarity) in told {
            linked[sector_position(code)].push((series, *polarity));
        }

        let subject = Subject { series, entity: plan.market() };
        match leak {
            Some(leak) => publish_leaky(plan, i, leak, subject, recorder),
            None => publish_honest(plan, i, economy, subject, recorder),
        }
    }
    for sector in 0..plan.n_sectors() {
        for (series, polarity) in &linked[plan.templates[sector]] {
            let link =
                Link { sector: plan.sector(sector), series: *series, polarity: *polarity, weight: 1.0 };
            recorder.tables.links.push(link);
        }
    }
}

/// Writes down a series that follows the prosperity of its sectors.
fn publish_honest(plan: &Plan, i: usize, economy: &Economy, subject: Subject, recorder: &mut Recorder) {
    let indicator = &INDICATORS[i];
    let level = monthly_levels(plan, i, economy);
    let motion = indicator.kind.motion();
    let mut stream = Stream::new(plan.seed, "indicator values", i);
    let mut jitter = 0.0;
    for period in periods(plan, indicator) {
        let position = plan.axis.position(period.month());
        let reached = match indicator.cadence {
            Monthly => 1.0,
            Daily | Weekly(_) => (f64::from(period.ymd().2 - 1) / 10.0).min(1.0),
        };
        let at = level[position - 1] + reached * (level[position] - level[position - 1]);
        let holiday = if new_year_month(period.month().year()) == Some(period.month().number()) {
            motion.new_year
        } else {
            0.0
        };
        jitter = 0.6 * jitter + 0.8 * motion.jitter * stream.normal();
        let value = indicator.value(at + holiday + jitter);
        let late = if matches!(indicator.cadence, Daily) { (0.003, 2) } else { (0.02, 4) };
        let released = recorder.maybe_late(&mut stream, later(period, indicator.lag), late.0, late.1);
        recorder.publish(subject, period, released, value);

        let (revised, weeks, change) = (stream.chance(0.03), stream.whole(1, 2), 0.2 * motion.jitter);
        let corrected = indicator.value(at + holiday + jitter + change);
        if revised && matches!(indicator.cadence, Weekly(_)) && corrected != value {
            recorder.revise(7 * weeks, corrected);
        }
    }
}

/// Writes down a series whose change over a month is the return of the holding period in which it is released.
fn publish_leaky(plan: &Plan, i: usize, leak: &Leak, subject: Subject, recorder: &mut Recorder) {
    let indicator = &INDICATORS[i];
    let (code, polarity) = indicator.links[0];
    let mut stream = Stream::new(plan.seed, "leaky release days", i);
    let mut log_level = 0.0;
    for position in plan.axis.from(month(indicator.start.0, indicator.start.1)) {
        let period = plan.axis.month(position).last_day();
        // From the 10th: after every execution day, and before the next.
        let released = later(period, stream.whole(10, 24));
        log_level += f64::from(polarity) * leak.series_change(sector_position(code), released);
        let base = if indicator.kind.is_percentage() { 45.0 } else { indicator.base };
        // A little noise, or two series of one sector would be copies.
        let value = rounded(base * exp(log_level + 0.001 * stream.normal()), 2);
        recorder.publish(subject, period, released, value);
    }
}

/// Returns the level of a series by month of the axis, in logarithms or log odds about its base.
fn monthly_levels(plan: &Plan, i: usize, economy: &Economy) -> Vec<f64> {
    let indicator = &INDICATORS[i];
    let motion = indicator.kind.motion();
    let mut stream = Stream::new(plan.seed, "indicator noise", i);
    let links: Vec<_> = indicator
        .links
        .iter()
        .map(|(code, polarity)| (sector_position(code), f64::from(*polarity)))
        .collect();
    let scale = 1.0 / libm::sqrt(links.len() as f64);
    let mut level = 0.0;
    (0..plan.axis.len())
        .map(|position| {
            let told =
                links.iter().map(|(sector, polarity)| polarity * economy.prosperity[*sector][position]);
            let driver = scale * told.sum::<f64>() + stream.normal();
            level = motion.memory * level + motion.swing * driver;
            level
        })
        .collect()
}

/// Returns the days that stamp the periods of a series, oldest first.
fn periods(plan: &Plan, indicator: &Indicator) -> Vec<Date> {
    let first = month(indicator.start.0, indicator.start.1);
    if let Monthly = indicator.cadence {
        return plan.axis.from(first).map(|position| plan.axis.month(position).last_day()).collect();
    }
    let days = (first.first_day().days()..=plan.last.last_day().days()).filter_map(Date::from_days);
    days.filter(|date| match indicator.cadence {
        Weekly(weekday) => date.weekday() == weekday,
        Daily | Monthly => is_trading_day(*date),
    })
    .collect()
}

impl Indicator {
    /// Returns the value at a deviation from the base, in logarithms or log odds.
    fn value(&self, deviation: f64) -> f64 {
        if self.kind.is_percentage() {
            let odds = log(self.base / (100.0 - self.base));
            // A rate of exactly 0 has no month-on-month change.
            return rounded(100.0 * logistic(odds + deviation), 2).max(0.01);
        }
        rounded(self.base * exp(deviation), if self.base < 1_000.0 { 2 } else { 1 }).max(0.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_links_point_at_sectors() {
        for (i, indicator) in INDICATORS.iter().enumerate() {
            assert!(INDICATORS[..i].iter().all(|other| other.name != indicator.name), "{}", indicator.name);
            assert!(!indicator.links.is_empty() && indicator.links.iter().all(|(_, p)| p.abs() == 1));
            assert!(indicator.links.iter().all(|(code, _)| sector_position(code) < 31));
        }
    }
}
