//! Everybody's day, side by side: a row per provider, time from left to right.
//!
//! ```text
//! ╭─ Providers ────────────────────────────────────────────── 6 ─╮
//! │               08    09    10    11▼   12    13   left  frag  │
//! │ ▸ Dr Chen     ░░░░░░● Ada Love│○ Bo▕╳╳      ░░░  2/8  ▂ 0.11 │
//! ╰──────────────────────────────────────────────────────────────╯
//! ```

mod block;
mod cells;
mod lane;
mod layout;
mod margin;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use crate::desk::{DaySnapshot, ProviderRow};
use crate::domain::{Minute, ProviderId, RequestId, TimeRange};
use crate::tui::theme::{ColourDepth, Role, Theme};

use super::axis::Tick;
use super::panel::{Focus, Panel};
use super::scroll::ScrollBar;
use super::text::{put, width};

pub use layout::TimelinesLayout;

/// What is selected on the timelines.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimelinesSelection<'a> {
    /// Whose row.
    pub provider: Option<&'a ProviderId>,
    /// Which appointment.
    pub appointment: Option<&'a RequestId>,
    /// Which time, where no appointment is selected.
    pub minute: Option<Minute>,
}

/// Whether an appointment could go where its ghost is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GhostFit {
    /// It could.
    Fits,
    /// The desk has not said yet.
    Pending,
    /// Something stands in the way.
    Blocked,
    /// There is no room in it: a range that was asked for, drawn behind what stands in its way.
    NoRoom,
}

/// A place where an appointment would go.
#[derive(Debug, Clone, Copy)]
pub struct Ghost<'a> {
    /// With whom.
    pub provider: &'a ProviderId,
    /// When.
    pub slot: TimeRange,
    /// Whether it could go there.
    pub fit: GhostFit,
    /// Who or what would go there; may be empty.
    pub label: &'a str,
}

/// What the screen knows of appointments beyond the book.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks<'a> {
    /// Those that have just changed, ascending.
    pub changed: &'a [RequestId],
    /// Those with a command under way that the book does not have yet.
    pub in_flight: &'a [RequestId],
}

/// The timelines of a day.
#[derive(Debug, Clone, Copy)]
pub struct Timelines<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day.
    pub snapshot: &'a DaySnapshot,
    /// The stretch of the day from the left edge to the right.
    pub shown: TimeRange,
    /// The present, if the day is today.
    pub now: Option<Minute>,
    /// What is selected.
    pub selection: TimelinesSelection<'a>,
    /// Where an appointment would go.
    pub ghost: Option<Ghost<'a>>,
    /// What changed and what is under way.
    pub marks: Marks<'a>,
    /// The number of the provider in the first row shown, from 0.
    pub first_row: usize,
    /// Whether the keys go here.
    pub focus: Focus,
}

/// What is drawn at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelinesHit {
    /// Whose row.
    pub provider: ProviderId,
    /// The first minute of the column, if it is one of time.
    pub minute: Option<Minute>,
    /// The appointment.
    pub appointment: Option<RequestId>,
}

