//! The days that decisions are being made on, loaded when somebody first asks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{Appointment, Demand, Minute, Provider, ProviderId, RangeSet};
use crate::scheduler::{Day, Dice, ProviderDay, Rules, Yardstick};
use crate::store::{Guard, StoredDay};
use crate::sync::RwLock;

use super::core::Core;
use super::roster::Roster;
use super::{DeskError, Past};

/// Days kept in memory; the ones furthest from today go first, so that memory does not grow with the
/// book.
const DAYS_KEPT: usize = 400;

/// How often a day is read again because it was changed while it was read.
const LOADS_MAX: usize = 16;

/// Days whose newest commit is remembered; enough for any year, and bounded for an import of many.
const COMMITS_KEPT: usize = 4096;

/// The loaded days. What is stored is the truth: a day may be evicted at any time, decisions made on
/// it meanwhile are refused by the store as stale and made again.
#[derive(Default)]
pub(super) struct Days(RwLock<Loaded>);

#[derive(Default)]
struct Loaded {
    days: HashMap<NaiveDate, Arc<Day>>,
    /// The newest event that touched a day, so that what was read before it is not kept after it.
    committed: HashMap<NaiveDate, u64>,
    /// The newest event of a day that is not remembered any more.
    forgotten: u64,
}

impl Days {
    /// A loaded day.
    pub(super) fn get(&self, day: NaiveDate) -> Option<Arc<Day>> {
        self.0.read().days.get(&day).cloned()
    }

    /// The loaded days together with others, which may have been forgotten since; ascending, each one once.
    pub(super) fn with(&self, others: Vec<Arc<Day>>) -> Vec<Arc<Day>> {
        let mut all: BTreeMap<NaiveDate, Arc<Day>> = others.into_iter().map(|day| (day.date(), day)).collect();
        all.extend(self.0.read().days.iter().map(|(date, day)| (*date, Arc::clone(day))));
        all.into_values().collect()
    }

    /// Keeps a day that was read as of an event, unless somebody was faster; returns the one that is
    /// kept, or none if something was committed to the day since it was read.
    fn keep(&self, day: Day, as_of: u64, today: NaiveDate) -> Option<Arc<Day>> {
        let Loaded { days, committed, forgotten } = &mut *self.0.write();
        let date = day.date();
        if let Some(faster) = days.get(&date) {
            return Some(Arc::clone(faster));
        }
        if as_of < *committed.get(&date).unwrap_or(forgotten) {
            return None;
        }
        let distance = |other: &NaiveDate| (*other - today).num_days().unsigned_abs();
        while days.len() >= DAYS_KEPT
            && let Some(furthest) = days.keys().copied().max_by_key(distance)
        {
            days.remove(&furthest);
        }
        let day = Arc::new(day);
        days.insert(date, Arc::clone(&day));
        Some(day)
    }

    /// Takes in what was committed: a day that knows less than the store is forgotten.
    ///
    /// That is one that was loaded while a decision made on its predecessor was on its way to the store.
    pub(super) fn committed(&self, guards: &[(Guard, u64)]) {
        let touched: Vec<(&Guard, Arc<Day>)> = {
            let Loaded { days, committed, forgotten } = &mut *self.0.write();
            if committed.len() > COMMITS_KEPT {
                *forgotten = committed.drain().map(|(_, number)| number).fold(*forgotten, u64::max);
            }
            committed.extend(guards.iter().map(|(guard, number)| (guard.day, *number)));
            guards.iter().filter_map(|(guard, _)| Some((guard, Arc::clone(days.get(&guard.day)?)))).collect()
        };
        for (guard, day) in touched {
            if day.revision(&guard.provider).is_some_and(|revision| revision <= guard.revision) {
                self.evict(guard.day);
            }
        }
    }

    /// Puts changed days in the place of the ones they were made from; called under `roster_changes`, so that
    /// no day is loaded or changed by anybody else meanwhile.
    pub(super) fn rebuild(&self, rebuilt: impl Fn(&Day) -> Arc<Day>) {
        // Making them takes a while, and whoever decides meanwhile must not wait: on an old day they are passed on.
        let before: Vec<Arc<Day>> = self.0.read().days.values().cloned().collect();
        let after: Vec<Arc<Day>> = before.iter().map(|day| rebuilt(day)).collect();
        let mut loaded = self.0.write();
        for (before, after) in before.iter().zip(after) {
            if let Some(day) = loaded.days.get_mut(&before.date()).filter(|day| Arc::ptr_eq(day, before)) {
                *day = after;
            }
        }
    }

    /// Forgets a day, so that it is loaded again.
    pub(super) fn evict(&self, day: NaiveDate) {
        self.0.write().days.remove(&day);
    }

