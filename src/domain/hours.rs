//! When a provider works: every day or per weekday, in effect from a date, with dated exceptions.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeInclusive};

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
    /// Hours that have always held.
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

    /// The first to the last day on which these hours and `other` can differ; none where they never do.
    ///
    /// Whoever asks what a change of hours touches asks for these days alone: the others, which may be those of
    /// many years, are none of its business.
    pub fn span_of_difference(&self, other: &Self) -> Option<RangeInclusive<NaiveDate>> {
        let patterns = span_of_keys(&self.patterns, &other.patterns).map(|(first, last)| {
            // Both have the pattern that ends the last one of those that differ.
            let next = self.patterns.range((Bound::Excluded(last), Bound::Unbounded)).next();
            first..=next.and_then(|(from, _)| from.pred_opt()).unwrap_or(NaiveDate::MAX)
        });
        let exceptions = span_of_keys(&self.exceptions, &other.exceptions).map(|(first, last)| first..=last);
        spanning(patterns, exceptions)
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

/// The first and the last date under which two maps have something else.
fn span_of_keys<V: PartialEq>(
    one: &BTreeMap<NaiveDate, V>,
    other: &BTreeMap<NaiveDate, V>,
) -> Option<(NaiveDate, NaiveDate)> {
    let differ = || one.keys().chain(other.keys()).filter(|day| one.get(day) != other.get(day));
    Some((*differ().min()?, *differ().max()?))
}

/// All days from the first of either span to the last.
pub(super) fn spanning(
    one: Option<RangeInclusive<NaiveDate>>,
    other: Option<RangeInclusive<NaiveDate>>,
) -> Option<RangeInclusive<NaiveDate>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(*one.start().min(other.start())..=*one.end().max(other.end())),
        (one, other) => one.or(other),
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
    fn the_span_of_a_difference_has_every_day_that_differs_and_ends_with_the_last() {
        let (long, short) = (ranges(&[("09:00", "17:00")]), ranges(&[("08:00", "12:00")]));
        let from = |text: &str, hours: &RangeSet| HoursChange::From {
            day: day(text),
            weekly: Weekly::EveryDay(hours.clone()),
        };
        let off = |text: &str| HoursChange::On { day: day(text), exception: Exception::Instead(RangeSet::default()) };
        let before = Hours::always(Weekly::EveryDay(long.clone()));
        let span = |one: &Hours, other: &Hours| {
            let span = one.span_of_difference(other);
            assert_eq!(span, other.span_of_difference(one));
            let all = day("2026-11-01").iter_days().take(90);
            for date in all.filter(|date| one.on(*date) != other.on(*date)) {
                assert!(span.as_ref().is_some_and(|span| span.contains(&date)), "{date} differs, outside {span:?}");
            }
            span
        };
        assert_eq!(span(&before, &before), None);
        assert_eq!(span(&before, &before.changed(&off("2026-12-24"))), Some(day("2026-12-24")..=day("2026-12-24")));
        let open = before.changed(&from("2026-11-23", &short));
        assert_eq!(span(&before, &open), Some(day("2026-11-23")..=NaiveDate::MAX));
        let january = before.changed(&from("2027-01-01", &short));
        let winter = before.changed(&from("2026-11-23", &short)).changed(&from("2027-01-01", &short));
        assert_eq!(span(&january, &winter), Some(day("2026-11-23")..=day("2026-12-31")));
        let both = open.changed(&off("2026-11-20"));
        assert_eq!(span(&before, &both), Some(day("2026-11-20")..=NaiveDate::MAX));
    }

    #[test]
    fn hours_survive_json() {
        let hours = Hours::always(Weekly::EveryDay(ranges(&[("09:00", "17:00")])));
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
    }
}
