//! Placing a request: deciding and applying, under the lock of the provider it goes to.

use std::sync::Arc;

use super::Day;
use super::ask::Wish;
use super::survey::{Survey, Surveyor};
use crate::domain::{
    Appointment, Blocked, Blocker, Minute, Overbooking, ProviderId, Refusal, Request, Status, Text, TimeRange,
};
use crate::scheduler::provider_day::ProviderDay;
use crate::scheduler::seat::Touched;

/// How many of the first providers in the order are asked before everybody is: asking all of a few is
/// cheaper than ordering them, so the longer heads are for long lists.
const HEADS: [usize; 3] = [4, 16, 128];
/// How often everybody is asked again because something was released meanwhile.
pub(super) const ROUNDS_MAX: usize = 4;

impl Day {
    /// Decides a request and applies the decision.
    ///
    /// Minutes before `earliest` are not given. On success `settle` is called exactly once while the
    /// provider's lock is held, so that whatever it enqueues is in the order of the revisions; it should
    /// be quick and must not come back to this day. A request is counted in the popularity of the day
    /// whether it was accepted or refused, but not when it names nobody who is known: that was never a
    /// wish for a time. A refusal lists every provider asked, by id, and is only given if at one moment
    /// nobody could host.
    pub fn book<S>(&self, request: &Arc<Request>, earliest: Minute, mut settle: S) -> Result<Arc<Appointment>, Refusal>
    where
        S: FnMut(&Arc<Appointment>, Touched),
    {
        let mut day = self.newest();
        loop {
            let mut placing = Placing { day, request, wish: Wish::new(request, earliest), settle: &mut settle };
            let refusal = match &request.preferred_provider {
                Some(provider) => placing.with(provider),
                None => placing.with_anyone(),
            };
            match (refusal, day.successor.get()) {
                (Ok(appointment), _) => return Ok(appointment),
                // Whoever joined meanwhile has to be asked too.
                (Err(_), Some(next)) => day = next,
                (Err(refusal), None) => {
                    if !is_unknown(&refusal) {
                        day.shared.popularity.add(request.range, request.duration);
                    }
                    return Err(refusal);
                }
            }
        }
    }

    /// The refusal of a request that names nobody who is known.
    pub(super) fn unknown(provider: &ProviderId) -> Refusal {
        // An identifier has 1 to 64 characters, so it always passes as a name.
        let name = Text::name("provider", provider.as_str()).unwrap_or_else(|_| unreachable!("an id is a name"));
        Refusal { blocked: vec![Blocked { provider: provider.clone(), name, blocker: Blocker::UnknownProvider }] }
    }
}

fn is_unknown(refusal: &Refusal) -> bool {
    refusal.blocked.iter().any(|blocked| blocked.blocker == Blocker::UnknownProvider)
}

/// A request on its way into the day.
struct Placing<'a, S> {
    day: &'a Day,
    request: &'a Arc<Request>,
    wish: Wish<'a>,
    settle: &'a mut S,
}

impl<S: FnMut(&Arc<Appointment>, Touched)> Placing<'_, S> {
    fn with(&mut self, provider: &ProviderId) -> Result<Arc<Appointment>, Refusal> {
        let seat = self.day.seat(provider).ok_or_else(|| Day::unknown(provider))?;
        let mut provider_day = self.day.seats[seat].lock();
        self.try_on(seat, &mut provider_day)
            .ok_or_else(|| Refusal { blocked: vec![self.day.blocked(&provider_day, &self.wish)] })
    }

    fn with_anyone(&mut self) -> Result<Arc<Appointment>, Refusal> {
        for _ in 0..ROUNDS_MAX {
            let watch = self.day.shared.releases.watch(self.wish.duration, self.day.rules.start_grid);
            if let Some(appointment) = self.with_the_first() {
                return Ok(appointment);
            }
            match self.day.survey(&self.wish, None) {
                Survey::Hosts(hosts) => {
                    // Somebody else may have been quicker; then everybody is asked again.
                    let best = hosts.into_iter().min().map(|(_, seat)| seat);
                    if let Some(appointment) = best.and_then(|seat| self.try_seat(seat)) {
                        return Ok(appointment);
                    }
                }
                Survey::Nobody(refusal) if watch.is_quiet() => return Err(refusal),
                Survey::Nobody(_) => {}
            }
        }
        self.with_all_held()
    }

    /// Asks the first providers in the order, as long as that is likely to find one.
    ///
    /// One that is held is being given to somebody else and about to fall back in the order, so the next
    /// one is asked instead of waiting; whoever was left out is asked with everybody before a refusal.
    fn with_the_first(&mut self) -> Option<Arc<Appointment>> {
        let Day { ranking, seats, .. } = self.day;
        let (first, given) = ranking.hold_first(seats, self.wish.duration)?;
        let is_held = given.as_ref().is_none_or(|(seat, _)| *seat != first);
        if let Some((seat, mut provider_day)) = given
            && let Some(appointment) = self.try_on(seat, &mut provider_day)
        {
            return Some(appointment);
        }
        let pays = |count: usize| count * 4 <= seats.len() || (is_held && count == HEADS[0]);
        let mut asked = 1;
        for count in HEADS.into_iter().filter(|count| pays(*count)) {
            let head = ranking.head(seats, self.wish.duration, count);
            for seat in head.iter().skip(asked) {
                if let Some(appointment) = self.try_free(*seat) {
                    return Some(appointment);
                }
            }
            asked = head.len();
            if asked < count {
                break;
            }
        }
        None
    }

    fn try_free(&mut self, seat: usize) -> Option<Arc<Appointment>> {
        self.day.seats[seat].try_lock().and_then(|mut provider_day| self.try_on(seat, &mut provider_day))
    }

    fn with_all_held(&mut self) -> Result<Arc<Appointment>, Refusal> {
        // Seats are in the order of ids, the one in which everybody locks several of them.
        let mut held: Vec<_> = self.day.seats.iter().map(|seat| seat.lock()).collect();
        let mut surveyor = Surveyor::new(self.day, self.wish);
        for (seat, provider_day) in held.iter().enumerate() {
            surveyor.ask(seat, provider_day);
        }
        let seat = match surveyor.finish() {
            Survey::Nobody(refusal) => return Err(refusal),
            Survey::Hosts(hosts) => hosts.into_iter().min().map_or(0, |(_, seat)| seat),
        };
        let refusal = Refusal { blocked: Vec::new() };
        self.try_on(seat, &mut held[seat]).ok_or(refusal)
    }

    fn try_seat(&mut self, seat: usize) -> Option<Arc<Appointment>> {
        self.try_on(seat, &mut self.day.seats[seat].lock())
    }

    fn try_on(&mut self, seat: usize, provider_day: &mut ProviderDay) -> Option<Arc<Appointment>> {
        let Self { day, wish, .. } = self;
        let slot = day.choose(provider_day, wish, &day.rules.dice)?;
        let provider = day.seats[seat].id();
        let appointment = Arc::new(self.placed(provider.clone(), slot));
        provider_day.add(Arc::clone(&appointment));
        self.day.shared.releases.count_booking(slot, self.day.rules.start_grid);
        // Before anybody can hear of the decision, so that the next request of whoever does is decided
        // with this one counted.
        self.day.shared.popularity.add(self.request.range, self.request.duration);
        self.day.note(seat);
        (self.settle)(&appointment, provider_day.touch(provider.clone()));
        Some(appointment)
    }

    fn placed(&self, provider: ProviderId, slot: TimeRange) -> Appointment {
        Appointment {
            request: Arc::clone(self.request),
            provider,
            day: self.day.date,
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        }
    }
}
