//! Insider: whether the large holders of a sector, who know it best, sell less than they usually do.
//!
//! | | |
//! |---|---|
//! | Input | `insider_buy` and `insider_sell` of the sector, daily or weekly, both at least 0; `float_cap` of the sector at any frequency |
//! | Formula | `I(u) = 10⁴ Σ (b - s) / cap` over months u-2 to u, b and s the sums of purchases and sales of a month, cap the latest float by the end of month u-3; raw = z = `(I(m) - mean I) / sd I` over 24 months, month m included |
//! | Unit | I in basis points of the float; z in standard deviations |
//! | Direction | higher is better: z > 0.5 scores 3, z < -0.5 scores 1, else 2 |
//! | Publication lag | as disclosed: a trade is dated on the day of its disclosure |
//! | Missing | a month without a value is 0 if the series of the sector has begun and any sector has a value in that month or later, else undefined; no score without month m or with fewer than 18 months |
//! | Source | a broker's strategy weekly of 2024 (net purchases of large holders); the standardisation and scores are this project's |
//!
//! A z and not a sign: large holders are net sellers in almost every month.

mod trades;

use rotor_factor::{
    AsOfView, ColumnSpec, CrossSection, EntityKind, Explanation, Factor, FactorError, FigureSpec, Input,
    Month, Parameter, Parameters, Presentation, Reason, Scale, Signal, Spec, Table, TableSpec,
};
use rotor_stats::{less_than, z_of_last};

use trades::Trades;

/// The net purchases of large holders, held against what is usual.
///
/// In the example nobody buys, and holders sell less from month to month.
///
/// ```
/// use factor_insider::Insider;
/// use rotor_factor::testing;
///
/// let data = "
///     [float_cap M]
///                        banks
///     2022-02 2022-02-28  1000
///     [buy W]
///                        banks
///     2022-04-08 2022-04-08  0
///     2022-06-10 2022-06-10  0
///     [sell W]
///                        banks
///     2022-04-08 2022-04-08  9
///     2022-05-13 2022-05-13  8
///     2022-06-10 2022-06-10  7
/// ";
/// let given = [("window", 3.into()), ("min_months", 3.into()), ("months", 1.into())];
/// let factor = testing::make::<Insider>(given);
/// assert_eq!(testing::raws(&factor, "2022-07-01", data), "banks 1.0000");
/// assert_eq!(testing::scores(&factor, "2022-07-01", data), "banks 3");
/// ```
#[derive(Clone, Debug)]
pub struct Insider {
    window: i32,
    min_months: usize,
    /// Months that are added up.
    months: i32,
    /// In standard deviations.
    threshold: f64,
}

rotor_factor::export_factor!(Insider);

/// Forty years: a float is used however old it is, and a series that began long ago has begun.
const N_MONTHS: usize = 480;
const N_DAYS: usize = 366 * N_MONTHS / 12;
/// The longest window.
const MOST_MONTHS: i64 = 240;

const NO_TRADES: Reason =
    Reason::new("no_trades", "no trades of its large holders are public").zh("重要股东增减持尚未公布");
const NO_MONTH: Reason =
    Reason::new("no_month", "the trades of {month} or the months before it, or the float, are not public")
        .zh("{month}及此前月份的增减持或流通市值尚未公布");
const TOO_FEW_MONTHS: Reason =
    Reason::new("too_few_months", "{n} months of its window have net purchases; {needed} are needed")
        .zh("窗口内有净增持数据的月份仅{n}个，至少需要{needed}个");

/// What large holders of a sector did.
struct Held {
    z: f64,
    /// The months that have net purchases, with them in basis points of the float.
    months: Vec<(Month, f64)>,
}

impl Held {
    fn last(&self) -> f64 {
        self.months.last().map_or(f64::NAN, |(_, net)| *net)
    }
}

