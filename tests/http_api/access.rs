//! Tokens: who is let in, for what, and under which name.

use std::fs;

use chrono::DateTime;
use slotdesk::access::{Access, Scope, Secret, TokenFile, TokenName, Tokens};
use slotdesk::api::Limits;
use tempfile::TempDir;

use crate::client::{Answer, get, send_as};
use crate::events::Listener;
use crate::figures::report;
use crate::original::{BOOKING, PROVIDER};
use crate::server::Server;

/// The tokens of a book, one for each scope, named like it.
struct Keys {
    file: TokenFile,
    _folder: TempDir,
}

impl Keys {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
        let keys = Self { file, _folder: folder };
        for scope in Scope::ALL {
            keys.add(scope);
        }
        keys
    }

    fn add(&self, scope: Scope) {
        let name = TokenName::new(&format!("{scope}er")).unwrap();
        self.file.add(name, scope, &secret(scope), DateTime::UNIX_EPOCH).unwrap();
    }

    fn revoke(&self, scope: Scope) {
        self.file.revoke(TokenName::new(&format!("{scope}er")).unwrap()).unwrap();
    }

    fn access(&self) -> Access {
        Access { tokens: Tokens::open(Some(self.file.clone()), None).unwrap(), hosts: Vec::new() }
    }
}

fn secret(scope: Scope) -> Secret {
    Secret::from_random(&[scope as u8 + 1; Secret::RANDOM_BYTES])
}

fn with(scope: Scope) -> String {
    format!("Authorization: Bearer {}\r\n", secret(scope).reveal())
}

fn ask(server: &Server, (method, path): (&str, &str), headers: &str, body: &str) -> Answer {
    let headers = format!("Content-Type: application/json\r\n{headers}");
    send_as(server.address, (method, path), &headers, body.as_bytes())
}

/// Every route of the API, with the least scope that it needs.
const ROUTES: &[(&str, &str, Scope)] = &[
    ("GET", "/providers", Scope::Read),
    ("GET", "/appointments", Scope::Read),
    ("GET", "/appointments/req_1", Scope::Read),
    ("GET", "/events?after=x", Scope::Read),
    ("GET", "/health", Scope::Read),
    ("GET", "/nowhere", Scope::Read),
    ("POST", "/appointments", Scope::Book),
    ("PATCH", "/appointments/req_1", Scope::Book),
    ("DELETE", "/appointments/req_1", Scope::Book),
    ("POST", "/appointments/req_1/move", Scope::Book),
    ("POST", "/providers", Scope::Admin),
    ("PUT", "/providers/provider_1/availability", Scope::Admin),
    ("POST", "/nowhere", Scope::Admin),
];

#[test]
fn away_from_loopback_nobody_is_let_in_without_a_token() {
    let keys = Keys::new();
    let server = Server::exposed(Limits::default(), keys.access());
    let unknown = "Authorization: Bearer slotdesk_0000000000000000000000000000000000000000000000000000000000000000\r\n";
    let twice = format!("{}{}", with(Scope::Admin), with(Scope::Admin));
    let cut = with(Scope::Admin).replace("03\r\n", "\r\n");
    let mut refused = 0;
    for (method, path, _) in ROUTES {
        for (headers, challenge) in [
            ("", "Bearer realm=\"slotdesk\""),
            ("Authorization: Basic YTpi\r\n", "Bearer realm=\"slotdesk\""),
            (unknown, "Bearer realm=\"slotdesk\", error=\"invalid_token\""),
            ("Authorization: Bearer\r\n", "Bearer realm=\"slotdesk\", error=\"invalid_token\""),
            (&twice, "Bearer realm=\"slotdesk\", error=\"invalid_token\""),
            (&cut, "Bearer realm=\"slotdesk\", error=\"invalid_token\""),
        ] {
            let answer = ask(&server, (method, path), headers, "{}");
            assert_eq!(answer.status, 401, "{method} {path} {headers}: {answer:?}");
            assert_eq!(answer.header("www-authenticate"), Some(challenge));
            assert!(answer.error().contains("token") && !answer.body.contains("slotdesk_"), "{answer:?}");
            refused += 1;
        }
    }
    report(
        "away_from_loopback_nobody_is_let_in_without_a_token",
        &format!("{refused} requests over {} routes, all refused", ROUTES.len()),
    );
}

#[test]
fn a_scope_is_good_for_its_routes_and_the_answer_names_the_one_that_is_needed() {
    let keys = Keys::new();
    let server = Server::exposed(Limits::default(), keys.access());
    for (method, path, needed) in ROUTES {
        for scope in Scope::ALL {
            let answer = ask(&server, (method, path), &with(scope), "{}");
            if scope >= *needed {
                assert!(!matches!(answer.status, 401 | 403), "{method} {path} as {scope}: {answer:?}");
                continue;
            }
            assert_eq!(answer.status, 403, "{method} {path} as {scope}: {answer:?}");
            let sentence = format!("this needs a token of scope {needed}; the one that was sent has {scope}");
            assert_eq!(answer.error(), sentence);
            let challenge = format!("Bearer realm=\"slotdesk\", error=\"insufficient_scope\", scope=\"{needed}\"");
            assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()));
        }
    }
    let log = server.block_on(server.desk.log(u64::MAX, 10)).unwrap();
    assert!(log.is_empty(), "what was refused has changed nothing: {log:?}");
}

