//! The line at the top: which day, which book, and how the desk is doing.

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::desk::Pulse;
use crate::domain::Minute;
use crate::tui::theme::{Role, Theme};

use super::text::{put, put_right, truncate, width};

/// What the desk is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Taking bookings.
    #[default]
    Live,
    /// Playing a scripted day on a throw-away book.
    Demo,
    /// The store takes nothing at the moment.
    StoreFailing,
    /// The store has not answered for seconds.
    StoreSlow,
}

/// The line at the top of the screen; what is least needed goes first where it is narrow.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day on screen.
    pub day: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// The time of day.
    pub clock: Minute,
    /// What the book is called; may be empty.
    pub book: &'a str,
    /// Where requests are listened for, if they are.
    pub listen: Option<&'a str>,
    /// What the desk is doing.
    pub mode: Mode,
    /// What the workers are doing.
    pub pulse: Pulse,
    /// Bookings in each of the last seconds, the oldest first; the last one is shown as a number.
    pub rates: &'a [u32],
}

/// A part of the line: the lower the rank, the longer it stays.
struct Part {
    rank: u8,
    spans: Vec<(String, Style)>,
}

/// Most workers drawn one by one.
const WORKERS_DRAWN_MAX: usize = 8;
/// Seconds in the little chart.
const RATES_DRAWN_MAX: usize = 12;
/// Columns between parts.
const SPACING: u16 = 3;

/// The day relative to today: "today", "in 3 days", "2 weeks ago".
pub(super) fn relative(day: NaiveDate, today: NaiveDate) -> String {
    match (day - today).num_days() {
        0 => "today".into(),
        1 => "tomorrow".into(),
        -1 => "yesterday".into(),
        days @ 2.. => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}

impl Header<'_> {
    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![self.name(), self.date()];
        if !self.book.is_empty() {
            let book = truncate(self.book, 28, self.theme.glyphs().ellipsis);
            parts.push(Part { rank: 5, spans: vec![(book, self.theme.style(Role::Dim))] });
        }
        parts.push(self.mode());
        parts.extend(self.listening());
        parts.push(self.workers());
        parts.extend(self.queue());
        parts.extend(self.rate());
        parts
    }

    fn name(&self) -> Part {
        Part { rank: 6, spans: vec![("slotdesk".into(), self.theme.style(Role::Accent))] }
    }

    fn date(&self) -> Part {
        let near = relative(self.day, self.today);
        let role = if self.day == self.today { Role::Success } else { Role::Warning };
        let dot = format!(" {} ", self.theme.glyphs().dot);
        let spans = vec![
            (self.day.format("%a %-d %b %Y").to_string(), self.theme.style(Role::Strong)),
            (dot, self.theme.style(Role::Dim)),
            (near, self.theme.style(role)),
        ];
        Part { rank: 0, spans }
    }

    fn mode(&self) -> Part {
        let glyphs = self.theme.glyphs();
        let (sign, word, role) = match self.mode {
            Mode::Live => (glyphs.live, "live", Role::Success),
            Mode::Demo => (glyphs.playing, "demo", Role::Info),
            Mode::StoreFailing => (glyphs.severity[3], "store failing", Role::Error),
            Mode::StoreSlow => (glyphs.severity[2], "store slow", Role::Warning),
        };
        let rank = if matches!(self.mode, Mode::StoreFailing | Mode::StoreSlow) { 0 } else { 2 };
        Part { rank, spans: vec![(format!("{sign} {word}"), self.theme.style(role))] }
    }

    fn listening(&self) -> Option<Part> {
        let address = truncate(self.listen?, 24, self.theme.glyphs().ellipsis);
        Some(Part { rank: 8, spans: vec![(address, self.theme.style(Role::Dim))] })
    }

    fn workers(&self) -> Part {
        let Pulse { workers, busy, .. } = self.pulse;
        let dim = self.theme.style(Role::Dim);
        let glyphs = self.theme.glyphs();
        let busy_style = self.theme.style(if busy > 0 { Role::Accent } else { Role::Dim });
        let spans = if workers > WORKERS_DRAWN_MAX {
            vec![("workers ".into(), dim), (format!("{busy}/{workers}"), busy_style)]
        } else {
            let busy = busy.min(workers);
            let idle = workers - busy;
            vec![("workers ".into(), dim), (glyphs.busy.repeat(busy), busy_style), (glyphs.idle.repeat(idle), dim)]
        };
        Part { rank: 3, spans }
    }

    fn queue(&self) -> Option<Part> {
        let role = if self.pulse.queued > 0 { Role::Watch } else { Role::Dim };
        let spans = vec![
            ("queue ".into(), self.theme.style(Role::Dim)),
            (self.pulse.queued.to_string(), self.theme.style(role)),
        ];
        (self.pulse.workers > 0).then_some(Part { rank: 4, spans })
    }

    fn rate(&self) -> Option<Part> {
        let now = *self.rates.last()?;
        let recent = &self.rates[self.rates.len().saturating_sub(RATES_DRAWN_MAX)..];
        let most = recent.iter().copied().max().unwrap_or(0).max(1);
        let glyphs = self.theme.glyphs();
        let chart: String = recent.iter().map(|rate| glyphs.level(f64::from(*rate) / f64::from(most))).collect();
        let spans = vec![
            (chart, self.theme.style(Role::Info)),
            (format!(" {now:>3}/s"), self.theme.style(if now > 0 { Role::Text } else { Role::Dim })),
        ];
        Some(Part { rank: 7, spans })
    }
}

