//! `rotor index`: one page over a folder of runs, sweeps and saved notes.

use std::path::PathBuf;

use clap::Args;
use rotor::{index, index_page};
use rotor_fs::{FsError, read_regular, shown_path};
use rotor_report::page::html;

use crate::run::language::Language;
use crate::{CliError, Outcome, file_destination};

/// The page in the folder.
const PAGE: &str = "index.html";
/// The last line of the page, by which it is known as ours and replaced.
const MARK: &str = "<!-- written by rotor index -->\n";
/// No page that we wrote is longer.
const LONGEST: u64 = 1 << 30;

#[derive(Debug, Args)]
pub(crate) struct IndexCommand {
    /// The folder with runs and saved notes in it, also in folders below
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Replace an `index.html` that is something else
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &IndexCommand) -> Result<Outcome, CliError> {
    let folder = rotor_fs::from_start(&arguments.folder);
    let path = folder.join(PAGE);
    let is_ours = read_regular(&path, LONGEST).is_ok_and(|bytes| bytes.ends_with(MARK.as_bytes()));
    let destination = file_destination(&path, arguments.force || is_ours)?;
    let found = index(&folder).map_err(|source| FsError::Read { path: arguments.folder.clone(), source })?;
    let page = html(&index_page(&found, arguments.lang.into())) + "\n" + MARK;
    destination.write(page.as_bytes())?;
    let count = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let mut contents = vec![count(found.runs.len(), "run"), count(found.notes.len(), "note")];
    if !found.sweeps.is_empty() {
        contents.push(count(found.sweeps.len(), "sweep"));
    }
    match found.weeklies.len() {
        0 => {}
        1 => contents.push("1 weekly".into()),
        n => contents.push(format!("{n} weeklies")),
    }
    let mut text =
        format!("{} is written: {}\n", shown_path(&arguments.folder.join(PAGE)), contents.join(", "));
    for unread in &found.unread {
        text += &rotor_fs::shown_lines(&format!("not read: {}: {}\n", unread.place, unread.reason));
    }
    Ok(Outcome::done(text))
}
