//! A book in one SQLite file.
//!
//! One process writes it, and holds a lock file to say so; readers have connections of their own and see
//! whole transactions. The rules of the port stand in the schema as well (`sqlite/v1.sql`), so that not even
//! another program can double-book or rewrite the log unnoticed.

mod archive;
mod backup;
mod checksum;
mod fault;
mod file;
mod ledger;
mod lock;
mod read;
mod rows;
mod schema;
mod wal;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;

pub use self::backup::{Copied, CopyError, Existing, Restored};
pub use self::file::{COMPANIONS, belongs_to_book, sync_folder};

use self::fault::Fault;
use self::file::Files;
use self::ledger::Ledger;
use self::lock::Lock;
use self::read::SqliteReader;
use self::write::{Pace, attempt};
use super::{Commit, Reader, Store, StoreError, Verdict};

/// Pages in the log beside a book before they are moved into the book: 16 MB.
///
/// More often, and a page that changes often would be written more times.
const LOG_PAGES_MAX: i32 = 4_000;

/// A book in one SQLite file, open for writing.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Connection,
    /// Pages in the log as of the last commit, those included that are in the book already.
    log_pages: Arc<AtomicI32>,
    /// Whether the log must not go into the book any more, not even with the last connection.
    log_stays: Arc<AtomicBool>,
    ledger: Ledger,
    files: Files,
    // Dropped last: nobody else may write while the connection is being closed.
    lock: Lock,
}

impl SqliteStore {
    /// Opens the book at `path`, or begins one (and the folders above it) if there is none.
    ///
    /// A file that is no book, or a newer one, is left as it is. The errors say what to do: see
    /// [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let path = file::prepare(path)?;
        let lock = Lock::acquire(&path)?;
        wal::check(&path)?;
        let mut connection = schema::open_book(&path)?;
        let ledger = Ledger::read(&mut connection).map_err(|fault| fault.explain(&path))?;
        let log_pages = Arc::default();
        count_pages(&mut connection, &log_pages).map_err(|error| Fault::from(error).explain(&path))?;
        let files = Files::of(&path)?;
        Ok(Self { path, connection, log_pages, log_stays: Arc::default(), ledger, files, lock })
    }

    /// Opens the book at `path` for reading alone, whoever has it open for writing; nothing of it is changed.
    pub fn open_reader(path: &Path) -> Result<Box<dyn Reader>, StoreError> {
        let path = file::existing(path)?;
        Ok(Box::new(SqliteReader::of_any(&path)?))
    }

    /// Copies the book to the file `to`, as it is now and whoever has it open; a commit waits for nothing.
    ///
    /// The copy is one file for its owner alone. It gets its name when every rule was verified on it, so that
    /// an error leaves what stood there as it was.
    pub fn backup(book: &Path, to: &Path, existing: Existing) -> Result<Copied, CopyError> {
        backup::backup(book, to, existing)
    }

    /// Puts a copy of the book `from` in the place of `book`, in one step.
    ///
    /// Refused while a desk has `book` open, and if `from` breaks a rule. What stood at `book` is kept
    /// beside it under a name with the time `now`.
    pub fn restore(from: &Path, book: &Path, now: DateTime<Utc>) -> Result<Restored, CopyError> {
        backup::restore(from, book, now)
    }

    /// Where the book is, with symbolic links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn store(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, Fault> {
        // Out of reach until the batch is stored: whatever ends this early, what it says would not be true.
        let mut ledger = std::mem::take(&mut self.ledger);
        let verdicts = match attempt(&mut self.connection, &mut ledger, batch, Pace::Together) {
            Err(fault) if fault.is_constraint() => attempt(&mut self.connection, &mut ledger, batch, Pace::OneByOne),
            done => done,
        }?;
        self.ledger = ledger;
        Ok(verdicts)
    }

    /// Makes the connection usable again after an error, as far as the cause allows.
    fn recover(&mut self) {
        // The same connection goes on where it can: its place in the write-ahead log is known, while a new one
        // could find the frames of a commit that was reported as failed.
        let usable = self.connection.is_autocommit() || self.connection.execute_batch("ROLLBACK").is_ok();
        if !usable
            && self.files.check_book().is_ok()
            && let Ok(mut fresh) = schema::connect(&self.path)
            && count_pages(&mut fresh, &self.log_pages).is_ok()
        {
            self.connection = fresh;
        }
        // The log beside the book may be what fills the disk; once it is in the book, it is written over. An
        // error here is one that the next commit meets as well.
        self.save_log();
        // A commit whose last step failed stands in the log all the same, and would come back to life if the
        // machine stopped now, although it was answered with an error. A commit of nothing goes over it.
        let _ = schema::stamp(&self.connection);
    }

    /// Writes what is in the log beside the book into the book, as far as nobody reads it.
    fn save_log(&mut self) {
        // Neither into what somebody else has written there, nor out of what is left of a log.
        if self.files.check_contents().is_ok() {
            let _ = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            self.files.note_book();
        }
    }

    /// Fails if the book or the log beside it is not under its name any more, or not as the desk left it.
    fn check_files(&self) -> Result<(), StoreError> {
        self.files.check_book()?;
        self.files.check_log()
    }

    /// The sentence for a fault of a commit.
    fn explain(&self, fault: Fault) -> StoreError {
        // SQLite says that a write was refused, but not why; the lock file is on the same disk.
        match self.lock.probe() {
            Err(error) if fault.is_of_the_disk() => file::cannot_write(&self.path, &error),
            _ => fault.explain(&self.path),
        }
    }
}