#[test]
fn the_log_says_who_did_what() {
    let keys = Keys::new();
    for server in [Server::exposed(Limits::default(), keys.access()), Server::with_access(keys.access())] {
        let done = |route, headers: &str, body: &str| assert_eq!(ask(&server, route, headers, body).status, 200);
        done(("POST", "/providers"), &with(Scope::Admin), PROVIDER);
        done(("POST", "/appointments"), &with(Scope::Book), BOOKING);
        done(("PATCH", "/appointments/req_1"), &with(Scope::Book), r#"{"status": "confirmed"}"#);
        done(
            ("POST", "/appointments/req_1/move"),
            &with(Scope::Book),
            r#"{"preferred_range": {"start": "14:00", "end": "16:00"}}"#,
        );
        done(("DELETE", "/appointments/req_1"), &with(Scope::Admin), "");
        let hours = r#"{"availability": [{"start": "08:00", "end": "12:00"}]}"#;
        done(("PUT", "/providers/provider_1/availability"), &with(Scope::Admin), hours);
        let log = server.block_on(server.desk.log_after(0, 10)).unwrap();
        let actors = log.iter().map(|event| serde_json::to_string(&event.draft.actor).unwrap());
        let by = |name: &str| format!(r#"{{"channel":"http","name":"{name}"}}"#);
        let expected = ["adminer", "booker", "booker", "booker", "adminer", "adminer"].map(by);
        assert_eq!(actors.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn on_loopback_a_token_is_not_needed_but_one_that_is_sent_counts() {
    let keys = Keys::new();
    let server = Server::with_access(keys.access());
    assert_eq!(ask(&server, ("POST", "/providers"), "", PROVIDER).status, 200);
    assert_eq!(ask(&server, ("POST", "/providers"), &with(Scope::Book), PROVIDER).status, 403);
    assert_eq!(ask(&server, ("GET", "/health"), "Authorization: Bearer x\r\n", "").status, 401);
    // A password that a proxy has asked for is not meant for the desk.
    assert_eq!(ask(&server, ("GET", "/health"), "Authorization: Basic YTpi\r\n", "").status, 200);
    let log = server.block_on(server.desk.log_after(0, 10)).unwrap();
    assert_eq!(serde_json::to_string(&log[0].draft.actor).unwrap(), r#"{"channel":"http"}"#);
}

#[test]
fn adding_and_revoking_take_effect_while_the_server_runs() {
    let keys = Keys::new();
    let server = Server::exposed(Limits::default(), keys.access());
    let status = || ask(&server, ("GET", "/health"), &with(Scope::Read), "").status;
    assert_eq!(status(), 200);
    keys.revoke(Scope::Read);
    assert_eq!(status(), 401);
    keys.add(Scope::Read);
    assert_eq!(status(), 200);
    for scope in Scope::ALL {
        keys.revoke(scope);
    }
    assert_eq!((status(), get(server.address, "/health").status), (401, 401));
}

#[test]
fn a_feed_ends_when_its_token_is_revoked() {
    let keys = Keys::new();
    let server = Server::exposed(Limits::default(), keys.access());
    let listen = |scope| Listener::start(&server, "/events", &format!("Connection: close\r\n{}", with(scope)));
    let (mut revoked, mut kept) = (listen(Scope::Read), listen(Scope::Book));
    assert_eq!(ask(&server, ("POST", "/providers"), &with(Scope::Admin), PROVIDER).status, 200);
    assert_eq!((revoked.next().unwrap().0, kept.next().unwrap().0), (1, 1));
    keys.revoke(Scope::Read);
    assert_eq!(ask(&server, ("POST", "/appointments"), &with(Scope::Book), BOOKING).status, 200);
    assert_eq!(kept.next().unwrap().0, 2);
    assert_eq!(revoked.next(), None);
}

#[test]
fn damaged_tokens_let_nobody_in_and_the_path_stays_in_the_house() {
    let keys = Keys::new();
    let environment = Secret::chosen(&"e".repeat(40)).unwrap();
    let tokens = Tokens::open(Some(keys.file.clone()), Some(&environment)).unwrap();
    let server = Server::exposed(Limits::default(), Access { tokens, hosts: Vec::new() });
    let by_environment = format!("Authorization: Bearer {}\r\n", environment.reveal());
    assert_eq!(ask(&server, ("POST", "/providers"), &by_environment, PROVIDER).status, 200);
    let sound = fs::read(keys.file.path()).unwrap();
    fs::write(keys.file.path(), &sound[..sound.len() - 9]).unwrap();
    for headers in [&by_environment, &with(Scope::Admin), &with(Scope::Read)] {
        let answer = ask(&server, ("GET", "/health"), headers, "");
        let sentence = "the tokens of this desk cannot be read; nobody is let in until they can be";
        assert_eq!((answer.status, answer.error().as_str()), (503, sentence));
    }
    fs::write(keys.file.path(), &sound).unwrap();
    assert_eq!(ask(&server, ("GET", "/health"), &with(Scope::Read), "").status, 200);
}
