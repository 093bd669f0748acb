//! The report on a single sheet of paper: the figures, the net value, the months, what is selected, the factors, what to know.

use super::cells::{CORRELATION, Footnotes};
use super::context::{Context, TOP_NET, score_number};
use super::{months, net_value, tiles, verdict};
use crate::page::{Block, Column, Section, Table};
use crate::say;
use crate::sentences;
use crate::terms::Term;
use crate::words::{NONE, fixed};

/// What fits on the sheet; the report has all of it.
const MOST_YEARS: i32 = 10;
const MOST_SECTORS: usize = 10;
const MOST_FACTORS: usize = 8;
const MOST_CAVEATS: usize = 5;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Tiles(tiles::tiles(context))];
    let sentences: Vec<Block> = verdict::sentences(context).into_iter().map(Block::Paragraph).collect();
    match net_value::levels(context) {
        Some(levels) => blocks.push(Block::Columns(vec![vec![levels.into()], sentences])),
        None => blocks.extend(sentences),
    }
    if let Some(net) = context.portfolios().performance.get(TOP_NET) {
        let portfolio = context.portfolio(TOP_NET);
        let title = say!(lang, "Returns by month and year: {portfolio}", "分月与分年度收益：{portfolio}");
        let values = (net.months.as_slice(), net.years.as_slice());
        blocks.extend(months::matrix(context, "calendar-months", title, values, MOST_YEARS).map(Block::from));
    }
    let (selected, factors) = (selected(context), factors(context));
    if !selected.is_empty() || !factors.is_empty() {
        blocks.push(Block::Columns(vec![selected, factors]));
    }
    blocks.push(Block::Heading(lang.of("What to know", "提示").into()));
    blocks.push(Block::List(caveats(context)));
    Section { id: "summary".into(), heading: lang.of("Summary", "摘要").into(), blocks }
}

/// The sectors that the last ranking selects, with their scores.
fn selected(context: &Context<'_>) -> Vec<Block> {
    let (lang, run) = (context.lang, context.facts.run);
    let kept = context.kept();
    let Some((execution, month)) = kept.last() else { return Vec::new() };
    let n_factors = run.factors.len().min(MOST_FACTORS);
    let mut columns = vec![
        Column::name(Term::Sector.of(lang)),
        Column::number(Term::Weight.of(lang)),
        Column::number(lang.of("total", "总分")),
    ];
    columns.extend(run.factors.iter().take(n_factors).map(|factor| Column::word(context.factor(factor))));
    let mut table = Table::new(columns);
    let held: Vec<_> = context.places(*execution).into_iter().filter(|place| place.weight > 0.0).collect();
    let scores = context.scores(*execution);
    for place in held.iter().take(MOST_SECTORS) {
        let mut row = vec![
            context.entity(place.sector).to_owned(),
            fixed(100.0 * place.weight, 1) + "%",
            score_number(place.total),
        ];
        row.extend((0..n_factors as u32).map(|factor| {
            let of = scores.iter().find(|score| (score.factor, score.sector) == (factor, place.sector));
            of.and_then(|score| score.score).map_or(NONE.into(), |score| context.score(factor, score))
        }));
        table.row(row);
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    let (day, title) = (month.as_of, Term::SelectedSectors.heading(lang));
    let mut blocks = vec![Block::Heading(say!(lang, "{title}, {day}", "{title}，{day}")), table.into()];
    let more = held.len().saturating_sub(MOST_SECTORS);
    if more > 0 {
        blocks.push(say!(lang, "{more} more are in the report.", "另有{more}个见完整报告。").into());
    }
    blocks
}

/// What the scores of each factor are worth.
fn factors(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let all = &context.metrics.factor.sections.all;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(lang.of("mean RankIC, 95% CI", "RankIC 均值及 95% 置信区间")),
        Column::word(Term::Significance.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, of) in all.iter().take(MOST_FACTORS) {
        let mean = &of.rank_ic.mean;
        table.row([context.factor(factor), notes.with_interval(mean, CORRELATION), notes.significance(mean)]);
    }
    let mut blocks = notes.under(table);
    if !blocks.is_empty() {
        blocks.insert(0, Block::Heading(lang.of("Factors", "因子").into()));
    }
    let more = all.len().saturating_sub(MOST_FACTORS);
    if more > 0 {
        blocks.push(say!(lang, "{more} more are in the report.", "另有{more}个见完整报告。").into());
    }
    blocks
}

/// The warnings of the run and the caveats of its portfolios, then what every reader must know.
fn caveats(context: &Context<'_>) -> Vec<String> {
    let lang = context.lang;
    let warnings = context.facts.record.warnings.iter().map(|warning| sentences::warning(lang, warning));
    let caveats = context.portfolios().caveats.iter().map(|caveat| sentences::caveat(lang, caveat));
    let all: Vec<String> = warnings.chain(caveats).collect();
    let more = all.len().saturating_sub(MOST_CAVEATS);
    let mut shown: Vec<String> =
        all.into_iter().take(MOST_CAVEATS).map(|text| text + lang.of(".", "。")).collect();
    if more > 0 {
        shown.push(say!(lang, "{more} more are in the report.", "另有{more}条见完整报告。"));
    }
    let text = lang.of(
        "A backtest says what would have been, with the costs that were assumed; it promises nothing.",
        "回测仅说明按所设费用过去会如何，不构成对未来的承诺。",
    );
    shown.push(text.to_owned());
    shown
}
