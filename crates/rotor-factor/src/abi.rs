//! What crosses the plug-in boundary, in memory.
//!
//! For those who write hosts, or factors in other languages; a factor in Rust needs none of it. The C header
//! `rotor_factor.h` is made from this file.
//!
//! The rules: structures in C layout; numbers and pointers, never a Rust enum, `bool`, `String`, box or trait object;
//! whoever allocates frees; nothing unwinds across. Within one major version structures only grow at their end, and
//! those that may grow begin with their size, so that either side may be the older one. What a pointer of a view or a
//! value points to lives as long as the call.

use std::ffi::c_void;

use crate::arrow::{ArrowArray, ArrowSchema};

/// The first bytes of a header.
pub const MAGIC: [u8; 16] = *b"rotor factor ABI";
/// Sides of different majors do not understand each other.
pub const ABI_MAJOR: u32 = 1;
/// Grows when something is added at the end of a structure, or to a document. Since 3 the spec may say how a factor is shown; since 4
/// an input may leave its frequency to the dataset.
pub const ABI_MINOR: u32 = 4;
/// The exported symbol is this, followed by the name of the crate, so that many factors fit into one program.
pub const SYMBOL_PREFIX: &str = "rotor_factor__";
/// Bytes of the build text in a header.
pub const BUILD_BYTES: usize = 160;

/// Flag of a header: panics unwind, and the plug-in catches them. Set it in languages without panics.
pub const CONTAINS_PANICS: u32 = 1;
/// Flag of a header: built with debug assertions, hence slow.
pub const DEBUG_BUILD: u32 = 2;

/// Flag of a view: tables for the report are wanted.
pub const WANTS_TABLES: u32 = 1;
/// Flag of a view: the dataset has month-end closes only, and the execution day shares its close.
pub const MONTH_END: u32 = 2;

/// The call has done what it was to do.
pub const OK: i32 = 0;
/// The call has failed and said why.
pub const FAILED: i32 = 1;
/// The call has panicked and said where.
pub const PANICKED: i32 = 2;

/// A sector that can be scored and held.
pub const KIND_SECTOR: u32 = 0;
/// An industry of the statistical office.
pub const KIND_INDUSTRY: u32 = 1;
/// An index that results are compared with.
pub const KIND_BENCHMARK: u32 = 2;
/// The market as a whole.
pub const KIND_MARKET: u32 = 3;

/// Values of days; a position is days since 1970-01-01.
pub const FREQUENCY_DAILY: u32 = 0;
/// Values of weeks, stamped with a day; a position is days since 1970-01-01.
pub const FREQUENCY_WEEKLY: u32 = 1;
/// Values of months; a position is months since January 1970.
pub const FREQUENCY_MONTHLY: u32 = 2;
/// Values of quarters; a position is quarters since the first of 1970.
pub const FREQUENCY_QUARTERLY: u32 = 3;

/// A parameter that is true (`integer` is 1) or false (0).
pub const PARAMETER_FLAG: u32 = 0;
/// A whole number.
pub const PARAMETER_INTEGER: u32 = 1;
/// A number.
pub const PARAMETER_NUMBER: u32 = 2;
/// A text.
pub const PARAMETER_TEXT: u32 = 3;

/// A column of numbers; NaN is an empty cell.
pub const COLUMN_NUMBERS: u32 = 0;
/// A column of texts.
pub const COLUMN_TEXTS: u32 = 1;
/// A column of dates, days since 1970-01-01.
pub const COLUMN_DATES: u32 = 2;

/// Part of a message: what is wrong; or the document asked for.
pub const TEXT_MESSAGE: u32 = 0;
/// Part of a message: how to mend it.
pub const TEXT_HINT: u32 = 1;
/// Part of a message: where in the source.
pub const TEXT_PLACE: u32 = 2;
/// Part of a message: an identifier of what is wrong, lower-case letters, digits and `_`. Since 1.1; older hosts pass it over.
pub const TEXT_CODE: u32 = 3;
/// Part of a message: what is wrong, in Chinese. Since 1.1; older hosts pass it over.
pub const TEXT_MESSAGE_ZH: u32 = 4;

