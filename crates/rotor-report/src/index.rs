//! The index of a folder: a row for every run, every sweep, every saved note and every saved weekly in it.
//!
//! [`Index`] holds what the page shows, as plain values; whoever reads the folder fills it in.

use std::collections::BTreeMap;

use rotor_factor::{Date, Month};
use rotor_run::metrics::{Basis, Estimate, Metric};
use rotor_run::{DatasetRecord, Setting};

use crate::draw::Unit;
use crate::page::{Block, Cell, Column, Page, Section, Table};
use crate::say;
use crate::sentences::reason_or_none;
use crate::sweep::adjusted_p;
use crate::terms::Term;
use crate::words::{Lang, NONE, counted, name, sentence};

const PERCENT: Unit = Unit::fraction(1);
const DIFFERENCE: Unit = Unit::fraction(1).signed();
const RATIO: Unit = Unit::plain(2);
const PROBABILITY: Unit = Unit::fraction(0);

/// What there is in a folder.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The name of the folder.
    pub folder: String,
    /// The runs, by place.
    pub runs: Vec<RunEntry>,
    /// The merged sweeps, by place.
    pub sweeps: Vec<SweepEntry>,
    /// The saved notes, by day and place.
    pub notes: Vec<NoteEntry>,
    /// The saved weeklies, by day and place.
    pub weeklies: Vec<WeeklyEntry>,
    /// What looks like one of them and cannot be read, by place.
    pub unread: Vec<UnreadEntry>,
}

/// A run of the folder.
#[derive(Clone, Debug)]
pub struct RunEntry {
    /// The way to its folder from the folder of the index, with slashes.
    pub place: String,
    /// The same to its report; `None` if there is none.
    pub page: Option<String>,
    /// The dataset.
    pub dataset: DatasetRecord,
    /// What of the configuration is not as nobody has changed it; `None` if this version does not read it.
    pub settings: Option<Vec<Setting>>,
    /// The months that were evaluated.
    pub n_months: usize,
    /// The net value after each calendar month, net of costs, from 1.
    pub net_value: Vec<f64>,
    /// The key figures.
    pub figures: KeyFigures,
}

/// The key figures of a run.
#[derive(Clone, Debug)]
pub struct KeyFigures {
    /// Annualised return net of costs; `None` for a run without the portfolio.
    pub annual_return: Option<Metric>,
    /// Annualised excess return over all sectors, net.
    pub excess: Option<Estimate>,
    /// The same over the eligible sectors.
    pub excess_eligible: Option<Estimate>,
    /// Excess return over tracking error, against all sectors.
    pub information_ratio: Option<Metric>,
    /// Max drawdown of the net value, and from which values it comes.
    pub max_drawdown: Option<(Metric, Basis)>,
    /// One-way turnover per rebalance.
    pub turnover: Metric,
    /// The deflated Sharpe ratio.
    pub deflated_sharpe: Metric,
    /// How many trials it counts.
    pub n_trials: u64,
}

/// A merged sweep of the folder.
#[derive(Clone, Debug)]
pub struct SweepEntry {
    /// The way to its folder from the folder of the index, with slashes.
    pub place: String,
    /// The same to its report; `None` if there is none.
    pub page: Option<String>,
    /// The dataset.
    pub dataset: DatasetRecord,
    /// How many trials it has.
    pub n_trials: usize,
    /// How many of them survive the step-down at 5%.
    pub n_survivors: usize,
    /// The smallest adjusted p-value.
    pub smallest_p: Metric,
    /// The settings of the best trial, key and value; `None` if no trial is the best.
    pub best: Option<Vec<(String, String)>>,
    /// Its annualised excess return over all sectors, net: the best one of so many.
    pub excess: Option<f64>,
    /// The probability of backtest overfitting.
    pub overfitting: Metric,
    /// The months that no trial sees; `None` if there are none.
    pub holdout: Option<HoldoutEntry>,
}

/// The hold-out of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldoutEntry {
    /// How many months it has.
    pub n_months: usize,
    /// Whether it was opened; `None` where nobody can say.
    pub is_opened: Option<bool>,
}

