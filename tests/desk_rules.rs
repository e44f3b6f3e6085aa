//! The rules of design §2, proved on a whole desk: queue, workers, scheduler, journal and store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use slotdesk::desk::{Answer, Command, DayContents, DaySnapshot, DeskError, Destination, Feedback, Past};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, Store, audit};
use support::*;

/// Asserts that every rule of design §2 holds on the stored book.
fn assert_sound(store: &MemoryStore) {
    let violations = audit(&mut *store.reader().unwrap()).unwrap();
    assert!(violations.is_empty(), "{violations:?}");
}

async fn race(providers: usize, limit: u32, clients: usize, each: usize) {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    for number in 0..providers {
        add(&desk, provider(&format!("p{number}"), &[("09:00", "12:00"), ("13:00", "17:00")], limit)).await;
    }
    let mut tasks = Vec::new();
    for client in 0..clients {
        let desk = desk.clone();
        tasks.push(tokio::spawn(async move {
            let mut placed = 0usize;
            for number in 0..each {
                // Two clients share every identifier, so that repetitions race with their originals.
                let id = format!("c{}-{number}", client / 2);
                let start = 9 + (client / 2 + number) % 7;
                let wish = request(&id, &format!("{start:02}:00"), &format!("{:02}:00", start + 1), 30);
                let answer = book(&desk, wish).await.unwrap();
                placed += usize::from(answer.refusal().is_none() && matches!(answer, Answer::Decided(_)));
            }
            placed
        }));
    }
    let mut placed = 0;
    for task in tasks {
        placed += task.await.unwrap();
    }
    let snapshot = desk.day(monday()).await.unwrap();
    assert_eq!(snapshot.appointments().len(), placed, "every placed request is one appointment");
    for row in snapshot.rows() {
        assert!(row.live.len() <= limit as usize, "rule 2: the daily limit");
        assert!(row.live.windows(2).all(|pair| pair[0].slot.end() <= pair[1].slot.start()), "rule 1: no overlap");
    }
    let log = desk.log(u64::MAX, usize::MAX).await.unwrap();
    let numbers: Vec<u64> = log.iter().rev().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=log.len() as u64).collect::<Vec<_>>(), "event numbers have no gaps");
    let ids: Vec<_> = log.iter().filter_map(|event| event.draft.answered()).map(|request| &request.id).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "rule 5: no request is answered twice");
    assert_eq!(ids.len(), clients / 2 * each);
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rule_1_sixty_four_clients_never_double_book_one_provider() {
    race(1, 100, 64, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rule_1_sixty_four_clients_never_double_book_a_few_providers() {
    race(5, 6, 64, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rule_1_sixty_four_clients_never_double_book_many_providers() {
    race(120, 3, 64, 20).await;
}

#[tokio::test]
async fn rule_1_a_deliberate_overbooking_is_marked_and_logged() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
    assert_eq!(booked(&desk, request("r1", "09:00", "10:00", 60)).await, "chen 09:00–10:00");
    let over = Command::Overbook {
        request: request("r2", "09:00", "10:00", 30),
        provider: provider_id("chen"),
        start: Minute::new(9 * 60 + 15).unwrap(),
    };
    let answer = desk.submit(over, actor()).await.unwrap();
    assert_eq!(answer.appointment().unwrap().overbooking, Overbooking::Deliberate);
    assert!(matches!(answer.event().unwrap().draft.action, Action::Overbooked(_)));
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test]
async fn rule_2_a_lowered_limit_cancels_nothing_and_stops_new_ones() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "17:00")], 3)).await;
    for id in ["a", "b"] {
        assert!(booked(&desk, request(id, "09:00", "17:00", 30)).await.starts_with("chen"));
    }
    let lower = Command::ChangeLimit { provider: provider_id("chen"), max_daily_appointments: 1 };
    desk.submit(lower, actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await.len(), 2);
    assert_eq!(booked(&desk, request("c", "09:00", "17:00", 30)).await, "chen: daily limit 2 of 1");
}

