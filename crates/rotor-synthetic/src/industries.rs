//! Profits of the 41 industries, as the statistical office publishes them.
//!
//! Three traits of the real figures are kept, because programs stumble over them. There is no January figure. A
//! year's growth compares the same enterprises in both years, so it is not the ratio of the published levels. And
//! an industry that makes a loss in either year has a level and no growth.

use libm::exp;
use rotor_factor::{Date, Frequency, Group, Month};

use crate::Plan;
use crate::calendar::month;
use crate::catalogue::{INDUSTRIES, Industry, N_INDUSTRIES};
use crate::economy::Economy;
use crate::leak::Leak;
use crate::random::{Stream, rounded};
use crate::releases::{Recorder, Subject, profit_release};

/// Year of the first published figures; latent profits begin a year before.
pub(crate) const FIRST_PROFIT_YEAR: i32 = 2007;

/// Share of the year's profit that falls into each month.
const SEASON: [f64; 12] = [0.055, 0.055, 0.085, 0.08, 0.085, 0.095, 0.08, 0.08, 0.09, 0.085, 0.09, 0.12];

/// The pandemic in the logarithm of monthly profits, all industries alike.
const PANDEMIC: [(i32, u32, f64); 20] = [
    (2020, 1, -0.54),
    (2020, 2, -0.54),
    (2020, 3, -0.45),
    (2020, 4, -0.08),
    (2020, 5, 0.02),
    (2020, 6, 0.06),
    (2020, 7, 0.12),
    (2020, 8, 0.12),
    (2020, 9, 0.08),
    (2020, 10, 0.16),
    (2020, 11, 0.10),
    (2020, 12, 0.12),
    (2021, 1, 0.40),
    (2021, 2, 0.40),
    (2021, 3, 0.30),
    (2021, 4, 0.24),
    (2021, 5, 0.16),
    (2021, 6, 0.10),
    (2021, 7, 0.06),
    (2021, 8, 0.03),
];

/// Months in which an industry loses money.
pub(crate) struct Loss {
    pub(crate) industry: &'static str,
    /// First year and month.
    pub(crate) first: (i32, u32),
    /// Last year and month.
    pub(crate) last: (i32, u32),
    /// How deep at the worst, where 1 is a profit of zero.
    depth: f64,
}

const fn loss(industry: &'static str, first: (i32, u32), last: (i32, u32), depth: f64) -> Loss {
    Loss { industry, first, last, depth }
}

/// The planted losses.
pub(crate) const LOSSES: [Loss; 8] = [
    loss("B06", (2015, 2), (2016, 5), 1.35),
    loss("B07", (2015, 12), (2016, 12), 1.60),
    loss("B08", (2015, 10), (2016, 4), 1.20),
    loss("B11", (2016, 1), (2017, 3), 1.90),
    loss("C25", (2012, 1), (2012, 8), 1.50),
    loss("C25", (2014, 11), (2015, 5), 1.70),
    loss("C31", (2015, 6), (2016, 4), 1.80),
    loss("C31", (2023, 11), (2024, 8), 1.80),
];

/// What is published of an industry and a month.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    /// Total profit from January to the month, in `cny_100m`.
    pub(crate) level: f64,
    /// Growth on the comparable basis in percent; missing if either year made no profit.
    pub(crate) growth: Option<f64>,
}

/// The published figures of every industry, by position on the month axis; none in January.
pub(crate) type Figures = Vec<Vec<Option<Figure>>>;

/// Draws the profits of all industries.
///
/// `released` holds the release day of every month of the axis; in a leaky world it decides which return a figure
/// carries.
pub(crate) fn figures(plan: &Plan, economy: &Economy, released: &[Date], leak: Option<&Leak>) -> Figures {
    let price_cycle = price_cycle(plan, economy);
    let group_cycles: Vec<Vec<f64>> = (0..Group::ALL.len())
        .map(|group| {
            Stream::new(plan.seed, "profit cycle of groups", group).autoregression(plan.axis.len(), 0.95)
        })
        .collect();
    (0..N_INDUSTRIES)
        .map(|k| {
            let cycles = Cycles { price: &price_cycle, group: &group_cycles[INDUSTRIES[k].group as usize] };
            let monthly = monthly_profits(plan, k, &cycles, leak.is_none());
            publishable(plan, k, &monthly, released, leak)
        })
        .collect()
}

