//! Small datasets made by hand, and the page of a day of them.

use std::fmt::Write as _;
use std::sync::Arc;

use rotor::{Catalogue, Config, Dataset, LedgerChoice, Session, Unwatched, default_config, set_keys};
use rotor_data::DataError;
use rotor_factor::Date;
use rotor_run::{ProfitRow, Weekly};
use rotor_tests::{Folder, MANIFEST};

/// The tables of a dataset as text, each with its header.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) manifest: String,
    pub(crate) tables: Vec<(&'static str, String)>,
}

const HEADERS: [(&str, &str); 8] = [
    ("entities", "entity,kind,name,valid_from,valid_to"),
    ("prices", "entity,date,close"),
    ("series", "series,frequency,unit,title,measure,accumulation,chain"),
    ("observations", "series,entity,period,released,value"),
    ("links", "sector,series,polarity,weight"),
    ("events", "date,title,importance,sectors,known"),
    ("companies", "company,name,sector,valid_from,valid_to"),
    ("filings", "company,period,released,kind,net_profit_ytd,low,high,net_profit_ytd_prior,total_assets"),
];

impl Made {
    /// A market, and two sectors that close on every weekday from one day to another, always at 100.
    pub(crate) fn new(first: &str, last: &str) -> Self {
        let mut made = Self::bare();
        made.row("entities", "CN,market,China,,");
        for code in ["801010", "801080"] {
            made.row("entities", &format!("{code},sector,Sector {code},,"));
            made.closes(code, &weekdays(first, last).map(|day| (day, 100.0)).collect::<Vec<_>>());
        }
        made
    }

    /// Nothing.
    pub(crate) fn bare() -> Self {
        let manifest = MANIFEST.replace("2020-01-01", "2000-01-01").replace("2022-12-31", "2040-12-31");
        let tables = HEADERS.map(|(table, header)| (table, format!("{header}\n"))).to_vec();
        Self { manifest, tables }
    }

    pub(crate) fn row(&mut self, table: &str, row: &str) {
        let (_, text) = self.tables.iter_mut().find(|(name, _)| *name == table).expect("a table");
        writeln!(text, "{row}").expect("it is a string");
    }

    pub(crate) fn closes(&mut self, code: &str, closes: &[(Date, f64)]) {
        for (day, close) in closes {
            self.row("prices", &format!("{code},{day},{close}"));
        }
    }

    /// A series without a chain.
    pub(crate) fn series(&mut self, name: &str, frequency: &str, unit: &str) {
        self.row("series", &format!("{name},{frequency},{unit},Title,,,"));
    }

    pub(crate) fn tell(&mut self, series: &str, entity: &str, period: &str, released: &str, value: f64) {
        self.row("observations", &format!("{series},{entity},{period},{released},{value}"));
    }

    pub(crate) fn folder(&self) -> Folder {
        let mut folder = Folder::new().with(rotor_data::Manifest::FILE, &self.manifest);
        for (table, text) in &self.tables {
            // A table of a header alone is as good as none.
            if text.lines().count() > 1 {
                folder = folder.with(&format!("{table}.csv"), text);
            }
        }
        folder
    }

    pub(crate) fn dataset(&self) -> Arc<Dataset> {
        let folder = self.folder();
        let opened = Dataset::open(folder.path());
        Arc::new(opened.unwrap_or_else(|error| match error {
            DataError::Faulty { report, .. } => panic!("{report}"),
            error => panic!("{error}"),
        }))
    }

    pub(crate) fn weekly(&self, day: &str) -> Weekly {
        weekly(&self.dataset(), Some(date(day)), &[])
    }
}

/// The page of a day with some keys of the configuration; without a track record of factors, on which its numbers do not hang.
pub(crate) fn weekly(dataset: &Arc<Dataset>, day: Option<Date>, keys: &[(&str, &str)]) -> Weekly {
    let mut config = default_config();
    set_keys(&mut config, [("factors", "heat"), ("start", "2150-01")]).unwrap();
    set_keys(&mut config, keys.iter().copied()).unwrap();
    weekly_of(dataset, day, config)
}

pub(crate) fn weekly_of(dataset: &Arc<Dataset>, day: Option<Date>, mut config: Config) -> Weekly {
    let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
    let session = Session::new(Arc::clone(dataset), config, factors, &LedgerChoice::Off).unwrap();
    session.weekly(day, &Unwatched).unwrap().facts
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no day"))
}

/// The days from one to another, both included.
pub(crate) fn days(first: &str, last: &str) -> impl Iterator<Item = Date> {
    (date(first).days()..=date(last).days()).map(|day| Date::from_days(day).expect("it is near"))
}

pub(crate) fn weekdays(first: &str, last: &str) -> impl Iterator<Item = Date> {
    days(first, last).filter(|day| day.weekday() <= 5)
}

/// The row of industrial profits with a code.
pub(crate) fn profit_row<'w>(weekly: &'w Weekly, code: &str) -> &'w ProfitRow {
    let profits = weekly.profits.as_ref().expect("profits are public");
    profits.rows.iter().find(|row| row.name.code == code).unwrap_or_else(|| panic!("no row `{code}`"))
}

#[track_caller]
pub(crate) fn assert_near(found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("nothing in the place of {expected}"));
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
}
