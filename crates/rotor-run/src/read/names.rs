//! What the positions in rows stand for, gathered from the texts and days of all files.

use std::collections::{BTreeMap, BTreeSet};

use rotor_data::model::Entity;
use rotor_factor::{Date, Month};

use super::columns::Facts;
use crate::error::{ColumnFault, RunError};
use crate::record::RunRecord;
use crate::rows::Execution;

/// What the positions in rows stand for.
pub(crate) struct Names {
    pub(crate) executions: Vec<Execution>,
    pub(crate) factors: Vec<String>,
    pub(crate) portfolios: Vec<String>,
    days: BTreeMap<Date, u32>,
    factor_positions: BTreeMap<String, u32>,
    portfolio_positions: BTreeMap<String, u32>,
    entity_positions: BTreeMap<String, u32>,
}

impl Names {
    pub(super) fn gather(
        facts: &[Facts],
        table_days: impl Iterator<Item = Date>,
        entities: &[Entity],
        record: &RunRecord,
    ) -> Result<Self, RunError> {
        let mut days: BTreeSet<Date> = table_days.collect();
        for rows in facts.iter().filter(|sheet| sheet.has("execution")) {
            days.extend(rows.dates("execution")?);
        }
        let days: Vec<Date> = days.into_iter().collect();
        let executions = executions(&days, facts)?;
        let listed: Vec<String> = record.factors.iter().map(|factor| factor.name.clone()).collect();
        let factors = merged([listed].into_iter().chain(sequences(facts, "factor")?));
        let portfolios = merged(sequences(facts, "portfolio")?.into_iter());
        let positions = |names: &mut dyn Iterator<Item = &String>| -> BTreeMap<String, u32> {
            names.zip(0..).map(|(name, position)| (name.clone(), position)).collect()
        };
        Ok(Self {
            factor_positions: positions(&mut factors.iter()),
            portfolio_positions: positions(&mut portfolios.iter()),
            entity_positions: positions(&mut entities.iter().map(|entity| &entity.code)),
            days: days.into_iter().zip(0..).collect(),
            executions,
            factors,
            portfolios,
        })
    }

    pub(crate) fn execution(&self, day: Date) -> u32 {
        self.days[&day]
    }

    pub(crate) fn factor(&self, name: &str) -> Option<u32> {
        self.factor_positions.get(name).copied()
    }

    pub(crate) fn portfolio(&self, name: &str) -> Option<u32> {
        self.portfolio_positions.get(name).copied()
    }

    pub(crate) fn entity(&self, code: &str) -> Option<u32> {
        self.entity_positions.get(code).copied()
    }
}

/// Returns the executions of these days: the month is that of the scores, or the last complete one on the day; the exit is that
/// of the returns, or the next day.
fn executions(days: &[Date], facts: &[Facts]) -> Result<Vec<Execution>, RunError> {
    let months = second_dates(facts, "month")?;
    let exits = second_dates(facts, "exit")?;
    let is_turnover = |sheet: &&Facts| sheet.has("turnover");
    let mut kept = BTreeSet::new();
    for rows in facts.iter().filter(is_turnover) {
        kept.extend(rows.dates("execution")?);
    }
    let execution = |(place, day): (usize, &Date)| {
        let month = months.get(day).map_or_else(|| last_complete(*day), |end| end.month());
        let exit = exits.get(day).or(days.get(place + 1)).unwrap_or(day);
        Execution { as_of: *day, month, exit: *exit, is_kept: kept.contains(day) }
    };
    Ok(days.iter().enumerate().map(execution).collect())
}

fn last_complete(day: Date) -> Month {
    let next = day.plus_days(1).map_or(day.month(), Date::month);
    next.plus(-1).unwrap_or(next)
}

/// Returns the dates that a column gives to each day; a day has one.
fn second_dates(facts: &[Facts], column: &str) -> Result<BTreeMap<Date, Date>, RunError> {
    let mut found = BTreeMap::new();
    for rows in facts.iter().filter(|sheet| sheet.has(column)) {
        for (day, date) in rows.dates("execution")?.into_iter().zip(rows.dates(column)?) {
            if *found.entry(day).or_insert(date) != date {
                return Err(rows.error(column, ColumnFault::Contradiction { day }));
            }
        }
    }
    Ok(found)
}

/// Returns, for each file and day, the names of a column in the order in which they first appear.
fn sequences(facts: &[Facts], column: &str) -> Result<Vec<Vec<String>>, RunError> {
    let mut sequences: Vec<Vec<String>> = Vec::new();
    for rows in facts.iter().filter(|sheet| sheet.has(column)) {
        let (words, mut last) = (rows.words(column), None);
        let day_column = if rows.has("execution") { "execution" } else { "date" };
        for (row, day) in rows.dates(day_column)?.into_iter().enumerate() {
            if last != Some(day) {
                sequences.push(Vec::new());
                last = Some(day);
            }
            let (Some(word), Some(sequence)) = (words.get(row), sequences.last_mut()) else { continue };
            if !sequence.iter().any(|known| known == word) {
                sequence.push(word.to_owned());
            }
        }
    }
    Ok(sequences)
}

/// Returns the names of all sequences in an order that contradicts none of them, as far as there is one: what appears first
/// comes first where they leave a choice.
fn merged(sequences: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    let mut before: Vec<BTreeSet<usize>> = Vec::new();
    for sequence in sequences {
        let mut previous = None;
        for name in sequence {
            let position = *positions.entry(name.clone()).or_insert(names.len());
            if position == names.len() {
                names.push(name);
                before.push(BTreeSet::new());
            }
            before[position].extend(previous);
            previous = Some(position);
        }
    }
    let mut left: Vec<usize> = (0..names.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let is_free = |position: &usize| before[*position].iter().all(|earlier| !left.contains(earlier));
        // A circle is no order; it is left where it was found.
        let next = left.iter().position(is_free).unwrap_or(0);
        order.push(left.remove(next));
    }
    order.into_iter().map(|position| names[position].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn orders_are_merged_without_contradiction() {
        let merge = |sequences: &[&str]| {
            let sequence = |text: &&str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
            merged(sequences.iter().map(sequence)).join(" ")
        };
        assert_eq!(merge(&["a b c"]), "a b c");
        // A benchmark that begins later stands where its neighbours say.
        assert_eq!(merge(&["top sse", "top csi sse"]), "top csi sse");
        assert_eq!(merge(&["b c", "a b"]), "a b c");
        assert_eq!(merge(&["a b", "b a"]), "a b");
        assert_eq!(merge(&[]), "");
    }
}
