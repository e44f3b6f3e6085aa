//! One provider's day: what is booked, what is free, and how often it has changed.

use std::sync::Arc;

use chrono::NaiveDate;
use smallvec::SmallVec;

use super::Touched;
use super::gaps::Gaps;
use crate::domain::{Appointment, Minutes, Overbooking, Provider, ProviderId, RangeSet, RequestId, Text, TimeRange};

/// As many appointments as fit without an allocation: eight hours of half an hour each.
const INLINE: usize = 16;

/// The live appointments of one provider on one day, with the free gaps between them.
///
/// Free is what the hours hold without any live appointment, wherever that lies: an overbooked
/// appointment may share minutes with others, and one that has begun may lie outside changed hours.
/// Nothing here checks the rules; whoever inserts has asked first.
///
/// What deciding needs lies together and first: with thousands of providers, a decision waits for memory
/// most of the time, and each thing looked up elsewhere takes longer than the deciding.
#[derive(Debug, Clone)]
#[repr(C)]
pub struct ProviderDay {
    revision: u64,
    booked_minutes: u32,
    badge: Badge,
    gaps: Gaps,
    /// The slots of the live appointments, in their order.
    slots: SmallVec<[TimeRange; INLINE]>,
    /// By start, then end, then id.
    live: SmallVec<[Arc<Appointment>; INLINE]>,
    day: NaiveDate,
    provider: Arc<Provider>,
    hours: RangeSet,
    /// Minutes that this day does not have.
    skipped: RangeSet,
}

/// What deciding needs of the provider's record.
#[derive(Debug, Clone)]
struct Badge {
    limit: u32,
    has_left: bool,
    record_revision: u64,
    id: ProviderId,
    name: Text,
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
    pub fn new(provider: Arc<Provider>, day: NaiveDate, live: Vec<Arc<Appointment>>, revision: u64) -> Self {
        Self::with_skipped(provider, day, live, revision, RangeSet::default())
    }

    /// The same day where the clocks are put forward: without the minutes that they skip.
    #[must_use]
    pub fn skipping(self, skipped: &RangeSet) -> Self {
        if self.skipped == *skipped {
            return self;
        }
        Self::with_skipped(self.provider, self.day, self.live.into_vec(), self.revision, skipped.clone())
    }

    fn with_skipped(
        provider: Arc<Provider>,
        day: NaiveDate,
        mut live: Vec<Arc<Appointment>>,
        revision: u64,
        skipped: RangeSet,
    ) -> Self {
        live.retain(|appointment| appointment.is_live());
        live.sort_by(|a, b| order(a).cmp(&order(b)));
        let hours = existing_hours(&provider, day, &skipped);
        let gaps = Gaps::new(&hours, &live.iter().map(|appointment| appointment.slot).collect());
        let slots: SmallVec<[TimeRange; INLINE]> = live.iter().map(|appointment| appointment.slot).collect();
        let booked_minutes = slots.iter().map(|slot| u32::from(slot.len())).sum();
        let badge = Badge {
            id: provider.id.clone(),
            name: provider.name.clone(),
            limit: provider.max_daily_appointments,
            record_revision: provider.revision,
            has_left: provider.is_retired_on(day),
        };
        Self { revision, booked_minutes, badge, gaps, slots, live: live.into(), day, provider, hours, skipped }
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

    /// Minutes that the clocks skip on this day; they are in no hours.
    pub fn skipped(&self) -> &RangeSet {
        &self.skipped
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
        let mut at = self.slots.partition_point(|slot| *slot < appointment.slot);
        // Several appointments have one slot only where somebody overbooked.
        while self.slots.get(at) == Some(&appointment.slot) && self.live[at].id() < appointment.id() {
            at += 1;
        }
        self.slots.insert(at, appointment.slot);
        self.live.insert(at, appointment);
    }

    /// Takes an appointment out and frees its minutes, except those that another one holds too.
    pub fn remove(&mut self, id: &RequestId) -> Option<Arc<Appointment>> {
        let at = self.position(id)?;
        let removed = self.live.remove(at);
        self.slots.remove(at);
        self.booked_minutes -= u32::from(removed.slot.len());
        for window in self.hours.iter().filter_map(|window| window.intersection(removed.slot)) {
            // Sorted by start, so the free pieces are what lies between the ends reached so far.
            let mut at = window.start();
            for other in self.slots.iter().filter(|other| other.overlaps(window)) {
                if let Some(piece) = TimeRange::between(at, other.start()) {
                    self.gaps.give(piece);
                }
                at = at.max(other.end());
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
    /// minutes away that it had inside them. When the provider leaves by it, every pending one goes.
    pub fn fates(&self, changed: &Provider) -> Fates {
        let hours = existing_hours(changed, self.day, &self.skipped);
        let leaves = changed.is_retired_on(self.day) && !self.provider.is_retired_on(self.day);
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
        let skipped = std::mem::take(&mut self.skipped);
        *self = Self::with_skipped(changed, self.day, fates.kept.clone(), self.revision, skipped);
        fates
    }

    /// Takes over a changed record and drops nothing, whatever lies outside the new hours.
    pub(super) fn replace_provider(&mut self, changed: Arc<Provider>) {
        let (live, skipped) = (std::mem::take(&mut self.live), std::mem::take(&mut self.skipped));
        *self = Self::with_skipped(changed, self.day, live.into_vec(), self.revision, skipped);
    }

    /// Becomes what another one is, but for the count of its changes.
    pub(super) fn adopt(&mut self, draft: Self) {
        *self = Self { revision: self.revision, ..draft };
    }

    /// Counts one batch of changes and returns the revision it was decided on; `provider` is whose day it is.
    pub(super) fn touch(&mut self, provider: ProviderId) -> Touched {
        let touched =
            Touched { provider, provider_revision: self.badge.record_revision, day: self.day, revision: self.revision };
        self.revision += 1;
        touched
    }

    fn position(&self, id: &RequestId) -> Option<usize> {
        self.live.iter().position(|appointment| appointment.id() == id)
    }
}

/// The hours of a day as far as it has their minutes.
fn existing_hours(provider: &Provider, day: NaiveDate, skipped: &RangeSet) -> RangeSet {
    let hours = provider.hours_on(day);
    if skipped.is_empty() { hours } else { hours.minus(skipped) }
}

fn order(appointment: &Appointment) -> (TimeRange, &RequestId) {
    (appointment.slot, appointment.id())
}

#[cfg(test)]
mod tests;
