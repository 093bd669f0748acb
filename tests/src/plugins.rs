//! The plug-ins that the host is tried with: foreign, hostile and broken ones, built once per process.
//!
//! They are a workspace of their own, `tests/plugins`; what is wrong with each stands at the top of its source. Nothing
//! here loads one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use rotor_fs::sha256;

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

/// A plug-in in C: its name, its source in `tests/plugins/c/hostile`, and with what it is compiled.
type InC = (&'static str, &'static str, &'static [&'static str]);

/// What is compiled from `tests/plugins/c/hostile`: what is wrong with each stands at the top of its source.
const IN_C: &[InC] = &[
    ("plain", "plain", &[]),
    ("fast_math", "plain", &["-ffast-math"]),
    ("tls_16", "tls", &["-DBYTES=16"]),
    ("tls_16_set", "tls", &["-DBYTES=16", "-DINITIALISED"]),
    ("tls_4k", "tls", &["-DBYTES=4096"]),
    ("tls_4k_set", "tls", &["-DBYTES=4096", "-DINITIALISED"]),
    ("tls_1m", "tls", &["-DBYTES=1048576"]),
    ("tls_1m_set", "tls", &["-DBYTES=1048576", "-DINITIALISED"]),
    ("inplace", "inplace", &["-DWHAT=VALUES"]),
    ("inplace_codes", "inplace", &["-DWHAT=CODES"]),
    ("inplace_code_table", "inplace", &["-DWHAT=CODE_TABLE"]),
    ("inplace_groups", "inplace", &["-DWHAT=GROUPS"]),
    ("inplace_bridge", "inplace", &["-DWHAT=BRIDGE"]),
    ("inplace_links", "inplace", &["-DWHAT=LINKS"]),
    ("inplace_series", "inplace", &["-DWHAT=LINKED_VALUES"]),
    ("inplace_view", "inplace", &["-DWHAT=VIEW"]),
    ("flushes", "floats", &["-DWHAT=FLUSH_TO_ZERO", "-DWHERE=EVALUATE"]),
    ("flushes_at_create", "floats", &["-DWHAT=FLUSH_TO_ZERO", "-DWHERE=CREATE"]),
    ("flushes_at_load", "floats", &["-DWHAT=FLUSH_TO_ZERO", "-DWHERE=CONSTRUCTOR"]),
    ("rounds_up", "floats", &["-DWHAT=ROUND_UP", "-DWHERE=EVALUATE"]),
    ("rounds_up_at_create", "floats", &["-DWHAT=ROUND_UP", "-DWHERE=CREATE"]),
    ("rounds_up_at_load", "floats", &["-DWHAT=ROUND_UP", "-DWHERE=CONSTRUCTOR"]),
    ("x87", "floats", &["-DWHAT=X87_PRECISION", "-DWHERE=EVALUATE"]),
    ("traps", "floats", &["-DWHAT=TRAPS", "-DWHERE=EVALUATE"]),
    ("moves_away", "process", &["-DWHAT=DIRECTORY"]),
    ("masks_files", "process", &["-DWHAT=UMASK"]),
    ("speaks_otherwise", "process", &["-DWHAT=LOCALE"]),
    ("takes_sigsegv", "process", &["-DWHAT=SEGV_HANDLER"]),
    ("takes_sigint", "process", &["-DWHAT=INT_HANDLER"]),
    ("blocks_signals", "process", &["-DWHAT=SIGNAL_MASK"]),
    ("takes_the_stack", "process", &["-DWHAT=SIGNAL_STACK"]),
    ("limits_files", "process", &["-DWHAT=FILE_SIZE"]),
    ("limits_handles", "process", &["-DWHAT=HANDLES"]),
    ("closes_descriptors", "process", &["-DWHAT=DESCRIPTORS"]),
    ("late_scores", "late", &["-DWHEN=THREAD", "-DWHAT=SCORES"]),
    ("late_reason", "late", &["-DWHEN=THREAD", "-DWHAT=REASON"]),
    ("late_table", "late", &["-DWHEN=THREAD", "-DWHAT=A_TABLE"]),
    ("late_diagnostic", "late", &["-DWHEN=THREAD", "-DWHAT=DIAGNOSTIC"]),
    ("late_message", "late", &["-DWHEN=THREAD", "-DWHAT=MESSAGE"]),
    ("next_scores", "late", &["-DWHEN=NEXT", "-DWHAT=SCORES"]),
    ("next_reason", "late", &["-DWHEN=NEXT", "-DWHAT=REASON"]),
    ("next_forecasts", "late", &["-DWHEN=NEXT", "-DWHAT=FORECASTS"]),
    ("next_table", "late", &["-DWHEN=NEXT", "-DWHAT=A_TABLE"]),
    ("next_message", "late", &["-DWHEN=NEXT", "-DWHAT=MESSAGE"]),
    ("foreign_scores", "late", &["-DWHEN=FOREIGN", "-DWHAT=SCORES"]),
    ("foreign_realized", "late", &["-DWHEN=FOREIGN", "-DWHAT=REALIZED"]),
    ("foreign_message", "late", &["-DWHEN=FOREIGN", "-DWHAT=MESSAGE"]),
    ("made_up_scores", "late", &["-DWHEN=MADE_UP", "-DWHAT=SCORES"]),
    ("made_up_diagnostic", "late", &["-DWHEN=MADE_UP", "-DWHAT=DIAGNOSTIC"]),
    ("made_up_message", "late", &["-DWHEN=MADE_UP", "-DWHAT=MESSAGE"]),
    ("load_hangs", "constructor", &["-DWHAT=HANG"]),
    ("load_exits", "constructor", &["-DWHAT=EXIT"]),
    ("load_aborts", "constructor", &["-DWHAT=ABORT"]),
    ("load_crashes", "constructor", &["-DWHAT=CRASH"]),
    ("load_allocates", "constructor", &["-DWHAT=ALLOCATE"]),
    ("hangs_in_init", "hangs", &["-DWHERE=INIT"]),
    ("hangs_in_parameters", "hangs", &["-DWHERE=PARAMETERS"]),
    ("hangs_in_create", "hangs", &["-DWHERE=CREATE"]),
    ("hangs_in_spec", "hangs", &["-DWHERE=SPEC"]),
    ("hangs_in_evaluate", "hangs", &["-DWHERE=EVALUATE"]),
    ("hangs_in_destroy", "hangs", &["-DWHERE=DESTROY"]),
    ("atexit_hangs", "ending", &["-DWHAT=ATEXIT_HANGS"]),
    ("atexit_exits", "ending", &["-DWHAT=ATEXIT_EXITS"]),
    ("destructor_hangs", "ending", &["-DWHAT=DESTRUCTOR_HANGS"]),
    ("destructor_exits", "ending", &["-DWHAT=DESTRUCTOR_EXITS"]),
    ("exits_quietly", "ending", &["-DWHAT=EXITS_QUIETLY"]),
    ("leaves_at_load", "leaves", &["-DHOW=EXIT", "-DWHERE=CONSTRUCTOR"]),
    ("leaves_in_create", "leaves", &["-DHOW=EXIT", "-DWHERE=CREATE"]),
    ("leaves_in_evaluate", "leaves", &["-DHOW=EXIT", "-DWHERE=EVALUATE"]),
    ("leaves_in_a_thread", "leaves", &["-DHOW=EXIT", "-DWHERE=THREAD"]),
    ("leaves_at_exit", "leaves", &["-DHOW=EXIT", "-DWHERE=ATEXIT"]),
    ("calls_the_system", "leaves", &["-DHOW=CALL", "-DWHERE=EVALUATE"]),
    ("calls_the_system_in_a_thread", "leaves", &["-DHOW=CALL", "-DWHERE=THREAD"]),
    ("kills_itself", "leaves", &["-DHOW=KILL", "-DWHERE=EVALUATE"]),
    ("becomes_another", "leaves", &["-DHOW=EXEC", "-DWHERE=EVALUATE"]),
    ("crashes_unseen", "leaves", &["-DHOW=DEAF", "-DWHERE=EVALUATE"]),
    ("renames", "renames", &[]),
    ("leaves_its_thread", "ending", &["-DWHAT=THREAD_EXITS"]),
    ("forks", "ending", &["-DWHAT=FORKS"]),
    ("thread_crashes", "threads", &["-DWHAT=CRASH"]),
    ("thread_overflows", "threads", &["-DWHAT=OVERFLOW"]),
    ("thread_aborts", "threads", &["-DWHAT=ABORT"]),
    ("raises_sigalrm", "raises", &["-DSIGNAL=SIGALRM"]),
    ("raises_sigpipe", "raises", &["-DSIGNAL=SIGPIPE"]),
    ("raises_sigxfsz", "raises", &["-DSIGNAL=SIGXFSZ"]),
    ("sigalrm_later", "raises", &["-DLATER"]),
    ("sleeps", "process", &["-DWHAT=NOTHING", "-DTHEN_SLEEPS"]),
    ("sleeps_deaf", "process", &["-DWHAT=INT_HANDLER", "-DTHEN_SLEEPS"]),
];

