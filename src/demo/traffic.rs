//! Requests that nobody wrote: drawn from a seed, so that a rush is believable and the same every time.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::agenda::{Cue, PlayDay};
use super::random::Random;
use super::scenario::{Burst, File};
use crate::domain::{Dated, Minute, Request, RequestId, Text, TimeRange};

/// Makes up the identifiers of requests; the same ones in every play with the same seed.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    seed: u64,
    given: u64,
}

impl Ids {
    /// The identifiers of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, given: 0 }
    }

    /// The next identifier.
    pub(super) fn next(&mut self) -> RequestId {
        self.given += 1;
        let id = format!("demo-{}-{:04}", self.seed, self.given);
        // Two numbers have at most 20 digits each, so it stays below the 64 characters of an identifier.
        RequestId::new(&id).unwrap_or_else(|error| unreachable!("{error}"))
    }
}

/// The clients in a random order, from which everybody is drawn once before anybody is drawn twice.
#[derive(Debug)]
struct Deck {
    names: Vec<Text>,
    next: usize,
}

impl Deck {
    fn draw(&mut self, random: &Random) -> Option<Text> {
        if self.next >= self.names.len() {
            random.shuffle(&mut self.names);
            self.next = 0;
        }
        self.next += 1;
        self.names.get(self.next - 1).cloned()
    }
}

/// Draws the requests of bursts.
pub(super) struct Traffic<'a> {
    file: &'a File,
    plan: PlayDay,
    seed: u64,
    deck: Deck,
}

impl<'a> Traffic<'a> {
    /// The traffic of a scenario on a day.
    pub(super) fn new(file: &'a File, plan: PlayDay, seed: u64) -> Self {
        let cast: BTreeSet<&Text> = file.cast().collect();
        let all = || file.clients.iter().map(|client| &client.get_ref().0);
        // Those whom the script knows by name stay out, so that their story is told once.
        let strangers: Vec<Text> = all().filter(|name| !cast.contains(name)).cloned().collect();
        let mut names = if strangers.is_empty() { all().cloned().collect() } else { strangers };
        Random::for_purpose(seed, "clients").shuffle(&mut names);
        Self { file, plan, seed, deck: Deck { names, next: 0 } }
    }

    /// The calls of a burst from a minute on, by the second of the day at which each is made.
    ///
    /// `label` tells one burst from another: each draws from a sequence of its own, so that changing one
    /// leaves the others as they were.
    pub(super) fn burst(&mut self, burst: &Burst, at: Minute, label: &str, ids: &mut Ids) -> Vec<(i64, Cue)> {
        let random = Random::for_purpose(self.seed, label);
        let begins = i64::from(at.get()) * 60;
        let mut calls: Vec<i64> =
            (0..burst.requests.0).map(|_| begins + i64::from(random.below(burst.minutes.0 * 60 + 1))).collect();
        calls.sort_unstable();
        let call = |second| {
            if random.chance(burst.cancel.0) {
                return Some((second, Cue::CallAnyOff(random.below(u32::MAX))));
            }
            Some((second, Cue::Ask(self.request(burst, second, &random, ids)?)))
        };
        calls.into_iter().filter_map(call).collect()
    }

    fn request(&mut self, burst: &Burst, second: i64, random: &Random, ids: &mut Ids) -> Option<Request> {
        let every = self.file.services.iter().map(|offer| (&offer.get_ref().id, 1));
        let service = if burst.mix.is_empty() {
            random.weighted(every)
        } else {
            random.weighted(burst.mix.iter().map(|(service, weight)| (service, weight.0)))
        }?;
        let duration = self.file.offer(service)?.minutes;
        let days: Vec<u32> = burst.days.iter().map(|days| days.0).collect();
        let ahead = days.get(random.below(u32::try_from(days.len()).unwrap_or(0)) as usize).copied().unwrap_or(0);
        let wished = random.weighted(burst.ranges.iter().map(|(range, weight)| (range, weight.0)));
        let wished = wished.map_or(TimeRange::DAY, |range| range.0);
        let wants_one = random.chance(burst.preferred.0);
        let day = self.plan.ahead(ahead);
        let suitable_in = |range| self.file.suitable(service, day.weekday(), range, duration);
        let mut range = self.range(wished, ahead, second, duration.get());
        let mut suitable = suitable_in(range);
        if suitable.is_empty() {
            // Nobody asks for hours when the house is closed.
            range = self.range(TimeRange::DAY, ahead, second, duration.get());
            suitable = suitable_in(range);
        }
        let one = random.below(u32::try_from(suitable.len()).unwrap_or(0)) as usize;
        Some(Request {
            id: ids.next(),
            day,
            dated: Dated::Named,
            range,
            duration,
            preferred_provider: suitable.get(one).filter(|_| wants_one).map(|staff| staff.id.clone()),
            client: self.deck.draw(random),
            service: Some(service.clone()),
            note: None,
        })
    }

