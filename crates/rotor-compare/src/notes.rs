//! What differs between two saved notes: what was selected, why, and from which data.
//!
//! A note is compared as it was sent, from its document (`note.json`), and nothing is replayed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::Datum;
use crate::inputs::{Input, InputChange, Part, changed, put};
use crate::is_close;

/// A note as it was saved: what is compared of its document.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedNote {
    as_of: String,
    month: String,
    dataset: Value,
    config: Value,
    ranking: Vec<Ranked>,
    factors: Vec<Factor>,
    #[serde(default)]
    history: History,
}

#[derive(Clone, Debug, Deserialize)]
struct Ranked {
    sector: String,
    name: String,
    rank: usize,
    total: f64,
    weight: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Factor {
    name: String,
    version: String,
    weight: f64,
    error: Option<String>,
    sha256: Option<String>,
    scores: Vec<Score>,
}

#[derive(Clone, Debug, Deserialize)]
struct Score {
    sector: String,
    score: Option<f64>,
    raw: Option<f64>,
    reason: Option<String>,
}

/// The published values that the note shows.
#[derive(Clone, Debug, Default, Deserialize)]
struct History {
    #[serde(default)]
    months: Vec<String>,
    #[serde(default)]
    returns: Vec<Returns>,
    #[serde(default)]
    series: Vec<Published>,
}

#[derive(Clone, Debug, Deserialize)]
struct Returns {
    sector: String,
    returns: Vec<Option<f64>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Published {
    series: String,
    market: String,
    months: Vec<String>,
    values: Vec<Option<f64>>,
}

/// What differs between two notes.
#[derive(Clone, Debug, Serialize)]
pub struct NoteComparison {
    /// Whether ranking, selection and scores are the same, as far as `tolerance` cares. What they were made of may still differ.
    pub is_same: bool,
    /// As that of [`Comparison`](crate::Comparison).
    pub tolerance: f64,
    /// The days of the notes.
    pub days: (String, String),
    /// The dataset, the configuration and the factors, as far as they differ.
    pub inputs: Vec<InputChange>,
    /// The sectors that only the second note selects, in its order.
    pub added: Vec<NoteSector>,
    /// The sectors that only the first note selects, in its order.
    pub dropped: Vec<NoteSector>,
    /// The sectors whose rank, total or weight differs, in the order of the second note.
    pub ranking: Vec<RankChange>,
    /// The scores that differ, factor by factor in the order of the first note.
    pub scores: Vec<ScoreChange>,
    /// What both notes show of the same months and differs: values that were revised.
    pub revisions: Vec<Revision>,
}

/// A sector of a note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoteSector {
    /// Its code.
    pub sector: String,
    /// Its name.
    pub name: String,
}

/// How the place of a sector changed; `None` where a note does not rank it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankChange {
    /// The sector.
    #[serde(flatten)]
    pub sector: NoteSector,
    /// The ranks.
    pub rank: (Option<usize>, Option<usize>),
    /// The totals.
    pub total: (Option<f64>, Option<f64>),
    /// The weights in the portfolio.
    pub weight: (Option<f64>, Option<f64>),
}

/// How something that a factor says of a sector changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreChange {
    /// The factor.
    pub factor: String,
    /// The sector; `None` for what the factor says of the day, such as why it failed.
    pub sector: Option<NoteSector>,
    /// What changed: `score`, `raw`, `reason` or `error`.
    pub what: &'static str,
    /// What the first note says.
    pub before: Datum,
    /// What the second note says.
    pub after: Datum,
}

/// How published values that both notes show differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Revision {
    /// The series, or `returns`.
    pub series: String,
    /// The market or sector.
    pub entity: String,
    /// The number of months that differ, of those that both have.
    pub n_changed: usize,
    /// The number of months that both have.
    pub n_months: usize,
    /// The last month that differs.
    pub month: String,
    /// What the first note has for it.
    pub before: Datum,
    /// What the second note has for it.
    pub after: Datum,
}

impl SavedNote {
    /// Reads the document of a note, of this release or one before.
    ///
    /// # Errors
    ///
    /// If it is no JSON, or not the document of a note.
    pub fn parse(document: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(document)
    }

    fn inputs(&self) -> Vec<Input> {
        let mut inputs: Vec<Input> = vec![
            ((Part::Data, "as_of".into()), Value::from(self.as_of.as_str())),
            ((Part::Data, "month".into()), Value::from(self.month.as_str())),
        ];
        put(Part::Data, &self.dataset, "", &mut inputs);
        put(Part::Configuration, &self.config, "factor.", &mut inputs);
        for factor in &self.factors {
            let mut put = |key: &str, value: Value| {
                inputs.push(((Part::Factor, format!("{}.{key}", factor.name)), value));
            };
            put("version", factor.version.as_str().into());
            put("sha256", factor.sha256.as_deref().into());
            put("weight", factor.weight.into());
        }
        inputs
    }

    fn find(&self, sector: &str) -> Option<&Ranked> {
        self.ranking.iter().find(|ranked| ranked.sector == sector)
    }

