//! Several provider-days at once, without deadlock.

use chrono::NaiveDate;

use super::day::Day;
use super::provider_day::ProviderDay;
use super::seat::Touched;
use crate::domain::{ProviderId, RangeSet};
use crate::sync::MutexGuard;

/// Provider-days that are held together, for a change that needs several of them or none.
///
/// They are locked in one order everywhere, by date and then by provider id, so no two threads can wait
/// for each other. What was changed is published when they are let go: to the ranking, to whoever is
/// about to refuse, and, if the hours of the day changed, to the popularity.
#[derive(Debug)]
pub struct Locked<'a> {
    /// By date, then provider.
    held: Vec<Held<'a>>,
}

#[derive(Debug)]
struct Held<'a> {
    day: &'a Day,
    seat: usize,
    provider_day: MutexGuard<'a, ProviderDay>,
    changed: Option<Changed>,
}

/// How a provider-day was before it was changed.
#[derive(Debug)]
struct Changed {
    hours: RangeSet,
    touched: Touched,
}

impl<'a> Locked<'a> {
    /// Locks these provider-days, each one once however often it is named; those that do not exist are
    /// left out.
    pub fn new(wanted: impl IntoIterator<Item = (&'a Day, &'a ProviderId)>) -> Self {
        let places = wanted.into_iter().filter_map(|(day, provider)| {
            let day = day.newest();
            Some((day, day.seat(provider)?))
        });
        Self::of_seats(places.collect())
    }

    /// [`Self::new`] by the numbers of the seats.
    pub(super) fn of_seats(mut places: Vec<(&'a Day, usize)>) -> Self {
        // By id, not by number: a day and the one that replaced it share their seats.
        let place = |(day, seat): &(&'a Day, usize)| (day.date(), day.seats()[*seat].id());
        places.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        places.dedup_by(|a, b| place(a) == place(b));
        let hold = |(day, seat): (&'a Day, usize)| {
            let provider_day = day.seats()[seat].lock();
            Held { day, seat, provider_day, changed: None }
        };
        Self { held: places.into_iter().map(hold).collect() }
    }

    /// A held provider-day.
    pub fn get(&self, day: NaiveDate, provider: &ProviderId) -> Option<&ProviderDay> {
        self.position(day, provider).map(|at| &*self.held[at].provider_day)
    }

    /// A held provider-day, to be changed: counts as touched from the first time on.
    pub fn get_mut(&mut self, day: NaiveDate, provider: &ProviderId) -> Option<&mut ProviderDay> {
        let at = self.position(day, provider)?;
        let held = &mut self.held[at];
        if held.changed.is_none() {
            let hours = held.provider_day.hours().clone();
            let provider = held.day.seats()[held.seat].id().clone();
            held.changed = Some(Changed { hours, touched: held.provider_day.touch(provider) });
        }
        Some(&mut held.provider_day)
    }

    /// The held provider-days, by date, then provider.
    pub fn iter(&self) -> impl Iterator<Item = &ProviderDay> {
        self.held.iter().map(|held| &*held.provider_day)
    }

    /// The changed provider-days as they were when the change was decided.
    pub fn touched(&self) -> Vec<Touched> {
        self.held.iter().filter_map(|held| Some(held.changed.as_ref()?.touched.clone())).collect()
    }

    fn position(&self, day: NaiveDate, provider: &ProviderId) -> Option<usize> {
        let place = |held: &Held<'_>| (held.day.date(), held.provider_day.id()).cmp(&(day, provider));
        self.held.binary_search_by(place).ok()
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        for held in &self.held {
            if let Some(before) = &held.changed {
                held.day.popularity().change_hours(&before.hours, held.provider_day.hours());
                held.day.publish(held.seat);
            }
        }
    }
}
