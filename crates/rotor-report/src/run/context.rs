//! What every section of the report asks of a run, in one language.

use std::collections::BTreeMap;

use rotor_factor::{Date, EntityKind};
use rotor_run::metrics::{Caveat, Excess, PortfolioMetrics};
pub(super) use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_run::{Config, Execution, Metrics, RankingRow, ReasonId, Score, TextRecord};

use super::Facts;
use crate::say;
use crate::terms::Term;
use crate::words::{Lang, NONE, fixed, name, plain};

/// A run and the language of its report.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) lang: Lang,
    pub(super) metrics: &'a Metrics,
    /// The names of the entities in the language of the page, safe to show.
    names: Vec<String>,
    /// Positions of entities.
    codes: BTreeMap<&'a str, u32>,
}

impl<'a> Context<'a> {
    pub(super) fn new(facts: Facts<'a>, lang: Lang) -> Self {
        let entities = &facts.run.entities;
        let names = entities.iter().map(|entity| {
            let zh = entity.name_zh.as_deref();
            let in_order =
                if lang == Lang::Zh { [zh, Some(&*entity.name)] } else { [Some(&*entity.name), zh] };
            first_of(in_order.into_iter().chain([Some(&*entity.code)]))
        });
        Self {
            lang,
            metrics: facts.metrics,
            names: names.collect(),
            codes: entities.iter().zip(0..).map(|(entity, at)| (entity.code.as_str(), at)).collect(),
            facts,
        }
    }

    /// The name of an entity.
    pub(super) fn entity(&self, position: u32) -> &str {
        self.names.get(position as usize).map_or(NONE, String::as_str)
    }

    /// The name in the other language; empty if there is none, or it is the same.
    pub(super) fn other_name(&self, position: u32) -> String {
        let Some(entity) = self.facts.run.entities.get(position as usize) else { return String::new() };
        let other = if self.lang == Lang::Zh { Some(&*entity.name) } else { entity.name_zh.as_deref() };
        let other = other.map_or(String::new(), name);
        if other == self.entity(position) { String::new() } else { other }
    }

    /// Both names, that in the language of the page first.
    pub(super) fn both_names(&self, position: u32) -> String {
        let other = self.other_name(position);
        format!("{} {other}", self.entity(position)).trim_end().to_owned()
    }

    /// The position of an entity.
    pub(super) fn find(&self, code: &str) -> Option<u32> {
        self.codes.get(code).copied()
    }

    /// Why there is no score, in the language of the page where it is known.
    pub(super) fn reason(&self, reason: Option<ReasonId>) -> String {
        let (text, text_zh) = reason.map_or(("", None), |reason| {
            let reason = self.facts.run.reasons.get(reason);
            (reason.text.as_str(), reason.text_zh.as_deref())
        });
        crate::words::reason(self.lang, text, text_zh)
    }

    /// The title of a factor.
    pub(super) fn factor(&self, factor: &str) -> String {
        let record = self.facts.record.factor(factor);
        let title = record.and_then(|record| {
            let title_zh = record.title_zh.as_deref().filter(|_| self.lang == Lang::Zh);
            title_zh.or(record.title.as_deref())
        });
        name(title.unwrap_or(factor))
    }

    /// A score of a factor with its word, where it declares one; where the middle of a continuous scale lies, no record says.
    pub(super) fn score(&self, factor: u32, score: f64) -> String {
        let number = score_number(score);
        let factor = self.facts.run.factors.get(factor as usize);
        let record = factor.and_then(|factor| self.facts.record.factor(factor));
        let of_points = record.filter(|record| record.scale.as_deref() == Some("points"));
        let Some(words) = of_points.and_then(|record| record.score_words.as_ref()) else { return number };
        let position = match score - 2.0 {
            above if above > 1e-9 => 0,
            below if below < -1e-9 => 2,
            _ => 1,
        };
        format!("{number} {}", self.text(&words[position]))
    }

    /// A text that a factor declares.
    pub(super) fn text(&self, text: &TextRecord) -> String {
        name(text.zh.as_deref().filter(|_| self.lang == Lang::Zh).unwrap_or(&text.en))
    }

    /// The title of a factor by its position.
    pub(super) fn factor_at(&self, position: u32) -> String {
        self.factor(self.facts.run.factors.get(position as usize).map_or(NONE, String::as_str))
    }

    /// The title of a portfolio or benchmark.
    pub(super) fn portfolio(&self, portfolio: &str) -> String {
        let top = self.top();
        match portfolio {
            TOP => say!(self.lang, "top {top}, gross", "前{top}名（费前）"),
            TOP_NET => say!(self.lang, "top {top}, net", "前{top}名（费后）"),
            EQUAL_WEIGHT => Term::EqualWeight.of(self.lang).into(),
            ELIGIBLE => Term::EligibleSectors.of(self.lang).into(),
            code => self.find(code).map_or_else(|| name(code), |at| self.entity(at).to_owned()),
        }
    }

