//! The bounded queue between the workers and the journal.
//!
//! A worker reserves a place before it decides anything, so that putting the decision in never waits:
//! it happens while the provider's lock is held, which makes the order of the journal the order of
//! the revisions.

use tokio::sync::{Notify, Semaphore, TryAcquireError, watch};

use super::gathering::{Gathering, Wait};

use crate::sync::{Condvar, Mutex};

/// Decisions that may be on their way to the store at once.
///
/// Enough for a group commit of the largest size while the next one gathers.
const PLACES: usize = 4096;

/// Most decisions in one transaction: beyond this a longer one gains nothing and only delays replies.
const BATCH_MAX: usize = 1024;

/// A bounded queue with places reserved in advance; one reader takes all that waits at once.
#[derive(Debug)]
pub(super) struct Inbox<T> {
    places: Semaphore,
    state: Mutex<State<T>>,
    filled: Condvar,
    /// The same for a reader that is a task.
    signal: Notify,
    /// How many of all that was ever put in have been settled.
    settled: watch::Sender<u64>,
}

#[derive(Debug)]
struct State<T> {
    waiting: Vec<T>,
    /// How many were ever put in.
    put: u64,
    /// How many its reader waits for, at least 1.
    wanted: usize,
    closed: Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closed {
    Open,
    Closed,
}

impl<T> State<T> {
    /// Moves up to a batch of what waits into `taken`, which is empty.
    fn hand_out(&mut self, taken: &mut Vec<T>) {
        if self.waiting.len() <= BATCH_MAX {
            std::mem::swap(taken, &mut self.waiting);
        } else {
            taken.extend(self.waiting.drain(..BATCH_MAX));
        }
    }
}

/// What had been put in at one moment, to wait for the store's answer to all of it.
#[derive(Debug)]
pub(super) struct Mark {
    put: u64,
    settled: watch::Receiver<u64>,
}

impl Mark {
    /// Whether the store has answered for everything.
    pub(super) fn is_settled(&self) -> bool {
        *self.settled.borrow() >= self.put
    }

    /// Waits until the store has answered for everything.
    pub(super) async fn settled(mut self) {
        let put = self.put;
        // An error says that the inbox is gone, and with it everybody who could ask.
        let _ = self.settled.wait_for(|settled| *settled >= put).await;
    }
}

/// A reserved place; given back when dropped unused.
#[derive(Debug)]
pub(super) struct Place<'a, T> {
    inbox: &'a Inbox<T>,
}

