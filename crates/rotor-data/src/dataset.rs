//! A dataset, read whole from a folder or from memory: every fault at once, or none and the data.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use rotor_factor::{AsOf, Date, EntityKind, Month};
use rotor_fs::{FsError, from_start, read_regular, sha256, shown_path};

use crate::archive::{Archive, Publication, Repeated};
use crate::censor::Future;
use crate::closes::{Closes, FRESH_DAYS, TradingCalendar};
use crate::comparable;
use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::load::{self, Close, Codes, CompanyCodes, EntityCodes, SeriesCodes};
use crate::manifest::{Manifest, PriceFrequency};
use crate::model::{BridgeWeight, Company, Entity, Event, Filing, Link, Observation, Price, Series, Tables};
use crate::read::{TableSource, encoding_of, wide_table, without_mark};
use crate::schema::Table;
use crate::sources::{DataFile, Sources};

/// A dataset in memory.
///
/// Entities are in the order of their codes (the bytes of their UTF-8 form), series in the order of their names;
/// everything else refers to them by position. The order of the rows in the files does not matter.
#[derive(Clone, Debug)]
pub struct Dataset {
    manifest: Manifest,
    entities: Vec<Entity>,
    by_kind: BTreeMap<EntityKind, Vec<usize>>,
    series: Vec<Series>,
    pub(crate) closes: Closes,
    calendar: TradingCalendar,
    pub(crate) archive: Archive,
    pub(crate) bridge: Vec<BridgeWeight>,
    links: Vec<Link>,
    events: Vec<Event>,
    companies: Vec<Company>,
    pub(crate) filings: Vec<Filing>,
    files: Vec<DataFile>,
}

/// Why a dataset could not be opened, converted or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The folder is not there or may not be read.
    #[error("cannot read the dataset folder `{}`: {source}", shown_path(path))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has faults.
    #[error("the dataset in `{}` has faults", shown_path(path))]
    Faulty {
        /// The folder.
        path: PathBuf,
        /// Every one of them.
        report: FaultReport,
    },
    /// Tables in memory have faults.
    #[error("the dataset `{name}` has faults")]
    FaultyTables {
        /// What the manifest calls the dataset.
        name: String,
        /// Every one of them.
        report: FaultReport,
    },
    /// A dataset folder could not be written.
    #[error(transparent)]
    Write(#[from] FsError),
}

impl DataError {
    /// Returns the faults of the dataset, if those are the reason.
    #[must_use]
    pub fn faults(&self) -> Option<&FaultReport> {
        match self {
            Self::Faulty { report, .. } | Self::FaultyTables { report, .. } => Some(report),
            Self::Folder { .. } | Self::Write(_) => None,
        }
    }

    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder { .. } => Some("name a folder with a `dataset.toml`"),
            Self::Faulty { .. } | Self::FaultyTables { .. } => None,
            Self::Write(error) => error.hint(),
        }
    }
}

impl Dataset {
    /// Reads and checks a dataset folder.
    ///
    /// # Errors
    ///
    /// [`DataError::Faulty`] with every fault of the folder; [`DataError::Folder`] if it cannot be read at all.
    pub fn open(folder: &Path) -> Result<Self, DataError> {
        let mut faults = FaultReport::default();
        let place = from_start(folder);
        let manifest = read_manifest(&place, &mut faults);
        let sources = Sources::in_folder(&place, manifest.as_ref(), &mut faults)
            .map_err(|source| DataError::Folder { path: folder.into(), source })?;
        Self::load(manifest, &sources, faults)
            .map_err(|report| DataError::Faulty { path: folder.into(), report })
    }

