//! The line at the bottom: what just happened, and which keys work now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::text::{put, put_within, truncate, width, wrap};

/// A key that works now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint<'a> {
    /// The key, as it is written: `b`, `Enter`, `g g`.
    pub key: &'a str,
    /// One or two words.
    pub label: &'a str,
    /// 0 for what has to stay where it is narrow; higher goes first.
    pub priority: u8,
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It worked.
    Success,
    /// It needs attention.
    Warning,
    /// It failed.
    Error,
}

impl Severity {
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Info => Role::Info,
            Self::Success => Role::Success,
            Self::Warning => Role::Warning,
            Self::Error => Role::Error,
        }
    }

    pub(crate) fn sign(self, theme: &Theme) -> &'static str {
        theme.glyphs().severity[self as usize]
    }
}

/// A message about what just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Toast<'a> {
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    pub text: &'a str,
}

/// The message of the moment, if any, above the keys that work now.
///
/// The keys take as many lines as the area has; what does not fit goes by priority.
#[derive(Debug, Clone, Copy)]
pub struct Footer<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The keys in the order in which they are shown.
    pub hints: &'a [Hint<'a>],
    /// The message.
    pub toast: Option<Toast<'a>>,
}

/// Columns between hints.
const SPACING: u16 = 2;
/// Most lines of a message: what went wrong has to be readable to its end.
const TOAST_LINES_MAX: u16 = 3;

impl Toast<'_> {
    /// The message in lines, at most so many; what is left over is cut off the last one.
    fn lines(&self, columns: u16, lines_max: u16, ellipsis: &str) -> Vec<String> {
        let columns = columns.saturating_sub(2);
        let mut lines = wrap(self.text, columns);
        let most = usize::from(lines_max.max(1));
        if lines.len() > most {
            let rest = lines.split_off(most - 1).join(" ");
            lines.push(truncate(&rest, columns, ellipsis));
        }
        lines
    }
}

fn hint_width(hint: &Hint<'_>) -> u16 {
    width(hint.key) + 1 + width(hint.label)
}

impl Footer<'_> {
    /// Lines that it needs in this width: those of the message, if there is one, and as many for the keys
    /// as show all of them, at most `keys_max`.
    pub fn height(&self, columns: u16, keys_max: u16) -> u16 {
        let all: Vec<&Hint<'_>> = self.hints.iter().collect();
        let rows = flow(&all, columns.saturating_sub(2)).last().map_or(1, |(_, _, row)| row + 1);
        let toast = self.toast_lines(columns.saturating_sub(2), TOAST_LINES_MAX).len();
        rows.min(keys_max) + u16::try_from(toast).unwrap_or(TOAST_LINES_MAX)
    }

    fn toast_lines(&self, columns: u16, lines_max: u16) -> Vec<String> {
        let ellipsis = self.theme.glyphs().ellipsis;
        self.toast.map_or_else(Vec::new, |toast| toast.lines(columns, lines_max.min(TOAST_LINES_MAX), ellipsis))
    }
}

/// The hints that fit, with the column and row of each.
fn placed<'h>(hints: &'h [Hint<'h>], columns: u16, rows: u16) -> Vec<(&'h Hint<'h>, u16, u16)> {
    let mut kept: Vec<&Hint<'_>> = hints.iter().collect();
    loop {
        let placed = flow(&kept, columns);
        if placed.iter().all(|(hint, x, row)| *row < rows && x + hint_width(hint) <= columns) {
            return placed;
        }
        // Of those that matter least the last goes first.
        let dropped = kept.iter().enumerate().max_by_key(|(_, hint)| hint.priority).map_or(0, |(at, _)| at);
        kept.remove(dropped);
    }
}

