//! Where a list stands in what it does not show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

/// The offset nearest to `offset` with which a list of `total` rows shows the selected one.
///
/// ```
/// # use slotdesk::tui::widgets::keep_visible;
/// assert_eq!(keep_visible(0, 9, 5, 20), 5);
/// assert_eq!(keep_visible(8, 3, 5, 20), 3);
/// assert_eq!(keep_visible(18, 19, 5, 20), 15);
/// ```
pub fn keep_visible(offset: usize, selected: usize, visible: usize, total: usize) -> usize {
    let visible = visible.max(1);
    let selected = selected.min(total.saturating_sub(1));
    offset.clamp((selected + 1).saturating_sub(visible), selected).min(total.saturating_sub(visible))
}

/// A thin bar at the right edge of an area; nothing where everything is visible.
#[derive(Debug, Clone, Copy)]
pub struct ScrollBar<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The first row shown.
    pub offset: usize,
    /// Rows shown.
    pub visible: usize,
    /// Rows there are.
    pub total: usize,
}

impl Widget for &ScrollBar<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if self.total <= self.visible || area.is_empty() {
            return;
        }
        let height = usize::from(area.height);
        let length = (self.visible * height / self.total).clamp(1, height);
        let hidden = self.total - self.visible;
        let start = (self.offset.min(hidden) * (height - length)).div_ceil(hidden);
        let [thumb, track] = self.theme.glyphs().scroll;
        for (row, y) in (area.top()..area.bottom()).enumerate() {
            let inside = (start..start + length).contains(&row);
            let (symbol, role) = if inside { (thumb, Role::Dim) } else { (track, Role::Border) };
            if let Some(cell) = buffer.cell_mut((area.right() - 1, y)) {
                cell.set_symbol(symbol).set_style(self.theme.style(role));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_selected_row_is_visible_and_the_end_leaves_no_hole(
            offset in 0usize..50, selected in 0usize..60, visible in 1usize..20, total in 1usize..50,
        ) {
            let selected = selected.min(total - 1);
            let offset = keep_visible(offset, selected, visible, total);
            prop_assert!((offset..offset + visible).contains(&selected));
            prop_assert!(offset + visible <= total || offset == 0);
        }
    }
}
