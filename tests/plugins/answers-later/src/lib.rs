//! Answers, and has a thread write more into the pipe of its process while nothing is asked.
//!
//! Expected: not asked again in the run as soon as there is something that is no answer.

use std::thread;
use std::time::Duration;

support::factor!(|view| {
    let more = support::pipes::answer(3, [7; 16], view);
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        support::pipes::speak(&more);
    });
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
