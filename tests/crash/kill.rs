//! A server that is killed under load, again and again, on one book.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use crate::client::Client;
use crate::program::User;
use crate::server::Server;

const ROUNDS: usize = 5;
const CLIENTS: usize = 16;
/// Changes that are acknowledged before the server is killed; the clients do not stop by themselves.
const ACKNOWLEDGED: usize = 160;
const PROVIDERS: usize = 4;

/// One command, as it is sent and sent again.
#[derive(Debug, Clone)]
struct Sent {
    method: &'static str,
    path: String,
    body: String,
}

/// What one client knows.
#[derive(Debug, Default)]
struct Memory {
    /// Every booking that was acknowledged, with the answer: placed (200) or refused (409).
    bookings: BTreeMap<String, (Sent, u16, Value)>,
    /// The appointments whose cancellation was acknowledged.
    cancelled: Vec<String>,
    /// The hours that were acknowledged last, if this client changes any.
    hours: Option<Value>,
    /// What was sent and never answered.
    unanswered: Vec<Sent>,
}

fn day(round: usize, number: usize) -> String {
    format!("2090-{:02}-{:02}", 1 + (round + number) % 12, 1 + number % 28)
}

/// The hours that client `client` gives its provider with its change `number`.
fn hours(number: usize) -> Value {
    let start = 6 + number % 5;
    json!([{"start": format!("{start:02}:00"), "end": "12:00"}, {"start": "13:00", "end": format!("{:02}:00", 15 + number % 4)}])
}

fn booking(round: usize, client: usize, number: usize) -> Sent {
    let hour = 7 + (client + number) % 10;
    let mut body = json!({
        "id": format!("r{round}-{client}-{number}"),
        "date": day(round, number),
        "preferred_range": {"start": format!("{hour:02}:00"), "end": format!("{:02}:00", hour + 2)},
        "duration": 15 + 15 * (number % 3),
    });
    if number.is_multiple_of(2) {
        body["preferred_provider"] = json!(format!("p{}", (client + number / 2) % PROVIDERS));
    }
    Sent { method: "POST", path: "/appointments".into(), body: body.to_string() }
}

/// Sends commands until the server is gone, and says after each that it was acknowledged.
fn work(server: std::net::SocketAddr, round: usize, client: usize, told: &mpsc::Sender<()>) -> Memory {
    let mut memory = Memory::default();
    let Some(mut connection) = Client::connect(server) else { return memory };
    let mut placed = Vec::new();
    for number in 0.. {
        let sent = if number % 4 == 3 && !placed.is_empty() {
            let id: String = placed.swap_remove(number % placed.len());
            Sent { method: "DELETE", path: format!("/appointments/{id}"), body: String::new() }
        } else if number % 6 == 5 && client < PROVIDERS {
            let path = format!("/providers/p{client}/availability");
            Sent { method: "PUT", path, body: json!({"availability": hours(round + number)}).to_string() }
        } else {
            booking(round, client, number)
        };
        let Some((status, answer)) = connection.ask(sent.method, &sent.path, &sent.body) else {
            memory.unanswered.push(sent);
            return memory;
        };
        match sent.method {
            "POST" => {
                assert!(status == 200 || status == 409, "{status} {answer} to {sent:?}");
                let id = serde_json::from_str::<Value>(&sent.body).unwrap()["id"].as_str().unwrap().to_owned();
                if status == 200 {
                    placed.push(id.clone());
                }
                memory.bookings.insert(id, (sent, status, answer));
            }
            "DELETE" => {
                assert_eq!(status, 200, "{answer} to {sent:?}");
                memory.cancelled.push(sent.path.trim_start_matches("/appointments/").to_owned());
            }
            _ => {
                assert_eq!(status, 200, "{answer} to {sent:?}");
                memory.hours = Some(serde_json::from_str::<Value>(&sent.body).unwrap()["availability"].clone());
            }
        }
        if told.send(()).is_err() {
            return memory;
        }
    }
    memory
}

/// Lets all clients work and kills the server in the middle of it.
fn load_and_kill(server: &mut Server, round: usize) -> Vec<Memory> {
    let (tell, told) = mpsc::channel();
    let address = server.address;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let tell = tell.clone();
            thread::spawn(move || work(address, round, client, &tell))
        })
        .collect();
    drop(tell);
    assert_eq!(told.iter().take(ACKNOWLEDGED).count(), ACKNOWLEDGED, "the clients ended before the server");
    server.kill();
    // Acknowledged while it was being killed counts too.
    told.iter().for_each(drop);
    clients.into_iter().map(|client| client.join().unwrap()).collect()
}

/// Everything that was acknowledged is there, and what was not is there wholly or not at all.
fn verify(server: &Server, clients: &[Memory]) {
    let mut connection = Client::connect(server.address).unwrap();
    let mut ask = |sent: &Sent| connection.ask(sent.method, &sent.path, &sent.body).unwrap();
    let get = |path: String| Sent { method: "GET", path, body: String::new() };
    for memory in clients {
        for (id, (sent, status, answer)) in &memory.bookings {
            assert_eq!(ask(sent), (*status, answer.clone()), "the same answer again to {sent:?}");
            let (found, appointment) = ask(&get(format!("/appointments/{id}")));
            assert_eq!(found == 200, *status == 200, "{id}: {appointment}");
            if found == 200 {
                assert_eq!(appointment["time_slot"], answer["time_slot"], "{id}");
                assert_eq!(appointment["provider_id"], answer["provider_id"], "{id}");
            }
        }
        for id in &memory.cancelled {
            assert_eq!(ask(&get(format!("/appointments/{id}"))).1["status"], "cancelled", "{id}");
        }
        for sent in memory.unanswered.iter().filter(|sent| sent.method == "POST") {
            let (status, first) = ask(sent);
            assert!(status == 200 || status == 409, "{status} {first} to {sent:?}");
            assert_eq!(ask(sent), (status, first), "one answer, however often {sent:?} is sent");
        }
    }
    for (client, memory) in clients.iter().enumerate().take(PROVIDERS) {
        let Some(acknowledged) = &memory.hours else { continue };
        let (_, providers) = ask(&get("/providers?date=2090-06-15".into()));
        let listed = providers["providers"].as_array().unwrap().iter();
        let now = listed.into_iter().find(|one| one["id"] == format!("p{client}")).unwrap()["availability"].clone();
        let sent_last = memory.unanswered.iter().filter(|sent| sent.method == "PUT");
        let mut possible =
            sent_last.map(|sent| serde_json::from_str::<Value>(&sent.body).unwrap()["availability"].clone());
        assert!(now == *acknowledged || possible.any(|hours| hours == now), "{now} instead of {acknowledged}");
    }
}

#[test]
fn rule_6_what_was_acknowledged_survives_a_server_that_is_killed_under_load() {
    let user = User::new();
    let mut server = Server::start(&user);
    for provider in 0..PROVIDERS {
        let body = json!({"id": format!("p{provider}"), "availability": hours(provider), "max_daily_appointments": 12});
        assert_eq!(server.ask("POST", "/providers", &body.to_string()).0, 200);
    }
    for round in 0..ROUNDS {
        let clients = load_and_kill(&mut server, round);
        assert!(clients.iter().all(|memory| memory.unanswered.len() <= 1));
        server = Server::start(&user);
        verify(&server, &clients);
    }
    assert!(server.stop());
    let checked = user.run(&["check", "--book", "~/desk.db"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}
