//! The other side of the boundary: how a host describes a day.
//!
//! Factors do not need this module. A host collects borrowed panels and tables in a [`ViewData`]; [`ViewData::lower`] arranges
//! them as the structures of [`abi`] without copying values.

use std::ffi::c_void;

use crate::{
    AsOf, AsOfView, EntityKind, Explanation, Group, Measure, Month, Panel, Reason, Signal, Spec, abi,
};

/// Everything that is known as of a day, as the host holds it.
#[derive(Clone, Debug)]
pub struct ViewData<'a> {
    /// The execution day.
    pub as_of: AsOf,
    /// The last complete month.
    pub month: Month,
    /// Whether the signal uses the close of the execution day, as in datasets of month-end closes.
    pub is_month_end: bool,
    /// Whether tables for the report are wanted.
    pub wants_tables: bool,
    /// The entities of each kind, in the order of [`EntityKind::ALL`]; of sectors those that can be held.
    pub entities: [&'a EntityTable; 4],
    /// The inputs in the order of the spec, with the kind of their rows; `None` for the bridge, for links, and for what
    /// the dataset does not have.
    pub inputs: Vec<Option<(EntityKind, Panel<'a>)>>,
    /// The weights in force, if declared and there.
    pub bridge: Option<&'a BridgeTable>,
    /// The linked series, if declared and there.
    pub links: Option<(&'a LinkTable, Vec<Panel<'a>>)>,
}

/// Returns an empty signal, which a host fills with the output of a factor.
#[must_use]
pub fn empty_signal() -> Signal {
    Signal::of(0)
}

/// Returns a declared reason with the values of its places, in their order.
///
/// # Panics
///
/// If there is not one value a place.
#[must_use]
pub fn explanation(reason: Reason, values: Vec<String>) -> Explanation {
    assert_eq!(values.len(), reason.places().len(), "a value a place");
    Explanation::of(reason, values)
}

/// Gives a signal its scores and raw values, NaN for none; where there is no score the raw value is left out. Without raw
/// values the scores are their own.
///
/// # Panics
///
/// If there are raw values and not one a score.
pub fn set_scores(signal: &mut Signal, scores: &[f64], raws: Option<&[f64]>) {
    signal.values.clear();
    signal.values.reserve_exact(2 * scores.len());
    signal.values.extend_from_slice(scores);
    match raws {
        None => signal.values.extend_from_slice(scores),
        Some(raws) => {
            assert_eq!(raws.len(), scores.len(), "a raw value a score");
            let raw = |(score, raw): (&f64, &f64)| if score.is_nan() { f64::NAN } else { *raw };
            signal.values.extend(scores.iter().zip(raws).map(raw));
        }
    }
}

/// The entities of one kind.
///
/// Of each table there are two: what a factor is shown, and what the host goes by. [`is_intact`](Self::is_intact) compares them, for
/// a library can write where it should not.
#[derive(Debug, Default)]
pub struct EntityTable {
    codes: Vec<Box<str>>,
    groups: Vec<u32>,
    shown: RawEntities,
}

/// Entities as a factor is shown them.
#[derive(Debug, Default)]
struct RawEntities {
    // All codes one after the other; the raw texts point into it.
    text: String,
    codes: Vec<abi::Str>,
    groups: Vec<u32>,
}

/// The weights of industries in sectors as of a day.
#[derive(Clone, Debug, Default)]
pub struct BridgeTable {
    own: RawBridge,
    shown: RawBridge,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct RawBridge {
    starts: Vec<u32>,
    weights: Vec<abi::BridgeWeight>,
    is_public: Vec<u8>,
}

/// Which series are linked to which sectors.
#[derive(Debug, Default)]
pub struct LinkTable {
    series: Vec<(Box<str>, Box<str>)>,
    own: RawLinks,
    shown: RawLinks,
    // Names and units as they are shown.
    shown_series: Vec<(Box<str>, Box<str>)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct RawLinks {
    // One of each series, 0 for none.
    measures: Vec<u32>,
    starts: Vec<u32>,
    links: Vec<abi::Link>,
}

#[allow(
    unsafe_code,
    reason = "the raw texts point to a text of the same value, which the host never changes"
)]
mod threads {
    // SAFETY: the pointers lead to a text that the value owns and never changes.
    unsafe impl Send for super::EntityTable {}
    // SAFETY: as above.
    unsafe impl Sync for super::EntityTable {}
}

impl EntityTable {
    /// Returns the table of entities with these codes and groups.
    pub fn new<'c>(entities: impl IntoIterator<Item = (&'c str, Option<Group>)>) -> Self {
        let mut table = Self::default();
        for (code, group) in entities {
            table.codes.push(code.into());
            table.groups.push(group.map_or(0, |group| group as u32 + 1));
        }
        let text = table.codes.concat();
        let mut rest = text.as_str();
        let mut raw = |code: &str| {
            let (first, others) = rest.split_at(code.len());
            rest = others;
            abi::Str::of(first)
        };
        let codes = table.codes.iter().map(|code| raw(code)).collect();
        // Moving a `String` does not touch what it points to, which would end the right of the raw texts to it.
        table.shown = RawEntities { text, codes, groups: table.groups.clone() };
        table
    }

    /// Returns the codes.
    #[must_use]
    pub fn codes(&self) -> &[Box<str>] {
        &self.codes
    }

    /// Returns the group of an entity.
    #[must_use]
    pub fn group(&self, position: usize) -> Option<Group> {
        Group::ALL.get((self.groups[position] as usize).checked_sub(1)?).copied()
    }

    /// Returns whether what factors are shown is still what it was.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        let (mut at, mut rest) = (self.shown.text.as_ptr().addr(), self.shown.text.as_bytes());
        let is_same = |(code, shown): (&str, &abi::Str)| {
            let is_same =
                (shown.ptr.addr(), shown.len) == (at, code.len()) && rest.starts_with(code.as_bytes());
            (at, rest) = (at + code.len(), rest.get(code.len()..).unwrap_or_default());
            is_same
        };
        self.groups == self.shown.groups
            && self.codes.iter().map(|code| &**code).zip(&self.shown.codes).all(is_same)
    }
}