#[tokio::test]
async fn rule_2_cancelled_ones_give_their_place_back_and_no_shows_do_not() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "17:00")], 2)).await;
    for id in ["a", "b"] {
        assert!(booked(&desk, request(id, "09:00", "17:00", 30)).await.starts_with("chen"));
    }
    let no_show = Command::SetStatus { appointment: request_id("a"), status: Status::NoShow };
    desk.submit(no_show, actor()).await.unwrap();
    assert_eq!(booked(&desk, request("c", "09:00", "17:00", 30)).await, "chen: daily limit 2 of 2");
    cancel(&desk, "b").await;
    assert!(booked(&desk, request("d", "09:00", "17:00", 30)).await.starts_with("chen"));
}

async fn cancel(desk: &slotdesk::desk::Desk, id: &str) {
    let cancellation = Cancellation { cause: Cause::Client, note: None };
    desk.submit(Command::Cancel { appointment: request_id(id), cancellation }, actor()).await.unwrap();
}

#[tokio::test]
async fn rule_3_a_full_preferred_provider_means_refusal() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "09:30")], 8)).await;
    add(&desk, provider("roy", &[("09:00", "17:00")], 8)).await;
    assert_eq!(booked(&desk, request_with("chen", "a", "09:00", "10:00", 30)).await, "chen 09:00–09:30");
    let refused = booked(&desk, request_with("chen", "b", "09:00", "10:00", 30)).await;
    assert_eq!(refused, "chen: nothing free in 09:00–10:00");
    assert_eq!(booked(&desk, request_with("nobody", "c", "09:00", "10:00", 30)).await, "nobody: no such provider");
}

fn new_hours(provider: &str, hours: &[(&str, &str)]) -> Command {
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(hours)) };
    Command::ChangeHours { provider: provider_id(provider), change }
}

#[tokio::test]
async fn rule_4_a_change_of_hours_keeps_what_fits_cancels_the_rest_and_is_one_undo() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    for (id, start, end) in [
        ("begun", "09:00", "09:30"),
        ("first", "10:30", "11:00"),
        ("last", "11:30", "12:00"),
        ("break", "12:00", "12:30"),
        ("across", "13:30", "14:30"),
        ("outside", "15:00", "15:30"),
    ] {
        let slot = range(start, end);
        assert!(booked(&desk, request(id, start, end, slot.len().into())).await.starts_with("chen"));
    }
    let arrived = Command::SetStatus { appointment: request_id("begun"), status: Status::Arrived };
    desk.submit(arrived, actor()).await.unwrap();
    let before = timetable(&desk, monday()).await;

    let hours = [("10:30", "12:00"), ("12:30", "14:00")];
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&hours)) };
    let preview = desk.preview_hours(&provider_id("chen"), &change).await.unwrap();
    let names = |all: &[Arc<Appointment>]| all.iter().map(|one| one.id().to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(names(&preview.kept), "begun first last", "in hours that they fill to the edge, or begun before");
    assert_eq!(names(&preview.cancelled), "break across outside");

    let answer = desk.submit(new_hours("chen", &hours), actor()).await.unwrap();
    assert_eq!(answer.event().unwrap().draft.edits.appointments.len(), 3, "one event for all of it");
    let kept = ["09:00–09:30 chen begun", "10:30–11:00 chen first", "11:30–12:00 chen last"];
    assert_eq!(timetable(&desk, monday()).await, kept);
    let kept_minutes = booked(&desk, request("d", "10:30", "11:30", 45)).await;
    assert_eq!(kept_minutes, "chen: longest free piece in 10:30–11:30 is 30 min, 11:00–11:30");

    desk.submit(Command::Undo, actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, before);
    assert!(booked(&desk, request("e", "16:00", "17:00", 60)).await.starts_with("chen"), "the old hours are back");
    desk.close().await.unwrap();
    assert_sound(&store);
    figures::report(
        "rule_4_a_change_of_hours_keeps_what_fits_cancels_the_rest_and_is_one_undo",
        &format!("{} kept, {} cancelled, all {} back", kept.len(), preview.cancelled.len(), before.len()),
    );
}

