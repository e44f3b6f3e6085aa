//! Places that a refused client might take instead.

use std::cmp::Reverse;

use super::Day;
use super::ask::Wish;
use super::propose::Costed;
use crate::domain::{Minute, Request, TimeRange};
use crate::scheduler::explain::Candidate;
use crate::scheduler::provider_day::ProviderDay;

impl Day {
    /// The nearest other places of the day for a request, nearest first, at most `at_most`.
    ///
    /// With a preferred provider these are its other times and the other providers within the range;
    /// without, everybody's other times. A place is as far as its farthest end lies outside the range. Each
    /// free gap gives at most one place. Minutes before `earliest` are not offered.
    pub fn alternatives(&self, request: &Request, earliest: Minute, at_most: usize) -> Vec<Candidate> {
        let day = self.newest();
        let wish = Wish::new(request, earliest);
        let anywhen = Wish { range: TimeRange::DAY, ..wish };
        let mut found: Vec<(u16, Reverse<bool>, Candidate)> = Vec::new();
        for seat in &day.seats {
            let is_preferred = request.preferred_provider.as_ref().is_none_or(|preferred| preferred == seat.id());
            let provider_day = seat.lock().clone();
            let places: Vec<Candidate> = if is_preferred {
                day.nearest(&provider_day, &anywhen, request.range)
            } else {
                day.best_of(&provider_day, &wish).into_iter().collect()
            };
            let rank = |place: Candidate| (distance(place.slot, request.range), Reverse(is_preferred), place);
            found.extend(places.into_iter().map(rank));
        }
        let key = |(distance, preferred, place): &(u16, Reverse<bool>, Candidate)| {
            (*distance, *preferred, place.cost, place.slot, place.provider.clone())
        };
        found.sort_by_cached_key(key);
        found.into_iter().map(|(_, _, place)| place).take(at_most).collect()
    }

    /// The place of each gap that is nearest to the range; of equally near ones the one that costs least.
    fn nearest(&self, provider_day: &ProviderDay, anywhen: &Wish<'_>, range: TimeRange) -> Vec<Candidate> {
        let mut best: Vec<(u16, Costed)> = Vec::new();
        for costed in self.costed(provider_day, anywhen) {
            let Some(slot) = TimeRange::starting(Minute::saturating(costed.key.start), anywhen.duration) else {
                continue;
            };
            let far = distance(slot, range);
            match best.last_mut() {
                Some((least, held)) if held.opening.gap == costed.opening.gap => {
                    if (far, costed.key) < (*least, held.key) {
                        (*least, *held) = (far, costed);
                    }
                }
                _ => best.push((far, costed)),
            }
        }
        best.iter().filter_map(|(_, costed)| self.candidate(provider_day, anywhen, costed)).collect()
    }
}

/// Minutes by which a slot lies outside a range; 0 inside it.
fn distance(slot: TimeRange, range: TimeRange) -> u16 {
    let early = range.start().get().saturating_sub(slot.start().get());
    let late = slot.end().get().saturating_sub(range.end().get());
    early.max(late)
}
