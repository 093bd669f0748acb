//! Honest, with a mebibyte of zeros and four kibibytes of something else for every thread.
//!
//! Expected: accepted; it scores as any other.

use std::cell::RefCell;

thread_local! {
    static ZEROS: RefCell<[u8; 1 << 20]> = const { RefCell::new([0; 1 << 20]) };
    static SEVENS: RefCell<[u8; 4 << 10]> = const { RefCell::new([7; 4 << 10]) };
}

support::factor!(|view| {
    ZEROS.with_borrow_mut(|zeros| {
        assert!(zeros.iter().all(|byte| *byte == 0));
        zeros.fill(1);
        zeros.fill(0);
    });
    SEVENS.with_borrow(|sevens| assert!(sevens.iter().all(|byte| *byte == 7)));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
