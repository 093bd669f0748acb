//! Prosperity: the direction of a sector's prices, volumes, inventories and operating rates.
//!
//! | | |
//! |---|---|
//! | Input | `links`: the series linked to each sector, with polarity p (+1 price, volume, rate, orders; -1 stock, silo ratio, input cost) and weight; the market's values |
//! | Formula | mark = ⅔ c₁ + ⅓ c₂ with c₁ the sign of MoM = (v(m) - v(m-1)) / abs(v(m-1)) and c₂ the sign of the change of YoY = (v(m) - v(m-12)) / abs(v(m-12)), 0 inside the bands; where the value is itself a YoY growth (`measure` = `growth`) mark = the sign of v(m) - v(m-1) in the band of YoY; S = weighted mean of p · mark |
//! | Unit | S from -1 to 1; MoM and YoY in percent, the change of YoY in percentage points |
//! | Direction | higher is better: S ≥ 0.25 scores 3, S ≤ -0.25 scores 1, else 2 |
//! | Publication lag | as published: daily and weekly series are means of the values of calendar month m that were public; monthly series end with their last public month, which may lie up to `max_age` = 3 months before m |
//! | Missing | a series without v(m) or v(m-1), or with a v(m-1) of 0 unless it is a growth, is left out, and so is a monthly one that is older than `max_age`; one that lacks either YoY is marked by c₁ alone; a sector without any series has no score |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (month on month and year on year combined, "decline narrowed"); scores, bands and the mapping to sectors are this project's |
//!
//! A series is a price if its `measure` says so; where the dataset does not say, if its name contains `price` or its unit is money
//! or money per something. `new_year` treats all others as volumes. The change of YoY decides, not its level, because the source calls a narrowing decline "up". Quarterly series are left
//! out because they have no monthly values.

mod month;
mod presentation;
mod report;

use rotor_factor::{
    Alternative, AsOfView, Calendar, CrossSection, EntityKind, Explanation, Factor, FactorError, Group,
    Input, Link, LinkedSeries, Links, Measure, Month, Parameter, Parameters, Reason, Scale, Signal, Spec,
};
use rotor_stats::{equal, less_than};

use month::Monthly;
use presentation::presentation;

/// The direction of the series that are linked to a sector.
///
/// The example is polyester filament in June 2022: the operating rate fell by 0.08%, which is inside the band, and its decline
/// against the year before narrowed from 19.09% to 18.64%. The mark is ⅓.
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
/// let factor = testing::make::<Prosperity>([]);
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
    // In months.
    max_age: i32,
    new_year: bool,
    market: String,
}

rotor_factor::export_factor!(Prosperity);

/// The mark of one series for one month.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    /// The month of the values, in months since 1970.
    month: i32,
    value: f64,
    /// The change on the month in percent; `None` of a growth.
    mom: Option<f64>,
    /// The change on the year in percent; of a growth its value.
    yoy: Option<f64>,
    /// By how much YoY exceeds that of the month before, in percentage points.
    yoy_change: Option<f64>,
    /// From -1 to 1.
    mark: f64,
}

/// Why a series has no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unmarked {
    /// Its values are of quarters.
    Quarterly,
    /// Its last public month is older than `max_age`.
    TooOld,
    /// A value is missing or zero.
    NoValue,
}

impl Unmarked {
    fn word(self) -> &'static str {
        match self {
            Self::Quarterly => "quarterly",
            Self::TooOld => "too_old",
            Self::NoValue => "no_value",
        }
    }
}

/// Sixteen months and the days since the last one, rounded up: the look-back of the `new_year` rule.
const N_DAYS: usize = 17 * 31;

/// Forty years, so that a series that ended long ago is known to have ended.
const N_MONTHS: usize = 480;