/// A saved note of the folder.
#[derive(Clone, Debug)]
pub struct NoteEntry {
    /// The way to its folder from the folder of the index, with slashes.
    pub place: String,
    /// The same to its page; `None` if there is none.
    pub page: Option<String>,
    /// Its day.
    pub as_of: Date,
    /// The last complete month.
    pub month: Month,
    /// The name of its dataset.
    pub dataset: String,
    /// Whether that is made up.
    pub is_synthetic: bool,
    /// The selected sectors, best first: name, Chinese name and total.
    pub selected: Vec<(String, Option<String>, f64)>,
    /// What of the configuration is not as nobody has changed it; `None` if this version does not read it.
    pub settings: Option<Vec<Setting>>,
    /// The net value of its track record after each holding period, net of costs, from 1.
    pub net_value: Vec<f64>,
}

/// A saved weekly of the folder.
#[derive(Clone, Debug)]
pub struct WeeklyEntry {
    /// The way to its folder from the folder of the index, with slashes.
    pub place: String,
    /// The same to its page; `None` if there is none.
    pub page: Option<String>,
    /// Its day.
    pub as_of: Date,
    /// The Monday and the Sunday of its week.
    pub week: (Date, Date),
    /// The name of its dataset.
    pub dataset: String,
    /// Whether that is made up.
    pub is_synthetic: bool,
    /// The sectors that gained and that lost in the week; `None` without returns.
    pub up_and_down: Option<(usize, usize)>,
    /// The median gain of the sectors in percent; `None` without returns.
    pub median: Option<f64>,
    /// The sectors that gained most: name, Chinese name and gain in percent.
    pub best: Vec<(String, Option<String>, f64)>,
    /// What of the configuration is not as nobody has changed it; `None` if this version does not read it.
    pub settings: Option<Vec<Setting>>,
}

/// A folder that looks like a run, a sweep, a note or a weekly and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadEntry {
    /// The way to it, with slashes.
    pub place: String,
    /// Why it cannot be read.
    pub reason: String,
}

/// Makes the page of an index in a language.
#[must_use]
pub fn page(index: &Index, lang: Lang) -> Page {
    let datasets = Datasets::of(index, lang);
    let mut sections = Vec::new();
    sections.extend(runs(index, &datasets, lang));
    sections.extend(sweeps(index, &datasets, lang));
    sections.extend(notes(index, lang));
    sections.extend(weeklies(index, lang));
    sections.extend(unread(index, lang));
    if sections.is_empty() {
        let text = lang.of(
            "There is no run, no sweep, no saved note and no saved weekly below this folder.",
            "该文件夹下没有回测或参数扫描结果，也没有存档的月报或周报。",
        );
        sections.push(Section {
            id: "empty".into(),
            heading: lang.of("Nothing here", "暂无内容").into(),
            blocks: vec![text.to_owned().into()],
        });
    }
    let folder = name(&index.folder);
    let (n_runs, n_notes) = (index.runs.len(), index.notes.len());
    let mut contents = vec![
        counted(lang, n_runs, ["run", "runs"], " 次回测"),
        counted(lang, n_notes, ["note", "notes"], " 份月报"),
    ];
    if !index.sweeps.is_empty() {
        contents.push(counted(lang, index.sweeps.len(), ["sweep", "sweeps"], " 次参数扫描"));
    }
    if !index.weeklies.is_empty() {
        contents.push(counted(lang, index.weeklies.len(), ["weekly", "weeklies"], " 份周报"));
    }
    let mut facts = vec![(lang.of("contents", "内容").to_owned(), contents.join(lang.of(", ", "，")))];
    if let [(dataset, _)] = datasets.names[..] {
        let title =
            if dataset.title.is_empty() { String::new() } else { format!(": {}", name(&dataset.title)) };
        let shown = datasets.name(dataset, lang) + &title;
        let label = if index.sweeps.is_empty() {
            lang.of("dataset of the runs", "回测数据集")
        } else {
            lang.of("dataset", "数据集")
        };
        facts.push((label.to_owned(), shown));
    }
    let is_synthetic = index
        .runs
        .iter()
        .map(|run| run.dataset.synthetic)
        .chain(index.sweeps.iter().map(|sweep| sweep.dataset.synthetic))
        .chain(index.notes.iter().map(|note| note.is_synthetic))
        .chain(index.weeklies.iter().map(|weekly| weekly.is_synthetic));
    let is_synthetic: Vec<bool> = is_synthetic.collect();
    let all_synthetic = !is_synthetic.is_empty() && is_synthetic.iter().all(|is_so| *is_so);
    Page {
        lang,
        title: say!(lang, "Runs and notes in {folder}", "{folder} 中的回测与报告"),
        mark: all_synthetic.then(|| lang.of("SYNTHETIC DATA", "模拟数据").into()),
        facts,
        sections,
    }
}

