//! The queue and the feed of a desk: full, drained, too slow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "support/gate.rs"]
mod gate;

use gate::GatedStore;
use slotdesk::desk::{Command, DaySnapshot, Desk, DeskError, Feedback, Options, Past};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, Store, audit};
use support::*;

fn booking(id: &str) -> Command {
    Command::Book { request: request(id, "00:00", "24:00", 5), past: Past::Allow }
}

/// A desk with a queue of two and one worker that is held up: by a change that the store has not got yet.
async fn held_up() -> (Desk, gate::Gate) {
    let (store, gate) = GatedStore::new(MemoryStore::new());
    let calendar = slotdesk::desk::Calendar::new(clock(), ZONE);
    let desk = Desk::open(Box::new(store), calendar, Options { workers: 1, queue_length: 2, ..options() }).unwrap();
    add(&desk, provider("chen", &[("00:00", "24:00")], 500)).await;
    desk.submit(booking("first"), actor()).await.unwrap();
    gate.shut();
    let cancel = || Command::Cancel {
        appointment: request_id("first"),
        cancellation: Cancellation { cause: Cause::Client, note: None },
    };
    for _ in 0..2 {
        let desk = desk.clone();
        tokio::spawn(async move { desk.submit(cancel(), actor()).await.unwrap() });
    }
    gate.reached().await;
    // The second one waits for what becomes of the first.
    while desk.pulse().busy == 0 || desk.pulse().queued > 0 {
        tokio::task::yield_now().await;
    }
    (desk, gate)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_is_busy_for_who_tries_and_a_wait_for_who_submits_and_drops_nothing() {
    let (desk, gate) = held_up().await;
    let mut waiting: Vec<_> =
        ["a", "b", "c"].into_iter().map(|id| Box::pin(desk.submit(booking(id), actor()))).collect();
    for task in &mut waiting {
        assert!(futures::poll!(task.as_mut()).is_pending());
    }
    assert_eq!(desk.pulse().queued, 2);
    let mut busy = 0;
    for _ in 0..3 {
        let answer = desk.try_submit(booking("tried"), actor()).await;
        assert!(matches!(answer, Err(DeskError::Busy)), "{answer:?}");
        busy += 1;
    }
    gate.open();
    let waited = waiting.len();
    for task in waiting {
        assert!(task.await.unwrap().appointment().is_some());
    }
    assert!(desk.try_submit(booking("tried"), actor()).await.unwrap().appointment().is_some());
    assert_eq!(timetable(&desk, monday()).await.len(), 4);
    figures::report(
        "a_full_queue_is_busy_for_who_tries_and_a_wait_for_who_submits_and_drops_nothing",
        &format!("{busy} tries told to come again, all {waited} who waited booked"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_gives_up_waiting_in_front_of_a_full_queue_leaves_nothing_behind() {
    let (desk, gate) = held_up().await;
    let mut waiting: Vec<_> =
        ["a", "b", "c"].into_iter().map(|id| Box::pin(desk.submit(booking(id), actor()))).collect();
    for task in &mut waiting {
        assert!(futures::poll!(task.as_mut()).is_pending());
    }
    // c never came in; a and b are taken, whoever still wants to know.
    drop(waiting);
    gate.open();
    desk.close().await.unwrap();
    assert_eq!(desk.pulse().queued, 0);
    assert_eq!(timetable(&desk, monday()).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_under_load_answers_everybody_and_stores_what_it_answered() {
    let store = MemoryStore::new();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("00:00", "24:00")], 5000)).await;
    let clients: Vec<_> = (0..64)
        .map(|client| {
            let desk = desk.clone();
            tokio::spawn(async move {
                let mut stored = 0;
                loop {
                    let id = format!("c{client}-{stored}");
                    match desk.submit(booking(&id), actor()).await {
                        Ok(_) => stored += 1,
                        Err(DeskError::Closing) => return stored,
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    while desk.pulse().booked < 100 {
        tokio::task::yield_now().await;
    }
    desk.close().await.unwrap();
    let mut answered = 0;
    for client in clients {
        answered += client.await.unwrap();
    }
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.last_event().unwrap(), 1 + answered);
    assert_eq!(audit(&mut *reader).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_every_event_of_one_transaction_is_published_in_order() {
    let (store, gate) = GatedStore::new(MemoryStore::new());
    let desk = open(store);
    add(&desk, provider("chen", &[("00:00", "24:00")], 500)).await;
    let mut feed = desk.subscribe();
    gate.shut();
    let clients: Vec<_> = (0..20)
        .map(|number| {
            let desk = desk.clone();
            tokio::spawn(async move { desk.submit(booking(&format!("r{number}")), actor()).await.unwrap() })
        })
        .collect();
    // The others wait behind the first of them, which stands in front of the gate.
    gate.reached().await;
    while desk.pulse().storing < 20 {
        tokio::task::yield_now().await;
    }
    gate.open();
    for client in clients {
        client.await.unwrap();
    }
    let (mut numbers, mut largest, mut batches) = (Vec::new(), 0, 0);
    while numbers.len() < 20 {
        let Feedback::Events(events) = soon(feed.next()).await.unwrap() else { panic!("nothing is missing") };
        largest = largest.max(events.len());
        batches += 1;
        numbers.extend(events.iter().map(|event| event.number));
    }
    assert_eq!(numbers, (2..=21).collect::<Vec<_>>());
    assert!(largest > 1, "several of them were one transaction");
    figures::report(
        "rule_6_every_event_of_one_transaction_is_published_in_order",
        &format!(
            "{} events in {batches} batches, {largest} in the largest, none missing or out of order",
            numbers.len()
        ),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_subscriber_that_is_too_slow_is_told_so_and_a_snapshot_brings_it_up_to_date() {
    let desk = open(MemoryStore::new());
    let mut feed = desk.subscribe();
    add(&desk, provider("chen", &[("00:00", "24:00")], 5000)).await;
    let mut followed = desk.day(monday()).await.unwrap();
    // One after the other, so each is a batch of its own; more than are kept for the slowest reader.
    for number in 0..1100 {
        desk.submit(booking(&format!("r{number}")), actor()).await.unwrap();
    }
    let mut lagged = 0;
    let fresh = desk.day(monday()).await.unwrap();
    while followed.as_of < fresh.as_of {
        match soon(feed.next()).await.unwrap() {
            Feedback::Lagged => {
                lagged += 1;
                followed = desk.day(monday()).await.unwrap();
            }
            Feedback::Events(events) => {
                for event in events.iter() {
                    followed.apply(event);
                }
            }
        }
    }
    assert_eq!(lagged, 1, "told once");
    let rows = |day: &DaySnapshot| day.rows().map(|row| format!("{row:?}")).collect::<Vec<_>>();
    assert_eq!((followed.appointments(), rows(&followed)), (fresh.appointments(), rows(&fresh)));
    // What comes after the snapshot is in the feed, and what was before it changes nothing.
    desk.submit(booking("last"), actor()).await.unwrap();
    let last = desk.day(monday()).await.unwrap();
    while followed.as_of < last.as_of {
        let Some(Feedback::Events(events)) = soon(feed.next()).await else { panic!("no lag any more") };
        for event in events.iter() {
            followed.apply(event);
        }
    }
    assert_eq!(followed.appointments(), last.appointments());
    figures::report(
        "a_subscriber_that_is_too_slow_is_told_so_and_a_snapshot_brings_it_up_to_date",
        &format!("{} changes unread, told {lagged} time, up to date by a snapshot", fresh.as_of),
    );
}