/// Has a connection write down how many pages are in the log after each of its commits.
///
/// SQLite does not move the log into the book by itself then; the store does, and knows who has written to the book.
fn count_pages(connection: &mut Connection, pages: &Arc<AtomicI32>) -> rusqlite::Result<()> {
    let pages = Arc::clone(pages);
    connection.wal_hook(Some(move |_: &mut Wal, now| {
        pages.store(now, Ordering::Relaxed);
        Ok(())
    }))
}

impl Store for SqliteStore {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        // A log that was moved is still open here, though nobody would find it after a crash.
        self.check_files().inspect_err(|_| self.save_log())?;
        let verdicts = self.store(batch).map_err(|fault| {
            self.recover();
            self.explain(fault)
        })?;
        self.files.note_log()?;
        if self.log_pages.load(Ordering::Relaxed) >= LOG_PAGES_MAX {
            self.save_log();
        }
        Ok(verdicts)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.check_files()?;
        let mut reader = SqliteReader::of_desk(&self.path, Arc::clone(&self.log_stays))?;
        // SQLite opens the log at the first question; from here on it can be read even if it is moved.
        reader.last_event()?;
        Ok(Box::new(reader))
    }

    fn close(mut self: Box<Self>) -> Result<(), StoreError> {
        let contents = self.files.check_contents();
        if contents.is_ok() && self.files.check_book().is_ok() {
            return Ok(());
        }
        if contents.is_err() {
            // Whatever the two have become.
            self.log_stays.store(true, Ordering::Relaxed);
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        // Whoever moved the book finds all of it where it is now.
        self.save_log();
        match backup::rescue(&self.connection, &self.path) {
            Ok(copy) => {
                self.files.remove_log();
                Err(StoreError::Rescued { path: self.path, copy })
            }
            Err(error) => {
                self.files.set_log_aside();
                Err(StoreError::Lost { path: self.path, detail: error.to_string() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Channel, Draft, Edit, Edits, Hours, Provider, ProviderId, RangeSet, Weekly};

    fn adds(number: usize) -> Commit {
        let id = ProviderId::new(&format!("p{number}")).unwrap();
        let hours = Hours::always(Weekly::EveryDay(RangeSet::default()));
        let provider = Arc::new(Provider::new(id.clone(), hours, 1).unwrap());
        let edits = Edits { providers: vec![Edit::added(provider)], ..Edits::default() };
        let action = Action::ProviderAdded(id);
        let draft = Draft { at: chrono::DateTime::UNIX_EPOCH, actor: Channel::Desk.into(), action, edits };
        Commit { draft: Arc::new(draft), guards: [].into_iter().collect() }
    }

    #[test]
    fn a_full_disk_stores_nothing_and_the_store_works_again_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(&folder.path().join("desk.db")).unwrap();
        assert_eq!(store.commit(&[adds(0)]).unwrap(), [Verdict::Committed(1)]);
        let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let limit = |store: &SqliteStore, pages: i64| {
            store.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        limit(&store, pages + 2);
        let many: Vec<Commit> = (1..200).map(adds).collect();
        for _ in 0..2 {
            let error = store.commit(&many).unwrap_err();
            assert!(matches!(error, StoreError::Full { .. }), "{error}");
            assert_eq!(store.reader().unwrap().last_event().unwrap(), 1);
        }
        limit(&store, i64::from(u32::MAX - 1));
        assert_eq!(store.commit(&many).unwrap().last(), Some(&Verdict::Committed(200)));
    }

    #[test]
    fn the_log_moves_into_the_book_by_itself_which_is_nobody_elses_doing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let mut store = SqliteStore::open(&path).unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let before = size();
        let moved = (0..LOG_PAGES_MAX).find(|number| {
            store.commit(&[adds(usize::try_from(*number).unwrap())]).unwrap();
            size() > before
        });
        assert!(moved.is_some());
        for number in 10_000..10_010 {
            assert_eq!(store.commit(&[adds(number)]).unwrap().len(), 1);
        }
        assert!(store.log_pages.load(Ordering::Relaxed) < LOG_PAGES_MAX, "it begins anew");
        Box::new(store).close().unwrap();
    }

    #[test]
    fn a_connection_that_cannot_be_rolled_back_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(&folder.path().join("desk.db")).unwrap();
        // Somebody left a transaction open: the next commit cannot begin, and the one after it can.
        store.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(store.commit(&[adds(0)]).is_err());
        assert_eq!(store.commit(&[adds(0)]).unwrap(), [Verdict::Committed(1)]);
    }
}
