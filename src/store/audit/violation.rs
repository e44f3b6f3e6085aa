//! What can be wrong with a book, as sentences.

use chrono::NaiveDate;

use crate::domain::{ProviderId, RequestId, TimeRange};

/// A rule that a stored book breaks; its `Display` is a sentence that names the event and the records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The store itself is not sound.
    #[error("{0}")]
    Storage(String),
    /// Something in the book cannot be understood; what comes after it was not looked at.
    #[error("the book cannot be read further: {0}")]
    Unreadable(String),
    /// Events are missing.
    #[error("event {expected} is missing: the log goes on with event {found}")]
    Gap {
        /// The number that should have come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A request was answered twice.
    #[error("event {again} answers request {request}, which event {first} had answered")]
    AnsweredTwice {
        /// The request.
        request: RequestId,
        /// The event that answered it.
        first: u64,
        /// The event that answered it again.
        again: u64,
    },
    /// An event does not tell of the request that it answers.
    #[error("event {event} is an answer, but not to the request that it names")]
    AnswersNothing {
        /// The event.
        event: u64,
    },
    /// A refusal changed something.
    #[error("event {event} refuses request {request} and changes the book all the same")]
    RefusalWithEdits {
        /// The event.
        event: u64,
        /// The request.
        request: RequestId,
    },
    /// An event changed a record that was not as the event says.
    #[error("event {event} changes {record}, which was not as the event says it was")]
    WrongBefore {
        /// The event.
        event: u64,
        /// The record: `provider chen`.
        record: String,
    },
    /// A change did not raise the revision of a provider's record.
    #[error("event {event} changes provider {provider} without raising its revision")]
    RevisionNotRaised {
        /// The event.
        event: u64,
        /// Whose record.
        provider: ProviderId,
    },
    /// An appointment is with somebody who is not in the book.
    #[error("event {event} puts appointment {appointment} with provider {provider}, who is not in the book")]
    UnknownProvider {
        /// The event.
        event: u64,
        /// The appointment.
        appointment: RequestId,
        /// The provider.
        provider: ProviderId,
    },
    /// Two appointments of one provider overlap, and none of them on purpose.
    #[error("event {event} books {provider} twice on {day}: {one} and {other} overlap at {overlap}")]
    DoubleBooking {
        /// The event.
        event: u64,
        /// Who is booked twice.
        provider: ProviderId,
        /// When.
        day: NaiveDate,
        /// The appointment that the event placed.
        one: RequestId,
        /// The appointment that was there.
        other: RequestId,
        /// The minutes that both have.
        overlap: TimeRange,
    },
    /// An appointment lies outside the hours.
    #[error(
        "event {event} leaves appointment {appointment} at {slot} on {day}, outside the hours of {provider} that day"
    )]
    OutsideHours {
        /// The event.
        event: u64,
        /// The appointment.
        appointment: RequestId,
        /// With whom.
        provider: ProviderId,
        /// When.
        day: NaiveDate,
        /// When on that day.
        slot: TimeRange,
    },
    /// An appointment lies on minutes that its day does not have.
    #[error(
        "event {event} puts appointment {appointment} at {slot} on {day}, where the clocks go forward over {skipped}"
    )]
    SkippedMinutes {
        /// The event.
        event: u64,
        /// The appointment.
        appointment: RequestId,
        /// When.
        day: NaiveDate,
        /// When on that day.
        slot: TimeRange,
        /// The minutes that are left out.
        skipped: TimeRange,
    },
    /// An appointment was placed beyond the daily limit.
    #[error("event {event} gives {provider} {booked} appointments on {day}, where the limit is {limit}")]
    OverLimit {
        /// The event.
        event: u64,
        /// Who.
        provider: ProviderId,
        /// When.
        day: NaiveDate,
        /// Live appointments that day, the new one included.
        booked: usize,
        /// The limit at that time.
        limit: u32,
    },
    /// A request went to another provider than the preferred one.
    #[error("event {event} books request {request} with {provider}, although it asks for {preferred}")]
    NotPreferred {
        /// The event.
        event: u64,
        /// The request.
        request: RequestId,
        /// Who was asked for.
        preferred: ProviderId,
        /// Who was booked.
        provider: ProviderId,
    },
    /// An appointment is not what was asked for.
    #[error("event {event} books request {request} at {slot} on {day}, which is not what it asks for")]
    NotAsAsked {
        /// The event.
        event: u64,
        /// The request.
        request: RequestId,
        /// The day booked.
        day: NaiveDate,
        /// The minutes booked.
        slot: TimeRange,
    },
    /// A change of hours cancelled what it should have kept.
    #[error("event {event} cancels appointment {appointment} for the new hours of {provider}, although {why}")]
    CancelledNeedlessly {
        /// The event.
        event: u64,
        /// The appointment.
        appointment: RequestId,
        /// Whose hours changed.
        provider: ProviderId,
        /// Why it should have stayed.
        why: &'static str,
    },
    /// What is stored of a record is not what the log leaves of it.
    #[error("{record} is not stored as the log leaves it: {difference}")]
    NotAsLogged {
        /// The record: `appointment r1`.
        record: String,
        /// How they differ.
        difference: &'static str,
    },
    /// There was more.
    #[error("and {0} more")]
    More(usize),
}
