//! Gives scores that are not numbers, and no reason.
//!
//! Expected: the signal is refused: a sector has a score or a reason. (In Rust a reason is always there: see
//! `nan-score-in-rust`.)

use std::ffi::c_void;

use rotor_factor::abi::{OK, Output, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    let scores = vec![f64::NAN; (*view).entities[0].n];
    ((*output).scores)((*output).ctx, scores.as_ptr(), scores.as_ptr(), scores.len());
    OK
}

support::forge!(evaluate);
