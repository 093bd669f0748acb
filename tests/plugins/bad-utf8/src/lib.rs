//! Gives a reason that is not UTF-8.
//!
//! Expected: the signal is refused, or the reason is read with replacement characters; never a `str` of these bytes.

use std::ffi::c_void;

use rotor_factor::abi::{OK, Output, Str, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    let scores = vec![f64::NAN; (*view).entities[0].n];
    ((*output).scores)((*output).ctx, scores.as_ptr(), std::ptr::null(), scores.len());
    let bytes = b"half a letter: \xe6\x9c";
    for sector in 0..scores.len() {
        ((*output).reason)((*output).ctx, sector as u32, Str { ptr: bytes.as_ptr(), len: bytes.len() });
    }
    OK
}

support::forge!(evaluate);
