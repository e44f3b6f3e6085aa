//! A list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::scroll::{ScrollBar, keep_visible};
use super::text::{put, put_right, put_within, truncate, width};

/// An entry of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MenuItem<'a> {
    /// The key that takes it at once; may be empty.
    pub key: &'a str,
    /// What it is.
    pub label: &'a str,
    /// More about it, on the right; may be empty.
    pub detail: &'a str,
}

/// A list to choose from; the selected entry is always visible.
#[derive(Debug, Clone, Copy)]
pub struct Menu<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The entries.
    pub items: &'a [MenuItem<'a>],
    /// The selected one, if any.
    pub selected: Option<usize>,
    /// What to say where there is none.
    pub empty: &'a str,
}

impl Menu<'_> {
    fn offset(&self, height: u16) -> usize {
        keep_visible(0, self.selected.unwrap_or(0), usize::from(height), self.items.len())
    }

    /// The entry drawn at a position.
    pub fn item_at(&self, area: Rect, position: Position) -> Option<usize> {
        let row = area.contains(position).then(|| usize::from(position.y - area.y))?;
        Some(row + self.offset(area.height)).filter(|at| *at < self.items.len())
    }

    fn draw(&self, at: usize, line: Rect, buffer: &mut Buffer) {
        let item = &self.items[at];
        let chosen = self.selected == Some(at);
        let glyphs = self.theme.glyphs();
        let style = self.theme.style(if chosen { Role::Selection } else { Role::Text });
        if chosen {
            buffer.set_style(line, style);
            put_within(buffer, line, (line.x, line.y), glyphs.marker, style);
        }
        let accent = |role| if chosen { style } else { self.theme.style(role) };
        let key_columns = self.items.iter().map(|item| width(item.key)).max().unwrap_or(0);
        let mut rest = Rect { x: line.x + 2.min(line.width), width: line.width.saturating_sub(3), ..line };
        if key_columns > 0 {
            put(buffer, (rest.x, rest.y), item.key, rest.width, accent(Role::Key));
            let used = (key_columns + 2).min(rest.width);
            rest = Rect { x: rest.x + used, width: rest.width - used, ..rest };
        }
        // The label comes first; the detail gets what is left.
        let label = truncate(item.label, rest.width, glyphs.ellipsis);
        let end = put(buffer, (rest.x, rest.y), &label, rest.width, style);
        let room = rest.right().saturating_sub(end + 2);
        if room >= 4 {
            let detail = truncate(item.detail, room, glyphs.ellipsis);
            put_right(buffer, rest, &detail, accent(Role::Dim));
        }
    }
}

impl Widget for &Menu<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        if self.items.is_empty() {
            let text = truncate(self.empty, area.width, self.theme.glyphs().ellipsis);
            put(buffer, (area.x, area.y), &text, area.width, self.theme.style(Role::Dim));
            return;
        }
        let offset = self.offset(area.height);
        for (row, y) in (area.top()..area.bottom()).enumerate() {
            if offset + row < self.items.len() {
                self.draw(offset + row, Rect { y, height: 1, ..area }, buffer);
            }
        }
        let (visible, total) = (usize::from(area.height), self.items.len());
        ScrollBar { theme: self.theme, offset, visible, total }.render(area, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{draw, lines, mono};

    fn item(label: &str) -> MenuItem<'_> {
        MenuItem { key: "", label, detail: "more about it" }
    }

    #[test]
    fn the_selected_entry_is_marked_and_visible_and_found_by_the_pointer() {
        let (theme, items) = (mono(), ["one", "two", "three", "four"].map(item));
        let menu = Menu { theme: &theme, items: &items, selected: Some(3), empty: "" };
        let buffer = draw(&menu, 24, 2);
        assert_eq!(lines(&buffer), "  three   more about it│\n▸ four    more about it┃\n");
        assert_eq!(menu.item_at(buffer.area, Position { x: 4, y: 1 }), Some(3));
        assert_eq!(menu.item_at(buffer.area, Position { x: 4, y: 2 }), None);
    }

    #[test]
    fn an_empty_menu_says_so() {
        let theme = mono();
        let menu = Menu { theme: &theme, items: &[], selected: None, empty: "No other place today." };
        assert_eq!(lines(&draw(&menu, 30, 1)), "No other place today.\n");
    }
}
