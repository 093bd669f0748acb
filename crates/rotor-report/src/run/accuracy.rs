//! How good forecasts are, and the fits behind them.

use std::collections::BTreeMap;

use super::cells::{Notes, RATIO, SHARE};
use super::forecasts::Target;
use super::metrics::Node;
use super::teller::Teller;
use super::told::told;
use crate::page::{Block, Column, Table};
use crate::say;
use crate::words::{Lang, name, or_none, plain};

/// Rows of a table by sector.
const MOST_ENTITIES: usize = 80;
/// Columns of fits.
const MOST_FITS: usize = 14;

/// The tables over all targets.
pub(super) fn blocks(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut blocks = errors(teller);
    blocks.extend(rules(teller));
    for (factor, target, of) in targets(teller) {
        let title = format!("{}{}{}", teller.factor(factor), lang.of(": ", "："), name(target));
        for caveat in of.texts(&["caveats"]) {
            let caveat = told(lang, caveat);
            blocks.push(Block::Warning(say!(lang, "{title}: {caveat}", "{title}：{caveat}")));
        }
    }
    let noise = lang.of(
        "Beating no change alone is no skill: of a rank that is nearly independent from month to month (heat is one) the mean beats no change by about a third in R² on pure noise. No R² here is taken about a pooled mean, which would count the differences between sectors (of gross margins 0.997, on noise as well) as skill.",
        "仅优于“不变”不是能力：对逐月近乎独立的秩（如热度），纯噪声下均值预测的R²也比“不变”高约三分之一。此处的R²均不以合并均值为基准，否则行业间差异也会被当作能力（毛利率的合并R²在噪声上也有0.997）。",
    );
    blocks.push(Block::Warning(noise.into()));
    blocks
}

