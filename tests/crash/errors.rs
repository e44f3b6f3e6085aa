//! The disk fails below SQLite, at every single call of a day at the desk.

use serde_json::{Value, json};
use slotdesk::store::{Reader, SqliteStore, audit};

use crate::client::Answer;
use crate::faulty_disk::{Call, EIO, ENOSPC, EROFS, FaultyDisk, Lasts};
use crate::figures::report;
use crate::program::User;
use crate::server::Server;

/// Most calls of one kind that a day makes; only a scenario without an end makes more.
const CALLS_MAX: usize = 500;

fn add_providers(server: &Server) {
    for id in ["p", "q"] {
        let range = json!([{"start": "00:00", "end": "24:00"}]);
        let body = json!({"id": id, "availability": range, "max_daily_appointments": 5000});
        assert_eq!(server.ask("POST", "/providers", &body.to_string()).0, 200);
    }
}

fn booking(id: &str) -> (&'static str, String, String) {
    let range = json!({"start": "08:00", "end": "16:00"});
    let body =
        json!({"id": id, "date": "2090-01-02", "preferred_range": range, "duration": 1, "preferred_provider": "p"});
    ("POST", "/appointments".to_owned(), body.to_string())
}

/// Every kind of change, each building on the ones before; `round` makes them different from all others.
fn a_day_at_the_desk(round: usize) -> Vec<(&'static str, String, String)> {
    let [a, b, c] = ["a", "b", "c"].map(|letter| format!("{letter}{round}"));
    let elsewhere =
        json!({"preferred_range": {"start": "08:00", "end": "23:00"}, "date": "2090-01-03", "preferred_provider": "q"});
    let hours =
        json!({"availability": [{"start": "00:00", "end": "20:00"}], "date": format!("20{:02}-03-04", round % 100)});
    vec![
        booking(&a),
        booking(&b),
        ("POST", format!("/appointments/{a}/move"), elsewhere.to_string()),
        ("PATCH", format!("/appointments/{b}"), json!({"status": "confirmed"}).to_string()),
        ("PUT", "/providers/q/availability".to_owned(), hours.to_string()),
        booking(&c),
        ("DELETE", format!("/appointments/{b}"), String::new()),
    ]
}

