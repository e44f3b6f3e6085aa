//! Small books, spelled out: one line per change.

#![allow(dead_code, reason = "every test crate uses its own part of this")]

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use slotdesk::domain::*;
use slotdesk::store::{Commit, Guard, Store, Verdict};

pub(crate) const MONDAY: &str = "2026-11-23";
pub(crate) const TUESDAY: &str = "2026-11-24";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Noon of that second in November.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + second, 123_456_789).unwrap()
}

pub(crate) fn provider_id(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}

pub(crate) fn request_id(id: &str) -> RequestId {
    RequestId::new(id).unwrap()
}

pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

pub(crate) fn every_day(start: &str, end: &str) -> Weekly {
    Weekly::EveryDay(RangeSet::new([range(start, end)]))
}

/// A provider who works from 09:00 to 17:00 every day, with at most 8 appointments.
pub(crate) fn provider(id: &str) -> Arc<Provider> {
    Arc::new(Provider::new(provider_id(id), Hours::always(every_day("09:00", "17:00")), 8).unwrap())
}

pub(crate) fn service(id: &str, minutes: i64) -> Arc<Service> {
    let name = Text::name("name", id).unwrap();
    let duration = Minutes::new(minutes).unwrap();
    Arc::new(Service { id: ServiceId::new(id).unwrap(), name, duration, colour: ColourRole::default() })
}

pub(crate) fn request(id: &str, on: &str) -> Arc<Request> {
    Arc::new(Request {
        id: request_id(id),
        day: day(on),
        dated: Dated::Named,
        range: range("09:00", "17:00"),
        duration: Minutes::new(30).unwrap(),
        preferred_provider: None,
        client: None,
        service: None,
        note: None,
    })
}

/// An appointment of half an hour.
pub(crate) fn appointment(id: &str, with: &str, on: &str, start: &str) -> Arc<Appointment> {
    let request = request(id, on);
    let slot = TimeRange::starting(start.parse().unwrap(), request.duration).unwrap();
    Arc::new(Appointment {
        provider: provider_id(with),
        day: request.day,
        slot,
        status: Status::Booked,
        overbooking: Overbooking::None,
        request,
    })
}

pub(crate) fn cancelled(appointment: &Appointment) -> Arc<Appointment> {
    let cancellation = Cancellation { cause: Cause::Client, note: Text::note("note", "ill \u{202e}").ok() };
    Arc::new(appointment.with_status(Status::Cancelled(cancellation)))
}

pub(crate) fn revised(provider: &Provider, change: impl FnOnce(&mut Provider)) -> Arc<Provider> {
    let mut new = provider.clone();
    new.revision += 1;
    change(&mut new);
    Arc::new(new)
}

/// A guard on a provider whose record has revision 1.
pub(crate) fn guard(provider: &str, on: &str, revision: u64) -> Guard {
    Guard { provider: provider_id(provider), provider_revision: 1, day: day(on), revision }
}

pub(crate) fn commit(action: Action, edits: Edits, guards: impl IntoIterator<Item = Guard>) -> Commit {
    let draft = Draft { at: at(0), actor: Channel::Desk.into(), action, edits };
    Commit { draft: Arc::new(draft), guards: guards.into_iter().collect() }
}

/// The same commit, decided at another second.
pub(crate) fn decided(second: i64, commit: Commit) -> Commit {
    let draft = Draft { at: at(second), ..(*commit.draft).clone() };
    Commit { draft: Arc::new(draft), ..commit }
}

pub(crate) fn provider_edit(edit: Edit<Provider>) -> Edits {
    Edits { providers: vec![edit], ..Edits::default() }
}

pub(crate) fn service_edit(edit: Edit<Service>) -> Edits {
    Edits { services: vec![edit], ..Edits::default() }
}

pub(crate) fn appointment_edits(edits: impl IntoIterator<Item = Edit<Appointment>>) -> Edits {
    Edits { appointments: edits.into_iter().collect(), ..Edits::default() }
}

pub(crate) fn adds(provider: &Arc<Provider>) -> Commit {
    commit(Action::ProviderAdded(provider.id.clone()), provider_edit(Edit::added(Arc::clone(provider))), [])
}

/// Books an appointment on its provider's day at `revision`.
pub(crate) fn books(appointment: &Arc<Appointment>, revision: u64) -> Commit {
    let guards =
        [Guard { provider: appointment.provider.clone(), provider_revision: 1, day: appointment.day, revision }];
    let action = match appointment.overbooking {
        Overbooking::None => Action::Booked(appointment.id().clone()),
        Overbooking::Deliberate => Action::Overbooked(appointment.id().clone()),
    };
    commit(action, appointment_edits([Edit::added(Arc::clone(appointment))]), guards)
}

pub(crate) fn refuses(id: &str, on: &str) -> Commit {
    let blocker = Blocker::DailyLimit { booked: 8, limit: 8 };
    let name = Text::name("name", "Dr Chen").unwrap();
    let refusal = Refusal { blocked: vec![Blocked { provider: provider_id("chen"), name, blocker }] };
    commit(Action::Refused { request: request(id, on), refusal }, Edits::default(), [])
}

/// Changes appointments; `action` and `guards` say the rest.
pub(crate) fn changes<const N: usize>(
    action: Action,
    edits: [(&Arc<Appointment>, &Arc<Appointment>); N],
    guards: impl IntoIterator<Item = Guard>,
) -> Commit {
    let edits = edits.map(|(before, after)| Edit::changed(Arc::clone(before), Arc::clone(after)));
    commit(action, appointment_edits(edits), guards)
}

/// Commits each in a batch of its own and expects it to be stored.
pub(crate) fn store_all(store: &mut dyn Store, commits: impl IntoIterator<Item = Commit>) {
    for commit in commits {
        let verdicts = store.commit(std::slice::from_ref(&commit)).unwrap();
        assert!(matches!(verdicts[..], [Verdict::Committed(_)]), "{verdicts:?} for {:?}", commit.draft);
    }
}
