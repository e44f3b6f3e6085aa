//! Conversations: whatever is asked, the answer is one of the table, and the book stays sound.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::NaiveDate;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::ServiceExt;

use super::Limits;
use super::access::AccessControl;
use super::routes::{App, router};
use crate::access::Access;
use crate::desk::{Calendar, Desk, ManualClock, Options};
use crate::domain::{Action, Minutes, RequestId, TimeRange};
use crate::fuzzing::{Target, check_sentence, is_harmless};
use crate::scheduler::policy::POLICIES;
use crate::store::{MemoryStore, Reader, Store, audit};

/// What stands between two requests of a conversation.
const NEXT: &str = "\n---\n";
/// Longest sentence of an error that is no refusal; those name every provider.
const SENTENCE_MAX: usize = 500;

const WORDS: &[&str] = &[
    "\n---\n",
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "/appointments",
    "/appointments/r1",
    "/appointments/r1/move",
    "/providers",
    "/providers/chen/availability",
    "/events",
    "/health",
    "?date=2026-11-23",
    "?date=-026-11-23",
    "?date=9999-12-31",
    "?date=0000-01-01",
    "?after=0",
    "?after=18446744073709551615",
    "%00",
    "%ff",
    "%2e%2e%2f",
    "%E2%80%AE",
    "Content-Type: application/json",
    "Content-Type: text/plain",
    "Content-Length: 99999999",
    "Content-Length: -1",
    "Last-Event-ID: 1",
    "Last-Event-ID: x",
    "Idempotency-Key: r1",
    "Expect: 100-continue",
    "Origin: http://evil.example",
    "\"id\":",
    "\"preferred_range\":",
    "\"start\":",
    "\"end\":",
    "\"duration\":",
    "\"preferred_provider\":",
    "\"date\":",
    "\"client\":",
    "\"service\":",
    "\"note\":",
    "\"allow_past\": true",
    "\"availability\":",
    "\"weekly\": {\"mon\": []}",
    "\"exceptions\":",
    "\"instead\": []",
    "\"block_out\": []",
    "\"from\":",
    "\"services\": []",
    "\"status\": \"arrived\"",
    "\"reason\":",
    "null",
    "true",
    "0",
    "-1",
    "1",
    "1440",
    "1441",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "1e400",
    "\"00:00\"",
    "\"24:00\"",
    "\"24:01\"",
    "\"9:00\"",
    "\"2026-11-23\"",
    "\"2026-02-29\"",
    "\"-026-11-23\"",
    "\"9999-12-31\"",
    "\"\\u001b[2J\"",
    "\"\\u202e\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\u{202e}",
    "\u{feff}",
];

/// A desk on an empty book in memory, on a Monday at noon, with an API.
struct House {
    desk: Desk,
    router: Router,
    reader: Box<dyn Reader>,
    /// Keeps the event feeds open.
    _close: watch::Sender<()>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// A feed that was opened when the log had come to this event.
struct OpenFeed {
    since: u64,
    body: Body,
}

impl House {
    fn new() -> Self {
        let clock = ManualClock::new("2026-11-23T12:00:00Z".parse().unwrap());
        let calendar = Calendar::new(Arc::new(clock), chrono_tz::UTC);
        let options = Options {
            workers: 1,
            queue_length: 8,
            start_grid: Minutes::new(5).unwrap(),
            policy: POLICIES[0],
            popularity_days: 28,
            seed: 1,
        };
        let store = MemoryStore::new();
        let reader = store.reader().unwrap();
        let desk = Desk::open(Box::new(store), calendar, options).unwrap();
        let (close, closing) = watch::channel(());
        let access = AccessControl::new(Access::default(), Ipv4Addr::LOCALHOST.into());
        let router = router(Arc::new(App::new(desk.clone(), Limits::default(), access, closing)));
        Self { desk, router, reader, _close: close }
    }

