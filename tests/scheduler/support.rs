//! Small desks in few words.

use std::sync::Arc;

use chrono::NaiveDate;
use slotdesk::domain::{
    Appointment, Cancellation, Cause, Dated, Edit, Edits, Hours, Minute, Minutes, Overbooking, Provider, ProviderId,
    RangeSet, Refusal, Request, RequestId, Status, TimeRange, Weekly,
};
use slotdesk::scheduler::{Day, Dice, Obstacle, ProviderDay, Rules, Yardstick, apply_edits, policy};

pub(crate) fn date() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

pub(crate) fn minutes(length: i64) -> Minutes {
    Minutes::new(length).unwrap()
}

pub(crate) fn minute(time: &str) -> Minute {
    time.parse().unwrap()
}

pub(crate) fn ranges(all: &[(&str, &str)]) -> RangeSet {
    all.iter().map(|(start, end)| range(start, end)).collect()
}

pub(crate) fn provider_id(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}

pub(crate) fn provider(id: &str, hours: &[(&str, &str)], limit: u32) -> Provider {
    Provider::new(provider_id(id), Hours::always(Weekly::EveryDay(ranges(hours))), limit).unwrap()
}

/// The same record, once more changed, with other hours.
pub(crate) fn with_hours(provider: &Provider, hours: RangeSet) -> Arc<Provider> {
    let hours = Hours::always(Weekly::EveryDay(hours));
    Arc::new(Provider { hours, revision: provider.revision + 1, ..provider.clone() })
}

/// For any provider, or after an `@` for one: `"r1 30 09:00-12:00"`, `"r1 30 09:00-12:00 @ada"`.
pub(crate) fn request(text: &str) -> Arc<Request> {
    let mut words = text.split(' ');
    let id = RequestId::new(words.next().unwrap()).unwrap();
    let duration = minutes(words.next().unwrap().parse().unwrap());
    let (start, end) = words.next().unwrap().split_once('-').unwrap();
    let preferred_provider = words.next().map(|word| provider_id(word.strip_prefix('@').unwrap()));
    Arc::new(Request {
        id,
        day: date(),
        dated: Dated::Named,
        range: range(start, end),
        duration,
        preferred_provider,
        client: None,
        service: None,
        note: None,
    })
}

pub(crate) fn rules(policy: &str, grid: i64) -> Arc<Rules> {
    Arc::new(Rules {
        yardstick: Arc::new(Yardstick::new(&[15, 30, 45, 60])),
        start_grid: minutes(grid),
        policy: policy::named(policy).unwrap(),
        dice: Dice::new(7),
    })
}

pub(crate) fn day_on(date: NaiveDate, rules: Arc<Rules>, providers: impl IntoIterator<Item = Provider>) -> Arc<Day> {
    let empty = |provider| ProviderDay::new(Arc::new(provider), date, Vec::new(), 0);
    Arc::new(Day::new(date, rules, Arc::default(), providers.into_iter().map(empty).collect()))
}

/// A day with the default policy and a grid of five minutes.
pub(crate) fn day(providers: impl IntoIterator<Item = Provider>) -> Arc<Day> {
    day_on(date(), rules("least-fragmentation", 5), providers)
}

pub(crate) fn book(day: &Day, text: &str) -> Result<Arc<Appointment>, Refusal> {
    day.book(&request(text), Minute::MIDNIGHT, |_, _| {})
}

pub(crate) fn cancelled(appointment: &Arc<Appointment>) -> Edit<Appointment> {
    let status = Status::Cancelled(Cancellation { cause: Cause::Client, note: None });
    Edit::changed(Arc::clone(appointment), Arc::new(appointment.with_status(status)))
}

pub(crate) fn edits(edit: Edit<Appointment>) -> Edits {
    Edits { appointments: [edit].into_iter().collect(), ..Edits::default() }
}

pub(crate) fn cancel(day: &Arc<Day>, appointment: &Arc<Appointment>) -> Result<(), Obstacle> {
    apply_edits(std::slice::from_ref(day), &edits(cancelled(appointment)), |_| {})
}

/// An appointment put over the rules on purpose.
pub(crate) fn overbooked(text: &str, start: &str) -> Arc<Appointment> {
    let request = request(text);
    Arc::new(Appointment {
        provider: request.preferred_provider.clone().unwrap(),
        day: request.day,
        slot: TimeRange::starting(minute(start), request.duration).unwrap(),
        status: Status::Booked,
        overbooking: Overbooking::Deliberate,
        request,
    })
}
