//! From a Rust factor to the C functions of the boundary.
//!
//! Everything that can panic runs inside `guarded`: a panic becomes a status with the place where it happened, on this
//! side of the boundary, where the panic's own runtime is. Nothing unwinds across.

#![allow(unsafe_code, reason = "the boundary is C: pointers come in and go out")]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::table::ColumnValues;
use crate::{
    AsOfView, EntityRef, Explanation, Factor, FactorError, Parameters, ReferencePeriod, Signal, Spec, Table,
    Value, abi,
};

/// Exports a factor to Rotor: the constant `FACTOR` is for linking, the one symbol of the library is for loading.
///
/// The same crate serves both; its library has the types `rlib` and `cdylib`. A crate exports one factor. If it depends on the
/// crate of another factor, its library exports both factors.
///
/// ```
/// use rotor_factor::{AsOfView, Factor, FactorError, Parameters, Signal, Spec};
///
/// struct Neutral;
///
/// impl Factor for Neutral {
///     fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
///         Ok(Self)
///     }
///     fn spec(&self) -> Spec {
///         Spec::new("neutral", "0.1.0", "Likes every sector alike")
///     }
///     fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
///         let mut signal = Signal::new(view);
///         (0..view.n_sectors()).for_each(|sector| signal.score(sector, 2.0, None));
///         Ok(signal)
///     }
/// }
///
/// rotor_factor::export_factor!(Neutral);
/// assert!(FACTOR.build().starts_with("rotor-factor "));
/// ```
#[macro_export]
macro_rules! export_factor {
    ($factor:ty) => {
        /// The factor of this crate, as Rotor sees it.
        #[unsafe(export_name = concat!("rotor_factor__", env!("CARGO_CRATE_NAME")))]
        pub static FACTOR: $crate::ExportedFactor = $crate::ExportedFactor::of::<$factor>(
            concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
            cfg!(panic = "unwind"),
            cfg!(debug_assertions),
        );
    };
}

/// Reads an input with an Arrow library of any version that has the C Data Interface.
///
/// `import_arrow!(view.to_arrow("close")?, arrow_array)` gives an `arrow_array::StructArray`; the second argument is the path
/// of the crate `arrow-array`, which needs its feature `ffi`. The macro assumes that the types of that path have the layout of the
/// interface, as those of `arrow-array` do, so no other path is allowed.
///
/// # Errors
///
/// A [`FactorError`] if that library refuses the array.
#[macro_export]
macro_rules! import_arrow {
    ($exported:expr, $arrow_array:path) => {{
        use $arrow_array as arrow_array_of_the_caller;
        let (array, schema) = $exported;
        // SAFETY: both sides have the layout of the C Data Interface, and ownership moves from ours to theirs.
        unsafe {
            let array = ::std::mem::transmute::<
                $crate::ArrowArray,
                arrow_array_of_the_caller::ffi::FFI_ArrowArray,
            >(array);
            let schema = ::std::mem::transmute::<
                $crate::ArrowSchema,
                arrow_array_of_the_caller::ffi::FFI_ArrowSchema,
            >(schema);
            arrow_array_of_the_caller::ffi::from_ffi(array, &schema)
        }
        .map(arrow_array_of_the_caller::StructArray::from)
        .map_err(|error| $crate::FactorError::because(error.to_string()))
    }};
}

/// A factor as a host sees it; [`export_factor!`](crate::export_factor) makes one.
#[repr(transparent)]
#[derive(Debug)]
pub struct ExportedFactor(abi::Header);

// SAFETY: the header is constant and its pointer leads to a constant table of functions that may be called from any thread.
unsafe impl Sync for ExportedFactor {}

impl ExportedFactor {
    /// Returns the header of a factor. For [`export_factor!`](crate::export_factor).
    #[doc(hidden)]
    #[must_use]
    pub const fn of<F: Factor>(package: &str, unwinds: bool, has_debug_assertions: bool) -> Self {
        let flags = if unwinds { abi::CONTAINS_PANICS } else { 0 }
            | if has_debug_assertions { abi::DEBUG_BUILD } else { 0 };
        Self(abi::Header {
            magic: abi::MAGIC,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            header_size: size_of::<abi::Header>() as u32,
            flags,
            build: build_text(package),
            vtable: const { &Shim::<F>::VTABLE },
        })
    }

    /// Returns the header, for a host.
    #[must_use]
    pub const fn header(&self) -> &abi::Header {
        &self.0
    }

    /// Returns the build text: crate and version, this kit, compiler, target.
    ///
    /// # Panics
    ///
    /// Never: the text was UTF-8 when it was put there.
    #[must_use]
    pub fn build(&self) -> &str {
        let text = self.0.build.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(text).expect("it was cut between letters")
    }
}

