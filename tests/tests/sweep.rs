//! `rotor sweep` as its users meet it: divided among processes that are killed, picked from once, refused with a reason.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rotor_tests::{demo, files_of, rotor, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

/// Four parts on scores that are asked anew for each.
const SWEEP: &str = "[axes]\n\"heat.direction\" = [\"reversal\", \"momentum\"]\n\"momentum.lookback\" = [3, 6, 9, 12]\n\
                     top = { from = 2, to = 17 }\nmin_factors = [1, 2]\nweights = [\"equal\", \"rank\"]\n\
                     ties = [\"percentile\", \"fractional\"]\n\
                     factors = [[\"heat\", \"momentum\"]]\n[conditions]\ncost_bp = [15, 30]\n";

/// A folder with a sweep's file.
struct Place(TempDir);

impl Place {
    fn new(sweep: &str) -> Self {
        let place = Self(TempDir::new().unwrap());
        fs::write(place.at("sweep.toml"), sweep).unwrap();
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    /// Runs `rotor sweep` with the arguments, on the demo where it needs one.
    fn sweep(verb: &str, arguments: &[&str]) -> (i32, String, String) {
        let demo = demo();
        let mut all = vec!["sweep", verb];
        all.extend(arguments);
        if !["status", "report"].contains(&verb) {
            all.extend(["--dataset", demo.to_str().unwrap()]);
        }
        run_rotor(&all)
    }

    fn done(verb: &str, arguments: &[&str]) -> String {
        let (code, stdout, stderr) = Self::sweep(verb, arguments);
        assert_eq!(code, 0, "{stdout}{stderr}");
        stdout
    }

    /// Is refused, and says why.
    fn refused(verb: &str, arguments: &[&str]) -> String {
        let (code, stdout, stderr) = Self::sweep(verb, arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        stderr
    }

    fn shard(&self, out: &str, number: usize, of: usize) -> Child {
        rotor()
            .args(["sweep", "run", &self.text(out), "--out"])
            .arg(self.at(out).parent().unwrap())
            .args(["--shard", &format!("{number}/{of}"), "--dataset"])
            .arg(demo())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files_of(folder).into_iter().collect()
}

/// Numbers that look random and are the same on every run.
fn pseudo_random(mut state: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[test]
fn shards_that_are_killed_give_the_bytes_of_one_process() {
    let place = Place::new(SWEEP);
    let whole = place.text("whole");
    Place::done("run", &[&place.text("sweep.toml"), "--out", &whole, "--no-ledger"]);
    let mut random = pseudo_random(7);
    let mut n_killed = 0;
    for n in [1, 2, 3, 7] {
        let folder = format!("shards-{n}");
        Place::done("plan", &[&place.text("sweep.toml"), "--out", &place.text(&folder)]);
        let plan = format!("{folder}/plan.json");
        // Each is killed some times at any moment, and then left to end.
        for round in 0..4 {
            let mut shards: Vec<Child> = (0..n).map(|number| place.shard(&plan, number, n)).collect();
            for shard in &mut shards {
                if round < 3 {
                    std::thread::sleep(Duration::from_millis(20 + random(400)));
                    if shard.try_wait().unwrap().is_none() {
                        shard.kill().unwrap();
                        n_killed += 1;
                    }
                }
                let status = shard.wait().unwrap();
                assert!(round < 3 || status.success(), "{n} shards");
            }
        }
        Place::done("merge", &[&place.text(&folder), "--no-ledger"]);
        assert_eq!(files(&place.at("whole")), files(&place.at(&folder)), "{n} shards");
    }
    assert!(n_killed > 4, "no kill came in time: {n_killed}");
    println!("{n_killed} shards killed");
}

#[test]
fn what_is_missing_is_named_and_parts_of_others_are_refused() {
    let place = Place::new(SWEEP);
    let (spec, out) = (place.text("sweep.toml"), place.text("s"));
    Place::done("plan", &[&spec, "--out", &out]);
    let plan = place.text("s/plan.json");
    let missing = Place::refused("merge", &[&out, "--no-ledger"]);
    assert!(missing.contains("parts are missing: 0-"), "{missing}");
    Place::done("run", &[&plan, "--out", &out, "--shard", "1/2"]);
    let (code, status, _) = Place::sweep("status", &[&out, "--shards", "2"]);
    assert!(code == 1 && status.contains("missing: 0 (of `--shard I/2`)"), "{status}");
    // A part that is cut short counts as missing, and the next run mends it.
    let part = fs::read_dir(place.at("s/parts")).unwrap().next().unwrap().unwrap().path();
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, &bytes[..bytes.len() / 3]).unwrap();
    let (_, status, _) = Place::sweep("status", &[&out]);
    assert!(status.contains("1 part cut short"), "{status}");
    Place::done("run", &[&plan, "--out", &out, "--shard", "1/2"]);
    assert_eq!(fs::read(&part).unwrap(), bytes);
    // A part that came out in another way.
    let other = part.with_file_name(part.file_name().unwrap().to_str().unwrap().replace('-', "-0"));
    fs::copy(&part, &other).unwrap();
    let twice = Place::refused("merge", &[&out, "--no-ledger"]);
    assert!(twice.contains("has come out in two ways"), "{twice}");
    fs::remove_file(other).unwrap();
    // A folder of another sweep, and parts of it.
    let second = Place::new(&SWEEP.replace("to = 17", "to = 16"));
    let another = Place::refused("run", &[&second.text("sweep.toml"), "--out", &out]);
    assert!(another.contains("holds another sweep"), "{another}");
    Place::done("plan", &[&second.text("sweep.toml"), "--out", &second.text("s")]);
    fs::create_dir(second.at("s/parts")).unwrap();
    fs::copy(&part, second.at("s/parts").join(part.file_name().unwrap())).unwrap();
    let foreign = Place::refused("merge", &[&second.text("s"), "--no-ledger"]);
    assert!(foreign.contains("belongs to another plan"), "{foreign}");
    // Another dataset than that of the plan, and a plan that somebody has edited.
    let world = second.text("world");
    let (code, _, stderr) =
        run_rotor(&["dataset", "generate", "--world", "null", "--seed", "3", "--out", &world]);
    assert_eq!(code, 0, "{stderr}");
    let (code, _, stderr) = run_rotor(&["sweep", "run", &plan, "--out", &out, "--dataset", &world]);
    assert!(code == 2 && stderr.contains("the dataset has changed since the plan was made"), "{stderr}");
    let edited = fs::read_to_string(&plan).unwrap().replacen("\"seed\": 1", "\"seed\": 2", 1);
    fs::write(second.at("plan.json"), edited).unwrap();
    let changed = Place::refused("run", &[&second.text("plan.json"), "--out", &second.text("t")]);
    assert!(changed.contains("was changed"), "{changed}");
}

#[test]
fn the_hold_out_is_opened_once_and_for_one_trial() {
    let sweep = format!(
        "{}[holdout]\nmonths = 24\n[walk_forward]\nwindow = 48\nevery = 6\n",
        SWEEP.replace("3, 6, 9, 12", "6, 12")
    );
    let place = Place::new(&sweep);
    let (spec, out, ledger) = (place.text("sweep.toml"), place.text("s"), place.text("trials.jsonl"));
    let told = Place::done("run", &[&spec, "--out", &out, "--ledger", &ledger]);
    assert!(told.contains("survive the step-down at 5%") && told.contains("walk forward:"), "{told}");
    let n_lines = || fs::read_to_string(&ledger).unwrap().lines().count();
    let plan: Value = serde_json::from_slice(&fs::read(place.at("s/plan.json")).unwrap()).unwrap();
    let n_trials = plan["trials"].as_array().unwrap().len();
    assert_eq!(n_lines(), n_trials + 1, "a line a trial, and one for the walk forward");
    // Once more changes nothing.
    Place::done("run", &[&spec, "--out", &out, "--ledger", &ledger]);
    Place::done("merge", &[&out, "--ledger", &ledger]);
    assert_eq!(n_lines(), n_trials + 1);
    let first = Place::done("pick", &[&out, "--rule", "best", "--ledger", &ledger]);
    assert!(first.contains("held out, 24 months: excess"), "{first}");
    assert_eq!(n_lines(), n_trials + 2, "the trial with the months that were held out");
    let again = Place::done("pick", &[&out, "--rule", "best", "--ledger", &ledger]);
    assert!(again.contains("the hold-out was opened for this trial"), "{again}");
    let others: Vec<(i32, String)> = ["one_se", "plateau"]
        .map(|rule| Place::sweep("pick", &[&out, "--rule", rule, "--ledger", &ledger]))
        .map(|(code, _, stderr)| (code, stderr))
        .to_vec();
    assert!(
        others
            .iter()
            .any(|(code, said)| *code == 2 && said.contains("the hold-out of this sweep was opened on")),
        "{others:?}"
    );
    // Nor by removing the record: the ledger knows.
    fs::remove_file(place.at("s/picked.json")).unwrap();
    let refused = others.iter().zip(["one_se", "plateau"]).find(|((code, _), _)| *code == 2).unwrap().1;
    let still = Place::refused("pick", &[&out, "--rule", refused, "--ledger", &ledger]);
    assert!(still.contains("was opened on"), "{still}");
    // A trial by itself ends before these months.
    let demo = demo();
    let id = plan["trials"][5]["id"].as_str().unwrap();
    let trial = format!("{out}#{}", &id[..10]);
    let run = place.text("run");
    let flags = ["--dataset", demo.to_str().unwrap(), "--out", &run, "--no-ledger", "--no-report"];
    let (code, _, stderr) = run_rotor(&[&["backtest", "--trial", &trial][..], &flags].concat());
    assert_eq!(code, 0, "{stderr}");
    let record: Value = serde_json::from_slice(&fs::read(place.at("run/run.json")).unwrap()).unwrap();
    let last = record["executions"]["last"].as_str().unwrap();
    assert!(last < plan["holdout"]["first"].as_str().unwrap(), "{last}");
    let (code, _, stderr) = run_rotor(&["backtest", "--trial", &trial, "--top", "3", "--no-ledger"]);
    assert!(code == 2 && stderr.contains("`top` is given beside it"), "{stderr}");
    for (name, said) in [("#zz", "has no trial"), ("", "is not DIR#ID"), ("#", "has no trial")] {
        let (code, _, stderr) = run_rotor(&["backtest", "--trial", &format!("{out}{name}"), "--no-ledger"]);
        assert!(code == 2 && stderr.contains(said), "{name}: {stderr}");
    }
}

#[test]
fn what_cannot_be_swept_is_refused_with_a_remedy() {
    for (sweep, said) in [
        ("[axes]\ntpo = [1, 2]\n", "did you mean `top`?"),
        ("[axes]\n\"heat.weigth\" = [1, 2]\n", "did you mean `heat.weight`?"),
        ("[axes]\n\"heta.weight\" = [1, 2]\n", "did you mean `heat.weight`?"),
        ("[axes]\n\"heat.isolate\" = [true, false]\n", "it says how the factor is loaded"),
        ("[axes]\ntop = [0, 5]\n", "0 is not from 1 to"),
        ("[axes]\ntop = []\n", "it has no values"),
        ("[axes]\nfactors = [[\"haet\"], [\"price\"]]\n", "did you mean `heat`?"),
        (
            "[axes]\ntop = [3, 5]\nmin_factors = [1, 2]\n[require]\nrules = [\"top < min_factors\"]\n",
            "all 4 are refused, 4 by `top < min_factors`",
        ),
        ("[axes]\ntop = [3, 5]\n[require]\nrules = [\"tpo < 3\"]\n", "there is no key `tpo`"),
        ("[axes]\ntop = { from = 1, to = 400 }\nmin_factors = { from = 1, to = 400 }\n", "more than 100000"),
        ("[axes]\ntop = [3, 5]\n[holdout]\nmonths = 600\n", "cannot be held out"),
        (
            "[axes]\nrebalance = [\"month_start\", \"after_cpi\"]\n[walk_forward]\nrule = \"best\"\n",
            "it needs one schedule",
        ),
        ("top = 3\n", "under `[axes]` its values are tried"),
        ("[conditions]\ncost_bp = [10, 15]\n", "nothing is tried"),
    ] {
        let place = Place::new(sweep);
        let refused = Place::refused("plan", &[&place.text("sweep.toml")]);
        assert!(refused.contains(said), "{sweep}\n{refused}");
        assert!(refused.contains("hint"), "{refused}");
    }
    let place = Place::new("");
    let absent = Place::refused("plan", &[&place.text("nowhere.toml")]);
    assert!(absent.contains("cannot read the sweep"), "{absent}");
    for shard in ["4/4", "a/2", "3", "0/0"] {
        let (code, ..) =
            Place::sweep("run", &[&place.text("sweep.toml"), "--out", &place.text("s"), "--shard", shard]);
        assert_eq!(code, 2, "{shard}");
    }
}

#[test]
fn a_factor_that_refuses_a_setting_leaves_a_row_with_the_reason() {
    let sweep =
        "[axes]\n\"momentum.lookback\" = [6, 100000]\ntop = [3, 5]\nfactors = [[\"momentum\", \"heat\"]]\n";
    let place = Place::new(sweep);
    let told = Place::done("run", &[&place.text("sweep.toml"), "--out", &place.text("s"), "--no-ledger"]);
    assert!(told.contains("2 trials without a result"), "{told}");
    let page = fs::read_to_string(place.at("s/report.html")).unwrap();
    assert!(page.contains("momentum"), "the report names what failed");
}
