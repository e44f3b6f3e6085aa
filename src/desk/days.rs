//! The days that decisions are being made on, loaded when somebody first asks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
// Not exchanged when schedules are explored: what they hold chooses who is forgotten, and nothing else.
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use smallvec::SmallVec;

use crate::domain::{Appointment, Demand, Minute, Provider, ProviderId, RangeSet};
use crate::scheduler::{Day, ProviderDay, Rules, Yardstick};
use crate::store::{Guard, StoredDay};
use crate::sync::RwLock;

use super::core::Core;
use super::roster::Roster;
use super::{DeskError, Past};

/// Days that a desk keeps in memory, so that memory does not grow with the book.
pub(super) const DAYS_KEPT: usize = 400;

/// How often a day is read again because it was changed while it was read.
const LOADS_MAX: usize = 16;

/// Days whose newest commit is remembered; enough for any year, and bounded for an import of many.
const COMMITS_KEPT: usize = 4096;

/// Days that are not forgotten for lack of room.
pub(super) type HeldDays = SmallVec<[Arc<Day>; 1]>;

/// The loaded days. What is stored is the truth: a day may be evicted at any time, decisions made on
/// it meanwhile are refused by the store as stale and made again.
pub(super) struct Days {
    loaded: RwLock<Loaded>,
    /// How many may be loaded while nobody decides on them.
    kept: usize,
    /// Grows with every look at a day.
    looks: AtomicU64,
}

#[derive(Default)]
struct Loaded {
    days: HashMap<NaiveDate, Kept>,
    /// The newest event that touched a day, so that what was read before it is not kept after it.
    committed: HashMap<NaiveDate, u64>,
    /// The newest event of a day that is not remembered any more.
    forgotten: u64,
}

/// A day with when it was last looked at.
struct Kept {
    day: Arc<Day>,
    used: AtomicU64,
}

impl Loaded {
    /// Makes room for one more day: past days go first, then those that nobody has looked at for the longest.
    ///
    /// One that is being decided on stays, and takes nobody's room: it would be read again at once, and what was
    /// decided on it refused.
    fn make_room(&mut self, kept: usize, today: NaiveDate) {
        let idle = self.days.iter().filter(|(_, kept)| Arc::strong_count(&kept.day) == 1);
        let mut idle: Vec<_> =
            idle.map(|(date, kept)| (*date >= today, kept.used.load(Ordering::Relaxed), *date)).collect();
        let surplus = (idle.len() + 1).saturating_sub(kept);
        if surplus > 0 {
            idle.sort_unstable();
        }
        for (.., date) in idle.into_iter().take(surplus) {
            self.days.remove(&date);
        }
    }
}

impl Days {
    /// Room for so many days.
    pub(super) fn new(kept: usize) -> Self {
        Self { loaded: RwLock::default(), kept, looks: AtomicU64::new(0) }
    }

    /// A loaded day.
    pub(super) fn get(&self, day: NaiveDate) -> Option<Arc<Day>> {
        let loaded = self.loaded.read();
        let Kept { day, used } = loaded.days.get(&day)?;
        used.store(self.look(), Ordering::Relaxed);
        Some(Arc::clone(day))
    }

    /// The days that a decision was made on, to be held until the store has answered for it.
    ///
    /// Loaded again before that, they would not know of it, and whatever was decided on them would be stale.
    pub(super) fn hold(&self, guards: &[Guard]) -> HeldDays {
        let loaded = self.loaded.read();
        guards.iter().filter_map(|guard| Some(Arc::clone(&loaded.days.get(&guard.day)?.day))).collect()
    }

    fn look(&self) -> u64 {
        self.looks.fetch_add(1, Ordering::Relaxed)
    }

    /// The loaded days together with others, which may have been forgotten since; ascending, each one once.
    pub(super) fn with(&self, others: Vec<Arc<Day>>) -> Vec<Arc<Day>> {
        let mut all: BTreeMap<NaiveDate, Arc<Day>> = others.into_iter().map(|day| (day.date(), day)).collect();
        all.extend(self.loaded.read().days.iter().map(|(date, kept)| (*date, Arc::clone(&kept.day))));
        all.into_values().collect()
    }

    /// Keeps a day that was read as of an event, unless somebody was faster; returns the one that is
    /// kept, or none if something was committed to the day since it was read.
    fn keep(&self, day: Day, as_of: u64, today: NaiveDate) -> Option<Arc<Day>> {
        let mut loaded = self.loaded.write();
        let date = day.date();
        if let Some(faster) = loaded.days.get(&date) {
            return Some(Arc::clone(&faster.day));
        }
        if as_of < *loaded.committed.get(&date).unwrap_or(&loaded.forgotten) {
            return None;
        }
        loaded.make_room(self.kept, today);
        let day = Arc::new(day);
        loaded.days.insert(date, Kept { day: Arc::clone(&day), used: AtomicU64::new(self.look()) });
        Some(day)
    }

