//! When a provider works: every day or per weekday, in effect from a date, with dated exceptions.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::RangeSet;

/// The hours of one single day; empty means off.
pub type DayHours = RangeSet;

/// A pattern of hours that repeats every day or every week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekly {
    /// The same ranges every day: the original program's `availability`.
    EveryDay(RangeSet),
    /// Ranges per weekday, Monday first; an empty set is a day off.
    PerWeekday([RangeSet; 7]),
}

impl Weekly {
    /// The hours of the pattern on a weekday.
    pub fn on(&self, weekday: Weekday) -> &RangeSet {
        match self {
            Self::EveryDay(ranges) => ranges,
            Self::PerWeekday(days) => &days[weekday.num_days_from_monday() as usize],
        }
    }
}

/// What one date has instead of the pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// These hours and no others; the empty set is a holiday.
    Instead(RangeSet),
    /// The pattern's hours without these ranges: a meeting, a training, a late start.
    BlockOut(RangeSet),
}

/// Everything that is known of a provider's hours, past and future.
///
/// A pattern holds from its date until the next one begins, so that days gone by keep the hours they
/// had; before the first pattern there are no hours.
///
/// ```
/// # use slotdesk::domain::*;
/// # use chrono::NaiveDate;
/// let nine_to_five = RangeSet::new([TimeRange::parse("09:00", "17:00")?]);
/// let christmas = NaiveDate::from_ymd_opt(2026, 12, 25).unwrap();
/// let hours = Hours::always(Weekly::EveryDay(nine_to_five.clone()))
///     .changed(&HoursChange::On { day: christmas, exception: Exception::Instead(RangeSet::default()) });
/// assert!(hours.on(christmas).is_empty());
/// assert_eq!(hours.on(christmas.succ_opt().unwrap()), nine_to_five);
/// # Ok::<(), Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    patterns: BTreeMap<NaiveDate, Weekly>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exceptions: BTreeMap<NaiveDate, Exception>,
}

/// One change of a provider's hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursChange {
    /// A new pattern from a day on; later patterns already planned are dropped, exceptions stay.
    From {
        /// The first day of the new pattern.
        day: NaiveDate,
        /// The new pattern.
        weekly: Weekly,
    },
    /// An exception on one day, in place of any it had.
    On {
        /// The day.
        day: NaiveDate,
        /// What it has instead of the pattern.
        exception: Exception,
    },
    /// The pattern again on a day that had an exception.
    Usual {
        /// The day.
        day: NaiveDate,
    },
}

impl HoursChange {
    /// The first day that the change can touch.
    pub fn first_day(&self) -> NaiveDate {
        match self {
            Self::From { day, .. } | Self::On { day, .. } | Self::Usual { day } => *day,
        }
    }

    /// The last day that the change can touch; none if it has no end.
    pub fn last_day(&self) -> Option<NaiveDate> {
        match self {
            Self::From { .. } => None,
            Self::On { day, .. } | Self::Usual { day } => Some(*day),
        }
    }
}

impl Hours {
    /// Hours that have held since ever.
    pub fn always(weekly: Weekly) -> Self {
        Self { patterns: BTreeMap::from([(NaiveDate::MIN, weekly)]), exceptions: BTreeMap::new() }
    }

    /// The hours of one day.
    pub fn on(&self, day: NaiveDate) -> DayHours {
        let usual = self.pattern_on(day).map(|weekly| weekly.on(day.weekday()));
        match self.exceptions.get(&day) {
            Some(Exception::Instead(ranges)) => ranges.clone(),
            Some(Exception::BlockOut(cut)) => usual.map_or_else(RangeSet::default, |usual| usual.minus(cut)),
            None => usual.cloned().unwrap_or_default(),
        }
    }

    /// The pattern that holds on a day, exceptions aside.
    pub fn pattern_on(&self, day: NaiveDate) -> Option<&Weekly> {
        self.patterns.range(..=day).next_back().map(|(_, weekly)| weekly)
    }

    /// The exceptions by date.
    pub fn exceptions(&self) -> impl Iterator<Item = (NaiveDate, &Exception)> {
        self.exceptions.iter().map(|(day, exception)| (*day, exception))
    }

    /// The hours after a change.
    #[must_use]
    pub fn changed(&self, change: &HoursChange) -> Self {
        let mut new = self.clone();
        match change {
            HoursChange::From { day, weekly } => {
                new.patterns.retain(|from, _| from < day);
                new.patterns.insert(*day, weekly.clone());
            }
            HoursChange::On { day, exception } => {
                new.exceptions.insert(*day, exception.clone());
            }
            HoursChange::Usual { day } => {
                new.exceptions.remove(day);
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeRange;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ranges(all: &[(&str, &str)]) -> RangeSet {
        all.iter().map(|(start, end)| TimeRange::parse(start, end).unwrap()).collect()
    }

    #[test]
    fn a_new_pattern_leaves_days_gone_by_as_they_were() {
        let before = ranges(&[("09:00", "17:00")]);
        let after = ranges(&[("08:00", "12:00")]);
        let hours = Hours::always(Weekly::EveryDay(before.clone()))
            .changed(&HoursChange::From { day: day("2026-11-23"), weekly: Weekly::EveryDay(after.clone()) });
        assert_eq!(hours.on(day("2026-11-22")), before);
        assert_eq!(hours.on(day("2026-11-23")), after);
    }

    #[test]
    fn weekdays_and_exceptions_are_told_apart() {
        let mut week: [RangeSet; 7] = Default::default();
        week[0] = ranges(&[("09:00", "17:00")]);
        let monday = day("2026-11-23");
        let hours = Hours::always(Weekly::PerWeekday(week));
        assert!(hours.on(day("2026-11-24")).is_empty());
        let blocked = hours
            .changed(&HoursChange::On { day: monday, exception: Exception::BlockOut(ranges(&[("12:00", "13:00")])) });
        assert_eq!(blocked.on(monday), ranges(&[("09:00", "12:00"), ("13:00", "17:00")]));
        assert_eq!(blocked.changed(&HoursChange::Usual { day: monday }), hours);
    }

    #[test]
    fn hours_survive_json() {
        let hours = Hours::always(Weekly::EveryDay(ranges(&[("09:00", "17:00")])));
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
    }
}
