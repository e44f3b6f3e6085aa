//! What a screen shows of one day: immutable, computed once per change, never locked.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use smallvec::SmallVec;

use crate::domain::{
    Appointment, Catalogue, Demand, Event, Minute, Provider, ProviderId, RangeSet, RequestId, Service, TimeRange,
};
use crate::scheduler::{Fragmentation, Yardstick};

/// One day of a book as committed, with what a screen wants to know of every provider.
#[derive(Debug, Clone)]
pub struct DaySnapshot {
    /// Which day.
    pub day: NaiveDate,
    /// The newest event it includes.
    pub as_of: u64,
    /// The services on offer.
    pub catalogue: Catalogue,
    rows: BTreeMap<ProviderId, Arc<ProviderRow>>,
    providers: BTreeMap<ProviderId, Arc<Provider>>,
    appointments: Appointments,
    yardstick: Arc<Yardstick>,
    demand: Arc<Demand>,
    /// Minutes that the day does not have.
    skipped: RangeSet,
}

/// What a snapshot is made from.
#[derive(Debug, Clone, Default)]
pub struct DayContents {
    /// All providers, retired ones too.
    pub providers: Vec<Arc<Provider>>,
    /// All services.
    pub services: Vec<Arc<Service>>,
    /// Every appointment of the day, cancelled ones too.
    pub appointments: Vec<Arc<Appointment>>,
    /// The minutes that the day does not have, where the clocks are put forward.
    pub skipped: RangeSet,
    /// The past requests that the shares of the services are learned from.
    pub demand: Arc<Demand>,
}

/// The appointments of a day, in each order that is asked for: a change costs no look at all the others.
#[derive(Debug, Clone, Default)]
struct Appointments {
    by_id: BTreeMap<RequestId, Arc<Appointment>>,
    by_start: BTreeMap<(Minute, ProviderId, RequestId), Arc<Appointment>>,
    live: BTreeMap<ProviderId, BTreeMap<(Minute, RequestId), Arc<Appointment>>>,
}

impl Appointments {
    fn insert(&mut self, new: &Arc<Appointment>) {
        self.remove(new.id());
        let (start, provider, id) = (new.slot.start(), &new.provider, new.id());
        self.by_id.insert(id.clone(), Arc::clone(new));
        self.by_start.insert((start, provider.clone(), id.clone()), Arc::clone(new));
        if new.is_live() {
            self.live.entry(provider.clone()).or_default().insert((start, id.clone()), Arc::clone(new));
        }
    }

    fn remove(&mut self, id: &RequestId) {
        let Some(old) = self.by_id.remove(id) else { return };
        self.by_start.remove(&(old.slot.start(), old.provider.clone(), id.clone()));
        if let Some(live) = self.live.get_mut(&old.provider) {
            live.remove(&(old.slot.start(), id.clone()));
        }
    }
}

impl FromIterator<Arc<Appointment>> for Appointments {
    fn from_iter<I: IntoIterator<Item = Arc<Appointment>>>(all: I) -> Self {
        let mut appointments = Self::default();
        all.into_iter().for_each(|one| appointments.insert(&one));
        appointments
    }
}

/// One provider's day, ready to be drawn.
#[derive(Debug, Clone)]
pub struct ProviderRow {
    /// Who.
    pub provider: Arc<Provider>,
    /// The hours of the day.
    pub hours: RangeSet,
    /// The live appointments, by start and id.
    pub live: Vec<Arc<Appointment>>,
    /// Free gaps inside the hours.
    pub gaps: Vec<TimeRange>,
    /// The gaps too short for every service.
    pub unusable: Vec<TimeRange>,
    /// Minutes taken by live appointments.
    pub booked_minutes: u32,
    /// How many more appointments of the shortest service's duration fit, within the daily limit.
    pub available_slots: u32,
    /// How cut up the free time is; none when no place is left (or the provider is off).
    pub fragmentation: Option<Fragmentation>,
}

impl DaySnapshot {
    /// The snapshot of a day that includes the events up to number `as_of`.
    pub fn new(day: NaiveDate, as_of: u64, contents: DayContents) -> Self {
        let DayContents { providers, services, appointments, skipped, demand } = contents;
        let catalogue: Catalogue = services.into_iter().collect();
        let yardstick = Arc::new(Yardstick::learned(&catalogue, &demand));
        let mut new = Self {
            day,
            as_of,
            catalogue,
            rows: BTreeMap::new(),
            providers: providers.into_iter().map(|provider| (provider.id.clone(), provider)).collect(),
            appointments: appointments.into_iter().collect(),
            yardstick,
            demand,
            skipped,
        };
        new.rebuild_all();
        new
    }

