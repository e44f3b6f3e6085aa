//! Books that a power cut tore and that a disk altered: what is whole is there, and what is wrong is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use rusqlite::Connection;
use rusqlite::types::Value;
use slotdesk::domain::*;
use slotdesk::store::{Commit, Entry, Existing, Reader, SqliteStore, Store, StoreError, audit};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::figures::{bound, report};
use crate::fixture::*;

const SECTOR: usize = 512;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const FRAME: usize = FRAME_HEADER + 4096;
/// Bits flipped in a book and in a log; `SLOTDESK_FLIPS` says otherwise.
const FLIPS: u64 = 150;

/// Bookings with three providers on two days, some of them confirmed and some cancelled; one commit each.
fn busy_days() -> Vec<Commit> {
    let names = ["chen", "patel", "roy"];
    let mut commits: Vec<_> = names.iter().map(|name| adds(&provider(name))).collect();
    let mut revisions: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut booked = Vec::new();
    for number in 0..3u16 {
        for (name, on) in names.into_iter().flat_map(|name| [(name, MONDAY), (name, TUESDAY)]) {
            let id = format!("{name}-{on}-{number}");
            let client = Text::name("client", &format!("Ada {id} Lovelace")).unwrap();
            let request = Request { client: Some(client), ..(*request(&id, on)).clone() };
            let start = Minute::new(540 + 30 * number).unwrap().to_string();
            let one = Appointment { request: Arc::new(request), ..(*appointment(&id, name, on, &start)).clone() };
            let one = Arc::new(one);
            let revision = revisions.entry((name, on)).or_default();
            commits.push(books(&one, *revision));
            *revision += 1;
            booked.push((name, on, number, one));
        }
    }
    for (name, on, number, before) in booked.into_iter().filter(|(_, _, number, _)| number % 3 < 2) {
        let (id, revision) = (before.id().clone(), revisions.entry((name, on)).or_default());
        let (action, after) = match number % 3 {
            0 => (Action::Cancelled(id), cancelled(&before)),
            _ => (Action::StatusSet(id, Status::Confirmed), Arc::new(before.with_status(Status::Confirmed))),
        };
        commits.push(changes(action, [(&before, &after)], [guard(name, on, *revision)]));
        *revision += 1;
    }
    commits
}

/// A folder for books that are opened by the hundred: in memory, where there is such a disk.
fn folder() -> TempDir {
    TempDir::new_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap())
}

/// The files of a book as they were at one moment.
struct Files {
    book: Vec<u8>,
    log: Vec<u8>,
    /// How long the log was when each commit was acknowledged.
    ends: Vec<usize>,
    entries: Vec<Entry>,
}

impl Files {
    /// Killed after the last commit: nearly everything is in the log beside the book.
    fn of_a_killed_desk() -> Self {
        let folder = folder();
        let path = folder.path().join("desk.db");
        let log = folder.path().join("desk.db-wal");
        let mut store = SqliteStore::open(&path).unwrap();
        let mut ends = Vec::new();
        for commit in busy_days() {
            store_all(&mut store, [commit]);
            ends.push(usize::try_from(fs::metadata(&log).unwrap().len()).unwrap());
        }
        let entries = entries(&mut *store.reader().unwrap());
        Self { book: fs::read(&path).unwrap(), log: fs::read(&log).unwrap(), ends, entries }
    }

    /// The book alone, with everything in it.
    fn of_a_closed_desk() -> Vec<u8> {
        let folder = folder();
        let path = folder.path().join("desk.db");
        store_all(&mut SqliteStore::open(&path).unwrap(), busy_days());
        fs::read(&path).unwrap()
    }

    /// Asserts that a desk opens on the book with this log, has the first `commits` of them, and goes on.
    fn assert_has(&self, log: &[u8], commits: usize, how: &str) {
        let place = Place::with(&self.book, Some(log));
        let mut store = SqliteStore::open(&place.book()).unwrap_or_else(|error| panic!("{how}: {error}"));
        let mut reader = store.reader().unwrap();
        assert_eq!(audit(&mut *reader).unwrap(), [], "{how}");
        assert!(entries(&mut *reader) == self.entries[..commits], "{how}: not the first {commits} commits");
        store_all(&mut store, [refuses("next", MONDAY)]);
        assert_eq!(reader.last_event().unwrap(), commits as u64 + 1, "{how}");
    }

