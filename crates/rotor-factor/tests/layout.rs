//! The layout of the boundary, frozen. An addition at the end of a structure that begins with its size is a minor version;
//! anything else that changes a line here is a major one.

#![cfg(target_pointer_width = "64")]

use std::mem::{align_of, offset_of, size_of};

use rotor_factor::abi::{
    ABI_MAJOR, ABI_MINOR, Bridge, BridgeWeight, Column, Entities, Forecast, Header, HostVTable, Input, Link,
    LinkedSeries, Links, Output, Parameter, Realized, Str, Table, TextSink, VTable, View,
};
use rotor_factor::{ArrowArray, ArrowSchema};

/// Checks size, alignment and the place of every field.
macro_rules! layout {
    ($type:ty, $size:literal, $($field:ident $offset:literal),*) => {
        assert_eq!((size_of::<$type>(), align_of::<$type>() <= 8), ($size, true), stringify!($type));
        $(assert_eq!(offset_of!($type, $field), $offset, concat!(stringify!($type), ".", stringify!($field)));)*
    };
}

#[test]
fn the_layout_is_that_of_version_one() {
    assert_eq!((ABI_MAJOR, ABI_MINOR), (1, 4));
    layout!(Str, 16, ptr 0, len 8);
    layout!(TextSink, 16, ctx 0, write 8);
    layout!(Header, 200, magic 0, abi_major 16, abi_minor 20, header_size 24, flags 28, build 32, vtable 192);
    layout!(VTable, 56, size 0, init 8, parameters 16, create 24, destroy 32, spec 40, evaluate 48);
    layout!(Parameter, 56, name 0, kind 16, reserved 20, integer 24, number 32, text 40);
    layout!(
        View, 168, size 0, as_of 8, month 12, flags 16, n_inputs 20, inputs 24, entities 32, bridge 128,
        links 136, host 144, host_ctx 152, measures 160
    );
    layout!(Entities, 24, codes 0, groups 8, n 16);
    layout!(
        Input, 56, values 0, n_values 8, stride 16, rows 24, n_entities 32, n_periods 36, kind 40, frequency 44,
        last 48, reserved 52
    );
    layout!(Bridge, 24, starts 0, weights 8, is_public 16);
    layout!(BridgeWeight, 16, industry 0, reserved 4, weight 8);
    layout!(Links, 32, series 0, n_series 8, starts 16, links 24);
    layout!(LinkedSeries, 88, name 0, unit 16, values 32);
    layout!(Link, 16, series 0, polarity 4, weight 8);
    layout!(
        Output, 72, size 0, ctx 8, scores 16, reason 24, forecasts 32, realized 40, diagnostic 48, table 56,
        declared_reason 64
    );
    layout!(Forecast, 32, kind 0, entity 4, frequency 8, period 12, value 16, naive 24);
    layout!(Realized, 24, kind 0, entity 4, frequency 8, period 12, value 16);
    layout!(Table, 48, name 0, columns 16, n_columns 24, n_rows 32, is_matrix 40, reserved 44);
    layout!(Column, 48, name 0, kind 16, reserved 20, numbers 24, texts 32, dates 40);
    layout!(HostVTable, 16, size 0, export_arrow 8);
    // Fixed by the specification of the Arrow C Data Interface.
    assert_eq!((size_of::<ArrowArray>(), size_of::<ArrowSchema>()), (80, 72));
}