/// Writes "crate version; rotor-factor version; rustc version; target" and fills up with zeros.
const fn build_text(package: &str) -> [u8; abi::BUILD_BYTES] {
    const KIT: &str = concat!(
        "; rotor-factor ",
        env!("CARGO_PKG_VERSION"),
        "; rustc ",
        env!("ROTOR_FACTOR_RUSTC"),
        "; ",
        env!("ROTOR_FACTOR_TARGET")
    );
    let mut text = [0; abi::BUILD_BYTES];
    let (package, kit) = (package.as_bytes(), KIT.as_bytes());
    let mut n = 0;
    // A long name gives way; everything is ASCII, so that no letter is cut.
    while n < package.len() && n + kit.len() < text.len() {
        text[n] = package[n];
        n += 1;
    }
    let mut k = 0;
    while k < kit.len() && n < text.len() {
        text[n] = kit[k];
        n += 1;
        k += 1;
    }
    text
}

/// A factor with its spec, which is asked for once.
struct Instance<F> {
    factor: F,
    spec: Spec,
}

struct Shim<F>(F);

impl<F: Factor> Shim<F> {
    const VTABLE: abi::VTable = abi::VTable {
        size: size_of::<abi::VTable>(),
        init: Some(init),
        parameters: Some(parameters::<F>),
        create: Some(create::<F>),
        destroy: Some(destroy::<F>),
        spec: Some(spec::<F>),
        evaluate: Some(evaluate::<F>),
    };
}

thread_local! {
    /// How many guarded calls are under way on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Where the last panic inside a guarded call happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether there is one; cheaper to ask for, as it needs no destructor.
    static HAS_PLACE: Cell<bool> = const { Cell::new(false) };
}

/// Returns the place of the last panic inside a guarded call, once.
fn take_place() -> Option<String> {
    if HAS_PLACE.replace(false) { PLACE.try_with(RefCell::take).ok().flatten() } else { None }
}

/// Has panics inside a call reported through the boundary instead of on standard error. A library has a standard library
/// of its own, and so a hook of its own.
unsafe extern "C" fn init() -> i32 {
    static ONCE: Once = Once::new();
    let installed = catch_unwind(|| {
        ONCE.call_once(|| {
            let outside = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if DEPTH.try_with(Cell::get).unwrap_or(0) == 0 {
                    return outside(info);
                }
                let place = info.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
                let is_kept = PLACE.try_with(|slot| slot.replace(place)).is_ok();
                let _ = HAS_PLACE.try_with(|has_place| has_place.set(is_kept));
            }));
        });
    });
    if installed.is_ok() { abi::OK } else { abi::PANICKED }
}

/// Runs `work`; an error or a panic becomes a status and a text. Never unwinds.
///
/// # Safety
///
/// `error` is null or a sink that may be written to.
unsafe fn guarded(error: *const abi::TextSink, work: impl FnOnce() -> Result<(), FactorError>) -> i32 {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    take_place();
    let outcome = catch_unwind(AssertUnwindSafe(work));
    // SAFETY: the caller vouches for the sink.
    let say = |part, text: &str| unsafe { say(error, part, text) };
    let status = match outcome {
        Ok(Ok(())) => abi::OK,
        Ok(Err(error)) => {
            say(abi::TEXT_MESSAGE, &error.to_string());
            if let Some(text) = error.text_zh() {
                say(abi::TEXT_MESSAGE_ZH, &text);
            }
            if let Some(code) = error.code() {
                say(abi::TEXT_CODE, code);
            }
            if let Some(hint) = error.hint() {
                say(abi::TEXT_HINT, &hint);
            }
            abi::FAILED
        }
        Err(panic) => {
            let literal = panic.downcast_ref::<&str>().copied();
            let text = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            say(abi::TEXT_MESSAGE, text.unwrap_or("the panic carries no text"));
            if let Some(place) = take_place() {
                say(abi::TEXT_PLACE, &place);
            }
            // What the panic carries may itself panic when it is dropped, and so may what that panic carries: the
            // second one is leaked.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
                std::mem::forget(second);
            }
            abi::PANICKED
        }
    };
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    status
}

/// # Safety
///
/// `sink` is null or a sink that may be written to.
unsafe fn say(sink: *const abi::TextSink, part: u32, text: &str) {
    // SAFETY: the caller vouches for the sink.
    unsafe {
        if let Some(sink) = sink.as_ref() {
            (sink.write)(sink.ctx, part, abi::Str::of(text));
        }
    }
}

