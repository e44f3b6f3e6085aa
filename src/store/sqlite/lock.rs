//! The promise that one process writes a book.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};

use super::file::{self, Identity};
use crate::domain::printable;
use crate::store::StoreError;

/// Longest description of a holder that is repeated, in bytes.
const HOLDER_BYTES_MAX: u64 = 200;

/// How often a lock file may vanish under our hands before that counts as an error.
const ATTEMPTS_MAX: usize = 100;

/// A locked `<book>.lock`, which names its holder; removed when it is dropped.
///
/// The operating system gives the lock up when its holder ends, however it ends, so that a file left
/// behind is no obstacle. The book itself is not locked: SQLite has its own locks on it.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of a book, or says who has it.
    pub(super) fn acquire(book: &Path) -> Result<Self, StoreError> {
        let path = file::beside(book, ".lock");
        for _ in 0..ATTEMPTS_MAX {
            let mut file = open(&path).map_err(|error| file::cannot_write(&path, &error))?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::InUse { path: book.to_path_buf(), holder: holder(&mut file) });
                }
                Err(TryLockError::Error(error)) => return Err(file::cannot_write(&path, &error)),
            }
            // The holder before us may have removed the file between our two steps; what we locked then is
            // a file that nobody else would find.
            if Identity::of_file(&file).ok() == Identity::of(&path).ok() {
                let mut lock = Self { path, file };
                lock.sign().map_err(|error| file::cannot_write(&lock.path, &error))?;
                return Ok(lock);
            }
        }
        Err(StoreError::Failing { detail: format!("{} keeps vanishing", path.display()) })
    }

    /// Whether somebody has the lock of a book; if so, perhaps not any more.
    pub(super) fn is_held(book: &Path) -> bool {
        let held = |file: File| matches!(FileExt::try_lock_shared(&file), Err(TryLockError::WouldBlock));
        File::open(file::beside(book, ".lock")).is_ok_and(held)
    }

    /// Why nothing can be written where the book is, if the system knows.
    pub(super) fn probe(&self) -> io::Result<()> {
        OpenOptions::new().append(true).open(&self.path).map(drop)
    }

    /// Writes down who holds the lock, for whoever comes next.
    fn sign(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{} (process {})", env!("CARGO_PKG_NAME"), std::process::id())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A file that cannot be removed is found stale and taken over next time.
        let _ = fs::remove_file(&self.path);
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    file::private(&mut options);
    options.open(path)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(HOLDER_BYTES_MAX).read_to_string(&mut text);
    match read {
        Ok(_) if !text.trim().is_empty() => printable(text.trim()),
        _ => "another program".to_owned(),
    }
}
