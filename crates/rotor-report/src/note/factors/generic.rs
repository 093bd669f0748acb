//! Any factor: score, raw value and its numbers by sector.

use rotor_factor::EntityKind;

use super::{FactorSection, figures};
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::page::{Column, Table};
use crate::words::{name, or_none, plain, say};

/// More numbers than these are left to the JSON.
const MOST_NUMBERS: usize = 12;

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> FactorSection {
    let (lang, signal) = (context.lang, result.signal);
    let of_sectors: Vec<_> =
        signal.diagnostics().iter().filter(|diagnostic| diagnostic.kind == EntityKind::Sector).collect();
    let shown = &of_sectors[..of_sectors.len().min(MOST_NUMBERS)];
    let mut columns = vec![
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number(lang.of("raw", "原始值")),
    ];
    columns.extend(shown.iter().map(|diagnostic| Column::number(name(&diagnostic.name)).detail()));
    let mut table = Table::new(columns);
    for sector in scored(signal) {
        let mut row = vec![
            context.names[sector].clone(),
            context.score(result.factor, signal.score_of(sector).ok()),
            or_none(signal.raw_of(sector), plain),
        ];
        let value = |values: &rotor_factor::CrossSection| values.iter().nth(sector).flatten();
        row.extend(shown.iter().map(|diagnostic| or_none(value(&diagnostic.values), plain)));
        table.row(row);
    }
    let mut section = FactorSection::default();
    if !table.rows.is_empty() {
        section.blocks.push(table.into());
    }
    if of_sectors.len() > MOST_NUMBERS {
        let more = of_sectors.len() - MOST_NUMBERS;
        section.blocks.push(
            say!(lang, "{more} further columns are in the JSON.", "另有 {more} 列数据见 JSON。").into(),
        );
    }
    section.blocks.extend(figures::of_tables(context, result.position, signal));
    section.grounds = (0..signal.n_sectors())
        .map(|sector| {
            signal
                .raw_of(sector)
                .map_or(String::new(), |raw| say!(lang, "raw {raw}", "原始值 {raw}", raw = plain(raw)))
        })
        .collect();
    section
}
