//! The whole desk: register, inbox, journal, days, roster, and the way out.

use std::sync::Arc;

use shuttle::future::{block_on, spawn};
use slotdesk::desk::{Answer, Calendar, Command, Desk, DeskError, Options, Past};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, Store, StoreError, audit};

use super::explore;
use super::support::faulty::FaultyStore;
use super::support::{ZONE, actor, clock, monday, options, provider, provider_id, ranges, request, request_with};

fn open(store: impl Store + 'static) -> Desk {
    let options = Options { workers: 2, queue_length: 2, ..options() };
    Desk::open(Box::new(store), Calendar::new(clock(), ZONE), options).unwrap()
}

fn book(request: Request) -> Command {
    Command::Book { request, past: Past::Refuse }
}

/// Gives a command from a task of its own; what is answered as done has to be in the store by then.
fn give(desk: &Desk, store: &MemoryStore, command: Command) -> shuttle::future::JoinHandle<Result<Answer, DeskError>> {
    let (desk, store) = (desk.clone(), store.clone());
    spawn(async move {
        let answer = desk.submit(command, actor()).await;
        if let Ok(Answer::Decided(event) | Answer::Repeated(event)) = &answer {
            let last = store.reader().unwrap().last_event().unwrap();
            assert!(event.number <= last, "rule 6: {event:?} was answered before it was stored");
        }
        answer
    })
}

async fn add(desk: &Desk, provider: Provider) {
    desk.submit(Command::AddProvider(provider), Channel::Http.into()).await.unwrap();
}

/// Closes the desk, and checks that memory and store were of one mind.
async fn close(desk: Desk, store: &MemoryStore) -> Vec<Event> {
    desk.close().await.unwrap();
    let mut reader = store.reader().unwrap();
    assert_eq!(audit(&mut *reader).unwrap(), []);
    reader.events_after(0, 100).unwrap()
}

fn the_last_free_slot() {
    block_on(async {
        let store = MemoryStore::new();
        let desk = open(store.clone());
        add(&desk, provider("chen", &[("09:00", "09:30")], 8)).await;
        let tasks = ["r1", "r2"].map(|id| give(&desk, &store, book(request(id, "09:00", "09:30", 30))));
        let mut booked = 0;
        for task in tasks {
            booked += usize::from(task.await.unwrap().unwrap().refusal().is_none());
        }
        assert_eq!(booked, 1);
        assert_eq!(close(desk, &store).await.len(), 3);
    });
}

#[test]
fn rule_6_the_last_free_slot_from_two_screens() {
    explore("rule_6_the_last_free_slot_from_two_screens", 400, the_last_free_slot);
}

fn the_same_request_twice() {
    block_on(async {
        let store = MemoryStore::new();
        let desk = open(store.clone());
        add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
        let wish = || book(request("r1", "09:00", "10:00", 30));
        let tasks = [give(&desk, &store, wish()), give(&desk, &store, wish())];
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.push(task.await.unwrap().unwrap().event().unwrap().number);
        }
        assert_eq!(numbers, [2, 2], "the same answer");
        assert_eq!(close(desk, &store).await.len(), 2, "nothing is booked twice");
    });
}

#[test]
fn rule_5_the_same_request_twice_at_once() {
    explore("rule_5_the_same_request_twice_at_once", 400, the_same_request_twice);
}

fn hours_against_a_booking() {
    block_on(async {
        let store = MemoryStore::new();
        let desk = open(store.clone());
        add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
        let weekly = Weekly::EveryDay(ranges(&[("09:30", "10:00")]));
        let change = HoursChange::From { day: monday(), weekly };
        let hours = give(&desk, &store, Command::ChangeHours { provider: provider_id("chen"), change });
        let booking = give(&desk, &store, book(request_with("chen", "r1", "09:00", "10:00", 60)));
        hours.await.unwrap().unwrap();
        booking.await.unwrap().unwrap();
        let day = desk.day(monday()).await.unwrap();
        assert!(day.appointments().into_iter().all(|one| !one.is_live()), "an hour fits no more");
        close(desk, &store).await;
    });
}

#[test]
fn rule_4_hours_against_a_booking_through_the_journal() {
    explore("rule_4_hours_against_a_booking_through_the_journal", 400, hours_against_a_booking);
}

fn unchanged() {
    block_on(async {
        let store = MemoryStore::new();
        let desk = open(store.clone());
        let chen = || Command::AddProvider(provider("chen", &[("09:00", "10:00")], 8));
        let tasks = [give(&desk, &store, chen()), give(&desk, &store, chen())];
        for task in tasks {
            let answer = task.await.unwrap().expect("the same provider again is fine");
            let stored = store.reader().unwrap().roster().unwrap().providers.len();
            assert_eq!(stored, 1, "rule 6: {answer:?}, but nobody is in the store");
        }
        assert_eq!(close(desk, &store).await.len(), 1);
    });
}

#[test]
fn rule_6_unchanged_is_said_only_of_what_is_stored() {
    explore("rule_6_unchanged_is_said_only_of_what_is_stored", 400, unchanged);
}

fn a_store_that_fails_once() {
    block_on(async {
        let store = MemoryStore::new();
        let failing = FaultyStore::new(store.clone());
        let faults = failing.faults();
        let desk = open(failing);
        add(&desk, provider("chen", &[("09:00", "09:30")], 8)).await;
        faults.fail_commits(2..=2, StoreError::Failing { detail: "on purpose".to_owned() });
        let tasks = ["r1", "r2"].map(|id| give(&desk, &store, book(request(id, "09:00", "09:30", 30))));
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let booked = answers.iter().flatten().filter(|answer| answer.appointment().is_some()).count();
        assert!(booked <= 1);
        // The minutes of what was never stored are free again, and a refusal that rested on it was not given.
        let last = desk.submit(book(request("r3", "09:00", "09:30", 30)), actor()).await.unwrap();
        assert_eq!(last.refusal().is_none(), booked == 0, "{answers:?}, then {last:?}");
        assert!(booked == 1 || answers.iter().all(Result::is_err), "{answers:?}");
        close(desk, &store).await;
    });
}

#[test]
fn rule_6_what_the_store_did_not_take_leaves_nothing_behind() {
    explore("rule_6_what_the_store_did_not_take_leaves_nothing_behind", 400, a_store_that_fails_once);
}

fn closing() {
    block_on(async {
        let store = MemoryStore::new();
        let desk = open(store.clone());
        add(&desk, provider("chen", &[("09:00", "11:00")], 8)).await;
        // The queue has room, so the first look at the future is enough to be taken in.
        let mut taken_in = Box::pin(desk.submit(book(request("r0", "09:00", "11:00", 30)), actor()));
        assert!(futures::poll!(&mut taken_in).is_pending());
        let tasks = ["r1", "r2", "r3"].map(|id| give(&desk, &store, book(request(id, "09:00", "11:00", 30))));
        let log = close(desk.clone(), &store).await;
        assert!(taken_in.await.is_ok(), "what was taken in before the desk closed is decided");
        for task in tasks {
            match task.await.unwrap() {
                Ok(answer) => assert!(log.iter().any(|event| Some(&Arc::new(event.clone())) == answer.event())),
                Err(DeskError::Closing) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert!(matches!(
            desk.submit(book(request("r4", "09:00", "11:00", 30)), actor()).await,
            Err(DeskError::Closing)
        ));
    });
}

#[test]
fn a_closing_desk_answers_everybody_and_loses_nothing() {
    explore("a_closing_desk_answers_everybody_and_loses_nothing", 400, closing);
}
