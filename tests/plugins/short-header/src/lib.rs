//! A header that says it ends before the pointer to the functions.
//!
//! Expected: refused with both sizes; the pointer is not read.

use rotor_factor::abi::{Header, VTable};

support::factor!(|view| support::momentum(view));

static VTABLE: VTable = support::vtable::<Plugin>();

support::forge!(header: Header {
    header_size: std::mem::offset_of!(Header, vtable) as u32,
    ..support::header(&raw const VTABLE)
});
