//! What may stand at the path of a book.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use slotdesk::store::{Reader, SqliteStore, Store, StoreError};

use crate::Shelf;
use crate::fixture::*;

/// Opens what is no book and expects that it is left as it was, with nothing beside it.
fn refused(shelf: &Shelf, name: &str) -> StoreError {
    let path = shelf.path(name);
    let content = |path: &Path| fs::read(path).ok();
    let before = content(&path);
    let error = SqliteStore::open(&path).expect_err("it is no book");
    assert_eq!(content(&path), before);
    let beside = fs::read_dir(shelf.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert!(beside.len() <= 1, "{beside:?}");
    let also = SqliteStore::open_reader(&path).err().expect("it is no book for readers either");
    assert_eq!(also.to_string(), error.to_string());
    assert_eq!(content(&path), before);
    error
}

fn not_a_book(error: &StoreError) -> &str {
    match error {
        StoreError::NotABook { detail, .. } => detail,
        other => panic!("{other}"),
    }
}

#[test]
fn a_new_book_is_begun_with_its_folders() {
    let shelf = Shelf::new();
    let path = shelf.path("a/b/clinic.db");
    let mut store = SqliteStore::open(&path).unwrap();
    store_all(&mut store, [adds(&provider("chen"))]);
    drop(store);
    assert_eq!(SqliteStore::open(&path).unwrap().reader().unwrap().last_event().unwrap(), 1);
    assert!(!shelf.path("a/b/clinic.db.lock").exists(), "the lock goes with its holder");
}

#[test]
fn an_empty_file_becomes_a_book() {
    let shelf = Shelf::new();
    fs::write(shelf.book(), "").unwrap();
    let Err(error) = SqliteStore::open_reader(&shelf.book()) else { panic!("there is nothing to read yet") };
    assert_eq!(not_a_book(&error), "it is empty");
    store_all(&mut shelf.open(), [adds(&provider("chen"))]);
}

#[test]
fn what_is_no_sqlite_file_is_left_alone() {
    let shelf = Shelf::new();
    fs::write(shelf.path("notes.txt"), "call Ada back\n".repeat(20)).unwrap();
    assert_eq!(not_a_book(&refused(&shelf, "notes.txt")), "it is not an SQLite file");
}

#[test]
fn a_short_text_is_left_alone() {
    let shelf = Shelf::new();
    fs::write(shelf.path("a"), "a").unwrap();
    assert_eq!(not_a_book(&refused(&shelf, "a")), "it is not an SQLite file");
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    let shelf = Shelf::new();
    let other = Connection::open(shelf.path("photos.db")).unwrap();
    other.execute_batch("PRAGMA application_id = 7; CREATE TABLE photo (id INTEGER PRIMARY KEY)").unwrap();
    drop(other);
    assert_eq!(not_a_book(&refused(&shelf, "photos.db")), "it is the SQLite file of another program");
}

#[test]
fn folders_pipes_and_nameless_books_are_refused() {
    let shelf = Shelf::new();
    fs::create_dir(shelf.path("folder")).unwrap();
    assert_eq!(not_a_book(&refused(&shelf, "folder")), "it is a folder");
    for name in ["", ":memory:"] {
        not_a_book(&SqliteStore::open(Path::new(name)).unwrap_err());
    }
    assert!(!Path::new(":memory:").exists());
}

#[cfg(unix)]
#[test]
fn a_socket_is_refused_without_waiting_for_it() {
    let shelf = Shelf::new();
    let _socket = std::os::unix::net::UnixListener::bind(shelf.path("socket")).unwrap();
    assert_eq!(not_a_book(&refused(&shelf, "socket")), "it is not a regular file");
}

#[test]
fn a_newer_book_is_left_alone() {
    let shelf = Shelf::new();
    drop(shelf.open());
    let raw = Connection::open(shelf.book()).unwrap();
    raw.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(raw);
    match refused(&shelf, "desk.db") {
        StoreError::Newer { found: 99, supported: 1, .. } => {}
        other => panic!("{other}"),
    }
}

#[test]
fn a_book_that_has_lost_its_version_is_left_alone() {
    for version in [0, -1] {
        let shelf = Shelf::new();
        drop(shelf.open());
        Connection::open(shelf.book()).unwrap().pragma_update(None, "user_version", version).unwrap();
        let error = refused(&shelf, "desk.db");
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(&format!("it is of version {version}, and books begin with")), "{error}");
    }
}

#[test]
fn a_truncated_book_is_damaged_and_left_alone() {
    let shelf = Shelf::new();
    store_all(&mut shelf.open(), [adds(&provider("chen"))]);
    let whole = fs::read(shelf.book()).unwrap();
    for length in [50, 100, 4096, whole.len() - 4096] {
        fs::write(shelf.book(), &whole[..length]).unwrap();
        match SqliteStore::open(&shelf.book()) {
            Err(StoreError::Damaged { .. }) => {}
            other => panic!("{length}: {other:?}"),
        }
        assert_eq!(fs::read(shelf.book()).unwrap(), &whole[..length]);
    }
}