    /// Forgets every day.
    pub(super) fn evict_all(&self) {
        self.0.write().days.clear();
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
        for _ in 0..LOADS_MAX {
            self.find_roster().await?;
            let demand = self.demand().await?;
            let stored = self.readers.read_to_decide(move |reader| reader.day(date)).await?;
            let as_of = stored.as_of;
            // A roster that changed before the day is kept would never be known on it.
            let _one_at_a_time = self.roster_changes.lock();
            let roster = self.roster();
            let rules = self.rules(&roster, &demand);
            let day = Day::new(date, rules, demand, provider_days(date, &roster, stored, &self.calendar.skipped(date)));
            if let Some(day) = self.days.keep(day, as_of, self.calendar.today()) {
                return Ok(day);
            }
        }
        Err(DeskError::Overtaken)
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
        match past {
            Past::Allow => Minute::MIDNIGHT,
            Past::Refuse => self.calendar.first_to_come(day),
        }
    }
}

fn provider_days(date: NaiveDate, roster: &Roster, stored: StoredDay, skipped: &RangeSet) -> Vec<ProviderDay> {
    let mut revisions: HashMap<ProviderId, u64> = stored.revisions.into_iter().collect();
    let mut live: HashMap<ProviderId, Vec<Arc<Appointment>>> = HashMap::new();
    for appointment in stored.appointments.into_iter().filter(|appointment| appointment.is_live()) {
        live.entry(appointment.provider.clone()).or_default().push(appointment);
    }
    let provider_day = |provider: &Arc<Provider>| {
        let revision = revisions.remove(&provider.id).unwrap_or(0);
        let live = live.remove(&provider.id).unwrap_or_default();
        ProviderDay::new(Arc::clone(provider), date, live, revision).skipping(skipped)
    };
    roster.providers.values().map(provider_day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Hours, Minutes, Weekly};
    use crate::scheduler::policy;

    const DATE: NaiveDate = NaiveDate::MIN;

    fn chen() -> ProviderId {
        ProviderId::new("chen").unwrap()
    }

    fn day(revision: u64) -> Day {
        let hours = Hours::always(Weekly::EveryDay([crate::domain::TimeRange::DAY].into_iter().collect()));
        let provider = Arc::new(Provider::new(chen(), hours, 8).unwrap());
        let rules = Rules {
            yardstick: Arc::new(Yardstick::new(&[30])),
            start_grid: Minutes::new(5).unwrap(),
            policy: policy::POLICIES[0],
            dice: Dice::new(1),
        };
        Day::new(DATE, Arc::new(rules), Arc::default(), vec![ProviderDay::new(provider, DATE, Vec::new(), revision)])
    }

    fn guard(revision: u64) -> Guard {
        Guard { provider: chen(), provider_revision: 1, day: DATE, revision }
    }

    #[test]
    fn what_was_read_before_a_commit_is_not_kept_after_it() {
        let days = Days::default();
        days.committed(&[(guard(0), 7)]);
        assert!(days.keep(day(0), 6, DATE).is_none());
        assert!(days.keep(day(1), 7, DATE).is_some());
    }

    #[test]
    fn a_day_that_knows_less_than_the_store_is_forgotten() {
        let days = Days::default();
        days.keep(day(0), 0, DATE).unwrap();
        // Decided on a day that was forgotten since, and committed now.
        days.committed(&[(guard(0), 1)]);
        assert!(days.get(DATE).is_none());
        days.keep(day(1), 1, DATE).unwrap();
        days.committed(&[(guard(0), 1)]);
        assert!(days.get(DATE).is_some(), "one that knows of it stays");
    }

    #[test]
    fn rule_7_nobody_waits_for_days_while_others_are_made_to_replace_them() {
        let days = Days::default();
        let old = days.keep(day(0), 0, DATE).unwrap();
        days.rebuild(|day| {
            assert!(days.0.try_read().is_some(), "a look at a day would wait");
            day.rebuilt(Arc::clone(day.rules()), Vec::new(), &[])
        });
        assert!(!Arc::ptr_eq(&old, &days.get(DATE).unwrap()));
    }

    #[test]
    fn only_so_many_days_and_commits_are_remembered() {
        let days = Days::default();
        let guards = (0..=COMMITS_KEPT as u64).map(|number| {
            let day = DATE + chrono::Days::new(number);
            (Guard { day, ..guard(0) }, number + 1)
        });
        days.committed(&guards.collect::<Vec<_>>());
        days.committed(&[]);
        assert!(days.0.read().committed.is_empty());
        assert!(days.keep(day(1), 5, DATE).is_none(), "it cannot be told any more, so it is read again");
    }
}
