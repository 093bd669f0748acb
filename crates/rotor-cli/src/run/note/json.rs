//! The note as a document: every number of it, in full.

use rotor_engine::{NoteDay, Outcome};
use rotor_factor::{ColumnValues, EntityRef, Month, Signal, Table};
use rotor_plugin::Origin;
use serde_json::{Map, Value, json};

use super::facts::Facts;
use crate::run::members::Chosen;

/// Returns the note. Keys are stable, days in ISO form, missing numbers null.
pub(super) fn document(facts: Facts<'_>) -> Value {
    let (note, manifest) = (facts.note, facts.dataset.manifest());
    let mut config = facts.config.to_json();
    if let Some(config) = config.as_object_mut() {
        // Where the dataset lies is no part of what is known.
        config.remove("dataset");
    }
    json!({
        "format": 1,
        "as_of": note.day.as_of.0.to_string(),
        "is_default_day": facts.is_default_day,
        "month": note.day.month.to_string(),
        "dataset": {
            "name": manifest.name,
            "title": manifest.title,
            "synthetic": manifest.synthetic,
            "price_frequency": manifest.price_frequency.letter(),
        },
        "config": config,
        "picks": picks(facts, &note.day),
        "ranking": ranking(facts, &note.day),
        "factors": factors(facts, &note.day, true),
        "before": note.before.as_ref().map(|before| json!({
            "as_of": before.as_of.0.to_string(),
            "month": before.month.to_string(),
            "picks": picks(facts, before),
            "ranking": ranking(facts, before),
            "factors": factors(facts, before, false),
        })),
        "history": history(facts),
        "track": track(facts),
    })
}

fn code(facts: Facts<'_>, entity: u32) -> &str {
    &facts.dataset.entities()[entity as usize].code
}

/// The sectors of a day from the first rank to the last.
fn ranked(day: &NoteDay) -> Vec<usize> {
    let mut sectors: Vec<usize> = (0..day.ranking.len()).collect();
    sectors.sort_by_key(|sector| day.ranking[*sector].rank);
    sectors
}

fn picks(facts: Facts<'_>, day: &NoteDay) -> Vec<Value> {
    let picked = ranked(day).into_iter().filter(|sector| day.weights[*sector] > 0.0);
    picked.map(|sector| code(facts, day.sectors[sector]).into()).collect()
}

fn ranking(facts: Facts<'_>, day: &NoteDay) -> Vec<Value> {
    let row = |sector: usize| {
        let entity = &facts.dataset.entities()[day.sectors[sector] as usize];
        let place = &day.ranking[sector];
        json!({
            "sector": entity.code,
            "name": entity.name,
            "name_zh": entity.name_zh,
            "rank": place.rank,
            "total": place.total,
            "tie_break": place.tie_break,
            "n_live": place.n_live,
            "share": day.weights[sector],
        })
    };
    ranked(day).into_iter().map(row).collect()
}

fn factors(facts: Facts<'_>, day: &NoteDay, is_whole: bool) -> Vec<Value> {
    facts
        .chosen
        .iter()
        .zip(&day.outcomes)
        .map(|(chosen, outcome)| factor(facts, day, chosen, outcome, is_whole))
        .collect()
}

fn factor(facts: Facts<'_>, day: &NoteDay, chosen: &Chosen, outcome: &Outcome, is_whole: bool) -> Value {
    let spec = chosen.plugin.spec();
    let mut document = json!({
        "name": spec.name(),
        "version": spec.version(),
        "weight": chosen.weight,
        "error": outcome.as_ref().err().map(ToString::to_string),
        "scores": outcome.as_ref().map(|signal| scores(facts, day, signal)).unwrap_or_default(),
    });
    if !is_whole {
        return document;
    }
    document["about"] = spec.about().into();
    document["about_zh"] = spec.about_zh().into();
    document["score_range"] = json!([spec.score_range().start(), spec.score_range().end()]);
    document["sha256"] = match chosen.plugin.origin() {
        Origin::Linked => Value::Null,
        Origin::Loaded { sha256, .. } => json!(sha256),
    };
    let signal = outcome.as_ref().ok();
    let forecasts = signal.map(|signal| forecasts(facts, day, signal));
    let diagnostics = signal.map(|signal| diagnostics(facts, day, signal));
    let tables = signal.map(|signal| signal.tables().iter().map(table).collect::<Vec<_>>());
    document["forecasts"] = forecasts.unwrap_or_default().into();
    document["diagnostics"] = diagnostics.unwrap_or_default().into();
    document["tables"] = tables.unwrap_or_default().into();
    document
}

