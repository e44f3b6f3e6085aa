//! A desk whose book is gone for good, or another one in its place, when it ends.

use std::fs;

use serde_json::json;

use crate::figures::report;
use crate::load;
use crate::program::User;
use crate::server::Server;

/// Bookings before the book is gone, and after.
const BEFORE: usize = 20;

fn booking(number: usize) -> String {
    let range = json!({"start": "06:00", "end": "20:00"});
    json!({"id": format!("r{number}"), "date": "2090-06-01", "preferred_range": range, "duration": 15}).to_string()
}

/// A desk with bookings that are in its log alone.
fn busy(user: &User) -> Server {
    let server = Server::start(user);
    load::opening(&server);
    for number in 0..BEFORE {
        assert_eq!(server.ask("POST", "/appointments", &booking(number)).0, 200);
    }
    server
}

/// How many of the bookings are in the book now; each one that is must be whole.
fn restored(user: &User) -> usize {
    let restored = user.run(&["restore", "--book", "~/desk.db", "--from", "~/desk.db.rescued-1"]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    let server = Server::start(user);
    let there = (0..=BEFORE).filter(|number| server.ask("GET", &format!("/appointments/r{number}"), "").0 == 200);
    let there = there.count();
    assert!(server.stop());
    there
}

#[test]
fn rule_6_a_book_that_was_deleted_is_rescued_when_the_desk_ends() {
    let user = User::new();
    let server = busy(&user);
    fs::remove_file(user.path("desk.db")).unwrap();
    assert_eq!(server.ask("POST", "/appointments", &booking(BEFORE)).0, 503);
    assert_eq!(server.ask("GET", "/appointments/r1", "").0, 200, "what is stored can be read");
    assert_eq!(server.ask("GET", "/appointments?date=2090-06-02", "").0, 200, "on a day that nobody has opened too");
    let said = server.stop_in_vain();
    assert!(said.contains("desk.db.rescued-1") && said.contains("slotdesk restore --from"), "{said}");
    assert!(!user.path("desk.db-wal").exists() && !user.path("desk.db").exists());
    let there = restored(&user);
    assert_eq!(there, BEFORE);
    report(
        "rule_6_a_book_that_was_deleted_is_rescued_when_the_desk_ends",
        &format!("all {there} acknowledged bookings there after a restore"),
    );
}

#[test]
fn rule_6_another_book_in_the_place_of_an_open_one_is_not_touched_and_nothing_is_lost() {
    let user = User::new();
    let other = Server::start(&user);
    load::opening(&other);
    assert!(other.stop());
    fs::rename(user.path("desk.db"), user.path("other.db")).unwrap();
    let before = fs::read(user.path("other.db")).unwrap();

    let server = busy(&user);
    fs::rename(user.path("desk.db"), user.path("moved.db")).unwrap();
    fs::rename(user.path("other.db"), user.path("desk.db")).unwrap();
    assert_eq!(server.ask("POST", "/appointments", &booking(BEFORE)).0, 503);
    assert!(server.stop_in_vain().contains("desk.db.rescued-1"));
    // Neither by what is left of the old one, nor by a desk that opens the new one.
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), before);
    assert!(!user.path("desk.db-wal").exists(), "the log of the old book would be played into the new one");
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), before);
    // The book that was moved has everything too, without the log that it left behind.
    let copied = user.run(&["backup", "--book", "~/moved.db", "--to", "~/copy.db"]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    assert_eq!(copied.out.matches(&format!("{BEFORE} appointments")).count(), 1, "{copied:?}");
    assert_eq!(restored(&user), BEFORE);
}

#[test]
fn rule_6_a_log_without_its_book_is_set_aside_where_no_copy_can_be_made() {
    let user = User::new();
    let server = busy(&user);
    fs::remove_file(user.path("desk.db")).unwrap();
    fs::write(user.path("desk.db"), "something else").unwrap();
    // In the way of the copy.
    fs::create_dir(user.path("desk.db.rescued-1.partial")).unwrap();
    let said = server.stop_in_vain();
    assert!(said.contains("could not be copied"), "{said}");
    assert!(!user.path("desk.db-wal").exists() && user.path("desk.db-wal.set-aside").exists());
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), b"something else");
}

/// Does something to the files of a book that is open with bookings in it; what the desk said at its end.
fn meddled_with(user: &User, meddle: impl FnOnce()) -> String {
    let server = busy(user);
    assert_eq!(user.run(&["backup", "--book", "~/desk.db", "--to", "~/copy.db"]).code, Some(0));
    meddle();
    assert_eq!(server.ask("POST", "/appointments", &booking(BEFORE)).0, 503);
    assert_eq!(server.ask("GET", "/health", "").0, 503);
    assert_eq!(server.ask("POST", "/appointments", &booking(BEFORE)).0, 503, "and it stays so");
    server.stop_in_vain()
}

#[test]
fn rule_6_a_book_that_is_overwritten_while_it_is_open_is_not_written_and_is_rescued() {
    let user = User::new();
    let said = meddled_with(&user, || {
        fs::copy(user.path("copy.db"), user.path("desk.db")).unwrap();
    });
    assert!(said.contains("desk.db.rescued-1"), "{said}");
    assert!(!user.path("desk.db-wal").exists(), "the log would be played into the other content");
    assert!(fs::read(user.path("desk.db")).unwrap() == fs::read(user.path("copy.db")).unwrap());
    let there = restored(&user);
    assert_eq!(there, BEFORE);
    report(
        "rule_6_a_book_that_is_overwritten_while_it_is_open_is_not_written_and_is_rescued",
        &format!("all {there} acknowledged bookings there after a restore"),
    );
}

#[test]
fn rule_6_a_book_that_is_emptied_while_it_is_open_is_missed_and_its_log_is_set_aside() {
    let user = User::new();
    let log = std::cell::RefCell::new(Vec::new());
    let said = meddled_with(&user, || {
        fs::write(user.path("desk.db"), "").unwrap();
        *log.borrow_mut() = fs::read(user.path("desk.db-wal")).unwrap();
    });
    assert!(said.contains("could not be copied") && said.contains("in the log that was left beside it"), "{said}");
    assert_eq!(fs::metadata(user.path("desk.db")).unwrap().len(), 0);
    assert!(!user.path("desk.db-wal").exists());
    assert!(fs::read(user.path("desk.db-wal.set-aside")).unwrap() == *log.borrow());
}

#[test]
fn rule_6_a_log_that_is_cut_off_while_it_is_open_is_missed_and_not_played_into_the_book() {
    // In the middle of a commit, what is written afterwards makes the log as long as it was.
    for padded in [0, 1 << 20] {
        let user = User::new();
        let book = std::cell::RefCell::new(Vec::new());
        let said = meddled_with(&user, || {
            *book.borrow_mut() = fs::read(user.path("desk.db")).unwrap();
            let log = fs::File::options().write(true).open(user.path("desk.db-wal")).unwrap();
            log.set_len(0).unwrap();
            log.set_len(padded).unwrap();
        });
        assert!(said.contains("desk.db was moved, deleted, replaced or overwritten"), "{said}");
        assert!(fs::read(user.path("desk.db")).unwrap() == *book.borrow());
        assert!(!user.path("desk.db-wal").exists());
    }
}
