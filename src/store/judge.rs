//! Whether a commit may be stored: the rules that every store applies in the same way.
//!
//! A commit that breaks one of them is [`super::Verdict::Stale`]. A malformed one is too: deciding again is
//! all that its sender could do, and nothing of it may reach the book. That two exclusive appointments
//! never overlap is left to the store itself, which has the better tool for it.

use std::collections::HashSet;
use std::hash::Hash;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;

use super::Commit;
use crate::domain::{
    Action, Appointment, Draft, Edit, Edits, Overbooking, Provider, ProviderId, Request, RequestId, Service, ServiceId,
    TimeRange,
};

/// What a store has at the moment, as far as a commit is judged by it.
pub(super) trait Current {
    /// Why the store could not be asked.
    type Error;

    /// The revision of a provider's record; none if there is no such provider.
    fn provider_revision(&mut self, id: &ProviderId) -> Result<Option<u64>, Self::Error>;

    /// The revision of a provider's day, 0 if it was never changed.
    fn day_revision(&mut self, id: &ProviderId, day: NaiveDate) -> Result<u64, Self::Error>;

    /// A provider.
    fn provider(&mut self, id: &ProviderId) -> Result<Option<Arc<Provider>>, Self::Error>;

    /// A service.
    fn service(&mut self, id: &ServiceId) -> Result<Option<Arc<Service>>, Self::Error>;

    /// An appointment.
    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, Self::Error>;

    /// The request that an appointment was once given for; none for a refused or unknown one.
    fn accepted(&mut self, id: &RequestId) -> Result<Option<Arc<Request>>, Self::Error>;

    /// Where the pending appointments of a provider on these days are that have minutes of their own.
    fn pending(&mut self, id: &ProviderId, days: &RangeInclusive<NaiveDate>) -> Result<Vec<Place>, Self::Error>;

    /// Whether any appointment, cancelled ones included, is with this provider.
    fn has_appointments(&mut self, id: &ProviderId) -> Result<bool, Self::Error>;
}

/// Where an appointment is on its provider's days.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: RequestId,
    pub(super) day: NaiveDate,
    pub(super) slot: TimeRange,
}

