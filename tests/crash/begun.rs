//! A server that is killed while it begins a book, or goes on with one that was restored.

use std::fs;

use serde_json::json;
use slotdesk::store::SqliteStore;

use crate::faulty_disk::{Call, FaultyDisk, KILLED, Lasts};
use crate::figures::report;
use crate::load;
use crate::program::User;
use crate::server::Server;

/// Most calls of one kind until a server listens; only a start without an end makes more.
const CALLS_MAX: usize = 100;

/// What a server is started on.
#[derive(Debug, Clone, Copy)]
enum Book {
    New,
    Restored,
}

fn user_with(book: Book) -> User {
    let user = User::on_a_fast_disk();
    if let Book::Restored = book {
        let server = Server::start(&user);
        load::opening(&server);
        assert!(server.stop());
        let taken = user.run(&["backup", "--book", "~/desk.db", "--to", "~/copy.db"]);
        assert_eq!(taken.code, Some(0), "{taken:?}");
        fs::rename(user.path("copy.db"), user.path("desk.db")).unwrap();
    }
    user
}

/// Kills a server in the middle of the `nth` call of a kind while it starts, and starts another one; false if it
/// makes fewer calls.
fn killed_at(book: Book, call: Call, nth: usize) -> bool {
    let how = format!("{book:?}, killed in {call:?} {nth}");
    let user = user_with(book);
    let disk = FaultyDisk::under(&user);
    disk.fail(call, nth, KILLED, Lasts::Once);
    match disk.try_to_start(&user) {
        Ok(_) => return false,
        Err(said) => assert!(said.contains("SIGKILL"), "{how}: {said}"),
    }
    let left = || ["desk.db", "desk.db-journal", "desk.db-wal"].map(|name| fs::read(user.path(name)).ok());
    let before = left();
    let checked = user.run(&["check", "--book", "~/desk.db"]);
    assert!(checked.code == Some(0) || checked.err.contains("desk.db"), "{how}: {checked:?}");
    if checked.code != Some(0) {
        assert!(left() == before, "{how}: changed by looking at it: {checked:?}");
    }
    let server = Server::attempt(&mut user.command(&["serve", "--listen", "127.0.0.1:0", "--book", "~/desk.db"]));
    let server = server.unwrap_or_else(|said| panic!("{how}: {said}"));
    if let Book::New = book {
        load::opening(&server);
    }
    let range = json!({"start": "06:00", "end": "20:00"});
    let body = json!({"id": "r1", "date": "2090-06-01", "preferred_range": range, "duration": 15});
    assert_eq!(server.ask("POST", "/appointments", &body.to_string()).0, 200, "{how}");
    assert!(server.stop());
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0), "{how}");
    assert_eq!(SqliteStore::open_reader(&user.path("desk.db")).unwrap().last_event().unwrap(), 5, "{how}");
    true
}

#[test]
fn rule_6_a_start_that_is_killed_in_any_call_to_the_disk_keeps_no_desk_from_opening_the_book() {
    let mut figures = Vec::new();
    for book in [Book::New, Book::Restored] {
        for (call, at_least) in [(Call::Open, 2), (Call::Write, 5), (Call::Sync, 3), (Call::Remove, 1)] {
            let kills = (1..CALLS_MAX).take_while(|nth| killed_at(book, call, *nth)).count();
            assert!((at_least..CALLS_MAX - 1).contains(&kills), "{kills} kills in {call:?} on {book:?}");
            figures.push(format!("{kills} in {call:?} ({book:?})").to_lowercase());
        }
    }
    report(
        "rule_6_a_start_that_is_killed_in_any_call_to_the_disk_keeps_no_desk_from_opening_the_book",
        &format!("killed in each call in turn: {}; the next start opens the book", figures.join(", ")),
    );
}
