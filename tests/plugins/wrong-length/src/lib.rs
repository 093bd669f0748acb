//! Gives one score more than there are sectors.
//!
//! Expected: the signal is refused with both numbers.

use std::ffi::c_void;

use rotor_factor::abi::{OK, Output, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    let scores = vec![2.0; (*view).entities[0].n + 1];
    ((*output).scores)((*output).ctx, scores.as_ptr(), scores.as_ptr(), scores.len());
    OK
}

support::forge!(evaluate);
