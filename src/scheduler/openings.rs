//! Where a request could start: the feasible starts of one provider's day (scheduling rule §2).

use super::popularity::Popularity;
use super::rules::{Dice, Rules};
use crate::domain::{Minutes, TimeRange};

/// Every place where one provider could put one request, found as it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Openings<'a> {
    pub(super) gaps: &'a [TimeRange],
    /// What is left of the range asked for.
    pub(super) range: TimeRange,
    pub(super) duration: Minutes,
    pub(super) view: View<'a>,
}

/// What a policy may look at besides the provider's own day.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) rules: &'a Rules,
    pub(super) popularity: &'a Popularity,
    pub(super) dice: &'a Dice,
}

/// A free gap with at least one feasible start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The gap.
    pub gap: TimeRange,
    duration: u16,
    grid: u16,
    /// The first and the last start that the gap and the range allow, on the grid or not.
    first: u16,
    last: u16,
}

impl<'a> Openings<'a> {
    /// The gaps that can host the request, by time.
    pub fn iter(&self) -> impl Iterator<Item = Opening> + 'a {
        let Self { gaps, range, duration, view } = *self;
        let grid = view.rules.start_grid.get();
        // Gaps that end before the range begins are skipped at once; the first one beyond it ends the search.
        let near = gaps.partition_point(|gap| gap.end() <= range.start());
        let within = gaps[near..].iter().take_while(move |gap| gap.start() < range.end());
        within.filter_map(move |gap| Opening::new(*gap, range, duration.get(), grid))
    }

    /// Whether there is any feasible start.
    pub fn any(&self) -> bool {
        self.iter().next().is_some()
    }

    /// How long the appointment takes, in minutes.
    pub fn duration(&self) -> u16 {
        self.duration.get()
    }

    /// The range that the appointment has to lie in.
    pub fn range(&self) -> TimeRange {
        self.range
    }

    /// The rules of the desk.
    pub fn rules(&self) -> &'a Rules {
        self.view.rules
    }

    /// How popular each minute of the day is.
    pub fn popularity(&self) -> &'a Popularity {
        self.view.popularity
    }

    /// The dice for policies that draw.
    pub fn dice(&self) -> &'a Dice {
        self.view.dice
    }
}

impl Opening {
    fn new(gap: TimeRange, range: TimeRange, duration: u16, grid: u16) -> Option<Self> {
        let first = gap.start().max(range.start()).get();
        let last = gap.end().min(range.end()).get().checked_sub(duration)?;
        let opening = Self { gap, duration, grid, first, last };
        // Most gaps have an edge in the range, so that the division for the grid is seldom needed.
        let any = first <= last && (opening.opens_flush() || opening.closes_flush() || opening.regular() <= last);
        any.then_some(opening)
    }

    /// The first grid minute not before the first start; may lie after the last one.
    fn regular(&self) -> u16 {
        self.first.next_multiple_of(self.grid)
    }

    /// Whether the appointment may start where the gap starts.
    fn opens_flush(&self) -> bool {
        self.first == self.gap.start().get()
    }

    /// Whether the appointment may end where the gap ends.
    fn closes_flush(&self) -> bool {
        self.last + self.duration == self.gap.end().get()
    }

    /// The starts flush with either edge of the gap, in minutes since midnight; one that fills it counts as early.
    pub fn edges(self) -> [Option<u16>; 2] {
        let early = self.opens_flush().then_some(self.first);
        [early, self.closes_flush().then_some(self.last).filter(|late| early != Some(*late))]
    }

    /// The starts on the grid that are flush with no edge, by time, in minutes since midnight.
    pub fn inner(self) -> impl Iterator<Item = u16> {
        let Self { gap, duration, last, .. } = self;
        let inside = move |start: &u16| *start != gap.start().get() && start + duration != gap.end().get();
        (self.regular()..=last).step_by(self.grid.into()).filter(inside)
    }

    /// Every feasible start of the gap, by time, in minutes since midnight.
    pub fn starts(self) -> impl Iterator<Item = u16> {
        let regular = self.regular();
        let early = (self.opens_flush() && regular != self.first).then_some(self.first);
        let late = (self.closes_flush() && !self.last.is_multiple_of(self.grid) && early != Some(self.last))
            .then_some(self.last);
        early.into_iter().chain((regular..=self.last).step_by(self.grid.into())).chain(late)
    }

    /// How many feasible starts the gap has, at least 1.
    pub fn count(&self) -> usize {
        self.starts().count()
    }

    /// The earliest feasible start.
    pub fn earliest(&self) -> u16 {
        self.starts().next().unwrap_or(self.first)
    }

    /// The latest feasible start.
    pub fn latest(&self) -> u16 {
        if self.closes_flush() { self.last } else { self.starts().last().unwrap_or(self.last) }
    }

    /// The minutes left free before and after an appointment that starts at `start`.
    pub fn left_over(&self, start: u16) -> (u16, u16) {
        (start - self.gap.start().get(), self.gap.end().get() - start - self.duration)
    }

    /// How many free minutes lie between the gap's edges and the part inside the range: before and after.
    pub fn outside(&self) -> (u16, u16) {
        (self.first - self.gap.start().get(), self.gap.end().get() - (self.last + self.duration))
    }
}
