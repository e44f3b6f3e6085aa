//! What a decision allocates: the appointment, which is the answer, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::mem::size_of;
use std::sync::Arc;

use chrono::NaiveDate;
use slotdesk::domain::{
    Appointment, Dated, Hours, Minute, Minutes, Provider, ProviderId, RangeSet, Request, RequestId, TimeRange, Weekly,
};
use slotdesk::scheduler::{Day, Dice, ProviderDay, Rules, Yardstick, policy};

const PROVIDERS: usize = 50;
/// As many as a provider-day holds without memory of its own.
const INLINE: usize = 16;

fn date() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

fn id(number: usize) -> ProviderId {
    ProviderId::new(&format!("p{number:02}")).unwrap()
}

/// Everybody works from eight to six, and takes up to forty appointments.
fn day() -> Day {
    let hours = Hours::always(Weekly::EveryDay(RangeSet::new([TimeRange::parse("08:00", "18:00").unwrap()])));
    let rules = Rules {
        yardstick: Arc::new(Yardstick::new(&[15, 30, 45, 60])),
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::named("least-fragmentation").unwrap(),
        dice: Dice::new(1),
    };
    let empty = |number| {
        let provider = Provider::new(id(number), hours.clone(), 40).unwrap();
        ProviderDay::new(Arc::new(provider), date(), Vec::new(), 0)
    };
    Day::new(date(), Arc::new(rules), Arc::default(), (0..PROVIDERS).map(empty).collect())
}

fn requests(count: usize, preferred: fn(usize) -> Option<ProviderId>) -> Vec<Arc<Request>> {
    let one = |number: usize| Request {
        id: RequestId::new(&format!("r{number}")).unwrap(),
        day: date(),
        dated: Dated::Named,
        range: TimeRange::parse(["08:00", "10:00", "11:00"][number % 3], "18:00").unwrap(),
        duration: Minutes::new([15, 30][number % 2]).unwrap(),
        preferred_provider: preferred(number),
        client: None,
        service: None,
        note: None,
    };
    (0..count).map(|number| Arc::new(one(number))).collect()
}

/// Books everything, lets the memory that a day keeps grow with the first ones, and counts for the others.
fn assert_one_allocation_each(requests: &[Arc<Request>], first: usize) {
    let day = day();
    let book = |request: &Arc<Request>| day.book(request, Minute::MIDNIGHT, |_, _| {}).unwrap();
    for request in &requests[..first] {
        book(request);
    }
    // The appointment, with the two counts of those who share it.
    let answer = size_of::<Appointment>() + 2 * size_of::<usize>();
    for (number, request) in requests.iter().enumerate().skip(first) {
        let allocated = allocation_counter::measure(|| {
            book(request);
        });
        assert_eq!((allocated.count_total, allocated.bytes_total), (1, answer as u64), "decision {number}");
    }
}

#[test]
fn a_decision_about_a_preferred_provider_allocates_the_appointment_only() {
    let requests = requests(PROVIDERS * INLINE, |number| Some(id(number % PROVIDERS)));
    assert_one_allocation_each(&requests, PROVIDERS * 6);
}

#[test]
fn a_decision_without_preference_allocates_the_appointment_only() {
    // Shared out evenly; fewer than anybody could get more than fits.
    let requests = requests(PROVIDERS * 12, |_| None);
    assert_one_allocation_each(&requests, PROVIDERS * 6);
}
