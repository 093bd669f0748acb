//! The end of a backtest in a few lines: how long, how good with how much doubt, and what is picked now.

use std::fmt::Write as _;
use std::path::Path;

use rotor_data::Dataset;
use rotor_engine::{Backtest, Config};
use rotor_eval::{Estimate, Evaluation, Figure, ForecastEvaluation, Performance};
use rotor_run::Place;
use serde_json::{Value, json};

use crate::text::{Align, TextTable, fit};

/// What a summary is made of.
pub(super) struct Facts<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) config: &'a Config,
    pub(super) result: &'a Backtest,
    pub(super) evaluation: &'a Evaluation,
}

/// Returns the summary for a terminal.
pub(super) fn as_text(facts: &Facts<'_>, place: &Path) -> String {
    let mut text = String::new();
    let mut part = |part: String| {
        if !part.is_empty() {
            text.push_str(&part);
            text.push('\n');
        }
    };
    part(heading(facts));
    part(factors(facts.evaluation));
    part(forecasts(facts.evaluation));
    part(portfolios(facts));
    part(picks(facts));
    part(warnings(facts));
    writeln!(text, "run folder: {}", place.display()).expect("writing to a string does not fail");
    text
}

fn heading(facts: &Facts<'_>) -> String {
    let (manifest, evaluation) = (facts.dataset.manifest(), facts.evaluation);
    let synthetic = if manifest.synthetic { "   SYNTHETIC DATA" } else { "" };
    let days = match (evaluation.first_execution, facts.result.run.executions.last()) {
        (Some(first), Some(last)) => format!("{first} to {}, last exit {}", last.as_of, last.exit),
        _ => String::new(),
    };
    let skipped = match evaluation.n_skipped {
        0 => String::new(),
        n => format!(", {n} skipped before the first score"),
    };
    format!(
        "{}: {}{synthetic}\n{} months, {days}\nevery factor live in {}{skipped}\n",
        fit(&manifest.name, 40),
        fit(&manifest.title, 58),
        evaluation.n_months,
        evaluation.n_live,
    )
}

