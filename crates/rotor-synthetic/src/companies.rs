//! What the listed companies of a sector report each quarter: net profit growth and gross margin.
//!
//! Net profit growth follows the bridged growth of the sector's industries with a planted correlation. The gross
//! margin answers to consumer and producer prices with planted coefficients. In a null world both relations are
//! cut and the figures keep their size and their rhythm.

use libm::sqrt;
use rotor_factor::{Date, Frequency, Quarter};

use crate::Plan;
use crate::calendar::day;
use crate::catalogue::{
    EXTREME_GROWTH, MARGINS, Margin, N_SECTORS, PROFIT_CORRELATION, SECTORS, bridge_of, industry_position,
};
use crate::economy::{Economy, quarter_mean};
use crate::industries::{FIRST_PROFIT_YEAR, Figures, bridged_growth};
use crate::leak::{GROWTH_RESPONSE, Leak, MARGIN_RESPONSE};
use crate::random::{Stream, rounded, standardize};
use crate::releases::{Recorder, Subject, report_deadline};

/// Standard deviation of the part of a gross margin that prices do not explain, in percentage points.
pub(crate) const MARGIN_NOISE: f64 = 0.45;
/// Sectors whose annual report of 2019 came two months late, as the pandemic allowed.
pub(crate) const LATE_2019: [&str; 3] = ["801130", "801760", "801210"];

/// The reports of a world: which quarters, and on which day each sector's are public.
pub(crate) struct Reports {
    quarters: Vec<Quarter>,
    // By sector and quarter.
    released: Vec<Vec<Date>>,
}

impl Reports {
    /// Draws the days of all reports.
    pub(crate) fn new(plan: &Plan, recorder: &mut Recorder) -> Self {
        // Five years before the closes are enough for any look-back window.
        let first = ((plan.first.index() - 60).div_euclid(3)).max((FIRST_PROFIT_YEAR - 1970) * 4);
        let quarters: Vec<Quarter> = (first..=plan.last.quarter().index())
            .filter_map(Quarter::from_index)
            .filter(|quarter| quarter.last_month() <= plan.last)
            .collect();
        let late_year_end = day(2020, 6, 30);
        let released = (0..plan.n_sectors())
            .map(|sector| {
                let mut stream = Stream::new(plan.seed, "report days", sector);
                let code = SECTORS[plan.templates[sector]].code;
                let mut day_of = |quarter: &Quarter| {
                    let usual = recorder.maybe_late(&mut stream, report_deadline(*quarter), 0.015, 10);
                    let is_late =
                        quarter.year() == 2019 && quarter.number() == 4 && LATE_2019.contains(&code);
                    recorder.counts.late_reports += usize::from(is_late);
                    if is_late { late_year_end } else { usual }
                };
                quarters.iter().map(&mut day_of).collect()
            })
            .collect();
        Self { quarters, released }
    }

    /// Writes down `net_profit_ytd_yoy`.
    pub(crate) fn publish_growth(
        &self,
        plan: &Plan,
        figures: &Figures,
        leak: Option<&Leak>,
        recorder: &mut Recorder,
    ) {
        let titles = ["Net profit of listed companies, year to date, growth", "归母净利润累计同比"];
        let series = recorder.declare("net_profit_ytd_yoy", Frequency::Quarterly, "percent", titles);
        let bridged: Vec<Vec<f64>> =
            (0..N_SECTORS).map(|template| self.bridged(plan, figures, template)).collect();
        for sector in 0..plan.n_sectors() {
            let template = plan.templates[sector];
            let growth = match leak {
                Some(leak) => {
                    let carried =
                        |released: &Date| 8.0 + leak.sector_percent(sector, *released, GROWTH_RESPONSE);
                    self.released[sector].iter().map(carried).collect()
                }
                None => growth_path(plan, sector, &bridged[template]),
            };
            let may_be_extreme = leak.is_none() && EXTREME_GROWTH.contains(&SECTORS[template].code);
            let mut stream = Stream::new(plan.seed, "growth surprises", sector);
            let subject = Subject { series, entity: plan.sector(sector) };
            for (q, quarter) in self.quarters.iter().enumerate() {
                let (extreme, size) = (stream.chance(0.06), stream.between(-520.0, 900.0));
                let value = if extreme && may_be_extreme { size + 210.0 * size.signum() } else { growth[q] };
                let value = rounded(value, 2);
                recorder.counts.extreme_growth += usize::from(value.abs() > 200.0);
                recorder.publish(subject, quarter.last_day(), self.released[sector][q], value);

                let (revised, days, change) =
                    (stream.chance(0.05), stream.whole(20, 90), 3.0 * stream.normal());
                if revised && leak.is_none() {
                    recorder.revise(days, rounded(value + change, 2));
                }
            }
        }
    }

