//! Changes that name their outcome: a status, a cancellation, an overbooking, and everything undone.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::day::Day;
use super::locked::Locked;
use super::provider_day::ProviderDay;
use super::seat::Touched;
use crate::domain::{Appointment, Edit, Edits, Overbooking, Provider, ProviderId, RequestId, TimeRange};

/// What keeps edits from being applied; a sentence for whoever asked for them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The appointment is not as it was any more.
    #[error("appointment {0} has changed since")]
    AppointmentChanged(RequestId),
    /// The provider's record is not as it was any more.
    #[error("provider {0} has changed since")]
    ProviderChanged(ProviderId),
    /// The provider is not on that day's list.
    #[error("there is no provider {0} on {1}")]
    NoProvider(ProviderId, NaiveDate),
    /// Another appointment has taken the minutes.
    #[error("{slot} at {provider} on {day} is taken by appointment {by}")]
    Taken {
        /// Whose minutes.
        provider: ProviderId,
        /// On which day.
        day: NaiveDate,
        /// Which minutes.
        slot: TimeRange,
        /// The appointment that has them.
        by: RequestId,
    },
    /// The appointment would lie outside the hours.
    #[error("appointment {appointment} at {slot} on {day} would be outside the hours of {provider}")]
    OutsideHours {
        /// Which one.
        appointment: RequestId,
        /// Whose hours.
        provider: ProviderId,
        /// On which day.
        day: NaiveDate,
        /// Its minutes.
        slot: TimeRange,
    },
    /// The day is full.
    #[error("{provider} has reached the daily limit of {limit} on {day}")]
    DailyLimit {
        /// Whose day.
        provider: ProviderId,
        /// Which day.
        day: NaiveDate,
        /// The limit.
        limit: u32,
    },
    /// The provider still has appointments.
    #[error("{0} still has appointments on {1}")]
    StillBooked(ProviderId, NaiveDate),
}

/// The provider-days as they would be.
type Drafts = BTreeMap<(NaiveDate, ProviderId), ProviderDay>;

/// Applies edits to provider-days, all or nothing.
///
/// Every record must be as its edit says it was. An appointment that gets minutes it did not have is
/// checked against the rules (no overlap, inside the hours unless it has begun, within the limit) unless
/// it was overbooked on purpose; a provider's record that is put back must not leave a pending appointment
/// outside the hours that was inside. A provider that is taken out must have nothing on the given days and
/// cannot be booked any more afterwards. `settle` is called exactly once, with everything that was touched,
/// while all of it is held. `days` has every day that the edits touch, once.
pub fn apply_edits<S>(days: &[Arc<Day>], edits: &Edits, settle: S) -> Result<(), Obstacle>
where
    S: FnOnce(&[Touched]),
{
    let by_date: BTreeMap<NaiveDate, &Day> = days.iter().map(|day| (day.date(), &**day)).collect();
    let places = places(&by_date, edits);
    let mut locked = Locked::new(places.iter().filter_map(|(date, provider)| Some((*by_date.get(date)?, provider))));
    let mut drafts = Drafts::new();
    for (date, provider) in &places {
        let missing = || Obstacle::NoProvider(provider.clone(), *date);
        let current = locked.get(*date, provider).ok_or_else(missing)?;
        drafts.insert((*date, provider.clone()), current.clone());
    }
    for edit in &edits.providers {
        replace_provider(&mut drafts, edit)?;
    }
    for edit in &edits.appointments {
        take_out(&mut drafts, edit)?;
    }
    for after in edits.appointments.iter().filter_map(|edit| edit.after.as_ref()) {
        put_in(&mut drafts, after)?;
    }
    check(&drafts, &locked, edits)?;
    for ((date, provider), draft) in drafts {
        if let Some(current) = locked.get_mut(date, &provider) {
            current.adopt(draft);
        }
    }
    settle(&locked.touched());
    Ok(())
}

