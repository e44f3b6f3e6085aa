//! Time laid along columns.

use crate::domain::{Minute, TimeRange};

/// Eighths of a column: the finest that block elements can draw.
const EIGHTHS: u32 = 8;

/// Steps between labels, in minutes, finest first; all divide a day.
const STEPS: [u16; 10] = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720];

/// A stretch of the day laid along a number of columns.
///
/// ```
/// # use slotdesk::domain::{Minute, TimeRange};
/// # use slotdesk::tui::widgets::Axis;
/// let axis = Axis::new(TimeRange::parse("08:00", "18:00")?, 60);
/// let half_past_nine: Minute = "09:30".parse()?;
/// assert_eq!(axis.column(half_past_nine), Some(9));
/// assert_eq!(axis.eighths("09:35".parse()?), 9 * 8 + 4);
/// assert_eq!(axis.minute(9), half_past_nine);
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    range: TimeRange,
    width: u16,
}

/// A label of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The column of the time that it names.
    pub column: u16,
    /// The time that it names.
    pub minute: Minute,
    /// What to write from that column on.
    pub label: String,
}

impl Axis {
    /// A stretch of the day along `width` columns.
    pub fn new(range: TimeRange, width: u16) -> Self {
        Self { range, width }
    }

    /// The stretch shown.
    pub fn range(&self) -> TimeRange {
        self.range
    }

    /// The number of columns.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The column that holds a minute; none outside the stretch.
    pub fn column(&self, minute: Minute) -> Option<u16> {
        if !self.range.covers(minute) || self.width == 0 {
            return None;
        }
        u16::try_from(self.eighths(minute) / EIGHTHS).ok()
    }

    /// Where a minute lies, in eighths of a column from the left; outside minutes lie at the nearer end.
    pub fn eighths(&self, minute: Minute) -> u32 {
        let inside = minute.clamp(self.range.start(), self.range.end());
        let since = u32::from(inside.get() - self.range.start().get());
        since * u32::from(self.width) * EIGHTHS / u32::from(self.range.len())
    }

    /// The first minute that begins in a column; columns past the end give the last minute.
    pub fn minute(&self, column: u16) -> Minute {
        let Some(last) = self.width.checked_sub(1) else { return self.range.start() };
        let since = u32::from(column.min(last)) * u32::from(self.range.len());
        // Rounded up, so that the column of this minute is the column that was asked for.
        let since = since.div_ceil(u32::from(self.width));
        let since = u16::try_from(since).unwrap_or(u16::MAX).min(self.range.len() - 1);
        Minute::saturating(self.range.start().get() + since)
    }

    /// Labels that do not touch each other, as close as fits.
    pub fn ticks(&self) -> Vec<Tick> {
        let columns_of = |step: u16| u32::from(step) * u32::from(self.width) / u32::from(self.range.len());
        let fits = |step: &&u16| columns_of(**step) >= label_columns(**step) + 2;
        let step = STEPS.iter().find(fits).copied().unwrap_or(720);
        // Minutes on full hours only make sense where there is room to spare.
        let minutes = step < 60 || columns_of(step) >= 12;
        let label = |minute: Minute| {
            if minutes { minute.to_string() } else { format!("{:02}", minute.get() / 60) }
        };
        let first = self.range.start().get().div_ceil(step) * step;
        let all = (first..self.range.end().get()).step_by(usize::from(step)).map(Minute::saturating);
        let ticks = all.filter_map(|minute| Some(Tick { column: self.column(minute)?, minute, label: label(minute) }));
        ticks.filter(|tick| usize::from(tick.column) + tick.label.len() <= usize::from(self.width)).collect()
    }
}

fn label_columns(step: u16) -> u32 {
    if step < 60 { 5 } else { 2 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn axes() -> impl Strategy<Value = Axis> {
        (0u16..1440, 1u16..=1440, 0u16..300).prop_map(|(start, length, width)| {
            let end = Minute::saturating(start.saturating_add(length));
            Axis::new(TimeRange::new(Minute::saturating(start), end).unwrap(), width)
        })
    }

    proptest! {
        #[test]
        fn labels_never_touch_and_never_leave_the_axis(axis in axes()) {
            let ticks = axis.ticks();
            for pair in ticks.windows(2) {
                prop_assert!(usize::from(pair[0].column) + pair[0].label.len() < usize::from(pair[1].column));
            }
            for tick in ticks {
                prop_assert!(usize::from(tick.column) + tick.label.len() <= usize::from(axis.width()));
                prop_assert_eq!(axis.column(tick.minute), Some(tick.column));
            }
        }

        #[test]
        fn a_column_that_holds_a_minute_gives_one_that_it_holds(axis in axes(), column in 0u16..300) {
            let minute = axis.minute(column);
            prop_assert!(axis.range().covers(minute));
            if column < axis.width() && axis.width() <= axis.range().len() {
                prop_assert_eq!(axis.column(minute), Some(column));
            }
        }

        #[test]
        fn later_minutes_never_lie_further_left(axis in axes(), a in 0u16..=1440, b in 0u16..=1440) {
            let (a, b) = (Minute::saturating(a.min(b)), Minute::saturating(a.max(b)));
            prop_assert!(axis.eighths(a) <= axis.eighths(b));
            prop_assert!(axis.eighths(b) <= u32::from(axis.width()) * 8);
        }
    }

    #[test]
    fn five_minutes_show_at_the_width_of_a_usual_screen() {
        let axis = Axis::new(TimeRange::parse("08:00", "18:00").unwrap(), 90);
        let at = |text: &str| axis.eighths(text.parse().unwrap());
        assert_eq!(at("10:05") - at("10:00"), 6);
    }

    #[test]
    fn labels_follow_the_zoom() {
        let labels = |start, end, width| -> Vec<String> {
            let axis = Axis::new(TimeRange::parse(start, end).unwrap(), width);
            axis.ticks().into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels("09:00", "10:00", 40), ["09:00", "09:15", "09:30", "09:45"]);
        assert_eq!(labels("08:00", "12:00", 20), ["08", "09", "10", "11"]);
        assert_eq!(labels("00:00", "24:00", 24), ["00", "04", "08", "12", "16", "20"]);
        assert_eq!(labels("08:30", "09:00", 3), Vec::<String>::new());
    }
}
