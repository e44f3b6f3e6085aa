//! What keeps a refusal true while others change the day.

use crate::domain::{Minutes, TimeRange};
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Counts what could give a request a place that it did not have a moment ago.
///
/// Providers are asked one after the other, each under its own lock. If nothing was released between
/// the first and the last answer, everybody's "no" still holds when the last one is given, so a refusal
/// is true at that moment. Every release is counted while its provider-day is held.
///
/// A booking takes minutes away, but it makes edges, and an appointment may start flush with an edge off
/// the grid. That matters only if the edge is off the grid itself, or if somebody is just asking for a
/// duration that is no multiple of the grid; ordinary bookings touch nothing shared here.
#[derive(Debug, Default)]
pub(super) struct Releases {
    count: AtomicU64,
    /// How many are asking for a duration that is no multiple of the grid.
    irregular: AtomicU32,
}

impl Releases {
    /// Counts a release: minutes or a daily place became free, hours or a limit grew, somebody joined.
    pub(super) fn count(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    /// Counts a booking if it may have opened a start that was not one before.
    pub(super) fn count_booking(&self, slot: TimeRange, grid: Minutes) {
        let regular = [slot.start(), slot.end()].into_iter().all(|edge| edge.get().is_multiple_of(grid.get()));
        if !regular || self.irregular.load(Ordering::Acquire) > 0 {
            self.count();
        }
    }

    /// Begins to watch for releases that matter to a request for `duration`.
    pub(super) fn watch(&self, duration: Minutes, grid: Minutes) -> Watch<'_> {
        let irregular = !duration.get().is_multiple_of(grid.get());
        if irregular {
            self.irregular.fetch_add(1, Ordering::AcqRel);
        }
        Watch { releases: self, irregular, since: self.count.load(Ordering::Acquire) }
    }
}

/// Knows whether anything was released since it began.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    releases: &'a Releases,
    irregular: bool,
    since: u64,
}

impl Watch<'_> {
    /// Whether nothing that matters was released so far.
    pub(super) fn is_quiet(&self) -> bool {
        self.releases.count.load(Ordering::Acquire) == self.since
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if self.irregular {
            self.releases.irregular.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_on_the_grid_matters_only_to_irregular_durations() {
        let releases = Releases::default();
        let (grid, regular, irregular) =
            (Minutes::new(15).unwrap(), Minutes::new(30).unwrap(), Minutes::new(20).unwrap());
        let slot = TimeRange::parse("09:00", "09:30").unwrap();
        {
            let watch = releases.watch(regular, grid);
            releases.count_booking(slot, grid);
            assert!(watch.is_quiet());
            releases.count_booking(TimeRange::parse("09:30", "09:50").unwrap(), grid);
            assert!(!watch.is_quiet());
        }
        {
            let watch = releases.watch(irregular, grid);
            releases.count_booking(slot, grid);
            assert!(!watch.is_quiet());
        }
        assert_eq!(releases.irregular.load(Ordering::Acquire), 0);
    }
}
