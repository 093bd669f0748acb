//! Prosperity: what prices, volumes, stocks and operating rates say of a sector's next month.
//!
//! | | |
//! |---|---|
//! | Input | `links`: the series that speak of each sector, with polarity p (+1 price, volume, rate, orders; -1 stock, silo ratio, input cost) and weight; the market's values |
//! | Formula | mark = ⅔ c₁ + ⅓ c₂ with c₁ the sign of MoM = v(m)/v(m-1) - 1 and c₂ the sign of the change of YoY = v(m)/v(m-12) - 1, 0 inside the bands; S = weighted mean of p · mark |
//! | Unit | S from -1 to 1; MoM and YoY in percent, the change of YoY in percentage points |
//! | Direction | higher is better: S ≥ 0.25 scores 3, S ≤ -0.25 scores 1, else 2 |
//! | Publication lag | as published: daily and weekly series are means of what was public of the calendar month m, monthly ones stand at their last public month |
//! | Missing | a series without v(m) or v(m-1) is left out, one without either YoY is marked by c₁ alone; a sector without any series has no score |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (month on month and year on year combined, "decline narrowed"); points, bands and the map to sectors are this project's |
//!
//! Not the level of YoY but its change decides, for the source calls a narrowing decline "up". Quarterly series are left out:
//! they have no month.

mod month;
mod report;

use rotor_factor::{
    AsOfView, CrossSection, EntityKind, Factor, FactorError, Group, Input, Link, LinkedSeries, Links,
    Parameter, Parameters, Signal, Spec,
};
use rotor_stats::less_than;

use month::Monthly;

/// The direction of the series that are linked to a sector.
///
/// Polyester filament in June 2022: the operating rate fell by 0.08%, inside the band, and its decline from a year before
/// narrowed from 19.09% to 18.64%. That is a mark of ⅓.
///
/// ```
/// use factor_prosperity::Prosperity;
/// use rotor_factor::testing;
///
/// let rates = "
///     [links]
///     textiles filament_rate +1 1.0
///     [filament_rate M]
///                               CN
///     2021-05 2021-06-07     93.215
///     2021-06 2021-07-07     92.625
///     2022-05 2022-06-07     75.42
///     2022-06 2022-07-07     75.36
/// ";
/// let factor = Prosperity::default();
/// assert_eq!(testing::raws(&factor, "2022-07-08", rates), "textiles 0.3333");
/// assert_eq!(testing::scores(&factor, "2022-07-08", rates), "textiles 3");
/// # Ok::<(), rotor_factor::FactorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prosperity {
    // In percent, percentage points and points of S.
    mom_band: f64,
    yoy_band: f64,
    threshold: f64,
    price_weight_upstream: f64,
    new_year: bool,
    market: String,
}

rotor_factor::export_factor!(Prosperity);

/// What one series says of one month.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    /// The month of the values, in months since 1970.
    month: i32,
    value: f64,
    /// v(m)/v(m-1) - 1 in percent.
    mom: f64,
    /// v(m)/v(m-12) - 1 in percent.
    yoy: Option<f64>,
    /// By how much YoY exceeds that of the month before, in percentage points.
    yoy_change: Option<f64>,
    /// From -1 to 1.
    mark: f64,
}

/// Days that reach from the execution day back to the month a year before the month before the one of New Year's rule.
const N_DAYS: usize = 17 * 31;

/// Monthly series have no limit of age; forty years are none in practice.
const N_MONTHS: usize = 480;

