//! The pipes of an isolated factor's process, as a library that looks for them finds them.

use std::ffi::{c_int, c_void};

use rotor_factor::AsOfView;

unsafe extern "C" {
    fn read(descriptor: c_int, buffer: *mut c_void, length: usize) -> isize;
    fn write(descriptor: c_int, buffer: *const c_void, length: usize) -> isize;
}

const REQUESTS: c_int = 10;
const ANSWERS: c_int = 11;

/// Tells whether this process serves an isolated factor: anywhere else the descriptors are those of others.
fn is_isolated() -> bool {
    std::env::args().nth(1).is_some_and(|argument| argument == "isolated-factor")
}

/// Writes into the answers.
pub fn speak(bytes: &[u8]) {
    if is_isolated() {
        // SAFETY: the bytes are there.
        unsafe { write(ANSWERS, bytes.as_ptr().cast(), bytes.len()) };
    }
}

/// Takes the token of the request that is being answered from the pipe, where it waits for the true answer.
pub fn steal_token() -> [u8; 16] {
    let mut token = [0; 16];
    if is_isolated() {
        // SAFETY: there is room for so many bytes.
        unsafe { read(REQUESTS, token.as_mut_ptr().cast(), token.len()) };
    }
    token
}

/// Returns an answer to a request, as Rotor's part of the process would write it, in which every sector scores 3.
pub fn answer(number: u64, token: [u8; 16], view: &AsOfView<'_>) -> Vec<u8> {
    let mut body = vec![1];
    body.extend_from_slice(&(view.n_sectors() as u32).to_le_bytes());
    for _ in 0..view.n_sectors() {
        body.push(1);
        body.extend_from_slice(&3.0_f64.to_le_bytes());
        body.extend_from_slice(&3.0_f64.to_le_bytes());
    }
    // Neither forecasts nor realized values, diagnostics and tables.
    body.extend_from_slice(&[0; 16]);
    let mut frame = number.to_le_bytes().to_vec();
    frame.extend_from_slice(&token);
    frame.extend_from_slice(&(body.len() as u64).to_le_bytes());
    frame.extend_from_slice(&body);
    frame
}
