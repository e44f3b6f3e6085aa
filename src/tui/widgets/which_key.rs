//! What can follow a key that has begun a sequence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::theme::{Role, Theme};

use super::footer::Hint;
use super::panel::{Focus, Panel};
use super::text::{put, truncate, width};

/// The keys that can follow, in a panel at the bottom of an area.
#[derive(Debug, Clone, Copy)]
pub struct WhichKey<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The keys typed so far, as they are written.
    pub prefix: &'a str,
    /// What can follow.
    pub hints: &'a [Hint<'a>],
}

/// Columns between hints.
const SPACING: u16 = 3;

impl WhichKey<'_> {
    /// The area of the panel at the bottom of another.
    pub fn area(&self, outer: Rect) -> Rect {
        let per_row = self.per_row(outer.width.saturating_sub(4)).max(1);
        let rows = u16::try_from(self.hints.len().div_ceil(per_row)).unwrap_or(u16::MAX);
        let height = rows.saturating_add(2).min(outer.height);
        Rect { y: outer.bottom() - height, height, ..outer }
    }

    fn cell(&self) -> (u16, u16) {
        let keys = self.hints.iter().map(|hint| width(hint.key)).max().unwrap_or(0);
        let labels = self.hints.iter().map(|hint| width(hint.label)).max().unwrap_or(0);
        (keys, keys + 1 + labels)
    }

    fn per_row(&self, columns: u16) -> usize {
        usize::from((columns + SPACING) / (self.cell().1 + SPACING))
    }
}

impl Widget for &WhichKey<'_> {
    fn render(self, outer: Rect, buffer: &mut Buffer) {
        let area = self.area(outer.intersection(buffer.area));
        Clear.render(area, buffer);
        Panel { theme: self.theme, title: self.prefix, remark: "", focus: Focus::Focused }.render(area, buffer);
        let inner = Panel::inner(area);
        let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
        let (keys, cell) = self.cell();
        let per_row = self.per_row(inner.width).max(1);
        for (row, y) in self.hints.chunks(per_row).zip(inner.top()..inner.bottom()) {
            let mut x = inner.x;
            for hint in row {
                let room = inner.right().saturating_sub(x);
                put(buffer, (x, y), hint.key, room, self.theme.style(Role::Key));
                let room = room.saturating_sub(keys + 1);
                let label = truncate(hint.label, room, self.theme.glyphs().ellipsis);
                put(buffer, (x + keys + 1, y), &label, room, self.theme.style(Role::KeyLabel));
                x = x.saturating_add(cell + SPACING);
            }
        }
    }
}
