//! What `rotor sweep` says.

use std::fmt::Write as _;
use std::path::Path;

use rotor::{Notice, REPORT_FILE};
use rotor_fs::{shown, shown_lines, shown_path};
use rotor_report::sentences;
use rotor_report::words::{Lang, NONE, signed};
use rotor_run::metrics::{Estimate, Metric};
use rotor_run::sweep::{Sweep, SweepFolderError, SweepPlan, label};
use rotor_sweep::{PickedTrial, SweepError, SweepEstimate, SweepStatus};
use serde_json::{Value, json};

use crate::text::{Align, TextTable, fit};
use crate::{CliError, Outcome, terminal, to_json};

/// How many values of an axis are listed.
const MOST_VALUES: usize = 8;
/// How many of the best trials are listed.
const N_BEST: usize = 10;
/// How many digits of an identifier are shown.
const N_DIGITS: usize = 12;

pub(super) fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A plan that is not the one of the folder.
pub(super) fn of_plan(error: SweepFolderError, place: &Path) -> CliError {
    match error {
        SweepFolderError::Changed { .. } => SweepError::OtherSweep { place: place.into() }.into(),
        error => SweepError::from(error).into(),
    }
}

pub(super) fn notices(notices: &[Notice]) {
    for notice in notices {
        terminal::say("warning", notice);
        terminal::say("hint", notice.hint());
    }
}

/// What a plan would compute.
pub(super) fn plan(plan: &SweepPlan, estimate: SweepEstimate) -> String {
    let mut text = format!("{}: {}\n\n", shown(&plan.dataset.name), counted(plan.n_trials(), "trial"));
    let mut table = TextTable::new(&[("axis", Align::Left), ("values", Align::Right), ("", Align::Left)]);
    for axis in &plan.axes {
        let n = axis.values.len();
        let mut values: Vec<String> =
            axis.values.iter().take(MOST_VALUES).map(|value| named(&label(value))).collect();
        if n > MOST_VALUES {
            values.push("…".into());
        }
        table.row([fit(&axis.key, 30), n.to_string(), fit(&values.join("; "), 36)]);
    }
    text += &table.render();
    text.push('\n');
    if plan.n_trials() as u64 != plan.n_grid {
        let left = plan.n_grid.saturating_sub(plan.n_trials() as u64 + plan.n_refused + plan.n_equal);
        let _ = writeln!(text, "settings of all axes: {}", plan.n_grid);
        for (n, what) in [
            (plan.n_refused, "break a rule"),
            (plan.n_equal, "equal another one: the parameter is one of a factor that they do not have"),
            (left, "are not drawn"),
        ] {
            if n > 0 {
                let _ = writeln!(text, "  {n} {what}");
            }
        }
    }
    if plan.conditions.len() > 1 {
        let _ = writeln!(text, "conditions, under which every trial is judged: {}", plan.conditions.len());
        for condition in &plan.conditions {
            let _ = writeln!(text, "  {}", fit(&condition.label(), 76));
        }
    }
    if let Some(holdout) = &plan.holdout {
        let _ = writeln!(text, "held out: the last {} months, from {} on", holdout.months, holdout.first.0);
    }
    let _ = writeln!(
        text,
        "factors to ask: {} ({} in all)",
        plan.factors.iter().map(|factor| fit(&factor.name, 30)).collect::<Vec<_>>().join(", "),
        counted(estimate.n_factor_settings, "setting"),
    );
    let _ = writeln!(
        text,
        "parts: {}, about {} trials each",
        plan.parts.len(),
        plan.n_trials().div_ceil(plan.parts.len().max(1))
    );
    let _ = writeln!(
        text,
        "about {} on this machine, and {} while it runs",
        duration(estimate.seconds),
        megabytes(estimate.bytes)
    );
    text
}

