//! One status and one sentence for everything that can go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use slotdesk::api::Limits;
use slotdesk::store::{Commit, Reader, Store, StoreError, Verdict};

use crate::client::{get, send, send_as};
use crate::fresh;
use crate::original::{BOOKING, PROVIDER};
use crate::server::Server;

fn with_provider() -> Server {
    let server = Server::start();
    assert_eq!(send(server.address, "POST", "/providers", PROVIDER).status, 200);
    server
}

/// What is wrong with a booking in which `from` is replaced by `to`.
fn wrong_booking(server: &Server, from: &str, to: &str) -> (u16, String) {
    let body = BOOKING.replace(from, to);
    assert_ne!(body, BOOKING);
    let answer = send(server.address, "POST", "/appointments", &body);
    (answer.status, answer.error())
}

#[test]
fn a_malformed_body_is_400_and_names_field_value_and_expectation() {
    let server = with_provider();
    let wrong = |from, to| wrong_booking(&server, from, to);
    for (from, to, sentence) in [
        ("30,", "\"half\",", "duration: \"half\" is not valid, expected a whole number"),
        ("30,", "30.5,", "duration: \"30.5\" is not valid, expected a whole number"),
        ("\"req_1\"", "7", "id: \"7\" is not valid, expected text in quotes"),
        ("09:30", "9h30", "preferred_range.start: \"9h30\" is not valid, expected a time HH:MM from 00:00 to 24:00"),
        ("11:30", "24:30", "preferred_range.end: \"24:30\" is not valid, expected a time HH:MM from 00:00 to 24:00"),
        (
            r#"{"start": "09:30", "end": "11:30"}"#,
            r#"["09:30", "11:30"]"#,
            r#"preferred_range: "["09:30","11:30"]" is not valid, expected an object with start and end"#,
        ),
        ("\"id\"", "\"ID\"", "id is missing"),
        ("\"end\"", "\"until\"", "preferred_range.end is missing"),
        ("\"duration\": 30,", "", "duration is missing"),
        ("\"duration\"", "\"id\": \"x\", \"duration\"", "id is given twice"),
        (
            "\"duration\"",
            "\"date\": \"23.11.2026\", \"duration\"",
            "date: \"23.11.2026\" is not valid, expected a date YYYY-MM-DD",
        ),
        (
            "\"duration\"",
            "\"date\": \"2026-02-30\", \"duration\"",
            "date: \"2026-02-30\" is not valid, expected a date YYYY-MM-DD",
        ),
        ("\"duration\"", "\"allow_past\": 1, \"duration\"", "allow_past: \"1\" is not valid, expected true or false"),
    ] {
        assert_eq!(wrong(from, to), (400, sentence.to_owned()));
    }
    let provider = |body: &str| send(server.address, "POST", "/providers", body);
    let answer = provider(&PROVIDER.replace("\"12:00\"", "12"));
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (400, "availability[0].end: \"12\" is not valid, expected text in quotes")
    );
    let answer = provider(r#"{"id": "x", "max_daily_appointments": 1, "availability": "always"}"#);
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (400, "availability: \"always\" is not valid, expected a list")
    );
    assert_eq!(answer.json()["field"], "availability");
    let answer = send(server.address, "POST", "/appointments", "[]");
    assert_eq!(answer.error(), "body: \"[]\" is not valid, expected an object with id, preferred_range and duration");
}

#[test]
fn a_readable_but_impossible_body_is_422() {
    let server = with_provider();
    for (from, to, sentence) in [
        ("30,", "150,", "duration: \"150\" is not valid, expected at most the 120 minutes of 09:30–11:30"),
        ("30,", "0,", "duration: \"0\" is not valid, expected whole minutes from 1 to 1440"),
        ("30,", "-30,", "duration: \"-30\" is not valid, expected whole minutes from 1 to 1440"),
        ("09:30", "11:30", "preferred_range.end: \"11:30\" is not valid, expected a time after the start, 11:30"),
        ("req_1", " ", "id: \" \" is not valid, expected 1 to 64 printable characters without spaces around them"),
        (
            "provider_1",
            "",
            "preferred_provider: \"\" is not valid, expected 1 to 64 printable characters without spaces around them",
        ),
    ] {
        assert_eq!(wrong_booking(&server, from, to), (422, sentence.to_owned()));
    }
    for (from, to, field) in [
        ("8", "-1", "max_daily_appointments"),
        ("8", "4294967296", "max_daily_appointments"),
        ("\"12:00\"", "\"08:00\"", "availability[0].end"),
    ] {
        let answer =
            send(server.address, "POST", "/providers", &PROVIDER.replacen(from, to, 1).replace("provider_1", "other"));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (422, Some(field)), "{answer:?}");
    }
    let status = send(server.address, "PATCH", "/appointments/req_1", r#"{"status": "cancelled"}"#);
    assert_eq!(status.status, 422);
}

