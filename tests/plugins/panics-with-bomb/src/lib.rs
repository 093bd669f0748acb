//! Panics with a value that panics again when it is dropped.
//!
//! Expected: an error that says that the panic carries no text; nothing is dropped on the host's side.

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the bomb went off");
    }
}

support::factor!(|_view| std::panic::panic_any(Bomb));

rotor_factor::export_factor!(Plugin);
