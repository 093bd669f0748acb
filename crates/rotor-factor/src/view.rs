//! What was public as of a day, as a factor sees it.
//!
//! Three properties keep the future out. No method takes a date and there is no public constructor, so a view shows one day and
//! cannot be changed to another. Its lifetime is that of the call, and invariant, so a factor can neither keep it nor mix it with
//! the view of another day; it is neither `Send` nor `Sync`. And the memory behind it holds only public values.

use std::marker::PhantomData;

use crate::error::FactorError;
use crate::links::LinkedSeries;
use crate::{
    AsOf, Bridge, EntityKind, EntityRef, Group, Links, Measure, Month, Panel, Reason, Source, Spec, abi,
};

const NO_ENTITY: Reason = Reason::new("no_entity", "the dataset has no entity of kind `{kind}`")
    .zh("数据集没有类型为`{kind}`的实体");
const NONE_OF_SEVERAL: Reason =
    Reason::new("none_of_several", "the dataset has several entities of kind `{kind}` and none is `{code}`")
        .zh("数据集有多个类型为`{kind}`的实体，其中没有`{code}`");

/// What was public as of an execution day: the inputs that a factor has declared, and nothing else.
///
/// A view cannot be created outside this crate,
///
/// ```compile_fail
/// let view = rotor_factor::AsOfView { raw: todo!(), spec: todo!(), brand: todo!() };
/// ```
///
/// cannot be kept,
///
/// ```compile_fail
/// # use rotor_factor::*;
/// fn keep(view: &AsOfView<'_>) {
///     let kept: &'static AsOfView<'static> = view;
/// }
/// ```
///
/// nor handed to another thread,
///
/// ```compile_fail
/// # use rotor_factor::*;
/// fn share(view: &AsOfView<'_>) {
///     std::thread::scope(|scope| { scope.spawn(|| view.as_of()); });
/// }
/// ```
///
/// nor asked about another day.
///
/// ```compile_fail
/// # use rotor_factor::*;
/// fn look_ahead(view: &AsOfView<'_>) {
///     let _ = view.panel_at("close", view.as_of());
/// }
/// ```
pub struct AsOfView<'v> {
    raw: &'v abi::View,
    spec: &'v Spec,
    brand: PhantomData<Brand<'v>>,
}

/// Invariant in `'v`, and with a raw pointer neither `Send` nor `Sync`.
type Brand<'v> = (fn(&'v ()) -> &'v (), *const ());

/// The entities of one kind in a view, in the order of the rows of panels.
#[derive(Clone, Copy)]
pub struct Entities<'v> {
    codes: &'v [abi::Str],
    groups: &'v [u32],
}

#[allow(unsafe_code, reason = "a view borrows the memory of the host")]
impl<'v> AsOfView<'v> {
    /// Takes the host's view of a day for the length of a call.
    ///
    /// # Safety
    ///
    /// `raw` keeps what [`abi::View`] promises for as long as `'v`, with the inputs of `spec`.
    pub(crate) unsafe fn from_raw(raw: &'v abi::View, spec: &'v Spec) -> Self {
        Self { raw, spec, brand: PhantomData }
    }

