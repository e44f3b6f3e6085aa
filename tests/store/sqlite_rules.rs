//! The rules in the file itself: what another program could do to a book by hand.

use std::sync::Arc;

use rusqlite::Connection;
use slotdesk::domain::*;
use slotdesk::store::{Store, Verdict};

use crate::Shelf;
use crate::figures::report;
use crate::fixture::*;

/// A book with two appointments, one of which was moved and one overbooked, and a connection to it.
fn book(shelf: &Shelf) -> Connection {
    let mut store = shelf.open();
    let first = appointment("r1", "chen", MONDAY, "10:00");
    let over =
        Appointment { overbooking: Overbooking::Deliberate, ..(*appointment("r3", "chen", MONDAY, "12:00")).clone() };
    store_all(
        &mut store,
        [
            adds(&provider("chen")),
            books(&first, 0),
            books(&appointment("r2", "chen", MONDAY, "12:00"), 1),
            books(&Arc::new(over), 2),
            refuses("r4", MONDAY),
        ],
    );
    let raw = Connection::open(shelf.book()).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON").unwrap();
    raw
}

fn refused(raw: &Connection, sql: &str) -> String {
    let before: i64 = raw.query_row("SELECT count(*) + sum(length(body)) FROM event", [], |row| row.get(0)).unwrap();
    let error = raw.execute_batch(sql).expect_err(sql).to_string();
    let after: i64 = raw.query_row("SELECT count(*) + sum(length(body)) FROM event", [], |row| row.get(0)).unwrap();
    assert_eq!(before, after, "{sql}");
    error
}

#[test]
fn the_log_cannot_be_rewritten() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    for sql in ["UPDATE event SET body = '{}' WHERE number = 2", "UPDATE event SET at = 0"] {
        assert!(refused(&raw, sql).contains("an event is never changed"), "{sql}");
    }
    for sql in ["DELETE FROM event WHERE number = 5", "DELETE FROM event"] {
        assert!(refused(&raw, sql).contains("an event is never deleted"), "{sql}");
    }
}

#[test]
fn nothing_is_replaced_even_where_no_trigger_sees_what_is_deleted() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    for recursive in ["ON", "OFF"] {
        raw.execute_batch(&format!("PRAGMA recursive_triggers = {recursive}")).unwrap();
        for (sql, why) in [
            (
                "INSERT OR REPLACE INTO event \
                 SELECT 6, at, nanos, behind, 'r1', 540, 600, 30, body, checksum FROM event WHERE number = 2",
                "answered before",
            ),
            ("INSERT OR REPLACE INTO event SELECT * FROM event WHERE number = 1", "numbered without gaps"),
            (
                "INSERT OR REPLACE INTO provider (id, base, revision, body) VALUES ('chen', 0, 1, '{}')",
                "such a provider",
            ),
            (
                "INSERT OR REPLACE INTO provider (key, id, base, revision, body) VALUES (1, 'x', 0, 1, '{}')",
                "such a provider",
            ),
            ("INSERT OR REPLACE INTO provider_day VALUES (20261123, 1, 0, 1)", "changed before"),
        ] {
            assert!(refused(&raw, sql).contains(why), "{sql}");
        }
    }
}

#[test]
fn events_are_numbered_without_gaps_whoever_writes() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    let numbered = |number: &str| {
        format!(
            "INSERT INTO event SELECT {number}, at, nanos, behind, NULL, NULL, NULL, NULL, body, checksum FROM event WHERE number = 1"
        )
    };
    for number in ["0", "5", "7"] {
        assert!(refused(&raw, &numbered(number)).contains("numbered without gaps"), "{number}");
    }
    assert!(refused(&raw, &numbered("-1")).contains("CHECK"), "what a trigger sees of a number that is left out");
    let twice = "INSERT INTO event SELECT 6, at, nanos, behind, request, 540, 600, 30, body, checksum FROM event WHERE number = 2";
    assert!(refused(&raw, twice).contains("answered before"));
    raw.execute(&numbered("NULL"), []).unwrap();
    let newest: i64 = raw.query_row("SELECT max(number) FROM event", [], |row| row.get(0)).unwrap();
    assert_eq!(newest, 6, "a number that is left out is the next one");
}

