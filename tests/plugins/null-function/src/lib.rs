//! A table of functions in which `evaluate` is null.
//!
//! Expected: refused with the name of the function.

use rotor_factor::abi::VTable;

support::factor!(|view| support::momentum(view));

support::forge!(vtable: VTable { evaluate: None, ..support::vtable::<Plugin>() });
