//! The desk that the groups measure: who works there and what is asked of it.
//!
//! The days are about an eighth full at the end of a round, and every range leaves a choice, so that each
//! request is accepted and each decision is a real one.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeZone, Utc};
use slotdesk::desk::{Calendar, Command, Desk, ManualClock, Options, Past};
use slotdesk::domain::{
    Channel, Dated, Hours, Minutes, Provider, ProviderId, RangeSet, Request, RequestId, Text, TimeRange, Weekly,
};
use slotdesk::scheduler::policy;
use slotdesk::store::{SqliteStore, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Providers of the desk; with [`DAYS`] and 40 quarters of an hour a day, room for 112,000 appointments.
pub(crate) const PROVIDERS: usize = 200;
/// Days that the requests are spread over.
pub(crate) const DAYS: usize = 14;
/// Bookings of a round; enough for transactions of every size to repeat.
pub(crate) const BOOKINGS: usize = 15_000;

/// Monday, 23 November 2026.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

/// A provider who works from eight to six.
pub(crate) fn provider(number: usize) -> Provider {
    let hours = Hours::always(Weekly::EveryDay(RangeSet::new([range("08:00", "18:00")])));
    Provider::new(ProviderId::new(&format!("p{number:05}")).unwrap(), hours, 40).unwrap()
}

/// Request `number`: on one of the days, in one of the ranges, for a quarter of an hour.
pub(crate) fn request(number: usize) -> Request {
    let day = today() + Days::new((number % DAYS) as u64);
    let from = 8 + number / DAYS % 7;
    Request {
        id: RequestId::new(&format!("r{number:07}")).unwrap(),
        day,
        dated: Dated::Named,
        range: range(&format!("{from:02}:00"), &format!("{:02}:00", from + 4)),
        duration: Minutes::new(15).unwrap(),
        preferred_provider: None,
        client: Text::name("client", &format!("Client {}", number % 9_973)).ok(),
        service: None,
        note: None,
    }
}

pub(crate) fn booking(number: usize) -> Command {
    Command::Book { request: request(number), past: Past::Refuse }
}

/// The set-up of `slotdesk serve` with its default settings, on two workers.
fn options() -> Options {
    Options {
        workers: 2,
        queue_length: 1024,
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::named("least-fragmentation").unwrap(),
        popularity_days: 28,
        seed: 1,
    }
}

/// A desk with its providers, at half past seven of the first day; call it inside a runtime.
pub(crate) async fn open(store: Box<dyn Store>) -> Desk {
    let desk = open_without_bookings(store).await;
    for day in 0..DAYS {
        // The first look at a day loads it, which is not what is measured.
        desk.submit(booking(9_000_000 + day), Channel::Http.into()).await.unwrap();
    }
    desk
}

/// The same desk before anybody was booked.
pub(crate) async fn open_without_bookings(store: Box<dyn Store>) -> Desk {
    let desk = open_as_stored(store);
    for number in 0..PROVIDERS {
        desk.submit(Command::AddProvider(provider(number)), Channel::Http.into()).await.unwrap();
    }
    desk
}

/// A desk on a book as it is, at half past seven of the first day; call it inside a runtime.
pub(crate) fn open_as_stored(store: Box<dyn Store>) -> Desk {
    let clock = Utc.with_ymd_and_hms(2026, 11, 23, 7, 30, 0).unwrap();
    let calendar = Calendar::new(Arc::new(ManualClock::new(clock)), chrono_tz::UTC);
    Desk::open(store, calendar, options()).unwrap()
}

/// A folder on the disk that the build is on: a folder in memory would make every commit free.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A new book in a folder of its own.
pub(crate) fn new_book() -> (TempDir, PathBuf, SqliteStore) {
    let folder = folder();
    let path = folder.path().join("desk.db");
    let store = SqliteStore::open(&path).unwrap();
    (folder, path, store)
}

/// The runtime of `slotdesk serve` on two cores.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
