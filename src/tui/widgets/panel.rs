//! The frame around a part of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

use crate::tui::theme::{Role, Theme};

use super::text::{put, put_right, truncate, width};

/// Whether the keys go to a part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    /// They do.
    Focused,
    /// They go elsewhere.
    #[default]
    Elsewhere,
}

/// A rounded frame with a title on the left and a remark on the right.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What it is.
    pub title: &'a str,
    /// A number or state worth knowing; may be empty.
    pub remark: &'a str,
    /// Whether the keys go here.
    pub focus: Focus,
}

impl Panel<'_> {
    /// The area inside the frame.
    pub fn inner(area: Rect) -> Rect {
        Block::bordered().inner(area)
    }
}

impl Widget for &Panel<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (border, title) = match self.focus {
            Focus::Focused => (Role::BorderFocus, Role::Title),
            Focus::Elsewhere => (Role::Border, Role::Dim),
        };
        let glyphs = self.theme.glyphs();
        Block::bordered().border_set(glyphs.border).border_style(self.theme.style(border)).render(area, buffer);
        // Corners stay free, and so does one column of line on either side.
        let room = Rect { x: area.x + 2, width: area.width.saturating_sub(4), height: 1, ..area };
        let remark = if self.remark.is_empty() { String::new() } else { format!(" {} ", self.remark) };
        let mut left = room;
        if width(&remark) + 6 <= room.width {
            let begin = put_right(buffer, room, &remark, self.theme.style(Role::Dim));
            left.width = begin.saturating_sub(room.x + 1);
        }
        if left.width >= 4 && !self.title.is_empty() {
            let text = format!(" {} ", truncate(self.title, left.width - 2, glyphs.ellipsis));
            put(buffer, (left.x, left.y), &text, left.width, self.theme.style(title));
        }
    }
}