    /// Asserts that neither a desk nor a reader opens the book with this log, and that nothing is changed.
    fn assert_refused(&self, log: &[u8], bit: usize) {
        let place = Place::with(&self.book, Some(log));
        let opened = [SqliteStore::open(&place.book()).map(drop), SqliteStore::open_reader(&place.book()).map(drop)];
        for error in opened.map(|opened| opened.expect_err(&format!("bit {bit} of the log is wrong"))) {
            assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == place.log()), "{error}");
            assert!(error.to_string().contains("restore a backup, or move this file away"), "{error}");
        }
        assert!(fs::read(place.book()).unwrap() == self.book && fs::read(place.log()).unwrap() == log, "bit {bit}");
        // What the sentence says can be done.
        fs::rename(place.log(), place.0.path().join("aside")).unwrap();
        assert_eq!(audit(&mut *SqliteStore::open_reader(&place.book()).unwrap()).unwrap(), []);
    }
}

fn entries(reader: &mut dyn Reader) -> Vec<Entry> {
    reader.archive().unwrap().entries_after(0, 1_000).unwrap()
}

/// A folder with the files of a book, and nothing else.
struct Place(TempDir);

impl Place {
    fn with(book: &[u8], log: Option<&[u8]>) -> Self {
        let place = Self(folder());
        fs::write(place.book(), book).unwrap();
        if let Some(log) = log {
            fs::write(place.log(), log).unwrap();
        }
        place
    }

    fn book(&self) -> PathBuf {
        self.0.path().join("desk.db")
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("desk.db-wal")
    }
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[test]
fn a_log_torn_anywhere_has_every_whole_commit_and_no_half_one() {
    let files = Files::of_a_killed_desk();
    let mut dice = Dice::new(5);
    let first = files.ends[files.ends.len() - 5];
    let mut cuts: Vec<usize> = (first..files.log.len()).step_by(SECTOR).collect();
    cuts.extend(files.ends.iter().rev().take(5).flat_map(|end| [end - 1, *end]));
    for cut in &cuts {
        let whole = files.ends.iter().filter(|end| *end <= cut).count();
        files.assert_has(&files.log[..*cut], whole, &format!("cut at {cut}"));
        let garbage = (0..=dice.roll(9_000)).map(|_| u8::try_from(dice.roll(256)).unwrap());
        let torn: Vec<u8> = files.log[..*cut].iter().copied().chain(garbage).collect();
        files.assert_has(&torn, whole, &format!("cut at {cut}, with {} bytes of noise after it", torn.len() - cut));
    }
    let cuts = cuts.len();
    report(
        "a_log_torn_anywhere_has_every_whole_commit_and_no_half_one",
        &format!("{cuts} cuts, each alone and with noise after it: every whole commit there, none half"),
    );
}

#[test]
fn a_last_commit_of_which_any_sectors_are_missing_is_not_there_and_nothing_else_is_lost() {
    let files = Files::of_a_killed_desk();
    let [.., before, last] = files.ends[..] else { panic!("several commits") };
    let mut dice = Dice::new(6);
    let (mut incomplete, mut complete) = (0, 0);
    for round in 0..50 {
        let mut log = files.log.clone();
        for sector in log[before..last].chunks_mut(SECTOR) {
            if dice.roll(4) == 0 {
                sector.fill(0);
            }
        }
        let torn = usize::from(log != files.log);
        files.assert_has(&log, files.ends.len() - torn, &format!("round {round}"));
        incomplete += torn;
        complete += 1 - torn;
    }
    assert!(incomplete > complete);
    report(
        "a_last_commit_of_which_any_sectors_are_missing_is_not_there_and_nothing_else_is_lost",
        &format!("{incomplete} logs with sectors missing from the last commit: it alone is gone"),
    );
}

#[test]
fn a_log_damaged_in_front_of_whole_commits_is_refused_and_nothing_is_changed() {
    let files = Files::of_a_killed_desk();
    let mut dice = Dice::new(7);
    let [.., last, _] = files.ends[..] else { panic!("several commits") };
    // The salts and the checksum of the frame that ends the last commit but one: what tells of all before.
    let crucial = (last - FRAME + 8) * 8..(last - FRAME + FRAME_HEADER) * 8;
    let flips = bound("SLOTDESK_FLIPS", FLIPS);
    let (mut refused, mut torn) = (0, 0);
    for bit in crucial.step_by(3).chain((0..flips).map(|_| dice.index(files.log.len() * 8))) {
        let log = flipped(&files.log, bit);
        if bit / 8 >= last {
            // Of the last commit nobody can tell whether it was acknowledged: a power cut looks the same.
            files.assert_has(&log, files.ends.len() - 1, &format!("bit {bit}"));
            torn += 1;
            continue;
        }
        files.assert_refused(&log, bit);
        refused += 1;
    }
    // A header is written before everything else, so that not even one commit is there without a whole one.
    for bit in (0..LOG_HEADER * 8).step_by(3) {
        files.assert_refused(&flipped(&files.log[..files.ends[0]], bit), bit);
        refused += 1;
    }
    assert!(refused > flips / 2 && torn > 0);
    report(
        "a_log_damaged_in_front_of_whole_commits_is_refused_and_nothing_is_changed",
        &format!("{refused} flipped bits refused and named, {torn} in the last commit: it alone is gone"),
    );
}

/// Every row of every table, whatever the book says about itself; what a book without flips shows.
fn dump(place: &Place) -> Vec<String> {
    let raw = Connection::open(place.book()).unwrap();
    let all = |sql: &str| {
        let mut statement = raw.prepare(sql).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get::<_, Value>(column)).collect();
        let rows: Vec<Vec<Value>> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        format!("{rows:?}")
    };
    ["provider", "service", "event", "appointment", "provider_day"]
        .map(|table| all(&format!("SELECT * FROM {table}")))
        .into()
}

