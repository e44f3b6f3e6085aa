//! What is asked once more: a request after a restart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

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
    desk.close().await;
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
