//! What the workers, the journal and the handle share.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::domain::{Action, Demand, Event};
use crate::scheduler::Dice;
use crate::store::{Commit, Reader, StoreError};
use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Mutex, RwLock};

use super::days::Days;
use super::feed::Publisher;
use super::inbox::Inbox;
use super::job::{Decision, Outstanding};
use super::readers::Readers;
use super::register::Register;
use super::roster::Roster;
use super::setbacks::{SetbackCount, Setbacks};
use super::undo::UndoStack;
use super::{Calendar, DeskError, Options};

/// The shared state of a desk. Every lock in it is held for a look-up or a small update, never while
/// waiting for anything.
pub(super) struct Core {
    pub(super) calendar: Calendar,
    pub(super) options: Options,
    /// What every day draws from, however often it is loaded.
    pub(super) dice: Dice,
    pub(super) days: Days,
    pub(super) roster: RwLock<Arc<Roster>>,
    /// Serialises what changes providers and services, and loading a day with those in force.
    pub(super) roster_changes: Mutex<()>,
    pub(super) readers: Readers,
    pub(super) register: Register,
    pub(super) inbox: Inbox<Decision>,
    pub(super) publisher: Publisher,
    pub(super) undo: Mutex<UndoStack>,
    pub(super) outstanding: Arc<Outstanding>,
    pub(super) meter: Meter,
    demand: Mutex<Learned>,
    /// Held while the demand is read, so that it is read once however many ask for it.
    learning: tokio::sync::Mutex<()>,
    /// What was decided and not stored; counted after it was forgotten.
    pub(super) setbacks: SetbackCount,
    roster_state: RosterState,
}

/// How far the roster in memory can be relied on; changed under `Core::roster_changes`.
///
/// But for what the store did not take: it marks the roster as lost before it counts as in flight no more, so
/// that nobody who reads the roster again meanwhile takes it for settled.
#[derive(Debug, Default)]
struct RosterState {
    /// Whether a change of it was decided that the store does not have.
    lost: AtomicBool,
    /// Changes of it on their way to the store.
    in_flight: AtomicUsize,
    /// The newest stored event that changed it.
    as_of: AtomicU64,
}

/// What the pulse is read from.
#[derive(Debug, Default)]
pub(super) struct Meter {
    pub(super) busy: AtomicUsize,
    pub(super) booked: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) store_failing: AtomicBool,
    /// When the store was given what it has not answered for; none while it has nothing to do.
    pub(super) storing_since: Mutex<Option<DateTime<Utc>>>,
}

/// The requests of the last weeks.
#[derive(Debug, Default)]
struct Learned {
    /// The day on which the log was last read for it; none before the first time.
    read_on: Option<NaiveDate>,
    demand: Arc<Demand>,
    /// The newest event that is counted.
    as_of: u64,
}

impl Core {
    pub(super) fn new(calendar: Calendar, options: Options, days: Days, readers: Readers, roster: Roster) -> Self {
        Self {
            calendar,
            dice: Dice::new(options.seed),
            options,
            days,
            roster: RwLock::new(Arc::new(roster)),
            roster_changes: Mutex::default(),
            readers,
            register: Register::default(),
            inbox: Inbox::new(),
            publisher: Publisher::new(),
            undo: Mutex::default(),
            outstanding: Arc::default(),
            meter: Meter::default(),
            demand: Mutex::default(),
            learning: tokio::sync::Mutex::default(),
            setbacks: SetbackCount::default(),
            roster_state: RosterState::default(),
        }
    }

