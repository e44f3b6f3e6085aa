//! The day on the screen, kept true by the feed.

use std::sync::Arc;

use chrono::NaiveDate;

use super::message::Ticket;
use crate::desk::{DaySnapshot, DeskError};
use crate::domain::Event;

/// Events kept while a day is loading. A load takes milliseconds; whoever gets more than this in
/// between loads again rather than grow.
const WAITING_MAX: usize = 4096;

/// One day, loading or loaded.
#[derive(Debug)]
pub(super) struct Shown {
    day: NaiveDate,
    snapshot: Option<DaySnapshot>,
    loading: Option<Ticket>,
    waiting: Vec<Arc<Event>>,
    overflowed: Overflowed,
}

/// Whether events were dropped while loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overflowed {
    No,
    Yes,
}

/// What a load came to.
#[derive(Debug)]
pub(super) enum Loaded {
    /// Another day than before is there.
    Opened,
    /// The same day is there again.
    Refreshed,
    /// It was an old load; nothing changed.
    Outdated,
    /// Too much happened meanwhile: load again.
    Again,
    /// The desk could not read it.
    Failed(DeskError),
}

impl Shown {
    /// Nothing yet.
    pub(super) fn new(day: NaiveDate) -> Self {
        Self { day, snapshot: None, loading: None, waiting: Vec::new(), overflowed: Overflowed::No }
    }

    /// Which day.
    pub(super) fn day(&self) -> NaiveDate {
        self.day
    }

    /// The day as committed, once it is loaded.
    pub(super) fn snapshot(&self) -> Option<&DaySnapshot> {
        self.snapshot.as_ref()
    }

    /// Whether a load is on its way.
    pub(super) fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Turns to a day; what was shown of another one goes, what was shown of this one stays for now.
    pub(super) fn turn_to(&mut self, day: NaiveDate, ticket: Ticket) {
        if day != self.day {
            self.snapshot = None;
        }
        self.day = day;
        self.loading = Some(ticket);
        self.waiting.clear();
        self.overflowed = Overflowed::No;
    }

    /// Takes in events; they wait while a load is on its way, because the old state may miss some.
    pub(super) fn apply(&mut self, events: &[Arc<Event>]) {
        if self.loading.is_some() {
            if self.waiting.len() + events.len() > WAITING_MAX {
                self.overflowed = Overflowed::Yes;
                self.waiting.clear();
            }
            if self.overflowed == Overflowed::No {
                self.waiting.extend(events.iter().cloned());
            }
            return;
        }
        if let Some(snapshot) = &mut self.snapshot {
            for event in events {
                snapshot.apply(event);
            }
        }
    }

    /// Takes in a loaded day, unless another one is wanted by now.
    pub(super) fn loaded(&mut self, ticket: Ticket, result: Result<Box<DaySnapshot>, DeskError>) -> Loaded {
        if self.loading != Some(ticket) {
            return Loaded::Outdated;
        }
        self.loading = None;
        let waiting = std::mem::take(&mut self.waiting);
        match result {
            Err(error) => Loaded::Failed(error),
            Ok(_) if self.overflowed == Overflowed::Yes => Loaded::Again,
            Ok(snapshot) => {
                let known = self.snapshot.replace(*snapshot).is_some();
                self.apply(&waiting);
                if known { Loaded::Refreshed } else { Loaded::Opened }
            }
        }
    }
}
