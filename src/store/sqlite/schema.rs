//! Opening a connection, and the versions of a book.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::fault::Fault;
use super::lock::Lock;
use super::{file, wal};
use crate::store::StoreError;

/// Marks an SQLite file as a book of ours: `SlDk` in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x536c_446b;

/// The script that leads to each version from the one before; a published one is never changed.
const MIGRATIONS: &[&str] = &[include_str!("v1.sql")];

/// How long to wait for a lock of another program (a backup, a shell) before giving up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept prepared per connection: more than there are.
const STATEMENTS_MAX: usize = 64;

/// Opens a book for writing and brings it to the newest version; call it with the book's lock held.
pub(super) fn open_book(path: &Path) -> Result<Connection, StoreError> {
    let explain = |fault: Fault| fault.explain(path);
    file::check_header(path)?;
    let mut connection = careful(path).map_err(|error| explain(error.into()))?;
    // Before anything is read: what is created beside a book that cannot be written could not be, either.
    if connection.is_readonly("main").map_err(|error| explain(error.into()))? {
        let detail = "it is read-only".to_owned();
        return Err(StoreError::NotWritable { path: path.to_path_buf(), detail });
    }
    // The header may be older than the log beside the book, or of a change that was broken off: the first look
    // undoes it, for which the connection has to be one that writes.
    if is_empty(&connection, path)? {
        // The mark has to be in the file itself, not in a log beside it, before anything else is.
        migrate(&mut connection, MIGRATIONS).map_err(explain)?;
    }
    set_up(&connection).map_err(|error| explain(error.into()))?;
    migrate(&mut connection, MIGRATIONS).map_err(explain)?;
    Ok(connection)
}

/// A connection that writes: every commit is on the disk when it returns.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(path)?;
    set_up(&connection)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    // REPLACE deletes rows; with this, the triggers that forbid deleting see it.
    connection.pragma_update(None, "recursive_triggers", "on")?;
    // 16 MiB: the inner pages of the indexes of a large book.
    connection.pragma_update(None, "cache_size", -16_384)
}

/// A connection of the desk that only reads.
pub(super) fn connect_reader(path: &Path) -> rusqlite::Result<Connection> {
    // It could write, so that the last connection of all tidies up the log beside the book.
    only_reading(plain(path)?)
}

/// A connection to a book that somebody else may have open; fails unless it is one that this program can read.
///
/// Neither the book nor the log beside it is changed in any case.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    // Before SQLite takes away what lies beside an empty file.
    file::check_length(path)?;
    // While a desk is open, it is the one that plays the log into the book; unless it ends before this does.
    let explain = |error: rusqlite::Error| Fault::from(error).explain(path);
    let connection = if Lock::is_held(path) {
        plain(path).map_err(explain)?
    } else {
        wal::check(path)?;
        // Undoing the change would be one.
        if let Some(journal) = file::journal(path) {
            return Err(StoreError::Unfinished { path: path.to_path_buf(), journal });
        }
        of_nobody(path)?
    };
    let connection = only_reading(connection).map_err(explain)?;
    if is_empty(&connection, path)? { Err(file::empty(path)) } else { Ok(connection) }
}

fn only_reading(connection: Connection) -> rusqlite::Result<Connection> {
    connection.pragma_update(None, "query_only", "on")?;
    Ok(connection)
}

/// A connection to a book that nobody has open.
fn of_nobody(path: &Path) -> Result<Connection, StoreError> {
    let explain = |error: rusqlite::Error| Fault::from(error).explain(path);
    let connection = careful(path).map_err(explain)?;
    let cannot_be_written = connection.is_readonly("main").map_err(explain)?;
    if file::has_log(path) {
        if cannot_be_written {
            // SQLite would give the index of the log the permissions of the book, and no desk could write it then.
            file::create_index(path)?;
        }
        return Ok(connection);
    }
    // Even without a log, SQLite does not read such a book without files beside it that it can write; and those
    // that it creates beside a file that it cannot write stay there.
    let fails =
        |error: rusqlite::Error| matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly));
    let looks = || connection.query_row("PRAGMA schema_version", [], |_| Ok(()));
    if cannot_be_written || looks().is_err_and(fails) { as_it_stands(path).map_err(explain) } else { Ok(connection) }
}

