//! What the original program did not have: dates, services, changes of one appointment, providers.

use serde_json::json;
use slotdesk::desk::Command;
use slotdesk::domain::{Channel, ColourRole, Minutes, Service, ServiceId, Text};

use crate::client::{get, send};
use crate::original::{BOOKING, PROVIDER};
use crate::server::{Server, TODAY};

fn with_provider() -> Server {
    let server = Server::start();
    assert_eq!(send(server.address, "POST", "/providers", PROVIDER).status, 200);
    server
}

fn dated(id: &str, date: &str, start: &str, end: &str) -> String {
    format!(
        r#"{{"id": "{id}", "date": "{date}", "preferred_range": {{"start": "{start}", "end": "{end}"}}, "duration": 30, "client": "Ada", "note": "first\tvisit", "unknown": [1]}}"#
    )
}

#[test]
fn a_dated_booking_is_kept_in_full_and_listed_on_its_day_only() {
    let server = with_provider();
    let answer = send(server.address, "POST", "/appointments", &dated("r1", "2026-11-25", "09:00", "12:00"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(get(server.address, "/appointments").json(), json!({"scheduled": []}));
    let one = json!({
        "request_id": "r1", "provider_id": "provider_1", "time_slot": answer.json()["time_slot"],
        "date": "2026-11-25", "status": "booked", "client": "Ada", "note": "first\tvisit"
    });
    assert_eq!(get(server.address, "/appointments?date=2026-11-25").json(), json!({"scheduled": [one.clone()]}));
    assert_eq!(get(server.address, "/appointments/r1").json(), one);
}

#[test]
fn minutes_gone_by_are_given_only_where_no_date_is_named_or_it_is_asked_for() {
    let server = with_provider();
    let past = dated("r1", TODAY, "09:00", "10:00");
    let refused = send(server.address, "POST", "/appointments", &past);
    assert_eq!(refused.status, 409, "{refused:?}");
    let allowed = past.replace("r1", "r2").replace("\"duration\"", "\"allow_past\": true, \"duration\"");
    assert_eq!(send(server.address, "POST", "/appointments", &allowed).status, 200);
    assert_eq!(send(server.address, "POST", "/appointments", BOOKING).status, 200);
}

#[test]
fn an_appointment_goes_through_its_visit_and_is_moved_and_cancelled() {
    let server = with_provider();
    send(server.address, "POST", "/appointments", BOOKING);
    let arrived = send(server.address, "PATCH", "/appointments/req_1", r#"{"status": "arrived"}"#);
    assert_eq!((arrived.status, &arrived.json()["status"]), (200, &json!("arrived")));
    let to = r#"{"date": "2026-11-24", "preferred_range": {"start": "13:00", "end": "13:45"}, "duration": 45}"#;
    let moved = send(server.address, "POST", "/appointments/req_1/move", to);
    assert_eq!(moved.json()["time_slot"], json!({"start": "13:00", "end": "13:45"}), "{moved:?}");
    assert_eq!(moved.json()["date"], "2026-11-24");
    let cancelled = send(server.address, "DELETE", "/appointments/req_1", r#"{"reason": "flu"}"#);
    assert_eq!(cancelled.json()["cancellation"], json!({"cause": "client", "note": "flu"}));
    let again = send(server.address, "DELETE", "/appointments/req_1", "");
    assert_eq!((again.status, again.body), (200, cancelled.body));
    assert_eq!(send(server.address, "POST", "/appointments/req_1/move", to).status, 409);
}

#[test]
fn a_move_without_room_says_why_and_changes_nothing() {
    let server = with_provider();
    send(server.address, "POST", "/appointments", BOOKING);
    let to = r#"{"date": "2026-11-24", "preferred_range": {"start": "12:00", "end": "13:00"}}"#;
    let answer = send(server.address, "POST", "/appointments/req_1/move", to);
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["blockers"][0]["provider_id"], "provider_1");
    assert_eq!(get(server.address, "/appointments/req_1").json()["date"], TODAY);
}

#[test]
fn a_provider_may_have_a_name_a_week_and_exceptions() {
    let server = Server::start();
    let body = r#"{
        "id": "chen", "name": "Dr Chen", "max_daily_appointments": 4,
        "weekly": {"mon": [{"start": "09:00", "end": "12:00"}], "tue": [{"start": "14:00", "end": "18:00"}]},
        "exceptions": [{"date": "2026-11-30", "instead": []},
                       {"date": "2026-12-07", "block_out": [{"start": "10:00", "end": "11:00"}]}]
    }"#;
    let added = send(server.address, "POST", "/providers", body);
    assert_eq!(added.status, 200, "{added:?}");
    let hours = |date: &str| {
        let listed = get(server.address, &format!("/providers?date={date}")).json();
        assert_eq!(listed["providers"][0]["name"], "Dr Chen");
        listed["providers"][0]["availability"].clone()
    };
    let range = |start: &str, end: &str| json!({"start": start, "end": end});
    assert_eq!(hours("2026-11-23"), json!([range("09:00", "12:00")]));
    assert_eq!(hours("2026-11-24"), json!([range("14:00", "18:00")]));
    assert_eq!(hours("2026-11-25"), json!([]));
    assert_eq!(hours("2026-11-30"), json!([]));
    assert_eq!(hours("2026-12-07"), json!([range("09:00", "10:00"), range("11:00", "12:00")]));
    let one_day = r#"{"date": "2026-11-25", "availability": [{"start": "10:00", "end": "11:00"}]}"#;
    assert_eq!(send(server.address, "PUT", "/providers/chen/availability", one_day).status, 200);
    assert_eq!(hours("2026-11-25"), json!([range("10:00", "11:00")]));
    assert_eq!(hours("2026-12-02"), json!([]));
}

fn haircut(minutes: i64) -> Service {
    Service {
        id: ServiceId::new("cut").unwrap(),
        name: Text::name("name", "Haircut").unwrap(),
        duration: Minutes::new(minutes).unwrap(),
        colour: ColourRole::default(),
    }
}

fn at_the_desk(server: &Server, command: Command) {
    server.block_on(server.desk.submit(command, Channel::Desk.into())).unwrap();
}

#[test]
fn rule_5_a_repetition_without_a_duration_is_one_whatever_has_become_of_the_service() {
    let server = with_provider();
    at_the_desk(&server, Command::AddService(haircut(30)));
    let body = |id: &str, end: &str| {
        format!(r#"{{"id": "{id}", "service": "cut", "preferred_range": {{"start": "09:00", "end": "{end}"}}}}"#)
    };
    let ask = |id: &str, end: &str| send(server.address, "POST", "/appointments", &body(id, end));
    let (wide, narrow) = (ask("wide", "12:00"), ask("narrow", "10:00"));
    assert_eq!([wide.status, narrow.status], [200, 200]);
    // One that still fits the range, one that does not, and none at all.
    for change in [Command::EditService(haircut(45)), Command::EditService(haircut(90))] {
        at_the_desk(&server, change);
        for (id, end, first) in [("wide", "12:00", &wide), ("narrow", "10:00", &narrow)] {
            let again = ask(id, end);
            assert_eq!((again.status, again.json()), (200, first.json()));
        }
    }
    for _ in 0..3 {
        at_the_desk(&server, Command::Undo);
    }
    assert_eq!(ask("new", "12:00").error(), "there is no service cut");
    assert_eq!(ask("wide", "12:00").json(), wide.json());
    assert_eq!(ask("wide", "11:00").status, 409, "another range is another request");
}

#[test]
fn a_service_stands_in_for_the_duration() {
    let server = with_provider();
    at_the_desk(&server, Command::AddService(haircut(45)));
    let body = |service: &str| {
        format!(
            r#"{{"id": "{service}", "service": "{service}", "preferred_range": {{"start": "09:00", "end": "09:45"}}}}"#
        )
    };
    let booked = send(server.address, "POST", "/appointments", &body("cut"));
    assert_eq!(booked.json()["time_slot"], json!({"start": "09:00", "end": "09:45"}), "{booked:?}");
    let unknown = send(server.address, "POST", "/appointments", &body("perm"));
    assert_eq!((unknown.status, unknown.error().as_str()), (404, "there is no service perm"));
}

#[test]
fn health_tells_how_busy_the_desk_is() {
    let server = with_provider();
    send(server.address, "POST", "/appointments", BOOKING);
    let mut health = get(server.address, "/health");
    // A worker and the journal may still be putting their tools away when the answer is already out.
    while health.json()["busy"] != 0 || health.json()["storing"] != 0 {
        health = get(server.address, "/health");
    }
    assert_eq!(health.status, 200);
    let idle = json!({"status": "ok", "workers": 2, "busy": 0, "queued": 0, "storing": 0, "booked": 1, "refused": 0});
    assert_eq!(health.json(), idle);
}
