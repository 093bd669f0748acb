//! The plug-ins that the host is tried with: foreign, hostile and broken ones, built once per process.
//!
//! They are a workspace of their own, `tests/plugins`; what is wrong with each stands at the top of its source. Nothing
//! here loads one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::workspace;

/// Returns the library of a crate in `tests/plugins`, such as `honest`.
///
/// # Panics
///
/// If the crates do not build or there is none of this name.
#[must_use]
pub fn plugin(name: &str) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = workspace().join("target/plugins");
        let manifest = workspace().join("tests/plugins/Cargo.toml");
        cargo_build(&manifest, &folder, &["--release"]);
        // The one crate in which panics cannot be caught, in a profile of its own.
        cargo_build(&manifest, &folder, &["--profile", "abort", "--package", "panic-abort"]);
        folder
    });
    let profile = if name == "panic-abort" { "abort" } else { "release" };
    let library = FOLDER.join(profile).join(file_name(name));
    assert!(library.is_file(), "there is no plug-in `{name}`: no file {}", library.display());
    library
}

/// Returns the library of one of our own factors, such as `heat`, optimised as for use.
///
/// # Panics
///
/// If the crates do not build or there is none of this name.
#[must_use]
pub fn factor(name: &str) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = workspace().join("target/plugins/factors");
        let packages = ["factor-profit", "factor-price", "factor-prosperity", "factor-heat"];
        let selection = packages.iter().flat_map(|package| ["--package", package]);
        let selection: Vec<&str> = ["--release"].into_iter().chain(selection).collect();
        cargo_build(&workspace().join("Cargo.toml"), &folder, &selection);
        folder.join("release")
    });
    FOLDER.join(file_name(&format!("factor_{name}")))
}

/// Returns the library of `tests/plugins/c/momentum.c`, whose factor is called `momentum_c`.
///
/// # Panics
///
/// If there is no C compiler, or it has something to say.
#[must_use]
pub fn c_plugin() -> PathBuf {
    static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| compiled_c("momentum_c", INCLUDE));
    LIBRARY.clone()
}

/// Returns the same factor under the name of one that is linked, `momentum`.
///
/// # Panics
///
/// As [`c_plugin`].
#[must_use]
pub fn c_plugin_named_momentum() -> PathBuf {
    static LIBRARY: LazyLock<PathBuf> =
        LazyLock::new(|| compiled("momentum.c", "named_momentum", INCLUDE, &["-DFACTOR_NAME=\"momentum\""]));
    LIBRARY.clone()
}

/// Returns the library of `tests/plugins/c/constructs.c`: the same factor, and a constructor that writes a file and changes the working
/// folder where the environment says so.
///
/// # Panics
///
/// As [`c_plugin`].
#[must_use]
pub fn c_plugin_with_constructor() -> PathBuf {
    static LIBRARY: LazyLock<PathBuf> =
        LazyLock::new(|| compiled("constructs.c", "constructs", INCLUDE, &["-DFACTOR_NAME=\"constructs\""]));
    LIBRARY.clone()
}

/// Returns the same factor as a library of version 1.0 of the boundary: built with the header of that version.
///
/// # Panics
///
/// As [`c_plugin`].
#[must_use]
pub fn c_plugin_1_0() -> PathBuf {
    static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| compiled_c("momentum_c_1_0", "tests/plugins/c/1.0"));
    LIBRARY.clone()
}

/// Returns the same factor as a library of version 1.1.
///
/// # Panics
///
/// As [`c_plugin`].
#[must_use]
pub fn c_plugin_1_1() -> PathBuf {
    static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| compiled_c("momentum_c_1_1", "tests/plugins/c/1.1"));
    LIBRARY.clone()
}

/// Where the header of today lies.
const INCLUDE: &str = "crates/rotor-factor/include";

/// Compiles the factor in C with the header in this folder.
fn compiled_c(name: &str, include: &str) -> PathBuf {
    compiled("momentum.c", name, include, &[])
}

fn compiled(source: &str, name: &str, include: &str, flags: &[&str]) -> PathBuf {
    made(&file_name(name), |library| {
        let mut compile = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
        // Fused multiplications would change last bits.
        compile.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-ffp-contract=off"]);
        compile.args(["-shared", "-fPIC", "-I"]).arg(workspace().join(include));
        compile.args(flags).arg("-o").arg(library).arg(workspace().join("tests/plugins/c").join(source));
        run(&mut compile);
    })
}

/// Returns a file that is called like a library and holds a text.
///
/// # Panics
///
/// If the disk refuses.
#[must_use]
pub fn text_file_so() -> PathBuf {
    made(&file_name("text"), |path| {
        fs::write(path, "This is not the library you are looking for.\n").unwrap();
    })
}

/// Returns the first half of the library of a crate.
///
/// # Panics
///
/// As [`plugin`].
#[must_use]
pub fn truncated(name: &str) -> PathBuf {
    let whole = fs::read(plugin(name)).unwrap();
    made(&file_name(&format!("{name}_truncated")), |path| fs::write(path, &whole[..whole.len() / 2]).unwrap())
}

/// Makes a file that stays after the tests. It appears whole: another process may be reading the one before.
fn made(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let folder = workspace().join("target/plugins/made");
    fs::create_dir_all(&folder).unwrap();
    let unfinished = tempfile::Builder::new().prefix("unfinished").tempdir_in(&folder).unwrap();
    make(&unfinished.path().join(name));
    fs::rename(unfinished.path().join(name), folder.join(name)).unwrap();
    folder.join(name)
}

fn cargo_build(manifest: &Path, target: &Path, selection: &[&str]) {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--manifest-path"]).arg(manifest);
    run(build.arg("--target-dir").arg(target).args(selection));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns how the platform calls the library of a crate.
fn file_name(name: &str) -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}{}{DLL_SUFFIX}", name.replace('-', "_"))
}
