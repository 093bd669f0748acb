//! Puts the crate `rotor-factor` into the program, for `rotor factor new` far away from this workspace.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let kit =
        PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../rotor-factor");
    let kit = kit.canonicalize().expect("the kit is in the workspace");
    println!("cargo::rerun-if-changed={}", kit.display());
    let mut files = vec![kit.join("build.rs")];
    for folder in ["src", "include"] {
        collect(&kit.join(folder), &mut files);
    }
    files.sort();
    let mut source = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&kit).expect("it lies in the kit").display();
        writeln!(source, "    (\"{name}\", include_str!({:?})),", file.display().to_string())
            .expect("writing to a string does not fail");
    }
    source.push(']');
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("kit.rs");
    std::fs::write(out, source).expect("the output folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
