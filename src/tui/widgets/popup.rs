//! A frame in the middle of the screen, over everything else.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::{Clear, Widget};

use crate::tui::theme::Theme;

use super::panel::{Focus, Panel};

/// A frame in the middle of an area, with what is below it wiped.
#[derive(Debug, Clone, Copy)]
pub struct Popup<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// What it is.
    pub title: &'a str,
    /// A remark on the right of the title; may be empty.
    pub remark: &'a str,
    /// Columns of content wanted.
    pub width: u16,
    /// Lines of content wanted.
    pub height: u16,
}

impl Popup<'_> {
    /// The whole popup in the middle of an area, smaller than wanted where the area is.
    pub fn area(&self, outer: Rect) -> Rect {
        // The frame, and a column of padding on either side.
        let (width, height) = (self.width.saturating_add(4), self.height.saturating_add(2));
        outer.centered(Constraint::Length(width.min(outer.width)), Constraint::Length(height.min(outer.height)))
    }

    /// The area for content.
    pub fn inner(&self, outer: Rect) -> Rect {
        let inner = Panel::inner(self.area(outer));
        Rect { x: inner.x + u16::from(inner.width > 2), width: inner.width.saturating_sub(2), ..inner }
    }
}

impl Widget for &Popup<'_> {
    fn render(self, outer: Rect, buffer: &mut Buffer) {
        let area = self.area(outer.intersection(buffer.area));
        wipe(area, buffer);
        let panel = Panel { theme: self.theme, title: self.title, remark: self.remark, focus: Focus::Focused };
        panel.render(area, buffer);
    }
}

/// Wipes an area, and the half of any wide character that would stick out of it.
fn wipe(area: Rect, buffer: &mut Buffer) {
    use ratatui::buffer::CellWidth;
    for y in area.top()..area.bottom() {
        let before = area.left().checked_sub(1).and_then(|x| buffer.cell_mut((x, y)));
        if let Some(cell) = before.filter(|cell| cell.symbol().cell_width() > 1) {
            cell.set_symbol(" ");
        }
    }
    Clear.render(area, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{lines, mono};

    #[test]
    fn it_wipes_what_is_below_and_cuts_no_wide_character_in_half() {
        let theme = mono();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 3));
        for y in 0..3 {
            buffer.set_string(0, y, "山田山田山田", ratatui::style::Style::new());
        }
        Popup { theme: &theme, title: "", remark: "", width: 2, height: 1 }.render(buffer.area, &mut buffer);
        for y in 0..3 {
            assert_eq!(buffer[(2, y)].symbol(), " ", "the half beside the frame");
        }
        assert_eq!(lines(&buffer).lines().nth(1), Some("山 │    │ 田"));
    }

    #[test]
    fn it_is_never_larger_than_where_it_is_shown() {
        let theme = mono();
        let popup = Popup { theme: &theme, title: "t", remark: "", width: 200, height: u16::MAX };
        let outer = Rect::new(3, 2, 40, 10);
        assert_eq!(popup.area(outer), outer);
        assert_eq!(popup.inner(outer), Rect::new(5, 3, 36, 8));
    }
}
