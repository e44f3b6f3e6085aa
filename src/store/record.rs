//! How events and appointments are written down by the stores that keep rows.
//!
//! What is asked of often or guarded by a constraint has its own column; the rest of an event is one JSON
//! body. Nothing is written twice: a request stands in the event that answered it and nowhere else, and
//! an appointment's later images name it by its identifier.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Commit;
use crate::domain::{
    Action, Actor, Appointment, Dated, Draft, Edit, Edits, HoursChange, Minute, Minutes, Overbooking, Provider,
    ProviderId, Refusal, Request, RequestId, Service, ServiceId, Status, Text, TimeRange,
};

/// A day as a number that people can read and stores can order: 20261123.
pub(super) fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month() * 100 + day.day())
}

/// The day behind a number, if it is one.
pub(super) fn day_of(number: i64) -> Option<NaiveDate> {
    let year = i32::try_from(number.div_euclid(10_000)).ok()?;
    let rest = u32::try_from(number.rem_euclid(10_000)).ok()?;
    NaiveDate::from_ymd_opt(year, rest / 100, rest % 100)
}

/// The range between two stored minutes, if they are one.
pub(super) fn range_of(start: i64, end: i64) -> Option<TimeRange> {
    let minute = |minutes: i64| Minute::new(u16::try_from(minutes).ok()?).ok();
    TimeRange::new(minute(start)?, minute(end)?).ok()
}

/// The columns of the request that an event answered.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) id: RequestId,
    pub(super) range: TimeRange,
    pub(super) duration: Minutes,
}

impl From<&Request> for Asked {
    fn from(request: &Request) -> Self {
        Self { id: request.id.clone(), range: request.range, duration: request.duration }
    }
}

/// What the columns of an event do not say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    actor: Actor,
    action: ActionBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<RequestBody>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    providers: Vec<Edit<Provider>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    services: Vec<Edit<Service>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    appointments: Vec<EditBody>,
    /// Guarded provider-days that no appointment in the edits tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    guarded: Vec<(ProviderId, i64)>,
}

/// The part of a [`Body`] that the request is read from, where nothing else matters.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    request: Option<RequestBody>,
}

impl Answer {
    /// The request of which the columns are `asked`.
    pub(super) fn request(self, asked: Asked) -> Result<Request, Unreadable> {
        self.request.ok_or(Unreadable("the request of an answer is missing"))?.with(asked)
    }
}

/// [`Action`] without the request, which has its own place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionBody {
    ProviderAdded(ProviderId),
    ProviderChanged(ProviderId),
    ProviderRetired(ProviderId),
    HoursChanged { provider: ProviderId, change: HoursChange },
    LimitChanged(ProviderId),
    ServiceAdded(ServiceId),
    ServiceChanged(ServiceId),
    Booked,
    Overbooked,
    Refused(Refusal),
    Moved(RequestId),
    StatusSet(RequestId, Status),
    Cancelled(RequestId),
    Undone(u64),
}

/// The part of a request that has no column.
#[derive(Debug, Serialize, Deserialize)]
struct RequestBody {
    day: i64,
    #[serde(default = "named", skip_serializing_if = "is_named")]
    dated: Dated,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferred_provider: Option<ProviderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<ServiceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Text>,
}

fn named() -> Dated {
    Dated::Named
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_named(dated: &Dated) -> bool {
    *dated == Dated::Named
}

#[derive(Debug, Serialize, Deserialize)]
struct EditBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Image>,
}

/// An appointment as one edit knew it.
#[derive(Debug, Serialize, Deserialize)]
struct Image {
    /// None for the appointment that answers the event's own request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<RequestId>,
    provider: ProviderId,
    /// None for the day of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<i64>,
    slot: (u16, u16),
    #[serde(default = "booked", skip_serializing_if = "is_booked")]
    status: Status,
    #[serde(default, skip_serializing_if = "is_regular")]
    overbooking: Overbooking,
}

fn booked() -> Status {
    Status::Booked
}

