//! Fields of a form.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::printable;
use crate::tui::theme::{Role, Theme};

use super::panel::Focus;
use super::text::{head, put, put_within, truncate, width, wrap};

/// How a field is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// By typing; the cursor stands before this character of the value.
    Text {
        /// Characters before the cursor.
        cursor: usize,
    },
    /// By typing in place of the whole value, which is held by the cursor.
    Held,
    /// By choosing with the arrow keys.
    Choice,
    /// Not at all.
    Fixed,
}

/// A field: a label, a value, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub struct FieldView<'a> {
    /// What is asked for.
    pub label: &'a str,
    /// What was entered so far.
    pub value: &'a str,
    /// What is shown where nothing was entered.
    pub placeholder: &'a str,
    /// How it is changed.
    pub kind: FieldKind,
    /// What is wrong with it, if anything.
    pub error: Option<&'a str>,
}

/// Fields one below the other, labels aligned; scrolls so that the focused one is visible.
#[derive(Debug, Clone, Copy)]
pub struct FormView<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The fields.
    pub fields: &'a [FieldView<'a>],
    /// The one that takes the keys, if any.
    pub focused: Option<usize>,
}

/// Widest label, in columns.
const LABEL_COLUMNS_MAX: u16 = 18;
/// Most lines of an error.
const ERROR_LINES_MAX: usize = 3;

impl FormView<'_> {
    /// Lines that all fields take in this width.
    pub fn height(&self, columns: u16) -> u16 {
        let rows = (0..self.fields.len()).map(|at| self.field_height(at, columns));
        rows.fold(0, u16::saturating_add)
    }

    /// Where the terminal's cursor belongs, if a text field has the focus.
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        let focused = self.focused?;
        let cursor = match self.fields.get(focused)?.kind {
            FieldKind::Text { cursor } => cursor,
            FieldKind::Held => usize::MAX,
            FieldKind::Choice | FieldKind::Fixed => return None,
        };
        let line = self.placed(area).into_iter().find(|(at, _)| *at == focused)?.1;
        let value = self.value_area(line);
        let (_, column) = window(self.fields[focused].value, cursor, value.width);
        Some(Position { x: value.x + column, y: line.y })
    }

    /// The field drawn at a position.
    pub fn field_at(&self, area: Rect, position: Position) -> Option<usize> {
        self.placed(area).into_iter().find(|(_, field)| field.contains(position)).map(|(at, _)| at)
    }

    fn label_columns(&self) -> u16 {
        let longest = self.fields.iter().map(|field| width(field.label)).max().unwrap_or(0);
        longest.min(LABEL_COLUMNS_MAX) + 2
    }

    fn value_area(&self, line: Rect) -> Rect {
        // Two columns are kept for the marker, two for the arrows of a choice.
        let used = (self.label_columns() + 4).min(line.width);
        Rect { x: line.x + used, width: (line.width - used).saturating_sub(2), height: 1.min(line.height), ..line }
    }

    fn error_lines(&self, at: usize, columns: u16) -> Vec<String> {
        let value = self.value_area(Rect::new(0, 0, columns, 1));
        let Some(error) = self.fields[at].error else { return Vec::new() };
        let mut lines = wrap(error, value.width);
        lines.truncate(ERROR_LINES_MAX);
        lines
    }

    fn field_height(&self, at: usize, columns: u16) -> u16 {
        1 + u16::try_from(self.error_lines(at, columns).len()).unwrap_or(0)
    }

    /// The fields that are visible, each with its area.
    fn placed(&self, area: Rect) -> Vec<(usize, Rect)> {
        let heights: Vec<u16> = (0..self.fields.len()).map(|at| self.field_height(at, area.width)).collect();
        let mut first = 0;
        let focused = self.focused.unwrap_or(0).min(self.fields.len().saturating_sub(1));
        while first < focused && heights[first..=focused].iter().sum::<u16>() > area.height {
            first += 1;
        }
        let mut y = area.y;
        let mut placed = Vec::new();
        for (at, height) in heights.into_iter().enumerate().skip(first) {
            let height = height.min(area.bottom().saturating_sub(y));
            if height > 0 {
                placed.push((at, Rect { y, height, ..area }));
            }
            y += height;
        }
        placed
    }

    fn draw(&self, at: usize, area: Rect, buffer: &mut Buffer) {
        let field = &self.fields[at];
        let focused = self.focused == Some(at);
        let glyphs = self.theme.glyphs();
        let label = self.theme.style(if focused { Role::Title } else { Role::Dim });
        if focused {
            put(buffer, (area.x, area.y), glyphs.marker, area.width, label);
        }
        let text = truncate(field.label, LABEL_COLUMNS_MAX, glyphs.ellipsis);
        put_within(buffer, area, (area.x + 2, area.y), &text, label);
        let value = self.value_area(area);
        let focus = if focused { Focus::Focused } else { Focus::Elsewhere };
        self.draw_value(field, focus, (area, value), buffer);
        let error = self.theme.style(Role::Error);
        for (line, y) in self.error_lines(at, area.width).iter().zip(area.top() + 1..area.bottom()) {
            if y == area.top() + 1 {
                put_within(buffer, area, (value.x.saturating_sub(2), y), glyphs.severity[3], error);
            }
            put_within(buffer, area, (value.x, y), line, error);
        }
    }

    fn draw_value(&self, field: &FieldView<'_>, focus: Focus, (whole, area): (Rect, Rect), buffer: &mut Buffer) {
        let glyphs = self.theme.glyphs();
        let focused = focus == Focus::Focused;
        let strong = self.theme.style(if focused { Role::Strong } else { Role::Text });
        if let (FieldKind::Text { cursor }, true) = (field.kind, focused) {
            buffer.set_style(area, self.theme.style(Role::Input));
            let (text, column) = window(field.value, cursor, area.width);
            if field.value.is_empty() {
                put(buffer, (area.x, area.y), field.placeholder, area.width, self.theme.style(Role::Dim));
            }
            put(buffer, (area.x, area.y), &text, area.width, strong);
            if column < area.width {
                buffer.set_style(Rect { x: area.x + column, width: 1, ..area }, self.theme.style(Role::InputCursor));
            }
            return;
        }
        let empty = field.value.is_empty();
        let held = focused && field.kind == FieldKind::Held;
        if held {
            buffer.set_style(area, self.theme.style(Role::Input));
        }
        let (text, style) =
            if empty { (field.placeholder, self.theme.style(Role::Dim)) } else { (field.value, strong) };
        let text = truncate(text, area.width, glyphs.ellipsis);
        let end = put(buffer, (area.x, area.y), &text, area.width, style);
        if held {
            let chosen = Rect { width: end - area.x, ..area };
            buffer.set_style(chosen, self.theme.style(Role::InputCursor));
        }
        if field.kind == FieldKind::Choice && focused {
            let arrows = self.theme.style(Role::Key);
            put_within(buffer, whole, (area.x.saturating_sub(2), area.y), glyphs.choice[0], arrows);
            put_within(buffer, whole, (end + 1, area.y), glyphs.choice[1], arrows);
        }
    }
}