#[test]
fn what_does_not_exist_is_404() {
    let server = with_provider();
    let ghost = BOOKING.replace("provider_1", "ghost");
    let hours = r#"{"availability": []}"#;
    for (method, path, body) in [
        ("POST", "/appointments", ghost.as_str()),
        ("PUT", "/providers/ghost/availability", hours),
        ("GET", "/appointments/ghost", ""),
        ("DELETE", "/appointments/ghost", ""),
        ("PATCH", "/appointments/ghost", r#"{"status": "arrived"}"#),
        ("GET", "/", ""),
        ("GET", "/appointments/", ""),
        ("GET", "/%1b%5b2J", ""),
    ] {
        let answer = send(server.address, method, path, body);
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        assert!(!answer.error().is_empty());
    }
}

#[test]
fn another_method_is_405_and_the_allow_header_names_the_right_ones() {
    let server = Server::start();
    let answer = send(server.address, "PATCH", "/providers", "");
    assert_eq!(answer.status, 405);
    assert!(answer.error().starts_with("PATCH does not work here"));
    let allowed = answer.header("allow").unwrap();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
}

#[test]
fn no_room_is_409_and_names_every_blocker() {
    let server = with_provider();
    let (from, to) = ("09:30", "11:25");
    let body = BOOKING.replace(from, to).replace("30,", "5,");
    assert_eq!(send(server.address, "POST", "/appointments", &body).status, 200);
    let body = BOOKING
        .replace("req_1", "req_2")
        .replace("\"provider_1\"", "null")
        .replace("09:30", "12:00")
        .replace("11:30", "13:00");
    let answer = send(server.address, "POST", "/appointments", &body);
    assert_eq!(answer.status, 409);
    let blockers = answer.json()["blockers"].clone();
    assert_eq!(blockers.as_array().unwrap().len(), 1);
    assert_eq!(blockers[0]["provider_id"], "provider_1");
    let reason = blockers[0]["reason"].as_str().unwrap().to_owned();
    assert_eq!(answer.error(), format!("no appointment could be made: provider_1: {reason}"));
}

#[test]
fn without_any_provider_there_is_no_room() {
    let server = Server::start();
    let answer = send(server.address, "POST", "/appointments", &BOOKING.replace("\"provider_1\"", "null"));
    assert_eq!(answer.status, 409, "{answer:?}");
    assert_eq!(answer.error(), "no appointment could be made: there is no provider yet");
}

#[test]
fn what_is_not_declared_as_json_is_415() {
    let server = Server::start();
    for headers in [
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: jsonish\r\n",
        "Content-Type: text/json\r\n",
        // A web page can leave the declaration out, but not its origin.
        "Origin: http://localhost\r\n",
    ] {
        let answer = send_as(server.address, ("POST", "/providers"), headers, PROVIDER.as_bytes());
        assert_eq!(answer.status, 415, "{headers}: {answer:?}");
        assert!(answer.error().contains("Content-Type: application/json"));
    }
    assert_eq!(get(server.address, "/providers").json()["providers"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_wrong_date_in_the_address_is_400() {
    let server = Server::start();
    for path in [
        "/appointments?date=tomorrow",
        "/providers?date=2026-13-01",
        "/appointments?date=1&date=2",
        "/events?after=x",
        "/appointments?date=-026-11-23",
    ] {
        let answer = get(server.address, path);
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
    }
    assert_eq!(get(server.address, "/appointments/%ff").status, 400);
}

/// A store that fails while it is told to.
struct Failing {
    inner: Box<dyn Store>,
    fails: Arc<AtomicBool>,
}

impl Store for Failing {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Full { path: "/secret/place/book.db".into() });
        }
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

#[test]
fn a_failing_store_is_503_and_the_same_request_works_when_the_store_does_again() {
    let fails = Arc::new(AtomicBool::new(false));
    let store = Failing { inner: fresh::store(), fails: Arc::clone(&fails) };
    let server = Server::start_with("12:00", Limits::default(), Box::new(store));
    send(server.address, "POST", "/providers", PROVIDER);
    fails.store(true, Ordering::SeqCst);
    let failed = send(server.address, "POST", "/appointments", BOOKING);
    assert_eq!((failed.status, failed.header("retry-after")), (503, Some("1")), "{failed:?}");
    assert!(!failed.body.contains("secret"), "{failed:?}");
    assert_eq!(get(server.address, "/health").status, 503);
    assert_eq!(get(server.address, "/appointments").json()["scheduled"].as_array().unwrap().len(), 0);
    fails.store(false, Ordering::SeqCst);
    assert_eq!(send(server.address, "POST", "/appointments", BOOKING).status, 200);
    assert_eq!(get(server.address, "/health").status, 200);
}

#[test]
fn a_closed_desk_is_503() {
    let server = Server::start();
    server.block_on(server.desk.close()).unwrap();
    let answer = send(server.address, "POST", "/providers", PROVIDER);
    assert_eq!((answer.status, answer.error().as_str()), (503, "the desk is closing"));
}
