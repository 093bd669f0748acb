//! What a reader wants to know first: which sectors, what speaks for them, what changed, how the last issues did.

use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_run::{Run, Track};

use super::context::{NoteContext, score_number, scored};
use super::track::portfolio;
use crate::page::{Block, Column, Section, Table};
use crate::parts::dates::month_title;
use crate::parts::notices;
use crate::terms::Term;
use crate::words::{NONE, or_none, say, signed};

/// Issues that are shown one by one.
const N_ISSUES: usize = 2;
/// Issues that are compounded.
const N_MONTHS: usize = 12;
/// Sectors of the watch list.
const N_WATCHED: usize = 5;

/// The lead paragraph, by rule from the numbers below it.
pub(super) fn section(context: &NoteContext<'_>) -> Section {
    let lang = context.lang;
    let mut parts = vec![answer(context)];
    parts.extend(why(context));
    parts.extend(change(context));
    parts.extend(last_issue(context));
    let mut blocks = vec![Block::Paragraph(parts.join(lang.of(" ", "")))];
    blocks.extend(notices(lang, &context.note.warnings));
    Section { id: "summary".into(), heading: lang.of("In brief", "核心结论").into(), blocks }
}

fn answer(context: &NoteContext<'_>) -> String {
    let (lang, day) = (context.lang, context.day());
    let month = month_title(lang, day.as_of.0.month());
    let selected: Vec<String> = day
        .selected()
        .into_iter()
        .map(|sector| {
            let (name, total) = (&context.names[sector], score_number(day.ranking[sector].total));
            say!(lang, "{name} ({total})", "{name}（{total} 分）")
        })
        .collect();
    if selected.is_empty() || !day.has_score {
        return say!(
            lang,
            "For {month} no sector is recommended: no factor has a score.",
            "{month}无任何因子评分，不作推荐。"
        );
    }
    let (n, names) = (day.ranking.len(), selected.join(lang.between()));
    say!(
        lang,
        "For {month} the highest totals of {n} sectors are those of {names}.",
        "{month}在 {n} 个行业中总分最高、建议关注：{names}。"
    )
}

/// For how many of the selected sectors each factor speaks, and against which.
fn why(context: &NoteContext<'_>) -> Option<String> {
    let (lang, day) = (context.lang, context.day());
    let selected = day.selected();
    let parts: Vec<String> = context
        .note
        .factors
        .iter()
        .zip(&day.outcomes)
        .filter_map(|(factor, outcome)| {
            let signal = outcome.as_ref().ok()?;
            let range = factor.spec.score_range();
            let middle = f64::midpoint(*range.start(), *range.end());
            let scores = || selected.iter().filter_map(|at| Some((*at, signal.score_of(*at).ok()?)));
            let n_for = scores().filter(|(_, score)| *score > middle + 1e-9).count();
            let against: Vec<&str> = scores()
                .filter(|(_, score)| *score < middle - 1e-9)
                .map(|(at, _)| &*context.names[at])
                .collect();
            let (title, n) = (context.factor(factor), selected.len());
            let against = match against.len() {
                0 => String::new(),
                _ => say!(
                    lang,
                    " and below for {names}",
                    "，看淡{names}",
                    names = against.join(lang.between())
                ),
            };
            Some(say!(
                lang,
                "{title} scores above neutral for {n_for} of the {n}{against}",
                "{title}看好其中 {n_for} 个{against}"
            ))
        })
        .collect();
    (!parts.is_empty()).then(|| say!(lang, "{parts}.", "{parts}。", parts = parts.join(lang.of("; ", "；"))))
}

fn change(context: &NoteContext<'_>) -> Option<String> {
    let lang = context.lang;
    let (day, before) = (context.day(), context.note.before.as_ref()?);
    let codes = |day: &rotor_run::NoteDay| -> Vec<u32> {
        day.selected().into_iter().map(|sector| day.sectors[sector]).collect()
    };
    let (now, then) = (codes(day), codes(before));
    let names = |of: &[u32], without: &[u32]| -> Vec<String> {
        of.iter().filter(|sector| !without.contains(sector)).map(|sector| context.entity(*sector)).collect()
    };
    let (added, dropped) = (names(&now, &then), names(&then, &now));
    if added.is_empty() && dropped.is_empty() {
        return Some(lang.of("The selection is that of the month before.", "名单与上月相同。").into());
    }
    let listed = |names: &[String]| {
        if names.is_empty() { lang.of("none", "无").into() } else { names.join(lang.between()) }
    };
    Some(say!(
        lang,
        "Added since the month before: {added}; dropped: {dropped}.",
        "较上月新进{added}，调出{dropped}。",
        added = listed(&added),
        dropped = listed(&dropped)
    ))
}

