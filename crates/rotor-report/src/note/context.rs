//! What every part of the page asks of a note: names, titles and words in the language of the page.

use rotor_factor::{EntityKind, Explanation, Signal};
use rotor_run::metrics::Reason;
use rotor_run::{NoSignal, Note, NoteDay, NoteFactor};

use crate::declared::text;
use crate::parts;
use crate::sentences;
use crate::terms::Term;
use crate::words::{Lang, NONE, fixed, reason, sentence};

/// What stands for the score of a sector that is not scored.
pub(crate) const NOT_SCORED: &str = NONE;

/// A note in one language.
#[derive(Debug)]
pub(crate) struct NoteContext<'a> {
    pub(crate) note: &'a Note,
    pub(crate) lang: Lang,
    /// The sectors of the day by name, safe to show.
    pub(crate) names: Vec<String>,
}

/// A factor with its signal of the day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FactorResult<'a> {
    /// Its place among the factors.
    pub(crate) position: usize,
    pub(crate) factor: &'a NoteFactor,
    pub(crate) signal: &'a Signal,
}

impl<'a> NoteContext<'a> {
    pub(crate) fn new(note: &'a Note, lang: Lang) -> Self {
        let mut context = Self { note, lang, names: Vec::new() };
        context.names = note.day.sectors.iter().map(|sector| context.entity(*sector)).collect();
        context
    }

    /// The day of the note.
    pub(crate) fn day(&self) -> &'a NoteDay {
        &self.note.day
    }

    /// The name of an entity; its code if it has none.
    pub(crate) fn entity(&self, position: u32) -> String {
        let entity = &self.note.entities[position as usize];
        parts::named(self.lang, [entity.name_zh.as_deref(), Some(&entity.name), Some(&entity.code)])
    }

    /// Tells whether a portfolio of the track record is a benchmark of the dataset.
    pub(crate) fn is_benchmark(&self, portfolio: &str) -> bool {
        let entity = self.note.find_entity(portfolio);
        entity.is_some_and(|at| self.note.entities[at].kind == EntityKind::Benchmark)
    }

    /// The code of a sector of the day, as it is.
    pub(crate) fn code(&self, sector: usize) -> &'a str {
        &self.note.entities[self.day().sectors[sector] as usize].code
    }

    /// The title of a series; its name if it has none.
    pub(crate) fn series(&self, series: &str) -> String {
        match self.note.find_series(series) {
            Some(known) => parts::series_title(self.lang, &self.note.series[known]),
            None => parts::named(self.lang, [None, None, Some(series)]),
        }
    }

    /// The title of a factor.
    pub(crate) fn factor(&self, factor: &NoteFactor) -> String {
        parts::factor_title(self.lang, factor)
    }

    /// What a factor is about; `None` if that is no more than its title.
    pub(crate) fn about(&self, factor: &NoteFactor) -> Option<String> {
        let spec = &factor.spec;
        let about_zh = spec.about_zh().filter(|_| self.lang == Lang::Zh);
        let about = sentence(about_zh.unwrap_or(spec.about()));
        (about.to_lowercase() != self.factor(factor).to_lowercase()).then_some(about)
    }

    /// A score with its word; [`NOT_SCORED`] without one.
    pub(crate) fn score(&self, factor: &NoteFactor, score: Option<f64>) -> String {
        let Some(score) = score else { return NOT_SCORED.into() };
        format!("{} {}", score_number(score), self.score_word(factor, score))
    }

    /// The word of a score, as the factor declares it.
    fn score_word(&self, factor: &NoteFactor, score: f64) -> String {
        let range = factor.spec.score_range();
        let above_middle = score - f64::midpoint(*range.start(), *range.end());
        let position = match above_middle {
            _ if above_middle > 1e-9 => 0,
            _ if above_middle < -1e-9 => 2,
            _ => 1,
        };
        match factor.spec.presentation().words_of_scores() {
            Some(words) => text(self.lang, &words[position]),
            None => [Term::Up, Term::Flat, Term::Down][position].of(self.lang).into(),
        }
    }

    /// The name of an entity or the title of a series, from its code or name; the text itself if there is none.
    pub(crate) fn named(&self, code: &str) -> String {
        match self.note.find_entity(code) {
            Some(entity) => self.entity(entity as u32),
            None => self.series(code),
        }
    }

    /// Why a number of the evaluation is missing.
    pub(crate) fn missing_number(&self, reason: &Reason) -> String {
        sentences::reason(self.lang, reason)
    }

    /// Why a factor does not score a sector.
    pub(crate) fn explanation(&self, explanation: &Explanation) -> String {
        reason(self.lang, &explanation.text(), explanation.text_zh().as_deref())
    }

    /// Why a factor has no signal.
    pub(crate) fn failure(&self, failure: &NoSignal) -> String {
        reason(self.lang, &failure.text, failure.text_zh.as_deref())
    }
}

/// A score without needless decimals.
pub(crate) fn score_number(score: f64) -> String {
    fixed(score, if (score - score.round()).abs() < 5e-3 { 0 } else { 2 })
}

/// The sectors that a factor scores, best first.
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