#[tokio::test]
async fn rule_4_holds_for_days_nobody_has_looked_at_and_after_a_restart() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    let far = monday() + chrono::Days::new(90);
    for (id, start, end) in [("a", "09:00", "10:00"), ("b", "15:00", "16:00")] {
        let wish = Request { day: far, ..request(id, start, end, 60) };
        assert!(booked(&desk, wish).await.starts_with("chen"));
    }
    desk.close().await.unwrap();
    let desk = open(store.clone());
    desk.submit(new_hours("chen", &[("08:00", "12:00")]), actor()).await.unwrap();
    assert_eq!(timetable(&desk, far).await, ["09:00–10:00 chen a"]);
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test]
async fn rule_5_the_same_id_gets_the_same_answer_or_is_a_conflict() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
    let wish = request("a", "09:00", "10:00", 60);
    let first = book(&desk, wish.clone()).await.unwrap();
    let refused = book(&desk, request("b", "09:00", "10:00", 60)).await.unwrap();
    assert!(refused.refusal().is_some());
    desk.submit(Command::Undo, actor()).await.unwrap();
    // This desk has the answers at hand; one that is opened now has to ask the book.
    for desk in [desk.clone(), open(store.clone())] {
        let again = book(&desk, wish.clone()).await.unwrap();
        assert_eq!(again.event(), first.event(), "though it was undone since");
        assert!(matches!(again, Answer::Repeated(_)));
        assert_eq!(book(&desk, request("b", "09:00", "10:00", 60)).await.unwrap().event(), refused.event());
    }
    for other in with_one_thing_changed(&wish) {
        for desk in [desk.clone(), open(store.clone())] {
            let answer = book(&desk, other.clone()).await;
            assert!(matches!(answer, Err(DeskError::IdTaken(_))), "{answer:?} to {other:?}");
        }
    }
}

fn with_one_thing_changed(wish: &Request) -> [Request; 8] {
    let same = || wish.clone();
    [
        Request { day: monday().succ_opt().unwrap(), ..same() },
        Request { dated: Dated::Implied, ..same() },
        Request { range: range("09:00", "10:05"), ..same() },
        Request { duration: Minutes::new(30).unwrap(), ..same() },
        Request { preferred_provider: Some(provider_id("chen")), ..same() },
        Request { client: Text::name("client", "Ada").ok(), ..same() },
        Request { service: ServiceId::new("cut").ok(), ..same() },
        Request { note: Text::note("note", "at the door").ok(), ..same() },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rule_5_many_at_once_with_one_id_book_once_and_all_hear_the_same() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "17:00")], 50)).await;
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move { book(&desk, request("same", "09:00", "17:00", 30)).await.unwrap() })
        })
        .collect();
    let asked = tasks.len();
    let mut events = HashSet::new();
    for task in tasks {
        events.insert(task.await.unwrap().event().unwrap().number);
    }
    let stored = timetable(&desk, monday()).await.len();
    assert_eq!((events.len(), stored), (1, 1));
    figures::report(
        "rule_5_many_at_once_with_one_id_book_once_and_all_hear_the_same",
        &format!("asked {asked} times at once: {} answer, {stored} appointment", events.len()),
    );
}

#[tokio::test]
async fn a_named_day_is_not_given_minutes_gone_by_and_a_dateless_request_is() {
    let clock = clock_at(monday(), 23, 30);
    let desk = open_at(MemoryStore::default(), clock);
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    let named = booked(&desk, request("a", "09:00", "10:00", 30)).await;
    assert_eq!(named, "chen: too little of the range is left at 23:30");
    let dateless = Request { dated: Dated::Implied, ..request("b", "09:00", "10:00", 30) };
    assert!(booked(&desk, dateless).await.starts_with("chen"));
    let allowed = Command::Book { request: request("c", "09:00", "10:00", 30), past: Past::Allow };
    assert!(desk.submit(allowed, actor()).await.unwrap().refusal().is_none());
}

