//! The ledger of trials: a file to which every backtest adds a line, so that the best of many is known as such.
//!
//! Lines are added under a lock that ends with its process, each by one write, and are on the disk before they count as
//! written. What a killed writer left of a line is removed by the next one; a line that somebody has damaged stays and is
//! reported. Order is that of the lines: the clock decides nothing.
//!
//! A ledger may have a hundred thousand lines and more. Whoever lists them reads them whole; counting reads beginnings and ends,
//! and adding looks at the first and the last line.

mod hash;
mod line;
mod tally;
mod trial;

use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::slice;

use rotor_fs::{FsError, LockedFile, shown_path};

pub use hash::strategy_hash;
pub use tally::Tally;
pub use trial::{DamagedLine, Headline, History, Trial, TrialData, utc};

use line::{BEGINNING, end_in_tail};

/// A ledger of trials, by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    path: PathBuf,
}

/// Why a ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file cannot be read, written or locked.
    #[error("the ledger of trials cannot be used: {0}")]
    File(FsError),
    /// The file is something else, and no line is added to it.
    #[error("`{}` is not a ledger of trials", shown_path(path))]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

impl LedgerError {
    /// Returns how to mend the error.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File(FsError::Busy { .. }) => {
                "end the process that holds it, or name another file by `--ledger FILE`"
            }
            Self::File(FsError::Write { source, .. })
                if matches!(
                    source.kind(),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
                ) =>
            {
                "free some space, or name a file on another disk by `--ledger FILE`"
            }
            Self::File(_) => "name a file in a place that you may write to by `--ledger FILE`",
            Self::Foreign { .. } => "name another file by `--ledger FILE`",
        }
    }
}

impl From<FsError> for LedgerError {
    fn from(error: FsError) -> Self {
        match error {
            FsError::NotAFile { path } => Self::Foreign { path },
            error => Self::File(error),
        }
    }
}

impl Ledger {
    /// The ledger at a place, where there need not be a file yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Returns the place.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads every trial. A ledger that does not exist yet has none.
    ///
    /// # Errors
    ///
    /// If the file is something else than a ledger, the system refuses, or somebody keeps it locked.
    pub fn read(&self) -> Result<History, LedgerError> {
        let Some(mut file) = LockedFile::open_to_read(&self.path)? else { return Ok(History::default()) };
        let bytes = file.read_to_end()?;
        self.expect_ledger(&mut file)?;
        Ok(History::of(&bytes))
    }

