//! A header without functions.
//!
//! Expected: refused.

support::forge!(header: support::header(std::ptr::null()));