    /// Returns the entities of a kind. The sectors are those that can be held on the day, in the order of their codes.
    #[must_use]
    pub fn entities(&self, kind: EntityKind) -> Entities<'v> {
        let entities = &self.raw.entities[kind as usize];
        // SAFETY: `from_raw`: both have `n` entries.
        unsafe {
            Entities { codes: slice(entities.codes, entities.n), groups: slice(entities.groups, entities.n) }
        }
    }

    /// Returns the values of an input by the name that the spec gives it.
    ///
    /// # Errors
    ///
    /// If the spec declares no such panel, or the dataset does not have it.
    pub fn panel(&self, name: &str) -> Result<Panel<'v>, FactorError> {
        let position = self.panel_position(name)?;
        // SAFETY: `from_raw`: the view has as many inputs as the spec.
        let input = unsafe { &*self.raw.inputs.add(position) };
        // SAFETY: `from_raw`.
        unsafe { panel(input) }.ok_or_else(|| FactorError::MissingInput { input: name.into() })
    }

    /// Returns the weights of industries in sectors.
    ///
    /// # Errors
    ///
    /// If the spec does not declare the bridge, or the dataset does not have it.
    pub fn bridge(&self) -> Result<Bridge<'v>, FactorError> {
        let position = self.position("bridge", |source| *source == Source::Bridge)?;
        let n_sectors = self.n_sectors();
        // SAFETY: `from_raw`: null, or a bridge with one start more than there are sectors.
        unsafe {
            let raw = self.raw.bridge.as_ref().ok_or_else(|| self.missing(position))?;
            let starts = slice(raw.starts, n_sectors + 1);
            Ok(Bridge {
                starts,
                weights: slice(raw.weights, starts[n_sectors] as usize),
                is_public: slice(raw.is_public, n_sectors),
            })
        }
    }

    /// Returns the series that are linked to sectors.
    ///
    /// # Errors
    ///
    /// If the spec does not declare the links, or the dataset does not have any.
    ///
    /// # Panics
    ///
    /// Never: the host gives every linked series values.
    pub fn links(&self) -> Result<Links<'v>, FactorError> {
        let position = self.position("links", |source| matches!(source, Source::Links { .. }))?;
        let n_sectors = self.n_sectors();
        // SAFETY: `from_raw`: null, or links with one start more than there are sectors.
        unsafe {
            let raw = self.raw.links.as_ref().ok_or_else(|| self.missing(position))?;
            let measures = if self.raw.measures.is_null() { 0 } else { raw.n_series };
            let measures = slice(self.raw.measures, measures);
            let measure = |position: usize| {
                let code = *measures.get(position)? as usize;
                Measure::ALL.get(code.checked_sub(1)?).copied()
            };
            let series = slice(raw.series, raw.n_series).iter().enumerate();
            let series = series.map(|(position, series)| LinkedSeries {
                name: text(series.name),
                unit: text(series.unit),
                panel: panel(&series.values).expect("a linked series is there"),
                measure: measure(position),
            });
            let starts = slice(raw.starts, n_sectors + 1);
            Ok(Links {
                series: series.collect(),
                starts,
                links: slice(raw.links, starts[n_sectors] as usize),
            })
        }
    }

    /// Returns a copy of an input for an Arrow library: a struct array with one row a period, first the column
    /// `period` (its last day), then one nullable column an entity. See [`import_arrow!`](crate::import_arrow).
    ///
    /// # Errors
    ///
    /// If the spec declares no such panel, the dataset does not have it, or the host cannot export.
    pub fn to_arrow(&self, name: &str) -> Result<(crate::ArrowArray, crate::ArrowSchema), FactorError> {
        self.panel(name)?;
        let position = self.panel_position(name)?;
        let (mut array, mut schema) = (crate::ArrowArray::empty(), crate::ArrowSchema::empty());
        // SAFETY: `from_raw`: the host's functions take the host's context; both structures are there to be written to.
        let status = unsafe {
            match self.raw.host.as_ref() {
                Some(host) => {
                    (host.export_arrow)(self.raw.host_ctx, position as u32, &raw mut array, &raw mut schema)
                }
                None => abi::FAILED,
            }
        };
        if status != abi::OK {
            return Err(FactorError::because(format!("the host cannot export `{name}` to Arrow")));
        }
        Ok((array, schema))
    }
}

impl<'v> AsOfView<'v> {
    /// Returns the execution day; values released before it are known.
    ///
    /// # Panics
    ///
    /// Never: the host gives a day of the calendar, as it gives a month to [`AsOfView::month`].
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        AsOf(crate::Date::from_days(self.raw.as_of).expect("the host gives a day of the calendar"))
    }

    /// Returns the last complete month, with which monthly windows end. Where a dataset has month-end closes only, it is
    /// the month of the execution day itself.
    ///
    /// # Panics
    ///
    /// Never, see [`AsOfView::as_of`].
    #[must_use]
    pub fn month(&self) -> Month {
        Month::from_index(self.raw.month).expect("the host gives a month of the calendar")
    }

    /// Returns the number of sectors to score.
    #[must_use]
    pub fn n_sectors(&self) -> usize {
        self.raw.entities[EntityKind::Sector as usize].n
    }

    /// Returns the sectors to score, in the order of their codes.
    #[must_use]
    pub fn sectors(&self) -> Entities<'v> {
        self.entities(EntityKind::Sector)
    }

    /// Returns the only entity of a kind, or the one with this code if there are several.
    ///
    /// # Errors
    ///
    /// If there is none, or none of several has the code.
    pub fn the_only(&self, kind: EntityKind, else_code: &str) -> Result<EntityRef, FactorError> {
        let entities = self.entities(kind);
        let position = if entities.len() == 1 { Some(0) } else { entities.find(else_code) };
        position.map(|position| EntityRef { kind, position }).ok_or_else(|| {
            FactorError::because(if entities.is_empty() {
                NO_ENTITY.with(&[("kind", &kind)])
            } else {
                NONE_OF_SEVERAL.with(&[("kind", &kind), ("code", &else_code)])
            })
        })
    }

    /// Returns the last `n_periods` periods of an input.
    ///
    /// # Errors
    ///
    /// If the spec declares no such panel or a shorter one, if the dataset does not have it, or if it begins later than
    /// the window: if its oldest public value lies fewer than `n_periods` periods back.
    pub fn window(&self, name: &str, n_periods: usize) -> Result<Panel<'v>, FactorError> {
        let panel = self.panel(name)?;
        if n_periods > panel.n_periods() {
            let (declared, frequency) = (panel.n_periods(), panel.frequency());
            return Err(FactorError::BeyondWindow {
                input: name.into(),
                declared,
                asked: n_periods,
                frequency,
            });
        }
        let available = panel.oldest().map_or(0, |lag| lag + 1);
        if available < n_periods || n_periods == 0 {
            return Err(FactorError::TooShort {
                input: name.into(),
                as_of: self.as_of(),
                available,
                needed: n_periods,
                frequency: panel.frequency(),
            });
        }
        Ok(panel.last_periods(n_periods))
    }

    /// Returns whether tables for the report are needed; otherwise creating them is a waste.
    #[must_use]
    pub fn wants_tables(&self) -> bool {
        self.raw.flags & abi::WANTS_TABLES != 0
    }

    fn panel_position(&self, name: &str) -> Result<usize, FactorError> {
        self.position(name, |source| !matches!(source, Source::Bridge | Source::Links { .. }))
    }

    fn position(&self, name: &str, fits: impl Fn(&Source) -> bool) -> Result<usize, FactorError> {
        let inputs = self.spec.inputs();
        let is_meant = |input: &crate::Input| {
            // Bridge and links are asked for by a method of their own, whatever their name.
            fits(input.source())
                && (input.name() == name || matches!(input.source(), Source::Bridge | Source::Links { .. }))
        };
        inputs.iter().position(is_meant).ok_or_else(|| {
            let known = || inputs.iter().map(crate::Input::name);
            FactorError::UndeclaredInput {
                asked: name.into(),
                nearest: crate::nearest(name, known()).map(Into::into),
                declared: known().map(Into::into).collect(),
            }
        })
    }

    fn missing(&self, position: usize) -> FactorError {
        FactorError::MissingInput { input: self.spec.inputs()[position].name().into() }
    }
}

