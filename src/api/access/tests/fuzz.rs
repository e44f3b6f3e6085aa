//! Whatever a request says of itself, it is let in by the rules, and never by anything else.

use axum::http::Request;
use chrono::DateTime;

use super::*;
use crate::access::{Secret, TokenFile, TokenName, Tokens};
use crate::fuzzing::{Target, check_sentence};

/// The secrets that are known, 32 characters each, and what they are good for.
const SECRETS: [(&str, Scope); 3] = [
    ("of-scope-read-of-scope-read-1234", Scope::Read),
    ("of-scope-book-of-scope-book-1234", Scope::Book),
    ("of-scope-admin-of-scope-admin-12", Scope::Admin),
];
/// Names that the desk goes by, whatever it listens on.
const OWN: [&str; 5] = ["localhost", "desk.example", "127.0.0.1", "[::1]", "192.0.2.7"];

const WORDS: &[&str] = &[
    "GET ",
    "POST ",
    "OPTIONS ",
    "BREW ",
    " HTTP/1.0",
    "/appointments",
    "/appointments/../providers",
    "/providers",
    "http://",
    "https://",
    "//",
    "Host:",
    "Host: localhost\n",
    "Host: evil.example\n",
    "Origin:",
    "Origin: null\n",
    "Origin: http://evil.example\n",
    "Authorization:",
    "Authorization: Bearer of-scope-admin-of-scope-admin-12\n",
    "Bearer ",
    "BEARER\t",
    "Basic ",
    "of-scope-read-of-scope-read-1234",
    "of-scope-book-of-scope-book-1234",
    "of-scope-admin-of-scope-admin-12",
    "localhost",
    "localhost.",
    ".localhost",
    "evil.example",
    "desk.example",
    "127.0.0.1",
    "127.1",
    "0.0.0.0",
    "192.0.2.7",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1%25eth0]",
    "2130706433",
    ":80",
    ":http",
    "@",
    "%",
    ",",
    " ",
    "\u{fc}",
    "\0",
];

#[test]
fn fuzz_who_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    for (secret, scope) in SECRETS {
        let name = TokenName::new(scope.key()).unwrap();
        file.add(name, scope, &Secret::chosen(secret).unwrap(), DateTime::UNIX_EPOCH).unwrap();
    }
    let controls = ["127.0.0.1", "192.0.2.7"].map(|listening| {
        let access =
            Access { tokens: Tokens::open(Some(file.clone()), None).unwrap(), hosts: vec!["desk.example".into()] };
        AccessControl::new(access, listening.parse().unwrap())
    });
    Target::new("headers", WORDS).run("fuzz_who_is_let_in", 8_000, |bytes| {
        let Some(request) = read(bytes) else { return };
        for control in &controls {
            check(control, &request);
        }
    });
}

/// The request as it is written: method, address and perhaps a version, then headers.
fn read(written: &[u8]) -> Option<Request<()>> {
    let mut lines = written.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (first, version) =
        first.strip_suffix(" HTTP/1.0").map_or((first, Version::HTTP_11), |rest| (rest, Version::HTTP_10));
    let (method, address) = first.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(address).version(version);
    for line in lines.take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    // What cannot even be a request is the business of the HTTP library.
    request.body(()).ok()
}

fn values(request: &Request<()>, name: header::HeaderName) -> Vec<String> {
    let lossy = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    request.headers().get_all(name).iter().map(lossy).collect()
}

fn check(control: &AccessControl, request: &Request<()>) {
    let in_lower_case = |name| values(request, name).iter().map(|value| value.to_ascii_lowercase()).collect();
    let (hosts, origins): (Vec<String>, Vec<String>) = (in_lower_case(header::HOST), in_lower_case(header::ORIGIN));
    let tokens = values(request, header::AUTHORIZATION);
    let known = SECRETS.iter().find(|(secret, _)| tokens == [format!("Bearer {secret}")]);
    match control.check(request) {
        Ok(holder) => {
            assert!(hosts.len() == 1 || (hosts.is_empty() && request.version() == Version::HTTP_10), "{request:?}");
            let meant = hosts.iter().map(String::as_str).chain(request.uri().authority().map(Authority::as_str));
            meant.for_each(|host| assert!(is_own(host), "{host} is not the desk's: {request:?}"));
            let schemes = ["http://", "https://"];
            let own =
                |origin: &String| schemes.iter().any(|scheme| hosts.iter().any(|h| *origin == format!("{scheme}{h}")));
            assert!(origins.iter().all(own), "a page of another site: {request:?}");
            let Some(holder) = holder else {
                assert!(control.rule == Rule::Open, "without a token: {request:?}");
                assert!(tokens.len() <= 1 && tokens.iter().all(|token| !is_bearer(token)), "{request:?}");
                return;
            };
            assert!(holder.scope >= needed(request), "{:?} is too little: {request:?}", holder.scope);
            let words: Vec<&str> = tokens.iter().flat_map(|token| token.split_ascii_whitespace()).collect();
            let sent = |(secret, scope): &(&str, Scope)| words[1..] == [*secret] && *scope == holder.scope;
            assert!(tokens.len() == 1 && is_bearer(words[0]) && SECRETS.iter().any(sent), "{holder:?}: {request:?}");
        }
        Err(refused) => {
            check_sentence(&refused.problem.to_string(), 500);
            let named = request.uri().authority().is_none() && hosts.len() == 1 && OWN.contains(&&*hosts[0]);
            let may = match known {
                Some((_, scope)) => *scope >= needed(request),
                None => control.rule == Rule::Open && tokens.is_empty(),
            };
            // What the desk listens on is its own where it listens on it alone.
            let here = hosts.first().is_some_and(|host| host != "192.0.2.7") || control.rule == Rule::TokensOnly;
            assert!(!(named && may && here && origins.is_empty()), "{}: {request:?}", refused.problem);
        }
    }
}

fn is_bearer(token: &str) -> bool {
    token.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

/// Whether a host, with a port or without, is one that a desk at one of the two addresses may answer to.
fn is_own(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let without_port = host.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(&host);
    let address = without_port.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    OWN.contains(&without_port) || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The scope that the manual asks for.
fn needed(request: &Request<()>) -> Scope {
    match (request.method().as_str(), request.uri().path().split('/').nth(1)) {
        ("GET" | "HEAD" | "OPTIONS", _) => Scope::Read,
        (_, Some("appointments")) => Scope::Book,
        _ => Scope::Admin,
    }
}