#[test]
fn a_flipped_bit_of_the_book_is_refused_or_found_or_changes_nothing() {
    let book = Files::of_a_closed_desk();
    let sound = dump(&Place::with(&book, None));
    let mut dice = Dice::new(8);
    let (mut refused, mut found, mut harmless) = (0, 0, 0);
    let header = (0..100 * 8).step_by(7);
    for bit in header.chain((0..bound("SLOTDESK_FLIPS", FLIPS)).map(|_| dice.index(book.len() * 8))) {
        let altered = flipped(&book, bit);
        let place = Place::with(&altered, None);
        let checked = SqliteStore::open_reader(&place.book()).and_then(|mut reader| audit(&mut *reader));
        match checked {
            Err(error) => {
                assert!(error.to_string().contains("desk.db"), "{error}");
                assert!(fs::read(place.book()).unwrap() == altered, "bit {bit}: changed by looking at it");
                refused += 1;
            }
            Ok(violations) if !violations.is_empty() => found += 1,
            Ok(_) => {
                assert!(dump(&place) == sound, "bit {bit} at byte {} changes the book and is not found", bit / 8);
                harmless += 1;
            }
        }
        // A desk that opens such a book either says so, or works; it is not to panic, and not to make it worse.
        let place = Place::with(&altered, None);
        if SqliteStore::open(&place.book()).is_err() {
            assert!(fs::read(place.book()).unwrap() == altered, "bit {bit}: changed by trying to open it");
        }
    }
    assert!(refused > 0 && found > 0 && harmless > 0, "{refused} {found} {harmless}");
    let figures = format!(
        "{} bits flipped: {refused} refused, {found} found by check, {harmless} in unused space",
        refused + found + harmless
    );
    report("a_flipped_bit_of_the_book_is_refused_or_found_or_changes_nothing", &figures);
}