    /// Makes a dataset of tables in memory: for each table its Arrow record batches, in the order of its rows.
    ///
    /// The rules are those of a folder, and so are the faults: [`Fault::file`] is then `prices (in memory)`, or
    /// `manifest (in memory)`. A table that is not given, or has no batch, is absent. Columns may come in any order; text is
    /// `Utf8`, `LargeUtf8`, `Utf8View` or a dictionary of one, a date `Date32` or a timestamp at midnight without a zone, a number
    /// `Float64`, a whole number any integer but `UInt64`, and an optional column without a value may have any type.
    ///
    /// The hashes of files in the manifest say nothing of tables in memory and are dropped. [`Dataset::files`] gives each
    /// table a SHA-256 of its own, made from its cells: of the name of the table and the names of its columns, each with a
    /// line feed behind it, then row by row of the cells in the order of the documentation. A cell is the byte 0 if it is
    /// empty or its column absent, else the byte 1 and its value: a text as its number of bytes (8 bytes) and its UTF-8, a
    /// date as days since 1970 (4 bytes), a number as the bits of a double (8 bytes), a whole number as 8 bytes; all
    /// little-endian. Batches, the order of columns and the widths of integers make no difference.
    ///
    /// # Errors
    ///
    /// [`DataError::FaultyTables`] with every fault.
    pub fn from_batches(
        manifest: Manifest,
        tables: BTreeMap<Table, Vec<RecordBatch>>,
    ) -> Result<Self, DataError> {
        let mut faults = FaultReport::default();
        let manifest = Manifest { sha256: BTreeMap::new(), ..manifest };
        // A value that was put together by hand can say what no manifest may.
        if let Err(report) = Manifest::parse(&manifest.to_toml()) {
            faults.append(report.in_file("manifest (in memory)"));
        }
        let sources = Sources::in_memory(tables, &mut faults);
        let name = manifest.name.clone();
        Self::load(Some(manifest), &sources, faults)
            .map_err(|report| DataError::FaultyTables { name, report })
    }

    /// Reads the tables and puts them together; the faults that are known already come first in the report.
    fn load(
        manifest: Option<Manifest>,
        sources: &Sources,
        mut faults: FaultReport,
    ) -> Result<Self, FaultReport> {
        let mut table_faults = FaultReport::default();
        let entities = sources.load(Table::Entities, &mut table_faults, load::load_entities);
        let (entities, entity_codes) = entities.unwrap_or_default();
        // Filings are not seen as they are: the reader makes series of them.
        let has = |table| sources.get(table).is_some();
        let derived: &[&str] = if has(Table::Filings) { &comparable::SERIES } else { &[] };
        let given = sources
            .load(Table::Series, &mut table_faults, |file, faults| load::load_series(file, derived, faults));
        // Without the table there are no series, unless another table refers to some.
        let is_needed = has(Table::Observations) || has(Table::Links);
        let none = || (Vec::new(), (!is_needed).then(|| Codes::new([])));
        let (mut series, mut series_codes) = given.unwrap_or_else(none);
        if !derived.is_empty() {
            series.extend(comparable::series());
            series.sort_by(|a, b| a.name.cmp(&b.name));
            series_codes = series_codes.map(|codes| codes.with_derived(&comparable::SERIES));
        }
        let parts = Parts {
            sources,
            entities: entity_codes.as_ref(),
            series: series_codes.as_ref(),
            rows: &entities,
        };
        // Side by side; each reports on its own, and the reports go in the order of the tables.
        let ((archive, observation_faults, of_companies), ((closes, calendar, price_faults), small)) =
            rayon::join(
                || parts.archive(),
                || rayon::join(|| parts.closes(manifest.as_ref()), || parts.small_tables()),
            );
        // Behind the readings, for the hash is that of the bytes that were read.
        let (hashes, hash_faults) = sources.hashes(manifest.as_ref());
        let (bridge, links, events, small_faults) = small;
        let (companies, filings, company_faults) = of_companies;
        let reports =
            [hash_faults, table_faults, price_faults, observation_faults, small_faults, company_faults];
        for report in reports {
            faults.append(report);
        }
        let (Some(manifest), true) = (manifest, faults.is_empty()) else {
            return Err(faults);
        };
        let mut by_kind: BTreeMap<EntityKind, Vec<usize>> = BTreeMap::new();
        for (position, entity) in entities.iter().enumerate() {
            by_kind.entry(entity.kind).or_default().push(position);
        }
        Ok(Self {
            manifest,
            entities,
            by_kind,
            series,
            closes,
            calendar,
            archive,
            bridge,
            links,
            events,
            companies,
            filings,
            files: hashes,
        })
    }

