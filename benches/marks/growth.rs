//! How the cost of a decision grows with the desk: no marks, but what each step costs beside the smallest one.
//!
//! * An accepted decision without preference among 10 to 10,000 providers, as in the group of the providers;
//!   it should hardly grow.
//! * An accepted decision about a provider who has 10 to 500 appointments that day, all of them apart: as many
//!   gaps, all of them in the range and all as good as each other by shape, so that the popularity of every
//!   one is compared. The day is put back after each decision, off the clock.
//! * A change of hours that keeps 10 to 500 appointments, together with the popularity of the day, whose
//!   minutes open and close.
//! * What people do at a desk whose book has 3,650 days instead of one, and a million requests instead of a
//!   thousand: nothing may cost more than the depth of a tree.
//! * A booking while 1 to 1,000 screens and clients follow the events.
//!
//! The decisions and changes about appointments of a day have to look at every gap and every appointment, so that
//! they may grow as these do.

mod book;
mod subscribers;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slotdesk::domain::{
    Appointment, Cancellation, Cause, Dated, Hours, Minute, Minutes, Overbooking, Provider, ProviderId, RangeSet,
    Request, RequestId, Status, TimeRange, Weekly,
};
use slotdesk::scheduler::{Day, ProviderDay, change_provider};

use crate::decision::{put_back, rules};
use crate::desks::{range, today};
use crate::harness::{Bench, Compared, Goal, nanoseconds_each};
use crate::providers::{FEW, accepted};

/// The steps in providers, each compared with [`FEW`].
const PROVIDERS: [usize; 3] = [100, 1_000, 10_000];
/// The appointments of the smallest day, and the steps that are compared with it.
const LEAST: u16 = 10;
const APPOINTMENTS: [u16; 3] = [50, 100, 500];
/// Decisions and changes in a round.
const TIMES: usize = 1_000;
/// Days that are decided on in one go.
const SET: usize = 10;

/// What a day of so many appointments is asked, with what it costs in nanoseconds.
type Cost = (&'static str, fn(u16) -> f64);
const BY_APPOINTMENTS: [Cost; 2] = [("one decision", decision_beside), ("change of hours", change_of_hours)];

pub(crate) fn measure(bench: &mut Bench) {
    for providers in PROVIDERS {
        accepted(bench, providers, &format!("(no mark) accepted decision, {providers} ÷ {FEW} providers"));
    }
    for (what, cost) in BY_APPOINTMENTS {
        for appointments in APPOINTMENTS {
            let linear = Goal::AtMost(f64::from(appointments / LEAST));
            let name = format!("(no mark) {what}, {appointments} ÷ {LEAST} appointments");
            let sides = (|| cost(appointments), || cost(LEAST));
            bench.compare(name, linear, sides, |Compared { ours, baseline, .. }| {
                format!("{ours:.0} of {baseline:.0} ns")
            });
        }
    }
    book::measure(bench);
    subscribers::measure(bench);
}

fn provider(until: &str) -> Provider {
    let hours = Hours::always(Weekly::EveryDay(RangeSet::new([range("00:00", until)])));
    Provider::new(ProviderId::new("chen").unwrap(), hours, 1_440).unwrap()
}

fn request(number: u16, range: TimeRange, minutes: u16) -> Arc<Request> {
    Arc::new(Request {
        id: RequestId::new(&format!("r{number}")).unwrap(),
        day: today(),
        dated: Dated::Named,
        range,
        duration: Minutes::new(minutes.into()).unwrap(),
        preferred_provider: Some(ProviderId::new("chen").unwrap()),
        client: None,
        service: None,
        note: None,
    })
}

/// A day of appointments that are as long as the gaps between them, and end before eleven at night.
fn provider_day(appointments: u16) -> ProviderDay {
    let length = 1_380 / appointments / 2;
    let booked = (0..appointments).map(|number| {
        let start = Minute::saturating(number * 2 * length);
        let slot = TimeRange::starting(start, Minutes::new(length.into()).unwrap()).unwrap();
        Arc::new(Appointment {
            request: request(number, slot, length),
            provider: ProviderId::new("chen").unwrap(),
            day: today(),
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        })
    });
    ProviderDay::new(Arc::new(provider("24:00")), today(), booked.collect(), 0)
}

/// Nanoseconds of a decision about a provider with so many appointments.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn decision_beside(appointments: u16) -> f64 {
    let stored = provider_day(appointments);
    let wish = request(appointments, TimeRange::DAY, 1);
    let day = || Day::new(today(), rules(), Arc::default(), vec![stored.clone()]);
    let days: Vec<Day> = (0..SET).map(|_| day()).collect();
    let mut spent = Duration::ZERO;
    for _ in 0..TIMES / SET {
        let since = Instant::now();
        for day in &days {
            assert!(black_box(day.book(&wish, Minute::MIDNIGHT, |_, _| {})).is_ok());
        }
        spent += since.elapsed();
        for day in &days {
            put_back(day, &stored);
        }
    }
    spent.as_secs_f64() * 1e9 / TIMES as f64
}

/// Nanoseconds of a change of hours that keeps so many appointments.
fn change_of_hours(appointments: u16) -> f64 {
    let days = [Arc::new(Day::new(today(), rules(), Arc::default(), vec![provider_day(appointments)]))];
    let reason = Cancellation { cause: Cause::HoursChanged, note: None };
    let both = ["23:00", "24:00"].map(|until| Arc::new(provider(until)));
    nanoseconds_each(TIMES, || {
        for changed in both.iter().cycle().take(TIMES) {
            let change = change_provider(&days, changed, &reason, |_, _| {});
            assert_eq!(black_box(change).kept.len(), usize::from(appointments));
        }
    })
}
