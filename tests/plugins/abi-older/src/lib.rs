//! A factor of the major version before the first.
//!
//! Expected: refused with both versions: build the factor again.

use rotor_factor::abi::{Header, VTable};

support::factor!(|view| support::momentum(view));

static VTABLE: VTable = support::vtable::<Plugin>();

support::forge!(header: Header { abi_major: 0, ..support::header(&raw const VTABLE) });
