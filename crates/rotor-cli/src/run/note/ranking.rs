//! The picks with what speaks for them, and the ranking of all sectors.

use rotor_engine::Outcome;
use rotor_run::{MissingScore, Ties};
use rotor_strategy::{has_score, required_factors};

use super::factors::Told;
use super::facts::{Teller, score_number};
use super::figures;
use super::page::{Block, Column, Section, Table};
use super::words::{NONE, fixed, name, say};

/// The picks, one by one.
pub(super) fn picks(teller: &Teller<'_>, told: &[Told]) -> Section {
    let (lang, day, config) = (teller.lang, teller.day(), teller.facts.config);
    let picks = teller.picks();
    let mut items = Vec::new();
    for sector in &picks {
        let place = &day.ranking[*sector];
        let (name, total, rank) = (&teller.names[*sector], score_number(place.total), place.rank);
        let share = fixed(100.0 * day.weights[*sector], 1);
        let factors = teller.facts.chosen.iter().zip(&day.outcomes).zip(told);
        let reasons: Vec<String> = factors
            .map(|((chosen, outcome), told)| {
                let (factor, score) = (teller.factor(chosen), teller.score(chosen, score(outcome, *sector)));
                let why = told.whys.get(*sector).filter(|why| !why.is_empty());
                let why = why.map_or(String::new(), |why| say!(lang, " ({why})", "（{why}）"));
                format!("{factor} {score}{why}")
            })
            .collect();
        let reasons = reasons.join(lang.of("; ", "；"));
        let item = say!(
            lang,
            "{name}: total {total}, rank {rank}, share {share}%. {reasons}.",
            "{name}：总分{total}，排名{rank}，权重{share}%。{reasons}。"
        );
        items.push(item);
    }
    let mut blocks: Vec<Block> = Vec::new();
    if picks.is_empty() {
        blocks.push(lang.of("None.", "无。").to_owned().into());
    } else {
        blocks.push(Block::List(items));
    }
    if !has_score(&day.ranking) {
        let text = lang.of(
            "No factor has a score on this day: every total is neutral, and the codes alone decide. This is no recommendation.",
            "当日无任何因子得分：总分均为中性，排序仅由行业代码决定，不构成任何判断。",
        );
        blocks.push(text.to_owned().into());
    }
    let needed = required_factors(&day.ranking, config);
    let last_rank = picks.iter().map(|sector| day.ranking[*sector].rank).max().unwrap_or(0);
    let passed_over: Vec<String> = teller
        .ranked()
        .into_iter()
        .filter(|sector| day.ranking[*sector].n_live < needed && day.ranking[*sector].rank < last_rank)
        .map(|sector| teller.names[sector].clone())
        .collect();
    if !passed_over.is_empty() {
        let names = passed_over.join(lang.between());
        blocks.push(
            say!(
                lang,
                "Passed over, though ranked before the last pick, for having scores of fewer than {needed} factors: {names}.",
                "排名靠前但得分因子不足{needed}个而未入选：{names}。"
            )
            .into(),
        );
    }
    blocks.extend(tie(teller, &picks).map(Block::from));
    Section { id: "picks".into(), heading: lang.of("Picks", "入选行业").into(), blocks }
}

/// What settles the last place, if the total does not.
fn tie(teller: &Teller<'_>, picks: &[usize]) -> Option<String> {
    let (lang, day) = (teller.lang, teller.day());
    let last = *picks.last()?;
    let total = score_number(day.ranking[last].total);
    let is_tied = |sector: &usize| score_number(day.ranking[*sector].total) == total;
    let n_out =
        (0..day.ranking.len()).filter(|sector| day.weights[*sector] == 0.0 && is_tied(sector)).count();
    match (n_out, teller.facts.config.ties) {
        (0, _) | (_, Ties::Fractional) => None,
        (1, Ties::Percentile) => Some(say!(
            lang,
            "One sector that is not picked has the total of the last pick, {total}: the raw values settled it.",
            "另有1个未入选行业与末位入选行业总分相同（{total}），由原始值的百分位决定取舍。"
        )),
        (_, Ties::Percentile) => Some(say!(
            lang,
            "{n_out} sectors that are not picked have the total of the last pick, {total}: the raw values settled it.",
            "另有{n_out}个未入选行业与末位入选行业总分相同（{total}），由原始值的百分位决定取舍。"
        )),
    }
}

