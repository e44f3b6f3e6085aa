//! The clock on the wall: put forward, put back, past midnight, wrong, and set right again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific, Tz};
use slotdesk::desk::{Calendar, Command, Desk, DeskError, Destination, Feedback, ManualClock, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::Proposal;
use slotdesk::store::{MemoryStore, SqliteStore, Store, audit_in};
use support::*;

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn day(date: &str) -> NaiveDate {
    date.parse().unwrap()
}

/// A desk in a zone, with one provider who is there day and night.
async fn desk_in(zone: Tz, now: &str) -> (Desk, MemoryStore, Arc<ManualClock>) {
    let (store, clock) = (MemoryStore::new(), Arc::new(ManualClock::new(at(now))));
    let desk = open_in(store.clone(), Arc::clone(&clock), zone);
    add(&desk, provider("chen", &[("00:00", "24:00")], 1000)).await;
    (desk, store, clock)
}

fn open_in(store: impl Store + 'static, clock: Arc<ManualClock>, zone: Tz) -> Desk {
    Desk::open(Box::new(store), Calendar::new(clock, zone), options()).unwrap()
}

fn wish(id: &str, date: &str, (start, end): (&str, &str), duration: i64) -> Request {
    Request { day: day(date), ..request(id, start, end, duration) }
}

type Ends = (&'static str, &'static str);

/// A zone, a day on which it skips minutes, those minutes, and a range around them.
const FORWARD: [(Tz, &str, Ends, Ends); 6] = [
    (Europe::Berlin, "2027-03-28", ("02:00", "03:00"), ("01:30", "03:30")),
    (America::New_York, "2027-03-14", ("02:00", "03:00"), ("01:30", "03:30")),
    (Australia::Lord_Howe, "2027-10-03", ("02:00", "02:30"), ("01:45", "02:45")),
    (America::Santiago, "2026-09-06", ("00:00", "01:00"), ("00:00", "01:20")),
    (Asia::Beirut, "2027-03-28", ("00:00", "01:00"), ("00:00", "01:20")),
    (Africa::Cairo, "2026-04-24", ("00:00", "01:00"), ("00:00", "01:20")),
];

#[tokio::test]
async fn rule_2_no_minute_that_the_clocks_skip_is_ever_booked() {
    let (mut asked, mut given) = (0, 0);
    for (zone, date, gap, around) in FORWARD {
        let (desk, store, _) = desk_in(zone, "2026-01-01T12:00:00Z").await;
        let skipped = format!("chen: {}–{} does not exist on this day, the clocks go forward", gap.0, gap.1);
        assert_eq!(booked(&desk, wish("inside", date, gap, 15)).await, skipped, "{zone}");
        let whole = i64::from(range(around.0, around.1).len());
        assert_eq!(booked(&desk, wish("across", date, around, whole)).await, skipped, "{zone}");
        for number in 0..40 {
            book(&desk, wish(&format!("r{number}"), date, around, 5)).await.unwrap();
            asked += 1;
        }
        let taken = desk.day(day(date)).await.unwrap();
        let live: Vec<_> = taken.appointments().into_iter().filter(|one| one.is_live()).collect();
        let exist = range(around.0, around.1).len() - range(gap.0, gap.1).len();
        assert_eq!(live.len(), usize::from(exist / 5), "{zone}: every minute there is, and no other");
        assert!(live.iter().all(|one| !one.slot.overlaps(range(gap.0, gap.1))), "{zone}");
        given += live.len();
        desk.close().await.unwrap();
        assert_eq!(audit_in(&mut *store.reader().unwrap(), zone).unwrap(), [], "{zone}");
    }
    figures::report(
        "rule_2_no_minute_that_the_clocks_skip_is_ever_booked",
        &format!("{} zones, {asked} wishes around the gap: {given} booked beside it, none in it", FORWARD.len()),
    );
}

#[tokio::test]
async fn a_day_that_the_calendar_skips_takes_nothing() {
    let (desk, ..) = desk_in(Pacific::Apia, "2011-12-29T12:00:00Z").await;
    let there_is_none = "chen: this day does not exist, the calendar skips it";
    assert_eq!(booked(&desk, wish("r1", "2011-12-30", ("09:00", "17:00"), 30)).await, there_is_none);
    assert_eq!(booked(&desk, wish("r2", "2011-12-31", ("09:00", "09:30"), 30)).await, "chen 09:00–09:30");
    assert_eq!(desk.day(day("2011-12-30")).await.unwrap().row(&provider_id("chen")).unwrap().hours.to_string(), "off");
}

#[tokio::test]
async fn nothing_is_moved_overbooked_offered_or_opened_onto_skipped_minutes() {
    let date = "2027-03-28";
    let (desk, store, _) = desk_in(Europe::Berlin, "2027-03-27T12:00:00Z").await;
    book(&desk, wish("r1", date, ("01:00", "01:30"), 30)).await.unwrap();
    let to = |range| Destination { provider: None, day: day(date), range, duration: Minutes::new(30).unwrap() };
    let moved = Command::Move { appointment: request_id("r1"), to: to(range("02:00", "02:30")), past: Past::Refuse };
    let refused = desk.submit(moved, actor()).await.unwrap_err();
    assert_eq!(refused.to_string(), "no room: chen: 02:00–03:00 does not exist on this day, the clocks go forward");

    let over = |start: &str| Command::Overbook {
        request: wish("over", date, ("00:00", "24:00"), 30),
        provider: provider_id("chen"),
        start: start.parse().unwrap(),
    };
    let refused = desk.submit(over("01:45"), actor()).await.unwrap_err();
    let sentence =
        "start: \"01:45\" is not valid, expected a time that 2027-03-28 has: the clocks go forward over 02:00–03:00";
    assert_eq!(refused.to_string(), sentence);
    desk.submit(over("01:30"), actor()).await.unwrap();

    let asked = wish("r2", date, ("02:00", "03:00"), 60);
    let Proposal::Refused { alternatives, .. } = desk.propose(&asked, Past::Refuse).await.unwrap() else {
        panic!("it cannot be had");
    };
    assert!(!alternatives.is_empty());
    let on_day = alternatives.iter().filter(|place| place.day == day(date));
    assert!(on_day.into_iter().all(|place| !place.slot.overlaps(range("02:00", "03:00"))), "{alternatives:?}");

    // Hours that are changed, put back or new on a day in memory have those minutes no more than before.
    let hours = |range| HoursChange::On { day: day(date), exception: Exception::Instead(ranges(&[range])) };
    let change = Command::ChangeHours { provider: provider_id("chen"), change: hours(("01:00", "05:00")) };
    desk.submit(change, actor()).await.unwrap();
    add(&desk, provider("roy", &[("00:00", "05:00")], 8)).await;
    let in_the_gap = wish("r3", date, ("02:00", "03:00"), 15);
    assert!(book(&desk, in_the_gap).await.unwrap().refusal().is_some());
    for _ in 0..2 {
        desk.submit(Command::Undo, actor()).await.unwrap();
    }
    let in_the_gap = wish("r4", date, ("02:00", "03:00"), 15);
    assert!(book(&desk, in_the_gap).await.unwrap().refusal().is_some());
    desk.close().await.unwrap();
    assert_eq!(audit_in(&mut *store.reader().unwrap(), Europe::Berlin).unwrap(), []);
}

#[tokio::test]
async fn check_finds_an_appointment_on_minutes_that_its_day_does_not_have() {
    let (desk, store, _) = desk_in(chrono_tz::UTC, "2027-03-01T12:00:00Z").await;
    book(&desk, wish("r1", "2027-03-28", ("02:30", "03:30"), 60)).await.unwrap();
    desk.close().await.unwrap();
    let mut reader = store.reader().unwrap();
    assert_eq!(audit_in(&mut *reader, chrono_tz::UTC).unwrap(), []);
    let found: Vec<_> = audit_in(&mut *reader, Europe::Berlin).unwrap().iter().map(ToString::to_string).collect();
    let sentence =
        "event 2 puts appointment r1 at 02:30–03:30 on 2027-03-28, where the clocks go forward over 02:00–03:00";
    assert_eq!(found, [sentence]);
}

#[tokio::test]
async fn hours_are_those_of_the_clock_on_the_wall_on_every_side_of_a_change() {
    for date in ["2027-03-27", "2027-03-28", "2027-03-29", "2027-10-30", "2027-10-31", "2027-11-01"] {
        let clock = Arc::new(ManualClock::new(at("2027-01-01T12:00:00Z")));
        let desk = open_in(MemoryStore::new(), clock, Europe::Berlin);
        add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
        assert_eq!(booked(&desk, wish("r1", date, ("08:00", "18:00"), 480)).await, "chen 09:00–17:00", "{date}");
    }
}

#[tokio::test]
async fn the_repeated_hour_is_booked_once_and_gone_when_it_has_gone_twice() {
    // In Berlin the clock is put back from 03:00 to 02:00 at 01:00 UTC.
    let date = "2027-10-31";
    let (desk, _, clock) = desk_in(Europe::Berlin, "2027-10-31T00:50:00Z").await;
    assert_eq!(desk.calendar().minute().to_string(), "02:50");
    assert_eq!(booked(&desk, wish("r1", date, ("02:30", "02:45"), 15)).await, "chen 02:30–02:45", "it comes again");
    assert!(booked(&desk, wish("r2", date, ("02:30", "02:45"), 15)).await.contains("nothing free"));
    assert_eq!(booked(&desk, wish("r3", date, ("01:30", "03:30"), 30)).await, "chen 02:00–02:30", "01:30 is over");
    clock.set(at("2027-10-31T01:40:00Z"));
    assert_eq!(desk.calendar().minute().to_string(), "02:40");
    let over = booked(&desk, wish("r4", date, ("02:00", "02:50"), 15)).await;
    assert_eq!(over, "chen: too little of the range is left at 02:40", "what was shown twice is over");
    assert_eq!(booked(&desk, wish("r5", date, ("02:00", "04:00"), 75)).await, "chen 02:45–04:00");
}

#[tokio::test]
async fn a_day_ends_at_midnight_while_the_desk_is_open() {
    let (desk, _, clock) = desk_in(Europe::Berlin, "2026-11-23T22:58:00Z").await;
    assert_eq!(desk.calendar().today(), day("2026-11-23"));
    assert_eq!(booked(&desk, wish("r1", "2026-11-23", ("23:00", "24:00"), 1)).await, "chen 23:59–24:00");
    clock.set(at("2026-11-23T23:00:00Z"));
    assert_eq!(desk.calendar().today(), day("2026-11-24"));
    let late = booked(&desk, wish("r2", "2026-11-23", ("23:00", "24:00"), 1)).await;
    assert_eq!(late, "chen: too little of the range is left at 24:00");
    assert_eq!(booked(&desk, wish("r3", "2026-11-24", ("00:00", "00:30"), 30)).await, "chen 00:00–00:30");
    let dateless = Request { dated: Dated::Implied, ..wish("r1", "2026-11-24", ("23:00", "24:00"), 1) };
    assert!(matches!(book(&desk, dateless).await, Err(DeskError::IdTaken(_))));
}

#[tokio::test]
async fn a_leap_day_is_a_day_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let clock = || Arc::new(ManualClock::new(at("2028-02-28T12:00:00Z")));
    let desk = open_in(SqliteStore::open(&path).unwrap(), clock(), Europe::Berlin);
    let mut week: [RangeSet; 7] = Default::default();
    // 29 February 2028 is a Tuesday.
    week[1] = ranges(&[("09:00", "17:00")]);
    let only_tuesdays = Provider::new(provider_id("chen"), Hours::always(Weekly::PerWeekday(week)), 8).unwrap();
    add(&desk, only_tuesdays).await;
    let leap = "2028-02-29";
    let change = HoursChange::On { day: day(leap), exception: Exception::BlockOut(ranges(&[("09:00", "10:00")])) };
    desk.submit(Command::ChangeHours { provider: provider_id("chen"), change }, actor()).await.unwrap();
    assert_eq!(booked(&desk, wish("r1", leap, ("08:00", "18:00"), 420)).await, "chen 10:00–17:00");
    desk.close().await.unwrap();
    let desk = open_in(SqliteStore::open(&path).unwrap(), clock(), Europe::Berlin);
    assert_eq!(timetable(&desk, day(leap)).await, ["10:00–17:00 chen r1"]);
    assert!(booked(&desk, wish("r2", "2028-03-01", ("08:00", "18:00"), 30)).await.contains("not working"));
    desk.close().await.unwrap();
    assert_eq!(audit_in(&mut *SqliteStore::open_reader(&path).unwrap(), Europe::Berlin).unwrap(), []);
}

