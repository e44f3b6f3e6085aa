//! Why a request could not be placed: every blocker, by name.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Minute, Minutes, ProviderId, ServiceId, Text, TimeRange};

/// What kept one provider from taking a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocker {
    /// Nobody has this identifier.
    UnknownProvider,
    /// The provider has left.
    Retired,
    /// The provider does not give the service.
    ServiceNotGiven(ServiceId),
    /// The provider is off that day, or outside the hours in the whole range.
    NotWorking {
        /// The day asked for.
        day: NaiveDate,
        /// The range asked for.
        range: TimeRange,
    },
    /// The day does not have the minutes: the clocks are put forward over them.
    Skipped {
        /// The minutes that are left out; the whole day where the calendar leaves it out.
        skipped: TimeRange,
    },
    /// The provider has as many appointments as a day may have.
    DailyLimit {
        /// Live appointments that day.
        booked: u32,
        /// The limit.
        limit: u32,
    },
    /// No free piece in the range is long enough.
    NoRoom {
        /// The range asked for.
        range: TimeRange,
        /// The longest free piece in it, if there is any.
        longest: Option<TimeRange>,
    },
    /// A free piece in the range is long enough, but no regular start lies in it.
    OffGrid {
        /// The longest free piece in the range.
        piece: TimeRange,
        /// Regular starts lie on minutes divisible by this.
        grid: Minutes,
    },
    /// What is left of the range today is too short.
    Passed {
        /// The time when it was decided.
        now: Minute,
    },
}

/// A provider and what kept it from taking a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// The provider's identifier.
    pub provider: ProviderId,
    /// The provider's name; for an unknown provider what was asked for.
    pub name: Text,
    /// What stood in the way.
    pub blocker: Blocker,
}

/// Why a request could not be placed: one entry for every provider asked.
///
/// Its `Display` is one sentence per provider, joined by semicolons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The providers asked, in the order of the desk; empty if there is no provider at all.
    pub blocked: Vec<Blocked>,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.blocker)
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProvider => f.write_str("no such provider"),
            Self::Retired => f.write_str("no longer works here"),
            Self::ServiceNotGiven(service) => write!(f, "does not give {service}"),
            Self::NotWorking { day, range } => write!(f, "not working {range} on {}", day.format("%a %-d %b")),
            Self::Skipped { skipped: TimeRange::DAY } => f.write_str("this day does not exist, the calendar skips it"),
            Self::Skipped { skipped } => write!(f, "{skipped} does not exist on this day, the clocks go forward"),
            Self::DailyLimit { booked, limit } => write!(f, "daily limit {booked} of {limit}"),
            Self::NoRoom { range, longest: Some(piece) } => {
                write!(f, "longest free piece in {range} is {} min, {piece}", piece.len())
            }
            Self::NoRoom { range, longest: None } => write!(f, "nothing free in {range}"),
            Self::OffGrid { piece, grid } => {
                write!(f, "free {piece}, but appointments start every {grid} or next to another one")
            }
            Self::Passed { now } => write!(f, "too little of the range is left at {now}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, blocked) in self.blocked.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            blocked.fmt(f)?;
        }
        if self.blocked.is_empty() { f.write_str("there is no provider yet") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_sentence_for_every_provider_asked() {
        let blocked = |id: &str, name: &str, blocker| Blocked {
            provider: ProviderId::new(id).unwrap(),
            name: Text::name("name", name).unwrap(),
            blocker,
        };
        let range = TimeRange::parse("09:30", "11:30").unwrap();
        let longest = TimeRange::parse("10:40", "11:00").ok();
        let refusal = Refusal {
            blocked: vec![
                blocked("chen", "Dr Chen", Blocker::DailyLimit { booked: 8, limit: 8 }),
                blocked("roy", "Dr Roy", Blocker::NoRoom { range, longest }),
            ],
        };
        assert_eq!(
            refusal.to_string(),
            "Dr Chen: daily limit 8 of 8; Dr Roy: longest free piece in 09:30–11:30 is 20 min, 10:40–11:00"
        );
    }
}
