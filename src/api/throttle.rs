//! Keeps a flood of equal messages from becoming a flood of lines.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Least time between two lines.
const INTERVAL: Duration = Duration::from_secs(1);

/// Lets one message a second through, and counts those in between.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    said: Option<Instant>,
    unsaid: u64,
}

impl Throttle {
    /// One that has said nothing.
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State { said: None, unsaid: 0 }))
    }

    /// How many messages were left out since the last one, if it is time for another.
    pub(super) fn due(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock();
        if state.said.is_some_and(|said| now.saturating_duration_since(said) < INTERVAL) {
            state.unsaid += 1;
            return None;
        }
        state.said = Some(now);
        Some(std::mem::take(&mut state.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_a_second_is_said_and_the_others_are_counted() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let at = |millis| throttle.due(start + Duration::from_millis(millis));
        assert_eq!([at(0), at(1), at(999)], [Some(0), None, None]);
        assert_eq!([at(1000), at(1500), at(3000)], [Some(2), None, Some(1)]);
    }
}
