//! Flow: whether more money than usual comes into a sector, for the size of the sector.
//!
//! | | |
//! |---|---|
//! | Input | `northbound_net_buy`, `margin_net_buy` and `etf_net_subscription` of the sector, each optional, daily, weekly or monthly; `float_cap` of the sector at any frequency |
//! | Formula | `F(u) = 10⁴ mean(values of month u) / cap(u)` with the latest float before month u; `z = (F(m) - mean F) / sd F` over 24 months, month m included, for each of the three; raw = Z, their weighted mean |
//! | Unit | F in basis points of the float per observation; Z in standard deviations |
//! | Direction | higher is better: Z > 0.5 scores 3, Z < -0.5 scores 1, else 2; `fade` reverses this |
//! | Publication lag | as published: northbound and margin a day later; a monthly series may end with the month before m |
//! | Missing | a month with less than half as many values as the fullest of the window is none; a part needs month m and 18 months; a sector without any part has no score |
//! | Source | a broker's strategy weekly of 2024 (flows by channel); the standardisation and scores are this project's |
//!
//! It takes the mean of a month and not the sum: months have four or five weekly stamps, and the last day of margin trading is never public on the first day
//! of the next month. The northbound series ends in August 2024, when its publication stopped; the factor goes on with the other parts.

mod part;
mod presentation;
mod report;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, Factor, FactorError, Input, Parameter, Parameters,
    Reason, Scale, Signal, Spec,
};
use rotor_stats::less_than;

use part::{Channel, Part, Window};
use presentation::presentation;

/// The money that comes into a sector, held against what usually comes.
///
/// In the example a sector of 1000 gets 1, 2 and 3 a month.
///
/// ```
/// use factor_flow::Flow;
/// use rotor_factor::testing;
///
/// let data = "
///     [float_cap M]
///                        banks
///     2022-03 2022-03-31  1000
///     [etf M]
///                        banks
///     2022-04 2022-05-01     1
///     2022-05 2022-06-01     2
///     2022-06 2022-07-01     3
/// ";
/// let factor = testing::make::<Flow>([("window", 3.into()), ("min_months", 3.into())]);
/// assert_eq!(testing::raws(&factor, "2022-07-04", data), "banks 1.0000");
/// assert_eq!(testing::scores(&factor, "2022-07-04", data), "banks 3");
/// ```
#[derive(Clone, Debug)]
pub struct Flow {
    window: Window,
    /// In standard deviations.
    threshold: f64,
    is_fade: bool,
    // In the order of `Channel::ALL`. Invariant: none is negative, one is positive.
    weights: [f64; 3],
    series: [String; 3],
    cap: String,
}

rotor_factor::export_factor!(Flow);

/// Forty years: a float is used however old it is.
const N_MONTHS: usize = 480;
const N_DAYS: usize = 366 * N_MONTHS / 12;

const NO_FLOW: Reason = Reason::new("no_flow", "no flow of its own is public").zh("无可用的行业资金流数据");

