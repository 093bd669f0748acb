//! A table of functions that says it is as short as its size field.
//!
//! Expected: refused with both sizes; none of the functions is called.

use rotor_factor::abi::VTable;

support::forge!(vtable: VTable { size: size_of::<usize>(), ..support::vtable() });
