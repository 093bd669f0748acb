//! A comparison of two saved weeklies, as a page.

use rotor_compare::WeeklyComparison;
use rotor_report::page::{Column, Page, Section, Table};
use rotor_report::text::fit;

use super::note::{datum, inputs, of_days};
use super::page::{MOST_SHOWN, section, with_rest};

/// Returns the page of a comparison.
pub(super) fn page(before: &str, after: &str, comparison: &WeeklyComparison) -> Page {
    let verdict = match (comparison.is_same, comparison.inputs.is_empty()) {
        (true, true) => "the weeklies are the same",
        (true, false) => "the weeklies say the same, with different inputs",
        (false, _) => "the weeklies differ",
    };
    let names = ((before, &*comparison.days.0), (after, &*comparison.days.1));
    let sections = [inputs(&comparison.inputs), changes(comparison)];
    of_days("Comparison of two weeklies", names, verdict, comparison.tolerance, sections)
}

/// The first that differ of each part, so that a long one hides no other.
fn changes(comparison: &WeeklyComparison) -> Option<Section> {
    let changes = &comparison.changes;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::word("part"),
        Column::word("what"),
        Column { can_shrink: true, ..Column::number("before") },
        Column { can_shrink: true, ..Column::number("after") },
    ]);
    for part in changes.chunk_by(|one, other| one.part == other.part) {
        for change in part.iter().take(MOST_SHOWN) {
            table.row([
                change.part.to_owned(),
                fit(&change.what, 40),
                datum(&change.before),
                datum(&change.after),
            ]);
        }
    }
    Some(section("changes", "What differs", with_rest(table, changes.len())))
}
