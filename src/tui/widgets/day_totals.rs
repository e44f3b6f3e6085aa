//! The day in numbers: how many appointments stand where, and how full the house is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::desk::DaySnapshot;
use crate::domain::{Overbooking, Status};
use crate::tui::theme::{Role, Theme};

use super::panel::{Focus, Panel};
use super::text::{put, put_right, put_within};

/// Totals over all providers of a day.
#[derive(Debug, Clone, Copy)]
pub struct DayTotals<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day.
    pub snapshot: &'a DaySnapshot,
}

/// A line: a sign, a word, a number.
struct Total {
    sign: &'static str,
    label: String,
    number: String,
    style: Style,
}

impl DayTotals<'_> {
    /// Lines of the panel that shows everything, with its frame: two shares, what is over the rules, six
    /// statuses and the cancelled.
    pub const LINES: u16 = 12;

    fn totals(&self) -> Vec<Total> {
        let all = self.snapshot.appointments();
        let (theme, glyphs) = (self.theme, self.theme.glyphs());
        let mut totals = vec![self.taken(), self.left()];
        let over = all.iter().filter(|one| one.is_live() && one.overbooking == Overbooking::Deliberate).count();
        if over > 0 {
            let (sign, style) = (glyphs.overbooked, theme.style(Role::Warning));
            totals.push(Total { sign, label: "over the rules".to_owned(), number: over.to_string(), style });
        }
        for status in &Status::BY_HAND {
            let count = all.iter().filter(|one| one.status == *status).count();
            let style = if count == 0 { theme.style(Role::Dim) } else { theme.status(status) };
            let (sign, label) = (glyphs.status(status), status.to_string());
            totals.push(Total { sign, label, number: count.to_string(), style });
        }
        let cancelled: Vec<_> = all.iter().filter(|one| !one.is_live()).collect();
        if let Some(first) = cancelled.first() {
            let (sign, style) = (glyphs.status(&first.status), theme.style(Role::Dim));
            totals.push(Total { sign, label: "cancelled".to_owned(), number: cancelled.len().to_string(), style });
        }
        totals
    }

    /// The share of all hours that is booked.
    fn taken(&self) -> Total {
        let minutes = |row: &crate::desk::ProviderRow| u32::from(row.hours.total());
        let open: u32 = self.snapshot.rows().map(|row| minutes(row)).sum();
        let booked: u32 = self.snapshot.rows().map(|row| row.booked_minutes).sum();
        let number = (booked * 100).checked_div(open).map_or_else(|| "closed".to_owned(), |share| format!("{share} %"));
        Total { sign: "", label: "of the hours booked".to_owned(), number, style: self.theme.style(Role::Strong) }
    }

    /// How many more appointments of the shortest service there is room for.
    fn left(&self) -> Total {
        let left: u32 = self.snapshot.rows().map(|row| row.available_slots).sum();
        let style = self.theme.style(if left == 0 { Role::Warning } else { Role::Text });
        Total { sign: "", label: "available slots".to_owned(), number: left.to_string(), style }
    }
}

impl Widget for &DayTotals<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        Panel { theme: self.theme, title: "Day", remark: "", focus: Focus::Elsewhere }.render(area, buffer);
        let inner = Panel::inner(area);
        let inside = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
        for (total, y) in self.totals().iter().zip(inside.top()..inside.bottom()) {
            let line = Rect { y, height: 1, ..inside };
            let indent = if total.sign.is_empty() { 0 } else { 2 };
            put(buffer, (line.x, y), total.sign, line.width, total.style);
            let begin = put_right(buffer, line, &total.number, total.style);
            let words = Rect { width: begin.saturating_sub(line.x + 1), ..line };
            put_within(buffer, words, (line.x + indent, y), &total.label, total.style);
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::domain::{Cancellation, Cause};
    use crate::tui::widgets::fixtures::{appointment, day_of, draw, lines, mono, provider, range};

    #[test]
    fn every_status_is_counted_and_the_hours_are_put_into_proportion() {
        let only = provider("p", "P", &[("08:00", "12:00")], 40);
        let mut all: Vec<_> = (0..5)
            .map(|number| {
                let start = format!("{:02}:00", 8 + number % 4);
                let end = format!("{:02}:30", 8 + number % 4);
                appointment(number, "p", range(&start, &end), "Ada")
            })
            .collect();
        all[1].status = Status::Arrived;
        all[2].status = Status::NoShow;
        all[3].overbooking = Overbooking::Deliberate;
        all[4].status = Status::Cancelled(Cancellation { cause: Cause::Client, note: None });
        let snapshot = day_of(only, all);
        let theme = mono();
        let shown = lines(&draw(&DayTotals { theme: &theme, snapshot: &snapshot }, 30, DayTotals::LINES));
        insta::assert_snapshot!(shown, @r"
        ╭─ Day ──────────────────────╮
        │ of the hours booked   50 % │
        │ available slots          8 │
        │ ‼ over the rules         1 │
        │ ○ booked                 2 │
        │ ● confirmed              0 │
        │ ◆ arrived                1 │
        │ ► in progress            0 │
        │ ✓ done                   0 │
        │ ✗ no-show                1 │
        │ × cancelled              1 │
        ╰────────────────────────────╯
        ");
    }
}
