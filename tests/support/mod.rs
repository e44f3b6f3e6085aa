//! What the integration tests share: a desk on a clock that stands still, and short ways to say things.

#![allow(dead_code, reason = "every test file uses a part of it")]

use std::sync::Arc;

use chrono::{NaiveDate, TimeZone};
use slotdesk::desk::{Answer, Calendar, Command, Desk, DeskError, ManualClock, Options, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::policy;
use slotdesk::store::Store;

pub(crate) mod faulty;
pub(crate) mod figures;

pub(crate) const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;

/// Monday, 23 November 2026.
pub(crate) fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// A clock that shows 08:00 on Monday at the desk.
pub(crate) fn clock() -> Arc<ManualClock> {
    clock_at(monday(), 8, 0)
}

pub(crate) fn clock_at(day: NaiveDate, hour: u32, minute: u32) -> Arc<ManualClock> {
    let local = ZONE.from_local_datetime(&day.and_hms_opt(hour, minute, 0).unwrap()).unwrap();
    Arc::new(ManualClock::new(local.to_utc()))
}

pub(crate) fn options() -> Options {
    Options {
        workers: 4,
        queue_length: 64,
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::POLICIES[0],
        popularity_days: 28,
        seed: 1,
    }
}

pub(crate) fn open(store: impl Store + 'static) -> Desk {
    open_at(store, clock())
}

pub(crate) fn open_at(store: impl Store + 'static, clock: Arc<ManualClock>) -> Desk {
    Desk::open(Box::new(store), Calendar::new(clock, ZONE), options()).unwrap()
}

pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

pub(crate) fn ranges(all: &[(&str, &str)]) -> RangeSet {
    all.iter().map(|(start, end)| range(start, end)).collect()
}

pub(crate) fn every_day(all: &[(&str, &str)]) -> Hours {
    Hours::always(Weekly::EveryDay(ranges(all)))
}

pub(crate) fn provider_id(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}

pub(crate) fn request_id(id: &str) -> RequestId {
    RequestId::new(id).unwrap()
}

pub(crate) fn provider(id: &str, hours: &[(&str, &str)], limit: u32) -> Provider {
    Provider::new(provider_id(id), every_day(hours), limit).unwrap()
}

/// A request for Monday, for anybody.
pub(crate) fn request(id: &str, start: &str, end: &str, duration: i64) -> Request {
    Request {
        id: request_id(id),
        day: monday(),
        dated: Dated::Named,
        range: range(start, end),
        duration: Minutes::new(duration).unwrap(),
        preferred_provider: None,
        client: None,
        service: None,
        note: None,
    }
}

pub(crate) fn request_with(provider: &str, id: &str, start: &str, end: &str, duration: i64) -> Request {
    Request { preferred_provider: Some(provider_id(provider)), ..request(id, start, end, duration) }
}

pub(crate) fn actor() -> Actor {
    Channel::Desk.into()
}

pub(crate) async fn add(desk: &Desk, provider: Provider) {
    desk.submit(Command::AddProvider(provider), actor()).await.unwrap();
}

pub(crate) async fn book(desk: &Desk, request: Request) -> Result<Answer, DeskError> {
    desk.submit(Command::Book { request, past: Past::Refuse }, actor()).await
}

/// Books and tells where it went: `chen 09:00–09:30`, or why it did not go anywhere.
pub(crate) async fn booked(desk: &Desk, request: Request) -> String {
    match book(desk, request).await {
        Ok(answer) => match (answer.refusal(), answer.appointment()) {
            (Some(refusal), _) => refusal.to_string(),
            (None, Some(appointment)) => format!("{} {}", appointment.provider, appointment.slot),
            (None, None) => "nothing".to_owned(),
        },
        Err(error) => error.to_string(),
    }
}

/// The live appointments of a day as text, by start and provider.
pub(crate) async fn timetable(desk: &Desk, day: NaiveDate) -> Vec<String> {
    let snapshot = desk.day(day).await.unwrap();
    let live = snapshot.appointments().into_iter().filter(|appointment| appointment.is_live());
    live.map(|one| format!("{} {} {}", one.slot, one.provider, one.id())).collect()
}

/// Fails rather than waits for ever.
pub(crate) async fn soon<T>(task: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(20), task).await.expect("an answer, and not a wait without end")
}
