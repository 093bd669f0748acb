//! A dataset folder, read whole: every fault at once, or none and the data.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rotor_factor::{AsOf, EntityKind, Month, nearest};
use rotor_fs::{FsError, sha256_of_file};

use crate::archive::{Archive, Repeated};
use crate::closes::{Closes, TradingCalendar};
use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::load::{self, Close, Codes, EntityCodes, SeriesCodes};
use crate::manifest::{Manifest, PriceFrequency};
use crate::model::{BridgeWeight, Entity, Event, Link, Series};
use crate::read::{Format, TableFile, open_regular};
use crate::schema::Table;

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
    files: Vec<DataFile>,
}

/// A file of a dataset with the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The name in the folder.
    pub name: String,
    /// The format of its table.
    pub format: Format,
    /// The table it holds.
    pub table: Table,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Why a dataset could not be opened, converted or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The folder is not there or may not be read.
    #[error("cannot read the dataset folder `{}`: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has faults.
    #[error("the dataset in `{}` has faults", path.display())]
    Faulty {
        /// The folder.
        path: PathBuf,
        /// Every one of them.
        report: FaultReport,
    },
    /// A dataset folder could not be written.
    #[error(transparent)]
    Write(#[from] FsError),
}

impl DataError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder { .. } => Some("name a folder with a `dataset.toml`"),
            Self::Faulty { .. } => None,
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
        let listing = list(folder).map_err(|source| DataError::Folder { path: folder.into(), source })?;
        let mut faults = FaultReport::default();
        let manifest = read_manifest(folder, &mut faults);
        report_unknown_files(&listing, &mut faults);
        let files = Files::find(folder, manifest.as_ref(), &mut faults);
        let mut table_faults = FaultReport::default();
        let entities = files.load(Table::Entities, &mut table_faults, load::load_entities);
        let (entities, entity_codes) = entities.unwrap_or_default();
        let series = files.load(Table::Series, &mut table_faults, load::load_series);
        let (series, series_codes) = series.unwrap_or_default();
        let parts = Parts { files: &files, entities: entity_codes.as_ref(), series: series_codes.as_ref() };
        // Side by side; each reports on its own, and the reports go in the order of the tables.
        let ((closes, price_faults), ((archive, observation_faults), (hashed, small))) = rayon::join(
            || parts.closes(manifest.as_ref()),
            || {
                rayon::join(
                    || parts.archive(),
                    || rayon::join(|| files.hashes(folder, manifest.as_ref()), || parts.small_tables()),
                )
            },
        );
        let (hashes, hash_faults) = hashed;
        let (bridge, links, events, small_faults) = small;
        for report in [hash_faults, table_faults, price_faults, observation_faults, small_faults] {
            faults.append(report);
        }
        let (Some(manifest), true) = (manifest, faults.is_empty()) else {
            return Err(DataError::Faulty { path: folder.into(), report: faults });
        };
        let mut by_kind: BTreeMap<EntityKind, Vec<usize>> = BTreeMap::new();
        for (position, entity) in entities.iter().enumerate() {
            by_kind.entry(entity.kind).or_default().push(position);
        }
        Ok(Self {
            calendar: TradingCalendar::new(&closes, &entities),
            manifest,
            entities,
            by_kind,
            series,
            closes,
            archive,
            bridge,
            links,
            events,
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
    /// Where there are month-end closes only, that of the day is complete from its month-end close on. `None` before the
    /// calendar begins.
    #[must_use]
    pub fn last_complete_month(&self, as_of: AsOf) -> Option<Month> {
        let month = as_of.0.month();
        let is_complete = self.manifest.price_frequency == PriceFrequency::MonthEnd
            && self.calendar.first_of(month).is_some_and(|month_end| month_end <= as_of.0);
        if is_complete { Some(month) } else { month.plus(-1) }
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

    /// Returns the files of the tables, in the order of the tables.
    #[must_use]
    pub fn files(&self) -> &[DataFile] {
        &self.files
    }
}

/// The names in a folder, sorted.
fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in folder.read_dir()? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn read_manifest(folder: &Path, faults: &mut FaultReport) -> Option<Manifest> {
    const LONGEST: u64 = 1 << 16;
    let path = folder.join(Manifest::FILE);
    let fault =
        |kind| Fault { table: None, file: Manifest::FILE.into(), row: None, line: None, column: None, kind };
    let text = open_regular(&path).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(LONGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let kind = match text {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            FaultKind::MissingFile { required_by: "it says what the dataset is" }
        }
        Err(error) => FaultKind::Unreadable { reason: error.to_string() },
        Ok(bytes) if bytes.len() as u64 > LONGEST => {
            FaultKind::Unreadable { reason: format!("it is longer than {LONGEST} bytes") }
        }
        Ok(bytes) if bytes.starts_with(b"\xEF\xBB\xBF") => FaultKind::ByteOrderMark,
        Ok(bytes) => match String::from_utf8(bytes) {
            Err(_) => FaultKind::NotUtf8,
            Ok(text) => match Manifest::parse(&text) {
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

/// Reports files that are meant to be tables and would be passed over in silence.
fn report_unknown_files(listing: &[String], faults: &mut FaultReport) {
    for name in listing {
        let Some((stem, extension)) = name.rsplit_once('.') else { continue };
        let is_table = |known: Table| known.name() == stem && ["csv", "parquet"].contains(&extension);
        if !["csv", "parquet"].contains(&extension.to_ascii_lowercase().as_str())
            || Table::ALL.into_iter().any(is_table)
        {
            continue;
        }
        if let Some(nearest) = nearest(&stem.to_ascii_lowercase(), Table::ALL.map(Table::name)) {
            let nearest = format!("{nearest}.{}", extension.to_ascii_lowercase());
            let kind = FaultKind::UnknownFile { name: shown(name), nearest };
            faults.push(Fault { table: None, file: shown(name), row: None, line: None, column: None, kind });
        }
    }
}

/// The files of a folder's tables.
struct Files {
    tables: Vec<TableFile>,
}

impl Files {
    fn find(folder: &Path, manifest: Option<&Manifest>, faults: &mut FaultReport) -> Self {
        let (mut tables, mut reports) = (Vec::new(), Vec::new());
        for table in Table::ALL {
            let mut report = FaultReport::default();
            tables.extend(TableFile::find(folder, table, &mut report));
            reports.push(report);
        }
        let files = Self { tables };
        let is_needed = |table: Table| match table {
            Table::Series => {
                [Table::Observations, Table::Links].iter().any(|other| files.get(*other).is_some())
            }
            _ => table.is_required(),
        };
        for (table, report) in Table::ALL.into_iter().zip(reports) {
            faults.append(report);
            if files.get(table).is_none() && is_needed(table) {
                let required_by = match table {
                    Table::Series => "`observations` and `links` need it",
                    _ => "every dataset needs it",
                };
                let file = format!("{table}.csv or {table}.parquet");
                let kind = FaultKind::MissingFile { required_by };
                faults.push(Fault { table: Some(table), file, row: None, line: None, column: None, kind });
            }
        }
        for name in manifest.iter().flat_map(|manifest| manifest.sha256.keys()) {
            if !is_plain(name) || !folder.join(name).is_file() {
                let kind = FaultKind::MissingFile { required_by: "the manifest gives its SHA-256" };
                faults.push(Fault {
                    table: None,
                    file: shown(name),
                    row: None,
                    line: None,
                    column: None,
                    kind,
                });
            }
        }
        files
    }

    fn get(&self, table: Table) -> Option<&TableFile> {
        self.tables.iter().find(|file| file.table == table)
    }

    fn load<T>(
        &self,
        table: Table,
        faults: &mut FaultReport,
        read: impl FnOnce(&TableFile, &mut FaultReport) -> T,
    ) -> Option<T> {
        let mut report = FaultReport::default();
        let loaded = self.get(table).map(|file| read(file, &mut report));
        faults.append(report);
        loaded
    }

    /// Hashes the tables and whatever else the manifest vouches for.
    fn hashes(&self, folder: &Path, manifest: Option<&Manifest>) -> (Vec<DataFile>, FaultReport) {
        use rayon::prelude::*;

        let mut faults = FaultReport::default();
        let mut names: Vec<&str> = self.tables.iter().map(|file| file.name.as_str()).collect();
        let vouched = manifest.iter().flat_map(|manifest| manifest.sha256.keys()).map(String::as_str);
        names.extend(vouched.filter(|name| is_plain(name) && !self.is_table(name)));
        let hashes: Vec<_> = names.par_iter().map(|name| sha256_of(&folder.join(name))).collect();
        for (name, hash) in names.iter().zip(&hashes) {
            let expected = manifest.and_then(|manifest| manifest.sha256.get(*name));
            // A file that cannot be read has been reported by its reader.
            if let (Ok(found), Some(expected)) = (hash, expected)
                && found != expected
            {
                let kind = FaultKind::HashMismatch { expected: expected.clone(), found: found.clone() };
                let table = self.tables.iter().find(|file| file.name == **name).map(|file| file.table);
                faults.push(Fault { table, file: shown(name), row: None, line: None, column: None, kind });
            }
        }
        let files = self.tables.iter().zip(hashes).filter_map(|(file, hash)| {
            Some(DataFile {
                name: file.name.clone(),
                format: file.format,
                table: file.table,
                sha256: hash.ok()?,
            })
        });
        (files.collect(), faults)
    }

    fn is_table(&self, name: &str) -> bool {
        self.tables.iter().any(|file| file.name == name)
    }
}

/// What the other tables refer to.
struct Parts<'a> {
    files: &'a Files,
    entities: Option<&'a EntityCodes>,
    series: Option<&'a SeriesCodes>,
}

impl Parts<'_> {
    fn closes(&self, manifest: Option<&Manifest>) -> (Closes, FaultReport) {
        let mut faults = FaultReport::default();
        let Some(file) = self.files.get(Table::Prices) else { return (Closes::default(), faults) };
        let parts = load::load_prices(file, self.entities, manifest, &mut faults).unwrap_or_default();
        let mut closes: Vec<Close> = one_after_the_other(parts);
        // Files are a few sorted runs, usually one an entity; the stable sort merges those in one pass.
        closes.sort_by_key(|close| (close.entity, close.date, close.row));
        let frequency = manifest.map(|manifest| manifest.price_frequency);
        load::check_closes(file, &closes, self.entities, frequency, &mut faults);
        (Closes::new(&closes, self.entities.map_or(0, Codes::len)), faults)
    }

    fn small_tables(&self) -> (Vec<BridgeWeight>, Vec<Link>, Vec<Event>, FaultReport) {
        let mut faults = FaultReport::default();
        let bridge = self
            .files
            .load(Table::Bridge, &mut faults, |file, faults| load::load_bridge(file, self.entities, faults));
        let links = self.files.load(Table::Links, &mut faults, |file, faults| {
            load::load_links(file, self.entities, self.series, faults)
        });
        let events = self
            .files
            .load(Table::Events, &mut faults, |file, faults| load::load_events(file, self.entities, faults));
        (bridge.unwrap_or_default(), links.unwrap_or_default(), events.unwrap_or_default(), faults)
    }

    fn archive(&self) -> (Archive, FaultReport) {
        let mut faults = FaultReport::default();
        let n_entities = self.entities.map_or(0, Codes::len);
        let frequencies = self.series.map_or(Vec::new(), SeriesCodes::frequencies);
        let Some(file) = self.files.get(Table::Observations) else {
            return (Archive::empty(frequencies), faults);
        };
        let n_keys = n_entities as u64 * frequencies.len() as u64;
        if n_keys > Archive::MOST_KEYS {
            faults.push(file.fault(FaultKind::TooManyKeys { n_keys, limit: Archive::MOST_KEYS }));
            return (Archive::default(), faults);
        }
        let parts =
            load::load_observations(file, self.series, self.entities, &mut faults).unwrap_or_default();
        match Archive::build(parts, n_entities, frequencies) {
            Ok(archive) => (archive, faults),
            Err(Repeated { archive, rows }) => {
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
                (Archive::default(), faults)
            }
        }
    }
}

/// Tells whether a name is that of a file in the folder itself.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|plain| plain == name)
}

/// Joins the parts of a table without holding both for longer than it takes.
fn one_after_the_other<T>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.extend(part);
    }
    all
}

/// Returns the SHA-256 of a file in lower-case hexadecimal digits.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    sha256_of_file(open_regular(path)?)
}
