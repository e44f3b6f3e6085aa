//! The keys and what they do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::scroll::ScrollBar;
use super::text::{put, truncate, width};

/// A key and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpEntry<'a> {
    /// The keys, as they are written.
    pub keys: &'a str,
    /// A sentence.
    pub text: &'a str,
}

/// Keys that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpGroup<'a> {
    /// What they have in common.
    pub title: &'a str,
    /// The keys.
    pub entries: Vec<HelpEntry<'a>>,
}

/// Groups of keys in as many columns as fit, scrolled by lines.
#[derive(Debug, Clone, Copy)]
pub struct HelpView<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The groups, already filtered.
    pub groups: &'a [HelpGroup<'a>],
    /// Lines scrolled past.
    pub offset: usize,
    /// What to say where no group is left.
    pub empty: &'a str,
}

/// Columns that one column of help wants.
const COLUMN_WIDTH: u16 = 52;
/// Columns between them.
const SPACING: u16 = 3;
/// Widest column of keys.
const KEY_COLUMNS_MAX: u16 = 16;

#[derive(Debug, Clone, Copy)]
enum Line<'a> {
    Title(&'a str),
    Entry(HelpEntry<'a>),
    Blank,
}

impl<'a> HelpView<'a> {
    /// Lines in this width: what the offset can be scrolled through.
    pub fn lines(&self, columns: u16) -> usize {
        self.columns(columns).iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Groups are never torn apart; each goes into the shortest column so far.
    fn columns(&self, width: u16) -> Vec<Vec<Line<'a>>> {
        let count = usize::from((width + SPACING) / (COLUMN_WIDTH + SPACING)).clamp(1, 3);
        let mut columns: Vec<Vec<Line<'a>>> = vec![Vec::new(); count];
        for group in self.groups.iter().filter(|group| !group.entries.is_empty()) {
            let Some(column) = columns.iter_mut().min_by_key(|column| column.len()) else { continue };
            if !column.is_empty() {
                column.push(Line::Blank);
            }
            column.push(Line::Title(group.title));
            column.extend(group.entries.iter().copied().map(Line::Entry));
        }
        columns
    }

    fn draw(&self, line: Line<'_>, keys: u16, area: Rect, buffer: &mut Buffer) {
        let ellipsis = self.theme.glyphs().ellipsis;
        match line {
            Line::Blank => {}
            Line::Title(title) => {
                let title = truncate(title, area.width, ellipsis);
                put(buffer, (area.x, area.y), &title, area.width, self.theme.style(Role::Title));
            }
            Line::Entry(entry) => {
                let keys = keys.min(area.width);
                put(buffer, (area.x, area.y), &truncate(entry.keys, keys, ellipsis), keys, self.theme.style(Role::Key));
                let used = (keys + 2).min(area.width);
                let text = truncate(entry.text, area.width - used, ellipsis);
                put(buffer, (area.x + used, area.y), &text, area.width - used, self.theme.style(Role::KeyLabel));
            }
        }
    }
}

impl Widget for &HelpView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let columns = self.columns(area.width);
        let total = columns.iter().map(Vec::len).max().unwrap_or(0);
        if total == 0 {
            let text = truncate(self.empty, area.width, self.theme.glyphs().ellipsis);
            put(buffer, (area.x, area.y), &text, area.width, self.theme.style(Role::Dim));
            return;
        }
        let count = u16::try_from(columns.len()).unwrap_or(1);
        let each = (area.width - 1).saturating_sub(SPACING * (count - 1)) / count;
        let visible = usize::from(area.height);
        let offset = self.offset.min(total.saturating_sub(visible));
        let entries = self.groups.iter().flat_map(|group| &group.entries);
        let keys = entries.map(|entry| width(entry.keys)).max().unwrap_or(0).min(KEY_COLUMNS_MAX);
        let mut x = area.x;
        for column in columns {
            for (line, y) in column.into_iter().skip(offset).zip(area.top()..area.bottom()) {
                self.draw(line, keys, Rect { x, y, width: each, height: 1 }, buffer);
            }
            x += each + SPACING;
        }
        ScrollBar { theme: self.theme, offset, visible, total }.render(area, buffer);
    }
}
