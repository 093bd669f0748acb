//! What the files of a later day add to a dataset: new values and changed ones, never another past in silence.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rotor_data::model::{BridgeWeight, Company, Entity, Filing, Link, Observation, Price, Series, Tables};
use rotor_data::{Dataset, Manifest, replace_dataset};
use rotor_factor::{Date, Released};

use crate::assemble::Places;
use crate::fault::{FaultKind, Faults, Place};
use crate::release::DatedBy;
use crate::{ImportError, Imported};

/// What becomes of closes and keys that the files have otherwise than the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrites {
    /// They are faults.
    Refuse,
    /// They take the place of what was there.
    Accept,
}

/// A dataset with what later files added.
#[derive(Debug)]
pub struct Grown {
    /// What the manifest says now.
    pub manifest: Manifest,
    /// The tables.
    pub tables: Tables,
    /// What was added, and what else differs.
    pub growth: Growth,
    format: rotor_data::Format,
}

/// What files of a day differ in from the dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Closes of days that the dataset did not have.
    pub n_new_closes: usize,
    /// Values of periods that it did not have.
    pub n_new_values: usize,
    /// Values of periods that it had, and that are different now.
    pub n_revisions: usize,
    /// Rows of other tables that it did not have: entities, series, weights, links, companies, filings.
    pub n_new_rows: usize,
    /// Closes, keys and rows that took the place of others.
    pub n_rewritten: usize,
    /// Values that the files lack between others that they have, by what they are of; they stay in the dataset.
    pub vanished: BTreeMap<String, Vanished>,
}

/// Values that are no longer in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vanished {
    /// How many there are.
    pub n: usize,
    /// The first of their days or periods.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Growth {
    /// Tells whether the dataset stays as it is.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.n_new_closes + self.n_new_values + self.n_revisions + self.n_new_rows + self.n_rewritten == 0
    }

    fn lost(&mut self, what: impl FnOnce() -> String, day: Date) {
        let lost = self.vanished.entry(what()).or_insert(Vanished { n: 0, first: day, last: day });
        lost.n += 1;
        (lost.first, lost.last) = (lost.first.min(day), lost.last.max(day));
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            write!(f, "nothing is new")?;
        } else {
            let (closes, values) = (self.n_new_closes, self.n_new_values);
            write!(f, "new: {closes} closes, {values} values, {} rows of other tables", self.n_new_rows)?;
            write!(f, "; revised: {} values", self.n_revisions)?;
            if self.n_rewritten > 0 {
                write!(f, "; rewritten: {}", self.n_rewritten)?;
            }
        }
        for (what, lost) in &self.vanished {
            let Vanished { n, first, last } = lost;
            write!(
                f,
                "\n    no longer in the files, kept: {n} of {}, {first} to {last}",
                rotor_fs::shown(what)
            )?;
        }
        Ok(())
    }
}

/// A dataset by codes and names.
#[derive(Default)]
struct Keyed {
    entities: BTreeMap<String, Entity>,
    series: BTreeMap<String, Series>,
    closes: BTreeMap<(String, Date), f64>,
    /// The vintages of each period, by their day.
    observations: BTreeMap<(String, String, Date), BTreeMap<Date, f64>>,
    bridge: BTreeMap<(String, String, Date), f64>,
    links: BTreeMap<(String, String), (i8, u64)>,
    companies: BTreeMap<(String, Option<Date>), (String, Company)>,
    filings: BTreeMap<(String, Date, Date, &'static str), Filing>,
}

impl Keyed {
    fn of(tables: &Tables) -> Self {
        let code = |entity: u32| tables.entities[entity as usize].code.clone();
        let name = |series: u32| tables.series[series as usize].name.clone();
        let companies: BTreeSet<&str> = tables.companies.iter().map(|it| it.code.as_str()).collect();
        let companies: Vec<&str> = companies.into_iter().collect();
        let mut keyed = Self {
            entities: tables.entities.iter().map(|it| (it.code.clone(), it.clone())).collect(),
            series: tables.series.iter().map(|it| (it.name.clone(), it.clone())).collect(),
            closes: tables.prices.iter().map(|it| ((code(it.entity), it.date), it.close)).collect(),
            observations: BTreeMap::new(),
            bridge: tables
                .bridge
                .iter()
                .map(|it| ((code(it.sector), code(it.industry), it.released.0), it.weight))
                .collect(),
            links: tables
                .links
                .iter()
                .map(|it| ((code(it.sector), name(it.series)), (it.polarity, it.weight.to_bits())))
                .collect(),
            companies: tables
                .companies
                .iter()
                .map(|it| {
                    ((it.code.clone(), it.valid_from), (code(it.sector), Company { sector: 0, ..it.clone() }))
                })
                .collect(),
            filings: tables
                .filings
                .iter()
                .map(|it| {
                    let company = companies[it.company as usize].to_owned();
                    ((company, it.period, it.released.0, it.kind.word()), Filing { company: 0, ..*it })
                })
                .collect(),
        };
        for it in &tables.observations {
            let key = (name(it.series), code(it.entity), it.period);
            keyed.observations.entry(key).or_default().insert(it.released.0, it.value);
        }
        keyed
    }

