//! How good forecasts are, and the fits behind them.

use std::collections::BTreeMap;

use rotor_run::metrics::ForecastMetrics;

use super::cells::{FRACTION, Footnotes, RATIO};
use super::context::Context;
use super::forecasts::Target;
use crate::page::{Block, Column, Table};
use crate::say;
use crate::sentences;
use crate::terms::Term;
use crate::words::{Lang, NONE, name, or_none, plain};

/// Rows of a table by sector.
const MOST_ENTITIES: usize = 80;
/// Columns of fits.
const MOST_FITS: usize = 14;

/// The tables over all targets.
pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut blocks = errors(context);
    blocks.extend(rules(context));
    for (factor, target, of) in targets(context) {
        let title = format!("{}{}{}", context.factor(factor), lang.of(": ", "："), name(target));
        for caveat in &of.caveats {
            let caveat = sentences::caveat(lang, caveat);
            blocks.push(Block::Warning(say!(lang, "{title}: {caveat}", "{title}：{caveat}")));
        }
    }
    let noise = lang.of(
        "A positive OOS R² vs naive alone is no evidence of skill: for a rank that is nearly independent from month to month (heat is one), the historical mean has an OOS R² vs naive of about a third on pure noise. No R² here is taken about a pooled mean, which would count the differences between sectors as skill (of gross margins 0.997, on noise as well).",
        "仅样本外 R²（对无变化）为正不是能力：对逐月近乎独立的秩（如热度），纯噪声下历史均值预测的样本外 R²（对无变化）也有约三分之一。此处的 R² 均不以合并均值为基准，否则行业间差异也会被当作能力（毛利率的合并 R² 在噪声上也有0.997）。",
    );
    blocks.push(Block::Warning(noise.into()));
    blocks
}