    /// What somebody says who wishes for `wished`: today only what is left of it, or of the day.
    fn range(&self, wished: TimeRange, ahead: u32, second: i64, minutes: u16) -> TimeRange {
        let now = if ahead == 0 { self.plan.minute(self.plan.moment(second)) } else { Minute::MIDNIGHT };
        let left = |range| PlayDay::rest(range, now, minutes);
        left(wished).or_else(|| left(TimeRange::DAY)).unwrap_or(TimeRange::DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::scenario::Scenario;

    fn plan(scenario: &Scenario) -> PlayDay {
        let day = scenario.day("2026-11-20".parse().unwrap());
        PlayDay::new(scenario, day, scenario.begins(day, chrono_tz::UTC))
    }

    fn asked(burst: Vec<(i64, Cue)>) -> Vec<(i64, Request)> {
        let asked = burst.into_iter().filter_map(|(second, cue)| match cue {
            Cue::Ask(request) => Some((second, request)),
            _ => None,
        });
        asked.collect()
    }

    /// The requests of every burst of the clinic, with the minute at which each burst begins.
    fn requests(seed: u64) -> Vec<(Minute, i64, Request)> {
        let scenario = Scenario::default();
        let file = scenario.file();
        let mut traffic = Traffic::new(file, plan(&scenario), seed);
        let mut ids = Ids::new(seed);
        let bursts = file.steps().filter_map(|step| Some((step.at, step.burst.as_ref()?)));
        let drawn = bursts.enumerate().flat_map(|(position, (at, burst))| {
            let burst = traffic.burst(burst, at, &position.to_string(), &mut ids);
            asked(burst).into_iter().map(move |(second, request)| (at, second, request)).collect::<Vec<_>>()
        });
        drawn.collect()
    }

    #[test]
    fn drawn_requests_are_valid_and_ask_for_nothing_that_has_passed() {
        let scenario = Scenario::default();
        let today = plan(&scenario).day;
        for seed in 0..20 {
            for (at, second, request) in requests(seed) {
                assert!(second >= i64::from(at.get()) * 60, "{request:?}");
                assert!(
                    request.day > today || i64::from(request.range.start().get()) * 60 + 59 >= second,
                    "{request:?}"
                );
                request.validated().unwrap();
            }
        }
    }

    #[test]
    fn a_preferred_provider_gives_the_service_and_works_in_the_range() {
        let scenario = Scenario::default();
        let staff = scenario.file().staff();
        for (_, _, request) in requests(3) {
            let Some(wanted) = &request.preferred_provider else { continue };
            let one = staff[wanted];
            assert!(one.gives(request.service.as_ref().unwrap()), "{request:?}");
            let week = one.hours.pattern();
            let hours = week.on(request.day.weekday());
            let room = hours.iter().filter_map(|hours| hours.intersection(request.range)).map(TimeRange::len).max();
            assert!(room >= Some(request.duration.get()), "{request:?}");
        }
    }

    #[test]
    fn shares_and_weights_are_kept() {
        let scenario = Scenario::default();
        let rush = scenario.file().steps().filter_map(|step| step.burst.as_ref()).max_by_key(|burst| burst.minutes.0);
        let mut traffic = Traffic::new(scenario.file(), plan(&scenario), 5);
        let mut ids = Ids::new(5);
        let at = Minute::new(510).unwrap();
        let many: Vec<Request> = (0..40)
            .flat_map(|n| asked(traffic.burst(rush.unwrap(), at, &format!("rush {n}"), &mut ids)))
            .map(|(_, request)| request)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand requests")]
        let share = |wanted: &dyn Fn(&&Request) -> bool| many.iter().filter(wanted).count() as f64 / many.len() as f64;
        let preferred = share(&|request| request.preferred_provider.is_some());
        assert!((0.30..0.40).contains(&preferred), "{preferred} for 0.35");
        let consultations = share(&|request| request.service.as_ref().is_some_and(|id| id.as_str() == "consultation"));
        assert!((0.27..0.37).contains(&consultations), "{consultations} for 9 of 28");
    }

    #[test]
    fn everybody_is_drawn_once_before_anybody_is_drawn_twice_and_those_with_a_part_never() {
        let scenario = Scenario::default();
        let file = scenario.file();
        let parts: BTreeSet<&Text> = file.cast().collect();
        let strangers = file.clients.len() - parts.len();
        let drawn: Vec<Text> = requests(9).into_iter().filter_map(|(_, _, request)| request.client).collect();
        assert_eq!(drawn.iter().take(strangers).collect::<BTreeSet<_>>().len(), strangers);
        assert!(drawn.iter().all(|name| !parts.contains(name)));
    }

    #[test]
    fn changing_one_burst_leaves_the_draws_of_another_as_they_were() {
        let scenario = Scenario::default();
        let file = scenario.file();
        let burst = file.steps().find_map(|step| step.burst.as_ref()).unwrap();
        let at = scenario.start();
        let services = |skipped: u32| -> Vec<_> {
            let mut traffic = Traffic::new(file, plan(&scenario), 1);
            let mut ids = Ids::new(1);
            for n in 0..skipped {
                traffic.burst(burst, at, &format!("other {n}"), &mut ids);
            }
            let this = asked(traffic.burst(burst, at, "this", &mut ids));
            this.into_iter().map(|(_, request)| request.service).collect()
        };
        assert_eq!(services(0), services(3));
    }
}
