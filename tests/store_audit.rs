//! The audit finds what breaks a rule, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test does not expect ends it"
)]

#[path = "store/fixture.rs"]
mod fixture;

#[path = "store/audit_forged.rs"]
mod forged;

use std::sync::Arc;

use fixture::*;
use slotdesk::domain::*;
use slotdesk::store::{Commit, Guard, MemoryStore, Store, audit};

/// The sentences of the audit of a book that these commits make; event 1 adds chen, 09:00 to 17:00, limit 8.
fn audited(commits: impl IntoIterator<Item = Commit>) -> Vec<String> {
    let mut store = MemoryStore::new();
    store_all(&mut store, [adds(&provider("chen"))]);
    store_all(&mut store, commits);
    sentences(&mut store)
}

fn sentences(store: &mut dyn Store) -> Vec<String> {
    audit(&mut *store.reader().unwrap()).unwrap().iter().map(ToString::to_string).collect()
}

/// The guard of a provider's day, whatever the revision of the record.
fn guard_at(provider_revision: u64, revision: u64) -> Guard {
    Guard { provider_revision, ..guard("chen", MONDAY, revision) }
}

/// chen with other hours from Monday on, and the change that does it.
fn shorter(before: &Arc<Provider>, start: &str, end: &str) -> (Arc<Provider>, HoursChange) {
    let change = HoursChange::From { day: day(MONDAY), weekly: every_day(start, end) };
    (revised(before, |chen| chen.hours = chen.hours.changed(&change)), change)
}

fn hours_changed(
    (before, after): (&Arc<Provider>, &Arc<Provider>),
    change: &HoursChange,
    cancelled: impl IntoIterator<Item = (Arc<Appointment>, Status)>,
    guard: Guard,
) -> Commit {
    let mut edits = provider_edit(Edit::changed(Arc::clone(before), Arc::clone(after)));
    let images =
        cancelled.into_iter().map(|(one, status)| Edit::changed(Arc::clone(&one), one.with_status(status).into()));
    edits.appointments = images.collect();
    commit(Action::HoursChanged { provider: after.id.clone(), change: change.clone() }, edits, [guard])
}

fn for_new_hours() -> Status {
    Status::Cancelled(Cancellation { cause: Cause::HoursChanged, note: None })
}

/// A day as it goes at a desk: booked, overbooked, refused, moved, arrived, cancelled, hours changed, undone.
fn a_long_day() -> Vec<Commit> {
    let chen = provider("chen");
    let [early, late, begun] =
        [("r1", "09:00"), ("r2", "16:00"), ("r3", "15:30")].map(|(id, start)| appointment(id, "chen", MONDAY, start));
    let over =
        Appointment { overbooking: Overbooking::Deliberate, ..(*appointment("r4", "chen", MONDAY, "08:45")).clone() };
    let moved = Arc::new(Appointment { slot: range("10:00", "10:30"), ..(*early).clone() });
    let in_progress = Arc::new(begun.with_status(Status::InProgress));
    let (shorter, change) = shorter(&chen, "09:00", "15:00");
    let change = hours_changed((&chen, &shorter), &change, [(Arc::clone(&late), for_new_hours())], guard_at(1, 6));
    let mut back = change.draft.edits.reversed();
    back.providers[0].after = Some(revised(&shorter, |one| one.hours = chen.hours.clone()));
    let undone = commit(Action::Undone(9), back, [guard_at(2, 7)]);
    vec![
        books(&early, 0),
        books(&late, 1),
        books(&begun, 2),
        books(&Arc::new(over), 3),
        refuses("r5", MONDAY),
        changes(Action::Moved(request_id("r1")), [(&early, &moved)], [guard_at(1, 4)]),
        changes(Action::StatusSet(request_id("r3"), Status::InProgress), [(&begun, &in_progress)], [guard_at(1, 5)]),
        change,
        undone,
        changes(Action::Cancelled(request_id("r1")), [(&moved, &cancelled(&moved))], [guard_at(3, 8)]),
        commit(Action::ServiceAdded(ServiceId::new("cut").unwrap()), service_edit(Edit::added(service("cut", 30))), []),
    ]
}

#[test]
fn a_sound_book_has_nothing_to_find() {
    assert_eq!(audited(a_long_day()), Vec::<String>::new());
}

#[test]
fn a_lowered_limit_cancels_nothing_and_stops_new_ones() {
    let chen = provider("chen");
    let limited = revised(&chen, |chen| chen.max_daily_appointments = 1);
    let lower = commit(Action::LimitChanged(chen.id.clone()), provider_edit(Edit::changed(chen, limited)), []);
    let two =
        [books(&appointment("r1", "chen", MONDAY, "09:00"), 0), books(&appointment("r2", "chen", MONDAY, "10:00"), 1)];
    let third = appointment("r3", "chen", MONDAY, "11:00");
    let third = Commit { guards: [guard_at(2, 2)].into_iter().collect(), ..books(&third, 2) };
    let commits = two.into_iter().chain([lower, third]);
    assert_eq!(audited(commits), ["event 5 gives chen 3 appointments on 2026-11-23, where the limit is 1"]);
}

