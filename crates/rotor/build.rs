//! Makes the list of the factors that are part of the library from the folders under `factors`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = here.join("../../factors");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=Cargo.toml");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(
                entry.file_name().into_string().map_err(|name| format!("{} is no name", name.display()))?,
            );
        }
    }
    names.sort();
    let manifest = fs::read_to_string(here.join("Cargo.toml"))?;
    let mut list = String::from("&[\n");
    for name in names {
        let package = format!("factor-{}", name.replace('_', "-"));
        if !manifest.lines().any(|line| line.starts_with(&format!("{package}."))) {
            println!("cargo::error=`{package}.workspace = true` is missing in crates/rotor/Cargo.toml");
        }
        writeln!(list, "    (\"{name}\", &{}::FACTOR),", package.replace('-', "_"))?;
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("built_in.rs"), list)?;
    Ok(())
}
