//! Books that somebody changed behind the desk's back.

use rusqlite::Connection;
use slotdesk::store::SqliteStore;

use crate::fixture::*;
use crate::{a_long_day, sentences};

/// What the audit says of a long day's book after `sql` was run on it, with all triggers out of the way
/// and back in place afterwards.
fn forged(sql: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let mut store = SqliteStore::open(&path).unwrap();
    store_all(&mut store, [adds(&provider("chen"))]);
    store_all(&mut store, a_long_day());
    assert_eq!(sentences(&mut store), Vec::<String>::new());
    let raw = Connection::open(&path).unwrap();
    let triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let triggers: Vec<(String, String)> = raw
        .prepare(triggers)
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for (name, _) in &triggers {
        raw.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    raw.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    for (_, sql) in &triggers {
        raw.execute_batch(sql).unwrap();
    }
    sentences(&mut store)
}

fn has(found: &[String], expected: &str) {
    assert!(found.iter().any(|sentence| sentence.contains(expected)), "{expected} is not in {found:#?}");
}

#[test]
fn a_double_booking_in_the_log_is_found() {
    // r2 at 16:00 was booked by event 3; the log is made to say 15:45, into r3 at 15:30.
    let found = forged(
        "UPDATE event SET body = replace(body, '\"slot\":[960,990]', '\"slot\":[945,975]');
         UPDATE appointment SET start = 945, finish = 975 WHERE number = 3",
    );
    has(&found, "event 4 books chen twice on 2026-11-23: r3 and r2 overlap at 15:45–16:00");
}

#[test]
fn a_double_booking_beside_the_log_is_found() {
    let found = forged("UPDATE appointment SET start = 945, finish = 975 WHERE number = 3");
    assert_eq!(found, ["appointment r2 is not stored as the log leaves it: it was changed behind the log's back"]);
}

#[test]
fn a_change_of_hours_that_kept_too_much_is_found() {
    // r3 had begun when the hours changed by event 9; the log is made to say that it was still to come.
    let found = forged(
        "UPDATE event SET body = replace(body, 'in_progress', 'confirmed') WHERE number = 8;
         UPDATE appointment SET status = 'confirmed' WHERE number = 4",
    );
    has(&found, "event 9 leaves appointment r3 at 15:30–16:00 on 2026-11-23, outside the hours of chen that day");
}

#[test]
fn a_gap_in_the_log_is_found() {
    let found = forged("DELETE FROM event WHERE number = 6");
    assert_eq!(found, ["event 6 is missing: the log goes on with event 7"]);
}

#[test]
fn a_request_answered_twice_is_found() {
    let found = forged(
        "DROP INDEX event_request;
         UPDATE event SET request = 'r1' WHERE number = 6;
         CREATE INDEX event_request ON event (request) WHERE request IS NOT NULL",
    );
    has(&found, "event_request is missing from the book or was altered");
    has(&found, "event 6 answers request r1, which event 2 had answered");
}

#[test]
fn an_image_that_does_not_match_the_log_is_found() {
    let found =
        forged("UPDATE event SET body = replace(body, '\"slot\":[540,570]}', '\"slot\":[555,585]}') WHERE number = 7");
    has(&found, "event 7 changes appointment r1, which was not as the event says it was");
}

#[test]
fn rows_without_a_log_and_a_log_without_rows_are_found() {
    let found = forged("DELETE FROM appointment WHERE number = 2");
    assert_eq!(found, ["appointment r1 is not stored as the log leaves it: it is not stored"]);
    let found = forged("INSERT INTO service (id, body) SELECT 'x', replace(body, 'cut', 'x') FROM service");
    assert_eq!(found, ["service x is not stored as the log leaves it: the log does not know it"]);
    let found = forged("UPDATE provider SET body = replace(body, '17:00', '18:00')");
    assert_eq!(found, ["provider chen is not stored as the log leaves it: it was changed behind the log's back"]);
    let found = forged("UPDATE provider_day SET revision = 99");
    has(&found, "the revision of chen on 2026-11-23 is not stored as the log leaves it");
    let found = forged("DELETE FROM event WHERE number = 2");
    has(&found, "a row of appointment refers to a missing event");
}

#[test]
fn a_schema_without_its_guards_is_found() {
    let found = forged("CREATE TABLE loot (id INTEGER)");
    assert_eq!(found, ["loot is not of this program"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let mut store = SqliteStore::open(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("DROP TRIGGER event_stays").unwrap();
    assert_eq!(sentences(&mut store), ["event_stays is missing from the book or was altered"]);
}

#[test]
fn what_cannot_be_read_ends_the_audit_with_a_sentence() {
    for sql in [
        "UPDATE event SET body = '{' WHERE number = 4",
        "UPDATE event SET body = '{\"actor\":{\"channel\":\"desk\"},\"action\":\"booked\"}' WHERE number = 4",
        "UPDATE event SET range_start = 9999 WHERE number = 4",
        "UPDATE event SET at = 9223372036854775807, behind = 0 WHERE number = 4",
    ] {
        let found = forged(sql);
        has(&found, "the book cannot be read further: ");
    }
}

#[test]
fn a_damaged_index_is_found() {
    // An index that lost a row: what SQLite itself calls damage.
    let found = forged(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'holds)', 'holds) WHERE number > 2') WHERE name = 'appointment_slot';
         PRAGMA writable_schema = RESET;
         REINDEX appointment_slot;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, ' WHERE number > 2', '') WHERE name = 'appointment_slot';
         PRAGMA writable_schema = RESET",
    );
    has(&found, "the file is damaged: row 1 missing from index appointment_slot");
}
