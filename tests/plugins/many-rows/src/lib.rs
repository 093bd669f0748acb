//! Gives one forecast and says that there are as many as an address space could not hold.
//!
//! Expected: the signal is refused by a cap, before the second row is read.

use std::ffi::c_void;

use rotor_factor::abi::{Forecast, OK, Output, Str, TextSink, View};

unsafe extern "C" fn evaluate(
    _: *const c_void,
    view: *const View,
    output: *const Output,
    _: *const TextSink,
) -> i32 {
    support::score_all(view, output);
    let row = Forecast { kind: 0, entity: 0, frequency: 2, period: 600, value: 1.0, naive: 1.0 };
    ((*output).forecasts)((*output).ctx, Str::of("close"), &row, usize::MAX);
    OK
}

support::forge!(evaluate);
