//! The sweep: a forward pass over history that keeps the values known at each day in dense windows.
//!
//! For every input a sweep keeps one row per entity and one slot per period, all of them empty at first. Moving on to
//! an execution day E applies the part of the log that was released before E, so what is not yet public is not
//! in memory at all; an error of one slot reads nothing, not the future. The rows reach from the first window's
//! start to the last window's end and so does the memory: neither their shape nor their emptiness depends on data
//! that is not public. A view of E borrows the windows where they lie.
//!
//! Chunks of dates can be swept in parallel, each by its own sweep, with the same bits.

use std::fmt;
use std::ops::Range;

use rotor_factor::{AsOf, Calendar, Date, EntityKind, Frequency, Month, Panel, ReferencePeriod};

use crate::archive::Publication;
use crate::dataset::Dataset;
use crate::manifest::PriceFrequency;
use crate::shelter::Shelter;

/// What a window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Month-end closes: the last close dated inside each calendar month.
    MonthlyClose,
    /// The closes of each day; days without one are empty.
    DailyClose,
    /// A series of observations, at its own frequency, by its position in the dataset.
    Series(usize),
}

/// A window that a sweep is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRequest {
    /// What it shows.
    pub input: Input,
    /// Which entities have a row; all of the kind, in code order.
    pub kind: EntityKind,
    /// Its length: days for daily and weekly inputs (the values of a weekly series lie on the days of their stamps),
    /// months for monthly, quarters for quarterly ones.
    pub n_periods: usize,
}

/// A forward pass over the execution days of a dataset.
///
/// It reads the log from its beginning, so one sweep over many days costs little more than one over a single day.
#[derive(Debug)]
pub struct Sweep<'a> {
    dataset: &'a Dataset,
    first: AsOf,
    last: AsOf,
    /// The day it stands at; `None` before the first step.
    as_of: Option<AsOf>,
    states: Vec<State<'a>>,
    /// The values of all states, one state after the other.
    values: Shelter,
}

/// Everything that is known at one execution day: windows borrowed from the sweep that made it.
#[derive(Clone, Copy, Debug)]
pub struct AsOfWindows<'s> {
    as_of: AsOf,
    states: &'s [State<'s>],
    values: &'s [f64],
    dataset: &'s Dataset,
}

/// Why a sweep cannot be made or moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// A window of no periods.
    #[error("a window of no periods was asked for")]
    EmptyWindow,
    /// A range that ends before it begins.
    #[error("the range of a sweep ends on {}, before it begins on {}", last.0, first.0)]
    Reversed {
        /// The first execution day.
        first: AsOf,
        /// The last execution day.
        last: AsOf,
    },
    /// A series that the dataset does not have.
    #[error("the dataset has no series at position {position}")]
    UnknownSeries {
        /// The position asked for.
        position: usize,
    },
    /// A window that begins before the calendar does.
    #[error("a window of {n_periods} periods before {} begins before the year 1900", as_of.0)]
    TooLong {
        /// The length asked for.
        n_periods: usize,
        /// The first execution day.
        as_of: AsOf,
    },
    /// More memory than any use of it could explain.
    #[error("the windows of one input need {n_slots} values, more than {limit}", limit = Sweep::MOST_SLOTS)]
    TooLarge {
        /// Values of all entities over all dates.
        n_slots: usize,
    },
    /// The system does not give that much memory.
    #[error("too little memory: there is none for {n_slots} values of windows")]
    NoMemory {
        /// Values of all inputs, entities and dates.
        n_slots: usize,
    },
    /// A day outside the range that the sweep was made for.
    #[error("{} is outside the range of the sweep, {} to {}", as_of.0, first.0, last.0)]
    OutsideRange {
        /// The day asked for.
        as_of: AsOf,
        /// The first execution day.
        first: AsOf,
        /// The last execution day.
        last: AsOf,
    },
    /// A step back: what has been learnt cannot be forgotten.
    #[error("a sweep only goes forward; {} is before {}", to.0, from.0)]
    Backwards {
        /// The day at which it stands.
        from: AsOf,
        /// The day asked for.
        to: AsOf,
    },
}

/// The state of one input: `n_entities` rows of `stride` slots.
struct State<'a> {
    source: Source<'a>,
    frequency: Frequency,
    n_periods: usize,
    n_entities: usize,
    /// Slots from the first window's start to the last window's end.
    stride: usize,
    /// Position on the calendar of the first slot.
    first_index: i32,
    /// Where its values begin among those of the sweep: row by row, NaN where nothing is public.
    start: usize,
}

