//! The free gaps of one provider's day, kept sorted while appointments come and go.

use smallvec::SmallVec;

use crate::domain::{Minutes, RangeSet, TimeRange};

/// As many gaps as fit without an allocation: more than an ordinary day has.
const INLINE: usize = 12;

/// Maximal runs of free minutes, each inside one range of the hours; sorted and disjoint.
///
/// The ranges of the hours never touch, so two gaps that touch always belong to the same one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Gaps(SmallVec<[TimeRange; INLINE]>);

impl Gaps {
    /// The minutes of the hours that nobody took.
    pub(super) fn new(hours: &RangeSet, taken: &RangeSet) -> Self {
        Self(hours.minus(taken).iter().collect())
    }

    pub(super) fn as_slice(&self) -> &[TimeRange] {
        &self.0
    }

    /// How many appointments of this length the gaps hold: Σ ⌊gap ÷ duration⌋.
    pub(super) fn places(&self, duration: Minutes) -> u32 {
        self.0.iter().map(|gap| u32::from(gap.len() / duration.get())).sum()
    }

    /// Takes the minutes of `slot` out; those that were not free make no difference.
    pub(super) fn take(&mut self, slot: TimeRange) {
        let first = self.0.partition_point(|gap| gap.end() <= slot.start());
        // Unless it was overbooked, a slot lies in one gap.
        let beyond = first + self.0[first..].iter().take_while(|gap| gap.start() < slot.end()).count();
        if first == beyond {
            return;
        }
        let before = TimeRange::between(self.0[first].start(), slot.start());
        let after = TimeRange::between(slot.end(), self.0[beyond - 1].end());
        self.replace(first, beyond, before.into_iter().chain(after));
    }

    /// Adds free minutes that were not free before, joined with the gaps they touch.
    pub(super) fn give(&mut self, piece: TimeRange) {
        let first = self.0.partition_point(|gap| gap.end() < piece.start());
        let beyond = first + self.0[first..].partition_point(|gap| gap.start() <= piece.end());
        let joined = self.0[first..beyond].iter().fold(piece, |joined, gap| {
            TimeRange::between(joined.start().min(gap.start()), joined.end().max(gap.end())).unwrap_or(joined)
        });
        self.replace(first, beyond, std::iter::once(joined));
    }

    fn replace(&mut self, first: usize, beyond: usize, with: impl Iterator<Item = TimeRange>) {
        let mut at = first;
        for range in with {
            if at < beyond {
                self.0[at] = range;
            } else {
                self.0.insert(at, range);
            }
            at += 1;
        }
        if at < beyond {
            self.0.drain(at..beyond);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> TimeRange {
        TimeRange::parse(start, end).unwrap()
    }

    #[test]
    fn taking_and_giving_back_leaves_the_gaps_as_they_were() {
        let hours = RangeSet::new([range("09:00", "12:00"), range("13:00", "17:00")]);
        let whole = Gaps::new(&hours, &RangeSet::default());
        let mut gaps = whole.clone();
        for slot in [range("09:00", "09:30"), range("10:00", "10:30"), range("16:30", "17:00")] {
            gaps.take(slot);
        }
        assert_eq!(gaps.as_slice(), [range("09:30", "10:00"), range("10:30", "12:00"), range("13:00", "16:30")]);
        for slot in [range("16:30", "17:00"), range("09:00", "09:30"), range("10:00", "10:30")] {
            gaps.give(slot);
        }
        assert_eq!(gaps, whole);
    }

    #[test]
    fn taking_across_several_gaps_keeps_only_what_is_outside() {
        let hours = RangeSet::new([range("09:00", "10:00"), range("11:00", "12:00"), range("13:00", "14:00")]);
        let mut gaps = Gaps::new(&hours, &RangeSet::default());
        gaps.take(range("09:30", "13:15"));
        assert_eq!(gaps.as_slice(), [range("09:00", "09:30"), range("13:15", "14:00")]);
        gaps.take(range("08:00", "24:00"));
        assert!(gaps.as_slice().is_empty());
    }
}
