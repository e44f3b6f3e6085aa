//! How often something was decided that the store did not take.

use crate::sync::atomic::{AtomicU64, Ordering};

/// The setbacks of a desk up to one moment.
///
/// Whoever decides notes them before looking at anything. If there are more by the time the decision comes to
/// the journal, it may rest on what was never stored: bookings that never came about, hours that never
/// changed. Days and records have revisions by which the store would notice, but what changes neither, a
/// refusal above all, would be stored as true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setbacks {
    whole: u64,
    of_days: u64,
}

/// What a decision is checked by before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Footing {
    /// The store knows by revisions and records whether what it changes is still as it was.
    Known,
    /// Nothing but the setbacks tells.
    Bare,
}

impl Setbacks {
    /// Whether what was decided after the setbacks of `then` may rest on what was not stored.
    ///
    /// Only a bare decision is outdated by a setback of days alone: to send another one back would be one more
    /// setback for those after it, and under load there would be no end to it.
    pub(super) fn outdate(self, then: Self, footing: Footing) -> bool {
        self.whole != then.whole || (footing == Footing::Bare && self.of_days != then.of_days)
    }
}

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct SetbackCount {
    whole: AtomicU64,
    of_days: AtomicU64,
}

impl SetbackCount {
    /// The setbacks so far.
    pub(super) fn now(&self) -> Setbacks {
        Setbacks { whole: self.whole.load(Ordering::Acquire), of_days: self.of_days.load(Ordering::Acquire) }
    }

    /// Counts one that concerns whatever was decided before, after everything was forgotten.
    pub(super) fn count(&self) {
        self.whole.fetch_add(1, Ordering::Release);
    }

    /// Counts one of provider-days alone, after they were forgotten.
    pub(super) fn count_days(&self) {
        self.of_days.fetch_add(1, Ordering::Release);
    }
}
