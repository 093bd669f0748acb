//! Gives a declared reason with a value that is not UTF-8.
//!
//! Expected: the signal is refused; never a `str` of these bytes.

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
    let bytes = b"half a letter: \xe6\x9c";
    let value = Str { ptr: bytes.as_ptr(), len: bytes.len() };
    declared_reason((*output).ctx, 0, 0, &raw const value, 1);
    OK
}

support::forge!(evaluate);
