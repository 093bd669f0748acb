//! How a day goes to a child process and a signal comes back: little-endian numbers and counted texts.
//!
//! What comes from a child is read with suspicion: nothing is reserved that the bytes do not hold, and every text and
//! position is checked.

use rotor_factor::host::{BridgeTable, EntityTable, LinkTable, ViewData};
use rotor_factor::{
    AsOf, Column, ColumnValues, Date, EntityKind, Explanation, Frequency, Group, Measure, Month, Panel,
    ReferencePeriod, Signal, Spec, Table, abi,
};

use crate::Breach;
use crate::output::Receiver;

/// Writes a message.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    pub(super) fn f64s(&mut self, values: &[f64]) {
        for value in values {
            self.f64(*value);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn json(&mut self, value: &impl serde::Serialize) {
        self.text(&serde_json::to_string(value).expect("errors are plain data"));
    }

    /// Writes a day.
    pub(super) fn view(&mut self, view: &ViewData<'_>) {
        self.i32(view.as_of.0.days());
        self.i32(view.month.index());
        self.u8(u8::from(view.is_month_end) | u8::from(view.wants_tables) << 1);
        for table in view.entities {
            self.u32(table.codes().len() as u32);
            for (position, code) in table.codes().iter().enumerate() {
                self.text(code);
                self.u8(table.group(position).map_or(0, |group| group as u8 + 1));
            }
        }
        self.u32(view.inputs.len() as u32);
        for input in &view.inputs {
            match input {
                None => self.u8(0),
                Some((kind, panel)) => {
                    self.u8(1 + *kind as u8);
                    self.panel(panel);
                }
            }
        }
        self.u8(u8::from(view.bridge.is_some()));
        for (is_public, weights) in view.bridge.iter().flat_map(|bridge| bridge.sectors()) {
            self.u8(u8::from(is_public));
            self.u32(weights.len() as u32);
            for weight in weights {
                self.u32(weight.industry);
                self.f64(weight.weight);
            }
        }
        self.u8(u8::from(view.links.is_some()));
        if let Some((table, panels)) = &view.links {
            self.u32(panels.len() as u32);
            for (position, ((name, unit), panel)) in table.series().iter().zip(panels).enumerate() {
                self.text(name);
                self.text(unit);
                self.u8(table.measure(position).map_or(0, |measure| measure as u8 + 1));
                self.panel(panel);
            }
            for links in table.sectors() {
                self.u32(links.len() as u32);
                for link in links {
                    self.u32(link.series);
                    self.i32(link.polarity);
                    self.f64(link.weight);
                }
            }
        }
    }

    fn panel(&mut self, panel: &Panel<'_>) {
        self.u8(panel.frequency() as u8);
        self.i32(panel.last().index());
        self.u32(panel.n_periods() as u32);
        self.u32(panel.n_entities() as u32);
        for entity in 0..panel.n_entities() {
            self.f64s(panel.row(entity));
        }
    }

    /// Writes a signal that was checked against the spec.
    pub(super) fn signal(&mut self, signal: &Signal, spec: &Spec) {
        let n_sectors = signal.n_sectors();
        self.u32(n_sectors as u32);
        for sector in 0..n_sectors {
            match signal.score_of(sector) {
                Ok(score) => {
                    self.u8(1);
                    self.f64(score);
                    self.f64(signal.raw_of(sector).unwrap_or(f64::NAN));
                }
                Err(reason) => self.reason(reason, spec),
            }
        }
        self.u32(signal.forecasts().len() as u32);
        for row in signal.forecasts() {
            self.text(&row.target);
            self.place(row.entity.kind, row.entity.position, row.period);
            self.f64(row.value);
            self.f64(row.naive);
        }
        self.u32(signal.realized_values().len() as u32);
        for row in signal.realized_values() {
            self.text(&row.target);
            self.place(row.entity.kind, row.entity.position, row.period);
            self.f64(row.value);
        }
        self.u32(signal.diagnostics().len() as u32);
        for diagnostic in signal.diagnostics() {
            self.text(&diagnostic.name);
            self.u32(diagnostic.kind as u32);
            self.u32(diagnostic.values.len() as u32);
            self.f64s(diagnostic.values.as_slice());
        }
        self.u32(signal.tables().len() as u32);
        for table in signal.tables() {
            self.table(table);
        }
    }

    fn reason(&mut self, reason: &Explanation, spec: &Spec) {
        match reason.declared() {
            None => {
                self.u8(0);
                self.text(&reason.text());
            }
            Some((declared, values)) => {
                self.u8(2);
                let position = spec.reasons().iter().position(|known| *known == declared);
                self.u32(position.expect("a signal that was checked has declared reasons only") as u32);
                self.u32(values.len() as u32);
                for value in values {
                    self.text(value);
                }
            }
        }
    }

    fn place(&mut self, kind: EntityKind, position: usize, period: ReferencePeriod) {
        self.u32(kind as u32);
        self.u32(position as u32);
        self.u32(period.frequency() as u32);
        self.i32(period.index());
    }

    fn table(&mut self, table: &Table) {
        self.text(table.name());
        self.u8(u8::from(table.is_matrix()));
        self.u32(table.columns().len() as u32);
        for Column { name, values } in table.columns() {
            self.text(name);
            let kind = match values {
                ColumnValues::Texts(_) => abi::COLUMN_TEXTS,
                ColumnValues::Dates(_) => abi::COLUMN_DATES,
                _ => abi::COLUMN_NUMBERS,
            };
            self.u32(kind);
            self.u32(values.len() as u32);
            match values {
                ColumnValues::Texts(values) => values.iter().for_each(|value| self.text(value)),
                ColumnValues::Dates(values) => values.iter().for_each(|value| self.i32(value.days())),
                ColumnValues::Numbers(values) => self.f64s(values),
                _ => {}
            }
        }
    }
}

