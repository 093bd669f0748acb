//! What changed against the same day of the month before.

use rotor_run::NoteDay;

use super::context::{NOT_SCORED, NoteContext, score_number};
use super::ranking::score;
use crate::page::{Block, Column, Section, Table};
use crate::terms::Term;
use crate::words::say;

pub(super) fn section(context: &NoteContext<'_>) -> Section {
    let lang = context.lang;
    let blocks = match &context.note.before {
        Some(before) => blocks(context, before),
        None => vec![
            lang.of("No sector could be selected a month earlier.", "上月尚无可选行业。").to_owned().into(),
        ],
    };
    Section {
        id: "changes".into(),
        heading: lang.of("Changes from the month before", "较上月变化").into(),
        blocks,
    }
}

fn blocks(context: &NoteContext<'_>, before: &NoteDay) -> Vec<Block> {
    let (lang, day) = (context.lang, context.day());
    let selected = |day: &NoteDay| -> Vec<u32> {
        let selected = day.sectors.iter().zip(&day.ranking).filter(|(_, row)| row.weight > 0.0);
        selected.map(|(sector, _)| *sector).collect()
    };
    let (now, then) = (selected(day), selected(before));
    let listed = |sectors: &[u32], without: &[u32]| {
        let names: Vec<String> = sectors
            .iter()
            .filter(|sector| !without.contains(sector))
            .map(|sector| context.entity(*sector))
            .collect();
        if names.is_empty() { lang.of("none", "无").to_owned() } else { names.join(lang.between()) }
    };
    let not_now: Vec<u32> = now.iter().copied().filter(|sector| !then.contains(sector)).collect();
    let [added, dropped, retained] = [
        (Term::Added, listed(&now, &then)),
        (Term::Dropped, listed(&then, &now)),
        (Term::Retained, listed(&now, &not_now)),
    ]
    .map(|(term, names)| say!(lang, "{term}: {names}", "{term}：{names}", term = term.heading(lang)));
    let then_day = before.as_of.0;
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "Compared with {then_day}. {added}. {dropped}. {retained}.",
            "与 {then_day} 相比，{added}；{dropped}；{retained}。"
        )
        .into(),
    ];
    let (table, n_same) = changed(context, before);
    if table.rows.is_empty() {
        blocks.push(lang.of("No score has changed.", "各因子得分均无变化。").to_owned().into());
        return blocks;
    }
    blocks.push(table.into());
    match n_same {
        0 => {}
        1 => blocks.push(
            lang.of("The scores of the other sector are unchanged.", "其余 1 个行业得分不变。")
                .to_owned()
                .into(),
        ),
        _ => blocks.push(
            say!(
                lang,
                "The scores of the other {n_same} sectors are unchanged.",
                "其余 {n_same} 个行业得分不变。"
            )
            .into(),
        ),
    }
    blocks
}

/// The sectors of which any score has changed, and how many others there are.
fn changed(context: &NoteContext<'_>, before: &NoteDay) -> (Table, usize) {
    let (lang, day) = (context.lang, context.day());
    let mut columns = vec![Column::name(lang.of("sector", "行业"))];
    columns.extend(context.note.factors.iter().map(|factor| Column::word(context.factor(factor))));
    columns.extend([Column::word(lang.of("total", "总分")), Column::word(lang.of("rank", "排名"))]);
    let mut table = Table::new(columns);
    let mut n_same = 0;
    for sector in day.ranked() {
        let entity = day.sectors[sector];
        let now = &day.ranking[sector];
        let Some(at) = before.sectors.iter().position(|other| *other == entity) else {
            let mut row = vec![context.names[sector].clone()];
            row.resize(table.columns.len() - 2, lang.of("new", "新增").into());
            row.extend([score_number(now.total), now.rank.to_string()]);
            table.row(row);
            continue;
        };
        let written = |score: Option<f64>| score.map_or(NOT_SCORED.to_owned(), score_number);
        let scores: Vec<(String, String)> = day
            .outcomes
            .iter()
            .zip(&before.outcomes)
            .map(|(now, then)| (written(score(then, at)), written(score(now, sector))))
            .collect();
        if scores.iter().all(|(then, now)| then == now) {
            n_same += 1;
            continue;
        }
        let then = &before.ranking[at];
        let mut row = vec![context.names[sector].clone()];
        row.extend(scores.iter().map(|(then, now)| change(then, now)));
        row.push(change(&score_number(then.total), &score_number(now.total)));
        row.push(change(&then.rank.to_string(), &now.rank.to_string()));
        table.row(row);
    }
    (table, n_same)
}

/// From what to what; the value alone if it has not changed.
fn change(then: &str, now: &str) -> String {
    if then == now { now.into() } else { format!("{then} → {now}") }
}
