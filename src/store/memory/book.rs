//! The state of a book in memory, and how a commit changes it.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::ops::{Bound, RangeInclusive};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use smallvec::SmallVec;

use crate::domain::{
    Action, Appointment, Demand, Draft, Edit, Event, Minute, Provider, ProviderId, Request, RequestId, Service,
    ServiceId,
};
use crate::store::judge::{self, Current, Place, is_exclusive};
use crate::store::{Commit, Entry, Roster, StoredDay, Verdict};

/// Everything a store has to know.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    /// Event number n is at index n − 1.
    log: Vec<Logged>,
    answers: HashMap<RequestId, u64>,
    providers: BTreeMap<ProviderId, Arc<Provider>>,
    services: BTreeMap<ServiceId, Arc<Service>>,
    appointments: BTreeMap<RequestId, Arc<Appointment>>,
    days: BTreeMap<NaiveDate, BTreeMap<ProviderId, ProviderDay>>,
}

#[derive(Debug, Clone)]
struct Logged {
    draft: Arc<Draft>,
    /// The latest time of any event up to this one: a clock may be set back, so that times alone do not always grow.
    latest: DateTime<Utc>,
    touched: SmallVec<[(ProviderId, NaiveDate); 1]>,
}

/// What one provider has on one day.
#[derive(Debug, Clone, Default)]
struct ProviderDay {
    revision: u64,
    appointments: BTreeMap<(Minute, RequestId), Arc<Appointment>>,
}

impl Book {
    /// Stores a commit wholly, or nothing of it.
    pub(super) fn take(&mut self, commit: &Commit) -> Verdict {
        let answered = commit.draft.answered().map(|request| &request.id);
        if answered.is_some_and(|id| self.answers.contains_key(id)) {
            return Verdict::Answered;
        }
        let Ok(accepted) = judge::accepts(commit, self);
        if !accepted || !self.edit_appointments(&commit.draft.edits.appointments) {
            return Verdict::Stale;
        }
        for guard in &commit.guards {
            let own = self.days.entry(guard.day).or_default().entry(guard.provider.clone()).or_default();
            own.revision = guard.revision + 1;
        }
        self.edit_records(&commit.draft);
        let mut touched: SmallVec<[_; 1]> =
            commit.guards.iter().map(|guard| (guard.provider.clone(), guard.day)).collect();
        touched.sort_unstable();
        let at = commit.draft.at;
        let latest = self.log.last().map_or(at, |newest| newest.latest.max(at));
        self.log.push(Logged { draft: Arc::clone(&commit.draft), latest, touched });
        let number = self.last_event();
        if let Some(id) = answered {
            self.answers.insert(id.clone(), number);
        }
        Verdict::Committed(number)
    }

    /// Edits all appointments, or none if exclusive ones would overlap.
    fn edit_appointments(&mut self, edits: &[Edit<Appointment>]) -> bool {
        // What is given up in the same change is free for the others, whatever the order of the edits.
        edits.iter().filter_map(|edit| edit.before.as_ref()).for_each(|before| self.remove(before));
        for (position, after) in edits.iter().map(|edit| edit.after.as_ref()).enumerate() {
            let Some(after) = after else { continue };
            if self.clashes(after) {
                let put = edits[..position].iter().filter_map(|edit| edit.after.as_ref());
                put.for_each(|after| self.remove(after));
                edits.iter().filter_map(|edit| edit.before.as_ref()).for_each(|before| self.put(before));
                return false;
            }
            self.put(after);
        }
        true
    }

    fn put(&mut self, new: &Arc<Appointment>) {
        let day = self.days.entry(new.day).or_default().entry(new.provider.clone()).or_default();
        day.appointments.insert((new.slot.start(), new.id().clone()), Arc::clone(new));
        self.appointments.insert(new.id().clone(), Arc::clone(new));
    }

    fn remove(&mut self, old: &Appointment) {
        self.appointments.remove(old.id());
        if let Some(day) = self.days.get_mut(&old.day).and_then(|day| day.get_mut(&old.provider)) {
            day.appointments.remove(&(old.slot.start(), old.id().clone()));
        }
    }

    fn clashes(&self, new: &Appointment) -> bool {
        let day = self.days.get(&new.day).and_then(|day| day.get(&new.provider));
        is_exclusive(new)
            && day.is_some_and(|day| {
                day.appointments.values().any(|other| is_exclusive(other) && other.slot.overlaps(new.slot))
            })
    }

    fn edit_records(&mut self, draft: &Draft) {
        for edit in &draft.edits.providers {
            match (&edit.before, &edit.after) {
                (_, Some(after)) => drop(self.providers.insert(after.id.clone(), Arc::clone(after))),
                (Some(before), None) => {
                    self.providers.remove(&before.id);
                    self.days.values_mut().for_each(|day| drop(day.remove(&before.id)));
                }
                (None, None) => {}
            }
        }
        for edit in &draft.edits.services {
            match (&edit.before, &edit.after) {
                (_, Some(after)) => drop(self.services.insert(after.id.clone(), Arc::clone(after))),
                (Some(before), None) => drop(self.services.remove(&before.id)),
                (None, None) => {}
            }
        }
    }

    pub(super) fn roster(&self) -> Roster {
        Roster {
            as_of: self.last_event(),
            providers: self.providers.values().cloned().collect(),
            services: self.services.values().cloned().collect(),
        }
    }