/// A holding period of the track record.
struct Issue<'a> {
    run: &'a Run,
    position: usize,
}

impl Issue<'_> {
    fn gain(&self, portfolio: &str) -> Option<f64> {
        let portfolio = self.run.portfolios.iter().position(|known| known == portfolio)? as u32;
        let is_it =
            |row: &&rotor_run::Return| row.execution as usize == self.position && row.portfolio == portfolio;
        self.run.returns.iter().find(is_it).map(|row| row.value)
    }

    fn selected(&self, context: &NoteContext<'_>) -> String {
        let mut rows: Vec<&rotor_run::RankingRow> = self
            .run
            .ranking
            .iter()
            .filter(|row| row.execution as usize == self.position && row.weight > 0.0)
            .collect();
        rows.sort_by_key(|row| row.rank);
        let name = |row: &&rotor_run::RankingRow| {
            let code = &self.run.entities[row.sector as usize].code;
            context.note.find_entity(code).map_or_else(|| code.clone(), |at| context.entity(at as u32))
        };
        rows.iter().map(name).collect::<Vec<_>>().join(context.lang.between())
    }
}

/// The last issues that have ended, the newest first.
fn issues(track: &Track) -> Vec<Issue<'_>> {
    let executions = track.run.executions.iter().enumerate().rev();
    executions
        .filter(|(_, execution)| execution.is_kept)
        .map(|(position, _)| Issue { run: &track.run, position })
        .take(N_MONTHS)
        .collect()
}

fn last_issue(context: &NoteContext<'_>) -> Option<String> {
    let lang = context.lang;
    let issues = issues(context.note.track.as_ref().ok()?);
    let issue = issues.first()?;
    let execution = &issue.run.executions[issue.position];
    let percent = |value: f64| signed(100.0 * value, 2) + "%";
    let (net, equal) = (issue.gain(TOP_NET)?, issue.gain(EQUAL_WEIGHT)?);
    let (from, to) = (execution.as_of, execution.exit);
    Some(say!(
        lang,
        "The selection of {from} gained {net} net until {to}, equal weight {equal}.",
        "上期（{from}）名单至 {to} 费后收益 {net}，同期全行业等权 {equal}。",
        net = percent(net),
        equal = percent(equal)
    ))
}

/// How the selections of the last issues did, replayed as known on each day.
pub(super) fn issues_section(context: &NoteContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let track = context.note.track.as_ref().ok()?;
    let issues = issues(track);
    if issues.is_empty() {
        return None;
    }
    let is_benchmark =
        |code: &&String| [EQUAL_WEIGHT, ELIGIBLE].contains(&code.as_str()) || context.is_benchmark(code);
    let others: Vec<&String> = track.run.portfolios.iter().filter(is_benchmark).collect();
    let mut columns = vec![
        Column::word(lang.of("issue", "期次")),
        Column::word(lang.of("until", "截至")),
        Column::number(lang.of("net %", "费后 %")),
        Column::number(lang.of("gross %", "费前 %")),
    ];
    columns.extend(others.iter().map(|code| Column::number(portfolio(context, code) + " %")));
    columns.push(Column::name(Term::SelectedSectors.of(lang)).detail());
    let mut table = Table::new(columns);
    let percent = |value: Option<f64>| or_none(value, |value| signed(100.0 * value, 2));
    for issue in issues.iter().take(N_ISSUES) {
        let execution = &issue.run.executions[issue.position];
        let mut row = vec![
            execution.as_of.to_string(),
            execution.exit.to_string(),
            percent(issue.gain(TOP_NET)),
            percent(issue.gain(TOP)),
        ];
        row.extend(others.iter().map(|code| percent(issue.gain(code))));
        row.push(issue.selected(context));
        table.row(row);
    }
    if issues.len() > N_ISSUES {
        let compounded = |code: &str| {
            let gains: Option<Vec<f64>> = issues.iter().map(|issue| issue.gain(code)).collect();
            gains.map(|gains| gains.iter().rev().fold(1.0, |value, gain| value * (1.0 + gain)) - 1.0)
        };
        let first = &issues[issues.len() - 1];
        let (from, to) =
            (first.run.executions[first.position].as_of, first.run.executions[issues[0].position].exit);
        let n = issues.len();
        let mut row = vec![
            say!(lang, "{n} issues from {from}, compounded", "近 {n} 期累计（{from} 起）"),
            to.to_string(),
            percent(compounded(TOP_NET)),
            percent(compounded(TOP)),
        ];
        row.extend(others.iter().map(|code| percent(compounded(code))));
        row.push(NONE.into());
        table.row(row);
    }
    let about = lang.of(
        "The same configuration replayed on what was known on each day, not read from earlier notes; net of costs and gross, beside every benchmark. One or twelve months prove nothing; see the track record.",
        "同一配置按各期当时已知数据重放，并非取自往期报告；列示费后、费前及全部基准。一期或十二期的结果不足为据，见历史回测表现。",
    );
    Some(Section {
        id: "issues".into(),
        heading: lang.of("How the previous issues did", "往期表现回顾").into(),
        blocks: vec![Block::Paragraph(about.into()), table.into()],
    })
}

