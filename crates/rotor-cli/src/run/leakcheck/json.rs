//! What `rotor leakcheck` found, for programs.

use rotor::{MissingInput, RunFactor, sealed_note};
use rotor_engine::{Audit, Foresight, Form, LagProfile, LeakReport, Promise, When};
use rotor_plugin::Origin;
use serde_json::{Value, json};

use super::Findings;

pub(super) fn of(findings: &Findings<'_>) -> Value {
    let manifest = findings.session.dataset().manifest();
    let day = |execution: Option<&rotor_engine::Execution>| execution.map(|day| day.as_of.0.to_string());
    let mut document = json!({
        "passed": findings.found.passed(),
        "dataset": {
            "name": manifest.name,
            "title": manifest.title,
            "synthetic": manifest.synthetic,
            "passed": findings.found.audit.passed(),
            "n_series": findings.found.audit.n_series,
            "early": early(&findings.found.audit),
            "same_day": same_day(&findings.found.audit),
            "foresight": findings.found.audit.foresight.iter().map(foresight).collect::<Vec<_>>(),
            "closest": findings.found.audit.closest.as_ref().map(foresight),
        },
        "days": {
            "n": findings.found.executions.len(),
            "first": day(findings.found.executions.first()),
            "last": day(findings.found.executions.last()),
        },
        "factors": findings.factors().map(|(of, report)| {
            factor(findings, of, report)
        }).collect::<Vec<_>>(),
        "skipped": findings.session.missing_inputs().iter().map(|MissingInput { factor, reason, .. }| {
            json!({ "factor": factor, "reason": reason })
        }).collect::<Vec<_>>(),
    });
    if !findings.found.assumed.is_empty() {
        document["dataset"]["assumed_release_days"] = json!({
            "series": findings.found.assumed,
            "note": super::ASSUMED,
        });
    }
    document
}

fn early(audit: &Audit) -> Vec<Value> {
    let row = |early: &rotor_engine::EarlySeries| {
        json!({
            "series": early.series,
            "frequency": early.frequency.to_string(),
            "n": early.n,
            "n_early": early.n_early,
            "example": {
                "row": early.example.row,
                "entity": early.example.entity,
                "period_end": early.example.period_end.to_string(),
                "released": early.example.released.to_string(),
                "lag_days": early.example.lag,
                "usual_lag_days": early.example.usual_lag,
            },
        })
    };
    audit.early.iter().map(row).collect()
}

fn same_day(audit: &Audit) -> Vec<Value> {
    let row = |series: &rotor_engine::SameDaySeries| {
        json!({
            "series": series.series,
            "frequency": series.frequency.to_string(),
            "n": series.n,
            "n_same_day": series.n_same_day,
            "usual_lag_days_of_others": series.usual_of_others,
        })
    };
    audit.same_day.iter().map(row).collect()
}

fn foresight(found: &Foresight) -> Value {
    json!({
        "series": found.series,
        "returns": match found.when {
            When::AsPublished => "of the holding period in which it is published",
            When::OncePublished => "of the holding period after it is published",
        },
        "form": match found.form {
            Form::Level => "level",
            Form::Change => "change",
        },
        "rank_correlation": found.correlation,
        "n": found.n,
        "n_periods": found.n_periods,
        "certain": found.is_certain(),
    })
}

fn factor(findings: &Findings<'_>, factor: &RunFactor, report: &LeakReport) -> Value {
    let check = &report.check;
    let (path, sha256) = match factor.plugin.origin() {
        Origin::Linked => (None, None),
        Origin::Loaded { path, sha256, .. } => (Some(path.display().to_string()), Some(sha256)),
    };
    let promises = Promise::ALL.map(|promise| {
        let finding = check.findings.iter().find(|finding| finding.promise == promise);
        let month = finding.and_then(|finding| findings.session.dataset().last_complete_month(finding.as_of));
        let cause = finding.and_then(|finding| finding.cause.as_ref());
        let tried = check.tried.contains(&promise);
        json!({
            "promise": promise.word(),
            "meaning": promise.to_string(),
            "tried": tried,
            "kept": tried && finding.is_none(),
            "as_of": finding.map(|finding| finding.as_of.0.to_string()),
            "month": month.map(|month| month.to_string()),
            "sector": finding.and_then(|finding| finding.sector.clone()),
            "finding": finding.map(|finding| finding.what.clone()),
            "cause": cause.map(rotor_engine::Cause::word),
            "cause_in_words": cause.map(ToString::to_string),
            "inputs": cause.map_or(&[][..], rotor_engine::Cause::parts),
        })
    });
    json!({
        "factor": factor.plugin.name(),
        "version": factor.plugin.spec().version(),
        "path": path,
        "sha256": sha256,
        "passed": report.passed(),
        "sealed": sealed_note(factor).is_some(),
        "note": sealed_note(factor),
        "n_scores": check.n_scored(),
        "n_probe_days": check.n_futures,
        "promises": promises,
        "blind": report.is_blind,
        "lag_profile": report.lags.as_ref().map(lag_profile),
    })
}

fn lag_profile(profile: &LagProfile) -> Value {
    let row = |row: &rotor_engine::LagRow| {
        json!({
            "months": row.months,
            "days": row.days,
            "rank_correlation_with_on_time": row.correlation,
            "n_rank_correlations": row.n_correlations,
            "share_same": row.same,
            "share_gone": row.gone,
            "rank_ic": row.rank_ic,
            "rank_ic_on_time": row.rank_ic_on_time,
            "n": row.n_days,
            "t": row.t,
        })
    };
    json!({
        "suspicious": profile.is_suspicious(),
        "rank_ic": profile.rank_ic,
        "n": profile.n_days,
        "lags": profile.rows.iter().map(row).collect::<Vec<_>>(),
    })
}