#[test]
fn one_more_than_the_limit_is_found() {
    let two = Arc::new(Provider { max_daily_appointments: 2, ..(*provider("roy")).clone() });
    let booked = |count: usize| {
        let starts = ["09:00", "10:00", "11:00"].into_iter().zip(0..).take(count);
        let booked = starts.map(|(start, n)| books(&appointment(&format!("r{n}"), "roy", MONDAY, start), n));
        [adds(&two)].into_iter().chain(booked.collect::<Vec<_>>())
    };
    assert_eq!(audited(booked(2)), Vec::<String>::new());
    assert_eq!(audited(booked(3)), ["event 5 gives roy 3 appointments on 2026-11-23, where the limit is 2"]);
}

#[test]
fn an_appointment_outside_the_hours_is_found() {
    let first = appointment("r1", "chen", MONDAY, "09:00");
    let early = Arc::new(Appointment { slot: range("08:45", "09:15"), ..(*first).clone() });
    let moved = changes(Action::Moved(request_id("r1")), [(&first, &early)], [guard_at(1, 1)]);
    assert_eq!(
        audited([books(&first, 0), moved]),
        ["event 3 leaves appointment r1 at 08:45–09:15 on 2026-11-23, outside the hours of chen that day"]
    );
}

#[test]
fn a_preferred_provider_without_room_means_refusal() {
    let asked = Request { preferred_provider: Some(provider_id("roy")), ..(*request("r1", MONDAY)).clone() };
    let first = Appointment { request: Arc::new(asked), ..(*appointment("r1", "chen", MONDAY, "09:00")).clone() };
    assert_eq!(audited([books(&Arc::new(first), 0)]), ["event 2 books request r1 with chen, although it asks for roy"]);
}

#[test]
fn a_booking_is_what_was_asked_for() {
    let regular = appointment("r1", "chen", MONDAY, "09:00");
    let longer = Appointment { slot: range("09:00", "09:45"), ..(*regular).clone() };
    let narrow = Arc::new(Request { range: range("12:00", "13:00"), ..(*regular.request).clone() });
    let elsewhere = Appointment { request: narrow, ..(*regular).clone() };
    let other_day = Appointment { day: day(TUESDAY), ..(*regular).clone() };
    for (wrong, at) in [
        (longer, "09:00–09:45 on 2026-11-23"),
        (elsewhere, "09:00–09:30 on 2026-11-23"),
        (other_day, "09:00–09:30 on 2026-11-24"),
    ] {
        let expected = format!("event 2 books request r1 at {at}, which is not what it asks for");
        assert_eq!(audited([books(&Arc::new(wrong), 0)]), [expected]);
    }
}

#[test]
fn a_change_of_hours_keeps_what_fits_and_cancels_the_rest() {
    let chen = provider("chen");
    let (after, change) = shorter(&chen, "09:00", "12:00");
    let [fits, late] = [("r1", "09:00"), ("r2", "16:00")].map(|(id, start)| appointment(id, "chen", MONDAY, start));
    let begun = Arc::new(late.with_status(Status::Arrived));
    let booked = || [books(&fits, 0), books(&late, 1)];
    let by_client = Status::Cancelled(Cancellation { cause: Cause::Client, note: None });

    let changed = |cancelled: &[(&Arc<Appointment>, Status)], revision| {
        let cancelled = cancelled.iter().map(|(one, status)| (Arc::clone(one), status.clone()));
        hours_changed((&chen, &after), &change, cancelled, guard_at(1, revision))
    };
    let right = changed(&[(&late, for_new_hours())], 2);
    assert_eq!(audited(booked().into_iter().chain([right])), Vec::<String>::new());

    let too_eager = changed(&[(&fits, for_new_hours()), (&late, for_new_hours())], 2);
    assert_eq!(
        audited(booked().into_iter().chain([too_eager])),
        ["event 4 cancels appointment r1 for the new hours of chen, although it fits them"]
    );
    let no_reason = changed(&[(&late, by_client)], 2);
    assert_eq!(
        audited(booked().into_iter().chain([no_reason])),
        ["event 4 cancels appointment r2 for the new hours of chen, although another reason is given"]
    );
    let arrived = changes(Action::StatusSet(request_id("r2"), Status::Arrived), [(&late, &begun)], [guard_at(1, 2)]);
    let interrupted = changed(&[(&begun, for_new_hours())], 3);
    assert_eq!(
        audited(booked().into_iter().chain([arrived, interrupted])),
        ["event 5 cancels appointment r2 for the new hours of chen, although it had begun"]
    );
}

#[test]
fn who_left_takes_no_appointments() {
    let chen = provider("chen");
    let left = revised(&chen, |chen| chen.retired_from = Some(day(TUESDAY)));
    let retired = commit(Action::ProviderRetired(chen.id.clone()), provider_edit(Edit::changed(chen, left)), []);
    let on = |on, revision| {
        let one = appointment("r1", "chen", on, "09:00");
        Commit {
            guards: [Guard { provider_revision: 2, ..guard("chen", on, revision) }].into_iter().collect(),
            ..books(&one, 0)
        }
    };
    assert_eq!(audited([retired.clone(), on(MONDAY, 0)]), Vec::<String>::new());
    assert_eq!(audited([retired, on(TUESDAY, 0)]).len(), 1);
}

#[test]
fn what_a_refusal_changes_is_found() {
    let mut refusal = refuses("r1", MONDAY);
    Arc::make_mut(&mut refusal.draft).edits = service_edit(Edit::added(service("cut", 30)));
    assert_eq!(audited([refusal]), ["event 2 refuses request r1 and changes the book all the same"]);
}