/// Reads a message.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// A message that ends too early or says what cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbled;

type Read<T> = Result<T, Garbled>;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Garbled)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| Garbled)
    }

    /// Tells whether everything has been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn u8(&mut self) -> Read<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Read<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn i32(&mut self) -> Read<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Read<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn f64(&mut self) -> Read<f64> {
        Ok(f64::from_bits(self.u64()?))
    }

    /// Reads how many things of at least `n_bytes` each follow.
    pub(super) fn count(&mut self, n_bytes: usize) -> Read<usize> {
        let n = self.u32()? as usize;
        if n.saturating_mul(n_bytes) > self.rest.len() { Err(Garbled) } else { Ok(n) }
    }

    fn f64s(&mut self, n: usize) -> Read<Vec<f64>> {
        let bytes = self.take(n.checked_mul(8).ok_or(Garbled)?)?;
        let value = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        Ok(bytes.chunks_exact(8).map(value).collect())
    }

    pub(super) fn text(&mut self) -> Read<&'a str> {
        let n = self.u32()? as usize;
        std::str::from_utf8(self.take(n)?).map_err(|_| Garbled)
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Read<T> {
        serde_json::from_str(self.text()?).map_err(|_| Garbled)
    }

    /// Reads a signal into a receiver, which checks it as if the factor had given it here.
    pub(super) fn signal(&mut self, receiver: &mut Receiver<'_>) -> Read<Result<(), Breach>> {
        let n_sectors = self.count(1)?;
        if n_sectors != receiver.n_sectors() {
            return Err(Garbled);
        }
        let (mut scores, mut raws) = (vec![f64::NAN; n_sectors], vec![f64::NAN; n_sectors]);
        let mut reasons = Vec::new();
        for sector in 0..n_sectors {
            match self.u8()? {
                0 => reasons.push((sector as u32, None, vec![self.text()?.to_owned()])),
                1 => (scores[sector], raws[sector]) = (self.f64()?, self.f64()?),
                2 => {
                    let (position, n_values) = (self.u32()?, self.count(4)?);
                    let values = (0..n_values).map(|_| self.text().map(str::to_owned));
                    reasons.push((sector as u32, Some(position), values.collect::<Read<_>>()?));
                }
                _ => return Err(Garbled),
            }
        }
        let mut checked = receiver.scores(&scores, Some(&raws));
        for (sector, declared, mut texts) in reasons {
            checked = checked.and_then(|()| match declared {
                Some(position) => receiver.declared_reason(sector, position, texts),
                None => receiver.reason(sector, texts.pop().unwrap_or_default()),
            });
        }
        for _ in 0..self.count(4)? {
            let target = self.text()?;
            let (kind, entity, frequency, period) = (self.u32()?, self.u32()?, self.u32()?, self.i32()?);
            let row =
                abi::Forecast { kind, entity, frequency, period, value: self.f64()?, naive: self.f64()? };
            checked = checked.and_then(|()| receiver.forecasts(target, &[row]));
        }
        for _ in 0..self.count(4)? {
            let target = self.text()?;
            let (kind, entity, frequency, period) = (self.u32()?, self.u32()?, self.u32()?, self.i32()?);
            let row = abi::Realized { kind, entity, frequency, period, value: self.f64()? };
            checked = checked.and_then(|()| receiver.realized(target, &[row]));
        }
        for _ in 0..self.count(4)? {
            let (name, kind, n) = (self.text()?, self.u32()?, self.u32()? as usize);
            let values = self.f64s(n)?;
            checked = checked.and_then(|()| receiver.diagnostic(name.to_owned(), kind, &values));
        }
        for _ in 0..self.count(4)? {
            let table = self.table()?;
            checked = checked.and_then(|()| receiver.table(table));
        }
        Ok(checked)
    }

    fn table(&mut self) -> Read<Table> {
        let (name, is_matrix) = (self.text()?, self.u8()? == 1);
        let mut table = Table::new(name);
        for _ in 0..self.count(4)? {
            let (name, kind) = (self.text()?, self.u32()?);
            let values = match kind {
                abi::COLUMN_TEXTS => {
                    let n = self.count(4)?;
                    let texts = (0..n).map(|_| self.text().map(str::to_owned));
                    ColumnValues::Texts(texts.collect::<Read<_>>()?)
                }
                abi::COLUMN_DATES => {
                    let n = self.count(4)?;
                    let dates = (0..n).map(|_| Date::from_days(self.i32()?).ok_or(Garbled));
                    ColumnValues::Dates(dates.collect::<Read<_>>()?)
                }
                _ => {
                    let n = self.u32()? as usize;
                    ColumnValues::Numbers(self.f64s(n)?)
                }
            };
            table = table.column(name, values);
        }
        Ok(if is_matrix { table.into_matrix() } else { table })
    }

    /// Reads a day.
    pub(super) fn view(&mut self) -> Read<OwnedView> {
        let as_of = AsOf(Date::from_days(self.i32()?).ok_or(Garbled)?);
        let month = Month::from_index(self.i32()?).ok_or(Garbled)?;
        let flags = self.u8()?;
        let entities = [self.entities()?, self.entities()?, self.entities()?, self.entities()?];
        let mut inputs = Vec::new();
        for _ in 0..self.count(1)? {
            inputs.push(match self.u8()? {
                0 => None,
                kind => {
                    let kind = *EntityKind::ALL.get(kind as usize - 1).ok_or(Garbled)?;
                    Some((kind, self.panel()?))
                }
            });
        }
        let n_sectors = entities[0].codes().len();
        let bridge = if self.u8()? == 1 { Some(self.bridge(n_sectors)?) } else { None };
        let links = if self.u8()? == 1 { Some(self.links(n_sectors)?) } else { None };
        let (is_month_end, wants_tables) = (flags & 1 != 0, flags & 2 != 0);
        Ok(OwnedView { as_of, month, is_month_end, wants_tables, entities, inputs, bridge, links })
    }

    fn entities(&mut self) -> Read<EntityTable> {
        let n = self.count(5)?;
        let entity = |_| {
            let code = self.text()?;
            let group = self.u8()?;
            Ok((code, (group as usize).checked_sub(1).and_then(|group| Group::ALL.get(group).copied())))
        };
        Ok(EntityTable::new((0..n).map(entity).collect::<Read<Vec<_>>>()?))
    }

    fn panel(&mut self) -> Read<OwnedPanel> {
        let frequency = *Frequency::ALL.get(self.u8()? as usize).ok_or(Garbled)?;
        let last = ReferencePeriod::from_index(frequency, self.i32()?).ok_or(Garbled)?;
        let (n_periods, n_entities) = (self.u32()? as usize, self.u32()? as usize);
        let values = self.f64s(n_periods.checked_mul(n_entities).ok_or(Garbled)?)?;
        if n_periods == 0 {
            return Err(Garbled);
        }
        Ok(OwnedPanel { values, n_periods, last })
    }

    fn bridge(&mut self, n_sectors: usize) -> Read<BridgeTable> {
        let mut table = BridgeTable::default();
        for _ in 0..n_sectors {
            let is_public = self.u8()? == 1;
            let n = self.count(12)?;
            let weights = (0..n).map(|_| Ok((self.u32()?, self.f64()?)));
            table.push(is_public, weights.collect::<Read<Vec<_>>>()?);
        }
        Ok(table)
    }

    fn links(&mut self, n_sectors: usize) -> Read<(LinkTable, Vec<OwnedPanel>)> {
        let (mut names, mut panels) = (Vec::new(), Vec::new());
        for _ in 0..self.count(9)? {
            let (name, unit, measure) = (self.text()?, self.text()?, self.u8()? as usize);
            let measure = measure.checked_sub(1).and_then(|measure| Measure::ALL.get(measure).copied());
            names.push((name, unit, measure));
            panels.push(self.panel()?);
        }
        let mut table = LinkTable::new(names);
        for _ in 0..n_sectors {
            let n = self.count(16)?;
            let links = (0..n).map(|_| Ok((self.u32()?, self.i32()?, self.f64()?)));
            table.push(links.collect::<Read<Vec<_>>>()?);
        }
        Ok((table, panels))
    }
}