/// A text in UTF-8, not ended by a zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Str {
    /// The first byte; not read if `len` is 0.
    pub ptr: *const u8,
    /// The number of bytes.
    pub len: usize,
}

/// Takes texts during a call, on the thread that was called; the receiver copies them. `ctx` is no pointer that could be followed: it
/// is good until the call returns, and what is written with it later, or on another thread, is refused and counted against the factor.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TextSink {
    /// Goes with every call of `write`.
    pub ctx: *mut c_void,
    /// Takes a part of a message, or a piece of it.
    pub write: unsafe extern "C" fn(ctx: *mut c_void, part: u32, text: Str),
}

/// What a factor library exports. The fields up to `build` keep their places in every version for ever.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// `MAGIC`.
    pub magic: [u8; 16],
    /// `ABI_MAJOR` of the kit that the factor was built with.
    pub abi_major: u32,
    /// `ABI_MINOR` of that kit.
    pub abi_minor: u32,
    /// The size of this structure in bytes.
    pub header_size: u32,
    /// `CONTAINS_PANICS` and others.
    pub flags: u32,
    /// What was built by what, for people: UTF-8, filled up with zeros.
    pub build: [u8; BUILD_BYTES],
    /// The functions.
    pub vtable: *const VTable,
}

/// The functions of a factor. None may be null, none may unwind.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VTable {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Called before anything else; it may be called again.
    pub init: Option<unsafe extern "C" fn() -> i32>,
    /// Writes the declarations of parameters as JSON to `out`.
    pub parameters: Option<unsafe extern "C" fn(out: *const TextSink) -> i32>,
    /// Makes a factor of these parameters: every one that is declared, in the order of the declarations, defaults filled
    /// in, types and ranges checked. On `OK`, `*out` is not null. No sink is ever null.
    pub create: Option<
        unsafe extern "C" fn(
            parameters: *const Parameter,
            n_parameters: usize,
            out: *mut *mut c_void,
            error: *const TextSink,
        ) -> i32,
    >,
    /// Frees what `create` made.
    pub destroy: Option<unsafe extern "C" fn(factor: *mut c_void)>,
    /// Writes the spec of a factor as JSON to `out`. Its inputs are those of every view, in this order.
    pub spec: Option<
        unsafe extern "C" fn(factor: *const c_void, out: *const TextSink, error: *const TextSink) -> i32,
    >,
    /// Gives the signal of one day to `output`. Called from several threads at once.
    pub evaluate: Option<
        unsafe extern "C" fn(
            factor: *const c_void,
            view: *const View,
            output: *const Output,
            error: *const TextSink,
        ) -> i32,
    >,
}

/// The value of a parameter.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Str,
    /// `PARAMETER_FLAG` and others.
    pub kind: u32,
    /// Zero.
    pub reserved: u32,
    /// The value of a flag or a whole number.
    pub integer: i64,
    /// The value of a number.
    pub number: f64,
    /// The value of a text.
    pub text: Str,
}

/// What was public as of a day. It is read-only for the machine as well: values lie in pages that cannot be written to where they are shown,
/// and a write ends the run.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The size of this structure in bytes.
    pub size: usize,
    /// The execution day, days since 1970-01-01.
    pub as_of: i32,
    /// The last complete month, months since January 1970.
    pub month: i32,
    /// `WANTS_TABLES`, `MONTH_END`.
    pub flags: u32,
    /// The number of inputs, as many as the spec declares.
    pub n_inputs: u32,
    /// The inputs in the order of the spec; those of the bridge and the links are empty.
    pub inputs: *const Input,
    /// The entities by kind: sectors of the cross-section, industries, benchmarks, markets.
    pub entities: [Entities; 4],
    /// The weights of industries in sectors; null unless declared and there.
    pub bridge: *const Bridge,
    /// The series linked to sectors; null unless declared and there.
    pub links: *const Links,
    /// What the host can do.
    pub host: *const HostVTable,
    /// Goes with every call of the host's functions, from any thread until `evaluate` returns.
    pub host_ctx: *const c_void,
    /// What each series of `links` measures, in their order: 0 if the dataset does not say, then price, volume, stock, rate,
    /// survey, flow, growth; null without links. Since 1.2: in an older host this field lies beyond `size` and must not be
    /// read.
    pub measures: *const u32,
}

