//! The facts of a run, one row a fact.
//!
//! Days, factors, entities and texts stand in rows by position, so that a row is a few numbers and a run of a thousand
//! sectors stays small.

use std::collections::BTreeMap;

use rotor_data::model::Entity;
use rotor_factor::{Date, Month, Scale, Table};

/// What a replay gave.
///
/// Rows are ordered by execution, then by factor (in the order of the run), then by entity (in the order of codes), so that
/// equal runs are equal to the byte.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Every entity of the dataset, in code order.
    pub entities: Vec<Entity>,
    /// The names of the factors, in the order of the run.
    pub factors: Vec<String>,
    /// The scale of the scores of each factor; empty, they are points. Stands in `run.json`.
    pub scales: Vec<Scale>,
    /// The execution days, oldest first.
    pub executions: Vec<Execution>,
    /// The names of portfolios and the codes of benchmarks.
    pub portfolios: Vec<String>,
    /// Targets and names of diagnostics.
    pub texts: Texts,
    /// Why sectors have no score.
    pub reasons: ScoreReasons,
    /// One row for each execution, factor and sector of the cross-section.
    pub scores: Vec<Score>,
    /// One row a forecast.
    pub forecasts: Vec<Forecast>,
    /// One row a number.
    pub diagnostics: Vec<Diagnostic>,
    /// One row for each kept execution and sector.
    pub ranking: Vec<RankingRow>,
    /// One row for each kept execution and portfolio that has a return.
    pub returns: Vec<Return>,
    /// One row for each trading day and portfolio that has a net value on it, by day, then by portfolio; empty where the dataset has
    /// month-end closes only.
    pub nav: Vec<NetValue>,
    /// One row a kept execution.
    pub turnover: Vec<Turnover>,
    /// The riskless rate known on each execution day, in percent a year; `None` where there is none. Empty is a rate of 0. Not part
    /// of the folder, for it follows from the dataset.
    pub risk_free: Vec<Option<f64>>,
    /// One row for each execution and sector of the cross-section, for the evaluation; not part of the folder, for it follows
    /// from the dataset.
    pub sector_returns: Vec<SectorReturn>,
    /// The tables that factors gave.
    pub tables: Vec<FactorTable>,
}

/// An execution day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The day: what was released before it is known.
    pub as_of: Date,
    /// The last complete month on that day.
    pub month: Month,
    /// The day on which what was bought is sold.
    pub exit: Date,
    /// Whether sectors were picked; the months before the first factor is live are skipped.
    pub is_kept: bool,
}

/// What a factor said of a sector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the factor.
    pub factor: u32,
    /// Position of the sector among the entities.
    pub sector: u32,
    /// The score; `None` is `na`.
    pub score: Option<f64>,
    /// What the score was made of.
    pub raw: Option<f64>,
    /// Why there is no score.
    pub reason: Option<ReasonId>,
}

/// A forecast of a value that is published or computed later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the factor.
    pub factor: u32,
    /// What is forecast.
    pub target: TextId,
    /// Position of the entity.
    pub entity: u32,
    /// The last day of the period.
    pub period: Date,
    /// The forecast.
    pub forecast: f64,
    /// What the rule of no change says.
    pub naive: f64,
    /// What it turned out to be.
    pub realized: Option<Realized>,
    /// What was known of the target before, for the evaluation; `None` without a value. Not part of the folder, for it follows
    /// from the dataset.
    pub history: Option<History>,
}

/// The values of a forecast's target and entity that were known on the execution day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct History {
    /// Their mean, extreme growths cut as the method cuts them.
    pub mean: f64,
    /// The last but one; `None` if there is one only.
    pub before_last: Option<f64>,
}

/// What a forecast is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Realized {
    /// The value.
    pub value: f64,
    /// The day on which it became public, or was computed.
    pub released: Date,
}

/// A number about an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagnostic {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the factor.
    pub factor: u32,
    /// Position of the entity.
    pub entity: u32,
    /// What the number is.
    pub name: TextId,
    /// The number.
    pub value: f64,
}

