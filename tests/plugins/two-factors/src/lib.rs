//! One library that exports two factors, those of two crates that it links.
//!
//! Expected: refused, unless one of them is asked for by name.

pub use honest::FACTOR as HONEST;
pub use old_edition::FACTOR as OLD_EDITION;