    pub(super) fn day(&self, day: NaiveDate) -> StoredDay {
        let own = self.days.get(&day);
        let all = own.into_iter().flatten();
        let mut appointments: Vec<_> = all.flat_map(|(_, day)| day.appointments.values().cloned()).collect();
        appointments.sort_by(|a, b| (a.slot.start(), a.id()).cmp(&(b.slot.start(), b.id())));
        let changed = own.into_iter().flatten().filter(|(_, day)| day.revision > 0);
        let revisions = changed.map(|(provider, day)| (provider.clone(), day.revision)).collect();
        StoredDay { as_of: self.last_event(), appointments, revisions }
    }

    pub(super) fn busy_days(&self, provider: &ProviderId, from: NaiveDate, to: Option<NaiveDate>) -> Vec<NaiveDate> {
        if to.is_some_and(|to| to < from) {
            return Vec::new();
        }
        let days = self.days.range((Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Included)));
        let is_busy = |day: &ProviderDay| day.appointments.values().any(|one| one.is_live());
        days.filter(|(_, own)| own.get(provider).is_some_and(is_busy)).map(|(day, _)| *day).collect()
    }

    pub(super) fn appointment(&self, id: &RequestId) -> Option<Arc<Appointment>> {
        self.appointments.get(id).cloned()
    }

    pub(super) fn answer(&self, id: &RequestId) -> Option<Event> {
        self.event(*self.answers.get(id)?)
    }

    pub(super) fn last_event(&self) -> u64 {
        self.log.len() as u64
    }

    pub(super) fn events_after(&self, after: u64) -> impl Iterator<Item = Event> {
        (after..self.last_event()).map_while(|number| self.event(number + 1))
    }

    pub(super) fn events_before(&self, before: u64) -> impl Iterator<Item = Event> {
        let newest = before.saturating_sub(1).min(self.last_event());
        (1..=newest).rev().map_while(|number| self.event(number))
    }

    pub(super) fn entries_after(&self, after: u64) -> impl Iterator<Item = Entry> {
        self.events_after(after).map_while(|event| {
            let touched = self.logged(event.number)?.touched.to_vec();
            Some(Entry { event, touched })
        })
    }

    pub(super) fn appointments_after(&self, after: Option<&RequestId>) -> impl Iterator<Item = Arc<Appointment>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.appointments
            .range::<RequestId, _>((from, Bound::Unbounded))
            .map(|(_, appointment)| Arc::clone(appointment))
    }

    pub(super) fn revisions(&self) -> Vec<(ProviderId, NaiveDate, u64)> {
        let days = self.days.iter().flat_map(|(day, own)| own.iter().map(|(provider, own)| (provider, *day, own)));
        let changed = days.filter(|(_, _, own)| own.revision > 0);
        let mut all: Vec<_> = changed.map(|(provider, day, own)| (provider.clone(), day, own.revision)).collect();
        all.sort_unstable();
        all
    }

    pub(super) fn demand(&self, since: DateTime<Utc>) -> Demand {
        let mut demand = Demand::default();
        let first = self.log.partition_point(|logged| logged.latest < since);
        let recent = self.log[first..].iter().filter(|logged| logged.draft.at >= since);
        recent.filter_map(|logged| logged.draft.answered()).for_each(|request| demand.add(request));
        demand
    }

    fn logged(&self, number: u64) -> Option<&Logged> {
        self.log.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn event(&self, number: u64) -> Option<Event> {
        Some(Event { number, draft: Draft::clone(&self.logged(number)?.draft) })
    }
}

impl Current for Book {
    type Error = Infallible;

    fn provider_revision(&mut self, id: &ProviderId) -> Result<Option<u64>, Infallible> {
        Ok(self.providers.get(id).map(|provider| provider.revision))
    }

    fn day_revision(&mut self, id: &ProviderId, day: NaiveDate) -> Result<u64, Infallible> {
        Ok(self.days.get(&day).and_then(|day| day.get(id)).map_or(0, |day| day.revision))
    }

    fn provider(&mut self, id: &ProviderId) -> Result<Option<Arc<Provider>>, Infallible> {
        Ok(self.providers.get(id).cloned())
    }

    fn service(&mut self, id: &ServiceId) -> Result<Option<Arc<Service>>, Infallible> {
        Ok(self.services.get(id).cloned())
    }

    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, Infallible> {
        Ok(Self::appointment(self, id))
    }

    fn accepted(&mut self, id: &RequestId) -> Result<Option<Arc<Request>>, Infallible> {
        let logged = self.answers.get(id).and_then(|number| self.logged(*number));
        Ok(logged.filter(|logged| !matches!(logged.draft.action, Action::Refused { .. })).and_then(|logged| {
            let first = logged.draft.edits.appointments.first()?.after.as_ref()?;
            Some(Arc::clone(&first.request))
        }))
    }

    fn pending(&mut self, id: &ProviderId, days: &RangeInclusive<NaiveDate>) -> Result<Vec<Place>, Infallible> {
        let days = self.days.range(days.clone()).filter_map(|(_, day)| day.get(id));
        let all = days.flat_map(|day| day.appointments.values());
        let pending = all.filter(|one| is_exclusive(one) && one.status.is_pending());
        Ok(pending.map(|one| Place { id: one.id().clone(), day: one.day, slot: one.slot }).collect())
    }

    fn has_appointments(&mut self, id: &ProviderId) -> Result<bool, Infallible> {
        Ok(self.days.values().filter_map(|day| day.get(id)).any(|day| !day.appointments.is_empty()))
    }
}
