//! Numbers of the track record with their intervals, and why there is none.

use rotor_run::NoTrack;
use rotor_run::metrics::{Estimate, Metric};

use crate::sentences;
use crate::words::{Lang, NONE, fixed, reason, say, signed};

/// How a number is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberFormat {
    scale: f64,
    decimals: usize,
    suffix: &'static str,
}

pub(crate) const PERCENT: NumberFormat = NumberFormat { scale: 100.0, decimals: 1, suffix: "%" };
pub(crate) const CORRELATION: NumberFormat = NumberFormat { scale: 1.0, decimals: 3, suffix: "" };

pub(crate) fn number(metric: &Metric, format: NumberFormat) -> String {
    let NumberFormat { scale, decimals, suffix } = format;
    metric.value.as_ref().map_or_else(|_| NONE.into(), |value| signed(scale * value, decimals) + suffix)
}

pub(crate) fn interval(estimate: &Estimate, format: NumberFormat) -> String {
    let NumberFormat { scale, decimals, suffix } = format;
    estimate.uncertainty.as_ref().map_or_else(
        |_| NONE.into(),
        |found| {
            let (low, high) = found.interval;
            format!("[{}{suffix}, {}{suffix}]", bound(scale * low, decimals), bound(scale * high, decimals))
        },
    )
}

/// The end of an interval; one that would round to zero has two more decimals, for on which side of zero it lies matters.
pub(crate) fn bound(value: f64, decimals: usize) -> String {
    let rounds_to_zero = fixed(value, decimals).bytes().all(|byte| b"0.".contains(&byte));
    signed(value, if rounds_to_zero { decimals + 2 } else { decimals })
}

/// On which side of zero an interval lies.
pub(crate) fn significance(lang: Lang, estimate: &Estimate) -> String {
    match (&estimate.value.value, &estimate.uncertainty) {
        (Ok(_), Ok(found)) if found.interval.0 > 0.0 => lang.of("significantly positive", "显著为正").into(),
        (Ok(_), Ok(found)) if found.interval.1 < 0.0 => lang.of("significantly negative", "显著为负").into(),
        (Ok(_), Ok(_)) => lang.of("not significant", "不显著").into(),
        (Err(reason), _) | (_, Err(reason)) => sentences::reason(lang, reason),
    }
}

/// Why there is no track record, and how to get one.
pub(crate) fn no_track(lang: Lang, missing: &NoTrack) -> String {
    let reason = reason(lang, &missing.text, missing.text_zh.as_deref());
    let hint = missing.hint.as_deref().map_or(String::new(), |hint| {
        let hint = crate::words::reason(lang, hint, missing.hint_zh.as_deref());
        say!(lang, " To get one: {hint}.", "（提示：{hint}）")
    });
    say!(lang, "No track record: {reason}.{hint}", "无历史回测：{reason}。{hint}")
}
