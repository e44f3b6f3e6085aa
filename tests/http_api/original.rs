//! The original program's four requests: unchanged, with the same bodies back.

use serde_json::json;
use slotdesk::api::Limits;

use crate::client::{get, send, send_as};
use crate::figures::report;
use crate::fresh;
use crate::server::{Server, TODAY};

pub(crate) const PROVIDER: &str = r#"{
           "id": "provider_1",
           "availability": [
             {"start": "09:00", "end": "12:00"},
             {"start": "13:00", "end": "17:00"}
           ],
           "max_daily_appointments": 8
         }"#;
pub(crate) const BOOKING: &str = r#"{
           "id": "req_1",
           "preferred_range": {"start": "09:30", "end": "11:30"},
           "duration": 30,
           "preferred_provider": "provider_1"
         }"#;
const HOURS: &str = r#"{
           "availability": [
             {"start": "08:00", "end": "12:00"},
             {"start": "14:00", "end": "18:00"}
           ]
         }"#;

fn walk_through(server: &Server, content_type: &str) {
    let ask = |method, path, body: &str| {
        let answer = send_as(server.address, (method, path), content_type, body.as_bytes());
        assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.json()
    };
    assert_eq!(ask("POST", "/providers", PROVIDER), json!({"message": "Provider added successfully."}));
    let booked = json!({
        "request_id": "req_1",
        "provider_id": "provider_1",
        "time_slot": {"start": "09:30", "end": "10:00"}
    });
    assert_eq!(ask("POST", "/appointments", BOOKING), booked);
    assert_eq!(
        ask("PUT", "/providers/provider_1/availability", HOURS),
        json!({"message": "Availability updated, affected appointments cancelled."})
    );
    assert_eq!(ask("GET", "/appointments", ""), json!({"scheduled": [booked]}));
}

#[test]
fn the_four_requests_work_unchanged_with_every_way_to_say_json() {
    for content_type in [
        "Content-Type: application/json\r\n",
        "Content-Type: application/json; charset=utf-8\r\n",
        "content-type: Application/JSON;Charset=UTF-8\r\n",
        "Content-Type: application/vnd.api+json\r\n",
        "",
    ] {
        walk_through(&Server::start(), content_type);
    }
}

#[test]
fn the_four_requests_work_at_any_hour_of_the_day() {
    for time in ["00:00", "09:45", "23:59"] {
        walk_through(&Server::start_with(time, Limits::default(), fresh::store()), "");
    }
}

#[test]
fn the_same_request_again_gets_the_same_answer_and_books_nothing() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    let first = send(server.address, "POST", "/appointments", BOOKING);
    let again = send(server.address, "POST", "/appointments", BOOKING);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    server.clock.set("2026-11-24T00:00:00Z".parse().unwrap());
    let after_midnight = send(server.address, "POST", "/appointments", BOOKING);
    assert_eq!(first.body, after_midnight.body);
    let listed = get(server.address, &format!("/appointments?date={TODAY}")).json();
    let booked = listed["scheduled"].as_array().unwrap().len();
    assert_eq!(booked, 1);
    report(
        "the_same_request_again_gets_the_same_answer_and_books_nothing",
        &format!("sent {} times, once after midnight: {booked} appointment", [first, again, after_midnight].len()),
    );
}

#[test]
fn the_same_answer_again_even_after_the_appointment_was_moved_or_cancelled() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    let first = send(server.address, "POST", "/appointments", BOOKING);
    let moved = r#"{"preferred_range": {"start": "15:00", "end": "15:30"}}"#;
    assert_eq!(send(server.address, "POST", "/appointments/req_1/move", moved).status, 200);
    assert_eq!(send(server.address, "POST", "/appointments", BOOKING).body, first.body);
    assert_eq!(send(server.address, "DELETE", "/appointments/req_1", "").status, 200);
    assert_eq!(send(server.address, "POST", "/appointments", BOOKING).body, first.body);
}

#[test]
fn a_refused_request_again_is_refused_the_same_way() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    let body = BOOKING.replace("09:30", "12:00").replace("11:30", "13:00");
    let first = send(server.address, "POST", "/appointments", &body);
    let again = send(server.address, "POST", "/appointments", &body);
    assert_eq!((first.status, again.status), (409, 409));
    assert_eq!(first.body, again.body);
}

#[test]
fn the_same_id_with_other_content_is_a_conflict() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    send(server.address, "POST", "/appointments", BOOKING);
    let other = send(server.address, "POST", "/appointments", &BOOKING.replace("30,", "45,"));
    assert_eq!(other.status, 409);
    assert_eq!(other.error(), "request req_1 was already made with other content; use a new id for a new request");
}

#[test]
fn a_provider_posted_again_is_fine_unchanged_and_a_conflict_changed() {
    let server = Server::start();
    let first = send(server.address, "POST", "/providers", PROVIDER);
    let again = send(server.address, "POST", "/providers", PROVIDER);
    assert_eq!((again.status, &again.body), (200, &first.body));
    let changed = send(server.address, "POST", "/providers", &PROVIDER.replace('8', "9"));
    assert_eq!(changed.status, 409);
    assert!(changed.error().contains("provider_1"), "{changed:?}");
}

#[test]
fn cancelled_appointments_are_not_listed_and_the_kept_ones_are_by_start() {
    let server = Server::start();
    send(server.address, "POST", "/providers", PROVIDER);
    for (id, start, end) in [("late", "16:00", "16:30"), ("early", "09:00", "09:30"), ("noon", "13:00", "13:30")] {
        let body = BOOKING.replace("req_1", id).replace("09:30", start).replace("11:30", end);
        assert_eq!(send(server.address, "POST", "/appointments", &body).status, 200, "{body}");
    }
    send(server.address, "PUT", "/providers/provider_1/availability", HOURS);
    let listed = get(server.address, "/appointments").json();
    let ids: Vec<_> = listed["scheduled"].as_array().unwrap().iter().map(|one| one["request_id"].clone()).collect();
    assert_eq!(ids, ["early", "late"]);
    let noon = get(server.address, "/appointments/noon").json();
    assert_eq!((&noon["status"], &noon["cancellation"]["cause"]), (&json!("cancelled"), &json!("hours_changed")));
}
