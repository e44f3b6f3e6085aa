//! How much of the free time is still good for something: usable minutes and the fragmentation Φ.

use crate::domain::{Catalogue, Demand, RangeSet, TimeRange};

const DAY: usize = 1440;

/// The catalogue as the measure of gaps: which lengths its services can fill, and how likely each is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Yardstick {
    /// `usable[n]`: the most minutes of n that services placed back to back can fill (scheduling rule §3).
    usable: Box<[u16; DAY + 1]>,
    /// Distinct durations, ascending, with their share of demand; the shares sum to 1.
    shares: Vec<(u16, f64)>,
}

impl Yardstick {
    /// A yardstick for durations (minutes, at least 1) with equal shares.
    pub fn new(durations: &[u16]) -> Self {
        let weighted: Vec<(u16, f64)> = durations.iter().map(|duration| (*duration, 1.0)).collect();
        Self::weighted(&weighted)
    }

    /// A yardstick for durations (minutes, at least 1) with any positive weights.
    pub fn weighted(weights: &[(u16, f64)]) -> Self {
        let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let shares = weights.iter().map(|(duration, weight)| (*duration, weight / whole)).collect();
        let mut usable = Box::new([0u16; DAY + 1]);
        for length in 1..=DAY {
            let fits = weights.iter().map(|(duration, _)| *duration).filter(|d| *d > 0 && usize::from(*d) <= length);
            usable[length] = fits.map(|d| d + usable[length - usize::from(d)]).max().unwrap_or(0);
        }
        Self { usable, shares }
    }

    /// The yardstick of a catalogue whose shares are learned from past requests; equal at first.
    ///
    /// Every service starts with the weight of one request, so that a new one counts before anybody
    /// has asked for it.
    pub fn learned(catalogue: &Catalogue, demand: &Demand) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
        let asked = |duration| demand.for_duration(duration) as f64 + 1.0;
        let weights: Vec<(u16, f64)> = catalogue.durations().into_iter().map(|d| (d, asked(d))).collect();
        Self::weighted(&weights)
    }

    /// K\[n\]: the most minutes of a free piece of this length that services can fill.
    pub fn usable(&self, minutes: u16) -> u16 {
        self.usable[usize::from(minutes).min(DAY)]
    }

    /// Minutes of a free piece of this length that no services can fill.
    pub fn unusable(&self, minutes: u16) -> u16 {
        minutes - self.usable(minutes)
    }

    /// dU: the minutes that become unusable when an appointment leaves `left` and `right` of a gap.
    ///
    /// Negative only if the appointment's own length cannot be filled with services.
    pub fn unusable_created(&self, gap: u16, left: u16, right: u16) -> i32 {
        let duration = gap - left - right;
        let usable = |minutes| i32::from(self.usable(minutes));
        usable(gap) - i32::from(duration) - usable(left) - usable(right)
    }

    /// The shortest duration of the catalogue, in minutes.
    pub fn shortest(&self) -> u16 {
        self.shares.iter().map(|(duration, _)| *duration).min().unwrap_or(1)
    }

    /// N(x): the appointments, by share of demand, that a free piece of this length can take.
    pub fn appointments(&self, minutes: u16) -> f64 {
        self.shares.iter().map(|(duration, share)| share * f64::from(minutes / duration)).sum()
    }

    /// Φ of one provider's day from its working windows and free gaps.
    ///
    /// Φ = 1 − Σ N(gap) ÷ Σ N(free minutes of the window): the share of the appointments that this free
    /// time could take in one piece per window, but cannot. 0 when the divisor is 0.
    ///
    /// ```
    /// # use slotdesk::{domain::*, scheduler::Yardstick};
    /// let gap = |start, end| TimeRange::parse(start, end);
    /// let yardstick = Yardstick::weighted(&[(15, 0.4), (30, 0.4), (45, 0.1), (60, 0.1)]);
    /// let window = RangeSet::new([gap("09:00", "17:00")?]);
    /// let gaps = [gap("09:00", "09:25")?, gap("10:00", "10:40")?, gap("12:00", "12:20")?];
    /// assert_eq!(format!("{:.2}", yardstick.phi(&window, &gaps)), "0.33");
    /// # Ok::<(), Invalid>(())
    /// ```
    pub fn phi(&self, windows: &RangeSet, gaps: &[TimeRange]) -> f64 {
        let free = |window: TimeRange| gaps.iter().filter(|gap| window.contains(**gap)).map(|gap| gap.len()).sum();
        let whole: f64 = windows.iter().map(|window| self.appointments(free(window))).sum();
        let pieces: f64 = gaps.iter().map(|gap| self.appointments(gap.len())).sum();
        if whole > 0.0 { 1.0 - pieces / whole } else { 0.0 }
    }
}

/// How cut up one provider's free time is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fragmentation {
    /// Φ, 0 to 1.
    pub phi: f64,
}

impl Fragmentation {
    /// Below this Φ a day is calm.
    pub const WATCH: f64 = 0.1;
    /// Above this Φ a day is red.
    pub const RED: f64 = 0.3;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usable_minutes_follow_the_worked_example() {
        let yardstick = Yardstick::new(&[20, 30, 45]);
        for (length, usable) in [(70, 70), (45, 45), (40, 40), (30, 30), (25, 20), (15, 0), (10, 0), (0, 0)] {
            assert_eq!(yardstick.usable(length), usable, "K[{length}]");
        }
    }

    #[test]
    fn phi_is_zero_when_nothing_is_free_and_when_all_is_in_one_piece() {
        let yardstick = Yardstick::new(&[15, 30]);
        let window = RangeSet::new([TimeRange::parse("09:00", "17:00").unwrap()]);
        assert!(yardstick.phi(&window, &[]).abs() < f64::EPSILON);
        assert!(yardstick.phi(&window, window.as_slice()).abs() < f64::EPSILON);
    }
}
