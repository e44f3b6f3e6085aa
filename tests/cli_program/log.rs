//! What the log tells an operator, and what it never tells anybody.

use std::fs;

use crate::figures::report;
use crate::program::User;
use crate::serve::{PROVIDER, Running};

/// Something that only clients know.
const CANARY: &str = "Canary-Ada-7c1f";

/// Sends what a client could send, with the canary wherever there is room for it; how many requests that were.
fn tell_everything(server: &Running) -> usize {
    let booking = |id: &str, rest: &str| {
        format!(
            r#"{{"id": "{id}", "preferred_range": {{"start": "09:30", "end": "11:30"}}, "duration": 30, "date": "2099-01-05", "client": "{CANARY}", "note": "{CANARY} has a cold"{rest}}}"#
        )
    };
    let (id, path) = (format!("r-{CANARY}"), format!("/appointments/r-{CANARY}"));
    let booked = server.ask("POST", "/appointments", &booking(&id, ""));
    assert!(booked.starts_with("HTTP/1.1 200"), "{booked}");
    let refused = server.ask("POST", "/appointments", &booking("r2", r#", "preferred_provider": "nobody""#));
    assert!(refused.starts_with("HTTP/1.1 404"), "{refused}");
    let mut sent = [booked, refused].len();
    let again = booking(&id, r#", "preferred_provider": "p""#);
    for (method, path, body) in [
        ("POST", "/appointments", again.as_str()),
        ("POST", "/appointments", &booking("r3", &format!(r#", "service": "{CANARY}""#))),
        ("POST", "/appointments", &booking("r3", &format!(r#", "duration": "{CANARY}""#))),
        ("POST", "/appointments", &booking("r3", "").replace("2099-01-05", CANARY)),
        ("POST", "/appointments", &booking("r3", "").replace("30,", &format!("\"{CANARY}\","))),
        ("POST", "/appointments", &booking("r3", "")[..140]),
        ("POST", "/appointments", CANARY),
        ("POST", "/providers", &PROVIDER.replace("\"p\"", &format!("\"{CANARY}\""))),
        ("POST", "/providers", &format!("{{\"{CANARY}\": 1}}")),
        ("PUT", "/providers/p/availability", &format!(r#"{{"availability": "{CANARY}"}}"#)),
        ("PUT", &format!("/providers/x{CANARY}/availability"), r#"{"availability": []}"#),
        ("GET", "/appointments?date=2099-01-05", ""),
        ("GET", &format!("/appointments?date={CANARY}"), ""),
        ("GET", &format!("/appointments?{CANARY}=1"), ""),
        ("GET", &format!("/events?after={CANARY}"), ""),
        ("GET", &format!("/{CANARY}"), ""),
        (CANARY, "/appointments", ""),
        ("GET", &path, ""),
        ("GET", &format!("{path}x"), ""),
        ("PATCH", &path, r#"{"status": "confirmed"}"#),
        ("PATCH", &path, &format!(r#"{{"status": "{CANARY}"}}"#)),
        ("POST", &format!("{path}/move"), r#"{"preferred_range": {"start": "10:00", "end": "12:00"}}"#),
        ("DELETE", &path, &format!(r#"{{"reason": "{CANARY} is ill"}}"#)),
    ] {
        let answer = server.ask(method, path, body);
        assert!(answer.starts_with("HTTP/1.1 "), "{method} {path} {body}: {answer}");
        sent += 1;
    }
    for headers in [
        format!("Host: {CANARY}.example\r\n"),
        format!("Host: localhost\r\nOrigin: http://{CANARY}.example\r\n"),
        format!("Host: localhost\r\nAuthorization: Bearer {CANARY}\r\n"),
        format!("Host: localhost\r\nUser-Agent: {CANARY}\r\nReferer: {CANARY}\r\nCookie: {CANARY}\r\n"),
        format!("Host: localhost\r\nContent-Length: {CANARY}\r\n"),
        format!("Host: localhost\r\n{CANARY}\r\n"),
        format!("Host: localhost\r\nLast-Event-ID: {CANARY}\r\n"),
    ] {
        server.ask_with(("GET", "/events?after=x"), &headers, "");
        sent += 1;
    }
    sent
}

#[test]
fn whatever_clients_send_and_whatever_goes_wrong_the_log_does_not_repeat_it() {
    let user = User::new();
    let server = Running::start(&user, &["--book", "~/clinic.db", "--log", "~/desk.log", "--log-level", "trace"]);
    assert!(server.ask("POST", "/providers", PROVIDER).starts_with("HTTP/1.1 200"));
    let sent = tell_everything(&server);
    // The book is gone for a while: nothing can be stored, nor said about what it was.
    fs::rename(user.path("clinic.db"), user.path("away.db")).unwrap();
    let body = format!(
        r#"{{"id": "late", "preferred_range": {{"start": "09:30", "end": "11:30"}}, "duration": 30, "date": "2099-01-05", "client": "{CANARY}"}}"#
    );
    let failed = server.ask("POST", "/appointments", &body);
    assert!(failed.starts_with("HTTP/1.1 503"), "{failed}");
    fs::rename(user.path("away.db"), user.path("clinic.db")).unwrap();
    let stored = server.ask("POST", "/appointments", &body);
    assert!(stored.starts_with("HTTP/1.1 200"), "{stored}");
    let (code, err) = server.stop("-TERM");
    assert_eq!((code, err.as_str()), (Some(0), ""), "what is logged into a file is not repeated elsewhere");
    let log = fs::read_to_string(user.path("desk.log")).unwrap();
    assert!(!log.to_lowercase().contains("canary"), "{log}");
    for told in [
        " INFO slotdesk: the book is open book=",
        "listening to this machine address=127.0.0.1:",
        "a request was refused: it was meant for a host that is not in the setting hosts status=421 client=127.0.0.1",
        "ERROR slotdesk::desk::journal: the book cannot be written",
        "the book can be written again",
        "no longer listening",
    ] {
        assert!(log.contains(told), "{told:?} is not in {log}");
    }
    report(
        "whatever_clients_send_and_whatever_goes_wrong_the_log_does_not_repeat_it",
        &format!(
            "{sent} requests around a secret word, which is in none of the {} lines of the fullest log",
            log.lines().count()
        ),
    );
}

#[test]
fn the_level_says_how_much_is_logged() {
    let user = User::new();
    let server = Running::start(&user, &["--log", "~/desk.log", "--log-level", "error"]);
    server.ask_with(("GET", "/health"), "Host: evil.example\r\n", "");
    server.stop("-TERM");
    assert_eq!(fs::read_to_string(user.path("desk.log")).unwrap(), "");
}

#[test]
fn a_log_that_cannot_be_written_is_said_before_anything_is_served() {
    let user = User::new();
    for (log, why) in [("~", "it is not a file"), ("~/none/desk.log", "No such file or directory (os error 2)")] {
        let outcome = user.run(&["serve", "--listen", "127.0.0.1:0", "--log", log]);
        assert_eq!(
            (outcome.code, outcome.err),
            (Some(2), format!("slotdesk: the log {log} cannot be written: {why}\n"))
        );
    }
}

#[test]
fn a_log_on_a_full_disk_harms_nobody() {
    let user = User::new();
    let server = Running::start(&user, &["--log", "/dev/full", "--log-level", "trace"]);
    assert!(server.ask("POST", "/providers", PROVIDER).starts_with("HTTP/1.1 200"));
    assert_eq!(server.stop("-TERM"), (Some(0), String::new()));
}