    /// Returns what `dataset.toml` says.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns every entity, in code order.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Returns the positions of the entities of a kind, in code order.
    #[must_use]
    pub fn of_kind(&self, kind: EntityKind) -> &[usize] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Returns the position of the market that speaks for all: the only one, or the one called `CN`.
    #[must_use]
    pub fn market(&self) -> Option<usize> {
        match self.of_kind(EntityKind::Market) {
            [only] => Some(*only),
            several => several.iter().copied().find(|market| self.entities[*market].code == "CN"),
        }
    }

    /// Returns the position of an entity.
    #[must_use]
    pub fn find_entity(&self, code: &str) -> Option<usize> {
        self.entities.binary_search_by(|entity| entity.code.as_str().cmp(code)).ok()
    }

    /// Returns every series, in the order of the names.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Returns the position of a series.
    #[must_use]
    pub fn find_series(&self, name: &str) -> Option<usize> {
        self.series.binary_search_by(|series| series.name.as_str().cmp(name)).ok()
    }

    /// Returns the closes.
    #[must_use]
    pub fn closes(&self) -> &Closes {
        &self.closes
    }

    /// Returns the trading days.
    #[must_use]
    pub fn calendar(&self) -> &TradingCalendar {
        &self.calendar
    }

    /// Returns the last month that is complete on an execution day: the one before it.
    ///
    /// Where there are month-end closes only, it is the last month of the trading calendar whose day is not after the execution day;
    /// on that day itself the month is complete. `None` before the calendar begins.
    #[must_use]
    pub fn last_complete_month(&self, as_of: AsOf) -> Option<Month> {
        match self.manifest.price_frequency {
            PriceFrequency::Daily => as_of.0.month().plus(-1),
            PriceFrequency::MonthEnd => match self.calendar.on_or_before(as_of.0) {
                Some(day) => Some(day.month()),
                None => as_of.0.month().plus(-1),
            },
        }
    }

    /// Returns the last close at which an entity can be traded on a day, with its day, however old.
    ///
    /// Month-end closes belong to their month: the close of the day's month counts, also one dated after the day.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    #[must_use]
    pub fn last_close(&self, entity: usize, day: Date) -> Option<(Date, f64)> {
        self.closes.on_or_before(entity, self.fresh_days(day).1)
    }

    /// As [`Dataset::last_close`]; `None` if the close is not fresh: dated in the 15 days up to the day, or in its month where there
    /// are month-end closes only.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    #[must_use]
    pub fn fresh_close(&self, entity: usize, day: Date) -> Option<(Date, f64)> {
        let (first, last) = self.fresh_days(day);
        self.closes.on_or_before(entity, last).filter(|(dated, _)| *dated >= first)
    }

    /// The first and the last day of the closes that are fresh on a day.
    fn fresh_days(&self, day: Date) -> (Date, Date) {
        match self.manifest.price_frequency {
            PriceFrequency::Daily => (day.plus_days(1 - FRESH_DAYS).unwrap_or(Date::MIN), day),
            PriceFrequency::MonthEnd => {
                let month = self.last_complete_month(AsOf(day)).unwrap_or(day.month());
                (month.first_day(), month.last_day())
            }
        }
    }

    /// Returns the first day whose closes a factor does not see on an execution day: the day itself, or the first of the month after
    /// the last complete one where there are month-end closes only.
    pub(crate) fn first_hidden_close(&self, as_of: AsOf) -> Date {
        match self.manifest.price_frequency {
            PriceFrequency::Daily => as_of.0,
            PriceFrequency::MonthEnd => {
                let last = self.fresh_days(as_of.0).1;
                last.plus_days(1).unwrap_or(last)
            }
        }
    }

