//! Prosperity, series by series (section 6.3 of the method).

use std::collections::BTreeMap;

use rotor_factor::{Date, Frequency, Group, Month};

use super::{Answer, EPSILON, Facts, LinkRow, Marks, SeriesRow, before, mean};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The dead band of the change over the month, in percent.
    pub mom_band: f64,
    /// The dead band of the change of the growth over the year, in percentage points.
    pub yoy_band: f64,
    /// From which mean on a sector is liked.
    pub threshold: f64,
    /// What multiplies the weight of prices upstream.
    pub price_weight_upstream: f64,
    /// How many months the last value of a monthly series may lie before m.
    pub max_age: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self { mom_band: 0.5, yoy_band: 0.25, threshold: 0.25, price_weight_upstream: 1.0, max_age: 3 }
    }
}

/// Returns what prosperity says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    for sector in facts.cross_section(e) {
        let mut links: Vec<&LinkRow> = facts.links.iter().filter(|link| link.sector == sector.code).collect();
        links.sort_by(|a, b| a.series.cmp(&b.series));
        let (mut sum, mut sum_of_weights) = (0.0, 0.0);
        for link in links {
            let Some(series) = facts.series.iter().find(|series| series.name == link.series) else {
                continue;
            };
            let Some(sign) = sign_of(facts, e, series, options) else { continue };
            let is_upstream = sector.group == Some(Group::Upstream);
            let factor = if is_upstream && is_price(series) { options.price_weight_upstream } else { 1.0 };
            sum += link.weight * factor * link.polarity * sign;
            sum_of_weights += link.weight * factor;
        }
        let mut marks = Marks::default();
        if sum_of_weights > 0.0 {
            let mean = sum / sum_of_weights;
            marks.raw = Some(mean);
            marks.score = Some(if mean >= options.threshold - EPSILON {
                3.0
            } else if mean <= -options.threshold + EPSILON {
                1.0
            } else {
                2.0
            });
        }
        answer.sectors.insert(sector.code.clone(), marks);
    }
    answer
}

/// Where a series is going, from −1 to 1, before its polarity.
fn sign_of(facts: &Facts, e: Date, series: &SeriesRow, options: &Options) -> Option<f64> {
    let values = monthly_values(facts, e, series)?;
    let month = match series.frequency {
        Frequency::Daily | Frequency::Weekly => facts.month(e),
        Frequency::Monthly => {
            let last = *values.keys().last()?;
            if last < before(facts.month(e), options.max_age) {
                return None;
            }
            last
        }
        Frequency::Quarterly => return None,
    };
    if series.is_growth {
        // Both signs are that of the change of the growth.
        let change = values.get(&month)? - values.get(&before(month, 1))?;
        return Some(sign(change, options.yoy_band));
    }
    // In percent; none without both values or on a base of zero.
    let change = |month: Month, lag: i32| {
        let (value, base) = (values.get(&month)?, values.get(&before(month, lag))?);
        if base.abs() <= EPSILON { None } else { Some(100.0 * (value - base) / base.abs()) }
    };
    let by_month = sign(change(month, 1)?, options.mom_band);
    let by_year = change(month, 12).zip(change(before(month, 1), 12));
    Some(match by_year {
        Some((now, one_before)) => (2.0 * by_month + sign(now - one_before, options.yoy_band)) / 3.0,
        None => by_month,
    })
}

/// The value of each month: of daily and weekly series the mean.
fn monthly_values(facts: &Facts, e: Date, series: &SeriesRow) -> Option<BTreeMap<Month, f64>> {
    let mut by_month: BTreeMap<Month, Vec<f64>> = BTreeMap::new();
    for (period, value) in facts.known(&series.name, facts.market()?, e) {
        by_month.entry(period.month()).or_default().push(value);
    }
    Some(by_month.into_iter().map(|(month, values)| (month, mean(&values))).collect())
}

/// The sign of a change; the boundary of the band is inside it.
fn sign(change: f64, band: f64) -> f64 {
    if change.abs() <= band + EPSILON { 0.0 } else { change.signum() }
}

/// Tells prices from quantities.
fn is_price(series: &SeriesRow) -> bool {
    let currencies = ["aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "krw", "twd", "usd"];
    let is_currency = |text: &str| currencies.contains(&text);
    let is_per = series.unit.split_once("_per_").is_some_and(|(start, _)| is_currency(start));
    series.name.contains("price") || is_currency(&series.unit) || is_per
}
