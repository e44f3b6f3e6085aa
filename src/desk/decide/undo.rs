//! Taking back the newest change of this desk.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::desk::DeskError;
use crate::desk::core::Core;
use crate::desk::workers::Settling;
use crate::domain::{
    Action, Appointment, Cancellation, Cause, Edit, Edits, Event, Provider, ProviderId, Service, Status,
};
use crate::scheduler::{Day, apply_edits};

/// Takes back the newest change of this desk, if what it changed is still as it left it and nobody has
/// been given the place since. A change that cannot be taken back any more is given up, so that the
/// ones before it can be.
pub(super) async fn undo(core: &Core, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    let event = core.undo.lock().begin().ok_or(DeskError::NothingToUndo)?;
    let begun = Begun { core, number: event.number };
    let undone = take_back(core, &event, settling).await;
    match undone {
        // The journal has it: it is put back if the store does not take it.
        Ok(()) => begun.keep(),
        Err(DeskError::UndoConflict(_)) => {
            // What is in the way may not be stored yet, and never be.
            core.inbox.mark().settled().await;
            if core.setbacks() != settling.setbacks() {
                return Err(DeskError::Overtaken);
            }
            core.undo.lock().give_up(event.number);
        }
        Err(_) => {}
    }
    undone
}

/// A change that is being taken back; when this is dropped it is the newest again, if it is still there.
struct Begun<'c> {
    core: &'c Core,
    number: u64,
}

impl Begun<'_> {
    /// Leaves it begun.
    fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.core.undo.lock().put_back(self.number);
    }
}

async fn take_back(core: &Core, event: &Event, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    let mut days = Vec::new();
    for edit in reversal(core, event)?.providers {
        if let (Some(before), Some(after)) = (&edit.before, &edit.after) {
            days.extend(core.days_of_other_hours(before, after).await?);
        }
    }
    for date in event.draft.days() {
        days.push(core.day(date).await?);
    }
    let _one_at_a_time = core.roster_changes.lock();
    let edits = reversal(core, event)?;
    if !edits.providers.is_empty() {
        // A provider's record is in force on every day at once.
        days = core.days.with(days);
    }
    days.sort_unstable_by_key(|day: &Arc<Day>| day.date());
    days.dedup_by_key(|day| day.date());
    let applied = apply_edits(&days, &edits, |touched| {
        settling.put(Action::Undone(event.number), edits.clone(), touched);
        core.put_in_force(&edits);
    });
    applied.map_err(|obstacle| DeskError::UndoConflict(obstacle.to_string()))?;
    if !edits.services.is_empty() {
        core.rejudge();
    }
    Ok(())
}

/// The edits that take an event back. Nothing is ever deleted but a service: a booking is cancelled, and
/// a provider who was added leaves again, so that the log keeps what it speaks of.
fn reversal(core: &Core, event: &Event) -> Result<Edits, DeskError> {
    let edits = &event.draft.edits;
    let today = core.calendar.today();
    Ok(Edits {
        providers: edits.providers.iter().map(|edit| provider(core, edit, today)).collect::<Result<_, _>>()?,
        services: edits.services.iter().map(|edit| service(core, edit)).collect::<Result<_, _>>()?,
        appointments: edits.appointments.iter().map(appointment).collect(),
    })
}

fn provider(core: &Core, edit: &Edit<Provider>, today: NaiveDate) -> Result<Edit<Provider>, DeskError> {
    let changed = |id: &ProviderId| DeskError::UndoConflict(format!("provider {id} has changed since"));
    let Some(after) = &edit.after else { return Ok(edit.reversed()) };
    let current = core.roster().providers.get(&after.id).cloned().ok_or_else(|| changed(&after.id))?;
    // Revisions apart: a change that was taken back has left the record as it was, with a higher one.
    if !current.same_content(after) {
        return Err(changed(&after.id));
    }
    let revision = current.revision + 1;
    let restored = match &edit.before {
        Some(before) => Provider { revision, ..(**before).clone() },
        None => Provider { revision, retired_from: Some(today), ..(*current).clone() },
    };
    Ok(Edit::changed(current, Arc::new(restored)))
}

fn service(core: &Core, edit: &Edit<Service>) -> Result<Edit<Service>, DeskError> {
    match &edit.after {
        Some(after) if core.roster().catalogue.get(&after.id) != Some(after) => {
            Err(DeskError::UndoConflict(format!("service {} has changed since", after.id)))
        }
        _ => Ok(edit.reversed()),
    }
}

fn appointment(edit: &Edit<Appointment>) -> Edit<Appointment> {
    match (&edit.before, &edit.after) {
        (None, Some(booked)) => {
            let cancellation = Cancellation { cause: Cause::Undone, note: None };
            let cancelled = booked.with_status(Status::Cancelled(cancellation));
            Edit::changed(Arc::clone(booked), Arc::new(cancelled))
        }
        _ => edit.reversed(),
    }
}
