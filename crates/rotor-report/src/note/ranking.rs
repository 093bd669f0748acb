//! The selected sectors with what speaks for them, and the ranking of all sectors.

use rotor_factor::Signal;
use rotor_run::{MissingScore, NoSignal, NoteFactor, Ties};

use super::context::{NoteContext, score_number};
use super::factors::FactorSection;
use super::figures;
use crate::page::{Block, Column, Section, Table};
use crate::terms::Term;
use crate::words::{NONE, fixed, name, say};

/// The selected sectors, one by one.
pub(super) fn selected(context: &NoteContext<'_>, sections: &[FactorSection]) -> Section {
    let (lang, day) = (context.lang, context.day());
    let selected = day.selected();
    let mut blocks: Vec<Block> = Vec::new();
    if selected.is_empty() {
        blocks.push(lang.of("None.", "无。").to_owned().into());
    } else {
        let items = selected.iter().map(|sector| item(context, sections, *sector));
        blocks.push(Block::List(items.collect()));
    }
    if !day.has_score {
        let text = lang.of(
            "No factor has a score on this day: every total is neutral and the order follows the sector codes alone. This is not a recommendation.",
            "当日无任何因子评分：总分均为中性，排序仅按行业代码，不构成配置建议。",
        );
        blocks.push(text.to_owned().into());
    }
    let needed = day.required_factors;
    let last_rank = selected.iter().map(|sector| day.ranking[*sector].rank).max().unwrap_or(0);
    let passed_over: Vec<String> = day
        .ranked()
        .into_iter()
        .filter(|sector| day.ranking[*sector].n_live < needed && day.ranking[*sector].rank < last_rank)
        .map(|sector| context.names[sector].clone())
        .collect();
    if !passed_over.is_empty() {
        let names = passed_over.join(lang.between());
        blocks.push(
            say!(
                lang,
                "Not selected despite a higher rank than the last selected sector, because fewer than {needed} factors score them: {names}.",
                "排名靠前、但有评分的因子不足 {needed} 个而未入选：{names}。"
            )
            .into(),
        );
    }
    blocks.extend(shared(context, &selected).or_else(|| tie(context, &selected)).map(Block::from));
    Section { id: "selected".into(), heading: Term::SelectedSectors.heading(lang), blocks }
}

/// A selected sector with its scores and the numbers behind them.
fn item(context: &NoteContext<'_>, sections: &[FactorSection], sector: usize) -> String {
    let (lang, day) = (context.lang, context.day());
    let row = &day.ranking[sector];
    let (name, total, rank) = (&context.names[sector], score_number(row.total), row.rank);
    let weight = fixed(100.0 * row.weight, 1);
    let factors = context.note.factors.iter().zip(&day.outcomes).zip(sections);
    let scores: Vec<String> = factors
        .map(|((factor, outcome), section)| {
            let (title, score) = (context.factor(factor), context.score(factor, score(outcome, sector)));
            let grounds = match outcome.as_ref().map(|signal| signal.score_of(sector)) {
                Ok(Ok(_)) => section.grounds.get(sector).cloned().unwrap_or_default(),
                Ok(Err(reason)) => context.explanation(reason),
                Err(error) => context.failure(error),
            };
            if grounds.is_empty() {
                return format!("{title} {score}");
            }
            say!(lang, "{title} {score} ({grounds})", "{title} {score}（{grounds}）")
        })
        .collect();
    let scores = scores.join(lang.of("; ", "；"));
    say!(
        lang,
        "{name}: total {total}, rank {rank}, weight {weight}%. {scores}.",
        "{name}：总分 {total}，排名 {rank}，权重 {weight}%。{scores}。"
    )
}

/// Which sectors share the last places, because nothing tells them apart.
fn shared(context: &NoteContext<'_>, selected: &[usize]) -> Option<String> {
    let (lang, day, config) = (context.lang, context.day(), &context.note.config);
    let last = &day.ranking[*selected.last()?];
    if selected.len() <= config.top {
        return None;
    }
    // As the selection does: to nine decimals, and of shared totals the tie-break is not asked.
    let is_near = |one: f64, other: f64| (one - other).abs() < 5e-10;
    let is_equal = |sector: &&usize| {
        let one = &day.ranking[**sector];
        let is_tied = config.ties == Ties::Fractional || is_near(one.tie_break, last.tie_break);
        is_near(one.total, last.total) && is_tied
    };
    let names: Vec<&str> = selected.iter().filter(is_equal).map(|sector| &*context.names[*sector]).collect();
    let n = names.len();
    let n_places = (config.top + n).checked_sub(selected.len()).filter(|n_places| *n_places > 0)?;
    let (names, total) = (names.join(lang.between()), score_number(last.total));
    let places = if n_places == 1 { "place".to_owned() } else { format!("{n_places} places") };
    Some(say!(
        lang,
        "{n} sectors with a total of {total} share the last {places} in equal parts, because nothing tells them apart: {names}.",
        "总分 {total} 的 {n} 个行业无法区分，平分最后 {n_places} 个名额的权重：{names}。"
    ))
}

