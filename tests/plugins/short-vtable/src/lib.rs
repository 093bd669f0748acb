//! A table of functions that says it is as short as its size field.
//!
//! Expected: refused with both sizes; none of the functions is called.

use rotor_factor::abi::VTable;

support::factor!(|view| support::momentum(view));

support::forge!(vtable: VTable { size: size_of::<usize>(), ..support::vtable::<Plugin>() });