/// The entities of one kind, in the order of the rows of panels.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Entities {
    /// Their codes.
    pub codes: *const Str,
    /// Their groups: 0 for none, then upstream, midstream, downstream, services, financial, tmt, other.
    pub groups: *const u32,
    /// How many there are.
    pub n: usize,
}

/// A panel of values, borrowed: entity `i` in the period `lag` before the last one is
/// `values[row(i) * stride + n_periods - 1 - lag]`, NaN where nothing is public.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// The first value; null if the dataset has no such input.
    pub values: *const f64,
    /// How many values may be read.
    pub n_values: usize,
    /// Values from the start of one row to the start of the next.
    pub stride: usize,
    /// The row of each entity; null if entity `i` has row `i`.
    pub rows: *const u32,
    /// How many entities there are.
    pub n_entities: u32,
    /// How many periods a window has.
    pub n_periods: u32,
    /// `KIND_SECTOR` and others.
    pub kind: u32,
    /// `FREQUENCY_DAILY` and others.
    pub frequency: u32,
    /// The position of the last period on the calendar of the frequency.
    pub last: i32,
    /// Zero.
    pub reserved: u32,
}

/// The weights of industries in sectors, those of sector `i` at `starts[i] .. starts[i + 1]`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Bridge {
    /// One more than there are sectors.
    pub starts: *const u32,
    /// The weights, in the order of the industries' codes within a sector.
    pub weights: *const BridgeWeight,
    /// For each sector 1 if its weights were public, 0 if the earliest ones stand in for them.
    pub is_public: *const u8,
}

/// How much of a sector's assets an industry is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgeWeight {
    /// The position of the industry.
    pub industry: u32,
    /// Zero.
    pub reserved: u32,
    /// The share, above 0, at most 1.
    pub weight: f64,
}

/// The series linked to sectors, those of sector `i` at `starts[i] .. starts[i + 1]`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Links {
    /// The linked series in the order of their names.
    pub series: *const LinkedSeries,
    /// How many series there are.
    pub n_series: usize,
    /// One more than there are sectors.
    pub starts: *const u32,
    /// The links, in the order of the series within a sector.
    pub links: *const Link,
}

/// A series that speaks of sectors.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct LinkedSeries {
    /// Its name.
    pub name: Str,
    /// Its unit, such as `percent`.
    pub unit: Str,
    /// Its values, one row a market.
    pub values: Input,
}

/// That a series speaks of a sector.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The position of the series.
    pub series: u32,
    /// +1 if more is better, -1 if more is worse.
    pub polarity: i32,
    /// The weight among the sector's series, above 0.
    pub weight: f64,
}

