//! Writes an answer into the pipe of its process by itself, before its own is written, with a number that is right and a token
//! that it makes up.
//!
//! Expected: not asked again in the run, because the answer lacks the token.

use std::sync::atomic::{AtomicU64, Ordering};

// Its process was asked to open it and to make it before.
static NUMBER: AtomicU64 = AtomicU64::new(3);

support::factor!(|view| {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    support::pipes::speak(&support::pipes::answer(number, [7; 16], view));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
