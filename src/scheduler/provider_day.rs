//! One provider's day: what is booked, what is free, and how often it has changed.

use std::sync::Arc;

use chrono::NaiveDate;

use super::Touched;
use super::gaps::Gaps;
use crate::domain::{Appointment, Minutes, Overbooking, Provider, ProviderId, RangeSet, RequestId, Text, TimeRange};

/// The live appointments of one provider on one day, with the free gaps between them.
///
/// Free is what the hours hold without any live appointment, wherever that lies: an overbooked
/// appointment may share minutes with others, and one that has begun may lie outside changed hours.
/// Nothing here checks the rules; who inserts has asked first.
#[derive(Debug, Clone)]
pub struct ProviderDay {
    provider: Arc<Provider>,
    day: NaiveDate,
    hours: RangeSet,
    /// By start, then id.
    live: Vec<Arc<Appointment>>,
    gaps: Gaps,
    booked_minutes: u32,
    revision: u64,
    badge: Badge,
}

/// What deciding needs of the provider's record, kept beside the gaps: with thousands of providers, looking
/// up the record elsewhere in memory takes longer than deciding.
#[derive(Debug, Clone)]
struct Badge {
    id: ProviderId,
    name: Text,
    limit: u32,
    record_revision: u64,
    has_left: bool,
}

/// What a change of a provider's record does to one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fates {
    /// Live appointments that stay where they are, by start.
    pub kept: Vec<Arc<Appointment>>,
    /// Pending appointments that have no place any more, by start; still as they were.
    pub dropped: Vec<Arc<Appointment>>,
}

impl ProviderDay {
    /// A provider's day with its appointments; cancelled ones are left out.
    ///
    /// `revision` counts the changes of this provider's day so far, 0 for one that never changed.
    pub fn new(provider: Arc<Provider>, day: NaiveDate, mut live: Vec<Arc<Appointment>>, revision: u64) -> Self {
        live.retain(|appointment| appointment.is_live());
        live.sort_by(|a, b| order(a).cmp(&order(b)));
        let hours = provider.hours_on(day);
        let gaps = Gaps::new(&hours, &live.iter().map(|appointment| appointment.slot).collect());
        let booked_minutes = live.iter().map(|appointment| u32::from(appointment.slot.len())).sum();
        let badge = Badge {
            id: provider.id.clone(),
            name: provider.name.clone(),
            limit: provider.max_daily_appointments,
            record_revision: provider.revision,
            has_left: provider.is_retired_on(day),
        };
        Self { provider, day, hours, live, gaps, booked_minutes, revision, badge }
    }

    /// Whose day it is, as last recorded.
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// Who it is.
    pub fn id(&self) -> &ProviderId {
        &self.badge.id
    }

    /// The provider's name.
    pub fn name(&self) -> &Text {
        &self.badge.name
    }

    /// Most live appointments on the day.
    pub fn limit(&self) -> u32 {
        self.badge.limit
    }

    /// Whether the provider has left by this day.
    pub fn has_left(&self) -> bool {
        self.badge.has_left
    }

    /// Which day it is.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// The hours of the day; none from retirement on.
    pub fn hours(&self) -> &RangeSet {
        &self.hours
    }

    /// The live appointments by start, then id.
    pub fn live(&self) -> &[Arc<Appointment>] {
        &self.live
    }

    /// The free gaps by time, each inside one range of the hours.
    pub fn gaps(&self) -> &[TimeRange] {
        self.gaps.as_slice()
    }

    /// Minutes of all live appointments; those of overbooked ones count again.
    pub fn booked_minutes(&self) -> u32 {
        self.booked_minutes
    }

    /// How many live appointments there are.
    pub fn booked(&self) -> u32 {
        u32::try_from(self.live.len()).unwrap_or(u32::MAX)
    }

    /// How many more appointments the daily limit allows; 0 when it was lowered below what is booked.
    pub fn remaining(&self) -> u32 {
        self.badge.limit.saturating_sub(self.booked())
    }

    /// How many changes this provider's day has seen.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Available slots: how many more appointments of this length the day can take, within the limit.
    pub fn places(&self, duration: Minutes) -> u32 {
        match self.remaining() {
            0 => 0,
            remaining => remaining.min(self.gaps.places(duration)),
        }
    }

