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

pub(crate) fn live(replay: &Replay) -> Vec<String> {
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
    assert_eq!(days[0].history.for_duration(30), 1);
    assert_eq!(days[0].history.for_duration(45), 0);
}

fn day(date: &str) -> NaiveDate {
    date.parse().unwrap()
}

/// A wish for another day than Monday.
fn wish(date: &str, id: &str, (start, end): (&str, &str), duration: i64) -> Request {
    Request { day: day(date), ..request(id, start, end, duration) }
}

fn one_day(store: &MemoryStore, date: &str) -> Instance {
    days(store, day(date), day(date)).remove(0)
}

#[tokio::test]
async fn minutes_that_the_clocks_skip_are_given_by_no_policy_and_to_nobody_who_joins() {
    let (store, clock) = (MemoryStore::default(), clock_at(day("2026-03-28"), 8, 0));
    let desk = open_at(store.clone(), clock);
    let night = "2026-03-29";
    add(&desk, provider("ada", &[("01:00", "04:00")], 9)).await;
    for number in 0..3 {
        book(&desk, wish(night, &format!("a{number}"), ("01:00", "04:00"), 60)).await.unwrap();
    }
    add(&desk, provider("bo", &[("01:30", "03:30")], 9)).await;
    for number in 0..3 {
        book(&desk, wish(night, &format!("b{number}"), ("01:00", "04:00"), 30)).await.unwrap();
    }
    desk.close().await.unwrap();
    let instance = one_day(&store, night);
    let skipped = range("02:00", "03:00");
    for policy in POLICIES {
        let replay = Replay::of(&instance, policy);
        let refused = |one: &&Decision| matches!(one, Decision::Refused { .. });
        // Two hours for ada and twice half an hour for bo are all there is.
        assert_eq!(replay.decisions().decisions.iter().filter(refused).count(), 2, "{policy:?}");
        let own = |id| replay.day().provider_day(&provider_id(id)).unwrap();
        let live = [own("ada"), own("bo")].into_iter().flat_map(|own| own.live().to_vec());
        assert!(live.into_iter().all(|one| !one.slot.overlaps(skipped)), "{policy:?}");
        assert_eq!((own("ada").hours().total(), own("bo").hours().total()), (120, 60));
    }
}

#[tokio::test]
async fn minutes_that_the_clock_shows_again_have_not_gone_by() {
    // The clocks go from 03:00 back to 02:00 at 01:00 UTC: 02:40 is shown at 00:40 and at 01:40.
    let (store, clock) = (MemoryStore::default(), clock());
    let desk = open_at(store.clone(), Arc::clone(&clock));
    let night = "2026-10-25";
    add(&desk, provider("ada", &[("01:00", "04:00")], 9)).await;
    for (id, now, end) in [("first", "2026-10-25T00:40:00Z", "02:15"), ("second", "2026-10-25T01:40:00Z", "02:30")] {
        clock.set(now.parse().unwrap());
        book(&desk, wish(night, id, ("01:00", end), 15)).await.unwrap();
    }
    desk.close().await.unwrap();
    let replay = replayed(&one_day(&store, night));
    assert_eq!(live(&replay), ["02:00–02:15 ada first"], "not in the hour before, which has gone by");
    assert!(matches!(&replay.decisions().decisions[1], Decision::Refused { id, .. } if *id == request_id("second")));
}

#[tokio::test]
async fn a_request_without_a_date_is_asked_whatever_the_clock_says() {
    let (store, clock, desk) = clinic();
    clock.set(clock_at(monday(), 11, 0).now());
    add(&desk, provider("ada", &[("09:00", "10:00"), ("14:00", "15:00")], 9)).await;
    let dateless = |id, start, end| Request { dated: Dated::Implied, ..request(id, start, end, 60) };
    book(&desk, dateless("later", "09:00", "15:00")).await.unwrap();
    book(&desk, dateless("too late", "09:00", "10:00")).await.unwrap();
    let timetable = timetable(&desk, monday()).await;
    desk.close().await.unwrap();
    let instance = monday_of(&store);
    assert_eq!(live(&replayed(&instance)), timetable);
    let any_time = |one: &Happening| matches!(one, Happening::Book { earliest, .. } if *earliest == Minute::MIDNIGHT);
    assert!(instance.happenings.iter().all(any_time), "{:?}", instance.happenings);
}