/// How well scores order what sectors gain next.
fn factors(evaluation: &Evaluation) -> String {
    let columns = [
        ("factor", Align::Left),
        ("months", Align::Right),
        ("RankIC", Align::Right),
        ("95% interval", Align::Right),
        ("p", Align::Right),
        ("share > 0", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    for (name, factor) in evaluation.factors.iter().zip(&evaluation.factor.sections.all) {
        let rank_ic = &factor.rank_ic;
        table.row([
            fit(name, 24),
            rank_ic.mean.mean.n.to_string(),
            number(&rank_ic.mean.mean, 3),
            interval(&rank_ic.mean, 1.0, 3, ""),
            p_value(&rank_ic.mean),
            percent(&rank_ic.share_positive, 0),
        ]);
    }
    table.render()
}

/// How well published figures are forecast; of several forecasts of one value the last.
fn forecasts(evaluation: &Evaluation) -> String {
    let columns = [
        ("forecast", Align::Left),
        ("target", Align::Left),
        ("values", Align::Right),
        ("MSE", Align::Right),
        ("MSE no change", Align::Right),
        ("R² vs no change", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    for ForecastEvaluation { factor, target, latest, .. } in &evaluation.forecast.all {
        table.row([
            fit(&evaluation.factors[*factor], 16),
            fit(target, 22),
            latest.mse.n.to_string(),
            number(&latest.mse, 2),
            number(&latest.mse_no_change, 2),
            number(&latest.r2_no_change, 3),
        ]);
    }
    if evaluation.forecast.all.is_empty() { String::new() } else { table.render() }
}

/// What the picks gained, and by how much more than what.
fn portfolios(facts: &Facts<'_>) -> String {
    let of_run = &facts.evaluation.portfolio.all;
    let columns = [
        ("portfolio", Align::Left),
        ("a year", Align::Right),
        ("volatility", Align::Right),
        ("worst fall", Align::Right),
        ("excess", Align::Right),
        ("95% interval", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    for performance in &of_run.performance {
        let Performance { portfolio, annual_return, volatility, max_drawdown, .. } = performance;
        let excess = of_run.excess.iter().find(|excess| excess.benchmark == *portfolio);
        let (mean, range) = excess.map_or((String::new(), String::new()), |excess| {
            (percent(&excess.arithmetic.mean, 1), interval(&excess.arithmetic, 100.0, 1, "%"))
        });
        table.row([
            portfolio_name(facts, portfolio),
            percent(annual_return, 1),
            percent(volatility, 1),
            percent(&max_drawdown.depth, 1),
            mean,
            range,
        ]);
    }
    let trading = &of_run.trading;
    table.render()
        + &format!(
            "turnover {} a month one way, cost {} a year at {} bp\nexcess: of the picks net of cost, twelve times the mean monthly difference\n",
            percent(&trading.turnover, 0),
            percent(&trading.cost_per_year, 1),
            facts.config.cost_bp,
        )
}

fn portfolio_name(facts: &Facts<'_>, portfolio: &str) -> String {
    match portfolio {
        "top" => format!("top {}", facts.config.top),
        "top_net" => format!("top {} net", facts.config.top),
        "equal_weight" => "equal weight".into(),
        code => match facts.dataset.find_entity(code) {
            Some(entity) => fit(&facts.dataset.entities()[entity].name, 24),
            None => fit(code, 24),
        },
    }
}

/// The last picks, best first.
fn last_picks<'a>(facts: &Facts<'a>) -> Vec<&'a Place> {
    let ranking = &facts.result.run.ranking;
    let last = ranking.last().map(|place| place.execution);
    let mut picks: Vec<&Place> =
        ranking.iter().filter(|place| Some(place.execution) == last && place.weight > 0.0).collect();
    picks.sort_by_key(|place| place.rank);
    picks
}

/// The scores of a sector on a day, in the order of the factors.
fn scores_of(facts: &Facts<'_>, place: &Place) -> Vec<Option<f64>> {
    let run = &facts.result.run;
    let from = run.scores.partition_point(|score| score.execution < place.execution);
    let of_day = run.scores[from..].iter().take_while(|score| score.execution == place.execution);
    of_day.filter(|score| score.sector == place.sector).map(|score| score.score).collect()
}

fn picks(facts: &Facts<'_>) -> String {
    const MOST_SHOWN: usize = 20;
    let picks = last_picks(facts);
    let Some(first) = picks.first() else { return String::new() };
    let mut columns = vec![
        ("rank", Align::Right),
        ("code", Align::Left),
        ("sector", Align::Left),
        ("weight", Align::Right),
        ("total", Align::Right),
    ];
    columns.push(("scores", Align::Left));
    let mut table = TextTable::new(&columns);
    for place in picks.iter().take(MOST_SHOWN) {
        let entity = &facts.result.run.entities[place.sector as usize];
        let names = match &entity.name_zh {
            Some(name_zh) => format!("{} {}", fit(&entity.name, 28), fit(name_zh, 12)),
            None => fit(&entity.name, 40),
        };
        let scores = scores_of(facts, place)
            .into_iter()
            .map(|score| score.map_or("-".into(), |score| score.to_string()));
        table.row([
            place.rank.to_string(),
            fit(&entity.code, 10),
            names,
            format!("{:.0}%", place.weight * 100.0),
            format!("{:.4}", place.total).trim_end_matches('0').trim_end_matches('.').to_owned(),
            scores.collect::<Vec<String>>().join(" "),
        ]);
    }
    let day = facts.result.run.executions[first.execution as usize].as_of;
    let more = match picks.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        n => format!("and {n} more\n"),
    };
    let names: Vec<String> = facts.evaluation.factors.iter().map(|name| fit(name, 16)).collect();
    format!(
        "picks of {day}, the last that have an exit\nscores: {}\n{}{more}",
        names.join(", "),
        table.render()
    )
}

fn warnings(facts: &Facts<'_>) -> String {
    let lines = facts.result.warnings.iter();
    lines.fold(String::new(), |text, warning| text + "note: " + &fit(&warning.to_string(), 300) + "\n")
}

/// A number with its sign, or a dash.
fn number(figure: &Figure, digits: usize) -> String {
    figure.value.map_or("-".into(), |value| format!("{value:.digits$}"))
}

fn percent(figure: &Figure, digits: usize) -> String {
    figure.value.map_or("-".into(), |value| format!("{:.digits$}%", value * 100.0))
}

fn interval(estimate: &Estimate, factor: f64, digits: usize, unit: &str) -> String {
    estimate.uncertainty.map_or("-".into(), |uncertainty| {
        let (low, high) = uncertainty.interval;
        format!("{:+.digits$} to {:+.digits$}{unit}", low * factor, high * factor)
    })
}

fn p_value(estimate: &Estimate) -> String {
    estimate.uncertainty.map_or("-".into(), |uncertainty| {
        if uncertainty.p_value < 0.005 { "<0.01".into() } else { format!("{:.2}", uncertainty.p_value) }
    })
}

/// Returns the summary for programs; the whole evaluation is in `metrics.json` too.
pub(super) fn as_json(facts: &Facts<'_>, place: &Path) -> Value {
    let run = &facts.result.run;
    let picks: Vec<Value> = last_picks(facts)
        .into_iter()
        .map(|place| {
            let entity = &run.entities[place.sector as usize];
            let scores: serde_json::Map<String, Value> = run
                .factors
                .iter()
                .cloned()
                .zip(scores_of(facts, place).into_iter().map(|score| json!(score)))
                .collect();
            json!({
                "rank": place.rank,
                "sector": entity.code,
                "name": entity.name,
                "name_zh": entity.name_zh,
                "weight": place.weight,
                "total": place.total,
                "scores": scores,
            })
        })
        .collect();
    let manifest = facts.dataset.manifest();
    json!({
        "run": place.display().to_string(),
        "dataset": manifest.name,
        "synthetic": manifest.synthetic,
        "picks_of": run.ranking.last().map(|place| run.executions[place.execution as usize].as_of.to_string()),
        "picks": picks,
        "warnings": facts.result.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "metrics": facts.evaluation.to_json(),
    })
}