    /// Writes down `gross_margin`; banks and other financials have none.
    pub(crate) fn publish_margins(
        &self,
        plan: &Plan,
        economy: &Economy,
        leak: Option<&Leak>,
        recorder: &mut Recorder,
    ) {
        let titles = ["Gross margin of listed companies, single quarter", "单季销售毛利率"];
        let series = recorder.declare("gross_margin", Frequency::Quarterly, "percent", titles);
        for sector in 0..plan.n_sectors() {
            let Some(margin) = margin_of(plan, sector) else { continue };
            let mut stream = Stream::new(plan.seed, "margins", sector);
            let season: [f64; 4] = std::array::from_fn(|_| 0.12 * stream.normal());
            let noise = stream.autoregression(self.quarters.len(), 0.35);
            let subject = Subject { series, entity: plan.sector(sector) };
            for (q, quarter) in self.quarters.iter().enumerate() {
                let position = plan.axis.position(quarter.last_month());
                let released = self.released[sector][q];
                let moved = match leak {
                    Some(leak) => leak.sector_percent(sector, released, MARGIN_RESPONSE),
                    None if plan.world.is_related() => {
                        margin.consumer_slope * (quarter_mean(&economy.cpi, position) - 2.0)
                            + margin.producer_slope * (quarter_mean(&economy.ppi, position) - 1.0)
                    }
                    None => 0.0,
                };
                let quiet = if leak.is_some() { 0.1 } else { 1.0 };
                let unexplained = quiet * (season[quarter.number() as usize - 1] + MARGIN_NOISE * noise[q]);
                let value = rounded(margin.base + moved + unexplained, 2);
                recorder.publish(subject, quarter.last_day(), released, value);
            }
        }
    }

    /// Returns the bridged growth of a sector of the catalogue at the ends of the quarters.
    fn bridged(&self, plan: &Plan, figures: &Figures, template: usize) -> Vec<f64> {
        let weights: Vec<_> =
            bridge_of(template).iter().map(|(code, weight)| (industry_position(code), *weight)).collect();
        // Where the method has no value, growth is taken as none: it enters a mean, and nothing is published of it.
        let at = |quarter: &Quarter| {
            bridged_growth(figures, &weights, plan.axis.position(quarter.last_month())).unwrap_or(0.0)
        };
        self.quarters.iter().map(at).collect()
    }
}

/// Returns the margin of a sector of the world, if it has one.
fn margin_of(plan: &Plan, sector: usize) -> Option<&'static Margin> {
    let code = SECTORS[plan.templates[sector]].code;
    MARGINS.iter().find(|margin| margin.sector == code)
}

/// Returns the planted correlation of a sector of the catalogue; zero if no industry stands behind it.
pub(crate) fn planted_correlation(template: usize) -> f64 {
    let code = SECTORS[template].code;
    PROFIT_CORRELATION.iter().find(|(sector, _)| *sector == code).map_or(0.0, |row| row.1)
}

/// Returns net profit growth by quarter, before rounding and surprises.
///
/// The sector's own part is made orthogonal to the bridged growth, so the planted correlation is that of the
/// sample and not only its expectation.
fn growth_path(plan: &Plan, sector: usize, bridged: &[f64]) -> Vec<f64> {
    let mut own = Stream::new(plan.seed, "own growth", sector).autoregression(bridged.len(), 0.6);
    let correlation = planted_correlation(plan.templates[sector]);
    if correlation == 0.0 || bridged.len() < 3 {
        return own.iter().map(|own| 8.0 + 22.0 * own).collect();
    }
    let n = bridged.len() as f64;
    let mean = bridged.iter().sum::<f64>() / n;
    let deviation = sqrt(bridged.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n);
    let mut explained = bridged.to_vec();
    standardize(&mut explained, true);
    let explained_share = if plan.world.is_related() {
        standardize(&mut own, true);
        let overlap = own.iter().zip(&explained).map(|(own, x)| own * x).sum::<f64>() / n;
        own.iter_mut().zip(&explained).for_each(|(own, x)| *own -= overlap * x);
        standardize(&mut own, true);
        correlation
    } else {
        0.0
    };
    let own_share = sqrt(1.0 - explained_share * explained_share);
    let scale = deviation.clamp(5.0, 60.0);
    explained
        .iter()
        .zip(&own)
        .map(|(x, own)| mean + scale * (explained_share * x + own_share * own))
        .collect()
}
