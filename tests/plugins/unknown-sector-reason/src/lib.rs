//! Gives a reason for a sector that does not exist.
//!
//! Expected: the signal is refused with the position and the number of sectors.

use std::ffi::c_void;

use rotor_factor::abi::{OK, Output, Str, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    support::score_all(view, output);
    ((*output).reason)((*output).ctx, 999, Str::of("it does not exist"));
    OK
}

support::forge!(evaluate);