fn targets<'a>(teller: &Teller<'a>) -> impl Iterator<Item = (&'a str, &'a str, Node<'a>)> + use<'a> {
    let factors = teller.metrics.at(&["forecast", "all"]).entries();
    factors.flat_map(|(factor, targets)| targets.entries().map(move |(target, of)| (factor, target, of)))
}

fn errors(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::name(lang.of("target", "目标")),
        Column::number("n"),
        Column::number("MSE"),
        Column::number(lang.of("R² against no change", "R²（对“不变”）")),
        Column::number("p"),
        Column::number(lang.of("R² against the past mean", "R²（对历史均值）")),
        Column::number("p"),
        Column::number(lang.of("Clark-West p", "Clark-West p")).detail(),
        Column::number(lang.of("R² within sectors", "R²（行业内）")).detail(),
        Column::number(lang.of("slope", "校准斜率")),
        Column::number(lang.of("periods", "期数")),
        Column::number(lang.of("not yet known", "尚无实际值")).detail(),
    ]);
    let mut notes = Notes::new(teller);
    for (factor, target, of) in targets(teller) {
        let (latest, tests) = (of.at(&["latest"]), of.at(&["tests"]));
        let (no_change, history) = (tests.estimate(&["gain_no_change"]), tests.estimate(&["gain_history"]));
        table.row([
            teller.factor(factor),
            name(target),
            latest.figure(&["mse"]).n.to_string(),
            notes.plain(latest.figure(&["mse"])),
            notes.figure(latest.figure(&["r2_no_change"]), RATIO),
            notes.p_value(no_change),
            notes.figure(latest.figure(&["r2_history"]), RATIO),
            notes.p_value(history),
            notes.p_value(tests.estimate(&["clark_west"])),
            notes.figure(latest.figure(&["r2_within"]), RATIO),
            notes.figure(tests.figure(&["slope"]), RATIO),
            no_change.figure.n.to_string(),
            latest.count(&["n_unrealized"]).to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Walk-forward: each value is foreseen on days on which it was not public, and of several forecasts of one value the last counts. R² is 1 less the squared errors over those of the rival; a p-value takes all sectors of one period as one observation, as they share its news. A slope of 1 is right, below 1 the forecasts say too much.",
        "逐期向前：每个值都在其公布之前预测，同一值有多次预测时取最后一次。R²为1减去与对照的误差平方和之比；同一期各行业受相同信息影响，p值将其视为一个观测。斜率为1表示校准良好，小于1表示预测幅度过大。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn rules(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::name(lang.of("target", "目标")),
        Column::number(lang.of("direction right", "方向正确")),
        Column::number(lang.of("last change goes on", "延续上次变化")),
        Column::number(lang.of("back to the mean", "回归均值")),
        Column::number("n"),
    ]);
    let mut notes = Notes::new(teller);
    for (factor, target, of) in targets(teller) {
        let latest = of.at(&["latest"]);
        table.row([
            teller.factor(factor),
            name(target),
            notes.figure(latest.figure(&["hit_rate"]), SHARE),
            notes.figure(latest.figure(&["hit_rate_last_change"]), SHARE),
            notes.figure(latest.figure(&["hit_rate_to_mean"]), SHARE),
            latest.figure(&["hit_rate"]).n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "How often the direction from the last known value was right, beside two rules that need no model: a forecast that does not do better than both has foreseen nothing.",
        "相对最近已知值的方向正确率，并列两条无需模型的规则：不优于二者的预测没有预见任何东西。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

/// Sector by sector: the fits of the last month, and the errors of all.
pub(super) fn by_entity(teller: &Teller<'_>, target: &Target<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let Some(factor) = teller.facts.run.factors.get(target.factor as usize) else { return Vec::new() };
    let of = teller.metrics.at(&["forecast", "all", factor, target.name]);
    let fits = Fits::of(teller, target.factor);
    let mut columns = vec![
        Column::name(lang.of("sector", "行业")),
        Column::number("n"),
        Column::number("MSE"),
        Column::number(lang.of("R² against no change", "R²（对“不变”）")),
        Column::number(lang.of("R² against the past mean", "R²（对历史均值）")),
        Column::number(lang.of("direction right", "方向正确")),
    ];
    columns.extend(fits.names.iter().map(|fit| Column::number(fit_title(lang, fit))));
    let mut table = Table::new(columns);
    let mut notes = Notes::new(teller);
    let n_fits = fits.names.len();
    for (entity, _) in target.entities.iter().take(MOST_ENTITIES) {
        let code = teller.facts.run.entities.get(*entity as usize).map_or("", |entity| entity.code.as_str());
        let figures = of.at(&["entities", code]);
        let mse = figures.figure(&["mse"]);
        let mut row = vec![
            teller.both_names(*entity),
            mse.n.to_string(),
            notes.plain(mse),
            notes.figure(figures.figure(&["r2_no_change"]), RATIO),
            notes.figure(figures.figure(&["r2_history"]), RATIO),
            notes.figure(figures.figure(&["hit_rate"]), SHARE),
        ];
        row.extend(fits.cells(*entity));
        table.row(row);
    }
    let latest = of.at(&["latest"]);
    let pooled = lang.of("all; of fits the median of all months", "全部；拟合为各月中位数").to_owned();
    let mut row = vec![
        pooled,
        latest.figure(&["mse"]).n.to_string(),
        notes.plain(latest.figure(&["mse"])),
        notes.figure(latest.figure(&["r2_no_change"]), RATIO),
        notes.figure(latest.figure(&["r2_history"]), RATIO),
        notes.figure(latest.figure(&["hit_rate"]), SHARE),
    ];
    row.extend(fits.names.iter().map(|fit| notes.plain(of.figure(&["fits", fit, "median"]))));
    table.row(row);
    let mut blocks = notes.under(table);
    blocks.extend(cut(lang, target.entities.len(), MOST_ENTITIES, "metrics.json"));
    if n_fits > 0 {
        blocks.push(fits.legend(lang).into());
    }
    let title = lang.of(
        "Sector by sector: walk-forward errors, and fits of the last month",
        "分行业：逐期误差与最近一月的拟合",
    );
    vec![Block::Folded { title: title.into(), blocks }]
}

/// The fits of a factor without forecasts.
pub(super) fn fits_alone(teller: &Teller<'_>, factor: u32) -> Vec<Block> {
    let lang = teller.lang;
    let fits = Fits::of(teller, factor);
    let entities = fits.entities();
    if fits.names.is_empty() || entities.is_empty() {
        return Vec::new();
    }
    let mut columns = vec![Column::name(lang.of("sector", "行业"))];
    columns.extend(fits.names.iter().map(|fit| Column::number(fit_title(lang, fit))));
    let mut table = Table::new(columns);
    for entity in entities.iter().take(MOST_ENTITIES) {
        let mut row = vec![teller.both_names(*entity)];
        row.extend(fits.cells(*entity));
        table.row(row);
    }
    let mut blocks = vec![Block::Heading(teller.factor_at(factor)), table.into(), fits.legend(lang).into()];
    blocks.extend(cut(lang, entities.len(), MOST_ENTITIES, "diagnostics.parquet"));
    blocks
}

/// What a factor says of its own fits on the last day on which it says anything.
struct Fits<'a> {
    day: String,
    names: Vec<&'a str>,
    values: BTreeMap<(u32, &'a str), f64>,
    n_left_out: usize,
}

impl<'a> Fits<'a> {
    fn of(teller: &Teller<'a>, factor: u32) -> Self {
        let run = teller.facts.run;
        let is_fit = |name: &str| ["r2", "mse", "correlation"].iter().any(|prefix| name.starts_with(prefix));
        let mut values = BTreeMap::new();
        let mut day = String::new();
        let rows =
            || run.diagnostics.iter().filter(|row| row.factor == factor && is_fit(run.texts.get(row.name)));
        if let Some(last) = rows().next_back().map(|row| row.execution) {
            day = teller.day(last).to_string();
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
            "Fits are what the factor says of its own model on {day}; a dash: it says nothing of this sector there. A fit of the train rows is no forecast.{left_out}",
            "拟合为因子在{day}对自身模型的陈述；“-”表示当日对该行业没有陈述。训练样本上的拟合不是预测。{left_out}"
        )
    }
}

/// The name of a diagnostic for people.
fn fit_title(lang: Lang, name: &str) -> String {
    let word = |word: &str| -> String {
        let known = match word {
            "r2" => "R²",
            "mse" => "MSE",
            "train" => lang.of("train", "训练"),
            "test" => lang.of("test", "检验"),
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
