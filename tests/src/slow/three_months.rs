//! Profits of three months, of which rolling profit and breadth are made.

use std::collections::BTreeMap;

use rotor_factor::{Date, Month};

use super::{BridgeRow, EPSILON, Facts, before};

/// What an industry has published, by month.
pub(super) struct Industry {
    pub(super) weight: f64,
    /// L.
    pub(super) levels: BTreeMap<Month, f64>,
    /// Lᵇ.
    pub(super) bases: BTreeMap<Month, f64>,
    /// The growth of single months.
    single: BTreeMap<Month, f64>,
}

/// The industries of a sector by the weights in force.
pub(super) fn industries(facts: &Facts, e: Date, bridge: &[&BridgeRow]) -> Vec<Industry> {
    let of = |row: &&BridgeRow| {
        let levels = facts.known_months("profit_ytd", &row.industry, e);
        let growths = facts.known_months("profit_ytd_yoy", &row.industry, e);
        let mut bases = BTreeMap::new();
        for (month, level) in &levels {
            match growths.get(month) {
                Some(growth) if *level > EPSILON && *growth > -100.0 + EPSILON => {
                    bases.insert(*month, level / (1.0 + growth / 100.0));
                }
                _ => {
                    levels.get(&before(*month, 12)).map(|base| bases.insert(*month, *base));
                }
            }
        }
        let single = facts.known_months("profit_month_yoy", &row.industry, e);
        Industry { weight: row.weight, levels, bases, single }
    };
    bridge.iter().map(of).collect()
}

/// Tells whether a sector is one that profits of industries can speak of.
pub(super) fn is_eligible(bridge: &[&BridgeRow], min_coverage: f64) -> bool {
    let coverage: f64 = bridge.iter().map(|row| row.weight).sum();
    !bridge.is_empty() && coverage >= min_coverage - EPSILON
}

/// The last month up to m that any industry has reported, no January and not older than allowed.
pub(super) fn last_month(industries: &[Industry], m: Month, max_age: i32) -> Option<Month> {
    let months = (0..=max_age).map(|lag| before(m, lag));
    let mut months = months.filter(|month| month.number() != 1);
    months.find(|month| industries.iter().any(|industry| industry.levels.contains_key(month)))
}

impl Industry {
    /// S and Sᵇ of the three months up to a month.
    pub(super) fn window(&self, month: Month) -> Option<(f64, f64)> {
        let of = |values: &BTreeMap<Month, f64>, lag: i32| values.get(&before(month, lag)).copied();
        let sum = |values: &BTreeMap<Month, f64>| match month.number() {
            1 => None,
            2 => Some(of(values, 0)? + of(values, 2)? - of(values, 3)?),
            3 => of(values, 0),
            4 => Some(of(values, 0)? - 0.5 * of(values, 2)?),
            _ => Some(of(values, 0)? - of(values, 3)?),
        };
        if month.number() == 1 {
            return self.window(before(month, 1));
        }
        let s = sum(&self.levels)?;
        // The growth of single months, of all of them or of none.
        let lags: &[i32] = match month.number() {
            2 => &[2],
            3 => &[0],
            4 => &[0, 1],
            _ => &[0, 1, 2],
        };
        let mut implied = Some(0.0);
        for lag in lags {
            let alone = of(&self.levels, *lag).zip(of(&self.levels, lag + 1)).map(|(now, then)| now - then);
            let growth = of(&self.single, *lag).filter(|growth| *growth > -100.0 + EPSILON);
            let base = alone.filter(|alone| *alone > EPSILON).zip(growth);
            let base = base.map(|(alone, growth)| alone / (1.0 + growth / 100.0));
            implied = implied.zip(base).map(|(sum, base)| sum + base);
        }
        let Some(implied) = implied else { return Some((s, sum(&self.bases)?)) };
        Some((
            s,
            match month.number() {
                2 => implied + of(&self.bases, 0)?,
                3 => implied + of(&self.bases, 1)?,
                4 => implied + 0.5 * of(&self.bases, 2)?,
                _ => implied,
            },
        ))
    }
}
