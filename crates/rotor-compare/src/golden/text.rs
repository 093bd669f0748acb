//! The text of a golden backtest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rotor_run::portfolio::{EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_run::{Run, RunFolder};
use serde_json::{Value, json};

use super::{digests, nine_digits};
use crate::leaves;

/// What a missing score looks like, and a sector that is not in the month's cross-section.
pub(super) const NO_SCORE: &str = "-";
pub(super) const NO_ROW: &str = "";

pub(super) const MONTHS: [&str; 6] = ["month", "execution", "exit", "kept", "turnover", "cost"];
pub(super) const PICKS: [&str; 6] = ["month", "rank", "sector", "weight", "total", "tie_break"];

pub(super) fn text(name: &str, folder: &RunFolder) -> String {
    let run = &folder.run;
    let mut text = format!(
        "# The golden backtest `{name}`, written by `rotor accept {name}`. Not to be changed by hand: every change is signed.\n\
         # Numbers have nine significant digits, those of metrics all of theirs. Of what does not stand here there is a digest.\n"
    );
    let mut section = |name: &str, lines: String| text.extend(["\n[", name, "]\n", &lines]);
    section("inputs", inputs(folder));
    let document = folder.metrics.to_json();
    section("metrics", metrics(&document));
    section("sectors", sectors(run));
    section("months", months(run));
    section("picks", picks(run));
    section("scores", scores(run));
    let mut lines = String::new();
    for digest in digests(run, &document) {
        let group = digest.group.as_deref().unwrap_or_default();
        put(&mut lines, format_args!("{},{group},{},{}", digest.file, digest.n_rows, digest.sha256));
    }
    section("digests", lines);
    text
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string does not fail");
}

/// What the run was made of, without what differs from machine to machine: places, and libraries as they were built.
fn inputs(folder: &RunFolder) -> String {
    let mut lines = String::new();
    let is_kept = |part: &str, path: &str| match part {
        "config" => path != "dataset" && !matches!(path.rsplit('.').next(), Some("library" | "sha256")),
        "factors" => matches!(path.rsplit('.').next(), Some("name" | "version" | "weight")),
        _ => true,
    };
    let record = &folder.record;
    let parts = [
        ("dataset", json!(record.dataset)),
        ("factors", json!(record.factors)),
        ("config", record.config.to_json()),
        ("warnings", json!(record.warnings)),
    ];
    for (part, value) in &parts {
        for (path, value) in leaves(value) {
            if is_kept(part, &path) {
                let dot = if path.is_empty() { "" } else { "." };
                put(&mut lines, format_args!("{part}{dot}{path} = {value}"));
            }
        }
    }
    lines
}

/// The headline and what stands behind it.
fn metrics(metrics: &Value) -> String {
    let mut lines = String::new();
    for (path, value) in leaves(metrics) {
        if is_headline(&path) {
            put(&mut lines, format_args!("{path} = {value}"));
        }
    }
    lines
}

fn is_headline(path: &str) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    let is_estimate =
        |rest: &[&str]| matches!(rest, ["value" | "n" | "standard_error" | "interval" | "p_value"]);
    match parts.as_slice() {
        ["n_months" | "n_live" | "n_skipped"]
        | ["portfolio", "all", "trading", _, "value"]
        | ["forecast", "all", _, _, "latest", "mse" | "r2_no_change" | "r2_history", "value" | "n"] => true,
        ["portfolio", "all", "performance", portfolio, figure, "value"] => {
            [TOP, TOP_NET, EQUAL_WEIGHT].contains(portfolio)
                && ["annual_return", "volatility", "sharpe", "max_drawdown"].contains(figure)
        }
        ["portfolio", "all", "excess", TOP_NET, EQUAL_WEIGHT, "arithmetic", rest @ ..]
        | ["factor", "all", _, "rank_ic", "mean", rest @ ..] => is_estimate(rest),
        _ => false,
    }
}

/// The sectors that are scored or ranked, with their names.
fn sectors(run: &Run) -> String {
    let mut lines = String::new();
    for position in seen_sectors(run) {
        let entity = &run.entities[position as usize];
        // A tab or a line feed in a name would be read as the end of a cell.
        let plain = |text: &str| text.replace(char::is_control, " ");
        let name_zh = entity.name_zh.as_deref().map(plain).unwrap_or_default();
        put(&mut lines, format_args!("{}\t{}\t{name_zh}", plain(&entity.code), plain(&entity.name)));
    }
    lines
}

fn seen_sectors(run: &Run) -> BTreeSet<u32> {
    run.scores.iter().map(|row| row.sector).chain(run.ranking.iter().map(|row| row.sector)).collect()
}

fn months(run: &Run) -> String {
    let mut lines = MONTHS.join(",");
    lines.extend(run.portfolios.iter().flat_map(|portfolio| [",", portfolio]));
    lines.push('\n');
    let turnover: BTreeMap<u32, (f64, f64)> =
        run.turnover.iter().map(|row| (row.execution, (row.turnover, row.cost))).collect();
    let returns: BTreeMap<(u32, u32), f64> =
        run.returns.iter().map(|row| ((row.execution, row.portfolio), row.value)).collect();
    let number = |number: Option<f64>| number.map(nine_digits).unwrap_or_default();
    for (position, execution) in (0..).zip(&run.executions) {
        let kept = if execution.is_kept { "yes" } else { "no" };
        let (month, as_of, exit) = (execution.month, execution.as_of, execution.exit);
        let traded = turnover.get(&position).copied();
        let mut line = format!("{month},{as_of},{exit},{kept}");
        let cells = [traded.map(|cells| cells.0), traded.map(|cells| cells.1)].into_iter();
        let portfolios = 0..run.portfolios.len() as u32;
        for cell in cells.chain(portfolios.map(|portfolio| returns.get(&(position, portfolio)).copied())) {
            line.extend([",", &number(cell)]);
        }
        put(&mut lines, format_args!("{line}"));
    }
    lines
}

fn picks(run: &Run) -> String {
    let mut lines = PICKS.join(",") + "\n";
    let mut held: Vec<_> = run.ranking.iter().filter(|row| row.weight != 0.0).collect();
    held.sort_by_key(|row| (row.execution, row.rank));
    for row in held {
        let month = run.executions[row.execution as usize].month;
        let sector = &run.entities[row.sector as usize].code;
        let [weight, total, tie_break] = [row.weight, row.total, row.tie_break].map(nine_digits);
        put(&mut lines, format_args!("{month},{},{sector},{weight},{total},{tie_break}", row.rank));
    }
    lines
}

/// The scores, a line for each month and factor, a column a sector.
fn scores(run: &Run) -> String {
    let sectors: Vec<u32> = seen_sectors(run).into_iter().collect();
    let mut lines = String::from("month,factor");
    lines.extend(sectors.iter().flat_map(|sector| [",", &run.entities[*sector as usize].code]));
    lines.push('\n');
    let scores: BTreeMap<(u32, u32, u32), Option<f64>> =
        run.scores.iter().map(|row| ((row.execution, row.factor, row.sector), row.score)).collect();
    for (execution, month) in (0..).zip(run.executions.iter().map(|row| row.month)) {
        for (factor, name) in (0..).zip(&run.factors) {
            let mut line = format!("{month},{name}");
            for sector in &sectors {
                let cell = match scores.get(&(execution, factor, *sector)) {
                    None => NO_ROW.to_owned(),
                    Some(None) => NO_SCORE.to_owned(),
                    Some(Some(score)) => nine_digits(*score),
                };
                line.extend([",", &cell]);
            }
            put(&mut lines, format_args!("{line}"));
        }
    }
    lines
}
