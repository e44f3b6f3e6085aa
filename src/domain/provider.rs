//! Who is booked.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::hours::spanning;
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

    /// The first to the last day on which this record and `other` can give other hours; none where they never do.
    pub fn span_of_other_hours(&self, other: &Self) -> Option<RangeInclusive<NaiveDate>> {
        let retired = (self.retired_from != other.retired_from).then(|| {
            let (one, other) = (self.retired_from, other.retired_from);
            // Who leaves in both has left from the later day on.
            let last = one.zip(other).and_then(|(one, other)| one.max(other).pred_opt());
            let first = one.into_iter().chain(other).min();
            first.unwrap_or(NaiveDate::MIN)..=last.unwrap_or(NaiveDate::MAX)
        });
        spanning(self.hours.span_of_difference(&other.hours), retired)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HoursChange, RangeSet, Weekly};

    #[test]
    fn other_hours_begin_where_somebody_leaves_earlier_and_end_where_both_have_left() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let always = Hours::always(Weekly::EveryDay(RangeSet::default()));
        let stays = Provider::new(ProviderId::new("chen").unwrap(), always, 8).unwrap();
        let leaves = |text| Provider { retired_from: Some(day(text)), ..stays.clone() };
        let (earlier, later) = (leaves("2026-11-23"), leaves("2026-12-01"));
        assert_eq!(stays.span_of_other_hours(&stays), None);
        assert_eq!(later.span_of_other_hours(&stays), Some(day("2026-12-01")..=NaiveDate::MAX));
        assert_eq!(later.span_of_other_hours(&earlier), Some(day("2026-11-23")..=day("2026-11-30")));
        let every_day = Weekly::EveryDay([crate::domain::TimeRange::DAY].into_iter().collect());
        let hours = stays.hours.changed(&HoursChange::From { day: day("2026-11-01"), weekly: every_day });
        let both = Provider { hours, ..later };
        assert_eq!(stays.span_of_other_hours(&both), Some(day("2026-11-01")..=NaiveDate::MAX));
    }
}