unsafe extern "C" fn parameters<F: Factor>(out: *const abi::TextSink) -> i32 {
    // SAFETY: the host gives a sink.
    unsafe {
        guarded(std::ptr::null(), || {
            say(out, abi::TEXT_MESSAGE, &crate::spec::parameters_to_json(F::PARAMETERS));
            Ok(())
        })
    }
}

unsafe extern "C" fn create<F: Factor>(
    given: *const abi::Parameter,
    n_given: usize,
    out: *mut *mut c_void,
    error: *const abi::TextSink,
) -> i32 {
    // SAFETY: the host gives `n_given` parameters with texts that live as long as the call, and a place for the result.
    unsafe {
        guarded(error, || {
            let given = if n_given == 0 { &[] } else { std::slice::from_raw_parts(given, n_given) };
            let mut values = Vec::new();
            for parameter in given {
                values.push((owned(parameter.name), value(parameter)?));
            }
            let parameters = Parameters::resolve(F::PARAMETERS, values)?;
            let factor = F::from_parameters(&parameters)?;
            let spec = factor.spec();
            *out = Box::into_raw(Box::new(Instance { factor, spec })).cast();
            Ok(())
        })
    }
}

/// # Safety
///
/// The texts of the parameter live.
unsafe fn value(parameter: &abi::Parameter) -> Result<Value, FactorError> {
    Ok(match parameter.kind {
        abi::PARAMETER_FLAG => Value::Flag(parameter.integer != 0),
        abi::PARAMETER_INTEGER => Value::Integer(parameter.integer),
        abi::PARAMETER_NUMBER => Value::Number(parameter.number),
        // SAFETY: the caller vouches for the text.
        abi::PARAMETER_TEXT => Value::Text(unsafe { owned(parameter.text) }),
        kind => {
            return Err(FactorError::because(format!("a parameter of the unknown type {kind} was given")));
        }
    })
}

/// # Safety
///
/// The text lives.
unsafe fn owned(text: abi::Str) -> String {
    if text.len == 0 {
        return String::new();
    }
    // SAFETY: the caller vouches for the bytes.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(text.ptr, text.len) }).into_owned()
}

unsafe extern "C" fn destroy<F: Factor>(factor: *mut c_void) {
    // SAFETY: the host gives back what `create` made, once.
    unsafe {
        guarded(std::ptr::null(), || {
            drop(Box::from_raw(factor.cast::<Instance<F>>()));
            Ok(())
        });
    }
}

unsafe extern "C" fn spec<F: Factor>(
    factor: *const c_void,
    out: *const abi::TextSink,
    error: *const abi::TextSink,
) -> i32 {
    // SAFETY: the host gives what `create` made, and a sink.
    unsafe {
        guarded(error, || {
            say(out, abi::TEXT_MESSAGE, &(*factor.cast::<Instance<F>>()).spec.to_json());
            Ok(())
        })
    }
}

unsafe extern "C" fn evaluate<F: Factor>(
    factor: *const c_void,
    view: *const abi::View,
    output: *const abi::Output,
    error: *const abi::TextSink,
) -> i32 {
    // SAFETY: the host gives what `create` made, a view that keeps its promises for the call, and an output.
    unsafe {
        guarded(error, || {
            let instance = &*factor.cast::<Instance<F>>();
            let (view, output): (abi::View, abi::Output) =
                (sized(view.cast(), VIEW_1_0)?, sized(output.cast(), OUTPUT_1_0)?);
            let n_declared = instance.spec.inputs().len();
            if view.n_inputs as usize != n_declared {
                return Err(FactorError::because(format!(
                    "the host shows {} inputs, {n_declared} are declared",
                    view.n_inputs
                )));
            }
            let mut signal = instance.factor.evaluate(&AsOfView::from_raw(&view, &instance.spec))?;
            signal.settle(&instance.spec);
            hand_over(&signal, &instance.spec, &output)
        })
    }
}

/// The sizes in version 1.0, the oldest of hosts.
const VIEW_1_0: usize = offset_of!(abi::View, measures);
const OUTPUT_1_0: usize = offset_of!(abi::Output, declared_reason);

/// Copies a structure that begins with its size from a host that may be older or newer: what an older host does not know
/// is null here, what a newer one has added is left out.
///
/// # Safety
///
/// `from` leads to a structure of the kind `T`, as large as it says. What of `T` lies beyond `least` may be null.
unsafe fn sized<T: Copy>(from: *const usize, least: usize) -> Result<T, FactorError> {
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: the caller vouches for the structure and its size; what is not copied is null, as it may be.
    unsafe {
        let given = from.read();
        if given < least {
            return Err(FactorError::because(format!(
                "the host gave a structure of {given} bytes, {least} are needed"
            )));
        }
        let n_bytes = given.min(size_of::<T>());
        std::ptr::copy_nonoverlapping(from.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), n_bytes);
        Ok(copy.assume_init())
    }
}

