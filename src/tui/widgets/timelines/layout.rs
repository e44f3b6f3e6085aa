//! Which columns and lines of the timelines hold what.

use ratatui::layout::Rect;

use crate::tui::widgets::axis::Axis;
use crate::tui::widgets::panel::Panel;
use crate::tui::widgets::text::width;

use super::Timelines;

/// Widest column of names.
const NAME_COLUMNS_MAX: u16 = 18;
/// Narrowest column of time.
const TRACK_COLUMNS_MIN: u16 = 12;
/// Most lines of one row.
const ROW_LINES_MAX: u16 = 4;

/// A column of numbers on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// Available slots of the daily limit.
    Left,
    /// Fragmentation as a bar only.
    FragmentationBar,
    /// Fragmentation as a bar and a number.
    Fragmentation,
    /// The longest appointment that can still be booked.
    Longest,
}

impl Number {
    /// Columns, with the space before.
    pub(super) fn columns(self) -> u16 {
        match self {
            Self::Left => 7,
            Self::FragmentationBar => 3,
            Self::Fragmentation => 8,
            Self::Longest => 6,
        }
    }
}

/// Where everything on the timelines is drawn.
#[derive(Debug, Clone)]
pub struct TimelinesLayout {
    inner: Rect,
    axis: Axis,
    name_columns: u16,
    numbers: &'static [Number],
    header_lines: u16,
    row_lines: u16,
    pitch: u16,
    first_row: usize,
    total: usize,
}

impl TimelinesLayout {
    pub(super) fn new(timelines: &Timelines<'_>, area: Rect) -> Self {
        let inner = Panel::inner(area);
        // A column of air on both sides; the right one holds the scroll bar.
        let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
        let names = timelines.snapshot.rows().map(|row| width(row.provider.name.as_str())).max().unwrap_or(0);
        let name_columns = (names + 3).clamp(6, NAME_COLUMNS_MAX + 3).min(inner.width / 4);
        let numbers = numbers(inner.width);
        let used = name_columns + numbers.iter().map(|number| number.columns()).sum::<u16>();
        let track = inner.width.saturating_sub(used);
        let total = timelines.snapshot.rows().count();
        let (header_lines, row_lines, pitch) = lines(inner.height, total);
        let axis = Axis::new(timelines.shown, if track < TRACK_COLUMNS_MIN { 0 } else { track });
        let first_row = timelines.first_row.min(total.saturating_sub(1));
        Self { inner, axis, name_columns, numbers, header_lines, row_lines, pitch, first_row, total }
    }

    /// Time along the columns of the tracks.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// Rows that fit, for scrolling.
    pub fn visible_rows(&self) -> usize {
        let lines = self.body().height + (self.pitch - self.row_lines);
        usize::from(lines / self.pitch)
    }

    /// The rows drawn: the number of the provider from 0, and the area.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Rect)> + '_ {
        let body = self.body();
        let last = self.total.min(self.first_row + self.visible_rows());
        (self.first_row..last).zip((body.y..).step_by(usize::from(self.pitch))).map(move |(at, y)| {
            let height = self.row_lines.min(body.bottom().saturating_sub(y));
            (at, Rect { y, height, ..self.inner })
        })
    }

    pub(super) fn header(&self) -> Rect {
        Rect { height: self.header_lines, ..self.inner }
    }

    pub(super) fn body(&self) -> Rect {
        let height = self.inner.height.saturating_sub(self.header_lines);
        Rect { y: self.inner.y + self.header_lines.min(self.inner.height), height, ..self.inner }
    }

    /// The rows with the column of air behind them, for the scroll bar.
    pub(super) fn scrolled(&self) -> Rect {
        let body = self.body();
        Rect { width: body.width + u16::from(body.width > 0), ..body }
    }

    pub(super) fn name(&self, row: Rect) -> Rect {
        Rect { width: self.name_columns, ..row }
    }

    /// The part of a row that shows time, if there is room for it.
    pub fn track(&self, row: Rect) -> Option<Rect> {
        let width = self.axis.width();
        (width > 0 && !row.is_empty()).then_some(Rect { x: row.x + self.name_columns, width, ..row })
    }

    /// The column of time at a column of the screen.
    pub(super) fn track_column(&self, x: u16) -> Option<u16> {
        x.checked_sub(self.inner.x + self.name_columns).filter(|column| *column < self.axis.width())
    }

    /// The columns of numbers in a row, each without the space before.
    pub(super) fn numbers(&self, row: Rect) -> Vec<(Number, Rect)> {
        let used: u16 = self.numbers.iter().map(|number| number.columns()).sum();
        let mut x = row.right().saturating_sub(used);
        let mut places = Vec::with_capacity(self.numbers.len());
        for number in self.numbers {
            let columns = number.columns();
            places.push((*number, Rect { x: x + 2, width: columns - 2, height: row.height.min(1), ..row }));
            x += columns;
        }
        places
    }
}

fn numbers(columns: u16) -> &'static [Number] {
    match columns {
        0..40 => &[],
        40..60 => &[Number::Left],
        60..74 => &[Number::Left, Number::FragmentationBar],
        74..100 => &[Number::Left, Number::Fragmentation],
        _ => &[Number::Left, Number::Fragmentation, Number::Longest],
    }
}

/// Lines of the header, of a row, and from row to row: as roomy as all providers still fit.
fn lines(height: u16, total: usize) -> (u16, u16, u16) {
    let total = u16::try_from(total).unwrap_or(u16::MAX);
    let fits = |header: u16, pitch: u16| total.saturating_mul(pitch).saturating_add(header) <= height.saturating_add(1);
    for rows in (1..=ROW_LINES_MAX).rev() {
        if fits(2, rows + 1) {
            return (2, rows, rows + 1);
        }
    }
    let header = if height >= total.saturating_add(2) { 2 } else { 1 };
    (header.min(height), 1, 1)
}
