//! What an import says when it is done.

use std::fmt::Write as _;
use std::path::Path;

use rotor_data::model::ReleaseDays;
use rotor_factor::Date;
use rotor_fs::shown_path;
use rotor_import::{Grown, Growth, Imported, Plan};
use serde_json::json;

use super::Import;

/// The rows that `--dry-run` shows of a table.
const N_SHOWN: usize = 5;

/// What files added to a dataset.
pub(super) fn added(
    arguments: &Import,
    plan: &Plan,
    imported: &Imported,
    grown: &Grown,
    as_of: Date,
    into: &Path,
) -> String {
    let mut text = String::new();
    tables(&mut text, plan, imported);
    let _ = writeln!(text, "as of {as_of}: {}", grown.growth);
    let place = shown_path(into);
    let _ = match (arguments.dry_run, grown.growth.is_none()) {
        (true, _) => writeln!(text, "nothing is written"),
        (false, true) => writeln!(text, "{place} stays as it is"),
        (false, false) => writeln!(text, "{place} is replaced"),
    };
    text
}

/// The same as a document.
pub(super) fn growth(growth: &Growth) -> serde_json::Value {
    let vanished: Vec<_> = growth
        .vanished
        .iter()
        .map(|(what, lost)| {
            json!({
                "what": what,
                "n": lost.n,
                "first": lost.first.to_string(),
                "last": lost.last.to_string(),
            })
        })
        .collect();
    json!({
        "n_new_closes": growth.n_new_closes,
        "n_new_values": growth.n_new_values,
        "n_revisions": growth.n_revisions,
        "n_new_rows": growth.n_new_rows,
        "n_rewritten": growth.n_rewritten,
        "vanished": vanished,
    })
}

/// What became of the cells of each table.
fn tables(text: &mut String, plan: &Plan, imported: &Imported) {
    for (position, (table, report)) in plan.tables.iter().zip(&imported.reports).enumerate() {
        let files = match table.file.as_slice() {
            [first, _, rest @ ..] => format!("{first} and {} more", rest.len() + 1),
            files => files.join(", "),
        };
        let _ = writeln!(text, "table {} ({}): {report}", position + 1, rotor_fs::shown(&files));
    }
}

/// What was read, kept and left out, table by table.
pub(super) fn told(arguments: &Import, plan: &Plan, imported: &Imported) -> String {
    let mut text = String::new();
    tables(&mut text, plan, imported);
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
