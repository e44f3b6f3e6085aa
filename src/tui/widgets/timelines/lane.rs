//! One provider's day as it is drawn.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::desk::ProviderRow;
use crate::domain::{Appointment, TimeRange};
use crate::tui::theme::{Role, Shade};
use crate::tui::widgets::axis::Axis;
use crate::tui::widgets::panel::Focus;

use super::cells::{Cell, Fill, Paint};
use super::{Ghost, GhostFit, Timelines};

/// Something with a text in it: an appointment, or the ghost of one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a> {
    Appointment(&'a Arc<Appointment>),
    Ghost(Ghost<'a>),
}

/// A block and how it looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) content: Content<'a>,
    pub(super) style: Style,
}

/// One provider's day, laid out in cells.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    timelines: &'a Timelines<'a>,
    pub(super) blocks: Vec<Block<'a>>,
    cells: Vec<Cell>,
    ticks: Vec<u16>,
}

impl<'a> Lane<'a> {
    pub(super) fn new(timelines: &'a Timelines<'a>, row: &'a ProviderRow, axis: Axis) -> Self {
        let blocks = blocks(timelines, row, axis.range());
        let mut paint = Paint::new(axis);
        row.hours.iter().for_each(|hours| paint.fill(hours, Fill::Free));
        row.unusable.iter().for_each(|gap| paint.fill(*gap, Fill::Unusable));
        for (number, block) in blocks.iter().enumerate() {
            paint.fill(block.slot(), Fill::Block(number));
        }
        // What must not be missed gets a whole cell, however short it is; appointments before gaps.
        row.unusable.iter().for_each(|gap| paint.assure_cell(*gap, Fill::Unusable));
        for (number, block) in blocks.iter().enumerate() {
            paint.assure_cell(block.slot(), Fill::Block(number));
        }
        let ticks = axis.ticks().into_iter().map(|tick| tick.column).collect();
        let mut lane = Self { timelines, blocks, cells: Vec::new(), ticks };
        lane.cells = paint.cells(|left, right| lane.edge(left, right, 1).is_some());
        lane
    }

    /// The appointment that fills most of a column.
    pub(super) fn appointment_at(&self, column: u16) -> Option<&'a Arc<Appointment>> {
        let Fill::Block(number) = self.cells.get(usize::from(column))?.most() else { return None };
        match self.blocks.get(number)?.content {
            Content::Appointment(appointment) => Some(appointment),
            Content::Ghost(_) => None,
        }
    }

    /// The columns that a block has to itself: the first, and one past the last.
    pub(super) fn columns(&self, number: usize) -> Option<(u16, u16)> {
        let own = |cell: &Cell| *cell == Cell::Whole(Fill::Block(number));
        let first = self.cells.iter().position(own)?;
        let length = self.cells[first..].iter().take_while(|cell| own(cell)).count();
        Some((u16::try_from(first).ok()?, u16::try_from(first + length).ok()?))
    }

    pub(super) fn draw(&self, track: Rect, buffer: &mut Buffer) {
        // Where colour shows an unusable gap, one line of hatching is enough.
        let calm = self.ground(Fill::Unusable).is_some();
        for (cell, x) in self.cells.iter().zip(track.left()..track.right()) {
            let (symbol, style) = self.look(*cell, x - track.x);
            let hatched = *cell == Cell::Whole(Fill::Unusable);
            for y in track.top()..track.bottom() {
                let symbol = if hatched && calm && y > track.top() { " " } else { symbol };
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    cell.set_symbol(symbol).set_style(style);
                }
            }
        }
    }

    fn look(&self, cell: Cell, column: u16) -> (&'static str, Style) {
        if let Cell::Edge { left, right, eighths } = cell
            && let Some(edge) = self.edge(left, right, eighths)
        {
            return edge;
        }
        let (theme, glyphs) = (self.timelines.theme, self.timelines.theme.glyphs());
        match cell.most() {
            Fill::Closed => (glyphs.closed, theme.style(Role::Closed)),
            Fill::Unusable => (glyphs.unusable, theme.style(Role::Unusable)),
            Fill::Free => {
                let tick = self.ticks.contains(&column);
                (if tick { glyphs.hour } else { " " }, theme.style(Role::Free))
            }
            Fill::Block(number) => {
                (if self.timelines.is_mono() { glyphs.block } else { " " }, self.blocks[number].style)
            }
        }
    }

    /// The border of a block inside a cell, where colours and signs can show it.
    fn edge(&self, left: Fill, right: Fill, eighths: usize) -> Option<(&'static str, Style)> {
        let block = |fill| matches!(fill, Fill::Block(_));
        let symbol = self.timelines.theme.glyphs().eighths.filter(|_| block(left) || block(right))?[eighths];
        match (self.ground(left), self.ground(right)) {
            (Some(left), Some(right)) => Some((symbol, Style::new().fg(left).bg(right))),
            (Some(left), None) => Some((symbol, Style::new().fg(left))),
            // The sign covers the left part, so that a default ground there needs both reversed.
            (None, Some(right)) => Some((symbol, Style::new().fg(right).add_modifier(Modifier::REVERSED))),
            (None, None) => None,
        }
    }

    fn ground(&self, fill: Fill) -> Option<Color> {
        let style = match fill {
            Fill::Closed => self.timelines.theme.style(Role::Closed),
            Fill::Free => self.timelines.theme.style(Role::Free),
            Fill::Unusable => self.timelines.theme.style(Role::Unusable),
            Fill::Block(number) => self.blocks[number].style,
        };
        style.bg
    }
}

