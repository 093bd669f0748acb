//! Describes itself by a text that is no JSON.
//!
//! Expected: refused with what is wrong in the document.

use std::ffi::c_void;

use rotor_factor::abi::{OK, TextSink};

unsafe extern "C" fn spec(_: *const c_void, out: *const TextSink, _: *const TextSink) -> i32 {
    support::say(out, "{\"name\": momentum, and so on");
    OK
}

support::forge!(spec);