impl std::fmt::Debug for AsOfView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AsOfView({}, {} sectors)", self.as_of().0, self.n_sectors())
    }
}

#[allow(unsafe_code, reason = "codes are texts of the host")]
impl<'v> Entities<'v> {
    /// Returns the number of entities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Returns the code of an entity, such as `801880`.
    ///
    /// # Panics
    ///
    /// If there is no entity at this position.
    #[must_use]
    pub fn code(&self, position: usize) -> &'v str {
        // SAFETY: entities come from `AsOfView::entities` alone, whose texts live as long as the call.
        unsafe { text(self.codes[position]) }
    }

    /// Returns the group of an entity, if it has one.
    ///
    /// # Panics
    ///
    /// If there is no entity at this position.
    #[must_use]
    pub fn group(&self, position: usize) -> Option<Group> {
        Group::ALL.get((self.groups[position] as usize).checked_sub(1)?).copied()
    }

    /// Returns the codes.
    #[must_use]
    pub fn codes(&self) -> impl ExactSizeIterator<Item = &'v str> + use<'v> {
        let this = *self;
        (0..this.len()).map(move |position| this.code(position))
    }

    /// Returns the position of the entity with this code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<usize> {
        self.codes().position(|known| known == code)
    }
}

impl std::fmt::Debug for Entities<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.codes()).finish()
    }
}

/// Returns the slice of `n` values, which may be none.
#[allow(unsafe_code, reason = "the memory is the host's")]
unsafe fn slice<'a, T>(first: *const T, n: usize) -> &'a [T] {
    if n == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for `n` values that live as long as `'a`.
    unsafe { std::slice::from_raw_parts(first, n) }
}

/// Returns a text of the host.
#[allow(unsafe_code, reason = "the memory is the host's")]
unsafe fn text<'a>(text: abi::Str) -> &'a str {
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { slice(text.ptr, text.len) };
    std::str::from_utf8(bytes).expect("hosts give UTF-8")
}

/// Returns the panel of an input, or `None` if the dataset does not have it.
#[allow(unsafe_code, reason = "the memory is the host's")]
unsafe fn panel<'a>(input: &abi::Input) -> Option<Panel<'a>> {
    if input.values.is_null() {
        return None;
    }
    let frequency = crate::Frequency::ALL[input.frequency as usize];
    let last = crate::ReferencePeriod::from_index(frequency, input.last)
        .expect("the host gives a period of the calendar");
    // SAFETY: the caller vouches for `n_values` values and, if any, `n_entities` rows.
    let (values, rows) = unsafe {
        let rows = (!input.rows.is_null()).then(|| slice(input.rows, input.n_entities as usize));
        (slice(input.values, input.n_values), rows)
    };
    Some(Panel::of_parts(values, input.stride, rows, input.n_periods as usize, last))
}
