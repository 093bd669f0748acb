//! Series of production chains.

use std::collections::BTreeMap;

use rotor_factor::{Date, Frequency, Measure, Month};

use super::super::{EPSILON, before, mean};
use super::{Page, Rows, TrackedRow, last_complete_month, later};

/// How a value is held against another.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Level,
    Points,
    Growth,
}

pub(super) fn add(page: &mut Page, rows: &Rows, day: Date) {
    let Some(market) = rows.facts.market() else {
        page.leave_open("tracking");
        return;
    };
    for series in &rows.series {
        let start = format!("tracking/{}", series.name);
        // Which series are followed that belong to no chain is not said.
        if series.chain.is_none() || series.frequency == Frequency::Quarterly {
            page.leave_open(format!("{start}/"));
            continue;
        }
        let known = rows.facts.known(&series.name, market, day);
        if !known.is_empty() {
            add_series(page, &start, series, &known, day);
        }
    }
}

fn add_series(page: &mut Page, start: &str, series: &TrackedRow, known: &BTreeMap<Date, f64>, day: Date) {
    let kind = match series.measure {
        Some(Measure::Rate | Measure::Survey) => Kind::Points,
        Some(Measure::Growth) => Kind::Growth,
        _ => Kind::Level,
    };
    page.word(format!("{start}/chain"), series.chain.as_ref());
    page.word(
        format!("{start}/kind"),
        Some(match kind {
            Kind::Level => "Level",
            Kind::Points => "Points",
            Kind::Growth => "Growth",
        }),
    );
    let (last_day, last) = known.last_key_value().map(|(day, value)| (*day, *value)).expect("it is known");
    page.number(format!("{start}/last"), Some(last));
    page.word(format!("{start}/last_day"), Some(last_day));
    let is_fine = matches!(series.frequency, Frequency::Daily | Frequency::Weekly);
    if is_fine && kind == Kind::Growth {
        page.leave_open(format!("{start}/wow"));
        page.leave_open(format!("{start}/mtd"));
    }
    if is_fine {
        let then = known.range(..=later(last_day, -7)).next_back().map(|(_, value)| *value);
        page.number(format!("{start}/wow"), then.and_then(|then| against(kind, last, then)));
    }
    let mut by_month: BTreeMap<Month, Vec<f64>> = BTreeMap::new();
    for (period, value) in known {
        by_month.entry(period.month()).or_default().push(*value);
    }
    let by_month: BTreeMap<Month, f64> =
        by_month.into_iter().map(|(month, values)| (month, mean(&values))).collect();
    let of = |month: Month, lag: i32| by_month.get(&before(month, lag)).copied();
    if is_fine {
        let begun = day.month();
        let so_far = of(begun, 0).zip(of(begun, 1));
        page.number(format!("{start}/mtd"), so_far.and_then(|(now, then)| against(kind, now, then)));
    }
    let m = last_complete_month(day);
    let month = if is_fine { m } else { *by_month.keys().next_back().expect("it is known") };
    let Some(value) = of(month, 0) else {
        // A series that has stopped: what stands in the place of the month is not said.
        for rest in ["month", "value", "mom", "yoy", "ytd", "position"] {
            page.leave_open(format!("{start}/{rest}"));
        }
        return;
    };
    page.word(format!("{start}/month"), Some(month));
    page.number(format!("{start}/value"), Some(value));
    if kind == Kind::Growth {
        page.leave_open(format!("{start}/mom"));
    }
    page.number(format!("{start}/mom"), of(month, 1).and_then(|then| against(kind, value, then)));
    let on_year = |lag: i32| {
        if kind == Kind::Growth {
            // An index of growth has 100 where nothing grows.
            let nothing = if series.is_index { 100.0 } else { 0.0 };
            return Some(of(month, lag)? - nothing);
        }
        against(kind, of(month, lag)?, of(month, lag + 12)?)
    };
    pair(page, &format!("{start}/yoy"), on_year(0), on_year(1));

    if series.is_ytd {
        // The value is the sum: whether it stands as the one or the other, and what a month before is to it, is not said.
        for sum in ["ytd", "yoy", "mom"] {
            page.leave_open(format!("{start}/{sum}"));
        }
    } else if series.measure == Some(Measure::Volume) && series.frequency == Frequency::Monthly {
        let sum = |month: Month| -> Option<f64> {
            (0..month.number() as i32).rev().map(|lag| of(month, lag)).sum()
        };
        let growth = |lag: i32| {
            // The sum of the month before belongs to the same year.
            let month = before(month, lag);
            against(kind, sum(month)?, sum(before(month, 12))?)
        };
        if month.number() == 1 {
            page.leave_open(format!("{start}/ytd/before"));
            page.leave_open(format!("{start}/ytd/change"));
        }
        if growth(0).is_some() {
            pair(page, &format!("{start}/ytd"), growth(0), growth(1));
        } else {
            page.leave_open(format!("{start}/ytd"));
        }
    }
    let years: Vec<f64> = (1..=5).filter_map(|year| of(month, 12 * year)).collect();
    if years.len() >= 3 {
        let position = if years.iter().all(|then| value > then + EPSILON) {
            "Above"
        } else if years.iter().all(|then| value < then - EPSILON) {
            "Below"
        } else {
            "Within"
        };
        page.word(format!("{start}/position"), Some(position));
    }
}

/// A value against another: a ratio in percent of the size of the other, or a difference.
fn against(kind: Kind, now: f64, then: f64) -> Option<f64> {
    match kind {
        Kind::Level => (then.abs() > EPSILON).then(|| 100.0 * (now - then) / then.abs()),
        Kind::Points | Kind::Growth => Some(now - then),
    }
}

/// A growth, the one before, and their difference.
pub(super) fn pair(page: &mut Page, start: &str, now: Option<f64>, before: Option<f64>) {
    page.number(format!("{start}/now"), now);
    page.number(format!("{start}/before"), before);
    page.number(format!("{start}/change"), now.zip(before).map(|(now, before)| now - before));
}