/// The datasets of an index by what they hold: a name that stands for several states of its data has a letter for each.
struct Datasets<'a> {
    names: Vec<(&'a DatasetRecord, String)>,
    /// How the states of one name differ.
    about: Vec<String>,
}

impl<'a> Datasets<'a> {
    fn of(index: &'a Index, lang: Lang) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&DatasetRecord>> = BTreeMap::new();
        let all = index.runs.iter().map(|run| &run.dataset);
        for dataset in all.chain(index.sweeps.iter().map(|sweep| &sweep.dataset)) {
            let states = by_name.entry(&dataset.name).or_default();
            if !states.iter().any(|known| known.sha256 == dataset.sha256) {
                states.push(dataset);
            }
        }
        let (mut names, mut about) = (Vec::new(), Vec::new());
        for (dataset, states) in by_name {
            let shown = name(dataset);
            if let [only] = states[..] {
                names.push((only, shown));
                continue;
            }
            let files: std::collections::BTreeSet<&str> = states
                .iter()
                .flat_map(|state| state.sha256.iter().map(|(file, _)| file))
                .filter(|file| {
                    states.iter().any(|state| state.sha256.get(file) != states[0].sha256.get(file))
                })
                .collect();
            let n = states.len();
            let files: Vec<String> = files.into_iter().map(name).collect();
            let files = files.join(lang.between());
            about.push(say!(
                lang,
                "`{shown}` is {n} states of data, which differ in {files}: runs on different ones are no comparison of settings.",
                "`{shown}` 有 {n} 个数据版本，差异在于 {files}；不同版本上的结果不能用于比较设置。"
            ));
            names.extend(
                states
                    .into_iter()
                    .enumerate()
                    .map(|(position, state)| (state, format!("{shown} ({})", letters(position)))),
            );
        }
        Self { names, about }
    }

    fn name(&self, dataset: &DatasetRecord, lang: Lang) -> String {
        let known = self.names.iter().find(|(it, _)| it.name == dataset.name && it.sha256 == dataset.sha256);
        let shown = known.map_or_else(|| name(&dataset.name), |(_, shown)| shown.clone());
        marked(shown, dataset.synthetic, lang)
    }
}

/// a to z, then a26 and on.
fn letters(position: usize) -> String {
    match u8::try_from(position) {
        Ok(letter @ 0..=25) => char::from(b'a' + letter).to_string(),
        _ => format!("a{position}"),
    }
}

fn marked(shown: String, is_synthetic: bool, lang: Lang) -> String {
    if !is_synthetic {
        return shown;
    }
    let mark = lang.of("synthetic", "模拟数据");
    say!(lang, "{shown}, {mark}", "{shown}，{mark}")
}

/// The settings that all entries share, and those of each that are left.
fn told_apart(all: &[Option<&[Setting]>], lang: Lang) -> (Option<String>, Vec<String>) {
    let known: Vec<&[Setting]> = all.iter().flatten().copied().collect();
    let is_shared = |setting: &Setting| known.len() > 1 && known.iter().all(|of| of.contains(setting));
    let listed = |settings: &[&Setting]| {
        let texts: Vec<String> = settings
            .iter()
            .map(|setting| format!("{} = {}", sentence(&setting.key), sentence(&setting.value)))
            .collect();
        texts.join(lang.of("; ", "；"))
    };
    let shared: Vec<&Setting> =
        known.first().map_or(Vec::new(), |first| first.iter().filter(|it| is_shared(it)).collect());
    let of = |settings: Option<&[Setting]>| match settings {
        None => lang.of("not known", "未知").to_owned(),
        Some(settings) => {
            let own: Vec<&Setting> = settings.iter().filter(|it| !is_shared(it)).collect();
            match (own.is_empty(), shared.is_empty()) {
                (false, _) => listed(&own),
                (true, true) => lang.of("defaults", "默认设置").to_owned(),
                (true, false) => lang.of("nothing else", "无其他改动").to_owned(),
            }
        }
    };
    let texts = all.iter().copied().map(of).collect();
    let shared = (!shared.is_empty()).then(|| {
        let listed = listed(&shared);
        say!(lang, "All have in common, other than the defaults: {listed}.", "共同的非默认设置：{listed}。")
    });
    (shared, texts)
}

