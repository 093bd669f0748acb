//! The output of a factor for one day.

use std::borrow::Cow;

use crate::{AsOfView, CrossSection, EntityKind, Explanation, ReferencePeriod, Scale, Spec, Table};

/// The output of a factor for one day: for each sector a score, or the reason why it has none; and forecasts, diagnostics and
/// tables for the report.
///
/// A score lies in the range that the [`Spec`] declares, by default from 1 to 3. The *raw* value is the number behind
/// the score, larger for more attractive sectors; it breaks ties between equal totals.
#[derive(Clone, Debug)]
pub struct Signal {
    // Invariant: first a score a sector, then a raw value a sector; NaN stands for none.
    pub(crate) values: Vec<f64>,
    // Invariant: ascending by sector, only of sectors without a score. A host refuses a sector with neither.
    pub(crate) reasons: Vec<(u32, Explanation)>,
    pub(crate) forecasts: Vec<Forecast>,
    pub(crate) realized: Vec<Realized>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) tables: Vec<Table>,
}

/// An entity of a view, by its kind and its position among the entities of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntityRef {
    /// What it is.
    pub kind: EntityKind,
    /// Its position in [`AsOfView::entities`] of that kind.
    pub position: usize,
}

impl EntityRef {
    /// Returns the sector at this position of the view.
    #[must_use]
    pub fn sector(position: usize) -> Self {
        Self { kind: EntityKind::Sector, position }
    }
}

/// A forecast of a value that will be published or computed later.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// What is forecast: the name of a series, or a target that the factor defines by [`Signal::realized`].
    pub target: Cow<'static, str>,
    /// The entity.
    pub entity: EntityRef,
    /// The period.
    pub period: ReferencePeriod,
    /// The forecast.
    pub value: f64,
    /// The naive forecast: no change.
    pub naive: f64,
}

/// The realised value of a target that the factor itself defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Realized {
    /// Which target.
    pub target: Cow<'static, str>,
    /// Of whom.
    pub entity: EntityRef,
    /// For which period.
    pub period: ReferencePeriod,
    /// The value.
    pub value: f64,
}

/// A number about each entity of a kind, such as the R² of its regression.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What the number is.
    pub name: Cow<'static, str>,
    /// About whom.
    pub kind: EntityKind,
    /// One value an entity.
    pub values: CrossSection,
}

impl Signal {
    /// Returns a signal without scores; every sector must then get a score or a reason.
    #[must_use]
    pub fn new(view: &AsOfView<'_>) -> Self {
        Self::of(view.n_sectors())
    }

