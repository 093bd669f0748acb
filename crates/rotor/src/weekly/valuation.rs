//! Multiples of benchmarks and sectors, and where each stands in its own history.

use std::collections::BTreeSet;

use rotor_factor::{Date, EntityKind, Month};
use rotor_run::{Named, ValuationRow};
use rotor_stats::{less_than, percentile_among};

use super::known::{Known, Values};
use super::{named, of_kind};

pub(super) const PE: &str = "pe_ttm";
pub(super) const PB: &str = "pb";
/// The months of the window, and the fewest of them that have a multiple.
const N_MONTHS: i32 = 120;
const LEAST_MONTHS: usize = 36;
/// The share of a window's earnings multiples that may be zero or below.
const NEGATIVE_SHARE: f64 = 0.2;
/// The sectors that are valued by their books, as the factor `valuation` has them.
const BY_BOOK: [&str; 10] =
    ["801010", "801030", "801040", "801050", "801710", "801950", "801960", "801180", "801780", "801790"];

/// The rows of what has a multiple that is no older than the month before the last complete one.
pub(super) fn valuation(known: &Known<'_>) -> Vec<ValuationRow> {
    let (pe, pb) = (known.values(PE), known.values(PB));
    let dataset = known.dataset;
    let first = known.month.plus(1 - N_MONTHS).unwrap_or(Month::MIN).first_day();
    let mut rows = Vec::new();
    for kind in [EntityKind::Benchmark, EntityKind::Sector] {
        let of_kind = of_kind(dataset, kind).filter(|(_, entity)| entity.is_valid_on(known.yesterday));
        let row = |(position, entity): (usize, &rotor_data::model::Entity)| {
            let is_listed = kind == EntityKind::Sector && BY_BOOK.contains(&entity.code.as_str());
            let (values, is_pb) = measure(pe.as_ref(), pb.as_ref(), position, is_listed, first)?;
            let standing = Standing::new(values, position, first)?;
            // Older than the month before the last complete one says nothing of now.
            let is_recent = standing.day.month().index() >= known.month.index() - 1;
            is_recent.then(|| standing.row(named(entity), kind == EntityKind::Benchmark, is_pb))
        };
        let mut of_kind: Vec<ValuationRow> = of_kind.filter_map(row).collect();
        let percentiles: Vec<Option<f64>> = of_kind.iter().map(|row| row.percentile).collect();
        for row in &mut of_kind {
            let lower = |own: f64| percentiles.iter().flatten().filter(|it| less_than(**it, own)).count();
            row.rank = row.percentile.map(|own| 1 + lower(own));
        }
        rows.append(&mut of_kind);
    }
    rows
}

/// The multiple by which something is valued, and whether it is price to book: by the rules of the factor `valuation`.
fn measure<'v>(
    pe: Option<&'v Values>,
    pb: Option<&'v Values>,
    entity: usize,
    is_listed: bool,
    first: Date,
) -> Option<(&'v Values, bool)> {
    let has = |values: &&Values| values.last(entity).is_some();
    let pb = pb.filter(has);
    if is_listed && let Some(pb) = pb {
        return Some((pb, true));
    }
    let pe = pe.filter(has)?;
    let is_positive = |value: f64| less_than(0.0, value);
    let (mut n, mut n_negative) = (0.0, 0.0);
    for (_, value) in pe.between(entity, first, Date::MAX) {
        n += 1.0;
        n_negative += f64::from(u8::from(!is_positive(value)));
    }
    let is_at_a_loss = less_than(NEGATIVE_SHARE, n_negative / n)
        || pe.last(entity).is_some_and(|(_, value)| !is_positive(value));
    if is_at_a_loss { pb.map(|pb| (pb, true)) } else { Some((pe, false)) }
}

/// The history of a multiple.
struct Standing {
    day: Date,
    multiple: f64,
    /// The last one seven days or more before it.
    before: Option<f64>,
    /// Those above zero, of all history and of the window, in time order.
    all: Vec<f64>,
    window: Vec<(Month, f64)>,
}

impl Standing {
    /// `None` if the latest multiple is not positive.
    fn new(values: &Values, entity: usize, first: Date) -> Option<Self> {
        let (day, multiple) = values.last(entity).filter(|(_, value)| less_than(0.0, *value))?;
        let days = values.between(entity, Date::MIN, Date::MAX);
        let used: Vec<(Date, f64)> = days.filter(|(_, value)| less_than(0.0, *value)).collect();
        let window = used.iter().filter(|(day, _)| *day >= first);
        Some(Self {
            day,
            multiple,
            before: day.plus_days(-7).and_then(|day| values.on_or_before(entity, day)),
            window: window.map(|(day, value)| (day.month(), *value)).collect(),
            all: used.into_iter().map(|(_, value)| value).collect(),
        })
    }

    fn row(&self, entity: Named, is_benchmark: bool, is_pb: bool) -> ValuationRow {
        let months: BTreeSet<Month> = self.window.iter().map(|(month, _)| *month).collect();
        let is_long = months.len() >= LEAST_MONTHS;
        let percentile = |values: &mut dyn Iterator<Item = f64>| {
            is_long.then(|| percentile_among(self.multiple, values)).flatten()
        };
        let of_month = |month: &Month| {
            self.window.iter().rev().find(|(other, _)| other == month).map(|(_, value)| *value)
        };
        ValuationRow {
            entity,
            is_benchmark,
            is_pb,
            day: self.day,
            multiple: self.multiple,
            change: self.before.map(|before| self.multiple - before),
            percentile: percentile(&mut self.window.iter().map(|(_, value)| *value)),
            percentile_of_all: percentile(&mut self.all.iter().copied()),
            rank: None,
            months: months.iter().filter_map(of_month).collect(),
        }
    }
}
