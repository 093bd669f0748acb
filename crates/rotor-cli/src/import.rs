//! `rotor import`: from the files that people have to a dataset, by a plan.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rotor_data::model::ReleaseDays;
use rotor_fs::shown_path;
use rotor_import::{ImportError, Imported, Plan, import};
use serde_json::json;

use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The plan: what the files hold and since when it was known
    plan: PathBuf,
    /// The folder of the dataset; it must not exist
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Read and check everything, show the first rows of every table, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// No plan is longer.
const LONGEST: u64 = 1 << 20;
/// The rows that `--dry-run` shows of a table.
const N_SHOWN: usize = 5;

pub(crate) fn run(arguments: &Import) -> Result<Outcome, CliError> {
    let path = rotor_fs::from_start(&arguments.plan);
    let text = rotor_fs::read_text(&path, LONGEST)
        .map_err(|source| CliError::PlanFile { path: arguments.plan.clone(), source })?;
    let plan = Plan::parse(&text).map_err(ImportError::from)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let imported = import(&plan, folder)?;
    if let (Some(out), false) = (&arguments.out, arguments.dry_run) {
        imported.write(out)?;
    }
    let text = if arguments.json { document(&imported)? } else { told(arguments, &plan, &imported) };
    Ok(Outcome::done(text))
}

/// What was read, kept and left out, table by table.
fn told(arguments: &Import, plan: &Plan, imported: &Imported) -> String {
    let mut text = String::new();
    for (position, (table, report)) in plan.tables.iter().zip(&imported.reports).enumerate() {
        let files = table.file.as_slice().join(", ");
        let _ = writeln!(text, "table {} ({}): {report}", position + 1, rotor_fs::shown(&files));
    }
    let tables = &imported.tables;
    let _ = writeln!(
        text,
        "{} entities, {} closes, {} series, {} observations",
        tables.entities.len(),
        tables.prices.len(),
        tables.series.len(),
        tables.observations.len()
    );
    for series in &tables.series {
        let days = series.release.map_or("published", ReleaseDays::word);
        let _ = writeln!(text, "    `{}`: days of release {days}", rotor_fs::shown(&series.name));
    }
    match (&arguments.out, arguments.dry_run) {
        (Some(out), false) => {
            let _ =
                writeln!(text, "{} is written; `rotor dataset describe` says what is in it", shown_path(out));
        }
        _ => first_rows(&mut text, imported),
    }
    text
}

fn first_rows(text: &mut String, imported: &Imported) {
    let tables = &imported.tables;
    let code = |entity: u32| rotor_fs::shown(&tables.entities[entity as usize].code);
    if !tables.prices.is_empty() {
        let _ = writeln!(text, "\nentity, date, close");
    }
    for row in tables.prices.iter().take(N_SHOWN) {
        let _ = writeln!(text, "{}, {}, {}", code(row.entity), row.date, row.close);
    }
    if !tables.observations.is_empty() {
        let _ = writeln!(text, "\nseries, entity, period, released, value");
    }
    for row in tables.observations.iter().take(N_SHOWN) {
        let series = rotor_fs::shown(&tables.series[row.series as usize].name);
        let (entity, released) = (code(row.entity), row.released.0);
        let _ = writeln!(text, "{series}, {entity}, {}, {released}, {}", row.period, row.value);
    }
    let _ = writeln!(text, "\nnothing is written");
}

fn document(imported: &Imported) -> Result<String, CliError> {
    let tables: Vec<_> = imported
        .reports
        .iter()
        .map(|report| {
            json!({
                "n_files": report.n_files,
                "encodings": report.encodings,
                "n_rows": report.n_rows,
                "n_kept": report.n_kept,
                "left_out": report.left_out,
                "n_moved": report.n_moved,
                "n_changed": report.n_changed,
                "n_assumed": report.n_assumed,
            })
        })
        .collect();
    let series: Vec<_> = imported
        .tables
        .series
        .iter()
        .map(|series| json!({ "series": series.name, "release": series.release.map(ReleaseDays::word) }))
        .collect();
    to_json(&json!({
        "tables": tables,
        "series": series,
        "n_entities": imported.tables.entities.len(),
        "n_closes": imported.tables.prices.len(),
        "n_observations": imported.tables.observations.len(),
    }))
}