    /// Takes in what was committed: a day that knows less than the store is forgotten.
    ///
    /// That is one that was loaded while a decision made on its predecessor was on its way to the store.
    pub(super) fn committed(&self, guards: &[(Guard, u64)]) {
        let touched: Vec<(&Guard, Arc<Day>)> = {
            let Loaded { days, committed, forgotten } = &mut *self.loaded.write();
            if committed.len() > COMMITS_KEPT {
                *forgotten = committed.drain().map(|(_, number)| number).fold(*forgotten, u64::max);
            }
            committed.extend(guards.iter().map(|(guard, number)| (guard.day, *number)));
            guards.iter().filter_map(|(guard, _)| Some((guard, Arc::clone(&days.get(&guard.day)?.day)))).collect()
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
        let before: Vec<Arc<Day>> = self.loaded.read().days.values().map(|kept| Arc::clone(&kept.day)).collect();
        let after: Vec<Arc<Day>> = before.iter().map(|day| rebuilt(day)).collect();
        let mut loaded = self.loaded.write();
        for (before, after) in before.iter().zip(after) {
            if let Some(kept) = loaded.days.get_mut(&before.date()).filter(|kept| Arc::ptr_eq(&kept.day, before)) {
                kept.day = after;
            }
        }
    }

    /// Forgets a day, so that it is loaded again.
    pub(super) fn evict(&self, day: NaiveDate) {
        self.loaded.write().days.remove(&day);
    }

    /// Forgets every day.
    pub(super) fn evict_all(&self) {
        self.loaded.write().days.clear();
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
            dice: self.dice.clone(),
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
    use crate::scheduler::{Dice, policy};

    const DATE: NaiveDate = NaiveDate::MIN;

    fn chen() -> ProviderId {
        ProviderId::new("chen").unwrap()
    }

    fn day(revision: u64) -> Day {
        day_on(DATE, revision)
    }

    fn day_on(date: NaiveDate, revision: u64) -> Day {
        let hours = Hours::always(Weekly::EveryDay([crate::domain::TimeRange::DAY].into_iter().collect()));
        let provider = Arc::new(Provider::new(chen(), hours, 8).unwrap());
        let rules = Rules {
            yardstick: Arc::new(Yardstick::new(&[30])),
            start_grid: Minutes::new(5).unwrap(),
            policy: policy::POLICIES[0],
            dice: Dice::new(1),
        };
        Day::new(date, Arc::new(rules), Arc::default(), vec![ProviderDay::new(provider, date, Vec::new(), revision)])
    }

    fn guard(revision: u64) -> Guard {
        Guard { provider: chen(), provider_revision: 1, day: DATE, revision }
    }

    #[test]
    fn what_was_read_before_a_commit_is_not_kept_after_it() {
        let days = Days::new(DAYS_KEPT);
        days.committed(&[(guard(0), 7)]);
        assert!(days.keep(day(0), 6, DATE).is_none());
        assert!(days.keep(day(1), 7, DATE).is_some());
    }

    #[test]
    fn a_day_that_knows_less_than_the_store_is_forgotten() {
        let days = Days::new(DAYS_KEPT);
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
        let days = Days::new(DAYS_KEPT);
        let old = days.keep(day(0), 0, DATE).unwrap();
        days.rebuild(|day| {
            assert!(days.loaded.try_read().is_some(), "a look at a day would wait");
            day.rebuilt(Arc::clone(day.rules()), Vec::new())
        });
        assert!(!Arc::ptr_eq(&old, &days.get(DATE).unwrap()));
    }

    #[test]
    fn past_days_are_forgotten_first_then_those_unused_for_longest_but_none_that_is_decided_on() {
        let date = |number: u64| DATE + chrono::Days::new(number);
        let days = Days::new(3);
        let (today, keep) = (date(5), |number| days.keep(day_on(date(number), 0), 0, date(5)));
        let loaded = || -> Vec<i64> {
            let mut all: Vec<_> = days.loaded.read().days.keys().map(|day| (*day - DATE).num_days()).collect();
            all.sort_unstable();
            all
        };
        for number in [900, 5, 4, 6] {
            keep(number).unwrap();
        }
        assert_eq!(loaded(), [5, 6, 900], "yesterday goes before what is far ahead");
        days.get(date(900)).unwrap();
        let in_use = days.get(today);
        keep(7).unwrap();
        assert_eq!(loaded(), [5, 6, 7, 900], "today is decided on, and takes nobody's room");
        days.get(date(900)).unwrap();
        drop(in_use);
        keep(8).unwrap();
        assert_eq!(loaded(), [7, 8, 900]);
    }

    #[test]
    fn only_so_many_days_and_commits_are_remembered() {
        let days = Days::new(DAYS_KEPT);
        let guards = (0..=COMMITS_KEPT as u64).map(|number| {
            let day = DATE + chrono::Days::new(number);
            (Guard { day, ..guard(0) }, number + 1)
        });
        days.committed(&guards.collect::<Vec<_>>());
        days.committed(&[]);
        assert!(days.loaded.read().committed.is_empty());
        assert!(days.keep(day(1), 5, DATE).is_none(), "it cannot be told any more, so it is read again");
    }
}