    /// Returns the dataset of somebody who writes on a day and has nothing of what comes after it: closes dated before the day (or on
    /// it, where there are month-end closes only), records and filings released before it, and the calendar that follows from them.
    ///
    /// Which sectors have a close on the day itself stays: it belongs to the question.
    #[must_use]
    pub fn known_on(&self, day: AsOf) -> Self {
        let mut known = self.with_future(day, Future::Dropped);
        known.closes = known.closes.changed(|date, close| (date <= day.0.days()).then_some(close));
        known.filings.retain(|filing| filing.released.is_public(day));
        known.calendar = TradingCalendar::new(&known.closes, &known.entities, known.manifest.price_frequency);
        known
    }

    /// Returns the observations, ordered by release.
    #[must_use]
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Returns the weights of industries in sectors, in the order of the file.
    #[must_use]
    pub fn bridge(&self) -> &[BridgeWeight] {
        &self.bridge
    }

    /// Returns which series speak of which sector, in the order of the file.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Returns the events, in the order of the file.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns the companies, in the order of codes and validity.
    #[must_use]
    pub fn companies(&self) -> &[Company] {
        &self.companies
    }

    /// Returns the filings, in the order of company, period, release and kind. What is known of them on a day are those released before
    /// it; factors see the series that are made of them.
    #[must_use]
    pub fn filings(&self) -> &[Filing] {
        &self.filings
    }

    /// Tells whether the reader made a series of the filings.
    ///
    /// # Panics
    ///
    /// If the dataset has no series at this position.
    #[must_use]
    pub fn is_derived(&self, series: usize) -> bool {
        let has_filings = self.files.iter().any(|file| file.table == Table::Filings);
        has_filings && comparable::SERIES.contains(&self.series[series].name.as_str())
    }

    /// Returns the tables with their hashes, in the order of the tables.
    #[must_use]
    pub fn files(&self) -> &[DataFile] {
        &self.files
    }

    /// Returns one SHA-256 for all tables: over the names of the files and their hashes, in the order of the tables.
    #[must_use]
    pub fn sha256(&self) -> String {
        hash_of(self.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str())))
    }

    /// Returns the tables as plain values, without what the reader makes of filings.
    #[must_use]
    pub fn tables(&self) -> Tables {
        let kept: Vec<usize> = (0..self.series.len()).filter(|series| !self.is_derived(*series)).collect();
        let observation = |(position, series): (usize, &usize)| {
            self.archive.vintages(*series).map(move |vintage| Observation {
                series: position as u32,
                entity: vintage.entity as u32,
                period: vintage.period.end(),
                released: vintage.released,
                value: vintage.value,
            })
        };
        let price = |entity: usize| {
            self.closes.of(entity).map(move |(date, close)| Price { entity: entity as u32, date, close })
        };
        let number =
            |series: u32| kept.binary_search(&(series as usize)).ok().map(|position| position as u32);
        Tables {
            entities: self.entities.clone(),
            prices: (0..self.entities.len()).flat_map(price).collect(),
            series: kept.iter().map(|series| self.series[*series].clone()).collect(),
            observations: kept.iter().enumerate().flat_map(observation).collect(),
            bridge: self.bridge.clone(),
            links: self
                .links
                .iter()
                .filter_map(|link| Some(Link { series: number(link.series)?, ..*link }))
                .collect(),
            events: self.events.clone(),
            companies: self.companies.clone(),
            filings: self.filings.clone(),
        }
    }
}

/// One SHA-256 for files, each given by its name and its SHA-256.
fn hash_of<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let lines = files.into_iter().fold(String::new(), |text, (name, hash)| text + name + "\0" + hash + "\n");
    sha256(lines.as_bytes())
}

fn read_manifest(folder: &Path, faults: &mut FaultReport) -> Option<Manifest> {
    const LONGEST: u64 = 1 << 16;
    let path = folder.join(Manifest::FILE);
    let fault = |kind| Fault::of_file(None, Manifest::FILE.into(), kind);
    let kind = match read_regular(&path, LONGEST) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            FaultKind::MissingFile { required_by: "it says what the dataset is" }
        }
        Err(error) => FaultKind::Unreadable { reason: error.to_string() },
        Ok(bytes) => match str::from_utf8(without_mark(&bytes)) {
            Err(_) => {
                let remedy = "save the file as UTF-8".into();
                FaultKind::NotUtf8 { found: encoding_of(&bytes), remedy }
            }
            Ok(text) => match Manifest::parse(text) {
                Ok(manifest) => return Some(manifest),
                Err(report) => {
                    faults.append(report);
                    return None;
                }
            },
        },
    };
    faults.push(fault(kind));
    None
}