/// All sectors in order.
pub(super) fn section(teller: &Teller<'_>) -> Section {
    let (lang, day) = (teller.lang, teller.day());
    let mut columns = vec![
        Column::number(lang.of("rank", "排名")),
        Column::word(lang.of("code", "代码")).detail(),
        Column::name(lang.of("sector", "行业")),
        Column::number(lang.of("total", "总分")),
    ];
    columns.extend(teller.facts.chosen.iter().map(|chosen| Column::word(teller.factor(chosen))));
    columns.extend([
        Column::word(lang.of("picked", "入选")),
        Column::number(lang.of("a month before", "上月排名")).detail(),
        Column::number(lang.of("tie-break", "同分序值")).detail(),
    ]);
    let mut table = Table::new(columns);
    for sector in teller.ranked() {
        let place = &day.ranking[sector];
        let mut row = vec![
            place.rank.to_string(),
            name(teller.code(sector)),
            teller.names[sector].clone(),
            score_number(place.total),
        ];
        let scores = teller.facts.chosen.iter().zip(&day.outcomes);
        row.extend(scores.map(|(chosen, outcome)| teller.score(chosen, score(outcome, sector))));
        let is_picked = day.weights[sector] > 0.0;
        row.extend([
            if is_picked { lang.of("yes", "是") } else { lang.of("no", "否") }.to_owned(),
            rank_before(teller, sector).map_or(NONE.into(), |rank| rank.to_string()),
            fixed(place.tie_break, 3),
        ]);
        table.row(row);
    }
    let mut blocks = vec![legend(teller).into(), table.into()];
    blocks.extend(figures::of_ranking(teller));
    Section { id: "ranking".into(), heading: lang.of("All sectors", "全部行业").into(), blocks }
}

fn legend(teller: &Teller<'_>) -> String {
    let lang = teller.lang;
    let weights: Vec<String> = teller
        .facts
        .chosen
        .iter()
        .filter(|chosen| chosen.weight != 1.0)
        .map(|chosen| {
            say!(
                lang,
                "{name} counts {weight} times",
                "{name}权重为{weight}",
                name = teller.factor(chosen),
                weight = chosen.weight
            )
        })
        .collect();
    let weights = if weights.is_empty() {
        lang.of("all alike", "等权").to_owned()
    } else {
        weights.join(lang.between())
    };
    let missing = match teller.facts.config.missing {
        MissingScore::Neutral => lang.of("na counts as 2", "na（缺失）按中性2分计"),
        MissingScore::Average => lang.of("na counts as the mean of the others", "na（缺失）按其余因子均分计"),
    };
    say!(
        lang,
        "Up (of heat: chance) speaks for a sector, down (risk) against it, flat neither way. The total is the sum of the scores, {weights}; {missing}; equal totals are settled by the raw values.",
        "上行（热度：机会）为利好，下行（风险）为利空，持平为中性。总分为各因子得分之和（{weights}）；{missing}；总分相同时按原始值的百分位排序。"
    )
}

/// The score of a sector, if the factor answered and has one.
pub(super) fn score(outcome: &Outcome, sector: usize) -> Option<f64> {
    outcome.as_ref().ok()?.score_of(sector).ok()
}

/// The rank that a sector of the day had a month before.
pub(super) fn rank_before(teller: &Teller<'_>, sector: usize) -> Option<usize> {
    let before = teller.facts.note.before.as_ref()?;
    let entity = teller.day().sectors[sector];
    let at = before.sectors.iter().position(|other| *other == entity)?;
    Some(before.ranking[at].rank)
}
