//! The end of a backtest in a few lines: how long, how good with how much doubt, and which sectors are selected now.

use std::fmt::Write as _;
use std::path::Path;

use rotor::Session;
use rotor_fs::shown_path;
use rotor_report::page::wrapped;
use rotor_report::sentences;
use rotor_report::terms::Term;
use rotor_report::words::{Lang, NONE, fixed};
use rotor_run::metrics::{Basis, Caveat, Estimate, Metric, PortfolioMetrics, Variant};
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_run::{Metrics, RankingRow, Run};
use serde_json::{Value, json};

use crate::text::{Align, TextTable, fit, sparkline};

/// What a summary is made of.
#[derive(Clone, Copy)]
struct Facts<'a> {
    session: &'a Session,
    run: &'a rotor::Run,
}

/// Returns the summary for a terminal.
pub(super) fn as_text(session: &Session, run: &rotor::Run, place: &Path) -> String {
    let facts = Facts { session, run };
    let mut text = String::new();
    let mut part = |part: String| {
        if !part.is_empty() {
            text.push_str(&part);
            text.push('\n');
        }
    };
    part(heading(facts));
    part(factors(&run.metrics));
    part(forecasts(&run.metrics));
    part(portfolios(facts));
    part(variants(facts));
    part(selected(facts));
    part(warnings(facts));
    writeln!(text, "run folder: {}", shown_path(place)).expect("writing to a string does not fail");
    text
}

fn heading(facts: Facts<'_>) -> String {
    let (manifest, metrics) = (facts.session.dataset().manifest(), &facts.run.metrics);
    let synthetic = if manifest.synthetic { "   SYNTHETIC DATA" } else { "" };
    let days = match (metrics.first_execution, facts.run.rows.executions.last()) {
        (Some(first), Some(last)) => format!("{first} to {}, last exit {}", last.as_of, last.exit),
        _ => String::new(),
    };
    let skipped = match metrics.n_skipped {
        0 => String::new(),
        n => format!(", {n} skipped before the first score"),
    };
    format!(
        "{}: {}{synthetic}\n{} months, {days}\nevery factor has scores in {} of them{skipped}\n",
        fit(&manifest.name, 40),
        fit(&manifest.title, 58),
        metrics.n_months,
        metrics.n_live,
    )
}

