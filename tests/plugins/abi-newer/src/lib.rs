//! A factor of the next major version.
//!
//! Expected: refused with both versions: take a newer Rotor.

use rotor_factor::abi::{Header, VTable};

static VTABLE: VTable = support::vtable();

support::forge!(header: Header { abi_major: 2, ..support::header(&raw const VTABLE) });
