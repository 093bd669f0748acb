//! SHA-256 of bytes and files, as the text that `sha256sum` prints.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Returns the SHA-256 of some bytes, in lower-case hexadecimal digits.
///
/// ```
/// let expected = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
/// assert_eq!(rotor_fs::sha256(b"hello"), expected);
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Returns the SHA-256 of the rest of an open file, in lower-case hexadecimal digits.
///
/// # Errors
///
/// If the file cannot be read.
pub fn sha256_of_file(mut file: &File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            n_read => hasher.update(&buffer[..n_read]),
        }
    }
}

/// Returns bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}
