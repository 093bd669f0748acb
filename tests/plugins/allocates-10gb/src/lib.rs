//! Takes ten gibibytes and writes to every page of them.
//!
//! Expected: where it is isolated, its limit of memory ends it and the run goes on.

support::factor!(|view| {
    let mut bytes = vec![0_u8; 10 << 30];
    for page in bytes.chunks_mut(4096) {
        page[0] = std::hint::black_box(1);
    }
    std::hint::black_box(&bytes);
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
