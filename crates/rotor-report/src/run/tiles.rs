//! The key figures at the top of the page.

use rotor_run::metrics::{Estimate, Excess, Metric};

use super::cells::{DIFFERENCE, FRACTION, PERCENT, RATIO, interval_text};
use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use super::performance;
use crate::draw::Unit;
use crate::page::Tile;
use crate::say;
use crate::sentences::reason_or_none;
use crate::terms::Term;
use crate::words::{NONE, fixed};

/// Eight figures, each with what is needed to read it.
pub(super) fn tiles(context: &Context<'_>) -> Vec<Tile> {
    let lang = context.lang;
    let all = context.portfolios();
    let net = all.performance.get(TOP_NET);
    let [equal, eligible] = [EQUAL_WEIGHT, ELIGIBLE].map(|benchmark| context.net_excess(benchmark));
    let of_equal = |of: fn(&Excess) -> &Metric| equal.map(of);
    let compared = all.performance.get(EQUAL_WEIGHT).and_then(|equal| equal.annual_return.get());
    let compared = compared.map_or(String::new(), |value| {
        let value = PERCENT.write(value);
        say!(lang, "all sectors {value}", "全行业等权{value}")
    });
    let trough = net
        .and_then(|net| net.max_drawdown.days)
        .map_or(String::new(), |(_, trough)| say!(lang, "low {trough}", "低点{trough}"));
    let n_months = of_equal(|excess| &excess.hit_rate).map_or(0, |rate| rate.n);
    let drag = all.trading.cost_drag.get().map_or(String::new(), |drag| {
        let drag = PERCENT.write(drag);
        say!(lang, "cost drag {drag}", "年化费用拖累{drag}")
    });
    let error =
        of_equal(|excess| &excess.tracking_error).and_then(Metric::get).map_or(String::new(), |error| {
            let (name, error) = (Term::TrackingError.of(lang), PERCENT.write(error));
            say!(lang, "{name} {error}", "{name}{error}")
        });
    let n_trials = all.trials.n_trials;
    let deflated = &all.trials.deflated_sharpe.probability;
    vec![
        tile(
            context,
            lang.of("annualised return (net)", "年化收益率（费后）"),
            net.map(|net| &net.annual_return),
            PERCENT,
            compared,
        ),
        excess(context, lang.of("excess over all sectors (net)", "相对全行业等权超额（费后）"), equal),
        excess(
            context,
            lang.of("excess over eligible sectors (net)", "相对可选行业等权超额（费后）"),
            eligible,
        ),
        tile(
            context,
            Term::InformationRatio.of(lang),
            of_equal(|excess| &excess.information_ratio),
            RATIO,
            error,
        ),
        tile(
            context,
            &net.map_or_else(
                || Term::MaxDrawdown.of(lang).to_owned(),
                |net| performance::max_drawdown(lang, net.basis),
            ),
            net.map(|net| &net.max_drawdown.depth),
            PERCENT,
            trough,
        ),
        tile(
            context,
            lang.of("hit rate against all sectors", "月胜率（相对全行业等权）"),
            of_equal(|excess| &excess.hit_rate),
            FRACTION,
            say!(lang, "of {n_months} months", "共{n_months}个月"),
        ),
        tile(
            context,
            lang.of("one-way turnover per rebalance", "每次单边换手率"),
            Some(&all.trading.turnover),
            FRACTION,
            drag,
        ),
        Tile {
            label: "DSR".into(),
            value: deflated.get().map_or(NONE.into(), |value| fixed(100.0 * value, 0) + "%"),
            detail: match deflated.reason() {
                None if n_trials == 1 => lang.of("1 trial", "1 次试验").into(),
                None => say!(lang, "{n_trials} trials", "{n_trials} 次试验"),
                missing => reason_or_none(lang, missing),
            },
        },
    ]
}

fn tile(context: &Context<'_>, label: &str, metric: Option<&Metric>, unit: Unit, detail: String) -> Tile {
    match metric.and_then(Metric::get) {
        Some(value) => Tile { label: label.into(), value: unit.write(value), detail },
        None => Tile {
            label: label.into(),
            value: NONE.into(),
            detail: reason_or_none(context.lang, metric.and_then(Metric::reason)),
        },
    }
}

/// An excess return with its interval.
fn excess(context: &Context<'_>, label: &str, excess: Option<&Excess>) -> Tile {
    let estimate = excess.map(|excess| &excess.arithmetic);
    let detail = match estimate.and_then(Estimate::interval) {
        Some(interval) => interval_text(interval, DIFFERENCE),
        None => reason_or_none(context.lang, estimate.and_then(Estimate::reason)),
    };
    tile(context, label, estimate.map(|estimate| &estimate.value), DIFFERENCE, detail)
}
