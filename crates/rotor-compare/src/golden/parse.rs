//! A golden backtest read back from its text.

use std::collections::BTreeMap;

use rotor_data::model::Entity;
use rotor_factor::{Date, EntityKind, Month};
use rotor_run::{Execution, RankingRow, Return, Run, Score, Turnover, Warning};
use serde::Deserialize;
use serde_json::Value;

use super::text::{MONTHS, NO_ROW, NO_SCORE, PICKS};
use super::{Digest, Golden, document};
use crate::Part;
use crate::inputs::{Input, put};

/// Why a text is no golden backtest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct GoldenFault {
    /// The number of the line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// A line with its number.
type Line<'a> = (usize, &'a str);

/// The cells of a row, with the number of its line.
type Row<'a> = (usize, Vec<&'a str>);

pub(super) fn parse(text: &str) -> Result<Golden, GoldenFault> {
    let sections = sections(text)?;
    let of = |name: &str| sections.get(name).map(Vec::as_slice).unwrap_or_default();
    let line = of("inputs").first().map_or(0, |(line, _)| *line);
    let kept: KeptInputs = serde_json::from_value(document(leaves(of("inputs"))?))
        .map_err(|error| fault(line, format!("the inputs are not those of a run: {error}")))?;
    let factors = kept.factors.iter().map(|factor| factor.name.clone()).collect();
    let mut run = Run { factors, ..Run::default() };
    sectors(of("sectors"), &mut run)?;
    months(of("months"), &mut run)?;
    picks(of("picks"), &mut run)?;
    scores(of("scores"), &mut run)?;
    let digests = of("digests").iter().map(digest).collect::<Result<_, _>>()?;
    let metrics = document(leaves(of("metrics"))?);
    let inputs = kept.leaves();
    let warnings = kept.warnings.into_iter().map(KeptWarning::coded).collect();
    Ok(Golden { run, metrics, inputs, warnings, digests })
}

/// What a text keeps of what the run was made of.
#[derive(Deserialize)]
struct KeptInputs {
    #[serde(default)]
    dataset: Value,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    factors: Vec<KeptFactor>,
    #[serde(default)]
    warnings: Vec<KeptWarning>,
}

/// What a text keeps of a factor.
#[derive(Deserialize)]
struct KeptFactor {
    name: String,
    version: String,
}

/// A warning; texts that release 0.1 wrote have sentences.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptWarning {
    Coded(Warning),
    Sentence(String),
}

impl KeptWarning {
    fn coded(self) -> Warning {
        match self {
            Self::Coded(warning) => warning,
            Self::Sentence(text) => Warning::Text { text },
        }
    }
}

impl KeptInputs {
    fn leaves(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        put(Part::Data, &self.dataset, "sha256.", &mut inputs);
        put(Part::Configuration, &self.config, "factor.", &mut inputs);
        for KeptFactor { name, version } in &self.factors {
            inputs.push(((Part::Factor, format!("{name}.version")), version.as_str().into()));
        }
        inputs
    }
}

fn fault(line: usize, reason: impl Into<String>) -> GoldenFault {
    GoldenFault { line, reason: reason.into() }
}

fn sections(text: &str) -> Result<BTreeMap<&str, Vec<Line<'_>>>, GoldenFault> {
    const KNOWN: [&str; 7] = ["inputs", "metrics", "sectors", "months", "picks", "scores", "digests"];
    let mut sections: BTreeMap<&str, Vec<Line<'_>>> = BTreeMap::new();
    let mut current = None;
    for (line, content) in (1..).zip(text.lines()) {
        if content.is_empty() || (current.is_none() && content.starts_with('#')) {
            continue;
        }
        if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if !KNOWN.contains(&name) || sections.insert(name, Vec::new()).is_some() {
                return Err(fault(line, format!("there is no part `{name}`, or it is there twice")));
            }
            current = Some(name);
            continue;
        }
        let section = current.and_then(|name| sections.get_mut(name));
        section.ok_or_else(|| fault(line, "it belongs to no part"))?.push((line, content));
    }
    match KNOWN.iter().find(|name| !sections.contains_key(*name)) {
        Some(missing) => Err(fault(text.lines().count(), format!("the part `{missing}` is missing"))),
        None => Ok(sections),
    }
}

fn leaves<'a>(lines: &[Line<'a>]) -> Result<Vec<(&'a str, Value)>, GoldenFault> {
    let leaf = |(line, content): &Line<'a>| {
        let (path, value) =
            content.split_once(" = ").ok_or_else(|| fault(*line, "`PATH = VALUE` is expected"))?;
        let value = serde_json::from_str(value);
        Ok((path, value.map_err(|error| fault(*line, format!("its value is not JSON: {error}")))?))
    };
    lines.iter().map(leaf).collect()
}

