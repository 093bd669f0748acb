//! What `rotor leakcheck` found, for a terminal of eighty columns: a line each where all is well.

use std::fmt::Write as _;

use rotor::{MissingInput, RunFactor, sealed_note};
use rotor_engine::{Audit, Cause, Foresight, Form, LagProfile, LeakReport, Promise, When};

use super::Findings;
use crate::text::{Align, TextTable, fit};

const WIDTH: usize = 80;

macro_rules! line {
    ($text:expr, $($argument:tt)*) => {
        writeln!($text, $($argument)*).expect("writing to a string does not fail")
    };
}

pub(super) fn of(findings: &Findings<'_>) -> String {
    let mut text = String::new();
    let executions = &findings.found.executions;
    let (first, last) = (executions[0].as_of.0, executions[executions.len() - 1].as_of.0);
    let name = fit(&findings.session.dataset().manifest().name, 30);
    line!(text, "{} execution days of `{name}`, {first} to {last}\n", executions.len());
    dataset(&mut text, &findings.found.audit);
    for (of, report) in findings.factors() {
        factor(&mut text, of, report);
    }
    for MissingInput { factor: name, reason, .. } in findings.session.missing_inputs() {
        wrapped(&mut text, "  -     ", &format!("factor `{name}`: not tried: {reason}"));
    }
    lag_profiles(&mut text, findings);
    warnings(&mut text, findings);
    let n_faults = usize::from(!findings.found.audit.passed())
        + findings.factors().filter(|(_, report)| !report.passed()).count();
    if n_faults == 0 {
        let untried = match findings.session.missing_inputs().len() {
            0 => String::new(),
            1 => "; one factor was not tried".into(),
            n => format!("; {n} factors were not tried"),
        };
        line!(text, "\npassed: no look-ahead was found{untried}");
    } else {
        let failed = findings.factors().filter(|(_, report)| !report.passed());
        let names = failed.map(|(factor, _)| format!("factor `{}`", factor.plugin.name()));
        let of_dataset = (!findings.found.audit.passed()).then(|| "the dataset".to_owned());
        let names: Vec<String> = of_dataset.into_iter().chain(names).collect();
        text.push('\n');
        wrapped(&mut text, "FAILED: ", &names.join(", "));
    }
    text
}