fn runs(index: &Index, datasets: &Datasets<'_>, lang: Lang) -> Option<Section> {
    if index.runs.is_empty() {
        return None;
    }
    let settings: Vec<Option<&[Setting]>> = index.runs.iter().map(|run| run.settings.as_deref()).collect();
    let (shared, settings) = told_apart(&settings, lang);
    let n = index.runs.len();
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(shared.map(Block::from));
    if n > 1 {
        blocks.push(
            say!(
                lang,
                "Choosing the best of {n} makes it look better than it is: read DSR, which counts the trials, and the intervals. `rotor trials` has what was tried and is not here.",
                "从 {n} 次中挑选最优，其数字必然偏乐观：请看计入试验次数的 DSR 与置信区间；不在此处的试验见 `rotor trials`。"
            )
            .into(),
        );
    }
    blocks.extend(datasets.about.iter().cloned().map(Block::Warning));
    let (all, eligible) = (Term::EqualWeight.of(lang), Term::EligibleSectors.of(lang));
    blocks.push(
        say!(
            lang,
            "Annualised, net of costs. Excess: over {all}, with its 95% CI; excess (eligible): over {eligible}. IR: information ratio against {all}. Turnover: one-way, per rebalance. DSR: deflated Sharpe ratio, with the trials that it counts.",
            "均为年化、费后。超额：相对{all}，附 95% 置信区间；超额（可选）：相对{eligible}。IR：相对{all}的信息比率。换手率：每次调仓单边。DSR：经多次试验校正的夏普比率，括号内为试验次数。"
        )
        .into(),
    );
    let has_datasets = datasets.names.len() > 1;
    let mut columns = vec![Column::word(lang.of("run", "回测")), Column::word(lang.of("settings", "设置"))];
    if has_datasets {
        columns.push(Column::word(lang.of("dataset", "数据集")));
    }
    columns.extend([
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("net value", "净值")),
        Column::number(lang.of("return", "收益率")),
        Column::number(lang.of("excess", "超额")),
        Column::word(Term::ConfidenceInterval.of(lang)),
        Column::number(lang.of("excess (eligible)", "超额（可选）")),
        Column::number("IR"),
        Column::number(Term::MaxDrawdown.of(lang)),
        Column::number(lang.of("turnover", "换手率")),
        Column::number("DSR"),
    ]);
    let mut table = Table::new(columns).sortable();
    for (run, settings) in index.runs.iter().zip(settings) {
        let dataset = has_datasets.then(|| datasets.name(&run.dataset, lang));
        table.row(run.cells(dataset, settings, lang));
    }
    blocks.push(table.into());
    Some(Section { id: "runs".into(), heading: lang.of("Runs", "回测").into(), blocks })
}

impl RunEntry {
    fn cells(&self, dataset: Option<String>, settings: String, lang: Lang) -> Vec<Cell> {
        let figures = &self.figures;
        let excess = figures.excess.as_ref();
        let interval = excess.and_then(Estimate::interval).map_or(NONE.into(), |(low, high)| {
            format!("[{}, {}]", DIFFERENCE.write(low), DIFFERENCE.write(high))
        });
        let estimate = |of: Option<&Estimate>| number(of.map(|of| &of.value), DIFFERENCE, lang);
        let drawdown = match &figures.max_drawdown {
            Some((depth, Basis::PeriodEnds)) if let Some(value) = depth.get() => {
                let shown = PERCENT.write(value);
                let text = say!(lang, "{shown} (period ends)", "{shown}（按期末）");
                Cell::of_number(text, value, PERCENT)
            }
            found => number(found.as_ref().map(|(depth, _)| depth), PERCENT, lang),
        };
        let n_trials = figures.n_trials;
        let deflated = match figures.deflated_sharpe.get() {
            Some(value) => {
                let shown = PROBABILITY.write(value);
                Cell::of_number(
                    say!(lang, "{shown} ({n_trials})", "{shown}（{n_trials}）"),
                    value,
                    PROBABILITY,
                )
            }
            None => number(Some(&figures.deflated_sharpe), PROBABILITY, lang),
        };
        let mut cells = vec![linked(&self.place, self.page.as_deref()), settings.into()];
        cells.extend(dataset.map(Cell::from));
        cells.extend([
            Cell::count(self.n_months),
            net_value(&self.net_value),
            number(figures.annual_return.as_ref(), PERCENT, lang),
            estimate(excess),
            interval.into(),
            estimate(figures.excess_eligible.as_ref()),
            number(figures.information_ratio.as_ref(), RATIO, lang),
            drawdown,
            number(Some(&figures.turnover), PROBABILITY, lang),
            deflated,
        ]);
        cells
    }
}

