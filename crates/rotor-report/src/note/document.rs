//! The note as a document: every number of it, in full.

use rotor_factor::{
    ColumnValues, Date, EntityKind, EntityRef, Forecast, Month, Presentation, Signal, Table, Text,
};
use rotor_run::{Metrics, NoSignal, Note, NoteDay, NoteFactor, NoteHistory, Track, Warning};
use serde::{Serialize, Serializer};

use crate::parts::document::{DatasetEntry, ReleasesEntry, config};

/// The version of the document's keys.
const FORMAT: u32 = 2;

/// A note as a document. Keys are stable, days in ISO form, missing numbers null.
#[derive(Debug, Serialize)]
pub struct NoteDocument<'a> {
    format: u32,
    as_of: String,
    is_default_day: bool,
    month: String,
    dataset: DatasetEntry<'a>,
    warnings: &'a [Warning],
    config: serde_json::Value,
    picks: Vec<&'a str>,
    ranking: Vec<RankingEntry<'a>>,
    factors: Vec<FactorEntry<'a>>,
    before: Option<DayEntry<'a>>,
    history: HistoryEntry<'a>,
    releases: ReleasesEntry<'a>,
    track: TrackEntry<'a>,
}

#[derive(Debug, Serialize)]
struct DayEntry<'a> {
    as_of: String,
    month: String,
    picks: Vec<&'a str>,
    ranking: Vec<RankingEntry<'a>>,
    factors: Vec<FactorEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct RankingEntry<'a> {
    sector: &'a str,
    name: &'a str,
    name_zh: Option<&'a str>,
    rank: usize,
    total: f64,
    tie_break: f64,
    n_live: usize,
    weight: f64,
}

#[derive(Debug, Serialize)]
struct FactorEntry<'a> {
    name: &'a str,
    version: &'a str,
    weight: f64,
    error: Option<&'a str>,
    scores: Vec<ScoreEntry<'a>>,
    /// Of the day itself alone.
    #[serde(flatten)]
    details: Option<FactorDetails<'a>>,
}

#[derive(Debug, Serialize)]
struct FactorDetails<'a> {
    /// What the factor declares of its looks; null where it does not.
    title: Option<TextEntry<'a>>,
    score_words: Option<Vec<TextEntry<'a>>>,
    about: &'a str,
    about_zh: Option<&'a str>,
    score_range: [f64; 2],
    sha256: Option<&'a str>,
    forecasts: Vec<ForecastEntry<'a>>,
    diagnostics: Vec<DiagnosticEntry<'a>>,
    tables: Vec<TableEntry<'a>>,
}

/// A text in both languages.
#[derive(Debug, Serialize)]
struct TextEntry<'a> {
    en: &'a str,
    zh: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ScoreEntry<'a> {
    sector: &'a str,
    score: Option<f64>,
    raw: Option<f64>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct ForecastEntry<'a> {
    target: &'a str,
    entity: Option<&'a str>,
    period: String,
    forecast: f64,
    naive: f64,
}

#[derive(Debug, Serialize)]
struct DiagnosticEntry<'a> {
    name: &'a str,
    kind: &'static str,
    entity: Option<&'a str>,
    value: f64,
}

#[derive(Debug, Serialize)]
struct TableEntry<'a> {
    name: &'a str,
    /// Null for a table that the factor does not declare.
    title: Option<TextEntry<'a>>,
    is_matrix: bool,
    columns: Vec<ColumnEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct ColumnEntry<'a> {
    name: &'a str,
    /// Null for a column that the factor does not declare.
    title: Option<TextEntry<'a>>,
    unit: Option<TextEntry<'a>>,
    values: ValuesEntry<'a>,
}

/// The values of a column; numbers that are not finite become null.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ValuesEntry<'a> {
    Numbers(&'a [f64]),
    Texts(&'a [String]),
    Dates(Vec<String>),
}

#[derive(Debug, Serialize)]
struct HistoryEntry<'a> {
    months: Vec<String>,
    returns: Vec<ReturnsEntry<'a>>,
    series: Vec<SeriesEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct ReturnsEntry<'a> {
    sector: &'a str,
    returns: &'a [Option<f64>],
}