/// A day that was read.
#[derive(Debug)]
pub(super) struct OwnedView {
    as_of: AsOf,
    month: Month,
    is_month_end: bool,
    wants_tables: bool,
    entities: [EntityTable; 4],
    inputs: Vec<Option<(EntityKind, OwnedPanel)>>,
    bridge: Option<BridgeTable>,
    links: Option<(LinkTable, Vec<OwnedPanel>)>,
}

#[derive(Debug)]
struct OwnedPanel {
    values: Vec<f64>,
    n_periods: usize,
    last: ReferencePeriod,
}

impl OwnedPanel {
    fn panel(&self) -> Panel<'_> {
        Panel::new(&self.values, self.n_periods, self.n_periods, self.last).expect("rows are whole")
    }
}

impl OwnedView {
    /// Returns whether what a factor was shown is still what was sent.
    pub(super) fn is_as_sent(&self, mut sent: Reader<'_>) -> Read<bool> {
        let sent = sent.view()?;
        let of_links = |view: &Self| view.links.as_ref().map(|(_, panels)| panels.len()).unwrap_or_default();
        let panels = |view: &Self, position: usize| -> Vec<u64> {
            let n_inputs = view.inputs.len();
            let panel = match position.checked_sub(n_inputs) {
                None => view.inputs[position].as_ref().map(|(_, panel)| panel),
                Some(series) => view.links.as_ref().map(|(_, panels)| &panels[series]),
            };
            panel.map(|panel| panel.values.iter().map(|value| value.to_bits()).collect()).unwrap_or_default()
        };
        let n_panels = self.inputs.len() + of_links(self);
        Ok(self.entities.iter().all(EntityTable::is_intact)
            && self.bridge.as_ref().is_none_or(BridgeTable::is_intact)
            && self.links.as_ref().is_none_or(|(links, _)| links.is_intact())
            && (0..n_panels).all(|position| panels(self, position) == panels(&sent, position)))
    }