impl Factor for Flow {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("window", 24, 2, N_MONTHS as i64, "months in the window").zh("窗口的月数"),
        Parameter::integer("min_months", 18, 2, N_MONTHS as i64, "minimum months that have a flow")
            .zh("有资金流的最少月数"),
        Parameter::number("threshold", 0.5, 0.0, 10.0, "Z above it scores 3, below its negative 1")
            .zh("评分阈值"),
        Parameter::choice(
            "direction",
            "follow",
            &["follow", "fade"],
            "follow favours sectors that money comes into, fade those that it leaves",
        )
        .zh("方向：顺势或逆势")
        .with_alternatives(&[Alternative::Text("fade")]),
        Parameter::number("northbound_weight", 1.0, 0.0, 100.0, "weight of northbound money in Z")
            .zh("北向资金权重"),
        Parameter::number("margin_weight", 1.0, 0.0, 100.0, "weight of margin financing in Z").zh("融资权重"),
        Parameter::number("etf_weight", 1.0, 0.0, 100.0, "weight of ETF subscriptions in Z")
            .zh("ETF 申购权重"),
        Parameter::text("northbound_series", "northbound_net_buy", "name of the series of northbound money")
            .zh("北向资金序列名"),
        Parameter::text("margin_series", "margin_net_buy", "name of the series of margin financing")
            .zh("融资净买入序列名"),
        Parameter::text("etf_series", "etf_net_subscription", "name of the series of ETF subscriptions")
            .zh("ETF 净申购序列名"),
        Parameter::text("cap_series", "float_cap", "name of the series of floats").zh("流通市值序列名"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let (n_months, min_months) = (parameters.count("window"), parameters.count("min_months"));
        if min_months > n_months {
            let rule = format!("at most `window` ({n_months})");
            return Err(FactorError::parameter("min_months", min_months, rule));
        }
        let weights = Channel::ALL.map(|channel| parameters.number(channel.weight()));
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(FactorError::parameter("etf_weight", 0, "above 0 where the other two weights are 0"));
        }
        Ok(Self {
            window: Window { n_months: n_months as i32, min_months },
            threshold: parameters.number("threshold"),
            is_fade: parameters.text("direction") == "fade",
            weights,
            series: Channel::ALL.map(|channel| parameters.text(channel.series()).into()),
            cap: parameters.text("cap_series").into(),
        })
    }

    fn spec(&self) -> Spec {
        // A window that ends a month earlier begins a month earlier; the days of the month that has begun come on top.
        let n_months = self.window.n_months as usize + 1;
        let of_sectors = |series: &str, n_days: usize, n_months: usize| {
            Input::series_of_any_frequency(series, EntityKind::Sector, n_days, n_months)
        };
        let spec = Spec::new("flow", env!("CARGO_PKG_VERSION"), "Money that comes into the sector")
            .zh("资金流向")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[NO_FLOW])
            .input(of_sectors(&self.cap, N_DAYS, N_MONTHS).named("float_cap"));
        Channel::ALL.into_iter().zip(&self.series).fold(spec, |spec, (channel, series)| {
            let input = of_sectors(series, 31 * (n_months + 1), n_months);
            spec.input(input.named(channel.name()).optional())
        })
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let cap = view.panel("float_cap")?;
        let panels = Channel::ALL.map(|channel| view.panel(channel.name()).ok());
        let mut signal = Signal::new(view);
        let mut all: Vec<Parts> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            // 1-4. Each part by itself.
            let parts = Parts(Channel::ALL.map(|channel| {
                let weight = self.weights[channel as usize];
                let panel = panels[channel as usize].filter(|_| weight > 0.0)?;
                self.window.part(panel, cap, sector, view.month())
            }));
            // 5, 6. Their mean.
            match parts.mean(&self.weights) {
                None => signal.withhold(sector, NO_FLOW),
                Some(mean) if self.is_fade => signal.score(sector, 4.0 - self.score(mean), -mean),
                Some(mean) => signal.score(sector, self.score(mean), mean),
            }
            all.push(parts);
        }
        for channel in Channel::ALL {
            let values = all.iter().map(|parts| parts.z(channel));
            signal.diagnostic(channel.diagnostic(), values.collect::<CrossSection>());
        }
        let numbers = all.iter().map(|parts| Some(parts.n() as f64).filter(|n| *n > 0.0));
        signal.diagnostic("n_parts", numbers.collect::<CrossSection>());
        if view.wants_tables() {
            signal.table(report::flow(view, &all, &self.weights));
            signal.table(report::parts(view, &panels, &self.series, &all));
            signal.table(report::months(view, &all));
        }
        Ok(signal)
    }
}

/// The parts of a sector that have a z, in the order of the channels.
struct Parts([Option<Part>; 3]);

impl Parts {
    fn z(&self, channel: Channel) -> Option<f64> {
        Some(self.0[channel as usize].as_ref()?.z)
    }

    fn n(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// Returns Z, the weighted mean of the z.
    fn mean(&self, weights: &[f64; 3]) -> Option<f64> {
        let (mut sum, mut total) = (0.0, 0.0);
        for (part, weight) in self.0.iter().zip(weights) {
            let Some(part) = part else { continue };
            sum += weight * part.z;
            total += weight;
        }
        // There is no negative zero.
        (total > 0.0).then(|| sum / total + 0.0)
    }
}

impl Flow {
    /// The boundary scores 2.
    fn score(&self, mean: f64) -> f64 {
        if less_than(self.threshold, mean) {
            3.0
        } else if less_than(mean, -self.threshold) {
            1.0
        } else {
            2.0
        }
    }
}

#[cfg(test)]
mod tests;
