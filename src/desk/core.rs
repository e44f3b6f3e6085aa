//! What the workers, the journal and the handle share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use parking_lot::{Mutex, RwLock};

use crate::domain::{Action, Demand, Event};
use crate::store::{Commit, Reader, StoreError};

use super::days::Days;
use super::feed::Publisher;
use super::inbox::Inbox;
use super::job::{Decision, Outstanding};
use super::readers::Readers;
use super::register::Register;
use super::roster::Roster;
use super::undo::UndoStack;
use super::{Calendar, DeskError, Options};

/// The shared state of a desk. Every lock in it is held for a look-up or a small update, never while
/// waiting for anything.
pub(super) struct Core {
    pub(super) calendar: Calendar,
    pub(super) options: Options,
    pub(super) days: Days,
    pub(super) roster: RwLock<Arc<Roster>>,
    /// Serialises decisions about providers and services; bookings never take it.
    pub(super) roster_changes: Mutex<()>,
    pub(super) readers: Readers,
    pub(super) register: Register,
    pub(super) inbox: Inbox<Decision>,
    pub(super) publisher: Publisher,
    pub(super) undo: Mutex<UndoStack>,
    pub(super) outstanding: Arc<Outstanding>,
    pub(super) meter: Meter,
    demand: Mutex<Learned>,
}

/// What the pulse is read from.
#[derive(Debug, Default)]
pub(super) struct Meter {
    pub(super) busy: AtomicUsize,
    pub(super) booked: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) store_failing: AtomicBool,
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
    pub(super) fn new(calendar: Calendar, options: Options, readers: Readers, roster: Roster) -> Self {
        Self {
            calendar,
            options,
            days: Days::default(),
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
        }
    }

    /// The roster as decided.
    pub(super) fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.roster.read())
    }

    /// The requests of the last weeks, read from the log once a day and kept up to date in between.
    pub(super) async fn demand(&self) -> Result<Arc<Demand>, DeskError> {
        let today = self.calendar.today();
        {
            let learned = self.demand.lock();
            if learned.read_on == Some(today) {
                return Ok(Arc::clone(&learned.demand));
            }
        }
        let since = self.learned_since();
        let (as_of, demand) = self.readers.read(move |reader| demand_as_of(reader, since)).await?;
        let mut learned = self.demand.lock();
        *learned = Learned { read_on: Some(today), demand: Arc::new(demand), as_of };
        Ok(Arc::clone(&learned.demand))
    }

    /// The requests of the last weeks as far as they were read.
    pub(super) fn demand_so_far(&self) -> Arc<Demand> {
        Arc::clone(&self.demand.lock().demand)
    }

    fn learned_since(&self) -> DateTime<Utc> {
        let days = TimeDelta::days(i64::from(self.options.popularity_days));
        self.calendar.now().checked_sub_signed(days).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// Takes in what the store has now: the answer, the count, the demand, the possibility to undo.
    pub(super) fn learn(&self, event: &Arc<Event>) {
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
        if event.draft.touches_roster() {
            let mut roster = self.roster.write();
            *roster = Arc::new(roster.caught_up(&event.draft.edits));
        }
        self.undo.lock().note(event);
    }

    /// Forgets what was decided but not stored, so that it is read from the store again.
    pub(super) fn unlearn(&self, commit: &Commit) {
        for guard in &commit.guards {
            self.days.evict(guard.day);
        }
        if commit.draft.touches_roster() {
            self.days.evict_all();
        }
        if let Action::Undone(number) = &commit.draft.action {
            self.undo.lock().put_back(*number);
        }
    }

    /// Reads the roster from the store again after a change of it was not stored.
    pub(super) async fn reload_roster(&self) -> Result<(), StoreError> {
        let stored = self.readers.read(|reader| reader.roster()).await?;
        *self.roster.write() = Arc::new(stored.into());
        self.days.evict_all();
        Ok(())
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
