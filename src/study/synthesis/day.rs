//! One made-up day, as a line of a workload file.

use serde::Serialize;

use super::{Staff, Synthesis};
use crate::domain::{Minute, Minutes, RangeSet, TimeRange};
use crate::scheduler::Dice;

#[derive(Serialize)]
pub(super) struct Day {
    name: String,
    services: Vec<Offer>,
    start_grid: Minutes,
    providers: Vec<Provider>,
    history: Vec<Wish>,
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Offer {
    id: String,
    duration: Minutes,
    share: f64,
}

#[derive(Serialize)]
struct Provider {
    id: String,
    availability: RangeSet,
    max_daily_appointments: u32,
}

#[derive(Serialize)]
struct Wish {
    preferred_range: TimeRange,
    duration: Minutes,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Book {
        id: String,
        #[serde(flatten)]
        wish: Wish,
        #[serde(skip_serializing_if = "Option::is_none")]
        preferred_provider: Option<String>,
    },
    Cancel(String),
}

impl Day {
    /// The day with this number; it does not depend on how many others there are.
    pub(super) fn of(synthesis: &Synthesis, number: u32) -> Self {
        let name = format!("{}/#{number}", synthesis.name);
        // A sequence for each purpose, so that a change of one value does not change everything else.
        let draws = |purpose: &str| Draws(Dice::named(&format!("{}/{name}/{purpose}", synthesis.seed)));
        let providers = providers(synthesis, &draws("staff"));
        let clients = Clients { synthesis, providers: &providers, draws: draws("clients") };
        let events = clients.events(&draws("cancel"), &draws("prefer"));
        let earlier = Clients { draws: draws("history"), ..clients };
        let history = (0..synthesis.history).flat_map(|_| earlier.wishes()).collect();
        let whole: f64 = synthesis.services.iter().map(|service| service.share).sum();
        let services = synthesis.services.iter().zip(1..).map(|(service, at)| Offer {
            id: format!("s{at}"),
            duration: service.minutes,
            share: service.share / whole,
        });
        let (services, start_grid) = (services.collect(), synthesis.start_grid);
        Self { name, services, start_grid, providers, history, events }
    }
}

/// Who is there; if nobody would be, everybody is.
fn providers(synthesis: &Synthesis, draws: &Draws) -> Vec<Provider> {
    let each = || synthesis.providers.iter().flat_map(|staff| (0..staff.count).map(move |_| staff));
    let all = || each().zip(1..).map(|(staff, at): (&Staff, u32)| (staff, format!("p{at}")));
    let provider = |(staff, id): (&Staff, String)| Provider {
        id,
        availability: RangeSet::new(staff.hours.iter().map(|span| span.0)),
        max_daily_appointments: staff.limit,
    };
    let there: Vec<Provider> = all().filter(|(staff, _)| draws.chance(staff.works)).map(provider).collect();
    if there.is_empty() { all().map(provider).collect() } else { there }
}

/// Those who call on a day.
struct Clients<'a> {
    synthesis: &'a Synthesis,
    providers: &'a [Provider],
    draws: Draws,
}

