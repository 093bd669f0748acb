//! The evaluations of two runs, leaf by leaf.

use serde_json::Value;

use super::{MetricChange, MetricChanges};
use crate::{is_close, leaves};

/// Returns what differs in the documents of two evaluations, leaf by leaf; `tolerance` as in [`crate::Comparison`].
#[must_use]
pub fn changed_metrics(before: &Value, after: &Value, tolerance: f64) -> MetricChanges {
    let (firsts, seconds) = (leaves(before), leaves(after));
    let find = |list: &[(String, usize)], path: &str| {
        list.binary_search_by(|(known, _)| known.as_str().cmp(path)).ok().map(|idx| list[idx].1)
    };
    let sorted = |list: &[(String, &Value)]| {
        let mut places: Vec<(String, usize)> =
            list.iter().enumerate().map(|(idx, (path, _))| (path.clone(), idx)).collect();
        places.sort();
        places
    };
    let (of_first, of_second) = (sorted(&firsts), sorted(&seconds));
    let is_same = |before: &Value, after: &Value| is_same(before, after, tolerance);
    let mut changed = Vec::new();
    for (path, value) in &firsts {
        let other = find(&of_second, path).map(|idx| seconds[idx].1);
        if other.is_none_or(|other| !is_same(value, other)) {
            let (before, after) = (Some((*value).clone()), other.cloned());
            changed.push(MetricChange { path: path.clone(), before, after });
        }
    }
    let added = seconds.iter().filter(|(path, _)| find(&of_first, path).is_none());
    let added: Vec<_> = added.collect();
    let n = firsts.len() + added.len();
    changed.extend(added.into_iter().map(|(path, value)| MetricChange {
        path: path.clone(),
        before: None,
        after: Some((*value).clone()),
    }));
    changed.sort_by_key(|change| weight_of(&change.path));
    MetricChanges { n, changed }
}

/// Whether two leaves say the same; numbers, those of an interval as well, as far as `tolerance` cares.
fn is_same(before: &Value, after: &Value, tolerance: f64) -> bool {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| is_same(before, after, tolerance))
        }
        _ => match (before.as_f64(), after.as_f64()) {
            (Some(before), Some(after)) => is_close(before, after, tolerance),
            _ => before == after,
        },
    }
}

/// What a reader wants to see first.
fn weight_of(path: &str) -> usize {
    const FIRST: [&str; 6] = [
        "portfolio.all.performance.top_net.annual_return",
        "portfolio.all.excess.top_net",
        "portfolio.all.performance",
        "portfolio.all.excess",
        "portfolio.all.trading",
        "portfolio.all",
    ];
    FIRST.iter().position(|first| path.starts_with(first)).unwrap_or_else(|| {
        let later = ["factor.", "forecast.", "portfolio."];
        FIRST.len() + later.iter().position(|part| path.starts_with(part)).unwrap_or(later.len())
    })
}
