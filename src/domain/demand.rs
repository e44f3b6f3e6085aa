//! What clients have been asking for lately: how often each range with each duration.

use std::collections::HashMap;

use super::{Minutes, Request, TimeRange};

/// A histogram of past requests, accepted and refused; it teaches which times are popular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    counts: HashMap<(TimeRange, Minutes), u64>,
}

impl Demand {
    /// Counts a request.
    pub fn add(&mut self, request: &Request) {
        self.add_many(request.range, request.duration, 1);
    }

    /// Counts `times` requests for `duration` within `range`.
    pub fn add_many(&mut self, range: TimeRange, duration: Minutes, times: u64) {
        *self.counts.entry((range, duration)).or_default() += times;
    }

    /// Every range and duration asked for, with how often; in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (TimeRange, Minutes, u64)> + '_ {
        self.counts.iter().map(|((range, duration), times)| (*range, *duration, *times))
    }

    /// How many requests asked for this duration, in minutes.
    pub fn for_duration(&self, duration: u16) -> u64 {
        self.iter().filter(|(_, asked, _)| asked.get() == duration).map(|(_, _, times)| times).sum()
    }
}