fn sweeps(index: &Index, datasets: &Datasets<'_>, lang: Lang) -> Option<Section> {
    if index.sweeps.is_empty() {
        return None;
    }
    let all = Term::EqualWeight.of(lang);
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "Survivors: trials whose adjusted p of the step-down, which takes account of all trials, is at most 0.05. Excess: annualised, net, over {all}, of the trial of the highest information ratio; being the best of so many flatters it.",
            "通过数：逐步检验校正后p值（已计入全部试验）不高于0.05的试验数。超额：信息比率最高的试验相对{all}的年化超额收益（费后）；作为众多试验中的最优者，该数字偏高。"
        )
        .into(),
    ];
    // Above the table of runs they stand already.
    if index.runs.is_empty() {
        blocks.extend(datasets.about.iter().cloned().map(Block::Warning));
    }
    let has_datasets = datasets.names.len() > 1;
    let mut columns = vec![Column::word(lang.of("sweep", "参数扫描"))];
    if has_datasets {
        columns.push(Column::word(lang.of("dataset", "数据集")));
    }
    columns.extend([
        Column::number(lang.of("trials", "试验次数")),
        Column::number(lang.of("survivors", "通过数")),
        Column::number(lang.of("smallest adjusted p", "最小校正后p值")),
        Column::word(lang.of("settings of the best", "最优试验的设置")),
        Column::number(lang.of("its excess", "其超额")),
        Column::number("PBO"),
        Column::word(Term::HoldOut.of(lang)),
    ]);
    let mut table = Table::new(columns).sortable();
    for sweep in &index.sweeps {
        let mut cells = vec![linked(&sweep.place, sweep.page.as_deref())];
        cells.extend(has_datasets.then(|| Cell::from(datasets.name(&sweep.dataset, lang))));
        cells.extend(sweep.cells(lang));
        table.row(cells);
    }
    blocks.push(table.into());
    Some(Section { id: "sweeps".into(), heading: lang.of("Sweeps", "参数扫描").into(), blocks })
}

impl SweepEntry {
    fn cells(&self, lang: Lang) -> Vec<Cell> {
        let settings = match &self.best {
            None => lang.of("no trial has a result", "没有试验有结果").to_owned(),
            Some(settings) if settings.is_empty() => lang.of("the base configuration", "基准配置").into(),
            Some(settings) => {
                let settings = settings.iter().map(|(key, value)| format!("{} = {}", name(key), name(value)));
                settings.collect::<Vec<String>>().join(lang.of("; ", "；"))
            }
        };
        let survivors = match self.smallest_p.get() {
            Some(_) => Cell::count(self.n_survivors),
            None => NONE.into(),
        };
        let smallest_p = match self.smallest_p.get() {
            Some(p) => Cell::of_number(adjusted_p(p), p, Unit::plain(3)),
            None => number(Some(&self.smallest_p), PROBABILITY, lang),
        };
        vec![
            Cell::count(self.n_trials),
            survivors,
            smallest_p,
            settings.into(),
            self.excess.map_or_else(|| NONE.into(), |excess| Cell::number(excess, DIFFERENCE)),
            number(Some(&self.overfitting), PROBABILITY, lang),
            self.holdout.map_or_else(|| NONE.to_owned(), |holdout| holdout.text(lang)).into(),
        ]
    }
}