fn scores(facts: Facts<'_>, day: &NoteDay, signal: &Signal) -> Vec<Value> {
    let row = |(sector, entity): (usize, &u32)| {
        let score = signal.score_of(sector);
        json!({
            "sector": code(facts, *entity),
            "score": score.ok(),
            "raw": signal.raw_of(sector),
            "reason": score.err().map(|reason| reason.text()),
        })
    };
    day.sectors.iter().enumerate().map(row).collect()
}

/// The code of what a factor calls by its place in the view.
fn entity_code(facts: Facts<'_>, day: &NoteDay, entity: EntityRef) -> Option<String> {
    let at = match entity.kind {
        rotor_factor::EntityKind::Sector => *day.sectors.get(entity.position)? as usize,
        kind => *facts.dataset.of_kind(kind).get(entity.position)?,
    };
    Some(facts.dataset.entities()[at].code.clone())
}

fn forecasts(facts: Facts<'_>, day: &NoteDay, signal: &Signal) -> Vec<Value> {
    let row = |forecast: &rotor_factor::Forecast| {
        json!({
            "target": forecast.target,
            "entity": entity_code(facts, day, forecast.entity),
            "period": forecast.period.end().to_string(),
            "forecast": forecast.value,
            "naive": forecast.naive,
        })
    };
    signal.forecasts().iter().map(row).collect()
}

fn diagnostics(facts: Facts<'_>, day: &NoteDay, signal: &Signal) -> Vec<Value> {
    let mut rows = Vec::new();
    for diagnostic in signal.diagnostics() {
        for (position, value) in diagnostic.values.iter().enumerate() {
            let entity = EntityRef { kind: diagnostic.kind, position };
            rows.extend(value.map(|value| {
                json!({
                    "name": diagnostic.name,
                    "kind": diagnostic.kind.word(),
                    "entity": entity_code(facts, day, entity),
                    "value": value,
                })
            }));
        }
    }
    rows
}

fn table(table: &Table) -> Value {
    let columns = table.columns().iter().map(|column| {
        let values: Vec<Value> = match &column.values {
            // What is not finite becomes null.
            ColumnValues::Numbers(values) => values.iter().map(|value| json!(value)).collect(),
            ColumnValues::Texts(values) => values.iter().map(|value| json!(value)).collect(),
            ColumnValues::Dates(values) => values.iter().map(|value| json!(value.to_string())).collect(),
            _ => Vec::new(),
        };
        json!({ "name": column.name, "values": values })
    });
    json!({ "name": table.name(), "is_matrix": table.is_matrix(), "columns": columns.collect::<Vec<_>>() })
}

/// The months that figures show: returns of sectors, linked series.
fn history(facts: Facts<'_>) -> Value {
    let history = facts.history;
    let months = |months: &[Month]| months.iter().map(ToString::to_string).collect::<Vec<_>>();
    let returns = facts.note.day.sectors.iter().zip(&history.returns);
    let series = history.series.iter().map(|one| {
        json!({
            "series": facts.dataset.series()[one.series].name,
            "market": code(facts, one.market as u32),
            "months": months(&one.months),
            "values": one.values,
        })
    });
    json!({
        "months": months(&history.months),
        "returns": returns.map(|(sector, returns)| json!({ "sector": code(facts, *sector), "returns": returns })).collect::<Vec<_>>(),
        "series": series.collect::<Vec<_>>(),
    })
}

fn track(facts: Facts<'_>) -> Value {
    let track = match &facts.note.track {
        Ok(track) => track,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let executions = &track.run.executions;
    let mut document = Map::new();
    document
        .insert("n_months".into(), executions.iter().filter(|execution| execution.is_kept).count().into());
    let first = executions.iter().find(|execution| execution.is_kept);
    document.insert("first".into(), first.map(|execution| execution.as_of.to_string()).into());
    document.insert("last".into(), executions.last().map(|execution| execution.as_of.to_string()).into());
    document.insert("last_exit".into(), executions.last().map(|execution| execution.exit.to_string()).into());
    let returns = track.run.returns.iter().map(|row| {
        let execution = &executions[row.execution as usize];
        json!({
            "as_of": execution.as_of.to_string(),
            "exit": execution.exit.to_string(),
            "portfolio": track.run.portfolios[row.portfolio as usize],
            "return": row.value,
        })
    });
    document.insert("returns".into(), returns.collect::<Vec<_>>().into());
    let warnings: Vec<Value> = track.warnings.iter().map(|warning| warning.to_string().into()).collect();
    document.insert("warnings".into(), warnings.into());
    document.insert("evaluation".into(), facts.evaluation.map(rotor_eval::Evaluation::to_json).into());
    document.into()
}
