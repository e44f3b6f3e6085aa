//! Web pages that make a browser send what the person at it never meant.

use slotdesk::access::Access;

use crate::client::{Answer, raw, send_as};
use crate::original::{BOOKING, PROVIDER};
use crate::server::Server;

fn with_heads(server: &Server, first: &str, headers: &str) -> Answer {
    let request = format!("{first}\r\n{headers}Connection: close\r\n\r\n");
    raw(server.address, request.as_bytes()).unwrap_or_else(|| panic!("no answer to {request}"))
}

fn named(server: &Server, host: &str) -> Answer {
    with_heads(server, "GET /health HTTP/1.1", &format!("Host: {host}\r\n"))
}

#[test]
fn a_name_that_was_made_to_lead_here_is_not_answered_to() {
    let access = Access { hosts: vec!["desk.example".into()], ..Access::default() };
    let server = Server::with_access(access);
    let port = server.address.port();
    for own in ["localhost", "127.0.0.1", "[::1]", "desk.example", "DESK.example"] {
        assert_eq!(named(&server, own).status, 200, "{own}");
        assert_eq!(named(&server, &format!("{own}:{port}")).status, 200, "{own}");
    }
    for foreign in ["evil.example", "localhost.evil.example", "192.0.2.1", "desk.example.evil.example"] {
        let answer = named(&server, &format!("{foreign}:{port}"));
        assert_eq!(answer.status, 421, "{answer:?}");
        let sentence = format!(
            "Host: \"{foreign}:{port}\" is not valid, expected localhost, the address of this desk, or a name in its setting hosts"
        );
        assert_eq!(answer.error(), sentence);
    }
    let answer = named(&server, &format!("\u{1b}]0;{}", "x".repeat(5_000)));
    assert!(answer.status >= 400 && answer.body.len() < 400 && !answer.body.contains('\u{1b}'), "{answer:?}");
}

#[test]
fn there_is_one_host_and_it_is_what_the_address_says() {
    let server = Server::start();
    let none = with_heads(&server, "GET /health HTTP/1.1", "");
    assert_eq!((none.status, none.error().as_str()), (400, "the request has to have one Host header"));
    for twice in ["Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nHost: evil.example\r\n"] {
        assert_eq!(with_heads(&server, "GET /health HTTP/1.1", twice).status, 400);
    }
    let full = |address: &str, host: &str| {
        with_heads(&server, &format!("GET http://{address}/health HTTP/1.1"), &format!("Host: {host}\r\n")).status
    };
    assert_eq!(full("localhost", "localhost"), 200);
    assert_eq!((full("evil.example", "localhost"), full("localhost", "evil.example")), (421, 421));
}

#[test]
fn a_client_of_http_1_0_may_leave_the_host_out() {
    let server = Server::start();
    assert_eq!(with_heads(&server, "GET /health HTTP/1.0", "").status, 200);
    assert_eq!(with_heads(&server, "GET /health HTTP/1.0", "Host: evil.example\r\n").status, 421);
    assert_eq!(with_heads(&server, "GET /health HTTP/1.0", "Origin: http://localhost\r\n").status, 403);
}

#[test]
fn a_page_of_another_site_can_neither_book_nor_read() {
    let server = Server::start();
    send_as(server.address, ("POST", "/providers"), "", PROVIDER.as_bytes());
    for origin in [
        "http://evil.example",
        "null",
        "",
        "http://localhost:8080",
        "localhost",
        "file://",
        "http://localhost.evil.example",
    ] {
        for kind in ["Content-Type: application/json\r\n", "Content-Type: text/plain\r\n", ""] {
            let headers = format!("Origin: {origin}\r\n{kind}");
            let answer = send_as(server.address, ("POST", "/appointments"), &headers, BOOKING.as_bytes());
            assert_eq!(answer.status, 403, "{headers}: {answer:?}");
            assert_eq!(answer.error(), "web pages of other sites may not use this desk");
        }
        let headers = format!("Origin: {origin}\r\n");
        assert_eq!(send_as(server.address, ("GET", "/events"), &headers, b"").status, 403);
        assert_eq!(send_as(server.address, ("DELETE", "/appointments/req_1"), &headers, b"").status, 403);
        let asks_first = format!("{headers}Access-Control-Request-Method: PUT\r\n");
        assert_eq!(send_as(server.address, ("OPTIONS", "/providers/p/availability"), &asks_first, b"").status, 403);
    }
    let log = server.block_on(server.desk.log(u64::MAX, 10)).unwrap();
    assert_eq!(log.len(), 1, "nothing but the provider: {log:?}");
}

#[test]
fn a_page_of_the_same_site_may_book() {
    let server = Server::start();
    send_as(server.address, ("POST", "/providers"), "", PROVIDER.as_bytes());
    let headers = "Origin: http://localhost\r\nContent-Type: application/json\r\n";
    assert_eq!(send_as(server.address, ("POST", "/appointments"), headers, BOOKING.as_bytes()).status, 200);
}

#[test]
fn what_a_browser_sends_without_asking_is_not_taken_for_json() {
    let server = Server::start();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain;application/json",
    ] {
        // Even where the browser leaves out where the page is from.
        let headers = format!("Content-Type: {kind}\r\n");
        for path in ["/providers", "/appointments", "/appointments/req_1/move"] {
            assert_eq!(
                send_as(server.address, ("POST", path), &headers, PROVIDER.as_bytes()).status,
                415,
                "{kind} {path}"
            );
        }
    }
}

#[test]
fn no_answer_lets_a_page_of_another_site_read_it() {
    let server = Server::start();
    for (method, path) in
        [("GET", "/appointments"), ("OPTIONS", "/appointments"), ("POST", "/appointments"), ("GET", "/nowhere")]
    {
        for origin in ["http://evil.example", "http://localhost"] {
            let answer = send_as(server.address, (method, path), &format!("Origin: {origin}\r\n"), b"");
            assert!(!answer.head.to_ascii_lowercase().contains("access-control"), "{answer:?}");
        }
    }
}
