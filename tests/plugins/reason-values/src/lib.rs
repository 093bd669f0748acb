//! Gives a reason with more values than its text has places, and says that there are many more than there are.
//!
//! Expected: the signal is refused with both numbers; nothing is read beyond the first value.

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
    declared_reason((*output).ctx, 0, 0, &raw const value, usize::MAX);
    OK
}

support::forge!(evaluate);
