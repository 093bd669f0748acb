//! A symbol of the right name over something that is no header of ours.
//!
//! Expected: refused.

use rotor_factor::abi::{Header, VTable};

static VTABLE: VTable = support::vtable();

support::forge!(header: Header { magic: *b"not a rotor one!", ..support::header(&raw const VTABLE) });
