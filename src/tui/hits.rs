//! What lies where on the screen as it was last drawn, for the mouse.

use ratatui::layout::{Position, Rect};

use super::cursor::Pane;
use super::widgets::Axis;
use crate::domain::{Minute, ProviderId, RequestId};

/// Something that can be pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A pane, beside anything in it.
    Pane(Pane),
    /// A provider's name.
    Provider(ProviderId),
    /// A minute of a provider's day.
    Slot(ProviderId, Minute),
    /// An appointment in the list.
    Listed(RequestId),
    /// A line or field of the topmost window, by its number.
    Line(usize),
    /// The topmost window, beside anything in it.
    Window,
}

/// The targets by area, in the order in which they were drawn.
#[derive(Debug, Default)]
pub(super) struct Hits {
    areas: Vec<(Rect, Spot)>,
}

/// A target, or what is needed to tell which of many it is.
#[derive(Debug)]
enum Spot {
    One(Target),
    Row(ProviderId, Axis),
}

impl Hits {
    /// Notes a target.
    pub(super) fn add(&mut self, area: Rect, target: Target) {
        self.areas.push((area, Spot::One(target)));
    }

    /// Notes a provider's row on the timelines.
    pub(super) fn add_row(&mut self, area: Rect, provider: ProviderId, axis: Axis) {
        self.areas.push((area, Spot::Row(provider, axis)));
    }

    /// What was drawn last at a position.
    pub(super) fn at(&self, column: u16, row: u16) -> Option<Target> {
        let (area, spot) = self.areas.iter().rev().find(|(area, _)| area.contains(Position::new(column, row)))?;
        Some(match spot {
            Spot::One(target) => target.clone(),
            Spot::Row(provider, axis) => Target::Slot(provider.clone(), axis.minute(column - area.x)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeRange;

    #[test]
    fn what_was_drawn_last_is_what_is_hit() {
        let mut hits = Hits::default();
        let chen = ProviderId::new("chen").unwrap();
        hits.add(Rect::new(0, 0, 80, 10), Target::Pane(Pane::Timelines));
        let axis = Axis::new(TimeRange::parse("08:00", "18:00").unwrap(), 60);
        hits.add_row(Rect::new(10, 2, 60, 1), chen.clone(), axis);
        assert_eq!(hits.at(19, 2), Some(Target::Slot(chen, "09:30".parse().unwrap())));
        assert_eq!(hits.at(19, 3), Some(Target::Pane(Pane::Timelines)));
        hits.add(Rect::new(15, 1, 20, 5), Target::Window);
        assert_eq!(hits.at(19, 2), Some(Target::Window));
        assert_eq!(hits.at(0, 20), None);
    }
}
