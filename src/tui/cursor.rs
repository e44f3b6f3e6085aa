//! Where the person at the desk is: kept by id and time, so that no live change moves it.

use crate::desk::{DaySnapshot, ProviderRow};
use crate::domain::{Minute, ProviderId, RequestId, TimeRange};

/// The step of the cursor through free time, in minutes.
const FREE_STEP: u16 = 15;

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pane {
    /// The providers' timelines.
    #[default]
    Timelines,
    /// The list of appointments.
    List,
}

impl Pane {
    /// The other one.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Timelines => Self::List,
            Self::List => Self::Timelines,
        }
    }
}

/// What is selected. Only the person moves it: an appointment that is moved away by others stays
/// selected, and one that appears under the cursor is not, so that no key hits what was not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) pane: Pane,
    pub(super) provider: Option<ProviderId>,
    pub(super) minute: Minute,
    pub(super) appointment: Option<RequestId>,
}

impl Cursor {
    /// A cursor at a minute, on nobody yet.
    pub(super) fn new(minute: Minute) -> Self {
        Self { pane: Pane::default(), provider: None, minute, appointment: None }
    }

    /// Goes to a provider and a minute, and selects what lies there.
    pub(super) fn place(&mut self, snapshot: &DaySnapshot, provider: &ProviderId, minute: Minute) {
        self.provider = Some(provider.clone());
        self.minute = minute.min(Minute::saturating(1439));
        let row = snapshot.row(provider);
        let under = row.and_then(|row| row.live.iter().rev().find(|one| one.slot.covers(self.minute)));
        self.appointment = under.map(|one| one.id().clone());
    }

    /// Goes to an appointment, with the timelines' cursor on its start.
    pub(super) fn select(&mut self, snapshot: &DaySnapshot, id: &RequestId) {
        if let Some(appointment) = snapshot.appointment(id) {
            self.provider = Some(appointment.provider.clone());
            self.minute = appointment.slot.start();
            self.appointment = Some(id.clone());
        }
    }
}

/// Where the cursor stops in a row, ascending: at every appointment, at the beginning of every free
/// piece, and every quarter of an hour in it.
fn stops(row: &ProviderRow) -> Vec<Minute> {
    let mut stops: Vec<Minute> = row.live.iter().map(|one| one.slot.start()).collect();
    for gap in &row.gaps {
        stops.push(gap.start());
        let first = gap.start().get() / FREE_STEP + 1;
        let inside = (first..).map(|quarter| quarter * FREE_STEP).take_while(|minute| *minute < gap.end().get());
        stops.extend(inside.map(Minute::saturating));
    }
    stops.sort_unstable();
    stops.dedup();
    stops
}

/// The next minute of the grid, `by` minutes wide, later or, where `by` is negative, earlier; may lie
/// outside the day. Whoever stands between two minutes of the grid goes to the nearer end, not past it.
pub(super) fn on_grid(minute: Minute, by: i32) -> i32 {
    let (minute, grid) = (i32::from(minute.get()), by.abs().max(1));
    if by < 0 { (minute - 1).div_euclid(grid) * grid } else { (minute.div_euclid(grid) + 1) * grid }
}

/// The stop before a minute; the minute itself if there is none.
pub(super) fn stop_before(row: &ProviderRow, minute: Minute) -> Minute {
    stops(row).into_iter().rev().find(|stop| *stop < minute).unwrap_or(minute)
}

/// The stop after a minute; the minute itself if there is none.
pub(super) fn stop_after(row: &ProviderRow, minute: Minute) -> Minute {
    stops(row).into_iter().find(|stop| *stop > minute).unwrap_or(minute)
}

/// The first free piece of at least `length` minutes that begins after `minute`.
pub(super) fn free_after(row: &ProviderRow, minute: Minute, length: u16) -> Option<TimeRange> {
    row.gaps.iter().copied().find(|gap| gap.start() > minute && gap.len() >= length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_of_the_grid_is_never_passed_over() {
        for (minute, by, next) in [
            ("09:03", -5, 540),
            ("09:03", 5, 545),
            ("09:00", -5, 535),
            ("09:00", 5, 545),
            ("00:00", -5, -5),
            ("09:50", 20, 600),
        ] {
            assert_eq!(on_grid(minute.parse().unwrap(), by), next, "{minute} {by}");
        }
    }
}
