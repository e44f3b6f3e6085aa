//! The book as a file: what stands at its path before SQLite touches it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{schema, wal};
use crate::store::StoreError;

/// Size of the header that every SQLite file begins with, in bytes.
const HEADER_BYTES: usize = 100;
/// How every SQLite file begins.
const BEGINNING: &[u8; 16] = b"SQLite format 3\0";
/// How every rollback journal of SQLite begins.
const JOURNAL_BEGINNING: &[u8; 8] = &[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// The file that `path` leads to now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&fs::metadata(path)?))
    }

    /// An open file.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        Ok(Self::from(&file.metadata()?))
    }

    /// Fails if `path` leads to another file by now, or to none: what is written would be lost.
    fn check(self, path: &Path) -> Result<(), StoreError> {
        let what = match Self::of(path) {
            Ok(now) if now == self => return Ok(()),
            Ok(_) => "another file took its place",
            Err(error) if error.kind() == io::ErrorKind::NotFound => "it was moved or deleted",
            Err(_) => "its folder cannot be read",
        };
        let detail = format!("{}: {what} while the desk was open; put it back", path.display());
        Err(StoreError::Failing { detail })
    }
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// A book that is open, with the log beside it and the log's index, as the desk left them.
///
/// Dropped after the last connection: closing the book gives up the locks that SQLite has on it.
#[derive(Debug)]
pub(super) struct Files {
    book: (PathBuf, Identity),
    book_file: File,
    content: Content,
    log: [(PathBuf, Identity); 2],
    log_file: File,
    log_bytes: u64,
}

/// What tells one content of a book from another without reading it.
///
/// Changes go into the log; the book itself is written only when the desk moves them there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Content {
    bytes: u64,
    /// None on a system that does not know.
    written: Option<SystemTime>,
}

impl Content {
    fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| Self { bytes: metadata.len(), written: metadata.modified().ok() })
    }
}

impl Files {
    /// The files of a book that was just opened.
    pub(super) fn of(book: &Path) -> Result<Self, StoreError> {
        let known = |path: PathBuf| match Identity::of(&path) {
            Ok(identity) => Ok((path, identity)),
            Err(error) => Err(cannot_write(&path, &error)),
        };
        let opened = |path: &Path| File::open(path).map_err(|error| cannot_write(path, &error));
        let log = [known(beside(book, "-wal"))?, known(beside(book, "-shm"))?];
        let (book_file, log_file) = (opened(book)?, opened(&log[0].0)?);
        let content = Content::of(&book_file).map_err(|error| cannot_write(book, &error))?;
        Ok(Self { book: known(book.to_path_buf())?, book_file, content, log, log_file, log_bytes: 0 })
    }

    /// Fails unless the book is where it was, and as the desk left it.
    pub(super) fn check_book(&self) -> Result<(), StoreError> {
        let (path, identity) = &self.book;
        identity.check(path)?;
        self.check_content()
    }

    /// Fails if somebody else wrote to the book, wherever it is by now.
    fn check_content(&self) -> Result<(), StoreError> {
        match Content::of(&self.book_file) {
            Ok(now) if now != self.content => Err(overwritten(&self.book.0)),
            // A disk that does not answer is noticed by what is read or written.
            _ => Ok(()),
        }
    }

    /// Fails unless the log beside the book is where it was, and has all that was written to it.
    pub(super) fn check_log(&self) -> Result<(), StoreError> {
        self.log.iter().try_for_each(|(path, identity)| identity.check(path))?;
        self.log_now().map(drop)
    }

    /// Fails if somebody else wrote to the book or cut off its log, wherever they are by now: nothing may be moved
    /// from the one into the other.
    pub(super) fn check_contents(&self) -> Result<(), StoreError> {
        self.check_content()?;
        self.log_now().map(drop)
    }

    /// Takes note of how long the log is after a commit.
    pub(super) fn note_log(&mut self) -> Result<(), StoreError> {
        self.log_bytes = self.log_now()?;
        Ok(())
    }

    /// Takes note of what the book is like after changes were moved there from the log.
    pub(super) fn note_book(&mut self) {
        // What cannot be looked at now counts as overwritten later, if it has changed.
        if let Ok(content) = Content::of(&self.book_file) {
            self.content = content;
        }
    }

    /// Length of the log in bytes, if nobody has cut it off.
    ///
    /// It is written from its beginning again and again, and never gets shorter. If it was cut off in the middle of
    /// a commit, it is as long as ever after that, with nothing at its beginning.
    fn log_now(&self) -> Result<u64, StoreError> {
        let bytes = self.log_file.metadata().map_or(self.log_bytes, |metadata| metadata.len());
        let mut beginning = [0; wal::HEADER_BYTES];
        let is_cut_off = match self.log_file.read_exact_at(&mut beginning, 0) {
            Ok(()) => !wal::is_sound(&beginning),
            Err(error) => bytes > 0 && error.kind() == io::ErrorKind::UnexpectedEof,
        };
        if bytes < self.log_bytes || is_cut_off { Err(overwritten(&self.log[0].0)) } else { Ok(bytes) }
    }

