//! The command `rotor`.
fn main() {}
