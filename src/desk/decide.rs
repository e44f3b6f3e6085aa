//! What each command means: the scheduler decides, the journal gets the decision.
//!
//! Everything here either puts exactly one decision into the journal's inbox, changes nothing, or
//! gives an error. Days are loaded before any lock is taken; while locks are held nothing waits.

mod appointment;
mod roster;
mod undo;

use std::sync::Arc;

use smallvec::smallvec;

use super::core::Core;
use super::workers::Settling;
use super::{Command, DeskError, Past};
use crate::domain::{
    Action, Appointment, Dated, Edit, Edits, Invalid, Minute, Overbooking, Provider, ProviderId, Request, Status,
    TimeRange,
};
use crate::scheduler::apply_edits;

pub(super) use appointment::{current, wanted};
pub(super) use roster::with_hours;

/// How often a change is looked at again because its appointment or provider changed meanwhile.
const LOOKS_MAX: usize = 16;

impl Core {
    /// The first minute that a request may be given.
    pub(super) fn earliest_for(&self, request: &Request, past: Past) -> Minute {
        // A request without a date is the original program's: it means today, whatever the clock says.
        let past = if request.dated == Dated::Implied { Past::Allow } else { past };
        self.earliest(request.day, past)
    }
}

/// Checks what a request refers to; whether the provider exists is the scheduler's to say.
pub(super) fn validate(core: &Core, request: &Request) -> Result<(), DeskError> {
    match &request.service {
        Some(service) if core.roster().catalogue.get(service).is_none() => {
            Err(DeskError::UnknownService(service.clone()))
        }
        _ => Ok(()),
    }
}

/// Places a request by the rules, or refuses it; both are decisions.
pub(super) async fn book(
    core: &Core,
    request: &Arc<Request>,
    past: Past,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    validate(core, request)?;
    let day = core.day(request.day).await?;
    let placed = day.book(request, core.earliest_for(request, past), |appointment, touched| {
        let edits = Edits { appointments: smallvec![Edit::added(Arc::clone(appointment))], ..Edits::default() };
        settling.put(Action::Booked(request.id.clone()), edits, &[touched]);
    });
    if let Err(refusal) = placed {
        let action = Action::Refused { request: Arc::clone(request), refusal };
        settling.put(action, Edits::default(), &[]);
    }
    Ok(())
}

/// Puts a request over the rules: on purpose, marked, and with a provider that exists.
pub(super) async fn overbook(
    core: &Core,
    request: &Arc<Request>,
    provider: &ProviderId,
    start: Minute,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    validate(core, request)?;
    let slot = TimeRange::starting(start, request.duration).ok_or_else(|| {
        Invalid::new("start", start, format!("a start at least {} before midnight", request.duration))
    })?;
    if let Some(skipped) = core.calendar.skipped(request.day).iter().find(|skipped| skipped.overlaps(slot)) {
        let expected = format!("a time that {} has: the clocks go forward over {skipped}", request.day);
        return Err(Invalid::new("start", start, expected).into());
    }
    if !core.roster().providers.contains_key(provider) {
        return Err(DeskError::UnknownProvider(provider.clone()));
    }
    let day = core.day(request.day).await?;
    let appointment = Appointment {
        request: Arc::clone(request),
        provider: provider.clone(),
        day: request.day,
        slot,
        status: Status::Booked,
        overbooking: Overbooking::Deliberate,
    };
    let edits = Edits { appointments: smallvec![Edit::added(Arc::new(appointment))], ..Edits::default() };
    let applied = apply_edits(&[day], &edits, |touched| {
        settling.put(Action::Overbooked(request.id.clone()), edits.clone(), touched);
    });
    if applied.is_err() {
        // The day has an appointment of this request: the store knows the answer that was given then. Without a
        // guard it takes nothing, so that it is decided again if it was something else.
        settling.put(Action::Overbooked(request.id.clone()), edits, &[]);
    }
    Ok(())
}

/// Every command that is not a booking.
pub(super) async fn other(core: &Core, command: &Command, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    match command {
        Command::AddProvider(provider) => roster::add_provider(core, provider, settling).await,
        Command::EditProvider { provider, name, services } => {
            let edited = |record: &mut Provider| {
                record.name = name.clone();
                record.services.clone_from(services);
            };
            roster::edit_provider(core, provider, edited, settling).await
        }
        Command::ChangeHours { provider, change } => roster::change_hours(core, provider, change, settling).await,
        Command::ChangeLimit { provider, max_daily_appointments } => {
            roster::change_limit(core, provider, *max_daily_appointments, settling).await
        }
        Command::RetireProvider { provider, from } => roster::retire(core, provider, *from, settling).await,
        Command::AddService(service) => roster::add_service(core, service, settling),
        Command::EditService(service) => roster::edit_service(core, service, settling),
        Command::Move { appointment, to, past } => appointment::relocate(core, appointment, to, *past, settling).await,
        Command::SetStatus { appointment, status } => {
            appointment::set_status(core, appointment, status, settling).await
        }
        Command::Cancel { appointment, cancellation } => {
            appointment::cancel(core, appointment, cancellation, settling).await
        }
        Command::Undo => undo::undo(core, settling).await,
        // Both carry an idempotency key and take the way above.
        Command::Book { request, past } => book(core, &Arc::new(request.clone()), *past, settling).await,
        Command::Overbook { request, provider, start } => {
            overbook(core, &Arc::new(request.clone()), provider, *start, settling).await
        }
    }
}
