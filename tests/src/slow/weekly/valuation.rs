//! Multiples.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Date, EntityKind, Month};

use super::super::valuation::Options as Rules;
use super::super::{EPSILON, before};
use super::{Page, Rows, last_complete_month, later, percentile};

type Values = BTreeMap<Date, f64>;

pub(super) fn add(page: &mut Page, rows: &Rows, day: Date) {
    for kind in [EntityKind::Benchmark, EntityKind::Sector] {
        let mut percentiles: Vec<(&str, f64)> = Vec::new();
        for entity in rows.of_kind(kind) {
            let start = format!("valuation/{}", entity.code);
            if !entity.is_alive(later(day, -1)) {
                continue;
            }
            let Some(found) = current(rows, &entity.code, day) else {
                // Whether there is a row of what the factor does not score is not said.
                page.leave_open(format!("{start}/"));
                continue;
            };
            page.word(format!("{start}/is_pb"), Some(found.is_pb));
            page.word(format!("{start}/day"), Some(found.period));
            page.number(format!("{start}/multiple"), Some(found.multiple));
            page.number(format!("{start}/change"), found.change);
            page.number(format!("{start}/percentile"), found.percentile.map(|(of_window, _)| of_window));
            page.number(format!("{start}/percentile_all"), found.percentile.map(|(_, of_all)| of_all));
            page.word(format!("{start}/months"), Some(found.months.len()));
            for (month, value) in &found.months {
                page.number(format!("{start}/months/{month}"), Some(*value));
            }
            percentiles.extend(found.percentile.map(|(of_window, _)| (entity.code.as_str(), of_window)));
        }
        for (code, own) in &percentiles {
            let n_below = percentiles.iter().filter(|(_, other)| *other < own - EPSILON).count();
            page.word(format!("valuation/{code}/rank"), Some(n_below + 1));
        }
    }
}

struct Found {
    is_pb: bool,
    period: Date,
    multiple: f64,
    change: Option<f64>,
    percentile: Option<(f64, f64)>,
    months: BTreeMap<usize, f64>,
}

fn current(rows: &Rows, code: &str, day: Date) -> Option<Found> {
    let m = last_complete_month(day);
    let (pe, pb) = (rows.facts.known("pe_ttm", code, day), rows.facts.known("pb", code, day));
    let after = before(m, 120).last_day();
    let in_window = |values: &Values| -> Values {
        values
            .iter()
            .filter(|(period, _)| **period > after)
            .map(|(period, value)| (*period, *value))
            .collect()
    };
    let rules = Rules::default();
    let is_listed = rules.pb_sectors.iter().any(|listed| listed == code) && !pb.is_empty();
    let is_negative = || {
        let current = *pe.last_key_value()?.1;
        let pe = in_window(&pe);
        let n_negative = pe.values().filter(|value| **value <= EPSILON).count();
        let share = n_negative as f64 / pe.len().max(1) as f64;
        Some(current <= EPSILON || share > rules.negative_share + EPSILON)
    };
    let is_pb = is_listed || is_negative()?;
    let values = if is_pb { pb } else { pe };
    let (period, multiple) = values.last_key_value().map(|(period, value)| (*period, *value))?;
    if multiple <= EPSILON || period.month() < before(m, 1) {
        return None;
    }
    let then = values.range(..=later(period, -7)).next_back().map(|(_, value)| *value);
    let positive = |values: &Values| -> Values {
        values
            .iter()
            .filter(|(_, value)| **value > EPSILON)
            .map(|(period, value)| (*period, *value))
            .collect()
    };
    let (window, all) = (positive(&in_window(&values)), positive(&values));
    let months: BTreeSet<Month> = window.keys().map(|period| period.month()).collect();
    let numbers = |values: &Values| values.values().copied().collect::<Vec<f64>>();
    let last_of_months: BTreeMap<Month, f64> =
        window.iter().map(|(period, value)| (period.month(), *value)).collect();
    Some(Found {
        is_pb,
        period,
        multiple,
        change: then.map(|then| multiple - then),
        percentile: (months.len() >= 36)
            .then(|| (percentile(multiple, &numbers(&window)), percentile(multiple, &numbers(&all)))),
        months: last_of_months.into_values().enumerate().collect(),
    })
}
