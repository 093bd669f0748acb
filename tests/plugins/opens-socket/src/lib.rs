//! Asks the network, in every way that the standard library has; asked for scores, it says what it could do.
//!
//! Expected: it can do nothing where it is sealed, and gives scores.

use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};

use rotor_factor::{AsOfView, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut opened = Vec::new();
    if TcpListener::bind("127.0.0.1:0").is_ok() {
        opened.push("a TCP socket");
    }
    if UdpSocket::bind("127.0.0.1:0").is_ok() {
        opened.push("a UDP socket");
    }
    let place = std::env::temp_dir().join(format!("rotor-opens-socket-{}", std::process::id()));
    if UnixListener::bind(&place).is_ok() {
        let _ = std::fs::remove_file(&place);
        opened.push("a local socket");
    }
    if UnixStream::pair().is_ok() {
        opened.push("a pair of sockets");
    }
    match opened[..] {
        [] => support::momentum(view),
        _ => Err(FactorError::because(format!("it opened {}", opened.join(", ")))),
    }
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
