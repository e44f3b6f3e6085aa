//! Half-open ranges of minutes, and sorted sets of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Invalid, Minute, Minutes};

/// A half-open range [start, end) of one day; never empty.
///
/// ```
/// # use slotdesk::domain::TimeRange;
/// let morning = TimeRange::parse("09:00", "12:00")?;
/// assert_eq!(morning.len(), 180);
/// assert!(TimeRange::parse("12:00", "12:00").is_err());
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct TimeRange {
    start: Minute,
    end: Minute,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    start: Minute,
    end: Minute,
}

impl TryFrom<Ends> for TimeRange {
    type Error = Invalid;

    fn try_from(ends: Ends) -> Result<Self, Invalid> {
        Self::new(ends.start, ends.end)
    }
}

impl TimeRange {
    /// The whole day, 00:00 to 24:00.
    pub const DAY: Self = Self { start: Minute::MIDNIGHT, end: Minute::END_OF_DAY };

    /// The range from `start` up to but without `end`; an error unless start is before end.
    pub fn new(start: Minute, end: Minute) -> Result<Self, Invalid> {
        Self::between(start, end).ok_or_else(|| Invalid::new("end", end, format!("a time after the start, {start}")))
    }

    /// The range from `start` up to but without `end`, or none if start is not before end.
    ///
    /// For where an empty range is nothing to complain about: no sentence is written for it.
    pub fn between(start: Minute, end: Minute) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// [`Self::new`] from two times `HH:MM`; the error names `start` or `end`.
    pub fn parse(start: &str, end: &str) -> Result<Self, Invalid> {
        let named = |text: &str, field: &'static str| {
            text.parse::<Minute>().map_err(|error| Invalid { field: field.into(), ..error })
        };
        Self::new(named(start, "start")?, named(end, "end")?)
    }

    /// The range of `length` from `start`, or none if it would leave the day.
    pub fn starting(start: Minute, length: Minutes) -> Option<Self> {
        let end = Minute::new(start.get() + length.get()).ok()?;
        Some(Self { start, end })
    }

    /// The first minute of the range.
    pub const fn start(self) -> Minute {
        self.start
    }

    /// The first minute after the range.
    pub const fn end(self) -> Minute {
        self.end
    }

    /// Minutes in the range, 1 to 1440.
    #[expect(clippy::len_without_is_empty, reason = "a range is never empty")]
    pub const fn len(self) -> u16 {
        self.end.get() - self.start.get()
    }

    /// The length of the range as a duration.
    pub fn minutes(self) -> Minutes {
        // A range is never empty and never longer than a day, so the fallback is never taken.
        Minutes::new(i64::from(self.len())).unwrap_or_else(|_| unreachable!("1 to 1440 minutes"))
    }

    /// Whether every minute of `other` is in this range.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the minute is in this range.
    pub fn covers(self, minute: Minute) -> bool {
        self.start <= minute && minute < self.end
    }

    /// Whether the ranges share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The minutes that both ranges hold, if any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::between(self.start.max(other.start), self.end.min(other.end))
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.start, self.end)
    }
}

/// Ranges of one day, sorted, disjoint and not touching; may be empty.
///
/// ```
/// # use slotdesk::domain::{RangeSet, TimeRange};
/// let hours = RangeSet::new([
///     TimeRange::parse("13:00", "17:00")?,
///     TimeRange::parse("09:00", "12:00")?,
///     TimeRange::parse("11:00", "13:00")?,
/// ]);
/// assert_eq!(hours.to_string(), "09:00–17:00");
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<TimeRange>")]
pub struct RangeSet(Vec<TimeRange>);

impl From<Vec<TimeRange>> for RangeSet {
    fn from(ranges: Vec<TimeRange>) -> Self {
        Self::new(ranges)
    }
}

impl RangeSet {
    /// The set of every minute in `ranges`: sorted, with overlapping and touching ones merged.
    pub fn new(ranges: impl IntoIterator<Item = TimeRange>) -> Self {
        let mut all: Vec<TimeRange> = ranges.into_iter().collect();
        all.sort_unstable();
        all.dedup_by(|range, last| {
            let touches = range.start <= last.end;
            if touches {
                last.end = last.end.max(range.end);
            }
            touches
        });
        Self(all)
    }

    /// The ranges in the order of time.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = TimeRange> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }

    /// The ranges in the order of time, as a slice.
    pub fn as_slice(&self) -> &[TimeRange] {
        &self.0
    }

    /// The ranges in the order of time, without a copy.
    pub fn into_vec(self) -> Vec<TimeRange> {
        self.0
    }

    /// Whether no minute is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Minutes in the set, 0 to 1440.
    pub fn total(&self) -> u16 {
        self.iter().map(TimeRange::len).sum()
    }

    /// Whether every minute of `range` is in the set.
    pub fn contains(&self, range: TimeRange) -> bool {
        // The ranges do not touch, so a contiguous range lies in one of them or not inside at all.
        self.iter().any(|own| own.contains(range))
    }

    /// The set without the minutes of `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::with_capacity(self.0.len() + other.0.len());
        for own in self.iter() {
            let mut at = own.start;
            for cut in other.iter().filter(|cut| cut.overlaps(own)) {
                left.extend(TimeRange::between(at, cut.start));
                at = cut.end;
            }
            left.extend(TimeRange::between(at, own.end));
        }
        Self(left)
    }

    /// The earliest start and the latest end, if there is any range.
    pub fn bounds(&self) -> Option<TimeRange> {
        Some(TimeRange { start: self.0.first()?.start, end: self.0.last()?.end })
    }
}

impl FromIterator<TimeRange> for RangeSet {
    fn from_iter<I: IntoIterator<Item = TimeRange>>(ranges: I) -> Self {
        Self::new(ranges)
    }
}

impl fmt::Display for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, range) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{range}")?;
        }
        if self.is_empty() { f.write_str("off") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges() -> impl Strategy<Value = Vec<TimeRange>> {
        let one = (0u16..1440, 1u16..300).prop_map(|(start, length)| {
            TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).unwrap()
        });
        prop::collection::vec(one, 0..8)
    }

    fn grid(ranges: impl IntoIterator<Item = TimeRange>) -> Vec<bool> {
        let mut minutes = vec![false; 1440];
        for range in ranges {
            minutes[range.start().get().into()..range.end().get().into()].fill(true);
        }
        minutes
    }

    proptest! {
        #[test]
        fn a_set_holds_the_minutes_of_its_ranges_sorted_disjoint_and_apart(given in ranges()) {
            let set = RangeSet::new(given.clone());
            prop_assert_eq!(grid(set.iter()), grid(given));
            prop_assert!(set.as_slice().windows(2).all(|pair| pair[0].end() < pair[1].start()));
        }

        #[test]
        fn minus_takes_away_exactly_the_minutes_of_the_other(a in ranges(), b in ranges()) {
            let left = RangeSet::new(a.clone()).minus(&RangeSet::new(b.clone()));
            let expected: Vec<bool> = grid(a).iter().zip(grid(b)).map(|(a, b)| *a && !b).collect();
            prop_assert_eq!(grid(left.iter()), expected);
        }
    }

    #[test]
    fn a_range_must_not_be_empty_or_backwards() {
        let error = TimeRange::parse("10:00", "09:00").unwrap_err();
        assert_eq!(error.to_string(), "end: \"09:00\" is not valid, expected a time after the start, 10:00");
        let json = r#"{"start":"09:00","end":"09:00"}"#;
        assert!(serde_json::from_str::<TimeRange>(json).is_err());
    }
}
