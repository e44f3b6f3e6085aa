//! Two desks on one book: what the store calls stale is decided again on fresh state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "support/gate.rs"]
mod gate;

use gate::GatedStore;
use slotdesk::desk::{Command, Desk};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, Store, audit};
use support::*;

/// A desk that knows of chen, and another one on the same book.
async fn two_desks(store: &MemoryStore) -> (Desk, Desk) {
    let here = open(store.clone());
    add(&here, provider("chen", &[("09:00", "12:00")], 8)).await;
    (here, open(store.clone()))
}

fn log(store: &MemoryStore) -> Vec<String> {
    let mut reader = store.reader().unwrap();
    assert_eq!(audit(&mut *reader).unwrap(), []);
    let name = |event: Event| match event.draft.action {
        Action::Booked(id) => format!("booked {id}"),
        Action::Refused { request, .. } => format!("refused {}", request.id),
        Action::Cancelled(id) => format!("cancelled {id}"),
        other => format!("{other:?}"),
    };
    reader.events_after(1, 100).unwrap().into_iter().map(name).collect()
}

#[tokio::test]
async fn a_booking_on_a_day_that_another_desk_has_changed_is_decided_again() {
    let store = MemoryStore::new();
    let (here, there) = two_desks(&store).await;
    assert_eq!(booked(&here, request("a", "09:00", "09:30", 30)).await, "chen 09:00–09:30");
    assert_eq!(booked(&there, request("b", "10:00", "11:00", 60)).await, "chen 10:00–11:00");
    assert_eq!(booked(&here, request("c", "10:00", "11:30", 30)).await, "chen 11:00–11:30");
    assert_eq!(log(&store), ["booked a", "booked b", "booked c"]);
}

#[tokio::test]
async fn a_booking_with_a_provider_whom_another_desk_has_changed_is_decided_again_with_the_new_record() {
    let store = MemoryStore::new();
    let (here, there) = two_desks(&store).await;
    assert_eq!(booked(&here, request("a", "09:00", "09:30", 30)).await, "chen 09:00–09:30");
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("09:00", "10:00")])) };
    let command = Command::ChangeHours { provider: provider_id("chen"), change };
    there.submit(command, actor()).await.unwrap();
    assert_eq!(booked(&here, request("b", "09:30", "12:00", 30)).await, "chen 09:30–10:00");
    let late = booked(&here, request("c", "11:00", "12:00", 30)).await;
    assert!(late.contains("chen"), "{late}");
    assert_eq!(log(&store).len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_a_refusal_never_rests_on_a_booking_that_turned_out_to_be_stale() {
    let store = MemoryStore::new();
    let (gated, gate) = GatedStore::new(store.clone());
    let here = open(gated);
    add(&here, provider("chen", &[("09:00", "09:30")], 8)).await;
    // The day is in memory here when it changes, and is free again afterwards.
    assert!(booked(&here, request("early", "08:00", "09:00", 30)).await.contains("chen"));
    let there = open(store.clone());
    assert_eq!(booked(&there, request("a", "09:00", "09:30", 30)).await, "chen 09:00–09:30");
    let cancellation = Cancellation { cause: Cause::Client, note: None };
    there.submit(Command::Cancel { appointment: request_id("a"), cancellation }, actor()).await.unwrap();

    gate.shut();
    let spawn = |id: &'static str| {
        let (desk, wish) = (here.clone(), request(id, "09:00", "09:30", 30));
        tokio::spawn(async move { booked(&desk, wish).await })
    };
    let first = spawn("b");
    gate.reached().await;
    let second = spawn("c");
    while here.pulse().storing < 2 {
        tokio::task::yield_now().await;
    }
    gate.open();
    let answers = [soon(first).await.unwrap(), soon(second).await.unwrap()];
    assert_eq!(answers.iter().filter(|answer| *answer == "chen 09:00–09:30").count(), 1, "{answers:?}");
    let log = log(&store);
    assert_eq!(log[..3], ["refused early", "booked a", "cancelled a"]);
    assert!(log[3].starts_with("booked") && log[4].starts_with("refused"), "{log:?}");
}
