//! How cut up everybody's free time is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::desk::{DaySnapshot, ProviderRow};
use crate::domain::{Minute, ProviderId};
use crate::tui::theme::{Role, Theme};

use super::panel::{Focus, Panel};
use super::scroll::{ScrollBar, keep_visible};
use super::text::{put, put_right, put_within, truncate};

/// A gauge per provider with the longest appointment that still fits.
#[derive(Debug, Clone, Copy)]
pub struct FragmentationPanel<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day.
    pub snapshot: &'a DaySnapshot,
    /// Minutes before this one have gone by.
    pub earliest: Minute,
    /// Whose row is marked, if any.
    pub selected: Option<&'a ProviderId>,
    /// Whether the keys go here.
    pub focus: Focus,
}

/// Columns of "0.11  120m 14:10".
const NUMBERS: u16 = 17;

impl FragmentationPanel<'_> {
    fn draw(&self, row: &ProviderRow, line: Rect, buffer: &mut Buffer) {
        let glyphs = self.theme.glyphs();
        let chosen = self.selected == Some(&row.provider.id);
        let name = if chosen { Role::Strong } else { Role::Text };
        if chosen {
            put_within(buffer, line, (line.x, line.y), glyphs.marker, self.theme.style(Role::Accent));
        }
        let names = (line.width / 3).min(18);
        let text = truncate(row.provider.name.as_str(), names, glyphs.ellipsis);
        put_within(buffer, line, (line.x + 2, line.y), &text, self.theme.style(name));
        let rest = Rect { x: line.x + names + 3, width: line.width.saturating_sub(names + 4), ..line };
        if rest.is_empty() {
            return;
        }
        let Some(fragmentation) = row.fragmentation else {
            let text = if row.hours.is_empty() { "off" } else { "full" };
            put_right(buffer, rest, text, self.theme.style(Role::Dim));
            return;
        };
        let style = self.theme.fragmentation(fragmentation.phi);
        let longest = row.longest_from(self.earliest);
        let longest = longest.map_or(String::new(), |piece| format!("{}m {}", piece.len(), piece.start()));
        let bar = rest.width.saturating_sub(NUMBERS + 1);
        let numbers = Rect { x: rest.x + bar, width: rest.width - bar, ..rest };
        put_right(buffer, numbers, &longest, self.theme.style(Role::Dim));
        put_within(buffer, numbers, (numbers.x + 1.min(bar), numbers.y), &format!("{:.2}", fragmentation.phi), style);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1")]
        let filled = (fragmentation.phi.clamp(0.0, 1.0) * f64::from(bar)).ceil() as u16;
        for column in 0..bar {
            let full = column < filled;
            let sign = if full { glyphs.bar_full } else { glyphs.bar_rest };
            let style = if full { style } else { self.theme.style(Role::Border) };
            put(buffer, (rest.x + column, rest.y), sign, 1, style);
        }
    }
}

impl Widget for &FragmentationPanel<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        Panel { theme: self.theme, title: "Fragmentation", remark: "longest free", focus: self.focus }
            .render(area, buffer);
        let inner = Panel::inner(area);
        if inner.is_empty() {
            return;
        }
        let rows: Vec<&ProviderRow> = self.snapshot.rows().map(std::convert::AsRef::as_ref).collect();
        let selected = rows.iter().position(|row| Some(&row.provider.id) == self.selected).unwrap_or(0);
        let (visible, total) = (usize::from(inner.height), rows.len());
        let offset = keep_visible(0, selected, visible, total);
        for (row, y) in rows.iter().skip(offset).zip(inner.top()..inner.bottom()) {
            self.draw(row, Rect { y, height: 1, ..inner }, buffer);
        }
        ScrollBar { theme: self.theme, offset, visible, total }.render(inner, buffer);
    }
}