    fn tables(self, events: Vec<rotor_data::model::Event>) -> Tables {
        let entity: BTreeMap<&str, u32> = self.entities.keys().map(String::as_str).zip(0..).collect();
        let series: BTreeMap<&str, u32> = self.series.keys().map(String::as_str).zip(0..).collect();
        let codes: BTreeSet<&str> = self.companies.keys().map(|(code, _)| code.as_str()).collect();
        let company: BTreeMap<&str, u32> = codes.into_iter().zip(0..).collect();
        Tables {
            prices: self
                .closes
                .iter()
                .map(|((code, date), close)| Price {
                    entity: entity[code.as_str()],
                    date: *date,
                    close: *close,
                })
                .collect(),
            observations: self
                .observations
                .iter()
                .flat_map(|((name, code, period), vintages)| {
                    let (series, entity) = (series[name.as_str()], entity[code.as_str()]);
                    vintages.iter().map(move |(released, value)| Observation {
                        series,
                        entity,
                        period: *period,
                        released: Released(*released),
                        value: *value,
                    })
                })
                .collect(),
            bridge: self
                .bridge
                .iter()
                .map(|((sector, industry, released), weight)| BridgeWeight {
                    sector: entity[sector.as_str()],
                    industry: entity[industry.as_str()],
                    weight: *weight,
                    released: Released(*released),
                })
                .collect(),
            links: self
                .links
                .iter()
                .map(|((sector, name), (polarity, weight))| Link {
                    sector: entity[sector.as_str()],
                    series: series[name.as_str()],
                    polarity: *polarity,
                    weight: f64::from_bits(*weight),
                })
                .collect(),
            companies: self
                .companies
                .values()
                .map(|(sector, company)| Company { sector: entity[sector.as_str()], ..company.clone() })
                .collect(),
            filings: self
                .filings
                .iter()
                .map(|((code, ..), filing)| Filing { company: company[code.as_str()], ..*filing })
                .collect(),
            events,
            entities: self.entities.values().cloned().collect(),
            series: self.series.values().cloned().collect(),
        }
    }
}

/// The way of files into a dataset.
struct Growing {
    now: Keyed,
    as_of: Date,
    rewrites: Rewrites,
    growth: Growth,
    faults: Faults,
}

impl Growing {
    /// Something that is otherwise in the files; tells whether it is taken.
    fn rewritten(
        &mut self,
        place: impl FnOnce() -> Option<Place>,
        what: String,
        before: String,
        after: String,
    ) -> bool {
        if self.rewrites == Rewrites::Accept {
            self.growth.n_rewritten += 1;
            return true;
        }
        self.faults.add(None, place(), FaultKind::Rewritten { what, before, after });
        false
    }

    fn series(&mut self, new: &Keyed) {
        for (name, series) in &new.series {
            let Some(old) = self.now.series.get_mut(name) else {
                self.growth.n_new_rows += 1;
                self.now.series.insert(name.clone(), series.clone());
                continue;
            };
            // The weakest of its rows speaks for a series.
            old.release = old.release.max(series.release);
            let (before, after) = (key_of(old), key_of(series));
            if before != after {
                let (before, after) = (described_series(old), described_series(series));
                let release = old.release;
                if self.rewritten(|| None, format!("series `{name}`"), before, after) {
                    self.now.series.insert(name.clone(), Series { release, ..series.clone() });
                }
            }
        }
    }

    /// A close of the files.
    fn close(&mut self, key: (String, Date), close: f64, place: impl Fn() -> Option<Place>) {
        match self.now.closes.get(&key).copied() {
            None => self.growth.n_new_closes += 1,
            Some(old) if old.to_bits() == close.to_bits() => return,
            Some(old) => {
                let what = format!("the close of `{}` on {}", key.0, key.1);
                if !self.rewritten(&place, what, old.to_string(), close.to_string()) {
                    return;
                }
            }
        }
        self.now.closes.insert(key, close);
    }

