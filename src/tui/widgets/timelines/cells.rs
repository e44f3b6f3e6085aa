//! Which cells of a lane hold what, to an eighth of a cell.

use crate::domain::TimeRange;
use crate::tui::widgets::axis::Axis;

/// Eighths of a cell.
const EIGHTHS: usize = 8;

/// What lies at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Closed,
    Free,
    Unusable,
    /// A block, by its number.
    Block(usize),
}

/// What one cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// One thing.
    Whole(Fill),
    /// The border between two things, after 1 to 7 eighths.
    Edge { left: Fill, right: Fill, eighths: usize },
}

impl Cell {
    /// What fills most of it.
    pub(super) fn most(self) -> Fill {
        match self {
            Self::Whole(fill) => fill,
            Self::Edge { left, right, eighths } => {
                if eighths * 2 >= EIGHTHS {
                    left
                } else {
                    right
                }
            }
        }
    }
}

/// A lane that is painted over, the last thing on top.
#[derive(Debug)]
pub(super) struct Paint {
    axis: Axis,
    /// What lies at every eighth of every cell.
    fills: Vec<Fill>,
}

impl Paint {
    pub(super) fn new(axis: Axis) -> Self {
        Self { axis, fills: vec![Fill::Closed; usize::from(axis.width()) * EIGHTHS] }
    }

    pub(super) fn fill(&mut self, range: TimeRange, fill: Fill) {
        let (start, end) = self.span(range);
        if let Some(part) = self.fills.get_mut(start..end) {
            part.fill(fill);
        }
    }

    /// Gives what has no cell to itself the one that it fills most of.
    pub(super) fn assure_cell(&mut self, range: TimeRange, fill: Fill) {
        let (start, end) = self.span(range);
        let last = end.saturating_sub(1).max(start) / EIGHTHS;
        let inside = start / EIGHTHS..(last + 1).min(self.fills.len() / EIGHTHS);
        let share = |column: usize| self.cell(column).iter().filter(|other| **other == fill).count();
        let best = inside.rev().max_by_key(|column| share(*column));
        if let Some(column) = best.filter(|column| share(*column) < EIGHTHS && range.overlaps(self.axis.range())) {
            self.fills[column * EIGHTHS..][..EIGHTHS].fill(fill);
        }
    }

    /// The cells; an edge only where `drawable` says that two things can share a cell.
    pub(super) fn cells(&self, drawable: impl Fn(Fill, Fill) -> bool) -> Vec<Cell> {
        let resolved = (0..self.fills.len() / EIGHTHS).map(|column| {
            let eighths = self.cell(column);
            edge(eighths, &drawable).unwrap_or_else(|| Cell::Whole(most(eighths)))
        });
        resolved.collect()
    }

    fn span(&self, range: TimeRange) -> (usize, usize) {
        (self.axis.eighths(range.start()) as usize, self.axis.eighths(range.end()) as usize)
    }

    fn cell(&self, column: usize) -> &[Fill] {
        &self.fills[column * EIGHTHS..][..EIGHTHS]
    }
}

/// What fills most of a cell; of equals the first, so that neighbours never both claim it.
fn most(eighths: &[Fill]) -> Fill {
    let count = |fill: &Fill| eighths.iter().filter(|other| *other == fill).count();
    eighths.iter().rev().max_by_key(|fill| count(fill)).copied().unwrap_or(Fill::Closed)
}

/// The edge in a cell, if exactly two things share it.
fn edge(eighths: &[Fill], drawable: impl Fn(Fill, Fill) -> bool) -> Option<Cell> {
    let (left, right) = (*eighths.first()?, *eighths.last()?);
    let at = eighths.iter().position(|fill| *fill != left)?;
    let clean = eighths[at..].iter().all(|fill| *fill == right);
    (clean && drawable(left, right)).then_some(Cell::Edge { left, right, eighths: at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::range;

    fn cells(ranges: &[(&str, &str)]) -> Vec<Cell> {
        // Eight minutes to the cell, so that a minute is an eighth.
        let mut paint = Paint::new(Axis::new(range("08:00", "08:32"), 4));
        for (number, (start, end)) in ranges.iter().enumerate() {
            paint.fill(range(start, end), Fill::Block(number));
            paint.assure_cell(range(start, end), Fill::Block(number));
        }
        paint.cells(|_, _| true)
    }

    #[test]
    fn an_edge_lies_at_the_eighth_of_its_minute() {
        let (closed, block) = (Fill::Closed, Fill::Block(0));
        assert_eq!(
            cells(&[("08:03", "08:17")]),
            [
                Cell::Edge { left: closed, right: block, eighths: 3 },
                Cell::Whole(block),
                Cell::Edge { left: block, right: closed, eighths: 1 },
                Cell::Whole(closed),
            ]
        );
    }

    #[test]
    fn what_has_no_cell_to_itself_gets_the_one_that_it_fills_most_of() {
        let (closed, block) = (Fill::Closed, Fill::Block(0));
        let late = cells(&[("08:06", "08:11")]);
        assert_eq!(late[..2], [Cell::Edge { left: closed, right: block, eighths: 6 }, Cell::Whole(block)]);
        assert_eq!(cells(&[("08:31", "08:32")])[3], Cell::Whole(block));
    }

    #[test]
    fn what_lies_outside_the_stretch_gets_no_cell() {
        assert_eq!(cells(&[("07:00", "08:00"), ("08:32", "09:00")]), [Cell::Whole(Fill::Closed); 4]);
    }

    #[test]
    fn where_edges_cannot_be_drawn_the_larger_part_has_the_cell() {
        let mut paint = Paint::new(Axis::new(range("08:00", "08:16"), 2));
        paint.fill(range("08:03", "08:11"), Fill::Free);
        let cells = paint.cells(|_, _| false);
        assert_eq!(cells, [Cell::Whole(Fill::Free), Cell::Whole(Fill::Closed)]);
    }

    #[test]
    fn of_equal_parts_the_left_one_has_the_cell() {
        let mut paint = Paint::new(Axis::new(range("08:00", "08:16"), 2));
        paint.fill(range("08:04", "08:12"), Fill::Free);
        assert_eq!(paint.cells(|_, _| false), [Cell::Whole(Fill::Closed), Cell::Whole(Fill::Free)]);
        let edges = paint.cells(|_, _| true);
        assert_eq!(edges.iter().map(|cell| cell.most()).collect::<Vec<_>>(), [Fill::Closed, Fill::Free]);
    }
}
