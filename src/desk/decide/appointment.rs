//! Changes of one appointment: moved, called off, another status.

use std::sync::Arc;

use smallvec::smallvec;

use super::LOOKS_MAX;
use crate::desk::core::Core;
use crate::desk::workers::Settling;
use crate::desk::{DeskError, Destination, Past};
use crate::domain::{Action, Appointment, Cancellation, Edit, Edits, Invalid, RequestId, Status};
use crate::scheduler::{Day, Move, NotMoved, Obstacle, apply_edits};

/// A live appointment as decided, with its day.
///
/// The store tells where it is; memory may know of a change that is still on its way to the store, so
/// an appointment that is no longer where the store has it is looked up again when the store has answered,
/// for better or worse, to everything that was decided by now.
pub(in crate::desk) async fn current(core: &Core, id: &RequestId) -> Result<(Arc<Day>, Arc<Appointment>), DeskError> {
    for _ in 0..LOOKS_MAX {
        let wanted = id.clone();
        let stored = core.readers.read_to_decide(move |reader| reader.appointment(&wanted)).await?;
        let stored = stored.ok_or_else(|| DeskError::UnknownAppointment(id.clone()))?;
        if !stored.is_live() {
            return Err(DeskError::IsCancelled(id.clone()));
        }
        let day = core.day(stored.day).await?;
        if let Some(decided) = day.find(id) {
            return Ok((day, decided));
        }
        let mark = core.inbox.mark();
        if mark.is_settled() {
            // Nothing is on its way, so what memory has is not what the store has.
            core.days.evict(stored.day);
        }
        mark.settled().await;
    }
    Err(DeskError::Overtaken)
}

/// The scheduler's form of a destination.
pub(in crate::desk) fn wanted<'a>(
    core: &Core,
    appointment: &'a Arc<Appointment>,
    to: &'a Destination,
    past: Past,
) -> Move<'a> {
    Move {
        appointment,
        provider: to.provider.as_ref(),
        range: to.range,
        duration: to.duration,
        earliest: core.earliest(to.day, past),
    }
}

/// Gives an appointment another slot, day, provider or length.
pub(super) async fn relocate(
    core: &Core,
    id: &RequestId,
    to: &Destination,
    past: Past,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    if to.duration.get() > to.range.len() {
        let expected = format!("at most the {} minutes of {}", to.range.len(), to.range);
        return Err(Invalid::new("duration", to.duration.get(), expected).into());
    }
    for _ in 0..LOOKS_MAX {
        let (from, appointment) = current(core, id).await?;
        let day = core.day(to.day).await?;
        let moved = from.relocate(&day, &wanted(core, &appointment, to, past), |edit, touched| {
            let edits = Edits { appointments: smallvec![edit.clone()], ..Edits::default() };
            settling.put(Action::Moved(id.clone()), edits, touched);
        });
        match moved {
            Ok(_) => return Ok(()),
            Err(NotMoved::Refused(refusal)) => return Err(DeskError::NoRoom(refusal)),
            Err(NotMoved::Changed(_)) => {}
        }
    }
    Err(DeskError::Overtaken)
}

/// Sets a status by hand.
pub(super) async fn set_status(
    core: &Core,
    id: &RequestId,
    status: &Status,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    if !status.is_live() {
        return Err(
            Invalid::new("status", status, "a status of a live appointment; cancelling is another command").into()
        );
    }
    with_status(core, id, status, &Action::StatusSet(id.clone(), status.clone()), settling).await
}

/// Calls an appointment off; one that is called off already is no change.
pub(super) async fn cancel(
    core: &Core,
    id: &RequestId,
    cancellation: &Cancellation,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    let status = Status::Cancelled(cancellation.clone());
    match with_status(core, id, &status, &Action::Cancelled(id.clone()), settling).await {
        Err(DeskError::IsCancelled(_)) => Ok(()),
        other => other,
    }
}

async fn with_status(
    core: &Core,
    id: &RequestId,
    status: &Status,
    action: &Action,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    for _ in 0..LOOKS_MAX {
        let (day, before) = current(core, id).await?;
        if before.status == *status {
            return Ok(());
        }
        let after = Arc::new(before.with_status(status.clone()));
        let edits = Edits { appointments: smallvec![Edit::changed(before, after)], ..Edits::default() };
        let applied = apply_edits(&[day], &edits, |touched| settling.put(action.clone(), edits.clone(), touched));
        match applied {
            Ok(()) => return Ok(()),
            Err(Obstacle::OutsideHours { .. }) => {
                let expected =
                    "arrived, in progress, done or no-show: the appointment is outside the provider's hours now";
                return Err(Invalid::new("status", status, expected).into());
            }
            Err(_) => {}
        }
    }
    Err(DeskError::Overtaken)
}
