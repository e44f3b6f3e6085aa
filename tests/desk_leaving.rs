//! Who leaves, and what becomes of what was put over their hours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use slotdesk::desk::Command;
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, Store, audit};
use support::*;

#[tokio::test]
async fn rule_4_what_was_put_over_the_hours_goes_with_its_provider_and_not_with_a_later_change() {
    let far = monday() + chrono::Days::new(90);
    for looked_at in [true, false] {
        let store = MemoryStore::default();
        let mut desk = open(store.clone());
        add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
        let off = HoursChange::On { day: far, exception: Exception::Instead(RangeSet::default()) };
        let off = Command::ChangeHours { provider: provider_id("chen"), change: off };
        desk.submit(off, actor()).await.unwrap();
        let over = |id: &str, start: &str| Command::Overbook {
            request: Request { day: far, ..request(id, "09:00", "17:00", 60) },
            provider: provider_id("chen"),
            start: start.parse().unwrap(),
        };
        desk.submit(over("night", "20:00"), actor()).await.unwrap();
        if !looked_at {
            desk.close().await.unwrap();
            desk = open(store.clone());
        }
        desk.submit(Command::RetireProvider { provider: provider_id("chen"), from: far }, actor()).await.unwrap();
        let nobody: [&str; 0] = [];
        assert_eq!(timetable(&desk, far).await, nobody, "who leaves on a day off leaves all the same");

        desk.submit(over("later", "21:00"), actor()).await.unwrap();
        if !looked_at {
            desk.close().await.unwrap();
            desk = open(store.clone());
        }
        let hours = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("08:00", "12:00")])) };
        let hours = Command::ChangeHours { provider: provider_id("chen"), change: hours };
        desk.submit(hours, actor()).await.unwrap();
        assert_eq!(timetable(&desk, far).await, ["21:00–22:00 chen later"], "no minute of it was taken away");
        desk.close().await.unwrap();
        assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
    }
}