/// Writes down `profit_ytd` and `profit_ytd_yoy`.
pub(crate) fn publish(plan: &Plan, figures: &Figures, released: &[Date], recorder: &mut Recorder) {
    let levels = recorder.declare(
        "profit_ytd",
        Frequency::Monthly,
        "cny_100m",
        ["Total profit of industrial enterprises, year to date", "工业企业利润总额累计值"],
    );
    let growths = recorder.declare(
        "profit_ytd_yoy",
        Frequency::Monthly,
        "percent",
        [
            "Total profit of industrial enterprises, year to date, comparable growth",
            "工业企业利润总额累计同比",
        ],
    );
    let months = plan.axis.from(month(FIRST_PROFIT_YEAR, 1));
    for (k, figures) in figures.iter().enumerate() {
        let mut stream = Stream::new(plan.seed, "profit revisions", k);
        for position in months.clone() {
            let (revised, days, change) =
                (stream.chance(0.03), stream.whole(30, 200), 0.02 * stream.normal());
            let Some(figure) = figures[position] else { continue };
            let period = plan.axis.month(position).last_day();
            recorder.publish(
                Subject { series: levels, entity: plan.industry(k) },
                period,
                released[position],
                figure.level,
            );
            recorder.counts.losses += usize::from(figure.level <= 0.0);
            let corrected = rounded(figure.level * (1.0 + change), 1);
            if revised && !plan.world.leaks() && corrected != figure.level {
                recorder.revise(days, corrected);
            }
        }
    }
    for (k, figures) in figures.iter().enumerate() {
        for position in months.clone() {
            let Some(figure) = figures[position] else { continue };
            let Some(growth) = figure.growth else {
                recorder.counts.absent_growth += 1;
                continue;
            };
            let period = plan.axis.month(position).last_day();
            recorder.publish(
                Subject { series: growths, entity: plan.industry(k) },
                period,
                released[position],
                growth,
            );
        }
    }
}

/// Revenue margin of industrial enterprises in percent: its mean, and the standard deviation about it.
pub(crate) const MARKET_MARGIN: [f64; 2] = [5.5, 0.25];

/// Writes down profits and revenue of the market: profits are the sums over the classes, as first published; revenue is what makes
/// a margin that moves slowly.
pub(crate) fn publish_market(plan: &Plan, figures: &Figures, released: &[Date], recorder: &mut Recorder) {
    let position_of = |recorder: &Recorder, name: &str| {
        let series = recorder.tables.series.iter().position(|series| series.name == name);
        series.expect("the classes are published before the market") as u32
    };
    let [levels, growths] = ["profit_ytd", "profit_ytd_yoy"].map(|name| position_of(recorder, name));
    let titles = ["Revenue of industrial enterprises, year to date", "工业企业营业收入累计值"];
    let revenues = recorder.declare("revenue_ytd", Frequency::Monthly, "cny_100m", titles);
    let titles =
        ["Revenue of industrial enterprises, year to date, comparable growth", "工业企业营业收入累计同比"];
    let revenue_growths = recorder.declare("revenue_ytd_yoy", Frequency::Monthly, "percent", titles);
    let [mean, deviation] = MARKET_MARGIN;
    let noise = Stream::new(plan.seed, "revenue margin", 0).autoregression(plan.axis.len(), 0.95);
    let margin = |position: usize| (mean + deviation * noise[position]) / 100.0;
    for position in plan.axis.from(month(FIRST_PROFIT_YEAR, 1)) {
        let of_classes = figures.iter().filter_map(|figures| {
            let figure = figures[position]?;
            let base = match figure.growth {
                Some(growth) => Some(figure.level / (1.0 + growth / 100.0)),
                None => {
                    position.checked_sub(12).and_then(|before| figures[before]).map(|before| before.level)
                }
            };
            Some((figure.level, base))
        });
        let (mut level, mut now, mut before, mut n) = (0.0, 0.0, 0.0, 0);
        for (of_class, base) in of_classes {
            level += of_class;
            n += 1;
            if let Some(base) = base {
                now += of_class;
                before += base;
            }
        }
        if n == 0 || level <= 0.0 || before <= 0.0 {
            continue;
        }
        let (period, day) = (plan.axis.month(position).last_day(), released[position]);
        let mut publish = |series, value| {
            recorder.publish(Subject { series, entity: plan.market() }, period, day, value);
        };
        publish(levels, rounded(level, 1));
        publish(growths, rounded(100.0 * (now - before) / before, 1));
        publish(revenues, rounded(level / margin(position), 1));
        if let Some(year_before) = position.checked_sub(12) {
            let base = before / margin(year_before);
            publish(revenue_growths, rounded(100.0 * (now / margin(position) - base) / base, 1));
        }
    }
}

/// Returns the day on which the profits of each month of the axis are released.
pub(crate) fn release_days(plan: &Plan, recorder: &mut Recorder) -> Vec<Date> {
    let mut days = Stream::new(plan.seed, "profit release days", 0);
    let day_of = |month: Month| {
        let slips = recorder.counts.slips;
        let released = profit_release(&mut days, month, recorder);
        if month.number() == 1 || month.year() < FIRST_PROFIT_YEAR {
            // Nothing comes out, so nothing can be late.
            recorder.counts.slips = slips;
        }
        released
    };
    plan.axis.months().map(day_of).collect()
}

/// What moves the profits of an industry besides itself, by position on the month axis.
struct Cycles<'a> {
    price: &'a [f64],
    group: &'a [f64],
}

/// Returns the log profit cycle that goes with producer prices: three points of growth for one point of PPI over
/// an average industry.
fn price_cycle(plan: &Plan, economy: &Economy) -> Vec<f64> {
    let mut cycle = vec![0.0; plan.axis.len()];
    for position in plan.axis.from(month(FIRST_PROFIT_YEAR - 1, 1)) {
        cycle[position] = cycle[position - 12] + 0.02 * (economy.ppi[position] - 1.5);
    }
    cycle
}

