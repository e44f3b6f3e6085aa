//! The clinic and its programs: what they ask, what they were told, and whether it is still true.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::connection::Connection;
use crate::latency::{Kind, Latencies};
use crate::server::Server;
use crate::usage::{Grown, Usage};

const PROVIDERS: u64 = 120;
/// How often all programs together ask in a second of the hour.
const REQUESTS_A_SECOND: u64 = 20;
/// Days that can be booked.
const DAYS: u64 = 60;

/// How far the hour has come.
pub(crate) struct Clinic {
    requests: u64,
    asked: AtomicU64,
    process: u32,
    grown: Mutex<Grown>,
    seconds: watch::Sender<u64>,
}

/// The appointments of one program as they were last acknowledged.
pub(crate) type Memory = BTreeMap<String, Value>;

impl Clinic {
    pub(crate) fn new(requests: u64, process: u32) -> Self {
        Self { requests, asked: AtomicU64::new(0), process, grown: Mutex::default(), seconds: watch::Sender::new(0) }
    }

    /// How many requests an hour has.
    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    /// The seconds of the hour, as they pass.
    pub(crate) fn seconds(&self) -> watch::Receiver<u64> {
        self.seconds.subscribe()
    }

    /// What the server took when it was warm, and at the end.
    pub(crate) fn grown(&self) -> Grown {
        *self.grown.lock().unwrap()
    }

    /// How many requests come when the server is warm.
    fn after_warm(&self) -> u64 {
        self.requests * 3 / 5
    }

    /// How many of them change something.
    pub(crate) fn changes_after_warm(&self) -> u64 {
        self.after_warm() * 3 / 10
    }

    /// The number of the next request; none when the hour is over.
    fn next(&self) -> Option<u64> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let now = || Usage::of(self.process).kibibytes;
        // Warm when every client is there and every day has been asked for.
        if number == self.requests - self.after_warm() {
            self.grown.lock().unwrap().warm = now();
        }
        if number + 1 == self.requests {
            self.grown.lock().unwrap().end = now();
        }
        if number.is_multiple_of(REQUESTS_A_SECOND) {
            self.seconds.send_replace(number / REQUESTS_A_SECOND);
        }
        (number < self.requests).then_some(number)
    }
}

/// Adds the providers.
pub(crate) fn open(server: &Server) {
    for number in 0..PROVIDERS {
        let start = 7 + number % 4;
        let body = json!({
            "id": format!("p{number}"),
            "availability": [
                {"start": format!("{start:02}:00"), "end": "12:00"},
                {"start": "12:45", "end": format!("{:02}:30", start + 9)},
            ],
            "max_daily_appointments": 20,
        });
        assert_eq!(server.ask("POST", "/providers", &body.to_string()).0, 200);
    }
}

/// One program: a seed, and what it knows.
struct Program {
    connection: Connection,
    number: usize,
    seed: u64,
    memory: Memory,
    latencies: Latencies,
}

/// Asks until the hour is over.
pub(crate) async fn work(clinic: std::sync::Arc<Clinic>, server: SocketAddr, number: usize) -> (Memory, Latencies) {
    let connection = Connection::open(server).await;
    let (memory, latencies) = (Memory::new(), Latencies::default());
    let mut program = Program { connection, number, seed: number as u64, memory, latencies };
    while let Some(request) = clinic.next() {
        match request % 100 {
            0..25 => program.list("/appointments").await,
            25..40 => program.list("/providers").await,
            40..65 => program.show().await,
            65..70 => program.health().await,
            70..85 => program.book(request).await,
            85..91 => program.cancel().await,
            91..95 => program.relocate().await,
            95..99 => program.set_status().await,
            _ => program.change_hours().await,
        }
    }
    (program.memory, program.latencies)
}

/// The `n`th day that can be booked.
fn day(n: u64) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2090, 1, 1).unwrap();
    (first + chrono::Days::new(n % DAYS)).to_string()
}

impl Program {
    /// The next number that this program draws (`SplitMix64`).
    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    async fn ask(&mut self, kind: Kind, method: &str, path: &str, body: &str) -> (u16, Value) {
        let begun = Instant::now();
        let answer = self.connection.ask(method, path, body).await;
        self.latencies.add(kind, begun.elapsed());
        answer
    }

    /// One of its own appointments, if it has any.
    fn own(&mut self) -> Option<String> {
        let count = self.memory.len() as u64;
        (count > 0).then(|| {
            let at = usize::try_from(self.draw(count)).unwrap();
            self.memory.keys().nth(at).unwrap().clone()
        })
    }

