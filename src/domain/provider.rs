//! Who is booked.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{DayHours, Hours, Invalid, ProviderId, ServiceId, Text};

/// Somebody whose time is booked: a doctor, a stylist, a bench.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// The identifier; never changes.
    pub id: ProviderId,
    /// The name on screen.
    pub name: Text,
    /// When the provider works.
    pub hours: Hours,
    /// Most live appointments on one day.
    pub max_daily_appointments: u32,
    /// The services the provider gives; none means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<BTreeSet<ServiceId>>,
    /// The first day on which the provider no longer works here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_from: Option<NaiveDate>,
    /// Counts the changes of this record; 1 when it was added.
    #[serde(default = "first_revision")]
    pub revision: u64,
}

fn first_revision() -> u64 {
    1
}

impl Provider {
    /// A provider that gives every service and carries its identifier as its name.
    pub fn new(id: ProviderId, hours: Hours, max_daily_appointments: u32) -> Result<Self, Invalid> {
        let name = Text::name("name", id.as_str())?;
        Ok(Self { id, name, hours, max_daily_appointments, services: None, retired_from: None, revision: 1 })
    }

    /// The hours of a day; none from retirement on.
    pub fn hours_on(&self, day: NaiveDate) -> DayHours {
        if self.is_retired_on(day) { DayHours::default() } else { self.hours.on(day) }
    }

    /// Whether the provider has left by that day.
    pub fn is_retired_on(&self, day: NaiveDate) -> bool {
        self.retired_from.is_some_and(|from| from <= day)
    }

    /// Whether the provider gives a service.
    pub fn gives(&self, service: &ServiceId) -> bool {
        self.services.as_ref().is_none_or(|own| own.contains(service))
    }

    /// Whether both describe the same provider, however often each has been changed.
    pub fn same_content(&self, other: &Self) -> bool {
        Self { revision: 0, ..self.clone() } == Self { revision: 0, ..other.clone() }
    }
}