/// How well scores order the later returns of sectors.
fn factors(metrics: &Metrics) -> String {
    let columns = [
        (Term::Factor.en(), Align::Left),
        (Term::Months.en(), Align::Right),
        ("RankIC", Align::Right),
        (Term::ConfidenceInterval.en(), Align::Right),
        ("p", Align::Right),
        ("MDE", Align::Right),
        ("raw", Align::Right),
        ("12 months", Align::Right),
        ("p", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    for (name, factor) in metrics.factor.sections.all.iter() {
        let mean = &factor.rank_ic.mean;
        let year = factor.horizons.last().map(|horizon| &horizon.rank_ic);
        table.row([
            fit(name, 16),
            mean.value.n.to_string(),
            number(&mean.value, 3),
            interval(mean, 1.0, 3, ""),
            p_value(mean),
            mean.detectable().map_or(NONE.into(), |effect| format!("{effect:.3}")),
            number(&factor.raw_rank_ic.mean.value, 3),
            year.map_or(NONE.into(), |year| number(&year.value, 3)),
            year.map_or(NONE.into(), p_value),
        ]);
    }
    table.render()
        + "RankIC: its mean; MDE: minimum detectable effect (80% power); raw: RankIC of the raw values\n"
}

/// How well published numbers are forecast; of several forecasts of one value the last.
fn forecasts(metrics: &Metrics) -> String {
    let columns = [
        ("forecast", Align::Left),
        ("target", Align::Left),
        ("n", Align::Right),
        ("MSE", Align::Right),
        ("vs naive", Align::Right),
        ("p", Align::Right),
        ("vs mean", Align::Right),
        ("p", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    let mut is_empty = true;
    for (factor, targets) in metrics.forecast.all.iter() {
        for (target, of_target) in targets.iter() {
            is_empty = false;
            let latest = &of_target.latest;
            table.row([
                fit(factor, 12),
                fit(target, 20),
                latest.mse.n.to_string(),
                number(&latest.mse, 1),
                number(&latest.r2_no_change, 2),
                p_value(&of_target.tests.gain_no_change.estimate),
                number(&latest.r2_history, 2),
                p_value(&of_target.tests.gain_history.estimate),
            ]);
        }
    }
    let legend = "OOS R² vs naive (no change) and vs historical mean, with p-values of each\n";
    if is_empty { String::new() } else { table.render() + legend }
}

/// Performance of the portfolios, and the excess return over each.
fn portfolios(facts: Facts<'_>) -> String {
    let of_run = &facts.run.metrics.portfolio.all;
    let chose_nothing = chose_nothing(of_run);
    let columns = [
        (Term::Portfolio.en(), Align::Left),
        (Term::Months.en(), Align::Right),
        ("annualised", Align::Right),
        (Term::Volatility.en(), Align::Right),
        (Term::MaxDrawdown.en(), Align::Right),
        ("excess", Align::Right),
        (Term::ConfidenceInterval.en(), Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    let mut has_fewer = false;
    for (portfolio, performance) in of_run.performance.iter() {
        let excess = of_run.excess.get(TOP_NET).and_then(|benchmarks| benchmarks.get(portfolio));
        let excess = excess.filter(|_| !chose_nothing);
        let n = performance.annual_return.n;
        let is_fewer = n != of_run.n_months;
        has_fewer |= is_fewer;
        let (mean, range) = excess.map_or((String::new(), String::new()), |excess| {
            (percent(&excess.arithmetic.value, 1), interval(&excess.arithmetic, 100.0, 1, "%"))
        });
        table.row([
            portfolio_name(facts, portfolio),
            if is_fewer { format!("*{n}") } else { n.to_string() },
            percent(&performance.annual_return, 1),
            percent(&performance.volatility, 1),
            percent(&performance.max_drawdown.depth, 1),
            mean,
            range,
        ]);
    }
    let mut text = table.render();
    if has_fewer {
        let n = of_run.n_months;
        writeln!(text, "* not the {n} months of the run: not to be set beside the other rows")
            .expect("writing to a string does not fail");
    }
    text + &below_portfolios(facts)
}

/// How the rows of the portfolios are read, what trading cost, and the course of the net value.
fn below_portfolios(facts: Facts<'_>) -> String {
    let of_run = &facts.run.metrics.portfolio.all;
    let trading = &of_run.trading;
    let mut text = format!(
        "one-way turnover {} per rebalance, cost {} per year at {} bp{}\n",
        percent(&trading.turnover, 0),
        percent(&trading.cost_per_year, 1),
        facts.session.config().cost_bp,
        match of_run.performance.iter().next().map(|(_, first)| first.basis) {
            Some(Basis::Daily) => "; drawdown: daily",
            Some(Basis::PeriodEnds) => "; drawdown: at period ends",
            None => "",
        },
    );
    let mut line = |line: String| text.extend([&*line, "\n"]);
    let shared = &trading.n_shared_months;
    if let Some(n_shared) = shared.get().filter(|n_shared| *n_shared > 0.0) {
        let n = shared.n;
        line(format!("in {n_shared} of {n} months equals shared the last places"));
    }
    if chose_nothing(of_run) {
        let n = of_run.n_months;
        line(format!("nothing was chosen: in all {n} months every sector that could be selected was held"));
        return text;
    }
    line("excess: annualised excess return (net) of the selected sectors over this row".into());
    line(
        "eligible sectors: equal weight of those that could be selected; the excess is what choosing added"
            .into(),
    );
    text + &relative(&facts.run.rows)
}

/// Whether in every month all that could be selected was held.
fn chose_nothing(of_run: &PortfolioMetrics) -> bool {
    of_run.caveats.iter().any(|caveat| matches!(caveat, Caveat::NothingToldApart { .. }))
}

/// The net value of the portfolio over that of equal weight, month by month, as a line of blocks.
fn relative(run: &Run) -> String {
    const WIDEST: usize = 60;
    let returns = |name: &str| -> Vec<(u32, f64)> {
        let rows = run.returns.iter().filter(|row| run.portfolios[row.portfolio as usize] == name);
        rows.map(|row| (row.execution, row.value)).collect()
    };
    let equal_weight = returns(EQUAL_WEIGHT);
    let mut ratio = 1.0;
    let values = returns(TOP_NET).into_iter().map(|(execution, net)| {
        let at = equal_weight.binary_search_by_key(&execution, |(execution, _)| *execution).ok()?;
        ratio *= (1.0 + net) / (1.0 + equal_weight[at].1);
        Some(ratio).filter(|ratio| ratio.is_finite())
    });
    let values: Vec<Option<f64>> = std::iter::once(Some(1.0)).chain(values).collect();
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let Some(now) = known().last().filter(|_| values.len() > 2) else { return String::new() };
    let line = sparkline(&values, WIDEST);
    format!("net value relative to equal weight: {low:.2} to {high:.2}, at the end {now:.2}\n{line}\n")
}

/// Other strategies on the same scores, and what it means that there are many.
fn variants(facts: Facts<'_>) -> String {
    const MOST_FACTORS: usize = 8;
    let of_run = &facts.run.metrics.portfolio.all;
    let columns = [
        ("strategy", Align::Left),
        ("annualised", Align::Right),
        ("excess", Align::Right),
        (Term::ConfidenceInterval.en(), Align::Right),
        ("vs run", Align::Right),
        (Term::ConfidenceInterval.en(), Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    let mut row = |name: String, variant: &Variant| {
        let none = || (NONE.to_owned(), NONE.to_owned());
        let difference = variant
            .difference
            .as_ref()
            .map(|difference| (percent(&difference.value, 1), interval(difference, 100.0, 1, "%")));
        let (difference, range) = difference.unwrap_or_else(none);
        table.row([
            name,
            percent(&variant.annual_return, 1),
            percent(&variant.excess.value, 1),
            interval(&variant.excess, 100.0, 1, "%"),
            difference,
            range,
        ]);
    };
    let is_short = of_run.variants.alone.len() <= MOST_FACTORS;
    for (name, variant) in of_run.variants.alone.iter().filter(|_| is_short) {
        row(format!("only {}", fit(name, 14)), variant);
    }
    // Of two factors, leaving one out is the other alone.
    let says_more = is_short && of_run.variants.alone.len() != 2;
    for (name, variant) in of_run.variants.without.iter().filter(|_| says_more) {
        row(format!("all but {}", fit(name, 14)), variant);
    }
    if chose_nothing(of_run) {
        return String::new();
    }
    let table = if is_short { table.render() } else { String::new() };
    table + &doubts(of_run)
}

/// How far the result depends on choices, and how good luck alone would look.
fn doubts(of_run: &PortfolioMetrics) -> String {
    let mut text = String::new();
    let variants = &of_run.variants;
    let settings: Vec<&Variant> = variants.sensitivity.iter().map(|one| &one.variant).collect();
    let alternatives: Vec<&Variant> = variants.alternatives.iter().map(|one| &one.variant).collect();
    for (all, what) in [(settings, "portfolio settings"), (alternatives, "other parameters of factors")] {
        let Some(over_all) = range(all.iter().map(|one| &one.excess)) else { continue };
        let n = all.len();
        let over_eligible = range(all.iter().map(|one| &one.excess_eligible))
            .map_or(String::new(), |range| format!(", over eligible {range}"));
        writeln!(text, "{n} {what}: excess over all {over_all}{over_eligible}")
            .expect("writing to a string does not fail");
    }
    let trials = &of_run.trials;
    if let Some(deflated) = trials.deflated_sharpe.probability.get() {
        let tried = match trials.n_trials {
            1 => "1 trial; more by --trials N".to_owned(),
            n => format!("{n} trials"),
        };
        writeln!(text, "{} ({tried}): {:.0}%", Term::DeflatedSharpe.en(), 100.0 * deflated)
            .expect("writing to a string does not fail");
    }
    if let Some(overfitting) = trials.overfitting.probability.get() {
        let n = trials.overfitting.n_strategies;
        writeln!(text, "PBO (CSCV, {n} configurations): {:.0}%", 100.0 * overfitting)
            .expect("writing to a string does not fail");
    }
    text
}

/// The lowest and the highest of several excess returns; `None` if none is known.
fn range<'a>(all: impl Iterator<Item = &'a Estimate>) -> Option<String> {
    let known: Vec<f64> = all.filter_map(Estimate::get).collect();
    let low = known.iter().copied().reduce(f64::min)?;
    let high = known.iter().copied().reduce(f64::max)?;
    Some(format!("{:+.1}% to {:+.1}%", 100.0 * low, 100.0 * high))
}

fn portfolio_name(facts: Facts<'_>, portfolio: &str) -> String {
    match portfolio {
        TOP => format!("top {} gross", facts.session.config().top),
        TOP_NET => format!("top {} net", facts.session.config().top),
        EQUAL_WEIGHT => Term::EqualWeight.en().into(),
        ELIGIBLE => Term::EligibleSectors.en().into(),
        code => match facts.session.dataset().find_entity(code) {
            Some(entity) => fit(&facts.session.dataset().entities()[entity].name, 24),
            None => fit(code, 24),
        },
    }
}

/// The sectors that were selected last, best first.
fn last_selected(facts: Facts<'_>) -> Vec<&RankingRow> {
    let ranking = &facts.run.rows.ranking;
    let last = ranking.last().map(|place| place.execution);
    let mut selected: Vec<&RankingRow> =
        ranking.iter().filter(|place| Some(place.execution) == last && place.weight > 0.0).collect();
    selected.sort_by_key(|place| place.rank);
    selected
}

/// The scores of a sector on a day, in the order of the factors.
fn scores_of(facts: Facts<'_>, place: &RankingRow) -> Vec<Option<f64>> {
    let run = &facts.run.rows;
    let from = run.scores.partition_point(|score| score.execution < place.execution);
    let of_day = run.scores[from..].iter().take_while(|score| score.execution == place.execution);
    of_day.filter(|score| score.sector == place.sector).map(|score| score.score).collect()
}

fn selected(facts: Facts<'_>) -> String {
    const MOST_SHOWN: usize = 20;
    let selected = last_selected(facts);
    let Some(first) = selected.first() else { return String::new() };
    let mut columns = vec![
        ("rank", Align::Right),
        ("code", Align::Left),
        ("sector", Align::Left),
        ("weight", Align::Right),
        ("total", Align::Right),
    ];
    columns.push(("scores", Align::Left));
    let mut table = TextTable::new(&columns);
    for place in selected.iter().take(MOST_SHOWN) {
        let entity = &facts.run.rows.entities[place.sector as usize];
        let names = match &entity.name_zh {
            Some(name_zh) => format!("{} {}", fit(&entity.name, 28), fit(name_zh, 12)),
            None => fit(&entity.name, 40),
        };
        let scores = scores_of(facts, place)
            .into_iter()
            .map(|score| score.map_or(NONE.into(), |score| score.to_string()));
        table.row([
            place.rank.to_string(),
            fit(&entity.code, 10),
            names,
            format!("{:.0}%", place.weight * 100.0),
            format!("{:.4}", place.total).trim_end_matches('0').trim_end_matches('.').to_owned(),
            scores.collect::<Vec<String>>().join(" "),
        ]);
    }
    let day = facts.run.rows.executions[first.execution as usize].as_of;
    let more = match selected.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        n => format!("and {n} more\n"),
    };
    let names: Vec<String> = facts.run.rows.factors.iter().map(|name| fit(name, 16)).collect();
    format!(
        "selected sectors of {day}, the last with an exit (— not scored)\nscores: {}\n{}{more}",
        names.join(", "),
        table.render()
    )
}

fn warnings(facts: Facts<'_>) -> String {
    let lines = facts.run.record.warnings.iter();
    lines.fold(String::new(), |text, warning| {
        text + &wrapped(&fit(&sentences::warning(Lang::En, warning), 300), "warning: ", 2)
    })
}

/// A number with its sign, or a dash.
fn number(metric: &Metric, digits: usize) -> String {
    metric.get().map_or(NONE.into(), |value| fixed(value, digits))
}

fn percent(metric: &Metric, digits: usize) -> String {
    metric.get().map_or(NONE.into(), |value| fixed(100.0 * value, digits) + "%")
}

fn interval(estimate: &Estimate, factor: f64, digits: usize, unit: &str) -> String {
    estimate.interval().map_or(NONE.into(), |(low, high)| {
        format!("[{:+.digits$}{unit}, {:+.digits$}{unit}]", low * factor, high * factor)
    })
}

fn p_value(estimate: &Estimate) -> String {
    estimate
        .p_value()
        .map_or(NONE.into(), |p_value| if p_value < 0.005 { "<0.01".into() } else { format!("{p_value:.2}") })
}

/// Returns the summary for programs; all metrics are in `metrics.json` too.
pub(super) fn as_json(session: &Session, run: &rotor::Run, place: &Path) -> Value {
    let facts = Facts { session, run };
    let run = &facts.run.rows;
    let picks: Vec<Value> = last_selected(facts)
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
    let manifest = facts.session.dataset().manifest();
    json!({
        "run": place.display().to_string(),
        "dataset": manifest.name,
        "synthetic": manifest.synthetic,
        "picks_of": run.ranking.last().map(|place| run.executions[place.execution as usize].as_of.to_string()),
        "picks": picks,
        "trials": facts.run.record.trials,
        "warnings": facts.run.record.warnings,
        "metrics": facts.run.metrics,
    })
}