enum Source<'a> {
    Observations {
        log: &'a [Publication],
        /// For each entity of the dataset its row; `NO_ROW` if it has none.
        rows: Vec<u32>,
        n_entities: u32,
        next: usize,
    },
    Closes {
        /// For each row the days and closes of its entity, and how many have been applied.
        rows: Vec<(&'a [i32], &'a [f64], usize)>,
    },
}

const NO_ROW: u32 = u32::MAX;

impl<'a> Sweep<'a> {
    /// The most values one input may keep, 1 GiB of them.
    pub const MOST_SLOTS: usize = 1 << 27;

    /// Prepares a walk from `first` to `last` over the windows of `requests`.
    ///
    /// # Errors
    ///
    /// If a window is empty, too long or too large, or names a series that is not there.
    pub fn new(
        dataset: &'a Dataset,
        requests: &[WindowRequest],
        first: AsOf,
        last: AsOf,
    ) -> Result<Self, SweepError> {
        if first > last {
            return Err(SweepError::Reversed { first, last });
        }
        let mut n_slots = 0;
        let mut states = Vec::new();
        for request in requests {
            let state = State::new(dataset, request, first, last, n_slots)?;
            n_slots += state.n_slots();
            states.push(state);
        }
        let values = Shelter::with_nans(n_slots).ok_or(SweepError::NoMemory { n_slots })?;
        Ok(Self { dataset, first, last, as_of: None, states, values })
    }

    /// Moves on to an execution day and returns what was known then.
    ///
    /// # Errors
    ///
    /// If the day is before the one it stands at, or outside the range it was made for.
    pub fn advance(&mut self, as_of: AsOf) -> Result<AsOfWindows<'_>, SweepError> {
        if as_of < self.first || as_of > self.last {
            return Err(SweepError::OutsideRange { as_of, first: self.first, last: self.last });
        }
        if let Some(from) = self.as_of.filter(|from| as_of < *from) {
            return Err(SweepError::Backwards { from, to: as_of });
        }
        self.as_of = Some(as_of);
        let first_hidden_close = self.dataset.first_hidden_close(as_of).days();
        let states = &mut self.states;
        self.values.change(|values| {
            for state in states {
                let values = &mut values[state.start..state.start + state.n_slots()];
                state.advance(values, as_of, first_hidden_close);
            }
        });
        let values = self.values.values();
        Ok(AsOfWindows { as_of, states: &self.states, values, dataset: self.dataset })
    }

    /// Returns the addresses of what its windows show. Nobody can write to them there; the sweep changes the same pages in another place.
    #[must_use]
    pub fn addresses(&self) -> Range<usize> {
        self.values.addresses()
    }
}

impl<'s> AsOfWindows<'s> {
    /// Returns the execution day.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Returns the window of the request at this position, one row an entity of its kind, in code order.
    ///
    /// It ends with the last complete month (or quarter, or day) before the execution day, known or not. In a dataset
    /// of month-end closes that is the month of the execution day itself, once it has its month-end close.
    ///
    /// # Panics
    ///
    /// If there was no such request.
    #[must_use]
    pub fn panel(&self, request: usize) -> Panel<'s> {
        let state = &self.states[request];
        let last = last_period(state.frequency, self.as_of, self.dataset);
        let last = last.expect("a sweep begins where its windows fit the calendar");
        let end = (last.index() - state.first_index + 1) as usize;
        let window = if state.n_entities == 0 {
            &[]
        } else {
            let values = &self.values[state.start..state.start + state.n_slots()];
            &values[end - state.n_periods..(state.n_entities - 1) * state.stride + end]
        };
        Panel::new(window, state.stride, state.n_periods, last).expect("a window lies inside its row")
    }
}

/// Returns the period with which the windows of an execution day end; `None` before the calendar begins.
fn last_period(frequency: Frequency, as_of: AsOf, dataset: &Dataset) -> Option<ReferencePeriod> {
    let AsOf(date) = as_of;
    let month = || dataset.last_complete_month(as_of).map(Month::index);
    let index = match frequency.calendar() {
        Calendar::Months => month()?,
        // The last quarter of which every month is complete.
        Calendar::Quarters => (month()? + 1).div_euclid(3) - 1,
        Calendar::Days => match dataset.manifest().price_frequency {
            PriceFrequency::Daily => date.days() - 1,
            PriceFrequency::MonthEnd => date.days(),
        },
    };
    ReferencePeriod::from_index(frequency, index)
}