impl Factor for Insider {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("window", 24, 2, MOST_MONTHS, "months in the window").zh("窗口的月数"),
        Parameter::integer("min_months", 18, 2, MOST_MONTHS, "minimum months that have net purchases")
            .zh("有净增持数据的最少月数"),
        Parameter::integer("months", 3, 1, 24, "months of trades that are added up").zh("加总的月数"),
        Parameter::number("threshold", 0.5, 0.0, 10.0, "z above it scores 3, below its negative 1")
            .zh("评分阈值"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let (window, min_months) = (parameters.count("window"), parameters.count("min_months"));
        if min_months > window {
            let rule = format!("at most `window` ({window})");
            return Err(FactorError::parameter("min_months", min_months, rule));
        }
        Ok(Self {
            window: window as i32,
            min_months,
            months: parameters.count("months") as i32,
            threshold: parameters.number("threshold"),
        })
    }

    fn spec(&self) -> Spec {
        let of_sectors =
            |series: &str| Input::series_of_any_frequency(series, EntityKind::Sector, N_DAYS, N_MONTHS);
        Spec::new("insider", env!("CARGO_PKG_VERSION"), "Net purchases of large holders")
            .zh("重要股东净增持")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[NO_TRADES, NO_MONTH, TOO_FEW_MONTHS])
            .input(of_sectors("insider_buy").named("buy"))
            .input(of_sectors("insider_sell").named("sell"))
            .input(of_sectors("float_cap"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let (cap, last) = (view.panel("float_cap")?, view.month());
        let first = last.plus(2 - self.window - self.months).unwrap_or(Month::MIN);
        let (buys, sells) = (Trades::new(view.panel("buy")?), Trades::new(view.panel("sell")?));
        let mut signal = Signal::new(view);
        let mut all: Vec<Option<Held>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 1. What was bought less what was sold, month by month.
            let net: Vec<Option<f64>> = (first.index()..=last.index())
                .map(|month| {
                    let month = Month::from_index(month)?;
                    Some(buys.of(sector, month)? - sells.of(sector, month)?)
                })
                .collect();
            // 2. Several months together, for the size of the sector before them.
            let months = self.months as usize;
            let of_float = |(position, sum): (usize, &[Option<f64>])| {
                let sum = sum.iter().try_fold(0.0, |sum, net| Some(sum + (*net)?))?;
                let before = first.plus(position as i32 - 1)?;
                let (_, cap) = cap.latest_by(sector, before.last_day())?;
                let net = 1e4 * sum / cap;
                let month = before.plus(self.months)?;
                (less_than(0.0, cap) && net.is_finite()).then_some((month, net))
            };
            let there: Vec<(Month, f64)> = net.windows(months).enumerate().filter_map(of_float).collect();
            let held = if buys.is_silent(sector) && sells.is_silent(sector) {
                Err(NO_TRADES.into())
            } else {
                self.held(there, last)
            };
            match &held {
                Ok(held) => signal.score(sector, self.score(held.z), held.z),
                Err(reason) => signal.withhold(sector, reason.clone()),
            }
            all.push(held.ok());
        }
        let mut number = |name: &'static str, of: fn(&Held) -> f64| {
            let values = all.iter().map(|held| held.as_ref().map(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("net", Held::last);
        number("n", |held| held.months.len() as f64);
        if view.wants_tables() {
            signal.table(table(view, &all));
            signal.table(months(view, &all));
        }
        Ok(signal)
    }
}

impl Insider {
    /// 3. How unusual the last month is.
    fn held(&self, months: Vec<(Month, f64)>, last: Month) -> Result<Held, Explanation> {
        if months.last().is_none_or(|(month, _)| *month != last) {
            return Err(NO_MONTH.with(&[("month", &last)]));
        }
        if months.len() < self.min_months {
            return Err(TOO_FEW_MONTHS.with(&[("n", &months.len()), ("needed", &self.min_months)]));
        }
        let only: Vec<f64> = months.iter().map(|(_, net)| *net).collect();
        let z = z_of_last(&only).map_err(|_| NO_MONTH.with(&[("month", &last)]))?;
        // There is no negative zero.
        Ok(Held { z: z + 0.0, months })
    }

    /// The boundary scores 2.
    fn score(&self, z: f64) -> f64 {
        if less_than(self.threshold, z) {
            3.0
        } else if less_than(z, -self.threshold) {
            1.0
        } else {
            2.0
        }
    }
}

/// The last net purchases of each sector that has a score.
fn table(view: &AsOfView<'_>, all: &[Option<Held>]) -> Table {
    let scored = || all.iter().enumerate().filter_map(|(sector, held)| Some((sector, held.as_ref()?)));
    let mean = |held: &Held| held.months.iter().map(|(_, net)| net).sum::<f64>() / held.months.len() as f64;
    Table::new("insider")
        .text("sector", scored().map(|(sector, _)| view.sectors().code(sector).into()).collect())
        .numbers("z", scored().map(|(_, held)| Some(held.z)).collect())
        .numbers("net", scored().map(|(_, held)| Some(held.last())).collect())
        .numbers("mean", scored().map(|(_, held)| Some(mean(held))).collect())
        .numbers("n", scored().map(|(_, held)| Some(held.months.len() as f64)).collect())
}

/// The net purchases of the windows.
fn months(view: &AsOfView<'_>, all: &[Option<Held>]) -> Table {
    let of = |(sector, held): (usize, &'_ Option<Held>)| {
        let months = held.iter().flat_map(|held| held.months.clone());
        months.map(move |(month, net)| (sector, month, net)).collect::<Vec<_>>()
    };
    let rows: Vec<(usize, Month, f64)> = all.iter().enumerate().flat_map(of).collect();
    Table::new("months")
        .text("sector", rows.iter().map(|(sector, ..)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, month, _)| month.last_day()).collect())
        .numbers("net", rows.iter().map(|(.., net)| Some(*net)).collect())
}

/// How it is shown.
fn presentation() -> Presentation {
    let points = |name: &str, title: (&str, &str)| {
        ColumnSpec::number(name, title, 2).signed().unit(("bp of the float", "bp（占流通市值）"))
    };
    let sector = || ColumnSpec::code("sector", ("sector", "行业"));
    Presentation::titled(("Insider trades", "重要股东净增持"))
        .score_words(("favourable", "有利"), ("usual", "正常"), ("unfavourable", "不利"))
        .sentence(
            "insider",
            (
                "z {z}: net purchases {net}, {mean} on average",
                "z {z}：净增持 {net}，窗口均值 {mean}",
            ),
        )
        .about_scores((
            "Net purchases of large holders over three months, in basis points of the float, against the months of the window (24 by default). By default z above 0.5 scores 3, below -0.5 scores 1, else 2. Large holders are net sellers in almost every month, so the sign says nothing.",
            "重要股东三个月净增持占流通市值的基点数，相对窗口（默认 24 个月）标准化。默认 z > 0.5 得 3 分，z < -0.5 得 1 分，否则得 2 分。重要股东几乎每月净减持，故不看正负号。",
        ))
        .risk((
            "Holders sell for reasons of their own, after lock-ups end and after rises; few trades make a z-score large.",
            "股东减持多有自身原因，常出现在限售解禁和股价上涨之后；交易稀少时 z 值容易偏大。",
        ))
        .tables([
            TableSpec::new("insider", ("Net purchases of large holders", "重要股东净增持"))
                .columns([
                    sector(),
                    ColumnSpec::number("z", ("z", "z"), 2).signed(),
                    points("net", ("last three months", "近三个月")),
                    points("mean", ("mean of the window", "窗口均值")),
                    ColumnSpec::number("n", ("months", "月数"), 0).detail(),
                ])
                .figure(
                    FigureSpec::bars("sector", &["z"])
                        .sorted_by("z")
                        .titled(("z-scores of net purchases", "净增持 z 值"))
                        .axis(("standard deviations", "标准差")),
                ),
            TableSpec::new("months", ("Net purchases of the window", "窗口内净增持"))
                .columns([
                    sector(),
                    ColumnSpec::month("month", ("month", "月份")),
                    points("net", ("net purchases", "净增持")),
                ])
                .unlisted()
                .figure(
                    FigureSpec::small_multiples("sector", "month", &["net"])
                        .by_group()
                        .axis(("bp of the float", "bp（占流通市值）")),
                ),
        ])
}

#[cfg(test)]
mod tests;