    /// Removes the log, whose content is elsewhere, so that it is not played into a file that took the book's place.
    pub(super) fn remove_log(&self) {
        for (path, _) in self.own_log() {
            // What cannot be removed keeps a desk from opening, as it should.
            let _ = fs::remove_file(path);
        }
    }

    /// Takes the log away from a file that took the book's place; without one, it waits for its book.
    pub(super) fn set_log_aside(&self) {
        if self.book.0.exists() {
            for (path, _) in self.own_log() {
                let _ = fs::rename(path, beside(path, ".set-aside"));
            }
        }
    }

    /// The files of the log that are still under their names.
    fn own_log(&self) -> impl Iterator<Item = &(PathBuf, Identity)> {
        self.log.iter().filter(|(path, identity)| identity.check(path).is_ok())
    }
}

/// The error for a file that only the desk may write to.
fn overwritten(path: &Path) -> StoreError {
    let detail = format!(
        "{}: another program wrote to it while the desk was open; close the desk, which saves what it has stored",
        path.display()
    );
    StoreError::Failing { detail }
}

/// Makes sure that a book can be at `path`, and returns its one true path; creates an empty file (and the
/// folders above it) where there is nothing.
pub(super) fn prepare(path: &Path) -> Result<PathBuf, StoreError> {
    refuse_special_names(path)?;
    if let Err(error) = fs::metadata(path) {
        if error.kind() != io::ErrorKind::NotFound {
            return Err(cannot_write(path, &error));
        }
        // A new book would take the log of the one that is missing for its own, and empty it.
        if has_log(path) {
            return Err(StoreError::Missing { path: path.to_path_buf(), log: log(path) });
        }
        create(path).map_err(|error| cannot_write(path, &error))?;
    }
    existing(path)
}

/// The one true path of a file that is there and may be a book.
pub(super) fn existing(path: &Path) -> Result<PathBuf, StoreError> {
    refuse_special_names(path)?;
    let cannot_read = |error: io::Error| StoreError::Failing { detail: format!("{}: {error}", path.display()) };
    let metadata = fs::metadata(path).map_err(cannot_read)?;
    if metadata.is_dir() {
        return Err(not_a_book(path, "it is a folder"));
    }
    // Reading a pipe or a device could wait forever.
    if !metadata.is_file() {
        return Err(not_a_book(path, "it is not a regular file"));
    }
    let path = fs::canonicalize(path).map_err(cannot_read)?;
    // SQLite would take the log away, and a new book begin in its place.
    if metadata.len() == 0 && has_log(&path) {
        return Err(StoreError::Emptied { log: log(&path), path });
    }
    Ok(path)
}

/// What belongs to a book by its name, as the endings of its files: the log, its index, the log of a change that was
/// broken off, the lock of a desk, and the tokens of its clients.
pub const COMPANIONS: [&str; 5] = ["-wal", "-shm", "-journal", ".lock", ".tokens"];

/// Whether a file is a book, or belongs to one by its name; not for a book that this process has open.
///
/// What cannot be read is none. Closing the file gives up the locks that SQLite has on it, for the whole process.
pub fn belongs_to_book(path: &Path) -> bool {
    begins_like_a_book(path) || accompanied(path).any(|book| begins_like_a_book(&book))
}

/// The file that `path` belongs to by its name, if there is one; or if there is none, and what belonged to it is left.
///
/// Not for a book that this process has open: see [`belongs_to_book`].
pub(super) fn book_of(path: &Path) -> Option<PathBuf> {
    let is_left = path.symlink_metadata().is_ok() && !begins_like_a_book(path);
    accompanied(path).find(|book| is_left || book.symlink_metadata().is_ok())
}

/// What a file belongs to, going by its name.
fn accompanied(path: &Path) -> impl Iterator<Item = PathBuf> {
    let book = |ending: &&str| Some(path.with_file_name(path.file_name()?.to_str()?.strip_suffix(*ending)?));
    COMPANIONS.iter().filter_map(book)
}

fn begins_like_a_book(path: &Path) -> bool {
    let mut beginning = [0; BEGINNING.len()];
    // Reading a pipe or a device could wait forever.
    fs::metadata(path).is_ok_and(|file| file.is_file())
        && File::open(path).and_then(|mut file| file.read_exact(&mut beginning)).is_ok()
        && beginning == *BEGINNING
}

