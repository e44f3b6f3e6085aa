//! What a terminal shows that is too small for a desk.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::text::{put_within, width, wrap};

/// Says how much room the desk needs.
#[derive(Debug, Clone, Copy)]
pub struct TooSmall<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What the desk needs.
    pub needed: Size,
}

impl Widget for &TooSmall<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let Size { width: columns, height: rows } = self.needed;
        let text = format!("slotdesk needs at least {columns}x{rows}, this is {}x{}", area.width, area.height);
        let lines = wrap(&text, area.width);
        let shown = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
        let first = area.y + (area.height - shown) / 2;
        for (line, y) in lines.iter().zip(first..area.bottom()) {
            let x = area.x + area.width.saturating_sub(width(line)) / 2;
            put_within(buffer, area, (x, y), line, self.theme.style(Role::Warning));
        }
    }
}