    /// Sends the request and reads the answer; none for a feed, which has no end.
    async fn ask(&mut self, request: Request<Body>, feeds: &mut Vec<OpenFeed>) -> Option<Answered> {
        let since = self.reader.last_event().unwrap();
        let bodiless = request.method() == "HEAD";
        let answer = timeout(Duration::from_secs(20), self.router.clone().oneshot(request)).await.expect("an answer");
        let (parts, body) = answer.unwrap().into_parts();
        if parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
            if bodiless {
                assert_eq!(axum::body::to_bytes(body, 0).await.unwrap(), "");
            } else {
                feeds.push(OpenFeed { since, body });
            }
            return None;
        }
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Some(Answered { status: parts.status, headers: parts.headers, body })
    }

    /// Asks, and checks the answer and what it did to the book.
    async fn check(&mut self, written: &[u8], feeds: &mut Vec<OpenFeed>) {
        let Some(request) = read(written) else { return };
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let asked_day = request.uri().query().and_then(|query| query.strip_prefix("date=")).map(ToOwned::to_owned);
        let before = self.reader.last_event().unwrap();
        let Some(answer) = self.ask(request, feeds).await else { return };
        let after = self.reader.last_event().unwrap();
        let Answered { status, body, .. } = &answer;
        check_answer(&answer, method == "HEAD", path == "/events");
        let refused = serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("blockers").is_some());
        let books = method == "POST" && path == "/appointments";
        if books && (status.is_success() || refused) {
            let again = self.ask(read(written).unwrap(), feeds).await;
            assert_eq!(again.as_ref(), Some(&answer), "the same request, the same answer");
            assert_eq!(self.reader.last_event().unwrap(), after, "a request sent again changes nothing");
        }
        let takes_a_date =
            matches!(&*path, "/appointments" | "/providers") && matches!(method.as_str(), "GET" | "HEAD");
        let asked_day = asked_day.filter(|day| takes_a_date && !day.contains(['%', '&', '+']));
        if let Some(day) = asked_day.filter(|_| status.is_success()) {
            assert_eq!(
                day.parse::<NaiveDate>().map(|day| day.to_string()),
                Ok(day),
                "a date has one way to be written"
            );
        }
        if books && status.is_success() {
            self.check_booked(written, body).await;
        }
        if refused {
            let told = self.reader.events_after(before, 2).unwrap();
            assert!(told.len() <= 1 && told.iter().all(|event| matches!(event.draft.action, Action::Refused { .. })));
        } else if !status.is_success() || method == "GET" || method == "HEAD" {
            assert_eq!(after, before, "{method} {path} is answered with {status} and changed the book");
        }
    }

    /// What was booked is what was asked for.
    async fn check_booked(&mut self, written: &[u8], answer: &[u8]) {
        let asked = read(written).unwrap().into_body();
        let asked = axum::body::to_bytes(asked, usize::MAX).await.unwrap();
        // A field that nobody reads may hold half a character, which is JSON, but no text.
        let Ok(asked) = serde_json::from_slice::<Value>(&asked) else { return };
        let answer: Value = serde_json::from_slice(answer).unwrap();
        assert_eq!(answer["request_id"], asked["id"]);
        let id = RequestId::new(asked["id"].as_str().unwrap()).unwrap();
        let stored = self.reader.appointment(&id).unwrap().expect("what is booked is stored");
        let day = stored.request.day.to_string();
        assert!(asked.get("date").is_none_or(|sent| *sent == day || sent.is_null()), "{day} instead of {asked}");
        let range = |value: &Value| TimeRange::parse(value["start"].as_str()?, value["end"].as_str()?).ok();
        assert_eq!(range(&asked["preferred_range"]), Some(stored.request.range));
        let slot = range(&answer["time_slot"]).unwrap();
        assert_eq!(i64::from(slot.len()), asked["duration"].as_i64().unwrap());
        // A booking sent again is answered as it was, wherever it has been moved since.
        assert!(stored.request.range.contains(slot), "{slot} is not in {}", stored.request.range);
        if let Some(provider) = asked["preferred_provider"].as_str() {
            assert_eq!(answer["provider_id"], provider, "another provider than the preferred one");
        }
    }

    /// Closes the desk and checks what is left: a sound book, and feeds without gaps.
    async fn close(mut self, feeds: Vec<OpenFeed>) {
        self.desk.close().await.unwrap();
        let newest = self.reader.last_event().unwrap();
        for OpenFeed { since, body } in feeds {
            let all = axum::body::to_bytes(body, usize::MAX);
            let all = timeout(Duration::from_secs(20), all).await.expect("a feed ends with its desk").unwrap();
            check_feed(std::str::from_utf8(&all).unwrap(), since, newest);
        }
        assert_eq!(audit(&mut *self.reader).unwrap(), []);
    }
}

