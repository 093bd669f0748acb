//! A symbol of the right name over something that is no header of ours.
//!
//! Expected: refused.

use rotor_factor::abi::{Header, VTable};

support::factor!(|view| support::momentum(view));

static VTABLE: VTable = support::vtable::<Plugin>();

support::forge!(header: Header { magic: *b"not a rotor one!", ..support::header(&raw const VTABLE) });
