//! Which provider is asked first.

use std::mem;

use super::policy::ProviderOrder;
use super::provider_day::ProviderDay;
use super::seat::Seat;
use super::tournament::Tournament;
use crate::domain::Minutes;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// A seat's number, and its day.
type HeldSeat<'a> = (usize, MutexGuard<'a, ProviderDay>);

/// Most durations whose order is kept at the same time; the one asked for least recently goes first.
const TRACKED_MAX: usize = 16;
/// A duration is kept for at least this many changes after it was last asked for.
const IDLE_MIN: usize = 64;
/// Most changes that wait for the boards that nobody asks for.
const WAITING_MAX: usize = 64;
/// The low bits of a key number the provider, so that no two keys are equal.
const TIE_BITS: u32 = 24;
const TIE_MAX: u32 = (1 << TIE_BITS) - 1;
const BOOKED_BITS: u32 = 24;
const BOOKED_MAX: u32 = (1 << BOOKED_BITS) - 1;
const PLACES_MAX: u32 = (1 << (64 - BOOKED_BITS - TIE_BITS)) - 1;

/// The order of a day's providers, per duration.
///
/// One tournament per duration asked for lately. Whoever changes a provider's day only notes that it
/// did ([`Ranking::note`]); whoever asks for the order first replays what was noted. So decisions that
/// need no order (a provider was named) share nothing here once their provider has been noted, and the
/// lock is held for the look-up alone. Only the tournament asked for takes the new keys in; the others
/// get them many at a time, so that threads that take turns move little memory to and fro between their
/// processors. Locks are taken in this order: ranking, provider-day, notes;
/// nobody takes the ranking while holding a provider-day.
#[derive(Debug)]
pub(super) struct Ranking {
    order: ProviderOrder,
    boards: Mutex<Boards>,
    /// The seats whose keys may be outdated, each one once.
    noted: Mutex<Vec<u32>>,
    is_noted: Box<[AtomicBool]>,
    /// The number that settles ties, by seat: the place in the order of ids, or in the list.
    tie_of: Box<[u32]>,
    /// The seat with each such number.
    seat_of: Box<[u32]>,
}

#[derive(Debug, Default)]
struct Boards {
    tracked: Vec<Board>,
    /// The entrants whose keys have changed, each time they did; no board has been added or taken away since.
    changed: Vec<u32>,
    /// Their new keys: one for every board, change by change.
    keys: Vec<u64>,
    /// Kept to reuse its allocation: the notes that are being replayed.
    replaying: Vec<u32>,
}

/// The order for one duration.
#[derive(Debug)]
struct Board {
    duration: Minutes,
    tournament: Tournament,
    /// How many of the changes are in the tournament already.
    taken_in: usize,
    /// Changes replayed since this duration was last asked for.
    idle: usize,
}

impl Boards {
    /// Brings the board at this place up to date.
    fn take_in(&mut self, at: usize) {
        let of_each = self.tracked.len();
        let board = &mut self.tracked[at];
        let keys = self.keys.chunks_exact(of_each).map(|keys| keys[at]);
        for (entrant, key) in self.changed.iter().zip(keys).skip(board.taken_in) {
            board.tournament.set(*entrant as usize, key);
        }
        board.taken_in = self.changed.len();
    }

    /// Brings all boards up to date, so that no change waits any more.
    fn take_all_in(&mut self) {
        for at in 0..self.tracked.len() {
            self.take_in(at);
            self.tracked[at].taken_in = 0;
        }
        self.changed.clear();
        self.keys.clear();
    }
}

impl Ranking {
    /// A ranking of seats; nothing is computed before somebody asks.
    pub(super) fn new(order: ProviderOrder, seats: &[Seat]) -> Self {
        let mut seat_of: Vec<u32> = (0..TIE_MAX).take(seats.len()).collect();
        if order == ProviderOrder::RemainingAppointments {
            seat_of.sort_by_key(|seat| seats[*seat as usize].position());
        }
        let mut tie_of = vec![TIE_MAX; seats.len()];
        for (tie, seat) in (0..).zip(&seat_of) {
            tie_of[*seat as usize] = tie;
        }
        Self {
            order,
            boards: Mutex::default(),
            noted: Mutex::default(),
            is_noted: seats.iter().map(|_| AtomicBool::new(false)).collect(),
            tie_of: tie_of.into(),
            seat_of: seat_of.into(),
        }
    }

    /// What decides between providers, as a seat's day is now: the lowest is asked first.
    pub(super) fn key(&self, seat: usize, day: &ProviderDay, duration: Minutes) -> u64 {
        let tie = u64::from(self.tie_of[seat]);
        match self.order {
            ProviderOrder::AvailableSlots => {
                // At most 1440 appointments of a minute fit a day, so 16 bits are plenty.
                let places = u64::from(PLACES_MAX - day.places(duration).min(PLACES_MAX));
                let booked = u64::from(day.booked_minutes().min(BOOKED_MAX));
                places << (BOOKED_BITS + TIE_BITS) | booked << TIE_BITS | tie
            }
            ProviderOrder::RemainingAppointments => u64::from(u32::MAX - day.remaining()) << TIE_BITS | tie,
        }
    }