    /// The providers' rows by id, without those who have left by this day and have nothing on it.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Arc<ProviderRow>> {
        self.rows.values()
    }

    /// One provider's row.
    pub fn row(&self, provider: &ProviderId) -> Option<&Arc<ProviderRow>> {
        self.rows.get(provider)
    }

    /// Every appointment of the day, cancelled ones too, by start, provider and id.
    pub fn appointments(&self) -> Vec<&Arc<Appointment>> {
        self.appointments.by_start.values().collect()
    }

    /// One appointment of the day.
    pub fn appointment(&self, id: &RequestId) -> Option<&Arc<Appointment>> {
        self.appointments.by_id.get(id)
    }

    /// A provider, whether or not it has a row.
    pub fn provider(&self, id: &ProviderId) -> Option<&Arc<Provider>> {
        self.providers.get(id)
    }

    /// The measure by which gaps are judged.
    pub fn yardstick(&self) -> &Yardstick {
        &self.yardstick
    }

    /// Takes in a committed event; whether anything on this day changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        if event.number <= self.as_of {
            return false;
        }
        self.as_of = event.number;
        let edits = &event.draft.edits;
        // Of most changes one, or two when somebody is moved.
        let mut dirty: SmallVec<[ProviderId; 2]> = SmallVec::new();
        for edit in &edits.appointments {
            for before in edit.before.iter().filter(|before| before.day == self.day) {
                self.appointments.remove(before.id());
                dirty.push(before.provider.clone());
            }
            for after in edit.after.iter().filter(|after| after.day == self.day) {
                self.appointments.insert(after);
                dirty.push(after.provider.clone());
            }
        }
        for edit in &edits.providers {
            match (&edit.after, &edit.before) {
                (Some(after), _) => {
                    self.providers.insert(after.id.clone(), Arc::clone(after));
                    dirty.push(after.id.clone());
                }
                (None, Some(before)) => {
                    self.providers.remove(&before.id);
                    dirty.push(before.id.clone());
                }
                (None, None) => {}
            }
        }
        if edits.services.is_empty() {
            dirty.sort_unstable();
            dirty.dedup();
            self.rebuild(&dirty);
            return !dirty.is_empty();
        }
        for edit in &edits.services {
            match (&edit.after, &edit.before) {
                (Some(after), _) => self.catalogue.put(Arc::clone(after)),
                (None, Some(before)) => self.catalogue.remove(&before.id),
                (None, None) => {}
            }
        }
        self.yardstick = Arc::new(Yardstick::learned(&self.catalogue, &self.demand));
        self.rebuild_all();
        true
    }

    fn rebuild_all(&mut self) {
        let all: Vec<ProviderId> = self.providers.keys().cloned().collect();
        self.rows.clear();
        self.rebuild(&all);
    }

    fn rebuild(&mut self, dirty: &[ProviderId]) {
        for id in dirty {
            let row = self.providers.get(id).and_then(|provider| self.row_of(provider));
            match row {
                Some(row) => self.rows.insert(id.clone(), Arc::new(row)),
                None => self.rows.remove(id),
            };
        }
    }

    fn row_of(&self, provider: &Arc<Provider>) -> Option<ProviderRow> {
        let live = self.appointments.live.get(&provider.id);
        let live: Vec<Arc<Appointment>> = live.map_or_else(Vec::new, |live| live.values().cloned().collect());
        if provider.is_retired_on(self.day) && live.is_empty() {
            return None;
        }
        let hours = provider.hours_on(self.day);
        let hours = if self.skipped.is_empty() { hours } else { hours.minus(&self.skipped) };
        Some(ProviderRow::new(Arc::clone(provider), hours, live, &self.yardstick))
    }
}

impl ProviderRow {
    /// The row of a provider's day with these hours; `live` is sorted by start.
    fn new(provider: Arc<Provider>, hours: RangeSet, live: Vec<Arc<Appointment>>, yardstick: &Yardstick) -> Self {
        let taken: RangeSet = live.iter().map(|appointment| appointment.slot).collect();
        let gaps = hours.minus(&taken).into_vec();
        let shortest = yardstick.shortest();
        let unusable = gaps.iter().copied().filter(|gap| gap.len() < shortest).collect();
        let booked_minutes = live.iter().map(|appointment| u32::from(appointment.slot.len())).sum();
        let booked = u32::try_from(live.len()).unwrap_or(u32::MAX);
        let remaining = provider.max_daily_appointments.saturating_sub(booked);
        let places: u32 = gaps.iter().map(|gap| u32::from(gap.len() / shortest)).sum();
        let available_slots = remaining.min(places);
        let fragmentation = (available_slots > 0).then(|| Fragmentation { phi: yardstick.phi(&hours, &gaps) });
        Self { provider, hours, live, gaps, unusable, booked_minutes, available_slots, fragmentation }
    }

