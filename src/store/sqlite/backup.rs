//! Copies of a whole book: one taken while the desk runs, and one put in the place of a book.
//!
//! Neither shows under its name before every rule was verified on the very file that gets the name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::fault::Fault;
use super::file::{self, Identity, beside, sync_folder};
use super::lock::Lock;
use super::read::{SqliteReader, last_event};
use super::rows::unsigned;
use super::{schema, wal};
use crate::store::{StoreError, Violation, audit};

/// Books of one kind that may be kept beside one name: copies of lost ones, or those replaced within a second.
const KEPT_MAX: usize = 1_000;

/// What to do with a file that has the name of the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse to touch it.
    Keep,
    /// Let the copy take its place.
    Replace,
}

/// What a verified copy of a book holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// Events in its log.
    pub events: u64,
    /// Appointments, cancelled ones too.
    pub appointments: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
}

/// A book that was put in the place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The book as it is now.
    pub book: Copied,
    /// Where the book that stood there is kept, if one did.
    pub kept: Option<PathBuf>,
}

/// Why no copy was made; whatever stood at the destination is still there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The destination has a file already.
    #[error("{} exists already; choose another name, or let it be replaced with --force", .0.display())]
    Exists(PathBuf),
    /// The copy was to be put over what it is a copy of.
    #[error("{} is the book itself; choose another name", .0.display())]
    Itself(PathBuf),
    /// The copy was to be put where no book can be.
    #[error("{} cannot be a book: {why}; choose another name", path.display())]
    NoPlace {
        /// The destination.
        path: PathBuf,
        /// What stands in the way.
        why: String,
    },
    /// What was copied is not sound.
    #[error("{} breaks {} of the desk's rules, so it was not copied; \"slotdesk check\" lists them. The first: {}",
        path.display(), broken.len(), broken.first().map_or_else(String::new, ToString::to_string))]
    Unsound {
        /// What was to be copied.
        path: PathBuf,
        /// The rules that it breaks, at least one.
        broken: Vec<Violation>,
    },
    /// One of the two files cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies the book as it is now, whoever has it open, and verifies the copy before it gets its name.
pub(super) fn backup(book: &Path, to: &Path, existing: Existing) -> Result<Copied, CopyError> {
    let book = file::existing(book)?;
    let to = destination(to)?;
    if Identity::of(&to).ok().is_some_and(|other| Identity::of(&book).ok() == Some(other)) {
        return Err(CopyError::Itself(to));
    }
    // A desk may have the file open that is to be replaced.
    let _lock = Lock::acquire(&to)?;
    let in_the_way = [to.clone(), beside(&to, "-wal"), beside(&to, "-shm"), beside(&to, "-journal")];
    let in_the_way: Vec<_> = in_the_way.into_iter().filter(|path| path.symlink_metadata().is_ok()).collect();
    if let (Existing::Keep, Some(path)) = (existing, in_the_way.first()) {
        return Err(CopyError::Exists(path.clone()));
    }
    let draft = Draft::copied(&book, &to)?;
    let copied = draft.verified(&book)?;
    // A log that belongs to what stood there would be played into the copy.
    for path in in_the_way.iter().filter(|path| **path != to) {
        fs::remove_file(path).map_err(|error| file::cannot_write(path, &error))?;
    }
    draft.publish()?;
    Ok(Copied { path: to, ..copied })
}

/// Puts a verified copy of the book at `from` in the place of `book`, and keeps what stood there under a
/// name with the time `now`.
pub(super) fn restore(from: &Path, book: &Path, now: DateTime<Utc>) -> Result<Restored, CopyError> {
    let from = file::existing(from)?;
    let book = destination(book)?;
    if Identity::of(&from).ok().is_some_and(|other| Identity::of(&book).ok() == Some(other)) {
        return Err(CopyError::Itself(book));
    }
    let _lock = Lock::acquire(&book)?;
    let draft = Draft::copied(&from, &book)?;
    let copied = draft.verified(&from)?;
    let kept = keep_log_aside(&book, now)?;
    match &kept {
        Some(kept) if book.symlink_metadata().is_ok() => draft.change_places(kept)?,
        _ => draft.publish()?,
    }
    Ok(Restored { book: Copied { path: book, ..copied }, kept })
}