    async fn list(&mut self, of: &str) {
        let day = day(self.draw(DAYS));
        let (status, answer) = self.ask(Kind::Read, "GET", &format!("{of}?date={day}"), "").await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn health(&mut self) {
        let (status, answer) = self.ask(Kind::Read, "GET", "/health", "").await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn show(&mut self) {
        let Some(id) = self.own() else { return self.health().await };
        let (status, answer) = self.ask(Kind::Read, "GET", &format!("/appointments/{id}"), "").await;
        assert_eq!(status, 200, "{answer}");
        still_true(&self.memory[&id], &answer);
    }

    async fn book(&mut self, request: u64) {
        let (number, start, day) = (self.number, 7 + self.draw(8), day(self.draw(DAYS)));
        let id = format!("r{number}-{request}");
        let mut body = json!({
            "id": id,
            "date": day,
            "preferred_range": {"start": format!("{start:02}:00"), "end": format!("{:02}:00", start + 3)},
            "duration": 15 + 15 * self.draw(3),
            "client": format!("Client {number} of {request}"),
        });
        if self.draw(2) == 0 {
            body["preferred_provider"] = json!(format!("p{}", self.draw(PROVIDERS)));
        }
        let (status, answer) = self.ask(Kind::Write, "POST", "/appointments", &body.to_string()).await;
        match status {
            200 => {
                let mut booked = answer;
                booked["date"] = json!(day);
                booked["status"] = json!("booked");
                self.memory.insert(id, booked);
            }
            409 => assert!(answer["blockers"].is_array(), "{answer}"),
            _ => panic!("{status} {answer} to {body}"),
        }
    }

    async fn cancel(&mut self) {
        let Some(id) = self.own() else { return self.health().await };
        let path = format!("/appointments/{id}");
        let (status, answer) = self.ask(Kind::Write, "DELETE", &path, r#"{"reason": "cannot come"}"#).await;
        assert_eq!((status, &answer["status"]), (200, &json!("cancelled")), "{answer}");
        self.memory.insert(id, answer);
    }

    async fn relocate(&mut self) {
        let Some(id) = self.own() else { return self.health().await };
        let start = 7 + self.draw(8);
        let to = json!({
            "preferred_range": {"start": format!("{start:02}:00"), "end": format!("{:02}:00", start + 3)},
            "date": day(self.draw(DAYS)),
        });
        self.change("POST", id.clone(), &format!("/appointments/{id}/move"), &to).await;
    }

    async fn set_status(&mut self) {
        let Some(id) = self.own() else { return self.health().await };
        let status = ["confirmed", "arrived", "done", "no_show"][usize::try_from(self.draw(4)).unwrap()];
        self.change("PATCH", id.clone(), &format!("/appointments/{id}"), &json!({"status": status})).await;
    }

    /// A change of one appointment, which may be refused: for want of room, or because it is cancelled.
    async fn change(&mut self, method: &str, id: String, path: &str, body: &Value) {
        let (status, answer) = self.ask(Kind::Write, method, path, &body.to_string()).await;
        match status {
            200 => drop(self.memory.insert(id, answer)),
            409 => assert!(answer["error"].is_string(), "{answer}"),
            // Its visit had begun when the hours were changed, so it is outside them and cannot be to come again.
            422 if method == "PATCH" => assert_eq!(answer["field"], "status", "{answer}"),
            _ => panic!("{status} {answer} to {method} {path} {body}"),
        }
    }

    /// Somebody is off for an hour of one day; what lies in it is cancelled.
    async fn change_hours(&mut self) {
        let (provider, off) = (self.draw(PROVIDERS), 9 + self.draw(6));
        let body = json!({
            "date": day(self.draw(DAYS)),
            "availability": [
                {"start": "07:00", "end": format!("{off:02}:00")},
                {"start": format!("{:02}:00", off + 1), "end": "19:00"},
            ],
        });
        let path = format!("/providers/p{provider}/availability");
        let (status, answer) = self.ask(Kind::Write, "PUT", &path, &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
}

/// What was acknowledged holds, unless a change of hours has cancelled it since.
fn still_true(known: &Value, now: &Value) {
    for field in ["request_id", "provider_id", "time_slot", "date"] {
        assert_eq!(now[field], known[field], "{field} of {known} is now {now}");
    }
    let cancelled = now["cancellation"]["cause"] == "hours_changed";
    assert!(now["status"] == known["status"] || cancelled, "{known} is now {now}");
}

/// Looks for everything that was acknowledged; how many bookings that is.
pub(crate) async fn verify(server: SocketAddr, memories: &[Memory]) -> usize {
    let mut connection = Connection::open(server).await;
    for (id, known) in memories.iter().flatten() {
        let (status, now) = connection.ask("GET", &format!("/appointments/{id}"), "").await;
        assert_eq!(status, 200, "{id} was acknowledged: {now}");
        still_true(known, &now);
    }
    memories.iter().map(Memory::len).sum()
}
