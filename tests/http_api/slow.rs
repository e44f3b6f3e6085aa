//! A disk that takes long: late answers, and nobody kept from looking.

use chrono::TimeDelta;
use serde_json::json;
use slotdesk::api::Limits;
use slotdesk::store::MemoryStore;

use crate::client::{get, send};
use crate::gate::GatedStore;
use crate::server::{Server, TODAY};

fn body(id: &str) -> String {
    json!({"id": id, "date": TODAY, "preferred_range": {"start": "13:00", "end": "17:00"}, "duration": 30}).to_string()
}

#[test]
fn a_slow_store_delays_its_answers_and_nothing_else_and_health_says_so() {
    let (store, gate) = GatedStore::new(MemoryStore::new());
    let server = Server::start_with("12:00", Limits::default(), Box::new(store));
    let hours = json!([{"start": "09:00", "end": "17:00"}]);
    let provider = json!({"id": "chen", "availability": hours, "max_daily_appointments": 8});
    assert_eq!(send(server.address, "POST", "/providers", &provider.to_string()).status, 200);
    gate.shut();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| send(server.address, "POST", "/appointments", &body("a")).status);
        server.block_on(gate.reached());
        let health = get(server.address, "/health");
        assert_eq!((health.status, &health.json()["storing"]), (200, &json!(1)), "not long yet");
        assert_eq!(get(server.address, "/appointments").json()["scheduled"], json!([]), "not before it is stored");
        assert_eq!(get(server.address, "/providers").json()["providers"][0]["booked"], 0);
        let now = slotdesk::desk::Clock::now(&*server.clock);
        server.clock.set(now + TimeDelta::seconds(5));
        let health = get(server.address, "/health");
        assert_eq!(health.status, 503);
        assert_eq!(health.json()["status"], "the book takes very long to be written");
        assert!(!late.is_finished());
        gate.open();
        assert_eq!(late.join().unwrap(), 200);
    });
    let mut health = get(server.address, "/health");
    while health.json()["storing"] != 0 {
        health = get(server.address, "/health");
    }
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
    assert_eq!(get(server.address, "/appointments").json()["scheduled"][0]["request_id"], "a");
}