/// Copies a book that is not under its name any more out of the connection that still has it, to a new name
/// beside the old one; call it with the lock of the book held.
pub(super) fn rescue(open: &Connection, book: &Path) -> Result<PathBuf, CopyError> {
    let names = (1..KEPT_MAX).map(|number| beside(book, &format!(".rescued-{number}")));
    let free = names.into_iter().find(|name| name.symlink_metadata().is_err());
    let to = free.ok_or_else(|| CopyError::Exists(beside(book, ".rescued-1")))?;
    let draft = Draft::begin(&to)?;
    draft.fill(open, book)?;
    draft.verified(book)?;
    draft.publish()?;
    Ok(to)
}

/// Where a copy is to be; its folder has to be there, for a disk that is not mounted is no place for it.
fn destination(path: &Path) -> Result<PathBuf, CopyError> {
    file::refuse_special_names(path)?;
    let no_place = |path: PathBuf, why: String| Err(CopyError::NoPlace { path, why });
    if path.is_dir() {
        return Err(file::cannot_write(path, &io::ErrorKind::IsADirectory.into()).into());
    }
    // A pipe or a device is there for something else, and would be gone.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return no_place(path.to_path_buf(), "it is not a regular file".to_owned());
    }
    let path = true_path(path)?;
    match file::book_of(&path) {
        Some(book) => no_place(path, format!("by its name it belongs to {}", book.display())),
        None => Ok(path),
    }
}

fn true_path(path: &Path) -> Result<PathBuf, StoreError> {
    // A link stays one, and leads to the copy.
    if let Ok(true_path) = fs::canonicalize(path) {
        return Ok(true_path);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(|error| file::cannot_write(folder, &error))?;
    Ok(path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name)))
}

/// A copy that has no name yet; removed when it is dropped unpublished.
struct Draft {
    path: PathBuf,
    to: PathBuf,
}

impl Draft {
    /// Copies all of `source` as of one transaction; call it with the lock of `to` held.
    fn copied(source: &Path, to: &Path) -> Result<Self, StoreError> {
        let book = schema::open_to_read(source)?;
        let draft = Self::begin(to)?;
        draft.fill(&book, source)?;
        Ok(draft)
    }

    /// An empty copy.
    fn begin(to: &Path) -> Result<Self, StoreError> {
        let draft = Self { path: beside(to, ".partial"), to: to.to_path_buf() };
        // Left behind by a program that was killed meanwhile.
        draft.remove();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        file::private(&mut options);
        options.open(&draft.path).map_err(|error| file::cannot_write(&draft.path, &error))?;
        Ok(draft)
    }

    /// Copies all of `book`, which is known as `source`.
    fn fill(&self, book: &Connection, source: &Path) -> Result<(), StoreError> {
        let writing = |error: rusqlite::Error| Fault::from(error).explain(&self.path);
        let mut copy = schema::plain(&self.path).map_err(writing)?;
        {
            let backup = Backup::new(book, &mut copy).map_err(writing)?;
            // All pages in one step are all of one state; a commit in between does not wait for a reader.
            match backup.step(-1).map_err(writing)? {
                StepResult::Done => {}
                _ => return Err(StoreError::Failing { detail: format!("{} is locked", source.display()) }),
            }
        }
        // One file and nothing beside it, which can be read where nothing can be written.
        copy.pragma_update(None, "journal_mode", "delete").map_err(writing)?;
        copy.close().map_err(|(_, error)| writing(error))
    }

    /// What the copy of `source` holds, if it keeps every rule.
    fn verified(&self, source: &Path) -> Result<Copied, CopyError> {
        let mut reader = SqliteReader::of_desk(&self.path, Arc::default())?;
        let broken = audit(&mut reader)?;
        if !broken.is_empty() {
            return Err(CopyError::Unsound { path: source.to_path_buf(), broken });
        }
        let (events, appointments) = reader.ask(|book| {
            let count = book.query_row("SELECT count(*) FROM appointment", [], |row| row.get(0))?;
            Ok((last_event(book)?, unsigned(count)?))
        })?;
        let metadata = fs::metadata(&self.path).map_err(|error| file::cannot_write(&self.path, &error))?;
        Ok(Copied { path: self.path.clone(), events, appointments, bytes: metadata.len() })
    }

