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
        let staff = everybody(synthesis, &draws);
        let offered = staff.iter().filter(|one| one.is_there).map(|one| f64::from(one.hours.total())).sum();
        let open = staff.iter().flat_map(|one| one.hours.iter()).collect::<RangeSet>().bounds();
        let clients = Clients { synthesis, offered, open: open.unwrap_or(TimeRange::DAY), draws: draws("clients") };
        let events = clients.events(&staff, &draws("cancel"), &draws("prefer"));
        let earlier = Clients { draws: draws("history"), ..clients };
        let history = (0..synthesis.history).flat_map(|_| earlier.wishes()).collect();
        let whole: f64 = synthesis.services.iter().map(|service| service.share).sum();
        let services = synthesis.services.iter().zip(1..).map(|(service, at)| Offer {
            id: format!("s{at}"),
            duration: service.minutes,
            share: service.share / whole,
        });
        let providers = staff.into_iter().filter(|one| one.is_there).map(|one| Provider {
            id: one.id,
            availability: one.hours,
            max_daily_appointments: one.limit,
        });
        let (services, providers, start_grid) = (services.collect(), providers.collect(), synthesis.start_grid);
        Self { name, services, start_grid, providers, history, events }
    }
}

/// A provider of the description, there or not.
struct Person {
    id: String,
    hours: RangeSet,
    limit: u32,
    is_there: bool,
    /// How much those who want somebody in particular want this one; the one with the most is asked for.
    liking: Draws,
}

/// Everybody described. Each has sequences of their own, so that one more changes nothing about the others.
fn everybody(synthesis: &Synthesis, draws: &impl Fn(&str) -> Draws) -> Vec<Person> {
    let person = |(staff, id): (&Staff, String)| Person {
        hours: RangeSet::new(staff.hours.iter().map(|span| span.0)),
        limit: staff.limit,
        is_there: draws(&format!("staff/{id}")).chance(staff.works),
        liking: draws(&format!("liking/{id}")),
        id,
    };
    let groups = synthesis.providers.iter().zip(1..);
    let each = groups
        .flat_map(|(staff, group): (&Staff, u32)| (1..=staff.count).map(move |at| (staff, format!("p{group}.{at}"))));
    each.map(person).collect()
}

/// Those who call on a day.
struct Clients<'a> {
    synthesis: &'a Synthesis,
    /// Minutes of the hours of those who are there.
    offered: f64,
    /// From when the first provider begins until the last one leaves, whoever of them is there.
    open: TimeRange,
    draws: Draws,
}

impl Clients<'_> {
    /// Requests until the minutes asked for are the load, or the demand.
    fn wishes(&self) -> Vec<Wish> {
        let mut left = self.synthesis.asked_for(self.offered);
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
        let whole = self.open.len();
        let width = if ranges.is_empty() {
            whole
        } else {
            let [low, high] =
                ranges[self.draws.weighted(ranges.iter().map(|width| width.share))].minutes.map(|one| one.0);
            self.draws.between(low.get(), high.get())
        };
        Wish { preferred_range: self.range(width.max(duration.get()).min(whole)), duration }
    }

    /// A range of a width within the opening hours: around a peak, or anywhere.
    fn range(&self, width: u16) -> TimeRange {
        let Synthesis { peaks, peak_share, align, .. } = self.synthesis;
        let (first, last) = (self.open.start().get(), self.open.end().get() - width);
        // Each aligned start is as likely as any other, the last one too.
        let (low, high) = (first.div_ceil(align.get()), last / align.get());
        let start = if low > high {
            first
        } else if self.draws.chance(*peak_share) && !peaks.is_empty() {
            let peak = peaks[self.draws.weighted(peaks.iter().map(|_| 1.0))].0;
            let middle = self.draws.between(peak.start().get(), peak.end().get() - 1);
            (middle.saturating_sub(width / 2) / align.get()).clamp(low, high) * align.get()
        } else {
            self.draws.between(low, high) * align.get()
        };
        let end = Minute::saturating(start + width);
        TimeRange::new(Minute::saturating(start), end).unwrap_or(self.open)
    }

    fn events(&self, staff: &[Person], cancel: &Draws, prefer: &Draws) -> Vec<Event> {
        let wishes = self.wishes();
        // Where in the day each event stands: requests at whole numbers, cancellations anywhere after theirs.
        let mut events: Vec<(u64, Event)> = Vec::with_capacity(wishes.len());
        let number = u32::try_from(wishes.len()).unwrap_or(u32::MAX);
        for (wish, at) in wishes.into_iter().zip(0..number) {
            let id = format!("r{}", at + 1);
            let preferred_provider = prefer.chance(self.synthesis.prefer).then(|| favourite(staff)).flatten();
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

/// Whom somebody wants who wants nobody else, of those who are there.
///
/// Everybody's liking is drawn for every such client, whoever is there, so that one provider more is the favourite
/// of some, and the others keep the favourites that they had.
fn favourite(staff: &[Person]) -> Option<String> {
    let drawn = staff.iter().map(|one| (one.liking.0.draw(), one));
    let drawn: Vec<_> = drawn.filter(|(_, one)| one.is_there).collect();
    drawn.into_iter().max_by_key(|(liking, _)| *liking).map(|(_, one)| one.id.clone())
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
