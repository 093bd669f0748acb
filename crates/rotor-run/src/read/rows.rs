//! From columns to rows, sheet by sheet: the way back of `sheets.rs`.

use rotor_data::model::Entity;

use super::columns::{Facts, shortened};
use super::names::Names;
use crate::error::{ColumnFault, RunError};
use crate::rows::{
    Diagnostic, Forecast, NetValue, RankingRow, Realized, Return, Run, Score, ScoreReason, Turnover,
};

type Taken = Result<(), RunError>;

pub(crate) fn diagnostics(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let (executions, factors) = (executions(names, rows)?, factors(names, rows)?);
    let entities = rows.positions("entity", |code| names.entity(code))?;
    let (labels, values) = (rows.words("name"), rows.numbers("value"));
    for row in 0..rows.len() {
        run.diagnostics.push(Diagnostic {
            execution: executions[row],
            factor: factors[row],
            entity: entities[row],
            name: run.texts.id(labels.get(row).unwrap_or_default()),
            value: values[row],
        });
    }
    Ok(())
}

pub(crate) fn scores(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let (executions, factors) = (executions(names, rows)?, factors(names, rows)?);
    let sectors = rows.positions("sector", |code| names.entity(code))?;
    let (scores, raws) = (rows.numbers_or_none("score"), rows.numbers_or_none("raw"));
    let (notes, codes, notes_zh) = (rows.words("note"), rows.words("reason_code"), rows.words("reason_zh"));
    for row in 0..rows.len() {
        let reason = notes.get(row).map(|text| ScoreReason {
            code: codes.get(row).map(str::to_owned),
            text: text.to_owned(),
            text_zh: notes_zh.get(row).map(str::to_owned),
        });
        run.scores.push(Score {
            execution: executions[row],
            factor: factors[row],
            sector: sectors[row],
            score: scores[row],
            raw: raws[row],
            reason: reason.map(|reason| run.reasons.id(reason)),
        });
    }
    Ok(())
}

pub(crate) fn forecasts(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let (executions, factors) = (executions(names, rows)?, factors(names, rows)?);
    let entities = rows.positions("entity", |code| names.entity(code))?;
    let (targets, periods) = (rows.words("target"), rows.dates("period")?);
    let (forecasts, naives) = (rows.numbers("forecast"), rows.numbers("naive"));
    let (values, released) = (rows.numbers_or_none("realized"), rows.dates_or_none("realized_released")?);
    for row in 0..rows.len() {
        if values[row].is_some() != released[row].is_some() {
            return Err(rows.error("realized_released", ColumnFault::Unpaired { with: "realized" }));
        }
        let realized = values[row].zip(released[row]).map(|(value, released)| Realized { value, released });
        run.forecasts.push(Forecast {
            execution: executions[row],
            factor: factors[row],
            target: run.texts.id(targets.get(row).unwrap_or_default()),
            entity: entities[row],
            period: periods[row],
            forecast: forecasts[row],
            naive: naives[row],
            realized,
            history: None,
        });
    }
    Ok(())
}

pub(crate) fn ranking(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let executions = executions(names, rows)?;
    let sectors = rows.positions("sector", |code| names.entity(code))?;
    let (totals, tie_breaks) = (rows.numbers("total"), rows.numbers("tie_break"));
    let (ranks, weights) = (rows.integers("rank"), rows.numbers("weight"));
    for row in 0..rows.len() {
        let unknown = |_| rows.error("rank", ColumnFault::Unknown { value: ranks[row].to_string() });
        run.ranking.push(RankingRow {
            execution: executions[row],
            sector: sectors[row],
            total: totals[row],
            tie_break: tie_breaks[row],
            rank: u32::try_from(ranks[row]).map_err(unknown)?,
            weight: weights[row],
        });
    }
    Ok(())
}

pub(crate) fn returns(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let executions = executions(names, rows)?;
    let portfolios = rows.positions("portfolio", |name| names.portfolio(name))?;
    let values = rows.numbers("value");
    let rows = (0..rows.len()).map(|row| Return {
        execution: executions[row],
        portfolio: portfolios[row],
        value: values[row],
    });
    run.returns.extend(rows);
    Ok(())
}

pub(crate) fn nav(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let portfolios = rows.positions("portfolio", |name| names.portfolio(name))?;
    let (days, values) = (rows.dates("date")?, rows.numbers("value"));
    let rows = (0..rows.len()).map(|row| NetValue {
        date: days[row],
        portfolio: portfolios[row],
        value: values[row],
    });
    run.nav.extend(rows);
    Ok(())
}

pub(crate) fn turnover(names: &Names, rows: &Facts, run: &mut Run) -> Taken {
    let executions = executions(names, rows)?;
    let (turnovers, costs) = (rows.numbers("turnover"), rows.numbers("cost"));
    let rows = (0..rows.len()).map(|row| Turnover {
        execution: executions[row],
        turnover: turnovers[row],
        cost: costs[row],
    });
    run.turnover.extend(rows);
    Ok(())
}

/// Returns the entities, in the order of the file. They are read before all else, for the other rows stand on them.
pub(super) fn entities(facts: &[Facts]) -> Result<Vec<Entity>, RunError> {
    let mut entities: Vec<Entity> = Vec::new();
    for rows in facts.iter().filter(|sheet| sheet.has("valid_from")) {
        let (codes, kinds, titles) = (rows.words("entity"), rows.words("kind"), rows.words("name"));
        let (titles_zh, groups) = (rows.words("name_zh"), rows.words("group"));
        let (froms, tos) = (rows.dates_or_none("valid_from")?, rows.dates_or_none("valid_to")?);
        for row in 0..rows.len() {
            let unknown = |column: &str, value: &str| {
                rows.error(column, ColumnFault::Unknown { value: shortened(value) })
            };
            let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
            let kind = kinds.get(row).unwrap_or_default();
            let group = match groups.get(row) {
                Some(group) => Some(group.parse().map_err(|_| unknown("group", group))?),
                None => None,
            };
            let entity = Entity {
                code: text(codes.get(row)),
                kind: kind.parse().map_err(|_| unknown("kind", kind))?,
                name: text(titles.get(row)),
                name_zh: titles_zh.get(row).map(str::to_owned),
                group,
                valid_from: froms[row],
                valid_to: tos[row],
            };
            // A run keeps them in the order of their codes.
            if entities.last().is_some_and(|last| last.code >= entity.code) {
                return Err(rows.error("entity", ColumnFault::Order { value: shortened(&entity.code) }));
            }
            entities.push(entity);
        }
    }
    Ok(entities)
}

fn executions(names: &Names, rows: &Facts) -> Result<Vec<u32>, RunError> {
    Ok(rows.dates("execution")?.into_iter().map(|day| names.execution(day)).collect())
}

fn factors(names: &Names, rows: &Facts) -> Result<Vec<u32>, RunError> {
    rows.positions("factor", |name| names.factor(name))
}
