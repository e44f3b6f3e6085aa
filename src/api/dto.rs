//! Bodies as they travel: what comes in is only read here, what it means is the domain's.

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::NaiveDate;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::domain::{Invalid, Minute, Minutes, TimeRange};

mod booking;
mod change;
mod hours;
mod provider;
mod view;

pub(super) use booking::BookingBody;
pub(super) use change::{CancelBody, MoveBody, StatusBody};
pub(super) use hours::HoursBody;
pub(super) use provider::ProviderBody;
pub(super) use view::{AppointmentView, EventView, ProviderView, Scheduled, SlotView};

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Room for the usual answer without growing.
    let mut bytes = Vec::with_capacity(160);
    if let Err(error) = serde_json::to_writer(&mut bytes, body) {
        // Only a map with keys other than text could fail, and no body here has one.
        tracing::error!(%error, "an answer could not be written as JSON");
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Text of a body, borrowed from it where it holds no escapes.
#[derive(Debug)]
pub(super) struct Words<'a>(pub(super) Cow<'a, str>);

/// A whole number of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole(pub(super) i64);

/// A `true` or `false` of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    /// `true`.
    On,
    /// `false`.
    Off,
}

/// A start and an end of a body, as texts.
// What is derived would take a list of the two as well, hence the way around by itself.
#[derive(Debug, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Ends<'a> {
    #[serde(borrow)]
    start: Words<'a>,
    #[serde(borrow)]
    end: Words<'a>,
}

impl Words<'_> {
    /// The text as an identifier, name or note; what is impossible is reported under `field`.
    pub(super) fn read<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<T, Problem> {
        read(&self.0).map_err(|error| Problem::Impossible(Invalid { field: field.into(), ..error }))
    }

    /// The text as a date.
    pub(super) fn date(&self, field: &'static str) -> Result<NaiveDate, Problem> {
        date(field, &self.0)
    }

    fn time(&self, field: &'static str) -> Result<Minute, Invalid> {
        self.0.parse().map_err(|error| Invalid { field: field.into(), ..error })
    }
}

/// A date from text; years have four digits, so that a date has one way to be written.
pub(super) fn date(field: &'static str, text: &str) -> Result<NaiveDate, Problem> {
    let dash = |at: usize| matches!(at, 4 | 7);
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if dash(at) { byte == b'-' } else { byte.is_ascii_digit() });
    let date = shaped.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
    date.ok_or_else(|| Problem::Malformed(Invalid::new(field, text, "a date YYYY-MM-DD")))
}

impl Whole {
    /// The number as a duration.
    pub(super) fn minutes(self) -> Result<Minutes, Problem> {
        Minutes::new(self.0).map_err(Problem::Impossible)
    }

    /// The number as a count, 0 or more.
    pub(super) fn count(self, field: &'static str) -> Result<u32, Problem> {
        let expected = "a whole number from 0 to 4294967295";
        u32::try_from(self.0).map_err(|_| Problem::Impossible(Invalid::new(field, self.0, expected)))
    }
}

impl Ends<'_> {
    /// The range; errors are reported under `field`.
    pub(super) fn range(&self, field: &str) -> Result<TimeRange, Problem> {
        let malformed = |error: Invalid| Problem::Malformed(error.within(field));
        let start = self.start.time("start").map_err(malformed)?;
        let end = self.end.time("end").map_err(malformed)?;
        TimeRange::new(start, end).map_err(|error| Problem::Impossible(error.within(field)))
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotes")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Words(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Words(Cow::Owned(text.into())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordsVisitor)
    }
}

struct EndsVisitor;

impl<'de> Visitor<'de> for EndsVisitor {
    type Value = Ends<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with start and end")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        Ends::deserialize(MapAccessDeserializer::new(fields))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Ends<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EndsVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Whole, E> {
        i64::try_from(number).map(Whole).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeVisitor)
    }
}

struct SwitchVisitor;

impl Visitor<'_> for SwitchVisitor {
    type Value = Switch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<Switch, E> {
        Ok(if on { Switch::On } else { Switch::Off })
    }
}

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bool(SwitchVisitor)
    }
}