/// The request as it is written: method and address, headers, an empty line, a body.
fn read(written: &[u8]) -> Option<Request<Body>> {
    let mut lines = written.split(|byte| *byte == b'\n');
    let first = String::from_utf8_lossy(lines.next()?).into_owned();
    let (method, address) = first.split_once(' ')?;
    let mut length = first.len() + 1;
    let mut request = Request::builder().method(method).uri(encoded(address));
    for line in lines {
        length += line.len() + 1;
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    // What cannot even be a request is the business of the HTTP library.
    request.body(Body::from(written.get(length..).unwrap_or_default().to_vec())).ok()
}

/// The address with what an address cannot hold as it stands.
fn encoded(address: &str) -> String {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    address.bytes().map(|b| if allowed(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn check_answer(answer: &Answered, bodiless: bool, is_feed: bool) {
    let Answered { status, headers, body } = answer;
    let in_table = matches!(status.as_u16(), 200 | 400 | 404 | 405 | 409 | 413 | 415 | 422);
    let feeds_are_taken = is_feed && *status == StatusCode::SERVICE_UNAVAILABLE;
    assert!(in_table || feeds_are_taken, "{answer:?}");
    if bodiless {
        return assert!(body.is_empty());
    }
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    let json: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
    if status.is_success() {
        return assert!(json.get("error").is_none(), "{json}");
    }
    let sentence = json["error"].as_str().unwrap_or_else(|| panic!("no sentence in {json}"));
    check_sentence(sentence, if json.get("blockers").is_some() { 20_000 } else { SENTENCE_MAX });
    if let Some(field) = json.get("field") {
        let field = field.as_str().unwrap();
        assert!(field.chars().all(is_harmless) && (1..=200).contains(&field.chars().count()), "{field:?}");
    }
}

/// Every event from the first one on, once and in order, and none since the feed was opened is missing.
fn check_feed(text: &str, since: u64, newest: u64) {
    let ids: Vec<u64> = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    let bodies: Vec<Value> =
        text.lines().filter_map(|line| Some(serde_json::from_str(line.strip_prefix("data: ")?).unwrap())).collect();
    assert_eq!(ids.len(), bodies.len(), "{text}");
    let first = ids.first().copied().unwrap_or(newest + 1);
    assert!(first <= since + 1, "{first} is the first event of a feed opened after event {since}");
    assert_eq!(ids, (first..=newest).collect::<Vec<_>>());
    assert!(ids.iter().zip(&bodies).all(|(id, body)| body["number"] == *id));
}

#[test]
fn fuzz_conversations() {
    let runtime = Runtime::new().unwrap();
    Target::new("http", WORDS).run("fuzz_conversations", 1_500, |bytes| {
        runtime.block_on(async {
            let (mut house, mut feeds) = (House::new(), Vec::new());
            let mut rest = bytes;
            loop {
                let end = rest.windows(NEXT.len()).position(|piece| piece == NEXT.as_bytes());
                house.check(&rest[..end.unwrap_or(rest.len())], &mut feeds).await;
                let Some(end) = end else { break };
                rest = &rest[end + NEXT.len()..];
            }
            house.close(feeds).await;
        });
    });
}