    /// The longest free piece from a minute on: what can still be booked of a day that has begun.
    pub fn longest_from(&self, earliest: Minute) -> Option<TimeRange> {
        let pieces = self.gaps.iter().filter_map(|gap| TimeRange::between(gap.start().max(earliest), gap.end()));
        // Of equal ones the earliest.
        pieces.max_by_key(|piece| (piece.len(), std::cmp::Reverse(piece.start())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Cancellation, Cause, ColourRole, Dated, Hours, Minutes, Overbooking, Request, ServiceId, Status, Text, Weekly,
    };

    fn appointment(id: &str, provider: &str, slot: &str, status: Status) -> Arc<Appointment> {
        let (start, end) = slot.split_once('-').unwrap();
        let slot = TimeRange::parse(start, end).unwrap();
        let request = Request {
            id: RequestId::new(id).unwrap(),
            day: NaiveDate::MIN,
            dated: Dated::Named,
            range: slot,
            duration: Minutes::new(slot.len().into()).unwrap(),
            preferred_provider: None,
            client: None,
            service: None,
            note: None,
        };
        let provider = ProviderId::new(provider).unwrap();
        let (request, overbooking) = (Arc::new(request), Overbooking::None);
        Arc::new(Appointment { request, provider, day: NaiveDate::MIN, slot, status, overbooking })
    }

    #[test]
    fn every_order_follows_every_change() {
        let mut all = Appointments::default();
        let ids = |all: &Appointments| all.by_start.values().map(|one| one.id().to_string()).collect::<Vec<_>>();
        let live = |all: &Appointments, provider: &str| {
            let live = all.live.get(&ProviderId::new(provider).unwrap());
            live.into_iter().flat_map(BTreeMap::values).map(|one| one.id().to_string()).collect::<Vec<_>>()
        };
        all.insert(&appointment("r2", "chen", "10:00-10:30", Status::Booked));
        all.insert(&appointment("r1", "chen", "09:00-09:30", Status::Booked));
        all.insert(&appointment("r3", "roy", "09:00-09:30", Status::Booked));
        assert_eq!(
            (ids(&all), live(&all, "chen")),
            (vec!["r1".into(), "r3".into(), "r2".into()], vec!["r1".into(), "r2".into()])
        );
        // Moved to another provider and time, under the same identifier.
        all.insert(&appointment("r1", "roy", "11:00-11:30", Status::Booked));
        assert_eq!((ids(&all), live(&all, "chen")), (vec!["r3".into(), "r2".into(), "r1".into()], vec!["r2".into()]));
        assert_eq!(live(&all, "roy"), ["r3", "r1"]);
        // Called off: still on the list, but nobody's.
        let called_off = Status::Cancelled(Cancellation { cause: Cause::House, note: None });
        all.insert(&appointment("r3", "roy", "09:00-09:30", called_off));
        assert_eq!((ids(&all).len(), live(&all, "roy")), (3, vec!["r1".into()]));
        all.remove(&RequestId::new("r1").unwrap());
        assert_eq!((ids(&all).len(), live(&all, "roy").len(), all.by_id.len()), (2, 0, 2));
    }

    #[test]
    fn of_a_day_that_has_begun_only_what_is_to_come_can_be_booked() {
        let window = |start, end| TimeRange::parse(start, end).unwrap();
        let hours: RangeSet = [window("09:00", "12:00"), window("13:00", "15:00")].into_iter().collect();
        let id = ProviderId::new("chen").unwrap();
        let provider = Provider::new(id, Hours::always(Weekly::EveryDay(hours.clone())), 8).unwrap();
        let row = ProviderRow::new(Arc::new(provider), hours, Vec::new(), &Yardstick::new(&[30]));
        let longest = |from: &str| row.longest_from(from.parse().unwrap());
        assert_eq!(longest("00:00"), Some(window("09:00", "12:00")));
        assert_eq!(longest("10:30"), Some(window("13:00", "15:00")));
        assert_eq!(longest("14:10"), Some(window("14:10", "15:00")));
        assert_eq!(longest("15:00"), None);
    }

    #[test]
    fn the_gauge_of_a_row_goes_by_what_was_asked_for_lately() {
        let services = [("s", 15), ("l", 60)].map(|(id, minutes)| {
            let (id, name) = (ServiceId::new(id).unwrap(), Text::name("name", id).unwrap());
            let (duration, colour) = (Minutes::new(minutes).unwrap(), ColourRole::new(0).unwrap());
            Arc::new(Service { id, name, duration, colour })
        });
        let morning: RangeSet = [TimeRange::parse("09:00", "12:00").unwrap()].into_iter().collect();
        let id = ProviderId::new("chen").unwrap();
        let provider = Arc::new(Provider::new(id.clone(), Hours::always(Weekly::EveryDay(morning)), 8).unwrap());
        let phi = |asked: i64| {
            let mut demand = Demand::default();
            demand.add_many(TimeRange::DAY, Minutes::new(asked).unwrap(), 1_000);
            let contents = DayContents {
                providers: vec![Arc::clone(&provider)],
                services: services.to_vec(),
                // 45 and 75 minutes are free: a quarter of an hour loses nothing by that, an hour half of it.
                appointments: vec![appointment("r1", "chen", "09:45-10:45", Status::Booked)],
                demand: Arc::new(demand),
                ..DayContents::default()
            };
            let snapshot = DaySnapshot::new(NaiveDate::MIN, 1, contents);
            snapshot.row(&id).unwrap().fragmentation.unwrap().phi
        };
        assert!(phi(60) > 2.0 * phi(15), "{} and {}", phi(60), phi(15));
    }
}
