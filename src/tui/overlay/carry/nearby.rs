//! Other places for an appointment that was picked up, nearest first.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::desk::Destination;
use crate::domain::{Appointment, Minutes, TimeRange};
use crate::scheduler::{Candidate, Proposal};
use crate::tui::message::Ticket;

/// What is asked for; each gives up more of what the client wanted than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// What the request asked for.
    AsAsked,
    /// The same provider at any time of the day.
    AnyTime,
    /// Anybody at any time of the day.
    Anybody,
}

impl Wish {
    const fn wider(self) -> Option<Self> {
        match self {
            Self::AsAsked => Some(Self::AnyTime),
            Self::AnyTime => Some(Self::Anybody),
            Self::Anybody => None,
        }
    }
}

/// What became of looking for the next place.
#[derive(Debug)]
pub(super) enum Found {
    /// Here it is.
    Place(Candidate),
    /// There is none.
    Nothing,
    /// The desk has to be asked about this first.
    Ask(Destination),
    /// The desk was asked already.
    Waiting,
}

/// The other places for one appointment on one day, and how far they were walked along.
#[derive(Debug)]
pub(super) struct Search {
    appointment: Arc<Appointment>,
    day: NaiveDate,
    duration: Minutes,
    /// What is asked for next; none when everything was.
    wish: Option<Wish>,
    asking: Option<Ticket>,
    places: Vec<Candidate>,
    walked: usize,
}

impl Search {
    /// A search that has not asked anything yet.
    pub(super) fn new(appointment: &Arc<Appointment>, day: NaiveDate, duration: Minutes) -> Self {
        let appointment = Arc::clone(appointment);
        let wish = Some(Wish::AsAsked);
        Self { appointment, day, duration, wish, asking: None, places: Vec::new(), walked: 0 }
    }

    /// The next place; after the last one the first again.
    pub(super) fn next_place(&mut self) -> Found {
        if self.asking.is_some() {
            return Found::Waiting;
        }
        if let Some(place) = self.places.get(self.walked % self.places.len().max(1)) {
            self.walked += 1;
            return Found::Place(place.clone());
        }
        self.wish.map_or(Found::Nothing, |wish| Found::Ask(self.destination(wish)))
    }

    /// The question was asked under this ticket.
    pub(super) fn asked(&mut self, ticket: Ticket) {
        self.asking = Some(ticket);
    }

    /// Whether the answer to a ticket is for this search.
    pub(super) fn awaits(&self, ticket: Ticket) -> bool {
        self.asking == Some(ticket)
    }

    /// Takes in what the desk has found; nothing else there makes the wish wider.
    pub(super) fn found(&mut self, proposal: Option<Proposal>) {
        self.asking = None;
        let found = match proposal {
            Some(Proposal::Fits(explanation)) => [vec![explanation.chosen], explanation.runners_up].concat(),
            Some(Proposal::Refused { alternatives, .. }) => alternatives,
            None => Vec::new(),
        };
        let own = &self.appointment;
        let is_home = |one: &Candidate| one.provider == own.provider && one.day == own.day && one.slot == own.slot;
        self.places = found.into_iter().filter(|one| !is_home(one)).collect();
        self.places.sort_by_key(|one| {
            let minutes = one.slot.start().get().abs_diff(own.slot.start().get());
            ((one.day - self.day).num_days().abs(), minutes, Reverse(one.provider == own.provider))
        });
        self.wish = self.wish.and_then(Wish::wider);
    }

    fn destination(&self, wish: Wish) -> Destination {
        let (own, request) = (&self.appointment, &self.appointment.request);
        let (provider, range) = match wish {
            // Made longer than what was asked for, it can only go elsewhere.
            Wish::AsAsked if request.range.len() >= self.duration.get() => {
                (request.preferred_provider.clone(), request.range)
            }
            Wish::AsAsked | Wish::AnyTime => (Some(own.provider.clone()), TimeRange::DAY),
            Wish::Anybody => (None, TimeRange::DAY),
        };
        Destination { provider, day: self.day, range, duration: self.duration }
    }
}