/// Writes words after a head, in as many lines as they need; a word that is wider than a line is cut.
fn wrapped(text: &mut String, head: &str, words: &str) {
    let width = WIDTH - head.len();
    let mut line = String::new();
    let mut head = head.to_owned();
    for word in words.split(' ').map(|word| fit(word, width)) {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            line!(text, "{head}{line}");
            head = " ".repeat(head.len());
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    line!(text, "{head}{line}");
}

fn dataset(text: &mut String, audit: &Audit) {
    if audit.early.is_empty() {
        line!(text, "  ok    dataset: of {} series none is public implausibly early", audit.n_series);
    } else {
        let n: usize = audit.early.iter().map(|early| early.n_early).sum();
        let words = format!("dataset: {n} values are public within a tenth of the usual lag of their series");
        wrapped(text, "  EARLY ", &words);
        let columns = [
            ("series", Align::Left),
            ("early", Align::Right),
            ("percent", Align::Right),
            ("for example", Align::Left),
            ("released", Align::Left),
            ("usual", Align::Right),
        ];
        let mut table = TextTable::new(&columns);
        for early in &audit.early {
            let example = &early.example;
            table.row([
                fit(&early.series, 20),
                early.n_early.to_string(),
                percent(Some(early.n_early as f64 / early.n as f64)),
                format!("{} {}", fit(&example.entity, 8), example.period_end),
                format!("{}", example.released),
                format!("{} days", example.usual_lag),
            ]);
        }
        indented(text, &table);
    }
    if audit.foresight.is_empty() {
        let closest = audit.closest.as_ref().map_or(String::new(), |closest| {
            let (correlation, n) = (closest.correlation, closest.n_periods);
            format!("; closest: `{}` {correlation:+.2}, {n} months", fit(&closest.series, 14))
        });
        wrapped(text, "  ok    ", &format!("dataset: no series knows later returns{closest}"));
        return;
    }
    let n = audit.foresight.len();
    let words = format!(
        "dataset: {n} series {} returns that nobody could know: made with hindsight, or wrongly dated",
        if n == 1 { "knows" } else { "know" }
    );
    wrapped(text, "  KNOWS ", &words);
    let columns = [
        ("series", Align::Left),
        ("form", Align::Left),
        ("knows the return of the", Align::Left),
        ("rank corr.", Align::Right),
        ("months", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    let mut strongest: Vec<&Foresight> = audit.foresight.iter().collect();
    strongest.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    for found in strongest.iter().take(MOST_ROWS) {
        table.row([
            fit(&found.series, 24),
            if found.form == Form::Level { "level" } else { "change" }.into(),
            if found.when == When::AsPublished { "month of its release" } else { "month after it" }.into(),
            format!("{:+.2}", found.correlation),
            found.n_periods.to_string(),
        ]);
    }
    indented(text, &table);
    if n > MOST_ROWS {
        line!(text, "        and {} more; `--json` has all of them", n - MOST_ROWS);
    }
}

/// Rows of a table; the rest is counted.
const MOST_ROWS: usize = 10;

fn factor(text: &mut String, factor: &RunFactor, report: &LeakReport) {
    let check = &report.check;
    let name = fit(factor.plugin.name(), 24);
    if report.passed() {
        let n = check.tried.len();
        line!(text, "  ok    factor `{name}`: {n} promises kept, {} scores", check.n_scored());
        return;
    }
    if check.findings.is_empty() {
        let reason = check.replay.outcomes[0].iter().find_map(|outcome| outcome.as_ref().err());
        let reason = reason.map_or("it scores no sector".into(), ToString::to_string);
        wrapped(text, "  EMPTY ", &format!("factor `{name}` has no score on any day: {}", fit(&reason, 300)));
        return;
    }
    let kept = |promise: &&Promise| check.findings.iter().all(|finding| finding.promise != **promise);
    let n_kept = check.tried.iter().filter(kept).count();
    let n_untried = check.wanted.len() - check.tried.len();
    let untried = if n_untried == 0 { String::new() } else { format!(", {n_untried} not tried") };
    let n_broken = check.findings.len();
    let promises = if n_broken == 1 { "promise" } else { "promises" };
    line!(text, "  LEAK  factor `{name}`: {n_broken} {promises} broken, {n_kept} kept{untried}");
    for finding in &check.findings {
        wrapped(text, "        broken: ", &finding.promise.to_string());
        wrapped(text, "          ", &format!("as of {}: {}", finding.as_of.0, fit(&finding.what, 300)));
        if let Some(cause) = &finding.cause {
            wrapped(text, "          ", &cause_words(cause));
        }
    }
}

/// A cause in words; of many parts the first.
fn cause_words(cause: &Cause) -> String {
    const MOST: usize = 5;
    let few = |parts: &[String]| parts.iter().take(MOST).cloned().collect::<Vec<String>>();
    let more = cause.parts().len().saturating_sub(MOST);
    let shown = match cause {
        Cause::Later(parts) => Cause::Later(few(parts)),
        Cause::Future(parts) => Cause::Future(few(parts)),
        other => other.clone(),
    };
    let more = if more == 0 { String::new() } else { format!(" ({more} more)") };
    format!("cause: {shown}{more}")
}

fn lag_profiles(text: &mut String, findings: &Findings<'_>) {
    let profiles: Vec<(&str, &LagProfile)> = findings
        .factors()
        .filter_map(|(factor, report)| Some((factor.plugin.name(), report.lags.as_ref()?)))
        .collect();
    if profiles.is_empty() {
        return;
    }
    line!(text, "\nif everything but closes had been published later:\n");
    let columns = [
        ("factor", Align::Left),
        ("later", Align::Left),
        ("same", Align::Right),
        ("gone", Align::Right),
        ("rank corr.", Align::Right),
        ("RankIC", Align::Right),
        ("on time", Align::Right),
        ("days", Align::Right),
    ];
    let mut table = TextTable::new(&columns);
    for (name, profile) in profiles {
        if profile.rows.is_empty() {
            let dash = || "-".to_owned();
            let rank_ic = signed(profile.rank_ic);
            table.row([
                fit(name, 20),
                "closes only".into(),
                dash(),
                dash(),
                dash(),
                dash(),
                rank_ic,
                profile.n_days.to_string(),
            ]);
        }
        for row in &profile.rows {
            table.row([
                fit(name, 20),
                if row.months == 1 { "1 month".into() } else { format!("{} months", row.months) },
                percent(row.same),
                percent(row.gone),
                row.correlation.map_or("-".into(), |value| format!("{value:.2}")),
                signed(row.rank_ic),
                signed(row.rank_ic_on_time),
                row.n_days.to_string(),
            ]);
        }
    }
    indented(text, &table);
}

fn warnings(text: &mut String, findings: &Findings<'_>) {
    let mut words = Vec::new();
    if !findings.found.assumed.is_empty() {
        const MOST: usize = 8;
        let assumed = &findings.found.assumed;
        let names: Vec<String> =
            assumed.iter().take(MOST).map(|series| format!("`{}`", fit(series, 40))).collect();
        let n_more = assumed.len().saturating_sub(MOST);
        let more = if n_more == 0 { String::new() } else { format!(" and {n_more} more") };
        words.push(format!("{}: {}{more}", super::ASSUMED, names.join(", ")));
    }
    for series in &findings.found.audit.same_day {
        let others = series
            .usual_of_others
            .map_or(String::new(), |days| format!("; others of its frequency usually take {days} days"));
        words.push(format!(
            "{} of {} values of series `{}` are public on the last day of their period{others}",
            series.n_same_day, series.n, series.series
        ));
    }
    for (factor, report) in findings.factors() {
        let name = factor.plugin.name();
        if report.is_blind {
            words.push(format!(
                "factor `{name}` gives the same scores when all of its inputs are noise: they come from elsewhere"
            ));
        }
        if report.lags.as_ref().is_some_and(LagProfile::is_suspicious) {
            words.push(format!(
                "factor `{name}` collapses if everything is published a month later: \
                 check the release dates of its main inputs"
            ));
        }
    }
    if !words.is_empty() {
        text.push('\n');
    }
    for warning in words {
        wrapped(text, "warning: ", &warning);
    }
    let notes: Vec<String> = findings.factors().filter_map(|(factor, _)| sealed_note(factor)).collect();
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        wrapped(text, "note: ", &note);
    }
}

fn indented(text: &mut String, table: &TextTable) {
    for row in table.render().lines() {
        line!(text, "  {row}");
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| format!("{:.0}%", 100.0 * share))
}

fn signed(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:+.3}"))
}
