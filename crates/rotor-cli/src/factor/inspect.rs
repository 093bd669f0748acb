//! `rotor factor inspect`: what a factor is; a library without taking it into this process.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use rotor::is_library;
use rotor_factor::{Scale, abi};
use rotor_plugin::{LibraryFile, LoadError, Plugin};
use serde_json::json;

use super::{Loading, factor_json, input_line, parameter_words};
use crate::text::{Align, TextTable, fit};
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The path of a library, or the name of a linked factor
    #[arg(value_name = "FACTOR")]
    factor: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    loading: Loading,
}

pub(super) fn run(arguments: &Inspect) -> Result<Outcome, CliError> {
    if !is_library(&arguments.factor) {
        let factor = arguments.loading.find(&arguments.factor, None)?;
        let text = if arguments.json { as_json(None, &[factor], &[])? } else { describe(&factor) };
        return Ok(Outcome::done(text));
    }
    let loading = arguments.loading.of_library();
    let options = loading.options();
    let path = Path::new(&arguments.factor);
    let file = LibraryFile::look_at(path, &options);
    // What its bytes do not say it says itself, in a process of its own.
    let (factors, refusals) = if file.refusals.is_empty() {
        match Plugin::isolated(path, &options, &catalogue()?.isolation(&loading)?) {
            Ok(factors) => (factors, Vec::new()),
            Err(refused) => (Vec::new(), refused.reasons),
        }
    } else {
        (Vec::new(), file.refusals.clone())
    };
    let text = if arguments.json {
        as_json(Some(&file), &factors, &refusals)?
    } else {
        as_text(&file, &factors, &refusals)
    };
    Ok(Outcome { text, passed: refusals.is_empty() })
}

fn as_json(
    file: Option<&LibraryFile>,
    factors: &[Plugin],
    refusals: &[LoadError],
) -> Result<String, CliError> {
    let headers = file.into_iter().flat_map(|file| &file.factors).map(|header| {
        json!({ "symbol": header.symbol, "build": header.build, "abi": [header.abi_major, header.abi_minor] })
    });
    to_json(&json!({
        "path": file.map(|file| file.path.display().to_string()),
        "sha256": file.map(|file| &file.sha256),
        "accepted": refusals.is_empty(),
        "refusals": refusals
            .iter()
            .map(|reason| json!({ "problem": reason.to_string(), "hint": reason.hint() }))
            .collect::<Vec<_>>(),
        "exports": headers.collect::<Vec<_>>(),
        "factors": factors.iter().map(factor_json).collect::<Vec<_>>(),
    }))
}

fn as_text(file: &LibraryFile, factors: &[Plugin], refusals: &[LoadError]) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            writeln!(text, "{label:<12}{}", fit(value, 400)).expect("writing to a string does not fail");
        }
    };
    line("file", &file.path.display().to_string());
    line("sha256", &file.sha256);
    if factors.is_empty() {
        for header in &file.factors {
            line("exports", &header.symbol);
            line("build", &header.build);
            line("boundary", &boundary(header.abi_major, header.abi_minor));
        }
    }
    if !refusals.is_empty() {
        text.push_str("\nrefused\n");
        for reason in refusals {
            writeln!(text, "  {reason}").expect("writing to a string does not fail");
            if let Some(hint) = reason.hint() {
                writeln!(text, "  hint: {hint}").expect("writing to a string does not fail");
            }
        }
    }
    for factor in factors {
        text.push('\n');
        text.push_str(&describe(factor));
    }
    text
}

fn boundary(major: u32, minor: u32) -> String {
    format!("{major}.{minor} (this Rotor: {}.{})", abi::ABI_MAJOR, abi::ABI_MINOR)
}

fn describe(factor: &Plugin) -> String {
    let (spec, build) = (factor.spec(), factor.build());
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            writeln!(text, "{label:<12}{}", fit(value, 400)).expect("writing to a string does not fail");
        }
    };
    line("factor", &format!("{} {}", spec.name(), spec.version()));
    line("about", spec.about());
    line("", spec.about_zh().unwrap_or_default());
    line("build", &build.text);
    if build.is_debug {
        line("", "built with debug assertions: slow; use `cargo build --release`");
    }
    line("boundary", &boundary(build.abi_major, build.abi_minor));
    let (least, greatest) = (*spec.score_range().start(), *spec.score_range().end());
    line(
        "scores",
        &match spec.declared_scale() {
            Some(Scale::Points) => "points: 1, 2, 3".into(),
            Some(Scale::Continuous) if (least, greatest) == (f64::MIN, f64::MAX) => "continuous".into(),
            Some(Scale::Continuous) => format!("continuous, {least} to {greatest}"),
            None => format!("{least} to {greatest}"),
        },
    );
    let indented = |table: &TextTable| {
        table.render().lines().skip(1).fold(String::new(), |mut text, line| {
            writeln!(text, "  {line}").expect("writing to a string does not fail");
            text
        })
    };
    if !spec.inputs().is_empty() {
        let mut table = TextTable::new(&[("", Align::Left), ("", Align::Left)]);
        for input in spec.inputs() {
            table.row([fit(input.name(), 40), input_line(input)]);
        }
        text.push_str("\ninputs\n");
        text.push_str(&indented(&table));
    }
    if !factor.parameters().is_empty() {
        let mut table = TextTable::new(&[("", Align::Left); 5]);
        for parameter in factor.parameters() {
            let (kind, default, range) = parameter_words(parameter);
            table.row([fit(parameter.name, 32), kind.into(), default, range, fit(parameter.about, 80)]);
        }
        text.push_str("\nparameters (type, default, range, meaning)\n");
        text.push_str(&indented(&table));
        let worth_trying: Vec<String> = factor
            .parameters()
            .iter()
            .flat_map(|parameter| parameter.alternatives().map(|it| format!("{}={it}", parameter.name)))
            .collect();
        if !worth_trying.is_empty() {
            text.push_str("\nworth trying, one at a time\n");
            for setting in worth_trying {
                writeln!(text, "  {}", fit(&setting, 80)).expect("writing to a string does not fail");
            }
        }
    }
    text
}