    /// The title of a group of sectors.
    pub(super) fn group(&self, group: &str) -> String {
        let title = match group {
            "upstream" => self.lang.of("upstream", "上游"),
            "midstream" => self.lang.of("midstream", "中游"),
            "downstream" => self.lang.of("downstream", "下游"),
            "services" => self.lang.of("services", "服务"),
            "financial" => self.lang.of("financial", "金融"),
            "tmt" => self.lang.of("TMT", "TMT"),
            "other" => self.lang.of("other", "其他"),
            unknown => unknown,
        };
        name(title)
    }

    /// The configuration; `None` if this version does not read the one of the run.
    pub(super) fn config(&self) -> Option<&'a Config> {
        self.facts.record.config.known()
    }

    /// How many sectors are held.
    pub(super) fn top(&self) -> String {
        self.config().map_or(NONE.into(), |config| config.top.to_string())
    }

    /// The cost of trading one way, in basis points.
    pub(super) fn cost_bp(&self) -> String {
        self.config().map_or(NONE.into(), |config| plain(config.cost_bp))
    }

    /// What the portfolios gained over all months.
    pub(super) fn portfolios(&self) -> &'a PortfolioMetrics {
        &self.metrics.portfolio.all
    }

    /// The excess return (net) over a benchmark, over all months.
    pub(super) fn net_excess(&self, benchmark: &str) -> Option<&'a Excess> {
        self.portfolios().excess.get(TOP_NET)?.get(benchmark)
    }

    /// Whether nothing was ever chosen: in every month all that could be selected was held.
    pub(super) fn chose_nothing(&self) -> bool {
        let is_it = |caveat: &Caveat| matches!(caveat, Caveat::NothingToldApart { .. });
        self.portfolios().caveats.iter().any(is_it)
    }

    pub(super) fn is_synthetic(&self) -> bool {
        self.facts.record.dataset.synthetic
    }

    /// The months in which sectors were selected, by position.
    pub(super) fn kept(&self) -> Vec<(u32, Execution)> {
        let executions = self.facts.run.executions.iter().zip(0..);
        executions
            .filter(|(execution, _)| execution.is_kept)
            .map(|(execution, at)| (at, *execution))
            .collect()
    }

    /// The day of an execution.
    pub(super) fn day(&self, execution: u32) -> Date {
        self.facts.run.executions[execution as usize].as_of
    }

    /// The returns of a portfolio in the kept months.
    pub(super) fn returns(&self, portfolio: &str) -> Vec<Option<f64>> {
        let run = self.facts.run;
        let position = run.portfolios.iter().position(|known| known == portfolio);
        let mut returns = vec![None; run.executions.len()];
        for row in run.returns.iter().filter(|row| Some(row.portfolio as usize) == position) {
            returns[row.execution as usize] = Some(row.value);
        }
        self.kept().into_iter().map(|(at, _)| returns[at as usize]).collect()
    }

    /// The benchmarks of the run, in the order of the evaluation.
    pub(super) fn benchmarks(&self) -> Vec<&'a str> {
        let shown = self.portfolios().performance.iter();
        let always = [TOP, TOP_NET, EQUAL_WEIGHT, ELIGIBLE];
        shown.map(|(code, _)| code).filter(|code| !always.contains(code)).collect()
    }

    /// The name of a span of years, such as `2021-2023`, which ends with the run if the run ends within it.
    pub(super) fn span_of_years(&self, span: &str) -> String {
        let last = self.facts.run.executions.last().map(|execution| execution.as_of.month().year());
        let years = |(from, to): (&str, &str)| Some((from.parse::<i32>().ok()?, to.parse::<i32>().ok()?));
        let years = span.split_once('-').and_then(years);
        match (years, last) {
            (Some((from, to)), Some(last)) if from == last && last < to => last.to_string(),
            (Some((from, to)), Some(last)) if from < last && last < to => format!("{from}-{last}"),
            _ => name(span),
        }
    }

    /// The ranking of an execution, best first.
    pub(super) fn places(&self, execution: u32) -> Vec<&'a RankingRow> {
        let all = &self.facts.run.ranking;
        let from = all.partition_point(|place| place.execution < execution);
        let mut places: Vec<&RankingRow> =
            all[from..].iter().take_while(|place| place.execution == execution).collect();
        places.sort_by_key(|place| place.rank);
        places
    }

    /// The scores of an execution.
    pub(super) fn scores(&self, execution: u32) -> &'a [Score] {
        let all = &self.facts.run.scores;
        let from = all.partition_point(|score| score.execution < execution);
        let to = all.partition_point(|score| score.execution <= execution);
        &all[from..to]
    }

    /// Tells whether an entity is a sector.
    pub(super) fn is_sector(&self, position: u32) -> bool {
        self.facts.run.entities.get(position as usize).is_some_and(|entity| entity.kind == EntityKind::Sector)
    }
}

/// A score without needless decimals.
pub(super) fn score_number(score: f64) -> String {
    fixed(score, if (score - score.round()).abs() < 5e-3 { 0 } else { 2 })
}

/// A part of an id that no other position has.
pub(super) fn id_part(position: usize, name: &str) -> String {
    let harmless = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let name: String = name.chars().take(40).map(harmless).collect();
    format!("{}-{name}", position + 1)
}

fn first_of<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> String {
    name(texts.flatten().find(|text| !text.trim().is_empty()).unwrap_or(NONE))
}