impl Block<'_> {
    fn slot(&self) -> TimeRange {
        match self.content {
            Content::Appointment(appointment) => appointment.slot,
            Content::Ghost(ghost) => ghost.slot,
        }
    }
}

fn blocks<'a>(timelines: &'a Timelines<'a>, row: &'a ProviderRow, shown: TimeRange) -> Vec<Block<'a>> {
    let mut shade = Shade::Base;
    let mut end = None;
    let mut blocks = Vec::with_capacity(row.live.len() + 1);
    for appointment in &row.live {
        // Alternates along every unbroken run, and begins anew after a gap.
        shade = if end >= Some(appointment.slot.start()) { shade.other() } else { Shade::Base };
        end = end.max(Some(appointment.slot.end()));
        if appointment.slot.overlaps(shown) {
            let style = appointment_style(timelines, appointment, shade);
            blocks.push(Block { content: Content::Appointment(appointment), style });
        }
    }
    let here = |ghost: &Ghost<'_>| *ghost.provider == row.provider.id && ghost.slot.overlaps(shown);
    if let Some(ghost) = timelines.ghost.filter(here) {
        let role = match ghost.fit {
            GhostFit::Fits => Role::GhostFits,
            GhostFit::Pending => Role::GhostPending,
            GhostFit::Blocked | GhostFit::NoRoom => Role::GhostBlocked,
        };
        let block = Block { content: Content::Ghost(ghost), style: timelines.theme.style(role) };
        let at = if ghost.fit == GhostFit::NoRoom { 0 } else { blocks.len() };
        blocks.insert(at, block);
    }
    blocks
}

fn appointment_style(timelines: &Timelines<'_>, appointment: &Appointment, shade: Shade) -> Style {
    let service = appointment.request.service.as_ref().and_then(|id| timelines.snapshot.catalogue.get(id));
    let base = timelines.theme.block(service.map(|service| service.colour).unwrap_or_default(), shade);
    if timelines.selection.appointment == Some(appointment.id()) {
        let role = if timelines.focus == Focus::Focused { Role::Selection } else { Role::SelectionIdle };
        return base.patch(timelines.theme.style(role));
    }
    if timelines.marks.changed.binary_search(appointment.id()).is_ok() {
        return base.patch(timelines.theme.style(Role::Flash));
    }
    base
}