#[test]
fn double_booking_is_refused_whoever_writes() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    let mut attempts = 0;
    for sql in [
        // A second one over the first; the event of the refusal is free as a key.
        "INSERT INTO appointment (number, provider, day, start, finish, status, overbooked) VALUES (5, 1, 20261123, 615, 645, 'booked', 0)",
        "INSERT OR REPLACE INTO appointment (number, provider, day, start, finish, status, overbooked) VALUES (5, 1, 20261123, 0, 1440, 'done', 0)",
        // The first one moved, made longer, or a deliberate one made regular.
        "UPDATE appointment SET start = 735, finish = 765 WHERE number = 2",
        "UPDATE appointment SET finish = 721 WHERE number = 2",
        "UPDATE appointment SET overbooked = 0 WHERE number = 4",
    ] {
        assert!(refused(&raw, sql).contains("another appointment at that time"), "{sql}");
        attempts += 1;
    }
    // What does not overlap is nobody's harm.
    raw.execute_batch(
        "UPDATE appointment SET finish = 720 WHERE number = 2;
         UPDATE appointment SET status = 'cancelled', cancellation = '{\"cause\":\"client\"}' WHERE number = 3;
         UPDATE appointment SET overbooked = 0 WHERE number = 4",
    )
    .unwrap();
    let back = "UPDATE appointment SET status = 'booked', cancellation = NULL WHERE number = 3";
    assert!(refused(&raw, back).contains("another appointment at that time"));
    attempts += 1;
    let sound: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    report(
        "double_booking_is_refused_whoever_writes",
        &format!("{attempts} statements of another program, all refused by the file itself"),
    );
}

#[test]
fn revisions_only_grow_from_the_one_they_were_decided_on() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    for sql in [
        "UPDATE provider_day SET base = 2, revision = 4",
        "UPDATE provider_day SET revision = 9",
        "UPDATE provider_day SET day = 20261124, base = 3, revision = 4",
    ] {
        assert!(refused(&raw, sql).contains("the day was changed since"), "{sql}");
    }
    assert!(refused(&raw, "UPDATE provider_day SET base = 3, revision = 3").contains("CHECK"));
    let new = "INSERT INTO provider_day (day, provider, base, revision) VALUES (20261124, 1, 1, 2)";
    assert!(refused(&raw, new).contains("no revision to build on"));

    assert!(refused(&raw, "UPDATE provider SET body = '{}'").contains("the provider was changed since"));
    assert!(refused(&raw, "UPDATE provider SET base = 1, revision = 1").contains("CHECK"));
    assert!(refused(&raw, "UPDATE provider SET id = 'x', base = 1, revision = 2").contains("changed since"));
    assert!(
        refused(&raw, "INSERT INTO provider (id, base, revision, body) VALUES ('x', 3, 4, '{}')").contains("build on")
    );
    raw.execute_batch("UPDATE provider_day SET base = 3, revision = 4; UPDATE provider SET base = 1, revision = 2")
        .unwrap();
}

#[test]
fn rows_hold_what_a_desk_could_have_written() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    for sql in [
        "UPDATE appointment SET start = 600, finish = 600 WHERE number = 2",
        "UPDATE appointment SET finish = 1441 WHERE number = 3",
        "UPDATE appointment SET status = 'late' WHERE number = 2",
        "UPDATE appointment SET status = 'cancelled' WHERE number = 2",
        "UPDATE appointment SET overbooked = 2 WHERE number = 2",
    ] {
        assert!(refused(&raw, sql).contains("CHECK"), "{sql}");
    }
    assert!(refused(&raw, "UPDATE appointment SET start = 'ten' WHERE number = 2").contains("cannot store TEXT"));
    for sql in ["UPDATE appointment SET provider = 9 WHERE number = 2", "DELETE FROM provider"] {
        assert!(refused(&raw, sql).contains("FOREIGN KEY"), "{sql}");
    }
    assert!(refused(&raw, "UPDATE appointment SET number = 5 WHERE number = 2").contains("belongs to the event"));
}

#[test]
fn a_desk_sees_what_another_program_wrote_meanwhile() {
    let shelf = Shelf::new();
    let raw = book(&shelf);
    let mut store = shelf.open();
    store_all(&mut store, [books(&appointment("r5", "chen", MONDAY, "09:00"), 3)]);
    raw.execute_batch(
        "INSERT INTO event SELECT 7, at, nanos, 0, NULL, NULL, NULL, NULL, body, checksum FROM event WHERE number = 1;
         UPDATE provider_day SET base = 4, revision = 9",
    )
    .unwrap();
    let next = books(&appointment("r6", "chen", MONDAY, "11:00"), 4);
    assert_eq!(store.commit(&[next]).unwrap(), [Verdict::Stale]);
    let next = books(&appointment("r6", "chen", MONDAY, "11:00"), 9);
    assert_eq!(store.commit(&[next]).unwrap(), [Verdict::Committed(8)]);
    // Nothing but the record: no other row would give it away.
    raw.execute_batch("UPDATE provider SET base = 1, revision = 2").unwrap();
    let next = books(&appointment("r7", "chen", MONDAY, "15:00"), 10);
    assert_eq!(store.commit(&[next]).unwrap(), [Verdict::Stale]);
}
