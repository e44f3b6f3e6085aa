//! How long answers took.

use std::time::Duration;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// How long each answer took, by kind.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    reads: Vec<Duration>,
    writes: Vec<Duration>,
}

impl Latencies {
    pub(crate) fn add(&mut self, kind: Kind, took: Duration) {
        match kind {
            Kind::Read => self.reads.push(took),
            Kind::Write => self.writes.push(took),
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
    }

    /// The middle, the 99th of a hundred and the longest, in milliseconds.
    pub(crate) fn shown(&self) -> String {
        format!("reads {}, writes {}", of(&self.reads), of(&self.writes))
    }
}

fn of(all: &[Duration]) -> String {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
    let shown = |percent| at(percent).map_or(0, Duration::as_millis);
    format!("p50 {} ms, p99 {} ms, longest {} ms", shown(50), shown(99), shown(100))
}