/// Gives a signal to the host, which copies it.
///
/// # Errors
///
/// If it has a reason that the spec does not declare.
///
/// # Safety
///
/// The functions of `output` take its context.
unsafe fn hand_over(signal: &Signal, spec: &Spec, output: &abi::Output) -> Result<(), FactorError> {
    let Signal { reasons, forecasts, realized, diagnostics, tables, .. } = signal;
    let (scores, raws) = (signal.scores(), signal.raws());
    // SAFETY: the caller vouches for the functions; what they are given lives until they return.
    unsafe {
        (output.scores)(output.ctx, scores.as_ptr(), raws.as_ptr(), scores.len());
        for (sector, reason) in reasons {
            hand_over_reason(*sector, reason, spec, output)?;
        }
        for of_target in forecasts.chunk_by(|a, b| a.target == b.target) {
            let rows: Vec<_> = of_target
                .iter()
                .map(|row| {
                    let (kind, entity, frequency, period) = place(row.entity, row.period);
                    abi::Forecast { kind, entity, frequency, period, value: row.value, naive: row.naive }
                })
                .collect();
            (output.forecasts)(output.ctx, abi::Str::of(&of_target[0].target), rows.as_ptr(), rows.len());
        }
        for of_target in realized.chunk_by(|a, b| a.target == b.target) {
            let rows: Vec<_> = of_target
                .iter()
                .map(|row| {
                    let (kind, entity, frequency, period) = place(row.entity, row.period);
                    abi::Realized { kind, entity, frequency, period, value: row.value }
                })
                .collect();
            (output.realized)(output.ctx, abi::Str::of(&of_target[0].target), rows.as_ptr(), rows.len());
        }
        for diagnostic in diagnostics {
            let values = diagnostic.values.as_slice();
            let (name, kind) = (abi::Str::of(&diagnostic.name), diagnostic.kind as u32);
            (output.diagnostic)(output.ctx, name, kind, values.as_ptr(), values.len());
        }
        for table in tables {
            hand_over_table(table, output);
        }
    }
    Ok(())
}

/// Gives the reason of a sector: a declared one by its position, or as a text to a host that takes no other.
///
/// # Safety
///
/// As [`hand_over`].
unsafe fn hand_over_reason(
    sector: u32,
    reason: &Explanation,
    spec: &Spec,
    output: &abi::Output,
) -> Result<(), FactorError> {
    let declared = match reason.declared() {
        None => None,
        Some((declared, values)) => {
            let position = spec.reasons().iter().position(|known| *known == declared).ok_or_else(|| {
                FactorError::because(format!("the reason `{}` is given and not declared", declared.id()))
                    .with_hint("declare it by `Spec::with_reasons`")
            })?;
            output.declared_reason.map(|take| (take, position as u32, values))
        }
    };
    // SAFETY: the caller vouches for the functions; what they are given lives until they return.
    unsafe {
        match declared {
            None => (output.reason)(output.ctx, sector, abi::Str::of(&reason.text())),
            Some((take, position, values)) => {
                let values: Vec<abi::Str> = values.iter().map(|value| abi::Str::of(value)).collect();
                take(output.ctx, sector, position, values.as_ptr(), values.len());
            }
        }
    }
    Ok(())
}

fn place(entity: EntityRef, period: ReferencePeriod) -> (u32, u32, u32, i32) {
    let position = u32::try_from(entity.position).unwrap_or(u32::MAX);
    (entity.kind as u32, position, period.frequency() as u32, period.index())
}

