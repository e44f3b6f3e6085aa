//! All providers of one date, decided on by many threads at once.

mod alternatives;
mod ask;
mod book;
mod propose;
mod relocate;
mod survey;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::popularity::Popularity;
use super::priority::Ranking;
use super::provider_day::ProviderDay;
use super::releases::Releases;
use super::rules::Rules;
use super::seat::Seat;
use crate::domain::{Appointment, Demand, ProviderId, RangeSet, RequestId};
use crate::sync::Mutex;
use chrono::NaiveDate;

pub use relocate::{Move, NotMoved};

pub(super) use propose::Costed;

/// All providers of one date.
///
/// Each provider-day has its own lock, so deciding about one never waits for another. What ranks the
/// providers is locked for the look-up alone, and what is popular is read without a lock. When the roster
/// or the rules change, a day is [rebuilt](Self::rebuilt): the new one shares the provider-days, and whoever
/// still decides on the old one is passed on.
#[derive(Debug)]
pub struct Day {
    date: NaiveDate,
    rules: Arc<Rules>,
    /// By id.
    seats: Box<[Seat]>,
    index: HashMap<ProviderId, usize, foldhash::fast::RandomState>,
    ranking: Ranking,
    shared: Arc<Shared>,
    successor: OnceLock<Arc<Day>>,
}

/// What a day has in common with those that it replaced.
#[derive(Debug)]
struct Shared {
    popularity: Popularity,
    releases: Releases,
    /// Held while a day is being replaced, so that each is replaced once.
    rebuilding: Mutex<()>,
}

impl Day {
    /// A day from its providers' days; `demand` is what clients asked for on earlier days.
    ///
    /// The order of `provider_days` only matters to policies that ask the providers as listed.
    pub fn new(date: NaiveDate, rules: Arc<Rules>, demand: Arc<Demand>, provider_days: Vec<ProviderDay>) -> Self {
        let popularity = Popularity::new(provider_days.iter().map(ProviderDay::hours), demand);
        let shared = Shared { popularity, releases: Releases::default(), rebuilding: Mutex::new(()) };
        let seats = provider_days.into_iter().zip(0..).map(|(day, position)| Seat::new(day, position)).collect();
        Self::seated(date, rules, seats, Arc::new(shared))
    }

    fn seated(date: NaiveDate, rules: Arc<Rules>, mut seats: Vec<Seat>, shared: Arc<Shared>) -> Self {
        seats.sort_by(|a, b| a.id().cmp(b.id()));
        let index = seats.iter().enumerate().map(|(at, seat)| (seat.id().clone(), at)).collect();
        let ranking = Ranking::new(rules.policy.provider_order(), &seats);
        Self { date, rules, seats: seats.into(), index, ranking, shared, successor: OnceLock::new() }
    }

    /// The day that replaces this one under other rules, with providers added.
    ///
    /// Those that are there keep their provider-days and locks, so nothing is lost that is being decided
    /// meanwhile; one that is added although it is there stays as it is. Nobody is taken out: who leaves,
    /// retires.
    pub fn rebuilt(&self, rules: Arc<Rules>, added: Vec<ProviderDay>) -> Arc<Self> {
        let _one_at_a_time = self.shared.rebuilding.lock();
        let newest = self.newest();
        let none = RangeSet::default();
        let mut seats = newest.seats.to_vec();
        let mut position = newest.seats.iter().map(Seat::position).max().map_or(0, |last| last + 1);
        for day in added {
            if seats.iter().all(|seat| *seat.id() != day.provider().id) {
                self.shared.popularity.change_hours(&none, day.hours());
                seats.push(Seat::new(day, position));
                position += 1;
            }
        }
        let next = Arc::new(Self::seated(newest.date, rules, seats, Arc::clone(&self.shared)));
        // From here on changes made through the old day are noted in the new one too; its ranking has read
        // no provider-day yet, so none can be missed. Nobody else can have set it: one rebuilds at a time.
        let _ = newest.successor.set(Arc::clone(&next));
        self.shared.releases.count();
        next
    }

    /// Which date it is.
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The rules it is decided by.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// How popular each minute is.
    pub fn popularity(&self) -> &Popularity {
        &self.shared.popularity
    }

    /// The providers by id.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = &ProviderId> {
        self.newest().seats.iter().map(Seat::id)
    }

    /// One provider's day as it is now.
    pub fn provider_day(&self, provider: &ProviderId) -> Option<ProviderDay> {
        let day = self.newest();
        Some(day.seats[day.seat(provider)?].lock().clone())
    }

    /// How often one provider's day has changed.
    pub fn revision(&self, provider: &ProviderId) -> Option<u64> {
        let day = self.newest();
        Some(day.seats[day.seat(provider)?].lock().revision())
    }

    /// The live appointment with this identifier; asks one provider after the other.
    pub fn find(&self, id: &RequestId) -> Option<Arc<Appointment>> {
        self.newest().seats.iter().find_map(|seat| seat.lock().get(id).cloned())
    }

    /// The day that has replaced this one, or this one.
    pub(super) fn newest(&self) -> &Self {
        let mut day = self;
        while let Some(next) = day.successor.get() {
            day = next;
        }
        day
    }

    pub(super) fn seat(&self, provider: &ProviderId) -> Option<usize> {
        self.index.get(provider).copied()
    }

    pub(super) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Tells whoever ranks and whoever refuses that a held provider-day has changed and may have more room.
    pub(super) fn publish(&self, seat: usize) {
        self.note(seat);
        self.shared.releases.count();
    }

    fn note(&self, seat: usize) {
        self.ranking.note(seat);
        if let Some(next) = self.successor.get()
            && let Some(seat) = next.seat(self.seats[seat].id())
        {
            next.note(seat);
        }
    }
}

#[cfg(test)]
mod tests;