/// Whether a commit is well-formed and was decided on what the store has; that its request was not
/// answered before is for the caller to know.
pub(super) fn accepts<C: Current>(commit: &Commit, current: &mut C) -> Result<bool, C::Error> {
    let edits = &commit.draft.edits;
    if !is_well_formed(commit) {
        return Ok(false);
    }
    for guard in &commit.guards {
        let fresh = current.provider_revision(&guard.provider)? == Some(guard.provider_revision)
            && current.day_revision(&guard.provider, guard.day)? == guard.revision;
        if !fresh {
            return Ok(false);
        }
    }
    for edit in &edits.providers {
        if !accepts_provider(edit, current)? || leaves_outside(edit, edits, current)? {
            return Ok(false);
        }
    }
    for edit in &edits.services {
        let Some(id) = edited(edit).map(|service| &service.id) else { continue };
        if current.service(id)? != edit.before {
            return Ok(false);
        }
    }
    for edit in &edits.appointments {
        if !accepts_appointment(edit, &commit.draft, current)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A provider's record grows in revision, and leaves only with nobody booked: its days go with it.
fn accepts_provider<C: Current>(edit: &Edit<Provider>, current: &mut C) -> Result<bool, C::Error> {
    let Some(id) = edited(edit).map(|provider| &provider.id) else { return Ok(true) };
    if current.provider(id)? != edit.before {
        return Ok(false);
    }
    match &edit.after {
        Some(after) => {
            let base = edit.before.as_ref().map_or(0, |before| before.revision);
            // Databases count with a sign.
            Ok(after.revision > base && i64::try_from(after.revision).is_ok())
        }
        None => Ok(!current.has_appointments(id)?),
    }
}

/// Whether other hours would leave an appointment outside them that is still to come.
///
/// Whoever decided the change has cancelled those; one that is left was booked on a day that they did not know
/// of, so no revision tells.
fn leaves_outside<C: Current>(edit: &Edit<Provider>, edits: &Edits, current: &mut C) -> Result<bool, C::Error> {
    let (Some(before), Some(after)) = (&edit.before, &edit.after) else { return Ok(false) };
    let Some(span) = before.span_of_other_hours(after) else { return Ok(false) };
    let outside = |day: NaiveDate, slot: TimeRange| {
        let hours = after.hours_on(day);
        hours != before.hours_on(day) && !hours.contains(slot)
    };
    let edited: HashSet<&RequestId> = edits.appointments.iter().filter_map(edited).map(Appointment::id).collect();
    let remaining = current.pending(&before.id, &span)?;
    let mut stay = remaining.iter().filter(|place| !edited.contains(&place.id));
    let mut placed = edits
        .appointments
        .iter()
        .filter_map(|edit| edit.after.as_ref())
        .filter(|one| one.provider == after.id && one.status.is_pending() && is_exclusive(one));
    Ok(stay.any(|place| outside(place.day, place.slot)) || placed.any(|one| outside(one.day, one.slot)))
}

fn accepts_appointment<C: Current>(edit: &Edit<Appointment>, draft: &Draft, current: &mut C) -> Result<bool, C::Error> {
    match (&edit.before, &edit.after) {
        (Some(before), _) => Ok(current.appointment(before.id())?.as_ref() == Some(before)),
        // An unanswered request has no appointment yet.
        (None, Some(after)) if is_answer(after, draft) => Ok(true),
        (None, Some(after)) => Ok(current.appointment(after.id())?.is_none()
            && current.accepted(after.id())?.is_some_and(|request| request == after.request)),
        (None, None) => Ok(true),
    }
}

fn is_answer(after: &Appointment, draft: &Draft) -> bool {
    draft.answered().is_some_and(|request| request.id == *after.id())
}

fn is_well_formed(commit: &Commit) -> bool {
    let draft = &commit.draft;
    let edits = &draft.edits;
    let booked = match &draft.action {
        Action::Booked(id) | Action::Overbooked(id) => edits
            .appointments
            .first()
            .is_some_and(|edit| edit.before.is_none() && edit.after.as_ref().is_some_and(|after| after.id() == id)),
        _ => true,
    };
    booked
        && are_distinct(commit.guards.iter().map(|guard| (&guard.provider, guard.day)))
        && are_distinct(edits.providers.iter().filter_map(edited).map(|provider| &provider.id))
        && are_distinct(edits.services.iter().filter_map(edited).map(|service| &service.id))
        && are_distinct(edits.appointments.iter().filter_map(edited).map(Appointment::id))
        && edits.providers.iter().all(|edit| keeps(edit, |provider| &provider.id))
        && edits.services.iter().all(|edit| keeps(edit, |service| &service.id))
        && edits.appointments.iter().all(|edit| keeps(edit, |appointment| &appointment.request))
        && !books_who_leaves(commit)
        && is_guarded(commit)
}

/// Whether an appointment would be with a provider whose record goes in the same change.
fn books_who_leaves(commit: &Commit) -> bool {
    let edits = &commit.draft.edits;
    let mut leaving = edits.providers.iter().filter(|edit| edit.after.is_none()).filter_map(edited);
    let afters = || edits.appointments.iter().filter_map(|edit| edit.after.as_ref());
    leaving.any(|provider| afters().any(|after| after.provider == provider.id))
}

/// Whether every provider-day that the edits touch is guarded: others decide on its revision.
fn is_guarded(commit: &Commit) -> bool {
    let images = commit.draft.edits.appointments.iter().flat_map(|edit| [&edit.before, &edit.after]);
    let mut touched = images.flatten().map(|image| (&image.provider, image.day));
    if let [only] = commit.guards.as_slice() {
        return touched.all(|day| day == (&only.provider, only.day));
    }
    let guarded: HashSet<_> = commit.guards.iter().map(|guard| (&guard.provider, guard.day)).collect();
    touched.all(|day| guarded.contains(&day))
}

fn are_distinct<T: Eq + Hash>(mut items: impl Iterator<Item = T>) -> bool {
    let Some(first) = items.next() else { return true };
    let Some(second) = items.next() else { return true };
    let mut seen = HashSet::from([first]);
    seen.insert(second) && items.all(|item| seen.insert(item))
}

fn keeps<T, K: PartialEq + ?Sized>(edit: &Edit<T>, key: impl Fn(&T) -> &K) -> bool {
    match (&edit.before, &edit.after) {
        (Some(before), Some(after)) => key(before) == key(after),
        _ => true,
    }
}

/// Either image of an edit: the identifiers are the same in both.
pub(super) fn edited<T>(edit: &Edit<T>) -> Option<&T> {
    edit.after.as_deref().or(edit.before.as_deref())
}

/// Whether the appointment's minutes are its own, so that no other one like it may overlap.
pub(super) fn is_exclusive(appointment: &Appointment) -> bool {
    appointment.is_live() && appointment.overbooking == Overbooking::None
}