/// The provider-days that the edits touch.
fn places(by_date: &BTreeMap<NaiveDate, &Day>, edits: &Edits) -> Vec<(NaiveDate, ProviderId)> {
    let images = edits.appointments.iter().flat_map(|edit| edit.before.iter().chain(&edit.after));
    let of_appointments = images.map(|appointment| (appointment.day, appointment.provider.clone()));
    // A provider that is new has no day to lock yet.
    let known = edits.providers.iter().filter_map(|edit| edit.before.as_ref());
    let of_providers = known.flat_map(|before| by_date.keys().map(|date| (*date, before.id.clone())));
    let mut all: Vec<_> = of_appointments.chain(of_providers).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn replace_provider(drafts: &mut Drafts, edit: &Edit<Provider>) -> Result<(), Obstacle> {
    let Some(before) = &edit.before else {
        return Ok(());
    };
    for ((date, _), draft) in drafts.iter_mut().filter(|((_, provider), _)| *provider == before.id) {
        if draft.provider() != before {
            return Err(Obstacle::ProviderChanged(before.id.clone()));
        }
        let retired = || Arc::new(Provider { retired_from: Some(*date), ..(**before).clone() });
        draft.replace_provider(edit.after.clone().unwrap_or_else(retired));
    }
    Ok(())
}

fn take_out(drafts: &mut Drafts, edit: &Edit<Appointment>) -> Result<(), Obstacle> {
    let Some(before) = edit.before.as_ref().filter(|before| before.is_live()) else {
        return Ok(());
    };
    let draft = drafts.get_mut(&(before.day, before.provider.clone()));
    match draft.and_then(|draft| draft.remove(before.id())) {
        Some(current) if current == *before => Ok(()),
        _ => Err(Obstacle::AppointmentChanged(before.id().clone())),
    }
}

fn put_in(drafts: &mut Drafts, after: &Arc<Appointment>) -> Result<(), Obstacle> {
    if let Some(draft) = drafts.get_mut(&(after.day, after.provider.clone())) {
        if draft.get(after.id()).is_some() {
            return Err(Obstacle::AppointmentChanged(after.id().clone()));
        }
        draft.insert(Arc::clone(after));
    }
    Ok(())
}

fn check(drafts: &Drafts, locked: &Locked<'_>, edits: &Edits) -> Result<(), Obstacle> {
    for Edit { before, after } in &edits.appointments {
        let Some(after) = after.as_ref().filter(|after| after.is_live()) else {
            continue;
        };
        if after.overbooking == Overbooking::Deliberate {
            continue;
        }
        let draft = &drafts[&(after.day, after.provider.clone())];
        match before.as_ref().filter(|before| before.is_live() && place(before) == place(after)) {
            None => check_placed(draft, after)?,
            // What has begun may lie outside changed hours; what is still to come may not.
            Some(before) if !before.status.is_pending() => check_inside(draft, after)?,
            Some(_) => {}
        }
    }
    for ((date, provider), draft) in drafts {
        let Some(current) = locked.get(*date, provider) else { continue };
        check_hours(draft, current)?;
        if edits.providers.iter().any(|edit| edit.after.is_none() && edit.before.as_ref() == Some(current.provider()))
            && !draft.live().is_empty()
        {
            return Err(Obstacle::StillBooked(provider.clone(), *date));
        }
        let limit = draft.limit();
        let overbooked = |day: &ProviderDay| {
            day.live().iter().filter(|appointment| appointment.overbooking == Overbooking::Deliberate).count()
        };
        // Overbooked ones may exceed the limit; regular ones may not be added to a day that is full.
        let grown = draft.live().len() - overbooked(draft) > current.live().len() - overbooked(current);
        if grown && draft.booked() > limit {
            return Err(Obstacle::DailyLimit { provider: provider.clone(), day: *date, limit });
        }
    }
    Ok(())
}

fn place(appointment: &Appointment) -> (NaiveDate, &ProviderId, TimeRange, Overbooking) {
    (appointment.day, &appointment.provider, appointment.slot, appointment.overbooking)
}

fn check_placed(draft: &ProviderDay, after: &Appointment) -> Result<(), Obstacle> {
    let shares = |other: &&Arc<Appointment>| other.id() != after.id() && other.slot.overlaps(after.slot);
    if let Some(other) = draft.live().iter().find(shares) {
        let (provider, day, slot) = (after.provider.clone(), after.day, after.slot);
        return Err(Obstacle::Taken { provider, day, slot, by: other.id().clone() });
    }
    check_inside(draft, after)
}

fn check_inside(draft: &ProviderDay, after: &Appointment) -> Result<(), Obstacle> {
    let is_outside = after.status.is_pending() && !draft.hours().contains(after.slot);
    if is_outside { Err(outside(after)) } else { Ok(()) }
}

/// Nothing pending may fall out of the hours because a record was put back.
fn check_hours(draft: &ProviderDay, current: &ProviderDay) -> Result<(), Obstacle> {
    let falls_out = |appointment: &&Arc<Appointment>| {
        appointment.status.is_pending()
            && appointment.overbooking == Overbooking::None
            && current.hours().contains(appointment.slot)
            && !draft.hours().contains(appointment.slot)
    };
    draft.live().iter().find(falls_out).map_or(Ok(()), |appointment| Err(outside(appointment)))
}

fn outside(appointment: &Appointment) -> Obstacle {
    Obstacle::OutsideHours {
        appointment: appointment.id().clone(),
        provider: appointment.provider.clone(),
        day: appointment.day,
        slot: appointment.slot,
    }
}
