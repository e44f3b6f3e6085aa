//! The feed of committed changes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;
use slotdesk::api::Limits;

use crate::client::{connect, get, raw, send};
use crate::original::{BOOKING, PROVIDER};
use crate::server::Server;

/// A client that listens to the feed.
pub(crate) struct Listener(BufReader<TcpStream>);

impl Listener {
    pub(crate) fn start(server: &Server, path: &str, headers: &str) -> Self {
        let mut stream = connect(server.address);
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains("content-type: text/event-stream"), "{head}");
        Self(reader)
    }

    /// The next event: its id and its data; none when the feed has ended or has long been silent.
    pub(crate) fn next(&mut self) -> Option<(u64, Value)> {
        let (mut id, mut line) = (None, String::new());
        while self.0.read_line(&mut line).ok()? > 0 {
            // The sign of life of a feed that has nothing to tell.
            if line.starts_with(':') {
                return None;
            }
            if let Some(number) = line.strip_prefix("id: ") {
                id = number.trim().parse().ok();
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some((id?, serde_json::from_str(data).unwrap()));
            }
            line.clear();
        }
        None
    }
}

fn book(server: &Server, id: &str) {
    let answer = send(server.address, "POST", "/appointments", &BOOKING.replace("req_1", id).replace("30,", "5,"));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn every_committed_change_comes_once_in_order_with_its_number() {
    let server = Server::start();
    let mut live = Listener::start(&server, "/events", "");
    send(server.address, "POST", "/providers", PROVIDER);
    for id in ["a", "b", "c"] {
        book(&server, id);
    }
    let seen: Vec<_> = (0..4).map(|_| live.next().unwrap()).collect();
    assert_eq!(seen.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(seen[0].1["action"]["provider_added"], "provider_1");
    assert_eq!(seen[1].1["action"]["booked"], "a");
    assert_eq!(seen[1].1["edits"]["appointments"][0]["after"]["request"]["id"], "a");
    assert_eq!(seen[1].1["actor"]["channel"], "http");
}

#[test]
fn a_feed_resumes_after_the_last_event_that_the_client_has() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    for number in 0..8 {
        book(&server, &format!("r{number}"));
    }
    let mut resumed = Listener::start(&server, "/events", "Last-Event-ID: 6\r\n");
    let mut from_the_start = Listener::start(&server, "/events?after=0", "");
    let mut only_new = Listener::start(&server, "/events", "");
    let mut of_another_book = Listener::start(&server, "/events", "Last-Event-ID: 1000\r\n");
    assert_eq!(send(server.address, "DELETE", "/appointments/r0", "").status, 200);
    assert_eq!((0..4).map(|_| resumed.next().unwrap().0).collect::<Vec<_>>(), [7, 8, 9, 10]);
    assert_eq!((0..10).map(|_| from_the_start.next().unwrap().0).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(only_new.next().unwrap().0, 10);
    assert_eq!(of_another_book.next().unwrap().0, 10);
}

#[test]
fn a_feed_that_falls_behind_misses_nothing() {
    let server = Server::start();
    let body = PROVIDER.replace("\"max_daily_appointments\": 8", "\"max_daily_appointments\": 1000");
    send(server.address, "POST", "/providers", &body);
    let mut live = Listener::start(&server, "/events", "Last-Event-ID: 0\r\n");
    // More than the feed buffers, and more than one page of the log.
    for number in 0..600 {
        let day = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).unwrap() + chrono::Days::new(number);
        let body = format!(
            r#"{{"id": "r{number}", "date": "{day}", "preferred_range": {{"start": "09:00", "end": "12:00"}}, "duration": 30}}"#
        );
        assert_eq!(send(server.address, "POST", "/appointments", &body).status, 200);
    }
    for number in 1..=601 {
        assert_eq!(live.next().unwrap().0, number);
    }
}

#[test]
fn feeds_are_bounded_and_leave_room_when_they_end() {
    let server = Server::limited(Limits { feeds: 1, ..Limits::default() });
    let first = Listener::start(&server, "/events", "");
    let request = b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let refused = raw(server.address, request).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    drop(first);
    // The server learns that the reader is gone when it writes to it.
    send(server.address, "POST", "/providers", PROVIDER);
    let mut tries = 0;
    loop {
        let mut stream = connect(server.address);
        stream.write_all(request).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        if line.starts_with("HTTP/1.1 200") {
            break;
        }
        tries += 1;
        assert!(tries < 10_000, "{line}");
        std::thread::yield_now();
    }
}

#[test]
fn a_wrong_number_is_400() {
    let server = Server::start();
    assert_eq!(get(server.address, "/events?after=-1").status, 400);
}

#[test]
fn stopping_ends_the_feeds() {
    let mut server = Server::start();
    let mut live = Listener::start(&server, "/events", "");
    server.stop();
    assert!(live.next().is_none());
    server.ended().unwrap();
}