/// Returns single-month profits in the sample of one fixed year; zero before the first year.
fn monthly_profits(plan: &Plan, k: usize, cycles: &Cycles<'_>, with_losses: bool) -> Vec<f64> {
    let Industry { code, group, annual_profit, own_cycle, price_cycle, .. } = INDUSTRIES[k];
    let own = Stream::new(plan.seed, "profit cycle of industries", k).autoregression(plan.axis.len(), 0.95);
    // Utilities and repair hardly noticed the pandemic.
    let exposure = if group == Group::Other { 0.4 } else { 1.0 };
    let mut profits = vec![0.0; plan.axis.len()];
    for position in plan.axis.from(month(FIRST_PROFIT_YEAR - 1, 1)) {
        let at = plan.axis.month(position);
        let years = f64::from(at.index() - month(2015, 7).index()) / 12.0;
        let pandemic =
            PANDEMIC.iter().find(|(y, m, _)| at.year() == *y && at.number() == *m).map_or(0.0, |row| row.2);
        let log_profit = 0.055 * years
            + price_cycle * cycles.price[position]
            + 0.05 * cycles.group[position]
            + own_cycle * own[position]
            + exposure * pandemic;
        let loss = if with_losses { loss_factor(code, at) } else { 1.0 };
        profits[position] = annual_profit * SEASON[at.number() as usize - 1] * exp(log_profit) * loss;
    }
    profits
}

/// Returns what a loss leaves of the profit: 1 outside the planted months, below zero in the worst of them.
fn loss_factor(code: &str, at: Month) -> f64 {
    let depth = |loss: &Loss| {
        let (first, last) =
            (month(loss.first.0, loss.first.1).index() - 1, month(loss.last.0, loss.last.1).index() + 1);
        let (into, left) = (f64::from(at.index() - first), f64::from(last - at.index()));
        // Up within a third of the time, flat, and down within a third.
        loss.depth * (3.0 * into.min(left) / (into + left)).clamp(0.0, 1.0)
    };
    1.0 - LOSSES.iter().filter(|loss| loss.industry == code).map(depth).sum::<f64>()
}

/// Returns what the office publishes of monthly profits: sums from January, in each year's own sample.
fn publishable(
    plan: &Plan,
    k: usize,
    monthly: &[f64],
    released: &[Date],
    leak: Option<&Leak>,
) -> Vec<Option<Figure>> {
    let mut samples = Stream::new(plan.seed, "profit samples", k);
    let mut published = vec![None; plan.axis.len()];
    let mut sample = 1.0;
    for year in FIRST_PROFIT_YEAR..=plan.last.year() {
        // The enterprises surveyed this year, measured by the profit of last year's.
        let rebasing = exp((-0.005 + 0.045 * samples.normal()).clamp(-0.12, 0.12));
        let mut figure = Sums { now: 0.0, before: 0.0 };
        for number in 1..=12 {
            let position = plan.axis.position(month(year, number));
            figure.now += sample * rebasing * monthly[position];
            figure.before += sample * rebasing * monthly[position - 12];
            if number > 1 {
                published[position] = Some(match leak {
                    None => figure.publish(),
                    Some(leak) => {
                        Sums { now: figure.before * leak.industry_growth(k, released[position]), ..figure }
                            .publish()
                    }
                });
            }
        }
        sample *= rebasing;
    }
    published
}

/// Sums from January in the sample of this year: of this year and of the year before.
#[derive(Clone, Copy)]
struct Sums {
    now: f64,
    before: f64,
}

impl Sums {
    fn publish(self) -> Figure {
        let level = rounded(self.now, 1);
        let growth = rounded(100.0 * (self.now / self.before - 1.0), 1);
        let meaningful = level > 0.0 && self.before > 0.0 && growth > -100.0;
        Figure { level, growth: meaningful.then_some(growth) }
    }
}

/// Returns the bridged growth of a sector's industries in percent, as the profit factor computes it from what is
/// published, clipped at ±200; `None` where the method has no value.
pub(crate) fn bridged_growth(figures: &Figures, weights: &[(usize, f64)], position: usize) -> Option<f64> {
    let (mut now, mut before, mut size) = (0.0, 0.0, 0.0);
    for (k, weight) in weights {
        let Some(figure) = figures[*k][position] else { continue };
        let base = match figure.growth {
            Some(growth) if figure.level > 0.0 => Some(figure.level / (1.0 + growth / 100.0)),
            _ => {
                position.checked_sub(12).and_then(|earlier| figures[*k][earlier]).map(|earlier| earlier.level)
            }
        };
        let Some(base) = base else { continue };
        now += weight * figure.level;
        before += weight * base;
        size += weight * base.abs();
    }
    (size > 0.0 && before.abs() >= 0.02 * size)
        .then(|| (100.0 * (now - before) / before.abs()).clamp(-200.0, 200.0))
}