fn is_booked(status: &Status) -> bool {
    *status == Status::Booked
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_regular(overbooking: &Overbooking) -> bool {
    *overbooking == Overbooking::None
}

/// A stored value that no desk can have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

impl Body {
    /// The body of a commit's event.
    pub(super) fn of(commit: &Commit) -> Self {
        let draft = &*commit.draft;
        let answered = draft.answered();
        let own = answered.map(|request| &request.id);
        let edits = &draft.edits;
        let image = |side: &Option<Arc<Appointment>>| side.as_deref().map(|one| Image::of(one, own));
        let appointments = edits.appointments.iter();
        Self {
            actor: draft.actor.clone(),
            action: ActionBody::of(&draft.action),
            request: answered.map(RequestBody::of),
            providers: edits.providers.clone(),
            services: edits.services.clone(),
            appointments: appointments
                .map(|edit| EditBody { before: image(&edit.before), after: image(&edit.after) })
                .collect(),
            guarded: guarded_besides_edits(commit),
        }
    }

    /// The edits and the action; `request_of` knows the requests of other events.
    pub(super) fn draft<E: From<Unreadable>>(
        self,
        at: chrono::DateTime<chrono::Utc>,
        asked: Option<Asked>,
        mut request_of: impl FnMut(&RequestId) -> Result<Arc<Request>, E>,
    ) -> Result<Draft, E> {
        let answer = Answer { request: self.request };
        let own = asked.map(|asked| answer.request(asked)).transpose()?.map(Arc::new);
        let mut appointments = SmallVec::with_capacity(self.appointments.len());
        let mut appointment = |image: Option<Image>| -> Result<Option<Arc<Appointment>>, E> {
            let Some(image) = image else { return Ok(None) };
            let request = match (&image.id, &own) {
                (Some(id), _) => request_of(id)?,
                (None, Some(own)) => Arc::clone(own),
                (None, None) => return Err(Unreadable("an appointment names no request").into()),
            };
            Ok(Some(Arc::new(image.appointment(request)?)))
        };
        for edit in self.appointments {
            appointments.push(Edit { before: appointment(edit.before)?, after: appointment(edit.after)? });
        }
        let edits = Edits { providers: self.providers, services: self.services, appointments };
        Ok(Draft { at, actor: self.actor, action: self.action.action(own.as_ref())?, edits })
    }

    /// The guarded provider-days that no appointment in the edits tells of.
    pub(super) fn guarded(&self) -> Result<Vec<(ProviderId, NaiveDate)>, Unreadable> {
        let day = |number: i64| day_of(number).ok_or(Unreadable("a guarded day is not a date"));
        self.guarded.iter().map(|(provider, number)| Ok((provider.clone(), day(*number)?))).collect()
    }
}

/// Every provider-day whose revision an event raised, by provider and day.
pub(super) fn touched(draft: &Draft, guarded: Vec<(ProviderId, NaiveDate)>) -> Vec<(ProviderId, NaiveDate)> {
    let images = draft.edits.appointments.iter().flat_map(|edit| [&edit.before, &edit.after]).flatten();
    let mut all = guarded;
    all.extend(images.map(|image| (image.provider.clone(), image.day)));
    all.sort_unstable();
    all.dedup();
    all
}

fn guarded_besides_edits(commit: &Commit) -> Vec<(ProviderId, i64)> {
    let edits = &commit.draft.edits.appointments;
    // The usual booking guards the one day that it edits: nothing to look for.
    if let ([guard], [edit]) = (commit.guards.as_slice(), edits.as_slice())
        && let (None, Some(after)) = (&edit.before, &edit.after)
        && (&after.provider, after.day) == (&guard.provider, guard.day)
    {
        return Vec::new();
    }
    let edited = touched(&commit.draft, Vec::new());
    let mut besides: Vec<_> = commit.guards.iter().map(|guard| (guard.provider.clone(), guard.day)).collect();
    besides.retain(|day| edited.binary_search(day).is_err());
    besides.sort_unstable();
    besides.into_iter().map(|(provider, day)| (provider, day_number(day))).collect()
}

impl ActionBody {
    fn of(action: &Action) -> Self {
        match action.clone() {
            Action::ProviderAdded(id) => Self::ProviderAdded(id),
            Action::ProviderChanged(id) => Self::ProviderChanged(id),
            Action::ProviderRetired(id) => Self::ProviderRetired(id),
            Action::HoursChanged { provider, change } => Self::HoursChanged { provider, change },
            Action::LimitChanged(id) => Self::LimitChanged(id),
            Action::ServiceAdded(id) => Self::ServiceAdded(id),
            Action::ServiceChanged(id) => Self::ServiceChanged(id),
            Action::Booked(_) => Self::Booked,
            Action::Overbooked(_) => Self::Overbooked,
            Action::Refused { refusal, .. } => Self::Refused(refusal),
            Action::Moved(id) => Self::Moved(id),
            Action::StatusSet(id, status) => Self::StatusSet(id, status),
            Action::Cancelled(id) => Self::Cancelled(id),
            Action::Undone(number) => Self::Undone(number),
        }
    }

    fn action(self, own: Option<&Arc<Request>>) -> Result<Action, Unreadable> {
        let own = own.ok_or(Unreadable("an answer names no request"));
        Ok(match self {
            Self::ProviderAdded(id) => Action::ProviderAdded(id),
            Self::ProviderChanged(id) => Action::ProviderChanged(id),
            Self::ProviderRetired(id) => Action::ProviderRetired(id),
            Self::HoursChanged { provider, change } => Action::HoursChanged { provider, change },
            Self::LimitChanged(id) => Action::LimitChanged(id),
            Self::ServiceAdded(id) => Action::ServiceAdded(id),
            Self::ServiceChanged(id) => Action::ServiceChanged(id),
            Self::Booked => Action::Booked(own?.id.clone()),
            Self::Overbooked => Action::Overbooked(own?.id.clone()),
            Self::Refused(refusal) => Action::Refused { request: Arc::clone(own?), refusal },
            Self::Moved(id) => Action::Moved(id),
            Self::StatusSet(id, status) => Action::StatusSet(id, status),
            Self::Cancelled(id) => Action::Cancelled(id),
            Self::Undone(number) => Action::Undone(number),
        })
    }
}

impl RequestBody {
    fn of(request: &Request) -> Self {
        Self {
            day: day_number(request.day),
            dated: request.dated,
            preferred_provider: request.preferred_provider.clone(),
            client: request.client.clone(),
            service: request.service.clone(),
            note: request.note.clone(),
        }
    }

    fn with(self, asked: Asked) -> Result<Request, Unreadable> {
        Ok(Request {
            id: asked.id,
            day: day_of(self.day).ok_or(Unreadable("the day of a request is not a date"))?,
            dated: self.dated,
            range: asked.range,
            duration: asked.duration,
            preferred_provider: self.preferred_provider,
            client: self.client,
            service: self.service,
            note: self.note,
        })
    }
}

impl Image {
    fn of(appointment: &Appointment, own: Option<&RequestId>) -> Self {
        let slot = appointment.slot;
        Self {
            id: (own != Some(appointment.id())).then(|| appointment.id().clone()),
            provider: appointment.provider.clone(),
            day: (appointment.day != appointment.request.day).then(|| day_number(appointment.day)),
            slot: (slot.start().get(), slot.end().get()),
            status: appointment.status.clone(),
            overbooking: appointment.overbooking,
        }
    }

    fn appointment(self, request: Arc<Request>) -> Result<Appointment, Unreadable> {
        let day = self.day.map_or(Some(request.day), day_of);
        Ok(Appointment {
            provider: self.provider,
            day: day.ok_or(Unreadable("the day of an appointment is not a date"))?,
            slot: range_of(self.slot.0.into(), self.slot.1.into())
                .ok_or(Unreadable("the slot of an appointment is not a range of minutes"))?,
            status: self.status,
            overbooking: self.overbooking,
            request,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_are_readable_ordered_and_hold_every_date() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(day_number(day("2026-11-23")), 20_261_123);
        let mut all = [NaiveDate::MIN, day("-0001-12-31"), day("0000-01-01"), day("2026-11-23"), NaiveDate::MAX];
        assert!(all.is_sorted_by_key(|day| day_number(*day)));
        for day in &mut all {
            assert_eq!(day_of(day_number(*day)), Some(*day));
        }
        assert_eq!(day_of(20_260_230), None);
        assert_eq!(day_of(i64::MAX), None);
    }
}
