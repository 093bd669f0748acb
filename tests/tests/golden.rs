//! Golden backtests through the real command: what was accepted still comes out, and no change goes unseen or unsigned.

use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::plugins::c_plugin;
use rotor_tests::{messy, run_rotor, workspace};
use serde_json::Value;
use tempfile::TempDir;

fn golden() -> PathBuf {
    workspace().join("tests/golden")
}

/// A copy of the case `monthly`, to be spoilt, with the entries on it.
fn copied() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(golden().join("ACCEPTED.toml"), copy.path().join("ACCEPTED.toml")).unwrap();
    fs::create_dir(copy.path().join("monthly")).unwrap();
    for file in ["case.toml", "run.txt"] {
        fs::copy(golden().join("monthly").join(file), copy.path().join("monthly").join(file)).unwrap();
    }
    edit(&copy.path().join("monthly/case.toml"), "../../../target/golden", messy::kept().to_str().unwrap());
    copy
}

fn check(place: &Path, arguments: &[&str]) -> (i32, String, String) {
    run_rotor(&[&["golden", "check", "--dir", place.to_str().unwrap()], arguments].concat())
}

/// Makes a case that runs the factor `momentum` on month-end closes.
fn momentum_case(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let dataset = messy::kept().join("monthly");
    let text = format!(
        "title = \"momentum\"\ndataset = {:?}\n\n[config]\nfactors = [\"momentum\"]\nmin_factors = 1\n",
        dataset.to_str().unwrap()
    );
    fs::write(folder.join("case.toml"), text).unwrap();
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "`{from}` is to stand in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn golden_backtests_are_what_was_accepted() {
    // What cases look for where it is made.
    assert!(c_plugin().is_file() && messy::kept().is_dir());
    let (code, stdout, stderr) = check(&golden(), &[]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for case in ["demo", "messy", "monthly", "null", "plugin"] {
        assert!(stdout.contains(&format!("{case}: as accepted\n")), "{stdout}");
    }
    let sizes = ["demo", "messy", "monthly", "null", "plugin"]
        .map(|case| fs::metadata(golden().join(case).join("run.txt")).unwrap().len());
    assert!(sizes.iter().sum::<u64>() < 300_000, "the cases have {sizes:?} bytes");
}

#[test]
fn what_is_made_first_is_said_where_it_is_missing() {
    let copy = copied();
    let nowhere = copy.path().join("nowhere");
    edit(&copy.path().join("monthly/case.toml"), messy::kept().to_str().unwrap(), nowhere.to_str().unwrap());
    let (code, stdout, stderr) = check(copy.path(), &[]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    for part in [
        "golden backtest `monthly` needs",
        "nowhere",
        "hint: `cargo test --workspace --test golden` makes it",
    ] {
        assert!(stderr.contains(part), "`{part}` is missing:\n{stderr}");
    }
}

#[test]
fn a_doctored_score_is_named_by_factor_month_and_sector() {
    let copy = copied();
    let text = copy.path().join("monthly/run.txt");
    // A score of the factor `heat`, whatever it is, becomes another one.
    let before = fs::read_to_string(&text).unwrap();
    let header = before.lines().find(|line| line.starts_with("month,factor,")).unwrap();
    let codes: Vec<&str> = header.split(',').skip(2).collect();
    let is_scored = |line: &&str| {
        line.starts_with("20")
            && line.contains(",heat,")
            && line.split(',').skip(2).any(|cell| cell.parse::<f64>().is_ok())
    };
    let line = before.lines().rfind(is_scored).expect("heat scores a sector");
    let cells: Vec<&str> = line.split(',').collect();
    let at = (2..cells.len()).find(|at| cells[*at].parse::<f64>().is_ok()).unwrap();
    let other = if cells[at] == "1" { "3" } else { "1" };
    let mut doctored: Vec<&str> = cells.clone();
    doctored[at] = other;
    edit(&text, line, &doctored.join(","));

    let (code, stdout, stderr) = check(copy.path(), &[]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    let place = format!("{} {} score", cells[0], codes[at - 2]);
    let row = stdout.lines().find(|line| line.contains(&place)).unwrap_or_else(|| panic!("{stdout}"));
    assert!(row.starts_with("scores  heat") && row.contains("1 of ") && row.contains(other), "{row}");
    assert!(stdout.contains("its text is not the one that was accepted last"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 110), "{stdout}");
    let (code, json, _) = check(copy.path(), &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let fact = &json["cases"][0]["comparison"]["results"]["facts"][0];
    assert_eq!(
        (code, &fact["first"]["month"], &fact["group"]),
        (1, &Value::from(cells[0]), &Value::from("heat"))
    );
    assert_eq!(fact["first"]["subject"][1], codes[at - 2]);
    assert_eq!(fact["first"]["before"], other.parse::<f64>().unwrap());
}

#[test]
fn a_changed_parameter_fails_until_someone_stands_for_it() {
    let copy = copied();
    let place = copy.path().to_str().unwrap();
    let (code, stdout, _) = check(copy.path(), &[]);
    assert_eq!((code, stdout.as_str()), (0, "monthly: as accepted\n"));

    let case = copy.path().join("monthly/case.toml");
    let text =
        fs::read_to_string(&case).unwrap() + "\n[config.factor.heat.parameters]\ndirection = \"momentum\"\n";
    fs::write(&case, text).unwrap();
    let (code, stdout, stderr) = check(copy.path(), &[]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    for part in [
        "monthly: differs from the accepted result\n",
        "configuration  heat.parameters.direction  reversal  momentum",
        "scores",
        "hint: if the change is intended, run `rotor accept monthly --reason … --by …`",
    ] {
        assert!(stdout.contains(part), "`{part}` is missing:\n{stdout}");
    }
    let (code, markdown, _) = check(copy.path(), &["--format", "md"]);
    assert_eq!(code, 1);
    assert!(
        markdown.contains("# Golden backtest monthly\n") && markdown.contains("| scores | heat |"),
        "{markdown}"
    );

    let accept = |reason: &str, by: &str| {
        run_rotor(&["accept", "monthly", "--dir", place, "--reason", reason, "--by", by])
    };
    let (code, _, stderr) = accept(" ", "A. Reviewer");
    let refused =
        "error: an acceptance needs a reason\nhint: say why by `--reason` and who by `--by`, in words\n";
    assert_eq!((code, stderr.as_str()), (2, refused));
    assert_eq!(accept("a try of momentum", "").0, 2);
    let (code, stdout, stderr) = accept("a try of \"momentum\"", "A. Reviewer");
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.ends_with("monthly: accepted by A. Reviewer: a try of \"momentum\"\n"), "{stdout}");
    assert_eq!(check(copy.path(), &[]).0, 0);
    assert_eq!(accept("again", "A. Reviewer").1, "monthly: nothing to accept, the result is unchanged\n");

    // An entry that nobody stands for, and a chain that was cut, are seen.
    let ledger = copy.path().join("ACCEPTED.toml");
    let signed = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, signed.replace("by = \"A. Reviewer\"", "by = \" \"")).unwrap();
    let (code, stdout, _) = check(copy.path(), &[]);
    assert!(code == 1 && stdout.contains(" of ACCEPTED.toml has no name\n"), "{stdout}");
    let last = signed.rfind("[[accepted]]").unwrap();
    let before = signed[last..].find("before = \"").unwrap() + last + 10;
    let cut = format!("{}{}{}", &signed[..before], "0".repeat(64), &signed[before + 64..]);
    fs::write(&ledger, cut).unwrap();
    let (code, stdout, _) = check(copy.path(), &[]);
    assert!(code == 1 && stdout.contains("does not begin where the one before it ends"), "{stdout}");
}

#[test]
fn a_factor_repository_of_its_own_has_golden_backtests() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("golden/mine");
    let place = folder.path().join("golden");
    momentum_case(&case);
    let (code, stdout, _) = check(&place, &[]);
    assert!(
        code == 1 && stdout.contains("mine: nobody has accepted it: ACCEPTED.toml has no entry\n"),
        "{stdout}"
    );
    let accept = ["accept", "mine", "--dir", place.to_str().unwrap(), "--reason", "the first", "--by", "me"];
    let (code, stdout, stderr) = run_rotor(&accept);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "mine: accepted by me: the first\n", ""));
    assert_eq!(check(&place, &["mine"]).0, 0);

    let (code, _, stderr) = check(&place, &["yours"]);
    assert!(code == 2 && stderr.contains("there is no golden backtest `yours`"), "{stderr}");
    assert!(stderr.contains("hint: there are `mine`\n"), "{stderr}");
    let (code, _, stderr) = check(folder.path(), &[]);
    assert!(code == 2 && stderr.contains("there are no golden backtests in "), "{stderr}");
    fs::write(case.join("run.txt"), "[colours]\n").unwrap();
    let (code, stdout, stderr) = check(&place, &[]);
    assert!(
        code == 1 && stdout.contains("it is no golden backtest: line 1: there is no part `colours`"),
        "{stdout}{stderr}"
    );
    // Such a text can be replaced, and what is said of it can be read by programs.
    let (code, json, stderr) = run_rotor(&[&accept[..], &["--json"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""), "{json}");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["case"], &json["comparison"]), (&"mine".into(), &Value::Null));
    assert_eq!(check(&place, &[]).0, 0);
    let text = fs::read_to_string(case.join("run.txt")).unwrap();
    fs::write(case.join("run.txt"), text.replace('\n', "\r\n")).unwrap();
    let (code, stdout, _) = check(&place, &[]);
    assert!(code == 1 && stdout.contains("were line ends or spaces changed?"), "{stdout}");
    let (code, _, stderr) = check(&place, &["--set", "momentun.weight=7"]);
    assert!(code == 2 && stderr.contains("hint: did you mean `momentum`?"), "{stderr}");
    fs::write(case.join("case.toml"), "title = \"x\"\nworld = \"mars\"\nseed = 1\n").unwrap();
    let (code, _, stderr) = check(&place, &[]);
    assert!(
        code == 2 && stderr.contains("`world` is \"mars\"; there are a-share, null and leaky"),
        "{stderr}"
    );
}

