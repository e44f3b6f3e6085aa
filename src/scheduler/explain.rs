//! Decisions that explain themselves: what was chosen, what it was preferred to, and why nothing fits.

pub(super) mod reasons;

use chrono::NaiveDate;

use crate::domain::{ProviderId, Refusal, Text, TimeRange};

/// A place where a request could go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// With whom.
    pub provider: ProviderId,
    /// Their name.
    pub name: Text,
    /// On which day.
    pub day: NaiveDate,
    /// When.
    pub slot: TimeRange,
    /// What it would do to the day.
    pub cost: Cost,
}

/// What placing an appointment does to the free time around it; compared field by field, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Minutes that no service can use any more (negative only for durations outside the catalogue).
    pub unusable: i32,
    /// Free pieces left in the gap: 0 fills it, 1 is flush with an edge, 2 splits it.
    pub pieces: u8,
    /// How much the minutes taken are in demand, per minute, where 100 is the day's average.
    pub popularity_percent: u32,
}

/// Why a slot was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The chosen place.
    pub chosen: Candidate,
    /// The best other places, best first, at most [`Explanation::RUNNERS_UP_MAX`].
    pub runners_up: Vec<Candidate>,
    /// In words: why this provider, and why this start.
    pub reasons: Vec<String>,
}

impl Explanation {
    /// Most runner-ups that an explanation lists.
    pub const RUNNERS_UP_MAX: usize = 5;
}

/// What would become of a request if it were made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// It would be placed.
    Fits(Explanation),
    /// It would be refused.
    Refused {
        /// Every blocker.
        refusal: Refusal,
        /// The nearest places that would do instead: other times, providers or days, nearest first.
        alternatives: Vec<Candidate>,
    },
}