#[tokio::test]
async fn a_move_takes_the_minutes_along_and_undo_brings_them_back() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    for id in ["chen", "roy"] {
        add(&desk, provider(id, &[("09:00", "12:00")], 8)).await;
    }
    assert_eq!(booked(&desk, request_with("chen", "a", "09:00", "10:00", 60)).await, "chen 09:00–10:00");
    let to = |provider: &str, day, start: &str, end: &str| Command::Move {
        appointment: request_id("a"),
        to: Destination {
            provider: Some(provider_id(provider)),
            day,
            range: range(start, end),
            duration: range(start, end).minutes(),
        },
        past: Past::Refuse,
    };
    // Onto minutes that it holds itself, to another provider, to another day.
    for (command, expected) in [
        (to("chen", monday(), "09:30", "10:30"), "09:30–10:30 chen a"),
        (to("roy", monday(), "09:00", "10:00"), "09:00–10:00 roy a"),
    ] {
        desk.submit(command, actor()).await.unwrap();
        assert_eq!(timetable(&desk, monday()).await, [expected]);
    }
    let tuesday = monday().succ_opt().unwrap();
    desk.submit(to("roy", tuesday, "09:00", "09:45"), actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, Vec::<String>::new());
    assert_eq!(timetable(&desk, tuesday).await, ["09:00–09:45 roy a"]);
    let outside = desk.submit(to("roy", tuesday, "13:00", "14:00"), actor()).await;
    assert!(matches!(outside, Err(DeskError::NoRoom(_))), "{outside:?}");
    for expected in ["09:00–10:00 roy a", "09:30–10:30 chen a", "09:00–10:00 chen a"] {
        desk.submit(Command::Undo, actor()).await.unwrap();
        assert_eq!(timetable(&desk, monday()).await, [expected]);
    }
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test]
async fn undo_takes_back_the_desks_own_changes_newest_first() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    assert!(booked(&desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    let foreign = Command::Book { request: request("b", "10:00", "11:00", 60), past: Past::Refuse };
    desk.submit(foreign, Channel::Http.into()).await.unwrap();
    cancel(&desk, "a").await;
    assert_eq!(timetable(&desk, monday()).await, ["10:00–11:00 chen b"]);
    desk.submit(Command::Undo, actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, ["09:00–10:00 chen a", "10:00–11:00 chen b"]);
    desk.submit(Command::Undo, actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, ["10:00–11:00 chen b"], "what came over HTTP is left alone");
    let conflict = desk.submit(Command::Undo, actor()).await;
    assert!(matches!(conflict, Err(DeskError::UndoConflict(_))), "the provider has appointments: {conflict:?}");
    let nothing = desk.submit(Command::Undo, actor()).await;
    assert!(matches!(nothing, Err(DeskError::NothingToUndo)), "{nothing:?}");
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test]
async fn undo_never_takes_minutes_that_were_given_away() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
    assert!(booked(&desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    cancel(&desk, "a").await;
    let foreign = Command::Book { request: request("b", "09:00", "10:00", 60), past: Past::Refuse };
    desk.submit(foreign, Channel::Http.into()).await.unwrap();
    let conflict = desk.submit(Command::Undo, actor()).await;
    assert!(matches!(conflict, Err(DeskError::UndoConflict(_))), "{conflict:?}");
    assert_eq!(timetable(&desk, monday()).await, ["09:00–10:00 chen b"]);
}

#[tokio::test]
async fn a_retired_provider_keeps_what_began_and_takes_no_more() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    for (id, start, end) in [("a", "09:00", "10:00"), ("b", "10:00", "11:00")] {
        assert!(booked(&desk, request(id, start, end, 60)).await.starts_with("chen"));
    }
    let begun = Command::SetStatus { appointment: request_id("a"), status: Status::InProgress };
    desk.submit(begun, actor()).await.unwrap();
    let retire = Command::RetireProvider { provider: provider_id("chen"), from: monday() };
    desk.submit(retire, actor()).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, ["09:00–10:00 chen a"]);
    assert_eq!(booked(&desk, request_with("chen", "c", "11:00", "12:00", 30)).await, "chen: no longer works here");
    desk.close().await.unwrap();
    assert_sound(&store);
}