/// Returns the names of the plug-ins in `tests/plugins/c/hostile`.
pub fn names_in_c() -> impl Iterator<Item = &'static str> {
    IN_C.iter().map(|(name, ..)| *name)
}

/// Returns the library of a plug-in in `tests/plugins/c/hostile`; its factor has the same name.
///
/// # Panics
///
/// As [`c_plugin`], and if there is none of this name.
#[must_use]
pub fn hostile_in_c(name: &str) -> PathBuf {
    static LIBRARIES: [OnceLock<PathBuf>; IN_C.len()] = [const { OnceLock::new() }; IN_C.len()];
    let position = IN_C.iter().position(|(known, ..)| *known == name);
    let position = position.unwrap_or_else(|| panic!("there is no plug-in `{name}` in C"));
    let library = LIBRARIES[position].get_or_init(|| {
        let (name, source, flags) = IN_C[position];
        let source = workspace().join(format!("tests/plugins/c/hostile/{source}.c"));
        let mut compile = compiler("CC", "cc");
        // A well-behaved factor is spoilt by naming a function a second time.
        compile.args(["-std=c11", "-Wall", "-Wextra", "-Wno-override-init", "-Werror", "-O1", "-pthread"]);
        compile.arg(format!("-DNAME={name}")).args(flags).arg(&source).arg("-o");
        // Compiled again only where something has changed: there are many.
        let read = |file: &Path| fs::read_to_string(file).unwrap();
        let headers = ["tests/plugins/c/hostile/hostile.h", "crates/rotor-factor/include/rotor_factor.h"];
        let inside = headers.map(|header| read(&workspace().join(header))).concat() + &read(&source);
        let of = sha256(format!("{compile:?}\n{inside}").as_bytes());
        let folder = workspace().join("target/plugins/made");
        let (library, made_of) = (folder.join(file_name(name)), folder.join(format!("{name}.txt")));
        if !library.is_file() || fs::read_to_string(&made_of).ok().as_ref() != Some(&of) {
            made(&file_name(name), |library| run(compile.arg(library)));
            made(&format!("{name}.txt"), |path| fs::write(path, &of).unwrap());
        }
        library
    });
    library.clone()
}

/// Returns the library of `tests/plugins/c/hostile/runtime.cpp`, or `None` where there is no compiler of C++ with a static runtime.
#[must_use]
pub fn cpp_plugin() -> Option<PathBuf> {
    let library = std::panic::catch_unwind(|| {
        made(&file_name("runtime"), |library| {
            let mut compile = compiler("CXX", "c++");
            compile.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-O1"]);
            compile.args(["-static-libstdc++", "-static-libgcc", "-o"]).arg(library);
            run(compile.arg(workspace().join("tests/plugins/c/hostile/runtime.cpp")));
        })
    });
    library.ok()
}

/// Returns a compiler of libraries, the one that this variable of the environment names, or else this one.
fn compiler(variable: &str, usual: &str) -> Command {
    let mut compile = Command::new(std::env::var_os(variable).unwrap_or_else(|| usual.into()));
    // Fused multiplications would change last bits.
    compile.args(["-ffp-contract=off", "-shared", "-fPIC", "-I"]);
    compile.arg(workspace().join("crates/rotor-factor/include"));
    compile
}

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