    /// The live appointment with this identifier.
    pub fn get(&self, id: &RequestId) -> Option<&Arc<Appointment>> {
        self.position(id).map(|at| &self.live[at])
    }

    /// Adds a live appointment; one that is not live only replaces what had its identifier.
    pub fn insert(&mut self, appointment: Arc<Appointment>) {
        self.remove(appointment.id());
        if appointment.is_live() {
            self.add(appointment);
        }
    }

    /// Adds a live appointment whose identifier is new.
    pub(super) fn add(&mut self, appointment: Arc<Appointment>) {
        self.gaps.take(appointment.slot);
        self.booked_minutes += u32::from(appointment.slot.len());
        let at = self.live.partition_point(|other| order(other) < order(&appointment));
        self.live.insert(at, appointment);
    }

    /// Takes an appointment out and frees its minutes, except those that another one holds too.
    pub fn remove(&mut self, id: &RequestId) -> Option<Arc<Appointment>> {
        let removed = self.live.remove(self.position(id)?);
        self.booked_minutes -= u32::from(removed.slot.len());
        for window in self.hours.iter().filter_map(|window| window.intersection(removed.slot)) {
            // Sorted by start, so the free pieces are what lies between the ends reached so far.
            let mut at = window.start();
            for other in self.live.iter().filter(|other| other.slot.overlaps(window)) {
                if let Some(piece) = TimeRange::between(at, other.slot.start()) {
                    self.gaps.give(piece);
                }
                at = at.max(other.slot.end());
            }
            if let Some(piece) = TimeRange::between(at, window.end()) {
                self.gaps.give(piece);
            }
        }
        Some(removed)
    }

    /// What a changed record would do to this day, without doing it.
    ///
    /// What has begun or is over stays. A pending appointment stays if it lies wholly inside the new
    /// hours. An overbooked one was put over the hours on purpose: it goes only if the change takes
    /// minutes away that it had inside them. When the provider leaves, every pending one goes.
    pub fn fates(&self, changed: &Provider) -> Fates {
        let hours = changed.hours_on(self.day);
        let leaves = changed.is_retired_on(self.day);
        let closing = self.hours.minus(&hours);
        let stays = |appointment: &Appointment| {
            !appointment.status.is_pending()
                || match appointment.overbooking {
                    Overbooking::None => hours.contains(appointment.slot),
                    Overbooking::Deliberate => !leaves && !closing.iter().any(|gone| gone.overlaps(appointment.slot)),
                }
        };
        let (kept, dropped) = self.live.iter().cloned().partition(|appointment| stays(appointment));
        Fates { kept, dropped }
    }

    /// Takes over a changed record: drops what has no place any more ([`Self::fates`]) and keeps the rest.
    ///
    /// Free afterwards is what the new hours hold without what was kept.
    pub fn take_over(&mut self, changed: Arc<Provider>) -> Fates {
        let fates = self.fates(&changed);
        *self = Self::new(changed, self.day, fates.kept.clone(), self.revision);
        fates
    }

    /// Takes over a changed record and drops nothing, whatever lies outside the new hours.
    pub(super) fn replace_provider(&mut self, changed: Arc<Provider>) {
        *self = Self::new(changed, self.day, std::mem::take(&mut self.live), self.revision);
    }

    /// Becomes what another one is, but for the count of its changes.
    pub(super) fn adopt(&mut self, draft: Self) {
        *self = Self { revision: self.revision, ..draft };
    }

    /// Counts one batch of changes and tells on what it was decided.
    pub(super) fn touch(&mut self) -> Touched {
        let touched = Touched {
            provider: self.badge.id.clone(),
            provider_revision: self.badge.record_revision,
            day: self.day,
            revision: self.revision,
        };
        self.revision += 1;
        touched
    }

    fn position(&self, id: &RequestId) -> Option<usize> {
        self.live.iter().position(|appointment| appointment.id() == id)
    }
}

fn order(appointment: &Appointment) -> (TimeRange, &RequestId) {
    (appointment.slot, appointment.id())
}

#[cfg(test)]
mod tests;