fn service(id: &str, duration: i64) -> Service {
    Service {
        id: ServiceId::new(id).unwrap(),
        name: Text::name("name", id).unwrap(),
        duration: Minutes::new(duration).unwrap(),
        colour: ColourRole::default(),
    }
}

#[tokio::test]
async fn a_service_that_is_added_or_changed_during_the_period_counts_from_then_on() {
    let (store, _, desk) = clinic();
    // 45, 60 and 50 minutes: by the usual catalogue none loses more than another, so that the smallest is taken.
    add(&desk, provider("ada", &[("09:00", "09:45"), ("13:00", "14:00"), ("15:00", "15:50")], 9)).await;
    book(&desk, request("begins the day", "08:00", "09:00", 15)).await.unwrap();
    submit(&desk, Command::AddService(service("long", 45))).await;
    book(&desk, request("with 45", "08:00", "16:00", 15)).await.unwrap();
    submit(&desk, Command::EditService(service("long", 35))).await;
    book(&desk, request("with 35", "08:00", "16:00", 15)).await.unwrap();
    let as_decided = timetable(&desk, monday()).await;
    assert_eq!(as_decided, ["13:00–13:15 ada with 45", "15:00–15:15 ada with 35"]);
    desk.close().await.unwrap();
    let mut instance = monday_of(&store);
    let replay = replayed(&instance);
    assert_eq!(live(&replay), as_decided);
    assert_eq!(replay.day().rules().yardstick.shortest(), 35, "the day is measured by what was on offer at its end");
    let is_change = |one: &Happening| matches!(one, Happening::Catalogue(_));
    assert_eq!(instance.happenings.iter().filter(|one| is_change(one)).count(), 2);
    instance.happenings.retain(|one| !is_change(one));
    assert_eq!(live(&replayed(&instance)), ["09:00–09:15 ada with 45", "09:15–09:30 ada with 35"]);
}

#[tokio::test]
async fn what_changes_after_a_day_counts_only_for_what_is_entered_later() {
    let (store, clock, desk) = clinic();
    add(&desk, provider("ada", &[("09:00", "12:00")], 9)).await;
    book(&desk, request("in time", "09:00", "12:00", 30)).await.unwrap();
    clock.set(clock_at(monday() + Days::new(1), 8, 0).now());
    add(&desk, provider("bo", &[("08:00", "18:00")], 9)).await;
    submit(&desk, Command::AddService(service("long", 45))).await;
    let on_the_day = monday_of(&store);
    assert_eq!(on_the_day.happenings.len(), 1, "{:?}", on_the_day.happenings);
    assert_eq!(replayed(&on_the_day).day().providers().count(), 1);
    let request = request("afterwards", "17:00", "18:00", 60);
    submit(&desk, Command::Book { request, past: Past::Allow }).await;
    desk.close().await.unwrap();
    let afterwards = monday_of(&store);
    assert_eq!(afterwards.happenings.len(), 4, "{:?}", afterwards.happenings);
    assert!(live(&replayed(&afterwards)).contains(&"17:00–18:00 bo afterwards".to_owned()));
}

#[tokio::test]
async fn who_comes_from_another_day_makes_no_time_popular() {
    let (store, _, desk) = clinic();
    let tuesday = monday() + Days::new(1);
    add(&desk, provider("ada", &[("09:00", "12:00")], 9)).await;
    book(&desk, request("a", "09:00", "12:00", 30)).await.unwrap();
    book(&desk, Request { day: tuesday, ..request("b", "09:00", "09:30", 30) }).await.unwrap();
    let (range, duration) = (range("11:00", "11:30"), Minutes::new(30).unwrap());
    let to = Destination { provider: None, day: tuesday, range, duration };
    submit(&desk, Command::Move { appointment: request_id("a"), to, past: Past::Refuse }).await;
    desk.close().await.unwrap();
    let popular = |minute| replayed(&days(&store, tuesday, tuesday)[0]).day().popularity().counter(minute);
    assert_eq!(popular(11 * 60), popular(11 * 60 + 45));
}
