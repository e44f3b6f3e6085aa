//! The days of a book are judged as they were.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use slotdesk::desk::{Clock, Command, Desk, Destination, ManualClock, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::policy::POLICIES;
use slotdesk::store::{MemoryStore, Store};
use slotdesk::study::{Bearings, Decision, Happening, Instance, Replay, read_book};

use crate::support::*;

fn days(store: &MemoryStore, from: NaiveDate, to: NaiveDate) -> Vec<Instance> {
    let bearings = Bearings { time_zone: ZONE, start_grid: options().start_grid, popularity_days: 28 };
    read_book(&mut *store.reader().unwrap(), (from, to), bearings).unwrap()
}

fn monday_of(store: &MemoryStore) -> Instance {
    let mut days = days(store, monday(), monday());
    assert_eq!(days.len(), 1);
    days.remove(0)
}

/// What the default policy, by which the desk has decided too, makes of a day.
fn replayed(instance: &Instance) -> Replay {
    Replay::of(instance, POLICIES[0])
}

fn live(replay: &Replay) -> Vec<String> {
    let day = replay.day();
    let own = day.providers().filter_map(|provider| day.provider_day(provider));
    let mut all: Vec<String> = own
        .flat_map(|own| {
            own.live().iter().map(|one| format!("{} {} {}", one.slot, one.provider, one.id())).collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    all
}

async fn submit(desk: &Desk, command: Command) {
    desk.submit(command, actor()).await.unwrap();
}

async fn cancel(desk: &Desk, id: &str) {
    let cancellation = Cancellation { cause: Cause::Client, note: None };
    submit(desk, Command::Cancel { appointment: request_id(id), cancellation }).await;
}

async fn change_hours(desk: &Desk, provider: &str, hours: &[(&str, &str)]) {
    let change = HoursChange::On { day: monday(), exception: Exception::Instead(ranges(hours)) };
    submit(desk, Command::ChangeHours { provider: provider_id(provider), change }).await;
}

fn clinic() -> (MemoryStore, Arc<ManualClock>, Desk) {
    let (store, clock) = (MemoryStore::default(), clock());
    let desk = open_at(store.clone(), Arc::clone(&clock));
    (store, clock, desk)
}

#[tokio::test]
async fn the_desks_own_policy_decides_a_day_as_the_desk_did() {
    let (store, clock, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "12:00"), ("13:00", "17:00")], 9)).await;
    add(&desk, provider("bo", &[("08:00", "14:00")], 6)).await;
    for number in 0..12 {
        let start = 8 + number % 7;
        let wish = request(
            &format!("a{number}"),
            &format!("{start:02}:00"),
            &format!("{:02}:30", start + 2),
            20 + i64::from(number % 3) * 10,
        );
        book(&desk, wish).await.unwrap();
        if number % 4 == 3 {
            cancel(&desk, &format!("a{}", number - 1)).await;
        }
    }
    change_hours(&desk, "bo", &[("10:00", "15:00")]).await;
    add(&desk, provider("cy", &[("09:00", "10:00")], 2)).await;
    submit(&desk, Command::ChangeLimit { provider: provider_id("ada"), max_daily_appointments: 8 }).await;
    // The clock goes on: what has gone by is given to nobody.
    clock.set(clock_at(monday(), 11, 10).now());
    for number in 0..16 {
        let wish = request(&format!("b{number}"), "09:00", "17:00", 15 + i64::from(number % 4) * 15);
        book(&desk, wish).await.unwrap();
    }
    let asked =
        desk.log(u64::MAX, usize::MAX).await.unwrap().iter().filter(|event| event.draft.answered().is_some()).count();
    let timetable = timetable(&desk, monday()).await;
    desk.close().await.unwrap();
    let instance = monday_of(&store);
    let replay = replayed(&instance);
    assert_eq!(live(&replay), {
        let mut all = timetable;
        all.sort();
        all
    });
    assert_eq!((replay.decisions().decisions.len(), asked), (28, 28));
    assert!(replay.decisions().decisions.iter().any(|one| matches!(one, Decision::Refused { .. })));
    assert_eq!(instance.group(), "Mon");
}

#[tokio::test]
async fn what_was_undone_counts_as_never_done() {
    let (store, _, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "10:00")], 9)).await;
    book(&desk, request("kept", "09:00", "10:00", 30)).await.unwrap();
    book(&desk, request("mistake", "09:00", "10:00", 30)).await.unwrap();
    submit(&desk, Command::Undo).await;
    cancel(&desk, "kept").await;
    submit(&desk, Command::Undo).await;
    desk.close().await.unwrap();
    let instance = monday_of(&store);
    assert_eq!(instance.happenings.len(), 1, "{:?}", instance.happenings);
    assert_eq!(live(&replayed(&instance)), ["09:00–09:30 ada kept"]);
}

#[tokio::test]
async fn what_moved_to_another_day_asks_there_for_its_new_place() {
    let (store, _, desk) = clinic();
    let tuesday = monday() + Days::new(1);
    add(&desk, provider("ada", &[("09:00", "12:00")], 9)).await;
    book(&desk, request("a", "09:00", "12:00", 30)).await.unwrap();
    let to = Destination {
        provider: None,
        day: tuesday,
        range: range("10:00", "10:30"),
        duration: Minutes::new(30).unwrap(),
    };
    submit(&desk, Command::Move { appointment: request_id("a"), to, past: Past::Refuse }).await;
    desk.close().await.unwrap();
    let days = days(&store, monday(), tuesday);
    assert_eq!(live(&replayed(&days[0])), [""; 0]);
    assert_eq!(live(&replayed(&days[1])), ["10:00–10:30 ada a"]);
}

#[tokio::test]
async fn who_is_brought_back_at_the_desk_holds_one_place_here() {
    let (store, _, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "12:00")], 9)).await;
    book(&desk, request("a", "09:00", "12:00", 30)).await.unwrap();
    desk.close().await.unwrap();
    let mut instance = monday_of(&store);
    let again = instance.happenings[0].clone();
    instance.happenings.push(again);
    assert_eq!(live(&replayed(&instance)).len(), 1);
}

#[tokio::test]
async fn a_deliberate_overbooking_is_no_ones_decision() {
    let (store, _, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "10:00")], 1)).await;
    book(&desk, request("a", "09:00", "10:00", 60)).await.unwrap();
    let start: Minute = "09:00".parse().unwrap();
    submit(
        &desk,
        Command::Overbook { request: request("over", "09:00", "10:00", 30), provider: provider_id("ada"), start },
    )
    .await;
    desk.close().await.unwrap();
    assert_eq!(monday_of(&store).happenings.len(), 1);
}

#[tokio::test]
async fn days_outside_the_period_only_teach_what_is_popular() {
    let (store, _, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "12:00")], 9)).await;
    book(&desk, request("a", "09:00", "12:00", 30)).await.unwrap();
    book(&desk, Request { day: monday() + Days::new(1), ..request("b", "09:00", "11:00", 45) }).await.unwrap();
    desk.close().await.unwrap();
    let days = days(&store, monday() + Days::new(1), monday() + Days::new(9));
    assert_eq!(days.len(), 1);
    assert!(matches!(&days[0].happenings[..], [Happening::Book { request, .. }] if request.id == request_id("b")));
    assert_eq!(days[0].history.for_duration(Minutes::new(30).unwrap()), 1);
    assert_eq!(days[0].history.for_duration(Minutes::new(45).unwrap()), 0);
}
