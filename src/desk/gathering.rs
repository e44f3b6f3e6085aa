//! When it pays to wait for company before a transaction is written.
//!
//! Clients that were answered a moment ago often ask again at once. Writing the others meanwhile would split
//! them into two groups for good, each waiting for the other's transaction; waiting a little lets all go into
//! one. Where nobody comes back, waiting stops.

use std::time::{Duration, Instant};

/// Longest wait: about what a transaction costs besides its rows, which is what company shares.
const PATIENCE_MAX: Duration = Duration::from_micros(600);

/// Most transactions that are written without waiting after waiting was in vain.
const PAUSE_MAX: u32 = 256;

/// What the journal knows of its last transactions.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// Answered with the last transaction.
    answered: usize,
    /// How long that one took.
    took: Duration,
    /// Transactions still to be written without waiting.
    pausing: u32,
    /// The length of the next pause.
    pause: u32,
}

/// What to wait for, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// Decisions that are worth waiting for.
    pub(super) company: usize,
    /// When to go without them.
    pub(super) until: Instant,
}

impl Gathering {
    /// Notes a transaction.
    pub(super) fn note(&mut self, answered: usize, took: Duration) {
        (self.answered, self.took) = (answered, took);
    }

    /// Whether to wait for more than the first, while `waiting` are there already.
    pub(super) fn begin(&mut self, waiting: usize) -> Option<Wait> {
        if self.pausing > 0 {
            self.pausing -= 1;
            return None;
        }
        // Alone, a client waits for nobody.
        let company = waiting + self.answered;
        (company > 1).then(|| Wait { company, until: Instant::now() + self.took.min(PATIENCE_MAX) })
    }

    /// Learns from a wait in which `came` joined.
    pub(super) fn end(&mut self, came: usize) {
        // Half of those who were answered is worth it.
        self.pause = if 2 * came >= self.answered { 0 } else { (self.pause * 2 + 1).min(PAUSE_MAX) };
        self.pausing = self.pause;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_micros(400);

    fn after(answered: usize) -> Gathering {
        let mut gathering = Gathering::default();
        gathering.note(answered, TOOK);
        gathering
    }

    #[test]
    fn a_client_alone_is_never_kept_waiting() {
        assert_eq!(after(1).begin(0), None);
        assert_eq!(Gathering::default().begin(1), None);
    }

    #[test]
    fn those_who_were_answered_are_worth_waiting_for_as_long_as_their_transaction_took() {
        let before = Instant::now();
        let wait = after(40).begin(24).unwrap();
        assert_eq!(wait.company, 64);
        assert!(wait.until >= before + TOOK && wait.until <= Instant::now() + TOOK);
    }

    #[test]
    fn a_slow_disk_does_not_make_the_wait_longer() {
        let mut gathering = Gathering::default();
        gathering.note(40, Duration::from_secs(5));
        assert!(gathering.begin(24).unwrap().until <= Instant::now() + PATIENCE_MAX);
    }

    #[test]
    fn waiting_in_vain_is_tried_ever_more_rarely_and_stops_to_be_rare_when_it_pays() {
        let mut gathering = after(40);
        let mut pauses = Vec::new();
        for _ in 0..3 {
            let mut pause = 0;
            while gathering.begin(24).is_none() {
                pause += 1;
            }
            pauses.push(pause);
            gathering.end(19);
        }
        assert_eq!(pauses, [0, 1, 3]);
        while gathering.begin(24).is_none() {}
        gathering.end(20);
        assert!(gathering.begin(24).is_some());
    }
}
