//! The configuration: what was changed first, then every key.

use rotor_run::settings;

use super::context::Context;
use crate::page::{Block, Column, Table};
use crate::words::sentence;

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let settings = settings(&context.facts.record.config.to_json(), context.facts.defaults);
    let columns = || {
        Table::new([
            Column::word(lang.of("key", "键")),
            Column::word(lang.of("value", "值")),
            Column::word(lang.of("default", "默认值")),
        ])
    };
    let (mut changed, mut all) = (columns(), columns());
    for setting in settings {
        let unknown = lang.of("not known", "未知");
        let row = [
            sentence(&setting.key),
            sentence(&setting.value),
            setting.default.as_deref().map_or_else(|| unknown.to_owned(), sentence),
        ];
        if setting.is_changed() {
            changed.row(row.clone());
        }
        all.row(row);
    }
    let mut blocks: Vec<Block> = Vec::new();
    if changed.rows.is_empty() {
        let text = lang.of("Every key has its default.", "所有键均为默认值。");
        blocks.push(text.to_owned().into());
    } else {
        blocks.push(lang.of("Other than the defaults:", "与默认值不同的键：").to_owned().into());
        blocks.push(changed.into());
    }
    blocks
        .push(Block::Appendix { title: lang.of("Every key", "全部键").into(), blocks: vec![all.into()] });
    blocks
}
