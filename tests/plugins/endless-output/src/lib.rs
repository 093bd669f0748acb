//! Prints for ever while it scores.
//!
//! Expected: where it is isolated, its time ends and what it has printed is cut.

use std::io::Write as _;

support::factor!(|_view| loop {
    // A closed pipe is no reason to stop.
    let _ = writeln!(std::io::stdout(), "and another line on standard output");
    let _ = writeln!(std::io::stderr(), "and another line on standard error");
});

rotor_factor::export_factor!(Plugin);
