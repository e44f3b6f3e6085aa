//! The bodies of answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::desk::ProviderRow;
use crate::domain::{
    Action, Actor, Appointment, Cancellation, Edits, Event, Overbooking, ProviderId, RangeSet, RequestId, ServiceId,
    Text, TimeRange,
};

/// An appointment as the original program describes it.
#[derive(Debug, Serialize)]
pub(in crate::api) struct SlotView<'a> {
    request_id: &'a RequestId,
    provider_id: &'a ProviderId,
    time_slot: TimeRange,
}

/// A list of appointments as the original program wraps it.
#[derive(Debug, Serialize)]
pub(in crate::api) struct Scheduled<T> {
    /// The appointments.
    pub(in crate::api) scheduled: Vec<T>,
}

/// An appointment in full.
#[derive(Debug, Serialize)]
pub(in crate::api) struct AppointmentView<'a> {
    #[serde(flatten)]
    slot: SlotView<'a>,
    date: NaiveDate,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation: Option<&'a Cancellation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a ServiceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a Text>,
    #[serde(skip_serializing_if = "is_regular")]
    overbooking: Overbooking,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_regular(overbooking: &Overbooking) -> bool {
    *overbooking == Overbooking::None
}

/// A provider on one day.
#[derive(Debug, Serialize)]
pub(in crate::api) struct ProviderView<'a> {
    id: &'a ProviderId,
    name: &'a Text,
    max_daily_appointments: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<Vec<&'a ServiceId>>,
    /// The hours of that day.
    availability: &'a RangeSet,
    /// Live appointments that day.
    booked: usize,
    /// How many more of the shortest service fit.
    available_slots: u32,
    /// How cut up the free time is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    fragmentation: Option<f64>,
}

/// A committed change.
#[derive(Debug, Serialize)]
pub(in crate::api) struct EventView<'a> {
    number: u64,
    at: DateTime<Utc>,
    actor: &'a Actor,
    action: &'a Action,
    edits: &'a Edits,
}

impl<'a> SlotView<'a> {
    /// The short view of an appointment.
    pub(in crate::api) fn new(appointment: &'a Appointment) -> Self {
        Self { request_id: appointment.id(), provider_id: &appointment.provider, time_slot: appointment.slot }
    }
}

impl<'a> AppointmentView<'a> {
    /// The full view of an appointment.
    pub(in crate::api) fn new(appointment: &'a Appointment) -> Self {
        let crate::domain::Request { client, service, note, .. } = &*appointment.request;
        let cancellation = match &appointment.status {
            crate::domain::Status::Cancelled(cancellation) => Some(cancellation),
            _ => None,
        };
        Self {
            slot: SlotView::new(appointment),
            date: appointment.day,
            status: appointment.status.key(),
            cancellation,
            client: client.as_ref(),
            service: service.as_ref(),
            note: note.as_ref(),
            overbooking: appointment.overbooking,
        }
    }
}

impl<'a> ProviderView<'a> {
    /// The view of a provider's row.
    pub(in crate::api) fn new(row: &'a ProviderRow) -> Self {
        let provider = &row.provider;
        Self {
            id: &provider.id,
            name: &provider.name,
            max_daily_appointments: provider.max_daily_appointments,
            services: provider.services.as_ref().map(|own| own.iter().collect()),
            availability: &row.hours,
            booked: row.live.len(),
            available_slots: row.available_slots,
            fragmentation: row.fragmentation.as_ref().map(|fragmentation| fragmentation.phi),
        }
    }
}

impl<'a> EventView<'a> {
    /// The view of an event.
    pub(in crate::api) fn new(event: &'a Event) -> Self {
        let draft = &event.draft;
        Self { number: event.number, at: draft.at, actor: &draft.actor, action: &draft.action, edits: &draft.edits }
    }
}