impl HoldoutEntry {
    fn text(self, lang: Lang) -> String {
        let months = counted(lang, self.n_months, ["month", "months"], "个月");
        match self.is_opened {
            Some(true) => say!(lang, "{months}, opened", "{months}，已启封"),
            Some(false) => say!(lang, "{months}, sealed", "{months}，未启封"),
            None => months,
        }
    }
}

fn notes(index: &Index, lang: Lang) -> Option<Section> {
    if index.notes.is_empty() {
        return None;
    }
    let settings: Vec<Option<&[Setting]>> = index.notes.iter().map(|note| note.settings.as_deref()).collect();
    let (shared, settings) = told_apart(&settings, lang);
    let mut table = Table::new([
        Column::word(lang.of("as of", "数据截至")),
        Column::word(lang.of("selected sectors (total score)", "入选行业（总分）")),
        Column::word(lang.of("settings", "设置")),
        Column::word(lang.of("dataset", "数据集")),
        Column::number(lang.of("net value of its track record", "回测净值（费后）")),
        Column::word(lang.of("folder", "文件夹")),
    ])
    .sortable();
    for (note, settings) in index.notes.iter().zip(settings) {
        let selected: Vec<String> = note
            .selected
            .iter()
            .map(|(sector, sector_zh, total)| {
                let sector = name(sector_zh.as_deref().filter(|_| lang == Lang::Zh).unwrap_or(sector));
                let total = crate::words::plain(*total);
                say!(lang, "{sector} ({total})", "{sector}（{total}）")
            })
            .collect();
        let selected = if selected.is_empty() { NONE.into() } else { selected.join(lang.between()) };
        let day = Cell::from(note.as_of);
        table.row([
            match &note.page {
                Some(page) => day.linked(page.as_str()),
                None => day,
            },
            selected.into(),
            settings.into(),
            marked(name(&note.dataset), note.is_synthetic, lang).into(),
            net_value(&note.net_value),
            name(&note.place).into(),
        ]);
    }
    let mut blocks: Vec<Block> = shared.map(Block::from).into_iter().collect();
    blocks.push(table.into());
    Some(Section { id: "notes".into(), heading: lang.of("Notes", "月报").into(), blocks })
}

fn weeklies(index: &Index, lang: Lang) -> Option<Section> {
    if index.weeklies.is_empty() {
        return None;
    }
    let settings: Vec<Option<&[Setting]>> =
        index.weeklies.iter().map(|weekly| weekly.settings.as_deref()).collect();
    let (shared, settings) = told_apart(&settings, lang);
    let gain = Unit::plain(2).signed();
    let mut table = Table::new([
        Column::word(lang.of("as of", "数据截至")),
        Column::word(lang.of("week", "周")),
        Column::word(lang.of("largest gains %", "周涨幅居前 %")),
        Column::number(lang.of("median %", "中位数 %")),
        Column::word(lang.of("up / down", "上涨 / 下跌")),
        Column::word(lang.of("settings", "设置")),
        Column::word(lang.of("dataset", "数据集")),
        Column::word(lang.of("folder", "文件夹")),
    ])
    .sortable();
    for (weekly, settings) in index.weeklies.iter().zip(settings) {
        let best = weekly.best.iter().map(|(sector, sector_zh, value)| {
            let sector = name(sector_zh.as_deref().filter(|_| lang == Lang::Zh).unwrap_or(sector));
            format!("{sector} {}", gain.write(*value))
        });
        let best: Vec<String> = best.collect();
        let day = Cell::from(weekly.as_of);
        let (monday, sunday) = weekly.week;
        table.row([
            match &weekly.page {
                Some(page) => day.linked(page.as_str()),
                None => day,
            },
            say!(lang, "{monday} to {sunday}", "{monday} 至 {sunday}").into(),
            if best.is_empty() { NONE.into() } else { best.join(lang.between()).into() },
            weekly.median.map_or_else(|| NONE.into(), |median| Cell::number(median, gain)),
            weekly.up_and_down.map_or_else(|| NONE.to_owned(), |(up, down)| format!("{up} / {down}")).into(),
            settings.into(),
            marked(name(&weekly.dataset), weekly.is_synthetic, lang).into(),
            name(&weekly.place).into(),
        ]);
    }
    let mut blocks: Vec<Block> = shared.map(Block::from).into_iter().collect();
    blocks.push(table.into());
    Some(Section { id: "weeklies".into(), heading: lang.of("Weeklies", "周报").into(), blocks })
}

