//! Prints while it scores.
//!
//! Expected: accepted; what it prints neither mixes with the report on standard output nor with the pipe of a child.

support::factor!(|view| {
    for line in 1..=3 {
        println!("line {line} of a factor that likes to talk");
    }
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
