//! The state of a book between two events.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{Appointment, Overbooking, Provider, ProviderId, RequestId, Service, ServiceId, TimeRange};
use crate::store::Entry;

/// Everything that the events so far have left.
#[derive(Debug, Default)]
pub(super) struct Replay {
    pub(super) last: u64,
    /// The event that answered each request.
    pub(super) answers: HashMap<RequestId, u64>,
    pub(super) providers: BTreeMap<ProviderId, Arc<Provider>>,
    pub(super) services: BTreeMap<ServiceId, Arc<Service>>,
    pub(super) appointments: HashMap<RequestId, Arc<Appointment>>,
    pub(super) revisions: BTreeMap<(ProviderId, NaiveDate), u64>,
    live: BTreeMap<(ProviderId, NaiveDate), Vec<Live>>,
}

/// A live appointment, with what every new one is compared with at hand.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) slot: TimeRange,
    /// Whether its minutes are its own.
    pub(super) overbooking: Overbooking,
    pub(super) appointment: Arc<Appointment>,
}

impl Replay {
    /// Takes in what the event says, whether or not it could have happened.
    pub(super) fn play(&mut self, entry: &Entry) {
        let event = &entry.event;
        self.last = event.number;
        if let Some(request) = event.draft.answered() {
            self.answers.entry(request.id.clone()).or_insert(event.number);
        }
        for day in &entry.touched {
            *self.revisions.entry(day.clone()).or_default() += 1;
        }
        for edit in &event.draft.edits.appointments {
            edit.before.iter().for_each(|before| self.remove(before));
            edit.after.iter().for_each(|after| self.put(after));
        }
        for edit in &event.draft.edits.services {
            match (&edit.before, &edit.after) {
                (_, Some(after)) => drop(self.services.insert(after.id.clone(), Arc::clone(after))),
                (Some(before), None) => drop(self.services.remove(&before.id)),
                (None, None) => {}
            }
        }
        for edit in &event.draft.edits.providers {
            match (&edit.before, &edit.after) {
                (_, Some(after)) => drop(self.providers.insert(after.id.clone(), Arc::clone(after))),
                (Some(before), None) => {
                    self.providers.remove(&before.id);
                    self.revisions.retain(|(provider, _), _| *provider != before.id);
                }
                (None, None) => {}
            }
        }
    }

    /// The live appointments of a provider on one day.
    pub(super) fn live_on(&self, provider: &ProviderId, day: NaiveDate) -> &[Live] {
        self.live.get(&(provider.clone(), day)).map_or(&[], Vec::as_slice)
    }

    /// All live appointments of a provider, by day.
    pub(super) fn live_of(&self, provider: &ProviderId) -> impl Iterator<Item = &Arc<Appointment>> + use<'_> {
        let days = (provider.clone(), NaiveDate::MIN)..=(provider.clone(), NaiveDate::MAX);
        self.live.range(days).flat_map(|(_, own)| own.iter().map(|live| &live.appointment))
    }

    fn put(&mut self, new: &Arc<Appointment>) {
        // The image before may have been wrong or missing: what is there by that name goes in any case.
        if let Some(old) = self.appointments.insert(new.id().clone(), Arc::clone(new)) {
            self.forget_live(&old);
        }
        if new.is_live() {
            let day = self.live.entry((new.provider.clone(), new.day)).or_default();
            day.push(Live { slot: new.slot, overbooking: new.overbooking, appointment: Arc::clone(new) });
        }
    }

    fn remove(&mut self, old: &Appointment) {
        if let Some(old) = self.appointments.remove(old.id()) {
            self.forget_live(&old);
        }
    }

    fn forget_live(&mut self, old: &Appointment) {
        let key = (old.provider.clone(), old.day);
        if let Some(day) = self.live.get_mut(&key) {
            day.retain(|live| live.appointment.id() != old.id());
            if day.is_empty() {
                self.live.remove(&key);
            }
        }
    }
}