    fn vanished_closes(&mut self, new: &Keyed) {
        let mut spans: BTreeMap<&str, (Date, Date)> = BTreeMap::new();
        for (code, day) in new.closes.keys() {
            spans.entry(code).or_insert((*day, *day)).1 = *day;
        }
        for (code, (first, last)) in spans {
            let span = (code.to_owned(), first)..=(code.to_owned(), last);
            for (key, _) in self.now.closes.range(span) {
                if !new.closes.contains_key(key) {
                    self.growth.lost(|| format!("the closes of `{code}`"), key.1);
                }
            }
        }
    }

    /// A value of the files with the day that they or a rule give it.
    fn value(
        &mut self,
        key: &(String, String, Date),
        day: Date,
        value: f64,
        dated: DatedBy,
        is_new: bool,
        place: impl Fn() -> Option<Place>,
    ) {
        let as_of = self.as_of;
        if as_of < key.2 && dated != DatedBy::File {
            let kind = FaultKind::AsOfEarly { as_of: as_of.to_string(), period: key.2.to_string() };
            return self.faults.add(None, place(), kind);
        }
        let vintages = self.now.observations.entry(key.clone()).or_default();
        let known_on = |day: Date| vintages.range(..=day).next_back().map(|(_, value)| value.to_bits());
        let is_known = known_on(if dated == DatedBy::File { day } else { as_of }) == Some(value.to_bits())
            || vintages.get(&day).is_some_and(|known| known.to_bits() == value.to_bits());
        if is_known {
            return;
        }
        let is_first = vintages.is_empty();
        let released = match dated {
            DatedBy::File => day,
            // A history that comes as a whole follows its rule; what is in the files of a day was public by then.
            DatedBy::Rule if is_new => day.min(as_of),
            DatedBy::Exchange if is_first => day,
            DatedBy::Exchange | DatedBy::Rule => as_of,
        };
        match vintages.entry(released) {
            Slot::Vacant(slot) => {
                slot.insert(value);
                self.growth.n_new_values += usize::from(is_first);
                self.growth.n_revisions += usize::from(!is_first);
            }
            Slot::Occupied(slot) => {
                let before = slot.get().to_string();
                let what = format!("`{}` of `{}` for {}, released {released},", key.0, key.1, key.2);
                if self.rewritten(&place, what, before, value.to_string()) {
                    self.now.observations.entry(key.clone()).or_default().insert(released, value);
                }
            }
        }
    }

    fn vanished_values(&mut self, new: &Keyed) {
        let mut spans: BTreeMap<(&str, &str), (Date, Date)> = BTreeMap::new();
        for (series, entity, period) in new.observations.keys() {
            spans.entry((series, entity)).or_insert((*period, *period)).1 = *period;
        }
        for ((series, entity), (first, last)) in spans {
            let at = |day: Date| (series.to_owned(), entity.to_owned(), day);
            for (key, vintages) in self.now.observations.range(at(first)..=at(last)) {
                let was_known =
                    vintages.first_key_value().is_some_and(|(released, _)| *released <= self.as_of);
                if was_known && !new.observations.contains_key(key) {
                    self.growth.lost(|| format!("`{series}` of `{entity}`"), key.2);
                }
            }
        }
    }