fn unread(index: &Index, lang: Lang) -> Option<Section> {
    let item = |entry: &UnreadEntry| {
        let (place, reason) = (name(&entry.place), sentence(&entry.reason));
        say!(lang, "`{place}`: {reason}", "`{place}`：{reason}")
    };
    (!index.unread.is_empty()).then(|| Section {
        id: "unread".into(),
        heading: lang.of("Not read", "未能读取").into(),
        blocks: vec![Block::List(index.unread.iter().map(item).collect())],
    })
}

fn linked(place: &str, page: Option<&str>) -> Cell {
    let cell = Cell::from(name(place));
    match page {
        Some(page) => cell.linked(page),
        None => cell,
    }
}

/// A net value as a line, with what it came to.
fn net_value(values: &[f64]) -> Cell {
    match values.last() {
        Some(last) => Cell::number(*last, RATIO).with_line(values.to_vec()),
        None => NONE.into(),
    }
}

fn number(metric: Option<&Metric>, unit: Unit, lang: Lang) -> Cell {
    match metric.map(|metric| (metric.get(), metric.reason())) {
        Some((Some(value), _)) => Cell::number(value, unit),
        Some((None, reason)) => reason_or_none(lang, reason).into(),
        None => NONE.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{html, markdown};
    use rotor_run::metrics::Reason;

    fn sweep() -> SweepEntry {
        let known = |value: f64| Metric { n: 108, value: Ok(value) };
        SweepEntry {
            place: "sweeps/<b>".into(),
            page: Some("sweeps/<b>/report.html".into()),
            dataset: DatasetRecord { name: "made-up".into(), ..DatasetRecord::default() },
            n_trials: 1200,
            n_survivors: 0,
            smallest_p: known(0.3127),
            best: Some(vec![("top".into(), "5".into()), ("heat.weight".into(), "0.5".into())]),
            excess: Some(0.0512),
            overfitting: known(0.46),
            holdout: Some(HoldoutEntry { n_months: 36, is_opened: Some(false) }),
        }
    }

    fn row(sweep: SweepEntry, lang: Lang) -> String {
        let index = Index { folder: "runs".into(), sweeps: vec![sweep], ..Index::default() };
        let written = markdown(&page(&index, lang)).replace('\\', "");
        written.lines().rfind(|line| line.starts_with('|')).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_sweep_says_how_many_survive_and_what_the_best_is_one_of() {
        let tail =
            |row: String| row.split_once("report.html>) |").map(|(_, tail)| tail.to_owned()).unwrap_or(row);
        assert_eq!(
            tail(row(sweep(), Lang::En)),
            " 1200 | 0 | 0.313 | top = 5; heat.weight = 0.5 | +5.1% | 46% | 36 months, sealed |"
        );
        assert_eq!(
            tail(row(sweep(), Lang::Zh)),
            " 1200 | 0 | 0.313 | top = 5；heat.weight = 0.5 | +5.1% | 46% | 36个月，未启封 |"
        );
        let missing = || Metric { n: 3, value: Err(Reason::TooFew { n: 3, needed: 24 }) };
        let nothing = SweepEntry {
            smallest_p: missing(),
            best: None,
            excess: None,
            overfitting: missing(),
            holdout: None,
            ..sweep()
        };
        let few = "3 values where 24 are needed";
        assert_eq!(
            tail(row(nothing, Lang::En)),
            format!(" 1200 | — | {few} | no trial has a result | — | {few} | — |")
        );
        let opened = HoldoutEntry { n_months: 1, is_opened: Some(true) };
        assert_eq!(opened.text(Lang::En), "1 month, opened");
        assert_eq!(HoldoutEntry { is_opened: None, ..opened }.text(Lang::En), "1 month");
    }

    #[test]
    fn places_of_sweeps_are_harmless() {
        let index = Index { folder: "runs".into(), sweeps: vec![sweep()], ..Index::default() };
        let page = html(&page(&index, Lang::En));
        assert!(page.contains("sweeps/&lt;b&gt;</a>") && !page.contains("<b>report"), "{page}");
        assert!(page.contains("1 sweep"));
    }
}