/// # Safety
///
/// As [`hand_over`].
unsafe fn hand_over_table(table: &Table, output: &abi::Output) {
    let n_rows = table.n_rows();
    // A host can check what it is told, not how long a column is: an uneven table is handed over without columns.
    let is_even = table.columns().iter().all(|column| column.values.len() == n_rows);
    let columns = if is_even { table.columns() } else { &[] };
    let texts: Vec<Vec<abi::Str>> = columns
        .iter()
        .map(|column| match &column.values {
            ColumnValues::Texts(values) => values.iter().map(|value| abi::Str::of(value)).collect(),
            _ => Vec::new(),
        })
        .collect();
    let dates: Vec<Vec<i32>> = columns
        .iter()
        .map(|column| match &column.values {
            ColumnValues::Dates(values) => values.iter().map(|date| date.days()).collect(),
            _ => Vec::new(),
        })
        .collect();
    let raw = columns.iter().zip(texts.iter().zip(&dates)).map(|(column, (texts, dates))| {
        let (kind, numbers) = match &column.values {
            ColumnValues::Numbers(values) => (abi::COLUMN_NUMBERS, values.as_ptr()),
            ColumnValues::Texts(_) => (abi::COLUMN_TEXTS, std::ptr::null()),
            ColumnValues::Dates(_) => (abi::COLUMN_DATES, std::ptr::null()),
        };
        let name = abi::Str::of(&column.name);
        abi::Column { name, kind, reserved: 0, numbers, texts: texts.as_ptr(), dates: dates.as_ptr() }
    });
    let raw: Vec<abi::Column> = raw.collect();
    let table = abi::Table {
        name: abi::Str::of(table.name()),
        columns: raw.as_ptr(),
        n_columns: raw.len(),
        n_rows,
        is_matrix: u32::from(table.is_matrix()),
        reserved: 0,
    };
    // SAFETY: the caller vouches for the function; the table lives until it returns.
    unsafe { (output.table)(output.ctx, &raw const table) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    const SHORT: Reason = Reason::new("short", "{n} months").zh("{n}个月");

    /// What a host was told: texts, and declared reasons as their positions with the values.
    type Told = RefCell<Vec<String>>;

    unsafe extern "C" fn ignore_scores(_: *mut c_void, _: *const f64, _: *const f64, _: usize) {}

    unsafe extern "C" fn take_reason(ctx: *mut c_void, sector: u32, reason: abi::Str) {
        // SAFETY: the context is the list of the test below.
        unsafe { (*ctx.cast::<Told>()).borrow_mut().push(format!("{sector}: {}", owned(reason))) }
    }

    unsafe extern "C" fn take_declared(
        ctx: *mut c_void,
        sector: u32,
        reason: u32,
        values: *const abi::Str,
        n_values: usize,
    ) {
        // SAFETY: as above, and there are so many values.
        unsafe {
            let values = (0..n_values).map(|place| owned(values.add(place).read())).collect::<Vec<_>>();
            (*ctx.cast::<Told>()).borrow_mut().push(format!("{sector}: #{reason} {values:?}"));
        }
    }

    unsafe extern "C" fn ignore_forecasts(_: *mut c_void, _: abi::Str, _: *const abi::Forecast, _: usize) {}
    unsafe extern "C" fn ignore_realized(_: *mut c_void, _: abi::Str, _: *const abi::Realized, _: usize) {}
    unsafe extern "C" fn ignore_diagnostic(_: *mut c_void, _: abi::Str, _: u32, _: *const f64, _: usize) {}
    unsafe extern "C" fn ignore_table(_: *mut c_void, _: *const abi::Table) {}

    /// What a host whose output has so many bytes is told of a sector with a declared reason and one with a text.
    fn told(size: usize, spec: &Spec) -> Result<Vec<String>, FactorError> {
        let told = Told::default();
        let output = abi::Output {
            size,
            ctx: (&raw const told).cast_mut().cast(),
            scores: ignore_scores,
            reason: take_reason,
            forecasts: ignore_forecasts,
            realized: ignore_realized,
            diagnostic: ignore_diagnostic,
            table: ignore_table,
            declared_reason: Some(take_declared),
        };
        let mut signal = Signal::of(2);
        signal.withhold(0, SHORT.with(&[("n", &7)]));
        signal.withhold(1, "no close");
        // SAFETY: the output is as large as it says, or larger; its functions take its context.
        unsafe {
            let output: abi::Output = sized((&raw const output).cast(), OUTPUT_1_0)?;
            hand_over(&signal, spec, &output)?;
        }
        Ok(told.take())
    }

    #[test]
    fn declared_reasons_go_to_new_hosts_by_position_and_to_old_ones_as_text() {
        let spec = Spec::new("a", "1", "").with_reasons(&[Reason::new("none", "no value"), SHORT]);
        assert_eq!(told(size_of::<abi::Output>(), &spec).unwrap(), ["0: #1 [\"7\"]", "1: no close"]);
        assert_eq!(told(OUTPUT_1_0, &spec).unwrap(), ["0: 7 months", "1: no close"]);
        assert!(told(OUTPUT_1_0 - 1, &spec).unwrap_err().to_string().ends_with("64 are needed"));
    }

    #[test]
    fn a_reason_that_is_not_declared_is_refused() {
        let error = told(OUTPUT_1_0, &Spec::new("a", "1", "")).unwrap_err();
        assert_eq!(error.to_string(), "the reason `short` is given and not declared");
    }
}