    /// Gives the copy its name, in one step and durably.
    fn publish(self) -> Result<(), StoreError> {
        let published = File::open(&self.path).and_then(|file| file.sync_all());
        let published = published.and_then(|()| fs::rename(&self.path, &self.to)).and_then(|()| sync_folder(&self.to));
        published.map_err(|error| file::cannot_write(&self.to, &error))
    }

    /// Gives the copy its name, in one step and durably, and the name `kept` to what has had it so far.
    ///
    /// At no moment is there no book, and at none has one file both names: its log would hang on one of them.
    fn change_places(self, kept: &Path) -> Result<(), StoreError> {
        let written = File::open(&self.path).and_then(|file| file.sync_all());
        let changed = written.and_then(|()| fs::rename(&self.path, kept)).and_then(|()| self.exchange(kept));
        if changed.is_err() {
            // It is the copy, or a second name of what is where it was.
            let _ = fs::remove_file(kept);
        }
        changed.and_then(|()| sync_folder(&self.to)).map_err(|error| file::cannot_write(&self.to, &error))
    }

    fn exchange(&self, kept: &Path) -> io::Result<()> {
        match rustix::fs::renameat_with(CWD, kept, CWD, &self.to, RenameFlags::EXCHANGE) {
            // Not every disk can do that.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                fs::rename(kept, &self.path)?;
                second_name(&self.to, kept)?;
                fs::rename(&self.path, &self.to)
            }
            done => Ok(done?),
        }
    }

    fn remove(&self) {
        for path in [self.path.clone(), beside(&self.path, "-journal"), beside(&self.path, "-wal")] {
            // What is not there is what is wanted; what cannot be removed is in the way of the next step.
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Keeps aside what is left of the log of `book`, and tells under which name the book is to be kept; none if there is
/// nothing to keep. Call it with the lock held.
fn keep_log_aside(book: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, StoreError> {
    let metadata = book.symlink_metadata();
    let logs = ["-wal", "-journal"].map(|ending| (ending, beside(book, ending)));
    if metadata.is_err() && !logs.iter().any(|(_, log)| log.exists()) {
        return Ok(None);
    }
    // What is in the log beside a sound book goes into it, and the log with the last connection.
    // A damaged log is kept as it is, and so is one that SQLite would take away from an empty file.
    if metadata.as_ref().is_ok_and(|book| book.len() > 0)
        && wal::check(book).is_ok()
        && let Ok(connection) = schema::plain(book)
    {
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
    let kept = free_name(book, now)?;
    for (ending, log) in logs.iter().filter(|(_, log)| log.exists()) {
        // That of a book that is damaged or gone. The copy must not find it: it would be played into it.
        let kept_log = beside(&kept, ending);
        fs::rename(log, &kept_log).map_err(|error| file::cannot_write(&kept_log, &error))?;
    }
    sync_folder(book).map_err(|error| file::cannot_write(book, &error))?;
    let index = beside(book, "-shm");
    if index.exists() {
        fs::remove_file(&index).map_err(|error| file::cannot_write(&index, &error))?;
    }
    Ok(Some(kept))
}

/// A name with the time `now` that neither a book nor a log has.
fn free_name(book: &Path, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
    let name = beside(book, &format!(".replaced-{}", now.format("%Y%m%dT%H%M%SZ")));
    let numbered = (2..KEPT_MAX).map(|number| beside(&name, &format!("-{number}")));
    let is_free =
        |name: &PathBuf| ["", "-wal", "-journal"].iter().all(|ending| beside(name, ending).symlink_metadata().is_err());
    let free = iter::once(name.clone()).chain(numbered).find(is_free);
    free.ok_or_else(|| file::cannot_write(&name, &io::ErrorKind::AlreadyExists.into()))
}

/// A second name for a file, or a copy of it on a disk that knows no second names.
fn second_name(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            file::private(&mut options);
            let mut copy = options.open(name)?;
            io::copy(&mut File::open(file)?, &mut copy)?;
            copy.sync_all()
        }
        done => done,
    }
}