    /// Counts the configurations that were tried on the dataset with this hash ([`TrialData::line`]), these ones included, whether
    /// they were or will be.
    ///
    /// Of a line that begins and ends as we write them, what stands behind the configuration is not looked at. One that somebody
    /// has damaged there counts, and only [`Ledger::read`] reports it; all other damaged lines are reported here as well.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::read`].
    pub fn count<'c>(
        &self,
        line: &'c str,
        configs: impl IntoIterator<Item = &'c str>,
    ) -> Result<Tally, LedgerError> {
        let mut counter = tally::Counter::new(line, configs);
        if let Some(mut file) = LockedFile::open_to_read(&self.path)? {
            self.expect_ledger(&mut file)?;
            let (end, _) = end_of_lines(&file)?;
            file.each_line(end, |line| -> ControlFlow<()> {
                counter.add(line);
                ControlFlow::Continue(())
            })?;
        }
        Ok(counter.finish())
    }

    /// Adds a trial. When this returns without an error, the line is on the disk, and no end of this or another process can
    /// lose it.
    ///
    /// Folders above the file are made. If the disk refuses, the ledger is as it was.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::read`].
    pub fn append(&self, trial: &Trial) -> Result<(), LedgerError> {
        self.append_all(slice::from_ref(trial))
    }

    /// Adds trials under one lock and by one write, all of them or none: what a killed writer left of them does not count, and the
    /// next one removes it. Of no trials nothing is made.
    ///
    /// For the rest as [`Ledger::append`].
    ///
    /// # Errors
    ///
    /// As for [`Ledger::read`].
    pub fn append_all(&self, trials: &[Trial]) -> Result<(), LedgerError> {
        if trials.is_empty() {
            return Ok(());
        }
        // Others wait for as long as the file is locked.
        let mut lines = Trial::to_lines(trials);
        let mut file = LockedFile::open_to_append(&self.path)?;
        self.expect_ledger(&mut file)?;
        let (end, is_open) = end_of_lines(&file)?;
        if is_open {
            lines.insert(0, '\n');
        }
        Ok(file.append(end, lines.as_bytes())?)
    }

    /// The file is to be a ledger or empty: to have a line that begins as ours do, mostly its first.
    fn expect_ledger(&self, file: &mut LockedFile) -> Result<(), LedgerError> {
        let n_bytes = file.n_bytes()?;
        let mut is_empty = true;
        let found = file.each_line(n_bytes, |line| {
            is_empty &= line.trim_ascii().is_empty();
            if line.starts_with(BEGINNING) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let is_begun = || {
            Ok::<bool, FsError>(
                BEGINNING.starts_with(&file.read_at(0, BEGINNING.len().min(n_bytes as usize))?),
            )
        };
        if found.is_some() || is_empty || is_begun()? {
            Ok(())
        } else {
            Err(LedgerError::Foreign { path: self.path.clone() })
        }
    }
}

/// Returns where the lines of a file end that are to stay, and whether the last of them has no line feed.
fn end_of_lines(file: &LockedFile) -> Result<(u64, bool), FsError> {
    let n_bytes = file.n_bytes()?;
    // As a rule one line is enough.
    let mut n_tail = n_bytes.min(1 << 13);
    loop {
        let start = n_bytes - n_tail;
        if let Some((end, is_open)) = end_in_tail(&file.read_at(start, n_tail as usize)?, start == 0) {
            return Ok((start + end as u64, is_open));
        }
        n_tail = n_bytes.min(4 * n_tail);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::trial::tests::trial;
    use super::*;

    /// A ledger in which this stands, and the folder of it.
    fn ledger(text: impl AsRef<[u8]>) -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        fs::write(&path, text).unwrap();
        (folder, Ledger::at(path))
    }

    fn text_of(ledger: &Ledger) -> String {
        fs::read_to_string(ledger.path()).unwrap()
    }

    #[test]
    fn a_ledger_begins_with_its_first_trial() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(folder.path().join("a/b/trials.jsonl"));
        assert_eq!(ledger.read().unwrap(), History::default());
        assert!(!folder.path().join("a").exists(), "reading makes nothing");
        for number in 0..3 {
            ledger.append(&trial(number)).unwrap();
        }
        let history = ledger.read().unwrap();
        assert_eq!(history.trials, [trial(0), trial(1), trial(2)]);
        assert_eq!(history.damaged, []);
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_and_a_whole_line_is_completed() {
        let (first, second) = (trial(1).to_line(), trial(2).to_line());
        for length in 1..second.len() {
            let (_folder, ledger) = ledger([first.as_bytes(), &second.as_bytes()[..length]].concat());
            let is_whole = length == second.len() - 1;
            let found = if is_whole { vec![trial(1), trial(2)] } else { vec![trial(1)] };
            assert_eq!(ledger.read().unwrap(), History { trials: found.clone(), damaged: Vec::new() });
            ledger.append(&trial(3)).unwrap();
            let expected: String = found.iter().chain([&trial(3)]).map(Trial::to_line).collect();
            assert_eq!(text_of(&ledger), expected);
        }
        // A ledger that was never more than a beginning.
        let (_folder, ledger) = ledger("{\"for");
        ledger.append(&trial(1)).unwrap();
        assert_eq!(text_of(&ledger), first);
    }

    #[test]
    fn trials_that_are_added_together_stand_there_together() {
        let before = trial(1).to_line();
        let together: Vec<Trial> = (2..6).map(trial).collect();
        let lines = Trial::to_lines(&together);
        for length in 0..=lines.len() {
            let (_folder, ledger) = ledger([before.as_bytes(), &lines.as_bytes()[..length]].concat());
            let is_whole = length + 1 >= lines.len();
            let mut expected = vec![trial(1)];
            expected.extend(together.iter().filter(|_| is_whole).cloned());
            assert_eq!(ledger.read().unwrap(), History { trials: expected.clone(), damaged: Vec::new() });
            let n_trials = expected.len() as u64;
            let tally = ledger.count(trial(1).dataset.line(), [trial(1).config.as_str()]).unwrap();
            assert_eq!(tally, Tally { n_trials, damaged: Vec::new() });
            ledger.append_all(&together).unwrap();
            expected.extend(together.iter().cloned());
            let kept = if is_whole { lines.as_str() } else { "" };
            assert_eq!(text_of(&ledger), format!("{before}{kept}{lines}"));
            assert_eq!(ledger.read().unwrap().trials, expected);
        }
        // More lines than are looked at first, of which the last is missing.
        let many: Vec<Trial> = (0..500).map(trial).collect();
        let lines = Trial::to_lines(&many);
        let (_folder, ledger) = ledger(format!("{before}{}", &lines[..lines.len() - 2]));
        ledger.append_all(&[]).unwrap();
        assert_eq!(ledger.read().unwrap().trials, [trial(1)]);
        ledger.append(&trial(2)).unwrap();
        assert_eq!(text_of(&ledger), before + &trial(2).to_line());
    }

    #[test]
    fn damaged_lines_are_reported_and_stay() {
        let (first, second) = (trial(1).to_line(), trial(2).to_line());
        let short = second.replace(&trial(2).config, "beef");
        let newer = second.replacen("\"format\":1", "\"format\":2", 1);
        let text = format!("{first}\n{{\"format\":1}}\nmy note\n{short}{newer}{second}what next");
        let (_folder, ledger) = ledger(&text);
        let history = ledger.read().unwrap();
        assert_eq!(history.trials, [trial(1), trial(2)]);
        let said: Vec<String> = history.damaged.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 5, "{said:?}");
        assert!(said[0].starts_with("line 3: missing field `when`"), "{said:?}");
        assert!(said[1].starts_with("line 4: expected value"), "{said:?}");
        assert_eq!(said[2], "line 5: `config` is not a SHA-256");
        assert_eq!(said[3], "line 6: its format is 2, and 1 is known here");
        assert!(said[4].starts_with("line 8: expected value"), "{said:?}");
        let tally = ledger.count(trial(1).dataset.line(), [trial(9).config.as_str()]).unwrap();
        assert_eq!(tally, Tally { n_trials: 3, damaged: history.damaged });
        ledger.append(&trial(3)).unwrap();
        assert_eq!(text_of(&ledger), format!("{text}\n{}", trial(3).to_line()));
    }

    #[test]
    fn what_is_no_ledger_is_left_alone() {
        for text in ["top = 5\n", "{\n  \"format\": 1\n}\n", "{\"config\":"] {
            let (_folder, ledger) = ledger(text);
            let counted = ledger.count("", []);
            for error in
                [ledger.read().unwrap_err(), ledger.append(&trial(1)).unwrap_err(), counted.unwrap_err()]
            {
                assert!(matches!(error, LedgerError::Foreign { .. }), "{error}");
            }
            assert_eq!(text_of(&ledger), text);
        }
        let (folder, ledger) = ledger("");
        for place in [folder.path(), Path::new("/dev/null")] {
            let error = Ledger::at(place).append(&trial(1)).unwrap_err();
            assert!(matches!(error, LedgerError::Foreign { .. }), "{error}");
        }
        let error = Ledger::at(ledger.path().join("below")).append(&trial(1)).unwrap_err();
        assert!(matches!(error, LedgerError::File(_)), "{error}");
    }

    #[test]
    fn a_file_that_is_removed_or_replaced_loses_no_line() {
        let (folder, ledger) = ledger("");
        ledger.append(&trial(1)).unwrap();
        fs::rename(ledger.path(), folder.path().join("old")).unwrap();
        ledger.append(&trial(2)).unwrap();
        assert_eq!(ledger.read().unwrap().trials, [trial(2)]);
        assert_eq!(Ledger::at(folder.path().join("old")).read().unwrap().trials, [trial(1)]);
    }
}
