//! Time, passed in: every test and every demo brings its own.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use parking_lot::Mutex;

use crate::domain::{Minute, RangeSet, first_minute_to_come, minute_shown, skipped_minutes};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still until it is set: for tests and benches.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock() = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

/// A clock read in the desk's time zone.
#[derive(Clone)]
pub struct Calendar {
    clock: Arc<dyn Clock>,
    zone: Tz,
}

impl Calendar {
    /// The calendar of a desk in `zone`.
    pub fn new(clock: Arc<dyn Clock>, zone: Tz) -> Self {
        Self { clock, zone }
    }

    /// The current instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The civil date at the desk.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone).date_naive()
    }

    /// The minute that the desk's clock on the wall shows.
    pub fn minute(&self) -> Minute {
        minute_shown(self.zone, self.now())
    }

    /// The first minute of a day that has not gone by for good; today's is behind [`Self::minute`] only while the
    /// clock shows minutes that it will be put back to.
    pub fn first_to_come(&self, day: NaiveDate) -> Minute {
        first_minute_to_come(self.zone, self.now(), day)
    }

    /// The minutes of a day that the clock on the wall never shows, because it is put forward.
    pub fn skipped(&self, day: NaiveDate) -> RangeSet {
        skipped_minutes(self.zone, day)
    }

    /// The desk's time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }
}

impl std::fmt::Debug for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calendar").field("zone", &self.zone).finish_non_exhaustive()
    }
}