    fn named(&self, sector: &str) -> NoteSector {
        let name = self.find(sector).map_or(sector, |ranked| &ranked.name);
        NoteSector { sector: sector.into(), name: name.into() }
    }

    fn selected(&self) -> impl Iterator<Item = &Ranked> {
        self.ranking.iter().filter(|ranked| ranked.weight > 0.0)
    }

    fn selects(&self, sector: &str) -> bool {
        self.selected().any(|ranked| ranked.sector == sector)
    }
}

/// Compares two saved notes; sectors and factors are matched by code and name.
#[must_use]
pub fn compare_notes(before: &SavedNote, after: &SavedNote, tolerance: f64) -> NoteComparison {
    let only = |one: &SavedNote, other: &SavedNote| -> Vec<NoteSector> {
        let found = one.selected().filter(|ranked| !other.selects(&ranked.sector));
        found.map(|ranked| one.named(&ranked.sector)).collect()
    };
    let (added, dropped) = (only(after, before), only(before, after));
    let ranking = changed_ranking(before, after, tolerance);
    let scores = changed_scores(before, after, tolerance);
    NoteComparison {
        is_same: ranking.is_empty() && scores.is_empty(),
        tolerance,
        days: (before.as_of.clone(), after.as_of.clone()),
        inputs: changed(&before.inputs(), &after.inputs()),
        added,
        dropped,
        ranking,
        scores,
        revisions: revisions(&before.history, &after.history, tolerance),
    }
}

fn changed_ranking(before: &SavedNote, after: &SavedNote, tolerance: f64) -> Vec<RankChange> {
    let gone = before.ranking.iter().filter(|ranked| after.find(&ranked.sector).is_none());
    let sectors = after.ranking.iter().chain(gone).map(|ranked| ranked.sector.as_str());
    let change = |sector: &str| {
        let (one, other) = (before.find(sector), after.find(sector));
        let pair = |take: fn(&Ranked) -> f64| (one.map(take), other.map(take));
        let (total, weight) = (pair(|ranked| ranked.total), pair(|ranked| ranked.weight));
        let rank = (one.map(|ranked| ranked.rank), other.map(|ranked| ranked.rank));
        let is_same = rank.0 == rank.1 && is_same(total, tolerance) && is_same(weight, tolerance);
        let named = if other.is_some() { after } else { before };
        (!is_same).then(|| RankChange { sector: named.named(sector), rank, total, weight })
    };
    sectors.filter_map(change).collect()
}

fn is_same((before, after): (Option<f64>, Option<f64>), tolerance: f64) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => is_close(before, after, tolerance),
        (None, None) => true,
        _ => false,
    }
}

fn changed_scores(before: &SavedNote, after: &SavedNote, tolerance: f64) -> Vec<ScoreChange> {
    let mut changes = Vec::new();
    let added =
        after.factors.iter().filter(|factor| before.factors.iter().all(|known| known.name != factor.name));
    for name in before.factors.iter().chain(added).map(|factor| factor.name.as_str()) {
        let find = |note: &'_ SavedNote| note.factors.iter().find(|factor| factor.name == name).cloned();
        let (one, other) = (find(before), find(after));
        let error = |factor: &Option<Factor>| match factor {
            None => Datum::Text("not asked".into()),
            Some(factor) => factor.error.clone().map_or(Datum::Empty, Datum::Text),
        };
        let (error_before, error_after) = (error(&one), error(&other));
        if error_before != error_after {
            let change = ScoreChange {
                factor: name.into(),
                sector: None,
                what: "error",
                before: error_before,
                after: error_after,
            };
            changes.push(change);
        }
        let (Some(one), Some(other)) = (one, other) else { continue };
        let of = |factor: &Factor, sector: &str| {
            factor.scores.iter().find(|score| score.sector == sector).cloned()
        };
        let new = other.scores.iter().filter(|score| of(&one, &score.sector).is_none());
        for sector in one.scores.iter().chain(new).map(|score| score.sector.as_str()) {
            let (one, other) = (of(&one, sector), of(&other, sector));
            let numbers: [(_, fn(&Score) -> _); 2] =
                [("score", |score| score.score), ("raw", |score| score.raw)];
            let named = if after.find(sector).is_some() { after } else { before }.named(sector);
            let mut push = |what, before, after| {
                changes.push(ScoreChange {
                    factor: name.into(),
                    sector: Some(named.clone()),
                    what,
                    before,
                    after,
                });
            };
            for (what, take) in numbers {
                let pair = (one.as_ref().and_then(take), other.as_ref().and_then(take));
                if !is_same(pair, tolerance) {
                    push(what, number(pair.0), number(pair.1));
                }
            }
            let reason = |score: &Option<Score>| score.as_ref().and_then(|score| score.reason.clone());
            if reason(&one) != reason(&other) {
                let text = |reason: Option<String>| reason.map_or(Datum::Empty, Datum::Text);
                push("reason", text(reason(&one)), text(reason(&other)));
            }
        }
    }
    changes
}

fn number(value: Option<f64>) -> Datum {
    value.map_or(Datum::Empty, Datum::Number)
}

