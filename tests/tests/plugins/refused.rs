//! What is refused, and that none of it has run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rotor_plugin::{LoadError, LoadOptions, Plugin};
use rotor_tests::plugins::{plugin, text_file_so, truncated};
use rotor_tests::{rotor, run_rotor};
use tempfile::TempDir;

fn reasons(path: &Path, options: &LoadOptions) -> Vec<String> {
    let refused = Plugin::load(path, options).map(|_| "accepted").unwrap_err();
    assert!(refused.reasons.iter().all(|reason| reason.hint().is_some()), "{refused}");
    refused.reasons.iter().map(ToString::to_string).collect()
}

fn reason(path: &Path) -> String {
    let mut reasons = reasons(path, &LoadOptions::default());
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons.remove(0)
}

#[test]
fn each_broken_file_has_its_sentence() {
    let folder = TempDir::new().unwrap();
    assert_eq!(reason(folder.path()), "it cannot be read: it is a folder, not a file");
    assert!(reason(&folder.path().join("none.so")).starts_with("it cannot be read: No such file"));
    let empty = folder.path().join("empty.so");
    fs::write(&empty, "").unwrap();
    assert!(reason(&empty).starts_with("it is not a shared library"));
    assert!(reason(&text_file_so()).starts_with("it is not a shared library"));
    assert!(
        reason(&truncated("honest")).starts_with("it is not a shared library"),
        "{}",
        reason(&truncated("honest"))
    );
    assert_eq!(
        reason(&plugin("runs-constructor")),
        "it is a shared library that exports no factor: no symbol begins with `rotor_factor__`"
    );
    assert_eq!(
        reason(&plugin("wrong-magic")),
        "its symbol `rotor_factor__wrong_magic` does not begin as a factor does"
    );
    assert!(
        reason(&plugin("abi-older"))
            .ends_with("speaks version 0.4 of the boundary and this Rotor version 1.4: the factor is older"),
        "{}",
        reason(&plugin("abi-older"))
    );
    assert!(reason(&plugin("abi-newer")).ends_with("the Rotor is older"));
    assert!(reason(&plugin("panic-abort")).ends_with("a panic in it would end the process"));
    assert!(reason(&plugin("null-vtable")).ends_with("its table of functions is null"));
    assert!(reason(&plugin("null-function")).ends_with("its function `evaluate` is null"));
    assert!(reason(&plugin("short-header")).contains("its header has "));
    assert!(reason(&plugin("short-vtable")).contains("its table of functions has "));
}

#[test]
fn a_device_or_a_pipe_is_not_waited_for() {
    assert_eq!(reason(Path::new("/dev/zero")), "it cannot be read: it is a device, not a file");
}

#[test]
fn a_library_without_a_factor_is_never_opened() {
    let folder = TempDir::new().unwrap();
    let witness = folder.path().join("constructor-ran");
    for verb in ["inspect", "check"] {
        let output = rotor()
            .args(["factor", verb])
            .arg(plugin("runs-constructor"))
            .env("ROTOR_TEST_CONSTRUCTOR", &witness)
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert!(!witness.exists(), "`{verb}` has run the constructor");
    }
}

#[test]
fn what_anybody_can_change_is_refused_unless_allowed() {
    let folder = TempDir::new().unwrap();
    let library = folder.path().join("honest.so");
    fs::copy(plugin("honest"), &library).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&library, 0o757);
    assert_eq!(reason(&library), "the file can be changed by any user of the machine");
    mode(&library, 0o755);
    mode(folder.path(), 0o777);
    assert!(reason(&library).starts_with("its folder "));
    // Only its owner may replace a file in a sticky folder.
    mode(folder.path(), 0o1777);
    assert!(Plugin::load(&library, &LoadOptions::default()).is_ok());
    mode(&library, 0o757);
    let allowed = LoadOptions { allow_world_writable: true, ..LoadOptions::default() };
    assert!(Plugin::load(&library, &allowed).is_ok());
}

#[test]
fn a_pinned_library_is_that_one_or_none() {
    let path = plugin("honest");
    let pin = |sha256: &str| LoadOptions { sha256: Some(sha256.into()), ..LoadOptions::default() };
    let wrong = "0".repeat(64);
    let all = reasons(&path, &pin(&wrong));
    assert!(
        all[0].starts_with("its SHA-256 is ") && all[0].ends_with(&format!("and {wrong} is pinned")),
        "{all:?}"
    );
    let right = all[0]["its SHA-256 is ".len()..][..64].to_owned();
    assert!(Plugin::load(&path, &pin(&right)).is_ok());
}

#[test]
fn every_reason_is_given_at_once() {
    let folder = TempDir::new().unwrap();
    let library = folder.path().join("panic-abort.so");
    fs::copy(plugin("panic-abort"), &library).unwrap();
    fs::set_permissions(&library, fs::Permissions::from_mode(0o757)).unwrap();
    let options = LoadOptions { sha256: Some("0".repeat(64)), ..LoadOptions::default() };
    let all = reasons(&library, &options);
    assert_eq!(all.len(), 3, "{all:?}");
    let (code, stdout, _) =
        run_rotor(&["factor", "inspect", library.to_str().unwrap(), "--sha256", &"0".repeat(64)]);
    assert_eq!((code, stdout.matches("hint:").count()), (1, 3), "{stdout}");
}

#[test]
fn a_library_that_is_overwritten_after_loading_goes_on() {
    let folder = TempDir::new().unwrap();
    let library = folder.path().join("honest.so");
    fs::copy(plugin("honest"), &library).unwrap();
    let factor = crate::make(&crate::load(&library), &[]);
    let before = format!("{:?}", crate::over_the_demo(&factor));
    // In place, as `cp` does it: a mapped file would change under the feet of its code.
    fs::write(&library, vec![0xCC; 1 << 20]).unwrap();
    assert_eq!(format!("{:?}", crate::over_the_demo(&factor)), before);
}

#[test]
fn a_damaged_private_copy_is_made_anew() {
    let cache = TempDir::new().unwrap();
    let inspect = || {
        let output = rotor()
            .args(["factor", "inspect"])
            .arg(plugin("honest"))
            .env("ROTOR_CACHE_DIR", cache.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    };
    inspect();
    let copy = fs::read_dir(cache.path().join("plugins")).unwrap().next().unwrap().unwrap().path();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(&copy, "damaged").unwrap();
    inspect();
    assert!(fs::metadata(&copy).unwrap().len() > 1000);
}

#[test]
fn factors_that_do_not_start_say_why() {
    let start = |name: &str| match Plugin::load(&plugin(name), &LoadOptions::default()) {
        Ok(_) => panic!("{name} starts"),
        Err(refused) => match &refused.reasons[..] {
            [LoadError::Start(error)] => error.to_string(),
            other => panic!("{other:?}"),
        },
    };
    assert!(start("panics-in-new").starts_with("it panicked: "), "{}", start("panics-in-new"));
    assert!(start("panics-in-spec").starts_with("it panicked: "));
    assert!(start("bad-spec-json").starts_with("it broke the contract: its spec cannot be used: "));
    assert!(start("bad-spec-name").contains("the name \"Not A Name!\" is not made of lower-case letters"));
    assert!(start("huge-spec").contains("it is longer than 1048576 bytes"));
}