/// Fails unless the file is empty or begins like a book.
///
/// Only for who holds the lock of the book: closing a file gives up the locks that SQLite has on it, for
/// the whole process.
pub(super) fn check_header(path: &Path) -> Result<(), StoreError> {
    let header = beginning(path, HEADER_BYTES).map_err(|error| cannot_write(path, &error))?;
    // Of a book that was being begun when the power failed, any part may be on the disk.
    if header.is_empty() || (header.iter().all(|byte| *byte == 0) && was_empty(path)) {
        return Ok(());
    }
    if !header.starts_with(BEGINNING) {
        return Err(not_a_book(path, "it is not an SQLite file"));
    }
    // The user version is at byte 60 of the header and the application id at byte 68, both big-endian:
    // https://sqlite.org/fileformat.html
    let field = |at: usize| Some(i32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let (Some(version), Some(id)) = (field(60), field(68)) else {
        return Err(StoreError::Damaged { path: path.to_path_buf(), detail: "its header is cut off".into() });
    };
    schema::check(path, id.into(), version.into())
}

/// Fails if the file is too short for a book, and says what it is; longer ones are not opened.
pub(super) fn check_length(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path).map(|file| file.len()) {
        Ok(0) => Err(empty(path)),
        // SQLite has no locks on so little that closing it would give up.
        Ok(length) if length < HEADER_BYTES as u64 => check_header(path),
        _ => Ok(()),
    }
}

/// The error for a file in which no book was begun.
pub(super) fn empty(path: &Path) -> StoreError {
    not_a_book(path, "it is empty")
}

/// What undoes a change of the book that was broken off, if one was: SQLite's rollback journal.
pub(super) fn journal(book: &Path) -> Option<PathBuf> {
    let path = beside(book, "-journal");
    // One that is empty or begins with a zero is done with.
    let is_needed = beginning(&path, 1).is_ok_and(|first| first.first().is_some_and(|byte| *byte != 0));
    is_needed.then_some(path)
}

/// Whether the change that was broken off was the first of all.
fn was_empty(book: &Path) -> bool {
    // The size of the book before the change, in pages: https://sqlite.org/fileformat.html#the_rollback_journal
    let size = 16..20;
    let header = beginning(&beside(book, "-journal"), size.end).unwrap_or_default();
    header.starts_with(JOURNAL_BEGINNING) && header.get(size).is_some_and(|pages| pages == [0; 4])
}

/// Whether there is anything in the log beside the book.
pub(super) fn has_log(book: &Path) -> bool {
    fs::metadata(log(book)).is_ok_and(|log| log.len() > 0)
}

fn log(book: &Path) -> PathBuf {
    beside(book, "-wal")
}

/// Makes a place for the index of the log beside the book, if there is none; its owner alone may write it.
pub(super) fn create_index(book: &Path) -> Result<(), StoreError> {
    let path = beside(book, "-shm");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    // SQLite changes the permissions of an empty file, and empties one that nobody has open.
    match options.open(&path).and_then(|mut index| index.write_all(&[0])) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(cannot_write(&path, &error)),
        _ => Ok(()),
    }
}

/// The first bytes of a file, at most as many as are asked for.
fn beginning(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::with_capacity(bytes);
    File::open(path)?.take(bytes as u64).read_to_end(&mut read)?;
    Ok(read)
}

/// The file that belongs to another one by its name: `desk.db-wal` to `desk.db`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Makes a new name in the folder of `path` durable.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Lets only the owner read what is created with these options: a book holds names.
pub(super) fn private(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Lets only the owner look into folders that are created with this.
fn private_folder(builder: &mut DirBuilder) -> &DirBuilder {
    builder.mode(0o700)
}

/// The error for a file that cannot be created, opened or written.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> StoreError {
    let path = path.to_path_buf();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path },
        _ => StoreError::NotWritable { path, detail: error.to_string() },
    }
}

pub(super) fn not_a_book(path: &Path, detail: &str) -> StoreError {
    StoreError::NotABook { path: path.to_path_buf(), detail: detail.to_owned() }
}

fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut folders = DirBuilder::new();
        private_folder(folders.recursive(true)).create(folder)?;
    }
    let mut options = OpenOptions::new();
    // Whoever was faster has created the same empty file.
    options.write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path).map(drop)
}

/// Refuses names that SQLite takes for something else than a file.
pub(super) fn refuse_special_names(path: &Path) -> Result<(), StoreError> {
    match path.to_str() {
        Some("") => Err(not_a_book(path, "a book needs a file name")),
        Some(":memory:") => Err(not_a_book(path, "a book in memory would be lost; name a file")),
        _ => Ok(()),
    }
}
