//! Gives a declared reason with a value as long as a novel.
//!
//! Expected: the signal is refused with the length and the limit.

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
    let novel = "and then ".repeat(100_000);
    let value = Str::of(&novel);
    declared_reason((*output).ctx, 0, 0, &raw const value, 1);
    OK
}

support::forge!(evaluate);