#[test]
fn a_book_overwritten_with_noise_fails_as_damaged() {
    let shelf = Shelf::new();
    store_all(&mut shelf.open(), (0..200).map(|n| refuses(&format!("r{n}"), MONDAY)));
    let mut bytes = fs::read(shelf.book()).unwrap();
    let length = bytes.len();
    bytes[4096..length].fill(0xa5);
    fs::write(shelf.book(), &bytes).unwrap();
    let error = match SqliteStore::open(&shelf.book()) {
        Err(error) => error,
        Ok(store) => store.reader().and_then(|mut reader| reader.events_after(0, 9)).unwrap_err(),
    };
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    // Not even root creates files in /proc, which makes a read-only folder for every test.
    if !Path::new("/proc/self").exists() {
        return;
    }
    for path in ["/proc/desk.db", "/proc/self/folder/desk.db"] {
        match SqliteStore::open(Path::new(path)) {
            Err(StoreError::NotWritable { .. }) => {}
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[test]
fn one_desk_writes_a_book_and_the_next_is_told_who() {
    let shelf = Shelf::new();
    let first = shelf.open();
    match SqliteStore::open(&shelf.book()) {
        Err(StoreError::InUse { holder, .. }) => {
            assert_eq!(holder, format!("slotdesk (process {})", std::process::id()));
        }
        other => panic!("{other:?}"),
    }
    // Looking at it is allowed all the same.
    assert_eq!(SqliteStore::open_reader(&shelf.book()).unwrap().last_event().unwrap(), 0);
    drop(first);
    shelf.open();
}

#[cfg(unix)]
#[test]
fn a_book_has_one_lock_by_whatever_name_it_is_opened() {
    let shelf = Shelf::new();
    let _first = shelf.open();
    std::os::unix::fs::symlink(shelf.book(), shelf.path("link.db")).unwrap();
    for name in ["link.db", "./desk.db"] {
        let error = SqliteStore::open(&shelf.path(name)).unwrap_err();
        assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    }
}

#[test]
fn rule_1_a_book_has_one_lock_though_it_has_two_names() {
    let shelf = Shelf::new();
    drop(shelf.open());
    fs::hard_link(shelf.book(), shelf.path("other.db")).unwrap();
    for (first, second) in [("desk.db", "other.db"), ("other.db", "desk.db")] {
        let open = SqliteStore::open(&shelf.path(first)).unwrap();
        let error = SqliteStore::open(&shelf.path(second)).unwrap_err();
        assert!(error.to_string().contains("is in use by a desk that has it open under another name"), "{error}");
        assert!(!shelf.path(&format!("{second}.lock")).exists());
        drop(open);
    }
}

#[test]
fn a_lock_left_behind_is_no_obstacle() {
    let shelf = Shelf::new();
    drop(shelf.open());
    fs::write(shelf.path("desk.db.lock"), "slotdesk (process 1)").unwrap();
    shelf.open();
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_book() {
    use std::os::unix::fs::PermissionsExt;
    let shelf = Shelf::new();
    let mut store = shelf.open();
    store_all(&mut store, [adds(&provider("chen"))]);
    for name in ["desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock"] {
        let mode = fs::metadata(shelf.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_book_reads_the_same_when_opened_again() {
    let shelf = Shelf::new();
    let state = |reader: &mut dyn Reader| {
        let mut archive = reader.archive().unwrap();
        let entries = archive.entries_after(0, 99).unwrap();
        let appointments = archive.appointments_after(None, 99).unwrap();
        format!("{entries:?}{appointments:?}{:?}{:?}", archive.revisions().unwrap(), archive.roster().unwrap())
    };
    let mut store = shelf.open();
    store_all(&mut store, [adds(&provider("chen")), books(&appointment("r1", "chen", MONDAY, "09:00"), 0)]);
    let before = state(&mut *store.reader().unwrap());
    drop(store);
    // With the last connection its log goes too, and a book is one file that can be copied.
    assert_eq!(fs::read_dir(shelf.0.path()).unwrap().count(), 1);
    assert_eq!(state(&mut *SqliteStore::open_reader(&shelf.book()).unwrap()), before);
    assert_eq!(fs::read_dir(shelf.0.path()).unwrap().count(), 1);
    let mut store = shelf.open();
    assert_eq!(state(&mut *store.reader().unwrap()), before);
    store_all(&mut store, [books(&appointment("r2", "chen", MONDAY, "10:00"), 1)]);
}
