//! Points and lengths of time within one day, in whole minutes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Invalid;

/// A minute of a civil day, 00:00 to 24:00; 24:00 only makes sense as an end.
///
/// ```
/// # use slotdesk::domain::Minute;
/// let half_past_nine: Minute = "09:30".parse()?;
/// assert_eq!(half_past_nine.get(), 570);
/// assert_eq!(half_past_nine.to_string(), "09:30");
/// assert!("24:01".parse::<Minute>().is_err());
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00.
    pub const END_OF_DAY: Self = Self(1440);

    /// The minute `minutes` after midnight, at most 1440.
    pub fn new(minutes: u16) -> Result<Self, Invalid> {
        Self::saturating(minutes).filter_exact(minutes)
    }

    /// The minute `minutes` after midnight, or 24:00 if that is past the day.
    pub const fn saturating(minutes: u16) -> Self {
        if minutes > 1440 { Self::END_OF_DAY } else { Self(minutes) }
    }

    fn filter_exact(self, minutes: u16) -> Result<Self, Invalid> {
        if self.0 == minutes {
            return Ok(self);
        }
        Err(Invalid::new("minute", minutes, "a minute of the day, 0 to 1440"))
    }

    /// Minutes since midnight, 0 to 1440.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl FromStr for Minute {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("time", text, "a time HH:MM from 00:00 to 24:00");
        let (hours, minutes) = text.split_once(':').ok_or_else(invalid)?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !digits(hours) || !digits(minutes) || minutes.len() != 2 || !(1..=2).contains(&hours.len()) {
            return Err(invalid());
        }
        let hours: u16 = hours.parse().map_err(|_| invalid())?;
        let minutes: u16 = minutes.parse().map_err(|_| invalid())?;
        if minutes >= 60 || hours * 60 + minutes > 1440 {
            return Err(invalid());
        }
        Ok(Self(hours * 60 + minutes))
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A length of time in whole minutes, 1 to 1440: how long an appointment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u16")]
pub struct Minutes(u16);

impl Minutes {
    /// The length, if it is 1 to 1440 minutes.
    pub fn new(minutes: i64) -> Result<Self, Invalid> {
        match u16::try_from(minutes) {
            Ok(valid @ 1..=1440) => Ok(Self(valid)),
            _ => Err(Invalid::new("duration", minutes, "whole minutes from 1 to 1440")),
        }
    }

    /// The number of minutes, 1 to 1440.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Minutes {
    type Error = Invalid;

    fn try_from(minutes: i64) -> Result<Self, Invalid> {
        Self::new(minutes)
    }
}

impl From<Minutes> for u16 {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} min", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_strictly() {
        for bad in ["", "9", "09.00", "24:01", "25:00", "09:60", "-1:00", "+9:00", "09:000", "009:00", "٠٩:٠٠", "09:0x"]
        {
            assert!(bad.parse::<Minute>().is_err(), "{bad:?}");
        }
        for (good, minutes) in [("00:00", 0), ("9:05", 545), ("24:00", 1440)] {
            assert_eq!(good.parse::<Minute>().unwrap().get(), minutes);
        }
    }

    #[test]
    fn durations_are_positive_and_at_most_a_day() {
        for bad in [0, -30, 1441, i64::MAX, i64::MIN] {
            assert!(Minutes::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Minutes::new(1440).unwrap().get(), 1440);
    }
}
