//! The rules of the desk, as they apply to one event.

use std::sync::Arc;

use super::replay::Replay;
use super::violation::Violation;
use super::{Findings, Skipped};
use crate::domain::{Action, Appointment, Cause, Edit, Edits, Event, Overbooking, Provider, RequestId, Status};
use crate::store::Entry;
use crate::store::judge::{edited, is_exclusive};

/// What can be said of an event on the state before it.
pub(super) fn judge(state: &Replay, entry: &Entry, findings: &mut Findings) {
    let event = &entry.event;
    if event.number != state.last + 1 {
        findings.add(Violation::Gap { expected: state.last + 1, found: event.number });
    }
    answered_once(state, event, findings);
    images_before(state, event, findings);
    if matches!(event.draft.action, Action::HoursChanged { .. } | Action::ProviderRetired(_)) {
        for edit in &event.draft.edits.providers {
            only_what_no_longer_fits_is_cancelled(event, edit, findings);
        }
    }
}

/// What can be said of an event on the state after it.
pub(super) fn judge_outcome(state: &Replay, entry: &Entry, skipped: Skipped<'_>, findings: &mut Findings) {
    let event = &entry.event;
    for edit in &event.draft.edits.providers {
        nobody_is_left_outside_the_hours(state, event, edit, findings);
    }
    for edit in &event.draft.edits.appointments {
        let Some(after) = edit.after.as_ref().filter(|after| after.is_live()) else { continue };
        let Some(provider) = state.providers.get(&after.provider) else {
            let (appointment, provider) = (after.id().clone(), after.provider.clone());
            findings.add(Violation::UnknownProvider { event: event.number, appointment, provider });
            continue;
        };
        no_double_booking(state, event, edit, findings);
        on_minutes_that_exist(event, edit, skipped, findings);
        if after.overbooking == Overbooking::None {
            inside_the_hours(event, edit, provider, findings);
            within_the_limit(state, event, edit, provider, findings);
            as_asked(event, after, findings);
        }
    }
}

/// A request is answered once, by an event that tells of it.
fn answered_once(state: &Replay, event: &Event, findings: &mut Findings) {
    let draft = &event.draft;
    let answered = draft.answered().map(|request| &request.id);
    match &draft.action {
        Action::Booked(id) | Action::Overbooked(id) if answered != Some(id) => {
            findings.add(Violation::AnswersNothing { event: event.number });
        }
        Action::Refused { request, .. } if draft.edits != Edits::default() => {
            findings.add(Violation::RefusalWithEdits { event: event.number, request: request.id.clone() });
        }
        _ => {}
    }
    if let Some((id, first)) = answered.and_then(|id| Some((id, state.answers.get(id)?))) {
        findings.add(Violation::AnsweredTwice { request: id.clone(), first: *first, again: event.number });
    }
}

/// What an event says of the records before it is what the events before it left.
fn images_before(state: &Replay, event: &Event, findings: &mut Findings) {
    let edits = &event.draft.edits;
    let mut compare = |same: bool, record: &dyn Fn() -> String| {
        if !same {
            findings.add(Violation::WrongBefore { event: event.number, record: record() });
        }
    };
    for edit in &edits.providers {
        let Some(id) = edited(edit).map(|provider| &provider.id) else { continue };
        compare(state.providers.get(id) == edit.before.as_ref(), &|| format!("provider {id}"));
    }
    for edit in &edits.services {
        let Some(id) = edited(edit).map(|service| &service.id) else { continue };
        compare(state.services.get(id) == edit.before.as_ref(), &|| format!("service {id}"));
    }
    for edit in &edits.appointments {
        let Some(id) = edited(edit).map(Appointment::id) else { continue };
        compare(state.appointments.get(id) == edit.before.as_ref(), &|| format!("appointment {id}"));
    }
    for edit in &edits.providers {
        if let (Some(before), Some(after)) = (&edit.before, &edit.after)
            && after.revision <= before.revision
        {
            findings.add(Violation::RevisionNotRaised { event: event.number, provider: after.id.clone() });
        }
    }
}

/// A change of hours cancels what is pending and no longer fits, and says why.
fn only_what_no_longer_fits_is_cancelled(event: &Event, edit: &Edit<Provider>, findings: &mut Findings) {
    let Some(provider) = &edit.after else { return };
    for edit in &event.draft.edits.appointments {
        let (Some(before), Some(after)) = (&edit.before, &edit.after) else { continue };
        let Status::Cancelled(cancellation) = &after.status else { continue };
        if before.provider != provider.id || !before.is_live() {
            continue;
        }
        let why = if !before.status.is_pending() {
            "it had begun"
        } else if provider.hours_on(before.day).contains(before.slot) {
            "it fits them"
        } else if !matches!(cancellation.cause, Cause::HoursChanged | Cause::ProviderRetired) {
            "another reason is given"
        } else {
            continue;
        };
        let (appointment, provider) = (before.id().clone(), provider.id.clone());
        findings.add(Violation::CancelledNeedlessly { event: event.number, appointment, provider, why });
    }
}