#[test]
fn acceptances_at_once_are_all_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("golden");
    let cases = ["a", "b", "c", "d", "e"];
    for case in cases {
        momentum_case(&place.join(case));
    }
    std::thread::scope(|scope| {
        // Each twice: the second finds nothing to accept.
        for case in cases.iter().chain(&cases) {
            let place = place.to_str().unwrap();
            scope.spawn(move || {
                let (code, stdout, stderr) =
                    run_rotor(&["accept", case, "--dir", place, "--reason", "the first", "--by", "me"]);
                assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
            });
        }
    });
    let (code, stdout, _) = check(&place, &[]);
    assert_eq!(code, 0, "{stdout}");
    let ledger = place.join("ACCEPTED.toml");
    let signed = fs::read_to_string(&ledger).unwrap();
    assert_eq!(signed.matches("[[accepted]]").count(), cases.len(), "{signed}");
    // A list in another form cannot be gone on with, and is left as it is.
    fs::write(&ledger, "accepted = []\n").unwrap();
    let (code, _, stderr) =
        run_rotor(&["accept", "a", "--dir", place.to_str().unwrap(), "--reason", "again", "--by", "me"]);
    assert!(code == 2 && stderr.contains("with one more entry it is no list of acceptances"), "{stderr}");
    assert_eq!(fs::read_to_string(&ledger).unwrap(), "accepted = []\n");
}
