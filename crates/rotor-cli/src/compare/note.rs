//! A comparison of two saved notes, and how it is shown.

use rotor_compare::{Datum, InputChange, NoteComparison, NoteSector, RankChange, ScoreChange};
use rotor_report::draw::Unit;
use rotor_report::page::{Block, Cell, Column, Page, Section, Table};
use rotor_report::text::fit;
use rotor_report::words::{Lang, NONE, plain};
use serde_json::Value;

use super::page::{MOST_SHOWN, section, with_rest};

/// Returns the page of a comparison.
pub(super) fn page(before: &str, after: &str, comparison: &NoteComparison) -> Page {
    let verdict = match (comparison.is_same, comparison.inputs.is_empty()) {
        (true, true) => "the notes are the same",
        (true, false) => "ranking and scores are the same, with different inputs",
        (false, _) => "ranking or scores differ",
    };
    let names = ((before, &*comparison.days.0), (after, &*comparison.days.1));
    let sections = [
        inputs(&comparison.inputs),
        selected(comparison),
        ranking(comparison),
        scores(comparison),
        revisions(comparison),
    ];
    of_days("Comparison of two notes", names, verdict, comparison.tolerance, sections)
}

/// The page of a comparison of two pages, each with its name and its day.
pub(super) fn of_days(
    title: &str,
    (before, after): ((&str, &str), (&str, &str)),
    verdict: &str,
    tolerance: f64,
    sections: impl IntoIterator<Item = Option<Section>>,
) -> Page {
    let verdict = match tolerance {
        0.0 => verdict.to_owned(),
        tolerance => format!("{verdict}, at a tolerance of {tolerance}"),
    };
    let named = |(name, day): (&str, &str)| format!("{name} (as of {day})");
    let facts = [("Before", named(before)), ("After", named(after)), ("Verdict", verdict)];
    Page {
        lang: Lang::En,
        title: title.into(),
        mark: None,
        facts: facts.map(|(label, fact)| (label.to_owned(), fact)).to_vec(),
        sections: sections.into_iter().flatten().collect(),
    }
}

/// What two pages were made of and differs.
pub(super) fn inputs(changes: &[InputChange]) -> Option<Section> {
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::word("part"),
        Column::name("what"),
        Column::name("before"),
        Column::name("after"),
    ]);
    let shown = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => fit(text, 40),
        Some(value) => fit(&value.to_string(), 40),
    };
    for change in changes.iter().take(3 * MOST_SHOWN) {
        table.row([
            change.part.word().to_owned(),
            change.key.clone(),
            shown(&change.before),
            shown(&change.after),
        ]);
    }
    Some(section("inputs", "Inputs", with_rest(table, changes.len())))
}

fn selected(comparison: &NoteComparison) -> Option<Section> {
    let names = |sectors: &[NoteSector]| {
        let names: Vec<String> = sectors.iter().map(|one| format!("{} {}", one.sector, one.name)).collect();
        if names.is_empty() { "none".into() } else { names.join(Lang::En.between()) }
    };
    let (added, dropped) = (&comparison.added, &comparison.dropped);
    let is_same = added.is_empty() && dropped.is_empty();
    let text = if is_same {
        "The selected sectors are the same.".to_owned()
    } else {
        format!("Added: {}. Dropped: {}.", names(added), names(dropped))
    };
    (!is_same || !comparison.is_same)
        .then(|| section("selected", "Selected sectors", vec![Block::Paragraph(text)]))
}

fn ranking(comparison: &NoteComparison) -> Option<Section> {
    let changes = &comparison.ranking;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::name("sector"),
        Column::number("rank before"),
        Column::number("after"),
        Column::number("total before"),
        Column::number("after"),
        Column::number("weight before"),
        Column::number("after"),
    ]);
    for RankChange { sector, rank, total, weight } in changes.iter().take(4 * MOST_SHOWN) {
        let count = |rank: Option<usize>| rank.map_or(NONE.into(), Cell::count);
        let total_cell = |total: Option<f64>| total.map_or(NONE.into(), |total| Cell::from(plain(total)));
        let share = |weight: Option<f64>| {
            weight.map_or(NONE.into(), |weight| Cell::number(weight, Unit::fraction(1)))
        };
        table.row([
            Cell::from(sector.name.as_str()),
            count(rank.0),
            count(rank.1),
            total_cell(total.0),
            total_cell(total.1),
            share(weight.0),
            share(weight.1),
        ]);
    }
    Some(section("ranking", "Ranks that differ", with_rest(table, changes.len())))
}

fn scores(comparison: &NoteComparison) -> Option<Section> {
    let changes = &comparison.scores;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::word("factor"),
        Column::name("sector"),
        Column::word("what"),
        Column::number("before"),
        Column::number("after"),
    ]);
    // Raw values nearly always differ; what a reader asks first is which scores did.
    let order = |change: &&ScoreChange| {
        ["error", "score", "reason"].iter().position(|what| *what == change.what).unwrap_or(3)
    };
    let mut sorted: Vec<&ScoreChange> = changes.iter().collect();
    sorted.sort_by_key(order);
    for change in sorted.into_iter().take(4 * MOST_SHOWN) {
        let sector = change.sector.as_ref().map_or("", |sector| &sector.name);
        table.row([
            fit(&change.factor, 16),
            sector.to_owned(),
            change.what.to_owned(),
            datum(&change.before),
            datum(&change.after),
        ]);
    }
    Some(section("scores", "Scores that differ", with_rest(table, changes.len())))
}

fn revisions(comparison: &NoteComparison) -> Option<Section> {
    let changes = &comparison.revisions;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::name("series"),
        Column::word("of"),
        Column::number("changed"),
        Column::word("last month"),
        Column::number("before"),
        Column::number("after"),
    ]);
    for change in changes.iter().take(2 * MOST_SHOWN) {
        table.row([
            change.series.clone(),
            change.entity.clone(),
            format!("{} of {}", change.n_changed, change.n_months),
            change.month.clone(),
            datum(&change.before),
            datum(&change.after),
        ]);
    }
    Some(section("revisions", "Published values that differ", with_rest(table, changes.len())))
}

pub(super) fn datum(datum: &Datum) -> String {
    match datum {
        Datum::Empty => NONE.into(),
        Datum::Number(number) => plain(*number),
        Datum::Text(text) => fit(text, 24),
    }
}