impl<'a> State<'a> {
    fn new(
        dataset: &'a Dataset,
        request: &WindowRequest,
        first: AsOf,
        last: AsOf,
        start: usize,
    ) -> Result<Self, SweepError> {
        if request.n_periods == 0 {
            return Err(SweepError::EmptyWindow);
        }
        let frequency = match request.input {
            Input::MonthlyClose => Frequency::Monthly,
            Input::DailyClose => Frequency::Daily,
            Input::Series(position) => {
                dataset.series().get(position).ok_or(SweepError::UnknownSeries { position })?.frequency
            }
        };
        let too_long = SweepError::TooLong { n_periods: request.n_periods, as_of: first };
        let last_index = |as_of| last_period(frequency, as_of, dataset).map(ReferencePeriod::index);
        let (Some(first_end), Some(end)) = (last_index(first), last_index(last)) else {
            return Err(too_long);
        };
        let first_index = i32::try_from(request.n_periods)
            .ok()
            .and_then(|n| first_end.checked_sub(n - 1))
            .filter(|index| ReferencePeriod::from_index(frequency, *index).is_some())
            .ok_or(too_long)?;
        let stride = (end - first_index + 1) as usize;
        let entities = dataset.of_kind(request.kind);
        let n_slots = stride.saturating_mul(entities.len());
        if n_slots > Sweep::MOST_SLOTS {
            return Err(SweepError::TooLarge { n_slots });
        }
        let source = match request.input {
            Input::Series(position) => {
                let mut rows = vec![NO_ROW; dataset.entities().len()];
                for (row, entity) in entities.iter().enumerate() {
                    rows[*entity] = row as u32;
                }
                let log = dataset.archive().log(position);
                Source::Observations { log, rows, n_entities: dataset.entities().len() as u32, next: 0 }
            }
            Input::MonthlyClose | Input::DailyClose => {
                let rows = entities.iter().map(|entity| {
                    let (dates, closes) = dataset.closes().columns(*entity);
                    (dates, closes, 0)
                });
                Source::Closes { rows: rows.collect() }
            }
        };
        let n_entities = entities.len();
        Ok(Self { source, frequency, n_periods: request.n_periods, n_entities, stride, first_index, start })
    }

    fn n_slots(&self) -> usize {
        self.n_entities * self.stride
    }

    /// Applies what became public since the last step.
    fn advance(&mut self, values: &mut [f64], as_of: AsOf, first_hidden_close: i32) {
        let day = as_of.0.days();
        let (stride, first_index) = (self.stride, self.first_index);
        // Slots outside the rows belong to periods that no window of this sweep shows.
        let mut apply = |row: usize, index: i32, value: f64| {
            let slot = index.wrapping_sub(first_index) as u32 as usize;
            if slot < stride {
                values[row * stride + slot] = value;
            }
        };
        match &mut self.source {
            Source::Observations { log, rows, n_entities, next } => {
                // Strictly before: `Released::is_public`, on days.
                let fresh = log[*next..].iter().take_while(|publication| publication.released < day);
                for publication in fresh {
                    *next += 1;
                    let row = rows[(publication.key % *n_entities) as usize];
                    if row != NO_ROW {
                        apply(row as usize, publication.index, publication.value);
                    }
                }
            }
            Source::Closes { rows } => {
                let is_monthly = self.frequency == Frequency::Monthly;
                for (row, (dates, closes, next)) in rows.iter_mut().enumerate() {
                    // Days ascend: a month is looked up once, at its first close.
                    let (mut month, mut month_end) = (0, i32::MIN);
                    let fresh = dates[*next..]
                        .iter()
                        .zip(&closes[*next..])
                        .take_while(|(date, _)| **date < first_hidden_close);
                    for (date, close) in fresh {
                        *next += 1;
                        if is_monthly && *date > month_end {
                            let of_date = Date::from_days(*date).expect("checked when read").month();
                            (month, month_end) = (of_date.index(), of_date.last_day().days());
                        }
                        apply(row, if is_monthly { month } else { *date }, *close);
                    }
                }
            }
        }
    }
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} entities x {} slots, {})", self.n_entities, self.stride, self.frequency)
    }
}
