//! What becomes of a commit.

use std::sync::Arc;

use slotdesk::domain::*;
use slotdesk::store::Verdict::{Answered, Committed, Stale};
use slotdesk::store::{Commit, Guard, Store};

use crate::fixture::*;

fn with_chen(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen"))]);
}

pub(crate) fn events_are_numbered_from_1_without_gaps(store: &mut dyn Store) {
    assert_eq!(store.commit(&[]).unwrap(), []);
    let batch = [adds(&provider("chen")), adds(&provider("roy"))];
    assert_eq!(store.commit(&batch).unwrap(), [Committed(1), Committed(2)]);
    let batch = [adds(&provider("roy")), refuses("r1", MONDAY)];
    assert_eq!(store.commit(&batch).unwrap(), [Stale, Committed(3)]);
    let numbers: Vec<u64> = store.reader().unwrap().events_after(0, 9).unwrap().iter().map(|e| e.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

pub(crate) fn commits_of_one_batch_may_build_on_each_other(store: &mut dyn Store) {
    let first = appointment("r1", "chen", MONDAY, "09:00");
    let moved = Arc::new(Appointment { slot: range("10:00", "10:30"), ..(*first).clone() });
    let batch = [
        adds(&provider("chen")),
        books(&first, 0),
        books(&appointment("r2", "chen", MONDAY, "09:30"), 1),
        changes(Action::Moved(request_id("r1")), [(&first, &moved)], [guard("chen", MONDAY, 2)]),
        books(&appointment("r3", "chen", MONDAY, "09:00"), 3),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [1, 2, 3, 4, 5].map(Committed));
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.day(day(MONDAY)).unwrap().revisions, [(provider_id("chen"), 4)]);
    assert_eq!(reader.appointment(&request_id("r1")).unwrap(), Some(moved));
}

pub(crate) fn a_commit_on_a_stale_day_is_refused_and_does_not_keep_the_others_out(store: &mut dyn Store) {
    with_chen(store);
    let batch = [
        books(&appointment("r1", "chen", MONDAY, "09:00"), 0),
        books(&appointment("r2", "chen", MONDAY, "10:00"), 0),
        books(&appointment("r3", "chen", MONDAY, "11:00"), 2),
        books(&appointment("r4", "chen", TUESDAY, "09:00"), 0),
        books(&appointment("r5", "chen", MONDAY, "12:00"), 1),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [Committed(2), Stale, Stale, Committed(3), Committed(4)]);
    let batch = [books(&appointment("r6", "chen", MONDAY, "13:00"), 1)];
    assert_eq!(store.commit(&batch).unwrap(), [Stale]);
}

pub(crate) fn a_commit_on_a_stale_provider_record_is_refused(store: &mut dyn Store) {
    let chen = provider("chen");
    with_chen(store);
    let limited = revised(&chen, |chen| chen.max_daily_appointments = 1);
    let edits = provider_edit(Edit::changed(Arc::clone(&chen), limited));
    store_all(store, [commit(Action::LimitChanged(chen.id.clone()), edits.clone(), [])]);
    let batch = [
        books(&appointment("r1", "chen", MONDAY, "09:00"), 0),
        commit(Action::LimitChanged(chen.id.clone()), edits, []),
        books(&appointment("r1", "nobody", MONDAY, "09:00"), 0),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [Stale, Stale, Stale]);
}

pub(crate) fn a_request_is_answered_once_even_within_a_batch(store: &mut dyn Store) {
    with_chen(store);
    let batch = [
        books(&appointment("r1", "chen", MONDAY, "09:00"), 0),
        books(&appointment("r1", "chen", MONDAY, "10:00"), 1),
        refuses("r1", MONDAY),
        refuses("r2", MONDAY),
        books(&appointment("r2", "chen", MONDAY, "11:00"), 1),
        books(&appointment("r3", "chen", MONDAY, "12:00"), 1),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [Committed(2), Answered, Answered, Committed(3), Answered, Committed(4)]);
    assert_eq!(store.commit(&batch[..1]).unwrap(), [Answered]);
}

pub(crate) fn answered_comes_before_stale(store: &mut dyn Store) {
    with_chen(store);
    let booking = books(&appointment("r1", "chen", MONDAY, "09:00"), 0);
    store_all(store, [booking.clone()]);
    // A booking sent again was decided on the day as it was before the first.
    assert_eq!(store.commit(&[booking]).unwrap(), [Answered]);
}

pub(crate) fn nothing_of_a_refused_commit_is_stored(store: &mut dyn Store) {
    with_chen(store);
    store_all(store, [books(&appointment("r1", "chen", TUESDAY, "10:00"), 0)]);
    // Monday's half of this is fine, Tuesday's overlaps.
    let overlapping = appointment("r3", "chen", MONDAY, "09:00");
    store_all(store, [books(&overlapping, 0)]);
    let moved = Arc::new(Appointment { day: day(TUESDAY), slot: range("10:15", "10:45"), ..(*overlapping).clone() });
    let guards = [guard("chen", MONDAY, 1), guard("chen", TUESDAY, 1)];
    let late = service("late", 20);
    let mut refused = changes(Action::Moved(request_id("r3")), [(&overlapping, &moved)], guards);
    Arc::make_mut(&mut refused.draft).edits.services = vec![Edit::added(late)];
    let batch = [refused, books(&appointment("r4", "chen", MONDAY, "11:00"), 1)];
    assert_eq!(store.commit(&batch).unwrap(), [Stale, Committed(4)]);

    let mut reader = store.reader().unwrap();
    assert_eq!(reader.appointment(&request_id("r3")).unwrap(), Some(overlapping));
    assert_eq!(reader.day(day(TUESDAY)).unwrap().revisions, [(provider_id("chen"), 1)]);
    assert_eq!(reader.day(day(MONDAY)).unwrap().revisions, [(provider_id("chen"), 2)]);
    assert!(reader.roster().unwrap().services.is_empty());
    assert_eq!(reader.last_event().unwrap(), 4);
}

pub(crate) fn live_appointments_of_one_provider_never_overlap(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen")), adds(&provider("roy"))]);
    store_all(store, [books(&appointment("r1", "chen", MONDAY, "10:00"), 0)]);
    for (id, start, verdict) in [
        ("before", "09:30", Committed(4)),
        ("into", "09:45", Stale),
        ("same", "10:00", Stale),
        ("out", "10:15", Stale),
        ("after", "10:30", Committed(5)),
    ] {
        let revision = store.reader().unwrap().day(day(MONDAY)).unwrap().revisions[0].1;
        let batch = [books(&appointment(id, "chen", MONDAY, start), revision)];
        assert_eq!(store.commit(&batch).unwrap(), [verdict], "{id}");
    }
    let elsewhere =
        [books(&appointment("r2", "roy", MONDAY, "10:00"), 0), books(&appointment("r3", "chen", TUESDAY, "10:00"), 0)];
    assert_eq!(store.commit(&elsewhere).unwrap(), [Committed(6), Committed(7)]);
}

pub(crate) fn a_deliberate_overbooking_may_overlap(store: &mut dyn Store) {
    with_chen(store);
    let over = |id: &str, start: &str| {
        let regular = appointment(id, "chen", MONDAY, start);
        Arc::new(Appointment { overbooking: Overbooking::Deliberate, ..(*regular).clone() })
    };
    let batch = [
        books(&appointment("r1", "chen", MONDAY, "10:00"), 0),
        books(&over("r2", "10:15"), 1),
        books(&over("r3", "10:15"), 2),
        books(&appointment("r4", "chen", MONDAY, "10:30"), 3),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [2, 3, 4, 5].map(Committed));
}

pub(crate) fn a_cancelled_appointment_gives_its_minutes_free(store: &mut dyn Store) {
    with_chen(store);
    let first = appointment("r1", "chen", MONDAY, "10:00");
    let gone = cancelled(&first);
    let back = changes(Action::Undone(3), [(&gone, &first)], [guard("chen", MONDAY, 3)]);
    let batch = [
        books(&first, 0),
        changes(Action::Cancelled(request_id("r1")), [(&first, &gone)], [guard("chen", MONDAY, 1)]),
        books(&appointment("r2", "chen", MONDAY, "10:15"), 2),
        back.clone(),
    ];
    // Its minutes were given away, so it cannot come back.
    assert_eq!(store.commit(&batch).unwrap(), [Committed(2), Committed(3), Committed(4), Stale]);
    assert_eq!(store.reader().unwrap().appointment(&request_id("r1")).unwrap(), Some(gone));
}

pub(crate) fn appointments_can_change_places_in_one_change(store: &mut dyn Store) {
    with_chen(store);
    let (a, b) = (appointment("a", "chen", MONDAY, "09:00"), appointment("b", "chen", MONDAY, "10:00"));
    store_all(store, [books(&a, 0), books(&b, 1)]);
    let at = |one: &Appointment, slot| Arc::new(Appointment { slot, ..one.clone() });
    let swapped = [(&a, &at(&a, b.slot)), (&b, &at(&b, a.slot))];
    store_all(store, [changes(Action::Undone(1), swapped, [guard("chen", MONDAY, 2)])]);
    let ids: Vec<_> =
        store.reader().unwrap().day(day(MONDAY)).unwrap().appointments.iter().map(|one| one.id().clone()).collect();
    assert_eq!(ids, [request_id("b"), request_id("a")]);
}

pub(crate) fn what_was_changed_since_cannot_be_changed_on_an_old_image(store: &mut dyn Store) {
    with_chen(store);
    let first = appointment("r1", "chen", MONDAY, "10:00");
    let arrived = Arc::new(first.with_status(Status::Arrived));
    store_all(store, [books(&first, 0)]);
    store_all(
        store,
        [changes(
            Action::StatusSet(request_id("r1"), Status::Arrived),
            [(&first, &arrived)],
            [guard("chen", MONDAY, 1)],
        )],
    );
    let late = changes(Action::Cancelled(request_id("r1")), [(&first, &cancelled(&first))], [guard("chen", MONDAY, 2)]);
    assert_eq!(store.commit(&[late]).unwrap(), [Stale]);
}

pub(crate) fn a_change_needs_a_guard_for_every_day_it_touches(store: &mut dyn Store) {
    with_chen(store);
    let first = appointment("r1", "chen", MONDAY, "10:00");
    let unguarded = Commit { guards: [].into_iter().collect(), ..books(&first, 0) };
    assert_eq!(store.commit(&[unguarded]).unwrap(), [Stale]);
    store_all(store, [books(&first, 0)]);
    let moved = Arc::new(Appointment { day: day(TUESDAY), ..(*first).clone() });
    let half = changes(Action::Moved(request_id("r1")), [(&first, &moved)], [guard("chen", TUESDAY, 0)]);
    assert_eq!(store.commit(&[half]).unwrap(), [Stale]);
}

pub(crate) fn malformed_commits_are_refused(store: &mut dyn Store) {
    with_chen(store);
    let (a, b) = (appointment("a", "chen", MONDAY, "09:00"), appointment("b", "chen", MONDAY, "10:00"));
    let on_monday = |action, edits, revision| commit(action, edits, [guard("chen", MONDAY, revision)]);
    let added = |one: &Arc<Appointment>| appointment_edits([Edit::added(Arc::clone(one))]);
    let batch = [
        // An appointment that answers nothing.
        on_monday(Action::Moved(request_id("a")), added(&a), 0),
        // The answer to another request.
        on_monday(Action::Booked(request_id("b")), added(&a), 0),
        // The same day guarded twice.
        commit(Action::Booked(request_id("a")), added(&a), [guard("chen", MONDAY, 0), guard("chen", MONDAY, 0)]),
        // A record edited twice.
        on_monday(
            Action::Booked(request_id("a")),
            appointment_edits([Edit::added(a.clone()), Edit::added(a.clone())]),
            0,
        ),
        // A record that becomes another.
        on_monday(Action::Moved(request_id("a")), appointment_edits([Edit::changed(a.clone(), b)]), 0),
        // A provider whose revision does not grow.
        commit(
            Action::ProviderChanged(provider_id("chen")),
            provider_edit(Edit::changed(provider("chen"), provider("chen"))),
            [],
        ),
        // A provider that never was.
        commit(
            Action::ProviderAdded(provider_id("x")),
            provider_edit(Edit::added(Arc::new(Provider { revision: u64::MAX, ..(*provider("x")).clone() }))),
            [],
        ),
        commit(
            Action::ProviderAdded(provider_id("x")),
            provider_edit(Edit::added(Arc::new(Provider { revision: 0, ..(*provider("x")).clone() }))),
            [],
        ),
    ];
    assert_eq!(store.commit(&batch).unwrap(), [Stale; 8]);
    assert_eq!(store.reader().unwrap().last_event().unwrap(), 1);
}

pub(crate) fn other_hours_leave_nothing_outside_them_that_is_still_to_come(store: &mut dyn Store) {
    let chen = provider("chen");
    with_chen(store);
    let late = appointment("r1", "chen", MONDAY, "16:00");
    let begun = appointment("r2", "chen", MONDAY, "15:00");
    let in_progress = Arc::new(begun.with_status(Status::InProgress));
    let over =
        Appointment { overbooking: Overbooking::Deliberate, ..(*appointment("r3", "chen", MONDAY, "16:15")).clone() };
    store_all(
        store,
        [
            books(&late, 0),
            books(&begun, 1),
            changes(
                Action::StatusSet(request_id("r2"), Status::InProgress),
                [(&begun, &in_progress)],
                [guard("chen", MONDAY, 2)],
            ),
            books(&Arc::new(over), 3),
        ],
    );
    let change = HoursChange::From { day: day(MONDAY), weekly: every_day("09:00", "12:00") };
    let shorter = revised(&chen, |chen| chen.hours = chen.hours.changed(&change));
    let left = revised(&chen, |chen| chen.retired_from = Some(day(MONDAY)));
    // Decided by somebody who did not know of r1.
    for changed in [&shorter, &left] {
        let edits = provider_edit(Edit::changed(Arc::clone(&chen), Arc::clone(changed)));
        let action = Action::HoursChanged { provider: chen.id.clone(), change: change.clone() };
        assert_eq!(store.commit(&[commit(action, edits, [])]).unwrap(), [Stale]);
    }
    // On another day, or with r1 cancelled in the same change, nothing is left outside.
    let tomorrow = HoursChange::From { day: day(TUESDAY), weekly: every_day("09:00", "12:00") };
    let later = revised(&chen, |chen| chen.hours = chen.hours.changed(&tomorrow));
    let mut edits = provider_edit(Edit::changed(Arc::clone(&chen), Arc::clone(&later)));
    let action = Action::HoursChanged { provider: chen.id.clone(), change: tomorrow };
    store_all(store, [commit(action, edits.clone(), [])]);
    let shorter = revised(&later, |chen| chen.hours = chen.hours.changed(&change));
    edits.providers = vec![Edit::changed(later, shorter)];
    edits.appointments = [Edit::changed(Arc::clone(&late), cancelled(&late))].into_iter().collect();
    let action = Action::HoursChanged { provider: chen.id.clone(), change };
    let guarded = Guard { provider_revision: 2, ..guard("chen", MONDAY, 4) };
    store_all(store, [commit(action, edits, [guarded])]);
}

pub(crate) fn a_provider_leaves_the_book_only_with_nobody_booked(store: &mut dyn Store) {
    let chen = provider("chen");
    store_all(store, [adds(&chen), adds(&provider("roy"))]);
    let first = appointment("r1", "chen", MONDAY, "10:00");
    store_all(store, [books(&first, 0)]);
    let removal = || {
        let edits = provider_edit(Edit { before: Some(Arc::clone(&chen)), after: None });
        commit(Action::Undone(1), edits, [])
    };
    assert_eq!(store.commit(&[removal()]).unwrap(), [Stale]);
    let moved = Arc::new(Appointment { provider: provider_id("roy"), ..(*first).clone() });
    let guards = [guard("chen", MONDAY, 1), guard("roy", MONDAY, 0)];
    store_all(store, [changes(Action::Moved(request_id("r1")), [(&first, &moved)], guards), removal()]);
    // Its days went with it: whoever has the name next begins with unchanged ones.
    let batch = [adds(&chen), books(&appointment("r2", "chen", MONDAY, "09:00"), 0)];
    assert_eq!(store.commit(&batch).unwrap(), [Committed(6), Committed(7)]);
    let roster = store.reader().unwrap().roster().unwrap();
    assert_eq!(roster.providers, [chen, provider("roy")]);
}

pub(crate) fn a_service_can_be_taken_out_again(store: &mut dyn Store) {
    let (cut, longer) = (service("cut", 30), service("cut", 45));
    let edits = [
        Edit::added(Arc::clone(&cut)),
        Edit::changed(Arc::clone(&cut), Arc::clone(&longer)),
        Edit { before: Some(Arc::clone(&longer)), after: None },
    ];
    for (edit, left) in edits.into_iter().zip([vec![cut], vec![longer], vec![]]) {
        let edit = commit(Action::ServiceChanged(ServiceId::new("cut").unwrap()), service_edit(edit), []);
        store_all(store, [edit.clone()]);
        assert_eq!(store.reader().unwrap().roster().unwrap().services, left);
        assert_eq!(store.commit(&[edit]).unwrap(), [Stale], "decided on what is no longer there");
    }
}

pub(crate) fn an_appointment_can_be_taken_out_and_put_back(store: &mut dyn Store) {
    with_chen(store);
    let first = appointment("r1", "chen", MONDAY, "10:00");
    let out = appointment_edits([Edit { before: Some(Arc::clone(&first)), after: None }]);
    let on_monday =
        |edits: &Edits, revision| commit(Action::Undone(2), edits.clone(), [guard("chen", MONDAY, revision)]);
    store_all(store, [books(&first, 0), on_monday(&out, 1)]);
    assert_eq!(store.reader().unwrap().appointment(&request_id("r1")).unwrap(), None);
    let batch = [on_monday(&out, 2), on_monday(&out.reversed(), 2), on_monday(&out.reversed(), 3)];
    assert_eq!(store.commit(&batch).unwrap(), [Stale, Committed(4), Stale]);
    assert_eq!(store.reader().unwrap().appointment(&request_id("r1")).unwrap(), Some(first));
}
