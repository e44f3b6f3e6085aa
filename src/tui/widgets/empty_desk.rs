//! The first thing that a new desk shows.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::menu::{Menu, MenuItem};
use super::text::{put_within, width, wrap};

/// A welcome, and what can be done first.
#[derive(Debug, Clone, Copy)]
pub struct EmptyDesk<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What can be done.
    pub choices: &'a [MenuItem<'a>],
    /// The selected choice.
    pub selected: usize,
}

const WELCOME: &str = "This desk has no provider yet. A provider is who gets booked: a doctor, a stylist, a bench.";

impl EmptyDesk<'_> {
    /// The area of the choices, for the pointer.
    pub fn menu_area(&self, area: Rect) -> Rect {
        let rows = u16::try_from(self.choices.len()).unwrap_or(u16::MAX);
        let content = content(area, rows);
        let used = (6 + welcome_lines(content.width)).min(content.height);
        let below = Rect { y: content.y + used, height: content.height - used, ..content };
        Rect { height: below.height.min(rows), ..below }
    }
}

fn welcome_lines(columns: u16) -> u16 {
    u16::try_from(wrap(WELCOME, columns).len()).unwrap_or(1)
}

fn content(area: Rect, choices: u16) -> Rect {
    let columns = area.width.saturating_sub(4).min(64);
    let lines = choices.saturating_add(6 + welcome_lines(columns)).min(area.height);
    area.centered(Constraint::Length(columns), Constraint::Length(lines))
}

impl Widget for &EmptyDesk<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let inside = content(area, u16::try_from(self.choices.len()).unwrap_or(u16::MAX));
        let glyphs = self.theme.glyphs();
        let centered = |text: &str| inside.x + inside.width.saturating_sub(width(text)) / 2;
        let lines = [
            (0, "s l o t d e s k".to_owned(), Role::Accent),
            (1, glyphs.bar_full.repeat(15), Role::Border),
            (2, "the appointment desk on the keyboard".to_owned(), Role::Dim),
        ];
        for (row, text, role) in lines.into_iter().filter(|(row, ..)| *row < inside.height) {
            put_within(buffer, inside, (centered(&text), inside.y + row), &text, self.theme.style(role));
        }
        let welcome = wrap(WELCOME, inside.width);
        for (line, y) in welcome.iter().zip(inside.y + 4..inside.bottom()) {
            put_within(buffer, inside, (centered(line), y), line, self.theme.style(Role::Text));
        }
        let menu = Menu { theme: self.theme, items: self.choices, selected: Some(self.selected), empty: "" };
        menu.render(self.menu_area(area), buffer);
    }
}
