//! Bodies and connections that mean harm, or know no better.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use slotdesk::access::Access;
use slotdesk::api::Limits;

use crate::client::{connect, get, raw, read_all, send, send_as};
use crate::original::{BOOKING, PROVIDER};
use crate::server::Server;

fn is_alive(server: &Server) {
    assert_eq!(get(server.address, "/health").status, 200);
}

#[test]
fn bodies_that_are_no_json_are_400() {
    let server = Server::start();
    for body in
        ["", " ", "{", "{]", "nul", "{\"id\": NaN}", "{\"id\": 1e999}", "{} {}", "\u{feff}{}", "{\"id\": \"\\ud800\"}"]
    {
        let answer = send(server.address, "POST", "/appointments", body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
    }
    let answer = send_as(server.address, ("POST", "/appointments"), "", b"{\"id\": \"\xff\"}");
    assert_eq!((answer.status, answer.error().as_str()), (400, "the body is not valid JSON: it is not valid UTF-8"));
    is_alive(&server);
}

#[test]
fn numbers_beyond_all_bounds_are_refused_not_wrapped() {
    let server = Server::start();
    for number in [
        "9223372036854775808",
        "18446744073709551615",
        "99999999999999999999999",
        "1e400",
        "-9223372036854775809",
        "4294967297",
    ] {
        let answer = send(server.address, "POST", "/appointments", &BOOKING.replace("30,", &format!("{number},")));
        assert!(matches!(answer.status, 400 | 422), "{number}: {answer:?}");
        let answer = send(server.address, "POST", "/providers", &PROVIDER.replace('8', number));
        assert!(matches!(answer.status, 400 | 422), "{number}: {answer:?}");
    }
}

#[test]
fn deep_nesting_does_not_end_the_program() {
    let server = Server::start();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = format!("{{\"id\": \"x\", \"extra\": {}1{}}}", open.repeat(9_000), close.repeat(9_000));
        assert_eq!(send(server.address, "POST", "/appointments", &body).status, 400);
    }
    is_alive(&server);
}

#[test]
fn text_from_outside_is_bounded_and_comes_back_harmless_in_errors() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    let escape = BOOKING.replace("req_1", "\\u001b[2J\\u202e");
    let answer = send(server.address, "POST", "/appointments", &escape);
    assert_eq!(answer.status, 422);
    assert!(answer.error().contains("␛[2J�"), "{answer:?}");
    let long = BOOKING.replace("\"duration\"", &format!("\"client\": \"{}\", \"duration\"", "x".repeat(5_000)));
    let answer = send(server.address, "POST", "/appointments", &long);
    assert_eq!(answer.status, 422);
    assert!(answer.body.len() < 300, "{answer:?}");
    let path = format!("/{}", "x".repeat(5_000));
    assert_eq!(get(server.address, &path).status, 404);
}

#[test]
fn a_body_beyond_the_limit_is_413_whether_or_not_its_length_is_declared() {
    let server = Server::start();
    let exact = |length: usize| {
        let filled = BOOKING.replace("\"duration\"", "\"extra\": \"\", \"duration\"");
        filled.replace("\"extra\": \"", &format!("\"extra\": \"{}", "x".repeat(length - filled.len())))
    };
    let limit = Limits::default().body_bytes;
    assert_eq!(send(server.address, "POST", "/appointments", &exact(limit)).status, 404);
    assert_eq!(send(server.address, "POST", "/appointments", &exact(limit + 1)).status, 413);
    assert_eq!(send(server.address, "POST", "/appointments", &exact(10 * 1024 * 1024)).status, 413);
    let chunked = format!(
        "POST /providers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        limit + 1,
        " ".repeat(limit + 1)
    );
    assert_eq!(raw(server.address, chunked.as_bytes()).unwrap().status, 413);
    is_alive(&server);
}

#[test]
fn a_client_that_asks_before_it_sends_too_much_is_told_at_once() {
    let server = Server::start();
    let head =
        "POST /providers HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10000000\r\n\r\n";
    assert_eq!(raw(server.address, head.as_bytes()).unwrap().status, 413);
}

#[test]
fn a_body_in_several_pieces_is_one_body() {
    let server = Server::start();
    let mut stream = connect(server.address);
    let head = format!(
        "POST /providers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        PROVIDER.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    for piece in PROVIDER.as_bytes().chunks(7) {
        stream.write_all(piece).unwrap();
        stream.flush().unwrap();
    }
    assert_eq!(read_all(&mut stream).unwrap().status, 200);
}

fn hasty() -> Limits {
    let short = Duration::from_millis(300);
    Limits { head: short, body: short, stall: short, drain: short, ..Limits::default() }
}

#[test]
fn a_body_that_does_not_arrive_is_408() {
    let server = Server::limited(hasty());
    let head = "POST /providers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    let answer = raw(server.address, head.as_bytes()).unwrap();
    assert_eq!((answer.status, answer.error().as_str()), (408, "the body did not arrive in time"));
}

