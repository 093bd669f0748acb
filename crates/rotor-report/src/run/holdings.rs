//! What was held month by month, and the scores of the last month.

use std::collections::BTreeMap;

use rotor_run::{MissingScore, Score};

use super::cells::Footnotes;
use super::context::{Context, score_number};
use crate::draw::{Chart, Columns, Matrix, Shades, Unit};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{fixed, name, or_none, plain};

/// Rows of the strip; sectors that were held less often are left out.
const MOST_HELD: usize = 60;
/// Rows of the table of scores.
const MOST_SCORED: usize = 320;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = strip(context);
    match context.kept().last() {
        None => blocks.push(
            lang.of("No sector was selected in any month.", "所有月份均未选出行业。").to_owned().into(),
        ),
        Some((execution, month)) => {
            let day = month.as_of;
            blocks.push(Block::Heading(say!(lang, "Scores of {day}", "{day}各行业得分")));
            blocks.extend(scores(context, *execution));
        }
    }
    Section { id: "holdings".into(), heading: lang.of("Holdings by month", "逐月持仓").into(), blocks }
}

fn strip(context: &Context<'_>) -> Vec<Block> {
    let (lang, run, kept) = (context.lang, context.facts.run, context.kept());
    let mut columns = vec![None; run.executions.len()];
    for (column, (execution, _)) in kept.iter().enumerate() {
        columns[*execution as usize] = Some(column);
    }
    let mut held: BTreeMap<u32, Vec<Option<f64>>> = BTreeMap::new();
    for place in run.ranking.iter().filter(|place| place.weight > 0.0) {
        let Some(column) = columns[place.execution as usize] else { continue };
        let cells = held.entry(place.sector).or_insert_with(|| vec![None; kept.len()]);
        // The better the rank the darker; written it is the rank.
        cells[column] = Some(-f64::from(place.rank));
    }
    let mut rows: Vec<(u32, usize, Vec<Option<f64>>)> =
        held.into_iter().map(|(sector, cells)| (sector, cells.iter().flatten().count(), cells)).collect();
    rows.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    let (n_held, n_months) = (rows.len(), kept.len());
    if n_held == 0 {
        return Vec::new();
    }
    let n_ever =
        run.ranking.iter().map(|place| place.sector).collect::<std::collections::BTreeSet<_>>().len();
    let never = n_ever - n_held;
    rows.truncate(MOST_HELD);
    let shown = rows.len();
    let left_out = if shown < n_held {
        say!(
            lang,
            " The {shown} held most often of {n_held} are drawn; `ranking.parquet` has all.",
            "仅画出{n_held}个中持有最多的{shown}个，全部见`ranking.parquet`。"
        )
    } else {
        String::new()
    };
    let about = say!(
        lang,
        "A cell is a month in which the sector was held, the darker the better its rank; before the name the percentage of the {n_months} months. {never} of {n_ever} sectors were never held.{left_out}",
        "每格为持有该行业的一个月，颜色越深排名越高；名称前为{n_months}个月中持有的比例。{n_ever}个行业中有{never}个从未入选。{left_out}"
    );
    let label = |sector: u32, n: usize| {
        format!("{}% {}", fixed(100.0 * n as f64 / n_months as f64, 0), context.entity(sector))
    };
    let figure = Figure {
        id: "holdings-by-month".into(),
        title: lang.of("Holdings by month", "逐月持仓").into(),
        about,
        chart: Chart::Matrix(Matrix {
            rows: rows.iter().map(|(sector, n, _)| label(*sector, *n)).collect(),
            row_axis: lang.of("sector", "行业").into(),
            columns: Columns::Dates(kept.iter().map(|(_, month)| month.as_of).collect()),
            column_axis: lang.of("execution", "调仓日").into(),
            measure: lang.of("rank", "排名").into(),
            cells: rows.into_iter().map(|(_, _, cells)| cells).collect(),
            unit: Unit { factor: -1.0, ..Unit::plain(0) },
            shades: Shades::Sequential,
            has_numbers: false,
            missing: String::new(),
        }),
    };
    vec![figure.into()]
}

