//! A factor of a later minor version: header and table of functions have fields at their ends that nobody knows yet.
//!
//! Expected: accepted; it says what `honest` says.

use rotor_factor::abi::{Header, VTable};
use support::Exported;

#[repr(C)]
struct NewerVTable {
    known: VTable,
    summarize: Option<unsafe extern "C" fn() -> i32>,
    reserved: [usize; 3],
}

#[repr(C)]
pub struct NewerHeader {
    known: Header,
    licence: [u8; 32],
}

unsafe extern "C" fn summarize() -> i32 {
    std::process::abort()
}

support::factor!(|view| support::momentum(view));

static VTABLE: NewerVTable = NewerVTable {
    known: VTable { size: size_of::<NewerVTable>(), ..support::vtable::<Plugin>() },
    summarize: Some(summarize),
    reserved: [usize::MAX; 3],
};

#[unsafe(export_name = "rotor_factor__minor_newer")]
pub static FACTOR: Exported<NewerHeader> = Exported(NewerHeader {
    known: Header {
        abi_minor: 9,
        header_size: size_of::<NewerHeader>() as u32,
        ..support::header((&raw const VTABLE).cast())
    },
    licence: [b'?'; 32],
});