#[test]
fn a_book_cut_off_anywhere_is_refused_or_found_and_left_alone() {
    let book = Files::of_a_closed_desk();
    let cuts: Vec<usize> = (SECTOR..book.len()).step_by(SECTOR).chain([1, 50, 99, 100, 101]).collect();
    for cut in &cuts {
        let place = Place::with(&book[..*cut], None);
        let opened = SqliteStore::open_reader(&place.book());
        let sound = opened.and_then(|mut reader| audit(&mut *reader)).is_ok_and(|violations| violations.is_empty());
        assert!(!sound, "cut at {cut}");
        if let Err(error) = SqliteStore::open(&place.book()) {
            assert!(error.to_string().contains("desk.db"), "{error}");
        }
        assert!(fs::read(place.book()).unwrap() == book[..*cut], "cut at {cut}: changed by trying");
    }
    // Of nothing at all a new book would begin, unless what was acknowledged is still in the log.
    let log = Files::of_a_killed_desk().log;
    let place = Place::with(&[], Some(&log));
    let opened = [SqliteStore::open(&place.book()).map(drop), SqliteStore::open_reader(&place.book()).map(drop)];
    for error in opened.map(Result::unwrap_err) {
        assert!(matches!(&error, StoreError::Emptied { log, .. } if *log == place.log()), "{error}");
        assert!(fs::read(place.book()).unwrap().is_empty() && fs::read(place.log()).unwrap() == log, "{error}");
    }
    report(
        "a_book_cut_off_anywhere_is_refused_or_found_and_left_alone",
        &format!("{} lengths: each refused or found, none changed", cuts.len() + 1),
    );
}

#[test]
fn a_book_that_was_being_begun_when_the_power_failed_is_begun_whatever_of_it_was_written() {
    let raw = Place::with(&[], None);
    let writing = Connection::open(raw.book()).unwrap();
    // Too much for the memory that it is allowed, so that a part is written before the end.
    writing
        .execute_batch("PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(99999))")
        .unwrap();
    let (half, journal) = (fs::read(raw.book()).unwrap(), fs::read(raw.0.path().join("desk.db-journal")).unwrap());
    assert!(half.len() > 4096 && !journal.is_empty());
    // Pages reach the disk in any order: this is the first of them, which has the header.
    let torn = [&[0; 4096], &half[4096..]].concat();
    let place = Place::with(&torn, None);
    assert!(matches!(SqliteStore::open(&place.book()), Err(StoreError::NotABook { .. })), "zeros are no book");
    let beside = place.0.path().join("desk.db-journal");
    fs::write(&beside, &journal).unwrap();
    let Err(error) = SqliteStore::open_reader(&place.book()) else { panic!("half a book") };
    assert!(error.to_string().contains("start the desk once, which puts the book in order"), "{error}");
    assert!(fs::read(place.book()).unwrap() == torn && fs::read(&beside).unwrap() == journal);
    let mut store = SqliteStore::open(&place.book()).unwrap();
    assert!(!beside.exists());
    store_all(&mut store, [refuses("next", MONDAY)]);
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}

#[test]
fn whoever_looks_at_the_book_of_a_killed_desk_changes_neither_the_book_nor_its_log() {
    let files = Files::of_a_killed_desk();
    let place = Place::with(&files.book, Some(&files.log));
    let [copy, other] = ["copy.db", "other.db"].map(|name| place.0.path().join(name));
    let looks: [(&str, &dyn Fn()); 4] = [
        ("a check", &|| {
            let mut reader = SqliteStore::open_reader(&place.book()).unwrap();
            assert_eq!(audit(&mut *reader).unwrap(), []);
            assert!(entries(&mut *reader) == files.entries);
        }),
        ("a backup", &|| {
            SqliteStore::backup(&place.book(), &copy, Existing::Keep).unwrap();
        }),
        ("a restore from it", &|| {
            SqliteStore::restore(&place.book(), &other, DateTime::UNIX_EPOCH).unwrap();
        }),
        ("a look at one that is newer", &|| {
            let newer = Place::with(&files.book, Some(&files.log));
            Connection::open(newer.book()).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
            let before = fs::read(newer.book()).unwrap();
            assert!(matches!(SqliteStore::open_reader(&newer.book()), Err(StoreError::Newer { .. })));
            assert!(fs::read(newer.book()).unwrap() == before);
            assert_eq!(fs::read_dir(newer.0.path()).unwrap().count(), 1, "and nothing is left beside it");
        }),
    ];
    for (how, look) in looks {
        look();
        assert!(fs::read(place.book()).unwrap() == files.book, "{how} changed the book");
        assert!(fs::read(place.log()).unwrap() == files.log, "{how} changed the log");
    }
    for copy in [copy, other] {
        assert!(entries(&mut *SqliteStore::open_reader(&copy).unwrap()) == files.entries);
    }
}
