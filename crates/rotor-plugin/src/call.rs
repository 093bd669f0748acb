//! Calls into a factor, in this process.

#![allow(unsafe_code, reason = "the functions of a factor are C functions")]

use std::ffi::c_void;

use rotor_factor::host::ViewData;
use rotor_factor::{Parameter, Parameters, Signal, Spec, Value, abi};

use crate::delivery::{Call, OpenDay, refuse_strange};
use crate::load::code_around;
use crate::mark::Culprit;
use crate::output::{Receiver, Texts};
use crate::{Breach, CallError, arrow, spec};

/// A message longer than this is cut.
const LONGEST_MESSAGE: usize = 8 << 10;

/// The functions of a factor, every one of them there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    vtable: &'static abi::VTable,
    culprit: &'static Culprit,
}

/// A factor that `create` made.
#[derive(Debug)]
pub(crate) struct Made {
    functions: Functions,
    factor: *mut c_void,
    spec: Spec,
}

// SAFETY: the contract of the boundary: a factor may be called and freed from any thread; `Factor` is `Send` and `Sync`.
unsafe impl Send for Made {}
// SAFETY: as above.
unsafe impl Sync for Made {}

/// Calls a function of a table that was checked when it was taken.
macro_rules! call {
    ($functions:expr, $name:ident($($argument:expr),*)) => {
        ($functions.vtable.$name.expect("checked when the library was opened"))($($argument),*)
    };
}

impl Functions {
    /// Takes the functions of a factor and lets it get ready.
    ///
    /// # Errors
    ///
    /// If it does not.
    pub(crate) fn start(vtable: &'static abi::VTable, culprit: &'static Culprit) -> Result<Self, CallError> {
        let functions = Self { vtable, culprit };
        culprit.set_code(code_around(std::ptr::from_ref(vtable).addr()));
        let call = Call::begin(culprit, None);
        // SAFETY: `init` takes nothing and does not unwind.
        let status = unsafe { call!(functions, init()) };
        call.end()?;
        Texts::new(0).outcome(status)?;
        Ok(functions)
    }

    /// Asks for the declarations of parameters.
    pub(crate) fn parameters_json(&self) -> Result<String, CallError> {
        let mut document = Texts::new(spec::LONGEST);
        let call = Call::begin(self.culprit, None);
        let sink = call.document(&mut document);
        // SAFETY: the sink lives as long as the call.
        let status = unsafe { call!(self, parameters(&raw const sink)) };
        call.end()?;
        document.outcome(status)?;
        document.document()
    }

    /// Makes a factor.
    pub(crate) fn create(
        self,
        declared: &[Parameter],
        given: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Made, CallError> {
        let parameters = Parameters::resolve(declared, given).map_err(|error| CallError::of(&error))?;
        let raw: Vec<abi::Parameter> =
            parameters.iter().map(|(name, value)| raw_parameter(name, value)).collect();
        let mut error = Texts::new(LONGEST_MESSAGE);
        let mut factor = std::ptr::null_mut();
        let call = Call::begin(self.culprit, None);
        let sink = call.error(&mut error);
        // SAFETY: the parameters and the sink live as long as the call.
        let status =
            unsafe { call!(self, create(raw.as_ptr(), raw.len(), &raw mut factor, &raw const sink)) };
        call.end()?;
        error.outcome(status)?;
        if factor.is_null() {
            return Err(CallError::Broke(Breach::BadSpec { reason: "what it made is null".into() }));
        }
        let mut made = Made { functions: self, factor, spec: Spec::new("unnamed", "0", "") };
        made.spec = spec::read_spec(&made.spec_json()?).map_err(CallError::Broke)?;
        Ok(made)
    }
}

/// What is wrong when a view does not fit a factor.
pub(crate) fn other_spec() -> Breach {
    Breach::BadSpec { reason: "it is not the same for every instance of the same parameters".into() }
}

fn raw_parameter(name: &str, value: &Value) -> abi::Parameter {
    let mut raw = abi::Parameter {
        name: abi::Str::of(name),
        kind: abi::PARAMETER_FLAG,
        reserved: 0,
        integer: 0,
        number: 0.0,
        text: abi::Str::of(""),
    };
    match value {
        Value::Flag(value) => raw.integer = i64::from(*value),
        Value::Integer(value) => (raw.kind, raw.integer) = (abi::PARAMETER_INTEGER, *value),
        Value::Number(value) => (raw.kind, raw.number) = (abi::PARAMETER_NUMBER, *value),
        Value::Text(value) => (raw.kind, raw.text) = (abi::PARAMETER_TEXT, abi::Str::of(value)),
    }
    raw
}

impl Made {
    /// Returns what the factor is and needs.
    pub(crate) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Asks the factor to describe itself.
    pub(crate) fn spec_json(&self) -> Result<String, CallError> {
        let (mut document, mut error) = (Texts::new(spec::LONGEST), Texts::new(LONGEST_MESSAGE));
        let call = Call::begin(self.functions.culprit, None);
        let (out, sink) = (call.document(&mut document), call.error(&mut error));
        // SAFETY: the factor is one that `create` made; the sinks live as long as the call.
        let status = unsafe { call!(self.functions, spec(self.factor, &raw const out, &raw const sink)) };
        call.end()?;
        error.outcome(status)?;
        document.document()
    }

    /// Asks the factor about a day.
    ///
    /// # Errors
    ///
    /// What the factor says, or how it broke the contract.
    pub(crate) fn evaluate(&self, view: &ViewData<'_>) -> Result<Signal, CallError> {
        if view.inputs.len() != self.spec.inputs().len() {
            return Err(CallError::Broke(other_spec()));
        }
        let sectors = view.entities[0].codes();
        let n_entities = view.entities.map(|table| table.codes().len());
        let mut receiver = Receiver::new(&self.spec, sectors, n_entities);
        let mut error = Texts::new(LONGEST_MESSAGE);
        let day = OpenDay::open(view);
        let (status, ended) = view.lower(Some((&arrow::HOST, day.ctx())), |raw| {
            let call = Call::begin(self.functions.culprit, Some(view.as_of.0));
            let (output, sink) = (call.output(&mut receiver), call.error(&mut error));
            // SAFETY: the factor is one that `create` made; view, output and sink live as long as the call.
            let status = unsafe {
                call!(
                    self.functions,
                    evaluate(self.factor, std::ptr::from_ref(raw), &raw const output, &raw const sink)
                )
            };
            (status, call.end())
        });
        ended?;
        error.outcome(status)?;
        receiver.finish().map_err(CallError::Broke)
    }

    /// Whether the factor is part of the program.
    pub(crate) fn is_linked(&self) -> bool {
        self.functions.culprit.is_linked()
    }

    pub(crate) fn n_refused_deliveries(&self) -> u64 {
        self.functions.culprit.n_strange()
    }

    /// Returns why no answer of the factor counts: it has delivered outside of its calls, and then which of its answers are of which day
    /// cannot be known.
    pub(crate) fn condemned(&self) -> Option<CallError> {
        refuse_strange(self.functions.culprit).err()
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let call = Call::begin(self.functions.culprit, None);
        // SAFETY: `create` made it, and nobody has it any more.
        unsafe { call!(self.functions, destroy(self.factor)) }
        // There is nobody any more whom it could be said of; the thread is as it was.
        let _ = call.end();
    }
}