    /// The key of a seat whose day cannot be looked at: as if it had no room.
    fn key_of_held(&self, seat: usize) -> u64 {
        let tie = u64::from(self.tie_of[seat]);
        match self.order {
            ProviderOrder::AvailableSlots => u64::from(PLACES_MAX) << (BOOKED_BITS + TIE_BITS) | tie,
            ProviderOrder::RemainingAppointments => u64::from(u32::MAX) << TIE_BITS | tie,
        }
    }

    /// Notes that a seat's day has changed, or has to be looked at again.
    pub(super) fn note(&self, seat: usize) {
        // Whoever clears the mark takes the day's lock afterwards, so a mark seen here will be honoured.
        if !self.is_noted[seat].load(Ordering::Acquire) && !self.is_noted[seat].swap(true, Ordering::AcqRel) {
            self.noted.lock().extend(u32::try_from(seat));
        }
    }

    /// The first seat in the order for a duration, if any provider may have room at all.
    pub(super) fn first(&self, seats: &[Seat], duration: Minutes) -> Option<usize> {
        let mut boards = self.boards.lock();
        self.replay(&mut boards, seats);
        let key = self.tournament(&mut boards, seats, duration).first()?;
        self.seat_with_room(key)
    }

    /// The first seat in the order for a duration that nobody holds, or else the second, held for the caller;
    /// and the first one's number.
    ///
    /// Held before anybody else looks it up, so that of several threads each is given another one at once.
    pub(super) fn hold_first<'a>(&self, seats: &'a [Seat], duration: Minutes) -> Option<(usize, Option<HeldSeat<'a>>)> {
        let mut boards = self.boards.lock();
        self.replay(&mut boards, seats);
        let tournament = self.tournament(&mut boards, seats, duration);
        let first = self.seat_with_room(tournament.first()?)?;
        let hold = |seat: usize| Some((seat, seats[seat].try_lock()?));
        let second = || tournament.second().and_then(|key| self.seat_with_room(key));
        Some((first, hold(first).or_else(|| hold(second()?))))
    }

    /// The first `count` seats in the order for a duration that may have room at all.
    pub(super) fn head(&self, seats: &[Seat], duration: Minutes, count: usize) -> Vec<usize> {
        let mut boards = self.boards.lock();
        self.replay(&mut boards, seats);
        let keys = self.tournament(&mut boards, seats, duration).lowest(count);
        keys.into_iter().map_while(|key| self.seat_with_room(key)).collect()
    }

    fn seat_with_room(&self, key: u64) -> Option<usize> {
        let has_room = match self.order {
            ProviderOrder::AvailableSlots => key >> (BOOKED_BITS + TIE_BITS) < u64::from(PLACES_MAX),
            ProviderOrder::RemainingAppointments => key >> TIE_BITS < u64::from(u32::MAX),
        };
        let tie = usize::try_from(key & u64::from(TIE_MAX)).ok()?;
        self.seat_of.get(tie).filter(|_| has_room).map(|seat| *seat as usize)
    }

    fn replay(&self, boards: &mut Boards, seats: &[Seat]) {
        mem::swap(&mut *self.noted.lock(), &mut boards.replaying);
        if boards.replaying.is_empty() {
            return;
        }
        // Keeping a board costs about as much per change as a new one costs per provider: a board that
        // nobody asked for during as many changes as there are providers is cheaper to make again.
        let idle_max = seats.len().max(IDLE_MIN);
        for board in &mut boards.tracked {
            board.idle += boards.replaying.len();
        }
        if boards.tracked.iter().any(|board| board.idle > idle_max) {
            boards.take_all_in();
            boards.tracked.retain(|board| board.idle <= idle_max);
        }
        let Boards { tracked: kept, changed, keys, replaying } = boards;
        for seat in replaying.drain(..).map(|seat| seat as usize) {
            self.is_noted[seat].store(false, Ordering::Release);
            // A day that is held is about to change: until it has, the old key is the true one.
            let Some(day) = seats[seat].try_lock() else {
                self.note(seat);
                continue;
            };
            changed.push(self.tie_of[seat]);
            keys.extend(kept.iter().map(|board| self.key(seat, &day, board.duration)));
        }
        if changed.len() >= WAITING_MAX {
            boards.take_all_in();
        }
    }

    /// The tournament for a duration, up to date.
    fn tournament<'a>(&self, all: &'a mut Boards, seats: &[Seat], duration: Minutes) -> &'a Tournament {
        let at = all.tracked.iter().position(|board| board.duration == duration).unwrap_or_else(|| {
            all.take_all_in();
            let boards = &mut all.tracked;
            if boards.len() == TRACKED_MAX {
                let longest_idle = (0..boards.len()).max_by_key(|at| boards[*at].idle).unwrap_or(0);
                boards.swap_remove(longest_idle);
            }
            // A day that changes after its key was read here gets noted. One that is held is noted here,
            // and asked last until whoever holds it is done: the look-up waits for nobody.
            let key = |seat: usize| {
                if let Some(day) = seats[seat].try_lock() {
                    return self.key(seat, &day, duration);
                }
                self.note(seat);
                self.key_of_held(seat)
            };
            let keys = self.seat_of.iter().map(|seat| key(*seat as usize));
            boards.push(Board { duration, tournament: Tournament::new(keys), taken_in: 0, idle: 0 });
            boards.len() - 1
        });
        all.take_in(at);
        all.tracked[at].idle = 0;
        &all.tracked[at].tournament
    }
}