impl Factor for Prosperity {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number(
            "mom_band",
            0.5,
            0.0,
            100.0,
            "MoM within it is no change, percent",
            "环比死区,百分比",
        ),
        Parameter::number(
            "yoy_band",
            0.25,
            0.0,
            100.0,
            "a change of YoY within it is none, percentage points",
            "同比变化死区,百分点",
        ),
        Parameter::number("threshold", 0.25, 0.0, 1.0, "|S| from which the score is 3 or 1", "评分阈值"),
        Parameter::number(
            "price_weight_upstream",
            1.0,
            0.0,
            100.0,
            "factor on the weight of price series in upstream sectors",
            "上游板块价格序列的权重倍数",
        ),
        Parameter::flag(
            "new_year",
            false,
            "take January and February together for series that are no prices",
            "非价格序列合并一、二月",
        ),
        Parameter::text("market", "CN", "the market of the series, if there are several", "市场代码"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self {
            mom_band: parameters.number("mom_band"),
            yoy_band: parameters.number("yoy_band"),
            threshold: parameters.number("threshold"),
            price_weight_upstream: parameters.number("price_weight_upstream"),
            new_year: parameters.flag("new_year"),
            market: parameters.text("market").into(),
        })
    }

    fn spec(&self) -> Spec {
        Spec::new("prosperity", env!("CARGO_PKG_VERSION"), "Direction of high-frequency series", "行业景气度")
            .input(Input::links(N_DAYS, N_MONTHS))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let links = view.links()?;
        let market = view.the_only(EntityKind::Market, &self.market)?.position;
        // 1, 2. Monthly values of each series, their changes and marks.
        let marks: Vec<Option<Mark>> =
            links.series().iter().map(|series| self.mark(series, market, view.month().index())).collect();
        let mut signal = Signal::new(view);
        let mut numbers_of_series = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 3. Polarities and weights, in the order of the names of the series.
            let (mut sum, mut weights, mut n_series) = (0.0, 0.0, 0.0);
            for link in links.of(sector) {
                let Some(mark) = marks[link.series] else { continue };
                let weight = self.weight(view, &links, sector, link);
                sum += weight * (link.polarity * mark.mark);
                weights += weight;
                n_series += 1.0;
            }
            numbers_of_series.push((n_series > 0.0).then_some(n_series));
            // 4. The weighted mean decides.
            let mean = sum / weights;
            if links.of(sector).len() == 0 {
                signal.withhold(sector, "no series is linked to it");
            } else if n_series == 0.0 {
                signal.withhold(sector, "no series has values for this month and the one before");
            } else if !mean.is_finite() {
                signal.withhold(sector, "the weights of its series sum to zero or beyond all numbers");
            } else {
                signal.score(sector, self.score(mean), mean);
            }
        }
        signal.diagnostic("n_series", numbers_of_series.into_iter().collect::<CrossSection>());
        if view.wants_tables() {
            signal.table(report::marks(&links, &marks));
            let weight = |sector, link| self.weight(view, &links, sector, link);
            signal.table(report::sectors(view, &links, &marks, weight));
        }
        Ok(signal)
    }
}

impl Prosperity {
    /// Says where a series stands in month `m`, or `None` if it cannot be said.
    fn mark(&self, series: &LinkedSeries<'_>, market: usize, m: i32) -> Option<Mark> {
        let merges_new_year = self.new_year && !is_price(series);
        let (values, m) = Monthly::of(series.panel, market, m, merges_new_year)?;
        let value = values.get(m)?;
        let mom = change(value, values.get(values.before(m))?)?;
        let yoy = values.yoy(m);
        let yoy_change = yoy.zip(values.yoy(values.before(m))).map(|(now, then)| now - then);
        let first = sign(mom, self.mom_band);
        let mark = match yoy_change {
            Some(change) => 2.0 / 3.0 * first + 1.0 / 3.0 * sign(change, self.yoy_band),
            None => first,
        };
        Some(Mark { month: m, value, mom, yoy, yoy_change, mark })
    }

    /// Returns what a series weighs in a sector.
    fn weight(&self, view: &AsOfView<'_>, links: &Links<'_>, sector: usize, link: Link) -> f64 {
        let is_weighted = self.price_weight_upstream != 1.0
            && view.sectors().group(sector) == Some(Group::Upstream)
            && is_price(&links.series()[link.series]);
        link.weight * if is_weighted { self.price_weight_upstream } else { 1.0 }
    }

    fn score(&self, mean: f64) -> f64 {
        if !less_than(mean, self.threshold) {
            3.0
        } else if !less_than(-self.threshold, mean) {
            1.0
        } else {
            2.0
        }
    }
}

impl Default for Prosperity {
    fn default() -> Self {
        let parameters = Parameters::resolve(Self::PARAMETERS, []).expect("defaults are allowed");
        Self::from_parameters(&parameters).expect("every combination is")
    }
}

/// Returns by how many percent `value` exceeds `base`; `None` if the base is zero or the result beyond all numbers.
fn change(value: f64, base: f64) -> Option<f64> {
    let change = 100.0 * (value / base - 1.0);
    (base != 0.0 && change.is_finite()).then_some(change)
}

/// Returns the sign, 0 inside the band and on its border.
fn sign(value: f64, band: f64) -> f64 {
    f64::from(u8::from(less_than(band, value))) - f64::from(u8::from(less_than(value, -band)))
}

/// Tells whether a series is a price: it says so, or its unit is money or money per something.
fn is_price(series: &LinkedSeries<'_>) -> bool {
    let is_money = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    series.name.contains("price")
        || is_money(series.unit)
        || series.unit.split_once("_per_").is_some_and(|(what, _)| is_money(what))
}
