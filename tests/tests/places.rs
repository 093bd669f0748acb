//! Places that a user names: meant from where the program was started, files and nothing else, and shown without being obeyed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use rotor_tests::plugins::{c_plugin, c_plugin_named_momentum, c_plugin_with_constructor};
use rotor_tests::{Folder, demo, rotor, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

const SHORT: [&str; 4] = ["--start", "2019-01", "--end", "2019-12"];

/// Runs `rotor` in a folder, for at most so many seconds.
fn within(seconds: u32, folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let rotor = rotor();
    let mut command = Command::new("timeout");
    command.arg(seconds.to_string()).arg(rotor.get_program()).args(arguments).current_dir(folder);
    let Output { status, stdout, stderr } = command.env("ROTOR_LEDGER", "off").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_library_that_changes_the_folder_moves_nothing() {
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let at = |name: &str| here.path().join(name);
    fs::create_dir(at("lib")).unwrap();
    symlink(demo(), at("data")).unwrap();
    fs::copy(c_plugin_with_constructor(), at("lib/constructs.so")).unwrap();
    fs::copy(c_plugin(), at("lib/momentum.so")).unwrap();
    let config = "dataset = \"data\"\nfactors = [\"constructs\", \"momentum_c\", \"heat\"]\n\
                  [factor.constructs]\nlibrary = \"lib/constructs.so\"\n\
                  [factor.momentum_c]\nlibrary = \"lib/momentum.so\"\nisolate = true\n";
    fs::write(at("run.toml"), config).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = rotor();
        command.args(arguments).current_dir(here.path()).env("ROTOR_TEST_FOLDER", there.path());
        let output = command.env_remove("ROTOR_LEDGER").output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{said}");
        said
    };
    let backtest = ["backtest", "--config", "run.toml", "--out", "out/run", "--ledger", "trials.jsonl"];
    let said = run(&[&backtest[..], &SHORT].concat());
    assert!(said.contains("run folder: out/run\n"), "{said}");
    assert!(at("out/run/run.json").is_file() && at("out/run/report.html").is_file());
    let trials = fs::read_to_string(at("trials.jsonl")).unwrap();
    assert!(trials.contains(&format!("\"run\":\"{}/out/run\"", here.path().display())), "{trials}");
    run(&["verify", "out/run", "--factor", "lib/constructs.so", "--factor", "lib/momentum.so"]);
    run(&["note", "--as-of", "2019-06-03", "--config", "run.toml", "--out", "note.md", "--format", "md"]);
    assert!(at("note.md").is_file());
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 0, "something has moved");
}

#[test]
fn a_flag_replaces_no_linked_factor() {
    let (library, demo) = (c_plugin_named_momentum(), demo());
    let (library, demo) = (library.to_str().unwrap(), demo.to_str().unwrap());
    let parent = TempDir::new().unwrap();
    let place = parent.path().join("run");
    let place = place.to_str().unwrap();
    let backtest =
        [&["backtest", "--dataset", demo, "--out", place, "--factor", library][..], &SHORT].concat();
    let (code, _, stderr) = run_rotor(&backtest);
    assert_eq!(
        (code, stderr.as_str()),
        (
            2,
            format!(
                "error: the library {library} has a factor `momentum`, and one of that name is part of this program\n\
                 hint: give the factor a name of its own; to put it in the place of the linked one, ask for it by \
                 `library` under `[factor.momentum]` (or `--set momentum.library=PATH`)\n"
            )
            .as_str()
        )
    );
    assert!(!Path::new(place).exists());
    // Asked for by name it is that one.
    let asked = format!("momentum.library={library}");
    let asked = [&backtest[..5], &["--factor", "momentum", "--set", &asked], &SHORT].concat();
    let (code, _, stderr) = run_rotor(&asked);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let run_json: Value =
        serde_json::from_str(&fs::read_to_string(Path::new(place).join("run.json")).unwrap()).unwrap();
    assert_eq!(run_json["factors"][4]["library"], library, "{}", run_json["factors"]);
}