fn sectors(lines: &[Line<'_>], run: &mut Run) -> Result<(), GoldenFault> {
    for (line, content) in lines {
        let cells: Vec<&str> = content.split('\t').collect();
        let [code, name, name_zh] = cells[..] else {
            return Err(fault(*line, "code, name and Chinese name are expected"));
        };
        run.entities.push(Entity {
            code: code.to_owned(),
            kind: EntityKind::Sector,
            name: name.to_owned(),
            name_zh: Some(name_zh.to_owned()).filter(|name| !name.is_empty()),
            group: None,
            valid_from: None,
            valid_to: None,
        });
    }
    Ok(())
}

/// The rows below a header that begins with these columns: the other columns, and the cells of each row.
fn rows<'a>(lines: &[Line<'a>], columns: &[&str]) -> Result<(Vec<&'a str>, Vec<Row<'a>>), GoldenFault> {
    let Some(((line, header), lines)) = lines.split_first() else { return Ok((Vec::new(), Vec::new())) };
    let header: Vec<&str> = header.split(',').collect();
    if !header.starts_with(columns) {
        return Err(fault(*line, format!("columns `{}` are expected", columns.join(","))));
    }
    let row = |(line, content): &Line<'a>| {
        let cells: Vec<&str> = content.split(',').collect();
        let (found, expected) = (cells.len(), header.len());
        if found == expected {
            Ok((*line, cells))
        } else {
            Err(fault(*line, format!("{found} cells in place of {expected}")))
        }
    };
    Ok((header[columns.len()..].to_vec(), lines.iter().map(row).collect::<Result<_, _>>()?))
}

fn value<T: std::str::FromStr>(line: usize, cell: &str, what: &str) -> Result<T, GoldenFault> {
    cell.parse().map_err(|_| fault(line, format!("`{cell}` is not {what}")))
}

fn months(lines: &[Line<'_>], run: &mut Run) -> Result<(), GoldenFault> {
    let (portfolios, rows) = rows(lines, &MONTHS)?;
    run.portfolios = portfolios.into_iter().map(str::to_owned).collect();
    for (execution, (line, cells)) in (0..).zip(rows) {
        let number = |cell: &str| value::<f64>(line, cell, "a number");
        let day = |cell: &str| value::<Date>(line, cell, "a day");
        let month: Month = value(line, cells[0], "a month")?;
        let (as_of, exit, is_kept) = (day(cells[1])?, day(cells[2])?, cells[3] == "yes");
        run.executions.push(Execution { as_of, month, exit, is_kept });
        if !cells[4].is_empty() {
            run.turnover.push(Turnover { execution, turnover: number(cells[4])?, cost: number(cells[5])? });
        }
        for (portfolio, cell) in (0..).zip(&cells[MONTHS.len()..]).filter(|(_, cell)| !cell.is_empty()) {
            run.returns.push(Return { execution, portfolio, value: number(cell)? });
        }
    }
    Ok(())
}

fn execution(line: usize, month: &str, run: &Run) -> Result<u32, GoldenFault> {
    let month: Month = value(line, month, "a month")?;
    let position = run.executions.iter().position(|row| row.month == month);
    position.map(|position| position as u32).ok_or_else(|| fault(line, format!("there is no month {month}")))
}

fn sector(line: usize, code: &str, run: &Run) -> Result<u32, GoldenFault> {
    let position = run.entities.iter().position(|entity| entity.code == code);
    position
        .map(|position| position as u32)
        .ok_or_else(|| fault(line, format!("there is no sector `{code}`")))
}

fn picks(lines: &[Line<'_>], run: &mut Run) -> Result<(), GoldenFault> {
    for (line, cells) in rows(lines, &PICKS)?.1 {
        let number = |cell: &str| value::<f64>(line, cell, "a number");
        run.ranking.push(RankingRow {
            execution: execution(line, cells[0], run)?,
            rank: value(line, cells[1], "a rank")?,
            sector: sector(line, cells[2], run)?,
            weight: number(cells[3])?,
            total: number(cells[4])?,
            tie_break: number(cells[5])?,
        });
    }
    Ok(())
}

fn scores(lines: &[Line<'_>], run: &mut Run) -> Result<(), GoldenFault> {
    let header = lines.first().map_or(0, |(line, _)| *line);
    let (codes, rows) = rows(lines, &["month", "factor"])?;
    let sectors = codes.into_iter().map(|code| sector(header, code, run)).collect::<Result<Vec<u32>, _>>()?;
    for (line, cells) in rows {
        let execution = execution(line, cells[0], run)?;
        let factor = run.factors.iter().position(|factor| factor == cells[1]);
        let factor = factor.ok_or_else(|| fault(line, format!("there is no factor `{}`", cells[1])))? as u32;
        for (sector, cell) in sectors.iter().zip(&cells[2..]).filter(|(_, cell)| **cell != NO_ROW) {
            let score = if *cell == NO_SCORE { None } else { Some(value(line, cell, "a score")?) };
            run.scores.push(Score { execution, factor, sector: *sector, score, raw: None, reason: None });
        }
    }
    Ok(())
}

fn digest((line, content): &Line<'_>) -> Result<Digest, GoldenFault> {
    let cells: Vec<&str> = content.split(',').collect();
    let [file, group, n_rows, sha256] = cells[..] else {
        return Err(fault(*line, "four cells are expected"));
    };
    Ok(Digest {
        file: file.to_owned(),
        group: Some(group.to_owned()).filter(|group| !group.is_empty()),
        n_rows: value(*line, n_rows, "a number of rows")?,
        sha256: sha256.to_owned(),
    })
}