/// A time of which only the size is known.
fn duration(seconds: f64) -> String {
    match seconds {
        ..1.0 => "1 s".into(),
        1.0..90.0 => format!("{seconds:.0} s"),
        90.0..5400.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

fn megabytes(bytes: u64) -> String {
    const MEGABYTE: u64 = 1_000_000;
    if bytes < 10_000 * MEGABYTE {
        format!("{} MB", bytes.div_ceil(MEGABYTE))
    } else {
        format!("{} GB", bytes.div_ceil(1000 * MEGABYTE))
    }
}

/// An empty list has a word.
fn named(label: &str) -> String {
    if label.is_empty() { "none".into() } else { label.into() }
}

pub(super) fn status(status: &SweepStatus, n_shards: Option<usize>) -> String {
    let mut text = format!("{} of {} computed\n", status.n_done, counted(status.n_trials, "trial"));
    if !status.damaged.is_empty() {
        let _ = writeln!(
            text,
            "{} cut short, and computed again by the next run",
            counted(status.damaged.len(), "part")
        );
    }
    if status.missing.is_empty() {
        return text + "every part is there: `rotor sweep merge` judges them\n";
    }
    let n_shards = n_shards.unwrap_or(status.n_parts);
    text + &format!("missing: {} (of `--shard I/{n_shards}`)\n", status.missing_shards(n_shards))
}

pub(super) fn status_json(status: &SweepStatus) -> Value {
    json!({
        "merged": false,
        "n_trials": status.n_trials,
        "n_done": status.n_done,
        "n_parts": status.n_parts,
        "missing": status.missing,
        "damaged": status.damaged,
        "missing_array": status.missing_shards(status.n_parts),
    })
}

fn percent(value: Option<f64>) -> String {
    value.map_or(NONE.into(), |value| signed(100.0 * value, 1) + "%")
}

fn interval(low: Option<f64>, high: Option<f64>) -> String {
    low.zip(high).map_or(NONE.into(), |(low, high)| {
        format!("[{}%, {}%]", signed(100.0 * low, 1), signed(100.0 * high, 1))
    })
}

fn two(value: Option<f64>) -> String {
    value.map_or(NONE.into(), |value| fit(&format!("{value:.2}"), 9))
}

/// A number, or the reason why there is none.
fn number(metric: &Metric, digits: usize) -> String {
    match &metric.value {
        Ok(value) => format!("{value:.digits$}"),
        Err(reason) => sentences::reason(Lang::En, reason),
    }
}

fn estimate(estimate: &Estimate) -> String {
    let (low, high) = estimate.interval().map_or((None, None), |(low, high)| (Some(low), Some(high)));
    format!("{} {}", percent(estimate.get()), interval(low, high))
}

/// The settings of a trial.
fn settings(plan: &SweepPlan, trial: usize) -> String {
    let settings: Vec<String> =
        plan.settings_of(trial).map(|(key, value)| format!("{key} = {}", named(&label(value)))).collect();
    settings.join("; ")
}

/// What a merged sweep says, in short.
pub(super) fn sweep(sweep: &Sweep, place: &Path, is_json: bool) -> Result<Outcome, CliError> {
    let report = sweep.record.report.map(|_| place.join(REPORT_FILE));
    if is_json {
        let document = json!({
            "sweep": place.display().to_string(),
            "plan": sweep.plan.hash,
            "statistics": sweep.statistics,
            "report": report.map(|report| report.display().to_string()),
        });
        return Ok(Outcome::done(to_json(&document)?));
    }
    let statistics = &sweep.statistics;
    let mut text = format!(
        "{}: {}, {} on all of them\n",
        shown(&sweep.plan.dataset.name),
        counted(statistics.n_trials, "trial"),
        counted(statistics.months.n, "month"),
    );
    if statistics.n_failed > 0 {
        let _ = writeln!(text, "{} without a result", counted(statistics.n_failed, "trial"));
    }
    text.push('\n');
    let mut best: Vec<usize> =
        (0..sweep.trials.len()).filter(|trial| sweep.trials[*trial].rank.is_some()).collect();
    best.sort_by_key(|trial| sweep.trials[*trial].rank);
    let mut table = TextTable::new(&[
        ("rank", Align::Right),
        ("trial", Align::Left),
        ("excess", Align::Right),
        ("95% CI", Align::Right),
        ("IR", Align::Right),
        ("adjusted p", Align::Right),
    ]);
    for trial in best.iter().take(N_BEST) {
        let row = &sweep.trials[*trial];
        let metrics = row.result.as_ref().ok();
        table.row([
            row.rank.map_or(NONE.into(), |rank| rank.to_string()),
            sweep.plan.trials[*trial].id.chars().take(N_DIGITS).collect(),
            percent(metrics.and_then(|metrics| metrics.excess)),
            interval(
                metrics.and_then(|metrics| metrics.excess_low),
                metrics.and_then(|metrics| metrics.excess_high),
            ),
            two(metrics.and_then(|metrics| metrics.information_ratio)),
            row.adjusted_p.map_or(NONE.into(), |p| format!("{p:.3}")),
        ]);
    }
    text += &table.render();
    if let Some(best) = best.first() {
        text += &shown_lines(&format!("best: {}\n", settings(&sweep.plan, *best)));
    }
    let _ = writeln!(
        text,
        "\nsurvive the step-down at 5%: {} of {} (smallest adjusted p {})",
        statistics.step_down.n_survivors,
        statistics.months.n_judged,
        number(&statistics.step_down.smallest_p, 3),
    );
    let _ = writeln!(
        text,
        "DSR of the best: {} with {} trials, {} with {} effective ones",
        number(&statistics.deflated_sharpe.probability, 3),
        statistics.n_tried,
        number(&statistics.deflated_sharpe_effective.probability, 3),
        number(&statistics.effective_trials, 1),
    );
    let _ = writeln!(
        text,
        "PBO: {}; probability of loss out of sample: {}",
        number(&statistics.overfitting.probability, 2),
        number(&statistics.overfitting.loss, 2),
    );
    for axis in statistics.axes.iter().filter(|axis| axis.edge.is_some()) {
        let _ = writeln!(text, "the best lies on the edge of `{}`", fit(&axis.key, 40));
    }
    if let Some(walk) = &statistics.walk_forward {
        let _ = writeln!(
            text,
            "walk forward: {}; the best in hindsight {}",
            estimate(&walk.excess),
            estimate(&walk.hindsight),
        );
    }
    let _ = writeln!(text, "sweep: {}", shown_path(place));
    if let Some(report) = report {
        let _ = writeln!(text, "report: {}", shown_path(&report));
    }
    Ok(Outcome::done(text))
}

/// What a pick says.
pub(super) fn picked(picked: &PickedTrial, place: Option<&Path>) -> String {
    let PickedTrial { picked: record, is_known, sweep, .. } = picked;
    let trial = record.trial as usize;
    let metrics = sweep.trials[trial].result.as_ref().ok();
    let mut text = shown_lines(&format!(
        "trial {} ({}), by `{}`\n{}\n\n",
        record.trial,
        &record.id[..N_DIGITS],
        record.rule.word(),
        settings(&sweep.plan, trial),
    ));
    let _ = writeln!(
        text,
        "on which it was chosen: excess {} {}, IR {}, rank {} of {}, adjusted p {}",
        percent(metrics.and_then(|metrics| metrics.excess)),
        interval(
            metrics.and_then(|metrics| metrics.excess_low),
            metrics.and_then(|metrics| metrics.excess_high)
        ),
        two(metrics.and_then(|metrics| metrics.information_ratio)),
        sweep.trials[trial].rank.map_or(NONE.into(), |rank| rank.to_string()),
        sweep.trials.len(),
        sweep.trials[trial].adjusted_p.map_or(NONE.into(), |p| format!("{p:.3}")),
    );
    match &record.holdout {
        None => {
            text +=
                "no months were held out: nothing says what it is worth on months that did not choose it\n";
        }
        Some(holdout) => {
            let _ = writeln!(
                text,
                "held out, {} months: excess {}, IR {}",
                holdout.excess.value.n,
                estimate(&holdout.excess),
                number(&holdout.information_ratio, 2),
            );
            let opened = if *is_known { "was opened" } else { "is open now" };
            let _ =
                writeln!(text, "the hold-out {opened} for this trial ({}), and for no other", record.when);
        }
    }
    if let Some(place) = place {
        let _ = writeln!(text, "run: {}", shown_path(place));
    }
    text
}