#[test]
fn a_pipe_is_not_waited_for_wherever_a_file_is_expected() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let pipe = |path: &Path| {
        let _ = fs::remove_file(path);
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    pipe(&at("pipe.so"));
    let demo = demo();
    let demo = demo.to_str().unwrap();
    // Run folders: the record, and a file of facts.
    for (name, file) in [("a", "run.json"), ("b", "ranking.parquet")] {
        let (code, _, stderr) = run_rotor(
            &[&["backtest", "--dataset", demo, "--out", at(name).to_str().unwrap()][..], &SHORT].concat(),
        );
        assert_eq!((code, stderr.as_str()), (0, ""));
        pipe(&at(name).join(file));
    }
    // Datasets: a table, the manifest, another file that the manifest vouches for.
    let (tables, manifest, vouched) = (Folder::small(), Folder::small(), Folder::small());
    pipe(&tables.path().join("prices.csv"));
    pipe(&manifest.path().join("dataset.toml"));
    pipe(&vouched.path().join("other"));
    let toml = fs::read_to_string(vouched.path().join("dataset.toml")).unwrap();
    fs::write(
        vouched.path().join("dataset.toml"),
        format!("{toml}[sha256]\n\"other\" = \"{}\"\n", "0".repeat(64)),
    )
    .unwrap();
    fs::create_dir_all(at("cases/one")).unwrap();
    pipe(&at("cases/one/case.toml"));
    fs::create_dir_all(at("more/one")).unwrap();
    fs::write(at("more/one/case.toml"), "dataset = \"none\"\n").unwrap();
    pipe(&at("more/ACCEPTED.toml"));
    let folders = [&tables, &manifest, &vouched].map(|folder| folder.path().to_str().unwrap());
    let cases: [(&[&str], i32); 16] = [
        (&["dataset", "check", folders[0]], 1),
        (&["dataset", "check", folders[1]], 1),
        (&["dataset", "check", folders[2]], 1),
        (&["dataset", "describe", folders[0]], 2),
        (&["backtest", "--config", "pipe.so"], 2),
        (&["verify", "a", "--config", "pipe.so"], 2),
        (&["backtest", "--dataset", demo, "--factor", "./pipe.so"], 2),
        (&["factor", "inspect", "./pipe.so"], 1),
        (&["factor", "check", "./pipe.so"], 2),
        (&["verify", "a"], 2),
        (&["report", "a"], 2),
        (&["report", "b"], 2),
        (&["compare", "a", "b"], 2),
        (&["trials", "--dataset", demo, "--ledger", "pipe.so"], 2),
        (&["golden", "check", "--dir", "cases"], 2),
        (&["golden", "check", "--dir", "more"], 2),
    ];
    for (arguments, expected) in cases {
        let (code, stdout, stderr) = within(60, folder.path(), arguments);
        assert_eq!(code, Some(expected), "{arguments:?}\n{stdout}{stderr}");
        let said = stdout + &stderr;
        assert!(!said.contains("internal error"), "{arguments:?}: {said}");
    }
    let (_, said, _) = within(60, folder.path(), &["dataset", "check", folders[0]]);
    assert!(said.contains("prices.csv: cannot be read: it is a named pipe, not a file"), "{said}");
    let (code, said, _) = within(60, folder.path(), &["verify", "b"]);
    assert!(code == Some(1) && said.contains("`ranking.parquet` is missing"), "{said}");
}

/// Texts that a terminal obeys: they clear the screen, turn a line round, begin one that looks like ours.
const OBEYED: &str = "a\u{1b}[2J\u{9b}31m\u{202e}\nhint: run rm\u{7}";

/// Checks that nothing in what was said is obeyed, and that no line begins in the words of the text.
fn assert_harmless(what: &str, said: &str) {
    let obeyed =
        |letter: char| letter.is_control() && letter != '\n' || "\u{202e}\u{2028}\u{2066}".contains(letter);
    assert!(!said.contains(obeyed), "{what}: {said:?}");
    assert!(!said.lines().any(|line| line.starts_with("hint: run rm")), "{what}: {said}");
}

#[test]
fn a_terminal_obeys_no_text_from_outside() {
    let folder = TempDir::new().unwrap();
    let name = |ending: &str| format!("{}{ending}", OBEYED.replace('/', ""));
    let quoted = serde_json::to_string(OBEYED).unwrap();
    let demo = demo();
    let demo = demo.to_str().unwrap();
    for (file, text) in [
        ("keys.toml", format!("{quoted} = 1\n[factor.heat]\n{quoted} = 2\n[factor.{quoted}]\nweight = -1\n")),
        ("values.toml", format!("weights = {quoted}\nbenchmarks = [{quoted}]\nstart = {quoted}\n")),
        ("codes.toml", format!("exclude = [{quoted}]\n")),
        ("factors.toml", format!("factors = [{quoted}]\n")),
        ("libraries.toml", format!("factors = [\"x\"]\n[factor.x]\nlibrary = {quoted}\n")),
        ("dataset.toml", format!("dataset = {quoted}\n")),
        ("case.toml", format!("dataset = {quoted}\nmade_by = {quoted}\n")),
    ] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    fs::create_dir_all(folder.path().join("cases").join(name(""))).unwrap();
    fs::copy(folder.path().join("case.toml"), folder.path().join("cases").join(name("")).join("case.toml"))
        .unwrap();
    fs::write(folder.path().join(name(".so")), "not a library").unwrap();
    fs::write(folder.path().join(name(".toml")), "no = toml =").unwrap();
    let small = Folder::small()
        .replacing("entities.csv", "Electronics", &format!("\"{OBEYED}\""))
        .replacing("entities.csv", "upstream", &format!("\"{OBEYED}\""))
        .with(&name(".csv"), "")
        .replacing("dataset.toml", "A dataset of a test", "\\u001b[2J\\nhint: run rm");
    let small = small.path().to_str().unwrap();
    let (library, config, place) = (format!("./{}", name(".so")), name(".toml"), name(""));
    let config_of = |file| vec!["backtest", "--dataset", demo, "--config", file];
    let cases: Vec<Vec<&str>> = vec![
        config_of("keys.toml"),
        config_of("values.toml"),
        config_of("codes.toml"),
        config_of("factors.toml"),
        config_of("libraries.toml"),
        vec!["backtest", "--config", "dataset.toml"],
        vec!["backtest", "--config", &config],
        vec!["backtest", "--config", &place],
        vec!["backtest", "--dataset", &place],
        vec!["backtest", "--dataset", demo, "--out", &library],
        vec!["backtest", "--dataset", demo, "--factor", &library],
        vec!["backtest", "--dataset", demo, "--set", &place],
        vec!["backtest", OBEYED],
        vec![OBEYED],
        vec!["dataset", "check", &place],
        vec!["dataset", "check", small],
        vec!["dataset", "check", small, "--json"],
        vec!["dataset", "describe", small],
        vec!["factor", "inspect", &library],
        vec!["factor", "inspect", &library, "--json"],
        vec!["factor", "list", &library],
        vec!["factor", "check", &library],
        vec!["verify", &place],
        vec!["report", &library],
        vec!["compare", &place, &library],
        vec!["trials", "--dataset", demo, "--ledger", &library],
        vec!["golden", "check", "--dir", "cases"],
        vec!["golden", "check", "--dir", &place],
    ];
    for arguments in cases {
        let (code, stdout, stderr) = within(60, folder.path(), &arguments);
        assert!(matches!(code, Some(1 | 2)), "{arguments:?}: {code:?}\n{stdout}{stderr}");
        assert_harmless(&format!("{arguments:?}, results"), &stdout);
        assert_harmless(&format!("{arguments:?}, errors"), &stderr);
        if arguments.contains(&"--json") {
            serde_json::from_str::<Value>(&stdout).unwrap();
        }
    }
}

