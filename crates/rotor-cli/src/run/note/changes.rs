//! What changed against the same day of the month before.

use rotor_engine::NoteDay;

use super::facts::{Teller, score_number};
use super::page::{Block, Column, Section, Table};
use super::ranking::score;
use super::words::{NONE, say};

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let blocks = match &teller.facts.note.before {
        Some(before) => blocks(teller, before),
        None => vec![
            lang.of("A month before there was no sector to choose.", "上月尚无可选行业。").to_owned().into(),
        ],
    };
    Section {
        id: "changes".into(),
        heading: lang.of("Changes since the month before", "较上月变化").into(),
        blocks,
    }
}

fn blocks(teller: &Teller<'_>, before: &NoteDay) -> Vec<Block> {
    let (lang, day) = (teller.lang, teller.day());
    let held = |day: &NoteDay| -> Vec<u32> {
        let held = day.sectors.iter().zip(&day.weights).filter(|(_, share)| **share > 0.0);
        held.map(|(sector, _)| *sector).collect()
    };
    let (now, then) = (held(day), held(before));
    let listed = |sectors: &[u32], without: &[u32]| {
        let names: Vec<String> = sectors
            .iter()
            .filter(|sector| !without.contains(sector))
            .map(|sector| teller.entity(*sector))
            .collect();
        if names.is_empty() { lang.of("none", "无").to_owned() } else { names.join(lang.between()) }
    };
    let not_now: Vec<u32> = now.iter().copied().filter(|sector| !then.contains(sector)).collect();
    let (came, went, stayed) = (listed(&now, &then), listed(&then, &now), listed(&now, &not_now));
    let then_day = before.as_of.0;
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "Against {then_day}. Came: {came}. Went: {went}. Stayed: {stayed}.",
            "对比{then_day}。新进：{came}；调出：{went}；保留：{stayed}。"
        )
        .into(),
    ];
    let (table, n_same) = changed(teller, before);
    if table.rows.is_empty() {
        blocks.push(lang.of("No score has changed.", "各因子得分均无变化。").to_owned().into());
    } else {
        blocks.push(table.into());
        if n_same > 0 {
            blocks.push(
                say!(
                    lang,
                    "The scores of {n_same} other sectors are as they were.",
                    "其余{n_same}个行业得分不变。"
                )
                .into(),
            );
        }
    }
    blocks
}

/// The sectors of which any score has changed, and how many others there are.
fn changed(teller: &Teller<'_>, before: &NoteDay) -> (Table, usize) {
    let (lang, day) = (teller.lang, teller.day());
    let mut columns = vec![Column::name(lang.of("sector", "行业"))];
    columns.extend(teller.facts.chosen.iter().map(|chosen| Column::word(teller.factor(chosen))));
    columns.extend([Column::word(lang.of("total", "总分")), Column::word(lang.of("rank", "排名"))]);
    let mut table = Table::new(columns);
    let mut n_same = 0;
    for sector in teller.ranked() {
        let entity = day.sectors[sector];
        let Some(at) = before.sectors.iter().position(|other| *other == entity) else {
            let mut row = vec![teller.names[sector].clone()];
            row.resize(table.columns.len() - 2, lang.of("new", "新增").into());
            row.extend([score_number(day.ranking[sector].total), day.ranking[sector].rank.to_string()]);
            table.row(row);
            continue;
        };
        let written = |score: Option<f64>| score.map_or("na".to_owned(), score_number);
        let cells: Vec<String> = day
            .outcomes
            .iter()
            .zip(&before.outcomes)
            .map(|(now, then)| arrow(&written(score(then, at)), &written(score(now, sector)), ""))
            .collect();
        if cells.iter().all(String::is_empty) {
            n_same += 1;
            continue;
        }
        let (now, then) = (&day.ranking[sector], &before.ranking[at]);
        let mut row = vec![teller.names[sector].clone()];
        row.extend(cells.into_iter().map(|cell| if cell.is_empty() { NONE.into() } else { cell }));
        let total = score_number(now.total);
        row.push(arrow(&score_number(then.total), &total, &total));
        let rank = now.rank.to_string();
        row.push(arrow(&then.rank.to_string(), &rank, &rank));
        table.row(row);
    }
    (table, n_same)
}

/// From what to what; `same` if nothing has changed.
fn arrow(then: &str, now: &str, same: &str) -> String {
    if then == now { same.into() } else { format!("{then} → {now}") }
}