#[derive(Debug, Serialize)]
struct SeriesEntry<'a> {
    series: &'a str,
    market: &'a str,
    months: Vec<String>,
    values: &'a [Option<f64>],
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum TrackEntry<'a> {
    Missing {
        error: &'a str,
    },
    Record {
        n_months: usize,
        first: Option<String>,
        last: Option<String>,
        last_exit: Option<String>,
        returns: Vec<ReturnEntry<'a>>,
        warnings: &'a [Warning],
        evaluation: &'a Metrics,
    },
}

#[derive(Debug, Serialize)]
struct ReturnEntry<'a> {
    #[serde(serialize_with = "iso")]
    as_of: Date,
    #[serde(serialize_with = "iso")]
    exit: Date,
    portfolio: &'a str,
    #[serde(rename = "return")]
    value: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn iso<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// Makes the document of a note.
#[must_use]
pub fn document(note: &Note) -> NoteDocument<'_> {
    let day = &note.day;
    NoteDocument {
        format: FORMAT,
        as_of: day.as_of.0.to_string(),
        is_default_day: note.is_default_day,
        month: day.month.to_string(),
        dataset: DatasetEntry::new(&note.dataset),
        warnings: &note.warnings,
        config: config(&note.config),
        picks: picks(note, day),
        ranking: ranking(note, day),
        factors: factors(note, day, true),
        before: note.before.as_ref().map(|before| DayEntry {
            as_of: before.as_of.0.to_string(),
            month: before.month.to_string(),
            picks: picks(note, before),
            ranking: ranking(note, before),
            factors: factors(note, before, false),
        }),
        history: history(note, &note.history),
        releases: ReleasesEntry::new(&note.releases, &note.series),
        track: match &note.track {
            Ok(track) => record(track),
            Err(missing) => TrackEntry::Missing { error: &missing.text },
        },
    }
}

fn code(note: &Note, entity: usize) -> &str {
    &note.entities[entity].code
}

fn picks<'a>(note: &'a Note, day: &NoteDay) -> Vec<&'a str> {
    day.selected().into_iter().map(|sector| code(note, day.sectors[sector] as usize)).collect()
}

fn ranking<'a>(note: &'a Note, day: &NoteDay) -> Vec<RankingEntry<'a>> {
    let entry = |sector: usize| {
        let (entity, row) = (&note.entities[day.sectors[sector] as usize], &day.ranking[sector]);
        RankingEntry {
            sector: &entity.code,
            name: &entity.name,
            name_zh: entity.name_zh.as_deref(),
            rank: row.rank,
            total: row.total,
            tie_break: row.tie_break,
            n_live: row.n_live,
            weight: row.weight,
        }
    };
    day.ranked().into_iter().map(entry).collect()
}

fn factors<'a>(note: &'a Note, day: &'a NoteDay, has_details: bool) -> Vec<FactorEntry<'a>> {
    let entry = |(factor, outcome): (&'a NoteFactor, &'a Result<Signal, NoSignal>)| FactorEntry {
        name: factor.spec.name(),
        version: factor.spec.version(),
        weight: factor.weight,
        error: outcome.as_ref().err().map(|error| error.text.as_str()),
        scores: outcome.as_ref().map(|signal| scores(note, day, signal)).unwrap_or_default(),
        details: has_details.then(|| details(note, day, factor, outcome.as_ref().ok())),
    };
    note.factors.iter().zip(&day.outcomes).map(entry).collect()
}

fn details<'a>(
    note: &'a Note,
    day: &'a NoteDay,
    factor: &'a NoteFactor,
    signal: Option<&'a Signal>,
) -> FactorDetails<'a> {
    let spec = &factor.spec;
    let presentation = spec.presentation();
    let tables = |signal: &'a Signal| signal.tables().iter().map(|it| table(it, presentation)).collect();
    FactorDetails {
        title: presentation.title().map(bilingual),
        score_words: presentation.words_of_scores().map(|words| words.iter().map(bilingual).collect()),
        about: spec.about(),
        about_zh: spec.about_zh(),
        score_range: [*spec.score_range().start(), *spec.score_range().end()],
        sha256: factor.sha256.as_deref(),
        forecasts: signal.map(|signal| forecasts(note, day, signal)).unwrap_or_default(),
        diagnostics: signal.map(|signal| diagnostics(note, day, signal)).unwrap_or_default(),
        tables: signal.map(tables).unwrap_or_default(),
    }
}

