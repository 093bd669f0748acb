//! What a note is made of, with what every part of the page asks of it.

use rotor_data::Dataset;
use rotor_engine::{Note, NoteDay};
use rotor_eval::Evaluation;
use rotor_factor::{EntityKind, Signal};
use rotor_run::Config;

use super::history::History;
use super::words::{Lang, NONE, factor_title, fixed, name, sentence};
use crate::run::members::Chosen;

/// What a note is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) config: &'a Config,
    pub(crate) chosen: &'a [Chosen],
    pub(crate) note: &'a Note,
    /// What the track record is worth; `None` if there is none.
    pub(crate) evaluation: Option<&'a Evaluation>,
    /// The months before the day.
    pub(crate) history: &'a History,
    /// Whether nobody named the day.
    pub(crate) is_default_day: bool,
}

/// What tells of the facts in one language.
#[derive(Debug)]
pub(crate) struct Teller<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) lang: Lang,
    /// The sectors of the day by name, safe to show.
    pub(crate) names: Vec<String>,
}

/// A factor that answered, and what it said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// Its place among the factors.
    pub(crate) position: usize,
    pub(crate) chosen: &'a Chosen,
    pub(crate) signal: &'a Signal,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(facts: Facts<'a>, lang: Lang) -> Self {
        let mut teller = Self { facts, lang, names: Vec::new() };
        teller.names = facts.note.day.sectors.iter().map(|sector| teller.entity(*sector)).collect();
        teller
    }

    /// The day of the note.
    pub(crate) fn day(&self) -> &'a NoteDay {
        &self.facts.note.day
    }

    /// The name of an entity; its code if it has none.
    pub(crate) fn entity(&self, position: u32) -> String {
        let entity = &self.facts.dataset.entities()[position as usize];
        let name_zh = entity.name_zh.as_deref().filter(|_| self.lang == Lang::Zh);
        let in_order = [name_zh, Some(entity.name.as_str()), Some(entity.code.as_str())];
        let found = in_order.into_iter().flatten().find(|name| !name.trim().is_empty());
        name(found.unwrap_or(NONE))
    }

    /// Tells whether a portfolio of the track record is a benchmark of the dataset.
    pub(crate) fn is_benchmark(&self, portfolio: &str) -> bool {
        let dataset = self.facts.dataset;
        dataset.find_entity(portfolio).is_some_and(|at| dataset.entities()[at].kind == EntityKind::Benchmark)
    }

    /// The code of a sector of the day, as it is.
    pub(crate) fn code(&self, sector: usize) -> &'a str {
        &self.facts.dataset.entities()[self.day().sectors[sector] as usize].code
    }

    /// The title of a series; its name if it has none.
    pub(crate) fn series(&self, series: &str) -> String {
        let known = self.facts.dataset.find_series(series).map(|at| &self.facts.dataset.series()[at]);
        let title_zh = known.and_then(|known| known.title_zh.as_deref()).filter(|_| self.lang == Lang::Zh);
        let in_order = [title_zh, known.map(|known| known.title.as_str()), Some(series)];
        let found = in_order.into_iter().flatten().find(|title| !title.trim().is_empty());
        name(found.unwrap_or(NONE))
    }

    /// The title of a factor.
    pub(crate) fn factor(&self, chosen: &Chosen) -> String {
        factor_title(self.lang, chosen.plugin.name())
    }

    /// What a factor is about.
    pub(crate) fn about(&self, chosen: &Chosen) -> String {
        let spec = chosen.plugin.spec();
        let about_zh = spec.about_zh().filter(|_| self.lang == Lang::Zh);
        sentence(about_zh.unwrap_or(spec.about()))
    }

    /// A score with its word: 3 of 1 to 3 is up, 1 down, 2 flat.
    pub(crate) fn score(&self, chosen: &Chosen, score: Option<f64>) -> String {
        let Some(score) = score else { return "na".into() };
        format!("{} {}", score_number(score), self.score_word(chosen, score))
    }

    fn score_word(&self, chosen: &Chosen, score: f64) -> &'static str {
        let range = chosen.plugin.spec().score_range();
        let above_middle = score - f64::midpoint(*range.start(), *range.end());
        // Whether a hot sector is liked is the factor's business: "up" would be read as hot.
        let is_heat = chosen.plugin.name() == "heat";
        match above_middle {
            _ if is_heat && above_middle > 1e-9 => self.lang.of("chance", "机会"),
            _ if is_heat && above_middle < -1e-9 => self.lang.of("risk", "风险"),
            _ if is_heat && above_middle.abs() <= 1e-9 => self.lang.of("neutral", "中性"),
            _ if above_middle > 1e-9 => self.lang.of("up", "上行"),
            _ if above_middle < -1e-9 => self.lang.of("down", "下行"),
            _ => self.lang.of("flat", "持平"),
        }
    }

    /// The sectors from the first rank to the last.
    pub(crate) fn ranked(&self) -> Vec<usize> {
        let mut sectors: Vec<usize> = (0..self.day().ranking.len()).collect();
        sectors.sort_by_key(|sector| self.day().ranking[*sector].rank);
        sectors
    }

    /// The sectors that are picked, best first.
    pub(crate) fn picks(&self) -> Vec<usize> {
        self.ranked().into_iter().filter(|sector| self.day().weights[*sector] > 0.0).collect()
    }
}

/// A score without needless decimals.
pub(crate) fn score_number(score: f64) -> String {
    fixed(score, if (score - score.round()).abs() < 5e-3 { 0 } else { 2 })
}

/// The sectors that a factor scores, best liked first.
pub(crate) fn scored(signal: &Signal) -> Vec<usize> {
    let key = |sector: &usize| (signal.score_of(*sector).unwrap_or(f64::NAN), signal.raw_of(*sector));
    let mut sectors: Vec<usize> =
        (0..signal.n_sectors()).filter(|sector| signal.score_of(*sector).is_ok()).collect();
    sectors.sort_by(|a, b| {
        let ((score_a, raw_a), (score_b, raw_b)) = (key(a), key(b));
        let raw = |raw: Option<f64>| raw.unwrap_or(f64::NEG_INFINITY);
        score_b.total_cmp(&score_a).then(raw(raw_b).total_cmp(&raw(raw_a))).then(a.cmp(b))
    });
    sectors
}
