//! Gives a reason at a position that its spec does not have.
//!
//! Expected: the signal is refused with the position and the number of declared reasons.

use std::ffi::c_void;

use rotor_factor::abi::{OK, Output, Str, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    support::score_all(view, output);
    let declared_reason = (*output).declared_reason.expect("this host is no older one");
    let value = Str::of("7");
    declared_reason((*output).ctx, 0, 9, &raw const value, 1);
    OK
}

support::forge!(evaluate);
