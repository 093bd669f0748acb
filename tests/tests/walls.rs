//! What must not compile, does not, and for the right reason.
//!
//! Each wall is a program that compiles and the same program with one step over the wall. That the first compiles shows that
//! the second fails because of that step; the error code says which wall it was.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use rotor_tests::workspace;

/// Around every program: a factor whose evaluation is the step.
const BEFORE: &str = "
#![allow(unused, unreachable_code)]
use std::sync::Mutex;
use rotor_factor::*;
#[derive(Default)]
struct Mine { numbers: Mutex<Vec<f64>>, view: Mutex<Option<AsOfView<'static>>>, panel: Mutex<Option<Panel<'static>>> }
fn same<'v>(a: &AsOfView<'v>, b: &AsOfView<'v>) {}
fn evaluate(mine: &Mine, view: &AsOfView<'_>, other: &AsOfView<'_>, released: Released) -> Result<(), FactorError> {
";
const AFTER: &str = "
    Ok(())
}
";

/// The wall, a step that stays inside, the step over it, and the error.
const WALLS: [(&str, &str, &str, &str); 10] = [
    (
        "a view is not kept",
        "mine.numbers.lock().unwrap().push(1.0);",
        "*mine.view.lock().unwrap() = Some(*view);",
        "E0507",
    ),
    (
        "a reference to a view is not kept",
        "let kept: &AsOfView<'_> = view;",
        "let kept: &'static AsOfView<'static> = view;",
        "lifetime may not live long enough",
    ),
    (
        "a panel does not outlive its call",
        "let panel = view.panel(\"close\")?;",
        "*mine.panel.lock().unwrap() = Some(view.panel(\"close\")?);",
        "borrowed data escapes outside of function",
    ),
    (
        "views of two days do not mix",
        "same(view, view);",
        "same(view, other);",
        "lifetime may not live long enough",
    ),
    (
        "a view does not go to another thread",
        "let n = view.n_sectors(); std::thread::scope(|scope| { scope.spawn(|| n); });",
        "std::thread::scope(|scope| { scope.spawn(|| view.n_sectors()); });",
        "E0277",
    ),
    (
        "no accessor takes a date",
        "let panel = view.panel(\"close\")?;",
        "let panel = view.panel(\"close\", view.as_of())?;",
        "E0061",
    ),
    (
        "a view is not made",
        "let signal = Signal::new(view);",
        "let view = AsOfView { raw: todo!(), spec: todo!(), brand: todo!() };",
        "E0451",
    ),
    (
        "a view is not made from the host's side",
        "let n = view.n_sectors();",
        "let view = unsafe { AsOfView::from_raw(todo!(), todo!()) };",
        "E0624",
    ),
    (
        "a release is not compared with an as-of day",
        "let known = released.is_public(view.as_of());",
        "let known = released < view.as_of();",
        "E0308",
    ),
    (
        "there is no lag into the future",
        "view.panel(\"close\")?.lag(1);",
        "view.panel(\"close\")?.lag(-1);",
        "E0600",
    ),
];

/// The kit, compiled by the very compiler that the programs are tried with.
static KIT: LazyLock<String> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "rotor-factor", "--message-format", "json"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let is_library = |text: &&str| {
        let is_rlib = Path::new(text).extension().is_some_and(|extension| extension == "rlib");
        is_rlib && text.contains("rotor_factor")
    };
    messages.split('"').rfind(is_library).expect("cargo names the library").to_owned()
});

/// Compiles a program as far as the types go; the errors if it fails.
fn errors(name: &str, step: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("wall.rs");
    fs::write(&source, format!("{BEFORE}{step}{AFTER}")).unwrap();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
        .arg(folder.path())
        .args(["--extern", &format!("rotor_factor={}", *KIT)])
        .arg(&source)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn each_wall_stands() {
    for (name, inside, over, expected) in WALLS {
        assert_eq!(errors(name, inside), None, "{name}: the step inside compiles");
        let found = errors(name, over).unwrap_or_else(|| panic!("{name}: the step over the wall compiles"));
        assert!(found.contains(expected), "{name}: not for the expected reason\n{found}");
    }
}
