//! What a desk keeps in memory: the days that are loaded and the newest answers, not the book.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::ops::Range;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use slotdesk::desk::{Calendar, Command, Desk};
use slotdesk::domain::*;
use slotdesk::store::{Archive, Commit, Latency, Reader, Roster, Store, StoreError, StoredDay, Verdict};
use support::*;
use tokio::runtime::Runtime;

/// The answers that a desk has at hand.
const ANSWERS_KEPT: usize = 16_384;
/// The blockers in the refusals among them.
const BLOCKERS_KEPT: usize = 131_072;
/// The people of a large clinic, each of whom is a blocker where nobody has room.
const PROVIDERS: usize = 120;

/// A store that takes everything and keeps nothing, so that whatever stays in memory is the desk's.
#[derive(Debug, Clone, Default)]
struct Forgetful(Arc<Mutex<u64>>);

impl Store for Forgetful {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        let mut last = self.0.lock().unwrap();
        let mut number = || {
            *last += 1;
            Verdict::Committed(*last)
        };
        Ok(batch.iter().map(|_| number()).collect())
    }

    fn latency(&self) -> Latency {
        // The journal is then a task of the test's own thread, where it is counted.
        Latency::None
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Reader for Forgetful {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        Ok(Roster { as_of: 0, providers: Vec::new(), services: Vec::new() })
    }

    fn day(&mut self, _: NaiveDate) -> Result<StoredDay, StoreError> {
        Ok(StoredDay { as_of: *self.0.lock().unwrap(), appointments: Vec::new(), revisions: Vec::new() })
    }

    fn busy_days(&mut self, _: &ProviderId, _: NaiveDate, _: Option<NaiveDate>) -> Result<Vec<NaiveDate>, StoreError> {
        Ok(Vec::new())
    }

    fn appointment(&mut self, _: &RequestId) -> Result<Option<Arc<Appointment>>, StoreError> {
        Ok(None)
    }

    fn answer(&mut self, _: &RequestId) -> Result<Option<Event>, StoreError> {
        Ok(None)
    }

    fn events_after(&mut self, _: u64, _: usize) -> Result<Vec<Event>, StoreError> {
        Ok(Vec::new())
    }

    fn events_before(&mut self, _: u64, _: usize) -> Result<Vec<Event>, StoreError> {
        Ok(Vec::new())
    }

    fn last_event(&mut self) -> Result<u64, StoreError> {
        Ok(*self.0.lock().unwrap())
    }

    fn demand(&mut self, _: DateTime<Utc>) -> Result<Demand, StoreError> {
        Ok(Demand::default())
    }

    fn archive(&mut self) -> Result<Box<dyn Archive + '_>, StoreError> {
        Err(StoreError::Failing { detail: "nothing is kept".to_owned() })
    }
}

/// A desk on one thread, so that all it allocates is counted.
struct Clinic {
    runtime: Runtime,
    desk: Desk,
}

impl Clinic {
    fn new(providers: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let desk = runtime.block_on(async {
            let calendar = Calendar::new(clock(), ZONE);
            let desk = Desk::open(Box::new(Forgetful::default()), calendar, options()).unwrap();
            for number in 0..providers {
                add(&desk, provider(&format!("p{number}"), &[("09:00", "17:00")], 20)).await;
            }
            // Loads the day, which is no part of what an answer takes.
            assert!(book(&desk, request("first", "18:00", "19:00", 30)).await.unwrap().refusal().is_some());
            desk
        });
        Self { runtime, desk }
    }

    /// The bytes that are kept of requests with these numbers, each asked for as `ask` does it.
    fn kept(&self, numbers: Range<usize>, ask: &impl AsyncFn(&Desk, usize)) -> i64 {
        let all = async {
            for number in numbers {
                ask(&self.desk, number).await;
            }
        };
        allocation_counter::measure(|| self.runtime.block_on(all)).bytes_current
    }
}

/// Books, and takes it back: what is left of it is history.
async fn book_and_undo(desk: &Desk, number: usize) {
    let client = Text::name("client", &format!("Client {number:05}")).ok();
    let wish = Request { client, ..request(&format!("b{number:05}"), "09:00", "17:00", 30) };
    assert!(book(desk, wish).await.unwrap().refusal().is_none());
    desk.submit(Command::Undo, actor()).await.unwrap();
}

async fn be_refused(desk: &Desk, number: usize) {
    let wish = request(&format!("r{number:05}"), "18:00", "19:00", 30);
    assert!(book(desk, wish).await.unwrap().refusal().is_some());
}

#[test]
fn of_what_was_booked_and_is_over_only_the_newest_answers_are_kept() {
    let clinic = Clinic::new(1);
    let first = clinic.kept(0..ANSWERS_KEPT, &book_and_undo);
    let each = first / i64::try_from(ANSWERS_KEPT).unwrap();
    assert!(each <= 768, "{each} bytes an answer");
    let more = ANSWERS_KEPT..ANSWERS_KEPT + 2_000;
    let grown = clinic.kept(more.clone(), &book_and_undo);
    assert_eq!(grown, 0);
    figures::report(
        "of_what_was_booked_and_is_over_only_the_newest_answers_are_kept",
        &format!("{ANSWERS_KEPT} answers of {each} bytes; {} more take {grown} bytes", more.len()),
    );
}

#[test]
fn refusals_that_name_everybody_take_no_more_memory_than_those_that_name_one() {
    let clinic = Clinic::new(PROVIDERS);
    let kept = BLOCKERS_KEPT / PROVIDERS;
    let first = clinic.kept(0..kept, &be_refused);
    assert!(first <= 8 << 20, "{first} bytes");
    let grown = clinic.kept(kept..2 * kept, &be_refused);
    assert_eq!(grown, 0);
    figures::report(
        "refusals_that_name_everybody_take_no_more_memory_than_those_that_name_one",
        &format!("{kept} refusals that name {PROVIDERS} each: {first} bytes; {kept} more take {grown}"),
    );
}
