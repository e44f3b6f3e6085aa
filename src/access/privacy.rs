//! Whether others on the machine can read a book.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::store::COMPANIONS;

/// Rights of the group and of everybody else.
const OTHERS: u32 = 0o077;

/// A file of a book that others on the machine can read or write; its `Display` is a sentence for whoever
/// keeps the book.
///
/// Nothing is changed about it: somebody may share a book with a group on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    /// The file.
    pub path: PathBuf,
    /// Its rights, the lowest nine bits.
    pub mode: u32,
}

/// The files of the book at `book` that others than their owner can read or write.
///
/// A file that is not there, that cannot be looked at, or that is no regular one, is not named.
pub fn exposed(book: &Path) -> Vec<Exposed> {
    // What belongs to a book lies beside its file, not beside a link to it.
    let book = fs::canonicalize(book).unwrap_or_else(|_| book.to_owned());
    let beside = |suffix: &str| {
        let mut path = OsString::from(&book);
        path.push(suffix);
        PathBuf::from(path)
    };
    let look = |path: PathBuf| {
        // The rights of a folder or a device are not those of a book.
        let file = fs::metadata(&path).ok().filter(Metadata::is_file)?;
        let mode = file.permissions().mode() & 0o777;
        (mode & OTHERS != 0).then_some(Exposed { path, mode })
    };
    let endings = [""].into_iter().chain(COMPANIONS);
    endings.filter_map(|ending| look(beside(ending))).collect()
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, mode } = self;
        let path = path.display();
        write!(f, "{path} can be read or written by others than its owner (mode {mode:03o}); ")?;
        write!(f, "if nobody is meant to, run: chmod 600 {path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_no_book_that_others_could_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(exposed(folder.path()), []);
        assert_eq!(exposed(Path::new("/dev/null")), []);
    }

    #[test]
    fn every_file_that_others_can_read_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("desk.db");
        assert_eq!(exposed(&book), []);
        for (name, mode) in [
            ("desk.db", 0o640),
            ("desk.db-wal", 0o600),
            ("desk.db-shm", 0o602),
            ("other", 0o644),
            ("desk.db-journal", 0o604),
        ] {
            fs::write(folder.path().join(name), "").unwrap();
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let found = exposed(&book);
        assert_eq!(found.iter().map(|one| one.mode).collect::<Vec<_>>(), [0o640, 0o602, 0o604]);
        let path = book.display();
        let expected = format!(
            "{path} can be read or written by others than its owner (mode 640); if nobody is meant to, run: chmod 600 {path}"
        );
        assert_eq!(found[0].to_string(), expected);
    }
}