#[test]
fn a_head_that_trickles_in_is_cut_off() {
    let server = Server::limited(hasty());
    let mut stream = connect(server.address);
    stream.write_all(b"GET /health HTTP/1.1\r\nX-Slow: ").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let began = Instant::now();
    // A byte at a time, for as long as the server takes them.
    while stream.write_all(b"a").is_ok() {
        if matches!(stream.read(&mut [0; 64]), Ok(0)) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(15), "the server waits for ever");
    }
    is_alive(&server);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Server::limited(hasty());
    let mut stream = connect(server.address);
    assert_eq!(stream.read(&mut [0; 64]).unwrap(), 0);
}

#[test]
fn a_connection_that_is_idle_after_an_answer_is_closed() {
    let server = Server::limited(hasty());
    let mut stream = connect(server.address);
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let answer = read_all(&mut stream).unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, None), "{answer:?}");
}

#[test]
fn a_head_beyond_the_limits_is_431() {
    let server = Server::start();
    let many = |count: usize| "X-Filler: x\r\n".repeat(count - 2);
    assert_eq!(send_as(server.address, ("GET", "/health"), &many(100), b"").status, 200);
    assert_eq!(send_as(server.address, ("GET", "/health"), &many(101), b"").status, 431);
    let long = format!("X-Filler: {}\r\n", "x".repeat(40_000));
    assert_eq!(send_as(server.address, ("GET", "/health"), &long, b"").status, 431);
    is_alive(&server);
}

#[test]
fn one_address_cannot_take_every_connection() {
    // No connection is closed for being idle while this goes on.
    let limits = Limits { connections: 8, connections_each: 2, head: Duration::from_secs(600), ..Limits::default() };
    let server = Server::exposed(limits, Access::default());
    let mut first = connect(server.address);
    let request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    first.write_all(request).unwrap();
    let _ = first.read(&mut [0; 64]).unwrap();
    let mut second = connect(server.address);
    second.write_all(request).unwrap();
    let _ = second.read(&mut [0; 64]).unwrap();
    // Not made to wait: told to go.
    let mut surplus = connect(server.address);
    let told = surplus.read(&mut [0; 64]).map_err(|error| error.kind());
    assert!(matches!(told, Ok(0) | Err(ErrorKind::ConnectionReset)), "{told:?}");
    drop(first);
    let last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answered = (0..10_000).any(|_| {
        std::thread::yield_now();
        raw(server.address, last).is_some()
    });
    assert!(answered, "a connection that ended leaves its place to another");
}

#[test]
fn slow_clients_do_not_keep_others_out_for_ever() {
    let server = Server::limited(Limits { connections: 4, ..hasty() });
    let mut slow: Vec<_> = (0..8).map(|_| connect(server.address)).collect();
    for stream in &mut slow {
        let _ = stream.write_all(b"GET /health HTTP/1.1\r\n");
    }
    is_alive(&server);
}

#[test]
fn a_client_that_leaves_early_leaves_no_harm() {
    let server = Server::start();
    for cut in [1, 30, 100, 150] {
        let request = format!(
            "POST /providers HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{PROVIDER}",
            PROVIDER.len()
        );
        drop(connect(server.address).write_all(&request.as_bytes()[..cut]));
    }
    is_alive(&server);
}

#[test]
fn what_is_no_http_is_answered_with_400_or_nothing() {
    let server = Server::start();
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        if let Some(answer) = raw(server.address, bytes) {
            assert_eq!(answer.status, 400, "{answer:?}");
        }
    }
    is_alive(&server);
}

#[test]
fn several_requests_go_over_one_connection() {
    let server = Server::start();
    let mut stream = connect(server.address);
    stream
        .write_all(
            b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 1, "{all}");
    assert_eq!(all.matches("HTTP/1.1 404 Not Found").count(), 1, "{all}");
}

#[test]
fn stopping_closes_idle_connections_and_lets_go_of_the_address() {
    let mut server = Server::start();
    let mut idle = connect(server.address);
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut seen = Vec::new();
    let mut chunk = [0; 1024];
    while !seen.ends_with(b"}") {
        let length = idle.read(&mut chunk).unwrap();
        assert_ne!(length, 0);
        seen.extend_from_slice(&chunk[..length]);
    }
    server.stop();
    server.ended().unwrap();
    assert_eq!(idle.read(&mut chunk).unwrap(), 0);
    std::net::TcpListener::bind(server.address).unwrap();
}

#[test]
fn any_change_of_a_good_body_gets_a_status_of_the_table() {
    let server = Server::start();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    let changes = (0..BOOKING.len(), any::<u8>());
    let outcome = TestRunner::new(config).run(&changes, |(at, byte)| {
        let mut body = BOOKING.as_bytes().to_vec();
        body[at] = byte;
        let answer = send_as(server.address, ("POST", "/appointments"), "", &body);
        prop_assert!(matches!(answer.status, 400 | 404 | 409 | 422), "{:?}", answer);
        prop_assert!(!answer.error().is_empty());
        Ok(())
    });
    outcome.unwrap();
}
