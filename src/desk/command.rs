//! What can be asked of a desk, and what it answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{
    Action, Appointment, Cancellation, Event, HoursChange, Minute, Minutes, Provider, ProviderId, Refusal, Request,
    RequestId, Service, ServiceId, Status, Text, TimeRange,
};

/// A change of the book that somebody asks for. Nothing else changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Adds a provider; the same one again is no change.
    AddProvider(Provider),
    /// Changes a provider's name and services.
    EditProvider {
        /// Whose.
        provider: ProviderId,
        /// The new name.
        name: Text,
        /// The new services; none means all.
        services: Option<BTreeSet<ServiceId>>,
    },
    /// Changes a provider's hours and cancels the pending appointments that no longer fit.
    ChangeHours {
        /// Whose.
        provider: ProviderId,
        /// How.
        change: HoursChange,
    },
    /// Changes a provider's daily limit; cancels nothing.
    ChangeLimit {
        /// Whose.
        provider: ProviderId,
        /// The new limit.
        max_daily_appointments: u32,
    },
    /// Lets a provider leave and cancels the pending appointments from that day on.
    RetireProvider {
        /// Who.
        provider: ProviderId,
        /// The first day without the provider.
        from: NaiveDate,
    },
    /// Adds a service; the same one again is no change.
    AddService(Service),
    /// Replaces the service with the same identifier.
    EditService(Service),
    /// Places a request by the rules.
    Book {
        /// What is asked for.
        request: Request,
        /// Whether minutes gone by may be given.
        past: Past,
    },
    /// Puts a request somewhere over the rules: on purpose, marked and logged.
    Overbook {
        /// What is asked for.
        request: Request,
        /// With whom.
        provider: ProviderId,
        /// The exact start.
        start: Minute,
    },
    /// Gives an appointment another slot, day, provider or length, by the rules.
    Move {
        /// Which.
        appointment: RequestId,
        /// Where to.
        to: Destination,
        /// Whether minutes gone by may be given.
        past: Past,
    },
    /// Sets a status by hand; not for cancelling.
    SetStatus {
        /// Which.
        appointment: RequestId,
        /// The new status; not `Cancelled`.
        status: Status,
    },
    /// Calls an appointment off.
    Cancel {
        /// Which.
        appointment: RequestId,
        /// Why.
        cancellation: Cancellation,
    },
    /// Takes back the newest change of this desk that was not taken back yet.
    Undo,
}

/// Where an appointment is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The only provider that will do; none for any.
    pub provider: Option<ProviderId>,
    /// The day.
    pub day: NaiveDate,
    /// The range it has to lie in; exactly as long as `duration` for an exact start.
    pub range: TimeRange,
    /// Its new length.
    pub duration: Minutes,
}

/// Whether minutes gone by may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Past {
    /// Only what is still to come.
    #[default]
    Refuse,
    /// Any minute: for what is written down afterwards.
    Allow,
}

/// What became of a command; the book has it when this is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was decided now; a refused request is decided too.
    Decided(Arc<Event>),
    /// The request was answered before, by this event.
    Repeated(Arc<Event>),
    /// The book already was as asked.
    Unchanged,
}

impl Answer {
    /// The event behind the answer, unless nothing changed.
    pub fn event(&self) -> Option<&Arc<Event>> {
        match self {
            Self::Decided(event) | Self::Repeated(event) => Some(event),
            Self::Unchanged => None,
        }
    }

    /// The appointment that the event made or changed first.
    pub fn appointment(&self) -> Option<&Arc<Appointment>> {
        self.event()?.draft.edits.appointments.first()?.after.as_ref()
    }

    /// Why the request was refused, if it was.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.event()?.draft.action {
            Action::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}
