//! How far an appointment has come.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Text;

/// Where an appointment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Placed; nobody has confirmed it yet.
    Booked,
    /// The client said they will come.
    Confirmed,
    /// The client is in the house.
    Arrived,
    /// The provider has begun.
    InProgress,
    /// Over.
    Done,
    /// The client did not come.
    NoShow,
    /// Called off.
    Cancelled(Cancellation),
}

/// Why an appointment was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Who or what called it off.
    pub cause: Cause,
    /// In words, if somebody said more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Who or what called an appointment off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The client.
    Client,
    /// The house: illness, a broken machine.
    House,
    /// The provider's hours changed and no longer hold it.
    HoursChanged,
    /// The provider left.
    ProviderRetired,
    /// The booking was undone at the desk.
    Undone,
}

impl Status {
    /// The statuses that are set by hand, in the order in which a visit goes through them.
    pub const BY_HAND: [Self; 6] =
        [Self::Booked, Self::Confirmed, Self::Arrived, Self::InProgress, Self::Done, Self::NoShow];

    /// Whether the appointment holds its minutes and its daily place: everything but cancelled.
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::Cancelled(_))
    }

    /// Whether a change of hours may cancel it; what has begun or is over stays as it is.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Booked | Self::Confirmed)
    }

    /// One word for machines and columns: `booked`, `in_progress`, `no_show`.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Confirmed => "confirmed",
            Self::Arrived => "arrived",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::NoShow => "no_show",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProgress => f.write_str("in progress"),
            Self::NoShow => f.write_str("no-show"),
            Self::Cancelled(cancellation) => write!(f, "cancelled ({cancellation})"),
            other => f.write_str(other.key()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "by the client",
            Self::House => "by the house",
            Self::HoursChanged => "the provider's hours changed",
            Self::ProviderRetired => "the provider left",
            Self::Undone => "the booking was undone",
        })
    }
}

impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.note {
            Some(note) => write!(f, "{}: {note}", self.cause),
            None => self.cause.fmt(f),
        }
    }
}
