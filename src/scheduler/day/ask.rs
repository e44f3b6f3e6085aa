//! Asking one provider: whether it can host, where, and if not, what stands in the way.

use super::Day;
use crate::domain::{Blocked, Blocker, Minute, Minutes, RangeSet, Request, ServiceId, TimeRange};
use crate::scheduler::openings::{Openings, View};
use crate::scheduler::provider_day::ProviderDay;
use crate::scheduler::rules::Dice;

/// What is asked of the providers of a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) service: Option<&'a ServiceId>,
    /// As it was asked for.
    pub(super) range: TimeRange,
    pub(super) duration: Minutes,
    /// Minutes before this one have gone by.
    pub(super) earliest: Minute,
}

impl<'a> Wish<'a> {
    pub(super) fn new(request: &'a Request, earliest: Minute) -> Self {
        Self { service: request.service.as_ref(), range: request.range, duration: request.duration, earliest }
    }

    /// What has not gone by of the range, if any of it is left.
    pub(super) fn left(&self) -> Option<TimeRange> {
        TimeRange::between(self.range.start().max(self.earliest), self.range.end())
    }
}

impl Day {
    /// The feasible starts of a wish in a provider's day, were it not for limit and service.
    fn openings_in<'a>(
        &'a self,
        day: &'a ProviderDay,
        wish: &Wish<'_>,
        range: TimeRange,
        dice: &'a Dice,
    ) -> Openings<'a> {
        let view = View { rules: &self.rules, popularity: &self.shared.popularity, dice };
        Openings { gaps: day.gaps(), range, duration: wish.duration, view }
    }

    /// The feasible starts of a wish in a provider's day; none if the provider may not take it at all.
    pub(super) fn openings<'a>(
        &'a self,
        day: &'a ProviderDay,
        wish: &Wish<'_>,
        dice: &'a Dice,
    ) -> Option<Openings<'a>> {
        let gives = wish.service.is_none_or(|service| day.provider().gives(service));
        let range = wish.left().filter(|_| gives && day.remaining() > 0)?;
        Some(self.openings_in(day, wish, range, dice))
    }

    /// Whether the provider can take it.
    pub(super) fn hosts(&self, day: &ProviderDay, wish: &Wish<'_>) -> bool {
        self.openings(day, wish, &self.rules.dice).is_some_and(|openings| openings.any())
    }

    /// Where the policy puts it, if the provider can take it.
    pub(super) fn choose(&self, day: &ProviderDay, wish: &Wish<'_>, dice: &Dice) -> Option<TimeRange> {
        let start = self.rules.policy.choose(&self.openings(day, wish, dice)?)?;
        TimeRange::starting(Minute::saturating(start), wish.duration)
    }

    /// Why a provider that cannot take it cannot.
    pub(super) fn blocked(&self, day: &ProviderDay, wish: &Wish<'_>) -> Blocked {
        Blocked { provider: day.id().clone(), name: day.name().clone(), blocker: self.blocker(day, wish) }
    }

    fn blocker(&self, day: &ProviderDay, wish: &Wish<'_>) -> Blocker {
        if day.has_left() {
            return Blocker::Retired;
        }
        if let Some(service) = wish.service.filter(|service| !day.provider().gives(service)) {
            return Blocker::ServiceNotGiven(service.clone());
        }
        if let Some(skipped) = self.skipped_in_the_way(day, wish) {
            return Blocker::Skipped { skipped };
        }
        if !day.hours().iter().any(|hours| hours.overlaps(wish.range)) {
            return Blocker::NotWorking { day: self.date, range: wish.range };
        }
        if day.remaining() == 0 {
            return Blocker::DailyLimit { booked: day.booked(), limit: day.limit() };
        }
        let passed = Blocker::Passed { now: wish.earliest };
        let Some(range) = wish.left().filter(|left| left.len() >= wish.duration.get()) else {
            return if wish.earliest > wish.range.start() { passed } else { self.no_room(day, wish, wish.range) };
        };
        if range != wish.range && self.openings_in(day, wish, wish.range, &self.rules.dice).any() {
            return passed;
        }
        self.no_room(day, wish, range)
    }

    /// The minutes that the day does not have and without which it could not be, if that is what is in the way.
    fn skipped_in_the_way(&self, day: &ProviderDay, wish: &Wish<'_>) -> Option<TimeRange> {
        let skipped = day.skipped().iter().find(|skipped| skipped.overlaps(wish.range))?;
        let otherwise = || self.hosts(&day.clone().skipping(&RangeSet::default()), wish);
        (skipped.contains(wish.range) || otherwise()).then_some(skipped)
    }

    /// The longest free piece of the range, the earliest of equals, as what is not enough.
    fn no_room(&self, day: &ProviderDay, wish: &Wish<'_>, range: TimeRange) -> Blocker {
        let mut longest: Option<TimeRange> = None;
        for piece in day.gaps().iter().filter_map(|gap| gap.intersection(range)) {
            if longest.is_none_or(|longest| piece.len() > longest.len()) {
                longest = Some(piece);
            }
        }
        match longest.filter(|piece| piece.len() >= wish.duration.get()) {
            Some(piece) => Blocker::OffGrid { piece, grid: self.rules.start_grid },
            None => Blocker::NoRoom { range, longest },
        }
    }
}
