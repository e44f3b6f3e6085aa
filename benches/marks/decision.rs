//! One decision on an ordinary day beside a bare scan of its gaps.
//!
//! The day has one provider with ten gaps between twelve appointments; the requests ask for 15 to 60 minutes
//! in ranges all over it. Ours is the whole of `Day::book` for a provider who was named: the lock, the search
//! on a grid of five minutes by the default policy, the appointment, the changed gaps and the counted
//! popularity. The baseline finds the first gap that is long enough in the same sorted list, and writes
//! nothing. A second line, which is no mark but tells where the time goes, has the whole booking by first-fit
//! as its baseline, so that the policy is the only difference. All work on days that are in the cache; a
//! decision changes its day, so that each of a handful of days gets one request at a time and is put back
//! afterwards, off the clock.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slotdesk::domain::{
    Appointment, Dated, Hours, Minute, Minutes, Overbooking, Provider, ProviderId, RangeSet, Request, RequestId,
    Status, TimeRange, Weekly,
};
use slotdesk::scheduler::{Day, Dice, Locked, ProviderDay, Rules, Yardstick, policy};

use crate::desks::{range, today};
use crate::harness::{Bench, Compared, Goal, nanoseconds_each};

/// Days that are decided on in one go.
const SET: usize = 32;
/// How often each request of the mix is asked in a round.
const REPEATS: usize = 500;
/// What is taken of the day from eight to six: ten gaps of 10 to 75 minutes are left.
const TAKEN: [(&str, &str); 12] = [
    ("08:00", "08:30"),
    ("08:45", "09:15"),
    ("09:45", "10:00"),
    ("10:10", "10:40"),
    ("11:25", "11:55"),
    ("12:15", "12:45"),
    ("12:45", "13:00"),
    ("13:30", "14:00"),
    ("15:15", "15:30"),
    ("15:50", "16:05"),
    ("16:30", "17:00"),
    ("17:00", "17:15"),
];
/// What is asked for: range and minutes.
const ASKED: [(&str, &str, i64); 8] = [
    ("08:00", "18:00", 15),
    ("08:00", "18:00", 30),
    ("08:00", "18:00", 45),
    ("08:00", "12:00", 30),
    ("10:00", "14:00", 15),
    ("13:00", "17:00", 60),
    ("14:00", "18:00", 30),
    ("11:00", "16:00", 45),
];

pub(crate) fn measure(bench: &mut Bench) {
    let stored = provider_day();
    assert_eq!(stored.gaps().len(), 10);
    let requests: Vec<Arc<Request>> = ASKED.iter().zip(0..).map(|(asked, number)| request(number, *asked)).collect();
    let (default, first_fit) = (rules(), rules_of("first-fit"));
    let ours = || decide_all(&default, &stored, &requests);
    let detail = |Compared { ours, baseline, .. }| format!("{ours:.0} of {baseline:.1} ns");
    let scan = || scan_all(stored.gaps(), &requests);
    bench.compare("one decision, ten gaps ÷ bare first-fit scan", Goal::AtMost(25.0), (ours, scan), detail);
    let simple = || decide_all(&first_fit, &stored, &requests);
    bench.compare("(no mark) one decision ÷ the same by first-fit", Goal::AtMost(25.0), (ours, simple), detail);
}

/// The default rules of a desk without services.
pub(crate) fn rules() -> Arc<Rules> {
    rules_of("least-fragmentation")
}

fn rules_of(policy: &str) -> Arc<Rules> {
    Arc::new(Rules {
        yardstick: Arc::new(Yardstick::new(&[15, 30, 45, 60])),
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::named(policy).unwrap(),
        dice: Dice::new(1),
    })
}

fn request(number: usize, (start, end, minutes): (&str, &str, i64)) -> Arc<Request> {
    Arc::new(Request {
        id: RequestId::new(&format!("r{number}")).unwrap(),
        day: today(),
        dated: Dated::Named,
        range: range(start, end),
        duration: Minutes::new(minutes).unwrap(),
        preferred_provider: Some(ProviderId::new("chen").unwrap()),
        client: None,
        service: None,
        note: None,
    })
}

fn provider_day() -> ProviderDay {
    let hours = Hours::always(Weekly::EveryDay(RangeSet::new([range("08:00", "18:00")])));
    let provider = Provider::new(ProviderId::new("chen").unwrap(), hours, 40).unwrap();
    let taken = TAKEN.iter().zip(100..).map(|((start, end), number)| {
        let slot = range(start, end);
        Arc::new(Appointment {
            request: request(number, (start, end, slot.len().into())),
            provider: provider.id.clone(),
            day: today(),
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        })
    });
    let taken = taken.collect();
    ProviderDay::new(Arc::new(provider), today(), taken, 12)
}

/// Nanoseconds of a decision.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn decide_all(rules: &Arc<Rules>, stored: &ProviderDay, requests: &[Arc<Request>]) -> f64 {
    let day = || Day::new(today(), Arc::clone(rules), Arc::default(), vec![stored.clone()]);
    let days: Vec<Day> = (0..SET).map(|_| day()).collect();
    let mut spent = Duration::ZERO;
    for request in std::iter::repeat_n(requests, REPEATS).flatten() {
        let since = Instant::now();
        for day in &days {
            assert!(black_box(day.book(request, Minute::MIDNIGHT, |_, _| {})).is_ok());
        }
        spent += since.elapsed();
        for day in &days {
            put_back(day, stored);
        }
    }
    spent.as_secs_f64() * 1e9 / (SET * REPEATS * requests.len()) as f64
}

/// Makes a provider's day what it was.
pub(crate) fn put_back(day: &Day, stored: &ProviderDay) {
    let provider = &stored.provider().id;
    let mut locked = Locked::new([(day, provider)]);
    *locked.get_mut(today(), provider).unwrap() = stored.clone();
}

/// Nanoseconds of a scan.
fn scan_all(gaps: &[TimeRange], requests: &[Arc<Request>]) -> f64 {
    nanoseconds_each(SET * REPEATS * requests.len(), || {
        for request in std::iter::repeat_n(requests, REPEATS).flatten() {
            for _ in 0..SET {
                black_box(first_fit(black_box(gaps), black_box(request.range), black_box(request.duration)));
            }
        }
    })
}

fn first_fit(gaps: &[TimeRange], range: TimeRange, duration: Minutes) -> Option<TimeRange> {
    gaps.iter().filter_map(|gap| gap.intersection(range)).find(|free| free.len() >= duration.get())
}