/// The part of a value around the cursor that fits, and the column of the cursor in it.
fn window(value: &str, cursor: usize, columns: u16) -> (String, u16) {
    let at = value.char_indices().nth(cursor).map_or(value.len(), |(at, _)| at);
    let before = printable(&value[..at]);
    let after = printable(&value[at..]);
    // The cursor needs a column of its own behind the text.
    let room = columns.saturating_sub(1);
    let mut shown = before.as_str();
    while width(shown) > room {
        shown = shown.graphemes(true).next().map_or("", |first| &shown[first.len()..]);
    }
    let column = width(shown);
    let rest = head(&after, columns.saturating_sub(column)).to_owned();
    (format!("{shown}{rest}"), column)
}

impl Widget for &FormView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        for (at, field) in self.placed(area) {
            self.draw(at, field, buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::fixtures::{draw, lines, mono};

    proptest! {
        #[test]
        fn the_cursor_is_always_inside_its_field(value in ".{0,30}", cursor in 0usize..40, columns in 1u16..20) {
            let (text, column) = window(&value, cursor, columns);
            prop_assert!(column < columns);
            prop_assert!(width(&text) <= columns);
        }
    }

    #[test]
    fn a_long_value_scrolls_with_its_cursor() {
        assert_eq!(window("Ada Lovelace", 12, 6), ("elace".into(), 5));
        assert_eq!(window("Ada Lovelace", 2, 6), ("Ada Lo".into(), 2));
        assert_eq!(window("山田花子", 4, 6), ("花子".into(), 4));
    }

    #[test]
    fn an_error_stands_under_its_field_and_the_cursor_in_the_focused_one() {
        let theme = mono();
        let field = |label, value, error| FieldView {
            label,
            value,
            placeholder: "any",
            kind: FieldKind::Text { cursor: value.chars().count() },
            error,
        };
        let fields =
            [field("client", "Ada", None), field("duration", "0", Some("1 to 1440 minutes")), field("note", "", None)];
        let form = FormView { theme: &theme, fields: &fields, focused: Some(1) };
        let buffer = draw(&form, 40, 4);
        assert_eq!(
            lines(&buffer),
            "  client      Ada\n▸ duration    0\n            ✗ 1 to 1440 minutes\n  note        any\n"
        );
        assert_eq!(form.height(40), 4);
        assert_eq!(form.cursor(buffer.area), Some(Position { x: 15, y: 1 }));
        assert_eq!(form.field_at(buffer.area, Position { x: 3, y: 3 }), Some(2));
    }

    #[test]
    fn the_focused_field_is_visible_in_an_area_too_low_for_all() {
        let theme = mono();
        let labels = ["a", "b", "c", "d"];
        let fields =
            labels.map(|label| FieldView { label, value: "", placeholder: "", kind: FieldKind::Choice, error: None });
        for (focused, label) in labels.iter().enumerate() {
            let form = FormView { theme: &theme, fields: &fields, focused: Some(focused) };
            assert!(lines(&draw(&form, 20, 2)).contains(&format!("▸ {label}")));
        }
    }
}