/// Everything a desk does, while its clock is set forwards and backwards between any two of them; how often it
/// was, and how many events were in order all the same.
async fn survives_a_jumping_clock<S: Store + 'static>(store: S) -> (usize, usize) {
    let mut reader = store.reader().unwrap();
    let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
    let desk = open_in(store, Arc::clone(&clock), Europe::Berlin);
    let mut feed = desk.subscribe();
    add(&desk, provider("chen", &[("08:00", "18:00")], 1000)).await;
    let jumps = [
        "2026-11-23T11:00:00Z",
        "2026-11-23T09:00:00Z",
        "2026-12-31T23:59:59Z",
        "2026-11-20T08:00:00Z",
        "2031-03-30T01:30:00Z",
        "1969-12-31T23:59:59Z",
        "2026-11-23T08:30:00Z",
    ];
    for (number, instant) in jumps.iter().enumerate() {
        clock.set(at(instant));
        let today = desk.calendar().today();
        assert_eq!(
            (desk.calendar().now(), today),
            (at(instant), at(instant).with_timezone(&Europe::Berlin).date_naive())
        );
        let fresh =
            Request { day: today, dated: Dated::Implied, ..request(&format!("r{number}"), "08:00", "18:00", 30) };
        let first = book(&desk, fresh.clone()).await.unwrap();
        assert!(first.refusal().is_none(), "{instant}: {first:?}");
        assert_eq!(first.event().unwrap().draft.at, at(instant), "by no other clock");
        assert_eq!(book(&desk, fresh).await.unwrap().event(), first.event(), "{instant}: the same answer again");
        desk.submit(Command::Undo, actor()).await.unwrap();
        let again =
            Request { day: today, dated: Dated::Implied, ..request(&format!("a{number}"), "08:00", "18:00", 30) };
        assert!(book(&desk, again).await.unwrap().refusal().is_none(), "{instant}");
        desk.day(today).await.unwrap();
        assert!(desk.propose(&request("later", "08:00", "18:00", 30), Past::Allow).await.is_ok(), "{instant}");
    }
    let mut numbers = Vec::new();
    while numbers.len() < 1 + 3 * jumps.len() {
        let Some(Feedback::Events(events)) = soon(feed.next()).await else { panic!("the feed has events") };
        numbers.extend(events.iter().map(|event| event.number));
    }
    let events = numbers.len();
    assert!(numbers.into_iter().eq(1..=1 + 3 * jumps.len() as u64));
    let log = desk.log(u64::MAX, 100).await.unwrap();
    assert!(log.windows(2).any(|pair| pair[0].draft.at < pair[1].draft.at), "the times of the log go backwards");
    desk.close().await.unwrap();
    assert_eq!(audit_in(&mut *reader, Europe::Berlin).unwrap(), []);
    (jumps.len(), events)
}