#[test]
fn a_run_in_a_place_of_any_name_is_said_harmlessly() {
    let folder = TempDir::new().unwrap();
    let demo = demo();
    let demo = demo.to_str().unwrap();
    let place = OBEYED.replace('/', "");
    let backtest = [&["backtest", "--dataset", demo, "--out", &place][..], &SHORT].concat();
    for arguments in [
        backtest.clone(),
        vec!["verify", &place],
        vec!["compare", &place, &place],
        vec!["compare", &place, &place, "--json"],
        vec!["report", &place, "--out", "a\u{1b}[2J.html"],
        [&backtest[..], &["--force", "--json"]].concat(),
    ] {
        let (code, stdout, stderr) = within(120, folder.path(), &arguments);
        assert_eq!(code, Some(0), "{arguments:?}\n{stdout}{stderr}");
        assert_harmless(&format!("{arguments:?}"), &(stdout.clone() + &stderr));
        if arguments.contains(&"--json") {
            let json: Value = serde_json::from_str(&stdout).unwrap();
            let named = json["run"].as_str().or(json["before"].as_str()).unwrap();
            assert_eq!(named, place, "a document says what is there");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_user_without_a_folder_loads_libraries_from_memory() {
    let parent = TempDir::new().unwrap();
    let demo = demo();
    let backtest = |out: &str, variables: &[(&str, &str)]| {
        let place = parent.path().join(out);
        let mut command = rotor();
        command.arg("backtest").arg("--dataset").arg(&demo).arg("--out").arg(&place).args(SHORT);
        command.arg("--factor").arg(c_plugin());
        for name in ["HOME", "XDG_CACHE_HOME", "ROTOR_CACHE_DIR"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap(), place)
    };
    let cache = parent.path().join("cache");
    let (code, stderr, from_memory) = backtest("memory", &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let (code, stderr, from_folder) = backtest("folder", &[("ROTOR_CACHE_DIR", cache.to_str().unwrap())]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(fs::read_dir(cache.join("plugins")).unwrap().count(), 1);
    let scores = |place: &Path| fs::read(place.join("scores.parquet")).unwrap();
    assert_eq!(scores(&from_memory), scores(&from_folder));
    // A home below a folder that all users share is none.
    let home = std::env::temp_dir().join("rotor-test-home");
    let (code, stderr, _) = backtest("shared", &[("HOME", home.to_str().unwrap())]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!home.join(".cache/rotor/plugins").exists());
    // A place that is named is used or refused.
    let (code, stderr, _) = backtest("refused", &[("ROTOR_CACHE_DIR", "/proc")]);
    assert!(code == 2 && stderr.contains("a private copy cannot be written to /proc/plugins: "), "{stderr}");
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    let noexec = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (place, kind, options) = (fields.nth(1)?, fields.next()?, fields.next()?);
        (kind == "tmpfs" && options.split(',').any(|option| option == "noexec")).then_some(place)
    });
    let Some(noexec) = noexec.into_iter().find_map(|place| tempfile::tempdir_in(place).ok()) else {
        eprintln!("skipped: no folder of this machine is mounted noexec");
        return;
    };
    let (code, stderr, _) = backtest("noexec", &[("ROTOR_CACHE_DIR", noexec.path().to_str().unwrap())]);
    assert!(code == 2 && stderr.contains("mounted `noexec`"), "{stderr}");
}