fn part_width(part: &Part) -> u16 {
    part.spans.iter().map(|(text, _)| width(text)).sum()
}

impl Widget for &Header<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let line = Rect { height: area.height.min(1), ..area }.intersection(buffer.area);
        if line.is_empty() {
            return;
        }
        let inside = Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line };
        let clock = put_right(buffer, inside, &self.clock.to_string(), self.theme.style(Role::Strong));
        let room = clock.saturating_sub(inside.x + 1);
        let mut parts = self.parts();
        let needed = |parts: &[Part]| -> u16 { parts.iter().map(|part| part_width(part) + SPACING).sum() };
        while parts.len() > 1 && needed(&parts) > room + SPACING {
            let dropped = parts.iter().enumerate().max_by_key(|(_, part)| part.rank).map_or(0, |(at, _)| at);
            parts.remove(dropped);
        }
        // The day itself is the last to go, so that it is never cut in the middle.
        while let [Part { spans, .. }] = parts.as_mut_slice()
            && spans.len() > 1
            && spans.iter().map(|(text, _)| width(text)).sum::<u16>() > room
        {
            spans.pop();
        }
        let mut x = inside.x;
        for part in parts {
            for (text, style) in part.spans {
                x = put(buffer, (x, line.y), &text, clock.saturating_sub(x), style);
            }
            x += SPACING;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{draw, lines, minute, mono, today};

    #[test]
    fn the_day_is_said_relative_to_today() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let today = day("2026-11-23");
        for (other, expected) in [
            ("2026-11-23", "today"),
            ("2026-11-24", "tomorrow"),
            ("2026-11-22", "yesterday"),
            ("2026-11-26", "in 3 days"),
            ("2026-11-13", "10 days ago"),
        ] {
            assert_eq!(relative(day(other), today), expected);
        }
    }

    fn at(columns: u16, mode: Mode) -> String {
        let theme = mono();
        let header = Header {
            theme: &theme,
            day: today(),
            today: today(),
            clock: minute("11:25"),
            book: "clinic.db",
            listen: Some("127.0.0.1:5000"),
            mode,
            pulse: Pulse { workers: 4, busy: 2, queued: 3, ..Pulse::default() },
            rates: &[0, 106, 212],
        };
        lines(&draw(&header, columns, 1))
    }

    #[test]
    fn what_is_least_needed_goes_first() {
        let expected = [
            (
                130,
                " slotdesk   Mon 23 Nov 2026 · today   clinic.db   ● live   127.0.0.1:5000   \
                 workers ▮▮▯▯   queue 3    ▄█ 212/s              11:25",
            ),
            (
                110,
                " slotdesk   Mon 23 Nov 2026 · today   clinic.db   ● live   \
                 workers ▮▮▯▯   queue 3    ▄█ 212/s           11:25",
            ),
            (80, " Mon 23 Nov 2026 · today   clinic.db   ● live   workers ▮▮▯▯   queue 3    11:25"),
            (60, " Mon 23 Nov 2026 · today   ● live   workers ▮▮▯▯      11:25"),
            (40, " Mon 23 Nov 2026 · today   ● live 11:25"),
            (24, " Mon 23 Nov 2026  11:25"),
        ];
        for (columns, line) in expected {
            assert_eq!(at(columns, Mode::Live).trim_end(), line, "{columns}");
        }
    }

    #[test]
    fn a_failing_or_slow_store_is_said_at_any_width_that_has_room_for_it() {
        for columns in 50..160 {
            assert!(at(columns, Mode::StoreFailing).contains("store failing"), "{columns}");
            assert!(at(columns, Mode::StoreSlow).contains("store slow"), "{columns}");
        }
    }
}