#[tokio::test]
async fn a_provider_posted_again_is_no_change_or_a_conflict() {
    let desk = open(MemoryStore::default());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    let again = Command::AddProvider(provider("chen", &[("09:00", "12:00")], 8));
    assert_eq!(desk.submit(again, actor()).await.unwrap(), Answer::Unchanged);
    let other = Command::AddProvider(provider("chen", &[("09:00", "12:00")], 9));
    assert!(matches!(desk.submit(other, actor()).await, Err(DeskError::ProviderExists(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_decides_and_stores_what_was_accepted_and_takes_no_more() {
    let store = MemoryStore::default();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("00:00", "24:00")], 500)).await;
    let tasks: Vec<_> = (0..48)
        .map(|number| {
            let desk = desk.clone();
            tokio::spawn(async move { book(&desk, request(&format!("r{number}"), "00:00", "24:00", 10)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    desk.close().await.unwrap();
    let mut accepted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => accepted += 1,
            Err(error) => assert!(matches!(error, DeskError::Closing), "{error:?}"),
        }
    }
    let live = store.reader().unwrap().day(monday()).unwrap().appointments.len();
    assert_eq!(live, accepted, "every answer is in the book, and nothing else");
    assert!(matches!(book(&desk, request("late", "09:00", "10:00", 10)).await, Err(DeskError::Closing)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_subscriber_gets_every_event_in_order() {
    let desk = open(MemoryStore::default());
    let mut feeds = [desk.subscribe(), desk.subscribe(), desk.subscribe()];
    add(&desk, provider("chen", &[("00:00", "24:00")], 500)).await;
    for number in 0..20 {
        book(&desk, request(&format!("r{number}"), "12:00", "24:00", 10)).await.unwrap();
    }
    for feed in &mut feeds {
        let mut numbers = Vec::new();
        while numbers.len() < 21 {
            match feed.next().await.unwrap() {
                Feedback::Events(events) => numbers.extend(events.iter().map(|event| event.number)),
                Feedback::Lagged => panic!("21 events are not too many"),
            }
        }
        assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_end_with_the_desk_after_its_last_event_though_a_handle_lives_on() {
    let desk = open(MemoryStore::default());
    let mut feed = desk.subscribe();
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    desk.close().await.unwrap();
    assert!(matches!(soon(feed.next()).await, Some(Feedback::Events(events)) if events[0].number == 1));
    assert!(soon(feed.next()).await.is_none());
    assert!(soon(desk.subscribe().next()).await.is_none(), "one that begins afterwards has ended");
}

/// The same day with the shares of demand that nothing was learned for: those of a desk are of the moment of loading.
fn without_demand(loaded: &DaySnapshot) -> DaySnapshot {
    let contents = DayContents {
        providers: loaded.rows().map(|row| Arc::clone(&row.provider)).collect(),
        services: loaded.catalogue.iter().cloned().collect(),
        appointments: loaded.appointments().into_iter().cloned().collect(),
        ..DayContents::default()
    };
    DaySnapshot::new(loaded.day, loaded.as_of, contents)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_follows_the_feed_equals_a_fresh_one() {
    let desk = open(MemoryStore::default());
    let mut feed = desk.subscribe();
    let mut followed = without_demand(&desk.day(monday()).await.unwrap());
    for id in ["chen", "roy"] {
        add(&desk, provider(id, &[("09:00", "17:00")], 20)).await;
    }
    for number in 0..12 {
        book(&desk, request(&format!("r{number}"), "09:00", "15:00", 30)).await.unwrap();
    }
    cancel(&desk, "r3").await;
    desk.submit(new_hours("roy", &[("10:00", "13:00")]), actor()).await.unwrap();
    desk.submit(Command::Undo, actor()).await.unwrap();
    let fresh = desk.day(monday()).await.unwrap();
    while followed.as_of < fresh.as_of {
        let Feedback::Events(events) = feed.next().await.unwrap() else { panic!("not lagged") };
        for event in events.iter() {
            followed.apply(event);
        }
    }
    assert_eq!(followed.appointments(), fresh.appointments());
    let rows = |snapshot: DaySnapshot| -> Vec<String> { snapshot.rows().map(|row| format!("{row:?}")).collect() };
    assert_eq!(rows(followed), rows(without_demand(&fresh)));
}
