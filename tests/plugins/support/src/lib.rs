//! What the plug-ins of the tests share: a well-behaved momentum to be spoilt in one respect, and headers to be forged.
//!
//! It exports no symbol, so that a plug-in exports its own alone.

pub mod pipes;

use rotor_factor::abi::{Header, Output, Str, TEXT_MESSAGE, TextSink, VTable, View};
use rotor_factor::{
    AsOfView, CrossSection, EntityKind, ExportedFactor, Factor, FactorError, Frequency, Input, Reason,
    Signal, Spec,
};

/// The reason that these specs declare.
const TOO_SHORT: Reason = Reason::new("too_short", "{n} months are too few").zh("{n}个月不足");

/// Returns the spec of a factor that looks at the monthly closes of a year.
pub fn spec(name: &str) -> Spec {
    let about = "A plug-in of the tests";
    let closes = Input::close(EntityKind::Sector, Frequency::Monthly, 13);
    Spec::new(name, "0.1.0", about).with_reasons(&[TOO_SHORT]).input(closes)
}

/// Returns the returns of twelve months.
pub fn returns(view: &AsOfView<'_>) -> Result<CrossSection, FactorError> {
    let closes = view.window("close", 13)?;
    Ok(CrossSection::zip_with(&closes.lag(0), &closes.lag(12), |end, start| end / start - 1.0))
}

/// Scores the sectors by thirds of their returns of twelve months.
pub fn momentum(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    Ok(Signal::thirds(view, &returns(view)?, "a close is missing"))
}

/// Defines the factor `Plugin`, named like the crate, without parameters, with this evaluation.
#[macro_export]
macro_rules! factor {
    (|$view:ident| $signal:expr) => {
        struct Plugin;

        impl ::rotor_factor::Factor for Plugin {
            fn from_parameters(_: &::rotor_factor::Parameters) -> Result<Self, ::rotor_factor::FactorError> {
                Ok(Self)
            }

            fn spec(&self) -> ::rotor_factor::Spec {
                $crate::spec(env!("CARGO_CRATE_NAME"))
            }

            fn evaluate(
                &self,
                $view: &::rotor_factor::AsOfView<'_>,
            ) -> Result<::rotor_factor::Signal, ::rotor_factor::FactorError> {
                $signal
            }
        }
    };
}

/// Exports a forged header under the name that the host looks for: `forge!(evaluate)` replaces a function of a
/// well-behaved factor by the one of that name, `forge!(vtable: …)` all functions, `forge!(header: …)` the header.
#[macro_export]
macro_rules! forge {
    (header: $header:expr) => {
        #[unsafe(export_name = concat!("rotor_factor__", env!("CARGO_CRATE_NAME")))]
        pub static FACTOR: $crate::Exported<::rotor_factor::abi::Header> = $crate::Exported($header);
    };
    (vtable: $vtable:expr) => {
        static VTABLE: ::rotor_factor::abi::VTable = $vtable;
        $crate::forge!(header: $crate::header(&raw const VTABLE));
    };
    ($function:ident) => {
        $crate::factor!(|view| $crate::momentum(view));
        $crate::forge!(vtable: ::rotor_factor::abi::VTable {
            $function: Some($function),
            ..$crate::vtable::<Plugin>()
        });
    };
}

/// Constants that are shared between threads though they hold pointers.
#[repr(transparent)]
pub struct Exported<T>(pub T);

// SAFETY: what is exported is constant and its pointers lead to constants.
unsafe impl<T> Sync for Exported<T> {}

/// Returns the functions of a factor.
pub const fn vtable<F: Factor>() -> VTable {
    let exported = ExportedFactor::of::<F>("", true, false);
    // SAFETY: the pointer leads to a constant, and the structure owns nothing.
    unsafe { std::ptr::read(exported.header().vtable) }
}

/// Returns a header that is as it should be, with these functions.
pub const fn header(vtable: *const VTable) -> Header {
    factor!(|view| momentum(view));
    let exported = ExportedFactor::of::<Plugin>("a plug-in of the tests", true, false);
    let Header { magic, abi_major, abi_minor, header_size, flags, build, .. } = *exported.header();
    Header { magic, abi_major, abi_minor, header_size, flags, build, vtable }
}

/// Writes a text to the host.
///
/// # Safety
///
/// `sink` is what the host gave.
pub unsafe fn say(sink: *const TextSink, text: &str) {
    ((*sink).write)((*sink).ctx, TEXT_MESSAGE, Str::of(text));
}

/// Gives every sector the score 2.
///
/// # Safety
///
/// Both are what the host gave.
pub unsafe fn score_all(view: *const View, output: *const Output) {
    let scores = vec![2.0; (*view).entities[0].n];
    ((*output).scores)((*output).ctx, scores.as_ptr(), std::ptr::null(), scores.len());
}
