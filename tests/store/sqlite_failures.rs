//! A book whose disk, file or process fails.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::{env, fs};

use slotdesk::domain::*;
use slotdesk::store::{SqliteStore, Store, StoreError, Verdict, audit};

use crate::Shelf;
use crate::fixture::*;

/// The book that a child process is to work on.
const BOOK: &str = "SLOTDESK_TEST_BOOK";

/// This test binary again, to run one of the tests that are ignored otherwise.
fn child(wrapper: &[&str], test: &str, shelf: &Shelf) -> Command {
    let mut words = wrapper.iter().map(ToString::to_string).collect::<Vec<_>>();
    words.push(env::current_exe().unwrap().display().to_string());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(["--exact", test, "--ignored", "--nocapture"]).env(BOOK, shelf.book());
    command
}

fn asked(n: usize) -> slotdesk::store::Commit {
    refuses(&format!("r{n}"), MONDAY)
}

#[test]
fn a_killed_process_loses_nothing_that_it_was_told_is_stored() {
    let shelf = Shelf::new();
    let mut child = child(&[], "failures::commits_until_it_is_killed", &shelf).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.filter_map(|line| line.strip_prefix("stored ").and_then(|number| number.parse::<u64>().ok()));
    let mut told = told.peekable();
    while told.next().unwrap() < 60 {}
    // Still alive, so still holding the book.
    assert!(matches!(SqliteStore::open(&shelf.book()), Err(StoreError::InUse { .. })));
    child.kill().unwrap();
    child.wait().unwrap();
    let told = told.last().unwrap_or(60);
    assert!(shelf.path("desk.db.lock").exists(), "killed, so it left its lock behind");

    let mut store = shelf.open();
    let mut reader = store.reader().unwrap();
    assert!(reader.last_event().unwrap() >= told);
    assert_eq!(audit(&mut *reader).unwrap(), []);
    store_all(&mut store, [adds(&provider("chen"))]);
}

#[test]
#[ignore = "the part of a child process"]
fn commits_until_it_is_killed() {
    let Some(book) = env::var_os(BOOK) else { return };
    let mut store = SqliteStore::open(book.as_ref()).unwrap();
    for n in 0.. {
        let verdicts = store.commit(&[asked(2 * n), asked(2 * n + 1)]).unwrap();
        assert!(
            matches!(verdicts[..], [Verdict::Committed(_), Verdict::Committed(last)] if { println!("stored {last}"); true })
        );
    }
}

#[test]
fn a_write_that_the_system_refuses_stores_nothing_and_the_store_works_again_afterwards() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: there is no prlimit here");
        return;
    }
    let shelf = Shelf::new();
    let ignoring = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let output = child(&ignoring, "failures::reaches_the_largest_file_size", &shelf).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "the part of a child process"]
fn reaches_the_largest_file_size() {
    let Some(book) = env::var_os(BOOK) else { return };
    let limit = |bytes: &str| {
        let own = std::process::id().to_string();
        assert!(
            Command::new("prlimit").args(["--pid", &own, &format!("--fsize={bytes}:")]).status().unwrap().success()
        );
    };
    let mut store = SqliteStore::open(book.as_ref()).unwrap();
    store_all(&mut store, [adds(&provider("chen"))]);
    let batch: Vec<_> = (0..2_000).map(asked).collect();
    limit("100000");
    for _ in 0..3 {
        let error = store.commit(&batch).unwrap_err();
        assert!(matches!(error, StoreError::Failing { .. } | StoreError::Full { .. }), "{error}");
        assert_eq!(store.reader().unwrap().last_event().unwrap(), 1);
    }
    limit("unlimited");
    let verdicts = store.commit(&batch).unwrap();
    assert_eq!(verdicts.last(), Some(&Verdict::Committed(2_001)));
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}