impl Timelines<'_> {
    /// Where everything is drawn in an area; the same for drawing and for the pointer.
    pub fn layout(&self, area: Rect) -> TimelinesLayout {
        TimelinesLayout::new(self, area)
    }

    /// What is drawn at a position of an area.
    pub fn hit(&self, area: Rect, position: Position) -> Option<TimelinesHit> {
        let layout = self.layout(area);
        let (at, _) = layout.rows().find(|(_, row)| row.contains(position))?;
        let row = self.snapshot.rows().nth(at)?;
        let provider = row.provider.id.clone();
        let Some(column) = layout.track_column(position.x) else {
            return Some(TimelinesHit { provider, minute: None, appointment: None });
        };
        let lane = lane::Lane::new(self, row, layout.axis());
        let appointment = lane.appointment_at(column).map(|one| one.id().clone());
        Some(TimelinesHit { provider, minute: Some(layout.axis().minute(column)), appointment })
    }

    fn is_mono(&self) -> bool {
        self.theme.depth() == ColourDepth::None
    }

    fn draw_axis(&self, layout: &TimelinesLayout, buffer: &mut Buffer) {
        let header = layout.header();
        let Some(track) = layout.track(header) else { return };
        let glyphs = self.theme.glyphs();
        let y = header.bottom() - 1;
        let heads = [(self.now, glyphs.now_head, Role::Now), (self.selection.minute, glyphs.cursor_head, Role::Cursor)];
        let heads =
            heads.map(|(minute, sign, role)| (minute.and_then(|minute| layout.axis().column(minute)), sign, role));
        // On a line of its own a head covers nothing; on that of the labels half a label would be another hour.
        let covers = |tick: &Tick| {
            let label = tick.column..tick.column + width(&tick.label);
            y == header.y && heads.iter().any(|(column, ..)| column.is_some_and(|column| label.contains(&column)))
        };
        let style = self.theme.style(Role::Axis);
        for tick in layout.axis().ticks().into_iter().filter(|tick| !covers(tick)) {
            put(buffer, (track.x + tick.column, header.y), &tick.label, track.width, style);
        }
        for (column, sign, role) in heads {
            if let Some(column) = column {
                put(buffer, (track.x + column, y), sign, 1, self.theme.style(role));
            }
        }
    }

    fn draw_row(&self, row: &Arc<ProviderRow>, area: Rect, layout: &TimelinesLayout, buffer: &mut Buffer) {
        margin::draw_name(self, row, layout.name(area), buffer);
        margin::draw_numbers(self, row, layout.numbers(area), buffer);
        let Some(track) = layout.track(area) else { return };
        let lane = lane::Lane::new(self, row, layout.axis());
        lane.draw(track, buffer);
        block::draw_texts(self, &lane, track, buffer);
        self.draw_cursor(row, track, layout, buffer);
    }

    fn draw_cursor(&self, row: &ProviderRow, track: Rect, layout: &TimelinesLayout, buffer: &mut Buffer) {
        let here = self.selection.provider == Some(&row.provider.id) && self.selection.appointment.is_none();
        let Some(column) = self.selection.minute.filter(|_| here).and_then(|minute| layout.axis().column(minute))
        else {
            return;
        };
        let role = if self.focus == Focus::Focused { Role::Selection } else { Role::SelectionIdle };
        buffer.set_style(Rect { x: track.x + column, width: 1, ..track }, self.theme.style(role));
    }

    /// The line of the present through all rows: beside texts a line, through texts a stripe.
    fn draw_now(&self, layout: &TimelinesLayout, buffer: &mut Buffer) {
        let Some(column) = self.now.and_then(|now| layout.axis().column(now)) else { return };
        let Some(track) = layout.track(layout.body()) else { return };
        let style = self.theme.style(Role::Now);
        let glyphs = self.theme.glyphs();
        for y in track.top()..track.bottom() {
            let Some(cell) = buffer.cell_mut((track.x + column, y)) else { continue };
            let replaceable = [" ", glyphs.hour, glyphs.closed, glyphs.block];
            if replaceable.contains(&cell.symbol()) && !cell.modifier.contains(Modifier::REVERSED) {
                cell.set_symbol(glyphs.now).set_style(style);
            }
        }
    }
}

impl Widget for &Timelines<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let total = self.snapshot.rows().count();
        let remark = format!("{total}");
        Panel { theme: self.theme, title: "Providers", remark: &remark, focus: self.focus }.render(area, buffer);
        let layout = self.layout(area);
        if layout.body().is_empty() {
            return;
        }
        self.draw_axis(&layout, buffer);
        margin::draw_titles(self, &layout, buffer);
        for (at, place) in layout.rows() {
            if let Some(row) = self.snapshot.rows().nth(at) {
                self.draw_row(row, place, &layout, buffer);
            }
        }
        self.draw_now(&layout, buffer);
        let visible = layout.visible_rows();
        ScrollBar { theme: self.theme, offset: self.first_row, visible, total }.render(layout.scrolled(), buffer);
    }
}

#[cfg(test)]
mod tests;