fn ask(server: &Server, (method, path, body): &(&'static str, String, String)) -> Answer {
    server.ask(method, path, body)
}

fn open_reader(user: &User) -> Box<dyn Reader> {
    SqliteStore::open_reader(&user.path("desk.db")).unwrap()
}

/// What the book says of an appointment; nothing if there is none.
fn stored(reader: &mut dyn Reader, id: &str) -> Option<(String, &'static str)> {
    let id = slotdesk::domain::RequestId::new(id).unwrap();
    let appointment = reader.appointment(&id).unwrap()?;
    Some((format!("{} {} {}", appointment.provider, appointment.day, appointment.slot), appointment.status.key()))
}

/// One day at the desk during which the disk fails; how many commands heard of it.
fn live_through(server: &Server, disk: &FaultyDisk, call: Call, round: usize, lasts: Lasts) -> usize {
    let mut failures = 0;
    for command in a_day_at_the_desk(round) {
        let (mut status, mut answer) = ask(server, &command);
        if status == 503 {
            failures += 1;
            if command.1 == "/appointments" && lasts == Lasts::Once {
                let id = serde_json::from_str::<Value>(&command.2).unwrap()["id"].as_str().unwrap().to_owned();
                let (shown, _) = server.ask("GET", &format!("/appointments/{id}"), "");
                assert_eq!(shown, 404, "{id} was answered with {answer} and is shown all the same");
            }
            if lasts == Lasts::UntilHealed {
                assert_eq!(ask(server, &command).0, 503, "{command:?} while the disk fails");
                assert_eq!(server.ask("GET", "/health", "").0, 503);
                disk.heal(call);
                disk.fail(call, CALLS_MAX * 1_000, EIO, Lasts::Once);
            }
            (status, answer) = ask(server, &command);
        }
        assert_eq!(status, 200, "{answer} to {command:?} in round {round}");
    }
    assert_eq!(server.ask("GET", "/health", "").0, 200);
    failures
}

/// Lets every call of a kind fail in turn; how many of them and how many commands heard of it.
fn each_call_fails(call: Call, errno: i32, lasts: Lasts) -> (usize, usize) {
    let user = User::on_a_fast_disk();
    let disk = FaultyDisk::under(&user);
    let server = disk.start(&user);
    add_providers(&server);
    let (mut failed, mut heard) = (0, 0);
    for nth in 1.. {
        assert!(nth < CALLS_MAX);
        disk.fail(call, nth, errno, lasts);
        let failures = live_through(&server, &disk, call, nth, lasts);
        heard += failures;
        let reached = disk.heal(call) || failures > 0;
        let mut reader = open_reader(&user);
        let [a, b, c] = ["a", "b", "c"].map(|letter| stored(&mut *reader, &format!("{letter}{nth}")).unwrap());
        assert!(a.0.starts_with("q 2090-01-03") && c.0.starts_with("p 2090-01-02"), "{a:?} {c:?}");
        assert_eq!((a.1, b.1, c.1), ("booked", "cancelled", "booked"));
        if !reached {
            break;
        }
        failed += 1;
    }
    assert_eq!(audit(&mut *open_reader(&user)).unwrap(), []);
    assert!(server.stop());
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    (failed, heard)
}

#[test]
fn rule_6_whichever_call_to_the_disk_fails_nothing_is_lost_or_made_up_and_the_desk_goes_on() {
    let mut figures = Vec::new();
    for (call, errno, lasts, at_least) in [
        (Call::Write, EIO, Lasts::Once, 30),
        (Call::Write, ENOSPC, Lasts::UntilHealed, 30),
        (Call::Sync, EIO, Lasts::Once, 7),
        (Call::Sync, EIO, Lasts::UntilHealed, 7),
        (Call::Read, EIO, Lasts::Once, 3),
        (Call::Read, EIO, Lasts::UntilHealed, 3),
    ] {
        let (failed, heard) = each_call_fails(call, errno, lasts);

        assert!(failed >= at_least && heard > 0, "only {failed} calls of {call:?} failed, {heard} were heard of");
        figures.push(format!("{failed} of {call:?} ({errno}, {lasts:?})").to_lowercase());
    }
    report(
        "rule_6_whichever_call_to_the_disk_fails_nothing_is_lost_or_made_up_and_the_desk_goes_on",
        &format!("each call failed in turn: {}", figures.join(", ")),
    );
}

/// Lets the `nth` wait for the disk fail, kills the server at once, and tells whether what had been answered
/// with an error came back; none if that wait was never reached.
fn killed_after_a_failed_sync(nth: usize, lasts: Lasts) -> Option<bool> {
    let user = User::on_a_fast_disk();
    let disk = FaultyDisk::under(&user);
    let mut server = disk.start(&user);
    add_providers(&server);
    disk.fail(Call::Sync, nth, EIO, lasts);
    let mut acknowledged = Vec::new();
    let failed = (0..20).map(|number| format!("r{number}")).find(|id| {
        let (status, answer) = ask(&server, &booking(id));
        acknowledged.push((id.clone(), answer));
        status == 503
    })?;
    acknowledged.pop();
    server.kill();
    disk.heal(Call::Sync);
    let server = disk.start(&user);
    for (id, answer) in acknowledged {
        assert_eq!(ask(&server, &booking(&id)), (200, answer), "{id} was acknowledged");
    }
    let came_back = server.ask("GET", &format!("/appointments/{failed}"), "").0 == 200;
    assert_eq!(ask(&server, &booking(&failed)).0, 200, "and when it is asked for again it is there, once");
    assert!(server.stop());
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    Some(came_back)
}

#[test]
fn rule_6_what_failed_at_its_last_step_does_not_come_back_to_life_after_a_crash() {
    let (mut gone, mut whole) = (0, 0);
    for nth in 1..=4 {
        assert_eq!(killed_after_a_failed_sync(nth, Lasts::Once), Some(false), "after sync {nth}");
        gone += 1;
        // While the disk fails nobody can know; but it is there wholly or not at all.
        match killed_after_a_failed_sync(nth, Lasts::UntilHealed) {
            Some(true) => whole += 1,
            came_back => assert_eq!(came_back, Some(false), "sync {nth} is reached"),
        }
    }
    report(
        "rule_6_what_failed_at_its_last_step_does_not_come_back_to_life_after_a_crash",
        &format!(
            "{gone} killed after a failed sync: what failed is gone; {gone} killed while syncs fail: \
             {whole} there wholly, {} gone",
            gone - whole
        ),
    );
}

#[test]
fn rule_6_a_disk_that_becomes_read_only_is_said_and_the_desk_works_again_by_itself() {
    let user = User::on_a_fast_disk();
    let disk = FaultyDisk::under(&user);
    let server = disk.start(&user);
    add_providers(&server);
    assert_eq!(ask(&server, &booking("r1")).0, 200);
    for call in [Call::Write, Call::Open] {
        disk.fail(call, 1, EROFS, Lasts::UntilHealed);
    }
    let later = ["r2", "r3", "r4", "r5"];
    for id in later {
        assert_eq!(ask(&server, &booking(id)).0, 503, "{id}");
        assert_eq!(server.ask("GET", "/health", "").0, 503);
        assert_eq!(server.ask("GET", "/appointments/r1", "").0, 200, "what is stored can still be seen");
        assert_eq!(server.ask("GET", &format!("/appointments/{id}"), "").0, 404);
    }
    for call in [Call::Write, Call::Open] {
        disk.heal(call);
    }
    for id in later {
        assert_eq!(ask(&server, &booking(id)).0, 200, "{id}");
    }
    assert_eq!(server.ask("GET", "/health", "").0, 200);
    let said = server.stop_and_tell();
    assert!(said.contains("desk.db cannot be written: Read-only file system"), "{said}");
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    report(
        "rule_6_a_disk_that_becomes_read_only_is_said_and_the_desk_works_again_by_itself",
        &format!("{0} bookings refused, looks answered meanwhile, the same {0} booked afterwards", later.len()),
    );
}

#[test]
fn rule_6_and_7_a_slow_disk_keeps_nobody_from_looking_and_health_says_so() {
    let user = User::on_a_fast_disk();
    let disk = FaultyDisk::under(&user);
    let server = disk.start(&user);
    add_providers(&server);
    assert_eq!(ask(&server, &booking("r1")).0, 200);
    disk.hold();
    let looks = [
        ("/appointments/r1", 200, "it is stored"),
        ("/appointments/r2", 404, "not before the disk has it"),
        ("/appointments", 200, "the day of today"),
        ("/providers", 200, "the roster"),
        ("/health", 200, "the desk works"),
    ];
    let mut rounds = 0;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ask(&server, &booking("r2")));
        while server.ask("GET", "/health", "").1["storing"] != json!(1) {
            std::thread::yield_now();
        }
        for _ in 0..20 {
            for (path, status, why) in looks {
                assert_eq!(server.ask("GET", path, "").0, status, "{path}: {why}");
            }
            rounds += 1;
        }
        assert_eq!(server.ask("GET", "/appointments?date=2090-01-02", "").1["scheduled"].as_array().unwrap().len(), 1);
        assert!(!waiting.is_finished());
        disk.release();
        assert_eq!(waiting.join().unwrap().0, 200);
    });
    assert_eq!(server.ask("GET", "/appointments/r2", "").0, 200);
    while server.ask("GET", "/health", "").1["storing"] != json!(0) {
        std::thread::yield_now();
    }
    assert!(server.stop());
    report(
        "rule_6_and_7_a_slow_disk_keeps_nobody_from_looking_and_health_says_so",
        &format!("{} looks answered while a booking waited for the disk", rounds * looks.len()),
    );
}

#[test]
fn a_revoked_token_is_revoked_after_a_power_failure_too_or_it_is_said() {
    let user = User::on_a_fast_disk();
    let disk = FaultyDisk::under(&user);
    let token = |arguments: &[&str]| disk.run(&user, &[&["token"], arguments, &["--book", "~/desk.db"]].concat());
    assert_eq!(token(&["add", "phone", "--scope", "read"]).code, Some(0));
    // First the new file waits for the disk, and then its name.
    for (nth, said) in [(1, "nothing was changed"), (2, "are changed, but the disk did not confirm it")] {
        disk.fail(Call::Sync, nth, EIO, Lasts::Once);
        let revoked = token(&["revoke", "phone"]);
        assert_eq!(revoked.code, Some(1), "{revoked:?}");
        assert!(revoked.err.contains("~/desk.db.tokens") && revoked.err.contains(said), "{revoked:?}");
        assert!(disk.heal(Call::Sync));
    }
    assert!(!token(&["list"]).out.contains("phone"));
}