/// A connection to a book that cannot be written: it needs no locks and no files beside the book.
fn as_it_stands(path: &Path) -> rusqlite::Result<Connection> {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        // A string takes everything.
        let _ = write!(address, "%{byte:02x}");
    }
    address.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    prepared(Connection::open_with_flags(address, flags)?)
}

/// A connection that leaves what is in the log beside the book there when it is closed.
fn careful(path: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(path)?;
    // Without such a log, the last connection tidies up what it created.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, file::has_log(path))?;
    Ok(connection)
}

/// A connection as SQLite makes it; the file has to be there.
pub(super) fn plain(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    prepared(Connection::open_with_flags(path, flags)?)
}

fn prepared(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Whether a book is still to be begun in the file; fails if it holds anything but a book that this program can read.
fn is_empty(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let marks = pragma("application_id").and_then(|id| Ok((id, pragma("user_version")?)));
    let fault = match marks {
        Ok((0, 0)) if pragma("page_count").is_ok_and(|pages| pages == 0) => return Ok(true),
        Ok((id, version)) => return check(path, id, version).map(|()| false),
        Err(error) => error,
    };
    if fault.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return Err(file::not_a_book(path, "it is not an SQLite file"));
    }
    Err(Fault::from(fault).explain(path))
}

/// Fails unless these are the marks of a book that this program can read.
pub(super) fn check(path: &Path, application_id: i64, version: i64) -> Result<(), StoreError> {
    if application_id != i64::from(APPLICATION_ID) {
        return Err(file::not_a_book(path, "it is the SQLite file of another program"));
    }
    let supported = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > supported {
        return Err(StoreError::Newer { path: path.to_path_buf(), found: version, supported });
    }
    if version < 1 {
        let detail = format!("it says that it is of version {version}, and books begin with version 1");
        return Err(StoreError::Damaged { path: path.to_path_buf(), detail });
    }
    Ok(())
}

/// Runs the scripts that the book has not seen yet, each in a transaction of its own.
fn migrate(connection: &mut Connection, scripts: &[&str]) -> Result<(), Fault> {
    let seen: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, script) in (1..).zip(scripts).filter(|(version, _)| *version > seen) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Writes the version into the book once more: a commit that changes nothing.
pub(super) fn stamp(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)
}

/// The tables, indexes and triggers of a book, as SQL, by name.
pub(super) fn objects(connection: &Connection) -> Result<Vec<(String, String)>, Fault> {
    let mut statement =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What [`objects`] finds in a book that nobody tampered with.
pub(super) fn expected_objects() -> Result<Vec<(String, String)>, Fault> {
    let mut pristine = Connection::open_in_memory()?;
    migrate(&mut pristine, MIGRATIONS)?;
    objects(&pristine)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &str = "ALTER TABLE service ADD COLUMN price INTEGER; UPDATE service SET price = length(body)";

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_book_is_brought_to_the_newest_version_and_keeps_what_it_has() {
        let mut book = Connection::open_in_memory().unwrap();
        migrate(&mut book, MIGRATIONS).unwrap();
        book.execute_batch("INSERT INTO service (id, body) VALUES ('cut', 'abc')").unwrap();
        let scripts = [MIGRATIONS, &[NEXT]].concat();
        migrate(&mut book, &scripts).unwrap();
        migrate(&mut book, &scripts).unwrap();
        assert_eq!(version(&book), 2);
        assert_eq!(book.query_row("SELECT price FROM service", [], |row| row.get::<_, i64>(0)).unwrap(), 3);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_book_as_it_was() {
        let mut book = Connection::open_in_memory().unwrap();
        migrate(&mut book, MIGRATIONS).unwrap();
        let before = objects(&book).unwrap();
        let scripts = [MIGRATIONS, &["CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER)"]].concat();
        assert!(migrate(&mut book, &scripts).is_err());
        assert_eq!(objects(&book).unwrap(), before);
        assert_eq!(version(&book), 1);
    }

    #[test]
    fn a_book_is_recognised_by_its_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        std::fs::write(&path, "").unwrap();
        let open = open_book(&path).unwrap();
        // The connection is still open, so nothing was moved from the log into the file by closing it.
        assert!(std::fs::metadata(&path).unwrap().len() > 0);
        file::check_header(&path).unwrap();
        drop(open);
    }
}