impl Clients<'_> {
    /// Requests until the minutes asked for are the load, or the demand.
    fn wishes(&self) -> Vec<Wish> {
        let available: f64 = self.providers.iter().map(|provider| f64::from(provider.availability.total())).sum();
        let mut left = self.synthesis.asked_for(available);
        let mut wishes = Vec::new();
        while left > 0.0 {
            let wish = self.wish();
            // The last one fits in half of the time, so that the load is right on average.
            let minutes = f64::from(wish.duration.get());
            if left < minutes && !self.draws.chance(left / minutes) {
                break;
            }
            left -= minutes;
            wishes.push(wish);
        }
        wishes
    }

    fn wish(&self) -> Wish {
        let Synthesis { services, ranges, .. } = self.synthesis;
        let service = self.draws.weighted(services.iter().map(|service| service.share));
        let duration = services[service].minutes;
        let whole = self.open();
        let width = if ranges.is_empty() {
            whole.len()
        } else {
            let [low, high] = ranges[self.draws.weighted(ranges.iter().map(|width| width.share))].minutes;
            self.draws.between(low.get(), high.get())
        };
        Wish { preferred_range: self.range(whole, width.max(duration.get()).min(whole.len())), duration }
    }

    /// From when the first provider begins until the last one leaves.
    fn open(&self) -> TimeRange {
        let all = self.providers.iter().flat_map(|provider| provider.availability.iter());
        all.collect::<RangeSet>().bounds().unwrap_or(TimeRange::DAY)
    }

    /// A range of a width within the opening hours: around a peak, or anywhere.
    fn range(&self, open: TimeRange, width: u16) -> TimeRange {
        let Synthesis { peaks, peak_share, align, .. } = self.synthesis;
        let (first, last) = (open.start().get(), open.end().get() - width);
        let start = if self.draws.chance(*peak_share) && !peaks.is_empty() {
            let peak = peaks[self.draws.weighted(peaks.iter().map(|_| 1.0))].0;
            let middle = self.draws.between(peak.start().get(), peak.end().get() - 1);
            middle.saturating_sub(width / 2).clamp(first, last)
        } else {
            self.draws.between(first, last)
        };
        let aligned = (start - start % align.get()).max(first);
        let end = Minute::saturating(aligned + width);
        TimeRange::new(Minute::saturating(aligned), end).unwrap_or(open)
    }

    fn events(&self, cancel: &Draws, prefer: &Draws) -> Vec<Event> {
        let wishes = self.wishes();
        // Where in the day each event stands: requests at whole numbers, cancellations anywhere after theirs.
        let mut events: Vec<(u64, Event)> = Vec::with_capacity(wishes.len());
        let number = u32::try_from(wishes.len()).unwrap_or(u32::MAX);
        for (wish, at) in wishes.into_iter().zip(0..number) {
            let id = format!("r{}", at + 1);
            let preferred = prefer.chance(self.synthesis.prefer).then(|| prefer.below(self.providers.len() as u64));
            let preferred = preferred.and_then(|one| self.providers.get(usize::try_from(one).ok()?));
            let preferred_provider = preferred.map(|provider| provider.id.clone());
            if cancel.chance(self.synthesis.cancel) {
                let later = u64::from(at) + cancel.below(u64::from(number - at));
                events.push((2 * later + 1, Event::Cancel(id.clone())));
            }
            events.push((2 * u64::from(at), Event::Book { id, wish, preferred_provider }));
        }
        events.sort_by_key(|(place, _)| *place);
        events.into_iter().map(|(_, event)| event).collect()
    }
}

/// Numbers drawn from seeded dice, the same on every machine.
struct Draws(Dice);

impl Draws {
    /// A number below `bound`, 0 for a bound of 0.
    fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.0.draw()) * u128::from(bound);
        // The product is below bound · 2^64, so its upper half is below the bound.
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included; `low` where they are the wrong way round.
    fn between(&self, low: u16, high: u16) -> u16 {
        let drawn = self.below(u64::from(high.saturating_sub(low)) + 1);
        low + u16::try_from(drawn).unwrap_or(0)
    }

    /// A number from 0 up to but without 1.
    fn unit(&self) -> f64 {
        // 32 bits are exact in floating point, whatever the machine.
        u32::try_from(self.0.draw() >> 32).map_or(0.0, f64::from) / (f64::from(u32::MAX) + 1.0)
    }

    fn chance(&self, share: f64) -> bool {
        self.unit() < share
    }

    /// The place of one of the weights, each as likely as it weighs; they are not all 0.
    fn weighted(&self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (at, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            if left < weight {
                return at;
            }
            left -= weight;
            last = at;
        }
        last
    }
}