    pub(super) fn data(&self) -> ViewData<'_> {
        let inputs =
            self.inputs.iter().map(|input| input.as_ref().map(|(kind, panel)| (*kind, panel.panel())));
        ViewData {
            as_of: self.as_of,
            month: self.month,
            is_month_end: self.is_month_end,
            wants_tables: self.wants_tables,
            entities: self.entities.each_ref(),
            inputs: inputs.collect(),
            bridge: self.bridge.as_ref(),
            links: self
                .links
                .as_ref()
                .map(|(table, panels)| (table, panels.iter().map(OwnedPanel::panel).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_series_arrive_with_what_they_measure() {
        let (sectors, none) = (EntityTable::new([("801010", Some(Group::Upstream))]), EntityTable::default());
        let mut links =
            LinkTable::new([("coal", "cny_per_t", Some(Measure::Price)), ("orders", "percent", None)]);
        links.push([(0, 1, 1.0), (1, -1, 0.5)]);
        let month = Month::new(2020, 2).expect("it is one");
        let last = ReferencePeriod::ending(Frequency::Monthly, month.last_day()).expect("it is one");
        let panel = Panel::new(&[7.0, 8.0], 2, 2, last).expect("one row");
        let mut writer = Writer::default();
        writer.view(&ViewData {
            as_of: AsOf("2020-03-02".parse().expect("a day")),
            month,
            is_month_end: false,
            wants_tables: false,
            entities: [&sectors, &none, &none, &none],
            inputs: vec![None],
            bridge: None,
            links: Some((&links, vec![panel, panel])),
        });
        let read = Reader::new(&writer.bytes).view().expect("what was written can be read");
        let (table, _) = read.data().links.expect("they were there");
        assert_eq!(table.series(), links.series());
        assert_eq!([table.measure(0), table.measure(1)], [Some(Measure::Price), None]);
        assert_eq!(table.sectors().next().map(<[_]>::len), Some(2));
    }
}
