//! Finds out which compiler builds the kit and for which target; both stand in the build text of every factor.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = text.split_whitespace().nth(1).unwrap_or("unknown");
    println!("cargo::rustc-env=ROTOR_FACTOR_RUSTC={version}");
    println!("cargo::rustc-env=ROTOR_FACTOR_TARGET={}", std::env::var("TARGET").unwrap_or_default());
}
