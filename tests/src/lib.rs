//! Helpers shared by the tests of this package.

pub mod browser;
pub mod cases;
pub mod disks;
pub mod messy;
pub mod page;
pub mod plugins;
pub mod runs;
pub mod slow;
pub mod soak;
pub mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

/// A manifest of daily closes from 2020 to 2022 that nothing is wrong with.
pub const MANIFEST: &str = r#"format = 1
name = "test"
title = "A dataset of a test"
synthetic = true
taxonomy = "sw2021"
currency = "CNY"
price_frequency = "D"
first = "2020-01-01"
last = "2022-12-31"
licence = "CC0-1.0"
source = "a test"
"#;

/// The factors of the method.
pub const FOUR_FACTORS: [&rotor_factor::ExportedFactor; 4] =
    [&factor_profit::FACTOR, &factor_price::FACTOR, &factor_prosperity::FACTOR, &factor_heat::FACTOR];

/// The factors that a run has to ask for.
pub const OPT_IN_FACTORS: &[&rotor_factor::ExportedFactor] = &[
    &factor_valuation::FACTOR,
    &factor_flow::FACTOR,
    &factor_rolling_profit::FACTOR,
    &factor_breadth::FACTOR,
    &factor_comparable::FACTOR,
    &factor_insider::FACTOR,
];

/// A dataset folder that a test writes by hand; removed when dropped.
#[derive(Debug)]
pub struct Folder {
    directory: TempDir,
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Folder {
    /// Makes a folder with [`MANIFEST`] and no tables.
    ///
    /// # Panics
    ///
    /// If the disk refuses, as every function here.
    #[must_use]
    pub fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }.with(rotor_data::Manifest::FILE, MANIFEST)
    }

    /// Makes a small dataset of two sectors, an industry, a benchmark and a market that nothing is wrong with.
    #[must_use]
    pub fn small() -> Self {
        Self::new()
            .with(
                "entities.csv",
                "entity,kind,name,name_zh,group,valid_from,valid_to\n\
                 801040,sector,Steel,钢铁,upstream,,\n\
                 801080,sector,Electronics,电子,midstream,2020-01-01,2022-12-30\n\
                 C31,industry,Smelting of ferrous metals,,,,\n\
                 000300,benchmark,CSI 300,沪深300,,,\n\
                 CN,market,China,中国,,,\n",
            )
            .with(
                "prices.csv",
                "entity,date,close\n\
                 801040,2020-01-02,1000.5\n801040,2020-01-03,1001.25\n801040,2020-02-03,990\n\
                 801080,2020-01-02,2000\n801080,2020-01-03,2010.75\n801080,2020-02-03,2100\n\
                 000300,2020-01-02,4000\n000300,2020-01-03,4010\n000300,2020-02-03,3900\n",
            )
            .with(
                "series.csv",
                "series,frequency,unit,title,title_zh,source\n\
                 cpi_yoy,M,percent,Consumer prices,,\n\
                 gross_margin,Q,percent,Gross margin,,\n\
                 profit_ytd,M,cny_100m,Industrial profits,,\n\
                 rebar_futures,D,cny_per_tonne,Rebar futures,,\n",
            )
            .with(
                "observations.csv",
                "series,entity,period,released,value\n\
                 cpi_yoy,CN,2020-01-31,2020-02-10,5.4\n\
                 cpi_yoy,CN,2020-01-31,2020-03-10,5.3\n\
                 gross_margin,801040,2020-03-31,2020-04-30,12.34\n\
                 profit_ytd,C31,2020-02-29,2020-03-27,-12.5\n\
                 rebar_futures,CN,2020-01-02,2020-01-02,3700\n",
            )
            .with("bridge.csv", "sector,industry,weight,released\n801040,C31,0.956,2020-04-30\n")
            .with("links.csv", "sector,series,polarity,weight\n801040,rebar_futures,1,1\n")
            .with(
                "events.csv",
                "date,title,importance,sectors\n2020-01-10,\"Prices, released\",2,801040;801080\n",
            )
    }

    /// Writes (or overwrites) a file of the folder.
    ///
    /// # Panics
    ///
    /// If the disk refuses.
    #[must_use]
    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path().join(name), content).unwrap();
        self
    }

    /// Replaces the one place where `from` stands in a text file of the folder.
    ///
    /// # Panics
    ///
    /// If it stands nowhere or twice.
    #[must_use]
    pub fn replacing(self, name: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.path().join(name)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` is to stand once in {name}");
        self.with(name, text.replace(from, to))
    }

    /// Removes a file of the folder.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    #[must_use]
    pub fn without(self, name: &str) -> Self {
        fs::remove_file(self.path().join(name)).unwrap();
        self
    }

    /// Returns where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Returns the files of a folder, by name, with what is in them.
///
/// # Panics
///
/// If one of them cannot be read.
#[must_use]
pub fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Returns the root of the workspace.
///
/// # Panics
///
/// Never: the package lies in the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace")
}

/// Returns the demo dataset.
#[must_use]
pub fn demo() -> PathBuf {
    workspace().join("datasets/demo")
}

/// Returns the folder of real data, or says on standard error that a test is skipped without it.
///
/// The data may not be redistributed, so they are not part of the project.
#[must_use]
pub fn real_data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ROTOR_REAL_DATA")
        .map_or_else(|| workspace().join("../shared/real/a-share"), PathBuf::from);
    if folder.join(rotor_data::Manifest::FILE).is_file() {
        return Some(folder);
    }
    eprintln!("skipped: {test} needs real data; set ROTOR_REAL_DATA to a dataset folder");
    None
}

/// Returns the command `rotor`, built in the profile of the tests, without a ledger of trials: no test writes into a home folder.
///
/// # Panics
///
/// If it does not build.
#[must_use]
pub fn rotor() -> Command {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
        let mut build = Command::new(env!("CARGO"));
        // The same selection as `cargo test --workspace`: another one would unify features otherwise and build the
        // dependencies a second time.
        build.args(["build", "--quiet", "--workspace", "--bins", "--tests", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build.current_dir(workspace()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let executables =
            messages.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
        let rotor = executables.map(PathBuf::from).find(|path| path.ends_with("rotor"));
        rotor.expect("cargo names the executable")
    });
    let mut command = Command::new(&*BINARY);
    command.env("ROTOR_LEDGER", "off");
    command
}

/// Runs `rotor` and returns its exit code, standard output and standard error.
///
/// # Panics
///
/// If it was ended by a signal or wrote something that is not UTF-8.
#[must_use]
pub fn run_rotor(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = rotor().args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().expect("it ended by itself"), text(stdout), text(stderr))
}

/// Compares with a file under `tests/golden`; with `ROTOR_BLESS=1` writes it instead, for a person to read.
///
/// # Panics
///
/// If they differ, with the first line that does.
#[track_caller]
pub fn assert_golden(case: &str, found: &str) {
    let path = workspace().join("tests/golden").join(case);
    if std::env::var_os("ROTOR_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let changed = expected.lines().zip(found.lines()).position(|(expected, found)| expected != found);
    assert!(
        expected == found,
        "{} differs, first in line {}; if the change is meant, run the tests with ROTOR_BLESS=1 and read the diff\n{found}",
        path.display(),
        changed.unwrap_or(0) + 1,
    );
}
