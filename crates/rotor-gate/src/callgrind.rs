//! One program under callgrind, in surroundings that are the same everywhere.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::GateError;

/// A program to be counted, with its arguments.
///
/// It sees an environment of five variables, whatever the caller's is: the size of the environment moves the stack, and with it counts of
/// functions that look at alignment. One thread, one locale; the C library is told to leave out instructions that not every processor has,
/// for its copies and searches take other paths with them.
#[derive(Clone, Debug)]
pub struct Callgrind {
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    part: Option<String>,
}

/// What the C library is not to use, in the spellings of its versions; a name that it does not know it passes over.
const HARDWARE: &str = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX2_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-RTM,-EVEX";

impl Callgrind {
    /// Counts a program from its start to its end.
    #[must_use]
    pub fn new(program: &Path) -> Self {
        Self { program: program.into(), arguments: Vec::new(), variables: Vec::new(), part: None }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Counts only what happens inside functions whose name fits, with `*` for any text.
    #[must_use]
    pub fn inside(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }

    /// Returns where valgrind is.
    ///
    /// # Errors
    ///
    /// If it is not on the path.
    pub fn valgrind() -> Result<PathBuf, GateError> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut places = env::split_paths(&path).map(|folder| folder.join("valgrind"));
        places.find(|place| place.is_file()).ok_or(GateError::NoValgrind)
    }

    /// Runs the program and returns the number of instructions.
    ///
    /// # Errors
    ///
    /// If valgrind is not there, the program fails, or the part that was to be counted is never entered.
    pub fn count(&self) -> Result<u64, GateError> {
        let valgrind = Self::valgrind()?;
        let mut command = Command::new(&valgrind);
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        if let Some(part) = &self.part {
            command.arg(format!("--toggle-collect={part}"));
        }
        command.arg(&self.program).args(&self.arguments);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("RAYON_NUM_THREADS", "1");
        command.env("GLIBC_TUNABLES", HARDWARE).env("HOME", "/");
        let Output { status, stderr, .. } =
            command.output().map_err(|error| GateError::Start { program: valgrind, error })?;
        let said = String::from_utf8_lossy(&stderr);
        if !status.success() {
            return Err(GateError::Failed { what: self.what(), output: said.trim_end().into() });
        }
        let count = collected(&said).ok_or_else(|| GateError::NoCount { what: self.what() })?;
        match &self.part {
            Some(part) if count == 0 => {
                Err(GateError::NeverEntered { what: self.what(), part: part.clone() })
            }
            _ => Ok(count),
        }
    }

    /// The command, for messages.
    fn what(&self) -> String {
        let program = self.program.file_name().unwrap_or_default().display();
        let arguments = self.arguments.iter().fold(String::new(), |all, argument| all + " " + argument);
        format!("`{program}{arguments}`")
    }
}

/// Finds the number in what callgrind says at the end: `==12== Collected : 703056`.
fn collected(said: &str) -> Option<u64> {
    let (_, number) = said.lines().find_map(|line| line.split_once("Collected : "))?;
    number.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_among_what_valgrind_says() {
        let said = "==12== Callgrind\n==12== Events    : Ir\n==12== Collected : 703056\n==12==\n";
        assert_eq!(collected(said), Some(703_056));
        assert_eq!(collected("==12== Collected : many"), None);
        assert_eq!(collected(""), None);
    }

    #[test]
    fn what_was_run_is_said_without_the_place_of_the_program() {
        let run = Callgrind::new(Path::new("/somewhere/gate")).argument("load").inside("*measured*");
        assert_eq!(run.what(), "`gate load`");
    }
}