/// What orders closes: entity and date, and the row where these are there twice.
fn place(close: &Close) -> (u32, i32, u32) {
    (close.entity, close.date, close.row)
}

/// Cuts closes into runs that are sorted, and orders those by their beginnings. Files are a few sorted runs, usually one an entity,
/// which then only have to be read one after the other.
fn sorted_runs(parts: &[Vec<Close>]) -> Vec<&[Close]> {
    let runs = parts.iter().flat_map(|part| part.chunk_by(|a, b| place(a) <= place(b)));
    let mut runs: Vec<&[Close]> = runs.collect();
    runs.sort_by_key(|run| place(&run[0]));
    runs
}

/// Tells whether closes ascend by entity and date, from run to run too.
fn ascend(runs: &[&[Close]]) -> bool {
    runs.iter().copied().flatten().is_sorted_by(|a, b| (a.entity, a.date) < (b.entity, b.date))
}

/// Companies, their filings, and what is wrong with them.
type OfCompanies = (Vec<Company>, Vec<Filing>, FaultReport);

/// What the other tables refer to.
struct Parts<'a> {
    sources: &'a Sources,
    entities: Option<&'a EntityCodes>,
    series: Option<&'a SeriesCodes>,
    /// The entities with their names, as far as they are sound.
    rows: &'a [Entity],
}

