//! What would be decided, and why, without deciding it.

use super::Day;
use super::ask::Wish;
use super::book::ROUNDS_MAX;
use super::survey::{StandIn, Survey};
use crate::domain::{Minute, ProviderId, Refusal, Request, TimeRange};
use crate::scheduler::explain::{Candidate, Cost, Explanation, reasons};
use crate::scheduler::openings::Opening;
use crate::scheduler::policy::Key;
use crate::scheduler::provider_day::ProviderDay;

/// Most runner-ups at the chosen provider while others could take it too.
const SAME_PROVIDER_MAX: usize = 3;

/// A feasible start with what it costs by the default rule.
#[derive(Debug, Clone, Copy)]
pub(in crate::scheduler) struct Costed {
    pub(in crate::scheduler) key: Key,
    pub(in crate::scheduler) opening: Opening,
}

impl Day {
    /// What [`Day::book`] would do with a request now, and why; changes nothing.
    ///
    /// The runner-ups are other starts at the chosen provider and the best of the next providers, each
    /// with what it would cost by the measure of the default rule, whatever the policy.
    pub fn propose(&self, request: &Request, earliest: Minute) -> Result<Explanation, Refusal> {
        self.newest().propose_wish(&Wish::new(request, earliest), request.preferred_provider.as_ref(), None)
    }

    pub(super) fn propose_wish(
        &self,
        wish: &Wish<'_>,
        provider: Option<&ProviderId>,
        stand_in: Option<&StandIn>,
    ) -> Result<Explanation, Refusal> {
        if let Some(provider) = provider {
            let seat = self.seat(provider).ok_or_else(|| Self::unknown(provider))?;
            let chosen = self.as_it_is(seat, stand_in);
            let why = vec![reasons::asked_for(&chosen)];
            let refusal = || Refusal { blocked: vec![self.blocked(&chosen, wish)] };
            return self.explained(&chosen, &[], wish, why).ok_or_else(refusal);
        }
        // A place seen free may be taken a moment later; then everybody is asked again, within reason.
        let mut refusal = Refusal { blocked: Vec::new() };
        for _ in 0..ROUNDS_MAX {
            let mut hosts = match self.survey(wish, stand_in) {
                Survey::Nobody(refusal) => return Err(refusal),
                Survey::Hosts(hosts) => hosts,
            };
            hosts.sort_unstable();
            hosts.truncate(1 + Explanation::RUNNERS_UP_MAX);
            let ranked: Vec<ProviderDay> = hosts.iter().map(|(_, seat)| self.as_it_is(*seat, stand_in)).collect();
            if let Some((chosen, others)) = ranked.split_first() {
                let passed_over = self.passed_over(hosts[0].1, wish, stand_in);
                let why = reasons::provider(self.rules.policy, wish.duration, &ranked, passed_over.as_ref());
                if let Some(explanation) = self.explained(chosen, others, wish, why) {
                    return Ok(explanation);
                }
                refusal.blocked = vec![self.blocked(chosen, wish)];
            }
        }
        Err(refusal)
    }

    /// The provider that would have been first, had it had room in the range.
    fn passed_over(&self, chosen: usize, wish: &Wish<'_>, stand_in: Option<&StandIn>) -> Option<ProviderDay> {
        let first = self.ranking.first(&self.seats, wish.duration).filter(|first| *first != chosen)?;
        let day = self.as_it_is(first, stand_in);
        let ahead = self.ranking.key(first, &day, wish.duration)
            < self.ranking.key(chosen, &self.as_it_is(chosen, stand_in), wish.duration);
        let gives = wish.service.is_none_or(|service| day.provider().gives(service));
        (ahead && gives && !self.hosts(&day, wish)).then_some(day)
    }

    fn as_it_is(&self, seat: usize, stand_in: Option<&StandIn>) -> ProviderDay {
        match stand_in {
            Some((other, provider_day)) if *other == seat => provider_day.clone(),
            _ => self.seats[seat].lock().clone(),
        }
    }

    /// The explanation of what the policy chooses in a provider's day; none if it can choose nothing.
    fn explained(
        &self,
        chosen: &ProviderDay,
        others: &[ProviderDay],
        wish: &Wish<'_>,
        mut why: Vec<String>,
    ) -> Option<Explanation> {
        let slot = self.choose(chosen, wish, &self.rules.dice.forked())?;
        let mut starts = self.costed(chosen, wish);
        starts.sort_by_key(|costed| costed.key);
        let at = starts.iter().position(|costed| costed.key.start == slot.start().get())?;
        let best = starts.remove(at);
        why.extend(reasons::start(self.rules.policy, chosen, &best, &starts));
        let elsewhere: Vec<Candidate> = others.iter().filter_map(|day| self.best_of(day, wish)).collect();
        let own_max =
            Explanation::RUNNERS_UP_MAX - elsewhere.len().min(Explanation::RUNNERS_UP_MAX - SAME_PROVIDER_MAX);
        let own = starts.iter().take(own_max).filter_map(|costed| self.candidate(chosen, wish, costed));
        let runners_up = own.chain(elsewhere).take(Explanation::RUNNERS_UP_MAX).collect();
        Some(Explanation { chosen: self.candidate(chosen, wish, &best)?, runners_up, reasons: why })
    }

    /// Where the policy would put a wish in a provider's day.
    pub(super) fn best_of(&self, day: &ProviderDay, wish: &Wish<'_>) -> Option<Candidate> {
        let slot = self.choose(day, wish, &self.rules.dice.forked())?;
        let all = self.costed(day, wish);
        self.candidate(day, wish, all.iter().find(|costed| costed.key.start == slot.start().get())?)
    }

    /// Every feasible start of a provider's day, by time.
    pub(super) fn costed(&self, day: &ProviderDay, wish: &Wish<'_>) -> Vec<Costed> {
        let Some(openings) = self.openings(day, wish, &self.rules.dice) else {
            return Vec::new();
        };
        let mut window = self.shared.popularity.window(wish.duration);
        let mut all = Vec::new();
        for opening in openings.iter() {
            for start in opening.starts() {
                all.push(Costed { key: Key::new(&openings, &opening, start, &mut window), opening });
            }
        }
        all
    }

    pub(super) fn candidate(&self, day: &ProviderDay, wish: &Wish<'_>, costed: &Costed) -> Option<Candidate> {
        let (total, open) = self.shared.popularity.whole();
        let average = u128::from(total) * u128::from(wish.duration.get());
        let share = (u128::from(costed.key.popularity) * u128::from(open) * 100).checked_div(average);
        let cost = Cost {
            unusable: costed.key.unusable,
            pieces: costed.key.pieces,
            popularity_percent: share.and_then(|percent| u32::try_from(percent).ok()).unwrap_or(u32::MAX),
        };
        let slot = TimeRange::starting(Minute::saturating(costed.key.start), wish.duration)?;
        Some(Candidate { provider: day.id().clone(), name: day.name().clone(), day: self.date, slot, cost })
    }
}
