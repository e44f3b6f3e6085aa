//! The small values of a scenario file, each checked where it is read.

use std::collections::BTreeMap;

use chrono::Weekday;
use serde::Deserialize;

use crate::domain::{Invalid, Text, TimeRange};

/// A name of 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::demo) struct Name(pub(in crate::demo) Text);

impl TryFrom<String> for Name {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Text::name("name", &text).map(Self)
    }
}

/// A note of 1 to 2000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::demo) struct Note(pub(in crate::demo) Text);

impl TryFrom<String> for Note {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Text::note("note", &text).map(Self)
    }
}

/// A day of the week, written `mon` or `Monday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::demo) struct DayOfWeek(pub(in crate::demo) Weekday);

impl TryFrom<String> for DayOfWeek {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid::new("weekday", &text, "mon, tue, wed, thu, fri, sat or sun"))
    }
}

/// A range of one day, written `09:00-12:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::demo) struct Between(pub(in crate::demo) TimeRange);

impl TryFrom<String> for Between {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let invalid =
            || Invalid::new("range", &text, "two times with a dash, 09:00-12:00, the first before the second");
        let (start, end) = text.split_once(['-', '–']).ok_or_else(invalid)?;
        TimeRange::parse(start.trim(), end.trim()).map(Self).map_err(|_| invalid())
    }
}

/// A share of all, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub(in crate::demo) struct Share(pub(in crate::demo) f64);

impl TryFrom<f64> for Share {
    type Error = Invalid;

    fn try_from(share: f64) -> Result<Self, Invalid> {
        if (0.0..=1.0).contains(&share) {
            return Ok(Self(share));
        }
        Err(Invalid::new("share", share, "a number from 0 (nobody) to 1 (everybody)"))
    }
}

/// From how many to how many minutes, written `[2, 12]`; at most 240.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "[u32; 2]")]
pub(in crate::demo) struct Spread {
    /// The least, in minutes.
    pub(in crate::demo) low: u32,
    /// The most, in minutes.
    pub(in crate::demo) high: u32,
}

impl TryFrom<[u32; 2]> for Spread {
    type Error = Invalid;

    fn try_from([low, high]: [u32; 2]) -> Result<Self, Invalid> {
        if low <= high && high <= 240 {
            return Ok(Self { low, high });
        }
        let given = format!("[{low}, {high}]");
        Err(Invalid::new("minutes", given, "two numbers from 0 to 240, the smaller one first"))
    }
}

/// A whole number from 0 to `MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "i64")]
pub(in crate::demo) struct UpTo<const MAX: u32>(pub(in crate::demo) u32);

impl<const MAX: u32> TryFrom<i64> for UpTo<MAX> {
    type Error = Invalid;

    fn try_from(number: i64) -> Result<Self, Invalid> {
        match u32::try_from(number) {
            Ok(valid) if valid <= MAX => Ok(Self(valid)),
            _ => Err(Invalid::new("number", number, format!("a whole number from 0 to {MAX}"))),
        }
    }
}

/// How often each of several things is drawn, compared with the others; 0 to 1000 each.
pub(in crate::demo) type Weights<T> = BTreeMap<T, UpTo<1_000>>;
