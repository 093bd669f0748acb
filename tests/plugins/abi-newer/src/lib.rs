//! A factor of the next major version.
//!
//! Expected: refused with both versions: take a newer Rotor.

use rotor_factor::abi::{Header, VTable};

support::factor!(|view| support::momentum(view));

static VTABLE: VTable = support::vtable::<Plugin>();

support::forge!(header: Header { abi_major: 2, ..support::header(&raw const VTABLE) });