/// The rank and weight of a sector on an execution day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingRow {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the sector among the entities.
    pub sector: u32,
    /// The weighted sum of the scores.
    pub total: f64,
    /// What settles equal totals.
    pub tie_break: f64,
    /// 1 for the best; there are no equal ranks.
    pub rank: u32,
    /// Its weight in the portfolio, 0 when it is not held.
    pub weight: f64,
}

/// What a portfolio or benchmark gained from an execution to its exit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Return {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the portfolio.
    pub portfolio: u32,
    /// The return; 0.05 is five percent.
    pub value: f64,
}

/// What 1 has become on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetValue {
    /// The trading day.
    pub date: Date,
    /// Position of the portfolio.
    pub portfolio: u32,
    /// The net value; 1 at the close of the first purchase.
    pub value: f64,
}

/// What a sector gained from an execution to its exit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectorReturn {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the sector among the entities.
    pub sector: u32,
    /// The return; 0.05 is five percent.
    pub value: f64,
}

/// What it took to change the portfolio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turnover {
    /// Position of the execution.
    pub execution: u32,
    /// One-way turnover ½Σ|Δw|, 0 to 1.
    pub turnover: f64,
    /// Cost as a fraction of the portfolio.
    pub cost: f64,
}

/// A table that a factor gave on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorTable {
    /// Position of the execution.
    pub execution: u32,
    /// Position of the factor.
    pub factor: u32,
    /// The table.
    pub table: Table,
}

/// Why a sector has no score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoreReason {
    /// The identifier of the reason, as the factor declares it; `None` for a text without a declaration.
    pub code: Option<String>,
    /// The sentence in English, or the text as the factor gave it.
    pub text: String,
    /// The sentence in Chinese, if there is one.
    pub text_zh: Option<String>,
}

/// The position of a reason in [`ScoreReasons`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReasonId(u32);

impl ReasonId {
    pub(crate) fn position(self) -> u32 {
        self.0
    }
}

/// Reasons that stand in many rows, each kept once.
#[derive(Clone, Debug, Default)]
pub struct ScoreReasons {
    reasons: Vec<ScoreReason>,
    ids: BTreeMap<ScoreReason, u32>,
}

impl ScoreReasons {
    /// Returns the position of a reason, which is added if it is new.
    pub fn id(&mut self, reason: ScoreReason) -> ReasonId {
        if let Some(id) = self.ids.get(&reason) {
            return ReasonId(*id);
        }
        let id = self.reasons.len() as u32;
        self.reasons.push(reason.clone());
        self.ids.insert(reason, id);
        ReasonId(id)
    }

    /// Returns a reason.
    ///
    /// # Panics
    ///
    /// If the position comes from elsewhere.
    #[must_use]
    pub fn get(&self, id: ReasonId) -> &ScoreReason {
        &self.reasons[id.0 as usize]
    }

    pub(crate) fn all(&self) -> &[ScoreReason] {
        &self.reasons
    }
}

/// The position of a text in [`Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextId(u32);

impl TextId {
    pub(crate) fn position(self) -> u32 {
        self.0
    }
}

/// Texts that stand in many rows, each kept once.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    texts: Vec<String>,
    ids: BTreeMap<String, u32>,
}

impl Texts {
    /// Returns the position of a text, which is added if it is new.
    pub fn id(&mut self, text: &str) -> TextId {
        if let Some(id) = self.ids.get(text) {
            return TextId(*id);
        }
        let id = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        TextId(id)
    }

    /// Returns the position of a text that is there.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<TextId> {
        self.ids.get(text).copied().map(TextId)
    }

    /// Returns a text.
    ///
    /// # Panics
    ///
    /// If the position comes from elsewhere.
    #[must_use]
    pub fn get(&self, id: TextId) -> &str {
        &self.texts[id.0 as usize]
    }

    pub(crate) fn all(&self) -> &[String] {
        &self.texts
    }
}
