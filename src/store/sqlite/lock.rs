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

/// The lock of a book: a locked `<book>.lock`, and the locked book itself.
///
/// The operating system gives both up when their holder ends, however it ends, so that a file left behind is no
/// obstacle. The first says who writes under this name, and is there before the book is; in the second all names
/// of one file meet, for the logs of two names would know nothing of each other.
///
/// SQLite's own locks on the book are of another kind, and the two do not meet. But closing a file of the book
/// gives SQLite's up, for the whole process: take this before the first connection, and drop it after the last.
#[derive(Debug)]
pub(super) struct Lock {
    // Dropped first: whoever finds the other lock free finds this one free as well.
    _book: Option<File>,
    name: NameLock,
}

/// A locked `<book>.lock`, which names its holder; removed when it is dropped.
#[derive(Debug)]
struct NameLock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of a book, or says who has it.
    pub(super) fn acquire(book: &Path) -> Result<Self, StoreError> {
        let name = NameLock::acquire(book)?;
        Ok(Self { _book: lock_book(book)?, name })
    }

    /// Whether somebody has the lock of a book; if so, perhaps not any more.
    pub(super) fn is_held(book: &Path) -> bool {
        let held = |file: File| matches!(FileExt::try_lock_shared(&file), Err(TryLockError::WouldBlock));
        File::open(file::beside(book, ".lock")).is_ok_and(held)
    }

    /// Why nothing can be written where the book is, if the system knows.
    pub(super) fn probe(&self) -> io::Result<()> {
        OpenOptions::new().append(true).open(&self.name.path).map(drop)
    }
}

impl NameLock {
    fn acquire(book: &Path) -> Result<Self, StoreError> {
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

    /// Writes down who holds the lock, for whoever comes next.
    fn sign(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{} (process {})", env!("CARGO_PKG_NAME"), std::process::id())
    }
}

impl Drop for NameLock {
    fn drop(&mut self) {
        // A file that cannot be removed is found stale and taken over next time.
        let _ = fs::remove_file(&self.path);
    }
}

/// Locks the book itself, if it is there.
fn lock_book(book: &Path) -> Result<Option<File>, StoreError> {
    let file = match File::open(book) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| file::cannot_write(book, &error))?,
    };
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let holder = "a desk that has it open under another name".to_owned();
            Err(StoreError::InUse { path: book.to_path_buf(), holder })
        }
        Err(TryLockError::Error(error)) => Err(file::cannot_write(book, &error)),
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
