//! A comparison of two saved weeklies, as a page.

use rotor_compare::WeeklyComparison;
use rotor_report::page::{Column, Page, Section, Table};
use rotor_report::text::fit;
use rotor_report::words::Lang;

use super::note::{datum, inputs};
use super::page::{MOST_SHOWN, section, with_rest};

/// Returns the page of a comparison.
pub(super) fn page(before: &str, after: &str, comparison: &WeeklyComparison) -> Page {
    let verdict = match (comparison.is_same, comparison.inputs.is_empty()) {
        (true, true) => "the weeklies are the same",
        (true, false) => "the weeklies say the same, with different inputs",
        (false, _) => "the weeklies differ",
    };
    let verdict = match comparison.tolerance {
        0.0 => verdict.to_owned(),
        tolerance => format!("{verdict}, at a tolerance of {tolerance}"),
    };
    let named = |name: &str, day: &str| format!("{name} (as of {day})");
    let facts = [
        ("Before", named(before, &comparison.days.0)),
        ("After", named(after, &comparison.days.1)),
        ("Verdict", verdict),
    ];
    let sections = [inputs(&comparison.inputs), changes(comparison)];
    Page {
        lang: Lang::En,
        title: "Comparison of two weeklies".into(),
        mark: None,
        facts: facts.map(|(label, fact)| (label.to_owned(), fact)).to_vec(),
        sections: sections.into_iter().flatten().collect(),
    }
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
