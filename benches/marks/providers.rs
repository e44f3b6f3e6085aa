//! What many providers and several threads cost, measured at the scheduler itself.
//!
//! * An accepted decision without preference among 10,000 providers is compared with one among 10. Both get
//!   ten requests per provider on days that begin empty, so that the days fill alike; what a day does once
//!   (the first request of each duration) is off the clock.
//! * A refusal without preference is counted per provider asked. Everybody is booked in the range; the
//!   refusal names each of them, and putting it together and throwing it away is on the clock.
//! * Two threads book on the same day, each as many requests as the one thread that they are compared with.

use std::hint::black_box;
use std::sync::{Arc, Barrier};

use slotdesk::domain::{Appointment, Dated, Minute, Minutes, Overbooking, Request, RequestId, Status, TimeRange};
use slotdesk::scheduler::{Day, ProviderDay};

use crate::decision::rules;
use crate::desks::{provider, range, today};
use crate::harness::{Bench, Compared, Goal, nanoseconds_each, per_second};

/// Requests per provider in a round.
const EACH: usize = 10;
pub(crate) const FEW: usize = 10;
const MANY: usize = 10_000;
/// Refusals in a round.
const REFUSALS: usize = 40;
/// Providers on the day that the threads share, and bookings of each thread.
const SHARED: usize = 5_000;
const PER_THREAD: usize = 20_000;
const DURATIONS: [i64; 4] = [15, 30, 45, 60];

/// Whom the requests of the threads name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preference {
    Named,
    Anybody,
}

pub(crate) fn measure(bench: &mut Bench) {
    accepted(bench, MANY, "accepted decision, 10,000 ÷ 10 providers");
    refused(bench);
    threads(bench, Preference::Named, 1.8);
    threads(bench, Preference::Anybody, 1.2);
}

/// Compares an accepted decision among so many providers with one among [`FEW`].
pub(crate) fn accepted(bench: &mut Bench, providers: usize, name: &str) {
    let sides = (|| decisions_among(providers), || decisions_among(FEW));
    bench.compare(name, Goal::AtMost(1.5), sides, |Compared { ours, baseline, .. }| {
        format!("{ours:.0} of {baseline:.0} ns")
    });
}

fn refused(bench: &mut Bench) {
    let day = day_with_mornings_taken(MANY);
    let request = Arc::new(request(0, range("08:00", "10:00"), 30));
    let refuse = || {
        nanoseconds_each(REFUSALS * MANY, || {
            for _ in 0..REFUSALS {
                let refusal = day.book(&request, Minute::MIDNIGHT, |_, _| {}).unwrap_err();
                assert_eq!(black_box(refusal).blocked.len(), MANY);
            }
        })
    };
    let detail = format!("{MANY} providers, all booked");
    bench.sample("refusal, ns per provider asked", Goal::AtMost(40.0), refuse, detail);
}

fn threads(bench: &mut Bench, preference: Preference, goal: f64) {
    let who = if preference == Preference::Named { "preferred provider" } else { "no preference" };
    let sides = (|| bookings_by(2, preference), || bookings_by(1, preference));
    let name = format!("two threads ÷ one, {who}");
    bench.compare(name, Goal::AtLeast(goal), sides, |Compared { ours, baseline, .. }| {
        format!("{:.2} of {:.2} million a second", ours / 1e6, baseline / 1e6)
    });
}

fn request(number: usize, range: TimeRange, minutes: i64) -> Request {
    Request {
        id: RequestId::new(&format!("r{number:07}")).unwrap(),
        day: today(),
        dated: Dated::Named,
        range,
        duration: Minutes::new(minutes).unwrap(),
        preferred_provider: None,
        client: None,
        service: None,
        note: None,
    }
}

/// Request `number` of a mix of all durations in ranges of six hours.
fn mixed(number: usize) -> Request {
    let from = 8 + number / DURATIONS.len() % 5;
    let range = range(&format!("{from:02}:00"), &format!("{:02}:00", from + 6));
    request(number, range, DURATIONS[number % DURATIONS.len()])
}

/// A pool that is asked again and again.
fn pool() -> Vec<Arc<Request>> {
    (0..40).map(|number| Arc::new(mixed(number))).collect()
}

fn empty_day(providers: usize) -> Day {
    let days = (0..providers).map(|number| ProviderDay::new(Arc::new(provider(number)), today(), Vec::new(), 0));
    let day = Day::new(today(), rules(), Arc::default(), days.collect());
    for request in pool().iter().take(DURATIONS.len()) {
        day.book(request, Minute::MIDNIGHT, |_, _| {}).unwrap();
    }
    day
}

/// Nanoseconds of an accepted decision among so many providers.
fn decisions_among(providers: usize) -> f64 {
    let days: Vec<Day> = (0..MANY / providers).map(|_| empty_day(providers)).collect();
    let pool = pool();
    nanoseconds_each(MANY * EACH, || {
        for day in &days {
            let mut accepted = 0;
            for request in pool.iter().cycle().take(providers * EACH) {
                accepted += usize::from(day.book(request, Minute::MIDNIGHT, |_, _| {}).is_ok());
            }
            assert_eq!(accepted, providers * EACH, "every request of the load is accepted");
        }
    })
}

fn day_with_mornings_taken(providers: usize) -> Day {
    let taken = |number: usize| {
        let provider = Arc::new(provider(number));
        let slot = range("08:00", "10:00");
        let appointment = Appointment {
            request: Arc::new(request(number, slot, 120)),
            provider: provider.id.clone(),
            day: today(),
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        };
        ProviderDay::new(provider, today(), vec![Arc::new(appointment)], 1)
    };
    Day::new(today(), rules(), Arc::default(), (0..providers).map(taken).collect())
}

/// Bookings a second by so many threads on one day.
fn bookings_by(threads: usize, preference: Preference) -> f64 {
    let day = empty_day(SHARED);
    let loads: Vec<Vec<Arc<Request>>> = (0..threads).map(|thread| load(thread, preference)).collect();
    let ready = Barrier::new(threads + 1);
    std::thread::scope(|scope| {
        let running: Vec<_> = loads
            .iter()
            .map(|load| {
                scope.spawn(|| {
                    ready.wait();
                    let accepted = |request: &&Arc<Request>| day.book(request, Minute::MIDNIGHT, |_, _| {}).is_ok();
                    assert_eq!(load.iter().filter(accepted).count(), PER_THREAD);
                })
            })
            .collect();
        ready.wait();
        per_second(threads * PER_THREAD, || running.into_iter().for_each(|thread| thread.join().unwrap()))
    })
}

/// The requests of a thread; with a preference they go through all providers, each thread at its own place.
fn load(thread: usize, preference: Preference) -> Vec<Arc<Request>> {
    let one = |number: usize| {
        let mut request = mixed(thread * PER_THREAD + number);
        if preference == Preference::Named {
            // Each time round begins one further on, so that a provider is not asked for one duration alone.
            let at = (number * 7 + number / SHARED + thread * SHARED / 2) % SHARED;
            request.preferred_provider = Some(provider(at).id);
        }
        Arc::new(request)
    };
    (0..PER_THREAD).map(one).collect()
}