    /// The roster as decided.
    pub(super) fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.roster.read())
    }

    /// The requests of the last weeks, read from the log once a day and kept up to date in between.
    pub(super) async fn demand(&self) -> Result<Arc<Demand>, DeskError> {
        let today = self.calendar.today();
        if let Some(demand) = self.demand_read_on(today) {
            return Ok(demand);
        }
        let _one_at_a_time = self.learning.lock().await;
        if let Some(demand) = self.demand_read_on(today) {
            return Ok(demand);
        }
        let since = self.learned_since();
        let (as_of, demand) = self.readers.read_to_decide(move |reader| demand_as_of(reader, since)).await?;
        let mut learned = self.demand.lock();
        *learned = Learned { read_on: Some(today), demand: Arc::new(demand), as_of };
        Ok(Arc::clone(&learned.demand))
    }

    fn demand_read_on(&self, today: NaiveDate) -> Option<Arc<Demand>> {
        let learned = self.demand.lock();
        (learned.read_on == Some(today)).then(|| Arc::clone(&learned.demand))
    }

    /// The requests of the last weeks as far as they were read.
    pub(super) fn demand_so_far(&self) -> Arc<Demand> {
        Arc::clone(&self.demand.lock().demand)
    }

    fn learned_since(&self) -> DateTime<Utc> {
        let days = TimeDelta::days(i64::from(self.options.popularity_days));
        self.calendar.now().checked_sub_signed(days).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// Takes in what was decided here and is stored now.
    pub(super) fn learn(&self, event: &Arc<Event>) {
        self.take_in(event);
        if event.draft.touches_roster() {
            let _one_at_a_time = self.roster_changes.lock();
            self.roster_state.as_of.store(event.number, Ordering::Relaxed);
            self.roster_state.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Takes in what the store has: the count, the demand, the possibility to undo.
    pub(super) fn take_in(&self, event: &Arc<Event>) {
        match &event.draft.action {
            Action::Booked(_) | Action::Overbooked(_) => self.meter.booked.fetch_add(1, Ordering::Relaxed),
            Action::Refused { .. } => self.meter.refused.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
        if let Some(request) = event.draft.answered() {
            let mut learned = self.demand.lock();
            if learned.read_on.is_some() && learned.as_of < event.number {
                learned.as_of = event.number;
                Arc::make_mut(&mut learned.demand).add(request);
            }
        }
        self.undo.lock().note(event);
    }

    /// Forgets what was decided but not stored, so that it is read from the store again, and so is what rests on it.
    pub(super) fn unlearn(&self, commit: &Commit) {
        for guard in &commit.guards {
            self.days.evict(guard.day);
        }
        if commit.draft.touches_roster() {
            self.lose_roster();
            self.roster_state.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
        if let Action::Undone(number) = &commit.draft.action {
            self.undo.lock().put_back(*number);
        }
        if commit.draft.touches_roster() {
            self.setbacks.count();
        } else if !commit.guards.is_empty() {
            self.setbacks.count_days();
        }
    }

    /// The setbacks so far, to be noted before anything is looked at.
    pub(super) fn setbacks(&self) -> Setbacks {
        self.setbacks.now()
    }

    /// Notes that a change of the roster goes to the store; called under `roster_changes`.
    pub(super) fn send_roster(&self) {
        self.roster_state.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// Marks the roster as one that the store does not have; it is read again before the next decision.
    pub(super) fn lose_roster(&self) {
        self.roster_state.lost.store(true, Ordering::Release);
        self.days.evict_all();
    }

    /// Sees to it that decisions are made with a roster that the store has or is about to get.
    pub(super) async fn find_roster(&self) -> Result<(), StoreError> {
        if self.roster_state.lost.load(Ordering::Acquire) { self.reload_roster().await } else { Ok(()) }
    }

    /// Reads the roster from the store again.
    pub(super) async fn reload_roster(&self) -> Result<(), StoreError> {
        loop {
            let stored = self.readers.read_to_decide(|reader| reader.roster()).await?;
            let sent = {
                let _one_at_a_time = self.roster_changes.lock();
                let state = &self.roster_state;
                if state.in_flight.load(Ordering::Relaxed) == 0 && stored.as_of >= state.as_of.load(Ordering::Relaxed) {
                    *self.roster.write() = Arc::new(stored.into());
                    state.lost.store(false, Ordering::Release);
                    self.days.evict_all();
                    return Ok(());
                }
                self.inbox.mark()
            };
            // What is on its way is in force already; it must not be forgotten just before it is stored.
            sent.settled().await;
        }
    }
}

/// The demand with the number of the newest event in it.
///
/// While bookings pour in the two can differ by a few requests, which only nudges popularity.
fn demand_as_of(reader: &mut dyn Reader, since: DateTime<Utc>) -> Result<(u64, Demand), StoreError> {
    for _ in 0..3 {
        let before = reader.last_event()?;
        let demand = reader.demand(since)?;
        if reader.last_event()? == before {
            return Ok((before, demand));
        }
    }
    Ok((reader.last_event()?, reader.demand(since)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Command, Desk, ManualClock, Past};
    use crate::domain::{Channel, Dated, Minutes, Request, RequestId, TimeRange};
    use crate::scheduler::policy;
    use crate::store::MemoryStore;

    fn open(store: &MemoryStore, clock: &Arc<ManualClock>) -> Desk {
        let options = Options {
            workers: 1,
            queue_length: 1,
            start_grid: Minutes::new(5).unwrap(),
            policy: policy::POLICIES[0],
            popularity_days: 28,
            seed: 1,
        };
        let calendar = Calendar::new(Arc::<ManualClock>::clone(clock), chrono_tz::UTC);
        Desk::open(Box::new(store.clone()), calendar, options).unwrap()
    }

    /// Asks for half an hour where nobody works, which is a wish all the same.
    async fn ask(desk: &Desk, id: &str) -> Arc<Event> {
        let request = Request {
            id: RequestId::new(id).unwrap(),
            day: desk.calendar().today(),
            dated: Dated::Named,
            range: TimeRange::DAY,
            duration: Minutes::new(30).unwrap(),
            preferred_provider: None,
            client: None,
            service: None,
            note: None,
        };
        let answer = desk.submit(Command::Book { request, past: Past::Allow }, Channel::Http.into()).await.unwrap();
        Arc::clone(answer.event().unwrap())
    }

    async fn learned(desk: &Desk) -> u64 {
        desk.core().demand().await.unwrap().iter().map(|(_, _, times)| times).sum()
    }

    #[tokio::test]
    async fn rule_9_all_days_of_a_desk_draw_from_the_dice_of_its_seed() {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().unwrap()));
        let desk = open(&MemoryStore::new(), &clock);
        let seeded = Dice::new(1);
        for date in desk.calendar().today().iter_days().take(2) {
            assert_eq!(desk.core().day(date).await.unwrap().rules().dice.draw(), seeded.draw());
            desk.core().days.evict(date);
            assert_eq!(desk.core().day(date).await.unwrap().rules().dice.draw(), seeded.draw(), "loaded again");
        }
    }

    #[tokio::test]
    async fn a_request_teaches_once_however_often_its_event_comes_by() {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().unwrap()));
        let desk = open(&MemoryStore::new(), &clock);
        let first = ask(&desk, "r1").await;
        assert_eq!(learned(&desk).await, 1);
        desk.core().take_in(&first);
        assert_eq!(learned(&desk).await, 1);
        ask(&desk, "r2").await;
        assert_eq!(learned(&desk).await, 2);
    }

    #[tokio::test]
    async fn the_requests_of_the_last_28_days_teach_and_are_read_anew_every_day() {
        let first: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(first));
        let store = MemoryStore::new();
        let (here, there) = (open(&store, &clock), open(&store, &clock));
        ask(&here, "r1").await;
        ask(&there, "r2").await;
        assert_eq!(learned(&here).await, 1, "what another desk was asked is read tomorrow");
        for (days, known) in [(1, 2), (2, 3)] {
            clock.set(first + TimeDelta::days(days));
            assert_eq!(learned(&here).await, known);
            ask(&here, &format!("later {days}")).await;
            assert_eq!(learned(&here).await, known + 1);
        }
        for (days, left) in [(28, 4), (29, 2), (30, 1), (57, 0)] {
            clock.set(first + TimeDelta::days(days));
            assert_eq!(learned(&here).await, left, "{days} days later");
        }
    }
}
