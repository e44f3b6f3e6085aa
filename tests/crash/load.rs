//! Clients that change a book in every way there is over HTTP, and remember what was acknowledged.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use slotdesk::domain::{Action, Appointment, HoursChange, ProviderId, RequestId, TimeRange, Weekly};
use slotdesk::store::{Reader, audit};

use crate::client::{Answer, Client};
use crate::dice::Dice;
use crate::server::Server;

const CLIENTS: u64 = 16;
const PROVIDERS: u64 = 4;
/// The first day of new hours, before all bookings.
const FROM: &str = "2090-01-01";

/// One command, as it is sent and sent again.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    method: &'static str,
    path: String,
    body: Value,
}

impl Sent {
    fn to(self, client: &mut Client) -> Option<Answer> {
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        client.ask(self.method, &self.path, &body)
    }

    fn is_booking(&self) -> bool {
        self.path == "/appointments"
    }

    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }
}

/// What one client knows.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// What was answered with 200, or with 409 in the case of a booking: with the answer.
    pub(crate) acknowledged: Vec<(Sent, Answer)>,
    /// What was sent and never answered.
    pub(crate) unanswered: Vec<Sent>,
}

fn clock(minutes: u64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn range(dice: &mut Dice) -> Value {
    let start = 360 + 5 * dice.roll(120);
    json!({"start": clock(start), "end": clock(start + 60 + 5 * dice.roll(24))})
}

fn day(dice: &mut Dice) -> String {
    format!("2090-01-{:02}", 2 + dice.roll(12))
}

/// Hours that hardly anybody else asks for.
fn hours(dice: &mut Dice) -> Value {
    let (start, end) = (300 + dice.roll(300), 900 + dice.roll(300));
    json!([{"start": clock(start), "end": "12:00"}, {"start": "13:00", "end": clock(end)}])
}

fn added(id: &str, hours: &Value, limit: u32) -> Sent {
    let body = json!({"id": id, "availability": hours, "max_daily_appointments": limit});
    Sent { method: "POST", path: "/providers".into(), body }
}

fn change(path: String, method: &'static str, body: Value) -> Sent {
    Sent { method, path, body }
}

/// What a client asks for next; `name` makes identifiers that nobody else uses.
fn next(dice: &mut Dice, name: &str, placed: &[String], memory: &Memory) -> Sent {
    let own = placed.get(dice.index(placed.len().max(1)));
    match (dice.roll(100), own) {
        (45..60, Some(id)) => {
            let mut body = json!({"preferred_range": range(dice), "date": day(dice)});
            if dice.roll(2) == 0 {
                body["preferred_provider"] = json!(format!("p{}", dice.roll(PROVIDERS)));
            }
            change(format!("/appointments/{id}/move"), "POST", body)
        }
        (60..72, Some(id)) => {
            let all = ["booked", "confirmed", "arrived", "in_progress", "done", "no_show"];
            let status = all[dice.index(all.len())];
            change(format!("/appointments/{id}"), "PATCH", json!({"status": status}))
        }
        (72..82, Some(id)) => change(format!("/appointments/{id}"), "DELETE", Value::Null),
        (82..91, _) => {
            let path = format!("/providers/p{}/availability", dice.roll(PROVIDERS));
            change(path, "PUT", json!({"availability": hours(dice), "from": FROM}))
        }
        (91..94, _) => added(&format!("x{name}"), &hours(dice), 2),
        (94.., _) if memory.acknowledged.iter().any(|(sent, _)| sent.is_booking()) => {
            let all: Vec<_> = memory.acknowledged.iter().filter(|(sent, _)| sent.is_booking()).collect();
            all[dice.index(all.len())].0.clone()
        }
        _ => {
            let (preferred_range, duration) = (range(dice), 15 + 15 * dice.roll(3));
            let mut body = json!({"id": format!("r{name}"), "date": day(dice), "duration": duration});
            body["preferred_range"] = preferred_range;
            if dice.roll(2) == 0 {
                body["preferred_provider"] = json!(format!("p{}", dice.roll(PROVIDERS)));
            }
            Sent { method: "POST", path: "/appointments".into(), body }
        }
    }
}

/// Sends commands until the server is gone or nobody listens, and says after each that it was acknowledged.
fn work(server: SocketAddr, seed: u64, client: u64, told: &mpsc::Sender<()>) -> Memory {
    let mut memory = Memory::default();
    let mut dice = Dice::new(seed * CLIENTS + client);
    let Some(mut connection) = Client::connect(server) else { return memory };
    let mut placed = Vec::new();
    for number in 0.. {
        let sent = next(&mut dice, &format!("{seed}-{client}-{number}"), &placed, &memory);
        let Some(answer) = sent.clone().to(&mut connection) else {
            memory.unanswered.push(sent);
            return memory;
        };
        let booking = sent.is_booking();
        match answer.0 {
            200 if booking && !placed.iter().any(|id| id == sent.id()) => placed.push(sent.id().to_owned()),
            200 => {}
            // No room, or cancelled meanwhile by a change of hours: only a booking has an answer that stays.
            409 if booking => {}
            409 => continue,
            // Its visit had begun when the hours were changed, so it is outside them and cannot be to come again.
            422 if sent.method == "PATCH" => continue,
            _ => panic!("{answer:?} to {sent:?}"),
        }
        memory.acknowledged.push((sent, answer));
        if told.send(()).is_err() {
            break;
        }
    }
    memory
}

/// Clients at work.
pub(crate) struct Load {
    clients: Vec<JoinHandle<Memory>>,
    told: mpsc::Receiver<()>,
}

impl Load {
    /// Sets the clients to work on a server that has [`opening`] behind it.
    pub(crate) fn start(server: &Server, seed: u64) -> Self {
        let (tell, told) = mpsc::channel();
        let address = server.address;
        let start = |client| {
            let tell = tell.clone();
            thread::spawn(move || work(address, seed, client, &tell))
        };
        Self { clients: (0..CLIENTS).map(start).collect(), told }
    }

    /// Waits until so many changes more were acknowledged.
    pub(crate) fn wait_for(&self, changes: usize) {
        assert_eq!(self.told.iter().take(changes).count(), changes, "the clients ended before the server");
    }

    /// Ends the load, unless the server was killed, and returns what the clients know.
    pub(crate) fn end(self) -> Vec<Memory> {
        drop(self.told);
        self.clients.into_iter().map(|client| client.join().unwrap()).collect()
    }

    /// What the clients know when the server is gone; acknowledged while it was being killed counts too.
    pub(crate) fn after_the_kill(self) -> Vec<Memory> {
        self.told.iter().for_each(drop);
        self.clients.into_iter().map(|client| client.join().unwrap()).collect()
    }
}

/// Adds the providers that the clients ask for.
pub(crate) fn opening(server: &Server) {
    let mut client = Client::connect(server.address).unwrap();
    for provider in 0..PROVIDERS {
        let hours = json!([{"start": "06:00", "end": "20:00"}]);
        assert_eq!(added(&format!("p{provider}"), &hours, 12).to(&mut client).unwrap().0, 200);
    }
}

/// Every appointment as each event left it, the refusals, the changes of hours, the providers.
#[derive(Default)]
struct Log {
    images: HashMap<RequestId, Vec<Arc<Appointment>>>,
    refused: HashSet<RequestId>,
    hours: HashSet<(ProviderId, String)>,
    added: HashSet<ProviderId>,
}

impl Log {
    fn read(reader: &mut dyn Reader) -> Self {
        let mut log = Self::default();
        let mut last = 0;
        loop {
            let page = reader.events_after(last, 1_000).unwrap();
            let Some(newest) = page.last() else { return log };
            last = newest.number;
            for event in page {
                for after in event.draft.edits.appointments.iter().filter_map(|edit| edit.after.as_ref()) {
                    log.images.entry(after.id().clone()).or_default().push(Arc::clone(after));
                }
                match event.draft.action {
                    Action::Refused { request, .. } => {
                        log.refused.insert(request.id.clone());
                    }
                    Action::ProviderAdded(id) => {
                        log.added.insert(id);
                    }
                    Action::HoursChanged { provider, change } => {
                        log.hours.insert((provider, format!("{change:?}")));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether the log has what was acknowledged, as it was acknowledged.
    fn has(&self, sent: &Sent, (status, answer): &Answer) -> bool {
        let parts: Vec<_> = sent.path.split('/').collect();
        match parts[..] {
            ["", "appointments"] if *status == 409 => self.refused.contains(&RequestId::new(sent.id()).unwrap()),
            ["", "appointments"] => self.has_image(sent.id(), answer),
            ["", "appointments", id, ..] => self.has_image(id, answer),
            ["", "providers"] => self.added.contains(&ProviderId::new(sent.id()).unwrap()),
            ["", "providers", id, "availability"] => {
                let ranges = sent.body["availability"].as_array().unwrap().iter();
                let minutes = |range: &Value, end: &str| range[end].as_str().unwrap().to_owned();
                let ranges = ranges.map(|one| TimeRange::parse(&minutes(one, "start"), &minutes(one, "end")).unwrap());
                let change =
                    HoursChange::From { day: FROM.parse().unwrap(), weekly: Weekly::EveryDay(ranges.collect()) };
                self.hours.contains(&(ProviderId::new(id).unwrap(), format!("{change:?}")))
            }
            _ => panic!("nobody sends {sent:?}"),
        }
    }

    fn has_image(&self, id: &str, answer: &Value) -> bool {
        let images = self.images.get(&RequestId::new(id).unwrap());
        images.is_some_and(|images| {
            images.iter().any(|image| {
                let slot = json!({"start": image.slot.start().to_string(), "end": image.slot.end().to_string()});
                answer["time_slot"] == slot
                    && answer["provider_id"] == json!(image.provider.as_str())
                    && answer.get("status").is_none_or(|status| *status == json!(image.status.key()))
                    && answer.get("date").is_none_or(|date| *date == json!(image.day.to_string()))
            })
        })
    }
}

/// Asserts that a book keeps every rule and has every change that was acknowledged; how many.
pub(crate) fn assert_all_there(reader: &mut dyn Reader, clients: &[Memory]) -> usize {
    assert_eq!(audit(reader).unwrap(), []);
    let log = Log::read(reader);
    let acknowledged = clients.iter().flat_map(|memory| &memory.acknowledged);
    acknowledged.inspect(|(sent, answer)| assert!(log.has(sent, answer), "{sent:?} is lost: {answer:?}")).count()
}

/// Asserts that every booking has one answer, however often it is sent; how many of those that were never
/// answered had been stored all the same.
pub(crate) fn assert_answers_stay(server: &Server, reader: &mut dyn Reader, clients: &[Memory]) -> usize {
    let log = Log::read(reader);
    let mut connection = Client::connect(server.address).unwrap();
    let mut stored = 0;
    for memory in clients {
        assert!(memory.unanswered.len() <= 1);
        for (sent, answer) in memory.acknowledged.iter().filter(|(sent, _)| sent.is_booking()) {
            assert_eq!(sent.clone().to(&mut connection).unwrap(), *answer, "the same answer again to {sent:?}");
        }
        for sent in memory.unanswered.iter().filter(|sent| sent.is_booking()) {
            let (status, first) = sent.clone().to(&mut connection).unwrap();
            assert!(status == 200 || status == 409, "{status} {first} to {sent:?}");
            let was_there = log.has(sent, &(status, first.clone()));
            stored += usize::from(was_there);
            let again = sent.clone().to(&mut connection).unwrap();
            assert_eq!(again, (status, first), "one answer, however often {sent:?} is sent");
        }
    }
    stored
}