#[tokio::test]
async fn rule_9_a_clock_that_jumps_neither_loses_nor_reorders_anything() {
    let folder = tempfile::tempdir().unwrap();
    let in_memory = survives_a_jumping_clock(MemoryStore::new()).await;
    let in_sqlite = survives_a_jumping_clock(SqliteStore::open(&folder.path().join("desk.db")).unwrap()).await;
    figures::report(
        "rule_9_a_clock_that_jumps_neither_loses_nor_reorders_anything",
        &format!("{} jumps, {} events, all in order", in_memory.0 + in_sqlite.0, in_memory.1 + in_sqlite.1),
    );
}

#[tokio::test]
async fn a_refusal_offers_the_same_time_of_up_to_fourteen_days_ahead() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[], 8)).await;
    let works_on = async |ahead: u64| {
        let exception = Exception::Instead(ranges(&[("09:00", "17:00")]));
        let change = HoursChange::On { day: monday() + chrono::Days::new(ahead), exception };
        desk.submit(Command::ChangeHours { provider: provider_id("chen"), change }, actor()).await.unwrap();
    };
    let offered = async || {
        let proposed = desk.propose(&request("a", "10:00", "11:00", 60), Past::Refuse).await.unwrap();
        let Proposal::Refused { alternatives, .. } = proposed else { panic!("{proposed:?}") };
        alternatives.iter().map(|place| format!("{} {}", place.day, place.slot)).collect::<Vec<_>>()
    };
    works_on(15).await;
    assert_eq!(offered().await, Vec::<String>::new());
    works_on(14).await;
    works_on(3).await;
    assert_eq!(offered().await, ["2026-11-26 10:00–11:00", "2026-12-07 10:00–11:00"]);
}
