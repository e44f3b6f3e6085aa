//! What a client asks for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Invalid, Minutes, ProviderId, RequestId, ServiceId, Text, TimeRange};

/// Whether the sender named the day of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dated {
    /// The day was named.
    Named,
    /// No day was named: the original program's request, which means today, whatever the clock says.
    Implied,
}

/// A wish for an appointment on one day: the content behind an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The identifier and idempotency key.
    pub id: RequestId,
    /// The day, resolved when the request came in.
    pub day: NaiveDate,
    /// Whether the sender named that day.
    pub dated: Dated,
    /// When it suits; the whole appointment has to lie in it.
    #[serde(rename = "preferred_range")]
    pub range: TimeRange,
    /// How long the appointment takes.
    pub duration: Minutes,
    /// The only provider that will do; none for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_provider: Option<ProviderId>,
    /// Who comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Text>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// Anything else worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl Request {
    /// Checks what no single field can: that the duration fits the range.
    pub fn validated(self) -> Result<Self, Invalid> {
        if self.duration.get() <= self.range.len() {
            return Ok(self);
        }
        let expected = format!("at most the {} minutes of {}", self.range.len(), self.range);
        Err(Invalid::new("duration", self.duration.get(), expected))
    }

    /// Whether both ask for the same thing, so that the second is a repetition of the first.
    ///
    /// A day that nobody named does not count: a repetition after midnight is still one.
    pub fn same_content(&self, other: &Self) -> bool {
        let same_day = self.dated == other.dated && (self.dated == Dated::Implied || self.day == other.day);
        same_day
            && self.id == other.id
            && self.range == other.range
            && self.duration == other.duration
            && self.preferred_provider == other.preferred_provider
            && self.client == other.client
            && self.service == other.service
            && self.note == other.note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            id: RequestId::new("r1").unwrap(),
            day: "2026-11-23".parse().unwrap(),
            dated: Dated::Implied,
            range: TimeRange::parse("09:00", "10:00").unwrap(),
            duration: Minutes::new(30).unwrap(),
            preferred_provider: None,
            client: None,
            service: None,
            note: None,
        }
    }

    #[test]
    fn a_duration_longer_than_the_range_is_refused() {
        let long = Request { duration: Minutes::new(61).unwrap(), ..request() };
        assert!(long.validated().is_err());
        assert!(request().validated().is_ok());
    }

    #[test]
    fn a_repetition_after_midnight_is_still_the_same_dateless_request() {
        let tomorrow = Request { day: "2026-11-24".parse().unwrap(), ..request() };
        assert!(request().same_content(&tomorrow));
        let named = Request { dated: Dated::Named, ..request() };
        assert!(!named.same_content(&request()));
        assert!(!named.same_content(&Request { dated: Dated::Named, ..tomorrow }));
        assert!(!request().same_content(&Request { duration: Minutes::new(15).unwrap(), ..request() }));
    }
}
