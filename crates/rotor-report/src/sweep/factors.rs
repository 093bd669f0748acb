//! The factors of the trials, one against the other.

use rotor_run::sweep::{FactorTest, label};

use super::context::{Context, adjusted};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Guide, Tone, Unit};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::run::cells::{CORRELATION, Footnotes};
use crate::say;
use crate::terms::Term;
use crate::words::{counted, name};

/// The t-value that a new factor must pass.
const HURDLE: f64 = 3.0;
/// How many factors are drawn and stand open.
const MOST_SHOWN: usize = 20;
/// How many there are at most in the folded table.
const MOST_LISTED: usize = 100;

/// Returns the section; `None` without factors.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let lang = context.lang;
    let evidence = &context.facts.statistics.factors;
    if evidence.factors.is_empty() {
        return None;
    }
    let (n_tried, n, n_above) = (evidence.n_tried, evidence.n_factors, evidence.n_above_hurdle);
    let factors = counted(lang, n, ["factor", "factors"], "个因子");
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "Above the hurdle |t| = 3.0, which Harvey, Liu and Zhu (2016) propose for a field that has tried many: {n_above} of {factors}, each with its parameters. Holm and Benjamini–Yekutieli correct the p-value of the mean RankIC for the {n_tried} factors that were tried on these data.",
            "{factors}（各含其参数）中有{n_above}个的|t|高于3.0，即Harvey、Liu与Zhu（2016）为久经试验的领域提出的门槛。Holm 与 Benjamini–Yekutieli 将 RankIC 均值的p值按在此数据上试过的{n_tried}个因子校正。"
        )
        .into(),
    ];
    blocks.extend(figure(context, &evidence.factors).map(Block::from));
    let shown = evidence.factors.len().min(MOST_SHOWN);
    blocks.extend(table(context, &evidence.factors[..shown]));
    let listed = evidence.factors.len().min(MOST_LISTED);
    if listed > shown {
        let n_more = listed - shown;
        blocks.push(Block::Folded {
            title: counted(lang, n_more, ["more factor", "more factors"], "个其余因子"),
            blocks: table(context, &evidence.factors[shown..listed]),
        });
    }
    if n > listed {
        let n_left = n - listed;
        blocks.push(
            say!(
                lang,
                "{n_left} factors with larger p-values are left out.",
                "p值更大的{n_left}个因子未列。"
            )
            .into(),
        );
    }
    Some(Section {
        id: "factors".into(),
        heading: lang.of("Factors against each other", "因子之间的比较").into(),
        blocks,
    })
}

/// A factor with the parameters that trials change.
fn title(context: &Context<'_>, test: &FactorTest) -> String {
    let record = context.facts.plan.factors.iter().find(|record| record.name == test.factor);
    let title = record.and_then(|record| {
        let title_zh = record.title_zh.as_deref().filter(|_| context.lang == crate::words::Lang::Zh);
        title_zh.or(record.title.as_deref())
    });
    let factor = name(title.unwrap_or(&test.factor));
    let parameters: Vec<String> = test
        .parameters
        .iter()
        .map(|(key, value)| format!("{} = {}", name(key), name(&label(value))))
        .collect();
    if parameters.is_empty() {
        return factor;
    }
    let parameters = parameters.join(context.lang.of("; ", "；"));
    say!(context.lang, "{factor} ({parameters})", "{factor}（{parameters}）")
}

fn figure(context: &Context<'_>, tests: &[FactorTest]) -> Option<Figure> {
    let lang = context.lang;
    let shown: Vec<&FactorTest> =
        tests.iter().take(MOST_SHOWN).filter(|test| test.t.is_some_and(f64::is_finite)).collect();
    if shown.is_empty() {
        return None;
    }
    let is_negative = shown.iter().any(|test| test.t.is_some_and(|t| t < 0.0));
    let hurdle = |value: f64| Guide { name: Term::Hurdle.of(lang).into(), value };
    let mut guides = vec![hurdle(HURDLE)];
    guides.extend(is_negative.then(|| hurdle(-HURDLE)));
    Some(Figure {
        id: "factors-t".into(),
        title: lang.of("t-values of the mean RankIC", "RankIC 均值的t值").into(),
        about: lang.of("Dashed: the hurdle. Sorted by p-value.", "虚线为门槛；按p值排列。").into(),
        chart: Chart::Bars(BarChart {
            axis: lang.of("t-value", "t值").into(),
            unit: Unit::plain(1).signed(),
            baseline: 0.0,
            categories: shown.iter().map(|test| title(context, test)).collect(),
            is_horizontal: true,
            mark: BarMark::Bars,
            is_small: false,
            guides,
            groups: vec![BarGroup {
                name: lang.of("t-value", "t值").into(),
                tone: Tone::First,
                values: shown.iter().map(|test| Some(Bar { value: test.t?, interval: None })).collect(),
            }],
        }),
    })
}

fn table(context: &Context<'_>, tests: &[FactorTest]) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(Term::MeanRankIc.of(lang)),
        Column::word(Term::ConfidenceInterval.of(lang)),
        Column::number("t"),
        Column::number(lang.of("p (Holm)", "p（Holm）")),
        Column::number(lang.of("p (Benjamini–Yekutieli)", "p（Benjamini–Yekutieli）")),
        Column::word(lang.of("above the hurdle", "过门槛")),
    ]);
    for test in tests {
        let estimate = &test.rank_ic;
        let mean = match estimate.get() {
            Some(value) => Cell::number(value, CORRELATION),
            None => notes.missing(estimate.reason()).into(),
        };
        let interval = notes.interval(estimate, CORRELATION);
        let mut number = |value: Option<f64>, write: &dyn Fn(f64) -> Cell| match value {
            Some(value) => write(value),
            None => notes.missing(estimate.reason()).into(),
        };
        let t = number(test.t, &|t| Cell::number(t, Unit::plain(2).signed()));
        let p = |p: f64| Cell::of_number(adjusted(p), p, Unit::plain(3));
        let (holm, benjamini) = (number(test.holm, &p), number(test.benjamini_yekutieli, &p));
        let passes = match test.t {
            Some(t) if t.abs() > HURDLE => lang.of("yes", "是"),
            Some(_) => lang.of("no", "否"),
            None => "",
        };
        table.row([title(context, test).into(), mean, interval.into(), t, holm, benjamini, passes.into()]);
    }
    notes.under(table)
}