impl<T> Inbox<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: Vec::new(), put: 0, wanted: 1, closed: Closed::Open };
        let settled = watch::Sender::new(0);
        Self {
            places: Semaphore::new(PLACES),
            state: Mutex::new(state),
            filled: Condvar::new(),
            signal: Notify::new(),
            settled,
        }
    }

    /// Waits until there is a place.
    pub(super) async fn reserve(&self) -> Place<'_, T> {
        match self.places.try_acquire() {
            Ok(permit) => permit.forget(),
            // The semaphore is never closed, so an error cannot come out of waiting.
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => {
                if let Ok(permit) = self.places.acquire().await {
                    permit.forget();
                }
            }
        }
        Place { inbox: self }
    }

    /// Tells the reader that something was put in. Kept apart from [`Place::put`] so that waking a
    /// thread, which costs microseconds, does not happen under a provider's lock.
    pub(super) fn wake(&self) {
        let is_enough = {
            let state = self.state.lock();
            state.waiting.len() >= state.wanted
        };
        if is_enough {
            self.filled.notify_one();
            self.signal.notify_one();
        }
    }

    /// Lets the reader finish what is in.
    pub(super) fn close(&self) {
        self.state.lock().closed = Closed::Closed;
        self.filled.notify_all();
        self.signal.notify_one();
    }

    /// Waits for something, then as `gathering` says for more, and takes up to a batch of it into `taken`; false
    /// when closed and empty.
    pub(super) fn take(&self, taken: &mut Vec<T>, gathering: &mut Gathering) -> bool {
        let mut state = self.state.lock();
        let waiting = state.waiting.len();
        let wait = gathering.begin(waiting);
        while state.waiting.is_empty() {
            if state.closed == Closed::Closed {
                return false;
            }
            self.filled.wait(&mut state);
        }
        if let Some(Wait { company, until }) = wait {
            state.wanted = company.min(BATCH_MAX);
            while state.waiting.len() < state.wanted && state.closed == Closed::Open {
                if self.filled.wait_until(&mut state, until).timed_out() {
                    break;
                }
            }
            gathering.end(state.waiting.len() - waiting);
            state.wanted = 1;
        }
        state.hand_out(taken);
        true
    }

    /// [`Self::take`] for a reader that is a task.
    pub(super) async fn next(&self, taken: &mut Vec<T>) -> bool {
        loop {
            {
                let mut state = self.state.lock();
                if !state.waiting.is_empty() {
                    state.hand_out(taken);
                    return true;
                }
                if state.closed == Closed::Closed {
                    return false;
                }
            }
            // What was signalled since the look is not lost: the signal waits for its reader.
            self.signal.notified().await;
        }
    }

    /// Frees the places of decisions that the store has answered for, whatever it answered.
    pub(super) fn settle(&self, places: usize) {
        self.places.add_permits(places);
        self.settled.send_modify(|settled| *settled += places as u64);
    }

    /// How many decisions the store has not answered for.
    pub(super) fn unsettled(&self) -> usize {
        usize::try_from(self.state.lock().put - *self.settled.borrow()).unwrap_or(PLACES)
    }

    /// Everything that was put in so far.
    pub(super) fn mark(&self) -> Mark {
        Mark { put: self.state.lock().put, settled: self.settled.subscribe() }
    }
}

impl<T> Place<'_, T> {
    /// Puts a decision in; never waits. Its place is freed by [`Inbox::settle`].
    pub(super) fn put(self, item: T) {
        let mut state = self.inbox.state.lock();
        state.waiting.push(item);
        state.put += 1;
        drop(state);
        std::mem::forget(self);
    }
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        self.inbox.places.add_permits(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_in_before_closing_is_still_taken_out() {
        let inbox = Inbox::new();
        inbox.reserve().await.put(1);
        inbox.reserve().await.put(2);
        inbox.close();
        let mut taken = Vec::new();
        assert!(inbox.take(&mut taken, &mut Gathering::default()));
        assert_eq!(taken, [1, 2]);
        taken.clear();
        assert!(!inbox.take(&mut taken, &mut Gathering::default()));
    }

    #[tokio::test]
    async fn an_unused_place_is_given_back_and_a_used_one_when_it_is_settled() {
        let inbox: Inbox<u8> = Inbox::new();
        drop(inbox.reserve().await);
        assert_eq!(inbox.places.available_permits(), PLACES);
        inbox.reserve().await.put(1);
        assert_eq!(inbox.places.available_permits(), PLACES - 1);
        inbox.settle(1);
        assert_eq!(inbox.places.available_permits(), PLACES);
    }

    #[tokio::test]
    async fn a_mark_waits_for_what_was_put_in_before_it_and_for_nothing_else() {
        let inbox = Inbox::new();
        assert!(inbox.mark().is_settled());
        inbox.reserve().await.put(1);
        let mark = inbox.mark();
        inbox.reserve().await.put(2);
        assert!(!mark.is_settled());
        inbox.settle(1);
        mark.settled().await;
        assert!(!inbox.mark().is_settled());
    }

    #[tokio::test]
    async fn a_batch_is_bounded_and_keeps_the_order() {
        let inbox = Inbox::new();
        for number in 0..BATCH_MAX + 3 {
            inbox.reserve().await.put(number);
        }
        let mut taken = Vec::new();
        assert!(inbox.take(&mut taken, &mut Gathering::default()));
        assert_eq!(taken, (0..BATCH_MAX).collect::<Vec<_>>());
        taken.clear();
        assert!(inbox.take(&mut taken, &mut Gathering::default()));
        assert_eq!(taken, [BATCH_MAX, BATCH_MAX + 1, BATCH_MAX + 2]);
    }
}
