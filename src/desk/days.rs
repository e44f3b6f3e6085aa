//! The days that decisions are being made on, loaded when somebody first asks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use parking_lot::RwLock;

use crate::domain::{Appointment, Demand, Minute, Provider, ProviderId};
use crate::scheduler::{Day, Dice, ProviderDay, Rules, Yardstick};
use crate::store::StoredDay;

use super::core::Core;
use super::roster::Roster;
use super::{DeskError, Past};

/// Days kept in memory; the ones furthest from today go first, so that memory does not grow with the
/// book.
const DAYS_KEPT: usize = 400;

/// The loaded days. What is stored is the truth: a day may be evicted at any time, decisions made on
/// it meanwhile are refused by the store as stale and made again.
#[derive(Default)]
pub(super) struct Days {
    loaded: RwLock<HashMap<NaiveDate, Arc<Day>>>,
}

impl Days {
    /// A loaded day.
    pub(super) fn get(&self, day: NaiveDate) -> Option<Arc<Day>> {
        self.loaded.read().get(&day).cloned()
    }

    /// The loaded days together with others, which may have been forgotten since; ascending, each one once.
    pub(super) fn with(&self, others: Vec<Arc<Day>>) -> Vec<Arc<Day>> {
        let mut all: BTreeMap<NaiveDate, Arc<Day>> = others.into_iter().map(|day| (day.date(), day)).collect();
        all.extend(self.loaded.read().iter().map(|(date, day)| (*date, Arc::clone(day))));
        all.into_values().collect()
    }

    /// Keeps a day unless somebody was faster; returns the one that is kept.
    fn keep(&self, date: NaiveDate, day: Day, today: NaiveDate) -> Arc<Day> {
        let mut loaded = self.loaded.write();
        if let Some(faster) = loaded.get(&date) {
            return Arc::clone(faster);
        }
        let distance = |other: &NaiveDate| (*other - today).num_days().unsigned_abs();
        while loaded.len() >= DAYS_KEPT
            && let Some(furthest) = loaded.keys().copied().max_by_key(distance)
        {
            loaded.remove(&furthest);
        }
        let day = Arc::new(day);
        loaded.insert(date, Arc::clone(&day));
        day
    }

    /// Puts changed days in the place of the ones they were made from.
    pub(super) fn rebuild(&self, rebuilt: impl Fn(&Day) -> Arc<Day>) {
        for day in self.loaded.write().values_mut() {
            *day = rebuilt(day);
        }
    }

    /// Forgets a day, so that it is loaded again.
    pub(super) fn evict(&self, day: NaiveDate) {
        self.loaded.write().remove(&day);
    }

    /// Forgets every day.
    pub(super) fn evict_all(&self) {
        self.loaded.write().clear();
    }
}

impl Core {
    /// A day to decide on; loads it when nobody has yet.
    pub(super) async fn day(&self, date: NaiveDate) -> Result<Arc<Day>, DeskError> {
        match self.days.get(date) {
            Some(day) => Ok(day),
            None => self.load(date).await,
        }
    }

    async fn load(&self, date: NaiveDate) -> Result<Arc<Day>, DeskError> {
        self.find_roster().await?;
        let demand = self.demand().await?;
        let stored = self.readers.read(move |reader| reader.day(date)).await?;
        // A roster that changed before the day is kept would never be known on it.
        let _one_at_a_time = self.roster_changes.lock();
        let roster = self.roster();
        let rules = self.rules(&roster, &demand);
        let day = Day::new(date, rules, demand, provider_days(date, &roster, stored));
        Ok(self.days.keep(date, day, self.calendar.today()))
    }

    /// The rules that decisions are made by with this roster.
    pub(super) fn rules(&self, roster: &Roster, demand: &Demand) -> Arc<Rules> {
        Arc::new(Rules {
            yardstick: Arc::new(Yardstick::learned(&roster.catalogue, demand)),
            start_grid: self.options.start_grid,
            policy: self.options.policy,
            dice: Dice::new(self.options.seed),
        })
    }

    /// The first minute of a day that may be given.
    pub(super) fn earliest(&self, day: NaiveDate, past: Past) -> Minute {
        let today = self.calendar.today();
        if past == Past::Allow || day > today {
            Minute::MIDNIGHT
        } else if day == today {
            self.calendar.minute()
        } else {
            Minute::END_OF_DAY
        }
    }
}

fn provider_days(date: NaiveDate, roster: &Roster, stored: StoredDay) -> Vec<ProviderDay> {
    let mut revisions: HashMap<ProviderId, u64> = stored.revisions.into_iter().collect();
    let mut live: HashMap<ProviderId, Vec<Arc<Appointment>>> = HashMap::new();
    for appointment in stored.appointments.into_iter().filter(|appointment| appointment.is_live()) {
        live.entry(appointment.provider.clone()).or_default().push(appointment);
    }
    let provider_day = |provider: &Arc<Provider>| {
        let revision = revisions.remove(&provider.id).unwrap_or(0);
        let live = live.remove(&provider.id).unwrap_or_default();
        ProviderDay::new(Arc::clone(provider), date, live, revision)
    };
    roster.providers.values().map(provider_day).collect()
}