#[test]
fn a_disk_that_is_really_full_stores_nothing_and_the_store_works_again_when_there_is_room() {
    let mount = "mount -t tmpfs -o size=1m tmpfs \"$(dirname \"$SLOTDESK_TEST_BOOK\")\"";
    let may_mount = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        println!("skipped: no namespaces of one's own are allowed here");
        return;
    }
    let shelf = Shelf::new();
    let script = format!("{mount} && exec \"$@\"");
    let on_a_small_disk = ["unshare", "-rm", "sh", "-c", &script, "sh"];
    let output = child(&on_a_small_disk, "failures::fills_the_disk", &shelf).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "the part of a child process"]
fn fills_the_disk() {
    let Some(book) = env::var_os(BOOK) else { return };
    let ballast = std::path::Path::new(&book).with_extension("ballast");
    fs::write(&ballast, vec![1; 500_000]).unwrap();
    let mut store = SqliteStore::open(book.as_ref()).unwrap();
    let batch = |from: usize| (from..from + 100).map(asked).collect::<Vec<_>>();
    let (mut stored, mut failures) = (0, 0);
    // The first failure may be over at once: the store clears its own log away.
    while failures < 3 {
        match store.commit(&batch(stored)) {
            Ok(_) => (stored, failures) = (stored + 100, 0),
            Err(StoreError::Full { .. }) => failures += 1,
            Err(other) => panic!("{other}"),
        }
        assert_eq!(store.reader().unwrap().last_event().unwrap(), stored as u64);
    }
    assert!(stored > 0);
    fs::remove_file(ballast).unwrap();
    assert_eq!(store.commit(&batch(stored)).unwrap().len(), 100);
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}

#[test]
fn a_book_that_was_moved_away_is_missed_and_found_again() {
    let shelf = Shelf::new();
    let mut store = shelf.open();
    store_all(&mut store, [asked(1)]);
    fs::rename(shelf.book(), shelf.path("elsewhere.db")).unwrap();
    let error = store.commit(&[asked(2)]).unwrap_err();
    assert!(error.to_string().contains("it was moved or deleted while the desk was open"), "{error}");
    fs::write(shelf.book(), "another file").unwrap();
    let error = store.commit(&[asked(2)]).unwrap_err();
    assert!(error.to_string().contains("another file took its place"), "{error}");
    assert!(store.reader().is_err());
    fs::rename(shelf.path("elsewhere.db"), shelf.book()).unwrap();
    store_all(&mut store, [asked(2)]);
}

#[test]
fn readers_see_whole_batches_while_they_are_written() {
    let shelf = Shelf::new();
    let mut store = shelf.open();
    store_all(&mut store, [adds(&provider("chen"))]);
    let mut reader = store.reader().unwrap();
    let writing = std::thread::spawn(move || {
        for pair in 0..40u64 {
            let book = |n: u64| {
                let start = Minute::new(u16::try_from(n * 15).unwrap()).unwrap();
                let slot = TimeRange::starting(start, Minutes::new(15).unwrap()).unwrap();
                let one = Appointment { slot, ..(*appointment(&format!("r{n}"), "chen", MONDAY, "00:00")).clone() };
                books(&std::sync::Arc::new(one), n)
            };
            let verdicts = store.commit(&[book(2 * pair), book(2 * pair + 1)]).unwrap();
            assert_eq!(verdicts[1], Verdict::Committed(2 * pair + 3));
        }
        store
    });
    let mut last = 1;
    while last < 81 {
        let monday = reader.day(day(MONDAY)).unwrap();
        assert_eq!(monday.as_of % 2, 1, "half a batch");
        assert_eq!(monday.appointments.len() as u64, monday.as_of - 1);
        assert_eq!(monday.revisions.iter().map(|(_, revision)| revision).sum::<u64>(), monday.as_of - 1);
        assert!(monday.as_of >= last, "a reader never goes back");
        last = monday.as_of;
    }
    writing.join().unwrap();
}
