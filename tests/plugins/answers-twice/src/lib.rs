//! Takes the token of a request from the pipe of its process and answers by itself; then the true answer follows.
//!
//! Expected: the first answer is one like any other; with the next request it is seen that there are two, and it is not asked
//! again in the run. No day gets the answer of another.

use std::sync::atomic::{AtomicU64, Ordering};

// Its process was asked to open it and to make it before.
static NUMBER: AtomicU64 = AtomicU64::new(3);

support::factor!(|view| {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let token = support::pipes::steal_token();
    support::pipes::speak(&support::pipes::answer(number, token, view));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