impl BridgeTable {
    /// Adds the next sector: whether its weights are public, and the positions of industries with their weights.
    pub fn push(&mut self, is_public: bool, weights: impl IntoIterator<Item = (u32, f64)>) {
        let first = self.own.weights.len();
        let raw =
            weights.into_iter().map(|(industry, weight)| abi::BridgeWeight { industry, reserved: 0, weight });
        self.own.weights.extend(raw);
        self.shown.weights.extend_from_slice(&self.own.weights[first..]);
        for table in [&mut self.own, &mut self.shown] {
            if table.starts.is_empty() {
                table.starts.push(0);
            }
            table.starts.push(table.weights.len() as u32);
            table.is_public.push(u8::from(is_public));
        }
    }

    /// Returns whether the weights of each sector are public, and the weights.
    #[must_use]
    pub fn sectors(&self) -> impl ExactSizeIterator<Item = (bool, &[abi::BridgeWeight])> {
        let RawBridge { starts, weights, is_public } = &self.own;
        let part = |sector: usize| starts[sector] as usize..starts[sector + 1] as usize;
        (0..is_public.len()).map(move |sector| (is_public[sector] != 0, &weights[part(sector)]))
    }

    /// Returns whether what factors are shown is still what it was.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.own == self.shown
    }
}

impl LinkTable {
    /// Returns the table of series, by name, unit and measure, that nothing is linked to yet.
    pub fn new<'c>(series: impl IntoIterator<Item = (&'c str, &'c str, Option<Measure>)>) -> Self {
        let mut table = Self::default();
        for (name, unit, measure) in series {
            table.series.push((name.into(), unit.into()));
            table.own.measures.push(measure.map_or(0, |measure| measure as u32 + 1));
        }
        table.shown_series.clone_from(&table.series);
        table.shown.measures.clone_from(&table.own.measures);
        table
    }

    /// Adds the next sector: positions of series with polarity and weight.
    pub fn push(&mut self, links: impl IntoIterator<Item = (u32, i32, f64)>) {
        let first = self.own.links.len();
        let raw = links.into_iter().map(|(series, polarity, weight)| abi::Link { series, polarity, weight });
        self.own.links.extend(raw);
        self.shown.links.extend_from_slice(&self.own.links[first..]);
        for table in [&mut self.own, &mut self.shown] {
            if table.starts.is_empty() {
                table.starts.push(0);
            }
            table.starts.push(table.links.len() as u32);
        }
    }

    /// Returns the names and units of the series.
    #[must_use]
    pub fn series(&self) -> &[(Box<str>, Box<str>)] {
        &self.series
    }

    /// Returns what a series measures, if the dataset says so.
    ///
    /// # Panics
    ///
    /// If there is no series at this position.
    #[must_use]
    pub fn measure(&self, series: usize) -> Option<Measure> {
        Measure::ALL.get((self.own.measures[series] as usize).checked_sub(1)?).copied()
    }

    /// Returns the links of each sector.
    #[must_use]
    pub fn sectors(&self) -> impl ExactSizeIterator<Item = &[abi::Link]> {
        self.own.starts.windows(2).map(|part| &self.own.links[part[0] as usize..part[1] as usize])
    }

    /// Returns whether what factors are shown is still what it was.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.own == self.shown && self.series == self.shown_series
    }
}