/// Takes what a factor says; the receiver copies. Calls that break the contract are remembered, and the whole signal is
/// refused when `evaluate` returns.
///
/// `ctx` is no pointer that could be followed: it is good on the thread on which `evaluate` was called, until it returns. A delivery
/// that comes later, or on another thread, is refused, and the factor loses its scores of the whole run, for which of its answers are
/// of which day cannot be known any more.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Goes with every call.
    pub ctx: *mut c_void,
    /// Takes scores and raw values, one a sector, NaN for none. `raws` may be null: then the scores are their own raw values.
    /// Where a score is NaN, the raw value is not read. Call it once.
    pub scores: unsafe extern "C" fn(ctx: *mut c_void, scores: *const f64, raws: *const f64, n: usize),
    /// Takes the reason why a sector has no score, as a text.
    pub reason: unsafe extern "C" fn(ctx: *mut c_void, sector: u32, reason: Str),
    /// Takes forecasts of one target.
    pub forecasts: unsafe extern "C" fn(ctx: *mut c_void, target: Str, rows: *const Forecast, n: usize),
    /// Takes realized values of one target that the factor defines.
    pub realized: unsafe extern "C" fn(ctx: *mut c_void, target: Str, rows: *const Realized, n: usize),
    /// Takes a number about each entity of a kind, NaN for none.
    pub diagnostic:
        unsafe extern "C" fn(ctx: *mut c_void, name: Str, kind: u32, values: *const f64, n: usize),
    /// Takes a table for the report.
    pub table: unsafe extern "C" fn(ctx: *mut c_void, table: *const Table),
    /// Takes the reason why a sector has no score: the position of a reason among those of the spec, and the values of its
    /// places in the order in which they first stand in its English text. Since 1.1: in an older host this field lies
    /// beyond `size` and must not be read; give the text by `reason` there.
    pub declared_reason: Option<
        unsafe extern "C" fn(ctx: *mut c_void, sector: u32, reason: u32, values: *const Str, n_values: usize),
    >,
}

/// A forecast of a value that will be published or computed later.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Forecast {
    /// `KIND_SECTOR` and others.
    pub kind: u32,
    /// The position of the entity.
    pub entity: u32,
    /// `FREQUENCY_DAILY` and others.
    pub frequency: u32,
    /// The position of the period on the calendar of the frequency.
    pub period: i32,
    /// The forecast.
    pub value: f64,
    /// What the rule of no change says.
    pub naive: f64,
}

/// The value that a target of the factor's own turned out to have.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Realized {
    /// `KIND_SECTOR` and others.
    pub kind: u32,
    /// The position of the entity.
    pub entity: u32,
    /// `FREQUENCY_DAILY` and others.
    pub frequency: u32,
    /// The position of the period on the calendar of the frequency.
    pub period: i32,
    /// The value.
    pub value: f64,
}

/// A table for the report.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name: lower-case letters, digits and `_`.
    pub name: Str,
    /// The columns.
    pub columns: *const Column,
    /// How many columns there are.
    pub n_columns: usize,
    /// How many rows every column has.
    pub n_rows: usize,
    /// 1 if the first column labels the rows of a matrix of numbers, else 0.
    pub is_matrix: u32,
    /// Zero.
    pub reserved: u32,
}

/// A column of a table; of the three pointers the one of its kind is read.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: Str,
    /// `COLUMN_NUMBERS` and others.
    pub kind: u32,
    /// Zero.
    pub reserved: u32,
    /// Numbers.
    pub numbers: *const f64,
    /// Texts.
    pub texts: *const Str,
    /// Days since 1970-01-01.
    pub dates: *const i32,
}

/// What a host can do for a factor.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostVTable {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Writes a copy of a panel as an Arrow struct array, one row a period, to `array` and `schema`. The first child is
    /// `period` (its last day), then comes one nullable double column an entity. The caller releases both. Returns
    /// `FAILED` if there is no such panel.
    pub export_arrow: unsafe extern "C" fn(
        ctx: *const c_void,
        input: u32,
        array: *mut ArrowArray,
        schema: *mut ArrowSchema,
    ) -> i32,
}

impl Str {
    /// Returns the view of a text that the caller keeps.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len() }
    }
}

impl Input {
    /// Returns the input that a dataset does not have.
    #[must_use]
    pub const fn missing() -> Self {
        Self {
            values: std::ptr::null(),
            n_values: 0,
            stride: 0,
            rows: std::ptr::null(),
            n_entities: 0,
            n_periods: 0,
            kind: 0,
            frequency: 0,
            last: 0,
            reserved: 0,
        }
    }
}