fn revisions(before: &History, after: &History, tolerance: f64) -> Vec<Revision> {
    let mut found = Vec::new();
    for one in &before.series {
        let other =
            after.series.iter().find(|other| other.series == one.series && other.market == one.market);
        found.extend(other.and_then(|other| {
            let (months, values) = ((&one.months, &other.months), (&one.values, &other.values));
            revision(&one.series, &one.market, months, values, tolerance)
        }));
    }
    for one in &before.returns {
        let other = after.returns.iter().find(|other| other.sector == one.sector);
        found.extend(other.and_then(|other| {
            let (months, values) = ((&before.months, &after.months), (&one.returns, &other.returns));
            revision("returns", &one.sector, months, values, tolerance)
        }));
    }
    found
}

type Pair<'a, T> = (&'a Vec<T>, &'a Vec<T>);

fn revision(
    series: &str,
    entity: &str,
    months: Pair<'_, String>,
    values: Pair<'_, Option<f64>>,
    tolerance: f64,
) -> Option<Revision> {
    let value_after = |month: &String| {
        let position = months.1.iter().position(|other| other == month)?;
        values.1.get(position).copied()
    };
    let shared: Vec<(&String, Option<f64>, Option<f64>)> = months
        .0
        .iter()
        .zip(values.0)
        .filter_map(|(month, before)| Some((month, *before, value_after(month)?)))
        .collect();
    let changed: Vec<_> =
        shared.iter().filter(|(_, before, after)| !is_same((*before, *after), tolerance)).collect();
    let (month, before, after) = changed.last()?;
    Some(Revision {
        series: series.into(),
        entity: entity.into(),
        n_changed: changed.len(),
        n_months: shared.len(),
        month: (*month).clone(),
        before: number(*before),
        after: number(*after),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn note(as_of: &str, top: usize, totals: [f64; 3], cpi: f64) -> SavedNote {
        let sectors = ["banks", "coal", "steel"];
        let mut order: Vec<usize> = (0..3).collect();
        order.sort_by(|one, other| totals[*other].total_cmp(&totals[*one]));
        let ranked = order.iter().zip(1..).map(|(sector, rank)| {
            let weight = if rank <= top { 1.0 / top as f64 } else { 0.0 };
            json!({ "sector": sectors[*sector], "name": sectors[*sector], "rank": rank, "total": totals[*sector], "weight": weight })
        });
        let scores = sectors.iter().zip(totals).map(
            |(sector, total)| json!({ "sector": sector, "score": total, "raw": total / 3.0, "reason": null }),
        );
        let document = json!({
            "as_of": as_of, "month": "2021-11", "dataset": { "name": "demo" }, "config": { "top": top },
            "ranking": ranked.collect::<Vec<_>>(),
            "factors": [{ "name": "heat", "version": "1", "weight": 1.0, "error": null, "sha256": null, "scores": scores.collect::<Vec<_>>() }],
            "history": { "months": ["2021-10"], "returns": [], "series": [
                { "series": "cpi", "market": "CN", "months": ["2021-09", "2021-10"], "values": [1.5, cpi] }
            ] },
            "something new": 1
        });
        SavedNote::parse(&document.to_string()).unwrap()
    }

    #[test]
    fn equal_notes_have_no_difference() {
        let note = note("2021-12-10", 1, [3.0, 2.0, 1.0], 2.0);
        let comparison = compare_notes(&note, &note, 0.0);
        assert!(comparison.is_same && comparison.inputs.is_empty() && comparison.revisions.is_empty());
        assert!(comparison.added.is_empty() && comparison.dropped.is_empty());
    }

    #[test]
    fn what_differs_is_named() {
        let before = note("2021-12-10", 1, [3.0, 2.0, 1.0], 2.0);
        let after = note("2022-01-10", 2, [1.0, 2.0, 3.0], 2.5);
        let comparison = compare_notes(&before, &after, 0.0);
        assert!(!comparison.is_same);
        let names =
            |sectors: &[NoteSector]| sectors.iter().map(|one| one.name.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(
            (names(&comparison.added), names(&comparison.dropped)),
            ("steel coal".into(), "banks".into())
        );
        let inputs: Vec<String> =
            comparison.inputs.iter().map(|one| format!("{} {}", one.part.word(), one.key)).collect();
        assert_eq!(inputs, ["data as_of", "configuration top"]);
        let ranks: Vec<_> =
            comparison.ranking.iter().map(|one| (one.sector.name.as_str(), one.rank)).collect();
        // Coal keeps its rank and gets a weight.
        assert_eq!(
            ranks,
            [("steel", (Some(3), Some(1))), ("coal", (Some(2), Some(2))), ("banks", (Some(1), Some(3)))]
        );
        let scores: Vec<_> = comparison.scores.iter().map(|one| one.what).collect();
        assert_eq!(scores, ["score", "raw", "score", "raw"]);
        let revision = &comparison.revisions[0];
        assert_eq!((revision.n_changed, revision.n_months, revision.month.as_str()), (1, 2, "2021-10"));
        assert_eq!((&revision.before, &revision.after), (&Datum::Number(2.0), &Datum::Number(2.5)));
        assert!(compare_notes(&before, &after, 10.0).scores.is_empty());
    }
}
