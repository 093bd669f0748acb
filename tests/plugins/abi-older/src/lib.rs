//! A factor of the major version before the first.
//!
//! Expected: refused with both versions: build the factor again.

use rotor_factor::abi::{Header, VTable};

static VTABLE: VTable = support::vtable();

support::forge!(header: Header { abi_major: 0, ..support::header(&raw const VTABLE) });
