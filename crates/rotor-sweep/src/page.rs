//! The page of a sweep.

use rotor::Catalogue;
use rotor_report::page;
use rotor_report::words::Lang;
use rotor_run::sweep::{Picked, Sweep};
use rotor_run::{ReportLanguage, ReportRecord};

/// Draws the page as one HTML file.
pub(crate) fn report(sweep: &Sweep, lang: Lang) -> String {
    page::html(&page_of(sweep, None, lang))
}

/// Returns the page of a sweep and of the trial that was picked of it, for any of the [formats](rotor_report::page).
#[must_use]
pub fn page_of(sweep: &Sweep, picked: Option<&Picked>, lang: Lang) -> page::Page {
    let defaults = Catalogue::built_in().defaults();
    let facts = rotor_report::sweep::Facts {
        plan: &sweep.plan,
        trials: &sweep.trials,
        conditions: &sweep.conditions,
        statistics: &sweep.statistics,
        record: &sweep.record,
        picked,
        defaults: &defaults,
    };
    rotor_report::sweep::report(&facts, lang)
}

pub(crate) fn record(lang: Lang) -> ReportRecord {
    ReportRecord {
        lang: match lang {
            Lang::En => ReportLanguage::En,
            Lang::Zh => ReportLanguage::Zh,
        },
    }
}
