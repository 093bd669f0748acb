//! Calls itself without end.
//!
//! Expected: where it is isolated, an error that names the signal, and the run goes on.

use std::hint::black_box;

#[expect(unconditional_recursion, reason = "that is the point")]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    deeper(frame[0] + 1) + black_box(frame)[63]
}

support::factor!(|view| {
    black_box(deeper(0));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
