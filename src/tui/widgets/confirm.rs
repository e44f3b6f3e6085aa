//! A question with what its answer would do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::tui::theme::{Role, Theme};

use super::footer::{Hint, Severity, draw_hints};
use super::scroll::ScrollBar;
use super::text::{put, truncate, width, wrap};

/// Things that the answer would do something to.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmList<'a> {
    /// What would happen to them.
    pub title: &'a str,
    /// How much that matters.
    pub severity: Severity,
    /// One line each.
    pub items: &'a [String],
}

/// A question, the lists of what its answer would do, and the keys that answer it.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmView<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The question.
    pub question: &'a str,
    /// What would happen.
    pub lists: &'a [ConfirmList<'a>],
    /// The answers.
    pub answers: &'a [Hint<'a>],
    /// Lines of the lists scrolled past.
    pub offset: usize,
}

impl ConfirmView<'_> {
    /// Columns and lines that show everything, at most `columns_max` wide.
    pub fn size(&self, columns_max: u16) -> (u16, u16) {
        let lines = self.lines();
        let widest = lines.iter().map(|(text, _)| width(text)).chain([width(self.question)]).max().unwrap_or(0);
        let answers: u16 = self.answers.iter().map(|hint| width(hint.key) + width(hint.label) + 3).sum();
        let columns = widest.max(answers).saturating_add(2).min(columns_max);
        let height = wrap(self.question, columns).len() + 1 + lines.len() + 2;
        (columns, u16::try_from(height).unwrap_or(u16::MAX))
    }

    /// Lines of the lists: what the offset can be scrolled through.
    pub fn list_lines(&self) -> usize {
        self.lines().len()
    }

    fn lines(&self) -> Vec<(String, Style)> {
        let mut lines = Vec::new();
        for list in self.lists {
            if !lines.is_empty() {
                lines.push((String::new(), Style::new()));
            }
            let sign = list.severity.sign(self.theme);
            let title = format!("{sign} {}: {}", list.title, list.items.len());
            lines.push((title, self.theme.style(list.severity.role())));
            lines.extend(list.items.iter().map(|item| (format!("    {item}"), self.theme.style(Role::Text))));
        }
        lines
    }
}

impl Widget for &ConfirmView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        // The answers stay, whatever has to go.
        draw_hints(self.theme, self.answers, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
        let mut y = area.y;
        for line in wrap(self.question, area.width) {
            if y + 1 < area.bottom() {
                put(buffer, (area.x, y), &line, area.width, self.theme.style(Role::Strong));
                y += 1;
            }
        }
        let lists = Rect { y: y + 1, height: area.bottom().saturating_sub(y + 3), ..area };
        let lines = self.lines();
        let visible = usize::from(lists.height);
        let offset = self.offset.min(lines.len().saturating_sub(visible));
        for ((text, style), y) in lines.iter().skip(offset).zip(lists.top()..lists.bottom()) {
            let text = truncate(text, lists.width.saturating_sub(1), self.theme.glyphs().ellipsis);
            put(buffer, (lists.x, y), &text, lists.width, *style);
        }
        ScrollBar { theme: self.theme, offset, visible, total: lines.len() }.render(lists, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{draw, lines, mono};

    #[test]
    fn the_answers_stay_whatever_has_to_go_and_the_rest_can_be_scrolled_to() {
        let theme = mono();
        let items: Vec<String> = (0..30).map(|number| format!("client {number}")).collect();
        let lists = [ConfirmList { title: "would be cancelled", severity: Severity::Warning, items: &items }];
        let answers = [Hint { key: "Enter", label: "change", priority: 0 }];
        let question = "Change the hours?";
        let view = ConfirmView { theme: &theme, question, lists: &lists, answers: &answers, offset: 0 };
        let top = lines(&draw(&view, 40, 8));
        assert!(top.starts_with("Change the hours?\n\n! would be cancelled: 30") && top.ends_with("Enter change\n"));
        let end = lines(&draw(&ConfirmView { offset: usize::MAX, ..view }, 40, 8));
        assert!(end.contains("client 29") && end.ends_with("Enter change\n"), "{end}");
        assert_eq!(view.list_lines(), 31);
    }

    #[test]
    fn the_size_it_asks_for_shows_everything() {
        let theme = mono();
        let items = ["14:10 Edsger Dijkstra".to_owned()];
        let lists = [ConfirmList { title: "stay", severity: Severity::Success, items: &items }];
        let answers = [Hint { key: "Esc", label: "leave", priority: 0 }];
        let view = ConfirmView { theme: &theme, question: "Sure?", lists: &lists, answers: &answers, offset: 0 };
        let (columns, rows) = view.size(60);
        assert_eq!(lines(&draw(&view, columns, rows)), "Sure?\n\n✓ stay: 1\n    14:10 Edsger Dijkstra\n\nEsc leave\n");
    }
}