    pub(crate) fn of(n_sectors: usize) -> Self {
        Self {
            values: vec![f64::NAN; 2 * n_sectors],
            reasons: Vec::new(),
            forecasts: Vec::new(),
            realized: Vec::new(),
            diagnostics: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// Scores sectors by thirds of their raw values: the highest third gets 3, the lowest 1, the others 2. Sectors without a
    /// value get no score, with `reason`.
    ///
    /// A third of n values is ⌊n/3⌋ of them. Equal values (to nine decimals) share the mean of their ranks, so that a tie
    /// across the border scores 2.
    ///
    /// # Panics
    ///
    /// If there is not one raw value a sector.
    #[must_use]
    pub fn thirds(view: &AsOfView<'_>, raw: &CrossSection, reason: impl Into<Explanation>) -> Self {
        assert_eq!(raw.len(), view.n_sectors(), "a raw value or `None` for each sector");
        let (mut signal, reason) = (Self::new(view), reason.into());
        let n = raw.iter().flatten().count();
        let third = (n / 3) as f64;
        for (sector, (raw, rank)) in raw.iter().zip(raw.descending_ranks().iter()).enumerate() {
            match (raw, rank) {
                (Some(raw), Some(rank)) => {
                    let is_lowest = rank >= n as f64 - third + 1.0;
                    let score = if rank <= third { 3.0 } else { 2.0 - f64::from(u8::from(is_lowest)) };
                    signal.score(sector, score, raw);
                }
                _ => signal.withhold(sector, reason.clone()),
            }
        }
        signal
    }

    /// Scores a sector. Without a raw value it ranks in the middle of the sectors with the same score; where a factor of
    /// [continuous](crate::Scale::Continuous) scores gives no raw value to any sector, its scores are its raw values.
    ///
    /// # Panics
    ///
    /// As the other methods, if the view has no sector at this position.
    pub fn score(&mut self, sector: usize, score: f64, raw: impl Into<Option<f64>>) {
        self.put(sector, score, raw.into().unwrap_or(f64::NAN));
        if let Ok(position) = self.find_reason(sector) {
            self.reasons.remove(position);
        }
    }

    /// Withholds the score of a sector, with the reason: a [`Reason`](crate::Reason) that the spec declares, or a text.
    ///
    /// # Panics
    ///
    /// If the view has no sector at this position.
    pub fn withhold(&mut self, sector: usize, reason: impl Into<Explanation>) {
        self.put(sector, f64::NAN, f64::NAN);
        let reason = (sector as u32, reason.into());
        match self.find_reason(sector) {
            Ok(position) => self.reasons[position] = reason,
            Err(position) => self.reasons.insert(position, reason),
        }
    }

    fn put(&mut self, sector: usize, score: f64, raw: f64) {
        let n_sectors = self.n_sectors();
        let (scores, raws) = self.values.split_at_mut(n_sectors);
        scores[sector] = score;
        raws[sector] = raw;
    }

    /// Makes the scores of a continuous factor that gives no raw value at all its raw values.
    pub(crate) fn settle(&mut self, spec: &Spec) {
        if spec.declared_scale() == Some(Scale::Continuous) && self.raws().iter().all(|raw| raw.is_nan()) {
            let n_sectors = self.n_sectors();
            let (scores, raws) = self.values.split_at_mut(n_sectors);
            raws.copy_from_slice(scores);
        }
    }

    pub(crate) fn scores(&self) -> &[f64] {
        &self.values[..self.n_sectors()]
    }

    pub(crate) fn raws(&self) -> &[f64] {
        &self.values[self.n_sectors()..]
    }

    /// Finds the reason of a sector, or the place where it belongs.
    fn find_reason(&self, sector: usize) -> Result<usize, usize> {
        match self.reasons.last() {
            // Mostly there are none, or they come in the order of the sectors.
            None => Err(0),
            Some((last, _)) if (*last as usize) < sector => Err(self.reasons.len()),
            _ => self.reasons.binary_search_by_key(&(sector as u32), |(sector, _)| *sector),
        }
    }

    /// Forecasts a value that will be published or computed later; `naive` is what the rule of no change says.
    pub fn forecast(
        &mut self,
        target: impl Into<Cow<'static, str>>,
        entity: EntityRef,
        period: ReferencePeriod,
        value: f64,
        naive: f64,
    ) {
        self.forecasts.push(Forecast { target: target.into(), entity, period, value, naive });
    }

    /// Adds the realised value of a target that the factor itself defines, for the forecasts of earlier days.
    pub fn realized(
        &mut self,
        target: impl Into<Cow<'static, str>>,
        entity: EntityRef,
        period: ReferencePeriod,
        value: f64,
    ) {
        self.realized.push(Realized { target: target.into(), entity, period, value });
    }

    /// Adds a diagnostic number for each sector; a sector without a value has no row in the results.
    pub fn diagnostic(&mut self, name: impl Into<Cow<'static, str>>, values: CrossSection) {
        self.diagnostic_of(EntityKind::Sector, name, values);
    }

    /// Adds a diagnostic number for each entity of a kind.
    pub fn diagnostic_of(
        &mut self,
        kind: EntityKind,
        name: impl Into<Cow<'static, str>>,
        values: CrossSection,
    ) {
        self.diagnostics.push(Diagnostic { name: name.into(), kind, values });
    }

    /// Adds a table for the report. Tables are only needed if [`AsOfView::wants_tables`] returns true.
    pub fn table(&mut self, table: Table) {
        self.tables.push(table);
    }

    /// Returns the number of sectors.
    #[must_use]
    pub fn n_sectors(&self) -> usize {
        self.values.len() / 2
    }

    /// Returns the score of a sector, or the reason why it has none.
    ///
    /// # Errors
    ///
    /// The reason; its text is empty if none was given.
    ///
    /// # Panics
    ///
    /// If the view has no sector at this position.
    pub fn score_of(&self, sector: usize) -> Result<f64, &Explanation> {
        static NONE: Explanation = Explanation::NONE;
        let score = self.scores()[sector];
        if !score.is_nan() {
            return Ok(score);
        }
        Err(self.find_reason(sector).map_or(&NONE, |position| &self.reasons[position].1))
    }

    /// Returns the raw value of a sector.
    ///
    /// # Panics
    ///
    /// If the view has no sector at this position.
    #[must_use]
    pub fn raw_of(&self, sector: usize) -> Option<f64> {
        let raw = self.raws()[sector];
        (!raw.is_nan()).then_some(raw)
    }

    /// Returns the forecasts in the order in which they were made.
    #[must_use]
    pub fn forecasts(&self) -> &[Forecast] {
        &self.forecasts
    }

    /// Returns the realized values of the factor's own targets.
    #[must_use]
    pub fn realized_values(&self) -> &[Realized] {
        &self.realized
    }

    /// Returns the diagnostics.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns the values of the diagnostic with this name.
    #[must_use]
    pub fn find_diagnostic(&self, name: &str) -> Option<&CrossSection> {
        let found = self.diagnostics.iter().find(|diagnostic| diagnostic.name == name);
        found.map(|diagnostic| &diagnostic.values)
    }

    /// Returns the table with this name.
    #[must_use]
    pub fn find_table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name() == name)
    }

    /// Returns the tables.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }
}
