//! What is asked once more: a request after a restart, a second undo, a status of before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "support/gate.rs"]
mod gate;

use gate::GatedStore;
use slotdesk::desk::{Answer, Command, Desk, DeskError, Past};
use slotdesk::domain::*;
use slotdesk::store::MemoryStore;
use support::*;

async fn give(desk: &Desk, command: Command, channel: Channel) -> Result<Answer, DeskError> {
    soon(desk.submit(command, channel.into())).await
}

fn service(minutes: i64) -> Service {
    Service {
        id: ServiceId::new("cut").unwrap(),
        name: Text::name("name", "Cut").unwrap(),
        duration: Minutes::new(minutes).unwrap(),
        colour: ColourRole::default(),
    }
}

fn hours_from_monday(range: (&str, &str)) -> Command {
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[range])) };
    Command::ChangeHours { provider: provider_id("chen"), change }
}

#[tokio::test]
async fn rule_5_an_answer_of_before_a_restart_holds_whatever_has_become_of_its_service() {
    let store = MemoryStore::new();
    let desk = open(store.clone());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    give(&desk, Command::AddService(service(30)), Channel::Desk).await.unwrap();
    let wish = Request { service: Some(service(30).id), ..request("r1", "09:00", "10:00", 30) };
    let over =
        Command::Overbook { request: wish.clone(), provider: provider_id("chen"), start: "23:50".parse().unwrap() };
    let first = give(&desk, Command::Book { request: wish.clone(), past: Past::Refuse }, Channel::Http).await.unwrap();
    give(&desk, Command::Undo, Channel::Desk).await.unwrap();
    desk.close().await.unwrap();
    let desk = open(store);
    let again = give(&desk, Command::Book { request: wish.clone(), past: Past::Refuse }, Channel::Http).await;
    assert!(matches!(&again, Ok(Answer::Repeated(event)) if Some(event) == first.event()), "{again:?}");
    let again = give(&desk, over, Channel::Http).await;
    assert!(matches!(&again, Ok(Answer::Repeated(event)) if Some(event) == first.event()), "{again:?}");
    let other = Request { duration: Minutes::new(15).unwrap(), ..wish };
    assert!(matches!(book(&desk, other.clone()).await, Err(DeskError::IdTaken(_))));
    let new = Request { id: request_id("r2"), ..other };
    assert!(matches!(book(&desk, new).await, Err(DeskError::UnknownService(_))));
}

#[tokio::test]
async fn two_changes_of_one_provider_are_taken_back_by_two_undos() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    give(&desk, hours_from_monday(("10:00", "12:00")), Channel::Desk).await.unwrap();
    give(&desk, hours_from_monday(("11:00", "12:00")), Channel::Desk).await.unwrap();
    for hours in ["10:00–12:00", "09:00–12:00"] {
        give(&desk, Command::Undo, Channel::Desk).await.unwrap();
        let row = desk.day(monday()).await.unwrap().row(&provider_id("chen")).unwrap().hours.to_string();
        assert_eq!(row, hours);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_4_two_undos_at_once_take_back_two_changes() {
    let (store, gate) = GatedStore::new(MemoryStore::new());
    let desk = open(store);
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    for id in ["r1", "r2"] {
        assert!(booked(&desk, request(id, "09:00", "12:00", 30)).await.starts_with("chen"));
    }
    gate.shut();
    let undo = || {
        tokio::spawn({
            let desk = desk.clone();
            async move { give(&desk, Command::Undo, Channel::Desk).await }
        })
    };
    let before = timetable(&desk, monday()).await.len();
    let undos = [undo(), undo()];
    let given = undos.len();
    // Both are decided before the store has either.
    gate.reached().await;
    soon(async {
        while desk.pulse().storing < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    gate.open();
    for undo in undos {
        undo.await.unwrap().unwrap();
    }
    let left = timetable(&desk, monday()).await.len();
    assert_eq!(left, 0);
    figures::report(
        "rule_4_two_undos_at_once_take_back_two_changes",
        &format!("{given} undos before the store had either: {} bookings taken back", before - left),
    );
}

#[tokio::test]
async fn a_service_that_somebody_else_has_changed_is_not_put_back_and_blocks_no_other_undo() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    give(&desk, hours_from_monday(("10:00", "12:00")), Channel::Desk).await.unwrap();
    give(&desk, Command::AddService(service(30)), Channel::Desk).await.unwrap();
    give(&desk, Command::EditService(service(45)), Channel::Http).await.unwrap();
    let conflict = give(&desk, Command::Undo, Channel::Desk).await.unwrap_err();
    assert_eq!(conflict.to_string(), "this cannot be undone any more: service cut has changed since");
    give(&desk, Command::Undo, Channel::Desk).await.unwrap();
    let row = desk.day(monday()).await.unwrap().row(&provider_id("chen")).unwrap().hours.to_string();
    assert_eq!(row, "09:00–12:00");
}

#[tokio::test]
async fn rule_2_what_is_history_outside_the_hours_cannot_be_to_come_again() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    book(&desk, request("r1", "09:00", "09:30", 30)).await.unwrap();
    let set = |status| Command::SetStatus { appointment: request_id("r1"), status };
    give(&desk, set(Status::Arrived), Channel::Desk).await.unwrap();
    give(&desk, hours_from_monday(("10:00", "12:00")), Channel::Http).await.unwrap();
    let outside = give(&desk, set(Status::Booked), Channel::Desk).await.unwrap_err();
    let sentence = "status: \"booked\" is not valid, expected arrived, in progress, done or no-show: the appointment is outside the provider's hours now";
    assert_eq!(outside.to_string(), sentence);
    let undone = give(&desk, Command::Undo, Channel::Desk).await.unwrap_err();
    assert!(matches!(undone, DeskError::UndoConflict(_)), "{undone}");
    give(&desk, set(Status::Done), Channel::Desk).await.unwrap();
}