fn targets<'a>(
    context: &Context<'a>,
) -> impl Iterator<Item = (&'a str, &'a str, &'a ForecastMetrics)> + use<'a> {
    let factors = context.metrics.forecast.all.iter();
    factors.flat_map(|(factor, targets)| targets.iter().map(move |(target, of)| (factor, target, of)))
}

fn errors(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::name(lang.of("target", "目标")),
        Column::number("n"),
        Column::number("MSE"),
        Column::number(Term::R2Naive.of(lang)),
        Column::number("p"),
        Column::number(Term::R2History.of(lang)),
        Column::number("p"),
        Column::number("Clark-West p").detail(),
        Column::number(lang.of("R² within sectors", "R²（行业内）")).detail(),
        Column::number(lang.of("calibration slope", "校准斜率")),
        Column::number(lang.of("periods", "期数")),
        Column::number(lang.of("not yet published", "尚无实际值")).detail(),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, target, of) in targets(context) {
        let (latest, tests) = (&of.latest, &of.tests);
        let (no_change, history) = (&tests.gain_no_change.estimate, &tests.gain_history.estimate);
        table.row([
            context.factor(factor),
            name(target),
            latest.mse.n.to_string(),
            notes.plain(&latest.mse),
            notes.metric(&latest.r2_no_change, RATIO),
            notes.p_value(no_change),
            notes.metric(&latest.r2_history, RATIO),
            notes.p_value(history),
            notes.p_value(&tests.clark_west.0),
            notes.metric(&latest.r2_within, RATIO),
            notes.metric(&tests.slope, RATIO),
            no_change.value.n.to_string(),
            latest.n_unrealized.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Walk-forward: each value is forecast on days on which it was not public; of several forecasts of one value the last counts. OOS R² is 1 less the squared errors over those of the naive forecast or of the historical mean; a p-value takes all sectors of one period as one observation, as they share its news. A calibration slope of 1 is right; below 1 the forecasts exaggerate.",
        "逐期向前：每个值都在其公布之前预测，同一值有多次预测时取最后一次。样本外 R² 为1减去与无变化预测或历史均值的误差平方和之比；同一期各行业受相同信息影响，p值将其视为一个观测。校准斜率为1表示校准良好，小于1表示预测幅度过大。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn rules(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::name(lang.of("target", "目标")),
        Column::number(lang.of("direction right", "方向正确率")),
        Column::number(lang.of("last change goes on", "延续上次变化")),
        Column::number(lang.of("return to the mean", "回归均值")),
        Column::number("n"),
    ]);
    let mut notes = Footnotes::new(context);
    for (factor, target, of) in targets(context) {
        let latest = &of.latest;
        table.row([
            context.factor(factor),
            name(target),
            notes.metric(&latest.hit_rate, FRACTION),
            notes.metric(&latest.hit_rate_last_change, FRACTION),
            notes.metric(&latest.hit_rate_to_mean, FRACTION),
            latest.hit_rate.n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "How often the direction from the last known value was right, beside two rules without a model: a forecast that is not better than both has no skill.",
        "相对最近已知值的方向正确率，并列两条无需模型的规则：不优于二者的预测没有能力。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

/// Sector by sector: the fits of the last month, and the errors of all.
pub(super) fn by_entity(context: &Context<'_>, target: &Target<'_>) -> Vec<Block> {
    let lang = context.lang;
    let Some(factor) = context.facts.run.factors.get(target.factor as usize) else { return Vec::new() };
    let of = context.metrics.forecast.all.get(factor).and_then(|targets| targets.get(target.name));
    let Some(of) = of else { return Vec::new() };
    let fits = Fits::of(context, target.factor);
    let mut columns = vec![
        Column::name(Term::Sector.of(lang)),
        Column::number("n"),
        Column::number("MSE"),
        Column::number(Term::R2Naive.of(lang)),
        Column::number(Term::R2History.of(lang)),
        Column::number(lang.of("direction right", "方向正确率")),
    ];
    columns.extend(fits.names.iter().map(|fit| Column::number(fit_title(lang, fit))));
    let mut table = Table::new(columns);
    let mut notes = Footnotes::new(context);
    let n_fits = fits.names.len();
    for (entity, _) in target.entities.iter().take(MOST_ENTITIES) {
        let code = context.facts.run.entities.get(*entity as usize).map_or("", |entity| entity.code.as_str());
        let mut row = vec![context.both_names(*entity)];
        match of.entities.get(code) {
            Some(errors) => row.extend([
                errors.mse.n.to_string(),
                notes.plain(&errors.mse),
                notes.metric(&errors.r2_no_change, RATIO),
                notes.metric(&errors.r2_history, RATIO),
                notes.metric(&errors.hit_rate, FRACTION),
            ]),
            None => row.extend([NONE; 5].map(str::to_owned)),
        }
        row.extend(fits.cells(*entity));
        table.row(row);
    }
    let latest = &of.latest;
    let pooled = lang.of("all; of fits the median of all months", "全部；拟合为各月中位数").to_owned();
    let mut row = vec![
        pooled,
        latest.mse.n.to_string(),
        notes.plain(&latest.mse),
        notes.metric(&latest.r2_no_change, RATIO),
        notes.metric(&latest.r2_history, RATIO),
        notes.metric(&latest.hit_rate, FRACTION),
    ];
    row.extend(fits.names.iter().map(|fit| match of.fits.get(fit) {
        Some(fit) => notes.plain(&fit.median),
        None => NONE.to_owned(),
    }));
    table.row(row);
    let mut blocks = notes.under(table);
    blocks.extend(cut(lang, target.entities.len(), MOST_ENTITIES, "metrics.json"));
    if n_fits > 0 {
        blocks.push(fits.legend(lang).into());
    }
    let title = lang
        .of("By sector: walk-forward errors, and fits of the last month", "分行业：逐期误差与最近一月的拟合");
    vec![Block::Appendix { title: title.into(), blocks }]
}

/// The fits of a factor without forecasts.
pub(super) fn fits_alone(context: &Context<'_>, factor: u32) -> Vec<Block> {
    let lang = context.lang;
    let fits = Fits::of(context, factor);
    let entities = fits.entities();
    if fits.names.is_empty() || entities.is_empty() {
        return Vec::new();
    }
    let mut columns = vec![Column::name(Term::Sector.of(lang))];
    columns.extend(fits.names.iter().map(|fit| Column::number(fit_title(lang, fit))));
    let mut table = Table::new(columns);
    for entity in entities.iter().take(MOST_ENTITIES) {
        let mut row = vec![context.both_names(*entity)];
        row.extend(fits.cells(*entity));
        table.row(row);
    }
    let mut blocks = vec![Block::Heading(context.factor_at(factor)), table.into(), fits.legend(lang).into()];
    blocks.extend(cut(lang, entities.len(), MOST_ENTITIES, "diagnostics.parquet"));
    blocks
}

/// The diagnostics of a factor's fits on the last day that has any.
struct Fits<'a> {
    day: String,
    names: Vec<&'a str>,
    values: BTreeMap<(u32, &'a str), f64>,
    n_left_out: usize,
}

impl<'a> Fits<'a> {
    fn of(context: &Context<'a>, factor: u32) -> Self {
        let run = context.facts.run;
        let is_fit = |name: &str| ["r2", "mse", "correlation"].iter().any(|prefix| name.starts_with(prefix));
        let mut values = BTreeMap::new();
        let mut day = String::new();
        let rows =
            || run.diagnostics.iter().filter(|row| row.factor == factor && is_fit(run.texts.get(row.name)));
        if let Some(last) = rows().next_back().map(|row| row.execution) {
            day = context.day(last).to_string();
            let of_day = rows().rev().take_while(|row| row.execution == last);
            values.extend(of_day.map(|row| ((row.entity, run.texts.get(row.name)), row.value)));
        }
        let mut names: Vec<&str> = values.keys().map(|(_, name)| *name).collect();
        names.sort_unstable();
        names.dedup();
        let n_left_out = names.len().saturating_sub(MOST_FITS);
        names.truncate(MOST_FITS);
        Self { day, names, values, n_left_out }
    }

    fn entities(&self) -> Vec<u32> {
        let mut entities: Vec<u32> = self.values.keys().map(|(entity, _)| *entity).collect();
        entities.dedup();
        entities
    }

    fn cells(&self, entity: u32) -> impl Iterator<Item = String> {
        self.names.iter().map(move |name| or_none(self.values.get(&(entity, *name)).copied(), plain))
    }

    fn legend(&self, lang: Lang) -> String {
        let day = &self.day;
        let left_out = match self.n_left_out {
            0 => String::new(),
            n => say!(lang, " {n} more are in `diagnostics.parquet`.", "另有{n}项见`diagnostics.parquet`。"),
        };
        say!(
            lang,
            "Fits are the diagnostics of the factor's own model on {day}; a dash: none for this sector. A fit on the training set is no forecast.{left_out}",
            "拟合为因子在{day}对自身模型的诊断；“—”表示当日该行业没有诊断。训练集上的拟合不是预测。{left_out}"
        )
    }
}

/// The name of a diagnostic for people.
fn fit_title(lang: Lang, name: &str) -> String {
    let word = |word: &str| -> String {
        let known = match word {
            "r2" => "R²",
            "mse" => "MSE",
            "train" => lang.of("training set", "训练集"),
            "test" => Term::TestSet.of(lang),
            "ridge" => lang.of("ridge", "岭回归"),
            "quarter" => lang.of("quarter", "季"),
            "ends" => lang.of("ends", "末"),
            "correlation" => lang.of("correlation of actual and fitted", "实际与拟合相关"),
            other => other,
        };
        known.into()
    };
    let words: Vec<String> = name.split('_').map(word).collect();
    crate::words::name(&words.join(" "))
}

/// Says that a table was cut, and where all of it stands.
pub(super) fn cut(lang: Lang, n: usize, most: usize, file: &str) -> Option<Block> {
    (n > most).then(|| {
        say!(lang, "{most} of {n} rows; `{file}` has all.", "仅列{n}行中的{most}行，全部见`{file}`。").into()
    })
}