const NO_SERIES: Reason = Reason::new("no_series", "no series is linked to it").zh("无对应的高频指标");
const NO_MARK: Reason = Reason::new(
    "no_mark",
    "none of its series can be marked: a value of the month or of the one before is missing or zero",
)
.zh("对应指标当月或上月数值缺失或为零，无法判断方向");
const TOO_OLD: Reason = Reason::new(
    "too_old",
    "none of its series is recent: the last public month of each is earlier than {month} (`max_age`)",
)
.zh("对应指标均已过时：最新公布月份早于{month}（`max_age`）");
const OLD_OR_UNMARKED: Reason = Reason::new(
    "old_or_unmarked",
    "none of its series can be marked: some have no month since {month} (`max_age`), others lack a value of the month or of the one before",
)
.zh("对应指标无法判断方向：部分指标自{month}起无数据（`max_age`），其余当月或上月数值缺失");
const NO_WEIGHT: Reason = Reason::new(
    "no_weight",
    "the weights of its series (with `price_weight_upstream`) sum to zero or beyond all numbers",
)
.zh("对应指标的权重之和（含`price_weight_upstream`）为零或超出数值范围");

impl Factor for Prosperity {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number("mom_band", 0.5, 0.0, 100.0, "MoM up to this counts as no change, percent")
            .zh("环比死区，百分比"),
        Parameter::number(
            "yoy_band",
            0.25,
            0.0,
            100.0,
            "changes of YoY up to this count as none, percentage points",
        )
        .zh("同比变化死区，百分点"),
        Parameter::number(
            "threshold",
            0.25,
            0.001,
            1.0,
            "S from which on the score is 3, and 1 from its negative",
        )
        .zh("评分阈值"),
        Parameter::number(
            "price_weight_upstream",
            1.0,
            0.0,
            100.0,
            "multiplier of the weight of price series in upstream sectors",
        )
        .zh("上游板块价格序列的权重倍数")
        .with_alternatives(&[Alternative::Number(2.0)]),
        Parameter::integer(
            "max_age",
            3,
            0,
            N_MONTHS as i64,
            "months by which the last month of a monthly series may lie before the last complete one",
        )
        .zh("月度序列最新月份距最近完整月份的上限，月"),
        Parameter::flag("new_year", false, "combine January and February for series that are not prices")
            .zh("非价格序列合并一、二月"),
        Parameter::text("market", "CN", "market of the series, if the dataset has several").zh("市场代码"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self {
            mom_band: parameters.number("mom_band"),
            yoy_band: parameters.number("yoy_band"),
            threshold: parameters.number("threshold"),
            price_weight_upstream: parameters.number("price_weight_upstream"),
            max_age: parameters.count("max_age") as i32,
            new_year: parameters.flag("new_year"),
            market: parameters.text("market").into(),
        })
    }

    fn spec(&self) -> Spec {
        Spec::new("prosperity", env!("CARGO_PKG_VERSION"), "Direction of high-frequency series")
            .zh("行业景气度")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[NO_SERIES, NO_MARK, TOO_OLD, OLD_OR_UNMARKED, NO_WEIGHT])
            .input(Input::links(N_DAYS, N_MONTHS))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let links = view.links()?;
        let market = view.the_only(EntityKind::Market, &self.market)?.position;
        // 1, 2. Monthly values of each series, their changes and marks.
        let marks: Vec<Result<Mark, Unmarked>> =
            links.series().iter().map(|series| self.mark(series, market, view.month().index())).collect();
        let mut signal = Signal::new(view);
        let mut numbers_of_series = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 3. Polarities and weights, in the order of the names of the series.
            let (mut sum, mut weights, mut n_series) = (0.0, 0.0, 0.0);
            for link in links.of(sector) {
                let Ok(mark) = marks[link.series] else { continue };
                let weight = self.weight(view, &links, sector, link);
                sum += weight * (link.polarity * mark.mark);
                weights += weight;
                n_series += 1.0;
            }
            numbers_of_series.push((n_series > 0.0).then_some(n_series));
            // 4. The weighted mean decides.
            // There is no negative zero.
            let mean = sum / weights + 0.0;
            if links.of(sector).len() == 0 {
                signal.withhold(sector, NO_SERIES);
            } else if n_series == 0.0 {
                signal.withhold(sector, self.unmarked(view.month(), links.of(sector), &marks));
            } else if !mean.is_finite() {
                signal.withhold(sector, NO_WEIGHT);
            } else {
                signal.score(sector, self.score(mean), mean);
            }
        }
        signal.diagnostic("n_series", numbers_of_series.into_iter().collect::<CrossSection>());
        if view.wants_tables() {
            signal.table(report::marks(&links, &marks));
            let weight = |sector, link| self.weight(view, &links, sector, link);
            signal.table(report::sectors(view, &links, &marks, weight));
            signal.table(report::balance(view, &links, &marks, &signal));
        }
        Ok(signal)
    }
}