/// Where a provider's hours changed, nothing regular that is still to come lies outside them.
fn nobody_is_left_outside_the_hours(state: &Replay, event: &Event, edit: &Edit<Provider>, findings: &mut Findings) {
    let (Some(before), Some(after)) = (&edit.before, &edit.after) else { return };
    if before.hours == after.hours && before.retired_from == after.retired_from {
        return;
    }
    for appointment in state.live_of(&after.id).filter(|one| is_exclusive(one) && one.status.is_pending()) {
        let hours = after.hours_on(appointment.day);
        if hours != before.hours_on(appointment.day) && !hours.contains(appointment.slot) {
            findings.add(outside_hours(event, appointment));
        }
    }
}

/// No two live appointments of a provider overlap, unless somebody chose so.
fn no_double_booking(state: &Replay, event: &Event, edit: &Edit<Appointment>, findings: &mut Findings) {
    let Some(new) = edit.after.as_ref().filter(|after| is_exclusive(after)) else { return };
    if !is_placed(edit) && edit.before.as_ref().is_some_and(|before| is_exclusive(before)) {
        return;
    }
    let is_in_event = |id: &RequestId| {
        event.draft.edits.appointments.iter().filter_map(edited).any(|appointment| appointment.id() == id)
    };
    let live = state.live_on(&new.provider, new.day).iter();
    for live in live.filter(|live| live.overbooking == Overbooking::None && live.slot.overlaps(new.slot)) {
        let other = &live.appointment;
        // Of two that the same event placed, one tells of both.
        if other.id() == new.id() || is_in_event(other.id()) && other.id() < new.id() {
            continue;
        }
        let Some(overlap) = live.slot.intersection(new.slot) else { continue };
        findings.add(Violation::DoubleBooking {
            event: event.number,
            provider: new.provider.clone(),
            day: new.day,
            one: new.id().clone(),
            other: other.id().clone(),
            overlap,
        });
    }
}

/// What is placed lies on minutes that its day has; an undo may bring back what has begun or is over.
fn on_minutes_that_exist(event: &Event, edit: &Edit<Appointment>, skipped: Skipped<'_>, findings: &mut Findings) {
    let Some(after) = edit.after.as_ref().filter(|_| is_placed(edit)) else { return };
    let binding = after.status.is_pending() || !matches!(event.draft.action, Action::Undone(_));
    if let Some(skipped) = skipped(after.day).iter().find(|skipped| binding && skipped.overlaps(after.slot)) {
        let (event, appointment) = (event.number, after.id().clone());
        findings.add(Violation::SkippedMinutes { event, appointment, day: after.day, slot: after.slot, skipped });
    }
}

/// What is placed lies inside the hours; an undo may bring back what has begun or is over.
fn inside_the_hours(event: &Event, edit: &Edit<Appointment>, provider: &Provider, findings: &mut Findings) {
    let Some(after) = edit.after.as_ref().filter(|_| is_placed(edit)) else { return };
    let binding = after.status.is_pending() || !matches!(event.draft.action, Action::Undone(_));
    if binding && !provider.hours_on(after.day).contains(after.slot) {
        findings.add(outside_hours(event, after));
    }
}

/// What comes new to a day finds a place within the daily limit.
///
/// An undo brings back what had its place, whatever the limit is by now: a lowered limit cancels nothing.
fn within_the_limit(
    state: &Replay,
    event: &Event,
    edit: &Edit<Appointment>,
    provider: &Provider,
    findings: &mut Findings,
) {
    let Some(after) = &edit.after else { return };
    let was_there = edit
        .before
        .as_ref()
        .is_some_and(|before| before.is_live() && (&before.provider, before.day) == (&after.provider, after.day));
    if was_there || matches!(event.draft.action, Action::Undone(_)) {
        return;
    }
    let booked = state.live_on(&after.provider, after.day).len();
    let limit = provider.max_daily_appointments;
    if booked > usize::try_from(limit).unwrap_or(usize::MAX) {
        let (event, provider, day) = (event.number, after.provider.clone(), after.day);
        findings.add(Violation::OverLimit { event, provider, day, booked, limit });
    }
}

/// A request is placed where, when and with whom it asks to be.
fn as_asked(event: &Event, after: &Arc<Appointment>, findings: &mut Findings) {
    if !matches!(event.draft.action, Action::Booked(_)) {
        return;
    }
    let asked = &after.request;
    if let Some(preferred) = asked.preferred_provider.as_ref().filter(|preferred| **preferred != after.provider) {
        findings.add(Violation::NotPreferred {
            event: event.number,
            request: asked.id.clone(),
            preferred: preferred.clone(),
            provider: after.provider.clone(),
        });
    }
    let fits = asked.range.contains(after.slot) && after.slot.len() == asked.duration.get() && asked.day == after.day;
    if !fits {
        let (event, request) = (event.number, asked.id.clone());
        findings.add(Violation::NotAsAsked { event, request, day: after.day, slot: after.slot });
    }
}

fn outside_hours(event: &Event, appointment: &Appointment) -> Violation {
    Violation::OutsideHours {
        event: event.number,
        appointment: appointment.id().clone(),
        provider: appointment.provider.clone(),
        day: appointment.day,
        slot: appointment.slot,
    }
}

/// Whether the edit gives a live appointment minutes that it did not have.
fn is_placed(edit: &Edit<Appointment>) -> bool {
    let place = |one: &Appointment| (one.provider.clone(), one.day, one.slot);
    match (&edit.before, &edit.after) {
        (_, None) => false,
        (Some(before), Some(after)) if before.is_live() => place(before) != place(after),
        (_, Some(after)) => after.is_live(),
    }
}