impl Parts<'_> {
    /// Tells whether the positions of entities are those of the codes, which a fault in the table can keep them from being.
    fn is_complete(&self) -> bool {
        self.entities.map(Codes::len) == Some(self.rows.len())
    }

    fn closes(&self, manifest: Option<&Manifest>) -> (Closes, TradingCalendar, FaultReport) {
        let mut faults = FaultReport::default();
        let Some(file) = self.sources.get(Table::Prices) else {
            return (Closes::default(), TradingCalendar::default(), faults);
        };
        let parts = load::load_prices(file, self.entities, manifest, &mut faults);
        if parts.is_none() {
            self.name_wide(file, &mut faults);
        }
        let parts = parts.unwrap_or_default();
        let runs = sorted_runs(&parts);
        let frequency = manifest.map(|manifest| manifest.price_frequency);
        let n_entities = self.entities.map_or(0, Codes::len);
        let closes = if frequency == Some(PriceFrequency::Daily) && ascend(&runs) {
            // None is there twice, and daily closes have no other rule.
            Closes::new(&runs, n_entities)
        } else {
            let mut closes = runs.concat();
            closes.sort_by_key(place);
            load::check_closes(file, &closes, self.entities, frequency, &mut faults);
            Closes::new(&[&closes], n_entities)
        };
        drop(parts);
        // With a fault somewhere there is no dataset, and nobody looks at the calendar.
        let calendar = match frequency.filter(|_| self.is_complete()) {
            Some(frequency) => TradingCalendar::new(&closes, self.rows, frequency),
            None => TradingCalendar::default(),
        };
        (closes, calendar, faults)
    }

    /// Puts one fault in the place of those of a header that belongs to a wide table.
    fn name_wide(&self, file: &TableSource, faults: &mut FaultReport) {
        let is_of_header = |fault: &Fault| {
            matches!(fault.kind, FaultKind::UnknownColumn { .. } | FaultKind::IndexColumn { .. })
        };
        if faults.faults().iter().any(is_of_header)
            && let Some(wide) = wide_table(file, self.rows)
        {
            *faults = FaultReport::default();
            faults.push(wide);
        }
    }

    fn small_tables(&self) -> (Vec<BridgeWeight>, Vec<Link>, Vec<Event>, FaultReport) {
        let mut faults = FaultReport::default();
        let bridge = self
            .sources
            .load(Table::Bridge, &mut faults, |file, faults| load::load_bridge(file, self.entities, faults));
        let links = self.sources.load(Table::Links, &mut faults, |file, faults| {
            load::load_links(file, self.entities, self.series, faults)
        });
        let events = self
            .sources
            .load(Table::Events, &mut faults, |file, faults| load::load_events(file, self.entities, faults));
        (bridge.unwrap_or_default(), links.unwrap_or_default(), events.unwrap_or_default(), faults)
    }

    /// Reads companies and filings, and makes series of them.
    fn companies(&self) -> (OfCompanies, Vec<Vec<Publication>>) {
        let mut faults = FaultReport::default();
        let companies = self.sources.load(Table::Companies, &mut faults, |file, faults| {
            load::load_companies(file, self.entities, faults)
        });
        let (companies, codes): (_, Option<CompanyCodes>) = companies.unwrap_or_default();
        let filings = self.sources.load(Table::Filings, &mut faults, |file, faults| {
            load::load_filings(file, codes.as_ref(), faults)
        });
        let Some(filings) = filings else { return ((companies, Vec::new(), faults), Vec::new()) };
        let mut derived = Vec::new();
        if let (true, Some(series)) = (faults.is_empty() && self.is_complete(), self.series) {
            let reports = comparable::Reports::new(&companies, &filings);
            let positions = comparable::SERIES.map(|name| series.position(name));
            derived = comparable::publications(self.rows, &reports, positions);
        }
        ((companies, filings, faults), derived)
    }

    fn archive(&self) -> (Archive, FaultReport, OfCompanies) {
        let n_entities = self.entities.map_or(0, Codes::len);
        let frequencies = self.series.map_or(Vec::new(), SeriesCodes::frequencies);
        let n_keys = n_entities as u64 * frequencies.len() as u64;
        let observations = self.sources.get(Table::Observations);
        if n_keys > Archive::MOST_KEYS {
            let mut faults = FaultReport::default();
            if let Some(file) = observations.or_else(|| self.sources.get(Table::Filings)) {
                faults.push(file.fault(FaultKind::TooManyKeys { n_keys, limit: Archive::MOST_KEYS }));
            }
            return (Archive::default(), faults, OfCompanies::default());
        }
        // First what cannot be divided.
        let ((of_companies, derived), (mut parts, mut faults)) =
            rayon::join(|| self.companies(), || self.observations(observations));
        parts.extend(derived);
        let archive = match (Archive::build(parts, n_entities, frequencies), observations) {
            // What the reader makes of filings is there once.
            (Ok(archive), _) | (Err(Repeated { archive, .. }), None) => archive,
            (Err(Repeated { archive, rows }), Some(file)) => {
                rows.report(file, &mut faults, |(first, again)| {
                    let vintage = archive.vintage(again);
                    let key = format!(
                        "`{}`, `{}`, {}, {}",
                        shown(self.series.map_or("", |codes| codes.code(vintage.series))),
                        shown(self.entities.map_or("", |codes| codes.code(vintage.entity))),
                        vintage.period.end(),
                        vintage.released.0
                    );
                    FaultKind::DuplicateKey { key, first_row: u64::from(first.row) }
                });
                Archive::default()
            }
        };
        (archive, faults, of_companies)
    }

    fn observations(&self, file: Option<&TableSource>) -> (Vec<Vec<Publication>>, FaultReport) {
        let mut faults = FaultReport::default();
        let Some(file) = file else { return (Vec::new(), faults) };
        let parts = load::load_observations(file, self.series, self.entities, &mut faults);
        if parts.is_none() {
            self.name_wide(file, &mut faults);
        }
        (parts.unwrap_or_default(), faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_dataset_is_over_names_and_hashes_in_order() {
        let files = [("entities.csv", "aa"), ("prices.csv", "bb")];
        // `printf 'entities.csv\0aa\nprices.csv\0bb\n' | sha256sum`
        let expected = "c2ca51584332b8a5b46eaec708ca779de393d314f9b4156bed4f80de3b7963ca";
        assert_eq!(hash_of(files), expected);
        assert_ne!(hash_of(files), hash_of([files[1], files[0]]));
    }
}