    /// Adds the rows of a table that has no vintages.
    fn rows<K: Ord + Clone, V: Clone + PartialEq>(
        &mut self,
        table: impl Fn(&mut Keyed) -> &mut BTreeMap<K, V>,
        new: &BTreeMap<K, V>,
        name: impl Fn(&K) -> String,
        shown: impl Fn(&V) -> String,
    ) {
        for (key, row) in new {
            match table(&mut self.now).get(key) {
                Some(old) if old == row => continue,
                Some(old) => {
                    let before = shown(old);
                    if !self.rewritten(|| None, name(key), before, shown(row)) {
                        continue;
                    }
                }
                None => self.growth.n_new_rows += 1,
            }
            table(&mut self.now).insert(key.clone(), row.clone());
        }
    }
}

/// What may not change of a series.
fn key_of(series: &Series) -> Series {
    Series { release: None, ..series.clone() }
}

fn described_entity(entity: &Entity) -> String {
    let day = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    let (name, kind) = (&entity.name, entity.kind);
    format!("{kind} `{name}` from {} to {}", day(entity.valid_from), day(entity.valid_to))
}

fn described_series(series: &Series) -> String {
    format!("`{}`, {:?}, in {}", series.title, series.frequency, series.unit)
}

impl Imported {
    /// Adds to a dataset what the files of a day have new: values of new periods, and values that differ from those that were known on
    /// that day, both known since then. Where a file says itself when a value became public, that day counts, and exchange data keep
    /// theirs.
    ///
    /// # Errors
    ///
    /// [`ImportError::Faulty`] with everything that would rewrite the past, unless `rewrites` accepts it, and with the faults of what
    /// would come of it.
    pub fn grow(&self, old: &Dataset, as_of: Date, rewrites: Rewrites) -> Result<Grown, ImportError> {
        let before = old.tables();
        let new = Keyed::of(&self.tables);
        let mut growing = Growing {
            now: Keyed::of(&before),
            as_of,
            rewrites,
            growth: Growth::default(),
            faults: Faults::default(),
        };
        let (files, dataset) = (&self.manifest.currency, &old.manifest().currency);
        if files != dataset && !self.tables.prices.is_empty() {
            let kind = FaultKind::OtherCurrency { files: files.clone(), dataset: dataset.clone() };
            growing.faults.add(None, None, kind);
        }
        let known_series: BTreeSet<String> = growing.now.series.keys().cloned().collect();
        growing.rows(
            |now| &mut now.entities,
            &new.entities,
            |code| format!("entity `{code}`"),
            described_entity,
        );
        growing.series(&new);
        let code = |entity: u32| self.tables.entities[entity as usize].code.clone();
        for (at, row) in self.tables.prices.iter().enumerate() {
            growing.close((code(row.entity), row.date), row.close, || self.places.of_price(at));
        }
        growing.vanished_closes(&new);
        for (at, (row, dated)) in self.tables.observations.iter().zip(&self.dated).enumerate() {
            let name = self.tables.series[row.series as usize].name.clone();
            let is_new = !known_series.contains(&name);
            let key = (name, code(row.entity), row.period);
            growing.value(&key, row.released.0, row.value, *dated, is_new, || self.places.of_observation(at));
        }
        growing.vanished_values(&new);
        growing.rows(
            |now| &mut now.bridge,
            &new.bridge,
            |(sector, industry, released)| format!("the weight of `{industry}` in `{sector}` of {released}"),
            f64::to_string,
        );
        growing.rows(
            |now| &mut now.links,
            &new.links,
            |(sector, series)| format!("the link of `{sector}` to `{series}`"),
            |(polarity, weight)| format!("{polarity:+} with weight {}", f64::from_bits(*weight)),
        );
        growing.rows(
            |now| &mut now.companies,
            &new.companies,
            |(company, _)| format!("company `{company}`"),
            |(sector, company)| {
                let to = company.valid_to.map_or_else(|| "…".to_owned(), |day| day.to_string());
                format!("`{}` in `{sector}` to {to}", company.name)
            },
        );
        growing.rows(
            |now| &mut now.filings,
            &new.filings,
            |(company, period, released, kind)| {
                format!("the {kind} of `{company}` for {period}, released {released},")
            },
            |filing| filing.profit().map_or_else(|| "nothing".to_owned(), |profit| profit.to_string()),
        );
        let Growing { now, growth, faults, .. } = growing;
        if !faults.is_empty() {
            return Err(ImportError::Faulty(faults));
        }
        grown(old, now.tables(before.events), growth)
    }
}

/// The dataset that tables make with the manifest of the one that they grew from.
fn grown(old: &Dataset, tables: Tables, growth: Growth) -> Result<Grown, ImportError> {
    let days = || tables.prices.iter().map(|price| price.date);
    let of_old = old.manifest();
    let manifest = Manifest {
        first: days().min().unwrap_or(of_old.first).min(of_old.first),
        last: days().max().unwrap_or(of_old.last).max(of_old.last),
        lineage: of_old.lineage.clone().or_else(|| Some(old.sha256())),
        ..of_old.clone()
    };
    if let Err(error) = Dataset::from_tables(manifest.clone(), &tables) {
        return Err(ImportError::Faulty(crate::in_files(&error, &Places::default())));
    }
    let is_csv = old
        .files()
        .iter()
        .all(|file| std::path::Path::new(&file.name).extension().is_some_and(|it| it == "csv"));
    let format = if is_csv { rotor_data::Format::Csv } else { rotor_data::Format::Parquet };
    Ok(Grown { manifest, tables, growth, format })
}

impl Grown {
    /// Puts the dataset in the place of the one at `folder`, whole or not at all; if nothing is new, nothing is written.
    ///
    /// # Errors
    ///
    /// [`ImportError::Write`] if the disk refuses.
    pub fn write(&self, folder: &std::path::Path) -> Result<(), ImportError> {
        if self.growth.is_none() {
            return Ok(());
        }
        Ok(replace_dataset(folder, &self.manifest, &self.tables, self.format)?)
    }
}
