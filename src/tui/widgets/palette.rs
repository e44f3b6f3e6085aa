//! Commands found by a few letters.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::theme::{Role, Theme};

use super::field::{FieldKind, FieldView, FormView};
use super::scroll::{ScrollBar, keep_visible};
use super::text::{put, put_right, put_within, truncate, width};

/// A command that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaletteEntry<'a> {
    /// The name.
    pub name: &'a str,
    /// What it does.
    pub text: &'a str,
    /// Its keys; may be empty.
    pub keys: &'a str,
    /// Which graphemes of the name were searched for, ascending.
    pub matched: &'a [u32],
}

/// A line to type into, and the commands that it finds.
#[derive(Debug, Clone, Copy)]
pub struct PaletteView<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What was typed.
    pub query: &'a str,
    /// Characters before the cursor.
    pub cursor: usize,
    /// What was found, best first.
    pub entries: &'a [PaletteEntry<'a>],
    /// The selected one.
    pub selected: usize,
}

impl PaletteView<'_> {
    /// The entry drawn at a position.
    pub fn entry_at(&self, area: Rect, position: Position) -> Option<usize> {
        let list = list_area(area);
        let row = list.contains(position).then(|| usize::from(position.y - list.y))?;
        Some(row + self.offset(list.height)).filter(|at| *at < self.entries.len())
    }

    /// Where the terminal's cursor belongs.
    pub fn cursor_position(&self, area: Rect) -> Option<Position> {
        FormView { theme: self.theme, fields: &[self.field()], focused: Some(0) }.cursor(Rect { height: 1, ..area })
    }

    fn field(&self) -> FieldView<'_> {
        let kind = FieldKind::Text { cursor: self.cursor };
        FieldView { label: "command", value: self.query, placeholder: "type a few letters", kind, error: None }
    }

    fn offset(&self, height: u16) -> usize {
        keep_visible(0, self.selected, usize::from(height), self.entries.len())
    }

    fn draw(&self, at: usize, line: Rect, buffer: &mut Buffer) {
        let entry = &self.entries[at];
        let chosen = at == self.selected;
        let glyphs = self.theme.glyphs();
        let style = self.theme.style(if chosen { Role::Selection } else { Role::Text });
        if chosen {
            buffer.set_style(line, style);
            put_within(buffer, line, (line.x, line.y), glyphs.marker, style);
        }
        let other = |role| if chosen { style } else { self.theme.style(role) };
        let rest = Rect { x: line.x + 2.min(line.width), width: line.width.saturating_sub(3), ..line };
        let keys = put_right(buffer, rest, entry.keys, other(Role::Key));
        let names = self.entries.iter().map(|entry| width(entry.name)).max().unwrap_or(0).min(rest.width / 3);
        let mut x = rest.x;
        for (position, grapheme) in entry.name.graphemes(true).enumerate() {
            let hit = u32::try_from(position).is_ok_and(|position| entry.matched.binary_search(&position).is_ok());
            let style = if hit { style.patch(self.theme.style(Role::Match)) } else { style };
            x = put(buffer, (x, rest.y), grapheme, (rest.x + names).saturating_sub(x), style);
        }
        let x = rest.x + names + 2;
        let room = keys.saturating_sub(x + 1);
        put(buffer, (x, rest.y), &truncate(entry.text, room, glyphs.ellipsis), room, other(Role::Dim));
    }
}

fn list_area(area: Rect) -> Rect {
    let used = area.height.min(2);
    Rect { y: area.y + used, height: area.height - used, ..area }
}

impl Widget for &PaletteView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let line = Rect { height: 1, ..area };
        FormView { theme: self.theme, fields: &[self.field()], focused: Some(0) }.render(line, buffer);
        let list = list_area(area);
        if self.entries.is_empty() && !list.is_empty() {
            put_within(buffer, list, (list.x + 2, list.y), "no command has these letters", self.theme.style(Role::Dim));
            return;
        }
        let offset = self.offset(list.height);
        for (at, y) in (offset..self.entries.len()).zip(list.top()..list.bottom()) {
            self.draw(at, Rect { y, height: 1, ..list }, buffer);
        }
        let (visible, total) = (usize::from(list.height), self.entries.len());
        ScrollBar { theme: self.theme, offset, visible, total }.render(list, buffer);
    }
}