fn scores(context: &Context<'_>, execution: u32) -> Vec<Block> {
    let (lang, run) = (context.lang, context.facts.run);
    let places = context.places(execution);
    let mut columns = vec![
        Column::name(Term::Sector.of(lang)),
        Column::name(lang.of("Chinese name", "英文名")),
        Column::number(lang.of("rank", "排名")),
        Column::number(Term::Weight.of(lang)),
        Column::number(lang.of("total", "总分")),
    ];
    columns.extend(run.factors.iter().map(|factor| Column::word(context.factor(factor))));
    columns.extend([
        Column::word(lang.of("code", "代码")).detail(),
        Column::word(lang.of("group", "分组")).detail(),
        Column::number(lang.of("tie-break", "同分排序值")).detail(),
    ]);
    let mut by_sector: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    let all = context.scores(execution);
    for (at, score) in all.iter().enumerate() {
        by_sector.insert((score.sector, score.factor), at);
    }
    let mut table = Table::new(columns);
    let mut raws = vec![Column::name(Term::Sector.of(lang))];
    raws.extend(run.factors.iter().map(|factor| Column::number(context.factor(factor))));
    let mut raws = Table::new(raws);
    let mut notes = Footnotes::new(context);
    for place in places.iter().take(MOST_SCORED) {
        let Some(entity) = run.entities.get(place.sector as usize) else { continue };
        let held = if place.weight > 0.0 { fixed(100.0 * place.weight, 1) + "%" } else { String::new() };
        let mut row = vec![
            context.entity(place.sector).to_owned(),
            context.other_name(place.sector),
            place.rank.to_string(),
            held,
            score_number(place.total),
        ];
        let scores = (0..run.factors.len() as u32)
            .map(|factor| by_sector.get(&(place.sector, factor)).map(|at| all[*at]))
            .collect::<Vec<_>>();
        row.extend(scores.iter().zip(0..).map(|(score, factor)| match score {
            None => {
                notes.missing_score(lang.of("not in the cross-section of the factor", "不在该因子的截面内"))
            }
            Some(Score { score: Some(score), .. }) => context.score(factor, *score),
            Some(score) => notes.missing_score(&context.reason(score.reason)),
        }));
        row.extend([
            name(&entity.code),
            entity.group.map_or(String::new(), |group| context.group(group.word())),
            fixed(place.tie_break, 3),
        ]);
        table.row(row);
        let mut row = vec![context.entity(place.sector).to_owned()];
        row.extend(scores.iter().map(|score| or_none(score.and_then(|score| score.raw), plain)));
        raws.row(row);
    }
    let mut blocks = notes.under(table);
    if places.len() > MOST_SCORED {
        let n = places.len();
        blocks.push(
            say!(
                lang,
                "The first {MOST_SCORED} of {n}; `ranking.parquet` and `scores.parquet` have all.",
                "仅列前{MOST_SCORED}个（共{n}个），全部见`ranking.parquet`与`scores.parquet`。"
            )
            .into(),
        );
    }
    let legend = match context.config().map(|config| config.missing) {
        None | Some(MissingScore::Neutral) => {
            lang.of("— not scored: counts 2 (neutral) in the total.", "—：未评分，在总分中按中性计2分。")
        }
        Some(MissingScore::Average) => lang.of(
            "— not scored: counts the mean of the sector's other scores in the total.",
            "—：未评分，在总分中按该行业其余得分的均值计。",
        ),
    };
    blocks.push(legend.to_owned().into());
    if !raws.rows.is_empty() {
        let title = lang.of("Raw values, from which the scores were made", "原始值（得分所据的数值）");
        blocks.push(Block::Appendix { title: title.into(), blocks: vec![raws.into()] });
    }
    blocks
}