fn scores<'a>(note: &'a Note, day: &'a NoteDay, signal: &'a Signal) -> Vec<ScoreEntry<'a>> {
    let entry = |(sector, entity): (usize, &u32)| {
        let score = signal.score_of(sector);
        ScoreEntry {
            sector: code(note, *entity as usize),
            score: score.ok(),
            raw: signal.raw_of(sector),
            reason: score.err().map(|reason| reason.text().into()),
        }
    };
    day.sectors.iter().enumerate().map(entry).collect()
}

/// The code of the entity that a factor refers to by its position.
fn entity_code<'a>(note: &'a Note, day: &NoteDay, kind: EntityKind, position: usize) -> Option<&'a str> {
    note.entity(day, EntityRef { kind, position }).map(|entity| entity.code.as_str())
}

fn forecasts<'a>(note: &'a Note, day: &NoteDay, signal: &'a Signal) -> Vec<ForecastEntry<'a>> {
    let entry = |forecast: &'a Forecast| ForecastEntry {
        target: &forecast.target,
        entity: entity_code(note, day, forecast.entity.kind, forecast.entity.position),
        period: forecast.period.end().to_string(),
        forecast: forecast.value,
        naive: forecast.naive,
    };
    signal.forecasts().iter().map(entry).collect()
}

fn diagnostics<'a>(note: &'a Note, day: &NoteDay, signal: &'a Signal) -> Vec<DiagnosticEntry<'a>> {
    let mut entries = Vec::new();
    for diagnostic in signal.diagnostics() {
        for (position, value) in diagnostic.values.iter().enumerate() {
            entries.extend(value.map(|value| DiagnosticEntry {
                name: &diagnostic.name,
                kind: diagnostic.kind.word(),
                entity: entity_code(note, day, diagnostic.kind, position),
                value,
            }));
        }
    }
    entries
}

fn bilingual(text: &Text) -> TextEntry<'_> {
    TextEntry { en: text.en(), zh: text.zh() }
}

fn table<'a>(table: &'a Table, presentation: &'a Presentation) -> TableEntry<'a> {
    let declared = presentation.declared_tables().iter().find(|declared| declared.name() == table.name());
    let columns = table.columns().iter().map(|column| {
        let declared = declared.and_then(|declared| declared.find(&column.name));
        ColumnEntry {
            name: &column.name,
            title: declared.map(|declared| bilingual(declared.title())),
            unit: declared.and_then(|declared| declared.declared_unit()).map(bilingual),
            values: match &column.values {
                ColumnValues::Numbers(values) => ValuesEntry::Numbers(values),
                ColumnValues::Texts(values) => ValuesEntry::Texts(values),
                ColumnValues::Dates(values) => ValuesEntry::Dates(iso_texts(values)),
                _ => ValuesEntry::Texts(&[]),
            },
        }
    });
    TableEntry {
        name: table.name(),
        title: declared.map(|declared| bilingual(declared.title())),
        is_matrix: table.is_matrix(),
        columns: columns.collect(),
    }
}

fn iso_texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// The months that figures show: returns of sectors, linked series.
fn history<'a>(note: &'a Note, history: &'a NoteHistory) -> HistoryEntry<'a> {
    let months = |months: &[Month]| iso_texts(months);
    let returns = note.day.sectors.iter().zip(&history.returns);
    let series = history.series.iter().map(|one| SeriesEntry {
        series: &note.series[one.series].name,
        market: code(note, one.market),
        months: months(&one.months),
        values: &one.values,
    });
    HistoryEntry {
        months: months(&history.months),
        returns: returns
            .map(|(sector, returns)| ReturnsEntry { sector: code(note, *sector as usize), returns })
            .collect(),
        series: series.collect(),
    }
}

fn record(track: &Track) -> TrackEntry<'_> {
    let executions = &track.run.executions;
    let kept = || executions.iter().filter(|execution| execution.is_kept);
    let returns = track.run.returns.iter().map(|row| {
        let execution = &executions[row.execution as usize];
        ReturnEntry {
            as_of: execution.as_of,
            exit: execution.exit,
            portfolio: &track.run.portfolios[row.portfolio as usize],
            value: row.value,
        }
    });
    TrackEntry::Record {
        n_months: kept().count(),
        first: kept().next().map(|execution| execution.as_of.to_string()),
        last: executions.last().map(|execution| execution.as_of.to_string()),
        last_exit: executions.last().map(|execution| execution.exit.to_string()),
        returns: returns.collect(),
        warnings: &track.warnings,
        evaluation: &track.metrics,
    }
}
