//! A run: rows, metrics and record, in memory or in a folder.

use std::path::{Path, PathBuf};

use rotor_report::words::Lang;
use rotor_report::{page, run as report};
use rotor_run::metrics::Estimate;
use rotor_run::{Destination, Metrics, ReportLanguage, ReportRecord, RunError, RunRecord};

use crate::factors::Catalogue;
use crate::session::Notice;

/// The name of the report in a run folder.
pub const REPORT_FILE: &str = "report.html";

/// What a backtest gave: everything that its folder holds.
#[derive(Debug)]
pub struct Run {
    /// The facts row by row: scores, forecasts, ranking, returns.
    pub rows: rotor_run::Run,
    /// What the run is worth: `metrics.json`.
    pub metrics: Metrics,
    /// What it takes to repeat the run: `run.json`.
    pub record: RunRecord,
    /// What came up while it ran and is no part of it: that the ledger of trials could not be written.
    pub notices: Vec<Notice>,
}

impl Run {
    /// Reads a run folder. Every file is held against its hash first.
    ///
    /// # Errors
    ///
    /// As [`rotor_run::read`]: if there is no run folder, a file was changed, or a file cannot be understood.
    pub fn read(place: &Path) -> Result<Self, RunError> {
        let folder = rotor_run::read(place)?;
        Ok(Self { rows: folder.run, metrics: folder.metrics, record: folder.record, notices: Vec::new() })
    }

    /// Returns twelve times the mean monthly excess return of a portfolio over another, or over a benchmark by its code, with its
    /// interval; a decimal, so that 0.05 is five percent. `None` if the run has not both.
    #[must_use]
    pub fn excess(&self, portfolio: &str, over: &str) -> Option<&Estimate> {
        Some(&self.metrics.portfolio.all.excess.get(portfolio)?.get(over)?.arithmetic)
    }

    /// Returns the report as one HTML page.
    #[must_use]
    pub fn report(&self, lang: Lang) -> String {
        page::html(&self.page(lang))
    }

    /// Returns the summary of the report as one HTML page, which is printed on a single sheet of A4.
    #[must_use]
    pub fn summary(&self, lang: Lang) -> String {
        page::html(&self.summary_page(lang))
    }

    /// Returns the report, for any of the [formats](rotor_report::page).
    #[must_use]
    pub fn page(&self, lang: Lang) -> page::Page {
        self.made(report::report, lang)
    }

    /// Returns the summary of the report, for any of the [formats](rotor_report::page).
    #[must_use]
    pub fn summary_page(&self, lang: Lang) -> page::Page {
        self.made(report::summary, lang)
    }

    fn made(&self, make: fn(report::Facts<'_>, Lang) -> page::Page, lang: Lang) -> page::Page {
        let defaults = Catalogue::built_in().defaults();
        let facts = report::Facts {
            run: &self.rows,
            metrics: &self.metrics,
            record: &self.record,
            defaults: &defaults,
        };
        make(facts, lang)
    }

    /// Writes the run folder with a report in English, and returns where it is. The folder appears whole or not at all.
    ///
    /// # Errors
    ///
    /// As [`rotor_run::write`]: if something is at the place, or the disk refuses.
    pub fn save(&self, destination: &Destination) -> Result<PathBuf, RunError> {
        self.save_with(destination, Some(Lang::En))
    }

    /// Writes the run folder with a report in a language, or without one.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save).
    pub fn save_with(&self, destination: &Destination, lang: Option<Lang>) -> Result<PathBuf, RunError> {
        let metrics = to_json(&self.metrics);
        let mut documents = vec![("metrics.json", metrics.as_str())];
        let record = RunRecord { report: lang.map(report_record), ..self.record.clone() };
        let report = lang.map(|lang| self.report(lang));
        documents.extend(report.as_deref().map(|report| (REPORT_FILE, report)));
        rotor_run::write(&self.rows, &record, &documents, destination)
    }

    /// Returns the language of the report that the record names.
    #[must_use]
    pub fn report_language(&self) -> Option<Lang> {
        self.record.report.map(|report| language(report.lang))
    }
}

pub(crate) fn language(recorded: ReportLanguage) -> Lang {
    match recorded {
        ReportLanguage::En => Lang::En,
        ReportLanguage::Zh => Lang::Zh,
    }
}

fn report_record(lang: Lang) -> ReportRecord {
    let lang = match lang {
        Lang::En => ReportLanguage::En,
        Lang::Zh => ReportLanguage::Zh,
    };
    ReportRecord { lang }
}

/// A document as it stands in a folder.
fn to_json(metrics: &Metrics) -> String {
    serde_json::to_string_pretty(metrics).expect("metrics are texts and finite numbers") + "\n"
}
