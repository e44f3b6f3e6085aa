//! What happened to a book: the audit log, the live feed, undo and replay are all read from it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{
    Appointment, HoursChange, Provider, ProviderId, Refusal, Request, RequestId, Service, ServiceId, Status, Text,
};

/// One committed change of a book.
///
/// Numbers begin at 1 and have no gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The place in the log.
    pub number: u64,
    /// What happened.
    pub draft: Draft,
}

/// A change that was decided; it becomes an [`Event`] when the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub actor: Actor,
    /// What it was.
    pub action: Action,
    /// What it changed.
    pub edits: Edits,
}

/// Who caused a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The way it came in.
    pub channel: Channel,
    /// The person or program, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
}

/// The way a change came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Typed at the desk.
    Desk,
    /// Sent over HTTP.
    Http,
    /// Played by a demo.
    Demo,
}

impl Channel {
    /// One word for columns: `desk`, `http`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Http => "http",
            Self::Demo => "demo",
        }
    }
}

impl From<Channel> for Actor {
    fn from(channel: Channel) -> Self {
        Self { channel, name: None }
    }
}

/// What kind of change it was, with what its edits do not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A provider was added.
    ProviderAdded(ProviderId),
    /// A provider's name or services were changed.
    ProviderChanged(ProviderId),
    /// A provider left.
    ProviderRetired(ProviderId),
    /// A provider's hours changed.
    HoursChanged {
        /// Whose.
        provider: ProviderId,
        /// How.
        change: HoursChange,
    },
    /// A provider's daily limit changed.
    LimitChanged(ProviderId),
    /// A service was added.
    ServiceAdded(ServiceId),
    /// A service was changed.
    ServiceChanged(ServiceId),
    /// A request was placed.
    Booked(RequestId),
    /// A request was put over the rules, on purpose.
    Overbooked(RequestId),
    /// A request could not be placed; nothing was edited.
    Refused {
        /// What was asked for.
        request: Arc<Request>,
        /// Why it could not be.
        refusal: Refusal,
    },
    /// An appointment got another slot, day or provider.
    Moved(RequestId),
    /// An appointment got another status.
    StatusSet(RequestId, Status),
    /// An appointment was called off.
    Cancelled(RequestId),
    /// An earlier event was undone.
    Undone(u64),
}

/// A record before and after; none before for a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit<T> {
    /// The record as it was.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<T>>,
    /// The record as it is now.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<T>>,
}

impl<T> Edit<T> {
    /// A record that is new.
    pub const fn added(after: Arc<T>) -> Self {
        Self { before: None, after: Some(after) }
    }

    /// A record that changed.
    pub const fn changed(before: Arc<T>, after: Arc<T>) -> Self {
        Self { before: Some(before), after: Some(after) }
    }

    /// The edit that takes this one back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }
}

/// Every record that one change touched, all or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Providers added or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Edit<Provider>>,
    /// Services added, changed or (by undo) taken out again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Edit<Service>>,
    /// Appointments added or changed.
    #[serde(default, skip_serializing_if = "SmallVec::is_empty")]
    pub appointments: SmallVec<[Edit<Appointment>; 1]>,
}

impl Edits {
    /// The edits that take these back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            providers: self.providers.iter().map(Edit::reversed).collect(),
            services: self.services.iter().map(Edit::reversed).collect(),
            appointments: self.appointments.iter().map(Edit::reversed).collect(),
        }
    }
}

impl Draft {
    /// The request that this change answered for good: its idempotency key is taken from now on.
    pub fn answered(&self) -> Option<&Request> {
        match &self.action {
            Action::Booked(_) | Action::Overbooked(_) => {
                self.edits.appointments.first()?.after.as_deref().map(|appointment| &*appointment.request)
            }
            Action::Refused { request, .. } => Some(request),
            _ => None,
        }
    }

    /// Whether it changed a provider or a service.
    pub fn touches_roster(&self) -> bool {
        !self.edits.providers.is_empty() || !self.edits.services.is_empty()
    }

    /// The days whose appointments this change touched; may repeat.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let images = self.edits.appointments.iter().flat_map(|edit| [&edit.before, &edit.after]);
        images.flatten().map(|appointment| appointment.day)
    }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    #[test]
    fn the_edits_of_appointments_are_a_list_in_json() {
        let nothing = Edit { before: None, after: None };
        for (appointments, json) in [
            (smallvec![], "{}"),
            (smallvec![nothing.clone()], r#"{"appointments":[{}]}"#),
            (smallvec![nothing.clone(), nothing], r#"{"appointments":[{},{}]}"#),
        ] {
            let edits = Edits { appointments, ..Edits::default() };
            assert_eq!(serde_json::to_string(&edits).unwrap(), json);
            assert_eq!(serde_json::from_str::<Edits>(json).unwrap(), edits);
        }
    }
}
