//! One channel of money into a sector.

use rotor_factor::{Frequency, Month, Panel};
use rotor_stats::{less_than, z_of_last};

/// A way by which money comes into a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Purchases through the connection with Hong Kong.
    Northbound,
    /// Purchases on credit.
    Margin,
    /// Subscriptions of funds.
    Etf,
}

impl Channel {
    pub(crate) const ALL: [Self; 3] = [Self::Northbound, Self::Margin, Self::Etf];

    /// The name of its input, and of its column.
    pub(crate) const fn name(self) -> &'static str {
        ["northbound", "margin", "etf"][self as usize]
    }

    /// The name of its z among the diagnostics.
    pub(crate) const fn diagnostic(self) -> &'static str {
        ["z_northbound", "z_margin", "z_etf"][self as usize]
    }

    /// The parameter with its weight.
    pub(crate) const fn weight(self) -> &'static str {
        ["northbound_weight", "margin_weight", "etf_weight"][self as usize]
    }

    /// The parameter with the name of its series.
    pub(crate) const fn series(self) -> &'static str {
        ["northbound_series", "margin_series", "etf_series"][self as usize]
    }
}

/// The months that are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) n_months: i32,
    /// So many of them must have a flow.
    pub(crate) min_months: usize,
}

/// A channel of a sector that has a z.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) z: f64,
    /// The months that have a flow, with it, in basis points of the float.
    pub(crate) flows: Vec<(Month, f64)>,
}

impl Window {
    /// Returns the z of a channel of a sector in month m, or of a monthly series in its last month.
    pub(crate) fn part(self, panel: Panel<'_>, cap: Panel<'_>, sector: usize, month: Month) -> Option<Part> {
        let last = last_month(&panel, sector, month)?;
        let months = (last.index() - self.n_months + 1..=last.index()).filter_map(Month::from_index);
        let values = |month: &Month| panel.of_month(sector, *month).iter().filter(|value| !value.is_nan());
        let most = months.clone().map(|month| values(&month).count()).max()?;
        let flow = |month: Month| {
            let n = values(&month).count();
            if n == 0 || 2 * n < most {
                return None;
            }
            let mean = values(&month).sum::<f64>() / n as f64;
            // What the float was when the month began.
            let (_, cap) = cap.latest_by(sector, month.plus(-1)?.last_day())?;
            let flow = 1e4 * mean / cap;
            (less_than(0.0, cap) && flow.is_finite()).then_some((month, flow))
        };
        let flows: Vec<(Month, f64)> = months.filter_map(flow).collect();
        if flows.len() < self.min_months || flows.last()?.0 != last {
            return None;
        }
        let only: Vec<f64> = flows.iter().map(|(_, flow)| *flow).collect();
        Some(Part { z: z_of_last(&only).ok()?, flows })
    }
}

/// Returns the month with which a window ends: m, and for a monthly series its last month, if that is m or the one before.
fn last_month(panel: &Panel<'_>, sector: usize, month: Month) -> Option<Month> {
    if panel.frequency() != Frequency::Monthly {
        return Some(month);
    }
    let (lag, _) = panel.latest(sector)?;
    let last = panel.period(lag)?.end().month();
    (last.index() >= month.index() - 1).then_some(last)
}
