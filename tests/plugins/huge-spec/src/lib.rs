//! Describes itself by a gibibyte of text, in pieces of a mebibyte.
//!
//! Expected: refused by a cap, without keeping what is written beyond it.

use std::ffi::c_void;

use rotor_factor::abi::{OK, TextSink};

unsafe extern "C" fn spec(_: *const c_void, out: *const TextSink, _: *const TextSink) -> i32 {
    let piece = "a".repeat(1 << 20);
    for _ in 0..1024 {
        support::say(out, &piece);
    }
    OK
}

support::forge!(spec);
