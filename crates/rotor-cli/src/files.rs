//! Folders of files beside a page: every table and every figure by itself.

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use rotor_export::Assets;
use rotor_fs::{FsError, NewFolder, from_start};

use crate::CliError;

/// The page in the folder, by which a folder of files is known as one.
const PAGE: &str = "page.md";

/// Where a folder of files goes. It is checked before the work that fills it.
#[derive(Debug)]
pub(crate) struct AssetsDestination {
    path: PathBuf,
    folder: NewFolder,
}

impl AssetsDestination {
    /// Takes a path at which there must be nothing, or, if it is forced, nothing but such a folder.
    pub(crate) fn new(path: &Path, is_forced: bool) -> Result<Self, FsError> {
        let folder = if is_forced { NewFolder::replacing(path, PAGE) } else { NewFolder::create(path) }?;
        Ok(Self { path: path.to_owned(), folder })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the files, and the page that refers to them.
    pub(crate) fn write(self, assets: &Assets<'_>) -> Result<PathBuf, CliError> {
        for (name, bytes) in &assets.files {
            self.folder.write_file(name, |file| file.write_all(bytes))?;
        }
        self.folder.write_file(PAGE, |file| file.write_all(assets.markdown("").as_bytes()))?;
        Ok(self.folder.finish()?)
    }
}

/// The way from the folder of a file to another folder, as a link writes it: with a slash at its end, or nothing if it is the same.
pub(crate) fn relative_folder(from: &Path, to: &Path) -> String {
    let plain = |path: &Path| {
        let mut parts: Vec<String> = Vec::new();
        // An empty path is the folder that the program was started in.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        for part in std::path::absolute(from_start(path)).unwrap_or_else(|_| path.into()).components() {
            match part {
                Component::ParentDir => drop(parts.pop()),
                Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        parts
    };
    let (from, to) = (plain(from), plain(to));
    let n_shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[n_shared..].iter().map(|_| "..");
    let down = to[n_shared..].iter().map(String::as_str);
    up.chain(down).flat_map(|part| [part, "/"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders_are_relative() {
        let way = |from: &str, to: &str| relative_folder(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b/c"), "c/");
        assert_eq!(way("/a/b", "/a/c d/e"), "../c d/e/");
        assert_eq!(way("/a/x/../b", "/a/b"), "");
        assert_eq!(way("", "files"), "files/");
    }
}