/// The sectors next in rank.
pub(super) fn watch_list(context: &NoteContext<'_>) -> Option<Section> {
    let (lang, day) = (context.lang, context.day());
    let watched: Vec<usize> = day
        .ranked()
        .into_iter()
        .filter(|sector| day.ranking[*sector].weight == 0.0)
        .take(N_WATCHED)
        .collect();
    let last = day.selected().last().map(|sector| day.ranking[*sector].total)?;
    let items: Vec<String> = watched
        .iter()
        .map(|sector| {
            let row = &day.ranking[*sector];
            let short = last - row.total;
            let (name, rank, total) = (&context.names[*sector], row.rank, score_number(row.total));
            let missing = match short {
                short if short > 1e-9 => {
                    say!(
                        lang,
                        "{short} below the last selected sector",
                        "较末位入选低 {short} 分",
                        short = score_number(short)
                    )
                }
                _ => lang.of("total of the last selected sector", "与末位入选同分").to_owned(),
            };
            let weak = weak_factors(context, *sector);
            say!(
                lang,
                "{name}: rank {rank}, total {total}, {missing}{weak}",
                "{name}：第 {rank} 名，总分 {total}，{missing}{weak}"
            )
        })
        .collect();
    (!items.is_empty()).then(|| Section {
        id: "watch".into(),
        heading: lang.of("Watch list", "观察名单").into(),
        blocks: vec![Block::List(items)],
    })
}

/// The factors that speak against a sector, or do not score it.
fn weak_factors(context: &NoteContext<'_>, sector: usize) -> String {
    let lang = context.lang;
    let (mut low, mut missing) = (Vec::new(), Vec::new());
    for (factor, outcome) in context.note.factors.iter().zip(&context.day().outcomes) {
        let range = factor.spec.score_range();
        let middle = f64::midpoint(*range.start(), *range.end());
        match outcome.as_ref().ok().and_then(|signal| signal.score_of(sector).ok()) {
            Some(score) if score < middle - 1e-9 => low.push(context.factor(factor)),
            Some(_) => {}
            None => missing.push(context.factor(factor)),
        }
    }
    let mut text = String::new();
    if !low.is_empty() {
        text += &say!(lang, "; against it: {names}", "；不利因子：{names}", names = low.join(lang.between()));
    }
    if !missing.is_empty() {
        text += &say!(
            lang,
            "; not scored by: {names}",
            "；未评分因子：{names}",
            names = missing.join(lang.between())
        );
    }
    text
}

/// What may not be relied on, in the factors' own words.
pub(super) fn risks(context: &NoteContext<'_>) -> Section {
    let lang = context.lang;
    let of_factors =
        context.note.factors.iter().zip(&context.day().outcomes).filter_map(|(factor, outcome)| {
            let risk = factor.spec.presentation().text_of_risk()?;
            let has_scores = outcome.as_ref().is_ok_and(|signal| !scored(signal).is_empty());
            let (title, risk) = (context.factor(factor), crate::declared::long_text(lang, risk));
            has_scores.then(|| say!(lang, "{title}: {risk}", "{title}：{risk}"))
        });
    let general = lang.of(
        "The selection follows from fixed rules and published data alone; it knows no valuation, policy or event that the data do not show. It is no investment advice.",
        "名单仅由既定规则与已公布数据得出，未考虑数据未反映的估值、政策与事件，不构成投资建议。",
    );
    let items: Vec<String> = of_factors.chain([general.to_owned()]).collect();
    Section {
        id: "risks".into(),
        heading: lang.of("Risk notice", "风险提示").into(),
        blocks: vec![Block::List(items)],
    }
}