impl Prosperity {
    /// Returns the mark of a series in month `m`, or why it has none.
    fn mark(&self, series: &LinkedSeries<'_>, market: usize, m: i32) -> Result<Mark, Unmarked> {
        let panel = series.panel;
        let last = match panel.frequency().calendar() {
            Calendar::Days => m,
            Calendar::Months => {
                let (lag, _) = panel.latest(market).ok_or(Unmarked::NoValue)?;
                panel.last().index() - lag as i32
            }
            Calendar::Quarters => return Err(Unmarked::Quarterly),
        };
        if last < m - self.max_age {
            return Err(Unmarked::TooOld);
        }
        let merges_new_year = self.new_year && !is_price(series);
        let (values, month) = Monthly::of(panel, market, last, merges_new_year);
        let mark = if series.measure() == Some(Measure::Growth) {
            self.mark_of_growth(&values, month)
        } else {
            self.mark_of_level(&values, month)
        };
        mark.ok_or(Unmarked::NoValue)
    }

    /// The sign of the change of a growth is that of its month and of its year alike.
    fn mark_of_growth(&self, values: &Monthly<'_>, m: i32) -> Option<Mark> {
        let value = values.get(m)?;
        let change = value - values.get(values.before(m))?;
        let mark = sign(change, self.yoy_band);
        let is_finite = change.is_finite();
        is_finite.then_some(Mark {
            month: m,
            value,
            mom: None,
            yoy: Some(value),
            yoy_change: Some(change),
            mark,
        })
    }

    fn mark_of_level(&self, values: &Monthly<'_>, m: i32) -> Option<Mark> {
        let value = values.get(m)?;
        let mom = change(value, values.get(values.before(m))?)?;
        let yoy = values.yoy(m);
        let yoy_change = yoy.zip(values.yoy(values.before(m))).map(|(now, then)| now - then);
        let yoy_change = yoy_change.filter(|change| change.is_finite());
        let first = sign(mom, self.mom_band);
        let mark = match yoy_change {
            Some(change) => 2.0 / 3.0 * first + 1.0 / 3.0 * sign(change, self.yoy_band),
            None => first,
        };
        Some(Mark { month: m, value, mom: Some(mom), yoy, yoy_change, mark })
    }