/// What decides on the last place, if the total does not.
fn tie(context: &NoteContext<'_>, selected: &[usize]) -> Option<String> {
    let (lang, day) = (context.lang, context.day());
    let last = *selected.last()?;
    let total = score_number(day.ranking[last].total);
    let is_tied = |sector: &usize| score_number(day.ranking[*sector].total) == total;
    let n_out =
        (0..day.ranking.len()).filter(|sector| day.ranking[*sector].weight == 0.0 && is_tied(sector)).count();
    let rule = Term::TieBreak.of(lang);
    match (n_out, context.note.config.ties) {
        (0, _) | (_, Ties::Fractional) => None,
        (1, Ties::Percentile) => Some(say!(
            lang,
            "One more sector has the same total as the last selected one ({total}); {rule}.",
            "另有 1 个行业与末位入选行业总分相同（{total} 分），{rule}。"
        )),
        (_, Ties::Percentile) => Some(say!(
            lang,
            "{n_out} more sectors have the same total as the last selected one ({total}); {rule}.",
            "另有 {n_out} 个行业与末位入选行业总分相同（{total} 分），{rule}。"
        )),
    }
}

/// All sectors in order.
pub(super) fn section(context: &NoteContext<'_>) -> Section {
    let (lang, day) = (context.lang, context.day());
    let mut columns = vec![
        Column::number(lang.of("rank", "排名")),
        Column::word(lang.of("code", "代码")).detail(),
        Column::name(lang.of("sector", "行业")),
        Column::number(lang.of("total", "总分")),
    ];
    columns.extend(context.note.factors.iter().map(|factor| Column::word(context.factor(factor))));
    columns.extend([
        Column::word(lang.of("selected", "入选")),
        Column::number(lang.of("rank last month", "上月排名")).detail(),
        Column::number(lang.of("average percentile", "因子分位均值")).detail(),
    ]);
    let mut table = Table::new(columns);
    for sector in day.ranked() {
        let ranked = &day.ranking[sector];
        let mut row = vec![
            ranked.rank.to_string(),
            name(context.code(sector)),
            context.names[sector].clone(),
            score_number(ranked.total),
        ];
        let scores = context.note.factors.iter().zip(&day.outcomes);
        row.extend(scores.map(|(factor, outcome)| context.score(factor, score(outcome, sector))));
        let is_selected = ranked.weight > 0.0;
        row.extend([
            if is_selected { lang.of("yes", "是") } else { lang.of("no", "否") }.to_owned(),
            rank_before(context, sector).map_or(NONE.into(), |rank| rank.to_string()),
            fixed(ranked.tie_break, 3),
        ]);
        table.row(row);
    }
    let mut blocks = vec![legend(context).into(), table.into()];
    blocks.extend(figures::of_ranking(context));
    Section {
        id: "ranking".into(),
        heading: lang.of("Ranking of all sectors", "全部行业排名").into(),
        blocks,
    }
}

/// How scores and totals are read.
fn legend(context: &NoteContext<'_>) -> String {
    let lang = context.lang;
    let weights = weights(context);
    let missing = match context.note.config.missing {
        MissingScore::Neutral => lang.of("counts as neutral (2)", "按中性 2 分计"),
        MissingScore::Average => lang.of("counts as the mean of the other factors", "按其余因子得分的均值计"),
    };
    let rule = match context.note.config.ties {
        Ties::Percentile => say!(
            lang,
            "Equal totals: {rule}; sectors that are equal in it as well share the last places.",
            "{rule}，仍相同的行业平分末位名额。",
            rule = Term::TieBreak.of(lang)
        ),
        Ties::Fractional => lang
            .of("Sectors that tie for the last places share their weight.", "末位总分相同的行业平分其权重。")
            .to_owned(),
    };
    say!(
        lang,
        "A score of 3 is favourable, 2 neutral, 1 unfavourable. The total is the weighted sum of the scores ({weights}). Not scored (—) {missing}. {rule}",
        "得分 3 为利好、2 为中性、1 为利空。总分为各因子得分的加权和（{weights}）；未评分（—）{missing}；{rule}"
    )
}

/// The weights of the factors that are not 1.
fn weights(context: &NoteContext<'_>) -> String {
    let lang = context.lang;
    let is_other = |factor: &&NoteFactor| factor.weight != 1.0;
    let others: Vec<String> = context
        .note
        .factors
        .iter()
        .filter(is_other)
        .map(|factor| {
            let (title, weight) = (context.factor(factor), factor.weight);
            say!(lang, "{title}: {weight}", "{title}权重 {weight}")
        })
        .collect();
    match others.len() {
        0 => lang.of("equal weights", "等权").to_owned(),
        n if n == context.note.factors.len() => others.join(lang.between()),
        _ => {
            let others = others.join(lang.between());
            say!(lang, "{others}; others: 1", "{others}，其余为 1")
        }
    }
}

/// The score of a sector, if the factor has a signal and scores it.
pub(super) fn score(outcome: &Result<Signal, NoSignal>, sector: usize) -> Option<f64> {
    outcome.as_ref().ok()?.score_of(sector).ok()
}

/// The rank that a sector of the day had a month before.
fn rank_before(context: &NoteContext<'_>, sector: usize) -> Option<usize> {
    let before = context.note.before.as_ref()?;
    let entity = context.day().sectors[sector];
    let at = before.sectors.iter().position(|other| *other == entity)?;
    Some(before.ranking[at].rank)
}
