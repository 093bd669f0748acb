//! Golden backtests: `rotor golden check` and `rotor accept`.
//!
//! A case is a folder with a `case.toml`, which says what is run, and a `run.txt`, what came out when it was last accepted. Every
//! acceptance is an entry in `ACCEPTED.toml` beside the cases.

pub(crate) mod accept;
mod case;
mod check;
mod ledger;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use case::Case;

use crate::{CliError, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run golden backtests and check them against their accepted results
    ///
    /// Exit code 0 if every result is the accepted one, 1 if not (with the comparison), 2 if a case cannot be run.
    Check(check::Check),
}

/// Where cases are, and what they need beside that.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the cases [default: tests/golden or golden, whichever has cases]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Set a configuration key in every case that is run, such as `my_factor.library=target/release/libmy_factor.so`
    #[arg(long, value_name = "KEY=VALUE", value_parser = crate::run::settings::key_value)]
    set: Vec<(String, String)>,
}

/// Why golden backtests cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GoldenError {
    #[error("there are no golden backtests in {}", place.display())]
    NoCases { place: PathBuf },
    #[error("there is no golden backtest `{name}` in {}", place.display())]
    UnknownCase { name: String, place: PathBuf, known: Vec<String> },
    #[error("cannot read {}: {reason}", path.display())]
    Read { path: PathBuf, reason: String },
    #[error(transparent)]
    Write(rotor_fs::FsError),
    #[error("golden backtest `{case}` needs {}, which is not there yet", path.display())]
    NotMade { case: String, path: PathBuf, made_by: String },
    #[error("`--set {key}`: no golden backtest in {} runs a factor `{factor}`", place.display())]
    UnknownFactor { key: String, factor: String, place: PathBuf, known: Vec<String> },
    #[error("an acceptance needs {what}")]
    Unsigned { what: &'static str },
}

impl GoldenError {
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::NoCases { .. } => {
                Some("make a folder in it with a `case.toml`, or name another place by `--dir`".into())
            }
            Self::UnknownFactor { factor, known, .. } => {
                match rotor_factor::nearest(factor, known.iter().map(String::as_str)) {
                    Some(nearest) => Some(format!("did you mean `{nearest}`?")),
                    None => Some(format!("they run {}", crate::listed(known))),
                }
            }
            Self::UnknownCase { known, .. } => Some(format!("there are {}", crate::listed(known))),
            Self::NotMade { made_by, .. } => Some(format!("`{made_by}` makes it")),
            Self::Unsigned { .. } => Some("say why by `--reason` and who by `--by`, in words".into()),
            Self::Write(error) => error.hint().map(Into::into),
            Self::Read { .. } => None,
        }
    }
}

pub(crate) fn run(command: &Command) -> Result<Outcome, CliError> {
    match command {
        Command::Check(arguments) => check::run(arguments),
    }
}

impl Place {
    /// Returns the folder of the cases and the names of those in it, sorted.
    fn cases(&self) -> Result<(PathBuf, Vec<String>), CliError> {
        let defaults = [Path::new("tests/golden"), Path::new("golden")];
        let given = self.dir.clone();
        let found = given.or_else(|| {
            defaults.iter().find(|place| !names_in(place).is_empty()).map(|place| place.to_path_buf())
        });
        let place = found.unwrap_or_else(|| defaults[0].to_path_buf());
        let names = names_in(&place);
        if names.is_empty() {
            return Err(GoldenError::NoCases { place }.into());
        }
        Ok((place, names))
    }

    /// Refuses settings of a factor that no case runs: they are for other cases than the one at hand, or mistyped.
    fn check_settings(&self, place: &Path, names: &[String]) -> Result<(), CliError> {
        let mut known = Vec::new();
        for name in names {
            known.extend(Case::open(place, name)?.factors()?);
        }
        known.sort_unstable();
        known.dedup();
        let of_factor = self.set.iter().filter_map(|(key, _)| Some((key, key.split_once('.')?.0)));
        for (key, factor) in of_factor {
            if known.iter().all(|known| known != factor) {
                let (key, factor, place) = (key.clone(), factor.to_owned(), place.to_owned());
                return Err(GoldenError::UnknownFactor { key, factor, place, known }.into());
            }
        }
        Ok(())
    }
}

fn names_in(place: &Path) -> Vec<String> {
    let entries = place.read_dir().into_iter().flatten().flatten();
    let cases = entries.filter(|entry| entry.path().join(case::FILE).is_file());
    let mut names: Vec<String> =
        cases.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