    /// Returns why none of a sector's series has a mark.
    fn unmarked(
        &self,
        month: Month,
        links: impl Iterator<Item = Link>,
        marks: &[Result<Mark, Unmarked>],
    ) -> Explanation {
        let (mut n_links, mut n_old) = (0, 0);
        for link in links {
            n_links += 1;
            n_old += usize::from(marks[link.series] == Err(Unmarked::TooOld));
        }
        if n_old == 0 {
            return NO_MARK.into();
        }
        let oldest = Month::from_index(month.index() - self.max_age).unwrap_or(Month::MIN);
        let reason = if n_old == n_links { TOO_OLD } else { OLD_OR_UNMARKED };
        reason.with(&[("month", &oldest)])
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

/// Returns by how many percent of its size `value` exceeds `base`, so that a rise of a negative value is a rise; `None` if
/// the base is zero or the result is not finite.
fn change(value: f64, base: f64) -> Option<f64> {
    let change = 100.0 * ((value - base) / base.abs());
    // A mean that is zero on paper need not be in its last bits.
    (!equal(base, 0.0) && change.is_finite()).then_some(change)
}

/// Returns the sign, 0 inside the band and on its border.
fn sign(value: f64, band: f64) -> f64 {
    f64::from(u8::from(less_than(band, value))) - f64::from(u8::from(less_than(value, -band)))
}

/// Currencies, as units of series name them.
const CURRENCIES: [&str; 10] = ["aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "krw", "twd", "usd"];

/// Returns whether a series is a price: its measure says so, or else its name, or its unit is money or money per something.
fn is_price(series: &LinkedSeries<'_>) -> bool {
    if let Some(measure) = series.measure() {
        return measure == Measure::Price;
    }
    let is_money = |word: &str| CURRENCIES.contains(&word);
    series.name.contains("price")
        || is_money(series.unit)
        || series.unit.split_once("_per_").is_some_and(|(what, _)| is_money(what))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use rotor_factor::Value;
    use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};

    use super::*;

    fn prosperity(given: impl IntoIterator<Item = (&'static str, Value)>) -> Prosperity {
        make(given)
    }

    /// A monthly series from its last two values and their year-on-year growth in percent.
    fn series(name: &str, polarity: &str, now: [f64; 2], yoy: [f64; 2]) -> String {
        let last_year = [now[0] / (1.0 + yoy[0] / 100.0), now[1] / (1.0 + yoy[1] / 100.0)];
        format!(
            "[links]\n sector {name} {polarity} 1.0\n[{name} M]\n CN\n\
             2021-05 2021-06-07 {}\n 2021-06 2021-07-07 {}\n 2022-05 2022-06-07 {}\n 2022-06 2022-07-07 {}\n",
            last_year[0], last_year[1], now[0], now[1]
        )
    }

    /// What the source says of June 2022: level, year-on-year growth, change of that growth.
    #[test]
    fn directions_of_june_2022() {
        let says = |series: &[String]| scores(&prosperity([]), "2022-07-08", &series.concat());
        let textile = [
            series("filament_rate", "+1", [75.42, 75.36], [-18.64 - 0.45, -18.64]),
            series("loom_rate", "+1", [48.17, 47.95], [-31.59 - 1.34, -31.59]),
        ];
        assert_eq!(says(&textile), "sector 3", "both declines narrow, both months are within the band");
        assert_eq!(raws(&prosperity([]), "2022-07-08", &textile.concat()), "sector 0.3333");
        let glass = [series("glass_futures", "+1", [1794.53, 1718.38], [-44.52 + 3.65, -44.52])];
        assert_eq!(says(&glass), "sector 1");
        let tyres = [
            series("all_steel", "+1", [51.62, 57.20], [-5.38 - 8.01, -5.38]),
            series("semi_steel", "+1", [56.83, 64.24], [13.52 - 17.71, 13.52]),
        ];
        assert_eq!(says(&tyres), "sector 3");
        let stock = [series("silo_ratio", "-1", [60.0, 68.9], [20.0, 33.92])];
        assert_eq!(says(&stock), "sector 1", "a rising stock is bad");
    }

    #[test]
    fn a_change_of_the_band_is_none() {
        let mark = |now: [f64; 2], yoy: [f64; 2]| {
            raws(&prosperity([]), "2022-07-08", &series("rate", "+1", now, yoy))
        };
        assert_eq!(mark([200.0, 201.0], [0.0, 0.0]), "sector 0.0000");
        assert_eq!(mark([200.0, 201.01], [0.0, 0.0]), "sector 0.6667");
        assert_eq!(mark([200.0, 199.0], [0.0, 0.26]), "sector 0.3333");
        assert_eq!(mark([200.0, 198.0], [1.0, 1.25]), "sector -0.6667");
    }

    #[test]
    fn a_mean_of_the_threshold_scores() {
        // Weights 3 and 1, marks 2/3 and -1: (2 - 1) / 4.
        let text = [
            series("up", "+1", [100.0, 102.0], [5.0, 5.0]).replace("1.0\n[", "3.0\n["),
            series("down", "+1", [100.0, 90.0], [5.0, 0.0]),
        ];
        assert_eq!(raws(&prosperity([]), "2022-07-08", &text.concat()), "sector 0.2500");
        assert_eq!(scores(&prosperity([]), "2022-07-08", &text.concat()), "sector 3");
        let strict = prosperity([("threshold", 0.26.into())]);
        assert_eq!(scores(&strict, "2022-07-08", &text.concat()), "sector 2");
    }

    #[test]
    fn without_last_year_the_month_decides_alone() {
        let all = series("rate", "+1", [100.0, 102.0], [5.0, 0.0]);
        assert_eq!(raws(&prosperity([]), "2022-07-08", &all), "sector 0.3333");
        let young: Vec<&str> = all.lines().filter(|line| !line.contains("2021-05")).collect();
        assert_eq!(raws(&prosperity([]), "2022-07-08", &young.join("\n")), "sector 1.0000");
    }

    /// Daily values of three months: the mean of what was public of each.
    const DAILY: &str = "
        [links]
        coal price_of_coal +1 1.0
        power price_of_coal -1 1.0
        [price_of_coal D]
                                   CN
        2022-04-15 2022-04-16     500
        2022-05-03 2022-05-04     600
        2022-05-31 2022-06-01     620
        2022-06-01 2022-06-02     604
        2022-06-30 2022-07-01     700
    ";

    #[test]
    fn days_are_averaged_by_month_as_far_as_they_are_public() {
        assert_eq!(raws(&prosperity([]), "2022-06-15", DAILY), "coal 1.0000, power -1.0000");
        let value = |day: &str| {
            let signal = evaluate(&prosperity([]), day, DAILY).unwrap();
            signal.find_table("marks").unwrap().find("value").unwrap().as_numbers().unwrap()[0]
        };
        assert_eq!(value("2022-07-01"), 604.0, "what is released on the day is not public");
        assert_eq!(value("2022-07-02"), 652.0);
        let reason =
            "none of its series can be marked: a value of the month or of the one before is missing or zero";
        assert_eq!(
            reasons(&prosperity([]), "2022-09-01", DAILY),
            format!("coal - ({reason}), power - ({reason})")
        );
    }

    /// Values of each month from January 2020 on, released on its last day.
    fn monthly(values: &[f64]) -> String {
        let mut text = "[links]\n cars car_sales +1 1.0\n[car_sales M]\n CN\n".to_owned();
        for (idx, value) in values.iter().enumerate() {
            let month = Month::new(2020 + idx as i32 / 12, idx as u32 % 12 + 1).unwrap();
            writeln!(text, "{month} {} {value}", month.last_day()).unwrap();
        }
        text
    }

    #[test]
    fn january_and_february_count_as_one_month_if_asked() {
        let mut values = [100.0; 27];
        // New Year was in February 2021 and is in January 2022.
        (values[12], values[13], values[24], values[25]) = (120.0, 60.0, 60.0, 120.0);
        let says = |new_year: bool, day: &str| {
            raws(&prosperity([("new_year", new_year.into())]), day, &monthly(&values[..26]))
        };
        assert_eq!(says(false, "2022-02-01"), "cars -1.0000", "January fell");
        assert_eq!(says(true, "2022-02-01"), "cars 0.0000", "December's direction is carried");
        assert_eq!(says(false, "2022-03-01"), "cars 1.0000", "February rose");
        // Both months average 90, as they did a year before: less than December, no change on the year.
        assert_eq!(says(true, "2022-03-01"), "cars -0.6667");
        let march = |new_year: bool| {
            raws(&prosperity([("new_year", new_year.into())]), "2022-04-01", &monthly(&values))
        };
        assert_eq!(march(true), "cars 0.6667", "100 after 90, as a year before");
        assert_eq!(march(false), "cars -1.0000", "100 after 120, where a year before it was 100 after 60");
    }

    /// A monthly series of the months to June 2022 with the values of two years, released on the 7th of the month after.
    fn two_years(heading: &str, of: impl Fn(i32) -> f64) -> String {
        let mut text = format!("[links]\n sector {heading} +1 1.0\n[{heading} M]\n CN\n");
        for month in -23..=0 {
            let period = Month::from_index(Month::new(2022, 6).unwrap().index() + month).unwrap();
            writeln!(text, "{period} {} {}", period.last_day().plus_days(7).unwrap(), of(month)).unwrap();
        }
        text
    }

    #[test]
    fn a_negative_value_that_rises_is_a_rise() {
        // From -33 to -10: with its own sign in the base it would be a fall.
        let better = two_years("better", |month| f64::from(month) - 10.0);
        let signal = evaluate(&prosperity([]), "2022-07-08", &better).unwrap();
        let number =
            |column: &str| signal.find_table("marks").unwrap().find(column).unwrap().as_numbers().unwrap()[0];
        // From -11 to -10, and from -22 a year before; the month before from -23 to -11.
        assert!((number("mom") - 100.0 / 11.0).abs() < 1e-12);
        assert!((number("yoy") - 1200.0 / 22.0).abs() < 1e-12);
        assert!((number("yoy_change") - (1200.0 / 22.0 - 1200.0 / 23.0)).abs() < 1e-12);
        assert_eq!(signal.raw_of(0), Some(1.0));
        let worse = two_years("worse", |month| -f64::from(month) - 30.0);
        assert_eq!(scores(&prosperity([]), "2022-07-08", &worse), "sector 1");
        // Across zero the size of the base counts as well.
        let across = two_years("across", |month| 2.0 * f64::from(month) + 1.0);
        assert_eq!(scores(&prosperity([]), "2022-07-08", &across), "sector 3");
    }

    /// The direction of a growth is that of its own change, in the band of the year.
    #[test]
    fn a_growth_is_marked_by_its_own_change() {
        let text = |then: f64, now: f64| {
            format!(
                "[links]\n sector orders +1 1.0\n[orders M growth]\n CN\n\
                 2022-05 2022-06-07 {then}\n 2022-06 2022-07-07 {now}\n"
            )
        };
        let mark = |then: f64, now: f64| raws(&prosperity([]), "2022-07-08", &text(then, now));
        assert_eq!(mark(-5.0, -4.0), "sector 1.0000");
        assert_eq!(mark(4.0, 3.0), "sector -1.0000");
        assert_eq!(mark(0.0, 0.3), "sector 1.0000", "a growth of zero is a value like any other");
        assert_eq!(mark(3.1, 3.35), "sector 0.0000", "a change of the band is none");
        assert_eq!(mark(3.1, 3.36), "sector 1.0000");
        let signal = evaluate(&prosperity([]), "2022-07-08", &text(-5.0, -4.0)).unwrap();
        let marks = signal.find_table("marks").unwrap();
        let number = |column: &str| marks.find(column).unwrap().as_numbers().unwrap()[0];
        assert!(number("mom").is_nan());
        assert_eq!((number("value"), number("yoy"), number("yoy_change")), (-4.0, -4.0, 1.0));
        // The same values as levels lose a fifth of their size and have no year before.
        let level = text(4.0, 3.0).replace(" growth]", "]");
        assert_eq!(raws(&prosperity([]), "2022-07-08", &level), "sector -1.0000");
        let from_zero = text(0.0, 0.3).replace(" growth]", "]");
        assert!(reasons(&prosperity([]), "2022-07-08", &from_zero).contains("missing or zero"));
    }

    #[test]
    fn a_monthly_series_that_ended_is_left_out() {
        // m is September 2022, three months after the last value, then October.
        let text = two_years("orders", |month| 100.0 + f64::from(month));
        assert_eq!(scores(&prosperity([]), "2022-10-10", &text), "sector 3");
        let old =
            "none of its series is recent: the last public month of each is earlier than 2022-07 (`max_age`)";
        assert_eq!(reasons(&prosperity([]), "2022-11-01", &text), format!("sector - ({old})"));
        assert_eq!(scores(&prosperity([("max_age", 4.into())]), "2022-11-01", &text), "sector 3");
        let fresh_only = prosperity([("max_age", 0.into())]);
        assert!(reasons(&fresh_only, "2022-08-01", &text).contains("earlier than 2022-07"));
        assert_eq!(scores(&fresh_only, "2022-07-31", &text), "sector -", "July is complete at its end");
        assert_eq!(scores(&fresh_only, "2022-07-30", &text), "sector 3");

        // Beside it one that lives: it decides alone, and the table says what was left out.
        let other = "[links]\n sector rate -1 1.0\n[rate M]\n CN\n\
                     2022-09 2022-10-07 50\n 2022-10 2022-10-31 60\n";
        let both = format!("{text}{other}");
        let signal = evaluate(&prosperity([]), "2022-11-01", &both).unwrap();
        assert_eq!((signal.score_of(0), signal.raw_of(0)), (Ok(1.0), Some(-1.0)));
        let left_out = &signal.find_table("sectors").unwrap().find("left_out").unwrap();
        assert_eq!(format!("{left_out:?}"), r#"Texts(["too_old", ""])"#);
        // And one that lives without a month before.
        let single = format!("{text}{}", other.replace("2022-09 2022-10-07 50\n", ""));
        assert!(reasons(&prosperity([]), "2022-11-01", &single).contains("some have no month since 2022-07"));
        // Daily series have no such age: they have values of the month, or none.
        assert!(reasons(&prosperity([]), "2022-12-01", DAILY).contains("missing or zero"));
    }

    #[test]
    fn prices_weigh_more_upstream() {
        let says = |measure: &str, group: &str, weight: f64| {
            let text = format!(
                "[groups]\n sector {group}\n{}{}",
                series("ore", "+1", [100.0, 110.0], [5.0, 5.0])
                    .replace("[ore M]", &format!("[ore M{measure}]")),
                series("rate", "+1", [100.0, 90.0], [5.0, 5.0])
            );
            raws(&prosperity([("price_weight_upstream", weight.into())]), "2022-07-08", &text)
        };
        // Marks 2/3 and -2/3.
        assert_eq!(says(" price", "upstream", 1.0), "sector 0.0000");
        assert_eq!(says(" price", "upstream", 2.0), "sector 0.2222", "(2 - 1) / 3 of 2/3");
        assert_eq!(says(" price", "midstream", 2.0), "sector 0.0000");
        assert_eq!(says(" volume", "upstream", 2.0), "sector 0.0000");
        assert_eq!(says("", "upstream", 2.0), "sector 0.0000", "neither name nor unit speak of money");
    }

    #[test]
    fn every_sector_without_a_score_has_a_reason() {
        let text = "
            [links]
            zero zero_before +1 1.0
            huge huge_now +1 1.0
            once once +1 1.0
            banks quarterly +1 1.0
            [zero_before M]
                                 CN
            2022-05 2022-06-07    0
            2022-06 2022-07-07  100
            [huge_now M]
                                 CN
            2022-05 2022-06-07 1e-300
            2022-06 2022-07-07 1e300
            [once M]
                                 CN
            2022-06 2022-07-07  100
            [quarterly Q]
                                 CN
            2022Q1 2022-04-30   100
            2022Q2 2022-07-07   120
        ";
        let reason =
            "none of its series can be marked: a value of the month or of the one before is missing or zero";
        let expected =
            ["zero", "huge", "once", "banks"].map(|code| format!("{code} - ({reason})")).join(", ");
        assert_eq!(reasons(&prosperity([]), "2022-07-08", text), expected);
        let large = series("rate", "+1", [1.0, 1e12], [1e12, 1e13]);
        assert_eq!(scores(&prosperity([]), "2022-07-08", &large), "sector 3");
    }

    #[test]
    fn keeps_the_factor_contract() {
        check_contract(&prosperity([]), "2022-06-15", DAILY);
        check_contract(
            &prosperity([("new_year", true.into())]),
            "2022-03-01",
            &monthly(&[100.0, 110.0].repeat(13)),
        );
    }
}
