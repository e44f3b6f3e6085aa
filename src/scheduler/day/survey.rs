//! Asking everybody: who can host, and if nobody can, why each of them cannot.

use super::Day;
use super::ask::Wish;
use crate::domain::{Blocked, Refusal};
use crate::scheduler::provider_day::ProviderDay;

/// What everybody said.
#[derive(Debug)]
pub(super) enum Survey {
    /// The providers that can take it, as keys and seats; unsorted, never empty.
    Hosts(Vec<(u64, usize)>),
    /// Nobody can.
    Nobody(Refusal),
}

/// Collects answers in the order of ids.
#[derive(Debug)]
pub(super) struct Surveyor<'a> {
    day: &'a Day,
    wish: Wish<'a>,
    hosts: Vec<(u64, usize)>,
    blocked: Vec<Blocked>,
}

/// A provider-day as it would be, in the place of the real one of a seat.
pub(super) type StandIn = (usize, ProviderDay);

impl<'a> Surveyor<'a> {
    pub(super) fn new(day: &'a Day, wish: Wish<'a>) -> Self {
        Self { day, wish, hosts: Vec::new(), blocked: Vec::with_capacity(day.seats.len()) }
    }

    /// Asks one provider.
    pub(super) fn ask(&mut self, seat: usize, provider_day: &ProviderDay) {
        if self.day.hosts(provider_day, &self.wish) {
            self.hosts.push((self.day.ranking.key(seat, provider_day, self.wish.duration), seat));
        } else if self.hosts.is_empty() && !provider_day.has_left() {
            // Blockers only matter if nobody turns up who can; who has left is not asked.
            self.blocked.push(self.day.blocked(provider_day, &self.wish));
        }
    }

    pub(super) fn finish(self) -> Survey {
        if self.hosts.is_empty() {
            Survey::Nobody(Refusal { blocked: self.blocked })
        } else {
            Survey::Hosts(self.hosts)
        }
    }
}

impl Day {
    /// Asks everybody, each under its own lock; a stand-in is asked instead of its seat.
    pub(super) fn survey(&self, wish: &Wish<'_>, stand_in: Option<&StandIn>) -> Survey {
        let mut surveyor = Surveyor::new(self, *wish);
        for (number, seat) in self.seats.iter().enumerate() {
            match stand_in {
                Some((other, provider_day)) if *other == number => surveyor.ask(number, provider_day),
                _ => surveyor.ask(number, &seat.lock()),
            }
        }
        surveyor.finish()
    }
}