impl ViewData<'_> {
    /// Shows the day as a factor sees it, for the testing kit.
    #[allow(unsafe_code, reason = "a view borrows what has just been laid out")]
    pub(crate) fn with_view<R>(&self, spec: &Spec, see: impl FnOnce(&AsOfView<'_>) -> R) -> R {
        // SAFETY: `lower` fills the structures from borrowed values that outlive the call, one input a declared one.
        self.lower(None, |raw| see(&unsafe { AsOfView::from_raw(raw, spec) }))
    }

    /// Arranges the day as the structures of the boundary while `call` runs. `host` is what a factor may ask, and what goes with
    /// every such question.
    ///
    /// # Panics
    ///
    /// If bridge or links do not have one entry a sector, or links not one panel a series.
    pub fn lower<R>(
        &self,
        host: Option<(&'static abi::HostVTable, *const c_void)>,
        call: impl FnOnce(&abi::View) -> R,
    ) -> R {
        let n_sectors = self.entities[EntityKind::Sector as usize].codes.len();
        let raw_inputs = self.inputs.iter().map(|input| {
            input.as_ref().map_or(abi::Input::missing(), |(kind, panel)| raw_input(*kind, panel))
        });
        // Most factors have few inputs, and asking for memory costs as much as all the rest.
        let (mut few, many): ([_; 4], Vec<abi::Input>);
        let inputs = if self.inputs.len() <= 4 {
            few = [abi::Input::missing(); 4];
            few.iter_mut().zip(raw_inputs).for_each(|(place, input)| *place = input);
            &few[..self.inputs.len()]
        } else {
            many = raw_inputs.collect();
            many.as_slice()
        };
        let bridge = self.bridge.map(|bridge| {
            let bridge = &bridge.shown;
            assert_eq!(bridge.is_public.len(), n_sectors, "one entry of the bridge a sector");
            // A bridge without sectors has no start yet.
            let starts = if bridge.starts.is_empty() { &[0] } else { bridge.starts.as_slice() };
            abi::Bridge {
                starts: starts.as_ptr(),
                weights: bridge.weights.as_ptr(),
                is_public: bridge.is_public.as_ptr(),
            }
        });
        let linked: Vec<abi::LinkedSeries> = self
            .links
            .iter()
            .flat_map(|(table, panels)| {
                assert_eq!(table.series.len(), panels.len(), "one panel a linked series");
                table.shown_series.iter().zip(panels).map(|((name, unit), panel)| abi::LinkedSeries {
                    name: abi::Str::of(name),
                    unit: abi::Str::of(unit),
                    values: raw_input(EntityKind::Market, panel),
                })
            })
            .collect();
        let links = self.links.as_ref().map(|(table, _)| {
            let table = &table.shown;
            assert_eq!(table.starts.len().max(1), n_sectors + 1, "one entry of the links a sector");
            let starts = if table.starts.is_empty() { &[0] } else { table.starts.as_slice() };
            abi::Links {
                series: linked.as_ptr(),
                n_series: linked.len(),
                starts: starts.as_ptr(),
                links: table.links.as_ptr(),
            }
        });
        let flag = |is_set: bool, flag: u32| if is_set { flag } else { 0 };
        let view = abi::View {
            size: size_of::<abi::View>(),
            as_of: self.as_of.0.days(),
            month: self.month.index(),
            flags: flag(self.wants_tables, abi::WANTS_TABLES) | flag(self.is_month_end, abi::MONTH_END),
            n_inputs: inputs.len() as u32,
            inputs: inputs.as_ptr(),
            entities: self.entities.map(|table| abi::Entities {
                codes: table.shown.codes.as_ptr(),
                groups: table.shown.groups.as_ptr(),
                n: table.codes.len(),
            }),
            bridge: bridge.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
            links: links.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
            host: host.map_or(std::ptr::null(), |(host, _)| std::ptr::from_ref(host)),
            host_ctx: host.map_or(std::ptr::null(), |(_, ctx)| ctx),
            measures: self
                .links
                .as_ref()
                .map_or(std::ptr::null(), |(table, _)| table.shown.measures.as_ptr()),
        };
        call(&view)
    }
}

fn raw_input(kind: EntityKind, panel: &Panel<'_>) -> abi::Input {
    abi::Input {
        values: panel.values.as_ptr(),
        n_values: panel.values.len(),
        stride: panel.stride,
        rows: panel.rows.map_or(std::ptr::null(), <[u32]>::as_ptr),
        n_entities: panel.n_entities() as u32,
        n_periods: panel.n_periods as u32,
        kind: kind as u32,
        frequency: panel.frequency() as u32,
        last: panel.last().index(),
        reserved: 0,
    }
}
