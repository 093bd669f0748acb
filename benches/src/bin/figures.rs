//! Puts figures into `docs/src/performance.md`, between the comments that ask for them: medians of a saved baseline of criterion, and the
//! accepted counts of instructions.
//!
//! ```sh
//! cargo bench -p rotor-benches -- --save-baseline docs
//! cargo run -p rotor-benches --bin figures
//! ```
//!
//! Seconds are those of the machine and the hour in which the baseline was saved. A test holds the counts against `benches/instructions.toml`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rotor_gate::Baseline;
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The name under which criterion keeps the figures of the page.
const SAVED: &str = "docs";

/// One benchmark of a saved baseline; times in nanoseconds.
struct Measured {
    group: String,
    name: String,
    median: f64,
    interval: [f64; 2],
    /// Elements that one iteration goes through.
    n_elements: Option<f64>,
}

fn main() -> ExitCode {
    let root = Path::new(ROOT);
    let page = root.join("docs/src/performance.md");
    let text = fs::read_to_string(&page).expect("the page is there");
    let baseline = match Baseline::read(&root.join("benches/instructions.toml")) {
        Ok(baseline) => baseline,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut measured = saved(&target.join("criterion"));
    measured.sort_by(|a, b| a.median.total_cmp(&b.median));
    let mut without = Vec::new();
    let filled = filled(&text, |asked| match asked.strip_prefix("criterion: ") {
        None => Some(instructions(&baseline)),
        Some(group) => {
            let table = times(&measured, group);
            without.extend(table.is_none().then(|| group.to_owned()));
            table
        }
    });
    fs::write(&page, filled).expect("the page can be written");
    for group in &without {
        eprintln!("left as it is: no saved baseline `{SAVED}` of `{group}`");
    }
    ExitCode::SUCCESS
}

/// Replaces what stands between `<!-- asked -->` and `<!-- end -->`, where there is something to put there.
fn filled(text: &str, mut table: impl FnMut(&str) -> Option<String>) -> String {
    const END: &str = "<!-- end -->";
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- ") {
        let (asked, after) = after.split_once(" -->\n").expect("a comment ends on its line");
        let (old, after) = after.split_once(END).expect("a block ends");
        let new = table(asked).unwrap_or_else(|| old.to_owned());
        write!(filled, "{before}<!-- {asked} -->\n{new}{END}").expect("writing to a string does not fail");
        rest = after;
    }
    filled + rest
}

fn instructions(baseline: &Baseline) -> String {
    let mut table = String::from("| workload | instructions |\n|---|---|\n");
    for (name, count) in &baseline.counts {
        writeln!(table, "| `{name}` | {} |", in_millions(*count)).expect("writing to a string does not fail");
    }
    table
}

/// `1.65 million`: three digits.
fn in_millions(count: u64) -> String {
    let millions = count as f64 / 1e6;
    let decimals = match millions {
        millions if millions >= 100.0 => 0,
        millions if millions >= 10.0 => 1,
        _ => 2,
    };
    format!("{millions:.decimals$} million")
}

/// The table of a group, or nothing if none of it has been measured.
fn times(measured: &[Measured], group: &str) -> Option<String> {
    let of_group: Vec<&Measured> = measured.iter().filter(|one| one.group == group).collect();
    let fastest = of_group.first()?.median;
    let has_rate = of_group.iter().any(|one| one.n_elements.is_some());
    let mut table = String::from("| | median | 95% interval | ratio |");
    table += if has_rate { " elements a second |\n|---|---|---|---|---|\n" } else { "\n|---|---|---|---|\n" };
    for one in of_group {
        let [low, high] = one.interval.map(duration);
        let (median, ratio) = (duration(one.median), one.median / fastest);
        write!(table, "| {} | {median} | {low} to {high} | {ratio:.1} |", one.name)
            .expect("writing to a string does not fail");
        if has_rate {
            let rate = one.n_elements.map(|n| format!("{:.2} million", n / one.median * 1e3));
            write!(table, " {} |", rate.unwrap_or_default()).expect("writing to a string does not fail");
        }
        table.push('\n');
    }
    Some(table)
}

/// Nanoseconds with the unit that suits them.
fn duration(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.decimals$} {unit}")
}

/// Reads what criterion has saved, wherever it lies below its folder.
fn saved(folder: &Path) -> Vec<Measured> {
    let mut found = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
        if entry.file_name() == SAVED {
            found.extend(one(&entry.path()));
        } else {
            found.extend(saved(&entry.path()));
        }
    }
    found
}

fn one(folder: &Path) -> Option<Measured> {
    let json = |name: &str| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(folder.join(name)).ok()?).ok()
    };
    let (about, estimates) = (json("benchmark.json")?, json("estimates.json")?);
    let median = &estimates["median"];
    let bound = |key: &str| median["confidence_interval"][key].as_f64();
    let name = about["function_id"].as_str().or_else(|| about["value_str"].as_str())?;
    Some(Measured {
        group: about["group_id"].as_str()?.into(),
        name: name.into(),
        median: median["point_estimate"].as_f64()?,
        interval: [bound("lower_bound")?, bound("upper_bound")?],
        n_elements: about["throughput"]["Elements"].as_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_accepted_counts() {
        let page = fs::read_to_string(Path::new(ROOT).join("docs/src/performance.md")).unwrap();
        let baseline = Baseline::read(&Path::new(ROOT).join("benches/instructions.toml")).unwrap();
        let mut n_tables = 0;
        let with_counts = filled(&page, |asked| {
            (asked == "instructions").then(|| {
                n_tables += 1;
                instructions(&baseline)
            })
        });
        assert_eq!(n_tables, 1);
        assert!(page == with_counts, "run `cargo run -p rotor-benches --bin figures`");
    }

    #[test]
    fn a_block_is_replaced_and_the_rest_stays() {
        let text = "a\n<!-- x -->\nold\n<!-- end -->\nb <!-- y -->\nkept\n<!-- end -->";
        let new = filled(text, |asked| (asked == "x").then(|| "new\n".to_owned()));
        assert_eq!(new, text.replace("old", "new"));
    }

    #[test]
    fn what_criterion_has_saved_becomes_a_table() {
        let folder = tempfile::tempdir().unwrap();
        for (name, median) in [("slow", 2.5e6), ("fast", 1e6)] {
            let place = folder.path().join("group").join(name).join(SAVED);
            fs::create_dir_all(&place).unwrap();
            let about = format!(
                r#"{{"group_id": "a group", "function_id": "{name}", "throughput": {{"Elements": 1000}}}}"#
            );
            let estimates = format!(
                r#"{{"median": {{"confidence_interval": {{"lower_bound": 1e6, "upper_bound": 3e6}}, "point_estimate": {median}}}}}"#
            );
            fs::write(place.join("benchmark.json"), about).unwrap();
            fs::write(place.join("estimates.json"), estimates).unwrap();
        }
        let mut measured = saved(folder.path());
        measured.sort_by(|a, b| a.median.total_cmp(&b.median));
        let expected = "\
            | | median | 95% interval | ratio | elements a second |\n|---|---|---|---|---|\n\
            | fast | 1.00 ms | 1.00 ms to 3.00 ms | 1.0 | 1.00 million |\n\
            | slow | 2.50 ms | 1.00 ms to 3.00 ms | 2.5 | 0.40 million |\n";
        assert_eq!(times(&measured, "a group").as_deref(), Some(expected));
        assert!(times(&measured, "another").is_none());
    }
}