/// Draws the hints that fit into an area.
pub(super) fn draw_hints(theme: &Theme, hints: &[Hint<'_>], area: Rect, buffer: &mut Buffer) {
    for (hint, x, row) in placed(hints, area.width, area.height) {
        let (x, y) = (area.x + x, area.y + row);
        let x = put_within(buffer, area, (x, y), hint.key, theme.style(Role::Key));
        put_within(buffer, area, (x + 1, y), hint.label, theme.style(Role::KeyLabel));
    }
}

fn flow<'h>(hints: &[&'h Hint<'h>], columns: u16) -> Vec<(&'h Hint<'h>, u16, u16)> {
    let (mut x, mut row) = (0u16, 0u16);
    let mut placed = Vec::with_capacity(hints.len());
    for hint in hints {
        if x > 0 && x + hint_width(hint) > columns {
            (x, row) = (0, row + 1);
        }
        placed.push((*hint, x, row));
        x += hint_width(hint) + SPACING;
    }
    placed
}

impl Widget for &Footer<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let mut hints = inside;
        if let Some(toast) = self.toast {
            let style = self.theme.style(toast.severity.role());
            let sign = toast.severity.sign(self.theme);
            // What failed must not be overlooked: it gets the whole line.
            let failed = toast.severity == Severity::Error;
            let style = if failed { style.add_modifier(Modifier::REVERSED) } else { style };
            let lines = self.toast_lines(inside.width, area.height - 1);
            for (at, (text, y)) in lines.iter().zip(inside.top()..inside.bottom()).enumerate() {
                if failed {
                    buffer.set_style(Rect { y, height: 1, ..area }, style);
                }
                let before = if at == 0 { sign } else { " " };
                put(buffer, (inside.x, y), &format!("{before} {text}"), inside.width, style);
            }
            let used = u16::try_from(lines.len()).unwrap_or(inside.height).min(inside.height);
            hints = Rect { y: inside.y + used, height: inside.height - used, ..inside };
        }
        draw_hints(self.theme, self.hints, hints, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{draw, lines, mono};

    const HINTS: [Hint<'static>; 4] = [
        Hint { key: "b", label: "book", priority: 0 },
        Hint { key: "m", label: "move", priority: 2 },
        Hint { key: "x", label: "cancel", priority: 1 },
        Hint { key: "?", label: "help", priority: 0 },
    ];

    fn shown(columns: u16, rows: u16, toast: Option<Toast<'_>>) -> String {
        let theme = mono();
        lines(&draw(&Footer { theme: &theme, hints: &HINTS, toast }, columns, rows))
    }

    #[test]
    fn hints_wrap_and_what_does_not_fit_goes_by_priority() {
        assert_eq!(shown(40, 1, None), " b book  m move  x cancel  ? help\n");
        assert_eq!(shown(28, 1, None), " b book  x cancel  ? help\n");
        assert_eq!(shown(18, 1, None), " b book  ? help\n");
        assert_eq!(shown(18, 2, None), " b book  m move\n x cancel  ? help\n");
        assert_eq!(shown(5, 1, None), "\n");
    }

    #[test]
    fn it_asks_for_the_lines_that_show_everything() {
        let theme = mono();
        let toast = Some(Toast { severity: Severity::Info, text: "Undone." });
        let height = |columns, toast| Footer { theme: &theme, hints: &HINTS, toast }.height(columns, 3);
        assert_eq!([height(40, None), height(18, None), height(40, toast), height(10, toast)], [1, 2, 2, 5]);
    }

    #[test]
    fn a_message_says_by_its_sign_how_much_it_matters() {
        let toast = |severity| Some(Toast { severity, text: "The disk is full." });
        assert_eq!(shown(40, 1, toast(Severity::Error)), " ✗ The disk is full.\n");
        assert_eq!(shown(14, 1, toast(Severity::Warning)), " ! The disk…\n");
    }

    #[test]
    fn a_long_message_is_wrapped_so_that_it_can_be_read_to_its_end() {
        let toast = |text| Some(Toast { severity: Severity::Error, text });
        let said = shown(28, 3, toast("The disk is full; free some space."));
        assert_eq!(said, " ✗ The disk is full; free\n   some space.\n b book  x cancel  ? help\n");
        let theme = mono();
        let endless = "The disk is full. ".repeat(20);
        let footer = Footer { theme: &theme, hints: &HINTS, toast: toast(&endless) };
        assert_eq!(footer.height(28, 1), 4, "it never takes the screen");
    }
}
